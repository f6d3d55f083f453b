"""The one door out of a notebook: headlines, charts and tables, each with words and sources."""

import base64
import html
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from numbers import Real

import pandas as pd
from IPython.display import display

from par_lib.charts.table_data import DATA, LEFT, LIGHT, MOST_ROWS, TRACE, as_data, ends
from par_lib.cleaning import schema, units
from par_lib.cleaning.findings import join_traces
from par_lib.cleaning.tables import Tables
from par_lib.language import Period, Refused, translation
from par_lib.language.prose import Absent, fill
from par_lib.language.translation import N_, SYNTHETIC_WORDS, UNKNOWN, language
from par_lib.language.vietnamese import fold
from par_lib.storage import csv_files

_UNITS = ("pct", "points", "bn_vnd", "gini", "ratio")  # last words of names that say a unit
# What a source writes; a number in any other column was computed.
STATED = {column.name for table in schema.TABLES.values() for column in table.quantities}
_LOCATORS = (  # a phrase before the words it is made of
    N_("article text"), N_("closing paragraph"), N_("localities below"), N_("localities"),
    N_("agencies"), N_("heading"), N_("bullet"), N_("paragraph"), N_("page"), N_("row"),
    N_("sheet"), N_("cell"), N_("table"), N_("title"), N_("body"),
)  # fmt: skip
_LOCATOR_WORDS = re.compile(rf"\b({'|'.join(_LOCATORS)})\b")

_to_notebook = partial(display, raw=True)


