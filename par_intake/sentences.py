"""From a report's lines to figures: what each number measures, of whom, when; with caution.

A figure is taken only where its measure, office, period and basis stand in its sentence or are set
by the heading over it, and nothing in its clause makes it a target, a comparison, a mean or another
place's. What is missing or inherited becomes a doubt, and the figure a proposal.
"""

import re
from functools import cache

import pandas as pd

from par_intake import phrases
from par_intake.context import EARLIER, NoFigure, Spot, Text, figures
from par_intake.documents import Report
from par_intake.figures import Doubt, Figure, Left
from par_intake.lists import read_listing
from par_intake.marks import Mark, before
from par_intake.offices import whose
from par_intake.phrases import BOUND_BEFORE, BOUND_BEHIND, OFFICE_COUNTS, Numeral, Period
from par_lib.cleaning import schema
from par_lib.language.translation import N_

_OPENING = 60  # characters in which a sentence says what all of it is about
_BEHIND = 30  # characters in which a topic behind a figure is still said of it
_FROM = re.compile(r"(?<!\w)từ\s+(?:mức\s+)?$")
_TO = re.compile(r"\s?%?[^\d;.,:]{0,30}?(?:còn|xuống|(?<!trở )lên|thành(?! phố))\s")
_ABOUT = re.compile(r"(?<!\w)(?:gần|khoảng|hơn|xấp xỉ|chừng|trên dưới|ước)\s+(?:đạt\s+)?$")
_LATER = N_("the measure is that of a sentence before")


def read_text(report: Report, known: pd.DataFrame, year: int) -> tuple[list[Figure], list[Left]]:
    """Figures of a report's lines, taken or with doubts, and numbers left with a reason."""
    text = Text(report, known, year)
    found: list[Figure] = []
    left: list[Left] = []
    for number, marked in enumerate(text.marked):
        for numeral in (n for n in marked.numerals if n.is_figure):
            try:
                found += _figures(text, text.spot(number, numeral))
            except NoFigure as none:
                if none.reason and not text.is_task(number):
                    at, where = (number, numeral.start), report.lines[number].where
                    left.append(Left(numeral.text, none.reason, none.about, where, at))
    return found, left


def _figures(text: Text, spot: Spot) -> list[Figure]:
    """What a number says; NoFigure where that is nothing for the tables."""
    is_bound = spot.numeral.kind == "pct" and _is_bound(spot)
    if is_bound:
        return read_listing(text, spot, _figure(text, spot))
    if text.is_task(spot.number):
        raise NoFigure
    _refuse(spot)
    return [_figure(text, spot)]


def _figure(text: Text, spot: Spot) -> Figure:
    """The figure a number is, where the words around it do not refuse it."""
    topic, doubts = _topic(text, spot)
    text.count(spot, topic)
    target = _target(topic, spot)
    unit, level, told = whose(text, spot, topic, target)
    period, more = text.period(spot, target["table"])
    doubts = [*doubts, *told, *more]
    if target["table"] == "disbursement":
        basis, scope, more = text.plan(spot, target)
    else:
        scope, (basis, more) = "total", text.basis(spot, target)
    doubts += [*more, *_not_understood(spot, topic)]
    if _ABOUT.search(spot.marked.flat, 0, spot.numeral.start):
        doubts.append((N_("a round number"), ""))
    if target["table"] == "service_index" and period.kind == "year":
        doubts.append((N_("no day is said"), ""))
    if target.get("column") == "late_pct":
        doubts.append((N_("a late share: the share on time is 100 − it"), ""))
    said = {"unit": unit or text.home, "level": level, "basis": basis, "scope": scope}
    return _made(text, spot, target, said, period, doubts)


