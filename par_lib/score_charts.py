"""Charts of scores and what they rest on: stated solid, assumed cross-hatched, unknown open."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from par_lib.charts import (
    BACKING,
    HATCH,
    name_rows,
    plot_rows,
    spread_apart,
    value_axis,
)  # fmt: skip
from par_lib.style import PALETTE
from par_lib.wording import Language

_KINDS = {
    "reported": {"color": PALETTE["accent"]},
    "derived": {"color": PALETTE["accent"]},
    "assumed": {"facecolor": "none", "edgecolor": PALETTE["accent"], "hatch": "xx"},
    "unknown": {"facecolor": "none", "edgecolor": PALETTE["bar"], "hatch": "..", "linestyle": ":"},
}


def lost_points(
    frame: pd.DataFrame, *, name: str, language: Language, axis_label: str, kinds: dict[str, str]
) -> Figure:
    """Points lost by criterion, a row each, drawn by what is known of them.

    ``frame`` has lost_points_low, lost_points_high and status; ``kinds`` says what each status of
    "reported", "assumed", "unknown" is called. Points lost surely are a bar; what may be lost
    beyond is an open span.
    """
    fig, ax = plot_rows(len(frame), extra=0.5)
    for y, row in enumerate(frame.itertuples()):
        low, high = row.lost_points_low, row.lost_points_high
        style = _KINDS[row.status]
        if low > 0:
            ax.barh(y, low, height=0.62, linewidth=1.0, **style)
        if high > low:
            ax.barh(y, high - low, left=low, height=0.62, linewidth=0.9, **_KINDS["unknown"])
        text = language.interval(low, high, 2)
        ax.annotate(text, (high, y), (4, 0), textcoords="offset points", va="center")
    name_rows(ax, frame[name])
    present = [kind for kind in kinds if (frame["status"] == kind).any()]
    if "unknown" not in present and (frame["lost_points_high"] > frame["lost_points_low"]).any():
        present.append("unknown")
    ax.legend(
        handles=[Patch(label=kinds[kind], **_KINDS[kind]) for kind in present], frameon=False,
        loc="lower left", bbox_to_anchor=(0, 1), ncols=len(present),
    )  # fmt: skip
    ax.set_xlim(0, frame["lost_points_high"].max() * 1.14)
    value_axis(ax, language, axis_label)
    return fig


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


def diverging(
    frame: pd.DataFrame, *, name: str, value: str, language: Language, axis_label: str,
    digits: int = 0,
) -> Figure:  # fmt: skip
    """Changes to either side of zero, a row each; one known within bounds is a hatched span."""
    fig, ax = plot_rows(len(frame))
    low, high = frame[f"{value}_low"].astype(float), frame[f"{value}_high"].astype(float)
    for y, (start, end) in enumerate(zip(low, high, strict=True)):
        if start == end:
            ax.barh(y, end, height=0.62, color=PALETTE["accent" if end > 0 else "bar"])
        else:
            ax.barh(y, end - start, left=start, height=0.62, facecolor="none", hatch=HATCH,
                    edgecolor=PALETTE["bar"], linewidth=0.8)  # fmt: skip
        beyond = end if end > 0 else start
        ax.annotate(
            _signed(start, end, language, digits), (beyond, y), (5 if beyond > 0 else -5, 0),
            textcoords="offset points", va="center", ha="left" if beyond > 0 else "right",
        )  # fmt: skip
    ax.axvline(0, color=PALETTE["ink"], linewidth=0.8)
    name_rows(ax, frame[name])
    reach = max(abs(low.min()), abs(high.max())) or 1
    ax.set_xlim(min(0, low.min()) - 0.2 * reach, max(0, high.max()) + 0.2 * reach)
    value_axis(ax, language, axis_label)
    return fig


def _signed(low: float, high: float, language: Language, digits: int) -> str:
    if low != high:
        return language.interval(low, high, digits)
    sign = "+" if low > 0 else "−" if low < 0 else ""
    return sign + language.number(abs(low), digits)
