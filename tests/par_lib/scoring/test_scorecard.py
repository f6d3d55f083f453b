"""The scorecard of 2022 and of made tables, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_lib.cleaning import tables
from par_lib.scoring import rates, rulebook, scorecard

TRACE = {"status": "reported", "source": "s", "locator": "l"}


@pytest.fixture(scope="module")
def card():
    data = tables.load("quang-nam", 2022)
    return scorecard.build(data, rulebook.load("quang-nam", 2022)).set_index("criterion")


def test_known_points_of_2022(card):
    # 0.3078 + 0.3141 + 0.6037 + 0.6115 + 0.587 = 2.4241 of SIPAS; 22 − 16.42; 1.5 − 0.59
    known = card[card["status"] == "reported"]["lost_points_low"]
    assert known.filter(like="sipas").sum() == pytest.approx(2.4241)
    assert known["leaders_survey"] == pytest.approx(5.58)
    assert known["online_payment"] == pytest.approx(0.91)
    assert len(known) == 7
    # 0.91 of 1.5 is 60.67 %
    assert card.loc["online_payment", "lost_pct_low"] == pytest.approx(100 * 0.91 / 1.5)


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


def test_on_time_is_bounded_by_a_part_of_the_year_and_by_what_was_received(card):
    # at least the first half's 55,724 on time, 41,657 late: 55,724 / 97,381 = 57.22 %; were all
    # 396,320 that the province received of districts: (396,320 − 41,657) / 396,320 = 89.49 %
    row = card.loc["on_time_district"]
    assert row["rate_pct_low"] == pytest.approx(100 * 55724 / (55724 + 41657))
    assert row["rate_pct_high"] == pytest.approx(100 * 354663 / 396320)
    assert "I, bullet 8" in row["locator"]  # where the received are told
    # communes: 82,851 / (82,851 + 13,363) = 86.11 %; (396,320 − 13,363) / 396,320 = 96.63 %
    row = card.loc["on_time_commune"]
    assert row["rate_pct_low"] == pytest.approx(100 * 82851 / 96214)
    assert row["rate_pct_high"] == pytest.approx(100 * 382957 / 396320)


class Year:
    """A year with made tables instead of read ones."""

    place, year = "Quảng Nam", 2022

    def __init__(self, **frames: pd.DataFrame) -> None:
        real = tables.load("quang-nam", 2022)
        for name in ("late_dossiers", "disbursement", "sipas", "scores", "indicators"):
            setattr(self, name, frames.get(name, getattr(real, name).iloc[:0]))


def late(start: str = "2022-01-01", end: str = "2022-12-31", **figures: float) -> pd.DataFrame:
    counts = ("received", "resolved", "on_time", "late_low", "late_high")
    row = dict.fromkeys([*counts, "on_time_pct_low", "on_time_pct_high"])
    row |= {"unit": "Quảng Nam", "level": "district", **TRACE, **figures}
    row |= {"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end)}
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("figures", "low", "high"),
    [
        # 900 on time, 100 to 200 late: 900/1100 to 900/1000
        ({"on_time": 900, "late_low": 100, "late_high": 200}, 81.8182, 90),
        # more than 100 late: anything from nothing to 90 %
        ({"on_time": 900, "late_low": 100}, 0, 90),
        # resolved less late: 1,000 − 100 on time
        ({"resolved": 1000, "late_low": 100, "late_high": 100}, 90, 90),
        # 1,000 received: at most 1,000 − 100 on time; none counted, so from nothing on
        ({"received": 1000, "late_low": 100, "late_high": 200}, 0, 90),
        # 100 late or more, of 1,000 received 900 on time: no room for a 101st
        ({"received": 1000, "on_time": 900, "late_low": 100}, 90, 90),
        # 900 received cannot hold 900 on time and 100 late: those received bound nothing
        ({"received": 900, "on_time": 900, "late_low": 100, "late_high": 200}, 81.8182, 90),
        # no late dossier at all
        ({"late_low": 0, "late_high": 0}, 100, 100),
        # nothing counted, a rate stated
        ({"on_time_pct_low": 91.74, "on_time_pct_high": 91.74}, 91.74, 91.74),
    ],
)
def test_on_time_from_what_is_known(figures, low, high):
    rate = rates.read_rate("on_time:district", Year(late_dossiers=late(**figures)))
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=1e-4)


def test_received_in_the_province_bounds_each_level_unless_a_source_gives_no_end():
    # 100 late of at most 1,100 that all levels received: 1,000 / 1,100 = 90.91 % on time at most
    rows = late(late_low=100, late_high=100)
    name = "dossiers_received_online_and_offline"
    received = [indicator(name, 1000, 1000), indicator(name, 1100, 1100)]
    year = Year(late_dossiers=rows, indicators=pd.DataFrame(received))
    assert rates.count(year, "district").together == (100, 1100)
    rate = rates.read_rate("on_time:district", year)
    assert (rate.low, rate.high) == pytest.approx((0, 90.9091), abs=1e-4)
    received.append(indicator(name, 1000, None))  # "more than 1,000"
    year = Year(late_dossiers=rows, indicators=pd.DataFrame(received))
    assert rates.read_rate("on_time:district", year).high == 100
    assert rates.count(year, "commune") is None


@pytest.mark.long
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.floats(0, 1), st.floats(0, 1))
def test_no_completion_of_on_time_and_late_lies_outside(done, late_, more, part, where):
    # a year in which so many were on time and late, of which less is told
    told = late(received=done + late_ + more, late_low=int(part * late_), late_high=late_)
    half = late(end="2022-06-30", on_time=int(where * done))
    year = Year(late_dossiers=pd.concat([told, half]))
    counted = rates.count(year, "district")
    assert counted.on_time[0] <= done <= counted.on_time[1]
    assert counted.late[0] <= late_ <= counted.late[1]
    if done + late_:
        low, high = counted.on_time_pct()
        assert low - 1e-9 <= 100 * done / (done + late_) <= high + 1e-9


def test_a_part_of_the_year_is_not_the_year():
    first_quarter = late(end="2022-03-31", on_time=90, late_low=10, late_high=10)
    assert rates.read_rate("on_time:district", Year(late_dossiers=first_quarter)) is None
    row = {"unit": "Quảng Nam", "level": "province", "scope": "total", "basis": "unstated",
           "rate_pct_low": 5.0, "rate_pct_high": 5.0, **TRACE}  # fmt: skip
    for day, high in (("2022-02-28", 100.0), ("2022-12-31", 5.0)):
        capital = pd.DataFrame([row | {"as_of": pd.Timestamp(day)}])
        rate = rates.read_rate("disbursement:province", Year(disbursement=capital))
        assert (rate.low, rate.high) == (5.0, high)  # what is disbursed only grows


def indicator(measure: str, low: float, high: float | None, **other: object) -> dict:
    dates = {"period_start": pd.Timestamp(2022, 1, 1), "period_end": pd.Timestamp(2022, 12, 31)}
    return {"measure": measure, "value_low": low, "value_high": high, "unit": "Quảng Nam",
            "level": "province", **TRACE, **dates, **other}  # fmt: skip


def test_a_share_of_two_intervals_and_only_of_the_province():
    # "more than 200" of 400 to 500: 200/500 at least, no upper end
    rows = [indicator("a", 200, None), indicator("b", 400, 500), indicator("c", 61.69, 61.69)]
    rows.append(indicator("c", 20, 20, unit="Hội An", level="district"))
    year = Year(indicators=pd.DataFrame(rows))
    share = rates.read_rate("indicators:a/b", year)
    assert (share.low, share.high) == (40, 100)
    assert rates.read_rate("indicators:c", year).low == 61.69
    assert rates.read_rate("indicators:d", year) is None


def score(points: float, most: float, status: str = "reported") -> dict:
    return {"criterion": "online_payment", "points": points, "max_points": most,
            **TRACE, "status": status}  # fmt: skip


def test_two_sources_of_one_score_are_an_interval_and_a_wrong_maximum_is_refused():
    book = rulebook.load("quang-nam", 2022)
    two = Year(scores=pd.DataFrame([score(0.5, 1.5), score(0.59, 1.5, "derived")]))
    row = scorecard.build(two, book).set_index("criterion").loc["online_payment"]
    assert row[["points_low", "points_high"]].tolist() == [0.5, 0.59]
    assert row["status"] == "derived" and row["stated"]
    for points, most in ((1.8, 2.0), (1.6, 1.5)):
        with pytest.raises(ValueError, match=r"online_payment: s \(l\) states 1\.[68] of "):
            scorecard.build(Year(scores=pd.DataFrame([score(points, most)])), book)


def test_a_year_without_figures_has_a_scorecard_of_unknowns():
    data = tables.load("quang-nam", 2024)
    card = scorecard.build(data, rulebook.load("quang-nam", 2024))
    without = card[card["rate_pct_low"].isna()]
    assert set(without["status"]) == {"unknown"}
    assert (without["lost_points_high"] == without["max_points"]).all()


def index_of(low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame([{"points_low": low, "points_high": high, **TRACE}])


def card_of(lost: float) -> pd.DataFrame:
    row = {"criterion": "a", "stated": True, "lost_points_low": lost, "lost_points_high": lost}
    return pd.DataFrame([row | TRACE])


def test_more_lost_by_criterion_than_in_all_is_told():
    # 20 by criterion, 100 − 80.91 = 19.09 in all: 0.91 too many, and no rest is known
    loss = scorecard.losses(card_of(20.0), index_of(80.91, 80.91))
    assert loss.excess_points == pytest.approx(0.91)
    assert np.isnan(loss.rest_points).all() and loss.rows["criterion"].tolist() == ["a"]
    rounded = scorecard.losses(card_of(19.1), index_of(80.91, 80.91))  # two decimals each
    assert rounded.rest_points == (0, 0) and pd.isna(rounded.excess_points)


def test_losses_without_an_index_or_without_points_by_criterion():
    none = index_of(80.91, 80.91).iloc[:0]
    loss = scorecard.losses(card_of(2.0), none)
    assert loss.known_points == (2, 2) and np.isnan(loss.total_points).all()
    assert loss.rows["criterion"].tolist() == ["a"] and np.isnan(loss.rest_points).all()
    # 100 − 84.60 = 15.40 lost, of no criterion is it told
    unplaced = scorecard.losses(card_of(2.0).assign(stated=False), index_of(84.6, 84.6))
    assert unplaced.unplaced_points == pytest.approx((15.4, 15.4))
    assert unplaced.rows.empty and np.isnan(unplaced.rest_points).all()


def test_losses_of_2022(card):
    # 100 − 80.91 = 19.09 lost; 2.4241 + 5.58 + 0.91 = 8.9141 known; 10.1759 not
    loss = scorecard.losses(card.reset_index(), index_of(80.91, 80.91))
    assert loss.total_points == pytest.approx((19.09, 19.09))
    assert loss.known_points == pytest.approx((8.9141, 8.9141))
    assert loss.rest_points == pytest.approx((10.1759, 10.1759))
    # most points first: 5.58, 0.91, 0.6115 (results), …, and the rest last
    first = ["leaders_survey", "online_payment", "sipas_result"]
    assert [*loss.rows["criterion"][:3], loss.rows["criterion"].iloc[-1]] == [*first, "rest"]


def test_the_hull_of_two_sources_holds_both():
    two = pd.DataFrame({"criterion": "par_index", "points": [80.91, 81.0], "rank_low": 57,
                        "rank_high": 57, "status": "reported", "source": ["a", "b"],
                        "locator": ["1", "2"]})  # fmt: skip
    (row,) = scorecard.hull(two).itertuples()
    assert (row.points_low, row.points_high, row.rank_low) == (80.91, 81.0, 57)
    assert (row.status, row.source, row.locator) == ("reported", "a; b", "1; 2")


def test_points_say_what_was_lost_and_its_share():
    # 1.5 − 1.2 = 0.3 points lost; 100 × 1.2 / 1.5 = 80 %
    stated = pd.DataFrame({"component": ["access"], "points_low": [1.2], "points_high": [1.2],
                           "max_points": [1.5]})  # fmt: skip
    (row,) = scorecard.from_points(stated).itertuples()
    assert (row.lost_points_low, row.lost_points_high) == (0.3, 0.3)
    assert row.satisfaction_pct_high == pytest.approx(80) and row.status == "derived"
