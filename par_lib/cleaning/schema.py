"""The tables, said once: names, kinds, meaning and bounds of every column; what breaks them.

A raw table holds text as it was written. A tidy table holds numbers; a quantity that can be
partial is a pair ``<name>_low``, ``<name>_high``: exact when both are equal, unbounded above
when high is missing, unknown when both are missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from par_lib.language import N_, Refused, say
from par_lib.language.vietnamese import BOUNDS, Kind
from par_lib.storage.csv_files import FIRST_ROW

LEVELS = (N_("nation"), N_("province"), N_("department"), N_("district"), N_("commune"))
COMPONENTS = ("access", "procedure", "officials", "result", "feedback", "overall")
INDEX_COMPONENTS = ("transparency", "progress", "online_services", "online_payment", "satisfaction",
               "digitisation", "total")  # fmt: skip
MEASURE_UNITS = ("count", "pct", "points", "bn_vnd")
CRITERIA = ("par_index", *(f"pillar_{n}" for n in range(1, 9)), "sipas", "sipas_index",
            "leaders_survey", "online_payment")  # fmt: skip
CODES = {
    "level": LEVELS, "component": COMPONENTS, "criterion": CRITERIA,
    "measure_unit": MEASURE_UNITS, "target_unit": MEASURE_UNITS, "statement": ("high",),
    "status": ("reported", "derived", "bound"),  # a fourth, "assumed", is of scoring rules only
    "basis": ("received", "resolved", "due", "start_of_year_plan", "adjusted_plan",
              "supplemented_plan", "province_plan", "prime_minister_plan", "unstated"),
    "classification": ("excellent", "good", "fair", "average", "weak"),
    "scope": ("total", "year_plan", "carried_over", "programmes", "new_rural"),
}  # fmt: skip
FORM = 2  # of raw tables: see par_intake/raw_folder.py, which brings older ones to it
EARLIER = {"part": "component"}  # columns of form 1
ACCEPTED = "accepted"  # a raw table's last column, if any: who accepted a row, and when; kept there
OTHERS = "all others"  # the raw unit cell for "everyone not listed"
ADDED_UP = ("late_dossiers", "disbursement")  # a figure that stood twice would count twice
_FEW = 6  # rows that a message names
_DTYPES = {"text": str, "code": str, "unit": str, "date": "datetime64[s]",
           "count": "Int64", "rank": "Int64"}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its kind decides how a written figure is read and how it is stored."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    partial: bool = False
    unit_column: str | None = None  # for kind "number": the column that names its unit
    only: tuple[str, ...] = ()  # for kind "code": its codes in this table, where not those of CODES
    written: tuple[str, str] | None = None  # what every cell matches, and what is said of others
    optional: bool = False  # a raw table may do without it

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes its cells may hold; none where it holds other things."""
        return self.only or CODES.get(self.name, ())

    @property
    def tidy_names(self) -> tuple[str, ...]:
        """Names in the tidy table: late_low, late_high where ``late`` can be partial."""
        if self.kind == "unit":
            return ("unit_code", self.name)
        return (f"{self.name}_low", f"{self.name}_high") if self.partial else (self.name,)

    @property
    def is_quantity(self) -> bool:
        """Whether the column holds a figure rather than words."""
        return self.kind in BOUNDS

    @property
    def dtype(self) -> str | type:
        """Type of its values in the tidy table."""
        return _DTYPES.get(self.kind, float)


