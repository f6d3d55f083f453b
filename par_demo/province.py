"""Two invented provinces, so that every part of a page shows something: ``demo``, with districts,
and ``demo-today``, of the kind there is since July 2025.

Nothing in it is real. Names are words for made-up things, every CSV begins with a banner, and every
page of its editions says so. The same seed and size give the same files.
"""

import datetime as dt
import shutil
import tempfile
import tomllib
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from par_demo import invented, today
from par_lib.cleaning import sources
from par_lib.language.translation import SYNTHETIC_WORDS
from par_lib.storage import csv_files, paths

YEARS = (2021, 2022, 2023, 2024)


def write(*, size: int = 400_000, seed: int = 1, force: bool = False) -> list[Path]:
    """Write data/raw/demo and data/raw/demo-today anew; returns both. ``size``: dossiers of demo's
    register in all years.

    Raises ValueError for fewer than 4,000 dossiers, where one of the folders holds real figures,
    and, without ``force``, where sources were added to it.
    """
    if size < 4_000:
        raise ValueError(f"{size} dossiers: at least 4,000, so that every unit has some")
    of = {invented.PROVINCE: partial(_write_all, a_year=size // len(YEARS)),
          today.PROVINCE: _write_today}  # fmt: skip
    for province in of:
        _check_invented(province, force=force)
    for province, fill in of.items():
        target = paths.raw(province)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".demo-", dir=target.parent) as beside:
            build = Path(beside, target.name)
            fill(build, rng=np.random.default_rng(seed))
            (build / "sources.toml").write_text(_SOURCES, encoding="utf-8")
            shutil.rmtree(target, ignore_errors=True)
            build.rename(target)
    return [paths.raw(province) for province in of]


def _check_invented(province: str, *, force: bool) -> None:
    target = paths.raw(province)
    if target.exists():
        kinds = sources.load_sources(province)["kind"]
        if not kinds.eq(sources.SYNTHETIC).any():
            raise ValueError(f"{target}: holds figures that are not synthetic; move it away first")
        own = tomllib.loads(_SOURCES)
        added = [name for name in kinds.index if name not in (*own, sources.RULEBOOK)]
        if added and not force:
            raise ValueError(
                f"{target}: holds figures of {', '.join(added)} too; --force takes them away"
            )


def _write_all(folder: Path, *, a_year: int, rng: np.random.Generator) -> None:
    units = invented.units()
    _save(folder / "units.csv", units)
    _save(folder / "tiles.csv", invented.tiles(units))
    lateness = rng.uniform(0.145, 0.175, len(units))
    for number, year in enumerate(YEARS):
        register = invented.register(units, lateness, year, a_year, number, rng)
        invented.save(folder / "register" / f"year={year}", register, rng)
        answers = invented.answers(units, rng)
        for name, frame in {
            "late_dossiers": invented.late(register, units, year),
            "disbursement": invented.disbursement(units, year, rng),
            "answers": answers,
            "sipas": invented.sipas(answers),
            "scores": invented.scores(answers, number, rng),
            "service_index": invented.service_index(units, year, number),
            "indicators": invented.indicators(register, year, number),
            "mentions": invented.mentions(units, year),
            "tasks": invented.tasks(year),
        }.items():
            _save(folder / str(year) / f"{name}.csv", frame)


def _write_today(folder: Path, *, rng: np.random.Generator) -> None:
    units = today.units()
    _save(folder / "units.csv", units)
    _save(folder / "tiles.csv", today.tiles(units))
    for year in today.YEARS:
        for name, frame in today.year(units, year, rng).items():
            _save(folder / str(year) / f"{name}.csv", frame)


def _save(path: Path, frame: pd.DataFrame) -> None:
    paths.write_whole(path, csv_files.to_csv(frame, banner=SYNTHETIC_WORDS))


_SOURCES = f"""# {SYNTHETIC_WORDS}

[{invented.PROVINCE}]
title = "Số liệu giả lập do par demo đặt ra, không có thật"
title_en = "Synthetic figures made by par demo; nothing in them is real"
producer = "par_lib"
kind = "{sources.SYNTHETIC}"
accessed = {dt.date(2026, 11, 24)}

[register]
title = "Sổ đăng ký hồ sơ giả lập do par demo đặt ra, không có thật"
title_en = "Synthetic dossier register made by par demo; nothing in it is real"
producer = "par_lib"
kind = "{sources.SYNTHETIC}"
accessed = {dt.date(2026, 11, 24)}
"""
