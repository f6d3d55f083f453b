"""What a line names, each at its place: offices, numbers, topics, periods, bases, scopes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import pandas as pd

from par_intake import phrases
from par_intake.documents import Line
from par_intake.phrases import Numeral, Placed, Stated
from par_lib.cleaning import units
from par_lib.language.spelling import compare_key

_WORD = re.compile(r"[\w&/'’]+\.?|[-–,]")
_LONGEST = 16  # words in the longest name
_OPENING = ("Sở", "Ban Quản lý", "BQL", "Ban", "Chi cục", "Cục", "Trung tâm", "Bệnh viện", "Đài",
            "Trường", "Thanh tra", "Công an", "Bộ Chỉ huy", "BCH", "Văn phòng", "Kho bạc", "Quỹ",
            "Công ty", "Viện", "Hội")  # fmt: skip
_UNKNOWN = re.compile(
    rf"(?<!\w)(?:{'|'.join(_OPENING)})(?= [A-ZĐÂÊÔƠƯÁÀẢÃẠĂÉÈÍÓÒÚÙÝ&])[^,;:.()\d+]*?"
    r"(?=[,;:.()\d+]|\s(?:có|đạt|là|với|dẫn đầu|đứng|tiếp nhận|nhận|giải quyết|giải ngân"
    r"|xử lý|trễ|quá|chậm|còn|để|cùng|đã|và|xếp|trả|chỉ|được|vẫn|do|bị|trong"
    r"|thực hiện|tại|ở|nhiều|cao|thấp)\s|$)"
)
_SHARED = re.compile(rf"(?i:các) (?P<opening>{'|'.join(_OPENING)})\s?:\s*(?P<items>[^.;:()\d]+)")
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
        self._index = units.lookup(known)
        self._home = units.home(known)
        self.districts = int((known["level"] == "district").sum())

    def find(self, text: str) -> list[Name]:
        """Names in ``text``, longest first from the left, none overlapping."""
        words = list(_WORD.finditer(text))
        found: list[Name] = []
        for number, word in enumerate(words):
            if not found or found[-1].end <= word.start():
                name = self._longest_of(text, words[number : number + _LONGEST])
                found += [name] if name else []
        return self._with_unknown(text, found)

    def _longest_of(self, text: str, words: list[re.Match[str]]) -> Name | None:
        """The longest name that begins with the first of the words."""
        start = words[0].start()
        opens = text[start].isupper() or _kind_at(text, start)
        if not opens or text[start - 1 : start].isalnum():
            return None
        for last in reversed(words):
            if last[0] in ",-–":
                continue
            end = last.end() - last[0].endswith(".")
            spelled = text[start:end]
            if not set(spelled) & set(":;()|") and (known := self._codes(spelled)):
                return Name(start, end, spelled, *known)
        return None

    def _codes(self, spelled: str) -> tuple[str, frozenset[str]] | None:
        for reading, levels in units.readings(spelled, self._home):
            if not reading[:1].isupper() and not _kind_at(reading, 0):
                continue
            for level in levels:
                if codes := self._index.get((level, compare_key(reading))):
                    return level, codes
        return None

    def _with_unknown(self, text: str, found: list[Name]) -> list[Name]:
        """``found`` and, between them, what begins as an agency's name does."""
        ends = [0, *(name.end for name in found)]
        starts = [*(name.start for name in found), len(text)]
        unknown = [
            Name(match.start(), match.start() + len(spelled), spelled, "department", frozenset())
            for end, start in zip(ends, starts, strict=True)
            for match in _UNKNOWN.finditer(text, end, start)
            if (spelled := match[0].rstrip(" -–"))
        ]
        shared = list(_SHARED.finditer(text))
        lists = [Placed(*match.span()) for match in shared]
        apart = [name for name in (*found, *unknown) if not name.overlaps(*lists)]
        together = [name for one in shared for name in self._sharing(one)]
        return sorted([*apart, *together], key=lambda name: name.start)

    def _sharing(self, match: re.Match[str]) -> list[Name]:
        """Names that share their first words: "các Ban Quản lý: dự án A, dự án B"."""
        names = []
        for item in _ITEM.finditer(match.string, *match.span("items")):
            spelled = f"{match['opening']} {item[0]}"
            known = self._codes(spelled) or ("department", frozenset())
            names.append(Name(*item.span(), spelled, *known))
        return names


