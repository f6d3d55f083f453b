"""Charts for print, and the page for the chair: SVG and words → PNG and PDF, by Typst.

Typst draws from what is given to it alone: no network, no fonts of the machine, no clock.
"""

import datetime as dt
import json
import tempfile
from importlib.util import find_spec
from pathlib import Path

import typst

from par_lib.language.translation import Language
from par_press.documents import Stamp
from par_press.shown import Shown, inert, section, with_values

SUMMARY = Path(__file__).parent / "templates" / "summary.typ"
_DOTS_PER_INCH, _CHARTS = 300, 2
# Letters of charts, as matplotlib has them; it is not imported for that.
FONTS = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"


def _compiled(source: str, charts: list[Shown], said: dict,
              **options: object) -> bytes | list[bytes]:  # fmt: skip
    """What Typst makes of a source that shows ``charts`` as c0.svg, c1.svg … and ``said``."""
    with tempfile.TemporaryDirectory(prefix="par-") as private:
        for number, one in enumerate(charts):
            (Path(private) / f"c{number}.svg").write_text(one.svg, encoding="utf-8")
        (Path(private) / "said.json").write_text(json.dumps(said), encoding="utf-8")
        main = Path(private) / "main.typ"
        main.write_text(source, encoding="utf-8")
        return typst.compile(str(main), root=private, font_paths=[str(FONTS)],
                             ignore_system_fonts=True, **options)  # fmt: skip


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

    ``said`` gets smaller letters, then fewer rows of its table, until it holds on one page.
    """
    tagged = [one for one in found if "summary" in one.tags]
    charts = [one for one in tagged if one.kind == "chart"][:_CHARTS]
    tables = [one.data for one in tagged if one.kind == "table"][:1]
    firsts = {one.page: one for one in reversed(found) if one.kind in ("headline", "missing")}
    findings = [firsts[page] for page in stamp.titles if page in firsts]
    unknown = [one for one in section(found, "IV") if one.kind not in ("chart", "table")]
    said = {
        "title": t("{place} in {year}: administrative reform", place=stamp.place,
                   year=str(stamp.year)),
        "place": stamp.place, "lang": t.code, "code": stamp.fingerprint, "banner": stamp.banner,
        "day": [stamp.day.year, stamp.day.month, stamp.day.day], "dated": stamp.dated,
        "mark": stamp.mark, "charts": [{"alt": one.alt, "text": one.text} for one in charts],
        "table_title": "", "table": [], "widths": [],
    }  # fmt: skip
    for size, rows, lines in ((9.5, 9, 6), (9, 9, 5), (8.5, 7, 4), (8, 5, 3), (7.5, 3, 2)):
        said["size"] = size
        said["sections"] = [[title, [[one.text, one.status] for one in own[:most]]] for
                            title, own, most in ((t("Findings"), findings, len(findings)),
                                                 (t("What is not known"), unknown, lines))
                            if own]  # fmt: skip
        for data in tables:
            columns = with_values([data["heads"], *data["shown"]])
            said["table_title"] = data["title"]
            said["table"] = [[*map(inert, row)] for row in zip(*columns, strict=True)][: rows + 1]
            said["widths"] = [min(max(map(len, one)), 60) ** 0.6 for one in columns]
        made = _compiled(SUMMARY.read_text(encoding="utf-8"), charts, said, format="pdf",
                         pdf_standards=["ua-1"], timestamp=_at(stamp))  # fmt: skip
        if _pages(made) == 1:
            return made
    raise ValueError("summary.pdf: does not hold on one page; tag fewer cells summary or report:IV")


def _at(stamp: Stamp) -> int:
    return int(dt.datetime.combine(stamp.day, dt.time(), dt.UTC).timestamp())


def _pages(made: bytes) -> int:
    import pypdfium2

    return len(pypdfium2.PdfDocument(made))
