"""A report goes in, raw tables come out: written once, merged after that, never replaced."""

import datetime as dt
import io
import os
import shutil
import signal
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from par_cli import app
from par_intake import raw_folder, workbook
from par_lib.cleaning import schema, tables, units
from par_lib.storage import csv_files, paths

REPORT = """I. KẾT QUẢ NĂM 2030
- Hồ sơ trễ hạn:
+ Sở: Sở Y tế (76 hồ sơ)
+ Huyện: 1.204 hồ sơ trễ hạn, trong đó Suối Mơ 1.100 hồ sơ
- Tính đến 31/12/2030, giải ngân đạt 72,5% kế hoạch điều chỉnh; có 01 địa phương và 02 đơn vị \
giải ngân dưới 70%: Suối Mơ 63,7%, Sở Y tế (16%), Sở Xây dựng 0%.
- Khác: 37 sáng kiến
"""
UNITS = """code,name,name_en,level,kind,valid_from,valid_to,successor,aliases,source
1,Sương Mai,,province,tỉnh,,,,,test
2,Suối Mơ,,district,huyện,,,,,test
3,Đá Bạc,,district,thị xã,,,,,test
4,Sở Y tế,,department,sở,,,,,test
5,Sở Xây dựng,,department,sở,,,,,test
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A province of our own, Sương Mai, that no reader can take for a real one."""
    monkeypatch.setenv("PAR_ROOT", str(tmp_path))
    raw = tmp_path / "data" / "raw" / "suong-mai"
    raw.mkdir(parents=True)
    (raw / "units.csv").write_text(UNITS, encoding="utf-8")
    marker = tmp_path / paths.MARKER
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    (tmp_path / "report.md").write_text(REPORT, encoding="utf-8")
    return tmp_path


