"""Charts in seaborn's grammar and the house style: data first, columns by name, an Axes back.

    plots.barplot(districts.units, x="late", y="unit", highlight=half.index)

``x`` names a column or a pair ``<x>_low``/``<x>_high``. Hatched means that only bounds are known,
and nothing else does. Bars are for counts and for shares of a whole, dots for rates and scores. Of
no rows, an empty Axes, which is not shown. Words come from ``ax.drawn``
(par_lib.charts.plot_words).
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from pandas.api.types import is_list_like

from par_lib.charts import PALETTE, WIDE_INCHES
from par_lib.charts.table_data import MOST_ROWS, column, ends
from par_lib.language import Refused
from par_lib.language.prose import Mistyped, require_pct
from par_lib.language.translation import N_, lower_is_better
from par_lib.scoring import fair_comparison

BAR = 0.42  # of a row; above it stands its name
ROW_INCHES = 0.46  # a name above its bar
END_ROWS = 12
TILE_INCHES = 0.72  # at least, so that a tile holds a name
HATCHED = {"facecolor": "none", "hatch": "////", "linewidth": 0.8}
_SHADES = LinearSegmentedColormap.from_list("par", [PALETTE["pale"], PALETTE["deep"]])
_DOT = {"s": 55, "linewidth": 0.6, "edgecolor": PALETTE["paper"], "zorder": 3}
_LINE = {"color": PALETTE["muted"], "linewidth": 0.9}


@dataclass
class Drawn:
    """What a chart was given, for its words: its kind, what it shows by what, its rows.

    ``rows`` has name (of a row for several units, all of them), low, high, exact (both the same)
    and, where some are in colour, marked; of stacked parts and of lines series; of bars and dots
    end, to which a row is drawn, and of a sample likely_low, likely_high; of tiles row, column and
    shade, higher where worse; of a funnel size and verdict; of months mean. ``between`` are rows
    left out.
    """

    kind: str
    value: str
    by: str
    rows: pd.DataFrame
    caption: str = ""
    threshold: float = math.nan
    is_mean: bool = False  # the threshold, which nobody set then
    ends: tuple[str, str] = ("", "")  # of a dumbbell, what its low and its high are called
    between: pd.DataFrame | None = None


def _of_rows(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    """Of no rows, an empty Axes: seaborn's histplot would raise, an axis have no end."""
    known = inspect.signature(draw).parameters

    @wraps(draw)
    def draws(data: pd.DataFrame, *, caption: str = "", **given: object) -> Axes:
        for name in given.keys() - known.keys() if "options" not in known else ():
            raise Mistyped(name, known)
        if len(data):
            return draw(data, caption=caption, **given)
        held = {*data, data.index.name}
        shown = [str(one) for name, one in given.items()
                 if name != "units" and {str(one), f"{one}_low"} & held]  # fmt: skip
        return _axes(Drawn("", " ".join(shown), "", data, caption))

    return draws


@_of_rows
def barplot(data: pd.DataFrame, *, x: str, y: str, highlight: pd.Index | tuple = (),
            caption: str = "") -> Axes:  # fmt: skip
    """Bars from zero for counts and shares of a whole, in the order of the rows.

    Units that share one interval, known only as a group, and one colour share one row. Of more than
    MOST_ROWS the first and the last END_ROWS are drawn. ``highlight``: labels or names of the rows
    in colour. Refused for a value below zero.
    """
    if (ends(data, x)[0].astype(float) < 0).any():  # before a chart begins that would be shown
        raise Refused("{column} has values below zero: draw changes with plots.divergeplot",
                      column=x)  # fmt: skip
    ax, rows = _row_chart("bar", data, x, y, highlight, caption)
    ax.set_xlim(0, rows["end"].max() * 1.18)
    return ax


