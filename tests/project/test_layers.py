"""Knowledge runs one way: a package imports only what stands before it, and modules stay small."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location(
    "count_lines", ROOT / "benchmarks" / "count_lines.py"
)
count_lines = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(count_lines)

# The packages in the order of the design, each with those it may use.
LIBRARY = ("language", "storage", "cleaning", "scoring", "charts")
MAY_USE = {f"par_lib.{name}": {f"par_lib.{one}" for one in LIBRARY[:place]}
           for place, name in enumerate(LIBRARY)}  # fmt: skip
MAY_USE["par_lib"] = {f"par_lib.{name}" for name in LIBRARY}
MAY_USE |= {name: {*MAY_USE["par_lib"]} for name in ("par_intake", "par_press", "par_demo")}
MAY_USE["par_cli"] = {*MAY_USE["par_lib"], "par_lib", "par_intake", "par_press", "par_demo"}
FILES = [file for of_package in count_lines.files().values() for file in of_package]
MODULES = [file for file in FILES if file.suffix == ".py"]


def package(dotted: str) -> str:
    """The package a module or a name lies in, as MAY_USE calls it."""
    parts = dotted.split(".")
    return ".".join(parts[:2]) if parts[0] == "par_lib" and parts[1:2] else parts[0]


def imports(file: Path) -> list[tuple[str, str]]:
    """Modules and names of ours that a file imports, at whatever depth of its code."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("par_"):
            found += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names if alias.name.startswith("par_")]
    return found


def own(file: Path) -> str:
    where = file.relative_to(ROOT).with_suffix("")
    return package(".".join(where.parts).removesuffix(".__init__"))


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_a_package_imports_only_what_stands_before_it(file):
    used = {package(f"{module}.{name}" if module == "par_lib" else module)
            for module, name in imports(file)}  # fmt: skip
    allowed = MAY_USE[own(file)] | {own(file)}
    assert used <= allowed, f"{own(file)} may not import {used - allowed}"


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_what_is_private_to_a_package_stays_in_it(file):
    private = [f"{module}.{name}" for module, name in imports(file)
               if name.startswith("_") and package(module) != own(file)]  # fmt: skip
    assert private == []


def test_every_package_has_its_place_and_lists_its_modules():
    folders = {file.parent for file in MODULES if file.name != "par_cli.py"}
    assert {own(folder / "__init__.py") for folder in folders} | {"par_cli"} == set(MAY_USE)
    for folder in folders:
        listed = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
        for module in folder.glob("*.py"):
            if module.name != "__init__.py":
                assert f"- ``{module.stem}``: " in listed, f"{folder.name}: {module.stem}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_a_module_stays_under_300_lines(file):
    assert count_lines.lines(file) < 300


def test_there_are_few_modules():
    assert len(count_lines.modules()) <= 60


def test_importing_the_library_costs_no_pandas():
    loaded = "import sys, par_lib, par_cli; print('pandas' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, cwd=ROOT)
    assert said.stdout.strip() == "False", said.stderr
