"""Points, rates and shares: pure arithmetic on columns.

Data first, options keyword-only, nothing read or written. A missing value stays missing: it is
neither zero nor the mean. A second column must carry the same row labels as the first, because
pandas would otherwise pair what it can and drop the rest without a word.
"""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

ROUNDING_SLACK = 1e-9  # relative: sums of decimal fractions miss the true sum by this little


def convert_satisfaction(
    satisfaction_pct: pd.Series, *, max_points: float | pd.Series
) -> pd.Series:
    """Convert SIPAS satisfaction to PAR INDEX points.

    points = satisfaction_pct / 100 × max_points; higher is better; range [0, max_points].
    A missing satisfaction stays missing: it is not zero satisfaction. ValueError for a
    satisfaction outside 0–100 or a maximum that is not above zero.
    Reference: the five SIPAS components of the PAR INDEX 2022, 1.5 + 1.5 + 2.5 + 2.5 + 2 points.
    The proportion itself is how we read the index: the official annex is not available to us.

    >>> convert_satisfaction(pd.Series([79.48]), max_points=1.5).round(4).item()
    1.1922
    """
    satisfaction = _part(satisfaction_pct, "satisfaction_pct", of=100.0, whole_name="100 percent")
    return satisfaction / 100 * _maximum(max_points, satisfaction)


def recover_satisfaction(points: pd.Series, *, max_points: float | pd.Series) -> pd.Series:
    """Recover SIPAS satisfaction from PAR INDEX points; undoes ``convert_satisfaction``.

    satisfaction_pct = 100 × points / max_points; percent; higher is better; range [0, 100].
    Missing points stay missing. ValueError for points below zero or above the maximum, and for
    a maximum that is not above zero.

    >>> recover_satisfaction(pd.Series([1.413]), max_points=2).round(2).item()
    70.65
    """
    maximum = _maximum(max_points, points)
    return 100 * _part(points, "points", of=maximum, whole_name="max_points") / maximum


def lost_points(points: pd.Series, *, max_points: float | pd.Series) -> pd.Series:
    """Points that could be earned and were not.

    lost = max_points − points; points; lower is better; range [0, max_points]. Missing points
    are an unknown loss, not a total one: they stay missing. Errors as ``recover_satisfaction``.

    >>> lost_points(pd.Series([0.59]), max_points=1.5).round(2).item()
    0.91
    """
    maximum = _maximum(max_points, points)
    return maximum - _part(points, "points", of=maximum, whole_name="max_points")


def on_time_rate(on_time: pd.Series, *, of: float | pd.Series) -> pd.Series:
    """Share of dossiers resolved on time.

    rate = 100 × on_time / of; percent; higher is better; range [0, 100]. ``of`` is the basis
    (received, resolved or due) and must be named beside the rate. No dossiers, no rate: a zero
    basis gives missing, as does a missing count. ValueError where more are on time than there are.

    >>> on_time_rate(pd.Series([55724, 0]), of=pd.Series([72199, 0])).round(2).tolist()
    [77.18, nan]
    """
    return _percent(on_time, of, names=("on_time", "of"))


def share(part: pd.Series, *, total: float | pd.Series) -> pd.Series:
    """Share of a total.

    share = 100 × part / total; percent; no direction; range [0, 100]. A zero or missing total,
    or a missing part, gives missing. ValueError for a part below zero or above its total.

    >>> share(pd.Series([11193]), total=41657).round(2).item()
    26.87
    """
    return _percent(part, total, names=("part", "total"))


