"""Districts or communes compared over intervals: late rates, figures, score.

No weight and no limit here is official: they are parameters, and provinces use different ones.
"""

from collections import Counter

import numpy as np
import pandas as pd

from par_lib.cleaning import dossier_register
from par_lib.cleaning.findings import join_traces, traces
from par_lib.cleaning.schema import FEWEST_DOSSIERS, of_enough
from par_lib.cleaning.succession import follow
from par_lib.cleaning.tables import Tables, longest_period
from par_lib.cleaning.units import DISTRICTS_ENDED, latest_names, units_on
from par_lib.language import Refused
from par_lib.language.prose import require
from par_lib.language.translation import lower_is_better
from par_lib.language.vietnamese import sort_key
from par_lib.scoring import parts
from par_lib.scoring.disbursement import of_last_day
from par_lib.scoring.fair_comparison import expected_late, monthly_chart
from par_lib.scoring.intervals import ends, pairs, rank_range
from par_lib.scoring.rulebook import commune_targets

FIGURES = ("late_pct", "share_pct", "disbursed_pct", "satisfaction_pct")
COMPARED = ("district", "commune")  # levels whose units are compared


def compared_level(*tables: pd.DataFrame, whole: str, asked: str = "auto") -> str:
    """The level whose units a page compares: the one asked for, else that of the last figures.

    Of the rows of units (``whole`` names the total) that end last in a table, "district" where one
    is of a district, else "commune". Of several tables the lower level; of no unit at all
    "district", or "commune" where only of that level there is a total. Refused for another level.
    """
    if asked in COMPARED:
        return asked
    if asked == "department":
        raise Refused("level 'department': this page compares places; group departments in a cell "
                      "of your own, from "
                      "data.late_dossiers.query(\"level == 'department'\")")  # fmt: skip
    require("level", asked, ("auto", *COMPARED))
    units = [rows[rows["unit"] != whole] for rows in tables]
    last = {_last_level(rows) for rows in units} - {""} or {_last_level(rows) for rows in tables}
    return "commune" if "commune" in last else "district"


def _last_level(rows: pd.DataFrame) -> str:
    rows = rows[rows["level"].isin(COMPARED)]
    for day in {"period_end", "as_of"} & set(rows):
        rows = rows[rows[day] == rows[day].max()]
    return next((level for level in COMPARED if level in set(rows["level"])), "")


def figures(data: Tables, satisfaction: pd.DataFrame | None = None, *,
            level: str = "district") -> pd.DataFrame:  # fmt: skip
    """What the year knows of each unit of a level: percentages as they are, none made a score.

    A row a unit of the year's last day, of districts of the last before they ended, by name;
    columns unit_code, unit and a pair for each of FIGURES: [0, 100] where nothing is known of a
    unit, missing of a late rate of fewer than 10 dossiers, and throughout where nothing is known of
    any; no row where nothing is known at all. ``attrs``: disbursed_date; interval, "likely_pct" of
    a sample.

    late_pct: ``late_rates``, lower is better. share_pct: only where that is known of no unit, its
    share of all late dossiers, which is no rate. disbursed_pct: at the last date, higher is better;
    without a highest value it ends at 100. satisfaction_pct: of ``satisfaction`` (survey.overall by
    unit_code), else as published; higher is better; likely_pct: its interval of a sample, else the
    same.
    """
    last = pd.Timestamp(data.period.span()[1])
    last = min(last, DISTRICTS_ENDED) if level == "district" else last
    frame = units_on(data.units, last, level=level).set_index("code")[["name"]]
    frame = frame.sort_values("name", key=lambda names: names.map(sort_key))
    late = data.late_dossiers.query("level == @level")
    rates = late_rates(data, level=level)
    shares = parts.of(late, "late", whole=data.place).units.iloc[: 0 if len(rates) else None]
    late = longest_period(late[late["unit"] != data.place])
    capital = data.disbursement.query("level == @level and scope == 'total'")
    capital = of_last_day(capital)
    published = data.sipas.query("level == @level and component == 'overall'")
    sampled = satisfaction is not None and len(satisfaction) > 0
    asked = satisfaction if sampled else published
    for name, rows, column in (
        ("late_pct", rates, "late_pct"), ("share_pct", shares, "share_pct"),
        ("disbursed_pct", capital, "rate_pct"), ("satisfaction_pct", asked, "satisfaction_pct"),
        ("likely_pct", asked, "likely_pct" if sampled else "satisfaction_pct"),
    ):  # fmt: skip
        low, high = (end.groupby(rows["unit_code"]) for end in ends(rows, column))
        held = pd.DataFrame({"low": low.min(), "high": high.max()}).reindex(frame.index)
        if held.notna().any(axis=None):  # where sources differ, the hull of what they say
            held = held.fillna({"low": 0.0, "high": 100.0}).clip(upper=100)
        if name == "late_pct":  # of too few dossiers for a rate: not unknown, but none
            held[held.index.isin(rows.loc[rows["late_pct_low"].isna(), "unit_code"])] = np.nan
        frame[[f"{name}_low", f"{name}_high"]] = held
    have = [name for name in FIGURES if frame[f"{name}_low"].notna().any()]
    counted = late.iloc[: None if {"late_pct", "share_pct"} & set(have) else 0]
    every = pd.concat([counted, capital, published])  # they stand for a unit without a figure
    frame = frame.join(traces(every, "unit_code"))
    frame = frame.fillna(dict(zip(("source", "locator"), join_traces(every), strict=True)))
    frame = frame.rename_axis("unit_code").rename(columns={"name": "unit"}).reset_index()
    frame = frame.iloc[: None if have else 0]
    bound = [low < high for low, high in (ends(frame, name) for name in have)]
    frame["status"] = np.where(np.any(bound, axis=0), "bound", "derived") if have else ""
    frame.attrs = {"disbursed_date": capital["as_of"].max() if len(capital) else None,
                   "interval": "likely_pct" if sampled else ""}  # fmt: skip
    return frame


