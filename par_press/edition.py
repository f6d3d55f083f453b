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
from par_lib.language import LANGUAGES
from par_lib.language.translation import (
    N_,
    NAMES,
    SYNTHETIC_WORDS,
    TABLE_LABELS,
    Language,
    language,
)
from par_lib.storage import csv_files, paths
from par_lib.storage.paths import write_whole
from par_press import changes, documents, manifest, page, place, plan
from par_press.plan import Job, Request, language_folder

OVERVIEW = "00_overview"  # its page is the edition's index.html
DOCUMENTS = {documents.REPORT: N_("Report (Word)"), documents.SUMMARY: N_("One page (PDF)"),
             documents.WORKBOOK: N_("All tables (Excel)")}  # fmt: skip
# Without the link to the page that says more: a card leads there itself.
_HEADLINE = re.compile(r'<p class="headline">(.*?)(?: <a class="more".*?)?</p>', re.DOTALL)


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
    build = place.build_folder(request.target)
    waiting = []
    for job in plan.jobs(request, build):
        job.target.parent.mkdir(parents=True, exist_ok=True)
        if job.name in kept:
            shutil.copy(request.target / job.target.relative_to(build), job.target)
        else:
            waiting.append(job)
    return build, waiting


def finish(request: Request, build: Path, runs: dict[str, dict], started: dt.datetime) -> None:
    """Write tables, pages and manifest of an edition whose notebooks are there; put it in place."""
    data = tables.load(request.province, request.year)
    _write_tables(data, build / "tables")
    code = plan.fingerprint(request, runs)
    for lang in request.languages:
        executed = _write_pages(request, data, build, lang)
        if request.documents:
            _write_documents(request, data, executed, build, language(lang), code)
    changes.keep_inputs(build, plan.inputs_of(request, plan.read_by(runs)), paths.root())
    manifest.write(build, request, data, runs, started)
    told = _changes(request, data, build)
    place.put(build, request.target)
    for lang in LANGUAGES:
        file = request.target.with_name(_changes_file(request.year, lang))
        if lang in told:
            write_whole(file, told[lang])
        else:
            file.unlink(missing_ok=True)


def _changes(request: Request, data: tables.Tables, build: Path) -> dict[str, str]:
    """Pages on what is new, by language; none where no edition, or a damaged one, is replaced."""
    told = {}
    for lang in request.languages:
        with suppress(ValueError, OSError, KeyError):
            t = language(lang)
            found, causes = changes.between(request.target, build, t)
            title = t("What changed: {place}, {year}", place=data.place, year=str(data.year))
            home = page.Link(f"../{_collection(lang)}", t("All editions"))
            context = page.PageContext(t, title=title, home=home, banner=_banner(data, t))
            told[lang] = page.render_changes(context, found, causes)
    return told


def _changes_file(year: int, lang: str) -> str:
    """Beside the edition, of which it is no part: it depends on the one before, too."""
    return f"{year}-changes.html" if lang == LANGUAGES[0] else f"{year}-changes.{lang}.html"


def forget_failures(request: Request) -> None:
    """Remove what an earlier run of this edition left under outputs/failed/."""
    failed = paths.root() / "outputs" / "failed"
    for file in failed.glob(f"{request.province}-{request.year}-*"):
        file.unlink()


def keep_failed(request: Request, job: Job | None, log: str, message: str) -> Path | None:
    """Keep what was said of a failure, and its notebook, under outputs/failed/; gives the log.

    None where the disk takes no more: the failure itself is told all the same.
    """
    failed = paths.root() / "outputs" / "failed"
    what = f"{job.lang}-{job.notebook.stem}" if job else "edition"
    kept = failed / f"{request.province}-{request.year}-{what}.log"
    with suppress(OSError):
        failed.mkdir(parents=True, exist_ok=True)
        if job and job.target.is_file():
            copy = shutil.copy(job.target, kept.with_suffix(".ipynb"))
            with suppress(ValueError):  # a full disk may have cut it off
                book = nbformat.read(copy, as_version=4)
                book.metadata["par"] = {"failed": message} | book.metadata.get("par", {})
                nbformat.write(book, copy)
        kept.write_text(log + "\n", encoding="utf-8")
        return kept
    return None


def write_collection() -> None:
    """Write the list of all editions that stand, outputs/index.html, and its other languages."""
    root = paths.root() / "outputs"
    for lang in LANGUAGES:
        t, made = language(lang), _editions(root, lang)
        links = [page.Link(_collection(one), NAMES[one], one == lang, one) for one in LANGUAGES]
        write_whole(root / _collection(lang), page.render_collection(t, made, links))


def _collection(lang: str) -> str:
    return "index.html" if lang == LANGUAGES[0] else f"index.{lang}.html"


def _editions(root: Path, lang: str) -> Iterator[page.Edition]:
    """The newest year of a place first, each with its finding in ``lang`` where it has that."""
    newest_first = sorted(root.glob(manifest.EDITIONS), reverse=True)
    for file in sorted(newest_first, key=lambda one: one.parent.parent.name):
        try:
            made = manifest.read(file.parent)
            yield _listed(made, file.parent.relative_to(root), lang)
        except (ValueError, OSError):  # told by par verify, mended by the next run
            continue


