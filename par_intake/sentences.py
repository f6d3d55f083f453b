"""From a report's lines to figures: what each number measures, of whom, when; with caution.

A figure is taken only where its measure, office, period and basis stand in its sentence or are set
by the heading over it, and nothing in its clause makes it a target, a comparison, a mean or another
place's. What is missing or inherited becomes a doubt, and the figure a proposal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from par_intake import phrases
from par_intake.documents import Report
from par_intake.figures import Doubt, Figure, Left, home_of
from par_intake.marks import Gazetteer, Mark, Marked, Name, before, behind, mark
from par_intake.phrases import BOUND_BEFORE, BOUND_BEHIND, OFFICE_COUNTS, Numeral, Period, whole
from par_lib.cleaning import schema, units
from par_lib.language.numbers import Kind, QuantityError, parse_quantity
from par_lib.language.translation import N_

_YEARLY = ("sipas", "scores")  # tables whose figures are of a whole year
_NEAR = 60  # characters within which a sentence "opens" with a word
_STOP = re.compile(r";(?=\s)")
_BEHIND = re.compile(r"[;,()]|\.(?!\d)")
_FROM = re.compile(r"(?<!\w)từ\s+(?:mức\s+)?$")
_TO = re.compile(r"\s?%?[^\d;.]{0,30}?(?:còn|xuống|lên|thành)\s")
_ABOUT = re.compile(r"(?<!\w)(?:gần|khoảng|hơn|xấp xỉ|chừng|trên dưới|không đầy|ước)\s+(?:đạt\s+)?$")
_BRANCH = re.compile(r"(?<!\w)(?:chi nhánh|phòng giao dịch|điểm giao dịch|chi cục thuế khu vực)(?!\w)")
_RESPECTIVELY = re.compile(r"lần lượt|tương ứng(?: là)?")
_SERVICE_INDEX = re.compile(r"(?<!\d)766(?!\d)|chỉ số phục vụ người dân")
_PLAN = re.compile(r"[\s%]*(?:tổng )?(?:so với )?(?:tổng )?(?:số )?(?:kế hoạch|vốn|kh)(?!\w)")
_HOME = re.compile(r"(?<!cấp )(?<!\w)(?:toàn tỉnh|cả tỉnh|của tỉnh|tỉnh ta|trên địa bàn tỉnh|toàn thành phố|của thành phố)(?!\w)")
_AGAIN = re.compile(r"^\W*(?:cùng thời gian|trong đó|cụ thể|riêng|ở|tại|có|số)")
_SUPERLATIVE = re.compile(r"(?:cao|thấp|nhiều|ít) nhất|dẫn đầu|đứng (?:đầu|cuối)")
_NATIONAL = ("Bộ", "Chính", "Thủ", "Trung", "Quốc", "Việt", "Nhà", "Nội")  # begin the name of nobody's office
_RATE_ERROR = 0.06  # percentage points by which a rounded rate may differ


class _Left(Exception):
    """A number that is no figure of the tables; with no reason it is not even worth a word."""

    def __init__(self, reason: str = "", about: str = "") -> None:
        super().__init__(reason)
        self.reason, self.about = reason, about


@dataclass(frozen=True)
class _Seen:
    """A count of the sentence or the one before: what a share may be of."""

    line: int
    start: int
    value: float
    kind: str


def read_text(report: Report, known: pd.DataFrame, year: int) -> tuple[list[Figure], list[Left]]:
    """Figures of a report's lines, taken or with doubts, and numbers left with a reason."""
    reader = _Reader(report, known, year)
    for number, marked in enumerate(reader.marked):
        for numeral in marked.numerals:
            if not numeral.is_figure or reader.is_task(number):
                continue
            try:
                reader.figures.append(reader.figure(number, numeral))
            except _Left as left:
                if left.reason:
                    at = (number, numeral.start)
                    where = report.lines[number].where
                    reader.left.append(Left(numeral.text, left.reason, left.about, where, at))
    return reader.figures, reader.left


