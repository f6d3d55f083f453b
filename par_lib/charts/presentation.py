"""The one door out of a notebook: headlines, charts and tables, each with words and sources."""

import base64
import html
import re
from collections.abc import Callable, Iterable

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML, display
from matplotlib.figure import Figure
from pandas.io.formats.style import Styler

from par_lib.charts.style import STYLE, to_svg
from par_lib.cleaning.findings import join_traces
from par_lib.language import labels
from par_lib.language.spelling import fold
from par_lib.language.translation import N_, SYNTHETIC_WORDS, UNKNOWN, Language, language
from par_lib.storage import csv_files, dependencies

Emit = Callable[[dict[str, str], dict], None]
STATUS_WORDS = {
    "reported": N_("reported"), "derived": N_("derived"), "bound": N_("bound"),
    "assumed": N_("assumed"), "unknown": N_("unknown"),
}  # fmt: skip
_LOCATORS = (  # a phrase before the words it is made of
    N_("article text"), N_("closing paragraph"), N_("localities below"), N_("localities"),
    N_("agencies"), N_("heading"), N_("bullet"), N_("paragraph"), N_("page"), N_("row"),
    N_("sheet"), N_("cell"), N_("table"), N_("title"), N_("body"), N_("rule"),
)  # fmt: skip
_LOCATOR_WORDS = re.compile(rf"\b({'|'.join(_LOCATORS)})\b")


