"""What one edition of a place and year says otherwise than another, and what of its inputs did.

Compared is what notebooks show, as they write it: a figure is a page, a table, a row and a column.
A row, or a sentence, that was written otherwise is set beside the one that it is most like.
Causes come from the raw files and the rules that each edition keeps of those it was made from.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from itertools import zip_longest
from pathlib import Path

import nbformat

from par_lib.cleaning import schema
from par_lib.language import Refused
from par_lib.language.translation import UNKNOWN, Language
from par_lib.language.vietnamese import fold
from par_lib.scoring.rulebook import RULES
from par_lib.storage import csv_files
from par_press import execute, manifest, plan, shown

INPUTS = "inputs"  # folder of an edition that keeps its raw tables, and in rules/ the built-in ones
_MOST_BYTES = 1_000_000  # of a file that is kept
Ends = tuple[float, ...]  # two, or as many as are known
_NONE = (UNKNOWN, ())


@dataclass(frozen=True)
class Change:
    """One figure or finding; ``size`` is its part of the larger one, 1 where one is missing.

    ``page`` is its title; ``words`` whether no number stands there, before or after.
    """

    page: str
    table: str
    row: str
    measure: str
    before: str
    after: str
    size: float = 1.0
    words: bool = True
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Row:
    """A row of a table as it is shown, or a sentence: cells and their numbers, by column."""

    name: str
    cells: dict[str, tuple[str, Ends]]

    @property
    def text(self) -> str:
        return " · ".join(said for said, _ in self.cells.values())

    @property
    def words(self) -> bool:
        return not any(number for _, number in self.cells.values())


@dataclass(frozen=True)
class Cause:
    """What happened to an input; ``table`` is the one it is of, "" where it may touch all."""

    table: str
    said: str
    names: str = ""  # what stands in the row, folded


def keep_inputs(edition: Path, names: Iterable[str], root: Path) -> None:
    """Keep the raw tables and rules an edition was made from, but for large ones.

    Not a register nor answers, which are of single people, nor what a notebook opened by itself.
    """
    files = {name: root / name for name in names}
    files |= {f"rules/{file.name}": file for file in RULES.glob("*.toml")}
    for name, file in files.items():
        published = file.suffix == ".toml" or file.stem in (*schema.TABLES, "units", "tiles")
        if published and file.stat().st_size <= _MOST_BYTES:
            copy = edition / INPUTS / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            content = file.read_bytes()
            if b",accepted\n" in content[:2_000]:  # who accepted a figure is nobody else's
                own = csv_files.read_csv(file).drop(columns=schema.ACCEPTED)
                content = own.to_csv(index=False, lineterminator="\n").encode()
                content = csv_files.banner_of(file).encode() + content
            copy.write_bytes(content)


def between(before: Path, after: Path, t: Language) -> tuple[list[Change], list[str]]:
    """Everything shown that differs, the largest change first, words last; and every cause.

    ValueError where one folder holds no edition, or none in the language.
    """
    old, new = manifest.read(before), manifest.read(after)
    causes = _causes(before, after, old, new, t)
    (earlier, titles), (later, own) = _shown(before, old, t), _shown(after, new, t)
    changes = []
    for page, table in dict.fromkeys([*later, *earlier]):
        read = new["runs"].get(f"{t.code}/{page}", {}).get("read", [])
        for was, now in _pairs(earlier[page, table], later[page, table]):
            row = (now or was).name
            place = (titles | own)[page], table, row if table else ""
            told = _of(causes, read, row)
            changes += [replace(one, causes=told) for one in _differences(place, was, now)]
    return sorted(changes, key=lambda one: (one.words, -one.size)), [one.said for one in causes]


def _differences(place: tuple[str, str, str], was: _Row | None, now: _Row | None) -> list[Change]:
    """What differs between two states of a row; one that is new or gone is told as a whole."""
    if was is None or now is None:
        texts = (one.text.removeprefix(f"{one.name} · ") if one else UNKNOWN for one in (was, now))
        return [Change(*place, "", *texts, words=(was or now).words)]
    found = []
    for head in dict.fromkeys([*now.cells, *was.cells]):
        (text, value), (said, number) = was.cells.get(head, _NONE), now.cells.get(head, _NONE)
        if text != said:
            words = not (value or number)
            size = _size(value, number) if head in was.cells and head in now.cells else 1.0
            found.append(Change(*place, head, text, said, size, words))
    return found


def _pairs(was: list[_Row], now: list[_Row]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Rows of one name, in turn; of the others those that are much alike; then what is gone."""
    left = defaultdict(list)
    for row in was:
        left[row.name].append(row)
    pairs = [(left[row.name].pop(0) if left[row.name] else None, row) for row in now]
    gone = [row for rows in left.values() for row in rows]
    for before, row in pairs:
        if before is None:
            alike = get_close_matches(row.text, [one.text for one in gone], 1)
            before = next((one for one in gone if one.text in alike), None)
            gone = [one for one in gone if one is not before]
        yield before, row
    yield from ((row, None) for row in gone)


