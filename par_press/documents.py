"""Word, Excel and PDF of an edition, in one language."""

from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from par_lib.cleaning.tables import Tables
from par_lib.language.translation import Language
from par_press import shown, workbook
from par_press.page import WORKBOOK
from par_press.stamp import Stamp


def write(folder: Path, executed: Mapping[str, NotebookNode], data: Tables, stamp: Stamp,
          t: Language, *, template: Path) -> None:  # fmt: skip
    """Write the documents of an edition into the ``folder`` of its pages."""
    found = shown.read(executed)
    workbook.write(folder / WORKBOOK, found, data, stamp, t)
