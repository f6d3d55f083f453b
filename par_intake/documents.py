"""A file as lines that know their place (section, bullet, parent) and as grids of its tables.

viparse opens Word, PDF and RTF files and repairs TCVN3, VNI and other legacy letters; workbooks,
pages, CSV and JSON are grids alone.
"""

import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from par_intake import grids, tables
from par_intake.grids import Grid
from par_lib.language.spelling import normalise
from par_lib.language.translation import N_, Language

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PAGES = 60  # of a PDF: its parser takes 0.2 s and 9 MB a page
MAX_CHARACTERS = 2_000_000
PLAIN = (".txt", ".md")
LOADED = (".docx", ".pdf", ".doc", ".rtf")
PAGES = (".html", ".htm")
RECORDS = (".csv", ".json")
READ = (*LOADED, *grids.SHEETS, *PAGES, *RECORDS, *PLAIN)
_SECTION = re.compile(r"(?P<mark>[IVX]{1,5}|[A-ZĐ])(?:\s?[.)/]|-)\s+(?=\S)")
_NUMBERED = re.compile(r"(?P<mark>\d{1,2}(?:\.\d{1,2})*)(?:\s?[.)/]\s*|-\s+)(?=[^\W\d])")
_LETTERED = re.compile(r"(?P<mark>[a-zđ])\s?[.)]\s+(?=\S)")
_BULLET = re.compile(r"(?P<mark>[-–—•●▪*○◦+])\s*(?=\S)")
_DEEPER = "+○◦"  # bullets that stand under a dash
_FULL = 60  # characters: a line so long can have been broken by the page, a heading is shorter
_COMMON = ("năm", "đạt", "tỉnh", "huyện", "hồ sơ", "giải", "của")
_EMPHASIS = re.compile(r"\*\*|__")
_RULE = re.compile(r"[\s|:=_*#-]+")  # under a heading, or under a table's header


class ReportError(ValueError):
    """A file that cannot be read: the file, why and what to do, and what that is about."""

    def told(self, t: Language) -> str:
        """The error in the reader's language."""
        path, why, *about = self.args
        return f"{path}: {t(str(why), about=about[0] if about else '')}"

    def __str__(self) -> str:
        path, why, *about = self.args
        return f"{path}: {str(why).replace('{about}', str(about[0]) if about else '')}"


@dataclass(frozen=True)
class Line:
    """One paragraph. ``start`` is its offset in the whole text, ``parent`` a line's number."""

    text: str
    start: int
    section: str
    place: str
    depth: int
    parent: int | None

    @property
    def where(self) -> str:
        """Section and place, as a locator."""
        return ", ".join(filter(None, (self.section, self.place)))


@dataclass(frozen=True)
class Report:
    """A document's normalised text, its lines and its tables, in order."""

    text: str
    lines: tuple[Line, ...]
    grids: tuple[Grid, ...] = ()


def load(path: Path) -> Report:
    """What a file of one of READ holds.

    Raises ReportError for what is too large, not such a file, encrypted, or empty.
    """
    if not path.is_file():
        raise ReportError(path, N_("there is no such file"))
    size, suffix = path.stat().st_size, path.suffix.lower()
    if size > MAX_BYTES:
        raise ReportError(
            path, N_("too large ({about} bytes); a report has at most 50,000,000"), size
        )
    if suffix not in READ:
        raise ReportError(
            path, N_("this kind of file cannot be read; save it as one of {about}"), ", ".join(READ)
        )
    refuse_bomb(path)
    try:
        if suffix in grids.SHEETS:
            report = Report("", (), tuple(grids.of_sheets(path)))
        elif suffix in (*PAGES, *RECORDS):
            report = _records(path)
        else:
            report = build(_plain(path) if suffix in PLAIN else _loaded(path))
    except ReportError:
        raise
    except ValueError as error:
        raise ReportError(path, error) from None
    if not report.text.strip() and not any(one.rows for one in report.grids):
        raise ReportError(
            path, N_("holds no text; a scanned page must be typed or recognised first")
        )
    if len(report.text) > MAX_CHARACTERS:
        raise ReportError(path, N_("more than 2,000,000 characters; split the report"))
    return report


