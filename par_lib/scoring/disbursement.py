"""Cumulative disbursement: which rates compare, with what level, how they moved, how they ran.

A rate is a share of a plan, its basis: rates on two bases are never one list, chart or change. A
frame is rows of the tidy table ``disbursement``, rates as pairs in percent, higher is better.
"""

import datetime as dt

import numpy as np
import pandas as pd

from par_lib.cleaning.findings import join_traces
from par_lib.scoring.fair_comparison import process_chart
from par_lib.scoring.intervals import ends, paired, pairs, renamed
from par_lib.scoring.parts import highest_first

_MONTH = pd.Timedelta(days=365.25 / 12)


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last date with a rate, on the basis most of them share; highest first.

    A source that says "70 % or more" gives no upper end: ``rate_pct_high`` is then missing.
    """
    last = of_last_day(rows[rows["rate_pct_low"].notna()])
    return highest_first(last.assign(rate_pct_high=_stated_high(last)), "rate_pct")


def of_last_day(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last date, on the basis most of them share."""
    last = rows[rows["as_of"] == rows["as_of"].max()]
    return last[last["basis"].isin(last["basis"].mode().head(1))]


def whole(rows: pd.DataFrame, since: dt.date = dt.date.min) -> pd.DataFrame:
    """The province's rows at the last date from ``since`` on, of all capital, else of this year's.

    A row a basis, those with a stated one first.
    """
    own = rows[(rows["level"] == "province") & rows["rate_pct_low"].notna()]
    own = own[own["as_of"].dt.date >= since]
    own = own[own["scope"] == ("total" if (own["scope"] == "total").any() else "year_plan")]
    last = own[own["as_of"] == own["as_of"].max()]
    return last.sort_values("basis", key=lambda basis: basis == "unstated", kind="stable",
                            ignore_index=True)  # fmt: skip


def level_pct(last: pd.DataFrame, threshold_pct: float) -> float | None:
    """What the rates of one date are compared with, in percent; None where nothing fits.

    At the end of the plan year, 31 December or 31 January after it, the threshold; before, the
    limit that the source itself draws: the lowest rate from which it names no unit any more.
    """
    at_year_end = _month(last).isin([12, 13]) & (last["as_of"].dt.day == 31)
    if len(last) and at_year_end.all():
        return threshold_pct
    limit = last.loc[last["rate_pct_high"].isna(), "rate_pct_low"].min()
    return None if pd.isna(limit) else float(limit)


def compared(last: pd.DataFrame, level: float | None) -> dict[str, pd.DataFrame]:
    """Rows surely "below" the level, surely "above" it (or at it), and "open"; none of no level."""
    if level is None:
        return dict.fromkeys(("below", "above", "open"), last.iloc[:0])
    below, above = last["rate_pct_high"] < level, last["rate_pct_low"] >= level
    return {"below": last[below], "above": last[above], "open": last[~below & ~above]}


def named_apart(last: pd.DataFrame) -> pd.DataFrame:
    """The rows for a chart: a unit that a source names below a limit keeps a row of its own."""
    return last.assign(status=last["status"].mask(last["rate_pct_high"].notna(), "reported"))


def change(rows: pd.DataFrame) -> pd.DataFrame:
    """From the first date to the last, one row a unit: pairs start_pct, end_pct, change_pct_points.

    Percentage points, higher is better: end less start. On an unchanged basis a cumulative rate
    cannot fall, so the lowest change known only within bounds is 0; a rate that surely fell shows
    another basis, and is left as it is. Units on two bases, or at one date only, are left out.
    status: "assumed" where the basis is not stated. An upper end that no source states is missing,
    and is 100 % in the change.
    """
    on = ["unit_code", "unit", "basis", "scope"]
    stated = rows["rate_pct_low"], _stated_high(rows)
    rows = rows.assign(**pairs(stated_pct=stated)).set_index(on)
    start, end = (rows[rows["as_of"] == day] for day in (rows["as_of"].min(), rows["as_of"].max()))
    both = paired(start, end, "rate_pct").reset_index()
    both = both[both["before_as_of"] < both["after_as_of"]]
    low, high = (change.round(9) for change in ends(both, "change"))
    bound = low < high
    moved = renamed(both, before_stated_pct="start_pct", after_stated_pct="end_pct").assign(
        as_of_start=both["before_as_of"], as_of_end=both["after_as_of"],
        **pairs(change_pct_points=(low.mask(bound & (high >= 0), low.clip(lower=0)), high)),
        status=both["status"].mask(bound, "bound").mask(both["basis"] == "unstated", "assumed"),
    )  # fmt: skip
    return highest_first(moved, "change_pct_points")


