"""Where everything stands in a grid: titles, header, units, sections, totals, notes.

What the columns mean is declared in columns.toml; how the form is counted, ``forms`` knows.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files

from par_intake.grids import Cell, Grid
from par_intake.phrases import TOTALS, flatten
from par_lib.language.spelling import compare_key

DROPPED = "…"  # the header of a column of persons
_HEADER_ROWS = 4
_YEAR = re.compile(r"(?:năm )?(?:19|20)\d{2}(?:\.0)?")
_ORDINAL = re.compile(r"\(?\d{1,2}(?:\.0)?\)?(?:\s?=.*)?|\(?[a-zđ]\)?")
_ROMAN = re.compile(r"[IVX]{1,5}\.?|[A-ZĐ][.)]?|[*•-]")
_FIGURE = re.compile(r"[-+]?\d[\d.,]*\s?%?")
_QUESTION = re.compile(r"(q|c|câu|câu hỏi)\s?\d{1,2}\b")
_SUM = re.compile(r"\(?(\d{1,2})\)?\s*=\s*((?:\(?\d{1,2}\)?\s*\+\s*)+\(?\d{1,2}\)?)")


@cache
def known_columns() -> dict:
    """columns.toml as it stands."""
    import tomllib

    return tomllib.loads(files(__package__).joinpath("columns.toml").read_text(encoding="utf-8"))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(flatten(words).replace(" ", r"\s+"))


@lru_cache(maxsize=50_000)  # the same words stand in row after row
def says(text: str, section: str, name: str, *, whole: bool = True) -> bool:
    """Whether a text is what a section of columns.toml describes, or only holds it."""
    pattern = _pattern(known_columns()[section][name])
    return bool((pattern.fullmatch if whole else pattern.search)(flatten(text)))


@dataclass(eq=False)
class Column:
    """A column: its header from top to bottom, its number in the form, what it means."""

    at: int
    header: str
    number: int | None = None
    means: dict | None = None

    @property
    def role(self) -> str:
        """The name by which arithmetic knows it."""
        return (self.means or {}).get("role", "")


@dataclass
class Row:
    """A row of the body: the name in it, the section it stands in, and what it is."""

    at: int
    name: str
    sections: tuple[str, ...] = ()
    is_total: bool = False
    is_section: bool = False


@dataclass
class Table:
    """A grid whose parts are known."""

    grid: Grid
    columns: list[Column]
    body: list[Row]
    titles: list[str]
    unit_at: int | None
    form: str = ""
    sums: list[tuple[int, list[int]]] = field(default_factory=list)  # numbers of columns

    def cell(self, row: Row, column: Column) -> Cell:
        """What stands where a row and a column meet."""
        return self.grid.rows[row.at][column.at]

    def by_role(self, role: str) -> Column | None:
        """The first column of a role."""
        return next((column for column in self.columns if column.role == role), None)

    @property
    def heads(self) -> tuple[str, ...]:
        """The headers of all columns."""
        return tuple(column.header for column in self.columns)


def text_of(cell: Cell) -> str:
    """A cell as text, whole numbers without a decimal mark."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.9f}".rstrip("0").rstrip(".").replace(".", ",")
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    return str(cell)


def is_figure(cell: Cell) -> bool:
    """Whether a cell holds a number, as such or as text."""
    return isinstance(cell, float) or bool(isinstance(cell, str) and _FIGURE.fullmatch(cell))


def find(grid: Grid) -> Iterator[Table]:
    """The tables of a grid, one under another or side by side; columns of persons are emptied."""
    _drop_persons(grid)
    for part in _side_by_side(grid):
        start, titles = 0, []
        while (head := _header(part, start)) is not None:
            table, start = _table(part, head, [*part.above, *titles, *_titles(part, start, head)])
            titles = titles or table.titles
            yield table


def _drop_persons(grid: Grid) -> None:
    """Empty what stands under a header that means a person, so that it stands nowhere after."""
    for at, row in enumerate(grid.rows):
        if any(map(_is_anchor, row)):
            for to, cell in enumerate(row):
                if isinstance(cell, str) and says(cell, "persons", "words", whole=False):
                    row[to] = DROPPED
                    for below in grid.rows[at + 1 :]:
                        below[to] = None


