"""What was deleted or renamed is gone from editions and lists with the next run, no --force."""

import re
import shutil
import zipfile
from pathlib import Path

import pypdfium2
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
EVERY = ("run", "--all", "--documents")
OWN = "outputs/quang-nam/2022/"  # beside it lies the page that tells what changed
# What is done, where nothing of it may be left, and words that stood there before.
GONE = {
    "a notebook is deleted": (OWN, ["03_sipas", "Chỉ số hài lòng của người dân (SIPAS)"]),
    "a notebook is renamed": (OWN, ["05_data_quality"]),
    "a table is deleted": (OWN, ['="tables/scores.csv"', "80,91", "80.91"]),
    "a table is renamed": (OWN, ['="tables/mentions.csv"', "which ones is not stated"]),
    "a year is deleted": ("outputs/index", ["quang-nam/2023"]),
    "a province is deleted": ("outputs/index", ["da-nang", "Đà Nẵng"]),
    "a province is renamed": ("outputs/index", ["demo/2024"]),
}


# A small invented province.
UNITS = """code,name,name_en,level,kind,valid_from,valid_to,successor,aliases,source,parent
99,Minh Họa,Minh Hoa (invented),province,tỉnh,,,,,demo,
"""
SOURCES = """[demo]
title = "Số liệu giả lập"
producer = "Không có"
kind = "synthetic"
accessed = 2026-11-24
"""
SCORES = """criterion,points,max_points,rank,ranked_units,status,source,locator,note
par_index,"80,84/100",,48/63,,reported,demo,here,
"""


def text_of(file: Path) -> str:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            return " ".join(parts.read(name).decode() for name in parts.namelist()
                            if name.endswith((".xml", ".rels")))  # fmt: skip
    if file.suffix == ".pdf":
        return " ".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(file))
    return file.read_text(encoding="utf-8")


def all_of(root: Path, start: str) -> dict[str, str]:
    """Text of every file whose path begins so; not of the overview, which names other notebooks."""
    found = {}
    for file in root.rglob("*"):
        name = file.relative_to(root).as_posix()
        if name.startswith(start) and file.is_file():
            found[name] = f"{name} {text_of(file) if '/notebooks/00_' not in name else ''}"
    return found


@pytest.fixture(scope="module")
def before_and_after(project):
    """Text of all files in outputs/ with everything there, and after one run without some of it."""
    root = project.root
    raw, books = root / "data" / "raw", root / "notebooks"
    shutil.copy(CHECKOUT / "notebooks" / "05_data_quality.ipynb", books)
    own = raw / "quang-nam"
    (own / "2023").mkdir()
    shutil.copy(own / "2022" / "sipas.csv", own / "2023")
    (raw / "da-nang").mkdir()
    shutil.copy(CHECKOUT / "data" / "raw" / "da-nang" / "sources.toml", raw / "da-nang")
    shutil.copytree(CHECKOUT / "data" / "raw" / "da-nang" / "2023", raw / "da-nang" / "2023")
    made_up = raw / "demo" / "2024"
    made_up.mkdir(parents=True)
    (raw / "demo" / "units.csv").write_text(UNITS, encoding="utf-8")
    (raw / "demo" / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (made_up / "scores.csv").write_text(SCORES, encoding="utf-8")
    code, said = project.par(*EVERY)
    assert code == 0, said
    before = all_of(root, "outputs/")

    (books / "03_sipas.ipynb").unlink()
    (books / "05_data_quality.ipynb").rename(books / "05_doi_chieu.ipynb")
    (own / "2022" / "scores.csv").unlink()
    (own / "2022" / "mentions.csv").rename(own / "2022" / "mentions.csv.old")
    shutil.rmtree(own / "2023")
    shutil.rmtree(raw / "da-nang")
    (raw / "demo").rename(raw / "demo-hai")
    code, said = project.par(*EVERY)
    assert code == 0, said
    assert project.par("verify", str(project.edition))[0] == 0
    return before, all_of(root, "outputs/"), said


@pytest.mark.parametrize("what", GONE)
def test_nothing_is_left_of(before_and_after, what):
    start, words = GONE[what]
    before, after = ({name: text for name, text in one.items() if name.startswith(start)}
                     for one in before_and_after[:2])  # fmt: skip
    assert any(name.endswith(".html") for name in after)
    if start == OWN:
        assert {Path(name).suffix for name in after} >= {".docx", ".xlsx", ".pdf", ".json"}
    for word in words:
        assert any(word in text for text in before.values()), word
        assert [name for name, text in after.items() if word in text] == [], word
    for table in re.findall(r'tables/(\w+)\.csv"', " ".join(words)):  # as of a year without it
        assert after[f"{OWN}tables/{table}.csv"].count("\n") == 1


def test_an_edition_whose_figures_are_gone_is_told_of_and_stays(before_and_after):
    """What was published is a reader's: the list leaves it out, and the run says what to delete."""
    _, after, said = before_and_after
    told = [line for line in said.splitlines() if ": its figures have gone from data/raw" in line]
    gone = ["da-nang/2023", "demo/2024", "quang-nam/2023"]
    assert ["/".join(Path(line.partition(": ")[0]).parts[-2:]) for line in told] == gone
    assert all(f"outputs/{name}/manifest.json" in after for name in gone)


def test_what_was_renamed_is_there_under_its_new_name(before_and_after):
    _, after, _ = before_and_after
    assert f"{OWN}05_doi_chieu.html" in after
    listed = after["outputs/index.html"]
    assert "demo-hai/2024/" in listed and "quang-nam/2022/" in listed


def test_every_link_of_a_page_leads_somewhere(before_and_after):
    """The overview names pages that nobody asked for, and one that is gone."""
    _, after, _ = before_and_after
    pages = {name: text for name, text in after.items() if name.endswith(".html")}
    for name in [one for one in pages if one.startswith((OWN, "outputs/index"))]:
        for link in re.findall(r'href="([^"#:]+)[^":]*"', pages[name]):
            parts = [*Path(name).parent.parts]
            for part in Path(link).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in after, (name, link)
