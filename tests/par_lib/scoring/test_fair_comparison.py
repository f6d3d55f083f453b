"""Fair comparisons: by hand, by enumeration of every count, and against other implementations."""

import os

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from par_lib.scoring import fair_comparison as fair

SOAK = bool(os.environ.get("PAR_SOAK"))  # ten times as many simulated provinces
SURE = ["above", "below"]


def cells(*rows: tuple) -> pd.DataFrame:
    """unit_code, procedure, resolved, late or its two ends."""
    names = ["unit_code", "procedure", "resolved", "late_low", "late_high"]
    return pd.DataFrame([(*row, row[-1])[:5] for row in rows], columns=names)


def units(part, size, **more) -> pd.DataFrame:
    part = np.asarray(part, dtype=float)
    frame = pd.DataFrame({"late_low": part, "late_high": part, "resolved": size, **more})
    return frame.assign(unit_code=[f"u{i}" for i in range(len(frame))])


# --- late, given what they handle ---


def test_a_unit_with_the_hard_procedure_is_late_as_usual():
    # x: 4 + 12 + 4 of 100 + 300 + 100, 4 %; y: 66 + 14 + 20 of 300 + 100 + 100, 20 %.
    # A: 100 × 4 % + 300 × 20 % = 64 usual, 70 there; B: 12 + 20 = 32, 26 there; C: 4 + 20, 24 there
    found = fair.expected_late(
        cells(("A", "x", 100, 4), ("A", "y", 300, 66), ("B", "x", 300, 12), ("B", "y", 100, 14),
              ("C", "x", 100, 4), ("C", "y", 100, 20)), by="procedure",
    )  # fmt: skip
    assert found["late_low"].to_dict() == {"A": 70, "B": 26, "C": 24}
    assert found["expected_late_low"].to_dict() == pytest.approx({"A": 64, "B": 32, "C": 24})
    assert found["late_ratio_high"].tolist() == pytest.approx([70 / 64, 26 / 32, 1])
    # the interval of 24: 15.38 to 35.71, of 24 expected
    ends = found.loc["C", ["likely_ratio_low", "likely_ratio_high"]]
    assert ends.tolist() == pytest.approx([15.377 / 24, 35.710 / 24], abs=1e-4)
    assert found.attrs == {"pooled": 0, "pooled_resolved": 0}


def test_rare_procedures_are_one_group_and_said():
    # p and q together: 4 of 40, 10 %; A 20 of them, so 2 usual; x: 10 of 200, 5 %, A 5
    frame = cells(("A", "x", 100, 8), ("B", "x", 100, 2), ("A", "p", 20, 4), ("B", "q", 20, 0))
    found = fair.expected_late(frame, by="procedure", enough=30)
    assert found["expected_late_low"].to_dict() == pytest.approx({"A": 7, "B": 7})
    assert found.attrs == {"pooled": 2, "pooled_resolved": 40}
    alone = fair.expected_late(frame, by="procedure", enough=20)
    assert alone["expected_late_low"].to_dict() == pytest.approx({"A": 5 + 4, "B": 5})


def test_bounds_stay_bounds_and_what_is_missing_stays_missing():
    # x of A within 10..20, of B 10: R 10 to 15 %; A expects 10 to 15, so its ratio is 10/15 to 2
    found = fair.expected_late(
        cells(("A", "x", 100, 10, 20), ("B", "x", 100, 10), ("B", "y", 50, None), ("C", "z", 40, 4),
              ("D", "x", 0, 0)), by="procedure",
    )  # fmt: skip
    a = found.loc["A", ["late_ratio_low", "late_ratio_high"]]
    assert a.tolist() == pytest.approx([10 / 15, 20 / 10])
    low, high = (confint_poisson(count, 1, method="exact-c") for count in (10, 20))
    a = found.loc["A", ["likely_ratio_low", "likely_ratio_high"]]
    assert a.tolist() == pytest.approx([low[0] / 15, high[1] / 10])
    assert found.loc["B"].drop("resolved").isna().all()  # its y is not known, nor that of anybody
    assert found.loc["C", "late_ratio_low"] == pytest.approx(1)
    assert found.loc["D", "expected_late_low"] == 0 and np.isnan(found.loc["D", "late_ratio_low"])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 90),
                          st.integers(0, 90), st.integers(0, 9)), min_size=1, max_size=12),
       st.integers(0, 60))  # fmt: skip
