"""Every notebook runs whatever tables a year has: all, none, any one missing.

``PAR_SOAK=1`` runs every subset of the tables that a notebook reads.
"""

import itertools
import os
from pathlib import Path

import pandas as pd
import pytest

from par_demo import province
from par_lib.charts import notebook
from par_lib.cleaning import schema, tables
from par_lib.cleaning.tables import Frame, Tables

NOTEBOOKS = sorted(p.stem for p in (Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
YEAR, UNITS = 2022, 2  # of each level
ALL = {*schema.TABLES, "answers", "register"}


class Some(Tables):
    """The tables of a small year of which only ``kept`` have rows; no other year is known."""

    def __init__(self, whole: Tables, kept: set[str]) -> None:
        self.__dict__ |= whole.__dict__
        self.read: set[str] = set()
        self.tidy = {name: whole._read(name).iloc[: None if name in kept else 0] for name in ALL}
        self.tidy["review"] = whole.review.iloc[: None if kept else 0]

    def _read(self, name: str) -> pd.DataFrame:
        self.read.add(name)
        return Frame(self.tidy[name])

    @property
    def previous(self) -> Tables:
        return Some(self, set())

    def all_years(self, table: str) -> pd.DataFrame:
        return Frame(self._read(table).assign(year=self.year))


def of_few_units(data: Tables, count: int) -> Tables:
    """The same tables with so many units of each level, and their totals."""
    few = data.units.groupby("level").head(count)["code"]
    for name in ALL:
        rows = data._read(name)
        code = next((one for one in ("unit_code", "unit") if one in rows), None)
        data._frames[name] = Frame(rows[rows[code].isin(few)] if code else rows)
    return data


@pytest.fixture(scope="module")
def small(bare_root):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(province, "YEARS", {"demo": (YEAR,), "demo-today": (2026,)})
        province.write(size=4_000)
    return of_few_units(tables.load("demo", YEAR), UNITS)


def run_with(run, data: Tables, kept: set[str], name: str) -> set[str]:
    """Run a notebook on a year with ``kept`` tables; gives the tables it asked for."""
    some = Some(data, kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebook, "load", lambda *_: some)
        patch.setattr(notebook, "to_svg", lambda *_: "<svg></svg>")  # drawn, but not written
        run(name, province="demo", year=YEAR)
    return some.read & ALL


@pytest.mark.long
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_with_any_tables(small, run, name):
    asked = run_with(run, small, ALL, name)
    assert asked
    for size in range(len(asked)) if "PAR_SOAK" in os.environ else (0, len(asked) - 1):
        for kept in itertools.combinations(sorted(asked), size):
            run_with(run, small, set(kept), name)


@pytest.mark.long
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_with_one_unit_of_each_level(bare_root, small, run, name):
    run_with(run, of_few_units(small, 1), ALL, name)
