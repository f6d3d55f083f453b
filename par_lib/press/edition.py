"""One edition: every notebook of one province and year, in one or more languages.

It is built beside the old one and then put in its place: a reader finds the old edition or the
new one, never half of each. The first language lies on top, the others in folders of their own.
"""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, as_completed, wait
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from par_lib import labels, paths, spreadsheet, tables
from par_lib.press import manifest, page
from par_lib.press.execute import NotebookError, execute
from par_lib.wording import LANGUAGES, SYNTHETIC_WORDS, Language, language

NAMES = {"vi": "Tiếng Việt", "en": "English"}  # each language calls itself so
NUMBERED = "[0-9][0-9]_*.ipynb"
OVERVIEW = "00_overview"  # its page is the edition's index.html


@dataclass(frozen=True)
class Request:
    """What to make. ``values`` are a person's parameters by notebook name."""

    province: str
    year: int
    languages: tuple[str, ...]
    notebooks: tuple[Path, ...]
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    timeout_seconds: int = 300

    def parameters(self, notebook: Path, lang: str) -> dict[str, object]:
        """Everything the notebook is given."""
        own = self.values.get(notebook.stem, {})
        return {"province": self.province, "year": self.year, "lang": lang, **own}


def all_notebooks() -> tuple[Path, ...]:
    """The yearly notebooks in order."""
    return tuple(sorted(paths.notebooks().glob(NUMBERED)))


def make(request: Request, *, pool: Executor, done: Callable[[str], None]) -> Path:
    """Make the edition and put it in place; returns its folder.

    ``done`` is called with each notebook's name as it is finished. Raises NotebookError when a
    notebook fails: the edition that stood before still stands, and the failed notebook is kept
    under outputs/failed/.
    """
    target = paths.outputs(request.province, request.year)
    target.parent.mkdir(parents=True, exist_ok=True)
    _recover(target)
    data = tables.load(request.province, request.year)
    times = manifest.Times.start()
    build = Path(tempfile.mkdtemp(prefix=f".{request.year}-", dir=target.parent))
    try:
        partial = set(request.notebooks) != set(all_notebooks())
        if partial and (target / manifest.NAME).is_file():
            shutil.copytree(target, build, dirs_exist_ok=True)
        _write_tables(data, build / "tables")
        _execute_all(request, build, pool, done)
        for lang in request.languages:
            _write_pages(request, data, build, lang)
        manifest.write(build, request, data, times)
        _swap(build, target)
    finally:
        shutil.rmtree(build, ignore_errors=True)
    return target


def write_collection() -> Path:
    """Write outputs/index.html, the list of all editions that stand."""
    root = paths.root() / "outputs"
    t = language(LANGUAGES[0])
    editions = []
    for file in sorted(root.glob(f"*/*/{manifest.NAME}")):
        made = manifest.read(file)
        folder = file.parent.relative_to(root)
        links = tuple(
            page.Link(
                f"{folder / _folder(made['languages'], lang)}/index.html",
                NAMES[lang],
                language=lang,
            )
            for lang in made["languages"]
        )
        note = SYNTHETIC_WORDS if made["synthetic"] else ""
        editions.append(page.Edition(made["place"], str(made["year"]), links, note))
    target = root / "index.html"
    text = page.render_collection(
        t,
        heading=t("Administrative reform, province by province"),
        lead=t("Editions that have been made, by province, year and language."),
        editions=editions,
    )
    target.write_text(text, encoding="utf-8")
    return target


def _execute_all(
    request: Request, build: Path, pool: Executor, done: Callable[[str], None]
) -> None:
    waiting = {}
    for lang in request.languages:
        folder = build / _folder(request.languages, lang) / "notebooks"
        folder.mkdir(parents=True, exist_ok=True)
        for notebook in request.notebooks:
            future = pool.submit(
                execute,
                notebook,
                folder / notebook.name,
                parameters=request.parameters(notebook, lang),
                language=language(lang),
                timeout_seconds=request.timeout_seconds,
            )
            waiting[future] = folder / notebook.name
    try:
        for future in as_completed(waiting):
            future.result()
            done(waiting[future].stem)
    except NotebookError:
        _keep_failed(request, waiting[future])
        raise
    finally:
        for future in waiting:
            future.cancel()
        wait(waiting)  # what still runs writes into the folder that is about to be removed


def _keep_failed(request: Request, notebook: Path) -> None:
    if notebook.is_file():
        failed = paths.root() / "outputs" / "failed"
        failed.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, failed / f"{request.province}-{request.year}-{notebook.name}")


