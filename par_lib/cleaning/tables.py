"""From a province's raw folder to the tidy tables an edition is made of, and their sources."""

import codecs
import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

from par_lib.cleaning import checks, dossier_register, schema, tidying, units
from par_lib.cleaning.schema import DataError, Problem
from par_lib.language import LANGUAGES, N_, Refused, reason, say
from par_lib.language.translation import TABLE_LABELS, language
from par_lib.storage import csv_files, dependencies, paths

_RAW = schema.TABLES | {"answers": schema.ANSWERS}  # a file of each in the folder of a year
_SHOWN = (*schema.TABLES, "review")
_MADE = {
    "review": "What does not add up and what is missing: severity, rule, values, sources.",
    "register": "Dossiers by unit, procedure, month of receipt, days late and days since receipt "
    "of those open in a snapshot; empty without any.",
}

RULEBOOK = "rulebook"  # the source of what only a rule of ours says
SYNTHETIC = "synthetic"  # kind of a source whose figures are invented
SOURCE_KINDS = ("report", "press", "law", "dataset", "derived", SYNTHETIC)
SOURCE_NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
_COPY = re.compile(r"(\w+)(?: - (?:Copy|Bản sao).*| ?\(\d+\))")  # as Explorer names it
_REQUIRED = ("title", "producer", "kind", "accessed")
_FIELDS = {
    "title": (str, '"…"'), "title_en": (str, '"…"'), "described": (bool, "true"),
    "producer": (str, '"…"'), "date": (dt.date, "2022-12-31"), "address": (str, '"https://…"'),
    "accessed": (dt.date, "2026-11-24"), "kind": (str, '"report"'), "data_years": (list, "[2022]"),
    "title_year": (int, "2023"), "data_year": (int, "2022"), "note": (str, '"…"'),
}  # fmt: skip
_OWN_RULES = {
    "title": "Bộ quy tắc tính điểm của dự án", "title_en": "Scoring rules of this project",
    "producer": "", "kind": "derived",
}  # fmt: skip


class Frame(pd.DataFrame):
    """A table whose dates compare with text in ``.query("as_of == '2022-12-31'")``.

    pandas finds no such text among dates, and gives no row without a word.
    """

    @property
    def _constructor(self) -> type["Frame"]:
        return Frame

    def query(self, expr: str, **options: object) -> "Frame":
        days = {f"day_{day.replace('-', '_')}": pd.Timestamp(day)
                for day in re.findall(r"""['"](\d{4}-\d\d-\d\d)['"]""", expr)}  # fmt: skip
        expr = re.sub(r"""['"](\d{4})-(\d\d)-(\d\d)['"]""", r"day_\1_\2_\3", expr)
        level = options.pop("level", 0) + 1
        return super().query(expr, level=level, resolvers=[days], **options)


