"""The declared tables as pandera schemas: one for a raw table, one for a tidy one.

What is wrong is told cell by cell: file, row as a spreadsheet counts, column, value, remedy.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from par_lib.cleaning import schema
from par_lib.language import numbers
from par_lib.storage.csv_files import FIRST_ROW

PLAN_YEARS = (1990, 2100)
ADDED_UP = ("late_dossiers", "disbursement")  # a figure that stood twice would count twice
_AT_MOST = (("on_time", "resolved"), ("points", "max_points"), ("rank_low", "ranked_units"),
            ("period_start", "period_end"))  # fmt: skip


def one_of(codes: Sequence[str], *, or_empty: bool = False) -> pa.Check:
    """The cell is one of the codes."""
    allowed = ("", *codes) if or_empty else codes
    return pa.Check.isin(allowed, error=f"is unknown; choose one of: {', '.join(codes)}")


@cache
def raw_schema(table: schema.Table) -> pa.DataFrameSchema:
    """Schema of a raw table: every declared column present, in order, as text."""
    columns = {}
    for column in table.columns:
        checks = [pa.Check.str_length(min_value=1, error="is empty")] if column.required else []
        if column.name in ("source", "locator"):
            checks.append(pa.Check.str_matches("^[^;]*$", error="holds ';'; write a comma"))
        codes = column.only or schema.CODES.get(column.name)
        if codes and column.kind == "code":
            checks.append(one_of(codes, or_empty=not column.required))
        columns[column.name] = pa.Column(str, checks)
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.name)


@cache
def tidy_schema(table: schema.Table) -> pa.DataFrameSchema:
    """Schema of a tidy table: typed, within bounds, every low at most its high."""
    columns: dict[str, pa.Column] = {}
    pairs = []
    for column in table.columns:
        for name in column.tidy_names:
            columns[name] = _tidy_column(column)
        if column.partial:
            pairs.append(_ordered_pair(*column.tidy_names))
    columns["approximate"] = pa.Column(bool)
    return pa.DataFrameSchema(columns, checks=pairs, strict=True, ordered=True, name=table.name)


def _tidy_column(column: schema.Column) -> pa.Column:
    if not column.is_quantity:
        dtype = "datetime64[s]" if column.kind == "date" else str
        return pa.Column(dtype, nullable=column.kind == "unit")
    low, high = numbers.BOUNDS[column.kind]
    dtype = pd.Int64Dtype() if column.kind in ("count", "rank") else float
    return pa.Column(dtype, [pa.Check.ge(low), pa.Check.le(high)], nullable=True)


def _ordered_pair(low: str, high: str) -> pa.Check:
    return pa.Check(
        lambda frame: (frame[low] <= frame[high]) | frame[low].isna() | frame[high].isna(),
        name=f"{low}_le_{high}",
        error=f"{low} is above {high}",
    )


def repeated_rows(named: pd.DataFrame, *, table: schema.Table, file: str) -> list[str]:
    """Rows that state what another row states, by unit and not by spelling, each with its remedy.

    In tables that are added up whatever the source is: of two sources for one figure, one row
    stands and its note names the other.
    """
    own = [name for name in ("unit_code", *table.key) if name in named]
    key = own if table.name in ADDED_UP else list(dict.fromkeys([*own, "source", "locator"]))
    first: dict[tuple, int] = {}
    found = []
    cells = named[key].astype(str).itertuples(index=False, name=None)
    for row, values in zip(named.index, cells, strict=True):
        before = first.setdefault(values, row)
        if before != row:
            found.append(
                f"{file}, row {row + FIRST_ROW}: states what row {before + FIRST_ROW} states "
                "already; keep one, and name the other source in its note"
            )
    return found


def impossible_rows(tidy: pd.DataFrame, *, file: str) -> list[str]:
    """Rows whose figures contradict one another: a part above its whole, an end too early."""
    found = []
    for part, whole in _AT_MOST:
        if {part, whole} <= set(tidy.columns):
            wrong = tidy[(tidy[part] > tidy[whole]).fillna(False).astype(bool)]
            for row, figures in wrong.iterrows():
                above = f"{_text(figures[part])} is above {_text(figures[whole])} in {whole}"
                found.append(f"{cell_place(file, row, part)}: {above}; correct one of them")
    if "criterion" in tidy and "max_points" in tidy:
        whole = tidy[(tidy["criterion"] == "par_index") & tidy["max_points"].notna()]
        found += [f"{cell_place(file, row, 'max_points')}: the PAR INDEX has 100, not {most:g}; "
                  "these are another criterion's points"
                  for row, most in whole["max_points"].items() if most != 100]  # fmt: skip
    if "plan_year" in tidy:
        wrong = tidy[~tidy["plan_year"].between(*PLAN_YEARS) & tidy["plan_year"].notna()]
        found += [f"{cell_place(file, row, 'plan_year')}: {year} is no year of a plan; write it as "
                  "2022" for row, year in wrong["plan_year"].items()]  # fmt: skip
    return found


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:g}"


class DataError(ValueError):
    """One or more cells cannot be read; ``problems`` holds one sentence a cell."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


Problems = list[str] | None  # where a verb puts what it cannot read; raised at once where None


def check_raw(
    raw: pd.DataFrame, *, table: schema.Table, file: str, problems: Problems = None
) -> pd.DataFrame:  # fmt: skip
    """Check a raw table against its declaration."""
    expected = [column.name for column in table.columns]
    if list(raw.columns) != expected:
        missing = [name for name in expected if name not in raw.columns]
        extra = [name for name in raw.columns if name not in expected]
        raise DataError([
            f"{file}, row 1: columns must be {', '.join(expected)}"
            + (f"; missing: {', '.join(missing)}" if missing else "")
            + (f"; not known: {', '.join(extra)}" if extra else "")
        ])  # fmt: skip
    found = []
    try:
        raw_schema(table).validate(raw, lazy=True)
    except SchemaErrors as error:
        found = [
            f"{cell_place(file, case['index'], case['column'])}: {quoted(case['failure_case'])} "
            f"{case['check']}"
            for case in error.failure_cases.to_dict("records")
        ]
    return tell(raw, found, problems)


def check_tidy(tidy: pd.DataFrame, *, table: schema.Table, file: str) -> pd.DataFrame:
    """Check a tidy table against its declaration; all problems are raised together."""
    names = [name for column in table.columns for name in column.tidy_names]
    tidy = tidy[[*names, "approximate"]].reset_index(drop=True)
    try:
        return tidy_schema(table).validate(tidy, lazy=True)
    except SchemaErrors as error:
        raise DataError(
            f"{file}, record {case['index']}, column {case['column']}: "
            f"{case['failure_case']!r} breaks {case['check']}"
            for case in error.failure_cases.to_dict("records")
        ) from None


def tell(frame: pd.DataFrame, found: list[str], problems: Problems) -> pd.DataFrame:
    if problems is None and found:
        raise DataError(found)
    if problems is not None:
        problems += found
    return frame


def quoted(text: object) -> str:
    """A cell as it is quoted in a message."""
    return repr(text) if len(str(text)) <= 80 else f"{str(text)[:60]!r}… ({len(str(text))} letters)"


def cell_place(file: str, row: int, column: str) -> str:
    return f"{file}, row {row + FIRST_ROW}, column {column}"
