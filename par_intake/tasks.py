"""Tasks of the sections on what is to be done: area, who leads, who takes part, what target."""

import re
from collections.abc import Container

from par_intake import phrases
from par_intake.context import Context
from par_intake.lists import Mention
from par_intake.phrases import Numeral, Placed, whole
from par_intake.rows import Row
from par_intake.sentences import BOUND_BEHIND, Taken

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
            row = _row(context, number, part, area, leads, used)
            only_names = _NOTHING.fullmatch(context.marked[number].unnamed, *part.span())
            if leads and only_names:
                leads += row.cells["lead_units"].split(";")
                rows[-1].cells["lead_units"] = ";".join(leads)
                continue
            leads = row.cells["lead_units"].split(";") if row.cells["lead_units"] else leads
            rows.append(row)
            done |= {(number, one.numeral.start) for one in row.figures if isinstance(one, Taken)}
    return rows, done


def _area(context: Context, number: int) -> str | None:
    for at in context.upwards(number):
        if context.lines[at].place == "heading" and context.lines[at].depth:
            for area, pattern in phrases.patterns("areas").items():
                if pattern.search(context.marked[at].flat):
                    return area
    return None


def _row(
    context: Context, number: int, part: re.Match[str], area: str, leads: list[str], used: Used
) -> Row:
    start, end = part.span()
    own, supports = _who(context, number, start, end)
    year = context.plan_year_of_task(number)
    text = _MARK.sub("", part[0]).strip(" .;")
    key = {"area": area, "task_vi": text, "plan_year": str(year)}
    cells = {"lead_units": ";".join(own or leads), "supporting_units": ";".join(supports)}
    numerals, target = _target(context, number, start, end, used)
    said = (("table", "tasks"), ("column", "target"))
    figures = [Taken(number, one, said, "", "province", whole(year), year) for one in numerals]
    words = Mention(number, start, end, "", "province", "tasks", "target", whole(year))
    return Row(context.year + 1, "tasks", key, "reported", cells | target, figures or [words])


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
    bound = BOUND_BEHIND.match(marked.flat, inside[0].end)
    word = f" {bound['word']}" if bound and bound["word"].startswith("trở") else ""
    return inside, {"target": f"{inside[0].text}%{word}", "target_unit": "pct"}
