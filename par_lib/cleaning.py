"""Small verbs from a raw table (text, as written) to a tidy one (units, dates, intervals).

Each verb takes a frame and gives a new one; none reads or writes a file. A row keeps the
number it has in a spreadsheet (the header is row 1), so that an error can name it.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from functools import cache, partial

import pandas as pd
from pandera.errors import SchemaErrors

from par_lib import schema, units, unlisted, validation, vietnamese
from par_lib.spreadsheet import FIRST_ROW


class DataError(ValueError):
    """One or more cells cannot be read; ``problems`` holds one sentence a cell."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


_WHOLES = {"points": "max_points", "rank": "ranked_units"}
Problems = list[str] | None  # where a verb puts what it cannot read; raised at once where None


def check_raw(
    raw: pd.DataFrame, *, table: schema.Table, file: str, problems: Problems = None
) -> pd.DataFrame:  # fmt: skip
    """Check a raw table against its declaration."""
    expected = [column.name for column in table.columns]
    if list(raw.columns) != expected:
        missing = [name for name in expected if name not in raw.columns]
        extra = [name for name in raw.columns if name not in expected]
        raise DataError(
            [
                f"{file}, row 1: columns must be {', '.join(expected)}"
                + (f"; missing: {', '.join(missing)}" if missing else "")
                + (f"; not known: {', '.join(extra)}" if extra else "")
            ]
        )
    found = []
    try:
        validation.raw_schema(table).validate(raw, lazy=True)
    except SchemaErrors as error:
        found = [
            f"{_place(file, case['index'], case['column'])}: {_short(case['failure_case'])} "
            f"{case['check']}"
            for case in error.failure_cases.to_dict("records")
        ]
    return _told(raw, found, problems)


def resolve_units(
    raw: pd.DataFrame, *, known: pd.DataFrame, year: int, file: str, problems: Problems = None
) -> pd.DataFrame:  # fmt: skip
    """Replace each spelled name by the unit's official one and put its code beside it.

    ``known`` is the province's unit list; a unit must be valid on the row's own date (its
    ``as_of`` or ``period_end``), else on the first day of ``year``. "all others" keeps its name
    and has no code. A name no such unit bears is an error with a suggestion, a date of another
    year too.
    """
    if "unit" not in raw:
        return raw.copy()
    dated = next((name for name in ("as_of", "period_end") if name in raw), None)
    valid_on = cache(lambda date: units.units_on(known, date))
    found = cache(lambda name, date: units.resolve(name, valid_on(date)))  # names repeat

    def code(row: int) -> str | None:
        name = raw.loc[row, "unit"]
        if dated and pd.isna(raw.loc[row, dated]):  # told by parse_dates
            return None
        date = raw.loc[row, dated].date() if dated else dt.date(year, 1, 1)
        if date.year != year:
            where = _place(file, row, dated)
            raise ValueError(f"{where}: {date} is not of {year}; move the row to {date.year}/")
        if name == schema.OTHERS:
            return None
        try:
            return found(name, date)
        except units.UnknownUnit as error:
            place = _place(file, row, "unit")
            _explain_ended(name, known=known, date=date, place=place)
            raise units.UnknownUnit(f"{place}: {error}") from None

    codes = _read_cells(raw.index, code, problems)
    names = dict(zip(known["code"], known["name"], strict=True))
    resolved = raw.drop(columns="unit")
    resolved.insert(0, "unit_code", codes.astype("str").where(codes.notna()))
    resolved.insert(1, "unit", codes.map(names).fillna(schema.OTHERS).astype("str"))
    return resolved


def _explain_ended(name: str, *, known: pd.DataFrame, date: dt.date, place: str) -> None:
    """Raise a better error where the name is a unit's, though not on that date."""
    try:
        code = units.resolve(name, known)
    except units.UnknownUnit:
        return
    try:
        heir = units.successor(code, known, date)
    except units.UnknownUnit as error:
        raise units.UnknownUnit(f"{place}: {error}") from None
    heirs_name = known.loc[known["code"] == heir, "name"].item()
    raise units.UnknownUnit(f'{place}: "{name}" was no unit on {date}; write "{heirs_name}"')


