"""The pages rendered from the code are those that the code gives."""

import importlib.util
import inspect
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
_SPEC = importlib.util.spec_from_file_location("render", DOCS / "render.py")
render = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(render)


@pytest.mark.parametrize("name", render.PAGES)
def test_a_rendered_page_is_up_to_date(name):
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == render.PAGES[name](), "run: make docs"


def test_every_formula_says_its_unit_and_what_missing_values_do_not_hide():
    """A public function of scoring says what it gives, in which unit or range."""
    modules = (render.parts, render.unit_comparison, render.changes, render.survey, render.whatif)
    for module in modules:
        for name, value in render._public(module):
            if inspect.isfunction(value):
                text = inspect.getdoc(value)
                assert text, name
                assert re.search(
                    r"point|percent|rate|share|rank|count|band|score|change|unit", text
                ), name


def test_links_of_the_docs_lead_somewhere():
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (DOCS / target).exists(), f"{page.name}: {target}"
