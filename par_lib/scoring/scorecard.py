"""The scorecard: points and lost points by criterion and in all, known, assumed or unknown.

Points come from a source where one states them, else from the rulebook's rule and the year's
figure; both can be intervals. Everything that rests on an assumed rule has status "assumed".
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning.findings import join_traces
from par_lib.cleaning.tables import RULEBOOK, Tables, of_whole_year
from par_lib.scoring import on_time
from par_lib.scoring.intervals import NOTHING, Pair, ends, pairs
from par_lib.scoring.parts import share
from par_lib.scoring.rulebook import Criterion, Rulebook

_HALF_CENT = 0.005  # points are written with two decimals


@dataclass(frozen=True)
class Rate:
    """A figure in percent, known within [low, high], and the rows it was read from."""

    low: float
    high: float
    rows: pd.DataFrame


def build(data: Tables, rules: Rulebook) -> pd.DataFrame:
    """One row a criterion of the rulebook; columns criterion, area, max_points, stated, status,
    source, locator and the pairs rate_pct, points, lost_points, lost_pct.

    Points and lost points (max − points) as ``_low``/``_high``: apart where sources differ or the
    figure is an interval; lost_pct is 100 × lost / max, lower is better, in [0, 100]. Rates in
    percent, both ends missing where no figure of the whole year is known. ``stated``: whether a
    source gives the points. status: that of the source's rows where it states points and maximum,
    "assumed" where a rule or maximum is ours, "unknown" where neither points nor figure is known:
    points then lie in [0, max], as far as the PAR INDEX leaves room.

    ValueError where a source states more points, or another maximum, than the rulebook allows.
    """
    card = pd.DataFrame([_criterion(rule, data, rules.file) for rule in rules.criteria])
    low, high = ends(card, "points")
    most = card["max_points"]
    card = card.assign(**pairs(lost_points=(most - high, most - low)))
    card = _within_the_whole(card, data, rules)
    shares = [100 * end / most for end in ends(card, "lost_points")]
    return card.assign(**pairs(lost_pct=shares))


def _criterion(rule: Criterion, data: Tables, file: str) -> dict[str, object]:
    rate, stated = read_rate(rule.measure, data), _stated_points(rule, data, file)
    points, read, status = (0.0, rule.max_points), stated, "unknown"
    if len(stated):
        points, status = (stated["points"].min(), stated["points"].max()), "assumed"
        if rule.max_points_status == "stated":
            status = "derived" if (stated["status"] == "derived").any() else "reported"
    elif rate:
        points, read = (rule.points_at(rate.low), rule.points_at(rate.high)), rate.rows
        status = "assumed"
    ours = {RULEBOOK: rule.code} if status in ("assumed", "unknown") else {}
    source, locator = join_traces([*read["source"], *ours], [*read["locator"], *ours.values()])
    return {
        "criterion": rule.code, "area": rule.area,
        **pairs(rate_pct=(rate.low, rate.high) if rate else NOTHING, points=points),
        "max_points": rule.max_points, "stated": len(stated) > 0, "status": status,
        "source": source, "locator": locator,
    }  # fmt: skip


def _within_the_whole(card: pd.DataFrame, data: Tables, rules: Rulebook) -> pd.DataFrame:
    """No criterion lost more than the index did, less what others surely lost.

    Not those with an assumed maximum of 1 point, which is a unit of measure.
    """
    index = data.scores.query("criterion == 'par_index'").dropna(subset=["points"])
    own = np.array([r.max_points_status == "stated" or r.max_points > 1 for r in rules.criteria])
    low, high = ends(card, "lost_points")
    room = rules.max_points - index["points"].min() - (low[own].sum() - low)  # missing with it
    less = own & (room < high) & (room >= low)
    card["lost_points_high"] = high.mask(less, room)
    card["points_low"] = card["points_low"].mask(less, card["max_points"] - room)
    for row in card.index[less & (card["status"] != "reported")]:
        traces = ([card.loc[row, name], *index[name]] for name in ("source", "locator"))
        card.loc[row, ["source", "locator"]] = join_traces(*traces)
    return card


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


def losses(card: pd.DataFrame, index: pd.DataFrame) -> Losses:
    """Points lost by criterion, of ``build``, and in all.

    ``index``: the row of the PAR INDEX as ``hull`` gives it, or no row.

    total = 100 − points of the index; rest = total − Σ lost points of the criteria whose points a
    source states, at both ends. More lost by criterion than in all, by more than the rounding of
    two written decimals each, is an excess.

    >>> trace = {"status": "reported", "source": "s", "locator": "l"}
    >>> card = pd.DataFrame({"criterion": ["a"], "stated": True, "lost_points_low": 8.91,
    ...     "lost_points_high": 8.91, "lost_pct_high": 40.0, **trace})
    >>> index = pd.DataFrame({"points_low": [80.91], "points_high": [81.0], **trace})
    >>> [round(end, 2) for end in losses(card, index).rest_points]
    [10.09, 10.18]
    """
    rows = card[card["stated"]].sort_values("lost_points_high", ascending=False, kind="stable")
    index = index.dropna(subset=["points_low"])
    total, known, rest, excess = NOTHING, NOTHING, NOTHING, float("nan")
    if len(index):
        total = tuple(100 - float(index[f"points_{end}"].item()) for end in ("high", "low"))
    if rows.empty:
        return Losses(rows, total, known, rest, total, excess)
    known = tuple(float(rows[f"lost_points_{end}"].sum()) for end in ("low", "high"))
    more = known[0] - total[1]
    if more > _HALF_CENT * (len(rows) + 1):
        excess = more
    elif len(index):
        rest = max(total[0] - known[1], 0.0), max(total[1] - known[0], 0.0)
        ends = {"lost_points_low": rest[0], "lost_points_high": rest[1]}
        last = index[["source", "locator"]].assign(criterion="rest", status="derived", **ends)
        rows = pd.concat([rows, last], ignore_index=True)
    return Losses(rows, total, known, rest, NOTHING, excess)


def usual_target(below_points: Pair, above_points: Pair) -> float:
    """Points to win: the widest gap to the mean, none for an index above it, 2 where not known.

    ``below_points``, ``above_points``: the leads of the mean and of the index (intervals.lead).

    >>> none = (float("nan"), float("nan"))
    >>> usual_target((3.5, 4.5), none), usual_target(none, (1, 1)), usual_target(none, none)
    (4.5, 0.0, 2.0)
    """
    if not pd.isna(above_points[0]):
        return 0.0
    return 2.0 if pd.isna(below_points[1]) else float(below_points[1])


def hull(stated: pd.DataFrame, by: str = "criterion") -> pd.DataFrame:
    """One row a criterion (and year or date, where there is one): what all rows that state it say.

    ``points`` become ``points_low``/``points_high``, points from the least to the most stated;
    other pairs likewise (ranks: 1 is best), without an upper end where one has none. Rows that
    state nothing add nothing. status is "derived" where one row is; source and locator name all.

    >>> two = pd.DataFrame({"criterion": "par_index", "points": [80.91, 81.0], "rank_low": 57,
    ...     "rank_high": 57, "status": "reported", "source": ["a", "b"], "locator": ["1", "2"]})
    >>> hull(two)[["criterion", "points_low", "points_high", "rank_low", "source"]].values.tolist()
    [['par_index', 80.91, 81.0, 57, 'a; b']]
    """
    known = stated
    if "points" in stated:  # exact; of the index of service they are a pair already
        known = stated.assign(**pairs(points=[stated["points"]] * 2)).drop(columns="points")
    keys = [name for name in (by, "year", "as_of") if name in known]
    lows = [name for name in known if name.endswith("_low")]
    says = known[lows].notna().any(axis=1)
    known = known[says | ~says.groupby([known[key] for key in keys]).transform("any")]
    kinds = known.dtypes.drop(keys)
    how = {name: "min" if name in lows else "first" for name in kinds.index}
    how["status"] = lambda said: "derived" if (said == "derived").any() else said.iloc[0]
    for low in lows:  # an end that one row leaves open is open
        high = low.replace("_low", "_high")
        ended = known[high].astype(float).fillna(np.inf).where(known[low].notna())
        known, how[high] = known.assign(**{high: ended}), "max"
    groups = known.groupby(keys, sort=False)
    rows = groups.agg(how).replace(np.inf, np.nan).astype(kinds)
    traces = [join_traces(said["source"], said["locator"]) for _, said in groups]
    rows[["source", "locator"]] = pd.DataFrame(traces, rows.index, ["source", "locator"], "str")
    return rows.reset_index()


def read_rate(measure: str, data: Tables) -> Rate | None:
    """The province's figure a rule is applied to; None where this year has none."""
    kind, _, name = measure.partition(":")
    readers = {"sipas": _satisfaction, "indicators": _indicator, "on_time": _on_time,
               "disbursement": _disbursed}  # fmt: skip
    return readers[kind](data, name) if measure else None


