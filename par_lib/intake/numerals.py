"""Every number of a line, with what it is: a figure of some unit, a date, or no figure at all."""

import re
from dataclasses import dataclass

from par_lib.intake import language

_NUMBER = r"\d+(?:[.,]\d+)*"
_PLAIN = re.compile(_NUMBER)
_SPACE = re.compile(r"\s*")
_YIELD = ("footnote", "list_mark")  # "12 Sở, ban, ngành" counts, wherever it stands
_PERCENT = re.compile(r"\s?(?:%|phần trăm(?!\w))")
_MONEY = re.compile(r"\s?(?:(?:nghìn|ngàn)\s)?(?:tỷ|tỉ|triệu)(?!\w)(?:\sđồng)?|\s?đồng(?!\w)")
_RATIO = re.compile(rf"(?P<first>{_NUMBER})\s?/\s?(?P<last>{_NUMBER})(?![/\d])")
_RANK = re.compile(
    r"(?:vị thứ|thứ hạng|xếp hạng|xếp thứ|xếp vị trí|xếp|đứng|hạng|thứ|vị trí)[\s:]*(?:thứ\s)?$"
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d/.,])\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19|20)\d{2}(?!\d)",
        r"ngày\s\d{1,2}\stháng\s\d{1,2}(?:[,\s]+năm\s\d{4})?",
        r"ngày\s\d{1,2}\s?[/-]\s?\d{1,2}(?![\d/,.])",
        r"tháng\s\d{1,2}(?:\s?/\s?|\snăm\s)(?:19|20)\d{2}(?!\d)",
        r"(?:\d{1,2}|[a-zà-ỹ]+)\stháng(?:\s(?:đầu|cuối))?\snăm\s\d{4}",
        r"\d{1,2}\stháng(?:\s(?:đầu|cuối))?(?:\snăm)?(?!\w)",
        r"quý\s(?:[iv]+|\d)(?:\s?[/-]\s?|\snăm\s|\s)(?:19|20)\d{2}(?!\d)",
        r"tháng\s\d{1,2}(?![\d/%,.])",
        r"năm(?:\s(?:tài chính|kế hoạch|báo cáo))?\s(?:19|20)\d{2}"
        r"(?:(?:,\s?|\svà\s|\s?[-–]\s?)(?:19|20)\d{2})*(?!\d)",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Numeral:
    """A number at ``start:end`` of its line, noun and unit word left out.

    ``kind``: pct, points, rank, bn_vnd, ratio (a/b without a noun), count:<noun>, plain (no unit
    that is known), date, or the class of a number that is no figure (see [skip]).
    """

    start: int
    end: int
    text: str
    kind: str

    @property
    def is_figure(self) -> bool:
        """Whether the number measures something, known or not."""
        return self.kind in ("pct", "points", "rank", "bn_vnd", "ratio", "plain") or (
            self.kind.startswith("count:")
        )


def find(text: str) -> list[Numeral]:
    """Every number of a line, each digit in exactly one, in order.

    >>> [(n.text, n.kind) for n in find("năm 2022: 41.657 hồ sơ, đạt 72,57 %, xếp thứ 61/63")]
    [('2022', 'date'), ('41.657', 'count:dossier'), ('72,57', 'pct'), ('61/63', 'rank')]
    """
    flat = language.flatten(text)
    found: list[Numeral] = []
    free = bytearray(b"\1" * len(flat))

    def take(start: int, end: int, kind: str) -> None:
        if all(free[start:end]):
            free[start:end] = bytes(end - start)
            found.append(Numeral(start, end, text[start:end], kind))

    for pattern in _DATES:
        for match in pattern.finditer(flat):
            for number in _PLAIN.finditer(flat, *match.span()):
                take(*number.span(), "date")
    for name, pattern in language.skips():
        for match in pattern.finditer(flat):
            if name in _YIELD and _noun_behind(flat, match.end("n")):
                continue
            take(*match.span("n"), name)
    for match in _RATIO.finditer(flat):
        take(*match.span(), _kind(flat, *match.span(), ratio=True))
    for match in _PLAIN.finditer(flat):
        take(*match.span(), _kind(flat, *match.span(), ratio=False))
    left = "".join(char if is_free else " " for char, is_free in zip(flat, free, strict=True))
    for match in re.finditer(r"\d+", left):  # beside a number that was no figure: "đ0.5"
        take(*match.span(), "plain")
    return sorted(found, key=lambda numeral: numeral.start)


def _noun_behind(flat: str, end: int) -> str | None:
    start = _SPACE.match(flat, end).end()
    for name, pattern in language.patterns("nouns").items():
        if pattern.match(flat, start):
            return name
    return None


def _kind(flat: str, start: int, end: int, *, ratio: bool) -> str:
    if _PERCENT.match(flat, end):
        return "pct"
    if _MONEY.match(flat, end):
        return "bn_vnd"
    noun = _noun_behind(flat, end)
    if noun == "points":
        return "points"
    if _RANK.search(flat, max(0, start - 30), start):
        return "rank"
    if noun:
        return f"count:{noun}"
    if _YEAR.fullmatch(flat, start, end):
        return "date"
    return "ratio" if ratio else "plain"
