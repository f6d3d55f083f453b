"""From tables whose columns are known to figures: counts, amounts, indices, lists, answers.

A figure is taken where its unit, its period and its unit of measure are said and the columns of its
row add up; else it is proposed. Lists of dossiers and answers of persons are counted, never shown.
"""

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial

import pandas as pd

from par_intake.figures import Doubt, Found, Left, figure
from par_intake.grids import Grid, day_of, written
from par_intake.phrases import Period, around, flatten, stated_period
from par_intake.tables import Column, Row, Table, find, known, level_of, says
from par_lib.cleaning import units
from par_lib.language.translation import N_
from par_lib.language.vietnamese import Kind, compare_key, parse_quantity

Owner = tuple[tuple[str, str], list[Doubt]]  # unit and level, and what is in doubt of them
Values = dict[Column, tuple[float, list[Doubt]]]
_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}")  # or decimals
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+,\d+")
_NUMBERED = re.compile(r"^\d+[.)]\s*")
_ASIDE = re.compile(r"(\d[\d.,]*\s?%?)\s*(\(.*\))")  # "15 (6 with an apology)"
_SHARE_ERROR = 0.006
_NOT_LATE = N_("the title does not say that the dossiers listed are late")
_OF_PROJECTS = N_("the row is of a project, not of the office's whole")
_OF_TARGETS = N_("the title tells of targets or of what is expected")
_OF_A_PART = N_("the title tells of a part of it, or of something else")
_NO_COLUMN = N_("no column of the table is known; name them in par_intake/columns.toml: {about}")


