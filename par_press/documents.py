"""Word, Excel and PDF of an edition, in one language; and what each says of its edition.

The fingerprint of an edition is taken over all that it is made from, so equal editions share it,
and a paper leads back to the edition it belongs to.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from par_lib.language.translation import Language
from par_lib.storage import paths
from par_press import manifest

if TYPE_CHECKING:
    from par_lib.cleaning.tables import Tables

_CODE = re.compile(rb"[a-z0-9-]+-\d{4}-[0-9a-f]{12}(?![0-9a-f])")


@dataclass(frozen=True)
class Stamp:
    """Of one edition in one language; ``titles`` are those of its pages, by notebook."""

    place: str
    kind: str
    year: int
    day: dt.date
    dated: str
    fingerprint: str
    banner: str
    mark: str
    titles: Mapping[str, str]


def edition_of(paper: str) -> str:
    """Say which edition a document, or a fingerprint copied from paper, belongs to.

    ValueError where it holds no fingerprint, or no edition that stands has it.
    """
    file = Path(paper)
    text = b"\n".join(_texts(file)) if file.is_file() else paper.encode()
    codes = sorted({found.decode() for found in _CODE.findall(text)})
    if not codes:
        raise ValueError(f"{paper}: no fingerprint of an edition stands in it")
    for made in sorted((paths.root() / "outputs").glob(manifest.EDITIONS)):
        with suppress(ValueError, OSError):
            if manifest.read(made.parent).get("fingerprint") in codes:
                return str(made.parent)
    raise ValueError(
        f"{paper}: is of the edition {', '.join(codes)}, which no longer stands: it was made from "
        "other figures or by another program than the one in outputs/"
    )


def _texts(file: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            yield from (parts.read(name) for name in parts.namelist() if name.endswith(".xml"))
    else:
        yield file.read_bytes()


def write(folder: Path, executed: Mapping[str, NotebookNode], data: "Tables", stamp: Stamp,
          t: Language, *, template: Path) -> None:  # fmt: skip
    """Write the documents of an edition into the ``folder`` of its pages."""
    from par_press import page, pictures, report, shown, workbook  # their libraries: here alone

    found = shown.read(executed)
    workbook.write(folder / page.WORKBOOK, found, data, stamp, t)
    charts = pictures.drawn([one for one in found if one.kind == "chart" and one.place])
    form = template if template.is_file() else report.FORM
    report.write(folder / "report.docx", found, charts, data, stamp, t, form=form)
    (folder / "summary.pdf").write_bytes(pictures.summary(found, stamp, t))
