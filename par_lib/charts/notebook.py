"""What a notebook needs: one opening call, prose that is computed, tables, sources, sliders.

    data = par.begin(province, year, lang)

    %%headline from districts.listed
    {leaders} chiếm {leaders_pct} trong tổng số {districts.total} hồ sơ trễ hạn của cấp huyện.

Prose is Vietnamese, a paragraph a message; English is its gettext translation. A value's name says
its unit: ``_pct``, ``_points``, ``_bn_vnd``, ``_date``, ``_year``; the others are counts or names.
"""

import html
import io
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from numbers import Integral, Real

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import seaborn.objects as so
from IPython import get_ipython
from IPython.core.interactiveshell import ExecutionResult
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from pandas.io.formats.style import Styler
from seaborn.axisgrid import Grid

from par_lib.charts import PALETTE, STYLE, plot_words
from par_lib.charts.presentation import STATED, Page, without_end
from par_lib.charts.table_data import STATUSES, TRACE
from par_lib.cleaning.tables import Tables, load
from par_lib.language import Refused, open_in, prose, say
from par_lib.language.prose import Absent, Mistyped, paragraphs
from par_lib.language.translation import MEASURES, N_, UNKNOWN, Language, language
from par_lib.scoring import rulebook, whatif

# The last one begun, as pyplot keeps its current figure, or what its opening cell failed with.
_opened: list["Notebook | BaseException"] = []
_KINDS = {int: (Integral, N_("a whole number")), float: (Real, N_("a number")),
          str: (str, N_("a text"))}  # fmt: skip
_PUT_IN = re.compile(r"^(\w+) = ", re.MULTILINE)
_SAYS = re.compile(r"(?: from (.+?))?(?: as (\S+))?(?: worth (\S+))?(?: see (\S+))?")


def begin(province: str, year: int, lang: str = "vi", period: str = "") -> Tables:
    """The tables of a province and year; from here on a notebook speaks, in a language.

    ``period`` is a part of the year, H1, H2, 9M, Q1 to Q4, 01 to 12; of none the whole year. Where
    it refuses, or its cell fails, nothing is said or shown until it is run again.
    """
    _opened.clear()
    open_in(language(lang).code)
    shell = get_ipython()
    space = shell.user_ns if shell else {}
    if shell:
        Mistyped.hidden = shell.user_ns_hidden
        shell.events.register("post_run_cell", _after)
        for name, kind in (("say", ""), ("headline", "headline"), ("title", "title")):
            magic = lambda line, body, kind=kind: here().say_cell(line, body, kind)  # noqa: E731
            shell.register_magic_function(magic, "cell", name)
        shown = shell.display_formatter.ipython_display_formatter  # of what a cell ends in
        for kind in (Figure, Axes, Grid):
            shown.for_type(kind, lambda drawn: _show(drawn.figure))
        shown.for_type(so.Plot, lambda plot: _show(_drawn(plot)))
        html_of = shell.display_formatter.formatters["text/html"]
        html_of.for_type(pd.DataFrame, lambda frame: here().plain_table(frame))
    _check(space)
    notebook = Notebook(load(province, f"{year}-{period}".rstrip("-")), lang, values=space)
    if isinstance(asked := space.get("what_if"), str) and asked:
        whatif.parse_changes(asked, data=notebook.data, rules=rulebook.load(province, year))
    sns.set_theme(style="white", palette=[PALETTE["accent"], PALETTE["bar"]], rc=STYLE)
    _opened[:] = [notebook]
    return notebook.data


def _check(space: dict[str, object]) -> None:
    """Refused for a parameter of another kind than declared, and a percentage of no 0 to 100.

    And for one that papermill put in, where the notebook declares others.
    """
    kinds = space.get("__annotations__", dict.fromkeys(space))
    for cell in space.get("In", ()):
        put_in = _PUT_IN.findall(cell) if cell.startswith("# Parameters\n") else ()
        if "__annotations__" in space and (other := [one for one in put_in if one not in kinds]):
            raise Refused("there is no parameter {name}; choose one of {known}",
                          name=other[0], known=[*kinds])  # fmt: skip
    for name in filter(space.__contains__, kinds):
        value, (kind, words) = space[name], _KINDS.get(kinds[name], (object, ""))
        if not isinstance(value, kind):
            raise Refused("{name} is {value}; it must be {kind}", name=name, value=repr(value),
                          kind=say(words))  # fmt: skip
        if name.endswith("_pct") and isinstance(value, Real):
            prose.require_pct(name, value)


