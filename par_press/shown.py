"""What the executed notebooks of an edition show: its sentences, charts and tables, in order.

A document is composed by the tags of cells, never by what they are about: ``report:II.3`` puts all
that a cell shows third in section II of the report, ``summary`` on the page for the chair.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from lxml import html
from nbformat import NotebookNode

from par_lib.charts.table_data import DATA
from par_lib.language.translation import UNKNOWN, Language

_PLACE = re.compile(r"report:(I{1,3}|IV)(?:\.(\d+))?")
# What no document may hold, and marks that turn the direction of what follows.
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe]")
_COLOUR = re.compile(r"var\(--\w+, (#\w+)\)")


@dataclass(frozen=True, eq=False)  # each is itself, and may be a key
class Shown:
    """One sentence, chart or table: its words, where they come from, and its place in documents.

    ``cited`` has the places in each source; ``data`` are a table's, ``svg`` is a chart's picture.
    """

    page: str
    cell: str
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
    def sources(self) -> set[str]:
        """Names of the sources of a table's rows."""
        return set(self.data.get("sources", ()))

    @property
    def place(self) -> tuple[str, int] | None:
        """Section and rank in the report, as its cell is tagged."""
        found = next(filter(None, map(_PLACE.fullmatch, sorted(self.tags))), None)
        return found and (found[1], int(found[2] or 0))


def read(executed: Mapping[str, NotebookNode]) -> list[Shown]:
    """Everything that notebooks, by their names, show."""
    return [one for page, book in executed.items() for one in _of_page(page, book)]


def _of_page(page: str, book: NotebookNode) -> Iterator[Shown]:
    tables = 0
    for cell in book.cells:
        here = {"page": page, "cell": cell.get("id", ""),
                "tags": frozenset(cell.metadata.get("tags", []))}  # fmt: skip
        for output in cell.get("outputs", []):
            shown, told = output.get("data", {}), output.get("metadata", {})
            if "image/svg+xml" in shown:
                words = told.get("image/svg+xml", {})
                caption, alt = (inert(words.get(name, "")) for name in ("caption", "alt"))
                yield Shown(**here, kind="chart", text=caption, alt=alt,
                            svg=printed(shown["image/svg+xml"]))  # fmt: skip
            elif DATA in shown:
                tables += 1
                data = shown[DATA]
                yield Shown(**here, kind="table", text=inert(data.get("title") or ""),
                            number=tables, data=data)  # fmt: skip
            elif shown.get("text/html", "").startswith("<p"):
                yield _sentence(shown["text/html"], told, here)


def _sentence(markup: str, told: NotebookNode, here: dict) -> Shown:
    said = html.fragment_fromstring(markup)
    links, status = said.xpath(".//*[@class='refs']/a"), said.find_class("status")
    cited = {link.get("href").removeprefix("#source-"): inert(link.get("title", ""))
             for link in links}  # fmt: skip
    word = status[0].text_content() if status else ""
    for mark in (*said.find_class("refs"), *said.find_class("more")):
        mark.drop_tree()
    text, kind = inert(said.text_content().strip()), said.get("class") or "sentence"
    return Shown(**here, kind=kind, text=text, cited=cited, status=word,
                 worth=told.get("par", {}).get("worth", 0.0))  # fmt: skip


def printed(svg: str) -> str:
    """A chart's SVG with the colours of paper, which a page takes from its style sheet."""
    return _COLOUR.sub(r"\1", svg)


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
    own = [one for one in shown if one.place and one.place[0] == name and one.text]
    groups = [list(group) for _, group in groupby(sorted(own, key=_rank), key=_rank)]
    groups.sort(key=lambda group: -max(one.worth for one in group))
    return [one for group in groups for one in group]


def _rank(one: Shown) -> int:
    return one.place[1]