class Page:
    """What a notebook shows, in one language, with marks that lead to sources.

    ``sources`` is sources.load_sources(); ``show_sources`` lists those that were cited. ``emit``
    takes each piece, data and metadata by MIME type, instead of the notebook.
    """

    def __init__(
        self, language: Language, sources: pd.DataFrame, emit: Emit | None = None
    ) -> None:  # fmt: skip
        self.language = language
        self._emit = emit or _to_notebook
        self.sources = sources
        self.banner = SYNTHETIC_WORDS if (sources["kind"] == "synthetic").any() else ""
        self.cited: dict[str, dict[str, None]] = {}  # source: places in it, in order
        mpl.rcParams.update(STYLE)

    def headline(
        self, sentence: str, *rows: pd.DataFrame, status: str | None = None, href: str = ""
    ) -> None:
        """Show the finding, with the sources of the ``rows`` it was read or computed from.

        ``status`` is that of the rows where they agree, else "derived"; ``href`` leads to the
        page that says more.
        """
        mark = self._mark(*_trace(rows, status))
        label = _text(self.language("More"))
        more = f' <a class="more" href="{html.escape(href)}">{label}</a>' if href else ""
        self._display(f'<p class="headline">{_text(sentence)}{mark}{more}</p>', sentence)

    def say(self, sentence: str, *rows: pd.DataFrame, status: str | None = None) -> None:
        """Show a computed sentence of the running text; with ``rows``, its sources."""
        mark = self._mark(*_trace(rows, status)) if rows else ""
        self._display(f"<p>{_text(sentence)}{mark}</p>", sentence)

    def missing(self, sentence: str) -> None:
        """State plainly what the data do not hold."""
        self._display(f'<p class="missing">{_text(sentence)}</p>', sentence)

    def show(self, fig: Figure, *, alt: str, caption: str) -> None:
        """Show a chart. ``alt`` says its type, what is on each axis and what it shows."""
        if not alt.strip():
            raise ValueError("a chart needs words: say its type, its axes and what it shows in alt")
        metadata = {"image/svg+xml": {"alt": alt, "caption": caption}}
        plt.close(fig)
        svg = to_svg(fig, alt)
        # JupyterLab shows an SVG as an image without words; as HTML it keeps them.
        shown = {"text/html": f"<figure>{svg}</figure>", "image/svg+xml": svg, "text/plain": alt}
        self._emit(shown, metadata)

    def table(self, frame: pd.DataFrame, columns: dict[str, str], *, caption: str) -> None:
        """Show a table: ``columns`` maps names to labels; the first column heads its row.

        A name that stands for a pair ``<name>_low``/``<name>_high`` is shown as an interval.
        Columns status, source and locator of ``frame`` become the last column. What is shown
        can be taken as CSV from a link below.
        """
        first, *rest = columns
        numeric = {name: _is_numeric(frame, name) for name in columns}
        traced = {"status", "source", "locator"} <= set(frame.columns)
        head = "".join(
            f'<th scope="col"{_class("num" if numeric[name] else "")}>{_text(label)}</th>'
            for name, label in columns.items()
        )
        if traced:
            head += f'<th scope="col" class="refs">{_text(self.language("Source"))}</th>'
        body, plain = [], [" | ".join(columns.values())]
        for row in frame.to_dict("records"):
            cells = {name: self.cell(name, *_ends(row, name)) for name in columns}
            line = f'<th scope="row">{_text(cells[first])}</th>'
            for name in rest:
                value = _plain(_ends(row, name)[1])
                attributes = f' class="num" data-value="{value}"' if numeric[name] else ""
                line += f"<td{attributes}>{_text(cells[name])}</td>"
            if traced:
                mark = self._mark(row["source"], row["locator"], row["status"])
                line += f'<td class="refs">{mark}</td>'
            kind = "bound" if traced and row["status"] == "bound" else ""
            body.append(f"<tr{_class(kind)}>{line}</tr>")
            plain.append(" | ".join(cells.values()))
        label = html.escape(caption, quote=True)
        self._display(
            f'<figure class="table"><div class="scroll" role="region" aria-label="{label}" '
            f'tabindex="0"><table class="sortable"><caption>{_text(caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
            f"{_csv_link(frame, columns, caption, self.banner)}</figure>",
            "\n".join([caption, *plain]),
        )

    def cell(self, column: str, low: object, high: object) -> str:
        """A value, or an interval, as a table and a chart write it; what is not known as a dash.

        Digits as the source wrote them, else by the unit that the column's name says.
        """
        if isinstance(low, str):
            return low
        if pd.isna(low):
            return UNKNOWN
        if isinstance(low, pd.Timestamp):
            return self.language.date(low)
        if column.endswith("year"):
            return str(int(low))
        digits = labels.digits(column, *(float(end) for end in (low, high) if not pd.isna(end)))
        percent = column.endswith("_pct")
        return self.language.interval(low, high, digits, percent=percent)

    def show_sources(self) -> None:
        """List the sources cited on this page: title, producer, date, address."""
        t = self.language
        items, plain = [], []
        for name, source in self.sources[self.sources.index.isin(list(self.cited))].iterrows():
            title = source.get("title") if t.code == "vi" else source.get("title_en")
            words = [
                source.get("producer"),
                _when(t, source.get("date"), N_("published {day}")),
                _when(t, source.get("accessed"), N_("accessed {day}")),
            ]
            line = title if _known(title) else source["title"]
            line = ". ".join([line, ", ".join(filter(_known, words))]).rstrip(". ")
            places = "; ".join(place for place in self.cited[name] if place)
            if places:
                line += ". " + t("Cited: {places}", places=places)
            address = source.get("address")
            link = (
                f'. <a href="{html.escape(address)}">{_text(address)}</a>'
                if _known(address)
                else ""
            )
            items.append(
                f'<li id="source-{name}" value="{source["number"]}">{_text(line)}{link}.</li>'
            )
            plain.append(f"[{source['number']}] {line}")
        markup = f'<ol class="sources">{"".join(items)}</ol>'
        self._display(markup, "\n".join(plain), {"par": {"read": dependencies.tables_read()}})

    def _mark(self, source: str, locator: str, status: str) -> str:
        where = _LOCATOR_WORDS.sub(lambda word: self.language(word[0]), locator)
        cited: dict[str, dict[str, None]] = {}
        for name, place in zip(source.split("; "), where.split("; "), strict=True):
            cited.setdefault(name, {})[place] = None
            self.cited.setdefault(name, {})[place] = None
        links = " ".join(
            f'<a href="#source-{name}" title="{html.escape("; ".join(places), quote=True)}">'
            f"[{self.sources.loc[name, 'number']}]</a>"
            for name, places in cited.items()
        )
        word = self.language(STATUS_WORDS[status])
        return (
            f' <span class="refs">{links} '
            f'<span class="status status-{status}">{_text(word)}</span></span>'
        )

    def _display(self, markup: str, plain: str, metadata: dict | None = None) -> None:
        self._emit({"text/html": HTML(markup).data, "text/plain": plain}, metadata or {})


