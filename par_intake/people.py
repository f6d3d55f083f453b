"""Tables of a row a dossier or a row a person asked: counted, and never shown singly."""

import datetime as dt
import re
from collections import Counter

import pandas as pd

from par_intake import phrases
from par_intake.figures import Figure, Found, Left, Units
from par_intake.grids import Cell
from par_intake.phrases import Period
from par_intake.tables import Column, Table, is_question, known_columns, text_of
from par_lib.language.translation import N_

_LATE = re.compile(r"(trễ|quá|chậm) (hạn|hẹn)")


def read_list(units: Units, table: Table, period: Period | None, found: Found) -> None:
    """A row a dossier: counted into late by unit, and a register where all days are there."""
    day = units.day_of(period)
    title, ids, rows = " ".join(table.titles), set(), []
    places: dict[tuple[str, str], list[int]] = {}
    unknown: Counter[str] = Counter()
    for row in table.body:
        cells = {c.role: table.cell(row, c) for c in table.columns if c.role}
        if row.is_section or row.is_total or not (cells.get("id") or _day(cells.get("begun"))):
            continue
        unit = next(
            (u for name in (row.name, *reversed(row.sections)) if (u := units.find(name, "", day))),
            None,
        )
        if unit is None:
            unknown[row.name] += 1
        elif (code := text_of(cells.get("id"))) and code in ids:
            found.told.append(
                (N_("a dossier stands twice, counted once: {about}"), table.grid.place(row.at))
            )
        else:
            ids.add(code)
            places.setdefault(_same(unit, places), []).append(table.grid.first + row.at)
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
        figure = Figure("late_dossiers", "late", str(len(lines)), key,
                        f"{table.grid.name}, rows {told}", f"{title[:80]}: {name} {len(lines)}",
                        tuple(doubts), "counted from a list of dossiers")  # fmt: skip
        found.figures.append(figure)
    for name, count in unknown.items():
        why = N_("{about} dossiers of a unit that is not known")
        found.left.append(Left(name, why, str(count), table.grid.name))
    if rows:
        columns = ["id", "unit", "level", "received", "due", "finished"]
        found.extras["late_register"] = pd.DataFrame(rows, columns=columns)


def _same(unit: tuple[str, str], places: dict) -> tuple[str, str]:
    """The spelling under which the unit stands already."""

    def bare(name: str) -> str:
        return phrases.flatten(name).removeprefix("ubnd ").removeprefix("ủy ban nhân dân ")

    return next(
        (one for one in places if one[1] == unit[1] and bare(one[0]) == bare(unit[0])), unit
    )


def read_answers(units: Units, table: Table, columns: dict[Column, dict], found: Found) -> None:
    """A row a person asked; a scale of three is another than that of five."""
    day, listed = f"{units.year}-12-31", []
    person = table.by_role("id")
    for row in table.body:
        unit = units.find(row.name, "", day) if row.name else None
        for column, scale in columns.items() if unit else ():
            answer = scale.get(text_of(table.cell(row, column)).lower())
            code = text_of(table.cell(row, person)) if person else str(table.grid.first + row.at)
            if answer:
                part = (column.means or {}).get("component") or column.header.rpartition(" / ")[2]
                listed.append([*unit, part, code, answer])
    answers = pd.DataFrame(listed, columns=["unit", "level", "component", "respondent", "answer"])
    if answers.empty:
        found.left.append(
            Left("", N_("answers without a unit of the province"), "", table.grid.name)
        )
        return
    most = int(answers["answer"].max())
    name = "answers" if most > 3 else "answers_of_three_levels"
    found.extras[name] = answers
    about = f"{answers['respondent'].nunique()} × {len(columns)}"
    told = (
        N_("answers were read (people × questions): {about}")
        if most > 3
        else N_("answers on a scale of three, kept apart from those on five: {about}")
    )
    found.told.append((told, about))


def answers_of(table: Table) -> dict[Column, dict]:
    """Columns of answers, each with its scale: numbers of 1 to 5, or words."""
    words = {name: str(value) for name, value in known_columns()["answers"].items()}
    found = {}
    for column in table.columns:
        given = {text_of(table.cell(row, column)).lower() for row in table.body} - {""}
        named = is_question(column.header) or (column.means or {}).get("form") == "sipas"
        for scale in ({str(n): str(n) for n in range(1, 6)}, words):
            if named and given and given <= set(scale):
                found[column] = scale
    return found if len(found) > 2 else {}


def _day(cell: Cell) -> dt.date | None:
    if isinstance(cell, dt.date):
        return cell
    found = (
        re.match(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})|(\d{4})-(\d{2})-(\d{2})", cell)
        if isinstance(cell, str)
        else None
    )
    if not found:
        return None
    day, month, year, *iso = found.groups()
    try:
        return dt.date(int(year or iso[0]), int(month or iso[1]), int(day or iso[2]))
    except ValueError:
        return None
