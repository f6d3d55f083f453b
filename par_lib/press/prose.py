"""Notebook prose as gettext messages: one message a paragraph, translated when pressed."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import nbformat
from babel.messages.extract import extract_python

from par_lib.wording import Language


def paragraphs(source: str) -> list[str]:
    """Paragraphs of a markdown text, as they stand between blank lines.

    >>> paragraphs("# Title\\n\\nOne\\ntwo.\\n")
    ['# Title', 'One\\ntwo.']
    """
    return [part.strip("\n") for part in source.split("\n\n") if part.strip()]


def translate(notebook: nbformat.NotebookNode, language: Language) -> nbformat.NotebookNode:
    """A copy of the notebook with its markdown cells in the reader's language."""
    translated = nbformat.from_dict(notebook)
    for cell in translated.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(
                language.messages.get(text, text) for text in paragraphs(cell.source)
            )
    return translated


def extract(
    file: BinaryIO, keywords: dict, comment_tags: list[str], options: dict
) -> Iterator[tuple[int, str | None, str, list[str]]]:
    """Babel extraction method for notebooks: markdown paragraphs and strings of code cells."""
    for number, cell in enumerate(nbformat.read(file, as_version=4).cells, start=1):
        if cell.cell_type == "markdown":
            for text in paragraphs(cell.source):
                yield number, None, text, []
        elif cell.cell_type == "code":
            code = io.BytesIO(cell.source.encode())
            for _, function, messages, comments in extract_python(
                code, keywords, comment_tags, {"encoding": "utf-8"}
            ):
                yield number, function, messages, comments
