"""``par``: make editions, list them, check a year's data."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from par_lib.language import N_, catalog, reason, say, spoken
from par_lib.storage import paths

# What typer says on its pages of help, and of a command line; and names of our arguments.
_TYPER = (N_("Arguments"), N_("Options"), N_("Commands"), N_("Error"), N_("[default: {}]"),
          N_("[env var: {}]"), N_("[required]"), N_("[OPTIONS]"), N_("COMMAND [ARGS]..."),
          N_("Try [blue]'{command_path} {help_option}'[/] for help."),
          N_("edition"), N_("editions"), N_("files"), N_("year"))  # fmt: skip
_USAGE = {
    r"Missing \w+ '?(?P<name>[^']+)'?\.?.*": N_("{name} is missing."),
    r"No such option: (?P<name>\S+).*": N_("There is no option {name}."),
    r"No such command '(?P<name>[^']*)'.*": N_("There is no command {name}."),
    r"Got unexpected extra argument\(s\) \((?P<name>.*)\)": N_("Not expected here: {name}."),
    r"Option '(?P<name>[^']*)' requires.*": N_("{name} needs a value."),
    r"Option '(?P<name>[^']*)' does not take.*": N_("{name} takes no value."),
    r"Invalid value for '?(?P<name>[^':]+)'?.*": N_("{name} cannot have this value."),
}


class _Commands(TyperGroup):
    """Help and refusals in the language of the person at the keyboard."""

    def make_context(self, *arguments: object, **options: object) -> typer.Context:
        with _told():
            if spoken() != "en":
                _translate(self)
            return super().make_context(*arguments, **options)

    def invoke(self, context: typer.Context) -> object:
        sys.stdout.reconfigure(errors="replace")  # the bar's "…", where the terminal is ASCII
        with _told():
            return super().invoke(context)


@contextmanager
def _told() -> Iterator[None]:
    """What a person can mend ends in one message and exit code 1, without a traceback.

    So does Ctrl-C, with the usual 130: what it leaves, the next run takes away.
    """
    try:
        yield
    except (typer.Exit, BrokenPipeError):  # whoever was listening has gone
        raise
    except TyperException as error:
        told = [say(words, **found.groupdict()) for pattern, words in _USAGE.items()
                if (found := re.fullmatch(pattern, error.format_message(), re.DOTALL))]  # fmt: skip
        if told and spoken() != "en":
            error.format_message = lambda: told[0]
        raise
    except (ValueError, OSError, RuntimeError) as error:
        typer.echo(f"par: {reason(error)}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(say("par: stopped; what stood before stands"), err=True)
        raise typer.Exit(130) from None


def _translate(group: TyperGroup) -> None:
    """Help of the commands and of their options in the reader's language, and typer's own words."""
    from typer import rich_utils

    class Formatter(group.context_class.formatter_class):
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, say("Usage: "))

    group.context_class.formatter_class, words = Formatter, catalog(spoken())
    for name, text in [one for one in vars(rich_utils).items() if one[1] in _TYPER]:
        setattr(rich_utils, name, words.get(text, text))
    group.subcommand_metavar = words.get(group.subcommand_metavar, group.subcommand_metavar)
    for one in _with_help(group):
        one.help, one.metavar = words.get(one.help, one.help), words.get(one.name)
        one.options_metavar = words.get("[OPTIONS]")
        one.display_type_rich = lambda ctx: ""  # <list[str]> is no word of an official's


def _with_help(group: TyperGroup) -> Iterator[object]:
    """Every command, argument and option that has help."""
    for command in (group, *group.commands.values()):
        every = (command, *command.get_params(typer.Context(command)))
        yield from (one for one in every if one.help)


def extract(
    file: BinaryIO, keywords: dict, comment_tags: list[str], options: dict
) -> Iterator[tuple[int, str | None, object, list[str]]]:
    """Babel extraction method for this module: what it says, and the help it gives."""
    from babel.messages.extract import extract_python

    yield from extract_python(file, keywords, comment_tags, options)
    yield from ((1, None, one.help, []) for one in _with_help(typer.main.get_command(app)))


app = typer.Typer(
    cls=_Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Yearly editions on administrative reform: PAR INDEX and SIPAS.",
)  # fmt: skip
Province = Annotated[str, typer.Option(help="Folder name in data/raw.")]
Year = Annotated[str, typer.Argument(help="The year, as 2024.")]


def _speak(lang: str) -> str:
    """The language asked for, else that of the system; errors are told in it, too."""
    if lang:
        os.environ["PAR_LANG"] = lang
    return spoken()


_OF_SYSTEM = "vi or en; else PAR_LANG or the system's."
Lang = Annotated[str, typer.Option(help=_OF_SYSTEM, callback=_speak)]
_SEVERITY_STYLE = {"conflict": "bold red", "gap": "yellow", "note": "cyan", "agrees": "green"}


@app.command()
def run(
    editions: Annotated[list[str], typer.Argument(help="2022, 2022-H1, demo:2021-2024 …")] = (),
    province: Province = "quang-nam",
    every: Annotated[bool, typer.Option("--all", help="Every province and year.")] = False,
    latest: Annotated[bool, typer.Option(help="The newest year, quarter, month … known.")] = False,
    lang: Annotated[str, typer.Option(help="vi, en, or vi,en for both.")] = "vi",
    notebook: Annotated[list[str], typer.Option(help="Only this, as 01; repeat for more.")] = (),
    parameter: Annotated[list[str], typer.Option("--parameter", "-p", help="name=value.")] = (),
    timeout: Annotated[int, typer.Option(help="Seconds a cell may take.", min=1, max=86400)] = 300,
    jobs: Annotated[int, typer.Option(help="Notebooks at once; 0 for one a core.", min=0)] = 0,
    force: Annotated[bool, typer.Option(help="Run again what is up to date, too.")] = False,
    documents: Annotated[
        bool, typer.Option(envvar="PAR_DOCUMENTS", help="Word, Excel and PDF beside the pages.")
    ] = True,
    units: Annotated[bool, typer.Option("--units", help="A sheet for each unit, too.")] = False,
    fork: Annotated[bool, typer.Option(help="Fork kernels from one that is warm.")] = True,
    scheduler: Annotated[str, typer.Option(help="Of a dask cluster: tcp://host:8786.")] = "",
) -> None:
    """Make editions: raw figures, tidy tables, notebooks, pages, index, manifest.

    Only what changed is run again; one that fails leaves the old one standing, the others go on.
    """
    from par_press import plan, runner

    wanted = plan.editions(editions, province, every=every, latest=latest)
    languages, notebooks = plan.languages_of(lang), plan.notebooks_of(notebook, sheets=units)
    how = (languages, notebooks, plan.values_of(parameter, notebooks), timeout, fork,
           notebooks if force else (), documents)  # fmt: skip
    requests = [plan.fitting(plan.Request(*one, *how), named=bool(notebook)) for one in wanted]
    asked = {name: text for own in how[2].values() for name, text in own.items()}
    if asked.keys() & {"what_if", "effort"}:  # what a notebook would refuse
        from par_lib.scoring import whatif

        for one in wanted:
            whatif.require_readable(asked.get("what_if", ""), asked.get("effort", ""), *one)
    if runner.run(requests, jobs=jobs, scheduler=scheduler):
        raise typer.Exit(1)


@app.command(name="list")
def list_() -> None:
    """List provinces, years, notebooks and their parameters."""
    from par_press import plan

    for province in paths.provinces():
        typer.echo(f"{province}: {', '.join(map(str, paths.years(province)))}")
    for notebook in plan.all_notebooks():
        typer.echo(f"\n{notebook.stem}")
        for one in plan.declared(notebook).values():
            typer.echo(f"  {one.name} = {one.default!r}  {one.meaning}")


@app.command()
def check(year: Year, province: Province = "quang-nam", lang: Lang = "") -> None:
    """Read a year's raw tables and print what does not add up and what is missing."""
    from rich.console import Console
    from rich.table import Table

    from par_lib.cleaning import findings, tables
    from par_lib.language.translation import LABELS, TABLE_LABELS, language
    from par_lib.scoring import rulebook, scorecard

    t = language(lang)
    data = tables.load(province, paths.year_of(year))
    scorecard.build(data, rulebook.load(province, data.year))  # refuses rules that contradict data
    table = Table(t("Severity"), t("Finding"), t("To decide"), show_lines=True)
    for row in findings.describe(data.review, t).itertuples():
        style = _SEVERITY_STYLE[row.severity]
        table.add_row(f"[{style}]{t(LABELS[row.severity])}[/]", row.what, row.decide)
    if len(data.review):
        Console().print(table)
    else:
        typer.echo(t("Nothing to decide."))
    if names := [t(TABLE_LABELS[name]) for name in data.missing]:
        without = {"period": t.period(data.period), "tables": t.listing(names)}
        typer.echo(t("No figures for {period} yet: {tables}.", **without))


