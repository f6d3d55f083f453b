"""SIPAS from answers: by hand, and against an independent library."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from scipy.stats import binomtest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from par_lib.scoring import fair_comparison, scorecard, survey


def answers(*groups: tuple[str, list[int]], weight: float | list[float] = 1.0) -> pd.DataFrame:
    rows = [(unit, "access", f"{unit}{i}", answer)
            for unit, given in groups for i, answer in enumerate(given)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["unit_code", "component", "respondent", "answer"])
    return frame.assign(weight=weight)


@pytest.fixture(autouse=True, scope="module")
def few_are_enough():
    """What is computed by hand is of few people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "FEWEST_ANSWERS", 1)
        yield


def found(frame: pd.DataFrame, **options) -> pd.Series:
    options = {"min_respondents": 1} | options
    return survey.satisfaction(frame, by=["unit_code"], **options).iloc[0]


def test_satisfied_are_the_answers_four_and_five():
    # 4 and 5 of 1, 2, 3, 4, 5: two of five, 40 %
    assert found(answers(("a", [1, 2, 3, 4, 5])))["satisfaction_pct"] == 40


def test_weights_by_hand():
    # satisfied 3 + 1 of 3 + 1 + 2: 4/6 = 66.67 %; Kish: 3 × (9 + 1 + 4) / 36 = 1.1667
    frame = answers(("a", [5, 4, 1]), weight=[3.0, 1.0, 2.0])
    row = found(frame)
    assert row["satisfaction_pct"] == pytest.approx(100 * 4 / 6)
    n = 3 / (3 * 14 / 36)
    low, high = wilson(4 / 6, n)
    assert row["likely_pct_low"] == pytest.approx(100 * low)
    assert row["likely_pct_high"] == pytest.approx(100 * high)


def wilson(p: float, n: float, z: float = 1.959963984540054) -> tuple[float, float]:
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60), st.sampled_from([80.0, 95.0, 99.0]))
def test_the_interval_agrees_with_scipy_and_holds_the_share(given_, confidence):
    row = found(answers(("a", given_)), confidence_pct=confidence)
    yes = sum(answer >= 4 for answer in given_)
    independent = binomtest(yes, len(given_)).proportion_ci(confidence / 100, method="wilson")
    assert row["likely_pct_low"] == pytest.approx(100 * independent.low, abs=1e-9)
    assert row["likely_pct_high"] == pytest.approx(100 * independent.high, abs=1e-9)
    assert row["likely_pct_low"] <= row["satisfaction_pct"] + 1e-9
    assert row["satisfaction_pct"] <= row["likely_pct_high"] + 1e-9


def test_a_design_effect_is_fewer_independent_answers():
    # 100 answers with a design effect of 2 tell as much as 50
    many, few = answers(("a", [5] * 80 + [1] * 20)), answers(("a", [5] * 40 + [1] * 10))
    ends = ["likely_pct_low", "likely_pct_high"]
    assert found(many, design_effect=2)[ends].tolist() == pytest.approx(found(few)[ends].tolist())


def test_too_few_people_keep_their_count_and_show_no_figure():
    table = survey.satisfaction(
        answers(("a", [5] * 29), ("b", [5] * 30), ("c", [5] * 10)), by=["unit_code"]
    ).set_index("unit_code")
    assert table["respondents"].to_dict() == {"a": 29, "b": 30, "c": 10}
    assert table["satisfaction_pct"].isna().to_dict() == {"a": True, "b": False, "c": True}
    assert table.loc["a", ["likely_pct_low", "likely_pct_high"]].isna().all()


@given(st.lists(st.integers(1, 90), min_size=1, max_size=7), st.integers(30, 60))
def test_what_is_hidden_is_told_by_no_total_less_what_is_shown(sizes, fewest):
    """Of each component those without a figure are together nobody, or enough to be shown."""
    groups = [(f"u{number}", [5] * size) for number, size in enumerate(sizes)]
    frame = answers(*groups)
    every = pd.concat([frame, frame.assign(component="result").query("unit_code != 'u0'")])
    table = survey.satisfaction(every, by=["unit_code", "component"], min_respondents=fewest)
    for _, part in table.groupby("component"):
        hidden = part["satisfaction_pct"].isna()
        people = part.loc[hidden, "respondents"]
        assert (part.loc[~hidden, "respondents"] >= fewest).all()
        assert people.sum() == 0 or people.sum() >= fewest or hidden.all()
        # no more than that needs: all but the largest of the hidden would be too few
        largest = people.max() if hidden.any() else 0
        assert largest < fewest or people.sum() - largest < fewest


