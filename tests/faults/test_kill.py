"""Killed at any moment, a run leaves every edition whole: the old one, or the new one.

PAR_SOAK=1 (``make soak``) kills 200 runs at random moments, otherwise a few.
"""

import os
import random
import re
import shutil
import signal
import sys
import time
from functools import partial

import openpyxl
import pytest

from par_press import manifest

SOAK = bool(os.environ.get("PAR_SOAK"))
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def content(edition) -> dict[str, str]:
    """Every page's and table's text; the manifest has times, which differ."""
    files = (path for path in sorted(edition.rglob("*")) if path.is_file())
    return {path.relative_to(edition).as_posix(): path.read_text(encoding="utf-8")
            for path in files if path.name != "manifest.json"}  # fmt: skip


@pytest.fixture(scope="module")
def versions(project, tmp_path_factory):
    """The edition's content for two states of the raw data, and how long a run takes.

    Of one notebook: where a run is killed says more than how much it makes.
    """
    (project.root / "notebooks" / "00_overview.ipynb").unlink()
    table = project.root / "data/raw/quang-nam/2022/sipas.csv"
    one = table.read_text(encoding="utf-8")
    other = one.replace("1.413/2", "1.313/2")
    assert one != other
    known, took = {}, 0.0
    for name, text in (("one", one), ("other", other)):
        table.write_text(text, encoding="utf-8")
        began = time.monotonic()
        code, said = project.anew("run", "2022")
        took = max(took, time.monotonic() - began)
        assert code == 0, said
        known[name] = text, content(project.edition)
    assert known["one"][1] != known["other"][1]
    return table, known, took


def state(project, known) -> str:
    """Which of the known editions stands; fails when it is neither, or a part."""
    mine = content(project.edition)
    return next(name for name, (_, pages) in known.items() if _without_status(mine) == pages)


def _without_status(pages: dict[str, str]) -> dict[str, str]:
    return {name: manifest._STATUS.sub("", text) for name, text in pages.items()}


BOUNDARIES = [
    ("par_lib.cleaning.tables", "refresh", "before"),
    ("par_lib.storage.paths", "write_whole", "before"),
    ("par_lib.storage.paths", "write_whole", "after"), ("par_press.runner", "_clear", "after"),
    ("par_press.edition", "begin", "after"), ("par_press.execute", "execute", "before"),
    ("par_press.execute", "execute", "after"), ("par_press.edition", "finish", "before"),
    ("par_press.edition", "write_tables", "after"),
    ("par_press.page", "render_page", "after"),
    ("par_press.manifest", "write", "after"),
    ("par_press.runner", "_put", "before"), ("par_lib.storage.paths", "exchange", "after"),
    ("par_press.runner", "_put", "after"),
    ("par_press.edition", "write_collection", "before"),
    ("par_press.edition", "write_collection", "after"),
]  # fmt: skip
# A run in one process, to die at a boundary.
MORTAL = """
import importlib, signal
from concurrent.futures import Executor, Future

class Here(Executor):
    def submit(self, task, *given):
        done = Future()
        done.set_result(task(*given))
        return done

def dies(*given, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    own(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

module, name, when = {boundary}
module = importlib.import_module(module)
own = getattr(module, name)
setattr(module, name, dies)
paths.scratch()
every = plan.notebooks_of([])
request = plan.Request("quang-nam", 2022, ("vi",), every, fork=True, anew=every)
runner.make([request], executor=Here(), tell=lambda *_: None)
edition.write_collection()
"""


@linux_only
@pytest.mark.parametrize(("module", "name", "when"), BOUNDARIES)
def test_a_run_killed_between_two_stages_leaves_an_edition_whole(
    project, versions, module, name, when
):
    table, known, _ = versions
    wanted = "other" if state(project, known) == "one" else "one"
    table.write_text(known[wanted][0], encoding="utf-8")
    code, said = project.fork(MORTAL.format(boundary=(module, name, when)))
    assert code == -signal.SIGKILL, said
    assert project.wait_for_none() == set()
    after = state(project, known)
    if name in ("exchange", "write_collection") or (name, when) == ("_put", "after"):
        assert after == wanted
    else:
        assert after != wanted
    # The manifest of what stands fits it.
    found = [entry for entry in _altered(project) if not entry[0].startswith("data/")]
    assert found == []


