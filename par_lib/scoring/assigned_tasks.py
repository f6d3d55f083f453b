"""Tasks set after a year's results, joined to the figures they should move."""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import numpy as np
import pandas as pd

from par_lib.cleaning import tables, units
from par_lib.cleaning.findings import join_traces
from par_lib.language.translation import LABELS, N_, UNKNOWN, Language, decimals, named
from par_lib.scoring.disbursement import of_last_day
from par_lib.scoring.intervals import NOTHING, ends, pairs
from par_lib.scoring.rulebook import Rulebook
from par_lib.scoring.scorecard import hull
from par_lib.storage import dependencies, paths

_EIGHTH = N_("8. Satisfaction with services")  # area of reform; the eighth pillar is another

# Of a task; open: its figures cannot tell.
STATUSES = ("reached", "on_path", "behind", "missed", "open", "no_target", "no_figure")
_SLACK_DAYS = 3  # by which leap years and months differ
_GROUPS = named("group")  # of agencies, in Vietnamese and in English
_OF_ALL = named("group", "topic")  # levels all of whose units surely belong to one
_GROUP = re.compile("|".join(map(re.escape, sorted(_GROUPS, key=len, reverse=True))), re.IGNORECASE)
_ALL_OF = re.compile(r"(\d+)/\1 ")  # as 18/18 before a group


def of(data: tables.Tables, *, card: pd.DataFrame, rules: Rulebook,
       language: Language) -> pd.DataFrame:  # fmt: skip
    """Tasks in the reader's words, most points at stake first: the next year's, else this year's.

    A row a task: task, area, lead_agency, supporting_agency, target, stand (its figure now; each a
    dash where not known), moves and plan_year as tidied, the columns of ``points_at_stake``,
    ``codes`` of the units that lead or take part (a level, where all of its units do; "" of another
    group), and ``followed``: whether this edition has a figure for it, which the trace names, too.
    """
    tasks, t = _tasks_after(data), language
    stands = {moves: _stand(moves, data, t) for moves in set(tasks["moves"])}
    told = _told(tasks, data, t).assign(
        stand=[stands[moves][0] or UNKNOWN for moves in tasks["moves"]]
    )
    told = told.join(points_at_stake(tasks, card=card, rules=rules))
    told["followed"] = (told["stand"] != UNKNOWN) | told["stake_pct_high"].notna()
    for at, moves in tasks["moves"].items():
        rows = stands[moves][1]
        told.loc[at, ["source", "locator"]] = join_traces(told.loc[at], rows)
        if len(rows) and told.loc[at, "status"] == "reported":
            told.loc[at, "status"] = "derived"
    most = [*pairs(stake_points=NOTHING, stake_pct=NOTHING)]
    return told.sort_values(most, ascending=False, kind="stable", ignore_index=True)


def _told(tasks: pd.DataFrame, data: tables.Tables, t: Language) -> pd.DataFrame:
    """What tasks are called, who does them, and what they aim at, in the reader's words."""
    own, agency = tasks[f"task_{t.code}"], _agency_of(data, t)
    lead, supporting = (
        [[agency(one) for one in map(str.strip, written.split(";")) if one] for written in column]
        for column in (tasks["lead_units"], tasks["supporting_units"])
    )
    said = {
        "task": own.where(own != "", tasks["task_vi"]),
        "area": [t(_EIGHTH if area == 8 else LABELS[f"pillar_{area}"])
                 for area in tasks["area"]],
        "lead_agency": ["; ".join(name for name, _ in of) for of in lead],
        "supporting_agency": ["; ".join(name for name, _ in of) for of in supporting],
        "target": [target_words(task, t) for _, task in tasks.iterrows()],
    }  # fmt: skip
    words = pd.DataFrame(said, index=tasks.index).astype(str).replace("", UNKNOWN)
    told = words.join(tasks[["moves", "plan_year"]])
    told["codes"] = [{code for _, codes in [*one, *other] for code in codes}
                     for one, other in zip(lead, supporting, strict=True)]  # fmt: skip
    return told


def _levels_of(group: str) -> list[str]:
    """Levels all of whose units are in a group of agencies; [""] where that is not sure."""
    return _OF_ALL.get(_ALL_OF.sub("", group.lower()), "").split(" ")


