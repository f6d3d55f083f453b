"""From a report's lines to figures: what each number measures, of whom, when; with caution.

A figure is taken only where its measure, office, period and basis stand in its sentence or are set
by the heading over it, and nothing in its clause makes it a target, a comparison, a mean or another
place's. What is missing or inherited becomes a doubt, and the figure a proposal.
"""

import re
from functools import cache

import pandas as pd

from par_intake import phrases
from par_intake.context import EARLIER, NoFigure, Spot, Text, plan
from par_intake.documents import Report
from par_intake.figures import Doubt, Figure, Left
from par_intake.lists import read_listing
from par_intake.marks import Mark, Marked, between
from par_intake.phrases import OFFICE_COUNTS, Numeral, around
from par_lib.cleaning import schema
from par_lib.language.translation import N_

_OPENING = 60  # characters in which a sentence says what all of it is about
_BEHIND = 30  # characters in which a topic behind a figure is still said of it
_LATER = N_("the measure is that of a sentence before")


def read_text(report: Report, known: pd.DataFrame, year: int) -> tuple[list[Figure], list[Left]]:
    """Figures of a report's lines, taken or with doubts, and numbers left with a reason."""
    text = Text(report, known, year)
    found: list[Figure] = []
    left: list[Left] = []
    for number, marked in enumerate(text.marked):
        for numeral in (n for n in marked.numerals if n.is_figure):
            spot, is_task = text.spot(number, numeral), text.is_task(number)
            try:
                if numeral.kind == "pct" and _is_bound(spot):
                    found += read_listing(text, spot, _figure(text, spot))
                elif not is_task:
                    _refuse(spot)
                    found.append(_figure(text, spot))
            except NoFigure as none:
                if none.reason and not is_task:
                    at, where = (number, numeral.start), marked.line.where
                    left.append(Left(numeral.text, none.reason, none.about, where, at))
    return found, left


def _is_bound(spot: Spot) -> bool:
    """Whether the number is a threshold: below, from … on, between."""
    flat, at, end = spot.marked.flat, spot.at, spot.numeral.end
    if around("bound_behind").match(flat, end) and not around("to").match(flat, end):
        return True
    before = around("bound_before").search(flat, 0, at)
    return bool(before) and not around("from").search(flat, 0, at)


def _refuse(spot: Spot) -> None:
    """NoFigure where the words around a number make it no result of this period and place."""
    flat, at, end = phrases.flatten(spot.marked.unnamed), spot.at, spot.numeral.end
    if _is_bound(spot):
        raise NoFigure(N_("a threshold"))
    if around("from").search(flat, 0, at) and around("to").match(flat, end):
        raise NoFigure(EARLIER, "earlier")
    opening = flat[spot.start : min(at, spot.start + _OPENING)].partition("(")[0]
    in_brackets = flat.rfind("(", 0, at) > flat.rfind(")", 0, at)
    for name, pattern in phrases.patterns("other").items():
        own = pattern.search(flat[spot.clause : at])
        is_own = own and ")" not in flat[spot.clause + own.end() : at]
        is_behind = name in ("change", "earlier", "peer") and pattern.search(flat[end : spot.near])
        opens = name in ("target", "earlier", "peer") and spot.part == spot.start
        if is_own or is_behind or (opens and not in_brackets and pattern.search(opening)):
            raise NoFigure(EARLIER, name)


def _figure(text: Text, spot: Spot) -> Figure:
    """The figure a number is, with what is in doubt of it."""
    topic, doubts = _topic(text, spot)
    target = _target(topic, spot)
    if spot.numeral.kind.startswith("count"):  # a share behind it may be of it
        text.counts.append((spot, target.get("column") or target["measure"]))
    if "table" not in target:
        raise NoFigure
    table, column = target["table"], target.get("column", "value")
    unit, level, told = text.whose(spot, topic, table)
    period, more = text.period(spot, table)
    said = {"unit": unit or text.home, "level": level, "scope": "total"}
    if table == "disbursement":
        said["basis"], said["scope"], of_what = plan(spot, target)
    else:
        said["basis"], of_what = text.basis(spot, target)
    doubts = [*doubts, *told, *more, *of_what, *_not_understood(spot, topic)]
    flat, numeral, kind = spot.marked.flat, spot.numeral, spot.numeral.kind.partition(":")[0]
    for doubted, why in (
        (around("round").search(flat, 0, spot.at), N_("a round number")),
        (period.kind == "open", N_("the last day counted is not said")),
        (table == "service_index" and period.kind == "year", N_("no day is said")),
        (
            column.startswith("on_time")
            and (spot.number, "early") in [(one.number, of) for one, of in text.counts],
            N_("those before their day are apart"),
        ),
        (column == "late_pct", N_("a late share: the share on time is 100 − it")),
    ):
        doubts += [(why, "")] if doubted else []
    plans = [s.period.end.year for s in spot.marked.periods if s.period.kind == "plan"]
    year = plans[0] if plans and said["scope"] == "total" else period.end.year
    end = f"{period.end}"
    cells = target | said | {
        "period_start": f"{period.start}", "period_end": end, "as_of": end, "plan_year": str(year),
        "measure_unit": kind if kind in schema.MEASURE_UNITS else "count",
    }  # fmt: skip
    names = {one.name for one in schema.TABLES[table].columns} - {column}
    names |= set() if names & {"as_of", "period_end"} else {"period_end"}
    written = {"bn_vnd": f"{numeral.text} {{}}", "pct": f"{numeral.text}%"}.get(kind, numeral.text)
    cell = written.format(phrases.money_unit(flat, numeral.end)) if kind == "bn_vnd" else written
    line = spot.marked.line
    evidence = line.text[max(0, spot.at - 90) : numeral.end + 40].strip()
    at = line.start + spot.at
    where = f"{line.where}, characters {at}–{at + len(numeral.text)}: {evidence[-120:]}"
    return Figure(
        table, column, cell, {name: cell for name, cell in cells.items() if name in names},
        where.removeprefix(", ").replace(";", ","), evidence, tuple(dict.fromkeys(doubts)),
        at=(spot.number, spot.at),
    )  # fmt: skip