class Reading:
    """What tables say, read with a province's units on the day that a figure counts."""

    def __init__(self, known_units: pd.DataFrame, year: int) -> None:
        self._year, self._home = year, units.as_total(known_units, year)
        self._on = cache(partial(units.units_on, known_units))
        self._resolver = cache(lambda day: units.resolver(self._on(day)))
        self._find = cache(self._found)  # names repeat

    def _found(self, name: str, day: str, level: str = "") -> tuple[str, str] | None:
        """The name as written and its level, where it is one unit's on that day."""
        for wanted in dict.fromkeys((level or None, None)):
            with suppress(units.UnknownUnit):
                code, on = self._resolver(day)(name, level=wanted), self._on(day)
                return name, on.loc[on["code"] == code, "level"].iloc[0]
        return None

    def _district(self, name: str, day: str) -> str:
        """The district of that name with its kind, as a commune may be called so, too."""
        with suppress(units.UnknownUnit):
            on, code = self._on(day), self._resolver(day)(name, level="district")
            return " ".join(on.loc[on["code"] == code, ["kind", "name"]].iloc[0])
        return ""

    def read(self, grid: Grid, found: Found) -> None:
        """Add to ``found`` what a grid gives, and its tables, without persons."""
        found.tables.append(tables := find(grid))
        for table in tables:
            said = (stated_period(texts, self._year) for texts in (table.titles, table.above))
            period = next(filter(None, said), None)
            day = f"{period.end}" if period else f"{self._year}-12-31"
            if {"begun", "due"} <= table.roles().keys():
                self._list(table, period, day, found)
            elif questions := _questions(table):
                self._answers(table, questions, day, found)
            else:
                self._counts(table, period, day, found)
        found.told += grid.told
        if not tables and any(map(any, grid.rows)):
            why = N_("no header was found, as a row with “STT”, “Đơn vị” or “Huyện”: {about}")
            found.left.append(Left("", why, f"{len(grid.rows)} × {len(grid.rows[0])}", grid.name))

    def _counts(self, table: Table, period: Period | None, day: str, found: Found) -> None:
        """A row a unit, a column a measure."""
        kinds = ("to", "part") if table.form == "disbursement" else ("to", "part", "year")
        dated = {column: stated_period([column.header], self._year)
                 for column in table.columns if "table" in column.means}  # fmt: skip
        own = {column: one for column, one in dated.items() if one and one.kind in kinds}
        days = {one for one in own.values() if one.kind == "to"}
        if table.form == "disbursement" and len(days) == 1:
            period = days.pop()  # "disbursed by 30/11": so are its plan and its rate
            day = f"{period.end}"
        owners = self._owners(table, day)
        words = " ".join([*(one.header for one in table.columns), *table.titles])
        plan = around("plan_year").search(words.lower())
        plan_year = {"plan_year": plan[1]} if plan else {}
        parts = [(_OF_PROJECTS, "")] if "project" in table.roles() else []
        title = " / ".join([*table.titles[-2:], *table.heading()])
        for name, why in (("never", _OF_TARGETS), ("part", _OF_A_PART)):
            parts += [(why, "")] if says(title, "titles", name, whole=False) else []
        for row in table.body:
            values, place = _values(table, row, found), table.grid.place(row.at)
            if values and row.at not in owners:
                why = N_("“{about}” is no unit of the province on that day, or not of that level")
                found.left.append(Left(row.name, why, row.name, place))
                continue
            field = _field(table, row)
            for column, (value, doubts) in values.items():
                said = column.means
                if field and said.get("column") in ("resolved", "late"):
                    said = {"table": "late_by_field", "column": said["column"], "field": field}
                if "table" in said and (not field or "field" in said):
                    owner, unsure = owners[row.at]
                    unit = "pct" if _kind(said) == "rate" else "count"
                    name = " · ".join(dict.fromkeys(filter(None, (row.name, field))))
                    evidence = f"{name}: {column.header} {table.cell(row, column)}"
                    found.figures.append(figure(
                        written(value), owner, own.get(column, period),
                        {"measure_unit": unit} | plan_year | said,
                        place=place, evidence=evidence, doubts=[*unsure, *doubts, *parts],
                    ))  # fmt: skip
        heads, why = table.unknown(), N_("columns not understood: {about}")
        if not any("table" in column.means for column in table.columns):
            heads, why = [column.header for column in table.columns if column.header], _NO_COLUMN
        if heads:
            found.left.append(Left("", why, ", ".join(heads)[:200], table.grid.name))

    def _owners(self, table: Table, day: str) -> dict[int, Owner]:
        """Whose the rows are, by their place; totals are of those whose the others are."""
        found: dict[int, tuple[str, str]] = {}
        of_one = table.unit_at == table.field_at  # of an office, which the title names
        fields = {row for row in table.body if of_one and _field(table, row)}
        for row in table.body:
            if row.kind == "section" and (level := level_of(row.name)):
                found[row.at] = self._home, level
            elif row.kind != "total" and row not in fields:
                name, level = _NUMBERED.sub("", row.name), table.level(row)
                if unit := self._find(name, day, level):
                    found[row.at] = unit
        listed = [row for row in table.body if row.kind == "unit" and row.at in found]
        inside = {row: self._district(row.name, day)
                  for row in listed if table.level(row) == "commune"}  # fmt: skip
        for row, district in inside.items():
            if found[row.at][1] != "commune" or all(inside.values()):  # all of a district's
                found[row.at] = district, "commune"
        levels = Counter(found[row.at][1] for row in listed).most_common(1)
        for row in listed:  # a province's bare name among its districts is its city's
            same = [one for one in listed if compare_key(one.name).endswith(compare_key(row.name))]
            if found[row.at][1] == "province" and len(same) == 1:
                found[row.at] = self._find(row.name, day, levels[0][0])
        owners = {at: (unit, []) for at, unit in found.items()}
        totals = [row for row in table.body if row.kind == "total" or row in fields]
        wholes = {row.at: self._whole(table, row, {*found.values()}, day) for row in totals}
        return owners | {at: whole for at, whole in wholes.items() if whole}

    def _whole(
        self, table: Table, row: Row, others: set[tuple[str, str]], day: str
    ) -> Owner | None:
        """Whom a total is of: a level that it names or that all rows are of, else the province.

        Where no row is a unit's, as in a form by fields: the office in the title.
        """
        if named := level_of(around("total").sub("", flatten(row.name))):
            return (self._home, named), []
        if not others:
            for said, _, name in (title.rpartition(":") for title in reversed(table.titles)):
                if unit := self._find(name.strip(), day):
                    sure = unit[1] == "province" or said  # "Reporting unit: …"
                    return unit, [] if sure else [(N_("a total of the office in the title"), "")]
            return None
        several = row.section and sum(one.kind == "total" for one in table.body) > 1
        doubts = [(N_("one of several totals"), "")] if several else []
        level, *more = {level for _, level in others}
        if more:
            return (self._home, "province"), doubts
        every = (self._on(day)["level"] == level).sum()
        if level not in ("district", "commune") or len(others) < every:
            doubts.append((N_("a total of those listed, who are not all of their level"), ""))
        return (self._home, level), doubts

    def _list(self, table: Table, period: Period | None, day: str, found: Found) -> None:
        """A row a dossier: counted as late by unit, and a register where all days are there."""
        title = " ".join([*table.above, *table.titles])
        listed, roles = [], table.roles()
        for row in table.body:
            cells = {role: table.cell(row, column) for role, column in roles.items()}
            days = [day_of(cells.get(role, "")) for role in ("begun", "due", "done")]
            code = cells.get("id", "")
            if row.kind == "unit" and (code or days[0]):
                unit = self._find(row.name, day) or self._find(row.section, day) or ("", "")
                listed.append([row.at, row.name, code, *unit, *days])
        columns = ["row", "name", "id", "unit", "level", "received", "due", "finished"]
        rows = pd.DataFrame(listed, columns=columns)
        placed = rows["unit"] != ""
        for name, count in rows.loc[~placed, "name"].value_counts(sort=False).items():
            why = N_("{about} dossiers of a unit that is not known")
            found.left.append(Left(name, why, str(count), table.grid.name))
        twice = placed & rows["id"].ne("") & rows.duplicated("id")
        if twice.any():
            why = N_("a dossier stands twice, counted once: {about}")
            found.told.append((why, table.grid.places(rows.loc[twice, "row"])))
        rows = rows[placed & ~twice]
        if len(register := rows.dropna(subset=["received", "due", "finished"])):
            found.extras["late_register"] = register[columns[2:]]
        doubts = [] if around("late").search(flatten(title)) else [(_NOT_LATE, "")]
        codes = [self._resolver(day)(row.unit, level=row.level) for row in rows.itertuples()]
        for _, own in rows.groupby(codes, sort=False):
            owner, count = tuple(own.iloc[0][["unit", "level"]]), str(len(own))
            evidence = f"{title[:80]}: {owner[0]} {count}"
            one = figure(count, owner, period, {"table": "late_dossiers", "column": "late"},
                         place=table.grid.places(own["row"]), evidence=evidence,
                         doubts=doubts)  # fmt: skip
            found.figures.append(replace(one, note="counted from a list of dossiers"))

    def _answers(self, table: Table, asked: list[Column], day: str, found: Found) -> None:
        """A row a person asked; a scale of three is another than that of five."""
        person, given = table.roles().get("id"), []
        for row in table.body:
            unit = self._find(row.name, day)
            code = table.cell(row, person) if person else str(row.at + 1)
            for column in asked if unit else ():
                part = column.means.get("component") or column.header.rpartition(" / ")[2]
                answer = known()["scale"].get(table.cell(row, column).lower())
                given += [[*unit, part, code, str(answer)]] if answer else []
        if not given:
            why = N_("answers without a unit of the province")
            found.left.append(Left("", why, "", table.grid.name))
            return
        names = ["unit", "level", "component", "respondent", "answer"]
        answers = pd.DataFrame(given, columns=names)
        name, why = "answers", N_("answers were read (people × questions): {about}")
        if any({*answers["answer"]} <= {*three} for three in ("123", "234")):  # or in words
            name = "answers_of_three_levels"
            why = N_("answers on a scale of three, kept apart from those on five: {about}")
        found.extras[name] = answers
        found.told.append((why, f"{answers['respondent'].nunique()} × {len(asked)}"))


