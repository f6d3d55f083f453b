"""A real dask scheduler with two workers: same bytes, and one worker lost on the way."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client
from typer.testing import CliRunner

from par_cli import app
from par_lib.cleaning import register

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
        yield address, running[1:]
    finally:
        for process in running:
            process.send_signal(signal.SIGKILL)
            process.wait()


def run(*arguments: str):
    return CliRunner().invoke(app, ["run", *arguments])


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*"))
            if p.is_file() and p.name != "manifest.json"}  # fmt: skip


def test_a_cluster_gives_the_same_and_survives_a_lost_worker(root, cluster):
    address, workers = cluster
    assert run("2023", "--lang", "en").exit_code == 0
    edition = root / "outputs" / "quang-nam" / "2023"
    local = contents(edition)

    def kill_one_that_works() -> None:
        for _ in range(600):  # until its first notebook is being run
            if list(edition.parent.glob(".2023-*/notebooks/*.ipynb")):
                break
            time.sleep(0.05)
        time.sleep(0.5)
        workers[0].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_one_that_works)
    killer.start()
    done = run("2023", "--lang", "en", "--force", "--scheduler", address)
    killer.join()
    assert done.exit_code == 0, done.output
    assert workers[0].wait(5) == -signal.SIGKILL
    assert contents(edition) == local
    assert [p.name for p in edition.parent.iterdir()] == ["2023"]


def test_a_register_is_counted_file_by_file_on_a_cluster(cluster, tmp_path):
    address, _ = cluster
    for number in range(3):
        frame = pd.DataFrame({"id": [f"{number}-{i}" for i in range(100)], "unit": "901"})
        times = pd.to_datetime(["2022-01-01", "2022-01-11", "2022-01-12"]).astype("datetime64[s]")
        frame = frame.assign(level="district", procedure="P", field="F", online=True,
                             received=times[0], due=times[1], finished=times[2])  # fmt: skip
        frame.to_parquet(tmp_path / f"part-{number}.parquet")
    files = sorted(tmp_path.glob("*.parquet"))
    until = dt.date(2022, 12, 31)
    with Client(address, set_as_default=False) as client:
        parts, faults = register.count_each(files, executor=client.get_executor(), units=["901"],
                                            until=until)  # fmt: skip
    whole, _ = register.count(files, units=["901"], until=until)
    pd.testing.assert_frame_equal(parts, whole)
    assert faults == {} and whole["dossiers"].tolist() == [300]
