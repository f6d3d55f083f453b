"""Whose figure it is: named in its clause, by its sentence or heading, or in a sentence before."""

import re
from itertools import pairwise

from par_intake.context import NoFigure, Spot, Text, figures
from par_intake.figures import Doubt
from par_intake.marks import Mark, Marked, Name
from par_lib.language.translation import N_

_BRANCH = re.compile(r"(?<!\w)(?:chi nhánh|phòng giao dịch|điểm giao dịch)(?!\w)")
_RESPECTIVELY = re.compile(r"lần lượt|tương ứng(?: là)?")
_HOME = re.compile(
    r"(?<!cấp )(?<!\w)(?:toàn tỉnh|cả tỉnh|của tỉnh|tỉnh ta|trên địa bàn tỉnh|toàn thành phố"
    r"|của thành phố)(?!\w)"
)
_SUPERLATIVE = re.compile(r"(?:cao|thấp|nhiều|ít) nhất|dẫn đầu|đứng (?:đầu|cuối)")
_OF = re.compile(r"[^,;.:()\d]{0,30}?(?:của|tại|ở|thuộc)\s+")
# What begins the name of nobody's office here.
_NATIONAL = ("Bộ", "Chính", "Thủ", "Trung", "Quốc", "Việt", "Nhà", "Nội")
_UNKNOWN = N_("{about} is not among the units, or is several")
Whose = tuple[str, str, list[Doubt]]  # the unit as spelled, empty for the province; its level


def whose(text: Text, spot: Spot, topic: dict, target: dict) -> Whose:
    """The unit and level a figure is of, and what is in doubt of them."""
    marked, at = spot.marked, spot.numeral.start
    names = _between(marked, spot.clause, at)
    told: list[Doubt] = []
    if paired := _respective(spot):
        names, told = [paired], [(N_("paired by “respectively”"), "")]
    following = next((n for n in marked.names if n.start >= spot.numeral.end), None)
    if not names and following and _OF.fullmatch(marked.flat[spot.numeral.end : following.start]):
        names = [following]
    offices = _offices(names)
    if len(_different(offices)) > 1:
        raise NoFigure(N_("several units are named before one figure"))
    since = max([spot.clause, *(one.end for one in offices if one.end <= at)])
    if unknown := _proper_name(marked.unnamed[since:at]):
        raise NoFigure(_UNKNOWN, unknown)
    if offices:
        return _office(marked, offices[0], spot.start, told, target)
    if _SUPERLATIVE.search(marked.flat, spot.clause, at):
        raise NoFigure(N_("whose figure it is is not sure"))
    if levels := [m for m in marked.levels if spot.clause <= m.start and m.end <= at]:
        return _of(levels[-1], marked, spot.start, told, target)
    if names or _HOME.search(marked.flat, spot.clause, at):
        return "", "province", told
    return _inherited(text, spot, topic, target)


def _inherited(text: Text, spot: Spot, topic: dict, target: dict) -> Whose:
    """The office where the clause names none: the sentence's, the heading's, or one before."""
    marked, at = spot.marked, spot.numeral.start
    for since in dict.fromkeys((spot.part, spot.start)):
        first = next((n.start for n in figures(marked) if n.start >= since), at)
        if subject := _named(marked, since, first):
            others = _offices(_between(marked, first, at))
            if others or any(first < m.start < at for m in marked.levels):
                raise NoFigure(N_("whose figure it is is not sure"))
            return _of(subject, marked, since, [], target)
    for line in text.upwards(text.lines[spot.number].parent):
        above = text.marked[line]
        if named := _named(above, 0, len(above.flat)):
            return _of(named, above, 0, [], target)
    start = spot.start
    while start > 0:
        start, end = marked.sentence(start - 2)[0], start
        if len(_different(_offices(_between(marked, start, end)))) > 1:
            break
        first = next((n.start for n in figures(marked) if start <= n.start < end), end)
        if said := _named(marked, start, first):
            inherited = (N_("the office is that of a sentence before"), "")
            return _of(said, marked, start, [inherited], target)
    if "whole" in topic:
        return "", topic["whole"], [(N_("no office is named; the province is meant?"), "")]
    raise NoFigure(N_("the offices counted are not named"))


def _office(marked: Marked, name: Name, start: int, told: list[Doubt], target: dict) -> Whose:
    if name.level in ("district", "commune") and _BRANCH.search(marked.flat, start, name.start):
        raise NoFigure(N_("a branch in that place, not the place's own office"))
    if target["table"] == "scores":
        raise NoFigure(N_("points of an office: no table holds them yet"))
    levels = {m.what for m in marked.levels if start <= m.start < name.start}
    if name.level == "district" and levels == {"commune"}:
        raise NoFigure(N_("of a district's communes, which the tables do not hold"))
    unknown = [] if len(name.codes) == 1 else [(_UNKNOWN, name.spelled)]
    return name.spelled, name.level, [*told, *unknown]


def _of(
    said: Name | Mark | str, marked: Marked, start: int, told: list[Doubt], target: dict
) -> Whose:
    if isinstance(said, Mark):
        return "", "province" if said.what == "all" else said.what, told
    if isinstance(said, str) or said.level == "province":
        return "", "province", told
    return _office(marked, said, start, told, target)


def _named(marked: Marked, start: int, end: int) -> Name | Mark | str | None:
    """The one office or level named between two places, or the province in words."""
    names = _between(marked, start, end)
    offices, levels = (
        _offices(names),
        [m for m in marked.levels if start <= m.start and m.end <= end],
    )
    if offices or levels:
        alone = len(_different(offices) or {m.what for m in levels}) == 1
        return (offices or levels)[0] if alone else None
    home = _HOME.search(marked.flat, start, end)
    return names[0] if names else home[0] if home else None


def _respective(spot: Spot) -> Name | None:
    """Of "A, B … lần lượt x, y": the name that stands where the number does."""
    marked, numeral = spot.marked, spot.numeral
    said = _RESPECTIVELY.search(marked.flat, spot.start, numeral.start)
    if not said:
        return None
    since = max([spot.start, *(n.end for n in figures(marked) if n.end <= said.start())])
    names = _offices(_between(marked, since, said.start()))
    after = [n for n in figures(marked) if n.start >= said.end() and n.kind == numeral.kind]
    return dict(zip(after, names, strict=False)).get(numeral)


def _between(marked: Marked, start: int, end: int) -> list[Name]:
    return [n for n in marked.names if start <= n.start and n.end <= end and n.level != "nation"]


def _offices(names: list[Name]) -> list[Name]:
    return [name for name in names if name.level != "province"]


def _different(names: list[Name]) -> set:
    return {name.codes or name.spelled for name in names}


def _proper_name(text: str) -> str:
    """Two words side by side that both begin with a capital: a name, if not a national body's."""
    for phrase in re.findall(r"[^\W\d_]+(?: [^\W\d_]+)+", text):
        for first, second in pairwise(phrase.split()):
            if first.istitle() and second.istitle() and first not in _NATIONAL:
                return f"{first} {second}"
    return ""
