"""Invented figures under real names of places: ten files as offices send them, taken whole or told.

Each says its province, its year and what must be taken; what else is taken or proposed fails.
"""

import json
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter
from test_sentences import said

from par_intake import documents, report
from par_lib.cleaning import units
from par_lib.language.translation import language

OFFICE = Path(__file__).parent / "office"  # what LibreOffice saved, with invented figures too
DOSSIERS = ["STT", "Đơn vị", "Tiếp nhận", "Giải quyết", "Trễ hạn"]


def book(path, sheets, **hidden):
    """A workbook of sheets by name; in ``hidden`` rows of a sheet, or the whole of it."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if hidden.get(name) == "all":
            sheet.sheet_state = "hidden"
        for row in hidden.get(name, []) if hidden.get(name) != "all" else ():
            sheet.row_dimensions[row].hidden = True
    made.save(path)
    return path


def two_tables_side_by_side(folder):
    head = ["Huyện", "Trễ hạn"]
    rows = [["HỒ SƠ TRỄ HẠN NĂM 2023"], [], [*head, None, *head],
            ["Yên Thế", 11, None, "Lục Nam", 21],
            ["Tân Yên", 12, None, "Sơn Động", 22]]  # fmt: skip
    return book(folder / "bg.xlsx", {"Hồ sơ": rows})


def a_table_over_three_pages(folder):
    """The header stands again on each; the page's number stands between."""
    word = docx.Document()
    word.add_paragraph("KẾT QUẢ GIẢI QUYẾT TTHC QUÝ III NĂM 2022")
    places = [("Đoan Hùng", 31), ("Hạ Hòa", 32), ("Thanh Ba", 33)]
    for page, (place, late) in enumerate(places, start=1):
        table = word.add_table(rows=0, cols=5)
        for row in (DOSSIERS, [page, f"UBND huyện {place}", 400 + page, 300 + page, late]):
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = str(text)
        word.add_paragraph(f"Trang {page}/3")
    word.save(folder / "pt.docx")
    return folder / "pt.docx"


def hidden_sheets_and_rows(folder):
    rows = [["HỒ SƠ NĂM 2023"], ["Đơn vị", "Trễ hạn"], ["U Minh", 41], ["Thới Bình", 42]]
    old = [["HỒ SƠ NĂM 2023"], ["Đơn vị", "Tiếp nhận"], ["Năm Căn", 430]]
    return book(folder / "cm.xlsx", {"Chính": rows, "Phụ": old}, Chính=[4], Phụ="all")


def a_workbook_with_a_password(folder):
    (folder / "yb.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    return folder / "yb.xlsx"


def a_workbook_with_macros(folder):
    """Its own program lies beside the figures, and is never run."""
    rows = [["HỒ SƠ TTHC THÁNG 6 NĂM 2022"], DOSSIERS, [1, "huyện Lục Yên", 510, 500, 5]]
    path = book(folder / "yb.xlsm", {"Tháng 6": rows})
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"Sub Auto_Open()" * 40)
    return path


def a_million_empty_rows(folder):
    """A format that reaches to the last row Excel has."""
    with xlsxwriter.Workbook(folder / "tb.xlsx") as made:
        sheet, form = made.add_worksheet("Hồ sơ"), made.add_format({"bg_color": "#FFFF00"})
        sheet.write_row(0, 0, ["HỒ SƠ TTHC NĂM 2021"])
        sheet.write_row(1, 0, DOSSIERS)
        sheet.write_row(2, 0, [1, "huyện Tiền Hải", 610, 600, 6])
        sheet.write_blank(1_048_575, 4, None, form)
    return folder / "tb.xlsx"


def answers_of_three_levels_at_the_desk(folder):
    rows = [["PHIẾU KHẢO SÁT TẠI BỘ PHẬN MỘT CỬA NĂM 2023"],
            ["Số phiếu", "Đơn vị", "Câu 1", "Câu 2", "Câu 3"]]  # fmt: skip
    rows += [[n, "huyện Bát Xát" if n % 2 else "thị xã Sa Pa",
              *(("Hài lòng", "Bình thường", "Không hài lòng")[(n + k) % 3] for k in range(3))]
             for n in range(1, 8)]  # fmt: skip
    return book(folder / "lc.xlsx", {"Phiếu": rows})


def a_list_with_units_as_headings(folder):
    """Saved by LibreOffice as .ods; names of applicants stand in it."""
    return OFFICE / "dong-thap-2022.ods"


