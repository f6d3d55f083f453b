"""One edition: every notebook of one province and year, in one or more languages.

It is built beside the old one and then put in its place: a reader finds the old edition or the
new one, never half of each. The first language lies on top, the others in folders of their own.
"""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
from markupsafe import Markup

from par_lib.cleaning import tables
from par_lib.language import LANGUAGES, labels
from par_lib.language.translation import NAMES, SYNTHETIC_WORDS, Language, language
from par_lib.storage import csv_files, paths
from par_lib.storage.paths import write_whole
from par_press import manifest, page, place, plan
from par_press.manifest import EDITIONS
from par_press.plan import NUMBERED, Job, Request
from par_press.plan import language_folder as _folder

OVERVIEW = "00_overview"  # its page is the edition's index.html
_HEADLINE = re.compile(r'<p class="headline">(.*?)</p>', re.DOTALL)


def refresh_tables(request: Request) -> None:
    """Bring the province's tidy tables up to date; ValueError where the edition's own cannot be.

    Another year that cannot be read is told by the notebook that needs it.
    """
    tables.refresh(request.province, request.year)
    for year in paths.years(request.province):
        with suppress(ValueError, OSError):
            tables.refresh(request.province, year)


def begin(request: Request, kept: dict[str, dict]) -> tuple[Path, list[Job]]:
    """Begin an edition, reserved, beside the one that stands: its folder, and what is to be run.

    Runs in ``kept`` are taken over from the standing edition.
    """
    target = paths.outputs(request.province, request.year)
    build = place.build_folder(target)
    jobs = []
    for lang in request.languages:
        here = _folder(request.languages, lang)
        (build / here / "notebooks").mkdir(parents=True, exist_ok=True)
        for notebook in request.notebooks:
            job = Job(paths.root(), request, notebook, lang, build / here)
            if job.name in kept:
                shutil.copy(target / here / "notebooks" / notebook.name, job.target)
            else:
                jobs.append(job)
    return build, jobs


def finish(request: Request, build: Path, runs: dict[str, dict], started: dt.datetime) -> None:
    """Write tables, pages and manifest of an edition whose notebooks are there; put it in place."""
    data = tables.load(request.province, request.year)
    _write_tables(data, build / "tables")
    for lang in request.languages:
        _write_pages(request, data, build, lang)
    manifest.write(build, request, data, runs, started)
    place.put(build, paths.outputs(request.province, request.year))


def forget_failures(request: Request) -> None:
    """Remove what an earlier run of this edition left under outputs/failed/."""
    failed = paths.root() / "outputs" / "failed"
    for file in failed.glob(f"{request.province}-{request.year}-*"):
        file.unlink()


def keep_failed(request: Request, what: str, log: str, message: str = "", *,
                notebook: Path | None = None) -> Path | None:  # fmt: skip
    """Keep what was said of a failure, and its notebook, under outputs/failed/; gives the log.

    None where the disk takes no more: the failure itself is told all the same.
    """
    failed = paths.root() / "outputs" / "failed"
    kept = failed / f"{request.province}-{request.year}-{what}.log"
    with suppress(OSError):
        failed.mkdir(parents=True, exist_ok=True)
        if notebook and notebook.is_file():
            copy = shutil.copy(notebook, kept.with_suffix(".ipynb"))
            with suppress(ValueError):  # a full disk may have cut it off
                book = nbformat.read(copy, as_version=4)
                book.metadata["par"] = {"failed": message} | book.metadata.get("par", {})
                nbformat.write(book, copy)
        kept.write_text(log + "\n", encoding="utf-8")
        return kept
    return None


def write_collection() -> Path:
    """Write the list of all editions that stand, outputs/index.html, and its other languages."""
    root = paths.root() / "outputs"
    editions = list(_editions(root))
    for lang in LANGUAGES:
        t = language(lang)
        text = page.render_collection(
            t,
            heading=t("Administrative reform, province by province"),
            lead=t("Editions that have been made, by province, year and language."),
            editions=editions,
            languages=tuple(
                page.Link(_collection(one), NAMES[one], current=one == lang, language=one)
                for one in LANGUAGES
            ),
        )
        write_whole(root / _collection(lang), text)
    return root / _collection(LANGUAGES[0])


def _collection(lang: str) -> str:
    return "index.html" if lang == LANGUAGES[0] else f"index.{lang}.html"


def _editions(root: Path) -> Iterator[page.Edition]:
    for file in sorted(root.glob(EDITIONS)):
        try:
            made = plan.read_manifest(file)
        except (ValueError, OSError):  # told by par verify, mended by the next run
            continue
        folder = file.parent.relative_to(root)
        links = tuple(
            page.Link(
                f"{folder / _folder(made['languages'], lang)}/index.html",
                NAMES[lang],
                language=lang,
            )
            for lang in made["languages"]
        )
        note = SYNTHETIC_WORDS if made.get("synthetic") else ""
        yield page.Edition(made["place"], str(made["year"]), links, note)


def _write_tables(data: tables.Tables, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in labels.TABLE_LABELS:
        text = csv_files.to_csv(getattr(data, name), banner=_synthetic(data))
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
    collection = Path(*[".."] * (2 + len(here.parts)), _collection(t.code))
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
    headline = first_headline(notebook, href=_file(name))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            svg = output.get("data", {}).get("image/svg+xml")
            if svg:
                alt = output["metadata"]["image/svg+xml"]["alt"]
                return page.Card(_file(name), title, headline, "".join(svg), alt)
    return page.Card(_file(name), title, headline)


def first_headline(notebook: nbformat.NotebookNode, *, href: str) -> Markup:
    """The notebook's first headline sentence, for a card; its references lead into page ``href``.

    Empty where the notebook has no headline.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = _HEADLINE.search("".join(output.get("data", {}).get("text/html", "")))
            if found:
                return Markup(found[1].replace('href="#', f'href="{Markup.escape(href)}#'))
    return Markup()


def _title(notebook: nbformat.NotebookNode) -> str:
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def _place(data: tables.Tables, t: Language) -> str:
    province = data.units[data.units["level"] == "province"].iloc[0]
    return province["name"] if t.code == "vi" else province["name_en"]
