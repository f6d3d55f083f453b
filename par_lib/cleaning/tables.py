"""From a province's raw folder to the tidy tables an edition is made of, and their sources."""

import datetime as dt
import json
import re
from collections.abc import Iterable
from functools import cache, cached_property, partial
from pathlib import Path

import pandas as pd

from par_lib.cleaning import checks, dossier_register, schema, succession, tidying, units
from par_lib.cleaning.schema import DataError
from par_lib.language import LANGUAGES, N_, Period, Refused, reason, say
from par_lib.language.translation import TABLE_LABELS, language
from par_lib.storage import csv_files, dependencies, paths
from par_lib.storage.csv_files import Frame

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


class Tables:
    """The tidy tables of one province and period, read when asked for; empty without raw data.

    ``units``, ``sources`` and ``tiles`` are the province's, ``answers`` those of the survey.
    """

    def __init__(self, province: str, period: int | Period, folder: Path | None) -> None:
        self.province, self.period, self._folder = province, Period(period), folder
        self.year = self.period.year
        self._frames: dict[str, pd.DataFrame] = {}
        self.units = units.units_in(units.load_units(province), self.year)
        self.sources = load_sources(province)
        self.tiles = succession.load_tiles(province, self.units)

    def __getattr__(self, name: str) -> pd.DataFrame:
        raise AttributeError(say("no table {name!r}; choose one of {all}", name=name, all=_SHOWN))

    def _read(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            if self._folder:
                dependencies.note_read(self.period, name)
                table = pd.read_parquet(self._folder / f"{name}.parquet")
                self._frames[name] = Frame(table)
            else:  # of a period without figures, only that it has none matters
                self._frames |= {one: Frame(none) for one, none in _no_rows(self.province).items()}
        return self._frames[name]

    @property
    def previous(self) -> "Tables":
        """The tables of the same period a year before; all empty where it has no raw data."""
        return self._of(self.period.a_year_before)

    @property
    def before(self) -> "Tables":
        """Those of the period before, as June's for July; of a year, which has previous, none."""
        return self._of(self.period.before if self.period.part else None)

    def _of(self, period: Period | None) -> "Tables":
        dependencies.note_read(self.period, dependencies.YEARS)
        try:
            if period and period.year in paths.years(self.province):
                return load(self.province, period)
        except NoFigures:  # it may have some one day
            dependencies.note_read(period.year, dependencies.EVERY)
        return Tables(self.province, period or self.period, None)

    def all_years(self, table: str) -> pd.DataFrame:
        """One table over every year the province has, with a first column ``year``.

        Of a part of a year: over it, and the years before.
        """
        dependencies.note_read(dependencies.EVERY, table)
        dependencies.note_read(dependencies.EVERY, dependencies.YEARS)
        periods = {year: Period(year) for year in paths.years(self.province)}
        if self.period.part:
            earlier = {year: one for year, one in periods.items() if year < self.year}
            periods = earlier | {self.year: self.period}
        frames = {year: pd.read_parquet(refresh(self.province, one) / f"{table}.parquet")
                  for year, one in periods.items()}  # fmt: skip
        return Frame(pd.concat(frames, names=["year"]).reset_index("year").reset_index(drop=True))

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(self._read(name))}" for name in _SHOWN)
        return f"{self.place} {self.period}, rows: {rows}"

    def _repr_html_(self) -> str:
        t = language(LANGUAGES[0])
        rows = [(f".{name}", t(TABLE_LABELS[name]), len(self._read(name))) for name in _SHOWN]
        listed = pd.DataFrame(rows, columns=[t("Table"), t("What it holds"), t("Rows")]).style
        return listed.set_caption(f"{self.place}, {self.period}").hide().to_html(uuid="tables")

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
    def counted_from(self) -> int:
        """Day of the month before from which figures of this part of a year count; else 0."""
        day = paths.first_day(self.province) if self.period.part else 1
        frames = self.late_dossiers, self.indicators
        known = (of_whole(frame, self.period, day) for frame in frames)
        return day if day > 1 and any(map(len, known)) else 0

    @property
    def missing(self) -> list[str]:
        """Names of the tables without a row, of those that every such period should have."""
        spared = ("mentions", "tasks", "service_index", "late_by_field")  # not of every year
        return [name for name, table in schema.TABLES.items() if name not in spared
                and (table.dates or not self.period.part) and self._read(name).empty]  # fmt: skip


def _property(name: str) -> property:
    """A table of Tables, documented by its columns so that Shift-Tab tells them."""
    doc = _MADE.get(name)
    if table := _RAW.get(name):
        each = (f"{', '.join(column.tidy_names)}: {column.meaning}" for column in table.columns)
        doc = "\n".join([f"{table.meaning}.\n", *each])
    return property(lambda self: self._read(name), doc=doc)


for _name in (*_RAW, *_MADE):
    setattr(Tables, _name, _property(_name))


@cache
def _no_rows(province: str) -> dict[str, pd.DataFrame]:
    """Tables of a year without raw data."""
    return clean(province, paths.years(province)[0] - 1)


def load(province: str, period: int | str) -> Tables:
    """Tidy tables of a province and a year, or a part of it, as 2022-H1; made anew where needed.

    ValueError for a province or year without raw data, NoFigures for such a part of a year,
    DataError naming file, row and column of every cell that cannot be read.
    """
    period = Period(period)
    paths.require(province, period.year)
    return Tables(province, period, refresh(province, period))


