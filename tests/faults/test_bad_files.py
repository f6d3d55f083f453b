"""Damaged workbooks, sources.toml and rules.toml: told in words, or they say the same.

Tables of raw data have a test of their own. PAR_SOAK=1 makes thirty times as many.
"""

import datetime as dt
import random
import re

import openpyxl
import pytest
from test_bad_data import CELLS, SOAK

from par_intake import documents, workbook
from par_intake.documents import ReportError
from par_lib.cleaning import schema, tables, units
from par_lib.cleaning.schema import DataError
from par_lib.language import Refused
from par_lib.scoring import rulebook

COUNT = 3000 if SOAK else 60
TYPED = [True, dt.datetime(2022, 2, 3, 4, 5), dt.date(1900, 1, 1), 1e300, -1e-9, 0.1 + 0.2, 10**18,
         "=SUM(A1:A9)", "=cmd|'/c calc'!A0", "\n", "'", None]  # fmt: skip
BODY = [["Điện Bàn", "Cấp huyện", "2022-01-01", "2022-12-31", 11, "s", ""],
        ["Thăng Bình", "Cấp huyện", "01/01/2022", "31/12/2022", "7.076", "s", "x"],
        ["Hội An", "Cấp huyện", dt.date(2022, 1, 1), dt.date(2022, 12, 31), "12 - 15", "s", "y"],
        ["Quế Sơn", "Cấp huyện", None, None, 0, None, None]]  # fmt: skip


@pytest.fixture(scope="module")
def known():
    return units.load_units("quang-nam")


def book(path, head, body):
    """A workbook of one sheet of late dossiers, one cell a value."""
    made = openpyxl.Workbook()
    made.active.title = workbook.sheet_name("late_dossiers")
    for line in (head, *body):
        made.active.append(line)
    made.save(path)


def test_a_workbook_with_another_cell_is_refused_by_that_cell_or_says_the_same(tmp_path, known):
    path, rng, refused = tmp_path / "b.xlsx", random.Random(5), 0
    head = [workbook.header(name) for name in
            ("unit", "level", "period_start", "period_end", "late", "source", "note")]  # fmt: skip
    book(path, head, BODY)
    (good,) = workbook.read(documents.load(path).grids, known, 2022, source="mine").values()
    assert good["late"].tolist() == ["11", "7.076", "12 - 15", "0"]
    for _ in range(COUNT):
        row, column = rng.randrange(len(BODY)), rng.randrange(len(head))
        cell = rng.choice([*TYPED, *(one for one in CELLS if one.isprintable() and len(one) < 999)])
        body = [list(line) for line in BODY]
        body[row][column] = cell
        book(path, head, body)
        where = f"{'ABCDEFG'[column]}{row + 2}"
        try:
            (read,) = workbook.read(documents.load(path).grids, known, 2022, source="mine").values()
        except DataError as error:
            refused += 1
            for problem in error.problems:
                assert re.search(rf", {where}: .+[;:] .+", problem), (cell, problem)
            continue
        others = [at for at in range(len(BODY)) if at != row]
        assert read.iloc[others].to_dict() == good.iloc[others].to_dict(), cell
    assert refused > COUNT / 4


