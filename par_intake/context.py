"""What a figure needs besides its number: whose it is, of when, a share of what.

Each is asked of the figure's clause first, then ever further from it; what an answer leaves in
doubt is kept with the figure. NoFigure where the number is none of the tables'.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from par_intake.documents import Report
from par_intake.figures import Doubt
from par_intake.marks import Gazetteer, Marked, Name, Part, mark
from par_intake.phrases import OFFICE_COUNTS, Numeral, Period, Placed, around, flatten
from par_lib.cleaning import schema, units
from par_lib.language.translation import N_
from par_lib.language.vietnamese import QuantityError, parse_quantity

_PART = re.compile(r";(?=\s)")
_STOP = re.compile(r"[;,()]|\.(?!\d)")  # where what is said directly behind a figure ends
_YEARLY = ("sipas", "scores")  # tables whose figures are of a whole year
_BASES = {"đến hạn": "due", "tiếp nhận": "received", "giải quyết": "resolved"}
_RATE_ERROR = 0.06  # percentage points by which a rounded rate may differ
EARLIER = N_("said of something else: {about}")
_UNKNOWN = N_("{about} is not among the units, or is several")
_UNSURE = N_("whose figure it is is not sure")


class NoFigure(Exception):
    """A number that is no figure of the tables: why and what that is about, if worth a word."""


class Spot:
    """A number in line ``number``, the parts of the line around it, and what is in doubt of it."""

    def __init__(self, marked: Marked, number: int, numeral: Numeral) -> None:
        at, after, flat = numeral.start, numeral.end, marked.flat
        start, end = marked.sentence(at)
        part = max([start, *(match.end() for match in _PART.finditer(flat, start, at))])
        self.number, self.numeral, self.marked, self.at = number, numeral, marked, at
        self.sentence = Part(marked, start, at)  # up to the number, as both that follow
        self.half = Part(marked, part, at)  # since a semicolon
        own = max([part, *(one.end for one in self.half.of("figures"))])
        self.clause = Part(marked, own, at)  # since the figure before it
        # Where what it is and whose it is begins to be said: the clauses, and the marks in them.
        self.since = self.named = own
        stop = _STOP.search(flat, after)
        self.behind = Part(marked, after, stop.start() if stop else len(flat))  # up to a comma
        following = (one.start for one in self.behind.of("figures"))
        self.own = replace(self.behind, end=min([self.behind.end, *following]))  # before another
        self.rest = Part(marked, after, end)  # of the sentence
        self.doubts: list[Doubt] = []

    def stands_on(self, marks: Iterable[Placed]) -> None:
        """Note that the figure is understood by marks before it: or by what no mark here says."""
        first = min((one.start for one in marks), default=self.sentence.start)
        before = (one.end for one in self.sentence.of("figures") if one.end <= first)
        self.named = min(self.named, first)
        self.since = min(self.since, max([self.sentence.start, *before]))

    def doubt(self, reason: str, about: str = "", *, so: object = True) -> None:
        """Note what is in doubt, where it is so."""
        self.doubts += [(reason, about)] if so else []


class Text:
    """A report about ``year``: its lines and everything marked in them."""

    def __init__(self, report: Report, known: pd.DataFrame, year: int) -> None:
        gazetteer = Gazetteer(units.told_by_name(known, year))
        self.lines, self.year, self.home = report.lines, year, units.as_total(known, year)
        self.marked = [mark(line, gazetteer, year) for line in self.lines]
        self.counts = defaultdict(list)  # by line: counts seen so far, each with what it counts
        self._first = self.marked[:3]
        titles = [line for line in self._first if not line.marks["figures"]]
        named = {one.level: one for line in titles for one in line.marks["names"]}
        self._titled = {one.what for line in titles for one in line.marks["periods"]}
        place = named.get("district") or named.get("commune")
        self._place = None if "province" in named else place  # what the whole report is about
        self._defined = {  # periods that brackets define: "quý I (từ ngày 15/12 đến ngày 14/3)"
            one.what: other.what
            for marked in self.marked for one, other in pairwise(marked.marks["periods"])
            if other.what.kind == "part"
            and re.fullmatch(r"\s*\([^()]{0,30}", marked.flat[one.end : other.start])
        }  # fmt: skip

    def above(self, number: int) -> Iterator[int]:
        """The line that a line stands under, and so on upwards."""
        while (parent := self.lines[number].parent) is not None:
            yield parent
            number = parent

    def headings(self, spot: Spot) -> Iterator[str]:
        """Lines without figures that a figure stands under, without the measures they name."""
        for at in self.above(spot.number):
            if not self.marked[at].marks["figures"]:
                yield self.marked[at].bare

    def under(self, number: int, words: str, *, sections: bool = False) -> bool:
        """Whether a line, or one (or section) it stands under, says words of [around]."""
        lines = (at for at in (number, *self.above(number))
                 if not (sections and self.lines[at].depth))  # fmt: skip
        return any(around(words).search(self.marked[at].flat) for at in lines)

    def outward(self, spot: Spot) -> Iterator[tuple[str, Part]]:
        """Where something may be said that a figure's sentence does not say, nearest first.

        Sentences "before" it in its line, each "heading" over it, and every "line" before.
        """
        start = spot.sentence.start
        while start > 0:
            start, end = spot.marked.sentence(start - 2)[0], start
            yield "before", Part(spot.marked, start, end)
        yield from (("heading", self.marked[at].whole) for at in self.above(spot.number))
        yield from (("line", marked.whole) for marked in self.marked[: spot.number][::-1])

    def period(self, spot: Spot, table: str) -> Period:
        """The period of a figure: its clause's, its sentence's, one before, or a heading's."""
        told = [one.what for one in spot.clause.of("periods")]
        if any(one.kind == "several" for one in told):
            raise NoFigure(N_("said of several years"))
        own, said = self._stated(spot.clause, table), self._stated(spot.sentence, table)
        past = any(one.kind == "year" and one.end.year != self.year for one in told)
        past = past and not own and "kéo dài" not in spot.marked.flat
        before = said[: len(said) - len(own)]
        if past or (own and before and own[-1].end < before[0].end):
            raise NoFigure(EARLIER, "earlier")
        since_begun = spot.sentence.says("cumulative")
        spot.doubt(N_("counted since the year began?"), so=since_begun)
        if behind := self._stated(spot.behind, table):
            return behind[-1]
        if said:
            spot.doubt(N_("several periods are said"), so=not own and len({*said}) > 1)
            return said[-1]
        later = self._stated(spot.rest, table)
        spot.doubt(N_("a period is said later in the sentence"), so=later)
        for how, part in self.outward(spot):
            said = self._stated(part, table)
            if how == "line":
                said = [one for one in said if one.kind != "year" or one.end.year >= self.year]
            if said:
                several = len({*self._stated(Part(part.line, 0, part.end), table)}) > 1
                far = how == "line" and part.line not in self._first and said[0] not in self._titled
                spot.doubt(N_("the period is that of a sentence before"), so=several or far)
                return said[0]
        spot.doubt(N_("no period is said; the year of the report is meant?"))
        return Period(dt.date(self.year, 1, 1), dt.date(self.year, 12, 31), "year")

    def _stated(self, part: Part, table: str) -> list[Period]:
        """Periods that a table can have, said in a part of a line."""
        kinds = ("year",) if table in _YEARLY else ("part", "to", "open")
        kinds += () if table in ("disbursement", *_YEARLY) else ("year",)
        found = [one for one in part.of("periods") if one.what.kind in kinds]
        own = [one for one in found if not part.closes_around(one)]  # "(80,9% in 2021)" is aside
        return [self._defined.get(one.what, one.what) for one in own or found]

    def whose(self, spot: Spot, topic: dict, table: str) -> tuple[str, str]:
        """The unit (empty for the province) and level, named in the clause, or further from it."""
        if spot.numeral.kind in OFFICE_COUNTS:
            return "", spot.numeral.kind.removeprefix("count:")
        clause, paired = spot.clause, _respective(spot)
        spot.doubt(N_("paired by “respectively”"), so=paired)
        names = [paired] if paired else clause.of("names")
        subjects = _subjects(names, clause.of("levels"))
        if len(subjects) > 1:
            raise NoFigure(N_("several units are named before one figure"))
        since = max([spot.since if not subjects else clause.start, *(one.end for one in names)])
        if unknown := around("name").search(spot.marked.unnamed, since, spot.at):
            raise NoFigure(_UNKNOWN, unknown[0])
        of_office = any(isinstance(one, Name) for one in subjects)
        if clause.says("superlative") and not of_office:
            raise NoFigure(_UNSURE)
        if subjects:
            spot.stands_on([*names, *clause.of("levels")])
            whole = around("whole").search(flatten(spot.marked.unnamed), clause.start, spot.at)
            spot.doubt(_UNSURE, so=of_office and whole)
            spot.doubt(_UNSURE, so=of_office and spot.own.of("levels"))
            return self._placed(subjects[0], spot, spot.sentence, table)
        for part in (spot.half, spot.sentence):
            first = min(one.start for one in (*part.of("figures"), spot.numeral))
            opening = Part(spot.marked, part.start, first)
            if subjects := _named(opening):
                if len(subjects) > 1 or _named(Part(spot.marked, first, spot.at)):
                    raise NoFigure(_UNSURE)
                spot.stands_on([*opening.of("names"), *opening.of("levels")])
                return self._placed(subjects[0], spot, part, table)
        spot.stands_on([])
        for how, part in self.outward(spot):
            subjects = _named(part)
            over = part.line.line.depth < spot.marked.line.depth
            if how == "line" and (over or part.of("names")):
                break  # of another heading or another office
            if len(subjects) == 1:
                told = how != "heading" or part.line.marks["figures"]
                spot.doubt(N_("the office is that of a sentence before"), so=told)
                return self._placed(subjects[0], spot, part, table)
            if subjects:
                break
        if self._place:
            spot.doubt(N_("the office is that of the title"))
            return self._place.spelled, self._place.level
        if "whole" not in topic:
            raise NoFigure(N_("the offices counted are not named"))
        spot.doubt(N_("no office is named; the province is meant?"))
        return "", topic["whole"]

    def _placed(self, said: Name | str, spot: Spot, part: Part, table: str) -> tuple[str, str]:
        """Who is named in a part of a line as unit and level, where a table has a place for it."""
        if isinstance(said, str):
            if self._place and said != "province":
                raise NoFigure(_UNSURE)
            return "", said
        before = Part(part.line, part.start, said.start)
        if before.says("branch") and said.level in ("district", "commune"):
            raise NoFigure(N_("a branch in that place, not the place's own office"))
        if table == "scores":
            raise NoFigure(N_("points of an office: no table holds them yet"))
        if said.level == "district" and _subjects([], before.of("levels")) == ["commune"]:
            spot.doubt(N_("of all communes of a district?"))
            return said.spelled, "commune"
        spot.doubt(_UNKNOWN, said.spelled, so=len(said.codes) != 1)
        return said.spelled, said.level

    def basis(self, spot: Spot, target: dict) -> str:
        """What a share of dossiers is of: said behind it, or shown by the counts of its line."""
        if spot.numeral.kind != "pct":
            return "unstated"
        if of := around("share_of").match(spot.marked.flat, spot.numeral.end):
            return _BASES[of["of"]]
        with suppress(QuantityError):
            share = parse_quantity(spot.numeral.text, kind="rate").low
            seen = self.counts[spot.number]
            counts = [(parse_quantity(text, kind="count").low, of) for text, of in seen]
            shown = {of for whole, of in counts if of in schema.CODES["basis"]
                     and any(abs(100 * part / whole - share) <= _RATE_ERROR
                             for part, _ in counts if part < whole)}  # fmt: skip
            if len(shown) == 1:
                return shown.pop()
        needed = target["table"] == "late_dossiers" or "online_dossiers" in str(target)
        spot.doubt(N_("a share of what is not said"), so=needed)
        return "unstated"


