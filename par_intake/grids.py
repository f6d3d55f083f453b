"""Tables of Excel, OpenDocument, Word, PDF, HTML, CSV and JSON as grids of cells.

A merged header stands in every cell it spans; a number only in its first, or it would count twice.
Cells are text, numbers, days or None; what Excel shows as 33 % is Percent(33), not 0.33.
"""

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from par_lib.language.spelling import normalise
from par_lib.language.translation import N_

SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
MAX_ROWS, MAX_COLUMNS = 200_000, 200
_STYLED = 5_000  # rows of an .xlsx up to which formats, formulas and hidden rows are looked at
_BROKEN_NUMBER = re.compile(r"(?<=[\d/.,])\n(?=[\d/.,])")
Cell = str | float | dt.date | None


class Percent(float):
    """A number that its sheet shows in per cent: 33.0 for 33 %."""


@dataclass
class Grid:
    """A table as it stands: ``rows`` of equal length, the first being row ``first`` of ``name``."""

    name: str
    rows: list[list[Cell]]
    first: int = 1
    above: list[str] = field(default_factory=list)  # paragraphs over it, the nearest last
    told: list[tuple[str, str]] = field(default_factory=list)  # what a reader must know of it

    def place(self, row: int) -> str:
        """Where a row stands."""
        return f"{self.name}, row {self.first + row}".replace(";", ",")


def grid(name: str, rows: Iterable[Iterable[Cell]], above: Iterable[str] = ()) -> Grid:
    """A grid of cells as they come: text normalised, lines of equal length."""
    cells = [[_clean(cell) for cell in row] for row in rows]
    width = max(map(len, cells), default=0)
    return Grid(name, [row + [None] * (width - len(row)) for row in cells], above=list(above))


def _clean(cell: object) -> Cell:
    if isinstance(cell, str):
        return normalise(_BROKEN_NUMBER.sub("", cell)) or None
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, int | float) and not isinstance(cell, Percent):
        return float(cell)
    return cell if isinstance(cell, Percent | dt.date) else None


def spread(rows: list[list[Cell]], spans: Iterable[tuple[int, int, int, int]]) -> None:
    """Write the text of each merged cell (first row, column, last row, column) over its span."""
    for top, left, bottom, right in spans:
        text = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
        if isinstance(text, str):
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [text] * len(row[left : right + 1])


def of_sheets(path: Path) -> Iterator[Grid]:
    """Every sheet of a workbook, hidden ones too; ValueError says why it cannot be read."""
    import python_calamine as calamine

    raw = path.read_bytes()
    if raw.lstrip()[:1] == b"<":  # saved as .xls by a program that writes HTML
        yield from of_html(raw.decode("utf-8", errors="replace"))
        return
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        names = book.sheets_metadata
    except Exception as error:  # noqa: BLE001  whatever a broken file raises in its parser
        if "EncryptedPackage".encode("utf-16-le") in raw or "assword" in str(error):
            raise ValueError(N_("has a password; save it without one")) from None
        raise ValueError(N_("cannot be opened as a workbook; save it as .xlsx")) from None
    styles = _Styles(raw)
    for at, meta in enumerate(names):
        sheet = book.get_sheet_by_index(at)
        if sheet.total_height > MAX_ROWS:
            raise ValueError(N_("holds more than 200,000 rows in a sheet; split it"))
        rows = [row[:MAX_COLUMNS] for row in sheet.to_python(skip_empty_area=False)]
        while rows and not any(cell not in ("", None) for cell in rows[-1]):
            rows.pop()
        told = styles.mark(meta.name, rows)
        one = grid(meta.name, rows)
        spread(one.rows, [(*start, *end) for start, end in sheet.merged_cell_ranges or []])
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            told.append((N_("sheet {about} is hidden; it was read"), meta.name))
        one.told += told
        yield one


