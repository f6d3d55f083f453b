"""What a line names, each at its place: offices, numbers, measures, levels, periods, plans."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

import pandas as pd

from par_intake import phrases
from par_intake.documents import Line
from par_intake.phrases import Mark, Placed, apart, around
from par_lib.cleaning import schema, units
from par_lib.language.vietnamese import compare_key

_WORD = re.compile(r"[\w&/'’]+\.?|[-–,]")
_LONGEST = 16  # words in the longest name
# What stands in phrases.toml; parts of the index of service share words with other topics.
_SECTIONS = ("topic", "index", "levels", "bases", "scopes")
_UNDONE = {"noun": "dossier"} | {key: {"column": "undone"} for key in ("count", "pct", "bn_vnd")}
_ITEM = re.compile(r"(?!và )[^\s,][^,]*[^\s,]")


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
                    for match in around("agency").finditer(blank(text, found, "|"))]  # fmt: skip
        found += [self._named(start, spelled) for start, spelled in agencies]
        for shared in around("shared").finditer(text):
            found = [name for name in found if not name.overlaps(Placed(*shared.span()))]
            for item in _ITEM.finditer(text, *shared.span("items")):
                name = self._named(item.start(), f"{shared['opening']} {item[0]}")
                found.append(Name(*item.span(), name.spelled, name.level, name.codes))
        return sorted(found, key=lambda name: name.start)

    def _longest_of(self, text: str, words: list[re.Match[str]]) -> list[Name]:
        """The longest name that begins with the first of the words."""
        start = words[0].start()
        kind, _ = units.split_kind(text[start : start + 80])
        if not (kind or text[start].isupper()):
            return []
        for last in reversed(words):
            spelled = text[start : last.end() - last[0].endswith(".")]
            if last[0] not in ",-–" and not set(spelled) & set(":;()|"):
                name = self._named(start, spelled)
                if name.codes:  # "Sở A - B" is another than "Sở A"
                    goes_on = around("longer").match(text, name.end)
                    return [replace(name, codes=frozenset()) if goes_on else name]
        inner = self._longest_of(text, words[len(kind.split()) :]) if kind else []
        if inner and inner[0].start <= start + len(kind) + 1:  # "xã A": only "huyện A" is known
            return [self._named(start, text[start : inner[0].end])]
        return []

    def _named(self, start: int, spelled: str) -> Name:
        level, codes = "department", frozenset()
        for reading, levels in units.readings(spelled, self._home):
            level = levels[0] if levels != schema.LEVELS else level
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
    """A line and everything found in it, by kind and in order: "numerals", those of them that are
    "figures", "names", "periods", and the sections of phrases.toml.
    """

    line: Line
    flat: str
    marks: dict[str, list]
    unnamed: str  # the line, with spaces for names, legal references and scopes
    bare: str  # flat, with spaces for all that is marked but numbers
    stops: list[int]  # where sentences end

    @property
    def whole(self) -> "Part":
        """All of it."""
        return Part(self, 0, len(self.flat))

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around a position starts and ends; a list goes on after "gồm"."""
        start = max((stop + 1 for stop in self.stops if stop < at), default=0)
        return start, min((stop for stop in self.stops if stop >= at), default=len(self.flat))


@dataclass(frozen=True)
class Part:
    """A part of a line, ``start:end``."""

    line: Marked
    start: int
    end: int

    def of(self, kind: str) -> list:
        """What of a kind begins in it."""
        return [one for one in self.line.marks[kind] if self.start <= one.start < self.end]

    def closes_around(self, one: Placed) -> bool:
        """Whether brackets around something of it end in it."""
        flat, before = self.line.flat, (self.start, one.start)
        return (
            flat.rfind("(", *before) > flat.rfind(")", *before) and ")" in flat[one.end : self.end]
        )

    def says(self, name: str) -> re.Match[str] | None:
        """Where it says words of [around]."""
        return around(name).search(self.line.flat, self.start, self.end)


def mark(line: Line, gazetteer: Gazetteer, year: int) -> Marked:
    """Find all of it; days without a year are of ``year``."""
    flat = phrases.flatten(line.text)
    marks: dict[str, list] = {section: _longest(flat, section) for section in _SECTIONS}
    marks["numerals"] = numerals = phrases.find_numerals(line.text)
    marks["figures"] = [n for n in numerals if n.is_figure and n.kind not in phrases.OFFICE_COUNTS]
    days = [n for n in numerals if n.kind in ("date", "span_of_years")]
    marks["periods"] = [
        one for one in phrases.find_periods(flat, year)
        if not around("compared").search(flat, max(0, one.start - 30), one.start)
        and (one.overlaps(*days) or not re.search(r"\d", flat[one.start : one.end]))
    ]  # fmt: skip
    names = gazetteer.find(line.text)
    marks["names"] = [
        name for name in names if name.level != "nation"
        and not around("source").search(flat, max(0, name.start - 60), name.start)
    ]  # fmt: skip
    legal = [Placed(*match.span()) for match in around("legal").finditer(flat)]
    apart = [*names, *legal, *marks["scopes"]]
    others = [one for kind in (*_SECTIONS, "periods") for one in marks[kind]]
    marks["topic"] = [
        replace(one, what=_UNDONE) if around("undone").search(flat, 0, one.start) else one
        for one in marks["topic"]
    ]
    wholes = [one for part, one in pairwise(marks["topic"])
              if around("within").fullmatch(flat, part.end, one.start)]  # fmt: skip
    marks["topic"] = [one for one in marks["topic"] if one not in wholes]  # the part is meant
    stops = [match.start() for match in around("stop").finditer(flat)
             if not around("goes_on").match(flat, match.start())]  # fmt: skip
    unnamed, bare = blank(line.text, apart), blank(flat, [*apart, *others])
    return Marked(line, flat, marks, unnamed, bare, stops)


def blank(text: str, marks: Iterable[Placed], letter: str = " ") -> str:
    """The text with spaces where the marks are."""
    letters = list(text)
    for one in marks:
        letters[one.start : one.end] = letter * (one.end - one.start)
    return "".join(letters)


def _longest(flat: str, section: str) -> list[Mark]:
    """Where the patterns of a section stand; of those that overlap, the longest."""
    marks = [Mark(*m.span(), what) for pattern, what in _patterns(section)
             for m in pattern.finditer(flat)]  # fmt: skip
    return apart(sorted(marks, key=lambda one: one.start - one.end))


@cache
def _patterns(section: str) -> list[tuple[re.Pattern[str], Any]]:
    """Patterns of a section of phrases.toml, each with the entry or the name it stands for."""
    listed = phrases.table()[section]
    entries = (
        listed.items() if isinstance(listed, dict) else ((one, one["words"]) for one in listed)
    )
    return [(phrases.compile_words(words), what) for what, every in entries for words in every]
