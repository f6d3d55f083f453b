"""What changed between two periods, and who moved it; only figures that mean the same in both."""

from collections.abc import Iterator

import pandas as pd

from par_lib.cleaning.tables import Tables, longest_period
from par_lib.language import labels
from par_lib.language.translation import N_, Language
from par_lib.scoring.scorecard import hull

ANNEXES_SINCE = (2022, 2024)  # maxima of pillars may differ: decisions 876 and 892/QĐ-BNV
SIPAS_METHOD_SINCE = 2022  # the survey's method changed: values before and after do not compare
_EFFECTS = ("rate_effect_pct_points", "mix_effect_pct_points", "change_pct_points")
_POINTS, _RANK = N_("{criterion} (points)"), N_("{criterion} (rank)")
_SATISFIED = N_("Overall satisfaction (SIPAS)")
_LATE = N_("{level}: late dossiers of the year")
_DISBURSED = N_("Disbursed at year end, basis: {basis}")


def between(before: Tables, after: Tables, language: Language) -> pd.DataFrame:
    """One row a figure of the province known in both years, on the same basis.

    Columns: figure, before, after and change in the reader's words; status "derived", source and
    locator of both years. A figure published with several values is an interval, and so is its
    change: lowest after less highest before, to highest after less lowest before. Empty where
    the years share no figure.
    """
    one, other = (_figures(data, language) for data in (before, after))
    if (before.year < SIPAS_METHOD_SINCE) != (after.year < SIPAS_METHOD_SINCE):
        one = one[one["kind"] != "satisfaction_pct"]
    pairs = one.merge(other, on=["figure", "kind"], suffixes=("_a", "_b"), validate="one_to_one")
    rows = [
        {
            "figure": pair.figure,
            "before": _write(pair.low_a, pair.high_a, pair.kind, language),
            "after": _write(pair.low_b, pair.high_b, pair.kind, language),
            "change": _change(pair.low_b - pair.high_a, pair.high_b - pair.low_a, pair.kind,
                              language),
            "status": "derived",
            "source": f"{pair.source_a}; {pair.source_b}",
            "locator": f"{pair.locator_a}; {pair.locator_b}",
        }
        for pair in pairs.itertuples()
    ]  # fmt: skip
    columns = ["figure", "before", "after", "change", "status", "source", "locator"]
    return pd.DataFrame(rows, columns=columns)


