"""Charts with a row a unit or criterion, in the house style.

An interval is drawn as a hatched span, never as a value. Scores show what they rest on: stated
solid, assumed cross-hatched, unknown open. Each takes a tidy frame and gives a figure; nothing is
shown here (presentation.Page.show does).
"""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from par_lib.charts.style import PALETTE
from par_lib.language.spelling import sort_key
from par_lib.language.translation import Language


def one_row_for_unlisted(frame: pd.DataFrame, *, low: str, name: str) -> pd.DataFrame:
    """Exact rows by ``low``, largest first, then one row ``name`` for those known as a bound.

    For a chart: nine equal intervals say no more than one.
    """
    bound = frame[frame["status"] == "bound"]
    exact = frame[frame["status"] != "bound"].sort_values(low, ascending=False)
    return pd.concat([exact, bound.head(1).assign(unit=name)], ignore_index=True)


def highest_first(frame: pd.DataFrame, *, value: str, name: str) -> pd.DataFrame:
    """Rows by the pair ``value``, highest first; equal ones by name in Vietnamese order."""
    order = [f"{value}_low", f"{value}_high", "_name"]
    named = frame.assign(_name=frame[name].map(sort_key))
    return named.sort_values(order, ascending=[False, False, True]).drop(columns="_name")


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
        inside = {"ha": "center", "va": "center", "fontsize": 9, "bbox": backing}
        label = textwrap.fill(tile[name], 11)  # English names end in "District"
        ax.text(x, y + 0.32, label, **inside)
        text = language.interval(low, high, digits, percent=percent)
        ax.text(x, y + 0.68, text, weight="bold", **inside)
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
    return language.interval(low, high, digits) if low != high else language.signed(low, digits)
