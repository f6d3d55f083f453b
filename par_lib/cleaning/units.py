"""Provinces, districts, communes and departments valid on a date; names resolved to their codes."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

import pandas as pd
from rapidfuzz import fuzz, process

from par_lib.cleaning import national, schema
from par_lib.cleaning.schema import Problem
from par_lib.language.spelling import compare_key, fold, normalise
from par_lib.storage import csv_files, paths

DISTRICTS_ENDED = pd.Timestamp(2025, 6, 30)  # their last day
NEAR = 75  # rapidfuzz ratio, 0–100, from which a name is near enough to suggest
_CODE = r"[0-9A-Za-z]+(?:[-_.][0-9A-Za-z]+)*"
# Each word for a kind: how it is shortened, and the levels whose units are called so.
_KINDS = {
    "huyện": (r"h\.", ("district",)),
    "quận": (r"q\.", ("district",)),
    "thị xã": (r"t\.?x\b\.?", ("district",)),
    "thành phố": (r"t\.?p\b\.?", ("district", "province")),
    "tỉnh": (r"t\.", ("province",)),
    "xã": (r"x\.", ("commune",)),
    "phường": (r"p\.", ("commune",)),
    "thị trấn": (r"t\.?t\b\.?", ("commune",)),
    "đặc khu": (r"đ\.?k\b\.?", ("commune",)),
}
_OFFICE = re.compile(r"(?:các xã thuộc|ubnd|hđnd|(?:ủy|uỷ) ban nhân dân)\s+(?=\S)", re.IGNORECASE)
_PLACE = ["parent", "row", "column"]  # of the national list: the unit around it, its tile
COLUMNS = [*(column.name for column in schema.UNITS.columns), *_PLACE]
# Whose units a name may be, in this order, by the level of the offices counted. Of a district's
# name beside "commune" all its communes are meant.
_LEVELS = {level: tuple(dict.fromkeys((level, *schema.LEVELS))) for level in schema.LEVELS}
_LEVELS |= {"commune": ("district", *_LEVELS["commune"]), "district": _LEVELS["district"][:-1]}
Index = dict[tuple[str, str], frozenset[str]]


class UnknownUnit(ValueError):
    """A name or code that stands for no unit, or for several: says where and what to write."""


class AmbiguousUnit(UnknownUnit):
    """A name that several units of one level bear; of one day it may be one."""


def load_units(province: str) -> pd.DataFrame:
    """A province's units of all times: the national list's, and what its units.csv adds or changes.

    A row a unit and time: the columns of schema.UNITS as text, but valid_from/valid_to as dates
    (NaT: open); ``parent`` is the code of the unit around it, ``row`` and ``column`` its tile. Its
    key is code and valid_from: codes are used again. ``source`` says of the list's departments that
    they are assumed. A row of units.csv changes, by its filled cells, the unit of its code. An
    invented province (demo) has its own file only.

    Raises ValueError with a line for each faulty cell, FileNotFoundError for a province that
    neither the list nor a file knows.
    """
    path = paths.raw(province) / "units.csv"
    file = path.relative_to(paths.root()).as_posix()
    units = national.units_of(province).reindex(columns=COLUMNS)
    if path.is_file():
        own = _check(csv_files.read_csv(path, file=file).map(normalise), file)
        units = own if units.empty else units if own.empty else _changed(units, own)
    elif units.empty:
        near = process.extract(province, set(national.provinces()["province"]), limit=3)
        hint = ", ".join(name for name, score, _ in near if score >= NEAR) or "none"
        raise FileNotFoundError(f"{file}: there is no such file, and no province of Viet Nam has "
                                f"this folder's name; near it: {hint}")  # fmt: skip
    units["name_en"] = units["name_en"].where(units["name_en"] != "", units["name"])
    units = units.reindex(columns=COLUMNS).reset_index(drop=True)
    units[_PLACE] = units[_PLACE].astype("str").fillna("")
    homes = units.loc[units["level"] == "province", "name"]
    same = homes[homes.map(fold).str.replace(" ", "-") == province]
    units.attrs = {"province": next(iter([*same, *homes]), ""), "folder": province}
    return units


def _changed(units: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """``units`` with the filled cells of ``own`` where the code is one of theirs, else its rows."""
    by_code = own.set_index("code")
    for name in own.columns.drop("code"):
        said = units["code"].map(by_code[name])
        units[name] = said.where(said.notna() & (said != ""), units[name])
    return pd.concat([units, own[~own["code"].isin(units["code"])]], ignore_index=True)


def units_in(units: pd.DataFrame, year: int) -> pd.DataFrame:
    """The units valid on some day of a year."""
    begun = ~(units["valid_from"] > pd.Timestamp(year, 12, 31))
    return units[begun & ~(units["valid_to"] < pd.Timestamp(year, 1, 1))].reset_index(drop=True)


def told_by_name(units: pd.DataFrame, year: int) -> pd.DataFrame:
    """Units of a year that reports list by name: communes only since there are no districts."""
    own = units_in(units, year)
    old = (own["level"] == "commune") & (own["valid_to"] <= DISTRICTS_ENDED)
    return own[~old].reset_index(drop=True)


def units_on(
    units: pd.DataFrame, date: dt.date | pd.Timestamp | str, *, level: str | None = None
) -> pd.DataFrame:
    """The units valid on ``date``, of one level or of all."""
    if level is not None and level not in schema.LEVELS:
        raise ValueError(f"level {level!r}: choose one of {', '.join(schema.LEVELS)}")
    day = pd.Timestamp(date)
    begun = units["valid_from"].isna() | (units["valid_from"] <= day)
    not_ended = units["valid_to"].isna() | (units["valid_to"] >= day)
    valid = units[begun & not_ended & (True if level is None else units["level"] == level)]
    valid = valid.reset_index(drop=True)
    valid.attrs = units.attrs | {"on": f"{day:%Y-%m-%d}"}  # for the words of an error
    return valid


def lowest_level(units: pd.DataFrame, date: dt.date | pd.Timestamp | str) -> str:
    """The lowest level that reports by unit on ``date``: districts while there are any."""
    return "commune" if units_on(units, date, level="district").empty else "district"


def lookup(units: pd.DataFrame) -> Index:
    """Codes by (level, compare_key of a spelling): name, aliases, each with its kind too.

    A spelling that several units share ("Cao Lãnh", a city and a district) has several codes.
    "tỉnh" at the end of a name may be left out where no other unit is called so.
    """
    named = units[["level", "kind", "name", "aliases", "code"]]
    return _index(home(units), tuple(named.itertuples(index=False, name="Named")))


@lru_cache(maxsize=16)  # asked for each name again, of the same units
def _index(province: str, units: tuple[tuple, ...]) -> Index:
    index: dict[tuple[str, str], set[str]] = {}
    shorter: dict[tuple[str, str], set[str]] = {}
    for unit in units:
        for spelling in _spellings(unit):
            index.setdefault((unit.level, compare_key(spelling)), set()).add(unit.code)
            if short := _without_province(spelling, home=province, bare=False):
                shorter.setdefault((unit.level, compare_key(short)), set()).add(unit.code)
    return {key: frozenset(codes) for key, codes in (shorter | index).items() if key[1]}


def resolve(
    name: str, units: pd.DataFrame, *, level: str | None = None, counted: str | None = None,
    where: str = "",
) -> str:  # fmt: skip
    """Code of the unit a source calls ``name``, among ``units`` already restricted to a date.

    The word for the kind, "UBND …" and the province behind the name may be written or not; behind
    a comma may stand the unit around it ("xã Tân Thành, huyện …"). A bare name of several levels
    is the unit of ``counted``, the level of its row, else of the highest. ``where`` opens the
    message of UnknownUnit, raised where no unit or several of one level bear the name.
    """
    index = lookup(units)
    place = f"{where}: " if where else ""
    for spelling, levels in readings(normalise(name), home(units)):
        for one in (level,) if level else _LEVELS.get(counted, schema.LEVELS):
            codes = index.get((one, compare_key(spelling)), ()) if one in levels else ()
            if len(codes) == 1:
                return next(iter(codes))
            if codes:
                shared = units[units["code"].isin(codes) & (units["level"] == one)].itertuples()
                choices = " or ".join(f'"{_called(u)}" ({u.level} {u.code})' for u in shared)
                raise AmbiguousUnit(f'{place}"{name}" is ambiguous: write {choices}')
    inner, _, outer = name.rpartition(",")
    if inner and "parent" in units:
        with suppress(UnknownUnit):
            around = resolve(outer, units)
            return resolve(inner, units[units["parent"] == around], level=level, counted=counted)
    raise UnknownUnit(place + _unknown(name, units, level))


def as_total(units: pd.DataFrame) -> str:
    """What a row names all units of a level by: the province, with its kind where it shares it."""
    name = home(units)
    shares = units["name"].str.casefold() == units["kind"] + " " + name.casefold()
    kinds = units.loc[units["level"] == "province", "kind"]
    return f"{kinds.iloc[-1]} {name}" if shares.any() and len(kinds) else name


def readings(text: str, home: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Spellings to look up, as written first, with the levels each can stand for."""
    for whole in (text, _without_province(text, home=home, bare=True)):
        if not whole:
            continue
        yield whole, schema.LEVELS
        kind, rest = split_kind(_OFFICE.sub("", whole, count=1))
        if kind:
            yield f"{kind} {rest}", _KINDS[kind][1]
        yield rest, _KINDS[kind][1] if kind else schema.LEVELS


