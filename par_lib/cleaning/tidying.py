"""Small verbs from a raw table (text, as written) to a tidy one (units, dates, intervals).

Each verb takes a frame and gives a new one; none reads or writes a file. A row keeps the
number it has in a spreadsheet (the header is row 1), so that an error can name it. Units that a
listing leaves out get rows of their own, with what is known of them.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from functools import cache, partial

import pandas as pd

from par_lib.cleaning import schema, units, validation
from par_lib.cleaning.validation import (
    DataError,
    Problems,
    cell_place,
    check_raw,
    check_tidy,
    quoted,
    tell,
)
from par_lib.language import numbers
from par_lib.storage.csv_files import FIRST_ROW

_WHOLES = {"points": "max_points", "rank": "ranked_units"}


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
    index_on = cache(lambda date: units.lookup(valid_on(date)))

    @cache  # names repeat
    def found(name: str, date: dt.date) -> str:
        return units.resolve(name, valid_on(date), index=index_on(date))

    def code(row: int) -> str | None:
        name = raw.loc[row, "unit"]
        if dated and pd.isna(raw.loc[row, dated]):  # told by parse_dates
            return None
        date = raw.loc[row, dated].date() if dated else dt.date(year, 1, 1)
        if date.year != year:
            where = cell_place(file, row, dated)
            raise ValueError(f"{where}: {date} is not of {year}; move the row to {date.year}/")
        if name == schema.OTHERS:
            return None
        try:
            return found(name, date)
        except units.UnknownUnit as error:
            place = cell_place(file, row, "unit")
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
                    f"{cell_place(file, row, name)}: {quoted(raw.loc[row, name])} is not a date; "
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
                f"{cell_place(file, row, column.name)}: {quoted(raw.loc[row, column.name])} is an "
                "interval, and this column takes exact figures; move it to a note"
                for row in raw.index[written & (low != high)]
            ]
            tell(raw, found, problems)
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
        tidy = tidy.pipe(bound_unlisted, known=known, total="late", level="district")
    if table.name == "disbursement":
        tidy = tidy.pipe(expand_others, known=known, level="district")
    return tidy.pipe(check_tidy, table=table, file=file)


def _row_of(problem: str) -> int:
    found = re.search(r", row (\d+)", problem)
    return int(found[1]) if found else 0


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
    tell(None, found, problems)
    return pd.Series(values, index=rows, dtype=object)


def _quantity(
    frame: pd.DataFrame, row: int, *, column: schema.Column, file: str
) -> numbers.Quantity | None:
    text = frame.loc[row, column.name]
    if not text:
        return None
    kind = column.kind
    if column.unit_column:
        kind = numbers.KIND_OF_UNIT.get(frame.loc[row, column.unit_column])
        if kind is None:  # told by check_raw
            return None
    try:
        quantity = numbers.parse_quantity(text, kind=kind)
        if quantity.out_of is not None and column.name not in _WHOLES and kind == column.kind:
            raise numbers.QuantityError(
                f"{quoted(text)}: this column takes no maximum behind /; write the figure alone"
            )
        return quantity
    except numbers.QuantityError as error:
        raise ValueError(f"{cell_place(file, row, column.name)}: {error}") from None


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
        f"{cell_place(file, row, whole)}: {quoted(tidy.loc[row, whole])} is not the {written[row]} "
        f"behind / in {name}; write it once"
        for row in tidy.index[both]
        if not _same(tidy.loc[row, whole], out_of[row])
    ]
    return tell(tidy.assign(**{whole: tidy[whole].where(out_of.isna(), written)}), found, problems)


def _same(written: str, value: float) -> bool:
    try:
        return numbers.parse_quantity(written, kind="points").low == value
    except numbers.QuantityError:
        return False


def _typed(series: pd.Series, kind: str) -> pd.Series:
    bounded = series.map(lambda value: None if value is None or math.isinf(value) else value)
    numbers = pd.to_numeric(bounded)
    return numbers.astype("Int64") if kind in ("count", "rank") else numbers.astype(float)


def bound_unlisted(
    tidy: pd.DataFrame, *, known: pd.DataFrame, total: str, level: str
) -> pd.DataFrame:
    """Add a row for each unit of ``level`` that a listing with a declared total leaves out.

    Each such unit lies in [0, total − sum of the listed], for the units share that rest.
    Where nothing is listed, or no total is declared, nothing is added. Rows added have status
    "bound" and the source and locator of the total.
    """
    low, high = f"{total}_low", f"{total}_high"
    figures = dict.fromkeys(tidy.select_dtypes("number").columns)  # the total's own, not a unit's
    added = []
    province = set(known.loc[known["level"] == "province", "code"])
    of_level = tidy[tidy["level"] == level]
    for (_, end), group in of_level.groupby(["period_start", "period_end"]):
        is_total = group["unit_code"].isin(province)
        listed = group[~is_total & group[low].notna()]
        declared = group[is_total & (group[low] == group[high])]
        if listed.empty or len(declared) != 1:
            continue
        rest = int(declared[low].item() - listed[low].sum())
        valid = units.units_on(known, end.date(), level=level)
        unlisted = valid[~valid["code"].isin(listed["unit_code"])]
        for unit in unlisted.itertuples():
            row = declared.iloc[0].to_dict() | figures
            row |= {"unit_code": unit.code, "unit": unit.name}
            row |= {low: 0, high: max(rest, 0), "status": "bound", "note": ""}
            added.append(row)
    return _append(tidy, added)


def expand_others(tidy: pd.DataFrame, *, known: pd.DataFrame, level: str) -> pd.DataFrame:
    """Replace each "all others" row of ``level`` by one row for each unit not listed beside it.

    Rows of other levels stay: how many agencies there are is not known.
    """
    is_group = (tidy["unit"] == schema.OTHERS) & (tidy["level"] == level)
    added = []
    for _, group in tidy[is_group].iterrows():
        beside = tidy[(tidy["level"] == level) & (tidy["as_of"] == group["as_of"])]
        valid = units.units_on(known, group["as_of"].date(), level=level)
        unlisted = valid[~valid["code"].isin(beside["unit_code"].dropna())]
        added += [
            group.to_dict() | {"unit_code": unit.code, "unit": unit.name}
            for unit in unlisted.itertuples()
        ]
    return _append(tidy[~is_group], added)


def _append(tidy: pd.DataFrame, added: list[dict]) -> pd.DataFrame:
    if not added:
        return tidy.reset_index(drop=True)
    extra = pd.DataFrame(added)[list(tidy.columns)].astype(tidy.dtypes)
    return pd.concat([tidy, extra], ignore_index=True)
