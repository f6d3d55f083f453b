"""Small verbs from a raw table (text, as written) to a tidy one (units, dates, intervals).

Each verb takes a frame and gives a new one; none reads or writes a file. A row keeps its label,
and what a verb cannot read it adds to ``problems``.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache

import numpy as np
import pandas as pd

from par_lib.cleaning import dossier_register, schema, succession, units
from par_lib.cleaning.schema import ADDED_UP, Problem, quoted
from par_lib.language import N_, Period, say, vietnamese
from par_lib.storage import csv_files

_WHOLES = {"points": "max_points", "rank": "ranked_units"}  # what may stand behind a slash
_AT_MOST = (("on_time", "resolved"), ("late_low", "resolved"), ("points", "max_points"),
            ("points_high", "max_points"), ("rank_low", "ranked_units"),
            ("period_start", "period_end"))  # fmt: skip
_PLAN_YEARS = (1990, 2100)
_LISTED = ("district", "commune")  # levels whose units are all known, so that the rest is too
_UNSTATED = vietnamese.Quantity(math.nan, math.nan, out_of=None, approximate=False)


def tidy_table(raw: pd.DataFrame, *, table: schema.Table, known: pd.DataFrame, year: int, file: str,
               sources: Iterable[str] | None = None) -> pd.DataFrame:  # fmt: skip
    """All verbs in order: a checked tidy table from a raw one; all problems are raised together.

    Every row's source must be one of ``sources``, where they are given.
    """
    raw = csv_files.with_plain_dates(raw, table.dates)
    problems = schema.raw_problems(raw, table=table, file=file)
    raw = raw.reindex(columns=[column.name for column in table.columns], fill_value="")
    if sources is not None:
        unknown = raw.loc[~raw["source"].isin([*sources, ""]), "source"]
        problems += schema.of_cells(unknown, say("is not in sources.toml; add it there"))
    dated = schema.parse_dates(raw, table=table)
    named = resolve_units(dated, known=known, year=year, problems=problems,
                          beside=table.name == "indicators")  # fmt: skip
    tidy = parse_quantities(named, table=table, problems=problems)
    read = named.index.difference([problem.row for problem in problems])
    problems += [*_repeated_rows(named.loc[read], table), *_impossible_rows(tidy.loc[read])]
    schema.refuse(problems, file)
    if table.name == "late_dossiers":
        tidy = bound_unlisted(tidy, known=known)
    if table.name == "disbursement":
        tidy = expand_others(tidy, known=known)
    names = [name for column in table.columns for name in column.tidy_names]
    return tidy[[*names, "approximate"]].reset_index(drop=True)


@cache  # half of the tables of a year have none
def no_rows(table: schema.Table) -> pd.DataFrame:
    """A tidy table without a row; the same object each time: copy it."""
    raw = pd.DataFrame(columns=[column.name for column in table.columns], dtype=str)
    return tidy_table(raw, table=table, known=units.provinces(), year=2022, file="")


def resolve_units(raw: pd.DataFrame, *, known: pd.DataFrame, year: int, problems: list[Problem],
                  beside: bool = False) -> pd.DataFrame:  # fmt: skip
    """Replace each spelled name by the unit's official one and put its code beside it.

    ``known`` is the province's unit list; a unit must be valid on the row's own date (its
    ``as_of`` or ``period_end``), else on the first day of ``year``; of units of one name, that of
    the row's level is meant. "all others" has no code. An unknown name and a date of another year
    are problems. ``beside``: a row of level "province" may name another province.
    """
    if "unit" not in raw:
        return raw
    dated = next((name for name in ("as_of", "period_end") if name in raw), None)
    dates = raw[dated] if dated else pd.Series(pd.Timestamp(year, 1, 1), raw.index)

    @cache
    def on(date: pd.Timestamp, nation: bool = False) -> tuple[Callable[..., str], dict[str, str]]:
        valid = units.units_on(units.provinces() if nation else known, date)
        return units.resolver(valid), dict(zip(valid["code"], valid["name"], strict=True))

    @cache  # names repeat
    def found(name: str, level: str, date: pd.Timestamp) -> tuple[str, str]:
        if beside and level == "province":  # a district may bear the name of another province
            for code_of, names in (on(date), on(date, nation=True)):
                with suppress(units.UnknownUnit):
                    return (code := code_of(name, level=level)), names[code]
        code_of, names = on(date)
        try:
            return (code := code_of(name, counted=level)), names[code]
        except units.UnknownUnit as error:
            raise units.UnknownUnit(_ended(name, known, date.date()) or str(error)) from None

    rows = []
    for row, name, level, date in zip(raw.index, raw["unit"], raw["level"], dates, strict=True):
        rows.append((None, schema.OTHERS))
        if pd.isna(date):  # told by raw_problems
            continue
        if date.year != year:
            moved = N_("{date:%Y-%m-%d} is not of {year}; move the row to {date.year}/")
            problems.append(Problem(row, dated, say(moved, date=date, year=year)))
        elif name != schema.OTHERS:
            try:
                rows[-1] = found(name, level, date)
            except units.UnknownUnit as error:
                problems.append(Problem(row, "unit", str(error)))
    names = pd.DataFrame(rows, raw.index, ["unit_code", "unit"], dtype="str")
    return pd.concat([names, raw.drop(columns="unit")], axis=1)


def _ended(name: str, known: pd.DataFrame, date: dt.date) -> str:
    """What to write where the name is a unit's, though not on that date or level; else nothing."""
    standing, other = units.units_on(known, date), ""
    with suppress(units.UnknownUnit):
        (level,) = standing.loc[standing["code"] == units.resolve(name, standing), "level"]
        other = say('"{name}" is a unit of level {level} on {date}; write that level',
                    name=name, level=level, date=date)  # fmt: skip
    try:
        code = units.resolve(name, known)
    except units.UnknownUnit:
        return other
    if code in set(standing["code"]):
        return other
    own = known[known["code"] == code]
    if (own["valid_from"] > pd.Timestamp(date)).all():
        return say('"{name}" did not exist before {first:%Y-%m-%d}',
                   name=name, first=own["valid_from"].min())  # fmt: skip
    ended = say('"{name}" was no unit on {date}, it ended on {last:%Y-%m-%d}',
                name=name, date=date, last=own["valid_to"].max())  # fmt: skip
    try:
        heirs = succession.follow(code, date, known)
    except units.UnknownUnit:
        return "; ".join([ended, say("use a date up to then")])
    names = [f'"{heir}"' for heir in heirs["name"]]
    more = say(" ({count} units)", count=len(names)) if len(names) > 3 else ""
    heir = say("write {names}", names=say(" or ").join(names[:3])) + more
    return "; ".join(filter(None, [ended, heir, other]))


