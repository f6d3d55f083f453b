"""What does not add up in a year's tables, and what adds up: each check yields its findings."""

from collections.abc import Iterable, Iterator

import pandas as pd

from par_lib.cleaning import findings
from par_lib.cleaning.findings import AGREES, LEVEL_UNITS, Finding, found, half_step, verdict
from par_lib.cleaning.schema import INDEX_COMPONENTS
from par_lib.language.translation import LABELS, N_
from par_lib.language.vietnamese import sort_key

_RATE_TOLERANCE_PCT = 0.1  # a rate written with one decimal, or cut instead of rounded
_POINTS_TOLERANCE = 0.005  # a total written with two decimals
_SATISFIED = N_("Satisfaction ({figure}): {high} in one source and {low} in another.")
_EARNED = N_("{figure}: {high} points in one source and {low} in another.")
_RANKED = N_("{figure}: rank {high} in one source and {low} in another.")


def review(tables: dict[str, pd.DataFrame], *, known: pd.DataFrame, sources: pd.DataFrame,
           year: int, more: Iterable[Finding] = ()) -> pd.DataFrame:  # fmt: skip
    """All findings of one year and ``more``, gravest first; empty where nothing can be compared."""
    province = set(known.loc[known["level"] == "province", "code"])
    late, scores = tables["late_dossiers"], tables["scores"]
    sipas = tables["sipas"].query("level == 'province'")
    return findings.to_frame([
        *listed_against_total(late, province=province),
        *half_year_against_year(late, province=province),
        *findings.counts_that_contradict(late, tables["indicators"]),
        *named_without_figure(tables["mentions"], late, province=province),
        *lists_that_differ(tables["mentions"]),
        *announced_against_listed(tables["indicators"], tables["disbursement"]),
        *rate_against_amounts(tables["disbursement"]),
        *parts_against_whole(tables["indicators"]),
        *components_against_total(sipas, scores),
        *sources_that_differ(sipas, "component", "satisfaction_pct", _SATISFIED, 2),
        *sources_that_differ(sipas, "component", "points", _EARNED, 4),
        *sources_that_differ(scores, "criterion", "points", _EARNED, 2),
        *sources_that_differ(scores, "criterion", "rank_low", _RANKED, 0),
        *index_against_parts(tables["service_index"]),
        *title_against_data(sources, year=year),
        *findings.bounds_against_figures(tables, sources, province=province),
        *more,
    ])  # fmt: skip


def listed_against_total(late: pd.DataFrame, *, province: set[str]) -> Iterator[Finding]:
    """Listed units against the declared total of their level; the rest is what nobody owns."""
    for (level, _, end), group in late.groupby(["level", "period_start", "period_end"]):
        is_total, is_bound = group["unit_code"].isin(province), group["status"] == "bound"
        declared, listed = group[is_total], group[~is_total & ~is_bound]
        if len(declared) != 1 or listed.empty or declared["late_low"].isna().all():
            continue
        total, known = int(declared["late_low"].item()), int(listed["late_low"].sum())
        if known > total:
            what = N_("{level}: the units listed have {listed} late dossiers, more than the "
                      "{total} declared for all up to {day}.")  # fmt: skip
            judged = "conflict", N_("Correct the total or a listed figure.")
        elif known == total:
            what = N_("{level}: the units listed add up to the {total} late dossiers declared.")
            judged = AGREES
        elif is_bound.any():
            what = N_("{level}: the units listed have {listed} of the {total} late dossiers "
                      "declared up to {day}; the {unlisted} not listed share {rest}.")  # fmt: skip
            judged = "gap", N_("Ask for the figures of the {unlisted} units not listed.")
        else:  # how many there are is not known
            what = N_("{level}: the units listed have {listed} of the {total} late dossiers "
                      "declared up to {day}; those not listed share {rest}.")  # fmt: skip
            judged = "gap", N_("Ask for the figures of the units not listed.")
        yield found("listed_against_total", level, what, (known, total), judged, declared,
                    level=LEVEL_UNITS[level], listed=known, total=total, rest=total - known,
                    unlisted=int(is_bound.sum()), day=end)  # fmt: skip


