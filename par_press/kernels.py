"""Kernels forked from a process that has imported everything already: a fresh process in 50 ms.

A provisioner of jupyter_client forks them from multiprocessing's forkserver, which never ran a
notebook: no state leaks from one to the next. Where there is no fork (Windows), the ordinary kernel
serves. The runner talks to either over sockets in a private folder, without idle waits. Where
notebooks run on a dask cluster, its workers are seen to be there.
"""

import asyncio
import ctypes
import gc
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, util
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.provisioning import LocalProvisioner
from traitlets.config import Config

from par_lib.language import LANGUAGES, Refused, say
from par_lib.language.translation import language

if TYPE_CHECKING:
    from distributed import Client

BEGUN = "application/x-par-cell"  # of an output that says a cell begins
NAME = "par-fork"  # entry point in pyproject.toml
# All that notebooks import. Not matplotlib_inline's backend: imported before a kernel is there, it
# loses figures.
PRELOADED = (
    "par_press.kernels", "par_cli", "matplotlib.pyplot", "matplotlib.backends.backend_svg",
    "pandas.plotting._matplotlib", "seaborn", "pyarrow.dataset", "pyarrow.parquet",
    "par_lib.scoring.assigned_tasks", "par_lib.scoring.changes", "par_lib.scoring.unit_comparison",
    "par_lib.scoring.whatif", "par_lib.scoring.survey", "par_lib.charts.notebook",
    "ipykernel.kernelapp", "ipykernel.debugger", "ipykernel.ipkernel", "debugpy",
    "statsmodels.stats.proportion", "IPython.extensions.storemagic",
)  # fmt: skip
for _lang in LANGUAGES:  # read once, before kernels are forked
    language(_lang)
_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d{1,5}", re.ASCII)  # dask's own error is a traceback
_ALONE_SECONDS, _LOOK_SECONDS = 30, 2  # without a worker; between two looks
_START_SECONDS, _END_SECONDS = 10, 2
_PDEATHSIG = 1  # sys/prctl.h
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def available() -> bool:
    """Whether this process can fork kernels; one under a dask nanny may have no children."""
    possible = "forkserver" in multiprocessing.get_all_start_methods()
    return possible and not multiprocessing.current_process().daemon


def context() -> BaseContext:
    """The forkserver, with everything that a notebook imports."""
    # Read when pyplot is imported: a kernel started the ordinary way has it set as well.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    # debugpy, which every kernel imports, would complain that Python's own modules are frozen.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([*PRELOADED])
    return server


def begin() -> None:
    """Begin the server, where there is one: it imports while the tables are made."""
    if available():
        context()
        own = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is not for the server either
        forkserver.ensure_running()
        signal.signal(signal.SIGINT, own)
        # Its end is awaited: one that still imports would write into a folder that is gone.
        util.Finalize(None, forkserver._forkserver._stop, exitpriority=-50)


def die_with_parent() -> None:
    """Have the system end this process with its parent: even while it runs code deaf to Python."""
    if _PRCTL is not None:
        _PRCTL(_PDEATHSIG, signal.SIGKILL)


PREEXEC = die_with_parent if _PRCTL else None  # as Popen takes what a new process does first


