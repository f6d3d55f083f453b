"""The index of service: units compared on one day, classes stated and assumed."""

import pandas as pd
import pytest

from par_lib.cleaning import schema
from par_lib.scoring import rulebook, scorecard

AUGUST, OCTOBER = pd.Timestamp("2024-08-19"), pd.Timestamp("2024-10-28")


def total(unit: str, day: pd.Timestamp, points: float | None = None, stated: str = "") -> dict:
    return {"unit": unit, "component": "total", "as_of": day, "points_low": points,
            "points_high": points, "classification": stated, "status": "reported"}  # fmt: skip


def test_units_are_compared_on_the_day_of_which_most_are_known():
    rows = pd.DataFrame([
        total("B", AUGUST, stated="fair"), total("A", AUGUST, stated="fair"),
        total("Đ", AUGUST, stated="good"), total("A", OCTOBER, 89.07), total("P", OCTOBER, 82.8),
    ])  # fmt: skip
    rows = rows.astype({"points_low": float, "points_high": float})
    assert scorecard.classed(rows, "P")["unit"].tolist() == ["Đ", "A", "B"]
    later = scorecard.classed(rows[rows["as_of"] > AUGUST], "P")
    # no source gives the class of 89.07 points: by limits of ours, 80 to 90
    (row,) = later.itertuples()
    assert (row.unit, row.classification, row.status) == ("A", "good", "assumed")


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [(90, 90, "excellent"), (89.99, 89.99, "good"), (80, 80, "good"), (70, 79.9, "fair"),
     (50, 50, "average"), (0, 49.9, "weak"), (79, 81, ""), (80, None, ""), (None, None, "")],
)  # fmt: skip
def test_a_class_follows_only_where_both_ends_lie_in_it(low, high, name):
    row = pd.DataFrame([total("A", AUGUST, 1.0) | {"points_low": low, "points_high": high}])
    row = row.astype({"points_low": float, "points_high": float})
    assert scorecard.classed(row, "P")["classification"].tolist() == [name]


def test_limits_of_classes_are_assumed():
    limits = rulebook.class_limits()
    assert limits["classification"].tolist() == list(schema.CODES["classification"])
    assert set(limits["status"]) == {"assumed"}


def test_parts_stand_side_by_side_and_a_unit_without_any_is_left_out():
    rows = pd.DataFrame({"unit": ["A", "A", "B"], "component": ["total", "progress", "total"],
                         "points_low": [80.0, 18.0, 70.0], "points_high": [80.0, 19.0, 70.0],
                         "status": "reported", "source": "s", "locator": "l"})  # fmt: skip
    wide = scorecard.side_by_side(rows, "unit")
    assert wide[["unit", "total_low", "progress_low", "progress_high"]].to_numpy().tolist() == [
        ["A", 80.0, 18.0, 19.0]]  # fmt: skip


def test_of_no_rows_everything_is_empty():
    none = pd.DataFrame([total("A", AUGUST, 1.0)]).assign(max_points=1.0, source="s", locator="l")[
        :0
    ]
    units = scorecard.classed(none, "P")
    assert units.empty and scorecard.by_class(units).empty
    assert scorecard.from_points(none).empty and scorecard.side_by_side(none, "unit").empty


def test_points_without_an_upper_end_may_be_the_maximum():
    row = {"component": "progress", "points_low": 18.0, "points_high": None, "max_points": 20.0}
    rows = pd.DataFrame([row]).astype({"points_high": float})
    lost = scorecard.from_points(rows, "earned_pct").iloc[0]
    assert lost[["lost_points_low", "lost_points_high"]].tolist() == [0, 2]  # 20 − 20, 20 − 18
    assert lost[["earned_pct_low", "earned_pct_high"]].tolist() == [90, 100]
