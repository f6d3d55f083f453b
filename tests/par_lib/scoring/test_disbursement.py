"""Cumulative rates: one basis at a time, nothing said that no source says."""

import datetime as dt
import math
from functools import partial

import pandas as pd
import pytest

from par_lib.cleaning.tables import Frame
from par_lib.scoring import disbursement, intervals


def rows(*records: tuple) -> pd.DataFrame:
    """unit, as_of, low, high, status, basis: rows of the table, all capital of 2022."""
    names = ["unit", "as_of", "rate_pct_low", "rate_pct_high", "status", "basis"]
    frame = Frame(records, columns=names).assign(unit_code=lambda d: d["unit"], level="district")
    frame["as_of"] = pd.to_datetime(frame["as_of"])
    return frame.assign(scope="total", plan_year=2022, source="s", locator="l")


def exact(unit: str, day: str, rate: float, basis: str = "province_plan") -> tuple:
    return (unit, day, rate, rate, "reported", basis)


def test_latest_takes_the_last_date_and_one_basis():
    frame = rows(
        exact("A", "2022-08-31", 90),
        exact("B", "2022-12-31", 40), exact("C", "2022-12-31", 60),
        exact("B", "2022-12-31", 55, "adjusted_plan"),
    )  # fmt: skip
    last = disbursement.latest(frame)
    assert last["unit"].tolist() == [
        "C",
        "B",
    ]  # two rows of the plan of the province, one of the other
    assert last["rate_pct_low"].tolist() == [60, 40]
    assert disbursement.latest(frame.iloc[:0]).empty


def test_an_upper_end_that_no_source_states_is_missing():
    frame = rows(
        ("A", "2022-12-31", 70, 100, "bound", "unstated"),
        exact("B", "2022-12-31", 100, "unstated"),
        ("C", "2022-12-31", 0, 20, "bound", "unstated"),
    )
    ends = disbursement.latest(frame).set_index("unit")["rate_pct_high"]
    assert math.isnan(ends["A"])  # "70 % or more"
    assert (ends["B"], ends["C"]) == (100, 20)  # stated


def test_a_threshold_for_the_years_end_is_no_measure_of_april():
    end, april = rows(exact("A", "2022-12-31", 60)), rows(exact("A", "2022-04-30", 12))
    listed = rows(
        ("A", "2022-04-30", 0, 20, "bound", "unstated"),
        ("B", "2022-04-30", 20, 100, "bound", "unstated"),
    )
    assert disbursement.level_pct(disbursement.latest(end), 70) == 70
    assert disbursement.level_pct(disbursement.latest(april), 70) is None
    for day, level in (("2023-01-31", 70), ("2022-01-31", None)):  # after the year, in it
        last = disbursement.latest(rows(exact("A", day, 60)))
        assert disbursement.level_pct(last, 70) == level
    last = disbursement.latest(listed)
    assert disbursement.level_pct(last, 70) == 20  # the limit the source itself draws
    groups = disbursement.compared(last, 20.5)  # A: 0 to 20, below; B: 20 and more, not decided
    assert [group["unit"].tolist() for group in groups.values()] == [["A"], [], ["B"]]
    assert disbursement.level_pct(last.iloc[:0], 70) is None
    assert all(group.empty for group in disbursement.compared(last, None).values())


def test_the_lowest_is_named_only_where_it_is_known():
    lowest = partial(intervals.highest, name="rate_pct", lowest=True)
    last = disbursement.latest(rows(exact("A", "2022-12-31", 5), exact("B", "2022-12-31", 9)))
    assert lowest(last)["unit"].tolist() == ["A"]
    tied = rows(
        ("A", "2022-12-31", 0, 20, "bound", "unstated"),
        ("B", "2022-12-31", 0, 20, "bound", "unstated"),
    )
    assert lowest(disbursement.latest(tied)).empty  # both 0 to 20: no order
    one = rows(("A", "2022-12-31", 0, 20, "bound", "unstated"), 
               exact("B", "2022-12-31", 15, "unstated"))  # fmt: skip
    assert lowest(disbursement.latest(one)).empty  # A may be above 15


def test_rates_on_two_bases_are_never_one_list():
    last = rows(exact("A", "2022-12-31", 5, "adjusted_plan"),
                exact("B", "2022-12-31", 9, "adjusted_plan"),
                exact("C", "2022-12-31", 70, "start_of_year_plan"),
                exact("D", "2022-11-30", 1, "adjusted_plan"))  # fmt: skip
    assert disbursement.of_last_day(last)["unit"].tolist() == ["A", "B"]
    assert disbursement.latest(last)["unit"].tolist() == ["B", "A"]