def _side_by_side(grid: Grid) -> list[Grid]:
    """Parts of a grid that an empty column parts, where each has a column of units."""
    head = _header(grid, 0)
    if head is None:
        return [grid]
    width = len(grid.rows[0])
    body = grid.rows[head:]
    empty = [at for at in range(width) if all(row[at] is None for row in body)]
    starts = [0, *(at + 1 for at in empty if at + 1 not in empty and at + 1 < width)]
    parts = []
    for left, right in zip(starts, [*starts[1:], width], strict=True):
        rows = [row[left:right] for row in grid.rows]
        has_units = _header(replace(grid, rows=rows), 0) is not None
        if parts and not has_units:
            parts[-1] = (parts[-1][0], right)
        else:
            parts.append((left, right))
    above = [*grid.above, *_titles(grid, 0, head)]  # a title over both stands in the first only
    return [
        replace(
            grid, rows=[row[left:right] for row in grid.rows], above=above if left else grid.above
        )
        for left, right in parts
    ]


def _texts(row: list[Cell]) -> list[str]:
    return list(dict.fromkeys(cell for cell in row if isinstance(cell, str)))


def is_question(header: str) -> bool:
    """Whether a header numbers a question of a survey: "Câu 3", "Q3"."""
    return bool(_QUESTION.match(flatten(header)))


def _is_anchor(cell: Cell) -> bool:
    return isinstance(cell, str) and (
        says(cell, "anchors", "unit") or says(cell, "anchors", "number")
    )


def _header(grid: Grid, start: int) -> int | None:
    """The first row from ``start`` that opens a header."""
    for at in range(start, min(len(grid.rows), start + 20_000)):
        row = grid.rows[at]
        named = [text for text in _texts(row) if not _ROMAN.fullmatch(text)]
        if len(named) > 1 and any(map(_is_anchor, row)) and not _numbers(row):
            return at
        answers = sum(map(is_question, named))
        if len(named) > 3 and answers > 2:
            return at
    return None


def _numbers(row: list[Cell]) -> list[Cell]:
    return [c for c in row if is_figure(c) and not _YEAR.fullmatch(text_of(c).strip("() "))]


def _is_numbering(row: list[Cell]) -> bool:
    """A row "(1) (2) (3)=(4)+(5)", with letters for the first columns or without."""
    texts = [text_of(cell).strip() for cell in row if cell is not None]
    if max(map(len, texts), default=0) > 40:
        return False
    digits = [int(found[0]) for t in texts if (found := re.search(r"\d+", t))]
    return (
        len(texts) > 2 and len(digits) > 1 and digits == sorted(set(digits)) and digits[0] <= 3
        and all(_ORDINAL.fullmatch(flatten(text)) for text in texts)
    )  # fmt: skip


def _titles(grid: Grid, start: int, head: int) -> list[str]:
    return [
        " ".join(_texts(row)) for row in grid.rows[start:head] if _texts(row) and not _numbers(row)
    ]


def _table(grid: Grid, head: int, titles: list[str]) -> tuple[Table, int]:
    """The table whose header opens at ``head``, and where the next can begin."""
    anchors = [at for at, cell in enumerate(grid.rows[head]) if _is_anchor(cell)]
    units = [at for at in anchors if says(str(grid.rows[head][at]), "anchors", "unit")]
    unit_at = units[0] if units else None
    if unit_at is None and anchors and anchors[0] + 1 < len(grid.rows[0]):
        unit_at = anchors[0] + 1
    end = head + 1
    while end < min(len(grid.rows), head + _HEADER_ROWS):
        row = grid.rows[end]
        held = anchors[0] if anchors else 0
        new = row[held] is not None and row[held] != grid.rows[head][held]
        if new or _numbers(row) or _is_numbering(row) or not _texts(row):
            break
        if unit_at is not None and row[unit_at] not in (None, grid.rows[head][unit_at]):
            break
        end += 1
    columns = _columns(grid.rows[head:end])
    table = Table(grid, columns, [], titles, unit_at)
    at = end
    while at < len(grid.rows):
        row = grid.rows[at]
        if _is_numbering(row):
            _number(table, row)
        elif _is_head_again(grid, at, head, end):
            at += end - head - 1
        elif at > end and _opens(grid, at):
            break
        elif not _add(table, row, at):
            at = next((n for n in range(at, len(grid.rows)) if _opens(grid, n)), len(grid.rows))
            break
        at += 1
    _give_meaning(table)
    return table, at