def par(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def read(home, *more, report="report.md"):
    where = ("--province", "suong-mai", "--year", "2030", "--lang", "en")
    return par("read", home / report, *where, *more)


def tick(home, number="", marks="x"):
    """Tick every proposed row of the workbook that a reading wrote."""
    path = home / f"outputs/read/suong-mai/2030/report{number}.xlsx"
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[2:]:
        for row in range(workbook.HEAD + 1, sheet.max_row + 1):
            if sheet.cell(row, 2).value:
                sheet.cell(row, 1).value = marks
    book.save(path)
    return path


def test_what_is_taken_and_what_is_ticked_is_what_the_edition_reads(home):
    result = read(home)
    assert result.exit_code == 0, result.output
    assert "6 figures taken, 5 proposed, 0 left to you" in result.output
    late = tables.load("suong-mai", 2030).late_dossiers.set_index(["unit", "level"])["late_low"]
    assert late["Sở Y tế", "department"] == 76
    assert late["Sương Mai", "district"] == 1204
    ticked = read(home, "--merge", report=tick(home))
    assert ticked.exit_code == 0, ticked.output
    assert "5 rows taken" in ticked.output
    loaded = tables.load("suong-mai", 2030)
    assert loaded.late_dossiers.query("unit == 'Đá Bạc'")["late_high"].item() == 104  # 1204 - 1100
    rates = loaded.disbursement.set_index(["unit", "level"])
    assert rates.loc[("Sương Mai", "province"), "basis"] == "adjusted_plan"
    assert rates.loc[("Đá Bạc", "district"), "rate_pct_low"] == 70  # listing of one is whole
    announced = loaded.indicators.set_index("level")["value_low"]
    assert (announced["district"], announced["department"]) == (1, 2)
    assert loaded.sources.loc["report-2030", "producer"] == "Sương Mai"


def test_the_workbook_shows_evidence_place_and_doubt_and_unticked_rows_are_not_taken(home):
    read(home)
    path = home / "outputs/read/suong-mai/2030/report.xlsx"
    sheet = openpyxl.load_workbook(path)[workbook.sheet_name("disbursement")]
    heads = [cell.value for cell in sheet[workbook.HEAD]]
    assert heads[:3] == ["Nhận (x)", "Căn cứ", "Điều còn ngờ"]
    heads = [head.rstrip(" *") for head in heads]
    row = dict(zip(heads, (cell.value for cell in sheet[workbook.HEAD + 1]), strict=True))
    assert "72,5% kế hoạch điều chỉnh" in row["Căn cứ"]
    assert row["Điều còn ngờ"] == "no office is named; the province is meant?"
    assert "characters" in row[workbook.header("locator")]
    none = read(home, "--merge", report=path)
    assert none.exit_code == 1 and "no row is filled in or ticked" in none.stderr
    again = read(home, "--merge")  # what somebody may have ticked is never written over
    assert "report-2.xlsx" in again.output and path.is_file()


def test_a_locator_gives_section_characters_and_words(home):
    read(home)
    raw = pd.read_csv(home / "data/raw/suong-mai/2030/late_dossiers.csv", dtype=str)
    start = REPORT.index("76")
    where = f"I, characters {start}–{start + 2}: + Sở: Sở Y tế (76 hồ sơ)"
    assert raw["locator"][0] == where


def test_of_several_files_a_locator_begins_with_the_file(home):
    (home / "two; x.md").write_text("Năm 2030, Sở Xây dựng có 3 hồ sơ trễ hạn.", encoding="utf-8")
    done = par("read", home / "report.md", home / "two; x.md", "--province", "suong-mai", "--year",
               "2030")  # fmt: skip
    assert done.exit_code == 0, done.output
    raw = pd.read_csv(home / "data/raw/suong-mai/2030/late_dossiers.csv", dtype=str)
    files = dict(zip(raw["unit"], raw["locator"].str.partition(", ")[0], strict=True))
    assert files["Sở Y tế"] == "report.md"
    assert raw["locator"].iloc[-1].startswith("two, x.md, characters")


def test_the_page_is_the_picture_of_it_and_csv_files_say_the_same(home):
    read(home, "--to", home / "new")
    page = (home / "new" / "report.html").read_text(encoding="utf-8")
    assert page.count('<mark class="taken" title') == 6
    assert page.count('<mark class="proposed" title') == 4  # both bounds are one number
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    proposed = pd.read_csv(home / "new" / "proposed.csv", dtype=str)
    assert len(proposed) == 5
    assert set(proposed["period_end"]) == {"2030-12-31"}


def test_a_file_that_gives_nothing_ends_in_words_and_writes_nothing(home, monkeypatch):
    monkeypatch.setenv("PAR_LANG", "en")  # what --lang asks for stands against it
    (home / "nothing.md").write_text("Tỉnh có 37 sáng kiến và 4 hội nghị.", encoding="utf-8")
    done = par("read", home / "report.md", home / "nothing.md", "--province", "suong-mai",
               "--year", "2030", "--lang", "vi")  # fmt: skip
    assert done.exit_code == 1
    assert "nothing.md: không đọc được số liệu nào" in done.stderr
    assert not (home / "data/raw/suong-mai/2030").exists()


def test_nothing_is_overwritten(home):
    assert read(home).exit_code == 0
    again = read(home)
    assert again.exit_code == 1
    assert "exists; add --merge" in again.stderr
    same = read(home, "--merge")
    assert same.exit_code == 0
    assert {line[0] for line in same.output.splitlines() if "csv" in line} == {"="}


def test_merge_adds_what_is_new_and_refuses_what_contradicts(home):
    read(home)
    late = home / "data/raw/suong-mai/2030/late_dossiers.csv"
    before = late.read_text(encoding="utf-8")
    more = REPORT.replace("Sở Y tế (76 hồ sơ)", "Sở Y tế (76 hồ sơ), Sở Xây dựng (3 hồ sơ)")
    (home / "report.md").write_text(more, encoding="utf-8")
    added = read(home, "--merge")
    assert "+ " in added.output
    assert "Sở Xây dựng department 2030" in added.output
    grown = late.read_text(encoding="utf-8")
    assert grown.startswith(before.rstrip("\n").rsplit("\n", 1)[0])
    (home / "report.md").write_text(more.replace("1.204", "1.205"), encoding="utf-8")
    refused = read(home, "--merge")
    assert refused.exit_code == 1
    assert "late 1.204 → 1.205" in refused.stderr
    assert "nothing was written" in refused.stderr
    assert late.read_text(encoding="utf-8") == grown


def test_a_file_that_is_not_there_is_a_message(home):
    missing = read(home, report="gone.md")
    assert (missing.exit_code, "no such file" in missing.stderr) == (1, True)


def test_points_of_a_criterion_are_never_taken_for_the_par_index(home):
    """Under a heading that names both, a component's 1,2485/1,5 is left, and 86,74 is read."""
    (home / "scores.md").write_text(
        "BÁO CÁO\n\nIII. Chỉ số SIPAS và PAR INDEX\n\nĐiểm các tiêu chí thành phần:\n\n"
        "Thủ tục hành chính: 1,2485/1,5 điểm;\n\n"
        "Chỉ số cải cách hành chính (PAR INDEX) năm 2030 của tỉnh đạt 86,74 điểm, xếp thứ 35/63.\n",
        encoding="utf-8")  # fmt: skip
    result = read(home, report="scores.md")
    assert result.exit_code == 0, result.output
    scores = tables.load("suong-mai", 2030).scores.set_index("criterion")
    assert scores.loc["par_index", "points"] == 86.74
    assert scores["max_points"].dropna().tolist() in ([], [1.5])


def test_a_column_of_planned_money_is_the_plan(home):
    from docx import Document

    document = Document()
    document.add_paragraph("GIẢI NGÂN ĐẾN NGÀY 31/12/2030")
    table = document.add_table(rows=2, cols=4)
    for row, cells in enumerate((
        ("Địa phương", "Kế hoạch (tỷ đồng)", "Giải ngân (tỷ đồng)", "Tỷ lệ (%)"),
        ("Suối Mơ", "512,4", "318,7", "62,20"),
    )):  # fmt: skip
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.save(home / "plan.docx")
    result = read(home, report="plan.docx")
    assert result.exit_code == 0, result.output
    row = tables.load("suong-mai", 2030).disbursement.query("unit == 'Suối Mơ'").iloc[0]
    assert (row["plan_bn_vnd"], row["disbursed_bn_vnd"], row["rate_pct_low"]) == (
        512.4, 318.7, 62.2,
    )  # fmt: skip


def test_beside_invented_sources_a_new_one_is_invented_too(home):
    sources = home / "data/raw/suong-mai/sources.toml"
    sources.write_text('[made]\ntitle = "A"\nproducer = "B"\nkind = "synthetic"\n'
                       "accessed = 2030-01-01\n", encoding="utf-8")  # fmt: skip
    assert read(home).exit_code == 0
    assert tables.load("suong-mai", 2030).synthetic


@pytest.mark.parametrize("title", ["Bao cao 2021", "../x", 'a"]\nx=1\n["b', ""])
def test_a_source_is_named_so_that_sources_toml_can_be_read(home, title):
    result = read(home, "--source", title)
    assert result.exit_code == 0, result.output
    name = {"Bao cao 2021": "bao-cao-2021", "../x": "x", "": "report-2030"}.get(title, "a-x-1-b")
    sources = tables.load("suong-mai", 2030).sources
    assert sources.loc[name, "title"] == (" ".join(title.split()) or "report.md")


def test_a_second_source_may_agree_with_a_figure_that_is_added_up_and_nothing_else(home):
    """It would be counted twice as a row of its own; rows below a blank line stay themselves."""
    assert read(home).exit_code == 0
    table = home / "data/raw/suong-mai/2030/late_dossiers.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("\n", "\n\n", 1), encoding="utf-8")
    again = read(home, "--merge", "--source", "other-2030")
    assert again.exit_code == 0, again.output
    assert pd.read_csv(table).equals(pd.read_csv(io.StringIO(text)))
    (home / "report.md").write_text(REPORT.replace("(76 hồ sơ)", "(77 hồ sơ)"), encoding="utf-8")
    differs = read(home, "--merge", "--source", "third-2030")
    assert differs.exit_code == 1 and "76 → 77" in differs.output


def test_a_new_row_is_added_below_a_table_with_blank_lines(home):
    assert read(home).exit_code == 0
    table = home / "data/raw/suong-mai/2030/late_dossiers.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    more = REPORT.replace("Suối Mơ 1.100 hồ sơ", "Suối Mơ 1.100 hồ sơ, Đá Bạc 50 hồ sơ")
    (home / "report.md").write_text(more, encoding="utf-8")
    done = read(home, "--merge")
    assert done.exit_code == 0, done.output
    rows = pd.read_csv(table)
    assert len(rows) == len(lines)  # one more than before, the header not counted
    assert set(rows["unit"]) >= {"Suối Mơ", "Đá Bạc"}


def test_a_damaged_table_is_named_where_figures_are_added_or_a_workbook_is_filled(home):
    assert read(home).exit_code == 0
    table = home / "data/raw/suong-mai/2030/late_dossiers.csv"
    table.write_text(table.read_text(encoding="utf-8") + "one,cell\n", encoding="utf-8")
    last = len(table.read_text(encoding="utf-8").splitlines())
    for done in (read(home, "--merge"), par("template", 2030, "--province", "suong-mai",
                                            "--to", home / "b.xlsx")):  # fmt: skip
        assert done.exit_code == 1
        assert f"late_dossiers.csv, row {last}: 2 cells where the header has" in done.output


def test_a_source_is_cited_by_its_title_and_its_name_is_made_from_that(home):
    title = "Báo cáo CCHC 2030"
    assert read(home, "--source", title).exit_code == 0
    sources = tables.load("suong-mai", 2030).sources
    assert sources.loc["bao-cao-cchc-2030", "title"] == title
    raw = csv_files.read_csv(home / "data/raw/suong-mai/2030/late_dossiers.csv")
    assert set(raw["source"]) == {"bao-cao-cchc-2030"}
    ticked = read(home, "--merge", report=tick(home))  # it says itself what it is from
    assert ticked.exit_code == 0, ticked.output
    assert [*tables.load("suong-mai", 2030).sources.index][:-1] == ["bao-cao-cchc-2030"]
    (home / "other.md").write_text("Năm 2030, Sở Xây dựng có 3 hồ sơ trễ hạn.", encoding="utf-8")
    for said, made in (("Báo cáo, CCHC 2030!", "bao-cao-cchc-2030"), ("…", "source"),
                       ("Báo cáo CCHC (2030) ngày 2 tháng 12 năm 2030 của Sở Nội vụ",
                        "bao-cao-cchc-2030-ngay-2-thang-12-nam"),
                       ("Register", "Register"), ("Đăng ký: register", "dang-ky-register"),
                       ("Sổ rulebook", "so-rulebook"), ("rulebook", "rulebook-2"),
                       ("Báo cáo CCHC (2030) ngày 2 tháng 12 năm 2031",
                        "bao-cao-cchc-2030-ngay-2-thang-12-nam-2")):  # fmt: skip
        done = read(home, "--merge", "--to", home / "new", "--source", said, report="other.md")
        assert done.exit_code == 0, done.output
        raw = csv_files.read_csv(home / "new/2030/late_dossiers.csv")
        assert raw["source"].tolist() == [made]
        (home / "new/2030/late_dossiers.csv").unlink()


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a fork")
def test_who_is_killed_at_any_step_of_writing_leaves_all_tables_of_a_year_or_none(home):
    """Before the first step, the second … until none is left: late dossiers and disbursement."""
    assert read(home, "--to", home / "one", "--source", "first").exit_code == 0
    other = REPORT.replace("+ Sở: Sở Y tế (76", "+ Sở: Sở Xây dựng (7")
    (home / "report.md").write_text(other, encoding="utf-8")
    assert read(home, "--to", home / "new", "--source", "second").exit_code == 0
    known = units.load_units("suong-mai")
    made = {(2030, name): csv_files.read_csv(home / f"new/2030/{name}.csv")
            for name in ("late_dossiers", "disbursement")}  # fmt: skip
    made[2030, "disbursement"]["as_of"] = "2030-11-30"
    steps = ((Path, "replace"), (Path, "rename"), (os, "link"), (tempfile, "mkstemp"),
             (paths, "exchange"))  # fmt: skip
    before, killed, seen = held(home / "one"), 0, set()
    while True:
        shutil.copytree(home / "one", home / "now")
        if (child := os.fork()) == 0:
            left = iter(range(killed))
            for holder, name in steps:
                setattr(holder, name, mortal(getattr(holder, name), left))
            list(raw_folder.store(home / "now", made, known, cited={}, into_existing=True))
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        now = held(home / "now")
        both = [now[name] != before[name] for name in before if name.parts[0] == "2030"]
        assert set(both) in ({True}, {False}), killed
        seen.add(both[0])
        tables_cite = b"second" in now[Path("2030/late_dossiers.csv")]
        assert b"[second]" in now[Path("sources.toml")] or not tables_cite
        list(raw_folder.store(home / "now", made, known, cited={}, into_existing=True))
        assert not [*(home / "now").glob(".par-*")]  # what was left is taken away
        shutil.rmtree(home / "now")
        if code == 0:
            break
        killed += 1
    assert killed > 6 and seen == {True, False}


def mortal(step, left):
    """A step of writing before which the process dies, once none is left."""

    def taken(*given, **named):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*given, **named)

    return taken


