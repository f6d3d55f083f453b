"""From a table whose columns are known to figures: amounts, counts, lists, answers, indices.

A row is taken only where its unit, its period and its unit of measure are said and its columns add
up; else its figures are proposed. Names of persons are dropped before anything else is done.
"""

import datetime as dt
import re
from collections import Counter

import pandas as pd

from par_intake import phrases
from par_intake.figures import Figure, Found, Left, home_of
from par_intake.grids import Cell, Grid, Percent
from par_intake.phrases import Period
from par_intake.tables import Column, Row, Table, find, known_columns, level_of, says, text_of
from par_lib.cleaning import schema, units
from par_lib.language.numbers import QuantityError, parse_quantity
from par_lib.language.translation import N_

_MONEY = re.compile(r"(?<!\w)(?P<unit>(?:nghìn |ngàn )?tỷ|triệu|nghìn|ngàn)? ?đồng(?!\w)|(?<!\w)(?P<bare>tỷ|triệu)(?!\w)")
_FACTORS = {"nghìn tỷ": 1000, "ngàn tỷ": 1000, "tỷ": 1, "triệu": 1e-3, "nghìn": 1e-6, "ngàn": 1e-6, None: 1e-9}
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+,\d+")
_CHECKS = (  # (whole, its parts) of form II.06a, where no row of numbers says it
    ("received", ("online", "direct", "before")), ("resolved", ("early", "punctual", "late")),
)  # fmt: skip
_OTHER_PERIOD = re.compile(r"cùng kỳ|năm trước|năm ngoái")
_LATE = re.compile(r"(trễ|quá|chậm) (hạn|hẹn)")


