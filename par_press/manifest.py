"""manifest.json: what an edition was made from, and what is no longer as it says."""

import datetime as dt
import html
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from par_lib.language import LANGUAGES
from par_lib.storage import dependencies, paths
from par_lib.storage.paths import write_whole
from par_press import place, plan
from par_press.plan import MANIFEST, Request

if TYPE_CHECKING:  # pandas takes a second, and an edition with nothing to do is told in a moment
    from par_lib.cleaning.tables import Tables

EDITIONS = f"*/[0-9][0-9][0-9][0-9]/{MANIFEST}"
CHANGED, MISSING, ADDED = "changed", "missing", "not of this edition"
# Set and taken away after a page was made, so no part of what its hash is taken over.
_STATUS = re.compile(r'<p class="banner stale" role="status" data-files="(.*?)">.*?</p>\n', re.S)
_HEAD = 100_000  # characters of a page in which its header lies


def write(build: Path, request: Request, data: "Tables", runs: dict[str, dict],
          started: dt.datetime) -> None:  # fmt: skip
    """Write the manifest of the edition that lies in ``build``; ``runs`` by name.

    Its times stand apart from content, which equal runs share.
    """
    missing = [f"no raw data for {request.year}: {name}" for name in data.missing]
    seconds = (dt.datetime.now(dt.UTC) - started).total_seconds()
    content = {
        "province": request.province, "place": data.place, "year": request.year,
        "synthetic": data.synthetic, "languages": request.languages, "parameters": request.values,
        "inputs": plan.inputs_of(request, plan.read_by(runs)),
        "files": {name: dependencies.sha256(build / name) for name in _files(build)},
        "runs": dict(sorted(runs.items())),
        "versions": dependencies.versions(),
        "warnings": missing + _kernel_warnings(build),
        "times": {"started": started.isoformat(timespec="seconds"), "seconds": round(seconds, 1)},
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (build / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _files(folder: Path) -> list[str]:
    """Paths, within the folder, of all files in it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted(file.relative_to(folder).as_posix() for file in files)


def _kernel_warnings(build: Path) -> list[str]:
    return [
        f"{path.name}: {output.text.strip()}"
        for path in sorted(build.rglob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]


def altered(folder: Path) -> list[tuple[str, str]]:
    """Path and what happened to it (CHANGED, MISSING, ADDED) since the edition was made.

    Paths within the edition are relative to it, inputs to the project. Raises ValueError where the
    folder holds no edition.
    """
    made = _manifest(folder)
    return _files_altered(folder, made) + _inputs_altered(made)


def is_whole(folder: Path) -> bool:
    """Whether an edition stands there of which nothing was altered but, perhaps, its inputs."""
    return not _files_altered(folder, _manifest(folder))


def mark(folder: Path) -> None:
    """Say on each page of an edition whether its raw data changed since.

    Pages are written only where the edition's index, written last, does not say it yet.
    """
    made = _manifest(folder)
    changed = [name for name, _ in _inputs_altered(made) if name.startswith("data/raw/")]
    if _said(folder / "index.html") == ", ".join(changed):
        return
    for lang in reversed(made["languages"]):  # the first lies on top
        here = folder / plan.language_folder(made["languages"], lang)
        line = _line(changed, lang) if changed else ""
        for page in sorted(here.glob("*.html")):
            text = page.read_text(encoding="utf-8")
            said = _STATUS.sub("", text).replace("</header>", f"{line}</header>", 1)
            if said != text:
                write_whole(page, said)


def mark_all() -> None:
    """``mark`` every edition that stands and that no run is making."""
    for file in sorted((paths.root() / "outputs").glob(EDITIONS)):
        # One that is being made, that is damaged, or that may not be written, is left as it is.
        with suppress(ValueError, OSError), place.reserved(file.parent):
            mark(file.parent)


def _manifest(folder: Path) -> dict:
    file = folder / MANIFEST
    if not file.is_file():
        raise ValueError(f"{folder}: no edition here; name its folder, as outputs/quang-nam/2022")
    return plan.read_manifest(file)


def _files_altered(folder: Path, made: dict) -> list[tuple[str, str]]:
    own = {*_files(folder)} - {MANIFEST}
    added = [(name, ADDED) for name in own - made["files"].keys()]
    missing = [(name, MISSING) for name in made["files"].keys() - own]
    changed = [(name, CHANGED) for name in own & made["files"].keys()
               if _hash(folder / name, made) != made["files"][name]]  # fmt: skip
    return sorted(added + missing + changed)


def _inputs_altered(made: dict) -> list[tuple[str, str]]:
    root, known = paths.root(), made["inputs"]
    found = [(name, ADDED) for name in _raw_now(made) - known.keys()]
    for name, fingerprint in known.items():
        try:
            if dependencies.fingerprint(root / name) != fingerprint:
                found.append((name, CHANGED))
        except FileNotFoundError:
            found.append((name, MISSING))
        except OSError:  # it cannot be read any more
            found.append((name, CHANGED))
    return sorted(found)


def _raw_now(made: dict) -> set[str]:
    """Raw files that an edition would be made from today."""
    files = plan.raw_files(made["province"], made["year"], plan.read_by(made["runs"]))
    return {file.relative_to(paths.root()).as_posix() for file in files}


def _said(page: Path) -> str:
    """The files a page says changed; empty where it says nothing."""
    if not page.is_file():
        return ""
    with page.open(encoding="utf-8") as text:
        found = _STATUS.search(text.read(_HEAD))
    return html.unescape(found[1]) if found else ""


def _line(changed: list[str], lang: str) -> str:
    from par_lib.language.translation import language  # imports pandas

    t, files = language(lang), ", ".join(changed)
    said = t("The raw data changed after this edition was made: {files}. Make it again.",
             files=files)  # fmt: skip
    names, words = html.escape(files), html.escape(said)
    return f'<p class="banner stale" role="status" data-files="{names}">{words}</p>\n'


def _hash(file: Path, made: dict) -> str:
    """Hash of a file as it was made: of a page without the status line, if it is just that."""
    if file.suffix != ".html":
        return dependencies.sha256(file)
    text = file.read_bytes().decode(errors="surrogateescape")
    found = _STATUS.search(text)
    if found:
        names = html.unescape(found[1]).split(", ")
        known = {*made["inputs"], *_raw_now(made)}
        lines = [_line(names, lang) for lang in LANGUAGES]
        own = re.compile(rf"data/raw/{made['province']}/[\w.=/-]+")  # one that is gone again
        if all(name in known or own.fullmatch(name) for name in names) and found[0] in lines:
            text = text[: found.start()] + text[found.end() :]
    return dependencies.sha256_of(text.encode(errors="surrogateescape"))
