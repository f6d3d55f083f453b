"""The patterns of language.toml, compiled once, over text in one spelling."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import product

# oà and òa are both written; patterns and text are brought to the second, letter for letter.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_OLD = {
    unicodedata.normalize("NFC", f"{first}{second}{tone}"): unicodedata.normalize(
        "NFC", f"{first}{tone}{second}"
    )
    for (first, second), tone in product(("oa", "oe", "uy"), _TONES)
}
_OLD_STYLE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD)})(?!\w)")


def flatten(text: str) -> str:
    """Lower-case text with tones placed one way; every character keeps its position.

    >>> flatten("Uỷ ban Hoà Bình")
    'ủy ban hòa bình'
    """
    lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return _OLD_STYLE.sub(lambda match: _OLD[match[0]], lower)


def compile_words(pattern: str) -> re.Pattern[str]:
    """A pattern of language.toml as a regular expression that starts and ends at word ends.

    >>> bool(compile_words("kế hoạch vốn").search(flatten("Giải ngân kế hoạch vốn")))
    True
    """
    spaced = flatten(pattern).replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)")


@cache
def table() -> dict:
    """language.toml as it stands."""
    return tomllib.loads(files(__package__).joinpath("language.toml").read_text(encoding="utf-8"))


@cache
def patterns(section: str) -> dict[str, re.Pattern[str]]:
    """The words of a section by name, in the file's order, to be searched for."""
    return {name: compile_words(words) for name, words in table()[section].items()}


@cache
def skips() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(class, pattern) of numbers that are no figures; the number itself is group ``n``."""
    return tuple(
        (name, re.compile(pattern))
        for name, patterns in table()["skip"].items()
        for pattern in patterns
    )
