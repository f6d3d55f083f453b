"""The Vietnamese catalog against the texts the code, templates and notebooks ask for."""

import ast
import io
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from par_lib.language import LANGUAGES
from par_lib.language.translation import CATALOGS

ROOT = Path(__file__).parents[2]
KEYWORDS = {
    "t": None,
    "N_": None,
    "language": None,
    "self": None,
    "plural": (1, 2),
    "_when": (3,),
}
PO = CATALOGS / "vi" / "LC_MESSAGES" / "par_lib.po"
# ``language("vi")`` opens a language: its code is no text for the reader.
NOT_TEXT = set(LANGUAGES)


def _id(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


def _catalog() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="vi")


@cache
def _wanted() -> dict[str, str]:
    """Message → the file that asks for it, as babel.cfg extracts them."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    wanted = {
        _id(message): name
        for name, _, message, _, _ in extract_from_dir(ROOT, methods, options, KEYWORDS, ())
    }
    # Before Python 3.12 Babel does not look inside f-strings; the syntax tree does.
    for name, tree in _trees():
        wanted |= dict.fromkeys(_called_texts(tree), name)
    return {text: name for text, name in wanted.items() if text not in NOT_TEXT}


def _trees() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(ROOT.glob("par_*/**/*.py")):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                yield path.name, ast.parse(cell.source)


def _called_texts(tree: ast.AST) -> Iterator[str]:
    """The text, or its singular, that every call of a keyword has translated."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        if name not in KEYWORDS:
            continue
        place = (KEYWORDS[name] or (1,))[0]
        for argument in node.args[place - 1 : place]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _forms(translation: str | tuple[str, ...]) -> list[str]:
    return [translation] if isinstance(translation, str) else list(translation)


def _marks(text: str) -> str:
    return text[: len(text) - len(text.lstrip("#"))]


def test_every_kind_of_file_is_extracted() -> None:
    suffixes = {Path(name).suffix for name in _wanted().values()}
    assert suffixes == {".py", ".j2", ".ipynb"}


def test_no_text_lacks_a_translation() -> None:
    have = {_id(message.id) for message in _catalog()}
    missing = {text: name for text, name in _wanted().items() if text not in have}
    assert not missing, f"in {PO.name} add a translation of: {missing}"


def test_no_translation_outlives_its_text() -> None:
    catalog = _catalog()
    have = {_id(message.id) for message in catalog if message.id}
    stale = have - set(_wanted())
    assert not stale, f"from {PO.name} remove, as nothing asks for it: {stale}"
    assert not catalog.obsolete, f"from {PO.name} remove the lines beginning with #~"


def test_every_translation_is_final() -> None:
    unfinished = [
        message.id
        for message in _catalog()
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]
    assert not unfinished, f"in {PO.name} translate, and remove the mark fuzzy: {unfinished}"


def test_translations_keep_placeholders_and_heading_marks() -> None:
    wrong = {
        text: form
        for message in _catalog()
        if message.id
        for text in [_id(message.id)]
        for form in _forms(message.string)
        if _placeholders(text) != _placeholders(form) or _marks(text) != _marks(form)
    }
    assert not wrong, f"in {PO.name} keep every {{name}} and leading #: {wrong}"


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('t("One")', ["One"]),
        ('self.language("Two {n}", n=2)', ["Two {n}"]),
        ('t.plural("One", "Many", n)', ["One"]),
        ("f'<b>{_text(t(\"Inside\"))}</b>'", ["Inside"]),
        ('_when(t, source.get("date"), "published {day}")', ["published {day}"]),
        ("t(label)", []),
        ("t()", []),
        ('other("No")', []),
    ],
)
def test_calls_are_found(code: str, texts: list[str]) -> None:
    assert list(_called_texts(ast.parse(code))) == texts


@pytest.mark.parametrize(
    ("text", "names"),
    [("{late} of {total}", {"late", "total"}), ("100 %", set()), ("{{brace}}", set())],
)
def test_placeholders_are_found(text: str, names: set[str]) -> None:
    assert _placeholders(text) == names


def test_catalog_is_read_as_utf8() -> None:
    catalog = read_po(io.BytesIO(PO.read_bytes()), locale="vi")
    assert catalog.get("Late dossiers").string == "Hồ sơ trễ hạn"


def test_the_catalog_uses_the_words_of_the_glossary() -> None:
    """Terms with one meaning everywhere; a placeholder's name is no term."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.strip("| \n").split("|") for line in glossary.splitlines() if line.startswith("|")]
    terms = {
        english.strip(): [word.strip().casefold() for word in vietnamese.split(",")]
        for vietnamese, english, *_ in rows
    }
    checked = 0
    for term in ("late dossier", "basis", "component", "tile map", "assumed rule"):
        for message in filter(lambda message: message.id, _catalog()):
            source, own = _id(message.id), _forms(message.string)[0]
            words = re.sub(r"\{\w+\}", "", source).casefold()
            if re.search(rf"\b{term}s?\b", words):
                checked += 1
                assert any(word in own.casefold() for word in terms[term]), (term, source, own)
    assert checked > 40