class Page:
    """What a notebook shows, in the reader's language, with marks that lead to sources.

    ``values`` are those that its texts may name; ``emit`` takes each piece, data and ``metadata``
    by MIME type, instead of the notebook.
    """

    def __init__(self, data: Tables, lang: str, *, values: Mapping[str, object] | None = None,
                 emit: Callable[..., None] = _to_notebook) -> None:  # fmt: skip
        self.data, self.t, self.values, self.emit = data, language(lang), values or {}, emit
        self.cited: dict[str, dict[str, None]] = {}  # source: places in it, in order
        named = data.units[data.units["level"].isin(units.TRANSLATED) & (lang != "vi")]
        self._english = dict(zip(named["name"], named["name_en"], strict=True))
        self.sources = data.sources.copy()
        if lang != "vi":
            english = self.sources["title_en"]
            self.sources["title"] = self.sources["title"].mask(english != "", english)

    def words(self, text: str, **values: str | int) -> str:
        """A code, a unit or a sentence of the package, as the reader calls it."""
        if self.t.code != "vi" and text in self._english:
            return self._english[text]
        said = translation.LABELS.get(text, text)
        # Of the data, a text may hold braces: only one that comes with values is filled in.
        return self.t(said, **values) if values else self.t.messages.get(said, said)

    def head(self, column: str) -> str:
        """A column as the reader calls it; of a pair, either end."""
        name = without_end(column)
        return self.t((translation.LABELS | translation.COLUMNS).get(name, name))

    def digits(self, column: str, *ends: pd.Series) -> int | None:
        """Decimals that all values of a computed column share; None of a column of sources."""
        name = without_end(column)
        if name in STATED or not all(map(pd.api.types.is_numeric_dtype, ends)):
            return None
        return translation.decimals(name, *pd.concat(ends).dropna(), computed=True)

    def cell(self, column: str, low: object, high: object, digits: int | None = None, *,
             in_text: bool = False) -> str:  # fmt: skip
        """A value, or an interval, as a table and a chart write it; what is not known as a dash.

        ``digits``, else those that the source wrote, else by the unit that the column's name says.
        """
        if isinstance(low, str):
            return self.t.period(low) if isinstance(low, Period) else self.words(low)
        if pd.isna(low):
            return UNKNOWN
        if isinstance(low, pd.Timestamp):
            return self.t.date(low, in_text=in_text)
        if column.endswith("year"):
            return str(int(low))
        if digits is None:
            known = (float(end) for end in (low, high) if not pd.isna(end))
            digits = translation.decimals(column, *known, most=2 if in_text else 4)
        return self.t.interval(low, high, digits, percent=column.endswith("_pct"), in_text=in_text)

    def write(self, name: str, value: object) -> str:
        """A value, a pair or several as a sentence writes them, by the unit that the name says.

        Absent for what is not known; Refused for a fraction whose name says no unit.
        """
        name = without_end(name)
        if isinstance(value, Iterable) and not isinstance(value, str | tuple):
            listed = [self.write(name, one) for one in value]
            if not listed:
                raise Absent(name)
            return self.t.listing(listed)
        low, high = value if isinstance(value, tuple) else (value, value)
        if pd.isna(low):
            raise Absent(name)
        if isinstance(value, Real) and value % 1 and not name.endswith(_UNITS):
            raise Refused("{name} is {value}: its name must say the unit, as {name}_pct",
                          name=name, value=value)  # fmt: skip
        return self.cell(name, low, high, in_text=True)

    def sentence(self, text: str) -> str:
        """A text in the reader's language, with its values; Absent where one is not known."""
        return fill(text, self.values, write=self.write, catalog=self.t.messages)

    def caption(self, text: str) -> str:
        """As ``sentence``; none where a value is not known."""
        try:
            return self.sentence(text)
        except Absent:
            return ""

    def say(self, sentence: str, *rows: pd.DataFrame, status: str | None = None,
            worth: float = math.nan, kind: str = "", page: str = "") -> None:  # fmt: skip
        """Show a sentence with the sources of the ``rows`` that it rests on.

        ``worth`` are the points at stake, by which documents order what they say. ``kind`` is
        "headline" of a finding, which leads to the ``page`` that says more, or without rows says
        what data lack; "title" of the heading of a sheet, which cites its own sources only.
        """
        if kind == "title":
            self.cited.clear()
        mark, link, more = self.mark_of(rows, status), "", _text(self.t("More"))
        if rows and page:
            link = f' <a class="more" href="{html.escape(page)}.html">{more}</a>'
        kind = "missing" if kind == "headline" and not rows else kind
        tag = "h1" if kind == "title" else "p"
        self._display(f"<{tag}{_class(kind)}>{_text(sentence)}{mark}{link}</{tag}>", sentence,
                      worth=None if math.isnan(worth) else float(worth))  # fmt: skip

    def table(self, frame: pd.DataFrame, names: list[str], caption: str) -> None:
        """Show columns as ``notebook.table`` says; of no rows, that there are no figures.

        A column without a value is left out. A row with a number that no source writes is
        "derived".
        """
        if frame.empty:
            self.nothing(self.caption(caption) or ", ".join(map(self.head, names)))
            return
        names = [names[0], *(n for n in names[1:] if ends(frame, n)[0].notna().any())]
        said = {name: frame[name].map(self.words) for name in names
                if name in frame and pd.api.types.is_string_dtype(frame[name])}  # fmt: skip
        frame, caption = frame.assign(**said), self.caption(caption)
        heads = [self.head(name) for name in names]
        numeric = {name: pd.api.types.is_numeric_dtype(ends(frame, name)[1]) for name in names}
        digits = {name: self.digits(name, *ends(frame, name)) for name in names}
        traced = {*TRACE} <= {*frame}
        if traced and any(numeric[name] and name not in STATED for name in names):
            frame = frame.assign(status=frame["status"].replace("reported", "derived"))
        looks = [_class("num") if numeric[name] else LEFT for name in names]
        looks, labels = looks + [_class("refs")] * traced, heads + [self.t("Source")] * traced
        head = "".join(f'<th scope="col"{look}>{_text(label)}</th>'
                       for look, label in zip(looks, labels, strict=True))  # fmt: skip
        body, shown = [], []
        for row in frame.to_dict("records"):
            cells = [self.cell(name, *ends(row, name), digits[name]) for name in names]
            line = f'<th scope="row"{LIGHT}>{_text(cells[0])}</th>'
            for name, cell in zip(names[1:], cells[1:], strict=True):
                value = _sorted_by(name, *ends(row, name))
                attributes = f' class="num" data-value="{value}"' if numeric[name] else LEFT
                line += f"<td{attributes}>{_text(cell)}</td>"
            if traced:
                mark = self._mark(row["source"], row["locator"], row["status"])
                line += f'<td class="refs">{mark}</td>'
            kind = "bound" if traced and row["status"] == "bound" else ""
            body.append(f"<tr{_class(kind)}>{line}</tr>")
            shown.append(cells)
        label, search = html.escape(caption), self.t("Search the table")
        look = "sortable" if any(numeric.values()) else "sortable words"
        find = f' data-find="{_text(search)}"' * (len(frame) > MOST_ROWS)
        self._display(
            f'<figure class="table"><div class="scroll" role="region" aria-label="{label}" '
            f'tabindex="0"><table class="{look}"{find}><caption>{_text(caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
            f"{self._csv_link(frame, names, caption)}</figure>",
            "\n".join([caption, *(" | ".join(cells) for cells in (heads, *shown))]),
            data=as_data(self, frame, dict(zip(names, heads, strict=True)), caption, shown),
        )

    def nothing(self, caption: str) -> None:
        """Say quietly, to whoever runs the notebook, that something has no figures to show.

        No page shows it: a section of which nothing is known is left out.
        """
        words = self.t("Nothing to show: {what}.", what=caption or "…")
        self._display(f'<p style="opacity: .6">{_text(words)}</p>', words, nothing=1)

    def where(self, locator: str) -> str:
        """A place in a source, in the reader's words; of a rulebook, the criterion."""
        words = _LOCATOR_WORDS.sub(lambda word: self.t(word[0]), locator)
        return "; ".join(map(self.words, words.split("; ")))

    def _csv_link(self, frame: pd.DataFrame, columns: Iterable[str], caption: str) -> str:
        # It holds the table itself: a page on a stick has no server to ask.
        names = [n for name in columns for n in (name, f"{name}_low", f"{name}_high")]
        names = [name for name in (*names, *TRACE) if name in frame]
        banner = SYNTHETIC_WORDS if self.data.synthetic else ""
        content = base64.b64encode(csv_files.to_csv(frame[names], banner=banner)).decode()
        file = re.sub(r"[^a-z0-9]+", "-", fold(caption))[:60].strip("-")
        return (f'<p class="csv"><a download="{file}.csv" aria-label="CSV: {html.escape(caption)}" '
                f'href="data:text/csv;charset=utf-8;base64,{content}">CSV</a></p>')  # fmt: skip

    def show_sources(self) -> None:
        """List the sources cited on this page: title, producer, date, address."""
        t, items, plain = self.t, [], []
        for source in self.sources[self.sources.index.isin(list(self.cited))].itertuples():
            published = t("published {day}", day=source.date) if source.date else ""
            accessed = t("accessed {day}", day=source.accessed) if source.accessed else ""
            made = ", ".join(filter(None, (source.producer, published, accessed)))
            line = f"{source.title}. {made}".rstrip(". ")
            if places := "; ".join(filter(None, self.cited[source.Index])):
                line += ". " + t("Cited: {places}", places=places)
            address = html.escape(source.address)
            link = f'. <a href="{address}">{_text(source.address)}</a>' if address else ""
            items.append(f'<li id="source-{source.Index}" value="{source.number}">'
                         f"{_text(line)}{link}.</li>")  # fmt: skip
            plain.append(f"[{source.number}] {line}")
        markup = f'<ol class="sources">{"".join(items)}</ol>'
        self._display(markup, "\n".join(plain))

    def mark_of(self, rows: Iterable[pd.DataFrame], status: str | None) -> str:
        """Sources of all the rows and one status: of a single row its own, else "derived".

        What rests on assumed rows only is assumed.
        """
        if not rows:
            return ""
        frame = pd.concat([part[[*TRACE]] for part in rows])
        kinds = {*frame["status"]}
        own = kinds.pop() if len(frame) == 1 or kinds == {"assumed"} else "derived"
        return self._mark(*join_traces(frame), status or own)

    def _mark(self, source: str, locator: str, status: str) -> str:
        cited: dict[str, dict[str, None]] = {}
        places = self.where(locator).split("; ")
        for name, place in zip(source.split("; "), places, strict=True):
            for held in (cited, self.cited):
                held.setdefault(name, {})[place] = None
        links = " ".join(f'<a href="#source-{name}" title="{html.escape("; ".join(places))}">'
                         f"[{self.sources.loc[name, 'number']}]</a>"
                         for name, places in cited.items())  # fmt: skip
        return (f' <span class="refs">{links} <span class="status status-{status}">'
                f"{_text(self.t(status))}</span></span>")  # fmt: skip

    def _display(self, markup: str, plain: str, *, data: dict | None = None,
                 **told: object) -> None:  # fmt: skip
        known = {name: value for name, value in told.items() if value is not None}
        self.emit({"text/html": markup, "text/plain": plain} | ({DATA: data} if data else {}),
                  metadata={"par": known} if known else None)  # fmt: skip


def without_end(column: object) -> str:
    """Name of the pair that a column is an end of; another column's own name."""
    return str(column).removesuffix("_low").removesuffix("_high")


def _sorted_by(name: str, low: object, high: object) -> str:
    """The end of an interval by which a table is sorted, what is surely bad before what may be.

    The low one of what is lower better, so that nobody comes first by what may be; else the high
    one, or where no limit is known the low one.
    """
    end = low if translation.lower_is_better(name) or pd.isna(high) else high
    return "" if pd.isna(end) else f"{end:.12g}" if isinstance(end, float) else str(end)


def _text(value: object) -> str:
    return html.escape(str(value), quote=False)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
