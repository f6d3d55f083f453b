"""Tables as offices send them, invented figures: exact where all is said, proposed where not."""

import csv
import datetime as dt
import json
import os
import random

import docx
import openpyxl
import pytest
from test_sentences import units_of

from par_intake import documents, figures, grids, report
from par_intake.documents import ReportError
from par_lib.language.translation import language

KNOWN = units_of({
    "province": ["tỉnh Sương Mai"], "department": ["Sở Y tế", "Sở Tư pháp"],
    "district": ["huyện Suối Mơ", "thị xã Đá Bạc", "thành phố Sương Mai"],
})  # fmt: skip
TITLES = ["UBND TỈNH SƯƠNG MAI", "KẾT QUẢ GIẢI QUYẾT TTHC",
          "(từ ngày 15/6/2030 đến ngày 14/9/2030)"]  # fmt: skip
FORM = [
    ["TT", "Đơn vị", "Số hồ sơ tiếp nhận", None, None, None, "Đã giải quyết", None, None, None],
    [None, None, "Tổng số", "Trong kỳ", None, "Kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn",
     "Quá hạn"],
    [None, None, None, "Trực tuyến", "Trực tiếp", None, None, None, None, None],
    ["(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)",
     "(10)"],
    ["I", "Cấp tỉnh", 30, 18, 9, 3, 28, 20, 7, 1],
    [1, "Sở Y tế", 30, 18, 9, 3, 28, 20, 7, 1],
    ["II", "Cấp huyện", 90, 30, 50, 10, 85, 40, 40, 5],
    [1, "UBND huyện Suối Mơ", 40, 10, 25, 5, 40, 20, 18, 2],
    [2, "Sương Mai", 50, 20, 25, 5, 45, 20, 22, 3],
    [None, "TỔNG CỘNG", 120, 48, 59, 13, 113, 60, 47, 6],
    [None, "NGƯỜI LẬP BIỂU", None, None, None, None, None, "GIÁM ĐỐC"],
]  # fmt: skip
MONEY = [
    ["STT", "Chủ đầu tư", "Kế hoạch vốn năm 2030", None, "Giải ngân đến 30/11/2030", "Tỷ lệ (%)"],
    [None, None, "Tổng số", "NSTW", None, None],
    [1, "Sở Y tế", 2000, 500, 1000, 0.5],
    [2, "huyện Suối Mơ", 3000, 100, 2400, 0.8],
]