def _satisfaction(data: Tables, component: str) -> Rate | None:
    rows = data.sipas.query("component == @component and level == 'province'")
    shares = rows["satisfaction_pct"].fillna(share(rows["points"], total=rows["max_points"]))
    return _rate(shares, shares, rows)


def _indicator(data: Tables, name: str) -> Rate | None:
    """A figure of the whole year and province; of ``part/whole``, the share."""
    rows = of_whole_year(data.indicators, data.year)
    rows = rows[(rows["unit"] == data.place) & (rows["level"] == "province")]
    part, _, whole = name.partition("/")
    own, of = (rows[rows["measure"] == measure] for measure in (part, whole))
    if not whole:
        return _rate(*ends(own, "value"), own)
    both = own.merge(of, on="source", suffixes=("", "_of"))  # what one source says goes together
    if both.empty:
        both = own.merge(of, how="cross", suffixes=("", "_of"))
    low = _percent(both["value_low"], both["value_high_of"])
    high = _percent(both["value_high"], both["value_low_of"])
    return _rate(low, high, pd.concat([own, of]))


def _on_time(data: Tables, level: str) -> Rate | None:
    """On time as a share of on time and late, over the whole year; as stated without counts."""
    counted = on_time.count(data, level)
    if counted is None:
        return None
    whole = of_whole_year(on_time.totals(data, level), data.year)
    if whole[["late_low", "late_high"]].isna().all(axis=None):
        return _rate(*ends(whole, "on_time_pct"), whole)
    return Rate(*counted.on_time_pct(), counted.rows)


