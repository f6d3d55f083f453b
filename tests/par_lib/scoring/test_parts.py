"""A total and its parts by hand: who holds how much, in what order, how concentrated."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_lib.scoring import parts

WHOLE = ("Tỉnh", 10, 10, "reported")
LISTED = [("A", 6, 6, "reported"), ("B", 2, 2, "reported")]
REST = [("C", 0, 2, "bound"), ("D", 0, 2, "bound")]  # 10 − 6 − 2 = 2 between them


def late(*records: tuple, start: str = "2022-01-01", end: str = "2022-12-31") -> pd.DataFrame:
    frame = pd.DataFrame(records, columns=["unit", "late_low", "late_high", "status"])
    days = {"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end)}
    return frame.assign(unit_code=frame["unit"], **days)


def of(*records: tuple) -> parts.Parts:
    return parts.of(late(*records), "late", whole="Tỉnh")


FOUR = (*REST, *reversed(LISTED), WHOLE)


def test_shares_and_ranks_of_listed_and_unlisted_units():
    found = of(*FOUR)
    assert found.total == 10 and found.rest == 2 and math.isnan(found.excess)
    assert found.listed["unit"].tolist() == ["A", "B"]
    assert found.unlisted["unit"].tolist() == ["C", "D"]
    shares = found.units[["share_pct_low", "share_pct_high"]].to_numpy().tolist()
    assert shares == [[60, 60], [20, 20], [0, 20], [0, 20]]
    # C or D has 2 at most, which is no more than B has; of the two, either may be first
    ranks = found.units[["late_rank_low", "late_rank_high"]].to_numpy().tolist()
    assert ranks == [[1, 1], [2, 2], [2, 4], [2, 4]]


def test_levels_as_wholes_in_their_longest_period_with_their_share():
    names = ["unit", "level", "period_start", "period_end", "late_low", "late_high", "status"]
    days = ["2023-01-01", "2023-12-31"]
    rows = [
        ("P", "province", *days, 10, 10, "reported"),
        ("P", "district", *days, 30, 30, "reported"),
        ("P", "district", "2023-12-01", "2023-12-31", 5, 5, "reported"),
        ("A", "district", *days, 30, 30, "reported"),
        ("P", "commune", *days, 0, 9, "bound"),
    ]
    found = parts.by_level(pd.DataFrame(rows, columns=names), whole="P")
    # 10 and 30 of 40; not the month, the unit, nor what is only a bound
    assert found[["level", "share_pct"]].to_numpy().tolist() == [["province", 25], ["district", 75]]


def test_the_fewest_units_that_hold_a_share():
    found = of(*FOUR)
    units = {pct: found.holding(pct)["unit"].tolist() for pct in (0, 50, 60, 60.1, 80, 95)}
    # A has 60 of 100, A and B 80; more than that, all who are listed do not hold
    assert units == {0: [], 50: ["A"], 60: ["A"], 60.1: ["A", "B"], 80: ["A", "B"], 95: []}


def test_concentration_lies_between_the_equal_and_the_single_split():
    found = of(*FOUR)
    # G = Σ (2i − n − 1) x / (n Σ x), n = 4, weights −3, −1, 1, 3
    # 1, 1, 2, 6: −3 − 1 + 2 + 18 = 16, of 40: 0.4;   0, 2, 2, 6: −2 + 2 + 18 = 18, of 40: 0.45
    assert found.gini() == pytest.approx((0.4, 0.45))
    # the three largest: 6 + 2 + 1 = 9 or 6 + 2 + 2 = 10 of 10
    assert found.top_share_pct(3) == (90, 100)
    assert found.top_share_pct(4) == (100, 100)
    curve = found.lorenz()
    assert curve["late_share_pct_low"].tolist() == [0, 0, 20, 40, 100]
    assert curve["late_share_pct_high"].tolist() == [0, 10, 20, 40, 100]
    pareto = found.pareto()
    assert pareto["units"].tolist() == [0, 1, 2, 3, 4]
    assert pareto["late_share_pct_low"].tolist() == [0, 60, 80, 90, 100]
    assert pareto["late_share_pct_high"].tolist() == [0, 60, 80, 100, 100]


counts = st.lists(st.integers(0, 50), min_size=1, max_size=5).filter(any)


def brute_gini(values: list[float]) -> float:
    """Half the relative mean absolute difference, over all ordered pairs."""
    x = np.asarray(values, dtype=float)
    return np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())


def of_known(values: list[float]) -> parts.Parts:
    """All units listed, tenfold: of fewer than 10 dossiers no concentration is shown."""
    listed = [(str(at), 10 * one, 10 * one, "reported") for at, one in enumerate(values)]
    return of(*listed, ("Tỉnh", 10 * sum(values), 10 * sum(values), "reported"))


def test_gini_by_hand():
    # 1, 2, 3: Σ(2i − n − 1)x = −2·1 + 0·2 + 2·3 = 4; n·Σx = 3·6 = 18; 4/18 = 0.2222…
    assert of_known([3, 1, 2]).gini() == pytest.approx((4 / 18, 4 / 18))
    assert of_known([5, 5, 5]).gini() == pytest.approx((0, 0))
    assert of_known([0, 0, 0, 12]).gini() == pytest.approx((0.75, 0.75))
    assert np.isnan(of_known([0, 0]).gini()).all()


@given(counts)
def test_gini_agrees_with_the_mean_difference(values):
    expected = brute_gini(values)
    assert of_known(values).gini() == pytest.approx((expected, expected))


@pytest.mark.long
@given(counts, st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_every_split_of_the_group_lies_within_the_bounds(known, group):
    every = known + group
    listed = [(f"l{i}", one, one, "reported") for i, one in enumerate(known)]
    others = [(f"u{i}", 0, sum(group), "bound") for i in range(len(group))]
    found = of(*listed, *others, ("Tỉnh", sum(every), sum(every), "reported"))
    low, high = found.gini()
    if sum(every) < 10:  # too few for a share
        assert found.lorenz().empty and found.pareto().empty and np.isnan([low, high]).all()
        assert found.units["share_pct_high"].isna().all()
        return
    assert low - 1e-9 <= brute_gini(every) <= high + 1e-9
    for bounds, split in ((found.lorenz(), sorted(every)),
                          (found.pareto(), sorted(every, reverse=True))):  # fmt: skip
        curve = 100 * np.concatenate([[0], np.cumsum(split)]) / sum(every)
        assert (bounds["late_share_pct_low"] - 1e-9 <= curve).all()
        assert (curve <= bounds["late_share_pct_high"] + 1e-9).all()


def test_gini_and_lorenz_agree_with_an_independent_library():
    """40 samples as PySAL inequality 1.1.2 computed them, a library too large to install here."""
    samples = pd.read_csv(Path(__file__).parents[2] / "data" / "golden" / "inequality.csv")
    assert len(samples) == 40
    for row in samples.itertuples():
        values = [float(value) for value in row.sample.split()]
        listed = [(str(i), value, value, "reported") for i, value in enumerate(values)]
        found = of(*listed, ("Tỉnh", sum(values), sum(values), "reported"))
        assert found.gini() == pytest.approx((row.gini, row.gini), abs=1e-12)
        expected = [100 * float(share) for share in row.lorenz.split()]
        for end in ("low", "high"):
            curve = found.lorenz()[f"late_share_pct_{end}"]
            assert curve.tolist() == pytest.approx(expected, abs=1e-9)


def test_shares_by_hand():
    # 11,193 of 41,657 = 26.87 %; 7,076 of it 16.99 %
    late = pd.Series([7076.0, 11193.0, None])
    assert parts.share(late, total=41657).round(2).tolist()[:2] == [16.99, 26.87]
    # 1.1922 / 1.5 = 79.48 %; 1.413 / 2 = 70.65 %; of nothing there is no share
    points, most = pd.Series([1.1922, 1.413, 0.0]), pd.Series([1.5, 2.0, 0.0])
    found = parts.share(points, total=most).round(2)
    assert found.tolist()[:2] == [79.48, 70.65] and pd.isna(found[2])


@pytest.mark.parametrize(
    ("part", "total", "words"),
    [
        ([0.5, 1.6], 1.5, "row 1: part 1.6 is not in 0 to its total 1.5"),
        ([-1.0], 2.0, "row 0: part -1 is not in 0"),
        ([1.0], pd.Series([2.0], index=["a"]), "other row labels"),
    ],
)
def test_shares_that_cannot_be_are_refused(part, total, words):
    with pytest.raises(ValueError, match=words):
        parts.share(pd.Series(part), total=total)


def test_how_many_of_the_largest_hold_an_amount():
    # half of 41,657 is 20,828.5; 11,193 + 7,076 = 18,269 falls short, + 4,308 = 22,577 suffices
    late = [("A", 11193), ("B", 7076), ("C", 4308), ("Tỉnh", 41657)]
    found = of(*[(unit, value, value, "reported") for unit, value in late])
    assert found.fewest_for(20828.5) == 3 and found.fewest_for(0) == 0
    assert found.fewest_for(30000) is None


def test_what_each_clears_and_all_together():
    found = of(*FOUR)
    # 25 % of 10 = 2.5, so 3; A a quarter of 6 = 1.5, so 2
    assert found.needed(25) == 3 and found.needed(30) == 3
    cleared = found.clear(25).set_index("unit")
    assert cleared.loc["A", ["clear_low", "clear_high"]].tolist() == [2, 2]
    assert cleared.loc["C", ["clear_low", "clear_high"]].tolist() == [0, 1]  # 0.5 of 2
    assert cleared.loc["A", "share_of_total_pct_low"] == 20  # 2 of 10
    with pytest.raises(ValueError, match="target_reduction_pct is 101; it must be 0 to 100"):
        found.clear(101)
    assert found.clear(0).empty and "clear_low" in found.clear(0)


def test_where_all_are_listed_nothing_is_left():
    twice = [(unit, 2 * low, 2 * high, status) for unit, low, high, status in LISTED]
    found = of(*twice, ("Tỉnh", 16, 16, "reported"))
    assert math.isnan(found.rest) and found.unlisted.empty
    # 4, 12: (−4 + 12) / (2 × 16) = 0.25
    assert found.gini() == pytest.approx((0.25, 0.25))
    assert found.top_share_pct(2) == (100, 100)
    assert np.isnan(found.top_share_pct(3)).all()  # there are no three


def test_of_no_listed_unit_everything_is_nothing():
    for records in ([], [WHOLE], [*REST, WHOLE]):
        found = of(*records)
        assert found.units.empty and {"share_pct_low", "late_rank_low"} <= set(found.units)
        numbers = [found.total, found.rest, found.excess, *found.gini(), found.needed(10)]
        assert np.isnan([*numbers, *found.top_share_pct(1)]).all()
        assert all(one.empty for one in (found.largest, found.lorenz(), found.pareto(),
                                         found.holding(50), found.clear(10)))  # fmt: skip
        assert "late_share_pct_low" in found.lorenz() and "clear_low" in found.clear(10)


@pytest.mark.parametrize(("whole", "excess"), [
    ([], math.nan),
    ([WHOLE, ("Tỉnh", 11, 11, "reported")], math.nan),  # two totals
    ([("Tỉnh", 8, 12, "reported")], math.nan),  # a total that is itself only bounds
    ([("Tỉnh", np.nan, np.nan, "reported")], math.nan),
    ([("Tỉnh", 7, 7, "reported"), ("C", 0, 0, "bound")], 1),  # 6 + 2 − 7: it is no total
])  # fmt: skip
def test_without_a_total_the_units_keep_their_values_and_shares_are_unknown(whole, excess):
    found = of(*LISTED, *whole)
    assert math.isnan(found.total) and found.excess == pytest.approx(excess, nan_ok=True)
    assert found.units[["unit", "late_low", "late_rank_low", "late_rank_high"]].to_numpy().tolist(
    ) == [["A", 6, 1, 1], ["B", 2, 2, 2]]  # fmt: skip
    assert found.units[["share_pct_low", "share_pct_high"]].isna().all(axis=None)
    assert found.largest["unit"].tolist() == ["A"] and found.holding(50).empty
    assert np.isnan([found.rest, found.needed(50), *found.gini(), *found.top_share_pct(1)]).all()
    assert found.lorenz().empty and found.pareto().empty and found.fewest_for(math.nan) is None
    cleared = found.clear(50)  # of its own, each knows what half is
    assert (
        cleared["clear_low"].tolist() == [3, 1] and cleared["share_of_total_pct_low"].isna().all()
    )


def test_of_units_that_do_not_make_up_the_total_concentration_is_not_known():
    found = of(*LISTED, WHOLE)  # 8 of 10: who has the other 2 no source says
    assert found.units["share_pct_low"].tolist() == [60, 20]
    assert found.lorenz().empty and np.isnan([*found.gini(), *found.top_share_pct(1)]).all()


def test_zero_is_a_value_and_not_a_missing_one():
    found = of(("A", 0, 0, "reported"), ("B", 0, 0, "reported"), ("Tỉnh", 0, 0, "reported"))
    assert found.total == 0 and found.units["late_low"].tolist() == [0, 0]
    assert found.largest.empty and found.holding(50).empty and found.lorenz().empty
    assert of(("A", 0, 0, "reported"), *REST, WHOLE).units["share_pct_high"].tolist()[-1] == 0


def test_the_largest_is_hidden_by_a_tie_or_a_bound():
    assert of(*FOUR).largest["unit"].tolist() == ["A"]
    assert of(("A", 2, 2, "reported"), ("B", 2, 2, "reported")).largest.empty
    assert of(("A", 2, 2, "reported"), ("C", 0, 3, "reported")).largest.empty


def test_only_the_longest_period_counts():
    half = late(("A", 1, 1, "reported"), ("Tỉnh", 1, 1, "reported"), end="2022-06-30")
    second = late(("A", 5, 5, "reported"), start="2022-07-01")
    frame = pd.concat([half, late(*FOUR), second], ignore_index=True)
    assert parts.of(frame, "late", whole="Tỉnh").total == 10
    assert parts.of(frame, "late", whole="Tỉnh").units["unit"].tolist() == ["A", "B", "C", "D"]


def test_highest_first_and_equal_ones_in_vietnamese_order():
    frame = late(*[(name, 5, 5, "reported") for name in ("Đại Lộc", "Duy Xuyên")],
                 ("Hội An", 0, 9, "bound"), ("Bắc", 5, 7, "bound"))  # fmt: skip
    assert parts.highest_first(frame, "late")["unit"].tolist() == [
        "Bắc", "Duy Xuyên", "Đại Lộc", "Hội An",
    ]  # fmt: skip