def held(folder):
    """What files hold, but for what a killed process left."""
    files = (p for p in folder.rglob("*") if p.is_file())
    names = {p.relative_to(folder): p.read_bytes() for p in files}
    return {name: own for name, own in names.items()
            if not any(part.startswith(".par-") for part in name.parts)}  # fmt: skip


def test_a_workbook_asks_for_title_producer_and_day_of_its_source(home):
    book = home / "filled.xlsx"
    assert par("template", "2030", "--province", "suong-mai", "--to", book).exit_code == 0
    made = openpyxl.load_workbook(book)
    for at, cell in enumerate(("Báo cáo CCHC 2030", "Sở Nội vụ", "31/12/2030"), start=1):
        made[workbook.SOURCES].cell(workbook.HEAD + 1, at).value = cell
    sheet = made[workbook.sheet_name("late_dossiers")]
    heads = [str(cell.value).rstrip("* ") for cell in sheet[workbook.HEAD]]
    for name, cell in (("unit", "Sở Y tế"), ("level", "Sở, ban, ngành"), ("late", 7),
                       ("period_start", "1/1/2030"), ("period_end", "31/12/2030")):  # fmt: skip
        sheet.cell(workbook.HEAD + 1, heads.index(workbook.header(name)) + 1).value = cell
    made.save(book)
    done = read(home, report=book)
    assert done.exit_code == 0, done.output
    entry = tables.load("suong-mai", 2030).sources.loc["bao-cao-cchc-2030"]
    assert (entry["title"], entry["producer"]) == ("Báo cáo CCHC 2030", "Sở Nội vụ")
    assert str(entry["date"]) == "2030-12-31"
    made[workbook.SOURCES].cell(workbook.HEAD + 1, 3).value = "hôm qua"
    made.save(book)
    refused = read(home, "--to", home / "new", report=book)
    assert refused.exit_code == 1 and '"hôm qua" is no day' in refused.stderr
    assert "rows taken" not in refused.output and not (home / "new").exists()


