"""What is written of one edition: tables, pages, documents, what changed; and the list of editions.

The first language lies on top, the others in folders of their own.
"""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pandas as pd
from markupsafe import Markup

from par_lib.charts.table_data import package
from par_lib.cleaning import findings, tables
from par_lib.language import LANGUAGES, N_, Period
from par_lib.language.translation import NAMES, SYNTHETIC_WORDS, TABLE_LABELS, Language, language
from par_lib.storage import csv_files, paths
from par_press import changes, documents, execute, manifest, page, plan, shown
from par_press.page import Link
from par_press.plan import Job, Request

OVERVIEW = "00_overview"  # its page is the edition's index.html
# Without the link to the page that says more: a card leads there itself.
_HEADLINE = re.compile(r'<p class="headline">(.*?)(?: <a class="more".*?)?</p>', re.DOTALL)
_MORE = re.compile(r' <a class="more" href="([^"]*)\.html">[^<]*</a>')
_SHOWS = re.compile(r"<(figure|table)\b")
_TITLE = re.compile(r'<h1 class="title">(.*?)</h1>')  # of a sheet, as a notebook shows it


def refresh_tables(request: Request) -> None:
    """Bring the province's tidy tables up to date; ValueError where the edition's own cannot be.

    Another year that cannot be read is told by the notebook that needs it.
    """
    tables.refresh(request.province, request.period)
    for year in paths.years(request.province):
        with suppress(ValueError, OSError):
            tables.refresh(request.province, year)


def begin(request: Request, build: Path, kept: dict[str, dict]) -> list[Job]:
    """Take runs in ``kept`` over from the standing edition; gives the others, longest first."""
    waiting = []
    for job in request.jobs(build):
        job.target.parent.mkdir(parents=True, exist_ok=True)
        if job.name in kept:
            shutil.copy(request.target / job.target.relative_to(build), job.target)
        else:
            waiting.append(job)
    return sorted(waiting, key=lambda job: not plan.has_sheets(job.notebook))


def finish(request: Request, build: Path, inputs: dict[str, str], runs: dict[str, dict],
           started: dt.datetime) -> dict[str, str]:  # fmt: skip
    """Write tables, pages, documents and manifest of an edition whose notebooks are there.

    Gives, by language, the page on what it says otherwise than the one that stands.
    """
    data = tables.load(request.province, request.period)
    write_tables(data, build / "tables")
    code = manifest.fingerprint(request.province, request.period, inputs, runs, request.languages,
                                request.documents)  # fmt: skip
    form = plan.form(request.province)
    written = [Written(request, data, build, language(one), code) for one in request.languages]
    for one in written:
        one.write_pages()
        if request.documents:
            documents.write(one.folder, one.executed, one, form)
    changes.keep_inputs(build, inputs, paths.root())
    manifest.write(build, request, data, code, inputs, runs, started)
    return {one.t.code: one.changes(build) for one in written}