@app.command()
def tidy(
    files: Annotated[list[Path], typer.Argument(help="Raw tables, as data/raw/…/scores.csv.")],
) -> None:
    """Rewrite raw tables that Excel or LibreOffice saved in the project's form; no figure changes.

    UTF-8, columns apart by commas, dates as 2022-12-31, no blank rows.
    """
    from par_intake import raw_folder

    as_it_was, now = N_("{file}: is in the project's form"), N_("{file}: rewritten")
    for file in files:
        typer.echo(say(now if raw_folder.rewrite(file) else as_it_was, file=file))


@app.command()
def verify(
    edition: Annotated[Path, typer.Argument(help="Its folder, a document, or the mark on paper.")],
) -> None:
    """Compare an edition and what it was made from with its manifest; name what was altered.

    Of a document, or of the mark printed on it, say which edition it belongs to.
    """
    from par_press import manifest

    if not edition.is_dir():
        found = manifest.edition_of(str(edition))
        typer.echo(say("{paper}: is of {edition}", paper=edition, edition=found))
        return
    altered = manifest.altered(edition)
    manifest.mark(edition)
    for name, what in altered:
        typer.echo(f"{name}: {say(what)}")
    if altered:
        raise typer.Exit(1)
    typer.echo(say("{edition}: nothing altered since it was made", edition=edition))


