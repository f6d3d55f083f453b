"""The scorecard: points and lost points by criterion, known, assumed or unknown.

Points come from a source where one states them, else from the rulebook's rule and the year's
figure; both can be intervals. Everything that rests on an assumed rule has status "assumed".
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib import scoring
from par_lib.findings import join_traces
from par_lib.rules import Rulebook
from par_lib.tables import RULEBOOK, Tables, longest_period

COLUMNS = (
    "criterion", "area", "rate_pct_low", "rate_pct_high", "points_low", "points_high", "max_points",
    "lost_points_low", "lost_points_high", "status", "source", "locator",
)  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """A figure in percent, known within [low, high], and the rows it was read from."""

    low: float
    high: float
    rows: pd.DataFrame


def build(data: Tables, rules: Rulebook) -> pd.DataFrame:
    """One row a criterion of the rulebook; columns COLUMNS.

    Points and lost points (max − points) as ``_low``/``_high``; rates in percent, both ends missing
    where no figure is known. status: "reported" where a source states points and maximum,
    "assumed" where a rule or maximum is ours, "unknown" where neither points nor figure is known:
    points then lie in [0, max].
    """
    rows = []
    for number, rule in enumerate(rules.criteria, start=1):
        rate, stated = read_rate(rule.measure, data), _stated_points(rule.points, data)
        low, high, parts = 0.0, rule.max_points, []
        status = "unknown"
        if stated is not None:
            low = high = stated["points"].item()
            status = "reported" if rule.max_points_status == "stated" else "assumed"
            parts = [stated]
        elif rate is not None:
            low, high = rule.points_for(pd.Series([rate.low, rate.high]))
            status, parts = "assumed", [rate.rows]
        sources, locators = [], []
        if parts:
            sources, locators = list(parts[0]["source"]), list(parts[0]["locator"])
        if status != "reported":
            sources, locators = [*sources, RULEBOOK], [*locators, f"rule {number}"]
        source, locator = join_traces(sources, locators)
        ends = (rate.low, rate.high) if rate else (np.nan, np.nan)
        most = rule.max_points
        rows.append((rule.code, rule.area, *ends, low, high, most, most - high, most - low,
                     status, source, locator))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def unexplained_loss(
    scorecard: pd.DataFrame, *, index_points: float, max_points: float = 100.0
) -> float:
    """Points lost that no criterion with stated points explains.

    (max_points − index_points) − Σ lost points with status "reported"; points; the criteria with
    assumed maxima lie within it. Below zero the figures contradict each other: ValueError.

    >>> card = pd.DataFrame({"status": ["reported"], "lost_points_low": [8.91]})
    >>> round(unexplained_loss(card, index_points=80.91), 2)
    10.18
    """
    known = scorecard.loc[scorecard["status"] == "reported", "lost_points_low"].sum()
    rest = max_points - index_points - known
    if rest < -scoring.ROUNDING_SLACK * max_points:
        raise ValueError(
            f"{known:.4g} points are lost by criterion and only {max_points - index_points:.4g} in "
            "all; correct one of them"
        )
    return max(float(rest), 0.0)


def read_rate(measure: str, data: Tables) -> Rate | None:
    """The province's figure a rule is applied to; None where this year has none."""
    kind, _, name = measure.partition(":")
    readers: dict[str, Callable[[Tables, str], Rate | None]] = {
        "sipas": _satisfaction, "indicators": _indicator, "on_time": _on_time,
        "disbursement": _disbursed,
    }  # fmt: skip
    if not measure:
        return None
    if kind not in readers:
        raise ValueError(f"measure {measure!r}: begin it with one of {', '.join(readers)}")
    return readers[kind](data, name)


def _satisfaction(data: Tables, component: str) -> Rate | None:
    rows = data.sipas.query("component == @component and level == 'province'")
    shares = rows["satisfaction_pct"].fillna(
        scoring.recover_satisfaction(rows["points"], max_points=rows["max_points"])
    )
    return _rate(shares, shares, rows)


def _indicator(data: Tables, name: str) -> Rate | None:
    part, _, whole = name.partition("/")
    rows = data.indicators[data.indicators["measure"] == part]
    if not whole:
        return _rate(rows["value_low"], rows["value_high"], rows)
    of = data.indicators[data.indicators["measure"] == whole]
    if len(rows) != 1 or len(of) != 1:
        return None
    share = scoring.share(rows["value_low"], total=of["value_low"].item())
    return _rate(share, share, pd.concat([rows, of]))


def _on_time(data: Tables, level: str) -> Rate | None:
    """On time as a share of on time and late, over the longest period up to the latest day."""
    known = data.late_dossiers
    rows = known[(known["level"] == level) & (known["unit"] == data.place)]
    whole = longest_period(rows)
    if len(whole) != 1 or whole["late_low"].isna().any():
        return None
    late, on_time = float(whole["late_high"].item()), on_time_bounds(rows, whole)
    low = 100 * on_time[0] / (on_time[0] + late) if on_time[0] + late else np.nan
    exact = on_time[0] == on_time[1]
    return _rate(pd.Series([low]), pd.Series([low if exact else 100.0]), rows)


def on_time_bounds(rows: pd.DataFrame, whole: pd.DataFrame) -> tuple[float, float]:
    """Dossiers on time in a period: as counted, else at least those of any part of it."""
    counted = whole["on_time"].item()
    if pd.notna(counted):
        return float(counted), float(counted)
    inside = rows[rows["period_start"] >= whole["period_start"].item()]
    least = inside["on_time"].max()
    return (0.0 if pd.isna(least) else float(least)), np.inf


def _disbursed(data: Tables, level: str) -> Rate | None:
    capital = data.disbursement
    rows = capital[(capital["level"] == level) & (capital["unit"] == data.place)]
    rows = rows[rows["scope"] == ("total" if (rows["scope"] == "total").any() else "year_plan")]
    rows = rows[rows["as_of"] == rows["as_of"].max()]
    return _rate(rows["rate_pct_low"].clip(upper=100), rows["rate_pct_high"].clip(upper=100), rows)


def _rate(low: pd.Series, high: pd.Series, rows: pd.DataFrame) -> Rate | None:
    if low.isna().all() or high.isna().all():
        return None
    return Rate(float(low.min()), float(high.max()), rows)


def _stated_points(pointer: str, data: Tables) -> pd.DataFrame | None:
    table, _, name = pointer.partition(":")
    if not table:
        return None
    column = {"sipas": "component", "scores": "criterion"}[table]
    frame = getattr(data, table)
    rows = frame[(frame[column] == name) & frame["points"].notna()]
    if table == "sipas":
        rows = rows[rows["level"] == "province"]
    return rows if len(rows) == 1 else None