@lru_cache(maxsize=20_000)  # lookup() asks for the same names at each call
def split_kind(text: str) -> tuple[str, str]:
    for kind, (short, _) in _KINDS.items():
        if match := re.match(rf"(?:{kind}\s+|{short}\s*)(?=\S)", text, re.IGNORECASE):
            return kind, text[match.end() :]
    return "", text


@lru_cache(maxsize=20_000)
def _without_province(text: str, *, home: str, bare: bool) -> str:
    """``text`` less "tỉnh" or "tỉnh <home>" at its end, and less "<home>" alone if ``bare``."""
    tail = rf"tỉnh(?:\s+{re.escape(home)})?" if home else "tỉnh"
    if bare and home:
        tail += f"|{re.escape(home)}"
    match = re.fullmatch(rf"(.*?\w)[\s,-]+(?:{tail})", text, re.IGNORECASE)
    return match[1] if match else ""


def _called(unit: tuple) -> str:
    """The unit's name with its kind, which it may have as it is."""
    return unit.name if split_kind(unit.name)[0] else f"{unit.kind} {unit.name}"


def _spellings(unit: tuple) -> list[str]:
    names = [unit.name, *(alias.strip() for alias in unit.aliases.split(";") if alias.strip())]
    if unit.kind.casefold() in _KINDS:  # a place: "xã Tân Thành, huyện …" is Tân Thành, too
        names += [name.partition(", ")[0] for name in names if ", " in name]
        names += [split_kind(name)[1] for name in names]
    spelled = [*names, *(f"{unit.kind} {name}" for name in names)]
    return [name for name in dict.fromkeys(spelled) if re.search(r"[^\W\d_]", name)]


