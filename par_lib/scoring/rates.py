"""Rates of a province and year that rules are applied to, within all the bounds that are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning.schema import FEWEST_DOSSIERS, of_enough
from par_lib.cleaning.tables import Tables, of_whole
from par_lib.scoring import disbursement
from par_lib.scoring.intervals import Pair, ends
from par_lib.scoring.parts import share

_INSPECTED = r"(?P<procedure>inspected_.+)_(?P<figure>(?:reported|verified)_(?:late|handled))"
_RECEIVED = "dossiers_received_online_and_offline"  # measure: in the province, at all levels


@dataclass(frozen=True)
class Rate:
    """A figure in percent, known within [low, high], and the rows it was read from."""

    low: float
    high: float
    rows: pd.DataFrame


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
    part, _, whole = name.partition("/")
    own, of = (_stated(data, measure) for measure in (part, whole))
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
    counted = count(data, level)
    if counted is None or counted.together[1] < FEWEST_DOSSIERS:
        return None
    whole = of_whole(totals(data, level), data.year)
    if whole[["late_low", "late_high"]].isna().all(axis=None):
        return _rate(*ends(whole, "on_time_pct"), whole)
    return Rate(*counted.on_time_pct(), counted.rows)


def _disbursed(data: Tables, level: str) -> Rate | None:
    """The rate at the end of the year; before it, only that it was reached already."""
    rows = disbursement.whole(data.disbursement)
    high = rows["rate_pct_high"].clip(upper=100)
    if len(rows) and rows["as_of"].iloc[0] != pd.Timestamp(data.year, 12, 31):
        high = high.mask(high.notna(), 100.0)
    return _rate(rows["rate_pct_low"].clip(upper=100), high, rows)


def _rate(low: pd.Series, high: pd.Series, rows: pd.DataFrame) -> Rate | None:
    """Hull of what the rows say; an open end is 0 or 100, a row that says nothing is left out."""
    says = low.notna() | high.notna()
    if not says.any():
        return None
    return Rate(float(low[says].fillna(0).min()), float(high[says].fillna(100).max()), rows)


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    """100 × part / whole, at most 100; missing where either is, or the whole is too small."""
    return of_enough(100 * part.astype(float) / whole.astype(float), whole).clip(upper=100)


@dataclass(frozen=True)
class Dossiers:
    """Dossiers of one level over the whole year, pairs (fewest, most), and the rows they are from.

    ``received``: the most there can be, on time and late together; infinite where not known.
    """

    on_time: Pair
    late: Pair
    received: float
    rows: pd.DataFrame

    @property
    def together(self) -> Pair:
        """On time and late: at least the fewest of both, at most those received."""
        return self.on_time[0] + self.late[0], min(self.on_time[1] + self.late[1], self.received)

    def on_time_pct(self, cleared: Pair = (0.0, 0.0)) -> Pair:
        """Lowest and highest on-time rate, 0 to 100, were ``cleared`` of the late ones on time.

        100 × (on_time + cleared) / (on_time + late) rises with on_time and falls with late.
        """
        (least, most), (fewest, latest) = self.on_time, self.late
        low = 100.0 if latest == 0 else 100 * (least + cleared[0]) / (least + latest)
        if np.isinf(most) or fewest == 0:
            return low, 100.0
        return low, min(100.0, 100 * (most + cleared[1]) / (most + fewest))


def count(data: Tables, level: str) -> Dossiers | None:
    """Dossiers on time and late of all units of a level; None without a total of the whole year.

    With T on time, L late, N received and N ≥ T + L:

        T: as counted; else at least those of any part of the year, and resolved − L
        T ≤ N − L, with the fewest L;    L ≤ N − T, with the fewest T

    N is the least of what was resolved at the level, received there, and received in the whole
    province, those carried over among them; one below the fewest T + L counts something else, and
    bounds none. Districts of 2022: T ≥ 55,724, L = 41,657, N = 396,320: so T ≤ 354,663, and the
    on-time rate is 55,724 / 97,381 = 57.22 % at least, 354,663 / 396,320 = 89.49 % at most.
    """
    rows = totals(data, level)
    whole = of_whole(rows, data.year)
    if len(whole) != 1:
        return None
    counts = ["late_low", "late_high", "on_time", "resolved", "received"]
    counted = whole[counts].astype(float).fillna({"late_low": 0.0, "late_high": np.inf})
    fewest, latest, on_time, resolved, received = counted.iloc[0]
    if pd.notna(on_time):
        least = most = on_time
    elif pd.notna(resolved):
        least, most = max(resolved - latest, 0.0), max(resolved - fewest, 0.0)
    else:  # at least the most of any part of the year, by the least that sources say of it
        year = (pd.Timestamp(data.year, 1, 1), pd.Timestamp(data.year, 12, 31))
        inside = rows[rows["period_start"].ge(year[0]) & rows["period_end"].le(year[1])]
        of_parts = inside.groupby(["period_start", "period_end"])["on_time"].min().dropna()
        least, most = float(of_parts.max()) if len(of_parts) else 0.0, np.inf
    everywhere = _stated(data, _RECEIVED)
    bounds = (resolved, received, everywhere["value_high"].max(skipna=False))
    at_most = min((bound for bound in bounds if bound >= least + fewest), default=np.inf)
    most, latest = min(most, at_most - fewest), min(latest, at_most - least)
    rows = pd.concat([rows, everywhere[everywhere["value_high"] == at_most]])
    return Dossiers((least, most), (fewest, latest), at_most, rows)


def totals(data: Tables, level: str) -> pd.DataFrame:
    """Rows of late_dossiers that count all units of a level."""
    rows = data.late_dossiers
    return rows[(rows["level"] == level) & (rows["unit"] == data.place)]


def _stated(data: Tables, measure: str) -> pd.DataFrame:
    """Rows of a single figure of the whole year and province."""
    rows = of_whole(data.indicators, data.year)
    rows = rows[(rows["unit"] == data.place) & (rows["level"] == "province")]
    return rows[rows["measure"] == measure]


def inspected(every: pd.DataFrame) -> pd.DataFrame:
    """What an inspection found beside what had been reported, a row a procedure and period.

    ``every``: indicators; of measures inspected_<procedure>_<reported or verified>_<late or
    handled> come the counts reported_late, reported_handled, verified_late, verified_handled,
    missing where not stated; verified_late_pct = 100 × late / handled, of 10 or more.
    """
    figures = [f"{who}_{what}" for who in ("reported", "verified") for what in ("late", "handled")]
    rows = every.join(every["measure"].str.extract(f"^{_INSPECTED}$")).dropna(subset=["figure"])
    keys = ["procedure", "period_start", "period_end", "source", "locator"]
    wide = rows.pivot_table("value_low", keys, "figure", aggfunc="first", sort=False)
    found = wide.reindex(columns=figures).astype("Int64").reset_index()
    share = 100 * found["verified_late"].astype(float) / found["verified_handled"]
    share = of_enough(share.astype(float), found["verified_handled"])
    return found.assign(verified_late_pct=share, status="reported")
