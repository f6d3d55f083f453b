"""Tasks of 2023 joined to the figures of 2022, and made ones, worked by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from par_lib.cleaning import tables
from par_lib.language import Period
from par_lib.language.translation import LABELS, language
from par_lib.scoring import assigned_tasks, rulebook, scorecard

RULES = rulebook.load("quang-nam", 2022)


@pytest.fixture(scope="module")
def data():
    return tables.load("quang-nam", 2022)


@pytest.fixture(scope="module")
def card(data):
    return scorecard.build(data, RULES)


def tasks_of(data, card, code="vi"):
    return assigned_tasks.of(data, card=card, rules=RULES, language=language(code))


def test_each_task_stands_once_and_is_followed_or_not(data, card):
    tasks = tasks_of(data, card)
    assert len(tasks) == tasks["task"].nunique() == 28
    assert set(tasks["plan_year"]) == {2023}
    # the eighth area is satisfaction, not what the eighth pillar of the index is called
    assert tasks["area"].iloc[0] == "8. Chỉ số hài lòng về sự phục vụ hành chính"
    followed = tasks[tasks["followed"]]
    # satisfaction, payment, online, audit, two of disbursement, three of late dossiers
    assert len(followed) == 9
    assert (followed["stand"] != "–").all()


@pytest.mark.parametrize("code", ["vi", "en"])
def test_no_technical_name_is_among_the_words(data, card, code):
    tasks = tasks_of(data, card, code)
    words = " ".join(tasks[["task", "area", "target", "stand", "lead_agency"]].to_numpy().ravel())
    pointers = set(tasks["moves"]) - {""}
    assert pointers
    assert not [name for name in (*pointers, "late_dossiers", "_pct") if name in words]


def test_english_names_places_as_they_are_spelled_and_translates_agencies_only(data, card):
    """As every other page does: "Tam Kỳ", never beside "Tam Ky City"."""
    led = "; ".join(tasks_of(data, card, "en")["lead_agency"])
    assert "Tam Kỳ" in led and "Núi Thành" in led and "Department of " in led
    assert "Tam Ky" not in led and " District" not in led and "Sở Nội vụ" not in led


def test_groups_of_agencies_are_told_in_the_reader_s_language(data, card):
    """But for names of places: "some communes of Núi Thành, Phú Ninh, Nam Giang, Đông Giang"."""
    own = [
        tasks_of(data, card, code)[["lead_agency", "supporting_agency"]] for code in ("vi", "en")
    ]
    vi, en = (" ; ".join(frame.to_numpy().ravel()) for frame in own)
    words = ("các sở", "một số", "huyện", "địa phương", "bộ phận", "cấp ")
    assert all(word in vi.lower() for word in words)
    assert not [word for word in words if word in en.lower()], en
    assert "some communes of Núi Thành" in en and "18/18 districts, towns and cities" in en


def test_points_at_stake_are_told_where_the_maximum_is_stated(data, card):
    tasks = tasks_of(data, card).set_index("moves")
    # 0.3078 + 0.3141 + 0.6037 + 0.6115 + 0.587 = 2.4241 of 10
    assert tasks.loc["sipas.points", "stake_points_low"] == pytest.approx(2.4241)
    assert tasks.loc["sipas.points", "stake_pct_low"] == pytest.approx(24.241)
    assert tasks.loc["sipas.points", "status"] == "derived"
    # 1.5 − 0.59 = 0.91; 0.91 / 1.5 = 60.67 %
    assert tasks.loc["online_payment_dossiers_pct", "stake_points_low"] == pytest.approx(0.91)
    assert tasks.loc["online_payment_dossiers_pct", "stake_pct_low"] == pytest.approx(60.6667)
    # 100 − 61.69 = 38.31 % of a maximum that nobody states
    audit = tasks.loc["audit_recommendations_implemented_pct"]
    assert np.isnan(audit["stake_points_low"])
    assert audit["stake_pct_low"] == pytest.approx(38.31)
    assert audit["status"] == "assumed"
    # of the departments nothing is known but what is listed
    departments = tasks.loc["late_dossiers.late:department"]
    assert np.isnan(departments["stake_pct_high"])
    assert departments["status"] == "derived"


def test_a_row_names_the_source_of_its_figure_too(data, card):
    tasks = tasks_of(data, card).set_index("moves")
    assert "I, bullet 3, + Sở" in tasks.loc["late_dossiers.late:department", "locator"]
    assert "I, closing paragraph" in tasks.loc["sipas.points", "locator"]


def test_a_level_whose_rate_alone_is_stated_stands_at_that():
    data, rules = tables.load("quang-nam", 2023), rulebook.load("quang-nam", 2023)
    card, t = scorecard.build(data, rules), language("vi")
    found = assigned_tasks.of(data, card=card, rules=rules, language=t)
    stands = found.set_index("moves")["stand"]
    assert stands["late_dossiers.late:district"] == "82,92% hồ sơ đúng hạn"
    assert stands["late_dossiers.late:commune"] == "97,5% hồ sơ đúng hạn"


def test_known_losses_and_which_no_task_addresses(data, card):
    losses = assigned_tasks.known_losses(tasks_of(data, card), card=card, rules=RULES)
    # 2.4241 + 5.58 + 0.91 = 8.9141 lost on criteria whose points are stated
    assert losses["lost_points_low"].sum() == pytest.approx(8.9141)
    assert losses["criterion"].iloc[0] == "leaders_survey"
    without = losses[losses["task_count"] == 0]
    assert without["criterion"].tolist() == ["leaders_survey"]
    assert without["lost_points_low"].item() == pytest.approx(22 - 16.42)


def test_of_no_tasks_no_loss_is_said_to_lack_one(card):
    nothing = tables.load("quang-nam", 2021)
    tasks = tasks_of(nothing, card)
    assert tasks.empty and {"task", "stand", "stake_points_low", "followed"} <= set(tasks)
    assert assigned_tasks.known_losses(tasks, card=card, rules=RULES).empty


def test_what_is_lost_between_two_bounds_stays_so(card):
    wide = card.assign(lost_points_high=card["lost_points_high"].mask(
        card["criterion"] == "online_payment", 1.2))  # fmt: skip
    tasks = pd.DataFrame({"moves": ["online_payment_dossiers_pct"], "status": "reported",
                          "source": "report-2022", "locator": "II.7, bullet 4"})  # fmt: skip
    stake = assigned_tasks.points_at_stake(tasks, card=wide, rules=RULES).iloc[0]
    assert stake[["stake_points_low", "stake_points_high"]].tolist() == [pytest.approx(0.91), 1.2]
    assert stake["stake_pct_high"] == pytest.approx(80)  # 1.2 / 1.5


@pytest.mark.parametrize(
    ("low", "high", "unit", "note", "vi", "en"),
    [
        (2, 3, "count", "dialogues or forums in the year", "2–3 x", "2–3 x"),
        (2, 3, "count", "something else", "2–3", "2–3"),
        (100, 100, "pct", "", "100%", "100%"),
        (12.5, 12.5, "pct", "", "12,5%", "12.5%"),
        (np.nan, np.nan, "", "", "", ""),
    ],
)
def test_target_has_its_unit(monkeypatch, low, high, unit, note, vi, en):
    monkeypatch.setitem(LABELS, "dialogues or forums in the year", "x")
    task = pd.Series({"target_low": low, "target_high": high, "target_unit": unit, "note": note})
    for code, words in (("vi", vi), ("en", en)):
        assert assigned_tasks.target_words(task, language(code)) == words


def test_target_without_an_upper_end_names_none():
    task = pd.Series({"target_low": 80, "target_high": 100, "target_unit": "pct", "note": ""})
    assert assigned_tasks.target_words(task, language("en")) == "80% or more"
    assert "100" not in assigned_tasks.target_words(task, language("vi"))


def followed(monkeypatch, data, *, start, now, target=(80.0, 100.0), day="2023-06-30"):
    """One made task, to reach a share paid online by the end of 2023, and its movement."""
    share = "online_payment_dossiers_pct"

    def figures(value, last):
        rows = data.indicators[data.indicators["measure"] == share].head(1 if value else 0)
        ends = dict(zip(["value_low", "value_high"], value or (0.0, 0.0), strict=True))
        span = pd.to_datetime([f"{last[:4]}-01-01", last])
        return rows.assign(**ends, period_start=span[0], period_end=span[1])

    task = tables.load("quang-nam", 2023).tasks.query("moves == @share")
    task = task.assign(target_low=target[0], target_high=target[1])
    before = SimpleNamespace(year=2022, indicators=figures(start, f"2022{day[4:]}"))
    here = SimpleNamespace(province="quang-nam", year=2023, period=Period("2023"), tasks=task,
                           units=data.units, late_dossiers=data.late_dossiers,
                           indicators=figures(now, day), previous=before)  # fmt: skip
    monkeypatch.setattr(assigned_tasks.tables, "load", lambda *_: here)
    return assigned_tasks.movement(here, language=language("vi")).iloc[0]


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ((80.0, 85.0), "reached"),
        # on an even way from 6.5 to 80: 6.5 + 73.5 × 181 / 365 = 42.9 by the end of June
        ((42.95, 42.95), "on_path"),
        ((42.9, 42.9), "behind"),
        ((30.0, 60.0), "open"),
        (None, "no_figure"),
    ],
)
def test_a_task_is_where_its_even_path_asks_it_to_be_or_not(monkeypatch, data, now, status):
    found = followed(monkeypatch, data, start=(6.5, 6.5), now=now)
    assert found["task_status"] == status
    if status == "behind":
        assert found["path"] == "42,9%"


def test_what_is_not_reached_when_the_year_is_over_is_missed_whatever_it_began_with(
    monkeypatch, data
):
    found = followed(monkeypatch, data, start=None, now=(15.0, 15.0), day="2023-12-31")
    assert found[["path", "task_status"]].tolist() == ["80%", "missed"]
    assert pd.isna(found["change"])


def test_a_task_without_target_says_so_and_one_without_start_is_left_open(monkeypatch, data):
    found = followed(monkeypatch, data, start=(6.5, 6.5), now=(10.0, 12.0), target=(np.nan, np.nan))
    assert found[["change", "task_status"]].tolist() == ["3,5–5,5", "no_target"]
    assert followed(monkeypatch, data, start=None, now=(10.0, 12.0))["task_status"] == "open"


def test_figures_of_two_kinds_or_of_spans_of_another_length_have_no_change():
    # 2023 states a share on time where 2022 counts late dossiers
    moved = assigned_tasks.movement(tables.load("quang-nam", 2023), language=language("vi"))
    late = moved[moved["moves"] == "late_dossiers.late:district"].iloc[0]
    assert pd.isna(late["start"]) and late["now"] == "82,92% hồ sơ đúng hạn"
    assert pd.isna(late["change"]) and late["task_status"] == "no_target"
    assert moved["task_status"].value_counts().to_dict() == {"no_figure": 23, "no_target": 5}
    # of satisfaction no points are stated in 2023, but a share
    asked = moved[moved["moves"] == "sipas.points"].iloc[0]
    assert asked["now"] == "78,44% hài lòng" and pd.isna(asked["start"])
    # of the share paid online nothing is known now: what it was before stands alone
    alone = moved[moved["moves"] == "online_payment_dossiers_pct"].iloc[0]
    assert alone["start"].startswith("6,5%") and pd.isna(alone["now"])
    year, half = (
        pd.DataFrame(
            {"period_start": pd.to_datetime([first]), "period_end": pd.to_datetime([last])}
        )
        for first, last in (("2025-01-01", "2025-12-31"), ("2025-07-01", "2025-12-31"))
    )
    assert assigned_tasks._days(year) - assigned_tasks._days(half) == 181


def test_a_figure_that_does_not_count_from_the_first_day_says_from_when(data):
    days = pd.DataFrame({"period_start": pd.to_datetime(["2022-07-01"]),
                         "period_end": pd.to_datetime(["2022-12-31"])})  # fmt: skip
    told = assigned_tasks._dated("5", days, data, language("vi"))
    assert told == "5 (từ ngày 01/7/2022 đến hết ngày 31/12/2022)"


@pytest.mark.parametrize(
    ("group", "levels"),
    [
        ("18/18 huyện, thị xã, thành phố", ["district"]),
        ("các Sở, ngành, địa phương", ["district", "commune"]),
        ("12/18 huyện, thị xã, thành phố", [""]),  # not all of them, and not said which
        ("các sở, ban, ngành", [""]),  # an agency may be none of these
        ("một số xã thuộc huyện Núi Thành", [""]),
    ],
)
def test_a_group_has_all_units_of_a_level_only_where_that_is_sure(group, levels):
    assert assigned_tasks._levels_of(group) == levels
