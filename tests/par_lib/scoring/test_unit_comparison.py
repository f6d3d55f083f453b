"""Districts over intervals: by hand, and laws over every completion."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_lib.cleaning import tables
from par_lib.language import Period
from par_lib.scoring import rulebook, unit_comparison

triples = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6
)


def known(frame: pd.DataFrame) -> list[str]:
    return [name for name in unit_comparison.FIGURES if frame[f"{name}_low"].notna().any()]


def completed(rows: list[tuple[int, int, int]]) -> tuple[pd.Series, pd.Series, pd.Series]:
    return tuple(pd.Series(column, dtype=float)
                 for column in zip(*map(sorted, rows), strict=True))  # fmt: skip


def test_a_large_unit_with_many_late_stands_before_a_small_one_that_chance_may_have_hit():
    # 10 % late in all, 150 of 1,500: A 3 of 15, twice its 1.5; B 120 of 800, 1.5 times its 80
    # exact: 3 is 0.62 to 8.77, so A from 0.41; 120 is 99.5 to 143.5, so B from 1.24
    days = {"level": "commune", "procedure": "x", "month": pd.Timestamp("2022-05-01")}
    rows = [
        {"unit": unit, "finished": True, "days_late": day, "dossiers": count, **days}
        for unit, size, late in (("A", 15, 3), ("B", 800, 120), ("C", 685, 27))
        for day, count in ((1, late), (0, size - late))
    ]
    names = pd.DataFrame({"code": list("ABC"), "name": list("ABC")})
    sources = pd.DataFrame({"date": [""]}, ["register"])
    data = SimpleNamespace(register=pd.DataFrame(rows), units=names, year=2022, sources=sources,
                           period=Period("2022"))  # fmt: skip
    found = unit_comparison.late_given_mix(data, level="commune")
    assert found["late_ratio_low"].round(2).tolist() == [1.5, 2.0, 0.39]
    assert found["unit"].tolist() == ["B", "A", "C"]
    assert found["likely_ratio_low"].round(2).tolist()[:2] == [1.24, 0.41]


def test_without_a_register_the_mix_is_that_of_the_fields_of_form_ii_06a():
    # land: 10..20 and 10 late of 100 each, R 10 to 15 %; A expects 10 to 15, and 2 of 20 else
    day = {"level": "commune", "period_start": "2026-01-01", "period_end": "2026-12-31"}
    trace = {"source": "form", "status": "reported"}
    rows = [("A", "land", 100, 10, 20), ("B", "land", 100, 10, 10), ("A", "trade", 20, 2, 2),
            ("P", "land", 200, 20, 30), ("C", "land", None, 7, 7)]  # fmt: skip
    names = ["unit", "field", "resolved", "late_low", "late_high"]
    fields = pd.DataFrame(rows, columns=names).assign(**day, **trace)
    fields = fields.assign(unit_code=fields["unit"], locator="row " + fields["field"])
    names = pd.DataFrame({"code": list("ABC"), "name": list("ABC")})
    none = pd.DataFrame(columns=["unit", "level", "procedure", "finished", "days_late", "dossiers"])
    data = SimpleNamespace(
        register=none,
        late_by_field=fields,
        units=names,
        year=2026,
        period=Period("2026"),
        place="P",
    )
    found = unit_comparison.late_given_mix(data, level="commune").set_index("unit")
    assert list(found.index) == ["B", "A"] or list(found.index) == ["A", "B"]  # C: of no known size
    expected = found.loc["A", ["expected_late_low", "expected_late_high"]]
    assert expected.tolist() == pytest.approx([10 + 2, 15 + 2])
    assert found["status"].to_dict() == {"A": "bound", "B": "derived"}
    assert found.loc["A", "source"] == "form; form" and "trade" in found.loc["A", "locator"]
    assert np.isnan(found.attrs["whole_pct"]) and found.attrs["pooled"] == 1


@given(triples, st.floats(0.1, 5), st.floats(0.1, 5))
def test_the_score_of_every_completion_lies_within_its_bounds(rows, one, other):
    low, value, high = completed(rows)
    frame = pd.DataFrame({"late_pct_low": low, "late_pct_high": high, "disbursed_pct_low": 7.0,
                          "disbursed_pct_high": 7.0})  # fmt: skip
    bounds = unit_comparison.composite(frame, weights={"late_pct": one, "disbursed_pct": other})
    exact = (one * (100 - value) + other * 7) / (one + other)
    assert (bounds["score_low"] - 1e-9 <= exact).all()
    assert (exact <= bounds["score_high"] + 1e-9).all()


def rows(*units: tuple[str, str, str], day: str = "period_end") -> pd.DataFrame:
    frame = pd.DataFrame(units, columns=["unit", "level", day])
    return frame.assign(**{day: pd.to_datetime(frame[day])})


DISTRICT, COMMUNE = ("A", "district", "2025-06-30"), ("B", "commune", "2025-12-31")


@pytest.mark.parametrize(
    ("tables", "level"),
    [
        ([rows(DISTRICT, COMMUNE)], "commune"),  # the last figures are of communes
        ([rows(DISTRICT, ("B", "commune", "2025-06-30"))], "district"),  # told of beside them
        ([rows(DISTRICT), rows(COMMUNE, day="as_of")], "commune"),  # of two tables the lower
        ([rows(DISTRICT, ("P", "commune", "2025-12-31"))], "district"),  # a total is no unit
        ([rows(("P", "commune", "2025-12-31"))], "commune"),  # but where there is nothing else
        ([rows(("C", "department", "2025-12-31"))], "district"),
        ([rows()], "district"),
    ],
)
def test_what_is_compared_is_of_the_level_of_the_last_figures(tables, level):
    assert unit_comparison.compared_level(*tables, whole="P") == level
    assert unit_comparison.compared_level(*tables, whole="P", asked="commune") == "commune"
    with pytest.raises(ValueError, match="level 'town': choose one of auto, district, commune"):
        unit_comparison.compared_level(*tables, whole="P", asked="town")


def test_a_composite_needs_two_figures():
    ends = {
        "late_pct": (40.0, 40.0),
        "disbursed_pct": (80.0, 90.0),
        "satisfaction_pct": (None,) * 2,
    }
    frame = pd.DataFrame(
        {f"{name}_{end}": [value] for name, pair in ends.items()
         for end, value in zip(("low", "high"), pair, strict=True)}
    )  # fmt: skip
    # (1 × (100 − 40) + 1 × 80) / 2 = 70; with 90: 75; satisfaction is known of nobody
    weights = {"late_pct": 1, "disbursed_pct": 1, "satisfaction_pct": 1}
    assert unit_comparison.composite(frame, weights=weights).to_numpy().tolist() == [[70, 75]]
    for weights in ({"late_pct": 1}, {"late_pct": 1, "disbursed_pct": 0}):
        nothing = unit_comparison.composite(frame, weights=weights)
        assert nothing.empty and list(nothing) == ["score_low", "score_high"]
    for weights, words in (({"late_pct": 0}, "all weights are zero"), ({"c": 1}, "weight c = 1"),
                           ({"late_pct": -1}, "weight late_pct = -1")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            unit_comparison.composite(frame, weights=weights)


def test_bands_by_hand():
    found = unit_comparison.band(
        pd.Series([49.9, 80.0]), pd.Series([50.0, 80.0]), limits=[50, 65, 80]
    )
    # below 50 to exactly 50, which is in the band above it; exactly 80: the band above it
    assert found.to_numpy().tolist() == [[0, 65], [80, 100]]
    with pytest.raises(ValueError, match="rising numbers"):
        unit_comparison.band(pd.Series([1.0]), pd.Series([1.0]), limits=[65, 50])
    with pytest.raises(ValueError, match="between 0 and 100"):
        unit_comparison.band(pd.Series([1.0]), pd.Series([1.0]), limits=[50, 100])


def test_figures_of_2022_are_shares_and_say_so():
    found = unit_comparison.figures(tables.load("quang-nam", 2022))
    assert known(found) == ["share_pct", "disbursed_pct"]
    by_name = found.set_index("unit")
    # Điện Bàn: 100 × 11,193 / 41,657 = 26.87, a share of all late dossiers; 73.13, its complement,
    # was once published as dossiers on time. Nobody's rate is known.
    assert by_name.loc["Điện Bàn", "share_pct_low"] == pytest.approx(100 * 11193 / 41657)
    values = found.select_dtypes("number").to_numpy()
    assert not ((values > 73.1) & (values < 73.2)).any()
    assert found[["late_pct_low", "satisfaction_pct_low"]].isna().all(axis=None)
    # not listed: 41,657 − 38,106 = 3,551 at most, 8.52 %
    ends = by_name.loc["Tây Giang", ["share_pct_low", "share_pct_high"]].tolist()
    assert ends == pytest.approx([0, 100 * 3551 / 41657])
    assert by_name.loc["Hội An", "disbursed_pct_low"] == 44.6
    assert found.attrs["disbursed_date"] == pd.Timestamp("2022-12-31")
    assert by_name.loc["Hội An", "status"] == "derived"
    assert by_name.loc["Tây Giang", "status"] == "bound"


EQUAL = dict.fromkeys(unit_comparison.FIGURES, 1.0)


def test_the_score_of_2022_by_hand():
    found = unit_comparison.figures(tables.load("quang-nam", 2022))
    scored = unit_comparison.score(found, weights=EQUAL, limits=[50, 65, 80])
    by_name = scored.set_index("unit")
    # Hội An: (100 − 100 × 4,308 / 41,657 + 44.6) / 2 = (89.658 + 44.6) / 2 = 67.13
    ends = by_name.loc["Hội An", ["score_low", "score_high"]].tolist()
    assert ends == pytest.approx([67.129, 67.129], abs=1e-3)
    # Tây Giang: late 0 to 3,551, so (91.476 + 47.5) / 2 = 69.49 to (100 + 47.5) / 2 = 73.75
    ends = by_name.loc["Tây Giang", ["score_low", "score_high"]].tolist()
    assert ends == pytest.approx([69.488, 73.75], abs=1e-3)
    assert by_name.loc["Tây Giang", ["band_low", "band_high"]].tolist() == [65, 80]
    assert set(scored["status"]) == {"assumed"} and scored.attrs["interval"] == ""


def test_of_one_figure_no_score_is_made():
    found = unit_comparison.figures(tables.load("quang-nam", 2023))
    scored = unit_comparison.score(found, weights=EQUAL, limits=[50])
    assert scored.empty and "score_low" in scored and scored.attrs["interval"] == ""
    assert known(found) == ["disbursed_pct"] and len(found) == 18
    assert found.attrs["disbursed_date"] == pd.Timestamp("2023-04-30")


@pytest.mark.parametrize("year", [2021, 2024, 2025])
def test_a_year_without_figures_by_district_flows_through(year):
    found = unit_comparison.figures(tables.load("quang-nam", year))
    assert found.empty and {"unit", "late_pct_low", "source"} <= set(found)
    assert unit_comparison.score(found, weights=EQUAL, limits=[50]).empty


def test_a_sample_widens_the_score_by_its_interval():
    data = tables.load("quang-nam", 2022)
    code = data.units.loc[data.units["name"] == "Hội An", "code"].iloc[0]
    asked = pd.DataFrame({"unit_code": [code], "satisfaction_pct": [80.0],
                          "likely_pct_low": [70.0], "likely_pct_high": [88.0]})  # fmt: skip
    found = unit_comparison.figures(data, asked)
    scored = unit_comparison.score(found, weights=EQUAL, limits=[50])
    row = scored.set_index("unit").loc["Hội An"]
    # (89.658 + 44.6 + 80) / 3 = 71.419; with 70: 68.086, with 88: 74.086
    ends = row[["score_likely_low", "score_low", "score_high", "score_likely_high"]].tolist()
    assert ends == pytest.approx([68.086, 71.419, 71.419, 74.086], abs=1e-3)
    assert scored.attrs["interval"] == "score_likely"
    # nobody was asked elsewhere: [0, 100]
    other = found.set_index("unit").loc["Tam Kỳ", ["satisfaction_pct_low", "likely_pct_high"]]
    assert other.tolist() == [0, 100]


def with_counts(*records: tuple) -> tables.Tables:
    """Districts of 2022 with late_low, late_high and resolved, and their total."""
    data = tables.load("quang-nam", 2022)
    columns = ["unit", "late_low", "late_high", "resolved"]
    own = pd.DataFrame(records, columns=columns).assign(
        level="district", period_start=pd.Timestamp("2022-01-01"),
        period_end=pd.Timestamp("2022-12-31"),
    )  # fmt: skip
    data._frames["late_dossiers"] = tables.Frame(own)
    return data


def test_late_rates_by_hand():
    data = with_counts(("A", 5, 5, 50), ("B", 30, 30, 100), ("C", 9, 9, None), ("D", 0, 0, 0),
                       ("E", None, None, 10), ("Quảng Nam", 99, 99, 200))  # fmt: skip
    found = unit_comparison.late_rates(data, level="district")
    # 30 / 100 and 5 / 50; of C, D and E nothing can be divided; together 35 / 150 = 23.33 %
    assert found["unit"].tolist() == ["B", "A"]
    assert found[["late_pct_low", "late_pct_high"]].to_numpy().tolist() == [[30, 30], [10, 10]]
    assert found.attrs["whole_pct"] == pytest.approx(100 * 35 / 150)
    assert unit_comparison.late_rates(data, level="department").empty


def test_late_rates_of_a_bound_have_no_whole_and_end_at_100():
    found = unit_comparison.late_rates(with_counts(("A", 5, 60, 50)), level="district")
    assert found[["late_pct_low", "late_pct_high"]].to_numpy().tolist() == [[10, 100]]
    assert math.isnan(found.attrs["whole_pct"])
    nothing = unit_comparison.late_rates(tables.load("quang-nam", 2022), level="district")
    assert nothing.empty and math.isnan(nothing.attrs["whole_pct"])  # no resolved is published


def test_lost_points_by_unit_by_hand():
    # 30 % of 0.5 to 1 points: 0.15 to 0.3
    units = pd.DataFrame({"share_pct_low": [30.0], "share_pct_high": [30.0]})
    found = unit_comparison.lost_points_by_unit(units, lost_points=(0.5, 1.0))
    assert found[["lost_points_low", "lost_points_high"]].to_numpy().tolist() == [[0.15, 0.3]]
    assert found["status"].tolist() == ["assumed"]
    unknown = (float("nan"), float("nan"))
    assert unit_comparison.lost_points_by_unit(units, lost_points=unknown).empty


def test_the_central_target_stands_beside_communes_since_2025_only():
    """At least 99 % on time is at most 1 % late."""
    asked = rulebook.commune_targets("commune", 2025)
    assert asked[["on_time_pct", "late_pct", "status"]].to_numpy().tolist() == [[99, 1, "reported"]]
    assert rulebook.commune_targets("commune", 2024).empty
    assert rulebook.commune_targets("district", 2025).empty


OLD_AND_NEW = pd.DataFrame(
    [("A", "district", "", ""), ("B", "district", "", ""),
     ("a1", "commune", "A", "N1"), ("a2", "commune", "A", "N2"), ("b1", "commune", "B", "N2"),
     ("N1", "commune", "", ""), ("N2", "commune", "", "")],
    columns=["code", "level", "parent", "successor"],
)  # fmt: skip


def of_land(*counts: tuple[str, str, int, float, float]) -> SimpleNamespace:
    """Two districts to June; since July N1 on the land of A, N2 on that of both."""
    old = ~OLD_AND_NEW["code"].str.startswith("N")
    known = OLD_AND_NEW.assign(
        name=OLD_AND_NEW["code"], kind="xã", aliases="",
        valid_from=pd.to_datetime("2025-07-01"), valid_to=pd.to_datetime("2025-06-30"),
    )  # fmt: skip
    known["valid_from"], known["valid_to"] = (
        known["valid_from"].mask(old),
        known["valid_to"].where(old),
    )
    late = pd.DataFrame(counts, columns=["unit", "level", "resolved", "late_low", "late_high"])
    new = late["unit"].str.startswith("N")
    late["period_start"] = pd.to_datetime(new.map({True: "2025-07-01", False: "2025-01-01"}))
    late["period_end"] = pd.to_datetime(new.map({True: "2025-12-31", False: "2025-06-30"}))
    late = late.assign(unit_code=late["unit"], source="s", locator=late["unit"])
    late["status"] = late["resolved"].isna().map({True: "bound", False: "reported"})
    return SimpleNamespace(units=known, late_dossiers=late, place="P")


def test_old_and_new_units_of_one_land_stand_side_by_side():
    data = of_land(("A", "district", 100, 10, 10), ("a1", "commune", 40, 4, 4),
                   ("a2", "commune", 60, 6, 6), ("B", "district", 50, 5, 5),
                   ("b1", "commune", 50, 0, 0), ("N1", "commune", 80, 8, 8),
                   ("N2", "commune", 20, 2, 2))  # fmt: skip
    found = unit_comparison.territories(data).set_index(["unit", "offices"])
    columns = ["late_low", "late_high", "resolved_low", "resolved_high"]
    assert found[columns].apply(list, axis=1).to_dict() == {
        ("A", 3): [20, 20, 200, 200],  # 10 + 4 + 6; 100 + 40 + 60
        ("A", 2): [8, 10, 80, 100],  # N1's 8, and from none to all of N2's 2
        ("B", 2): [5, 5, 100, 100],
        ("B", 1): [0, 2, 0, 20],
    }
    # A since July: 8 of 80 + 18 on time at N2, at least; at most 10 of 80 + N2's 2
    assert found.loc[("A", 2), "late_pct_low"] == pytest.approx(100 * 8 / 98)
    assert found.loc[("A", 2), "late_pct_high"] == pytest.approx(100 * 10 / 82)
    assert found["status"].tolist() == ["derived", "bound", "derived", "bound"]
    assert found.loc[("A", 3), "locator"] == "A; a1; a2"
    assert not {"change_low", "change_high"} & set(found)  # no series


def test_units_not_listed_of_one_level_share_one_rest():
    data = of_land(("A", "district", 100, 10, 10), ("a1", "commune", None, 0, 6),
                   ("a2", "commune", None, 0, 6), ("N1", "commune", 80, 8, 8))  # fmt: skip
    assert unit_comparison.territories(data).loc[0, "late_high"] == 10 + 6  # not 10 + 6 + 6
    data.late_dossiers["late_low"] = data.late_dossiers["late_low"].where(
        data.late_dossiers["period_end"] <= "2025-06-30"
    )
    assert unit_comparison.territories(data).empty  # of no commune late is known since


@pytest.mark.long
def test_bounds_on_a_land_are_what_all_completions_reach():
    """Every count of late within its bounds, every split of N2, which lies on both lands."""
    rng = np.random.default_rng(1)
    names = [*OLD_AND_NEW["code"].iloc[:2], "a1", "a2", "b1", "N1", "N2"]
    for _ in range(40):
        resolved = rng.integers(0, 8, 7)
        low = rng.integers(0, resolved + 1)
        high = np.where(rng.random(7) < 0.5, low, rng.integers(low, resolved + 1))
        counts = dict(zip(names, zip(resolved, low, high, strict=True), strict=True))
        data = of_land(*((name, "district" if name in "AB" else "commune", *own)
                         for name, own in counts.items()))  # fmt: skip
        found = unit_comparison.territories(data)
        lands = [(["A", "a1", "a2"], ""), (["N1"], "N2"), (["B", "b1"], ""), ([], "N2")]
        for (own, shared), (_, row) in zip(lands, found.iterrows(), strict=True):
            reached = {(0, 0)}  # on time, late
            for name in own:
                n, least, most = counts[name]
                reached = {(a + n - x, b + x) for a, b in reached for x in range(least, most + 1)}
            if shared:
                n, least, most = counts[shared]
                reached = {(a + c, b + d) for a, b in reached for x in range(least, most + 1)
                           for c in range(n - x + 1) for d in range(x + 1)}  # fmt: skip
            late = [b for _, b in reached]
            assert [row["late_low"], row["late_high"]] == [min(late), max(late)]
            rates = [100 * b / (a + b) for a, b in reached if a + b]
            if max(a + b for a, b in reached) < 10:  # too few for a share
                rates = [np.nan]
            ends = row[["late_pct_low", "late_pct_high"]].astype(float)
            assert ends.tolist() == pytest.approx([min(rates), max(rates)], nan_ok=True)


def test_a_sum_on_a_land_with_an_office_unknown_has_no_high_end():
    data = of_land(("A", "district", 100, 10, 10), ("a1", "commune", 40, 4, 4),
                   ("N1", "commune", 80, 0, 8), ("N2", "commune", 20, 2, 2))  # fmt: skip
    found = unit_comparison.territories(data)
    assert found[["late_low", "late_high"]].fillna(-1).to_numpy().tolist() == [
        [14, -1], [0, 10], [0, -1], [0, 2]]  # fmt: skip
    assert found["late_pct_low"].isna().tolist() == [True, False, True, False]
    known = of_land(("A", "district", None, 10, 10), ("a1", "commune", 40, 4, 4),
                    ("N1", "commune", 80, 0, 8))  # fmt: skip
    of_a = unit_comparison.territories(known).iloc[0]  # of how many A's 10 are, nobody says
    assert of_a[["late_pct_low", "late_pct_high"]].isna().all()
    nothing = unit_comparison.territories(of_land(("A", "district", 100, 10, 10)))
    assert nothing.empty and set(nothing) == set(found)


def test_a_unit_with_too_few_dossiers_for_a_rate_has_no_score_and_no_bound_of_0_to_100():
    data = tables.load("quang-nam", 2022)
    late = data.late_dossiers.query("level == 'district' and unit != @data.place").head(3)
    late = late.assign(late_low=[4, 1, 0], late_high=[4, 1, 0], resolved=[20, 9, 30])
    names = ("units", "disbursement", "sipas", "place", "period", "year")
    data = SimpleNamespace(late_dossiers=late, **{name: getattr(data, name) for name in names})
    found = unit_comparison.figures(data).set_index("unit_code").loc[late["unit_code"]]
    assert found["late_pct_low"].tolist()[::2] == [20, 0] and np.isnan(
        found["late_pct_low"].iloc[1]
    )
    scored = unit_comparison.composite(found, weights={"late_pct": 1, "disbursed_pct": 1})
    assert [*scored.index] == late["unit_code"].tolist()[::2]