def test_whom_a_source_names_has_a_row_of_his_own():
    last = disbursement.latest(rows(
        ("A", "2022-04-30", 0, 20, "bound", "unstated"),
        ("B", "2022-04-30", 20, 100, "bound", "unstated"),
    ))  # fmt: skip
    said = disbursement.named_apart(last).set_index("unit")["status"]
    assert said.to_dict() == {"A": "reported", "B": "bound"}


def test_a_cumulative_rate_does_not_fall_on_an_unchanged_basis():
    frame = rows(
        ("A", "2022-08-31", 50, 100, "bound", "unstated"),
        exact("A", "2022-12-31", 61.7, "unstated"),
        exact("B", "2022-08-31", 34.0), exact("B", "2022-12-31", 49.7),
        ("C", "2022-08-31", 50, 100, "bound", "unstated"), exact("C", "2022-12-31", 44, "unstated"),
        exact("D", "2022-08-31", 60), exact("D", "2022-12-31", 50, "adjusted_plan"),
        exact("E", "2022-08-31", 60),
    )  # fmt: skip
    moved = disbursement.change(frame).set_index("unit")
    assert sorted(moved.index) == ["A", "B", "C"]  # D has two bases, E one date
    # A: 61.7 − 100 = −38.3 at least, 61.7 − 50 = 11.7 at most; it cannot have fallen: 0 to 11.7
    assert moved.loc["A", ["change_pct_points_low", "change_pct_points_high"]].tolist() == [0, 11.7]
    # B: 49.7 − 34.0 = 15.7, on a stated basis
    assert moved.loc["B", ["change_pct_points_low", "change_pct_points_high"]].tolist() == [
        15.7,
        15.7,
    ]
    # C: 44 − 50 = −6 at most: it fell for certain, so the basis changed; nothing is hidden
    assert moved.loc["C", ["change_pct_points_low", "change_pct_points_high"]].tolist() == [-56, -6]
    assert moved["status"].to_dict() == {"A": "assumed", "B": "derived", "C": "assumed"}
    assert math.isnan(moved.loc["A", "start_pct_high"])  # no source says 100
    assert moved.loc["A", "source"] == "s; s"
    assert disbursement.change(frame.iloc[:0]).empty
    assert disbursement.change(frame.query("as_of == '2022-08-31'")).empty


def test_a_trend_is_of_one_stated_basis_and_a_line_a_plan_year():
    frame = rows(
        exact("P", "2022-08-31", 40.4, "start_of_year_plan"),
        exact("P", "2022-11-30", 71.2, "start_of_year_plan"),
        exact("P", "2022-11-30", 54.5, "adjusted_plan"),
        exact("P", "2022-12-31", 72.57, "unstated"), exact("P", "2022-06-30", 20, "unstated"),
        exact("P", "2023-01-31", 80, "start_of_year_plan"),
        exact("P", "2022-09-15", 50, "start_of_year_plan"),  # no end of a month
    )  # fmt: skip
    before = frame.iloc[:1].assign(plan_year=2021, as_of=pd.Timestamp("2021-08-31"))
    trend = disbursement.trend(pd.concat([before, frame]), year=2022)
    assert trend["plan_year"].tolist() == [2022, 2022, 2022, 2021]
    assert trend["month"].tolist() == [8, 11, 13, 8]  # the January after is the 13th
    assert trend["rate_pct"].tolist() == [40.4, 71.2, 80, 40.4]
    assert set(trend["basis"]) == {"start_of_year_plan"}
    assert disbursement.trend(frame, year=2023).empty
    assert disbursement.trend(frame.iloc[:0], year=2022).empty


@pytest.mark.parametrize(
    ("scopes", "kept"),
    [(["total", "year_plan"], "total"), (["year_plan", "programmes"], "year_plan")],
)
def test_the_whole_is_all_capital_else_this_years_and_no_programme(scopes, kept):
    frame = rows(*[exact("P", "2022-12-31", 50)] * 2).assign(level="province", scope=scopes)
    assert disbursement.whole(frame)["scope"].tolist() == [kept]
    assert disbursement.whole(frame[frame["scope"] == "programmes"]).empty
    assert disbursement.whole(frame.iloc[:0]).empty
    last = frame["as_of"].max().date()  # of a part of a year nothing older is its own
    assert disbursement.whole(frame, last)["scope"].tolist() == [kept]
    assert disbursement.whole(frame, last + dt.timedelta(days=1)).empty


def of_province(*records: tuple, basis: str = "province_plan") -> pd.DataFrame:
    """plan_year, as_of, rate: the province's exact rates."""
    frame = rows(*[exact("P", day, rate, basis) for _, day, rate in records])
    return frame.assign(level="province", plan_year=[year for year, *_ in records])


