"""What if: the points a change would win, the cheapest way to a target, where one alone suffices.

Everything here rests on rules, so every result is "assumed" unless all its rules are stated. A
person writes changes in one line, which papermill can carry:

    late_dossiers: Điện Bàn, Thăng Bình = -50%; online_payment = 30; sipas_feedback = +5

``= 30`` is the rate to reach, ``= +5`` percentage points more; ``late_dossiers: A, B = -50%`` is
the part of their late dossiers that districts A and B clear.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning import units
from par_lib.cleaning.findings import join_traces
from par_lib.cleaning.sources import RULEBOOK
from par_lib.cleaning.tables import Tables, of_whole_year
from par_lib.scoring import on_time
from par_lib.scoring.intervals import Pair
from par_lib.scoring.parts import ROUNDING_SLACK
from par_lib.scoring.rulebook import Criterion, Rulebook

_BESIDE = 1e-9  # percentage points to either side of a jump


@dataclass(frozen=True)
class Change:
    """What happens to one criterion's rate: it reaches ``to_pct``, or moves by ``by_pct``.

    ``by_pct`` is (lowest, highest) in percentage points, for a move known only within bounds;
    ``reached_pct`` is what the rate then lies in, where that is known better than by adding up;
    ``places`` says who changes, where it is not all.
    """

    criterion: str
    to_pct: float | None = None
    by_pct: Pair = (0.0, 0.0)
    reached_pct: Pair | None = None
    places: str = ""


def simulate(scorecard: pd.DataFrame, rules: Rulebook, changes: Iterable[Change]) -> pd.DataFrame:
    """Points each change wins, everything else staying as it is.

    One row a change: criterion, places, rate_pct (before), new_rate_pct, won_points, won_pct (100 ×
    won / max) and lost_points (now; no rule could win more) as ``_low``/``_high``, status, source,
    locator. won = points after − points before; below zero is a loss. Where a source states the
    present points p, the rule is bent to pass through them: with s the share of the maximum that
    the rule gives for a rate,

        won = (max − p) × (s(new) − s(now)) / (1 − s(now)), for a rise
        won = −p × (s(now) − s(new)) / s(now), for a fall

    so that the rule's full rate wins all, and nothing leaves [0, max]. Online payment of 2022, from
    6.5 to 30 % with the target 80 %: 0.91 × (30/80 − 6.5/80) / (1 − 6.5/80) = 0.2910. Bounds hold
    over every rate the interval allows.

    ValueError for an unknown criterion, one named twice, one that no rate leads to, or a rate to
    reach outside 0 to 100.
    """
    rows, seen = [], set()
    by_code = scorecard.set_index("criterion")
    for change in changes:
        rule, row = rules[change.criterion], by_code.loc[change.criterion]
        if change.criterion in seen:
            raise ValueError(f"criterion {change.criterion} is changed twice; give one change")
        if change.to_pct is not None and not 0 <= change.to_pct <= 100:
            raise ValueError(f"{change.criterion}: {change.to_pct:g} % is not in 0 to 100")
        seen.add(change.criterion)
        low, high = _rates(row)
        won = _won_by(rule, row, change)
        new = change.reached_pct or (_moved(low, change, 0), _moved(high, change, 1))
        source, locator = join_traces([row["source"], RULEBOOK], [row["locator"], rule.code])
        certain = rule.status == rule.max_points_status == "stated"
        rows.append((change.criterion, change.places, low, high, *new, *won,
                     *(100 * end / rule.max_points for end in won), row["lost_points_low"],
                     row["lost_points_high"], "derived" if certain else "assumed",
                     source, locator))  # fmt: skip
    pairs = ("rate_pct", "new_rate_pct", "won_points", "won_pct", "lost_points")
    ends = [f"{pair}_{end}" for pair in pairs for end in ("low", "high")]
    columns = ["criterion", "places", *ends, "status", "source", "locator"]
    return pd.DataFrame(rows, columns=columns)


def cheapest_path(
    scorecard: pd.DataFrame, *, target_points: float, effort: dict[str, float] | None = None,
    reach_pct: float = 100.0,
) -> pd.DataFrame:  # fmt: skip
    """Criteria in the order that reaches ``target_points`` with least effort.

    ``effort`` is the relative effort of winning back all that a criterion lost (1 unless given;
    above zero); part of it costs that part, and at most ``reach_pct`` of it can be won. Points
    counted on are those surely lost (lost_points_low); criteria that may have lost none are left
    out. Taking the least effort per point first is the least in all: a fractional knapsack.
    Columns: criterion, share_of_gap_pct (how much of its lost points to win back), points,
    cumulative_points, effort, cumulative_effort, points_per_effort, status, source, locator. Where
    the target is out of reach all is taken, and cumulative_points ends below it. ValueError for a
    target below zero, a reach outside 0 to 100, an effort not above zero or for no criterion of
    the scorecard.

    >>> card = pd.DataFrame({"criterion": ["a", "b"], "lost_points_low": [2.0, 1.0],
    ...     "status": "reported", "source": "s", "locator": "l"})
    >>> path = cheapest_path(card, target_points=1.5, effort={"a": 4})
    >>> path[["criterion", "share_of_gap_pct", "effort"]].to_numpy().tolist()
    [['b', 100.0, 1.0], ['a', 25.0, 1.0]]
    """
    given = effort or {}
    unknown = sorted(set(given) - set(scorecard["criterion"]))
    if unknown:
        raise ValueError(f"effort for {', '.join(unknown)}: no such criterion; choose out of "
                         f"{', '.join(scorecard['criterion'])}")  # fmt: skip
    if target_points < 0 or any(not value > 0 for value in given.values()):
        raise ValueError(f"target {target_points:g}, effort {given}: a target is zero or more, and "
                         "an effort above zero")  # fmt: skip
    if not 0 <= reach_pct <= 100:
        raise ValueError(f"reach_pct is {reach_pct:g}; it must be 0 to 100")
    path = scorecard[scorecard["lost_points_low"] > 0]
    whole = path["criterion"].map(lambda code: given.get(code, 1.0)).astype(float)
    path = path.assign(whole=whole, points_per_effort=path["lost_points_low"] / whole)
    path = path.sort_values("points_per_effort", ascending=False, kind="stable")
    within_reach = path["lost_points_low"] * reach_pct / 100
    before = within_reach.cumsum().shift(fill_value=0.0)
    points = (target_points - before).clip(lower=0, upper=within_reach)
    part = points / path["lost_points_low"]
    path = path[["criterion", "status", "source", "locator"]].assign(
        share_of_gap_pct=100 * part,
        points=points,
        cumulative_points=points.cumsum(),
        effort=part * path["whole"],
        cumulative_effort=(part * path["whole"]).cumsum(),
        points_per_effort=path["points_per_effort"],
    )
    return path[path["points"] > 0].reset_index(drop=True)


def break_even(scorecard: pd.DataFrame, rules: Rulebook, *, target_points: float) -> pd.DataFrame:
    """How far each criterion's rate alone would have to rise to win ``target_points``.

    Columns: criterion, needed_rise (percentage points, in steps of a half; missing where not even a
    rate of 100 % wins as much), most_points (what 100 % wins), and of the scorecard rate_pct;
    status "assumed", source and locator name the rule too. Least rise first, of equal ones that
    which wins most. The points counted are those won surely, whatever the rate within its interval
    is; a criterion that surely wins none is left out.
    """
    rises = np.arange(0, 100.5, 0.5)
    by_code, rows = scorecard.set_index("criterion"), []
    for code in movable(scorecard, rules):
        rule, row = rules[code], by_code.loc[code]
        changes = [Change(code, by_pct=(rise, rise)) for rise in rises]
        won = np.array([_won_by(rule, row, one)[0] for one in changes])
        enough = rises[won >= target_points - ROUNDING_SLACK]
        trace = join_traces([row["source"], RULEBOOK], [row["locator"], code])
        rows.append((code, enough[0] if len(enough) else np.nan, won.max(),
                     row["rate_pct_low"], row["rate_pct_high"], "assumed", *trace))  # fmt: skip
    columns = ["criterion", "needed_rise", "most_points", "rate_pct_low", "rate_pct_high", "status",
               "source", "locator"]  # fmt: skip
    even = pd.DataFrame(rows, columns=columns).query("most_points > 0")
    order = ["needed_rise", "most_points"]
    return even.sort_values(order, ascending=[True, False], ignore_index=True)


def movable(scorecard: pd.DataFrame, rules: Rulebook) -> list[str]:
    """Criteria with a known rate that a rule turns into points, and with points to win."""
    known = scorecard[scorecard["rate_pct_low"].notna() & (scorecard["lost_points_high"] > 0)]
    return [code for code in known["criterion"] if rules[code].points_by_rate]


def _rates(row: pd.Series) -> Pair:
    """The present rate's bounds; an unknown rate can be anything."""
    low, high = row["rate_pct_low"], row["rate_pct_high"]
    return (0.0 if pd.isna(low) else float(low)), (100.0 if pd.isna(high) else float(high))


