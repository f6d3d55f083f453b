"""The parts of a page: prose, code and charts as HTML that is safe to stand on one page."""

import re
from functools import lru_cache
from xml.etree import ElementTree

from markupsafe import Markup
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, import_plugin

# Only these token classes have a colour in page.css; the other spans would treble the code's size.
_COLOURED = "k|kn|kc|ow|s1|s2|sd|si|c1"
_PLAIN_SPAN = re.compile(rf'<span class="(?!(?:{_COLOURED})")[^"]*">([^<]*)</span>|<span></span>')
_REFERENCE = re.compile(r"#([\w.:-]+)")  # a colour looks like one, too, and is nobody's id
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}")
_NAMESPACE = re.compile(r"\{.*\}")
_WIDE_POINTS = 400  # a chart narrower than this stays legible on a phone
_OVERVIEW_POINTS = 500  # one wider than this does not, even if it is scrolled


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

    Size, metadata and ids that nothing refers to are dropped; the other ids are numbered
    under ``prefix``, so that those of several charts never meet, and equal runs are equal.
    Coordinates keep two decimals, a hundredth of a point.

    Raises ValueError where ``alt`` is empty or the text is not an SVG with a viewBox.

    >>> inline_svg('<svg viewBox="0 0 9 9"><g id="a"/></svg>', alt="A dot", prefix="c1")
    Markup('<svg viewBox="0 0 9 9" style="--points: 9" role="img" aria-label="A dot"><g /></svg>')
    """
    if not alt.strip():
        raise ValueError("chart without alternative text: say what it shows, as alt=…")
    root = ElementTree.fromstring(svg)
    if "viewBox" not in root.attrib:
        raise ValueError("chart without a viewBox: save it as SVG through the house style")
    for parent in list(root.iter()):
        for child in list(parent):
            if _NAMESPACE.sub("", str(child.tag)) in ("metadata", "style", "title", "script"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", element.tag)
        element.attrib = {_NAMESPACE.sub("", name): value for name, value in element.attrib.items()}
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    _number_ids(root, prefix)
    _shorten(root)
    width_points = float(root.attrib["viewBox"].split()[2])
    root.set("style", f"--points: {width_points:.0f}")  # so that all charts share one letter size
    if width_points > _WIDE_POINTS:
        root.set("class", "overview" if width_points > _OVERVIEW_POINTS else "wide")
    root.attrib |= {"role": "img", "aria-label": alt}
    return Markup(ElementTree.tostring(root, encoding="unicode").strip())


def _number_ids(root: ElementTree.Element, prefix: str) -> None:
    values = [value for element in root.iter() for value in element.attrib.values()]
    referred = {name for value in values for name in _REFERENCE.findall(value)}
    names = {}
    for element in root.iter():
        identifier = element.attrib.pop("id", None)
        if identifier in referred:
            names[identifier] = f"{prefix}-{len(names) + 1}"
            element.set("id", names[identifier])
    for element in root.iter():
        for name, value in element.attrib.items():
            own = _REFERENCE.sub(lambda found: "#" + names.get(found[1], found[1]), value)
            element.set(name, own)


def _shorten(root: ElementTree.Element) -> None:
    for element in root.iter():
        for name in {"d", "x", "y", "points"} & element.attrib.keys():
            short = _LONG_DECIMAL.sub(_round, element.attrib[name])
            element.set(name, " ".join(short.split()))
        if element.tag not in ("text", "tspan"):
            element.text = (element.text or "").strip() or None
            for child in element:
                child.tail = (child.tail or "").strip() or None


def _round(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