class Tables:
    """The tidy tables of one province and year, read when asked for; empty without raw data.

    ``units``, ``sources`` and ``tiles`` are the province's, ``answers`` those of the survey.
    """

    def __init__(self, province: str, year: int, folder: Path | None) -> None:
        self.province, self.year, self._folder = province, year, folder
        self._frames: dict[str, pd.DataFrame] = {}
        self.units = units.units_in(units.load_units(province), year)
        self.sources = load_sources(province)
        self.tiles = load_tiles(province, self.units)

    def __getattr__(self, name: str) -> pd.DataFrame:
        raise AttributeError(say("no table {name!r}; choose one of {all}", name=name, all=_SHOWN))

    def _read(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            if self._folder:
                dependencies.note_read(self.year, name)
                table = pd.read_parquet(self._folder / f"{name}.parquet")
            else:  # of a year without raw data, only that it has none matters
                table = clean(self.province, self.year)[name]
            self._frames[name] = Frame(table)
        return self._frames[name]

    @property
    def previous(self) -> "Tables":
        """The tables of the year before; all empty where it has no raw data."""
        dependencies.note_read(self.year, dependencies.YEARS)
        if self.year - 1 in paths.years(self.province):
            return load(self.province, self.year - 1)
        return Tables(self.province, self.year - 1, None)

    def all_years(self, table: str) -> pd.DataFrame:
        """One table over every year the province has, with a first column ``year``."""
        dependencies.note_read(dependencies.EVERY, table)
        dependencies.note_read(dependencies.EVERY, dependencies.YEARS)
        frames = {year: pd.read_parquet(refresh(self.province, year) / f"{table}.parquet")
                  for year in paths.years(self.province)}  # fmt: skip
        return Frame(pd.concat(frames, names=["year"]).reset_index("year").reset_index(drop=True))

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(self._read(name))}" for name in _SHOWN)
        return f"{self.place} {self.year}, rows: {rows}"

    def _repr_html_(self) -> str:
        t = language(LANGUAGES[0])
        rows = [(f".{name}", t(TABLE_LABELS[name]), len(self._read(name))) for name in _SHOWN]
        listed = pd.DataFrame(rows, columns=[t("Table"), t("What it holds"), t("Rows")])
        return listed.style.set_caption(f"{self.place}, {self.year}").hide().to_html(uuid="tables")

    @cached_property
    def place(self) -> str:
        """Official name of the province; with it as unit, a row is the total of its level."""
        return units.home(self.units)

    @property
    def kind(self) -> str:
        """What the province is called at the end of the year: tỉnh or thành phố."""
        return units.home_kind(self.units)

    @property
    def synthetic(self) -> bool:
        """Whether the figures are invented, to show what real ones would look like."""
        return bool((self.sources["kind"] == SYNTHETIC).any())

    @property
    def missing(self) -> list[str]:
        """Names of the tables without a row this year, of those every year should have."""
        spared = ("mentions", "tasks", "service_index", "late_by_field")  # not of every year
        return [name for name in schema.TABLES if name not in spared and self._read(name).empty]


def _property(name: str) -> property:
    """A table of Tables, documented by its columns so that Shift-Tab tells them."""
    doc = _MADE.get(name)
    if table := _RAW.get(name):
        each = (f"{', '.join(column.tidy_names)}: {column.meaning}" for column in table.columns)
        doc = "\n".join([f"{table.meaning}.\n", *each])
    return property(lambda self: self._read(name), doc=doc)


for _name in (*_RAW, *_MADE):
    setattr(Tables, _name, _property(_name))


def load(province: str, year: int) -> Tables:
    """Tidy tables of one province and year, made anew where raw data or code changed.

    ValueError for a province or year without raw data, DataError naming file, row and column of
    every cell that cannot be read.
    """
    year = paths.require(province, year)
    return Tables(province, year, refresh(province, year))