class _Reader:
    """A report about ``year``, every line marked."""

    def __init__(self, report: Report, known: pd.DataFrame, year: int) -> None:
        on = units.units_on(known, f"{year}-12-31")
        self.lines, self.year, self.home = report.lines, year, home_of(known)
        self.marked = [mark(line, Gazetteer(on), year) for line in report.lines] if report.lines else []
        self.defined = dict(self._definitions())
        self.figures: list[Figure] = []
        self.left: list[Left] = []
        self.seen: list[_Seen] = []

    def figure(self, number: int, numeral: Numeral) -> Figure:
        """The figure a number is; _Left where it is none."""
        marked, doubts = self.marked[number], []
        if numeral.kind in OFFICE_COUNTS:
            raise _Left
        start, end = marked.sentence(numeral.start)
        part = max([start, *(m.end() for m in _STOP.finditer(marked.flat, start, numeral.start))])
        previous = max((n.end for n in _figures(marked) if n.end <= numeral.start), default=0)
        clause = max(part, previous)
        self._refuse(marked, numeral, start, part, clause)
        topic, how = self._topic(number, numeral, start)
        doubts += [how] if how else []
        self._remember(number, numeral, topic)
        target = self._target(topic, numeral)
        unit, level, told = self._whom(number, numeral, topic, start, part, previous, target)
        doubts += told
        period, told = self._period(number, numeral, target["table"], start, end, clause)
        doubts += told
        basis, scope, told = self._basis(number, numeral, target, start, end, clause)
        doubts += told
        doubts += self._words(marked, numeral, max(clause, self._opened(marked, numeral)))
        if _ABOUT.search(marked.flat, 0, numeral.start):
            doubts.append((N_("a round number"), ""))
        return self._made(number, numeral, target, unit, level, period, basis, scope, doubts)

    def _refuse(self, marked: Marked, numeral: Numeral, start: int, part: int, clause: int) -> None:
        """Raise _Left where the words around a number make it no result of this period and place."""
        flat = marked.flat
        if BOUND_BEFORE.search(flat, 0, numeral.start) and not _FROM.search(flat, 0, numeral.start) or (
            BOUND_BEHIND.match(flat, numeral.end)
        ):
            raise _Left(N_("a threshold"))
        if _FROM.search(flat, 0, numeral.start) and _TO.match(flat, numeral.end):
            raise _Left(N_("said of something else: {about}"), "earlier")
        stop = _BEHIND.search(flat, numeral.end)
        near = flat[numeral.end : stop.start() if stop else len(flat)]
        bracket = flat.rfind("(", 0, numeral.start)
        inside = bracket > flat.rfind(")", 0, numeral.start)
        opening = flat[start : start + _NEAR]
        for name, pattern in phrases.patterns("other").items():
            found = pattern.search(flat[clause : numeral.start])
            if found and not (")" in flat[clause + found.end() : numeral.start]):
                raise _Left(N_("said of something else: {about}"), name)
            if name in ("change", "earlier", "peer") and pattern.search(near):
                raise _Left(N_("said of something else: {about}"), name)
            opens = pattern.search(opening)
            if name in ("target", "earlier", "peer") and opens and not inside and start + opens.start() < numeral.start:
                between = flat[start + opens.end() : numeral.start]
                if "(" not in flat[start : start + opens.start()] and not _STOP.search(between):
                    raise _Left(N_("said of something else: {about}"), name)

    def _topic(self, number: int, numeral: Numeral, start: int) -> tuple[dict, Doubt | None]:
        """What is measured: directly behind, before in the sentence, or set by what stands above."""
        marked = self.marked[number]
        index = self._in_service_index(number)

        def fits(one: Mark) -> bool:
            late = numeral.kind == "pct" and one.what.get("count", {}).get("column") == "late"
            known = _key(numeral, one.what) in one.what or late
            return known and one.what.get("index", False) == index

        allowed = [one for one in marked.topics if one.what.get("index", False) == index]
        stop = _BEHIND.search(marked.flat, numeral.end)
        limit = min(stop.start() if stop else len(marked.flat), numeral.end + 30)
        follow = [one for one in allowed if numeral.end <= one.start < limit]
        if follow and (fits(follow[0]) or "none" in follow[0].what):
            return follow[0].what, None
        own = [one for one in allowed if start <= one.start and one.end <= numeral.start]
        if own and "none" in own[-1].what and numeral.kind != "pct":
            return own[-1].what, None
        for one in reversed(own):
            if fits(one):
                return one.what, None
        inherited = N_("the measure is that of a sentence before")
        earlier = [one for one in allowed if one.end <= start and fits(one)]
        if earlier:
            return earlier[-1].what, (inherited, "")
        for at in self._upwards(self.lines[number].parent):
            above = [one for one in self.marked[at].topics if fits(one)]
            if above:
                targets = [one.what.get(_key(numeral, one.what)) for one in above]
                unsure = any(target != targets[0] for target in targets)
                return above[0].what, (N_("the line above names several measures"), "") if unsure else None
        beside = self.marked[number - 1].topics if number else []
        if last := [one for one in beside if fits(one)]:
            return last[-1].what, (inherited, "")
        raise _Left("" if numeral.kind in ("plain", "ratio") else N_("no measure is named"))

    def _target(self, topic: dict, numeral: Numeral) -> dict:
        if "none" in topic:
            raise _Left
        target = topic.get(_key(numeral, topic))
        if numeral.kind == "pct" and target is None and topic.get("count", {}).get("column") == "late":
            return {"table": "late_dossiers", "column": "late_pct"}
        if target is None:
            raise _Left(N_("{about} is no figure of the measure named"), numeral.kind)
        _, slash, most = numeral.text.partition("/")
        if target.get("criterion") == "par_index" and numeral.kind == "points" and slash and most.strip(" .") != "100":
            raise _Left(N_("points of another criterion: the PAR INDEX has 100"))
        if slash and numeral.kind.startswith("count"):
            raise _Left(N_("a share of a number that is not named"))
        return target

    def _remember(self, number: int, numeral: Numeral, topic: dict) -> None:
        """Keep a count: a share behind it may be of it."""
        if numeral.kind.startswith("count"):
            value = parse_or_none(numeral.text, "count")
            target = topic.get("count", {})
            kind = topic.get("none") or target.get("column") or target.get("measure", "")
            self.seen += [_Seen(number, numeral.start, value, kind)] if value else []

    def _whom(
        self, number: int, numeral: Numeral, topic: dict, start: int, part: int, previous: int, target: dict
    ) -> tuple[str, str, list[Doubt]]:
        """The unit as spelled, empty for the province, its level, and what is in doubt of it."""
        marked = self.marked[number]
        names = [n for n in marked.names if n.level not in ("nation",)]
        near = [n for n in names if max(previous, start) <= n.start and n.end <= numeral.start]
        if self._respective(marked, numeral, start):
            near = [self._respective(marked, numeral, start)]
            told = [(N_("paired by “respectively”"), "")]
        else:
            told = []
        if not near and (follow := next((n for n in names if n.start >= numeral.end), None)):
            if re.fullmatch(r"\s*(?:hồ sơ|điểm|%)?\s*(?:của|tại|ở|thuộc)\s+", marked.flat[numeral.end : follow.start]):
                near = [follow]
        offices = [n for n in near if n.level != "province"]
        levels = [m for m in marked.levels if max(previous, start) <= m.start and m.end <= numeral.start]
        if len({n.codes or n.spelled for n in offices}) > 1:
            raise _Left(N_("several units are named before one figure"))
        if offices:
            return self._office(marked, offices[0], start, told, number, topic, target)
        if unknown := _proper_name(marked.unnamed[max(previous, start) : numeral.start]):
            raise _Left(N_("{about} is not among the units, or is several"), unknown)
        if _SUPERLATIVE.search(marked.flat, max(previous, start), numeral.start):
            raise _Left(N_("whose figure it is is not sure"))
        if levels:
            level = levels[-1].what
            return ("", "province", told) if level == "all" else ("", level, told)
        if near or _HOME.search(marked.flat, max(previous, start), numeral.start):
            return "", "province", told
        return self._inherited(number, numeral, topic, start, part, target)

    def _office(self, marked: Marked, name: Name, start: int, told: list, number: int, topic: dict, target: dict) -> tuple[str, str, list]:
        if _BRANCH.search(marked.flat, start, name.start) and name.level in ("district", "commune"):
            raise _Left(N_("a branch in that place, not the place's own office"))
        if target["table"] == "scores":
            raise _Left(N_("points of an office: no table holds them yet"))
        if len(name.codes) != 1:
            told = [*told, (N_("{about} is not among the units, or is several"), name.spelled)]
        of_communes = {m.what for m in marked.levels if start <= m.start < name.start} == {"commune"}
        if name.level == "district" and of_communes:
            raise _Left(N_("of a district's communes, which the tables do not hold"))
        return name.spelled, name.level, told

    def _inherited(self, number: int, numeral: Numeral, topic: dict, start: int, part: int, target: dict) -> tuple[str, str, list]:
        """The office where the clause names none: the sentence's, the heading's, or one before."""
        marked = self.marked[number]
        for since in dict.fromkeys((part, start)):
            first = next((n.start for n in _figures(marked) if n.start >= since), numeral.start)
            if subject := self._named(marked, since, first):
                others = [n for n in marked.names if first < n.start < numeral.start and n.level != "province"]
                others += [m for m in marked.levels if first < m.start < numeral.start]
                if others:
                    raise _Left(N_("whose figure it is is not sure"))
                return self._of(subject, marked, since, [], number, topic, target)
        for at in self._upwards(self.lines[number].parent):
            if named := self._named(self.marked[at], 0, len(self.marked[at].flat)):
                return self._of(named, self.marked[at], 0, [], number, topic, target)
        inherited = (N_("the office is that of a sentence before"), "")
        at = start
        while at > 0:
            at, end = marked.sentence(at - 2)[0], at
            first = next((n.start for n in _figures(marked) if at <= n.start < end), end)
            if said := self._named(marked, at, first):
                return self._of(said, marked, at, [inherited], number, topic, target)
        if "whole" in topic:
            return "", topic["whole"], [(N_("no office is named; the province is meant?"), "")]
        raise _Left(N_("the offices counted are not named"))

    def _named(self, marked: Marked, start: int, end: int) -> Name | Mark | str | None:
        """The one office or level named between two places; "home" for the province in words."""
        names = [n for n in marked.names if start <= n.start and n.end <= end and n.level != "nation"]
        offices = [n for n in names if n.level != "province"]
        if len({n.codes or n.spelled for n in offices}) > 1:
            return None
        levels = [m for m in marked.levels if start <= m.start and m.end <= end]
        if offices:
            return offices[0]
        if levels:
            return levels[-1] if len({m.what for m in levels}) == 1 else None
        return names[0] if names else "home" if _HOME.search(marked.flat, start, end) else None

    def _of(self, said: Name | Mark | str, marked: Marked, start: int, told: list, number: int, topic: dict, target: dict) -> tuple[str, str, list]:
        if isinstance(said, Mark):
            return "", "province" if said.what == "all" else said.what, told
        if said == "home" or said.level == "province":
            return "", "province", told
        return self._office(marked, said, start, told, number, topic, target)

    def _respective(self, marked: Marked, numeral: Numeral, start: int) -> Name | None:
        """Of "A, B … lần lượt x, y": the name that stands where the number does."""
        said = _RESPECTIVELY.search(marked.flat, start, numeral.start)
        if not said:
            return None
        earlier = [n for n in _figures(marked) if start <= n.start < said.start()]
        since = earlier[-1].end if earlier else start
        names = [n for n in marked.names if since <= n.start < said.start() and n.level != "province"]
        after = [n for n in _figures(marked) if n.start >= said.end() and n.kind == numeral.kind]
        place = after.index(numeral) if numeral in after else len(names)
        return names[place] if place < len(names) else None

    def _period(self, number: int, numeral: Numeral, table: str, start: int, end: int, clause: int) -> tuple[Period | None, list]:
        marked = self.marked[number]
        kinds = ("year",) if table in _YEARLY else ("part", "to") if table == "disbursement" else ("year", "part", "to")

        def stated(line: Marked, first: int, last: int) -> list[Period]:
            found = [s.period for s in line.periods if first <= s.start < last and s.period.kind in kinds]
            return [self.defined.get((p.start, p.end), p) for p in found]

        own, sentence = stated(marked, clause, numeral.start), stated(marked, start, numeral.start)
        if own and sentence[0] != own[-1] and own[-1].end < sentence[0].end:
            raise _Left(N_("said of something else: {about}"), "earlier")
        stop = _BEHIND.search(marked.flat, numeral.end)
        near = stated(marked, numeral.end, min(end, stop.start() if stop else end))
        own = near or own
        following = [n for n in _figures(marked) if numeral.end <= n.start < end]
        said = own or sentence or ([] if following else stated(marked, numeral.end, end))
        if said:
            return said[-1], [] if len({*said}) == 1 or own else [(N_("several periods are said"), "")]
        earlier = stated(marked, 0, start)
        if earlier:
            same = len({*earlier}) == 1
            return earlier[-1], [] if same else [(N_("the period is that of a sentence before"), "")]
        for at in self._upwards(self.lines[number].parent):
            line = self.marked[at]
            if above := stated(line, 0, len(line.flat)):
                return above[-1], [] if len({*above}) == 1 else [(N_("several periods are said"), "")]
        for at in range(number - 1, -1, -1):
            line = self.marked[at]
            if near := stated(line, 0, len(line.flat)):
                title = at < 3 and len({*near}) == 1
                return near[-1], [] if title else [(N_("the period is that of a sentence before"), "")]
        return whole(self.year), [(N_("no period is said; the year of the report is meant?"), "")]

    def _basis(self, number: int, numeral: Numeral, target: dict, start: int, end: int, clause: int) -> tuple[str, str, list]:
        """What a share is of, and which capital is counted."""
        marked, doubts = self.marked[number], []
        if target["table"] == "disbursement":
            return self._plan(marked, numeral, target, start, end, clause)
        if numeral.kind != "pct" or target["table"] not in ("late_dossiers", "indicators"):
            return "unstated", "total", []
        share = parse_or_none(numeral.text, "rate")
        stop = marked.flat[numeral.end : numeral.end + 40]
        for word, basis in (("đến hạn", "due"), ("tiếp nhận", "received"), ("giải quyết", "resolved")):
            if re.match(rf"[\s%]*(?:tổng )?(?:số )?(?:hồ sơ )?(?:đã |phải )?(?:trả |giải quyết )?{word}", stop):
                return basis, "total", []
        counts = [s for s in self.seen if s.line == number]
        for of in counts:
            for count in counts:
                if of.value and count.value < of.value and share is not None and abs(100 * count.value / of.value - share) <= _RATE_ERROR:
                    if of.kind in schema.CODES["basis"]:
                        return of.kind, "total", []
        if target.get("column") in ("on_time_pct", "late_pct") or str(target.get("measure")).startswith("online_dossiers"):
            doubts.append((N_("a share of what is not said"), ""))
        return "unstated", "total", doubts

    def _plan(self, marked: Marked, numeral: Numeral, target: dict, start: int, end: int, clause: int) -> tuple[str, str, list]:
        doubts: list[Doubt] = []
        basis = behind(marked.bases, marked.flat, numeral.end) or before(marked.bases, clause, numeral.start)
        if basis is None and before(marked.bases, start, numeral.start):
            last = before(marked.bases, start, numeral.start)
            if target["column"] == "rate_pct":
                basis = last
            elif target["column"] == "plan_bn_vnd":
                basis = last
        scope = behind(marked.scopes, marked.flat, numeral.end) or before(marked.scopes, start, numeral.start)
        for one in (basis, scope):
            if one is not None and one.what == "other":
                doubts.append((N_("of a plan or a part of the capital that no table holds"), ""))
        is_rate = target["column"] == "rate_pct"
        if is_rate and basis is None and not (_PLAN.match(marked.flat, numeral.end) or _listed(marked, numeral)):
            doubts.append((N_("of which plan it is a share is not said"), ""))
        name = basis.what if basis and basis.what != "other" else "unstated"
        kind = scope.what if scope and scope.what != "other" else "total"
        return name, kind, doubts

    def _words(self, marked: Marked, numeral: Numeral, clause: int) -> list[Doubt]:
        """Words around a figure that may mean anything."""
        words = re.findall(r"[^\W\d]+", marked.bare[clause : numeral.start])
        unknown = [word for word in words if word not in _filler()]
        return [(N_("words not understood: {about}"), " ".join(unknown))] if unknown else []

    def _opened(self, marked: Marked, numeral: Numeral) -> int:
        return max(marked.flat.rfind(":", 0, numeral.start), 0)

    def _made(
        self, number: int, numeral: Numeral, target: dict, unit: str, level: str,
        period: Period, basis: str, scope: str, doubts: list[Doubt],
    ) -> Figure:  # fmt: skip
        line, column = self.lines[number], target.get("column", "value")
        kind = numeral.kind.partition(":")[0]
        end = f"{period.end}"
        if target["table"] == "service_index" and period.kind == "year":
            doubts = [*doubts, (N_("no day is said"), "")]
        plan = next((s.period.end.year for s in self.marked[number].periods if s.period.kind == "plan"), period.end.year)
        known = target | {
            "unit": unit or self.home, "level": level, "period_start": f"{period.start}",
            "period_end": end, "as_of": end, "plan_year": str(plan if scope == "total" else period.end.year),
            "scope": scope, "basis": basis, "measure_unit": kind if kind in schema.MEASURE_UNITS else "count",
        }  # fmt: skip
        names = {one.name for one in schema.TABLES[target["table"]].columns} if target["table"] in schema.TABLES else set(known)
        row = {name: text for name, text in known.items() if name in names and name != column}
        row |= {} if "as_of" in names or "period_end" in names else {"period_end": end}
        left, right = max(0, numeral.start - 90), min(len(line.text), numeral.end + 40)
        evidence = line.text[line.text.find(" ", left) if left else 0 : right].strip()
        where = f"{line.where}, characters {line.start + numeral.start}–{line.start + numeral.end}"
        doubts = [*dict.fromkeys(doubts)]
        if column == "late_pct":
            doubts.append((N_("a late share: the share on time is 100 − it"), ""))
        return Figure(target["table"], column, _cell(self.marked[number].flat, numeral), row,
                      where.removeprefix(", ").replace(";", ","), evidence, tuple(doubts),
                      at=(number, numeral.start))  # fmt: skip

    def _in_service_index(self, number: int) -> bool:
        return any(_SERVICE_INDEX.search(self.marked[at].flat) for at in self._upwards(number))

    def _definitions(self) -> Iterator[tuple[tuple, Period]]:
        """Periods that brackets behind them define: "quý I (từ ngày 15/12 đến ngày 14/3)"."""
        for marked in self.marked:
            for one, other in zip(marked.periods, marked.periods[1:], strict=False):
                between = marked.flat[one.end : other.start]
                if re.fullmatch(r"\s*\([^()]{0,30}", between) and other.period.kind == "part":
                    yield (one.period.start, one.period.end), other.period

    def is_task(self, number: int) -> bool:
        """Whether a line stands in a section on what is to be done."""
        heading = phrases.patterns("tasks")["heading"]
        sections = (at for at in self._upwards(number) if self.lines[at].depth == 0)
        return any(heading.search(self.marked[at].flat) for at in sections)

    def _upwards(self, number: int | None) -> Iterator[int]:
        """A line, the line it stands under, and so on."""
        while number is not None:
            yield number
            number = self.lines[number].parent


