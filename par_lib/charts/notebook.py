"""What a notebook needs: one opening call, prose that is computed, tables, sources.

    data = par.begin(province, year, lang)

    %%headline from districts.listed
    {leaders} chiếm {leaders_pct} trong tổng số {districts.total} hồ sơ trễ hạn của cấp huyện.

Prose is Vietnamese, a paragraph a message; English is its gettext translation. A value's name says
its unit: ``_pct``, ``_points``, ``_bn_vnd``, ``_date``, ``_year``; the others are counts or names.
"""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
import seaborn.objects as so
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame
from seaborn.axisgrid import Grid

from par_lib.charts import plot_words
from par_lib.charts.presentation import Emit, Page
from par_lib.charts.style import PALETTE, STYLE
from par_lib.cleaning import tables
from par_lib.cleaning.tables import Tables
from par_lib.language import labels
from par_lib.language.prose import Absent, fill, paragraphs
from par_lib.language.translation import UNKNOWN, language

_UNITS = ("pct", "points", "bn_vnd", "date", "year")  # last words of names that say a unit
# What a cell may end in, and the figure it stands for.
_FIGURES = {Figure: lambda figure: figure, Axes: lambda ax: ax.figure,
            Grid: lambda grid: grid.figure, so.Plot: lambda plot: _drawn(plot)}  # fmt: skip
_opened: list["Notebook"] = []  # the last one begun, as pyplot keeps its current figure


def begin(province: str, year: int, lang: str = "vi") -> Tables:
    """Open a notebook: its tables, language, theme, sources and magics; gives the tables.

    Parameters of the notebook whose names end in ``_pct`` must lie in 0 to 100. Raises ValueError
    for one that does not, an unknown language, and a province or year without raw data, naming
    those that have it.
    """
    shell = get_ipython()
    space = shell.user_ns if shell else {}
    for name in space.get("__annotations__", space):  # parameters are declared with their type
        value = space.get(name)
        if name.endswith("_pct") and isinstance(value, int | float) and not 0 <= value <= 100:
            raise ValueError(f"parameter {name} is {value:g}; it must be 0 to 100")
    notebook = Notebook(tables.load(province, year), lang)
    _opened[:] = [notebook]
    sns.set_theme(style="white", palette=[PALETTE["accent"], PALETTE["bar"]], rc=STYLE)
    if shell:
        shell.register_magic_function(notebook.say, "cell", "say")
        shell.register_magic_function(notebook.headline, "cell", "headline")
        for kind, figure in _FIGURES.items():
            shell.display_formatter.ipython_display_formatter.for_type(
                kind, lambda drawn, figure=figure: notebook.show(figure(drawn))
            )
        shell.display_formatter.formatters["text/html"].for_type(DataFrame, notebook.plain_table)
    return notebook.data


def table(frame: pd.DataFrame, columns: str, caption: str = "") -> None:
    """Show columns by name, as ``"unit late share_pct"``; of no rows, nothing.

    A name that stands for a pair ``_low``/``_high`` is shown as an interval; the first heads its
    row; status, source and locator, where the frame has them, become the mark behind the row.
    """
    _here().table(frame, columns.split(), caption)


def sources() -> None:
    """List the sources cited above; the last cell."""
    _here().page.show_sources()


def pair(frame: pd.DataFrame, name: str) -> tuple[float, float]:
    """Sum of a column known within bounds, to be written in a text; of no rows, not known."""
    return tuple(frame[f"{name}_{end}"].astype(float).sum(min_count=1) for end in ("low", "high"))


def cite(frame: pd.DataFrame, source: pd.DataFrame, status: str = "derived") -> pd.DataFrame:
    """The frame with the source and locator of another's first row, and a status."""
    trace = {name: source[name].iloc[0] if len(source) else "" for name in ("source", "locator")}
    return frame.assign(status=status, **trace)


def _drawn(plot: so.Plot) -> Figure:
    figure = plt.figure()
    plot.theme(sns.axes_style("white") | STYLE).on(figure).plot()
    return figure


def _here() -> "Notebook":
    if not _opened:
        raise RuntimeError("no notebook is open: call data = par.begin(province, year, lang) first")
    return _opened[-1]


