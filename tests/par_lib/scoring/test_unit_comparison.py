"""Districts over intervals: by hand, and laws over every completion."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from par_lib.cleaning import tables
from par_lib.scoring import unit_comparison

settings.register_profile("par", deadline=None)  # a busy machine is no failure
settings.load_profile("par")

triples = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6
)


def completed(rows: list[tuple[int, int, int]]) -> tuple[pd.Series, pd.Series, pd.Series]:
    return tuple(pd.Series(column, dtype=float)
                 for column in zip(*map(sorted, rows), strict=True))  # fmt: skip


@given(triples, st.integers(1, 6))
def test_surely_and_no_hold_in_every_completion(rows, count):
    low, value, high = completed(rows)
    count = min(count, len(low))
    verdict = unit_comparison.among_worst(low, high, count=count)
    inside = value.rank(method="min") <= count
    assert inside[verdict == "surely"].all()
    assert not inside[verdict == "no"].any()


@given(triples, st.floats(0, 5), st.floats(0.1, 5))
def test_the_score_of_every_completion_lies_within_its_bounds(rows, one, other):
    low, value, high = completed(rows)
    frame = pd.DataFrame({"a_low": low, "a_high": high, "b_low": 7.0, "b_high": 7.0})
    bounds = unit_comparison.composite(frame, weights={"a": one, "b": other})
    exact = (one * value + other * 7) / (one + other)
    assert (bounds["score_low"] - 1e-9 <= exact).all()
    assert (exact <= bounds["score_high"] + 1e-9).all()


def test_a_part_nobody_knows_is_left_out_of_the_score():
    frame = pd.DataFrame({"a_low": [40.0], "a_high": [40.0], "b_low": [None], "b_high": [None]})
    assert unit_comparison.composite(frame, weights={"a": 1, "b": 1})["score_low"].tolist() == [40]
    for weights, words in (({"b": 1}, "no part with a weight"), ({"c": 1}, "weight c=1"),
                           ({"a": -1}, "weight a=-1")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            unit_comparison.composite(frame, weights=weights)


def test_bands_by_hand():
    found = unit_comparison.band(
        pd.Series([49.9, 80.0]), pd.Series([50.0, 80.0]), limits=[50, 65, 80]
    )
    assert found.to_numpy().tolist() == [[0, 1], [3, 3]]
    with pytest.raises(ValueError, match="rising numbers"):
        unit_comparison.band(pd.Series([1.0]), pd.Series([1.0]), limits=[65, 50])
    with pytest.raises(ValueError, match="it must be 1 to 2"):
        unit_comparison.among_worst(pd.Series([1, 2]), pd.Series([1, 2]), count=3)


def test_a_change_of_counts_by_hand():
    # a: exact 10 to 7, −3; b: 0..4 to 5, so +1 to +5
    before = pd.DataFrame({"low": [10, 0], "high": [10, 4]}, index=["a", "b"])
    after = pd.DataFrame({"low": [7, 5], "high": [7, 5]}, index=["a", "b"])
    assert unit_comparison.decompose_count(before, after).to_numpy().tolist() == [[-3, -3], [1, 5]]
    with pytest.raises(ValueError, match="only in one period: b"):
        unit_comparison.decompose_count(before, after.iloc[:1])


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
            unit_comparison.decompose_rate(*frames)
        return
    rates = [100 * frame["part"].sum() / frame["whole"].sum() for frame in frames]
    found = unit_comparison.decompose_rate(*frames)
    assert found["change_pct"].sum() == pytest.approx(rates[1] - rates[0], abs=1e-9)
    together = found["rate_effect_pct"] + found["mix_effect_pct"]
    assert together.tolist() == pytest.approx(found["change_pct"].tolist())


def test_a_missing_part_or_a_part_without_whole_is_refused():
    good = pd.DataFrame({"part": [1.0, 2.0], "whole": [10.0, 20.0]}, index=["a", "b"])
    for part, whole in ((None, 20.0), (5.0, 0.0), (5.0, None)):
        bad = pd.DataFrame({"part": [1.0, part], "whole": [10.0, whole]}, index=["a", "b"])
        with pytest.raises(ValueError, match="after, b: part and whole must both be known"):
            unit_comparison.decompose_rate(good, bad)


def test_levels_of_2022_moved_from_half_to_half():
    # districts: 41,657 − 16,475 = 25,182 in the second half, 8,707 more than in the first;
    # communes: 13,363 − 8,674 = 4,689, so 3,985 fewer
    kind, moved = unit_comparison.change_by_level(tables.load("quang-nam", 2022), None)
    assert kind == "halves"
    change = moved.set_index("level")["change_low"]
    assert change.to_dict() == {"district": 25182 - 16475, "commune": 4689 - 8674}


def test_a_year_without_totals_has_no_change():
    kind, moved = unit_comparison.change_by_level(tables.load("quang-nam", 2024), None)
    assert kind == "" and moved.empty


def test_parts_of_2022():
    found = unit_comparison.parts(tables.load("quang-nam", 2022))
    assert found.attrs["on_time_is"] == "share" and len(found) == 18
    by_name = found.set_index("unit")
    # Điện Bàn: 100 − 100 × 11,193 / 41,657 = 73.13; an unlisted one: 100 − 8.52 = 91.48 to 100
    assert by_name.loc["Điện Bàn", "on_time_low"] == pytest.approx(100 - 100 * 11193 / 41657)
    ends = by_name.loc["Tây Giang", ["on_time_low", "on_time_high"]].tolist()
    assert ends == pytest.approx([100 - 100 * 3551 / 41657, 100])
    assert by_name.loc["Hội An", "disbursement_low"] == 44.6
    assert found[["sipas_low", "sipas_high"]].isna().all(axis=None)


def test_lost_points_by_unit_by_hand():
    # 30 of 100 of 0.5 to 1 points: 0.15 to 0.3
    late = pd.DataFrame({"low": [30], "high": [30]})
    found = unit_comparison.lost_points_by_unit(late, total=100, lost_points=(0.5, 1.0))
    assert found.to_numpy().tolist() == [[0.15, 0.3]]
