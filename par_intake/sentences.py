"""From a report's lines to figures: what each number measures, of whom, when; the rest to review.

A figure is taken only when its measure, its offices, its period and its basis are said or follow
from the lines above. Everything else goes to review with the reason.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from par_intake import phrases
from par_intake.context import Context, Unsure, unit_key
from par_intake.documents import ASIDE
from par_intake.marks import OFFICES, Mark, Marked, Name
from par_intake.phrases import BOUND_BEFORE, BOUND_BEHIND, OFFICE_COUNTS, Numeral, Period, whole
from par_lib.language.translation import N_

_OF = re.compile(r"(?:\s*(?:của|tại|ở|thuộc|do))\s+$")
_CLAUSE = re.compile(r";(?=\s)")
_NATIONAL = ("Bộ", "Chính", "Thủ", "Trung", "Quốc", "Việt")  # begin the name of nobody's office
NOT_UNDERSTOOD = N_("words not understood: {about}")
NOT_LISTED = N_("{about} is not in units.csv, or is several units there")
_COMPARED = re.compile(r"[\s%]*(?:\w+\s){0,2}?(?:so với|cùng kỳ|của cùng kỳ|năm trước|mục tiêu)")


class Place(NamedTuple):
    """Words at ``start:end`` of a line, the line by its number."""

    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Taken:
    """A figure and what it measures: ``target`` names table, column and, in part, row."""

    line: int
    numeral: Numeral
    target: dict[str, str]
    unit: str  # as spelled; empty for the province
    level: str
    period: Period
    plan_year: int
    basis: str = "unstated"
    scope: str = "total"
    note: str = ""
    status: str = "reported"
    cell: str = ""  # the raw cell, where it is not the numeral as written
    words: Place | None = None  # where it stands, if not at the numeral

    @property
    def measure(self) -> str:
        """The target in one word: a measure, or table.column with its criterion or component."""
        said = self.target
        parts = [f":{said[key]}" for key in ("criterion", "component") if key in said]
        return said.get("measure") or f"{said['table']}.{said['column']}{''.join(parts)}"

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.words or Place(self.line, self.numeral.start, self.numeral.end)


@dataclass(frozen=True)
class Left:
    """A figure not taken, and why: ``reason`` is filled in with ``about``."""

    line: int
    numeral: Numeral
    reason: str
    about: str = ""


class Reader:
    """Reads the figures of one report."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def read(self, done: Container[tuple[int, int]] = ()) -> tuple[list[Taken], list[Left]]:
        """Every figure, either taken or left with a reason, save those ``done`` elsewhere.

        ``done`` holds (line, start of the number).
        """
        taken, left = [], []
        for number, marked in enumerate(self._context.marked):
            doubt: tuple[int, Unsure] | None = None  # what the figures behind it inherit
            for position, numeral in enumerate(marked.numerals):
                if not numeral.is_figure or (number, numeral.start) in done:
                    continue
                clause = self._clause(marked, numeral)
                before = marked.numerals[position - 1].end if position else 0
                named = (*marked.topics, *marked.names)
                own = any(before <= one.start < numeral.start for one in named)
                try:
                    if doubt and doubt[0] == clause and not own:
                        raise doubt[1]
                    taken.append(self._figure(number, position))
                    doubt = None
                except Unsure as unsure:
                    left.append(Left(number, numeral, unsure.reason, unsure.about))
                    if unsure.reason in (NOT_UNDERSTOOD, NOT_LISTED):
                        doubt = clause, unsure
        return taken, left

    def _figure(self, number: int, position: int) -> Taken:
        marked = self._context.marked[number]
        numeral = marked.numerals[position]
        is_task = self._context.is_task(number)
        if is_task and numeral.kind != "count:district":
            raise Unsure(N_("stands among the tasks: a target, no result"))
        flat, clause = marked.flat, self._clause(marked, numeral)
        if BOUND_BEFORE.search(flat, 0, numeral.start) or BOUND_BEHIND.match(flat, numeral.end):
            raise Unsure(N_("a threshold"))
        earlier = max((n.end for n in marked.numerals[:position] if n.is_figure), default=0)
        since = max(earlier, clause)
        between = marked.bare[since : numeral.start]
        if numeral.kind == "rank":  # "…, down 8 % on 2021, 61st of 63"
            between = between.rpartition(",")[2]
        for name, pattern in phrases.patterns("other").items():
            if pattern.search(between):
                raise Unsure(N_("said of something else: {about}"), name)
        if _COMPARED.match(flat, numeral.end):
            raise Unsure(N_("said of something else: {about}"), "change")
        topic, behind_to = self._context.topic(number, numeral)
        start = max(since, self._opened(marked, numeral))
        words = re.findall(r"[^\W\d]+", marked.bare[start : max(numeral.start, behind_to)])
        if unknown := [word for word in words if word not in _filler()]:
            raise Unsure(NOT_UNDERSTOOD, " ".join(unknown))
        target = topic.get(unit_key(numeral, topic))
        if numeral.kind == "bn_vnd" and flat[: numeral.start].rstrip().endswith("/"):
            target = target and target | {"column": "plan_bn_vnd"}  # "4 triệu đồng/8 triệu đồng"
        if target is None:
            raise Unsure(N_("{about} is no figure of the measure named"), numeral.kind)
        if target.get("criterion") == "par_index" and _of_less_than_100(numeral):
            raise Unsure(N_("points of another criterion: the PAR INDEX has 100"))
        if "/" in numeral.text and numeral.kind == f"count:{topic.get('noun')}":
            raise Unsure(N_("a share of a number that is not named"))
        if target.get("column", "").startswith("on_time"):
            first, last = marked.sentence(numeral.start)
            beside = [flat[m.start : m.end] for m in marked.topics if first <= m.start < last]
            if "trước hạn" in beside:
                raise Unsure(N_("early and on time are counted apart"))
        unit, level = self._whom(number, numeral, earlier, topic)
        offices = [n for n in marked.numerals[:position] if n.kind in OFFICE_COUNTS]
        if numeral.kind == "pct" and not unit and any(n.start >= clause for n in offices):
            raise Unsure(N_("said of the offices counted before it"))
        if target["table"] == "scores" and (unit or level != "province"):
            raise Unsure(N_("the tables hold this of the province only"))
        period, note = self._context.period(number, numeral, target["table"])
        basis, scope, plan_year = "unstated", "total", period.end.year
        if target["table"] == "disbursement":
            basis = self._context.basis(number, numeral, target)
            scope = self._context.scope(number, numeral)
            if scope != "carried_over":
                plan_year = self._context.plan_year(marked, numeral, plan_year)
        if is_task:
            period, note = whole(self._context.plan_year_of_task(number)), ""
        return Taken(number, numeral, target, unit, level, period, plan_year, basis, scope, note)

    def _whom(self, number: int, numeral: Numeral, since: int, topic: dict) -> tuple[str, str]:
        marked = self._context.marked[number]
        near = self._said(marked, since, numeral.start)
        following = next((n for n in marked.names if n.start >= numeral.end), None)
        if near is None and following and _OF.search(marked.flat[: following.start]):
            near = following
        if near is None and "whole" in topic:
            clause = marked.unnamed[self._clause(marked, numeral) : numeral.start]
            if unknown := _proper_name(clause):
                raise Unsure(NOT_LISTED, unknown)
            near = self._subject(marked, numeral)
            if near is None:
                return "", topic["whole"]
        for at in self._context.upwards(number):
            if near is None:
                end = numeral.start if at == number else len(self._context.marked[at].flat)
                near = self._said(self._context.marked[at], 0, end)
        if near is None:
            raise Unsure(N_("the offices counted are not named"))
        level = near.what if isinstance(near, Mark) else near.level
        if level in ("all", "nation") or (level == "province" and isinstance(near, Name)):
            if "whole" in topic and level != "nation":
                return "", "province"
            raise Unsure(N_("all levels at once"))
        if isinstance(near, Mark):
            return "", level
        if len(near.codes) != 1:
            raise Unsure(NOT_LISTED, near.spelled)
        if level == "district" and self._of_communes(number, numeral):
            raise Unsure(N_("of a district's communes, which the tables do not hold"))
        return near.spelled, level

    def _of_communes(self, number: int, numeral: Numeral) -> bool:
        """Whether the line, or else the next above it that says a level, says communes only."""
        for at in self._context.upwards(number):
            levels = self._context.marked[at].levels
            said = {mark.what for mark in levels if at != number or mark.start < numeral.start}
            if said:
                return said == {"commune"}
        return False

    def _subject(self, marked: Marked, numeral: Numeral) -> Name | None:
        """The one office that a sentence with several figures is about."""
        start, _ = marked.sentence(numeral.start)
        named = [name for name in marked.names if start <= name.start < numeral.start]
        offices = [name for name in named if name.level in OFFICES]
        if not offices:
            return None
        first = next(n.start for n in marked.numerals if n.is_figure and n.start >= start)
        if len({name.codes for name in offices}) > 1 or offices[0].start > first:
            raise Unsure(N_("whose figure it is is not sure"))
        return offices[0]

    def _clause(self, marked: Marked, numeral: Numeral) -> int:
        """Where the clause of a figure begins: after a full stop or semicolon."""
        start, _ = marked.sentence(numeral.start)
        stops = [m.end() for m in _CLAUSE.finditer(marked.flat, start, numeral.start)]
        return max([start, *stops])

    def _opened(self, marked: Marked, numeral: Numeral) -> int:
        """Where what is said of a figure opens at the latest: behind a colon or an open bracket."""
        before = ASIDE.sub(lambda m: " " * len(m[0]), marked.flat[: numeral.start])
        return max(before.rfind(":"), before.rstrip("( ").rfind("(")) + 1

    def _said(self, marked: Marked, start: int, end: int) -> Name | Mark | None:
        names = [n for n in marked.names if start <= n.start and n.end <= end]
        units = [n for n in names if n.level not in ("province", "nation")]
        if len(units) > 1:
            raise Unsure(N_("several units are named before one figure"))
        if units:
            return units[0]
        levels = [m for m in marked.levels if start <= m.start and m.end <= end]
        if len({m.what for m in levels}) > 1:
            raise Unsure(N_("several levels are named before one figure"))
        return levels[-1] if levels else None


def _proper_name(text: str) -> str:
    """Two words side by side that both begin with a capital: a name, if not a national body's."""
    for phrase in re.findall(r"[^\W\d_]+(?: [^\W\d_]+)+", text):
        for first, second in pairwise(phrase.split()):
            if first.istitle() and second.istitle() and first not in _NATIONAL:
                return f"{first} {second}"
    return ""


@cache
def _filler() -> frozenset[str]:
    return frozenset(phrases.flatten(phrases.table()["filler"]["words"]).split())


def _of_less_than_100(numeral: Numeral) -> bool:
    _, slash, most = numeral.text.partition("/")
    return bool(slash) and numeral.kind == "points" and most.strip(" .") != "100"