def score(frame: pd.DataFrame, *, weights: dict[str, float], limits: list[float]) -> pd.DataFrame:
    """The score of each unit by a weighting of our own, highest first; status "assumed".

    ``frame`` is ``figures``. Adds score (``composite``) and, from score_likely (the same with the
    sample's interval of satisfaction), score_rank (1: highest) and band. ``attrs["interval"]``:
    "score_likely" of a sample.
    """
    sampled = frame.assign(**pairs(satisfaction_pct=ends(frame, "likely_pct")))
    both, likely = (composite(one, weights=weights) for one in (frame, sampled))
    low, high = ends(likely, "score")
    found = frame.loc[both.index].join([
        both, rank_range(low, high).add_prefix("score_"), band(low, high, limits=limits),
    ]).assign(**pairs(score_likely=(low, high)), status="assumed")  # fmt: skip
    found = parts.highest_first(found, "score")
    found.attrs = {"interval": "" if both.equals(likely) else "score_likely"}
    return found


def composite(frame: pd.DataFrame, *, weights: dict[str, float]) -> pd.DataFrame:
    """Weighted mean of figures in percent: score_low, score_high; 0 to 100, higher is better.

    score = Σ weight × figure / Σ weight at both ends, one better when lower as 100 − figure. A
    figure that is missing throughout is left out; of fewer than two there is no composite, and no
    row, nor of a unit that misses another. Refused for a weight below zero, an unknown figure, or
    all weights zero.
    """
    for name, weight in weights.items():
        if f"{name}_low" not in frame or weight < 0:
            raise Refused("weight {name} = {weight}: name a figure of the table, zero or more",
                          name=name, weight=f"{weight:g}")  # fmt: skip
    if not any(weights.values()):
        raise Refused("all weights are zero: give one of the figures a weight")
    used = {name: weight for name, weight in weights.items()
            if weight and frame[f"{name}_low"].notna().any()}  # fmt: skip
    if len(used) < 2:
        return pd.DataFrame(columns=["score_low", "score_high"], index=frame.index[:0], dtype=float)
    better = [[100 - end for end in ends(frame, name)[::-1]] if lower_is_better(name)
              else ends(frame, name) for name in used]  # fmt: skip
    mean = np.average(better, axis=0, weights=[*used.values()])
    return pd.DataFrame(pairs(score=mean), index=frame.index).dropna()


def band(low: pd.Series, high: pd.Series, *, limits: list[float]) -> pd.DataFrame:
    """The band or bands of 0 to 100 an interval lies in, by their ends: band_low, band_high.

    ``limits`` are the lower ends of all bands but the first; a value on a limit is in the band
    above it. ValueError where they do not rise from above 0 to below 100.

    >>> band(pd.Series([50, 65]), pd.Series([50, 85]), limits=[50, 70, 80]).to_numpy().tolist()
    [[50.0, 70.0], [50.0, 100.0]]
    """
    edges = np.array([0, *limits, 100], dtype=float)
    if not limits or (np.diff(edges) <= 0).any():
        raise Refused("limits {limits}: write rising numbers between 0 and 100, as 50, 70, 90",
                      limits=str(limits))  # fmt: skip
    places = [np.searchsorted(limits, end.astype(float), side="right") for end in (low, high)]
    return pd.DataFrame(pairs(band=(edges[places[0]], edges[places[1] + 1])), index=low.index)


