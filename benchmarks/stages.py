"""Where the time of a notebook run goes."""

import datetime as dt
import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from clock import row, seconds

from par_press import plan

ROOT = Path(__file__).resolve().parents[1]


def notebooks() -> list[Path]:
    """The yearly notebooks."""
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def measure(folder: Path) -> list[str]:
    """Where the time of one run goes: by the clock in the runner, by profile in the cells."""
    from nbclient import NotebookClient

    from par_press import execute

    stages = {
        "start_new_kernel": "the fork, until its sockets are there",
        "start_new_kernel_client": "its first answer",
        "execute_cell": "the cells, with what travels between the processes",
        "_cleanup_kernel": "its end",
    }
    spent = dict.fromkeys(stages, 0.0)
    for name in stages:
        setattr(NotebookClient, name, _timed(getattr(NotebookClient, name), spent, name))
    request = plan.Request("quang-nam", 2022, ("vi",), tuple(notebooks()))
    (folder / "notebooks").mkdir()
    rounds: list[dict[str, float]] = []
    for _ in range(6):  # the first pays for the server's imports
        spent.update(dict.fromkeys(stages, 0.0))
        total = seconds(lambda: [execute.run(plan.Job(ROOT, request, one, "vi", folder))
                                 for one in notebooks()])  # fmt: skip
        rounds.append(spent | {"total": total})
    took = {name: statistics.median(one[name] for one in rounds[1:]) / len(notebooks())
            for name in rounds[0]}  # fmt: skip
    rest = took["total"] - sum(took[name] for name in stages)
    return [row("one run, mean of the eight notebooks", took["total"]),
            *(row(f"of it {words}", took[name], f"{took[name] / took['total']:.0%}")
              for name, words in stages.items()),
            row("of it translating, injecting, reading, writing", rest,
                f"{rest / took['total']:.0%}"),
            row("an edition's tables, pages and manifest, one language", _edition(request, folder)),
            *_profile()]  # fmt: skip


def _edition(request: plan.Request, folder: Path) -> float:
    """All that edition.finish does but the exchange, from the notebooks run last."""
    from par_lib.cleaning import tables
    from par_lib.language.translation import language
    from par_press import edition, manifest

    def finish() -> None:
        data = tables.load(request.province, request.year)
        edition.write_tables(data, folder / "tables")
        edition.Written(request, data, folder, language("vi"), "").write_pages()
        manifest.write(folder, request, data, "", {}, {}, dt.datetime.now(dt.UTC))

    return statistics.median(seconds(finish) for _ in range(6))


def _timed(method: Callable, spent: dict[str, float], name: str) -> Callable:
    def timed(*arguments: object, **named: object) -> object:
        start = time.perf_counter()
        try:
            return method(*arguments, **named)
        finally:
            spent[name] += time.perf_counter() - start

    return timed


def _profile() -> list[str]:
    """Share of the cells' own time by what they call, all eight notebooks under cProfile."""
    done = subprocess.run([sys.executable, __file__], check=True, cwd=ROOT,
                          capture_output=True, text=True,
                          env=os.environ | {"MPLBACKEND": "agg"})  # fmt: skip
    return done.stdout.strip().splitlines()[-4:]


def profile_cells() -> None:
    """Run the cells of all notebooks here, imports done, and print where their time went."""
    import cProfile
    import pstats

    import nbformat
    from IPython.core.interactiveshell import InteractiveShell

    from par_press import kernels

    for name in kernels.PRELOADED:  # as the server does
        importlib.import_module(name)
    shell, profiler = InteractiveShell.instance(), cProfile.Profile()
    for notebook in notebooks():
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                profiler.enable()
                shell.run_cell(cell.source).raise_error()
                profiler.disable()
    stats = pstats.Stats(profiler).stats
    whole = sum(own for _, _, own, _, _ in stats.values())
    print()
    for what, file, function in (
        ("figures drawn and written as SVG", "par_lib/charts/notebook.py", "to_svg"),
        ("tables written as HTML and CSV", "par_lib/charts/presentation.py", "table"),
        ("the year's tables read and checked", "par_lib/cleaning/tables.py", "load"),
        ("break-even and what-if", "par_lib/scoring/whatif.py", "break_even"),
    ):
        part = sum(together for (path, _, name), (_, _, _, together, _) in stats.items()
                   if path.endswith(file) and name == function)  # fmt: skip
        print(row(f"of the cells {what} (cProfile)", part, f"{part / whole:.0%}"))


if __name__ == "__main__":
    profile_cells()
