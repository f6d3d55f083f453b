"""A unit's own figures, for a sheet of its own: with bounds, place among others, and change.

One table holds them all, a row a unit and figure, so that a sheet is a few rows of it.
"""

import math
from collections.abc import Iterator

import pandas as pd
from rapidfuzz import process

from par_lib.cleaning import dossier_register
from par_lib.cleaning.tables import Tables, longest_period
from par_lib.cleaning.units import DISTRICTS_ENDED, TRANSLATED, lowest_level, units_on
from par_lib.language import Period, Refused
from par_lib.language.translation import COLUMNS, LABELS, MEASURES, N_, Language, decimals
from par_lib.language.vietnamese import sort_key
from par_lib.scoring import changes, disbursement, fair_comparison, parts, unit_comparison
from par_lib.scoring.intervals import NOTHING, ends, paired, pairs, rank_range, renamed

LEVELS = ("department", "district", "commune")
ASKED = ("late_dossiers", "disbursement", "sipas")  # of which every unit should have figures
_RANKED = ("disbursed_pct", "index_points")  # neither a sample nor a count of what chance moves
_NAMED = ("resolved", "late", "late_pct", "disbursed_pct", "satisfaction_pct", "index_points")
# What a task moves, as tasks.csv says it, and the figure of a unit that is so moved.
_MOVED = {
    "late_dossiers.late": "late",
    "late_dossiers.on_time_pct": "on_time_pct",
    "disbursement.rate_pct": "disbursed_pct",
    "sipas.points": "satisfaction_pct",
}
_SLACK_DAYS = 3  # by which months and leap years differ


def units(data: Tables, figures: pd.DataFrame, t: Language) -> pd.DataFrame:
    """Units that have a sheet, by level and name: of levels with ``figures``, and the lowest.

    As they were on the period's last day, districts on their last. Columns code, name, level,
    called: as a heading has it, in Vietnamese a place with its kind.
    """
    last = pd.Timestamp(data.period.span()[1])
    known = {lowest_level(data.units, last), *figures["level"]}
    found = [units_on(data.units, min(last, DISTRICTS_ENDED) if level == "district" else last,
                      level=level).sort_values("name", key=lambda names: names.map(sort_key))
             for level in LEVELS if level in known]  # fmt: skip
    rows = pd.concat(found, ignore_index=True)
    translated = rows["level"].isin(TRANSLATED)
    called = rows["kind"].str.capitalize() + " " + rows["name"]
    called = called.mask(translated, rows["name"])
    if t.code != "vi":
        called = rows["name"].mask(translated, rows["name_en"])
    return rows.assign(called=called)[["code", "name", "level", "called"]]


def figures(data: Tables) -> pd.DataFrame:
    """The newest figures of each unit: a row a unit and figure.

    Columns unit_code, level, figure (its column in the tables, as late_pct), table, start and day
    (the period it is of; start missing of what adds up to a day), the pairs value and place, peers,
    verdict. late may be a bound of units that share one rest, as ``parts.of`` has it. place: rank
    among ``peers`` of the level of whom the figure is known, 1 is best; missing where some are only
    known as a group, of counts, of satisfaction, which is of a sample, and of late_pct, whose order
    would be that of chance: there verdict has the limits of a ``funnel``.
    """
    found = pd.concat(_figures(data), ignore_index=True)
    found = found[found["value_low"].notna()].drop_duplicates(["unit_code", "figure"])
    for _, own in found[found["figure"].isin(_RANKED)].groupby(["level", "figure"]):
        if own["unit_code"].isna().any():  # of "all others" nobody says how many they are
            continue
        ranks = rank_range(*ends(own, "value"))
        found.loc[own.index, ["place_low", "place_high"]] = ranks.to_numpy(dtype=float)
        found.loc[own.index, "peers"] = len(own)
    return found.reset_index(drop=True)