def book(path, *tables, titles=()):
    """A workbook of a sheet a table, each under the titles."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for rows in tables:
        sheet = made.create_sheet()
        for row in [*([title] for title in titles), [], *rows]:
            sheet.append(row)
    made.save(path)
    return path


def read(path, year=2030):
    return report.understand(documents.load(path), KNOWN, year, path.name)


def cells(figures, *more):
    names = ("unit", "level", *more)
    return [(*(one.row.get(name) for name in names), one.column, one.cell) for one in figures]


def test_form_06a_by_unit_with_levels_and_a_city_of_the_province_s_name(tmp_path):
    result = read(book(tmp_path / "a.xlsx", FORM, titles=TITLES))
    assert result.proposed == []
    taken = cells(result.taken)
    late = [one[:2] + one[3:] for one in taken if one[2] == "late"]
    assert late == [
        ("tỉnh Sương Mai", "department", "1"), ("Sở Y tế", "department", "1"),
        ("tỉnh Sương Mai", "district", "5"), ("UBND huyện Suối Mơ", "district", "2"),
        ("Sương Mai", "district", "3"), ("tỉnh Sương Mai", "province", "6"),
    ]  # fmt: skip
    assert ("UBND huyện Suối Mơ", "district", "on_time", "38") in taken  # 20 + 18
    assert ("UBND huyện Suối Mơ", "district", "received", "40") in taken
    assert {one.row["period_start"] for one in result.taken} == {"2030-06-15"}
    assert {one.end for one in result.taken} == {"2030-09-14"}


def test_a_row_that_does_not_add_up_is_proposed_and_kept_as_it_stands(tmp_path):
    form = [list(row) for row in FORM]
    form[7][2] = 44  # 10 + 25 + 5 = 40
    result = read(book(tmp_path / "a.xlsx", form, titles=TITLES))
    assert ("UBND huyện Suối Mơ", "district", "received", "44") in cells(result.proposed)
    doubts = {doubt for one in result.proposed for doubt in one.doubts}
    assert doubts == {("the columns do not add up: {about}", "44 ≠ 10 + 25 + 5")}


@pytest.mark.parametrize(
    ("unit", "value"), [("triệu đồng", "2"), ("tỷ đồng", "2000"), ("đồng", "0,000002")]
)
def test_money_is_read_in_its_unit_and_a_share_of_1_by_its_amounts(tmp_path, unit, value):
    titles = ["GIẢI NGÂN NĂM 2030", f"Đơn vị tính: {unit}"]
    result = read(book(tmp_path / "m.xlsx", MONEY, titles=titles))
    taken = cells(result.taken, "as_of")
    assert ("Sở Y tế", "department", "2030-11-30", "rate_pct", "50") in taken
    assert ("Sở Y tế", "department", "2030-11-30", "plan_bn_vnd", value) in taken
    assert not any(one[-1] == "500" or one[-1] == "0,5" for one in taken)  # NSTW has no place


def test_what_is_not_said_makes_proposals(tmp_path):
    rows = [[*MONEY[0][:4], "Giải ngân", "Tỷ lệ"], *MONEY[1:]]
    result = read(book(tmp_path / "m.xlsx", rows))
    assert result.taken == []
    reasons = {reason for one in result.proposed for reason, _ in one.doubts}
    assert "the unit of the amounts is not said" in reasons
    undated = [["Đơn vị", "Tiếp nhận", "Trễ hạn"], ["Sở Y tế", 40, 2]]
    result = read(book(tmp_path / "n.xlsx", undated))
    assert cells(result.proposed)[-1] == ("Sở Y tế", "department", "late", "2")
    assert result.proposed[0].doubts == (("no day or period is said", ""),)


def test_word_spreads_merged_headers_and_titles_stand_above(tmp_path):
    word = docx.Document()
    for text in ("BÁO CÁO giải ngân đến ngày 30/11/2030", "Đơn vị tính: triệu đồng"):
        word.add_paragraph(text)
    table = word.add_table(rows=0, cols=6)
    for row in MONEY:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = "" if text is None else str(text).replace(".", ",")
    for first, last in (((0, 2), (0, 3)), *(((0, at), (1, at)) for at in (0, 1, 4, 5))):
        table.cell(*first).merge(table.cell(*last))
    word.save(tmp_path / "r.docx")
    result = read(tmp_path / "r.docx")
    assert ("huyện Suối Mơ", "district", "2030-11-30", "disbursed_bn_vnd", "2,4") in cells(
        result.taken, "as_of"
    )


def test_whose_a_row_is_follows_from_the_rows_beside_it(tmp_path):
    head = ["Đơn vị", "Tiếp nhận", "Trễ hạn"]
    places = [["Suối Mơ", 10, 1], ["Đá Bạc", 20, 2], ["Sương Mai", 30, 3]]
    rows = [head, *places, ["Tổng", 60, 6]]
    result = read(book(tmp_path / "city.xlsx", rows, titles=["NĂM 2030"]))
    late = [one[:2] + one[3:] for one in cells(result.taken) if one[2] == "late"]
    assert late[2:] == [("Sương Mai", "district", "3"), ("tỉnh Sương Mai", "district", "6")]
    rows = [head, ["Cấp tỉnh"], ["Sở Y tế", 4, 1], ["Cộng", 4, 1], ["Cấp huyện"], *places[:2],
            ["Cộng cấp huyện", 30, 3], ["Tổng công ty Lạ", 9, 9],
            ["Tổng cộng", 43, 13]]  # fmt: skip
    result = read(book(tmp_path / "sums.xlsx", rows, titles=["NĂM 2030"]))
    assert cells(result.taken)[-1] == ("tỉnh Sương Mai", "district", "late", "3")  # it says so
    assert {one.evidence.partition(":")[0] for one in result.proposed} == {"Cộng", "Tổng cộng"}
    assert {one.doubts for one in result.proposed} == {(("one of several totals", ""),)}
    assert [one.text for one in result.left] == ["Tổng công ty Lạ"]


def test_what_a_column_or_a_second_title_says_of_the_time_is_its_own(tmp_path):
    rows = [["Đơn vị", "Hồ sơ trễ hạn", None], [None, "Năm 2029", "Năm 2030"], ["Sở Y tế", 5, 4],
            ["Ghi chú: x"], ["Quý II năm 2030"], ["Đơn vị", "Trễ hạn"], ["Sở Y tế", 1]]  # fmt: skip
    result = read(book(tmp_path / "t.xlsx", rows, titles=["TỪ NGÀY 15/1/2030 ĐẾN NGÀY 14/12/2030"]))
    assert [(one.cell, one.row["period_start"], one.end) for one in result.taken] == [
        ("4", "2030-01-01", "2030-12-31"), ("1", "2030-04-01", "2030-06-30")]  # fmt: skip
    assert [(one.cell, one.end) for one in result.proposed] == [("5", "2029-12-31")]


def test_a_table_of_satisfaction_of_another_year_is_proposed(tmp_path):
    rows = [["Huyện", "Mức độ hài lòng (%)", "Số phiếu"], ["Suối Mơ", 81.5, 120]]
    for year, taken in ((2030, 2), (2029, 0)):
        result = read(book(tmp_path / f"{year}.xlsx", rows, titles=[f"SIPAS NĂM {year}"]))
        assert (len(result.taken), len(result.proposed)) == (taken, 2 - taken)


@pytest.mark.parametrize(
    ("heads", "taken"),
    [(["Số phiếu", "Số phiếu hài lòng", "Tỷ lệ hài lòng (%)"], {"120", "79"}),
     (["Số phiếu", "Hài lòng", "Không hài lòng"], set()),
     (["Tỷ lệ rất hài lòng (%)", "Tỷ lệ hài lòng (%)", "Tỷ lệ không hài lòng (%)"], set())],
)  # fmt: skip
def test_how_many_gave_one_answer_is_no_satisfaction(tmp_path, heads, taken):
    rows = [["Huyện", *heads], ["Suối Mơ", 120 if heads[0] == "Số phiếu" else 20, 95, 79]]
    result = read(book(tmp_path / "s.xlsx", rows, titles=["SỰ HÀI LÒNG NĂM 2030"]))
    assert {one.cell for one in result.taken} == taken
    assert len({one.doubts for one in result.proposed}) == (not heads[0].startswith("Số"))


@pytest.mark.parametrize(
    ("titles", "header", "value"),
    [(["HỘI ĐỒNG NHÂN DÂN", "(ĐVT: 1.000 đồng)"], "Kế hoạch vốn giao", "0,002"),
     (["Tỷ lệ giải ngân", "Đơn vị tính: Triệu đồng, %"], "Kế hoạch vốn giao", "2"),
     (["Đơn vị tính: triệu đồng"], "Kế hoạch vốn giao (tỷ đồng)", "2000")],
)  # fmt: skip
def test_a_unit_of_money_is_said_alone_and_the_nearest_counts(tmp_path, titles, header, value):
    rows = [["Chủ đầu tư", header, "Đã giải ngân"], ["Sở Y tế", 2000, 1000]]
    result = read(book(tmp_path / "m.xlsx", rows, titles=["ĐẾN NGÀY 30/11/2030", *titles]))
    assert cells(result.taken)[0] == ("Sở Y tế", "department", "plan_bn_vnd", value)
    result = read(book(tmp_path / "n.xlsx", rows, titles=["HỘI ĐỒNG, 2 tỷ đồng", "NĂM 2030"]))
    unsaid = header.endswith("giao")
    assert all(("the unit of the amounts is not said", "") in one.doubts for one in result.proposed)
    assert bool(result.proposed) and (result.taken == []) == unsaid


def test_a_share_of_1_is_one_of_100_where_the_counts_say_so_and_words_are_no_figure(tmp_path):
    rows = [["Đơn vị", "Đã giải quyết", "Đúng hạn", "Tỷ lệ đúng hạn"], ["Sở Y tế", 200, 190, 0.95],
            ["Sở Tư pháp", 200, None, 0.95], ["Suối Mơ", 10, "dưới 5", "trên 70%"]]  # fmt: skip
    result = read(book(tmp_path / "s.xlsx", rows, titles=["NĂM 2030"]))
    assert cells(result.taken)[2:] == [("Sở Y tế", "department", "on_time_pct", "95"),
                                       ("Sở Tư pháp", "department", "resolved", "200"),
                                       ("Suối Mơ", "district", "resolved", "10")]  # fmt: skip
    assert [(one.cell, one.doubts) for one in result.proposed] == [
        ("0,95", (("a share of 1 or of 100?", ""),))]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "heads", "cells"),
    [("XỬ LÝ PHẢN ÁNH, KIẾN NGHỊ", ["Tiếp nhận", "Đã xử lý", "Quá hạn"], [10, 9, 1]),
     ("THANH TOÁN TRỰC TUYẾN", ["Số hồ sơ thanh toán trực tuyến", "Tổng số có phí", "Tỷ lệ"],
      [10, 30, "33,3%"]),
     ("SỐ HÓA", ["Số hồ sơ đã số hóa", "Tỷ lệ số hóa", "x"], [60, "60%", 1]),
     ("GIẢI NGÂN (tỷ đồng)", ["Ước giải ngân đến 31/12/2030", "Tỷ lệ ước", "Giải ngân so với "
      "cùng kỳ"], [10, "20%", 3])],
)  # fmt: skip
def test_what_is_counted_alike_or_forecast_is_no_figure(tmp_path, title, heads, cells):
    rows = [["Đơn vị", *heads], ["Sở Y tế", *cells]]
    result = read(book(tmp_path / "o.xlsx", rows, titles=[f"{title} NĂM 2030"]))
    assert result.figures == []


def test_a_row_of_a_project_is_not_its_office_s_whole(tmp_path):
    rows = [["STT", "Dự án", "Chủ đầu tư", "Kế hoạch vốn", "Giải ngân"],
            [1, "Đường A", "Sở Y tế", "100,5", "50,5"]]  # fmt: skip
    titles = ["GIẢI NGÂN ĐẾN 30/11/2030 (tỷ đồng)"]
    result = read(book(tmp_path / "o.xlsx", rows, titles=titles))
    assert (result.taken, [one.cell for one in result.proposed]) == ([], ["100,5", "50,5"])


def test_a_count_of_dossiers_is_no_number_of_one(tmp_path):
    rows = [["Đơn vị", "Số hồ sơ tiếp nhận", "Số hồ sơ đã số hóa", "x"], ["Sở Y tế", 90, 60, 1]]
    result = read(book(tmp_path / "o.xlsx", rows, titles=["SỐ HÓA HỒ SƠ NĂM 2030"]))
    assert [(one.measure, one.cell) for one in result.taken] == [("received", "90")]


def test_the_day_of_a_forecast_is_not_that_of_the_plan(tmp_path):
    rows = [["Đơn vị", "Kế hoạch vốn", "Giải ngân đến 30/11/2030", "Ước đến 31/12/2030"],
            ["Sở Y tế", "100,5", "80,5", "95,5"]]  # fmt: skip
    result = read(book(tmp_path / "o.xlsx", rows, titles=["GIẢI NGÂN NĂM 2030 (tỷ đồng)"]))
    assert [(one.cell, one.end) for one in result.taken] == [
        ("100,5", "2030-11-30"), ("80,5", "2030-11-30")]  # fmt: skip


def test_a_cell_that_cannot_be_read_is_told_with_its_place(tmp_path):
    rows = [["Đơn vị", "Tiếp nhận", "Trễ hạn"], ["Sở Y tế", "1,234", "12.5.3"]]
    result = read(book(tmp_path / "u.xlsx", rows, titles=["NĂM 2030"]))
    assert result.figures == []
    assert [(one.text, one.place) for one in result.left] == [
        ("1,234", "Sheet, row 4"), ("12.5.3", "Sheet, row 4")]  # fmt: skip
    assert "is whole, and 1,234 has a decimal mark" in result.left[0].about


LATE = [["DANH SÁCH HỒ SƠ TRỄ HẠN NĂM 2030"], [],
        ["STT", "Mã hồ sơ", "Họ và tên người nộp", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày trả",
         "Đơn vị giải quyết"],
        [1, "H1", "Trần Thị Bí Mật", dt.datetime(2030, 1, 3, 8), dt.datetime(2030, 1, 8),
         dt.datetime(2030, 1, 9), "Sở Y tế"],
        [2, "H2", "Lê Văn Kín", "04/02/2030 09:00", "10/02/2030", None, "UBND thị xã Đá Bạc"],
        [3, "H2", "Lê Văn Kín", "04/02/2030 09:00", "10/02/2030", None, "thị xã Đá Bạc"],
        [4, "H4", "Phạm Giấu", "04/02/2030", "10/02/2030", "12/02/2030", "Trạm Lạ"]]  # fmt: skip


def test_a_list_of_dossiers_is_counted_and_names_nobody(tmp_path):
    path = tmp_path / "late.xlsx"
    made = openpyxl.Workbook()
    for row in LATE:
        made.active.append(row)
    made.save(path)
    result = read(path)
    assert cells(result.taken) == [("Sở Y tế", "department", "late", "1"),
                                   ("UBND thị xã Đá Bạc", "district", "late", "1")]  # fmt: skip
    register = result.extras["late_register"]
    assert register.to_numpy().tolist() == [
        ["H1", "Sở Y tế", "department", "2030-01-03", "2030-01-08", "2030-01-09"]
    ]
    everything = report.page(result, language("vi")) + repr(result) + register.to_csv()
    for name in ("Bí Mật", "Kín", "Giấu"):
        assert name not in everything
    assert [(one.text, one.about) for one in result.left] == [("Trạm Lạ", "1")]


def test_what_must_be_resolved_is_not_yet_and_a_field_is_no_office(tmp_path):
    rows = [["TT", "Lĩnh vực", "Đơn vị", "Tổng số phải giải quyết", "Đã giải quyết", None, None],
            [None, None, None, None, "Tổng số", "Đúng hạn", "Quá hạn"],
            [1, "Y tế", "Sở Tư pháp", 12, 9, 8, 1], [2, "Y tế", "huyện Suối Mơ", 6, 5, 3, 2],
            [3, "2. Đất đai", "huyện Suối Mơ", 4, 4, 1, 3]]  # fmt: skip
    result = read(book(tmp_path / "o.xlsx", rows, titles=["NĂM 2030"]))
    assert cells(result.taken, "field") == [
        (unit, level, field, column, count)
        for unit, level, field, *counts in (("Sở Tư pháp", "department", "Y tế", "9", "1"),
                                            ("huyện Suối Mơ", "district", "Y tế", "5", "2"),
                                            ("huyện Suối Mơ", "district", "Đất đai", "4", "3"))
        for column, count in zip(("resolved", "late"), counts, strict=True)
    ]  # fmt: skip
    assert {one.table for one in result.taken} == {"late_by_field"} and result.left == []


def test_a_form_by_fields_gives_the_office_s_total_and_each_field(tmp_path):
    """Form II.06a of one office: what is called as an office is a field of it, too."""
    heads = [["Lĩnh vực", *one[2:]] if at == 0 else one[1:] for at, one in enumerate(FORM[:4])]
    rows = [*heads, ["Sở Y tế", 30, 18, 9, 3, 28, 20, 7, 1],
            ["Đất đai", 90, 30, 50, 10, 85, 40, 40, 5],
            ["Tổng cộng", 120, 48, 59, 13, 113, 60, 47, 6]]  # fmt: skip
    result = read(book(tmp_path / "p.xlsx", rows, titles=TITLES))
    assert result.proposed == [] == result.left
    by_field = [one for one in result.taken if one.table == "late_by_field"]
    place = (TITLES[0], "province")
    assert cells(by_field, "field") == [
        (*place, "Sở Y tế", "resolved", "28"), (*place, "Sở Y tế", "late", "1"),
        (*place, "Đất đai", "resolved", "85"), (*place, "Đất đai", "late", "5"),
    ]  # fmt: skip
    assert {one.end for one in by_field} == {"2030-09-14"}
    total = [one for one in result.taken if one.table == "late_dossiers"]
    assert (*place, "late", "6") in cells(total) and {one.row["unit"] for one in total} == {
        place[0]
    }
    raw = figures.tables(result.taken, source="form", year=2030)[2030, "late_by_field"]
    assert raw[["field", "resolved", "late"]].to_numpy().tolist() == [
        ["Sở Y tế", "28", "1"], ["Đất đai", "85", "5"]]  # fmt: skip
    own = read(book(tmp_path / "q.xlsx", rows, titles=["Sở Tư pháp", *TITLES[1:]]))
    assert own.taken == []  # whether its title says whose it is, a person decides
    assert ("Sở Tư pháp", "department", "Sở Y tế", "late", "1") in cells(own.proposed, "field")


def test_persons_are_dropped_under_any_row_of_the_header_and_figures_of_persons_kept(tmp_path):
    rows = [["STT", "Đơn vị", "Hồ sơ", None, "Hài lòng của người dân (%)"],
            [None, None, "Chủ hồ sơ", "Trễ hạn", None], [1, "Sở Y tế", "Trần Bí Mật", 4, 81.5],
            ["STT", "Đơn vị", "Điện thoại", "Trễ hạn", "x"],
            [1, "Sở Tư pháp", "0905 123 456", 3, 7], [2, "Suối Mơ", 905123456, 2, 8]]  # fmt: skip
    result = read(book(tmp_path / "p.xlsx", rows, titles=["NĂM 2030"]))
    assert [one[-1] for one in cells(result.taken) if one[2] == "late"] == ["4", "3", "2"]
    shown = report.page(result, language("vi"))
    assert "81,5" in shown and not any(one in shown for one in ("Bí Mật", "0905", "905123456"))


def test_answers_of_five_and_of_three_levels_are_kept_apart(tmp_path):
    heads = ["Mã phiếu", "Huyện", "q1", "q2", "q3"]
    five = [heads, ["P1", "Suối Mơ", 5, 4, 1], ["P2", "Đá Bạc", 3, 4, 5]]
    result = read(book(tmp_path / "five.xlsx", five))
    assert result.extras["answers"].iloc[0].tolist() == [
        "Suối Mơ", "district", "q1", "P1", "5"]  # fmt: skip
    three = [heads, ["P1", "Suối Mơ", 3, 2, 1], ["P2", "Đá Bạc", 3, 2, 1]]
    assert list(read(book(tmp_path / "three.xlsx", three)).extras) == [
        "answers_of_three_levels"]  # fmt: skip


def test_the_index_of_service_from_json_and_csv(tmp_path):
    saved = {"denNgay": "30/11/2030", "data": [
        {"tenDonVi": "UBND huyện Suối Mơ", "congKhaiMinhBach": 11.5, "tienDoGiaiQuyet": 12.8,
         "mucDoHaiLong": 14.7, "tongDiem": 39.0, "maLa": "x"}]}  # fmt: skip
    path = tmp_path / "i.json"
    path.write_text(json.dumps(saved, ensure_ascii=False), encoding="utf-8")
    result = read(path)
    assert [(one.row["component"], one.cell, one.end) for one in result.taken] == [
        ("transparency", "11,5", "2030-11-30"), ("progress", "12,8", "2030-11-30"),
        ("satisfaction", "14,7", "2030-11-30"), ("total", "39", "2030-11-30")]  # fmt: skip
    assert result.left[-1].about == "maLa"  # kept aside and told
    csv = "STT;Đơn vị;Công khai, minh bạch;Tiến độ giải quyết\n1;UBND huyện Suối Mơ;11,5;12,8\n"
    (tmp_path / "i.csv").write_text(csv, encoding="utf-8-sig")
    assert [one.cell for one in read(tmp_path / "i.csv").proposed] == ["11,5", "12,8"]


def test_tables_side_by_side_one_under_another_and_over_pages(tmp_path):
    head = ["Đơn vị", "Tiếp nhận", "Trễ hạn"]
    rows = [["HỒ SƠ NĂM 2030"], [],
            [*head, None, *head], ["Sở Y tế", 10, 1, None, "Suối Mơ", 20, 2],
            [], [*head], ["Sở Tư pháp", 30, 3]]  # fmt: skip
    made = cells(read(book(tmp_path / "s.xlsx", rows)).taken)
    assert [one for one in made if one[2] == "late"] == [
        ("Sở Y tế", "department", "late", "1"), ("Sở Tư pháp", "department", "late", "3"),
        ("Suối Mơ", "district", "late", "2")]  # fmt: skip
    page = "<p>HỒ SƠ NĂM 2030</p>" + 2 * (
        "<table><tr><th rowspan=2>Đơn vị</th><th colspan=2>Hồ sơ</th></tr>"
        "<tr><th>Tiếp nhận</th><th>Trễ hạn</th></tr>"
        "<tr><td>{}</td><td>1.234</td><td>{}</td></tr></table>"
    )
    (tmp_path / "p.html").write_text(page.format("Sở Y tế", 5, "Sở Tư pháp", 6), "utf-8")
    result = read(tmp_path / "p.html")
    assert len(result.report.grids) == 1
    assert ("Sở Tư pháp", "department", "late", "6") in cells(result.taken)
    assert ("Sở Y tế", "department", "received", "1234") in cells(result.taken)


def test_what_is_hidden_or_never_computed_is_told(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (["HỒ SƠ NĂM 2030"], ["Đơn vị", "Trễ hạn"], ["Sở Y tế", 4], ["Suối Mơ", "=1+1"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.sheet_state = "hidden"
    made.create_sheet("khác")
    made.save(tmp_path / "h.xlsx")
    result = read(tmp_path / "h.xlsx")
    assert cells(result.taken) == [("Sở Y tế", "department", "late", "4")]
    told = " ".join(reason for reason, _ in result.told)
    assert "is hidden" in told and "rows are hidden" in told and "formula without a value" in told


def test_a_header_that_is_not_known_is_named(tmp_path):
    rows = [["Đơn vị", "Số con bò", "Trễ hạn"], ["Sở Y tế", 3, 4]]
    result = read(book(tmp_path / "b.xlsx", rows, titles=["NĂM 2030"]))
    assert [(one.reason, one.about) for one in result.left] == [
        ("columns not understood: {about}", "Số con bò")]  # fmt: skip
    none = [["Đơn vị", "Số con bò"], ["Sở Y tế", 3]]
    assert "Số con bò" in read(book(tmp_path / "c.xlsx", none)).left[0].about


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "cannot be opened"), (b"PK\3\4" + b"\0" * 50, "cannot be opened"),
     (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "has a password")],
)  # fmt: skip
def test_what_is_no_workbook_is_told(tmp_path, content, said):
    (tmp_path / "x.xls").write_bytes(content)
    with pytest.raises(ReportError, match=said):
        documents.load(tmp_path / "x.xls")


def test_a_panic_of_the_parser_is_told(tmp_path, monkeypatch):
    """A cut .xls ends calamine in what is no Exception."""

    class Panics:
        def from_filelike(self, *_):
            raise BaseException("range end index 64 out of range for slice of length 60")

    monkeypatch.setattr("python_calamine.CalamineWorkbook", Panics())
    (tmp_path / "cut.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(ReportError, match="cannot be opened as a workbook"):
        documents.load(tmp_path / "cut.xls")


@pytest.mark.long
def test_a_long_list_is_counted_whole(tmp_path):
    with (tmp_path / "l.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Đơn vị"])
        for n in range(20_000):
            out.writerow([n, f"H{n}", "03/01/2030", "08/01/2030", "Sở Y tế"])
    result = read(tmp_path / "l.csv")
    assert result.proposed[0].cell == "20000"  # no title says that they are late


DAMAGE = [None, "", "x", "-", "…", "1,5", "1.234", "12.5.3", "(2)", "Tổng cộng", "Sở Y tế", "STT",
          -1.0, 1e300, 0.5, 10**18, dt.datetime(2030, 2, 3), "=1/0", "Đơn vị", "I",
          "40%"]  # fmt: skip


@pytest.mark.long
def test_a_damaged_table_ends_in_figures_that_stand_in_it_or_in_words():
    """Hundreds: cells changed, rows and columns lost; no traceback, no figure from nowhere."""
    chance, said = random.Random(11), set()
    vi = language("vi")
    for _ in range(3_000 if os.environ.get("PAR_SOAK") else 200):
        source = chance.choice([FORM, MONEY, LATE])
        rows = [list(row) + [None] * (10 - len(row)) for row in source]
        for _ in range(chance.randrange(1, 4)):
            row, column = chance.randrange(len(rows)), chance.randrange(10)
            rows[row][column] = chance.choice(DAMAGE)
        if chance.random() < 0.3:
            del rows[chance.randrange(len(rows))]
        if chance.random() < 0.3:
            at = chance.randrange(10)
            rows = [row[:at] + row[at + 1 :] for row in rows]
        grid = grids.grid("Bảng", rows)
        grid.above += ["NĂM 2030", "Đơn vị tính: tỷ đồng"]
        result = report.understand(documents.Report((), (grid,)), KNOWN, 2030)
        numbers = {cell for row in grid.rows for cell in row}
        numbers |= {text.replace(".", "") for text in numbers}  # 1.234 as words may be 1234
        whole = [[int(cell) for cell in row if cell.isdecimal()] for row in grid.rows]
        sums = {str(a + b) for row in whole for a in row for b in row}
        for one in result.taken:
            counted = one.note.startswith("counted")
            shares = one.cell in ("50", "80", "40") or "," in one.cell
            assert counted or shares or one.cell in numbers | sums, one
        page = report.page(result, vi)
        assert "Bí Mật" not in page or source is not LATE or not grid_names_persons(grid)
        said |= {one.reason for one in result.left}
    assert len(said) > 3


def grid_names_persons(grid):
    """Whether the column of persons still has its header."""
    return any("Họ và tên người nộp" in row for row in grid.rows)


def test_words_in_the_cell_of_a_number_are_in_doubt_or_told(tmp_path):
    rows = [["TT", "Đơn vị", "Đã giải quyết", "Quá hạn"],
            [1, "huyện Suối Mơ", 40, "15 (đã xin lỗi)"], [2, "thị xã Đá Bạc", 45, "12 hoặc 13"],
            [3, "Sở Y tế", 30, dt.datetime(2030, 2, 1)]]  # fmt: skip
    result = read(book(tmp_path / "a.xlsx", rows, titles=TITLES))
    assert cells(result.taken) == [
        ("huyện Suối Mơ", "district", "resolved", "40"),
        ("thị xã Đá Bạc", "district", "resolved", "45"),
        ("Sở Y tế", "department", "resolved", "30"),
    ]  # fmt: skip
    assert cells(result.proposed) == [("huyện Suối Mơ", "district", "late", "15")]
    assert [one.doubts[0][1] for one in result.proposed] == ["(đã xin lỗi)"]
    assert [(one.text, one.place) for one in result.left] == [
        ("12 hoặc 13", "Sheet, row 7"), ("01/02/2030", "Sheet, row 8"),
    ]  # fmt: skip


def test_a_column_of_levels_says_of_which_level_a_row_is(tmp_path):
    rows = [["TT", "Đơn vị", "Cấp", "Đã giải quyết", "Quá hạn"],
            [1, "Suối Mơ", "Cấp huyện", 40, 2], [2, "Suối Mơ", "Cấp xã", 90, 7],
            [3, "Sương Mai", "Huyện", 50, 3], [4, "Sở Y tế", "Tỉnh", 30, 1]]  # fmt: skip
    result = read(book(tmp_path / "a.xlsx", rows, titles=TITLES))
    late = [one[:2] + one[3:] for one in cells(result.figures, "period_end") if one[3] == "late"]
    assert result.proposed == []
    assert late == [
        ("Suối Mơ", "district", "late", "2"), ("huyện Suối Mơ", "commune", "late", "7"),
        ("Sương Mai", "district", "late", "3"), ("Sở Y tế", "department", "late", "1"),
    ]  # fmt: skip
    assert result.left == []


def test_rows_of_communes_that_bear_names_of_districts_are_all_their_communes(tmp_path):
    heads = ["TT", "Đơn vị", "Đã giải quyết", "Quá hạn"]
    section = [heads, ["I", "Cấp xã", 70, 9], [1, "Suối Mơ", 40, 2], [2, "Đá Bạc", 30, 7]]
    titled = [heads, [1, "Suối Mơ", 40, 2], [2, "Đá Bạc", 30, 7]]
    for rows, title in ((section, "KẾT QUẢ"), (titled, "KẾT QUẢ GIẢI QUYẾT HỒ SƠ CẤP XÃ")):
        result = read(book(tmp_path / "a.xlsx", rows, titles=[title, TITLES[2]]))
        late = [one for one in cells(result.taken) if one[2] == "late"][-2:]
        assert late == [("huyện Suối Mơ", "commune", "late", "2"),
                        ("thị xã Đá Bạc", "commune", "late", "7")]  # fmt: skip


@pytest.mark.parametrize(
    "title", ["Bảng 5. Chỉ tiêu giao năm 2030", "Dự kiến giải ngân năm 2030",
              "Kế hoạch năm 2030: chỉ tiêu của các địa phương"],
)  # fmt: skip
def test_a_table_of_targets_or_forecasts_is_proposed(tmp_path, title):
    rows = [["TT", "Đơn vị", "Tỷ lệ giải ngân (%)"], [1, "huyện Suối Mơ", 95]]
    result = read(book(tmp_path / "a.xlsx", rows, titles=[title]))
    assert [one.cell for one in result.proposed] == ["95"]
    assert result.taken == []


def test_dots_part_thousands_of_million_dong_and_may_be_decimals_of_billions(tmp_path):
    rows = [["TT", "Chủ đầu tư", "Kế hoạch vốn năm 2030"], [1, "Sở Y tế", "612.450"],
            [2, "huyện Suối Mơ", "318.200"]]  # fmt: skip
    titles = ["GIẢI NGÂN ĐẾN 30/11/2030", "Đơn vị tính: triệu đồng"]
    million = read(book(tmp_path / "a.xlsx", rows, titles=titles))
    assert [one.cell for one in million.taken] == ["612,45", "318,2"]  # 612.450 / 1000
    billion = read(book(tmp_path / "b.xlsx", rows, titles=[titles[0], "Đơn vị tính: tỷ đồng"]))
    assert [len(one.doubts) for one in billion.proposed] == [1, 1]


@pytest.mark.parametrize(("title", "heads"), [
    ("KẾT QUẢ LĨNH VỰC ĐẤT ĐAI", ["Đã giải quyết", "Quá hạn"]),
    ("HỒ SƠ CỦA CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", ["Đã giải quyết", "Quá hạn"]),
    ("KẾT QUẢ GIẢI QUYẾT HỒ SƠ TRỰC TUYẾN", ["Đã giải quyết", "Quá hạn"]),
    ("ĐĂNG KÝ CHỈ TIÊU", ["Đã giải quyết", "Tỷ lệ đúng hạn (%)"]),
    ("CHỈ SỐ CẢI CÁCH HÀNH CHÍNH", ["Mức độ hài lòng", "Tiếp cận dịch vụ"]),
    ("XỬ LÝ HỒ SƠ QUÁ HẠN", ["Quá hạn đầu kỳ", "Quá hạn đã xử lý"]),
])  # fmt: skip
def test_what_a_title_or_a_column_restricts_is_not_taken(tmp_path, title, heads):
    rows = [["TT", "Đơn vị", *heads], [1, "huyện Suối Mơ", 9, 5]]
    path = book(tmp_path / "a.xlsx", rows, titles=[f"{title} NĂM 2030"])
    assert read(path).taken == []


def test_a_form_by_fields_is_of_the_office_that_reports(tmp_path):
    rows = [["TT", "Lĩnh vực, công việc giải quyết", "Đã giải quyết", "Quá hạn"],
            [1, "Dược", 30, 1], [2, "Khám bệnh", 20, 2], [None, "Tổng cộng", 50, 3]]  # fmt: skip
    result = read(book(tmp_path / "a.xlsx", rows, titles=[*TITLES, "Đơn vị báo cáo: Sở Y tế"]))
    assert result.proposed == []
    late = [one for one in result.taken if one.column == "late"]
    assert {(one.table, one.row["unit"], one.cell) for one in late} == {
        ("late_by_field", "Sở Y tế", "1"), ("late_by_field", "Sở Y tế", "2"),
        ("late_dossiers", "Sở Y tế", "3"),
    }  # fmt: skip


def test_a_number_below_zero_is_no_word(tmp_path):
    rows = [["TT", "Đơn vị", "Đã giải quyết", "Quá hạn"], [1, "huyện Suối Mơ", 40, -2]]
    result = read(book(tmp_path / "a.xlsx", rows, titles=TITLES))
    assert [(one.column, one.cell) for one in result.taken] == [("resolved", "40")]
    assert [(one.text, "has no sign" in one.about) for one in result.left] == [("-2", True)]