def home(units: pd.DataFrame) -> str:
    """Name of the province whose units these are; empty where none, or not one alone, is said."""
    listed = set(units.loc[units["level"] == "province", "name"])
    return units.attrs.get("province") or (listed.pop() if len(listed) == 1 else "")


def _unknown(name: str, units: pd.DataFrame, level: str | None) -> str:
    kind, rest = split_kind(_OFFICE.sub("", normalise(name), count=1))
    levels = (level,) if level else _KINDS[kind][1] if kind else schema.LEVELS
    near = {
        (unit.name, number): fold(spelling)
        for unit in units[units["level"].isin(levels)].itertuples()
        for number, spelling in enumerate(_spellings(unit))
    }
    found = process.extract(fold(rest), near, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None)
    best = dict.fromkeys(f'"{key[0]}"' for _, score, key in found if score == found[0][1])
    words = [f'"{name}" is not a {levels[0] if len(levels) == 1 else "unit"}']
    if (province := home(units)) and levels != ("province",):
        words.append(f"of {province}")
    if "on" in units.attrs:
        words.append(f"on {units.attrs['on']}")
    remedy = f"did you mean {' or '.join(list(best)[:3])}?" if best else "see units.csv for names"
    return f"{' '.join(words)}; {remedy}"


def _check(units: pd.DataFrame, file: str) -> pd.DataFrame:
    problems = schema.raw_problems(units, table=schema.UNITS, file=file)
    typed = units.copy()
    for name in ("valid_from", "valid_to"):
        days = pd.to_datetime(units[name], format="%Y-%m-%d", errors="coerce")
        typed[name] = days.astype("datetime64[s]")
    problems += _faults(units, typed)
    if problems:
        raise schema.DataError(problem.told(file) for problem in problems)
    return typed


def _faults(units: pd.DataFrame, typed: pd.DataFrame) -> Iterator[Problem]:
    """What is wrong with single cells, beyond what the table declares."""
    first, last = typed["valid_from"], typed["valid_to"]
    no_date = "is not a date; write YYYY-MM-DD, or nothing if open"
    wrong = [
        ("code", ~units["code"].str.fullmatch(_CODE), "is not a code; write letters and digits"),
        ("code", units["code"].duplicated(), "is another unit's code too"),
        ("name", ~units["name"].str.contains(r"[^\W\d_]"), "is no name; write the unit's name"),
        ("valid_from", (units["valid_from"] != "") & first.isna(), no_date),
        ("valid_to", (units["valid_to"] != "") & last.isna(), no_date),
        ("valid_to", last < first, "is before valid_from; exchange or correct them"),
        ("successor", ~units["successor"].str.fullmatch(f"(?:{_CODE})?"),
         "is not a code; write one or none"),
    ]  # fmt: skip
    for column, faulty, what in wrong:
        for row, text in units.loc[faulty, column].items():
            yield Problem(row, column, f'"{text}" {what}')
