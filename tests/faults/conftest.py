"""A small project whose editions take seconds, and what is left of processes in it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
collect_ignore_glob = ["*conftest.py"]


# Imports once, as does the server of its kernels; forks a process for each piece of code it is
# given, with where to write what is said and the folder for what is temporary.
WARM = """
import json, os, sys, tempfile
from multiprocessing import forkserver, resource_tracker

import par_cli
from par_lib.storage import paths
from par_press import edition, execute, kernels, plan, runner

kernels.begin()
server = forkserver._forkserver
print(server._forkserver_pid, resource_tracker._resource_tracker._pid, flush=True)
for line in sys.stdin:
    code, said, tempfile.tempdir = json.loads(line)
    if (child := os.fork()) == 0:
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1), os.dup2(out, 2)
        os.environ["TMPDIR"] = tempfile.tempdir
        # It runs, but is no child of this fork.
        server.ensure_running = server._stop = forkserver.ensure_running = lambda: None
        exec(code)
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Project:
    """A project with the real data of 2022 and two notebooks, its own temporary folder and home."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tmp = Path(tempfile.mkdtemp(prefix="par-faults-"))  # short, for sockets lie in it
        self.ours = {os.getpid()}  # processes of the tests themselves
        raw = CHECKOUT / "data" / "raw"
        (root / "data" / "raw").mkdir(parents=True)
        shutil.copy(raw / "README.md", root / "data" / "raw")
        own = root / "data" / "raw" / "quang-nam"
        own.mkdir()
        for name in ("units.csv", "sources.toml"):
            shutil.copy(raw / "quang-nam" / name, own)
        shutil.copytree(raw / "quang-nam" / "2022", own / "2022")
        (root / "notebooks").mkdir()
        for name in ("00_overview.ipynb", "03_sipas.ipynb"):
            shutil.copy(CHECKOUT / "notebooks" / name, root / "notebooks")
        self.edition = root / "outputs" / "quang-nam" / "2022"
        self._warm: subprocess.Popen | None = None
        self._own = tempfile.mkdtemp()  # what lies in ``tmp`` shall be of the runs alone

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {"PAR_ROOT": str(self.root), "TMPDIR": str(self.tmp),
                             "HOME": str(self.tmp)}  # fmt: skip

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("par")), *arguments], env=self.env, cwd=self.tmp,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
        )  # fmt: skip

    def unshare(self, kind: str) -> list[str]:
        """A command's beginning: with mounts (``m``) or a network (``n``) of its own, or a skip."""
        for command in (["unshare", f"-{kind}"], ["unshare", f"-r{kind}"]):
            if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0:
                return command
        pytest.skip("this user may make no namespace")

    def par(self, *arguments: str) -> tuple[int, str]:
        """Exit code and all that was said, of a process that has imported all already."""
        return self.fork(f"par_cli.app({[*arguments]}, prog_name='par')")

    def fork(self, code: str) -> tuple[int, str]:
        """The same of code, with what WARM imports; below zero, the signal it was killed by."""
        if self._warm is None:
            self._warm = subprocess.Popen(
                [sys.executable, "-c", WARM], env=self.env | {"TMPDIR": self._own}, text=True,
                cwd=self.tmp, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            # By number: for a moment after its start a process shows no environment.
            pids = map(int, self._warm.stdout.readline().split())
            self.ours |= {self._warm.pid, *pids}
        said = Path(self._own, "said")
        print(json.dumps([code, str(said), str(self.tmp)]), file=self._warm.stdin, flush=True)
        return int(self._warm.stdout.readline()), said.read_text(encoding="utf-8")

    def anew(self, *arguments: str) -> tuple[int, str]:
        """As ``par`` of a process that a person starts."""
        running = self.start(*arguments)
        said, _ = running.communicate(timeout=240)
        return running.returncode, said

    def end(self) -> None:
        """End what forks, and take its folders away."""
        if self._warm is not None:
            self._warm.stdin.close()
            assert self._warm.wait(timeout=30) == 0
        for folder in (self.tmp, self._own):
            shutil.rmtree(folder, ignore_errors=True)

    def processes(self) -> set[int]:
        """Every process of this project but those of the tests."""
        marker = f"PAR_ROOT={self.root}\0".encode()
        found = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if marker in (process / "environ").read_bytes():
                    found.add(int(process.name))
            except OSError:
                continue
        return found - self.ours

    def wait_for_none(self, seconds: float = 10) -> set[int]:
        """Processes still there after some time."""
        end = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def hidden(self) -> list[str]:
        """What lies about: folders of builds, half files, folders of dead runs."""
        places = (self.root / "outputs", self.root / "data")
        found = [path for place in places for path in place.rglob(".*") if path.name != ".locks"]
        found += [path for path in self.tmp.iterdir() if path.name.startswith(("par-", "pymp-"))]
        return sorted(path.name for path in found)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = Project(tmp_path_factory.mktemp("dự án"))
    yield made
    made.end()
