"""Names and figures as they are written in Vietnamese.

Names are composed, compared, folded for search, sorted. How dots and commas are read:

- A comma is the decimal mark. Two commas, or a dot after a comma, are refused: English style.
- Several dots, or dots before a comma, part thousands, in groups of three.
- One dot that cannot part thousands (``2534.302``, ``0.59``, ``1.1922``) is a decimal mark.
- One dot that could be either (``11.193``) is read as its kind allows: counts and ranks are
  whole, so it parts thousands; rates and points end at 100, so it is decimal; an amount or a
  number leaves both readings open and is refused.
"""

import math
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from par_lib.language import N_, Refused, say
from par_lib.language.prose import require

# Zero-width marks that break or join words without being seen: joiners, byte order mark, soft
# hyphen. A zero-width space does part words.
_INVISIBLE = dict.fromkeys(map(ord, "\u200c\u200d\u2060\ufeff\u00ad")) | {0x200B: " "}
# Tone marks in dictionary order (huyền hỏi ngã sắc nặng), each with a sign that stands alone.
_TONES, _SIGNS = "\u0300\u0309\u0303\u0301\u0323", "ˋˀ˜ˊˍ"
_EARLY_TONE = re.compile(f"([{_TONES}])([aeiouy\u0302\u0306\u031b]+)")  # before more of its vowels
_LOOKALIKES = str.maketrans("ðɖ", "đđ")  # Ð (eth) and Ɖ are seen where Đ is meant
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKED = {ord(letter): chr(0x100 + rank) for rank, letter in enumerate(_ALPHABET)}
Kind = Literal["text", "code", "unit", "date", "count", "amount", "rate", "points", "rank",
               "number"]  # fmt: skip
BOUNDS = {  # lowest and highest value a kind of figure can take
    N_("count"): (0, math.inf), N_("amount"): (0, math.inf), N_("rate"): (0, 100),
    N_("points"): (0, 100), N_("rank"): (1, math.inf), N_("number"): (-math.inf, math.inf),
}  # fmt: skip

MAX_DIGITS = 15  # the longest whole number a float always holds exactly
KIND_OF_UNIT = {"count": "count", "pct": "rate", "points": "points", "bn_vnd": "amount"}
_UNITS: dict[str, tuple[str, str]] = {  # as written: (measure unit, factor into it)
    **dict.fromkeys(("%", "phần trăm"), ("pct", "1")),
    "điểm": ("points", "1"),
    **dict.fromkeys(("hồ sơ", "hs", "đơn vị", "địa phương", "phiếu", "cuộc"), ("count", "1")),
    **dict.fromkeys(("nghìn tỷ đồng", "ngàn tỷ đồng"), ("bn_vnd", "1000")),
    **dict.fromkeys(("tỷ đồng", "tỉ đồng", "tỷ", "tỉ"), ("bn_vnd", "1")),
    "triệu đồng": ("bn_vnd", "0.001"),
    "đồng": ("bn_vnd", "0.000000001"),
}
_BEFORE = {
    **dict.fromkeys(("<", "dưới"), "below"),
    **dict.fromkeys(("≤", "<=", "tối đa", "không quá"), "at most"),
    **dict.fromkeys((">", "trên", "hơn"), "above"),
    **dict.fromkeys(("≥", ">=", "ít nhất", "tối thiểu", "không dưới"), "at least"),
    **dict.fromkeys(("khoảng", "gần", "xấp xỉ", "~", "≈"), "about"),
    "từ": "from",
}
_AFTER = {"trở lên": "at least", "trở xuống": "at most"}


