"""Charts in seaborn's grammar and the house style: data first, columns by name, an Axes back.

    plots.barplot(districts.units, x="late", y="unit", highlight=half.index)

``x`` names a column or a pair ``<x>_low``/``<x>_high``. Hatched means that only bounds are known,
and nothing else does: an interval is never drawn as a value. Bars are for counts and for shares of
a whole, dots for rates and scores. Of no rows, an empty Axes, which is not shown. Axis labels are
names of columns until the Axes is shown: its words then come from the data kept in ``ax.drawn``
(par_lib.charts.plot_words), never from what was drawn.
"""

import html
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import cycle

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from par_lib.charts.table_data import MOST_ROWS, column, ends
from par_lib.language.prose import Mistyped

# As wide as a phone: letters stay readable there, and on a desk the chart is shown larger.
WIDE_INCHES = 4.6
PALETTE = {
    "ink": "#1c2024", "muted": "#5f6670", "faint": "#c9ced6", "accent": "#a8401a",
    "bar": "#8a93a0", "paper": "#ffffff", "pale": "#f3e4dc", "deep": "#c9764f",
}  # fmt: skip
STYLE = {
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "none", "font.family": ["DejaVu Sans"], "font.size": 10,
    "text.color": PALETTE["ink"], "axes.labelcolor": PALETTE["muted"],
    "axes.edgecolor": PALETTE["faint"], "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 10, "axes.titlelocation": "left", "axes.titlecolor": PALETTE["ink"],
    "axes.axisbelow": True, "grid.color": PALETTE["faint"], "grid.linewidth": 0.6,
    "xtick.color": PALETTE["faint"], "ytick.color": PALETTE["faint"],
    "xtick.labelcolor": PALETTE["muted"], "ytick.labelcolor": PALETTE["ink"],
    "hatch.color": PALETTE["bar"], "hatch.linewidth": 0.7, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.facecolor": "none", "figure.figsize": (WIDE_INCHES, 3.4),
}  # fmt: skip
HATCH = "////"
BAR = 0.42  # of a row; above it stands its name
ROW_INCHES = 0.46  # a name above its bar
END_ROWS = 12
TILE_INCHES = 0.72  # at least, so that a tile holds a name
_SHADES = LinearSegmentedColormap.from_list("par", [PALETTE["pale"], PALETTE["deep"]])
_DOT = {"s": 55, "linewidth": 0.6, "edgecolor": PALETTE["paper"], "zorder": 3}
_MARKED = {True: PALETTE["accent"], False: PALETTE["bar"]}
_SHADED = {"hue": "marked", "palette": _MARKED, "legend": False}


@dataclass
class Drawn:
    """What a chart was given: its kind, columns and rows, for its words.

    ``rows`` has name, low and high; of stacked parts and of lines ``series``; of bars and dots
    ``end``, to which a row is drawn, and of a sample ``likely_low``, ``likely_high``; of tiles
    ``row``, ``column`` and ``shade``, higher where worse; of a funnel ``size`` and ``verdict``; of
    months ``signal``, ``mean``, ``natural_low``, ``natural_high``.
    """

    kind: str
    x: str
    y: str
    rows: pd.DataFrame
    caption: str = ""
    threshold: float = math.nan
    ends: tuple[str, str] = ("", "")  # of a dumbbell, what its low and its high are called
    between: pd.DataFrame | None = None  # rows left out, in the middle

    def on(self, ax: Axes) -> Axes:
        """The Axes it was drawn on, which keeps it for its words."""
        ax.drawn = self
        return ax


