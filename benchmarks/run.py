"""Speed, measured: ``make bench`` or ``python benchmarks/run.py a c``; writes RESULTS.md.

Each part compares ways of doing the same in one run, alternating, and gives medians. Nothing here
is a test: a slow machine is no failure. What is invented for it lies in a temporary folder.
"""

import datetime as dt
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

import dossiers
import nbformat
import stages
from clock import alternating, row
from nbclient import NotebookClient
from stages import notebooks

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")
BIN = Path(sys.executable).parent
PARAMETERS = {"province": "quang-nam", "year": 2022, "lang": "vi"}


def command(*arguments: str, **env: str) -> None:
    """Run a program of this environment; its failure is ours."""
    subprocess.run([str(BIN / arguments[0]), *arguments[1:]], check=True, cwd=ROOT,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env=os.environ | env)  # fmt: skip


def project(folder: Path) -> str:
    """A copy of the project without editions: one that stands would keep its languages."""
    for part in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / part, folder / "project" / part)
    return str(folder / "project")


def numbered(count: int) -> list[tuple[int, Path]]:
    """So many notebooks, over and over, each with the number of its round."""
    rounds = range(count // len(notebooks()) + 1)
    return [(i, notebook) for i in rounds for notebook in notebooks()][:count]


def plain_loop(folder: Path) -> None:
    """What one would write without this project: papermill, then nbconvert, file by file."""
    for notebook in notebooks():
        out = str(folder / notebook.name)
        given = [part for name, value in PARAMETERS.items() for part in ("-p", name, str(value))]
        command("papermill", str(notebook), out, *given)
        command("jupyter", "nbconvert", "--to", "html", out)


def papermill_pool(folder: Path, count: int) -> None:
    """papermill's API in a pool of two processes, the ordinary kernel."""
    tasks = [(notebook, folder / f"{i}-{notebook.name}") for i, notebook in numbered(count)]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_papermill, tasks))


def _papermill(task: tuple[Path, Path]) -> None:
    sys.modules.setdefault("rfc3987_syntax", None)
    import papermill

    papermill.execute_notebook(*map(str, task), parameters=PARAMETERS, kernel_name="python3",
                               progress_bar=False)  # fmt: skip


def our_runs(folder: Path, count: int, *, jobs: int = 2, scheduler: str = "") -> None:
    """As many notebook runs through the project's own runner, forked kernels."""
    from par_press import plan, runner

    request = plan.Request("quang-nam", 2022, ("vi",), tuple(notebooks()))
    todo = [plan.Job(ROOT, request, one, "vi", folder / str(i)) for i, one in numbered(count)]
    for job in todo:
        job.target.parent.mkdir(parents=True, exist_ok=True)
    with runner._executor(jobs, scheduler) as executor:
        for future in [executor.submit(runner.task, job) for job in todo]:
            future.result()


def part_a(folder: Path) -> list[str]:
    """One cold edition of eight notebooks against the plain loop."""
    own = project(folder)
    took = alternating({
        "plain": lambda: plain_loop(folder),
        "ours": lambda: command("par", "run", "2022", "--force", PAR_ROOT=own),
    }, repeats=5)  # fmt: skip
    return [row("one edition, eight notebooks, plain loop", took["plain"]),
            row("one edition, eight notebooks, `par run --force`", took["ours"],
                f"{took['plain'] / took['ours']:.1f} times as fast (target 10)")]  # fmt: skip


def part_b(folder: Path) -> list[str]:
    """Sixty notebook runs against a papermill pool."""
    took = alternating({
        "loop": lambda: plain_loop(folder),
        "pool": lambda: papermill_pool(folder, 60),
        "ours": lambda: our_runs(folder, 60),
    }, repeats=5)  # fmt: skip
    loop = took["loop"] * 60 / len(notebooks())
    return [row("60 runs, papermill API, pool of 2", took["pool"]),
            row("60 runs, plain loop (8 measured, times 60/8)", loop),
            row("60 runs, forked kernels, 2 workers", took["ours"],
                f"{took['pool'] / took['ours']:.1f} times the pool (target 2), "
                f"{loop / took['ours']:.1f} times the loop (target 15)")]  # fmt: skip