def write_tables(data: tables.Tables, folder: Path) -> None:
    """The year's tidy tables as CSV, and beside them what they hold, as a Data Package."""
    folder.mkdir(exist_ok=True)
    banner = SYNTHETIC_WORDS if data.synthetic else ""
    for name in TABLE_LABELS:
        (folder / f"{name}.csv").write_bytes(csv_files.to_csv(getattr(data, name), banner=banner))
    told = json.dumps(package(data), ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(told + "\n", encoding="utf-8")


class Written(shown.Issue):
    """An edition in one language, with its notebooks, to be written into the folder of its pages.

    An edition of chosen notebooks has its index too, if only to lead to them.
    """

    def __init__(self, request: Request, data: tables.Tables, build: Path, t: Language,
                 code: str) -> None:  # fmt: skip
        self.request, self.folder = request, build / plan.folder(request.languages, t.code)
        heading = t("{place} in {period}", place=data.place, period=t.period(data.period))
        bare = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {heading}")])
        read = {book.stem: nbformat.read(self.folder / "notebooks" / book.name, as_version=4)
                for book in request.notebooks}  # fmt: skip
        # One that needs what not every year has, or shows nothing of a part of a year, is no page.
        for name, book in [*read.items()]:
            told = book.metadata.get("par", {})
            whole = not request.period.part or "each" in told
            outputs = outputs_of(book)
            shows = "needs" not in told and (whole or _SHOWS.search(outputs))
            if not shows and not _HEADLINE.search(outputs):
                del read[name]
        self.sheets: dict[str, dict[str, nbformat.NotebookNode]] = {}
        for name, book in read.items():
            read[name], self.sheets[name] = execute.sheets(book)
        self.executed = {OVERVIEW: read.pop(OVERVIEW, bare)} | read
        titles = {name: shown.title(book) for name, book in self.executed.items()}
        super().__init__(data, t, code, titles)

    def write_pages(self) -> None:
        """A page of each notebook; that of the overview is the index, with a card a finding."""
        found = {name: headline_of(outputs_of(book), _file(name))
                 for name, book in self.executed.items() if name != OVERVIEW}  # fmt: skip
        cards = [Link(_file(name), self.titles[name], note=note)
                 for name, note in found.items() if note]  # fmt: skip
        for name, book in self.executed.items():
            own = {"cards": cards}
            if name != OVERVIEW:
                own = {"cards": self._write_sheets(name), "cards_heading": N_("All sheets")}
            text = page.render_page(book, self._of_page(name), **own)
            # A notebook may name one that is gone, or that nobody asked for.
            text = _MORE.sub(lambda link: link[0] if link[1] in self.executed else "", text)
            (self.folder / _file(name)).write_text(text, encoding="utf-8")

    def _write_sheets(self, name: str) -> list[Link]:
        """A page of each sheet of a notebook, in a folder of its own; gives links to them."""
        links, own = [], self.executed[name].metadata.get("par", {}).get("each", {})
        home = Link(f"../{_file(name)}", self.titles[name])
        for value, book in self.sheets.get(name, {}).items():
            folder = f"{next(iter(own))}s"
            (self.folder / folder).mkdir(exist_ok=True)
            file, outputs, downloads = f"{folder}/{value}.html", outputs_of(book), []
            found = _TITLE.search(outputs)
            title = Markup(found[1]).unescape() if found else value
            if self.request.documents:
                paper = Path(file).with_suffix(".pdf")
                made = documents.of_sheet(title, shown.read({name: book}), self)
                (self.folder / paper).write_bytes(made)
                downloads = [Link(paper.name, self.t(documents.BESIDE[documents.SUMMARY]))]
            around = self._context(title, file, home=home, downloads=downloads, with_code=False)
            text = page.render_page(book, around)
            (self.folder / file).write_text(text, encoding="utf-8")
            links.append(Link(file, title, note=headline_of(outputs, file)))
        return links

    def _of_page(self, name: str) -> page.PageContext:
        """With what leads from a notebook's page to others."""
        t, up = self.t, "../" * len(plan.folder(self.request.languages, self.t.code).parts)
        downloads = [Link(f"{up}tables/{table}.csv", f"{t(label)} (CSV)")
                     for table, label in TABLE_LABELS.items()
                     if not getattr(self.data, table).empty]  # fmt: skip
        if self.request.documents:
            beside = [Link(file, t(label)) for file, label in documents.BESIDE.items()]
            downloads = [*beside, *downloads]
        executed = f"notebooks/{name}.ipynb"
        if (self.folder / executed).is_file():
            downloads.append(Link(executed, t("Executed notebook")))
        return self._context(
            self.titles[name], _file(name), downloads=downloads,
            home=Link(f"{up}../../{plan.beside(t.code, 'index')}", t("All editions")),
            contents=[Link(_file(one), title, one == name) for one, title in self.titles.items()],
            sheets=name if self.request.documents else "",
        )  # fmt: skip

    def _context(self, title: str, file: str, **more: object) -> page.PageContext:
        languages = self.request.languages
        folders = {one: plan.folder(languages, one) for one in languages}
        up = "../" * (len(folders[self.t.code].parts) + file.count("/"))
        same = {one: (folder / file).as_posix() for one, folder in folders.items()}
        return page.PageContext(
            language=self.t, title=f"{title} · {self.place} {self.data.period}", place=self.place,
            period=self._period(), edition_date=self.dated, banner=self.banner,
            languages=[Link(f"{up}{href}", NAMES[one], one == self.t.code, one)
                       for one, href in same.items() if len(same) > 1], **more,
        )  # fmt: skip

    def _period(self) -> str:
        """The year, or a part of it in words; its days, where they are not the calendar's."""
        words = self.t.period(self.data.period, alone=True)
        if not self.data.counted_from:
            return words
        start, end = self.data.period.span(self.data.counted_from)
        return self.t("{period} (reporting period {start} to {end})", period=words,
                      start=self.t.date(start), end=self.t.date(end))  # fmt: skip

    def changes(self, build: Path) -> str:
        """The page on what is new; empty where no edition, or a damaged one, is replaced."""
        with suppress(ValueError, OSError, KeyError):
            found, causes = changes.between(self.request.target, build, self.t)
            old, new = map(manifest.read, (self.request.target, build))
            then, day = (dt.date.fromisoformat(one["times"]["started"][:10]) for one in (old, new))
            told = self.t("Edition {new}, made on {day}, beside the one it replaced: {old}, made "
                          "on {then}.", new=new["fingerprint"], day=day, old=old["fingerprint"],
                          then=then)  # fmt: skip
            title = self.t("What changed: {place}, {period}", place=self.place, period=self.period)
            home = Link(f"../{plan.beside(self.t.code, 'index')}", self.t("All editions"))
            context = page.PageContext(self.t, title=title, home=home, banner=self.banner)
            return page.render("changes.html.j2", context, compared=told, changes=found,
                               causes=causes)  # fmt: skip
        return ""


def _file(name: str) -> str:
    return "index.html" if name == OVERVIEW else f"{name}.html"


def outputs_of(notebook: nbformat.NotebookNode) -> str:
    """The markup that a notebook shows."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("data", {}).get("text/html", "") for output in outputs)


def headline_of(text: str, href: str) -> Markup:
    """The first headline sentence of a page, none where it has none; it leads into ``href``."""
    found = _HEADLINE.search(text)
    return Markup(found[1].replace('href="#', f'href="{Markup.escape(href)}#') if found else "")


def write_changes(request: Request, pages: dict[str, str]) -> None:
    """Put what changed beside the edition, of which it is no part: it depends on the other, too."""
    for lang in LANGUAGES:
        file = request.target.with_name(plan.beside(lang, f"{request.period}-changes"))
        if pages.get(lang):
            paths.write_whole(file, pages[lang])
        else:
            file.unlink(missing_ok=True)


def write_collection() -> None:
    """Write the list of all editions that stand, outputs/index.html, and its other languages."""
    root = paths.root() / "outputs"
    for lang in LANGUAGES:
        links = [Link(plan.beside(one, "index"), NAMES[one], one == lang, one) for one in LANGUAGES]
        made = page.render_collection(language(lang), _editions(root, lang), links)
        paths.write_whole(root / plan.beside(lang, "index"), manifest.sealed(made))


def _editions(root: Path, lang: str) -> Iterator[page.Edition]:
    """What ends last of a place first, each with its finding in ``lang`` where it has that.

    A year stands before its parts; of parts that end together, the longer is first.
    """
    t = language(lang)

    def newest(one: tuple[Path, dict]) -> tuple:
        period = Period(one[1]["period"])
        return period.year, not period.part, period.span()[1], period.months

    standing = sorted(manifest.all_that_stand(), key=newest, reverse=True)
    for folder, made in sorted(standing, key=lambda one: one[0].parent.name):
        languages, own, period = made["languages"], folder.relative_to(root), Period(made["period"])
        if manifest.is_orphan(folder):
            continue
        pages = {one: f"{own / plan.folder(languages, one)}/index.html" for one in languages}
        if not all((root / href).is_file() for href in pages.values()):
            continue
        links = [Link(href, NAMES[one], False, one) for one, href in pages.items()]
        changed = own.with_name(plan.beside(lang, f"{period}-changes"))
        if (root / changed).is_file():
            links.append(Link(changed.as_posix(), t("What changed")))
        when = t.period(period, alone=True)
        if period.part:
            yield page.Edition(made["place"], when, links, part=True)
            continue
        note = SYNTHETIC_WORDS if made.get("synthetic") else ""
        text = (root / pages[lang]).read_text(encoding="utf-8") if lang in pages else ""
        found, bounds = headline_of(text, pages.get(lang, "")), _bounds(own.parent.name, period, t)
        yield page.Edition(made["place"], when, links, note, found, bounds)


def _bounds(province: str, period: Period, t: Language) -> list[str]:
    """How many figures, known within bounds, have been stated since and how many held; and each.

    By the raw data of today: the edition stays as it is.
    """
    with suppress(ValueError, OSError):
        review = pd.read_parquet(tables.refresh(province, period) / "review.parquet")
        found = findings.describe(review.query("check == 'bounds_against_figures'"), t)
        held = int(found["severity"].eq("agrees").sum())
        told = t.plural(
            "{count} figure known within bounds has since been stated; {held} within them",
            "{count} figures known within bounds have since been stated; {held} within them",
            len(found), held=held,
        )  # fmt: skip
        titles = tables.load_sources(province)["title"]
        named = ["; ".join(titles[cited.split("; ")]) for cited in found["source"]]
        said = [f"{what} {t('Source: {sources}.', sources=one)}"
                for what, one in zip(found["what"], named, strict=True)]  # fmt: skip
        return [told, *said] if len(found) else []
    return []


def forget_failures(request: Request) -> None:
    """Remove what an earlier run of this edition left under outputs/failed/."""
    failed = paths.root() / "outputs" / "failed"
    for what in (*LANGUAGES, "edition"):
        for file in failed.glob(f"{request.province}-{request.period}-{what}*"):
            file.unlink()


def keep_failed(request: Request, job: Job | None, log: str) -> Path | None:
    """Keep what was said of a failure, and its notebook, under outputs/failed/; gives the log.

    None where the disk takes no more: the failure itself is told all the same.
    """
    what = f"{job.lang}-{job.notebook.stem}" if job else "edition"
    kept = paths.root() / "outputs" / "failed" / f"{request.province}-{request.period}-{what}.log"
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        if job and job.target.is_file():
            shutil.copy(job.target, kept.with_suffix(".ipynb"))
        kept.write_text(log + "\n", encoding="utf-8")
        return kept
    return None