def index_of_communes_as_saved_from_the_portal(folder):
    one = {"tenDonVi": "Xã An Lão", "congKhaiMinhBach": 15.5, "tienDoGiaiQuyet": 18.25,
           "tongDiem": 83.75, "xepHang": 7}  # fmt: skip
    other = one | {"tenDonVi": "Phường Quy Nhơn", "congKhaiMinhBach": 16, "xepHang": 2}
    saved = {"tuNgay": "01/01/2026", "denNgay": "31/03/2026", "data": [one, other]}
    (folder / "gl.json").write_text(json.dumps(saved), encoding="utf-8")
    return folder / "gl.json"


def money_in_an_old_workbook(folder):
    """Saved by LibreOffice as .xls; a share is 0,625 in it, and Excel shows 62,5%."""
    return OFFICE / "quang-tri-2024.xls"


FILES = [
    (two_tables_side_by_side, "bac-giang", 2023,
     [f"late | {unit} | {late} | 2023-12-31" for unit, late in (
         ("Yên Thế", 11), ("Tân Yên", 12), ("Lục Nam", 21), ("Sơn Động", 22))]),
    (a_table_over_three_pages, "phu-tho", 2022,
     [f"{name} | UBND huyện {unit} | {value} | 2022-09-30"
      for n, unit in enumerate(("Đoan Hùng", "Hạ Hòa", "Thanh Ba"), start=1)
      for name, value in (("received", 400 + n), ("resolved", 300 + n), ("late", 30 + n))]),
    (hidden_sheets_and_rows, "ca-mau", 2023,
     ["late | U Minh | 41 | 2023-12-31", "late | Thới Bình | 42 | 2023-12-31",
      "received | Năm Căn | 430 | 2023-12-31"]),
    (a_workbook_with_macros, "yen-bai", 2022,
     ["received | huyện Lục Yên | 510 | 2022-06-30", "resolved | huyện Lục Yên | 500 | 2022-06-30",
      "late | huyện Lục Yên | 5 | 2022-06-30"]),
    (a_million_empty_rows, "thai-binh", 2021,
     ["received | huyện Tiền Hải | 610 | 2021-12-31",
      "resolved | huyện Tiền Hải | 600 | 2021-12-31", "late | huyện Tiền Hải | 6 | 2021-12-31"]),
    (answers_of_three_levels_at_the_desk, "lao-cai", 2023, []),
    (a_list_with_units_as_headings, "dong-thap", 2022,
     ["late | huyện Tháp Mười | 2 | 2022-12-31", "late | thành phố Sa Đéc | 1 | 2022-12-31"]),
    (index_of_communes_as_saved_from_the_portal, "gia-lai", 2026,
     [f"{name} | {unit} | {value} | 2026-03-31"
      for unit, values in (("Xã An Lão", ("15,5", "18,25", "83,75", "7")),
                           ("Phường Quy Nhơn", ("16", "18,25", "83,75", "2")))
      for name, value in zip(("transparency.points", "progress.points", "total.points",
                              "total.rank"), values, strict=True)]),
    (money_in_an_old_workbook, "quang-tri", 2024,
     ["plan_bn_vnd | Hướng Hóa | 812,5 | 2024-09-30",
      "disbursed_bn_vnd | Hướng Hóa | 507,8125 | 2024-09-30",
      "rate_pct | Hướng Hóa | 62,5 | 2024-09-30"]),
]  # fmt: skip


@pytest.mark.parametrize(("make", "province", "year", "wanted"), FILES, ids=lambda one: getattr(
    one, "__name__", ""))  # fmt: skip
def test_a_file_gives_what_a_careful_person_takes(tmp_path, make, province, year, wanted):
    known = units.load_units(province)
    result = report.understand(documents.load(make(tmp_path)), known, year)
    home = units.as_total(known, year)
    assert sorted(said(result.taken, home)) == sorted(wanted)
    assert result.proposed == []


def test_what_must_be_known_of_a_file_is_told_beside_its_figures(tmp_path):
    known = units.load_units("ca-mau")
    result = report.understand(documents.load(hidden_sheets_and_rows(tmp_path)), known, 2023)
    assert [about for _, about in result.told] == ["Chính: 4", "Phụ"]
    known = units.load_units("lao-cai")
    file = answers_of_three_levels_at_the_desk(tmp_path)
    result = report.understand(documents.load(file), known, 2023)
    assert [*result.extras] == ["answers_of_three_levels"] and len(result.extras.popitem()[1]) == 21
    assert [reason[:32] for reason, _ in result.told] == ["answers on a scale of three, kep"]


def test_a_password_is_named_and_no_applicant_is(tmp_path):
    with pytest.raises(documents.ReportError, match="has a password; save it without one"):
        documents.load(a_workbook_with_a_password(tmp_path))
    known = units.load_units("dong-thap")
    result = report.understand(documents.load(a_list_with_units_as_headings(None)), known, 2022)
    everything = report.page(result, language("vi")) + repr(result)
    assert "Người Nộp" not in everything
