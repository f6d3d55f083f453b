"""What is to be made, checked before any kernel starts: editions, notebooks, their parameters; and
from what: raw files.

Nothing here imports pandas or a kernel: an edition with nothing to do is told in a moment.
"""

import ast
import json
import math
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat

from par_lib.language import LANGUAGES, N_, Period, Refused, say
from par_lib.language.prose import require
from par_lib.storage import dependencies, paths

_PRESS = Path(__file__).parent
_EDITION = re.compile(r"(?:(?P<province>[^:]*):)?(?P<first>\d{4}(?:-..)?)(?:-(?P<last>\d{4}))?",
                      re.ASCII)  # fmt: skip
_GIVEN = ("province", "year", "lang", "period")  # parameters set by the run itself
_TYPES = {"int": int, "float": float, "str": str}
_KINDS = {int: N_("a whole number"), float: N_("a number"), str: N_("a text")}


@dataclass(frozen=True)
class Request:
    """What to make. ``values`` are a person's parameters by notebook name.

    ``anew`` are notebooks to run though nothing of them changed; with ``documents`` Word, Excel
    and PDF are written beside the pages.
    """

    province: str
    period: Period
    languages: tuple[str, ...]
    notebooks: tuple[Path, ...]
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    timeout_seconds: int = 300
    fork: bool = True
    anew: tuple[Path, ...] = ()
    documents: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "period", Period(self.period))  # of a year as a number, too

    @property
    def place(self) -> str:
        """Which edition it is, as ``quang-nam 2022``."""
        return f"{self.province} {self.period}"

    @property
    def target(self) -> Path:
        """Where its edition stands."""
        return paths.outputs(self.province, self.period)

    def jobs(self, edition: Path) -> list["Job"]:
        """Every notebook in every language, in the folder of its edition."""
        return [Job(paths.root(), self, notebook, lang, edition / folder(self.languages, lang))
                for lang in self.languages for notebook in self.notebooks]  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One notebook in one language, to be run into ``folder``; small enough to send anywhere."""

    root: Path
    request: Request
    notebook: Path
    lang: str
    folder: Path

    @property
    def name(self) -> str:
        """Key of the run in a manifest, as ``vi/01_late_dossiers``."""
        return f"{self.lang}/{self.notebook.stem}"

    @property
    def target(self) -> Path:
        """Where the executed notebook goes."""
        return self.folder / "notebooks" / self.notebook.name

    @property
    def parameters(self) -> dict[str, object]:
        """Everything the notebook is given."""
        own = self.request.values.get(self.notebook.stem, {})
        return given(self.request.province, self.request.period, self.lang) | own


def given(province: str, period: str, lang: str) -> dict[str, object]:
    """Parameters that every notebook of an edition has; ``period`` only of a part of a year."""
    period = Period(period)
    own = {"province": province, "year": period.year, "lang": lang}
    return own | {"period": period.part} if period.part else own


def folder(languages: Iterable[str], lang: str) -> Path:
    """Within an edition: the first language lies on top, the others in folders of their own."""
    return Path() if lang == next(iter(languages)) else Path(lang)


def beside(lang: str, name: str) -> str:
    """Name of a page beside the editions, in a language."""
    return f"{name}.html" if lang == LANGUAGES[0] else f"{name}.{lang}.html"


def editions(texts: list[str], province: str, *, every: bool = False,
             latest: bool = False) -> list[tuple[str, Period]]:  # fmt: skip
    """Province and period of each edition meant, each once: ``2022``, ``2022-H1``,
    ``demo:2021-2024``, all years, or the latest periods of the province.
    """
    if every:
        return [(one, Period(year)) for one in paths.provinces() for year in paths.years(one)]
    if latest:
        from par_lib.cleaning import tables  # imports pandas

        texts = [*texts, *tables.latest(province)]
    if not texts:
        raise Refused("no edition: write years, as 2022, or demo:2021-2024, or --all")
    wanted: dict[tuple[str, Period], None] = {}
    for text in texts:
        found = _EDITION.fullmatch(text)
        if found is None:
            paths.year_of(text.rpartition(":")[2])
            raise Refused("edition {text!r}: write 2022, 2021-2024 or demo:2021-2024", text=text)
        own, first = found["province"] or province, Period(found["first"])
        last = int(found["last"] or first.year)
        if last < first.year:
            raise Refused("edition {text!r}: write the earlier year first", text=text)
        for year in range(first.year, last + 1):
            wanted[own, Period(f"{paths.require(own, year)}{first[4:]}")] = None
    return list(wanted)


def languages_of(text: str) -> tuple[str, ...]:
    """Languages as ``vi,en``, each once."""
    codes = tuple(dict.fromkeys(code.strip() for code in text.split(",")))
    for code in codes:
        require("lang", code, LANGUAGES)
    return codes


def notebooks_of(only: list[str], *, sheets: bool = False) -> tuple[Path, ...]:
    """The yearly notebooks named, as ``01`` or in full; all where none is, those that make a sheet
    for each value of a parameter only if ``sheets`` are asked for.
    """
    every, only = all_notebooks(), [name.zfill(2) for name in only]
    known = {name for book in every for name in (book.stem, book.stem[:2])}
    for name in only:
        if name not in known:
            raise Refused("notebook {name!r}: choose one of {names}",
                          name=name, names=[book.stem for book in every])  # fmt: skip
    return tuple(one for one in every if {one.stem, one.stem[:2]} & {*only}
                 or (sheets if has_sheets(one) else not only))  # fmt: skip


def of_period(notebooks: Iterable[Path], period: Period) -> tuple[Path, ...]:
    """Those that a part of a year has: not what only a whole one has, as PAR INDEX and tasks.

    ``{"par": {"yearly": true}}`` in a notebook's metadata says so.
    """
    return tuple(one for one in notebooks if not period.part or not _told(one, "yearly", False))


def all_notebooks() -> tuple[Path, ...]:
    """The yearly notebooks in order: not JupyterLab's copies, nor one whose metadata say so.

    ``{"par": {"publish": false}}`` keeps a notebook to its author.
    """
    found = sorted(paths.notebooks().glob("[0-9][0-9]_*.ipynb"))
    if len({book.name.casefold() for book in found}) < len(found):
        raise Refused(
            "two notebooks in {folder} differ only in capital letters: their pages would "
            "be one file on Windows and macOS; rename one", folder=paths.notebooks(),
        )  # fmt: skip
    return tuple(one for one in found if "-Copy" not in one.stem and _told(one, "publish", True))


def has_sheets(notebook: Path) -> bool:
    """Whether a notebook makes a sheet for each value of a parameter (``"each"``)."""
    return _told(notebook, "each", None) is not None


def _told(notebook: Path, name: str, usual: object) -> object:
    """What a notebook's metadata say to the press under a name."""
    with suppress(OSError, ValueError, AttributeError):  # one that cannot be read fails its run
        own = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("par", {})
        return own.get(name, usual)
    return usual


