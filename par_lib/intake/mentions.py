"""Places a report names as having many late dossiers, without saying how many."""

import re
from dataclasses import dataclass

from par_lib.intake.context import Context
from par_lib.intake.marks import Marked
from par_lib.intake.names import Name
from par_lib.intake.periods import Period, whole

_HIGH = re.compile(r"\s*(?:(?:còn|rất|khá|ở mức)\s)*(?:cao|nhiều|lớn)(?!\w)")


@dataclass(frozen=True)
class Mention:
    """A unit named at ``start:end`` of a line; a commune row names the communes' district."""

    line: int
    start: int
    end: int
    unit: str
    level: str
    table: str
    column: str
    period: Period


def read(context: Context) -> list[Mention]:
    """Names behind "late dossiers are many:", or under a task to clear late dossiers."""
    found = []
    for number, marked in enumerate(context.marked):
        for start, topic in _openings(context, number):
            found += [
                Mention(number, name.start, name.end, name.spelled, level, *topic, period)
                for name, level in _named(marked, start)
                for period in [whole(context.year)]
            ]
    return found


def _openings(context: Context, number: int) -> list[tuple[int, tuple[str, str]]]:
    """Where in a line a list without figures can start, and the column the figures would be in."""
    marked = context.marked[number]
    for mark in marked.topics:
        if (column := _counted(mark.what)) and _HIGH.match(marked.flat, mark.end):
            return [(mark.end, column)]
    above = context.lines[number].parent
    if context.is_task(number) and above is not None and context.marked[above].topics:
        column = _counted(context.marked[above].topics[-1].what)
        if column and not marked.topics:
            return [(0, column)]
    return []


def _counted(topic: dict) -> tuple[str, str] | None:
    target = topic.get("count", {})
    return (target["table"], "late") if target.get("column") == "late" else None


def _named(marked: Marked, start: int) -> list[tuple[Name, str]]:
    """Units behind ``start`` that no figure follows, each with the level that is meant."""
    units = [n for n in marked.names if n.start >= start and n.level in ("district", "department")]
    sentence = marked.sentence(start)[0]
    of_communes = any(mark.what == "commune" for mark in marked.levels) and not any(
        mark.what in ("district", "department")
        for mark in marked.levels
        if sentence <= mark.start < start
    )
    named = []
    for place, name in enumerate(units):
        following = units[place + 1].start if place + 1 < len(units) else len(marked.flat)
        if any(n.is_figure and name.end <= n.start < following for n in marked.numerals):
            continue
        if len(name.codes) == 1:
            level = "commune" if of_communes and name.level == "district" else name.level
            named.append((name, level))
    return named