def movement(data: tables.Tables, *, language: Language) -> pd.DataFrame:
    """The period's own tasks followed: their figure the year before, now, and where it should be.

    A row a task: task, start, now, change, target, path and task_status in the reader's words,
    missing where not known; codes of its units, until (its last day). path is what the figure would
    be today on an even way from the start (of disbursement from 0) to the target; start only stands
    beside a figure now of the same kind.

    task_status: "reached" where the figure is surely at the target, "on_path" or "behind" where it
    surely has or has not come as far as the path, "missed" where it is not there when the time is
    over, "open" where bounds, a missing start, or figures of two kinds leave it so, "no_target"
    where that is no number, "no_figure" where nothing is known now. A count of a part of a year is
    beside no target of a year.
    """
    t, whole = language, tables.load(data.province, data.year)
    tasks = whole.tasks[whole.tasks["plan_year"] == data.year]
    rows = [_moved(task, data, t) for task in tasks.to_dict("records")]
    names = ["start", "now", "change", "path", "task_status", "status", "source", "locator"]
    moved = pd.DataFrame(rows, tasks.index, names)
    told = _told(tasks, data, t).join(moved)
    told = told.assign(until=pd.Timestamp(data.year, 12, 31)).replace({"": None, UNKNOWN: None})
    return told.sort_values("task_status", key=lambda of: of.map(STATUSES.index), kind="stable",
                            ignore_index=True)  # fmt: skip


def _moved(task: dict, data: tables.Tables, t: Language) -> tuple:
    """One row of ``movement``."""
    moves = task["moves"]
    said = [_stand(moves, of, t) if moves else ("", data.late_dossiers[:0])
            for of in (data.previous, data)]  # fmt: skip
    (start, now), rows = (words for words, _ in said), [found for _, found in said]
    trace = ("derived" if any(map(len, rows)) else task["status"],
             *join_traces(pd.Series(task), *rows))  # fmt: skip
    (was, before), (kind, value) = map(_number, rows)
    change, path, verdict = "", "", "no_figure"
    if now:
        start = start if kind and kind == was else ""
        verdict = "no_target" if pd.isna(task["target_low"]) else "open"
    lower = kind == "late"
    goal = task["target_high"] if lower else task["target_low"]
    fits = (task["target_unit"] == "pct") == kind.endswith("pct") and kind and pd.notna(goal)
    digits = decimals(kind, *value, *before, most=2)
    alike = kind == was and _days(rows[0]) - _days(rows[1]) in range(-_SLACK_DAYS, _SLACK_DAYS + 1)
    if kind and alike:
        low, high = value[0] - before[1], value[1] - before[0]
        change = t.signed(low, digits) if low == high else t.interval(low, high, digits)
    if fits and not (data.period.part and not kind.endswith("pct")):
        sign = -1 if lower else 1
        worst, best = sorted(sign * end for end in value)
        day = rows[1][next(one for one in ("as_of", "period_end") if one in rows[1])].max()
        gone = min((day - pd.Timestamp(data.year - 1, 12, 31)).days / 365, 1.0)
        begun = (0.0, 0.0) if moves.startswith("disbursement.") else before if alike else None
        if worst >= sign * goal:
            verdict = "reached"
        elif begun or gone == 1.0:
            due = [one + (goal - one) * gone for one in begun or (goal,) * 2]
            path = t.interval(*due, digits, percent=kind.endswith("pct"))
            least, most = sorted(sign * one for one in due)
            late = "missed" if gone == 1.0 else "behind"
            verdict = "on_path" if worst >= most else late if best < least else verdict
    return start, now, change, path, verdict, *trace


def _days(rows: pd.DataFrame) -> int:
    """How many days one row counts; 0 of what adds up to a day, or of none."""
    known = len(rows) == 1 and "period_start" in rows
    return (rows["period_end"] - rows["period_start"]).dt.days.item() if known else 0


def _number(rows: pd.DataFrame) -> tuple[str, tuple[float, float]]:
    """Kind and bounds of the one number that rows state; no kind of none, or of several."""
    for name in ("late", "on_time_pct", "rate_pct", "points", "value") if len(rows) == 1 else ():
        if f"{name}_low" in rows and rows[f"{name}_low"].notna().all():
            unit = "_" + rows["measure_unit"].item() if name == "value" else ""
            return name + unit, tuple(end.item() for end in ends(rows, name))
    return "", NOTHING