def _after(result: ExecutionResult) -> None:
    """Note, after each cell, an opening one that failed: it leaves no earlier one in its place."""
    error = result.error_before_exec or result.error_in_exec
    if error and "begin(" in (result.info.raw_cell or ""):
        _opened[:] = [error]


def _show(figure: Figure) -> None:
    """Show what a cell ends in; what is refused is told here, or IPython would show it bare."""
    plt.close(figure)
    try:
        here().show(figure)
    except Refused:
        get_ipython().showtraceback()


def table(frame: pd.DataFrame, columns: str, caption: str = "") -> None:
    """Show columns by name, as ``"unit late share_pct"``.

    A name that stands for a pair ``_low``/``_high`` is shown as an interval; the first heads its
    row; status, source and locator, where the frame has them, become the mark behind the row.
    """
    if not isinstance(frame, pd.DataFrame):
        raise Refused(
            'table takes a DataFrame, then names of its columns: table(late, "unit late")'
        )
    here().table(frame, columns.split() if isinstance(columns, str) else [*columns], caption)


def sources() -> None:
    """List the sources cited above; the last cell."""
    here().show_sources()


def single_figures(topic: str, *, caption: str) -> None:
    """Show the year's ``indicators`` that go with a table, each named in the reader's words.

    One that language/labels.csv does not name goes with "scores", under its own name; those of
    other provinces and of inspections have charts of their own.
    """
    opened = here()
    rows = opened.data.indicators
    rows = rows[~rows["measure"].str.startswith("inspected_")]
    rows = rows.assign(figure=rows["measure"].map(MEASURES[opened.t.code]).fillna(rows["measure"]))
    rows = rows[rows["measure"].map(MEASURES["topic"]).fillna("scores") == topic]
    table(rows, "figure unit level period_start period_end value", caption)


def pair(frame: pd.DataFrame, name: str) -> tuple[float, float]:
    """Sum of a column known within bounds, to be written in a text; of no rows, not known."""
    return tuple(frame[f"{name}_{end}"].astype(float).sum(min_count=1) for end in ("low", "high"))


def if_few(names: pd.Series, most: int = 6) -> pd.Series:
    """The names where there are so many at most, else none: a table lists them better."""
    return names if len(names) <= most else names.iloc[:0]


def cite(frame: pd.DataFrame, source: pd.DataFrame, status: str = "derived") -> pd.DataFrame:
    """The frame with the source and locator of another's first row, and a status."""
    trace = {name: source[name].iloc[0] if len(source) else "" for name in ("source", "locator")}
    return frame.assign(status=status, **trace)


def to_svg(fig: Figure, alt: str) -> str:
    """A figure as SVG with real text, named ``alt``, and CSS colours that a page may darken."""
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    fig.dpi = 72  # points, in which an SVG measures letters
    # bbox_inches="tight" would draw the figure once more, to find the box.
    box = fig.get_tightbbox(RendererSVG(*72 * fig.get_size_inches(), io.StringIO())).padded(0.05)
    # Ids of its own: where a page hides one chart, another must not lose its hatching with it.
    with mpl.rc_context({"svg.hashsalt": alt}):
        fig.savefig(buffer, format="svg", metadata=metadata, bbox_inches=box)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    for name, colour in PALETTE.items():
        svg = svg.replace(colour, f"var(--{name}, {colour})")
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1)


