"""From a report's lines to figures: what each number measures, of whom; the rest to review.

A figure is taken only when its measure and its offices are both said: the topic directly behind
it, or the last one before it (in its line, then in the lines above it), with no word in between
that the reader does not know. Everything else goes to review with the reason.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from par_lib.intake import language
from par_lib.intake.documents import Report
from par_lib.intake.names import Gazetteer, Name
from par_lib.intake.numerals import Numeral, find

_BEHIND = 25  # characters in which a topic behind a figure is still said of it
_OF = re.compile(r"(?:\s*(?:của|tại|ở|thuộc|do))\s+$")
_ASIDE = re.compile(r"\([^()]*\)")
_BOUND_BEFORE = re.compile(r"(?:dưới|trên|từ|tối thiểu|ít nhất|không quá|đến|[<>≤≥])\s*$")
_BOUND_BEHIND = re.compile(r"[\s%]*(?:trở lên|trở xuống|[-–]\s?\d|đến\s\d)")
_BREAK = re.compile(r"[;:()]|[.,](?!\d)")


@dataclass(frozen=True)
class Taken:
    """A figure and what it measures: ``target`` names table, column and, in part, row."""

    line: int
    numeral: Numeral
    target: tuple[tuple[str, str], ...]
    unit: str  # as spelled; empty for the province
    level: str

    @property
    def measure(self) -> str:
        """The target in one word: a measure, or table.column with its criterion or component."""
        said = dict(self.target)
        parts = [said[key] for key in ("criterion", "component") if key in said]
        return said.get("measure") or f"{said['table']}.{said['column']}" + "".join(
            f":{part}" for part in parts
        )


@dataclass(frozen=True)
class Left:
    """A figure not taken, and why."""

    line: int
    numeral: Numeral
    reason: str


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    what: dict


class Reader:
    """Reads one report with the units valid on its date."""

    def __init__(self, report: Report, gazetteer: Gazetteer) -> None:
        self._lines = report.lines
        self._flat = [language.flatten(line.text) for line in report.lines]
        self._names = [gazetteer.find(line.text) for line in report.lines]
        self._topics = [_longest(flat, _topic_patterns()) for flat in self._flat]
        self._levels = [_longest(flat, _level_patterns()) for flat in self._flat]
        self._numerals = [find(line.text) for line in report.lines]
        self._unnamed = [
            _blank(flat, named) for flat, named in zip(self._flat, self._names, strict=True)
        ]

    def read(self) -> tuple[list[Taken], list[Left]]:
        """Every figure, either taken or left with a reason."""
        taken, left = [], []
        for number, numerals in enumerate(self._numerals):
            for position, numeral in enumerate(numerals):
                if not numeral.is_figure:
                    continue
                before = numerals[position - 1].end if position else 0
                outcome = self._figure(number, numeral, before)
                (taken if isinstance(outcome, Taken) else left).append(outcome)
        return taken, left

    def _figure(self, number: int, numeral: Numeral, before: int) -> Taken | Left:
        if self._is_task(number):
            return Left(number, numeral, "stands among the tasks: a target, no result")
        if _BOUND_BEFORE.search(self._flat[number], 0, numeral.start) or _BOUND_BEHIND.match(
            self._flat[number], numeral.end
        ):
            return Left(number, numeral, "a threshold")
        between = self._unnamed[number][before : numeral.start]
        for name, pattern in _other_patterns().items():
            if pattern.search(between):
                return Left(number, numeral, f"said of something else: {name}")
        topic, since = self._topic(number, numeral)
        if topic is None:
            return Left(number, numeral, "no measure is named")
        if unknown := self._unknown_words(number, max(before, since), numeral.start):
            return Left(number, numeral, f"words not understood: {unknown}")
        target = topic.get(_unit(numeral, topic))
        if target is None:
            return Left(number, numeral, f"{numeral.kind} is no figure of the measure named")
        whom = self._whom(number, numeral, before, topic)
        if isinstance(whom, str):
            return Left(number, numeral, whom)
        return Taken(number, numeral, tuple(target.items()), *whom)

    def _topic(self, number: int, numeral: Numeral) -> tuple[dict | None, int]:
        """The topic that governs a number, and where in its line the topic ends."""
        flat = self._flat[number]
        stop = _BREAK.search(flat, numeral.end)
        limit = min(stop.start() if stop else len(flat), numeral.end + _BEHIND)
        for mark in self._topics[number]:
            if numeral.end <= mark.start < limit and _unit(numeral, mark.what) in mark.what:
                return mark.what, numeral.start
        closed = [m.span() for m in _ASIDE.finditer(flat, 0, numeral.start)]
        earlier = [
            mark
            for mark in self._topics[number]
            if mark.end <= numeral.start
            and not any(start < mark.start < end for start, end in closed)
        ]
        if earlier:
            return earlier[-1].what, earlier[-1].end
        for above in self._upwards(self._lines[number].parent):
            if self._topics[above]:
                return self._topics[above][-1].what, 0
        return None, 0

    def _is_task(self, number: int) -> bool:
        return any(
            self._lines[at].depth == 0 and _task_heading().search(self._flat[at])
            for at in self._upwards(number)
        )

    def _upwards(self, number: int | None) -> Iterator[int]:
        """A line, the line it stands under, and so on."""
        while number is not None:
            yield number
            number = self._lines[number].parent

    def _unknown_words(self, number: int, start: int, end: int) -> str:
        rest = _blank(self._unnamed[number], (*self._topics[number], *self._levels[number]))
        words = re.findall(r"[^\W\d]+", rest[start:end])
        return " ".join(word for word in words if word not in _filler())

    def _whom(
        self, number: int, numeral: Numeral, before: int, topic: dict
    ) -> tuple[str, str] | str:
        near = self._said(number, before, numeral.start)
        if near is None:
            behind = [n for n in self._names[number] if n.start >= numeral.end]
            if behind and _OF.search(self._flat[number][: behind[0].start]):
                near = behind[0]
        if near is None and "whole" in topic:
            return "", topic["whole"]
        for at in self._upwards(number):
            if near is None:
                near = self._said(at, 0, numeral.start if at == number else len(self._flat[at]))
        if near is None:
            return "the offices counted are not named"
        if isinstance(near, str):
            return near
        if isinstance(near, _Mark):
            return ("", near.what["level"]) if near.what["level"] != "all" else "all levels at once"
        if near.level in ("province", "nation"):
            return ("", "province") if "whole" in topic else "all levels at once"
        if len(near.codes) != 1:
            return f"{near.spelled} is not in units.csv, or is several units there"
        return near.spelled, near.level

    def _said(self, number: int, start: int, end: int) -> Name | _Mark | str | None:
        names = [n for n in self._names[number] if start <= n.start and n.end <= end]
        units = [n for n in names if n.level not in ("province", "nation")]
        if len(units) > 1:
            return "several units are named before one figure"
        if units:
            return units[0]
        levels = [m for m in self._levels[number] if start <= m.start and m.end <= end]
        if len({m.what["level"] for m in levels}) > 1:
            return "several levels are named before one figure"
        return levels[-1] if levels else None


def _blank(flat: str, marks: Iterable[_Mark | Name]) -> str:
    """The text with spaces where the marks are."""
    letters = list(flat)
    for mark in marks:
        letters[mark.start : mark.end] = " " * (mark.end - mark.start)
    return "".join(letters)


def _unit(numeral: Numeral, topic: dict) -> str:
    """The key of language.toml that a number's kind asks of a topic."""
    kind, _, noun = numeral.kind.partition(":")
    if kind == "count" and noun in ("district", "department", "commune"):
        return f"{noun}_count"
    if kind == "count" and noun != topic.get("noun"):
        return f"count of {noun}"
    if kind == "ratio":
        return "points"
    return "no unit" if kind == "plain" else kind