@_of_rows
def divergeplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Changes to either side of zero; one known within bounds is a hatched span."""
    risen = data.index[ends(data, x)[0].astype(float) > 0]
    ax, rows = _row_chart("diverge", data, x, y, risen, caption)
    ax.axvline(0, color=PALETTE["ink"], linewidth=0.8)
    low, high = min(0, rows["low"].min()), max(0, rows["end"].max())
    room = 0.25 * (high - low or 1)
    ax.set_xlim(low - room, high + room)
    return ax


@_of_rows
def dotplot(data: pd.DataFrame, *, x: str, y: str, interval: str = "", threshold: float = math.nan,
            mean: float = math.nan, highlight: pd.Index | None = None,
            caption: str = "") -> Axes:  # fmt: skip
    """Dots for rates and scores, exact or not: a hatched span where only bounds are known.

    ``interval``: a pair in which the true value of a sample likely lies, drawn as a line. In colour
    are the rows of ``highlight``, else what is surely worse than the ``threshold``, or the ``mean``
    of all that is drawn in its place.
    """
    is_mean, threshold = pd.isna(threshold), mean if pd.isna(threshold) else threshold
    if x.endswith("_pct") and not pd.isna(threshold):
        require_pct("threshold", threshold)
    if highlight is None:
        low, high = (end.astype(float) for end in ends(data, x))
        highlight = data.index[low > threshold if lower_is_better(x) else high < threshold]
    ax, rows = _row_chart("dot", data, x, y, highlight, caption, interval)
    ax.drawn.threshold, ax.drawn.is_mean = threshold, is_mean
    lines = rows[["likely_low", "likely_high"] if interval else ["low", "end"]].to_numpy()
    if interval:
        ax.hlines(rows.index, *lines.T, color=PALETTE["bar"], linewidth=2.4)
    if not math.isnan(threshold):
        ax.axvline(threshold, linestyle=(0, (4, 3)), zorder=0, **_LINE | {"color": PALETTE["ink"]})
    low, high = (end([*lines.flat, threshold]) for end in (np.nanmin, np.nanmax))
    room = high - low or 1
    ax.set_xlim(max(low - 0.08 * room, min(low, 0)), high + 0.22 * room)
    return ax


@_of_rows
def dumbbellplot(data: pd.DataFrame, *, start: str, end: str, x: str, y: str,
                 caption: str = "") -> Axes:  # fmt: skip
    """Two values a row, open circle first: ``start`` and ``end`` name columns; ``x`` what both are.

    Where either is known only within bounds the row is left to the table.
    """
    first, last = _told(data, y, start), _told(data, y, end)
    rows, between = _both_ends(first.assign(high=last["high"])[first["exact"] & last["exact"]])
    drawn = Drawn("dumbbell", x, y, rows, caption, ends=(start, end), between=between)
    ax = _axes(drawn, ROW_INCHES * len(rows) + 0.9)
    if len(rows):
        ax.hlines(rows.index, rows["low"], rows["high"], color=PALETTE["faint"], linewidth=2.2)
        for when, name, shade in (("low", start, "paper"), ("high", end, "accent")):
            ax.scatter(rows[when], rows.index, color=PALETTE[shade], label=name,
                       **_DOT | {"edgecolor": PALETTE["ink"]})  # fmt: skip
        ax.margins(x=0.18)
    return ax


@_of_rows
def stackplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Parts of a whole, a bar a row: the index names the rows, a column a part; ``x`` the unit."""
    tall = data.rename_axis("name").melt(ignore_index=False, var_name="series").reset_index()
    rows = _told(tall, "name", "value", series=tall["series"])
    ax = _axes(Drawn("stack", x, y, rows, caption), ROW_INCHES * len(data) + 1.3)
    shades = [PALETTE["bar"], PALETTE["accent"], PALETTE["pale"]]
    return data.plot.barh(stacked=True, width=BAR, color=shades, edgecolor=PALETTE["paper"], ax=ax)


@_of_rows
def lineplot(data: pd.DataFrame, *, x: str, y: str, hue: str = "", caption: str = "",
             **options: object) -> Axes:  # fmt: skip
    """Seaborn's, from zero up, so that half as high is half as much; a line a value of ``hue``."""
    rows = _told(data, x, y, series=column(data, hue) if hue else "")
    ax = _axes(Drawn("line", y, x, rows, caption), 3.6)
    own = {"color": PALETTE["accent"]}
    if hue:
        shades = (PALETTE[name] for name in ("accent", "ink", "bar", "muted", "faint"))
        palette = dict(zip(data[hue].unique(), cycle(shades), strict=False))
        order = [*palette]  # the first, in colour, is a full line
        own = {"hue": hue, "style": hue, "palette": palette, "hue_order": order,
               "style_order": order}  # fmt: skip
    sns.lineplot(data, x=x, y=y, errorbar=None, ax=ax, **own, **options)
    if ax.dataLim.y0 >= 0:
        ax.set_ylim(0, 1.05 * ax.dataLim.y1 or None)
    return ax


@_of_rows
def histplot(data: pd.DataFrame, *, x: str, weights: str, caption: str = "") -> Axes:
    """Counts by a whole number, a bar each: ``weights`` says how many a row stands for."""
    rows = _told(data, x, weights).groupby("name", as_index=False).sum().assign(exact=True)
    ax = _axes(Drawn("histogram", weights, x, rows, caption), 3.0)
    return sns.histplot(data, x=x, weights=weights, discrete=True, shrink=0.8, alpha=1,
                        linewidth=0, color=PALETTE["accent"], ax=ax)  # fmt: skip


