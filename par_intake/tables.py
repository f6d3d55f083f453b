"""Where everything stands in a grid: titles, header, units, sections, totals, notes.

A grid is read once from top to bottom. A row that names units and columns opens a header of one to
four rows; the rows under it are the table's until another header opens. What columns, sections and
totals are called is declared in columns.toml; how a form is counted, ``forms`` knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import NamedTuple

from par_intake import phrases
from par_intake.grids import Grid, day_of, is_figure
from par_intake.phrases import flatten

_FORMS = ("dossiers", "disbursement", "index", "sipas", "list", "answers")
_HEADER_ROWS = 4
_ID_DIGITS = 9  # a number so long may be a person's: of a telephone, of an identity card
_YEAR = re.compile(r"\(?(?:năm )?(?:19|20)\d{2}\)?")
_NUMERAL = re.compile(r"[IVX]{1,5}\.?|[A-ZĐ][.)]?")  # of a section
_MARK = re.compile(rf"{_NUMERAL.pattern}|[*•–-]")
_SUM = re.compile(r"\(?\d{1,2}\)?\s*=\s*(?:\(?\d{1,2}\)?\s*\+\s*)+\(?\d{1,2}\)?")
_ORDINAL = re.compile(r"\(?\d{1,2}\)?(?:\s?=.*)?|\(?[a-zđ]\)?")


known = partial(phrases.table, "columns")  # columns.toml


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(flatten(words))


@lru_cache(maxsize=50_000)  # the same words stand in row after row
def says(text: str, section: str, name: str, *, whole: bool = True) -> bool:
    """Whether a cell is what a section of columns.toml describes, or only holds it."""
    pattern = _pattern(known()[section][name])
    match = pattern.fullmatch if whole else pattern.search
    return bool(match(flatten(text)))


_is_of_persons = partial(says, section="persons", name="words", whole=False)


def level_of(text: str) -> str:
    """The level all of whose offices a section or a total stands for; empty where it is none."""
    return next((name for name in known()["levels"] if says(text, "levels", name)), "")


@dataclass(eq=False)
class Column:
    """A column: its header from top to bottom and its entry in columns.toml, where one fits."""

    at: int
    header: str
    means: dict = field(default_factory=dict)

    @property
    def role(self) -> str:
        """The name by which arithmetic knows it."""
        return self.means.get("role", "")


class Row(NamedTuple):
    """A row of the body: the name in it, what it is, and the section or heading it stands under."""

    at: int
    name: str
    kind: str  # "unit", "section" (with figures), "heading" (words alone) or "total"
    section: str


class Table:
    """A table of ``grid`` under the header that begins in row ``at``; its rows are added singly.

    ``above``: titles of the tables before it; ``sums``: columns, each with those it adds up.
    """

    def __init__(self, grid: Grid, at: int, above: list[str], titles: list[str]) -> None:
        self.grid, self.above, self.titles = grid, above, titles
        first, *below = grid.rows[at : at + _HEADER_ROWS]
        anchors, units = _anchors(first)
        beside = [one + 1 for one in anchors if one + 1 < len(first)]
        self.unit_at = next(iter([*units, *beside]), None)
        self.field_at = next((at for at in units if says(first[at], "header", "fields")), None)
        self.heads = [first]
        for cells in below:
            kept = (*anchors[:1], self.unit_at or 0)
            held = any(cells[one] not in ("", first[one]) for one in kept)
            if held or not _words(cells) or any(map(_is_number, cells)) or _is_numbering(cells):
                break
            self.heads.append(cells)
        self.columns = [Column(to, header) for to, header in enumerate(_headers(self.heads))]
        self.form, self.body, self.is_over = self._understood(), [], False
        roles = self.roles()
        sums = [[roles.get(name) for name in (whole, *of)] for whole, of in known()["sums"].items()]
        self.sums = [one for one in sums if None not in one]
        self.level_column = roles.get("level")
        said = [title.lower().partition("thuộc")[0] for title in [*titles, *self.heading()]]
        self.titled = {name for name in known()["levels"] for title in said
                       if says(title, "levels", name, whole=False)}  # fmt: skip

    def _understood(self) -> str:
        """The form that knows most columns, else that of the title; each column's meaning in it."""
        title, best, found = " ".join([*self.above, *self.titles]), (0, False), ""
        columns = [column for column in self.columns if column.at != self.unit_at]
        words = " ".join([title, *(column.header for column in columns)])
        other = says(title, "titles", "other", whole=False)
        other = other and not says(words, "titles", "dossiers", whole=False)
        for form in (one for one in _FORMS if one != "dossiers" or not other):
            entries = known()["never"] + known()[form]
            fitting = [next((e for e in entries if _fits(e, c.header)), {}) for c in columns]
            sure = sum(bool({"table", "role"} & e.keys() and "inside" not in e) for e in fitting)
            rank = sure, says(title, "titles", form, whole=False)
            if rank > best:
                best, found = rank, form
                for column, entry in zip(columns, fitting, strict=True):
                    column.means = entry
        return found

    def cell(self, row: Row, column: Column) -> str:
        """What stands where a row and a column meet."""
        return self.grid.rows[row.at][column.at]

    def roles(self) -> dict[str, Column]:
        """The first column of each role."""
        return {column.role: column for column in reversed(self.columns) if column.role}

    def heading(self) -> list[str]:
        """What stands over the names of units."""
        return [one.header for one in self.columns if one.at == self.unit_at]

    def level(self, row: Row) -> str:
        """The level of a row, as its column, its section or, of communes, the title says."""
        said = self.cell(row, self.level_column) if self.level_column else ""
        told = level_of(f"cấp {said.lower().removeprefix('cấp ')}") or level_of(row.section)
        return told or ("commune" if self.titled == {"commune"} else "")

    def unknown(self) -> list[str]:
        """Headers of columns that nobody declared."""
        heads = [one.header for one in self.columns if one.at != self.unit_at and not one.means]
        return [one for one in heads if one and not _is_anchor(one) and not _is_of_persons(one)]

    def add(self, at: int) -> bool:
        """Take in a row under the header; whether it is one of units, sections or totals."""
        cells = self.grid.rows[at]
        words = _words(cells)
        figures = any(is_figure(c) for to, c in enumerate(cells) if to not in (0, self.unit_at))
        self.is_over |= bool(words) and not figures and says(words[0], "rows", "note")
        if self.is_over or not (words or figures or _is_numbering(cells)):
            return False
        if _is_numbering(cells):
            self._number(cells)
            return False
        self.body.append(self._row(at, words, figures))
        return self.body[-1].kind != "heading"

    def _number(self, cells: list[str]) -> None:
        """Read the sums that a row of numbers declares: "(3)=(4)+(5)"."""
        said = [[int(number) for number in re.findall(r"\d+", cell)] for cell in cells]
        numbered = zip(said, self.columns, strict=True)
        by_number = {numbers[0]: column for numbers, column in numbered if numbers}
        sums = [said[at] for at, cell in enumerate(cells) if _SUM.match(cell)]
        self.sums = [[by_number[n] for n in one] for one in sums if {*one} <= by_number.keys()]

    def _row(self, at: int, words: list[str], figures: bool) -> Row:
        """A row as what the first of its words and its figures make of it."""
        cells, lead = self.grid.rows[at], words[0] if words else ""
        name = cells[self.unit_at] if self.unit_at is not None else ""
        section = self.body[-1].section if self.body else ""
        numbered = _NUMERAL.fullmatch(cells[0])
        if says(lead, "rows", "total") and (lead == name or not name or not figures):
            return Row(at, lead, "total", section)
        if figures and name and (numbered or level_of(name)):
            return Row(at, name, "section", name)
        if figures or len(words) > 1 or any(map(day_of, cells)):
            return Row(at, name, "unit", section)
        return Row(at, lead, "heading", lead)