def _won_by(rule: Criterion, row: pd.Series, change: Change) -> Pair:
    """Least and most points won over all rates the row allows.

    Between its knots a rule is straight, so the ends are reached at a knot, at a rate that moves
    onto a knot, or at an end of the interval; beside a knot too, where the rule jumps.
    """
    low, high = _rates(row)
    stated = row["points_low"] if row["points_low"] == row["points_high"] else None
    knots, ends = [rate for rate, _ in rule.points_by_rate], []
    for end, shift in enumerate(change.by_pct):
        turning = [low, high, *(r for knot in (*knots, 0.0, 100.0)
                                for r in (knot, knot - shift))]  # fmt: skip
        rates = {min(max(rate + beside, low), high) for rate in turning
                 for beside in (-_BESIDE, 0.0, _BESIDE)}  # fmt: skip
        won = [
            _bent(rule.points_at(rate), rule.points_at(_moved(rate, change, end)), stated,
                  rule.max_points)
            for rate in rates
        ]  # fmt: skip
        ends.append((min(won), max(won)))
    return ends[0][0], ends[1][1]


def _moved(rate: float, change: Change, end: int) -> float:
    after = rate + change.by_pct[end] if change.to_pct is None else change.to_pct
    return min(max(after, 0.0), 100.0)


