"""The workbook that an office fills in, or ticks: a sheet a table, in an office's words.

What ``write`` makes ``read`` takes, and any other sheet with the headers of a table, in whatever
order and under whatever titles.
"""

import datetime as dt
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from par_intake import phrases
from par_intake.figures import Figure, Tables, doubts, raw_table
from par_intake.grids import Grid, day_of
from par_lib.cleaning import schema, tidying
from par_lib.cleaning.schema import DataError, Problem
from par_lib.cleaning.units import as_total, home
from par_lib.language import LANGUAGES, Refused, say, translation
from par_lib.language.translation import MEASURES, N_, TABLE_LABELS, Language, language
from par_lib.language.vietnamese import compare_key, parse_quantity
from par_lib.storage import paths

_t = language(LANGUAGES[0])  # an office fills in Vietnamese
# Where a form asks for more than a chart shows, and where it means another thing.
_HEADERS = translation.COLUMNS | translation.named("header")
_WORDS = translation.LABELS | translation.named("word")
_HINTS = translation.named("hint")  # by kind of column
_FORMATS = {"count": "#,##0", "rank": "0", "rate": "0.##", "points": "0.####",
            "amount": "#,##0.###", "date": "dd/mm/yyyy"}  # fmt: skip
_READING = (
    N_("Each row is one figure that needs your eyes: evidence and place stand beside it."),
    N_("Write x under “Accept (x)” where it is right; correct the cells first where they are not."),
    N_("Rows without x are not taken. Orange cells are what is in doubt."),
)
_FILLING = (
    N_("Fill in the sheets that your office has figures for; leave the others empty."),
    N_("Write each figure as the source does. An empty cell means: not stated. Zero means zero."),
    N_("A name chosen as unit is one office; the province's name stands for a level's total."),
    N_("Of every figure say where it stands: the source, and the section or page in it."),
)
_THEN = N_("Then run: par read THIS-FILE.xlsx --year {year} --province {province}{merge}")
_ASKED = (N_("Accept (x)"), N_("Evidence"), N_("What is in doubt"))  # of what is proposed
_WIDE = {_ASKED[0]: 10, **dict.fromkeys(_ASKED[1:], 34), "unit": 34, "locator": 34, "note": 40,
         "task_vi": 50, "task_en": 50, "measure": 38, "lead_units": 34,
         "supporting_units": 34}  # fmt: skip
_DEFAULTS = {"basis": "unstated", "scope": "total", "status": "reported"}
_TOTALS = [*map(compare_key, ("Tổng cộng", "Tổng số", "Tổng", "Cộng", "Toàn tỉnh cộng"))]
_TICKS = {"x", "х", "×", "v", "✓", "✔", "có", "1"}  # the second is a Cyrillic one
LISTS = _t(N_("Lists"))  # the sheet that holds what the drop-downs offer
SOURCES = _t(N_("Sources of the figures"))  # the sheet that asks what documents they are from
_SOURCES_HINT = N_("A document a row. If it is one only, all figures are from it.")
_SOURCE = (N_("Title of the document"), N_("Who issued it"), N_("Day of issue"))
HEAD = 3  # the row of the headers, under title and hint
ROWS = 500  # rows to fill in
_SEARCHED = 20  # rows in which the headers are looked for, under whatever titles
_FEWEST = 3  # headers that make a table


def header(column: str, t: Language = _t) -> str:
    """The header of a column, Vietnamese where no language is given."""
    return t(_HEADERS[column])


def sheet_name(table: str) -> str:
    """The sheet of a table; Excel takes at most 31 characters."""
    return _t(TABLE_LABELS[table])[:31]


def word(column: str, code: str, t: Language = _t) -> str:
    """How a code of this column is shown, in Vietnamese where no language is given."""
    return t(_WORDS.get(f"{column}: {code}") or _WORDS.get(code, code))


@cache
def words_of(column: schema.Column | None) -> dict[str, str]:
    """What stands in a column for its codes; of units for "all others" alone."""
    if column is None or column.name == "measure":
        return dict(MEASURES[LANGUAGES[0]]) if column else {}
    codes = (schema.OTHERS,) if column.name == "unit" else column.codes
    return {code: word(column.name, code) for code in codes}