def half_year_against_year(late: pd.DataFrame, *, province: set[str]) -> Iterator[Finding]:
    """About half a year against the whole: it may not exceed it, and should make sense."""
    is_total = late["unit_code"].isin(province)
    totals = late[is_total & late["late_low"].notna()]
    # The province's own offices are its departments.
    listed = late[~is_total & (late["status"] != "bound") & (late["level"] == "department")]
    for part in totals.itertuples():
        if not 150 < (part.period_end - part.period_start).days < 300:
            continue
        at_province = part.level == "province"
        whole = listed if at_province else totals[totals["level"] == part.level]
        whole = whole[(whole["period_start"] == part.period_start)
                      & (whole["period_end"] > part.period_end)]  # fmt: skip
        if whole.empty:
            continue
        a, b = int(part.late_low), int(whole["late_low"].sum())
        what = N_("{level}: {part} late dossiers in the first half and {whole} in the year, so "
                  "{rest} in the second half.")  # fmt: skip
        if at_province:
            what = N_("{level}: {part} late dossiers at the one-stop centre in the first half "
                      "alone, but the departments listed have {whole} in the whole "
                      "year.")  # fmt: skip
        judged = "note", N_("Confirm that both counts use the same definition of late.")
        if a > b:
            decide = N_("Ask whether departments are missing from the list, or counted otherwise.")
            judged = "conflict", decide
        both = pd.concat([totals.loc[[part.Index]], whole])
        yield found("half_year_against_year", part.level, what, (a, b), judged, both,
                    level=LEVEL_UNITS[part.level], part=a, whole=b, rest=b - a)  # fmt: skip


def named_without_figure(mentions: pd.DataFrame, late: pd.DataFrame, *,
                         province: set[str]) -> Iterator[Finding]:  # fmt: skip
    """Units named as high, at a level where others have figures, without one of their own."""
    exact = late[(late["status"] != "bound") & late["late_low"].notna()]
    figures = exact.loc[~exact["unit_code"].isin(province), ["level", "unit_code"]]
    named = mentions[mentions["table"] == "late_dossiers"]
    named = named[named["level"].isin(figures["level"])]
    both = named.merge(figures.drop_duplicates(), how="left", indicator="figure")
    for (_, unit), rows in both[both["figure"] == "left_only"].groupby(["level", "unit"]):
        what = N_("{unit} is named as having many late dossiers in one section, but has no figure "
                  "in the other.")  # fmt: skip
        judged = "gap", N_("Ask for the figure of {unit}.")
        yield found("named_without_figure", unit, what, (None, None), judged, rows, unit=unit)


def lists_that_differ(mentions: pd.DataFrame) -> Iterator[Finding]:
    """Two lists of the same source that name different places for the same thing."""
    for (level, _source), named in mentions.groupby(["level", "source"]):
        lists = [set(units) for _, units in named.groupby("locator")["unit"]]
        if len(lists) != 2 or lists[0] == lists[1]:
            continue
        a, b = lists
        parts = {"both": a & b, "only_a": a - b, "only_b": b - a}
        told = {name: sorted(units, key=sort_key) or ["–"] for name, units in parts.items()}
        what = N_("{level}: the two lists of places with many late dossiers differ ({count_a} and "
                  "{count_b} places). In both: {both}. Only in the first: {only_a}. Only in the "
                  "second: {only_b}.")  # fmt: skip
        judged = "conflict", N_("Decide which list holds, or give figures for all.")
        yield found("lists_that_differ", level, what, (len(a), len(b)), judged, named,
                    level=LEVEL_UNITS[level], count_a=len(a), count_b=len(b), **told)  # fmt: skip


