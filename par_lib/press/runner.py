"""Many editions at once: every notebook is a task, and one failure stops only its own edition.

The tasks go through a concurrent.futures.Executor: processes of this machine, or a cluster's.
"""

import os
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from par_lib import inputs, paths
from par_lib.press import edition, place, plan
from par_lib.press.execute import NotebookError, run
from par_lib.press.manifest import Times
from par_lib.press.plan import Job, Request

KEPT, DONE, FAILED, STOPPED = "kept", "done", "failed", "stopped"
Told = Callable[[str, str], None]


@dataclass
class _Edition:
    request: Request
    lock: FileLock
    inputs: dict[str, str]
    build: Path
    times: Times
    runs: dict[str, dict]
    waiting: set[Future] = field(default_factory=set)
    failed: bool = False


@dataclass(frozen=True)
class Failure:
    """What went wrong with an edition: the message, and where the log lies."""

    place: str
    message: str
    log: Path | None = None


def make(
    requests: Iterable[Request], *, executor: Executor, tell: Told, force: bool = False
) -> list[Failure]:
    """Make editions; gives the failures, whose old editions still stand.

    ``tell(what, name)`` is called with KEPT, DONE, FAILED or STOPPED and the notebook's name for
    each.
    """
    failures: list[Failure] = []
    jobs: dict[Future, tuple[_Edition, Job]] = {}
    ends: dict[Future, _Edition] = {}
    for request in requests:
        try:
            begun, own = _begin(request, force)
        except (ValueError, OSError) as error:
            failures.append(Failure(request.place, str(error)))
            continue
        for _ in range(len(request.notebooks) * len(request.languages) - len(own)):
            tell(KEPT, request.place)
        for job in own:
            future = executor.submit(run, job)
            begun.waiting.add(future)
            jobs[future] = (begun, job)
        if not own:
            ends[_finish(begun, executor)] = begun
    while jobs or ends:
        done, _ = wait([*jobs, *ends], return_when=FIRST_COMPLETED)
        for future in done:
            if future in ends:
                begun = ends.pop(future)
                if failure := _failure_of(future, begun):
                    failures.append(failure)
                continue
            begun, job = jobs.pop(future)
            begun.waiting.discard(future)
            what, failure = _take(future, begun, job)
            if failure:
                failures.append(failure)
            tell(what, f"{job.request.place}  {job.name}")
            if begun.waiting:
                continue
            if begun.failed:
                edition.discard(begun.build)
                begun.lock.release()
            else:
                ends[_finish(begun, executor)] = begun
    return failures


def _begin(request: Request, force: bool) -> tuple[_Edition, list[Job]]:
    times = Times.start()
    lock = place.reserve(paths.outputs(request.province, request.year))
    try:
        edition.forget_failures(request)
        given = plan.inputs_of(request)
        edition.refresh_tables(request)
        kept = {} if force else plan.kept_runs(request)
        build, own = edition.begin(request, kept)
    except BaseException:
        lock.release()
        raise
    return _Edition(request, lock, given, build, times, dict(kept)), own


def _take(future: Future, begun: _Edition, job: Job) -> tuple[str, Failure | None]:
    """Note a run that succeeded; of one that failed, cancel the rest of its edition."""
    try:
        read = future.result()
    except CancelledError:
        return STOPPED, None
    except Exception as error:  # noqa: BLE001 - a lost worker or a bug in one must not stop others
        known = isinstance(error, NotebookError | ValueError)
        message = str(error) if known else f"{job.notebook.name}: {type(error).__name__}: {error}"
        begun.failed = True
        for other in begun.waiting:
            other.cancel()
        log = edition.keep_failed(job, "".join(traceback.format_exception(error)))
        return FAILED, Failure(job.request.place, message, log)
    begun.runs[job.name] = {
        "recipe": plan.recipe(job.request, job.notebook, job.lang),
        "read": read,
        "state": inputs.state_of(read, job.request.province, job.request.year),
    }
    return DONE, None


def _finish(begun: _Edition, executor: Executor) -> Future:
    arguments = (begun.request, begun.inputs, begun.build, begun.runs, begun.times)
    return executor.submit(finish, paths.root(), *arguments)


def finish(
    root: Path, request: Request, given: dict[str, str], build: Path, runs: dict[str, dict],
    times: Times,
) -> Path:  # fmt: skip
    """edition.finish, to be run by a worker; what it cannot put in place it removes.

    Raises ValueError where an input is not what it was when the edition was begun: its notebooks
    may have read different figures.
    """
    os.environ["PAR_ROOT"] = str(root)
    try:
        now = plan.inputs_of(request)
        changed = sorted(name for name in {*given, *now} if given.get(name) != now.get(name))
        if changed:
            raise ValueError(f"{', '.join(changed)} changed while the edition was made; run again")
        return edition.finish(request, build, runs, times)
    finally:
        edition.discard(build)


def _failure_of(future: Future, begun: _Edition) -> Failure | None:
    error = future.exception()
    edition.discard(begun.build)
    begun.lock.release()
    if error is None:
        return None
    return Failure(begun.request.place, str(error))
