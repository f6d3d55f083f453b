"""Tables as a program takes them: rows, with the names, words and kinds of their columns.

A table is a Data Resource (https://specs.frictionlessdata.io); an edition's are a Data Package.
"""

import json
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from par_lib.cleaning import schema
from par_lib.cleaning.tables import Tables
from par_lib.language import LANGUAGES, N_, translation
from par_lib.language.prose import Mistyped
from par_lib.language.translation import COLUMNS, SYNTHETIC_WORDS, TABLE_LABELS, language, named
from par_lib.language.vietnamese import BOUNDS

if TYPE_CHECKING:
    from par_lib.charts.presentation import Page

DATA = "application/vnd.dataresource+json"
MOST_ROWS = 40  # of a chart, which shows both ends of more; a longer table can be searched
TRACE = ("status", "source", "locator")
# Of words, and of those that head a row: JupyterLab sets all on the right, heads of rows in bold. A
# page has a style sheet instead.
LEFT, LIGHT = ' style="text-align: left"', ' style="text-align: left; font-weight: normal"'
STATUSES = (N_("reported"), N_("derived"), N_("bound"), N_("assumed"), N_("unknown"))


def ends(data: pd.DataFrame | dict, name: str) -> tuple:
    """Lowest and highest of a column, or of the pair that it stands for; of a frame or of a row."""
    if name in data or f"{name}_low" not in data:
        return (column(data, name),) * 2
    return data[f"{name}_low"], data[f"{name}_high"]


def column(data: pd.DataFrame | dict, name: str) -> pd.Series:
    """A column, or the index of that name; Mistyped where there is neither."""
    if name in data:
        return data[name]
    if name == data.index.name:
        return data.index.to_series()
    raise Mistyped(name, data)


def as_data(page: "Page", frame: pd.DataFrame, heads: dict[str, str], caption: str,
            shown: list[list[str]]) -> dict:  # fmt: skip
    """Title, schema and data of a table of ``page``; ``heads`` are words for columns to show.

    ``shown`` are the rows as the page writes them under these heads; ``sources`` their codes. Of a
    pair whose ends differ somewhere come both ends, then in words what is an interval; what is not
    known is null; a computed column says its decimals. Status, source and locator, where the frame
    has them, come last, in words.
    """
    t, columns, fields = page.t, [], []

    def add(name: str, title: str, values: pd.Series, digits: int | None = None) -> None:
        kind = "date" if pd.api.types.is_datetime64_any_dtype(values) else "string"
        if pd.api.types.is_numeric_dtype(values):
            kind = "year" if name.endswith("year") else "number"
        told = {"name": name, "title": title, "type": kind}
        fields.append(told if digits is None else told | {"digits": digits})
        columns.append(values.rename(name))

    for name, head in heads.items():
        low, high = ends(frame, name)
        numeric, digits = pd.api.types.is_numeric_dtype(high), page.digits(name, low, high)
        both = (end.astype(float) if numeric else end for end in (low, high))
        if not numeric or np.isclose(*both, rtol=1e-9, equal_nan=True).all():
            add(name, head, low, digits)
            continue
        add(f"{name}_low", t("{head}, lower bound", head=head), low, digits)
        add(f"{name}_high", t("{head}, upper bound", head=head), high, digits)
        said = []
        for both in zip(low, high, strict=True):
            words = page.cell(name, *both, digits)
            one = words in (page.cell(name, end, end, digits) for end in both)
            said.append(None if one else words)
        add(name, t("{head}, in words", head=head), pd.Series(said, frame.index, dtype=str))
    sources: list[str] = []
    if {*TRACE} <= {*frame.columns}:
        sources = sorted({one for names in frame["source"] for one in names.split("; ")})
        add("status", t("Status"), frame["status"].map(t))
        titles = ("[" + page.sources["number"].astype(str) + "] " + page.sources["title"]).to_dict()
        each = frame["source"].str.split("; ").map(dict.fromkeys)
        add("source", t("Source"), each.map(lambda own: "; ".join(map(titles.get, own))))
        add("locator", t("Place in the source"), frame["locator"].map(page.where))
    rows = pd.concat(columns, axis=1)
    written = rows.to_json(orient="records", date_format="iso", double_precision=15)
    return {"title": caption, "schema": {"fields": fields}, "data": json.loads(written),
            "heads": [*heads.values()], "shown": shown, "sources": sources}  # fmt: skip


_HEADERS, _WORDS = COLUMNS | named("header"), translation.LABELS | named("word")
_CALLED = COLUMNS | translation.MEASURES["en"].to_dict()
_MOVES = re.compile(r"(?:(\w+)\.)?(\w+)(?::(\w+))?")  # table.column:level, or a measure
_KINDS = {"date": "date", "count": "integer", "rank": "integer"}  # of a column → of a field
_MEASURED = {"rate": "%", "amount": "billion VND", "points": "points"}
_LICENCE = {"name": "MIT", "path": "https://opensource.org/license/mit",
            "title": "MIT for texts; figures are facts and free to use"}  # fmt: skip
