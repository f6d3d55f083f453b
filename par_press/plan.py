"""What an edition is to be made of, and which of its notebooks are still up to date.

Nothing here imports pandas or a kernel: an edition with nothing to do is told in a moment.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from par_lib.language import LANGUAGES
from par_lib.storage import dependencies, paths

MANIFEST = "manifest.json"
_PRESS = Path(__file__).parent
NUMBERED = "[0-9][0-9]_*.ipynb"
_SHAPE = {"province": str, "place": str, "year": int, "languages": list, "parameters": dict,
          "inputs": dict, "files": dict, "runs": dict}  # fmt: skip
_RUN = {"recipe": str, "state": dict | None, "read": list}


@dataclass(frozen=True)
class Request:
    """What to make. ``values`` are a person's parameters by notebook name.

    ``anew`` are notebooks to run though nothing of them changed.
    """

    province: str
    year: int
    languages: tuple[str, ...]
    notebooks: tuple[Path, ...]
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    timeout_seconds: int = 300
    fork: bool = True
    anew: tuple[Path, ...] = ()

    @property
    def place(self) -> str:
        """Which edition it is, as ``quang-nam 2022``."""
        return f"{self.province} {self.year}"

    def parameters(self, notebook: Path, lang: str) -> dict[str, object]:
        """Everything the notebook is given."""
        own = self.values.get(notebook.stem, {})
        return {"province": self.province, "year": self.year, "lang": lang, **own}


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


def all_notebooks() -> tuple[Path, ...]:
    """The yearly notebooks in order: not JupyterLab's copies, nor one whose metadata say so.

    ``{"par": {"publish": false}}`` keeps a notebook to its author.
    """
    found = sorted(paths.notebooks().glob(NUMBERED))
    return tuple(book for book in found if "-Copy" not in book.stem and _is_published(book))


def _is_published(notebook: Path) -> bool:
    with suppress(OSError, ValueError, AttributeError):  # one that cannot be read fails its run
        own = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("par", {})
        return own.get("publish", True)
    return True


def language_folder(languages: tuple[str, ...] | list[str], lang: str) -> Path:
    """The first language lies on top, the others in folders of their own."""
    return Path() if lang == languages[0] else Path(lang)


def recipe(request: Request, notebook: Path, lang: str) -> str:
    """sha256 over all that decides a run but the figures: notebook, parameters, code, versions."""
    parameters = json.dumps(request.parameters(notebook, lang), sort_keys=True)
    parts = [dependencies.sha256(notebook), parameters, dependencies.code_digest(_PRESS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def inputs_of(request: Request, read: Iterable[str] = ()) -> dict[str, str]:
    """Fingerprint by path of each file an edition is made from; of other years' those in ``read``.

    A file that cannot be read has a fingerprint, too: whoever needs what stands in it tells.
    """
    root, found = paths.root(), {}
    for file in sorted([*raw_files(request.province, request.year, read), *request.notebooks]):
        try:
            fingerprint = dependencies.fingerprint(file)
        except OSError as error:
            fingerprint = f"cannot be read ({error.strerror})"
        found[file.relative_to(root).as_posix()] = fingerprint
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


def read_manifest(file: Path) -> dict:
    """A manifest as a dict; ValueError where it is damaged."""
    made = None
    with suppress(ValueError):
        made = json.loads(file.read_text(encoding="utf-8"))
    if not _is(made, _SHAPE) or not _is_sound(made):
        raise ValueError(f"{file}: damaged; make the edition again")
    return made


def _is_sound(made: dict) -> bool:
    texts = [*made["inputs"].values(), *made["files"].values()]
    for run in made["runs"].values():
        texts += run["read"] if _is(run, _RUN) else [None]
    return (
        bool(made["languages"])
        and all(lang in LANGUAGES for lang in made["languages"])
        and all(isinstance(own, dict) for own in made["parameters"].values())
        and all(isinstance(text, str) for text in texts)
    )


def _is(held: object, shape: dict) -> bool:
    """Whether it is a dict with these keys, each of its type."""
    return isinstance(held, dict) and all(
        name in held and isinstance(held[name], kind) for name, kind in shape.items()
    )


def standing(request: Request) -> dict | None:
    """Manifest of the edition that stands; None where there is none, or a damaged one."""
    with suppress(OSError, ValueError):
        return read_manifest(paths.outputs(request.province, request.year) / MANIFEST)
    return None


def with_what_stands(request: Request) -> Request:
    """The request in all languages that stand, and with those other notebooks that stand.

    An edition loses no language, and shows one state of the figures. So the others are run again
    where theirs changed, and only there; they keep the parameters they were made with.
    """
    made = standing(request)
    if made is None:
        return request
    asked = {notebook.stem for notebook in request.notebooks}
    names = asked | {name.partition("/")[2] for name in made["runs"]}
    values = {name: own for name, own in made["parameters"].items() if name not in asked}
    languages = [*made["languages"], *request.languages]
    if asked == {notebook.stem for notebook in all_notebooks()}:  # a person says which lies on top
        languages = [*request.languages, *made["languages"]]
    return replace(
        request, languages=tuple(dict.fromkeys(languages)), values=values | request.values,
        notebooks=tuple(notebook for notebook in all_notebooks() if notebook.stem in names),
    )  # fmt: skip


def kept_runs(request: Request) -> dict[str, dict]:
    """Runs of the standing edition that would give the same again, by name.

    None where another language is to lie on top, nor where an executed notebook was altered since.
    """
    made, target = standing(request), paths.outputs(request.province, request.year)
    if made is None or request.languages[0] != made["languages"][0]:
        return {}
    kept, edition = {}, (request.province, request.year)
    for lang in {*made["languages"]} & {*request.languages}:
        here = language_folder(request.languages, lang) / "notebooks"
        for notebook in {*request.notebooks} - {*request.anew}:
            name, file = f"{lang}/{notebook.stem}", here / notebook.name
            run = made["runs"].get(name)
            if (
                run
                and run["state"] is not None
                and run["recipe"] == recipe(request, notebook, lang)
                and run["state"] == dependencies.state_of(run["read"], *edition)
                and (target / file).is_file()
                and dependencies.sha256(target / file) == made["files"].get(file.as_posix())
            ):
                kept[name] = run
    return kept


def unchanged(request: Request) -> bool:
    """Whether the edition that stands is whole and would be the same if it were made again."""
    made, target = standing(request), paths.outputs(request.province, request.year)
    return (
        made is not None
        and made["languages"] == list(request.languages)
        and made["inputs"].items() >= inputs_of(request).items()
        and all((target / name).is_file() for name in made["files"])
        and len(kept_runs(request)) == len(request.notebooks) * len(request.languages)
    )
