"""Prose of a notebook: paragraphs that are gettext messages, with named values filled in.

Nothing here knows what the numbers are about. A paragraph is text with names in braces,
``{leaders} chiếm {leaders_pct}``; how a value is written follows from its name; a paragraph one of
whose values is not known is silent. docs/prose.md tells how to write with it.
"""

import ast
import difflib
import string
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import partial
from numbers import Real

from par_lib.language import N_, Refused

SPOKEN = ("%%say", "%%headline", "%%title")  # cells of code whose body is prose
COUNT = "_count"  # a value so named decides between one and many
Messages = Mapping[str, str | tuple[str, ...]]  # text → its translation, or one for one and many


class Absent(LookupError):
    """A value that a paragraph needs is not known; ``args`` holds its name."""


def require(name: str, given: object, known: Iterable[object]) -> None:
    """Refused where what a person gave under this name is none of those ``known``."""
    known = [str(one) for one in known]
    if str(given) not in known:
        raise Refused("{name} {given}: choose one of {known}",
                      name=name, given=repr(given), known=known)  # fmt: skip


def require_pct(name: str, value: object) -> None:
    """Refused where it is no number of 0 to 100."""
    if not isinstance(value, Real) or not 0 <= value <= 100:
        said = f"{value:g}" if isinstance(value, Real) else repr(value)
        raise Refused("{name} is {value}; it must be 0 to 100", name=name, value=said)


class Mistyped(Refused, NameError):
    """A name that is not among the ``known`` ones; told with those near it."""

    hidden: Container[str] = ()  # known to the shell only, as In and Out of IPython

    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = [one for one in map(str, known) if one[:1] != "_" and one not in self.hidden]
        known += {one[:-4] for one in known if f"{one[:-4]}_high" in known} - {*known}  # of pairs
        parts = {*name.split("_")}
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.7)
        near = near or [one for one in known if parts & {*one.split("_")}] or sorted(known)[:20]
        super().__init__(N_("There is no {name}. Did you mean: {near}?"), name=name, near=near)


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a text, as they stand between blank lines."""
    return [part.strip("\n") for part in text.split("\n\n") if part.strip()]


def spoken(source: str) -> tuple[str, str]:
    """First line and body of a cell that speaks; two empty texts for any other.

    >>> spoken("%%say from units\\n{count} units."), spoken("count = 3")
    (('%%say from units', '{count} units.'), ('', ''))
    """
    first, _, body = source.partition("\n")
    return (first, body) if first.split(" ")[0] in SPOKEN else ("", "")


def names(paragraph: str) -> list[str]:
    """Names in braces, in order; of ``{parts.total}`` too.

    >>> names("{leaders} chiếm {leaders_pct} trong {parts.total}.")
    ['leaders', 'leaders_pct', 'parts.total']
    """
    return [name for _, name, _, _ in string.Formatter().parse(paragraph) if name]


def has_plural(paragraph: str) -> bool:
    """Whether a language may need two forms of it: a number of things stands in it."""
    return any(name.endswith(COUNT) for name in names(paragraph))


def translate(source: str, cell_type: str, catalog: Messages) -> str:
    """The source of a cell with its prose translated; code stays as it is.

    Of a paragraph with two forms both are kept, for ``fill`` to choose from.
    """
    first, body = spoken(source) if cell_type == "code" else ("", source)
    if cell_type != "markdown" and not first:
        return source
    said = [catalog.get(text, text) for text in paragraphs(body)]
    if any(isinstance(one, tuple) for one in said):  # its number is known when it is run
        return source
    text = "\n\n".join(said)
    return f"{first}\n{text}" if first else text


def messages(source: str, cell_type: str) -> Iterator[str]:
    """What of a cell is to be translated: its paragraphs, and captions in its code.

    A caption is the keyword ``caption``, or the third argument of ``table``.
    """
    first, body = spoken(source) if cell_type == "code" else ("", source)
    if cell_type == "markdown" or first:
        yield from paragraphs(body)
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            said = [word.value for word in node.keywords if word.arg == "caption"]
            if getattr(node.func, "id", "") == "table":
                said += node.args[2:3]
            yield from (one.value for one in said if isinstance(one, ast.Constant) and one.value)


def fill(paragraph: str, values: Mapping[str, object], *, write: Callable[[str, object], str],
         catalog: Messages) -> str:  # fmt: skip
    """A paragraph in the reader's language with its values written by ``write(name, value)``.

    Raises what ``write`` raises, Absent for a value that is not known, and Mistyped for a name
    that the notebook does not have.
    """
    message = catalog.get(paragraph, paragraph)
    if isinstance(message, tuple):
        counted = next(name for name in names(paragraph) if name.endswith(COUNT))
        message = message[0] if value_of(counted, values) == 1 else message[-1]
    written = []
    for text, name, _, _ in string.Formatter().parse(message):
        written.append(text)
        if name:
            written.append(write(name, value_of(name, values)))
    return "".join(written)


def value_of(name: str, values: Mapping[str, object]) -> object:
    """What a name in braces stands for; ``{frame.column}`` and ``{several[0]}`` too.

    Of a frame with columns rate_low and rate_high, ``{frame.rate}`` is the pair of their sums over
    its rows; of no rows, not known.
    """
    first = name.partition(".")[0].partition("[")[0]
    if not first.isidentifier():
        raise Refused(N_("{name}: only a name stands in braces; compute it in a cell above"),
                      name=name)  # fmt: skip
    if first not in values:
        raise Mistyped(first, values)
    field = partial(string.Formatter().get_field, args=(), kwargs=values)
    whose, _, column = name.rpartition(".")
    ends = [f"{column}_low", f"{column}_high"]
    try:
        owner = field(whose)[0] if whose else None
        if {*ends} <= {*getattr(owner, "columns", ())}:
            return tuple(owner[end].astype(float).sum(min_count=1) for end in ends)
        return field(name)[0]
    except AttributeError as error:
        columns = [*getattr(error.obj, "columns", ())]
        raise Mistyped(error.name, columns or dir(error.obj)) from None
