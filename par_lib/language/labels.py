"""What a reader calls the codes and the columns of the tables, and how a value is written.

Codes and columns have dictionaries of their own: a level may share its name with a column.
"""

import math

import pandas as pd

from par_lib.language.translation import N_, Language

LABELS = {
    "nation": N_("Nation"), "province": N_("Provincial one-stop centre"),
    "department": N_("Departments"), "district": N_("Districts"), "commune": N_("Communes"),
    "access": N_("Access to services"), "procedure": N_("Handling of procedures"),
    "officials": N_("Officials handling procedures"), "result": N_("Results of procedures"),
    "feedback": N_("Handling of feedback and petitions"), "overall": N_("Overall"),
    "start_of_year_plan": N_("plan at the start of the year"),
    "adjusted_plan": N_("adjusted plan"), "supplemented_plan": N_("supplemented plan"),
    "province_plan": N_("province's plan"), "prime_minister_plan": N_("Prime Minister's plan"),
    "unstated": N_("basis not stated"), "total": N_("all capital"),
    "year_plan": N_("this year's capital"), "carried_over": N_("capital carried over"),
    "programmes": N_("national programmes"), "par_index": N_("PAR INDEX"),
    "pillar_1": N_("1. Direction of reform"),
    "pillar_2": N_("2. Institutions and legal documents"),
    "pillar_3": N_("3. Administrative procedures"),
    "pillar_4": N_("4. Organisation of the apparatus"), "pillar_5": N_("5. Civil service"),
    "pillar_6": N_("6. Public finance"), "pillar_7": N_("7. Modern and digital administration"),
    "pillar_8": N_("8. Effect on people and economy"),
    "sipas": N_("Satisfaction (SIPAS) in the PAR INDEX"),
    "sipas_index": N_("Satisfaction index (SIPAS)"),
    "leaders_survey": N_("Survey of leading officials"), "online_payment": N_("Online payment"),
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
    "rest": N_("All other criteria together"), "all": N_("All criteria together"),
    "surely": N_("surely"), "possibly": N_("possibly"), "no": N_("no"), "conflict": N_("conflict"),
    "gap": N_("gap"), "note": N_("note"), "agrees": N_("agrees"), "all others": N_("all others"),
    "reported": N_("reported"), "derived": N_("derived"), "bound": N_("bound"),
}  # fmt: skip
TABLE_LABELS = {
    "late_dossiers": N_("Late dossiers"), "disbursement": N_("Disbursement"),
    "sipas": N_("Satisfaction (SIPAS)"), "scores": N_("Scores"),
    "indicators": N_("Single figures"), "mentions": N_("Places named without a figure"),
    "tasks": N_("Tasks"), "review": N_("Review"),
}  # fmt: skip
COLUMNS = {
    "agency": N_("Agency"), "clear": N_("Dossiers to clear"), "component": N_("Component"),
    "criterion": N_("Criterion"), "days_95": N_("95th percentile, days after due"),
    "days_after_due": N_("Days after the due date"), "days_late": N_("Days late"),
    "district": N_("District"), "dossiers": N_("Dossiers"),
    "finished_dossiers": N_("Dossiers resolved"), "first_half": N_("First half"),
    "late": N_("Late dossiers"), "late_pct": N_("Late rate (%)"),
    "late_rank": N_("Order (1: most)"),
    "late_share_pct": N_("Cumulative share of late dossiers (%)"), "level": N_("Level"),
    "level_or_department": N_("Level or department"), "month": N_("Month"),
    "month_received": N_("Month of receipt"), "on_time_rate_pct": N_("On time (% of resolved)"),
    "open_pct": N_("Not resolved (%)"), "period_end": N_("Up to"), "place": N_("Place or agency"),
    "procedure": N_("Procedure"), "received": N_("Dossiers received"),
    "resolved": N_("Dossiers resolved"), "second_half": N_("Second half"),
    "section": N_("Section"), "share_of_total_pct": N_("Cut of the total (%)"),
    "share_of_units_pct": N_("Share of districts, fewest late dossiers first (%)"),
    "share_pct": N_("Share of all late dossiers of districts (%)"), "unit": N_("Place"),
    "units": N_("Number of districts, most late dossiers first"),
}  # fmt: skip
_UNITS = {"pct": 1, "points": 2, "bn_vnd": 1, "gini": 3}  # a name's last word: digits if computed
_WRITTEN = {"points": 4, "bn_vnd": 3}  # most digits that a source writes; 2 otherwise


def digits(name: str, *values: float, most: int = 4) -> int:
    """Decimals of values of this name: as many as a source wrote, else what its unit asks for.

    A source writes at most ``most``; a value with more was computed.

    >>> digits("rate_pct", 25.0), digits("rate_pct", 61.1), digits("share_pct", 54.2358)
    (0, 1, 1)
    """
    unit = next((one for one in _UNITS if name.endswith(one)), "")
    known = [float(value) for value in values if not math.isnan(value) and not math.isinf(value)]
    for few in range(min(_WRITTEN.get(unit, 2), most) + 1):
        if all(abs(value - round(value, few)) < 1e-9 for value in known):
            return few
    return _UNITS.get(unit, 0)


def label(codes: pd.Series, language: Language) -> pd.Series:
    """Labels of a column of codes; a code without a label stays as it is."""
    return codes.map(lambda code: language(LABELS.get(code, code)))
