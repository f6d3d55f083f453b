"""What changed between two periods, and who moved it; only figures that mean the same in both."""

import math

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep

from par_lib.cleaning import succession
from par_lib.cleaning.findings import traces
from par_lib.cleaning.schema import of_enough
from par_lib.cleaning.tables import Tables, load, longest_period
from par_lib.cleaning.units import DISTRICTS_ENDED
from par_lib.language import Refused
from par_lib.language.prose import require
from par_lib.language.translation import LABELS, N_, Language
from par_lib.scoring import unit_comparison
from par_lib.scoring.fair_comparison import FEWEST_OF_PROCEDURE
from par_lib.scoring.intervals import ends, paired, pairs, renamed
from par_lib.scoring.scorecard import hull
from par_lib.storage import dependencies, paths

_COUNTS = ("late",)  # kinds of figures that add up
ANNEXES_SINCE = (2022, 2024)  # maxima of pillars may differ: decisions 876 and 892/QĐ-BNV
SIPAS_METHOD_SINCE = 2022  # the survey's method changed: values before and after do not compare


def between(before: Tables, after: Tables, language: Language) -> pd.DataFrame:
    """One row a figure of the province known in both years, on the same basis.

    Columns: figure, before, after and change in the reader's words, intervals where published with
    several values.
    """
    one, other = (_figures(data, language) for data in (before, after))
    if (before.year < SIPAS_METHOD_SINCE) != (after.year < SIPAS_METHOD_SINCE):
        one = one.query("kind != 'satisfaction_pct'")
    both = paired(one, other, "value").reset_index()
    for name, value, write in (("before", "before_value", _write), ("after", "after_value", _write),
                               ("change", "change", _change)):  # fmt: skip
        figures = zip(both["kind"], *ends(both, value), strict=True)
        both[name] = [write(*figure, language) for figure in figures]
    return both[["figure", "before", "after", "change", "status", "source", "locator"]]


def on_todays_land(data: Tables, language: Language) -> pd.DataFrame:
    """Figures of earlier years of the provinces that are one since July 2025, beside each other.

    A row a figure and year, of those that all have, and of counts. Columns figure, year, one for
    each province (``attrs["parts"]`` names them) and together, in the reader's words: the sum of a
    count, at least what is known where a province is missing; rates and points do not add up. No
    row of another province, or of a year before.
    """
    t, found, provinces = language, [], [data.province, *succession.merged(data.province)]
    merged = data.year >= DISTRICTS_ENDED.year and len(provinces) > 1
    named = dict.fromkeys(provinces, "")
    for province in provinces if merged else ():
        for year in (one for one in paths.years(province) if one < data.year):
            with dependencies.of_another(province, year):
                own = load(province, year)
                rows = _figures(own, t).reset_index().assign(year=year, province=province)
            named[province] = t("{place}, before July 2025", place=own.place)
            if province != data.province:
                rows["source"] = rows["source"].map(lambda cited, of=province: "; ".join(
                    f"{of}:{one}" for one in cited.split("; ")))  # fmt: skip
            found.append(rows)
    every = pd.concat(found) if found else pd.DataFrame(columns=["year", "figure", "kind"])
    shown = []
    for (year, figure, kind), rows in every.groupby(["year", "figure", "kind"], sort=False):
        lacks, low, high = len(rows) < len(provinces), *ends(rows, "value")
        if lacks and kind not in _COUNTS:
            continue
        said = {named[row.province]: _write(kind, row.value_low, row.value_high, t)
                for row in rows.itertuples()}  # fmt: skip
        whole = _write(kind, low.sum(), math.inf if lacks else high.sum(), t)
        cited = {name: "; ".join(rows[name]) for name in ("source", "locator")}
        stated = kind not in _COUNTS and (rows["status"] == "reported").all()
        shown.append({"figure": figure, "year": year, **said, **cited,
                      "status": "reported" if stated else "derived",
                      "together": whole if kind in _COUNTS else None})  # fmt: skip
    parts = [name for name in named.values() if name]
    columns = ["figure", "year", *parts, "together", "status", "source", "locator"]
    area = pd.DataFrame(shown, columns=columns)
    area.attrs = {"parts": parts}
    return area


