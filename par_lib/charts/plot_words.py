"""The words of a chart: names and numbers on it, its caption, its alternative text.

All from what the chart was given (``plots.Drawn``) and from the dictionary of columns, never from
what was drawn. Of a chart made without par_lib.charts.plots, what can be known of its axes.
"""

import math
import textwrap
from collections.abc import Iterable

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator

from par_lib.charts import alt_text
from par_lib.charts.plots import BAR, END_ROWS, HATCH, PALETTE, Drawn
from par_lib.charts.presentation import Page
from par_lib.language.translation import N_

# Behind text that lies on a line or a hatching.
BACKING = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1.2}
_MOST_NAMED = 8  # names have no room for more on a funnel; the text names all


def finish(fig: Figure, page: Page) -> tuple[str, str]:
    """Put the page's words on a figure; gives alternative text and caption.

    Where nothing is drawn no alternative text, and the caption as the notebook gives it.
    """
    told = [_finish(ax, page) for ax in fig.axes if ax.has_data()]
    if not told:
        return "", next((ax.drawn.caption for ax in fig.axes if hasattr(ax, "drawn")), "")
    return " ".join(alt for alt, _ in told), next((text for _, text in told if text), "")


def _finish(ax: Axes, page: Page) -> tuple[str, str]:
    drawn = getattr(ax, "drawn", None)
    if drawn is None:
        return alt_text.of_axes(ax, page), ""
    kind, write, say = _KINDS[drawn.kind]
    write(ax, drawn, page)
    words, caption = page.words, page.caption(drawn.caption)
    x, y = page.head(drawn.x), page.head(drawn.y)
    if not caption:
        what, by = (y, x) if write in (_curves, _funnel, _process) else (x, y)
        caption = words("{what} by {by}", what=what, by=by[:1].lower() + by[1:])
    if drawn.between is not None:
        span = page.cell(drawn.x, drawn.between["low"].min(), drawn.between["high"].max())
        count = sum(name if isinstance(name, int) else 1 for name in drawn.between["name"])
        caption += words("; {count} between them, {span}, stand in the table only",
                         count=str(count), span=span)  # fmt: skip
        ax.axhline(END_ROWS - 0.76, color=PALETTE["muted"], linewidth=0.9, linestyle=(0, (1, 3)))
    bounds = (drawn.rows["low"] != drawn.rows["high"]).any()
    if bounds and drawn.kind not in ("stack", "dumbbell"):
        caption += words("; hatched: no figure, only bounds")
    if (
        drawn.kind in ("dot", "dumbbell") and ax.get_xlim()[0] > 0
    ):  # only bars have to begin at zero
        caption += words("; the axis does not begin at 0")
    axes = words("Horizontal axis: {x}; vertical axis: {y}.", x=x, y=y)
    if drawn.kind == "tile":
        axes = words("Each tile is one unit; darker is worse.")
    says = say(drawn, page)
    says = says[:1].upper() + says[1:]
    return f"{words(kind)}. {caption}. {axes} {says}".strip(), f"{caption}."


# --- what stands on the chart ---


def _rows(ax: Axes, drawn: Drawn, page: Page) -> None:
    _row_names(ax, drawn.rows["name"], page)
    digits = page.digits(drawn.x, drawn.rows["low"], drawn.rows["high"])
    for row in drawn.rows.itertuples():
        text, end = page.cell(drawn.x, row.low, row.high, digits), row.end
        if "likely_low" in drawn.rows and (row.likely_low, row.likely_high) != (row.low, row.high):
            text += f" ({page.cell(drawn.x, row.likely_low, row.likely_high, digits)})"
            end = row.likely_high
        left = drawn.kind == "diverge" and row.high <= 0
        ax.annotate(text, (row.low if left else end, row.Index), (-6 if left else 8, 0),
                    va="center", textcoords="offset points", ha="right" if left else "left",
                    bbox=BACKING)  # fmt: skip
    if not math.isnan(drawn.threshold):
        value = page.cell(drawn.x, drawn.threshold, drawn.threshold)
        ax.annotate(page.words("threshold {value}", value=value), (drawn.threshold, -0.72),
                    (0, 3), textcoords="offset points", va="bottom", ha="center",
                    color=PALETTE["muted"])  # fmt: skip
    _numbers(ax, "x", drawn.x, page)