def _listed(made: dict, folder: Path, lang: str) -> page.Edition:
    languages = made["languages"]
    pages = {one: f"{folder / language_folder(languages, one)}/index.html" for one in languages}
    finding = ""
    if lang in pages:
        text = (paths.root() / "outputs" / pages[lang]).read_text(encoding="utf-8")
        finding = _headline(text, href=pages[lang])
    links = [page.Link(href, NAMES[one], False, one) for one, href in pages.items()]
    changed = folder.with_name(_changes_file(made["year"], lang))
    if (paths.root() / "outputs" / changed).is_file():
        t = language(lang)
        links.append(page.Link(changed.as_posix(), t("What changed")))
    note = SYNTHETIC_WORDS if made.get("synthetic") else ""
    return page.Edition(made["place"], str(made["year"]), links, note, finding)


def _write_tables(data: tables.Tables, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    banner = SYNTHETIC_WORDS if data.synthetic else ""
    for name in TABLE_LABELS:
        text = csv_files.to_csv(getattr(data, name), banner=banner)
        (folder / f"{name}.csv").write_bytes(text)


def _write_pages(request: Request, data: tables.Tables, build: Path,
                 lang: str) -> dict[str, nbformat.NotebookNode]:  # fmt: skip
    t = language(lang)
    folder = build / language_folder(request.languages, lang)
    executed = {book.stem: nbformat.read(folder / "notebooks" / book.name, as_version=4)
                for book in request.notebooks}  # fmt: skip
    # An edition of chosen notebooks has its index too, if only to lead to them.
    executed = {OVERVIEW: executed.pop(OVERVIEW, None) or _bare_overview(data, t)} | executed
    titles = {name: _title(notebook) for name, notebook in executed.items()}
    cards = [page.Link(_file(n), titles[n], note=first_headline(notebook, href=_file(n)))
             for n, notebook in executed.items() if n != OVERVIEW]  # fmt: skip
    for name, notebook in executed.items():
        context = _context(request, data, folder, titles, name, t)
        text = page.render_page(notebook, context, cards=cards if name == OVERVIEW else ())
        (folder / _file(name)).write_text(text, encoding="utf-8")
    return executed


def _write_documents(request: Request, data: tables.Tables, executed: dict, build: Path,
                     t: Language, code: str) -> None:  # fmt: skip
    """Word, Excel and PDF beside the pages of a language, from what its notebooks show."""
    day = _accessed(data)
    stamp = documents.Stamp(
        place=data.place, kind=data.kind, year=request.year, day=day, fingerprint=code,
        dated=t("Sources accessed to {day}", day=day), banner=_banner(data, t),
        mark=t("Mark of this edition: {code}", code=code),
        titles={name: _title(notebook) for name, notebook in executed.items()},
    )  # fmt: skip
    folder = build / language_folder(request.languages, t.code)
    documents.write(folder, executed, data, stamp, t, form=plan.template(request.province))


def _accessed(data: tables.Tables) -> dt.date:
    return max(data.sources["accessed"].dropna())


def _file(name: str) -> str:
    return "index.html" if name == OVERVIEW else f"{name}.html"


def _bare_overview(data: tables.Tables, t: Language) -> nbformat.NotebookNode:
    heading = t("{place} in {year}", place=data.place, year=str(data.year))
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {heading}")])


def _context(request: Request, data: tables.Tables, folder: Path, titles: dict[str, str],
             name: str, t: Language) -> page.PageContext:  # fmt: skip
    place, year = data.place, str(request.year)
    up = "../" * len(language_folder(request.languages, t.code).parts)
    same = {one: language_folder(request.languages, one) / _file(name) for one in request.languages}
    languages = [page.Link(f"{up}{file.as_posix()}", NAMES[lang], lang == t.code, lang)
                 for lang, file in same.items()]  # fmt: skip
    executed = f"notebooks/{name}.ipynb"
    downloads = [page.Link(f"{up}tables/{table}.csv", f"{t(label)} (CSV)")
                 for table, label in TABLE_LABELS.items()
                 if not getattr(data, table).empty]  # fmt: skip
    if request.documents:
        downloads = [*(page.Link(file, t(label)) for file, label in DOCUMENTS.items()), *downloads]
    if (folder / executed).is_file():
        downloads.append(page.Link(executed, t("Executed notebook")))
    return page.PageContext(
        language=t, title=f"{titles[name]} · {place} {year}", place=place, year=year,
        edition_date=t("Sources accessed to {day}", day=_accessed(data)),
        home=page.Link(f"{up}../../{_collection(t.code)}", t("All editions")),
        contents=[page.Link(_file(one), title, one == name) for one, title in titles.items()],
        languages=languages if len(languages) > 1 else (), downloads=downloads,
        banner=_banner(data, t), sheets=name if request.documents else "",
    )  # fmt: skip


def _banner(data: tables.Tables, t: Language) -> str:
    said = [SYNTHETIC_WORDS] if data.synthetic else []
    if data.missing:
        missing = "; ".join(t(TABLE_LABELS[table]) for table in data.missing)
        said.append(t("No figures for {year} yet: {tables}.", year=str(data.year), tables=missing))
    return " · ".join(said)


def first_headline(notebook: nbformat.NotebookNode, *, href: str) -> Markup:
    """The notebook's first headline sentence, for a card; its references lead into page ``href``.

    Empty where the notebook has no headline.
    """
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    return _headline(shown, href=href)


def _headline(text: str, *, href: str) -> Markup:
    found = _HEADLINE.search(text)
    return Markup(found[1].replace('href="#', f'href="{Markup.escape(href)}#') if found else "")


def _title(notebook: nbformat.NotebookNode) -> str:
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")
