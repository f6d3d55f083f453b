"""What is known of other provinces in a year: never a ranking, for most of them are not known."""

import pandas as pd

from par_lib.cleaning import units
from par_lib.cleaning.findings import join_traces
from par_lib.cleaning.tables import Tables

_VALUES = {"par_index": "points", "sipas_index": "satisfaction_pct"}


def known(data: Tables, index: str) -> pd.DataFrame:
    """Provinces of which a source states the ``index``, this one among them; highest value first.

    ``index``: "par_index", in points of 100, or "sipas_index", in percent of satisfied people;
    higher is better. Of others it is read from the indicators <index>_points or _pct and
    <index>_rank. Columns unit; pairs points or satisfaction_pct, and rank (1 is best), missing
    where not stated, from the least to the most stated where sources differ; status, source,
    locator. ``attrs["all_count"]``: how many provinces there were on the last day of the year. No
    row where no other province is known.
    """
    value = _VALUES[index]
    measures = {f"{index}_{value.removeprefix('satisfaction_')}": value, f"{index}_rank": "rank"}
    others = data.indicators[data.indicators["measure"].isin(measures)]
    own = data.scores[data.scores["criterion"] == index].assign(unit=data.place)
    overall = data.sipas.query("level == 'province' and component == 'overall'")
    stated = [
        others.assign(kind=others["measure"].map(measures)),
        _rows(own, "rank_low", "rank_high", "rank"),
        _rows(own if value == "points" else overall, value, value, value),
    ]
    rows = pd.concat(stated, ignore_index=True).dropna(subset=["value_low"])
    found = pd.DataFrame(index=rows["unit"].unique())
    for kind, of in rows.groupby("kind"):
        ends = of.groupby("unit").agg(low=("value_low", "min"), high=("value_high", "max"))
        found = found.join(ends.add_prefix(f"{kind}_"))
    for unit, of in rows.groupby("unit"):
        trace = join_traces(of["source"], of["locator"])
        status = "derived" if (of["status"] == "derived").any() else of["status"].iloc[0]
        found.loc[unit, ["status", "source", "locator"]] = status, *trace
    names = [f"{name}_{end}" for name in (value, "rank") for end in ("low", "high")]
    found = found.reindex(columns=[*names, "status", "source", "locator"])
    found = found.rename_axis("unit").sort_values(f"{value}_low", ascending=False).reset_index()
    if others.empty:
        found = found.iloc[:0]
    found.attrs["all_count"] = len(units.units_on(units.provinces(), f"{data.year}-12-31"))
    return found


def _rows(stated: pd.DataFrame, low: str, high: str, kind: str) -> pd.DataFrame:
    return stated.assign(kind=kind, value_low=stated[low], value_high=stated[high])
