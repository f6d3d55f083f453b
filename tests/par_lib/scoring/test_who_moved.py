"""Who moved a number: by hand, and the law that the parts add up."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from par_lib.cleaning import tables
from par_lib.language import Period
from par_lib.scoring import changes


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_the_parts_of_a_change_of_rate_add_up_to_it(rows):
    frames = []
    for at in (0, 2):
        part = pd.Series([min(row[at], row[at + 1]) for row in rows])
        whole = pd.Series([max(row[at], row[at + 1]) for row in rows])
        frames.append(pd.DataFrame({"part": part, "whole": whole}))
    if not all(frame["whole"].sum() for frame in frames):
        with pytest.raises(ValueError, match="nothing to divide by"):
            changes.decompose_rate(*frames)
        return
    rates = [100 * frame["part"].sum() / frame["whole"].sum() for frame in frames]
    found = changes.decompose_rate(*frames)
    assert found["change_pct_points"].sum() == pytest.approx(rates[1] - rates[0], abs=1e-9)
    together = found["rate_effect_pct_points"] + found["mix_effect_pct_points"]
    assert together.tolist() == pytest.approx(found["change_pct_points"].tolist())


def test_the_change_of_a_rate_by_hand():
    # A stays at 10 %, B at 30 %, but A's weight falls from 1/2 to 1/3, so R rises from
    # 40 / 200 = 20 to 70 / 300 = 23.333, all of it by mix; mean of both 21.667:
    # A (10 − 21.667) × (1/3 − 1/2) = 1.944, B (30 − 21.667) × (2/3 − 1/2) = 1.389
    before = pd.DataFrame({"part": [10, 30], "whole": [100, 100]}, index=["A", "B"])
    after = pd.DataFrame({"part": [10, 60], "whole": [100, 200]}, index=["A", "B"])
    found = changes.decompose_rate(before, after)
    assert found["rate_effect_pct_points"].tolist() == [0, 0]
    assert found["mix_effect_pct_points"].tolist() == pytest.approx([1.944, 1.389], abs=1e-3)


def test_levels_of_2022_moved_from_half_to_half():
    # districts: 41,657 − 16,475 = 25,182 in the second half, 8,707 more than in the first;
    # communes: 13,363 − 8,674 = 4,689, so 3,985 fewer
    data = tables.load("quang-nam", 2022)
    moved = changes.change_by_level(data, data.previous).set_index("level")
    assert set(moved["periods"]) == {"halves"}
    assert moved["later_low"].to_dict() == {"district": 25182, "commune": 4689}
    assert moved["change_low"].to_dict() == {"district": 25182 - 16475, "commune": 4689 - 8674}


def test_a_year_without_totals_has_no_change():
    data = tables.load("quang-nam", 2024)
    moved = changes.change_by_level(data, data.previous)
    assert moved.empty and {"level", "change_low", "periods"} <= set(moved)
    effects = changes.rate_effects(data, data.previous)
    assert effects.empty and {"unit", "change_pct_points"} <= set(effects)
    assert pd.isna(effects.attrs["later_pct"])


def test_a_change_of_count_by_rate_mix_and_size_by_hand():
    # B: 30 of 100, then 60 of 200; A stays 10 of 100. N 200 → 300, B's weight 1/2 → 2/3.
    # B: mix 30 % × 250 × 1/6 = 12.5; size 30 % × 7/12 × 100 = 17.5; together the 30 more
    # A: mix 10 % × 250 × −1/6 = −4.167; size 10 % × 5/12 × 100 = 4.167; none more
    before = pd.DataFrame({"part": [10, 30], "whole": [100, 100]}, index=["A", "B"])
    after = pd.DataFrame({"part": [10, 60], "whole": [100, 200]}, index=["A", "B"])
    found = changes.decompose_rate(before, after)
    assert found["mix_effect"].tolist() == pytest.approx([-25 / 6, 12.5])
    assert found["size_effect"].tolist() == pytest.approx([25 / 6, 17.5])


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=5))
def test_rate_mix_and_size_add_up_to_each_units_change_of_count(rows):
    before, after = (
        pd.DataFrame({"part": [min(row[at : at + 2]) for row in rows],
                      "whole": [max(*row[at : at + 2], 1) for row in rows]}) for at in (0, 2)
    )  # fmt: skip
    found = changes.decompose_rate(before, after)
    parts = found["rate_effect"] + found["mix_effect"] + found["size_effect"]
    assert parts.tolist() == pytest.approx((after["part"] - before["part"]).tolist(), abs=1e-9)


def year(of: int, *cells: tuple) -> SimpleNamespace:
    """A year's form II.06a: unit, field, resolved, late and, of a bound, late at most."""
    names = ["unit", "field", "resolved", "late_low", "late_high"]
    rows = pd.DataFrame([(*cell, cell[-1])[:5] for cell in cells], columns=names).assign(
        unit_code=lambda d: d["unit"], level="district", source="form", locator=f"{of}",
        period_start=pd.Timestamp(of, 1, 1), period_end=pd.Timestamp(of, 12, 31))  # fmt: skip
    none = pd.DataFrame(columns=["unit", "level", "procedure", "finished", "days_late", "dossiers"])
    return SimpleNamespace(register=none, late_by_field=rows, year=of, period=Period(of), place="P")