TWO_YEARS = of_province(
    (2021, "2021-06-30", 25), (2021, "2021-09-30", 40), (2021, "2021-12-31", 70),
    (2021, "2022-01-31", 90), (2022, "2022-06-30", 20), (2022, "2022-09-30", 50),
)  # fmt: skip


def test_what_remains_a_month_beside_the_fastest_pace():
    rates = disbursement.alike(TWO_YEARS, disbursement.whole(TWO_YEARS).head(1))
    row = disbursement.outlook(rates, year=2022, target_pct=95).iloc[0]
    # 45 points from 30 September to 31 January, 123 days = 4.041 months of 30.4375: 11.14 a month;
    # fastest: 30 points in the 92 days from 30 June, 9.925 a month; before, 20 in 180 days
    assert row["left_pct_points"] == 45
    assert row["needed_pct_points"] == pytest.approx(45 / (123 / 30.4375))
    assert row["fastest_pct_points"] == pytest.approx(30 / (92 / 30.4375))
    assert (row["fastest_start"], row["fastest_end"]) == tuple(
        pd.to_datetime(["2022-06-30", "2022-09-30"])
    )
    reached = disbursement.outlook(rates, year=2022, target_pct=40).iloc[0]
    assert reached["left_pct_points"] == 0 == reached["needed_pct_points"]
    ended = disbursement.alike(TWO_YEARS.iloc[:4], TWO_YEARS.iloc[[3]])
    assert disbursement.outlook(ended, year=2021, target_pct=95).empty
    assert disbursement.outlook(rates.iloc[:0], year=2022, target_pct=95).empty


def test_two_dates_a_week_apart_are_no_pace():
    frame = of_province((2022, "2022-06-30", 20), (2022, "2022-07-07", 26))
    row = disbursement.outlook(frame.assign(rate_pct=frame["rate_pct_low"]), year=2022,
                               target_pct=95).iloc[0]  # fmt: skip
    assert row["fastest_start"] == pd.Timestamp("2022-01-01")  # 26 in 187 days, not 6 in 7
    assert row["fastest_pct_points"] == pytest.approx(26 / (187 / 30.4375))


def test_as_earlier_years_went_on_from_the_same_day():
    rates = disbursement.alike(TWO_YEARS, disbursement.whole(TWO_YEARS).head(1))
    row = disbursement.went_on(rates, year=2022).iloc[0]
    # 2021 stood at 40 on the day and ended at 90: 50 more, and 50 + 50 = 100
    assert (row["here_pct_low"], row["here_pct_high"]) == (40, 40)
    assert (row["gained_pct_points_low"], row["final_pct_high"]) == (50, 100)
    assert row["final_as_of"] == pd.Timestamp("2022-01-31")
    # 60 and 50 more would be 110: no plan is spent beyond 100
    sixty = [25, 40, 70, 90, 20, 60]
    more = TWO_YEARS.assign(rate_pct_low=sixty, rate_pct_high=sixty)
    row = disbursement.went_on(disbursement.alike(more, more.tail(1)), year=2022).iloc[0]
    assert (row["gained_pct_points_low"], row["final_pct_low"]) == (50, 100)
    # on 31 August 2021 lay between its 25 and 40: 50 to 65 more
    august = pd.concat([TWO_YEARS.iloc[:5], of_province((2022, "2022-08-31", 30))])
    row = disbursement.went_on(
        disbursement.alike(august, disbursement.whole(august).head(1)), year=2022
    ).iloc[0]
    ends = ["here_pct_low", "here_pct_high", "final_pct_low", "final_pct_high"]
    assert row[ends].tolist() == [25, 40, 80, 95]


def test_the_fan_is_each_earlier_year_s_own_path_from_here():
    def fan(frame: pd.DataFrame, day: str) -> dict[tuple, list]:
        rates = disbursement.alike(frame, frame[frame["as_of"] == day])
        found = disbursement.fan(rates, year=2022)
        of_path = found.groupby(["plan_year", "end"], sort=False)[["month", "expected_pct"]]
        return {name: path.round(2).to_numpy().tolist() for name, path in of_path}

    # 2021 went from 40 on the same day to 70 and 90: from 50 to 80 and 100
    paths = fan(TWO_YEARS, "2022-09-30")
    assert list(paths) == [(2022, "low"), (2021, "low"), (2021, "high")]
    assert paths[2022, "low"] == [[6, 20], [9, 50]]
    assert paths[2021, "low"] == paths[2021, "high"] == [[9, 50], [12, 80], [13, 100]]
    # on 15 August 2021 lay between its 25 and 40: 30 to 45 later is 15 to 30 more than here
    august = pd.concat([TWO_YEARS.iloc[:5], of_province((2022, "2022-08-15", 30))])
    paths = fan(august, "2022-08-15")
    assert paths[2021, "low"] == [[7.48, 30], [9, 30], [12, 60], [13, 80]]
    assert paths[2021, "high"] == [[7.48, 30], [9, 45], [12, 75], [13, 95]]
    no_end = TWO_YEARS.drop(index=[2, 3])
    assert fan(no_end, "2022-09-30") == {} == fan(TWO_YEARS.iloc[4:], "2022-09-30")