class Notebook:
    """One notebook while it runs: its tables, its reader's words, what it has shown and cited.

    ``emit`` takes each piece, data and metadata by MIME type, instead of the notebook.
    """

    def __init__(self, data: Tables, lang: str, emit: Emit | None = None) -> None:
        self.data, self.t = data, language(lang)
        self.page = Page(self.t, data.sources, emit)
        self._english = dict(zip(data.units["name"], data.units["name_en"], strict=True))

    def words(self, text: str, **values: str) -> str:
        """A code, a unit or a sentence of the package, as the reader calls it."""
        if self.t.code != "vi" and text in self._english:
            return self._english[text]
        said = labels.LABELS.get(text, text)
        # Of the data, a text may hold braces: only one that comes with values is filled in.
        return self.t(said, **values) if values else self.t.messages.get(said, said)

    def head(self, column: str) -> str:
        """A column as the reader calls it; of a pair, either end."""
        name = str(column).removesuffix("_low").removesuffix("_high")
        return self.t(labels.COLUMNS.get(name, name)) if name else ""

    def cell(self, column: str, low: object, high: object) -> str:
        """A value or an interval as a table writes it; words in the reader's language."""
        return self.words(low) if isinstance(low, str) else self.page.cell(column, low, high)

    def caption(self, text: str) -> str:
        """A caption in the reader's language, with values of the notebook; without one, none."""
        shell = get_ipython()
        try:
            return fill(text, shell.user_ns if shell else {}, write=self.write,
                        catalog=self.t.messages)  # fmt: skip
        except Absent:
            return ""

    def write(self, name: str, value: object) -> str:
        """A value as a sentence writes it, by the unit its name says; Absent where not known.

        TypeError for a fraction whose name says no unit.
        """
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, tuple) and len(value) == 2:
            if pd.isna(value[0]):
                raise Absent(name)
            digits = labels.digits(name, *value, most=2)
            ends = [round(float(end), digits) for end in value]
            percent = name.endswith("_pct")
            return self.t.interval(*ends, digits, percent=percent, in_text=True)
        if isinstance(value, Iterable):
            listed = list(value)
            if not listed:
                raise Absent(name)
            if len(listed) == 1 and not isinstance(listed[0], str):
                return self.write(name, listed[0])
            return self.t.listing([self.write(name, one) for one in listed])
        if value is None or pd.isna(value):
            raise Absent(name)
        if isinstance(value, pd.Timestamp):
            return self.t.date(value, in_text=True)
        if name.endswith("year"):
            return str(int(value))
        if float(value) % 1 and not name.endswith((*_UNITS, "gini")):
            raise TypeError(f"{{{name}}} is {value}: its name must say the unit, as {name}_pct")
        writes = self.t.percent if name.endswith("_pct") else self.t.number
        return writes(float(value), labels.digits(name, float(value), most=2))

    def say(self, line: str, body: str) -> None:
        """``%%say [from frame [as status]]``: every paragraph whose values are all known."""
        for sentence, rows, status in self._sentences(line, body):
            self.page.say(sentence, *rows, status=status)

    def headline(self, line: str, body: str) -> None:
        """``%%headline``: the finding, the first paragraph whose values are all known.

        ``%%headline from frame see 02_disbursement`` leads to the page that says more.
        """
        line, _, page = line.partition(" see ")
        for sentence, rows, status in self._sentences(line, body):
            if rows:
                href = f"{page.strip()}.html" if page else ""
                self.page.headline(sentence, *rows, status=status, href=href)
            else:
                self.page.missing(sentence)
            return

    def _sentences(self, line: str, body: str) -> Iterable[tuple[str, list, str | None]]:
        frames, _, status = line.strip().removeprefix("from ").partition(" as ")
        space = get_ipython().user_ns
        found = [get_ipython().ev(frame.strip()) for frame in frames.split(",") if frame.strip()]
        rows = [frame for frame in found if len(frame)]
        if not status:
            status = "derived" if sum(map(len, rows)) > 1 else None
        for paragraph in paragraphs(body):
            try:
                said = fill(paragraph, space, write=self.write, catalog=self.t.messages)
            except Absent:
                continue
            yield said, rows, status

    def table(self, frame: pd.DataFrame, names: list[str], caption: str) -> None:
        """Show columns of a frame by name, with the reader's words."""
        if frame.empty:
            return
        said = {name: frame[name].map(self.words) for name in names
                if name in frame and pd.api.types.is_string_dtype(frame[name])}  # fmt: skip
        heads = {name: self.head(name) for name in names}
        self.page.table(frame.assign(**said), heads, caption=self.caption(caption))

    def plain_table(self, frame: DataFrame) -> str:
        """A frame that stands at the end of a cell, as a table to read; of many rows the ends."""
        return frame.to_html(
            border=0, na_rep=UNKNOWN, max_rows=40, show_dimensions=len(frame) > 40,
            float_format=lambda value: self.t.number(value, labels.digits("", value)),
        )  # fmt: skip

    def show(self, fig: Figure) -> None:
        """Show a figure with its words; one on which nothing is drawn is not shown."""
        told = plot_words.finish(fig, self)
        if told:
            self.page.show(fig, alt=told[0], caption=told[1])
        plt.close(fig)
