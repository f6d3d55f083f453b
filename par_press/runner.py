"""The journey of ``par run``: requests become editions, many at once, every notebook a task.

An edition is a thread, which waits for its notebooks; these go through a concurrent.futures
Executor: threads that each drive a kernel, which is a process, or a cluster's workers. What is put
in place is put there by the runner alone, at once and whole, and one failure stops only its own
edition.
"""

import datetime as dt
import os
import shutil
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
import typer
from filelock import FileLock, Timeout

from par_lib.language import Refused, reason, say
from par_lib.storage import dependencies, paths
from par_press import manifest, plan
from par_press.plan import Job, Request

WAITING, DONE, FAILED, STOPPED = "waiting", "done", "failed", "stopped"
_ONE = threading.Lock()  # tables, pages and documents of one edition at a time
_ALL = f"{dependencies.EVERY}:{dependencies.EVERY}"


@dataclass(frozen=True)
class Failure:
    """What went wrong with an edition: the message, and where the log lies."""

    place: str
    message: str
    log: Path | None = None


def run(requests: Iterable[Request], *, jobs: int = 0, scheduler: str = "") -> list[Failure]:
    """Make the editions that are not up to date, telling of it; gives the failures."""
    paths.scratch()
    wanted = [manifest.with_what_stands(request) for request in requests]
    stale = [request for request in wanted if not manifest.unchanged(request)]
    for request in wanted:
        if request not in stale:
            with suppress(ValueError, OSError), reserved(request.target):
                _clear(request.target)  # what a killed run left
            typer.echo(say("{place}: nothing to do, it is up to date", place=request.place))
    failures: list[Failure] = []
    if stale:
        with _told() as tell, _executor(jobs, scheduler) as executor:
            failures = make(stale, executor=executor, tell=tell)
    if stale or manifest.lists_altered():
        from par_press import edition  # this and pandas take a second

        edition.write_collection()
    for failure in failures:
        log = say("  (log: {file})", file=failure.log) if failure.log else ""
        typer.echo(f"par: {failure.place}: {failure.message}{log}", err=True)
    for folder, _ in manifest.all_that_stand():
        # One that is being made, or that may not be written, is left as it is.
        with suppress(ValueError, OSError), reserved(folder):
            manifest.mark(folder)
        if manifest.is_orphan(folder):  # an office may have published it: it is theirs to remove
            typer.echo(say("{folder}: its figures have gone from data/raw, and no list names it; "
                           "to remove it, delete that folder", folder=folder))  # fmt: skip
    if len({failure.place for failure in failures}) < len(wanted):
        typer.echo(say("Open {file}", file=paths.root() / "outputs" / "index.html"))
    return failures


def make(requests: Iterable[Request], *, executor: Executor,
         tell: Callable[[str, str], None]) -> list[Failure]:  # fmt: skip
    """Make editions; gives the failures, whose old editions still stand.

    ``tell(what, name)`` is called for each notebook to be run: WAITING, then DONE, FAILED, STOPPED.
    """
    requests = [*requests]
    with ThreadPoolExecutor(len(requests) or 1) as editions:
        made = editions.map(lambda one: make_edition(one, executor, tell), requests)
    return [failure for failures in made for failure in failures]


def make_edition(request: Request, executor: Executor, tell: Callable) -> list[Failure]:
    """Make one edition: while it waits for its notebooks, others go on."""
    from par_press import edition

    started, waiting = dt.datetime.now(dt.UTC), {}
    try:
        with reserved(request.target), ExitStack() as whole:
            with _ONE:
                _clear(request.target)
                request = manifest.with_what_stands(request)  # another run may just have made it
                edition.forget_failures(request)
                before = plan.inputs_of(request, [_ALL])
                edition.refresh_tables(request)
                kept = manifest.kept_runs(request)
                build = whole.enter_context(_beside(request.target))
                own = edition.begin(request, build, kept)
                for job in own:
                    waiting[executor.submit(task, job)] = job
                    tell(WAITING, request.place)
            read, failures = _results(request, waiting, tell)
            if failures:
                return failures
            with _ONE:
                runs = kept | {job.name: plan.record(job, read[job.name]) for job in own}
                inputs = plan.inputs_of(request, plan.read_by(runs))
                _require_unchanged(before, inputs, started)
                changes = edition.finish(request, build, inputs, runs, started)
                _put(build, request.target)
                edition.write_changes(request, changes)
    except Exception as error:  # noqa: BLE001 - a bug in one edition must not stop others
        _cancel(waiting)
        return [_failure(request, error, None)]
    return []


