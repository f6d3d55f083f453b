"""Where points were lost: by criterion, in all, and what no criterion explains."""

from dataclasses import dataclass

import pandas as pd

Pair = tuple[float, float]
NOTHING: Pair = (float("nan"), float("nan"))
_HALF_CENT = 0.005  # points are written with two decimals


@dataclass(frozen=True)
class Losses:
    """Where points were lost; each pair (least, most), missing where not known.

    ``rows``: the criteria whose points a source states, most points lost first, and below them
    "rest", what they leave of ``total_points``: the criteria with assumed maxima are part of it.
    ``known_points``: lost by the stated criteria together. ``unplaced_points``: all that was lost,
    where no source states the points of any criterion. ``excess_points``: by how much the criteria
    together lost more than the index did; the rest is then not known.
    """

    rows: pd.DataFrame
    total_points: Pair
    known_points: Pair
    rest_points: Pair
    unplaced_points: Pair
    excess_points: float


def of(card: pd.DataFrame, index: pd.DataFrame, *, max_points: float = 100.0) -> Losses:
    """Points lost by criterion, of ``scorecard.build``, and in all.

    ``index``: the row of the PAR INDEX as ``scorecard.hull`` gives it, or no row.

    total = max_points − points of the index; rest = total − Σ lost points of the criteria whose
    points a source states, at both ends. More lost by criterion than in all, by more than the
    rounding of two written decimals each, is an excess.

    >>> trace = {"status": "reported", "source": "s", "locator": "l"}
    >>> card = pd.DataFrame({"criterion": ["a"], "stated": True, "lost_points_low": 8.91,
    ...     "lost_points_high": 8.91, "lost_pct_high": 40.0, **trace})
    >>> index = pd.DataFrame({"points_low": [80.91], "points_high": [81.0], **trace})
    >>> [round(end, 2) for end in of(card, index).rest_points]
    [10.09, 10.18]
    """
    stated = card[card["stated"]].sort_values("lost_points_high", ascending=False, kind="stable")
    index = index.dropna(subset=["points_low"])
    total, known = NOTHING, NOTHING
    if len(index):
        total = tuple(max_points - float(index[f"points_{end}"].item()) for end in ("high", "low"))
    if len(stated):
        known = tuple(float(stated[f"lost_points_{end}"].sum()) for end in ("low", "high"))
    more = known[0] - total[1]
    over = more > _HALF_CENT * (len(stated) + 1)
    rest = NOTHING if over or not len(stated) else (
        max(total[0] - known[1], 0.0), max(total[1] - known[0], 0.0)
    )  # fmt: skip
    if len(index) and len(stated) and not over:
        ends = dict(zip(("lost_points_low", "lost_points_high"), rest, strict=True))
        last = index[["source", "locator"]].assign(criterion="rest", status="derived", **ends)
        stated = pd.concat([stated, last], ignore_index=True)
    unplaced = NOTHING if len(stated) else total
    return Losses(stated, total, known, rest, unplaced, float(more) if over else float("nan"))


def gap(own: Pair, other: Pair) -> tuple[Pair, Pair]:
    """By how much a figure surely lies below another, and above it: pairs, missing if it does not.

    >>> gap((80.0, 81.0), (84.5, 84.5)), gap((80.0, 81.0), (80.5, 80.5))
    (((3.5, 4.5), (nan, nan)), ((nan, nan), (nan, nan)))
    """
    below = other[0] - own[1], other[1] - own[0]
    above = own[0] - other[1], own[1] - other[0]
    return below if below[0] > 0 else NOTHING, above if above[0] > 0 else NOTHING


def usual_target(below_points: Pair, above_points: Pair) -> float:
    """Points to win: the widest gap to the mean, none for an index above it, 2 where not known.

    ``below_points``, ``above_points``: as ``gap`` gives them.

    >>> usual_target((3.5, 4.5), NOTHING), usual_target(NOTHING, (1, 1))
    (4.5, 0.0)
    >>> usual_target(NOTHING, NOTHING)
    2.0
    """
    if not pd.isna(above_points[0]):
        return 0.0
    return 2.0 if pd.isna(below_points[1]) else float(below_points[1])
