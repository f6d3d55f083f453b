"""Listings under a threshold: "9 localities and 10 offices below 70 %: A (63,7 %), B …".

Where as many are listed as were announced the listing is whole, and every office of that level not
listed lies on the other side of the threshold. All of it is proposed, never taken.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from par_intake.context import NoFigure, Spot, Text
from par_intake.figures import Figure
from par_intake.marks import Name, Part
from par_intake.phrases import OFFICE_COUNTS, Numeral, around
from par_lib.cleaning.schema import OTHERS
from par_lib.language.translation import N_

_SIGNS = {"dưới": "<", "chưa đạt": "<", "<": "<", "trên": ">", "vượt": ">", ">": ">", "≥": "≥",
          "tối thiểu": "≥", "ít nhất": "≥", "không quá": "≤", "≤": "≤"}  # fmt: skip
_OPPOSITE = {"<": "≥", "≥": "<", ">": "≤", "≤": ">"}
_NAMED = {"<": "below", "≥": "at_least", ">": "above", "≤": "at_most"}
_COUNT_BEHIND = re.compile(r"[\s%]*(?:trở lên |trở xuống )?[(,]?\s?(?:có|là|gồm|với)\s+(?=\d)")
_BOUND = N_("a bound that a listing gives")


def read_listing(text: Text, spot: Spot, figure: Figure) -> list[Figure]:
    """What the threshold at ``spot`` says of whom; ``figure`` is what it would be as a figure.

    NoFigure where it is no threshold of disbursement, or the counts do not bear out the listing.
    """
    sign = _sign(spot)
    counts = list(_counts(spot))
    if sign is None or figure.table != "disbursement" or not counts:
        raise NoFigure(N_("a threshold"))
    listed = _listed(text, spot, max(spot.numeral.end, *(one.end for one in counts)))
    bound = replace(figure, status="bound", doubts=(), cell=f"{sign}{spot.numeral.text}%")
    bound = bound.doubting(_BOUND)
    made = []
    for count in counts:
        level = count.kind.removeprefix("count:")
        names = [(name, own) for name, own in listed if name.level == level]
        if len(names) != int(count.text.partition("/")[0]):
            why = N_("{about} are listed, which is not the count announced")
            raise NoFigure(why, str(len(names)))
        day = {"period_start": f"{figure.end[:4]}-01-01", "period_end": figure.end}
        says = {"measure": f"announced_{_NAMED[sign]}_{spot.numeral.text}_pct", "unit": text.home,
                "level": level, "basis": "unstated", "measure_unit": "count", **day}  # fmt: skip
        at = (spot.number, count.start)
        made.append(replace(bound, table="indicators", column="value", cell=count.text, row=says,
                            status="reported", at=at))  # fmt: skip
        others = [(name.spelled, bound.cell) for name, own in names if not own]
        others.append((OTHERS, f"{_OPPOSITE[sign]}{spot.numeral.text}%"))
        made += [replace(bound, cell=cell, row=bound.row | {"unit": unit, "level": level})
                 for unit, cell in others]  # fmt: skip
    return made


def _sign(spot: Spot) -> str | None:
    flat, numeral = spot.marked.flat, spot.numeral
    if behind := around("bound_behind").match(flat, numeral.end):
        return {"trở lên": "≥", "trở xuống": "≤"}.get(behind["word"])
    before = around("bound_before").search(flat, 0, numeral.start)
    return _SIGNS.get(before["word"]) if before else None


def _counts(spot: Spot) -> Iterator[Numeral]:
    """The office counts that announce a listing: just before the threshold, or just behind it."""
    counted = [one for one in spot.marked.marks["numerals"] if one.kind in OFFICE_COUNTS]
    own = [one for one in spot.clause.of("numerals") if one.kind in OFFICE_COUNTS]
    behind = _COUNT_BEHIND.match(spot.marked.flat, spot.numeral.end)
    yield from own or [one for one in counted if behind and one.start == behind.end()]


def _listed(text: Text, spot: Spot, start: int) -> list[tuple[Name, bool]]:
    """The offices behind the threshold, in its sentence or in the lines under it; each with
    whether a figure of its own follows it.
    """
    parts = [Part(spot.marked, start, spot.rest.end)]
    if spot.marked.flat.rstrip().endswith(":"):
        below = [at for at, line in enumerate(text.lines) if line.parent == spot.number]
        parts += [text.marked[at].whole for at in below]
    listed = []
    for part in parts:
        names = [name for name in part.of("names") if name.level != "province"]
        ends = [*(name.start for name in names[1:]), part.end]
        listed += [(name, bool(Part(part.line, name.end, end).of("figures")))
                   for name, end in zip(names, ends, strict=False)]  # fmt: skip
    return listed
