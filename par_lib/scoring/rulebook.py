"""The rulebook of a year: how points of the PAR INDEX follow from rates, as editable data.

A kind of rule turns a rate of 0 to 100 % into points of one criterion. All of them rise with the
rate or stay level, so an interval of rates gives an interval of points. A rule or a maximum that no
source states has status "assumed", and so has everything computed from it.
"""

from abc import abstractmethod
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from par_lib.cleaning import schema
from par_lib.language.translation import N_, Language
from par_lib.storage import paths
from par_lib.storage.paths import read_toml

RULES = Path(__file__).parent / "rules"
_SLACK = 1e-9  # sums of decimal fractions
Status = Literal["stated", "assumed"]
Percent = Annotated[float, Field(ge=0, le=100)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

RATE_OPTIONS = ("threshold", "zero_at", "full_at", "target")  # of the kinds of rules

# What ``points`` and ``measure`` may begin with, and what follows: None is any name.
_POINTERS = {
    "points": {"sipas": schema.COMPONENTS, "scores": schema.CRITERIA},
    "measure": {"sipas": schema.COMPONENTS, "on_time": schema.LEVELS,
                "disbursement": schema.LEVELS, "indicators": None},
}  # fmt: skip

EXAMPLE = {"code": "example", "area": "example", "max_points": 1.5, "status": "assumed",
           "max_points_status": "stated", "source": "for the doctests"}  # fmt: skip


class Entry(BaseModel):
    """A part of a rulebook: an unknown field is refused, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CriterionBase(Entry):
    """What every criterion has; ``status`` is that of its rule.

    ``points`` says where a source's points stand, ``measure`` which figure the rule is applied to,
    ``moved_by`` what tasks call that figure.
    """

    code: Code
    area: Code
    max_points: PositiveFloat
    max_points_status: Status
    status: Status
    source: Annotated[str, Field(min_length=1)]
    points: str = ""
    measure: str = ""
    moved_by: tuple[str, ...] = ()

    @field_validator("points", "measure")
    @classmethod
    def _points_to_what_exists(cls, pointer: str, field: ValidationInfo) -> str:
        kinds = _POINTERS[field.field_name]
        kind, _, name = pointer.partition(":")
        if pointer and kind not in kinds:
            raise ValueError(f"begin it with one of {', '.join(f'{one}:' for one in kinds)}")
        if pointer and kinds[kind] is not None and name not in kinds[kind]:
            raise ValueError(f"{name!r} is not one of {', '.join(kinds[kind])}")
        return pointer

    @field_validator("moved_by")
    @classmethod
    def _moves_exist(cls, pointers: tuple[str, ...]) -> tuple[str, ...]:
        for pointer in pointers:
            table, dot, rest = pointer.partition(".")
            if not dot:
                continue  # a measure of indicators: any name
            if table not in schema.TABLES:
                raise ValueError(f"{pointer!r}: {table} is no table; choose one of "
                                 f"{', '.join(schema.TABLES)}")  # fmt: skip
            column, _, level = rest.partition(":")
            known = [one.name for one in schema.TABLES[table].columns]
            if column not in known or level not in ("", *schema.LEVELS):
                raise ValueError(f"{pointer!r}: write {table}.column:level with a column of "
                                 f"{', '.join(known)}")  # fmt: skip
        return pointers

    @property
    def knots_pct(self) -> tuple[float, ...]:
        """Rates at which the rule bends or jumps."""
        return tuple(getattr(self, name) for name in RATE_OPTIONS if hasattr(self, name))

    def points_at(self, rate_pct: float) -> float:
        """Points for a rate of 0 to 100 %, else ValueError; range [0, max_points]."""
        if not 0 <= rate_pct <= 100:
            raise ValueError(
                f"{self.code}: a rate of {rate_pct:g} % is not in 0 to 100; correct the figure"
            )
        return self.max_points * self._share(rate_pct)

    @abstractmethod
    def _share(self, rate_pct: float) -> float:
        """Share of the maximum for a rate, 0 to 1."""


class Linear(CriterionBase):
    """``linear``: points = max × rate / 100.

    >>> round(Linear(**EXAMPLE, rule="linear").points_at(79.48), 4)
    1.1922
    """

    rule: Literal["linear"]

    def _share(self, rate_pct: float) -> float:
        return rate_pct / 100


class LinearAbove(CriterionBase):
    """``linear_above``: points = max × rate / 100 from ``threshold`` on, zero below it.

    >>> rule = LinearAbove(**EXAMPLE, rule="linear_above", threshold=70)
    >>> [round(rule.points_at(rate), 4) for rate in (69.9, 70, 80)]
    [0.0, 1.05, 1.2]
    """

    rule: Literal["linear_above"]
    threshold: Percent

    def _share(self, rate_pct: float) -> float:
        return rate_pct / 100 if rate_pct >= self.threshold else 0.0


class ProportionalBetween(CriterionBase):
    """``proportional_between``: points = max × (rate − zero_at) / (full_at − zero_at), in [0, max].

    >>> rule = ProportionalBetween(**EXAMPLE, rule="proportional_between", zero_at=70, full_at=90)
    >>> [rule.points_at(rate) for rate in (60, 75, 95)]
    [0.0, 0.375, 1.5]
    """

    rule: Literal["proportional_between"]
    zero_at: Percent
    full_at: Percent

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.zero_at >= self.full_at:
            raise ValueError(f"zero_at {self.zero_at:g} must be below full_at {self.full_at:g}")
        return self

    def _share(self, rate_pct: float) -> float:
        part = (rate_pct - self.zero_at) / (self.full_at - self.zero_at)
        return min(1.0, max(0.0, part))


class Band(Entry):
    """Rates from ``from`` up to (without) ``to``, and their points; the last ends with 100."""

    from_: Annotated[float, Field(alias="from", ge=0, le=100)]
    to: Percent
    points: Annotated[float, Field(ge=0)]


class Bands(CriterionBase):
    """``bands``: the points of the band the rate lies in; each from (with) to (without).

    >>> bands = [{"from": 0, "to": 50, "points": 0}, {"from": 50, "to": 100, "points": 1.5}]
    >>> rule = Bands(**EXAMPLE, rule="bands", bands=bands)
    >>> [rule.points_at(rate) for rate in (49.9, 50, 100)]
    [0.0, 1.5, 1.5]
    """

    rule: Literal["bands"]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _cover(self) -> Self:
        if self.bands[0].from_ != 0 or self.bands[-1].to != 100:
            raise ValueError("bands must begin at 0 and end at 100")
        for band in self.bands:
            if band.from_ >= band.to:
                raise ValueError(f"a band from {band.from_:g} to {band.to:g} holds nothing")
            if band.points > self.max_points:
                raise ValueError(f"{band.points:g} points are above max_points {self.max_points:g}")
        for one, other in pairwise(self.bands):
            if one.to != other.from_:
                what = "overlap" if one.to > other.from_ else "leave a gap"
                raise ValueError(f"bands {what} at {min(one.to, other.from_):g}: write each from "
                                 "where the one before ends")  # fmt: skip
            if one.points > other.points:
                raise ValueError(
                    f"points fall at {other.from_:g}: a higher rate must not earn less"
                )
        return self

    @property
    def knots_pct(self) -> tuple[float, ...]:
        return tuple(band.from_ for band in self.bands)

    def _share(self, rate_pct: float) -> float:
        held = next(band for band in reversed(self.bands) if rate_pct >= band.from_)
        return held.points / self.max_points


class RatioToTarget(CriterionBase):
    """``ratio_to_target``: points = max × rate / target, at most max.

    >>> rule = RatioToTarget(**EXAMPLE, rule="ratio_to_target", target=80)
    >>> [round(rule.points_at(rate), 4) for rate in (6.5, 40, 90)]
    [0.1219, 0.75, 1.5]
    """

    rule: Literal["ratio_to_target"]
    target: Annotated[float, Field(gt=0, le=100)]

    def _share(self, rate_pct: float) -> float:
        return min(1.0, rate_pct / self.target)


class Stated(CriterionBase):
    """``stated``: only a source gives the points; no rate leads to them, and asking is refused."""

    rule: Literal["stated"]

    def _share(self, rate_pct: float) -> float:
        raise ValueError(f"{self.code}: no rate leads to its points; leave it out")


Criterion = Annotated[
    Linear | LinearAbove | ProportionalBetween | Bands | RatioToTarget | Stated,
    Field(discriminator="rule"),
]


class Area(Entry):
    """A part of the index; where ``complete``, its criteria's maxima add up to its own."""

    code: Code
    max_points: PositiveFloat
    complete: bool
    status: Status
    source: str


class Rulebook(Entry):
    """All rules of one year; ``file`` is where they were read."""

    year: int
    max_points: PositiveFloat
    areas: tuple[Area, ...]
    criteria: tuple[Criterion, ...]
    file: str = ""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for what, codes in (("areas", [area.code for area in self.areas]),
                            ("criteria", [one.code for one in self.criteria])):  # fmt: skip
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                raise ValueError(f"{what}: {', '.join(twice)} stands twice; give each its own code")
        declared = sum(area.max_points for area in self.areas)
        if abs(declared - self.max_points) > _SLACK:
            raise ValueError(f"areas add up to {declared:g} points, max_points says "
                             f"{self.max_points:g}; correct one of them")  # fmt: skip
        known = {area.code for area in self.areas}
        for one in self.criteria:
            if one.area not in known:
                raise ValueError(
                    f"criterion {one.code}: area {one.area!r:.60} is not among the areas"
                )
        for area in self.areas:
            held = sum(one.max_points for one in self.criteria if one.area == area.code)
            if held > area.max_points + _SLACK or (
                area.complete and held < area.max_points - _SLACK
            ):
                raise ValueError(f"area {area.code}: its criteria add up to {held:g} points, it "
                                 f"declares {area.max_points:g}; correct one of them")  # fmt: skip
        return self

    def __getitem__(self, code: str) -> CriterionBase:
        """The criterion ``code``; ValueError naming all where there is none."""
        for one in self.criteria:
            if one.code == code:
                return one
        known = ", ".join(one.code for one in self.criteria)
        raise ValueError(f"criterion {code!r} is not in {self.file}; choose one of {known}")


def load(province: str, year: int) -> Rulebook:
    """The rules of a province and year: its own rules.toml, else the year's, else the nearest's.

    Rules of another year are carried over: rules and maxima are then all "assumed".
    """
    own = paths.raw(province, year) / "rules.toml"
    if own.is_file():
        rules = read(own)
    else:
        files = {int(file.stem.rpartition("_")[2]): file for file in RULES.glob("par_index_*.toml")}
        rules = read(files[min(files, key=lambda known: (abs(known - year), known))])
    if rules.year == year:
        return rules
    carried = {"status": "assumed", "max_points_status": "assumed"}
    return rules.model_copy(
        update={
            "areas": tuple(a.model_copy(update={"status": "assumed"}) for a in rules.areas),
            "criteria": tuple(one.model_copy(update=carried) for one in rules.criteria),
        }
    )


def read(file: Path) -> Rulebook:
    """A rulebook from TOML; ValueError naming the file and every fault in it."""
    written = read_toml(file, name=file.name)
    try:
        return Rulebook.model_validate(written | {"file": file.name})
    except ValidationError as error:
        faults = [_say(fault, written) for fault in error.errors()]
        raise ValueError("\n".join(f"{file.name}{fault}" for fault in faults)) from None


def _say(fault: dict, written: dict) -> str:
    place, here, numbered = "", written, False
    for part in fault["loc"]:
        held = here if isinstance(here, dict) else {}
        if isinstance(part, int):
            here, numbered = here[part], True
            code = here.get("code", part + 1) if isinstance(here, dict) else part + 1
            place += f" {code!s:.60}"
        elif numbered and part == held.get("rule"):  # pydantic names the kind of rule it took
            numbered = False
        else:
            here, numbered = held.get(part), False
            place += f", {part!s:.60}"
    value = "" if isinstance(fault["input"], dict) else f" {fault['input']!r:.60}:"
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "is not known here; see par_lib/scoring/rules for the names there are"
    return f"{place}:{value} {message}"


_RULE_WORDS = {
    "linear": N_("in proportion"),
    "linear_above": N_("in proportion from {knots} on, nothing below"),
    "proportional_between": N_("in proportion between {knots}"),
    "bands": N_("in steps at {knots}"), "ratio_to_target": N_("in proportion up to {knots}"),
}  # fmt: skip


def rule_words(rule: CriterionBase, language: Language) -> str:
    """How a rule turns a rate into points, with the rates at which it bends or jumps.

    >>> from par_lib.language.translation import language
    >>> rule_words(RatioToTarget(**EXAMPLE, rule="ratio_to_target", target=80), language("en"))
    'in proportion up to 80%'
    """
    knots = [language.percent(knot, 0 if knot.is_integer() else 1) for knot in rule.knots_pct]
    return language(_RULE_WORDS[rule.rule], knots=language.listing(knots))