def announced_against_listed(indicators: pd.DataFrame,
                             disbursement: pd.DataFrame) -> Iterator[Finding]:  # fmt: skip
    """How many units a source announces below a threshold, against how many it lists."""
    announced = indicators[indicators["measure"].str.startswith("announced_below_")]
    for row in announced.itertuples():
        threshold = int(row.measure.removeprefix("announced_below_").removesuffix("_pct"))
        there = (disbursement["level"] == row.level) & (disbursement["as_of"] == row.period_end)
        a, b = int(row.value_low), int((there & (disbursement["rate_pct_high"] < threshold)).sum())
        what = N_("{level}: {announced} are announced below {threshold} at {day}, and {listed} "
                  "listed.")  # fmt: skip
        judged = verdict(a == b, N_("Find the unit that is missing or listed too much."))
        yield found("announced_against_listed", row.level, what, (a, b), judged,
                    indicators.loc[[row.Index]], level=LEVEL_UNITS[row.level], announced=a,
                    listed=b, threshold=[threshold, 0, "%"], day=row.period_end)  # fmt: skip


def rate_against_amounts(disbursement: pd.DataFrame) -> Iterator[Finding]:
    """A stated rate against disbursed ÷ plan, within what their written decimals leave open."""
    both = disbursement.dropna(subset=["plan_bn_vnd", "disbursed_bn_vnd", "rate_pct_low"])
    for row in both[both["plan_bn_vnd"] > 0].itertuples():
        disbursed, plan, stated = row.disbursed_bn_vnd, row.plan_bn_vnd, row.rate_pct_low
        computed = 100 * disbursed / plan
        lowest = 100 * (disbursed - half_step(disbursed)) / (plan + half_step(plan))
        highest = 100 * (disbursed + half_step(disbursed)) / (plan - half_step(plan))
        slack = max(_RATE_TOLERANCE_PCT, half_step(stated))
        decide = N_("Read the amounts again, and of which plan the rate is.")
        smaller, larger = sorted([computed, stated])
        if larger > 500 * smaller > 0:
            decide = N_("Read the amounts again; a factor of 1,000 means triệu was written for tỷ.")
        judged = verdict(lowest - slack <= stated <= highest + slack, decide)
        what = N_("{unit}, disbursement at {day}: {stated} stated, {computed} by the amounts.")
        yield found("rate_against_amounts", row.unit, what, (stated, computed), judged,
                    disbursement.loc[[row.Index]], unit=row.unit, day=row.as_of,
                    stated=[stated, findings.decimals_of(stated), "%"],
                    computed=[computed, 2, "%"])  # fmt: skip


def parts_against_whole(indicators: pd.DataFrame) -> Iterator[Finding]:
    """Parts of a survey (``<measure>_…``) against its total (``<measure>``) in the same source."""
    counts = indicators[indicators["measure_unit"] == "count"]
    for whole in counts.itertuples():
        of_whole = counts["measure"].str.startswith(f"{whole.measure}_")
        parts = counts[of_whole & (counts["source"] == whole.source)]
        if len(parts) < 2:
            continue
        a, b = int(parts["value_low"].sum()), int(whole.value_low)
        judged = verdict(a == b, N_("Correct the total or a part."))
        what = N_("Ballots of the leaders' survey: {parts} = {sum}, and {whole} are stated.")
        yield found("parts_against_whole", whole.measure, what, (a, b), judged,
                    counts.loc[[whole.Index, *parts.index]],
                    parts=" + ".join(f"{part:.0f}" for part in parts["value_low"]),
                    sum=a, whole=b)  # fmt: skip


