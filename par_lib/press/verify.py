"""What of an edition, or of what it was made from, is no longer what its manifest says."""

import html
import re
from pathlib import Path

from par_lib import inputs, paths
from par_lib.files import write_whole
from par_lib.press import place, plan

EDITIONS = f"*/[0-9][0-9][0-9][0-9]/{plan.MANIFEST}"
# Set and taken away after a page was made, so no part of what its hash is taken over.
_STATUS = re.compile(r'<p class="banner stale" role="status" data-files="(.*?)">.*?</p>\n', re.S)
_HEADER_END = "</header>"
_HEAD = 100_000  # characters of a page in which its header lies
CHANGED, MISSING, ADDED = "changed", "missing", "not of this edition"


def altered(folder: Path) -> list[tuple[str, str]]:
    """Path and what happened to it (CHANGED, MISSING, ADDED) since the edition was made.

    Paths within the edition are relative to it, inputs to the project. Raises ValueError where the
    folder holds no edition.
    """
    made = _manifest(folder)
    own = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    found = [(name, ADDED) for name in sorted(own - set(made["files"]) - {plan.MANIFEST})]
    for name, known in made["files"].items():
        file = folder / name
        if not file.is_file():
            found.append((name, MISSING))
        elif _hash(file) != known:
            found.append((name, CHANGED))
    return sorted(found) + _inputs_altered(made)


def raw_altered(made: dict) -> list[str]:
    """Files of raw data that are not what they were when the edition was made, or are new."""
    year = paths.raw(made["province"], made["year"])
    now = {file.relative_to(paths.root()).as_posix() for file in year.glob("*.csv")}
    new = now - set(made["inputs"])
    changed = {name for name, _ in _inputs_altered(made) if name.startswith("data/raw/")}
    return sorted(changed | new)


def mark(folder: Path) -> bool:
    """Say on each page of an edition whether its raw data changed since; gives whether they did.

    Pages are written only where the edition's index, written last, does not say it yet.
    """
    made = _manifest(folder)
    changed = raw_altered(made)
    if _said(folder / "index.html") == ", ".join(changed):
        return bool(changed)
    for lang in reversed(made["languages"]):  # the first lies on top
        here = folder / plan.language_folder(made["languages"], lang)
        line = _line(changed, lang) if changed else ""
        for page in sorted(here.glob("*.html")):
            text = page.read_text(encoding="utf-8")
            said = _STATUS.sub("", text).replace(_HEADER_END, line + _HEADER_END, 1)
            if said != text:
                write_whole(page, said)
    return bool(changed)


def mark_all() -> None:
    """``mark`` every edition that stands and that no run is making."""
    for file in sorted((paths.root() / "outputs").glob(EDITIONS)):
        try:
            lock = place.reserve(file.parent)
        except ValueError:
            continue
        try:
            mark(file.parent)
        finally:
            lock.release()


def _said(page: Path) -> str:
    """The files a page says changed; empty where it says nothing."""
    if not page.is_file():
        return ""
    with page.open(encoding="utf-8") as text:
        found = _STATUS.search(text.read(_HEAD))
    return html.unescape(found[1]) if found else ""


def _line(changed: list[str], lang: str) -> str:
    from par_lib.wording import language  # pandas takes a second: only where there is something

    t = language(lang)
    files = ", ".join(changed)
    words = t(
        "The raw data changed after this edition was made: {files}. Make it again.", files=files
    )
    return (
        f'<p class="banner stale" role="status" data-files="{html.escape(files)}">'
        f"{html.escape(words)}</p>\n"
    )


def _manifest(folder: Path) -> dict:
    file = folder / plan.MANIFEST
    if not file.is_file():
        raise ValueError(f"{folder}: no edition here; name its folder, as outputs/quang-nam/2022")
    return plan.read_manifest(file)


def _inputs_altered(made: dict) -> list[tuple[str, str]]:
    files = {name: paths.root() / name for name in made["inputs"]}
    return [
        (name, CHANGED if file.is_file() else MISSING)
        for name, file in files.items()
        if not file.is_file() or inputs.sha256(file) != made["inputs"][name]
    ]


def _hash(file: Path) -> str:
    if file.suffix != ".html":
        return inputs.sha256(file)
    return inputs.sha256_of(_STATUS.sub("", file.read_bytes().decode()).encode())
