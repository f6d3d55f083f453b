"""Forked kernels, what is run again and what is not, and failures that stop only their own."""

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from jupyter_client import AsyncKernelManager
from typer.testing import CliRunner

from par_cli import app
from par_lib.cleaning import tables
from par_lib.language.translation import language
from par_lib.storage import dependencies
from par_press import edition, execute, kernels, manifest, plan, runner

CHECKOUT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ["00", "02", "03", "04", "05"]


class Here(Executor):
    """Runs each task at once in this process, and remembers which."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def submit(self, task, *arguments) -> Future:
        future: Future = Future()
        if task is runner.task:
            self.ran.append(arguments[0].name)
        try:
            future.set_result(task(*arguments))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


def request(year: int = 2022, *names: str, timeout: int = 120, force: bool = False) -> plan.Request:
    chosen = tuple(n for n in plan.notebooks_of([]) if not names or n.stem[:2] in names)
    asked = plan.Request("quang-nam", year, ("en",), chosen, timeout_seconds=timeout,
                         anew=chosen if force else ())  # fmt: skip
    return manifest.with_what_stands(asked)


def make(*requests: plan.Request) -> tuple[list[str], list[runner.Failure]]:
    here = Here()
    failures = runner.make(requests, executor=here, tell=lambda *_: None)
    return [name.removeprefix("en/")[:2] for name in here.ran], failures


@pytest.fixture(scope="module")
def root(root):
    """Without the notebooks that say nothing more of how the others are run."""
    for notebook in (root / "notebooks").glob("*.ipynb"):
        if notebook.name[:2] not in NOTEBOOKS:
            notebook.unlink()
    return root


@pytest.fixture(scope="module")
def made(root):
    ran, failures = make(request())
    assert failures == [] and ran == NOTEBOOKS
    return root / "outputs" / "quang-nam" / "2022"


@pytest.fixture
def change(root):
    """Change a raw table; gives what puts it back, which is done at the end at the latest."""
    own: dict[Path, str] = {}

    def put_back() -> None:
        for path, text in own.items():
            path.write_text(text, encoding="utf-8")

    def change(year: int, table: str, old: str, new: str):
        path = root / f"data/raw/quang-nam/{year}/{table}.csv"
        own[path] = path.read_text(encoding="utf-8")
        assert old in own[path]
        path.write_text(own[path].replace(old, new, 1), encoding="utf-8")
        return put_back

    yield change
    put_back()


def test_nothing_to_do_is_nothing_done(made):
    assert manifest.unchanged(request())
    assert make(request()) == ([], [])
    said = CliRunner().invoke(app, ["run", "2022", "--lang", "en"])
    assert said.exit_code == 0 and "quang-nam 2022: nothing to do" in said.output


def using(changed: set[str]) -> list[str]:
    """The notebooks that declare one of these tables."""
    declared = {n.stem[:2]: set(nbformat.read(n, as_version=4).metadata.par.tables)
                for n in plan.notebooks_of([])}  # fmt: skip
    found = [name for name, tables_ in declared.items() if tables_ & changed]
    assert 0 < len(found) < len(declared)
    return found


@pytest.mark.parametrize(("table", "old", "new"), [
    ("mentions", "bullet 3", "bullet 33"), ("disbursement", "63,7%", "63,8%"),
    ("late_dossiers", "11.193", "11.194")])  # fmt: skip
def test_a_changed_figure_concerns_exactly_the_notebooks_that_use_its_table(
    made, change, table, old, new
):
    before = dependencies.table_hashes("quang-nam", 2022)
    put_back = change(2022, table, old, new)
    assert not manifest.unchanged(request())
    tables.refresh("quang-nam", 2022)
    after = dependencies.table_hashes("quang-nam", 2022)
    changed = {name for name in after if after[name] != before[name]}
    assert table in changed  # and the review, if the figure stands in one of its findings
    every = {f"en/{notebook.stem}" for notebook in plan.notebooks_of([])}
    again = every - set(manifest.kept_runs(request()))
    again = sorted(name.removeprefix("en/")[:2] for name in again)
    assert again == using(changed)
    put_back()
    tables.refresh("quang-nam", 2022)
    assert manifest.unchanged(request())


def test_only_the_notebooks_that_a_figure_concerns_are_run(made, change):
    put_back = change(2022, "mentions", "bullet 3", "bullet 33")
    assert make(request()) == (using({"mentions", "review"}), [])
    put_back()
    assert make(request()) == (using({"mentions", "review"}), [])
    assert manifest.unchanged(request())


def test_asked_for_one_notebook_the_others_follow_the_figures(made, change):
    put_back = change(2022, "sipas", "1.413/2", "1.313/2")
    ran, failures = make(request(2022, "02"))
    assert failures == [] and "02" not in ran and {"00", "03", "04"} <= set(ran)
    page = (made / "03_sipas.html").read_text(encoding="utf-8")
    # 7.5759 of 10 points were earned and 2.4241 lost, now 0.1 less and more: 7.4759 and 2.5241;
    # of feedback 2 − 1.313 = 0.687, more than the 2.5 − 1.8885 = 0.6115 of results
    assert "SIPAS earned 7.48 of 10 points and lost 2.52; the largest loss is" in page
    assert "“Handling of feedback and petitions” (0.69 points); " in page and ">0.69<" in page
    assert "lost 2.42" not in page
    put_back()
    assert set(make(request())[0]) == set(ran)


def test_a_notebook_altered_in_its_edition_is_run_again(made):
    executed = made / "notebooks" / "05_data_quality.ipynb"
    own = executed.read_text(encoding="utf-8")
    executed.write_text(own.replace("<table", "<table x", 1), encoding="utf-8")
    assert make(request()) == (["05"], [])
    assert executed.read_text(encoding="utf-8") == own


def test_a_run_whose_figures_are_not_known_is_not_kept(made, monkeypatch):
    file = made / manifest.MANIFEST
    own = file.read_text(encoding="utf-8")
    content = json.loads(own)
    content["runs"]["en/02_disbursement"]["state"] = None
    file.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(dependencies, "state_of", lambda *_: None)
    assert manifest.kept_runs(request()) == {}
    file.write_text(own, encoding="utf-8")


def test_what_a_notebook_has_read_is_known_whether_it_lists_its_sources_or_not(
    root, made, change, tmp_path
):
    book = nbformat.read(root / "notebooks" / "05_data_quality.ipynb", as_version=4)
    nbformat.write(book, tmp_path / "05_data_quality.ipynb")
    (tmp_path / "notebooks").mkdir()
    job = plan.Job(root, request(), tmp_path / "05_data_quality.ipynb", "en", tmp_path)
    read = execute.run(job)
    assert "2022:late_dossiers" in read and "*:*" not in read
    book.cells = [cell for cell in book.cells if cell.source != "sources()"]
    book.cells.append(nbformat.v4.new_code_cell("len(data.mentions)"))
    nbformat.write(book, tmp_path / "05_data_quality.ipynb")
    assert {*read, "2022:mentions"} == {*execute.run(job)}
    reads_none = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    nbformat.write(reads_none, tmp_path / "05_data_quality.ipynb")
    assert execute.run(job) == ["*:*"]  # what opens files by itself passes unseen
    before = dependencies.state_of(["*:*"], "quang-nam", 2022)
    put_back = change(2023, "scores", "84,60", "84,61")
    tables.refresh("quang-nam", 2023)
    assert dependencies.state_of(["*:*"], "quang-nam", 2022) != before
    put_back()
    tables.refresh("quang-nam", 2023)
    assert dependencies.state_of(["*:*"], "quang-nam", 2022) == before


def test_a_run_that_has_nothing_to_do_takes_away_what_a_killed_one_left(made):
    left = made.with_name(".2022.build-killed")
    left.mkdir()
    said = CliRunner().invoke(app, ["run", "2022", "--lang", "en"])
    assert "nothing to do" in said.output and not left.exists()


def test_a_changed_parameter_notebook_or_lost_page_is_made_again(made, root):
    other = plan.Request("quang-nam", 2022, ("en",), request().notebooks,
                         {"02_disbursement": {"threshold_pct": 60.0}})  # fmt: skip
    before, kept = manifest.kept_runs(request()), manifest.kept_runs(other)
    assert set(kept) == set(before) - {"en/02_disbursement"}
    (made / "03_sipas.html").unlink()
    assert not manifest.unchanged(request())
    assert make(request()) == ([], [])  # no notebook is run for a lost page
    assert manifest.unchanged(request()) and (made / "03_sipas.html").is_file()


def test_a_notebook_that_was_removed_leaves_the_edition(made, root):
    path = root / "notebooks" / "05_data_quality.ipynb"
    own = path.read_bytes()
    # As par run has it, which notes of each notebook what was chosen for it.
    assert make(replace(request(), values={path.stem: {}})) == ([], [])
    path.unlink()
    assert not manifest.unchanged(request())
    assert make(request()) == ([], [])  # no other is run for it
    assert not (made / "05_data_quality.html").exists() and manifest.unchanged(request())
    for name in ("index.html", manifest.MANIFEST):
        assert "05_data_quality" not in (made / name).read_text(encoding="utf-8")
    path.write_bytes(own)
    assert make(request()) == (["05"], []) and (made / "05_data_quality.html").is_file()


def test_the_list_says_whether_bounds_held_and_the_edition_stays(made, root):
    """The report lists nine districts; what the others share, 3,551, bounds each of them."""
    table = root / "data/raw/quang-nam/2022/late_dossiers.csv"
    before = {file: file.read_bytes() for file in made.rglob("*") if file.is_file()}
    own = table.read_bytes()
    row = next(line for line in own.decode().splitlines() if line.startswith("Núi Thành,district"))
    later = row.replace("Núi Thành", "Nông Sơn").replace("report-2022", "baoquangnam-h1-2022")
    try:
        for late, verdict in (("3.551", "trong"), ("3.552", "ngoài")):
            table.write_bytes(
                own.rstrip() + b"\n" + later.replace(",856,", f",{late},").encode() + b"\n"
            )
            edition.write_collection()
            told = (root / "outputs" / "index.html").read_text(encoding="utf-8")
            assert f"từ 0 đến 3.551; nguồn khác nêu {late}, nằm {verdict} khoảng này" in told
        assert {file: file.read_bytes() for file in made.rglob("*") if file.is_file()} == before
    finally:
        table.write_bytes(own)
        edition.write_collection()


def test_a_province_that_was_removed_leaves_the_list(made, root):
    """Its edition stays where it is; a run that has nothing else to do writes the list anew."""
    raw, folder = root / "data/raw/hue/2022", root / "outputs/hue/2022"
    raw.mkdir(parents=True)
    shutil.copytree(made, folder)
    try:
        edition.write_collection()
        index = root / "outputs" / "index.html"
        assert "hue/2022/" in index.read_text(encoding="utf-8")
        shutil.rmtree(raw.parent)
        assert runner.run([]) == []
        listed = index.read_text(encoding="utf-8")
        assert "hue/2022/" not in listed and "quang-nam/2022/" in listed and folder.is_dir()
    finally:
        shutil.rmtree(folder.parent)


def test_force_runs_all(made):
    assert make(request(2022, "03", force=True)) == (["03"], [])


@pytest.fixture
def notebook(root, made):
    """Notebook 03 with a cell of its own, put back afterwards; gives a function to add it."""
    path = root / "notebooks" / "03_sipas.ipynb"
    text = path.read_bytes()

    def add(source: str, **metadata) -> Path:
        book = nbformat.read(path, as_version=4)
        book.cells.insert(4, nbformat.v4.new_code_cell(source))
        book.metadata.update(metadata)
        nbformat.write(book, path)
        return path

    yield add
    path.write_bytes(text)


def test_a_failure_stops_only_its_own_edition_and_leaves_a_log(notebook, root):
    notebook("if year == 2022: 1 / 0")
    ran, failures = make(request(2022, "03"), request(2023, "03"))
    assert ran == ["03", "03"]
    (failure,) = failures
    assert failure.place == "quang-nam 2022"
    assert failure.message == "03_sipas.ipynb, cell 5: ZeroDivisionError: division by zero"
    log = failure.log.read_text(encoding="utf-8")
    assert failure.message in log and "if year == 2022: 1 / 0" in log
    assert failure.log.with_suffix(".ipynb").is_file()
    assert (root / "outputs" / "quang-nam" / "2023" / "03_sipas.html").is_file()
    assert [p.name for p in (root / "outputs" / "quang-nam").iterdir() if p.name[0] == "."] == []


class Waiting(Future):
    """One of a task that no worker has begun; its executor hears of it when it is cancelled."""

    def cancel(self) -> bool:
        if not self.done():
            super().cancel()
            self.set_running_or_notify_cancel()
        return True


def test_the_rest_of_a_failed_edition_is_not_run(made):
    class Fails(Executor):
        """The first task fails; the others wait, as behind a worker that is busy."""

        def __init__(self) -> None:
            self.given: list[Future] = []

        def submit(self, task, *arguments) -> Future:
            self.given.append(Waiting())
            if len(self.given) == 1:
                self.given[0].set_exception(execute.NotebookError("00.ipynb, cell 1: no"))
            return self.given[-1]

    executor, told = Fails(), []
    failures = runner.make([request(force=True)], executor=executor,
                           tell=lambda what, name: told.append(what))  # fmt: skip
    assert [failure.message for failure in failures] == ["00.ipynb, cell 1: no"]
    assert told == [*[runner.WAITING] * len(NOTEBOOKS), runner.FAILED,
                    *[runner.STOPPED] * len(NOTEBOOKS[1:])]  # fmt: skip
    assert [future.cancelled() for future in executor.given] == [
        False,
        *[True] * len(NOTEBOOKS[1:]),
    ]


def test_runs_that_a_cluster_gives_up_are_no_edition(made):
    class GivesUp(Executor):
        def submit(self, task, *arguments) -> Future:
            future = Waiting()
            future.cancel()
            return future

    before = (made / manifest.MANIFEST).read_bytes()
    failures = runner.make([request(force=True)], executor=GivesUp(), tell=lambda *_: None)
    (failure,) = failures
    assert "the cluster has lost its workers" in failure.message
    assert (made / manifest.MANIFEST).read_bytes() == before


def test_raw_data_that_cannot_be_read_stop_only_their_own_edition(made, root):
    path = root / "data" / "raw" / "quang-nam" / "2024" / "scores.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("sipas_index", "sipas_indx").replace("par_index", "par_indx"), encoding="utf-8"
    )
    ran, failures = make(request(2024, "04"), request(2023, "03", force=True))
    path.write_text(text, encoding="utf-8")
    assert ran == ["03"] and [one.place for one in failures] == ["quang-nam 2024"]
    assert "2024/scores.csv, row 2, column criterion" in failures[0].message


def test_a_manifest_that_is_none_is_made_again(made):
    file = made / manifest.MANIFEST
    whole = file.read_text(encoding="utf-8")
    for content in ("{}", "[]", "3", "{", '{"files": {}}'):
        file.write_text(content, encoding="utf-8")
        assert manifest.standing(request()) is None
        said = CliRunner().invoke(app, ["verify", str(made)])
        assert said.exit_code == 1
        assert "manifest.json: damaged; make the edition again" in said.output
    own = request()
    sound = json.loads(whole)
    for name in manifest._SHAPE:
        for value in (None, 3, [], {"a": 1}, ["xx"], [["vi"]], ["vi", "../../evil"], [1]):
            file.write_text(json.dumps(sound | {name: value}), encoding="utf-8")
            said = CliRunner().invoke(app, ["verify", str(made)])
            assert said.exception is None or isinstance(said.exception, SystemExit), (name, value)
            assert runner.run([]) == []  # marks what stands
            edition.write_collection()
            manifest.with_what_stands(request())
    file.write_text("{}", encoding="utf-8")
    assert make(plan.Request("quang-nam", 2022, ("en",), own.notebooks)) == (
        NOTEBOOKS, [],
    )  # fmt: skip


def test_another_year_that_changes_meanwhile_stops_what_read_it(made, change):
    class Meanwhile(Here):
        def submit(self, task, *arguments) -> Future:
            future = super().submit(task, *arguments)
            if arguments[0].name == "en/04_scorecard":
                change(2023, "scores", "84,60", "84,61")
            return future

    before = (made / manifest.MANIFEST).read_bytes()
    failures = runner.make([request(2022, "04", force=True)], executor=Meanwhile(),
                           tell=lambda *_: None)  # fmt: skip
    (failure,) = failures
    assert failure.message.startswith("data/raw/quang-nam/2023/scores.csv changed while")
    assert (made / manifest.MANIFEST).read_bytes() == before


def test_a_pool_that_died_fails_what_is_left_and_leaves_nothing(made):
    class Dead(Executor):
        def submit(self, task, *arguments) -> Future:
            raise RuntimeError("gone")

    failures = runner.make([request(force=True), request(2023, "03", force=True)], executor=Dead(),
                           tell=lambda *_: None)  # fmt: skip
    assert [failure.place for failure in failures] == ["quang-nam 2022", "quang-nam 2023"]
    assert [failure.message for failure in failures] == ["RuntimeError: gone"] * 2
    assert [path.name for path in made.parent.glob(".2*")] == []


def test_an_edition_that_was_made_meanwhile_is_not_replaced_by_one_page(made):
    page = next(one for one in plan.notebooks_of([]) if one.stem[:2] == "02")
    alone = plan.Request("quang-nam", 2022, ("en",), (page,), anew=(page,))  # asked before
    assert make(alone) == (["02"], [])
    assert len(manifest.standing(request())["runs"]) == len(NOTEBOOKS)


@pytest.mark.parametrize(("asked", "notebooks", "languages"), [
    (("vi",), None, ("en", "vi")),  # links lead to the English pages where they lie
    (("vi",), 1, ("en", "vi")),
    (("vi", "en"), 1, ("en", "vi")),
    (("vi", "en"), None, ("vi", "en")),  # a person names all that there are, the first on top
])  # fmt: skip
def test_an_edition_loses_no_language_and_its_pages_stay_where_they_are(
    made, asked, notebooks, languages
):
    assert manifest.standing(request())["languages"] == ["en"]
    every = plan.notebooks_of([])[:notebooks]
    wanted = manifest.with_what_stands(plan.Request("quang-nam", 2022, asked, every))
    assert wanted.languages == languages


def test_a_raw_file_that_may_not_be_read_stops_only_its_own_edition(made, root, monkeypatch):
    denied, own = root / "data/raw/quang-nam/2022/sipas.csv", dependencies.fingerprint

    def fingerprint(file: Path) -> str:
        if file == denied:
            raise PermissionError(13, "Permission denied", str(file))
        return own(file)

    monkeypatch.setattr(dependencies, "fingerprint", fingerprint)
    page = root / "outputs" / "quang-nam" / "2023" / "03_sipas.html"
    page.unlink(missing_ok=True)
    said = CliRunner().invoke(app, ["run", "2022", "2023", "--lang", "en", "--notebook", "03"])
    assert said.exit_code == 1
    assert "sipas.csv: Permission denied" in said.output.replace("\n", " ")
    assert page.is_file()


READ = """
import os
import pandas as pd
pd.read_csv(f"{folder}/0.csv")
with open(f"{folder}/1.csv", encoding="utf-8") as text:
    text.readlines()