def test_a_workbook_that_is_broken_is_told(tmp_path, known):
    path, rng = tmp_path / "b.xlsx", random.Random(6)
    book(path, [workbook.header(c.name) for c in schema.TABLES["late_dossiers"].columns][:4], [])
    whole = path.read_bytes()
    broken = [b"", b"PK", whole[: len(whole) // 2], whole[::-1], b"\0" * 5_000, b"unit,late\n"]
    for _ in range(COUNT):
        cut = bytearray(whole)
        for _ in range(rng.randrange(1, 20)):
            cut[rng.randrange(len(cut))] = rng.randrange(256)
        broken.append(bytes(cut))
    told = 0
    for content in broken:
        path.write_bytes(content)
        try:
            workbook.read(documents.load(path).grids, known, 2022, source="mine")
        except ReportError as error:
            told += 1
            assert str(error).startswith(str(path))
        except DataError as error:
            assert error.problems
    assert told > len(broken) / 2


VALUES = ["inf", "-inf", "nan", "1e999", "-5", "0", "0.0", "true", '""', '" "', "[]", "[[[]]]",
          "{}", '{a = 1}', "1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "'linear'", '"x"',
          '"<script>"', '"javascript:alert(1)"', "9" * 5_000, "[" * 5_000, '"' + "x" * 5_000 + '"',
          "0x7fffffffffffffffffff", '"\\u0000"', "= 1", '"""', "# nothing", '["a", 1]', '"Huế"',
          "3000-01-01", "2022", "1_000", "100.0000001"]  # fmt: skip


def lines_changed(text: str, rng: random.Random):
    """A TOML file with one line given another value, taken out, said twice, or cut; and wholes."""
    lines = text.splitlines()
    named = [at for at, line in enumerate(lines) if re.match(r"\[|\w+ =", line)]
    for _ in range(COUNT):
        at, changed = rng.choice(named), list(lines)
        name, equals, _ = lines[at].partition(" = ")
        way = rng.randrange(6)
        if way == 0:
            changed[at : at + 1] = []
        elif way == 1:
            changed.insert(at, lines[at])
        elif way == 2:
            changed[at] = lines[at][: rng.randrange(len(lines[at]))]
        else:
            value = rng.choice(VALUES)
            changed[at] = f"{name} = {value}" if equals else f'[[{name.strip("[]")}]]\n"<b>" = 1'
        yield "\n".join(changed).encode()
    yield from (b"", b"\xff\xfe", text.encode("utf-16"), b"x", b"x = 1", b"[a]", b"[[a]]",
                b"areas = 1", b"criteria = {}", b"areas = [1, 2]", b'year = "x"',
                b"a = " + b"[" * 100_000, b"[" * 100_000)  # fmt: skip


def test_a_damaged_sources_toml_is_told(root):
    path = root / "data/raw/quang-nam/sources.toml"
    text, refused = path.read_text(encoding="utf-8"), 0
    good = tables.load_sources("quang-nam")
    try:
        for content in lines_changed(text, random.Random(8)):
            path.write_bytes(content)
            try:
                read = tables.load_sources("quang-nam")
            except Refused as error:
                refused += 1
                for problem in str(error).splitlines():
                    assert problem.startswith("data/raw/quang-nam/sources.toml"), problem
                    assert len(problem) < 1_000
                continue
            same = read.index.intersection(good.index)
            if not content:  # it says that there is no source; the rows that name one are refused
                assert list(same) == ["rulebook"]
                continue
            assert len(same) >= len(good) - 1
            changed = [name for name in same
                       if read.loc[name].drop("number").to_dict()
                       != good.loc[name].drop("number").to_dict()]  # fmt: skip
            assert len(changed) <= 2, content  # a heading taken out gives its lines to another
            assert read.query("address != ''")["address"].str.match("https?://").all()
    finally:
        path.write_text(text, encoding="utf-8")
    assert refused > COUNT / 4


def test_damaged_rules_are_told(tmp_path):
    text = (rulebook.RULES / "par_index_2022.toml").read_text(encoding="utf-8")
    path, refused = tmp_path / "rules.toml", 0
    good = rulebook.read(rulebook.RULES / "par_index_2022.toml")
    for content in lines_changed(text, random.Random(9)):
        path.write_bytes(content)
        try:
            read = rulebook.read(path)
        except ValueError as error:
            refused += 1
            for line in str(error).splitlines():
                assert line.startswith("rules.toml"), line
                assert len(line) < 1_000
            continue
        pairs = zip(read.criteria, good.criteria, strict=False)
        assert sum(one != other for one, other in pairs) <= 1 or len(read.criteria) < len(
            good.criteria
        )
    assert refused > COUNT / 4