def parse_dates(
    raw: pd.DataFrame, *, table: schema.Table, file: str, problems: Problems = None
) -> pd.DataFrame:  # fmt: skip
    """Turn ISO dates (2022-12-31) into dates."""
    parsed = raw.copy()
    for column in table.columns:
        if column.kind != "date":
            continue

        def day(row: int, name: str = column.name) -> dt.date:
            try:
                return dt.date.fromisoformat(raw.loc[row, name])
            except ValueError:
                raise ValueError(
                    f"{_place(file, row, name)}: {_short(raw.loc[row, name])} is not a date; "
                    "write it as 2022-12-31"
                ) from None

        days = pd.to_datetime(_read_cells(raw.index, day, problems))
        parsed[column.name] = days.astype("datetime64[s]")
    return parsed


def parse_quantities(
    raw: pd.DataFrame, *, table: schema.Table, file: str, problems: Problems = None
) -> pd.DataFrame:  # fmt: skip
    """Turn written figures into numbers, partial ones into ``_low`` and ``_high``.

    ``0.59/1.5`` in points fills max_points, ``61/63`` in rank fills ranked_units. A column
    ``approximate`` says whether any figure of the row was hedged ("hơn", "khoảng").
    """
    tidy = raw.copy()
    tidy["approximate"] = False
    for column in table.quantities:
        read = partial(_quantity, tidy, column=column, file=file)
        quantities = _read_cells(raw.index, read, problems)
        written = quantities.notna()
        low = quantities[written].map(lambda quantity: quantity.low).reindex(raw.index)
        high = quantities[written].map(lambda quantity: quantity.high).reindex(raw.index)
        if not column.partial:
            found = [
                f"{_place(file, row, column.name)}: {_short(raw.loc[row, column.name])} is an "
                "interval, and this column takes exact figures; move it to a note"
                for row in raw.index[written & (low != high)]
            ]
            _told(raw, found, problems)
        values = (
            {column.name: low}
            if not column.partial
            else dict(zip(column.tidy_names, (low, high), strict=True))
        )
        at = tidy.columns.get_loc(column.name)
        tidy = tidy.drop(columns=column.name)
        for offset, (name, series) in enumerate(values.items()):
            tidy.insert(at + offset, name, _typed(series, column.kind))
        tidy["approximate"] |= quantities.map(
            lambda quantity: quantity is not None and quantity.approximate
        )
        tidy = _split_ratio(tidy, quantities, column.name, file=file, problems=problems)
    return tidy


def check_tidy(tidy: pd.DataFrame, *, table: schema.Table, file: str) -> pd.DataFrame:
    """Check a tidy table against its declaration; all problems are raised together."""
    names = [name for column in table.columns for name in column.tidy_names]
    tidy = tidy[[*names, "approximate"]].reset_index(drop=True)
    try:
        return validation.tidy_schema(table).validate(tidy, lazy=True)
    except SchemaErrors as error:
        raise DataError(
            f"{file}, record {case['index']}, column {case['column']}: "
            f"{case['failure_case']!r} breaks {case['check']}"
            for case in error.failure_cases.to_dict("records")
        ) from None


