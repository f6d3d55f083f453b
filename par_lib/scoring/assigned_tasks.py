"""Tasks set after a year's results, joined to the figures they should move."""

import numpy as np
import pandas as pd

from par_lib.cleaning import tables, units
from par_lib.cleaning.findings import join_traces
from par_lib.language import labels
from par_lib.language.translation import N_, Language
from par_lib.scoring import scorecard
from par_lib.scoring.rulebook import Rulebook
from par_lib.storage import dependencies, paths


def tasks_after(province: str, year: int) -> pd.DataFrame:
    """Tasks of the following year, which answer this year's results; else this year's own.

    Empty where neither year has tasks.
    """
    dependencies.note_read(year, dependencies.YEARS)
    for candidate in (year + 1, year):
        if candidate in paths.years(province):
            tasks = tables.load(province, candidate).tasks
            if not tasks.empty:
                return tasks
    return tables.load(province, year).tasks


def where_figures_stand(
    moves: pd.Series, *, data: tables.Tables, language: Language
) -> dict[str, str]:
    """For each pointer ``table.column:level`` or measure: its newest figure, in words.

    A pointer without a figure in this edition is left out.
    """
    stands = {pointer: _stand(pointer, data, language) for pointer in set(moves) - {""}}
    return {pointer: words for pointer, words in stands.items() if words}


def tasks_by_lead(tasks: pd.DataFrame, *, data: tables.Tables, language: Language) -> pd.DataFrame:
    """Tasks led by each agency or district known by name: columns lead, tasks; most first.

    Leads that are groups ("các sở, ngành, địa phương") are left out.
    """
    names = tasks["lead_units"].str.split(";").explode().str.strip()
    shown = _names(data, language)
    counts = names[names != ""].map(lambda name: shown.get(_code(name, data))).value_counts()
    return counts.rename_axis("lead").rename("tasks").reset_index()


def lead_words(leads: pd.Series, *, data: tables.Tables, language: Language) -> pd.Series:
    """Who leads each task, in the reader's words where a unit is known; groups as written."""
    shown = _names(data, language)
    parts = leads.str.split(";").map(lambda names: [name.strip() for name in names])
    return parts.map(lambda names: "; ".join(shown.get(_code(n, data), n) for n in names))


def _names(data: tables.Tables, language: Language) -> dict[str, str]:
    known = data.units.rename(columns={"code": "unit_code", "name": "unit"})
    return dict(zip(known["unit_code"], units.unit_names(known, data.units, language),
                    strict=True))  # fmt: skip


def _code(name: str, data: tables.Tables) -> str | None:
    try:
        return units.resolve(name, data.units)
    except units.UnknownUnit:
        return None


def points_at_stake(tasks: pd.DataFrame, *, card: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    """Points lost by the criteria each task should move; index of ``tasks``.

    Columns stake_points_low, stake_points_high (missing where no criterion of the rulebook answers
    to the task), status, source and locator of the task and of those criteria. status is "assumed"
    as soon as one of them is. Two tasks for one criterion have the same points at stake: they are
    not to be added.
    """
    lost = card.set_index("criterion")
    rows = []
    for task in tasks.itertuples():
        codes = [one.code for one in rules.criteria if task.moves and task.moves in one.moved_by]
        own = lost.loc[codes]
        ends = [own[f"lost_points_{end}"].sum() if codes else np.nan for end in ("low", "high")]
        stated = own["status"].isin(["reported", "derived"]).all()
        status = "derived" if stated else "assumed"
        traces = join_traces([task.source, *own["source"]], [task.locator, *own["locator"]])
        rows.append((*ends, status if codes else task.status, *traces))
    columns = ["stake_points_low", "stake_points_high", "status", "source", "locator"]
    return pd.DataFrame(rows, columns=columns, index=tasks.index)


def target_words(task: pd.Series, language: Language) -> str:
    """The target of one task, as "100 %" or "2–3"; a dash where none is stated."""
    percent = task["target_unit"] == "pct"
    return language.interval(task["target_low"], task["target_high"], percent=percent)


def area_label(area: int, language: Language) -> str:
    """Name of an area of reform, 1 to 8; the eighth is about satisfaction."""
    if area == 8:
        return language(N_("8. Satisfaction with services"))
    return language(labels.LABELS[f"pillar_{area}"])


def _stand(pointer: str, data: tables.Tables, language: Language) -> str:
    table, dot, rest = pointer.partition(".")
    if not dot:
        return _indicator(pointer, data, language)
    column, _, level = rest.partition(":")
    frame = getattr(data, table)
    if table == "sipas":
        total = scorecard.hull(data.scores.query("criterion == 'sipas'"))
        if total.empty:
            return ""
        points = language.interval(total["points_low"].item(), total["points_high"].item(), 2)
        return f"{points}/{language.number(total['max_points'].item())}"
    of_level = frame[frame["level"] == level]
    if table == "late_dossiers":
        total = tables.longest_period(of_level[of_level["unit"] == data.place])
        if len(total) == 1:
            return language("{late} late dossiers", late=total["late_low"].item())
        listed = of_level[of_level["status"] != "bound"]
        if listed.empty:
            return ""
        return language("{late} late dossiers listed", late=int(listed["late_low"].sum()))
    newest = of_level[of_level["as_of"] == of_level["as_of"].max()]
    named = newest[(newest["unit_code"].notna()) & (newest[f"{column}_high"] < 100)]
    if named.empty:
        return ""
    return language(
        "{count} listed below {threshold} at {day}",
        count=len(named),
        threshold=language.percent(_ceiling(named[f"{column}_high"].max()), 0),
        day=newest["as_of"].iloc[0],
    )


def _ceiling(rate_pct: float) -> float:
    """The round threshold a list "below …" was cut at.

    >>> _ceiling(63.7), _ceiling(20.0)
    (70.0, 20.0)
    """
    return float(-(-rate_pct // 10) * 10)


def _indicator(measure: str, data: tables.Tables, language: Language) -> str:
    rows = data.indicators[data.indicators["measure"] == measure]
    if rows.empty:
        return ""
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    percent = rows["measure_unit"].iloc[-1] == "pct"
    ends = rows["value_low"].min(), rows["value_high"].max(skipna=False)
    written = language.interval(*ends, 2 if percent else 0, percent=percent)
    return f"{written} {language(labels.LABELS.get(measure, ''))}".rstrip()