def _records(path: Path) -> Report:
    """A page, a CSV or a JSON file: its tables, and of a page its other text."""
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    if path.suffix.lower() == ".csv":
        return Report("", (), (grids.of_csv(text, path.stem),))
    if path.suffix.lower() == ".json":
        return Report("", (), (grids.of_json(text, path.stem),))
    from lxml import html

    made = list(grids.of_html(text))
    page = html.fromstring(raw)
    for table in list(page.iter("table", "script", "style")):
        table.drop_tree()
    return build([*page.text_content().splitlines(), *made])


def build(blocks: list[str | Grid]) -> Report:
    """Lines of paragraphs, and the tables with the paragraphs above each.

    >>> report = build(["I. KẾT QUẢ", "- Hồ sơ trễ hạn:", "+ Huyện: 12 hồ sơ"])
    >>> [(line.section, line.place, line.parent) for line in report.lines]
    [('I', 'heading', None), ('I', 'bullet 1', 0), ('I', 'bullet 1, + Huyện', 1)]
    """
    lines: list[Line] = []
    counts: Counter[str] = Counter()  # bullets and paragraphs under the last heading
    roman = numbered = place_above = ""
    offset = 0
    made: list[Grid] = []
    for block in _without_layout(blocks):
        if isinstance(block, Grid):
            block.above = [*block.above, *(line.text for line in lines[:3] + lines[-6:])]
            made.append(block)
            continue
        text = normalise(_EMPHASIS.sub("", block))
        if not text:
            continue
        if match := _SECTION.match(text):
            depth, place, roman, numbered = 0, "heading", match["mark"], ""
        elif match := _NUMBERED.match(text):
            depth, place, numbered = 1 + match["mark"].count("."), "heading", match["mark"]
        elif match := _LETTERED.match(text):
            depth, place = 4, f"{match['mark']})"
        elif (match := _BULLET.match(text)) and match["mark"] in _DEEPER:
            depth, place = 7, f"{place_above}, + {_label(text[match.end() :])}".lstrip(", ")
        else:
            kind = "bullet" if match else "paragraph"
            counts[kind] += 1
            depth, place = 5 if text.endswith(":") and not match else 6, f"{kind} {counts[kind]}"
            place_above = place
        if place == "heading" or depth == 4:
            counts.clear()
        parent = len(lines) - 1 if lines else None
        while parent is not None and lines[parent].depth >= depth:
            parent = lines[parent].parent
        section = ".".join(filter(None, (roman, numbered)))
        lines.append(Line(text, offset, section, place, depth, parent))
        offset += len(text) + 1
    return Report("\n".join(line.text for line in lines), tuple(lines), tuple(_joined(made)))


def _without_layout(blocks: list[str | Grid]) -> list[str | Grid]:
    """Tables that only place words on the page told as the paragraphs they are."""
    told: list[str | Grid] = []
    for block in blocks:
        layout = isinstance(block, Grid) and not any(map(tables.is_figure, chain(*block.rows)))
        if layout and next(tables.find(block), None) is None:
            told += [" ".join(dict.fromkeys(str(c) for c in row if c)) for row in block.rows]
        else:
            told.append(block)
    return told


def _joined(made: list[Grid]) -> list[Grid]:
    """Tables; one that goes on over a page, with its header or without, as one."""
    joined: list[Grid] = []
    for one in made:
        before = joined[-1] if joined else None
        goes_on = before and before.rows and one.rows and len(before.rows[0]) == len(one.rows[0])
        if goes_on and (one.rows[0] == before.rows[0] or next(tables.find(one), None) is None):
            before.rows += one.rows
        else:
            joined.append(one)
    return joined


def _label(text: str) -> str:
    return re.split(r"[:;(]", text, maxsplit=1)[0].strip()[:40]


def _plain(path: Path) -> list[str | Grid]:
    import viparse

    raw = path.read_bytes()
    utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in raw and not utf16:
        raise ReportError(path, N_("is not text; save it as UTF-8 text or as .docx"))
    try:
        text = raw.decode("utf-16" if utf16 else "utf-8-sig")[: MAX_CHARACTERS + 1]
        fixed = viparse.fix(text)
    except UnicodeDecodeError:  # from before Unicode: whichever set of letters gives words
        text = raw.decode("cp1252", errors="replace")[: MAX_CHARACTERS + 1]
        readings = (viparse.fix(text), *(viparse.fix(text, encoding=e) for e in ("tcvn3", "vni")))
        fixed = max(readings, key=lambda t: sum(t.lower().count(word) for word in _COMMON))
    lines = [line for line in fixed.splitlines() if not _RULE.fullmatch(line)]
    blocks: list[str | Grid] = []
    for row, group in groupby(lines, key=lambda line: line.count("|") > 1):
        own = list(group)
        cells = [line.strip().strip("|").split("|") for line in own]
        blocks += [grids.grid("Table", cells)] if row else own
    return blocks


