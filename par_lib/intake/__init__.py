"""From the report an office sends to reviewed raw tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from par_lib import units
from par_lib.intake import documents, listings, mentions, page, rows, storing, tasks
from par_lib.intake.context import Context
from par_lib.intake.names import Gazetteer
from par_lib.intake.reading import Left, Reader
from par_lib.wording import Language

_SIGNS = {"added": "+", "filled": "~", "same": "=", "conflict": "!"}


@dataclass(frozen=True, repr=False)
class Result:
    """What one report gave: rows, and the figures left to a person."""

    file: str
    year: int
    source: str
    context: Context
    known: pd.DataFrame
    rows: list[rows.Row]
    left: list[Left]

    @property
    def taken(self) -> int:
        """How many numbers of the text stand in a row."""
        numbers = {
            (one.line, one.numeral.start)
            for row in self.rows
            for one in row.figures
            if not isinstance(one, mentions.Mention)
        }
        return len(numbers)

    @property
    def tables(self) -> dict[tuple[int, str], pd.DataFrame]:
        """Raw tables by year of the data and name."""
        return rows.tables(self.context, self.rows, source=self.source)

    def page(self, t: Language) -> str:
        """read-report.html."""
        return page.render(self.context, self.rows, self.left, t, file=self.file)

    @property
    def title(self) -> str:
        """The report's first line."""
        return next((line.text for line in self.context.lines), self.file)[:200]


def store(
    folder: Path, tables: dict[tuple[int, str], pd.DataFrame], known: pd.DataFrame, *,
    source: str, title: str, into_existing: bool,
) -> Iterator[str]:  # fmt: skip
    """Write raw tables under ``folder``, telling each change; all or nothing.

    Raises storing.Conflict where a figure would be replaced, cleaning.DataError where an edition
    could not read the tables.
    """
    changes, files = storing.merge(folder, tables, known)
    for change in changes:
        yield f"{_SIGNS[change.kind]} {change.file}: {change.row} {change.what}".rstrip()
    storing.require_free(files, changes, into_existing=into_existing)
    year = min((year for year, _ in tables), default=0)
    # First the source: a row must never cite one that is not there.
    named = dict.fromkeys([source, *(name for one in tables.values() for name in one["source"])])
    for name in named:
        own = title if name == source else name
        storing.add_source(folder, name, title=own, producer=units.home(known), year=year)
    storing.write(files, changes)


def read(report: Path, province: str, year: int, *, source: str = "") -> Result:
    """Read a report about ``year`` with the province's units of its last day.

    Raises documents.ReportError for a file that cannot be read.
    """
    known = units.load_units(province)
    then = units.units_on(known, f"{year}-12-31")
    context = Context(documents.load(report), Gazetteer(then), year)
    listed, open_counts, done = listings.read(context)
    set_tasks, targets = tasks.read(context, done)
    figures, left = Reader(context).read(done | targets)
    gathered, contradicted = rows.gather(
        context, [*listed, *figures], mentions.read(context), province=units.home(known)
    )
    gathered += set_tasks
    undecided = sorted(
        [*open_counts, *left, *contradicted], key=lambda o: (o.line, o.numeral.start)
    )
    name = source or f"report-{year}"
    return Result(report.name, year, name, context, known, gathered, undecided)
