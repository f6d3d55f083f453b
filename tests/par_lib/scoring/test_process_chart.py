"""Process charts: by hand, and how often ordinary months are called special."""

import os
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_lib.scoring.fair_comparison import monthly_chart, process_chart
from par_lib.scoring.unit_comparison import late_months

SOAK = bool(os.environ.get("PAR_SOAK"))


def test_limits_by_hand():
    # ranges 2 1 2 1 1 1 2 1 2 1 1: 15 / 11; mean 136 / 12; 2.66 × 15 / 11 = 3.627
    values = pd.Series([10, 12, 11, 13, 12, 11, 10, 12, 11, 13, 12, 11], dtype=float)
    values[11] = 11.0
    found = process_chart(values)
    assert found["mean"].unique() == pytest.approx([138 / 12])
    assert found["natural_low"].iloc[0] == pytest.approx(11.5 - 2.66 * 15 / 11)
    assert found["natural_high"].iloc[0] == pytest.approx(11.5 + 2.66 * 15 / 11)
    assert set(found["signal"]) == {""}


def test_each_signal_by_hand():
    level = [10, 14] * 6  # mean 13.4, mean range 60 / 12: up to 26.7
    outside = process_chart(pd.Series([*level, 30]))["signal"]
    assert outside[outside != ""].to_dict() == {12: "outside"}
    run = process_chart(pd.Series([9, 9.5] * 4 + [12, 12.5] * 4))["signal"]
    assert (run != "").all() and "run" in set(run)  # eight below, then eight above
    seven = process_chart(pd.Series([10, 12.2, 10, 12.2, 10, 11.2, 11.3, 11.2, 11.3, 11.2, 11.3,
                                     11.2, 10, 12.2, 10]))["signal"]  # fmt: skip
    assert set(seven) == {""}
    # mean 52, mean range 36 / 14, limits 52 ± 6.84: 56 is more than 3.42 away from the mean
    near = process_chart(pd.Series([50, 52] * 5 + [56, 56, 52, 56, 50]))
    assert near["signal"][near["signal"] != ""].to_dict() == dict.fromkeys(
        [10, 11, 13], "near_limit"
    )


def told_otherwise(values: list[float]) -> list[str]:
    """The signals, month by month and without pandas, with 3 / 1.128 instead of 2.66."""
    mean = sum(values) / len(values)
    apart = [abs(one - other) for one, other in zip(values[1:], values, strict=False)]
    limit = 3 / 1.128 * sum(apart) / len(apart)
    found = []
    for at, value in enumerate(values):
        side = (value > mean) - (value < mean)
        same = [side and (one - mean) * side > 0 for one in values]
        near = [own and abs(one - mean) > limit / 2 for own, one in zip(same, values, strict=True)]
        eights = [same[first : first + 8] for first in range(max(at - 7, 0), at + 1)]
        fours = [near[first : first + 4] for first in range(max(at - 3, 0), at + 1)]
        runs = any(len(own) == 8 and all(own) for own in eights)
        nears = near[at] and any(len(own) == 4 and sum(own) >= 3 for own in fours)
        found.append("outside" if abs(value - mean) > limit else
                     "run" if runs else "near_limit" if nears else "")  # fmt: skip
    return found


@pytest.mark.long
def test_signals_agree_with_another_implementation():
    rng, seen = np.random.default_rng(11), set()
    for _ in range(400):
        months = rng.normal(0, 1, int(rng.integers(10, 40))).cumsum() * rng.random()
        values = (months + rng.normal(0, 1, len(months))).tolist()
        signals = process_chart(pd.Series(values))["signal"].tolist()
        assert signals == told_otherwise(values)
        seen |= {*signals}
    assert seen == {"", "outside", "run", "near_limit"}


def test_of_fewer_than_ten_months_nothing_is_said():
    nine = process_chart(pd.Series(range(9)))
    assert nine[["mean", "natural_low", "natural_high"]].isna().all(axis=None)
    assert set(nine["signal"]) == {""} and nine["value"].tolist() == list(range(9))
    assert process_chart(pd.Series([], dtype=float)).empty
    gap = process_chart(pd.Series([10, 12, None, 30, 28, 30, 28, 30, 28, 30, 28, 30, 28]))
    assert gap["mean"].notna().all()  # twelve known; 12 and 30 are no neighbours: ranges are all 2
    assert (gap["natural_high"] - gap["mean"]).iloc[0] == pytest.approx(2.66 * 2)
    assert gap["signal"].iloc[2] == ""


