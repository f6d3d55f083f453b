"""Tables as CSV: text cell by cell when read; written so that a spreadsheet opens them as they are.

A first line that begins with # is a banner: it says what the whole table is, as "synthetic".
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from par_lib.language import Refused, say
from par_lib.storage import paths

FIRST_ROW = 2  # row of the first record as a spreadsheet counts
_MOST_LETTERS = 1_000  # of a cell: a figure, a name, a note
# As Explorer, Finder, LibreOffice or a drive name a copy.
_COPY = re.compile(r"(?i)(?:(?:Copy(?: \(\d+\))? of|Bản sao của) )?(\w+)"
                   r"(?:(?: -)? (?:Copy|Bản sao|Sao chép).*| ?\(\d+\))*")  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A letter between two that a code page lacks, or UTF-8 that was taken for another one.
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]|\ufffd|á[º»]|Ä‘|Æ°")
_SEPARATORS = ",;\t|"
# What Vietnamese has beside ASCII: its marks, đ, and what stands between words.
_VIETNAMESE = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323đĐ–—‘’“”…\xa0"
_FORMULA = r"^(?=[=+@\t\r-])"  # what a spreadsheet would take for a formula


class TableError(Refused):
    """A file is no table; the message says which, in which row, and what to do."""


def read_csv(path: Path, *, file: str = "") -> pd.DataFrame:
    """Every cell as text, a banner skipped; ``01`` stays ``01``, ``NA`` is a word.

    A table that a spreadsheet saved is read like the one it was made of: separated by commas,
    semicolons, tabs or bars; in UTF-8, UTF-16 or the Vietnamese code page of Windows; with blank
    rows, empty columns behind the last, and spaces around the names of columns.

    Labels of rows are their rows in the file less two, so that an error names the row a spreadsheet
    shows. Letters are composed (NFC). TableError, naming ``file`` or the path, for what is no
    table.
    """
    try:
        return _read(path.read_bytes())
    except TableError as error:
        raise TableError(f"{file or path.name}, {error}") from None


def _read(content: bytes) -> pd.DataFrame:
    rows = _rows(unicodedata.normalize("NFC", _decoded(content)))
    number, names = next((row for row in rows if not _above_header(row[1][0])), (1, []))
    width, names = len(names), [" ".join(name.split()) for name in names]
    names = names[: max((at for at, name in enumerate(names, start=1) if name), default=0)]
    if not names:
        raise TableError("row 1: is empty; write the names of the columns")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise TableError("row {number}: the column {twice!r} stands there twice; delete one",
                         number=number, twice=twice[0])  # fmt: skip
    body = list(rows)
    for at, cells in body:
        if len(cells) != width or any(cells[len(names) :]):
            raise TableError("row {at}: {cells} cells where the header has {columns}; put a cell "
                             'that holds a comma in "quotes", and delete cells beyond the last '
                             "column", at=at, cells=len(cells), columns=len(names))  # fmt: skip
        if lost := next((cell for cell in cells if _LOST.search(cell) and "//" not in cell), ""):
            raise TableError("row {at}: {lost!r}: letters were lost; begin with the file as it "
                             "was, and save it as CSV UTF-8 (comma delimited)",
                             at=at, lost=lost[:60])  # fmt: skip
    index = pd.Index([at - FIRST_ROW for at, _ in body], dtype="int64")
    return pd.DataFrame([cells[: len(names)] for _, cells in body], index, names, dtype="str")


def with_plain_dates(raw: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Dates as 2022-12-31 where a spreadsheet made 31/12/2022 of them: day, month, year.

    So read only if no date of these columns has the month first, and a day above 12 shows it. With
    the month first where an English one wrote all dates so, none of which can be another day.
    Others stay as they are.

    >>> raw = pd.DataFrame({"as_of": ["05/01/2022", "30/6/2022", "2022-12-31", "1/2"]})
    >>> with_plain_dates(raw, ["as_of"])["as_of"].tolist()
    ['2022-01-05', '2022-06-30', '2022-12-31', '1/2']
    """
    cells = {name: raw[name] for name in names if name in raw}
    written = pd.concat(cells).str.strip() if cells else pd.Series(dtype=str)
    parts = written.str.extract(r"^(\d{1,2})/(\d{1,2})/(\d{4})$").dropna()
    if parts.empty:
        return raw
    first, other = (pd.to_datetime(parts.agg("/".join, axis=1), format=order, errors="coerce")
                    for order in ("%d/%m/%Y", "%m/%d/%Y"))  # fmt: skip
    if (first.isna() & other.notna()).any():
        if len(parts) < (written != "").sum() or (first.notna() & (first != other)).any():
            return raw
        first = other
    elif not ((first.notna() & other.isna()).any() or first.equals(other)):
        return raw
    plain = first.dropna().dt.strftime("%Y-%m-%d").reindex(written.index).fillna(written)
    return raw.assign(**{name: plain[name] for name in cells})


