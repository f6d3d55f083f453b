"""Notebooks run cell by cell in this process: no kernel is started."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., list[RichOutput]]]:
    """``run("01_late_dossiers", province="demo", year=2022)`` gives what its cells show."""
    shell = InteractiveShell.instance(user_module=ModuleType("cells"))  # __main__ stays pytest's
    gc.freeze()  # a shell that is reset looks for garbage: not among all that is imported

    def outputs(name: str, **parameters: object) -> list[RichOutput]:
        shell.reset()
        shown = []
        for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells:
            if cell.cell_type != "code":
                continue
            given = parameters if "parameters" in cell.metadata.get("tags", []) else {}
            source = "\n".join([cell.source, *(f"{key} = {own!r}" for key, own in given.items())])
            with capture_output() as captured:
                done = shell.run_cell(source)
            if error := done.error_before_exec or done.error_in_exec:
                raise AssertionError(f"{name}, cell {cell.id}: {error!r}") from error
            assert not captured.stderr, f"{name}, cell {cell.id}: {captured.stderr}"
            shown += captured.outputs
        return shown

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "agg")
        yield outputs
    gc.unfreeze()
    InteractiveShell.clear_instance()
