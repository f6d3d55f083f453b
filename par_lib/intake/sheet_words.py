"""What a workbook calls the tables, their columns and codes, and how a cell is to be filled."""

from par_lib import schema
from par_lib.labels import LABELS, TABLE_LABELS
from par_lib.vietnamese import compare_key
from par_lib.wording import LANGUAGES, N_, Language, language

_t = language(LANGUAGES[0])  # an office fills in Vietnamese
HEADERS = {
    "unit": N_("Unit"), "level": N_("Level"), "period_start": N_("From day"),
    "period_end": N_("To day"), "received": N_("Dossiers received"),
    "resolved": N_("Dossiers resolved"), "on_time": N_("Dossiers on time"),
    "late": N_("Dossiers late"), "on_time_pct": N_("Share on time (%)"), "basis": N_("Share of"),
    "plan_year": N_("Plan of year"), "as_of": N_("Counted to day"), "scope": N_("Capital counted"),
    "plan_bn_vnd": N_("Plan (billion dong)"), "disbursed_bn_vnd": N_("Disbursed (billion dong)"),
    "rate_pct": N_("Rate of disbursement (%)"), "component": N_("Component"),
    "satisfaction_pct": N_("Satisfied (%)"), "points": N_("Points"),
    "max_points": N_("Maximum points"), "respondents": N_("People asked"),
    "criterion": N_("Criterion"), "rank": N_("Rank"), "ranked_units": N_("Units ranked"),
    "measure": N_("Measure"), "value": N_("Figure"), "measure_unit": N_("Unit of the figure"),
    "table": N_("Table concerned"), "statement": N_("What is said"), "area": N_("Area (1 to 8)"),
    "task_vi": N_("Task (Vietnamese)"), "task_en": N_("Task (English)"),
    "lead_units": N_("Led by"), "supporting_units": N_("With"), "target": N_("Target"),
    "target_unit": N_("Unit of the target"), "moves": N_("Figure it moves"),
    "status": N_("Kind of figure"), "source": N_("Source"), "locator": N_("Where in the source"),
    "note": N_("Note"),
}  # fmt: skip
_LEVELS = {
    "nation": N_("Nation"), "province": N_("Province"), "department": N_("Departments"),
    "district": N_("Districts"), "commune": N_("Communes"),
}  # fmt: skip
_CODES = {
    "count": N_("number"), "pct": N_("per cent"), "bn_vnd": N_("billion dong"),
    "high": N_("many"), "received": N_("dossiers received"), "resolved": N_("dossiers resolved"),
    "due": N_("dossiers due"),
}  # fmt: skip
HINTS = {
    "text": N_("Words."),
    "code": N_("Choose from the list."),
    "unit": N_("Choose from the list, or write the name as the source does."),
    "date": N_("A day, as 31/12/2022."),
    "count": N_("A whole number, as 11.193."),
    "amount": N_("Billion dong, as 2.534,302; with its unit where it is another."),
    "rate": N_("Per cent, as 72,57; a bound as ≥70."),
    "points": N_("Points, as 0,59 or 0,59/1,5."),
    "rank": N_("A rank, as 61 or 61/63."),
    "number": N_("A figure; its unit goes into the column for it."),
}
LISTS = _t(N_("Lists"))  # the sheet that holds what the drop-downs offer
DEFAULTS = {"basis": "unstated", "scope": "total", "status": "reported"}
TOTALS = frozenset(map(compare_key, ("Tổng cộng", "Tổng số", "Tổng", "Cộng", "Toàn tỉnh cộng")))


def sheet_name(table: str) -> str:
    """The sheet of a table; Excel takes at most 31 characters."""
    return _t(TABLE_LABELS[table])[:31]


def header(column: str, t: Language = _t) -> str:
    """The header of a column, Vietnamese where no language is given."""
    return t(HEADERS[column])


def word(column: str, code: str, t: Language = _t) -> str:
    """How a code of this column is shown."""
    words = _LEVELS if column == "level" else LABELS | _CODES
    return t(words.get(code, code))


def code_of(column: str, text: str) -> str:
    """The code that a cell's word or code stands for; the text itself where it stands for none."""
    wanted = compare_key(text)
    for code in schema.CODES[column]:
        if wanted in (compare_key(code), compare_key(word(column, code))):
            return code
    return text


def column_of(table: schema.Table, text: str) -> str | None:
    """The column a header stands for: its Vietnamese or English header, or its name."""
    wanted = compare_key(text)
    for column in table.columns:
        names = (column.name, HEADERS[column.name], header(column.name))
        if wanted and wanted in map(compare_key, names):
            return column.name
    return None
