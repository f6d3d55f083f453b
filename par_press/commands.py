"""What ``par run`` does: which editions are meant, which need work, and who does it."""

import multiprocessing
import os
import re
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from par_lib.language import LANGUAGES
from par_lib.storage import paths
from par_press import manifest, notebook_source, place, plan

_EDITION = re.compile(r"(?:(?P<province>[^:]*):)?(?P<first>\d{4})(?:-(?P<last>\d{4}))?", re.ASCII)
_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d{1,5}", re.ASCII)  # dask's own error is a traceback


def editions(texts: list[str], province: str, *, every: bool) -> list[tuple[str, int]]:
    """Province and year of each edition meant, each once: ``2022``, ``demo:2021-2024``, or all."""
    if every:
        return [(one, year) for one in paths.provinces() for year in paths.years(one)]
    if not texts:
        raise ValueError("no edition: write years, as 2022, or demo:2021-2024, or --all")
    wanted: dict[tuple[str, int], None] = {}
    for text in texts:
        found = _EDITION.fullmatch(text)
        if found is None:
            paths.year_of(text.rpartition(":")[2])
            raise ValueError(f"edition {text!r}: write 2022, 2021-2024 or demo:2021-2024")
        first, last = int(found["first"]), int(found["last"] or found["first"])
        if last < first:
            raise ValueError(f"edition {text!r}: write the earlier year first")
        for year in range(first, last + 1):
            own = found["province"] or province
            wanted[own, paths.require(own, year)] = None
    return list(wanted)


def requests(wanted: list[tuple[str, int]], lang: str, only: list[str], texts: list[str],
             timeout: int, fork: bool, force: bool,
             documents: bool = False) -> list[plan.Request]:  # fmt: skip
    """What to make, checked before any kernel starts."""
    codes = dict.fromkeys(code.strip() for code in lang.split(","))
    for code in codes:
        if code not in LANGUAGES:
            raise ValueError(f"lang {code!r}: choose one of {', '.join(LANGUAGES)}")
    notebooks = _choose(plan.all_notebooks(), only)
    values = notebook_source.chosen(texts, list(notebooks))
    anew = notebooks if force else ()
    asked = (plan.Request(province, year, tuple(codes), notebooks, values, timeout, fork, anew,
                          documents) for province, year in wanted)  # fmt: skip
    return [manifest.with_what_stands(request) for request in asked]


def make(wanted: list[plan.Request], *, jobs: int = 0, scheduler: str = "") -> list:
    """Make the editions that are not up to date, telling of progress; gives the failures."""
    place.scratch()
    stale = [request for request in wanted if not manifest.unchanged(request)]
    for request in wanted:
        if request not in stale:
            with suppress(ValueError, OSError), place.reserved(request.target):
                place.clear(request.target)  # what a killed run left
            typer.echo(f"{request.place}: nothing to do, it is up to date")
    index = paths.root() / "outputs" / "index.html"
    failures = []
    if stale or not index.is_file():
        failures = _run(stale, jobs, scheduler)
    for failure in failures:
        log = f"  (log: {failure.log})" if failure.log else ""
        typer.echo(f"par: {failure.place}: {failure.message}{log}", err=True)
    manifest.mark_all()
    if len({failure.place for failure in failures}) < len(wanted):
        typer.echo(f"Open {index}")
    return failures


def _run(stale: list[plan.Request], jobs: int, scheduler: str) -> list:
    from rich import progress as show

    from par_press import edition, runner

    columns = (show.TextColumn("{task.description}"), show.BarColumn(), show.MofNCompleteColumn(),
               show.TextColumn("{task.fields[failed]}"), show.TimeRemainingColumn())  # fmt: skip
    total = sum(len(request.notebooks) * len(request.languages) for request in stale)
    with show.Progress(*columns) as progress, _executor(jobs, total, scheduler) as executor:
        bar = progress.add_task("", total=total, failed="")
        lost = 0

        def tell(what: str, name: str) -> None:
            nonlocal lost
            if what == runner.KEPT:  # in no time: counted, it would make the time left look short
                progress.update(bar, total=progress.tasks[bar].total - 1)
                return
            lost += what == runner.FAILED
            words = f"{lost} failed" if lost else ""
            progress.update(bar, advance=1, description=name, failed=words)

        failures = runner.make(stale, executor=executor, tell=tell)
        edition.write_collection()
    return failures


@contextmanager
def _executor(jobs: int, total: int, scheduler: str) -> Iterator[Executor]:
    if scheduler:
        if not _ADDRESS.fullmatch(scheduler):
            raise ValueError(f"--scheduler {scheduler!r}: write its address as tcp://host:8786")
        try:
            from distributed import Client
        except ImportError:
            needed = "--scheduler needs the extra cluster: pip install distributed"
            raise ValueError(needed) from None
        try:
            client = Client(scheduler, set_as_default=False, timeout="5s")
        except OSError as error:
            raise ValueError(f"no scheduler answers at {scheduler} ({error})") from None
        with client:
            if not client.scheduler_info(n_workers=-1)["workers"]:
                raise ValueError(f"{scheduler} has no worker; start one: dask worker {scheduler}")
            yield client.get_executor()  # it tries again what a lost worker had begun
        return
    from par_press import kernels

    workers = min(jobs or os.cpu_count() or 1, max(total, 1))
    with ProcessPoolExecutor(workers, kernels.begin(), kernels.begin_worker) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            for worker in multiprocessing.active_children():
                worker.kill()
            raise


def _choose(notebooks: tuple[Path, ...], only: list[str]) -> tuple[Path, ...]:
    names = [notebook.stem for notebook in notebooks]
    only = [name.zfill(2) for name in only]
    for name in only:
        if name not in names and name not in {stem[:2] for stem in names}:
            raise ValueError(f"notebook {name!r}: choose one of {', '.join(names)}")
    return tuple(n for n in notebooks if not only or n.stem in only or n.stem[:2] in only)