def test_shares_of_fewer_than_thirty_answers_are_refused(monkeypatch):
    monkeypatch.setattr(survey, "FEWEST_ANSWERS", 30)
    with pytest.raises(ValueError, match="min_respondents is 29; shares of fewer than 30 answers"):
        found(answers(("a", [5] * 40)), min_respondents=29)


def test_weights_are_one_where_nobody_has_any():
    assert found(answers(("a", [5, 1]), weight=float("nan")))["satisfaction_pct"] == 50


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (answers(("a", [6])), {}, "row 0: answer 6 is not possible"),
        (answers(("a", [5]), weight=0.0), {}, "row 0: weight 0.0 is not possible"),
        (answers(("a", [5, 1]), weight=[2.0, None]), {}, "row 1: weight nan is not possible"),
        (answers(("a", [5])).loc[[0, 0]].reset_index(), {}, "row 1: respondent a0 answers twice"),
        (answers(("a", [5])), {"design_effect": 0.5}, "design_effect is 0.5"),
    ],
)
def test_what_no_survey_holds_is_refused(frame, options, words):
    with pytest.raises(ValueError, match=words):
        found(frame, **options)


def test_overall_weights_components_by_their_points():
    # 1.5 × 80 + 2.5 × 60 = 270 of 4: 67.5 %; 4 points × 0.675 = 2.7
    parts = pd.DataFrame(
        {
            "unit_code": ["a", "a", "b"],
            "component": ["access", "result", "access"],
            "respondents": [40, 38, 50],
            "satisfaction_pct": [80.0, 60.0, 90.0],
            "likely_pct_low": [70.0, 50.0, 85.0],
            "likely_pct_high": [90.0, 70.0, 95.0],
            "effective": [26.0, 20.5, 50.0],
        }
    )
    most = {"access": 1.5, "result": 2.5}
    table = survey.overall(parts, by="unit_code", max_points=most).set_index("unit_code")
    assert table.loc["a", "satisfaction_pct"] == pytest.approx(67.5)
    assert table.loc["a", ["likely_pct_low", "likely_pct_high"]].tolist() == [57.5, 77.5]
    assert table.loc["a", "points"] == pytest.approx(2.7)
    assert table.loc["a", ["respondents", "effective"]].tolist() == [38, 20.5]
    assert pd.isna(table.loc["b", "satisfaction_pct"])  # lacks a component: no figure


def test_the_province_s_maxima():
    rows = [("province", "access", 1.5), ("province", "overall", 10), ("district", "access", 9)]
    sipas = pd.DataFrame(rows, columns=["level", "component", "max_points"])
    assert survey.max_points_of(sipas) == {"access": 1.5}


def test_what_points_say_by_hand():
    stated = pd.DataFrame({
        "component": ["access", "result", "feedback"], "points_low": [1.2, 1.5, None],
        "points_high": [1.2, 2.0, None], "max_points": [1.5, 2.5, 2.0], "status": "reported",
    })  # fmt: skip
    found = scorecard.from_points(stated)
    assert found["component"].tolist() == ["result", "access"]  # of feedback nothing is known
    # result: 2.5 − 2.0 = 0.5 to 2.5 − 1.5 = 1; 100·1.5/2.5 = 60 to 100·2/2.5 = 80
    # access: 1.5 − 1.2 = 0.3; 100·1.2/1.5 = 80
    ends = ["lost_points_low", "lost_points_high", "satisfaction_pct_low", "satisfaction_pct_high"]
    assert found[ends].round(9).to_numpy().tolist() == [[0.5, 1, 60, 80], [0.3, 0.3, 80, 80]]
    assert set(found["status"]) == {"derived"}
    assert scorecard.from_points(stated.iloc[:0]).empty


