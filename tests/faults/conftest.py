"""A small project whose editions take seconds, and what is left of processes in it."""

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
        """Exit code and all that was said."""
        running = self.start(*arguments)
        said, _ = running.communicate(timeout=240)
        return running.returncode, said

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
    shutil.rmtree(made.tmp, ignore_errors=True)