def _disbursed(data: Tables, level: str) -> Rate | None:
    """The rate at the end of the year; before it, only that it was reached already."""
    capital = data.disbursement
    rows = capital[(capital["level"] == level) & (capital["unit"] == data.place)]
    rows = rows[rows["scope"] == ("total" if (rows["scope"] == "total").any() else "year_plan")]
    rows = rows[rows["as_of"] == rows["as_of"].max()]
    high = rows["rate_pct_high"].clip(upper=100)
    if len(rows) and rows["as_of"].iloc[0] != pd.Timestamp(data.year, 12, 31):
        high = high.mask(high.notna(), 100.0)
    return _rate(rows["rate_pct_low"].clip(upper=100), high, rows)


def _rate(low: pd.Series, high: pd.Series, rows: pd.DataFrame) -> Rate | None:
    """Hull of what the rows say; an open end is 0 or 100, a row that says nothing is left out."""
    says = low.notna() | high.notna()
    if not says.any():
        return None
    ends = low[says].astype(float).fillna(0), high[says].astype(float).fillna(100)
    return Rate(float(ends[0].min()), float(ends[1].max()), rows)


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    """100 × part / whole, at most 100; missing where either is, or the whole is zero."""
    return (100 * part.astype(float) / whole.astype(float).replace(0, np.nan)).clip(upper=100)


def _stated_points(rule: Criterion, data: Tables, file: str) -> pd.DataFrame:
    """Rows that state the criterion's points; none where no source does."""
    table, _, name = rule.points.partition(":")
    if not table:
        return data.scores.iloc[:0]
    column = {"sipas": "component", "scores": "criterion"}[table]
    frame = getattr(data, table)
    rows = frame[(frame[column] == name) & frame["points"].notna()]
    if table == "sipas":
        rows = rows[rows["level"] == "province"]
    most = rows["max_points"].fillna(rule.max_points)
    for row in rows[(most != rule.max_points) | (rows["points"] > rule.max_points)].itertuples():
        raise ValueError(
            f"{rule.code}: {row.source} ({row.locator}) states {row.points:g} of "
            f"{row.max_points:g} points, {file} has {rule.max_points:g}; correct one of them"
        )
    return rows
