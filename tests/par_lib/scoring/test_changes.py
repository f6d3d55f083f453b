"""Years are compared figure by figure, and only where they mean the same."""

import copy

import pandas as pd
import pytest

from par_lib.cleaning import tables
from par_lib.language.translation import language
from par_lib.scoring import changes

en = language("en")


@pytest.fixture(scope="module")
def years():
    return tables.load("quang-nam", 2022), tables.load("quang-nam", 2023)


def replace(data: tables.Tables, **other: object) -> tables.Tables:
    changed = copy.copy(data)
    changed._frames = data._frames | other
    return changed


def changed(before, after) -> dict[str, list[str]]:
    table = changes.between(before, after, en).set_index("figure")
    return table[["before", "after", "change"]].T.to_dict("list")


def test_points_and_ranks(years):
    table = changed(*years)
    # 84.60 − 80.91 = 3.69; rank 57 → 56 is one better; 14 → 22 is eight worse
    assert table["PAR INDEX (points)"] == ["80.91", "84.60", "+3.69"]
    assert table["PAR INDEX (rank)"] == ["57", "56", "1 place up"]
    assert table["7. Modern and digital administration (rank)"] == ["14", "22", "8 places down"]


def test_two_published_values_make_an_interval(years):
    # 78.44 − 75 = 3.44; 78.44 − 74.56 = 3.88
    shown = changed(*years)["Overall satisfaction (SIPAS)"]
    assert shown == ["74.56–75.00%", "78.44%", "+3.44 to +3.88"]


def test_satisfaction_is_not_compared_across_the_change_of_method(years):
    before, after = years
    earlier = copy.copy(before)
    earlier.year = 2021
    assert "Overall satisfaction (SIPAS)" not in changed(earlier, after)
    assert "PAR INDEX (points)" in changed(earlier, after)


def test_a_rate_is_compared_on_the_same_basis_only(years):
    before, after = years
    end = before.disbursement.query("level == 'province'").head(1)
    assert end["as_of"].item() == pd.Timestamp("2022-12-31")
    later = end.assign(as_of=pd.Timestamp("2023-12-31"), rate_pct_low=70.0, rate_pct_high=70.0)
    same = changed(before, replace(after, disbursement=later))
    # 70 − 72.57 = −2.57
    figure = "Disbursed at the end of the period, basis: not stated by the source"
    assert same[figure] == ["72.57%", "70.00%", "−2.57"]
    other = changed(before, replace(after, disbursement=later.assign(basis="adjusted_plan")))
    assert not [name for name in other if name.startswith("Disbursed")]


def test_every_row_names_the_sources_of_both_years(years):
    table = changes.between(*years, en)
    assert (table["status"] == "derived").all()
    assert table["source"].str.contains("; ").all()


def test_years_that_share_nothing(years):
    table = changes.between(tables.load("quang-nam", 2021), years[0], en)
    assert table.empty and "change" in table
    assert tables.load("quang-nam", 2021).previous.scores.empty


TRACE = {"status": "reported", "source": "s", "locator": "l"}


def score_of(year: int, pillar: int, points: float | None, rank: int) -> dict:
    return {"year": year, "criterion": f"pillar_{pillar}", "points": points, "rank_low": rank,
            "rank_high": rank, **TRACE}  # fmt: skip


def test_pillars_of_a_year_and_the_one_before_by_hand():
    every = pd.DataFrame([
        score_of(2021, 1, 7.0, 60), score_of(2022, 1, 8.46, 45), score_of(2023, 1, 9.44, 15),
        score_of(2023, 1, 9.5, 15), score_of(2022, 2, 8.82, 53), score_of(2023, 3, 1.0, 1),
    ])  # fmt: skip
    index = [score_of(2022, 1, 80.91, 57), score_of(2023, 1, 84.6, 56)]
    index = pd.DataFrame(index).assign(criterion="par_index")
    both = changes.pillars(pd.concat([every, index], ignore_index=True), year=2023)
    assert both.attrs["index_change"] == pytest.approx((3.69, 3.69))  # 84.6 − 80.91
    # pillar 2 has no 2023, pillar 3 no 2022; 2021 was scored by another annex
    assert both["pillar"].tolist() == ["pillar_1"]
    row = both.iloc[0]
    # two sources of 2023: 9.44 − 8.46 = 0.98 to 9.5 − 8.46 = 1.04
    assert row[["change_points_low", "change_points_high"]].tolist() == pytest.approx([0.98, 1.04])
    assert row[["2022_low", "2023_high", "before_rank_low", "after_rank_low"]].tolist() == [
        8.46, 9.5, 45, 15,
    ]  # fmt: skip
    assert both.attrs["years"] == ("2022", "2023")
    assert changes.pillars(every, year=2022).empty  # what came later is not of this year
    assert changes.pillars(every[every["year"] == 2023], year=2023).empty
