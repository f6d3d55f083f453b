"""The workbook an office fills in: a sheet a table, in an office's words, with what is known."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from par_intake import phrases
from par_lib.cleaning import schema
from par_lib.cleaning.units import as_total, home
from par_lib.language import LANGUAGES
from par_lib.language.labels import LABELS, TABLE_LABELS
from par_lib.language.spelling import compare_key
from par_lib.language.translation import N_, Language, language
from par_lib.storage.paths import write_whole

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
    "criterion": N_("Criterion"),
    "classification": N_("Class"), "rank": N_("Rank"), "ranked_units": N_("Units ranked"),
    "measure": N_("Measure"), "value": N_("Figure"), "measure_unit": N_("Unit of the figure"),
    "table": N_("Table concerned"), "statement": N_("What is said"), "area": N_("Area (1 to 8)"),
    "task_vi": N_("Task (Vietnamese)"), "task_en": N_("Task (English)"),
    "lead_units": N_("Led by"), "supporting_units": N_("With"), "target": N_("Target"),
    "target_unit": N_("Unit of the target"), "moves": N_("Figure it moves"),
    "status": N_("Kind of figure"), "source": N_("Source"), "locator": N_("Where in the source"),
    "note": N_("Note"),
}  # fmt: skip
_CODES = {
    "count": N_("number"), "pct": N_("per cent"), "bn_vnd": N_("billion dong"),
    "high": N_("many"), "received": N_("dossiers received"), "resolved": N_("dossiers resolved"),
    "due": N_("dossiers due"),
}  # fmt: skip
_WORDS = {  # LABELS names the one-stop centre, and all capital
    ("level", "province"): N_("Province"), ("component", "total"): N_("Whole index"),
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
ACCEPT, EVIDENCE, DOUBT = N_("Accept (x)"), N_("Evidence"), N_("What is in doubt")
LISTS = _t(N_("Lists"))  # the sheet that holds what the drop-downs offer
DEFAULTS = {"basis": "unstated", "scope": "total", "status": "reported"}
TOTALS = frozenset(map(compare_key, ("Tổng cộng", "Tổng số", "Tổng", "Cộng", "Toàn tỉnh cộng")))


def accept() -> str:
    """The header of the column in which proposals are ticked."""
    return _t(ACCEPT)


def sheet_name(table: str) -> str:
    """The sheet of a table; Excel takes at most 31 characters."""
    return _t(TABLE_LABELS[table])[:31]


def header(column: str, t: Language = _t) -> str:
    """The header of a column, Vietnamese where no language is given."""
    return t(HEADERS[column])


def word(column: str, code: str, t: Language = _t) -> str:
    """How a code of this column is shown."""
    return t(_WORDS.get((column, code)) or (LABELS | _CODES).get(code, code))


def code_of(column: schema.Column, text: str) -> str:
    """The code that a cell's word or code stands for; the text itself where it stands for none."""
    wanted, earlier = compare_key(text), phrases.table()["earlier_words"]
    for code in column.codes:
        if wanted in map(compare_key, (code, word(column.name, code), earlier.get(code, code))):
            return code
    return text


def column_of(table: schema.Table, text: str) -> str | None:
    """The column a header stands for: its header, now or earlier or in English, or its name."""
    wanted, earlier = compare_key(text), phrases.table()["earlier_headers"]
    for column in table.columns:
        name = column.name
        names = (name, HEADERS[name], header(name), earlier.get(name, name))
        if wanted in map(compare_key, names):
            return name
    return None


ROWS = 500  # rows to fill in
HEAD = 3  # the row of the headers, under title and hint
_FORMATS = {"count": "#,##0", "rank": "0", "rate": "0.##", "points": "0.####",
            "amount": "#,##0.###", "date": "dd/mm/yyyy"}  # fmt: skip
_WIDE = {"unit": 34, "locator": 34, "note": 40, "task_vi": 50, "task_en": 50, "measure": 38,
         "lead_units": 34, "supporting_units": 34}  # fmt: skip
_READING = (
    N_("Each row is one figure that needs your eyes: evidence and place stand beside it."),
    N_("Write x under “Accept (x)” where it is right; correct the cells first where they are not."),
    N_("Rows without x are not taken. Orange cells are what is in doubt."),
    N_("Then run: par read THIS-FILE.xlsx --year {year} --province {province}"),
)
_COVER = (
    N_("Fill in the sheets that your office has figures for; leave the others empty."),
    N_("Write each figure as the source does. An empty cell means: not stated. Zero means zero."),
    N_("A name chosen as unit is one office; the province's name stands for a level's total."),
    N_("Of every figure say where it stands: the source, and the section or page in it."),
    N_("Then run: par read THIS-FILE.xlsx --year {year} --province {province}"),
)  # fmt: skip


