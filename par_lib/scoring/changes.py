"""What changed since the year before: only figures that mean the same in both years."""

from collections.abc import Iterator

import pandas as pd

from par_lib.cleaning.tables import Tables
from par_lib.language import labels
from par_lib.language.translation import N_, Language
from par_lib.scoring.scorecard import hull

ANNEXES_SINCE = (2022, 2024)  # maxima of pillars may differ: decisions 876 and 892/QĐ-BNV
SIPAS_METHOD_SINCE = 2022  # the survey's method changed: values before and after do not compare
_POINTS, _RANK = N_("{criterion} (points)"), N_("{criterion} (rank)")
_SATISFIED = N_("Overall satisfaction (SIPAS)")
_LATE, _DISBURSED = N_("{level}: late dossiers of the year"), N_("Disbursed at year end, {basis}")


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