def show(frame: pd.DataFrame, lang: str = "vi") -> Styler:
    """The frame as a table to read: same rows and columns, missing values as a dash.

    Numbers of a column have as many decimals as it needs, four at most. The frame itself stays as
    it is; what is returned is a pandas Styler, shown by a notebook.

    >>> show(pd.DataFrame({"late": [11193.0, None], "rate_pct": [72.57, 4.5]})).to_string()
    ' late rate_pct\\n0 11.193 72,57\\n1 – 4,50\\n'
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(say("par.show takes a DataFrame, as data.sipas or data.sipas[['unit']]"))
    write = {name: _writer(frame[name], language(lang)) for name in frame.columns}
    return frame.style.format(write, na_rep=UNKNOWN, escape="html")


def _writer(column: pd.Series, t: Language) -> Callable[[object], str]:
    """What writes a value of a column of anybody's: years and words as they are."""
    fits = (few for few in range(4) if not ((column.round(few) - column).abs() > 1e-9).any())
    digits = next(fits, 4) if pd.api.types.is_float_dtype(column) else 0

    def write(value: object) -> str:
        if isinstance(value, pd.Timestamp):
            return t.date(value)
        if isinstance(value, bool) or not isinstance(value, Real):
            return UNKNOWN if value is pd.NaT else str(value)
        return str(int(value)) if str(column.name).endswith("year") else t.number(value, digits)

    return write


def _drawn(plot: so.Plot) -> Figure:
    figure = plt.figure()
    plot.theme(sns.axes_style("white") | STYLE).on(figure).plot()
    return figure


def here() -> "Notebook":
    """The notebook begun last; Refused where none is, or its opening cell failed.

    Or for a parameter that was changed since to what the opening cell would refuse.
    """
    if not _opened:
        raise Refused("no notebook is open: call data = par.begin(province, year, lang) first")
    if isinstance(_opened[-1], BaseException):
        raise Refused("the opening cell failed, mend it and run it again: {reason}",
                      reason=str(_opened[-1]))  # fmt: skip
    _check({"__annotations__": {}} | _opened[-1].values)  # noqa: PD011, names and what they hold
    return _opened[-1]


class Notebook(Page):
    """One notebook while it runs: its page, and what its cells of prose and their ends show."""

    def show(self, fig: Figure) -> None:
        """Show a figure with its words; of an empty one, that there are no figures for it."""
        alt, caption = plot_words.finish(fig, self)
        plt.close(fig)
        if not alt:
            self.nothing(caption)
            return
        svg = to_svg(fig, alt)
        # JupyterLab shows an SVG as an image without words; as HTML it keeps them.
        below = caption and f"<figcaption>{html.escape(caption, quote=False)}</figcaption>"
        self.emit({"text/html": f"<figure>{svg}{below}</figure>", "image/svg+xml": svg,
                   "text/plain": alt},
                  metadata={"image/svg+xml": {"alt": alt, "caption": caption}})  # fmt: skip

    def plain_table(self, frame: pd.DataFrame) -> str:
        """A frame that stands at the end of a cell, as a table to read; of many rows the ends."""
        write = [_writer(frame.iloc[:, at], self.t) for at in range(frame.shape[1])]
        return frame.to_html(border=0, na_rep=UNKNOWN, max_rows=40, formatters=write,
                             show_dimensions=len(frame) > 40)  # fmt: skip

    def say_cell(self, line: str, body: str, kind: str = "") -> None:
        """``%%say [from frames [as status]] [worth points]``: paragraphs whose values are known.

        ``worth lost_points`` names the points at stake, by which documents order findings.
        ``%%headline``, of that ``kind``, is the finding: the first paragraph whose values are all
        known; ``see 02_disbursement`` leads to the page that says more. ``%%title`` is so the
        heading of a sheet that the press makes of a notebook for each value of a parameter.
        """
        asked = _SAYS.fullmatch(" ".join(["", *line.split()]))
        if not asked:
            raise Refused("{line}: write %%say, or %%say from frame, or %%say from frame as "
                          "assumed", line=line)  # fmt: skip
        frames, status, stake, page = (part or "" for part in asked.groups())
        if status and status not in STATUSES:
            raise Mistyped(status, STATUSES)
        rows = [rows for name in frames.split(",") if name and len(rows := self._cited(name))]
        worth = np.max(prose.value_of(stake, self.values)) if stake else np.nan
        for paragraph in paragraphs(body):
            with suppress(Absent):
                sentence, own = self.sentence(paragraph), status or self._status(paragraph, rows)
                self.say(sentence, *rows, status=own, worth=worth, kind=kind, page=page)
                if kind:
                    return

    def _cited(self, name: str) -> pd.DataFrame:
        frame = prose.value_of(name.strip(), self.values)
        if not isinstance(frame, pd.DataFrame) or (len(frame) and not {*TRACE} <= {*frame}):
            raise Refused("from {name}: no table with sources; cite(frame, data.late_dossiers) "
                          "gives one those of another", name=name.strip())  # fmt: skip
        return frame

    def _status(self, paragraph: str, rows: list[pd.DataFrame]) -> str | None:
        """ "derived" where the paragraph has a number that its one reported row does not hold."""
        if [kind for frame in rows for kind in frame["status"]] != ["reported"]:
            return None
        held = {number for frame in rows for name in frame if without_end(name) in STATED
                for number in frame[name].dropna()}  # fmt: skip
        for name in prose.names(paragraph):
            value = prose.value_of(name, self.values)
            many = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
            said = {one for one in many if isinstance(one, Real) and not pd.isna(one)}
            if not name.endswith("year") and said - held:
                return "derived"
        return None


