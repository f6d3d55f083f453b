"""Points, shares and reductions, worked by hand from the report's own figures."""

import pandas as pd
import pytest

from par_lib.scoring import formulas


def test_sipas_points_and_satisfaction():
    # 1.1922 / 1.5 = 79.48 %; 1.413 / 2 = 70.65 %
    points, most = pd.Series([1.1922, 1.413, None]), pd.Series([1.5, 2.0, 2.5])
    satisfaction = formulas.recover_satisfaction(points, max_points=most)
    assert satisfaction.round(2).tolist()[:2] == [79.48, 70.65] and pd.isna(satisfaction[2])
    back = formulas.convert_satisfaction(satisfaction, max_points=most)
    pd.testing.assert_series_equal(back, points, check_names=False)
    with pytest.raises(ValueError, match="max_points"):
        formulas.convert_satisfaction(pd.Series([50.0]), max_points=0)


def test_lost_points():
    # 22 − 16.42 = 5.58; 1.5 − 0.59 = 0.91
    lost = formulas.lost_points(pd.Series([16.42, 0.59]), max_points=pd.Series([22, 1.5]))
    assert lost.round(2).tolist() == [5.58, 0.91]
    with pytest.raises(ValueError, match=r"1\.6"):
        formulas.lost_points(pd.Series([1.6]), max_points=1.5)


def test_on_time_rate():
    # 55,724 of 72,199 = 77.18 %; no dossiers, no rate
    rate = formulas.on_time_rate(pd.Series([55724.0, 0.0]), of=pd.Series([72199.0, 0.0]))
    assert round(rate[0], 2) == 77.18 and pd.isna(rate[1])
    with pytest.raises(ValueError):
        formulas.on_time_rate(pd.Series([3.0]), of=pd.Series([2.0]))


def test_share():
    # 11,193 of 41,657 = 26.87 %; 7,076 of it 16.99 %
    late = pd.Series([7076.0, 11193.0], index=["Thăng Bình", "Điện Bàn"])
    assert formulas.share(late, total=41657).round(2).tolist() == [16.99, 26.87]


def test_required_reduction_and_fewest_units():
    # half of 41,657 is 20,828.5; 11,193 + 7,076 = 18,269 falls short, + 4,308 = 22,577 suffices
    late = pd.Series([4308, 7076, 11193])
    assert formulas.fewest_units_for(late, amount=20828.5) == 3
    assert formulas.fewest_units_for(late, amount=30000) is None
    # an unlisted district, 0 to 3,551: half is 0 to 1,775.5, so 1,776 whole dossiers
    clear = formulas.required_reduction(
        pd.Series([0]), pd.Series([3551]), total=41657, target_reduction_pct=50
    )
    assert clear[["clear_low", "clear_high"]].iloc[0].tolist() == [0, 1776]
