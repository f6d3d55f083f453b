"""Run one notebook with its parameters and make sure that it really ran to its end."""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from traitlets.config import Config

from par_lib.press import prose
from par_lib.wording import Language

# jupyter_events imports rfc3987_syntax, which builds parsers for 2 s; formats are checked without
# it (jupyter_server issue 1559).
sys.modules.setdefault("rfc3987_syntax", None)

import papermill  # noqa: E402
from papermill.exceptions import PapermillExecutionError  # noqa: E402

_TIMINGS = ("papermill", "execution")


class NotebookError(RuntimeError):
    """A notebook did not run to its end; the message names notebook, cell and error."""


def execute(
    notebook: Path, target: Path, *, parameters: dict[str, object], language: Language,
    timeout_seconds: int = 300,
) -> nbformat.NotebookNode:  # fmt: skip
    """Run ``notebook`` in a fresh kernel, write it to ``target`` and return it.

    Prose is translated first. What differs between two equal runs (timings, the injected cell's
    id) is taken out. Raises NotebookError when a cell fails, is not run, or takes too long.
    """
    source = prose.translate(nbformat.read(notebook, as_version=4), language)
    nbformat.write(source, target)
    try:
        with tempfile.TemporaryDirectory(prefix="par-") as private:
            papermill.execute_notebook(
                target,
                target,
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                execution_timeout=timeout_seconds,
                config=_transport(private),
                extra_arguments=["--log-level=CRITICAL"],  # no chatter when it is shut down
            )
    except PapermillExecutionError as error:
        # Counted from 0 with the injected cell, so from 1 in the notebook as its author sees it.
        raise NotebookError(
            f"{notebook.name}, cell {error.cell_index}: {error.ename}: {error.evalue}"
        ) from error
    executed = steady(nbformat.read(target, as_version=4))
    _require_complete(executed, notebook.name)
    nbformat.write(executed, target)
    return executed


def _transport(private: str) -> Config:
    """Sockets in a folder only we can enter: no port to clash, nothing on the network."""
    if os.name == "nt":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{private}/kernel"}})


def steady(executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what changes from run to run though nothing else did."""
    for part in (executed, *executed.cells):
        for name in _TIMINGS:
            part.metadata.pop(name, None)
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    return executed


def _require_complete(executed: nbformat.NotebookNode, name: str) -> None:
    own = [cell for cell in executed.cells if cell.id != "injected-parameters"]
    for number, cell in enumerate(own, start=1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise NotebookError(f"{name}, cell {number}: was not run; an earlier cell left early")
