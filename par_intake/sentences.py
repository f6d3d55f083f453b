"""From a report's lines to figures: what each number measures, of whom, when; with caution.

A figure is taken only where its measure, office, period and basis stand in its sentence or are set
by the heading over it, and nothing in its clause makes it a target, a comparison, a mean or another
place's. What is missing or inherited becomes a doubt, and the figure a proposal.

Of a listing under a threshold, "9 localities and 10 offices below 70 %: A (63,7 %), B …", all is
proposed: where as many are listed as were announced it is whole, and every office of that level not
listed lies on the other side of the threshold.
"""

import re
from dataclasses import replace
from functools import cache

import pandas as pd

from par_intake import phrases
from par_intake.context import EARLIER, NoFigure, Spot, Text, plan
from par_intake.figures import Figure, Found, Left, figure
from par_intake.marks import Mark, Part
from par_intake.phrases import OFFICE_COUNTS, Numeral, around
from par_lib.cleaning import schema
from par_lib.language.translation import N_

_OPENING = 60  # characters in which a sentence says what all of it is about
_OF_INDEX = ("points", "ratio", "rank")  # kinds of numbers that the index of service has
_BEHIND = 30  # characters in which a topic behind a figure is still said of it
_BOUND = N_("a bound that a listing gives")
_AIM = "target"  # as in phrases.toml
_OTHER_MEASURE = N_("another measure is named nearer")


def read_text(found: Found, known: pd.DataFrame) -> None:
    """Add figures of a report's lines, taken or with doubts, and numbers left with a reason."""
    text = Text(found.report, known, found.year)
    for number, marked in enumerate(text.marked):
        is_task = text.under(number, "tasks", sections=True)
        for numeral in (one for one in marked.marks["numerals"] if one.is_figure):
            spot = Spot(marked, number, numeral)
            try:
                if _threshold(spot):
                    found.figures += _listing(text, spot)
                elif not is_task:
                    _refuse(text, spot)
                    found.figures.append(_figure(text, spot))
            except NoFigure as none:
                if none.args and not is_task:
                    reason, about = (*none.args, "")[:2]
                    where = marked.line.where(numeral.start, numeral.end)
                    at = number, numeral.start
                    found.left.append(Left(numeral.text, reason, about, where, at))


def _threshold(spot: Spot) -> re.Match[str] | None:
    """What makes the number a threshold: below, from … on, between."""
    if behind := around("bound_behind").match(spot.marked.flat, spot.numeral.end):
        return behind
    since = around("from").search(spot.marked.flat, 0, spot.at)
    return None if since else around("bound_before").search(spot.marked.flat, 0, spot.at)


def _refuse(text: Text, spot: Spot) -> None:
    """NoFigure where the words around a number make it no result of this period and place."""
    flat, at, end = phrases.flatten(spot.marked.unnamed), spot.at, spot.numeral.end
    if around("from").search(flat, 0, at) and around("to").match(flat, end):
        raise NoFigure(EARLIER, "earlier")
    opening = 0  # what all of a sentence is about is said before its first number
    if spot.half == spot.sentence:
        first = min([at, *(one.start for one in spot.sentence.of("figures"))])
        opening = min(spot.sentence.start + _OPENING, first)
    own, aside = spot.clause.start, flat.rfind("(", 0, at)
    if aside > flat.rfind(")", 0, at):  # what is said before a bracket is said of all in it
        own = max([spot.half.start, *(n.end for n in spot.half.of("figures") if n.end <= aside)])
    where = {
        "own": (max(own, flat.rfind(")", 0, at) + 1), at),
        "behind": (end, spot.behind.end),
        "opening": (spot.sentence.start, opening),
    }
    for other in phrases.table()["other"]:
        pattern = phrases.compile_words(other["words"])
        if any(pattern.search(flat, *where[place]) for place in other["where"]):
            raise NoFigure(EARLIER, other["name"])
    opened = spot.marked.flat[spot.sentence.start : at]
    if any(around("aims").search(one) for one in (opened, *text.headings(spot))):
        raise NoFigure(EARLIER, _AIM)


