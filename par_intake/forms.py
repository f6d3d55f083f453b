"""From a table whose columns are known to figures: amounts, counts, lists, answers, indices.

A row is taken only where its unit, its period and its unit of measure are said and its columns add
up; else its figures are proposed. Names of persons are dropped before anything else is done.
"""

import re

import pandas as pd

from par_intake import phrases
from par_intake.figures import Figure, Found, Left, Units
from par_intake.grids import Cell, Grid, Percent
from par_intake.people import answers_of, read_answers, read_list
from par_intake.phrases import Period
from par_intake.tables import DROPPED, Column, Row, Table, find, level_of, says, text_of
from par_lib.cleaning import schema, units
from par_lib.language.numbers import QuantityError, parse_quantity
from par_lib.language.translation import N_

_MONEY = re.compile(
    r"(?<!\w)(?P<unit>(?:nghìn |ngàn )?tỷ|triệu|nghìn|ngàn)? ?đồng(?!\w)"
    r"|(?<!\w)(?P<bare>tỷ|triệu)(?!\w)"
)
_FACTORS = {
    "nghìn tỷ": 1000,
    "ngàn tỷ": 1000,
    "tỷ": 1,
    "triệu": 1e-3,
    "nghìn": 1e-6,
    "ngàn": 1e-6,
    None: 1e-9,
}
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+,\d+")
_CHECKS = (  # (whole, its parts) of form II.06a, where no row of numbers says it
    ("received", ("online", "direct", "before")), ("resolved", ("early", "punctual", "late")),
)  # fmt: skip
_OTHER_PERIOD = re.compile(r"cùng kỳ|năm trước|năm ngoái")