class Reading:
    """What tables say, read with the units of a province valid at the end of ``year``."""

    def __init__(self, known: pd.DataFrame, year: int) -> None:
        self._all, self._year, self._home = known, year, home_of(known)
        self._on: dict[str, tuple[pd.DataFrame, dict]] = {}

    def read(self, grid: Grid, found: Found) -> list[Table]:
        """Add to ``found`` what a grid gives; its tables, without persons."""
        tables = list(find(grid))
        for table in tables:
            _drop_persons(table)
            period = _period(table.titles, self._year)
            if {"begun", "due"} <= {column.role for column in table.columns}:
                self._list(table, period, found)
            elif answers := _answers(table):
                self._answers(table, answers, found)
            elif any((column.means or {}).get("table") for column in table.columns):
                self._counts(table, period, found)
            else:
                why = N_("no column of the table is known; name them in par_intake/columns.toml: {about}")
                found.left.append(Left("", why, ", ".join(filter(None, table.heads))[:200], table.grid.name))
        found.told += grid.told
        if not tables and any(any(row) for row in grid.rows):
            why = N_("no header was found, as a row with “STT”, “Đơn vị” or “Huyện”: {about}")
            found.left.append(Left("", why, f"{len(grid.rows)} × {len(grid.rows[0])}", grid.name))
        return tables

    def unit(self, name: str, level: str, day: str) -> tuple[str, str] | None:
        """The name as written and its level, where it is one unit's on that day."""
        if day not in self._on:
            on = units.units_on(self._all, day)
            self._on[day] = on, units.lookup(on), on.set_index("code")["level"].to_dict()
        on, index, levels = self._on[day]
        for wanted in dict.fromkeys((level or None, None)):
            try:
                code = units.resolve(name, on, level=wanted, index=index)
            except units.UnknownUnit:
                continue
            return name, levels[code]
        return None

    def _counts(self, table: Table, period: Period | None, found: Found) -> None:
        day = f"{period.end if period else dt.date(self._year, 12, 31)}"
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
        unknown = [c.header for c in table.columns if c.header and c.means is None
                   and c.at != table.unit_at and not says(c.header, "anchors", "number")]  # fmt: skip
        if unknown:
            found.left.append(Left("", N_("columns not understood: {about}"), ", ".join(unknown), table.grid.name))

    def _whose(self, table: Table, row: Row, day: str) -> tuple[str, str, list] | None:
        """The unit of a row, its level, and what is in doubt of it."""
        if row.is_total or not row.name:
            return None
        if row.is_section and (level := level_of(row.name)):
            return self._home, level, []
        level = next((name for one in reversed(row.sections) if (name := level_of(one))), "")
        name = re.sub(r"^\d+[.)]\s*", "", row.name)
        if unit := self.unit(name, level, day):
            return *unit, []
        return None

    def _whole(self, table: Table, levels: set, named: set, day: str) -> tuple[str, str, list] | None:
        """Whom a row of totals stands for."""
        if len(levels) > 1:
            return self._home, "province", []
        if not levels:
            title = next((unit for one in table.titles if (unit := self.unit(one, "", day))), None)
            if title:
                return *title, [] if title[1] == "province" else [(N_("a total of the office in the title"), "")]
            return None
        level = next(iter(levels))
        on = self._on[day][0]
        there_are = int((on["level"] == level).sum())
        whole = level in ("district", "commune") and len({n for n, one in named if one == level}) == there_are
        doubts = [] if whole else [(N_("a total of those listed, who are not all of their level"), "")]
        return self._home, level, doubts

    def _values(self, table: Table, row: Row) -> dict[int, tuple[Column, float, list]]:
        """The numbers of a row under known columns, in the units of the tables."""
        values = {}
        for column in table.columns:
            cell = table.cell(row, column)
            if column.means is None or cell is None or not (column.role or column.means.get("table")):
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
        } | {name: means[name] for name in ("measure", "component", "part") if name in means}  # fmt: skip
        place = table.grid.place(row.at)
        to = means.get("column") or ("points" if means["table"] == "service_index" else "value")
        known = {c.name for c in schema.TABLES[means["table"]].columns} if means["table"] in schema.TABLES else said
        return Figure(
            means["table"], to, text_of(float(value)), {k: v for k, v in said.items() if k in known},
            place, f"{row.name}: {column.header} {text_of(table.cell(row, column))}", tuple(doubts),
        )  # fmt: skip

    def _list(self, table: Table, period: Period | None, found: Found) -> None:
        """A row a dossier: counted into late by unit, and a register where all days are there."""
        day = f"{period.end if period else dt.date(self._year, 12, 31)}"
        title, ids, rows = " ".join(table.titles), set(), []
        places: dict[tuple[str, str], list[int]] = {}
        unknown: Counter[str] = Counter()
        for row in table.body:
            cells = {c.role: table.cell(row, c) for c in table.columns if c.role}
            if row.is_section or row.is_total or not (cells.get("id") or _day(cells.get("begun"))):
                continue
            unit = next((u for name in (row.name, *reversed(row.sections)) if (u := self.unit(name, "", day))), None)
            if unit is None:
                unknown[row.name] += 1
            elif (code := text_of(cells.get("id"))) and code in ids:
                found.told.append((N_("a dossier stands twice, counted once: {about}"), table.grid.place(row.at)))
            else:
                ids.add(code)
                places.setdefault(self._same(unit, places), []).append(table.grid.first + row.at)
                days = [_day(cells.get(role)) for role in ("begun", "due", "done")]
                if all(days):
                    rows.append([code, *unit, *(f"{one:%Y-%m-%d}" for one in days)])
        late = _LATE.search(phrases.flatten(title))
        doubts = [] if late else [(N_("the title does not say that the dossiers listed are late"), "")]
        doubts += [] if period else [(N_("no day or period is said"), "")]
        for (name, level), lines in places.items():
            key = {"unit": name, "level": level, "period_start": f"{period.start}" if period else "",
                   "period_end": day if period else "", "basis": "unstated"}  # fmt: skip
            told = ", ".join(map(str, lines[:30])) + (" …" if len(lines) > 30 else "")
            found.figures.append(Figure(
                "late_dossiers", "late", str(len(lines)), key, f"{table.grid.name}, rows {told}",
                f"{name}: {len(lines)} dossiers listed", tuple(doubts), "counted from a list of dossiers"))  # fmt: skip
        for name, count in unknown.items():
            why = N_("{about} dossiers of a unit that is not known")
            found.left.append(Left(name, why, str(count), table.grid.name))
        if rows:
            columns = ["id", "unit", "level", "received", "due", "finished"]
            found.extras["late_register"] = pd.DataFrame(rows, columns=columns)

    def _same(self, unit: tuple[str, str], places: dict) -> tuple[str, str]:
        """The spelling under which the unit stands already."""
        def bare(name: str) -> str:
            return phrases.flatten(name).removeprefix("ubnd ").removeprefix("ủy ban nhân dân ")

        return next((one for one in places if one[1] == unit[1] and bare(one[0]) == bare(unit[0])), unit)

    def _answers(self, table: Table, columns: dict[Column, dict], found: Found) -> None:
        """A row a person asked; a scale of three is another than that of five."""
        day, listed = f"{self._year}-12-31", []
        person = table.by_role("id")
        for row in table.body:
            unit = self.unit(row.name, "", day) if row.name else None
            for column, scale in columns.items() if unit else ():
                answer = scale.get(text_of(table.cell(row, column)).lower())
                code = text_of(table.cell(row, person)) if person else str(table.grid.first + row.at)
                if answer:
                    part = (column.means or {}).get("component") or column.header.rpartition(" / ")[2]
                    listed.append([*unit, part, code, answer])
        answers = pd.DataFrame(listed, columns=["unit", "level", "component", "respondent", "answer"])
        if answers.empty:
            found.left.append(Left("", N_("answers without a unit of the province"), "", table.grid.name))
            return
        most = int(answers["answer"].max())
        name = "answers" if most > 3 else "answers_of_three_levels"
        found.extras[name] = answers
        about = f"{answers['respondent'].nunique()} × {len(columns)}"
        told = N_("answers were read (people × questions): {about}") if most > 3 else N_(
            "answers on a scale of three, kept apart from those on five: {about}")
        found.told.append((told, about))


