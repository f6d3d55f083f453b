"""A file as lines that know their place (section, depth, parent) and as grids of its tables.

viparse opens Word, PDF and RTF files and repairs TCVN3, VNI and other legacy letters; workbooks,
CSV and JSON are grids alone.
"""

import csv
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from par_intake import grids
from par_intake.grids import Grid, nth
from par_intake.phrases import around
from par_intake.tables import has_header
from par_lib.language import Refused, say
from par_lib.language.translation import N_
from par_lib.language.vietnamese import normalise

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PAGES = 60  # of a PDF: its parser takes 0.2 s and 9 MB a page
MAX_CHARACTERS = 2_000_000
LOADED = (".docx", ".pdf", ".doc", ".rtf")
PAGES = (".html", ".htm")
READ = (*LOADED, *grids.SHEETS, *PAGES, ".csv", ".json", ".txt", ".md")
_DEPTHS = {"section": 0, "numbered": 1, "lettered": 4, "bullet": 6, "paragraph": 6, "deeper": 7}
_FULL = 60  # characters: a line so long can have been broken by the page, a heading is shorter
_EMPHASIS = re.compile(r"\*\*|__")
_RULE = re.compile(r"[\s|:=_*#-]+")  # under a heading, or under a table's header
_ENTITIES = N_("defines XML entities, which Word never writes; refused")
_TOO_LONG = N_("more than 2,000,000 characters; split the report")
_PAGE_NUMBER = re.compile(r"(?:Trang )?\d{1,3}(?:/\d{1,3})?")
Block = str | Grid


class ReportError(ValueError):
    """A file that cannot be read: the file, why, and what to do."""


@dataclass(frozen=True)
class Line:
    """One paragraph. ``start`` is its offset in the whole text, ``parent`` a line's number."""

    text: str
    start: int
    section: str
    depth: int
    parent: int | None

    def where(self, start: int, end: int) -> str:
        """Letters of it as a locator: section, place in the whole text, the words around them."""
        words = self.text[max(0, start - 80) : end + 40].strip().replace(";", ",")
        at = say("characters {start}–{end}: {words}",
                 start=self.start + start, end=self.start + end, words=words)  # fmt: skip
        return f"{self.section}, {at}" if self.section else at


@dataclass(frozen=True)
class Report:
    """A document's lines and its tables, in order."""

    lines: tuple[Line, ...]
    grids: tuple[Grid, ...] = ()


def load(path: Path) -> Report:
    """What a file of one of READ holds.

    Raises ReportError for what is too large, not such a file, encrypted, or empty.
    """
    try:
        _refuse_unsafe(path)
        report = _read(path, path.suffix.lower())
        if not report.lines and not any(one.rows for one in report.grids):
            raise Refused("holds no text; a scanned page must be typed or recognised first")
        if sum(len(line.text) for line in report.lines) > MAX_CHARACTERS:
            raise Refused(_TOO_LONG)
    except (ValueError, csv.Error) as error:
        raise ReportError(f"{path}: {error}") from None
    return report


def _refuse_unsafe(path: Path) -> None:
    """A packed file is unpacked in memory by its parser, so it is measured before."""
    if not path.is_file():
        raise Refused("there is no such file")
    if (size := path.stat().st_size) > MAX_BYTES:
        raise Refused("too large ({about} bytes); a report has at most 50,000,000", about=size)
    if not zipfile.is_zipfile(path):
        return
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as stream:
                    while piece := stream.read(1_000_000):
                        total += len(piece)
                        if total > MAX_UNPACKED_BYTES:
                            raise Refused("unpacks to too many bytes; this is no report")
                        if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
                            raise Refused(_ENTITIES)
    # RuntimeError: an encrypted archive, or an unknown packing.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        why = N_("is damaged or has a password ({about}); save it again")
        raise Refused(why, about=error) from None


def _read(path: Path, suffix: str) -> Report:
    if suffix in LOADED:
        return build(_loaded(path, suffix))
    if suffix not in READ:
        why = N_("this kind of file cannot be read; save it as one of {about}")
        raise Refused(why, about=READ)
    raw = path.read_bytes()
    if suffix in PAGES or (suffix in grids.SHEETS and raw.lstrip()[:1] == b"<"):
        return build(grids.of_page(_text(raw)))  # programs save pages as .xls, too
    if suffix in grids.SHEETS:
        return Report((), tuple(grids.of_sheets(raw)))
    if suffix in (".csv", ".json"):
        read = grids.of_csv if suffix == ".csv" else grids.of_json
        return Report((), (read(_text(raw), path.stem),))
    return build(_drawn(_text(raw)))


def _drawn(text: str) -> Iterator[Block]:
    """Lines of a text, and the tables that bars draw in it."""
    import viparse

    fixed = viparse.fix(text[: MAX_CHARACTERS + 1])
    lines = [line for line in fixed.splitlines() if not _RULE.fullmatch(line)]
    tables = 0
    for is_table, group in groupby(lines, key=lambda line: line.count("|") > 1):
        if is_table:
            tables += 1
            yield grids.grid(nth(tables), [line.strip().strip("|").split("|") for line in group])
        else:
            yield from group


def _text(raw: bytes) -> str:
    """Text in whatever letters, NFC; ValueError for what is none."""
    import viparse

    utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in raw and not utf16:
        raise Refused("is not text; save it as UTF-8 text or as .docx")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    if len(raw) > MAX_CHARACTERS:
        raise Refused(_TOO_LONG)
    text = raw.decode("cp1252", errors="replace")  # from before Unicode: what gives words
    readings = (viparse.fix(text), *(viparse.fix(text, encoding=e) for e in ("tcvn3", "vni")))
    return max(readings, key=lambda read: len(around("common").findall(read.lower())))


