"""docs/tutorial.md is a notebook: its cells run, and print what the page says they print."""

import itertools
import re
from pathlib import Path

import jupytext
from nbclient import NotebookClient

from par_press import kernels

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"


def printed(cell) -> str:
    """What a reader sees below a cell, as text."""
    written = [out for out in cell.outputs if "image/svg+xml" not in out.get("data", {})]
    parts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in written]
    return "".join(parts).strip("\n")


def test_the_tutorial_prints_what_it_says(root, tmp_path):
    notebook = jupytext.read(TUTORIAL)
    config = kernels.config(str(tmp_path))
    NotebookClient(notebook, kernel_name="python3", timeout=120, config=config).execute()
    compared = 0
    for cell, after in itertools.pairwise(notebook.cells):
        said = re.match(r"```text\n(.*?)\n```", after.source, re.DOTALL)
        if cell.cell_type == "code" and said:
            assert printed(cell) == said[1].strip("\n"), cell.source
            compared += 1
    assert compared == TUTORIAL.read_text(encoding="utf-8").count("\n```text\n") >= 12