def longest_period(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the period that ends last and, of those that end with it, begins first."""
    last = frame[frame["period_end"] == frame["period_end"].max()]
    return last[last["period_start"] == last["period_start"].min()]


def of_whole_year(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows that count the whole calendar year, 1 January to 31 December."""
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    return frame[(frame["period_start"] == first) & (frame["period_end"] == last)]


def load_sources(province: str) -> pd.DataFrame:
    """Sources in the order of sources.toml: index ``source``; ``number`` from 1, and every field.

    Where a field is not stated, "" stands.
    Raises FileNotFoundError where the province has no sources.toml, DataError naming each fault, or
    that its raw tables are of another form than is read here.
    """
    form = paths.raw(province) / "form"
    if form.is_file() and (of := form.read_text("utf-8").strip()) != f"{schema.FORM}":
        raise DataError([say("{form}: {of}, and form {now} is read here; run par migrate",
                             form=form, of=of, now=schema.FORM)])  # fmt: skip
    path = paths.raw(province) / "sources.toml"
    place = path.relative_to(paths.root()).as_posix()
    try:
        written = paths.read_toml(path, name=place)
    except FileNotFoundError:
        raise FileNotFoundError(say("{place}: there is no such file; name every source there, as "
                                    "data/raw/README.md shows", place=place)) from None  # fmt: skip
    except Refused as error:
        raise DataError([str(error)]) from None
    if problems := [f"{place}{what}" for entry in written.items() for what in _faults(*entry)]:
        raise DataError(problems)
    real = [name for name, source in written.items() if source["kind"] != SYNTHETIC]
    if 0 < len(real) < len(written):
        raise DataError([say("{place}: real and synthetic sources stand together; keep them in two "
                             "provinces, or say that these are invented too, kind = {kind!r}: "
                             "{real}", place=place, kind=SYNTHETIC, real=real)])  # fmt: skip
    named = written | {RULEBOOK: _OWN_RULES}
    sources = pd.DataFrame.from_dict(named, orient="index", columns=[*_FIELDS], dtype=object)
    sources.insert(0, "number", range(1, len(sources) + 1))
    return sources.fillna("").rename_axis("source")


def _faults(name: str, source: object) -> list[str]:
    """What is wrong with one entry of sources.toml, each with its remedy."""
    if not isinstance(source, dict) or name == RULEBOOK:
        return [say(": {name} is no [{name}] with fields of its own, or our own name; delete it",
                    name=name)]  # fmt: skip
    found = [say("{field} is no field; choose one of {choices}", field=field, choices=_FIELDS)
             for field in source if field not in _FIELDS]  # fmt: skip
    if not SOURCE_NAME.fullmatch(name):
        found.append(say("write letters a-z, digits and hyphens, as report-2024"))
    for field, (kind, example) in _FIELDS.items():
        value = source.get(field, "")
        what = N_("{field} is {value!r:.60}; write {field} = {example}")
        if lacks := value == "" and field in _REQUIRED:
            what = N_("{field} is missing; write {field} = {example}")
        if lacks or (field in source and type(value) is not kind):
            found.append(say(what, field=field, value=value, example=example))
    if not found and source["kind"] not in SOURCE_KINDS:
        found.append(say("kind {kind!r:.60}; choose one of {kinds}", kinds=SOURCE_KINDS, **source))
    # A page links it: nothing but an address of a page may stand there.
    if not found and not re.match("https?://", source.get("address", "https://")):
        found.append(say("address {address!r:.60}; begin it with https://", **source))
    return [f", [{name}]: {what}" for what in found]


def load_tiles(province: str, known: pd.DataFrame) -> pd.DataFrame:
    """Tile map of ``known``, a year's units, as far as it has them: code, row, column; north up.

    A tiles.csv of the province wins. Raises csv_files.TableError for no table, DataError naming
    each row that is no tile, or lies where another lies.
    """
    path, columns = paths.raw(province) / "tiles.csv", ["code", "row", "column"]
    tiles = known.loc[known["row"] != "", columns]
    if path.is_file():
        place = path.relative_to(paths.root()).as_posix()
        tiles = csv_files.read_csv(path, file=place)
        if list(tiles.columns) != columns:
            raise DataError([say("{file}, row 1: columns must be {columns}",
                                 file=place, columns=columns)])  # fmt: skip
        at = tiles["row"] + " " + tiles["column"]
        wrong = ~at.str.fullmatch(r"\d{1,3} \d{1,3}") | at.duplicated() | tiles["code"].duplicated()
        remedy = say("write a code and a place, two whole numbers, each once")
        schema.refuse([Problem(row, "", f"{', '.join(cells)}: {remedy}")
                       for row, *cells in tiles[wrong].itertuples(name=None)], place)  # fmt: skip
    return tiles.astype({"row": int, "column": int}).reset_index(drop=True)


def refresh(province: str, year: int) -> Path:
    """Bring data/processed/<province>/<year> up to date; returns that folder."""
    folder = paths.processed(province, year)
    written = dependencies.table_hashes(province, year)
    if written is not None and _hashes(folder, written) == written:
        return folder
    digest = dependencies.digest(province, year)
    tables = clean(province, year)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / dependencies.MARKER).unlink(missing_ok=True)
    for name, table in tables.items():
        paths.write_whole(folder / f"{name}.parquet", partial(table.to_parquet, index=False))
    marker = json.dumps({"digest": digest, "tables": _hashes(folder, tables)}, indent=1)
    paths.write_whole(folder / dependencies.MARKER, marker)
    return folder


