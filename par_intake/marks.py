"""What a line names, each at its place: offices, numbers, measures, levels, periods, plans."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import pandas as pd

from par_intake import phrases
from par_intake.documents import Line
from par_intake.phrases import Numeral, Placed, Stated, around
from par_lib.cleaning import units
from par_lib.language.spelling import compare_key

_WORD = re.compile(r"[\w&/'’]+\.?|[-–,]")
_LONGEST = 16  # words in the longest name
_NEAR = 30  # characters in which a word directly behind a figure is said of it
_BETWEEN = re.compile(r"(?:[^\d,;:.]|\.(?!\s))*")
_CAPITAL = "A-ZĐÂÊÔƠƯÁÀẢÃẠĂÉÈÍÓÒÚÙÝ&"
_OPENINGS = phrases.table()["agencies"]["openings"]
_AGENCY = re.compile(
    rf"(?<!\w)(?:{_OPENINGS})(?= [{_CAPITAL}])[^|,;:.()\d+]*?"
    rf"(?=[|,;:.()\d+]|\s(?:{phrases.table()['agencies']['verbs']})\s|$)"
)
_SHARED = re.compile(rf"(?i:các) (?P<opening>{_OPENINGS})\s?:\s*(?P<items>[^.;:()\d]+)")
_ITEM = re.compile(r"(?!và )[^\s,][^,]*[^\s,]")
Marks = TypeVar("Marks", bound=Placed)


@dataclass(frozen=True)
class Mark(Placed):
    """A pattern of phrases.toml found in a line; ``what`` is its entry or its name."""

    what: Any


@dataclass(frozen=True)
class Name(Placed):
    """A name in a line; without codes it is not in the gazetteer."""

    spelled: str
    level: str
    codes: frozenset[str]


class Gazetteer:
    """Finds the units of ``known`` (valid on one date) in text."""

    def __init__(self, known: pd.DataFrame) -> None:
        self._index, self._home = units.lookup(known), units.home(known)

    def find(self, text: str) -> list[Name]:
        """Names in ``text``, longest first from the left, none overlapping.

        What begins as an agency's name does is one, listed or not; so is each item of a list that
        shares its first words: "các Ban Quản lý: dự án A, dự án B".
        """
        words = list(_WORD.finditer(text))
        found: list[Name] = []
        for number, word in enumerate(words):
            if not found or found[-1].end <= word.start():
                found += self._longest_of(text, words[number : number + _LONGEST])
        agencies = [(match.start(), match[0].rstrip(" -–"))
                    for match in _AGENCY.finditer(blank(text, found, "|"))]  # fmt: skip
        found += [self._named(start, spelled) for start, spelled in agencies]
        for shared in _SHARED.finditer(text):
            found = [name for name in found if not name.overlaps(Placed(*shared.span()))]
            for item in _ITEM.finditer(text, *shared.span("items")):
                name = self._named(item.start(), f"{shared['opening']} {item[0]}")
                found.append(Name(*item.span(), name.spelled, name.level, name.codes))
        return sorted(found, key=lambda name: name.start)

    def _longest_of(self, text: str, words: list[re.Match[str]]) -> list[Name]:
        """The longest name that begins with the first of the words."""
        start = words[0].start()
        if not _opens(text[start:]) or text[start - 1 : start].isalnum():
            return []
        for last in reversed(words):
            spelled = text[start : last.end() - last[0].endswith(".")]
            if last[0] not in ",-–" and not set(spelled) & set(":;()|"):
                name = self._named(start, spelled)
                if name.codes:
                    return [name]
        return []

    def _named(self, start: int, spelled: str) -> Name:
        level, codes = "department", frozenset()
        for reading, levels in units.readings(spelled, self._home):
            keys = [(one, compare_key(reading)) for one in levels if _opens(reading)]
            if known := next((key for key in keys if key in self._index), None):
                level, codes = known[0], self._index[known]
                break
        return Name(start, start + len(spelled), spelled, level, codes)


def _opens(text: str) -> bool:
    """Whether a name can begin so: with a capital, or the word for a kind of unit."""
    return text[:1].isupper() or bool(units.split_kind(text[:80])[0])


@dataclass(frozen=True, eq=False)
class Marked:
    """A line and everything found in it, in order."""

    line: Line
    flat: str
    numerals: list[Numeral]
    names: list[Name]
    topics: list[Mark]
    index: list[Mark]  # parts of the index of service, which share words with the topics
    levels: list[Mark]
    periods: list[Stated]
    bases: list[Mark]
    scopes: list[Mark]
    unnamed: str  # the line, with spaces for names, legal references and scopes
    bare: str  # flat, with spaces for all that is marked but numbers
    stops: list[int]  # where sentences end

    @property
    def figures(self) -> list[Numeral]:
        """Numbers that measure something; how many offices there are is no figure."""
        return [n for n in self.numerals if n.is_figure and n.kind not in phrases.OFFICE_COUNTS]

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around a position starts and ends; a list goes on after "gồm"."""
        start = max((stop + 1 for stop in self.stops if stop < at), default=0)
        return start, min((stop for stop in self.stops if stop >= at), default=len(self.flat))


