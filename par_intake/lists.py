"""What is told as a list: offices under a threshold, places without a figure, tasks.

"9 localities below 70 %: …": where as many are listed as were announced the listing is whole, and
every office of that level not listed lies on the other side of the threshold. Of a task it is said
who leads, who takes part and what is to be reached.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from typing import NamedTuple

from par_intake import phrases
from par_intake.context import Context, Unsure
from par_intake.marks import OFFICES, Marked, Name
from par_intake.phrases import OFFICE_COUNTS, Numeral, Placed, whole
from par_intake.rows import Row
from par_intake.sentences import NOT_LISTED, Left, Place, Taken
from par_lib.cleaning.schema import OTHERS
from par_lib.language.numbers import QuantityError, parse_quantity
from par_lib.language.translation import N_

_OPPOSITE = {"<": "≥", "≥": "<", ">": "≤", "≤": ">"}
_NAMED = {"<": "below", "≥": "at_least", ">": "above", "≤": "at_most"}
_COUNTS_BEHIND = re.compile(r"[\s%]*(?:trở lên |trở xuống )?[(,]?\s?(?:có|là|gồm|với)\s")


class _Listed(NamedTuple):
    line: int
    name: Name
    figure: Numeral | None


def read_listings(context: Context) -> tuple[list[Taken], list[Left], set[tuple[int, int]]]:
    """Rows that thresholds give, office counts that do not agree, and the numbers used."""
    taken: list[Taken] = []
    left: list[Left] = []
    done: set[tuple[int, int]] = set()
    for number, marked in enumerate(context.marked):
        for position, numeral in enumerate(marked.numerals):
            sign = _sign(marked.flat, numeral)
            if numeral.kind != "pct" or sign is None:
                continue
            counts = _counts(context, number, position)
            try:
                rows = _rows(context, number, numeral, sign, counts)
            except Unsure as unsure:
                left += [Left(number, n, unsure.reason, unsure.about) for n in (*counts, numeral)]
            else:
                taken += rows
            if counts or any(row.numeral == numeral and row.line == number for row in taken):
                done |= {(number, n.start) for n in (*counts, numeral)}
    left = [one for one in left if (one.line, one.numeral.start) in done]
    return taken, left, done


def _sign(flat: str, numeral: Numeral) -> str | None:
    if behind := phrases.BOUND_BEHIND.match(flat, numeral.end):
        return {"trở lên": "≥", "trở xuống": "≤"}.get(behind["word"])
    before = phrases.BOUND_BEFORE.search(flat, 0, numeral.start)
    return phrases.BOUNDS[before["word"]] if before else None


def _counts(context: Context, number: int, position: int) -> list[Numeral]:
    """The office counts that announce a listing: just before the threshold, or just behind it."""
    marked = context.marked[number]
    threshold = marked.numerals[position]
    start, _ = marked.sentence(threshold.start)
    counts: list[Numeral] = []
    for numeral in reversed(marked.numerals[:position]):
        counts_offices = numeral.kind in OFFICE_COUNTS
        if numeral.start < start or (numeral.is_figure and not counts_offices):
            break
        counts += [numeral] if counts_offices else []
    following = marked.numerals[position + 1 : position + 2]
    if not counts and following and following[0].kind in OFFICE_COUNTS:
        match = _COUNTS_BEHIND.match(marked.flat, threshold.end)
        counts = following if match and match.end() == following[0].start else []
    return counts[::-1]


def _rows(
    context: Context, number: int, threshold: Numeral, sign: str, counts: list[Numeral]
) -> list[Taken]:
    topic, _ = context.topic(number, threshold)
    target = topic.get("pct", {})
    if target.get("table") != "disbursement":
        raise Unsure(N_("a threshold"))
    period, note = context.period(number, threshold, "disbursement")
    if context.is_task(number) and period.kind != "to":
        raise Unsure(N_("stands among the tasks: a target, no result"))
    basis, scope = context.basis(number, threshold, target), context.scope(number, threshold)
    plan_year = context.plan_year(context.marked[number], threshold, period.end.year)
    cell = f"{sign}{threshold.text}%"
    bound = Taken(number, threshold, target, "", "province", period, plan_year,
                  basis, scope, note, "bound", cell)  # fmt: skip
    last = max([threshold.end, *(count.end for count in counts)])
    listed = _listed(context, number, last)
    if not (counts or listed):
        raise Unsure(N_("a threshold"))
    levels = {count.kind.removeprefix("count:"): count for count in counts}
    rows = [
        replace(bound, line=line, unit=name.spelled, level=name.level,
                words=Place(line, name.start, name.end))
        for line, name, figure in listed
        if figure is None and len(name.codes) == 1 and (not levels or name.level in levels)
    ]  # fmt: skip
    for level, count in levels.items():
        of_level = [one for one in listed if one.name.level == level]
        _check(context, count, of_level, cell)
        if re.fullmatch(r"\d+", threshold.text):
            measure = f"announced_{_NAMED[sign]}_{threshold.text}_pct"
            says = {"table": "indicators", "measure": measure}
            rows.append(replace(bound, numeral=count, target=says, level=level,
                                basis="unstated", status="reported", cell=count.text))  # fmt: skip
        if of_level:
            others = f"{_OPPOSITE[sign]}{threshold.text}%"
            why = f"the report lists all {len(of_level)} {sign} {threshold.text} %"
            rows.append(replace(bound, unit=OTHERS, level=level, cell=others, note=why))
    return rows


def _listed(context: Context, number: int, start: int) -> list[_Listed]:
    """The offices named behind the threshold, in its line or else in the lines under it."""
    marked = context.marked[number]
    _, end = marked.sentence(start)
    own = _names(context, number, start, end)
    if own or not marked.flat.rstrip().endswith(":"):
        return own
    below = [at for at, line in enumerate(context.lines) if line.parent == number]
    return [one for at in below for one in _names(context, at, 0, len(context.marked[at].flat))]


def _names(context: Context, number: int, start: int, end: int) -> list[_Listed]:
    listed: list[_Listed] = []
    for name, figures in _offices(context.marked[number], start, end):
        of_it = figures and not any(n.kind in OFFICE_COUNTS for n in figures)
        if name.end <= end:
            listed.append(_Listed(number, name, figures[0] if of_it else None))
    return listed


def _offices(marked: Marked, start: int, end: int) -> Iterator[tuple[Name, list[Numeral]]]:
    """Offices named from ``start``, each with the figures up to the next, or to ``end``."""
    offices = [name for name in marked.names if start <= name.start and name.level in OFFICES]
    stops = [*(name.start for name in offices[1:]), end]
    for name, stop in zip(offices, stops, strict=False):
        yield name, [n for n in marked.numerals if name.end <= n.start < stop and n.is_figure]


def _check(context: Context, count: Numeral, listed: list[_Listed], bound: str) -> None:
    announced, _, of = count.text.partition("/")
    there_are = context.counts.get(count.kind.removeprefix("count:"))
    if of and (int(of) < int(announced) or there_are not in (None, int(of))):
        raise Unsure(N_("{about} is not of the offices in units.csv"), count.text)
    if unknown := [name.spelled for _, name, _ in listed if len(name.codes) != 1]:
        raise Unsure(NOT_LISTED, unknown[0])
    if listed and len(listed) != int(announced):
        raise Unsure(N_("{about} are listed, which is not the count announced"), str(len(listed)))
    interval = parse_quantity(bound, kind="rate")
    for name, figure in [(one.name, one.figure) for one in listed if one.figure]:
        try:
            value = parse_quantity(figure.text, kind="rate").low
        except QuantityError as error:
            raise Unsure("{about}", str(error)) from None
        if not interval.low <= value <= interval.high:
            raise Unsure(N_("{about} is listed, but lies on the other side"), name.spelled)


_HIGH = re.compile(r"\s*(?:(?:còn|rất|khá|ở mức)\s)*(?:cao|nhiều|lớn)(?!\w)")


def read_mentions(context: Context) -> list[Row]:
    """A row a name behind "late dossiers are many:", or under a task to clear late dossiers.

    A row of level commune names the communes' district.
    """
    rows = []
    for number, marked in enumerate(context.marked):
        start = _opening(context, number)
        for name, level in [] if start is None else _named_places(marked, start):
            key = {"unit": name.spelled, "level": level, "table": "late_dossiers",
                   "measure": "late", "statement": "high",
                   "period_end": f"{context.year}-12-31"}  # fmt: skip
            of_communes = "communes of this district, which ones is not stated"
            notes = [of_communes] if level == "commune" else []
            places = [Place(number, name.start, name.end)]
            rows.append(Row(context.year, "mentions", key, "reported", notes=notes, places=places))
    return rows


def _opening(context: Context, number: int) -> int | None:
    """Where in a line a list of places with late dossiers can start that gives no figures."""
    marked, above = context.marked[number], context.lines[number].parent
    for mark in marked.topics:
        if _is_late(mark.what) and _HIGH.match(marked.flat, mark.end):
            return mark.end
    over = context.marked[above].topics if above is not None and context.is_task(number) else []
    return 0 if over and _is_late(over[-1].what) and not marked.topics else None


def _is_late(topic: dict) -> bool:
    return topic.get("count", {}).get("column") == "late"


def _named_places(marked: Marked, start: int) -> list[tuple[Name, str]]:
    """Units behind ``start`` that no figure follows, each with the level that is meant."""
    sentence, _ = marked.sentence(start)
    before = {mark.what for mark in marked.levels if sentence <= mark.start < start}
    of_communes = "commune" in {mark.what for mark in marked.levels} and not before & {*OFFICES}
    return [
        (name, "commune" if of_communes and name.level == "district" else name.level)
        for name, figures in _offices(marked, start, len(marked.flat))
        if not figures and len(name.codes) == 1
    ]


_MARK = re.compile(r"^\s*(?:[-–—•●▪*○◦+]|\d{1,2}[.)])\s*")
_PART = re.compile(r"[^;()]*(?:\([^()]*\)[^;()]*)*")
_NOTHING = re.compile(r"(?:[\W\d_]|và|các [^:;]*:)*")
_RANGE = re.compile(r"\s?[-–]\s?|\s?đến\s?")
Used = Container[tuple[int, int]]  # numbers, each by its line and its start there


def read_tasks(context: Context, used: Used) -> tuple[list[Row], set[tuple[int, int]]]:
    """A row a task, and the numbers that are its targets, save those ``used`` elsewhere.

    A line with others under it only heads them; a semicolon parts two tasks of one line. A task
    whose heading tells no area of reform is not taken.
    """
    parents = {line.parent for line in context.lines}
    rows: list[Row] = []
    done: set[tuple[int, int]] = set()
    for number, line in enumerate(context.lines):
        if number in parents or line.depth == 0 or not context.is_task(number):
            continue
        area = _area(context, number)
        if area is None:
            continue
        leads: list[str] = []
        for part in _PART.finditer(line.text):
            if not part[0].strip(" .-+"):
                continue
            row = _task(context, number, part, area, leads, used)
            only_names = _NOTHING.fullmatch(context.marked[number].unnamed, *part.span())
            if leads and only_names:
                leads += row.cells["lead_units"].split(";")
                rows[-1].cells["lead_units"] = ";".join(leads)
                continue
            leads = row.cells["lead_units"].split(";") if row.cells["lead_units"] else leads
            rows.append(row)
            done |= {(number, one.numeral.start) for one in row.figures}
    return rows, done


def _area(context: Context, number: int) -> str | None:
    for at in context.upwards(number):
        if context.lines[at].place == "heading" and context.lines[at].depth:
            for area, pattern in phrases.patterns("areas").items():
                if pattern.search(context.marked[at].flat):
                    return area
    return None


def _task(
    context: Context, number: int, part: re.Match[str], area: str, leads: list[str], used: Used
) -> Row:
    start, end = part.span()
    own, supports = _who(context, number, start, end)
    year = context.plan_year_of_task(number)
    text = _MARK.sub("", part[0]).strip(" .;")
    key = {"area": area, "task_vi": text, "plan_year": str(year)}
    cells = {"lead_units": ";".join(own or leads), "supporting_units": ";".join(supports)}
    numerals, target = _target(context, number, start, end, used)
    says = {"table": "tasks", "column": "target"}
    figures = [Taken(number, one, says, "", "province", whole(year), year) for one in numerals]
    places = [one.place for one in figures] or [Place(number, start, end)]
    return Row(context.year + 1, "tasks", key, "reported", cells | target, figures, places=places)


def _who(context: Context, number: int, start: int, end: int) -> tuple[list[str], list[str]]:
    marked = context.marked[number]
    words = phrases.patterns("tasks")
    groups = [Placed(*match.span()) for match in words["groups"].finditer(marked.flat, start, end)]
    inside = [name for name in marked.names if start <= name.start < end]
    offices: list[Placed] = [one for one in inside if one.level not in ("province", "nation")]
    offices += [group for group in groups if not group.overlaps(*offices)]
    support = words["support"].search(marked.flat, start, end)
    border = support.start() if support else end
    named = [(one.start, marked.line.text[one.start : one.end]) for one in offices]
    leads = [spelled for first, spelled in sorted(named) if first < border]
    supports = [spelled for first, spelled in sorted(named) if first >= border]
    return list(dict.fromkeys(leads)), [one for one in dict.fromkeys(supports) if one not in leads]


def _target(
    context: Context, number: int, start: int, end: int, used: Used
) -> tuple[list[Numeral], dict[str, str]]:
    """The figure to reach and its cells, where the part names one and no more."""
    marked = context.marked[number]
    figures = [n for n in marked.numerals if start <= n.start < end and n.is_figure]
    inside = [n for n in figures if (number, n.start) not in used]
    if len(inside) == 2 and _RANGE.fullmatch(marked.line.text, inside[0].end, inside[1].start):
        cell = f"{inside[0].text} - {inside[1].text}"
        return inside, {"target": cell, "target_unit": "count"}
    if len(inside) != 1 or inside[0].kind != "pct":
        return [], {}
    bound = phrases.BOUND_BEHIND.match(marked.flat, inside[0].end)
    word = f" {bound['word']}" if bound and bound["word"].startswith("trở") else ""
    return inside, {"target": f"{inside[0].text}%{word}", "target_unit": "pct"}