os.chdir(folder)
open("2.csv").readlines()
"""


def test_a_raw_file_that_a_notebook_reads_by_itself_is_an_input(root, made, notebook):
    """In whatever way; of another province, which no table of the edition is read from."""
    folder = root / "data/raw/hue/2022"
    folder.mkdir(parents=True)
    files = [folder / f"{number}.csv" for number in range(3)]
    for file in files:
        file.write_text("a\n1\n", encoding="utf-8")
    names = [file.relative_to(root).as_posix() for file in files]
    notebook(f"folder = {str(folder)!r}{READ}")
    try:
        assert make(request(2022, "03")) == (["03"], [])
        own = manifest.standing(request())
        for name in names:
            assert name in own["inputs"] and f"file:{name}" in own["runs"]["en/03_sipas"]["read"]
        assert not any("file:" in entry for of, run in own["runs"].items() if "03" not in of
                       for entry in run["read"])  # fmt: skip
        assert make(request()) == ([], []) and manifest.unchanged(request())
        for file in files:
            file.write_text("a\n1\n2\n", encoding="utf-8")
        said = CliRunner().invoke(app, ["verify", str(made)])
        assert {f"{name}: changed" for name in names} <= {*said.output.splitlines()}
        for name, file in zip(names, files, strict=True):  # each alone has it run again
            texts = {one: one.read_text("utf-8") for one in files if one != file}
            for one in texts:
                one.write_text("a\n1\n", encoding="utf-8")
            assert not manifest.unchanged(request()), name
            for one, text in texts.items():
                one.write_text(text, encoding="utf-8")
        assert make(request()) == (["03"], [])
        files[0].unlink()
        assert not manifest.unchanged(request())
        _, (failure,) = make(request())
        assert "FileNotFoundError" in failure.message
    finally:
        shutil.rmtree(root / "data/raw/hue")


def test_a_raw_file_that_a_notebook_reads_and_that_changes_meanwhile_stops_the_edition(
    root, made, notebook
):
    file = root / "data/raw/notes.txt"
    file.write_text("1", encoding="utf-8")
    notebook(f"import os\nopen({str(file)!r}).read()\nos.utime({str(file)!r})")
    _, (failure,) = make(request(2022, "03"))
    assert failure.message.startswith("data/raw/notes.txt changed while")
    file.unlink()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import time\nwhile True: time.sleep(0.1)", "cell 5: took more than 3 s"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "cell 5: its process ended"),
        ("quit()", "cell 5: its process ended, by exit()"),
        ("par.load('quang-nam', 2022).tasks", "reads tasks; add it to the notebook's metadata"),
    ],
)
def test_a_bad_notebook_is_named(notebook, source, words):
    notebook(source)
    _, failures = make(request(2022, "03", timeout=3))
    assert words in failures[0].message


def test_all_that_a_notebook_writes_is_limited():
    cell, output = nbformat.v4.new_code_cell, nbformat.v4.new_output
    cells = [cell("print(x)", execution_count=n, outputs=[output("stream", text="x" * 8_000_000)])
             for n in (1, 2, 3)]  # fmt: skip
    long = nbformat.v4.new_notebook(cells=cells)
    index, fault = execute._fault(long)
    assert index == 2 and fault.startswith("gave 8 MB of output (24 MB with")


def with_parameters(*sources: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell
    first = cell("year: int = 2022  # year", metadata={"tags": ["parameters"]})
    metadata = {
        "kernelspec": {"name": "python3", "language": "python", "display_name": "Python"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=[first, *map(cell, sources)], metadata=metadata)


FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 3, 2])
plt.title("Điện Bàn")
"""