def test_a_figure_added_to_a_row_says_of_which_source_it_then_is(home):
    book = home / "filled.xlsx"
    assert read(home).exit_code == 0
    assert par("template", "2030", "--province", "suong-mai", "--to", book).exit_code == 0
    made = openpyxl.load_workbook(book)
    sheet = made[workbook.sheet_name("late_dossiers")]
    heads = [str(cell.value).rstrip("* ") for cell in sheet[workbook.HEAD]]
    resolved = heads.index(workbook.header("resolved")) + 1
    row = next(row for row in range(workbook.HEAD + 1, sheet.max_row + 1)
               if sheet.cell(row, 1).value and not sheet.cell(row, resolved).value)  # fmt: skip
    sheet.cell(row, resolved).value = 99999
    made.save(book)
    source = sheet.cell(row, heads.index(workbook.header("source")) + 1).value
    done = read(home, "--merge", report=book)
    assert done.exit_code == 0, done.output
    assert f"resolved – → 99999 [{source}]" in done.output
    assert "as one of the row's source" in done.output


def test_who_accepted_a_figure_stands_in_the_raw_table_and_on_the_reading_page_only(home):
    assert read(home, "--by", "Nguyễn V. A").exit_code == 0
    raw = csv_files.read_csv(home / "data/raw/suong-mai/2030/late_dossiers.csv")
    assert raw.columns[-1] == "accepted"
    said = f"Nguyễn V. A, {dt.date.today()}"
    assert set(raw["accepted"]) == {said}
    folder = home / "outputs/read/suong-mai/2030"
    assert "Accepted by Nguyễn V. A" in (folder / "report.html").read_text("utf-8")
    ticked = read(home, "--merge", "--by", "B", report=tick(home))
    assert ticked.exit_code == 0, ticked.output
    page = (folder / "report-x.html").read_text("utf-8")
    assert "Accepted by B" in page and "all others" in page
    money = csv_files.read_csv(home / "data/raw/suong-mai/2030/disbursement.csv")
    assert {one[:2] for one in money["accepted"]} == {"B,", "Ng"}
    loaded = tables.load("suong-mai", 2030)
    for name in (*schema.TABLES, "review"):
        assert "accepted" not in getattr(loaded, name)
        assert "Nguyễn V. A" not in getattr(loaded, name).to_csv()
    book = home / "again.xlsx"  # a workbook handed out tells it to nobody
    assert par("template", "2030", "--province", "suong-mai", "--to", book).exit_code == 0
    held = [str(c.value) for s in openpyxl.load_workbook(book) for row in s for c in row if c.value]
    assert not [one for one in held if "Nguyễn V. A" in one]
    read(home, "--merge")  # nobody says who
    raw = csv_files.read_csv(home / "data/raw/suong-mai/2030/late_dossiers.csv")
    assert set(raw["accepted"]) == {said}