def fitting(request: Request, *, named: bool) -> Request:
    """The request without notebooks that its period has no use for.

    Unless a person ``named`` them, without those that need raw data which its year has not, too:
    ``{"par": {"needs": "register"}}`` names the data, a raw table or a folder of the province.
    """
    notebooks = of_period(request.notebooks, request.period)
    names = [one.stem for one in request.notebooks]
    if names and not notebooks:
        raise Refused("{period}: {names} are of whole years; choose another notebook, or the year",
                      period=request.period, names=names)  # fmt: skip
    if not named:
        raw, own = paths.raw(request.province), (request.province, request.period)
        files = [file.relative_to(raw) for file in dependencies.raw_files(*own)]
        held = {"", *(file.stem for file in files), *(file.parts[0] for file in files)}
        notebooks = tuple(one for one in notebooks if _told(one, "needs", "") in held)
    return replace(request, notebooks=notebooks)


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``year: int = 2022  # year being assessed``."""

    name: str
    type: type
    default: object
    meaning: str


def declared(notebook: Path) -> dict[str, Parameter]:
    """Parameters of a notebook by name, read from its cell tagged ``parameters``.

    Raises ValueError where the cell is missing or a line is not typed.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        wrong = N_("{notebook}: needs one cell tagged parameters, has {count}")
        raise Refused(wrong, notebook=notebook.name, count=len(tagged))
    lines, found = tagged[0].splitlines(), {}
    for node in ast.parse(tagged[0]).body:
        if not isinstance(node, ast.AnnAssign) or ast.unparse(node.annotation) not in _TYPES:
            raise Refused("{notebook}, parameters cell, line {line}: write it as name: int = 2022  "
                          "# meaning (types: int, float, str)",
                          notebook=notebook.name, line=node.lineno)  # fmt: skip
        name, kind = ast.unparse(node.target), _TYPES[ast.unparse(node.annotation)]
        meaning = lines[node.lineno - 1].partition("#")[2].strip()
        found[name] = Parameter(name, kind, ast.literal_eval(node.value), meaning)
    return found


def values_of(texts: list[str], notebooks: Iterable[Path]) -> dict[str, dict[str, object]]:
    """Values a person gave as ``name=value``, by notebook that declares them, typed as declared.

    ValueError, with the choices, for a name none declares or the run sets, and for another type.
    """
    known = {notebook.stem: declared(notebook) for notebook in notebooks}
    choices = sorted({name for own in known.values() for name in own} - {*_GIVEN})
    values: dict[str, dict[str, object]] = {name: {} for name in known}
    for text in texts:
        name, equals, written = text.partition("=")
        if not equals or name not in choices:
            raise Refused("parameter {text!r}: choose name=value with a name out of {names}",
                          text=text, names=choices)  # fmt: skip
        for notebook, own in known.items():
            if name in own:
                values[notebook][name] = _typed(own[name], written)
    return values


def _typed(parameter: Parameter, written: str) -> object:
    expected, least, most = say(_KINDS[parameter.type]), -math.inf, math.inf
    if parameter.name.endswith("_pct"):
        expected, least, most = say("{kind} of 0 to 100", kind=expected), 0, 100
    with suppress(ValueError):
        value = parameter.type(written)
        if not isinstance(value, float) or (math.isfinite(value) and least <= value <= most):
            return value
    raise Refused("parameter {parameter}={written}: expected {expected} ({meaning}), for example "
                  "{parameter}={default}",
                  parameter=parameter.name, written=written, expected=expected,
                  meaning=parameter.meaning, default=parameter.default)  # fmt: skip


def record(job: Job, read: list[str]) -> dict[str, object]:
    """What a run that read these tables was made from, told apart by content.

    ``recipe``: all but the figures; ``state``: of the figures, None where it cannot be told.
    """
    parameters = json.dumps(job.parameters, sort_keys=True)
    parts = [dependencies.sha256(job.notebook), parameters, dependencies.code_digest(_PRESS)]
    state = dependencies.state_of(read, job.request.province, job.request.period)
    return {"recipe": dependencies.sha256_of("\0".join(parts).encode()), "read": read,
            "state": state}  # fmt: skip


def read_by(runs: dict[str, dict]) -> set[str]:
    """All that the runs of an edition have read."""
    return {entry for run in runs.values() for entry in run["read"]}


def inputs_of(request: Request, read: Iterable[str]) -> dict[str, str]:
    """Fingerprint of each file an edition is made from; of other years' those in ``read``."""
    files = raw_files(request.province, request.period, read) | {*request.notebooks}
    return fingerprints(files | {form(request.province)} if request.documents else files)


