"""Run one notebook with its parameters and make sure that it really ran to its end."""

import ast
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from par_lib.language.translation import Language, language
from par_lib.storage.dependencies import EVERY, YEARS
from par_press import kernels, notebook_source, place
from par_press.plan import Job

MILLION = 1_000_000
_MOST_OUTPUT = 20 * MILLION  # bytes of one notebook; a page of that size no browser likes


class NotebookError(RuntimeError):
    """A notebook did not run to its end; the message names notebook, cell and error."""


class _Engine(NBClientEngine):
    """Papermill's own, that writes down how far a notebook came, whatever ended it."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, target: Path, **options: Any
    ) -> None:
        """Run the cells; write to ``target``, before papermill adds cells that tell of errors."""
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            nbformat.write(nb_man.nb, target)


papermill_engines.register("par", _Engine)
_LOG = logging.getLogger(__name__)
logging.getLogger("papermill").addHandler(logging.NullHandler())  # what it tells, errors tell


def run(job: Job) -> list[str]:
    """Run one job, wherever this process is; gives the tables the notebook read.

    Raises NotebookError as ``execute`` does, and where a table was read that the notebook's
    metadata do not declare (``par.tables``).
    """
    os.environ["PAR_ROOT"] = str(job.root)
    place.scratch()
    executed = execute(
        job.notebook, job.target, parameters=job.request.parameters(job.notebook, job.lang),
        language=language(job.lang), timeout_seconds=job.request.timeout_seconds,
        fork=job.request.fork,
    )  # fmt: skip
    read = _tables_read(executed)
    declared = {*executed.metadata.get("par", {}).get("tables", []), YEARS, EVERY}
    undeclared = sorted({entry.partition(":")[2] for entry in read} - declared)
    if undeclared:
        names, where = ", ".join(undeclared), 'metadata, "par": {"tables": [...]}'
        raise NotebookError(f"{job.notebook.name}: reads {names}; add it to the notebook's {where}")
    return read


def execute(notebook: Path, target: Path, *, parameters: dict[str, object], language: Language,
            timeout_seconds: int = 300, fork: bool = False) -> nbformat.NotebookNode:  # fmt: skip
    """Run ``notebook`` in a fresh kernel, write it to ``target`` and return it.

    Prose is translated first. What differs between two equal runs (timings, the injected cell's
    id) is taken out. With ``fork`` the kernel is forked from a process that has imported
    everything already, where this machine can. Raises NotebookError when a cell fails, is not run,
    or takes too long.
    """
    written = nbformat.read(notebook, as_version=4)
    source = notebook_source.translate(written, language.messages)
    if language.code != "vi":
        for text in notebook_source.fallen_back(written, language.messages):
            _LOG.warning("%s, not translated: %s", notebook.name, text)
    source.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    source.metadata.kernelspec.setdefault("language", "python")
    nbformat.write(source, target)
    try:
        with tempfile.TemporaryDirectory(prefix="par-") as private, _provisioner(fork):
            papermill.execute_notebook(
                target, None, parameters=parameters, kernel_name="python3", engine_name="par",
                target=target, progress_bar=False, execution_timeout=timeout_seconds,
                config=kernels.config(private),
                extra_arguments=["--log-level=CRITICAL"],  # no chatter when it is shut down
            )  # fmt: skip
    except PapermillExecutionError as error:
        # Counted from 0 with the injected cell, so from 1 in the notebook as its author sees it.
        what = f"{error.ename}: {error.evalue}"
        raise _failed(target, notebook.name, error.cell_index, what) from error
    except CellTimeoutError as error:
        what = f"took more than {timeout_seconds} s and was stopped; mend it, or allow more "
        raise _failed(target, notebook.name, None, what + "with --timeout") from error
    except DeadKernelError as error:
        what = "its process ended, by exit(), killed, or out of memory"
        raise _failed(target, notebook.name, None, what) from error
    executed = steady(nbformat.read(target, as_version=4))
    _require_complete(executed, target, notebook.name)
    nbformat.write(executed, target)
    return executed


def _own(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Its cells as its author sees them: without the one that papermill puts in."""
    return [cell for cell in notebook.cells
            if "injected-parameters" not in cell.metadata.get("tags", [])]  # fmt: skip


def _failed(target: Path, name: str, number: int | None, what: str) -> NotebookError:
    """Write into the notebook what became of it, and give the error that says so.

    Papermill calls every cell completed, the one its kernel died in too. ``number`` is the cell
    that failed, from 1; None for the last that was begun.
    """
    notebook = nbformat.read(target, as_version=4)
    cells = _own(notebook)
    number = number or sum(cell.metadata.papermill.status != "pending" for cell in cells)
    for here, cell in enumerate(cells, start=1):
        state = "completed" if here < number else "failed" if here == number else "pending"
        cell.metadata["papermill"] = {"status": state, "exception": here == number}
    message = f"cell {number}: {what}"
    notebook.metadata["par"] = notebook.metadata.get("par", {}) | {"failed": message}
    nbformat.write(notebook, target)
    return NotebookError(f"{name}, {message}")


def _tables_read(executed: nbformat.NotebookNode) -> list[str]:
    """What sources() noted in the last cell of code; else it may be anything."""
    code = [cell for cell in executed.cells if cell.cell_type == "code" and cell.source.strip()]
    for output in code[-1].outputs if code else []:
        if "par" in output.get("metadata", {}):
            return output.metadata.par.read
    return [f"{EVERY}:{EVERY}"]


@contextmanager
def _provisioner(fork: bool) -> Iterator[None]:
    # Said to the factory, not in the environment, which it reads once a process.
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    forked = fork and kernels.available()
    factory.default_provisioner_name = kernels.NAME if forked else kernels.ORDINARY
    try:
        yield
    finally:
        factory.default_provisioner_name = before


def steady(executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what changes from run to run though nothing else did."""
    for part in (executed, *executed.cells):
        for timings in ("papermill", "execution"):
            part.metadata.pop(timings, None)
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
            cell.source = ast.unparse(ast.parse(cell.source))  # letters, not \u escapes
    return executed


def _require_complete(executed: nbformat.NotebookNode, target: Path, name: str) -> None:
    left = written = 0
    for number, cell in enumerate(_own(executed), start=1):
        if cell.cell_type != "code":
            continue
        if cell.source.strip() and cell.execution_count is None:
            what = "left early, so that the cells behind it were not run"
            raise _failed(target, name, left, what)
        left, size = number, len(json.dumps(cell.outputs))
        written += size
        if written > _MOST_OUTPUT:
            cell.outputs = []  # kept for its author, without what is too much
            nbformat.write(executed, target)
            what = (f"gave {size // MILLION} MB of output ({written // MILLION} MB with the cells "
                    f"before it); print less, {_MOST_OUTPUT // MILLION} MB at most")  # fmt: skip
            raise _failed(target, name, number, what)
