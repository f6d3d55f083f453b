"""Word, Excel and PDF of an edition in a language, of what its notebooks show.

The workbook has every table on a sheet of its own. Pictures and the page for the chair are drawn by
Typst from what is given to it alone: no network, no fonts of the machine, no clock.
"""

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import xlsxwriter
from nbformat import NotebookNode
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from par_lib.charts.presentation import Page, without_end
from par_lib.charts.table_data import tidy_as_data
from par_lib.language import Refused, translation
from par_lib.language.translation import N_, UNKNOWN, Language
from par_press import shown
from par_press.shown import WORKBOOK, Issue, Shown, compiled, drawn, inert, section, sheet

REPORT, SUMMARY = "report.docx", "summary.pdf"
BESIDE = {REPORT: N_("Report (Word)"), SUMMARY: N_("One page (PDF)"),
          WORKBOOK: N_("All tables (Excel)")}  # fmt: skip
_TEMPLATE = Path(__file__).parent / "templates" / "summary.typ"
# The page for the chair: points of its letters, most rows of its table, most lines of what is not
# known, most charts. The first that holds on one page is taken, so that none is half empty.
_ALL = 99
_FITS = (*((14 - half / 2, _ALL, _ALL, 2) for half in range(12)),
         (8.5, 9, 6, 2), (8.5, 7, 4, 2), (8, 5, 3, 2), (7.5, 3, 2, 1), (7.5, 3, 2, 0))  # fmt: skip
_SHEET_FITS = _FITS[6:]  # from 11 points; a sheet is short, and there are many
_WIDEST, _NARROWEST = 60, 9  # letters of a column
_LINE_POINTS = 15
_HEAD = 4  # row of the header, as xlsxwriter counts: title, note and way back stand above
_MOST_LETTERS = 32_767  # of a cell, in any spreadsheet
_DATE = 14  # a spreadsheet's own format, as the reader's country writes dates
_A4 = 9  # as a spreadsheet numbers papers
_NOTES = (
    N_("Reported: as the source writes it. Derived: computed from what sources write. "
       "Bound: only a lower and an upper bound are known. Assumed: rests on a rule that "
       "no source states."),
    N_("A quantity known only within bounds has its lower bound, its upper bound, and the "
       "interval in words. An empty cell is not known; an empty upper bound has no limit."),
    N_("Percentages are numbers of 0 to 100. Source and place are at the right."),
    N_("To copy into a program, take the files of the folder tables (CSV)."),
)  # fmt: skip


def write(folder: Path, executed: Mapping[str, NotebookNode], issue: Issue, form: Path) -> None:
    """Write Word, Excel and PDF into the ``folder`` of an edition's pages in a language.

    ``form`` is the Word file of the province's office for its report, if there is one.
    """
    from par_press import report  # which needs what stands here

    found = shown.read(executed)
    workbook(folder / WORKBOOK, found, issue)
    charts = drawn([one for one in found if one.kind == "chart" and one.place])
    own = form if form.is_file() else report.FORM
    report.write(folder / REPORT, found, charts, issue, form=own)
    (folder / SUMMARY).write_bytes(summary(found, issue))


