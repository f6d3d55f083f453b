"""Words and figures as they are written, and in the reader's language.

- ``vietnamese``: names compared, searched and sorted whatever their case, tones and letters;
  figures as sources write them: decimal comma, thousands dot, bounds
- ``periods``: a year and its parts, and the days they have
- ``translation``: words, names of columns, numbers and dates in the reader's language
- ``prose``: paragraphs of a notebook, with named values filled in

A page has a language of its own. Errors, help and progress are in that of the person at the
keyboard: ``say``.
"""

import locale
import os
from functools import cache
from pathlib import Path

LANGUAGES = ("vi", "en")  # the first is the one an office reads
CATALOGS = Path(__file__).parent / "locale"
_notebook = {"lang": ""}  # that is open in this process
_SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def spoken() -> str:
    """Language of the person at the keyboard: ``PAR_LANG``, that of the notebook, or the system's.

    The first of them that there is; else English.
    """
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