def test_whoever_accepts_a_figure_after_another_stands_beside_them_once(home):
    file = home / "data/raw/suong-mai/2030/late_dossiers.csv"
    read(home)
    before = csv_files.read_csv(file)
    for by in ("A, Trưởng phòng", "B", "A, Trưởng phòng", "B"):
        told = read(home, "--merge", "--by", by)
        assert told.exit_code == 0, told.output
    after, today = csv_files.read_csv(file), dt.date.today()
    assert set(after["accepted"]) == {f"A, Trưởng phòng, {today}; B, {today}"}
    assert after.drop(columns="accepted").equals(before)
    file.write_text(file.read_text("utf-8").replace(str(today), "2026-01-01"), "utf-8")
    stood = file.read_bytes()
    read(home, "--merge", "--by", "B")  # who accepted it once has accepted it
    assert file.read_bytes() == stood


def test_an_older_folder_is_brought_to_todays_form_and_no_figure_changes(home, monkeypatch):
    monkeypatch.setenv("PAR_LANG", "en")
    folder = home / "data/raw/suong-mai"
    row = "Suối Mơ,district,2030-11-30,total,71.5,100,2/2,,good,reported,made,trang 1,"
    table = folder / "2030/service_index.csv"
    table.parent.mkdir()
    head = "unit,level,as_of,part,points,max_points,rank,ranked_units,classification,status,source"
    table.write_text(f"{head},locator,note\n{row}\n", encoding="utf-8")
    (folder / "sources.toml").write_text(
        '[made]\ntitle = "A"\nproducer = "B"\nkind = "report"\naccessed = 2030-12-01\n'
    )
    with pytest.raises(tables.DataError, match="part; par migrate"):
        tables.load("suong-mai", 2030)
    done = par("migrate", "--province", "suong-mai")
    assert done.exit_code == 0, done.output
    assert "service_index.csv: rewritten" in done.output
    text = table.read_text("utf-8")
    assert text.splitlines() == [f"{head},locator,note".replace("part", "component"), row]
    assert tables.load("suong-mai", 2030).service_index["points_low"].tolist() == [71.5]
    again = par("migrate", "--province", "suong-mai")
    assert again.output == "suong-mai: raw tables are in form 2\n"
    assert table.read_text("utf-8") == text
    (folder / "form").write_text("hai")
    assert par("migrate", "--province", "suong-mai").output == again.output
    (folder / "form").write_text("3\n")
    with pytest.raises(tables.DataError, match="form: 3, and form 2 is read here"):
        tables.load("suong-mai", 2030)
    assert "form 3 is of a later version" in par("migrate", "--province", "suong-mai").stderr