def sliders(curves: pd.DataFrame, points: tuple[float, float]) -> None:
    """Show whatif.curves() as sliders; ``points`` are the present ones of all, in which they count.

    A slider a criterion: the points that its rate would win, looked up in the page itself. Criteria
    whose points are stated add up; of the others the share of the assumed maximum is shown. Of no
    criteria, or without the page's script (as in JupyterLab, which has explore.ipynb), nothing is.
    """
    page = here()
    parts = [_slider_rows(page, part) for _, part in sorted(curves.groupby("stated"), reverse=True)]
    if not parts:
        return
    t, apart = page.t, page.t("As a share of the assumed maximum")
    divided = f'<tr><th scope="rowgroup" colspan="4">{apart}</th></tr>'
    heads = map(page.head, ("criterion", "rate_pct", "new_rate_pct", "won_points"))
    head = "".join(f'<th scope="col">{html.escape(words)}</th>' for words in heads)
    body = divided.join(parts if curves["stated"].any() else ["", *parts])
    ends = json.dumps([None if pd.isna(end) else round(float(end), 6) for end in points])
    caption = t("Move a slider: the points that each rate would win")
    back = t("Back to the present rates")
    sums = (t("Points regained together (assumed)"), t("PAR INDEX with it (assumed)"))
    foot = "".join(f'<tr><th scope="row" colspan="2">{words}</th><td class="num" colspan="2">'
                   f'<output aria-live="{live}"></output></td></tr>'
                   for words, live in zip(sums, ("polite", "off"), strict=True))  # fmt: skip
    foot = f"<tfoot>{foot}</tfoot>" if curves["stated"].any() else ""
    page.emit({"text/plain": "", "text/html": (
        f'<figure class="what-if" data-points="{ends}" hidden><table><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
        f'<p><button type="button">{back}</button></p></figure>')})  # fmt: skip


def _slider_rows(page: Notebook, curves: pd.DataFrame) -> str:
    """A row a criterion: its name above its slider, the rates, the points won."""
    rows, further = [], N_("a rate of {rate} would win {points}")
    for code, curve in curves.groupby("criterion", sort=False):
        first, name = curve.iloc[0], html.escape(page.words(code))
        mark = page.mark_of([curve.head(1)], None)
        scale, unit = (1, "") if first["stated"] else (100, "%")  # the assumed maximum is a point
        won = (curve[["won_points_low", "won_points_high"]] * scale).round(6)
        looked_up = json.dumps([curve["reached_pct"].tolist(), *won.to_numpy().T.tolist()])
        present = page.cell("rate_pct", first["rate_pct_low"], first["rate_pct_high"])
        at = int((curve["reached_pct"] <= first["rate_pct_low"]).sum()) - 1
        rows.append(
            f'<tr data-curve="{looked_up}" data-unit="{unit}">'
            f'<th scope="row" aria-label="{name}">{name}{mark}'
            f'<input type="range" min="0" max="{len(curve) - 1}" value="{at}" aria-label="{name}">'
            f'<small data-next="{html.escape(page.words(further))}"></small></th>'
            f'<td class="num">{present}</td><td class="num"><output aria-live="off"></output></td>'
            f'<td class="num"><output aria-live="off">{UNKNOWN}</output></td></tr>')  # fmt: skip
    return "".join(rows)
