"""The index of service (Decision 766/QĐ-TTg): what each part lost, classes, central targets.

Class limits and targets are data, rules/service_index.toml: each says whether it is stated.
"""

import pandas as pd

from par_lib.cleaning import schema
from par_lib.language.spelling import sort_key
from par_lib.scoring import rulebook
from par_lib.scoring.parts import share
from par_lib.storage.paths import read_toml


def _rules(name: str, columns: str) -> pd.DataFrame:
    written = read_toml(rulebook.RULES / "service_index.toml", name="service_index.toml")
    return rulebook.cited(written[name], columns)


def class_limits() -> pd.DataFrame:
    """Classes, best first: classification, from_points (that many points or more), status."""
    return _rules("classes", "classification from_points")


def targets(level: str, year: int) -> pd.DataFrame:
    """Central targets of the offices of a level: figure, target_pct, status, source, locator.

    Empty where there are none. Higher is better.

    >>> targets("commune", 2025).set_index("figure")["target_pct"].to_dict()
    {'on_time_pct': 99, 'online_pct': 80, 'online_payment_pct': 60}
    >>> targets("district", 2024).empty
    True
    """
    rows = _rules("targets", "figure target_pct level from_year")
    return rows.query("level == @level and from_year <= @year")


def parts(index: pd.DataFrame) -> pd.DataFrame:
    """What the parts of the index lost, most first: ``index`` is scorecard.hull by part.

    Adds the pairs lost_points = max_points − points (lower is better) and earned_pct = 100 ×
    points / max_points (higher is better, 0 to 100). A part without points or maximum is left out;
    points without an upper end may be the maximum.

    >>> index = pd.DataFrame({"component": ["progress", "total"], "points_low": [18.5, 82.8],
    ...                       "points_high": [18.5, 82.8], "max_points": [20.0, 100.0]})
    >>> parts(index)[["component", "lost_points_high", "earned_pct_low"]].values.tolist()
    [['progress', 1.5, 92.5]]
    """
    known = index[index["component"] != "total"].dropna(subset=["points_low", "max_points"])
    low, most = known["points_low"], known["max_points"]
    high = known["points_high"].fillna(most)
    known = known.assign(
        lost_points_low=(most - high).round(9),  # of decimal fractions
        lost_points_high=(most - low).round(9),
        earned_pct_low=share(low, total=most),
        earned_pct_high=share(high, total=most),
        status="derived",
    )
    return known.sort_values("lost_points_high", ascending=False, kind="stable")


def units(index: pd.DataFrame, place: str) -> pd.DataFrame:
    """Units of one level on one day: the total and the class of each, highest first.

    ``index``: rows of the level; ``place`` names the province, whose row is no unit's. The day is
    the last of those of which most units are known. Where no source gives the class it follows from
    the points by ``class_limits``, and is "assumed".

    >>> rows = pd.DataFrame({"unit": ["A", "B"], "component": "total", "as_of": 1,
    ...     "points_low": 79.9, "points_high": [79.9, 80.1],
    ...     "classification": "", "status": "reported"})
    >>> units(rows, "P")[["classification", "status"]].values.tolist()
    [['fair', 'assumed'], ['', 'reported']]
    """
    rows = index[(index["component"] == "total") & (index["unit"] != place)]
    known = rows.groupby("as_of")["unit"].nunique()
    rows = rows[rows["as_of"] == known[known == known.max()].index.max()]
    limits = class_limits().sort_values("from_points")
    low, high = (
        limits["from_points"].searchsorted(rows[f"points_{end}"].fillna(0), side="right") - 1
        for end in ("low", "high")
    )
    named = limits["classification"].to_numpy()[low]
    ours = (rows["classification"] == "") & rows["points_low"].notna() & (low == high)
    rows = rows.assign(
        classification=rows["classification"].mask(ours, named),
        status=rows["status"].mask(ours, "assumed"),
    )
    rows = rows.sort_values("unit", key=lambda names: names.map(sort_key))
    rows = rows.sort_values("classification", key=lambda own: own.map(_order()), kind="stable")
    return rows.sort_values("points_low", ascending=False, kind="stable", ignore_index=True)


def by_class(units: pd.DataFrame) -> pd.DataFrame:
    """How many units have each class that one has, best first: classification, unit_count.

    >>> by_class(pd.DataFrame({"classification": ["fair", "", "good", "fair"]})).values.tolist()
    [['good', 1], ['fair', 2]]
    """
    counts = units.query("classification != ''")["classification"].value_counts()
    counts = counts.rename("unit_count").sort_index(key=lambda own: own.map(_order()))
    return counts.rename_axis("classification").reset_index()


def _order() -> dict[str, int]:
    return {name: number for number, name in enumerate(class_limits()["classification"])}


def side_by_side(index: pd.DataFrame, by: str) -> pd.DataFrame:
    """Points of the parts side by side: a row a unit or date, a pair of columns a part.

    Rows of which no part is known are left out.

    >>> rows = pd.DataFrame({"unit": "A", "component": ["total", "progress"],
    ...     "points_low": [80.0, 18.0], "points_high": [80.0, 19.0],
    ...     "status": "reported", "source": "s", "locator": "l"})
    >>> side_by_side(rows, "unit")[["unit", "progress_low", "progress_high"]].values.tolist()
    [['A', 18.0, 19.0]]
    """
    wide = index.drop_duplicates(by).set_index(by)[["status", "source", "locator"]]
    for part in schema.INDEX_COMPONENTS:
        own = index[index["component"] == part].drop_duplicates(by).set_index(by)
        ends = own[["points_low", "points_high"]]
        wide = wide.join(ends.set_axis([f"{part}_low", f"{part}_high"], axis=1))
    parts = [f"{part}_low" for part in schema.INDEX_COMPONENTS if part != "total"]
    return wide.dropna(subset=parts, how="all").reset_index()
