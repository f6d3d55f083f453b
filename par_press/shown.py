"""What executed notebooks show, in order; and its parts made fit for a page: prose, code, charts.

Where it stands in a document is said by the tags of cells, never by what they are about:
``report:II.3`` puts all that a cell shows third in section II of the report, ``summary`` on the
page for the chair.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from lxml import html
from markupsafe import Markup
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, import_plugin
from nbformat import NotebookNode

from par_lib.charts.table_data import DATA
from par_lib.cleaning.tables import Tables
from par_lib.language import Refused
from par_lib.language.translation import SYNTHETIC_WORDS, TABLE_LABELS, Language

WORKBOOK = "tables.xlsx"  # beside the pages; every table has a sheet of it
_MOST_PLACES = 12  # in a source, of a sentence
_SECTION = re.compile(r"^[IVX]+(\.\d+)*(?=,|$)")  # of a source, at the beginning of a place in it
_DIGITS = re.compile(r"(\d+)")
_PLACE = re.compile(r"report:(I{1,3}|IV)(?:\.(\d+))?")
# What no document may hold, and marks that turn the direction of what follows.
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff"
                  r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # fmt: skip
_COLOUR = re.compile(r"var\(--\w+, (#\w+)\)")  # of a page's style sheet, and that of paper
# Only these token classes have a colour in page.css; the other spans would treble the code's size.
_COLOURED = "k|kn|kc|ow|s1|s2|sd|si|c1"
_PLAIN_SPAN = re.compile(rf'<span class="(?!(?:{_COLOURED})")[^"]*">([^<]*)</span>|<span></span>')
_REFERENCE = re.compile(r"#([\w.:-]+)")  # a colour looks like one, too, and is nobody's id
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}")
_DOTS_PER_INCH = 300
_WIDE_POINTS = 400  # a chart narrower than this stays legible on a phone
_OVERVIEW_POINTS = 500  # one wider than this does not, even if it is scrolled


class Issue:
    """An edition in one language: what every page and document says of it.

    ``titles`` are those of its pages, by notebook. ``mark`` prints the ``fingerprint``, by which a
    paper leads back to its edition. ``day`` is the last on which a source was looked at.
    """

    def __init__(self, data: Tables, t: Language, fingerprint: str,
                 titles: Mapping[str, str]) -> None:  # fmt: skip
        self.data, self.t, self.fingerprint, self.titles = data, t, fingerprint, titles
        self.place, self.period = data.place, t.period(data.period)
        accessed = [day for day in data.sources["accessed"] if day]  # none, of a year just begun
        self.day = max(accessed, default=data.period.span()[1])
        self.dated = (
            t("Sources accessed to {day}", day=self.day) if accessed else t("No source yet")
        )
        self.mark = t("Mark of this edition: {code}", code=fingerprint)
        self.synthetic = SYNTHETIC_WORDS if data.synthetic else ""
        missing = "; ".join(t(TABLE_LABELS[table]) for table in data.missing)
        self.missing = missing and t("No figures for {period} yet: {tables}.",
                                     period=self.period, tables=missing)  # fmt: skip
        self.banner = " · ".join(filter(None, (self.synthetic, self.missing)))

    def source(self, name: str) -> str:
        """A source by its number and title, with who made it and when."""
        own, t = self.data.sources.loc[name], self.t
        said = f"[{own['number']}] {(t.code == 'en' and own['title_en']) or own['title']}"
        day = (own["date"] and t("published {day}", day=own["date"])) or (
            own["accessed"] and t("accessed {day}", day=own["accessed"]))  # fmt: skip
        made = ", ".join(filter(None, (own["producer"], day)))
        return f"{said} ({made})" if made else said


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


def read(executed: Mapping[str, NotebookNode]) -> list[Shown]:
    """Everything that notebooks, by their names, show."""
    return [one for page, book in executed.items() for one in _of_page(page, book)]


def title(book: NotebookNode) -> str:
    """The title of a notebook, its first line."""
    return book.cells[0].source.splitlines()[0].removeprefix("# ")


def _of_page(page: str, book: NotebookNode) -> Iterator[Shown]:
    tables = 0
    for cell in book.cells:
        here = {"page": page, "tags": frozenset(cell.metadata.get("tags", []))}
        for output in cell.get("outputs", []):
            shown, told = output.get("data", {}), output.get("metadata", {})
            own = told.get("par", {})
            if "image/svg+xml" in shown:
                words = told.get("image/svg+xml", {})
                caption, alt = (inert(words.get(name, "")) for name in ("caption", "alt"))
                printed = _COLOUR.sub(r"\1", shown["image/svg+xml"])
                yield Shown(**here, kind="chart", text=caption, alt=alt, svg=printed)
            elif DATA in shown:
                tables += 1
                title = inert(shown[DATA].get("title") or "")
                yield Shown(**here, kind="table", text=title, number=tables, data=shown[DATA])
            elif shown.get("text/html", "").startswith("<p") and not own.get("nothing"):
                yield Shown(**here, **_sentence(shown["text/html"]), worth=own.get("worth", 0.0))


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


def section(shown: list[Shown], name: str) -> list[Shown]:
    """What stands in a section of the report: by points at stake, then by rank, as it was shown.

    What a page has no figures for stands in IV, wherever its cell is tagged for.
    """
    own = [one for one in shown if one.place and one.text
           and name == ("IV" if one.kind == "missing" else one.place[0])]  # fmt: skip
    worth = {one.place: one.worth for one in sorted(own, key=lambda one: one.worth)}
    return sorted(own, key=lambda one: (-worth[one.place], one.place))


def listed(places: list[str], t: Language) -> str:
    """Places in a source as a person lists them: in order, with what has one beginning joined.

    Where they are many, a bullet stands for its items.

    >>> from par_lib.language.translation import language
    >>> listed(["I, bullet 9", "II.3, + Xã", "I, bullet 8", "I, bullet 10"], language("en"))
    'Section I, bullet 8–10; Section II.3, item “Xã”'
    """
    for whole in (True, False):
        joined: dict[tuple[str, bool], list[str]] = {}  # by beginning, and whether of its items
        for place in sorted({*places} - {""}, key=_in_order):
            place, _, item = place.partition(", + ")
            start, _, number = place.rpartition(" ")
            if item and whole:
                joined.setdefault((place, True), []).append(f"“{item}”")
            elif start and number.isdecimal():
                joined.setdefault((start, False), []).append(number)
            else:
                joined.setdefault((place, False), [])
        if len(joined) <= _MOST_PLACES:
            break
    said = [_SECTION.sub(lambda of: t("Section {number}", number=of[0]), start)
            + (t(", item {names}", names=", ".join(ends)) if items else f" {_runs(ends)}".rstrip())
            for (start, items), ends in joined.items()]  # fmt: skip
    where = "; ".join(said[:_MOST_PLACES])
    if more := len(said[_MOST_PLACES:]):
        where = t.plural("{places} and {count} more place", "{places} and {count} more places",
                         more, places=where)  # fmt: skip
    return where


def _in_order(place: str) -> list[str | int]:
    """By which II.10 stands behind II.9."""
    return [int(part) if part.isdecimal() else part for part in _DIGITS.split(place)]


def _runs(numbers: list[str]) -> str:
    """Numbers in order, those that follow each other as first–last."""
    ranked = enumerate(sorted({*map(int, numbers)}))
    runs = [[*run] for _, run in groupby(ranked, key=lambda one: one[1] - one[0])]
    ends = ({run[0][1]: "", run[-1][1]: ""} for run in runs)
    return ", ".join("–".join(map(str, both)) for both in ends)


class _Prose(IPythonRenderer):
    """Raw HTML is shown as text; pictures keep only their words (nothing may be loaded)."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text

    def table(self, text: str) -> str:
        return f'<div class="scroll" tabindex="0"><table>\n{text}</table></div>\n'


