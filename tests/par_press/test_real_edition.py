"""What a reader meets on every page of a real edition: one language, words for charts, no traps."""

import base64
import re
import tomllib
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from par_cli import app
from par_lib.language.vietnamese import fold
from par_lib.storage import csv_files

CHECKOUT = Path(__file__).resolve().parents[2]
KB = 1024
# A folded Vietnamese syllable: most English words are none.
SYLLABLE = re.compile(
    "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
NAMES = {
    "PAR", "INDEX", "SIPAS", "CSV", "Gini", "Lorenz", "Pareto", "Kitagawa", "Wilson", "UBND",
    "PTNT", "KH", "CCHC", "TTHC", "NSNN", "CBCCVC", "QĐ", "BNV", "TTg", "Kaplan", "Meier",
    "Notebook", "notebook", "PNG", "SVG", "HĐND", "Spiegelhalter", "XmR", "Shewhart", "Wheeler",
    "Newcombe", "Bayes", "beta", "Kish",
}  # fmt: skip
DECIMAL_POINT = re.compile(r"\d\.(?!\d{3}(?!\d))\d")  # 72.57, but not 11.193
ENGLISH_THOUSANDS = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")
CHART_WORDS = re.compile("chart|bars|curve|diagram|map|biểu đồ|đường cong|bản đồ", re.IGNORECASE)
HOSTILE = "=cmd|'/c calc'!A1 <img src=x onerror=alert(1)> {{7*7}} $x$"


@pytest.fixture(scope="module")
def edition(outputs_to_read) -> Path:
    return outputs_to_read / "quang-nam" / "2022"


def read(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def words(page: Path) -> str:
    """All a reader reads or hears, without code, other languages and the names of sources."""
    tree = read(page)
    for element in tree.select("script, style, pre, code, [lang=en], .sources a"):
        element.decompose()
    heard = [
        element[name]
        for element in tree.find_all(True)
        for name in ("aria-label", "title", "alt")
        if element.has_attr(name)
    ]
    text = " ".join([tree.get_text(" "), *heard])
    with (CHECKOUT / "data/raw/quang-nam/sources.toml").open("rb") as file:
        for source in tomllib.load(file).values():
            for name in (source["title"], source["producer"]):
                text = text.replace(name, " ")
    return text


def test_vietnamese_pages_hold_no_english_word(edition):
    for page in edition.glob("*.html"):
        found = set(re.findall(r"[^\W\d_]+", words(page)))
        foreign = {word for word in found if not SYLLABLE.fullmatch(fold(word))} - NAMES
        assert not foreign, f"{page.name}: {foreign}; translate it, or add a name to NAMES"


def test_vietnamese_pages_hold_no_english_number(edition):
    for page in edition.glob("*.html"):
        text = words(page)
        assert not DECIMAL_POINT.findall(text), page.name
        english = set(ENGLISH_THOUSANDS.findall(words(edition / "en" / page.name)))
        assert not {number for number in english if number in text}, page.name


def test_the_word_and_number_tests_see_english():
    assert not SYLLABLE.fullmatch("late") and not SYLLABLE.fullmatch("of")
    for word in ("trễ", "hạn", "quyết", "nghiêng", "khuya", "Điện", "giữa"):
        assert SYLLABLE.fullmatch(fold(word)), word
    assert DECIMAL_POINT.search("72.57 %") and not DECIMAL_POINT.search("11.193 và 72,57 %")
    assert ENGLISH_THOUSANDS.search("41,657")


def test_every_chart_says_its_type_and_what_it_shows(edition):
    charts = [svg for page in edition.rglob("*.html") for svg in read(page).select("svg")]
    assert len(charts) > 30
    for chart in charts:
        alt = chart["aria-label"]
        assert CHART_WORDS.search(alt) and re.search(r"\d", alt) and len(alt) > 60, alt
        assert chart.find("text"), "a chart's words are text, not outlines"


def test_pages_are_small(edition):
    """At most 600 kB; 60 kB where there is no chart, as for a year without SIPAS or tasks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(edition.parents[2]))
        for number in ("03", "06"):
            CliRunner().invoke(app, ["run", "2024", "--notebook", number])
    sizes = {
        page: (len(page.read_bytes()) / KB, "<svg" in page.read_text(encoding="utf-8"))
        for page in edition.parent.rglob("*.html")
    }
    assert all(size <= (600 if chart else 60) for size, chart in sizes.values()), sizes
    assert [page for page, (_, chart) in sizes.items() if not chart]


def test_every_table_can_be_taken_as_csv(edition):
    for page in edition.rglob("*.html"):
        for figure in read(page).select("figure.table"):
            link = figure.select_one(".csv a")
            content = base64.b64decode(link["href"].partition("base64,")[2]).decode("utf-8-sig")
            assert len(content.splitlines()) > len(figure.select("tbody tr"))
            assert re.fullmatch(r"[a-z0-9-]+\.csv", link["download"]), link["download"]


def test_names_from_the_data_are_text_and_inert(new_root):
    """A district whose official name is an attack, from raw file to page and downloads."""
    units = new_root / "data/raw/quang-nam/units.csv"
    hostile = f"507,{HOSTILE},Dien Ban Town,district,thị xã,,,,Điện Bàn,made\n"
    units.write_text(units.read_text(encoding="utf-8") + hostile, encoding="utf-8")
    result = CliRunner().invoke(app, ["run", "2022", "--notebook", "01"])
    assert result.exit_code == 0, result.output
    edition = new_root / "outputs" / "quang-nam" / "2022"
    tree = read(edition / "01_late_dossiers.html")
    assert not tree.select("[onerror], main img") and "49" not in tree.select_one("h1").text
    shown = [cell.text for cell in tree.select("tbody th") if "calc" in cell.text]
    assert shown and set(shown) == {HOSTILE}
    drawn = " ".join(text.get_text() for text in tree.select("svg text"))
    assert "{{7*7}}" in drawn and "$x$" in " ".join(drawn.split())
    inline = base64.b64decode(tree.select_one(".csv a")["href"].partition("base64,")[2])
    for csv in (inline, (edition / "tables" / "late_dossiers.csv").read_bytes()):
        assert b"'=cmd" in csv and b",=cmd" not in csv and b'"=cmd' not in csv


def test_who_accepted_a_figure_stands_on_no_page_and_in_no_document(new_root):
    """All that an edition holds is opened: pages, notebooks, tables, packed parts, PDF."""
    name = "Trần Thị Xác Nhận"
    for file in (new_root / "data/raw/quang-nam/2022").glob("*.csv"):
        raw = csv_files.read_csv(file).assign(accepted=f"{name}, 2026-11-27")
        file.write_text(raw.to_csv(index=False), encoding="utf-8")
    done = CliRunner().invoke(app, ["run", "2022", "--notebook", "01", "--documents"])
    assert done.exit_code == 0, done.output
    opened = set()
    for file in (new_root / "outputs").rglob("*"):
        texts = [file.read_bytes()] if file.is_file() else []
        if file.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(file) as packed:
                texts = [packed.read(one) for one in packed.namelist()]
        elif file.suffix == ".pdf":
            pages = pypdfium2.PdfDocument(file)
            texts = [one.get_textpage().get_text_range().encode() for one in pages]
        for text in (one.decode(errors="replace") for one in texts):
            assert "Xác Nhận" not in text and r"X\u00e1c" not in text, file
            opened.add(file.suffix)
    assert {".html", ".ipynb", ".csv", ".docx", ".xlsx", ".pdf", ".json"} <= opened
