"""Which units stand where another stood: territory followed from day to day.

Work does not follow territory: in July 2025 communes took over most procedures of districts, and
the province some. Only land, and what is counted by place, can be followed so.
"""

from functools import cache, lru_cache

import pandas as pd

from par_lib.cleaning import schema, units
from par_lib.cleaning.schema import DataError, Problem
from par_lib.cleaning.units import Day, UnknownUnit, national, units_on
from par_lib.language import N_, say
from par_lib.storage import csv_files, paths

_ONE = pd.Timedelta(days=1)


def merged(province: str) -> list[str]:
    """Folders in data/raw of the other provinces that became part of today's ``province``."""
    listed = units.provinces()
    parts = {*listed.loc[listed["today"] == province, "province"]} - {province}
    return [one for one in paths.provinces() if one in parts]


def successors(unit: str, date: Day, *, province: str) -> pd.DataFrame:
    """The units that stand on ``date`` on the land of ``unit``, as it was the day before or last.

    ``unit`` is a code or a name. Columns code, name, level, kind, and ``extent``: "whole" where one
    of the two lies wholly within the other, "part" where they share a part of both. Of a district
    that ended they are communes; of a department, the one that took over; else itself. Raises
    UnknownUnit for a unit that was not yet, or whose successors are not known.

    >>> successors("Nông Sơn", "2025-01-01", province="quang-nam")["name"].tolist()
    ['Quế Sơn']
    """
    return follow(unit, date, units.load_units(province))


def former(unit: str, date: Day, *, province: str) -> pd.DataFrame:
    """The units that stood on ``date`` on the land of ``unit``, as it was the day after or first.

    As successors(), into the past; of a commune its former communes and their districts.

    >>> former("Nông Sơn", "2025-06-30", province="da-nang")["name"].iloc[0]
    'Quế Sơn'
    """
    return follow(unit, date, units.load_units(province), forward=False)


def follow(unit: str, date: Day, known: pd.DataFrame, *, forward: bool = True) -> pd.DataFrame:
    """successors(), or former() where not ``forward``, among units already loaded."""
    day, listed = pd.Timestamp(date), units.provinces()
    today = next(iter(listed.loc[listed["province"] == known.attrs.get("folder"), "today"]), "")
    places = national(today) if today else known.iloc[:0]
    every = pd.concat([places, known[~known["code"].isin(places["code"])]], ignore_index=True)
    own = _own(unit, day, known, every, forward=forward)
    if own["code"] in set(places["code"]):
        found = _on_its_land(own, units_on(places, day), today, day, forward=forward)
    else:
        found = _by_name(own["code"], units_on(every, day), every, forward=forward)
    if found.empty:
        raise UnknownUnit("{unit} on {on:%Y-%m-%d}: what stands on its land on {day:%Y-%m-%d} is "
                          "not known; use a nearer date",
                          unit=unit, on=own["on"], day=day)  # fmt: skip
    return found[["code", "name", "level", "kind", "extent"]].reset_index(drop=True)


def _own(unit: str, day: pd.Timestamp, known: pd.DataFrame, every: pd.DataFrame, *,
         forward: bool) -> pd.Series:  # fmt: skip
    """The unit's row; ``on`` is the day beside ``day``, or the next on which the unit stood."""
    beside = day - _ONE if forward else day + _ONE

    def so_far(listed: pd.DataFrame) -> pd.DataFrame:
        return listed[~(listed["valid_from"] > beside if forward else listed["valid_to"] < beside)]

    code = unit if unit in set(every["code"]) else units.resolve(unit, so_far(known))
    rows = so_far(every[every["code"] == code]).sort_values("valid_from", na_position="first")
    if rows.empty:
        before, after = N_("{unit} was no unit before {day}"), N_("{unit} was no unit after {day}")
        raise UnknownUnit(before if forward else after, unit=unit, day=f"{day:%Y-%m-%d}")
    ends = rows["valid_to"].fillna(beside).clip(upper=beside)
    starts = rows["valid_from"].fillna(beside).clip(lower=beside)
    return rows.assign(on=ends if forward else starts).iloc[-1 if forward else 0]


def _on_its_land(own: pd.Series, standing: pd.DataFrame, today: str, day: pd.Timestamp, *,
                 forward: bool) -> pd.DataFrame:  # fmt: skip
    """The places standing on a day that share land with ``own``, and whether wholly."""
    mine, theirs = _land_of(today, own["on"])[own["code"]], _land_of(today, day)
    levels = {own["level"]}
    if own["level"] == "district" and "district" not in set(standing["level"]):
        levels = {"commune"}
    if own["level"] == "commune" and not forward:
        levels.add("district")
    shares = standing["code"].map(lambda code: bool(theirs[code] & mine))
    found = standing[standing["level"].isin(levels) & shares]
    whole = [mine <= theirs[code] or theirs[code] <= mine for code in found["code"]]
    found = found.assign(extent=["whole" if one else "part" for one in whole])
    return found.sort_values(["level", "code"], ascending=[False, True])


