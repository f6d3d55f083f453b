"""Charts of what is ordinary and what is not: units by size, months in their order.

    control_plots.funnelplot(fair_comparison.funnel(units), x="resolved", y="late_pct")

As ``plots``: data first, columns by name, an Axes back, empty of no rows.
"""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from par_lib.charts.plots import (
    _DOT,
    _MARKED,
    _SHADED,
    HATCH,
    PALETTE,
    Drawn,
    _axes,
    _of_rows,
    _told,
)  # fmt: skip
from par_lib.scoring import fair_comparison


@_of_rows
def funnelplot(data: pd.DataFrame, *, x: str, y: str, name: str = "unit",
               caption: str = "") -> Axes:  # fmt: skip
    """Each unit's value against its size, and where units of that size lie by chance.

    ``data`` is a ``fair_comparison.funnel`` with its attrs; ``x`` names what its sizes are. Whole
    line: the mean; dotted: limits of 95 %; dashed: of 99.8 %. Outside these a unit is in colour.
    """
    out = data["verdict"].isin(["above", "below"])
    rows = _told(data, name, y, size=data["size"], verdict=data["verdict"], marked=out)
    ax = _axes(3.8)
    sizes = pd.Series(np.geomspace(rows["size"].min() / 1.2, rows["size"].max() * 1.2, 120))
    lines = fair_comparison.limits(data.attrs, sizes)
    for end, dashes in zip(lines, ["dotted", "dotted", "dashed", "dashed"], strict=True):
        ax.plot(sizes, lines[end], color=PALETTE["muted"], linewidth=0.9, linestyle=dashes)
    ax.axhline(data.attrs["mean"], color=PALETTE["ink"], linewidth=0.9)
    exact = rows[rows["low"] == rows["high"]]
    if len(exact):
        sns.scatterplot(exact, x="size", y="low", ax=ax, **_SHADED, **_DOT | {"s": 34})
    for row in rows[rows["low"] < rows["high"]].itertuples():
        ax.bar(row.size, row.high - row.low, bottom=row.low, width=0.06 * row.size, hatch=HATCH,
               facecolor="none", edgecolor=_MARKED[row.marked], linewidth=0.8)  # fmt: skip
    most = max(rows["high"].max(), lines["within_95_high"].min())
    ax.set(xscale="log", xlim=(sizes.iloc[0], sizes.iloc[-1]), ylim=(0, 1.25 * most))
    return Drawn("funnel", x, y, rows, caption, threshold=data.attrs["mean"]).on(ax)


@_of_rows
def processplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Months with their mean and natural limits; one that is not ordinary is in colour.

    ``data`` is a ``process_chart`` beside the columns ``x`` and ``y``. A new stretch has lines of
    its own, and no line leads into it.
    """
    rows = _told(data, x, y, signal=data["signal"], marked=data["signal"] != "")
    rows[["mean", "natural_low", "natural_high"]] = data[
        ["mean", "natural_low", "natural_high"]
    ].to_numpy()
    mean = rows["mean"].fillna(np.inf)  # of a stretch without limits
    ax = _axes(3.6)
    for _, own in rows.groupby(mean.ne(mean.shift()).cumsum()):
        ax.plot(own["name"], own["low"], color=PALETTE["bar"], linewidth=1.2)
        for line, dashes in (("mean", "solid"), ("natural_low", "dashed"),
                             ("natural_high", "dashed")):  # fmt: skip
            ax.plot(own["name"], own[line], color=PALETTE["muted"], linewidth=0.9, linestyle=dashes)
    sns.scatterplot(rows, x="name", y="low", ax=ax, **_SHADED, **_DOT | {"s": 34})
    if rows["low"].min() >= 0:  # a rate has no limit below zero
        ax.set_ylim(bottom=0)
    return Drawn("process", x, y, rows, caption).on(ax)
