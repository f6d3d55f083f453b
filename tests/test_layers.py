"""Knowledge runs one way: a module imports only what stands before it, and stays small."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "par_lib"
# Rooms in the order of the design; what stands on one line may not import one another.
ORDER = [
    {"files", "paths", "schema", "spreadsheet", "style"},
    {"inputs", "wording"},
    {"vietnamese", "findings", "intervals", "scoring", "validation", "rules"},
    {"units", "labels", "figures", "survey", "readable"},
    {"charts"},
    {"score_charts"},
    {"unlisted"},
    {"cleaning", "checks", "register"},
    {"sources"},
    {"tables"},
    {"intake", "districts", "scorecard"},
    {"actions", "changes", "whatif"},
    {"scenario", "demo"},
    {"views"},
    {"explorer"},
    {"press", "lab"},
    {"commands"},
    {"cli"},
]
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Top-level names of par_lib that a module imports, at whatever depth of its code."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("par_lib"):
            _, _, rest = node.module.partition(".")
            names |= {rest.split(".")[0]} if rest else {alias.name for alias in node.names}
    return names


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_what_stands_before_it(file):
    own = room(file)
    if own == "__init__":
        return
    place = next(i for i, rooms in enumerate(ORDER) if own in rooms)
    allowed = set().union(*ORDER[:place]) | ({own} & {"demo", "intake", "press", "rules"})
    assert imported(file) <= allowed, f"{own} may not import {imported(file) - allowed}"


def test_every_room_has_its_place():
    assert {room(file) for file in MODULES} - {"__init__"} == set().union(*ORDER)


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_a_module_stays_under_300_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) < 300
