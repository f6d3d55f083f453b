"""What a screen reader says of a chart: its extremes, what is uncertain, its values where few.

From what the chart was given, as ``plot_words``; of a chart of somebody's own, from its axes.
"""

import math

import pandas as pd
from matplotlib.axes import Axes

from par_lib.charts.plots import Drawn
from par_lib.charts.presentation import Page
from par_lib.language.translation import N_

_MOST_ROWS = 6  # that are read out one by one


def name_of(name: object, page: Page) -> str:
    if isinstance(name, int):
        return page.words("{count} units, each", count=str(name))
    return page.words(str(name))


def say_rows(drawn: Drawn, page: Page) -> str:
    words, rows = page.words, pd.concat([drawn.rows, drawn.between])
    exact, bounds = rows[rows["low"] == rows["high"]], rows[rows["low"] != rows["high"]]
    if bounds.empty and len(exact) <= _MOST_ROWS:
        each = (f"{name_of(row.name, page)}: {page.cell(drawn.x, row.low, row.high)}"
                for row in rows.itertuples())  # fmt: skip
        return "; ".join(each) + "."
    said, most, least = [], exact["low"].max(), exact["low"].min()
    # An extreme is named only where no interval may reach beyond it.
    if len(exact) and (bounds["high"] <= most).all():
        said.append(words("Highest: {row}.", row=_extreme(exact, most, drawn, page)))
    if len(exact) and (bounds["low"] >= least).all():
        said.append(words("Lowest: {row}.", row=_extreme(exact[::-1], least, drawn, page)))
    for row in bounds[:_MOST_ROWS].itertuples():
        said.append(words("{name}: within {bounds}.", name=name_of(row.name, page),
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
    return f"{', '.join(name_of(name, page) for name in tied)} ({written})"


def say_dumbbell(drawn: Drawn, page: Page) -> str:
    risen = (drawn.rows["high"] > drawn.rows["low"]).sum()
    start, end = map(page.head, drawn.ends)
    return page.words("Rows: {count}; “{end}” above “{start}”: {risen}.", start=start, end=end,
                      count=str(len(drawn.rows)), risen=str(risen))  # fmt: skip


def say_stack(drawn: Drawn, page: Page) -> str:
    said = []
    for name, parts in drawn.rows.groupby("name", sort=False):
        each = (f"{page.head(part.series)} {page.cell(drawn.x, part.low, part.high)}"
                for part in parts.itertuples() if part.low)  # fmt: skip
        said.append(f"{page.words(str(name))}: {', '.join(each)}")
    return "; ".join(said[:_MOST_ROWS]) + "."


def say_lines(drawn: Drawn, page: Page) -> str:
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


def say_histogram(drawn: Drawn, page: Page) -> str:
    top = drawn.rows.loc[drawn.rows["low"].idxmax()]
    return page.words("Most at {where}: {most}.",
                      where=page.cell(drawn.x, top["name"], top["name"]),
                      most=page.cell(drawn.y, top["low"], top["high"]))  # fmt: skip


def say_band(drawn: Drawn, page: Page) -> str:
    quarters = [len(drawn.rows) * part // 4 for part in (1, 2, 3)]
    said = [page.words("at {where}: {value}", where=page.cell(drawn.x, row.name, row.name),
                       value=page.cell(drawn.y, row.low, row.high))
            for row in drawn.rows.loc[quarters].itertuples()]  # fmt: skip
    return "; ".join(said) + "."


def say_funnel(drawn: Drawn, page: Page) -> str:
    said, rows = [], drawn.rows
    for verdict, text in (("above", N_("Above the limits of 99.8%: {units}.")),
                          ("below", N_("Below the limits of 99.8%: {units}."))):  # fmt: skip
        units = [f"{name_of(row.name, page)} ({page.cell(drawn.y, row.low, row.high)})"
                 for row in rows[rows["verdict"] == verdict].itertuples()]  # fmt: skip
        if units:
            said.append(page.words(text, units="; ".join(units)))
    mean = page.cell(drawn.y, drawn.threshold, drawn.threshold)
    return " ".join([*said, page.words("Units: {count}; mean: {mean}.", count=str(len(rows)),
                                       mean=mean)])  # fmt: skip


def say_process(drawn: Drawn, page: Page) -> str:
    special = [f"{page.cell(drawn.x, row.name, row.name)} ({page.cell(drawn.y, row.low, row.high)})"
               for row in drawn.rows[drawn.rows["marked"]].itertuples()]  # fmt: skip
    if special:
        return page.words("Not ordinary: {months}.", months="; ".join(special))
    if drawn.rows["mean"].isna().all():
        return page.words("Too few months for limits.")
    return page.words("All within ordinary variation.")


def say_tiles(drawn: Drawn, page: Page) -> str:
    said, known = [], drawn.rows.dropna(subset="shade")
    if len(known):
        units = (f"{name_of(row.name, page)} ({page.cell(drawn.x, row.low, row.high)})"
                 for row in known.nlargest(3, "shade").itertuples())  # fmt: skip
        said.append(page.words("Darkest: {units}.", units="; ".join(units)))
    if bounds := len(drawn.rows) - len(known):
        said.append(page.words("{count} are known only within bounds.", count=str(bounds)))
    return " ".join(said)


def of_axes(ax: Axes, page: Page) -> str:
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
