"""Words and figures in the reader's language: gettext catalogs, names of columns, Babel formats.

What codes, columns, tables and single figures are called is data, a row each in ``labels.csv``.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, localcontext
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from par_lib.language import LANGUAGES, N_, Period, catalog, say
from par_lib.language.prose import require

NAMES = {"vi": "Tiếng Việt", "en": "English"}  # each language calls itself so
MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
UNKNOWN = "–"
_ABOVE_ZERO = {*"123456789"}
_PERIODS = {  # a year and its parts; months are Babel's
    "": N_("{year}"), "H1": N_("the first half of {year}"), "H2": N_("the second half of {year}"),
    "9M": N_("the first nine months of {year}"), "Q1": N_("the first quarter of {year}"),
    "Q2": N_("the second quarter of {year}"), "Q3": N_("the third quarter of {year}"),
    "Q4": N_("the fourth quarter of {year}"),
}  # fmt: skip
# Said in both languages wherever invented figures are shown.
SYNTHETIC_WORDS = "SỐ LIỆU GIẢ LẬP, không có thật · SYNTHETIC DATA, nothing here is real"

_FILE = Path(__file__).with_name("labels.csv")
_NAMED = pd.read_csv(_FILE, dtype=str, keep_default_na=False).set_index("code")


def named(kind: str, column: str = "en") -> dict[str, str]:
    """Code → English words, which a Language translates, or another ``column`` of labels.csv.

    A level may be called as a column is.
    """
    return _NAMED.loc[_NAMED["kind"] == kind, column].to_dict()


LABELS, TABLE_LABELS, COLUMNS = map(named, ("code", "table", "column"))
# What single figures are called, by measure: topic, the table they go with, and vi, en.
MEASURES = _NAMED[_NAMED["kind"] == "measure"]
# By the end of a name: decimals of what is computed, most that a source writes (-1: none does).
_DIGITS = {"pct": (1, 2), "points": (2, 4), "bn_vnd": (1, 3), "gini": (3, -1), "score": (1, -1),
           "ratio": (2, -1)}  # fmt: skip


def lower_is_better(column: str) -> bool:
    """Whether less of it is better, as its name tells: it is late, lost, open, or days.

    >>> [name for name in ("late_pct", "points_lost", "on_time_pct") if lower_is_better(name)]
    ['late_pct', 'points_lost']
    """
    # A share of a total is, in this project, one of late dossiers, a ratio late over usual.
    bad = {"late", "lost", "open", "days", "ratio"}
    return column == "share_pct" or bool(bad & {*column.split("_")})


@lru_cache(maxsize=10_000)  # a value stands in a chart, in its words, in a table, in its data
def _written(value: float, pattern: str, code: str) -> str:
    with localcontext(rounding=ROUND_HALF_UP):  # as 70.65 is taken to 70.7 by hand
        return format_decimal(value, format=pattern, locale=code)


@dataclass(frozen=True)
class Language:
    """A reader's language: ``t("{late} late dossiers", late=41657)``.

    Whole numbers and dates among the values are written as the language writes them;
    a float is refused, because only the caller knows its digits: use ``t.number``.
    """

    code: str
    messages: dict[str, str | tuple[str, ...]] = field(repr=False)

    def __call__(self, text: str, /, **values: object) -> str:
        """Translate ``text`` and fill in its named values."""
        message = self.messages.get(text, text)
        return self._fill(message if isinstance(message, str) else message[0], values)

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Translate a sentence that depends on ``count``, available as ``{count}``."""
        forms = self.messages.get(one, (one, many))  # Vietnamese has one form
        form = forms if isinstance(forms, str) else forms[0 if count == 1 else -1]
        return self._fill(form, {"count": count, **values})

    def number(self, value: float | None, digits: int = 0, unit: str = "") -> str:
        """Write a number; what is not known as a dash.

        >>> language("vi").number(11193), language("en").number(1.1922, digits=4)
        ('11.193', '1.1922')
        >>> language("vi").number(-70.65, digits=1), language("vi").number(-0.002, digits=2)
        ('−70,7', '0,00')
        """
        if pd.isna(value):
            return UNKNOWN
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        exact = value if isinstance(value, int) else round(float(value), 9)
        text = _written(exact, pattern, self.code)
        sign = MINUS if text[0] == "-" and _ABOVE_ZERO & {*text} else ""  # -0.002 is no −0,00
        return sign + text.lstrip("-") + unit

    def signed(self, value: float, digits: int = 0) -> str:
        """Write a change: +3, −0,5, and without a sign what is written as 0."""
        text = self.number(value, digits)
        return "+" + text if value > 0 and _ABOVE_ZERO & {*text} else text

    def percent(self, value: float | None, digits: int = 2) -> str:
        """Write a percentage, 72.57 meaning 72.57 %."""
        return self.number(value, digits, "%")

    def date(self, value: dt.date, *, in_text: bool = False) -> str:
        """Write a date; ``in_text`` as a sentence does: in Vietnamese 5/3 as 05/3, 2/5 as 02/5.

        >>> language("vi").date(dt.date(2022, 8, 31)), language("en").date(dt.date(2022, 8, 31))
        ('31/08/2022', '31 August 2022')
        """
        pattern = "dd/MM/yyyy" if self.code == "vi" else "d MMMM yyyy"
        if self.code == "vi" and in_text and value.month > 2:
            pattern = "dd/M/yyyy"
        return format_date(value, format=pattern, locale=self.code)

    def period(self, period: Period, *, alone: bool = False) -> str:
        """Write a year or a part of it, as a sentence goes on; ``alone`` as a heading has it.

        >>> language("vi").period(Period("2022")), language("vi").period(Period("2022-Q3"))
        ('năm 2022', 'quý III năm 2022')
        >>> language("vi").period(Period("2022-09")), language("en").period(Period("2022-H1"))
        ('tháng 9 năm 2022', 'the first half of 2022')
        >>> [language("vi").period(Period(one), alone=True) for one in ("2022", "2022-9M")]
        ['2022', '9 tháng đầu năm 2022']
        """
        if alone and not period.part:
            return period
        if period.part.isdigit():
            words = format_skeleton("yMMMM", period.span()[0], locale=self.code)
        else:
            words = self(_PERIODS[period.part], year=str(period.year))
        return words[0].upper() + words[1:] if alone else words

    def interval(self, low: float | None, high: float | None, digits: int = 0, *,
                 percent: bool = False, in_text: bool = False) -> str:  # fmt: skip
        """Write an interval: its two ends, or one number where they are written alike.

        ``in_text`` as a sentence does: "từ 70% đến 100%", "từ 70% trở lên".

        >>> language("vi").interval(0, 3551), language("en").interval(50, 70, 1, percent=True)
        ('0–3.551', '50–70%')
        >>> language("en").interval(0, math.nextafter(20, 0), 1)
        '0–20'
        """
        if pd.isna(low):
            return UNKNOWN
        write = self.percent if percent else self.number
        if pd.isna(high) or math.isinf(high):
            least = write(low, digits)
            return self("{low} or more", low=least) if in_text else f"≥{NBSP}{least}"
        low, high = round(float(low), 9), round(float(high), 9)  # "<20" ends a hair below 20
        ends = {"low": write(low, digits), "high": write(high, digits)}
        if ends["low"] == ends["high"]:
            return ends["low"]
        if in_text:  # a dash beside a minus sign would mislead
            return self(N_("from {low} to {high}") if low < 0 else N_("{low}–{high}"), **ends)
        if low.is_integer() and high.is_integer():
            digits = 0
        if low < 0:
            return self("{low} to {high}", low=self.number(low, digits), high=write(high, digits))
        return f"{self.number(low, digits if low else 0)}–{write(high, digits)}"

    def listing(self, names: list[str]) -> str:
        """Write names as a list: "A, B và C"."""
        return format_list(names, locale="en_GB" if self.code == "en" else self.code)

    def _fill(self, message: str, values: dict[str, object]) -> str:
        return message.format(**{name: self._write(name, value) for name, value in values.items()})

    def _write(self, name: str, value: object) -> object:
        if isinstance(value, bool | str):
            return value
        if isinstance(value, dt.date):
            return self.date(value)
        if hasattr(value, "__index__"):
            return self.number(int(value))
        raise TypeError(say("value {name}={value!r}: say how many digits, as t.number({name}, "
                            "digits=1)", name=name, value=value))  # fmt: skip