def pillars(every: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Pillars of the index in ``year`` and the nearest other year known, a row each; else empty.

    ``every``: the scores of all years. Columns pillar; the points of either year as a pair named
    after it, as 2022_low, 2022_high (``attrs["years"]``, earlier first); change_points, later less
    earlier; before_rank, after_rank (1 is best); status "derived", source, locator. Only pillars
    known in both years, and years scored by the same annex; of two as near, the earlier.
    """
    annex = [sum(one >= since for since in ANNEXES_SINCE) for one in (year, *every["year"])]
    every = every[[one == annex[0] for one in annex[1:]]]
    known = hull(every[every["criterion"].str.startswith("pillar_")])
    known = known.dropna(subset=["points_low"]).set_index("criterion")
    near = sorted(set(known["year"]) - {year}, key=lambda one: (abs(one - year), one))
    span = sorted([year, *near[:1]])
    first, last = (known[known["year"] == one] for one in (span[0], span[-1]))
    both = first.add_prefix("before_").join(last.add_prefix("after_"), how="inner")
    both = both.iloc[: len(both) * (len(span) - 1)].rename_axis("pillar").reset_index()
    both = both.assign(
        change_points_low=both["after_points_low"] - both["before_points_high"],
        change_points_high=both["after_points_high"] - both["before_points_low"],
        status="derived",
        source=both["before_source"] + "; " + both["after_source"],
        locator=both["before_locator"] + "; " + both["after_locator"],
    )
    names = {f"{when}_points_{end}": f"{one}_{end}" for end in ("low", "high")
             for when, one in (("after", span[-1]), ("before", span[0]))}  # fmt: skip
    both = both.rename(columns=names)
    both.attrs["years"] = (str(span[0]), str(span[-1]))
    return both


def decompose_count(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved a sum: each unit's own change. Frames with the same index and columns low, high.

    change_low = after low − before high, change_high = after high − before low; where counts are
    exact the changes add up to that of the sum. ValueError for a unit in only one frame.
    """
    _require_same(before, after)
    return pd.DataFrame({
        "change_low": after["low"] - before["high"],
        "change_high": after["high"] - before["low"],
    })  # fmt: skip


def decompose_rate(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved a rate: the units' own rates, and the shift of weight between them.

    Frames with the same index and columns part, whole (late and resolved): R = Σ part / Σ whole.
    With unit rates r and weights w = whole / Σ whole, exactly:

        ΔR = Σ w̄·Δr  +  Σ (r̄ − R̄)·Δw        (bars: mean of both periods)

    rate_effect_pct_points is the first term of each unit, mix_effect_pct_points the second,
    change_pct_points their sum; percentage points of R, adding up to ΔR. A unit without a whole in
    one period keeps the other's rate. ValueError for a unit in only one frame, a missing figure, a
    part without a whole, or a period without any whole.
    Reference: E. M. Kitagawa, J. Am. Stat. Assoc. 50 (1955) 1168.

    >>> before = pd.DataFrame({"part": [10, 30], "whole": [100, 100]}, index=["A", "B"])
    >>> after = pd.DataFrame({"part": [10, 60], "whole": [100, 200]}, index=["A", "B"])
    >>> decompose_rate(before, after)["change_pct_points"].round(4).tolist()  # 20 % to 23.3333 %
    [1.9444, 1.3889]
    """
    _require_same(before, after)
    rates, weights, totals = [], [], []
    for name, frame in (("before", before), ("after", after)):
        part, whole = frame["part"].astype(float), frame["whole"].astype(float)
        if not whole.sum() > 0:
            raise ValueError(f"{name}: the wholes add up to {whole.sum():g}; nothing to divide by")
        wrong = part.isna() | whole.isna() | ((part > 0) & (whole == 0))
        if wrong.any():
            raise ValueError(f"{name}, {wrong.idxmax()}: part and whole must both be known, and a "
                             "part needs a whole")  # fmt: skip
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
    whole, half, past = _totals(data, 12), _totals(data, 6), _totals(before, 12)
    both = whole.index.intersection(past.index)
    kind, earlier, later = "years", past.loc[both], whole.loc[both]
    if both.empty:
        both = whole.index.intersection(half.index)
        kind, earlier, later = "halves", half.loc[both], whole.loc[both]
        later = later.assign(
            low=later["low"] - earlier["high"], high=later["high"] - earlier["low"]
        )
    moved = pd.concat(
        [
            earlier[["low", "high"]].add_prefix("earlier_"),
            later[["low", "high"]].add_prefix("later_"),
            decompose_count(earlier[["low", "high"]], later[["low", "high"]]),
        ],
        axis=1,
    ).assign(periods=kind, status="derived")
    for name in ("source", "locator"):
        moved[name] = earlier[name] + "; " + later[name]
    return moved.reset_index()


def rate_effects(data: Tables, before: Tables) -> pd.DataFrame:
    """What each district contributed to the change of the late rate since the year before.

    Columns unit, earlier_pct, later_pct (its own late rates) and those of decompose_rate, most
    downward first; status, source, locator. No row unless both counts of the same districts are
    known in both years. ``attrs``: earlier_pct, later_pct of all together.
    """
    now, then = late_and_resolved(data), late_and_resolved(before)
    if set(now.index) != set(then.index):
        now, then = now.iloc[:0], then.iloc[:0]
    first, last = (
        frame[["late_low", "resolved"]].set_axis(["part", "whole"], axis=1).astype(float)
        for frame in (then.loc[now.index], now)
    )
    own = now[["unit"]].assign(
        earlier_pct=100 * first["part"] / first["whole"],
        later_pct=100 * last["part"] / last["whole"],
        status="derived",
        source=then["source"] + "; " + now["source"],
        locator=then["locator"] + "; " + now["locator"],
    )
    # Nothing to divide by where nothing is known.
    effects = decompose_rate(first, last) if len(now) else first.iloc[:0].reindex(columns=_EFFECTS)
    found = own.join(effects).sort_values("change_pct_points").reset_index()
    found.attrs = {
        name: float(100 * frame["part"].sum() / frame["whole"].sum()) if len(now) else float("nan")
        for name, frame in (("earlier_pct", first), ("later_pct", last))
    }
    return found


def late_and_resolved(data: Tables) -> pd.DataFrame:
    """Districts of which both counts are known, over the longest period; index unit_code."""
    rows = longest_period(data.late_dossiers.query("level == 'district'"))
    exact = (rows["late_low"] == rows["late_high"]).fillna(False)
    rows = rows[(rows["unit"] != data.place) & rows["resolved"].notna() & exact]
    return rows.set_index("unit_code")


def _figures(data: Tables, t: Language) -> pd.DataFrame:
    columns = ["figure", "kind", "low", "high", "source", "locator"]
    found = pd.DataFrame(_read(data, t), columns=columns)
    return (
        found.groupby(["figure", "kind"], sort=False)
        .agg({"low": "min", "high": "max", "source": "; ".join, "locator": "; ".join})
        .reset_index()
    )


def _read(data: Tables, t: Language) -> Iterator[tuple]:
    def figure(template: str, kind: str, low: str, high: str, row: tuple, **values: str) -> tuple:
        bounds = (float(getattr(row, low)), float(getattr(row, high)))
        return (t(template, **values), kind, *bounds, row.source, row.locator)

    for row in data.scores.itertuples():
        criterion = t(labels.LABELS[row.criterion])
        if pd.notna(row.points):
            yield figure(_POINTS, "points", "points", "points", row, criterion=criterion)
        if pd.notna(row.rank_low) and pd.notna(row.rank_high):
            yield figure(_RANK, "rank", "rank_low", "rank_high", row, criterion=criterion)
    province = data.sipas[data.sipas["unit"] == data.place]
    overall = province[province["component"] == "overall"].dropna(subset=["satisfaction_pct"])
    for row in overall.itertuples():
        yield figure(_SATISFIED, "satisfaction_pct", *["satisfaction_pct"] * 2, row)
    late = data.late_dossiers[data.late_dossiers["unit"] == data.place]
    for row in late.dropna(subset=["late_low", "late_high"]).itertuples():
        if (row.period_end - row.period_start).days > 363:
            level = t(labels.LABELS[row.level])
            yield figure(_LATE, "count", "late_low", "late_high", row, level=level)
    capital = data.disbursement.query("level == 'province' and scope == 'total'")
    year_end = capital[capital["as_of"] == pd.Timestamp(data.year, 12, 31)]
    for row in year_end.dropna(subset=["rate_pct_low", "rate_pct_high"]).itertuples():
        basis = t(labels.LABELS[row.basis])
        yield figure(_DISBURSED, "rate_pct", "rate_pct_low", "rate_pct_high", row, basis=basis)


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
    rows = rows[~rows["level"].duplicated(keep=False)]
    ends = {"low": rows["late_low"].astype(float), "high": rows["late_high"].astype(float)}
    return rows.assign(**ends).set_index("level")


def _require_same(before: pd.DataFrame, after: pd.DataFrame) -> None:
    alone = before.index.symmetric_difference(after.index)
    if len(alone):
        raise ValueError(f"only in one period: {', '.join(map(str, alone))}; leave out or add them")
