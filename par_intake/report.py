"""The command ``par read``: files of any kind → raw tables, reading pages, a workbook to tick."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from par_intake import documents, figures, phrases, raw_folder, workbook
from par_intake.documents import Report, ReportError
from par_intake.figures import Found, Tables
from par_intake.forms import Reading
from par_intake.sentences import read_text
from par_lib.cleaning import dossier_register, schema, units
from par_lib.language import Refused, say, spoken
from par_lib.language.translation import COLUMNS, MEASURES, N_, TABLE_LABELS, Language, language
from par_lib.language.vietnamese import normalise
from par_lib.storage import paths

_SHOWN = 400  # rows of a table on the page
_LONGEST = 230  # bytes of a file's name, to which a number and an ending are added


def page(found: Found, t: Language, by: str = "") -> str:
    """The reading page of a file in the reader's language, self-contained; who accepted it."""
    from jinja2 import Environment, PackageLoader

    page = Environment(loader=PackageLoader("par_intake"), autoescape=True)
    listed = {
        title: [(t(TABLE_LABELS[one.table]), f"{one.row.get('unit', '')} {one.end}",
                 f"{_called(one.measure, t)}: {one.cell}", one.evidence, one.place,
                 figures.doubts(one, t)) for one in some]
        for title, some in ((t(N_("Proposed: tick them in the workbook")), found.proposed),
                            (t(N_("Taken")), found.taken))
    }  # fmt: skip
    left = [(one.text, one.why(t), one.place) for one in found.left]
    return page.get_template("read_report.html.j2").render(
        t=t,
        found=found,
        figures=listed,
        left=left,
        taken=len(found.taken) or sum(map(len, found.raw.values())),
        lines=_lines(found, t),
        grids=_grids(found),
        accepted=by and f"{by}, {dt.date.today():%d/%m/%Y}",
    )


def _lines(found: Found, t: Language) -> Iterator[dict]:
    """Every line of the text as parts; a number that was read carries what became of it."""
    said = {one.at: ("proposed" if one.doubts else "taken",
                     ", ".join(filter(None, [one.measure, one.row.get("unit"), one.end])))
            for one in reversed(found.figures)}  # fmt: skip
    said |= {one.at: ("left", one.why(t)) for one in found.left}
    for number, line in enumerate(found.report.lines):
        parts, end = [], 0
        for numeral in phrases.find_numerals(line.text):
            if at := said.get((number, numeral.start)):
                parts += [(line.text[end : numeral.start], "", ""), (numeral.text, *at)]
                end = numeral.end
        parts.append((line.text[end:], "", ""))
        yield {"parts": parts, "depth": max(0, line.depth - 4), "head": line.depth < 4}


