"""Periods and days that a text states, and what each is: a year, a part of one, a day counted to.

A day or month without a year is of the year the report is about.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

_DAY = r"(?P<{0}d>\d{{1,2}})\s?[/.-]\s?(?P<{0}m>\d{{1,2}})"
_OF_YEAR = r"\s?[/.-]\s?(?P<{0}y>(?:19|20)\d{{2}})"
_SPELLED = r"ngày\s(?P<d>\d{1,2})\stháng\s(?P<m>\d{1,2})(?:[,\s]+năm\s(?P<y>\d{4}))?"
_YEAR = r"(?:\s?[/-]\s?|\s(?:của\s)?năm\s|\s)(?P<y>(?:19|20)\d{2})"
_NUMBERS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8,
            "chín": 9, "mười": 10, "mười một": 11}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LAW = re.compile(
    r"\d/[a-zđ][-a-zđ\d]*\s+(?:được ban hành\s+)?(?:ngày\s+)?$"
)  # a decision's own day


@dataclass(frozen=True)
class Period:
    """Both days included. ``kind``: year, part, to (counted to a day), plan (the year of a plan
    of capital), several (years at once: of no single figure).
    """

    start: dt.date
    end: dt.date
    kind: str


@dataclass(frozen=True)
class Stated:
    """A period at ``start:end`` of its line."""

    start: int
    end: int
    period: Period


def whole(year: int, kind: str = "year") -> Period:
    """The year as a period."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31), kind)


def find(flat: str, year: int) -> list[Stated]:
    """The periods of a flattened line, in order; no day that the calendar does not have.

    >>> [str(s.period.end) for s in find("đến 30/4/2023; 6 tháng đầu năm 2022; quý iii", 2022)]
    ['2023-04-30', '2022-06-30', '2022-09-30']
    """
    found: list[Stated] = []
    for pattern, make in _FORMS:
        for match in pattern.finditer(flat):
            start, end = match.span()
            taken = any(start < other.end and other.start < end for other in found)
            if taken or _LAW.search(flat, max(0, start - 40), start):
                continue
            try:
                said = match.groupdict().get("y")
                found.append(Stated(start, end, make(match, int(said) if said else year)))
            except ValueError:  # 31/4: no such day, so no date
                continue
    return sorted(found, key=lambda stated: stated.start)


def _between(match: re.Match[str], year: int) -> Period:
    last = int(match["by"] or year)
    start = dt.date(int(match["ay"] or last), int(match["am"]), int(match["ad"]))
    return _ordered(start, dt.date(last, int(match["bm"]), int(match["bd"])), "part")


def _to_day(match: re.Match[str], year: int) -> Period:
    end = dt.date(year, int(match["m"]), int(match["d"]))
    return Period(dt.date(end.year, 1, 1), end, "to")


def _to_month(match: re.Match[str], year: int) -> Period:
    return _months(1, int(match["m"]), year, "to")


def _month(match: re.Match[str], year: int) -> Period:
    month = int(match["m"])
    return _months(month, month, year)


def _quarter(match: re.Match[str], year: int) -> Period:
    quarter = _QUARTERS.get(match["q"]) or int(match["q"])
    return _months(3 * quarter - 2, 3 * quarter, year)


def _some_months(match: re.Match[str], year: int) -> Period:
    count = _NUMBERS.get(match["n"]) or int(match["n"])
    return _months(13 - count, 12, year) if match["last"] else _months(1, count, year)


def _several(match: re.Match[str], year: int) -> Period:
    years = [int(text) for text in re.findall(r"(?:19|20)\d{2}", match[0])]
    return _ordered(dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31), "several")


def _year(match: re.Match[str], year: int) -> Period:
    return whole(year)


def _plan(match: re.Match[str], year: int) -> Period:
    return whole(year, "plan")


def _months(first: int, last: int, year: int, kind: str = "part") -> Period:
    if not 1 <= first <= last <= 12:
        raise ValueError(f"months {first} to {last}")
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(dt.date(year, first, 1), end, kind)


def _ordered(start: dt.date, end: dt.date, kind: str) -> Period:
    if end < start:
        raise ValueError(f"{start} is after {end}")
    return Period(start, end, kind)


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
        (rf"đến\s(?:hết\s|cuối\s)?tháng\s(?P<m>\d{{1,2}})(?:{_YEAR})?", _to_month),
        (rf"tháng\s(?P<m>\d{{1,2}})(?:{_YEAR})?", _month),
        (r"(?:kế hoạch|vốn)(?:\s(?:vốn|đầu tư|công))*\snăm\s(?P<y>(?:19|20)\d{2})", _plan),
        (r"(?:năm\s)?(?P<y>(?:19|20)\d{2})", _year),
    )
)  # fmt: skip
