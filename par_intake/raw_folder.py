"""A province's folder in data/raw: begun for a year, added to, brought to today's form.

New rows are added, what stands there already is never replaced.
"""

import codecs
import datetime as dt
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

import pandas as pd

from par_intake import workbook
from par_intake.figures import Tables, kind_in, raw_table
from par_lib.cleaning import dossier_register, schema, tidying, units
from par_lib.cleaning.schema import ADDED_UP
from par_lib.cleaning.tables import RULEBOOK, SOURCE_NAME, SYNTHETIC
from par_lib.language import Refused, say
from par_lib.language.translation import N_
from par_lib.language.vietnamese import QuantityError, compare_key, fold, normalise, parse_quantity
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


def there(province: str, year: int) -> list[str]:
    """Folder and name of each province that is in its land at the end of a year.

    Raises FileNotFoundError for a folder, as ``gia-lai``, that is none of the country's provinces,
    ValueError for one that is none in that year, naming them.
    """
    known, end, every = units.load_units(province), pd.Timestamp(year, 12, 31), units.provinces()
    today = every.loc[every["province"] == province, "today"]  # empty where it is invented
    standing = units.units_on(every[every["today"].isin(today)], end).itertuples()
    names = [f"{one.province} ({one.kind} {one.name})" for one in standing]
    if "province" not in {*units.units_in(known, year)["level"]}:
        ever = known[known["level"] == "province"]
        what, day = N_("province {province!r} ended on {day:%Y-%m-%d}; in {year} its land is part "
                       "of {names}"), ever["valid_to"].max()  # fmt: skip
        if not day < end:  # or never ended
            what, day = N_("province {province!r} began on {day:%Y-%m-%d}; in {year} its land is "
                           "part of {names}"), ever["valid_from"].min()  # fmt: skip
        raise Refused(what, province=province, day=day, year=year, names=say(" or ").join(names))
    return names