def _topic(text: Text, spot: Spot) -> tuple[dict, list[Doubt]]:
    """What is measured: said directly behind, before in the sentence, or set by a line above."""
    numeral, marked = spot.numeral, spot.marked
    section = "index" if text.of_service_index(spot.number) else "topics"

    def fitting(line: Marked, start: int, end: int) -> list[Mark]:
        every = between(getattr(line, section), start, end)
        return [one for one in every if _key(numeral, one.what) in one.what]

    limit = min(spot.near, numeral.end + _BEHIND)
    behind = [one for one in getattr(marked, section) if numeral.end <= one.start < limit]
    if behind and _key(numeral, behind[0].what) in behind[0].what:
        return behind[0].what, []
    if own := fitting(marked, spot.start, spot.at):
        return own[-1].what, []
    if numeral.kind in OFFICE_COUNTS:
        raise NoFigure
    for line, start, end, how in text.outward(spot):
        if found := fitting(line, start, end):
            if how != "heading":
                return found[-1].what, [(_LATER, "")]
            last = found[-1]
            if not between([*getattr(line, section), *line.figures], last.end, end):
                return last.what, []  # "…; late dossiers:"
            several = len({str(one.what[_key(numeral, one.what)]) for one in found}) > 1
            return found[0].what, [(N_("the line above names several measures"), "")] * several
        if how == "line":
            break
    raise NoFigure("" if numeral.kind in ("plain", "ratio") else N_("no measure is named"))


def _target(topic: dict, spot: Spot) -> dict:
    """Where a figure of the topic goes; NoFigure where no table has a place for it."""
    numeral, marked = spot.numeral, spot.marked
    target = topic[_key(numeral, topic)]
    _, slash, most = numeral.text.partition("/")
    of_part = slash and most.strip(" .") != "100"
    if of_part and numeral.kind == "points" and target.get("criterion") == "par_index":
        raise NoFigure(N_("points of another criterion: the PAR INDEX has 100"))
    if slash and numeral.kind.startswith("count"):
        raise NoFigure(N_("a share of a number that is not named"))
    if target.get("column") == "disbursed_bn_vnd":
        plans = between(marked.bases, spot.start, spot.at)
        of = marked.flat[: spot.at].rstrip().endswith("/")  # "4 tỷ đồng/8 tỷ đồng"
        if of or (plans and not marked.flat[plans[-1].end : spot.at].strip(" (là")):
            return target | {"column": "plan_bn_vnd"}  # "the plan given (5.260 tỷ đồng)"
    return target


def _not_understood(spot: Spot, topic: dict) -> list[Doubt]:
    """Words before a figure, or between it and the topic behind it, that may mean anything."""
    marked, end = spot.marked, spot.numeral.end
    opened = max(spot.clause, marked.flat.rfind(":", 0, spot.at) + 1)
    behind = [one for one in (*marked.topics, *marked.index) if end <= one.start < spot.near]
    until = next((one.start for one in behind[:1] if one.what is topic), end)
    words = re.findall(r"[^\W\d]+", f"{marked.bare[opened : spot.at]} {marked.bare[end:until]}")
    unknown = " ".join(word for word in words if word not in _filler())
    return [(N_("words not understood: {about}"), unknown)] if unknown else []


def _key(numeral: Numeral, topic: dict) -> str:
    """The key of phrases.toml that a number's kind asks of a topic."""
    kind, _, noun = numeral.kind.partition(":")
    if numeral.kind in OFFICE_COUNTS:
        return f"{noun}_count"
    if kind == "count" and noun != topic.get("noun"):
        return f"count of {noun}"
    return {"ratio": "points", "plain": "no unit"}.get(kind, kind)


@cache
def _filler() -> frozenset[str]:
    return frozenset(phrases.flatten(phrases.table()["filler"]["words"]).split())
