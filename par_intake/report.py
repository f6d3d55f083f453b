"""The command ``par read``: files of any kind → raw tables, reading pages, a workbook to tick."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from par_intake import documents, figures, phrases, raw_folder, workbook
from par_intake.documents import Report, ReportError
from par_intake.figures import Figure, Found, Tables
from par_intake.forms import Reading
from par_intake.grids import text_of
from par_intake.sentences import read_text
from par_intake.tables import Table
from par_lib.cleaning import dossier_register, schema, units
from par_lib.language.translation import COLUMNS, MEASURES, N_, TABLE_LABELS, Language
from par_lib.storage import paths

_SHOWN = 400  # rows of a table on the page
_LONGEST = 230  # bytes of a file's name, to which a number and an ending are added


@dataclass(frozen=True, repr=False)
class Result:
    """What one file gave: figures taken or proposed, and what is left."""

    file: str
    year: int
    report: Report
    found: Found
    grids: list[list[Table]]

    @property
    def taken(self) -> list[Figure]:
        """Figures that nobody needs to look at."""
        return [one for one in self.found.figures if not one.doubts]

    @property
    def proposed(self) -> list[Figure]:
        """Figures that wait for a person, those with the fewest doubts first."""
        doubted = [one for one in self.found.figures if one.doubts]
        return sorted(doubted, key=lambda one: len(one.doubts))

    @property
    def title(self) -> str:
        """The file's first line."""
        titles = [text for tables in self.grids for table in tables for text in table.titles]
        return next(iter([*(line.text for line in self.report.lines), *titles]), self.file)[:200]

    def page(self, t: Language) -> str:
        """The reading page in the reader's language, self-contained."""
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("par_intake"), autoescape=True)
        return environment.get_template("read_report.html.j2").render(
            t=t, result=self, lines=list(self._lines(t)), grids=list(self._tables()),
            labels=TABLE_LABELS, doubts=figures.doubts, called=_called,
        )  # fmt: skip

    def _lines(self, t: Language) -> Iterator[dict]:
        """Every line of the text as parts; a number that was read carries what became of it."""
        said = {one.at: ("left", t(one.reason, about=one.about)) for one in self.found.left}
        for one in self.found.figures:
            what = ", ".join(filter(None, [one.measure, one.row.get("unit"), one.end]))
            said.setdefault(one.at, ("proposed" if one.doubts else "taken", what))
        for number, line in enumerate(self.report.lines):
            parts, end = [], 0
            for numeral in phrases.find_numerals(line.text):
                if at := said.get((number, numeral.start)):
                    parts += [(line.text[end : numeral.start], "", ""), (numeral.text, *at)]
                    end = numeral.end
            parts.append((line.text[end:], "", ""))
            yield {"parts": parts, "depth": max(0, line.depth - 4), "head": line.place == "heading"}

    def _tables(self) -> Iterator[tuple[str, list[list[str]], int]]:
        """The tables in order: name, rows, how many; of lists of persons, and where no header
        tells which columns name persons, only how many.
        """
        for whole, tables in zip(self.report.grids, self.grids, strict=True):
            named = any(table.form in ("list", "answers") for table in tables)
            for grid in {id(table.grid.rows): table.grid for table in tables}.values():
                rows = [] if named else grid.rows[:_SHOWN]
                yield whole.name, [[text_of(cell) for cell in row] for row in rows], len(grid.rows)
            if not tables:
                yield whole.name, [], len(whole.rows)


def _called(measure: str, t: Language) -> str:
    """A column or a single figure in the reader's words; a measure nobody named yet as it is."""
    if measure in COLUMNS:
        return workbook.header(measure, t)
    known = measure in MEASURES.index
    return MEASURES.loc[measure, t.code] if known else measure.replace("_", " ")


def read(file: Path, known: pd.DataFrame, year: int) -> Result:
    """Read a file about ``year`` with a province's units ``known``.

    Raises documents.ReportError for a file that cannot be read.
    """
    return understand(documents.load(file), known, year, file.name)


def understand(report: Report, known: pd.DataFrame, year: int, name: str = "") -> Result:
    """What the text and the tables of a report give."""
    found, reading = Found(), Reading(known, year)
    grids = [reading.read(grid, found) for grid in report.grids]
    told, left = read_text(report, known, year)
    found.left += left
    found.figures = figures.checked([*found.figures, *told], year)
    return Result(name, year, report, found, grids)


def take(
    files: Sequence[Path], province: str, year: int, *, to: Path | None, source: str,
    into_existing: bool, t: Language,
) -> Iterator[str]:  # fmt: skip
    """Read files about ``year``, telling what was taken, proposed and left.

    Everything is read first; nothing is written where one file cannot be read, or one figure
    contradicts what stands. ReportError where a file gives nothing at all.
    """
    known = units.load_units(province)
    results, made, titles = [], {}, []
    for file in files:
        try:
            tables, result, told = _one(file, known, year, source, t)
        except ReportError as error:
            raise ValueError(error.told(t)) from None
        yield from told
        titles.append(result.title if result else file.stem)
        results += [result] if result else []
        for key, table in tables.items():
            made.setdefault(key, []).append(table)
    raw = {key: pd.concat(parts, ignore_index=True) for key, parts in made.items()}
    folder = to or paths.raw(province)
    yield from raw_folder.store(folder, raw, known, source=source, title=titles[0],
                                into_existing=into_existing)  # fmt: skip
    for result in results:
        yield from _write(result, to or paths.reading(province, year), province, known, t)
    every = [one for result in results for one in result.proposed]
    if to and every:
        paths.write_whole(to / "proposed.csv", figures.proposed_csv(every, t))


