"""What the executed notebooks of an edition show, in order, and the documents made of it.

A document is composed by the tags of cells, never by what they are about: ``report:II.3`` puts all
that a cell shows third in section II of the report, ``summary`` on the page for the chair. Pictures
and that page are drawn by Typst from what is given to it alone: no network, no fonts of the
machine, no clock.
"""

import datetime as dt
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from lxml import html
from nbformat import NotebookNode

from par_lib.charts.table_data import DATA
from par_lib.cleaning.tables import Tables
from par_lib.language.translation import UNKNOWN, Language

REPORT, SUMMARY, WORKBOOK = "report.docx", "summary.pdf", "tables.xlsx"  # beside the pages
_TEMPLATE = Path(__file__).parent / "templates" / "summary.typ"
_PLACE = re.compile(r"report:(I{1,3}|IV)(?:\.(\d+))?")
# What no document may hold, and marks that turn the direction of what follows.
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe]")
_COLOUR = re.compile(r"var\(--\w+, (#\w+)\)")  # of a page's style sheet, and that of paper
_DOTS_PER_INCH, _CHARTS = 300, 2
# The page for the chair: points of its letters, rows of its table, lines of what is not known.
_FITS = ((9.5, 9, 6), (9, 9, 5), (8.5, 7, 4), (8, 5, 3), (7.5, 3, 2))


@dataclass(frozen=True)
class Stamp:
    """What every document says of its edition; ``titles`` are those of its pages, by notebook.

    ``fingerprint`` is taken over all that the edition is made from, so equal editions share it, and
    ``mark`` prints it: a paper leads back to the edition it belongs to.
    """

    place: str
    kind: str
    year: int
    day: dt.date
    dated: str
    fingerprint: str
    banner: str
    mark: str
    titles: Mapping[str, str]


@dataclass(frozen=True, eq=False)  # each is itself, and may be a key
class Shown:
    """One sentence, chart or table: its words, where they come from, and its place in documents.

    ``cited`` has the places in each source; ``data`` are a table's, ``svg`` is a chart's picture.
    """

    page: str
    tags: frozenset[str]
    kind: str  # "headline", "sentence", "missing", "chart" or "table"
    text: str  # of a chart or table its caption
    cited: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    worth: float = 0.0
    data: Mapping = field(default_factory=dict)
    number: int = 0  # of a table among those of its page
    svg: str = ""
    alt: str = ""

    @property
    def place(self) -> tuple[str, int] | None:
        """Section and rank in the report, as its cell is tagged."""
        found = next(filter(None, map(_PLACE.fullmatch, sorted(self.tags))), None)
        return found and (found[1], int(found[2] or 0))


def write(folder: Path, executed: Mapping[str, NotebookNode], data: Tables, stamp: Stamp,
          t: Language, *, form: Path) -> None:  # fmt: skip
    """Write Word, Excel and PDF into the ``folder`` of an edition's pages in a language.

    ``form`` is the Word file of the province's office for its report, if there is one.
    """
    from par_press import report, workbook  # their libraries: here alone

    found = read(executed)
    workbook.write(folder / WORKBOOK, found, data, stamp, t)
    charts = drawn([one for one in found if one.kind == "chart" and one.place])
    own = form if form.is_file() else report.FORM
    report.write(folder / REPORT, found, charts, data, stamp, t, form=own)
    (folder / SUMMARY).write_bytes(summary(found, stamp, t))


def read(executed: Mapping[str, NotebookNode]) -> list[Shown]:
    """Everything that notebooks, by their names, show."""
    return [one for page, book in executed.items() for one in _of_page(page, book)]


def _of_page(page: str, book: NotebookNode) -> Iterator[Shown]:
    tables = 0
    for cell in book.cells:
        here = {"page": page, "tags": frozenset(cell.metadata.get("tags", []))}
        for output in cell.get("outputs", []):
            shown, told = output.get("data", {}), output.get("metadata", {})
            if "image/svg+xml" in shown:
                words = told.get("image/svg+xml", {})
                caption, alt = (inert(words.get(name, "")) for name in ("caption", "alt"))
                printed = _COLOUR.sub(r"\1", shown["image/svg+xml"])
                yield Shown(**here, kind="chart", text=caption, alt=alt, svg=printed)
            elif DATA in shown:
                tables += 1
                title = inert(shown[DATA].get("title") or "")
                yield Shown(**here, kind="table", text=title, number=tables, data=shown[DATA])
            elif shown.get("text/html", "").startswith("<p"):
                worth = told.get("par", {}).get("worth", 0.0)
                yield Shown(**here, **_sentence(shown["text/html"]), worth=worth)


def _sentence(markup: str) -> dict:
    said = html.fragment_fromstring(markup)
    cited = {link.get("href").removeprefix("#source-"): inert(link.get("title", ""))
             for link in said.xpath(".//*[@class='refs']/a")}  # fmt: skip
    status = "".join(mark.text_content() for mark in said.find_class("status")[:1])
    for mark in (*said.find_class("refs"), *said.find_class("more")):
        mark.drop_tree()
    return {"kind": said.get("class") or "sentence", "text": inert(said.text_content().strip()),
            "cited": cited, "status": status}  # fmt: skip