def write(
    path: Path, province: str, year: int, units: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    """Write the workbook for ``year``: ``units`` valid then, ``tables`` of text as they stand.

    Tables with columns ACCEPT, EVIDENCE and DOUBT are proposals, a row a figure: of them the
    sheets that hold some, each row to be ticked.
    """
    proposed = any(ACCEPT in table for table in tables.values())
    shown = {name: table for name, table in schema.TABLES.items() if name in tables or not proposed}
    book = Workbook()
    cover = book.active
    cover.title = _t(N_("How to fill in"))
    cover["A1"] = _t(N_("Figures of {place}, {year}"), place=home(units), year=str(year))
    cover["A1"].font = Font(bold=True, size=16)
    steps = _READING if proposed else _COVER
    for number, line in enumerate(steps, start=3):
        cell = cover.cell(number, 1, f"{number - 2}. {_t(line, year=str(year), province=province)}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, name in enumerate(shown, start=len(steps) + 4):
        cell = cover.cell(number, 1, sheet_name(name))
        cell.hyperlink = f"#'{sheet_name(name)}'!A{HEAD + 1}"
        cell.font = Font(underline="single", color="0B5C8F")
    cover.column_dimensions["A"].width = 100
    cover.protection.sheet = True
    lists = book.create_sheet(LISTS)
    lists.protection.sheet = True
    places = units["name"].where(units["level"] != "province", as_total(units)).unique()
    offered = {("unit", ()): [*places, schema.OTHERS]}
    for column in (column for table in shown.values() for column in table.columns if column.codes):
        offered[column.name, column.codes] = [word(column.name, code) for code in column.codes]
    ranges = {}
    for at, ((name, codes), choices) in enumerate(offered.items(), start=1):
        lists.cell(1, at, header(name)).font = Font(bold=True)
        for row, choice in enumerate(choices, start=2):
            lists.cell(row, at, choice)
        letter = get_column_letter(at)
        lists.column_dimensions[letter].width = _WIDE.get(name, 24)
        ranges[name, codes] = f"'{lists.title}'!${letter}$2:${letter}${len(choices) + 1}"
    for name, table in shown.items():
        _sheet(book.create_sheet(sheet_name(name)), table, tables.get(name), ranges)
    write_whole(path, book.save)


def _head(sheet: Worksheet, at: int, title: str, width: int) -> Cell:
    head = sheet.cell(HEAD, at, title)
    head.font = Font(bold=True, color="FFFFFF")
    head.fill = PatternFill("solid", fgColor="1F4E6B")
    head.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.column_dimensions[get_column_letter(at)].width = width
    return head


def _sheet(
    sheet: Worksheet, table: schema.Table, known: pd.DataFrame | None, ranges: dict[tuple, str]
) -> None:
    sheet["A1"] = sheet.title
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = _t(N_("Columns with * must be filled in. The note on a header says how."))
    sheet["A2"].font = Font(italic=True, color="5A6673")
    proposed = known is not None and ACCEPT in known
    rows = max(ROWS if not proposed else 0, 0 if known is None else len(known))
    asked = (ACCEPT, EVIDENCE, DOUBT) if proposed else ()
    for at, name in enumerate(asked, start=1):
        _head(sheet, at, _t(name), _WIDE["unit"] if at > 1 else 10)
        for row, text in enumerate(known[name], start=HEAD + 1):
            cell = sheet.cell(row, at, text)
            cell.data_type = "s"
            cell.protection = Protection(locked=name != ACCEPT)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for at, column in enumerate(table.columns, start=1 + len(asked)):
        required = column.required and column.name not in DEFAULTS
        title = header(column.name) + (" *" if required else "")
        head = _head(sheet, at, title, _WIDE.get(column.name, 16))
        head.comment = Comment(_t(HINTS[column.kind]), "par", width=260, height=70)
        letter = get_column_letter(at)
        if offered := ranges.get((column.name, column.codes)):
            choice = DataValidation("list", formula1=f"={offered}", allow_blank=True)
            # A name the list lacks can be written too: an old name, an office to be added.
            choice.showErrorMessage = column.kind == "code"
            choice.add(f"{letter}{HEAD + 1}:{letter}{HEAD + rows}")
            sheet.add_data_validation(choice)
        for row in range(HEAD + 1, HEAD + rows + 1):
            cell = sheet.cell(row, at)
            cell.protection = Protection(locked=False)
            cell.number_format = _FORMATS.get(column.kind, "@")
        for row, text in enumerate([] if known is None else known[column.name], start=HEAD + 1):
            if text:
                shown = word(column.name, text) if column.kind == "code" else text
                sheet.cell(row, at).value = shown
                sheet.cell(row, at).data_type = "s"  # what begins with = is words, no formula
                if proposed and column.is_quantity and column.name != "plan_year":
                    sheet.cell(row, at).fill = PatternFill("solid", fgColor="FFD9A8")
    sheet.freeze_panes = sheet.cell(HEAD + 1, 2)
    sheet.row_dimensions[HEAD].height = 34
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.sort = sheet.protection.autoFilter = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