def _refuse(spot: Spot) -> None:
    """NoFigure where the words around a number make it no result of this period and place."""
    flat, numeral = phrases.flatten(spot.marked.unnamed), spot.numeral
    from_there = _FROM.search(flat, 0, numeral.start)
    if _is_bound(spot):
        raise NoFigure(N_("a threshold"))
    if from_there and _TO.match(flat, numeral.end):
        raise NoFigure(EARLIER, "earlier")
    in_brackets = flat.rfind("(", 0, numeral.start) > flat.rfind(")", 0, numeral.start)
    for name, pattern in phrases.patterns("other").items():
        own = pattern.search(flat[spot.clause : numeral.start])
        if own and ")" not in flat[spot.clause + own.end() : numeral.start]:
            raise NoFigure(EARLIER, name)
        if name in ("change", "earlier", "peer") and pattern.search(flat[numeral.end : spot.near]):
            raise NoFigure(EARLIER, name)
        opens = pattern.search(flat[spot.start : min(numeral.start, spot.start + _OPENING)])
        reaches = name in ("target", "earlier", "peer") and spot.part == spot.start
        if opens and reaches and not in_brackets and "(" not in opens.string[: opens.start()]:
            raise NoFigure(EARLIER, name)


def _is_bound(spot: Spot) -> bool:
    """Whether the number is a threshold: below, from … on, between."""
    flat, numeral = spot.marked.flat, spot.numeral
    behind = BOUND_BEHIND.match(flat, numeral.end) and not _TO.match(flat, numeral.end)
    before_it = BOUND_BEFORE.search(flat, 0, numeral.start)
    return bool(behind or (before_it and not _FROM.search(flat, 0, numeral.start)))


def _topic(text: Text, spot: Spot) -> tuple[dict, list[Doubt]]:
    """What is measured: said directly behind, before in the sentence, or set by a line above."""
    numeral, index = spot.numeral, text.of_service_index(spot.number)

    def fitting(topics: list[Mark]) -> list[dict]:
        known = [one.what for one in topics if one.what.get("index", False) == index]
        return [one for one in known if _key(numeral, one) in one or _is_late_share(numeral, one)]

    topics = [one for one in spot.marked.topics if one.what.get("index", False) == index]
    limit = min(spot.near, numeral.end + _BEHIND)
    behind = [one for one in topics if numeral.end <= one.start < limit][:1]
    own = [one for one in topics if spot.start <= one.start and one.end <= numeral.start]
    nowhere = [one.what for one in (behind or own[-1:]) if "none" in one.what]
    if nowhere and (behind or numeral.kind != "pct"):
        return nowhere[0], []
    if found := fitting(behind) or fitting(own)[::-1]:
        return found[0], []
    if numeral.kind in OFFICE_COUNTS:
        raise NoFigure
    if found := fitting([one for one in topics if one.end <= spot.start]):
        return found[-1], [(_LATER, "")]
    for at in text.upwards(text.lines[spot.number].parent):
        above = text.marked[at]
        if found := fitting(above.topics):
            last = max((n.end for n in figures(above) if n.kind != "plain"), default=-1)
            if above.topics[-1].start > last:  # "…; late dossiers:"
                return found[-1], []
            several = len({str(one.get(_key(numeral, one))) for one in found}) > 1
            told = [(N_("the line above names several measures"), "")] if several else []
            return found[0], told
    if found := fitting(text.marked[spot.number - 1].topics if spot.number else []):
        return found[-1], [(_LATER, "")]
    raise NoFigure("" if numeral.kind in ("plain", "ratio") else N_("no measure is named"))


def _target(topic: dict, spot: Spot) -> dict:
    """Where a figure of the topic goes; NoFigure where no table has a place for it."""
    numeral, marked = spot.numeral, spot.marked
    if "none" in topic:
        raise NoFigure
    if _is_late_share(numeral, topic):
        return {"table": "late_dossiers", "column": "late_pct"}
    target = topic[_key(numeral, topic)]
    _, slash, most = numeral.text.partition("/")
    of_100 = not slash or most.strip(" .") == "100"
    if target.get("criterion") == "par_index" and numeral.kind == "points" and not of_100:
        raise NoFigure(N_("points of another criterion: the PAR INDEX has 100"))
    if slash and numeral.kind.startswith("count"):
        raise NoFigure(N_("a share of a number that is not named"))
    if (
        target.get("column") == "disbursed_bn_vnd"
        and marked.flat[: numeral.start].rstrip()[-1:] == "/"
    ):
        return target | {"column": "plan_bn_vnd"}  # "4 tỷ đồng/8 tỷ đồng"
    plan = before(marked.bases, spot.start, numeral.start)
    beside = plan and not marked.flat[plan.end : numeral.start].strip(" (là")
    if target.get("column") == "disbursed_bn_vnd" and beside:
        return target | {"column": "plan_bn_vnd"}  # "the plan given (5.260 tỷ đồng)"
    return target


