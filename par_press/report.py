"""report.docx: the findings of an edition as an administrative document, for an office to sign.

The form is a Word file (Decree 30/2020) in which ``{body}`` stands where the text goes; an office
may put its own in the raw folder of its province. What python-docx lacks, footnotes and the words
of a picture, is written as OOXML.
"""

import datetime as dt
import io
import re
import zipfile
from copy import deepcopy
from itertools import count
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from par_lib.language import Refused
from par_press.documents import rows_of, without_stop
from par_press.shown import Issue, Shown, inert, listed, section

FORM = Path(__file__).parent / "templates" / "report.docx"
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_NUMBER = re.compile(r"[-−+≥\s\d.,–%]+")
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
# A PNG without a scale counts as 72 dots an inch; letters of 10 points are printed in 8, in 7 on a
# chart that would be too high.
_PRINTED, _SMALLEST = 0.8 * 72 / 300, 0.7 * 72 / 300
_HIGHEST_MM, _PAPER_MM, _PAGE_MM, _MOST_ROWS = 110, 225, 162, 15


def write(file: Path, found: list[Shown], pictures: dict[Shown, bytes], issue: Issue, *,
          form: Path = FORM) -> None:  # fmt: skip
    """Write the report; ``pictures`` has a PNG of each chart in it.

    ValueError, naming the file, for a ``form`` that Word would not open, or without ``{body}``.
    """
    try:
        document = docx.Document(str(form))
    except (KeyError, ValueError, zipfile.BadZipFile, docx.opc.exceptions.OpcError) as error:
        raise Refused("{form}: is no Word document ({error}); save it as .docx",
                      form=form, error=error) from None  # fmt: skip
    anchor = _fill(document, _words(issue))
    if anchor is None:
        raise Refused("{form}: write {{body}} alone in the paragraph where the report goes",
                      form=form)  # fmt: skip
    if issue.synthetic:
        _on_every_page(document, issue.synthetic)
    _Report(document, anchor, issue).write(found, pictures)
    about, t = document.core_properties, issue.t
    place = inert(issue.place)[:200]  # a property takes 255 letters
    about.title, about.author = f"{t('Report')} {place} {issue.data.period}", place
    about.keywords, about.comments = issue.fingerprint, issue.banner[:255]
    about.created = about.modified = dt.datetime.combine(issue.day, dt.time())
    about.language, about.last_modified_by, about.revision = _LANGUAGES[t.code], place, 1
    held = io.BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as parts, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in parts.namelist():  # python-docx writes the hour into the archive
            fixed.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)


def _words(issue: Issue) -> dict[str, str]:
    """What stands in braces in the form, but for the text itself."""
    t = issue.t
    return {
        "committee": t("People's Committee\nof {place}", place=_place(issue)).upper(),
        "number": t("No.         /BC-UBND"), "republic": t("SOCIALIST REPUBLIC OF VIET NAM"),
        "motto": t("Independence – Freedom – Happiness"),
        "place_and_date": t("{place}, day      month      year", place=issue.place),
        "title": t("Report").upper(),
        "subject": t("Results of administrative reform in {period} and tasks to improve them",
                     period=issue.period),
        "banner": issue.missing, "mark": f"{issue.dated} · {issue.mark}",
        "recipients": t("Recipients:"), "recipients_list": t("- ……;\n- Archive."),
        "signature": t("ON BEHALF OF THE PEOPLE'S COMMITTEE"),
        "signature_hint": t("(Position, signature and full name)"),
    }  # fmt: skip


def _place(issue: Issue) -> str:
    """The province as its office writes it: with its kind, in Vietnamese."""
    return f"{issue.data.kind} {issue.place}" if issue.t.code == "vi" else issue.place


def _fill(document: Document, words: dict[str, str]) -> Paragraph | None:
    """Write words into the form; gives the paragraph in whose place the text goes."""
    anchor = None
    parts = [document, *(part for one in document.sections for part in (
        one.header, one.footer, one.first_page_header, one.first_page_footer))]  # fmt: skip
    for paragraph in [Paragraph(one, part) for part in parts
                      for one in part._element.iter(qn("w:p"))]:  # fmt: skip
        if paragraph.text.strip() == "{body}":
            anchor = paragraph
        for run in paragraph.runs:
            for name in [name for name in words if f"{{{name}}}" in run.text]:
                run.text = run.text.replace(f"{{{name}}}", inert(words[name]))
        if not paragraph.text and paragraph.style.name == "Source Line":
            _remove(paragraph)
    return anchor