def _figure(text: Text, spot: Spot) -> Figure:
    """The figure a number is, with what is in doubt of it."""
    topic = _topic(text, spot)
    target = _target(topic, spot)
    if spot.numeral.kind.startswith("count"):  # a share behind it may be of it
        counted = target.get("column") or target["measure"]
        text.counts[spot.number].append((spot.numeral.text, counted))
    if "table" not in target:
        raise NoFigure(N_("no table holds what it measures"))
    table, column = target["table"], target.get("column", "value")
    unit, level = text.whose(spot, topic, table)
    period = text.period(spot, table)
    basis, scope = (plan(spot, target) if table == "disbursement"
                    else (text.basis(spot, target), "total"))  # fmt: skip
    flat, numeral, kind = spot.marked.flat, spot.numeral, spot.numeral.kind.partition(":")[0]
    counted = [of for _, of in text.counts[spot.number]]
    unknown = _not_understood(spot)
    early, pending = "early" in counted, counted[-2:-1] == ["other"]
    spot.doubt(N_("words not understood: {about}"), unknown, so=unknown)
    for heading in text.headings(spot):
        spot.doubt(N_("the heading tells of a part: {about}"), heading.strip(),
                   so=around("partial").search(heading))  # fmt: skip
    spot.doubt(N_("a round number"), so=around("round").search(flat, 0, spot.at))
    spot.doubt(N_("the last day counted is not said"), so=period.kind == "open")
    part = period.kind == "part" and period.start.month > 1
    spot.doubt(N_("of a part of the year only"), so=table == "disbursement" and part)
    spot.doubt(N_("no day is said"), so=table == "service_index" and period.kind == "year")
    spot.doubt(N_("those before their day are apart"), so=early and column.startswith("on_time"))
    spot.doubt(N_("of those not yet resolved?"), so=pending and column == "late")
    in_pct = column == "points" and numeral.kind == "pct"
    spot.doubt(N_("in per cent: the same as points of 100?"), so=in_pct)
    spot.doubt(N_("a late share: the share on time is 100 − it"), so=column == "late_pct")
    told = [*spot.sentence.of("periods")[::-1], *spot.behind.of("periods")]
    plans = [one.what.end.year for one in told if one.what.kind == "plan"]
    year = plans[0] if plans and scope == "total" else period.end.year
    said = target | {
        "basis": basis, "scope": scope, "plan_year": str(year),
        "measure_unit": kind if kind in schema.MEASURE_UNITS else "count",
    }  # fmt: skip
    line, at = spot.marked.line, (spot.number, spot.at)
    evidence = line.text[max(0, spot.at - 90) : numeral.end + 40].strip()
    cell = numeral.text if column == "points" else phrases.written(numeral, flat)
    return figure(cell, (unit or text.home, level), period, said,
                  place=line.where(spot.at, numeral.end), evidence=evidence, doubts=spot.doubts,
                  at=at)  # fmt: skip


def _topic(text: Text, spot: Spot) -> dict:
    """What is measured: said directly behind, before in the sentence, or set by a line above."""
    numeral = spot.numeral
    of_index = numeral.kind in _OF_INDEX and text.under(spot.number, "service_index")
    section = "index" if of_index else "topic"

    def fitting(part: Part) -> list[Mark]:
        return [one for one in part.of(section) if _key(numeral, one.what) in one.what]

    near = Part(spot.marked, numeral.end, min(spot.behind.end, numeral.end + _BEHIND))
    behind = [one for one in near.of(section)[:1] if _key(numeral, one.what) in one.what]
    if own := behind or fitting(spot.sentence)[-1:]:
        spot.stands_on(own)
        nearer = [] if behind else spot.sentence.of(section)[-1:]
        others = [one for one in fitting(spot.own) if one is not own[0]]
        others += [one for one in nearer if _tables(one.what).isdisjoint(_tables(own[0].what))]
        spot.doubt(_OTHER_MEASURE, so=others)
        return own[0].what
    if numeral.kind in OFFICE_COUNTS:
        raise NoFigure
    spot.stands_on([])
    for how, part in text.outward(spot):
        if found := fitting(part):
            last = Part(part.line, found[-1].end, part.end)
            several = len({str(one.what[_key(numeral, one.what)]) for one in found}) > 1
            if how != "heading" and several:
                raise NoFigure(N_("the sentence before names several measures"))
            if how != "heading":
                spot.doubt(N_("the measure is that of a sentence before"))
            if how != "heading" or not last.of(section) + last.of("figures"):
                return found[-1].what  # a heading ends so: "…; late dossiers:"
            spot.doubt(N_("the line above names several measures"), so=several)
            return found[0].what
        if how == "line":
            break
    if numeral.kind in ("plain", "ratio"):
        raise NoFigure(*[N_("what is counted is not said")] * bool(spot.sentence.of("topic")))
    raise NoFigure(N_("no measure is named"))


def _tables(topic: dict) -> set[str]:
    """The tables that figures of a topic go to."""
    return {said.get("table", "") for said in topic.values() if isinstance(said, dict)}


