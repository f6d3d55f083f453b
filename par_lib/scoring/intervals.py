"""Arithmetic on values of which some are known only within bounds.

A value is a pair low, high; exact where both are equal. Nothing is imputed: every function
gives the lowest and the highest result that some completion of the data can reach.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

Pair = tuple[float, float]
NOTHING: Pair = (float("nan"), float("nan"))


def ends(frame: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """The lows and the highs of the pair ``name``, as numbers; of an exact column itself twice."""
    low, high = (name, name) if name in frame else (f"{name}_low", f"{name}_high")
    return frame[low].astype(float), frame[high].astype(float)


def pairs(**named: tuple) -> dict[str, object]:
    """Columns of pairs, as ``frame.assign`` takes them.

    >>> pairs(late=(1, 3))
    {'late_low': 1, 'late_high': 3}
    """
    return {f"{name}_{end}": value for name, both in named.items()
            for end, value in zip(("low", "high"), both, strict=True)}  # fmt: skip


def renamed(frame: pd.DataFrame, **names: str) -> pd.DataFrame:
    """The frame with other names of pairs, each given as ``old="new"``."""
    return frame.rename(columns={f"{old}_{end}": f"{new}_{end}" for old, new in names.items()
                                 for end in ("low", "high")})  # fmt: skip


def rank_range(low: pd.Series, high: pd.Series, *, shared: pd.Series | None = None,
               shared_total: float = np.inf) -> pd.DataFrame:  # fmt: skip
    """Lowest and highest rank of each unit over every completion; 1 is the highest value.

    Ties share a rank; a missing end is open. Lowest rank = 1 + units surely above; highest rank =
    1 + other units possibly above. Where the units marked by ``shared`` (each from 0) have
    ``shared_total`` together, at most k of them can be above a value v, k·v < total: fewer than
    could be one by one. The range is then never too narrow, though not always the narrowest.

    >>> rank_range(pd.Series([9, 0, 0]), pd.Series([9, 4, 4])).to_numpy().tolist()
    [[1, 1], [2, 3], [2, 3]]
    """
    lower = low.astype(float).fillna(-np.inf).to_numpy()
    upper = high.astype(float).fillna(np.inf).to_numpy()
    surely = (lower[None, :] > upper[:, None]).sum(axis=1)
    possibly = upper[None, :] > lower[:, None]
    np.fill_diagonal(possibly, False)
    above = possibly.sum(axis=1)
    if shared is not None:
        members = shared.to_numpy(dtype=bool)
        of_group = possibly[:, members].sum(axis=1)
        fit = np.divide(shared_total, lower, out=np.full(len(lower), np.inf), where=lower > 0)
        room = np.maximum(np.ceil(fit) - 1, 0)
        above = above - of_group + np.minimum(of_group, room).astype(int)
    return pd.DataFrame({"rank_low": 1 + surely, "rank_high": 1 + above}, index=low.index)


def highest(frame: pd.DataFrame, name: str, *, lowest: bool = False) -> pd.DataFrame:
    """The row whose pair is surely above all others, or below; none where a tie or bounds hide it.

    Rows without a figure are left out.

    >>> late = pd.DataFrame({"late_low": [9, 2, 3], "late_high": [9, 8, None]})
    >>> highest(late, "late").empty, highest(late.head(2), "late").index.tolist()
    (True, [0])
    """
    known = frame[frame[f"{name}_low"].notna()]
    low, high = ends(known, name)
    ranks = rank_range(-high, -low) if lowest else rank_range(low, high)
    ties = ranks[ranks["rank_high"] == 1]
    return known.loc[ties.index if len(ties) == 1 else []]


def in_order(frame: pd.DataFrame, name: str, places: int) -> Iterator[pd.DataFrame]:
    """The ``highest`` row, then the highest of the others, and so on: a frame for each place.

    >>> lost = pd.DataFrame({"lost_low": [2, 5, 5], "lost_high": [2, 5, 6]})
    >>> [rows.index.tolist() for rows in in_order(lost.head(2), "lost", 3)]
    [[1], [0], []]
    """
    for _ in range(places):
        first = highest(frame, name)
        yield first
        frame = frame.drop(first.index)


def lead(one: Pair, other: Pair) -> Pair:
    """By how much ``one`` surely exceeds ``other``, as (lowest, highest), in their unit.

    lowest = one's lowest − other's highest, highest the other way round; both missing where one of
    the two is, or the intervals meet.
    """
    low, high = one[0] - other[1], one[1] - other[0]
    return (low, high) if low > 0 else NOTHING


def paired(before: pd.DataFrame, after: pd.DataFrame, value: str) -> pd.DataFrame:
    """Rows of an index label in both frames, side by side, and the change of the pair ``value``.

    Columns: before_…, after_…; change_low = after low − before high, change_high = after high −
    before low, in the unit of ``value``; status "derived", source and locator of both.
    """
    both = before.add_prefix("before_").join(after.add_prefix("after_"), how="inner")
    trace = {name: both[f"before_{name}"] + "; " + both[f"after_{name}"]
             for name in ("source", "locator")}  # fmt: skip
    return both.assign(change_low=both[f"after_{value}_low"] - both[f"before_{value}_high"],
                       change_high=both[f"after_{value}_high"] - both[f"before_{value}_low"],
                       status="derived", **trace)  # fmt: skip