def _field(table: Table, row: Row) -> str:
    """The field of procedures that a row of counts of dossiers is of; empty where it is of all."""
    if table.field_at is None or table.form != "dossiers" or row.kind != "unit":
        return ""
    return _NUMBERED.sub("", table.grid.rows[row.at][table.field_at])


def _questions(table: Table) -> list[Column]:
    """Columns of answers, on the scale of columns.toml; none where they are fewer than three."""
    found = []
    for column in table.columns:
        given = {table.cell(row, column).lower() for row in table.body} - {""}
        of_sipas = table.form == "sipas" and column.means
        asked = of_sipas or says(column.header, "header", "question")
        if asked and given and given <= known()["scale"].keys():
            found.append(column)
    return found if len(found) > 2 else []


def _values(table: Table, row: Row, found: Found) -> Values:
    """The numbers of a row in the units of the tables, with what is in doubt of them.

    What cannot be read is left to a person.
    """
    values: Values = {}
    place = table.grid.place(row.at)
    for column in (one for one in table.columns if one.means.keys() & {"role", "table"}):
        aside = _ASIDE.fullmatch(text := table.cell(row, column))
        try:
            if text.lstrip("-")[:1].isdigit():
                value, doubts = _value(table, column, aside[1] if aside else text)
                beside = [(N_("words beside the number: {about}"), aside[2])] if aside else []
                values[column] = value, [*doubts, *beside]
            elif "table" in column.means and re.search(r"\w", text):
                found.left.append(Left(text, N_("words where a number is meant"), "", place))
        except ValueError as error:
            found.left.append(Left(text, "{about}", str(error), place))
    unsound = []
    for whole, *parts in table.sums:
        if {whole, *parts} <= values.keys():
            total, added = values[whole][0], [values[part][0] for part in parts]
            if abs(total - sum(added)) > 1:
                about = f"{written(total)} ≠ {' + '.join(map(written, added))}"
                unsound.append((N_("the columns do not add up: {about}"), about))
    roles = {column.role: column for column in reversed(values) if column.role}
    if "on_time" in roles:
        values.pop(roles.get("punctual"), None)
    elif punctual := roles.get("punctual"):  # and what was done before its day
        (value, doubts), (early, _) = values[punctual], values.get(roles.get("early"), (0, []))
        values[punctual], roles["on_time"] = (value + early, doubts), punctual
    for column, (value, doubts) in values.items():
        shown = table.cell(row, column).endswith("%")
        if _kind(column.means) == "rate" and not shown and 0 < value <= 1.5:
            part, whole = map(roles.get, known()["shares"].get(column.role, ("", "")))
            of = values[whole][0] if part in values and whole in values else 0
            if of and abs(value - values[part][0] / of) < _SHARE_ERROR:
                values[column] = round(100 * value, 6), doubts
            elif value <= 1:
                doubts.append((N_("a share of 1 or of 100?"), ""))
        doubts += unsound
    return values


