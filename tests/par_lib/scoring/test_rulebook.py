"""The rulebook: every rule by hand, what loading refuses, and what is assumed stays so called."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_lib.language.translation import language
from par_lib.scoring import rulebook

EXAMPLE = {"code": "example", "area": "example", "max_points": 1.5, "status": "assumed",
           "max_points_status": "stated", "source": "for the tests"}  # fmt: skip


def rule(*knots: tuple[float, float]) -> rulebook.Criterion:
    """A criterion of 2 points."""
    example = EXAMPLE | {"max_points": 2.0}
    return rulebook.Criterion(**example, points_by_rate=knots)


EVERY = [
    rule((0, 0), (100, 2)),
    rule((70, 0), (70, 1.4), (100, 2)),
    rule((70, 0), (90, 2)),
    rule((0, 0), (50, 0), (50, 0.5), (80, 0.5), (80, 2)),
    rule((0, 0), (80, 2)),
    rule((40, 0.5)),
    rule((0, 0), (0, 1), (100, 1), (100, 2)),
]
TO_80 = "= [[0, 0], [80, 1.5]]"  # the rule of online payment
WORDS = [
    "in proportion",
    "in straight lines, points by rate: 70%: 0, 70%: 1.4 and 100%: 2",
    "in proportion between 70% and 90%",
    "in steps at 50% and 80%",
    "in proportion up to 80%",
    "in straight lines, points by rate: 40%: 0.5",
    "in steps at 0% and 100%",
]


@pytest.mark.parametrize(
    ("made", "rates", "points"),
    [
        (EVERY[0], [0, 70.65, 100], [0, 1.413, 2]),  # 2 × 0.7065 = 1.413, as the report has it
        (EVERY[1], [69.99, 70, 100], [0, 1.4, 2]),  # 2 × 0.7 = 1.4, nothing below 70
        (EVERY[2], [70, 75, 90, 95], [0, 0.5, 2, 2]),  # 2 × (75 − 70) / 20 = 0.5
        (EVERY[3], [49.9, 50, 79.9, 80, 100], [0, 0.5, 0.5, 2, 2]),
        (EVERY[4], [0, 6.5, 80, 90], [0, 0.1625, 2, 2]),  # 2 × 6.5 / 80 = 0.1625
        (EVERY[5], [0, 40, 100], [0.5, 0.5, 0.5]),  # one knot: the same for every rate
        (EVERY[6], [0, 0.1, 99.9, 100], [1, 1, 1, 2]),  # jumps at both ends
    ],
)
def test_a_rule_by_hand(made, rates, points):
    assert [made.points_at(rate) for rate in rates] == pytest.approx(points)


@pytest.mark.parametrize(("made", "words"), list(zip(EVERY, WORDS, strict=True)))
def test_the_words_of_a_rule(made, words):
    assert rulebook.rule_words(made, language("en")) == words


@given(st.sampled_from(EVERY), st.floats(0, 100), st.floats(0, 100))
def test_points_rise_with_the_rate_and_stay_within_the_maximum(made, one, other):
    low, high = sorted((one, other))
    assert 0 <= made.points_at(low) <= made.points_at(high) + 1e-12
    assert made.points_at(high) <= made.max_points


def test_an_impossible_rate_is_refused():
    with pytest.raises(ValueError, match="example: a rate of 101 % is not in 0 to 100"):
        EVERY[0].points_at(101)
    stated = rulebook.Criterion(**EXAMPLE, points="scores:online_payment")
    with pytest.raises(ValueError, match="example: no rate leads to its points"):
        stated.points_at(50)


@pytest.fixture
def changed(tmp_path):
    """The rules of 2022 with one text replaced, read."""

    def read(old: str, new: str) -> rulebook.Rulebook:
        text = (rulebook.RULES / "par_index_2022.toml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "rules.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return rulebook.read(path)

    return read


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code = "sipas_result"', 'code = "sipas_access"', "sipas_access stands twice"),
        ("max_points = 2\n", "max_points = 3\n", "area sipas: its criteria add up to 11 points, "
         "it declares 10"),
        ("max_points = 68", "max_points = 60", "areas add up to 92 points, max_points says 100"),
        ("max_points = 68", "max_points = 6", "areas add up to 38 points"),
        ('area = "leaders_survey"', 'area = "leaders"', "area 'leaders' is not among the areas"),
        (TO_80, "= [[0, 0], [800, 1.5]]", "criteria online_payment, points_by_rate 2 1: 800: "),
        (TO_80, "= [[0, 0], [80]]", "online_payment, points_by_rate 2 2: [80]: write [rate, "),
        (TO_80, "= [[0, 0], [80, 15]]", "points_by_rate: [[0, 0], [80, 15]]: 15 points "
         "are above max_points 1.5; correct one of them"),
        (f"points_by_rate {TO_80}", 'rule = "ratio_to_target"\ntarget = 80',
         "criteria online_payment, rule: 'ratio_to_target': is not known here"),
        ("complete = true", "compleat = true", "areas sipas, compleat: True: is not known here"),
        ('"sipas:access"', '"sipas:acess"', "There is no sipas:acess. Did you mean: sipas:access"),
        ('"scores:online_payment"', '"score:online_payment"',
         "There is no score:online_payment. Did you mean: scores:online_payment"),
        ('"on_time:district"', '"on_time:distrct"', "Did you mean: on_time:district"),
        ('["sipas.points"]', '["sipas.pionts"]', "no sipas.pionts. Did you mean: sipas.points"),
        ("year = 2022", "year = [", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_a_wrong_rulebook_is_refused_with_its_place(changed, old, new, words):
    with pytest.raises(ValueError, match=r"rules\.toml") as error:
        changed(old, new)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("knots", "words"),
    [
        ([], "write a rate and its points"),
        ([(60, 0), (50, 2)], "it falls at 50: begin with the lowest rate"),
        ([(0, 1), (50, 0.5)], "it falls at 50"),
        ([(50, 1), (50, 0.5)], "it falls at 50"),
        ([(0, 0), (100, 3)], "3 points are above max_points 2"),
        ([(0, -1), (100, 2)], "greater than or equal to 0"),
    ],
)
def test_knots_rise(knots, words):
    with pytest.raises(ValueError, match=words):
        rule(*knots)


def test_a_criterion_s_points_come_from_a_rule_or_a_source():
    fields = EXAMPLE | {"points_by_rate": [[0, 0], [100, 1.5]]}
    rulebook.Criterion(**fields)
    del fields["points_by_rate"]
    rulebook.Criterion(**fields, points="scores:online_payment")
    with pytest.raises(ValueError, match="write points_by_rate, or in points where a source"):
        rulebook.Criterion(**fields)


def test_an_unknown_criterion_is_named_with_those_there_are(changed):
    with pytest.raises(ValueError, match=r"'online' is not in rules\.toml; choose one of sip"):
        changed("year = 2022", "year = 2022")["online"]


def test_what_is_stated_of_2022_and_nothing_more():
    book = rulebook.load("quang-nam", 2022)
    stated = {one.code: one.max_points for one in book.criteria
              if one.max_points_status == "stated"}  # fmt: skip
    assert stated == {
        "sipas_access": 1.5, "sipas_procedure": 1.5, "sipas_officials": 2.5, "sipas_result": 2.5,
        "sipas_feedback": 2, "leaders_survey": 22, "online_payment": 1.5,
    }  # fmt: skip
    assert {one.code for one in book.criteria if one.status == "stated"} == {"leaders_survey"}
    assert {area.code: area.max_points for area in book.areas} == {
        "sipas": 10, "leaders_survey": 22, "assessed": 68,
    }  # fmt: skip


def test_each_year_has_the_latest_rulebook_that_is_no_later():
    books = {year: rulebook.load("quang-nam", year) for year in (2021, 2022, 2023, 2024, 2025)}
    assert {year: book.file[-9:-5] for year, book in books.items()} == {
        2021: "2022", 2022: "2022", 2023: "2023", 2024: "2024", 2025: "2024",
    }  # fmt: skip
    assert [book.decision for book in books.values()] == ["876/QĐ-BNV"] * 3 + ["892/QĐ-BNV"] * 2


def test_what_is_stated_of_2023_is_under_the_decision_of_2022_and_not_of_sipas():
    """Its method is another from 2023 on: 1001/QĐ-BNV."""
    book = rulebook.load("quang-nam", 2023)
    stated = {one.code: one.max_points for one in book.criteria
              if one.max_points_status == "stated"}  # fmt: skip
    assert stated == {"leaders_survey": 22, "online_payment": 1.5}
    assert {area.status for area in book.areas} == {"stated"}


def test_of_2024_the_maxima_of_five_pillars_are_stated_and_nothing_else():
    book = rulebook.load("quang-nam", 2024)
    assert {one.code: one.max_points for one in book.pillars} == {
        "pillar_1": 9.5, "pillar_3": 13, "pillar_4": 10.5, "pillar_5": 15, "pillar_8": 16.5,
    }  # fmt: skip
    assert {one.status for one in (*book.areas, *book.criteria)} == {"assumed"}
    assert {one.max_points_status for one in book.criteria} == {"assumed"}
    shown = rulebook.cited(book.pillars, "code max_points")
    assert set(shown["status"]) == {"reported"} and shown["locator"].str.startswith("https").all()
    assert rulebook.cited((), "code max_points").empty


def test_rules_of_another_year_are_all_assumed():
    book = rulebook.load("quang-nam", 2025)
    assert book.file == "par_index_2024.toml"
    assert {one.status for one in book.pillars} == {"assumed"}
    assert {one.status for one in (*book.areas, *book.criteria)} == {"assumed"}
    assert {one.max_points_status for one in book.criteria} == {"assumed"}


def test_a_province_s_own_rules_win(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "raw" / "quang-nam" / "2022"
    folder.mkdir(parents=True)
    (tmp_path / "data" / "raw" / "README.md").touch()
    monkeypatch.setenv("PAR_ROOT", str(tmp_path))
    shutil.copy(rulebook.RULES / "par_index_2022.toml", folder / "rules.toml")
    text = (folder / "rules.toml").read_text(encoding="utf-8")
    (folder / "rules.toml").write_text(text.replace("[80, 1.5]", "[50, 1.5]"), encoding="utf-8")
    assert rulebook.load("quang-nam", 2022)["online_payment"].points_by_rate[-1] == (50, 1.5)
    assert rulebook.load("quang-nam", 2023)["online_payment"].points_by_rate[-1] == (80, 1.5)


def test_every_rulebook_of_the_project_is_sound():
    files = sorted(Path(rulebook.RULES).glob("par_index_*.toml"))
    assert files
    for file in files:
        assert rulebook.read(file).year == int(file.stem.rpartition("_")[2])
