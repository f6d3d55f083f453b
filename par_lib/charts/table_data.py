"""A table as a program takes it: its rows, with the names, words and kinds of its columns.

It is a Data Resource with a Table Schema (https://specs.frictionlessdata.io), as pandas emits, too.
"""

import json
from typing import TYPE_CHECKING

import pandas as pd

from par_lib.language.prose import Mistyped
from par_lib.language.translation import N_

if TYPE_CHECKING:
    from par_lib.charts.presentation import Page

DATA = "application/vnd.dataresource+json"
MOST_ROWS = 40  # of a chart, which shows both ends of more; a longer table can be searched
TRACE = ("status", "source", "locator")
# Of words, and of those that head a row: JupyterLab sets all on the right, heads of rows in bold. A
# page has a style sheet instead.
LEFT, LIGHT = ' style="text-align: left"', ' style="text-align: left; font-weight: normal"'
STATUSES = {
    "reported": N_("reported"), "derived": N_("derived"), "bound": N_("bound"),
    "assumed": N_("assumed"), "unknown": N_("unknown"),
}  # fmt: skip


def ends(data: pd.DataFrame | dict, name: str) -> tuple:
    """Lowest and highest of a column, or of the pair that it stands for; of a frame or of a row."""
    if name in data or f"{name}_low" not in data:
        return (column(data, name),) * 2
    return data[f"{name}_low"], data[f"{name}_high"]


def column(data: pd.DataFrame | dict, name: str) -> pd.Series:
    """A column, or the index of that name; Mistyped where there is neither."""
    if name in data:
        return data[name]
    if name == data.index.name:
        return data.index.to_series()
    pairs = [one.removesuffix("_low") for one in data if one.endswith("_low")]
    raise Mistyped(name, [*data, *pairs])


def as_data(
    page: "Page", frame: pd.DataFrame, heads: dict[str, str], caption: str, shown: list[list[str]]
) -> dict:
    """Title, schema and data of a table of ``page``; ``heads`` are words for columns to show.

    ``shown`` are the rows as the page writes them, under these heads; ``sources`` their codes.

    Of a pair whose ends differ somewhere come both ends, then the interval in words; what is not
    known is null, and so is the end of an open interval. Status, source and locator, where the
    frame has them, come last, in words.
    """
    t, columns, fields = page.t, [], []

    def add(name: str, title: str, values: pd.Series) -> None:
        kind = "date" if pd.api.types.is_datetime64_any_dtype(values) else "string"
        if pd.api.types.is_numeric_dtype(values):
            kind = "year" if name.endswith("year") else "number"
        fields.append({"name": name, "title": title, "type": kind})
        columns.append(values.rename(name))

    for name, head in heads.items():
        low, high = ends(frame, name)
        numeric = pd.api.types.is_numeric_dtype(high)
        if not numeric or low.astype(float).equals(high.astype(float)):
            add(name, head, low)
            continue
        add(f"{name}_low", t("{head}, lower bound", head=head), low)
        add(f"{name}_high", t("{head}, upper bound", head=head), high)
        said = [page.cell(name, *both) for both in zip(low, high, strict=True)]
        add(name, t("{head}, in words", head=head), pd.Series(said, frame.index))
    sources: list[str] = []
    if {*TRACE} <= {*frame.columns}:
        sources = sorted({one for names in frame["source"] for one in names.split("; ")})
        add("status", t("Status"), frame["status"].map(lambda one: t(STATUSES[one])))
        titles = "[" + page.sources["number"].astype(str) + "] " + page.sources["title"]
        named = frame["source"].map(
            lambda own: "; ".join(titles[[*dict.fromkeys(own.split("; "))]])
        )
        add("source", t("Source"), named)
        add("locator", t("Place in the source"), frame["locator"].map(page.where))
    written = pd.concat(columns, axis=1).to_json(
        orient="records", date_format="iso", double_precision=15
    )
    told = {"heads": list(heads.values()), "shown": shown, "sources": sources}
    return {"title": caption, "schema": {"fields": fields}, "data": json.loads(written)} | told
