"""The words of a chart: names and numbers on it, its caption, its alternative text.

All from what the chart was given (``plots.Drawn``) and from the dictionary of columns, never from
what was drawn. Of a chart made without par_lib.charts.plots, what can be known of its axes.
"""

import math
import textwrap
from typing import Protocol

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator

from par_lib.charts.plots import HATCH, Drawn
from par_lib.charts.style import PALETTE
from par_lib.language.translation import N_

Row = tuple[object, float, float]
# Behind text that lies on a line or a hatching.
BACKING = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1.2}
_KINDS = {
    "bar": N_("Bar chart"), "dot": N_("Dot chart"), "dumbbell": N_("Dumbbell chart"),
    "stack": N_("Stacked bar chart"), "diverge": N_("Diverging bar chart"),
    "line": N_("Line chart"), "histogram": N_("Histogram"), "band": N_("Curve between two bounds"),
    "tile": N_("Tile map"),
}  # fmt: skip
_MOST_ROWS = 6  # that an alternative text reads out one by one


class Reader(Protocol):
    """Whoever reads: how words, columns and values are written for them."""

    def words(self, text: str, **values: str) -> str:
        """A text of the package, a code or a unit, in the reader's language."""

    def head(self, column: str) -> str:
        """What a column is called."""

    def cell(self, column: str, low: object, high: object) -> str:
        """A value, or an interval, as a table writes it."""

    def caption(self, text: str) -> str:
        """A caption of the notebook, its values filled in."""


def finish(fig: Figure, reader: Reader) -> tuple[str, str] | None:
    """Put the reader's words on a figure; gives alternative text and caption.

    None where nothing is drawn.
    """
    told = [_finish(ax, reader) for ax in fig.axes if ax.has_data()]
    if not told:
        return None
    return " ".join(alt for alt, _ in told), next((text for _, text in told if text), "")


def _finish(ax: Axes, reader: Reader) -> tuple[str, str]:
    drawn = getattr(ax, "drawn", None)
    if drawn is None:
        return _of_axes(ax, reader), ""
    _WRITE[drawn.kind](ax, drawn, reader)
    words, caption = reader.words, reader.caption(drawn.caption)
    if not caption:
        by = reader.head(drawn.y if drawn.value == drawn.x else drawn.x)
        caption = words(
            N_("{what} by {by}"), what=reader.head(drawn.value), by=by[:1].lower() + by[1:]
        )
    rows = _flat(drawn)
    if drawn.kind not in ("stack", "dumbbell") and any(low != high for _, low, high in rows):
        caption += words(N_("; hatched: no figure, only bounds"))
    axes = words(N_("Horizontal axis: {x}; vertical axis: {y}."), x=reader.head(drawn.x),
                 y=reader.head(drawn.y))  # fmt: skip
    if drawn.kind == "tile":
        axes = words(N_("Each tile is one unit; darker is worse."))
    says = _SAY[drawn.kind](drawn, reader)
    says = says[:1].upper() + says[1:]
    return f"{words(_KINDS[drawn.kind])}. {caption}. {axes} {says}".strip(), f"{caption}."


def _flat(drawn: Drawn) -> list[Row]:
    if isinstance(drawn.rows, dict):
        return [row for rows in drawn.rows.values() for row in rows]
    return drawn.rows


def _name(name: object, reader: Reader) -> str:
    if isinstance(name, int):
        return reader.words(N_("{count} units, each"), count=str(name))
    return reader.words(str(name))


# --- what stands on the chart ---