def find(grid: Grid) -> list[Table]:
    """The tables of a grid, side by side or one under another; persons are taken out of it."""
    found: list[Table] = []
    for part in _side_by_side(grid):
        above, table, persons, start = [], None, set(), 0
        for at, cells in enumerate(part.rows):
            if table and cells in table.heads:
                continue  # also where the header stands again, as on a new page
            for to in persons:
                short = sum(map(str.isdigit, cells[to])) < _ID_DIGITS
                cells[to] = cells[to] if short and is_figure(cells[to]) else ""
            headers = cells if any(map(_is_anchor, cells)) else []
            if _opens(cells):
                titles = [*([] if table else part.above), *_titles(part.rows[start:at])]
                table = Table(part, at, above, titles)
                headers = [column.header for column in table.columns]
                above, start = [*above, *table.titles], at + len(table.heads)
                found.append(table)
            elif table and table.add(at):
                start = at + 1
            persons |= {to for to, header in enumerate(headers) if _is_of_persons(header)}
    return found


def _titles(rows: list[list[str]]) -> Iterator[str]:
    """Rows of words over a header; not what is noted under the table before it."""
    for cells in rows:
        words = [] if any(map(_is_number, cells)) else _words(cells)
        if words and not says(words[0], "rows", "note"):
            yield " ".join(words)


