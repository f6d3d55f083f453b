"""A real dask scheduler with two workers: same bytes, and one worker lost on the way."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from distributed import Client
from typer.testing import CliRunner

from par_cli import app
from par_press import kernels

BIN = Path(sys.executable).parent


def start(*command: str, folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [str(BIN / "dask"), *command], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | {"PAR_ROOT": ""},
    )  # fmt: skip


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler, and its two workers; all on this machine's loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    running = [start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard",
                     folder=tmp_path)]  # fmt: skip
    running += [
        start("worker", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
              "--no-nanny", folder=tmp_path)
        for _ in range(2)
    ]  # fmt: skip
    try:
        with Client(address, set_as_default=False, timeout="60s") as client:  # a busy machine
            client.wait_for_workers(2, 60)
        yield address, running[1:]
    finally:
        for process in running:
            process.send_signal(signal.SIGKILL)
            process.wait()


def run(*more: str):
    """Six tasks: enough for two workers, and for one of them to be lost."""
    some = [part for number in ("00", "03", "05") for part in ("--notebook", number)]
    return CliRunner().invoke(app, ["run", "2023", "--lang", "vi,en", *some, *more])


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*"))
            if p.is_file() and p.name != "manifest.json"}  # fmt: skip


def test_a_cluster_gives_the_same_and_survives_a_lost_worker(root, cluster):
    address, workers = cluster
    assert run().exit_code == 0
    edition = root / "outputs" / "quang-nam" / "2023"
    local = contents(edition)

    def kill_one_that_works() -> None:
        for _ in range(600):  # until its first notebook is being run
            if list(edition.parent.glob(".2023.build-*/notebooks/*.ipynb")):
                break
            time.sleep(0.05)
        time.sleep(0.5)
        workers[0].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_one_that_works)
    killer.start()
    done = run("--force", "--scheduler", address)
    killer.join()
    assert done.exit_code == 0, done.output
    assert workers[0].wait(5) == -signal.SIGKILL
    assert contents(edition) == local
    beside = [p.name for p in edition.parent.iterdir() if "-changes" not in p.name]
    assert beside == ["2023"]


def test_a_cluster_that_lost_its_last_worker_is_not_waited_for(root, cluster, monkeypatch):
    address, workers = cluster
    monkeypatch.setattr(kernels, "_ALONE_SECONDS", 3)
    edition = root / "outputs" / "quang-nam" / "2023"
    before = contents(edition)

    def kill_all() -> None:
        for _ in range(600):
            if list(edition.parent.glob(".2023.build-*")):
                break
            time.sleep(0.05)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_all)
    killer.start()
    began = time.monotonic()
    done = run("--force", "--scheduler", address)
    killer.join()
    assert done.exit_code == 1 and "the cluster has lost its workers; start one" in done.output
    assert time.monotonic() - began < 60 and contents(edition) == before
