"""A notebook before it is run: the parameters it declares, and its prose as gettext messages.

Parameters of a run are checked against what notebooks declare before any kernel starts. One
paragraph is one message, translated when pressed.
"""

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import nbformat

from par_lib.language import prose
from par_lib.language.prose import Messages

_TYPES = {"int": int, "float": float, "str": str}
GIVEN = ("province", "year", "lang")  # set by the run itself


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``year: int = 2022  # year being assessed``."""

    name: str
    type: type
    default: object
    meaning: str


def declared(notebook: Path) -> dict[str, Parameter]:
    """Parameters of a notebook by name, read from its cell tagged ``parameters``.

    Raises ValueError where the cell is missing or a line is not typed.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ValueError(f"{notebook.name}: needs one cell tagged parameters, has {len(tagged)}")
    lines = tagged[0].source.splitlines()
    found = {}
    for node in ast.parse(tagged[0].source).body:
        if not isinstance(node, ast.AnnAssign) or ast.unparse(node.annotation) not in _TYPES:
            raise ValueError(
                f"{notebook.name}, parameters cell, line {node.lineno}: write it as "
                "name: int = 2022  # meaning (types: int, float, str)"
            )
        name, kind = ast.unparse(node.target), _TYPES[ast.unparse(node.annotation)]
        meaning = lines[node.lineno - 1].partition("#")[2].strip()
        found[name] = Parameter(name, kind, ast.literal_eval(node.value), meaning)
    return found


def chosen(texts: list[str], notebooks: list[Path]) -> dict[str, dict[str, object]]:
    """Values a person gave as ``name=value``, by notebook name, typed as declared.

    A notebook gets those it declares. A name that none declares, a name the run sets itself, and
    a value of the wrong type raise ValueError with the valid choices.
    """
    known = {notebook.stem: declared(notebook) for notebook in notebooks}
    choices = sorted({name for own in known.values() for name in own} - set(GIVEN))
    values: dict[str, dict[str, object]] = {name: {} for name in known}
    for text in texts:
        name, equals, written = text.partition("=")
        if not equals or name not in choices:
            names = ", ".join(choices)
            raise ValueError(f"parameter {text!r}: choose name=value with a name out of {names}")
        for notebook, own in known.items():
            if name in own:
                values[notebook][name] = _typed(own[name], written)
    return values


def _typed(parameter: Parameter, written: str) -> object:
    expected, least, most = parameter.type.__name__, -math.inf, math.inf
    if parameter.name.endswith("_pct"):
        expected, least, most = f"{expected} of 0 to 100", 0, 100
    try:
        value = parameter.type(written)
        if isinstance(value, float) and not (math.isfinite(value) and least <= value <= most):
            raise ValueError
        return value
    except ValueError:
        raise ValueError(
            f"parameter {parameter.name}={written}: expected {expected} ({parameter.meaning}), "
            f"for example {parameter.name}={parameter.default}"
        ) from None


def translate(notebook: nbformat.NotebookNode, catalog: Messages) -> nbformat.NotebookNode:
    """A copy of the notebook with its prose in the language of the ``catalog``."""
    translated = nbformat.from_dict(notebook)
    for cell in translated.cells:
        cell.source = prose.translate(cell.source, cell.cell_type, catalog)
    return translated


def fallen_back(notebook: nbformat.NotebookNode, catalog: Messages) -> list[str]:
    """Paragraphs and captions of a notebook that the ``catalog`` does not have."""
    return [
        text
        for cell in notebook.cells
        for text in prose.messages(cell.source, cell.cell_type)
        if text not in catalog
    ]


def extract(
    file: BinaryIO, keywords: dict, comment_tags: list[str], options: dict
) -> Iterator[tuple[int, str | None, str | tuple[str, str], list[str]]]:
    """Babel extraction method for notebooks: paragraphs of prose, and captions."""
    for number, cell in enumerate(nbformat.read(file, as_version=4).cells, start=1):
        for text in prose.messages(cell.source, cell.cell_type):
            if prose.has_plural(text):
                yield number, "ngettext", (text, text), []
            else:
                yield number, None, text, []
