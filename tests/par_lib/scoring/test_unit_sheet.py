"""A unit's own figures: by hand, on real tables and on rows made up for the purpose."""

import pandas as pd
import pytest

from par_lib.cleaning import tables
from par_lib.language import Period
from par_lib.language.translation import language
from par_lib.scoring import assigned_tasks, rulebook, scorecard, unit_sheet

VI = language("vi")
KEY = {"unit_code": "1", "level": "commune", "table": "late_dossiers", "verdict": "",
       "peers": 0.0, "place_low": None, "place_high": None, "status": "reported",
       "source": "s", "locator": "p"}  # fmt: skip


def rows(*figures: tuple[str, float, float, str, str]) -> pd.DataFrame:
    """Rows of ``figures``: its name, low, high, first and last day."""
    names = ["figure", "value_low", "value_high", "start", "day"]
    found = pd.DataFrame(figures, columns=names).assign(**KEY)
    return found.assign(**{one: pd.to_datetime(found[one]) for one in ("start", "day")})


def listed(province: str, year: int, lang: str = "vi") -> pd.DataFrame:
    data = tables.load(province, year)
    return unit_sheet.units(data, unit_sheet.figures(data), language(lang))


def test_units_with_a_sheet_are_of_the_levels_of_which_one_has_a_figure():
    found = listed("quang-nam", 2022)
    assert found["level"].value_counts().to_dict() == {"department": 30, "district": 18}
    assert found.loc[found["code"] == "515", "called"].item() == "Huyện Bắc Trà My"
    # no unit of Đà Nẵng has a figure of 2025: its communes of today have sheets that say so
    none = listed("da-nang", 2025, "en")
    assert none["level"].value_counts().to_dict() == {"commune": 94}
    assert none["called"].tolist() == none["name"].tolist()


def test_a_place_is_an_interval_where_rates_of_others_are_bounds():
    # Duy Xuyên is one of nine with 70 % or more, each within 70 to 100: first to ninth of 18
    found = unit_sheet.figures(tables.load("quang-nam", 2022))
    own, its = unit_sheet.of_unit(found, "508")
    rate = own[own["figure"] == "disbursed_pct"]
    assert rate[["place_low", "place_high", "peers"]].to_numpy().tolist() == [[1, 9, 18]]
    assert its[["disbursed_pct_low", "disbursed_pct_high"]].to_numpy().tolist() == [[70, 100]]
    assert its["late_low"].item() == 3755 and its["late_pct_low"].isna().all()
    assert its["verdict"].isna().all()


def test_what_the_units_not_listed_share_is_the_bound_of_each():
    # 41,657 in all, 38,106 of those listed: 3,551 are left for each of the others
    found = unit_sheet.figures(tables.load("quang-nam", 2022))
    late = found[(found["unit_code"] == "515") & (found["figure"] == "late")]
    assert late[["value_low", "value_high"]].to_numpy().tolist() == [[0, 3551]]
    assert late["status"].item() == "bound"


def test_a_change_runs_from_the_least_to_the_most_it_can_be():
    # 40 to 50 before, 30 to 45 now: at most 10 fewer by 20, at least 5 more: −20 to +5
    before = rows(("late", 40, 50, "2025-01-01", "2025-12-31"))
    after = rows(("late", 30, 45, "2026-01-01", "2026-12-31"))
    found = unit_sheet.changed(before, after, months=12)
    assert found[["change_low", "change_high"]].to_numpy().tolist() == [[-20, 5]]
    assert found["locator"].item() == "p; p"
    said = unit_sheet.in_words(found, VI)
    assert said[["value", "before_value", "change"]].to_numpy().tolist() == [
        ["30–45", "40–50", "chưa xác định"]
    ]


@pytest.mark.parametrize(
    ("name", "start", "day"),
    [
        ("late", "2025-07-01", "2025-12-31"),  # half a year beside a year
        ("late", "2024-01-01", "2024-12-31"),  # not the year before
        ("disbursed_pct", None, "2025-10-31"),  # up to October beside December
        ("satisfaction_pct", "2021-01-01", "2021-12-31"),  # by another method
    ],
)
def test_what_does_not_mean_the_same_has_no_change(name, start, day):
    year = int(day[:4]) + 1 if name == "satisfaction_pct" else 2026
    begun = start and f"{year}-01-01"
    after = rows((name, 30, 30, begun, f"{year}-12-31"))
    found = unit_sheet.changed(rows((name, 40, 40, start, day)), after, months=12)
    assert found["change_low"].isna().all()
    assert found["locator"].item() == "p"
    assert unit_sheet.in_words(found, VI)["change"].isna().all()


