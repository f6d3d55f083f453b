"""A sheet for each value of a notebook's parameter: run in one kernel, pressed one by one."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from pypdfium2 import PdfDocument
from typer.testing import CliRunner

from par_cli import app
from par_lib.language.translation import language
from par_press import execute

HEAD = ('import par_lib as par\n\ndata = par.begin("quang-nam", 2022)\nbefore = 0\n'
        'codes = ["b", "a"]')  # fmt: skip


def run(tmp_path, *block: str) -> nbformat.NotebookNode:
    """A notebook with these cells for each of b and a, executed."""
    cells = [nbformat.v4.new_code_cell(one) for one in (HEAD, *block)]
    cells[1].metadata["tags"] = ["each"]
    cells.insert(0, nbformat.v4.new_markdown_cell("# Sheets"))
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["par"] = {"each": {"unit": "codes"}}
    nbformat.write(book, tmp_path / "own.ipynb")
    return execute.execute(
        tmp_path / "own.ipynb", tmp_path / "made.ipynb", parameters={}, language=language("vi")
    )


def test_cells_before_are_run_once_and_the_others_for_each_value_in_their_order(tmp_path):
    made = run(tmp_path, "before += 1", "print(unit, before)")
    head, sheets = execute.sheets(made)
    assert [cell.source for cell in head.cells if cell.cell_type == "code"][-1] == HEAD
    said = {value: book.cells[-1].outputs[0].text for value, book in sheets.items()}
    assert said == {"b": "b 1\n", "a": "a 2\n"}  # one process: the second goes on from the first
    assert len({cell.id for cell in made.cells}) == len(made.cells)


def test_what_fails_names_the_cell_as_its_author_counts_and_the_value(tmp_path):
    with pytest.raises(execute.NotebookError, match=r"own.ipynb, cell 4: unit = 'a'"):
        run(tmp_path, "before += 1", "quit() if unit == 'a' else None")


def test_a_sheet_cites_its_own_sources_only(tmp_path):
    own = 'own = data.late_dossiers.iloc[: 1 if unit == "b" else 0]'
    title, say = "%%title\nĐơn vị {unit}", "%%say from own\nCó số liệu."
    _, sheets = execute.sheets(run(tmp_path, own, title, say, "par.charts.notebook.sources()"))
    cited = {name: "<li" in book.cells[-1].outputs[0].data["text/html"]
             for name, book in sheets.items()}  # fmt: skip
    assert cited == {"b": True, "a": False}


ASKED = ("2022", "--units", "--notebook", "00", "--documents")


@pytest.fixture(scope="module")
def edition(made_once):
    """The real edition of 2022 with its sheets, in both languages."""
    return made_once("sheets", *ASKED) / "outputs" / "quang-nam" / "2022"


def parsed(file) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def test_every_district_and_department_has_a_page_and_a_paper_of_one_page(edition):
    for folder in (edition, edition / "en"):
        pages = sorted((folder / "units").glob("*.html"))
        assert len(pages) == 48  # 18 districts, 30 departments
        for page in pages:
            assert len(PdfDocument(page.with_suffix(".pdf"))) == 1, page
    made = json.loads((edition / "manifest.json").read_text())
    assert "units/515.html" in made["files"] and "en/units/515.pdf" in made["files"]


def test_the_sheet_says_what_is_known_within_bounds_and_what_is_not(edition):
    page = parsed(edition / "units" / "515.html")
    assert page.h1.text == "Huyện Bắc Trà My"
    cells = [[cell.text for cell in row.select("th, td")] for row in page.table.select("tr")]
    late, capital = cells[1], cells[2]
    assert late[:2] == ["Hồ sơ trễ hạn", "0–3.551"]  # 41.657 of all, less what the source lists
    assert capital[:3] == ["Tỷ lệ giải ngân (%)", "49,7%", "thứ 16/18"]
    text = page.main.text
    assert "Chưa có số liệu của đơn vị về: Chỉ số hài lòng (SIPAS)." in text
    assert "chưa có số liệu chính xác: Hồ sơ trễ hạn." in text
    assert "par template 2022 --province quang-nam --unit 515" in text
    english = parsed(edition / "en" / "units" / "515.html")
    assert english.h1.text == "Bắc Trà My"
    assert "16 of 18" in english.table.text
    home = page.select_one(".home a")["href"]
    assert (edition / "units" / home).resolve() == edition / "10_unit_sheets.html"
    other = page.select_one(".languages a[lang=en]")["href"]
    assert (edition / "units" / other).resolve() == edition / "en" / "units" / "515.html"


def test_the_paper_of_a_sheet_lists_its_sources(edition):
    said = PdfDocument(edition / "units" / "515.pdf")[0].get_textpage().get_text_bounded()
    assert "[1] Báo cáo tóm tắt một số tồn tại" in said.replace("\r\n", " ")


def test_the_index_leads_to_each_sheet_with_its_finding_and_can_be_searched(edition):
    cards = parsed(edition / "10_unit_sheets.html").select_one("ol.cards")
    assert cards["data-find"]
    links = {card.a["href"]: card for card in cards.select("li")}
    assert len(links) == 48
    assert all((edition / href).is_file() for href in links)
    assert "49,7%" in links["units/515.html"].text


def test_an_edition_keeps_its_sheets_and_has_none_that_nobody_asked_for(edition, monkeypatch):
    monkeypatch.setenv("PAR_ROOT", str(edition.parents[2]))
    less = [one for one in ASKED if one != "--units"]
    done = CliRunner().invoke(app, ["run", *less, "--lang", "vi,en"])
    assert "nothing to do" in done.output
    assert (edition / "units" / "515.html").is_file()
    assert CliRunner().invoke(app, ["verify", str(edition)]).exit_code == 0


def test_a_unit_s_workbook_offers_it_alone_and_reads_back(tmp_path):
    import openpyxl

    file = tmp_path / "own.xlsx"
    done = CliRunner().invoke(app, ["template", "2022", "--unit", "Tam Kỳ", "--to", str(file)])
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(file)
    rows = [row for row in book["Giải ngân"].iter_rows(min_row=4, values_only=True) if row[0]]
    assert {row[0] for row in rows} == {"Tam Kỳ"}
    assert "Điểm số" not in book.sheetnames  # of the province, not of a unit
    done = CliRunner().invoke(app, ["template", "2022", "--unit", "Tam Ký", "--to", "x.xlsx"])
    assert done.exit_code == 1 and "Tam Kỳ" in done.output
