"""The scorecard: points and lost points by criterion and in all, known, assumed or unknown.

Below it: points as sources state them, of the PAR INDEX, SIPAS and the index of service (Decision
766/QĐ-TTg), of this province, its units and other provinces.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning import schema, units
from par_lib.cleaning.findings import join_traces
from par_lib.cleaning.tables import RULEBOOK, Tables
from par_lib.language import Refused
from par_lib.language.vietnamese import sort_key
from par_lib.scoring.intervals import NOTHING, Pair, ends, pairs
from par_lib.scoring.parts import share
from par_lib.scoring.rates import read_rate
from par_lib.scoring.rulebook import Criterion, Rulebook, class_limits

_HALF_CENT = 0.005  # points are written with two decimals
_BEST_FIRST = {name: place for place, name in enumerate(schema.CODES["classification"])}


def build(data: Tables, rules: Rulebook) -> pd.DataFrame:
    """One row a criterion of the rulebook: points of a source, else by its rule and the figure.

    Columns criterion, area, max_points, stated (whether a source gives the points); pairs rate_pct
    (percent, missing without a figure of the whole year), points, lost_points (max − points) and
    lost_pct (100 × lost / max, lower is better), apart where sources differ or the figure is an
    interval. status: that of the source's rows where it states points and maximum, "assumed" where
    a rule or maximum is ours, "unknown" where neither points nor figure is known: points then lie
    in [0, max], as far as the PAR INDEX leaves room. ValueError where a source states more points,
    or another maximum, than the rulebook allows.
    """
    card = pd.DataFrame([_criterion(rule, data, rules.file) for rule in rules.criteria])
    (low, high), most = ends(card, "points"), card["max_points"]
    card = card.assign(**pairs(lost_points=(most - high, most - low)))
    card = _within_the_whole(card, data, rules)
    return card.assign(**pairs(lost_pct=[100 * end / most for end in ends(card, "lost_points")]))


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
    ours = [{"source": RULEBOOK, "locator": rule.code}] * (status in ("assumed", "unknown"))
    source, locator = join_traces(read, *ours)
    return {
        "criterion": rule.code, "area": rule.area,
        **pairs(rate_pct=(rate.low, rate.high) if rate else NOTHING, points=points),
        "max_points": rule.max_points, "stated": len(stated) > 0, "status": status,
        "source": source, "locator": locator,
    }  # fmt: skip


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
        raise Refused("{code}: {source} ({place}) states {points:g} of {most:g} points, {file} has "
                      "{declared:g}; correct one of them",
                      code=rule.code, source=row.source, place=row.locator, points=row.points,
                      most=row.max_points, file=file, declared=rule.max_points)  # fmt: skip
    return rows


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
        card.loc[row, ["source", "locator"]] = join_traces(card.loc[row], index)
    return card


@dataclass(frozen=True)
class Losses:
    """Where points were lost; each pair (least, most), missing where not known.

    ``rows``: the criteria whose points a source states, most lost first, and below them "rest",
    what they leave of ``total_points``. ``known_points``: lost by them together.
    ``unplaced_points``: all that was lost, where no source states the points of any criterion.
    ``excess_points``: by how much they lost more than the index did; the rest is then not known.
    """

    rows: pd.DataFrame
    total_points: Pair
    known_points: Pair
    rest_points: Pair
    unplaced_points: Pair
    excess_points: float


def losses(card: pd.DataFrame, index: pd.DataFrame) -> Losses:
    """Points lost by criterion, of ``build``, and in all: ``index`` is its ``hull``, or no row.

    total = 100 − points of the index; rest = total − Σ lost points of the stated criteria, at both
    ends. More lost by criterion than in all, by more than the rounding of two decimals each, is an
    excess.
    """
    rows = card[card["stated"]].sort_values("lost_points_high", ascending=False, kind="stable")
    index = index.dropna(subset=["points_low"])
    total = tuple(float(100 - end.sum(min_count=1)) for end in ends(index, "points")[::-1])
    if rows.empty:
        return Losses(rows, total, NOTHING, NOTHING, total, np.nan)
    known = tuple(float(end.sum()) for end in ends(rows, "lost_points"))
    excess = known[0] - total[1]
    if excess > _HALF_CENT * (len(rows) + 1):
        return Losses(rows, total, known, NOTHING, NOTHING, excess)
    rest = tuple(np.maximum([total[0] - known[1], total[1] - known[0]], 0.0).tolist())
    if len(index):
        last = index[["source", "locator"]].assign(criterion="rest", status="derived")
        rows = pd.concat([rows, last.assign(**pairs(lost_points=rest))], ignore_index=True)
    return Losses(rows, total, known, rest, NOTHING, np.nan)


def usual_target(below_points: Pair, above_points: Pair) -> float:
    """Points to win: the most the index is below the mean; 0 above it, 2 where not known.

    >>> none = (float("nan"), float("nan"))
    >>> usual_target((3.5, 4.5), none), usual_target(none, (1, 1)), usual_target(none, none)
    (4.5, 0.0, 2.0)
    """
    most = 0.0 if above_points[0] > 0 else below_points[1]
    return 2.0 if np.isnan(most) else float(most)


def hull(stated: pd.DataFrame, by: str = "criterion") -> pd.DataFrame:
    """One row a criterion (and year or date, where there is one): what all rows that state it say.

    ``points`` become a pair, from the least to the most stated; other pairs likewise (ranks: 1 is
    best), without an upper end where one has none. Rows that state nothing add nothing. status is
    "derived" where one row is; source and locator name all.
    """
    known = stated
    if "points" in stated:  # exact; of the index of service they are a pair already
        known = stated.assign(**pairs(points=ends(stated, "points"))).drop(columns="points")
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
    traces = [join_traces(said) for _, said in groups]
    rows[["source", "locator"]] = pd.DataFrame(traces, rows.index, ["source", "locator"], "str")
    return rows.reset_index()


def from_points(stated: pd.DataFrame, share_name: str = "satisfaction_pct") -> pd.DataFrame:
    """What points say: points lost of each component and its share of the maximum, most lost first.

    ``stated`` is ``hull`` by component: pairs points, and max_points. Adds the pairs lost_points =
    max_points − points (lower is better) and, in place of a published one, ``share_name`` = 100 ×
    points / max_points (higher is better); status "derived". No row without points or maximum;
    points without an upper end may be the maximum.
    """
    known = stated.dropna(subset=["points_low", "max_points"])
    low, high = ends(known, "points")
    most, high = known["max_points"], high.fillna(known["max_points"])
    lost = (most - high).round(9), (most - low).round(9)  # of decimal fractions
    shares = share(low, total=most), share(high, total=most)
    said = pairs(**{"lost_points": lost, share_name: shares})
    known = known.drop(columns=share_name, errors="ignore").assign(**said, status="derived")
    return known.sort_values("lost_points_high", ascending=False, kind="stable", ignore_index=True)


def provinces(data: Tables, index: str) -> pd.DataFrame:
    """Provinces of which a source states the ``index``, this one among them; highest value first.

    ``index``: "par_index", in points of 100, or "sipas_index", in percent satisfied; of others from
    the indicators <index>_points or _pct and <index>_rank. Columns unit; pairs points or
    satisfaction_pct, and rank (1 is best), apart where sources differ. ``attrs["all_count"]``: how
    many provinces there were at the end of the year. No row where no other one is known.
    """
    value = {"par_index": "points", "sipas_index": "satisfaction_pct"}[index]
    measures = {f"{index}_{value.removeprefix('satisfaction_')}": value, f"{index}_rank": "rank"}
    others = data.indicators[data.indicators["measure"].isin(measures)]
    own = data.scores[data.scores["criterion"] == index].assign(unit=data.place)
    overall = data.sipas.query("level == 'province' and component == 'overall'")
    stated = [(own if value == "points" else overall, value, value), (own, "rank", "rank")]
    stated += [(rows, "value", measures[name]) for name, rows in others.groupby("measure")]
    rows = pd.concat([rows[["unit", "status", "source", "locator"]].assign(
        **pairs(**{name: ends(rows, column)})) for rows, column, name in stated])  # fmt: skip
    values = [*pairs(**{value: NOTHING}, rank=NOTHING)]
    found = hull(rows.dropna(subset=values, how="all"), by="unit")
    found = found[["unit", *values, "status", "source", "locator"]]
    found = found.sort_values(values[0], ascending=False)
    found = found.iloc[: None if len(others) else 0].reset_index(drop=True)
    found.attrs["all_count"] = len(units.units_on(units.provinces(), f"{data.year}-12-31"))
    return found


def classed(index: pd.DataFrame, place: str) -> pd.DataFrame:
    """Units of one level on one day: the total and the class of each, highest first.

    ``index``: rows of the level, ``place`` the province; the day is the last of those of which most
    units are known. A class that no source gives follows from the points by
    ``rulebook.class_limits``, and is "assumed".
    """
    rows = index[(index["component"] == "total") & (index["unit"] != place)]
    known = rows.groupby("as_of")["unit"].nunique()
    rows = rows[rows["as_of"] == known[known == known.max()].index.max()]
    limits = class_limits().sort_values("from_points")
    low, high = (limits["from_points"].searchsorted(end.fillna(0), side="right") - 1
                 for end in ends(rows, "points"))  # fmt: skip
    ours = (rows["classification"] == "") & rows["points_low"].notna() & (low == high)
    named = rows["classification"].mask(ours, limits["classification"].to_numpy()[low])
    rows = rows.assign(classification=named, status=rows["status"].mask(ours, "assumed"))
    rows = rows.sort_values("unit", key=lambda names: names.map(sort_key))
    rows = rows.sort_values("classification", key=lambda own: own.map(_BEST_FIRST), kind="stable")
    return rows.sort_values("points_low", ascending=False, kind="stable", ignore_index=True)


def by_class(classed: pd.DataFrame) -> pd.DataFrame:
    """How many units have each class that one has, best first: classification, unit_count.

    >>> by_class(pd.DataFrame({"classification": ["fair", "", "good", "fair"]})).values.tolist()
    [['good', 1], ['fair', 2]]
    """
    counts = classed["classification"].value_counts().rename("unit_count")
    counts = counts[[name for name in _BEST_FIRST if name in counts]]
    return counts.rename_axis("classification").reset_index()


def side_by_side(index: pd.DataFrame, by: str) -> pd.DataFrame:
    """Points of the parts side by side: a row a unit or date, a pair a part; none of no part."""
    wide = index.drop_duplicates(by).set_index(by)[["status", "source", "locator"]]
    for name in schema.INDEX_COMPONENTS:
        own = index[index["component"] == name].drop_duplicates(by).set_index(by)
        wide = wide.assign(**pairs(**{name: ends(own, "points")}))
    parts = [f"{name}_low" for name in schema.INDEX_COMPONENTS if name != "total"]
    return wide.dropna(subset=parts, how="all").reset_index()