def test_a_design_effect_by_hand():
    # four places of 2, 2, 4, 4; yes 2, 0, 4, 1 of them; n 12, mean 7/12; plus eight more alike
    sizes, pleased = [2, 2, 4, 4] * 3, [2, 0, 4, 1] * 3
    frame = in_places(sizes, pleased)
    y, m = np.array(pleased) / sizes, np.array(sizes)
    between = (m * (y - sum(pleased) / m.sum()) ** 2).sum() / 11
    within = (m * y * (1 - y)).sum() / (m.sum() - 12)
    usual = (m.sum() - (m**2).sum() / m.sum()) / 11
    alike = (between - within) / (between + (usual - 1) * within)
    assert alike > 0.5
    found = survey.design_effect(frame, by=["unit_code"], place="hamlet")
    assert found == pytest.approx(1 + ((m**2).sum() / m.sum() - 1) * alike)


def in_places(sizes: list[int], pleased: list[int], unit: str = "a") -> pd.DataFrame:
    rows = [(unit, f"{unit}{place}", 5 if i < yes else 1)
            for place, (size, yes) in enumerate(zip(sizes, pleased, strict=True))
            for i in range(size)]  # fmt: skip
    return pd.DataFrame(rows, columns=["unit_code", "hamlet", "answer"])