@_of_rows
def bandplot(data: pd.DataFrame, *, x: str, y: str, diagonal: bool = False,
             caption: str = "") -> Axes:  # fmt: skip
    """A curve of which both bounds are known; hatched between them. ``diagonal``: all equal."""
    rows = _told(data, x, y)
    ax = _axes(Drawn("band", y, x, rows, caption), 4.2)
    ax.plot(data[x], rows[["low", "high"]], color=PALETTE["accent"])
    if (rows["low"] < rows["high"] - 1e-9).any():
        ax.fill_between(data[x], rows["low"], rows["high"], edgecolor=PALETTE["bar"],
                        **HATCHED | {"linewidth": 0})  # fmt: skip
    if diagonal:
        ax.axline((0, 0), (100, 100), linestyle=(0, (4, 3)), **_LINE)
    ax.set(xlim=(0, data[x].max()), ylim=(0, 101))
    return ax


@_of_rows
def tileplot(data: pd.DataFrame, *, name: str, value: str, caption: str = "") -> Axes:
    """A tile where each unit roughly lies, by columns row and column, counted from 0.

    Darker is worse, as the value's name tells; a tile known only within bounds is hatched.
    """
    tiles = _told(data, name, value, row=data["row"], column=data["column"])
    tiles["shade"] = tiles["low"].where(tiles["exact"]) * (1 if lower_is_better(value) else -1)
    depth = Normalize(tiles["shade"].min(), tiles["shade"].max())
    columns, rows = tiles["column"].max() + 1, tiles["row"].max() + 1
    wide = max(WIDE_INCHES, TILE_INCHES * columns)
    ax = _axes(Drawn("tile", value, name, tiles, caption), wide * rows / columns, wide)
    for tile in tiles.itertuples():
        shaded = {"facecolor": _SHADES(depth(tile.shade)), "edgecolor": "none"}
        look = shaded if tile.exact else HATCHED | {"edgecolor": PALETTE["faint"]}
        ax.add_patch(Rectangle((tile.column + 0.03, tile.row + 0.03), 0.94, 0.94, **look))
    ax.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
    return ax


@_of_rows
def funnelplot(data: pd.DataFrame, *, x: str, y: str, highlight: str = "",
               caption: str = "") -> Axes:  # fmt: skip
    """Each unit's value against its size, and where units of that size lie by chance.

    ``data`` is a ``fair_comparison.funnel`` with its attrs; ``x`` names what its sizes are. In
    colour are the units outside the limits, or the one ``highlight`` names, on a lower chart.
    """
    out = data["verdict"].isin(["above", "below"])
    marked = data["unit"] == highlight if highlight else out
    rows = _told(data, "unit", y, size=data["size"], verdict=data["verdict"], marked=marked)
    high_inches = 2.2 if highlight else 3.8
    ax = _axes(Drawn("funnel", y, x, rows, caption, threshold=data.attrs["mean"]), high_inches)
    sizes = pd.Series(np.geomspace(rows["size"].min() / 1.2, rows["size"].max() * 1.2, 120))
    lines = fair_comparison.limits(data.attrs, sizes)
    ax.axhline(data.attrs["mean"], label=N_("mean"), **_LINE | {"color": PALETTE["ink"]})
    for target in pd.Series(data.attrs["target"]).dropna():
        ax.axhline(target, label=N_("the target"), **_LINE | {"color": PALETTE["accent"]})
    for limits, text, dashes in (("within_95", N_("limits of 95%"), "dotted"),
                                 ("within_99_8", N_("limits of 99.8%"), "dashed")):  # fmt: skip
        ax.plot(sizes, lines.filter(like=limits), label=[text, "_"], linestyle=dashes, **_LINE)
    exact, within = rows[rows["exact"]], rows[~rows["exact"]]
    _dots(ax, exact["size"], exact, highlight or N_("outside the limits of 99.8%"))
    ax.bar(within["size"], within["high"] - within["low"], 0.06 * within["size"], within["low"],
           edgecolor=_colours(within), **HATCHED)  # fmt: skip
    most = max(rows["high"].max(), lines["within_95_high"].min())
    ax.set(xscale="log", xlim=(sizes.iloc[0], sizes.iloc[-1]), ylim=(0, 1.25 * most))
    return ax