def _kind_at(text: str, start: int) -> bool:
    return bool(units.split_kind(text[start : start + 80])[0])


_COMPARED = re.compile(r"(?:so với|cùng kỳ|hơn|bằng)(?:\s(?:của|cùng kỳ))*\s+$")
_LEGAL = re.compile(
    r"(?:theo |thực hiện |căn cứ )?(?:quyết định|nghị định|nghị quyết|công văn|thông tư|báo cáo"
    r"|kế hoạch|chỉ thị|công điện|thông báo)\s+(?:số\s+)?\d\S*(?:\s+ngày\s+\d\S*)?"
    r"(?:\s+của\s[^,;:.]{0,80})?"
)
_END = re.compile(r"(?<!\btp)(?<!\btx)(?<!\btt)(?<!\b[^\W\d])\.(?=\s|;|$)")  # no "TP.", "H."
_GOES_ON = re.compile(r"[.;\s]*(?:\d{1,2}\s)?\s*(?:bao gồm|gồm|cụ thể|trong đó)")
_NEAR = 30  # characters in which a word directly behind a figure is said of it
_BETWEEN = re.compile(r"(?:[^\d,;:.]|\.(?!\s))*")


Mark_ = TypeVar("Mark_", bound=Placed)


@dataclass(frozen=True)
class Mark(Placed):
    """A pattern of phrases.toml found in a line; ``what`` is its entry or its name."""

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
    unnamed: str  # the line, with spaces for names, legal references and scopes

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
    flat = phrases.flatten(line.text)
    found = phrases.find_numerals(line.text)
    names = gazetteer.find(line.text)
    bases, scopes = (_longest(flat, _patterns(name)) for name in ("bases", "scopes"))
    every = _patterns("topic")
    topics = sorted(  # the parts of the index of service share their words with other measures
        (one for index in (False, True)
         for one in _longest(flat, [p for p in every if p[1].get("index", False) == index])),
        key=lambda one: one.start,
    )  # fmt: skip
    levels = _longest(flat, [*_patterns("levels"), *_labels()])
    no_figure = [n for n in found if n.kind in ("date", "span_of_years")]
    stated = [
        one
        for one in phrases.find_periods(flat, year)
        if not _COMPARED.search(flat, max(0, one.start - 30), one.start)
        and (
            not re.search(r"\d", flat[one.start : one.end])
            or any(one.start <= n.start < one.end for n in no_figure)
        )
    ]
    legal = [Mark(*match.span(), "legal") for match in _LEGAL.finditer(flat)]
    unnamed = blank(line.text, (*names, *legal, *scopes))
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
    near = (one for one in marks if end <= one.start <= end + _NEAR)
    return next((one for one in near if _BETWEEN.fullmatch(flat, end, one.start)), None)


def before(marks: Sequence[Mark_], start: int, end: int) -> Mark_ | None:
    """The last mark between two positions."""
    return next((one for one in reversed(marks) if start <= one.start and one.end <= end), None)


def _longest(flat: str, patterns: list[tuple[re.Pattern[str], Any]]) -> list[Mark]:
    marks = [Mark(*m.span(), what) for pattern, what in patterns for m in pattern.finditer(flat)]
    kept: list[Mark] = []
    for one in sorted(marks, key=lambda m: m.start - m.end):
        kept += [] if one.overlaps(*kept) else [one]
    return sorted(kept, key=lambda m: m.start)


@cache
def _patterns(section: str) -> list[tuple[re.Pattern[str], Any]]:
    """Patterns of a section of phrases.toml, each with the topic or the name it stands for."""
    listed = phrases.table()[section]
    entries = listed.items() if section != "topic" else ((one, one["words"]) for one in listed)
    return [(phrases.compile_words(words), what) for what, every in entries for words in every]


@cache
def _labels() -> list[tuple[re.Pattern[str], Any]]:
    return [
        (re.compile(rf"(?:(?<=^[-+*•] )|^)(?:{phrases.flatten(words)})(?=\s?:)"), level)
        for level, words in phrases.table()["labels"].items()
    ]