def _rows(ax: Axes, drawn: Drawn, reader: Reader) -> None:
    _row_names(ax, [_name(name, reader) for name, _, _ in drawn.rows])
    edge = 100.0 if drawn.x.endswith("_pct") else max(max(row[1:]) for row in drawn.rows)
    likely = drawn.size.get("interval", {})
    for place, (name, low, high) in enumerate(drawn.rows):
        text, end = reader.cell(drawn.x, low, high), edge if math.isnan(high) else high
        if name in likely and likely[name] != (low, high):
            text, end = f"{text} ({reader.cell(drawn.x, *likely[name])})", likely[name][1]
        left = drawn.kind == "diverge" and high <= 0
        ax.annotate(text, (low if left else end, place), (-6 if left else 8, 0), va="center",
                    textcoords="offset points", ha="right" if left else "left",
                    bbox=BACKING)  # fmt: skip
    if not math.isnan(drawn.threshold):
        value = reader.cell(drawn.x, drawn.threshold, drawn.threshold)
        ax.annotate(reader.words(N_("threshold {value}"), value=value), (drawn.threshold, -0.72),
                    (0, 3), textcoords="offset points", va="bottom", ha="center",
                    color=PALETTE["muted"])  # fmt: skip
    _numbers(ax, "x", drawn.x, reader)


def _dumbbell(ax: Axes, drawn: Drawn, reader: Reader) -> None:
    _row_names(ax, [_name(name, reader) for name, _, _ in drawn.rows])
    for place, (_, first, last) in enumerate(drawn.rows):
        for value, other in ((first, last), (last, first)):
            side = -1 if value < other else 1
            ax.annotate(reader.cell(drawn.x, value, value), (value, place), (8 * side, 0),
                        ha="right" if side < 0 else "left", va="center",
                        textcoords="offset points")  # fmt: skip
    for name, value, other in (("start", *drawn.rows[0][1:]), ("end", *drawn.rows[0][:0:-1])):
        ax.annotate(reader.head(drawn.size[name]), (value, -0.5), va="bottom",
                    ha="right" if value < other else "left", color=PALETTE["muted"])  # fmt: skip
    _numbers(ax, "x", drawn.x, reader)


def _stack(ax: Axes, drawn: Drawn, reader: Reader) -> None:
    names = [name for name, *_ in next(iter(drawn.rows.values()))]
    _row_names(ax, [_name(name, reader) for name in names])
    ends = [0.0] * len(names)
    whole = max(sum(rows[n][1] for rows in drawn.rows.values()) for n in range(len(names))) or 1
    for rows in drawn.rows.values():
        for place, (_, value, _) in enumerate(rows):
            if value > whole * 0.04:
                ax.text(ends[place] + value / 2, place, reader.cell(drawn.x, value, value),
                        ha="center", va="center", fontsize=9, bbox=BACKING)  # fmt: skip
            ends[place] += value
    for text in ax.get_legend().get_texts():
        text.set_text(reader.head(text.get_text()))
    _numbers(ax, "x", drawn.x, reader)


def _row_names(ax: Axes, names: list[str]) -> None:
    """Write the rows' names, first on top; rows are higher where a name needs several lines."""
    lines = [textwrap.fill(name, 44) for name in names]
    more = max(line.count("\n") for line in lines)
    ax.figure.set_figheight(ax.figure.get_figheight() + 0.11 * more * len(lines))
    ax.set_yticks(range(len(lines)), lines, fontsize=9 if more else 10)
    ax.set(ylim=(len(lines) - 0.4, -0.75), ylabel="")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def _curves(ax: Axes, drawn: Drawn, reader: Reader) -> None:
    _numbers(ax, "x", drawn.x, reader)
    _numbers(ax, "y", drawn.y, reader)
    ax.grid(axis="y")
    if legend := ax.get_legend():
        for text in legend.get_texts():
            text.set_text(reader.words(text.get_text()))
        sns.move_legend(ax, "lower left", bbox_to_anchor=(0, 1), ncols=4, title="", frameon=False)