class Forked:
    """The few things of subprocess.Popen that LocalProvisioner asks of its process."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self.process, self.pid = process, process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class ForkProvisioner(LocalProvisioner):
    """Starts the kernel that its command names as a fork instead of a new interpreter."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork a kernel; gives its connection info."""
        arguments = cmd[cmd.index("-f") :], kwargs.get("env") or {**os.environ}, kwargs.get("cwd")
        process = context().Process(target=run_kernel, args=arguments)
        process.start()
        self.process = Forked(process)
        self.pid = self.pgid = process.pid  # run_kernel leads a group of its own
        await self._bound()
        return self.connection_info

    async def _bound(self) -> None:
        """Wait for its sockets: a client that calls too early waits 100 ms to call again."""
        info = self.connection_info
        if info.get("transport") != "ipc":
            return
        sockets = [Path(f"{info['ip']}-{port}") for name, port in info.items()
                   if name.endswith("_port")]  # fmt: skip
        with suppress(TimeoutError):  # the client tells of a kernel that never answers
            async with asyncio.timeout(_START_SECONDS):
                while self.process.poll() is None and not all(one.exists() for one in sockets):
                    await asyncio.sleep(0.002)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Give the kernel its time to end and see it at once, instead of asking every 100 ms."""
        await asyncio.to_thread(self.process.process.join, _END_SECONDS)


def run_kernel(arguments: list[str], env: dict[str, str], cwd: str | None) -> None:
    """Be a kernel, in a process just forked: as ``python -m ipykernel_launcher`` would be.

    The server that forked it ends when nobody holds its pipe, so the kernel must not either.
    """
    gc.freeze()  # what was imported stays: collecting it in every fork would copy its pages
    os.setsid()
    die_with_parent()
    os.close(forkserver._forkserver._forkserver_alive_fd)
    os.environ.clear()
    os.environ.update(env)
    if cwd:
        os.chdir(cwd)
    sys.argv = ["ipykernel_launcher", *arguments]
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(parent_handle=os.getppid())


def run_cells(sources: list[str]) -> None:
    """Run cells in a kernel in one go, to the first that fails; before what one shows stands BEGUN.

    As a cell each they would be asked for one by one, which for many takes longer than they do.
    """
    from IPython import display, get_ipython

    for source in sources:
        display.publish_display_data({BEGUN: ""})
        if not get_ipython().run_cell(source).success or get_ipython().exit_now:
            return


class PromptClient(AsyncKernelClient):
    """jupyter_client's own, that takes a kernel for ready when it says so.

    The stock one then listens 0.2 s more for messages of the past: a fifth of a notebook's run.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until an answer came, and its "idle" on the channel of outputs: nothing is before it.

        Raises RuntimeError when the kernel died, or ``timeout`` seconds have passed.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            asked = self.kernel_info()
            with suppress(Empty):
                while not _ends(await self.get_iopub_msg(timeout=0.2), asked):
                    pass
                return
            if not await self.is_alive():
                raise RuntimeError(say("Kernel died before replying to kernel_info"))
        raise RuntimeError(say("Kernel didn't respond in {timeout} seconds", timeout=timeout))


def _ends(told: dict, asked: str) -> bool:
    idle = told["content"].get("execution_state") == "idle"
    return idle and told["parent_header"].get("msg_id") == asked


def config(private: str) -> Config:
    """Sockets and key in a folder only we can enter: no port to clash, nothing on the network."""
    own = {"client_class": f"{__name__}.{PromptClient.__name__}"}
    if os.name != "nt":
        own |= {"transport": "ipc", "ip": f"{private}/kernel"}
        own["connection_file"] = f"{private}/k.json"
    return Config({"KernelManager": own})


@contextmanager
def cluster(scheduler: str) -> Iterator[Executor]:
    """The cluster at an address; ValueError where none answers, or none has a worker."""
    with _client(scheduler) as client:
        pool = client.get_executor()  # it tries again what a lost worker had begun
        threading.Thread(target=_give_up_alone, args=(client, pool), daemon=True).start()
        try:
            yield pool
        finally:
            client.cancel(list(pool._futures))  # of a run that was stopped


def _give_up_alone(client: "Client", pool: Executor) -> None:
    """Cancel what waits for a cluster that has been without a worker for too long."""
    seen = time.monotonic()
    with suppress(OSError, ValueError, RuntimeError):  # the client is closed: all is done
        while client.status in ("running", "connecting"):
            time.sleep(_LOOK_SECONDS)
            if client.scheduler_info(n_workers=-1).get("workers"):  # of one that goes, nothing
                seen = time.monotonic()
            elif time.monotonic() - seen > _ALONE_SECONDS:
                client.cancel(list(pool._futures))
                return


def _client(scheduler: str) -> "Client":
    if not _ADDRESS.fullmatch(scheduler):
        raise Refused("--scheduler {scheduler!r}: write its address as tcp://host:8786",
                      scheduler=scheduler)  # fmt: skip
    try:
        from distributed import Client

        client = Client(scheduler, set_as_default=False, timeout="5s")
    except ImportError:
        raise Refused("--scheduler needs dask.distributed: make cluster installs it") from None
    except OSError as error:
        raise Refused("no scheduler answers at {scheduler} ({error}); start one there",
                      scheduler=scheduler, error=error) from None  # fmt: skip
    if not client.scheduler_info(n_workers=-1)["workers"]:
        client.close()
        raise Refused("{scheduler} has no worker; start one: dask worker {scheduler}",
                      scheduler=scheduler)  # fmt: skip
    return client