def _dumbbell(ax: Axes, drawn: Drawn, page: Page) -> None:
    _row_names(ax, drawn.rows["name"], page)
    for row in drawn.rows.itertuples():
        for value, other in ((row.low, row.high), (row.high, row.low)):
            side = -1 if value < other else 1
            ax.annotate(page.cell(drawn.x, value, value), (value, row.Index), (8 * side, 0),
                        ha="right" if side < 0 else "left", va="center",
                        textcoords="offset points")  # fmt: skip
    handles = [Line2D([], [], marker="o", linestyle="", markerfacecolor=PALETTE[shade],
                      markeredgecolor=PALETTE["ink"], label=page.head(name))
               for name, shade in zip(drawn.ends, ("paper", "accent"), strict=True)]  # fmt: skip
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    _numbers(ax, "x", drawn.x, page)


def _stack(ax: Axes, drawn: Drawn, page: Page) -> None:
    bars, value = drawn.rows.groupby("name", sort=False), drawn.rows["low"]
    _row_names(ax, drawn.rows["name"].unique(), page)
    parts = drawn.rows.assign(bar=bars.ngroup(), middle=bars["low"].cumsum() - value / 2)
    wide = value > 0.04 * (bars["low"].sum().max() or 1)  # others have no room for a number
    for part in parts[wide].itertuples():
        ax.text(part.middle, part.bar, page.cell(drawn.x, part.low, part.high), ha="center",
                va="center", fontsize=9, bbox=BACKING)  # fmt: skip
    for text in ax.get_legend().get_texts():
        text.set_text(page.head(text.get_text()))
    _numbers(ax, "x", drawn.x, page)


def _row_names(ax: Axes, names: Iterable[object], page: Page) -> None:
    """Write each row's name above it, first on top; higher where a name needs several lines."""
    lines = [textwrap.fill(alt_text.name_of(name, page), 56) for name in names]
    more = max(line.count("\n") for line in lines)
    ax.figure.set_figheight(ax.figure.get_figheight() + 0.22 * more * len(lines))
    above = [row - BAR / 2 - 0.04 for row in range(len(lines))]
    ax.set_yticks(above, lines, ha="left", va="bottom")
    ax.set(ylim=(len(lines) - 0.5, -0.72), ylabel="")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0, pad=0)
    ax.grid(axis="x")


def _curves(ax: Axes, drawn: Drawn, page: Page) -> None:
    _numbers(ax, "x", drawn.x, page)
    _numbers(ax, "y", drawn.y, page)
    ax.grid(axis="y")
    if legend := ax.get_legend():
        for text in legend.get_texts():
            text.set_text(page.words(text.get_text()))
        sns.move_legend(ax, "lower left", bbox_to_anchor=(0, 1.06), ncols=4, title="",
                        frameon=False)  # fmt: skip


def _funnel(ax: Axes, drawn: Drawn, page: Page) -> None:
    """Names only outside the limits: whoever is inside is not to be compared with a neighbour."""
    left, right = ax.get_xlim()
    outside = drawn.rows[drawn.rows["marked"]]
    far = (outside["high"] - drawn.threshold).abs().nlargest(_MOST_NAMED).index
    for row in outside.loc[far].itertuples():
        side = -1 if row.size > (left * right) ** 0.5 else 1
        ax.annotate(alt_text.name_of(row.name, page), (row.size, row.high), (7 * side, 0),
                    textcoords="offset points", ha="left" if side > 0 else "right", va="center",
                    fontsize=9, bbox=BACKING)  # fmt: skip
    _line_legend(ax, page, {N_("mean"): "solid", N_("limits of 95%"): "dotted",
                            N_("limits of 99.8%"): "dashed"})  # fmt: skip
    _numbers(ax, "y", drawn.y, page)
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    ax.xaxis.set_major_formatter(lambda size, _: page.cell("size", size, size))
    ax.minorticks_off()
    ax.set_xlabel(page.head(drawn.x), loc="left")


