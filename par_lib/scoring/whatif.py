"""What if: the points a change would win, the cheapest way to a target, where one alone suffices.

Everything here rests on rules, so every result is "assumed" unless all its rules are stated. A
person writes changes in one line, which papermill can carry:

    late_dossiers: Điện Bàn, Thăng Bình = -50%; online_payment = 30; sipas_feedback = +5

``= 30`` is the rate to reach, ``= +5`` percentage points more; ``late_dossiers: A, B = -50%`` is
the part of their late dossiers that districts A and B clear.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning import units
from par_lib.cleaning.findings import join_traces
from par_lib.cleaning.tables import RULEBOOK, Tables, load, of_whole
from par_lib.language import Refused
from par_lib.language.prose import require, require_pct
from par_lib.scoring import rates, rulebook
from par_lib.scoring.intervals import Pair, ends, pairs
from par_lib.scoring.parts import ROUNDING_SLACK
from par_lib.scoring.rulebook import Criterion, Rulebook

_BESIDE = 1e-9  # percentage points to either side of a jump
_HALVES = np.arange(0, 100.5, 0.5)  # percentage points, 0 to 100
_CHANGE = re.compile(r"(?P<name>[^=]+?)\s*=\s*(?P<sign>[+-]?)(?P<number>\d+(?:[.,]\d+)?)\s*"
                     r"(?P<pct>%?)")  # fmt: skip
_LATE = "late_dossiers:"


@dataclass(frozen=True)
class Change:
    """What happens to one criterion's rate: it reaches ``to_pct``, or moves by ``by_pct``.

    ``by_pct`` is (lowest, highest) in percentage points; ``reached_pct`` what the rate then lies
    in, where that is known better than by adding up; ``places`` who changes, where not all do.
    """

    criterion: str
    to_pct: float | None = None
    by_pct: Pair = (0.0, 0.0)
    reached_pct: Pair | None = None
    places: str = ""


def simulate(scorecard: pd.DataFrame, rules: Rulebook, changes: Sequence[Change]) -> pd.DataFrame:
    """Points each change wins, everything else staying as it is.

    One row a change: criterion, places; pairs rate_pct (before), new_rate_pct, won_points, won_pct
    (100 × won / max) and lost_points (now; no rule could win more). won = points after − points
    before, below zero a loss; its bounds hold over every rate the interval allows. Where a source
    states the present points p, the rule is bent to pass through them: with s the share of the
    maximum that the rule gives for a rate,

        won = (max − p) × (s(new) − s(now)) / (1 − s(now)), for a rise
        won = −p × (s(now) − s(new)) / s(now), for a fall

    so that nothing leaves [0, max]. Online payment of 2022, from 6.5 to 30 %, target 80 %: 0.91 ×
    (30/80 − 6.5/80) / (1 − 6.5/80) = 0.2910. ValueError for an unknown criterion, one named twice,
    one that no rate leads to, or a rate to reach outside 0 to 100.
    """
    codes = [change.criterion for change in changes]
    for change in changes:
        if codes.count(rules[change.criterion].code) > 1:
            raise Refused("criterion {code} is changed twice; give one change",
                          code=change.criterion)  # fmt: skip
        if change.to_pct is not None:
            require_pct(change.criterion, change.to_pct)
    rows = _by_rule(scorecard, rules, codes)
    won = _won_each(rules, rows, changes)
    new = np.reshape([change.reached_pct or (_moved(row.rate_pct_low, change, 0),
                                             _moved(row.rate_pct_high, change, 1))
                      for row, change in zip(rows.itertuples(), changes, strict=True)],
                     (-1, 2)).T  # fmt: skip
    share = 100 * won / rows["max_points"].to_numpy()
    places = [change.places for change in changes]
    return rows.assign(places=places, **pairs(new_rate_pct=new, won_points=won, won_pct=share))


def cheapest_path(scorecard: pd.DataFrame, *, target_points: float,
                  effort: dict[str, float] | None = None,
                  reach_pct: float = 100.0) -> pd.DataFrame:  # fmt: skip
    """Criteria in the order that reaches ``target_points`` with least effort.

    ``effort``: the relative effort of winning back all that a criterion lost (1 unless given; above
    zero); part of it costs that part, and at most ``reach_pct`` of it can be won. Only points
    surely lost count. Least effort per point first is the least in all: a fractional knapsack.
    Columns: criterion, share_of_gap_pct (how much of its lost points to win back), points,
    cumulative_points, effort, cumulative_effort. All is taken where the target is out of reach.
    Refused for a target below zero, a reach outside 0 to 100, an effort not above zero or for
    another criterion.
    """
    given = effort or {}
    for code in given:
        require("effort", code, scorecard["criterion"])
    if target_points < 0 or any(not value > 0 for value in given.values()):
        raise Refused("target {target}, effort {effort}: a target is zero or more, and an effort "
                      "above zero", target=f"{target_points:g}", effort=str(given))  # fmt: skip
    require_pct("reach_pct", reach_pct)
    path = scorecard[scorecard["lost_points_low"] > 0]
    whole = pd.Series([given.get(code, 1.0) for code in path["criterion"]], path.index, float)
    order = (whole / path["lost_points_low"]).sort_values(kind="stable").index
    path, whole, lost = (one.loc[order] for one in (path, whole, path["lost_points_low"]))
    within_reach = lost * reach_pct / 100
    before = within_reach.cumsum().shift(fill_value=0.0)
    points = (target_points - before).clip(lower=0, upper=within_reach)
    part = points / lost
    path = path[["criterion", "status", "source", "locator"]].assign(
        share_of_gap_pct=100 * part, points=points, cumulative_points=points.cumsum(),
        effort=part * whole, cumulative_effort=(part * whole).cumsum(),
    )  # fmt: skip
    return path[path["points"] > 0].reset_index(drop=True)


def break_even(scorecard: pd.DataFrame, rules: Rulebook, *, target_points: float) -> pd.DataFrame:
    """How far each criterion's rate alone would have to rise to win ``target_points`` surely.

    Columns: criterion, needed_rise (percentage points, in steps of a half; missing where not even a
    rate of 100 % wins as much), most_points (what 100 % wins; no row where that is surely none),
    rate_pct. Least rise first, of equal ones that which wins most.
    """
    rows = _by_rule(scorecard, rules, movable(scorecard, rules))
    surely = np.reshape(
        [_won(rules[row.criterion], row, Change(row.criterion, by_pct=(rise, rise)))[0]
         for row in rows.itertuples() for rise in _HALVES],
        (len(rows), len(_HALVES)),
    )  # fmt: skip
    enough = surely >= target_points - ROUNDING_SLACK
    rise = np.where(enough.any(axis=1), _HALVES[enough.argmax(axis=1)], np.nan)
    even = rows.assign(needed_rise=rise, most_points=surely.max(axis=1)).query("most_points > 0")
    order = ["needed_rise", "most_points"]
    return even.sort_values(order, ascending=[True, False], ignore_index=True)


def curves(scorecard: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    """What ``simulate`` gives for every rate that a slider of a page can be set to.

    The rows of ``movable`` criteria, one for each rate to reach, in rising order: reached_pct (0 to
    100 in steps of a half, the present rate's low end, and each of the rule's own steps with its
    neighbours 0.1 to either side) and the pair won_points.
    """
    rows = _by_rule(scorecard, rules, movable(scorecard, rules))
    reached = []
    for row in rows.itertuples():
        knots = [rate for rate, _ in rules[row.criterion].points_by_rate]
        beside = np.add.outer(knots, [-0.1, 0.0, 0.1]).ravel()
        settings = np.concatenate([_HALVES, beside, [row.rate_pct_low]])
        reached.append(np.unique(settings.clip(0, 100).round(6)))
    rows = rows.assign(reached_pct=reached).explode("reached_pct", ignore_index=True)
    rows = rows.astype({"reached_pct": float})
    return rows.assign(**pairs(won_points=_won_each(rules, rows, [
        Change(row.criterion, to_pct=row.reached_pct) for row in rows.itertuples()])))  # fmt: skip


def movable(scorecard: pd.DataFrame, rules: Rulebook) -> list[str]:
    """Criteria with a known rate that a rule turns into points, and with points to win."""
    known = scorecard[scorecard["rate_pct_low"].notna() & (scorecard["lost_points_high"] > 0)]
    return [code for code in known["criterion"] if rules[code].points_by_rate]


def _by_rule(scorecard: pd.DataFrame, rules: Rulebook, codes: list[str]) -> pd.DataFrame:
    """Rows of these criteria as a rule moves them: an unknown rate can be anything."""
    rows = scorecard.set_index("criterion").loc[codes].reset_index()
    certain = [rules[code].status == rules[code].max_points_status == "stated" for code in codes]
    traces = [join_traces(row, {"source": RULEBOOK, "locator": row["criterion"]})
              for row in rows.to_dict("records")]  # fmt: skip
    rows[["source", "locator"]] = pd.DataFrame(traces, rows.index, ["source", "locator"], "str")
    rows = rows.fillna({"rate_pct_low": 0.0, "rate_pct_high": 100.0})
    return rows.assign(status=np.where(certain, "derived", "assumed"))


def _won_each(rules: Rulebook, rows: pd.DataFrame, changes: Sequence[Change]) -> np.ndarray:
    """Least and most points won, each a row, by the change of every row of ``_by_rule``."""
    won = [_won(rules[row.criterion], row, change)
           for row, change in zip(rows.itertuples(), changes, strict=True)]  # fmt: skip
    return np.reshape(won, (-1, 2)).T


def _won(rule: Criterion, row: tuple, change: Change) -> Pair:
    """Least and most points won over all rates the row allows.

    Between its knots a rule is straight, so the ends are reached at a knot, at a rate that moves
    onto a knot, or at an end of the interval; beside a knot too, where the rule jumps.
    """
    knots, won = [0.0, 100.0, *(rate for rate, _ in rule.points_by_rate)], []
    for end, shift in enumerate(dict.fromkeys(change.by_pct)):  # once where both ends move alike
        turning = [row.rate_pct_low, row.rate_pct_high, *knots, *(knot - shift for knot in knots)]
        beside = np.add.outer(turning, [-_BESIDE, 0.0, _BESIDE])
        rates = np.unique(beside.clip(row.rate_pct_low, row.rate_pct_high))
        before = np.array([rule.points_at(rate) for rate in rates])
        after = np.array([rule.points_at(_moved(rate, change, end)) for rate in rates])
        won.append(_bent(before, after, row, rule.max_points))
    return float(won[0].min()), float(won[-1].max())


def _moved(rate: float, change: Change, end: int) -> float:
    after = rate + change.by_pct[end] if change.to_pct is None else change.to_pct
    return min(max(after, 0.0), 100.0)


def _bent(before: np.ndarray, after: np.ndarray, row: tuple, most: float) -> np.ndarray:
    """Points won from those a source states, if it states one figure, else from the rule's own."""
    gain, stated = after - before, row.points_low
    if stated != row.points_high:
        return gain
    there = np.where(gain > 0, most - stated, stated)
    by_rule = np.where(gain > 0, most - before, before)
    return np.divide(there * gain, by_rule, out=np.zeros(len(gain)), where=gain != 0)