@pytest.mark.skipif(not kernels.available(), reason="no fork on this machine")
def test_a_forked_kernel_gives_the_same_bytes_as_the_ordinary_one(tmp_path, monkeypatch):
    """A notebook of the collection, and a plain one that leaves a picture by itself."""
    forks = mock.Mock(wraps=kernels.Forked)
    monkeypatch.setattr(kernels, "Forked", forks)
    plain = with_parameters(FIGURE, "print(year)")
    for number, cell in enumerate(plain.cells):
        cell.id = f"cell-{number}"
    nbformat.write(plain, tmp_path / "plain.ipynb")
    for path, parameters in (
        (CHECKOUT / "notebooks" / "04_scorecard.ipynb",
         {"province": "quang-nam", "year": 2022, "lang": "vi"}),
        (tmp_path / "plain.ipynb", {"year": 2023}),
    ):  # fmt: skip
        written = []
        for forked in (False, True):
            target = tmp_path / f"{path.stem}-{forked}.ipynb"
            execute.execute(path, target, parameters=parameters, language=language("vi"),
                            fork=forked)  # fmt: skip
            assert forks.call_count == forked
            forks.reset_mock()
            written.append(target.read_bytes())
        assert written[0] == written[1]
        pictures = sum(
            any(kind.startswith("image/") for kind in output.get("data", {}))
            for cell in nbformat.reads(written[1].decode(), as_version=4).cells
            for output in cell.get("outputs", [])
        )
        assert pictures >= 1