def _process(ax: Axes, drawn: Drawn, page: Page) -> None:
    _curves(ax, drawn, page)
    if drawn.rows["mean"].notna().any():
        _line_legend(ax, page, {N_("mean"): "solid", N_("natural limits"): "dashed"})


def _line_legend(ax: Axes, page: Page, dashes: dict[str, str]) -> None:
    handles = [Line2D([], [], color=PALETTE["muted"], linestyle=style, label=page.words(text))
               for text, style in dashes.items()]  # fmt: skip
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.06), ncols=3, frameon=False,
              handlelength=1.8, columnspacing=1.2)  # fmt: skip


def _tiles(ax: Axes, drawn: Drawn, page: Page) -> None:
    for tile in drawn.rows.itertuples():
        options = {"ha": "center", "va": "center", "fontsize": 8,
                   "bbox": BACKING if tile.low != tile.high else None}  # fmt: skip
        x, y, value = tile.column + 0.5, tile.row, page.cell(drawn.x, tile.low, tile.high)
        ax.text(x, y + 0.34, textwrap.fill(alt_text.name_of(tile.name, page), 9), **options)
        ax.text(x, y + 0.74, value, weight="bold", **options)
    known = drawn.rows.dropna(subset="shade").sort_values("shade")["low"]
    ends = zip([*known[:1], *known[-1:]], ("pale", "deep"), strict=False)
    patches = [Patch(color=PALETTE[shade], label=page.cell(drawn.x, value, value))
               for value, shade in ends]  # fmt: skip
    if len(known) < len(drawn.rows):
        patches.append(Patch(facecolor="none", edgecolor=PALETTE["faint"], hatch=HATCH,
                             label=page.words("only bounds")))  # fmt: skip
    ax.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False,
              columnspacing=1.2)  # fmt: skip
    ax.axis("off")


def _numbers(ax: Axes, side: str, column: str, page: Page) -> None:
    axis = ax.xaxis if side == "x" else ax.yaxis
    ends_at_100 = column.endswith(("_pct", "score"))

    def write(value: float, _: int) -> str:  # an axis ends a little beyond the share it shows
        value = round(value, 9)
        return "" if ends_at_100 and value > 100 else page.cell(column, value, value)

    if not isinstance(axis.get_major_locator(), FixedLocator):
        whole = not column.endswith(("_pct", "_points", "points", "_ratio"))
        most = 6 if side == "x" else "auto"  # numbers that stand side by side
        axis.set_major_locator(MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(write)
    if side == "x":
        ax.set_xlabel(page.head(column), loc="left")
    else:
        ax.set_ylabel(page.head(column), rotation=0, ha="left", va="bottom")
        ax.yaxis.set_label_coords(0, 1.02)  # above its axis, as wide as the chart


_KINDS = {  # what a kind is called, what writes on it, what says it
    "bar": (N_("Bar chart"), _rows, alt_text.say_rows),
    "dot": (N_("Dot chart"), _rows, alt_text.say_rows),
    "diverge": (N_("Diverging bar chart"), _rows, alt_text.say_rows),
    "dumbbell": (N_("Dumbbell chart"), _dumbbell, alt_text.say_dumbbell),
    "stack": (N_("Stacked bar chart"), _stack, alt_text.say_stack),
    "line": (N_("Line chart"), _curves, alt_text.say_lines),
    "histogram": (N_("Histogram"), _curves, alt_text.say_histogram),
    "band": (N_("Curve between two bounds"), _curves, alt_text.say_band),
    "tile": (N_("Tile map"), _tiles, alt_text.say_tiles),
    "funnel": (N_("Funnel chart"), _funnel, alt_text.say_funnel),
    "process": (N_("Process chart"), _process, alt_text.say_process),
}