def test_a_source_named_by_the_reader_is_a_source_the_tables_know(home):
    assert read(home, "--source", "Bao_cao-2030").exit_code == 0
    assert "Bao_cao-2030" in tables.load("suong-mai", 2030).sources.index


def begin(province, year):
    return [words.format(**values) for words, values in raw_folder.begin_year(province, year)]


@pytest.mark.long
def test_every_province_of_today_and_of_before_can_be_begun(home):
    """All 63 in 2022 and all 34 in 2026: districts then only, and no units.csv."""
    begun = {2022: 0, 2026: 0}
    for province in sorted(set(units.provinces()["province"])):
        for year in begun:
            try:
                said = begin(province, year)[0]
            except ValueError as error:
                assert f"in {year} its land is part of" in str(error)
                continue
            begun[year] += 1
            assert (" 0 districts" in said) == (year == 2026), said
            folder = paths.raw(province, year)
            assert folder.is_dir() and not (folder.parent / "units.csv").exists()
            assert province in paths.provinces()
    assert begun == {2022: 63, 2026: 34}


def test_what_is_assumed_and_what_ended_is_said(home):
    assert begin("da-nang", 2025) == [
        "Đà Nẵng, 2025: 8 districts, 94 communes and wards, 15 agencies.",
        "The districts ended on 30 June 2025: figures of a later day are by commune.",
        "The agencies are assumed, those most provinces had: write others and other names into "
        "data/raw/da-nang/units.csv.",
    ]
    quang_nam = begin("quang-nam", 2025)
    assert quang_nam[0].startswith("Quảng Nam, 2025: 17 districts, 233 communes")
    assert "later figures belong to the folder of da-nang (thành phố Đà Nẵng)" in quang_nam[2]
    assert len(begin("quang-nam", 2024)) == 2
    assert begin("suong-mai", 2030) == [  # its own units.csv is all there is
        "Sương Mai, 2030: 2 districts, 0 communes and wards, 2 agencies."]  # fmt: skip