def form(province: str) -> Path:
    """The form that a province's office has for its report, if it has one of its own."""
    return paths.raw(province) / "report-template.docx"


def raw_files(province: str, period: int | Period, read: Iterable[str]) -> set[Path]:
    """An edition's own raw files and, as runs note it in ``read``, tables of other years and files
    that a notebook opened by itself.
    """
    files, year = {*dependencies.raw_files(province, period)}, Period(period).year
    for entry in read:
        of, _, table = entry.partition(":")
        if of == dependencies.FILE:
            files.add(paths.root() / table)
            continue
        years = paths.years(province) if of == dependencies.EVERY else [Period(of).year]
        name = "*.csv" if table == dependencies.EVERY else f"{table}.csv"
        for other in {*years} - {year}:
            files.update(paths.raw(province, other).glob(name))
    return {file for file in files if not file.name.startswith(".")}


def fingerprints(files: Iterable[Path]) -> dict[str, str]:
    """Fingerprint of each file that is there, by its path in the project.

    One that cannot be read has a fingerprint, too: whoever needs what stands in it tells.
    """
    root, found = paths.root(), {}
    for file in sorted(files):
        name = file.relative_to(root).as_posix()
        try:
            found[name] = dependencies.fingerprint(file)
        except FileNotFoundError:
            continue
        except OSError as error:
            found[name] = f"cannot be read ({error.strerror})"
    return found
