"""Speed, measured: ``make bench`` or ``python benchmarks/run.py a c``; writes RESULTS.md.

Each part compares ways of doing the same in one run, alternating, and gives medians. Nothing here
is a test: a slow machine is no failure. What is invented for it lies in a temporary folder.
"""

import datetime as dt
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")
BIN = Path(sys.executable).parent
PARAMETERS = {"province": "quang-nam", "year": 2022, "lang": "vi"}
MILLION = 1_000_000


def seconds(task: Callable[[], object]) -> float:
    """How long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def alternating(tasks: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each task, run in turn so that a noisy minute hits all."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            taken[name].append(seconds(task))
    return {name: statistics.median(values) for name, values in taken.items()}


def command(*arguments: str, **env: str) -> None:
    """Run a program of this environment; its failure is ours."""
    subprocess.run([str(BIN / arguments[0]), *arguments[1:]], check=True, cwd=ROOT,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env=os.environ | env)  # fmt: skip


def notebooks() -> list[Path]:
    """The yearly notebooks."""
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


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
    from par_lib import commands
    from par_lib.press import execute, plan

    request = plan.Request("quang-nam", 2022, ("vi",), tuple(notebooks()))
    todo = [plan.Job(ROOT, request, one, "vi", folder / str(i)) for i, one in numbered(count)]
    for job in todo:
        job.target.parent.mkdir(parents=True, exist_ok=True)
    with commands._executor(jobs, count, scheduler) as executor:
        for future in [executor.submit(execute.run, job) for job in todo]:
            future.result()


def part_a(folder: Path) -> list[str]:
    """One cold edition of eight notebooks against the plain loop."""
    took = alternating({
        "plain": lambda: plain_loop(folder),
        "ours": lambda: command("par", "run", "2022", "--force"),
    }, repeats=5)  # fmt: skip
    return [row("one edition, eight notebooks, plain loop", took["plain"]),
            row("one edition, eight notebooks, `par run --force`", took["ours"],
                f"{took['plain'] / took['ours']:.1f} times as fast (target 6)")]  # fmt: skip


def part_b(folder: Path) -> list[str]:
    """Sixty notebook runs against a papermill pool."""
    took = alternating({
        "pool": lambda: papermill_pool(folder, 60),
        "ours": lambda: our_runs(folder, 60),
    }, repeats=5)  # fmt: skip
    loop = seconds(lambda: plain_loop(folder)) * 60 / len(notebooks())
    return [row("60 runs, papermill API, pool of 2", took["pool"]),
            row("60 runs, plain loop (8 measured, times 60/8)", loop),
            row("60 runs, forked kernels, 2 workers", took["ours"],
                f"{took['pool'] / took['ours']:.1f} times the pool (target 2), "
                f"{loop / took['ours']:.1f} times the loop (target 15)")]  # fmt: skip


def part_c(folder: Path) -> list[str]:
    """Nothing to do, and the help."""
    command("par", "run", "2022")
    took = alternating({
        "nothing": lambda: command("par", "run", "2022"),
        "help": lambda: command("par", "--help"),
    }, repeats=9)  # fmt: skip
    return [row("`par run 2022`, nothing to do", took["nothing"], "target 1"),
            row("`par --help`", took["help"], "target 0.3")]  # fmt: skip


def part_d(folder: Path) -> list[str]:
    """The register: against the bare query, against pandas, and growing."""
    lines = []
    whole = [_register_file(folder, number) for number in range(10)]  # ten million rows each
    took = alternating({
        "bare": lambda: _alone("bare", whole[:2]),
        "ours": lambda: _alone("ours", whole[:2]),
    }, repeats=5)  # fmt: skip
    pandas = _alone("pandas", whole[:2])
    ours, bare = _alone("ours", whole[:2]), _alone("bare", whole[:2])
    lines.append(row("register, 20 million rows, bare DuckDB query", took["bare"],
                     f"peak {bare[1]:.2f} GB"))  # fmt: skip
    lines.append(row("register, 20 million rows, register.count", took["ours"],
                     f"{took['ours'] / took['bare']:.2f} of the bare query (target 1.3); peak "
                     f"{ours[1]:.2f} GB (target 1.5)"))  # fmt: skip
    lines.append(row("register, 20 million rows, pandas", pandas[0],
                     f"register.count is {pandas[0] / took['ours']:.1f} times as fast (target 4); "
                     f"peak {pandas[1]:.2f} GB"))  # fmt: skip
    for files in (1, 5, 10):
        spent = _alone("ours", whole[:files])
        remark = f"{spent[0] / files:.2f} s a 10 million; peak {spent[1]:.2f} GB"
        lines.append(row(f"register, {files * 10} million rows", spent[0], remark))
    return lines


def _register_file(folder: Path, number: int) -> Path:
    """Ten million invented dossiers, made by DuckDB."""
    import duckdb

    path = folder / f"part-{number}.parquet"
    duckdb.sql(f"""
        COPY (SELECT '{number}-' || lpad(i::VARCHAR, 8, '0') AS id,
            (901 + hash(i + {number}) % 18)::VARCHAR AS unit, 'district' AS level,
            'P' || (hash(i * 3) % 24) AS procedure, 'F' || (hash(i * 3) % 8) AS field,
            DATE '2022-01-01' + (hash(i * 5) % 365)::INT AS received,
            DATE '2022-01-01' + (hash(i * 5) % 365)::INT + 10 AS due,
            CASE WHEN hash(i * 7) % 20 > 0 THEN DATE '2022-01-01'
                + (hash(i * 5) % 365)::INT + (hash(i * 11) % 25)::INT END AS finished,
            hash(i * 13) % 2 = 0 AS online
        FROM range({10 * MILLION}) AS r(i)) TO '{path}'
    """)
    return path


def _alone(how: str, files: list[Path]) -> tuple[float, float]:
    """Seconds and peak memory (GB) of one way, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--count", how, *map(str, files)],
                          check=True, capture_output=True, text=True)  # fmt: skip
    took, peak = done.stdout.split()
    return float(took), float(peak)