def tidy_table(
    raw: pd.DataFrame, *, table: schema.Table, known: pd.DataFrame, year: int, file: str
) -> pd.DataFrame:
    """All verbs in order: a checked tidy table from a raw one; all problems are raised together."""
    problems: list[str] = []
    given = {"table": table, "file": file, "problems": problems}
    dated = raw.pipe(check_raw, **given).pipe(parse_dates, **given)
    named = resolve_units(dated, known=known, year=year, file=file, problems=problems)
    tidy = named.pipe(parse_quantities, **given)
    read = named.index.difference([_row_of(problem) - FIRST_ROW for problem in problems])
    problems += validation.repeated_rows(named.loc[read], table=table, file=file)
    problems += validation.impossible_rows(tidy.loc[read], file=file)
    if problems:
        raise DataError(sorted(dict.fromkeys(problems), key=_row_of))
    if table.name == "late_dossiers":
        tidy = tidy.pipe(unlisted.bound_unlisted, known=known, total="late", level="district")
    if table.name == "disbursement":
        tidy = tidy.pipe(unlisted.expand_others, known=known, level="district")
    return tidy.pipe(check_tidy, table=table, file=file)


def _row_of(problem: str) -> int:
    found = re.search(r", row (\d+)", problem)
    return int(found[1]) if found else 0


def _told(frame: pd.DataFrame, found: list[str], problems: Problems) -> pd.DataFrame:
    if problems is None and found:
        raise DataError(found)
    if problems is not None:
        problems += found
    return frame


def _read_cells(
    rows: pd.Index, read: Callable[[int], object], problems: Problems = None
) -> pd.Series:  # fmt: skip
    """Read a cell a row; one that cannot be read is None, and a problem."""
    values, found = [], []
    for row in rows:
        try:
            values.append(read(row))
        except ValueError as error:
            values.append(None)
            found.append(str(error))
    _told(None, found, problems)
    return pd.Series(values, index=rows, dtype=object)


def _short(text: object) -> str:
    """A cell as it is quoted in a message."""
    return repr(text) if len(str(text)) <= 80 else f"{str(text)[:60]!r}… ({len(str(text))} letters)"


def _quantity(
    frame: pd.DataFrame, row: int, *, column: schema.Column, file: str
) -> vietnamese.Quantity | None:
    text = frame.loc[row, column.name]
    if not text:
        return None
    kind = column.kind
    if column.unit_column:
        kind = vietnamese.KIND_OF_UNIT.get(frame.loc[row, column.unit_column])
        if kind is None:  # told by check_raw
            return None
    try:
        quantity = vietnamese.parse_quantity(text, kind=kind)
        if quantity.out_of is not None and column.name not in _WHOLES and kind == column.kind:
            raise vietnamese.QuantityError(
                f"{_short(text)}: this column takes no maximum behind /; write the figure alone"
            )
        return quantity
    except vietnamese.QuantityError as error:
        raise ValueError(f"{_place(file, row, column.name)}: {error}") from None


def _split_ratio(
    tidy: pd.DataFrame, quantities: pd.Series, name: str, *, file: str, problems: Problems
) -> pd.DataFrame:  # fmt: skip
    """Put the whole behind / into its own column, which is read later in the table's order."""
    whole = _WHOLES.get(name)
    if whole is None:
        return tidy
    out_of = quantities.map(lambda quantity: quantity.out_of if quantity else None)
    written = out_of.map("{:.12g}".format, na_action="ignore")
    both = written.notna() & (tidy[whole] != "") & (tidy[whole] != written)
    found = [
        f"{_place(file, row, whole)}: {_short(tidy.loc[row, whole])} is not the {written[row]} "
        f"behind / in {name}; write it once"
        for row in tidy.index[both]
        if not _same(tidy.loc[row, whole], out_of[row])
    ]
    return _told(tidy.assign(**{whole: tidy[whole].where(out_of.isna(), written)}), found, problems)


def _same(written: str, value: float) -> bool:
    try:
        return vietnamese.parse_quantity(written, kind="points").low == value
    except vietnamese.QuantityError:
        return False


def _typed(series: pd.Series, kind: str) -> pd.Series:
    bounded = series.map(lambda value: None if value is None or math.isinf(value) else value)
    numbers = pd.to_numeric(bounded)
    return numbers.astype("Int64") if kind in ("count", "rank") else numbers.astype(float)


def _place(file: str, row: int, column: str) -> str:
    return f"{file}, row {row + FIRST_ROW}, column {column}"