def banner_of(path: Path) -> str:
    """The banner of a table as a line of its own, empty where there is none."""
    first = _decoded(path.read_bytes()).partition("\n")[0].strip('"; \t\r,')
    return f"{first}\n" if first.startswith("#") else ""


def _decoded(content: bytes) -> str:
    """The text of a file; of the code page only what is Vietnamese, for all else is another one."""
    try:
        if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = content.decode("cp1258", errors="replace")
        marks = unicodedata.normalize("NFD", text).translate(dict.fromkeys(map(ord, _VIETNAMESE)))
        if marks.isascii():
            return text
        what = say("byte {at} is not UTF-8; save it as CSV UTF-8 (comma delimited)", at=error.start)
        raise TableError(what) from None


def _above_header(cell: str) -> bool:
    """A banner, or what tells Excel how columns are separated."""
    return cell.startswith(("#", "sep="))


def _separator(text: str) -> str:
    """What parts the names of the columns: the commonest mark of the header."""
    lines = (line for line in text.splitlines() if line.strip(_SEPARATORS + ' "'))
    header = next((line for line in lines if not _above_header(line.lstrip('"'))), "")
    return max(_SEPARATORS, key=header.count)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with its number in a spreadsheet."""
    source, mark = io.StringIO(text, newline=""), _separator(text)
    reader = csv.reader(source, strict=True, delimiter=mark)
    number, usual = 0, csv.field_size_limit(_MOST_LETTERS)
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) == 1 and mark in cells[0]:  # a spreadsheet had all of it in one cell
                (cells,) = csv.reader(cells, strict=True, delimiter=mark)
            if control := _CONTROL.search("".join(cells)):
                raise TableError("row {number}: holds {control!r}; type the cell anew",
                                 number=number, control=control[0])  # fmt: skip
            if any(map(str.strip, cells)):
                yield number, cells
    except csv.Error:
        raise TableError("row {number}: cannot be read; look for a quote that is not closed, or a "
                         "cell that holds a whole document",
                         number=number + 1) from None  # fmt: skip
    finally:
        csv.field_size_limit(usual)  # it is the whole process's


def to_csv(frame: pd.DataFrame, *, banner: str = "") -> bytes:
    """CSV in UTF-8 with a byte order mark, for Excel; words that begin like a formula get a '.

    Numbers keep the point as decimal mark, and 15 digits; missing is empty.

    >>> to_csv(pd.DataFrame({"unit": ["=1+1"], "late": [-3]})).decode("utf-8-sig")
    "unit,late\\n'=1+1,-3\\n"
    """
    words = frame.select_dtypes(["str", "object"]).columns
    inert = {name: frame[name].str.replace(_FORMULA, "'", regex=True) for name in words}
    text = frame.assign(**inert).to_csv(index=False, lineterminator="\n", float_format="%.15g")
    return (f"# {banner}\n{text}" if banner else text).encode("utf-8-sig")


class Frame(pd.DataFrame):
    """A table whose dates compare with text in ``.query("as_of == '2022-12-31'")``.

    pandas finds no such text among dates, and gives no row without a word.
    """

    @property
    def _constructor(self) -> type["Frame"]:
        return Frame

    def query(self, expr: str, **options: object) -> "Frame":
        expr = re.sub(r"""(['"]\d{4}-\d\d-\d\d['"])""", r"_day(\1)", expr)
        level = options.pop("level", 0) + 1
        return super().query(expr, level=level, resolvers=[{"_day": pd.Timestamp}], **options)


def strays(folder: Path, tables: Iterable[str]) -> Iterator[str]:
    """A message for each CSV of a year whose name is no table's: it would not be read."""
    names = [f"{name}.csv" for name in tables]
    for file in sorted(folder.glob("[!.~]*.[cC][sS][vV]")):
        place = file.relative_to(paths.root()).as_posix()
        copy = _COPY.fullmatch(unicodedata.normalize("NFC", file.stem))
        if file.name in names:
            continue
        if copy and f"{copy[1]}.csv" in names:
            yield say("{place}: is a copy of {name}.csv; delete it, or move it out of the folder",
                      place=place, name=copy[1])  # fmt: skip
        else:
            yield say("{place}: is no table's file; give it one of these names: {names}",
                      place=place, names=names)  # fmt: skip
