"""Periods that offices report by: a year, its half-years, first nine months, quarters, months."""

import calendar
import datetime as dt
import re

from par_lib.language import Refused

_MONTHS = {  # of a year and its parts, the first and the last
    "": (1, 12), "H1": (1, 6), "H2": (7, 12), "9M": (1, 9),
    **{f"Q{number}": (3 * number - 2, 3 * number) for number in range(1, 5)},
    **{f"{month:02d}": (month, month) for month in range(1, 13)},
}  # fmt: skip
PERIOD = re.compile(rf"(?P<year>\d{{4}})(?:-(?P<part>{'|'.join(filter(None, _MONTHS))}))?", re.A)


class Period(str):
    """A year, ``2022``, or a part of it: ``2022-H1``, ``2022-9M``, ``2022-Q3``, ``2022-09``.

    >>> Period("2022-Q1").year, Period("2022-Q1").before, Period("2022-09").a_year_before
    (2022, '2021-Q4', '2021-09')
    """

    def __new__(cls, text: object) -> "Period":
        text = f"{text:04d}" if isinstance(text, int) else f"{text}"
        if not (found := PERIOD.fullmatch(text)):
            raise Refused("period {text!r}: write 2022, 2022-H1, 2022-9M, 2022-Q3 or 2022-09",
                          text=text)  # fmt: skip
        made = super().__new__(cls, text)
        made.year, made.part = int(found["year"]), found["part"] or ""
        return made

    @property
    def of_its_year(self) -> "list[Period]":
        """All parts of its year."""
        return [Period(f"{self.year}-{part}") for part in _MONTHS if part]

    @property
    def months(self) -> int:
        """How many it has."""
        first, last = _MONTHS[self.part]
        return last - first + 1

    @property
    def a_year_before(self) -> "Period":
        """The same part of the year before."""
        return Period(f"{self.year - 1}{self[4:]}")

    @property
    def before(self) -> "Period | None":
        """The one of its kind that ends where it begins; None where there is none, as for 9M."""
        first, _ = _MONTHS[self.part]
        year, end = (self.year, first - 1) if first > 1 else (self.year - 1, 12)
        part = next((part for part, months in _MONTHS.items()
                     if months == (end - self.months + 1, end)), None)  # fmt: skip
        return None if part is None else Period(f"{year}-{part}".rstrip("-"))

    def span(self, first_day: int = 1) -> tuple[dt.date, dt.date]:
        """Its first and last day, where a month is counted from ``first_day`` of the one before.

        >>> [f"{day}" for day in Period("2025-Q1").span(15)]
        ['2024-12-15', '2025-03-14']
        """
        first, last = _MONTHS[self.part]
        if first_day == 1:
            until = calendar.monthrange(self.year, last)[1]
            return dt.date(self.year, first, 1), dt.date(self.year, last, until)
        start = dt.date(self.year - (first == 1), first - 1 or 12, first_day)
        return start, dt.date(self.year, last, first_day) - dt.timedelta(days=1)
