"""Curves, slopes, dots and histograms in the house style; each gives a figure, shown by nobody."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from par_lib.charts.bar_charts import BACKING, HATCH, name_rows, plot_rows, value_axis
from par_lib.charts.style import PALETTE
from par_lib.language.translation import Language


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


def curves(
    series: dict[str, pd.Series], *, language: Language, x_label: str, y_label: str,
    threshold: float | None = None, threshold_label: str = "", digits: int = 1,
    marks: dict[str, float] | None = None, x_ticks: Callable[[float], str] | None = None,
) -> Figure:  # fmt: skip
    """Lines named at their ends, each a series over its index; the first is in colour.

    ``marks`` puts a dot on a line at an x, as where it crosses the ``threshold``.
    """
    fig, ax = plt.subplots(figsize=(8, 4.6))
    last = max(line.index[-1] for line in series.values())
    ends = []
    for number, (name, line) in enumerate(series.items()):
        colour = PALETTE["accent" if number == 0 else "bar"]
        style = ("-", "--", ":", "-.")[number % 4]
        ax.plot(line.index, line, color=colour, linewidth=1.8 if number == 0 else 1.3,
                linestyle=style)  # fmt: skip
        if marks and not np.isnan(marks.get(name, np.nan)):
            x = marks[name]
            ax.scatter(x, np.interp(x, line.index, line), s=26, color=colour, zorder=3)
        ends.append((float(line.iloc[-1]), name))
    top = max(line.max() for line in series.values())
    ends.sort()
    places = spread_apart([value for value, _ in ends], top * 0.065)
    for y, (value, name) in zip(places, ends, strict=True):
        ax.annotate(name, (last, value), (last * 1.04, y), va="center", annotation_clip=False,
                    fontsize=9, arrowprops={"arrowstyle": "-", "color": PALETTE["faint"],
                                            "linewidth": 0.7})  # fmt: skip
    if threshold is not None:
        ax.axhline(threshold, color=PALETTE["ink"], linewidth=0.9, linestyle=(0, (4, 3)))
        ax.annotate(threshold_label, (ax.get_xlim()[0], threshold), (2, 3), va="bottom",
                    textcoords="offset points", bbox=BACKING)  # fmt: skip
    ax.set_ylim(0, top * 1.06)
    ax.set_xlim(min(line.index[0] for line in series.values()), last)
    ax.yaxis.set_major_formatter(lambda value, _: language.number(value, digits))
    ax.xaxis.set_major_formatter(lambda value, _: (x_ticks or language.number)(value))
    ax.set_xlabel(x_label, loc="left")
    ax.set_ylabel(y_label)
    ax.grid(axis="y")
    return fig


def histogram(counts: pd.Series, *, language: Language, x_label: str, y_label: str) -> Figure:
    """Counts by a whole number, a bar each."""
    fig, ax = plt.subplots(figsize=(8, 3.6))
    ax.bar(counts.index, counts, width=0.8, color=PALETTE["accent"])
    ax.set_xlim(counts.index.min() - 1, counts.index.max() + 1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
        axis.set_major_formatter(lambda value, _: language.number(value))
    ax.set_xlabel(x_label, loc="left")
    ax.set_ylabel(y_label)
    ax.grid(axis="y")
    return fig


def estimates(
    frame: pd.DataFrame, *, name: str, value: str, interval: str, language: Language,
    axis_label: str, digits: int = 1,
) -> Figure:  # fmt: skip
    """A dot for what a survey found and a line for what is likely, a row each."""
    fig, ax = plot_rows(len(frame))
    ends = (frame[f"{interval}_low"], frame[f"{interval}_high"])
    for y, (middle, low, high) in enumerate(zip(frame[value], *ends, strict=True)):
        ax.plot([low, high], [y, y], color=PALETTE["bar"], linewidth=2.4, solid_capstyle="butt")
        ax.scatter(middle, y, s=30, color=PALETTE["accent"], zorder=3)
        text = f"{language.percent(middle, digits)}  "
        text += f"({language.interval(round(low, digits), round(high, digits), digits)})"
        ax.annotate(text, (high, y), (7, 0), textcoords="offset points", va="center", fontsize=9)
    name_rows(ax, frame[name])
    width = ends[1].max() - ends[0].min()
    ax.set_xlim(max(0.0, ends[0].min() - 0.05 * width), ends[1].max() + 0.32 * width)
    value_axis(ax, language, axis_label, percent=True)
    ax.set_xticks([tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= 100])
    return fig
