"""Tables of Excel, OpenDocument, Word, PDF, HTML, CSV and JSON as grids of cells.

Cells are text, numbers, days or None; what Excel shows as 33 % is Percent(33), not 0.33. The words
of a merged cell stand in every place it spans; a number only in the first, or it would count twice.
"""

import csv
import datetime as dt
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from par_lib.language.spelling import normalise
from par_lib.language.translation import N_

SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
MAX_ROWS, MAX_COLUMNS = 200_000, 200
_STYLED = 5_000  # rows of a sheet up to which formats, formulas and hidden rows are looked at
_STYLED_BYTES = 30_000_000  # of all sheets, unpacked
_NAMED = 20  # cells or rows that one message names
_SPANNED = 50  # rows or columns that a cell of a page spans at most
_BROKEN_NUMBER = re.compile(r"(?<=[\d/.,])\n(?=[\d/.,])")
_BLOCKS = ("p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "table")
_TABLE = "\ue000"  # stands in the text of a page where a table stood
_DAYS = {"tungay": "từ ngày", "denngay": "đến ngày"}  # keys of saved records
Cell = str | float | dt.date | None
Span = tuple[tuple[int, int], tuple[int, int]]  # row and column of the first cell and of the last


class Percent(float):
    """A number that its sheet shows in per cent: 33.0 for 33 %."""


@dataclass
class Grid:
    """A table as it stands: ``rows`` of equal length."""

    name: str
    rows: list[list[Cell]]
    above: list[str] = field(default_factory=list)  # paragraphs over it, the nearest last
    told: list[tuple[str, str]] = field(default_factory=list)  # what a reader must know of it

    def place(self, row: int) -> str:
        """Where a row stands."""
        return f"{self.name}, row {row + 1}"


def grid(name: str, rows: Iterable[Iterable[object]], spans: Iterable[Span] = ()) -> Grid:
    """A grid of cells as they come: text normalised, rows of equal length, merged cells spread."""
    cells = [[_clean(cell) for cell in row] for row in rows]
    width = max(map(len, cells), default=0)
    cells = [row + [None] * (width - len(row)) for row in cells]
    for (top, left), (bottom, right) in spans:
        inside = product(cells[top : bottom + 1], range(left, min(right + 1, width)))
        for row, at in list(inside)[1:]:
            row[at] = _again(cells[top][left])
    return Grid(name.replace(";", ","), cells)


def _clean(cell: object) -> Cell:
    if isinstance(cell, str | bool):
        return normalise(_BROKEN_NUMBER.sub("", str(cell))) or None
    if isinstance(cell, Percent | dt.date):
        return cell
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None


def _again(cell: Cell) -> Cell:
    """What a merged cell shows in the places that it spans beside its first."""
    return cell if isinstance(cell, str) and not cell.strip()[:1].isdigit() else None


def of_sheets(raw: bytes) -> Iterator[Grid]:
    """Every sheet of a workbook, hidden ones too; ValueError says why it cannot be read."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = book.sheets_metadata
    except Exception as error:  # noqa: BLE001  whatever a broken file raises in its parser
        if "EncryptedPackage".encode("utf-16-le") in raw or "assword" in str(error):
            raise ValueError(N_("has a password; save it without one")) from None
        raise ValueError(N_("cannot be opened as a workbook; save it as .xlsx")) from None
    look = _looks(raw)
    for at, meta in enumerate(sheets):
        sheet = book.get_sheet_by_index(at)
        if sheet.total_height > MAX_ROWS:
            raise ValueError(N_("holds more than 200,000 rows in a sheet; split it"))
        rows = [row[:MAX_COLUMNS] for row in sheet.to_python(skip_empty_area=False)]
        while rows and not any(cell not in ("", None) for cell in rows[-1]):
            rows.pop()
        told = _as_shown(look, meta.name, rows)
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            told.append((N_("sheet {about} is hidden; it was read"), meta.name))
        one = grid(meta.name, rows, sheet.merged_cell_ranges or ())
        one.told += told
        yield one


def _looks(raw: bytes) -> dict[str, object]:
    """Sheets of an .xlsx with what calamine leaves out: formats, hidden rows, formulas."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            sizes = [one.file_size for one in packed.infolist() if "worksheets/" in one.filename]
        if not sizes or sum(sizes) > _STYLED_BYTES:
            return {}
        return {sheet.title: sheet for sheet in openpyxl.load_workbook(io.BytesIO(raw)).worksheets}
    except Exception:  # noqa: BLE001  no .xlsx, or one that only calamine can read
        return {}


def _as_shown(look: dict, name: str, rows: list[list]) -> list[tuple[str, str]]:
    """Turn what a sheet shows in per cent into Percent; what else there is to know of it."""
    if name not in look or not 0 < len(rows) <= _STYLED:
        return []
    sheet, unknown = look[name], []
    for row, cells in zip(rows, sheet.iter_rows(max_row=len(rows)), strict=False):
        for at, (value, cell) in enumerate(zip(row, cells, strict=False)):
            if isinstance(value, int | float) and "%" in (cell.number_format or ""):
                row[at] = Percent(round(value * 100, 6))
            elif value == "" and cell.data_type == "f":
                unknown.append(cell.coordinate)
    hidden = [at for at, row in sheet.row_dimensions.items() if row.hidden and at <= len(rows)]
    found = {
        N_("{about}: formulas without a value; save the file in Excel"): unknown,
        N_("rows are hidden; they were read: {about}"): map(str, hidden),
    }
    listed = ((why, ", ".join(list(those)[:_NAMED])) for why, those in found.items())
    return [(why, f"{name}: {about}") for why, about in listed if about]


def of_word(table: object, name: str) -> Grid:
    """A table of python-docx, which gives a merged cell once for each place it spans."""
    rows, seen = [], set()
    for row in table.rows:
        cells: list[Cell] = [None] * row.grid_cols_before
        for cell in row.cells:
            cells.append(_again(cell.text) if cell._tc in seen else cell.text)
            seen.add(cell._tc)
        rows.append(cells)
    return grid(name, rows)


def of_page(text: str) -> list[str | Grid]:
    """An HTML page as lines and tables, in order; tables that hold others only lay it out."""
    from lxml import html

    page = html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    found = [one for one in page.iter("table") if one.find(".//table") is None]
    tables = [_of_html(table, f"Table {at}") for at, table in enumerate(found, start=1)]
    for at, table in enumerate(found):
        table.clear(keep_tail=True)
        table.text = f"{_TABLE}{at}"
    for block in page.iter(*_BLOCKS):
        block.text, block.tail = f"\n{block.text or ''}", f"\n{block.tail or ''}"
    for one in list(page.iter("script", "style")):
        one.drop_tree()
    lines = page.text_content().splitlines()
    return [tables[int(one[1:])] if one.startswith(_TABLE) else one for one in lines]


def _of_html(table: object, name: str) -> Grid:
    cells: dict[tuple[int, int], str] = {}
    spans: list[Span] = []
    for at, row in enumerate(table.iter("tr")):
        to = 0
        for cell in row.iter("td", "th"):
            while (at, to) in cells:
                to += 1
            down, right = (_spanned(cell.get(side)) for side in ("rowspan", "colspan"))
            spans.append(((at, to), (at + down - 1, to + right - 1)))
            cells |= dict.fromkeys(product(range(at, at + down), range(to, to + right)), "")
            cells[at, to] = cell.text_content()
    height, width = (1 + max(ends, default=-1) for ends in (zip(*cells) if cells else ((), ())))
    rows = [[cells.get((at, to)) for to in range(width)] for at in range(height)]
    return grid(name, rows, spans)


def _spanned(text: str | None) -> int:
    return min(int(text), _SPANNED) or 1 if text and text.isdecimal() else 1


def of_csv(text: str, name: str) -> Grid:
    """A CSV file, whatever parts its cells: comma, semicolon, tab or bar."""
    head = "\n".join(text.splitlines()[:5])
    return grid(name, csv.reader(io.StringIO(text), delimiter=max(";\t,|", key=head.count)))


def of_json(text: str, name: str) -> Grid:
    """The longest list of records in a JSON file; other words and days in it stand above."""
    lists: list[list[dict]] = []
    above: list[str] = []

    def look(value: object, key: str = "") -> None:
        if isinstance(value, dict):
            for inner, one in value.items():
                look(one, inner)
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            lists.append(value)
        elif isinstance(value, str | int | float):
            above.append(f"{_DAYS.get(key.lower().replace('_', ''), key)} {value}")

    try:
        look(json.loads(text))
    except (ValueError, RecursionError):
        raise ValueError(N_("is no JSON; save it again")) from None
    records = max(lists, key=len, default=[])
    keys = list(dict.fromkeys(key for one in records for key in one))
    one = grid(name, [keys, *([one.get(key) for key in keys] for one in records)])
    one.above.append(" ".join(above))
    return one
