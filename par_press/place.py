"""Where an edition is put: by one run at a time, at once as a whole, nothing left lying about."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import util
from pathlib import Path

from filelock import FileLock, Timeout

from par_lib.storage.paths import clear_dead

_SCRATCH = "par-run-"
_LONGEST = 48  # bytes of the folder above: a socket's path, 107 in all, must fit below it
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@contextmanager
def reserved(target: Path) -> Iterator[None]:
    """Hold the edition at ``target`` for this run, to the end of the block or of the process.

    Raises ValueError where another run holds it.
    """
    locks = target.parents[1] / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{target.parent.name}-{target.name}")
    try:
        held = lock.acquire(blocking=False)
    except Timeout:
        busy = "another run is making this edition; wait for it, then try again"
        raise ValueError(busy) from None
    with held:
        yield


def clear(target: Path) -> None:
    """Take away what killed runs left beside an edition that is reserved; put back what they moved.

    Only where the system cannot exchange two folders is an edition ever moved aside.
    """
    previous = _previous(target)
    if previous.exists() and not target.exists():
        previous.rename(target)
    for left in (previous, *target.parent.glob(f".{target.name}-*")):
        shutil.rmtree(left, ignore_errors=True)


def build_folder(target: Path) -> Path:
    """A new folder beside ``target`` to build its edition in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))


def put(build: Path, target: Path) -> None:
    """Put the edition in ``build`` in place: a reader finds the old one or the new one, whole."""
    build.chmod(0o755)
    if not target.exists():
        build.rename(target)
    elif _exchange(build, target):
        shutil.rmtree(build, ignore_errors=True)
    else:
        target.rename(_previous(target))
        build.rename(target)
        shutil.rmtree(_previous(target), ignore_errors=True)


@cache
def scratch() -> Path:
    """A private folder for all that this process and those it starts leave in between.

    Gone when the process ends; those of processes that were killed are taken away first. IPython
    and matplotlib keep their own there: nothing is written to the home folder, and no profile or
    style of a person's own changes a notebook.
    """
    above = Path(tempfile.gettempdir())
    if above.name.startswith(_SCRATCH):  # that of the run this process works for
        return above
    if os.name == "posix" and len(os.fsencode(above)) > _LONGEST:
        above = Path("/tmp")
    clear_dead(above, _SCRATCH)
    own = tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-", dir=above)
    os.environ["TMPDIR"] = tempfile.tempdir = own
    os.environ |= {name: f"{own}/{name}" for name in ("IPYTHONDIR", "MPLCONFIGDIR")}
    # After multiprocessing has put its own folder in there away, at priority -100.
    util.Finalize(None, shutil.rmtree, [own], {"ignore_errors": True}, exitpriority=-200)
    return Path(own)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; False where the system cannot."""
    libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    rename = getattr(libc, "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    return rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
