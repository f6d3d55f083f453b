"""manifest.json: what an edition was made from, so that anyone can make or check it again."""

import datetime as dt
import hashlib
import json
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from par_lib import paths, tables

if TYPE_CHECKING:
    from par_lib.press.edition import Request

NAME = "manifest.json"
_PACKAGES = ("par-lib", "pandas", "matplotlib", "papermill", "nbconvert", "babel")


@dataclass(frozen=True)
class Times:
    """When a run began; times stand apart from content, which equal runs share."""

    started: str
    clock_seconds: float

    @classmethod
    def start(cls) -> "Times":
        """Begin now."""
        return cls(dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), time.monotonic())


def write(build: Path, request: "Request", data: tables.Tables, times: Times) -> None:
    """Write the manifest of the edition that lies in ``build``."""
    root = paths.root()
    raw = paths.raw(request.province)
    folder = paths.raw(request.province, request.year)
    inputs = [*raw.glob("*.*"), *folder.glob("*.csv"), *folder.glob("rules.toml")]
    inputs += request.notebooks
    province = data.units[data.units["level"] == "province"].iloc[0]
    content = {
        "province": request.province,
        "place": province["name"],
        "year": request.year,
        "synthetic": data.synthetic,
        "languages": list(request.languages),
        "parameters": request.values,
        "inputs": {p.relative_to(root).as_posix(): sha256(p) for p in sorted(inputs)},
        "files": {
            p.relative_to(build).as_posix(): sha256(p)
            for p in sorted(build.rglob("*"))
            if p.is_file() and p.name != NAME
        },
        "versions": {name: version(name) for name in _PACKAGES},
        "warnings": [
            *(f"no raw data for {request.year}: {name}" for name in data.missing),
            *_kernel_warnings(build),
        ],
    }
    seconds = round(time.monotonic() - times.clock_seconds, 1)
    content["times"] = {"started": times.started, "seconds": seconds}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (build / NAME).write_text(text + "\n", encoding="utf-8")


def read(file: Path) -> dict:
    """A manifest as a dict."""
    return json.loads(file.read_text(encoding="utf-8"))


def sha256(file: Path) -> str:
    """Hash of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _kernel_warnings(build: Path) -> list[str]:
    return [
        f"{path.name}: {output.text.strip()}"
        for path in sorted(build.rglob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