def _of_rows(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    """Of no rows, an empty Axes: seaborn's histplot would raise, an axis have no end."""

    @wraps(draw)
    def draws(data: pd.DataFrame, *, caption: str = "", **options: object) -> Axes:
        if len(data):
            return draw(data, caption=caption, **options)
        return Drawn("", "", "", data, caption).on(plt.subplots()[1])

    return draws


@_of_rows
def barplot(
    data: pd.DataFrame, *, x: str, y: str, highlight: pd.Index | tuple = (), caption: str = "",
) -> Axes:  # fmt: skip
    """Bars from zero for counts and shares of a whole, in the order of the rows.

    Units that share one interval, known only as a group, and one colour share one row. Of more than
    MOST_ROWS the first and the last END_ROWS are drawn, and the caption tells of the others.
    ``highlight``: labels of the rows in colour. ValueError for a value below zero.
    """
    rows, between, ax = _row_chart(data, x, y, highlight)
    if (rows["low"] < 0).any():
        raise ValueError(f"{x} has values below zero: draw changes with plots.divergeplot")
    _bars(rows, ax)
    ax.set_xlim(0, rows["end"].max() * 1.18)
    return Drawn("bar", x, y, rows, caption, between=between).on(ax)


@_of_rows
def divergeplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Changes to either side of zero; one known within bounds is a hatched span."""
    rows, between, ax = _row_chart(data, x, y, data.index[ends(data, x)[0].astype(float) > 0])
    _bars(rows, ax)
    ax.axvline(0, color=PALETTE["ink"], linewidth=0.8)
    low, high = min(0, rows["low"].min()), max(0, rows["end"].max())
    ax.set_xlim(low - 0.25 * (high - low or 1), high + 0.25 * (high - low or 1))
    return Drawn("diverge", x, y, rows, caption, between=between).on(ax)


@_of_rows
def dotplot(
    data: pd.DataFrame, *, x: str, y: str, interval: str = "", threshold: float = math.nan,
    highlight: pd.Index | None = None, caption: str = "",
) -> Axes:  # fmt: skip
    """Dots for rates and scores, exact or not: a hatched span where only bounds are known.

    ``interval``: a pair in which the true value of a sample likely lies, drawn as a line. In colour
    are the rows of ``highlight``, else what is worse than the ``threshold`` wherever in its span it
    lies: above it of what is late or lost, below it of all else.
    """
    if highlight is None:
        low, high = (end.astype(float) for end in ends(data, x))
        worse = low > threshold if x.startswith(("late", "lost")) else high < threshold
        highlight = data.index[worse]
    rows, between, ax = _row_chart(data, x, y, highlight, interval)
    lines = rows[["likely_low", "likely_high"] if interval else ["low", "end"]].to_numpy()
    if interval:
        ax.hlines(rows.index, *lines.T, color=PALETTE["bar"], linewidth=2.4)
    exact = rows[rows["exact"]]
    if len(exact):
        sns.scatterplot(exact, x="low", y=exact.index, ax=ax, **_SHADED, **_DOT)
    _spans(rows, ax, 0.34)
    if not math.isnan(threshold):
        ax.axvline(threshold, color=PALETTE["ink"], linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    low, high = np.nanmin([*lines.flat, threshold]), np.nanmax([*lines.flat, threshold])
    room = high - low or 1
    ax.set_xlim(max(low - 0.08 * room, min(low, 0)), high + 0.22 * room)
    return Drawn("dot", x, y, rows, caption, threshold, between=between).on(ax)


@_of_rows
def dumbbellplot(data: pd.DataFrame, *, start: str, end: str, x: str, y: str,
                 caption: str = "") -> Axes:  # fmt: skip
    """Two values a row, open circle first: ``start`` and ``end`` name columns; ``x`` what both are.

    Where either is known only within bounds the row is left to the table.
    """
    first, last = _told(data, y, start), _told(data, y, end)
    known = (first["low"] == first["high"]) & (last["low"] == last["high"])
    rows, between = _both_ends(first.assign(high=last["high"])[known])
    ax = _axes(ROW_INCHES * len(rows) + 0.9)
    if rows.empty:
        return Drawn("", x, y, rows, caption).on(ax)
    ax.hlines(rows.index, rows["low"], rows["high"], color=PALETTE["faint"], linewidth=2.2)
    for when, shade in {"low": "paper", "high": "accent"}.items():
        sns.scatterplot(rows, x=when, y=rows.index, color=PALETTE[shade], ax=ax,
                        **_DOT | {"edgecolor": PALETTE["ink"]})  # fmt: skip
    ax.margins(x=0.18)
    return Drawn("dumbbell", x, y, rows, caption, ends=(start, end), between=between).on(ax)


@_of_rows
def stackplot(data: pd.DataFrame, *, x: str, y: str, caption: str = "") -> Axes:
    """Parts of a whole, a bar a row: the index names the rows, a column a part; ``x`` the unit."""
    shades = [PALETTE["bar"], PALETTE["accent"], PALETTE["pale"]]
    ax = data.plot.barh(stacked=True, width=BAR, color=shades, edgecolor=PALETTE["paper"],
                        ax=_axes(ROW_INCHES * len(data) + 1.3))  # fmt: skip
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
    tall = data.rename_axis("name").melt(ignore_index=False, var_name="series").reset_index()
    return Drawn("stack", x, y, _told(tall, "name", "value", series=tall["series"]), caption).on(ax)


@_of_rows
def lineplot(data: pd.DataFrame, *, x: str, y: str, hue: str = "", caption: str = "",
             **options: object) -> Axes:  # fmt: skip
    """Seaborn's, from zero up, so that half as high is half as much; a line a value of ``hue``."""
    rows = _told(data, x, y, series=column(data, hue) if hue else "")
    ax = _axes(3.6)
    own = {"color": PALETTE["accent"]}
    if hue:
        shades = cycle(PALETTE[name] for name in ("accent", "ink", "bar", "muted", "faint"))
        palette = {value: next(shades) for value in data[hue].unique()}
        own = {"hue": hue, "style": hue, "palette": palette}
    sns.lineplot(data, x=x, y=y, errorbar=None, ax=ax, **own, **options)
    if ax.dataLim.y0 >= 0:
        ax.set_ylim(0, 1.05 * ax.dataLim.y1 or None)
    return Drawn("line", x, y, rows, caption).on(ax)


@_of_rows
def histplot(data: pd.DataFrame, *, x: str, weights: str, caption: str = "") -> Axes:
    """Counts by a whole number, a bar each: ``weights`` says how many a row stands for."""
    rows = _told(data, x, weights).groupby("name", as_index=False).sum()
    ax = _axes(3.0)
    sns.histplot(data, x=x, weights=weights, discrete=True, shrink=0.8, alpha=1, linewidth=0,
                 color=PALETTE["accent"], ax=ax)  # fmt: skip
    ax.set_ylabel(weights)
    return Drawn("histogram", x, weights, rows, caption).on(ax)


@_of_rows
def bandplot(data: pd.DataFrame, *, x: str, y: str, diagonal: bool = False,
             caption: str = "") -> Axes:  # fmt: skip
    """A curve of which both bounds are known; hatched between them. ``diagonal``: all equal."""
    rows = _told(data, x, y)
    ax = _axes(4.2)
    low, high = f"{y}_low", f"{y}_high"
    tall = data.melt(x, [low, high], value_name=y)
    sns.lineplot(tall, x=x, y=y, units="variable", estimator=None, color=PALETTE["accent"], ax=ax)
    if (data[low] < data[high] - 1e-9).any():
        ax.fill_between(data[x], data[low], data[high], facecolor="none", hatch=HATCH,
                        edgecolor=PALETTE["bar"], linewidth=0)  # fmt: skip
    if diagonal:
        ax.axline((0, 0), (100, 100), color=PALETTE["muted"], linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set(xlim=(0, data[x].max()), ylim=(0, 101))
    return Drawn("band", x, y, rows, caption).on(ax)


@_of_rows
def tileplot(data: pd.DataFrame, *, name: str, value: str, worse: str = "high",
             caption: str = "") -> Axes:  # fmt: skip
    """A tile where each unit roughly lies, by columns row and column, counted from 0.

    Darker is worse, whichever end of the value that is; a tile known only within bounds is hatched.
    """
    tiles = _told(data, name, value, row=data["row"], column=data["column"])
    exact = tiles["low"].where(tiles["low"] == tiles["high"])
    tiles["shade"] = exact if worse == "high" else -exact
    depth = Normalize(tiles["shade"].min(), tiles["shade"].max())
    columns, rows = tiles["column"].max() + 1, tiles["row"].max() + 1
    wide = max(WIDE_INCHES, TILE_INCHES * columns)
    ax = _axes(wide * rows / columns, wide)
    for tile in tiles.itertuples():
        look = {"facecolor": "none", "hatch": HATCH, "edgecolor": PALETTE["faint"]}
        if tile.low == tile.high:
            look = {"facecolor": _SHADES(depth(tile.shade)), "edgecolor": "none"}
        ax.add_patch(Rectangle((tile.column + 0.03, tile.row + 0.03), 0.94, 0.94, linewidth=0.8,
                               **look))  # fmt: skip
    ax.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
    return Drawn("tile", value, name, tiles, caption).on(ax)


def _axes(height_inches: float, wide_inches: float = WIDE_INCHES) -> Axes:
    """Axes from edge to edge; what stands beside them makes the chart a little wider."""
    figure, ax = plt.subplots(figsize=(wide_inches, height_inches))
    figure.subplots_adjust(left=0, right=1)
    return ax


def _told(data: pd.DataFrame, name: str, value: str, **more: object) -> pd.DataFrame:
    """Rows as words tell them: name, low, high, and ``more`` columns; numbered from 0."""
    low, high = (end.astype(float) for end in ends(data, value))
    rows = pd.DataFrame(
        {"name": column(data, name).astype(object), "low": low, "high": high, **more}
    )
    return rows.reset_index(drop=True)


def _row_chart(
    data: pd.DataFrame, x: str, y: str, highlight: pd.Index | tuple, interval: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame | None, Axes]:
    """The rows to draw, those left out, an Axes: told, with end, exact, marked.

    ``end`` is where a row is drawn to: of a high that is not known the edge, 100 of a rate.
    """
    for label in highlight:
        if label not in data.index:
            raise Mistyped(f"highlight: {label}", data.index)
    rows = _told(data, y, x, status=data.get("status", ""), marked=data.index.isin(highlight))
    if interval:
        rows[["likely_low", "likely_high"]] = _told(data, y, interval)[["low", "high"]]
    edge = 100.0 if x.endswith("_pct") else np.nanmax(rows[["low", "high"]])
    rows["end"], rows["exact"] = rows["high"].fillna(edge), rows["low"] == rows["high"]
    alike = rows[~rows["exact"] & (rows["status"] == "bound")].groupby(["low", "end", "marked"])
    for places in alike.groups.values():
        if len(places) > 1:  # so many, each within these bounds: one row
            rows = rows.drop(places[1:])
            rows.loc[places[0], "name"] = len(places)
    rows, between = _both_ends(rows)
    return rows, between, _axes(ROW_INCHES * len(rows) + 0.8)


def _both_ends(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """All rows, or of too many those at both ends and, apart, what lies between them."""
    if len(rows) <= MOST_ROWS:
        return rows.reset_index(drop=True), None
    shown = pd.concat([rows[:END_ROWS], rows[-END_ROWS:]], ignore_index=True)
    return shown, rows[END_ROWS:-END_ROWS]


def _bars(rows: pd.DataFrame, ax: Axes) -> None:
    exact = rows[rows["exact"]]
    if len(exact):
        sns.barplot(exact, x="low", y=exact.index, orient="h", order=rows.index, width=BAR,
                    saturation=1, ax=ax, **_SHADED)  # fmt: skip
    _spans(rows, ax, BAR)


def _spans(rows: pd.DataFrame, ax: Axes, height: float) -> None:
    for row in rows[~rows["exact"]].itertuples():
        ax.barh(row.Index, row.end - row.low, left=row.low, height=height, facecolor="none",
                hatch=HATCH, edgecolor=_MARKED[row.marked], linewidth=0.8)  # fmt: skip


def to_svg(fig: Figure, alt: str) -> str:
    """A figure as an SVG element with real text, CSS colours and ``alt`` as its name.

    Colours are CSS variables with a fallback, so that a page may darken them; two runs give the
    same bytes.
    """
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    # Ids of its own: where a page hides one chart, another must not lose its hatching with it.
    with mpl.rc_context({"svg.hashsalt": alt}):
        fig.savefig(buffer, format="svg", metadata=metadata, bbox_inches="tight", pad_inches=0.05)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    for name, colour in PALETTE.items():
        svg = svg.replace(colour, f"var(--{name}, {colour})")
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1)
