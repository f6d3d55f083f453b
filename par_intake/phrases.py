"""What reports write, found in text of one spelling: words of phrases.toml, numbers, periods.

Every number of a line is a figure of some unit, a date, or no figure at all. A day or month
without a year is of the year the report is about.
"""

import calendar
import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

# oà and òa are both written; patterns and text are brought to the second, letter for letter.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_OLD = {
    unicodedata.normalize("NFC", f"{first}{second}{tone}"): unicodedata.normalize(
        "NFC", f"{first}{tone}{second}"
    )
    for (first, second), tone in product(("oa", "oe", "uy"), _TONES)
}
_OLD_STYLE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD)})(?!\w)")


@lru_cache(maxsize=50_000)  # cells repeat from row to row
def flatten(text: str) -> str:
    """Lower-case text with tones placed one way; every character keeps its position.

    >>> flatten("Uỷ ban Hoà Bình")
    'ủy ban hòa bình'
    """
    lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return _OLD_STYLE.sub(lambda match: _OLD[match[0]], lower)


def compile_words(pattern: str) -> re.Pattern[str]:
    """A pattern of phrases.toml as a regular expression that starts and ends at word ends.

    >>> bool(compile_words("kế hoạch vốn").search(flatten("Giải ngân kế hoạch vốn")))
    True
    """
    spaced = flatten(pattern).replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)")


@cache
def table() -> dict:
    """phrases.toml as it stands."""
    return tomllib.loads(files(__package__).joinpath("phrases.toml").read_text(encoding="utf-8"))


@cache
def patterns(section: str) -> dict[str, re.Pattern[str]]:
    """The words of a section by name, in the file's order, to be searched for."""
    return {name: compile_words(words) for name, words in table()[section].items()}


@cache
def skips() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(class, pattern) of numbers that are no figures: group ``n``, or else every one in it."""
    return tuple(
        (name, re.compile(pattern))
        for name, patterns in table()["skip"].items()
        for pattern in patterns
    )


_NUMBER = r"\d+(?:[.,]\d+)*"
_PLAIN = re.compile(_NUMBER)
_SPACE = re.compile(r"\s*")
_YIELD = ("footnote", "list_mark")  # "12 Sở, ban, ngành" counts, wherever it stands
_PERCENT = re.compile(r"\s?(?:%|phần trăm(?!\w))")
_MONEY = re.compile(r"\s?(?:(?:nghìn|ngàn)\s)?(?:tỷ|tỉ|triệu)(?!\w)(?:\sđồng)?|\s?đồng(?!\w)")
_MONEY_UNIT = re.compile(r"\s?(?P<unit>(?:nghìn |ngàn )?(?:tỷ|tỉ|triệu)|đồng)(?!\w)")
_RATIO = re.compile(rf"(?P<first>{_NUMBER})\s?/\s?(?P<last>{_NUMBER})(?![/\d])")
_RANK = re.compile(
    r"(?:vị thứ|thứ hạng|xếp hạng|xếp thứ|xếp vị trí|xếp|đứng|hạng|thứ|vị trí)[\s:]*(?:thứ\s)?$"
)
_ANY_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True)
class Placed:
    """Whatever stands at ``start:end`` of a line."""

    start: int
    end: int

    def overlaps(self, *others: "Placed") -> bool:
        """Whether it shares a character with one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


# Words of a threshold, each with its sign.
BOUNDS = {"dưới": "<", "chưa đạt": "<", "<": "<", "trên": ">", "vượt": ">", ">": ">", "≥": "≥",
          "tối thiểu": "≥", "ít nhất": "≥", "không quá": "≤", "≤": "≤",
          "từ": None, "đến": None}  # fmt: skip
BOUND_BEFORE = re.compile(rf"(?P<word>{'|'.join(BOUNDS)})\s*$")
BOUND_BEHIND = re.compile(r"[\s%]*(?P<word>trở lên|trở xuống|[-–]\s?\d|đến\s(?:dưới\s)?\d)")
OFFICE_COUNTS = ("count:district", "count:department", "count:commune")  # kinds of a Numeral


