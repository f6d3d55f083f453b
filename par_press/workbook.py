"""tables.xlsx: every table of an edition on a sheet of its own, for a reader's spreadsheet.

As public offices write accessible spreadsheets: a title in A1, one table a sheet below it, no
merged cells, a cover that links every sheet. Numbers are numbers, of which a spreadsheet shows as
many decimals as the page, with the marks of the reader's country. No cell is ever a formula.
"""

import datetime as dt
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from par_lib.charts.presentation import Page, without_end
from par_lib.charts.table_data import DATA, TRACE
from par_lib.cleaning import schema
from par_lib.cleaning.tables import Tables
from par_lib.language.translation import N_, TABLE_LABELS, Language, decimals
from par_press.documents import Shown, Stamp, inert, sheet

_WIDEST, _NARROWEST = 60, 9  # letters of a column
_HEAD = 4  # row of the header, as xlsxwriter counts: title, note and way back stand above
_MOST_LETTERS = 32_767  # of a cell, in any spreadsheet
_DATE = 14  # a spreadsheet's own format, as the reader's country writes dates
_NOTES = (
    N_("Reported: as the source writes it. Derived: computed from what sources write. "
       "Bound: only a lower and an upper bound are known. Assumed: rests on a rule that "
       "no source states."),
    N_("A quantity known only within bounds has its lower bound, its upper bound, and the "
       "interval in words. An empty cell is not known; an empty upper bound has no limit."),
    N_("Percentages are numbers of 0 to 100. Source and place are at the right."),
    N_("To copy into a program, take the files of the folder tables (CSV)."),
)  # fmt: skip


def write(file: Path, shown: list[Shown], data: Tables, stamp: Stamp, t: Language) -> None:
    """Write the workbook: cover, notes, the tables of each page, then the year's data."""
    sheets = [(sheet(t, one.page, one.number), stamp.titles[one.page], one.data)
              for one in shown if one.kind == "table"]  # fmt: skip
    named = t("Data")
    sheets += [(f"{named} {number}", t("Data of the year"), table)
               for number, table in enumerate(_tidy(data, t), start=1)]  # fmt: skip
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_size(2400, 1600)
        book.set_properties({
            "title": f"{stamp.place} {stamp.year}", "subject": stamp.fingerprint,
            "keywords": stamp.fingerprint, "comments": stamp.banner,
            "created": dt.datetime.combine(stamp.day, dt.time()),
        })  # fmt: skip
        _Writer(book, stamp, t).write(sheets)


def _tidy(data: Tables, t: Language) -> list[dict]:
    """The year's own tables as data, with the words a page would have for them."""
    taken: list[dict] = []
    page = Page(data, t.code, emit=lambda given, **_: taken.append(given[DATA]))
    for name, table in schema.TABLES.items():
        if len(frame := getattr(data, name)):
            columns = [one.name for one in table.columns if one.name not in TRACE]
            page.table(frame, columns, t(TABLE_LABELS[name]))
    return taken


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, stamp: Stamp, t: Language) -> None:
        self.book, self.stamp, self.t = book, stamp, t
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.head = book.add_format({"text_wrap": True, "valign": "bottom", "bold": True})
        self.formats: dict[object, Format] = {}

    def write(self, sheets: list[tuple[str, str, dict]]) -> None:
        """All sheets; the first two are the cover and the notes."""
        stamp, t = self.stamp, self.t
        cover, notes = (self.book.add_worksheet(t(name)) for name in (N_("Cover"), N_("Notes")))
        self._text(notes, [t("Notes"), *map(t, _NOTES)], self.wrapped)
        lines = [t("Tables of {place}, {year}", place=stamp.place, year=str(stamp.year)),
                 *filter(None, (stamp.banner, stamp.dated, stamp.mark)),
                 t("Each table has a sheet of its own; the sheet “{notes}” says how to read them.",
                   notes=t("Notes"))]  # fmt: skip
        self._text(cover, lines)
        cover.set_column(1, 1, 110)
        cover.set_column(0, 0, 16)
        for row, (name, page, table) in enumerate(sheets, start=len(lines) + 1):
            words = _inert(": ".join(filter(None, (page, table.get("title")))))
            cover.write_url(row, 0, f"internal:'{name}'!A1", string=name)
            cover.write_string(row, 1, words)
            self._table(self.book.add_worksheet(name), words, table, f"Table_{row}")

    def _text(self, page: Worksheet, lines: list[str], look: Format | None = None) -> None:
        page.set_column(0, 0, 120)
        for row, line in enumerate(lines):
            page.write_string(row, 0, _inert(line), look if row else self.title)
        page.hide_gridlines(2)
        page.fit_to_pages(1, 0)

    def _table(self, page: Worksheet, title: str, table: dict, ref: str) -> None:
        fields, records, t = table["schema"]["fields"], table["data"], self.t
        page.write_string(0, 0, title, self.title)
        page.write_string(1, 0, self.stamp.banner or self.stamp.dated)
        page.write_url(2, 0, f"internal:'{t('Cover')}'!A1", string=t("Back to the cover"))
        heads: list[str] = []
        for column, about in enumerate(fields):
            head = _inert(about.get("title") or about["name"])
            while head.casefold() in map(str.casefold, heads):  # a named table has no two alike
                head += " "
            heads.append(head)
            written = [self._cell(page, row, column, record[about["name"]], about)
                       for row, record in enumerate(records, start=_HEAD + 1)]  # fmt: skip
            width = max(map(len, [*written, *head.split()]), default=0) + 3
            page.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))
        page.add_table(_HEAD, 0, _HEAD + max(len(records), 1), len(fields) - 1, {
            "name": ref, "style": "Table Style Light 1", "title": title[:255],
            "columns": [{"header": head, "header_format": self.head} for head in heads],
        })  # fmt: skip
        page.freeze_panes(_HEAD + 1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEAD)

    def _cell(self, page: Worksheet, row: int, column: int, value: object, about: dict) -> str:
        """Write one cell; gives about what a reader sees of it."""
        if value is None:
            page.write_blank(row, column, None, self.wrapped)
            return ""
        if about["type"] == "date":
            page.write_datetime(row, column, dt.date.fromisoformat(value[:10]), self._look(_DATE))
            return "31/12/2022"
        if about["type"] in ("number", "year"):
            digits = decimals(without_end(about["name"]), value)
            shape = "0" if about["type"] == "year" else "#,##0"
            shape += "." + "0" * digits if digits else ""
            page.write_number(row, column, value, self._look(shape))
            return f"{value:,.{digits}f}"
        text = _inert(str(value))
        page.write_string(row, column, text, self.wrapped)
        return text

    def _look(self, shape: str | int) -> Format:
        if shape not in self.formats:
            self.formats[shape] = self.book.add_format({"num_format": shape, "valign": "top"})
        return self.formats[shape]


def _inert(text: str) -> str:
    return inert(text)[:_MOST_LETTERS]
