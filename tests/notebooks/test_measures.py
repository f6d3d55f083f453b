"""Notebooks stay analysis: short cells, no branches, prose in cells of its own."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location(
    "measure_notebooks", ROOT / "benchmarks" / "measure_notebooks.py"
)
measures = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(measures)

NOTEBOOKS = sorted(measures.NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_analysis(path):
    found = measures.measure(path)
    assert found["longest_cell"] <= measures.MOST_LINES_A_CELL
    assert found["branches"] == 0
    assert found["long_strings"] == 0


def test_all_notebooks_together_are_short():
    total = sum(measures.measure(path)["lines"] for path in NOTEBOOKS)
    assert total <= measures.MOST_LINES


def test_what_is_measured_by_hand(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(
        '{"cells": [{"cell_type": "code", "source": ["if x:\\n", "\\n", "    y = 1"]},'
        ' {"cell_type": "code", "source": ["%%say\\n", "A."]},'
        ' {"cell_type": "code", "source": ["plots.barplot(a)"]}]}'
    )
    found = measures.measure(path)  # 2 lines and 1; the cell of prose and the blank line are none
    assert (found["lines"], found["longest_cell"]) == (3, 2)
    assert (found["branches"], found["charts"]) == (1, 1)
