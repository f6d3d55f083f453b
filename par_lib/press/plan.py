"""What an edition is to be made of, and which of its notebooks are still up to date.

Nothing here imports pandas or a kernel: an edition with nothing to do is told in a moment.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from par_lib import inputs, paths

MANIFEST = "manifest.json"
NUMBERED = "[0-9][0-9]_*.ipynb"


@dataclass(frozen=True)
class Request:
    """What to make. ``values`` are a person's parameters by notebook name."""

    province: str
    year: int
    languages: tuple[str, ...]
    notebooks: tuple[Path, ...]
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    timeout_seconds: int = 300
    fork: bool = True

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
    """The yearly notebooks in order."""
    return tuple(sorted(paths.notebooks().glob(NUMBERED)))


def language_folder(languages: tuple[str, ...] | list[str], lang: str) -> Path:
    """The first language lies on top, the others in folders of their own."""
    return Path() if lang == languages[0] else Path(lang)


def recipe(request: Request, notebook: Path, lang: str) -> str:
    """sha256 over all that decides a run but the figures: notebook, parameters, code, versions."""
    parameters = json.dumps(request.parameters(notebook, lang), sort_keys=True)
    parts = [inputs.sha256(notebook), parameters, inputs.code_digest()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def inputs_of(request: Request) -> dict[str, str]:
    """Hash by path of each file an edition is made from."""
    raw, own = paths.raw(request.province), paths.raw(request.province, request.year)
    files = [*raw.glob("*.*"), *own.glob("*.csv"), *own.glob("rules.toml"), *request.notebooks]
    root = paths.root()
    return {file.relative_to(root).as_posix(): inputs.sha256(file) for file in sorted(files)}


def read_manifest(file: Path) -> dict:
    """A manifest as a dict."""
    return json.loads(file.read_text(encoding="utf-8"))


def standing(request: Request) -> dict | None:
    """Manifest of the edition that stands; None where there is none."""
    file = paths.outputs(request.province, request.year) / MANIFEST
    return read_manifest(file) if file.is_file() else None


def with_its_languages(request: Request) -> Request:
    """Some notebooks of an edition that stands are made in all its languages, where they lie."""
    made = standing(request)
    if made is None or set(request.notebooks) == set(all_notebooks()):
        return request
    languages = dict.fromkeys((*made["languages"], *request.languages))
    return replace(request, languages=tuple(languages))


def kept_runs(request: Request) -> dict[str, dict]:
    """Runs of the standing edition that would give the same again, by name."""
    made = standing(request)
    if made is None or made["languages"] != list(request.languages):
        return {}
    return {
        f"{lang}/{notebook.stem}": run
        for lang in request.languages
        for notebook in request.notebooks
        if (run := made.get("runs", {}).get(f"{lang}/{notebook.stem}"))
        and run["recipe"] == recipe(request, notebook, lang)
        and run["state"] == inputs.state_of(run["read"], request.province, request.year)
    }


def unchanged(request: Request) -> bool:
    """Whether the edition that stands is whole and would be the same if it were made again."""
    made, target = standing(request), paths.outputs(request.province, request.year)
    wanted = len(request.notebooks) * len(request.languages)
    return (
        made is not None
        and made["inputs"].items() >= inputs_of(request).items()
        and all((target / name).is_file() for name in made["files"])
        and len(kept_runs(request)) == wanted
    )
