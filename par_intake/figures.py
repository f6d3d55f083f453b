"""Figures as they were found: taken where nothing is in doubt, else proposed to a person."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pandas as pd

from par_intake.documents import Report
from par_intake.grids import written
from par_intake.phrases import Period
from par_intake.tables import Table
from par_lib.cleaning import schema, tidying
from par_lib.language import vietnamese
from par_lib.language.translation import N_, Language
from par_lib.language.vietnamese import QuantityError, parse_quantity

Doubt = tuple[str, str]  # a message and what it is about: {about}
Tables = dict[tuple[int, str], pd.DataFrame]  # raw tables by year of the data and name
_DISAGREE = N_("amounts and rate do not agree: {about}")
_PROPOSED = ["table", "unit", "level", "measure", "value", "period_start", "period_end", "basis",
             "scope", "evidence", "doubt"]  # fmt: skip
_RATE_ERROR = 0.6  # percentage points: a rate may be rounded to whole ones
_PARTS = ("component", "criterion")  # columns that say what a figure of a row is of


@dataclass(frozen=True)
class Figure:
    """One number of a file and what it measures; with ``doubts`` it waits for a person.

    ``row`` holds the cells that tell its row from others (unit, level, days, basis …), ``cell``
    the figure as the raw table writes it, ``place`` where it stands.
    """

    table: str
    column: str
    cell: str
    row: dict[str, str]
    end: str  # the last day it counts
    place: str
    evidence: str
    doubts: tuple[Doubt, ...] = ()
    note: str = ""
    status: str = "reported"
    at: tuple[int, int] | None = None  # line of the text and place in it

    @property
    def measure(self) -> str:
        """The measure in one word, with the component or criterion it is of."""
        if self.table == "indicators":
            return self.row["measure"]
        return ".".join([*(self.row[p] for p in _PARTS if p in self.row), self.column])

    def doubting(self, reason: str, about: object = "") -> "Figure":
        """The figure with one doubt more."""
        return replace(self, doubts=(*self.doubts, (reason, str(about))))


@dataclass(frozen=True)
class Left:
    """A number or a row that is not understood, and why: ``reason`` is filled in with ``about``."""

    text: str
    reason: str
    about: str = ""
    place: str = ""
    at: tuple[int, int] | None = None

    def why(self, t: Language) -> str:
        """The reason in the reader's language."""
        return t(self.reason, about=t.messages.get(self.about, self.about))


@dataclass
class Found:
    """All that one file about ``year`` gave."""

    file: str
    year: int
    report: Report
    figures: list[Figure] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    told: list[Doubt] = field(default_factory=list)  # what the reader must know of the file
    extras: dict[str, pd.DataFrame] = field(default_factory=dict)  # CSV files beside the tables
    tables: list[list[Table]] = field(default_factory=list)  # of each grid of the report
    raw: Tables = field(default_factory=dict)  # of a register or a filled-in workbook, as they are
    sources: dict[str, dict] = field(default_factory=dict)  # that a workbook names, by title

    @property
    def taken(self) -> list[Figure]:
        """Figures that nobody needs to look at."""
        return [one for one in self.figures if not one.doubts]

    @property
    def proposed(self) -> list[Figure]:
        """Figures that wait for a person, those with the fewest doubts first."""
        doubted = [one for one in self.figures if one.doubts]
        return sorted(doubted, key=lambda one: len(one.doubts))


def figure(
    cell: str, owner: tuple[str, str], period: Period | None, said: dict[str, str], *,
    place: str, evidence: str, doubts: Iterable[Doubt], at: tuple[int, int] | None = None,
) -> Figure:  # fmt: skip
    """A figure with the cells of its row that its table has; in doubt where no period is said.

    ``owner`` is a unit and level; ``said`` names table and column, and whatever else is known.
    """
    start, end = (f"{period.start}", f"{period.end}") if period else ("", "")
    cells = {
        "unit": owner[0], "level": owner[1], "period_start": start, "period_end": end,
        "as_of": end, "plan_year": end[:4], "scope": "total", "basis": "unstated",
    } | said  # fmt: skip
    table, column = said["table"], said.get("column", "value")
    names = [one.name for one in schema.TABLES[table].columns]
    row = {name: cells[name] for name in names if name in cells and name != column}
    doubts = dict.fromkeys([*doubts, *([] if period else [(N_("no day or period is said"), "")])])
    return Figure(table, column, cell, row, end, place, evidence, tuple(doubts), at=at)


