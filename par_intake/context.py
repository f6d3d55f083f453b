"""What a figure needs besides its number: whose it is, of when, a share of what.

Each is asked of the figure's clause first, then ever further from it; an answer comes with what is
in doubt of it. NoFigure where the number is none of the tables'.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from par_intake import phrases
from par_intake.documents import Report
from par_intake.figures import Doubt
from par_intake.marks import Gazetteer, Mark, Marked, Name, behind, between, mark
from par_intake.phrases import Numeral, Period, around, whole
from par_lib.cleaning import schema, units
from par_lib.language.numbers import QuantityError, parse_quantity
from par_lib.language.translation import N_

_PART = re.compile(r";(?=\s)")
_STOP = re.compile(r"[;,()]|\.(?!\d)")  # where what is said directly behind a figure ends
_YEARLY = ("sipas", "scores")  # tables whose figures are of a whole year
_BASES = {"đến hạn": "due", "tiếp nhận": "received", "giải quyết": "resolved"}
_RATE_ERROR = 0.06  # percentage points by which a rounded rate may differ
EARLIER = N_("said of something else: {about}")
_UNKNOWN = N_("{about} is not among the units, or is several")
_UNSURE = N_("whose figure it is is not sure")
Whose = tuple[str, str, list[Doubt]]  # the unit as spelled, empty for the province; its level
Place = tuple[Marked, int, int, str]  # a line, from where to where, how far: see Text.outward


class NoFigure(Exception):
    """A number that is no figure of the tables; without a reason it is not worth a word."""

    def __init__(self, reason: str = "", about: str = "") -> None:
        super().__init__(reason)
        self.reason, self.about = reason, about


@dataclass(frozen=True)
class Spot:
    """A number in its line: its sentence ``start:end``, the ``part`` after a semicolon, and its own
    ``clause``, which begins behind the figure before it; ``near`` is where what is said directly
    behind it ends.
    """

    number: int
    numeral: Numeral
    marked: Marked
    start: int
    end: int
    part: int
    clause: int
    near: int

    @property
    def at(self) -> int:
        """Where the number stands."""
        return self.numeral.start


class Text:
    """A report about ``year``: its lines and everything marked in them."""

    def __init__(self, report: Report, known: pd.DataFrame, year: int) -> None:
        gazetteer = Gazetteer(units.told_by_name(known, year))
        self.lines, self.year, self.home = report.lines, year, units.as_total(known)
        self.marked = [mark(line, gazetteer, year) for line in self.lines]
        self.counts: list[tuple[Spot, str]] = []  # seen so far, each with what it counts
        self._defined = {  # periods that brackets define: "quý I (từ ngày 15/12 đến ngày 14/3)"
            one.period: other.period
            for marked in self.marked for one, other in pairwise(marked.periods)
            if other.period.kind == "part"
            and re.fullmatch(r"\s*\([^()]{0,30}", marked.flat[one.end : other.start])
        }  # fmt: skip

    def spot(self, number: int, numeral: Numeral) -> Spot:
        """A number with the borders around it."""
        marked, at = self.marked[number], numeral.start
        start, end = marked.sentence(at)
        part = max([start, *(m.end() for m in _PART.finditer(marked.flat, start, at))])
        clause = max([part, *(n.end for n in between(marked.figures, start, at))])
        stop = _STOP.search(marked.flat, numeral.end)
        near = stop.start() if stop else len(marked.flat)
        return Spot(number, numeral, marked, start, end, part, clause, near)

    def above(self, number: int) -> Iterator[int]:
        """The line that a line stands under, and so on upwards."""
        while (parent := self.lines[number].parent) is not None:
            yield parent
            number = parent

    def outward(self, spot: Spot) -> Iterator[Place]:
        """Where something may be said that a figure's sentence does not say, nearest first.

        Sentences "before" it in its line, each "heading" over it, and every "line" before.
        """
        start = spot.start
        while start > 0:
            start, end = spot.marked.sentence(start - 2)[0], start
            yield spot.marked, start, end, "before"
        for how, lines in (
            ("heading", self.above(spot.number)),
            ("line", range(spot.number)[::-1]),
        ):
            for number in lines:
                yield self.marked[number], 0, len(self.marked[number].flat), how

    def is_task(self, number: int) -> bool:
        """Whether a line stands in a section on what is to be done."""
        return any(self.lines[at].depth == 0 and around("tasks").search(self.marked[at].flat)
                   for at in (number, *self.above(number)))  # fmt: skip

    def of_service_index(self, number: int) -> bool:
        """Whether a line speaks of the index of Decision 766."""
        return any(around("service_index").search(self.marked[at].flat)
                   for at in (number, *self.above(number)))  # fmt: skip

    def period(self, spot: Spot, table: str) -> tuple[Period, list[Doubt]]:
        """The period of a figure: its clause's, its sentence's, one before, or a heading's."""
        marked, at = spot.marked, spot.at
        told = [one.period for one in between(marked.periods, spot.clause, at)]
        if any(one.kind == "several" for one in told):
            raise NoFigure(N_("said of several years"))
        own = self._stated(marked, spot.clause, at, table)
        sentence = self._stated(marked, spot.start, at, table)
        past = any(one.kind == "year" and one.end.year != self.year for one in told)
        past = past and table == "disbursement" and not own and "kéo dài" not in marked.flat
        if past or (own and own[-1].end < sentence[0].end):
            raise NoFigure(EARLIER, "earlier")
        own = self._stated(marked, spot.numeral.end, min(spot.end, spot.near), table) or own
        last = not between(marked.figures, spot.numeral.end, spot.end)
        rest = self._stated(marked, spot.numeral.end, spot.end, table) if last else []
        if said := own or sentence or rest:
            sure = own or len({*said}) == 1
            return said[-1], [] if sure else [(N_("several periods are said"), "")]
        for line, start, end, how in self.outward(spot):
            said = self._stated(line, start, end, table)
            if how == "line":
                said = [p for p in said if p.kind != "year" or p.end.year >= self.year]
            if said:
                around_it = self._stated(line, 0, end, table)
                sure = len({*around_it}) == 1 and (how != "line" or line in self.marked[:3])
                before = (N_("the period is that of a sentence before"), "")
                return said[0 if how == "before" else -1], [] if sure else [before]
        return whole(self.year), [(N_("no period is said; the year of the report is meant?"), "")]

    def _stated(self, marked: Marked, start: int, end: int, table: str) -> list[Period]:
        """Periods that a table can have, said between two places of a line."""
        kinds = ("year",) if table in _YEARLY else ("part", "to", "open")
        kinds += () if table in ("disbursement", *_YEARLY) else ("year",)
        found = [one.period for one in marked.periods if start <= one.start < end]
        return [self._defined.get(one, one) for one in found if one.kind in kinds]

    def whose(self, spot: Spot, topic: dict, table: str) -> Whose:
        """The unit and level a figure is of, named in its clause, or ever further from it."""
        marked, at = spot.marked, spot.at
        names, told = between(marked.names, spot.clause, at), []
        if paired := _respective(spot):
            names, told = [paired], [(N_("paired by “respectively”"), "")]
        elif not names:
            following = [name for name in marked.names if name.start >= spot.numeral.end][:1]
            of = around("of").fullmatch
            names = [n for n in following if of(marked.flat, spot.numeral.end, n.start)]
        subjects = _subjects(names, between(marked.levels, spot.clause, at))
        if len(subjects) > 1:
            raise NoFigure(N_("several units are named before one figure"))
        since = max([spot.clause, *(name.end for name in names if name.end <= at)])
        if unknown := _proper_name(marked.unnamed[since:at]):
            raise NoFigure(_UNKNOWN, unknown)
        superlative = around("superlative").search(marked.flat, spot.clause, at)
        if superlative and not any(isinstance(one, Name) for one in subjects):
            raise NoFigure(_UNSURE)
        if subjects:
            if isinstance(subjects[0], Name) and around("whole").search(
                marked.flat, spot.clause, at
            ):
                told.append((_UNSURE, ""))
            return _checked(subjects[0], marked, spot.start, told, table)
        for since in (spot.part, spot.start):
            first = min(n.start for n in marked.figures if n.start >= since)
            if subjects := _named(marked, since, first):
                if len(subjects) > 1 or _named(marked, first, at):
                    raise NoFigure(_UNSURE)
                return _checked(subjects[0], marked, since, [], table)
        inherited = (N_("the office is that of a sentence before"), "")
        for line, start, end, how in self.outward(spot):
            subjects = _named(line, start, end) if how != "line" else []
            if len(subjects) == 1:
                told = [inherited] if how == "before" else []
                return _checked(subjects[0], line, start, told, table)
            if subjects:
                break
        if "whole" in topic:
            return "", topic["whole"], [(N_("no office is named; the province is meant?"), "")]
        raise NoFigure(N_("the offices counted are not named"))

    def basis(self, spot: Spot, target: dict) -> tuple[str, list[Doubt]]:
        """What a share of dossiers is of: said behind it, or shown by the counts of its line."""
        if spot.numeral.kind != "pct":
            return "unstated", []
        if of := around("share_of").match(spot.marked.flat, spot.numeral.end):
            return _BASES[of["of"]], []
        with suppress(QuantityError):
            share = parse_quantity(spot.numeral.text, kind="rate").low
            counts = [(parse_quantity(one.numeral.text, kind="count").low, of)
                      for one, of in self.counts if one.number == spot.number]  # fmt: skip
            for all_of_them, of in counts:
                shown = any(abs(100 * part / all_of_them - share) <= _RATE_ERROR
                            for part, _ in counts if part < all_of_them)  # fmt: skip
                if shown and of in schema.CODES["basis"]:
                    return of, []
        needed = target["table"] == "late_dossiers" or "online_dossiers" in str(target)
        return "unstated", [(N_("a share of what is not said"), "")] if needed else []