@lru_cache(maxsize=32)
def _land_of(today: str, day: pd.Timestamp) -> dict[str, set[int]]:
    """Of every place that stands on a day, the pieces of land in it: labels of _pieces()."""
    pieces = _pieces(today)
    then = pieces.loc[:, [first for first in pieces if first <= day]].iloc[:, -1]
    valid = units_on(national(today), day)
    around = dict(zip(valid["code"], valid["parent"], strict=True))
    land: dict[str, set[int]] = {code: set() for code in around}
    for piece, code in then.items():
        while code in land:
            land[code].add(piece)
            code = around[code]
    return land


@cache
def _pieces(today: str) -> pd.DataFrame:
    """A row a piece of land never divided, a column from each day on: the smallest place it is in.

    Missing where no list says what became of a place, or what it was.
    """
    lineage, first = national(f"{today}-lineage"), pd.Timestamp.min
    pieces = pd.DataFrame({first: _smallest(today, pd.Timestamp(lineage["day"].min()) - _ONE)})
    for day, step in lineage.groupby("day"):
        there = _smallest(today, pd.Timestamp(day))
        heirs = {code: [code] for code in there} | step.groupby("old")["new"].agg(list).to_dict()
        pieces[pd.Timestamp(day)] = pieces.iloc[:, -1].map(heirs)
        pieces = pieces.explode(pd.Timestamp(day))
        new = [code for code in there if code not in set(pieces.iloc[:, -1])]
        pieces = pd.concat([pieces, pd.DataFrame({pd.Timestamp(day): new})], ignore_index=True)
    return pieces


def _smallest(today: str, day: pd.Timestamp) -> list[str]:
    valid = units_on(national(today), day)
    return valid.loc[~valid["code"].isin(valid["parent"]), "code"].tolist()


def _by_name(code: str, standing: pd.DataFrame, every: pd.DataFrame, *,
             forward: bool) -> pd.DataFrame:  # fmt: skip
    """Along the column ``successor``: departments, and the places of an invented province."""
    steps = every[every["successor"] != ""].drop_duplicates(["code", "successor"])
    here, there = ("code", "successor") if forward else ("successor", "code")
    inside = every.loc[every["parent"] == code, "code"]
    reached, passed = {code, *inside} if forward else {code}, set()
    while not reached & set(standing["code"]) and reached - passed:
        passed |= reached
        reached = set(steps.loc[steps[here].isin(reached), there])
    if not forward:
        reached |= set(every.loc[every["code"].isin(reached), "parent"])
    found = standing[standing["code"].isin(reached) & (standing["level"] != "province")]
    others = set(steps.loc[~steps["code"].isin(passed), "successor"])
    shared = found["code"].isin(others) if forward else found["level"] == "district"
    part = shared & (len(found[shared | forward]) > 1)
    return found.assign(extent=part.map({True: "part", False: "whole"}))


def load_tiles(province: str, known: pd.DataFrame) -> pd.DataFrame:
    """Tile map of ``known``, a year's units, as far as it has them: code, row, column; north up.

    A tiles.csv of the province wins. Raises csv_files.TableError for no table, DataError naming
    each row that is no tile, or lies where another lies.
    """
    path, columns = paths.raw(province) / "tiles.csv", ["code", "row", "column"]
    tiles = known.loc[known["row"] != "", columns]
    if path.is_file():
        place = path.relative_to(paths.root()).as_posix()
        tiles = csv_files.read_csv(path, file=place)
        if list(tiles.columns) != columns:
            raise DataError([say("{file}, row 1: columns must be {columns}",
                                 file=place, columns=columns)])  # fmt: skip
        at = tiles["row"] + " " + tiles["column"]
        wrong = ~at.str.fullmatch(r"\d{1,3} \d{1,3}") | at.duplicated() | tiles["code"].duplicated()
        remedy = say("write a code and a place, two whole numbers, each once")
        schema.refuse([Problem(row, "", f"{', '.join(cells)}: {remedy}")
                       for row, *cells in tiles[wrong].itertuples(name=None)], place)  # fmt: skip
    return tiles.astype({"row": int, "column": int}).reset_index(drop=True)
