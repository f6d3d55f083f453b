"""Tables as CSV: text cell by cell when read; written so that a spreadsheet opens them as they are.

A first line that begins with # is a banner: it says what the whole table is, as "synthetic".
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

FIRST_ROW = 2  # row of the first record as a spreadsheet counts
_MOST_LETTERS = 1_000  # of a cell: a figure, a name, a note
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FORMULA = r"^(?=[=+@\t\r-])"  # what a spreadsheet would take for a formula


class TableError(ValueError):
    """A file is no table; the message says which, in which row, and what to do."""


def read_csv(path: Path, *, file: str = "") -> pd.DataFrame:
    """Every cell as text, a banner skipped; ``01`` stays ``01``, ``NA`` is a word.

    Labels of rows are their rows in the file less two, whatever blank rows or banners stand
    between, so that an error names the row a spreadsheet shows. Letters are composed (NFC). Raises
    TableError for what is no table in UTF-8 separated by commas; it names the ``file`` so, or as
    the path does.
    """
    try:
        return _read(path)
    except TableError as error:
        raise TableError(f"{file or path.name}, {error}") from None


def _read(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"byte {error.start} is not UTF-8; save it as CSV UTF-8 (comma delimited)"
        ) from None
    rows = _rows(text)
    number, names = next((row for row in rows if not row[1][0].startswith("#")), (1, []))
    if not names:
        raise TableError("row 1: is empty; write the names of the columns")
    if len(names) == 1 and (mark := re.search(r"[;\t|]", names[0])):
        raise TableError(f"row {number}: columns are separated by {mark[0]!r}; save it with commas")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise TableError(f"row {number}: the column {twice[0]!r} stands there twice; delete one")
    body = list(rows)
    for at, cells in body:
        if len(cells) != len(names):
            raise TableError(
                f"row {at}: {len(cells)} cells where the header has {len(names)}; put a cell "
                'that holds a comma in "quotes", and delete cells beyond the last column'
            )
    index = pd.Index([at - FIRST_ROW for at, _ in body], dtype="int64")
    return pd.DataFrame([cells for _, cells in body], index, names, dtype="str")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with its number in a spreadsheet."""
    csv.field_size_limit(_MOST_LETTERS)
    reader = csv.reader(io.StringIO(unicodedata.normalize("NFC", text), newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if control := _CONTROL.search("".join(cells)):
                raise TableError(f"row {number}: holds {control[0]!r}; type the cell anew")
            if cells:
                yield number, cells
    except csv.Error as error:
        remedy = "look for a quote that is not closed, or a cell that holds a whole document"
        raise TableError(f"row {number + 1}: cannot be read ({error}); {remedy}") from None


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
