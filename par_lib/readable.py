"""Frames for the eye, in a notebook of one's own: figures and dates as the language writes them."""

import html
from collections.abc import Callable, Iterable

import pandas as pd
from pandas.io.formats.style import Styler

from par_lib.wording import N_, UNKNOWN, Language, language

_MOST_DIGITS = 4
_HEADS = (N_("Table"), N_("What it holds"), N_("Rows"))


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


def card(title: str, rows: Iterable[tuple[str, str, int]], t: Language) -> str:
    """HTML of a small list: name to type, what it holds, how many rows."""
    lines = "".join(
        f"<tr><td><code>.{html.escape(name)}</code></td><td style='text-align:left'>"
        f"{html.escape(what)}</td><td>{t.number(count)}</td></tr>"
        for name, what, count in rows
    )
    head = "".join(f"<th>{html.escape(t(word))}</th>" for word in _HEADS)
    return f"<table><caption>{html.escape(title)}</caption><tr>{head}</tr>{lines}</table>"


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