def _target(topic: dict, spot: Spot) -> dict:
    """Where a figure of the topic goes; NoFigure where no table has a place for it."""
    numeral = spot.numeral
    target = topic[_key(numeral, topic)]
    _, slash, most = numeral.text.partition("/")
    of_part = slash and most.strip(" .") != "100"
    if of_part and numeral.kind == "points" and target.get("criterion") == "par_index":
        raise NoFigure(N_("points of another criterion: the PAR INDEX has 100"))
    if of_part and numeral.kind != "rank" and target.get("component") == "total":
        raise NoFigure(N_("points of a component: the whole has 100"))
    if slash and numeral.kind.startswith(("count", "bn_vnd")):
        raise NoFigure(N_("a share of a number that is not named"))
    if target.get("column") == "disbursed_bn_vnd":
        flat, plans = spot.marked.flat, spot.sentence.of("bases")
        of = flat[: spot.at].rstrip().endswith("/")  # "4 tỷ đồng/8 tỷ đồng"
        if of or (plans and not flat[plans[-1].end : spot.at].strip(" (là")):
            return target | {"column": "plan_bn_vnd"}  # "the plan given (5.260 tỷ đồng)"
    return target


def _not_understood(spot: Spot) -> str:
    """Words that may mean anything, from what says whose and what a figure is to its clause's end.

    In clauses before its own, what is compared is understood, and what opens another subject not.
    """
    flat, bare, end = spot.marked.flat, spot.marked.bare, spot.numeral.end
    listed = around("mark").match(spot.marked.line.text)
    begun = listed.end() if listed else 0
    opened = max(begun, spot.since, flat.rfind(":", 0, spot.named) + 1)
    own = max(opened, spot.clause.start)
    earlier = around("changed").sub(" ", bare[opened:own])
    bare = around("known").sub(lambda found: " " * len(found[0]), bare)
    words = re.findall(r"[^\W\d]+", f"{earlier} {bare[own : spot.at]} {bare[end : spot.own.end]}")
    opening = around("topical").match(bare[spot.sentence.start : spot.at])
    words += re.findall(r"[^\W\d]+", opening[0]) if opening else []
    unknown = dict.fromkeys(word for word in words if word not in _filler())
    return " ".join([*unknown, *around("foreign").findall(flat, opened, spot.behind.end)])


def _key(numeral: Numeral, topic: dict) -> str:
    """The key of phrases.toml that a number's kind asks of a topic."""
    kind, _, noun = numeral.kind.partition(":")
    if numeral.kind in OFFICE_COUNTS:
        share = f"{noun}_share"  # "18/18 districts"
        return share if "/" in numeral.text and share in topic else f"{noun}_count"
    if kind == "count" and noun != topic.get("noun"):
        return f"count of {noun}"
    return {"ratio": "points", "plain": "no unit"}.get(kind, kind)


@cache
def _filler() -> frozenset[str]:
    return frozenset(phrases.flatten(phrases.table()["filler"]["words"]).split())


def _listing(text: Text, spot: Spot) -> list[Figure]:
    """What the threshold at ``spot`` says of whom.

    NoFigure where it is no threshold of disbursement, or the counts do not bear out the listing.
    """
    shown = _figure(text, spot) if spot.numeral.kind == "pct" else None
    said, listed = _threshold(spot)["word"], phrases.table()["bound"]
    bound = next((one for one in listed if said in one["words"]), None)
    counts = [one for one in spot.clause.of("numerals") if one.kind in OFFICE_COUNTS]
    if not (shown and bound and counts) or shown.table != "disbursement":
        raise NoFigure(N_("a threshold"))
    offices = [name for name in spot.rest.of("names") if name.level != "province"]
    ends = [*(name.start for name in offices[1:]), spot.rest.end]
    own = {name for name, end in zip(offices, ends, strict=False)
           if Part(spot.marked, name.end, end).of("figures")}  # fmt: skip
    one = replace(shown, status="bound", doubts=((_BOUND, ""),))
    on_it, off_it = (f"{bound[side]}{spot.numeral.text}%" for side in ("sign", "other"))
    made = []
    for count in counts:
        level = count.kind.removeprefix("count:")
        names = [name for name in offices if name.level == level]
        if not names:
            raise NoFigure(N_("a threshold"))
        if len(names) != int(count.text.partition("/")[0]):
            why = N_("{about} are listed, which is not the count announced")
            raise NoFigure(why, str(len(names)))
        says = {"measure": f"announced_{bound['name']}_{spot.numeral.text}_pct", "unit": text.home,
                "level": level, "basis": "unstated", "measure_unit": "count",
                "period_start": f"{shown.end[:4]}-01-01", "period_end": shown.end}  # fmt: skip
        at = (spot.number, count.start)
        made.append(replace(one, table="indicators", column="value", cell=count.text, row=says,
                            status="reported", at=at))  # fmt: skip
        others = [(name.spelled, on_it) for name in names if name not in own]
        made += [replace(one, cell=cell, row=one.row | {"unit": unit, "level": level})
                 for unit, cell in (*others, (schema.OTHERS, off_it))]  # fmt: skip
    return made