@pytest.mark.parametrize(
    ("province", "year", "named"),
    [
        ("quang-nam", 2026, "ended on 2025-06-30; in 2026 its land is part of da-nang"),
        ("thua-thien-hue", 2026, "ended on 2024-12-31; in 2026 its land is part of hue"),
        ("hue", 2022, "began on 2025-01-01; in 2022 its land is part of thua-thien-hue"),
        ("gia-laj", 2024, "no province of Viet Nam has this folder's name; near it: .*gia-lai"),
    ],
)
def test_a_province_that_is_none_that_year_is_refused_with_the_one_that_is(
    home, province, year, named
):
    with pytest.raises((ValueError, FileNotFoundError), match=named):
        begin(province, year)
    assert not paths.raw(province).exists()


def test_a_year_is_read_with_the_units_of_its_days_and_without_a_units_file(home):
    """In 2025 a row counts by the unit of its own day; two units of one name by their level."""
    begin("da-nang", 2025)
    columns = "unit,level,period_start,period_end,received,resolved,on_time,late,on_time_pct,basis"
    rows = ["Hải Châu,district,2025-01-01,2025-06-30", "Hải Châu,commune,2025-07-01,2025-09-30",
            "Đà Nẵng,commune,2025-07-01,2025-09-30"]  # fmt: skip
    text = "\n".join(f"{row},,,,7,,unstated,reported,made,row {n}," for n, row in enumerate(rows))
    folder = paths.raw("da-nang")
    (folder / "sources.toml").write_text(
        '[made]\ntitle = "A"\nproducer = "B"\nkind = "report"\naccessed = 2030-01-01\n'
    )
    (folder / "2025" / "late_dossiers.csv").write_text(
        f"{columns},status,source,locator,note\n{text}\n", encoding="utf-8")  # fmt: skip
    data = tables.load("da-nang", 2025)
    stated = data.late_dossiers.query("status != 'bound'")
    assert stated["unit_code"].tolist() == ["492", "20242", "48"]
    assert len(data.late_dossiers) == 3 + 93  # bounds of the other 93 of 94 communes
    assert {"492", "20242"} <= set(data.tiles["code"])
    assert len(data.tiles) == 7 + 93  # without Hoàng Sa
    late = folder / "2025" / "late_dossiers.csv"
    late.write_text(late.read_text("utf-8").replace("2025-06-30", "2025-07-31"), encoding="utf-8")
    heirs = 'ended on 2025-06-30; write "Hải Châu" or "Hòa Cường"'
    with pytest.raises(tables.DataError, match=heirs):
        tables.load("da-nang", 2025)


