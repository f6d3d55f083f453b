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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby, pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from par_lib.charts.table_data import DATA
from par_lib.language.prose import spoken
from par_lib.language.translation import Language
from par_press.documents import WORKBOOK, sheet
from par_press.markup import highlight, inline_svg, markdown

_LOG = logging.getLogger(__name__)
TEMPLATES = Path(__file__).parent / "templates"
PARAMETER_TAGS = {"parameters", "injected-parameters"}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_HEADING = re.compile(r"<h([1-6])[ >]")
_H2 = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class Link:
    """A link to a page; ``language`` is that page's code, ``note`` its finding, for a card."""

    href: str
    label: str
    current: bool = False
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class PageContext:
    """What a page says around the notebook's own text.

    ``sheets`` is the notebook's name where a workbook beside the page holds its tables.
    """

    language: Language
    title: str
    place: str = ""
    year: str = ""
    edition_date: str = ""
    home: Link | None = None
    contents: Sequence[Link] = ()
    languages: Sequence[Link] = ()
    downloads: Sequence[Link] = ()
    banner: str = ""
    sheets: str = ""


@dataclass(frozen=True)
class Edition:
    """One edition in the collection's index: a link per language, its finding, perhaps a note."""

    place: str
    year: str
    links: Sequence[Link]
    note: str = ""
    finding: str = ""


@dataclass
class _Section:
    anchor: str = ""
    heading: str = ""
    blocks: list[Markup] = field(default_factory=list)
    code: list[Markup] = field(default_factory=list)
    has_output: bool = False
    speaks: bool = False


def render_page(notebook: NotebookNode, context: PageContext, *, cards: Sequence[Link] = ()) -> str:
    """Render an executed notebook as a page that needs nothing beside itself.

    ``cards`` lead to the other pages of the edition; they follow the first headed section.
    Equal input gives equal text. Outputs are taken as text/html (trusted), image/svg+xml,
    text/markdown (raw HTML escaped) or text/plain, in this order; stderr and errors are shown.

    Raises ValueError, naming page and cell, for a chart without alternative text, a picture
    that is not SVG, or headings that are not one H1 first and then no level skipped.
    """
    sections, parameters = _read_sections(notebook, context)
    blocks = [block for section in sections for block in section.blocks]
    _check_headings("".join(blocks), context.title)
    if cards:
        sections.insert(2, _cards_section(cards, context.language))
    turns = list(pairwise(context.contents))
    around = {"previous": next((one for one, here in turns if here.current), None),
              "next": next((one for here, one in turns if here.current), None)}  # fmt: skip
    return _render("page.html.j2", context, sections=sections, parameters=parameters, **around)


def render_collection(language: Language, editions: Iterable[Edition],
                      languages: Sequence[Link] = ()) -> str:  # fmt: skip
    """Render outputs/index.html: all places, in the order given, with their years and findings."""
    title = language("Administrative reform, province by province")
    context = PageContext(language, title=title, languages=languages)
    places = [(place, list(group)) for place, group in groupby(editions, lambda e: e.place)]
    return _render("collection.html.j2", context, places=places)


def render_changes(context: PageContext, changes: Sequence, causes: Sequence[str]) -> str:
    """Render what an edition says otherwise than the one it replaced, and why."""
    t = context.language
    heads = [t("Row"), t("Measure"), t("Before"), t("After"), t("Page and table"), t("Cause")]
    return _render("changes.html.j2", context, changes=changes, causes=causes, heads=heads)


def _read_sections(notebook: NotebookNode,
                   context: PageContext) -> tuple[list[_Section], list[Markup]]:  # fmt: skip
    sections, parameters, numbers = [_Section()], [], (count(1), count(1))
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            _add_prose(sections, markdown(cell.source))
        elif PARAMETER_TAGS & set(cell.metadata.get("tags", [])):
            parameters.append(highlight(cell.source))
        elif cell.cell_type == "code" and spoken(cell.source)[0]:
            sections[-1].speaks = True  # what it says stands on the page already
        elif code := _without_imports(cell.source) if cell.cell_type == "code" else "":
            sections[-1].code.append(highlight(code))
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("par", {}).get("nothing"):
                continue  # said to whoever runs the notebook
            sections[-1].has_output = True
            try:
                block = _render_output(output, context, *numbers)
            except ValueError as error:
                raise ValueError(f"{context.title}, cell {number}: {error}") from error
            if output.get("data", {}).keys() & {"text/html", "image/svg+xml"}:
                sections[-1].blocks.append(block)
            else:
                _add_prose(sections, block)
    return _without_empty(sections, context.language), parameters


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


def _without_empty(sections: list[_Section], t: Language) -> list[_Section]:
    """The sections less those whose cells show nothing, which are named; the last one stays."""
    empty = [s for s in sections[1:-1] if (s.code or s.speaks) and not s.has_output]
    if empty:
        words = t("Nothing to show under: {sections}.",
                  sections="; ".join(one.heading for one in empty))  # fmt: skip
        sections[0].blocks.append(Markup("<p>{}</p>").format(words))
    return [one for one in sections if one not in empty]


def _cards_section(cards: Sequence[Link], t: Language) -> _Section:
    heading, template = t("Page by page"), _ENVIRONMENT.get_template("cards.html.j2")
    return _Section("pages", heading, [Markup(template.render(heading=heading, cards=cards))])


