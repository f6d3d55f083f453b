"""Districts compared over intervals: score, surely among the worst or not, who moved the number.

No weight and no limit here is official: they are parameters, and provinces use different ones.
"""

import numpy as np
import pandas as pd

from par_lib.cleaning.tables import Tables, longest_period
from par_lib.cleaning.units import units_on
from par_lib.scoring import formulas, intervals

PARTS = ("on_time", "disbursement", "sipas")
VERDICTS = ("surely", "possibly", "no")


def parts(data: Tables, satisfaction: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the year knows of each district, as scores of 0 to 100, higher is better.

    Index unit_code; columns unit and, for each of PARTS, ``<part>_low``, ``<part>_high``: [0, 100]
    where nothing is known of a district, missing throughout where nothing is known of any.

    on_time: 100 × (1 − late / resolved) where dossiers resolved are known of any district, else
    100 − its share of all districts' late dossiers (``on_time_is`` in attrs: "rate", "share" or
    ""). disbursement: the rate at the last date. sipas: the interval ``likely_pct`` of
    ``satisfaction`` (survey.overall by unit_code), else the satisfaction published.
    """
    known = units_on(data.units, f"{data.year}-12-31", level="district")
    frame = known.set_index("code")[["name"]].rename(columns={"name": "unit"})
    frame = frame.rename_axis("unit_code")
    kind, on_time = _on_time(data)
    if satisfaction is None or satisfaction.empty:
        published = data.sipas.query("level == 'district' and component == 'overall'")
        sipas = _pair(published, "satisfaction_pct", "satisfaction_pct")
    else:
        sipas = _pair(satisfaction, "likely_pct_low", "likely_pct_high")
    capital = data.disbursement.query("level == 'district' and scope == 'total'")
    latest = capital[capital["as_of"] == capital["as_of"].max()]
    disbursed = _pair(latest, "rate_pct_low", "rate_pct_high")
    for name, pair in zip(PARTS, (on_time, disbursed, sipas), strict=True):
        held = pair.reindex(frame.index)
        if held.notna().any(axis=None):
            held = pd.DataFrame({"low": held["low"].fillna(0), "high": held["high"].fillna(100)})
        frame[[f"{name}_low", f"{name}_high"]] = held.clip(upper=100)
    frame.attrs["on_time_is"] = kind
    return frame


def composite(frame: pd.DataFrame, *, weights: dict[str, float]) -> pd.DataFrame:
    """Weighted mean of the parts: score_low, score_high; 0 to 100, higher is better.

    score = Σ weight × part / Σ weight, at both ends: no completion of the data lies outside. A part
    that is missing throughout is left out. ValueError for a weight below zero, an unknown part,
    or no weight left.

    >>> frame = pd.DataFrame({"a_low": [50.0], "a_high": [70.0], "b_low": [90.0], "b_high": [90.0]})
    >>> composite(frame, weights={"a": 3, "b": 1}).to_numpy().tolist()
    [[60.0, 75.0]]
    """
    for name, weight in weights.items():
        if f"{name}_low" not in frame or weight < 0:
            raise ValueError(f"weight {name}={weight:g}: name a part of the table, zero or more")
    used = {name: weight for name, weight in weights.items()
            if weight and frame[f"{name}_low"].notna().all()}  # fmt: skip
    if not used:
        raise ValueError("no part with a weight has figures this year; give others a weight")
    total = sum(used.values())
    ends = {
        f"score_{end}": sum(weight * frame[f"{name}_{end}"] for name, weight in used.items())
        / total
        for end in ("low", "high")
    }
    return pd.DataFrame(ends, index=frame.index)


def among_worst(low: pd.Series, high: pd.Series, *, count: int) -> pd.Series:
    """Whether each unit is among the ``count`` with the lowest values: VERDICTS.

    "surely": in every completion of the intervals; "no": in none; "possibly": else. Units that tie
    with the last of the worst are among them.

    >>> low, high = pd.Series([10, 40, 30, 80]), pd.Series([20, 60, 90, 90])
    >>> among_worst(low, high, count=2).tolist()
    ['surely', 'possibly', 'possibly', 'no']
    """
    if not 1 <= count <= len(low):
        raise ValueError(f"count is {count}; it must be 1 to {len(low)}")
    place = intervals.rank_range(low, high, best="low")
    verdict = np.select([place["rank_high"] <= count, place["rank_low"] > count],
                        ["surely", "no"], "possibly")  # fmt: skip
    return pd.Series(verdict, index=low.index, dtype="str")


def band(low: pd.Series, high: pd.Series, *, limits: list[float]) -> pd.DataFrame:
    """Which band each interval lies in: band_low, band_high, 0 below the first limit.

    A value on a limit is in the band above it. ``limits`` rise; ValueError where they do not.

    >>> band(pd.Series([50, 65]), pd.Series([50, 85]), limits=[50, 70, 80]).to_numpy().tolist()
    [[1, 1], [1, 3]]
    """
    if not limits or sorted(set(limits)) != list(limits):
        raise ValueError(f"limits {limits}: write rising numbers, as 50, 70, 90")
    ends = {
        f"band_{name}": np.searchsorted(limits, end.to_numpy(dtype=float), side="right")
        for name, end in (("low", low), ("high", high))
    }
    return pd.DataFrame(ends, index=low.index)


def decompose_count(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved a sum: each unit's own change. Frames with the same index and columns low, high.

    change_low = after low − before high, change_high = after high − before low; where counts are
    exact the changes add up to that of the sum. ValueError for a unit in only one frame.
    """
    _require_same(before, after)
    return pd.DataFrame({
        "change_low": after["low"] - before["high"],
        "change_high": after["high"] - before["low"],
    })  # fmt: skip