def parse_quantities(raw: pd.DataFrame, *, table: schema.Table,
                     problems: list[Problem]) -> pd.DataFrame:  # fmt: skip
    """Turn written figures into numbers, partial ones into ``_low`` and ``_high``.

    ``0.59/1.5`` in points fills max_points, ``61/63`` in rank fills ranked_units. A column
    ``approximate`` says whether any figure of the row was hedged ("hơn", "khoảng").
    """
    tidy = raw.drop(columns=[column.name for column in table.quantities]).assign(approximate=False)
    behind = {}
    for column in table.quantities:
        figures = _figures(raw, column, problems)
        ends = figures[["low", "high"]].where(np.isfinite).astype(column.dtype)  # else missing
        for tidy_name, end in zip(column.tidy_names, ("low", "high"), strict=False):
            tidy[tidy_name] = ends[end]
        tidy["approximate"] |= figures["approximate"]
        behind[column.name] = figures["out_of"]
    for name in behind.keys() & _WHOLES:
        whole, out_of = _WHOLES[name], behind[name]
        for row in raw.index[tidy[whole].notna() & out_of.notna() & tidy[whole].ne(out_of)]:
            what = say("{cell} is not the {out_of:.12g} behind / in {name}; write it once",
                       cell=quoted(raw.loc[row, whole]), out_of=out_of[row], name=name)  # fmt: skip
            problems.append(Problem(row, whole, what))
        tidy[whole] = tidy[whole].fillna(out_of)
    return tidy


