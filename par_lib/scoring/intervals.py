"""Arithmetic on values of which some are known only within bounds.

A value is a pair low, high; exact where both are equal. Nothing is imputed: every function
gives the lowest and the highest result that some completion of the data can reach.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def rank_range(
    low: pd.Series, high: pd.Series, *, best: str = "high",
    shared: pd.Series | None = None, shared_total: float = np.inf,
) -> pd.DataFrame:  # fmt: skip
    """Best and worst rank of each unit over every completion; 1 is best, ties share a rank.

    ``best`` says whether the highest or the lowest value has rank 1. A missing high is
    unbounded; a unit with both ends missing can have any rank, and so it opens those of others.
    Best rank = 1 + units surely better; worst rank = 1 + other units possibly better.

    Where the units marked by ``shared`` (each from 0) have ``shared_total`` together, at most k
    of them can be above a value v, k·v < total: fewer than could be one by one. The range is then
    never too narrow, though not always the narrowest.

    >>> rank_range(pd.Series([9, 0, 0]), pd.Series([9, 4, 4])).to_numpy().tolist()
    [[1, 1], [2, 3], [2, 3]]
    >>> low, high = pd.Series([3, 0, 0]), pd.Series([3, 4, 4])
    >>> rank_range(low, high, shared=high > 3, shared_total=4).loc[0].tolist()
    [1, 2]
    """
    if best not in ("high", "low"):
        raise ValueError(f"best={best!r}: choose high or low")
    lower = low.astype(float).fillna(-np.inf).to_numpy()
    upper = high.astype(float).fillna(np.inf).to_numpy()
    if best == "low":
        lower, upper = -upper, -lower
    surely = (lower[None, :] > upper[:, None]).sum(axis=1)
    possibly = upper[None, :] > lower[:, None]
    np.fill_diagonal(possibly, False)
    better = possibly.sum(axis=1)
    if shared is not None and best == "high":
        members = shared.to_numpy(dtype=bool)
        of_group = possibly[:, members].sum(axis=1)
        above = np.divide(shared_total, lower, out=np.full(len(lower), np.inf), where=lower > 0)
        room = np.maximum(np.ceil(above) - 1, 0)
        better = better - of_group + np.minimum(of_group, room).astype(int)
    return pd.DataFrame({"rank_low": 1 + surely, "rank_high": 1 + better}, index=low.index)


def lead(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """By how much ``one`` surely exceeds ``other``, both as (lowest, highest), in their unit.

    lowest = one's lowest − other's highest, above 0; highest = one's highest − other's lowest. Both
    missing where one of the two is, or where the intervals meet: no lead is then sure.

    >>> lead((80.0, 80.0), (74.0, 75.0)), lead((74.0, 75.0), (80.0, 80.0))
    ((5.0, 6.0), (nan, nan))
    """
    low, high = one[0] - other[1], one[1] - other[0]
    return (low, high) if low > 0 else (float("nan"), float("nan"))


def gini(values: Sequence[float] | pd.Series) -> float:
    """Gini coefficient of non-negative values: 0 all equal, (n − 1)/n all in one unit.

    G = Σ (2i − n − 1) x_i / (n Σ x_i), x ascending, i from 1. Missing where the total is zero.

    >>> gini([0, 0, 0, 12])
    0.75
    """
    ordered = _ascending(values)
    total = ordered.sum()
    if total == 0:
        return float("nan")
    n = len(ordered)
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float((weights * ordered).sum() / (n * total))


def gini_bounds(
    known: pd.Series, *, group_total: float = 0.0, group_size: int = 0
) -> tuple[float, float]:
    """Lowest and highest Gini when ``group_size`` more units share ``group_total``.

    The Gini coefficient is Schur-convex: an equal split of what the group shares gives the
    lowest value, all of it in one unit the highest.
    """
    equal, single = _extremes(known, group_total, group_size)
    return gini(equal), gini(single)


def lorenz_bounds(
    known: pd.Series, *, group_total: float = 0.0, group_size: int = 0
) -> pd.DataFrame:
    """Lorenz curve with bounds: share_of_units_pct (0 to 100), low_pct, high_pct.

    Units are in ascending order. Majorisation puts the curve of the equal split above that of
    every other split, and the curve of "all in one unit" below.
    """
    equal, single = _extremes(known, group_total, group_size)
    shares = {"low_pct": _cumulative_pct(_ascending(single)),
              "high_pct": _cumulative_pct(_ascending(equal))}  # fmt: skip
    return pd.DataFrame({"share_of_units_pct": np.linspace(0, 100, len(equal) + 1), **shares})


def pareto_bounds(
    known: pd.Series, *, group_total: float = 0.0, group_size: int = 0
) -> pd.DataFrame:
    """Cumulative share of the largest units with bounds: units (0 to n), low_pct, high_pct."""
    equal, single = _extremes(known, group_total, group_size)
    shares = {"low_pct": _cumulative_pct(_ascending(equal)[::-1]),
              "high_pct": _cumulative_pct(_ascending(single)[::-1])}  # fmt: skip
    return pd.DataFrame({"units": np.arange(len(equal) + 1), **shares})


def top_share_bounds(
    known: pd.Series, *, top: int, group_total: float = 0.0, group_size: int = 0
) -> tuple[float, float]:
    """Lowest and highest share, in percent, of the ``top`` largest units."""
    row = pareto_bounds(known, group_total=group_total, group_size=group_size).iloc[top]
    return float(row["low_pct"]), float(row["high_pct"])


def change_between(
    table: pd.DataFrame, *, start: object, end: object, value: str,
    on: str = "unit_code", date: str = "as_of", same: Sequence[str] = ("basis", "scope"),
) -> pd.DataFrame:  # fmt: skip
    """Change of a partly known value between two dates, one row a unit present at both.

    Columns: ``on``, start_low, start_high, end_low, end_high, change_low, change_high and the
    columns of ``same``; lowest change = end low − start high, highest = end high − start low.
    Raises ValueError for a unit on different bases, and for one present at a single date.
    """
    low, high = f"{value}_low", f"{value}_high"
    columns = {low: "low", high: "high"}
    first, last = (
        table[table[date] == day].set_index(on)[[low, high, *same]].rename(columns=columns)
        for day in (start, end)
    )
    alone = sorted(first.index.symmetric_difference(last.index))
    if alone:
        raise ValueError(f"only at one of {start} and {end}: {', '.join(alone)}; leave them out")
    pairs = first.add_prefix("start_").join(last.add_prefix("end_"), how="inner")
    for name in same:
        differ = pairs[pairs[f"start_{name}"] != pairs[f"end_{name}"]]
        if not differ.empty:
            unit, a, b = differ.index[0], *differ.iloc[0][[f"start_{name}", f"end_{name}"]]
            raise ValueError(
                f"unit {unit}: {name} is {a} at {start} and {b} at {end}; not the same"
            )
        pairs = pairs.drop(columns=f"start_{name}").rename(columns={f"end_{name}": name})
    return pairs.assign(
        change_low=pairs["end_low"] - pairs["start_high"],
        change_high=pairs["end_high"] - pairs["start_low"],
    ).reset_index()


def _extremes(
    known: pd.Series, group_total: float, group_size: int
) -> tuple[np.ndarray, np.ndarray]:
    if group_total < 0 or (group_total > 0 and group_size < 1):
        raise ValueError(f"{group_size} units cannot share {group_total}")
    values = known.to_numpy(dtype=float)
    equal = np.full(group_size, group_total / group_size if group_size else 0.0)
    single = np.zeros(group_size)
    single[:1] = group_total
    return np.concatenate([values, equal]), np.concatenate([values, single])


def _ascending(values: Sequence[float] | pd.Series | np.ndarray) -> np.ndarray:
    ordered = np.sort(np.asarray(values, dtype=float))
    if np.isnan(ordered).any() or (ordered < 0).any():
        raise ValueError("values must be known and not negative; give unknown ones as a group")
    return ordered


def _cumulative_pct(ordered: np.ndarray) -> np.ndarray:
    total = ordered.sum()
    running = np.concatenate([[0.0], np.cumsum(ordered)])
    return 100 * running / total if total else np.full(len(running), np.nan)