def plan(spot: Spot, target: dict) -> tuple[str, str, list[Doubt]]:
    """The plan a figure of disbursement is measured against, and which capital is counted."""
    marked, at, end = spot.marked, spot.at, spot.numeral.end
    since = spot.clause if target["column"] == "disbursed_bn_vnd" else spot.start
    bases = behind(marked.bases, marked.flat, end) or between(marked.bases, since, at)[::-1]
    scopes = behind(marked.scopes, marked.flat, end) or between(marked.scopes, spot.start, at)[::-1]
    basis, scope = (one[0].what if one else "" for one in (bases, scopes))
    if "other" in (basis, scope):
        raise NoFigure(N_("of a plan or a part of the capital that no table holds"))
    names = between(marked.names, 0, at)
    is_listed = names and not marked.flat[names[-1].end : at].strip(" :(")
    said = basis or around("share_of_plan").match(marked.flat, end) or is_listed
    unsaid = target["column"] == "rate_pct" and not said
    doubts = [(N_("of which plan it is a share is not said"), "")] if unsaid else []
    return basis or "unstated", scope or "total", doubts


def _checked(said: Name | str, marked: Marked, start: int, told: list[Doubt], table: str) -> Whose:
    """A name or a level as the unit and level of a figure, where a table has a place for it."""
    if isinstance(said, str):
        return "", said, told
    levels = {one.what for one in between(marked.levels, start, said.start)} - {"province"}
    branch = around("branch").search(marked.flat, start, said.start)
    if branch and said.level in ("district", "commune"):
        raise NoFigure(N_("a branch in that place, not the place's own office"))
    if table == "scores":
        raise NoFigure(N_("points of an office: no table holds them yet"))
    if said.level == "district" and levels == {"commune"}:
        raise NoFigure(N_("of a district's communes, which the tables do not hold"))
    unknown = [] if len(said.codes) == 1 else [(_UNKNOWN, said.spelled)]
    return said.spelled, said.level, [*told, *unknown]