class _Styles:
    """What calamine leaves out of an .xlsx: formats, hidden rows, formulas without a value."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._book, self._formulas = raw, None, None

    def mark(self, name: str, rows: list[list]) -> list[tuple[str, str]]:
        """Turn percent cells into Percent; say what else there is to know."""
        if not zipfile.is_zipfile(io.BytesIO(self._raw)) or not 0 < len(rows) <= _STYLED:
            return []
        with zipfile.ZipFile(io.BytesIO(self._raw)) as packed:
            listed = packed.namelist()
            if "xl/workbook.xml" not in listed:
                return []
            sizes = [info.file_size for info in packed.infolist() if "worksheets/" in info.filename]
        if sum(sizes) > 30_000_000:
            return []
        import openpyxl

        if self._book is None:
            self._book, self._formulas = (
                openpyxl.load_workbook(io.BytesIO(self._raw), data_only=values)
                for values in (True, False)
            )
        if name not in self._book.sheetnames or not hasattr(self._book[name], "iter_rows"):
            return []
        sheet, formulas, told = self._book[name], self._formulas[name], []
        for at, line in enumerate(sheet.iter_rows(max_row=len(rows), max_col=MAX_COLUMNS)):
            for to, cell in enumerate(line[: len(rows[at])]):
                if isinstance(cell.value, int | float) and "%" in (cell.number_format or ""):
                    rows[at][to] = Percent(round(cell.value * 100, 6))
                elif cell.value is None and formulas.cell(at + 1, to + 1).data_type == "f":
                    rows[at][to] = None
                    where = f"{name}!{cell.coordinate}"
                    told.append(
                        (N_("{about} is a formula without a value; save it in Excel"), where)
                    )
        hidden = [
            str(n) for n, row in sheet.row_dimensions.items() if row.hidden and n <= len(rows)
        ]
        if hidden:
            about = f"{name}: {', '.join(hidden[:20])}"
            told.append((N_("rows are hidden; they were read: {about}"), about))
        return told[:20]


def of_word(table: object, name: str) -> Grid:
    """A table of python-docx: its cells come once for each place they span."""
    rows: list[list[Cell]] = []
    before: list = []
    for row in table.rows:
        cells = [None] * row.grid_cols_before + [*row.cells] + [None] * row.grid_cols_after
        texts: list[Cell] = []
        for at, cell in enumerate(cells):
            text = cell.text if cell is not None else None
            across = at and cell is not None and cells[at - 1] is not None
            again = (across and cells[at - 1]._tc is cell._tc) or (
                at < len(before) and before[at] is not None and cell is not None
                and before[at]._tc is cell._tc)  # fmt: skip
            texts.append(None if again and text and text.strip()[:1].isdigit() else text)
        rows.append(texts)
        before = cells
    return grid(name, rows)


def of_html(text: str) -> Iterator[Grid]:
    """Every table of a page, in order, with the text just above it."""
    from lxml import html

    page = html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    for number, table in enumerate(page.iter("table"), start=1):
        if next(table.iter("table"), table) is not table or any(
            t is not table for t in table.iter("table")
        ):
            continue  # holds other tables: layout, not figures
        rows, held = [], {}
        for at, line in enumerate(table.iter("tr")):
            cells: list[Cell] = []
            for cell in line.iter("td", "th"):
                while (at, len(cells)) in held:
                    cells.append(held.pop((at, len(cells))))
                said = normalise(cell.text_content())
                down, right = (_small(cell.get(name)) for name in ("rowspan", "colspan"))
                again = None if said[:1].isdigit() else said
                for step in range(right):
                    for below in range(1, down):
                        held[at + below, len(cells)] = again
                    cells.append(again if step else said)
            while (at, len(cells)) in held:
                cells.append(held.pop((at, len(cells))))
            rows.append(cells)
        over = [
            normalise(one.text_content())
            for one in table.itersiblings("p", "h1", "h2", "h3", "div", preceding=True)
        ]
        yield grid(f"Table {number}", rows, over[:4][::-1])


def _small(text: str | None) -> int:
    return min(int(text), 50) if text and text.isdigit() else 1


def of_csv(text: str, name: str) -> Grid:
    """A CSV file, whatever parts its cells: comma, semicolon or tab."""
    head = "\n".join(text.splitlines()[:5])
    mark = max(";\t,|", key=head.count)
    return grid(name, csv.reader(io.StringIO(text), delimiter=mark))


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
            word = {"tungay": "từ ngày", "denngay": "đến ngày"}.get(
                key.lower().replace("_", ""), key
            )
            above.append(f"{word} {value}")

    try:
        look(json.loads(text))
    except (ValueError, RecursionError):
        raise ValueError(N_("is no JSON; save it again")) from None
    records = max(lists, key=len, default=[])
    keys = list(dict.fromkeys(key for one in records for key in one))
    values = [[one.get(key) for key in keys] for one in records]
    return grid(name, [keys, *values], [" ".join(above)])