def known_losses(tasks: pd.DataFrame, *, card: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    """Criteria whose points a source states and which lost some, most first, and their tasks.

    Columns criterion, pair lost_points, max_points, task_count (tasks that should move its figure).
    Empty where no task is known: none is then missing either.
    """
    moved_by = {one.code: one.moved_by for one in rules.criteria}
    names = ["lost_points_low", "lost_points_high"]
    lost = card[card["stated"] & (card["lost_points_high"] > 0) & (len(tasks) > 0)]
    lost = lost[["criterion", *names, "max_points", "status", "source", "locator"]]
    lost = lost.sort_values(names, ascending=False, ignore_index=True)
    counts = [tasks["moves"].isin(moved_by[code]).sum() for code in lost["criterion"]]
    return lost.assign(task_count=np.array(counts, dtype=int))


def tasks_by_lead(tasks: pd.DataFrame, *, data: tables.Tables, language: Language) -> pd.DataFrame:
    """Tasks led by each agency or district known by name: lead_agency, task_count; most first.

    ``tasks``: as ``of`` gives them; groups ("các sở, ngành, địa phương") are left out.
    """
    names = tasks["lead_agency"].str.split("; ").explode()
    counts = names[names.isin(_unit_names(data, language).values())].value_counts()
    return counts.rename_axis("lead_agency").rename("task_count").reset_index()


def points_at_stake(tasks: pd.DataFrame, *, card: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    """What the criteria that each task should move lost; index of ``tasks``.

    Pairs stake_points = Σ lost points, missing where a maximum is only assumed; and stake_pct = 100
    × Σ lost points / Σ max; missing where nothing is known of any criterion that answers to the
    task. status "assumed" as soon as one is. Two tasks for one criterion have the same points at
    stake: not to be added.
    """
    lost, rows = card.set_index("criterion"), []
    for _, task in tasks.iterrows():
        moved = [one for one in rules.criteria if task.moves and task.moves in one.moved_by]
        own = lost.loc[[one.code for one in moved]]
        points, shares, status, read = NOTHING, NOTHING, task.status, own.iloc[:0]
        if (own["status"] != "unknown").any():  # not of no criteria either
            points = [end.sum() for end in ends(own, "lost_points")]
            shares = [100 * end / own["max_points"].sum() for end in points]
            stated, read = own["status"].isin(["reported", "derived"]).all(), own
            status = "derived" if stated else "assumed"
        if any(one.max_points_status != "stated" for one in moved):
            points = NOTHING
        rows.append((*points, *shares, status, *join_traces(task, read)))
    numbers = [*pairs(stake_points=NOTHING, stake_pct=NOTHING)]
    found = pd.DataFrame(rows, tasks.index, [*numbers, "status", "source", "locator"])
    return found.astype(dict.fromkeys(numbers, float))


def target_words(task: pd.Series, language: Language) -> str:
    """The target of one task with its unit: "100%", "từ 80% trở lên", "2–3 cuộc đối thoại".

    What a count is of is said by the task's note, where that is a label; empty without a target.
    """
    low, high = task["target_low"], task["target_high"]
    if pd.isna(low):
        return ""
    if task["target_unit"] != "pct":
        return f"{language.interval(low, high)} {language(LABELS.get(task['note'], ''))}".rstrip()
    most = None if high >= 100 > low else high  # "80% or more" ends where percentages end
    return language.interval(low, most, decimals("target_pct", low), percent=True, in_text=True)


def _tasks_after(data: tables.Tables) -> pd.DataFrame:
    dependencies.note_read(data.year, dependencies.YEARS)
    if data.year + 1 in paths.years(data.province):
        tasks = tables.load(data.province, data.year + 1).tasks
        if not tasks.empty:
            return tasks
    return data.tasks


def _unit_names(data: tables.Tables, language: Language) -> dict[str, str]:
    """Every unit's name as a page in this language has it, by its code."""
    translated = data.units["level"].isin(units.TRANSLATED) & (language.code != "vi")
    names = data.units["name"].mask(translated, data.units["name_en"])
    return dict(zip(data.units["code"], names, strict=True))


def _agency_of(data: tables.Tables, t: Language) -> Callable[[str], tuple[str, list[str]]]:
    """What gives an agency's, place's or group's name in the reader's words, and its codes."""
    names, resolve = _unit_names(data, t), units.resolver(data.units)

    @cache  # they repeat
    def agency(name: str) -> tuple[str, list[str]]:
        with suppress(units.UnknownUnit):
            code = resolve(name)
            return names[code], [code]
        in_english = _GROUP.sub(lambda found: _GROUPS[found[0].lower()], name)
        return name if t.code == "vi" else in_english, _levels_of(name)

    return agency


def _stand(pointer: str, data: tables.Tables, t: Language) -> tuple[str, pd.DataFrame]:
    """Newest figure of ``table.column:level`` or of a measure, in words, and the rows it is from.

    No words and no row where this edition has none.
    """
    table, dot, rest = pointer.partition(".")
    column, _, level = rest.partition(":")
    if not dot:
        return _indicator(pointer, data, t)
    if table == "sipas":
        return _sipas(data, t)
    rows = getattr(data, table)
    rows = rows[rows["level"] == level]
    if table == "late_dossiers":
        return _late(rows, data, t)
    if table == "disbursement":
        rows = of_last_day(rows[rows["scope"] == "total"])
    return _newest(rows, column, t)


def _sipas(data: tables.Tables, t: Language) -> tuple[str, pd.DataFrame]:
    """Its points; the share satisfied, where none are stated."""
    rows = hull(data.scores.query("criterion == 'sipas'"))
    if len(rows):
        points = t.interval(rows["points_low"].item(), rows["points_high"].item(), 2)
        return t("{points} points", points=f"{points}/{t.number(rows['max_points'].item())}"), rows
    rows = data.sipas.query("level == 'province' and component == 'overall'")
    rows = rows.dropna(subset="satisfaction_pct")
    low, high = rows["satisfaction_pct"].min(), rows["satisfaction_pct"].max()
    share = t.interval(low, high, decimals("satisfaction_pct", low, high), percent=True)
    return (t("{share} satisfied", share=share), rows) if len(rows) else ("", rows)


def _late(rows: pd.DataFrame, data: tables.Tables, t: Language) -> tuple[str, pd.DataFrame]:
    """The level's total, else its rate on time, else the sum of those listed."""
    template = N_("{late} late dossiers")
    last = tables.longest_period(rows[rows["unit"] == data.place])
    if len(last) == 1 and last["late_low"].isna().all() and last["on_time_pct_low"].notna().all():
        low, high = last["on_time_pct_low"].item(), last["on_time_pct_high"].item()
        rate = t.interval(low, high, decimals("on_time_pct", low, high), percent=True)
        return _dated(t("{rate} of dossiers on time", rate=rate), last, data, t), last
    if len(last) != 1:
        last = tables.longest_period(rows[rows["status"] != "bound"])
        template = N_("{late} late dossiers listed")
    if last["late_low"].isna().all():
        return "", last.iloc[:0]
    return _dated(t(template, late=int(last["late_low"].sum())), last, data, t), last


def _newest(rows: pd.DataFrame, column: str, t: Language) -> tuple[str, pd.DataFrame]:
    """Rates by unit at the last date; of a list that is cut, how many it names."""
    newest = rows[rows["as_of"] == rows["as_of"].max()]
    low, high = ends(newest, column)
    named = newest[newest["unit_code"].notna() & (high < 100)]
    if named.empty:
        return "", named
    least, most = low[named.index].min(), high[named.index].max()
    day = t.date(newest["as_of"].iloc[0], in_text=True)
    if (newest["status"] != "bound").all():  # every unit has a rate of its own
        rates = t.interval(least, most, decimals(column, least, most), percent=True)
        return t("{rates} by unit, up to {day}", rates=rates, day=day), named
    threshold = t.percent(10 * math.ceil(most / 10), 0)  # a list "below …" is cut at a ten
    words = N_("{count} listed below {threshold} at {day}")
    return t(words, count=len(named), threshold=threshold, day=day), named


def _indicator(measure: str, data: tables.Tables, t: Language) -> tuple[str, pd.DataFrame]:
    rows = data.indicators[data.indicators["measure"] == measure]
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    if rows.empty:
        return "", rows
    low, high = rows["value_low"].min(), rows["value_high"].max(skipna=False)
    percent = rows["measure_unit"].iloc[-1] == "pct"
    figure = t.interval(low, high, decimals(measure, low, high), percent=percent)
    return _dated(f"{figure} {t(LABELS.get(measure, ''))}".rstrip(), rows, data, t), rows


def _dated(words: str, rows: pd.DataFrame, data: tables.Tables, t: Language) -> str:
    """A figure with its day, where that is not the end of the year; and its first, likewise."""
    day, first = rows["period_end"].max(), rows["period_start"].min()
    said = t.date(day, in_text=True)
    if (first.month, first.day) != (1, 1):
        return t("{figure}, {first} to {day}", figure=words, first=t.date(first, in_text=True),
                 day=said)  # fmt: skip
    if day == pd.Timestamp(data.year, 12, 31):
        return words
    return t("{figure}, up to {day}", figure=words, day=said)