def _kind(means: dict[str, str]) -> Kind:
    name = means.get("measure") or means.get("column", "")
    ends = {"_bn_vnd": "amount", "_pct": "rate", "points": "points"}
    return next((kind for end, kind in ends.items() if name.endswith(end)), "count")


def _value(table: Table, column: Column, cell: str) -> tuple[float, list[Doubt]]:
    """The figure in a cell in the unit of its column, and what is in doubt of it."""
    kind, doubts = _kind(column.means), []
    if kind != "amount":
        return parse_quantity(cell, kind=kind).low, doubts
    factor = _money("; ".join([*table.above, *table.titles, column.header]))
    if _THOUSANDS.fullmatch(cell):
        whole = any(_GROUPED.fullmatch(row[column.at]) for row in table.grid.rows)
        if not whole and (factor or 1) >= 1:  # of what is less, nobody writes decimals
            doubts.append((N_("a dot that may part thousands or decimals: {about}"), cell))
        cell = cell.replace(".", "")
    doubts += [] if factor else [(N_("the unit of the amounts is not said"), "")]
    return round(parse_quantity(cell, kind=kind).low * (factor or 1), 9), doubts


@cache
def _money(said: str) -> float | None:
    """Billion dong in the last unit of measure that stands alone between marks or brackets."""
    for part in reversed(around("unit_of_measure").split(flatten(said))):
        for unit, factor in known()["money"].items():
            if re.fullmatch(unit, part.strip(" .")):
                return factor
    return None
