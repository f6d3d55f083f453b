"""What if: by hand, and laws over every completion of what is known only within bounds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from test_rulebook import EVERY, rule

from par_lib.cleaning import tables
from par_lib.scoring import rulebook, scorecard, whatif
from par_lib.scoring.whatif import Change


def book(made) -> rulebook.Rulebook:
    area = {
        "code": "example",
        "max_points": 2,
        "complete": True,
        "status": "assumed",
        "source": "x",
    }
    return rulebook.Rulebook(year=2022, max_points=2, areas=[area], criteria=[made], file="x.toml")


def card(low: float, high: float, *, points: float | None = None, made=EVERY[0]) -> pd.DataFrame:
    """A scorecard of one criterion of 2 points, its rate in [low, high]."""
    ends = (points, points) if points is not None else [made.points_at(end) for end in (low, high)]
    row = {
        "criterion": "example", "area": "example", "rate_pct_low": low, "rate_pct_high": high,
        "points_low": ends[0], "points_high": ends[1], "max_points": 2.0,
        "lost_points_low": 2 - ends[1], "lost_points_high": 2 - ends[0],
        "status": "reported" if points is not None else "assumed", "source": "s", "locator": "l",
    }  # fmt: skip
    return pd.DataFrame([row])


def won(scores: pd.DataFrame, change: Change, made=EVERY[0]) -> tuple[float, float]:
    found = whatif.simulate(scores, book(made), [change])
    return found["won_points_low"].item(), found["won_points_high"].item()


def test_feedback_up_by_five_points_by_hand():
    # 2 points × 5 / 100 = 0.1, the rule passing through the stated 1.413 at 70.65 %
    assert won(card(70.65, 70.65, points=1.413), Change("example", by_pct=(5, 5))) == pytest.approx(
        (0.1, 0.1)
    )


def test_online_payment_to_30_by_hand():
    # target 80: shares 6.5/80 = 0.08125 and 30/80 = 0.375 of the maximum; the way to the full mark
    # covered is (0.375 − 0.08125) / (1 − 0.08125) = 0.31973; of 0.91 lost: 0.2910 points
    data, known = tables.load("quang-nam", 2022), rulebook.load("quang-nam", 2022)
    scores = scorecard.build(data, known)
    found = whatif.simulate(scores, known, [Change("online_payment", to_pct=30)]).iloc[0]
    assert found["won_points_low"] == pytest.approx(0.91 * 0.29375 / 0.91875)
    assert found["won_points_high"] == found["won_points_low"]
    assert found["status"] == "assumed"
    # the full mark wins all that was lost, and no more
    most = whatif.simulate(scores, known, [Change("online_payment", to_pct=100)]).iloc[0]
    assert most["won_points_low"] == pytest.approx(0.91)


def test_two_districts_clear_half_by_hand():
    # (11,193 + 7,076) / 2 = 9,134.5 of at least 55,724 + 41,657 = 97,381: at most 9.38 points; of
    # at most the 396,320 received in the province: at least 2.30
    data, known = tables.load("quang-nam", 2022), rulebook.load("quang-nam", 2022)
    change = whatif.clear_late(data, ["Điện Bàn", "Thăng Bình"], share_pct=50)
    assert change.criterion == "on_time_district"
    assert change.by_pct == pytest.approx((100 * 9134.5 / 396320, 100 * 9134.5 / 97381))
    # then at least (55,724 + 9,134.5) / 97,381 = 66.60 % are on time, and at most
    # (354,663 + 9,134.5) / 396,320 = 91.79 %
    assert change.reached_pct == pytest.approx((100 * 64858.5 / 97381, 100 * 363797.5 / 396320))
    found = whatif.simulate(scorecard.build(data, known), known, [change]).iloc[0]
    assert found["won_points_low"] == pytest.approx(9134.5 / 396320)
    assert found["won_points_high"] == pytest.approx(9134.5 / 97381)  # of an assumed 1 point


def test_a_loss_is_below_zero_and_stays_within_the_points_there_are():
    # linear, stated 1.5 at 50 %: down to 25 % loses half of the 1.5
    assert won(card(50, 50, points=1.5), Change("example", to_pct=25)) == pytest.approx(
        (-0.75, -0.75)
    )
    assert won(card(50, 50, points=1.5), Change("example", to_pct=0))[0] == pytest.approx(-1.5)


def test_a_fall_below_a_threshold_is_found():
    # from 30 on, 2 × rate: a rate in [20, 100] that falls by 40 loses most just below 70:
    # 2 × 0.70 − 0 = 1.4
    made = rule((30, 0), (30, 0.6), (100, 2))
    low, high = won(card(20, 100, made=made), Change("example", by_pct=(-40, -40)), made)
    assert low == pytest.approx(-1.4, abs=1e-6) and high == 0


def test_a_jump_inside_the_interval_is_found():
    # steps: 0 below 50, 0.5 to 80, 2 from 80; a rate in [45, 79] that rises by 1 wins 0 at 60,
    # 0.5 just below 50, 1.5 just below 80
    made = EVERY[3]
    low, high = won(card(45, 79.5, made=made), Change("example", by_pct=(1, 1)), made)
    assert (low, high) == pytest.approx((0, 1.5))


rulings = st.one_of(
    st.sampled_from(EVERY),
    st.floats(0, 99).map(lambda start: rule((start, 0), (start, start / 50), (100, 2))),
)


@given(
    rulings, st.floats(0, 100), st.floats(0, 100), st.floats(0, 1),
    st.floats(-40, 60), st.floats(-40, 60), st.floats(0, 1),
)  # fmt: skip
def test_bounds_contain_every_completion(made, a, b, where, one, other, how):
    low, high = sorted((a, b))
    least, most = sorted((one, other))
    change = Change("example", by_pct=(least, most))
    bounds = won(card(low, high, made=made), change, made)
    rate, move = low + where * (high - low), least + how * (most - least)
    rate = float(np.clip(rate, low, high))
    after = float(np.clip(rate + move, 0, 100))
    exact = made.points_at(after) - made.points_at(rate)
    assert bounds[0] - 1e-6 <= exact <= bounds[1] + 1e-6


@given(st.sampled_from(EVERY), st.floats(0, 100), st.floats(0, 2), st.floats(0, 100))
def test_a_change_from_stated_points_stays_within_the_maximum(made, rate, points, to):
    low, high = won(card(rate, rate, points=points), Change("example", to_pct=to), made)
    for gain in (low, high):
        assert -1e-9 <= points + gain <= 2 + 1e-9


def test_what_cannot_be_simulated_is_refused():
    data, known = tables.load("quang-nam", 2022), rulebook.load("quang-nam", 2022)
    scores = scorecard.build(data, known)
    for changes, words in (
        ([Change("leaders_survey", to_pct=90)], "leaders_survey: no rate leads to its points"),
        ([Change("sipas_access"), Change("sipas_access")], "sipas_access is changed twice"),
        ([Change("online")], "choose one of sipas_access"),
        ([Change("sipas_access", to_pct=130)], "sipas_access is 130; it must be 0 to 100"),
    ):
        with pytest.raises(ValueError, match=words):
            whatif.simulate(scores, known, changes)


def scores_of(lost: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"criterion": [f"c{i}" for i in range(len(lost))],
                         "lost_points_low": lost, "status": "reported", "source": "s",
                         "locator": "l"})  # fmt: skip


def test_the_cheapest_path_by_hand():
    # points per effort: b 1/1, a 2/4, c 0.4/2; target 1.6: all of b (1), 0.6 of a's 2 = 30 %
    scores = scores_of([2.0, 1.0, 0.4])
    path = whatif.cheapest_path(scores, target_points=1.6, effort={"c0": 4, "c2": 2})
    assert path["criterion"].tolist() == ["c1", "c0"]
    assert path["share_of_gap_pct"].tolist() == pytest.approx([100, 30])
    assert path["cumulative_effort"].tolist() == pytest.approx([1, 2.2])  # 1 + 0.3 × 4


def test_a_target_out_of_reach_takes_all_and_ends_below_it():
    path = whatif.cheapest_path(scores_of([1.0, 0.0]), target_points=5, reach_pct=50)
    assert path["criterion"].tolist() == ["c0"]
    assert path["cumulative_points"].tolist() == [0.5]


@given(
    st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.1, 9)), min_size=1, max_size=5),
    st.floats(0, 1),
)
def test_no_other_path_costs_less(pairs, part):
    lost, effort = (list(column) for column in zip(*pairs, strict=True))
    target = part * sum(lost)
    path = whatif.cheapest_path(
        scores_of(lost), target_points=target,
        effort={f"c{i}": value for i, value in enumerate(effort)},
    )  # fmt: skip
    best = linprog(effort, A_ub=[[-value for value in lost]], b_ub=[-target], bounds=(0, 1))
    cost = path["effort"].sum() if len(path) else 0
    assert cost == pytest.approx(best.fun, abs=1e-6)


def test_efforts_and_targets_that_make_no_sense_are_refused():
    for options, words in (
        ({"target_points": 1, "effort": {"x": 1}}, "effort 'x': choose one of"),
        ({"target_points": -1}, "a target is zero or more"),
        ({"target_points": 1, "effort": {"c0": 0}}, "an effort above zero"),
        ({"target_points": 1, "reach_pct": 101}, "reach_pct is 101; it must be 0 to 100"),
    ):
        with pytest.raises(ValueError, match=words):
            whatif.cheapest_path(scores_of([1.0]), **options)


def test_break_even_by_hand():
    # linear, 2 points: 0.5 points need 25 percentage points more; from 60 % that is 85 %
    scores = card(60, 60)
    even = whatif.break_even(scores, book(EVERY[0]), target_points=0.5)
    assert even["needed_rise"].tolist() == [25]
    assert even["most_points"].tolist() == pytest.approx([0.8])  # 2 × 40 / 100
    assert even["source"].str.endswith("; rulebook").all()  # what was computed by a rule cites it
    never = whatif.break_even(scores, book(EVERY[0]), target_points=0.81)
    assert never["needed_rise"].isna().tolist() == [True]
    full = card(100, 100)  # nothing to win
    assert whatif.break_even(full, book(EVERY[0]), target_points=0.5).empty


def test_an_unknown_rate_can_be_anything():
    unknown = card(0, 100).assign(rate_pct_low=np.nan, rate_pct_high=np.nan)
    assert won(unknown, Change("example", by_pct=(5, 5))) == pytest.approx((0, 0.1))
    assert whatif.movable(unknown, book(EVERY[0])) == []


@pytest.fixture(scope="module")
def year():
    return {"data": tables.load("quang-nam", 2022), "rules": rulebook.load("quang-nam", 2022)}


def test_changes_are_read_as_they_are_written(year):
    text = "late_dossiers: Điện Bàn, TX Điện Bàn = -100%; online_payment=30 ; sipas_feedback = +5"
    found = whatif.parse_changes(text, **year)
    assert found[1:] == [Change("online_payment", to_pct=30),
                         Change("sipas_feedback", by_pct=(5, 5))]  # fmt: skip
    assert found[0].by_pct[1] == pytest.approx(100 * 11193 / 97381)  # one district, named twice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("online_payment", "write criterion = 30"),
        ("online_paymnt = 30", "choose one of sipas_access"),
        ("online_payment = +5%", "write percentage points without %"),
        ("late_dossiers: Điện Bàn = 50", "write the part cleared as -50%"),
        ("late_dossiers: Diện Bàn = -50%", 'did you mean "Điện Bàn"'),
        ("late_dossiers: Điện Bàn = -150%", "at most -100%"),
        ("online_payment = 30; import os", "change 'import os'"),
    ],
)
def test_changes_that_cannot_be_read_are_named(year, text, words):
    with pytest.raises(ValueError, match=words):
        whatif.parse_changes(text, **year)


def test_efforts_and_numbers_as_written():
    assert whatif.parse_effort("") == {}
    with pytest.raises(ValueError, match="write criterion=number"):
        whatif.parse_effort("online_payment=+2")
    with pytest.raises(ValueError, match="write numbers separated by commas"):
        whatif.parse_numbers("50; 70")


def test_the_usual_changes_ask_only_what_the_year_knows(year):
    scores = scorecard.build(year["data"], year["rules"])
    usual = whatif.usual_changes(year["data"], scores)
    assert [change.criterion for change in usual] == [
        "on_time_district", "online_payment", "sipas_feedback",
    ]  # fmt: skip
    empty = tables.load("quang-nam", 2024)
    known = rulebook.load("quang-nam", 2024)
    assert whatif.usual_changes(empty, scorecard.build(empty, known)) == []