def parse_changes(text: str, *, data: Tables, rules: Rulebook) -> list[Change]:
    """The changes of a line; ValueError naming the part that cannot be read and how to write it."""
    return [_change(part, data, rules) for part in listed(text)]


def require_readable(changes: str, efforts: str, province: str, period: str) -> None:
    """Refuse changes that cannot be read of a period; none where its own tables cannot be read."""
    parse_effort(efforts)
    try:
        data = load(province, period)
        rules = rulebook.load(province, data.year)
    except (ValueError, OSError):
        return
    parse_changes(changes, data=data, rules=rules)


def usual_changes(data: Tables, card: pd.DataFrame) -> list[Change]:
    """What is asked first, as far as the year has figures for it.

    The two districts with most late dossiers clear half of them, online payment reaches 30 %,
    satisfaction with the handling of feedback rises by 5 percentage points.
    """
    changes = [Change("online_payment", to_pct=30), Change("sipas_feedback", by_pct=(5, 5))]
    late = of_whole(data.late_dossiers.query("level == 'district'"), data.year)
    listed = late[(late["unit"] != data.place) & (late["status"] != "bound")]
    worst = listed.dropna(subset=["late_low"]).nlargest(2, "late_low")["unit"]
    if len(worst) == 2 and (late["unit"] == data.place).any():
        changes.insert(0, clear_late(data, [*worst], share_pct=50))
    now = card.set_index("criterion")["rate_pct_high"]  # missing where not known: not below
    return [one for one in changes if now.get(one.criterion, np.inf) < (one.to_pct or np.inf)]


