"""Every province, district and commune of Vietnam since 2021, and the usual departments.

units.zip is made by data/units/build.py, whose README.md tells its sources and limits; its members
are tables of one of today's provinces and all that became part of it. departments.csv is kept by
hand. NOTICE.txt holds the licences of what units.zip is made from.
"""

import zipfile
from functools import cache
from pathlib import Path

import pandas as pd

ASSUMED = "assumed"  # the source of departments: which of them a province has is for it to say
_FOLDER = Path(__file__).parent
_NATION = {"code": "VN", "name": "Cả nước", "name_en": "Viet Nam", "level": "nation",
           "kind": "quốc gia", "aliases": "Việt Nam;toàn quốc"}  # fmt: skip


@cache
def provinces() -> pd.DataFrame:
    """A row a province and kind, as units; and the folder names ``province`` and ``today``.

    ``today`` is the province that its land is part of now. A code does not tell a province:
    24 was Bắc Giang, and is Bắc Ninh since July 2025.
    """
    return _read("provinces").assign(level="province", aliases="", successor="")


def places(today: str) -> pd.DataFrame:
    """Places of all times on the land of one of today's provinces; row and column of their tile.

    ``province`` is the folder name, ``parent`` the code of the district or province around it.
    """
    return _read(today)


def lineage(today: str) -> pd.DataFrame:
    """Which smallest place (old) lies in which (new) from ``day``, as text; split: several rows.

    One that is not listed for a day goes on under its code, if that is still a unit's.
    """
    return _read(f"{today}-lineage")


@cache
def units_of(province: str) -> pd.DataFrame:
    """Nation, places and departments of a province by its folder name; empty for an unknown one."""
    periods = provinces()[provinces()["province"] == province]
    if periods.empty:
        return pd.DataFrame()
    own = places(periods["today"].iloc[0])
    own = own[own["province"] == province]
    listed = [_departments(one.code, one.kind, one.valid_from, one.valid_to)
              for one in periods.itertuples()]  # fmt: skip
    units = pd.concat([pd.DataFrame([_NATION]), own, *listed], ignore_index=True)
    text = units.columns.difference(["valid_from", "valid_to"])
    units[text] = units[text].fillna("")
    units.loc[units["source"] == "", "source"] = "national"
    return units


def _departments(province: str, kind: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The usual departments of a province, while it is one and of this kind."""
    listed = _read("departments").assign(level="department", parent=province, source=ASSUMED)
    listed["code"] = province + "-" + listed["code"]
    heirs = listed["successor"]
    listed["successor"] = heirs.where(heirs == "", province + "-" + heirs)
    listed["name"] = listed["name"].str.replace(r"tỉnh$", kind, regex=True)
    if kind == "thành phố":
        listed["name_en"] = listed["name_en"].str.replace("Provincial", "City")
    begun = listed["valid_from"].isna() | ~(listed["valid_from"] > last)
    not_ended = listed["valid_to"].isna() | ~(listed["valid_to"] < first)
    listed["valid_from"] = listed[["valid_from"]].assign(province=first).max(axis=1)
    listed["valid_to"] = listed[["valid_to"]].assign(province=last).min(axis=1)
    return listed[begun & not_ended]


@cache
def _read(name: str) -> pd.DataFrame:
    """A table as text, with dates, and numbers of tiles; the same object each time: copy it."""
    if name == "departments":
        table = pd.read_csv(_FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)
    else:
        with zipfile.ZipFile(_FOLDER / "units.zip") as archive, archive.open(f"{name}.csv") as file:
            table = pd.read_csv(file, dtype=str, keep_default_na=False)
    dates = table.columns.intersection(["valid_from", "valid_to"])
    return table.assign(**{
        day: pd.to_datetime(table[day], format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
        for day in dates
    })  # fmt: skip