def test_a_break_of_method_is_a_break_of_the_chart():
    values = pd.Series([10, 12] * 6 + [30, 32] * 6 + [9, 8])
    breaks = pd.Series(["old"] * 12 + ["new"] * 12 + ["old"] * 2)
    found = process_chart(values, breaks=breaks)
    assert found["mean"].dropna().unique().tolist() == [11, 31]
    assert set(found["signal"]) == {""} and found["mean"].isna().sum() == 2
    assert (process_chart(values)["signal"] != "").any()  # as one stretch it would be news


@given(st.lists(st.integers(-1_000, 1_000), min_size=10, max_size=30), st.integers(1, 9),
       st.integers(-99, 99))  # fmt: skip
def test_the_chart_does_not_depend_on_unit_and_zero(values, times, plus):
    one = process_chart(pd.Series(values))
    other = process_chart(pd.Series(values) * times + plus)
    for name in ("mean", "natural_low", "natural_high"):
        assert other[name].tolist() == pytest.approx((one[name] * times + plus).tolist())
    assert (one["natural_low"] <= one["mean"]).all()


@pytest.mark.long
@pytest.mark.parametrize(("months", "said"), [(12, 1 / 12), (24, 1 / 6)])
def test_ordinary_months_are_called_special_no_more_often_than_said(months, said):
    rng, repeats = np.random.default_rng(months), 4_000 if SOAK else 300
    for draw in (lambda: rng.normal(size=months), lambda: rng.poisson(10, months),
                 lambda: rng.binomial(2_000, 0.08, months)):  # fmt: skip
        assert called_special(draw, repeats) <= said
    # months that resemble the ones before (mean of three in a row) are no such months
    alike = lambda: np.convolve(rng.normal(size=months + 2), np.ones(3) / 3, "valid")  # noqa: E731
    assert called_special(alike, 100) > 2 * said


def called_special(draw, repeats: int) -> float:
    """Share of charts with a signal."""
    charts = (process_chart(pd.Series(draw()))["signal"] for _ in range(repeats))
    return sum((signals != "").any() for signals in charts) / repeats


def test_months_of_other_communes_are_a_stretch_of_their_own_and_a_gap_stays_a_gap():
    """Late of 100 resolved; July 2025 has other communes than June; March and May are unknown."""
    ends = pd.to_datetime(["2025-01-31", "2025-02-28", "2025-04-30", "2025-06-30", "2025-07-31"])
    rows = pd.DataFrame({"unit": "P", "level": "commune", "period_end": ends, "resolved": 100,
                         "status": "reported",
                         "late_low": [5, 7, 6, 9, 4], "late_high": [5, 7, 6, 9, 4],
                         "period_start": ends.to_period("M").start_time})  # fmt: skip
    whole = rows.tail(1).assign(period_start=pd.Timestamp("2025-01-01"), late_low=99)
    data = SimpleNamespace(late_dossiers=pd.concat([rows, whole]), place="P")
    found = late_months(data, level="commune")
    assert found["month"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert found["late_pct"].fillna(-1).tolist() == [5, 7, -1, 6, -1, 9, 4]
    assert found["stretch"].tolist() == [1] * 6 + [2]
    data.late_dossiers.loc[data.late_dossiers["period_end"] == ends[2], "period_end"] -= (
        pd.Timedelta(days=1)
    )
    assert late_months(data, level="commune")["late_pct"].fillna(-1).tolist() == [
        5,
        7,
        -1,
        6,
        -1,
        9,
        4,
    ]
    data.late_dossiers.loc[data.late_dossiers["period_end"] == ends[1], "status"] = "bound"
    assert late_months(data, level="commune")["late_pct"].fillna(-1).tolist()[:2] == [5, -1]
    other = late_months(SimpleNamespace(late_dossiers=rows, place="Q"), level="commune")
    assert other.empty and set(other) == set(found)
    of_districts = SimpleNamespace(late_dossiers=rows.assign(level="district"), place="P")
    assert set(late_months(of_districts, level="district")["stretch"]) == {1}


def test_the_last_row_of_a_month_counts_and_a_month_without_one_is_a_gap():
    days = ["2024-01-10", "2024-01-31", "2024-03-05"]
    rows = pd.DataFrame({"as_of": pd.to_datetime(days[::-1]), "points": [82.0, 81.0, 80.0]})
    found = monthly_chart(rows, "points")
    assert found["month"].tolist() == [1, 2, 3]
    assert found["points"].fillna(-1).tolist() == [81, -1, 82] and found["mean"].isna().all()
    assert monthly_chart(rows.iloc[:0], "points").empty
