"""What a result depends on, told apart by content; and which tables a run has read.

Nothing here imports pandas: an edition with nothing to do is recognised in a moment.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

from par_lib.language import Period
from par_lib.storage import paths

MARKER = "tables.json"  # in data/processed/<province>/<period>: digest, hash of each table
YEARS = "years"  # read by whoever asks which years a province has
EVERY = "*"  # every year, or every table
FILE = "file"  # stands for the year of a raw file that a notebook opened by itself
PACKAGES = ("par-lib", "pandas", "numpy", "pyarrow", "duckdb", "matplotlib", "seaborn",
            "statsmodels", "papermill", "nbconvert", "babel")  # fmt: skip
_LIBRARY = Path(__file__).parents[1]
_HASHED = 20_000_000  # bytes: more of a register is not read to see whether it changed

_read: set[str] = set()


def note_read(period: int | str, table: str) -> None:
    """Remember that this process has read a table; "*" stands for every year."""
    _read.add(f"{period}:{table}")


def tables_read() -> list[str]:
    """What this process has read so far, as ``2022:late_dossiers``, sorted; of no table, any."""
    tables = any(not entry.startswith(f"{FILE}:") for entry in _read)
    return sorted(_read if tables else {*_read, f"{EVERY}:{EVERY}"})


@contextmanager
def of_another(province: str, period: int | str) -> Iterator[None]:
    """What is read of another province's year is remembered as its raw files."""
    own = {*_read}
    yield
    _read.clear()
    files = [file.relative_to(paths.root()) for file in raw_files(province, period)]
    _read.update(own, (f"{FILE}:{file.as_posix()}" for file in files))


def watch() -> None:
    """From now on note as ``file:data/raw/…`` each raw file that is opened past this package.

    Only what Python opens: readers that open files by themselves (DuckDB's, Arrow's) pass unseen.
    """
    raw = os.path.join(os.path.realpath(paths.root() / "data" / "raw"), "")  # noqa: PTH118

    def note(event: str, arguments: tuple) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return
        name, frame = os.path.realpath(os.fsdecode(arguments[0])), sys._getframe(1)
        if name.startswith(raw):
            while frame and not frame.f_globals.get("__name__", "").startswith("par_lib."):
                frame = frame.f_back
            if not frame:
                _read.add(f"{FILE}:{Path('data', 'raw', name.removeprefix(raw)).as_posix()}")

    sys.addaudithook(note)


def sha256(file: Path) -> str:
    """Hash of a file's content."""
    return sha256_of(file.read_bytes())


def sha256_of(content: bytes) -> str:
    """Hash of content."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(file: Path) -> str:
    """What tells a raw file's content: its hash; of a large one of a register size and time.

    What is hashed of a register is read once a process, as each notebook of each language asks.
    """
    if file.parent.parent.name != "register":
        return sha256(file)
    stat = file.stat()
    if stat.st_size <= _HASHED:
        return _hash_of_state(file, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return f"{stat.st_size} bytes, changed at {stat.st_mtime_ns} ns"


@cache
def _hash_of_state(file: Path, *_state: int) -> str:
    return sha256(file)


def raw_files(province: str, period: int | Period) -> list[Path]:
    """Every raw file of an edition, sorted: the province's, the year's, its register's."""
    year = Period(period).year
    raw, own = paths.raw(province), paths.raw(province, year)
    found = [*raw.glob("*.csv"), *raw.glob("*.toml"), *own.glob("*.[cC][sS][vV]"),
             *own.glob("rules.toml"), *(raw / "register" / f"year={year}").glob("*.*")]  # fmt: skip
    return sorted(file for file in found if not file.name.startswith("."))


def digest(province: str, period: int | Period) -> str:
    """sha256 over all that a period's tidy tables depend on: raw files and code."""
    return sha256_of((code_digest() + _over(raw_files(province, period))).encode())


def table_hashes(province: str, period: int | Period) -> dict[str, str] | None:
    """Hash of each tidy table by name; None where they are not up to date, or it cannot be told."""
    try:
        kept = json.loads((paths.processed(province, period) / MARKER).read_text(encoding="utf-8"))
        return kept["tables"] if kept["digest"] == digest(province, period) else None
    except (OSError, ValueError):
        return None


def state_of(read: list[str], province: str, period: Period) -> dict[str, str] | None:
    """Hash of everything in ``read`` as it is now; None where a table is not up to date.

    What every notebook uses is always among it: units, sources, tiles and the year's own rules.
    """
    raw, years = paths.raw(province), paths.years(province)
    common = [file for file in raw_files(province, period)
              if file.parent == raw or file.name == "rules.toml"]  # fmt: skip
    state = {"province": _over(common)}
    for entry in read:
        of, _, table = entry.partition(":")
        if of == FILE:
            file = paths.root() / table
            state[entry] = fingerprint(file) if file.is_file() else ""
            continue
        if table == YEARS:
            state[entry] = ",".join(map(str, years))
            continue
        for one in years if of == EVERY else [of]:
            hashes = table_hashes(province, one)
            if hashes is None:
                return None
            state[f"{one}:{table}"] = json.dumps(hashes) if table == EVERY else hashes[table]
    return state


@cache
def code_digest(*more: Path) -> str:
    """sha256 over par_lib and ``more`` packages: code, rules, units, words, what they run with."""
    kinds = (".py", ".toml", ".po", ".j2", ".css", ".js", ".csv", ".zip")
    every = sorted(file for folder in (_LIBRARY, *more) for file in folder.rglob("*"))
    files = [file for file in every if file.suffix in kinds]
    return sha256_of((_over(files) + json.dumps(versions())).encode())


def versions() -> dict[str, str]:
    """Versions of Python and of the packages a result depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def _over(files: list[Path]) -> str:
    """Hash over names and fingerprints of files."""
    return sha256_of("\n".join(f"{file.name} {fingerprint(file)}" for file in files).encode())
