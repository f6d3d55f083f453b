"""What a reader calls the codes of the tables, in gettext source text."""

import pandas as pd

from par_lib import schema
from par_lib.rules.kinds import CriterionBase
from par_lib.vietnamese import sort_key
from par_lib.wording import N_, Language

LABELS = {
    "nation": N_("Nation"),
    "province": N_("Provincial one-stop centre"),
    "department": N_("Departments"),
    "district": N_("Districts"),
    "commune": N_("Communes"),
    "access": N_("Access to services"),
    "procedure": N_("Handling of procedures"),
    "officials": N_("Officials handling procedures"),
    "result": N_("Results of procedures"),
    "feedback": N_("Handling of feedback and petitions"),
    "overall": N_("Overall"),
    "start_of_year_plan": N_("plan at the start of the year"),
    "adjusted_plan": N_("adjusted plan"),
    "supplemented_plan": N_("supplemented plan"),
    "province_plan": N_("province's plan"),
    "prime_minister_plan": N_("Prime Minister's plan"),
    "unstated": N_("basis not stated"),
    "total": N_("all capital"),
    "year_plan": N_("this year's capital"),
    "carried_over": N_("capital carried over"),
    "programmes": N_("national programmes"),
    "par_index": N_("PAR INDEX"),
    "pillar_1": N_("1. Direction of reform"),
    "pillar_2": N_("2. Institutions and legal documents"),
    "pillar_3": N_("3. Administrative procedures"),
    "pillar_4": N_("4. Organisation of the apparatus"),
    "pillar_5": N_("5. Civil service"),
    "pillar_6": N_("6. Public finance"),
    "pillar_7": N_("7. Modern and digital administration"),
    "pillar_8": N_("8. Effect on people and economy"),
    "sipas": N_("Satisfaction (SIPAS) in the PAR INDEX"),
    "sipas_index": N_("Satisfaction index (SIPAS)"),
    "leaders_survey": N_("Survey of leading officials"),
    "online_payment": N_("Online payment"),
    "sipas_access": N_("SIPAS: access to services"),
    "sipas_procedure": N_("SIPAS: handling of procedures"),
    "sipas_officials": N_("SIPAS: officials handling procedures"),
    "sipas_result": N_("SIPAS: results of procedures"),
    "sipas_feedback": N_("SIPAS: handling of feedback and petitions"),
    "on_time_district": N_("Dossiers on time in districts"),
    "on_time_commune": N_("Dossiers on time in communes"),
    "on_time_department": N_("Dossiers on time in departments"),
    "disbursement": N_("Disbursement of public investment"),
    "audit_recommendations": N_("Audit recommendations carried out"),
    "online_dossiers": N_("Dossiers handled online"),
    "online_dossiers_processed": N_("dossiers handled online"),
    "rest": N_("All other criteria together"),
    "all": N_("All criteria together"),
    "surely": N_("surely"),
    "possibly": N_("possibly"),
    "no": N_("no"),
    "conflict": N_("conflict"),
    "gap": N_("gap"),
    "note": N_("note"),
    "agrees": N_("agrees"),
    "all others": N_("all others"),
    "reported": N_("reported"),
    "derived": N_("derived"),
    "bound": N_("bound"),
}
TABLE_LABELS = {
    "late_dossiers": N_("Late dossiers"),
    "disbursement": N_("Disbursement"),
    "sipas": N_("Satisfaction (SIPAS)"),
    "scores": N_("Scores"),
    "indicators": N_("Single figures"),
    "mentions": N_("Places named without a figure"),
    "tasks": N_("Tasks"),
    "review": N_("Review"),
}
RULE_WORDS = {
    "linear": N_("in proportion"),
    "linear_above": N_("in proportion from {knots} on, nothing below"),
    "proportional_between": N_("in proportion between {knots}"),
    "bands": N_("in steps at {knots}"),
    "ratio_to_target": N_("in proportion up to {knots}"),
}


def rule_words(rule: CriterionBase, language: Language) -> str:
    """How a rule turns a rate into points, with the rates at which it bends or jumps.

    >>> from par_lib.rules.kinds import EXAMPLE, RatioToTarget
    >>> from par_lib.wording import language
    >>> rule = RatioToTarget.model_validate(EXAMPLE | {"rule": "ratio_to_target", "target": 80})
    >>> rule_words(rule, language("en"))
    'in proportion up to 80%'
    """
    knots = [language.percent(knot, 0 if knot.is_integer() else 1) for knot in rule.knots_pct]
    return language(RULE_WORDS[rule.rule], knots=language.listing(knots))


def label(codes: pd.Series, language: Language) -> pd.Series:
    """Labels of a column of codes; a code without a label stays as it is."""
    return codes.map(lambda code: language(LABELS.get(code, code)))


def unit_names(frame: pd.DataFrame, units: pd.DataFrame, language: Language) -> pd.Series:
    """Names of the units of a tidy table in the reader's language ("all others" included)."""
    if language.code == "vi":
        names = frame["unit"]
    else:
        english = dict(zip(units["code"], units["name_en"], strict=True))
        names = frame["unit_code"].map(english).fillna(frame["unit"])
    return names.replace(schema.OTHERS, language(LABELS[schema.OTHERS]))


def one_row_for_unlisted(frame: pd.DataFrame, *, low: str, name: str) -> pd.DataFrame:
    """Exact rows by ``low``, largest first, then one row ``name`` for those known as a bound.

    For a chart: nine equal intervals say no more than one.
    """
    bound = frame[frame["status"] == "bound"]
    exact = frame[frame["status"] != "bound"].sort_values(low, ascending=False)
    return pd.concat([exact, bound.head(1).assign(unit=name)], ignore_index=True)


def highest_first(frame: pd.DataFrame, *, value: str, name: str) -> pd.DataFrame:
    """Rows by the pair ``value``, highest first; equal ones by name in Vietnamese order."""
    order = [f"{value}_low", f"{value}_high", "_name"]
    named = frame.assign(_name=frame[name].map(sort_key))
    return named.sort_values(order, ascending=[False, False, True]).drop(columns="_name")