@dataclass(frozen=True)
class Numeral(Placed):
    """A number, noun and unit word left out.

    ``kind``: pct, points, rank, bn_vnd, ratio (a/b without a noun), count:<noun>, plain (no unit
    that is known), or the class of a number that is no figure (see [skip]).
    """

    text: str
    kind: str

    @property
    def is_figure(self) -> bool:
        """Whether the number measures something, known or not."""
        return self.kind not in table()["skip"]


def find_numerals(text: str) -> list[Numeral]:
    """Every number of a line, each digit in exactly one, in order.

    >>> said = find_numerals("năm 2022: 41.657 hồ sơ, đạt 72,57 %, xếp thứ 61/63")
    >>> [(n.text, n.kind) for n in said]
    [('2022', 'date'), ('41.657', 'count:dossier'), ('72,57', 'pct'), ('61/63', 'rank')]
    """
    flat = flatten(text)
    found: list[Numeral] = []
    free = bytearray(b"\1" * len(flat))

    def take(start: int, end: int, kind: str) -> None:
        if all(free[start:end]):
            free[start:end] = bytes(end - start)
            found.append(Numeral(start, end, text[start:end], kind))

    for name, pattern in skips():
        for match in pattern.finditer(flat):
            if "n" not in pattern.groupindex:
                for number in _PLAIN.finditer(flat, *match.span()):
                    take(*number.span(), name)
            elif name not in _YIELD or not _noun_behind(flat, match.end("n")):
                take(*match.span("n"), name)
    for pattern in (_RATIO, _PLAIN):
        for match in pattern.finditer(flat):
            take(*match.span(), _kind(flat, *match.span()))
    left = "".join(char if is_free else " " for char, is_free in zip(flat, free, strict=True))
    for match in re.finditer(r"\d+", left):  # beside a number that was no figure: "đ0.5"
        take(*match.span(), "plain")
    return sorted(found, key=lambda numeral: numeral.start)


def money_unit(flat: str, end: int) -> str:
    """The unit of money behind a number, as raw tables write it."""
    unit = _MONEY_UNIT.match(flat, end)["unit"].replace("tỉ", "tỷ")
    return unit if unit in ("tỷ", "đồng") else f"{unit} đồng"


def _noun_behind(flat: str, end: int) -> str | None:
    start = _SPACE.match(flat, end).end()
    return next((name for name, word in patterns("nouns").items() if word.match(flat, start)), None)


def _kind(flat: str, start: int, end: int) -> str:
    if _PERCENT.match(flat, end):
        return "pct"
    if _MONEY.match(flat, end):
        return "bn_vnd"
    noun = _noun_behind(flat, end)
    if noun == "points":
        return "points"
    if _RANK.search(flat, max(0, start - 30), start):
        return "rank"
    if noun:
        return f"count:{noun}"
    if _ANY_YEAR.fullmatch(flat, start, end):
        return "date"
    return "ratio" if "/" in flat[start:end] else "plain"


_DAY = r"(?P<{0}d>\d{{1,2}})\s?[/.-]\s?(?P<{0}m>\d{{1,2}})"
_OF_YEAR = r"\s?[/.-]\s?(?P<{0}y>(?:19|20)\d{{2}})"
_SPELLED = r"ngày\s(?P<d>\d{1,2})\stháng\s(?P<m>\d{1,2})(?:[,\s]+năm\s(?P<y>\d{4}))?"
_YEAR = r"(?:\s?[/-]\s?|\s(?:của\s)?năm\s|\s)(?P<y>(?:19|20)\d{2})"
_NUMBERS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8,
            "chín": 9, "mười": 10, "mười một": 11}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
# What a decision's own day stands behind.
_LAW = re.compile(r"\d/[a-zđ][-a-zđ\d]*\s+(?:được ban hành\s+)?(?:ngày\s+)?$")


@dataclass(frozen=True)
class Period:
    """Both days included. ``kind``: year, part, to (counted to a day), plan (the year of a plan
    of capital), several (years at once: of no single figure).
    """

    start: dt.date
    end: dt.date
    kind: str

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.start} is after {self.end}")


@dataclass(frozen=True)
class Stated(Placed):
    """A period that a line states."""

    period: Period