def _opens(grid: Grid, at: int) -> bool:
    return (
        any(map(_is_anchor, grid.rows[at])) and _header(replace(grid, rows=[grid.rows[at]]), 0) == 0
    )


def _is_head_again(grid: Grid, at: int, head: int, end: int) -> bool:
    """Whether the header stands here again, as on a new page."""
    return (
        grid.rows[at] == grid.rows[head] and grid.rows[at : at + end - head] == grid.rows[head:end]
    )


def _columns(heads: list[list[Cell]]) -> list[Column]:
    """Columns by their headers; what stands over several is said of each of them."""
    spread = [list(row) for row in heads]
    for at, row in enumerate(spread[:-1]):
        below = heads[at + 1 :]
        for to in range(1, len(row)):
            own = any(line[to] is not None for line in below)
            if row[to] is None and own and any(line[to - 1] is not None for line in below):
                row[to] = row[to - 1]
    columns = []
    for at in range(len(heads[0])):
        said = dict.fromkeys(text_of(row[at]) for row in spread if row[at] is not None)
        columns.append(Column(at, " / ".join(said)))
    return columns


def _number(table: Table, row: list[Cell]) -> None:
    table.sums.clear()
    for column in table.columns:
        text = text_of(row[column.at])
        if found := re.match(r"\(?(\d{1,2})", text):
            column.number = int(found[1])
        if found := _SUM.match(text):
            table.sums.append((int(found[1]), [int(n) for n in re.findall(r"\d+", found[2])]))


def _add(table: Table, row: list[Cell], at: int) -> bool:
    """Add a row to the body; False where the table is over."""
    texts = [text for text in _texts(row) if not _FIGURE.fullmatch(text)]
    unit = row[table.unit_at] if table.unit_at is not None else None
    name = unit if isinstance(unit, str) else ""
    lead = next((text for text in texts if not _ROMAN.fullmatch(text)), "")
    if lead and says(lead, "ends", "words") and not _numbers(row[1:]):
        return False
    numbers = [
        cell for to, cell in enumerate(row) if is_figure(cell) and to not in (0, table.unit_at)
    ]
    above = table.body[-1] if table.body else None
    sections = above.sections if above else ()
    first = row[0] if isinstance(row[0], str) else ""
    alone = len({text for text in texts if not _ROMAN.fullmatch(text)}) == 1 and not numbers
    if compare_key(lead).startswith(tuple(TOTALS)) and (not name or lead == name or not numbers):
        table.body.append(Row(at, lead, (), is_total=True))
    elif alone and not any(isinstance(cell, dt.date) for cell in row):
        kept = (
            sections[:1]
            if len(sections)
            and not _ROMAN.fullmatch(first)
            and level_of(sections[0])
            and not level_of(lead)
            else ()
        )
        table.body.append(Row(at, lead, (*kept, lead), is_section=True))
    elif (_ROMAN.fullmatch(first) and numbers and name) or (name and level_of(name) and numbers):
        table.body.append(Row(at, name, (name,), is_section=True))
    elif numbers or len(texts) > 1:
        table.body.append(Row(at, name, sections))
    return True


def level_of(text: str) -> str:
    """The level a section's words stand for."""
    return next((name for name in known_columns()["levels"] if says(text, "levels", name)), "")


def _give_meaning(table: Table) -> None:
    """What each column means: by its own words first, then by those of the table's form."""
    entries = known_columns()["column"]
    title = " ".join(table.titles)
    titled = [form for form in known_columns()["forms"] if says(title, "forms", form, whole=False)]
    for column in table.columns:
        if column.at == table.unit_at or says(column.header, "anchors", "number"):
            continue
        column.means = next((e for e in entries if not e.get("inside") and _fits(e, column)), None)
    votes = Counter(
        c.means["form"]
        for c in table.columns
        if (c.means and "form" in c.means and c.means.get("table")) or c.role
    )
    form = max(votes, key=lambda name: (votes[name], name in titled), default="")
    table.form = form or (titled[0] if titled else "")
    for column in table.columns:
        of_form = [e for e in entries if e.get("form") in (None, table.form)]
        if column.at != table.unit_at and not says(column.header, "anchors", "number"):
            column.means = next((e for e in of_form if _fits(e, column)), None)


def _fits(entry: dict, column: Column) -> bool:
    header = flatten(column.header)
    if not header or ("without" in entry and _pattern(entry["without"]).search(header)):
        return False
    return all(_pattern(words).search(header) for words in entry["words"])
