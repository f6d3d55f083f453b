"""An edition of the invented province in which a few units have few dossiers or answers."""

from pathlib import Path

import pytest

from par_demo import province
from par_lib.storage import paths

collect_ignore_glob = ["*conftest.py"]
# row of late_dossiers.csv as it begins: what it counts instead
PLANTED = {
    "Minh họa 13,district,2024-01-01,2024-12-31,": "9,9,7,2",
    "Minh Họa,department,2024-01-01,2024-12-31,": "9,9,8,1",
    "Minh Họa,district,2024-06-01,2024-06-30,": ",8,6,2",
}


@pytest.fixture(scope="session")
def edition(made_once) -> Path:
    """Of 2024, with documents: a district, a month and all agencies have few dossiers.

    One district of 22 people asked is left with too few, the other such has none at all.
    """
    real = ("demo*", "quang-nam", "da-nang")
    root = made_once("invented", "demo:2024", "--documents", prepare=plant, without=real)
    return root / "outputs" / "demo" / "2024"


def plant() -> None:
    province.write(size=8_000, seed=1)
    raw = paths.raw("demo", 2024)
    late, answers = raw / "late_dossiers.csv", raw / "answers.csv"
    lines = late.read_text(encoding="utf-8").splitlines()
    for start, counts in PLANTED.items():
        (at,) = (n for n, line in enumerate(lines) if line.startswith(start))
        cells = lines[at].split(",")
        lines[at] = ",".join([*cells[:4], *counts.split(","), *cells[8:]])
    late.write_text("\n".join(lines) + "\n", encoding="utf-8")
    kept = [line for line in answers.read_text("utf-8").splitlines() if "Minh họa 02," not in line]
    answers.write_text("\n".join(kept) + "\n", encoding="utf-8")