def late_rates(data: Tables, *, level: str) -> pd.DataFrame:
    """Late dossiers as a share of those resolved, by unit, highest first; empty where not known.

    The pair late_pct = 100 × late / resolved, lower is better, missing of fewer than 10 resolved,
    over the longest period. ``attrs``: whole_pct, of all of them together, missing where one count
    is a bound; target, what the centre asks of communes at most.
    """
    rows = longest_period(data.late_dossiers.query("level == @level"))
    own = rows[(rows["unit"] != data.place) & rows["resolved"].gt(0) & rows["late_low"].notna()]
    whole = own["resolved"].astype(float)
    late = [of_enough((100 * end / whole).clip(upper=100), whole) for end in ends(own, "late")]
    rates = own.assign(**pairs(late_pct=late))
    rates = rates.sort_values("late_pct_high", ascending=False, ignore_index=True)
    rates.attrs = {"whole_pct": _together_pct(own),
                   "target": commune_targets(level, data.year)["late_pct"].max()}  # fmt: skip
    return rates


def _together_pct(rows: pd.DataFrame) -> float:
    """The late rate of all rows together; missing of too few, or where one count is a bound."""
    (low, high), resolved = ends(rows, "late"), rows["resolved"].astype(float).sum()
    known = low.eq(high).all() and resolved >= FEWEST_DOSSIERS
    return float(100 * low.sum() / resolved) if known else float("nan")


def handled(data: Tables, *, level: str) -> tuple[pd.DataFrame, str]:
    """Dossiers of each unit of ``level`` by what was handled, and what that is: a column's name.

    "procedure" where there is a register; else "field", of late_by_field (form II.06a) over their
    longest period. Of communes of 2025 those since July, for old ones bear some of their codes.
    Columns unit_code, that column, resolved, late or its pair, period_start, period_end.
    """
    dossiers = data.register[data.register["level"] == level]
    start = pd.Timestamp(data.period.span()[0])
    if level == "commune" and data.year == DISTRICTS_ENDED.year:
        start = max(start, DISTRICTS_ENDED + pd.Timedelta(days=1))
        dossiers = dossiers[dossiers["month"] >= start]
    cells = dossier_register.late_dossiers(dossiers, by=("unit", "procedure"))
    if len(cells):
        day, _ = dossier_register.counted_to(data.sources, data.period)
        told = {"source": dossier_register.SOURCE, "locator": str(data.period)}
        told |= {"period_start": start, "period_end": pd.Timestamp(day)}
        return cells.rename(columns={"unit": "unit_code"}).assign(**told), "procedure"
    fields = data.late_by_field.query("level == @level and unit != @data.place")
    return longest_period(fields.dropna(subset=["resolved", "late_low"])), "field"


def late_given_mix(data: Tables, *, level: str) -> pd.DataFrame:
    """``expected_late`` of the year for each unit of ``level``, of what it ``handled``.

    Adds unit and late_pct (100 × late / resolved), status ("bound" where late is no single number).
    Most surely late first, by the low end of likely_ratio. ``attrs["whole_pct"]``: the rate of them
    all, missing where one late is a bound.
    """
    cells, by = handled(data, level=level)
    found = expected_late(cells, by=by)
    names = latest_names(data.units)
    low, high = ends(found, "late")
    resolved = found["resolved"]
    rates = [of_enough(100 * end / resolved, resolved) for end in (low, high)]
    rows = found.join(traces(cells, "unit_code")).assign(
        unit=names.reindex(found.index), **pairs(late_pct=rates),
        status=np.where(low == high, "derived", "bound"),
    ).sort_values("likely_ratio_low", ascending=False).reset_index()  # fmt: skip
    rows.attrs = found.attrs | {"whole_pct": _together_pct(found)}
    return rows


def late_months(data: Tables, *, level: str) -> pd.DataFrame:
    """The late rate of a level by month, late_pct, in its ``monthly_chart``.

    A month of two rows of the level has no rate. Communes are others since July 2025: a new
    stretch.
    """
    rows = data.late_dossiers.query("level == @level and unit == @data.place and status != 'bound'")
    rows = rows[(rows["period_end"] - rows["period_start"]).dt.days < 31]
    one = ~rows["period_end"].dt.to_period("M").duplicated(keep=False) & rows["late_low"].notna()
    late = parts.share(rows["late_low"], total=rows["resolved"], fewest=FEWEST_DOSSIERS)
    rows = rows.assign(late_pct=late)[one]
    until = DISTRICTS_ENDED if level == "commune" else None
    return monthly_chart(rows, "late_pct", day="period_end", until=until)