def _add_prose(sections: list[_Section], html: Markup) -> None:
    """Append prose; each H2 opens a section. Raw HTML is escaped: every ``<h2>`` is a heading."""
    for part in re.split(r"(?=<h2>)", html):
        found = _H2.match(part)
        if found:
            anchor = f"section-{len(sections)}"
            part = f'<h2 id="{anchor}">{part.removeprefix("<h2>")}'
            sections.append(_Section(anchor, Markup(found[1]).striptags()))
        if part.strip():
            sections[-1].blocks.append(Markup(part))


def _render_output(output: NotebookNode, context: PageContext, charts: Iterable[int],
                   tables: Iterable[int]) -> Markup:  # fmt: skip
    t = context.language
    if output.output_type == "stream":
        text = Markup("<pre>{}</pre>").format(strip_ansi(output.text))
        if output.name == "stderr":
            words = t("Message from the computation")
            return Markup('<div class="stderr"><p>{}</p>{}</div>').format(words, text)
        return text
    if output.output_type == "error":
        trace = strip_ansi("\n".join(output.traceback)) or f"{output.ename}: {output.evalue}"
        words = t("This computation failed")
        return Markup('<div class="error"><p>{}</p><pre>{}</pre></div>').format(words, trace)
    data = output.data
    if "image/svg+xml" in data:
        words = output.metadata.get("image/svg+xml", {})
        return _render_chart(data["image/svg+xml"], words, next(charts), t)
    if "text/html" in data:
        shown = Markup(data["text/html"])
        return _with_sheet(shown, context, next(tables)) if DATA in data else shown
    if "image/png" in data:  # of a notebook that was not opened by par.begin
        _LOG.warning("a picture without words; open the notebook with par.begin")
        address = f"data:image/png;base64,{data['image/png'].strip()}"
        words = t("Chart without a description")
        picture = '<figure class="chart"><img alt="{}" src="{}"></figure>'
        return Markup(picture).format(words, address)
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    return Markup("<pre>{}</pre>").format(data.get("text/plain", ", ".join(data)))


def _with_sheet(table: Markup, context: PageContext, number: int) -> Markup:
    """A table with a link to the workbook that names its sheet."""
    end, name = Markup("</p></figure>"), sheet(context.language, context.sheets, number)
    if not context.sheets or not table.endswith(end):
        return table
    words = context.language("sheet “{name}”", name=name)
    link = Markup(' <a href="{}" aria-label="Excel, {}">Excel</a> <span>({})</span>')
    return table[: -len(end)] + link.format(WORKBOOK, words, words) + end


def _render_chart(svg: str, words: dict[str, str], number: int, t: Language) -> Markup:
    chart, caption = inline_svg(svg, alt=words.get("alt", ""), prefix=f"c{number}"), Markup()
    if words.get("caption"):
        caption = Markup("<figcaption>{}</figcaption>").format(words["caption"])
    figure = Markup(
        '<figure class="chart"><div class="scroll" tabindex="0">{}</div>{}<p class="csv" hidden>'
        '{} <button aria-label="{} PNG {}">PNG</button> <button aria-label="{} SVG {}">SVG</button>'
        "</p></figure>"
    )
    save = t("Download the picture:")
    return figure.format(chart, caption, save, *(save, number) * 2)


def _check_headings(html: str, title: str) -> None:
    levels = [int(level) for level in _HEADING.findall(html)]
    if levels[:1] != [1] or levels.count(1) != 1:
        wanted = "begin the first cell with the only '# heading'"
        raise ValueError(f"{title}: heading levels {levels}: {wanted}")
    for above, below in pairwise(levels):
        if below > above + 1:
            raise ValueError(f"{title}: a level {below} heading follows level {above}: skip none")


def _render(template: str, context: PageContext, **values: object) -> str:
    style = (TEMPLATES / "page.css").read_text("utf-8") + _running_header(context)
    script = (TEMPLATES / "page.js").read_text("utf-8")
    # Charts carry style attributes, which no hash can allow; style elements and scripts need one.
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src '{_digest(script)}'; style-src 'unsafe-inline'; "
        f"style-src-elem '{_digest(style)}'; style-src-attr 'unsafe-inline'"
    )
    return _ENVIRONMENT.get_template(template).render(
        context=context, t=context.language, anchor=_anchor, policy=policy, style=Markup(style),
        script=Markup(script), **values,
    )  # fmt: skip


def _running_header(context: PageContext) -> str:
    """Print: place, year and date of the edition above each page; banner and number below."""
    edition = " · ".join(filter(None, (context.place, context.year)))
    boxes = {
        "top-left": _css_string(edition or context.title),
        "top-right": _css_string(context.edition_date),
        "bottom-left": _css_string(context.banner),
        "bottom-right": 'counter(page) " / " counter(pages)',
    }
    font = "font: 8.5pt system-ui, sans-serif; color: #5f6670"
    rules = " ".join(f"@{box} {{ content: {text}; {font} }}" for box, text in boxes.items())
    return f"@media print {{ @page {{ {rules} }} }}\n"


def _css_string(text: str) -> str:
    """Quote text for CSS; every character that could end the string or the element is escaped."""
    return '"' + re.sub(r"[^\w ·.,:;/()–-]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _anchor(link: Link) -> Markup:
    language = Markup(' lang="{0}" hreflang="{0}"').format(link.language) if link.language else ""
    current = Markup(' aria-current="page"') if link.current else ""
    return Markup('<a href="{}"{}{}>{}</a>').format(link.href, language, current, link.label)
