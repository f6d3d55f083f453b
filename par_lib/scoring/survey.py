"""SIPAS from answers: satisfaction with its uncertainty, points, what is too few to show.

Our reading of the survey: satisfied are the answers 4 (satisfied) and 5 (very satisfied) of five;
satisfaction is their share. Points are its proportion of the maximum: satisfaction / 100 ×
max_points, of 2022 1.5 + 1.5 + 2.5 + 2.5 + 2. The official method is not available to us.
"""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from par_lib.cleaning.schema import FEWEST_ANSWERS
from par_lib.language import Refused
from par_lib.scoring.intervals import pairs

SATISFIED_FROM = 4


def satisfaction(answers: pd.DataFrame, *, by: list[str], confidence_pct: float = 95.0,
                 design_effect: float = 1.0,
                 min_respondents: int = FEWEST_ANSWERS) -> pd.DataFrame:  # fmt: skip
    """Share of satisfied answers for each group of ``by``, with its Wilson interval.

    ``answers``: a row an answer; columns ``by``, respondent, answer (1 to 5), weight (1 where
    nobody has one). Result, one row a group: respondents; satisfaction_pct and its interval, the
    pair likely_pct, in percent, higher is better, missing of fewer than ``min_respondents`` people;
    effective, n_eff below. Of a component (of all, where there is none) the groups without a figure
    have together so many people too, or there are none: else the next smallest has none either, for
    a total less the figures of all others would tell what is hidden.

    satisfaction = 100 × Σ w·[answer ≥ 4] / Σ w; its interval is Wilson's (1927) for n_eff = n /
    (design_effect × k), k = n Σw² / (Σw)², Kish's (1965) effect of unequal weights. ValueError for
    an answer outside 1 to 5, a weight not above zero or missing beside others, a person twice in a
    group, a design effect below 1.

    >>> answers = pd.DataFrame({"unit": "A", "respondent": range(100), "weight": 1.0,
    ...                         "answer": [4] * 80 + [2] * 20})
    >>> satisfaction(answers, by=["unit"]).iloc[0, 1:].round(2).tolist()
    [100.0, 80.0, 71.12, 86.66, 100.0]
    """
    if min_respondents < FEWEST_ANSWERS:
        raise Refused("min_respondents is {value}; shares of fewer than {fewest} answers are not "
                      "shown", value=min_respondents, fewest=FEWEST_ANSWERS)  # fmt: skip
    if not design_effect >= 1:
        raise Refused("design_effect is {value}; it is 1 (simple random) or more",
                      value=f"{design_effect:g}")  # fmt: skip
    answer, weight = answers["answer"].astype(int), answers["weight"].astype(float)
    if weight.isna().all():
        weight = weight.fillna(1.0)
    twice = answers.duplicated([*by, "respondent"])
    if twice.any():
        row = twice.idxmax()
        raise Refused("row {row}: respondent {who} answers twice in one group; group by component, "
                      "or code people apart",
                      row=row, who=answers.loc[row, "respondent"])  # fmt: skip
    for name, wrong in (("answer", ~answer.between(1, 5)), ("weight", ~(weight > 0))):
        if wrong.any():
            row = wrong.idxmax()
            raise Refused("row {row}: {name} {value} is not possible; answers are 1 to 5, weights "
                          "above zero",
                          row=row, name=name, value=answers.loc[row, name])  # fmt: skip
    yes = weight * (answer >= SATISFIED_FROM)
    weighted = answers[[*by, "respondent"]].assign(w=weight, w2=weight**2, yes=yes)
    groups = weighted.groupby(by, sort=False, observed=True)
    sums = groups[["w", "w2", "yes"]].sum().assign(
        respondents=groups["respondent"].nunique(), n=groups.size())  # fmt: skip
    effective = sums["n"] / (design_effect * (sums["n"] * sums["w2"] / sums["w"] ** 2))
    satisfied, alpha = sums["yes"] / sums["w"], 1 - confidence_pct / 100
    likely = proportion_confint(satisfied * effective, effective, alpha, method="wilson")
    shares = pd.DataFrame({"satisfaction_pct": satisfied, **pairs(likely_pct=likely)})
    shares = 100 * shares.where(~_hidden(sums["respondents"], min_respondents))
    return sums[["respondents"]].join(shares).assign(effective=effective).reset_index()


def _hidden(people: pd.Series, fewest: int) -> pd.Series:
    """Groups too small to show and, where these are too few together, the next smallest."""
    ordered = people.sort_values(kind="stable")
    of_total = [name for name in people.index.names if name == "component"]
    smaller = ordered.groupby(of_total or (lambda _: 0)).cumsum() - ordered
    return (people < fewest) | smaller.between(1, fewest - 1).reindex(people.index)


