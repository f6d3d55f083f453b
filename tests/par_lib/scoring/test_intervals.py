"""Bounds contain every completion, and both ends are reached."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from par_lib.scoring import intervals

settings.register_profile("par", deadline=None)  # a busy machine is no failure
settings.load_profile("par")

counts = st.lists(st.integers(0, 50), min_size=1, max_size=5)


def brute_gini(values: list[float]) -> float:
    """Half the relative mean absolute difference, over all ordered pairs."""
    x = np.asarray(values, dtype=float)
    return np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())


def test_gini_by_hand():
    # 1, 2, 3: Σ(2i − n − 1)x = −2·1 + 0·2 + 2·3 = 4; n·Σx = 3·6 = 18; 4/18 = 0.2222…
    assert intervals.gini([3, 1, 2]) == pytest.approx(4 / 18)
    assert intervals.gini([5, 5, 5]) == 0
    assert np.isnan(intervals.gini([0, 0]))


@given(counts.filter(any))
def test_gini_agrees_with_the_mean_difference(values):
    assert intervals.gini(values) == pytest.approx(brute_gini(values))


def test_lorenz_by_hand():
    # known 6; two units share 2: equal 1, 1, 6 or single 0, 2, 6; total 8
    curve = intervals.lorenz_bounds(pd.Series([6]), group_total=2, group_size=2)
    assert curve["low_pct"].tolist() == [0, 0, 25, 100]  # 0/8, 2/8
    assert curve["high_pct"].tolist() == [0, 12.5, 25, 100]  # 1/8, 2/8
    assert curve["share_of_units_pct"].round(1).tolist() == [0, 33.3, 66.7, 100]


def test_pareto_and_top_share_by_hand():
    # one largest unit: 6 of 8 = 75 % either way; two: 7/8 if split equally, 8/8 if not
    known = pd.Series([6])
    assert intervals.top_share_bounds(known, top=1, group_total=2, group_size=2) == (75, 75)
    assert intervals.top_share_bounds(known, top=2, group_total=2, group_size=2) == (87.5, 100)


@given(counts, st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_every_split_of_the_group_lies_within_the_bounds(known, group):
    if not any(known + group):
        return
    options = {"group_total": sum(group), "group_size": len(group)}
    low, high = intervals.gini_bounds(pd.Series(known), **options)
    assert low - 1e-9 <= intervals.gini(known + group) <= high + 1e-9
    band = intervals.lorenz_bounds(pd.Series(known), **options)
    ordered = np.sort(known + group)
    curve = 100 * np.concatenate([[0], np.cumsum(ordered)]) / ordered.sum()
    assert (band["low_pct"] - 1e-9 <= curve).all() and (curve <= band["high_pct"] + 1e-9).all()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1,
             max_size=5),
    st.sampled_from(["high", "low"]),
)  # fmt: skip
def test_a_rank_range_contains_the_rank_of_every_completion(triples, best):
    low, value, high = (pd.Series(column) for column in zip(*map(sorted, triples), strict=True))
    ranks = intervals.rank_range(low, high, best=best)
    rank = value.rank(method="min", ascending=best == "low")
    assert ((ranks["rank_low"] <= rank) & (rank <= ranks["rank_high"])).all()


@given(counts, st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_a_shared_total_narrows_ranks_and_stays_true(known, group):
    values = pd.Series(known + group)
    shared = pd.Series([False] * len(known) + [True] * len(group))
    low, high = values.mask(shared, 0), values.mask(shared, sum(group))
    ranks = intervals.rank_range(low, high, shared=shared, shared_total=sum(group))
    rank = values.rank(method="min", ascending=False)
    assert ((ranks["rank_low"] <= rank) & (rank <= ranks["rank_high"])).all()
    wide = intervals.rank_range(low, high)
    assert (ranks["rank_high"] <= wide["rank_high"]).all()


def test_ranks_of_2022_by_hand():
    # Tam Kỳ has 2857; nine districts share 3551, and two of them above 2857 would need 5716.
    low, high = pd.Series([2857] + [0] * 9), pd.Series([2857] + [3551] * 9)
    ranks = intervals.rank_range(low, high, shared=high == 3551, shared_total=3551)
    assert ranks.loc[0].tolist() == [1, 2]


def test_unknown_ends_and_wrong_directions():
    low, high = pd.Series([np.nan, 5.0]), pd.Series([np.nan, 5.0])
    assert intervals.rank_range(low, high).to_numpy().tolist() == [[1, 2], [1, 2]]
    with pytest.raises(ValueError, match="choose high or low"):
        intervals.rank_range(low, high, best="most")
    with pytest.raises(ValueError, match="cannot share"):
        intervals.gini_bounds(pd.Series([1]), group_total=3)
    with pytest.raises(ValueError, match="known and not negative"):
        intervals.gini([1, -1])


def rates(*rows):
    columns = ["unit_code", "as_of", "basis", "scope", "rate_pct_low", "rate_pct_high"]
    return pd.DataFrame(rows, columns=columns)


def test_change_between_two_dates():
    table = rates(
        ("a", 1, "plan", "total", 40.0, 40.0), ("b", 1, "plan", "total", 50.0, 100.0),
        ("a", 2, "plan", "total", 70.0, 100.0), ("b", 2, "plan", "total", 60.0, 60.0),
    )  # fmt: skip
    change = intervals.change_between(table, start=1, end=2, value="rate_pct")
    # a: 70 − 40 = 30 to 100 − 40 = 60; b: 60 − 100 = −40 to 60 − 50 = 10
    assert change[["change_low", "change_high"]].to_numpy().tolist() == [[30, 60], [-40, 10]]


def test_change_between_refuses_other_bases_and_lonely_units():
    mixed = rates(("a", 1, "plan", "total", 1.0, 1.0), ("a", 2, "adjusted", "total", 2.0, 2.0))
    with pytest.raises(ValueError, match="unit a: basis is plan at 1 and adjusted at 2"):
        intervals.change_between(mixed, start=1, end=2, value="rate_pct")
    lonely = rates(("a", 1, "plan", "total", 1.0, 1.0), ("b", 2, "plan", "total", 2.0, 2.0))
    with pytest.raises(ValueError, match="only at one of 1 and 2: a, b"):
        intervals.change_between(lonely, start=1, end=2, value="rate_pct")


def test_gini_and_lorenz_agree_with_an_independent_library():
    """40 samples as PySAL inequality 1.1.2 computed them, a library too large to install here."""
    samples = pd.read_csv(Path(__file__).parents[2] / "data" / "golden" / "inequality.csv")
    assert len(samples) == 40
    for row in samples.itertuples():
        values = pd.Series(row.sample.split(), dtype=float)
        assert intervals.gini(values) == pytest.approx(row.gini, abs=1e-12)
        curve = intervals.lorenz_bounds(values)
        expected = [100 * float(share) for share in row.lorenz.split()]
        assert curve["low_pct"].tolist() == pytest.approx(expected, abs=1e-9)
        assert curve["high_pct"].tolist() == pytest.approx(expected, abs=1e-9)


def test_a_lead_is_told_only_where_it_is_sure():
    # 80.08 against 74.56 to 75: 80.08 − 75 = 5.08 to 80.08 − 74.56 = 5.52
    low, high = intervals.lead((80.08, 80.08), (74.56, 75.0))
    assert (round(low, 9), round(high, 9)) == (5.08, 5.52)
    for one, other in (((74.56, 75.0), (80.08, 80.08)), ((70, 80), (75, 75)), ((75, 75), (75, 75))):
        assert np.isnan(intervals.lead(one, other)).all()
    assert np.isnan(intervals.lead((np.nan, np.nan), (1, 1))).all()
