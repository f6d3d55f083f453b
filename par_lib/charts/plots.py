"""Charts in seaborn's grammar and the house style: data first, columns by name, an Axes back.

    plots.barplot(districts.units, x="late", y="unit", highlight=half.index)

``x`` names a column or a pair ``<x>_low``/``<x>_high``. Hatched means that only bounds are known,
and nothing else does: an interval is never drawn as a value. Bars are for counts and for shares of
a whole, dots for rates and scores. Of no rows, an empty Axes, which is not shown. Axis labels are
names of columns until the Axes is shown: its words then come from the data kept in ``ax.drawn``
(par_lib.charts.plot_words), never from what was drawn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from par_lib.charts.style import PALETTE

HATCH = "////"
ROW_INCHES = 0.36
_SHADES = LinearSegmentedColormap.from_list("par", [PALETTE["pale"], PALETTE["deep"]])


@dataclass
class Drawn:
    """What a chart was given: its kind, columns and rows, for its words.

    ``rows``: name, low, high a row (or one dict of them a series); ``note``: one clause more.
    """

    kind: str
    x: str
    y: str
    rows: list[tuple[object, float, float]] | dict[str, list[tuple[object, float, float]]]
    caption: str = ""
    highlight: str = ""
    threshold: float = math.nan
    worse: str = ""
    size: dict = field(default_factory=dict)

    @property
    def value(self) -> str:
        """The column of the numbers: of rows the horizontal axis, of curves the vertical."""
        return self.y if self.kind in ("line", "histogram", "band") else self.x


def _of_rows(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    """Of no rows, an empty Axes: seaborn's histplot and heatmap would raise."""

    @wraps(draw)
    def draws(data: pd.DataFrame, *args: object, **options: object) -> Axes:
        if len(data):
            return draw(data, *args, **options)
        return plt.subplots()[1]

    return draws


@_of_rows
def barplot(
    data: pd.DataFrame, *, x: str, y: str, highlight: pd.Index | None = None, caption: str = "",
) -> Axes:  # fmt: skip
    """Bars from zero for counts and shares of a whole, in the order of the rows.

    Units that share one interval, known only as a group, share one row. ``highlight``: labels of
    the rows in colour.
    """
    frame, ax = _rows(data, x, y, highlight)
    _bars(frame, ax)
    ax.set_xlim(0, frame["end"].max() * 1.18)
    ax.drawn = Drawn("bar", x, y, _told(frame), caption)
    return ax