_PARTIAL = ("Of a figure that can be partial, _low is its lower bound and _high its upper one, "
            "empty where there is no limit; both are empty where it is not known.")  # fmt: skip


def tidy_as_data(page: "Page") -> list[dict]:
    """The year's own tables as data, in the words that pages and forms have for them.

    Notes are those of whoever keeps the raw tables; the files of the folder tables have them.
    """
    data, t, taken = page.data, page.t, []
    for name, table in schema.TABLES.items():
        if len(frame := getattr(data, name)):
            columns = [one for one in table.columns if one.name not in (*TRACE, "note")
                       and ends(frame, one.name)[0].notna().any()]  # fmt: skip
            said = {one.name: [_called(cell, one.name, name, page) for cell in frame[one.name]]
                    for one in columns if not one.is_quantity and one.kind != "date"}  # fmt: skip
            told = {one.name: t(_HEADERS[one.name]) for one in columns}
            taken.append(as_data(page, frame.assign(**said), told, t(TABLE_LABELS[name]), []))
    return taken


def _called(code: object, column: str, table: str, page: "Page") -> object:
    """A cell of words of a tidy table, as the reader calls what it means."""
    if not isinstance(code, str):
        return None  # not known
    if column == "moves" and (found := _MOVES.fullmatch(code)):
        parts = zip(found.groups(), (TABLE_LABELS, _CALLED, _WORDS), strict=True)
        return ": ".join(dict.fromkeys(page.t(of.get(part, part)) for part, of in parts if part))
    if column.endswith("_units"):
        return "; ".join(page.words(one.strip()) for one in code.split(";"))
    if code == "province" and table != "late_dossiers":  # where it is the one-stop centre
        return page.t("Provincial level")
    words = {"measure": _CALLED, "table": TABLE_LABELS}.get(column, _WORDS)
    return page.words(words.get(code, code))


def package(data: Tables) -> dict:
    """What the CSV files of an edition's tables hold, as a Data Package to lie beside them."""
    frames = {name: getattr(data, name) for name in TABLE_LABELS}
    cited = "; ".join(one for frame in frames.values() for one in frame["source"]).split("; ")
    sources = data.sources.loc[data.sources.index.isin(cited), ["title", "address"]]
    return {
        "profile": "tabular-data-package", "name": f"{data.province}-{data.period}".lower(),
        "title": f"{data.place} {data.period}: PAR INDEX, SIPAS", "licenses": [_LICENCE],
        "description": f"{_PARTIAL} {SYNTHETIC_WORDS if data.synthetic else ''}".rstrip(),
        "sources": [{"name": name, "title": title} | ({"path": page} if page else {})
                    for name, title, page in sources.itertuples(name=None)],
        "resources": [_resource(name, frame, data.synthetic) for name, frame in frames.items()],
    }  # fmt: skip


def _resource(name: str, frame: pd.DataFrame, synthetic: bool) -> dict:
    table, t = schema.TABLES.get(name), language(LANGUAGES[0])
    columns = {one: column for column in (table.columns if table else ())
               for one in column.tidy_names}  # fmt: skip
    told = {"fields": [_field(one, frame[one], columns.get(one)) for one in frame]}
    if table:
        unit = "unit" if frame.get("unit_code", frame["source"]).isna().any() else "unit_code"
        more = () if name in schema.ADDED_UP else ("source", "locator")
        key = dict.fromkeys(unit if one == "unit" else one for one in (*table.key, *more))
        told["primaryKey"] = [*key]
    return {
        "name": name, "path": f"{name}.csv", "profile": "tabular-data-resource",
        "title": t(TABLE_LABELS[name]), "description": table.meaning if table else "",
        "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": told,
    } | ({"dialect": {"commentChar": "#", "headerRows": [2]}} if synthetic else {})  # fmt: skip


def _field(name: str, values: pd.Series, column: schema.Column | None) -> dict:
    if column is None:  # of the review, or whether a figure was hedged
        kind = "number" if pd.api.types.is_float_dtype(values) else "string"
        return {"name": name, "type": "boolean" if values.dtype == bool else kind}
    limits = {"required": True} if column.required and name == column.name else {}
    limits |= {"enum": [*column.codes]} if column.codes else {}
    both = zip(("minimum", "maximum"), BOUNDS.get(column.kind, ()), strict=False)
    limits |= {which: end for which, end in both if math.isfinite(end)}
    unit = _MEASURED.get(column.kind) or (column.unit_column and f"as {column.unit_column} says")
    return {
        "name": name, "type": _KINDS.get(column.kind, "number" if column.is_quantity else "string"),
        "title": language(LANGUAGES[0])(_HEADERS[column.name]), "description": column.meaning,
        "constraints": limits,
    } | ({"unit": unit} if unit else {})  # fmt: skip