def markdown(source: str) -> Markup:
    """Markdown to HTML in which names from data are inert.

    Raw HTML, unsafe links and pictures become text. No anchors are added to headings.

    >>> markdown("Late in *Tây Giang* <img src=x onerror=alert(1)>")
    Markup('<p>Late in <em>Tây Giang</em> &lt;img src=x onerror=alert(1)&gt;</p>\\n')
    """
    prose = _Prose(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    plugins = (import_plugin(name) for name in ("table", "url", "def_list"))
    return Markup(MarkdownWithMath(prose, plugins=plugins).render(source))


@lru_cache(maxsize=1024)  # the same cells stand on the pages of every language and year
def highlight(source: str) -> Markup:
    """Python source to HTML with the few token classes that page.css colours.

    >>> highlight("late = 3  # dossiers")
    Markup('late = 3  <span class="c1"># dossiers</span>')
    """
    spans = Highlight2HTML(extra_formatter_options={"nowrap": True})(source.strip("\n"))
    return Markup(_PLAIN_SPAN.sub(lambda found: found[1] or "", spans).rstrip("\n"))


def inline_svg(svg: str, *, alt: str, prefix: str) -> Markup:
    """A chart's SVG made fit to stand inside a page, as one image with the words ``alt``.

    Size, metadata and ids that nothing refers to are dropped; the others are numbered under
    ``prefix``, so that those of several charts never meet. Coordinates keep two decimals, of a
    point. ValueError where ``alt`` is empty or the text is not an SVG with a viewBox.

    >>> inline_svg('<svg viewBox="0 0 9 9"><g id="a"/></svg>', alt="A dot", prefix="c1")
    Markup('<svg viewBox="0 0 9 9" style="--points: 9" role="img" aria-label="A dot"><g /></svg>')
    """
    if not alt.strip():
        raise Refused("chart without alternative text: say what it shows, as alt=…")
    root = ElementTree.fromstring(svg)
    if "viewBox" not in root.attrib:
        raise Refused("chart without a viewBox: save it as SVG through the house style")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style", "title", "script"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # without its namespace
        element.attrib = {name.rpartition("}")[2]: own for name, own in element.attrib.items()}
        for name in {"d", "x", "y", "points"} & element.attrib.keys():
            plain = " ".join(element.get(name).split())
            element.set(name, _LONG_DECIMAL.sub(lambda n: f"{round(float(n[0]), 2):.9g}", plain))
        if element.tag not in ("text", "tspan"):
            element.text = (element.text or "").strip() or None
            for child in element:
                child.tail = (child.tail or "").strip() or None
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    _number_ids(root, prefix)
    width_points = float(root.attrib["viewBox"].split()[2])
    root.set("style", f"--points: {width_points:.0f}")  # so that all charts share one letter size
    if width_points > _WIDE_POINTS:
        root.set("class", "overview" if width_points > _OVERVIEW_POINTS else "wide")
    root.attrib |= {"role": "img", "aria-label": alt}
    return Markup(ElementTree.tostring(root, encoding="unicode").strip())


def drawn(charts: list[Shown]) -> dict[Shown, bytes]:
    """Each chart as PNG, sharp in print."""
    if not charts:
        return {}
    pages = "\n#pagebreak()\n".join(f'#image("c{n}.svg")' for n in range(len(charts)))
    source = f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{pages}"
    made = compiled(source, charts, {}, format="png", ppi=_DOTS_PER_INCH)
    return dict(zip(charts, made if isinstance(made, list) else [made], strict=True))


def compiled(source: str, charts: list[Shown], said: dict,
              **options: object) -> bytes | list[bytes]:  # fmt: skip
    """What Typst makes of a source that shows ``charts`` as c0.svg, c1.svg … and ``said``."""
    import typst

    # Letters of charts, as matplotlib has them; it is not imported for that.
    fonts = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    files = {"said.json": json.dumps(said), "main.typ": source}
    files |= {f"c{number}.svg": one.svg for number, one in enumerate(charts)}
    with tempfile.TemporaryDirectory(prefix="par-") as private:
        for name, text in files.items():
            Path(private, name).write_text(text, encoding="utf-8")
        return typst.compile(f"{private}/main.typ", root=private, font_paths=[str(fonts)],
                             ignore_system_fonts=True, **options)  # fmt: skip


def _number_ids(root: ElementTree.Element, prefix: str) -> None:
    values = [value for element in root.iter() for value in element.attrib.values()]
    referred, names = {name for value in values for name in _REFERENCE.findall(value)}, {}
    for element in root.iter():
        identifier = element.attrib.pop("id", None)
        if identifier in referred:
            names[identifier] = f"{prefix}-{len(names) + 1}"
            element.set("id", names[identifier])
    for element in root.iter():
        for name, value in element.attrib.items():
            own = _REFERENCE.sub(lambda found: "#" + names.get(found[1], found[1]), value)
            element.set(name, own)
