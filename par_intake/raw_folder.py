"""A province's folder in data/raw: begun for a year, and raw tables added to it.

New rows are added, what stands there already is never replaced.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd

from par_intake.figures import Tables, kind_in, raw_table
from par_lib.cleaning import schema, tidying, units
from par_lib.cleaning.schema import ADDED_UP
from par_lib.cleaning.tables import SOURCE_NAME, SYNTHETIC
from par_lib.language import Refused, say
from par_lib.language.numbers import QuantityError, parse_quantity
from par_lib.language.spelling import normalise
from par_lib.language.translation import N_
from par_lib.storage import csv_files, paths
from par_lib.storage.paths import read_toml, write_whole

CHECKLIST = (
    N_("Fill in {book}, or have the report at hand as .docx, .pdf or text."),
    N_("Read it: par read FILE --year {year} --province {province}; --merge for a second file."),
    N_("Compare the reading page; tick what is right in the workbook beside it, then read that."),
    N_("See what does not add up or is missing: par check {year} --province {province}"),
    N_("Complete title, address and notes of each source in {sources}."),
    N_("Make the edition: par run {year} --province {province} --lang vi,en"),
)  # fmt: skip


def begin_year(province: str, year: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Begin a province's folder for a year; what it has and what is assumed, as words and values.

    ``province`` is the folder name, as ``gia-lai``. Raises FileNotFoundError for a name that is
    none of the country's provinces, ValueError for one that is none in that year, naming the one
    that was or is there.
    """
    known, end = units.load_units(province), pd.Timestamp(year, 12, 31)
    own, every = units.units_in(known, year), units.provinces()
    today = every.loc[every["province"] == province, "today"]  # empty where it is invented
    there = units.units_on(every[every["today"].isin(today)], end).itertuples()
    heirs = [f"{one.province} ({one.kind} {one.name})" for one in there]
    days = own.loc[own["level"] == "province", "valid_to"]
    if days.empty:
        ever = known[known["level"] == "province"]
        begun, ended = ever["valid_from"].min(), ever["valid_to"].max()
        what = N_("province {province!r} ended on {ended:%Y-%m-%d}; in {year} its land is part of "
                  "{names}")  # fmt: skip
        if not ended < end:  # or never ended
            what = N_("province {province!r} began on {begun:%Y-%m-%d}; in {year} its land is part "
                      "of {names}")  # fmt: skip
        raise Refused(what,
                      province=province, ended=ended, begun=begun, year=year,
                      names=say(" or ").join(heirs))  # fmt: skip
    paths.raw(province, year).mkdir(parents=True, exist_ok=True)
    if not (sources := paths.raw(province) / "sources.toml").is_file():
        write_whole(sources, "# Where every figure comes from. Fields: see ../README.md.\n")
    last = min(end, days.fillna(end).max())
    count = units.units_on(known, last)["level"].value_counts()
    districts = own[own["level"] == "district"]
    values = {
        "place": units.home(known), "year": str(year), "heir": ", ".join(heirs),
        "districts": str(districts["code"].nunique()), "communes": str(count.get("commune", 0)),
        "agencies": str(count.get("department", 0)),
        "file": (paths.raw(province) / "units.csv").relative_to(paths.root()).as_posix(),
    }  # fmt: skip
    yield N_("{place}, {year}: {districts} districts, {communes} communes and wards, "
             "{agencies} agencies."), values  # fmt: skip
    if year == units.DISTRICTS_ENDED.year and districts["valid_to"].notna().any():
        yield N_("The districts ended on 30 June 2025: figures of a later day are by commune."), {}
    if last < end:
        yield N_("{place} ended in {year}: later figures belong to the folder of {heir}."), values
    if (own["source"] == units.ASSUMED).any():
        yield N_("The agencies are assumed, those most provinces had: write others and other names "
                 "into {file}."), values  # fmt: skip


_OWN = ("source", "locator", "note")  # may be worded differently for one and the same figure


class Conflict(Refused):
    """What is to be written contradicts what is there: nothing was written."""


def store(
    folder: Path, tables: Tables, known: pd.DataFrame, *, source: str, title: str,
    into_existing: bool,
) -> Iterator[str]:  # fmt: skip
    """Write raw tables under ``folder``, telling each change; all or nothing.

    Raises Conflict where a figure would be replaced, or where a file exists that would be added to
    and ``into_existing`` was not asked for; cleaning.DataError where an edition could not read the
    tables.
    """
    cited = (name for table in tables.values() for name in table["source"])
    titles = {name: name for name in (source, *cited)} | {source: title}
    for name in titles:
        if not SOURCE_NAME.fullmatch(name):
            why = say("write letters a-z, digits and hyphens, as report-2024")
            raise Refused("source {name!r}: {why}; nothing was written", name=name, why=why)
    changes, files = merge(folder, tables, known)
    yield from (f"{sign} {said}" for _, sign, said in changes)
    if conflicts := [said for _, sign, said in changes if sign == "!"]:
        remedy = say("nothing was written; decide on each figure first")
        told = "\n".join([*conflicts, remedy])
        raise Conflict(told)
    existing = [str(file) for file in files if file.is_file()]
    if existing and not into_existing:
        raise Conflict("{existing}: exists; add --merge to see and add what is new",
                       existing=existing)  # fmt: skip
    year = min((year for year, _ in tables), default=0)
    # First the sources: a row must never cite one that is not there.
    _add_sources(folder, titles, producer=units.home(known), year=year)
    for file in dict.fromkeys(file for file, sign, _ in changes if sign != "="):
        write_whole(file, files[file].to_csv(index=False, lineterminator="\n"))


