"""Hundreds of damaged files for every raw table: each is refused in words, or says the same.

Never a traceback, never a figure that changed in silence. PAR_SOAK=1 makes thirty times as many.
"""

import csv
import io
import os
import random
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from par_lib.cleaning import schema, tidying, units
from par_lib.language.vietnamese import compare_key, normalise
from par_lib.storage import csv_files

RAW = Path(__file__).resolve().parents[2] / "data" / "raw" / "quang-nam"
SOAK = bool(os.environ.get("PAR_SOAK"))
CELLS = [
    "NA", "null", "N/A", "nan", "None", "-", "01", "007", "-5", "−5", "1.234", "1,234", "1.2.3",
    "1,2,3", "1.234,5", "1,234.5", "12/27", "1e5", "Infinity", "１２３", "١٢٣", "31/02/2022",
    "2022-02-30", "2022-13-01", "=1+1", "@cmd", "+84", "-1+1", "990%", "101 %", "<20%", "50–70%",
    "khoảng 5", "hơn 3", "5 tỷ đồng", "5 triệu đồng", "a" * 900,
    "a" * 90_000, "x\u200by", "\u00a0", "\t", " ",
    "<b>5</b>", '5" 6', "Huế", "Thành phố Hồ Chí Minh", "5;6", "5|6", "#REF!", "TRUE", "0,0",
    "1 234", "12 345,6", "9" * 40,
]  # fmt: skip


def in_tcvn3(text: str) -> bytes:
    """A few letters as the old fonts had them: one byte each, none of them UTF-8."""
    return (
        text.replace("ả", "\xb6")
        .replace("ơ", "\xac")
        .replace("à", "\xb5")
        .encode("latin-1", "replace")
    )