def plan(spot: Spot, target: dict) -> tuple[str, str]:
    """The plan a figure of disbursement is measured against, and which capital is counted."""
    flat, end = spot.marked.flat, spot.numeral.end
    scopes = spot.behind.of("scopes") or spot.sentence.of("scopes")[::-1]
    since = max([spot.sentence.start, *(one.start for one in spot.clause.of("scopes"))])
    own = spot.behind.of("bases")
    bases = own or Part(spot.marked, since, spot.at).of("bases")[::-1]
    several = not own and len({one.what for one in spot.sentence.of("bases")}) > 1
    spot.doubt(N_("several plans are named before"), so=several)
    basis, scope = (one[0].what if one else "" for one in (bases, scopes))
    share = spot.clause.says("share_of_whole") and target["column"] == "rate_pct"
    if "other" in (basis, scope) or share:
        raise NoFigure(N_("of a plan or a part of the capital that no table holds"))
    names = Part(spot.marked, 0, spot.at).of("names")
    is_listed = names and not flat[names[-1].end : spot.at].strip(" :(")
    said = basis or around("share_of_plan").match(flat, end) or is_listed
    unsaid = target["column"] == "rate_pct" and not said
    half = flat.find(";", end)
    later = Part(spot.marked, end, half if half > 0 else spot.rest.end).of("scopes")
    later = target["column"] != "rate_pct" and not scopes and later
    spot.doubt(N_("which part of the capital is said later"), so=later)
    spot.doubt(N_("of which plan it is a share is not said"), so=unsaid)
    return basis or "unstated", scope or "total"


def _named(part: Part) -> list[Name | str]:
    """Whom a part of a line names."""
    return _subjects(part.of("names"), part.of("levels"))


def _subjects(names: list[Name], levels: list) -> list[Name | str]:
    """The different offices among names; where there are none the levels, or the province."""
    offices = {name.codes or name.spelled: name for name in names[::-1]
               if name.level != "province"}  # fmt: skip
    said = {one.what for one in levels} | {name.level for name in names}
    return [*offices.values()] or [*said - {"province"}] or [*said]


def _respective(spot: Spot) -> Name | None:
    """Of "A, B … lần lượt x, y": the name that stands where the number does."""
    if not (said := spot.sentence.says("respectively")):
        return None
    before = Part(spot.marked, spot.sentence.start, said.start())
    behind = Part(spot.marked, said.end(), len(spot.marked.flat))
    last = replace(before, start=max([before.start, *(one.end for one in before.of("figures"))]))
    names = [name for name in last.of("names") if name.level != "province"]
    alike = [one for one in behind.of("figures") if one.kind == spot.numeral.kind]
    return dict(zip(alike, names, strict=False)).get(spot.numeral)
