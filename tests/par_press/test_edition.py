"""An edition is whole, traceable and the same each time; a failure leaves the old one standing."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from par_cli import app

CHECKOUT = Path(__file__).resolve().parents[2]


def par(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def parse(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(), "html.parser")


def hashes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def root(root_with_edition):
    return root_with_edition


@pytest.fixture(scope="module")
def edition(root):
    return root / "outputs" / "quang-nam" / "2022"


@pytest.fixture
def notebook(root):
    """Notebook 03, put back as it was afterwards."""
    path = root / "notebooks" / "03_sipas.ipynb"
    text = path.read_bytes()
    yield path
    path.write_bytes(text)


def add_cell(path: Path, source: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(4, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def test_an_edition_has_its_pages_notebooks_tables_and_manifest(edition):
    names = {path.stem for path in (CHECKOUT / "notebooks").glob("[0-9]*.ipynb")}
    names -= {"09_backlog", "10_unit_sheets"}  # of a register; only if asked for
    for folder in (edition, edition / "en"):
        assert {p.stem for p in folder.glob("*.html")} == names - {"00_overview"} | {"index"}
        assert {p.stem for p in (folder / "notebooks").glob("*.ipynb")} == names
    table = (edition / "tables" / "late_dossiers.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")  # Excel takes it for UTF-8
    made = json.loads((edition / "manifest.json").read_text())
    assert made["languages"] == ["vi", "en"]
    own = hashes(edition)
    assert made["files"] == {name: own[name] for name in own if name != "manifest.json"}
    raw = "data/raw/quang-nam/2022/late_dossiers.csv"
    assert made["inputs"][raw] == hashlib.sha256((CHECKOUT / raw).read_bytes()).hexdigest()
    assert made["warnings"] == []
    leftovers = [p.name for p in edition.parent.iterdir() if p.name.startswith(".")]
    assert leftovers == []


def test_numbers_are_written_as_the_page_s_language_writes_them(edition):
    vi = (edition / "01_late_dossiers.html").read_text()
    en = (edition / "en" / "01_late_dossiers.html").read_text()
    assert "41.657" in vi and "41,657" not in vi
    assert "41,657" in en and '<html lang="en">' in en and '<html lang="vi">' in vi


def test_every_number_in_a_headline_or_table_leads_to_a_source(edition):
    checked = 0
    for path in edition.rglob("*.html"):
        tree = parse(path)
        for card in tree.select("ol.cards"):  # their marks lead to the pages they open
            card.decompose()
        anchors = {element["id"]: element.text for element in tree.find_all(id=True)}
        for link in tree.select(".refs a"):
            listed = anchors[link["href"].removeprefix("#")]
            assert all(place in listed for place in link["title"].split("; ")), path.name
        for row in tree.select("main tbody tr, main p.headline"):
            if not re.search(r"\d", row.text):
                continue
            links = [link["href"] for link in row.select(".refs a")]
            assert links, f"{path.name}: {row.text}"
            assert {link.removeprefix("#") for link in links} <= set(anchors), path.name
            assert row.select(".status"), path.name
            checked += 1
    assert checked > 200


def test_pages_load_nothing_from_outside(edition):
    for path in edition.rglob("*.html"):
        tree = parse(path)
        loads = [tag["src"] for tag in tree.find_all(src=True)]
        loads += [tag["href"] for tag in tree.find_all("link", href=True)]
        assert [address for address in loads if not address.startswith("data:")] == []
        assert "@import" not in path.read_text() and "No description" not in path.read_text()


def test_two_runs_give_the_same_bytes(edition):
    before = hashes(edition)
    assert par("run", "2022", "--lang", "vi,en", "--notebook", "01").exit_code == 0
    after = hashes(edition)
    before.pop("manifest.json"), after.pop("manifest.json")
    assert after == before


def test_one_notebook_in_one_language_leaves_the_edition_bilingual(edition):
    before = hashes(edition)
    assert par("run", "2022", "--lang", "en", "--notebook", "3").exit_code == 0
    made = json.loads((edition / "manifest.json").read_text())
    assert made["languages"] == ["vi", "en"]
    assert len([name for name in made["inputs"] if name.endswith(".ipynb")]) == 9
    assert len(made["runs"]) == 18
    after = hashes(edition)
    before.pop("manifest.json"), after.pop("manifest.json")
    assert after == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("1 / 0", "03_sipas.ipynb, cell 5: ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "cell 5: left early"),
    ],
)
def test_a_failing_notebook_leaves_the_old_edition_untouched(edition, notebook, source, words):
    before = hashes(edition)
    add_cell(notebook, source)
    result = par("run", "2022", "--lang", "vi,en")
    assert result.exit_code == 1
    assert words in result.output.replace("\n", " ")
    assert hashes(edition) == before
    assert [p.name for p in edition.parent.iterdir()] == ["2022"]


def test_a_year_with_missing_tables_still_has_its_edition_and_says_so(edition):
    assert par("run", "2024", "--lang", "en", "--notebook", "01").exit_code == 0
    page = edition.parent / "2024" / "01_late_dossiers.html"
    text = parse(page).text
    assert "No figures for 2024 on late dossiers by locality." in text
    assert "No figures for 2024 yet: Late dossiers" in text
    index = (edition.parents[1] / "index.html").read_text()
    assert "quang-nam/2022/index.html" in index and "quang-nam/2024/index.html" in index
    shutil.rmtree(edition.parent / "2024")


def test_an_edition_moved_aside_by_a_killed_run_is_put_back(edition):
    before = hashes(edition)
    edition.rename(edition.with_name(".2022.previous"))
    assert par("run", "2022", "--lang", "vi,en", "--notebook", "03").exit_code == 0
    after = hashes(edition)
    before.pop("manifest.json"), after.pop("manifest.json")
    assert after == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "2019"], "choose one of 2021, 2022, 2023, 2024, 2025"),
        (["run", "2022; import os"], "write four digits"),
        (["run", "2022", "--province", "hue"], "choose one of da-nang, quang-nam"),
        (["run", "2022", "--province", "../../etc"], "choose one of da-nang, quang-nam"),
        (["run", "2022", "--lang", "fr"], "choose one of vi, en"),
        (["run"], "no edition: write years"),
        (["run", "2023-2022"], "write the earlier year first"),
        (["run", "quang-nam:2022-2026"], "quang-nam has no raw data for 2026"),
        (["run", "hue:2022"], "province 'hue' has no raw data"),
        (["run", "2022", "--notebook", "99"], "choose one of 00_overview"),
        (["run", "2022", "-p", "treshold_pct=60"], "target_reduction_pct, threshold_pct"),
        (["run", "2022", "-p", "threshold_pct=high"], "expected a number of 0"),
        (["run", "2022", "-p", "year=2023"], "choose name=value"),
        (["run", "2022", "-p", "what_if=abc"], "change 'abc': write criterion = 30"),
        (["run", "2022", "-p", "what_if=foo = 30"], "criterion 'foo' is not in"),
        (["run", "2022", "-p", "effort=a lot"], "effort 'a lot': write criterion=number"),
    ],
)
def test_what_is_mistyped_is_refused_before_a_kernel_starts(root, monkeypatch, arguments, words):
    monkeypatch.setattr("par_press.runner.run", lambda *_, **__: pytest.fail("started"))
    result = par(*arguments)
    assert result.exit_code == 1
    assert words in result.output.replace("\n", " ")


def test_list_and_check_speak(root):
    listed = par("list")
    assert listed.exit_code == 0
    assert "quang-nam: 2021, 2022, 2023, 2024, 2025" in listed.output
    assert "threshold_pct = 70.0" in listed.output
    checked = par("check", "2022", "--lang", "en")
    assert checked.exit_code == 0
    assert "38,106" in checked.output and "41,657" in checked.output


def test_golden_headlines_are_kept_and_compared():
    """A stripped notebook compares nothing under nbval: each must keep a headline output."""
    for path in sorted((CHECKOUT / "notebooks").glob("[0-9]*.ipynb")):
        kept = 0
        for cell in nbformat.read(path, as_version=4).cells:
            tags = cell.metadata.get("tags", [])
            headline = cell.source.startswith("%%headline")
            assert ("nbval-check-output" in tags) == ("keep_output" in tags) == headline, path.name
            # One that has nothing to say in this year has no number: nbval passes it over.
            assert bool(cell.get("outputs")) == bool(cell.get("execution_count")), path.name
            kept += bool(cell.get("outputs"))
        assert kept, path.name


def test_half_a_year_is_an_edition_of_its_own_beside_the_year(root, edition):
    before = hashes(edition)
    made = par("run", "2022-H1", "--no-documents")
    assert made.exit_code == 0, made.output
    half = edition.with_name("2022-H1")
    pages = {path.stem for path in half.glob("*.html")}
    # of whole years are 03, 04 and 06; of this half year 02, 07 and 08 would show nothing
    assert pages == {"index", "01_late_dossiers", "05_data_quality"}
    finding = "hồ sơ trễ hạn nhiều nhất ở cấp huyện: 16.475 hồ sơ, chiếm 65,2%"
    assert finding in parse(half / "index.html").select_one(".headline").text
    page = parse(half / "01_late_dossiers.html")
    assert "6 tháng đầu năm 2022" in page.select_one("p.place").text
    assert "16.475" in page.text and "41.657" not in page.text
    told = json.loads((half / "manifest.json").read_text())
    assert (told["year"], told["period"]) == (2022, "2022-H1")
    assert told["fingerprint"].startswith("quang-nam-2022-H1-")
    assert hashes(edition) == before
    collection = parse(root / "outputs" / "index.html")
    assert [one.text for one in collection.select("h3")][:2] == ["2022", "6 tháng đầu năm 2022"]
    assert "16.475" not in collection.text  # of a part of a year a line, without its finding
    assert collection.select_one("li.part h3").text == "6 tháng đầu năm 2022"
    assert par("verify", str(half)).exit_code == 0
    assert "nothing to do" in par("run", "2022-H1", "--no-documents").output


def test_a_year_and_a_part_of_it_are_made_at_once(root, edition):
    """What one leaves while it is built is nothing that the other may clear away."""
    made = par("run", "2022-H1", "2022", "2022-12", "--notebook", "00", "--no-documents", "--force",
               "--jobs", "2")  # fmt: skip
    assert made.exit_code == 0, made.output
    assert [one.name for one in edition.parent.glob(".2022*")] == []


def test_a_period_that_has_no_figures_is_told_with_those_that_have(root):
    made = par("run", "2022-Q2")
    assert made.exit_code == 1 and not (root / "outputs/quang-nam/2022-Q2").exists()
    assert "has no figures of 2022-Q2 alone; choose one of 2022, 2022-H1" in made.output
    assert "write 2022, 2022-H1, 2022-9M" in par("run", "2022-Q5").output
    assert (
        "2022-H1: 03_sipas are of whole years" in par("run", "2022-H1", "--notebook", "03").output
    )


def test_a_year_just_begun_is_made_without_a_source(bare_root):
    for command in (["new-year", "2026", "--province", "hue"],
                    ["run", "hue:2026", "--notebook", "00", "--documents"]):  # fmt: skip
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
    edition = bare_root / "outputs" / "hue" / "2026"
    assert "Chưa có nguồn số liệu" in (edition / "index.html").read_text(encoding="utf-8")
    assert (edition / "report.docx").is_file()
