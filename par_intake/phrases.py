"""What reports write, found in text of one spelling: words of phrases.toml, numbers, periods.

Every number of a line is a figure of some unit, a date, or no figure at all. A day or month
without a year is of the year the report is about.
"""

import calendar
import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from itertools import product
from typing import Any

# oà and òa are both written; patterns and text are brought to the second, letter for letter.
_nfc = partial(unicodedata.normalize, "NFC")
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_OLD = {_nfc(pair + tone): _nfc(pair[0] + tone + pair[1])
        for pair, tone in product(("oa", "oe", "uy"), _TONES)}  # fmt: skip
_OLD_STYLE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD)})(?!\w)")


@lru_cache(maxsize=50_000)  # cells repeat from row to row
def flatten(text: str) -> str:
    """Lower-case text with tones placed one way; every character keeps its position.

    >>> flatten("Uỷ ban Hoà Bình")
    'ủy ban hòa bình'
    """
    lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return _OLD_STYLE.sub(lambda match: _OLD[match[0]], lower)


@cache
def compile_words(pattern: str) -> re.Pattern[str]:
    """A pattern of phrases.toml as a regular expression that starts and ends at word ends.

    >>> bool(compile_words("kế hoạch vốn").search(flatten("Giải ngân kế hoạch vốn")))
    True
    """
    spaced = flatten(pattern).replace(" ", r"\s+")
    return _compiled(rf"(?<!\w)(?:{spaced})(?!\w)")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression of phrases.toml, in which [parts] stand in angles."""
    for part, words in (*table()["parts"].items(), ("capital", CAPITAL)):
        pattern = pattern.replace(f"<{part}>", words)
    return re.compile(pattern)


@cache
def table(name: str = "phrases") -> dict:
    """phrases.toml, or columns.toml, as it stands."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def around(name: str) -> re.Pattern[str]:
    """What stands around a figure or a name, by its name in [around]."""
    return _compiled(table()["around"][name])


_NUMBER = r"\d+(?:[.,]\d+)*"
_PLAIN = re.compile(_NUMBER)
_RATIO = re.compile(rf"{_NUMBER}\s?/\s?{_NUMBER}(?![/\d])")
_ANY_YEAR = re.compile(r"(?:19|20)\d{2}")
CAPITAL = f"[{''.join(letter for letter in map(chr, range(0x1EFA)) if letter.isupper())}]"
OFFICE_COUNTS = ("count:district", "count:department", "count:commune")  # kinds of a Numeral