def workbook(file: Path, found: list[Shown], issue: Issue) -> None:
    """Write the workbook: cover, notes, the tables of each page, then the year's data.

    As public offices write accessible spreadsheets: a title in A1, one table a sheet below it, no
    merged cells, a cover that links every sheet. Numbers are numbers, of which a spreadsheet shows
    as many decimals as the page, with the marks of the reader's country. No cell is a formula.
    """
    t, named = issue.t, issue.t("Data")
    sheets = [(sheet(t, one.page, one.number), issue.titles[one.page], one.data)
              for one in found if one.kind == "table"]  # fmt: skip
    tidy = tidy_as_data(Page(issue.data, t.code))
    sheets += [(f"{named} {number}", t("Data of the year"), table)
               for number, table in enumerate(tidy, start=1)]  # fmt: skip
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_size(2400, 1600)
        book.set_properties({"title": f"{issue.place} {issue.data.period}",
                             "subject": issue.fingerprint, "keywords": issue.fingerprint,
                             "comments": issue.banner,
                             "created": dt.datetime.combine(issue.day, dt.time())})  # fmt: skip
        _Writer(book, issue).write(sheets)


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, issue: Issue) -> None:
        self.book, self.issue, self.t = book, issue, issue.t
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.head = book.add_format({"text_wrap": True, "valign": "bottom", "bold": True})
        # Of numbers and dates; one of a shape, whatever cells have it.
        self.look = cache(lambda shape: book.add_format({"num_format": shape, "valign": "top"}))

    def write(self, sheets: list[tuple[str, str, dict]]) -> None:
        """All sheets; the first two are the cover and the notes."""
        issue, t = self.issue, self.t
        cover, notes = (self.book.add_worksheet(t(name)) for name in (N_("Cover"), N_("Notes")))
        self._text(notes, [t("Notes"), *map(t, _NOTES)], self.wrapped)
        status = issue.synthetic or t("real, each with its source")
        lines = [t("Tables of {place}, {period}", place=issue.place, period=issue.period),
                 t("Kind of figures: {status}", status=status),
                 *filter(None, (issue.missing, issue.dated, issue.mark)),
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
        for page in self.book.worksheets():
            page.set_paper(_A4)
            page.set_header(issue.synthetic and f"&C{issue.synthetic}")
            page.set_footer(f"&L{issue.mark}&R&P/&N")

    def _text(self, page: Worksheet, lines: list[str], look: Format | None = None) -> None:
        page.set_column(0, 0, 120)
        for row, line in enumerate(lines):
            page.write_string(row, 0, _inert(line), look if row else self.title)
        page.hide_gridlines(2)
        page.fit_to_pages(1, 0)

    def _table(self, page: Worksheet, title: str, table: dict, ref: str) -> None:
        fields, records, t = table["schema"]["fields"], table["data"], self.t
        page.write_string(0, 0, title, self.title)
        page.write_string(1, 0, self.issue.banner or self.issue.dated)
        page.write_url(2, 0, f"internal:'{t('Cover')}'!A1", string=t("Back to the cover"))
        heads: list[str] = []
        lines = [1] * (1 + len(records))
        for column, about in enumerate(fields):
            head = _inert(about.get("title") or about["name"])
            while head.casefold() in map(str.casefold, heads):  # a named table has no two alike
                head += " "
            heads.append(head)
            written = [self._cell(page, row, column, record[about["name"]], about)
                       for row, record in enumerate(records, start=_HEAD + 1)]  # fmt: skip
            width = max(map(len, [*written, *head.split()]), default=0) + 3
            width = min(max(width, _NARROWEST), _WIDEST)
            page.set_column(column, column, width)
            for row, text in enumerate([head, *written]):
                if len(text) > width - 2:  # of a head, beside its filter
                    lines[row] = max(lines[row], len(textwrap.wrap(text, width - 2)))
        for row, several in enumerate(lines, start=_HEAD):  # not every program fits them itself
            if several > 1:
                page.set_row(row, _LINE_POINTS * several)
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
        look, seen = self.wrapped, ""
        if value is not None and about["type"] == "date":
            value, look, seen = dt.date.fromisoformat(value[:10]), self.look(_DATE), "31/12/2022"
        elif value is not None and about["type"] in ("number", "year"):
            own = translation.decimals(without_end(about["name"]), value)
            digits = about.get("digits", own)  # as on the page
            shape = "0" if about["type"] == "year" else "#,##0"
            look = self.look(shape + ("." + "0" * digits if digits else ""))
            seen = f"{value:,.{digits}f}"
        elif value is not None:
            value = seen = _inert(str(value))
        write = page.write_string if isinstance(value, str) else page.write
        write(row, column, value, look)
        return seen


def _inert(text: str) -> str:
    return inert(text)[:_MOST_LETTERS]


def rows_of(table: Mapping, most: int, t: Language) -> tuple[list[tuple[str, ...]], str]:
    """Heads and rows of a table as written, with the status of each row; and what is left out.

    Columns of which nothing is known are left out, and rows beyond ``most``, of which it is told.
    """
    rows = [table["heads"], *table["shown"]]
    statuses = [record.get("status", "") for record in table["data"]]
    if any(statuses):
        rows = [[*row, status] for row, status in
                zip(rows, [t("Status"), *statuses], strict=True)]  # fmt: skip
    columns = [map(inert, column) for column in zip(*rows, strict=True)
               if {*column[1:]} - {UNKNOWN, ""}]  # fmt: skip
    told = "" if len(rows) <= most + 1 else t("{shown} of {count} rows; all are in tables.xlsx.",
                                              shown=most, count=len(rows) - 1)  # fmt: skip
    return [*zip(*columns, strict=True)][: most + 1], told


def without_stop(text: str) -> tuple[str, str]:
    """A sentence and the stop at its end, before which its status stands."""
    return (text[:-1], text[-1]) if text.endswith((".", "!", "?")) else (text, "")


def summary(found: list[Shown], issue: Issue) -> bytes:
    """The page for the chair as PDF/UA: findings, two charts, tasks, and what is not known.

    ValueError where no size is small enough.
    """
    t = issue.t
    tagged = [one for one in found if "summary" in one.tags]
    # The first of each page; of a year that has too few of them, those of the report.
    charts = {one.page: one for one in [*filter(lambda one: one.place, found), *tagged][::-1]
              if one.kind == "chart"}  # fmt: skip
    charts = sorted(charts.values(), key=lambda one: ("summary" not in one.tags, one.page))
    tables = [one.data for one in tagged if one.kind == "table"][:1]
    unknown = [one for one in section(found, "IV") if one.kind not in ("chart", "table")]
    firsts = {one.page: one for one in reversed(found)
              if one.kind == "headline" and one not in unknown}  # fmt: skip
    # The overview, the first page, says what others say.
    findings = [firsts[page] for page in [*issue.titles][1:] if page in firsts]
    findings = findings or [*firsts.values()]
    title = t("{place} in {period}: administrative reform", place=issue.place,
              period=issue.period)  # fmt: skip
    return _one_page(title, issue, [t("Findings"), *findings], charts, tables, unknown, SUMMARY,
                     _FITS)  # fmt: skip


def of_sheet(title: str, found: list[Shown], issue: Issue) -> bytes:
    """A sheet, as an executed notebook shows it, on a page of its own as PDF/UA."""
    kinds = {kind: [one for one in found if one.kind == kind] for kind in ("chart", "table")}
    unknown = section(found, "IV")
    said = [one for one in found if one.kind not in kinds and one not in unknown]
    tables = [one.data for one in kinds["table"]]
    cited = {*chain(*(one.cited for one in said), *(one["sources"] for one in tables))}
    sources = [issue.source(name) for name in issue.data.sources.index if name in cited]
    return _one_page(f"{title}: {issue.period}", issue, ["", *said], kinds["chart"], tables,
                     unknown, title, _SHEET_FITS, sources)  # fmt: skip


def _one_page(title: str, issue: Issue, findings: list, charts: list[Shown], tables: list[Mapping],
              unknown: list[Shown], name: str, fits: Sequence[tuple],
              sources: Sequence[str] = ()) -> bytes:  # fmt: skip
    """A page A4: its letters are the largest of ``fits`` with which it holds on one; where the
    smallest are too large, rows get fewer. The template tries them, each with what it is to hold.
    """
    from pypdfium2 import PdfDocument

    t, day = issue.t, issue.day

    @cache  # several fits have as many rows
    def grids(rows: int) -> list[tuple]:
        return [(table["title"], *rows_of(table, rows, t)) for table in tables]

    def fitted(size: float, rows: int, lines: int, charts: int) -> dict:
        said = [*map(_listed, unknown[:lines])]
        if len(unknown) > lines:
            said.append([t("{shown} of {count}; all are in report.docx.", shown=lines,
                           count=len(unknown)), "", ""])  # fmt: skip
        return {"size": size, "charts": charts, "tables": grids(rows),
                "unknown": [t("What is not known"), *said]}  # fmt: skip

    said = {
        "title": inert(title), "place": inert(issue.place), "lang": t.code,
        "code": issue.fingerprint, "banner": issue.banner, "day": [day.year, day.month, day.day],
        "dated": issue.dated, "mark": issue.mark, "sources": [*sources],
        "findings": [findings[0], *map(_listed, findings[1:])],
        "charts": [{"alt": one.alt, "text": one.text} for one in charts],
        "fits": [fitted(*fit) for fit in fits],
    }  # fmt: skip
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    made = compiled(_TEMPLATE.read_text(encoding="utf-8"), charts, said, format="pdf",
                    pdf_standards=["ua-1"], timestamp=int(midnight.timestamp()))  # fmt: skip
    if len(PdfDocument(made)) > 1:
        raise Refused("{name}: does not hold on one page; tag fewer cells summary or report:IV",
                      name=name)  # fmt: skip
    return made


def _listed(one: Shown) -> list[str]:
    return [*without_stop(one.text), one.status]
