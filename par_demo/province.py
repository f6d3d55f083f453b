"""Two invented provinces, so that every part of a page shows something: ``demo``, with districts,
and ``demo-today``, of the kind there is since July 2025: 94 communes and no districts.

Nothing in them is real. Names are words for made-up things, every CSV begins with a banner, and
every page of their editions says so. The same seed and size give the same files.
"""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from par_demo import invented
from par_demo.invented import HOME, NATION, SOURCE
from par_lib.cleaning import schema, tables
from par_lib.language import N_, Refused
from par_lib.language.translation import SYNTHETIC_WORDS
from par_lib.language.vietnamese import fold
from par_lib.storage import csv_files, paths

YEARS = {"demo": (2021, 2022, 2023, 2024), "demo-today": (2025, 2026)}
LAST_DAY, FIRST_DAY = "2025-06-30", "2025-07-01"  # of districts; of communes alone
ZONE = "đặc khu"  # the kind of the one commune of which there are no figures
SPLIT = 40  # number of a commune whose land was in two districts
_TODAY = 20_000  # dossiers of demo-today a year: enough for each of its units, old and new
_DISTRICTS = [("thành phố", "City")] * 2 + [("thị xã", "Town")] + [("huyện", "District")] * 15


def write(*, size: int = 400_000, seed: int = 1, force: bool = False,
          communes: int = 94) -> list[Path]:  # fmt: skip
    """Write data/raw/demo and data/raw/demo-today anew; returns both.

    ``size``: dossiers of demo's register in all years; ``communes``: those of demo-today.

    Raises ValueError for fewer than 4,000 dossiers, where one of the folders holds real figures,
    and, without ``force``, where sources were added to it.
    """
    if size < 4_000:
        raise Refused("{size} dossiers: at least 4,000, so that every unit has some", size=size)
    folders = {paths.raw(province): units for province, units in _units(communes).items()}
    for folder in folders:
        _check_invented(folder, force=force)
    for folder, units in folders.items():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".demo-", dir=folder.parent) as beside:
            build, rng = Path(beside, folder.name), np.random.default_rng(seed)
            count = size // len(YEARS["demo"]) if folder.name == "demo" else _TODAY
            _fill(build, units, YEARS[folder.name], count, rng)
            shutil.rmtree(folder, ignore_errors=True)
            build.rename(folder)
    return [*folders]


def _check_invented(folder: Path, *, force: bool) -> None:
    if folder.exists():
        kinds = tables.load_sources(folder.name)["kind"]
        if not kinds.eq(tables.SYNTHETIC).any():
            real = N_("{folder}: holds figures that are not synthetic; move it away first")
            raise Refused(real, folder=folder)
        added = [name for name in kinds.index if name not in (*_OWN, tables.RULEBOOK)]
        if added and not force:
            raise Refused("{folder}: holds figures of {added} too; --force takes them away",
                          folder=folder, added=added)  # fmt: skip