def _results(request: Request, waiting: dict[Future, Job],
             tell: Callable) -> tuple[dict[str, list[str]], list[Failure]]:  # fmt: skip
    """What each notebook has read; the first that fails has those stopped that are not begun."""
    read, failures = {}, []
    for future, job in waiting.items():  # begun in this order
        what = DONE
        try:
            read[job.name] = future.result()
        except Exception as error:  # noqa: BLE001 - a lost worker must not stop others
            what = STOPPED  # by us; where nothing failed, a cluster gave it up
            if not (failures and isinstance(error, CancelledError)):
                what = FAILED
                failures.append(_failure(request, error, job))
            _cancel(waiting)
        tell(what, f"{request.place}  {job.name}")
    return read, failures


def _cancel(waiting: Iterable[Future]) -> None:
    for future in waiting:
        future.cancel()


def _require_unchanged(before: dict[str, str], now: dict[str, str], started: dt.datetime) -> None:
    """ValueError for an input that changed since: notebooks may have read different figures.

    What a notebook opened by itself may not be among those of ``before``: its times tell.
    """
    changed = {
        name
        for name in now
        if (before[name] != now[name] if name in before else _is_newer(name, started))
    }
    changed |= {name for name in before if not (paths.root() / name).is_file()}
    if changed:
        raise Refused("{names} changed while the edition was made; run again",
                      names=sorted(changed))  # fmt: skip


def _is_newer(name: str, than: dt.datetime) -> bool:
    stat = (paths.root() / name).stat()
    return max(stat.st_mtime, stat.st_ctime) >= than.timestamp()


def _failure(request: Request, error: BaseException, job: Job | None) -> Failure:
    """What to say of an error; its log is kept, unless the message says all."""
    from par_press import edition
    from par_press.execute import NotebookError

    if job is None and isinstance(error, ValueError | OSError):
        return Failure(request.place, reason(error))
    message = str(error)
    if isinstance(error, CancelledError):  # not by us: see _results
        message = say("the cluster has lost its workers; start one, then run again")
    elif not isinstance(error, NotebookError | ValueError):
        where = f"{job.notebook.name}: " if job else ""
        message = f"{where}{type(error).__name__}: {error}"
    log = "".join(traceback.format_exception(error))
    return Failure(request.place, message, edition.keep_failed(request, job, log))


def task(job: Job) -> list[str]:
    """Run one job, wherever this process is; gives the tables the notebook read."""
    from par_press import execute

    os.environ["PAR_ROOT"] = str(job.root)
    paths.scratch()
    return execute.run(job)


@contextmanager
def _told() -> Iterator[Callable[[str, str], None]]:
    """A progress bar, and what moves it."""
    from rich import progress as show

    columns = (show.TextColumn("{task.description}"), show.BarColumn(), show.MofNCompleteColumn(),
               show.TextColumn("{task.fields[failed]}"), show.TimeRemainingColumn())  # fmt: skip
    with show.Progress(*columns) as progress:
        bar, failed = progress.add_task("", total=0, failed=""), count(1)

        def tell(what: str, name: str) -> None:
            if what == WAITING:
                progress.update(bar, total=progress.tasks[bar].total + 1)
            else:
                progress.update(bar, advance=1, description=name)
            if what == FAILED:
                progress.update(bar, failed=say("{count} failed", count=next(failed)))

        yield tell


@contextmanager
def _executor(jobs: int, scheduler: str) -> Iterator[Executor]:
    from par_press import kernels

    if scheduler:
        with kernels.cluster(scheduler) as executor:
            yield executor
        return
    kernels.begin()
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in psutil.Process().children(recursive=True):
                child.kill()
            raise


@contextmanager
def reserved(target: Path) -> Iterator[None]:
    """Hold the edition at ``target`` for this run, to the end of the block or of the process.

    Raises ValueError where another run holds it.
    """
    locks = target.parents[1] / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{target.parent.name}-{target.name}")
    try:
        held = lock.acquire(blocking=False)
    except Timeout:
        busy = say("another run is making this edition; wait for it, then try again")
        raise ValueError(busy) from None
    with held:
        yield


def _clear(target: Path) -> None:
    """Take away what killed runs left beside an edition that is reserved; put back what they moved.

    Only where the system cannot exchange two folders is an edition ever moved aside.
    """
    previous = _previous(target)
    if previous.exists() and not target.exists():
        previous.rename(target)
    for left in (previous, *target.parent.glob(f"{_building(target)}*")):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new folder beside ``target`` to build its edition in; what is left in it is taken away."""
    target.parent.mkdir(parents=True, exist_ok=True)
    build = Path(tempfile.mkdtemp(prefix=_building(target), dir=target.parent))
    try:
        yield build
    finally:
        shutil.rmtree(build, ignore_errors=True)


def _put(build: Path, target: Path) -> None:
    """Put the edition in ``build`` in place: a reader finds the old one or the new one, whole."""
    build.chmod(0o755)
    if not paths.exchange(build, target):
        target.rename(_previous(target))
        build.rename(target)
        shutil.rmtree(_previous(target), ignore_errors=True)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _building(target: Path) -> str:
    """How the folders begin in which its edition is built; none of 2022 as one of 2022-H1."""
    return f".{target.name}.build-"