@_of_rows
def divergeplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Changes to either side of zero; one known within bounds is a hatched span."""
    frame, ax = _rows(data, x, y, data.index[_pair(data, x)[0] > 0])
    _bars(frame, ax)
    ax.axvline(0, color=PALETTE["ink"], linewidth=0.8)
    low, high = min(0, frame["low"].min()), max(0, frame["end"].max())
    ax.set_xlim(low - 0.25 * (high - low or 1), high + 0.25 * (high - low or 1))
    ax.drawn = Drawn("diverge", x, y, _told(frame), caption)
    return ax


@_of_rows
def dotplot(
    data: pd.DataFrame, *, x: str, y: str, interval: str = "", threshold: float = math.nan,
    highlight: pd.Index | None = None, caption: str = "",
) -> Axes:  # fmt: skip
    """Dots for rates and scores, exact or not: a hatched span where only bounds are known.

    ``interval``: a pair in which the true value of a sample likely lies, drawn as a line. What lies
    below the ``threshold`` wherever in its span it is, or the rows of ``highlight``, is in colour.
    """
    if highlight is None:
        highlight = data.index[_pair(data, x)[1] < threshold]
    frame, ax = _rows(data, x, y, highlight)
    drawn = Drawn("dot", x, y, _told(frame), caption, threshold=threshold)
    ends = frame[["low", "end"]].to_numpy()
    if interval:
        ends = data[[f"{interval}_low", f"{interval}_high"]].to_numpy(dtype=float)
        ax.hlines(frame.index, *ends.T, color=PALETTE["bar"], linewidth=2.4)
        drawn.size["interval"] = dict(zip(frame["name"], map(tuple, ends), strict=True))
    exact = frame[frame["exact"]]
    if len(exact):
        sns.scatterplot(exact, x="low", y=exact.index, hue="marked", palette=_colours(exact), s=55,
                        legend=False, ax=ax, zorder=3)  # fmt: skip
    for row in frame[~frame["exact"]].itertuples():
        _span(ax, row.low, row.end, row.Index, 0.34, "accent" if row.marked else "bar")
    if not math.isnan(threshold):
        ax.axvline(threshold, color=PALETTE["ink"], linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    low, high = np.nanmin([*ends.flat, threshold]), np.nanmax([*ends.flat, threshold])
    room = high - low or 1
    ax.set_xlim(max(low - 0.08 * room, min(low, 0)), high + 0.22 * room)
    ax.drawn = drawn
    return ax


@_of_rows
def dumbbellplot(data: pd.DataFrame, *, start: str, end: str, x: str, y: str,
                 caption: str = "") -> Axes:  # fmt: skip
    """Two values a row, open circle first: ``start`` and ``end`` name columns; ``x`` what both are.

    Where either is known only within bounds the row is left to the table.
    """
    first, last = (_pair(data, name) for name in (start, end))
    known = (first[0] == first[1]) & (last[0] == last[1])
    frame = pd.DataFrame({"name": data[y], "low": first[0], "high": last[0]})[known.to_numpy()]
    frame = frame.reset_index(drop=True)
    _, ax = plt.subplots(figsize=(8, ROW_INCHES * len(frame) + 0.9))
    if frame.empty:
        return ax
    ax.hlines(frame.index, frame["low"], frame["high"], color=PALETTE["faint"], linewidth=2.2)
    tall = frame.melt("name", ["low", "high"], ignore_index=False)
    shades = {"low": PALETTE["paper"], "high": PALETTE["accent"]}
    sns.scatterplot(tall, x="value", y=tall.index, hue="variable", palette=shades, s=55, ax=ax,
                    edgecolor=PALETTE["ink"], zorder=3, legend=False)  # fmt: skip
    low, high = tall["value"].min(), tall["value"].max()
    ax.set_xlim(low - 0.18 * (high - low or 1), high + 0.18 * (high - low or 1))
    told = Drawn("dumbbell", x, y, _told(frame), caption, size={"start": start, "end": end})
    ax.drawn = told
    return ax


@_of_rows
def stackplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Parts of a whole, a bar a row: the index names the rows, a column a part; ``x`` the unit."""
    tall = data.melt(ignore_index=False, var_name="part", value_name="value").reset_index()
    row = tall.columns[0]
    _, ax = plt.subplots(figsize=(8, ROW_INCHES * len(data) + 1.3))
    shades = [PALETTE["bar"], PALETTE["accent"], PALETTE["pale"]][: data.shape[1]]
    order = list(data.columns)[::-1]  # seaborn stacks the last one first
    palette = dict(zip(data.columns, shades, strict=True))
    sns.histplot(tall, y=row, weights="value", hue="part", hue_order=order, multiple="stack",
                 palette=palette, shrink=0.62, alpha=1, ax=ax)  # fmt: skip
    sns.move_legend(ax, "lower left", bbox_to_anchor=(0, 1), ncols=3, title="", frameon=False,
                    reverse=True)  # fmt: skip
    rows = {part: [(name, float(v), float(v)) for name, v in data[part].items()] for part in data}
    ax.drawn = Drawn("stack", x, y, rows, caption)
    return ax


@_of_rows
def lineplot(data: pd.DataFrame, *, x: str, y: str, hue: str = "", caption: str = "",
             **options: object) -> Axes:  # fmt: skip
    """Seaborn's, from zero up, so that half as high is half as much; a line a value of ``hue``."""
    _, ax = plt.subplots(figsize=(8, 4.2))
    own = {"hue": hue, "style": hue} if hue else {"color": PALETTE["accent"]}
    if hue:
        shades = [PALETTE[name] for name in ("accent", "ink", "bar", "muted", "faint")]
        values = list(dict.fromkeys(data[hue]))
        own["palette"] = {value: shades[n % len(shades)] for n, value in enumerate(values)}
    sns.lineplot(data, x=x, y=y, errorbar=None, ax=ax, **own, **options)
    if ax.dataLim.y0 >= 0:
        ax.set_ylim(bottom=0)
    groups = data.groupby(hue, sort=False) if hue else [("", data)]
    rows = {name: [(row[x], float(row[y]), float(row[y])) for row in own.to_dict("records")]
            for name, own in groups}  # fmt: skip
    ax.drawn = Drawn("line", x, y, rows, caption)
    return ax


@_of_rows
def histplot(data: pd.DataFrame, *, x: str, weights: str, caption: str = "") -> Axes:
    """Counts by a whole number, a bar each: ``weights`` says how many a row stands for."""
    _, ax = plt.subplots(figsize=(8, 3.6))
    sns.histplot(data, x=x, weights=weights, discrete=True, shrink=0.8, alpha=1, linewidth=0,
                 color=PALETTE["accent"], ax=ax)  # fmt: skip
    ax.set_ylabel(weights)
    counts = data.groupby(x)[weights].sum()
    rows = [(at, float(count), float(count)) for at, count in counts.items()]
    ax.drawn = Drawn("histogram", x, weights, rows, caption)
    return ax


