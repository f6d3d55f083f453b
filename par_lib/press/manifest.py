"""manifest.json: what an edition was made from, so that anyone can make or check it again."""

import datetime as dt
import json
from pathlib import Path

import nbformat

from par_lib import inputs, tables
from par_lib.press import plan
from par_lib.press.plan import MANIFEST, Request


def write(
    build: Path, request: Request, data: tables.Tables, runs: dict[str, dict], started: dt.datetime
) -> None:
    """Write the manifest of the edition that lies in ``build``; ``runs`` by name.

    Its times stand apart from content, which equal runs share.
    """
    others = plan.files_of_other_years(request.province, request.year, plan.read_by(runs))
    content = {
        "province": request.province,
        "place": data.place,
        "year": request.year,
        "synthetic": data.synthetic,
        "languages": list(request.languages),
        "parameters": request.values,
        "inputs": plan.inputs_of(request) | plan.fingerprints(others),
        "files": {
            p.relative_to(build).as_posix(): inputs.sha256(p)
            for p in sorted(build.rglob("*"))
            if p.is_file()
        },
        "runs": dict(sorted(runs.items())),
        "versions": inputs.versions(),
        "warnings": [
            *(f"no raw data for {request.year}: {name}" for name in data.missing),
            *_kernel_warnings(build),
        ],
    }
    seconds = (dt.datetime.now(dt.UTC) - started).total_seconds()
    content["times"] = {
        "started": started.isoformat(timespec="seconds"), "seconds": round(seconds, 1)
    }  # fmt: skip
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