def longest_period(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the period that ends last and, of those that end with it, begins first."""
    last = frame[frame["period_end"] == frame["period_end"].max()]
    return last[last["period_start"] == last["period_start"].min()]


def of_period(frame: pd.DataFrame, period: Period, first_day: int = 1) -> pd.DataFrame:
    """Rows of a part of a year: of the days in it; of what adds up to a date, up to its end.

    Figures counted over days may as well begin on ``first_day`` of the month before. Of figures
    without a day, and of dates where none lies in the part, none.
    """
    day = next((name for name in ("as_of", "month") if name in frame), None)
    if day:
        first, last = map(pd.Timestamp, period.span())
        inside = frame[day].between(first, last)
        return frame[frame[day] <= last] if day == "as_of" and inside.any() else frame[inside]
    inside = pd.Series(False, frame.index)
    for first, last in {period.span(), period.span(first_day)} if "period_start" in frame else ():
        begun = frame["period_start"] >= pd.Timestamp(first)
        inside |= begun & (frame["period_end"] <= pd.Timestamp(last))
    return frame[inside]


def periods(province: str, year: int) -> list[Period]:
    """The year, and the parts of it that have figures of their own."""
    folder, day, whole = refresh(province, year), paths.first_day(province), Period(year)
    frames = [pd.read_parquet(folder / f"{name}.parquet") for name in (*_RAW, "register")]
    return [whole, *(one for one in whole.of_its_year
                     if any(len(of_period(frame, one, day)) for frame in frames))]  # fmt: skip


def latest(province: str) -> list[Period]:
    """The newest year, and its newest month, quarter, half-year, nine months with figures."""
    return [*{one.months: one for one in periods(province, paths.years(province)[-1])}.values()]


def of_whole(frame: pd.DataFrame, period: int | Period, first_day: int = 1) -> pd.DataFrame:
    """Rows that count the whole period, as a year from 1 January to 31 December."""
    first, last = map(pd.Timestamp, Period(period).span(first_day))
    return frame[(frame["period_start"] == first) & (frame["period_end"] == last)]


def load_sources(province: str) -> pd.DataFrame:
    """Sources in the order of sources.toml: index ``source``; ``number`` from 1, and every field.

    Where a field is not stated, "" stands; last are a merged province's, as quang-nam:report-2022.
    Raises FileNotFoundError without sources.toml, DataError of each fault, or of another raw form.
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
    others = [load_sources(one).drop(RULEBOOK).drop(columns="number").add_prefix(f"{one}:", axis=0)
              for one in succession.merged(province)]  # fmt: skip
    sources = pd.concat([sources.fillna(""), *others]).rename_axis("source")
    sources.insert(0, "number", range(1, len(sources) + 1))
    return sources


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


def refresh(province: str, period: int | Period) -> Path:
    """Bring data/processed/<province>/<period> up to date; returns that folder."""
    folder, period = paths.processed(province, period), Period(period)
    written = dependencies.table_hashes(province, period)
    if written is not None and _hashes(folder, written) == written:
        return folder
    digest = dependencies.digest(province, period)
    tables = clean(province, period)
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


class NoFigures(Refused):
    """A part of a year has no figure of its own."""


def clean(province: str, period: int | Period) -> dict[str, pd.DataFrame]:
    """All tidy tables and the review table of one period, from raw; nothing is written."""
    known, sources = units.load_units(province), load_sources(province)
    period = Period(period)
    year, own = period.year, paths.raw(province, period.year)
    tidy, problems = {}, list(csv_files.strays(own, _RAW))
    for name, table in _RAW.items():
        path, tidy[name] = own / f"{name}.csv", tidying.no_rows(table)
        if not path.is_file():
            continue
        file = path.relative_to(paths.root()).as_posix()
        try:
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
    elif files and (drawn := sources.loc[dossier_register.SOURCE, "date"]) and drawn.year < year:
        problems.append(say("{where}: its day in sources.toml, [register], date = {day}, is of an "
                            "earlier year; write the day on which it was drawn",
                            where=files[0].parent, day=f"{drawn}"))  # fmt: skip
    if problems:
        opened = sorted(file.name for file in own.glob("[.~][~$]*"))  # notes of a spreadsheet
        what = say("its table is open in a spreadsheet; save and close it there")
        raise DataError([*problems, *(f"{name}: {what}" for name in opened)])
    until, snapshot = dossier_register.counted_to(sources, period)
    since = period.span()[0] if period.part else None
    counted, faults = dossier_register.count(files, units=known["code"], until=until,
                                             snapshot=snapshot, since=since)  # fmt: skip
    if period.part:
        day = paths.first_day(province)
        tidy = {name: of_period(frame, period, day) for name, frame in tidy.items()}
        if not any(map(len, tidy.values())) and not counted["finished"].any():
            text = N_("{province} has no figures of {period} alone; choose one of {choices}")
            choices = periods(province, year)
            raise NoFigures(text, province=province, period=period, choices=choices)
    trace = {"status": "derived", "source": dossier_register.SOURCE, "locator": f"{period}"}
    tidy["register"] = counted.astype(dossier_register.KINDS).assign(**trace)
    tidy["late_dossiers"] = tidying.add_counted(tidy["late_dossiers"], tidy["register"],
                                                known, period=period, until=until)  # fmt: skip
    more = dossier_register.faults_found(faults, year)
    review = checks.review(tidy, known=known, sources=sources, year=year, more=more)
    return tidy | {"review": review}
