"""Notebooks of one's own, and copies to read in English."""

import json

import nbformat

from par_lib.language.translation import language
from par_press import execute, lab, plan


def test_lab_has_english_copies_that_are_written_anew_only_when_the_notebook_changes(new_root):
    lab.translate_notebooks("en")
    copy = new_root / "notebooks" / "en" / "01_late_dossiers.ipynb"
    cells = nbformat.read(copy, as_version=4).cells
    assert cells[0].source.startswith("# Late dossiers")
    assert "A translated copy of 01_late_dossiers.ipynb" in cells[0].source
    assert any('lang: str = "en"' in cell.source for cell in cells)
    assert copy.parent not in {book.parent for book in plan.all_notebooks()}

    copy.write_text("mine")
    lab.translate_notebooks("en")
    assert copy.read_text() == "mine"
    notebook = new_root / "notebooks" / copy.name
    notebook.write_text(notebook.read_text("utf-8"), encoding="utf-8")  # newer than the copy
    lab.translate_notebooks("en")
    assert copy.read_text() != "mine"


def test_copies_and_private_notebooks_are_not_published(new_root):
    folder = new_root / "notebooks"
    before = plan.all_notebooks()
    text = before[0].read_text("utf-8")
    (folder / "00_overview-Copy1.ipynb").write_text(text, encoding="utf-8")
    content = json.loads(text)
    content["metadata"]["par"] = {"publish": False}
    (folder / "08_mine.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (folder / "11_broken.ipynb").write_text("{", encoding="utf-8")  # its run will say so
    assert plan.all_notebooks() == (*before, folder / "11_broken.ipynb")


def test_a_notebook_that_needs_what_a_year_has_not_is_left_out(new_root):
    def asked(year: int) -> set[str]:
        request = plan.Request("quang-nam", year, ("vi",), plan.notebooks_of([]))
        return {one.stem[:2] for one in plan.fitting(request, named=False).notebooks}

    folder = new_root / "data" / "raw" / "quang-nam" / "register" / "year=2023"
    assert "09" not in asked(2022) and "09" not in asked(2023) and len(asked(2022)) == 9
    folder.mkdir(parents=True)
    (folder / "part-0.parquet").write_bytes(b"")
    assert "09" not in asked(2022)
    assert asked(2023) == asked(2022) | {"09"}


def test_a_paragraph_without_translation_stays_and_is_named():
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Hồ sơ trễ hạn\n\nCâu chưa ai dịch.")]
    )
    english = language("en").messages
    assert execute.fallen_back(notebook, english) == ["Câu chưa ai dịch."]
    assert "Câu chưa ai dịch." in execute.translate(notebook, english).cells[0].source