def _longest(flat: str, patterns: tuple[tuple[re.Pattern[str], dict], ...]) -> list[_Mark]:
    marks = [_Mark(*m.span(), what) for pattern, what in patterns for m in pattern.finditer(flat)]
    kept: list[_Mark] = []
    for mark in sorted(marks, key=lambda m: m.start - m.end):
        if all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda m: m.start)


@cache
def _topic_patterns() -> tuple[tuple[re.Pattern[str], dict], ...]:
    topics = language.table()["topic"]
    return tuple((language.compile_words(w), topic) for topic in topics for w in topic["words"])


@cache
def _level_patterns() -> tuple[tuple[re.Pattern[str], dict], ...]:
    said = [
        (language.compile_words(words), {"level": level})
        for level, listed in language.table()["levels"].items()
        for words in listed
    ]
    labels = [
        (re.compile(rf"(?:(?<=^[-+*•] )|^)(?:{language.flatten(words)})(?=\s?:)"), {"level": level})
        for level, words in language.table()["labels"].items()
    ]
    return (*said, *labels)


@cache
def _other_patterns() -> dict[str, re.Pattern[str]]:
    return {name: language.compile_words(p) for name, p in language.table()["other"].items()}


@cache
def _task_heading() -> re.Pattern[str]:
    return language.compile_words(language.table()["tasks"]["heading"])


@cache
def _filler() -> frozenset[str]:
    return frozenset(language.flatten(language.table()["filler"]["words"]).split())