def components_against_total(sipas: pd.DataFrame, scores: pd.DataFrame) -> Iterator[Finding]:
    """SIPAS components against their stated total, and the satisfaction that total implies.

    Not while sources differ on a component or the total: ``sources_that_differ`` says so.
    """
    parts = sipas[(sipas["component"] != "overall") & sipas["points"].notna()]
    total = scores[(scores["criterion"] == "sipas") & scores["points"].notna()]
    parts, total = parts.drop_duplicates(["component", "points"]), total.drop_duplicates("points")
    if parts.empty or parts["component"].duplicated().any() or len(total) != 1:
        return
    a, b = parts["points"].sum(), total["points"].item()
    what = N_("SIPAS: the components add up to {sum} points, and {stated} are stated.")
    judged = verdict(abs(a - b) <= _POINTS_TOLERANCE, N_("Correct the total or a component."))
    yield found("components_against_total", "sipas", what, (a, b), judged,
                pd.concat([parts, total]), sum=[a, 4], stated=[b, 2])  # fmt: skip
    implied = 100 * a / parts["max_points"].sum()
    for row in sipas.query("component == 'overall' and satisfaction_pct.notna()").itertuples():
        stated = row.satisfaction_pct
        if abs(stated - implied) <= _RATE_TOLERANCE_PCT:
            continue
        what = N_("SIPAS: the components' points mean {implied} of the points, while an overall "
                  "satisfaction of {stated} is given.")  # fmt: skip
        decide = N_("State how the overall satisfaction is computed, and which one is to be "
                    "quoted.")  # fmt: skip
        yield found("components_against_satisfaction", "sipas", what, (stated, implied),
                    ("conflict", decide), pd.concat([sipas.loc[[row.Index]], parts]),
                    implied=[implied, 2, "%"],
                    stated=[stated, findings.decimals_of(stated), "%"])  # fmt: skip


def sources_that_differ(stated: pd.DataFrame, name: str, column: str, what: str,
                        digits: int) -> Iterator[Finding]:  # fmt: skip
    """A figure of the province, named in the column ``name``, stated with two values."""
    unit = ["%"] if column.endswith("_pct") else []
    known = stated.dropna(subset=[column])
    for (code, _), rows in known.groupby([name, known.get("unit_code", name)]):
        low, high = ends = float(rows[column].min()), float(rows[column].max())
        written = [[end, 0 if end.is_integer() else digits, *unit] for end in ends]
        judged = "conflict", N_("Decide which value is quoted; this edition shows both.")
        if low == round(high) or high == round(low):
            judged = "note", N_("One may be the other, rounded: quote the exact one.")
        if low < high:
            yield found("sources_that_differ", code, what, (high, low), judged, rows,
                        figure=LABELS[code], low=written[0], high=written[1])  # fmt: skip


def index_against_parts(index: pd.DataFrame) -> Iterator[Finding]:
    """Parts of the index of service against its total in the same source, and 100 as their maxima.

    Each may be half a unit of the last decimal off. Those that hold are one finding together.
    """
    exact, agreed = index[index["points_low"] == index["points_high"]], []
    for (_, _, day, _), rows in exact.groupby(["unit_code", "level", "as_of", "source"]):
        if sorted(rows["component"]) != sorted(INDEX_COMPONENTS):
            continue
        is_total, unit = rows["component"] == "total", rows["unit"].iloc[0]
        a, b = rows.loc[~is_total, "points_low"].sum(), rows.loc[is_total, "points_low"].item()
        most = rows.loc[~is_total, "max_points"].fillna(0).sum()  # of none stated, 0
        step = rows["points_low"].map(half_step).min()  # the finest: 20,0 is read as 20
        slack = len(rows) * step + 1e-9
        if abs(a - b) <= slack and most in (0, 100):
            agreed.append(rows)
            continue
        what = N_("{unit}, index of service at {day}: the parts add up to {sum} points of {most}, "
                  "and {stated} of 100 are stated.")  # fmt: skip
        judged = "conflict", N_("Correct the total or a part.")
        yield found("index_against_parts", unit, what, (a, b), judged, rows, unit=unit,
                    day=day, sum=[a, 2], most=[most, 1], stated=[b, 2])  # fmt: skip
    if agreed:
        what = N_("Index of service: the parts add up to the total, compared {count} times.")
        yield found("index_against_parts", "total", what, (None, None), AGREES,
                    pd.concat(agreed), count=len(agreed))  # fmt: skip


def title_against_data(sources: pd.DataFrame, *, year: int) -> Iterator[Finding]:
    """A source whose title names another year than its figures."""
    for name, row in sources.query("title_year != '' and data_year != ''").iterrows():
        title, data = int(row["title_year"]), int(row["data_year"])
        if title != data and year == data:
            yield Finding(
                "title_against_data", name,
                N_("The report's title says {title}, and its figures are those of {data}."),
                title, data, "note", N_("Quote it with the year of its figures."),
                {"title": str(title), "data": str(data)}, "reported", name,
            )  # fmt: skip
