"""Which units stand where another stood: territory followed from day to day.

Work does not follow territory: in July 2025 communes took over most procedures of districts, and
the province some. Only land, and what is counted by place, can be followed so.
"""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from par_lib.cleaning import national
from par_lib.cleaning.units import UnknownUnit, load_units, resolve, units_on

Day = dt.date | pd.Timestamp | str
_ONE = pd.Timedelta(days=1)
_COLUMNS = ["code", "name", "level", "kind", "extent"]


def successors(unit: str, date: Day, *, province: str) -> pd.DataFrame:
    """The units that stand on ``date`` on the land of ``unit``, as it was the day before or last.

    ``unit`` is a code or a name. Columns code, name, level, kind, and ``extent``: "whole" where
    one of the two lies wholly within the other, "part" where they share a part of both, so that a
    figure of one says only within which bounds the other's lies. Of a district that ended they are
    communes; of a department, the one that took over. A unit that never ended is its own.

    Raises UnknownUnit for a unit that was not yet, or whose successors are not known.

    >>> successors("Nông Sơn", "2025-01-01", province="quang-nam")["name"].tolist()
    ['Quế Sơn']
    """
    return follow(unit, date, load_units(province))


def former(unit: str, date: Day, *, province: str) -> pd.DataFrame:
    """The units that stood on ``date`` on the land of ``unit``, as it was the day after or first.

    As successors(), into the past; of a commune its former communes and their districts.

    >>> former("Nông Sơn", "2025-06-30", province="da-nang").query("level == 'district'")["name"]
    ... # doctest: +NORMALIZE_WHITESPACE
    0    Quế Sơn
    Name: name, dtype: str
    """
    return follow(unit, date, load_units(province), forward=False)


class _Unit(NamedTuple):
    """A unit as it stands on a day."""

    code: str
    level: str
    on: pd.Timestamp


def follow(unit: str, date: Day, known: pd.DataFrame, *, forward: bool = True) -> pd.DataFrame:
    """successors(), or former() where not ``forward``, among units already loaded."""
    day, provinces = pd.Timestamp(date), national.provinces()
    listed = provinces.loc[provinces["province"] == known.attrs.get("folder"), "today"]
    today = next(iter(listed), "")
    places = national.places(today) if today else known.iloc[:0]
    every = pd.concat([places, known[~known["code"].isin(places["code"])]], ignore_index=True)
    own = _unit(unit, day, known, every, forward=forward)
    if own.code in set(places["code"]):
        found = _on_its_land(own, day, today, forward=forward)
    else:
        found = _by_name(own, day, every, forward=forward)
    if found.empty:
        which = "successors" if forward else "former units"
        raise UnknownUnit(f"{unit} on {own.on:%Y-%m-%d}: its {which} on {day:%Y-%m-%d} are not "
                          "known; use a nearer date")  # fmt: skip
    return found[_COLUMNS].reset_index(drop=True)


def _unit(
    unit: str, day: pd.Timestamp, known: pd.DataFrame, every: pd.DataFrame, *, forward: bool
) -> _Unit:
    """The unit of this code or name on the day beside ``day``, or on the next that it stood."""
    beside = day - _ONE if forward else day + _ONE

    def so_far(units: pd.DataFrame) -> pd.DataFrame:
        return units[~(units["valid_from"] > beside if forward else units["valid_to"] < beside)]

    code = unit if unit in set(every["code"]) else resolve(unit, so_far(known))
    rows = so_far(every[every["code"] == code]).sort_values("valid_from", na_position="first")
    if forward:
        rows = rows.tail(1)
        on = rows["valid_to"].fillna(beside).clip(upper=beside)
    else:
        rows = rows.head(1)
        on = rows["valid_from"].fillna(beside).clip(lower=beside)
    if rows.empty:
        raise UnknownUnit(f"{unit} was no unit {'before' if forward else 'after'} {day:%Y-%m-%d}")
    return _Unit(code, rows["level"].item(), on.item())


@lru_cache(maxsize=32)
def _smallest(today: str, day: pd.Timestamp) -> pd.DataFrame:
    """Communes and islands without any, valid on a day (piece), with every unit they lie in."""
    valid = units_on(national.places(today), day)
    around = dict(zip(valid["code"], valid["parent"], strict=True))
    small = valid.loc[~valid["code"].isin(around.values()), "code"]
    rows = []
    for piece in small:
        code = piece
        while code:
            rows.append((piece, code))
            code = around.get(code, "")
    return pd.DataFrame(rows, columns=["piece", "code"])


@lru_cache(maxsize=32)
def _pairs(today: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Smallest places of the first day (old) and those of the last (new) that share land."""
    old = _smallest(today, first)["piece"].drop_duplicates()
    pairs = pd.DataFrame({"old": old, "new": old})
    for day, step in national.lineage(today).groupby("day"):
        if first < pd.Timestamp(day) <= last:
            there = _smallest(today, pd.Timestamp(day))["piece"].drop_duplicates()
            stays = there[~there.isin(step["old"])]
            step = pd.concat([step, pd.DataFrame({"old": stays, "new": stays})])
            step = step.rename(columns={"old": "new", "new": "next"})[["new", "next"]]
            pairs = pairs.merge(step, on="new")[["old", "next"]].drop_duplicates()
            pairs = pairs.set_axis(["old", "new"], axis=1)
    return pairs


def _on_its_land(own: _Unit, day: pd.Timestamp, today: str, *, forward: bool) -> pd.DataFrame:
    """The places of a day that share land with ``own``, and whether wholly."""
    here, there = ("old", "new") if forward else ("new", "old")
    pairs = _pairs(today, own.on, day) if forward else _pairs(today, day, own.on)
    within, pieces = _smallest(today, own.on), _smallest(today, day)
    mine = set(within.loc[within["code"] == own.code, "piece"])
    standing = units_on(national.places(today), day)
    levels = {own.level}
    if own.level == "district" and "district" not in set(standing["level"]):
        levels = {"commune"}
    if own.level == "commune" and not forward:
        levels.add("district")
    of_mine = pairs[pairs[here].isin(mine)]
    reached = pieces[pieces["piece"].isin(of_mine[there])]["code"]
    found = standing[standing["code"].isin(reached) & standing["level"].isin(levels)]
    extents = []
    for code in found["code"]:
        its = set(pieces.loc[pieces["code"] == code, "piece"])
        mine_in_it = set(of_mine[there]) <= its and mine <= set(of_mine[here])
        it_in_mine = set(pairs.loc[pairs[there].isin(its), here]) <= mine
        extents.append(
            "whole" if mine_in_it or (it_in_mine and its <= set(pairs[there])) else "part"
        )
    return found.assign(extent=extents).sort_values(["level", "code"], ascending=[False, True])


def _by_name(own: _Unit, day: pd.Timestamp, units: pd.DataFrame, *, forward: bool) -> pd.DataFrame:
    """Along the column ``successor``: departments, and the places of an invented province."""
    steps = units[units["successor"] != ""][["code", "successor"]].drop_duplicates()
    steps = steps if forward else steps.rename(columns={"code": "successor", "successor": "code"})
    standing, reached, passed = units_on(units, day), [own.code], set()
    while not set(reached) & set(standing["code"]) and set(reached) - passed:
        passed |= set(reached)
        reached = steps.loc[steps["code"].isin(reached), "successor"].tolist()
    return standing[standing["code"].isin(reached)].assign(extent="whole")