def code_of(column: schema.Column, text: str) -> str:
    """The code that a cell's word stands for, else the cell; ValueError where it must be one."""
    words = words_of(column)
    code = _meant(words, "earlier_words").get(compare_key(text))
    if code is None and column.kind == "code":
        raise Refused('"{text}" is not in the list; choose one of: {words}',
                      text=text, words=[*words.values()])  # fmt: skip
    return code or text


@cache
def column_of(table: schema.Table, text: str) -> str | None:
    """The column that a header stands for, now or earlier or in English, or its name."""
    names = [column.name for column in reversed(table.columns)]  # the first of one name counts
    spelled = {compare_key(_HEADERS[name]): name for name in names}
    spelled |= _meant({name: header(name) for name in names}, "earlier_headers")
    return spelled.get(compare_key(text))


def _meant(words: dict[str, str], earlier: str) -> dict[str, str]:
    """Codes by what stands for them, by what stood for them before, and by themselves."""
    before = phrases.table()[earlier]
    return {compare_key(said): code for code, now in words.items()
            for said in (before.get(code, code), now, code)}  # fmt: skip


def write(
    path: Path, province: str, year: int, units: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    """Write the workbook for ``year``: ``units`` valid then, ``tables`` of text as they stand.

    Each row of ``proposals``, a figure, is to be ticked.
    """
    import xlsxwriter  # only who writes or reads a workbook pays for it
    from xlsxwriter.utility import xl_range_abs

    proposed = any(_ASKED[0] in table for table in tables.values())
    shown = [table for name, table in schema.TABLES.items() if name in tables]
    places = units["name"].where(units["level"] != "province", as_total(units, year)).unique()
    columns = [column for table in shown for column in table.columns]
    offered = {(one.name, one.codes): [*places] * (one.name == "unit") + [*words.values()]
               for one in columns if (words := words_of(one))}  # fmt: skip
    steps = [_t(step, year=str(year), province=province, merge=" --merge" * proposed)
             for step in (*(_READING if proposed else _FILLING), _THEN)]  # fmt: skip

    # What begins with = is words, no formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content := io.BytesIO(), options) as book:
        cover = book.add_worksheet(_t(N_("How to fill in")))
        cover.protect()
        cover.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
        title = _t(N_("Figures of {place}, {year}"), place=home(units), year=str(year))
        cover.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 16}))
        cover.write_column(2, 0, [f"{number}. {step}" for number, step in enumerate(steps, 1)])
        for row, name in enumerate([sheet_name(one.name) for one in shown], len(steps) + 3):
            cover.write_url(row, 0, f"internal:'{name}'!A{HEAD + 1}", string=name)
        lists = book.add_worksheet(LISTS)
        lists.protect()
        ranges = {}
        for at, (key, choices) in enumerate(offered.items()):
            lists.write_string(0, at, header(key[0]), book.add_format({"bold": True}))
            lists.write_column(1, at, choices)
            lists.set_column(at, at, _WIDE.get(key[0], 24))
            ranges[key] = f"='{LISTS}'!{xl_range_abs(1, at, len(choices), at)}"
        if not proposed:
            asked = book.add_worksheet(SOURCES)
            asked.write_column(0, 0, [SOURCES, _t(_SOURCES_HINT)])
            asked.write_row(HEAD - 1, 0, map(_t, _SOURCE), book.add_format({"bold": True}))
            asked.set_column(0, 1, 50)
            asked.set_column(2, 2, 16, book.add_format({"num_format": _FORMATS["date"]}))
        for table in shown:
            _sheet(book, table, tables[table.name], ranges)
    paths.write_whole(path, content.getvalue())


