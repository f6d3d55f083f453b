"""The scorecard of 2022 and of made tables, worked by hand."""

import pandas as pd
import pytest

from par_lib import rules, scorecard, tables


@pytest.fixture(scope="module")
def card():
    data = tables.load("quang-nam", 2022)
    return scorecard.build(data, rules.load("quang-nam", 2022)).set_index("criterion")


def test_known_points_of_2022(card):
    # 0.3078 + 0.3141 + 0.6037 + 0.6115 + 0.587 = 2.4241 of SIPAS; 22 − 16.42; 1.5 − 0.59
    known = card[card["status"] == "reported"]["lost_points_low"]
    assert known.filter(like="sipas").sum() == pytest.approx(2.4241)
    assert known["leaders_survey"] == pytest.approx(5.58)
    assert known["online_payment"] == pytest.approx(0.91)
    assert len(known) == 7
    # 100 − 80.91 = 19.09 lost; 2.4241 + 5.58 + 0.91 = 8.9141 known; 10.1759 not
    rest = scorecard.unexplained_loss(card.reset_index(), index_points=80.91)
    assert rest == pytest.approx(10.1759)


def test_assumed_and_unknown_points_are_called_so(card):
    assumed = card[card["status"] == "assumed"]
    assert set(assumed.index) == {
        "on_time_district", "on_time_commune", "disbursement", "audit_recommendations",
        "online_dossiers",
    }  # fmt: skip
    assert all(assumed["source"].str.contains("rulebook"))
    # 202,751 of 396,320 is 51.16 %, by the rule of 1 point at most
    assert assumed.loc["online_dossiers", "points_low"] == pytest.approx(202751 / 396320)
    unknown = card.loc["on_time_department"]
    assert unknown["status"] == "unknown"
    assert unknown[["points_low", "points_high"]].tolist() == [0, 1]


def test_on_time_is_bounded_by_what_part_of_the_year_tells(card):
    # at least the first half's 55,724 on time; 41,657 late in the year: 55,724 / 97,381 = 57.22 %
    row = card.loc["on_time_district"]
    assert row["rate_pct_low"] == pytest.approx(100 * 55724 / (55724 + 41657))
    assert row["rate_pct_high"] == 100
    # communes: 82,851 / (82,851 + 13,363) = 86.11 %
    assert card.loc["on_time_commune", "rate_pct_low"] == pytest.approx(100 * 82851 / 96214)


def test_more_lost_by_criterion_than_in_all_is_a_contradiction():
    card = pd.DataFrame({"status": ["reported"], "lost_points_low": [20.0]})
    with pytest.raises(ValueError, match=r"20 points are lost by criterion and only 19\.09 in"):
        scorecard.unexplained_loss(card, index_points=80.91)


def test_a_year_without_figures_has_a_scorecard_of_unknowns():
    data = tables.load("quang-nam", 2024)
    card = scorecard.build(data, rules.load("quang-nam", 2024))
    without = card[card["rate_pct_low"].isna()]
    assert set(without["status"]) == {"unknown"}
    assert (without["lost_points_high"] == without["max_points"]).all()


def test_a_measure_of_no_known_kind_is_refused():
    with pytest.raises(ValueError, match="'weather:rain': begin it with one of sipas, indicators"):
        scorecard.read_rate("weather:rain", tables.load("quang-nam", 2022))
    assert scorecard.read_rate("", tables.load("quang-nam", 2022)) is None
