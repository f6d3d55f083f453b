"""A dossier register as raw rows of late_dossiers: exact counts by unit and level of one year."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from par_lib import register, schema, units


def read(
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
    counts = register.late_dossiers(histogram)
    names = dict(zip(known["code"], known["name"], strict=True))
    home = units.home(known)
    columns = [column.name for column in schema.TABLES["late_dossiers"].columns]
    trace = {"basis": "resolved", "status": "derived", "source": source,
             "period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}  # fmt: skip
    rows = [
        {**trace, **row, "locator": f"{files[0].name}, {row['level']} {row['unit']}"}
        for row in _rows(counts, names, home)
    ]
    table = pd.DataFrame(rows).reindex(columns=columns)
    table = table.map(lambda cell: "" if pd.isna(cell) else str(cell))
    return {(year, "late_dossiers"): table}, faults


def _rows(counts: pd.DataFrame, names: dict[str, str], home: str) -> Iterator[dict]:
    for level, own in counts.groupby("level"):
        whole = own[["received", "resolved", "on_time", "late"]].sum()
        yield {"unit": home, "level": level, **whole.to_dict()}
        for row in own.to_dict("records"):
            yield row | {"unit": names[row["unit"]]}
