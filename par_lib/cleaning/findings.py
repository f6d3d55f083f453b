"""A finding: what was compared, the two numbers, how grave it is, what a person should decide.

A finding is data, not an error. ``what`` and ``decide`` are translatable templates; ``describe``
fills in their values in the reader's language.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from par_lib.cleaning.schema import ADDED_UP, TABLES, Column, Table
from par_lib.language.translation import COLUMNS, LABELS, MEASURES, N_, Language

SEVERITIES = ("conflict", "gap", "note", "agrees")  # gravest first
AGREES = "agrees", N_("Nothing to decide.")  # a verdict: how grave it is, what to decide
LEVEL_UNITS = {
    "province": N_("Provincial level"), "department": N_("Departments and agencies"),
    "district": N_("Districts"), "commune": N_("Communes"),
}  # fmt: skip
_BOUNDED = (*ADDED_UP, "service_index", "indicators")
_COUNTS = ("received", "resolved", "on_time", "late_low", "late_high")
_CARRIED_OVER = "dossiers_carried_over"  # measure: into the period, from the one before


class Finding(NamedTuple):
    """One row of the review table; ``values`` fill the templates.

    A float is a list with its digits, a percentage with "%" behind them; "bounds" are two and
    their digits; "day" is a date, in the table an ISO one.
    """

    check: str
    subject: str
    what: str
    number_a: float | None
    number_b: float | None
    severity: str
    decide: str
    values: dict
    status: str
    source: str
    locator: str = ""


def found(check: str, subject: str, what: str, numbers: tuple[float | None, float | None],
          verdict: tuple[str, str], rows: pd.DataFrame | dict, /,
          **values: object) -> Finding:  # fmt: skip
    """A finding with the sources and locators of the ``rows`` it was read from."""
    return Finding(check, subject, what, *numbers, *verdict, values, "derived", *join_traces(rows))


def join_traces(*rows: pd.DataFrame | pd.Series | dict) -> tuple[str, str]:
    """Sources of frames and single rows and the places in them, as two texts; each pair once.

    >>> several = pd.DataFrame({"source": ["a", "a; b"], "locator": ["I.1", "I.1; p. 2"]})
    >>> join_traces(several, {"source": "a", "locator": "I.3"})
    ('a; b; a', 'I.1; p. 2; I.3')
    """
    source, locator = ("; ".join(cell for one in rows for cell in np.atleast_1d(one[name]))
                       for name in ("source", "locator"))  # fmt: skip
    return _joined(zip(source.split("; "), locator.split("; "), strict=True))


def _joined(pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    once = dict.fromkeys(pairs)
    return "; ".join(name for name, _ in once), "; ".join(place for _, place in once)


def traces(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """``join_traces`` of the rows of each value of ``by``, its index: source, locator."""
    own: dict[object, list] = {}
    for one, *told in rows[[by, "source", "locator"]].to_numpy(dtype=object):
        pairs = zip(*(text.split("; ") for text in told), strict=True)
        own.setdefault(one, []).extend(pairs)
    index = pd.Index([*own], dtype=object)
    return pd.DataFrame(map(_joined, own.values()), index, ["source", "locator"])


def verdict(holds: bool, decide: str) -> tuple[str, str]:
    """Of a comparison that must hold."""
    return AGREES if holds else ("conflict", decide)


def counts_that_contradict(late: pd.DataFrame, indicators: pd.DataFrame) -> Iterator[Finding]:
    """More late or resolved than came in; on time and late that cannot be those resolved.

    Of the figures of one row; of bounds only where no values within them would do. More late than
    resolved is refused when the table is read. Without the indicator dossiers_carried_over of the
    same unit and period, more resolved than received is only to be asked about.
    """
    key = ["unit_code", "level", "period_start", "period_end"]
    carried = indicators[indicators["measure"] == _CARRIED_OVER].groupby(key)["value_high"].max()
    rows = late[late["status"] != "bound"].join(carried.rename("carried"), on=key)
    for row in rows.astype(dict.fromkeys(_COUNTS, float)).itertuples():
        came = row.received + (0 if pd.isna(row.carried) else row.carried)
        numbers, judged = (row.resolved, came), ("conflict", N_("Correct one of the counts."))
        if row.resolved < row.on_time + row.late_low or row.resolved > row.on_time + row.late_high:
            what = N_("{level}: {unit}, up to {day}: {on_time} dossiers on time and {bounds} late "
                      "cannot be the {resolved} resolved.")  # fmt: skip
            numbers = row.on_time + row.late_low, row.resolved
            judged = "conflict", N_("Correct one of the counts, or say whether late ones that are "
                                    "still open are among them.")  # fmt: skip
        elif row.late_low > came:
            what, numbers = N_("{level}: {unit}, up to {day}: {bounds} dossiers late, more than "
                               "the {came} that came in."), (row.late_low, came)  # fmt: skip
        elif row.resolved > came:
            what = N_("{level}: {unit}, up to {day}: {resolved} dossiers resolved, more than the "
                      "{came} that came in.")  # fmt: skip
            if pd.isna(row.carried):
                judged = "note", N_("Ask how many were carried over from the period before.")
        else:
            continue
        yield found("counts_that_contradict", row.unit, what, numbers, judged,
                    late.loc[[row.Index]], level=LEVEL_UNITS[row.level], unit=row.unit,
                    on_time=[row.on_time, 0], resolved=[row.resolved, 0], came=[came, 0],
                    bounds=[row.late_low, None if pd.isna(row.late_high) else row.late_high, 0],
                    day=row.period_end)  # fmt: skip


def decimals_of(value: float) -> int:
    """Decimals that a figure is written with: 1 of 46.5."""
    return len(f"{Decimal(f'{value:.10g}'):f}".partition(".")[2])  # also of 0.00004


def half_step(value: float) -> float:
    """Half a unit of the last decimal: 46.5 stands for 46.45 to 46.55."""
    return 0.5 * 10 ** -decimals_of(value)


def bounds_against_figures(tables: dict[str, pd.DataFrame], sources: pd.DataFrame, *,
                           province: set[str]) -> Iterator[Finding]:  # fmt: skip
    """A figure that one source only bounds, or lets derive, against another that states it.

    Not where the source that states the figure is known to be the older one.
    """
    dates = pd.to_datetime(sources["date"].replace("", None))
    for table, column in [(TABLES[one], each) for one in _BOUNDED for each in TABLES[one].quantities
                          if each.name not in TABLES[one].key]:  # fmt: skip
        for row in _bounded_and_stated(tables[table.name], table, column, province):
            if dates[row["source_2"]] < dates[row["source"]]:  # False where one is not known
                continue
            low, high, stated = row["low"], row["high"], row["low_2"]
            slack = max(map(half_step, (low, stated))) if low == high else 0
            held = low - slack <= stated and not stated > high + slack
            judged = verdict(held, N_("Find which of the two sources is wrong."))
            what = N_("{unit}, {figure}, {day}: {bounds} by one source; another states {stated}, "
                      "within these bounds.")  # fmt: skip
            if not held:
                what = N_("{unit}, {figure}, {day}: {bounds} by one source; another states "
                          "{stated}, outside these bounds.")  # fmt: skip
            both = {one: [row[one], row[f"{one}_2"]] for one in ("source", "locator")}
            yield found(
                "bounds_against_figures", row["unit"], what, (low, stated), judged, both,
                unit=row["unit"], day=row.get("period_end", row.get("as_of")),
                figure=MEASURES["en"].get(row.get("measure"), COLUMNS.get(column.name)),
                bounds=[low, None if pd.isna(high) else high, decimals_of(low)],
                stated=[stated, decimals_of(stated)],
            )  # fmt: skip


def _bounded_and_stated(tidy: pd.DataFrame, table: Table, column: Column,
                        province: set[str]) -> list[dict]:  # fmt: skip
    """Each row that bounds a figure, or derives it, beside each of another source that states it.

    A row of both, the columns of the second named "…_2", with low and high of the column. Of a unit
    that the first source does not list that day, on whatever basis, its bounds are those of all it
    does not list; none where its list exceeds its total.
    """
    rows = tidy.assign(low=tidy[column.tidy_names[0]], high=tidy[column.tidy_names[-1]])
    rows = rows[rows["low"].notna()]
    if rows["source"].nunique() < 2:
        return []
    exact, bound = (rows["low"] == rows["high"]).fillna(False), rows["status"] == "bound"
    stated, derived = rows[exact & (rows["status"] == "reported")], rows["status"] == "derived"
    both = rows[(~exact | derived) & ~bound].merge(stated, on=[*table.key], suffixes=("", "_2"))
    if table.name in ADDED_UP:
        group = [name for name in table.key if name != "unit"]
        others = rows[bound].drop_duplicates([*group, "source"]).drop(columns="unit")
        of_unit = stated[~stated["unit_code"].isin(province)]
        others = others.merge(of_unit, on=group, suffixes=("", "_2"))
        own = ["unit", "level", "as_of" if "as_of" in tidy else "period_end", "source"]
        listed = pd.MultiIndex.from_frame(tidy.loc[tidy["status"] != "bound", own])
        others = others[~pd.MultiIndex.from_frame(others[own]).isin(listed)]
        if table.name == "late_dossiers":  # of the rest of a total, by its own source's list alone
            left = rows["low"].where(rows["unit_code"].isin(province), -rows["low"])
            left = left[~bound].groupby([rows[name] for name in (*group, "source")]).sum()
            others = others.drop(columns="high").join(left.rename("high"), on=[*group, "source"])
            others = others[others["high"] >= 0]
        both = pd.concat([both, others])
    return both[both["source"] != both["source_2"]].to_dict("records")


def to_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """The review table: a row a finding, gravest first; empty where there is none."""
    frame = pd.DataFrame(findings, columns=Finding._fields)
    written = partial(json.dumps, ensure_ascii=False, default="{:%Y-%m-%d}".format)
    frame["values"] = frame["values"].map(written)
    frame = frame.astype({"number_a": float, "number_b": float})
    return frame.sort_values("severity", key=lambda of: of.map(SEVERITIES.index), kind="stable",
                             ignore_index=True)  # fmt: skip


def tally(review: pd.DataFrame, language: Language) -> list[str]:
    """How many comparisons came out how, in words, those that agree first; none of which is zero.

    >>> from par_lib.language.translation import language
    >>> some = pd.DataFrame({"severity": ["gap", "agrees", "agrees"]})
    >>> [words.split()[0] for words in tally(some, language("vi"))]
    ['2', '1']
    """
    counts = review["severity"].value_counts().reindex(["agrees", *SEVERITIES[:-1]]).dropna()
    return [f"{language.number(int(count))} {language(LABELS[kind])}"
            for kind, count in counts.items()]  # fmt: skip


def describe(review: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The review table with ``what`` and ``decide`` written out in the reader's language."""
    values = [{name: _written(name, one, language) for name, one in json.loads(text).items()}
              for text in review["values"]]  # fmt: skip
    return review.assign(**{
        column: [language(text, **own) for text, own in zip(review[column], values, strict=True)]
        for column in ("what", "decide")
    })  # fmt: skip


def _written(name: str, value: object, language: Language) -> object:
    """A value of a finding as the reader's language writes it."""
    match name, value:
        case "day", _:
            return language.date(dt.date.fromisoformat(value), in_text=True)
        case "level" | "fault" | "figure", _:
            return language(value)
        case "bounds", [low, high, digits]:
            return language.interval(low, high, digits, in_text=True)
        case _, [float() | int() as number, int() as digits]:
            return language.number(number, digits)
        case _, [float() | int() as number, int() as digits, "%"]:
            return language.percent(number, digits)
        case _, list():
            return language.listing([str(one) for one in value])
        case _:
            return value
