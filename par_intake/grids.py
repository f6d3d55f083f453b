"""Tables of Excel, OpenDocument, Word, PDF, HTML, CSV and JSON as grids of cells.

Cells are text as an office writes it: 1234,5 and 31/12/2022, and 33% where Excel shows so 0.33. The
words of a merged cell stand in every place it spans; a number only in the first, or it would count
twice.
"""

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, product, zip_longest

from par_lib.language import Refused, say
from par_lib.language.translation import N_
from par_lib.language.vietnamese import normalise

SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
MAX_ROWS, MAX_COLUMNS = 200_000, 200
_STYLED = 20_000  # rows of a workbook up to which formats, formulas, hidden rows are looked at
_NAMED = 20  # cells or rows that are named
_FIGURE = re.compile(r"[-+]?\d[\d.,]*\s?%?")
_BROKEN_NUMBER = re.compile(r"(?<=[\d/.,])\n(?=[\d/.,])")
_SPANNED = re.compile(r"[1-9]\d?")
_DAY_FORMS = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d")
_BLOCKS = ("p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "table")
_TABLE = "\ue000"  # stands in the text of a page where a table stood
_DAYS = {"tungay": "từ ngày", "denngay": "đến ngày"}  # keys of saved records
Span = tuple[tuple[int, int], tuple[int, int]]  # row and column of the first cell and of the last


@dataclass
class Grid:
    """A table as it stands: ``rows`` of equal length."""

    name: str
    rows: list[list[str]]  # numbers with a decimal comma, days as 31/12/2022
    above: list[str] = field(default_factory=list)  # paragraphs over it, the nearest last
    told: list[tuple[str, str]] = field(default_factory=list)  # what a reader must know of it

    def place(self, row: int) -> str:
        """Where a row stands."""
        return say("{name}, row {row}", name=self.name, row=row + 1)

    def places(self, rows: Iterable[int]) -> str:
        """Where some rows stand, of many the first."""
        numbers = [str(row + 1) for row in rows]
        named = ", ".join(numbers[:_NAMED]) + " …" * (len(numbers) > _NAMED)
        return say("{name}, rows {rows}", name=self.name, rows=named)


def grid(
    name: str, rows: Iterable[Iterable[object]], spans: Iterable[Span] = (),
    told: Iterable[tuple[str, str]] = (),
) -> Grid:  # fmt: skip
    """A grid of cells as they come: text normalised, rows of equal length, merged cells spread."""
    cells = [[_clean(cell) for cell in row] for row in rows]
    width = max(map(len, cells), default=0)
    cells = [row + [""] * (width - len(row)) for row in cells]
    for (top, left), (bottom, right) in spans:
        places = product(cells[top : bottom + 1], range(left, min(right + 1, width)))
        for row, at in list(places)[1:]:
            row[at] = _again(cells[top][left])
    return Grid(name.replace(";", ","), cells, told=[*told])


def _clean(cell: object) -> str:
    """A cell as an office writes it: 1234,5 and 31/12/2022."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return written(cell) if math.isfinite(cell) else ""
    text = f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else str(cell or "")
    return normalise(_BROKEN_NUMBER.sub("", text))


def written(value: float) -> str:
    """A number with a decimal comma; a fraction without the noise of a computer's decimals."""
    digits = 15 if value == round(value) else 12
    return f"{Decimal(f'{value:.{digits}g}'):f}".replace(".", ",")


def _again(cell: str) -> str:
    """What a merged cell shows in the places that it spans beside its first."""
    return "" if cell.strip()[:1].isdigit() else cell


def nth(number: int) -> str:
    """What the table of that number in a file is called."""
    return say("Table {number}", number=number)


@lru_cache(maxsize=50_000)  # days repeat from row to row
def day_of(cell: str) -> str | None:
    """A day in ISO form, without its hour; None for what is no day."""
    for form in _DAY_FORMS if cell else ():
        with suppress(ValueError):
            return f"{dt.datetime.strptime(cell.split()[0], form):%Y-%m-%d}"
    return None


def is_figure(cell: str) -> bool:
    """Whether a cell holds a number."""
    return bool(_FIGURE.fullmatch(cell))


def of_sheets(raw: bytes) -> Iterator[Grid]:
    """Every sheet of a workbook, hidden ones too; ValueError says why it cannot be read."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        metas = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        sheets = [book.get_sheet_by_name(meta.name) for meta in metas]
        height = max((sheet.total_height for sheet in sheets), default=0)
        held = [one.to_python(skip_empty_area=False) for one in sheets if height <= MAX_ROWS]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  of a broken file; a panic is no Exception
        if "EncryptedPackage".encode("utf-16-le") in raw or "assword" in str(error):
            raise Refused("has a password; save it without one") from None
        raise Refused("cannot be opened as a workbook; save it as .xlsx") from None
    if height > MAX_ROWS:
        raise Refused("holds more than 200,000 rows in a sheet; split it")
    styled = _styled(raw) if sum(map(len, held)) <= _STYLED else {}
    for meta, sheet, cells in zip(metas, sheets, held, strict=True):
        rows = [row[:MAX_COLUMNS] for row in cells]
        while rows and not any(cell not in ("", None) for cell in rows[-1]):
            rows.pop()
        told = list(_as_shown(styled[meta.name], rows)) if meta.name in styled else []
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            told.append((N_("sheet {about} is hidden; it was read"), meta.name))
        yield grid(meta.name, rows, sheet.merged_cell_ranges or (), told)


def _styled(raw: bytes) -> dict[str, object]:
    """Sheets of an .xlsx with what calamine leaves out: formats, hidden rows, formulas."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw))
    except Exception:  # noqa: BLE001  no .xlsx, or one that only calamine can read
        return {}
    return {sheet.title: sheet for sheet in book.worksheets}


def _as_shown(sheet: object, rows: list[list]) -> Iterator[tuple[str, str]]:
    """Write what a sheet shows in per cent as it does; tell what else there is to know of it."""
    unknown = []
    for row, cells in zip(rows, sheet.iter_rows(), strict=False):
        for at, (value, cell) in enumerate(zip(row, cells, strict=False)):
            if isinstance(value, int | float) and "%" in (cell.number_format or ""):
                row[at] = f"{written(round(value * 100, 6))}%"
            elif value == "" and cell.data_type == "f":
                unknown.append(f"{sheet.title}!{cell.coordinate}")
    for place in unknown[:_NAMED]:
        yield N_("{about} is a formula without a value; save it in Excel"), place
    hidden = [str(at) for at, row in sheet.row_dimensions.items() if row.hidden and at <= len(rows)]
    if hidden:
        places = ", ".join(hidden[:_NAMED])
        yield N_("rows are hidden; they were read: {about}"), f"{sheet.title}: {places}"


def of_word(table: object, read: list[list[str]]) -> list[list[str]]:
    """Cells of a table of python-docx, which gives a merged one once for each place it spans.

    ``read`` are its rows as viparse has them, with letters repaired, a merged cell once.
    """
    rows, seen = [], set()
    for row, texts in zip_longest(table.rows, read[: len(table.rows)], fillvalue=()):
        spans = [[*same] for _, same in groupby(row.cells, key=lambda cell: cell._tc)]
        texts = texts if len(texts) == len(spans) else [first.text for first, *_ in spans]
        cells = [""] * row.grid_cols_before
        for text, (first, *others) in zip(texts, spans, strict=True):
            cells.append(_again(text) if first._tc in seen else text)
            cells += [_again(text)] * len(others)
            seen.add(first._tc)
        rows.append(cells)
    return rows


def of_page(text: str) -> list[str | Grid]:
    """An HTML page as lines and tables, in order; tables that hold others only lay it out."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8")
    page = html.fromstring(f"<body>{text}</body>".encode(), parser=parser)
    tables = []
    for one in [*page.iter("table", "script", "style")]:
        if one.tag == "table" and one.find(".//table") is None:
            tables.append(_of_html(one, nth(len(tables) + 1)))
            one.clear(keep_tail=True)
            one.text = f"{_TABLE}{len(tables) - 1}"
        elif one.tag != "table":
            one.drop_tree()
    for block in page.iter(*_BLOCKS):
        block.text, block.tail = f"\n{block.text or ''}", f"\n{block.tail or ''}"
    lines = page.text_content().splitlines()
    return [tables[int(line[1:])] if line[:1] == _TABLE else line for line in lines]


def _of_html(table: object, name: str) -> Grid:
    cells: dict[tuple[int, int], str] = {}
    for at, row in enumerate(table.iter("tr")):
        to = 0
        for cell in row.iter("td", "th"):
            while (at, to) in cells:
                to += 1
            said = (cell.get(side, "") for side in ("rowspan", "colspan"))
            down, right = (int(one) if _SPANNED.fullmatch(one) else 1 for one in said)
            for place in product(range(at, at + down), range(to, to + right)):
                cells[place] = _again(cell.text_content())
            cells[at, to] = cell.text_content()
    height, width = (max((place[side] for place in cells), default=-1) + 1 for side in (0, 1))
    return grid(name, [[cells.get((at, to)) for to in range(width)] for at in range(height)])


def of_csv(text: str, name: str) -> Grid:
    """A CSV file, whatever parts its cells: comma, semicolon, tab or bar."""
    head = "\n".join(text.splitlines()[:5])
    return grid(name, csv.reader(io.StringIO(text), delimiter=max(";\t,|", key=head.count)))


def of_json(text: str, name: str) -> Grid:
    """The longest list of records in a JSON file; other words and days in it stand above."""
    try:
        said = list(_leaves(json.loads(text)))
    except (ValueError, RecursionError):
        raise Refused("is no JSON; save it again") from None
    records = max((one for _, one in said if isinstance(one, list)), key=len, default=[])
    keys = list(dict.fromkeys(key for one in records for key in one))
    made = grid(name, [keys, *([one.get(key) for key in keys] for one in records)])
    words = (f"{_DAYS.get(key, key)} {word}" for key, word in said if not isinstance(word, list))
    made.above.append(" ".join(words))
    return made


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Lists of records, and words and numbers beside them, each with its key."""
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _leaves(one, inner.lower().replace("_", ""))
    elif not isinstance(value, list) or all(isinstance(one, dict) for one in value):
        yield key, value