def whole(year: int, kind: str = "year") -> Period:
    """The year as a period."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31), kind)


def find_periods(flat: str, year: int) -> list[Stated]:
    """The periods of a flattened line, in order; no day that the calendar does not have.

    >>> said = find_periods("đến 30/4/2023; 6 tháng đầu năm 2022; quý iii", 2022)
    >>> [str(one.period.end) for one in said]
    ['2023-04-30', '2022-06-30', '2022-09-30']
    """
    found: list[Stated] = []
    for pattern, make in _FORMS:
        for match in pattern.finditer(flat):
            start, end = match.span()
            if _LAW.search(flat, max(0, start - 40), start) or Placed(start, end).overlaps(*found):
                continue
            said = match.groupdict().get("y") or year
            with suppress(ValueError):  # 31/4: no such day, so no date
                found.append(Stated(start, end, make(match, int(said))))
    return sorted(found, key=lambda stated: stated.start)


def _between(match: re.Match[str], year: int) -> Period:
    last = int(match["by"] or year)
    start = dt.date(int(match["ay"] or last), int(match["am"]), int(match["ad"]))
    return Period(start, dt.date(last, int(match["bm"]), int(match["bd"])), "part")


def _to_day(match: re.Match[str], year: int) -> Period:
    return Period(dt.date(year, 1, 1), dt.date(year, int(match["m"]), int(match["d"])), "to")


def _quarter(match: re.Match[str], year: int) -> Period:
    quarter = _QUARTERS.get(match["q"]) or int(match["q"])
    return _months(3 * quarter - 2, 3 * quarter, year)


def _some_months(match: re.Match[str], year: int) -> Period:
    count = _NUMBERS.get(match["n"]) or int(match["n"])
    return _months(13 - count, 12, year) if match["last"] else _months(1, count, year)


def _several(match: re.Match[str], year: int) -> Period:
    years = [int(text) for text in re.findall(r"(?:19|20)\d{2}", match[0])]
    return Period(dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31), "several")


def _months(first: int, last: int, year: int, kind: str = "part") -> Period:
    """ValueError for months the calendar does not have, as for days."""
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(dt.date(year, first, 1), end, kind)


def _day(prefix: str) -> str:
    return f"{_DAY}(?:{_OF_YEAR})?".format(prefix)


_Maker = Callable[[re.Match[str], int], Period]
_FORMS: tuple[tuple[re.Pattern[str], _Maker], ...] = tuple(
    (re.compile(rf"(?<![\w/.,-])(?:{pattern})(?!\w|/\d)"), make)
    for pattern, make in (
        (rf"từ\s(?:ngày\s)?{_day('a')}\s?(?:đến|[-–])\s?(?:hết\s)?(?:ngày\s)?{_day('b')}",
         _between),
        (_SPELLED, _to_day),
        (_DAY.format("") + _OF_YEAR.format(""), _to_day),
        (rf"ngày\s{_day('')}", _to_day),
        (r"(?:giai đoạn|các năm|năm)\s(?:19|20)\d{2}(?:(?:,\s?|\svà\s|\s?[-–]\s?|\sđến\s)"
         r"(?:năm\s)?(?:19|20)\d{2})+", _several),
        (r"(?:19|20)\d{2}\s?[-–]\s?(?:19|20)\d{2}", _several),
        (rf"(?P<n>\d{{1,2}}|{'|'.join(_NUMBERS)})\stháng(?:\sđầu|\s(?P<last>cuối))?"
         rf"(?:{_YEAR}|\snăm)", _some_months),
        (rf"quý\s(?P<q>iv|i{{1,3}}|[1-4])(?:{_YEAR})?", _quarter),
        (rf"đến\s(?:hết\s|cuối\s)?tháng\s(?P<m>\d{{1,2}})(?:{_YEAR})?",
         lambda match, year: _months(1, int(match["m"]), year, "to")),
        (rf"tháng\s(?P<m>\d{{1,2}})(?:{_YEAR})?",
         lambda match, year: _months(int(match["m"]), int(match["m"]), year)),
        (r"(?:kế hoạch|vốn)(?:\s(?:vốn|đầu tư|công))*\snăm\s(?P<y>(?:19|20)\d{2})",
         lambda _, year: whole(year, "plan")),
        (r"(?:năm\s)?(?P<y>(?:19|20)\d{2})", lambda _, year: whole(year)),
    )
)  # fmt: skip
