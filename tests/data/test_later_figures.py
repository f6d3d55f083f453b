"""Figures of 2023 to 2025 of Quảng Nam and Đà Nẵng: all of them golden, what was corrected held."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from par_lib.cleaning import findings, schema, tables, units
from par_lib.language.translation import language
from par_lib.scoring import rates, scorecard

GOLDEN = Path(__file__).parent / "golden"
EDITIONS = [path.stem for path in sorted(GOLDEN.glob("*-20[0-9][0-9].csv"))]
TABLES = ("late_dossiers", "disbursement", "sipas", "scores", "indicators")


@pytest.fixture(scope="module")
def load(root):
    return lambda edition: tables.load(edition[:-5], int(edition[-4:]))


def figures(data: tables.Tables) -> Iterator[dict]:
    """Every figure of an edition: its table and key in one text, column, low, high, status."""
    for name in TABLES:
        table = schema.TABLES[name]
        for row in getattr(data, name).to_dict("records"):
            key = [row[one] for one in table.key]
            place = [
                f"{one:%Y-%m-%d}" if isinstance(one, pd.Timestamp) else str(one) for one in key
            ]
            for column in table.quantities:
                ends = [row[end] for end in (column.tidy_names[0], column.tidy_names[-1])]
                if column.name != "plan_year" and not all(map(pd.isna, ends)):
                    low, high = ("" if pd.isna(end) else f"{end:.10g}" for end in ends)
                    yield {"table": name, "key": " | ".join(place), "figure": column.name,
                           "low": low, "high": high, "status": row["status"],
                           "source": row["source"]}  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_figure_is_the_golden_one(load, edition):
    """Read against the sources once; keep them so by reading, not by copying."""
    golden = pd.read_csv(GOLDEN / f"{edition}.csv", dtype=str, keep_default_na=False)
    found = pd.DataFrame(figures(load(edition)), columns=golden.columns).astype(str)
    pd.testing.assert_frame_equal(found, golden, check_dtype=False)


def test_every_edition_after_2022_has_golden_figures(root):
    real = {f"{one}-{year}" for one in tables.paths.provinces() for year in tables.paths.years(one)}
    assert {one for one in real if one[-4:] > "2022"} == set(EDITIONS)


def value(data: tables.Tables, measure: str, **where: object) -> float:
    rows = data.indicators[data.indicators["measure"] == measure]
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    assert len(rows) == 1 and rows["value_low"].item() == rows["value_high"].item()
    return float(rows["value_low"].item())


def test_rates_of_land_office_branches_are_no_rates_of_districts(load):
    """Two pages tell of one report; the one that calls the branches localities is mistaken."""
    data = load("quang-nam-2025")
    assert set(data.late_dossiers["unit"]) == {"Quảng Nam"}
    branches = data.indicators.query("measure == 'land_registration_on_time_pct'")
    assert dict(zip(branches["unit"], branches["value_low"], strict=True)) == {
        "Hội An": 84.41, "Núi Thành": 90.16, "Điện Bàn": 90.64, "Duy Xuyên": 91.9,
        "Tam Kỳ": 93.61, "Quế Sơn": 94.47,
    }  # fmt: skip
    late = value(data, "land_registration_late_dossiers", source="vietnamvn-q1-2025")
    received = value(data, "land_registration_dossiers_received")
    assert 100 * late / received == pytest.approx(9.63, abs=0.005)  # 2,217 / 23,031: nearly 10 %


def test_the_first_quarter_of_2025_runs_from_15_december_to_14_march(load):
    data = load("quang-nam-2025")
    for rows in (data.late_dossiers, data.indicators.query("measure.str.contains('online')")):
        assert set(rows["period_start"]) == {pd.Timestamp("2024-12-15")}
        assert set(rows["period_end"]) == {pd.Timestamp("2025-03-14")}


def test_the_435_billion_of_2025_are_of_the_provinces_plan_on_7_march(load):
    """They stood at mid-March of an unstated plan; the Treasury's page names day and plan."""
    rows = load("quang-nam-2025").disbursement.query("disbursed_bn_vnd == 435")
    assert set(rows["as_of"]) == {pd.Timestamp("2025-03-07")}
    by_basis = rows.set_index("basis")["rate_pct_low"]
    assert by_basis.to_dict() == {"province_plan": 5.24, "prime_minister_plan": 6.1}
    assert pytest.approx(5.23, abs=0.005) == 100 * 435 / 8311.9