def in_any_locale(raw: pd.DataFrame, *, table: schema.Table) -> pd.DataFrame:
    """A raw table to be written: without figures that a spreadsheet in English would change.

    It takes ``413,245`` for 413245 and ``2.000`` for 2: they become 413,245 tỷ đồng and 2000.
    """
    plain = {}
    for column in table.quantities:
        cells, kinds = raw[column.name], _kinds(raw, column)
        small = (kinds == "amount") & cells.str.fullmatch(r"[0-9]{1,3},[0-9]{3}")
        thousands = (kinds == "count") & cells.str.endswith(".000")
        plain_count = cells.str.replace(".", "", regex=False)
        plain[column.name] = cells.mask(small, cells + " tỷ đồng").mask(thousands, plain_count)
    return raw.assign(**plain)


def _kinds(raw: pd.DataFrame, column: schema.Column) -> pd.Series:
    """The kind of each cell; missing where its unit of measure is unknown, told by raw_problems."""
    if column.unit_column:
        return raw[column.unit_column].map(vietnamese.KIND_OF_UNIT)
    return pd.Series(column.kind, raw.index)


def _figures(raw: pd.DataFrame, column: schema.Column, problems: list[Problem]) -> pd.DataFrame:
    """The Quantity of each cell of a column: low, high, out_of, approximate; a row a cell."""
    cells, kinds = raw[column.name], _kinds(raw, column)
    # An English spreadsheet's "1,234.5" has one reading, "1,234" too where a figure is whole. Of an
    # amount it is the project's own decimal, save beside figures that are surely English.
    english = cells.str.fullmatch(vietnamese.ENGLISH)
    surely = english & ((cells.str.count("[.,]") > 1) | kinds.isin(("count", "rank")))
    doubtful = english & ~surely & kinds.isin(("amount", "number")) & surely.any()
    cells = cells.where(~surely, cells.str.translate(vietnamese.SWAPPED))
    what = say("can be thousands or a decimal, beside English figures; write 1234 or 1,2340")
    problems += schema.of_cells(cells[doubtful], what)
    quantities = []
    for row, text, kind in zip(raw.index, cells, kinds, strict=True):
        quantity = _UNSTATED
        if text and pd.notna(kind):
            try:
                quantity = vietnamese.parse_quantity(text, kind=kind)
            except vietnamese.QuantityError as error:
                problems.append(Problem(row, column.name, str(error)))
        quantities.append(quantity)
    figures = pd.DataFrame(quantities, raw.index, ["low", "high", "out_of", "approximate"])
    figures = figures.astype({"low": float, "high": float, "out_of": float, "approximate": bool})
    if not column.partial:
        what = say("is an interval, and this column takes exact figures; move it to a note")
        problems += schema.of_cells(cells[figures["low"] < figures["high"]], what)
    if column.name not in _WHOLES and not column.unit_column:
        what = say("has a maximum behind /, not taken by this column; write the figure alone")
        problems += schema.of_cells(cells[figures["out_of"].notna()], what)
    return figures


def _repeated_rows(named: pd.DataFrame, table: schema.Table) -> Iterator[Problem]:
    """Rows that state what another row states, by unit and not by spelling.

    In tables that are added up whatever the source is: of two sources for one figure, one row
    stands and its note names the other.
    """
    key = [name for name in ("unit_code", *table.key) if name in named]
    if table.name not in ADDED_UP:
        key = list(dict.fromkeys([*key, "source", "locator"]))
    rows = named.index.to_series()
    first = rows.groupby([named[name] for name in key], dropna=False).transform("min")
    for row, before in first[first < rows].items():
        yield Problem(row, "", say("states what row {row} states already; keep one, and name the "
                                   "other source in its note",
                                   row=before + csv_files.FIRST_ROW))  # fmt: skip


def _impossible_rows(tidy: pd.DataFrame) -> Iterator[Problem]:
    """Rows whose figures contradict one another: a part above its whole, an end too early."""
    for part, whole in _AT_MOST:
        if {part, whole} <= set(tidy.columns):
            for row, figures in tidy[(tidy[part] > tidy[whole]).fillna(False)].iterrows():
                what = say("{part} is above {most} in {whole}; correct one of them", whole=whole,
                           part=_text(figures[part]), most=_text(figures[whole]))  # fmt: skip
                yield Problem(row, part, what)
    for column, code in {"criterion": "par_index", "component": "total"}.items():
        if {column, "max_points"} <= set(tidy.columns):
            whole = tidy.loc[tidy[column] == code, "max_points"].dropna()
            what = N_("{code} has 100, not {most:g}; these are another {column}'s points")
            for row, most in whole[whole != 100].items():
                yield Problem(row, "max_points", say(what, code=code, most=most, column=column))
    if "plan_year" in tidy:
        years = tidy["plan_year"].dropna()
        for row, year in years[~years.between(*_PLAN_YEARS)].items():
            what = say("{year} is no year of a plan; write it as 2022", year=year)
            yield Problem(row, "plan_year", what)


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:g}"