@_of_rows
def bandplot(data: pd.DataFrame, *, x: str, y: str, diagonal: bool = False,
             caption: str = "") -> Axes:  # fmt: skip
    """A curve of which both bounds are known; hatched between them. ``diagonal``: all equal."""
    _, ax = plt.subplots(figsize=(5.6, 4.4))
    low, high = f"{y}_low", f"{y}_high"
    tall = data.melt(x, [low, high], value_name=y)
    sns.lineplot(tall, x=x, y=y, units="variable", estimator=None, color=PALETTE["accent"], ax=ax)
    if (data[low] < data[high] - 1e-9).any():
        ax.fill_between(data[x], data[low], data[high], facecolor="none", hatch=HATCH,
                        edgecolor=PALETTE["bar"], linewidth=0)  # fmt: skip
    if diagonal:
        ax.axline((0, 0), (100, 100), color=PALETTE["muted"], linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set(xlim=(0, data[x].max()), ylim=(0, 101))
    rows = [(row[x], row[low], row[high]) for row in data.to_dict("records")]
    ax.drawn = Drawn("band", x, y, rows, caption)
    return ax


@_of_rows
def tileplot(data: pd.DataFrame, *, name: str, value: str, worse: str = "high",
             caption: str = "") -> Axes:  # fmt: skip
    """Seaborn's heat map with a tile where each unit roughly lies (columns row, column).

    Darker is worse, whichever end of the value that is; a tile known only within bounds is hatched.
    """
    low, high = _pair(data, value)
    frame = data.assign(_low=low, _high=high, _exact=low == high)
    shade = frame["_low"].where(frame["_exact"])
    frame["_shade"] = shade if worse == "high" else -shade
    rows, columns = (range(int(frame[axis].max()) + 1) for axis in ("row", "column"))
    grid = frame.pivot_table(index="row", columns="column", values="_shade", dropna=False)
    grid = grid.reindex(rows, columns=columns).astype(float)
    _, ax = plt.subplots(figsize=(8, 8 * len(rows) / len(columns)))
    known = frame["_shade"].dropna() if frame["_exact"].any() else pd.Series([0.0, 1.0])
    sns.heatmap(grid, ax=ax, vmin=known.min(), vmax=known.max(), cmap=_SHADES, cbar=False,
                linecolor=PALETTE["paper"], linewidths=4, square=True, xticklabels=False,
                yticklabels=False)  # fmt: skip
    for tile in frame[~frame["_exact"]].itertuples():
        ax.add_patch(Rectangle((tile.column + 0.03, tile.row + 0.03), 0.94, 0.94, facecolor="none",
                               hatch=HATCH, edgecolor=PALETTE["faint"], linewidth=0.8))  # fmt: skip
    told = _told(frame.rename(columns={name: "name", "_low": "low", "_high": "high"}))
    ax.drawn = Drawn("tile", value, name, told, caption, worse=worse)
    ax.drawn.size["places"] = list(zip(frame["column"], frame["row"], strict=True))
    return ax


def _pair(data: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """Lowest and highest of a column, or of the pair that it stands for."""
    names = (name, name) if name in data else (f"{name}_low", f"{name}_high")
    return data[names[0]].astype(float), data[names[1]].astype(float)


def _rows(data: pd.DataFrame, x: str, y: str, highlight: pd.Index | None) -> tuple:
    """The rows to draw and an Axes for them: name, low, high, exact, marked.

    ``end`` is where a row is drawn to: of a high that is not known the edge, 100 of a rate.
    """
    low, high = _pair(data, x)
    edge = 100.0 if x.endswith("_pct") else np.nanmax([*low, *high])
    frame = pd.DataFrame({"low": low, "high": high, "end": high.fillna(edge)})
    frame["name"], frame["exact"] = data[y].astype(object), low == high
    frame["marked"] = data.index.isin([] if highlight is None else highlight)
    status = data["status"] if "status" in data else pd.Series("", data.index)
    alike = frame[~frame["exact"] & (status == "bound")].groupby(["low", "end"])["name"]
    for names in alike.groups.values():
        if len(names) > 1:  # so many, each within these bounds: one row
            frame = frame.drop(names[1:])
            frame.loc[names[0], "name"] = len(names)
    frame = frame.reset_index(drop=True)
    return frame, plt.subplots(figsize=(8, ROW_INCHES * len(frame) + 0.8))[1]


def _bars(frame: pd.DataFrame, ax: Axes) -> None:
    exact = frame[frame["exact"]]
    if len(exact):
        sns.barplot(exact, x="low", y=exact.index, orient="h", order=frame.index, width=0.62, ax=ax,
                    hue="marked", palette=_colours(exact), legend=False, saturation=1)  # fmt: skip
    for row in frame[~frame["exact"]].itertuples():
        _span(ax, row.low, row.end, row.Index, 0.62, "accent" if row.marked else "bar")


def _told(frame: pd.DataFrame) -> list[tuple[object, float, float]]:
    return [(n, float(a), float(b)) for n, a, b in zip(frame["name"], frame["low"], frame["high"],
                                                       strict=True)]  # fmt: skip


def _colours(exact: pd.DataFrame) -> dict[bool, str]:
    return {marked: PALETTE["accent" if marked else "bar"] for marked in exact["marked"].unique()}


def _span(ax: Axes, low: float, high: float, y: float, height: float, colour: str) -> None:
    ax.barh(y, high - low, left=low, height=height, facecolor="none", hatch=HATCH,
            edgecolor=PALETTE[colour], linewidth=0.8)  # fmt: skip