def normalise(text: str) -> str:
    """Text with composed letters (NFC) and single plain spaces, none at the ends.

    >>> normalise(" 72,57\\N{NO-BREAK SPACE}%  ")
    '72,57 %'
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


@lru_cache(maxsize=20_000)  # names repeat from row to row
def compare_key(text: str) -> str:
    """Key for equality of names, not for reading: one key for all spellings of a name.

    Case, NFC/NFD, tone placement, spaces and punctuation vanish, & is và; diacritics and đ
    distinguish. Each tone goes behind its run of vowels, wherever in it the tone was written.

    >>> compare_key("Hoà Bình") == compare_key("HÒA-BÌNH"), compare_key("Sở A&B")
    (True, 'sơˀavaˋb')
    """
    spelled = _tones_behind(text.replace("&", " và "))
    return "".join(char for char in spelled if char.isalnum() or char in _SIGNS)


def fold(text: str) -> str:
    """Lower-case text without diacritics, đ as d: for search and suggestions, never equality.

    >>> fold("Điện Bàn")
    'dien ban'
    """
    letters = unicodedata.normalize("NFD", normalise(text).casefold().translate(_LOOKALIKES))
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.replace("đ", "d"))


def sort_key(text: str) -> str:
    """Key for Vietnamese alphabetical order: all letters first, then tones, then spelling.

    >>> sorted(["Đại Lộc", "Duy Xuyên", "bả", "bà"], key=sort_key)
    ['bà', 'bả', 'Duy Xuyên', 'Đại Lộc']
    """
    spelled = _tones_behind(text)
    letters = "".join(char for char in spelled if char not in _SIGNS).translate(_RANKED)
    tones = "".join(str(_SIGNS.find(char) + 1) for char in spelled)
    return "\x00".join((letters, tones, normalise(text)))


def _tones_behind(text: str) -> str:
    lower = normalise(text).casefold().translate(_LOOKALIKES)
    split = _EARLY_TONE.sub(r"\2\1", unicodedata.normalize("NFD", lower))
    return unicodedata.normalize("NFC", split.translate(str.maketrans(_TONES, _SIGNS)))


def _any_of(words: dict[str, object]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# 0-9 only: a superscript is a footnote, a full-width digit comes from no Vietnamese keyboard.
_NUMBER = "[0-9]+(?:[.,][0-9]+)*"
_FIGURE = re.compile(
    rf"""
    (?:(?P<before>{_any_of(_BEFORE)})\s?)?
    (?P<sign>[+\-−])?(?P<first>{_NUMBER})
    (?:(?P<first_pct>\s?%)?\s?(?:[-–—]|đến)\s?(?P<last>{_NUMBER}))?
    (?:\s?/\s?(?P<out_of>{_NUMBER}))?
    (?:\s?(?P<unit>{_any_of(_UNITS)}))?
    (?:\s(?P<after>{_any_of(_AFTER)}))?
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"[0-9]+([.,][0-9]+)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?")
ENGLISH = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
SWAPPED = str.maketrans(".,", ",.")  # English marks as Vietnamese ones


class QuantityError(Refused):
    """A figure that cannot be read with certainty: says the text, why, and what to write."""


class Quantity(NamedTuple):
    """A figure read from text: an interval, both ends included, infinite where unbounded.

    ``out_of`` is the maximum in "0.59/1.5". ``approximate`` tells that the source wrote a
    round-number word; "khoảng 500" is then 500..500, yet not exact.
    """

    low: float
    high: float
    out_of: float | None
    approximate: bool


def parse_quantity(text: str, *, kind: Kind) -> Quantity:
    """Read a figure as a Vietnamese source writes it; the whole text must be the figure.

    ``kind`` is one of BOUNDS and decides between two readings (see the module). A one-sided figure
    ("≤20%") ends at the kind's bound, or at the maximum written after "/". An end that the words
    leave out ("<20") is the next number inside: 19 for a count or rank, the next float for others.
    Money is turned into billion dong. Raises QuantityError for what is not one certain figure, an
    empty text too.

    >>> parse_quantity("11.193", kind="count").low, parse_quantity("72,57 %", kind="rate").low
    (11193.0, 72.57)
    >>> parse_quantity("dưới 20%", kind="rate")
    Quantity(low=0.0, high=19.999999999999996, out_of=None, approximate=False)
    >>> parse_quantity("2.534,302 tỷ đồng", kind="amount").low
    2534.302
    """
    require("kind", kind, BOUNDS)
    try:
        return _quantity(text, kind)
    except QuantityError as error:
        raise QuantityError(f'"{text}": {error}') from None