def test_a_unit_is_found_by_code_or_name_and_another_refused_with_those_near():
    known = listed("quang-nam", 2022)
    assert unit_sheet.row_of("Bắc Trà My", known)["code"].item() == "515"
    assert unit_sheet.row_of("515", known)["name"].item() == "Bắc Trà My"
    assert len(unit_sheet.row_of("", known)) == 1
    with pytest.raises(ValueError, match="Bắc Trà My"):
        unit_sheet.row_of("Bắc Trà", known)


def test_excess_is_what_was_late_beyond_the_rate_of_each_procedure(monkeypatch):
    # x: 20 of 100 late in all; A 12 of 40, usual 40 × 0.2 = 8, so 4 more; B 8 of 60, usual 12
    # y: fewer than 30 resolved in all: no row
    cells = pd.DataFrame({"unit_code": ["A", "B", "A"], "procedure": ["x", "x", "y"],
                          "resolved": [40, 60, 5], "late_low": [12, 8, 5],
                          "late_high": [12, 8, 5]})  # fmt: skip
    found_in = unit_sheet.unit_comparison
    monkeypatch.setattr(found_in, "handled", lambda *_, **__: (cells, "procedure"))
    found = unit_sheet.excess(None, level="commune")
    assert found["handled"].tolist() == ["x", "x"]
    assert found["expected_late_low"].tolist() == [8, 12]
    assert found["excess_late_high"].tolist() == [4, -4]


def test_neither_a_sample_nor_a_late_rate_is_ranked(monkeypatch):
    span = ("2026-01-01", "2026-12-31")
    units = [rows(*((name, value, value, *span) for name in ("late_pct", "satisfaction_pct",
                    "disbursed_pct"))).assign(unit_code=code)
             for code, value in (("1", 40.0), ("2", 60.0))]  # fmt: skip
    monkeypatch.setattr(unit_sheet, "_figures", lambda _: units)
    found = unit_sheet.figures(None).set_index(["figure", "unit_code"])
    assert found.loc["disbursed_pct", "place_low"].to_dict() == {"1": 2, "2": 1}
    assert found.loc[["late_pct", "satisfaction_pct"], "place_low"].isna().all()
    assert (found.loc[["late_pct", "satisfaction_pct"], "peers"] == 0).all()


def test_beside_a_group_of_unknown_size_no_unit_has_a_place():
    # the report lists ten agencies below 70 %, and says of no other how many there are
    found = unit_sheet.figures(tables.load("quang-nam", 2022))
    rates = found[(found["figure"] == "disbursed_pct") & (found["level"] == "department")]
    assert len(rates) == 11 and rates["unit_code"].isna().sum() == 1
    assert rates["place_low"].isna().all() and (rates["peers"] == 0).all()


def test_a_unit_has_the_tasks_of_all_of_its_level_with_its_own_figure():
    data = tables.load("quang-nam", 2022)
    rules = rulebook.load("quang-nam", 2022)
    card = scorecard.build(data, rules)
    tasks = assigned_tasks.of(data, card=card, rules=rules, language=VI)
    found = unit_sheet.figures(data)
    own = unit_sheet.changed(found[:0], found, months=12).query("unit_code == '515'")
    own = own.assign(value=unit_sheet.in_words(own, VI)["value"])
    listed_units = listed("quang-nam", 2022).set_index("code", drop=False)
    district, department = listed_units.loc[["515"]], listed_units.loc[["49-so-y-te"]]
    its = unit_sheet.tasks_of(tasks, district, own)
    figures = its.set_index("moves")["own_figure"]
    assert figures["late_dossiers.late:district"] == "0–3.551"  # led by "18/18 huyện, …"
    assert figures["disbursement.rate_pct:district"] == "49,7%"  # one of twelve that it names
    assert pd.isna(figures["online_dossiers_processed"])
    assert "late_dossiers.late:district" not in {
        *unit_sheet.tasks_of(tasks, department, own)["moves"]
    }
    none = unit_sheet.tasks_of(tasks.iloc[:0], district, own)
    assert none.empty and {*tasks} <= {*none}


def test_satisfaction_is_lacking_of_a_year_only():
    none = unit_sheet.figures(tables.load("quang-nam", 2022))[:0]
    assert "sipas" in unit_sheet.lacking(none, Period("2022"))
    assert unit_sheet.lacking(none, Period("2022-08")) == ["late_dossiers", "disbursement"]