def _figures(data: Tables, t: Language) -> pd.DataFrame:
    """Figures of the province, from the least to the most published; index figure, kind."""
    late = data.late_dossiers[data.late_dossiers["unit"] == data.place]
    start, end = map(pd.Timestamp, data.period.span())
    late = late[late["period_end"] - late["period_start"] >= end - start - pd.Timedelta(days=1)]
    capital = data.disbursement.query("level == 'province' and scope == 'total'")
    capital = capital[capital["as_of"] == end]
    sipas = data.sipas[(data.sipas["unit"] == data.place) & (data.sipas["component"] == "overall")]
    found = []
    for rows, named_by, told in (
        (data.scores, "criterion", {"points": N_("{criterion} (points)"),
                                    "rank": N_("{criterion} (rank)")}),
        (sipas, "component", {"satisfaction_pct": N_("Overall satisfaction (SIPAS)")}),
        (late, "level", {"late": N_("{level}: late dossiers of the period")}),
        (capital, "basis", {"rate_pct": N_("Disbursed at the end of the period, basis: {basis}")}),
    ):  # fmt: skip
        named = rows[named_by].map(LABELS).map(t)
        of_rows = [rows.assign(figure=[t(words, **{named_by: name}) for name in named], kind=kind,
                               **pairs(value=ends(rows, kind)))
                   for kind, words in told.items()]  # fmt: skip
        found.append(pd.concat(of_rows).sort_index(kind="stable"))
    known = pd.concat(found).dropna(subset=["value_low", "value_high"])
    how = {"value_low": "min", "value_high": "max", "source": "; ".join, "locator": "; ".join,
           "status": lambda of: "reported" if {*of} == {"reported"} else "derived"}  # fmt: skip
    return known.groupby(["figure", "kind"], sort=False).agg(how)


def _digits(kind: str) -> int:
    return 0 if kind in ("late", "rank") else 2


def _write(kind: str, low: float, high: float, t: Language) -> str:
    return t.interval(low, high, _digits(kind), percent=kind.endswith("_pct"))


def _change(kind: str, low: float, high: float, t: Language) -> str:
    """The change with its sign; of a rank, in places, because a lower rank is a better one."""
    if kind == "rank" and low == high:
        if low == 0:
            return t("no change")
        if low > 0:
            return t.plural("{count} place down", "{count} places down", int(low))
        return t.plural("{count} place up", "{count} places up", int(-low))
    first, last = (t.signed(end, _digits(kind)) for end in (low, high))
    return first if low == high else t("{low} to {high}", low=first, high=last)


