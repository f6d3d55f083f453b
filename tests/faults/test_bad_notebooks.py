"""A cell that misbehaves: exit code 1, one message, the old edition intact, the truth kept.

Every case has an edition of its own, a year with the survey of 2022, and all are made in one run.
"""

import json
import shutil
from pathlib import Path
from textwrap import indent

import nbformat
import pytest

from par_lib.storage.dependencies import sha256

# The fourth cell of 03_sipas, counted as its author sees it: the first after the tables are open.
CELL = 4
CASES = {
    2016: ("raises", 'raise ValueError("{1/0} \\"quoted\\"")', 'ValueError: {1/0} "quoted"'),
    2017: ("loops for ever", "while True:\n    pass", "took more than 10 s and was stopped"),
    2018: ("exits the process", "import os\nos._exit(0)", "its process ended, by exit(), killed"),
    2019: ("is killed for memory", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
           "its process ended, by exit(), killed"),
    2020: ("writes 100 MB", "print('x' * 100_000_000)",
           "gave 100 MB of output (100 MB with the"),
    2021: ("calls sys.exit(0)", "import sys\nsys.exit(0)", "left early, so that the cells behind"),
}  # fmt: skip
EVERY = ("run", "2016-2022", "--timeout", "10")


@pytest.fixture(scope="module")
def standing(project):
    """Editions of one notebook, for every case and of 2022, in which nothing goes wrong."""
    (project.root / "notebooks" / "00_overview.ipynb").unlink()
    raw = project.root / "data" / "raw" / "quang-nam"
    for year in CASES:
        (raw / str(year)).mkdir()
        shutil.copy(raw / "2022" / "sipas.csv", raw / str(year))
    code, said = project.par(*EVERY)
    assert code == 0, said
    return project


@pytest.fixture(scope="module")
def gone_wrong(standing):
    """What was said of a run in which every case's cell misbehaves, the editions before it."""
    path = standing.root / "notebooks" / "03_sipas.ipynb"
    good, before = path.read_text(encoding="utf-8"), hashes(standing.edition.parent)
    notebook = json.loads(good)
    cell = notebook["cells"][CELL - 1]
    bad = [f"if year == {year}:\n{indent(code, '    ')}" for year, (_, code, _) in CASES.items()]
    cell["source"] = "\n".join([*bad, "", "".join(cell["source"])])
    path.write_text(json.dumps(notebook), encoding="utf-8")
    try:
        code, said = standing.par(*EVERY)
    finally:
        path.write_text(good, encoding="utf-8")
    assert code == 1 and "Traceback" not in said and "ernel" not in said, said
    assert standing.wait_for_none() == set() and standing.hidden() == []
    return notebook, [line for line in said.splitlines() if line.startswith("par: ")], before


def hashes(folder: Path) -> dict[Path, str]:
    return {path: sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("year", CASES, ids=lambda year: CASES[year][0])
def test_a_cell_that_misbehaves(standing, gone_wrong, year):
    notebook, told, before = gone_wrong
    message = f"cell {CELL}: {CASES[year][2]}"
    [line] = [line for line in told if f"quang-nam {year}" in line]
    assert f"03_sipas.ipynb, {message}" in line
    edition = standing.edition.parent / str(year)
    assert hashes(edition) == {path: own for path, own in before.items() if edition in path.parents}
    kept = nbformat.read(
        standing.root / f"outputs/failed/quang-nam-{year}-vi-03_sipas.ipynb", as_version=4
    )
    assert kept.metadata.par.failed.startswith(message[:40])
    cells = [c for c in kept.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    assert [c.cell_type for c in cells] == [c["cell_type"] for c in notebook["cells"]]
    assert cells[CELL - 1].source == notebook["cells"][CELL - 1]["source"]


def test_what_went_wrong_stops_only_its_own_edition(standing, gone_wrong):
    """The edition of 2022, in which the same notebook does nothing wrong, is the new one."""
    _, told, before = gone_wrong
    assert len(told) == len(CASES)
    after = hashes(standing.edition)
    assert any(before[path] != own for path, own in after.items())


def test_the_next_run_needs_no_help(standing, gone_wrong):
    code, said = standing.par(*EVERY, "--force")
    assert code == 0, said
    assert list((standing.root / "outputs/failed").iterdir()) == []


KILLED = """if year in (2016, 2017):
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_kernel_that_is_killed_costs_its_own_run_only(standing, jobs):
    """Two editions lose a kernel; the others, begun beside them or behind, are made."""
    path, years = standing.root / "notebooks" / "03_sipas.ipynb", range(2016, 2020)
    good, before = path.read_text(encoding="utf-8"), hashes(standing.edition.parent)
    notebook = json.loads(good)
    cell = notebook["cells"][CELL - 1]
    cell["source"] = f"{KILLED}\n{''.join(cell['source'])}\n# {jobs}"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    try:
        code, said = standing.par("run", "2016-2019", "--jobs", jobs)
    finally:
        path.write_text(good, encoding="utf-8")
    told = [line for line in said.splitlines() if line.startswith("par: ")]
    assert code == 1 and "Traceback" not in said and len(told) == 2, said
    for year, line in zip((2016, 2017), sorted(told), strict=True):
        assert f"quang-nam {year}: 03_sipas.ipynb, cell {CELL}: its process ended" in line
    after = hashes(standing.edition.parent)
    made = {year for year in years
            if (own := standing.edition.parent / str(year) / "manifest.json")
            and before[own] != after[own]}  # fmt: skip
    assert made == {2018, 2019}
    assert standing.wait_for_none() == set() and standing.hidden() == []
