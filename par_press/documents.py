"""Word, Excel and PDF of an edition, in one language."""

from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from par_lib.cleaning.tables import Tables
from par_lib.language.translation import Language
from par_press import pictures, report, shown, workbook
from par_press.page import WORKBOOK
from par_press.stamp import Stamp


def write(folder: Path, executed: Mapping[str, NotebookNode], data: Tables, stamp: Stamp,
          t: Language, *, template: Path) -> None:  # fmt: skip
    """Write the documents of an edition into the ``folder`` of its pages."""
    found = shown.read(executed)
    workbook.write(folder / WORKBOOK, found, data, stamp, t)
    charts = pictures.drawn([one for one in found if one.kind == "chart" and one.place])
    form = template if template.is_file() else report.FORM
    report.write(folder / "report.docx", found, charts, data, stamp, t, form=form)
    (folder / "summary.pdf").write_bytes(pictures.summary(found, stamp, t))