def test_all_late_together_are_as_many_as_expected_and_bounds_hold_every_completion(rows, enough):
    frame = cells(*[(unit, procedure, n, min(late, n), min(late + more, n))
                    for unit, procedure, n, late, more in rows])  # fmt: skip
    found = fair.expected_late(frame, by="procedure", enough=enough)
    for end in ("low", "high"):
        assert found[f"expected_late_{end}"].sum() == pytest.approx(found[f"late_{end}"].sum())
    middle = frame.assign(late_low=(frame["late_low"] + frame["late_high"]) // 2)
    one = fair.expected_late(middle.assign(late_high=middle["late_low"]), by="procedure",
                             enough=enough)  # fmt: skip
    for name in ("late", "expected_late", "late_ratio", "likely_ratio"):
        for end, sign in (("low", 1), ("high", -1)):
            own, wide = one[f"{name}_{end}"], found[f"{name}_{end}"]
            assert (sign * (own - wide) >= -1e-9).where(own.notna() & wide.notna(), True).all()


def test_expected_late_agrees_with_a_poisson_regression_on_procedures():
    rng = np.random.default_rng(3)
    frame = cells(*[(u, p, n, rng.binomial(n, 0.05 * (p + 1))) for u in range(6) for p in range(4)
                    for n in [int(rng.integers(30, 300))]])  # fmt: skip
    x = pd.get_dummies(frame["procedure"], dtype=float)
    model = sm.GLM(frame["late_low"], x, family=sm.families.Poisson(), exposure=frame["resolved"])
    fitted = model.fit(tol=1e-12).fittedvalues.groupby(frame["unit_code"]).sum()
    found = fair.expected_late(frame, by="procedure")
    assert found["expected_late_low"].tolist() == pytest.approx(fitted.tolist())


def test_the_exact_interval_is_garwoods_and_never_covers_less_than_said():
    # of one procedure every unit expects the same: its interval times that is one of counts
    counts = np.arange(400)
    found = fair.expected_late(cells(*[(f"u{k:03}", "x", 500, k) for k in counts]), by="procedure")
    low, high = (found[f"likely_ratio_{end}"].to_numpy() * found["expected_late_low"].to_numpy()
                 for end in ("low", "high"))  # fmt: skip
    # of a mean at the low end so many or more come 25 times in 1,000, at the high end so few
    assert low[0] == 0 and stats.poisson.sf(counts[1:] - 1, low[1:]) == pytest.approx(0.025)
    assert stats.poisson.cdf(counts, high) == pytest.approx(0.025)
    for mean in np.geomspace(0.05, 200, 300):  # every count, weighed by how often it comes
        covers = (low <= mean) & (mean <= high)
        assert stats.poisson.pmf(counts, mean)[covers].sum() >= 0.95 - 1e-9


# --- the funnel ---


def attrs(mean, spread=0.0, value="late_pct"):
    return {"value": value, "mean": mean, "spread": spread, "units": 20}


@pytest.mark.parametrize("value", ["late_pct", "late_ratio"])
@pytest.mark.parametrize("mean", [0.5, 2, 10, 35, 80])
def test_without_over_dispersion_false_alarms_are_never_more_frequent_than_said(value, mean):
    ratio = value == "late_ratio"
    for n in (1, 7, 30, 100, 333, 2_000):
        counts = np.arange(n + 1) if not ratio else np.arange(4 * n + 60)
        chance = stats.poisson(n).pmf(counts) if ratio else stats.binom(n, mean / 100).pmf(counts)
        own = 1.0 if ratio else mean
        line = fair.limits(attrs(own, value=value), pd.Series([n])).iloc[0]
        values = counts / n * (1 if ratio else 100)
        for name, said in (("within_95", 0.05), ("within_99_8", 0.002)):
            out = (values < line[f"{name}_low"] - 1e-9) | (values > line[f"{name}_high"] + 1e-9)
            assert chance[out].sum() <= said + 1e-12


def test_limits_by_hand():
    # 100 dossiers at 10 %: P(X ≤ 4) = 2.37 %, P(X ≤ 5) = 5.76 %: 4 is below, 5 is not;
    # P(X ≥ 17) = 2.06 %, P(X ≥ 16) = 3.99 %: 17 is above, 16 is not
    line = fair.limits(attrs(10), pd.Series([100])).iloc[0]
    assert 4 < line["within_95_low"] <= 5 and 16 <= line["within_95_high"] < 17
    # φ-like stretch: τ² = 0.01 and 400 dossiers, √(1 + 4·400·0.01) = √17 times as far on the scale
    # of arcsines, and t(19) over the normal: 2.0930 / 1.9600
    narrow, wide = (
        fair.limits(attrs(10, spread), pd.Series([400])).iloc[0] for spread in (0, 0.01)
    )
    forth = lambda value: np.arcsin(np.sqrt(value / 100))  # noqa: E731
    times = (forth(wide["within_95_high"]) - forth(10)) / (
        forth(narrow["within_95_high"]) - forth(10)
    )
    assert times == pytest.approx(17**0.5 * 2.0930 / 1.9600, abs=1e-3)


def test_a_funnel_names_who_is_outside_and_ranks_nobody_else():
    # eleven units at about 10 % and one at 18 % of 1,000
    late = [100, 96, 104, 21, 19, 53, 48, 10, 9, 205, 195, 180]
    size = [1000, 1000, 1000, 200, 200, 500, 500, 100, 100, 2000, 2000, 1000]
    found = fair.funnel(units(late, size)).set_index("unit_code")
    assert found.attrs["mean"] == pytest.approx(100 * sum(late) / sum(size))
    assert found.loc["u11", "verdict"] == "above"
    assert found.loc["u0":"u8", "verdict"].isin(["inside", "rather_below"]).all()
    assert found["size"].is_monotonic_increasing
    line = found.loc["u11"]
    assert line["late_pct_low"] == 18 > line["within_99_8_high"]


def test_of_units_without_a_known_size_no_funnel_is_made():
    late, size = np.arange(12) + 5, np.full(12, 100.0)
    few = np.where(np.arange(12) < 9, size, np.nan)
    assert fair.funnel(units(late, few)).empty
    assert fair.funnel(units(late, few)).attrs["left_out"] == 3
    assert len(fair.funnel(units(late, np.where(np.arange(12) < 10, size, np.nan)))) == 10
    assert fair.funnel(units(np.zeros(12), size)).empty  # nothing late, nothing to compare
    assert fair.funnel(units([], [])).empty
    with pytest.raises(ValueError, match=r"unit u11: late is 16, above its resolved, 15"):
        fair.funnel(units(late, np.where(np.arange(12) == 11, 15, size)))
    few = fair.funnel(units(late, np.where(np.arange(12) == 3, 9, size)))  # no share of nine
    assert "u3" not in set(few["unit_code"]) and few.attrs["left_out"] == 1


def test_bounds_across_a_limit_decide_nothing():
    frame = units([20] * 12, [200] * 12)
    frame.loc[0, ["late_low", "late_high"]] = 10, 90
    frame.loc[1, ["late_low", "late_high"]] = 90, 120
    found = fair.funnel(frame)
    verdict = found.set_index("unit_code")["verdict"]
    assert (verdict["u0"], verdict["u1"], verdict["u3"]) == ("undecided", "above", "inside")
    above, within, below = fair.groups(found)  # the undecided one is in none
    assert above["unit_code"].tolist() == ["u1"] and below.empty
    assert set(within["unit_code"]) == {f"u{n}" for n in range(2, 12)}


def test_dispersion_and_spread_solve_their_equations():
    rng = np.random.default_rng(5)
    n = rng.integers(100, 4_000, 30)
    frame = units(rng.binomial(n, rng.beta(8, 72, 30)), n)
    found = fair.funnel(frame)
    # by numpy, on its own: 80 % of normal z within ±1.2816 have 0.4502, the rest 1.6424 each
    usual = (0.8 - 2 * 1.2815516 * 0.1754983) + 0.2 * 1.2815516**2
    x, size = found["late_low"].to_numpy(), found["size"].to_numpy()
    away = np.arcsin(np.sqrt(x / size)) - np.arcsin(np.sqrt(x.sum() / size.sum()))

    def squares(spread):
        z = away / np.sqrt(1 / (4 * size) + spread)
        return (np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2).sum() / usual

    assert found.attrs["dispersion"] == pytest.approx(squares(0) / 30, rel=1e-5)
    assert found.attrs["dispersion"] > 2
    assert squares(found.attrs["spread"]) == pytest.approx(29, rel=1e-5)


def test_the_funnel_of_ratios_is_the_same_whatever_the_mix():
    # all expect 100; one has 200 late: outside; expected as exact pair
    late = np.array([100, 104, 96, 110, 92, 101, 99, 95, 107, 103, 200])
    frame = units(late, late).drop(columns="resolved")
    frame = frame.assign(expected_late_low=100.0, expected_late_high=100.0)
    found = fair.funnel(frame, size="expected_late")
    assert found.attrs["value"] == "late_ratio" and found["late_ratio_low"].max() == 2
    assert found.set_index("unit_code")["verdict"].to_dict()["u10"] == "above"
    assert (found["verdict"] == "inside").sum() == 10
    frame.loc[0, ["expected_late_low", "expected_late_high"]] = 0.4  # no share of few: kept
    assert len(fair.funnel(frame, size="expected_late")) == 11


def province(rng, count, rate, relative_sd, sizes=(60, 6_000)):
    """Units of a province whose true rates vary by a beta distribution, and those rates."""
    n = np.exp(rng.uniform(*np.log(sizes), count)).astype(int)
    true = np.full(count, rate)
    if relative_sd:
        strength = (1 - rate) / rate / relative_sd**2 - 1
        true = rng.beta(rate * strength, (1 - rate) * strength, count)
    return rng.binomial(n, true), n, true


@pytest.mark.long
@pytest.mark.parametrize("count", [10, 18, 94])
def test_simulated_false_alarms_of_the_funnel(count):
    """No unit of these provinces is special: 5 and 0.2 in 100 may be outside at most."""
    rng, outside, more_outside, all_units = np.random.default_rng(count), 0, 0, 0
    worst = []
    for rate in (0.03, 0.1, 0.3):
        for relative_sd in (0, 0.3, 0.6):
            alarms = {"rather": 0, "sure": 0}
            repeats = (400 if SOAK else 20) * 18 // count + 1
            for _ in range(repeats):
                x, n, _true = province(rng, count, rate, relative_sd)
                verdict = fair.funnel(units(x, n))["verdict"]
                alarms["sure"] += verdict.isin(SURE).sum()
                alarms["rather"] += (verdict != "inside").sum()
            outside, more_outside = outside + alarms["sure"], more_outside + alarms["rather"]
            all_units += repeats * count
            worst.append(alarms["rather"] / (repeats * count))
    assert more_outside / all_units <= 0.05 and max(worst) <= 0.055
    assert outside / all_units <= 0.002


@pytest.mark.long
@pytest.mark.parametrize("count", [18, 94])
def test_simulated_ratios_given_the_mix_cover_the_truth_and_raise_no_more_alarms(count):
    """Twenty procedures of 0.5 to 50 %, units of any size; each has a true ratio of its own."""
    rng, covered, rather, surely, total = np.random.default_rng(count), 0, 0, 0, 0
    for _ in range((400 if SOAK else 40) * 18 // count + 1):
        rate = np.exp(rng.normal(np.log(0.08), 0.7, 20)).clip(0.005, 0.5)
        n = rng.poisson(rng.gamma(0.7, 17, (count, 20)) * np.exp(rng.normal(0, 0.9, (count, 1))))
        chance = np.clip(rate * np.exp(rng.normal(0, 0.3, (count, 1))), 0, 0.95)
        late = rng.binomial(n, chance)
        found = fair.expected_late(
            cells(*[(u, p, n[u, p], late[u, p]) for u, p in np.argwhere(n)]), by="procedure"
        ).reset_index()
        usual = n * ((n * chance).sum(axis=0) / np.maximum(n.sum(axis=0), 1))
        true = pd.Series((n * chance).sum(axis=1) / usual.sum(axis=1))[found["unit_code"]].array
        ends = found["likely_ratio_low"], found["likely_ratio_high"]
        covered += ((ends[0] <= true) & (true <= ends[1])).sum()
        verdict = fair.funnel(found, size="expected_late")["verdict"]
        rather, surely = rather + (verdict != "inside").sum(), surely + verdict.isin(SURE).sum()
        total += len(found)
    assert covered / total >= 0.95
    assert rather / total <= 0.05 and surely / total <= (0.002 if SOAK else 0.004)


# --- partial pooling ---


def test_pooling_moves_a_rate_towards_the_others_the_more_the_fewer_answers():
    yes = [20, 200, 79, 81, 78, 82, 80, 79, 81, 80, 60, 95]
    asked = [30, 300, *[100] * 10]
    found = fair.pooled(units(yes, asked).assign(yes=yes), part="yes", size="resolved")
    raw = 100 * np.array(yes) / asked
    moved = (found["pooled_pct"] - raw).abs()
    assert moved[0] > 2 * moved[1] > 0  # both 66.7 %, of 30 and of 300
    assert (found["pooled_likely_pct_low"] < found["pooled_pct"]).all()
    assert (found["pooled_pct"] < found["pooled_likely_pct_high"]).all()
    # the lowest tenth of 12 are 2 units, so the probabilities add up to 200 %
    assert found["worst_tenth_pct"].sum() == pytest.approx(200)
    assert found["worst_tenth_pct"].idxmax() == 10
    assert found.equals(fair.pooled(units(yes, asked).assign(yes=yes), part="yes", size="resolved"))
    less = fair.pooled(units(yes, asked).assign(yes=yes), part="yes", size="resolved",
                       confidence_pct=80)  # fmt: skip
    wide = [one["pooled_likely_pct_high"] - one["pooled_likely_pct_low"] for one in (less, found)]
    # nearly normal: 1.2816 standard deviations to either side instead of 1.96
    assert (wide[0] / wide[1]).mean() == pytest.approx(1.2816 / 1.96, abs=0.01)


def test_a_unit_nobody_answered_in_gets_what_is_known_of_the_others_and_few_units_nothing():
    yes, asked = [70, 80, 75, 78, 82, 77, 79, 74, 81, 76, 0], [*[100] * 10, 0]
    found = fair.pooled(units(yes, asked).assign(yes=yes), part="yes", size="resolved")
    assert found["pooled_pct"].iloc[-1] == pytest.approx(77.2, abs=0.5)
    nine = fair.pooled(units(yes, asked).assign(yes=yes).iloc[1:], part="yes", size="resolved")
    assert nine.empty and "worst_tenth_pct" in nine


def test_pooling_agrees_with_the_posterior_by_brute_force():
    """Every rate, mean and strength on a fine grid, with scipy's beta-binomial probabilities."""
    x = np.array([20, 24, 25, 28, 22, 26, 30, 18, 27, 29, 35, 40])
    n = np.array([30, 30, 30, 40, 30, 40, 40, 30, 30, 40, 50, 50])
    s = (np.arange(100) + 0.5) / 100
    mu = 1 / (1 + np.exp(-np.linspace(-1.5, 3.5, 201)))
    strength = np.median(n) * s / (1 - s)
    a, b = mu[:, None] * strength, (1 - mu[:, None]) * strength
    weight = np.exp(sum(stats.betabinom.logpmf(k, m, a, b) for k, m in zip(x, n, strict=True)))
    means = [
        (weight * (k + a) / (m + a + b)).sum() / weight.sum() for k, m in zip(x, n, strict=True)
    ]
    found = fair.pooled(units(x, n).assign(yes=x), part="yes", size="resolved")
    assert found["pooled_pct"].tolist() == pytest.approx(100 * np.array(means), abs=0.3)
    beta = [
        stats.beta.cdf(found["pooled_likely_pct_high"].iloc[0] / 100, x[0] + a, n[0] - x[0] + b)
    ]
    assert (weight * beta[0]).sum() / weight.sum() == pytest.approx(0.975, abs=0.008)


@pytest.mark.long
@pytest.mark.parametrize("count", [18, 94])
def test_simulated_coverage_of_wilson_and_pooled_intervals(count):
    rng = np.random.default_rng(7)
    covered, total = {"wilson": 0, "pooled": 0}, 0
    for rate in (0.6, 0.78, 0.92):
        for relative_sd in (0.04, 0.1):
            for sizes in ((30, 60), (30, 400)):
                for _ in range((40 if SOAK else 4) * 94 // count):
                    x, n, true = province(rng, count, 1 - rate, relative_sd * rate / (1 - rate),
                                          sizes)  # fmt: skip
                    low, high = proportion_confint(x, n, method="wilson")
                    covered["wilson"] += ((low <= true) & (true <= high)).sum()
                    found = fair.pooled(units(x, n).assign(yes=x), part="yes", size="resolved")
                    ends = found[["pooled_likely_pct_low", "pooled_likely_pct_high"]].T.to_numpy()
                    covered["pooled"] += ((ends[0] <= 100 * true) & (100 * true <= ends[1])).sum()
                    total += count
    shares = {name: 100 * hits / total for name, hits in covered.items()}
    assert all(93 <= share <= 97 for share in shares.values()), shares