def test_a_design_effect_is_assumed_where_answers_name_no_place():
    people = {"unit": "A", "respondent": range(60), "weight": 1.0, "answer": [4, 2] * 30}
    unknown = pd.DataFrame(people).assign(place="")
    assert survey.design_effect(unknown, by=["unit"], assumed=1.5) == 1.5
    named = unknown.assign(place=[str(i // 4) for i in range(60)])
    named.loc[named.index[:8], "place"] = ""  # not said of two places: they are left out
    assert survey.design_effect(named, by=["unit"], assumed=1.5) == 1  # as strangers


def test_a_design_effect_agrees_with_the_analysis_of_variance():
    """Equal places: Kish's and the ratio of mean squares between and within, by statsmodels."""
    rng = np.random.default_rng(2)
    frame = in_places([10] * 30, rng.binomial(10, rng.beta(4, 2, 30)).tolist())
    frame["yes"] = (frame["answer"] >= 4).astype(float)
    between, within = anova_lm(ols("yes ~ C(hamlet)", frame).fit())["mean_sq"]
    alike = (between - within) / (between + 9 * within)
    found = survey.design_effect(frame, by=["unit_code"], place="hamlet")
    assert found == pytest.approx(1 + 9 * alike)


def test_a_design_effect_is_one_where_neighbours_differ_as_strangers_and_unknown_of_few_places():
    assert (
        survey.design_effect(in_places([4] * 12, [2] * 12), by=["unit_code"], place="hamlet") == 1
    )
    assert np.isnan(
        survey.design_effect(in_places([4] * 10, [2] * 10), by=["unit_code"], place="hamlet")
    )
    two = pd.concat([in_places([4] * 6, [0] * 6), in_places([4] * 6, [4] * 6, "b")])
    assert (
        survey.design_effect(two, by=["unit_code"], place="hamlet") == 1
    )  # units differ, not places


def test_a_place_counts_once_for_all_components():
    people = in_places([10] * 5, [9, 5, 8, 2, 7])  # four places beyond one, asked five questions
    asked = pd.concat([people.assign(component=name) for name in MOST])
    by = ["unit_code", "component"]
    assert survey.design_effect(asked, by=by, place="hamlet", assumed=1.5) == 1.5
    many = in_places([10] * 11, [9, 5, 8, 2, 7, 9, 5, 8, 2, 7, 6])
    asked = pd.concat([many.assign(component=name) for name in MOST])
    assert survey.design_effect(asked, by=["component"], place="hamlet", assumed=1.5) > 2


@pytest.mark.long
def test_an_estimated_design_effect_makes_the_interval_cover_what_it_says():
    rng, covered, plain, total = np.random.default_rng(4), 0, 0, 0
    for _ in range(25):
        true, frames = rng.uniform(0.6, 0.9, 12), []
        for unit, mean in enumerate(true):  # people of a hamlet agree: correlation 1 / (1 + 7)
            hamlets = rng.beta(7 * mean, 7 * (1 - mean), 12)
            pleased = rng.binomial(10, hamlets)
            frames.append(in_places([10] * 12, pleased.tolist(), f"u{unit:02}"))
        frame = pd.concat(frames, ignore_index=True).assign(weight=1.0)
        frame["respondent"] = frame.index
        effect = survey.design_effect(frame, by=["unit_code"], place="hamlet")
        for used in (effect, 1.0):
            found = survey.satisfaction(frame, by=["unit_code"], design_effect=used)
            hits = (found["likely_pct_low"] <= 100 * true) & (
                100 * true <= found["likely_pct_high"]
            )
            covered, plain = covered + hits.sum() * (used > 1), plain + hits.sum() * (used == 1)
        total += 12
    assert 0.93 <= covered / total <= 0.97
    assert plain / total < 0.9  # as if neighbours were strangers


MOST = {"access": 1.5, "procedure": 1.5, "officials": 2.5, "result": 2.5, "feedback": 2.0}


def all_asked(satisfied: np.ndarray, unit: str = "a", weight: float | list[float] = 1.0):
    """A row an answer, of people (rows) to all questions (columns)."""
    people, questions = satisfied.shape
    names = [f"{unit}{person}" for person in range(people) for _ in range(questions)]
    frame = pd.DataFrame({"unit_code": unit, "component": [*MOST][:questions] * people})
    weights = np.repeat(np.broadcast_to(weight, people), questions)
    answers = np.where(satisfied.ravel(), 5, 1)
    return frame.assign(respondent=names, weight=weights, answer=answers)


def test_all_questions_together_tell_more_than_one_where_answers_differ():
    most = {"access": 3, "procedure": 1}
    effect = lambda frame: survey.questions_effect(frame, by="unit_code", max_points=most)  # noqa: E731
    same = np.array([[1, 1], [1, 1], [1, 1], [0, 0]])
    assert effect(all_asked(same)) == 1
    # shares 1/2 and 1/2, p = 1/2; u = (3/4 × ±1/2 + 1/4 × ±1/2) / 4: ±1/8, ±1/16
    # v = 2/64 + 2/256 = 10/256; p (1 − p) / (4 v) = 1/4 / (40/256) = 1.6
    assert effect(all_asked(np.array([[1, 1], [1, 0], [0, 1], [0, 0]]))) == pytest.approx(1.6)
    # with weights: Σw 6, people 36 / 10; share of access 3/6, of procedure 5/6, p = 14/24
    # u = w / 6 × (3/4 × (1/2, 1/2, −1/2, −1/2) + 1/4 × (1/6, −5/6, 1/6, 1/6)), w = 2, 1, 2, 1
    weighted = effect(all_asked(np.array([[1, 1], [1, 0], [0, 1], [0, 1]]), weight=[2, 1, 2, 1]))
    u = np.array([2 * 10, 4, -2 * 8, -8]) / 24 / 6
    assert weighted == pytest.approx(14 / 24 * 10 / 24 / (3.6 * (u**2).sum()))
    lacking = all_asked(np.array([[1], [0]]), "b")  # was not asked about procedure
    assert effect(pd.concat([all_asked(same), lacking])) == 1
    assert effect(lacking) == 1


def test_satisfaction_pooled_over_communes_is_nearer_to_the_truth_than_the_raw_one():
    """18 communes of 30 to 90 people, five questions, answers of a person alike by half."""
    rng, raw, drawn, covered, total = np.random.default_rng(3), 0.0, 0.0, 0, 0
    for _ in range(12):
        true = special.expit(special.logit(0.8) + rng.normal(0, 0.3, 18))
        frames = []
        for unit, mean in enumerate(true):
            people = rng.integers(30, 90)
            alike = (rng.normal(size=(people, 1)) + rng.normal(size=(people, 5))) / 2**0.5
            frames.append(all_asked(alike < stats.norm.ppf(mean), f"u{unit:02}"))
        frame = pd.concat(frames, ignore_index=True)
        by_part = survey.satisfaction(frame, by=["unit_code", "component"])
        found = survey.overall(by_part, by="unit_code", max_points=MOST)
        told = found["effective"] * survey.questions_effect(frame, by="unit_code", max_points=MOST)
        found = found.assign(told=told, yes=told * found["satisfaction_pct"] / 100)
        found = fair_comparison.pooled(found, part="yes", size="told")
        ends = found["pooled_likely_pct_low"], found["pooled_likely_pct_high"]
        covered += ((ends[0] <= 100 * true) & (100 * true <= ends[1])).sum()
        raw += ((found["satisfaction_pct"] - 100 * true) ** 2).sum()
        drawn, total = drawn + ((found["pooled_pct"] - 100 * true) ** 2).sum(), total + 18
    assert drawn < 0.8 * raw
    assert 0.91 <= covered / total <= 0.99
