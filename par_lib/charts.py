"""Charts in the house style. An interval is drawn as a hatched span, never as a value.

Each takes a tidy frame and gives a figure; nothing is shown here (figures.Page.show does).
"""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from par_lib.style import PALETTE
from par_lib.wording import Language

HATCH = "////"
# Behind text that lies on a line or a hatching.
BACKING = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1.2}
_ROW_INCHES = 0.36


def interval_bars(
    frame: pd.DataFrame, *, name: str, value: str, language: Language, axis_label: str,
    digits: int = 0, highlight: pd.Series | None = None, threshold: float | None = None,
    threshold_label: str = "",
) -> Figure:  # fmt: skip
    """Horizontal bars in the order of ``frame``: exact values solid, intervals hatched spans.

    ``value`` names a pair ``_low``/``_high``; a missing high is drawn to the edge of the axis.
    """
    fig, ax = plot_rows(len(frame))
    percent = value.endswith("_pct")
    low, high = frame[f"{value}_low"].astype(float), frame[f"{value}_high"].astype(float)
    edge = 100.0 if percent else max(low.max(), high.max()) * 1.02
    marked = pd.Series(False, index=frame.index) if highlight is None else highlight
    for y, row in enumerate(frame.index):
        end = edge if np.isnan(high[row]) else high[row]
        if low[row] == high[row]:
            ax.barh(y, low[row], height=0.62, color=PALETTE["accent" if marked[row] else "bar"])
        else:
            _span(ax, low[row], end, y, colour="accent" if marked[row] else "bar")
        text = language.interval(low[row], high[row], digits, percent=percent)
        ax.annotate(text, (end, y), (4, 0), textcoords="offset points", va="center", bbox=BACKING)
    if threshold is not None:
        ax.axvline(threshold, color=PALETTE["ink"], linewidth=0.9, linestyle=(0, (4, 3)))
        ax.annotate(
            threshold_label, (threshold, -0.6), (4, 4), textcoords="offset points", va="bottom"
        )
    name_rows(ax, frame[name])
    ax.set_xlim(0, edge * 1.12)
    value_axis(ax, language, axis_label, percent=percent)
    return fig


def earned_lost(
    frame: pd.DataFrame, *, name: str, language: Language, earned_label: str, lost_label: str,
    axis_label: str, digits: int = 2,
) -> Figure:  # fmt: skip
    """Points earned and lost of the maximum, a row each; columns points and max_points."""
    fig, ax = plot_rows(len(frame))
    rows = range(len(frame))
    lost = frame["max_points"] - frame["points"]
    ax.barh(rows, frame["points"], height=0.62, color=PALETTE["bar"])
    ax.barh(
        rows, lost, left=frame["points"], height=0.62, facecolor="none",
        edgecolor=PALETTE["accent"], hatch="xx", linewidth=1.2,
    )  # fmt: skip
    for y, (points, most) in enumerate(zip(frame["points"], frame["max_points"], strict=True)):
        text = f"{language.number(points, digits)} / {language.number(most, 1)}"
        text += f"   −{language.number(most - points, digits)}"
        ax.annotate(text, (most, y), (5, 0), textcoords="offset points", va="center")
    ax.annotate(earned_label, (0, -0.62), va="bottom", color=PALETTE["muted"])
    first = frame["points"].iloc[0]
    ax.annotate(lost_label, (first, -0.62), va="bottom", color=PALETTE["accent"])
    name_rows(ax, frame[name])
    ax.set_xlim(0, frame["max_points"].max() * 1.3)
    value_axis(ax, language, axis_label)
    return fig


def dumbbell(
    frame: pd.DataFrame, *, name: str, start: str, end: str, language: Language, axis_label: str,
    start_label: str, end_label: str, notes: Sequence[str], digits: int = 2,
) -> Figure:  # fmt: skip
    """Two values a row joined by a line, open circle first; ``notes`` stand at the right."""
    fig, ax = plot_rows(len(frame))
    right = max(frame[start].max(), frame[end].max())
    left = min(frame[start].min(), frame[end].min())
    pad = (right - left) * 0.08
    for y, (a, b, note) in enumerate(zip(frame[start], frame[end], notes, strict=True)):
        ax.plot([a, b], [y, y], color=PALETTE["faint"], linewidth=2.2, zorder=1)
        ax.scatter(a, y, s=38, facecolor=PALETTE["paper"], edgecolor=PALETTE["ink"], zorder=2)
        ax.scatter(b, y, s=38, color=PALETTE["accent"], zorder=3)
        for value, other in ((a, b), (b, a)):
            side = -1 if value < other else 1
            ax.annotate(
                language.number(value, digits), (value, y), (8 * side, 0), va="center",
                textcoords="offset points", ha="right" if side < 0 else "left",
            )  # fmt: skip
        ax.annotate(note, (right + 2.6 * pad, y), va="center", color=PALETTE["muted"])
    first = frame.iloc[0]
    rising = first[start] <= first[end]
    for label, column, ha in ((start_label, start, "right" if rising else "left"),
                              (end_label, end, "left" if rising else "right")):  # fmt: skip
        ax.annotate(label, (first[column], -0.5), va="bottom", ha=ha)
    name_rows(ax, frame[name])
    ax.set_xlim(left - 2.2 * pad, right + 5 * pad)
    value_axis(ax, language, axis_label)
    return fig