def parse_or_none(text: str, kind: Kind) -> float | None:
    """A number as its kind is read; None where it cannot be."""
    try:
        return parse_quantity(text, kind=kind).low
    except QuantityError:
        return None


def _figures(marked: Marked) -> list[Numeral]:
    """Numbers that measure something; how many offices there are is no figure."""
    return [n for n in marked.numerals if n.is_figure and n.kind not in OFFICE_COUNTS]


def _proper_name(text: str) -> str:
    """Two words side by side that both begin with a capital: a name, if not a national body's."""
    for phrase in re.findall(r"[^\W\d_]+(?: [^\W\d_]+)+", text):
        for first, second in pairwise(phrase.split()):
            if first.istitle() and second.istitle() and first not in _NATIONAL:
                return f"{first} {second}"
    return ""


def _listed(marked: Marked, numeral: Numeral) -> bool:
    """Whether a name and nothing else stands before a figure, as in a list."""
    name = before(marked.names, 0, numeral.start)
    return bool(name) and not marked.flat[name.end : numeral.start].strip(" :(")


def _key(numeral: Numeral, topic: dict) -> str:
    """The key of phrases.toml that a number's kind asks of a topic."""
    kind, _, noun = numeral.kind.partition(":")
    if kind == "count" and noun != topic.get("noun"):
        return f"count of {noun}"
    if kind == "ratio":
        return "points"
    return "no unit" if kind == "plain" else kind


def _cell(flat: str, numeral: Numeral) -> str:
    """A figure as the raw table writes it, with its unit."""
    if numeral.kind == "pct":
        return f"{numeral.text}%"
    if numeral.kind != "bn_vnd":
        return numeral.text
    unit = phrases.money_unit(flat, numeral.end)
    return f"{numeral.text} {unit}"


def _filler() -> frozenset[str]:
    return frozenset(phrases.flatten(phrases.table()["filler"]["words"]).split())
