"""Words and figures as they are written, and in the reader's language.

- ``vietnamese``: names compared, searched and sorted whatever their case, tones and letters;
  figures as sources write them: decimal comma, thousands dot, bounds
- ``translation``: words, names of columns, numbers and dates in the reader's language
- ``prose``: paragraphs of a notebook, with named values filled in

A page has a language of its own. Errors, help and progress are in that of the person at the
keyboard: ``say``. ``Period`` is a year or a part of it, as offices report by it.
"""

import calendar
import datetime as dt
import locale
import os
import re
from functools import cache
from pathlib import Path

LANGUAGES = ("vi", "en")  # the first is the one an office reads
CATALOGS = Path(__file__).parent / "locale"
_notebook = {"lang": ""}  # that is open in this process
_MONTHS = {  # of a year and its parts, the first and the last
    "": (1, 12), "H1": (1, 6), "H2": (7, 12), "9M": (1, 9),
    **{f"Q{number}": (3 * number - 2, 3 * number) for number in range(1, 5)},
    **{f"{month:02d}": (month, month) for month in range(1, 13)},
}  # fmt: skip
PERIOD = re.compile(rf"(?P<year>\d{{4}})(?:-(?P<part>{'|'.join(filter(None, _MONTHS))}))?", re.A)
_SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def spoken() -> str:
    """Language of the person at the keyboard: ``PAR_LANG``, else the notebook's or the system's."""
    if asked := os.environ.get("PAR_LANG") or _notebook["lang"]:
        if asked not in LANGUAGES:
            raise ValueError(f"PAR_LANG {asked!r}: choose one of {', '.join(LANGUAGES)} · chọn một")
        return asked
    set_to = next(filter(None, map(os.environ.get, _SYSTEM)), None)
    system = set_to or locale.getlocale()[0] or ""  # Windows has it in no variable
    return "vi" if system.lower().startswith("vi") else "en"


def N_(text: str) -> str:
    """Mark a text for translation where it stands as data; it is translated when shown."""
    return text


def open_in(lang: str) -> None:
    """Speak the language of a notebook that is opened."""
    _notebook["lang"] = lang


def say(text: str, /, **values: object) -> str:
    """Text for the person at the keyboard, with its named values filled in: as they are, or listed.

    Not for what is kept: an edition is the same whoever makes it.
    """
    said = text if spoken() == "en" else catalog("vi").get(text, text)
    listed = {name: ", ".join(map(str, value)) for name, value in values.items()
              if isinstance(value, list | tuple | dict)}  # fmt: skip
    return said.format(**values | listed) if values else said


# Of the system's own words, those that are met.
_MET = (N_("No such file or directory"), N_("Permission denied"), N_("No space left on device"),
        N_("Is a directory"), N_("Not a directory"))  # fmt: skip
_LONGEST = 259  # where Windows has not been told to allow more


def reason(error: Exception) -> str:
    """What an error says; of the system's errors the file and why, in words."""
    file, why = getattr(error, "filename", None), getattr(error, "strerror", None)
    if file and os.name == "nt" and len(str(file)) > _LONGEST:
        return say("{file}: longer than the {most} characters that Windows gives a path; move the "
                   "project to a folder with a shorter path", file=file, most=_LONGEST)  # fmt: skip
    return f"{file}: {say(why)}" if file and why else str(error)


class Refused(ValueError):
    """What a person wrote or gave cannot be; told in a line of the person's language.

    ``text`` is a message with its values in braces, as ``say`` takes it.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(say(text, **values))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: whoever mistypes something need not read how it was looked up."""
        return [str(self)]


@cache
def catalog(code: str) -> dict[str, str | tuple[str, ...]]:
    """Texts with their translations, or with those for one and for many; the same dict each time.

    Packages are written in English, notebooks in Vietnamese; ``locale/<lang>/`` has both.
    """
    from babel.messages.pofile import read_po  # takes as long as all else that ``par --help`` needs

    messages = {}
    for file in sorted((CATALOGS / code / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as text:
            messages |= {one.id[0] if one.pluralizable else one.id: one.string
                         for one in read_po(text, locale=code)
                         if one.id and one.string and not one.fuzzy}  # fmt: skip
    return messages


class Period(str):
    """A year, ``2022``, or a part of it: ``2022-H1``, ``2022-9M``, ``2022-Q3``, ``2022-09``.

    >>> Period("2022-Q1").year, Period("2022-Q1").before, Period("2022-09").a_year_before
    (2022, '2021-Q4', '2021-09')
    """

    def __new__(cls, text: object) -> "Period":
        text = f"{text:04d}" if isinstance(text, int) else f"{text}"
        if not (found := PERIOD.fullmatch(text)):
            raise Refused("period {text!r}: write 2022, 2022-H1, 2022-9M, 2022-Q3 or 2022-09",
                          text=text)  # fmt: skip
        made = super().__new__(cls, text)
        made.year, made.part = int(found["year"]), found["part"] or ""
        return made

    @property
    def of_its_year(self) -> "list[Period]":
        """All parts of its year."""
        return [Period(f"{self.year}-{part}") for part in _MONTHS if part]

    @property
    def months(self) -> int:
        """How many it has."""
        first, last = _MONTHS[self.part]
        return last - first + 1

    @property
    def a_year_before(self) -> "Period":
        """The same part of the year before."""
        return Period(f"{self.year - 1}{self[4:]}")

    @property
    def before(self) -> "Period | None":
        """The one of its kind that ends where it begins; None where there is none, as for 9M."""
        first, _ = _MONTHS[self.part]
        year, end = (self.year, first - 1) if first > 1 else (self.year - 1, 12)
        part = next((part for part, months in _MONTHS.items()
                     if months == (end - self.months + 1, end)), None)  # fmt: skip
        return None if part is None else Period(f"{year}-{part}".rstrip("-"))

    def span(self, first_day: int = 1) -> tuple[dt.date, dt.date]:
        """Its first and last day, where a month is counted from ``first_day`` of the one before.

        >>> [f"{day}" for day in Period("2025-Q1").span(15)]
        ['2024-12-15', '2025-03-14']
        """
        first, last = _MONTHS[self.part]
        if first_day == 1:
            until = calendar.monthrange(self.year, last)[1]
            return dt.date(self.year, first, 1), dt.date(self.year, last, until)
        start = dt.date(self.year - (first == 1), first - 1 or 12, first_day)
        return start, dt.date(self.year, last, first_day) - dt.timedelta(days=1)
