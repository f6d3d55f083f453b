"""What a figure inherits from its sentence and the lines above it: period, basis, scope.

One rule for all: what stands directly behind the figure, else the last before it in its sentence,
else the nearest line above it that says anything.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence

from par_intake import phrases
from par_intake.documents import ASIDE, Report
from par_intake.marks import Gazetteer, Mark_, Marked, before, behind, mark
from par_intake.phrases import OFFICE_COUNTS, Numeral, Period, Stated, whole
from par_lib.language.translation import N_

_BEHIND = 25  # characters in which a topic behind a figure is still said of it
_BREAK = re.compile(r"[;:()]|[.,](?!\d)")
_TITLE = re.compile(r"báo cáo|kết quả|tình hình")
_YEARLY = ("sipas", "scores")  # tables whose figures are of a whole year


class Unsure(Exception):
    """Something a figure needs is not said for certain: the reason, and what it is about."""

    def __init__(self, reason: str, about: str = "") -> None:
        super().__init__(reason.format(about=about))
        self.reason, self.about = reason, about


class Context:
    """A report about ``year``, every line marked."""

    def __init__(self, report: Report, gazetteer: Gazetteer, year: int) -> None:
        self.lines = report.lines
        self.year = year
        self.counts = {"district": gazetteer.districts}  # how many there are, where it is known
        self.marked = [mark(line, gazetteer, year) for line in report.lines]
        self._titled = self._period_of_title()
        self._parted = self._tables_of_parts()

    def topic(self, number: int, numeral: Numeral) -> tuple[dict, int]:
        """The topic that governs a number, and how far its words reach behind the number."""
        marked = self.marked[number]
        stop = _BREAK.search(marked.flat, numeral.end)
        limit = min(stop.start() if stop else len(marked.flat), numeral.end + _BEHIND)
        for one in marked.topics:
            if numeral.end <= one.start < limit and unit_key(numeral, one.what) in one.what:
                return one.what, one.start
        closed = [m.span() for m in ASIDE.finditer(marked.flat, 0, numeral.start)]
        earlier = [
            one.what
            for one in marked.topics
            if one.end <= numeral.start
            and not any(start < one.start < end for start, end in closed)
        ]
        if earlier:
            return _of_unit(earlier, numeral), 0
        if above := self._above(number, lambda line: line.topics):
            return above.what, 0
        raise Unsure(N_("no measure is named"))

    def period(self, number: int, numeral: Numeral, table: str) -> tuple[Period, str]:
        """The period a figure is of, with a note where it is not said outright."""
        marked = self.marked[number]
        kinds = ("year", "several") if table in _YEARLY else ("year", "several", "part", "to")

        def periods(line: Marked) -> list[Stated]:
            return [stated for stated in line.periods if stated.period.kind in kinds]

        own = periods(marked)
        _, end = marked.sentence(numeral.start)
        said = behind(own, marked.flat, numeral.end) or before(own, 0, numeral.start)
        later = [n for n in marked.numerals if n.is_figure and numeral.end <= n.start < end]
        if said is None and not later:
            said = next((s for s in own if numeral.end <= s.start < end), None)
        note = ""
        if said is None and table == "disbursement":
            days = [s for s in own if s.start >= end and s.period.kind == "to"]
            said = days[0] if len(days) == 1 else self._beside(number)
            note = "the date is taken from a sentence nearby" if said else ""
        said = said or self._above(number, periods)
        if said is not None and said.period.kind == "several":
            raise Unsure(N_("said of several years"))
        if said is not None:
            return said.period, note
        if table in self._parted:
            raise Unsure(N_("of which day or period is not sure"))
        if self._titled and table not in _YEARLY:
            if self._titled.end.year != self.year:
                raise Unsure(N_("the title is of another year than {about}"), str(self.year))
            return self._titled, "the period is that of the title"
        return whole(self.year), "the year is that of the report"

    def _beside(self, number: int) -> Stated | None:
        """The day counted to in the line just above, where both stand under the same line."""
        if not number or self.lines[number - 1].parent != self.lines[number].parent:
            return None
        days = [s for s in self.marked[number - 1].periods if s.period.kind == "to"]
        return days[-1] if days else None

    def basis(self, number: int, numeral: Numeral, target: dict) -> str:
        """The plan a rate is a share of, or an amount is measured against."""
        marked = self.marked[number]
        start, end = marked.sentence(numeral.start)
        said = _said(marked.bases, marked, numeral)
        if said is None and target["column"] in ("disbursed_bn_vnd", "plan_bn_vnd"):
            said = next((b for b in marked.bases if numeral.end <= b.start < end), None)
        if said is None and before(marked.bases, 0, start):
            raise Unsure(N_("of which plan it is a share is not sure"))
        said = said or self._above(number, lambda line: line.bases)
        if said is not None and said.what == "other":
            raise Unsure(N_("a share of a plan the tables do not know"))
        return said.what if said else "unstated"

    def scope(self, number: int, numeral: Numeral) -> str:
        """Which capital is counted."""
        marked = self.marked[number]
        start, _ = marked.sentence(numeral.start)
        said = _said(marked.scopes, marked, numeral)
        own = before(marked.topics, 0, numeral.start)
        parted = said and own and said.end <= own.start and ";" in marked.flat[said.end : own.start]
        if parted or (said is None and before(marked.scopes, 0, start)):
            raise Unsure(N_("which capital is counted is not sure"))
        said = said or self._above(number, lambda line: line.scopes)
        if said is not None and said.what == "other":
            raise Unsure(N_("a part of the capital the tables do not know"))
        return said.what if said else "total"

    def _above(self, number: int, marks: Callable[[Marked], Sequence[Mark_]]) -> Mark_ | None:
        """The last mark of the nearest line above that has one."""
        above = (marks(self.marked[at]) for at in self.upwards(self.lines[number].parent))
        return next((found[-1] for found in above if found), None)

    def plan_year(self, marked: Marked, numeral: Numeral, year: int) -> int:
        """The year of the plan where it is said, else ``year``."""
        said = _said([s for s in marked.periods if s.period.kind == "plan"], marked, numeral)
        return said.period.end.year if said else year

    def _tables_of_parts(self) -> set[str]:
        """Tables of which the report gives figures for a part of the year, or to a day in it."""
        last = dt.date(self.year, 12, 31)
        tables: set[str] = set()
        for number, marked in enumerate(self.marked):
            parts = [s.period for s in marked.periods if s.period.kind in ("part", "to")]
            if any(part.end < last for part in parts) and not self.is_task(number):
                tables.update(*(_tables(topic.what) for topic in marked.topics))
        return tables

    def _period_of_title(self) -> Period | None:
        """A part of a year that the lines before the first section name."""
        for line, marked in zip(self.lines, self.marked, strict=True):
            if line.section:
                return None
            parts = [s.period for s in marked.periods if s.period.kind in ("part", "to")]
            if parts and (line.text.isupper() or _TITLE.search(marked.flat)):
                return parts[0]
        return None

    def is_task(self, number: int) -> bool:
        """Whether a line stands in a section on what is to be done."""
        heading = phrases.patterns("tasks")["heading"]
        sections = (at for at in self.upwards(number) if self.lines[at].depth == 0)
        return any(heading.search(self.marked[at].flat) for at in sections)

    def plan_year_of_task(self, number: int) -> int:
        """The year a task is for: said in its line or above, else the year after the report's."""
        for at in self.upwards(number):
            years = [s.period for s in self.marked[at].periods if s.period.kind in ("year", "plan")]
            if ahead := [p.end.year for p in years if p.end.year > self.year]:
                return ahead[-1]
        return self.year + 1

    def upwards(self, number: int | None) -> Iterator[int]:
        """A line, the line it stands under, and so on."""
        while number is not None:
            yield number
            number = self.lines[number].parent