def mark(line: Line, gazetteer: Gazetteer, year: int) -> Marked:
    """Find all of it; days without a year are of ``year``."""
    flat = phrases.flatten(line.text)
    numerals, names = phrases.find_numerals(line.text), gazetteer.find(line.text)
    topics, index, levels, bases, scopes = (
        _longest(flat, section) for section in ("topic", "index", "levels", "bases", "scopes")
    )
    days = [n for n in numerals if n.kind in ("date", "span_of_years")]
    periods = [
        one for one in phrases.find_periods(flat, year)
        if not around("compared").search(flat, max(0, one.start - 30), one.start)
        and (one.overlaps(*days) or not re.search(r"\d", flat[one.start : one.end]))
    ]  # fmt: skip
    legal = [Placed(*match.span()) for match in around("legal").finditer(flat)]
    apart = [*names, *legal, *scopes]
    names = [n for n in names if n.level != "nation" and not
             around("source").search(flat, max(0, n.start - 60), n.start)]  # fmt: skip
    stops = [match.start() for match in around("stop").finditer(flat)
             if not around("goes_on").match(flat, match.start())]  # fmt: skip
    return Marked(
        line, flat, numerals, names, topics, index, levels, periods, bases, scopes,
        blank(line.text, apart), blank(flat, [*apart, *topics, *index, *levels, *bases, *periods]),
        stops,
    )  # fmt: skip


def blank(text: str, marks: Iterable[Placed], letter: str = " ") -> str:
    """The text with spaces where the marks are."""
    letters = list(text)
    for one in marks:
        letters[one.start : one.end] = letter * (one.end - one.start)
    return "".join(letters)


def between(marks: Sequence[Marks], start: int, end: int) -> list[Marks]:
    """The marks that lie between two positions."""
    return [one for one in marks if start <= one.start and one.end <= end]


def behind(marks: Sequence[Marks], flat: str, end: int) -> list[Marks]:
    """The marks said directly of the figure that ends at ``end``: nothing parts the two."""
    near = (one for one in marks if end <= one.start <= end + _NEAR)
    return [one for one in near if _BETWEEN.fullmatch(flat, end, one.start)]


def _longest(flat: str, section: str) -> list[Mark]:
    """Where the patterns of a section stand; of those that overlap, the longest."""
    marks = [Mark(*m.span(), what) for pattern, what in _patterns(section)
             for m in pattern.finditer(flat)]  # fmt: skip
    kept: list[Mark] = []
    for one in sorted(marks, key=lambda m: m.start - m.end):
        kept += [] if one.overlaps(*kept) else [one]
    return sorted(kept, key=lambda m: m.start)


@cache
def _patterns(section: str) -> list[tuple[re.Pattern[str], Any]]:
    """Patterns of a section of phrases.toml, each with the entry or the name it stands for."""
    listed = phrases.table()[section]
    entries = (
        listed.items() if isinstance(listed, dict) else ((one, one["words"]) for one in listed)
    )
    return [(phrases.compile_words(words), what) for what, every in entries for words in every]
