"""What a figure needs besides its number: the text around it, its period, what it is a share of.

Each answer comes with what is in doubt of it; NoFigure where the number is none of the tables'.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from par_intake import phrases
from par_intake.documents import Report
from par_intake.figures import Doubt
from par_intake.marks import Gazetteer, Marked, before, behind, mark
from par_intake.phrases import OFFICE_COUNTS, Numeral, Period, whole
from par_lib.cleaning import schema, units
from par_lib.language.numbers import Kind, QuantityError, parse_quantity
from par_lib.language.translation import N_

_YEARLY = ("sipas", "scores")  # tables whose figures are of a whole year
_PART = re.compile(r";(?=\s)")
STOP = re.compile(r"[;,()]|\.(?!\d)")  # where what is said directly behind a figure ends
_SERVICE_INDEX = re.compile(r"(?<!\d)766(?!\d)|chỉ số phục vụ người dân")
_OF_PLAN = re.compile(r"[\s%]*(?:tổng )?(?:so với )?(?:tổng )?(?:số )?(?:kế hoạch|vốn|kh)(?!\w)")
_SHARE_OF = re.compile(
    r"[\s%]*(?:tổng )?(?:số )?(?:hồ sơ )?(?:đã |phải )?(?:trả |giải quyết )?"
    r"(?P<of>đến hạn|tiếp nhận|giải quyết)"
)
_BASES = {"đến hạn": "due", "tiếp nhận": "received", "giải quyết": "resolved"}
_RATE_ERROR = 0.06  # percentage points by which a rounded rate may differ
EARLIER = N_("said of something else: {about}")


class NoFigure(Exception):
    """A number that is no figure of the tables; without a reason it is not worth a word."""

    def __init__(self, reason: str = "", about: str = "") -> None:
        super().__init__(reason)
        self.reason, self.about = reason, about


@dataclass(frozen=True)
class Spot:
    """A number in its line: its sentence ``start:end``, the ``part`` after a semicolon, and its own
    ``clause``, which begins behind the figure before it.
    """

    number: int
    numeral: Numeral
    marked: Marked
    start: int
    end: int
    part: int
    clause: int

    @property
    def near(self) -> int:
        """Where what is said directly behind the number ends."""
        stop = STOP.search(self.marked.flat, self.numeral.end)
        return stop.start() if stop else len(self.marked.flat)


@dataclass
class Text:
    """A report about ``year``: its lines, everything marked in them, counts seen so far."""

    report: Report
    known: pd.DataFrame
    year: int
    counts: list[tuple[int, float, str]] = field(default_factory=list)  # line, count, of what

    def __post_init__(self) -> None:
        gazetteer = Gazetteer(units.told_by_name(self.known, self.year))
        self.lines, self.home = self.report.lines, units.as_total(self.known)
        self.marked = [mark(line, gazetteer, self.year) for line in self.lines]
        self._defined = dict(self._definitions())

    def spot(self, number: int, numeral: Numeral) -> Spot:
        """A number with the borders around it."""
        marked = self.marked[number]
        start, end = marked.sentence(numeral.start)
        stops = [m.end() for m in _PART.finditer(marked.flat, start, numeral.start)]
        earlier = [n.end for n in figures(marked) if start <= n.start and n.end <= numeral.start]
        part = max([start, *stops])
        return Spot(number, numeral, marked, start, end, part, max([part, *earlier]))

    def upwards(self, number: int | None) -> Iterator[int]:
        """A line, the line it stands under, and so on."""
        while number is not None:
            yield number
            number = self.lines[number].parent

    def is_task(self, number: int) -> bool:
        """Whether a line stands in a section on what is to be done."""
        heading = phrases.patterns("tasks")["heading"]
        sections = (at for at in self.upwards(number) if self.lines[at].depth == 0)
        return any(heading.search(self.marked[at].flat) for at in sections)

    def of_service_index(self, number: int) -> bool:
        """Whether a line speaks of the index of Decision 766."""
        return any(_SERVICE_INDEX.search(self.marked[at].flat) for at in self.upwards(number))

    def period(self, spot: Spot, table: str) -> tuple[Period, list[Doubt]]:
        """The period of a figure: its clause's, its sentence's, the heading's, or one before."""
        marked, at = spot.marked, spot.numeral.start
        told = [s.period for s in marked.periods if spot.clause <= s.start < at]
        if any(one.kind == "several" for one in told):
            raise NoFigure(N_("said of several years"))
        years = {one.end.year for one in told if one.kind == "year"} - {self.year}
        own = self._stated(marked, spot.clause, at, table)
        if table == "disbursement" and years and not own and "kéo dài" not in marked.flat:
            raise NoFigure(EARLIER, "earlier")
        sentence = self._stated(marked, spot.start, at, table)
        if own and own[-1].end < sentence[0].end:
            raise NoFigure(EARLIER, "earlier")
        own = self._stated(marked, spot.numeral.end, min(spot.end, spot.near), table) or own
        last = not any(spot.numeral.end <= n.start < spot.end for n in figures(marked))
        behind_it = self._stated(marked, spot.numeral.end, spot.end, table) if last else []
        if said := own or sentence or behind_it:
            sure = own or len({*said}) == 1
            return said[-1], [] if sure else [(N_("several periods are said"), "")]
        before_it = (N_("the period is that of a sentence before"), "")
        if earlier := self._stated(marked, 0, spot.start, table):
            start, end = marked.sentence(spot.start - 2)
            while not (found := self._stated(marked, start, end, table)):
                start, end = marked.sentence(start - 2)
            return found[0], [] if len({*earlier}) == 1 else [before_it]
        for line in self.upwards(self.lines[spot.number].parent):
            if above := self._stated(self.marked[line], 0, None, table):
                return above[-1], [] if len({*above}) == 1 else [before_it]
        for line in range(spot.number - 1, -1, -1):
            near = self._stated(self.marked[line], 0, None, table)
            near = [one for one in near if one.kind != "year" or one.end.year >= self.year]
            if near:
                is_title = line < 3 and len({*near}) == 1
                return near[-1], [] if is_title else [before_it]
        return whole(self.year), [(N_("no period is said; the year of the report is meant?"), "")]

    def _stated(self, marked: Marked, start: int, end: int | None, table: str) -> list[Period]:
        """Periods that a table can have, said between two places of a line."""
        kinds = ("year",) if table in _YEARLY else ("part", "to")
        kinds += () if table in ("disbursement", *_YEARLY) else ("year",)
        last = len(marked.flat) if end is None else end
        found = [s.period for s in marked.periods if start <= s.start < last]
        return [self._defined.get((p.start, p.end), p) for p in found if p.kind in kinds]

    def _definitions(self) -> Iterator[tuple[tuple, Period]]:
        """Periods that brackets behind them define: "quý I (từ ngày 15/12 đến ngày 14/3)"."""
        for marked in self.marked:
            for one, other in zip(marked.periods, marked.periods[1:], strict=False):
                in_brackets = re.fullmatch(r"\s*\([^()]{0,30}", marked.flat[one.end : other.start])
                if in_brackets and other.period.kind == "part":
                    yield (one.period.start, one.period.end), other.period

    def count(self, spot: Spot, topic: dict) -> None:
        """Keep a count: a share behind it may be of it."""
        value = parse_or_none(spot.numeral.text, "count")
        if spot.numeral.kind.startswith("count") and value:
            target = topic.get("count", {})
            of = topic.get("none") or target.get("column") or target.get("measure", "")
            self.counts.append((spot.number, value, of))

    def basis(self, spot: Spot, target: dict) -> tuple[str, list[Doubt]]:
        """What a share of dossiers is of: said behind it, or shown by the counts of its line."""
        share = parse_or_none(spot.numeral.text, "rate")
        if spot.numeral.kind != "pct" or share is None:
            return "unstated", []
        if of := _SHARE_OF.match(spot.marked.flat, spot.numeral.end):
            return _BASES[of["of"]], []
        counts = [(value, of) for line, value, of in self.counts if line == spot.number]
        for all_of_them, of in counts:
            shown = any(abs(100 * part / all_of_them - share) <= _RATE_ERROR
                        for part, _ in counts if part < all_of_them)  # fmt: skip
            if shown and of in schema.CODES["basis"]:
                return of, []
        needed = target["table"] == "late_dossiers" or "online_dossiers" in str(target)
        return "unstated", [(N_("a share of what is not said"), "")] if needed else []

    def plan(self, spot: Spot, target: dict) -> tuple[str, str, list[Doubt]]:
        """The plan a figure of disbursement is measured against, and which capital is counted."""
        marked, at, end = spot.marked, spot.numeral.start, spot.numeral.end
        basis = behind(marked.bases, marked.flat, end) or before(marked.bases, spot.clause, at)
        if basis is None and target["column"] != "disbursed_bn_vnd":
            basis = before(marked.bases, spot.start, at)
        scope = behind(marked.scopes, marked.flat, end) or before(marked.scopes, spot.start, at)
        if any(one and one.what == "other" for one in (basis, scope)):
            raise NoFigure(N_("of a plan or a part of the capital that no table holds"))
        doubts = []
        said = basis or _OF_PLAN.match(marked.flat, end) or _is_listed(spot)
        if target["column"] == "rate_pct" and not said:
            doubts.append((N_("of which plan it is a share is not said"), ""))
        return basis.what if basis else "unstated", scope.what if scope else "total", doubts


def figures(marked: Marked) -> list[Numeral]:
    """Numbers that measure something; how many offices there are is no figure."""
    return [n for n in marked.numerals if n.is_figure and n.kind not in OFFICE_COUNTS]


def parse_or_none(text: str, kind: Kind) -> float | None:
    """A number as its kind is read; None where it cannot be."""
    try:
        return parse_quantity(text, kind=kind).low
    except QuantityError:
        return None


def _is_listed(spot: Spot) -> bool:
    """Whether a name and nothing else stands before a figure, as in a list."""
    name = before(spot.marked.names, 0, spot.numeral.start)
    return bool(name) and not spot.marked.flat[name.end : spot.numeral.start].strip(" :(")