def _figures(data: Tables) -> Iterator[pd.DataFrame]:
    for level in LEVELS:
        late = longest_period(data.late_dossiers.query("level == @level"))
        own = late[late["unit"] != data.place]
        for name in ("received", "resolved", "on_time"):
            yield _rows(own, name, "late_dossiers")
        counted = parts.of(data.late_dossiers.query("level == @level"), "late", whole=data.place)
        yield _rows(counted.units, "late", "late_dossiers")
        rates = unit_comparison.late_rates(data, level=level)
        verdicts = fair_comparison.funnel(rates).reindex(columns=["unit_code", "verdict"])
        yield _rows(rates.merge(verdicts, "left", "unit_code"), "late_pct", "late_dossiers")
        yield _rows(own, "on_time_pct", "late_dossiers")
        capital = data.disbursement.query("level == @level and scope == 'total'")
        capital = disbursement.of_last_day(capital)
        capital = capital.assign(**pairs(disbursed_pct=ends(capital, "rate_pct")))
        for name in ("plan_bn_vnd", "disbursed_bn_vnd", "disbursed_pct"):
            yield _rows(capital, name, "disbursement")
        asked = data.sipas.query("level == @level and component == 'overall'")
        start, end = data.period.span()
        year = {"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end)}
        yield _rows(asked.assign(**year), "satisfaction_pct", "sipas")
        served = data.service_index.query("level == @level and component == 'total'")
        served = served[served["as_of"] == served["as_of"].max()]
        served = served.assign(**pairs(index_points=ends(served, "points")))
        yield _rows(served, "index_points", "service_index")
        single = data.indicators.query("level == @level and unit != @data.place")
        yield _rows(single, "value", "indicators").assign(figure=single["measure"])


def _rows(frame: pd.DataFrame, name: str, table: str) -> pd.DataFrame:
    """One figure of each unit, as a row of ``figures``."""
    day = frame["as_of"] if "as_of" in frame else frame["period_end"]
    start = frame.get("period_start", pd.NaT)
    verdict = frame["verdict"].fillna("") if "verdict" in frame else ""
    own = frame[["unit_code", "level", "status", "source", "locator"]]
    return own.assign(figure=name, table=table, start=start, day=day, verdict=verdict, peers=0.0,
                      **pairs(value=ends(frame, name), place=NOTHING))  # fmt: skip


def changed(before: pd.DataFrame, after: pd.DataFrame, *, months: int) -> pd.DataFrame:
    """``after`` with the pairs before and change, of ``figures`` so many ``months`` earlier.

    change = after − before, its low end after's low less before's high. Missing where the unit had
    no such figure, or one of a period of another length, or of satisfaction by another method.
    """
    key = ["unit_code", "level", "figure"]
    both = paired(before.set_index(key), after.set_index(key), "value").reset_index()
    shift, slack = pd.DateOffset(months=months), pd.Timedelta(days=_SLACK_DAYS)
    alike = (both["before_day"] + shift - both["after_day"]).abs() <= slack
    starts = (both["before_start"] + shift - both["after_start"]).abs()
    alike &= (starts <= slack) | both["after_start"].isna()
    method = pd.Timestamp(changes.SIPAS_METHOD_SINCE, 1, 1)
    alike &= (both["figure"] != "satisfaction_pct") | (both["before_day"] >= method)
    both = renamed(both[alike], before_value="before")
    moved = both[[*key, *pairs(before=NOTHING, change=NOTHING), "source", "locator"]]
    found = after.merge(moved, "left", key, suffixes=("", "_of_both"))
    for name in ("source", "locator"):
        found[name] = found[f"{name}_of_both"].where(found["change_low"].notna(), found[name])
    return found


def in_words(rows: pd.DataFrame, t: Language) -> pd.DataFrame:
    """Rows of ``changed`` in words: figure, value, peers_place, before_value, change, day."""
    said = pd.DataFrame(
        [_words(row, t) for row in rows.to_dict("records")], rows.index,
        ["figure", "value", "peers_place", "before_value", "change"],
    )  # fmt: skip
    said["period_end"] = rows["day"]
    return said.join(rows[["status", "source", "locator"]])


def _words(row: dict, t: Language) -> dict[str, str | None]:
    name = row["figure"]
    both = [(row[f"{one}_low"], row[f"{one}_high"]) for one in ("value", "before")]
    digits = decimals(name, *(end for ends in both for end in ends), most=2)
    value, before = (t.interval(*ends, digits, percent=name.endswith("_pct")) for ends in both)
    low, high = row["change_low"], row["change_high"]
    change = t.signed(low, digits) if low == high else t.interval(low, high, digits)
    if low < 0 < high:
        change = t("unknown")
    verdict = LABELS.get(row["verdict"])
    place = t(verdict) if verdict else None
    if row["peers"]:
        ranks = t.interval(row["place_low"], row["place_high"])
        place = t(N_("{ranks} of {count}"), ranks=ranks, count=int(row["peers"]))
    called = t(COLUMNS[name]) if name in COLUMNS else MEASURES[t.code].get(name, name)
    moved = {"before_value": before, "change": change} if pd.notna(low) else {}
    return {"figure": called, "value": value, "peers_place": place} | moved


def row_of(unit: str, listed: pd.DataFrame) -> pd.DataFrame:
    """The row of ``units`` with this code or name; of "" the first. Refused for another."""
    found = listed[(listed["code"] == unit) | (listed["name"] == unit)]
    if unit and found.empty:
        near = process.extract(unit, listed["name"], limit=3)
        raise Refused("unit {unit!r} has no sheet; write its code or name, as {choices}",
                      unit=unit, choices=[name for name, *_ in near])  # fmt: skip
    return found.head(1) if unit else listed.head(1)


def of_unit(figures: pd.DataFrame, code: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One unit's rows of ``figures``; and as one row, a pair a figure, and verdict, for prose."""
    rows = figures[figures["unit_code"] == code]
    names = dict.fromkeys([*_NAMED, *rows["figure"]])
    both = rows.set_index("figure")[["value_low", "value_high"]].reindex([*names])
    held = {name: tuple(ends) for name, *ends in both.astype(float).itertuples()}
    verdict = rows.loc[rows["verdict"] != "", "verdict"]
    told = pairs(**held) | {"verdict": verdict.iloc[0] if len(verdict) else None}
    return rows, pd.DataFrame([told])


def pending(data: Tables) -> pd.DataFrame:
    """Open dossiers of each unit on ``day``, by ``by_due``; none where there is no snapshot."""
    day, _ = dossier_register.counted_to(data.sources, data.period)
    found = dossier_register.by_due(dossier_register.backlog(data.register, day=day), by="unit")
    return found.assign(day=pd.Timestamp(day))


def tasks_of(tasks: pd.DataFrame, unit: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Tasks of ``assigned_tasks`` that a ``unit`` leads or takes part in, alone or with its level.

    ``rows``: the unit's figures, with their value in words: own_figure, missing where a task moves
    another.
    """
    code, level = unit["code"].item(), unit["level"].item()
    own = [bool({code, level} & codes) for codes in tasks["codes"]]
    found = tasks[pd.Series(own, tasks.index, dtype=bool)]
    figures = found["moves"].str.removesuffix(f":{level}").map(_MOVED)
    return found.assign(own_figure=figures.map(rows.set_index("figure")["value"]))


def fewer(rates: pd.DataFrame, goal_pct: float) -> float | None:
    """How many late dossiers less bring a unit's rate to ``goal_pct`` at most; whole, rounded up.

    ``rates``: its row of ``late_rates``. None where the rate is not above it, or not known exactly.

    >>> row = pd.DataFrame({"late_low": [12], "late_high": [12], "resolved": [100]})
    >>> fewer(row, 5.5), fewer(row, 20)
    (7, None)
    """
    low, high = ends(rates, "late")
    if rates.empty or pd.isna(goal_pct) or low.item() != high.item():
        return None
    allowed = math.floor(goal_pct / 100 * rates["resolved"].item() + 1e-9)
    return max(int(low.item()) - allowed, 0) or None


def lacking(rows: pd.DataFrame, period: Period) -> list[str]:
    """Tables of ASKED of which ``rows``, a unit's figures, have none; sipas is of whole years."""
    asked = [name for name in ASKED if name != "sipas" or not period.part]
    return [name for name in asked if name not in {*rows["table"]}]


def excess(data: Tables, *, level: str) -> pd.DataFrame:
    """Late dossiers of each unit beyond those usual for each procedure (or field) it handled.

    Columns unit_code, handled (the procedure or field), resolved, pairs late, expected_late
    (resolved × rate of all units of the level) and excess_late = late − expected; most first. Those
    with fewer than FEWEST_OF_PROCEDURE resolved dossiers in all have no row.
    """
    cells, by = unit_comparison.handled(data, level=level)
    of_group = cells["resolved"].astype(float).groupby(cells[by]).transform("sum")
    usual = fair_comparison.usual_late(cells, cells[by])
    (low, high), (least, most) = ends(usual, "late"), ends(usual, "expected_late")
    found = cells.assign(handled=cells[by], status="derived", **usual,
                         **pairs(excess_late=(low - most, high - least)))  # fmt: skip
    found = found[of_group >= fair_comparison.FEWEST_OF_PROCEDURE]
    return found.sort_values("excess_late_low", ascending=False, kind="stable", ignore_index=True)
