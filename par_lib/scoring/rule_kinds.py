"""Kinds of scoring rules: each turns a rate of 0 to 100 % into points of one criterion.

All of them rise with the rate or stay level, so an interval of rates gives an interval of points.
"""

from abc import abstractmethod
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    field_validator,
    model_validator,
)  # fmt: skip

from par_lib.cleaning import schema
from par_lib.language.translation import N_, Language

Status = Literal["stated", "assumed"]
Percent = Annotated[float, Field(ge=0, le=100)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

EXAMPLE = {"code": "example", "area": "example", "max_points": 1.5, "status": "assumed",
           "max_points_status": "stated", "source": "for the doctests"}  # fmt: skip


class Entry(BaseModel):
    """A part of a rulebook: an unknown field is refused, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _require(pointer: str, names: dict[str, tuple[str, ...] | None]) -> None:
    """ValueError unless the pointer is empty or ``kind:name`` with a name of that kind."""
    kind, _, name = pointer.partition(":")
    if not pointer:
        return
    if kind not in names:
        raise ValueError(f"begin it with one of {', '.join(f'{one}:' for one in names)}")
    if names[kind] is not None and name not in names[kind]:
        raise ValueError(f"{name!r} is not one of {', '.join(names[kind])}")


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

    @field_validator("points")
    @classmethod
    def _points_exist(cls, pointer: str) -> str:
        _require(pointer, {"sipas": schema.COMPONENTS, "scores": schema.CRITERIA})
        return pointer

    @field_validator("measure")
    @classmethod
    def _measure_exists(cls, pointer: str) -> str:
        _require(pointer, {"sipas": schema.COMPONENTS, "on_time": schema.LEVELS,
                           "disbursement": schema.LEVELS, "indicators": None})  # fmt: skip
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
        return ()

    def points_for(self, rate_pct: pd.Series) -> pd.Series:
        """Points by the rule for rates of 0 to 100 %; range [0, max_points]; missing stays missing.

        ValueError for a rate outside 0 to 100.
        """
        return rate_pct.astype(float).map(self.points_at, na_action="ignore")

    def points_at(self, rate_pct: float) -> float:
        """Points for one rate, as ``points_for``."""
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

    >>> rule = Linear.model_validate(EXAMPLE | {"rule": "linear"})
    >>> rule.points_for(pd.Series([0, 79.48])).round(4).tolist()
    [0.0, 1.1922]
    """

    rule: Literal["linear"]

    def _share(self, rate_pct: float) -> float:
        return rate_pct / 100


class LinearAbove(CriterionBase):
    """``linear_above``: points = max × rate / 100 from ``threshold`` on, zero below it.

    >>> rule = LinearAbove.model_validate(
    ...     EXAMPLE | {"rule": "linear_above", "threshold": 70})
    >>> rule.points_for(pd.Series([69.9, 70, 80])).round(4).tolist()
    [0.0, 1.05, 1.2]
    """

    rule: Literal["linear_above"]
    threshold: Percent

    @property
    def knots_pct(self) -> tuple[float, ...]:
        return (self.threshold,)

    def _share(self, rate_pct: float) -> float:
        return rate_pct / 100 if rate_pct >= self.threshold else 0.0


class ProportionalBetween(CriterionBase):
    """``proportional_between``: points = max × (rate − zero_at) / (full_at − zero_at), in [0, max].

    >>> rule = ProportionalBetween.model_validate(
    ...     EXAMPLE | {"rule": "proportional_between", "zero_at": 70, "full_at": 90})
    >>> rule.points_for(pd.Series([60, 75, 95])).tolist()
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

    @property
    def knots_pct(self) -> tuple[float, ...]:
        return (self.zero_at, self.full_at)

    def _share(self, rate_pct: float) -> float:
        return float(np.clip((rate_pct - self.zero_at) / (self.full_at - self.zero_at), 0, 1))


class Band(Entry):
    """Rates from ``from`` up to (without) ``to``, and their points; the last ends with 100."""

    from_: Annotated[float, Field(alias="from", ge=0, le=100)]
    to: Percent
    points: Annotated[float, Field(ge=0)]


class Bands(CriterionBase):
    """``bands``: the points of the band the rate lies in; each from (with) to (without).

    >>> bands = [{"from": 0, "to": 50, "points": 0}, {"from": 50, "to": 100, "points": 1.5}]
    >>> rule = Bands.model_validate(EXAMPLE | {"rule": "bands", "bands": bands})
    >>> rule.points_for(pd.Series([49.9, 50, 100])).tolist()
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

    >>> rule = RatioToTarget.model_validate(
    ...     EXAMPLE | {"rule": "ratio_to_target", "target": 80})
    >>> rule.points_for(pd.Series([6.5, 40, 90])).round(4).tolist()
    [0.1219, 0.75, 1.5]
    """

    rule: Literal["ratio_to_target"]
    target: Annotated[float, Field(gt=0, le=100)]

    @property
    def knots_pct(self) -> tuple[float, ...]:
        return (self.target,)

    def _share(self, rate_pct: float) -> float:
        return min(1.0, rate_pct / self.target)


class Stated(CriterionBase):
    """``stated``: only a source gives the points; no rate leads to them, and asking is refused."""

    rule: Literal["stated"]

    def _share(self, rate_pct: float) -> float:
        raise ValueError(f"{self.code}: its rule is 'stated'; no rate gives its points")


Criterion = Annotated[
    Linear | LinearAbove | ProportionalBetween | Bands | RatioToTarget | Stated,
    Field(discriminator="rule"),
]


_RULE_WORDS = {
    "linear": N_("in proportion"),
    "linear_above": N_("in proportion from {knots} on, nothing below"),
    "proportional_between": N_("in proportion between {knots}"),
    "bands": N_("in steps at {knots}"), "ratio_to_target": N_("in proportion up to {knots}"),
}  # fmt: skip


def rule_words(rule: CriterionBase, language: Language) -> str:
    """How a rule turns a rate into points, with the rates at which it bends or jumps.

    >>> from par_lib.language.translation import language
    >>> rule = RatioToTarget.model_validate(EXAMPLE | {"rule": "ratio_to_target", "target": 80})
    >>> rule_words(rule, language("en"))
    'in proportion up to 80%'
    """
    knots = [language.percent(knot, 0 if knot.is_integer() else 1) for knot in rule.knots_pct]
    return language(_RULE_WORDS[rule.rule], knots=language.listing(knots))
