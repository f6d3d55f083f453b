"""What changed since the year before: only figures that mean the same in both years."""

from collections.abc import Iterator

import pandas as pd

from par_lib.cleaning.tables import Tables
from par_lib.language import labels
from par_lib.language.translation import N_, Language

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