def pillars(every: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Pillars in ``year`` and in the last year before it scored by the same annex; else empty.

    ``every``: the scores of all years. Columns pillar; the points of either year, a pair named
    after it, as 2022_low (``attrs["years"]``, earlier first); change_points, later less earlier
    (``attrs["index_change"]``: of the whole); before_rank, after_rank (1 is best).
    """

    def annex(of: int) -> int:
        return sum(of >= since for since in ANNEXES_SINCE)

    every = every[every["year"].map(annex) == annex(year)]
    known = hull(every[every["criterion"].str.startswith(("pillar_", "par_index"))])
    known = known.dropna(subset=["points_low"]).set_index("criterion")
    of_pillars = known.drop("par_index", errors="ignore")
    before = max((one for one in {*of_pillars["year"]} if one < year), default=year - 1)
    both = paired(known[known["year"] == before], known[known["year"] == year], "points")
    both = renamed(both.rename_axis("pillar").reset_index(), before_points=f"{before}",
                   after_points=f"{year}", change="change_points")  # fmt: skip
    is_index = both["pillar"] == "par_index"
    found = both[~is_index].reset_index(drop=True)
    moved = tuple(end.max() for end in ends(both[is_index], "change_points"))
    found.attrs = {"years": (str(before), str(year)), "index_change": moved}
    return found


def decompose_rate(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved a rate, and a count: the units' own rates, the mix of units, and the size of all.

    Frames with the same index and columns part, whole (late and resolved): R = Σ part / Σ whole.
    With unit rates r, N = Σ whole, weights w = whole / N, bars the mean of both periods, exactly
    (Kitagawa 1955):

        ΔR = Σ w̄·Δr  +  Σ (r̄ − R̄)·Δw
        Δpart of a unit = mean whole · Δr  +  r̄·N̄·Δw  +  r̄·w̄·ΔN

    rate_effect_pct_points, mix_effect_pct_points: the first line's terms of each unit, in
    percentage points of R; change_pct_points their sum. rate_effect, mix_effect, size_effect: the
    second line, in counts. A unit without a whole in one period keeps the other's rate. ValueError
    for a period without any whole. rate_change_pct_points = Δr and its 95 % interval by chance, the
    pair likely_change_pct_points (Newcombe 1998, method 10), missing where a period has no whole;
    ``moved`` is "down" or "up" where it lies on one side of 0, else "unclear".

    >>> before = pd.DataFrame({"part": [10, 30], "whole": [100, 100]}, index=["A", "B"])
    >>> after = pd.DataFrame({"part": [10, 60], "whole": [100, 200]}, index=["A", "B"])
    >>> found = decompose_rate(before, after)
    >>> found["change_pct_points"].round(4).tolist()  # 20 % to 23.3333 %
    [1.9444, 1.3889]
    >>> found.loc["B", ["rate_effect", "mix_effect", "size_effect"]].round(4).tolist()  # 30 more
    [0.0, 12.5, 17.5]
    """
    parts, wholes = ([frame[name].astype(float) for frame in (before, after)]
                     for name in ("part", "whole"))  # fmt: skip
    for name, whole in zip(("before", "after"), wholes, strict=True):
        if len(whole) and not whole.sum() > 0:
            raise Refused("{name}: the wholes add up to {whole:g}; nothing to divide by",
                          name=name, whole=whole.sum())  # fmt: skip
    totals = [whole.sum() or math.nan for whole in wholes]
    known = [whole.mask(whole == 0) for whole in wholes]
    rates = [100 * part / whole for part, whole in zip(parts, known, strict=True)]
    likely = confint_proportions_2indep(parts[1], known[1], parts[0], known[0], method="newcomb")
    low, high = (100 * end for end in likely)
    weights = [whole / total for whole, total in zip(wholes, totals, strict=True)]
    first, last = rates[0].fillna(rates[1]).fillna(0), rates[1].fillna(rates[0]).fillna(0)
    mean, weight, size = (first + last) / 2, sum(weights) / 2, sum(totals) / 2
    whole_mean = 50 * sum(part.sum() / total for part, total in zip(parts, totals, strict=True))
    rate_effect = weight * (last - first)
    mix_effect = (mean - whole_mean) * (weights[1] - weights[0])
    return pd.DataFrame({
        "rate_effect_pct_points": rate_effect, "mix_effect_pct_points": mix_effect,
        "change_pct_points": rate_effect + mix_effect,
        "rate_effect": sum(wholes) / 200 * (last - first),
        "mix_effect": mean / 100 * size * (weights[1] - weights[0]),
        "size_effect": mean / 100 * weight * (totals[1] - totals[0]),
        "rate_change_pct_points": rates[1] - rates[0],
        **pairs(likely_change_pct_points=(low, high)),
        "moved": np.select([high < 0, low > 0], ["down", "up"], "unclear"),
    })  # fmt: skip


def change_by_level(data: Tables, before: Tables) -> pd.DataFrame:
    """Late dossiers by level in two ``periods``, pairs earlier and later, and their change.

    "years": the year less the year before, where both have totals of a level; else "halves": the
    second half of the year (the year less its first half) less the first.
    """
    periods, earlier, later = "years", _totals(before, 12), _totals(data, 12)
    if later.index.intersection(earlier.index).empty:
        periods, earlier = "halves", _totals(data, 6)
        later = later.assign(**pairs(late=ends(paired(earlier, later, "late"), "change")))
    moved = paired(earlier, later, "late").assign(periods=periods).reset_index()
    return renamed(moved, before_late="earlier", after_late="later")


def rate_effects(data: Tables, before: Tables, *, level: str = "district",
                 by: str = "unit") -> pd.DataFrame:  # fmt: skip
    """What each unit of a level contributed to the change of the late rate since the year before.

    ``by`` "procedure": what each procedure (else field of form II.06a) of all units did, those with
    fewer than FEWEST_OF_PROCEDURE resolved dossiers in either year as one row. Columns unit (or
    procedure), earlier_pct, later_pct (its own late rates) and those of ``decompose_rate``, most
    downward first; its counts missing where the periods are not equally long. No row unless both
    counts are exact in both years, and of the same units. ``attrs``: earlier_pct, later_pct of all.
    """
    require("by", by, ("unit", "procedure"))
    both = (_by_unit if by == "unit" else _by_procedure)(data, before, level)
    counts = {name: both[[f"{when}_late_low", f"{when}_resolved"]].astype(float)
              .set_axis(["part", "whole"], axis=1)
              for name, when in (("earlier_pct", "before"), ("later_pct", "after"))}  # fmt: skip
    rates = {name: of_enough(100 * count["part"] / count["whole"], count["whole"])
             for name, count in counts.items()}  # fmt: skip
    found = both.assign(**rates).join(decompose_rate(*counts.values()))
    counted = ["rate_effect", "mix_effect", "size_effect"]
    found[counted] = found[counted].where(found["equally_long"])
    found = found.sort_values("change_pct_points", ignore_index=True)
    found.attrs = {name: float(100 * count["part"].sum() / (count["whole"].sum() or math.nan))
                   for name, count in counts.items()}  # fmt: skip
    return found


def _by_unit(data: Tables, before: Tables, level: str) -> pd.DataFrame:
    then, now = (_late_and_resolved(of, level) for of in (before, data))
    if set(now.index) != set(then.index):
        then, now = then.iloc[:0], now.iloc[:0]
    both = paired(then.loc[now.index], now, "late").rename(columns={"after_unit": "unit"})
    return both.assign(equally_long=_equally_long(then, now)).reset_index()


def _by_procedure(data: Tables, before: Tables, level: str) -> pd.DataFrame:
    (then, by), (now, same) = (unit_comparison.handled(of, level=level) for of in (before, data))
    cells = pd.concat([then.assign(when="before"), now.assign(when="after")], ignore_index=True)
    low, high = ends(cells, "late")
    known = by == same and len(then) and len(now) and low.eq(high).all()
    cells = cells.assign(late_low=low, resolved=cells["resolved"].astype(float))
    cells = cells.iloc[: None if known else 0]
    counts = cells.pivot_table("resolved", by, "when", "sum", fill_value=0.0)
    rare = cells[by].map(counts.min(axis=1)) < FEWEST_OF_PROCEDURE
    cells["procedure"] = cells[by].astype(object).mask(rare, "other_procedures")
    sums = [own.groupby("procedure")[["late_low", "resolved"]].sum().add_prefix(f"{when}_")
            for when in ("before", "after") for own in [cells[cells["when"] == when]]]  # fmt: skip
    both = pd.concat([*sums, traces(cells, "procedure")], axis=1).fillna(0.0)
    both = both.assign(status="derived", equally_long=_equally_long(then, now))
    return both.rename_axis("procedure").reset_index()


def _equally_long(then: pd.DataFrame, now: pd.DataFrame) -> bool:
    spans = [(rows["period_end"] - rows["period_start"]).max() for rows in (then, now)]
    day = pd.Timedelta(days=1)  # of two years one may be a leap year
    return -day <= spans[1] - spans[0] <= day


def _late_and_resolved(data: Tables, level: str) -> pd.DataFrame:
    """Units of which both counts are known, over the longest period; index unit_code."""
    rows = longest_period(data.late_dossiers.query("level == @level"))
    exact = (rows["late_low"] == rows["late_high"]).fillna(False)
    rows = rows[(rows["unit"] != data.place) & rows["resolved"].notna() & exact]
    return rows.set_index("unit_code")


def _totals(data: Tables, months: int) -> pd.DataFrame:
    """Totals of the year's first months, by level; a level told twice is left out."""
    start = pd.Timestamp(data.year, 1, 1)
    end = start + pd.DateOffset(months=months, days=-1)
    rows = data.late_dossiers[data.late_dossiers["unit"] == data.place]
    rows = rows[(rows["period_start"] == start) & (rows["period_end"] == end)]
    rows = rows[~rows["level"].duplicated(keep=False)].set_index("level")
    return rows[["source", "locator"]].assign(**pairs(late=ends(rows, "late")))
