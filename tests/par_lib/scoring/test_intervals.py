"""Bounds contain every completion, and both ends are reached."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from par_lib.scoring import intervals

counts = st.lists(st.integers(0, 50), min_size=1, max_size=5)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1,
             max_size=5),
)  # fmt: skip
def test_a_rank_range_contains_the_rank_of_every_completion(triples):
    low, value, high = (pd.Series(column) for column in zip(*map(sorted, triples), strict=True))
    ranks = intervals.rank_range(low, high)
    rank = value.rank(method="min", ascending=False)
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


def test_of_a_unit_with_unknown_ends_no_rank_is_excluded():
    low, high = pd.Series([np.nan, 5.0]), pd.Series([np.nan, 5.0])
    assert intervals.rank_range(low, high).to_numpy().tolist() == [[1, 2], [1, 2]]


def test_a_lead_is_told_only_where_it_is_sure():
    # 80.08 against 74.56 to 75: 80.08 − 75 = 5.08 to 80.08 − 74.56 = 5.52
    low, high = intervals.lead((80.08, 80.08), (74.56, 75.0))
    assert (round(low, 9), round(high, 9)) == (5.08, 5.52)
    for one, other in (((74.56, 75.0), (80.08, 80.08)), ((70, 80), (75, 75)), ((75, 75), (75, 75))):
        assert np.isnan(intervals.lead(one, other)).all()
    assert np.isnan(intervals.lead((np.nan, np.nan), (1, 1))).all()


def test_a_change_between_two_pairs_by_hand():
    # a: exact 10 to 7, −3; b: 0..4 to 5, so +1 to +5; c is known once
    trace = {"source": "s", "locator": "l"}
    before = pd.DataFrame({"late_low": [10, 0, 1], "late_high": [10, 4, 1], **trace}, list("abc"))
    after = pd.DataFrame({"late_low": [7, 5], "late_high": [7, 5], **trace}, list("ab"))
    moved = intervals.paired(before, after, "late")
    assert moved[["change_low", "change_high"]].to_numpy().tolist() == [[-3, -3], [1, 5]]
    assert moved.loc["a", ["status", "source"]].tolist() == ["derived", "s; s"]