def _sheet(book: object, table: schema.Table, cells: pd.DataFrame, ranges: dict) -> None:
    """One sheet: what is known of the table, all of it to be changed but the headers."""
    sheet = book.add_worksheet(sheet_name(table.name))
    sheet.write_string(0, 0, sheet.name, book.add_format({"bold": True, "font_size": 14}))
    hint = _t(N_("Columns with * must be filled in. The note on a header says how."))
    sheet.write_string(1, 0, hint, book.add_format({"italic": True, "font_color": "#5A6673"}))
    sheet.set_row(HEAD - 1, 34)
    head = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E6B",
                            "text_wrap": True, "valign": "vcenter"})  # fmt: skip
    columns = {column.name: column for column in table.columns}
    proposed, last = _ASKED[0] in cells, HEAD + max(ROWS, len(cells)) - 1
    for row in range(HEAD, HEAD + len(cells) * proposed):
        sheet.set_row(row, 60)  # evidence takes up to four lines
    for at, name in enumerate(cells.drop(columns=schema.ACCEPTED, errors="ignore")):
        column = columns.get(name)  # none of what is asked about a proposal
        free = book.add_format({
            "num_format": _FORMATS.get(column and column.kind, "@"), "valign": "top",
            "text_wrap": column is None, "locked": name in _ASKED[1:],
        })  # fmt: skip
        sheet.set_column(at, at, _WIDE.get(name, 16), free)
        codes = column.codes if column else ()
        sheet.write_column(HEAD, at, [_shown(one, column) for one in cells[name]], free)
        if column is None:
            sheet.write_string(HEAD - 1, at, _t(name), head)
            continue
        required = column.required and name not in _DEFAULTS
        sheet.write_string(HEAD - 1, at, header(name) + " *" * required, head)
        sheet.write_comment(HEAD - 1, at, _t(_HINTS[column.kind]), {"author": "par"})
        if choices := ranges.get((name, codes)):
            # A name the list lacks can be written too: an old name, an office to be added.
            sheet.data_validation(HEAD, at, last, at, {
                "validate": "list", "source": choices, "show_error": column.kind == "code"
            })  # fmt: skip
        if proposed and column.is_quantity and name != "plan_year":
            doubted = book.add_format({"bg_color": "#FFD9A8"})
            sheet.conditional_format(HEAD, at, last, at, {"type": "no_blanks", "format": doubted})
    sheet.freeze_panes(HEAD, 1)
    sheet.protect("", dict.fromkeys(("format_columns", "format_rows", "sort", "autofilter"), True))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _shown(text: str, column: schema.Column | None) -> str | dt.date:
    """A cell of a raw table as an office writes it."""
    if text and column and column.kind == "date":
        return dt.date.fromisoformat(text)
    return words_of(column).get(text, text)


def proposals(figures: Iterable[Figure], source: str, t: Language) -> dict[str, pd.DataFrame]:
    """Figures in doubt as rows of the workbook, each to be ticked; a late share as on time."""
    rows: dict[str, list[dict[str, str]]] = {}
    for one in figures:
        figure = {one.column: one.cell, "status": one.status, "note": one.note}
        if one.column == "late_pct":
            share = round(100 - parse_quantity(one.cell, kind="rate").low, 9)
            figure = {"on_time_pct": f"{share:g}".replace(".", ","), "status": "derived",
                      "note": f"100 − {one.cell} late"}  # fmt: skip
        asked = dict(zip(_ASKED, ("", one.evidence, doubts(one, t)), strict=True))
        row = asked | one.row | figure | {"locator": one.place, "source": source}
        rows.setdefault(one.table, []).append(row)
    raw = {name: raw_table(schema.TABLES[name], of) for name, of in rows.items()}
    return {name: pd.DataFrame(of, columns=_ASKED).join(raw[name]) for name, of in rows.items()}


