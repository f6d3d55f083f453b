"""A cell that misbehaves: exit code 1, one message, the old edition intact, the truth kept."""

import json

import nbformat
import pytest

from par_lib.storage.dependencies import sha256

# The fourth cell of 03_sipas, counted as its author sees it: the first after the tables are open.
CASES = {
    "raises": ('raise ValueError("{1/0} \\"quoted\\"")', 4, 'ValueError: {1/0} "quoted"'),
    "loops for ever": ("while True:\n    pass", 4, "took more than 8 s and was stopped"),
    "exits the process": ("import os\nos._exit(0)", 4, "its process ended, by exit(), killed"),
    "is killed for memory": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", 4,
                             "its process ended, by exit(), killed, or out of memory"),
    "writes 100 MB": ("print('x' * 100_000_000)", 4, "gave 100 MB of output (100 MB with the"),
    "calls sys.exit(0)": ("import sys\nsys.exit(0)", 4, "left early, so that the cells behind it"),
}  # fmt: skip


@pytest.fixture(scope="module")
def standing(project):
    code, said = project.par("run", "2022")
    assert code == 0, said
    return project


def hashes(folder):
    return {path: sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(("source", "number", "message"), CASES.values(), ids=CASES)
def test_a_cell_that_misbehaves(standing, source, number, message):
    path = standing.root / "notebooks" / "03_sipas.ipynb"
    good, before = path.read_text(encoding="utf-8"), hashes(standing.edition)
    notebook = json.loads(good)
    cell = notebook["cells"][number - 1]
    cell["source"] = f"{source}\n\n{''.join(cell['source'])}"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    try:
        code, said = standing.par("run", "2022", "--notebook", "03", "--timeout", "8")
    finally:
        path.write_text(good, encoding="utf-8")
    assert code == 1
    told = [line for line in said.splitlines() if line.startswith("par: ")]
    assert len(told) == 1 and f"03_sipas.ipynb, cell {number}: {message}" in told[0], said
    assert "Traceback" not in said and "ernel" not in said
    assert hashes(standing.edition) == before
    assert standing.wait_for_none() == set() and standing.hidden() == []
    kept = nbformat.read(
        standing.root / "outputs/failed/quang-nam-2022-vi-03_sipas.ipynb", as_version=4
    )
    assert kept.metadata.par.failed.startswith(f"cell {number}: {message}"[:40])
    cells = [c for c in kept.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    assert [c.cell_type for c in cells] == [c["cell_type"] for c in notebook["cells"]]
    assert cells[number - 1].source.startswith(source)


def test_the_next_run_needs_no_help(standing):
    code, said = standing.par("run", "2022", "--force")
    assert code == 0, said
    assert not (standing.root / "outputs/failed/quang-nam-2022-vi-03_sipas.ipynb").exists()
