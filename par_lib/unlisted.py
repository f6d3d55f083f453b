"""Units that a listing leaves out: what is known of each of them, as a row of its own."""

import pandas as pd

from par_lib import schema, units


def bound_unlisted(
    tidy: pd.DataFrame, *, known: pd.DataFrame, total: str, level: str
) -> pd.DataFrame:
    """Add a row for each unit of ``level`` that a listing with a declared total leaves out.

    Each such unit lies in [0, total − sum of the listed], for the units share that rest.
    Where nothing is listed, or no total is declared, nothing is added. Rows added have status
    "bound" and the source and locator of the total.
    """
    low, high = f"{total}_low", f"{total}_high"
    figures = dict.fromkeys(tidy.select_dtypes("number").columns)  # the total's own, not a unit's
    added = []
    province = set(known.loc[known["level"] == "province", "code"])
    of_level = tidy[tidy["level"] == level]
    for (_, end), group in of_level.groupby(["period_start", "period_end"]):
        is_total = group["unit_code"].isin(province)
        listed = group[~is_total & group[low].notna()]
        declared = group[is_total & (group[low] == group[high])]
        if listed.empty or len(declared) != 1:
            continue
        rest = int(declared[low].item() - listed[low].sum())
        valid = units.units_on(known, end.date(), level=level)
        unlisted = valid[~valid["code"].isin(listed["unit_code"])]
        for unit in unlisted.itertuples():
            row = declared.iloc[0].to_dict() | figures
            row |= {"unit_code": unit.code, "unit": unit.name}
            row |= {low: 0, high: max(rest, 0), "status": "bound", "note": ""}
            added.append(row)
    return _append(tidy, added)


def expand_others(tidy: pd.DataFrame, *, known: pd.DataFrame, level: str) -> pd.DataFrame:
    """Replace each "all others" row of ``level`` by one row for each unit not listed beside it.

    Rows of other levels stay: how many agencies there are is not known.
    """
    is_group = (tidy["unit"] == schema.OTHERS) & (tidy["level"] == level)
    added = []
    for _, group in tidy[is_group].iterrows():
        beside = tidy[(tidy["level"] == level) & (tidy["as_of"] == group["as_of"])]
        valid = units.units_on(known, group["as_of"].date(), level=level)
        unlisted = valid[~valid["code"].isin(beside["unit_code"].dropna())]
        added += [
            group.to_dict() | {"unit_code": unit.code, "unit": unit.name}
            for unit in unlisted.itertuples()
        ]
    return _append(tidy[~is_group], added)


def _append(tidy: pd.DataFrame, added: list[dict]) -> pd.DataFrame:
    if not added:
        return tidy.reset_index(drop=True)
    extra = pd.DataFrame(added)[list(tidy.columns)].astype(tidy.dtypes)
    return pd.concat([tidy, extra], ignore_index=True)