def kind_in(column: schema.Column, row: dict[str, str]) -> vietnamese.Kind:
    """The kind of a column's figure: where its unit stands in the row, that unit's."""
    unit = row[column.unit_column] if column.unit_column else None
    return vietnamese.KIND_OF_UNIT.get(unit, column.kind)


def _value(one: Figure) -> float:
    """The number of a figure; QuantityError where it cannot be read."""
    columns = {column.name: column for column in schema.TABLES[one.table].columns}
    kind = kind_in(columns[one.column], one.row) if one.column in columns else "rate"
    return parse_quantity(one.cell, kind=kind).low


def checked(figures: Iterable[Figure], year: int) -> list[Figure]:
    """The figures, each once; in doubt where it cannot be read, or two of them contradict."""
    made: dict[tuple, dict[object, Figure]] = {}
    for one in figures:
        value: object = one.cell
        try:
            value = _value(one)
        except QuantityError as error:
            one = one.doubting("{about}", error)
        if one.end and one.end[:4] != str(year):
            one = one.doubting(N_("it is of {about}, another year than asked for"), one.end[:4])
        same = made.setdefault((one.table, one.column, *sorted(one.row.items())), {})
        same[value] = min(same.get(value, one), one, key=lambda figure: len(figure.doubts))
    listed = []
    for same in made.values():
        cells = " / ".join(one.cell for one in same.values() if not one.doubts)
        why = N_("the file says different things: {about}")
        listed += [one.doubting(why, cells) if not one.doubts and one.cell != cells else one
                   for one in same.values()]  # fmt: skip
    return _disagreeing(listed)


def _disagreeing(made: list[Figure]) -> list[Figure]:
    """Figures of disbursement, in doubt where one plan and one amount do not give their rate."""
    rows: dict[tuple, list[Figure]] = {}
    for one in made:
        if one.table == "disbursement" and one.status == "reported":
            cells = one.row | {"basis": ""}  # whatever plan that is
            rows.setdefault(tuple(cells.values()), []).append(one)
    off = {}
    for own in rows.values():
        with suppress(QuantityError, KeyError, ZeroDivisionError):
            values = {one.column: _value(one) for one in own}
            share = 100 * values["disbursed_bn_vnd"] / values["plan_bn_vnd"]
            if len(own) == 3 and abs(share - values["rate_pct"]) > _RATE_ERROR:
                said, shown = written(values["rate_pct"]), written(round(share, 2))
                off |= dict.fromkeys(map(id, own), f"{said} % ≠ {shown} %")
    return [one.doubting(_DISAGREE, off[id(one)]) if id(one) in off else one for one in made]


def tables(found: Iterable[Figure], *, source: str, year: int) -> Tables:
    """Raw tables of the figures that nobody needs to look at; those of one key are one row."""
    rows: dict[str, dict[tuple, dict[str, str]]] = {}
    for one in (one for one in found if not one.doubts):
        key = (one.status, *(one.row.get(name) for name in schema.TABLES[one.table].key))
        trace = {"status": one.status, "source": source, "locator": one.place, "note": one.note}
        row = rows.setdefault(one.table, {}).setdefault(key, one.row | trace)
        row[one.column] = one.cell
        if row.get("basis") == "unstated":
            row["basis"] = one.row["basis"]
    return {(year, name): raw_table(schema.TABLES[name], of.values()) for name, of in rows.items()}


def proposed_csv(figures: Iterable[Figure], t: Language) -> str:
    """The figures in doubt as a CSV file: a row a figure, what is in doubt in words."""
    rows = [one.row | {"table": one.table, "measure": one.measure, "value": one.cell,
                       "period_end": one.end, "evidence": one.evidence, "doubt": doubts(one, t)}
            for one in figures]  # fmt: skip
    return pd.DataFrame(rows, columns=_PROPOSED, dtype=str).to_csv(index=False, lineterminator="\n")


def doubts(one: Figure, t: Language) -> str:
    """What is in doubt, in words."""
    return "; ".join(t(reason, about=about) for reason, about in one.doubts)


def raw_table(table: schema.Table, rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Rows as the raw table: every column it declares, as text, empty where nothing is said.

    And who accepted them, where that is said of one.
    """
    columns = [*(column.name for column in table.columns), schema.ACCEPTED]
    raw = pd.DataFrame(list(rows), columns=columns, dtype=str).fillna("")
    raw = raw if raw[schema.ACCEPTED].any() else raw[columns[:-1]]
    return tidying.in_any_locale(raw, table=table)