@app.command()
def diff(
    edition: Annotated[str, typer.Argument(help="As quang-nam:2022.")],
    against: Annotated[Path, typer.Option(help="Folder of the edition to compare it with.")],
    lang: Lang = "",
) -> None:
    """Compare two editions: what changed, the largest first, and why."""
    from par_lib.language.translation import language
    from par_press import changes, plan

    ((province, period),) = plan.editions([edition], "quang-nam")
    t = language(lang)
    found, causes = changes.between(against, paths.outputs(province, period), t)
    for cause in causes:
        typer.echo(f"* {cause}")
    for one in found:
        place = " · ".join(filter(None, (one.page, one.table, one.row, one.measure)))
        typer.echo(f"{place}: {one.before} → {one.after}  ({'; '.join(one.causes[:3])})")
    if not found:
        typer.echo(t("Nothing that is shown has changed."))


@app.command()
def read(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files of an office: .docx, .pdf, .doc, .rtf, .txt, .md, .xlsx, .xlsm, .xls, "
            ".ods, .html, .csv, .json, a workbook of par, or a .parquet or .csv register."
        ),
    ],
    year: Annotated[str, typer.Option(help="Year the files are about, as 2022.")],
    province: Province = "quang-nam",
    to: Annotated[Path | None, typer.Option(help="For all of it; else data/raw/PROVINCE.")] = None,
    merge: Annotated[bool, typer.Option(help="Add to raw tables that exist.")] = False,
    source: Annotated[str, typer.Option(help="Its title or name; else report-YEAR.")] = "",
    by: Annotated[str, typer.Option(help="Who accepts the figures: a name or initials.")] = "",
    lang: Lang = "",
) -> None:
    """Take what is beyond doubt into raw tables; put the rest into a workbook to be ticked.

    Nothing that stands in a table is ever replaced, and nothing is written until all can be.
    """
    from par_intake import report
    from par_lib.language.translation import language

    paths.scratch()
    told = report.take(files, province, paths.year_of(year), to=to, into_existing=merge,
                       source=source, by=by, t=language(lang))  # fmt: skip
    typer.echo("\n".join(told))


@app.command()
def migrate(province: Province = "quang-nam") -> None:
    """Bring raw tables of an earlier version to today's form; no figure changes."""
    from par_intake import raw_folder

    typer.echo("\n".join(raw_folder.migrate(province)))


@app.command()
def template(
    year: Year,
    province: Province = "quang-nam",
    to: Annotated[Path | None, typer.Option(help="The .xlsx to write; must not exist.")] = None,
    unit: Annotated[str, typer.Option(help="Code or name: the workbook of this unit only.")] = "",
) -> None:
    """Write the workbook an office fills in, with what the raw tables hold already."""
    from par_intake import raw_folder

    typer.echo(raw_folder.template(province, paths.year_of(year), path=to, unit=unit))


@app.command(name="new-year")
def new_year(year: Year, province: Province = "quang-nam", lang: Lang = "") -> None:
    """Begin a year: its folder, the workbook, and the list of what is to be done.

    A province is named without marks, as it was called that year: quang-nam until June 2025, hue.
    """
    from par_intake import raw_folder
    from par_lib.language.translation import language

    t, about = language(lang), paths.year_of(year)
    for words, values in raw_folder.begin_year(province, about):
        typer.echo(t(words, **values))
    book = paths.raw(province, about) / f"{province}-{about}.xlsx"
    if not book.exists():
        raw_folder.template(province, about, path=book)
    for number, step in enumerate(raw_folder.CHECKLIST, start=1):
        values = {"book": str(book), "year": str(about), "province": province,
                  "sources": str(paths.raw(province) / "sources.toml")}  # fmt: skip
        typer.echo(f"{number}. {t(step, **values)}")


@app.command()
def demo(
    dossiers: Annotated[int, typer.Option(help="Size of the dossier register.")] = 400_000,
    force: Annotated[bool, typer.Option(help="Take away what was added to it.")] = False,
) -> None:
    """Make the invented provinces "demo", 2021 to 2024, and "demo-today", 2025 and 2026.

    They are marked synthetic everywhere; the second has communes and no districts.
    """
    from par_demo import province

    for folder in province.write(size=dossiers, force=force):
        typer.echo(say("{folder}  (synthetic)", folder=folder))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    lang: Annotated[str, typer.Option(envvar="LAB_LANG", help=_OF_SYSTEM)] = "",
) -> None:
    """Open JupyterLab on the notebooks, on this machine only; other options go to jupyter lab."""
    from par_press import lab

    lab.start(lang, context.args)


@app.command()
def doctor() -> None:
    """Say what is there: Python, packages, letters, browser, language, disk, figures, editions."""
    from par_press import lab

    typer.echo("\n".join(lab.found()))


if __name__ == "__main__":
    app()
