"""Where things live. The root is found by its marker, never by the working directory."""

import os
import re
from pathlib import Path

MARKER = Path("data", "raw", "README.md")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def root() -> Path:
    """Folder that holds data/, notebooks/ and outputs/.

    ``PAR_ROOT`` wins where set; otherwise the folder above the installed package.

    Raises FileNotFoundError when the folder has no ``data/raw/README.md``.
    """
    folder = Path(os.environ.get("PAR_ROOT") or Path(__file__).resolve().parents[1])
    if not (folder / MARKER).is_file():
        raise FileNotFoundError(
            f"{folder}: no {MARKER.as_posix()} here; set PAR_ROOT to the project's folder"
        )
    return folder


def raw(province: str, year: int | None = None) -> Path:
    """data/raw/<province>[/<year>]: figures as received, read-only."""
    return _edition(root() / "data" / "raw", province, year)


def processed(province: str, year: int) -> Path:
    """data/processed/<province>/<year>: tidy tables, made anew from raw."""
    return _edition(root() / "data" / "processed", province, year)


def outputs(province: str, year: int) -> Path:
    """outputs/<province>/<year>: one edition."""
    return _edition(root() / "outputs", province, year)


def reading(province: str, year: int) -> Path:
    """outputs/read/<province>/<year>: what was read from a report, beside the editions."""
    return _edition(root() / "outputs" / "read", province, year)


def notebooks() -> Path:
    """notebooks/: the collection."""
    return root() / "notebooks"


def provinces() -> list[str]:
    """Provinces that have raw data, by folder name."""
    return sorted(p.parent.name for p in (root() / "data" / "raw").glob("*/units.csv"))


def years(province: str) -> list[int]:
    """Years for which a province has a raw folder, ascending.

    Raises ValueError for a province without raw data, naming those that have it.
    """
    _require_province(province)
    return sorted(int(p.name) for p in raw(province).glob("[0-9][0-9][0-9][0-9]") if p.is_dir())


def year_of(text: str) -> int:
    """A year of four digits; ValueError for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) == 4 and text >= "1900"):
        raise ValueError(f"year {text!r}: write four digits, as 2022")
    return int(text)


def require(province: str, year: int | str) -> int:
    """The year, after making sure that this province and year have raw data.

    Raises ValueError naming those that have.
    """
    have = years(province)
    for one in have:
        if year in (one, str(one)):
            return one
    raise ValueError(
        f"{province} has no raw data for {year}; choose one of {', '.join(map(str, have))}"
    )


def _require_province(province: str) -> None:
    known = provinces()
    if province not in known:
        raise ValueError(f"province {province!r} has no raw data; choose one of {', '.join(known)}")


def _edition(base: Path, province: str, year: int | None) -> Path:
    if not _NAME.fullmatch(province) or len(province) > 60:
        raise ValueError(
            f"province {province!r}: expected a folder name of a-z, 0-9 and '-', as quang-nam"
        )
    return base / province if year is None else base / province / f"{int(year):04d}"