def inert(text: str) -> str:
    """Text in which nothing is left that a document could not hold, or would act on."""
    return _ODD.sub("", text)


def sheet(t: Language, page: str, number: int) -> str:
    """Name of the sheet that holds a page's table of this number."""
    return f"{t('Table')} {page[:2]}.{number}"


def with_values(rows: list[list[str]]) -> list[tuple[str, ...]]:
    """The columns of rows as written, the first being heads, in which something is known."""
    return [column for column in zip(*rows, strict=True) if {*column[1:]} - {UNKNOWN, ""}]


def section(shown: list[Shown], name: str) -> list[Shown]:
    """What stands in a section of the report: by points at stake, then by rank, as it was shown."""
    own = [(one.place[1], one) for one in shown if one.place and one.place[0] == name and one.text]
    worth: dict[int, float] = {}
    for rank, one in own:
        worth[rank] = max(one.worth, worth.get(rank, one.worth))
    return [one for _, one in sorted(own, key=lambda each: (-worth[each[0]], each[0]))]


def drawn(charts: list[Shown]) -> dict[Shown, bytes]:
    """Each chart as PNG, sharp in print."""
    if not charts:
        return {}
    pages = "\n#pagebreak()\n".join(f'#image("c{n}.svg")' for n in range(len(charts)))
    source = f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{pages}"
    made = _compiled(source, charts, {}, format="png", ppi=_DOTS_PER_INCH)
    return dict(zip(charts, made if isinstance(made, list) else [made], strict=True))


def summary(found: list[Shown], stamp: Stamp, t: Language) -> bytes:
    """The page for the chair as PDF/UA: findings, two charts, tasks, and what is not known.

    It gets smaller letters, then fewer rows, until it holds on one page; ValueError where no size
    is small enough.
    """
    from pypdfium2 import PdfDocument

    tagged = [one for one in found if "summary" in one.tags]
    drawn = {one.page: one for one in reversed(tagged) if one.kind == "chart"}  # a page's first
    charts = [*drawn.values()][::-1][:_CHARTS]
    table = next((one.data for one in tagged if one.kind == "table"), None)
    columns = with_values([table["heads"], *table["shown"]]) if table else []
    firsts = {one.page: one for one in reversed(found) if one.kind in ("headline", "missing")}
    findings = [firsts[page] for page in stamp.titles if page in firsts]
    unknown = [one for one in section(found, "IV") if one.kind not in ("chart", "table")]
    said = {
        "title": t("{place} in {year}: administrative reform", place=stamp.place,
                   year=str(stamp.year)),
        "place": stamp.place, "lang": t.code, "code": stamp.fingerprint, "banner": stamp.banner,
        "day": [stamp.day.year, stamp.day.month, stamp.day.day], "dated": stamp.dated,
        "mark": stamp.mark, "charts": [{"alt": one.alt, "text": one.text} for one in charts],
        "findings": [t("Findings"), *([one.text, one.status] for one in findings)],
        "unknown": [t("What is not known"), *([one.text, one.status] for one in unknown)],
        "table_title": table["title"] if table else "",
        "table": [[*map(inert, row)] for row in zip(*columns, strict=True)],
        "widths": [min(max(map(len, one)), 60) ** 0.6 for one in columns],
    }  # fmt: skip
    midnight = dt.datetime.combine(stamp.day, dt.time(), dt.UTC)
    for size, rows, lines in _FITS:
        fitted = said | {"size": size, "rows": rows, "lines": lines}
        made = _compiled(_TEMPLATE.read_text(encoding="utf-8"), charts, fitted, format="pdf",
                         pdf_standards=["ua-1"], timestamp=int(midnight.timestamp()))  # fmt: skip
        if len(PdfDocument(made)) == 1:
            return made
    raise ValueError("summary.pdf: does not hold on one page; tag fewer cells summary or report:IV")


def _compiled(source: str, charts: list[Shown], said: dict,
              **options: object) -> bytes | list[bytes]:  # fmt: skip
    """What Typst makes of a source that shows ``charts`` as c0.svg, c1.svg … and ``said``."""
    import typst

    # Letters of charts, as matplotlib has them; it is not imported for that.
    fonts = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    with tempfile.TemporaryDirectory(prefix="par-") as private:
        files = {f"c{number}.svg": one.svg for number, one in enumerate(charts)}
        for name, text in (files | {"said.json": json.dumps(said), "main.typ": source}).items():
            (Path(private) / name).write_text(text, encoding="utf-8")
        return typst.compile(f"{private}/main.typ", root=private, font_paths=[str(fonts)],
                             ignore_system_fonts=True, **options)  # fmt: skip
