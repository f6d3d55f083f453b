"""Small verbs from a raw table (text, as written) to a tidy one (units, dates, intervals).

Each verb takes a frame and gives a new one; none reads or writes a file. A row keeps the
number it has in a spreadsheet (the header is row 1), so that an error can name it.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable
from functools import cache, partial

import pandas as pd
from pandera.errors import SchemaErrors

from par_lib import schema, units, validation, vietnamese

FIRST_ROW = 2  # row of the first record as a spreadsheet counts


class DataError(ValueError):
    """One or more cells cannot be read; ``problems`` holds one sentence a cell."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def check_raw(raw: pd.DataFrame, *, table: schema.Table, file: str) -> pd.DataFrame:
    """Check a raw table against its declaration; all problems are raised together."""
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
    problems = []
    try:
        validation.raw_schema(table).validate(raw, lazy=True)
    except SchemaErrors as error:
        problems = [
            f"{_place(file, case['index'], case['column'])}: {case['failure_case']!r} "
            f"{case['check']}"
            for case in error.failure_cases.to_dict("records")
        ]
    key = [*table.key, "source", "locator"]
    for row in raw.index[raw.duplicated(list(dict.fromkeys(key)))]:
        problems.append(f"{file}, row {row + FIRST_ROW}: repeats an earlier row; delete one")
    if problems:
        raise DataError(problems)
    return raw


def resolve_units(raw: pd.DataFrame, *, known: pd.DataFrame, year: int, file: str) -> pd.DataFrame:
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

    codes = _read_cells(raw.index, code)
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


def parse_dates(raw: pd.DataFrame, *, table: schema.Table, file: str) -> pd.DataFrame:
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
                    f"{_place(file, row, name)}: {raw.loc[row, name]!r} is not a date; "
                    "write it as 2022-12-31"
                ) from None

        parsed[column.name] = pd.to_datetime(_read_cells(raw.index, day)).astype("datetime64[s]")
    return parsed


def parse_quantities(raw: pd.DataFrame, *, table: schema.Table, file: str) -> pd.DataFrame:
    """Turn written figures into numbers, partial ones into ``_low`` and ``_high``.

    ``0.59/1.5`` in points fills max_points, ``61/63`` in rank fills ranked_units. A column
    ``approximate`` says whether any figure of the row was hedged ("hơn", "khoảng").
    """
    tidy = raw.copy()
    tidy["approximate"] = False
    for column in table.quantities:
        quantities = _read_cells(raw.index, partial(_quantity, tidy, column=column, file=file))
        written = quantities.notna()
        low = quantities[written].map(lambda quantity: quantity.low).reindex(raw.index)
        high = quantities[written].map(lambda quantity: quantity.high).reindex(raw.index)
        if not column.partial:
            for row in raw.index[written & (low != high)]:
                raise DataError(
                    [
                        f"{_place(file, row, column.name)}: {raw.loc[row, column.name]!r} is an "
                        "interval, and this column takes exact figures; move it to a note"
                    ]
                )
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
        tidy = _split_ratio(tidy, quantities, column.name)
    return tidy


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
    """All verbs in order: a checked tidy table from a raw one."""
    tidy = (
        raw.pipe(check_raw, table=table, file=file)
        .pipe(parse_dates, table=table, file=file)
        .pipe(resolve_units, known=known, year=year, file=file)
        .pipe(parse_quantities, table=table, file=file)
    )
    if table.name == "late_dossiers":
        tidy = tidy.pipe(bound_unlisted, known=known, total="late", level="district")
    if table.name == "disbursement":
        tidy = tidy.pipe(expand_others, known=known, level="district")
    return tidy.pipe(check_tidy, table=table, file=file)


def _read_cells(rows: pd.Index, read: Callable[[int], object]) -> pd.Series:
    """Read a cell a row; the problems of all rows are raised together."""
    values, problems = [], []
    for row in rows:
        try:
            values.append(read(row))
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise DataError(problems)
    return pd.Series(values, index=rows, dtype=object)


def _quantity(
    frame: pd.DataFrame, row: int, *, column: schema.Column, file: str
) -> vietnamese.Quantity | None:
    text = frame.loc[row, column.name]
    if not text:
        return None
    kind = column.kind
    if column.unit_column:
        kind = vietnamese.KIND_OF_UNIT[frame.loc[row, column.unit_column]]
    try:
        return vietnamese.parse_quantity(text, kind=kind)
    except vietnamese.QuantityError as error:
        raise ValueError(f"{_place(file, row, column.name)}: {error}") from None


def _split_ratio(tidy: pd.DataFrame, quantities: pd.Series, name: str) -> pd.DataFrame:
    whole = {"points": "max_points", "rank": "ranked_units"}.get(name)
    if whole is None:
        return tidy
    out_of = quantities.map(lambda quantity: quantity.out_of if quantity else None)
    # The whole stays text until its own column is read, later in the table's order.
    return tidy.assign(
        **{whole: tidy[whole].where(out_of.isna(), out_of.map("{:g}".format, na_action="ignore"))}
    )


def _typed(series: pd.Series, kind: str) -> pd.Series:
    bounded = series.map(lambda value: None if value is None or math.isinf(value) else value)
    numbers = pd.to_numeric(bounded)
    return numbers.astype("Int64") if kind in ("count", "rank") else numbers.astype(float)


def _append(tidy: pd.DataFrame, added: list[dict]) -> pd.DataFrame:
    if not added:
        return tidy.reset_index(drop=True)
    extra = pd.DataFrame(added)[list(tidy.columns)].astype(tidy.dtypes)
    return pd.concat([tidy, extra], ignore_index=True)


def _place(file: str, row: int, column: str) -> str:
    return f"{file}, row {row + FIRST_ROW}, column {column}"