def has_header(grid: Grid) -> bool:
    """Whether a table begins in a grid."""
    return any(map(_opens, grid.rows))


def _side_by_side(grid: Grid) -> list[Grid]:
    """The grid, or its parts where an empty column stands between two columns of units."""
    head = next((at for at, cells in enumerate(grid.rows) if _opens(cells)), 0)
    anchors, units = _anchors(grid.rows[head] if grid.rows else [])
    inner = [at for at in anchors if units and at > units[0]]
    starts = [at for at in inner if all(not cells[at - 1] for cells in grid.rows[head:])]
    if not starts:
        return [grid]
    above = [*grid.above, *(word for cells in grid.rows[:head] for word in _words(cells))]
    return [
        Grid(grid.name, [cells[left:right] for cells in grid.rows], above if left else grid.above)
        for left, right in pairwise([0, *starts, None])
    ]


def _headers(heads: list[list[str]]) -> Iterator[str]:
    """Headers from top to bottom; what stands over several columns is said of each of them."""
    spread = [[*cells] for cells in heads]
    for row, cells in enumerate(spread):
        under = [any(below[at] for below in heads[row + 1 :]) for at in range(len(cells))]
        for at in range(1, len(cells)):
            if not cells[at] and under[at] and under[at - 1]:
                cells[at] = cells[at - 1]
    for said in zip(*spread, strict=True):
        yield " / ".join(dict.fromkeys(filter(None, said)))


def _fits(entry: dict, header: str) -> bool:
    header, without = flatten(header), entry.get("without")
    if not header or (without and _pattern(without).search(header)):
        return False
    return all(_pattern(words).search(header) for words in entry["words"])


def _words(cells: list[str]) -> list[str]:
    """The texts of a row, each once, without numbers, numerals and marks of lists."""
    texts = dict.fromkeys(filter(None, cells))
    return [text for text in texts if not (_MARK.fullmatch(text) or _is_number(text))]


@lru_cache(maxsize=50_000)
def _is_number(cell: str) -> bool:
    """Whether a cell holds a number that is no year."""
    return is_figure(cell) and not _YEAR.fullmatch(cell)


@lru_cache(maxsize=50_000)
def _is_anchor(cell: str) -> bool:
    """Whether a cell is the header of units or of running numbers."""
    return says(cell, "header", "unit") or says(cell, "header", "number")


def _anchors(cells: list[str]) -> tuple[list[int], list[int]]:
    """Where headers of units or running numbers stand, and those of units, of fields last."""
    anchors = [at for at, cell in enumerate(cells) if _is_anchor(cell)]
    units = [at for at in anchors if says(cells[at], "header", "unit")]
    return anchors, sorted(units, key=lambda at: says(cells[at], "header", "fields"))


def _opens(cells: list[str]) -> bool:
    """Whether a row opens a header: of units or running numbers and more, or of questions."""
    if any(map(_is_anchor, cells)):
        return not any(map(_is_number, cells)) and len(_words(cells)) > 1
    return sum(says(cell, "header", "question") for cell in {*cells}) > 2


def _is_numbering(cells: list[str]) -> bool:
    """Whether a row is "(1) (2) (3)=(4)+(5)", with letters for the first columns or without."""
    texts = list(filter(None, cells))
    if len(texts) < 3 or not all(_ORDINAL.fullmatch(flatten(text)) for text in texts):
        return False
    digits = [int(found[0]) for text in texts if (found := re.search(r"\d+", text))]
    return len(digits) > 1 and digits == sorted(set(digits)) and digits[0] <= 3
