"""The workbook an office fills in: one sheet a table, and what is known already."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from par_lib import schema
from par_lib.files import write_whole
from par_lib.intake import sheet_words
from par_lib.units import home
from par_lib.wording import LANGUAGES, N_, language

ROWS = 500  # rows to fill in
HEAD = 3  # the row of the headers, under title and hint
_FORMATS = {
    "count": "#,##0",
    "rank": "0",
    "rate": "0.##",
    "points": "0.####",
    "amount": "#,##0.###",
}
_WIDE = {"unit": 34, "locator": 34, "note": 40, "task_vi": 50, "task_en": 50, "measure": 38,
         "lead_units": 34, "supporting_units": 34}  # fmt: skip
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
    """Write the workbook for ``year``: ``units`` valid then, ``tables`` of text as they stand."""
    t = language(LANGUAGES[0])
    book = Workbook()
    cover = book.active
    cover.title = t(N_("How to fill in"))
    cover["A1"] = t(N_("Figures of {place}, {year}"), place=home(units), year=str(year))
    cover["A1"].font = Font(bold=True, size=16)
    for number, line in enumerate(_COVER, start=3):
        cover.cell(number, 1, f"{number - 2}. " + t(line, year=str(year), province=province))
        cover.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
    for number, name in enumerate(schema.TABLES, start=len(_COVER) + 4):
        cell = cover.cell(number, 1, sheet_words.sheet_name(name))
        cell.hyperlink = f"#'{sheet_words.sheet_name(name)}'!A{HEAD + 1}"
        cell.font = Font(underline="single", color="0B5C8F")
    cover.column_dimensions["A"].width = 100
    cover.protection.sheet = True
    lists = book.create_sheet(sheet_words.LISTS)
    lists.protection.sheet = True
    offered = {"unit": [*units["name"], schema.OTHERS]} | {
        name: [sheet_words.word(name, code) for code in codes]
        for name, codes in schema.CODES.items()
    }
    ranges = {}
    for at, (name, choices) in enumerate(offered.items(), start=1):
        lists.cell(1, at, sheet_words.header(name)).font = Font(bold=True)
        for row, choice in enumerate(choices, start=2):
            lists.cell(row, at, choice)
        letter = get_column_letter(at)
        lists.column_dimensions[letter].width = _WIDE.get(name, 24)
        ranges[name] = f"'{lists.title}'!${letter}$2:${letter}${len(choices) + 1}"
    for name, table in schema.TABLES.items():
        sheet = book.create_sheet(sheet_words.sheet_name(name))
        _sheet(sheet, table, tables.get(name), ranges)
    write_whole(path, book.save)


def _sheet(
    sheet: Worksheet, table: schema.Table, known: pd.DataFrame | None, ranges: dict[str, str]
) -> None:
    t = language(LANGUAGES[0])
    sheet["A1"] = sheet.title
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = t(N_("Columns with * must be filled in. The note on a header says how."))
    sheet["A2"].font = Font(italic=True, color="5A6673")
    for at, column in enumerate(table.columns, start=1):
        required = column.required and column.name not in sheet_words.DEFAULTS
        head = sheet.cell(HEAD, at, sheet_words.header(column.name) + (" *" if required else ""))
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="1F4E6B")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        head.comment = Comment(t(sheet_words.HINTS[column.kind]), "par", width=260, height=70)
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = _WIDE.get(column.name, 16)
        if column.name in ranges:
            # A name the list lacks can be written too: an old name, an office to be added.
            strict = column.kind == "code"
            choice = DataValidation("list", formula1=f"={ranges[column.name]}", allow_blank=True,
                                    showErrorMessage=strict)  # fmt: skip
            choice.add(f"{letter}{HEAD + 1}:{letter}{HEAD + ROWS}")
            sheet.add_data_validation(choice)
        for row in range(HEAD + 1, HEAD + ROWS + 1):
            cell = sheet.cell(row, at)
            cell.protection = Protection(locked=False)
            cell.number_format = _FORMATS.get(
                column.kind, "@" if column.kind != "date" else "dd/mm/yyyy"
            )
    for row, record in enumerate([] if known is None else known.to_dict("records"), start=HEAD + 1):
        for at, column in enumerate(table.columns, start=1):
            text = record[column.name]
            if text:
                shown = sheet_words.word(column.name, text) if column.kind == "code" else text
                sheet.cell(row, at).value = shown
                sheet.cell(row, at).data_type = "s"  # what begins with = is words, no formula
    sheet.freeze_panes = sheet.cell(HEAD + 1, 2)
    sheet.row_dimensions[HEAD].height = 34
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.sort = sheet.protection.autoFilter = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