@_of_rows
def processplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Months with their mean and natural limits; one that is not ordinary is in colour.

    ``data`` is a ``process_chart`` beside the columns ``x`` and ``y``; each stretch stands apart.
    """
    if len(data) == 1:  # of a month alone there is no course to show
        return processplot(data.iloc[:0], x=x, y=y, caption=caption)
    of_stretch = data[["mean", "natural_low", "natural_high"]]
    rows = _told(data, x, y, marked=data["signal"] != "", **of_stretch)
    ax = _axes(Drawn("process", y, x, rows, caption), 3.6)
    for _, own in rows.groupby(data["stretch"].to_numpy()):
        ax.plot(own["name"], own["low"], color=PALETTE["bar"], linewidth=1.2)
        ax.plot(own["name"], own["mean"], label=N_("mean"), **_LINE)
        ax.plot(own["name"], own.filter(like="natural"), label=[N_("natural limits"), "_"],
                linestyle="dashed", **_LINE)  # fmt: skip
    _dots(ax, rows["name"], rows, N_("not ordinary"))
    if rows["low"].min() >= 0:  # a rate has no limit below zero
        ax.set_ylim(bottom=max(ax.get_ylim()[0], 0))
    return ax


def _axes(drawn: Drawn, high_inches: float = 3.4, wide_inches: float = WIDE_INCHES) -> Axes:
    """Axes from edge to edge, with what is drawn; words beside them make the chart wider."""
    figure, ax = plt.subplots(figsize=(wide_inches, high_inches))
    figure.subplots_adjust(left=0, right=1)
    ax.drawn = drawn
    return ax


def _told(data: pd.DataFrame, name: str, value: str, **more: object) -> pd.DataFrame:
    """Rows as words tell them: name, low, high, exact, ``more`` columns; numbered from 0."""
    low, high = (end.astype(float) for end in ends(data, value))
    rows = {"name": column(data, name).astype(object), "low": low, "high": high}
    return pd.DataFrame(rows | {"exact": low == high} | more).reset_index(drop=True)


def _row_chart(kind: str, data: pd.DataFrame, x: str, y: str, highlight: pd.Index | tuple,
               caption: str, interval: str = "") -> tuple[Axes, pd.DataFrame]:  # fmt: skip
    """Bars or dots, and hatched spans, with the rows that are drawn: told, with end.

    ``end`` is where a row is drawn to: of a high that is not known the edge, 100 of a rate.
    """
    names = column(data, y)
    highlight = pd.Index(highlight if is_list_like(highlight) else [highlight])
    for label in highlight.difference(data.index).difference(names):
        raise Mistyped(label, names)
    marked = data.index.isin(highlight) | names.isin(highlight)
    rows = _told(data, y, x, status=data.get("status", ""), marked=marked)
    if interval:
        rows[["likely_low", "likely_high"]] = _told(data, y, interval)[["low", "high"]]
    edge = 100.0 if x.endswith("_pct") else rows[["low", "high"]].max(axis=None)
    rows["end"] = rows["high"].fillna(edge)
    alike = rows[~rows["exact"] & (rows["status"] == "bound")].groupby(["low", "end", "marked"])
    for units in alike.groups.values():
        if len(units) > 1:  # each within these bounds: one row
            rows.at[units[0], "name"] = tuple(rows.loc[units, "name"])  # noqa: PD008, a tuple is one
            rows = rows.drop(units[1:])
    rows, between = _both_ends(rows)
    ax = _axes(Drawn(kind, x, y, rows, caption, between=between), ROW_INCHES * len(rows) + 0.8)
    exact, within = rows[rows["exact"]], rows[~rows["exact"]]
    if kind == "dot":
        ax.scatter(exact["low"], exact.index, c=_colours(exact), **_DOT)
    else:
        ax.barh(exact.index, exact["low"], BAR, color=_colours(exact))
    ax.barh(within.index, within["end"] - within["low"], 0.34 if kind == "dot" else BAR,
            within["low"], edgecolor=_colours(within), **HATCHED)  # fmt: skip
    return ax, rows


def _dots(ax: Axes, x: pd.Series, rows: pd.DataFrame, special: str) -> None:
    """Small dots at the low of ``rows``; what those in colour are stands in the legend."""
    for marked, own in rows.groupby("marked"):
        look = {"c": _colours(own), "label": special if marked else "_"}
        ax.scatter(x[own.index], own["low"], **_DOT | look | {"s": 34})


def _colours(rows: pd.DataFrame) -> pd.Series:
    return rows["marked"].map({True: PALETTE["accent"], False: PALETTE["bar"]})


def _both_ends(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """All rows, or of too many those at both ends and, apart, what lies between them."""
    if len(rows) <= MOST_ROWS:
        return rows.reset_index(drop=True), None
    shown = pd.concat([rows[:END_ROWS], rows[-END_ROWS:]], ignore_index=True)
    return shown, rows[END_ROWS:-END_ROWS]
