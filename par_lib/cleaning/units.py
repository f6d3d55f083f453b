"""Provinces, districts, communes and departments valid on a date; names resolved to their codes.

The folder national holds every unit of the country since 2021: units.zip, made by
data/units/build.py, whose README.md tells its sources and limits, and departments.csv, the usual
departments, kept by hand. A province's own units.csv changes and adds. Codes are used again, so a
unit is a code and the days it holds.
"""

import csv
import datetime as dt
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from par_lib.cleaning import schema
from par_lib.language import N_, Refused, say
from par_lib.language.prose import require
from par_lib.language.vietnamese import compare_key, fold, normalise
from par_lib.storage import csv_files, paths

ASSUMED = "assumed"  # the source of departments: which of them a province has is for it to say
DISTRICTS_ENDED = pd.Timestamp(2025, 6, 30)  # their last day
NEAR = 75  # rapidfuzz ratio, 0–100, from which a name is near enough to suggest
Day = dt.date | pd.Timestamp | str
_NATIONAL = Path(__file__).parent / "national"
TRANSLATED = ("nation", "department")  # levels; a place keeps its name in every language
_NATION = {"code": "VN", "name": "Cả nước", "name_en": "Viet Nam", "level": "nation",
           "kind": "quốc gia", "aliases": "Việt Nam;toàn quốc", "source": "national"}  # fmt: skip
_COLUMNS = [*(column.name for column in schema.UNITS.columns), "row", "column"]
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
# Whose units a name may be, in this order, by the level of the offices counted. Of a district's
# name beside "commune" all its communes are meant.
_LEVELS = {level: tuple(dict.fromkeys((level, *schema.LEVELS))) for level in schema.LEVELS}
_LEVELS |= {"commune": ("district", *_LEVELS["commune"]), "district": _LEVELS["district"][:-1]}


class UnknownUnit(Refused):
    """A name or code that stands for no unit, or for several: says where and what to write."""


