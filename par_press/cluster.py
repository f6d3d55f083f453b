"""A dask cluster as an executor of notebooks, and what is done when it loses its workers."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client

_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d{1,5}", re.ASCII)  # dask's own error is a traceback
_ALONE_SECONDS, _LOOK_SECONDS = 30, 2  # without a worker; between two looks


@contextmanager
def executor(scheduler: str) -> Iterator[Executor]:
    """The cluster at an address; ValueError where none answers, or none has a worker."""
    with _client(scheduler) as client:
        pool = client.get_executor()  # it tries again what a lost worker had begun
        threading.Thread(target=_give_up_alone, args=(client, pool), daemon=True).start()
        yield pool


def _give_up_alone(client: "Client", executor: Executor) -> None:
    """Cancel what waits for a cluster that has been without a worker for too long."""
    seen = time.monotonic()
    with suppress(OSError, ValueError, RuntimeError):  # the client is closed: all is done
        while client.status in ("running", "connecting"):
            time.sleep(_LOOK_SECONDS)
            if client.scheduler_info(n_workers=-1)["workers"]:
                seen = time.monotonic()
            elif time.monotonic() - seen > _ALONE_SECONDS:
                client.cancel(list(executor._futures))
                return


def _client(scheduler: str) -> "Client":
    if not _ADDRESS.fullmatch(scheduler):
        raise ValueError(f"--scheduler {scheduler!r}: write its address as tcp://host:8786")
    try:
        from distributed import Client
    except ImportError:
        needed = "--scheduler needs the extra cluster: pip install distributed"
        raise ValueError(needed) from None
    try:
        client = Client(scheduler, set_as_default=False, timeout="5s")
    except OSError as error:
        raise ValueError(f"no scheduler answers at {scheduler} ({error})") from None
    if not client.scheduler_info(n_workers=-1)["workers"]:
        client.close()
        raise ValueError(f"{scheduler} has no worker; start one: dask worker {scheduler}")
    return client