def _drop_persons(table: Table) -> None:
    """Empty what names a person, so that it stands nowhere afterwards."""
    for column in table.columns:
        if column.at != table.unit_at and says(column.header, "persons", "words", whole=False):
            for row in table.grid.rows:
                row[column.at] = None
            column.means = None
            column.header = ""


def _period(texts: list[str], year: int) -> Period | None:
    """What the titles say is counted: days before months and quarters before whole years."""
    stated = [
        one.period for text in texts for one in phrases.find_periods(phrases.flatten(text), year)
        if not _OTHER_PERIOD.search(phrases.flatten(text)) and one.period.kind != "several"
    ]  # fmt: skip
    spans = [p for p in stated if p.kind == "part" and (p.start.day, p.end.day) != (1, 31) and p.start.day != 1]
    for wanted in (spans, [p for p in stated if p.kind == "to"], [p for p in stated if p.kind == "part"], stated):
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
        kind = "amount" if money else "rate" if rate else "points" if means["form"] == "index" else "count"
        value = parse_quantity(cell, kind=kind).low
    else:
        raise ValueError(cell)
    if money:
        found = _MONEY.search(phrases.flatten(column.header)) or next(
            (m for text in reversed(table.titles) if (m := _MONEY.search(phrases.flatten(text)))), None)
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
    plan, paid, rate = (by_role.get(name) for name in ("plan", "disbursed", "rate"))
    if plan and paid is not None and rate is not None and abs(100 * paid / plan - rate) > 0.6:
        found.append((N_("amounts and rate do not agree: {about}"), f"{text_of(rate)} % ≠ {100 * paid / plan:.2f} %"))
    return found


def _added(values: dict) -> list[tuple[Column, tuple[float, list]]]:
    """Figures that have a place; those that are added up (early + on time) as one."""
    placed = [one for one in values.values() if one[0].means.get("table")]
    adding = [one for one in placed if one[0].means.get("add")]
    whole = [one for one in placed if one[0].role == "on_time"]
    listed = [(column, (value, doubts)) for column, value, doubts in placed if not column.means.get("add")]
    if adding and not whole and any(column.role == "punctual" for column, _, _ in adding):
        total = sum(value for _, value, _ in adding)
        listed.append((adding[-1][0], (total, [d for one in adding for d in one[2]])))
    return listed


def _answers(table: Table) -> dict[Column, dict]:
    """Columns of answers, each with its scale: numbers of 1 to 5, or words."""
    words = {name: value for name, value in known_columns()["answers"].items()}
    found = {}
    for column in table.columns:
        given = {text_of(table.cell(row, column)).lower() for row in table.body} - {""}
        named = re.match(r"(q|c|câu|câu hỏi)\s?\d{1,2}\b", phrases.flatten(column.header)) or (
            (column.means or {}).get("form") == "sipas")
        for scale in ({str(n): n for n in range(1, 6)}, words):
            if named and given and given <= set(scale):
                found[column] = scale
    return found if len(found) > 2 else {}


def _day(cell: Cell) -> dt.date | None:
    if isinstance(cell, dt.date):
        return cell
    found = re.match(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})|(\d{4})-(\d{2})-(\d{2})", cell) if isinstance(cell, str) else None
    if not found:
        return None
    day, month, year, *iso = found.groups()
    try:
        return dt.date(int(year or iso[0]), int(month or iso[1]), int(day or iso[2]))
    except ValueError:
        return None