class Reading:
    """What tables say, read with the units of a province valid at the end of ``year``."""

    def __init__(self, known: pd.DataFrame, year: int) -> None:
        self._year, self._home, self._units = year, units.as_total(known, year), Units(known, year)

    def read(self, grid: Grid, found: Found) -> list[Table]:
        """Add to ``found`` what a grid gives; its tables, without persons."""
        tables = list(find(grid))
        for table in tables:
            period = _period(table.titles, self._year)
            if {"begun", "due"} <= {column.role for column in table.columns}:
                read_list(self._units, table, period, found)
            elif answers := answers_of(table):
                read_answers(self._units, table, answers, found)
            elif any((column.means or {}).get("table") for column in table.columns):
                self._counts(table, period, found)
            else:
                why = N_(
                    "no column of the table is known; name them in par_intake/columns.toml: {about}"
                )
                found.left.append(
                    Left("", why, ", ".join(filter(None, table.heads))[:200], table.grid.name)
                )
        found.told += grid.told
        if not tables and any(any(row) for row in grid.rows):
            why = N_("no header was found, as a row with “STT”, “Đơn vị” or “Huyện”: {about}")
            found.left.append(Left("", why, f"{len(grid.rows)} × {len(grid.rows[0])}", grid.name))
        return tables

    def _counts(self, table: Table, period: Period | None, found: Found) -> None:
        days = {
            own for head in table.heads if (own := _period([head], self._year)) and own.kind == "to"
        }
        if table.form == "disbursement" and len(days) == 1:
            period = next(iter(days))  # "disbursed by 30/11": so are its plan and its rate
        day = self._units.day_of(period)
        placed = [(row, self._whose(table, row, day)) for row in table.body]
        levels = {whose[1] for row, whose in placed if whose and not row.is_total}
        named = {(whose[0], whose[1]) for row, whose in placed if whose and not row.is_section}
        for row, whose in placed:
            values = self._values(table, row)
            if row.is_total:
                whose = self._whole(table, levels, named, day)
            if not values:
                continue
            if whose is None:
                why = N_("“{about}” is no unit of the province on that day")
                found.left.append(Left(row.name, why, row.name, table.grid.place(row.at)))
                continue
            doubts = [*whose[2], *_unsound(table, row, values)]
            if period is None:
                doubts.append((N_("no day or period is said"), ""))
            found.figures += [
                self._figure(table, row, column, value, whose, period, [*doubts, *own])
                for column, (value, own) in _added(values)
            ]
        known = {
            c.at
            for c in table.columns
            if c.means or c.header.startswith(DROPPED) or says(c.header, "anchors", "number")
        }
        unknown = [
            c.header for c in table.columns if c.header and c.at not in {*known, table.unit_at}
        ]
        if unknown:
            found.left.append(
                Left("", N_("columns not understood: {about}"), ", ".join(unknown), table.grid.name)
            )

    def _whose(self, table: Table, row: Row, day: str) -> tuple[str, str, list] | None:
        """The unit of a row, its level, and what is in doubt of it."""
        if row.is_total or not row.name:
            return None
        if row.is_section and (level := level_of(row.name)):
            return self._home, level, []
        level = next((name for one in reversed(row.sections) if (name := level_of(one))), "")
        name = re.sub(r"^\d+[.)]\s*", "", row.name)
        if unit := self._units.find(name, level, day):
            return *unit, []
        return None

    def _whole(
        self, table: Table, levels: set, named: set, day: str
    ) -> tuple[str, str, list] | None:
        """Whom a row of totals stands for."""
        if len(levels) > 1:
            return self._home, "province", []
        if not levels:
            title = next(
                (unit for one in table.titles if (unit := self._units.find(one, "", day))), None
            )
            if title:
                return *title, [] if title[1] == "province" else [
                    (N_("a total of the office in the title"), "")
                ]
            return None
        level = next(iter(levels))
        on = self._units.on(day)
        there_are = int((on["level"] == level).sum())
        whole = (
            level in ("district", "commune")
            and len({n for n, one in named if one == level}) == there_are
        )
        doubts = (
            [] if whole else [(N_("a total of those listed, who are not all of their level"), "")]
        )
        return self._home, level, doubts

    def _values(self, table: Table, row: Row) -> dict[int, tuple[Column, float, list]]:
        """The numbers of a row under known columns, in the units of the tables."""
        values = {}
        for column in table.columns:
            cell = table.cell(row, column)
            if (
                column.means is None
                or cell is None
                or not (column.role or column.means.get("table"))
            ):
                continue
            try:
                value, doubts = _number(table, column, cell)
            except (QuantityError, ValueError):
                continue
            values[column.at] = column, value, doubts
        plan, paid, rate = (table.by_role(name) for name in ("plan", "disbursed", "rate"))
        if rate and rate.at in values and not isinstance(table.cell(row, rate), Percent):
            column, value, doubts = values[rate.at]
            known = plan and paid and plan.at in values and paid.at in values and values[plan.at][1]
            share = values[paid.at][1] / values[plan.at][1] if known else None
            if share is not None and abs(value - share) < 0.006 and value <= 1.5:
                values[rate.at] = column, round(value * 100, 6), doubts
            elif 0 < value <= 1 and isinstance(table.cell(row, rate), float):
                values[rate.at] = column, value, [*doubts, (N_("a share of 1 or of 100?"), "")]
        return values

    def _figure(
        self, table: Table, row: Row, column: Column, value: float, whose: tuple,
        period: Period | None, doubts: list,
    ) -> Figure:  # fmt: skip
        own = _period([column.header], self._year)
        period = own if own and own.kind in ("to", "part") else period
        end = f"{period.end}" if period else ""
        start = f"{period.start}" if period else ""
        means = column.means
        plan_year = next(iter(re.findall(r"(?:vốn|kế hoạch)[^/]*?năm ((?:19|20)\d{2})", " ".join(
            [*table.heads, *table.titles]).lower())), end[:4])  # fmt: skip
        said = {
            "unit": whose[0], "level": whose[1], "period_start": start, "period_end": end,
            "as_of": end, "plan_year": plan_year, "scope": means.get("scope", "total"),
            "basis": means.get("basis", "unstated"),
            "measure_unit": "pct" if str(means.get("measure")).endswith("_pct") else "count",
        }  # fmt: skip
        said |= {name: means[name] for name in ("measure", "component") if name in means}
        place = table.grid.place(row.at)
        to = means.get("column") or ("points" if means["table"] == "service_index" else "value")
        known = {column.name for column in schema.TABLES[means["table"]].columns}
        evidence = f"{row.name}: {column.header} {text_of(table.cell(row, column))}"
        row_cells = {name: cell for name, cell in said.items() if name in known}
        cell = text_of(float(value))
        return Figure(means["table"], to, cell, row_cells, place, evidence, tuple(doubts))


