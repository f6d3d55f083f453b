"""report.docx: the findings of an edition as an administrative document, for an office to sign.

The form is a Word file (Decree 30/2020) in which ``{body}`` stands where the text goes; an office
may put its own in the raw folder of its province. What python-docx lacks, footnotes and the words
of a picture, is written as OOXML.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.table import _Row
from docx.text.paragraph import Paragraph

from par_lib.cleaning.tables import Tables
from par_lib.language.translation import Language
from par_press.documents import Stamp
from par_press.shown import Shown, inert, section, with_values

FORM = Path(__file__).parent / "templates" / "report.docx"
SECTIONS = ("I", "II", "III", "IV")
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_NUMBER = re.compile(r"[-−+≥\s\d.,–%]+")
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
_PRINTED = 72 / 300  # a PNG without a scale counts as 72 dots an inch
_WIDEST_MM, _HIGHEST_MM, _PAGE_MM, _MOST_ROWS, _MOST_PLACES = 120, 68, 162, 15, 6


def write(file: Path, found: list[Shown], pictures: dict[Shown, bytes], data: Tables, stamp: Stamp,
          t: Language, *, form: Path = FORM) -> None:  # fmt: skip
    """Write the report; ``pictures`` has a PNG of each chart in it.

    ValueError, naming the file, for a ``form`` that Word would not open, or without ``{body}``.
    """
    try:
        document = docx.Document(str(form))
    except (KeyError, ValueError, zipfile.BadZipFile, docx.opc.exceptions.OpcError) as error:
        raise ValueError(f"{form}: is no Word document ({error}); save it as .docx") from None
    anchor = _fill(document, _words(stamp, t))
    if anchor is None:
        raise ValueError(f"{form}: write {{body}} alone in the paragraph where the report goes")
    _Report(document, anchor, data, stamp, t).write(found, pictures)
    about = document.core_properties
    place = inert(stamp.place)[:200]  # a property takes 255 letters
    about.title, about.author = f"{t('Report')} {place} {stamp.year}", place
    about.keywords, about.comments = stamp.fingerprint, stamp.banner[:255]
    about.created = about.modified = dt.datetime.combine(stamp.day, dt.time())
    about.language, about.last_modified_by, about.revision = _LANGUAGES[t.code], place, 1
    held = io.BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as parts, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in parts.namelist():  # python-docx writes the hour into the archive
            fixed.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)


def _words(stamp: Stamp, t: Language) -> dict[str, str]:
    """What stands in braces in the form, but for the text itself."""
    place = f"{stamp.kind} {stamp.place}" if t.code == "vi" else stamp.place
    return {
        "committee": t("People's Committee of {place}", place=place).upper(),
        "number": t("No.         /BC-UBND"), "republic": t("SOCIALIST REPUBLIC OF VIET NAM"),
        "motto": t("Independence – Freedom – Happiness"),
        "place_and_date": t("{place}, day      month      year", place=stamp.place),
        "title": t("Report").upper(),
        "subject": t("Results of administrative reform in {year} and tasks to improve them",
                     year=str(stamp.year)),
        "banner": stamp.banner, "mark": f"{stamp.dated} · {stamp.mark}",
        "recipients": t("Recipients:"), "recipients_list": t("- ……;\n- Archive."),
        "signature": t("ON BEHALF OF THE PEOPLE'S COMMITTEE"),
        "signature_hint": t("(Position, signature and full name)"),
    }  # fmt: skip


def _fill(document: Document, words: dict[str, str]) -> Paragraph | None:
    """Write words into the form; gives the paragraph in whose place the text goes."""
    anchor = None
    parts = [document, *(part for one in document.sections for part in (
        one.header, one.footer, one.first_page_header, one.first_page_footer))]  # fmt: skip
    for paragraph in [one for part in parts for one in _paragraphs(part)]:
        if paragraph.text.strip() == "{body}":
            anchor = paragraph
        for run in paragraph.runs:
            for name, text in words.items():
                text = inert(text)
                if f"{{{name}}}" in run.text:
                    run.text = run.text.replace(f"{{{name}}}", text)
        if not paragraph.text and paragraph.style.name == "Source Line":
            paragraph._p.getparent().remove(paragraph._p)
    return anchor


def _paragraphs(part: object) -> Iterator[Paragraph]:
    yield from part.paragraphs
    for table in part.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from _paragraphs(cell)


class _Report:
    def __init__(self, document: Document, anchor: Paragraph, data: Tables, stamp: Stamp,
                 t: Language) -> None:  # fmt: skip
        self.document, self.anchor, self.data, self.stamp, self.t = document, anchor, data, stamp, t
        self.tables, self.charts, self.named = count(1), count(1), set()
        self.footnotes = _Footnotes(document)
        self._own_styles()
        for lang in document.styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), _LANGUAGES[t.code])

    def write(self, found: list[Shown], pictures: dict[Shown, bytes]) -> None:
        t, year = self.t, str(self.stamp.year)
        titles = (t("Results of {year}", year=year), t("Where points were deducted, and by whom"),
                  t("Tasks"), t("What is not known"))  # fmt: skip
        for number, title in zip(SECTIONS, titles, strict=True):
            self._paragraph(f"{number}. {title.upper()}", "Heading 1")
            own = section(found, number)
            if not own:
                self._paragraph(t("Nothing to show."), "Body Text")
            for one in own:
                if one.kind == "chart":
                    self._chart(one, pictures[one])
                elif one.kind == "table":
                    self._table(one)
                else:
                    self._sentence(one)
        self.footnotes.keep()
        self.anchor._p.getparent().remove(self.anchor._p)

    def _paragraph(self, text: str, style: str) -> Paragraph:
        paragraph = self.document.add_paragraph(text, style=style)
        self.anchor._p.addprevious(paragraph._p)
        return paragraph

    def _sentence(self, one: Shown) -> None:
        paragraph = self._paragraph(one.text, "Body Text")
        if one.status:
            paragraph.add_run(f" ({one.status})").italic = True
        if one.cited:
            cited = "; ".join(self._source(*each) for each in one.cited.items())
            known = self.footnotes.texts.get(cited)
            said = self.t("As note {number}.", number=known) if known else f"{cited}."
            self.footnotes.add(paragraph, said)
            self.footnotes.texts.setdefault(cited, self.footnotes.count)

    def _source(self, name: str, places: str = "") -> str:
        """A source by its number, the first time with its title, and where in it."""
        own, listed, t = self.data.sources.loc[name], places.split("; "), self.t
        said = f"[{own['number']}]"
        if name not in self.named:
            titles = own["title"], own.get("title_en")
            said += " " + (titles[t.code == "en" and isinstance(titles[1], str)])
            self.named.add(name)
        where = ", ".join(listed[:_MOST_PLACES])
        if more := len(listed[_MOST_PLACES:]):
            where = t("{places} and {count} more places", places=where, count=more)
        return f"{said}: {where}" if places else said

    def _chart(self, one: Shown, picture: bytes) -> None:
        paragraph = self._paragraph("", "Picture")
        shape = paragraph.add_run().add_picture(io.BytesIO(picture))
        scale = min(_PRINTED, Mm(_WIDEST_MM) / shape.width, Mm(_HIGHEST_MM) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        about = shape._inline.docPr
        about.set("descr", one.alt)
        about.set("title", one.text)
        paragraph.paragraph_format.keep_with_next = True
        below = self._caption(self.t("Chart"), next(self.charts), one.text)
        below.paragraph_format.keep_with_next = False

    def _caption(self, word: str, number: int, text: str) -> Paragraph:
        paragraph = self._paragraph(f"{word} ", "Caption")
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), f"SEQ {word.replace(' ', '_')} \\* ARABIC")
        paragraph._p.append(field)
        paragraph.add_run(str(number))
        field.append(paragraph.runs[-1]._r)
        paragraph.add_run(f". {text}")
        return paragraph

    def _table(self, one: Shown) -> None:
        t, statuses = self.t, [record.get("status", "") for record in one.data["data"]]
        rows = [one.data["heads"], *one.data["shown"]]
        if any(statuses):
            rows = [[*row, status] for row, status in
                    zip(rows, [t("Status"), *statuses], strict=True)]  # fmt: skip
        columns = with_values(rows)
        rows = [*zip(*columns, strict=True)]
        self._caption(t("Table"), next(self.tables), one.text)
        grid = self.document.add_table(0, len(columns), style="Table Grid")
        self.anchor._p.addprevious(grid._tbl)
        grid.autofit = False
        words = OxmlElement("w:tblCaption")
        words.set(qn("w:val"), one.text)
        grid._tbl.tblPr.append(words)
        lengths = [max(min(max(map(len, column)), 90) ** 0.6, 0.75 * max(map(len, (
            word for cell in column for word in cell.split())))) for column in columns]  # fmt: skip
        for column, length in zip(grid.columns, lengths, strict=True):
            column.width = Mm(_PAGE_MM * length / sum(lengths))
        numbers = [all(_NUMBER.fullmatch(cell) for cell in column[1:]) for column in columns]
        for cells in rows[: _MOST_ROWS + 1]:
            self._row(grid.add_row(), cells, numbers, head=cells is rows[0])
        told = [] if len(rows) <= _MOST_ROWS + 1 else [
            t("{shown} of {count} rows; all are in tables.xlsx.",
              shown=_MOST_ROWS, count=len(rows) - 1)]  # fmt: skip
        cited = [name for name in self.data.sources.index if name in one.sources]
        if cited:
            told.append(t("Source: {sources}.", sources="; ".join(map(self._source, cited))))
        self._paragraph(" ".join(told), "Source Line")

    def _row(self, row: _Row, cells: list[str], numbers: list[bool], *, head: bool) -> None:
        about = row._tr.get_or_add_trPr()
        about.append(OxmlElement("w:cantSplit"))
        if head:
            about.append(OxmlElement("w:tblHeader"))
        for cell, text, number in zip(row.cells, cells, numbers, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.style = self.document.styles["Table Text"]
            paragraph.add_run(inert(text)).bold = head
            if number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def _own_styles(self) -> None:
        """Styles that the form of an office lacks are those of ours."""
        names = {style.name for style in self.document.styles}
        for style in docx.Document(str(FORM)).styles:
            if style.name not in names:
                self.document.styles.element.append(deepcopy(style.element))


class _Footnotes:
    """The footnotes of a document, behind those its form may have."""

    def __init__(self, document: Document) -> None:
        self.document, held = document, document.part
        kept = [(key, one.target_part) for key, one in held.rels.items()
                if one.reltype == RELATIONSHIP_TYPE.FOOTNOTES]  # fmt: skip
        mark = '<w:footnote w:type="{0}" w:id="{1}"><w:p><w:r><w:{0}/></w:r></w:p></w:footnote>'
        parts = mark.format("separator", -1) + mark.format("continuationSeparator", 0)
        self.root = parse_xml(f"<w:footnotes {nsdecls('w')}>{parts}</w:footnotes>")
        for key, part in kept:
            self.root = parse_xml(part.blob)
            held.drop_rel(key)
        self.texts: dict[str, int] = {}  # what a footnote says first, and its number
        self.count = 0
        self.numbers = count(1 + max(int(one.get(qn("w:id"))) for one in self.root))

    def add(self, paragraph: Paragraph, text: str) -> None:
        """A footnote behind what stands in the paragraph."""
        number, self.count = str(next(self.numbers)), self.count + 1
        styles = self.document.styles
        note, mark = OxmlElement("w:footnote"), OxmlElement("w:footnoteReference")
        note.set(qn("w:id"), number)
        mark.set(qn("w:id"), number)
        paragraph.add_run(style=styles["footnote reference"])._r.append(mark)
        line = Paragraph(OxmlElement("w:p"), self.document._body)
        line.style = styles["footnote text"]
        line.add_run(style=styles["footnote reference"])._r.append(OxmlElement("w:footnoteRef"))
        line.add_run(f" {text}")
        note.append(line._p)
        self.root.append(note)

    def keep(self) -> None:
        """Put them into the document; nothing else may be added behind it."""
        from lxml import etree

        blob = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        name = PackURI("/word/footnotes.xml")
        part = Part(name, _FOOTNOTES, blob, self.document.part.package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