def test_years_on_other_bases_or_without_an_end_show_nothing():
    first = disbursement.went_on(disbursement.alike(TWO_YEARS, TWO_YEARS.iloc[[1]]), year=2021)
    assert first.empty and "final_pct_low" in first  # no earlier year
    no_end = TWO_YEARS.drop(index=[2, 3])
    assert disbursement.went_on(disbursement.alike(no_end, no_end.tail(1)), year=2022).empty
    unstated = TWO_YEARS.assign(basis="unstated")
    rates = disbursement.alike(unstated, unstated.tail(1))
    assert set(rates["plan_year"]) == {2022} and set(rates["status"]) == {"assumed"}
    own = TWO_YEARS.assign(scope=["year_plan"] * 4 + ["total"] * 2)
    assert set(disbursement.alike(own, own.tail(1))["plan_year"]) == {2022}  # carried-over capital
    bound = TWO_YEARS.assign(rate_pct_high=99.0)
    assert disbursement.alike(bound, bound.tail(1)).empty
    later = disbursement.alike(TWO_YEARS, TWO_YEARS.iloc[[4]])
    assert later["as_of"].max() == pd.Timestamp("2022-06-30")  # what came after is not known then


def test_a_year_whose_plan_changed_and_a_day_of_two_figures_are_no_path():
    # 60 in June and 45 in September: in July it need not lie between, as 45 to 60 would be reversed
    fell = of_province((2021, "2021-06-30", 60), (2021, "2021-09-30", 45), (2021, "2021-12-31", 90),
                       (2022, "2022-03-31", 30), (2022, "2022-06-30", 20))  # fmt: skip
    rates = disbursement.alike(fell, fell.tail(1))
    assert rates["rate_pct"].tolist() == [30, 20]  # its own year stays: it fell, and says so
    assert disbursement.went_on(rates, year=2022).empty
    twice = of_province((2022, "2022-03-31", 10), (2022, "2022-06-30", 20),
                        (2022, "2022-06-30", 25), *[(2022, "2022-09-30", 50)] * 2)  # fmt: skip
    assert disbursement.alike(twice, twice.tail(1))["rate_pct"].tolist() == [10, 50]
    assert disbursement.trend(twice, year=2022)["rate_pct"].tolist() == [10, 50]


def months_of(plan_year: int, *rates: float | None) -> list[tuple]:
    """A rate at the end of each month from January on; None where none is known."""
    days = pd.date_range(f"{plan_year}-01-01", periods=len(rates), freq="ME")
    return [(plan_year, day, rate) for day, rate in zip(days, rates, strict=True)
            if rate is not None]  # fmt: skip


def monthly(*records: tuple) -> pd.DataFrame:
    frame = Frame(records, columns=["plan_year", "as_of", "rate_pct"])
    return frame.assign(month=frame["as_of"].dt.month, source="s", locator="l")


def test_a_month_is_compared_with_the_same_month_of_the_year_before():
    before = [2, 5, 9, 14, 20, 26, 33, 41, 50, 60, 72, 90]  # gains 2 3 4 5 6 6 7 8 9 10 12 18
    now = [3, 6, 11, None, 24, 30, 37, 46, 55, 66, 78, 95]  # gains 3 3 5 – – 6 7 9 9 11 12 17
    found = disbursement.against_last_year(
        monthly(*months_of(2021, *before), *months_of(2022, *now)), year=2022
    ).set_index("month")
    assert found["change_pct_points"].fillna(-9).astype(int).tolist() == [
        1, 0, 1, -9, -9, 0, 0, 1, 0, 1, 0, -1]  # fmt: skip
    assert found.loc[12, ["gained_pct_points", "before_pct_points"]].tolist() == [17, 18]
    assert found["mean"].unique() == pytest.approx([3 / 10])  # ten months are known
    # ranges 1 1 | 0 1 1 1 1 1: 7 / 8, none across the gap; 0.3 ± 2.66 × 7 / 8
    assert found["natural_high"].iloc[0] == pytest.approx(0.3 + 2.66 * 7 / 8)
    assert (found["status"] == "derived").all() and set(found["source"]) == {"s"}


def test_one_year_alone_has_no_month_to_compare():
    one = monthly(*months_of(2022, 3, 6, 11))
    assert disbursement.against_last_year(one, year=2022).empty
    assert {"change_pct_points", "mean"} <= set(disbursement.against_last_year(one, year=2022))
    assert disbursement.against_last_year(one.iloc[:0], year=2022).empty