def _grids(found: Found) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables in order, each with its name and how many rows it has.

    Of lists of persons, and where no header tells which columns name persons, no row is shown.
    """
    for whole, tables in zip(found.report.grids, found.tables, strict=True):
        hidden = not tables or any(table.form in ("list", "answers") for table in tables)
        for grid in {id(one.grid.rows): one.grid for one in tables}.values() or [whole]:
            rows = [] if hidden else grid.rows[:_SHOWN]
            yield f"{whole.name} ({len(grid.rows)})", rows
    for (year, name), table in found.raw.items():  # of a workbook, what was ticked
        heads = [workbook.header(column) for column in table]
        yield f"{name} {year} ({len(table)})", [heads, *table.head(_SHOWN).to_numpy()]


def _called(measure: str, t: Language) -> str:
    """A figure in the reader's words: its criterion or component, its column, or its measure.

    A measure that nobody named yet stays as it is.
    """
    part, _, column = measure.rpartition(".")
    if column in COLUMNS:
        said = [workbook.word("", part, t)] if part else []
        return " · ".join([*said, workbook.header(column, t)])
    return dict(MEASURES[t.code]).get(measure, measure.replace("_", " "))


def understand(report: Report, known: pd.DataFrame, year: int, name: str = "") -> Found:
    """What the text and the tables of a report give."""
    found, reading = Found(name, year, report), Reading(known, year)
    for grid in report.grids:
        reading.read(grid, found)
    read_text(found, known)
    found.figures = figures.checked(found.figures, year)
    return found


def take(
    files: Sequence[Path], province: str, year: int, *, to: Path | None, source: str,
    into_existing: bool, by: str, t: Language,
) -> Iterator[str]:  # fmt: skip
    """Read files about ``year``, telling what was taken, proposed and left, and accepted ``by``.

    Everything is read first; nothing is told or written where one file cannot be read, or one
    figure contradicts what stands. ReportError where a file gives nothing at all. ``source`` is a
    name in sources.toml, or a title.
    """
    known, by = units.load_units(province), normalise(by)
    if "province" not in {*units.units_in(known, year)["level"]}:
        raw_folder.there(province, year)  # says who was
    source = normalise(source) or f"report-{year}"
    read = [_found(file, known, year, source) for file in files]
    made: dict[tuple[int, str], list[pd.DataFrame]] = {}
    cited = {source: {"title": files[0].name}}
    for found in read:
        if len(files) > 1:  # one source: where in it begins with the file
            file = found.file.replace(";", ",")
            found.figures = [replace(one, place=f"{file}, {one.place}") for one in found.figures]
        cited |= found.sources
        raw = found.raw or figures.tables(found.taken, source=source, year=year)
        for key, table in raw.items():
            made.setdefault(key, []).append(table)
    whole = {key: pd.concat(parts, ignore_index=True) for key, parts in made.items()}
    stored = [*raw_folder.store(to or paths.raw(province), whole, known, cited=cited,
                                into_existing=into_existing, by=by)]  # fmt: skip
    yield from (line for found in read for line in _told(found, t))
    yield from stored
    for found in (one for one in read if by or not one.raw):
        yield from _write(found, to or paths.reading(province, year), province, known, source, by,
                          t)  # fmt: skip
    proposed = [one for found in read for one in found.proposed]
    if to and proposed:
        paths.write_whole(to / "proposed.csv", figures.proposed_csv(proposed, t))


def _found(file: Path, known: pd.DataFrame, year: int, source: str) -> Found:
    """What a file gives, be it a register, a workbook that is filled in, or any other."""
    if _is_register(file):
        raw, faults = count_register(file, known, year, source=source)
        told = [(N_("not counted: {about}"), f"{rows} ({name.replace('_', ' ')})")
                for name, rows in faults.items()]  # fmt: skip
        return Found(file.name, year, Report(()), raw=raw, told=told)
    report = documents.load(file)
    raw = workbook.read(report.grids, known, year, source=source)
    if raw is not None:
        if not raw:
            unticked = say("no row is filled in or ticked; write x under “Accept (x)”")
            raise ReportError(f"{file}: {unticked}")
        sources = workbook.sources(report.grids)
        return Found(file.name, year, Report(()), raw=raw, sources=sources)
    found = understand(report, known, year, file.name)
    if not (found.figures or found.extras):
        reasons = dict.fromkeys(one.why(language(spoken())) for one in found.left)
        why = "; ".join(reasons) or say("no figure of the tables stands in it")
        raise ReportError(f"{file}: " + say("nothing could be read: {about}", about=why))
    return found


def _told(found: Found, t: Language) -> Iterator[str]:
    """How much was taken, what must be known of the file, and what of its tables is left."""
    said = N_("{taken} figures taken, {proposed} proposed, {left} left to you")
    counts = {"taken": found.taken, "proposed": found.proposed, "left": found.left}
    if found.raw:
        said, counts = N_("{rows} rows taken"), {"rows": pd.concat(found.raw.values())}
    yield f"{found.file}: {t(said, **{name: len(counted) for name, counted in counts.items()})}"
    yield from (f"  {t(reason, about=about)}" for reason, about in found.told)
    yield from (f"  {one.place}: {one.why(t)}" for one in found.left if not one.at)


def _is_register(file: Path) -> bool:
    if file.suffix.lower() != ".csv" or not file.is_file():
        return file.suffix.lower() == ".parquet"
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        head = text.readline()
    return {"received", "due", "finished"} <= {name.strip() for name in head.split(",")}


def count_register(
    file: Path, known: pd.DataFrame, year: int, *, source: str
) -> tuple[Tables, dict[str, int]]:
    """The raw table, and how many rows of each of dossier_register.FAULTS it leaves out.

    late counts what was resolved after its due date; the basis is what was resolved in the year.
    A row with the province as unit is the total of its level. ValueError where most rows are
    faulty, as with a register of another province.
    """
    until = dt.date(year, 12, 31)
    histogram, faults = dossier_register.count([file], units=known["code"], until=until)
    if histogram["dossiers"].sum() <= sum(faults.values()):
        raise Refused("{file}: most rows, or all, cannot be counted ({faults}); is it the register "
                      "of this province and of {year}? choose others with --province, --year",
                      file=file, faults=str(faults), year=year)  # fmt: skip
    then = units.units_in(known, year)
    own = dossier_register.late_dossiers(histogram)
    own["unit"] = own["unit"].map(dict(zip(then["code"], then["name"], strict=True)))
    totals = own.groupby("level", as_index=False).sum(numeric_only=True)
    rows = pd.concat([totals.assign(unit=units.as_total(known, year)), own]).assign(
        locator=lambda of: f"{file.name}, " + of["level"] + " " + of["unit"], source=source,
        basis="resolved", status="derived", period_start=f"{year}-01-01", period_end=f"{until}",
    ).sort_values("level", kind="stable")  # fmt: skip
    table = figures.raw_table(schema.TABLES["late_dossiers"], rows.to_dict("records"))
    return {(year, "late_dossiers"): table}, faults


def _write(
    found: Found, folder: Path, province: str, known: pd.DataFrame, source: str, by: str,
    t: Language,
) -> Iterator[str]:  # fmt: skip
    """The page of a file, its CSV files, and the workbook of what is proposed."""
    stem = Path(found.file).stem.encode()[:_LONGEST].decode(errors="ignore")
    # A workbook is called as what its proposals are from.
    paths.write_whole(shown := folder / f"{stem}{'-x' * bool(found.raw)}.html", page(found, t, by))
    yield t(N_("Compare: {page}"), page=str(shown))
    for name, table in found.extras.items():
        beside = folder / f"{name}.csv"
        paths.write_whole(beside, table.to_csv(index=False, lineterminator="\n"))
        yield t(N_("Written beside it: {file}"), file=str(beside))
    if found.proposed:
        book, number = folder / f"{stem}.xlsx", 2
        while book.exists():  # somebody may have ticked it
            book, number = folder / f"{stem}-{number}.xlsx", number + 1
        rows = workbook.proposals(found.proposed, source, t)
        on = units.told_by_name(known, found.year)
        workbook.write(book, province, found.year, on, rows)
        yield t(N_("Tick what is right, then read it: {book}"), book=str(book))
