"""The words of a chart: names and numbers on it, its caption, its alternative text.

All from what the chart was given (``plots.Drawn``) and from the names of columns, never from what
was drawn. Of a chart made without par_lib.charts.plots, what can be known of its axes.
"""

import math
import textwrap
from collections.abc import Callable, Iterable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator
from matplotlib.transforms import offset_copy

from par_lib.charts.plots import BAR, END_ROWS, HATCHED, PALETTE
from par_lib.charts.presentation import Page
from par_lib.language.translation import N_

# Behind text that lies on a line or a hatching.
BACKING = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1.2}
_MOST_NAMED = 8  # names have no room for more on a funnel; the text names all
_MOST_TOLD = 6  # rows that are read out one by one


def finish(fig: Figure, page: Page) -> tuple[str, str]:
    """Put the page's words on a figure; alternative text, none of an empty one, and caption."""
    shown = [ax for ax in fig.axes if ax.has_data()]
    if not shown:
        for own in (ax.drawn for ax in fig.axes if hasattr(ax, "drawn")):
            return "", page.caption(own.caption) or ", ".join(map(page.head, own.value.split()))
        return "", ""
    told = [_Chart(ax, page).finish() if hasattr(ax, "drawn") else (_of_axes(ax, page), "")
            for ax in shown]  # fmt: skip
    return " ".join(alt for alt, _ in told), next((text for _, text in told if text), "")