def _fill(folder: Path, units: pd.DataFrame, years: tuple[int, ...], count: int,
          rng: np.random.Generator) -> None:  # fmt: skip
    """Write a province's raw folder; ``count``: dossiers of its register a year."""
    files = {"units": units, "tiles": _tiles(_valid(units, f"{years[-1]}-12-31"))}
    lateness = pd.Series(rng.uniform(0.145, 0.175, len(units)), units.index)
    for number, year in enumerate(years):
        parts = [(_valid(units, f"{year}-12-31"), 1, 12)]
        if LAST_DAY.startswith(f"{year}"):
            parts = [(_valid(units, LAST_DAY), 1, 6), (parts[0][0], 7, 12)]
        dossiers = pd.concat([
            invented.register(part, lateness, year, count // len(parts), number, rng)
            for part in parts], ignore_index=True)  # fmt: skip
        invented.save(folder / "register" / f"year={year}", dossiers, rng)
        made = invented.tables(parts, dossiers, year, number, rng)
        for name in made if len(parts) == 1 else ("late_dossiers", "disbursement"):
            files[f"{year}/{name}"] = made[name]
    for name, table in files.items():
        paths.write_whole(folder / f"{name}.csv", csv_files.to_csv(table, banner=SYNTHETIC_WORDS))
    drawn = f"date = {years[-1]}-12-31  # the day of the register: the last year's is a snapshot\n"
    sources = _SOURCES.format(accessed=f"{years[-1] + 1}-01-04") + drawn
    (folder / "sources.toml").write_text(sources, encoding="utf-8")


def _valid(units: pd.DataFrame, day: str) -> pd.DataFrame:
    """The units of a day, but for the zone, of which there are no figures."""
    ended = units["valid_to"].between("1", day, inclusive="left")
    return units[(units["valid_from"] <= day) & ~ended & (units["kind"] != ZONE)]


def _tiles(units: pd.DataFrame) -> pd.DataFrame:
    level, across = ("district", 5) if "district" in set(units["level"]) else ("commune", 10)
    codes = units.loc[units["level"] == level, "code"].reset_index(drop=True)
    row, column = codes.index // across, codes.index % across
    return pd.DataFrame({"code": codes, "row": row, "column": column})


def _units(communes: int) -> dict[str, pd.DataFrame]:
    """demo: 18 districts of four communes. demo-today: districts to June 2025, whose communes
    became 23 wards, a zone, and communes."""
    demo, today = [], []
    for number, (kind, english) in enumerate(_DISTRICTS, start=1):
        code, name = f"{900 + number}", f"Minh họa {number:02}"
        demo.append(_unit(code, name, "district", kind, f"{fold(name).title()} {english}"))
        demo += [_unit(f"{code}{row}", f"{name} {corner}", "commune", "xã")
                 for row, corner in enumerate(("Đông", "Tây", "Nam", "Bắc"), start=1)]  # fmt: skip
        today.append(_unit(code, f"{name} cũ", "district", kind, valid_to=LAST_DAY))
    for number in range(1, communes + 1):
        kind = "phường" if number <= 23 else "xã" if number < communes else ZONE
        code, name = f"99{number:03}", f"Minh họa {number:02}"
        today.append(_unit(code, name, "commune", kind, valid_from=FIRST_DAY))
        around = 901 + (number - 1) * len(_DISTRICTS) // communes
        for part in "abc" if number < communes else "":
            district = around + (number == SPLIT and part == "c")
            today.append(_unit(f"{code}{part}", f"{name}{part}", "commune", "xã", valid_to=LAST_DAY,
                               successor=code, parent=f"{district}"))  # fmt: skip
    return {"demo": _whole(demo), "demo-today": _whole(today)}


def _unit(code: str, name: str, level: str, kind: str, english: str = "",
          **validity: str) -> dict[str, str]:  # fmt: skip
    return {"code": code, "name": name, "name_en": english or fold(name).title(), "level": level,
            "kind": kind} | validity  # fmt: skip


def _whole(places: list[dict]) -> pd.DataFrame:
    """The country, the province, its places and eight departments, as units.csv has them."""
    rows = [_unit("XX", NATION, "nation", "quốc gia", "Invented nation"),
            _unit("99", HOME, "province", "tỉnh", "Minh Hoa (invented)"), *places]  # fmt: skip
    rows += [_unit(f"99-{letter.lower()}", f"Sở Ví dụ {letter}", "department", "sở",
                   f"Sample Department {letter}") for letter in "ABCDEFGH"]  # fmt: skip
    columns = [column.name for column in schema.UNITS.columns]
    return pd.DataFrame(rows, columns=columns, dtype=object).fillna("").assign(source=SOURCE)


_OWN = (SOURCE, "register")
_SOURCES = f"# {SYNTHETIC_WORDS}\n" + "".join(
    f"""
[{name}]
title = "Số liệu giả lập do par demo đặt ra, không có thật"
title_en = "Synthetic figures made by par demo; nothing in them is real"
producer = "par_lib"
kind = "{tables.SYNTHETIC}"
accessed = {{accessed}}
"""
    for name in _OWN
)