def read(grids: Iterable[Grid], known: pd.DataFrame, year: int, *, source: str) -> Tables | None:
    """Raw tables of every sheet that has their headers; None where no sheet has.

    What no header asks for is filled in: the whole year as period, the place of a row as locator,
    the only source of its sheet of sources, else ``source``. Of proposals only the ticked rows
    count, and they may be of another year. Raises DataError with every cell that the cleaning
    would refuse.
    """
    made: dict[tuple[int, str], list[pd.DataFrame]] = {}
    told: dict[str, str] = {}  # the first problem of each cell
    fitting = [(grid, fit) for grid in grids if (fit := _find(grid))]
    named = [*sources(grids)]
    source = named[0] if len(named) == 1 else source
    for grid, (_, head, table, places) in fitting:
        filled = _DEFAULTS | {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31",
                              "plan_year": str(year), "source": source}  # fmt: skip
        raw, problems = _body(grid, head, table, places, filled)
        problems += schema.raw_problems(raw, table=table, file=grid.name)
        dated = schema.parse_dates(raw, table=table)
        day = dated.get("as_of", dated.get("period_end")) if _ASKED[0] in places else None
        of = pd.Series(year, raw.index) if day is None else day.dt.year.fillna(year)
        for own, part in dated.groupby(of.astype(int)):
            tidy = tidying.resolve_units(part, known=known, year=own, problems=problems,
                                         beside=table.name == "indicators")  # fmt: skip
            tidying.parse_quantities(tidy, table=table, problems=problems)
            made.setdefault((own, table.name), []).append(raw.loc[part.index])
        if problems:
            from xlsxwriter.utility import xl_rowcol_to_cell
        for row, name, what in problems:
            at = places.get(name)
            cell = header(name) if at is None else xl_rowcol_to_cell(row, at)
            told.setdefault(f"{grid.name}, {cell}", what)
        for what, about in grid.told:
            if "!" in about:
                told[f"{grid.name}, {about.rpartition('!')[2]}"] = what.format(about="it")
    if told:
        raise DataError(f"{where}: {what}" for where, what in told.items())
    whole = {key: pd.concat(parts, ignore_index=True) for key, parts in made.items()}
    return whole if fitting else None


def sources(grids: Iterable[Grid]) -> dict[str, dict[str, object]]:
    """What the sheet of sources says of each, by its title: producer and date."""
    found: dict[str, dict[str, object]] = {}
    for grid in (one for one in grids if one.name == SOURCES):
        for title, producer, day in (row[:3] for row in grid.rows[HEAD:] if row[0]):
            said = {"producer": producer} if producer else {}
            if day:
                said["date"] = dt.date.fromisoformat(_day(day))
            found[title] = said
    return found


def _find(grid: Grid) -> tuple[int, int, schema.Table, dict[str, int]] | None:
    """How well the headers fit a table, their row, the table, and where each column stands."""
    fitting = []
    for row, line in enumerate(grid.rows[:_SEARCHED] if grid.name != LISTS else ()):
        texts = [cell.rstrip("* ") for cell in line]
        for table in schema.TABLES.values():
            places = {name: at for at, text in enumerate(texts) if (name := column_of(table, text))}
            leveled = "level" in places or "level" not in [c.name for c in table.columns]
            if len(places) >= _FEWEST and leveled:
                score = 2 * len(places) + (grid.name == sheet_name(table.name))
                fitting.append((score, row, table, places))
                if (accept := _t(_ASKED[0])) in texts:
                    places[_ASKED[0]] = texts.index(accept)
    return max(fitting, key=lambda one: one[0], default=None)


def _body(
    grid: Grid, head: int, table: schema.Table, places: dict[str, int], filled: dict[str, str]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows under the headers as the raw table writes them, and cells that cannot stand in it."""
    rows: dict[int, dict[str, str]] = {}
    problems: list[Problem] = []
    for at, line in list(enumerate(grid.rows))[head + 1 :]:
        cells = {name: line[to] for name, to in places.items()}
        tick = cells.pop(_ASKED[0], "x").lower()
        if tick and tick not in _TICKS:
            why = say("“{text}” is no tick; write x, or nothing", text=tick)
            problems.append(Problem(at, _ASKED[0], why))
        first = next(filter(None, cells.values()), "")
        if not tick or not first or compare_key(first) in _TOTALS:
            continue
        rows[at] = row = filled | {"locator": grid.place(at)}
        for column in table.columns:
            try:
                said = _text(cells.get(column.name, ""), column)
                row[column.name] = said or row.get(column.name, "")
            except ValueError as error:
                problems.append(Problem(at, column.name, str(error)))
    return raw_table(table, rows.values()).set_axis(list(rows)), problems


def _text(text: str, column: schema.Column) -> str:
    """A cell as the raw table writes it; ValueError for what cannot stand in its column."""
    if text and column.kind == "date":
        return _day(text)
    return code_of(column, text) if text else ""


def _day(text: str) -> str:
    if (day := day_of(text)) is None:
        raise Refused('"{text}" is no day; write it as 31/12/2022', text=text)
    return day
