"""Names of units in running text: the longest that the gazetteer knows, and what looks like one."""

import re
from dataclasses import dataclass

import pandas as pd

from par_lib import units
from par_lib.vietnamese import compare_key

_WORD = re.compile(r"[\w&/'’]+\.?|[-–,]")
_LONGEST = 16  # words in the longest name
_OPENING = ("Sở", "Ban Quản lý", "BQL", "Ban", "Chi cục", "Cục", "Trung tâm", "Bệnh viện", "Đài",
            "Trường", "Thanh tra", "Công an", "Bộ Chỉ huy", "BCH", "Văn phòng", "Kho bạc", "Quỹ",
            "Công ty", "Viện", "Hội")  # fmt: skip
_UNKNOWN = re.compile(
    rf"(?<!\w)(?:{'|'.join(_OPENING)})(?= [A-ZĐÂÊÔƠƯÁÀẢÃẠĂÉÈÍÓÒÚÙÝ&])[^,;:.()\d+]*"
)
_SHARED = re.compile(rf"(?i:các) (?P<opening>{'|'.join(_OPENING)})\s?:\s*(?P<items>[^.;:()\d]+)")
_ITEM = re.compile(r"(?!và )[^\s,][^,]*[^\s,]")


@dataclass(frozen=True)
class Name:
    """A name at ``start:end`` of a line; without codes it is not in the gazetteer."""

    start: int
    end: int
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
        number = 0
        while number < len(words):
            name, length = self._longest_at(text, words, number)
            if name:
                found.append(name)
            number += length
        return self._with_unknown(text, found)

    def _longest_at(self, text: str, words: list[re.Match[str]], first: int) -> tuple:
        start = words[first].start()
        if (
            not (text[start].isupper() or _kind_at(text, start))
            or text[start - 1 : start].isalnum()
        ):
            return None, 1
        for length in range(min(_LONGEST, len(words) - first), 0, -1):
            last = words[first + length - 1]
            if last[0] in ",-–":
                continue
            end = last.end() - last[0].endswith(".")
            spelled = text[start:end]
            if any(mark in spelled for mark in ":;()|"):
                continue
            for level, codes in self._codes(spelled):
                return Name(start, end, spelled, level, codes), length
        return None, 1

    def _codes(self, spelled: str) -> list[tuple[str, frozenset[str]]]:
        for reading, levels in units.readings(spelled, self._home):
            if not reading[:1].isupper() and not _kind_at(reading, 0):
                continue
            key = compare_key(reading)
            hits = [
                (level, self._index[level, key]) for level in levels if (level, key) in self._index
            ]
            if hits:
                return hits[:1]
        return []

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
        apart = [
            name
            for name in (*found, *unknown)
            if all(name.end <= one.start() or one.end() <= name.start for one in shared)
        ]
        together = [name for one in shared for name in self._sharing(one)]
        return sorted([*apart, *together], key=lambda name: name.start)

    def _sharing(self, match: re.Match[str]) -> list[Name]:
        """Names that share their first words: "các Ban Quản lý: dự án A, dự án B"."""
        names = []
        for item in _ITEM.finditer(match.string, *match.span("items")):
            spelled = f"{match['opening']} {item[0]}"
            level, codes = next(iter(self._codes(spelled)), ("department", frozenset()))
            names.append(Name(*item.span(), spelled, level, codes))
        return names


def _kind_at(text: str, start: int) -> bool:
    return bool(units.split_kind(text[start : start + 80])[0])