def build(blocks: Iterable[Block]) -> Report:
    """Lines of paragraphs, and the tables with the paragraphs above each.

    A table that only places words on the page is the paragraphs it holds; one that goes on over a
    page, with its header or without, is one.

    >>> report = build(["I. KẾT QUẢ", "- Hồ sơ trễ hạn:", "+ Huyện: 12 hồ sơ"])
    >>> [(line.section, line.depth, line.parent) for line in report.lines]
    [('I', 0, None), ('I', 6, 0), ('I', 7, 1)]
    """
    lines: list[Line] = []
    made: list[Grid] = []
    roman = numbered = ""
    for block in _joined(blocks):
        if isinstance(block, Grid):
            block.above = [line.text for line in lines[:3] + lines[-6:]]
            made.append(block)
            continue
        match = around("mark").match(block)
        kind = match.lastgroup if match else "paragraph"
        heads = block.endswith(":") or (len(block) < _FULL and block[-1] not in ".;,")
        depth = _DEPTHS[kind] - (kind == "paragraph" and heads)
        if kind == "section":
            roman, numbered = match[kind], ""
        elif kind == "numbered":
            numbered, depth = match[kind], depth + match[kind].count(".")
        parent = len(lines) - 1 if lines else None
        while parent is not None and lines[parent].depth >= depth:
            parent = lines[parent].parent
        section = ".".join(filter(None, (roman, numbered)))
        start = lines[-1].start + len(lines[-1].text) + 1 if lines else 0
        lines.append(Line(block, start, section, depth, parent))
    return Report(tuple(lines), tuple(made))


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Blocks that hold something: a table over several pages is one, a layout is paragraphs."""
    made: list[Block] = []
    for block in blocks:
        before = made[-1] if made and isinstance(made[-1], Grid) else None
        if isinstance(block, str):
            text = normalise(_EMPHASIS.sub("", block))
            made += [text] if text and not (before and _PAGE_NUMBER.fullmatch(text)) else []
        elif not has_header(block) and not any(map(grids.is_figure, chain(*block.rows))):
            texts = (dict.fromkeys(str(cell) for cell in row if cell) for row in block.rows)
            made += _joined(map(" ".join, texts))
        elif (
            before
            and len(before.rows[0]) == len(block.rows[0])
            and (before.rows[0] == block.rows[0] or not has_header(block))
        ):
            before.rows += block.rows
        else:
            made.append(block)
    return made


def _loaded(path: Path, suffix: str) -> list[Block]:
    """The paragraphs and tables of a Word, PDF or RTF file."""
    import pypdfium2
    import viparse

    try:
        if suffix == ".pdf" and (pages := len(pypdfium2.PdfDocument(path))) > MAX_PAGES:
            raise Refused("{about} pages; split off those with figures, 60 at most", about=pages)
        loaded = viparse.load(str(path), output="json", max_bytes=MAX_BYTES, ocr=False)
        found = json.loads(loaded[0].text)["blocks"]
        made = _grids(path, suffix, [one["rows"] for one in found if one["type"] == "table"])
    except Refused:
        raise
    except viparse.MissingDependency as error:
        raise ValueError(error) from None
    except Exception as error:  # noqa: BLE001  whatever a broken file raises in its parser
        why = N_("cannot be opened ({about}); take off a password, or open it and save it as .docx")
        raise Refused(why, about=f"{suffix}, {type(error).__name__}") from None
    blocks: list[Block] = []
    for one in found:
        blocks += [made.pop(0)] if one["type"] == "table" else one["text"].splitlines()
    return _unwrap(blocks) if suffix == ".pdf" else blocks


def _grids(path: Path, suffix: str, given: list[list]) -> list[Grid]:
    """The tables of a Word or PDF file with what their merged cells span, where that is known."""
    if given and suffix == ".docx":
        import docx

        own = docx.Document(str(path)).tables
        given = [*map(grids.of_word, own, given)] if len(own) == len(given) else given
    if given and suffix == ".pdf":
        import pdfplumber

        with pdfplumber.open(path) as pdf:
            rows = [row for page in pdf.pages for table in page.extract_tables() for row in table]
        if len(rows) == sum(map(len, given)):  # a table over two pages is one of those given
            given = [[rows.pop(0) for _ in table] for table in given]
    return [grids.grid(nth(number), rows) for number, rows in enumerate(given, start=1)]


def _unwrap(blocks: list[Block]) -> list[Block]:
    """Join the lines a page broke: a line without a mark continues one without an end."""
    joined: list[Block] = []
    width = 0  # of the line before, as it is printed
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, str) and isinstance(before, str) and _broken(before, width, block):
            joined[-1] = f"{before.rstrip()} {block.lstrip()}"
        else:
            joined.append(block)
        width = len(block) if isinstance(block, str) else 0
    return joined


def _broken(before: str, width: int, line: str) -> bool:
    """Whether a line goes on with ``before``, whose last line is ``width`` long."""
    ends = before.rstrip().endswith((".", ":")) or around("mark").match(line)
    goes_on = width >= _FULL or not line[:1].isupper() or before.endswith((";", ","))
    return not ends and goes_on and line.isupper() == before.isupper()
