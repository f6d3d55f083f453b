"""What a line names, each at its place: numbers, offices, topics, periods, bases, scopes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

from par_lib.intake import language, numerals, periods
from par_lib.intake.documents import Line
from par_lib.intake.names import Gazetteer, Name
from par_lib.intake.numerals import Numeral
from par_lib.intake.periods import Stated

_COMPARED = re.compile(r"(?:so với|cùng kỳ|hơn|bằng)(?:\s(?:của|cùng kỳ))*\s+$")
_LEGAL = re.compile(
    r"(?:theo |thực hiện |căn cứ )?(?:quyết định|nghị định|nghị quyết|công văn|thông tư|báo cáo"
    r"|kế hoạch|chỉ thị|công điện|thông báo)\s+(?:số\s+)?\d\S*(?:\s+ngày\s+\d\S*)?"
    r"(?:\s+của\s[^,;:.]{0,80})?"
)
_END = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[%)\d]))\.(?=\s|;|$)")
_GOES_ON = re.compile(r"[.;\s]*(?:\d{1,2}\s)?\s*(?:bao gồm|gồm|cụ thể|trong đó)")
_NEAR = 30  # characters in which a word directly behind a figure is said of it
_BETWEEN = re.compile(r"(?:[^\d,;:.]|\.(?!\s))*")


class Placed(Protocol):
    """Whatever stands at ``start:end`` of a line."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Mark_ = TypeVar("Mark_", bound=Placed)


@dataclass(frozen=True)
class Mark:
    """A pattern of language.toml found at ``start:end``; ``what`` is its entry or its name."""

    start: int
    end: int
    what: Any


@dataclass(frozen=True)
class Marked:
    """A line and everything found in it, in order."""

    line: Line
    flat: str
    numerals: list[Numeral]
    names: list[Name]
    topics: list[Mark]
    levels: list[Mark]
    periods: list[Stated]
    bases: list[Mark]
    scopes: list[Mark]
    bare: str  # flat, with spaces for names, topics, levels, bases and scopes
    unnamed: str  # the line, with spaces for names and legal references

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around a position starts and ends; a list goes on after "gồm"."""
        start, end = 0, len(self.flat)
        for stop in _END.finditer(self.flat):
            if _GOES_ON.match(self.flat, stop.start()):
                continue
            if stop.start() >= at:
                end = stop.start()
                break
            start = stop.end()
        return start, end


def mark(line: Line, gazetteer: Gazetteer, year: int) -> Marked:
    """Find all of it; days without a year are of ``year``."""
    flat = language.flatten(line.text)
    found = numerals.find(line.text)
    names = gazetteer.find(line.text)
    topics, levels = _longest(flat, _topics()), _longest(flat, _levels())
    bases, scopes = _longest(flat, _table("bases")), _longest(flat, _table("scopes"))
    no_figure = [n for n in found if n.kind in ("date", "span_of_years")]
    stated = [
        one
        for one in periods.find(flat, year)
        if not _COMPARED.search(flat, max(0, one.start - 30), one.start)
        and (
            not re.search(r"\d", flat[one.start : one.end])
            or any(one.start <= n.start < one.end for n in no_figure)
        )
    ]
    legal = [Mark(*match.span(), "legal") for match in _LEGAL.finditer(flat)]
    unnamed = blank(line.text, (*names, *legal))
    bare = blank(flat, (*names, *legal, *topics, *levels, *bases, *scopes, *stated))
    return Marked(line, flat, found, names, topics, levels, stated, bases, scopes, bare, unnamed)


def blank(flat: str, marks: Iterable[Placed]) -> str:
    """The text with spaces where the marks are."""
    letters = list(flat)
    for one in marks:
        letters[one.start : one.end] = " " * (one.end - one.start)
    return "".join(letters)


def behind(marks: Sequence[Mark_], flat: str, end: int) -> Mark_ | None:
    """The first mark said directly of the figure that ends at ``end``: nothing parts the two."""
    for one in marks:
        if end <= one.start <= end + _NEAR and _BETWEEN.fullmatch(flat, end, one.start):
            return one
    return None


def before(marks: Sequence[Mark_], start: int, end: int) -> Mark_ | None:
    """The last mark between two positions."""
    return next((one for one in reversed(marks) if start <= one.start and one.end <= end), None)


def _longest(flat: str, patterns: tuple[tuple[re.Pattern[str], Any], ...]) -> list[Mark]:
    marks = [Mark(*m.span(), what) for pattern, what in patterns for m in pattern.finditer(flat)]
    kept: list[Mark] = []
    for one in sorted(marks, key=lambda m: m.start - m.end):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda m: m.start)


@cache
def _topics() -> tuple[tuple[re.Pattern[str], dict], ...]:
    listed = language.table()["topic"]
    return tuple((language.compile_words(w), topic) for topic in listed for w in topic["words"])


@cache
def _table(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    listed = language.table()[name].items()
    return tuple((language.compile_words(w), key) for key, words in listed for w in words)


@cache
def _levels() -> tuple[tuple[re.Pattern[str], str], ...]:
    labels = [
        (re.compile(rf"(?:(?<=^[-+*•] )|^)(?:{language.flatten(words)})(?=\s?:)"), level)
        for level, words in language.table()["labels"].items()
    ]
    return (*_table("levels"), *labels)