def whole_file(text: str) -> dict[str, bytes]:
    """A file damaged as a whole, by what was done to it."""
    lines = text.splitlines()
    head, body = lines[0], lines[1:]
    rows = list(csv.reader(io.StringIO(text)))

    def joined(mark: str) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=mark).writerows(rows)
        return out.getvalue().encode()

    def write(*parts: str) -> bytes:
        return "\n".join(parts).encode() + b"\n"

    return {
        "as it is": text.encode(), "BOM": text.encode("utf-8-sig"),
        "CRLF": text.replace("\n", "\r\n").encode(), "CR": text.replace("\n", "\r").encode(),
        "NFD": unicodedata.normalize("NFD", text).encode(), "UTF-16": text.encode("utf-16"),
        "UTF-16LE": text.encode("utf-16-le"), "UTF-32": text.encode("utf-32"),
        "CP1258": unicodedata.normalize("NFD", text).encode("cp1258", "replace"),
        "TCVN3": in_tcvn3(text), "semicolons": joined(";"), "tabs": joined("\t"),
        "pipes": joined("|"), "empty": b"", "header only": write(head), "no header": write(*body),
        "blank lines": write(head, "", "", *body), "banner": write("# banner", *lines),
        "two banners": write("# a", "# b", *lines), "NUL": text.replace(",", ",\0", 1).encode(),
        "binary": bytes(range(256)) * 20, "trailing commas": write(head, *(f"{x}," for x in body)),
        "one cell more": write(head, *body[:-1], body[-1] + ",x"),
        "one cell less": write(head, *body[:-1], body[-1].rpartition(",")[0]),
        "a first cell more": write(head, *(f"x,{x}" for x in body)),
        "open quote": write(head, '"' + body[0], *body[1:]),
        "upper case": write(head.upper(), *body),
        "spaces in header": write(head.replace(",", ", "), *body), "sep": write("sep=,", *lines),
        "json": b'{"unit": 1}', "html": b"<table><tr><td>1</td></tr></table>",
        "10 MB cell": write(head, "x" * 10_000_000 + body[0]), "twice": write(*lines, *body),
        "last row again": write(*lines, body[-1]),
        "a column less": write(*(",".join(row[:-1]) for row in rows)),
        "a column twice": write(*(f"{x},{x.split(',')[0]}" for x in lines)),
        "columns turned": write(*(",".join(reversed(row)) for row in rows if '"' not in str(row))),
        "cut off": text.encode()[: len(text.encode()) * 2 // 3], "surrogate": b"\xed\xa0\x80,1\n",
    }  # fmt: skip


def one_cell(text: str, rng: random.Random, count: int) -> dict[str, bytes]:
    """A file with one cell replaced, by where and what."""
    rows = list(csv.reader(io.StringIO(text)))
    found = {}
    for _ in range(count):
        row, column = rng.randrange(1, len(rows)), rng.randrange(len(rows[0]))
        cell = rng.choice(CELLS)
        changed = [list(one) for one in rows]
        changed[row][column] = cell
        out = io.StringIO()
        csv.writer(out).writerows(changed)
        found[f"row {row + 1}, {rows[0][column]}: {cell[:20]!r}"] = out.getvalue().encode()
    return found


@pytest.fixture(scope="module")
def known(root):
    return units.load_units("quang-nam")


def read(path: Path, table: schema.Table, known: pd.DataFrame, year: int) -> pd.DataFrame:
    try:
        raw = csv_files.read_csv(path)
    except csv_files.TableError as error:
        raise schema.DataError([str(error)]) from None
    return tidying.tidy_table(raw, table=table, known=known, year=year, file=path.name)


def answers() -> str:
    """A survey of invented answers: nobody's, they are only here."""
    head = ",".join(column.name for column in schema.ANSWERS.columns)
    places = ("Điện Bàn", "Thăng Bình", "Hội An")
    lines = [
        f"{place},district,{part},p{number},{1 + number % 5},{weight},reported,s,l,,{part}"
        for place in places
        for part in ("access", "result")
        for number, weight in enumerate(("", '"1,5"', "2", "1", '"0,25"'))
    ]
    return "\n".join([head, *lines]) + "\n"


TABLES = {"answers": 2022, "late_dossiers": 2022, "disbursement": 2022, "sipas": 2022,
          "scores": 2022, "indicators": 2022, "mentions": 2022, "tasks": 2023,
          "service_index": 2024}  # fmt: skip
REMEDY = re.compile(r"; \S|must|states what")  # what is wrong; what to do
UNCHANGED = {"as it is", "BOM", "CRLF", "CR", "NFD", "blank lines", "banner", "two banners"}


@pytest.mark.parametrize(("name", "year"), TABLES.items())
def test_a_damaged_file_is_refused_in_words_or_says_the_same(name, year, known, tmp_path):
    if name == "answers":
        table, text = schema.ANSWERS, answers()
    else:
        table = schema.TABLES[name]
        text = (RAW / str(year) / f"{name}.csv").read_text(encoding="utf-8")
    path = tmp_path / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    good = read(path, table, known, year)
    rng = random.Random(name)
    damaged = whole_file(text) | one_cell(text, rng, 3000 if SOAK else 60)
    assert len(damaged) > 90
    refused = 0
    for what, content in damaged.items():
        path.write_bytes(content)
        try:
            result = read(path, table, known, year)
        except schema.DataError as error:
            refused += 1
            for problem in error.problems:
                assert re.match(rf"{name}\.csv, (row \d+|byte \d+)", problem), (what, problem)
                assert len(problem) < 1_400, what
                assert REMEDY.search(problem), problem
                if what.startswith("row"):
                    row = re.match(r"row \d+", what)[0]
                    assert row in problem or "states what" in problem, (what, problem)
            if what.startswith("row"):
                _names_column_and_value(content.decode(), what, " ".join(error.problems))
            continue
        if what in UNCHANGED:
            assert_frame_equal(result, good)
        else:
            _same_but_one_row(result, good, what, name)
    assert refused > len(damaged) / 4


def _names_column_and_value(text: str, what: str, problems: str) -> None:
    """The cell that was damaged: its column, and what stands there (or the number it was read as).

    A cell of 90,000 letters is refused before it is one of a column.
    """
    if "cannot be read" in problems:
        return
    row, column = re.match(r"row (\d+), (\w+)", what).groups()
    assert column in problems, (what, problems)
    rows = list(csv.reader(io.StringIO(text)))
    cell = normalise(rows[int(row) - 1][rows[0].index(column)])
    number = re.sub(r"\D", "", cell).lstrip("0")
    shown = cell[:8] in normalise(problems) or (number and number in problems)
    assert shown or repr(cell[:1])[1:-1] in problems, (what, problems)


def _same_but_one_row(result: pd.DataFrame, good: pd.DataFrame, what: str, name: str) -> None:
    """Accepted: every figure is the one before, save in the row that was given another cell.

    Of a file that was cut off between two rows nobody can say that it is not whole; a row that was
    cut must not be taken.
    """
    figures = list(good.select_dtypes("number").columns)
    own = good["status"] != "bound"
    before, after = good.loc[own, figures], result.loc[result["status"] != "bound", figures]
    if what in ("header only", "cut off"):
        before = before.head(len(after))
    assert len(before) == len(after), what
    differ = (before.reset_index(drop=True) != after.reset_index(drop=True)) & ~(
        before.reset_index(drop=True).isna() & after.reset_index(drop=True).isna()
    )
    assert int(differ.fillna(True).any(axis=1).sum()) <= 1, what
    if not what.startswith("row"):
        assert not differ.fillna(True).any(axis=None), what


def test_units_with_damage_are_refused_in_words(root):
    path = root / "data/raw/quang-nam/units.csv"
    text = path.read_text(encoding="utf-8")
    rng, refused = random.Random(1), 0
    try:
        for what, content in (whole_file(text) | one_cell(text, rng, 60)).items():
            path.write_bytes(content)
            try:
                found = units.load_units("quang-nam")
            except ValueError as error:
                refused += 1
                for line in str(error).splitlines():
                    assert re.match(r"data/raw/quang-nam/units\.csv, (row|byte) \d+", line), what
                continue
            assert found["name"].map(compare_key).ne("").all()
    finally:
        path.write_text(text, encoding="utf-8")
    assert refused > 40
