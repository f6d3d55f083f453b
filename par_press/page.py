"""One executed notebook becomes one self-contained HTML page; and the page that lists editions.

nbconvert gives Markdown and code colouring. Its exporter is not used: it searches templates in
folders of the machine, does not escape by default, and walks cell by cell, while a page here is
a row of sections with the code of each folded at its end.
"""

import ast
import base64
import hashlib
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby, pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from par_lib.charts.table_data import DATA, LEFT, LIGHT
from par_lib.language import N_, Refused, say
from par_lib.language.prose import spoken
from par_lib.language.translation import Language
from par_press.shown import WORKBOOK, highlight, inline_svg, markdown, sheet

_LOG = logging.getLogger(__name__)
TEMPLATES = Path(__file__).parent / "templates"
PARAMETER_TAGS = {"parameters", "injected-parameters"}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_HEADING = re.compile(r"<h([1-6])[ >]")
_H2 = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_PRE = Markup("<pre>{}</pre>")
_FRAMED = Markup('<div class="{}"><p>{}</p>{}</div>')
_CHART = Markup('<figure class="chart"><div class="scroll" tabindex="0">{chart}</div>{caption}'
                '<p class="csv" hidden>{save} <button aria-label="{save} PNG {number}">PNG</button>'
                ' <button aria-label="{save} SVG {number}">SVG</button></p></figure>')  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A link to a page; ``language`` is that page's code, ``note`` its finding, for a card."""

    href: str
    label: str
    current: bool = False
    language: str = ""
    note: str = ""

    def __html__(self) -> str:
        """As a template writes it."""
        language = Markup(' lang="{0}" hreflang="{0}"').format(self.language)
        more = language * bool(self.language) + Markup(' aria-current="page"') * self.current
        return Markup('<a href="{}"{}>{}</a>').format(self.href, more, self.label)


@dataclass(frozen=True)
class PageContext:
    """What a page says around the notebook's own text.

    ``sheets`` is the notebook's name where a workbook beside the page holds its tables.
    """

    language: Language
    title: str
    place: str = ""
    period: str = ""
    edition_date: str = ""
    home: Link | None = None
    contents: Sequence[Link] = ()
    languages: Sequence[Link] = ()
    downloads: Sequence[Link] = ()
    banner: str = ""
    sheets: str = ""
    with_code: bool = True


@dataclass(frozen=True)
class Edition:
    """One edition in the collection's index: a link a language, its finding, perhaps a note.

    That of a ``part`` of a year takes a line.
    """

    place: str
    period: str
    links: Sequence[Link]
    note: str = ""
    finding: str = ""
    bounds: Sequence[str] = ()  # figures once known within bounds, and stated since; in all, each
    part: bool = False


def render_page(notebook: NotebookNode, context: PageContext, *, cards: Sequence[Link] = (),
                cards_heading: str = N_("Page by page")) -> str:  # fmt: skip
    """Render an executed notebook as a page that needs nothing beside itself.

    ``cards`` lead to the other pages of the edition, or to sheets; they follow the first headed
    section. Outputs are taken as text/html (trusted), image/svg+xml, text/markdown (raw HTML
    escaped) or text/plain, in this order; stderr and errors are shown. ValueError, naming page and
    cell, for a chart without alternative text, a picture that is not SVG, or headings that are not
    one H1 and no level skipped.
    """
    page = _Page(context)
    page.read(notebook)
    page.check_headings()
    if cards:
        page.sections.insert(2, _Section("pages", context.language(cards_heading), cards=cards))
    return render("page.html.j2", context, sections=page.sections, parameters=page.parameters)


def render_collection(language: Language, editions: Iterable[Edition],
                      languages: Sequence[Link] = ()) -> str:  # fmt: skip
    """Render outputs/index.html: all places, in the order given, with their years and findings."""
    title = language("Administrative reform, province by province")
    context = PageContext(language, title=title, languages=languages)
    places = [(place, list(group)) for place, group in groupby(editions, lambda e: e.place)]
    return render("collection.html.j2", context, places=places)


@dataclass
class _Section:
    anchor: str = ""
    heading: str = ""
    blocks: list[Markup] = field(default_factory=list)
    cards: Sequence[Link] = ()
    code: list[Markup] = field(default_factory=list)
    computes: bool = False
    shows: bool = False