def slopes(
    frame: pd.DataFrame, *, name: str, start: str, end: str, language: Language,
    start_label: str, end_label: str, others: str, digits: int = 1,
) -> Figure:  # fmt: skip
    """From a rate at one date to a rate at another; an end known as an interval opens a fan.

    ``start`` and ``end`` name pairs. Units known at neither date are not drawn: the caller says
    so in ``others``, written below the chart.
    """
    fig, ax = plt.subplots(figsize=(8, 6.2))
    labels: dict[int, list[tuple[float, str]]] = {0: [], 1: []}
    for _, row in frame.iterrows():
        a = (row[f"{start}_low"], row[f"{start}_high"])
        b = (row[f"{end}_low"], row[f"{end}_high"])
        exact = (a[0] == a[1], b[0] == b[1])
        if not any(exact):
            continue
        if all(exact):
            ax.plot([0, 1], [a[0], b[0]], color=PALETTE["accent"], linewidth=1.6)
        else:
            ax.fill_between([0, 1], [a[0], b[0]], [a[1], b[1]], facecolor=PALETTE["faint"],
                            alpha=0.28, linewidth=0, zorder=0)  # fmt: skip
        for x, value in ((0, a), (1, b)):
            if exact[x]:
                ax.scatter(x, value[0], s=22, color=PALETTE["accent"], zorder=3)
                words = (row[name], language.percent(value[0], digits))
                labels[x].append((value[0], "  ".join(words if x == 0 else words[::-1])))
    for x, side in ((0, "right"), (1, "left")):
        written = sorted(labels[x])
        for y, (value, text) in zip(
            spread_apart([v for v, _ in written], 3.1), written, strict=True
        ):
            ax.annotate(text, (x, y), (-9 if x == 0 else 9, 0), textcoords="offset points",
                        ha=side, va="center")  # fmt: skip
            ax.plot([x, x + (-0.015 if x == 0 else 0.015)], [value, y], color=PALETTE["faint"],
                    linewidth=0.7, clip_on=False)  # fmt: skip
    for x, label, ha in ((0, start_label, "right"), (1, end_label, "left")):
        ax.annotate(label, (x, 1.01), xycoords=("data", "axes fraction"), ha=ha, va="bottom",
                    color=PALETTE["muted"])  # fmt: skip
    ax.annotate(others, (0.5, -0.02), xycoords="axes fraction", ha="center", va="top",
                color=PALETTE["muted"])  # fmt: skip
    ax.set_xlim(-0.55, 1.55)
    known = [value for side in labels.values() for value, _ in side]
    ax.set_ylim(max(min(known, default=0) - 5, -3), 101)
    ax.axis("off")
    return fig


def shares(
    frame: pd.DataFrame, *, x: str, x_label: str, y_label: str, equality: bool = False
) -> Figure:
    """A cumulative-share curve between low_pct and high_pct; the band is what is not known.

    ``equality`` adds the diagonal of the Lorenz diagram.
    """
    fig, ax = plt.subplots(figsize=(5.6, 4.4))
    low, high = frame["low_pct"].astype(float), frame["high_pct"].astype(float)
    ax.fill_between(
        frame[x], low, high, facecolor="none", hatch=HATCH, edgecolor=PALETTE["bar"], linewidth=0
    )
    for edge in (low, high):
        ax.plot(frame[x], edge, color=PALETTE["accent"], linewidth=1.5)
    if equality:
        ax.plot([0, 100], [0, 100], color=PALETTE["muted"], linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_ylim(0, 101)
    ax.set_xlim(0, frame[x].max())
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    ax.grid(axis="y")
    return fig


def stacked(
    frame: pd.DataFrame, *, language: Language, axis_label: str, colours: Sequence[str],
    hatches: Sequence[str],
) -> Figure:  # fmt: skip
    """Stacked counts: one bar a row of ``frame``, one segment a column, labelled in place."""
    fig, ax = plot_rows(len(frame), extra=0.5)
    left = np.zeros(len(frame))
    whole = frame.sum(axis=1).max()
    for label, colour, hatch in zip(frame.columns, colours, hatches, strict=True):
        values = frame[label].to_numpy(dtype=float)
        style = (
            {"facecolor": "none", "edgecolor": PALETTE[colour], "hatch": hatch, "linewidth": 1}
            if hatch
            else {"color": PALETTE[colour]}
        )
        ax.barh(range(len(frame)), values, left=left, height=0.6, label=label, **style)
        for y, value in enumerate(values):
            if value > whole * 0.03:
                inside = {"ha": "center", "va": "center", "fontsize": 9}
                ax.text(left[y] + value / 2, y, language.number(value), bbox=BACKING, **inside)
        left += values
    name_rows(ax, frame.index)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(frame.columns), frameon=False)
    value_axis(ax, language, axis_label)
    return fig