def test_the_whole_of_2023_by_level(load):
    data = load("quang-nam-2023")
    rows = data.late_dossiers.set_index("level")
    assert rows["received"].to_dict() == {"province": 90010, "district": 136350, "commune": 187299}
    assert rows["received"].sum() == 413659  # 90,010 + 136,350 + 187,299
    assert rows["on_time_pct_low"].to_dict() == {
        "province": 99.8,
        "district": 82.92,
        "commune": 97.5,
    }
    assert set(rows["basis"]) == {"resolved"} and rows["late_low"].isna().all()
    late, resolved = (
        value(data, f"land_registration_{name}") for name in ("late_dossiers", "dossiers_resolved")
    )
    assert 100 * late / resolved == pytest.approx(6.88, abs=0.005)  # 27,821 / 404,657, said as 6.9


def test_capital_of_2024_is_that_of_the_year_and_what_was_carried_over(load):
    rows = load("quang-nam-2024").disbursement
    rows = rows[rows["as_of"] == pd.Timestamp("2024-10-31")].set_index("scope")
    whole, parts = rows.loc["total"], rows.loc[["year_plan", "carried_over"]]
    # 7,218.514 + 1,827.415 = 9,045.929 and 3,412.800 + 1,076.548 = 4,489.348
    assert parts["plan_bn_vnd"].sum() == pytest.approx(whole["plan_bn_vnd"]) == 9045.929
    assert parts["disbursed_bn_vnd"].sum() == pytest.approx(whole["disbursed_bn_vnd"]) == 4489.348
    assert rows["rate_pct_low"].to_dict() == {
        "total": 49.63, "year_plan": 47.28, "carried_over": 58.91,
    }  # fmt: skip


def test_a_satisfaction_among_the_lowest_five_is_a_rank_from_59_to_63(load):
    row = load("quang-nam-2024").scores.query("criterion == 'sipas_index'").iloc[0]
    assert (row["rank_low"], row["rank_high"], row["status"]) == (59, 63, "bound")


@pytest.mark.parametrize("edition", ["quang-nam-2022", "quang-nam-2023", "quang-nam-2024",
                                     "da-nang-2023"])  # fmt: skip
@pytest.mark.parametrize(("index", "column"), [("par_index", "points"),
                                               ("sipas_index", "satisfaction_pct")])  # fmt: skip
def test_whoever_has_the_higher_value_has_the_better_rank(load, edition, index, column):
    """Values and ranks come from many pages; a figure of another year would break the order."""
    known = scorecard.provinces(load(edition), index).dropna(subset=[f"{column}_low", "rank_low"])
    assert known["rank_low"].is_monotonic_increasing and known["rank_low"].is_unique


def test_the_second_amount_of_da_nang_fails_its_own_rate(load):
    """The page writes 8,632 of 17,638 as 49.3 %: it is 48.94 %, and 8,697 would be 49.31 %."""
    data = load("da-nang-2025")
    rows = data.disbursement
    assert pytest.approx(48.94, abs=0.005) == 100 * 8632 / 17638
    assert pytest.approx(49.31, abs=0.005) == 100 * 8697 / 17638
    assert set(rows.query("as_of == '2025-11-07'")["disbursed_bn_vnd"]) == {8697, 8632, 689}
    review = findings.describe(data.review, language("en"))
    unsettled = review[review["severity"] != "agrees"]
    assert unsettled["what"].tolist() == [
        "Đà Nẵng, disbursement at 7 November 2025: 49.3% stated, 48.94% by the amounts."
    ]
    assert len(review) == 5


def test_what_was_expected_is_no_disbursement(load):
    data = load("da-nang-2025")
    assert data.disbursement["as_of"].max() == pd.Timestamp("2025-11-07")
    assert value(data, "disbursement_expected_bn_vnd") == 10660


@pytest.mark.parametrize("edition", ["da-nang-2022", "da-nang-2025"])
def test_what_an_inspection_found_is_seen_from_other_years(load, edition):
    """2 of 14 and 5 of 44 reported late; 7 of 10, 23 of 44 and 548 of 1,531 found late."""
    found = rates.inspected(load(edition).all_years("indicators")).set_index("procedure")
    counts = found[["reported_late", "reported_handled", "verified_late", "verified_handled"]]
    assert counts.loc["inspected_project_change"].tolist() == [5, 44, 23, 44]
    assert counts.loc["inspected_investment_certificate"].tolist() == [2, 14, 7, 10]
    assert counts.loc["inspected_all", "reported_late":].isna().tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert found["verified_late_pct"].round(2).to_dict() == {
        "inspected_project_change": 52.27, "inspected_investment_certificate": 70.0,
        "inspected_all": 35.79,
    }  # fmt: skip
    assert set(found["period_start"]) == {pd.Timestamp("2021-06-15")}
    assert rates.inspected(load("quang-nam-2023").all_years("indicators")).empty


def test_who_reports_by_unit_changes_with_the_districts(load):
    listed = load("quang-nam-2024").units
    assert units.lowest_level(listed, "2025-06-30") == "district"
    assert units.lowest_level(listed, "2025-07-01") == "commune"
