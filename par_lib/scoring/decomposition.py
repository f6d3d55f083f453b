"""Who moved a number between two periods: counts by unit or level, and a rate by unit."""

import pandas as pd

from par_lib.cleaning.tables import Tables, longest_period

_EFFECTS = ("rate_effect_pct_points", "mix_effect_pct_points", "change_pct_points")


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