def _not_understood(spot: Spot, topic: dict) -> list[Doubt]:
    """Words before a figure, or between it and the topic behind it, that may mean anything."""
    marked, numeral = spot.marked, spot.numeral
    opened = max(spot.clause, marked.flat.rfind(":", 0, numeral.start) + 1)
    behind = [one.start for one in marked.topics if numeral.end <= one.start < spot.near]
    reaches = any(one.what is topic for one in marked.topics if one.start in behind[:1])
    until = behind[0] if reaches else numeral.end
    words = re.findall(
        r"[^\W\d]+", marked.bare[opened : numeral.start] + marked.bare[numeral.end : until]
    )
    unknown = " ".join(word for word in words if word not in _filler())
    return [(N_("words not understood: {about}"), unknown)] if unknown else []


def _made(
    text: Text, spot: Spot, target: dict, said: dict, period: Period, doubts: list[Doubt]
) -> Figure:
    line, numeral, table = text.lines[spot.number], spot.numeral, schema.TABLES[target["table"]]
    column, kind, end = (
        target.get("column", "value"),
        numeral.kind.partition(":")[0],
        str(period.end),
    )
    plans = [s.period.end.year for s in spot.marked.periods if s.period.kind == "plan"]
    year = plans[0] if plans and said["scope"] == "total" else period.end.year
    cells = target | said | {
        "period_start": str(period.start), "period_end": end, "as_of": end, "plan_year": str(year),
        "measure_unit": kind if kind in schema.MEASURE_UNITS else "count",
    }  # fmt: skip
    names = {one.name for one in table.columns} - {column}
    row = {name: cell for name, cell in cells.items() if name in names}
    row |= {} if names & {"as_of", "period_end"} else {"period_end": end}
    evidence = line.text[max(0, numeral.start - 90) : numeral.end + 40].strip()
    at = line.start + numeral.start
    where = f"{line.where}, characters {at}–{at + len(numeral.text)}: {evidence[-120:]}"
    return Figure(
        table.name, column, _cell(spot), row, where.removeprefix(", ").replace(";", ","), evidence,
        tuple(dict.fromkeys(doubts)), at=(spot.number, numeral.start),
    )  # fmt: skip


def _cell(spot: Spot) -> str:
    """A figure as the raw table writes it, with its unit."""
    text, kind = spot.numeral.text, spot.numeral.kind
    if kind == "bn_vnd":
        return f"{text} {phrases.money_unit(spot.marked.flat, spot.numeral.end)}"
    return f"{text}%" if kind == "pct" else text


def _key(numeral: Numeral, topic: dict) -> str:
    """The key of phrases.toml that a number's kind asks of a topic."""
    kind, _, noun = numeral.kind.partition(":")
    if numeral.kind in OFFICE_COUNTS:
        return f"{noun}_count"
    if kind == "count" and noun != topic.get("noun"):
        return f"count of {noun}"
    return {"ratio": "points", "plain": "no unit"}.get(kind, kind)


def _is_late_share(numeral: Numeral, topic: dict) -> bool:
    late = topic.get("count", {}).get("column") == "late"
    return late and numeral.kind == "pct" and "pct" not in topic


@cache
def _filler() -> frozenset[str]:
    return frozenset(phrases.flatten(phrases.table()["filler"]["words"]).split())
