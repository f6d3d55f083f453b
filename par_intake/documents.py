"""A report as lines that know their place: section, bullet, parent.

viparse opens Word, PDF and RTF files and repairs TCVN3, VNI and other legacy letters. Tables are
told as sentences, so that one grammar reads text and tables alike.
"""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from par_lib.language.spelling import normalise

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PAGES = 60  # of a PDF: its parser takes 0.2 s and 9 MB a page
MAX_CHARACTERS = 2_000_000
PLAIN = (".txt", ".md")
LOADED = (".docx", ".pdf", ".doc", ".rtf")
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
    """A file that cannot be read as a report, then why and what to do."""

    def __str__(self) -> str:
        return ": ".join(map(str, self.args))


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
    """A document's normalised text and its lines, in order."""

    text: str
    lines: tuple[Line, ...]


def load(path: Path) -> Report:
    """The report in a .docx, .pdf, .doc, .rtf, .txt or .md file.

    Raises ReportError for what is too large, not such a file, encrypted, or without text.
    """
    if not path.is_file():
        raise ReportError(path, "there is no such file")
    size, suffix = path.stat().st_size, path.suffix.lower()
    if size > MAX_BYTES:
        raise ReportError(path, f"{size:,} bytes; a report has at most {MAX_BYTES:,}")
    if suffix not in (*LOADED, *PLAIN):
        raise ReportError(path, f"cannot be read; save it as one of {', '.join((*LOADED, *PLAIN))}")
    report = build(_plain(path) if suffix in PLAIN else _loaded(path))
    if not report.text.strip():
        raise ReportError(path, "holds no text; a scanned page must be typed or recognised first")
    if len(report.text) > MAX_CHARACTERS:
        raise ReportError(path, f"more than {MAX_CHARACTERS:,} characters; split the report")
    return report


def build(blocks: list[str | tuple[str, ...]]) -> Report:
    """Lines of paragraphs (text) and table rows (tuples of cells).

    >>> report = build(["I. KẾT QUẢ", "- Hồ sơ trễ hạn:", "+ Huyện: 12 hồ sơ"])
    >>> [(line.section, line.place, line.parent) for line in report.lines]
    [('I', 'heading', None), ('I', 'bullet 1', 0), ('I', 'bullet 1, + Huyện', 1)]
    """
    lines: list[Line] = []
    counts: Counter[str] = Counter()  # bullets and paragraphs under the last heading
    roman = numbered = place_above = ""
    offset = 0
    for block in told(blocks):
        text = normalise(_EMPHASIS.sub("", block))
        if not text:
            continue
        if isinstance(block, Row):
            depth, place = 9, f"table row: {_label(text)}"
        elif match := _SECTION.match(text):
            depth, place, roman, numbered = 0, "heading", match["mark"], ""
        elif match := _NUMBERED.match(text):
            depth, place, numbered = 1 + match["mark"].count("."), "heading", match["mark"]
        elif match := _LETTERED.match(text):
            depth, place = 4, f"{match['mark']})"
        elif (match := _BULLET.match(text)) and match["mark"] in _DEEPER:
            depth, place = 6, f"{place_above}, + {_label(text[match.end() :])}".lstrip(", ")
        else:
            kind = "bullet" if match else "paragraph"
            counts[kind] += 1
            depth, place = 5, f"{kind} {counts[kind]}"
            place_above = place
        if place == "heading" or depth == 4:
            counts.clear()
        parent = len(lines) - 1 if lines else None
        while parent is not None and lines[parent].depth >= depth:
            parent = lines[parent].parent
        section = ".".join(filter(None, (roman, numbered)))
        lines.append(Line(text, offset, section, place, depth, parent))
        offset += len(text) + 1
    return Report("\n".join(line.text for line in lines), tuple(lines))


def _label(text: str) -> str:
    return re.split(r"[:;(]", text, maxsplit=1)[0].strip()[:40]


def _plain(path: Path) -> list[str | tuple[str, ...]]:
    import viparse

    raw = path.read_bytes()
    utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in raw and not utf16:
        raise ReportError(path, "is not text; save it as UTF-8 text or as .docx")
    try:
        text = raw.decode("utf-16" if utf16 else "utf-8-sig")[: MAX_CHARACTERS + 1]
        fixed = viparse.fix(text)
    except UnicodeDecodeError:  # from before Unicode: whichever set of letters gives words
        text = raw.decode("cp1252", errors="replace")[: MAX_CHARACTERS + 1]
        readings = (viparse.fix(text), *(viparse.fix(text, encoding=e) for e in ("tcvn3", "vni")))
        fixed = max(readings, key=lambda t: sum(t.lower().count(word) for word in _COMMON))
    lines = [line for line in fixed.splitlines() if not _RULE.fullmatch(line)]
    return [tuple(map(str.strip, line.strip().strip("|").split("|"))) if line.count("|") > 1
            else line for line in lines]  # fmt: skip