def _quantity(text: str, kind: Kind) -> Quantity:
    parts = _split(normalise(text))
    unit, factor = _UNITS.get(parts["unit"], (None, "1"))
    if unit and kind not in ("number", KIND_OF_UNIT[unit]):
        raise QuantityError("kind {kind} is not written in {unit}; check the column",
                            kind=say(kind), unit=parts["unit"])  # fmt: skip
    sense = _sense(parts)
    if parts["first_pct"] and unit != "pct":
        raise QuantityError("has % at one end only; write it behind the last number")
    if parts["sign"] and kind != "number":
        raise QuantityError("kind {kind} has no sign; put a change into the note", kind=say(kind))
    if parts["out_of"] and kind == "rate":
        raise QuantityError("a rate is not written with /; write the percentage")

    first, last, out_of = (float(_read(parts[one], kind) * Decimal(factor)) if parts[one] else None
                           for one in ("first", "last", "out_of"))  # fmt: skip
    low = -first if parts["sign"] in ("-", "−") else first
    high = low if last is None else last
    if low > high:
        raise QuantityError("{low:g} is above {high:g}; write the lower end first",
                            low=low, high=high)  # fmt: skip
    if out_of is not None and high > out_of:
        raise QuantityError("{high:g} is above its maximum {most:g}; check both in the source",
                            high=high, most=out_of)  # fmt: skip
    approximate = sense == "about" or parts["before"] == "hơn"
    lowest, highest = map(float, BOUNDS[kind])
    if sense in ("above", "at least"):
        high = highest if out_of is None else out_of
    elif sense in ("below", "at most"):
        low = lowest
    if sense in ("above", "below") and low == high:
        nothing = N_("nothing lies above {low:g} here; check the figure in the source")
        if sense == "below":
            nothing = N_("nothing lies below {low:g} here; check the figure in the source")
        raise QuantityError(nothing, low=low)
    whole = kind in ("count", "rank")
    if sense == "above" and not approximate:
        low = low + 1 if whole else math.nextafter(low, math.inf)
    elif sense == "below":
        high = high - 1 if whole else math.nextafter(high, -math.inf)
    return Quantity(low, high, out_of, approximate)


def _split(text: str) -> dict[str, str | None]:
    if not text:
        raise QuantityError("is empty; a figure that is not stated is not read")
    match = _FIGURE.match(text.lower())
    if match is None:
        raise QuantityError("does not begin with a figure; write it as 11.193, 72,57 % or ≥70%")
    if rest := text[match.end() :]:
        read = text[: match.end()]
        raise QuantityError('"{rest}" is left over after "{read}"; write the figure alone, words '
                            "in the note", rest=rest, read=read)  # fmt: skip
    return match.groupdict()


def _sense(parts: dict[str, str | None]) -> str | None:
    before, after = _BEFORE.get(parts["before"]), _AFTER.get(parts["after"])
    if before == "from" and not (parts["last"] or after):
        raise QuantityError("từ needs an end; write từ 2 - 3 or từ 2 trở lên")
    senses = [sense for sense in (before, after) if sense not in (None, "from")]
    if len(senses) > 1 or (parts["last"] and senses not in ([], ["about"])):
        raise QuantityError("has two bounds; write one, as ≥70%, or a range, as 50–70%")
    return senses[0] if senses else None


def _read(written: str, kind: Kind) -> Decimal:
    """One number: all readings its marks allow, less those its kind forbids."""
    if sum(map(str.isdigit, written)) > MAX_DIGITS:
        raise QuantityError("has more than {max_digits} digits; write a larger unit",
                            max_digits=MAX_DIGITS)  # fmt: skip
    readings = []
    if _GROUPED.fullmatch(written):
        readings.append(written.replace(".", "").replace(",", "."))
    if _PLAIN.fullmatch(written):
        readings.append(written.replace(",", "."))
    if not readings and ENGLISH.fullmatch(written):
        raise QuantityError("is written the English way; write {swapped} (decimal comma, thousands "
                            "dot)", swapped=written.translate(SWAPPED))  # fmt: skip
    if not readings:
        raise QuantityError("{written} mixes its marks; write thousands as 1.234.567 and decimals "
                            "as 72,57", written=written)  # fmt: skip
    if kind in ("count", "rank"):
        readings = [reading for reading in readings if "." not in reading]
        if not readings:
            raise QuantityError("kind {kind} is whole, and {written} has a decimal mark; leave the "
                                "mark out if it parts thousands",
                                kind=say(kind), written=written)  # fmt: skip
    low, high = BOUNDS[kind]
    readings = [reading for reading in readings if low <= Decimal(reading) <= high]
    if not readings:
        raise QuantityError("kind {kind} lies in {low:g} to {high:g}; check the source",
                            kind=say(kind), low=low, high=high)  # fmt: skip
    if len(readings) > 1:
        whole, decimal = readings
        comma = decimal.replace(".", ",")
        raise QuantityError("can be {whole} or {decimal}; write {whole} or {comma}",
                            whole=whole, decimal=decimal, comma=comma)  # fmt: skip
    return Decimal(readings[0])