class _Chart:
    """A chart on the page it is shown on: ``write_…`` puts words on it, ``say_…`` tells it."""

    def __init__(self, ax: Axes, page: Page) -> None:
        self.ax, self.drawn, self.page, self.words = ax, ax.drawn, page, page.words
        self.rows = self.drawn.rows

    def finish(self) -> tuple[str, str]:
        """Alternative text and caption."""
        kind, write, say = _KINDS[self.drawn.kind]
        write(self)
        drawn, words = self.drawn, self.words
        what, by = map(self.page.head, (drawn.value, drawn.by))
        caption = self.page.caption(drawn.caption)
        caption = caption or words("{what} by {by}", what=what, by=by[:1].lower() + by[1:])
        if drawn.between is not None:
            span = self.value(drawn.between["low"].min(), drawn.between["high"].max())
            caption += words("; {count} between them, {span}, stand in the table only",
                             count=len(drawn.between["name"].explode()), span=span)  # fmt: skip
            self.ax.axhline(END_ROWS - 0.76, color=PALETTE["muted"], linewidth=0.9,
                            linestyle=(0, (1, 3)))  # fmt: skip
        if not self.rows.dropna(subset="low")["exact"].all():
            caption += words("; hatched: no figure, only bounds")
        begins, _ = self.ax.get_ylim() if drawn.kind == "process" else self.ax.get_xlim()
        if drawn.kind in ("dot", "dumbbell", "process") and begins > 0:  # as a bar does
            caption += words("; the axis does not begin at 0")
        x, y = (by, what) if write in (_Chart.write_curves, _Chart.write_funnel) else (what, by)
        axes = words("Horizontal axis: {x}; vertical axis: {y}.", x=x, y=y)
        if drawn.kind == "tile":
            axes = words("Each tile is one unit; darker is worse.")
        caption, said = f"{caption}.", say(self)
        return f"{words(kind)}. {caption} {axes} {said[:1].upper()}{said[1:]}".strip(), caption

    def name(self, name: object) -> str:
        """A row's name: a word, a number of its column, or how many units share the row."""
        if isinstance(name, tuple):
            return self.words("{count} units, each", count=len(name))
        return self.page.cell(self.drawn.by, name, name)

    def value(self, low: float, high: float | None = None) -> str:
        """A value, or an interval, as the page writes it."""
        return self.page.cell(self.drawn.value, low, low if high is None else high)

    def part(self, part: tuple) -> str:
        """A value of a stack as a table of its own column writes it, where that has the unit."""
        unit, of = self.drawn.value.rpartition("_")[2], self.rows["series"] == part.series
        column = part.series if part.series.endswith(unit) else self.drawn.value
        digits = self.page.digits(column, self.rows.loc[of, "low"])
        return self.page.cell(column, part.low, part.low, digits)

    def each(self, rows: pd.DataFrame, text: str = "{name} ({value})") -> list[str]:
        """A text for each row."""
        return [self.words(text, name=self.name(row.name), value=self.value(row.low, row.high))
                for row in rows.itertuples()]  # fmt: skip

    # --- what stands on the chart ---

    def write_rows(self) -> None:
        drawn, cell = self.drawn, self.page.cell
        self.write_names(self.rows["name"])
        digits = self.page.digits(drawn.value, self.rows["low"], self.rows["high"])
        for row in self.rows.itertuples():
            text, end = cell(drawn.value, row.low, row.high, digits), row.end
            likely = (row.likely_low, row.likely_high) if "likely_low" in self.rows else ()
            if likely and likely != (row.low, row.high):
                text, end = f"{text} ({cell(drawn.value, *likely, digits)})", row.likely_high
            left = drawn.kind == "diverge" and row.high <= 0
            self.beside(row.low if left else end, row.Index, text, left=left, bbox=BACKING)
        if not math.isnan(drawn.threshold):
            words = N_("mean {value}") if drawn.is_mean else N_("threshold {value}")
            text = self.words(words, value=self.value(drawn.threshold))
            self.ax.annotate(text, (drawn.threshold, -0.72), (0, 3), textcoords="offset points",
                             va="bottom", ha="center", color=PALETTE["muted"])  # fmt: skip
        self.write_numbers("x", drawn.value)

    def write_dumbbell(self) -> None:
        self.write_names(self.rows["name"])
        for row in self.rows.itertuples():
            for value, other in ((row.low, row.high), (row.high, row.low)):
                self.beside(value, row.Index, self.value(value), left=value < other)
        self.write_legend(self.page.head)
        self.write_numbers("x", self.drawn.value)

    def write_stack(self) -> None:
        bars, value = self.rows.groupby("name", sort=False), self.rows["low"]
        self.write_names(self.rows["name"].unique())
        parts = self.rows.assign(bar=bars.ngroup(), middle=bars["low"].cumsum() - value / 2)
        wide = value > 0.04 * (bars["low"].sum().max() or 1)  # others have no room for a number
        for part in parts[wide].itertuples():
            self.ax.text(part.middle, part.bar, self.part(part), ha="center", va="center",
                         fontsize=9, bbox=BACKING)  # fmt: skip
        self.write_legend(self.page.head)
        self.write_numbers("x", self.drawn.value)

    def write_curves(self) -> None:
        self.write_numbers("x", self.drawn.by)
        self.write_numbers("y", self.drawn.value)
        self.ax.grid(axis="y")
        if self.drawn.kind != "process" or self.rows["mean"].notna().any():
            self.write_legend(self.words, above=1.06, ncols=2)

    def write_funnel(self) -> None:
        """Names only outside the limits: who is inside is not to be compared with a neighbour."""
        left, right = self.ax.get_xlim()
        outside = self.rows[self.rows["marked"]]
        far = (outside["high"] - self.drawn.threshold).abs().nlargest(_MOST_NAMED).index
        for row in outside.loc[far].itertuples():
            self.beside(row.size, row.high, self.name(row.name), left=row.size**2 > left * right,
                        fontsize=9, bbox=BACKING)  # fmt: skip
        self.write_legend(self.words, above=1.06, ncols=3)
        self.write_numbers("y", self.drawn.value)
        steps = (1, 3) if right > 30 * left else (1, 2, 3, 5)
        self.ax.xaxis.set_major_locator(LogLocator(subs=steps))
        self.ax.xaxis.set_major_formatter(lambda size, _: self.page.cell("size", size, size))
        self.ax.minorticks_off()
        self.ax.set_xlabel(self.page.head(self.drawn.by), loc="left")

    def write_tiles(self) -> None:
        for tile in self.rows.itertuples():
            look = {"ha": "center", "va": "center", "fontsize": 8,
                    "bbox": None if tile.exact else BACKING}  # fmt: skip
            x, value = tile.column + 0.5, self.value(tile.low, tile.high)
            self.ax.text(x, tile.row + 0.34, textwrap.fill(self.name(tile.name), 9), **look)
            self.ax.text(x, tile.row + 0.74, value, weight="bold", **look)
        known = self.rows.dropna(subset="shade").sort_values("shade")["low"]
        ends = zip([*known[:1], *known[-1:]], ("pale", "deep"), strict=False)
        patches = {self.value(value): Patch(color=PALETTE[shade]) for value, shade in ends}
        if len(known) < len(self.rows):
            patches |= {self.words("only bounds"): Patch(edgecolor=PALETTE["faint"], **HATCHED)}
        self.write_legend(self.words, patches=patches)
        self.ax.axis("off")

    def write_names(self, names: Iterable[object]) -> None:
        """Write each row's name above it, first on top; higher where a name needs several lines."""
        ax, lines = self.ax, [textwrap.fill(self.name(name), 56) for name in names]
        more = max(line.count("\n") for line in lines)
        ax.figure.set_figheight(ax.figure.get_figheight() + 0.22 * more * len(lines))
        for row, line in enumerate(lines):  # a tick would be five artists, each laid out
            ax.text(0, row - BAR / 2 - 0.04, line, va="bottom", transform=ax.get_yaxis_transform())
        ax.set(ylim=(len(lines) - 0.5, -0.72), yticks=[], ylabel="")
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")

    def write_numbers(self, side: str, column: str) -> None:
        """Name an axis and write its numbers, whole ones of what is counted."""
        axis = self.ax.xaxis if side == "x" else self.ax.yaxis
        ends_at_100 = column.endswith(("_pct", "score"))

        def write(value: float, _: int) -> str:  # an axis ends a little beyond the share it shows
            value = round(value, 9)
            return "" if ends_at_100 and value > 100 else self.page.cell(column, value, value)

        if not isinstance(axis.get_major_locator(), FixedLocator):
            whole = not column.endswith(("_pct", "_points", "points", "_ratio"))
            most = 12 if column.startswith("month") else 6 if side == "x" else "auto"
            axis.set_major_locator(MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(write)
        if side == "x":
            self.ax.set_xlabel(self.page.head(column), loc="left")
        else:
            self.ax.set_ylabel(self.page.head(column), rotation=0, ha="left", va="bottom")
            axis.set_label_coords(0, 1.02)  # above its axis, as wide as the chart

    def write_legend(self, called: Callable[[str], str], *, above: float = 1.0, ncols: int = 3,
                     patches: dict[str, Patch] | None = None) -> None:  # fmt: skip
        """Name lines, dots, parts and ``patches`` as the reader calls them, each once."""
        handles, names = self.ax.get_legend_handles_labels()
        if named := dict(zip(map(called, names), handles, strict=True)) | (patches or {}):
            self.ax.legend(named.values(), named, loc="lower left", bbox_to_anchor=(0, above),
                           ncols=ncols, frameon=False, handlelength=1.8,
                           columnspacing=1.2)  # fmt: skip

    def beside(self, x: float, y: float, text: str, *, left: bool, **look: object) -> None:
        """Write beside a point."""
        aside = offset_copy(self.ax.transData, self.ax.figure, -8 if left else 8, units="points")
        self.ax.text(x, y, text, ha="right" if left else "left", va="center", transform=aside,
                     **look)  # fmt: skip

    # --- what a screen reader says: extremes, what is uncertain, values where they are few ---

    def say_rows(self) -> str:
        rows, words = pd.concat([self.rows, self.drawn.between]), self.words
        exact, bounds = rows[rows["exact"]], rows[~rows["exact"]]
        if bounds.empty and len(exact) <= _MOST_TOLD:
            return "; ".join(self.each(exact, "{name}: {value}")) + "."
        said, most, least = [], exact["low"].max(), exact["low"].min()
        # An extreme is named only where no interval may reach beyond it.
        if len(exact) and (bounds["high"] <= most).all():
            said.append(words("Highest: {row}.", row=self.extreme(exact, most)))
        if len(exact) and (bounds["low"] >= least).all():
            said.append(words("Lowest: {row}.", row=self.extreme(exact[::-1], least)))
        said += self.each(bounds[:_MOST_TOLD], N_("{name}: within {value}."))
        if (more := len(bounds) - _MOST_TOLD) > 0:
            said.append(words("{count} more are known only within bounds.", count=more))
        if not math.isnan(self.drawn.threshold):
            below = (rows["high"] < self.drawn.threshold).sum()
            told = N_("Below the mean: {count}.")
            if not self.drawn.is_mean:
                told = N_("Below the threshold: {count}.")
            said.append(words(told, count=below))
        return " ".join(said)

    def extreme(self, exact: pd.DataFrame, value: float) -> str:
        """The names of the rows of this value, with it; of many, how many they are."""
        tied, written = exact.loc[exact["low"] == value, "name"], self.value(value)
        if len(tied) > 3:
            return self.words("{count} units, {value} each", count=len(tied), value=written)
        return f"{', '.join(map(self.name, tied))} ({written})"

    def say_dumbbell(self) -> str:
        start, end = map(self.page.head, self.drawn.ends)
        risen = (self.rows["high"] > self.rows["low"]).sum()
        return self.words("Rows: {count}; “{end}” above “{start}”: {risen}.",
                          count=len(self.rows), start=start, end=end, risen=risen)  # fmt: skip

    def say_stack(self) -> str:
        said = []
        for name, parts in self.rows[self.rows["low"] != 0].groupby("name", sort=False):
            each = [f"{self.page.head(one.series)} {self.part(one)}" for one in parts.itertuples()]
            said.append(f"{self.name(name)}: {', '.join(each)}")
        return "; ".join(said[:_MOST_TOLD]) + "."

    def say_lines(self) -> str:
        said = []
        for name, rows in self.rows.dropna(subset="low").groupby("series", sort=False):
            known = rows.sort_values("name", kind="stable")
            first, last, top = known.iloc[0], known.iloc[-1], known.loc[known["low"].idxmax()]
            text = self.words(
                "from {first} to {last}, most {most} at {where}", first=self.value(first["low"]),
                last=self.value(last["low"]), most=self.value(top["low"]),
                where=self.name(top["name"]),
            )  # fmt: skip
            said.append(f"{self.words(str(name))}: {text}" if name else text)
        return "; ".join(said) + "."

    def say_histogram(self) -> str:
        return self.each(self.rows.nlargest(1, "low"), N_("Most at {name}: {value}."))[0]

    def say_band(self) -> str:
        quarters = [len(self.rows) * part // 4 for part in (1, 2, 3)]
        return "; ".join(self.each(self.rows.loc[quarters], N_("at {name}: {value}"))) + "."

    def say_funnel(self) -> str:
        said = []
        for verdict, text in (("above", N_("Above the limits of 99.8%: {units}.")),
                              ("below", N_("Below the limits of 99.8%: {units}."))):  # fmt: skip
            if units := self.each(self.rows[self.rows["verdict"] == verdict]):
                said.append(self.words(text, units="; ".join(units)))
        own = self.rows[self.rows["marked"] & ~self.rows["verdict"].isin(["above", "below"])]
        said += [f"{one}." for one in self.each(own)]  # highlighted, and within the limits
        mean = self.value(self.drawn.threshold)
        said.append(self.words("Units: {count}; mean: {mean}.", count=len(self.rows), mean=mean))
        return " ".join(said)

    def say_process(self) -> str:
        if special := self.each(self.rows[self.rows["marked"]]):
            return self.words("Not ordinary: {months}.", months="; ".join(special))
        if self.rows["mean"].isna().all():
            return self.words("Too few months for limits.")
        return self.words("All within ordinary variation.")

    def say_tiles(self) -> str:
        said, known = [], self.rows.dropna(subset="shade")
        if darkest := self.each(known.nlargest(3, "shade")):
            said.append(self.words("Darkest: {units}.", units="; ".join(darkest)))
        if bounds := len(self.rows) - len(known):
            said.append(self.words("{count} are known only within bounds.", count=bounds))
        return " ".join(said)


_KINDS = {  # what a kind is called, what writes on it, what says it
    "bar": (N_("Bar chart"), _Chart.write_rows, _Chart.say_rows),
    "dot": (N_("Dot chart"), _Chart.write_rows, _Chart.say_rows),
    "diverge": (N_("Diverging bar chart"), _Chart.write_rows, _Chart.say_rows),
    "dumbbell": (N_("Dumbbell chart"), _Chart.write_dumbbell, _Chart.say_dumbbell),
    "stack": (N_("Stacked bar chart"), _Chart.write_stack, _Chart.say_stack),
    "line": (N_("Line chart"), _Chart.write_curves, _Chart.say_lines),
    "histogram": (N_("Histogram"), _Chart.write_curves, _Chart.say_histogram),
    "band": (N_("Curve between two bounds"), _Chart.write_curves, _Chart.say_band),
    "tile": (N_("Tile map"), _Chart.write_tiles, _Chart.say_tiles),
    "funnel": (N_("Funnel chart"), _Chart.write_funnel, _Chart.say_funnel),
    "process": (N_("Process chart"), _Chart.write_curves, _Chart.say_process),
}


def _of_axes(ax: Axes, page: Page) -> str:
    """Words for a chart of somebody's own: its title, its axes with their ranges, its series."""
    ends = {}
    ax.figure.draw_without_rendering()  # until then ticks have no text
    for side, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        label = axis.get_label().get_text() or side
        spans = ", ".join(filter(None, (tick.get_text() for tick in axis.get_ticklabels())))
        if not any(map(str.isalpha, spans)):
            spans = page.cell(label, *map(float, axis.get_data_interval()))
        ends[side] = f"{page.head(label)} ({spans})"
    said = page.words("Chart. Horizontal axis: {x}; vertical axis: {y}.", **ends)
    if legend := ax.get_legend():
        names = ", ".join(text.get_text() for text in legend.get_texts())
        said += " " + page.words("Series: {names}.", names=names)
    title = ax.get_title("left") or ax.get_title()  # the house style writes it on the left
    return f"{title}. {said}" if title else said
