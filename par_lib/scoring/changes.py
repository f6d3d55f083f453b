"""What changed between two periods, and who moved it; only figures that mean the same in both."""

import math
from collections.abc import Iterator

import pandas as pd

from par_lib.cleaning.tables import Tables, longest_period
from par_lib.language import labels
from par_lib.language.translation import N_, Language
from par_lib.scoring import intervals
from par_lib.scoring.scorecard import hull

ANNEXES_SINCE = (2022, 2024)  # maxima of pillars may differ: decisions 876 and 892/QĐ-BNV
SIPAS_METHOD_SINCE = 2022  # the survey's method changed: values before and after do not compare
_EFFECTS = ("rate_effect_pct_points", "mix_effect_pct_points", "change_pct_points")


def between(before: Tables, after: Tables, language: Language) -> pd.DataFrame:
    """One row a figure of the province known in both years, on the same basis.

    Columns: figure, before, after and change in the reader's words; status "derived", source and
    locator of both years. A figure published with several values is an interval, and so is its
    change. Empty where the years share no figure.
    """
    one, other = (_figures(data, language) for data in (before, after))
    if (before.year < SIPAS_METHOD_SINCE) != (after.year < SIPAS_METHOD_SINCE):
        one = one.query("kind != 'satisfaction_pct'")
    both = intervals.paired(one, other, "value").reset_index()
    for name, write in (("before_value", _write), ("after_value", _write), ("change", _change)):
        figures = zip(both[f"{name}_low"], both[f"{name}_high"], both["kind"], strict=True)
        both[name.removesuffix("_value")] = [write(*figure, language) for figure in figures]
    return both[["figure", "before", "after", "change", "status", "source", "locator"]]


