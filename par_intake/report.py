"""From the report an office sends to raw tables, and the page that shows what was read."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader

from par_intake import documents, lists, rows, template
from par_intake.context import Context
from par_intake.marks import Gazetteer
from par_intake.rows import Row
from par_intake.sentences import Left, Reader, Taken
from par_lib.cleaning import schema, units
from par_lib.language.labels import TABLE_LABELS
from par_lib.language.translation import N_, Language


@dataclass(frozen=True, repr=False)
class Result:
    """What one report gave: rows, and the figures left to a person."""

    file: str
    source: str
    context: Context
    rows: list[Row]
    left: list[Left]

    @property
    def taken(self) -> int:
        """How many numbers of the text stand in a row."""
        return len(_taken(self.rows))

    @property
    def tables(self) -> dict[tuple[int, str], pd.DataFrame]:
        """Raw tables by year of the data and name."""
        return rows.tables(self.context, self.rows, source=self.source)

    def page(self, t: Language) -> str:
        """read-report.html in the reader's language, self-contained."""
        environment = Environment(loader=PackageLoader("par_intake"), autoescape=True)
        taken = _taken(self.rows)
        undecided = {(one.line, one.numeral.start): one for one in self.left}
        lines, others = [], []
        for number, marked in enumerate(self.context.marked):
            parts, end = [], 0
            for numeral in marked.numerals:
                at = (number, numeral.start)
                part = {"text": numeral.text, "id": f"n-{number}-{numeral.start}"}
                if at in undecided:
                    one = undecided[at]
                    reason = t(one.reason, about=one.about)
                    part |= {"kind": "left", "title": reason, "href": f"left-{part['id']}"}
                elif at in taken:
                    row, one = taken[at]
                    title = f"{one.measure}, {one.unit or one.level}"
                    part |= {"kind": "taken", "title": title, "href": f"row-{row}"}
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
            t=t, file=self.file, lines=lines, taken=taken, others=others,
            left=undecided.values(), report=self.context.lines,
            rows=[_row(self.context, row, t) for row in self.rows],
        )  # fmt: skip

    @property
    def title(self) -> str:
        """The report's first line."""
        return next((line.text for line in self.context.lines), self.file)[:200]


def read(report: Path, province: str, year: int, *, source: str = "") -> Result:
    """Read a report about ``year`` with the province's units of that year.

    Raises documents.ReportError for a file that cannot be read.
    """
    then = units.told_by_name(units.load_units(province), year)
    context = Context(documents.load(report), Gazetteer(then), year)
    found, left = understand(context, units.as_total(then))
    return Result(report.name, source or f"report-{year}", context, found, left)


def understand(context: Context, province: str) -> tuple[list[Row], list[Left]]:
    """The rows a report gives, ``province`` by its name, and the figures left to a person."""
    listed, open_counts, done = lists.read_listings(context)
    tasks, targets = lists.read_tasks(context, done)
    figures, left = Reader(context).read(done | targets)
    gathered, contradicted = rows.gather(context, [*listed, *figures], province=province)
    left = sorted([*open_counts, *left, *contradicted], key=lambda o: (o.line, o.numeral.start))
    return [*gathered, *lists.read_mentions(context), *tasks], left


_CLASSES = {
    "date": N_("date"), "list_mark": N_("numbering"), "several": N_("“some”, not one"),
    "legal": N_("legal reference"), "name": N_("part of a name"), "footnote": N_("footnote"),
    "span_of_years": N_("span of years"),
}  # fmt: skip


def _taken(rows: list[Row]) -> dict[tuple[int, int], tuple[int, Taken]]:
    """The first row of each number that stands in one, by line and place in it, and its figure."""
    taken: dict[tuple[int, int], tuple[int, Taken]] = {}
    for number, row in enumerate(rows):
        for one in row.figures:
            taken.setdefault((one.line, one.numeral.start), (number, one))
    return taken


def _row(context: Context, row: Row, t: Language) -> dict:
    anchor = [f"n-{line}-{start}" for line, start in _taken([row])] or [""]
    said = [
        template.word(name, value, t) if name in schema.CODES else value
        for name, value in row.key.items()
        if value != "unstated"
    ]
    return {
        "table": f"{t(TABLE_LABELS[row.table])} {row.year}",
        "label": ", ".join(said),
        "cells": [
            {"text": f"{template.header(name, t)}: {template.word(name, cell, t)}",
             "id": anchor[min(place, len(anchor) - 1)]}
            for place, (name, cell) in enumerate(row.cells.items())
            if cell
        ],
        "where": context.lines[row.places[0].line].where,
    }  # fmt: skip
