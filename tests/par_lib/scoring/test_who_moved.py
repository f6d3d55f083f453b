"""Who moved a number: by hand, and the law that the parts add up."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from par_lib.cleaning import tables
from par_lib.scoring import changes

settings.register_profile("par", deadline=None)  # a busy machine is no failure
settings.load_profile("par")


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