def _one(
    file: Path, known: pd.DataFrame, year: int, source: str, t: Language
) -> tuple[Tables, Result | None, list[str]]:
    """Raw tables of a file, what else is to be shown of it, and what is told."""
    if _is_register(file):
        tables, faults = count_register([file], known, year, source=source)
        told = N_("{file}: {rows} rows not counted: {why}")
        return tables, None, [t(told, file=file.name, rows=rows, why=name.replace("_", " "))
                              for name, rows in faults.items()]  # fmt: skip
    report = documents.load(file)
    if workbook.is_filled_in(report.grids):
        tables = workbook.read(report.grids, known, year, source=source)
        if not tables:
            raise ReportError(file, N_("no row is filled in or ticked; write x under “Accept (x)”"))
        rows = sum(map(len, tables.values()))
        return tables, None, [t(N_("{file}: {rows} rows taken"), file=file.name, rows=rows)]
    result = understand(report, known, year, file.name)
    found, taken, proposed = result.found, result.taken, result.proposed
    if not (found.figures or found.extras):
        reasons = dict.fromkeys(t(one.reason, about=one.about) for one in found.left)
        why = "; ".join(reasons) or t(N_("no figure of the tables stands in it"))
        raise ReportError(file, N_("nothing could be read: {about}"), why)
    counts = t(N_("{taken} figures taken, {proposed} proposed, {left} left to you"),
               taken=len(taken), proposed=len(proposed), left=len(found.left))  # fmt: skip
    told = [("", reason, about) for reason, about in found.told]
    told += [(f"{one.place}: ", one.reason, one.about) for one in found.left if not one.at]
    lines = [f"  {place}{t(reason, about=about)}" for place, reason, about in told]
    raw = figures.tables(taken, source=source, year=year)
    return raw, result, [f"{file.name}: {counts}", *lines]


def _is_register(file: Path) -> bool:
    if file.suffix.lower() != ".csv" or not file.is_file():
        return file.suffix.lower() == ".parquet"
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        head = text.readline()
    return {"received", "due", "finished"} <= {name.strip() for name in head.split(",")}


def count_register(
    files: list[Path], known: pd.DataFrame, year: int, *, source: str
) -> tuple[Tables, dict[str, int]]:
    """The raw table, and how many rows of each of dossier_register.FAULTS it leaves out.

    late counts what was resolved after its due date; the basis is what was resolved in the year.
    A row with the province as unit is the total of its level. ValueError where most rows are
    faulty, as with a register of another province.
    """
    until = dt.date(year, 12, 31)
    histogram, faults = dossier_register.count(files, units=known["code"], until=until)
    if histogram["dossiers"].sum() <= sum(faults.values()):
        raise ValueError(
            f"{files[0]}: most rows, or all, cannot be counted ({faults}); is it the register of "
            f"this province and of {year}? choose others with --province, --year"
        )
    own = dossier_register.late_dossiers(histogram)
    totals = own.drop(columns="unit").groupby("level", as_index=False).sum()
    totals["unit"] = units.as_total(known, year)
    then = units.units_in(known, year).drop_duplicates("code", keep="last")
    own["unit"] = own["unit"].map(then.set_index("code")["name"])
    rows = pd.concat([totals, own]).sort_values("level", kind="stable").assign(
        basis="resolved", status="derived", source=source, period_start=f"{year}-01-01",
        period_end=f"{year}-12-31",
    )  # fmt: skip
    rows["locator"] = f"{files[0].name}, " + rows["level"] + " " + rows["unit"]
    table = figures.raw_table(schema.TABLES["late_dossiers"], rows.to_dict("records"))
    return {(year, "late_dossiers"): table}, faults


def _write(
    result: Result, folder: Path, province: str, known: pd.DataFrame, t: Language
) -> Iterator[str]:
    """The page of a file, its CSV files, and the workbook of what is proposed."""
    stem = Path(result.file).stem.encode()[:_LONGEST].decode(errors="ignore")
    page = folder / f"{stem}.html"
    paths.write_whole(page, result.page(t))
    yield t(N_("Compare: {page}"), page=str(page))
    for name, table in result.found.extras.items():
        paths.write_whole(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
        yield t(N_("Written beside it: {file}"), file=str(folder / f"{name}.csv"))
    if result.proposed:
        book, number = folder / f"{stem}.xlsx", 2
        while book.exists():  # somebody may have ticked it
            book, number = folder / f"{stem}-{number}.xlsx", number + 1
        on = units.told_by_name(known, result.year)
        rows = workbook.proposals(result.proposed, t)
        workbook.write(book, province, result.year, on, rows)
        yield t(N_("Tick what is right, then read it: {book}"), book=str(book))
