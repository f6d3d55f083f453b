"""From figures read to raw tables: one row for all that is said of one office, day and plan.

Every cell can be read by the cleaning; figures that contradict each other go to review.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from par_intake.context import Context
from par_intake.sentences import Left, Place, Taken
from par_lib.cleaning import schema
from par_lib.language import numbers
from par_lib.language.numbers import Quantity, QuantityError, parse_quantity
from par_lib.language.translation import N_

_MONEY = re.compile(r"\s?(?P<unit>(?:nghìn |ngàn )?(?:tỷ|tỉ|triệu)|đồng)(?!\w)")
_MISPRINT = re.compile(r"\d{1,3}(?:\.\d{3})*,\d{3} triệu đồng")
_WORDS = 80  # characters of a locator's quotation
_RATE_ERROR = 0.06  # percentage points by which a rounded rate may differ


@dataclass
class Row:
    """One row of a raw table, the figures that made it, and where all it is made of stands."""

    year: int
    table: str
    key: dict[str, str]
    status: str
    cells: dict[str, str] = field(default_factory=dict)
    figures: list[Taken] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gather(
    context: Context, taken: Iterable[Taken], *, province: str
) -> tuple[list[Row], list[Left]]:
    """Rows in the order of the report, and the figures that cannot stand in one."""
    rows: dict[tuple, Row] = {}
    left: list[Left] = []
    for one in sorted(taken, key=lambda t: (t.line, t.numeral.start)):
        row = _row(one, province)
        row = rows.setdefault((row.year, row.table, row.status, *row.key.values()), row)
        for column, cell in _cells(context, one).items():
            try:
                parse_quantity(cell, kind=_kind(row, column))
            except QuantityError as error:
                left.append(Left(one.line, one.numeral, "{about}", str(error)))
                continue
            if column in row.cells and _value(row, column) != _value(row, column, cell):
                why = N_("said elsewhere with another figure: {about}")
                left.append(Left(one.line, one.numeral, why, row.cells[column]))
                continue
            row.cells.setdefault(column, cell)
            row.figures.append(one)
            row.places.append(one.place)
            row.notes += [one.note] if one.note and one.note not in row.notes else []
    for row in rows.values():
        _name_basis(row)
        left += _disagreeing(row)
    return [row for row in rows.values() if row.figures], left


def tables(
    context: Context, rows: Iterable[Row], *, source: str
) -> dict[tuple[int, str], pd.DataFrame]:
    """Raw tables as the edition reads them, by year of the data and name."""
    written: dict[tuple[int, str], list[dict[str, str]]] = {}
    for row in rows:
        note = ", ".join(row.notes).replace(";", ",")
        trace = {"status": row.status, "source": source, "locator": _locator(context, row)}
        cells = row.key | row.cells | trace | {"note": note}
        written.setdefault((row.year, row.table), []).append(cells)
    return {key: raw_table(schema.TABLES[key[1]], listed) for key, listed in written.items()}


def raw_table(table: schema.Table, rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Rows as the raw table: every column it declares, as text, empty where nothing is said."""
    columns = [column.name for column in table.columns]
    return pd.DataFrame(list(rows), columns=columns, dtype=str).fillna("")


def kind_in(column: schema.Column, row: dict[str, str]) -> numbers.Kind:
    """The kind of a column's figure: where its unit stands in the row, that unit's."""
    unit = row[column.unit_column] if column.unit_column else None
    return numbers.KIND_OF_UNIT.get(unit, column.kind)


def _row(one: Taken, province: str) -> Row:
    kind = one.numeral.kind.partition(":")[0]
    end = f"{one.period.end}"
    known = one.target | {
        "unit": one.unit or province, "level": one.level, "plan_year": str(one.plan_year),
        "period_start": f"{one.period.start}", "period_end": end, "as_of": end,
        "scope": one.scope, "basis": one.basis,
        "measure_unit": kind if kind in schema.MEASURE_UNITS else "points",
    }  # fmt: skip
    table = schema.TABLES[one.target["table"]]
    key = {column.name: known[column.name] for column in table.columns if column.name in known}
    return Row(one.period.end.year, table.name, key, one.status)