def _named(marked: Marked, start: int, end: int) -> list[Name | str]:
    """Whom a line names between two places."""
    return _subjects(between(marked.names, start, end), between(marked.levels, start, end))


def _subjects(names: list[Name], levels: list[Mark]) -> list[Name | str]:
    """The different offices among names; where there are none the levels, or the province."""
    offices = {name.codes or name.spelled: name for name in names[::-1]
               if name.level != "province"}  # fmt: skip
    said = {one.what for one in levels} | {name.level for name in names}
    return [*offices.values()] or [*said - {"province"}] or [*said]


def _respective(spot: Spot) -> Name | None:
    """Of "A, B … lần lượt x, y": the name that stands where the number does."""
    marked = spot.marked
    said = around("respectively").search(marked.flat, spot.start, spot.at)
    if not said:
        return None
    since = max([spot.start, *(n.end for n in marked.figures if n.end <= said.start())])
    names = [name for name in between(marked.names, since, said.start())
             if name.level != "province"]  # fmt: skip
    after = [n for n in marked.figures if n.start >= said.end() and n.kind == spot.numeral.kind]
    return dict(zip(after, names, strict=False)).get(spot.numeral)


def _proper_name(text: str) -> str:
    """Two words side by side that both begin with a capital: a name, if not a national body's."""
    for phrase in re.findall(r"[^\W\d_]+(?: [^\W\d_]+)+", text):
        for first, second in pairwise(phrase.split()):
            national = first in phrases.table()["agencies"]["national"]
            if first.istitle() and second.istitle() and not national:
                return f"{first} {second}"
    return ""
