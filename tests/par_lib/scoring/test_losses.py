"""Points lost by criterion and in all, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from par_lib.cleaning import tables
from par_lib.scoring import losses, rulebook, scorecard

TRACE = {"status": "reported", "source": "s", "locator": "l"}


def index_of(low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame([{"points_low": low, "points_high": high, **TRACE}])


def card_of(lost: float) -> pd.DataFrame:
    row = {"criterion": "a", "stated": True, "lost_points_low": lost, "lost_points_high": lost}
    return pd.DataFrame([row | TRACE])


def test_more_lost_by_criterion_than_in_all_is_told():
    # 20 by criterion, 100 − 80.91 = 19.09 in all: 0.91 too many, and no rest is known
    loss = losses.of(card_of(20.0), index_of(80.91, 80.91))
    assert loss.excess_points == pytest.approx(0.91)
    assert np.isnan(loss.rest_points).all() and loss.rows["criterion"].tolist() == ["a"]
    rounded = losses.of(card_of(19.1), index_of(80.91, 80.91))  # two decimals each
    assert rounded.rest_points == (0, 0) and pd.isna(rounded.excess_points)


def test_losses_without_an_index_or_without_points_by_criterion():
    none = index_of(80.91, 80.91).iloc[:0]
    loss = losses.of(card_of(2.0), none)
    assert loss.known_points == (2, 2) and np.isnan(loss.total_points).all()
    assert loss.rows["criterion"].tolist() == ["a"] and np.isnan(loss.rest_points).all()
    # 100 − 84.60 = 15.40 lost, of no criterion is it told
    unplaced = losses.of(card_of(2.0).assign(stated=False), index_of(84.6, 84.6))
    assert unplaced.unplaced_points == pytest.approx((15.4, 15.4))
    assert unplaced.rows.empty and np.isnan(unplaced.rest_points).all()


def test_losses_of_2022():
    card = scorecard.build(tables.load("quang-nam", 2022), rulebook.load("quang-nam", 2022))
    # 100 − 80.91 = 19.09 lost; 2.4241 + 5.58 + 0.91 = 8.9141 known; 10.1759 not
    loss = losses.of(card, index_of(80.91, 80.91))
    assert loss.total_points == pytest.approx((19.09, 19.09))
    assert loss.known_points == pytest.approx((8.9141, 8.9141))
    assert loss.rest_points == pytest.approx((10.1759, 10.1759))
    # most points first: 5.58, 0.91, 0.6115 (results), …, and the rest last
    first = ["leaders_survey", "online_payment", "sipas_result"]
    assert [*loss.rows["criterion"][:3], loss.rows["criterion"].iloc[-1]] == [*first, "rest"]