def _bent(before: float, after: float, stated: float | None, most: float) -> float:
    if stated is None or before == after:
        return after - before
    if after > before:
        return (most - stated) * (after - before) / (most - before)
    return -stated * (before - after) / before


_CHANGE = re.compile(
    r"(?P<name>[^=]+?)\s*=\s*(?P<sign>[+-]?)(?P<number>\d+(?:[.,]\d+)?)\s*(?P<pct>%?)"
)
_LATE = "late_dossiers:"


def parse_changes(text: str, *, data: Tables, rules: Rulebook) -> list[Change]:
    """The changes of a line; ValueError naming the part that cannot be read and how to write it."""
    return [_change(part, data, rules) for part in listed(text)]


def usual_changes(data: Tables, card: pd.DataFrame, rules: Rulebook) -> list[Change]:
    """What is asked first, as far as the year has figures for it.

    The two districts with most late dossiers clear half of them, online payment reaches 30 %,
    satisfaction with the handling of feedback rises by 5 percentage points.
    """
    changes = []
    late = of_whole_year(data.late_dossiers.query("level == 'district'"), data.year)
    worst = late[(late["unit"] != data.place) & (late["status"] != "bound")]
    worst = worst.dropna(subset=["late_low"]).nlargest(2, "late_low")
    if len(worst) == 2 and (late["unit"] == data.place).any():
        changes.append(clear_late(data, list(worst["unit"]), share_pct=50))
    changes.append(Change("online_payment", to_pct=30))
    changes.append(Change("sipas_feedback", by_pct=(5, 5)))
    known = card.set_index("criterion")["rate_pct_high"].dropna().to_dict()
    return [
        one
        for one in changes
        if one.criterion in known and not known[one.criterion] >= (one.to_pct or np.inf)
    ]


