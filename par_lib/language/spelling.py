"""Names as they are spelled in Vietnamese: composed, compared, folded for search, sorted."""

import re
import unicodedata
from functools import lru_cache

# Zero-width marks that break or join words without being seen: joiners, byte order mark, soft
# hyphen. A zero-width space does part words.
_INVISIBLE = dict.fromkeys(map(ord, "\u200c\u200d\u2060\ufeff\u00ad")) | {0x200B: " "}
# Tone marks in dictionary order (huyền hỏi ngã sắc nặng), each with a sign that stands alone.
_TONES, _SIGNS = "\u0300\u0309\u0303\u0301\u0323", "ˋˀ˜ˊˍ"
_EARLY_TONE = re.compile(f"([{_TONES}])([aeiouy\u0302\u0306\u031b]+)")  # before more of its vowels
_LOOKALIKES = str.maketrans("ðɖ", "đđ")  # Ð (eth) and Ɖ are seen where Đ is meant
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKED = {ord(letter): chr(0x100 + rank) for rank, letter in enumerate(_ALPHABET)}


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
