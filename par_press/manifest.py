"""manifest.json: what an edition was made from, what of it still holds, and what was altered."""

import ast
import datetime as dt
import html
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from par_lib.language import LANGUAGES, N_, PERIOD, Period, Refused
from par_lib.storage import dependencies, paths
from par_lib.storage.paths import write_whole
from par_press import plan
from par_press.plan import Request

if TYPE_CHECKING:  # pandas takes a second, and an edition with nothing to do is told in a moment
    from par_lib.cleaning.tables import Tables

MANIFEST = "manifest.json"
CHANGED, MISSING, ADDED = N_("changed"), N_("missing"), N_("not of this edition")
_RUN = {"recipe": str, "state": dict | None, "read": [str]}
_SHAPE = {"province": str, "place": str, "period": str, "languages": [str],
          "parameters": {...: dict}, "inputs": {...: str}, "files": {...: str}, "runs": {...: _RUN},
          "said_changed": [str]}  # fmt: skip
_LISTED = re.compile(r'href="([a-z0-9-]+/\d{4}(?:-\w\w)?)/')  # an edition, in the list of all
_CODE = re.compile(rb"[a-z0-9-]+-\d{4}-(?:\w\w-)?[0-9a-f]{12}(?![0-9a-f])")  # a fingerprint
# Set and taken away after a page was made, so no part of what its hash is taken over.
_STATUS = re.compile(r'<p class="banner stale" role="status">.*?</p>\n', re.S)


def write(build: Path, request: Request, data: "Tables", code: str, inputs: dict[str, str],
          runs: dict[str, dict], started: dt.datetime) -> None:  # fmt: skip
    """Write the manifest of the edition that lies in ``build``; ``runs`` by name.

    Its times stand apart from content, which equal runs share. The seal is a digest of all of it.
    """
    missing = [f"no raw data for {request.period}: {name}" for name in data.missing]
    seconds = (dt.datetime.now(dt.UTC) - started).total_seconds()
    made = {
        "province": request.province, "place": data.place, "year": request.period.year,
        "period": request.period,
        "fingerprint": code, "documents": request.documents,
        "synthetic": data.synthetic, "languages": request.languages, "parameters": request.values,
        "inputs": inputs, "said_changed": [],
        "files": {name: dependencies.sha256(build / name) for name in _files(build)},
        "runs": dict(sorted(runs.items())),
        "versions": dependencies.versions(),
        "warnings": missing + _kernel_warnings(build),
        "times": {"started": started.isoformat(timespec="seconds"), "seconds": round(seconds, 1)},
    }  # fmt: skip
    _save(build, made | {"seal": _seal(made)})


def _seal(made: dict) -> str:
    told = {name: held for name, held in made.items() if name not in ("seal", "said_changed")}
    return dependencies.sha256_of(json.dumps(told, sort_keys=True).encode())


def sealed(text: str) -> str:
    """A page with a line behind it that tells whether it is as it was made."""
    return f"{text}<!-- {dependencies.sha256_of(text.encode())} -->\n"


def _save(folder: Path, content: dict) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    write_whole(folder / MANIFEST, text + "\n")


def fingerprint(province: str, period: str, inputs: dict[str, str], runs: dict[str, dict],
                languages: Iterable[str], documents: bool) -> str:  # fmt: skip
    """As ``quang-nam-2022-0123456789ab``: over inputs, and all that decides each run.

    Equal editions share it, and a paper that carries it leads back to its edition.
    """
    recipes = {name: run["recipe"] for name, run in runs.items()}
    made_from = json.dumps([inputs, recipes, [*languages], documents], sort_keys=True)
    return f"{province}-{period}-{dependencies.sha256_of(made_from.encode())[:12]}"


def _files(folder: Path) -> list[str]:
    """Paths, within the folder, of all in it but the manifest; of folders the empty ones."""
    names = (one.relative_to(folder).as_posix() for one in folder.rglob("*")
             if one.is_symlink() or not one.is_dir() or not any(one.iterdir()))  # fmt: skip
    return sorted({*names} - {MANIFEST})