@cache
def language(code: str) -> Language:
    """The language ``code`` with all its catalogs; Refused for one that is not of LANGUAGES."""
    require("lang", code, LANGUAGES)
    labels = _NAMED.sort_values("kind", key=lambda kinds: kinds != "measure", kind="stable")
    return Language(code, dict(zip(labels["en"], labels[code], strict=True)) | catalog(code))


def decimals(name: str, *values: float, most: int = 4, computed: bool = False) -> int:
    """Decimals of values of this name: as many as a source wrote, else what its unit asks for.

    A source writes at most ``most``; a value with more was computed. ``computed`` ones never have
    more than their unit asks for.

    >>> decimals("rate_pct", 25.0), decimals("rate_pct", 61.1), decimals("share_pct", 54.2358)
    (0, 1, 1)
    >>> decimals("lost_points", 0.3078), decimals("lost_points", 0.3078, computed=True)
    (4, 2)
    """
    unit = next((one for one in _DIGITS if name.endswith(one)), "")
    asked, written = _DIGITS.get(unit, (0, 2))
    if computed and unit:
        written = asked
    known = [float(value) for value in values if math.isfinite(value)]
    for few in range(min(written, most) + 1):
        if all(abs(value - round(value, few)) < 1e-9 for value in known):
            return few
    return asked
