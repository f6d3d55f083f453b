"""docs/prose.md: what it says a value is written as, and what its last example gives, is so."""

import re
from pathlib import Path

import pandas as pd
import pytest

import par_lib as par
from par_lib.charts.notebook import Notebook

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "prose.md").read_text(encoding="utf-8")
VALUES = {  # first words of a row: a name and a value that the row is about
    "a count": ("late", 41657), "`_pct`": ("share_pct", 54.2), "`_points`": ("lost_points", 2.42),
    "`_date`": ("last_date", pd.Timestamp("2022-08-31")), "`_year`": ("first_year", 2022),
    "a pair (": ("rate_pct", (70.0, 100.0)), "a pair without": ("rate_pct", (70.0, float("nan"))),
    "several": ("units", ["A", "B", "C"]),
}  # fmt: skip


@pytest.mark.parametrize("row", VALUES)
def test_a_value_is_written_as_the_table_says(root, row):
    name, value = VALUES[row]
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {row}"))
    told = [cell.strip() for cell in line.strip("|").split("|")][1:]
    data = par.load("quang-nam", 2022)
    assert told == [Notebook(data, lang).write(name, value) for lang in ("vi", "en")]


def test_the_last_example_gives_what_it_says():
    lines = re.findall("^    (.*)$", PAGE.partition("## Without this project")[2], re.MULTILINE)
    first, *call, said = filter(None, lines)
    space: dict[str, object] = {}
    exec(first, space)
    assert f"# {eval(' '.join(call), space)!r}" == said