class _Page:
    """The sections of a notebook, each with what it shows and its code; and its parameters."""

    def __init__(self, context: PageContext) -> None:
        self.context, self.t = context, context.language
        self.sections, self.parameters = [_Section()], []
        self.charts, self.tables = count(1), count(1)

    def read(self, notebook: NotebookNode) -> None:
        """Take cell by cell; leave out sections whose cells show nothing, but the last: it names
        them behind the method.
        """
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type == "markdown":
                self._prose(markdown(cell.source))
            elif PARAMETER_TAGS & set(cell.metadata.get("tags", [])):
                self.parameters.append(highlight(cell.source))
            elif cell.cell_type == "code":
                # What prose says stands on the page already.
                code = "" if (speaks := spoken(cell.source)[0]) else _without_imports(cell.source)
                self.sections[-1].computes |= bool(speaks or code)
                shown = code and self.context.with_code
                self.sections[-1].code += [highlight(code)] * bool(shown)
            for output in cell.get("outputs", []):
                if output.get("metadata", {}).get("par", {}).get("nothing"):
                    continue  # said to whoever runs the notebook
                self.sections[-1].shows = True
                try:
                    block = self._output(output)
                except ValueError as error:
                    where = say("cell {number}: {fault}", number=number, fault=error)
                    raise ValueError(f"{self.context.title}, {where}") from error
                if output.get("data", {}).keys() & {"text/html", "image/svg+xml"}:
                    self.sections[-1].blocks.append(block)
                else:
                    self._prose(block)
        empty = [one for one in self.sections[1:-1] if one.computes and not one.shows]
        if empty:
            words = self.t("Nothing to show under: {sections}.",
                           sections="; ".join(one.heading for one in empty))  # fmt: skip
            self.sections[-1].blocks.insert(1, Markup("<p>{}</p>").format(words))
        self.sections = [one for one in self.sections if one not in empty]

    def _prose(self, html: Markup) -> None:
        """Append it; each H2 opens a section. Raw HTML is escaped: every ``<h2>`` is a heading."""
        for part in re.split(r"(?=<h2>)", html):
            if found := _H2.match(part):
                anchor = f"section-{len(self.sections)}"
                part = f'<h2 id="{anchor}">{part.removeprefix("<h2>")}'
                self.sections.append(_Section(anchor, Markup(found[1]).striptags()))
            if part.strip():
                self.sections[-1].blocks.append(Markup(part))

    def _output(self, output: NotebookNode) -> Markup:
        t = self.t
        if output.output_type == "stream":
            text = _PRE.format(strip_ansi(output.text))
            words = t("Message from the computation")
            return _FRAMED.format("stderr", words, text) if output.name == "stderr" else text
        if output.output_type == "error":
            trace = strip_ansi("\n".join(output.traceback)) or f"{output.ename}: {output.evalue}"
            return _FRAMED.format("error", t("This computation failed"), _PRE.format(trace))
        data = output.data
        if "image/svg+xml" in data:
            return self._chart(data["image/svg+xml"], output.metadata.get("image/svg+xml", {}))
        if "text/html" in data:
            shown = Markup(data["text/html"].replace(LEFT, "").replace(LIGHT, ""))
            return self._with_sheet(shown) if DATA in data else shown
        if "image/png" in data:  # of a notebook that was not opened by par.begin
            _LOG.warning(say("a picture without words; open the notebook with par.begin"))
            address = f"data:image/png;base64,{data['image/png'].strip()}"
            picture = Markup('<figure class="chart"><img alt="{}" src="{}"></figure>')
            return picture.format(t("Chart without a description"), address)
        if "text/markdown" in data:
            return markdown(data["text/markdown"])
        return _PRE.format(data.get("text/plain", ", ".join(data)))

    def _chart(self, svg: str, words: Mapping[str, str]) -> Markup:
        number, caption = next(self.charts), words.get("caption")
        below = Markup("<figcaption>{}</figcaption>").format(caption) if caption else ""
        chart = inline_svg(svg, alt=words.get("alt", ""), prefix=f"c{number}")
        save = self.t("Download the picture:")
        return _CHART.format(chart=chart, caption=below, save=save, number=number)

    def _with_sheet(self, table: Markup) -> Markup:
        """A table with a link to the workbook that names its sheet."""
        end, sheets = Markup("</p></figure>"), self.context.sheets
        name = sheet(self.t, sheets, next(self.tables))
        if not sheets or not table.endswith(end):
            return table
        words = self.t("sheet “{name}”", name=name)
        link = Markup(' <a href="{}" aria-label="Excel, {}">Excel</a> <span>({})</span>')
        return table[: -len(end)] + link.format(WORKBOOK, words, words) + end

    def check_headings(self) -> None:
        """ValueError where they are not one H1 first, and then no level skipped."""
        html = "".join(block for section in self.sections for block in section.blocks)
        levels, title = [*map(int, _HEADING.findall(html))], self.context.title
        if levels[:1] != [1] or levels.count(1) != 1:
            raise Refused("{title}: heading levels {levels}: begin the first cell with the only '# "
                          "heading'", title=title, levels=str(levels))  # fmt: skip
        for above, below in pairwise(levels):
            if below > above + 1:
                wrong = N_("{title}: a level {below} heading follows level {above}: skip none")
                raise Refused(wrong, title=title, below=below, above=above)


def _without_imports(source: str) -> str:
    """Code without what only brings in names: that is not how a figure was computed."""
    lines = source.splitlines()
    try:
        nodes = ast.parse(source).body
    except SyntaxError:  # a magic of IPython's
        return source.strip()
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "\n".join(lines).strip()


def render(template: str, context: PageContext, **values: object) -> str:
    """Render a page of a template beside this module, with style, script and what they may do."""
    style = _ENVIRONMENT.get_template("page.css").render(context=context)
    script = (TEMPLATES / "page.js").read_text("utf-8")
    # Charts carry style attributes, which no hash can allow; style elements and scripts need one.
    policy = ("default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
              f"script-src '{_digest(script)}'; style-src 'unsafe-inline'; "
              f"style-src-elem '{_digest(style)}'; style-src-attr 'unsafe-inline'")  # fmt: skip
    return _ENVIRONMENT.get_template(template).render(
        context=context, t=context.language, policy=policy, style=Markup(style),
        script=Markup(script), **values,
    )  # fmt: skip


def _css_string(text: str) -> Markup:
    """Quote text for CSS; every character that could end the string or the element is escaped."""
    inert = re.sub(r"[^\w ·.,:;/()–-]", lambda found: f"\\{ord(found[0]):x} ", text)
    return Markup(f'"{inert}"')


_ENVIRONMENT.filters["css"] = _css_string


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