def design_effect(answers: pd.DataFrame, *, by: list[str], place: str = "place",
                  assumed: float = float("nan")) -> float:  # fmt: skip
    """How many times as many answers are needed because neighbours answer alike; 1 or more.

    ``answers`` as of ``satisfaction``; ``place`` names the column of the commune or hamlet where a
    person was asked, empty where that is not known. ``assumed`` with fewer than 10 such places
    beyond one a group, of whatever component.

    deff = 1 + (m̄ − 1) × ρ, m̄ = Σm² / Σm of the m answers a place (Kish 1965, 5.4). ρ is of the
    mean squares between and within places, of all groups together: (B − W) / (B + (m₀ − 1) W), m₀ =
    Σ (n − Σm²/n) / Σ (places − 1); below zero it counts as 0 (Donner 1986).
    """
    answers = answers[answers[place] != ""]
    units = [name for name in by if name != "component"]
    named = answers.assign(every=0).drop_duplicates(["every", *units, place])
    if len(named) - len(named.drop_duplicates(["every", *units])) < 10:
        return assumed
    yes = (answers["answer"].astype(int) >= SATISFIED_FROM).astype(float)
    groups = [answers[name] for name in by]
    places = yes.groupby([*groups, answers[place]]).agg(["size", "sum"])
    m, share = places["size"], places["sum"] / places["size"]
    of_group = places.groupby(level=by)
    n, mean = (of_group[name].transform("sum") for name in ("size", "sum"))
    between_df = len(places) - of_group.ngroups
    between = (m * (share - mean / n) ** 2).sum() / between_df
    within = (m * share * (1 - share)).sum() / max(m.sum() - len(places), 1)
    usual = (m.sum() - (m**2 / n).sum()) / between_df
    alike = (between - within) / ((between + (usual - 1) * within) or 1)
    return float(1 + ((m**2).sum() / m.sum() - 1) * max(alike, 0.0))


def questions_effect(answers: pd.DataFrame, *, by: str, max_points: dict[str, float]) -> float:
    """As how many people asked one question those count who were asked all of them; 1 or more.

    ``answers`` as of ``satisfaction``, with component; groups that lack one are left out. 1 where
    everybody answers all questions alike: so much more is known of ``overall`` than of its
    component with fewest. Σ p (1 − p) / Σ n v over the groups: p their overall share, n = (Σw)² /
    Σw² of the component with fewest, v = Σ u² the variance of p by what each person adds to it, u =
    Σ max / Σ max × w (satisfied − share) / Σw (Woodruff 1971).
    """
    known = answers[answers["component"].isin(list(max_points))]
    known = known[known.groupby(by)["component"].transform("nunique") == len(max_points)]
    w, yes = known["weight"].astype(float).fillna(1.0), known["answer"].astype(int)
    yes = (yes >= SATISFIED_FROM).astype(float)
    of_question = [known[by], known["component"]]
    total, satisfied = (one.groupby(of_question).transform("sum") for one in (w, w * yes))
    part = known["component"].map(max_points).astype(float) / sum(max_points.values()) * w / total
    share_of = (part * yes).groupby(known[by]).sum()
    adds = (part * (yes - satisfied / total)).groupby([known[by], known["respondent"]]).sum()
    people = total**2 / (w**2).groupby(of_question).transform("sum")
    told = (people.groupby(known[by]).min() * (adds**2).groupby(level=0).sum()).sum()
    return float(max((share_of * (1 - share_of)).sum() / told, 1.0)) if told else 1.0


def overall(components: pd.DataFrame, *, by: str, max_points: dict[str, float]) -> pd.DataFrame:
    """One satisfaction a group: the components' satisfaction weighted by their maximum points.

    ``components``: ``satisfaction`` by ``by`` and component. satisfaction = Σ max × satisfaction /
    Σ max, points = Σ max × satisfaction / 100, both ends of the interval likewise: rather too wide.
    Columns: ``by``, respondents and effective (of the smallest component), satisfaction_pct, the
    pair likely_pct, points and its pair; missing where a component is. The weighting is ours.
    """
    most = pd.Series(max_points, dtype=float)
    known = components[components["component"].isin(most.index)].set_index([by, "component"])
    weighted = pd.DataFrame({
        name: known[name].unstack().reindex(columns=most.index).mul(most).sum(axis=1, skipna=False)
        for name in ("satisfaction_pct", "likely_pct_low", "likely_pct_high")
    }) / most.sum()  # fmt: skip
    points = (weighted / 100 * most.sum()).set_axis(["points", "points_low", "points_high"], axis=1)
    least = known.groupby(by)[["respondents", "effective"]].min()
    return least.join([weighted, points]).loc[known.index.unique(by)].rename_axis(by).reset_index()


def max_points_of(sipas: pd.DataFrame) -> dict[str, float]:
    """Maximum points by component, from the province's rows of the sipas table."""
    rows = sipas[(sipas["level"] == "province") & (sipas["component"] != "overall")]
    rows = rows[rows["max_points"].notna()]
    return dict(zip(rows["component"], rows["max_points"].astype(float), strict=True))
