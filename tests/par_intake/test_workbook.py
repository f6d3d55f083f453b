"""The workbook: what an office fills in comes back whole, and all that is wrong is told at once."""

import datetime as dt
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from typer.testing import CliRunner

from par_cli import app
from par_intake import documents, raw_folder, workbook
from par_intake.documents import ReportError
from par_lib.cleaning import schema, tables, units
from par_lib.cleaning.schema import DataError
from par_lib.storage import paths

KNOWN = units.load_units("quang-nam")


def filled(tmp_path, title, lines):
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = title
    for line in lines:
        book.active.append(line)
    book.save(tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def read(path, year=2022):
    return workbook.read(documents.load(path).grids, KNOWN, year, source="s")


def problems(tmp_path, lines):
    with pytest.raises(DataError) as caught:
        read(filled(tmp_path, "Bảng", lines))
    return caught.value.problems


@pytest.mark.long
@pytest.mark.parametrize("year", paths.years("quang-nam"))
def test_the_round_trip_of_the_real_tables_is_lossless(tmp_path, year):
    folder = paths.raw("quang-nam", year)
    raw = {
        file.stem: pd.read_csv(file, dtype=str, keep_default_na=False)
        for file in folder.glob("*.csv")
    }
    path = tmp_path / "b.xlsx"
    workbook.write(path, "quang-nam", year, units.units_on(KNOWN, f"{year}-01-01"), raw)
    back = read(path, year)
    assert {name for _, name in back} == set(raw)
    for (_, name), table in back.items():
        pd.testing.assert_frame_equal(table, raw[name], check_dtype=False)


def test_every_column_has_a_vietnamese_header_of_its_own():
    for table in schema.TABLES.values():
        headers = [workbook.header(column.name) for column in table.columns]
        assert len(set(headers)) == len(headers)
        for column, header in zip(table.columns, headers, strict=True):
            assert workbook.column_of(table, header) == column.name


def test_every_code_is_its_words_code():
    for column in (column for table in schema.TABLES.values() for column in table.columns):
        words = [workbook.word(column.name, code) for code in column.codes]
        assert [workbook.code_of(column, word) for word in words] == list(column.codes)


def test_the_template_is_protected_and_offers_what_is_valid(tmp_path):
    raw_folder.template("quang-nam", 2022, path=tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames[0] == "Cách điền"
    sheet = book[workbook.sheet_name("disbursement")]
    assert sheet.protection.sheet
    head = sheet.cell(workbook.HEAD, 1)
    assert (head.value, head.protection.locked) == ("Đơn vị *", True)
    assert head.comment.text
    assert not sheet.column_dimensions["A"].protection.locked  # what is not a header can be written
    offered = {one.formula1 for one in sheet.data_validations.dataValidation}
    assert len(offered) == 5  # unit, level, scope, basis, status


def test_the_template_shows_days_and_the_rest_as_an_office_writes_them(tmp_path):
    raw_folder.template("quang-nam", 2022, path=tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")[workbook.sheet_name("disbursement")]
    rows = [*sheet.iter_rows(min_row=workbook.HEAD + 1, values_only=True)]
    heads = [str(cell.value).rstrip("* ") for cell in sheet[workbook.HEAD]]
    days = {row[heads.index(workbook.header("as_of"))] for row in rows if row[0]}
    assert dt.datetime(2022, 12, 31) in days and all(isinstance(one, dt.datetime) for one in days)
    others = "các cơ quan, đơn vị còn lại"
    assert {row[0] for row in rows} >= {others} and schema.OTHERS not in {row[0] for row in rows}
    table = read(tmp_path / "b.xlsx")[2022, "disbursement"]
    assert schema.OTHERS in {*table["unit"]} and others not in {*table["unit"]}
    assert set(table["as_of"].str[:2]) == {"20"}


def test_a_name_of_two_units_of_a_year_is_asked_for_again(tmp_path):
    book = tmp_path / "b.xlsx"
    with pytest.raises(units.UnknownUnit, match=r'"quận Hải Châu".* or "phường Hải Châu"'):
        raw_folder.template("da-nang", 2025, path=book, unit="Hải Châu")
    assert not book.exists()
    raw_folder.template("da-nang", 2025, path=book, unit="phường Hải Châu")
    names = [cell.value for cell in openpyxl.load_workbook(book)[workbook.LISTS]["A"]]
    assert "Hải Châu" in names and "Thanh Khê" not in names


def test_a_plain_table_in_any_order_under_titles_and_over_a_total(tmp_path):
    path = filled(tmp_path, "Sheet1", [
        ["BÁO CÁO HỒ SƠ TRỄ HẠN NĂM 2022"],
        [],
        ["Hồ sơ trễ hạn", "Cấp", "Đơn vị", "Đúng hạn"],
        ["11.193", "Cấp huyện", "thị xã Điện Bàn", None],
        [2722, "district", "Đại Lộc", None],
        [None, None, None, None],
        ["Tổng cộng", None, None, None],
        [41657, "Cấp huyện", "Quảng Nam", None],
    ])  # fmt: skip
    table = read(path)[2022, "late_dossiers"]
    assert table[["unit", "level", "late"]].to_numpy().tolist() == [
        ["thị xã Điện Bàn", "district", "11.193"],
        ["Đại Lộc", "district", "2722"],
        ["Quảng Nam", "district", "41657"],
    ]
    assert read(path.rename(tmp_path / "b.xlsm"))[2022, "late_dossiers"].equals(table)
    assert set(table["period_end"]) == {"2022-12-31"}
    assert table["locator"].tolist() == ["Sheet1, row 4", "Sheet1, row 5", "Sheet1, row 8"]
    assert set(table["status"]) == {"reported"}


def test_days_percentages_and_fractions_as_excel_holds_them(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Đơn vị", "Cấp", "Tính đến hết ngày", "Tỷ lệ giải ngân (%)"])
    sheet.append(["Hội An", "Cấp huyện", dt.datetime(2022, 12, 31), 0.446])
    sheet.append(["Tam Kỳ", "Cấp huyện", "31/12/2022", 72.57])
    sheet["D2"].number_format = "0.0%"
    book.save(tmp_path / "b.xlsx")
    table = read(tmp_path / "b.xlsx")[2022, "disbursement"]
    assert table["rate_pct"].tolist() == ["44,6%", "72,57"]
    assert table["as_of"].tolist() == ["2022-12-31", "2022-12-31"]
    assert table["plan_year"].tolist() == ["2022", "2022"]


@pytest.mark.parametrize(("heads", "table", "figures"), [
    (["Tiếp nhận", "Đã giải quyết"], "late_dossiers", {"received": "120", "resolved": "95"}),
    (["Tính đến ngày", "Đã giải ngân (tỷ đồng)", "Tính trên"], "disbursement",
     {"as_of": "2022-12-31", "disbursed_bn_vnd": "7", "basis": "adjusted_plan"}),
])  # fmt: skip
def test_headers_of_workbooks_handed_out_before_are_read(tmp_path, heads, table, figures):
    """A column that is not known is left out, so that its figures would be lost in silence."""
    cells = {"late_dossiers": [120, 95], "disbursement": ["31/12/2022", 7, "adjusted_plan"]}
    lines = [["Đơn vị", "Cấp", *heads], ["Hội An", "Cấp huyện", *cells[table]]]
    row = read(filled(tmp_path, "Bảng", lines))[2022, table].iloc[0]
    assert row[list(figures)].to_dict() == figures


def test_words_of_earlier_lists_are_read(tmp_path):
    lines = [["Đơn vị", "Cấp", workbook.header("late"), workbook.header("status")],
             ["Sở Y tế", "Sở, ngành", 3, "công bố"], ["Sở Y tế", "Sở, ban, ngành", 3, "theo nguồn"],
             ["Hội An", "Cấp huyện", 4, "suy ra"]]  # fmt: skip
    table = read(filled(tmp_path, "Bảng", lines))[2022, "late_dossiers"]
    assert table["level"].tolist() == ["department", "department", "district"]
    assert table["status"].tolist() == ["reported", "reported", "derived"]


def test_all_errors_are_told_at_once_with_sheet_cell_value_and_remedy(tmp_path):
    told = problems(tmp_path, [
        ["Đơn vị", "Cấp", "Tính đến hết ngày", "Tỷ lệ giải ngân (%)"],
        ["Hội Ann", "Cấp huyện", "31/12/2022", 44],
        ["Hội An", "cấp nào", "31/12/2022", 44],
        ["Hội An", "Cấp huyện", "31/13/2022", 44],
        ["Hội An", "Cấp huyện", "31/12/2022", 144],
        ["Hội An", "Cấp huyện", "31/12/2022", "=1+1"],
        ["Hội An", "Cấp huyện", None, 44],
    ])  # fmt: skip
    parts = [
        ("Bảng, A2", '"Hội Ann"', 'did you mean "Hội An"?'),
        ("Bảng, B3", '"cấp nào"', "choose one of"),
        ("Bảng, C4", '"31/13/2022"', "write it as"),
        ("Bảng, D5", '"144"', "check the source"),
        ("Bảng, D6", "a formula without a value", "save it in Excel"),
        ("Bảng, C7", "is empty", "fill it in"),
    ]
    assert len(told) == len(parts)
    for problem in parts:
        assert any(all(part in line for part in problem) for line in told), (problem, told)


def test_the_value_that_excel_stored_with_a_formula_is_taken(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Đơn vị", "Cấp", "Hồ sơ trễ hạn"])
        sheet.write_row(1, 0, ["Hội An", "Cấp huyện"])
        sheet.write_formula(1, 2, "=40+2", value=42)
    assert read(tmp_path / "b.xlsx")[2022, "late_dossiers"]["late"].item() == "42"


def test_what_is_no_workbook_is_refused(tmp_path):
    noise = tmp_path / "n.xlsx"
    noise.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(ReportError, match="cannot be opened as a workbook"):
        read(noise)
    assert read(filled(tmp_path, "Khác", [["a", "b"], [1, 2]])) is None
    with pytest.raises(ReportError, match="no such file"):
        read(tmp_path / "gone.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("xl/evil.xml", b'<!DOCTYPE x [<!ENTITY a "b">]>', "XML entities"),
        pytest.param(
            "xl/bomb.xml", b"0" * 210_000_000, "unpacks to too many", marks=pytest.mark.long
        ),
    ],
)
def test_hostile_workbooks_are_refused(tmp_path, name, content, message):
    path = filled(tmp_path, "Bảng", [["Đơn vị", "Cấp", "Hồ sơ trễ hạn"], ["Hội An", "district", 3]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    with pytest.raises(ReportError, match=message):
        read(path)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PAR_ROOT", str(tmp_path))
    (tmp_path / paths.MARKER).parent.mkdir(parents=True)
    (tmp_path / paths.MARKER).touch()
    return tmp_path


@pytest.mark.long
def test_a_new_province_and_year_from_nothing(home):
    run = CliRunner().invoke(app, ["new-year", "2024", "--province", "gia-lai", "--lang", "en"])
    assert run.exit_code == 0, run.output
    assert "1. Fill in" in run.output
    assert "6. Make the edition" in run.output
    known = units.load_units("gia-lai")
    assert len(units.units_on(known, "2024-12-31", level="district")) == 17
    assert units.resolve("TP. Pleiku", known) == "622"
    book = home / "data/raw/gia-lai/2024/gia-lai-2024.xlsx"
    filled_in = openpyxl.load_workbook(book)
    sheet = filled_in[workbook.sheet_name("sipas")]
    for at, value in enumerate(["Gia Lai", "Tỉnh", "Chung"], start=1):
        sheet.cell(workbook.HEAD + 1, at, value)
    sheet.cell(workbook.HEAD + 1, 4, 81.2)
    filled_in.save(book)
    args = ["read", str(book), "--year", "2024", "--province", "gia-lai"]
    assert CliRunner().invoke(app, args).exit_code == 0
    assert tables.load("gia-lai", 2024).sipas["satisfaction_pct"].tolist() == [81.2]
    again = CliRunner().invoke(app, ["new-year", "2024", "--province", "gia-lai"])
    assert again.exit_code == 0
    kept = openpyxl.load_workbook(book)[sheet.title].cell(workbook.HEAD + 1, 4).value
    assert kept == 81.2


def test_a_province_that_never_was(home):
    run = CliRunner().invoke(app, ["new-year", "2024", "--province", "gia-laj"])
    assert run.exit_code == 1
    assert (
        "no province of Viet Nam has this folder's name" in run.stderr and "gia-lai" in run.stderr
    )


def test_a_single_figure_is_named_in_words_and_read_back_by_its_code(tmp_path):
    row = {"measure": "online_payment_dossiers_pct", "unit": "Quảng Nam", "level": "province",
           "period_start": "2022-01-01", "period_end": "2022-12-31", "value": "40",
           "measure_unit": "pct", "basis": "unstated", "status": "reported", "source": "s",
           "locator": "I"}  # fmt: skip
    names = [column.name for column in schema.TABLES["indicators"].columns]
    raw = {"indicators": pd.DataFrame([row], columns=names, dtype=str).fillna("")}
    workbook.write(tmp_path / "b.xlsx", "quang-nam", 2022, KNOWN, raw)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    shown = book[workbook.sheet_name("indicators")].cell(workbook.HEAD + 1, 1).value
    assert "thanh toán trực tuyến" in shown
    assert read(tmp_path / "b.xlsx")[2022, "indicators"]["measure"].tolist() == [row["measure"]]