def part_c(folder: Path) -> list[str]:
    """Nothing to do, and the help."""
    own = project(folder)
    command("par", "run", "2022", PAR_ROOT=own)
    took = alternating({
        "nothing": lambda: command("par", "run", "2022", PAR_ROOT=own),
        "help": lambda: command("par", "--help"),
    }, repeats=9)  # fmt: skip
    return [row("`par run 2022`, nothing to do", took["nothing"], "target 1"),
            row("`par --help`", took["help"], "target 0.3")]  # fmt: skip


def part_e(folder: Path) -> list[str]:
    """The sample reports and a list of 100,000 dossiers: `par read` as a command; reading alone."""
    from par_intake import documents, report
    from par_lib.cleaning import units

    known = units.load_units("quang-nam")
    samples = sorted((ROOT / "tests" / "par_intake" / "reports").glob("*.md"))
    ways: dict[str, Callable[[], object]] = {}
    for original in samples:  # their year is one in which the province of the samples only exists
        sample = folder / original.name
        dated = re.sub(r"\b20[23]\d\b", lambda year: str(int(year[0]) - 8), original.read_text())
        sample.write_text(dated, encoding="utf-8")
        ways[f"`par read {sample.name}`"] = lambda one=sample: _read_anew(one, folder / "raw")
        ways[f"reading {sample.name}"] = lambda one=sample: report.understand(
            documents.load(one), known, 2022)  # fmt: skip
    long = folder / "list.csv"
    rows = (f"{n},H{n},03/01/2022,08/01/2022,Sở Y tế" for n in range(100_000))
    head = "STT,Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Đơn vị"
    long.write_text("\n".join([head, *rows]), encoding="utf-8")
    ways["`par read list.csv`"] = lambda: _read_anew(long, folder / "raw")
    took = alternating(ways, repeats=5)
    return [row(name, value) for name, value in took.items()]


