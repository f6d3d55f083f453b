"""read-report.html: the report's text, every number in it marked read, left or no figure."""

from collections.abc import Iterable

from jinja2 import Environment, PackageLoader

from par_lib import schema
from par_lib.intake import sheet_words
from par_lib.intake.context import Context
from par_lib.intake.reading import Left, Taken
from par_lib.intake.rows import Row
from par_lib.labels import TABLE_LABELS
from par_lib.wording import N_, Language

_CLASSES = {
    "date": N_("date"),
    "list_mark": N_("numbering"),
    "several": N_("“some”, not one"),
    "legal": N_("legal reference"),
    "name": N_("part of a name"),
    "footnote": N_("footnote"),
    "span_of_years": N_("span of years"),
}


def render(
    context: Context, rows: list[Row], left: Iterable[Left], t: Language, *, file: str
) -> str:
    """The page in the reader's language, self-contained."""
    environment = Environment(
        loader=PackageLoader("par_lib.intake"), autoescape=True, trim_blocks=False
    )
    rowed: dict[tuple[int, int], int] = {}
    taken: dict[tuple[int, int], Taken] = {}
    for number, row in enumerate(rows):
        for one in row.figures:
            if isinstance(one, Taken):
                rowed.setdefault((one.line, one.numeral.start), number)
                taken.setdefault((one.line, one.numeral.start), one)
    undecided = {(one.line, one.numeral.start): one for one in left}
    reasons = {at: t(one.reason, about=one.about) for at, one in undecided.items()}
    lines, others = [], []
    for number, marked in enumerate(context.marked):
        parts, end = [], 0
        for numeral in marked.numerals:
            at = (number, numeral.start)
            part = {"text": numeral.text, "id": f"n-{number}-{numeral.start}"}
            if at in undecided:
                part |= {"kind": "left", "title": reasons[at], "href": f"left-{part['id']}"}
            elif at in taken:
                title = f"{taken[at].measure}, {taken[at].unit or taken[at].level}"
                part |= {"kind": "taken", "title": title, "href": f"row-{rowed[at]}"}
            else:
                what = t(_CLASSES.get(numeral.kind, numeral.kind))
                part |= {"kind": "aside", "title": what}
                others.append({"id": part["id"], "text": numeral.text, "kind": what})
            parts += [{"text": marked.line.text[end : numeral.start]}, part]
            end = numeral.end
        parts.append({"text": marked.line.text[end:]})
        depth = max(0, marked.line.depth - 4) if marked.line.depth < 9 else 0
        lines.append({"parts": parts, "depth": depth, "head": marked.line.place == "heading"})
    return environment.get_template("read_report.html.j2").render(
        t=t, file=file, lines=lines, taken=taken, others=others,
        rows=[_row(context, row, number, t) for number, row in enumerate(rows)],
        left=[_left(context, one, reasons[at]) for at, one in undecided.items()],
    )  # fmt: skip


def _left(context: Context, one: Left, reason: str) -> dict:
    where = context.lines[one.line].where
    identity = f"n-{one.line}-{one.numeral.start}"
    return {"id": identity, "text": one.numeral.text, "reason": reason, "where": where}


def _row(context: Context, row: Row, number: int, t: Language) -> dict:
    numerals = [one for one in row.figures if isinstance(one, Taken)]
    anchor = [f"n-{one.line}-{one.numeral.start}" for one in numerals] or [""]
    said = [
        sheet_words.word(name, value, t) if name in schema.CODES else value
        for name, value in row.key.items()
        if value != "unstated"
    ]
    return {
        "number": number,
        "table": f"{t(TABLE_LABELS[row.table])} {row.year}",
        "label": ", ".join(said),
        "cells": [
            {"text": f"{sheet_words.header(name, t)}: {sheet_words.word(name, cell, t)}",
             "id": anchor[min(place, len(anchor) - 1)]}
            for place, (name, cell) in enumerate(row.cells.items())
            if cell
        ],
        "where": context.lines[row.figures[0].line].where,
    }  # fmt: skip