def _altered(project) -> list[tuple[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(project.root))
        return manifest.altered(project.edition)


@linux_only
def test_a_run_killed_at_random_leaves_an_edition_whole(project, versions):
    table, known, took = versions
    seen = {"old": 0, "new": 0, "done": 0}
    rng = random.Random(2022)
    for number in range(200 if SOAK else 2):
        standing = state(project, known)
        wanted = "other" if standing == "one" else "one"
        table.write_text(known[wanted][0], encoding="utf-8")
        running = project.start("run", "2022")
        # The first in any case before an edition can be made.
        time.sleep(rng.uniform(0, took) if number else 0.5)
        seen["done"] += running.poll() is not None
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert project.wait_for_none() == set(), f"kill {number}: processes left"
        seen["new" if state(project, known) == wanted else "old"] += 1
    # The next run needs no help, and leaves nothing lying about: of the runs above either.
    code, said = project.par("run", "2022", "--force")
    assert code == 0, said
    assert project.hidden() == [] and _altered(project) == []
    print(seen)
    assert seen["old"] > 0


@linux_only
def test_a_run_that_is_stopped_says_so_and_leaves_the_edition(project, versions):
    _, known, _ = versions
    before = state(project, known)
    path = project.root / "notebooks" / "03_sipas.ipynb"
    own = path.read_text(encoding="utf-8")
    begun = project.tmp / "begun"
    waits = f"open('{begun}', 'w').close(); __import__('time').sleep(60)"
    opens = "data = par.begin("
    assert opens in own
    path.write_text(own.replace(opens, f"{waits}\\n{opens}", 1), encoding="utf-8")
    # A shell has what it starts in the background ignore Ctrl-C: us, perhaps, and what we start.
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = project.start("run", "2022", start_new_session=True, preexec_fn=hears)
    end = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does
    said, _ = running.communicate(timeout=50)
    path.write_text(own, encoding="utf-8")
    assert running.returncode == 130, said
    assert "par: stopped; what stood before stands" in said and "Traceback" not in said, said
    assert project.wait_for_none() == set() and state(project, known) == before
    assert project.par("run", "2022", "--force")[0] == 0 and project.hidden() == []


@linux_only
def test_a_report_being_read_or_a_workbook_being_written_is_whole_or_not_there(project, tmp_path):
    report = tmp_path / "bao cao.md"
    report.write_text(
        "I- KẾT QUẢ NĂM 2022\n\n1- Hồ sơ trễ hạn: toàn tỉnh có 41.657 hồ sơ trễ hạn của UBND cấp "
        "huyện; Điện Bàn 11.193 hồ sơ, Thăng Bình 7.076 hồ sơ.\n\n"
        "2- Chỉ số cải cách hành chính (PAR INDEX) năm 2022 của tỉnh đạt 84,05 điểm.\n",
        encoding="utf-8")  # fmt: skip
    into = tmp_path / "raw"
    shutil.copytree(project.root / "data/raw/quang-nam", into)
    began = time.monotonic()
    done = tmp_path / "whole"
    shutil.copytree(into, done)
    given = ("read", str(report), "--year", "2022", "--merge", "--source", "kill-test", "--to")
    code, said = project.anew(*given, str(done))
    assert code == 0, said
    took = time.monotonic() - began
    whole = {p.relative_to(done): p.read_bytes() for p in done.rglob("*") if p.is_file()}
    before = {p.relative_to(into): p.read_bytes() for p in into.rglob("*") if p.is_file()}
    sources = next(name for name in whole if name.name == "sources.toml")
    rng = random.Random(7)
    for _ in range(40 if SOAK else 2):
        running = project.start(*given, str(into))
        time.sleep(rng.uniform(0.6, 1) * took)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        held = {p.relative_to(into): p.read_bytes() for p in into.rglob("*") if p.is_file()}
        held = {name: own for name, own in held.items()
                if not any(re.match(r"\.par-\d+-", part) for part in name.parts)}  # fmt: skip
        for year in {name.parts[0] for name in whole if name.suffix == ".csv"}:
            own, was, now = ({name: text for name, text in one.items() if name.parts[0] == year}
                             for one in (held, before, whole))  # fmt: skip
            assert own in (was, now), year  # all tables of a year or none
        assert held[sources] in (before[sources], whole[sources])
    code, said = project.par(*given, str(into))
    assert code == 0, said
    assert {p.relative_to(into): p.read_bytes() for p in into.rglob("*") if p.is_file()} == whole
    for number in range(20 if SOAK else 1):
        book = tmp_path / f"{number}.xlsx"
        running = project.start("template", "2022", "--to", str(book))
        time.sleep(rng.uniform(0.5, 1.6))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert not book.is_file() or openpyxl.load_workbook(book).sheetnames
    assert [path for path in project.tmp.iterdir() if path.name.startswith("par-")] == []
    book.unlink(missing_ok=True)
    assert project.par("template", "2022", "--to", str(book))[0] == 0
