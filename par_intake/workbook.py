"""Raw tables from a workbook: the template, or any sheet with its headers; or from a register."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.cell.cell import Cell
from openpyxl.cell.read_only import EmptyCell

from par_intake import template
from par_intake.documents import MAX_BYTES, ReportError, refuse_bomb
from par_intake.figures import kind_in, raw_table
from par_lib.cleaning import register, schema, units
from par_lib.cleaning.schema import DataError
from par_lib.language.numbers import parse_quantity
from par_lib.language.spelling import compare_key, normalise
from par_lib.language.translation import N_


def count_register(
    files: list[Path], known: pd.DataFrame, year: int, *, source: str
) -> tuple[dict[tuple[int, str], pd.DataFrame], dict[str, int]]:
    """The raw table, and how many rows of each of register.FAULTS it leaves out.

    late counts what was resolved after its due date; the basis is what was resolved in the year.
    A row with the province as unit is the total of its level. ValueError where most rows are
    faulty, as with a register of another province.
    """
    until = dt.date(year, 12, 31)
    histogram, faults = register.count(files, units=known["code"], until=until)
    if histogram["dossiers"].sum() <= sum(faults.values()):
        raise ValueError(
            f"{files[0]}: most rows, or all, cannot be counted ({faults}); is it the register of "
            f"this province and of {year}? choose others with --province, --year"
        )
    own = register.late_dossiers(histogram)
    totals = own.drop(columns="unit").groupby("level", as_index=False).sum()
    totals["unit"] = units.as_total(known)
    then = units.units_in(known, year).drop_duplicates("code", keep="last")
    own["unit"] = own["unit"].map(then.set_index("code")["name"])
    rows = pd.concat([totals, own]).sort_values("level", kind="stable").assign(
        basis="resolved", status="derived", source=source, period_start=f"{year}-01-01",
        period_end=f"{year}-12-31",
    )  # fmt: skip
    rows["locator"] = f"{files[0].name}, " + rows["level"] + " " + rows["unit"]
    table = raw_table(schema.TABLES["late_dossiers"], rows.to_dict("records"))
    return {(year, "late_dossiers"): table}, faults


_SEARCHED = 20  # rows in which the headers are looked for, under whatever titles
_FEWEST = 3  # headers that make a table
MAX_ROWS, MAX_COLUMNS = 20_000, 100
Cells = dict[str, tuple[str, object]]  # column name → (cell, value)


def read(
    path: Path, known: pd.DataFrame, year: int, *, source: str
) -> dict[tuple[int, str], pd.DataFrame]:
    """The tables of every sheet that has their headers, as raw text, by (year, name).

    What no header asks for is filled in: the whole year as period, the place of a row as locator,
    ``source``. Raises DataError with every cell that cannot be read, and ReportError for a file
    that is no workbook, is too large, or holds no table; macros are never run.
    """
    known = units.units_in(known, year)
    rows: dict[str, list[dict[str, str]]] = {}
    problems: list[str] = []
    for title, lines in _sheets(path):
        head = _header(title, lines)
        if head is None or title == template.LISTS:
            continue
        at, table, columns = head
        wanted = compare_key(template.accept())
        ticks = next(
            (c for c, v in enumerate(lines[at]) if v and compare_key(str(v)) == wanted), None
        )
        listed = rows.setdefault(table.name, [])
        for number, line in enumerate(lines[at + 1 :], start=at + 2):
            cells = {name: (f"{openpyxl.utils.get_column_letter(c + 1)}{number}", line[c])
                     for c, name in columns.items() if c < len(line)}  # fmt: skip
            if ticks is not None and str(line[ticks] or "").strip().lower() != "x":
                continue
            written = [value for _, value in cells.values() if value not in (None, "")]
            if not written or compare_key(str(written[0])) in template.TOTALS:
                continue
            row = _row(title, table, cells, known, year, problems)
            row["source"] = row["source"] or source
            row["locator"] = row["locator"] or f"{title}, row {number}".replace(";", ",")
            listed.append(row)
    if not rows:
        raise ReportError(path, N_("no sheet has the headers of a table; start from par template"))
    if problems:
        raise DataError(problems)
    return {(year, name): raw_table(schema.TABLES[name], listed)
            for name, listed in rows.items() if listed}  # fmt: skip


def is_filled_in(path: Path) -> bool:
    """Whether a workbook has a sheet with the headers of one of our tables."""
    return any(_header(title, lines) for title, lines in _sheets(path) if title != template.LISTS)


def _sheets(path: Path) -> Iterator[tuple[str, list[tuple]]]:
    if not path.is_file():
        raise ReportError(path, N_("there is no such file"))
    if path.stat().st_size > MAX_BYTES:
        raise ReportError(
            path,
            N_("too large ({about} bytes); a report has at most 50,000,000"),
            path.stat().st_size,
        )
    refuse_bomb(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except Exception as error:  # noqa: BLE001  whatever a broken file raises in its parser
        why = N_("is no workbook ({about}), or has a password; save it as .xlsx")
        raise ReportError(path, why, type(error).__name__) from None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # a file may lie about its size
        cells = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
        lines = [tuple(map(_value, line)) for line in cells]
        if len(lines) > MAX_ROWS:
            raise ReportError(f"{path}, {sheet.title}", f"more than {MAX_ROWS:,} rows")
        yield sheet.title, lines
    book.close()


def _value(cell: Cell | EmptyCell) -> object:
    """A cell's value; what Excel shows as 72 % it holds as 0.72."""
    if isinstance(cell.value, float | int) and "%" in (cell.number_format or ""):
        return round(cell.value * 100, 9)
    return cell.value


