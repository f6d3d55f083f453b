"""SIPAS from answers: by hand, and against an independent library."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from par_lib.scoring import survey

settings.register_profile("par", deadline=None)  # a busy machine is no failure
settings.load_profile("par")


def answers(*groups: tuple[str, list[int]], weight: float | list[float] = 1.0) -> pd.DataFrame:
    rows = [(unit, "access", f"{unit}{i}", answer)
            for unit, given in groups for i, answer in enumerate(given)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["unit_code", "component", "respondent", "answer"])
    return frame.assign(weight=weight)


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
        answers(("a", [5] * 29), ("b", [5] * 30)), by=["unit_code"], min_respondents=30
    ).set_index("unit_code")
    assert table["respondents"].to_dict() == {"a": 29, "b": 30}
    assert table["satisfaction_pct"].isna().to_dict() == {"a": True, "b": False}
    assert table.loc["a", ["likely_pct_low", "likely_pct_high"]].isna().all()


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
        }
    )
    most = {"access": 1.5, "result": 2.5}
    table = survey.overall(parts, by="unit_code", max_points=most).set_index("unit_code")
    assert table.loc["a", "satisfaction_pct"] == pytest.approx(67.5)
    assert table.loc["a", ["likely_pct_low", "likely_pct_high"]].tolist() == [57.5, 77.5]
    assert table.loc["a", "points"] == pytest.approx(2.7)
    assert table.loc["a", "respondents"] == 38
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
    found = survey.from_points(stated)
    assert found["component"].tolist() == ["result", "access"]  # of feedback nothing is known
    # result: 2.5 − 2.0 = 0.5 to 2.5 − 1.5 = 1; 100·1.5/2.5 = 60 to 100·2/2.5 = 80
    # access: 1.5 − 1.2 = 0.3; 100·1.2/1.5 = 80
    ends = ["lost_points_low", "lost_points_high", "satisfaction_pct_low", "satisfaction_pct_high"]
    assert found[ends].round(9).to_numpy().tolist() == [[0.5, 1, 60, 80], [0.3, 0.3, 80, 80]]
    assert set(found["status"]) == {"derived"}
    assert survey.from_points(stated.iloc[:0]).empty
