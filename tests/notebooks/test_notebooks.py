"""Notebooks as they are committed: typed parameters, outputs of headline cells only, in order."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from par_press import plan

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ABSOLUTE = re.compile(r"""["'](/(?!/)\w|~/|[A-Za-z]:[\\/]|file:)""")


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """What a notebook must not have when it is committed."""
    found, last = [], 0
    for number, cell in enumerate(notebook.cells):
        if ABSOLUTE.search(cell.source):
            found.append(f"cell {number}: an absolute path")
        if cell.cell_type != "code":
            continue
        if cell.outputs and "keep_output" not in cell.metadata.get("tags", []):
            found.append(f"cell {number}: outputs; run make notebooks-clean")
        if cell.execution_count is not None:
            if cell.execution_count <= last:
                found.append(f"cell {number}: run out of order")
            last = cell.execution_count
    kernel = notebook.metadata.kernelspec
    if (kernel.name, kernel.display_name) != ("python3", "PAR"):
        found.append(f"kernel {kernel.display_name!r}; run make notebooks-clean")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_committed_notebook_is_clean(path):
    nbformat.validate(notebook := nbformat.read(path, as_version=4))
    assert faults(notebook) == []
    assert {"province", "year", "lang"} <= set(plan.declared(path))


def test_the_check_finds_what_it_is_for():
    code = nbformat.v4.new_code_cell
    shown = nbformat.v4.new_output("stream", text="x")
    notebook = nbformat.v4.new_notebook(
        cells=[
            code('open("/data.csv")', execution_count=2),
            code("1", execution_count=1, outputs=[shown]),
            code("open(r'C:\\data.csv')"),
            code('page.show("7/8 of 1/2"), "https://example.org"'),
        ],
        metadata={"kernelspec": {"name": "other", "display_name": "Mine"}},
    )
    assert faults(notebook) == [
        "cell 0: an absolute path",
        "cell 1: outputs; run make notebooks-clean",
        "cell 1: run out of order",
        "cell 2: an absolute path",
        "kernel 'Mine'; run make notebooks-clean",
    ]


def test_ruff_finds_nothing_in_code_and_cells():
    """Unused imports and names are among its rules; it reads cells as it reads modules."""
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT,
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stdout
