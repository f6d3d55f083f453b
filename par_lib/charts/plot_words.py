"""The words of a chart: names and numbers on it, its caption, its alternative text.

All from what the chart was given (``plots.Drawn``) and from the dictionary of columns, never from
what was drawn. Of a chart made without par_lib.charts.plots, what can be known of its axes.
"""

import math
import textwrap
from collections.abc import Iterable

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator

from par_lib.charts.plots import BAR, END_ROWS, HATCH, PALETTE, Drawn
from par_lib.charts.presentation import Page
from par_lib.language.translation import N_

# Behind text that lies on a line or a hatching.
BACKING = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1.2}
_MOST_ROWS = 6  # that an alternative text reads out one by one


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
        return _of_axes(ax, page), ""
    kind, write, say = _KINDS[drawn.kind]
    write(ax, drawn, page)
    words, caption = page.words, page.caption(drawn.caption)
    x, y = page.head(drawn.x), page.head(drawn.y)
    if not caption:
        what, by = (y, x) if write is _curves else (x, y)
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


def _name(name: object, page: Page) -> str:
    if isinstance(name, int):
        return page.words("{count} units, each", count=str(name))
    return page.words(str(name))


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
    lines = [textwrap.fill(_name(name, page), 56) for name in names]
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


def _tiles(ax: Axes, drawn: Drawn, page: Page) -> None:
    for tile in drawn.rows.itertuples():
        options = {"ha": "center", "va": "center", "fontsize": 8,
                   "bbox": BACKING if tile.low != tile.high else None}  # fmt: skip
        x, y, value = tile.column + 0.5, tile.row, page.cell(drawn.x, tile.low, tile.high)
        ax.text(x, y + 0.34, textwrap.fill(_name(tile.name, page), 9), **options)
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
        whole = not column.endswith(("_pct", "_points", "points"))
        most = 6 if side == "x" else "auto"  # numbers that stand side by side
        axis.set_major_locator(MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(write)
    if side == "x":
        ax.set_xlabel(page.head(column), loc="left")
    else:
        ax.set_ylabel(page.head(column), rotation=0, ha="left", va="bottom")
        ax.yaxis.set_label_coords(0, 1.02)  # above its axis, as wide as the chart


# --- what a screen reader says ---


def _say_rows(drawn: Drawn, page: Page) -> str:
    words, rows = page.words, pd.concat([drawn.rows, drawn.between])
    exact, bounds = rows[rows["low"] == rows["high"]], rows[rows["low"] != rows["high"]]
    if bounds.empty and len(exact) <= _MOST_ROWS:
        each = (f"{_name(row.name, page)}: {page.cell(drawn.x, row.low, row.high)}"
                for row in rows.itertuples())  # fmt: skip
        return "; ".join(each) + "."
    said, most, least = [], exact["low"].max(), exact["low"].min()
    # An extreme is named only where no interval may reach beyond it.
    if len(exact) and (bounds["high"] <= most).all():
        said.append(words("Highest: {row}.", row=_extreme(exact, most, drawn, page)))
    if len(exact) and (bounds["low"] >= least).all():
        said.append(words("Lowest: {row}.", row=_extreme(exact[::-1], least, drawn, page)))
    for row in bounds[:_MOST_ROWS].itertuples():
        said.append(words("{name}: within {bounds}.", name=_name(row.name, page),
                          bounds=page.cell(drawn.x, row.low, row.high)))  # fmt: skip
    if len(bounds) > _MOST_ROWS:
        said.append(words("{count} more are known only within bounds.",
                          count=str(len(bounds) - _MOST_ROWS)))  # fmt: skip
    if not math.isnan(drawn.threshold):
        below = (rows["high"] < drawn.threshold).sum()
        said.append(words("Below the threshold: {count}.", count=str(below)))
    return " ".join(said)


def _extreme(exact: pd.DataFrame, value: float, drawn: Drawn, page: Page) -> str:
    """The names of the rows of this value, with it; of many, how many they are."""
    tied = exact.loc[exact["low"] == value, "name"]
    written = page.cell(drawn.x, value, value)
    if len(tied) > 3:
        return page.words("{count} units, {value} each", count=str(len(tied)), value=written)
    return f"{', '.join(_name(name, page) for name in tied)} ({written})"


def _say_dumbbell(drawn: Drawn, page: Page) -> str:
    risen = (drawn.rows["high"] > drawn.rows["low"]).sum()
    return page.words("Rows: {count}; higher at the end: {risen}.", count=str(len(drawn.rows)),
                      risen=str(risen))  # fmt: skip


def _say_stack(drawn: Drawn, page: Page) -> str:
    said = []
    for name, parts in drawn.rows.groupby("name", sort=False):
        each = (f"{page.head(part.series)} {page.cell(drawn.x, part.low, part.high)}"
                for part in parts.itertuples() if part.low)  # fmt: skip
        said.append(f"{page.words(str(name))}: {', '.join(each)}")
    return "; ".join(said[:_MOST_ROWS]) + "."


def _say_lines(drawn: Drawn, page: Page) -> str:
    said = []
    for name, rows in drawn.rows.dropna(subset="low").groupby("series", sort=False):
        known = rows.sort_values("name", kind="stable")
        values = (known["low"].iloc[0], known["low"].iloc[-1], known["low"].max())
        first, last, most = (page.cell(drawn.y, value, value) for value in values)
        at = known.loc[known["low"].idxmax(), "name"]
        text = page.words("from {first} to {last}, most {most} at {where}", first=first, last=last,
                          most=most, where=page.cell(drawn.x, at, at))  # fmt: skip
        said.append(f"{page.words(str(name))}: {text}" if name else text)
    return "; ".join(said) + "."


def _say_histogram(drawn: Drawn, page: Page) -> str:
    top = drawn.rows.loc[drawn.rows["low"].idxmax()]
    return page.words("Most at {where}: {most}.",
                      where=page.cell(drawn.x, top["name"], top["name"]),
                      most=page.cell(drawn.y, top["low"], top["high"]))  # fmt: skip


def _say_band(drawn: Drawn, page: Page) -> str:
    quarters = [len(drawn.rows) * part // 4 for part in (1, 2, 3)]
    said = [page.words("at {where}: {value}", where=page.cell(drawn.x, row.name, row.name),
                       value=page.cell(drawn.y, row.low, row.high))
            for row in drawn.rows.loc[quarters].itertuples()]  # fmt: skip
    return "; ".join(said) + "."


def _say_tiles(drawn: Drawn, page: Page) -> str:
    said, known = [], drawn.rows.dropna(subset="shade")
    if len(known):
        units = (f"{_name(row.name, page)} ({page.cell(drawn.x, row.low, row.high)})"
                 for row in known.nlargest(3, "shade").itertuples())  # fmt: skip
        said.append(page.words("Darkest: {units}.", units="; ".join(units)))
    if bounds := len(drawn.rows) - len(known):
        said.append(page.words("{count} are known only within bounds.", count=str(bounds)))
    return " ".join(said)


def _of_axes(ax: Axes, page: Page) -> str:
    """Words for a chart of somebody's own: its title, its axes with their ranges, its series."""
    ends = {}
    ax.figure.draw_without_rendering()  # until then ticks have no text
    for side, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        label = axis.get_label().get_text() or side
        names = [tick.get_text() for tick in axis.get_ticklabels()]
        spans = ", ".join(filter(None, names))
        if not any(letter.isalpha() for letter in spans):
            spans = page.cell(label, *map(float, axis.get_data_interval()))
        ends[side] = f"{page.head(label)} ({spans})"
    said = page.words("Chart. Horizontal axis: {x}; vertical axis: {y}.", **ends)
    legend = ax.get_legend()
    series = [text.get_text() for text in legend.get_texts()] if legend else []
    if series:
        said += " " + page.words("Series: {names}.", names=", ".join(series))
    title = ax.get_title("left") or ax.get_title()  # the house style writes it on the left
    return f"{title}. {said}" if title else said


_KINDS = {  # what a kind is called, what writes on it, what says it
    "bar": (N_("Bar chart"), _rows, _say_rows),
    "dot": (N_("Dot chart"), _rows, _say_rows),
    "diverge": (N_("Diverging bar chart"), _rows, _say_rows),
    "dumbbell": (N_("Dumbbell chart"), _dumbbell, _say_dumbbell),
    "stack": (N_("Stacked bar chart"), _stack, _say_stack),
    "line": (N_("Line chart"), _curves, _say_lines),
    "histogram": (N_("Histogram"), _curves, _say_histogram),
    "band": (N_("Curve between two bounds"), _curves, _say_band),
    "tile": (N_("Tile map"), _tiles, _say_tiles),
}