def _said(marks: Sequence[Mark_], marked: Marked, numeral: Numeral) -> Mark_ | None:
    """The mark directly behind a figure, else the last before it in its sentence."""
    start, _ = marked.sentence(numeral.start)
    return behind(marks, marked.flat, numeral.end) or before(marks, start, numeral.start)


def _of_unit(topics: list[dict], numeral: Numeral) -> dict:
    """The last topic, or the one before it where that alone has the figure's unit.

    Both must be of one table: after "disbursed … of the plan of 2022" a rate is the disbursed.
    """
    last = topics[-1]
    for topic in reversed(topics):
        if _tables(topic) != _tables(last):
            return last
        if unit_key(numeral, topic) in topic:
            return topic
    return last


def _tables(topic: dict) -> set[str]:
    return {target["table"] for target in topic.values() if isinstance(target, dict)}


def unit_key(numeral: Numeral, topic: dict) -> str:
    """The key of phrases.toml that a number's kind asks of a topic."""
    kind, _, noun = numeral.kind.partition(":")
    if numeral.kind in OFFICE_COUNTS:
        return f"{noun}_count"
    if kind == "count" and noun != topic.get("noun"):
        return f"count of {noun}"
    if kind == "ratio":
        return "points"
    return "no unit" if kind == "plain" else kind