def test_what_each_field_contributed_by_hand():
    # land 20 of 100, then 30 of 200; trade 10 of 100, then 5 of 50; R 15 % to 35 / 250 = 14 %.
    # land: rate (15 − 20) × (1/2 + 4/5)/2 = −3.25, mix (17.5 − 14.5) × 3/10 = 0.9; trade: mix
    # (10 − 14.5) × −3/10 = 1.35; in dossiers: 150 × −5 % = −7.5; 17.5 % × 225 × 0.3 = 11.8125;
    # 17.5 % × 0.65 × 50 = 5.6875, together the ten more
    before = year(2023, ("A", "land", 60, 12), ("B", "land", 40, 8), ("A", "trade", 100, 10))
    after = year(2024, ("A", "land", 150, 20), ("B", "land", 50, 10), ("B", "trade", 50, 5))
    found = changes.rate_effects(after, before, by="procedure").set_index("procedure")
    assert found.attrs == pytest.approx({"earlier_pct": 15, "later_pct": 14})
    land = found.loc["land"]
    assert land["rate_effect_pct_points"] == pytest.approx(-3.25)
    assert land[["mix_effect_pct_points", "earlier_pct", "later_pct"]].tolist() == pytest.approx(
        [0.9, 20, 15])  # fmt: skip
    in_dossiers = ["rate_effect", "mix_effect", "size_effect"]
    assert land[in_dossiers].tolist() == pytest.approx([-7.5, 11.8125, 5.6875])
    assert found.loc["trade", "mix_effect_pct_points"] == pytest.approx(1.35)
    assert (land["source"], land["locator"]) == ("form; form", "2023; 2024")


def test_rare_fields_are_one_row_and_bounds_or_other_columns_none():
    before = year(2023, ("A", "land", 100, 20), ("A", "trade", 29, 3), ("A", "old", 90, 9))
    after = year(2024, ("A", "land", 200, 30), ("A", "trade", 50, 5), ("A", "new", 90, 9))
    found = changes.rate_effects(after, before, by="procedure").set_index("procedure")
    assert set(found.index) == {"land", "other_procedures"}
    assert found.loc["other_procedures", "before_resolved"] == 29 + 90
    assert found.loc["other_procedures", "after_late_low"] == 5 + 9
    half = year(2023, ("A", "land", 100, 20))
    half.late_by_field["period_end"] = pd.Timestamp(2023, 6, 30)
    found = changes.rate_effects(after, half, by="procedure")
    assert found["size_effect"].isna().all() and found["change_pct_points"].notna().all()
    for other in (year(2023), year(2023, ("A", "land", 100, 20, 30))):
        assert changes.rate_effects(after, other, by="procedure").empty
    with pytest.raises(ValueError, match="by 'field': choose one of unit, procedure"):
        changes.rate_effects(after, before, by="field")


@given(st.integers(0, 40), st.integers(40, 90), st.integers(0, 40), st.integers(40, 90))
def test_the_interval_of_a_change_is_newcombe_s_of_two_wilson_intervals(k1, n1, k2, n2):
    """By scipy's Wilson intervals l..u of p: −√((p₂−l₂)² + (u₁−p₁)²), +√((u₂−p₂)² + (p₁−l₁)²)."""
    before = pd.DataFrame({"part": [k1], "whole": [n1]})
    after = pd.DataFrame({"part": [k2], "whole": [n2]})
    row = changes.decompose_rate(before, after).iloc[0]
    one, two = (binomtest(k, n).proportion_ci(method="wilson") for k, n in ((k1, n1), (k2, n2)))
    p, q = k1 / n1, k2 / n2
    low, high = -math.hypot(q - two.low, one.high - p), math.hypot(two.high - q, p - one.low)
    ends = row[["likely_change_pct_points_low", "likely_change_pct_points_high"]].tolist()
    assert ends == pytest.approx([100 * (q - p + low), 100 * (q - p + high)], abs=1e-7)
    assert row["moved"] == ("up" if ends[0] > 0 else "down" if ends[1] < 0 else "unclear")


def test_the_interval_of_a_change_is_the_published_one():
    # Newcombe's first example, 56 of 70 less 48 of 80: 0.0524 to 0.3339 by his method 10
    before, after = (pd.DataFrame({"part": [k], "whole": [n]}) for k, n in ((48, 80), (56, 70)))
    row = changes.decompose_rate(before, after).iloc[0]
    assert row["likely_change_pct_points_low"] == pytest.approx(5.24, abs=0.005)
    assert row["likely_change_pct_points_high"] == pytest.approx(33.39, abs=0.005)


def test_no_clear_change_is_a_finding_and_a_unit_of_one_year_has_none():
    # 8 % to 9 % of 100 is chance; 8 % to 16 % of 1,000 is not
    before = pd.DataFrame({"part": [8, 80, 5], "whole": [100, 1000, 50]})
    after = pd.DataFrame({"part": [9, 160, 0], "whole": [100, 1000, 0]})
    found = changes.decompose_rate(before, after)
    assert found["moved"].tolist() == ["unclear", "up", "unclear"]
    assert pd.isna(found["likely_change_pct_points_low"].iloc[2])
