"""Full disks, odd places, two at once: a message or an edition that is whole, never a half one."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from par_lib.storage.dependencies import sha256_of
from par_press import manifest

PAR = str(Path(sys.executable).with_name("par"))


def hashes(folder: Path) -> dict[str, str]:
    """Of every file, without what a page says of its raw data afterwards."""
    return {
        path.relative_to(folder).as_posix(): sha256_of(
            manifest._STATUS.sub("", path.read_text(encoding="utf-8")).encode()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


@pytest.fixture(scope="module")
def standing(project):
    (project.root / "notebooks" / "00_overview.ipynb").unlink()  # one says as much as two
    code, said = project.par("run", "2022")
    assert code == 0, said
    return project


def in_namespace(project, script: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run a script as root of its own mounts; skip where that is not allowed."""
    command = [*project.unshare("m"), "sh", "-c", script, "sh", str(project.root), PAR, *arguments]
    return subprocess.run(command, env=project.env, capture_output=True, text=True, timeout=240)


def only_a_message(done: subprocess.CompletedProcess, words: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert words in done.stderr


@pytest.mark.parametrize("folder", ["outputs", "data/processed"])
def test_a_full_disk_is_told_and_the_edition_stays(standing, folder):
    before = hashes(standing.edition)
    script = """
        mount -t tmpfs -o size=60k tmpfs "$1/$3" && cp -r "$1/keep/." "$1/$3" 2> /dev/null
        exec "$2" run 2022 --force"""
    (standing.root / "keep").mkdir(exist_ok=True)
    only_a_message(in_namespace(standing, script, folder), "No space left on device")
    assert hashes(standing.edition) == before and standing.wait_for_none() == set()


def test_outputs_that_are_read_only_are_told(standing):
    before = hashes(standing.edition)
    script = """
        mount --bind "$1/outputs" "$1/outputs" && mount -o remount,bind,ro "$1/outputs"
        exec "$2" run 2022 --force"""
    only_a_message(in_namespace(standing, script), "Read-only file system")
    assert hashes(standing.edition) == before


def test_a_raw_file_that_cannot_be_read_is_named(standing):
    before = hashes(standing.edition)
    table = standing.root / "data/raw/quang-nam/2022/sipas.csv"
    aside = table.rename(table.with_suffix(".aside"))
    table.mkdir()
    try:
        for command in (("run", "2022", "--force"), ("check", "2022")):
            code, said = standing.par(*command)
            assert code == 1 and "Traceback" not in said and "sipas.csv" in said, said
    finally:
        table.rmdir()
        aside.rename(table)
    assert hashes(standing.edition) == before


@pytest.mark.parametrize("change", [
    {"HOME": None, "LANG": "C", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PAR_ROOT": "a link"},
    {"HOME": "/dev/null", "PYTHONIOENCODING": "ascii", "TERM": "dumb", "COLUMNS": "20"},
], ids=str)  # fmt: skip
def test_an_odd_environment_gives_the_same_edition(standing, tmp_path, monkeypatch, change):
    """The first in a linked checkout whose files are from the future, as a clock set back has."""
    before = hashes(standing.edition)
    monkeypatch.chdir(tmp_path)
    if "PAR_ROOT" in change:
        Path("a link").symlink_to(standing.root, target_is_directory=True)
        later = time.time() + 86_400
        for path in (standing.root / "data").rglob("*"):
            os.utime(path, (later, later))
        change = change | {"PAR_ROOT": str(Path("a link").absolute())}
    env = {name: value for name, value in (standing.env | change).items() if value is not None}
    for command in (("run", "2022", "--force"), ("list",)):
        done = subprocess.run([PAR, *command], env=env, capture_output=True, timeout=240)
        assert done.returncode == 0, done.stderr
        assert not re.search(rb"Warning|Traceback|Error", done.stderr), done.stderr
    assert hashes(standing.edition) == before


def test_a_run_reads_and_writes_nothing_in_the_home_folder(standing, tmp_path):
    """Neither a profile of IPython nor a style of matplotlib, which would change every page."""
    startup = tmp_path / ".ipython" / "profile_default" / "startup" / "mine.py"
    style = tmp_path / ".config" / "matplotlib" / "matplotlibrc"
    for file, text in ((startup, "raise SystemExit(1)"), (style, "axes.facecolor: black")):
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    own, before = hashes(tmp_path), hashes(standing.edition)
    env = standing.env | {"HOME": str(tmp_path)}
    run = ["run", "2022", "--notebook", "03", "--force"]
    for more in ([], ["--no-fork"]):
        done = subprocess.run([PAR, *run, *more], env=env, capture_output=True,
                              timeout=240)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert hashes(standing.edition) == before
    assert hashes(tmp_path) == own


def test_names_of_255_letters_are_made_or_told(standing, tmp_path):
    longest = "x" * 250 + ".xlsx"
    code, said = standing.par("template", "2022", "--to", str(tmp_path / longest))
    assert code == 0, said
    code, said = standing.par("template", "2022", "--to", str(tmp_path / f"{longest}y"))
    assert code == 1 and "too long" in said and "Traceback" not in said
    report = tmp_path / ("y" * 251 + ".md")
    report.write_text("Năm 2022 huyện Đại Lộc có 5 hồ sơ trễ hạn.\n", encoding="utf-8")
    code, said = standing.par("read", str(report), "--year", "2022", "--to", str(tmp_path / "raw"))
    assert code == 0, said


def test_of_runs_at_once_those_of_other_editions_succeed_and_one_of_the_same(standing):
    own = standing.root / "data/raw/quang-nam"
    (own / "2023").mkdir()
    shutil.copy(Path(__file__).resolve().parents[2] / "data/raw/quang-nam/2023/scores.csv",
                own / "2023")  # fmt: skip
    before = hashes(standing.edition)
    runs = [standing.start("run", year, "--force") for year in ("2022", "2022", "2023")]
    said = [run.communicate(timeout=240)[0] for run in runs]
    *same, other = [run.returncode for run in runs]
    assert sorted(same) == [0, 1] and other == 0, said
    assert ["another run is making" in words for words in said] == [code == 1 for code in
                                                                   (*same, other)]  # fmt: skip
    assert hashes(standing.edition) == before and standing.hidden() == []
    for year in ("2022", "2023"):
        code, words = standing.par("verify", str(standing.root / "outputs/quang-nam" / year))
        assert code == 0, words
    listed = (standing.root / "outputs/index.html").read_text(encoding="utf-8")
    assert "quang-nam/2022/index.html" in listed and "quang-nam/2023/index.html" in listed