@dataclass(frozen=True)
class Placed:
    """Whatever stands at ``start:end`` of a line."""

    start: int
    end: int

    def overlaps(self, *others: "Placed") -> bool:
        """Whether it shares a character with one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


def apart(found: Iterable[Any]) -> list[Any]:
    """What overlaps nothing before it, ordered by its place."""
    kept, taken = [], set()
    for one in found:
        if taken.isdisjoint(places := range(one.start, one.end)):
            kept.append(one)
            taken.update(places)
    return sorted(kept, key=lambda one: one.start)


@dataclass(frozen=True)
class Mark(Placed):
    """A pattern of phrases.toml found in a line; ``what`` is its entry, its name, or its Period."""

    what: Any


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
    return apart(Numeral(start, end, text[start:end], kind) for start, end, kind in _numbers(flat))


def _numbers(flat: str) -> Iterator[tuple[int, int, str]]:
    """Where numbers may stand and of what kind; of those that overlap the first is meant."""
    for kind, patterns in table()["skip"].items():
        for match in (found for one in patterns for found in re.finditer(one, flat)):
            if "n" in match.re.groupindex:
                yield *match.span("n"), kind
            else:
                yield from ((*one.span(), kind) for one in _PLAIN.finditer(flat, *match.span()))
    for match in (*_RATIO.finditer(flat), *_PLAIN.finditer(flat)):
        yield *match.span(), _kind(flat, *match.span())
    for match in re.finditer(r"\d", flat):  # beside a number that was no figure: "đ0.5"
        yield *match.span(), "plain"


def written(numeral: Numeral, flat: str) -> str:
    """A number with its unit, as raw tables write it: 72,57%, 2.534,302 tỷ."""
    if numeral.kind != "bn_vnd":
        return numeral.text + "%" * (numeral.kind == "pct")
    unit = around("money").match(flat, numeral.end)["unit"].replace("tỉ", "tỷ")
    return f"{numeral.text} {unit}" + " đồng" * (unit not in ("tỷ", "đồng"))


def _kind(flat: str, start: int, end: int) -> str:
    """What the words around a number make of it: see Numeral."""
    if around("percent").match(flat, end):
        return "pct"
    if around("money").match(flat, end):
        return "bn_vnd"
    at, nouns = end + (flat[end : end + 1] == " "), table()["nouns"].items()
    noun = next((name for name, words in nouns if compile_words(words).match(flat, at)), "")
    if noun == "points":
        return "points"
    if around("rank").search(flat, max(0, start - 30), start):
        return "rank"
    if noun:
        return f"count:{noun}"
    if _ANY_YEAR.fullmatch(flat, start, end):
        return "date"
    if "/" in flat[start:end]:
        return "ratio"
    return "count:dossier" if around("dossiers").search(flat, 0, start) else "plain"


@dataclass(frozen=True)
class Period:
    """Both days included. ``kind``: see [[period]] of phrases.toml."""

    start: dt.date
    end: dt.date
    kind: str


def find_periods(flat: str, year: int) -> list[Mark]:
    """The periods of a flattened line, in order; no day that the calendar does not have.

    >>> said = find_periods("đến 30/4/2023; 6 tháng đầu năm 2022; quý iii", 2022)
    >>> [str(one.what.end) for one in said]
    ['2023-04-30', '2022-06-30', '2022-09-30']
    """
    forms = ((one["kind"], _compiled(rf"(?<![\w/.,-])(?:{one['words']})(?!\w|/\d)"))
             for one in table()["period"])  # fmt: skip
    said = ((match, _period(kind, match.groupdict(), year))
            for kind, pattern in forms for match in pattern.finditer(flat))  # fmt: skip
    decided = around("of_a_decision")
    return apart(
        Mark(*match.span(), period) for match, period in said
        if period and not decided.search(flat, max(0, match.start() - 40), match.start())
    )  # fmt: skip


def stated_period(texts: list[str], year: int) -> Period | None:
    """What texts say is counted, the last of: spans of days, days, months and quarters, years."""
    flat = (text for text in map(flatten, texts) if not around("other_period").search(text))
    stated = [one.what for text in flat for one in find_periods(text, year)]

    def rank(one: Period) -> int:
        return {"part": 1 if one.start.day == 1 else 3, "to": 2, "several": -1}.get(one.kind, 0)

    return max((one for one in reversed(stated) if rank(one) >= 0), key=rank, default=None)


def _period(kind: str, said: dict[str, str | None], year: int) -> Period | None:
    """The period of a form's groups; None for what the calendar does not have, as 31/4."""
    number = {name: table()["numbers"].get(text) or int(text)
              for name, text in said.items() if text and name != "last"}  # fmt: skip
    year = number.get("y", year)
    first, last = 1, number.get("m", 12)
    if "q" in number:
        first, last = 1 if kind == "to" else 3 * number["q"] - 2, 3 * number["q"]
    elif "n" in number:
        first, last = (13 - number["n"], 12) if said["last"] else (1, number["n"])
    elif kind == "part":
        first = last
    with suppress(ValueError):
        start = dt.date(number.get("sy", year), number.get("sm", first), number.get("sd", 1))
        end = dt.date(year, last, number.get("d") or calendar.monthrange(year, last)[1])
        return Period(start, end, kind) if start <= end else None
    return None