@dataclass(frozen=True)
class Table:
    """One table: columns in order; ``key`` columns plus the source tell two rows apart."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def dates(self) -> list[str]:
        """Names of the columns that hold days."""
        return [column.name for column in self.columns if column.kind == "date"]

    def names(self, raw: pd.DataFrame) -> list[str]:
        """Its columns, without the optional ones that ``raw`` does without."""
        own = [one.name for one in self.columns if not one.optional or one.name in raw]
        return own + [ACCEPTED] * (ACCEPTED in raw)

    @property
    def quantities(self) -> tuple[Column, ...]:
        """Columns that hold figures."""
        return tuple(column for column in self.columns if column.is_quantity)


_UNIT = Column("unit", "unit", "province, department or district, as spelled in the source", True)
_LEVEL = Column("level", "code", "level of the offices counted; with the province as unit, all "
                "offices of that level", True)  # fmt: skip
_BASIS = Column("basis", "code", "what a rate is a share of", True)
_START = Column("period_start", "date", "first day counted", True)
_END = Column("period_end", "date", "last day counted", True)
_MAX_POINTS = Column("max_points", "points", "points that could be earned")
_RANK = Column("rank", "rank", "place among the ranked units, 1 is best", partial=True)
_RANKED_UNITS = Column("ranked_units", "count", "how many units were ranked")
_ONE = (r"[^;]*", N_("holds ';'; write a comma"))
_TRACE = (
    Column("status", "code", "reported by the source, derived from it, or a bound", True),
    Column("source", "text", "identifier in sources.toml", True, written=_ONE),
    Column("locator", "text", "where in the source: section and bullet, cell, page", True,
           written=_ONE),
    Column("note", "text", "what a reader must know about this row"),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in (
    Table("late_dossiers", "Dossiers of procedures handled, and how many of them were late", (
        _UNIT, _LEVEL, _START, _END,
        Column("received", "count", "dossiers received"),
        Column("resolved", "count", "dossiers resolved"),
        Column("on_time", "count", "dossiers resolved on time"),
        Column("late", "count", "dossiers late", partial=True),
        Column("on_time_pct", "rate", "share on time, of the basis", partial=True),
        _BASIS, *_TRACE,
    ), ("unit", "level", "period_start", "period_end")),
    Table("late_by_field", "Dossiers of a unit by field of procedures, as form II.06a has them", (
        _UNIT, _LEVEL,
        Column("field", "text", "field of procedures, as spelled in the source", True),
        _START, _END,
        Column("resolved", "count", "dossiers resolved"),
        Column("late", "count", "dossiers late", partial=True),
        *_TRACE,
    ), ("unit", "level", "field", "period_start", "period_end")),
    Table("disbursement", "Public-investment capital disbursed, against the plan named as basis", (
        _UNIT, _LEVEL,
        Column("plan_year", "count", "year of the capital plan", True),
        Column("as_of", "date", "date of the figure", True),
        Column("scope", "code", "which capital is counted", True), _BASIS,
        Column("plan_bn_vnd", "amount", "capital planned, billion dong"),
        Column("disbursed_bn_vnd", "amount", "capital disbursed, billion dong"),
        Column("rate_pct", "rate", "disbursed as a share of the basis", partial=True), *_TRACE,
    ), ("unit", "level", "plan_year", "as_of", "scope", "basis")),
    Table("sipas", "Satisfaction with public administrative services, by component", (
        _UNIT, _LEVEL,
        Column("component", "code", "component of the survey, or overall", True),
        Column("satisfaction_pct", "rate", "share satisfied"),
        Column("points", "points", "points earned in the PAR INDEX"), _MAX_POINTS,
        Column("respondents", "count", "people who answered"), *_TRACE,
    ), ("unit", "level", "component")),
    Table("scores", "Points and ranks in the PAR INDEX, its pillars and criteria", (
        Column("criterion", "code", "criterion, pillar or index", True),
        Column("points", "points", "points earned"),
        _MAX_POINTS, _RANK, _RANKED_UNITS, *_TRACE,
    ), ("criterion",)),
    Table("service_index", "Points in the index of Decision 766/QĐ-TTg: how well people and "
          "businesses are served, month by month", (
        _UNIT, _LEVEL,
        Column("as_of", "date", "last day counted", True),
        Column("component", "code", "component of the index, or total", True,
               only=INDEX_COMPONENTS),
        Column("points", "points", "points earned", partial=True),
        _MAX_POINTS, _RANK, _RANKED_UNITS,
        Column("classification", "code", "class of the unit that day"), *_TRACE,
    ), ("unit", "level", "as_of", "component")),
    Table("indicators", "Single figures that belong to no other table", (
        Column("measure", "text", "what is measured", True),
        _UNIT, _LEVEL, _START, _END,
        Column("value", "number", "the figure", True, partial=True, unit_column="measure_unit"),
        Column("measure_unit", "code", "unit of the figure", True),
        _BASIS, *_TRACE,
    ), ("measure", "unit", "level", "period_end")),
    Table("mentions", "Places a source names without giving a figure", (
        _UNIT, _LEVEL,
        Column("table", "text", "table the missing figure would belong to", True),
        Column("measure", "text", "column of that table", True),
        Column("statement", "code", "what is said of the place", True),
        _END, *_TRACE,
    ), ("unit", "level", "table", "measure", "locator")),
    Table("tasks", "Tasks set after the year's results, and who leads them", (
        Column("area", "count", "area of reform, 1 to 8", True),
        Column("task_vi", "text", "the task in our own words, Vietnamese", True),
        Column("task_en", "text", "the task in our own words, English"),
        Column("lead_units", "text", "who leads, as spelled, separated by ';'"),
        Column("supporting_units", "text", "who takes part, separated by ';'"),
        Column("target", "number", "figure to reach", partial=True, unit_column="target_unit"),
        Column("target_unit", "code", "unit of the target"),
        Column("moves", "text", "the figure it should move: table.column or measure"),
        Column("plan_year", "count", "year in which it is to be done", True), *_TRACE,
    ), ("area", "task_vi", "plan_year")),
)}  # fmt: skip

# A share of fewer is shown as its count alone. What a source publishes is not ours to hide.
FEWEST_DOSSIERS, FEWEST_ANSWERS = 10, 30


def of_enough(shares: pd.Series, of: pd.Series | float, *,
              fewest: int = FEWEST_DOSSIERS) -> pd.Series:  # fmt: skip
    """Shares of a whole of at least ``fewest``; missing of a smaller one, which is known by count.

    >>> of_enough(pd.Series([33.3, 40.0]), pd.Series([9, 10])).tolist()
    [nan, 40.0]
    """
    return shares.mask(pd.Series(of, shares.index, dtype=float) < fewest)


# One row an answer, so it is no table of an edition: people's answers are never published singly.
ANSWERS = Table("answers", "Answers of residents to the survey of satisfaction", (
    _UNIT, _LEVEL,
    Column("component", "code", "component of the survey", True),
    Column("respondent", "text", "number or code of the person asked, no name", True),
    Column("answer", "code", "1 very dissatisfied to 5 very satisfied", True, only=tuple("12345")),
    Column("weight", "amount", "weight of the person; 1 where empty"),
    *_TRACE,
    Column("place", "text", "commune or hamlet where the person was asked", optional=True),
), ("unit", "component", "respondent"))  # fmt: skip

# A row a unit, ever valid; the province's own file, so it is no table of a year.
_CODE = r"[0-9A-Za-z]+(?:[-_.][0-9A-Za-z]+)*"
UNITS = Table("units", "Administrative units and departments, each with the days it exists", (
    Column("code", "text", "official code; of a department, one of our own", True,
           written=(_CODE, N_("is not a code; write letters and digits"))),
    Column("name", "text", "official name without the word for its kind", True,
           written=(r".*[^\W\d_].*", N_("is no name; write the unit's name"))),
    Column("name_en", "text", "English name; the Vietnamese one where empty"),
    _LEVEL,
    Column("kind", "text", "huyện, thị xã, thành phố, xã, sở, …"),
    Column("valid_from", "date", "first day; open where empty"),
    Column("valid_to", "date", "last day; open where empty"),
    Column("successor", "text", "code of the unit that came after it",
           written=(f"(?:{_CODE})?", N_("is not a code; write one or none"))),
    Column("aliases", "text", "other spellings, separated by ';'"),
    Column("source", "text", "where this is known from"),
    Column("parent", "text", "code of the district around a commune", optional=True,
           written=(f"(?:{_CODE})?", N_("is not a code; write one or none"))),
), ("code",))  # fmt: skip


class Problem(NamedTuple):
    """What is wrong with a cell, or with a whole row where no column is named; what to write."""

    row: int
    column: str
    what: str

    def told(self, file: str) -> str:
        """The problem with its place: file, row as a spreadsheet counts, column."""
        place = N_("{file}, row {row}, column {column}") if self.column else N_("{file}, row {row}")
        return f"{say(place, file=file, row=self.row + FIRST_ROW, column=self.column)}: {self.what}"


class DataError(Refused):
    """One or more cells cannot be read; ``problems`` holds one sentence a cell."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def refuse(problems: Iterable[Problem], file: str) -> None:
    """Raise DataError with every problem of a file, in the order of its rows, if there is any.

    Of cells of a column with one remedy, as where a spreadsheet destroyed them, the first is told,
    how many there are, and rows of the first few; names of units are all told.
    """
    alike = defaultdict(list)
    for problem in sorted(dict.fromkeys(problems), key=lambda problem: problem.row):
        remedy = problem.what if problem.column == "unit" else problem.what.rpartition("; ")[2]
        alike[problem.column, remedy].append(problem)
    told = []
    for first, *more in alike.values():
        if more:
            rows = [one.row + FIRST_ROW for one in (first, *more)]
            few = rows if len(rows) <= _FEW else [*rows[: _FEW - 1], "…", rows[-1]]
            alike_in = say(" (so in {count} rows: {rows})", count=len(rows), rows=few)
            first = first._replace(what=first.what + alike_in)
        told.append(first)
    if told:
        raise DataError(problem.told(file) for problem in sorted(told, key=lambda one: one.row))


