"""Tables of a document told as sentences, so that one grammar reads text and tables alike."""

import re
from collections.abc import Iterator
from itertools import groupby

from par_lib.vietnamese import normalise

_FIGURE = re.compile(r"\d[\d.,]*(?:\s?/\s?\d[\d.,]*)?")
_NUMBERING = re.compile(r"(?i)(?:stt|tt|số tt|số thứ tự)?")
_PLAN = re.compile(r"(?i)(?:kế hoạch|kh)(?: năm)?(?: \d{4})?")  # a column of money, so of capital
_ASIDE = re.compile(r"\([^()]*\)")
# Units that stand in a column's header, and are said of each bare figure under it.
_IN_HEADER = (("%", "%"), ("tỷ đồng", " tỷ đồng"), ("triệu đồng", " triệu đồng"),
              ("phiếu", " phiếu"), ("điểm", " điểm"), ("hồ sơ", " hồ sơ"))  # fmt: skip


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
        for row in rows[:body]:
            if row not in heads:
                yield " ".join(dict.fromkeys(filter(None, row)))
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
        unit = next((u for sign, u in _IN_HEADER if bare and sign in header[at].lower()), "")
        said = _ASIDE.sub("", header[at]).strip()
        if "đồng" in unit and _PLAN.fullmatch(said):
            said = "kế hoạch vốn"
        clauses.append(f"{name}: {said} {row[at]}{unit}".removeprefix(": "))
    return "; ".join(clauses) or name
