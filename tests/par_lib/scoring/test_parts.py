"""A total and its parts by hand: who holds how much, in what order, how concentrated."""

import math

import numpy as np
import pandas as pd
import pytest

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


def test_the_fewest_units_that_hold_a_share():
    found = of(*FOUR)
    units = {pct: found.holding(pct)["unit"].tolist() for pct in (0, 50, 60, 60.1, 95)}
    # A has 60 of 100, A and B 80; of more than that, all who are listed
    assert units == {0: [], 50: ["A"], 60: ["A"], 60.1: ["A", "B"], 95: ["A", "B"]}


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


def test_what_each_clears_and_all_together():
    found = of(*FOUR)
    # 25 % of 10 = 2.5, so 3; A a quarter of 6 = 1.5, so 2
    assert found.needed(25) == 3 and found.needed(30) == 3
    cleared = found.clear(25).set_index("unit")
    assert cleared.loc["A", ["clear_low", "clear_high"]].tolist() == [2, 2]
    assert cleared.loc["C", ["clear_low", "clear_high"]].tolist() == [0, 1]  # 0.5 of 2


def test_where_all_are_listed_nothing_is_left():
    found = of(*LISTED, ("Tỉnh", 8, 8, "reported"))
    assert math.isnan(found.rest) and found.unlisted.empty
    # 2, 6: (−2 + 6) / (2 × 8) = 0.25
    assert found.gini() == pytest.approx((0.25, 0.25))
    assert found.top_share_pct(2) == (100, 100)
    assert np.isnan(found.top_share_pct(3)).all()  # there are no three


@pytest.mark.parametrize("records", [
    [],
    LISTED,  # no total
    [*LISTED, WHOLE, WHOLE],  # two totals
    [WHOLE],
    [*REST, WHOLE],  # no unit a source gives a figure for
    [("A", 0, 0, "reported"), WHOLE],
    [*LISTED, ("Tỉnh", np.nan, np.nan, "reported")],
])  # fmt: skip
def test_of_what_cannot_be_computed_everything_is_nothing(records):
    found = of(*records)
    assert found.units.empty and {"share_pct_low", "late_rank_low"} <= set(found.units)
    assert np.isnan([found.total, found.rest, found.excess, *found.gini(), found.needed(10)]).all()
    assert np.isnan(found.top_share_pct(1)).all()
    assert all(one.empty for one in (found.lorenz(), found.pareto(), found.holding(50),
                                     found.clear(10)))  # fmt: skip
    assert "late_share_pct_low" in found.lorenz() and "clear_low" in found.clear(10)


def test_units_that_exceed_their_total_are_told_and_nothing_is_computed():
    found = of(*LISTED, ("Tỉnh", 7, 7, "reported"))
    assert found.excess == 1 and found.units.empty and math.isnan(found.total)  # 6 + 2 − 7


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
