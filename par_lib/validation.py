"""The declared tables as pandera schemas: one for a raw table, one for a tidy one."""

import pandas as pd
import pandera.pandas as pa

from par_lib import schema


def raw_schema(table: schema.Table) -> pa.DataFrameSchema:
    """Schema of a raw table: every declared column present, in order, as text."""
    columns = {}
    for column in table.columns:
        checks = [pa.Check.str_length(min_value=1, error="is empty")] if column.required else []
        if column.name in ("source", "locator"):
            checks.append(pa.Check.str_matches("^[^;]*$", error="holds ';'; write a comma"))
        codes = column.only or schema.CODES.get(column.name)
        if codes and column.kind == "code":
            allowed = codes if column.required else ("", *codes)
            checks.append(pa.Check.isin(allowed, error=f"is not one of: {', '.join(codes)}"))
        columns[column.name] = pa.Column(str, checks)
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.name)


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
    low, high = schema.BOUNDS[column.kind]
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low))
    if high is not None:
        checks.append(pa.Check.le(high))
    dtype = pd.Int64Dtype() if column.kind in ("count", "rank") else float
    return pa.Column(dtype, checks, nullable=True)


def _ordered_pair(low: str, high: str) -> pa.Check:
    return pa.Check(
        lambda frame: (frame[low] <= frame[high]) | frame[low].isna() | frame[high].isna(),
        name=f"{low}_le_{high}",
        error=f"{low} is above {high}",
    )