def decompose_rate(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved a rate: the units' own rates, and the shift of weight between them.

    Frames with the same index and columns part, whole (late and resolved): R = Σ part / Σ whole.
    With unit rates r and weights w = whole / Σ whole, exactly:

        ΔR = Σ w̄·Δr  +  Σ (r̄ − R̄)·Δw        (bars: mean of both periods)

    rate_effect_pct is the first term of each unit, mix_effect_pct the second, change_pct their sum;
    percentage points of R, adding up to ΔR. A unit without a whole in one period keeps the other's
    rate. ValueError for a unit in only one frame, a missing figure, a part without a whole, or a
    period without any whole.
    Reference: E. M. Kitagawa, J. Am. Stat. Assoc. 50 (1955) 1168.

    >>> before = pd.DataFrame({"part": [10, 30], "whole": [100, 100]}, index=["A", "B"])
    >>> after = pd.DataFrame({"part": [10, 60], "whole": [100, 200]}, index=["A", "B"])
    >>> decompose_rate(before, after)["change_pct"].round(4).tolist()  # 20 % to 23.3333 %
    [1.9444, 1.3889]
    """
    _require_same(before, after)
    rates, weights, totals = [], [], []
    for name, frame in (("before", before), ("after", after)):
        part, whole = frame["part"].astype(float), frame["whole"].astype(float)
        if not whole.sum() > 0:
            raise ValueError(f"{name}: the wholes add up to {whole.sum():g}; nothing to divide by")
        wrong = part.isna() | whole.isna() | ((part > 0) & (whole == 0))
        if wrong.any():
            raise ValueError(f"{name}, {wrong.idxmax()}: part and whole must both be known, and a "
                             "part needs a whole")  # fmt: skip
        rates.append(100 * part / whole.mask(whole == 0))
        weights.append(whole / whole.sum())
        totals.append(100 * part.sum() / whole.sum())
    first, last = rates[0].fillna(rates[1]).fillna(0), rates[1].fillna(rates[0]).fillna(0)
    rate_effect = (weights[0] + weights[1]) / 2 * (last - first)
    mix_effect = ((first + last) / 2 - sum(totals) / 2) * (weights[1] - weights[0])
    return pd.DataFrame({
        "rate_effect_pct": rate_effect,
        "mix_effect_pct": mix_effect,
        "change_pct": rate_effect + mix_effect,
    })  # fmt: skip


def change_by_level(data: Tables, before: Tables | None) -> tuple[str, pd.DataFrame]:
    """Late dossiers by level in two periods: what kind of periods, and their change.

    Kind "years": the year less the year before, where both have totals; else "halves": the second
    half of the year (the year less its first half) less the first; else "" and an empty frame.
    Columns level, change_low, change_high, source, locator.
    """
    whole, half = _totals(data, 12), _totals(data, 6)
    past = _totals(before, 12) if before is not None else whole.iloc[:0]
    both = whole.index.intersection(past.index)
    kind, earlier, later = "years", past.loc[both], whole.loc[both]
    if both.empty:
        both = whole.index.intersection(half.index)
        kind, earlier, later = "halves", half.loc[both], whole.loc[both]
        later = later.assign(
            low=later["low"] - earlier["high"], high=later["high"] - earlier["low"]
        )
    if both.empty:
        kind = ""
    moved = decompose_count(earlier[["low", "high"]], later[["low", "high"]])
    for name in ("source", "locator"):
        moved[name] = earlier[name] + "; " + later[name]
    return kind, moved.reset_index()


def late_rates(data: Tables, *, level: str) -> pd.DataFrame:
    """Late dossiers as a share of those resolved, by unit, highest first; empty where not known.

    late_pct_low, late_pct_high: 100 × late / resolved, 0 to 100, lower is better; over the longest
    period, for units whose resolved dossiers are known. ``attrs["whole_pct"]``: of all of them
    together, missing where one count is a bound.
    """
    rows = longest_period(data.late_dossiers.query("level == @level"))
    own = rows[(rows["unit"] != data.place) & rows["resolved"].gt(0) & rows["late_low"].notna()]
    whole = own["resolved"].astype(float)
    ends = {
        f"late_pct_{end}": (100 * own[f"late_{end}"].astype(float) / whole).clip(upper=100)
        for end in ("low", "high")
    }
    rates = own.assign(**ends).sort_values("late_pct_high", ascending=False, ignore_index=True)
    exact = len(rates) and rates["late_low"].eq(rates["late_high"]).all()
    late = rates["late_low"].sum() if exact else float("nan")
    rates.attrs["whole_pct"] = float(100 * late / whole.sum()) if exact else float("nan")
    return rates


def late_and_resolved(data: Tables) -> pd.DataFrame:
    """Districts of which both counts are known, over the longest period; index unit_code."""
    rows = longest_period(data.late_dossiers.query("level == 'district'"))
    exact = (rows["late_low"] == rows["late_high"]).fillna(False)
    rows = rows[(rows["unit"] != data.place) & rows["resolved"].notna() & exact]
    return rows.set_index("unit_code")


def lost_points_by_unit(
    late: pd.DataFrame, *, total: float, lost_points: tuple[float, float]
) -> pd.DataFrame:
    """A criterion's lost points laid on units by their share of what lost them.

    ``late`` has columns low, high; ``lost_points`` is (lowest, highest). lost_low = lowest ×
    low / total, lost_high = highest × high / total; points, lower is better. That points are lost
    in proportion to late dossiers is our reading. Errors as ``scoring.share``.

    >>> late = pd.DataFrame({"low": [30, 0], "high": [30, 70]})
    >>> lost_points_by_unit(late, total=100, lost_points=(0.5, 1)).to_numpy().tolist()
    [[0.15, 0.3], [0.0, 0.7]]
    """
    return pd.DataFrame({
        f"lost_points_{end}": formulas.share(late[end].astype(float), total=total)
        / 100
        * points
        for end, points in zip(("low", "high"), lost_points, strict=True)
    })  # fmt: skip


def _totals(data: Tables, months: int) -> pd.DataFrame:
    """Totals of the year's first months, by level; a level told twice is left out."""
    rows = data.late_dossiers[data.late_dossiers["unit"] == data.place]
    start = pd.Timestamp(data.year, 1, 1)
    end = start + pd.DateOffset(months=months, days=-1)
    rows = rows[(rows["period_start"] == start) & (rows["period_end"] == end)]
    rows = rows[~rows["level"].duplicated(keep=False)]
    ends = {"low": rows["late_low"].astype(float), "high": rows["late_high"].astype(float)}
    return rows.assign(**ends).set_index("level")


def _on_time(data: Tables) -> tuple[str, pd.DataFrame]:
    late = longest_period(data.late_dossiers.query("level == 'district'"))
    units = late[late["unit"] != data.place]
    if units["resolved"].notna().any():
        ends = {
            end: 100 * (1 - units[f"late_{other}"].astype(float) / units["resolved"].astype(float))
            for end, other in (("low", "high"), ("high", "low"))
        }
        pair = units.assign(**{name: end.where(end >= 0) for name, end in ends.items()})
        return "rate", _pair(pair, "low", "high")
    total = late.loc[late["unit"] == data.place, "late_low"]
    most = units[["late_low", "late_high"]].max(axis=None)
    if len(total) != 1 or total.isna().any() or units.empty or most > total.item():
        return "", pd.DataFrame(columns=["low", "high"], dtype=float)
    low = 100 - formulas.share(units["late_high"].astype(float), total=total.item())
    high = 100 - formulas.share(units["late_low"].astype(float), total=total.item())
    return "share", _pair(units.assign(low=low, high=high), "low", "high")


def _pair(frame: pd.DataFrame, low: str, high: str) -> pd.DataFrame:
    """Lowest and highest by unit_code; where sources differ, the hull of what they say."""
    ends = frame.groupby("unit_code").agg(low=(low, "min"), high=(high, "max"))
    return ends.astype(float)


def _require_same(before: pd.DataFrame, after: pd.DataFrame) -> None:
    alone = before.index.symmetric_difference(after.index)
    if len(alone):
        raise ValueError(f"only in one period: {', '.join(map(str, alone))}; leave out or add them")