def pillars(every: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Pillars of the index in ``year`` and the nearest other year known, a row each; else empty.

    ``every``: the scores of all years. Columns pillar; the points of either year as a pair named
    after it, as 2022_low, 2022_high (``attrs["years"]``, earlier first); change_points, later less
    earlier (``attrs["index_change"]``: of the whole index); before_rank, after_rank (1 is best);
    status "derived", source, locator. Only pillars known in both years, and years scored by the
    same annex; of two as near, the earlier.
    """

    def annex(of: int) -> int:
        return sum(of >= since for since in ANNEXES_SINCE)

    every = every[[annex(one) == annex(year) for one in every["year"]]]
    known = hull(every[every["criterion"].str.startswith(("pillar_", "par_index"))])
    known = known.dropna(subset=["points_low"]).set_index("criterion")
    others = sorted(set(known.drop("par_index", errors="ignore")["year"]) - {year})
    nearest = min(others, key=lambda one: abs(one - year), default=year + 1)
    first, last = sorted([year, nearest])
    both = intervals.paired(known[known["year"] == first], known[known["year"] == last], "points")
    names = {
        f"{old}_{end}": f"{new}_{end}" for end in ("low", "high")
        for old, new in (("before_points", first), ("after_points", last),
                         ("change", "change_points"))
    }  # fmt: skip
    both = both.rename_axis("pillar").rename(columns=names).reset_index()
    is_index = both["pillar"] == "par_index"
    found = both[~is_index].reset_index(drop=True)
    moved = (both.loc[is_index, f"change_points_{end}"].max() for end in ("low", "high"))
    found.attrs = {"years": (str(first), str(last)), "index_change": tuple(moved)}
    return found


def decompose_rate(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved a rate: the units' own rates, and the shift of weight between them.

    Frames with the same index and columns part, whole (late and resolved): R = Σ part / Σ whole.
    With unit rates r and weights w = whole / Σ whole, exactly:

        ΔR = Σ w̄·Δr  +  Σ (r̄ − R̄)·Δw        (bars: mean of both periods)

    rate_effect_pct_points is the first term of each unit, mix_effect_pct_points the second,
    change_pct_points their sum; percentage points of R, adding up to ΔR. A unit without a whole in
    one period keeps the other's rate. ValueError for a period without any whole.
    Reference: E. M. Kitagawa, J. Am. Stat. Assoc. 50 (1955) 1168.

    >>> before = pd.DataFrame({"part": [10, 30], "whole": [100, 100]}, index=["A", "B"])
    >>> after = pd.DataFrame({"part": [10, 60], "whole": [100, 200]}, index=["A", "B"])
    >>> decompose_rate(before, after)["change_pct_points"].round(4).tolist()  # 20 % to 23.3333 %
    [1.9444, 1.3889]
    """
    rates, weights, totals = [], [], []
    for name, frame in (("before", before), ("after", after)):
        part, whole = frame["part"].astype(float), frame["whole"].astype(float)
        if not whole.sum() > 0:
            raise ValueError(f"{name}: the wholes add up to {whole.sum():g}; nothing to divide by")
        rates.append(100 * part / whole.mask(whole == 0))
        weights.append(whole / whole.sum())
        totals.append(100 * part.sum() / whole.sum())
    first, last = rates[0].fillna(rates[1]).fillna(0), rates[1].fillna(rates[0]).fillna(0)
    rate_effect = (weights[0] + weights[1]) / 2 * (last - first)
    mix_effect = ((first + last) / 2 - sum(totals) / 2) * (weights[1] - weights[0])
    return pd.DataFrame({
        "rate_effect_pct_points": rate_effect,
        "mix_effect_pct_points": mix_effect,
        "change_pct_points": rate_effect + mix_effect,
    })  # fmt: skip


def change_by_level(data: Tables, before: Tables) -> pd.DataFrame:
    """Late dossiers by level in two periods, and their change; what ``periods`` says which.

    "years": the year less the year before, where both have totals of a level; else "halves": the
    second half of the year (the year less its first half) less the first; else no row. Columns
    level, periods, pairs for earlier, later and change; status, source, locator.
    """
    periods, earlier, later = "years", _totals(before, 12), _totals(data, 12)
    both = later.index.intersection(earlier.index)
    if both.empty:
        periods, earlier = "halves", _totals(data, 6)
        both = later.index.intersection(earlier.index)
        second = intervals.paired(earlier, later, "late")
        later = later.assign(late_low=second["change_low"], late_high=second["change_high"])
    moved = intervals.paired(earlier.loc[both], later, "late").assign(periods=periods)
    names = {f"{old}_late_{end}": f"{new}_{end}" for end in ("low", "high")
             for old, new in (("before", "earlier"), ("after", "later"))}  # fmt: skip
    return moved.rename(columns=names).reset_index()


def rate_effects(data: Tables, before: Tables, *, level: str = "district") -> pd.DataFrame:
    """What each unit of a level contributed to the change of the late rate since the year before.

    Columns unit, earlier_pct, later_pct (its own late rates) and those of decompose_rate, most
    downward first; status, source, locator. No row unless both counts of the same units are
    known in both years. ``attrs``: earlier_pct, later_pct of all together.
    """
    now, then = (_late_and_resolved(of, level) for of in (data, before))
    if set(now.index) != set(then.index):
        now, then = now.iloc[:0], then.iloc[:0]
    both = intervals.paired(then.loc[now.index], now, "late")
    parts = {
        name: both[[f"{when}_late_low", f"{when}_resolved"]].astype(float)
        .set_axis(["part", "whole"], axis=1)
        for name, when in (("earlier_pct", "before"), ("later_pct", "after"))
    }  # fmt: skip
    rates = {name: 100 * part["part"] / part["whole"] for name, part in parts.items()}
    effects = both[[]].reindex(columns=_EFFECTS)
    if len(both):  # else there is nothing to divide by
        effects = decompose_rate(*parts.values())
    both = both.rename(columns={"after_unit": "unit"}).assign(**rates).join(effects)
    found = both.sort_values("change_pct_points").reset_index()
    found.attrs = {
        name: float(100 * part["part"].sum() / (part["whole"].sum() or math.nan))
        for name, part in parts.items()
    }
    return found


def _late_and_resolved(data: Tables, level: str) -> pd.DataFrame:
    """Units of which both counts are known, over the longest period; index unit_code."""
    rows = longest_period(data.late_dossiers.query("level == @level"))
    exact = (rows["late_low"] == rows["late_high"]).fillna(False)
    rows = rows[(rows["unit"] != data.place) & rows["resolved"].notna() & exact]
    return rows.set_index("unit_code")


def _figures(data: Tables, t: Language) -> pd.DataFrame:
    """Figures of the province, from the least to the most published; index figure, kind."""
    columns = ["figure", "kind", "value_low", "value_high", "source", "locator"]
    found = pd.DataFrame(_read(data, t), columns=columns)
    return found.groupby(["figure", "kind"], sort=False).agg(
        {"value_low": "min", "value_high": "max", "source": "; ".join, "locator": "; ".join}
    )


def _read(data: Tables, t: Language) -> Iterator[tuple]:
    """Each figure as published: its name in words, kind, lowest, highest, source and locator."""
    late = data.late_dossiers[data.late_dossiers["unit"] == data.place]
    late = late[(late["period_end"] - late["period_start"]).dt.days > 363]
    capital = data.disbursement.query("level == 'province' and scope == 'total'")
    capital = capital[capital["as_of"] == pd.Timestamp(data.year, 12, 31)]
    overall = data.sipas[(data.sipas["unit"] == data.place)
                         & (data.sipas["component"] == "overall")]  # fmt: skip
    for rows, named_by, values in (
        (data.scores, "criterion", {
            N_("{criterion} (points)"): ("points", "points", "points"),
            N_("{criterion} (rank)"): ("rank", "rank_low", "rank_high"),
        }),
        (overall, "component", {
            N_("Overall satisfaction (SIPAS)"): ("satisfaction_pct",) * 3,
        }),
        (late, "level", {
            N_("{level}: late dossiers of the year"): ("count", "late_low", "late_high"),
        }),
        (capital, "basis", {
            N_("Disbursed at year end, basis: {basis}"):
                ("rate_pct", "rate_pct_low", "rate_pct_high"),
        }),
    ):  # fmt: skip
        for row in rows.to_dict("records"):
            for words, (kind, low, high) in values.items():
                if pd.notna(row[low]) and pd.notna(row[high]):
                    figure = t(words, **{named_by: t(labels.LABELS[row[named_by]])})
                    yield (figure, kind, float(row[low]), float(row[high]), row["source"],
                           row["locator"])  # fmt: skip


def _digits(kind: str) -> int:
    return 0 if kind in ("count", "rank") else 2


def _write(low: float, high: float, kind: str, t: Language) -> str:
    return t.interval(low, high, _digits(kind), percent=kind.endswith("_pct"))


def _change(low: float, high: float, kind: str, t: Language) -> str:
    """The change with its sign; of a rank, in places, because a lower rank is a better one."""
    if kind == "rank" and low == high:
        places = abs(int(low))
        if low > 0:
            return t.plural("{count} place down", "{count} places down", places)
        if low < 0:
            return t.plural("{count} place up", "{count} places up", places)
        return t("no change")
    ends = [t.signed(end, _digits(kind)) for end in (low, high)]
    return ends[0] if low == high else t("{low} to {high}", low=ends[0], high=ends[1])


def _totals(data: Tables, months: int) -> pd.DataFrame:
    """Totals of the year's first months, by level; a level told twice is left out."""
    rows = data.late_dossiers[data.late_dossiers["unit"] == data.place]
    start = pd.Timestamp(data.year, 1, 1)
    end = start + pd.DateOffset(months=months, days=-1)
    rows = rows[(rows["period_start"] == start) & (rows["period_end"] == end)]
    rows = rows[~rows["level"].duplicated(keep=False)].set_index("level")
    ends = {name: rows[name].astype(float) for name in ("late_low", "late_high")}
    return rows[["source", "locator"]].assign(**ends)