def _loaded(path: Path) -> list[str | tuple[str, ...]]:
    import json

    import viparse

    refuse_bomb(path)
    is_pdf = path.suffix.lower() == ".pdf"
    if is_pdf:
        _refuse_long(path)
    try:
        loaded = viparse.load(str(path), output="json", max_bytes=MAX_BYTES, ocr=False)
    except viparse.MissingDependency as error:
        raise ReportError(path, error) from None
    except Exception as error:  # noqa: BLE001  whatever a broken file raises in its parser
        why = f"cannot be opened as {path.suffix} ({type(error).__name__})"
        raise ReportError(path, f"{why}; open it in Word and save it as .docx") from None
    blocks: list[str | tuple[str, ...]] = []
    for block in json.loads(loaded[0].text)["blocks"]:
        if block["type"] == "table":
            blocks += [tuple(cell or "" for cell in row) for row in block["rows"]]
        else:
            blocks += block["text"].splitlines()
    return _unwrap(blocks) if is_pdf else blocks


def _unwrap(blocks: list[str | tuple[str, ...]]) -> list[str | tuple[str, ...]]:
    """Join the lines a page broke: a line without a mark continues one without an end."""
    joined: list[str | tuple[str, ...]] = []
    width = 0  # of the line before, as it is printed
    for block in blocks:
        before = joined[-1] if joined else None
        broken = width >= _FULL or not block[:1].isupper() or str(before).endswith((";", ","))
        width = len(block)
        if (
            broken
            and isinstance(block, str)
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
        raise ReportError(path, f"cannot be opened as .pdf ({error}); save it again") from None
    if pages > MAX_PAGES:
        why = f"{pages} pages; split off those with figures, {MAX_PAGES} at most"
        raise ReportError(path, why)


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
                            most = f"unpacks to more than {MAX_UNPACKED_BYTES:,} bytes"
                            raise ReportError(path, f"{most}; this is no report")
                        if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
                            why = "defines XML entities, which Word never writes; refused"
                            raise ReportError(path, why)
            return archive.namelist()
    # RuntimeError: an encrypted archive, or an unknown packing.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise ReportError(path, f"is damaged or encrypted ({error}); save it again") from None


_FIGURE = re.compile(r"\d[\d.,]*(?:\s?/\s?\d[\d.,]*)?")
_NUMBERING = re.compile(r"(?i)(?:stt|tt|số tt|số thứ tự)?")
_PLAN = re.compile(r"(?i)(?:kế hoạch|kh)(?: năm)?(?: \d{4})?")  # a column of money, so of capital
ASIDE = re.compile(r"\([^()]*\)")
# Units that stand in a column's header, and are said of each bare figure under it.
_IN_HEADER = ("%", " tỷ đồng", " triệu đồng", " phiếu", " điểm", " hồ sơ")


class Row(str):
    """A table's row, told as a sentence."""


def told(blocks: list[str | tuple[str, ...]]) -> Iterator[str]:
    """Paragraphs as they are, and every table row as clauses "name: header figure unit".

    The header is the rows above the first with a figure; of a title over all columns nothing is
    kept. A table without a header stays a row of cells.
    """
    for is_table, group in groupby(blocks, key=lambda block: isinstance(block, tuple)):
        if not is_table:
            yield from group
            continue
        rows = [tuple(normalise(cell) for cell in row) for row in group]
        body = next((n for n, row in enumerate(rows) if any(map(_FIGURE.match, row[1:]))), 0)
        heads = [row for row in rows[:body] if len(set(filter(None, row))) > 1]
        titles = [row for row in rows[:body] if row not in heads]
        yield from (" ".join(dict.fromkeys(filter(None, row))) for row in titles)
        for row in rows[body:]:
            yield Row(_clauses(heads, row) if heads else " | ".join(row))


def _clauses(heads: list[tuple[str, ...]], row: tuple[str, ...]) -> str:
    columns = range(min(len(row), *map(len, heads)))
    header = [" ".join(dict.fromkeys(filter(None, (h[at] for h in heads)))) for at in columns]
    named = [at for at in columns if row[at] and not _FIGURE.match(row[at])]
    name = row[named[0]] if named else ""
    clauses = []
    for at in columns:
        if at in named[:1] or not row[at] or _NUMBERING.fullmatch(header[at]):
            continue
        bare = _FIGURE.fullmatch(row[at])
        unit = next((u for u in _IN_HEADER if bare and u.strip() in header[at].lower()), "")
        said = ASIDE.sub("", header[at]).strip()
        if "đồng" in unit and _PLAN.fullmatch(said):
            said = "kế hoạch vốn"
        clauses.append(f"{name}: {said} {row[at]}{unit}".removeprefix(": "))
    return "; ".join(clauses) or name