def territories(data: Tables) -> pd.DataFrame:
    """Late dossiers on the land of each district, to its end in June 2025 and since July.

    Two rows a district, by name: the district with its old communes, and today's communes on its
    land. Land can be followed, work cannot: no change is computed. Columns unit_code, unit,
    period_start, period_end, offices (how many there are), pairs resolved, late and late_pct (100 ×
    late / resolved), status "bound" where a count is not exact. A commune on the land of several
    districts has from none to all of its dossiers on each; units not listed share one rest. The
    high end of a sum is missing where one office's figure is, the rate where it needs that end. No
    row where late is known of no unit in one period.
    """
    rows = data.late_dossiers.query("level in @COMPARED and unit != @data.place")
    rows = rows[rows["late_low"].notna()]
    before = longest_period(rows[rows["period_end"] <= DISTRICTS_ENDED])
    after = longest_period(rows[rows["period_start"] > DISTRICTS_ENDED])
    old, first = units_on(data.units, DISTRICTS_ENDED), DISTRICTS_ENDED + pd.Timedelta(days=1)
    districts = old[old["level"] == "district"].iloc[: None if len(before) and len(after) else 0]
    districts = districts.sort_values("name", key=lambda names: names.map(sort_key))
    heirs = {code: follow(code, first, data.units) for code in districts["code"]}
    times = Counter(code for found in heirs.values() for code in found["code"])
    nowhere = {"unit_code": "", "unit": "", "period_start": pd.NaT, "period_end": pd.NaT}
    sums = [nowhere | _together(rows[:0].assign(shared=False))]  # for its columns
    for code, name in zip(districts["code"], districts["name"], strict=True):
        own = old[(old["code"] == code) | (old["parent"] == code)].assign(shared=False)
        new = heirs[code]
        new = new.assign(shared=(new["extent"] == "part") | new["code"].map(times).gt(1))
        for land, figures in ((own, before), (new, after)):
            land = land[["code", "level", "shared"]].rename(columns={"code": "unit_code"})
            days = figures[["period_start", "period_end"]].iloc[0]
            added = _together(land.merge(figures, on=["unit_code", "level"], how="left"))
            sums.append({"unit_code": code, "unit": name, **days, **added})
    found = pd.DataFrame(sums).iloc[1:].reset_index(drop=True)
    low = parts.share(found["late_low"], total=found["late_low"] + found["on_time_high"])
    high = parts.share(found["late_high"], total=found["late_high"] + found["on_time_low"])
    # Where one end has no dossier, those of the other end are all late, or none is: one rate.
    low, high = low.mask(found["on_time_high"] == 0, high), high.mask(found["late_high"] == 0, low)
    low = of_enough(low, found["resolved_high"])
    one = [end.eq(other) for end, other in (ends(found, name) for name in ("late", "resolved"))]
    status = np.where(one[0] & one[1], "derived", "bound")
    return found.assign(**pairs(late_pct=(low, high.where(low.notna()))), status=status)


def _together(rows: pd.DataFrame) -> dict[str, object]:
    """Counts of some offices added up, pairs: from none to all of one that is ``shared``."""
    whole, resolved = ~rows["shared"], rows["resolved"].astype(float)
    low, high = ends(rows, "late")
    bound = rows["status"] == "bound"
    high = high.mask(bound & rows["level"].where(bound).duplicated(), 0)  # one rest for them all
    columns = {"late": (low, high), "resolved": (resolved, resolved),
               "on_time": (resolved - high, resolved - low)}  # fmt: skip
    added = pairs(**{name: (least.where(whole, 0).sum(), most.sum(skipna=False))
                     for name, (least, most) in columns.items()})  # fmt: skip
    source, locator = join_traces(rows.dropna(subset="source"))
    return {"offices": len(rows), **added, "source": source, "locator": locator}


def lost_points_by_unit(units: pd.DataFrame, *, lost_points: tuple[float, float]) -> pd.DataFrame:
    """A criterion's ``lost_points`` laid on units by their pair share_pct of what lost them.

    lost_points = points × share_pct / 100 at either end. That points are lost in proportion to late
    dossiers is our reading: status "assumed". No row where the points lost are not known.
    """
    shares = zip(ends(units, "share_pct"), lost_points, strict=True)
    laid = units.assign(**pairs(lost_points=[share / 100 * points for share, points in shares]))
    return laid.assign(status="assumed").dropna(subset="lost_points_low")
