"""The rulebook of a year: how points of the PAR INDEX follow from rates, as editable data.

Points rise with the rate or stay level, so an interval of rates gives an interval of points. A rule
or a maximum that no source states is "assumed", and so is everything computed from it.
"""

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
import pydantic
from pydantic import Field, PositiveFloat, ValidationInfo

from par_lib.cleaning import schema
from par_lib.cleaning.tables import RULEBOOK
from par_lib.language import Refused, say
from par_lib.language.prose import Mistyped
from par_lib.language.translation import Language, decimals
from par_lib.storage import paths

RULES = Path(__file__).parent / "rules"
_SLACK = 1e-9  # sums of decimal fractions
Status = Literal["stated", "assumed"]
Percent = Annotated[float, Field(ge=0, le=100)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Knot = tuple[Percent, pydantic.NonNegativeFloat]  # a rate and its points

# What there is to point to, but for indicators, which have any name.
_POINTERS = {
    field: [f"{table}:{name}" for table, names in tables.items() for name in names]
    for field, tables in {
        "points": {"sipas": schema.COMPONENTS, "scores": schema.CRITERIA},
        "measure": {"sipas": schema.COMPONENTS, "on_time": schema.LEVELS,
                    "disbursement": schema.LEVELS},
        "moved_by": {f"{name}.{column.name}": schema.LEVELS
                     for name, table in schema.TABLES.items() for column in table.columns},
    }.items()
}  # fmt: skip


class Entry(pydantic.BaseModel):
    """A part of a rulebook: an unknown field is refused, nothing changes once read."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Criterion(Entry):
    """A criterion and its rule, ``points_by_rate``; ``status`` is that of the rule.

    Points are straight between two knots, level before the first and after the last; two knots at
    one rate are a jump. Without knots only a source gives the points.

    ``points`` says where a source's points stand, ``measure`` which figure the rule is applied to,
    ``moved_by`` what tasks call that figure.
    """

    code: Code
    area: Code
    max_points: PositiveFloat
    max_points_status: Status
    status: Status
    source: Annotated[str, Field(min_length=1)]
    points_by_rate: tuple[Knot, ...] = ()
    points: str = ""
    measure: str = ""
    moved_by: tuple[str, ...] = ()

    @pydantic.field_validator("points_by_rate")
    @classmethod
    def _rise(cls, knots: tuple[Knot, ...], field: ValidationInfo) -> tuple[Knot, ...]:
        if not knots:
            raise Refused("write a rate and its points, [[0, 0]], or leave it out")
        for before, knot in pairwise(knots):
            if before[0] > knot[0] or before[1] > knot[1]:
                raise Refused("it falls at {rate:g}: begin with the lowest rate, and let a higher "
                              "one earn no less", rate=knot[0])  # fmt: skip
        most = field.data.get("max_points", math.inf)  # missing where it is wrong itself
        if knots[-1][1] > most:
            raise Refused("{points:g} points are above max_points {most:g}; correct one of them",
                          points=knots[-1][1], most=most)  # fmt: skip
        return knots

    @pydantic.field_validator(*_POINTERS)
    @classmethod
    def _point_to_what_exists(cls, given: str | tuple[str, ...], field: ValidationInfo) -> object:
        known = _POINTERS[field.field_name]
        known = {*known, *(one.partition(":")[0] for one in known if "." in one)}  # of all levels
        single = {"measure": "indicators:.+|", "moved_by": "[^.]+"}.get(field.field_name, "")
        for one in (given,) if isinstance(given, str) else given:
            if one not in known and not re.fullmatch(single, one):
                raise Mistyped(one, known)
        return given

    @pydantic.model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if not self.points_by_rate and not self.points:
            raise Refused("write points_by_rate, or in points where a source states them")
        return self

    def points_at(self, rate_pct: float) -> float:
        """Points for a rate of 0 to 100 %, in [0, max_points]; at a jump the higher ones count.

        ValueError for another rate, and where only a source gives the points.
        """
        if not 0 <= rate_pct <= 100:
            raise Refused("{code}: a rate of {rate_pct:g} % is not in 0 to 100; correct the figure",
                          code=self.code, rate_pct=rate_pct)  # fmt: skip
        if not self.points_by_rate:
            raise Refused("{code}: no rate leads to its points; leave it out", code=self.code)
        rates, points = zip(*self.points_by_rate, strict=True)
        return min(float(np.interp(rate_pct, rates, points)), self.max_points)  # despite rounding


class Area(Entry):
    """A part of the index; where ``complete``, its criteria's maxima add up to its own."""

    code: Code
    max_points: PositiveFloat
    complete: bool = False
    status: Status
    source: str


class Rulebook(Entry):
    """All rules of one year; ``file`` is where they were read.

    ``decision`` is the ministry's for the year, as ``decision_status`` has it; ``pillars`` their
    maxima as far as stated.
    """

    year: int
    decision: str = ""
    decision_status: Status = "stated"
    pillars: tuple[Area, ...] = ()
    max_points: PositiveFloat
    areas: tuple[Area, ...]
    criteria: tuple[Criterion, ...]
    file: str = ""

    @pydantic.model_validator(mode="after")
    def _adds_up(self) -> Self:
        for what, entries in (("areas", self.areas), ("criteria", self.criteria)):
            codes = [entry.code for entry in entries]
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                raise Refused("{what}: {twice} stands twice; give each its own code",
                              what=what, twice=twice)  # fmt: skip
        declared = sum(area.max_points for area in self.areas)
        if abs(declared - self.max_points) > _SLACK:
            raise Refused("areas add up to {declared:g} points, max_points says {max_points:g}; "
                          "correct one of them",
                          declared=declared, max_points=self.max_points)  # fmt: skip
        known = [area.code for area in self.areas]
        for one in self.criteria:
            if one.area not in known:
                raise Refused("criterion {code}: area {area!r:.60} is not among the areas {known}",
                              code=one.code, area=one.area, known=known)  # fmt: skip
        for area in self.areas:
            held = sum(one.max_points for one in self.criteria if one.area == area.code)
            above = held - area.max_points
            if above > _SLACK or (area.complete and above < -_SLACK):
                raise Refused("area {code}: its criteria add up to {held:g} points, it declares "
                              "{most:g}; correct one of them",
                              code=area.code, held=held, most=area.max_points)  # fmt: skip
        return self

    def __getitem__(self, code: str) -> Criterion:
        """The criterion ``code``; ValueError naming all where there is none."""
        known = {one.code: one for one in self.criteria}
        if code not in known:
            raise Refused("criterion {code} is not in {file}; choose one of {known}",
                          code=repr(code), file=self.file, known=", ".join(known))  # fmt: skip
        return known[code]


def load(province: str, year: int) -> Rulebook:
    """The rules of a province and year: its own rules.toml, else the latest not after the year.

    The earliest before that. Of another year's, rules and maxima are all "assumed".
    """
    file = paths.raw(province, year) / "rules.toml"
    if not file.is_file():
        files = {int(file.stem.rpartition("_")[2]): file for file in RULES.glob("par_index_*.toml")}
        file = files[max((known for known in files if known <= year), default=min(files))]
    rules = read(file)
    if rules.year == year:
        return rules

    def assumed(entry: Entry) -> Entry:
        kinds = [name for name in type(entry).model_fields if name.endswith("status")]
        return entry.model_copy(update=dict.fromkeys(kinds, "assumed"))

    carried = {part: tuple(map(assumed, getattr(rules, part)))
               for part in ("areas", "criteria", "pillars")}  # fmt: skip
    return rules.model_copy(update=carried)


def cited(entries: Iterable[Entry | dict], columns: str) -> pd.DataFrame:
    """Parts of rules as rows a page can show: what states each is the place its mark leads to."""
    frame = pd.DataFrame(map(dict, entries), columns=[*columns.split(), "status", "source"])
    status = frame["status"].replace("stated", "reported")
    return frame.assign(status=status, locator=frame["source"].replace("ours", ""), source=RULEBOOK)


def class_limits() -> pd.DataFrame:
    """Classes of the index of service, best first: classification, from_points (that many or more).

    Of Decision 766/QĐ-TTg, as status and source say: rules/service_index_classes.toml.
    """
    return _cited_in("service_index_classes.toml", "classes", "classification from_points")


def commune_targets(level: str, year: int) -> pd.DataFrame:
    """What the centre asks of communes since July 2025: on_time_pct at least, late_pct at most.

    Percent of the dossiers resolved (rules/commune_targets.toml); no row of another level or time.
    """
    targets = _cited_in("commune_targets.toml", "targets", "measure target_pct")
    asked = targets[(targets["measure"] == "on_time_pct") & (level == "commune") & (year >= 2025)]
    return asked.assign(on_time_pct=asked["target_pct"], late_pct=100 - asked["target_pct"])


def _cited_in(file: str, part: str, columns: str) -> pd.DataFrame:
    return cited(paths.read_toml(RULES / file, name=file)[part], columns)


def read(file: Path) -> Rulebook:
    """A rulebook from TOML; ValueError naming the file and every fault in it."""
    written = paths.read_toml(file, name=file.name)
    try:
        return Rulebook.model_validate(written | {"file": file.name})
    except pydantic.ValidationError as error:
        faults = [_say(fault, written) for fault in error.errors()]
        raise ValueError("\n".join(f"{file.name}{fault}" for fault in faults)) from None


def _say(fault: dict, written: dict) -> str:
    place, here = "", written
    for part in fault["loc"]:
        if isinstance(part, str):
            here, place = here.get(part), f"{place}, {part:.60}"
            continue
        here = here[part] if part < len(here) else None  # half a knot
        code = here.get("code", part + 1) if isinstance(here, dict) else part + 1
        place += f" {code!s:.60}"
    value = "" if isinstance(fault["input"], dict) else f" {fault['input']!r:.60}:"
    message = fault["msg"].removeprefix("Value error, ")  # which are our own words
    if fault["type"] != "value_error":
        message = say("cannot stand here: {why}", why=message)
    if fault["type"] in ("tuple_type", "too_long", "missing") and "points_by_rate" in fault["loc"]:
        message = say("write [rate, points] for each, as in [[0, 0], [80, 1.5]]")
    if fault["type"] == "extra_forbidden":
        message = say("is not known here; see par_lib/scoring/rules for the names there are")
    return f"{place}:{value} {message}"


def rule_words(rule: Criterion, language: Language) -> str:
    """How a rule turns a rate into points, with the rates at which it bends or jumps."""

    def listed(*rates: float) -> str:
        return language.listing([language.percent(r, decimals("rate_pct", r)) for r in rates])

    rising = [ends for ends in pairwise(rule.points_by_rate) if ends[0][1] < ends[1][1]]
    if rising and all(start == end for (start, _), (end, _) in rising):
        return language("in steps at {knots}", knots=listed(*(end for _, (end, _) in rising)))
    match rising:
        case [((0, 0), (100, rule.max_points))]:
            return language("in proportion")
        case [((0, 0), (end, rule.max_points))]:
            return language("in proportion up to {knots}", knots=listed(end))
        case [((start, 0), (end, rule.max_points))]:
            return language("in proportion between {knots}", knots=listed(start, end))
    knots = [f"{listed(rate)}: {language.number(points, decimals('points', points))}"
             for rate, points in rule.points_by_rate]  # fmt: skip
    return language("in straight lines, points by rate: {knots}", knots=language.listing(knots))