def _cells(context: Context, one: Taken) -> dict[str, str]:
    column = one.target.get("column", "value")
    text = one.cell or one.numeral.text
    if one.numeral.kind == "pct" and not one.cell:
        return {column: f"{text}%"}
    if one.numeral.kind != "bn_vnd":
        return {column: text}
    flat = context.marked[one.line].flat
    unit = _MONEY.match(flat, one.numeral.end)["unit"].replace("tỉ", "tỷ")
    unit = unit if unit in ("tỷ", "đồng") else f"{unit} đồng"
    parts = zip((column, "plan_bn_vnd"), text.split("/"), strict=False)
    return {name: f"{part.strip()} {unit}" for name, part in parts}


def _kind(row: Row, column: str) -> numbers.Kind:
    declared = next(c for c in schema.TABLES[row.table].columns if c.name == column)
    return kind_in(declared, row.key)


def _value(row: Row, column: str, cell: str | None = None) -> Quantity:
    text = row.cells[column] if cell is None else cell
    return parse_quantity(text, kind=_kind(row, column))


def _disagreeing(row: Row) -> list[Left]:
    """Amounts that do not give the stated rate: mended where it is a slip of 1,000, else left."""
    names = ("disbursed_bn_vnd", "plan_bn_vnd", "rate_pct")
    if not all(name in row.cells for name in names) or row.status != "reported":
        return []
    disbursed, plan, rate = (_value(row, name).low for name in names)
    if plan and abs(disbursed / plan * 100 - rate) <= _RATE_ERROR:
        return []
    for name, ratio in (("disbursed_bn_vnd", disbursed * 1e5), ("plan_bn_vnd", disbursed * 0.1)):
        misprints = [one for one in names[:2] if _MISPRINT.fullmatch(row.cells[one])]
        if plan and abs(ratio / plan - rate) <= _RATE_ERROR and misprints == [name]:
            said = row.cells[name]
            row.cells[name] = said.replace("triệu", "tỷ").removesuffix(" đồng")
            row.notes.append(f"the report writes {said}, which the stated rate shows to be tỷ")
            return []
    reason = N_("amounts and rate do not agree: {about}")
    about = " / ".join(row.cells[name] for name in names)
    left = [Left(one.line, one.numeral, reason, about) for one in row.figures]
    row.cells.clear()
    row.figures.clear()
    return left


def _name_basis(row: Row) -> None:
    """A share on time is of the count with which it agrees."""
    if "on_time_pct" not in row.cells or "on_time" not in row.cells:
        return
    share, on_time = _value(row, "on_time_pct").low, _value(row, "on_time").low
    for basis in ("resolved", "received"):
        whole = _value(row, basis).low if basis in row.cells else 0
        if whole and abs(on_time / whole * 100 - share) <= _RATE_ERROR:
            row.key["basis"] = basis
            return


def _locator(context: Context, row: Row) -> str:
    """Section and bullet, the characters in the whole text, and the words."""
    said = []
    for number, group in groupby(sorted(set(row.places)), key=lambda place: place.line):
        line, places = context.lines[number], list(group)
        at = ", ".join(f"{line.start + one.start}–{line.start + one.end}" for one in places)
        words = _quotation(line.text, places[0].start, places[-1].end)
        said.append(f"{line.where}, characters {at}: {words}".removeprefix(", "))
    return " and ".join(said).replace(";", ",")


def _quotation(text: str, start: int, end: int) -> str:
    """The clause around a figure, cut to what a locator can hold."""
    first = max((text.rfind(mark, 0, start) for mark in (";", ":", ", ", ". ")), default=-1) + 1
    last = re.compile(r"[;,.](?!\d)|$").search(text, end).start()
    return text[max(first, end - _WORDS) : last].strip()[:_WORDS]