def parse_effort(text: str) -> dict[str, float]:
    """Relative efforts of winning points by criterion, as ``online_payment=1; leaders_survey=4``.

    >>> parse_effort("online_payment=1; leaders_survey=4.5")
    {'online_payment': 1.0, 'leaders_survey': 4.5}
    """
    efforts = {}
    for part in listed(text):
        found = _CHANGE.fullmatch(part)
        if not found or found["sign"] or found["pct"]:
            raise Refused("effort {part}: write criterion=number, as online_payment=1",
                          part=repr(part))  # fmt: skip
        efforts[found["name"]] = _number(found["number"])
    return efforts


def parse_numbers(text: str) -> list[float]:
    """Numbers of a line, such as limits of bands.

    >>> parse_numbers("50, 70, 90")
    [50.0, 70.0, 90.0]
    """
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise Refused("{text}: write numbers separated by commas, as 50, 70, 90",
                      text=repr(text)) from None  # fmt: skip


def clear_late(data: Tables, names: Sequence[str], *, share_pct: float) -> Change:
    """These districts clear a part of their late dossiers: a change of on_time_district.

    The on-time share rises by cleared / (on_time + late), of which ``rates.count`` says the fewest
    and the most. ValueError for an unknown district, or one without figures.
    """
    whole = of_whole(data.late_dossiers.query("level == 'district'"), data.year)
    code_of = units.resolver(units.units_on(data.units, f"{data.year}-12-31", level="district"))
    codes = {code_of(name, level="district", where="late_dossiers") for name in names}
    own = whole[whole["unit_code"].isin(codes) & whole["late_low"].notna()]
    counted, written, year = rates.count(data, "district"), ", ".join(names), str(data.year)
    if counted is None or len(own) != len(codes):
        raise Refused("late_dossiers: {names}: no figure of the whole year {year} for one of them, "
                      "or no total of districts", names=written, year=year)  # fmt: skip
    if not counted.together[0]:
        raise Refused("late_dossiers: no dossiers of districts are counted in {year}", year=year)
    low, high = ends(own, "late")
    cleared = share_pct / 100 * low.sum(), share_pct / 100 * high.fillna(counted.late[1]).sum()
    rise = 100 * cleared[0] / counted.together[1], 100 * cleared[1] / counted.together[0]
    return Change("on_time_district", by_pct=(rise[0], min(100.0, rise[1])),
                  reached_pct=counted.on_time_pct(cleared),
                  places=f"{written}: −{share_pct:g}%")  # fmt: skip


def _change(part: str, data: Tables, rules: Rulebook) -> Change:
    found = _CHANGE.fullmatch(part)
    if found is None:
        raise Refused("change {part}: write criterion = 30 (to reach), criterion = +5 (points more)"
                      " or late_dossiers: A, B = -50%", part=repr(part))  # fmt: skip
    name, sign, number = found["name"], found["sign"], _number(found["number"])
    if name.startswith(_LATE):
        if sign != "-" or not found["pct"] or number > 100:
            raise Refused("change {part}: write the part cleared as -50%, at most -100%",
                          part=repr(part))  # fmt: skip
        places = [place.strip() for place in name.removeprefix(_LATE).split(",")]
        return clear_late(data, places, share_pct=number)
    code = rules[name].code
    if found["pct"]:
        raise Refused("change {part}: write percentage points without %, as {name} = +5",
                      part=repr(part), name=name)  # fmt: skip
    moved = -number if sign == "-" else number
    if not sign:
        require_pct(name, number)
    return Change(code, by_pct=(moved, moved)) if sign else Change(code, to_pct=number)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def listed(text: str) -> list[str]:
    """The parts of a line, each a change or an effort."""
    return [part.strip() for part in text.split(";") if part.strip()]
