"""Where things live, and how files are put there: whole, so that nobody finds a part.

The root is found by its marker, never by the working directory.
"""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from functools import cache
from multiprocessing import util
from pathlib import Path

from par_lib.language import Period, Refused, say


def write_whole(path: Path, content: str | bytes | Callable[[Path], object]) -> None:
    """Write text, bytes, or what a function writes to the path it is given; parents are made.

    A process that is killed on the way leaves ``.par-<process>-…`` beside; the next takes it away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_dead(path.parent, ".par-")
    start = f".par-{os.getpid()}-"
    handle, name = tempfile.mkstemp(prefix=start, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        if callable(content):
            content(beside)
        else:
            beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


def exchange(made: Path, target: Path) -> bool:
    """Put a folder in the place of another, which takes its name, in one step.

    False where the system cannot; where there is no other, it always can.
    """
    if not target.exists():
        made.rename(target)
        return True
    import ctypes  # only who puts a folder in place pays for it

    libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    rename = getattr(libc, "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(made), os.fsencode(target)
    return rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0


def write_together(folder: Path, files: dict[str, str]) -> None:
    """Write files of one folder, by name: who is killed on the way leaves all of them or none.

    The folder is made anew beside, with links to what stays, and exchanged; where the system
    exchanges no folders, each file is put there whole.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_dead(folder.parent, ".par-")
    beside = Path(tempfile.mkdtemp(prefix=f".par-{os.getpid()}-", dir=folder.parent))
    try:
        beside.chmod(0o755)
        if folder.exists():
            shutil.copytree(folder, beside, True, copy_function=_link, dirs_exist_ok=True)
        for name, text in files.items():
            write_whole(beside / name, text)
        if not exchange(beside, folder):
            for name in files:
                (beside / name).replace(folder / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _link(file: str, to: str) -> None:
    try:
        os.link(file, to)
    except OSError:  # a disk without links
        shutil.copy2(file, to)


def read_toml(path: Path, *, name: str) -> dict:
    """A TOML file as a dict; ValueError that begins with ``name`` for what cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError:
        why = say("brackets within brackets, too many")
    except ValueError as error:  # of TOML, of letters, of a number with thousands of digits
        why = str(error)
    raise Refused("{name}: cannot be read as TOML ({why})", name=name, why=why)


def clear_dead(folder: Path, start: str) -> None:
    """Take away what processes that are no more left in a folder as ``<start><process>-…``."""
    name = re.compile(rf"{re.escape(start)}(\d+)-.*")
    for left in folder.iterdir():
        if made := name.fullmatch(left.name):
            import psutil  # only where something was left is it paid for

            if not psutil.pid_exists(int(made[1])):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(True)


_SCRATCH = "par-run-"
_LONGEST = 48  # bytes of the folder above: a socket's path, 107 in all, must fit below it


@cache
def scratch() -> Path:
    """A private folder for all that this process and those it starts leave in between.

    Gone when the process ends; those of processes that were killed are taken away first. IPython
    and matplotlib keep their own there, so that no profile or style of a person's changes a
    notebook.
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


MARKER = Path("data", "raw", "README.md")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)\d")  # no folder can be called so on Windows


def root() -> Path:
    """Folder of data/, notebooks/ and outputs/: ``PAR_ROOT``, else above the installed package.

    Raises FileNotFoundError when the folder has no ``data/raw/README.md``.
    """
    folder = Path(os.environ.get("PAR_ROOT") or Path(__file__).resolve().parents[2])
    if not (folder / MARKER).is_file():
        raise FileNotFoundError(say("{folder}: no {marker} here; set PAR_ROOT to the project's "
                                    "folder", folder=folder, marker=MARKER.as_posix()))  # fmt: skip
    return folder


def raw(province: str, year: int | None = None) -> Path:
    """data/raw/<province>[/<year>]: figures as received, read-only."""
    return _edition(root() / "data" / "raw", province, year)


def processed(province: str, period: int | Period) -> Path:
    """data/processed/<province>/<period>: tidy tables, made anew from raw."""
    return _edition(root() / "data" / "processed", province, period)


def outputs(province: str, period: int | Period) -> Path:
    """outputs/<province>/<period>: one edition."""
    return _edition(root() / "outputs", province, period)


def reading(province: str, year: int) -> Path:
    """outputs/read/<province>/<year>: what was read from a report, beside the editions."""
    return _edition(root() / "outputs" / "read", province, year)


def notebooks() -> Path:
    """notebooks/: the collection."""
    return root() / "notebooks"


def provinces() -> list[str]:
    """Provinces that have raw data, by folder name."""
    raw_data = root() / "data" / "raw"
    return sorted({p.parent.name for own in ("units.csv", "sources.toml", "[0-9][0-9][0-9][0-9]")
                   for p in raw_data.glob(f"*/{own}")})  # fmt: skip


def years(province: str) -> list[int]:
    """Years for which a province has a raw folder, ascending; ValueError where it has none."""
    known = provinces()
    if province not in known:
        raise Refused("province {province!r} has no raw data; choose one of {known}",
                      province=province, known=known)  # fmt: skip
    return sorted(int(p.name) for p in raw(province).glob("[0-9][0-9][0-9][0-9]") if p.is_dir())


def year_of(text: str) -> int:
    """A year of four digits; ValueError for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) == 4 and text >= "1900"):
        raise Refused("year {text!r}: write four digits, as 2022", text=text)
    return int(text)


def require(province: str, year: int | str) -> int:
    """The year, as a number; ValueError where this province and year have no raw data."""
    have = years(province)
    if str(year) not in map(str, have):
        raise Refused("{province} has no raw data for {year}; choose one of {choices}",
                      province=province, year=year, choices=have)  # fmt: skip
    return int(year)


def first_day(province: str) -> int:
    """Day of the month before from which a province counts a month: its periods.toml, else 1.

    Refused for what is no day of every month.
    """
    file = raw(province) / "periods.toml"
    if not file.is_file():
        return 1
    place = file.relative_to(root()).as_posix()
    day = read_toml(file, name=place).get("first_day")
    if day not in range(1, 29):
        raise Refused("{file}: first_day is {day!r}; write a day of 1 to 28, as first_day = 15",
                      file=place, day=day)  # fmt: skip
    return day


def _edition(base: Path, province: str, period: int | Period | None) -> Path:
    if not _NAME.fullmatch(province) or len(province) > 60 or _DEVICE.fullmatch(province):
        raise Refused("province {province!r}: expected a folder name of a-z, 0-9 and '-', as "
                      "quang-nam", province=province)  # fmt: skip
    return base / province / ("" if period is None else Period(period))