def raw_problems(raw: pd.DataFrame, *, table: Table, file: str) -> list[Problem]:
    """What is wrong with each cell of a raw table; DataError where the columns are wrong."""
    expected = table.names(raw)
    if list(raw.columns) != expected:
        missing = [name for name in expected if name not in raw.columns]
        extra = [name for name in raw.columns if name not in expected]
        told = [(N_("{file}, row 1: columns must be {columns}"), expected),
                (N_("missing: {columns}"), missing),
                (N_("not known: {columns}"), extra),
                (N_("par migrate brings a table of an earlier version to today's form"),
                 [name for name in extra if name in EARLIER])]  # fmt: skip
        raise DataError(["; ".join(say(what, file=file, columns=names)
                                   for what, names in told if names)])  # fmt: skip
    return [problem for column in table.columns if column.name in raw
            for problem in _wrong(raw[column.name], column)]  # fmt: skip


def _wrong(texts: pd.Series, column: Column) -> Iterator[Problem]:
    """The cells of a raw column that break what is asked of it."""
    if column.required:
        yield from of_cells(texts[texts == ""], say("is empty; fill it in"))
    if column.written:
        pattern, what = column.written
        yield from of_cells(texts[~texts.str.fullmatch(pattern)], say(what))
    if codes := column.codes:
        unknown = texts[~texts.isin(codes if column.required else ("", *codes))]
        yield from of_cells(unknown, say("is unknown; choose one of: {codes}", codes=codes))
    if column.kind == "date":
        what = N_("is not a date as day/month/year, or can be two; write it as 2022-12-31, which "
                  "Excel keeps in cells of the format yyyy-mm-dd")  # fmt: skip
        if not column.required:
            what = N_("is not a date; write it as 2022-12-31, or nothing if open")
        yield from of_cells(texts[(texts != "") & days(texts).isna()], say(what))


def of_cells(cells: pd.Series, what: str) -> list[Problem]:
    """One problem of several cells of a column, each of which is quoted."""
    return [Problem(row, cells.name, f"{quoted(text)} {what}") for row, text in cells.items()]


def days(texts: pd.Series) -> pd.Series:
    """Dates of texts written as 2022-12-31; NaT for any other."""
    iso = texts.where(texts.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"))
    return pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")


def parse_dates(raw: pd.DataFrame, *, table: Table) -> pd.DataFrame:
    """The raw table with dates in its columns of days; NaT for what is no day."""
    return raw.assign(**{name: days(raw[name]) for name in table.dates if name in raw})


def quoted(text: object) -> str:
    """A cell as it is quoted in a message."""
    if len(str(text)) <= 80:
        return repr(text)
    return say("{start!r}… ({count} letters)", start=str(text)[:60], count=len(str(text)))
