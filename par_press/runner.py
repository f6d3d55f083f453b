"""Many editions at once: every notebook is a task, and one failure stops only its own edition.

The tasks go through a concurrent.futures.Executor: processes of this machine, or a cluster's. What
is put in place is put there by the runner alone.
"""

import datetime as dt
import shutil
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Executor, Future, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from par_lib.storage import dependencies, paths
from par_press import edition, manifest, place, plan
from par_press.execute import NotebookError, run
from par_press.plan import Job, Request

KEPT, DONE, FAILED, STOPPED = "kept", "done", "failed", "stopped"
Told = Callable[[str, str], None]
_ALL = f"{dependencies.EVERY}:{dependencies.EVERY}"


@dataclass(frozen=True)
class Failure:
    """What went wrong with an edition: the message, and where the log lies."""

    place: str
    message: str
    log: Path | None = None


@dataclass
class _Edition:
    request: Request
    held: ExitStack  # its reservation and its folder, given up at the end
    inputs: dict[str, str]  # as they were, and all tables of other years
    build: Path
    started: dt.datetime
    runs: dict[str, dict]
    waiting: set[Future] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)


def make(requests: Iterable[Request], *, executor: Executor, tell: Told) -> list[Failure]:
    """Make editions; gives the failures, whose old editions still stand.

    ``tell(what, name)`` is called for each notebook, with KEPT, DONE, FAILED or STOPPED.
    """
    failures: list[Failure] = []
    jobs: dict[Future, tuple[_Edition, Job]] = {}
    for request in requests:
        try:
            begun, own = _begin(request)
        except Exception as error:  # noqa: BLE001 - a bug in one edition must not stop others
            failures.append(_failure(request, error))
            continue
        for _ in begun.runs:
            tell(KEPT, request.place)
        for job in own:
            try:
                future = executor.submit(run, job)
            except Exception as error:  # noqa: BLE001 - the pool is gone, of whatever it died
                _give_up(begun, error, job)
                break
            begun.waiting.add(future)
            jobs[future] = (begun, job)
        if not begun.waiting:
            failures += _end(begun)
    for future in as_completed(jobs):
        begun, job = jobs[future]
        begun.waiting.discard(future)
        tell(_take(future, begun, job), f"{job.request.place}  {job.name}")
        if not begun.waiting:
            failures += _end(begun)
    return failures


def _begin(request: Request) -> tuple[_Edition, list[Job]]:
    started = dt.datetime.now(dt.UTC)
    with ExitStack() as held:
        held.enter_context(place.reserved(request.target))
        place.clear(request.target)
        request = manifest.with_what_stands(request)  # again: another run may just have made it
        edition.forget_failures(request)
        given = plan.inputs_of(request, [_ALL])
        edition.refresh_tables(request)
        kept = manifest.kept_runs(request)
        build, own = edition.begin(request, kept)
        held.callback(shutil.rmtree, build, ignore_errors=True)
        return _Edition(request, held.pop_all(), given, build, started, kept), own


def _take(future: Future, begun: _Edition, job: Job) -> str:
    """Note a run that succeeded; of one that failed, cancel the rest of its edition."""
    try:
        read = future.result()
        begun.runs[job.name] = {
            "recipe": plan.recipe(job),
            "read": read,
            "state": dependencies.state_of(read, job.request.province, job.request.year),
        }
    except Exception as error:  # noqa: BLE001 - a lost worker or a bug in one must not stop others
        if begun.failures and isinstance(error, CancelledError):
            return STOPPED  # by us; where nothing failed, a cluster gave it up
        _give_up(begun, error, job)
        return FAILED
    return DONE


def _give_up(begun: _Edition, error: BaseException, job: Job) -> None:
    begun.failures.append(_failure(job.request, error, job))
    for other in begun.waiting:
        other.cancel()


def _end(begun: _Edition) -> list[Failure]:
    """Put an edition in place all of whose notebooks ran; leave nothing of one that failed."""
    with begun.held:
        try:
            if not begun.failures:
                _require_unchanged(begun)
                edition.finish(begun.request, begun.build, begun.runs, begun.started)
        except Exception as error:  # noqa: BLE001 - a bug in one edition must not stop others
            begun.failures.append(_failure(begun.request, error))
    return begun.failures


def _require_unchanged(begun: _Edition) -> None:
    """ValueError for an input that changed since: notebooks may have read different figures."""
    given, now = begun.inputs, plan.inputs_of(begun.request, plan.read_by(begun.runs))
    changed = {name for name in now if given.get(name) != now[name]}
    changed |= {name for name in given if not (paths.root() / name).is_file()}
    if changed:
        names = ", ".join(sorted(changed))
        raise ValueError(f"{names} changed while the edition was made; run again")


def _failure(request: Request, error: BaseException, job: Job | None = None) -> Failure:
    """What to say of an error; its log is kept, unless the message says all."""
    if job is None and isinstance(error, ValueError | OSError):
        return Failure(request.place, str(error))
    message = str(error)
    if not isinstance(error, NotebookError | ValueError):
        where = f"{job.notebook.name}: " if job else ""
        message = f"{where}{type(error).__name__}: {error}"
    log = "".join(traceback.format_exception(error))
    return Failure(request.place, message, edition.keep_failed(request, job, log, message))
