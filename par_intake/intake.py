"""``par read``: any number of files → raw tables, reading pages and a workbook to be ticked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from par_intake import raw_folder, report, template, workbook
from par_intake.documents import ReportError
from par_intake.figures import as_rows, proposed_csv
from par_intake.report import Result
from par_lib.cleaning import units
from par_lib.language.translation import N_, Language
from par_lib.storage import paths

_LONGEST = 230  # bytes of a file's name, to which a number and an ending are added
Tables = dict[tuple[int, str], pd.DataFrame]


def take(
    files: Sequence[Path], province: str, year: int, *, to: Path | None, source: str,
    into_existing: bool, t: Language,
) -> Iterator[str]:  # fmt: skip
    """Read files about ``year``, telling what was taken, proposed and left.

    Everything is read first; nothing is written where one file cannot be read, or one figure
    contradicts what stands. ReportError where a file gives nothing at all.
    """
    known = units.load_units(province)
    pages, tables, titles = [], [], []
    for file in files:
        try:
            made, result, told = _one(file, known, year, source, t)
        except ReportError as error:
            raise ValueError(error.told(t)) from None
        yield from told
        tables.append(made)
        titles.append(result.title if result else file.stem)
        pages += [result] if result else []
    raw = _together(tables)
    folder = to or paths.raw(province)
    yield from raw_folder.store(folder, raw, known, source=source, title=titles[0],
                                into_existing=into_existing)  # fmt: skip
    where = to or paths.reading(province, year)
    for result in pages:
        yield from _write(result, where, province, known, t)
    if to and any(result.proposed for result in pages):
        every = [one for result in pages for one in result.proposed]
        paths.write_whole(to / "proposed.csv", proposed_csv(every, t))


def _one(
    file: Path, known: pd.DataFrame, year: int, source: str, t: Language
) -> tuple[Tables, Result | None, list[str]]:
    suffix = file.suffix.lower()
    if _is_register(file):
        made, faults = workbook.count_register([file], known, year, source=source)
        told = N_("{file}: {rows} rows not counted: {why}")
        return made, None, [t(told, file=file.name, rows=n, why=name.replace("_", " "))
                            for name, n in faults.items()]  # fmt: skip
    if suffix in (".xlsx", ".xlsm") and workbook.is_filled_in(file):
        made = workbook.read(file, known, year, source=source)
        if not made:
            raise ReportError(file, N_("no row is filled in or ticked; write x under “Accept (x)”"))
        return (
            made,
            None,
            [t(N_("{file}: {rows} rows taken"), file=file.name, rows=sum(map(len, made.values())))],
        )
    result = report.read(file, known, year)
    found = result.found
    if not (found.figures or found.extras):
        why = "; ".join(dict.fromkeys(t(one.reason, about=one.about) for one in found.left)) or t(
            N_("no figure of the tables stands in it")
        )
        raise ReportError(file, N_("nothing could be read: {about}"), why)
    counts = {"taken": len(result.taken), "proposed": len(result.proposed), "left": len(found.left)}
    told = [
        f"{file.name}: "
        + t(N_("{taken} figures taken, {proposed} proposed, {left} left to you"), **counts)
    ]
    told += [f"  {t(reason, about=about)}" for reason, about in found.told]
    told += [f"  {one.place}: {t(one.reason, about=one.about)}" for one in found.left if not one.at]
    return result.tables(source), result, told


def _is_register(file: Path) -> bool:
    if file.suffix.lower() == ".parquet":
        return True
    if file.suffix.lower() != ".csv" or not file.is_file():
        return False
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        head = text.readline()
    return {"received", "due", "finished"} <= {name.strip() for name in head.split(",")}


def _together(made: Sequence[Tables]) -> Tables:
    keys = dict.fromkeys(key for one in made for key in one)
    return {
        key: pd.concat([one[key] for one in made if key in one], ignore_index=True) for key in keys
    }


def _write(
    result: Result, folder: Path, province: str, known: pd.DataFrame, t: Language
) -> Iterator[str]:
    """The page of a file, its CSV files, and the workbook of what is proposed."""
    stem = Path(result.file).stem
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
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
        template.write(book, province, result.year, on, as_rows(result.proposed, t))
        yield t(N_("Tick what is right, then read it: {book}"), book=str(book))
