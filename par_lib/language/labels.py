"""What a reader calls the codes and the columns of the tables, and how a value is written.

Codes and columns have dictionaries of their own: a level may share its name with a column.
"""

import math
from functools import cache
from pathlib import Path

import pandas as pd

from par_lib.language.translation import N_
from par_lib.storage import csv_files

LABELS = {
    "nation": N_("Nation"), "province": N_("Provincial one-stop centre"),
    "department": N_("Departments"), "district": N_("Districts"), "commune": N_("Communes"),
    "at_district": N_("the district level"), "at_commune": N_("the commune level"),
    "access": N_("Access to services"), "procedure": N_("Handling of procedures"),
    "officials": N_("Officials handling procedures"), "result": N_("Results of procedures"),
    "feedback": N_("Handling of feedback and petitions"), "overall": N_("Overall"),
    "start_of_year_plan": N_("plan at the start of the year"),
    "adjusted_plan": N_("adjusted plan"), "supplemented_plan": N_("supplemented plan"),
    "province_plan": N_("province's plan"), "prime_minister_plan": N_("Prime Minister's plan"),
    "unstated": N_("not stated by the source"), "total": N_("all capital"),
    "year_plan": N_("this year's capital"), "carried_over": N_("capital carried over"),
    "programmes": N_("national target programmes"), "par_index": N_("PAR INDEX"),
    "pillar_1": N_("1. Direction of reform"),
    "pillar_2": N_("2. Institutions and legal documents"),
    "pillar_3": N_("3. Administrative procedures"),
    "pillar_4": N_("4. Organisation of the apparatus"), "pillar_5": N_("5. Civil service"),
    "pillar_6": N_("6. Public finance"), "pillar_7": N_("7. Modern and digital administration"),
    "pillar_8": N_("8. Effect on people and economy"),
    "sipas": N_("SIPAS points in the PAR INDEX"), "sipas_index": N_("Satisfaction index (SIPAS)"),
    "transparency": N_("Openness and transparency"), "progress": N_("Progress of dossiers"),
    "online_services": N_("Online services"), "satisfaction": N_("Satisfaction"),
    "digitisation": N_("Digitised dossiers and results"), "excellent": N_("Excellent"),
    "good": N_("Good"), "fair": N_("Fair"), "average": N_("Average"), "weak": N_("Weak"),
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
    "conflict": N_("in conflict"), "gap": N_("with figures missing"), "note": N_("to note"),
    "agrees": N_("in agreement"), "all others": N_("all others"), "reported": N_("reported"),
    "derived": N_("derived"), "bound": N_("bound"), "new_rural": N_("new-rural programme only"),
    "audit_recommendations_implemented_pct": N_("of recommendations carried out"),
    "online_payment_dossiers_pct": N_("of dossiers paid online"),
    "dialogues or forums in the year": N_("dialogues"), "within": N_("among the lowest"),
    "undecided": N_("data cannot tell"), "outside": N_("not among the lowest"),
    "late_pct": N_("the late rate"), "share_pct": N_("the share of late dossiers"),
    "disbursed_pct": N_("the disbursement rate"), "satisfaction_pct": N_("the satisfaction rate"),
    "inspected_project_change": N_("Changes to investment projects approved by the province"),
    "inspected_investment_certificate":
        N_("Investment certificates for projects without approval in principle"),
    "inspected_all": N_("All procedures inspected"),
}  # fmt: skip
TABLE_LABELS = {
    "late_dossiers": N_("Late dossiers"), "disbursement": N_("Disbursement"),
    "sipas": N_("Satisfaction (SIPAS)"), "scores": N_("Scores"),
    "service_index": N_("Index of service"),
    "indicators": N_("Single figures"), "mentions": N_("Places named without a figure"),
    "tasks": N_("Tasks"), "review": N_("Review"),
}  # fmt: skip
COLUMNS = {
    "access_pct": N_("Access to services"), "procedure_pct": N_("Handling of procedures"),
    "officials_pct": N_("Officials handling procedures"), "result_pct": N_("Results of procedures"),
    "feedback_pct": N_("Handling of feedback and petitions"), "overall_pct": N_("Overall"),
    "after_points": N_("Points, last date"), "after_rank": N_("Rank, later year"),
    "agency": N_("Agency"), "area": N_("Area of reform"), "as_of": N_("Up to"),
    "band": N_("Band of the score"), "basis": N_("Plan used as basis"),
    "before_points": N_("Points, first date"), "before_rank": N_("Rank, earlier year"),
    "bound": N_("bound"), "change": N_("Change"),
    "change_pct_points": N_("Change (percentage points)"), "change_points": N_("Change (points)"),
    "classification": N_("Class"), "clear": N_("Dossiers to clear"), "component": N_("Component"),
    "converted_points": N_("Converted points"), "criterion": N_("Criterion"),
    "cumulative_effort": N_("Cumulative effort (assumed units)"),
    "cumulative_points": N_("Cumulative points"), "days_95": N_("95th percentile, days after due"),
    "days_after_due": N_("Days after the due date"), "days_late": N_("Days late"),
    "decide": N_("To decide"), "derived": N_("derived"),
    "disbursed_bn_vnd": N_("Disbursed (billion dong)"),
    "disbursed_pct": N_("Disbursement rate (%)"), "district": N_("District"),
    "dossiers": N_("Dossiers"), "earlier": N_("Late dossiers, earlier period"),
    "earlier_pct": N_("Late rate, year before (%)"),
    "earned_pct": N_("Points achieved (% of maximum)"), "earned_points": N_("achieved"),
    "end_pct": N_("Last date (%)"), "figure": N_("Figure"),
    "expected_late": N_("Late dossiers usual for this mix"),
    "late_ratio": N_("Late dossiers as a multiple of the usual"),
    "likely_ratio": N_("Confidence interval of the multiple"),
    "here_pct": N_("Rate on the same day (%)"), "final_as_of": N_("Last date"),
    "gained_pct_points": N_("Rise from then on (percentage points)"),
    "final_pct": N_("End of this plan year, if it goes on likewise (%)"),
    "finished_dossiers": N_("Dossiers resolved"), "first_half": N_("First half"),
    "from_points": N_("From so many points"), "late": N_("Late dossiers"),
    "late_pct": N_("Late rate (%)"), "late_rank": N_("Order (1: most)"),
    "late_share_pct": N_("Cumulative share of late dossiers (%)"),
    "later": N_("Late dossiers, later period"), "later_pct": N_("Late rate, this year (%)"),
    "lead_agency": N_("Lead agency"), "lead_units": N_("Led by"), "level": N_("Level"),
    "level_or_department": N_("Level or department"), "likely_pct": N_("Confidence interval (%)"),
    "lost_pct": N_("Points lost (% of maximum)"), "lost_points": N_("Points deducted"),
    "max_points": N_("Maximum points"), "measure": N_("Measure"),
    "measure_unit": N_("Unit of the figure"),
    "mix_effect_pct_points": N_("From the mix of dossiers (percentage points)"),
    "month": N_("Month"), "month_received": N_("Month of receipt"),
    "most_points": N_("Points at 100%"), "moves": N_("Figure it moves"),
    "needed_rise": N_("Rise needed (percentage points)"), "new_rate_pct": N_("Rate if changed (%)"),
    "note": N_("Note"), "on_time": N_("Dossiers on time"),
    "on_time_pct": N_("On time as stated (%)"),
    "on_time_rate_pct": N_("On time (% of resolved)"), "open_pct": N_("Not resolved (%)"),
    "order": N_("Order (1: highest)"), "period_end": N_("Up to"),
    "period_start": N_("From"), "pillar": N_("Pillar"), "place": N_("Place or agency"),
    "places": N_("Districts and cut in late dossiers"),
    "plan_bn_vnd": N_("Capital plan (billion dong)"), "plan_year": N_("Plan year"),
    "points": N_("Points achieved"), "points_lost": N_("deducted"), "procedure": N_("Procedure"),
    "producer": N_("Producer"), "province": N_("Province or city"), "rank": N_("Rank"),
    "ranked_units": N_("Provinces and cities ranked"),
    "rate_effect_pct_points": N_("From the unit's own late rate (percentage points)"),
    "rate_pct": N_("Rate (%)"), "received": N_("Dossiers received"), "reported": N_("reported"),
    "reported_handled": N_("Dossiers resolved, as reported"),
    "reported_late": N_("Late dossiers, as reported"), "resolved": N_("Dossiers resolved"),
    "respondents": N_("People asked"), "rows": N_("Rows"),
    "rule": N_("How points follow from the figure"),
    "satisfaction_pct": N_("Satisfaction rate (%)"), "scope": N_("Capital"),
    "scope_of_index": N_("Province or nation"), "score": N_("Composite score (0–100)"),
    "score_likely": N_("Score over the 95% interval of satisfaction"),
    "score_rank": N_("Order (1: highest)"), "second_half": N_("Second half"),
    "section": N_("Section"), "severity": N_("Result"),
    "share_of_gap_pct": N_("Share of lost points to regain (%)"),
    "share_of_total_pct": N_("Cut of the total (%)"),
    "share_of_units_pct": N_("Share of units, fewest late dossiers first (%)"),
    "share_pct": N_("Share of all late dossiers of the level (%)"),
    "stake_pct": N_("Share of the maximum lost (%)"), "stake_points": N_("Points at stake"),
    "stand": N_("Where the figure stands"), "start_pct": N_("First date (%)"),
    "statement": N_("What is said"), "supporting_agency": N_("Supporting agencies"),
    "supporting_units": N_("With"), "table": N_("Table"), "target": N_("Target"),
    "target_unit": N_("Unit of the target"), "task": N_("Task"),
    "task_count": N_("Number of tasks"), "task_en": N_("Task (English)"),
    "task_vi": N_("Task (Vietnamese)"), "title": N_("Title"), "total": N_("Whole index"),
    "unit": N_("Place or agency"), "unit_count": N_("Number of places or agencies"),
    "units": N_("Number of units, most late dossiers first"), "value": N_("Value"),
    "verdict": N_("Among the lowest"), "verified_handled": N_("Dossiers resolved, by inspection"),
    "verified_late": N_("Late dossiers, by inspection"), "what": N_("Finding"),
    "won_pct": N_("Points regained (% of maximum)"), "won_points": N_("Points regained"),
}  # fmt: skip
# By the end of a name: decimals of what is computed, most that a source writes (-1: none does).
_DIGITS = {"pct": (1, 2), "points": (2, 4), "bn_vnd": (1, 3), "gini": (3, -1), "score": (1, -1),
           "ratio": (2, -1)}  # fmt: skip


@cache
def measures() -> pd.DataFrame:
    """What single figures are called, by measure: topic, the table they go with, and vi, en."""
    named = csv_files.read_csv(Path(__file__).with_name("measures.csv"))
    return named.set_index("measure")


def digits(name: str, *values: float, most: int = 4, computed: bool = False) -> int:
    """Decimals of values of this name: as many as a source wrote, else what its unit asks for.

    A source writes at most ``most``; a value with more was computed. ``computed`` ones never have
    more than their unit asks for.

    >>> digits("rate_pct", 25.0), digits("rate_pct", 61.1), digits("share_pct", 54.2358)
    (0, 1, 1)
    >>> digits("lost_points", 0.3078), digits("lost_points", 0.3078, computed=True)
    (4, 2)
    """
    unit = next((one for one in _DIGITS if name.endswith(one)), "")
    asked, written = _DIGITS.get(unit, (0, 2))
    if computed and unit:
        written = asked
    known = [float(value) for value in values if math.isfinite(value)]
    for few in range(min(written, most) + 1):
        if all(abs(value - round(value, few)) < 1e-9 for value in known):
            return few
    return asked
