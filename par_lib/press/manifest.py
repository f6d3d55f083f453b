"""manifest.json: what an edition was made from, so that anyone can make or check it again."""

import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from par_lib import inputs, tables
from par_lib.press.plan import MANIFEST, Request, inputs_of, read_manifest


@dataclass(frozen=True)
class Times:
    """When a run began; times stand apart from content, which equal runs share."""

    started: str
    clock_seconds: float

    @classmethod
    def start(cls) -> "Times":
        """Begin now."""
        return cls(dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), time.monotonic())


def write(
    build: Path, request: Request, data: tables.Tables, runs: dict[str, dict], times: Times
) -> None:
    """Write the manifest of the edition that lies in ``build``; ``runs`` by name."""
    kept = build / MANIFEST
    before = read_manifest(kept) if kept.is_file() else {"inputs": {}, "parameters": {}, "runs": {}}
    content = {
        "province": request.province,
        "place": data.place,
        "year": request.year,
        "synthetic": data.synthetic,
        "languages": list(request.languages),
        "parameters": before["parameters"] | request.values,
        "inputs": before["inputs"] | inputs_of(request),
        "files": {
            p.relative_to(build).as_posix(): inputs.sha256(p)
            for p in sorted(build.rglob("*"))
            if p.is_file() and p.name != MANIFEST
        },
        "runs": dict(sorted((before["runs"] | runs).items())),
        "versions": inputs.versions(),
        "warnings": [
            *(f"no raw data for {request.year}: {name}" for name in data.missing),
            *_kernel_warnings(build),
        ],
    }
    seconds = round(time.monotonic() - times.clock_seconds, 1)
    content["times"] = {"started": times.started, "seconds": seconds}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (build / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _kernel_warnings(build: Path) -> list[str]:
    return [
        f"{path.name}: {output.text.strip()}"
        for path in sorted(build.rglob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