def bound_unlisted(tidy: pd.DataFrame, *, known: pd.DataFrame) -> pd.DataFrame:
    """Add late dossiers of each unit that a listing with a declared total leaves out.

    Each such district or commune, of those valid at the period's end, lies in [0, total − sum of
    the listed], with status "bound" and the source and locator of the total; none is added where
    nothing is listed, or no total is declared.
    """
    figures = dict.fromkeys(tidy.select_dtypes("number").columns)  # the total's own, not a unit's
    added = []
    province = known.loc[known["level"] == "province", "code"]
    of_units = tidy[tidy["level"].isin(_LISTED)]
    for (_, _, end), group in of_units.groupby(["level", "period_start", "period_end"]):
        is_total = group["unit_code"].isin(province)
        listed = group[~is_total & group["late_low"].notna()]
        declared = group[is_total & (group["late_low"] == group["late_high"])]
        if listed.empty or len(declared) != 1:
            continue
        rest = int(declared["late_low"].item() - listed["late_low"].sum())
        bounds = {"late_low": 0, "late_high": max(rest, 0), "status": "bound", "note": ""}
        row = declared.iloc[0].to_dict() | figures | bounds
        added += _for_each_unlisted(row, known, end, listed["unit_code"])
    return _append(tidy, added)


def expand_others(tidy: pd.DataFrame, *, known: pd.DataFrame) -> pd.DataFrame:
    """Replace each "all others" row of districts or communes by one for each not listed beside it.

    Rows of other levels stay: how many agencies there are is not known.
    """
    is_group = (tidy["unit"] == schema.OTHERS) & tidy["level"].isin(_LISTED)
    added = []
    for _, group in tidy[is_group].iterrows():
        day = group["as_of"]
        beside = tidy[(tidy["level"] == group["level"]) & (tidy["as_of"] == day)]
        added += _for_each_unlisted(group.to_dict(), known, day, beside["unit_code"])
    return _append(tidy[~is_group], added)


def add_counted(late: pd.DataFrame, register: pd.DataFrame, known: pd.DataFrame, *,
                period: Period, until: dt.date) -> pd.DataFrame:  # fmt: skip
    """Add what a register counts of each unit, of levels of which the table has no unit.

    Not of communes over days before and after July 2025: they were others.
    """
    start, end = pd.Timestamp(period.span()[0]), pd.Timestamp(until)
    by = ("unit", "level", "status", "source", "locator")
    counts = dossier_register.late_dossiers(register, by=by).rename(columns={"unit": "unit_code"})
    listed = late.loc[late["unit_code"].isin(counts["unit_code"]), "level"]
    others = start <= units.DISTRICTS_ENDED < end and counts["level"] == "commune"
    counts = counts[~counts["level"].isin(listed) & (counts["resolved"] > 0) & ~np.array(others)]
    names = units.latest_names(known)
    rows = counts.drop(columns="received").assign(
        unit=counts["unit_code"].map(names), period_start=start, period_end=end, note="",
        late_low=counts["late"], late_high=counts["late"], basis="resolved", approximate=False,
    )  # fmt: skip
    return _append(late, rows.to_dict("records"))


def _for_each_unlisted(row: dict, known: pd.DataFrame, day: pd.Timestamp,
                       listed: Iterable[str]) -> list[dict]:  # fmt: skip
    """The row once for each unit of its level valid on that day whose code is not listed."""
    valid = units.units_on(known, day, level=row["level"])
    unlisted = valid[~valid["code"].isin(listed)]
    return [row | {"unit_code": unit.code, "unit": unit.name} for unit in unlisted.itertuples()]


def _append(tidy: pd.DataFrame, added: list[dict]) -> pd.DataFrame:
    extra = pd.DataFrame(added, columns=tidy.columns).astype(tidy.dtypes)
    return pd.concat([tidy, extra], ignore_index=True)