def _size(before: Ends, after: Ends) -> float:
    """The larger part by which an end moved; 1, as large as can be, of words."""
    pairs = [(a, b) for a, b in zip(before, after, strict=False) if a or b]
    return max((abs(b - a) / max(abs(a), abs(b)) for a, b in pairs), default=1.0)


def _shown(folder: Path, made: dict, t: Language) -> tuple[dict[tuple, list[_Row]], dict[str, str]]:
    """Rows by page and table, sentences by page and ""; and the title of each page."""
    if t.code not in made["languages"]:
        raise Refused("{folder}: has no pages in {code}; make it again with --lang",
                      folder=folder, code=t.code)  # fmt: skip
    books = folder / plan.folder(made["languages"], t.code) / "notebooks"
    executed = {file.stem: nbformat.read(file, as_version=4) for file in sorted(books.iterdir())}
    executed = {name: execute.sheets(book)[0] for name, book in executed.items()}  # they repeat
    rows: dict[tuple, list[_Row]] = defaultdict(list)
    for one in shown.read(executed):
        if one.kind == "table":
            for cells, record in zip(one.data["shown"], one.data["data"], strict=True):
                numbers = _numbers(record, one.data["schema"]["fields"])
                held = zip(one.data["heads"], zip(cells, numbers, strict=False), strict=False)
                rows[one.page, one.text].append(_Row(cells[0], dict(held)))
        elif one.kind != "chart":
            rows[one.page, ""].append(_Row(one.text, {"": (one.text, ())}))
    return rows, {name: shown.title(book) for name, book in executed.items()}


def _numbers(record: Mapping, fields: list[Mapping]) -> Iterator[Ends]:
    """The numbers behind each column as it is shown: its two ends."""
    names = [one["name"] for one in fields]
    for name in names:
        if name.rpartition("_")[0] not in names or not name.endswith(("_low", "_high")):
            ends = (record.get(f"{name}_{end}", record[name]) for end in ("low", "high"))
            yield tuple(end for end in ends if isinstance(end, int | float))


def _of(causes: list[Cause], read: list[str], row: str) -> tuple[str, ...]:
    """The causes that may touch a figure: of the tables its page read, of its row if one is."""
    tables = {entry.partition(":")[2] for entry in read}
    own = [one for one in causes if not one.table or one.table in tables or "*" in tables]
    named = [one for one in own if row and fold(row) in one.names]
    return tuple(one.said for one in named or own)


def _causes(before: Path, after: Path, old: dict, new: dict, t: Language) -> list[Cause]:
    found, (earlier, later) = [], map(_inputs, (old, new))
    both = earlier.keys() & later.keys()  # an edition of an earlier program keeps no rules
    edited = sorted(name for name in earlier | later if earlier.get(name) != later.get(name)
                    and (name in both or not name.startswith("rules/")))  # fmt: skip
    for name in edited:
        files = before / INPUTS / name, after / INPUTS / name
        short, table = Path(name).name, Path(name).stem if name.count("/") == 4 else ""
        if all(file.is_file() for file in files):
            found += [Cause(table, f"{short}, {said}", cells) for said, cells in _rows(*files, t)]
            continue
        done = t("was edited") if name in both else t("was added")
        done = done if name in later else t("was removed")
        found.append(Cause(table, f"{short}: {done}"))
    if old["parameters"] != new["parameters"]:
        found.append(Cause("", t("The parameters of the run were changed")))
    recipes = [{name: run["recipe"] for name, run in made["runs"].items()} for made in (old, new)]
    told = any(name.endswith(".ipynb") or name.startswith("rules/") for name in edited)
    if recipes[0] != recipes[1] and not told and old["parameters"] == new["parameters"]:
        found.append(Cause("", t("The program was changed")))
    return found


def _inputs(made: dict) -> dict[str, str]:
    """Hash of each raw file, notebook and built-in rulebook."""
    kept = {name.removeprefix(f"{INPUTS}/"): own for name, own in made["files"].items()}
    return made["inputs"] | {name: own for name, own in kept.items() if name.startswith("rules/")}


def _rows(before: Path, after: Path, t: Language) -> Iterator[tuple[str, str]]:
    """What happened to each row, or to each line of rules and sources; and its cells, folded."""
    old, new = _cells(before), _cells(after)
    heads = [f"{name}: " for name in new[0]] if after.suffix == ".csv" else [""]
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        pairs = zip_longest(old[i:j], new[k:m]) if kind != "equal" else ()
        for number, (was, now) in enumerate(pairs, start=1):
            row = t("row {row}", row=str((k if now else i) + number))
            edits = [f"{head}{a or UNKNOWN} → {b or UNKNOWN}"
                     for head, a, b in zip(heads, was or (), now or (), strict=False)
                     if a != b]  # fmt: skip
            what = edits or [t("was added") if now else t("was removed from the earlier edition"),
                             (now or was)[0]]  # fmt: skip
            if "".join(now or was):
                yield f"{row}, {'; '.join(what)}", fold(" ".join([*(was or ()), *(now or ())]))


def _cells(file: Path) -> list[tuple[str, ...]]:
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return [*map(tuple, csv.reader(lines))] if file.suffix == ".csv" else [(one,) for one in lines]