def required_reduction(
    late_low: pd.Series, late_high: pd.Series, *, total: float, target_reduction_pct: float
) -> pd.DataFrame:
    """What each unit must clear to bring the total down, if all clear the same proportion.

    clear = late × target_reduction_pct / 100, rounded up to whole dossiers, so the target is met
    and never just missed; share_of_total_pct = 100 × clear / total. Both as ``_low``/``_high``:
    a unit with 0 to 3551 late dossiers must clear between 0 and that proportion of 3551. Missing
    stays missing; a zero total has no shares.
    ValueError for a target outside 0–100, a low above its high, or more late than the total.

    >>> required_reduction(
    ...     pd.Series({"Điện Bàn": 11193}), pd.Series({"Điện Bàn": 11193}),
    ...     total=41657, target_reduction_pct=30,
    ... ).round(2).loc["Điện Bàn"].tolist()
    [3358.0, 3358.0, 8.06, 8.06]
    """
    if not 0 <= target_reduction_pct <= 100:
        raise ValueError(f"target_reduction_pct is {target_reduction_pct}; it must be 0 to 100")
    high = _part(late_high, "late_high", of=total, whole_name="total")
    low = _part(late_low, "late_low", of=high, whole_name="late_high")
    if low.sum() > total * (1 + ROUNDING_SLACK):
        raise ValueError(
            f"late_low adds up to {low.sum():.15g}, above total {total:.15g}; correct one of them"
        )
    # Digits below a billionth are the computer's, and must not cost a whole dossier.
    clear = pd.DataFrame({"clear_low": low, "clear_high": high}) * target_reduction_pct / 100
    clear = np.ceil(clear.round(9))
    for end in ("low", "high"):
        clear[f"share_of_total_pct_{end}"] = 100 * clear[f"clear_{end}"] / (total or math.nan)
    return clear.astype({"clear_low": "Int64", "clear_high": "Int64"})


def fewest_units_for(late: pd.Series, *, amount: float) -> int | None:
    """How many of the largest units hold the amount together.

    Smallest k such that the k largest values add up to at least ``amount``; lower means more
    concentrated; 0 for an amount of zero; None when even all known values fall short. Missing
    values take no part: with them known, fewer units might do. ValueError for a value or an
    amount below zero.

    >>> fewest_units_for(pd.Series([11193, 7076, 4308]), amount=12498)
    2
    """
    if math.isnan(amount):
        return None
    if not amount >= 0:
        raise ValueError(f"amount is {amount}; it must be zero or more")
    largest_first = _part(late, "late").dropna().sort_values(ascending=False)
    held = np.concatenate([[0.0], largest_first.cumsum()])  # by the k largest, from k = 0
    units = int(np.searchsorted(held, amount * (1 - ROUNDING_SLACK)))
    return units if units < len(held) else None


def _percent(part: pd.Series, whole: float | pd.Series, *, names: tuple[str, str]) -> pd.Series:
    wholes = _part(_like(whole, part, names[1]), names[1])
    return 100 * _part(part, names[0], of=wholes, whole_name=names[1]) / wholes.mask(wholes == 0)


def _maximum(max_points: float | pd.Series, data: pd.Series) -> pd.Series:
    maximum = _like(max_points, data, "max_points")
    _refuse(
        maximum <= 0,
        lambda row: f"max_points is {maximum.iloc[row]:.15g}; it must be above zero",
    )
    return maximum


def _part(
    values: pd.Series, name: str, *, of: float | pd.Series = math.inf, whole_name: str = ""
) -> pd.Series:
    """Values as float, each known to lie between zero and its whole."""
    part, whole = values.astype(float), _like(of, values, whole_name)
    _refuse(
        part < 0,
        lambda row: f"{name} {part.iloc[row]:.15g} is below zero; correct the figure",
    )
    _refuse(
        part > whole,
        lambda row: (
            f"{name} {part.iloc[row]:.15g} is above {whole_name} {whole.iloc[row]:.15g}; "
            "correct one of them"
        ),
    )
    return part


def _like(number: float | pd.Series, data: pd.Series, name: str) -> pd.Series:
    """One number per row of the data, as float."""
    if not isinstance(number, pd.Series):
        return pd.Series(number, index=data.index, dtype=float)
    if not number.index.equals(data.index):
        raise ValueError(f"{name} has other row labels than the data; reindex it to the data first")
    return number.astype(float)


def _refuse(wrong: pd.Series, explain: Callable[[int], str]) -> None:
    """Stop at the first wrong row, named by its label."""
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise ValueError(f"row {wrong.index[row]!r}: {explain(row)}")