def _tiles(ax: Axes, drawn: Drawn, reader: Reader) -> None:
    for (name, low, high), (column, row) in zip(drawn.rows, drawn.size["places"], strict=True):
        options = {"ha": "center", "va": "center", "fontsize": 9,
                   "bbox": BACKING if low != high else None}  # fmt: skip
        ax.text(column + 0.5, row + 0.34, textwrap.fill(_name(name, reader), 11), **options)
        ax.text(column + 0.5, row + 0.74, reader.cell(drawn.x, low, high), weight="bold", **options)
    known = sorted((low for _, low, high in drawn.rows if low == high),
                   reverse=drawn.worse != "high")  # fmt: skip
    ends = zip(known[:1] + known[-1:], ("pale", "deep"), strict=False)
    patches = [Patch(color=PALETTE[shade], label=reader.cell(drawn.x, value, value))
               for value, shade in ends]  # fmt: skip
    if len(known) < len(drawn.rows):
        patches.append(Patch(facecolor="none", edgecolor=PALETTE["faint"], hatch=HATCH,
                             label=reader.words(N_("only bounds"))))  # fmt: skip
    ax.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
    ax.axis("off")


def _numbers(ax: Axes, side: str, column: str, reader: Reader) -> None:
    axis = ax.xaxis if side == "x" else ax.yaxis
    ends_at_100 = column.endswith(("_pct", "score"))

    def write(value: float, _: int) -> str:  # an axis ends a little beyond the share it shows
        value = round(value, 9)
        return "" if ends_at_100 and value > 100 else reader.cell(column, value, value)

    if not isinstance(axis.get_major_locator(), FixedLocator):
        whole = not column.endswith(("_pct", "_points", "points"))
        axis.set_major_locator(MaxNLocator("auto", integer=whole, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(write)
    if side == "x":
        ax.set_xlabel(reader.head(column), loc="left")
    else:
        ax.set_ylabel(reader.head(column))


# --- what a screen reader says ---


def _say_rows(drawn: Drawn, reader: Reader) -> str:
    words = reader.words
    exact = sorted((row for row in drawn.rows if row[1] == row[2]), key=lambda row: -row[1])
    said = []
    if 0 < len(exact) <= _MOST_ROWS and len(exact) == len(drawn.rows):
        each = [f"{_name(n, reader)}: {reader.cell(drawn.x, a, b)}" for n, a, b in drawn.rows]
        return "; ".join(each) + "."
    bounds = [row for row in drawn.rows if row[1] != row[2]]
    # An extreme is named only where no interval may reach beyond it.
    if exact and all(high <= exact[0][1] for _, _, high in bounds):
        said.append(words(N_("Highest: {row}."), row=_extreme(exact, drawn, reader)))
    if exact and all(low >= exact[-1][1] for _, low, _ in bounds):
        said.append(words(N_("Lowest: {row}."), row=_extreme(exact[::-1], drawn, reader)))
    for name, low, high in bounds[:_MOST_ROWS]:
        said.append(words(N_("{name}: within {bounds}."), name=_name(name, reader),
                          bounds=reader.cell(drawn.x, low, high)))  # fmt: skip
    if len(bounds) > _MOST_ROWS:
        said.append(words(N_("{count} more are known only within bounds."),
                          count=str(len(bounds) - _MOST_ROWS)))  # fmt: skip
    if not math.isnan(drawn.threshold):
        below = sum(high < drawn.threshold for _, _, high in drawn.rows)
        said.append(words(N_("Below the threshold: {count}."), count=str(below)))
    return " ".join(said)


def _extreme(ordered: list[Row], drawn: Drawn, reader: Reader) -> str:
    """The first row, with its value; of a tie, how many share it."""
    first = ordered[0][1]
    tied = [name for name, value, _ in ordered if value == first]
    value = reader.cell(drawn.x, first, first)
    if len(tied) > 3:
        return reader.words(N_("{count} units, {value} each"), count=str(len(tied)), value=value)
    return f"{', '.join(_name(name, reader) for name in tied)} ({value})"


def _say_dumbbell(drawn: Drawn, reader: Reader) -> str:
    risen = sum(last > first for _, first, last in drawn.rows)
    return reader.words(N_("Rows: {count}; higher at the end: {risen}."),
                        count=str(len(drawn.rows)), risen=str(risen))  # fmt: skip


def _say_stack(drawn: Drawn, reader: Reader) -> str:
    said = []
    for place, (name, *_) in enumerate(next(iter(drawn.rows.values()))[:_MOST_ROWS]):
        parts = [f"{reader.head(part)} {reader.cell(drawn.x, *rows[place][1:])}"
                 for part, rows in drawn.rows.items() if rows[place][1]]  # fmt: skip
        said.append(f"{reader.words(str(name))}: {', '.join(parts)}")
    return "; ".join(said) + "."


def _say_lines(drawn: Drawn, reader: Reader) -> str:
    said = []
    for name, rows in drawn.rows.items():
        known = sorted((row for row in rows if not math.isnan(row[1])), key=lambda row: row[0])
        if known:
            top = max(known, key=lambda row: row[1])
            first, last, most = (reader.cell(drawn.y, *r[1:]) for r in (known[0], known[-1], top))
            text = reader.words(N_("from {first} to {last}, most {most} at {where}"), first=first,
                                last=last, most=most,
                                where=reader.cell(drawn.x, top[0], top[0]))  # fmt: skip
            said.append(f"{reader.words(str(name))}: {text}" if name else text)
    return "; ".join(said) + "."


def _say_histogram(drawn: Drawn, reader: Reader) -> str:
    top = max(drawn.rows, key=lambda row: row[1])
    return reader.words(N_("Most at {where}: {most}."), where=reader.cell(drawn.x, top[0], top[0]),
                        most=reader.cell(drawn.y, *top[1:]))  # fmt: skip


def _say_band(drawn: Drawn, reader: Reader) -> str:
    at = [drawn.rows[len(drawn.rows) * part // 4] for part in (1, 2, 3)]
    said = [reader.words(N_("at {where}: {value}"), where=reader.cell(drawn.x, x, x),
                         value=reader.cell(drawn.y, low, high)) for x, low, high in at]  # fmt: skip
    return "; ".join(said) + "."


def _say_tiles(drawn: Drawn, reader: Reader) -> str:
    exact = [row for row in drawn.rows if row[1] == row[2]]
    exact.sort(key=lambda row: row[1], reverse=drawn.worse == "high")
    listed = "; ".join(
        f"{_name(n, reader)} ({reader.cell(drawn.x, a, b)})" for n, a, b in exact[:3]
    )
    said = [reader.words(N_("Darkest: {units}."), units=listed)] if exact else []
    if bounds := len(drawn.rows) - len(exact):
        said.append(reader.words(N_("{count} are known only within bounds."), count=str(bounds)))
    return " ".join(said)


_WRITE = {"bar": _rows, "dot": _rows, "diverge": _rows, "dumbbell": _dumbbell, "stack": _stack,
          "line": _curves, "histogram": _curves, "band": _curves, "tile": _tiles}  # fmt: skip
_SAY = {"bar": _say_rows, "dot": _say_rows, "diverge": _say_rows, "dumbbell": _say_dumbbell,
        "stack": _say_stack, "line": _say_lines, "histogram": _say_histogram, "band": _say_band,
        "tile": _say_tiles}  # fmt: skip


def _of_axes(ax: Axes, reader: Reader) -> str:
    """Words for a chart of somebody's own: its title, its axes with their ranges, its series."""
    ends = {}
    ax.figure.draw_without_rendering()  # until then ticks have no text
    for side, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        label = axis.get_label().get_text() or side
        names = [tick.get_text() for tick in axis.get_ticklabels()]
        spans = ", ".join(filter(None, names))
        if not any(letter.isalpha() for letter in spans):
            spans = reader.cell(label, *map(float, axis.get_data_interval()))
        ends[side] = f"{reader.head(label)} ({spans})"
    legend = ax.get_legend()
    series = [text.get_text() for text in legend.get_texts()] if legend else []
    said = reader.words(N_("Chart. Horizontal axis: {x}; vertical axis: {y}."), **ends)
    if series:
        said += " " + reader.words(N_("Series: {names}."), names=", ".join(series))
    title = ax.get_title("left") or ax.get_title()  # the house style writes it on the left
    return f"{title}. {said}" if title else said