def begin_year(province: str, year: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Begin a folder for a year: what it has and what is assumed, in words; or errors of there."""
    heirs, end = there(province, year), pd.Timestamp(year, 12, 31)
    own = units.units_in(known := units.load_units(province), year)
    days = own.loc[own["level"] == "province", "valid_to"]
    paths.raw(province, year).mkdir(parents=True, exist_ok=True)
    _begin(paths.raw(province))
    last = min(end, days.fillna(end).max())
    count = units.units_on(known, last)["level"].value_counts()
    districts = own[own["level"] == "district"]
    values = {
        "place": units.home(known), "year": str(year), "heir": ", ".join(heirs),
        "districts": str(districts["code"].nunique()), "communes": str(count.get("commune", 0)),
        "agencies": str(count.get("department", 0)),
        "file": (paths.raw(province) / "units.csv").relative_to(paths.root()).as_posix(),
    }  # fmt: skip
    split = year == units.DISTRICTS_ENDED.year and districts["valid_to"].notna().any()
    for words, so in (
        (N_("{place}, {year}: {districts} districts, {communes} communes and wards, {agencies} "
            "agencies."), True),
        (N_("The districts ended on 30 June 2025: figures of a later day are by commune."), split),
        (N_("{place} ended in {year}: later figures belong to the folder of {heir}."), last < end),
        (N_("The agencies are assumed, those most provinces had: write others and other names into "
            "{file}."), (own["source"] == units.ASSUMED).any()),
    ):  # fmt: skip
        if so:
            yield words, values


def template(province: str, year: int, *, path: Path | None = None, unit: str = "") -> Path:
    """A year's workbook with what its raw tables hold; of a ``unit``, by code or name, its."""
    known = units.told_by_name(units.load_units(province), year)
    files = {name: paths.raw(province, year) / f"{name}.csv" for name in schema.TABLES}
    tables = {name: raw_table(table, []) for name, table in schema.TABLES.items()}
    tables |= {name: csv_files.read_csv(file) for name, file in files.items() if file.is_file()}
    code = unit and units.code_meant(unit, known)
    path = path or Path(f"{province}-{year}{unit and '-'}{code}.xlsx")
    if path.exists():
        raise FileExistsError(say("{path}: exists; give another name with --to", path=path))
    if unit:
        known = known[(known["code"] == code) | (known["level"] == "province")]
        called = {*known.loc[known["code"] == code, "name"].map(compare_key)}
        tables = {name: rows[rows["unit"].map(compare_key).isin(called)]
                  for name, rows in tables.items() if "level" in rows}  # fmt: skip
    workbook.write(path, province, year, known, tables)
    return path


def _begin(folder: Path) -> None:
    """Begin a province's folder: its list of sources, and in which form its tables are."""
    if not (sources := folder / "sources.toml").is_file():
        write_whole(sources, "# Where every figure comes from. Fields: see ../README.md.\n")
        write_whole(folder / "form", f"{schema.FORM}\n")


def migrate(province: str) -> Iterator[str]:
    """Bring a province's raw tables to today's form, telling each; Refused for a later form."""
    file = paths.raw(province) / "form"
    said = file.read_text("utf-8").strip() if file.is_file() else ""
    if (form := int(said) if said.isdecimal() else 1) > schema.FORM:
        raise Refused("{file}: form {form} is of a later version; bring the project up to date",
                      file=file, form=form)  # fmt: skip
    for year in paths.years(province):
        for table in (paths.raw(province, year) / f"{name}.csv" for name in schema.TABLES):
            if table.is_file() and rewrite(table):
                yield say("{file}: rewritten", file=table)
    write_whole(file, f"{schema.FORM}\n")
    yield say("{province}: raw tables are in form {form}", province=province, form=schema.FORM)


Sources = dict[str, dict[str, object]]  # what sources.toml says of each, by name
_LONGEST = 40  # letters of a source's name
_UNSAID = ("", "unstated")
_OWN = ("source", "locator", "note")  # may be worded differently for one and the same figure


class Conflict(Refused):
    """What is to be written contradicts what is there: nothing was written."""


def store(
    folder: Path, tables: Tables, known: pd.DataFrame, *, cited: Sources, into_existing: bool,
    by: str = "",
) -> Iterator[str]:  # fmt: skip
    """Write raw tables under ``folder``, telling each change; all or nothing.

    Their rows cite sources by name or by title; ``cited`` says more of some, by what rows cite.
    Whoever accepts the rows, ``by``, stands in them with the day. Raises Conflict where a figure
    would be replaced, or where a file exists that would be added to and ``into_existing`` was not
    asked for; cleaning.DataError where an edition could not read the tables.
    """
    names, entries = _named(sources := folder / "sources.toml", tables, cited, known)
    trace = {schema.ACCEPTED: f"{by}, {dt.date.today()}"} if by else {}
    tables = {key: table.assign(source=table["source"].map(names), **trace)
              for key, table in tables.items()}  # fmt: skip
    changes, files = merge(folder, tables, known)
    yield from (f"{sign} {said}" for _, sign, said in changes)
    if conflicts := [said for _, sign, said in changes if sign == "!"]:
        told = "\n".join([*conflicts, say("nothing was written; decide on each figure first")])
        raise Conflict(told)
    existing = [str(file) for file in files if file.is_file()]
    if existing and not into_existing:
        exist = N_("{existing}: exists; add --merge to see and add what is new")
        raise Conflict(exist, existing=existing)
    if "~" in {sign for _, sign, _ in changes}:
        yield say(
            "~: a figure was added to a row that is there, as one of the row's source, which "
            "stands in brackets; where it is from another, correct the raw table"
        )
    _begin(folder)
    _add_sources(sources, entries)  # first: a row must never cite one that is not there
    changed: dict[Path, dict[str, str]] = {}
    for file in dict.fromkeys(file for file, sign, _ in changes if sign != "="):
        text = files[file].to_csv(index=False, lineterminator="\n")
        changed.setdefault(file.parent, {})[file.name] = text
    for of_year, texts in changed.items():
        paths.write_together(of_year, texts)


def _named(
    file: Path, tables: Tables, cited: Sources, known: pd.DataFrame
) -> tuple[dict[str, str], Sources]:
    """The name in sources.toml of each source that rows cite, and entries that it lacks.

    Of a title a name is made: its words without marks, as many as are short.
    """
    written = read_toml(file, name=str(file)) if file.is_file() else {}
    standing = {name: one for name, one in written.items() if isinstance(one, dict)}
    titles = {compare_key(str(one.get("title"))): name for name, one in standing.items()}
    # Invented figures stand beside invented ones only.
    kind = SYNTHETIC if SYNTHETIC in [one.get("kind") for one in standing.values()] else "report"
    usual = {"producer": units.home(known), "kind": kind, "accessed": dt.date.today(),
             "data_years": [min((year for year, _ in tables), default=0)]}  # fmt: skip
    names: dict[str, str] = {}
    entries: Sources = {}
    for said in sorted({said for table in tables.values() for said in table["source"]}):
        name, own = titles.get(compare_key(said), said), cited.get(said, {})
        name = said if said in written else name
        if name == RULEBOOK or not SOURCE_NAME.fullmatch(name):
            words = re.sub("[^a-z0-9]+", " ", fold(said))
            short = textwrap.shorten(words, _LONGEST, placeholder="").replace(" ", "-") or "source"
            several = chain([short], (f"{short}-{number}" for number in count(2)))
            taken = {*written, *entries, RULEBOOK, dossier_register.SOURCE}
            name, own = next(one for one in several if one not in taken), own | {"title": said}
        names[said] = name
        if name not in written:
            entries[name] = {"title": said} | usual | own
    return names, entries


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


def _add_sources(file: Path, entries: Sources) -> None:
    """Add entries to sources.toml."""
    text = file.read_text(encoding="utf-8")
    for name, entry in entries.items():
        text = f"{text.rstrip()}\n\n[{name}]\n"
        for field, value in entry.items():  # a string or a list of JSON is one of TOML, too
            said = value if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)
            text += f"{field} = {said}\n"
    if entries:
        write_whole(file, text)


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
            if now not in _UNSAID and not _same(column, row, before, now):
                fills = before in _UNSAID and row["source"] == there["source"]
                of = f" [{row['source']}]" if fills else ""
                said["~" if fills else "!"].append(f"{column.name} {before or '–'} → {now}{of}")
                there[column.name] = now
        held = list(filter(None, (there.get(schema.ACCEPTED) or "").split("; ")))
        also = row.get(schema.ACCEPTED)  # each person once, but for what is filled in
        if also and not said["!"] and row["source"] == there["source"]:
            people = [one.rpartition(", ")[0] for one in held]
            if said["~"] or also.rpartition(", ")[0] not in people:
                there[schema.ACCEPTED] = "; ".join(dict.fromkeys([*held, also]))
                said["~"] = said["~"] or [f"{schema.ACCEPTED} {also}"]
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
    with suppress(QuantityError):
        first, second = (parse_quantity(text, kind=kind_in(column, row)) for text in (there, now))
        return first._replace(approximate=second.approximate) == second
    return False


def rewrite(file: Path) -> bool:
    """Write a raw table that a spreadsheet saved in the project's form; whether it was otherwise.

    UTF-8, commas, dates as 2022-12-31, no blank rows; a banner and all figures stay as written.
    TableError and DataError as for any raw table, ValueError for the columns of none.
    """
    raw = csv_files.read_csv(file, file=str(file)).rename(columns=schema.EARLIER)
    tables = (*schema.TABLES.values(), schema.ANSWERS, schema.UNITS)
    known = (one for one in tables if one.names(raw) == list(raw.columns))
    if (table := next(known, None)) is None:
        raise Refused("{file}: has the columns of no raw table: {columns}",
                      file=file, columns=[*raw.columns])  # fmt: skip
    raw = csv_files.with_plain_dates(raw, table.dates)
    problems = schema.raw_problems(raw, table=table, file=str(file))
    tidying.parse_quantities(raw, table=table, problems=problems)
    schema.refuse(problems, str(file))
    plain = tidying.in_any_locale(raw, table=table)
    text = csv_files.banner_of(file) + plain.to_csv(index=False, lineterminator="\n")
    if file.read_bytes().removeprefix(codecs.BOM_UTF8) == text.encode():
        return False
    paths.write_whole(file, text)
    return True