def parse_effort(text: str) -> dict[str, float]:
    """Relative efforts of winning points by criterion, as ``online_payment=1; leaders_survey=4``.

    >>> parse_effort("online_payment=1; leaders_survey=4.5")
    {'online_payment': 1.0, 'leaders_survey': 4.5}
    """
    efforts = {}
    for part in listed(text):
        found = _CHANGE.fullmatch(part)
        if not found or found["sign"] or found["pct"]:
            raise ValueError(f"effort {part!r}: write criterion=number, as online_payment=1")
        efforts[found["name"]] = _number(found["number"])
    return efforts


def parse_numbers(text: str) -> list[float]:
    """Numbers of a line, such as limits of bands, as ``50, 70, 90``.

    >>> parse_numbers("50, 70, 90")
    [50.0, 70.0, 90.0]
    """
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ValueError(f"{text!r}: write numbers separated by commas, as 50, 70, 90") from None


def clear_late(data: Tables, names: Sequence[str], *, share_pct: float) -> Change:
    """These districts clear a part of their late dossiers: a change of on_time_district.

    The on-time share, on_time / (on_time + late), rises by cleared / (on_time + late), of which
    ``on_time.count`` says the fewest and the most. ValueError for an unknown district, or one
    without figures.
    """
    whole = of_whole_year(data.late_dossiers.query("level == 'district'"), data.year)
    known = units.units_on(data.units, f"{data.year}-12-31", level="district")
    codes = {units.resolve(name, known, level="district", where="late_dossiers") for name in names}
    own = whole[whole["unit_code"].isin(codes) & whole["late_low"].notna()]
    counted = on_time.count(data, "district")
    if counted is None or len(own) != len(codes):
        raise ValueError(
            f"late_dossiers: {', '.join(names)}: no figure of the whole year {data.year} for one "
            "of them, or no total of districts"
        )
    (least, most), (fewest, latest) = counted.on_time, counted.late
    cleared = [share_pct * own["late_low"].sum(),
               share_pct * own["late_high"].astype(float).fillna(latest).sum()]  # fmt: skip
    if not counted.together[0]:
        raise ValueError(f"late_dossiers: no dossiers of districts are counted in {data.year}")
    rise = cleared[0] / counted.together[1], cleared[1] / counted.together[0]
    then = least + cleared[0] / 100, most + cleared[1] / 100
    reached = then[0] / (least + latest), 1.0 if np.isinf(most) else then[1] / (most + fewest)
    return Change(
        "on_time_district",
        by_pct=(float(rise[0]), min(100.0, float(rise[1]))),
        reached_pct=(100 * float(reached[0]), min(100.0, 100 * float(reached[1]))),
        places=f"{', '.join(names)}: −{share_pct:g}%",
    )


def _change(part: str, data: Tables, rules: Rulebook) -> Change:
    found = _CHANGE.fullmatch(part)
    if found is None:
        raise ValueError(
            f"change {part!r}: write criterion = 30 (to reach), criterion = +5 (points more) or "
            "late_dossiers: A, B = -50%"
        )
    name, number = found["name"], _number(found["number"])
    if name.startswith(_LATE):
        if found["sign"] != "-" or not found["pct"] or number > 100:
            raise ValueError(f"change {part!r}: write the part cleared as -50%, at most -100%")
        places = [place.strip() for place in name.removeprefix(_LATE).split(",")]
        return clear_late(data, places, share_pct=number)
    code = rules[name].code
    if found["pct"]:
        raise ValueError(f"change {part!r}: write percentage points without %, as {name} = +5")
    if found["sign"]:
        moved = number if found["sign"] == "+" else -number
        return Change(code, by_pct=(moved, moved))
    return Change(code, to_pct=number)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def listed(text: str) -> list[str]:
    """The parts of a line, each a change or an effort."""
    return [part.strip() for part in text.split(";") if part.strip()]