def _period(texts: list[str], year: int) -> Period | None:
    """What the titles say is counted: days before months and quarters before whole years."""
    stated = [
        one.period for text in texts for one in phrases.find_periods(phrases.flatten(text), year)
        if not _OTHER_PERIOD.search(phrases.flatten(text)) and one.period.kind != "several"
    ]  # fmt: skip
    spans = [
        p
        for p in stated
        if p.kind == "part" and (p.start.day, p.end.day) != (1, 31) and p.start.day != 1
    ]
    for wanted in (
        spans,
        [p for p in stated if p.kind == "to"],
        [p for p in stated if p.kind == "part"],
        stated,
    ):
        if wanted:
            return wanted[-1]
    return None


def _number(table: Table, column: Column, cell: Cell) -> tuple[float, list]:
    """The figure in a cell in the unit of its column, and what is in doubt of it."""
    means = column.means
    money = str(means.get("column", "")).endswith("_bn_vnd")
    rate = str(means.get("column") or means.get("measure") or "").endswith("_pct")
    doubts: list = []
    if isinstance(cell, float):
        value = float(cell)
    elif isinstance(cell, str):
        if money and "," not in cell and cell.count(".") == 1:
            if not any(_GROUPED.fullmatch(str(row[column.at])) for row in table.grid.rows):
                doubts.append((N_("a dot that may part thousands or decimals: {about}"), cell))
            cell = cell.replace(".", "")
        kind = (
            "amount"
            if money
            else "rate"
            if rate
            else "points"
            if means["form"] == "index"
            else "count"
        )
        value = parse_quantity(cell, kind=kind).low
    else:
        raise ValueError(cell)
    if money:
        found = _MONEY.search(phrases.flatten(column.header)) or next(
            (m for text in reversed(table.titles) if (m := _MONEY.search(phrases.flatten(text)))),
            None,
        )
        if found is None:
            doubts.append((N_("the unit of the amounts is not said"), ""))
        value = round(value * (_FACTORS[found["unit"] or found["bare"]] if found else 1), 9)
    return value, doubts


def _unsound(table: Table, row: Row, values: dict) -> list:
    """Where the columns of a row do not add up, or amounts do not give the rate."""
    by_number = {c.number: values[c.at][1] for c in table.columns if c.number and c.at in values}
    by_role = {column.role: value for column, value, _ in values.values() if column.role}
    found = []
    sums = [(by_number, whole, parts) for whole, parts in table.sums]
    sums += [] if table.sums else [(by_role, whole, parts) for whole, parts in _CHECKS]
    for by, whole, parts in sums:
        if whole in by and all(part in by for part in parts):
            total = sum(by[part] for part in parts)
            if abs(total - by[whole]) > 1:
                about = f"{text_of(by[whole])} ≠ {' + '.join(text_of(by[part]) for part in parts)}"
                found.append((N_("the columns do not add up: {about}"), about))
    return found


def _added(values: dict) -> list[tuple[Column, tuple[float, list]]]:
    """Figures that have a place; those that are added up (early + on time) as one."""
    placed = [one for one in values.values() if one[0].means.get("table")]
    adding = [one for one in placed if one[0].means.get("add")]
    whole = [one for one in placed if one[0].role == "on_time"]
    listed = [
        (column, (value, doubts)) for column, value, doubts in placed if not column.means.get("add")
    ]
    if adding and not whole and any(column.role == "punctual" for column, _, _ in adding):
        total = sum(value for _, value, _ in adding)
        listed.append((adding[-1][0], (total, [d for one in adding for d in one[2]])))
    return listed