def _hashes(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Hash of each table that has a file in the folder."""
    files = {name: folder / f"{name}.parquet" for name in names}
    return {name: dependencies.sha256(file) for name, file in files.items() if file.is_file()}


def clean(province: str, year: int) -> dict[str, pd.DataFrame]:
    """All tidy tables and the review table of one year, from raw; nothing is written."""
    known, sources = units.load_units(province), load_sources(province)
    own = paths.raw(province, year)
    tidy, problems = {}, list(_no_tables(own))
    for name, table in _RAW.items():
        path = own / f"{name}.csv"
        file = path.relative_to(paths.root()).as_posix()
        raw = pd.DataFrame(columns=[column.name for column in table.columns], dtype=str)
        try:
            if path.is_file():
                raw = csv_files.read_csv(path, file=file)
            tidy[name] = tidying.tidy_table(raw, table=table, known=known, year=year, file=file,
                                            sources=sources.index)  # fmt: skip
        except (DataError, csv_files.TableError) as error:
            problems += str(error).splitlines()
        except OSError as error:
            problems.append(f"{file}, {reason(error)}")
    files = dossier_register.files_of(province, year)
    if files and dossier_register.SOURCE not in sources.index:
        needed = N_("{where}: a register needs a source; add [register] to sources.toml")
        problems.append(say(needed, where=files[0].parent))
    elif files and (day := sources.loc[dossier_register.SOURCE, "date"]) and day.year < year:
        problems.append(say("{where}: its day in sources.toml, [register], date = {day}, is of an "
                            "earlier year; write the day on which it was drawn",
                            where=files[0].parent, day=f"{day}"))  # fmt: skip
    if problems:
        opened = sorted(file.name for file in own.glob("[.~][~$]*"))  # notes of a spreadsheet
        what = say("its table is open in a spreadsheet; save and close it there")
        raise DataError([*problems, *(f"{name}: {what}" for name in opened)])
    until, snapshot = dossier_register.counted_to(sources, year)
    counted, faults = dossier_register.count(files, units=known["code"], until=until,
                                             snapshot=snapshot)  # fmt: skip
    kinds = {"finished": bool, "days_late": int, "open_days": float, "dossiers": int,
             "month": "datetime64[s]"}  # fmt: skip
    trace = {"status": "derived", "source": dossier_register.SOURCE, "locator": str(year)}
    tidy["register"] = counted.astype(kinds).assign(**trace)
    more = dossier_register.faults_found(faults, year)
    review = checks.review(tidy, known=known, sources=sources, year=year, more=more)
    return tidy | {"review": review}


def _no_tables(folder: Path) -> Iterator[str]:
    """A message for each CSV of a year whose name is no table's: it would not be read."""
    names = [f"{name}.csv" for name in _RAW]
    for file in sorted(folder.glob("[!.~]*.[cC][sS][vV]")):
        place = file.relative_to(paths.root()).as_posix()
        if (copy := _COPY.fullmatch(file.stem)) and copy[1] in _RAW:
            yield say("{place}: is a copy of {name}.csv; delete it, or move it out of the folder",
                      place=place, name=copy[1])  # fmt: skip
        elif file.name not in names:
            yield say("{place}: is no table's file; give it one of these names: {names}",
                      place=place, names=names)  # fmt: skip


def rewrite(file: Path) -> bool:
    """Write a raw table that a spreadsheet saved in the project's form; whether it was otherwise.

    UTF-8, commas, dates as 2022-12-31, no blank rows; a banner and all figures stay as written.
    TableError and DataError as for any raw table, ValueError for the columns of none.
    """
    raw = csv_files.read_csv(file, file=str(file))
    known = (one for one in (*_RAW.values(), schema.UNITS) if one.names(raw) == list(raw.columns))
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