def tile_map(
    frame: pd.DataFrame, *, name: str, value: str, language: Language, digits: int = 0
) -> Figure:
    """One tile a district where it roughly lies (columns row, column); darker is more.

    An exact value shades its tile; an interval hatches it. Every tile says its figure.
    """
    percent = value.endswith("_pct")
    fig, ax = plt.subplots(figsize=(8, 6))
    most = frame[f"{value}_high"].max()
    for _, tile in frame.iterrows():
        low, high = tile[f"{value}_low"], tile[f"{value}_high"]
        corner = (tile["column"], tile["row"])
        if low == high:
            patch = Rectangle(corner, 0.94, 0.9, facecolor=PALETTE["accent"],
                              alpha=0.08 + 0.47 * float(low) / float(most))  # fmt: skip
        else:
            patch = Rectangle(corner, 0.94, 0.9, facecolor="none", hatch=HATCH,
                              edgecolor=PALETTE["faint"], linewidth=0.8)  # fmt: skip
        ax.add_patch(patch)
        x, y = corner[0] + 0.47, corner[1]
        backing = BACKING if low != high else None
        label = textwrap.fill(tile[name], 11)  # English names end in "District"
        ax.text(x, y + 0.32, label, ha="center", va="center", fontsize=9, bbox=backing)
        text = language.interval(low, high, digits, percent=percent)
        ax.text(
            x, y + 0.68, text, ha="center", va="center", fontsize=9, weight="bold", bbox=backing
        )
    ax.set_xlim(-0.05, frame["column"].max() + 1)
    ax.set_ylim(frame["row"].max() + 1, -0.05)
    ax.set_aspect("equal")
    ax.axis("off")
    return fig


def plot_rows(count: int, *, extra: float = 0.0) -> tuple[Figure, Axes]:
    """A figure whose height fits so many rows."""
    return plt.subplots(figsize=(8, _ROW_INCHES * count + 0.8 + extra))


def _span(ax: Axes, low: float, high: float, y: float, *, colour: str) -> None:
    ax.barh(y, high - low, left=low, height=0.62, facecolor="none", hatch=HATCH,
            edgecolor=PALETTE[colour], linewidth=0.8)  # fmt: skip


def name_rows(ax: Axes, names: pd.Series | pd.Index) -> None:
    """Write the rows' names, first on top."""
    lines = [textwrap.fill(str(name), 40) for name in names]
    folded = ["\n" in line for line in lines]
    ax.set_yticks(range(len(names)), lines, fontsize=9 if any(folded) else 10)
    for tick, two_lines in zip(ax.get_yticklabels(), folded, strict=True):
        tick.set_fontsize(8 if two_lines else tick.get_fontsize())
    ax.set_ylim(len(names) - 0.4, -0.75)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def value_axis(ax: Axes, language: Language, label: str, *, percent: bool = False) -> None:
    """Write the numbers of the horizontal axis as the language writes them."""
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    digits = 0 if all(abs(tick - round(tick)) < 1e-9 for tick in ticks) else 1
    ax.xaxis.set_major_formatter(
        lambda value, _: (language.percent if percent else language.number)(value, digits)
    )
    ax.set_xlabel(label, loc="left")
    ax.grid(axis="x")


def spread_apart(values: list[float], gap: float) -> list[float]:
    """Positions near sorted ``values``, at least ``gap`` apart, their mean kept."""
    placed = list(values)
    for _ in range(200):
        for i in range(1, len(placed)):
            short = gap - (placed[i] - placed[i - 1])
            if short > 1e-9:
                placed[i - 1] -= short / 2
                placed[i] += short / 2
    return placed
