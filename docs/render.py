"""Write docs/method.md and docs/data-dictionary.md from the code: ``make docs``."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from par_lib.cleaning import schema
from par_lib.scoring import (
    changes,
    disbursement,
    fair_comparison,
    intervals,
    on_time,
    parts,
    process_chart,
    provinces,
    rulebook,
    scorecard,
    service_index,
    survey,
    unit_comparison,
    whatif,
)

DOCS = Path(__file__).parent
MODULES = (intervals, parts, rulebook, on_time, scorecard, whatif, survey, unit_comparison,
           fair_comparison, process_chart, provinces, changes, disbursement,
           service_index)  # fmt: skip
INTRODUCTION = """# How the numbers are made

Rendered from the docstrings by `make docs`; do not edit. For whoever has to defend a number: its formula, what it
means, which way is better, what missing values do, where the formula comes from, and an example that the tests run.
How the formulas were checked: [science-review.md](science-review.md).

Words stand behind every result. *Reported* (stated): a source gives it. *Derived*: arithmetic on stated figures.
*Bound*: only an interval follows. *Assumed*: it rests on a rule or maximum that no source available to us states; the
official annexes of decisions 876/QĐ-BNV and 892/QĐ-BNV are not available. *Unknown*: neither points nor figure is known.

To compute a scorecard and ask what a change would win:

```python
import par_lib as par
from par_lib.scoring import rulebook, scorecard, whatif

data = par.load("quang-nam", 2022)
book = rulebook.load("quang-nam", 2022)
card = scorecard.build(data, book)
changes = whatif.parse_changes("online_payment = 30; sipas_feedback = +5", data=data, rules=book)
whatif.simulate(card, book, changes)
whatif.cheapest_path(card[card["stated"]], target_points=3.88, reach_pct=50)
```
"""


def method() -> str:
    """The page on formulas: the rulebook first, then every public function by module."""
    parts = [INTRODUCTION, "\n".join(_rulebook())]
    for module in MODULES:
        parts.append(f"## {module.__name__.removeprefix('par_lib.scoring.')}\n\n{_text(module)}\n")
        parts += [f"### {name}\n\n{_text(value)}\n" for name, value in _public(module)]
    return "\n".join(parts)


def data_dictionary() -> str:
    """The page on columns: every table as schema.py declares it."""
    lines = [
        "# Data dictionary", "",
        "Rendered from `par_lib/cleaning/schema.py` by `make docs`; do not edit. A column marked *partial* is a pair "
        "`_low`, `_high` in the tidy table. How cells are written: [data/raw/README.md](../data/raw/README.md).",
    ]  # fmt: skip
    for table in (*schema.TABLES.values(), schema.ANSWERS, schema.UNITS):
        lines += ["", f"## {table.name}", "", f"{table.meaning}.", "",
                  "| column | kind | required | partial | meaning | codes |", "|---|---|---|---|---|---|"]  # fmt: skip
        for column in table.columns:
            codes = column.only or schema.CODES.get(column.name, ())
            listed = ", ".join(codes) if column.kind == "code" else ""
            marks = " | ".join("yes" if mark else "" for mark in (column.required, column.partial))
            lines.append(
                f"| {column.name} | {column.kind} | {marks} | {column.meaning} | {listed} |"
            )
    return "\n".join(lines) + "\n"


def _rulebook() -> Iterator[str]:
    yield "## Rulebooks\n"
    yield "The latest one that is no later than a year is that year's; of another year than its own, all is assumed."
    yield "Edit a copy as `data/raw/<province>/<year>/rules.toml` to use other rules.\n"
    for file in sorted(rulebook.RULES.glob("par_index_*.toml")):
        yield from _rules_of(rulebook.read(file))


def _rules_of(book: rulebook.Rulebook) -> Iterator[str]:
    yield f"### {book.year}, decision {book.decision}\n"
    for pillar in book.pillars:
        yield f"- {pillar.code}: at most {pillar.max_points:g} points, {pillar.status} ({pillar.source})"
    for area in book.areas:
        yield f"- {area.code}: {area.max_points:g} of {book.max_points:g} points, {area.status} ({area.source})"
    yield ""
    yield "| no. | criterion | maximum | maximum is | points by rate | rule is | source |"
    yield "|---|---|---|---|---|---|---|"
    for number, one in enumerate(book.criteria, start=1):
        knots = ", ".join(f"{points:g} at {rate:g} %" for rate, points in one.points_by_rate)
        yield (f"| {number} | {one.code} | {one.max_points:g} | {one.max_points_status} | "
               f"{knots or 'none'} | {one.status} | {one.source} |")  # fmt: skip
    yield ""


def _public(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in vars(module).items():
        own = getattr(value, "__module__", "") == module.__name__
        if (
            own
            and not name.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
        ):
            yield name, value
            if inspect.isclass(value):
                yield from _methods(value)


def _methods(kind: type) -> Iterator[tuple[str, object]]:
    """What a class computes, where its own docstring says how."""
    for name, value in vars(kind).items():
        if not name.startswith("_") and inspect.isfunction(value) and value.__doc__:
            yield f"{kind.__name__}.{name}", value


def _text(value: object) -> str:
    """A docstring as Markdown: examples become code blocks."""
    blocks = []
    for block in (inspect.getdoc(value) or "").split("\n\n"):
        if block.lstrip().startswith((">>>", "    ")):
            blocks.append(f"```\n{inspect.cleandoc(block)}\n```")
        else:
            blocks.append(re.sub(r"``([^`]+)``", r"`\1`", block))
    return "\n\n".join(blocks)


PAGES = {"method.md": method, "data-dictionary.md": data_dictionary}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