def count_register(how: str, files: list[Path]) -> None:
    """Count a register one way; print seconds and peak memory."""
    units = [str(code) for code in range(901, 919)]
    until = dt.date(2022, 12, 31)

    def bare() -> None:
        import duckdb

        duckdb.connect(config={"memory_limit": "1GB"}).execute(f"""
            WITH d AS (SELECT * FROM read_parquet({[str(f) for f in files]!r})),
            twice AS (SELECT id FROM d GROUP BY id HAVING count(*) > 1)
            SELECT unit, level, procedure, date_trunc('month', received), finished <= '{until}',
                date_diff('day', due, coalesce(finished, DATE '{until}')), count(*)
            FROM d WHERE id NOT IN (SELECT id FROM twice) GROUP BY ALL
        """).fetchall()

    def ours() -> None:
        from par_lib import register

        register.count(files, units=units, until=until)

    def pandas() -> None:
        import pandas as pd

        frame = pd.concat(pd.read_parquet(file) for file in files)
        frame = frame.drop_duplicates("id")
        end = frame["finished"].where(frame["finished"].notna(), pd.Timestamp(until))
        days = (pd.to_datetime(end) - pd.to_datetime(frame["due"])).dt.days
        month = pd.to_datetime(frame["received"]).dt.to_period("M")
        frame.groupby(["unit", "level", "procedure", month, frame["finished"].notna(), days]).size()

    took = seconds({"bare": bare, "ours": ours, "pandas": pandas}[how])
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)


def part_e(_: Path) -> list[str]:
    """The sample reports, read in this process."""
    from par_lib import intake

    samples = sorted((ROOT / "tests" / "reports").glob("*.md"))
    took = alternating({
        sample.name: lambda sample=sample: intake.read(sample, "quang-nam", 2030)
        for sample in samples
    }, repeats=5)  # fmt: skip
    return [row(f"reading {name}", value) for name, value in took.items()]


def part_f(folder: Path) -> list[str]:
    """One worker, two workers, a dask cluster of two: 200 runs, one round."""
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
        }, repeats=1)  # fmt: skip
    finally:
        for process in running:
            process.kill()
    return [row("200 runs, 1 worker", took["one"]),
            row("200 runs, 2 workers", took["two"],
                f"efficiency {100 * took['one'] / (2 * took['two']):.0f} % (target 85)"),
            row("200 runs, dask, 2 workers", took["dask"],
                f"{took['dask'] / took['two']:.2f} of the local pool (target 1.25)")]  # fmt: skip


def row(what: str, took: float, remark: str = "") -> str:
    """A line of the results."""
    return f"| {what} | {took:.2f} | {remark} |"


PARTS = {"a": part_a, "b": part_b, "c": part_c, "d": part_d, "e": part_e, "f": part_f}


def main(names: list[str]) -> None:
    """Run the parts named, all if none; keep the lines of the others."""
    kept = dict(_lines())
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            kept[name] = PARTS[name](Path(folder))
        print("\n".join(kept[name]), flush=True)
    packages = ("papermill", "ipykernel", "duckdb", "distributed", "pandas")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
    machine += f"{platform.python_version()}, "
    machine += ", ".join(f"{package} {version(package)}" for package in packages)
    text = [f"# Speed\n\n{dt.date.today()}, {machine}. Medians, in seconds.\n",
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
    if sys.argv[1:2] == ["--count"]:
        count_register(sys.argv[2], [Path(name) for name in sys.argv[3:]])
    else:
        main(sys.argv[1:])
        shutil.rmtree(ROOT / "outputs" / "failed", ignore_errors=True)