def _kernel_warnings(build: Path) -> list[str]:
    return [
        f"{path.name}: {output.text.strip()}"
        for path in sorted(build.rglob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]


def read(folder: Path) -> dict:
    """Manifest of the edition in a folder; ValueError where there is none, or a damaged one."""
    file, made = folder / MANIFEST, None
    if not file.is_file():
        wrong = N_("{folder}: no edition here; name its folder, as outputs/quang-nam/2022")
        raise Refused(wrong, folder=folder)
    with suppress(ValueError, TypeError):
        made = {"said_changed": []} | json.loads(file.read_text(encoding="utf-8"))
    if not _fits(made, _SHAPE) or not set() < {*made["languages"]} <= {*LANGUAGES}:
        raise Refused("{file}: damaged; make the edition again", file=file)
    return made


def _fits(held: object, shape: object) -> bool:
    """Whether it is as ``_SHAPE`` writes it: of a type, a list, a dict; ... stands for any name."""
    if isinstance(shape, list):
        return isinstance(held, list) and all(_fits(one, shape[0]) for one in held)
    if not isinstance(shape, dict):
        return isinstance(held, shape)
    if not isinstance(held, dict):
        return False
    if ... in shape:
        return all(_fits(one, shape[...]) for one in held.values())
    return all(name in held and _fits(held[name], kind) for name, kind in shape.items())


def all_that_stand() -> Iterator[tuple[Path, dict]]:
    """Folder and manifest of each edition in outputs/; a damaged one is passed over.

    ``par verify`` tells of that, the next run mends it.
    """
    for folder in folders():
        with suppress(ValueError, OSError):
            yield folder, read(folder)


def folders() -> list[Path]:
    """Folder of each edition in outputs/, whatever its manifest says."""
    found = (file.parent for file in (paths.root() / "outputs").glob(f"*/*/{MANIFEST}"))
    return sorted(folder for folder in found if PERIOD.fullmatch(folder.name))


def is_orphan(folder: Path) -> bool:
    """Whether the province or year of an edition has gone from data/raw: no list names it then."""
    year = f"{Period(folder.name).year}"
    return not (paths.root() / "data" / "raw" / folder.parent.name / year).is_dir()


def edition_of(paper: str) -> Path:
    """The edition that a document, or a fingerprint copied from paper, belongs to.

    ValueError where it holds no fingerprint, or no edition that stands has it.
    """
    file = Path(paper)
    texts = [file.read_bytes()] if file.is_file() else [paper.encode()]
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            texts = [parts.read(name) for name in parts.namelist() if name.endswith(".xml")]
    codes = sorted({found.decode() for text in texts for found in _CODE.findall(text)})
    if not codes:
        raise Refused("{paper}: no fingerprint of an edition stands in it", paper=paper)
    for folder, made in all_that_stand():
        if made.get("fingerprint") in codes:
            if file.is_file() and dependencies.sha256(file) not in made["files"].values():
                raise Refused("{paper}: is of {edition}, and not as it was made: it was altered or "
                              "filled in since", paper=paper, edition=folder)  # fmt: skip
            return folder
    raise Refused("{paper}: is of the edition {codes}, which no longer stands: it was made from "
                  "other figures or by another program than the one in outputs/",
                  paper=paper, codes=codes)  # fmt: skip


def standing(request: Request) -> dict | None:
    """Manifest of the edition that stands; None where there is none, or a damaged one."""
    with suppress(OSError, ValueError):
        return read(request.target)
    return None


def with_what_stands(request: Request) -> Request:
    """The request in all languages that stand, and with those other notebooks that stand.

    An edition loses no language, and shows one state of the figures. So the others are run again
    where theirs changed, and only there; they keep the parameters they were made with. Pages stay
    where they are, for links lead there, unless all languages are named in another order.
    """
    made = standing(request)
    if made is None:
        return request
    every = plan.of_period(plan.all_notebooks(), request.period)
    asked = {notebook.stem for notebook in request.notebooks}
    made_of = {name.partition("/")[2] for name in made["runs"]}
    notebooks = tuple(one for one in every if one.stem in asked | made_of)
    others = {one.stem for one in notebooks} - asked
    values = {name: own for name, own in made["parameters"].items() if name in others}
    languages = [*made["languages"], *request.languages]
    if len(asked) == len(notebooks) and {*made["languages"]} <= {*request.languages}:
        languages = [*request.languages]  # a person says which lies on top
    return replace(request, languages=tuple(dict.fromkeys(languages)), notebooks=notebooks,
                   values=values | request.values)  # fmt: skip


def kept_runs(request: Request) -> dict[str, dict]:
    """Runs of the standing edition that would give the same again, by name.

    None where another language is to lie on top, nor where an executed notebook was altered since.
    """
    made = standing(request)
    if made is None or request.languages[0] != made["languages"][0]:
        return {}
    kept = {}
    for job in request.jobs(request.target):
        run, name = made["runs"].get(job.name), job.target.relative_to(request.target).as_posix()
        if (
            run
            and job.notebook not in request.anew
            and run["state"] is not None
            and run == plan.record(job, run["read"])
            and job.target.is_file()
            and dependencies.sha256(job.target) == made["files"].get(name)
        ):
            kept[job.name] = run
    return kept


def unchanged(request: Request) -> bool:
    """Whether the edition that stands is whole and would be the same if it were made again.

    False, too, where that cannot be told: making it will say why.
    """
    with suppress(ValueError, OSError):
        made, kept = read(request.target), kept_runs(request)
        return (
            made.get("seal") == _seal(made)
            and made["languages"] == [*request.languages]
            and made.get("documents") == request.documents
            and kept.keys() == made["runs"].keys() == {job.name for job in request.jobs(Path())}
            and made["inputs"] == plan.inputs_of(request, plan.read_by(kept))
            and not _files_altered(request.target, made)
        )
    return False


def altered(folder: Path) -> list[tuple[str, str]]:
    """Path and what happened to it (CHANGED, MISSING, ADDED) since the edition was made.

    Paths within the edition are relative to it, inputs and the lists of all editions to the
    project. Raises ValueError where the folder holds no edition.
    """
    made, outputs = read(folder), (paths.root() / "outputs").resolve()
    listed = lists_altered() if outputs in folder.resolve().parents else []
    own = [] if _holds(folder, made) else [(MANIFEST, CHANGED)]
    return sorted(own + _files_altered(folder, made)) + _inputs_altered(made) + listed


def _files_altered(folder: Path, made: dict) -> list[tuple[str, str]]:
    now = {name: _hash(folder / name, made) for name in _files(folder)}
    return _differences(made["files"], now)


def _holds(folder: Path, made: dict) -> bool:
    """Whether the manifest is as it was written, by its seal, its fingerprint, and what notebooks
    say of the run: their parameters, and the version of Python.
    """
    made_from = ("province", "period", "inputs", "runs", "languages", "documents")
    with suppress(OSError, KeyError, ValueError, AttributeError, StopIteration):
        if made["seal"] != _seal(made) or made["year"] != Period(made["period"]).year:
            return False
        if made["fingerprint"] != fingerprint(*(made[name] for name in made_from)):
            return False
        return all(_says(folder, made, *name.partition("/")[::2]) for name in made["runs"])
    return False


def _says(folder: Path, made: dict, lang: str, name: str) -> bool:
    """Whether an executed notebook has the parameters of the manifest; True where it is not there,
    which is told of the file.
    """
    file = folder / plan.folder(made["languages"], lang) / "notebooks" / f"{name}.ipynb"
    if not file.is_file():
        return True
    book = nbformat.read(file, as_version=4)
    given = next(cell for cell in book.cells if cell.id == "injected-parameters").source
    held = {ast.unparse(one.targets[0]): ast.literal_eval(one.value)
            for one in ast.parse(given).body}  # fmt: skip
    run = plan.given(made["province"], made["period"], lang)
    return (held == run | made["parameters"].get(name, {})
            and book.metadata.language_info.version == made["versions"]["python"])  # fmt: skip


def lists_altered() -> list[tuple[str, str]]:
    """What happened to the lists of editions in outputs/: not as written, or not what stands."""
    standing = {f"{folder.parent.name}/{folder.name}" for folder, _ in all_that_stand()
                if not is_orphan(folder)}  # fmt: skip
    found = []
    for lang in LANGUAGES:
        name = f"outputs/{plan.beside(lang, 'index')}"
        try:
            text = (paths.root() / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            found.append((name, MISSING))
            continue
        if text != sealed(text.rpartition("<!--")[0]) or {*_LISTED.findall(text)} != standing:
            found.append((name, CHANGED))
    return found


def _inputs_altered(made: dict) -> list[tuple[str, str]]:
    known = {paths.root() / name for name in made["inputs"]}
    raw = plan.raw_files(made["province"], Period(made["period"]), plan.read_by(made["runs"]))
    return _differences(made["inputs"], plan.fingerprints(known | raw))


def _differences(before: dict[str, str], now: dict[str, str]) -> list[tuple[str, str]]:
    """What happened to each file, by its marks of before and now; by path."""
    what = {name: CHANGED if name in now else MISSING for name in before}
    what |= {name: ADDED for name in now if name not in before}
    return sorted((name, done) for name, done in what.items() if before.get(name) != now.get(name))


def _hash(file: Path, made: dict) -> str:
    """Hash of a file as it was made: of a page without the line that ``mark`` set on it."""
    if file.is_symlink() or file.is_dir():  # neither is ever made
        return "link" if file.is_symlink() else "empty folder"
    content = file.read_bytes()
    if file.suffix == ".html" and made["said_changed"]:
        for lang in made["languages"]:
            content = content.replace(_line(made["said_changed"], lang).encode(), b"", 1)
    return dependencies.sha256_of(content)


def mark(folder: Path) -> None:
    """Say on each page of an edition whether its raw data changed since.

    The manifest, written last, notes what they say; all is as it was where it says so already.
    """
    made = read(folder)
    changed = [name for name, _ in _inputs_altered(made) if name.startswith("data/raw/")]
    if made["said_changed"] == changed:
        return
    for lang in made["languages"]:
        own = folder / plan.folder(made["languages"], lang)
        line = _line(changed, lang) if changed else ""
        for page in sorted(own.rglob("*.html")):  # of the first language all; the others follow
            text = _STATUS.sub("", page.read_text(encoding="utf-8"))
            write_whole(page, text.replace("</header>", f"{line}</header>", 1))
    _save(folder, made | {"said_changed": changed})


def _line(changed: list[str], lang: str) -> str:
    from par_lib.language.translation import language  # imports pandas

    t, files = language(lang), ", ".join(changed)
    said = t("The raw data changed after this edition was made: {files}. Make it again.",
             files=files)  # fmt: skip
    return f'<p class="banner stale" role="status">{html.escape(said)}</p>\n'