Head = tuple[int, schema.Table, dict[int, str]]  # its row, the table, the column of each cell


def _header(title: str, lines: list[tuple]) -> Head | None:
    """The row of the headers that fits a table best, the first of those that fit alike."""
    best, head = 0, None
    for number, line in enumerate(lines[:_SEARCHED]):
        texts = [normalise(str(v)).rstrip("* ") if v is not None else "" for v in line]
        for table in schema.TABLES.values():
            columns = {at: name for at, text in enumerate(texts)
                       if (name := template.column_of(table, text))}  # fmt: skip
            score = 2 * len(set(columns.values())) + (title == template.sheet_name(table.name))
            has_level = "level" in columns.values() or "level" not in {
                c.name for c in table.columns
            }
            if len(columns) >= _FEWEST and has_level and score > best:
                best, head = score, (number, table, columns)
    return head


def _row(
    title: str, table: schema.Table, cells: Cells, known: pd.DataFrame, year: int,
    problems: list[str],
) -> dict[str, str]:  # fmt: skip
    row = {column.name: "" for column in table.columns} | template.DEFAULTS | {
        "period_start": f"{year}-01-01", "period_end": f"{year}-12-31", "plan_year": str(year),
    }  # fmt: skip
    for column in table.columns:
        where, value = cells.get(column.name, ("", None))
        try:
            row[column.name] = _text(value, column) or row[column.name]
        except ValueError as error:
            problems.append(f"{title}, {where}: {error}")
    for column in table.columns:
        where, value = cells.get(column.name, ("", None))
        try:
            _check(row, column, known, given=value not in (None, ""))
        except ValueError as error:
            problems.append(f"{title}, {where or column.name}: {error}")
    return row


def _text(value: object, column: schema.Column) -> str:
    """A cell as the raw table writes it."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        day = value.isoformat()[:10]  # without the hour
        if column.kind != "date":
            raise ValueError(f"{day} is a day, and this column is none; write it as text")
        return day
    if isinstance(value, bool):
        raise ValueError(f"{value} is true or false; write a figure or words")
    if isinstance(value, (int, float)):
        number = float(value)
        return str(int(value)) if number.is_integer() else repr(number).replace(".", ",")
    text = normalise(str(value))
    if text.startswith("="):
        raise ValueError(f'"{text[:40]}" is a formula; paste its value instead')
    if column.kind == "code":
        return template.code_of(column, text)
    if column.kind == "date":
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            with suppress(ValueError):
                return dt.datetime.strptime(text, form).date().isoformat()
        raise ValueError(f'"{text}" is no day; write it as 31/12/2022')
    return text


def _check(row: dict[str, str], column: schema.Column, known: pd.DataFrame, *, given: bool) -> None:
    """Say what the cleaning would refuse, while the cell is still known."""
    text = row[column.name]
    if not text:
        if column.required and not given and column.name not in ("source", "locator"):
            raise ValueError(f"{template.header(column.name)} is empty; fill it in")
        return
    if column.kind == "code" and text not in column.codes:
        choices = ", ".join(template.word(column.name, c) for c in column.codes)
        raise ValueError(f'"{text}" is not in the list; choose one of: {choices}')
    if column.kind == "unit" and text != schema.OTHERS:
        # On its own day it may be one unit, or another province: merging asks again.
        beside = "measure" in row and row["level"] == "province"
        with suppress(units.UnknownUnit if beside else units.AmbiguousUnit):
            units.resolve(text, known)
    if column.is_quantity:
        parse_quantity(text, kind=kind_in(column, row))