def _write_tables(data: tables.Tables, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in labels.TABLE_LABELS:
        text = spreadsheet.to_csv(getattr(data, name), banner=_synthetic(data))
        (folder / f"{name}.csv").write_bytes(text)


def _synthetic(data: tables.Tables) -> str:
    return SYNTHETIC_WORDS if data.synthetic else ""


def _write_pages(request: Request, data: tables.Tables, build: Path, lang: str) -> None:
    t = language(lang)
    folder = build / _folder(request.languages, lang)
    executed = {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted((folder / "notebooks").glob(NUMBERED))
    }
    # An edition of chosen notebooks has its index too, if only to lead to them.
    executed = {OVERVIEW: executed.pop(OVERVIEW, None) or _bare_overview(data, t)} | executed
    titles = {name: _title(notebook) for name, notebook in executed.items()}
    cards = [_card(n, titles[n], notebook) for n, notebook in executed.items() if n != OVERVIEW]
    for name, notebook in executed.items():
        text = page.render_page(
            notebook,
            _context(request, data, folder, titles, name, t),
            cards=cards if name == OVERVIEW else (),
        )
        (folder / _file(name)).write_text(text, encoding="utf-8")


def _file(name: str) -> str:
    return "index.html" if name == OVERVIEW else f"{name}.html"


def _bare_overview(data: tables.Tables, t: Language) -> nbformat.NotebookNode:
    heading = t("{place} in {year}", place=_place(data, t), year=str(data.year))
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {heading}")])


def _context(
    request: Request, data: tables.Tables, folder: Path, titles: dict[str, str], name: str,
    t: Language,
) -> page.PageContext:  # fmt: skip
    place, year = _place(data, t), str(request.year)
    contents = [
        page.Link(_file(other), title, current=other == name) for other, title in titles.items()
    ]
    here = _folder(request.languages, t.code)
    up = Path(*[".."] * len(here.parts))
    languages = tuple(
        page.Link(
            (up / _folder(request.languages, lang) / _file(name)).as_posix(), NAMES[lang],
            current=lang == t.code, language=lang,
        )
        for lang in request.languages
    )  # fmt: skip
    downloads = []
    if (folder / "notebooks" / f"{name}.ipynb").is_file():
        downloads.append(page.Link(f"notebooks/{name}.ipynb", t("Executed notebook")))
    downloads += [
        page.Link((up / "tables" / f"{table}.csv").as_posix(), f"{t(label)} (CSV)")
        for table, label in labels.TABLE_LABELS.items()
        if not getattr(data, table).empty
    ]
    collection = Path(*[".."] * (2 + len(here.parts)), "index.html")
    return page.PageContext(
        language=t,
        title=f"{titles[name]} · {place} {year}",
        place=place,
        year=year,
        edition_date=t("Data accessed to {day}", day=max(data.sources["accessed"].dropna())),
        home=page.Link(collection.as_posix(), t("All editions")),
        contents=tuple(contents),
        languages=languages if len(languages) > 1 else (),
        downloads=tuple(downloads),
        banner=_banner(data, t),
    )


def _banner(data: tables.Tables, t: Language) -> str:
    missing = "; ".join(t(labels.TABLE_LABELS[table]) for table in data.missing)
    said = [_synthetic(data)]
    if missing:
        said.append(t("No figures for {year} yet: {tables}.", year=str(data.year), tables=missing))
    return " · ".join(filter(None, said))


def _card(name: str, title: str, notebook: nbformat.NotebookNode) -> page.Card:
    headline = page.first_headline(notebook, href=_file(name))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            svg = output.get("data", {}).get("image/svg+xml")
            if svg:
                alt = output["metadata"]["image/svg+xml"]["alt"]
                return page.Card(_file(name), title, headline, "".join(svg), alt)
    return page.Card(_file(name), title, headline)


def _title(notebook: nbformat.NotebookNode) -> str:
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def _place(data: tables.Tables, t: Language) -> str:
    province = data.units[data.units["level"] == "province"].iloc[0]
    return province["name"] if t.code == "vi" else province["name_en"]


def _folder(languages: tuple[str, ...] | list[str], lang: str) -> Path:
    return Path() if lang == languages[0] else Path(lang)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _recover(target: Path) -> None:
    """Put back an edition that a killed run had just moved aside."""
    previous = _previous(target)
    if previous.exists():
        if target.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(target)


def _swap(build: Path, target: Path) -> None:
    build.chmod(0o755)
    if target.exists():
        target.rename(_previous(target))
    build.rename(target)
    shutil.rmtree(_previous(target), ignore_errors=True)