def _to_notebook(data: dict[str, str], metadata: dict) -> None:
    display(data, raw=True, metadata=metadata)


def _trace(rows: Iterable[pd.DataFrame], status: str | None) -> tuple[str, str, str]:
    frame = pd.concat([part[["source", "locator", "status"]] for part in rows])
    if status is None:
        kinds = set(frame["status"])
        status = kinds.pop() if len(kinds) == 1 else "derived"
    return *join_traces(frame["source"], frame["locator"]), status


def _csv_link(frame: pd.DataFrame, columns: Iterable[str], caption: str, banner: str) -> str:
    # It holds the table itself: a page on a stick has no server to ask.
    names = [n for name in columns for n in (name, f"{name}_low", f"{name}_high")]
    names = [name for name in (*names, "status", "source", "locator") if name in frame]
    content = base64.b64encode(csv_files.to_csv(frame[names], banner=banner)).decode()
    file = re.sub(r"[^a-z0-9]+", "-", fold(caption))[:60].strip("-")
    label = html.escape(f"CSV: {caption}", quote=True)
    return (
        f'<p class="csv"><a download="{file}.csv" aria-label="{label}" '
        f'href="data:text/csv;charset=utf-8;base64,{content}">CSV</a></p>'
    )


def _is_numeric(frame: pd.DataFrame, name: str) -> bool:
    return pd.api.types.is_numeric_dtype(frame[_sort_column(frame, name)])


def _sort_column(frame: pd.DataFrame, name: str) -> str:
    return name if name in frame else f"{name}_high"


def _ends(row: dict, name: str) -> tuple[object, object]:
    """Both ends of a cell, the same where it is one value."""
    return (row[name],) * 2 if name in row else (row[f"{name}_low"], row[f"{name}_high"])


def _plain(value: object) -> str:
    return "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _text(value: object) -> str:
    return html.escape(str(value), quote=False)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _known(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _when(language: Language, value: object, template: str) -> str:
    if value is None or pd.isna(value):
        return ""
    return language(template, day=pd.Timestamp(str(value)) if len(str(value)) > 7 else str(value))


_MOST_DIGITS = 4


def show(frame: pd.DataFrame, lang: str = "vi") -> Styler:
    """The frame as a table to read: same rows and columns, missing values as a dash.

    Numbers of a column have as many decimals as it needs, four at most. The frame itself stays as
    it is; what is returned is a pandas Styler, shown by a notebook.

    >>> show(pd.DataFrame({"late": [11193.0, None], "rate_pct": [72.57, 4.5]})).to_string()
    ' late rate_pct\\n0 11.193 72,57\\n1 – 4,50\\n'
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError("par.show takes a DataFrame, as data.sipas or data.sipas[['unit']]")
    t = language(lang)
    write = {name: _writer(frame[name], t) for name in frame.columns}
    return frame.style.format(write, escape="html")


def _writer(column: pd.Series, t: Language) -> Callable[[object], str]:
    digits = 0
    if pd.api.types.is_float_dtype(column):
        known = column.dropna()
        fits = (d for d in range(_MOST_DIGITS) if (known.round(d) - known).abs().max() < 1e-9)
        digits = next(fits, _MOST_DIGITS) if len(known) else 0

    def write(value: object) -> str:
        if pd.isna(value):
            return UNKNOWN
        if isinstance(value, pd.Timestamp):
            return t.date(value)
        if isinstance(value, str | bool):
            return str(value)
        return t.number(float(value), digits)

    return write