def trend(rows: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Exact rates at ends of months on one basis, of every plan year; the plan of ``year`` first.

    The stated basis and capital of which that year has most dates; empty with fewer than two.
    Column month: 1 to 12, 13 for the January after. A month of which sources differ is left out.
    """
    rows = rows[rows["as_of"].dt.is_month_end & (rows["basis"] != "unstated")]
    own = rows[(rows["plan_year"] == year) & rows["rate_pct_low"].eq(rows["rate_pct_high"])]
    dates = own.groupby(["scope", "basis"])["as_of"].nunique()
    found = _exact(rows, dates[dates >= 2].nlargest(1).reset_index())
    found = found.assign(month=_month(found))
    return found.sort_values("plan_year", key=lambda own: own != year, kind="stable",
                             ignore_index=True)  # fmt: skip


def against_last_year(rates: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """What each month of a plan year gained beside the same month of the year before, charted.

    ``rates`` is ``trend``. A row a month (1 to 12) between the first and the last of which both
    gains are known: gained_pct_points and before_pct_points (rate less that of the month before, in
    January the rate itself), change_pct_points = gained − before, and its ``process_chart``.
    """
    own = rates[rates["plan_year"].isin([year - 1, year])]
    by_month = own.pivot(index="month", columns="plan_year", values="rate_pct")
    by_month = by_month.reindex(index=range(13), columns=[year - 1, year])
    by_month.loc[0] = 0.0
    gained = by_month.diff().loc[1:]
    change = gained[year] - gained[year - 1]
    change = change.loc[change.first_valid_index() or 13 : change.last_valid_index() or 0]
    source, locator = join_traces(own)
    return pd.DataFrame({
        "month": change.index, "gained_pct_points": gained[year].reindex(change.index),
        "before_pct_points": gained[year - 1].reindex(change.index), "change_pct_points": change,
        "status": "derived", "source": source, "locator": locator,
    }, change.index).join(process_chart(change)).reset_index(drop=True)  # fmt: skip


def alike(every: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """The province's exact rates up to the day of ``last``, of the same capital on the same basis.

    ``every``: rows of all years; ``last``: one row, as of ``whole``. An unstated basis is taken for
    the same within a plan year only (status "assumed"). Left out is a day of which sources differ,
    and an earlier year whose rate fell: its plan was another one then.
    """
    rows = _exact(every[every["level"] == "province"], last)
    own = rows["plan_year"].isin(last["plan_year"])
    rows = rows[(own | (rows["basis"] != "unstated")) & (rows["as_of"] <= last["as_of"].max())]
    fell = rows["rate_pct"] < rows.groupby("plan_year")["rate_pct"].shift()
    earlier = set(rows.loc[fell, "plan_year"]) - set(last["plan_year"])
    rows = rows.assign(status=np.where(rows["basis"] == "unstated", "assumed", "derived"))
    return rows[~rows["plan_year"].isin(earlier)].reset_index(drop=True)


def outlook(rates: pd.DataFrame, *, year: int, target_pct: float) -> pd.DataFrame:
    """What is left to do until 31 January after the plan year, beside the fastest pace so far.

    ``rates`` is ``alike``. One row, none without a rate of the plan year or once it has ended:
    as_of, rate_pct, left_pct_points (to the target, 0 where it is reached), left_months,
    needed_pct_points and fastest_pct_points (a month of 365.25 / 12 days), fastest_start,
    fastest_end. fastest: of all spans of 28 days or more between two dates of this plan year; it
    begins at 0 on 1 January.
    """
    own = rates[rates["plan_year"] == year]
    end = pd.Timestamp(year + 1, 1, 31)
    last = own[(own["as_of"] < end) & (own["as_of"] == own["as_of"].max())]
    days = pd.concat([pd.Series([pd.Timestamp(year, 1, 1)]), own["as_of"]], ignore_index=True)
    done = np.array([0.0, *own["rate_pct"]])
    months = np.subtract.outer(days.to_numpy(), days.to_numpy()) / _MONTH
    long = months >= pd.Timedelta(days=28) / _MONTH
    pace = np.divide(np.subtract.outer(done, done), months, out=np.full(months.shape, -1.0),
                     where=long)  # fmt: skip
    to, since = np.unravel_index(pace.argmax(), pace.shape)
    left = (target_pct - last["rate_pct"]).clip(lower=0)
    left_months = (end - last["as_of"]) / _MONTH
    return last[["as_of", "rate_pct", "status", "source", "locator"]].assign(
        left_pct_points=left, left_months=left_months, needed_pct_points=left / left_months,
        fastest_pct_points=pace[to, since], fastest_start=days[since], fastest_end=days[to],
    )  # fmt: skip


def went_on(rates: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Where this plan year ends if it goes on from here as each earlier one did: no model.

    ``rates`` is ``alike``. A row an earlier plan year with a rate at its end, 31 December or after,
    and rates on either side of the same day of the year, between which its own lay then: pairs
    here_pct (that rate), gained_pct_points (what it still gained) and final_pct = rate of this year
    + gained, at most 100; plan_year, final_as_of.
    """
    own = rates[rates["plan_year"] == year].tail(1)
    earlier = rates[rates["plan_year"] < year].merge(own, how="cross", suffixes=("", "_now"))
    rate, as_of, by_year = (earlier[name] for name in ("rate_pct", "as_of", "plan_year"))
    day = own["as_of"].max()
    day = pd.to_datetime(by_year.map(lambda before: day - pd.DateOffset(years=year - before)))
    here = (rate.where(as_of <= day).groupby(by_year).max(),
            rate.where(as_of >= day).groupby(by_year).min())  # fmt: skip
    ended = as_of >= pd.to_datetime(by_year.astype(str) + "-12-31")
    found = earlier[ended].groupby("plan_year").tail(1).set_index("plan_year")
    found = found.join(pd.DataFrame(pairs(here_pct=here)).dropna(), how="inner")
    gained = [found["rate_pct"] - one for one in ends(found, "here_pct")[::-1]]
    final = [(found["rate_pct_now"] + one).clip(upper=100) for one in gained]
    both = {name: found[f"{name}_now"] + "; " + found[name] for name in ("source", "locator")}
    return found.assign(
        final_as_of=found["as_of"], **pairs(gained_pct_points=gained, final_pct=final),
        status="derived", **both,
    ).reset_index()  # fmt: skip


def fan(rates: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """The path of this plan year, and on from its last date as each year of ``went_on`` went on.

    Rows plan_year (this year's first), month (of the plan year, and the part of it that is over:
    10.5 is the middle of November), end, expected_pct: this year's own rate, or its last rate +
    that of the earlier year − here_pct, at most 100. Where here_pct is a pair there is a path for
    either ``end``, "low" and "high". No row where no earlier year has a rate after the same day.
    """
    over = rates["as_of"].dt.day / rates["as_of"].dt.days_in_month
    rates = rates.assign(month=_month(rates) - 1 + over)
    own = rates[rates["plan_year"] == year].assign(end="low")
    now = own["month"].max()
    here = went_on(rates, year=year)[["plan_year", "rate_pct_now", "here_pct_low", "here_pct_high"]]
    later = rates[rates["month"] > now].merge(here)
    paths = [own.assign(expected_pct=own["rate_pct"]).iloc[: None if len(later) else 0]]
    going = pd.concat([here.merge(later[["plan_year"]].drop_duplicates()).assign(month=now), later])
    for end, other in (("low", "high"), ("high", "low")):
        gained = (going["rate_pct"] - going[f"here_pct_{other}"]).clip(lower=0).fillna(0)
        paths.append(going.assign(expected_pct=(going["rate_pct_now"] + gained).clip(upper=100),
                                  end=end))  # fmt: skip
    return pd.concat(paths, ignore_index=True)[["plan_year", "month", "end", "expected_pct"]]


def _exact(rows: pd.DataFrame, of: pd.DataFrame) -> pd.DataFrame:
    """Exact rates of the capital and basis of ``of``, one a day; of a day sources differ on, none.

    In the order of plan year and time.
    """
    rows = rows[rows["rate_pct_low"] == rows["rate_pct_high"]].merge(of[["scope", "basis"]])
    days = ["plan_year", "as_of"]
    rows = rows.assign(rate_pct=rows["rate_pct_low"]).sort_values(days, ignore_index=True)
    agreed = rows.groupby(days)["rate_pct"].transform("nunique") == 1
    return rows[agreed].drop_duplicates(days)


def _month(rows: pd.DataFrame) -> pd.Series:
    """Month of each row's date, from January of its plan year: 1 to 12, then 13 and so on."""
    return 12 * (rows["as_of"].dt.year - rows["plan_year"]) + rows["as_of"].dt.month


def _stated_high(rows: pd.DataFrame) -> pd.Series:
    """Upper ends of the rates; missing where a source says "70 % or more", and 100 is ours."""
    open_ended = (rows["status"] == "bound") & (rows["rate_pct_high"] == 100)
    return rows["rate_pct_high"].mask(open_ended)