def in_a_loop_of_its_own(task):
    """Run it apart from any loop that a browser's test left running in this process."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, task).result()


def test_a_kernel_is_ready_when_nothing_of_its_start_is_left_to_hear(tmp_path):
    async def first_heard() -> str:
        manager = AsyncKernelManager(config=kernels.config(str(tmp_path)))
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            asked = client.execute("1")
            heard = await client.get_iopub_msg(timeout=10)
            return heard["parent_header"]["msg_id"] == asked
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    assert in_a_loop_of_its_own(first_heard())


@pytest.mark.skipif(not kernels.available(), reason="no fork on this machine")
def test_a_forked_kernel_is_interrupted_and_goes_on(tmp_path):
    async def names() -> list[str]:
        manager = AsyncKernelManager(config=kernels.config(str(tmp_path)))
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": kernels.NAME}
        await manager.start_kernel()
        assert isinstance(manager.provisioner, kernels.ForkProvisioner)
        client = manager.client()
        client.start_channels()

        async def reply(timeout: int) -> dict:  # to a cell
            while (told := await client.get_shell_msg(timeout=timeout))[
                "msg_type"
            ] != "execute_reply":
                pass
            return told

        try:
            await client.wait_for_ready(timeout=60)
            client.execute("import time\nprint('on', flush=True)\nwhile True: time.sleep(0.01)")
            # Only what the cell itself says tells that it is the cell that is interrupted.
            while (await client.get_iopub_msg(timeout=10))["msg_type"] != "stream":
                pass
            await manager.interrupt_kernel()
            first = await reply(10)
            while (await client.get_iopub_msg(timeout=10))["content"] != {
                "execution_state": "idle"
            }:
                pass
            await asyncio.sleep(0.5)  # for a moment after an error a kernel refuses what comes
            client.execute("1")
            second = await reply(30)
            return [first["content"]["ename"], second["content"]["status"]]
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    assert in_a_loop_of_its_own(names()) == ["KeyboardInterrupt", "ok"]


def test_a_kernel_that_never_comes_is_told(tmp_path):
    async def start(command: str) -> None:
        manager = AsyncKernelManager(config=kernels.config(str(tmp_path)))
        manager.kernel_spec.argv = [sys.executable, "-c", command]
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=1.5)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    with pytest.raises(RuntimeError, match="died before replying"):
        in_a_loop_of_its_own(start("pass"))
    with pytest.raises(RuntimeError, match="didn't respond in 1"):
        in_a_loop_of_its_own(start("import time; time.sleep(60)"))


@pytest.mark.skipif(not kernels.available(), reason="no fork on this machine")
def test_no_state_leaks_from_one_forked_kernel_to_the_next(tmp_path):
    leak = (
        "import builtins, os, pandas as pd\n"
        "assert not hasattr(builtins, 'leaked') and 'LEAKED' not in os.environ\n"
        "assert not hasattr(pd, 'leaked')\n"
        "builtins.leaked = pd.leaked = True\nos.environ['LEAKED'] = '1'"
    )
    nbformat.write(with_parameters(leak), tmp_path / "leak.ipynb")
    for number in range(2):
        execute.execute(tmp_path / "leak.ipynb", tmp_path / f"{number}.ipynb",
                        parameters={"year": 1}, language=language("en"), fork=True)  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="no such sockets there")
@pytest.mark.parametrize("forked", [True, False])
def test_a_kernel_speaks_over_sockets_that_only_its_owner_reaches(tmp_path, forked):
    tells = (
        "import json, os\nfrom pathlib import Path\nfrom ipykernel.connect import "
        "get_connection_file\nfile = Path(get_connection_file())\n"
        "print(json.loads(file.read_text())['transport'], oct(os.stat(file.parent).st_mode)[-3:],"
        " len(list(file.parent.glob('kernel-*'))))"
    )
    nbformat.write(with_parameters(tells), tmp_path / "tells.ipynb")
    executed = execute.execute(tmp_path / "tells.ipynb", tmp_path / "out.ipynb", fork=forked,
                               parameters={"year": 1}, language=language("en"))  # fmt: skip
    assert executed.cells[-1].outputs[0].text == "ipc 700 5\n"


def children(pid: int) -> set[int]:
    """Every process below one, from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found, last = {pid}, set()
    while found != last:
        last = set(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {pid}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and prctl")
@pytest.mark.parametrize("fork_option", ["--fork", "--no-fork"])
def test_nothing_is_left_running_when_the_runner_is_killed(notebook, root, fork_option):
    """Not even a kernel whose C code never lets Python run: it would try for hours."""
    notebook("import re\nif year == 2022: re.match('(a+)+$', 'a' * 40 + 'b')")
    env = os.environ | {"PAR_ROOT": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-m", "par_cli", "run", "2022", "--lang", "en", "--notebook", "03",
         fork_option],
        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seen: set[int] = set()
    deadline = time.monotonic() + 60
    while len(seen) < 3 and time.monotonic() < deadline:  # tracker, forkserver, worker, kernel
        time.sleep(0.2)
        seen = children(process.pid)
    time.sleep(3)
    seen = children(process.pid)
    assert len(seen) >= 3
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while alive(seen) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert alive(seen) == set()


def alive(pids: set[int]) -> set[int]:
    running = set()
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
            running.add(pid)
    return running


def test_what_is_preloaded_is_there():
    """The server passes over what it cannot import, and every kernel would import it anew."""
    assert [name for name in kernels.PRELOADED if not importlib.util.find_spec(name)] == []


def test_help_imports_neither_pandas_nor_a_kernel():
    heavy = "{'pandas', 'numpy', 'matplotlib', 'papermill'}"
    code = f"import sys, par_cli, par_press.runner; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_table_not_up_to_date_has_no_state(made, root):
    assert dependencies.state_of(["2022:late_dossiers"], "quang-nam", 2022) is not None
    path = root / "data" / "raw" / "quang-nam" / "2022" / "sipas.csv"
    text = path.read_bytes()
    path.write_bytes(text + b"\n")
    assert dependencies.state_of(["2022:late_dossiers"], "quang-nam", 2022) is None
    path.write_bytes(text)
