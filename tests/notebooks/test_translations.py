"""Both catalogs against the texts asked for: packages in Vietnamese, notebooks in English."""

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from par_lib.language import CATALOGS, LANGUAGES, prose
from par_lib.language.translation import language

ROOT = Path(__file__).parents[2]
KEYWORDS = {
    "t": None,
    "N_": None,
    "say": None,
    "language": None,
    "self": None,
    "words": None,
    "plural": (1, 2),
}
TELLING = {"Refused", "TableError", "QuantityError", "UnknownUnit", "Conflict"}
KEYWORDS |= dict.fromkeys(TELLING)
# ``language("vi")`` opens a language: its code is no text for the reader.
NOT_TEXT = set(LANGUAGES)


@dataclass(frozen=True)
class Part:
    """What one catalog translates: its language, its file, and where its texts stand."""

    lang: str
    file: str
    files: str
    suffixes: frozenset[str]

    @property
    def po(self) -> Path:
        return CATALOGS / self.lang / "LC_MESSAGES" / self.file

    def catalog(self) -> Catalog:
        with self.po.open("rb") as file:
            return read_po(file, locale=self.lang)

    def messages(self) -> list[Message]:
        return [message for message in self.catalog() if message.id]


PACKAGES = Part("vi", "par_lib.po", r"par_(\w+/.*\.(py|j2)|cli\.py)", frozenset({".py", ".j2"}))
NOTEBOOKS = Part("en", "notebooks.po", r"notebooks/.*\.ipynb", frozenset({".ipynb"}))
each_catalog = pytest.mark.parametrize("part", [PACKAGES, NOTEBOOKS], ids=lambda part: part.file)