def _loaded(path: Path) -> list[str | Grid]:
    import json

    import viparse

    is_pdf = path.suffix.lower() == ".pdf"
    if is_pdf:
        _refuse_long(path)
    try:
        loaded = viparse.load(str(path), output="json", max_bytes=MAX_BYTES, ocr=False)
    except viparse.MissingDependency as error:
        raise ReportError(path, error) from None
    except Exception as error:  # noqa: BLE001  whatever a broken file raises in its parser
        why = N_("cannot be opened ({about}); take off a password, or open it and save it as .docx")
        raise ReportError(path, why, f"{path.suffix}, {type(error).__name__}") from None
    found = json.loads(loaded[0].text)["blocks"]
    given = [block["rows"] for block in found if block["type"] == "table"]
    made = _grids(path, given)
    blocks: list[str | Grid] = []
    for block in found:
        if block["type"] == "table":
            blocks.append(made.pop(0))
        else:
            blocks += block["text"].splitlines()
    return _unwrap(blocks) if is_pdf else blocks


def _grids(path: Path, given: list[list]) -> list[Grid]:
    """The tables of a Word or PDF file with what their merged cells span, where that is known."""
    if given and path.suffix.lower() == ".docx":
        import docx

        own = docx.Document(str(path)).tables
        if len(own) == len(given):
            return [grids.of_word(table, f"Table {n}") for n, table in enumerate(own, start=1)]
    if given and path.suffix.lower() == ".pdf":
        import pdfplumber

        with pdfplumber.open(path) as pdf:
            own = [rows for page in pdf.pages for rows in page.extract_tables()]
        given = own if len(own) == len(given) else given
    return [grids.grid(f"Table {n}", rows) for n, rows in enumerate(given, start=1)]


def _unwrap(blocks: list[str | Grid]) -> list[str | Grid]:
    """Join the lines a page broke: a line without a mark continues one without an end."""
    joined: list[str | Grid] = []
    width = 0  # of the line before, as it is printed
    for block in blocks:
        before = joined[-1] if joined else None
        if not isinstance(block, str):
            joined.append(block)
            width = 0
            continue
        broken = width >= _FULL or not block[:1].isupper() or str(before).endswith((";", ","))
        width = len(block)
        if (
            broken
            and isinstance(before, str)
            and not any(p.match(block) for p in (_SECTION, _NUMBERED, _LETTERED, _BULLET))
            and not before.rstrip().endswith((".", ":"))
            and block.isupper() == before.isupper()
        ):
            joined[-1] = f"{before.rstrip()} {block.lstrip()}"
        else:
            joined.append(block)
    return joined


def _refuse_long(path: Path) -> None:
    import pypdfium2

    try:
        pages = len(pypdfium2.PdfDocument(path))
    except pypdfium2.PdfiumError as error:
        why = N_("cannot be opened ({about}); take off a password, or save it again as .pdf")
        raise ReportError(path, why, error) from None
    if pages > MAX_PAGES:
        why = N_("{about} pages; split off those with figures, 60 at most")
        raise ReportError(path, why, pages)


def refuse_bomb(path: Path) -> list[str]:
    """A packed file is unpacked in memory by its parser: measure it first; the names it holds."""
    if not zipfile.is_zipfile(path):
        return []
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as stream:
                    while piece := stream.read(1_000_000):
                        total += len(piece)
                        if total > MAX_UNPACKED_BYTES:
                            raise ReportError(
                                path, N_("unpacks to too many bytes; this is no report")
                            )
                        if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
                            why = N_("defines XML entities, which Word never writes; refused")
                            raise ReportError(path, why)
            return archive.namelist()
    # RuntimeError: an encrypted archive, or an unknown packing.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        why = N_("is damaged or has a password ({about}); save it again")
        raise ReportError(path, why, error) from None