def _on_every_page(document: Document, text: str) -> None:
    """Write words above the header of every page, whatever form it has."""
    for page in document.sections:
        for header in (page.header, page.first_page_header, page.even_page_header):
            above = header.paragraphs[0].insert_paragraph_before(style=header.paragraphs[0].style)
            above.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = above.add_run(text)
            run.bold, run.font.size = True, Pt(10)  # so that no line of the text moves for it


def _remove(paragraph: Paragraph) -> None:
    paragraph._p.getparent().remove(paragraph._p)


def _ooxml(tag: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


class _Report:
    def __init__(self, document: Document, anchor: Paragraph, issue: Issue) -> None:
        self.document, self.anchor, self.issue, self.t = document, anchor, issue, issue.t
        self.tables, self.charts = count(1), count(1)
        self.footnotes, self.said, self.named = _Footnotes(document), {}, set()
        self._own_styles()
        for lang in document.styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), _LANGUAGES[issue.t.code])

    def _own_styles(self) -> None:
        """Styles that the form of an office lacks are those of ours."""
        names = {style.name for style in self.document.styles}
        for style in docx.Document(str(FORM)).styles:
            if style.name not in names:
                self.document.styles.element.append(deepcopy(style.element))

    def write(self, found: list[Shown], pictures: dict[Shown, bytes]) -> None:
        t = self.t
        titles = {"I": t("Results of {period}", period=self.issue.period),
                  "II": t("Where points were deducted, and by whom"),
                  "III": t("Tasks"), "IV": t("What is not known")}  # fmt: skip
        about = {"place": _place(self.issue), "period": self.issue.period}
        self._paragraph(t("The People's Committee of {place} reports on administrative reform in "
                          "{period} as follows:", **about), "Body Text")  # fmt: skip
        for number, title in titles.items():
            self._paragraph(f"{number}. {title.upper()}", "Heading 1")
            # Sentences first: a chart that begins a new page leaves no gap among them.
            own = sorted(section(found, number), key=lambda one: one.kind in ("chart", "table"))
            if not own:
                self._paragraph(t("Nothing to show."), "Body Text")
            for one in own:
                if one.kind == "chart":
                    self._chart(one, pictures[one])
                elif one.kind == "table":
                    self._table(one)
                else:
                    self._sentence(one)
        end = t("This is the report of the People's Committee of {place} on administrative reform "
                "in {period}./.", **about)  # fmt: skip
        end = self._paragraph(end, "Body Text")
        end.paragraph_format.keep_with_next = True  # with the table of signatures
        _remove(self.anchor)

    def _paragraph(self, text: str, style: str) -> Paragraph:
        paragraph = self.document.add_paragraph(inert(text), style=style)
        self.anchor._p.addprevious(paragraph._p)
        return paragraph

    def _sentence(self, one: Shown) -> None:
        text, stop = without_stop(one.text)
        paragraph = self._paragraph(text, "Body Text")
        if one.status:
            paragraph.add_run(f" ({one.status})").italic = True
        paragraph.add_run(stop)
        cited = {name: listed(places.split("; "), self.t) for name, places in one.cited.items()}
        if (same := tuple(sorted(cited.items()))) in self.said:
            self.footnotes.refer(paragraph, self.said[same])
        elif cited:
            text = ". ".join(self._source(*each) for each in cited.items())
            self.said[same] = self.footnotes.add(paragraph, inert(f"{text}."))

    def _source(self, name: str, places: str = "") -> str:
        """A source by its number, the first time with its title, and where in it."""
        said = self.issue.source(name)
        if name in self.named:
            said = said.partition(" ")[0]
        self.named.add(name)
        return f"{said}: {places}" if places else said

    def _chart(self, one: Shown, picture: bytes) -> None:
        paragraph = self._paragraph("", "Picture")
        shape = paragraph.add_run().add_picture(io.BytesIO(picture))
        high = max(Mm(_HIGHEST_MM) / shape.height, _SMALLEST)
        scale = min(_PRINTED, Mm(_PAGE_MM) / shape.width, high, Mm(_PAPER_MM) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape._inline.docPr.set("descr", one.alt)
        shape._inline.docPr.set("title", one.text)
        paragraph.paragraph_format.keep_with_next = True
        below = self._caption(self.t("Chart"), next(self.charts), one.text)
        below.paragraph_format.keep_with_next = False

    def _caption(self, word: str, number: int, text: str) -> Paragraph:
        paragraph = self._paragraph(f"{word} ", "Caption")
        field = _ooxml("fldSimple", instr=f"SEQ {word.replace(' ', '_')} \\* ARABIC")
        field.append(paragraph.add_run(str(number))._r)
        paragraph._p.append(field)
        paragraph.add_run(f". {text}")
        return paragraph

    def _table(self, one: Shown) -> None:
        t = self.t
        rows, told = rows_of(one.data, _MOST_ROWS, t)
        columns = [*zip(*rows, strict=True)]
        self._caption(t("Table"), next(self.tables), one.text)
        grid = self.document.add_table(0, len(columns), style="Table Grid")
        self.anchor._p.addprevious(grid._tbl)
        grid.autofit = False
        grid._tbl.tblPr.append(_ooxml("tblCaption", val=one.text))
        lengths = [max(min(max(map(len, column)), 200) ** 0.55, 0.75 * max(map(len, (
            word for cell in column for word in cell.split())))) for column in columns]  # fmt: skip
        for column, length in zip(grid.columns, lengths, strict=True):
            column.width = Mm(_PAGE_MM * length / sum(lengths))
        numbers = [all(_NUMBER.fullmatch(cell) for cell in column[1:]) for column in columns]
        for number, cells in enumerate(rows):
            row, head = grid.add_row(), number == 0
            for mark in ("cantSplit", "tblHeader") if head else ("cantSplit",):
                row._tr.get_or_add_trPr().append(_ooxml(mark))
            for cell, text, right in zip(row.cells, cells, numbers, strict=True):
                paragraph = cell.paragraphs[0]
                paragraph.style = self.document.styles["Table Text"]
                paragraph.add_run(text).bold = head
                if right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                if number < 2 or number == len(rows) - 2:  # no row stands alone on a page
                    paragraph.paragraph_format.keep_with_next = True
        cited = [name for name in self.issue.data.sources.index if name in one.data["sources"]]
        if cited:
            told += " " + t("Source: {sources}.", sources="; ".join(map(self._source, cited)))
        self._paragraph(told.strip(), "Source Line")


class _Footnotes:
    """The footnotes of a document, behind those its form may have."""

    def __init__(self, document: Document) -> None:
        self.document, held = document, document.part
        mark = '<w:footnote w:type="{0}" w:id="{1}"><w:p><w:r><w:{0}/></w:r></w:p></w:footnote>'
        marks = mark.format("separator", -1) + mark.format("continuationSeparator", 0)
        self.root = parse_xml(f"<w:footnotes {nsdecls('w')}>{marks}</w:footnotes>")
        for key, one in [*held.rels.items()]:
            if one.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
                self.root = parse_xml(one.target_part.blob)
                held.drop_rel(key)
        part = XmlPart(PackURI("/word/footnotes.xml"), _FOOTNOTES, self.root, held.package)
        held.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    def add(self, paragraph: Paragraph, text: str) -> int:
        """A footnote behind what stands in the paragraph; gives its number."""
        number = 1 + max(int(one.get(qn("w:id"))) for one in self.root)
        reference = self.document.styles["footnote reference"]
        mark = _ooxml("footnoteReference", id=str(number))
        paragraph._p.append(_ooxml("bookmarkStart", id=str(number), name=f"note{number}"))
        paragraph.add_run(style=reference)._r.append(mark)
        paragraph._p.append(_ooxml("bookmarkEnd", id=str(number)))
        line = Paragraph(_ooxml("p"), self.document._body)
        line.style = self.document.styles["footnote text"]
        line.add_run(style=reference)._r.append(_ooxml("footnoteRef"))
        line.add_run(f" {text}")
        note = _ooxml("footnote", id=str(number))
        note.append(line._p)
        self.root.append(note)
        return number

    def refer(self, paragraph: Paragraph, number: int) -> None:
        """Refer to a footnote that stands already."""
        field = _ooxml("fldSimple", instr=f"NOTEREF note{number} \\f")
        style = self.document.styles["footnote reference"]
        field.append(paragraph.add_run(str(number), style=style)._r)
        paragraph._p.append(field)