def _id(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


@cache
def _extracted() -> list[tuple[str, str]]:
    """Message and the file that asks for it, as babel.cfg extracts them."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    keywords = {**KEYWORDS, "ngettext": (1, 2)}  # a paragraph with a form for one
    every = extract_from_dir(ROOT, methods, options, keywords, ())
    return [(_id(message), name) for name, _, message, _, _ in every]


@cache
def _wanted(part: Part) -> dict[str, str]:
    """Message → the file that asks for it."""
    wanted = {text: name for text, name in _extracted() if re.fullmatch(part.files, name)}
    return {text: name for text, name in wanted.items() if text not in NOT_TEXT}


def _called_texts(tree: ast.AST) -> Iterator[str]:
    """The text, or its singular, that every call of a keyword has translated."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            for argument in node.args[:1] if name in KEYWORDS else ():
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _forms(translation: str | tuple[str, ...]) -> list[str]:
    return [translation] if isinstance(translation, str) else list(translation)


def _marks(text: str) -> str:
    return text[: len(text) - len(text.lstrip("#"))]


def _keeps(text: str, forms: list[str]) -> bool:
    """Whether all forms have the text's placeholders and heading marks.

    The form for one may say "one" instead of the number that chooses it, the first of the text.
    """
    counts = [name for name in prose.names(text) if name.endswith(prose.COUNT)]
    for number, form in enumerate(forms):
        spared = set(counts[:1]) if len(forms) > 1 and number == 0 else set()
        if _placeholders(text) - spared != _placeholders(form) - spared:
            return False
    return all(_marks(text) == _marks(form) for form in forms)


@pytest.mark.long
@each_catalog
def test_every_kind_of_file_is_extracted(part) -> None:
    assert {Path(name).suffix for name in _wanted(part).values()} == part.suffixes


@each_catalog
def test_no_text_lacks_a_translation(part) -> None:
    have = {_id(message.id) for message in part.messages()}
    missing = {text: name for text, name in _wanted(part).items() if text not in have}
    assert not missing, f"in {part.file} add a translation of: {missing}"


@each_catalog
def test_no_translation_outlives_its_text(part) -> None:
    stale = {_id(message.id) for message in part.messages()} - set(_wanted(part))
    assert not stale, f"from {part.file} remove, as nothing asks for it: {stale}"
    assert not part.catalog().obsolete, f"from {part.file} remove the lines beginning with #~"


@each_catalog
def test_every_translation_is_final(part) -> None:
    unfinished = [
        message.id
        for message in part.messages()
        if message.fuzzy or not all(_forms(message.string))
    ]
    assert not unfinished, f"in {part.file} translate, and remove the mark fuzzy: {unfinished}"


@each_catalog
def test_translations_keep_placeholders_and_heading_marks(part) -> None:
    wrong = {
        _id(message.id): message.string
        for message in part.messages()
        if not _keeps(_id(message.id), _forms(message.string))
    }
    assert not wrong, f"in {part.file} keep every {{name}} and leading #: {wrong}"


def test_a_paragraph_with_a_count_has_a_form_for_one_and_one_for_many() -> None:
    wrong = {
        _id(message.id): message.string
        for message in NOTEBOOKS.messages()
        if prose.has_plural(_id(message.id)) != (len(_forms(message.string)) == 2)
    }
    assert not wrong, f"in {NOTEBOOKS.file} give msgstr[0] and msgstr[1], or only msgstr: {wrong}"


# Python's own words for what a module lacks, the name every message of ``par`` begins with, a code.
NOT_TOLD = {"module ", " has no attribute ", "par: ", "earlier", "highlight: "}
NOT_TOLD |= {"PAR_LANG ", ": choose one of ", " · chọn một"}  # in both languages


def _untold(tree: ast.AST) -> set[str]:
    """Words that an error or a line of ``par`` has as they stand, so that no catalog has them."""
    every = [node for node in ast.walk(tree) if isinstance(node, ast.Raise | ast.Call)]
    asked = [one.exc for one in every if isinstance(one, ast.Raise) and one.exc]
    shown = ("typer.echo", "_LOG.warning")
    asked += [one for one in every if ast.unparse(getattr(one, "func", one)) in shown]
    found, within = set(), []
    for call in asked:
        told = ast.unparse(getattr(call, "func", call)).rpartition(".")[2] in TELLING
        within += [one for one in getattr(call, "args", ())
                   if not (told and isinstance(one, ast.Constant))]  # fmt: skip
    for one in within:
        if isinstance(one, ast.List | ast.JoinedStr | ast.BinOp | ast.IfExp | ast.GeneratorExp):
            within += ast.iter_child_nodes(one)
        elif isinstance(one, ast.Constant) and re.search(r"[^\W\d_]", str(one.value)):
            found.add(one.value)
    return found - NOT_TOLD


def test_errors_and_what_par_prints_go_through_the_catalog() -> None:
    files = [*ROOT.glob("par_*/**/*.py"), ROOT / "par_cli.py"]
    found = {
        (path.name, text)
        for path in files
        for text in _untold(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found, f"say(…) these: {found}"


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('raise ValueError("One")', {"One"}),
        ('raise ValueError(f"{file}: two {x}")', {": two "}),
        ('raise DataError([f"{file}, " + "three"])', {"three"}),
        ('_LOG.warning("seven")', {"seven"}),
        ('typer.echo(f"{a}: four" if a else "five")', {": four", "five"}),
        ('raise ValueError(say("One"))', set()),
        ('raise Refused("One {x}", x=x)', set()),
        ('raise units.UnknownUnit(f"six {x}")', {"six "}),
        ('raise ValueError(f"{say(what)}: {error}") from None', set()),
    ],
)
def test_words_that_no_catalog_has_are_found(code: str, texts: set[str]) -> None:
    assert _untold(ast.parse(code)) == texts


def test_no_text_stands_in_an_f_string() -> None:
    """Before Python 3.12 Babel does not look there, and make translations would drop it."""
    files = ROOT.glob("par_*/**/*.py")
    called = {text for path in files for text in _called_texts(ast.parse(path.read_text("utf-8")))}
    assert called - NOT_TEXT <= {text for text, _ in _extracted()}


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('t("One")', ["One"]),
        ('self.language("Two {n}", n=2)', ["Two {n}"]),
        ('t.plural("One", "Many", n)', ["One"]),
        ("f'<b>{_text(t(\"Inside\"))}</b>'", ["Inside"]),
        ('reader.words(N_("Highest: {row}."), row=row)', ["Highest: {row}."]),
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


@pytest.mark.parametrize(
    ("text", "forms", "kept"),
    [
        ("{late_count} ở {unit}.", ["One in {unit}.", "{late_count} in {unit}."], True),
        ("{late_count} ở {unit}.", ["One.", "{late_count} in {unit}."], False),
        ("{late_count} ở {unit}.", ["One in {unit}.", "Many in {unit}."], False),
        ("{a_count}, {b_count}.", ["One, {b_count}.", "{a_count}, {b_count}."], True),
        ("{a_count}, {b_count}.", ["{a_count}, one.", "{a_count}, {b_count}."], False),
        ("## Hai {n}", ["# Two {n}"], False),
    ],
)
def test_only_the_number_that_chooses_the_form_for_one_may_be_left_out(text, forms, kept) -> None:
    assert _keeps(text, forms) is kept


def test_catalogs_are_read_as_utf8() -> None:
    assert PACKAGES.catalog().get("Bar chart").string == "Biểu đồ thanh"
    assert NOTEBOOKS.catalog().get("# Hồ sơ trễ hạn").string == "# Late dossiers"


# Terms with one meaning everywhere; of notebooks those whose English every sentence must have.
TERMS = {
    PACKAGES: ("late dossier", "basis", "component", "tile map", "assumed rule"),
    NOTEBOOKS: ("tiêu chí thành phần", "quy tắc giả định", "điểm phần trăm", "hệ số Gini"),
}


@pytest.mark.parametrize(("part", "least"), [(PACKAGES, 25), (NOTEBOOKS, 22)])
def test_the_catalogs_use_the_words_of_the_glossary(part, least) -> None:
    """Of the packages the labels too. A placeholder's name is no term."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.strip("| \n").split("|") for line in glossary.splitlines() if line.startswith("|")]
    asked = 0 if part is NOTEBOOKS else 1  # the column that the texts are written in
    into = {
        term.strip().casefold(): [word.strip().casefold() for word in row[1 - asked].split(",")]
        for row in rows
        for term in row[asked].split(",")
    }
    checked, said = 0, {_id(one.id): one.string for one in part.messages()}
    said |= language("vi").messages if part is PACKAGES else {}
    for term in TERMS[part]:
        allowed = into[term.casefold()]
        for source, forms in said.items():
            own = _forms(forms)[-1]
            words = re.sub(r"\{[\w.]+\}", "", source).casefold()
            if re.search(rf"\b{term.casefold()}s?\b", words):
                checked += 1
                assert any(word in own.casefold() for word in allowed), (term, source, own)
    assert checked > least


# A sentence begins with a word: a digit, or a number by the unit of its name, does not stand first.
_UNITS = "_count|_pct|_points|_bn_vnd|dossiers"
BEGINS = re.compile(rf"(?:^|(?<=[.!?] ))(?:\d|\{{[\w.]*(?:{_UNITS})\}})", re.MULTILINE)


def test_no_sentence_of_a_notebook_begins_with_a_number():
    for message in NOTEBOOKS.catalog():
        for text in (message.id, message.string):
            for form in (text,) if isinstance(text, str) else text:
                assert not BEGINS.search(form), form


def test_a_number_that_begins_a_sentence_is_seen():
    assert BEGINS.search("Câu một. {few_count} địa phương.") and BEGINS.search("95% số hồ sơ.")
    assert not BEGINS.search("Câu: {few_count}; 5 địa phương. {unit} thứ hai.")
