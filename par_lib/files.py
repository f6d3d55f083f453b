"""Files that are written whole: whoever reads finds the old content or the new, never a part.

And TOML, read with one kind of error.
"""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, content: str | bytes | Callable[[Path], object]) -> None:
    """Write text, bytes, or what a function writes to the path it is given; parents are made.

    A process that is killed on the way leaves a hidden file beside, ``.par-<process>-…``; the next
    that writes a file there takes it away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_dead(path.parent, ".par-")
    handle, name = tempfile.mkstemp(
        prefix=f".par-{os.getpid()}-", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    beside = Path(name)
    try:
        if isinstance(content, str):
            beside.write_text(content, encoding="utf-8", newline="")
        elif isinstance(content, bytes):
            beside.write_bytes(content)
        else:
            content(beside)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_toml(path: Path, *, name: str) -> dict:
    """A TOML file as a dict; ValueError that begins with ``name`` for what cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError:
        why = "brackets within brackets, too many"
    except ValueError as error:  # of TOML, of letters, of a number with thousands of digits
        why = str(error)
    raise ValueError(f"{name}: cannot be read as TOML ({why})")


def clear_dead(folder: Path, start: str) -> None:
    """Take away what processes that are no more left in a folder as ``<start><process>-…``."""
    name = re.compile(rf"{re.escape(start)}(\d+)-.*")
    for left in folder.iterdir():
        made = name.fullmatch(left.name)
        if made and not _alive(int(made[1])):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(True)


def _alive(process: int) -> bool:
    if os.name == "nt":  # there, signal 0 is no question
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another person's
        return True
    return True
