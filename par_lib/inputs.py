"""What a result depends on, told apart by content; and which tables a run has read.

Nothing here imports pandas: an edition with nothing to do is recognised in a moment.
"""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path

from par_lib import paths

MARKER = "tables.json"  # in data/processed/<province>/<year>: digest of inputs, hash of each table
YEARS = "years"  # read by whoever asks which years a province has
PACKAGES = ("par-lib", "pandas", "matplotlib", "papermill", "nbconvert", "babel", "statsmodels")
_PACKAGE = Path(__file__).parent
_CLEANING = (
    "schema.py", "validation.py", "spreadsheet.py", "vietnamese.py", "units.py", "unlisted.py",
    "cleaning.py", "findings.py", "checks.py", "register.py",
    "sources.py",
)  # fmt: skip

_read: set[tuple[str, str]] = set()


def note_read(year: int | str, table: str) -> None:
    """Remember that this process has read a table; ``year`` "*" stands for every year."""
    _read.add((str(year), table))


def tables_read() -> list[str]:
    """What this process has read so far, as ``2022:late_dossiers``, sorted."""
    return sorted(f"{year}:{table}" for year, table in _read)


def sha256(file: Path) -> str:
    """Hash of a file's content."""
    return sha256_of(file.read_bytes())


def sha256_of(content: bytes) -> str:
    """Hash of content."""
    return hashlib.sha256(content).hexdigest()


def digest(province: str, year: int) -> str:
    """sha256 over all that a year's tidy tables depend on: raw files and cleaning code."""
    raw = paths.raw(province)
    files = [*sorted(paths.raw(province, year).glob("*.csv")), raw / "units.csv",
             raw / "sources.toml", *(_PACKAGE / name for name in _CLEANING)]  # fmt: skip
    # A register can be too large to be read for its hash: size and time of change stand for it.
    dossiers = sorted((raw / "register" / f"year={year}").glob("*.*"))
    stats = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in dossiers]
    return hashlib.sha256("\n".join([_over(files), *stats]).encode()).hexdigest()


def table_hashes(province: str, year: int) -> dict[str, str] | None:
    """Hash of each tidy table by name; None where they are not up to date."""
    marker = paths.processed(province, year) / MARKER
    if not marker.is_file():
        return None
    kept = json.loads(marker.read_text(encoding="utf-8"))
    return kept["tables"] if kept["digest"] == digest(province, year) else None


def state_of(read: list[str], province: str, year: int) -> dict[str, str] | None:
    """Hash of everything in ``read`` as it is now; None where a table is not up to date.

    What every notebook uses is always among it: units, sources, tiles and the year's own rules.
    """
    raw, years = paths.raw(province), paths.years(province)
    common = [raw / name for name in ("units.csv", "sources.toml", "tiles.csv")]
    common.append(paths.raw(province, year) / "rules.toml")
    state = {"province": _over([file for file in common if file.is_file()])}
    for entry in read:
        of, _, table = entry.partition(":")
        if table == YEARS:
            state[entry] = ",".join(map(str, years))
            continue
        for one in years if of == "*" else [int(of)]:
            hashes = table_hashes(province, one)
            if hashes is None:
                return None
            state[f"{one}:{table}"] = hashes[table]
    return state


@cache
def code_digest() -> str:
    """sha256 over the package: code, rules, templates, catalogs; and the versions it runs with."""
    kinds = (".py", ".toml", ".po", ".j2", ".css", ".js")
    files = sorted(file for file in _PACKAGE.rglob("*") if file.suffix in kinds)
    return hashlib.sha256((_over(files) + json.dumps(versions())).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of the packages a result depends on."""
    return {name: version(name) for name in PACKAGES}


def _over(files: list[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()