def _read_anew(report: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    command("par", "read", str(report), "--year", "2022", "--to", str(folder))


def part_f(folder: Path) -> list[str]:
    """One worker, two workers, a dask cluster of two: 200 runs."""
    from distributed import Client

    port = 18786
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = str(BIN / "dask")
    worker = [dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    scheduler = [dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    running = [subprocess.Popen(one, cwd=folder, **quiet) for one in (scheduler, worker, worker)]
    try:
        took = alternating({
            "one": lambda: our_runs(folder, 200, jobs=1),
            "two": lambda: our_runs(folder, 200, jobs=2),
            "dask": lambda: our_runs(folder, 200, scheduler=address),
        }, repeats=5)  # fmt: skip
        with Client(address, set_as_default=False) as client:
            left = len(client.scheduler_info()["workers"])
    finally:
        for process in running:
            process.kill()
    if left != 2:  # a machine that slept loses workers, and the cluster's time is then another's
        raise RuntimeError(f"{left} dask workers of 2 were left; measure again")
    return [row("200 runs, 1 worker", took["one"]),
            row("200 runs, 2 workers", took["two"],
                f"efficiency {100 * took['one'] / (2 * took['two']):.0f} % (target 85)"),
            row("200 runs, dask, 2 workers", took["dask"],
                f"{took['dask'] / took['two']:.2f} of the local pool (target 1.25)")]  # fmt: skip


def part_h(_: Path) -> list[str]:
    """A change in explore.ipynb, from the slider to the new charts and tables, 2022."""
    from par_lib.charts.view import Explorer

    explorer = Explorer("quang-nam", 2022)
    explorer.level.value = "department"  # once: both levels have been seen
    places = iter(range(1, 60))

    def level() -> None:
        explorer.level.value = "district" if explorer.level.value != "district" else "department"

    def threshold() -> None:
        explorer.threshold_pct.value = next(places)

    def what_if() -> None:
        explorer.rates["online_payment"].value = 10 + next(places)

    took = alternating({"another level": level, "another threshold": threshold,
                        "another what-if": what_if}, repeats=7)  # fmt: skip
    return [row(name, value, "target 0.2") for name, value in took.items()]


def part_i(folder: Path) -> list[str]:
    """One cold edition by how many units it compares: invented provinces, documents and all."""
    ways = {}
    for communes in (94, 168):
        own = project(folder / str(communes))
        made = f"from par_demo import province; province.write(size=80_000, communes={communes})"
        command("python", "-c", made, PAR_ROOT=own)
        ways[communes] = lambda own=own: command("par", "run", "demo-today:2026", "--force",
                                                 PAR_ROOT=own)  # fmt: skip
    ways[18] = lambda: command("par", "run", "demo:2024", "--force", PAR_ROOT=own)
    took = alternating(ways, repeats=3)
    return [row(f"one edition, {units} units", took[units],
                f"{took[units] / took[18]:.2f} times that of 18 (target 2)")
            for units in sorted(took)]  # fmt: skip


def part_j(folder: Path) -> list[str]:
    """Where a person waits: for a table, for one changed figure, for the first chart of 01."""
    own = project(folder)
    figures = Path(own, "data", "raw", "quang-nam", "2022", "sipas.csv")
    written = figures.read_text(encoding="utf-8")
    others = cycle((written.replace("1.1922/1.5", "1.1923/1.5"), written))
    command("par", "run", "2022", PAR_ROOT=own)

    def change() -> None:
        figures.write_text(next(others), encoding="utf-8")
        command("par", "run", "2022", PAR_ROOT=own)

    load = "import par_lib; par_lib.load('quang-nam', 2022)"
    took = alternating({
        "pandas": lambda: command("python", "-c", "import pandas", PAR_ROOT=own),
        "load": lambda: command("python", "-c", load, PAR_ROOT=own),
        "figure": change,
        "chart": _first_chart,
    }, repeats=7)  # fmt: skip
    return [row("`import pandas`, and no more", took["pandas"]),
            row("`par.load`, with its imports", took["load"], "target 0.5"),
            row("`par run 2022` after one changed figure of sipas.csv, which six notebooks read",
                took["figure"], "target 2"),
            row("01 in an ordinary kernel, from its start to the first chart",
                took["chart"], "target 3")]  # fmt: skip


def _first_chart() -> None:
    book = nbformat.read(ROOT / "notebooks" / "01_late_dossiers.ipynb", as_version=4)
    client = NotebookClient(book, kernel_name="python3")
    with client.setup_kernel():
        for index, cell in enumerate(book.cells):
            client.execute_cell(cell, index)
            if any("image/svg+xml" in one.get("data", {}) for one in cell.get("outputs", ())):
                return
    raise RuntimeError("01 shows no chart")


PARTS = {
    "a": part_a, "b": part_b, "c": part_c, "d": dossiers.measure, "e": part_e, "f": part_f,
    "g": stages.measure, "h": part_h, "i": part_i, "j": part_j,
}  # fmt: skip


def main(names: list[str]) -> None:
    """Run the parts named, all if none; keep the lines of the others."""
    kept = dict(_lines())
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            kept[name] = PARTS[name](Path(folder))
        print("\n".join(kept[name]), flush=True)
        _write(kept)


def _write(kept: dict[str, list[str]]) -> None:
    packages = ("papermill", "ipykernel", "duckdb", "distributed", "pandas")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
    machine += f"{platform.python_version()}, "
    machine += ", ".join(f"{package} {version(package)}" for package in packages)
    text = [f"# Speed\n\n{dt.date.today()}, {machine}. Medians of five rounds, in seconds.\n",
            "| what | seconds | |", "|---|---|---|"]  # fmt: skip
    for name in PARTS:
        text += [f"| **({name}) {PARTS[name].__doc__}** | | |", *kept[name]] if name in kept else []
    RESULTS.write_text("\n".join(text) + "\n", encoding="utf-8")


def _lines() -> list[tuple[str, list[str]]]:
    if not RESULTS.is_file():
        return []
    parts = RESULTS.read_text(encoding="utf-8").split("| **(")[1:]
    return [(part[0], part.splitlines()[1:]) for part in parts]


if __name__ == "__main__":
    main(sys.argv[1:])
    shutil.rmtree(ROOT / "outputs" / "failed", ignore_errors=True)
