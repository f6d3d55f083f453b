"""Raw tables that went through Excel or LibreOffice: the same figures, or refused once."""

import csv
import io
import os
import re
import subprocess
import unicodedata
from operator import methodcaller
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from par_cli import app
from par_intake import raw_folder
from par_lib.cleaning import schema, tables, tidying, units
from par_lib.storage import csv_files

RAW = Path(__file__).resolve().parents[3] / "data" / "raw" / "quang-nam"
OFFICE = Path(__file__).with_name("saved_by_libreoffice")
TABLES = {"late_dossiers": 2022, "disbursement": 2022, "sipas": 2022, "scores": 2022,
          "indicators": 2022, "mentions": 2022, "tasks": 2023, "service_index": 2024}  # fmt: skip


def cells_of(name: str) -> list[list[str]]:
    text = (RAW / str(TABLES[name]) / f"{name}.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def shown(cell: str, decimal: str, date: str) -> str:
    """A cell as Excel shows and so saves what it takes for a date or a number, in a language.

    A mark that parts thousands is lost, and so are zeros behind a decimal mark; ``5/10`` is a day.
    """
    thousands = "." if decimal == "," else ","
    if day := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", cell):
        year, month, of_month = day.groups()
        return date.format(d=of_month, m=month, y=year, day=int(of_month), month=int(month))
    if re.fullmatch(r"\d{1,2}/\d{1,2}", cell):
        month, year = map(int, cell.split("/"))
        return f"{year:02}-thg{month}" if month <= 12 else cell
    number = re.fullmatch(rf"(\d+|\d{{1,3}}(?:\{thousands}\d{{3}})+)(?:\{decimal}(\d+))?(%?)", cell)
    if number is None:
        return cell
    whole, behind, percent = number.groups()
    whole = str(int(whole.replace(thousands, "")))
    behind = (behind or "") if percent else (behind or "").rstrip("0")
    return whole + (decimal + behind if behind else "") + percent


def saved(name, decimal, date, separator, encoding, *, blank=False) -> bytes:
    """A table opened in Excel in a language and saved, with blank rows and columns if asked."""
    head, *body = cells_of(name)
    rows = [head, *([shown(cell, decimal, date) for cell in row] for row in body)]
    if blank:
        rows = [[f" {cell} " for cell in head] + ["", ""], *([*row, "", ""] for row in rows[1:])]
        rows += [[""] * len(rows[0])] * 3
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return encoding(out.getvalue())


def tones_apart(text: str) -> bytes:
    """In the Vietnamese code page, as programs write it that know it: ậ is â and a dot below."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    written = []
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        base = "".join(part for part in parts if part not in tones)
        written.append(
            unicodedata.normalize("NFC", base) + "".join(part for part in parts if part in tones)
        )
    return "".join(written).encode("cp1258", errors="replace")


VI, EN = (",", "{d}/{m}/{y}"), (".", "{month}/{day}/{y}")
UTF_8, UTF_16, CODE_PAGE = (methodcaller("encode", name, "replace")
                            for name in ("utf-8-sig", "utf-16", "cp1258"))  # fmt: skip
WAYS = {
    "vi CSV UTF-8": (*VI, ";", UTF_8), "vi Unicode text": (*VI, "\t", UTF_16),
    "vi CSV": (*VI, ";", CODE_PAGE), "vi code page": (*VI, ";", tones_apart),
    "en CSV UTF-8": (*EN, ",", UTF_8), "en Unicode text": (*EN, "\t", UTF_16),
}  # fmt: skip


@pytest.fixture(scope="module")
def known():
    return units.load_units("quang-nam")


def read(path: Path, name: str, known):
    table, year = schema.TABLES[name], TABLES[name]
    raw = csv_files.read_csv(path)
    return tidying.tidy_table(raw, table=table, known=known, year=year, file=path.name)


@pytest.fixture(scope="module")
def good(known):
    """Each table as it is kept, read once: of how many ways it was saved it is the measure."""
    return {
        name: read(RAW / str(year) / f"{name}.csv", name, known) for name, year in TABLES.items()
    }


def figures(frame):
    """What is told of units: without notes and places, in which a page keeps its own letters."""
    return frame.drop(columns=["note", "locator", "task_vi", "task_en"], errors="ignore")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TABLES)
def test_what_excel_saved_has_the_same_figures_or_is_refused(name, way, known, good, tmp_path):
    path = tmp_path / f"{name}.csv"
    path.write_bytes(saved(name, *WAYS[way], blank=way != "vi CSV UTF-8"))
    try:
        found = read(path, name, known)
    except ValueError as error:
        lines = str(error).splitlines()
        assert len(lines) <= 5, lines
        if way in ("vi CSV UTF-8", "vi Unicode text"):  # a rank, 1/63, is a month of a year there
            assert name == "indicators" and "63-thg" in lines[0] and " (so in " in lines[0]
        return
    assert_frame_equal(figures(found), figures(good[name]))


LIBREOFFICE = Path(__file__).with_name("saved_by_libreoffice")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", TABLES)
def test_what_libreoffice_saved_has_the_same_figures_or_is_refused(name, language, known, good):
    try:
        found = read(LIBREOFFICE / language / f"{name}.csv", name, known)
    except ValueError as error:
        # 1.413 points, and 396.320 dossiers, as their sources wrote them
        assert (language, name) in (("vi", "sipas"), ("en", "indicators")), error
        return
    assert_frame_equal(found, good[name])


@pytest.mark.skipif(not os.environ.get("PAR_SOAK"), reason="written anew by make soak")
@pytest.mark.parametrize(("language", "code"), [("vi", 1066), ("en", 1033)])
def test_libreoffice_still_saves_them_so(language, code, tmp_path):
    kinds = f"44,34,76,1,,{code},false,true"
    for name, year in TABLES.items():
        command = ["soffice", "--headless", f"--infilter=CSV:{kinds}", "--convert-to",
                   f"csv:Text - txt - csv (StarCalc):{kinds},true", "--outdir", str(tmp_path),
                   str(RAW / str(year) / f"{name}.csv")]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        kept = LIBREOFFICE / language / f"{name}.csv"
        assert (tmp_path / f"{name}.csv").read_text("utf-8-sig") == kept.read_text("utf-8-sig")


def test_dates_have_one_reading_or_none(tmp_path, known):
    """Day, month, year; the month first where none can be another day; none that can be both."""

    def dates(*written: str) -> list[str]:
        raw = pd.DataFrame({"as_of": written})
        return csv_files.with_plain_dates(raw, ["as_of"])["as_of"].tolist()

    assert dates("31/12/2022", "1/2/2022") == ["2022-12-31", "2022-02-01"]
    assert dates("2/2/2022", "2022-03-01") == ["2022-02-02", "2022-03-01"]
    assert dates("1/1/2022", "12/31/2022", "") == ["2022-01-01", "2022-12-31", ""]
    for unread in (
        ["1/5/2022"],
        ["05/01/2022"],
        ["12/31/2022", "1/2/2022"],
        ["12/31/2022", "2022-12-31"],  # who typed one among others may have meant the 3rd
        ["12/31/2022", "31/12/2022"],
        ["31/12/22"],
        ["31/02/2022"],
    ):
        assert dates(*unread) == unread
    assert dates("31/02/2022", "30/04/2022") == ["31/02/2022", "2022-04-30"]


@pytest.mark.parametrize("count", [2, 8])
def test_what_excel_destroyed_is_refused_once_by_kind(count):
    problems = [schema.Problem(row, "as_of", f"'{row}/2/2022' is not a date; write it so")
                for row in range(1, count + 1)]  # fmt: skip
    problems += [schema.Problem(1, "unit", "'A' is no unit; did you mean B?"),
                 schema.Problem(2, "unit", "'C' is no unit; did you mean D?")]  # fmt: skip
    with pytest.raises(schema.DataError) as error:
        schema.refuse(problems, "x.csv")
    dates, *names = error.value.problems
    assert len(names) == 2
    rows = {2: "2 rows: 3, 4", 8: "8 rows: 3, 4, 5, 6, 7, …, 10"}
    first = "x.csv, row 3, column as_of: '1/2/2022' is not a date; write it so"
    assert dates == f"{first} (so in {rows[count]})"


def test_fonts_of_old_and_letters_that_were_lost_are_refused(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_bytes("unit,note\nĐiện Bàn,x\n".encode().replace(b"\xc3\xa0", b"\xb5"))
    with pytest.raises(csv_files.TableError, match=r"scores.csv, byte 19 is not UTF-8; save it as"):
        csv_files.read_csv(path)
    path.write_text("unit,note\nĐi?n Bàn,x\n", encoding="utf-8")
    with pytest.raises(csv_files.TableError, match=r"row 2: .Đi.n Bàn.: letters were lost"):
        csv_files.read_csv(path)
    path.write_bytes(b"unit,note\n" + "Quảng Nam,x\n".encode().decode("cp1252").encode())
    with pytest.raises(csv_files.TableError, match=r"row 2: .Quáº£ng Nam.: letters were lost"):
        csv_files.read_csv(path)
    path.write_text("unit,note\nĐiện Bàn,https://x.vn/a?b=1\n", encoding="utf-8")
    assert len(csv_files.read_csv(path)) == 1


def test_par_tidy_rewrites_a_table_and_no_figure(tmp_path, known):
    path = tmp_path / "late_dossiers (1).csv"
    path.write_bytes(saved("late_dossiers", *WAYS["vi CSV UTF-8"], blank=True))
    said = CliRunner().invoke(app, ["tidy", str(path)])
    assert said.exit_code == 0 and "rewritten" in said.output
    assert CliRunner().invoke(app, ["tidy", str(path)]).output.endswith("the project's form\n")
    raw, own = path.read_text(encoding="utf-8"), RAW / "2022" / "late_dossiers.csv"
    assert raw.splitlines()[0] == own.read_text(encoding="utf-8").splitlines()[0]
    assert_frame_equal(read(path, "late_dossiers", known), read(own, "late_dossiers", known))
    path.write_text("# SYNTHETIC\n" + raw, encoding="utf-8")
    CliRunner().invoke(app, ["tidy", str(path)])
    assert path.read_text(encoding="utf-8") == "# SYNTHETIC\n" + raw
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["tidy", str(path)])
    assert refused.exit_code == 1 and path.read_text(encoding="utf-8") == "a;b\n1;2\n"


def test_rows_that_came_as_one_cell_are_read(tmp_path, known):
    """A Vietnamese Excel parts by semicolons: it has each line of ours in its first cell."""
    own = RAW / "2022" / "late_dossiers.csv"
    lines, out = own.read_text(encoding="utf-8").splitlines(), io.StringIO()
    csv.writer(out, delimiter=";").writerows([line] for line in lines if ";" not in line)
    path = tmp_path / own.name
    path.write_text(out.getvalue(), encoding="utf-8-sig")
    assert '"",' in out.getvalue()  # lines with quotes were quoted once more
    whole = csv_files.read_csv(own)
    without = whole[~whole.map(lambda cell: ";" in cell).any(axis=1)].reset_index(drop=True)
    assert_frame_equal(csv_files.read_csv(path), without, check_index_type=False)


def test_english_figures_are_read_where_they_can_be_nothing_else():
    """Of a count 1,234 is 1234; of an amount 1.234, unless 1,234.5 beside it shows the language."""

    def read_as(name: str, *cells: str) -> tuple[list[float], list[int]]:
        table = schema.TABLES["disbursement" if name == "plan_bn_vnd" else "late_dossiers"]
        raw = pd.DataFrame({column.name: [""] * len(cells) for column in table.columns})
        problems: list[schema.Problem] = []
        found = tidying.parse_quantities(raw.assign(**{name: cells}), table=table,
                                         problems=problems)  # fmt: skip
        return found[name].tolist(), [problem.row for problem in problems]

    assert read_as("received", "1,234", "1,234,567", "12.345") == ([1234, 1234567, 12345], [])
    assert read_as("plan_bn_vnd", "2,345", "1.234,5") == ([2.345, 1234.5], [])
    assert read_as("plan_bn_vnd", "1,234.5", "1,234,567") == ([1234.5, 1234567.0], [])
    assert read_as("plan_bn_vnd", "1,234.5", "2,345")[1] == [1]


def test_par_tidy_settles_no_figure_that_can_be_two(tmp_path):
    head = ",".join(column.name for column in schema.TABLES["disbursement"].columns)
    rows = [f'Quảng Nam,province,2022,2022-12-31,total,unstated,"{plan}",,,reported,s,l,'
            for plan in ("1,234.5", "2,345")]  # fmt: skip
    path = tmp_path / "disbursement.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    with pytest.raises(schema.DataError, match=r"row 3, column plan_bn_vnd: '2,345' can be"):
        raw_folder.rewrite(path)


def test_a_code_that_lost_its_zeros_is_the_listed_one(new_root):
    """Đồng Văn of Hà Giang is 026: a spreadsheet saves 26."""
    listed = units.load_units("ha-giang").query("code == '026'")
    assert listed["name"].tolist() == ["Đồng Văn"]
    path = new_root / "data/raw/ha-giang/units.csv"
    path.parent.mkdir()
    head = ",".join(column.name for column in schema.UNITS.columns if not column.optional)
    path.write_text(f"{head}\n26,Đồng Văn,,district,,,,,ĐV cũ,s\n", encoding="utf-8")
    assert not raw_folder.rewrite(path)  # a column that may be left out is not added
    own = units.load_units("ha-giang").query("name == 'Đồng Văn' and level == 'district'")
    assert own["code"].tolist() == ["026"] and own["aliases"].tolist() == ["ĐV cũ"]


def test_a_table_that_is_open_says_so_beside_what_is_wrong(new_root):
    folder = new_root / "data/raw/quang-nam/2022"
    for note in (".~lock.sipas.csv#", "~$sipas.csv"):
        (folder / note).write_text("x", encoding="utf-8")
    assert tables.clean("quang-nam", 2022)  # no fault by itself
    (folder / "sipas - Copy.csv").write_text("x", encoding="utf-8")
    with pytest.raises(schema.DataError) as error:
        tables.clean("quang-nam", 2022)
    assert [problem.partition("; ")[0].rpartition("/")[2] for problem in error.value.problems] == [
        "sipas - Copy.csv: is a copy of sipas.csv",
        ".~lock.sipas.csv#: its table is open in a spreadsheet",
        "~$sipas.csv: its table is open in a spreadsheet",
    ]


COPIES = ["sipas - Copy", "sipas - Copy (2)", "Copy of sipas", "Copy (2) of sipas", "sipas copy 2",
          "sipas - Sao chép", "Bản sao của sipas", "sipas - Bản sao", "sipas (1)", "sipas(2)",
          "Copy of sipas (1)", unicodedata.normalize("NFD", "sipas bản sao")]  # fmt: skip


def test_a_copy_is_named_as_what_it_is(root, tmp_path):
    folder = root / "copies"
    folder.mkdir()
    for name in (*COPIES, "sipas", "sipas-old", "copy"):
        (folder / f"{name}.csv").write_text("x", encoding="utf-8")
    told = [one.partition(": ")[::2] for one in csv_files.strays(folder, ["sipas"])]
    copies = [place for place, what in told if what.startswith("is a copy of sipas.csv; delete")]
    assert copies == sorted(f"copies/{name}.csv" for name in COPIES)
    assert sorted({place for place, _ in told} - {*copies}) == [
        "copies/copy.csv",
        "copies/sipas-old.csv",
    ]


def test_a_table_that_is_read_leaves_csv_as_it_was_for_others(tmp_path):
    (tmp_path / "a.csv").write_text("unit,late\nA,1\n")
    (tmp_path / "b.csv").write_text(f"unit,late\n{'A' * 2_000},1\n")
    before = csv.field_size_limit()
    csv_files.read_csv(tmp_path / "a.csv")
    with pytest.raises(csv_files.TableError, match="row 2: cannot be read"):
        csv_files.read_csv(tmp_path / "b.csv")
    assert csv.field_size_limit() == before