Change = tuple[Path, str, str]  # the file; + added, ~ filled, = the same, ! conflict; in words


def merge(
    folder: Path, tables: Tables, known: pd.DataFrame
) -> tuple[list[Change], dict[Path, pd.DataFrame]]:
    """The changes that writing ``tables`` under ``folder`` means, and each file as it would be.

    Two rows are one where unit, key and source agree; where figures are added up, unit and key.
    Nothing is written. Raises cleaning.DataError where a file would not be readable afterwards.
    """
    changes: list[Change] = []
    files: dict[Path, pd.DataFrame] = {}
    for (year, name), new in tables.items():
        table, file = schema.TABLES[name], folder / str(year) / f"{name}.csv"
        old = new.iloc[:0]
        if file.is_file():
            old = csv_files.read_csv(file, file=str(file)).map(normalise)
            old = csv_files.with_plain_dates(old, table.dates)
            schema.refuse(schema.raw_problems(old, table=table, file=str(file)), str(file))
        then = units.units_in(known, year)
        files[file], told = _merged(old, new, table=table, known=then)
        changes += [(file, sign, f"{file}: {said}") for sign, said in told]
        if "!" not in dict(told):
            tidying.tidy_table(files[file], table=table, known=known, year=year, file=str(file))
    return changes, files


def _add_sources(folder: Path, titles: dict[str, str], *, producer: str, year: int) -> None:
    """Name the sources in sources.toml that are not named there."""
    file = folder / "sources.toml"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    written = read_toml(file, name=str(file)) if text else {}
    kinds = {one.get("kind") for one in written.values() if isinstance(one, dict)}
    entries = [
        # A string of JSON is a basic string of TOML, too.
        f"[{name}]\ntitle = {json.dumps(normalise(title), ensure_ascii=False)}\n"
        f"producer = {json.dumps(producer, ensure_ascii=False)}\n"
        # Invented figures stand beside invented ones only.
        f'kind = "{SYNTHETIC if SYNTHETIC in kinds else "report"}"\n'
        f"accessed = {dt.date.today()}\ndata_years = [{year}]\n"
        for name, title in titles.items() if name not in written
    ]  # fmt: skip
    if entries:
        write_whole(file, "\n\n".join(filter(None, [text.rstrip(), *entries])))


def _merged(
    old: pd.DataFrame, new: pd.DataFrame, *, table: schema.Table, known: pd.DataFrame
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """The rows of both, and what became of each new one: the sign of a Change and words."""
    # What is added up stands once, whoever says it: another source may agree with it only.
    by = [*table.key] if table.name in ADDED_UP else [*table.key, "source"]
    compared = [column for column in table.columns if column.name not in (*by, *_OWN)]
    merged, told, code_of = old.to_dict("records"), [], units.resolver(known)
    by_key = {_key(row, by, code_of): row for row in merged}
    for row in new.to_dict("records"):
        label = " ".join(row[name] for name in table.key if row[name])
        there = by_key.setdefault(_key(row, by, code_of), row)
        if there is row:
            merged.append(row)
            told.append(("+", label))
            continue
        said = {"!": [], "~": [], "=": [""]}
        for column in compared:
            before, now = there[column.name], row[column.name]
            if now and not _same(column, row, before, now):
                fills = not before and row["source"] == there["source"]
                said["~" if fills else "!"].append(f"{column.name} {before or '–'} → {now}")
                there[column.name] = now
        sign = next(sign for sign, words in said.items() if words)
        told.append((sign, f"{label} {', '.join(said[sign])}".rstrip()))
    return raw_table(table, merged), told


def _key(row: dict[str, str], columns: list[str], code_of: Callable[..., str]) -> tuple[str, ...]:
    """What two rows must share to be one, the unit by its code."""
    cells = dict(row)
    with suppress(KeyError, units.UnknownUnit):  # a table without units, or "all others"
        cells["unit"] = code_of(row["unit"], counted=row["level"])
    return tuple(cells[name] for name in columns)


def _same(column: schema.Column, row: dict[str, str], there: str, now: str) -> bool:
    """Whether two cells say the same, however they are written."""
    if there == now or not there or not column.is_quantity:
        return there == now
    try:
        first, second = (parse_quantity(text, kind=kind_in(column, row)) for text in (there, now))
    except QuantityError:
        return False
    return (first.low, first.high, first.out_of) == (second.low, second.high, second.out_of)