def test_a_total_has_its_kind_where_a_district_has_the_province_s_name(home):
    known = units.units_on(units.load_units("vinh-long"), "2022-12-31")
    assert units.as_total(known, 2022) == "tỉnh Vĩnh Long"
    assert units.resolve("Vĩnh Long", known, counted="district") == "855"
    assert units.resolve("tỉnh Vĩnh Long", known, counted="district") == "86"
    assert units.as_total(units.load_units("da-nang"), 2026) == "Đà Nẵng"


def test_what_was_read_is_told_in_vietnamese(home):
    done = CliRunner().invoke(
        app, ["read", str(home / "report.md"), "--province", "suong-mai", "--year", "2030"],
        env={"PAR_LANG": "vi"},
    )  # fmt: skip
    assert "report.md: đã lấy 6 số liệu, đề xuất 5, để lại 0" in done.output
    assert "Đối chiếu tại: " in done.output


def test_whoever_ticks_otherwise_is_heard_or_told(home):
    assert read(home).exit_code == 0
    cover = openpyxl.load_workbook(home / "outputs/read/suong-mai/2030/report.xlsx").worksheets[0]
    assert "--merge" in " ".join(str(cell.value) for (cell,) in cover["A1:A9"])
    said = read(home, "--merge", report=tick(home, marks="đồng ý"))
    assert (said.exit_code, "“đồng ý” is no tick; write x, or nothing" in said.output) == (1, True)
    assert read(home, "--merge", report=tick(home, marks="✓")).exit_code == 0


def test_what_a_share_is_of_may_be_said_later(home):
    raw = home / "data/raw/suong-mai/2030/late_dossiers.csv"
    assert read(home).exit_code == 0
    before = raw.read_text("utf-8")
    assert ",unstated," in before
    known = units.load_units("suong-mai")
    table = pd.read_csv(raw, dtype=str, keep_default_na=False)
    told, _ = raw_folder.merge(raw.parents[1], {(2030, "late_dossiers"): table.assign(
        basis="resolved")}, known)  # fmt: skip
    assert {sign for _, sign, _ in told} <= {"~", "="}
    told, _ = raw_folder.merge(raw.parents[1], {(2030, "late_dossiers"): table.assign(
        basis="unstated")}, known)  # fmt: skip
    assert {sign for _, sign, _ in told} == {"="}


def test_a_file_of_a_year_in_which_the_province_was_another_is_refused_with_that_one(home):
    said = par("read", home / "report.md", "--province", "hue", "--year", "2024", "--lang", "en")
    assert said.exit_code == 1
    assert "'hue' began on 2025-01-01; in 2024 its land is part of thua-thien-hue" in " ".join(
        said.output.split()
    )
