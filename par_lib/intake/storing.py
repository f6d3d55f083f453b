"""Raw tables into their folder: new rows are added, what stands there already is never replaced."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from par_lib import cleaning, schema, spreadsheet, units
from par_lib.files import read_toml, write_whole
from par_lib.sources import NAME, SYNTHETIC
from par_lib.validation import ADDED_UP
from par_lib.vietnamese import KIND_OF_UNIT, QuantityError, normalise, parse_quantity

_OWN = ("locator", "note")  # may be worded differently for one and the same figure


class Conflict(ValueError):
    """What is to be written contradicts what is there: nothing was written."""


@dataclass(frozen=True)
class Change:
    """One line of the diff: ``kind`` is added, filled, same or conflict."""

    file: Path
    kind: str
    row: str
    what: str = ""


def merge(
    folder: Path, tables: dict[tuple[int, str], pd.DataFrame], known: pd.DataFrame
) -> tuple[list[Change], dict[Path, pd.DataFrame]]:
    """The changes that writing ``tables`` under ``folder`` means, and each file as it would be.

    Two rows are one where unit, key and source agree; where figures are added up, unit and key.
    Nothing is written. Raises cleaning.DataError where a file would not be readable afterwards.
    """
    changes: list[Change] = []
    files: dict[Path, pd.DataFrame] = {}
    for (year, name), new in tables.items():
        table, file = schema.TABLES[name], folder / str(year) / f"{name}.csv"
        old = _load(file, table) if file.is_file() else new.iloc[:0]
        merged, listed = _merged(old, new, table=table, known=known, file=file)
        changes += listed
        if not any(change.kind == "conflict" for change in listed):
            cleaning.tidy_table(merged, table=table, known=known, year=year, file=str(file))
        files[file] = merged
    return changes, files


def require_free(
    files: dict[Path, pd.DataFrame], changes: list[Change], *, into_existing: bool
) -> None:
    """Make sure that nothing stands against writing the files.

    Raises Conflict where a figure would be replaced, or where a file exists that gains rows and
    ``into_existing`` was not asked for.
    """
    conflicts = [change for change in changes if change.kind == "conflict"]
    if conflicts:
        lines = [f"{one.file}: {one.row}: {one.what}" for one in conflicts]
        raise Conflict("\n".join([*lines, "nothing was written; decide on each figure first"]))
    existing = [str(file) for file in files if file.is_file()]
    if existing and not into_existing:
        raise Conflict(f"{', '.join(existing)}: exists; add --merge to see and add what is new")


def write(files: dict[Path, pd.DataFrame], changes: list[Change]) -> None:
    """Write the files that gain something, each whole."""
    gains = {change.file for change in changes if change.kind != "same"}
    for file, table in files.items():
        if file in gains:
            write_whole(file, table.to_csv(index=False, lineterminator="\n"))


def add_source(folder: Path, source: str, *, title: str, producer: str, year: int) -> bool:
    """Name the source in sources.toml, where it is not named; whether it was added."""
    if not NAME.fullmatch(source):
        raise ValueError(
            f"source {source!r}: write letters a-z, digits and hyphens, as report-2024"
        )
    file = folder / "sources.toml"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if f"[{source}]" in text:
        return False
    entry = [
        f"[{source}]",
        f"title = {_quoted(title)}",
        f"producer = {_quoted(producer)}",
        f'kind = "{_kind_beside(file)}"',
        f"accessed = {dt.date.today()}",
        f"data_years = [{year}]",
    ]
    write_whole(
        file, "\n".join(filter(None, [text.rstrip() + "\n" if text else "", *entry])) + "\n"
    )
    return True


def _kind_beside(file: Path) -> str:
    """Invented figures stand beside invented ones only."""
    written = read_toml(file, name=str(file)) if file.is_file() else {}
    kinds = {one.get("kind") for one in written.values() if isinstance(one, dict)}
    return SYNTHETIC if SYNTHETIC in kinds else "report"


def _quoted(text: str) -> str:
    return json.dumps(normalise(text), ensure_ascii=False)  # a basic string of TOML, too


def _load(file: Path, table: schema.Table) -> pd.DataFrame:
    raw = spreadsheet.read_csv(file, file=str(file))
    checked = cleaning.check_raw(raw.map(normalise), table=table, file=str(file))
    return checked.reset_index(drop=True)  # rows are added at the end, by number


def _merged(
    old: pd.DataFrame, new: pd.DataFrame, *, table: schema.Table, known: pd.DataFrame, file: Path
) -> tuple[pd.DataFrame, list[Change]]:
    merged = old.copy()
    # A place may be named twice by one source; where is then what tells the two apart.
    # A task's words are a person's once the row stands: its bullet tells it from others.
    is_task = table.name == "tasks"
    names = ("area", "plan_year", "locator") if is_task else table.key
    # What is added up stands once, whoever says it: another source may agree with it only.
    columns = [*names] if table.name in ADDED_UP else [*names, "source"]
    by_key = {_key(row, columns, known): at for at, row in old.to_dict("index").items()}
    changes = []
    for row in new.to_dict("records"):
        key = _key(row, columns, known)
        label = " ".join(
            part for part in map(str, (row[name] for name in names if name not in _OWN)) if part
        )
        if key not in by_key:
            merged.loc[len(merged)] = row
            if not is_task:  # one bullet can set several
                by_key[key] = len(merged) - 1
            changes.append(Change(file, "added", label))
            continue
        if is_task:
            changes.append(Change(file, "same", label))
            continue
        at, differing, filled = by_key[key], [], []
        for column in table.columns:
            there, now = merged.loc[at, column.name], row[column.name]
            if (
                column.name in (*columns, "source", *_OWN)
                or not now
                or _same(column, row, there, now)
            ):
                continue
            own = row["source"] == merged.loc[at, "source"]
            (filled if own and not there else differing).append(
                f"{column.name} {there or '–'} → {now}"
            )
            if own and not there:
                merged.loc[at, column.name] = now
        kind = "conflict" if differing else "filled" if filled else "same"
        changes.append(Change(file, kind, label, ", ".join(differing or filled)))
    return merged, changes


def _key(row: dict[str, str], columns: list[str], known: pd.DataFrame) -> tuple[str, ...]:
    """What two rows must share to be one; of a locator, where it is a key, only the bullet."""
    cells = row | {"unit": _code(row.get("unit", ""), known)}
    bullet = ", characters" if "unit" in columns else ", +"
    return tuple(cells[name].partition(", characters")[0].partition(bullet)[0] for name in columns)


def _code(name: str, known: pd.DataFrame) -> str:
    try:
        return name if name == schema.OTHERS else units.resolve(name, known)
    except units.UnknownUnit:
        return name


def _same(column: schema.Column, row: dict[str, str], there: str, now: str) -> bool:
    if there == now or not there or not column.is_quantity:
        return there == now
    kind = column.kind
    if column.unit_column:
        kind = KIND_OF_UNIT.get(row[column.unit_column], kind)
    try:
        first, second = (parse_quantity(text, kind=kind) for text in (there, now))
    except QuantityError:
        return False
    return (first.low, first.high, first.out_of) == (second.low, second.high, second.out_of)
