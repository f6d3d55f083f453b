"""What an edition is to be made of: notebooks with their parameters, and raw files.

Nothing here imports pandas or a kernel: an edition with nothing to do is told in a moment.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from par_lib.storage import dependencies, paths

_PRESS = Path(__file__).parent


@dataclass(frozen=True)
class Request:
    """What to make. ``values`` are a person's parameters by notebook name.

    ``anew`` are notebooks to run though nothing of them changed; with ``documents`` Word, Excel
    and PDF are written beside the pages.
    """

    province: str
    year: int
    languages: tuple[str, ...]
    notebooks: tuple[Path, ...]
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    timeout_seconds: int = 300
    fork: bool = True
    anew: tuple[Path, ...] = ()
    documents: bool = False

    @property
    def place(self) -> str:
        """Which edition it is, as ``quang-nam 2022``."""
        return f"{self.province} {self.year}"

    @property
    def target(self) -> Path:
        """Where its edition stands."""
        return paths.outputs(self.province, self.year)


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
        request = self.request
        own = request.values.get(self.notebook.stem, {})
        return {"province": request.province, "year": request.year, "lang": self.lang, **own}


def all_notebooks() -> tuple[Path, ...]:
    """The yearly notebooks in order: not JupyterLab's copies, nor one whose metadata say so.

    ``{"par": {"publish": false}}`` keeps a notebook to its author.
    """
    found = sorted(paths.notebooks().glob("[0-9][0-9]_*.ipynb"))
    return tuple(book for book in found if "-Copy" not in book.stem and _is_published(book))


def _is_published(notebook: Path) -> bool:
    with suppress(OSError, ValueError, AttributeError):  # one that cannot be read fails its run
        own = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("par", {})
        return own.get("publish", True)
    return True


def language_folder(languages: tuple[str, ...] | list[str], lang: str) -> Path:
    """The first language lies on top, the others in folders of their own."""
    return Path() if lang == languages[0] else Path(lang)


def jobs(request: Request, edition: Path) -> list[Job]:
    """Every notebook of a request in every language, in the folder of its edition."""
    folders = {lang: edition / language_folder(request.languages, lang)
               for lang in request.languages}  # fmt: skip
    return [Job(paths.root(), request, notebook, lang, folder)
            for lang, folder in folders.items() for notebook in request.notebooks]  # fmt: skip


def recipe(job: Job) -> str:
    """sha256 over all that decides a run but the figures: notebook, parameters, code, versions."""
    parameters = json.dumps(job.parameters, sort_keys=True)
    parts = [dependencies.sha256(job.notebook), parameters, dependencies.code_digest(_PRESS)]
    return dependencies.sha256_of("\0".join(parts).encode())


def inputs_of(request: Request, read: Iterable[str] = ()) -> dict[str, str]:
    """Fingerprint of each file an edition is made from; of other years' those in ``read``."""
    own = [*raw_files(request.province, request.year, read), *request.notebooks]
    return fingerprints([*own, template(request.province)] if request.documents else own)


def template(province: str) -> Path:
    """The form that a province's office has for its report, if it has one of its own."""
    return paths.raw(province) / "report-template.docx"


def fingerprint(request: Request, runs: dict[str, dict]) -> str:
    """As ``quang-nam-2022-0123456789ab``: over inputs, and all that decides each run.

    Equal editions share it, and a paper that carries it leads back to its edition.
    """
    recipes = {name: run["recipe"] for name, run in runs.items()}
    made_from = [inputs_of(request, read_by(runs)), recipes, request.languages, request.documents]
    digest = dependencies.sha256_of(json.dumps(made_from, sort_keys=True).encode())
    return f"{request.province}-{request.year}-{digest[:12]}"


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


def raw_files(province: str, year: int, read: Iterable[str]) -> set[Path]:
    """An edition's own raw files, and the tables of other years in ``read``, as runs note it."""
    files = {*dependencies.raw_files(province, year)}
    for entry in read:
        of, _, table = entry.partition(":")
        years = paths.years(province) if of == dependencies.EVERY else [int(of)]
        name = "*.csv" if table == dependencies.EVERY else f"{table}.csv"
        for other in {*years} - {year}:
            files.update(paths.raw(province, other).glob(name))
    return {file for file in files if not file.name.startswith(".")}


def read_by(runs: dict[str, dict]) -> set[str]:
    """All that the runs of an edition have read."""
    return {entry for run in runs.values() for entry in run["read"]}