@cache
def _rows(name: str) -> list[dict[str, str]]:
    """A table of the national list, a dict a row; the same each time."""
    folder = _NATIONAL if name == "departments" else zipfile.Path(_NATIONAL / "units.zip")
    return list(csv.DictReader((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


@cache
def national(name: str) -> pd.DataFrame:
    """A table of the national list as text, with dates; the same object each time: copy it.

    "da-nang", one of today's provinces: the places of all times on its land, as ``load_units`` has
    them, with their province's folder name; "da-nang-lineage": which smallest place (old) lies in
    which (new) from ``day``, in several rows where it was split. One not listed for a day goes on
    under its code, if that is still a unit's.
    """
    return schema.parse_dates(pd.DataFrame(_rows(name), dtype="str"), table=schema.UNITS)


@cache
def provinces() -> pd.DataFrame:
    """A row a province and kind, as units; its folder name ``province``, and its land's, ``today``.

    A code does not tell a province: 24 was Bắc Giang, and is Bắc Ninh since July 2025.
    """
    return national("provinces").assign(level="province", aliases="", successor="")


def load_units(province: str) -> pd.DataFrame:
    """A province's units of all times: the national list's, and what its units.csv adds or changes.

    A row a unit and time, by code and valid_from: the columns of schema.UNITS as text, valid_from
    and valid_to as dates (NaT: open); ``parent`` is the code of the unit around it, ``row`` and
    ``column`` its tile. The list's departments have the source "assumed". A row of units.csv
    changes, by its filled cells, the unit of its code; an invented province has its own file only.

    Raises ValueError with a line for each faulty cell, FileNotFoundError for a province that
    neither the list nor a file knows.
    """
    path = paths.raw(province) / "units.csv"
    file = path.relative_to(paths.root()).as_posix()
    rows = list(_listed(province))
    if path.is_file():
        own = _checked(csv_files.read_csv(path, file=file).map(normalise), file).to_dict("records")
        # A spreadsheet takes the zeros in front of a code away.
        whole = {(row["level"], row["code"].lstrip("0")): row["code"] for row in rows}
        own = [row | {"code": whole.get((row["level"], row["code"]), row["code"])} for row in own]
        filled = {row["code"]: {name: cell for name, cell in row.items() if cell} for row in own}
        listed = {row["code"] for row in rows}
        around = pd.Series([row["parent"] for row in own], name="parent", dtype="str")
        unknown = around[~around.isin(["", *listed, *filled])]
        schema.refuse(schema.of_cells(unknown, say("is no unit's code; write one or none")), file)
        rows = [row | filled.get(row["code"], {}) for row in rows]
        rows += [row for row in own if row["code"] not in listed]
    elif not rows:
        near = process.extract(province, {row["province"] for row in _rows("provinces")}, limit=3)
        hint = [name for name, score, _ in near if score >= NEAR] or say("none")
        raise FileNotFoundError(say("{file}: there is no such file, and no province of Viet Nam "
                                    "has this folder's name; near it: {hint}",
                                    file=file, hint=hint))  # fmt: skip
    units = pd.DataFrame(rows, columns=_COLUMNS, dtype="str").fillna("")
    units = schema.parse_dates(units, table=schema.UNITS)
    units["name_en"] = units["name_en"].where(units["name_en"] != "", units["name"])
    homes = units.loc[units["level"] == "province", "name"]
    same = homes[homes.map(fold).str.replace(" ", "-") == province]
    units.attrs = {"province": next(iter([*same, *homes]), ""), "folder": province}
    return units


def _listed(province: str) -> Iterator[dict[str, str]]:
    """Nation, places and departments of a province in the national list; none of another one."""
    periods = [row for row in _rows("provinces") if row["province"] == province]
    if periods:
        yield _NATION
        places = _rows(periods[0]["today"])
        yield from (row | {"source": "national"} for row in places if row["province"] == province)
    for home in periods:  # the usual departments, while it is a province and of this kind
        for row in _rows("departments"):
            name, name_en, heir = row["name"], row["name_en"], row["successor"]
            if home["kind"] == "thành phố":
                name = re.sub("tỉnh$", "thành phố", name)
                name_en = name_en.replace("Provincial", "City")
            first = max(row["valid_from"], home["valid_from"])
            last = min(filter(None, (row["valid_to"], home["valid_to"])), default="")
            if not last or first <= last:
                yield row | {
                    "code": f"{home['code']}-{row['code']}", "name": name, "name_en": name_en,
                    "level": "department", "parent": home["code"], "valid_from": first,
                    "valid_to": last, "successor": heir and f"{home['code']}-{heir}",
                    "source": ASSUMED,
                }  # fmt: skip


def _checked(raw: pd.DataFrame, file: str) -> pd.DataFrame:
    """A province's own units, once no cell of the file is faulty."""
    raw = csv_files.with_plain_dates(raw, schema.UNITS.dates)
    problems = schema.raw_problems(raw, table=schema.UNITS, file=file)
    ended = schema.days(raw["valid_to"]) < schema.days(raw["valid_from"])
    twice = raw.loc[raw["code"].duplicated(), "code"]
    problems += schema.of_cells(twice, say("is another unit's code too"))
    early = say("is before valid_from; exchange or correct them")
    schema.refuse(problems + schema.of_cells(raw.loc[ended, "valid_to"], early), file)
    return raw.reindex(columns=[column.name for column in schema.UNITS.columns], fill_value="")


def units_in(units: pd.DataFrame, year: int) -> pd.DataFrame:
    """The units valid on some day of a year."""
    begun = ~(units["valid_from"] > pd.Timestamp(year, 12, 31))
    return units[begun & ~(units["valid_to"] < pd.Timestamp(year, 1, 1))].reset_index(drop=True)


def told_by_name(units: pd.DataFrame, year: int) -> pd.DataFrame:
    """Units of a year that reports list by name: communes only since there are no districts."""
    own = units_in(units, year)
    old = (own["level"] == "commune") & (own["valid_to"] <= DISTRICTS_ENDED)
    return own[~old].reset_index(drop=True)


def units_on(units: pd.DataFrame, date: Day, *, level: str | None = None) -> pd.DataFrame:
    """The units valid on ``date``, of one level or of all."""
    day = pd.Timestamp(date)
    valid = ~(units["valid_from"] > day) & ~(units["valid_to"] < day)
    if level is not None:
        require("level", level, schema.LEVELS)
        valid &= units["level"] == level
    standing = units[valid].reset_index(drop=True)
    standing.attrs = units.attrs | {"on": f"{day:%Y-%m-%d}"}  # for the words of an error
    return standing


def lowest_level(units: pd.DataFrame, date: Day) -> str:
    """The lowest level that reports by unit on ``date``: districts while there are any."""
    return "commune" if units_on(units, date, level="district").empty else "district"


def home(units: pd.DataFrame) -> str:
    """Name of the province whose units these are; empty where none, or not one alone, is said."""
    listed = set(units.loc[units["level"] == "province", "name"])
    return units.attrs.get("province") or (listed.pop() if len(listed) == 1 else "")


def home_kind(units: pd.DataFrame) -> str:
    """What the province is called at the end of the time these units are of: tỉnh, thành phố."""
    own = units[units["level"] == "province"].sort_values("valid_from", na_position="first")
    return next(iter(own["kind"].iloc[::-1]), "")


def as_total(units: pd.DataFrame, year: int) -> str:
    """What a row of a year names all units of a level by: the province, with its kind if shared."""
    own = units_in(units, year)
    name, kind = home(units), home_kind(own)
    shares = own["name"].str.casefold() == own["kind"] + " " + name.casefold()
    return f"{kind} {name}" if shares.any() and kind else name


def lookup(units: pd.DataFrame) -> dict[tuple[str, str], frozenset[str]]:
    """Codes by (level, compare_key of a spelling): name, aliases, each with its kind too.

    "tỉnh" at the end of a name may be left out where no other unit is called so.
    """
    full, shorter = defaultdict(set), defaultdict(set)
    province = home(units)
    for unit in units[["level", "kind", "name", "aliases", "code"]].itertuples():
        for spelling in _spellings(unit):
            full[unit.level, compare_key(spelling)].add(unit.code)
            if short := _without_province(spelling, home=province, bare=False):
                shorter[unit.level, compare_key(short)].add(unit.code)
    return {key: frozenset(codes) for key, codes in (shorter | full).items() if key[1]}


def resolver(units: pd.DataFrame) -> Callable[..., str]:
    """``resolve`` for many names of the same units, whose spellings are laid out once."""
    index, province = lookup(units), home(units)
    spelled = cache(lambda levels: _folded(units, levels))  # many names may be unknown

    def found(name: str, *, level: str | None = None, counted: str | None = None,
              where: str = "") -> str:  # fmt: skip
        place = f"{where}: " if where else ""
        for spelling, levels in readings(normalise(name), province):
            for one in (level,) if level else _LEVELS.get(counted, schema.LEVELS):
                codes = index.get((one, compare_key(spelling)), ()) if one in levels else ()
                if len(codes) == 1:
                    return next(iter(codes))
                if codes:
                    shared = units[units["code"].isin(codes) & (units["level"] == one)]
                    raise UnknownUnit(place + _ambiguous(name, shared))
        inner, _, outer = name.rpartition(",")
        if inner and "parent" in units:
            with suppress(UnknownUnit):
                inside = units[units["parent"] == found(outer)]
                return resolve(inner, inside, level=level, counted=counted)
        raise UnknownUnit(place + _unknown(name, units, level, spelled))

    return found


def code_meant(text: str, units: pd.DataFrame) -> str:
    """Code of the unit that a person names, by code or name; UnknownUnit of a name of several."""
    named = units[units["name"].map(compare_key) == compare_key(text)]
    if text in {*units["code"]}:
        return text
    if len({*named["code"]}) > 1:
        raise UnknownUnit(_ambiguous(text, named))
    return resolver(units)(text)


def resolve(name: str, units: pd.DataFrame, **asked: str | None) -> str:
    """Code of the unit a source calls ``name``, among ``units`` already restricted to a date.

    The word for the kind, "UBND …" and the province behind the name may be written or not; behind
    a comma may stand the unit around it ("xã Tân Thành, huyện …"). A bare name of several levels is
    the unit of ``counted``, the level of its row, else of the highest; ``level`` allows no other.
    UnknownUnit, opening with ``where``, if no unit or several of one level bear the name.
    """
    return resolver(units)(name, **asked)


def readings(text: str, home: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Spellings to look up, as written first, with the levels each can stand for."""
    for whole in filter(None, (text, _without_province(text, home=home, bare=True))):
        yield whole, schema.LEVELS
        kind, rest = split_kind(_OFFICE.sub("", whole, count=1))
        if kind:
            yield f"{kind} {rest}", _KINDS[kind][1]
        yield rest, _KINDS[kind][1] if kind else schema.LEVELS


@lru_cache(maxsize=20_000)  # the same names are asked for on each date
def split_kind(text: str) -> tuple[str, str]:
    """The word for a kind of place that a name begins with, written out, and the rest."""
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


def _ambiguous(name: str, units: pd.DataFrame) -> str:
    """That these units bear one name, and how each may be written."""
    each = [f'"{_called(one)}" ({one.level} {one.code})' for one in units.itertuples()]
    return say('"{name}" is ambiguous: write {choices}', name=name,
               choices=say(" or ").join(each))  # fmt: skip


def latest_names(units: pd.DataFrame) -> pd.Series:
    """The last name of each unit, by its code."""
    return units.drop_duplicates("code", keep="last").set_index("code")["name"]


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


def _folded(units: pd.DataFrame, levels: tuple[str, ...]) -> dict[tuple[str, int], str]:
    """Every spelling of the names of these levels, to be compared; each with its own number."""
    of_levels = units[units["level"].isin(levels)].itertuples()
    return {(unit.name, number): fold(spelling) for unit in of_levels
            for number, spelling in enumerate(_spellings(unit))}  # fmt: skip


def _unknown(name: str, units: pd.DataFrame, level: str | None,
             spelled: Callable[..., dict]) -> str:  # fmt: skip
    """That no unit bears the name, of which level, province and day; the nearest ones."""
    kind, rest = split_kind(_OFFICE.sub("", normalise(name), count=1))
    levels = (level,) if level else _KINDS[kind][1] if kind else schema.LEVELS
    found = process.extract(fold(rest), spelled(levels), scorer=fuzz.ratio, score_cutoff=NEAR,
                            limit=None)  # fmt: skip
    best = dict.fromkeys(f'"{key[0]}"' for _, score, key in found if score == found[0][1])
    kind = say(levels[0] if len(levels) == 1 else N_("unit"))
    words = [say('"{name}" is not a {kind}', name=name, kind=kind)]
    if (province := home(units)) and levels != ("province",):
        words.append(say("of {province}", province=province))
    if "on" in units.attrs:
        words.append(say("on {day}", day=units.attrs["on"]))
    near = say(" or ").join(list(best)[:3])
    remedy = say("did you mean {near}?", near=near) if best else say("see units.csv for names")
    return f"{' '.join(words)}; {remedy}"
