"""What-if changes and efforts as a person writes them, in one line that papermill can carry.

    late_dossiers: Điện Bàn, Thăng Bình = -50%; online_payment = 30; sipas_feedback = +5

``= 30`` is the rate to reach, ``= +5`` percentage points more; ``late_dossiers: A, B = -50%`` is
the part of their late dossiers that districts A and B clear.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from par_lib import scorecard, units
from par_lib.rules import Rulebook
from par_lib.tables import Tables, of_whole_year
from par_lib.whatif import Change

_CHANGE = re.compile(
    r"(?P<name>[^=]+?)\s*=\s*(?P<sign>[+-]?)(?P<number>\d+(?:[.,]\d+)?)\s*(?P<pct>%?)"
)
_LATE = "late_dossiers:"


def parse_changes(text: str, *, data: Tables, rules: Rulebook) -> list[Change]:
    """The changes of a line; ValueError naming the part that cannot be read and how to write it."""
    return [_change(part, data, rules) for part in _parts(text)]


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
    rates = card.set_index("criterion")["rate_pct_high"]
    known = rates.dropna().to_dict()
    return [
        one
        for one in changes
        if one.criterion in known and not known[one.criterion] >= (one.to_pct or np.inf)
    ]


def parse_effort(text: str) -> dict[str, float]:
    """Relative efforts by criterion, as ``online_payment=1; leaders_survey=4``.

    >>> parse_effort("online_payment=1; leaders_survey=4.5")
    {'online_payment': 1.0, 'leaders_survey': 4.5}
    """
    efforts = {}
    for part in _parts(text):
        found = _CHANGE.fullmatch(part)
        if not found or found["sign"] or found["pct"]:
            raise ValueError(f"effort {part!r}: write criterion=number, as online_payment=1")
        efforts[found["name"]] = _number(found["number"])
    return efforts


def parse_numbers(text: str) -> list[float]:
    """Numbers of a line, as ``50, 70, 90``.

    >>> parse_numbers("50, 70, 90")
    [50.0, 70.0, 90.0]
    """
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ValueError(f"{text!r}: write numbers separated by commas, as 50, 70, 90") from None


def clear_late(
    data: Tables, names: Sequence[str], *, share_pct: float, level: str = "district"
) -> Change:
    """These units clear a part of their late dossiers: a change of on_time_<level>.

    The on-time share, on_time / (on_time + late), rises by cleared / (on_time + late). Where
    dossiers on time are counted for only part of the period they are at least so many: the rise
    then has an upper bound and none below but zero. ValueError for an unknown unit, or one without
    figures.
    """
    rows = data.late_dossiers[data.late_dossiers["level"] == level]
    whole = of_whole_year(rows, data.year)
    total = whole[whole["unit"] == data.place]
    known = units.units_on(data.units, f"{data.year}-12-31", level=level)
    codes = {units.resolve(name, known, level=level, where="late_dossiers") for name in names}
    own = whole[whole["unit_code"].isin(codes) & whole["late_low"].notna()]
    if len(total) != 1 or len(own) != len(codes):
        raise ValueError(
            f"late_dossiers: {', '.join(names)}: no figure of the whole year {data.year} for one "
            f"of them, or no total of {level}s"
        )
    (least, most), (fewest, latest) = (
        scorecard.on_time_bounds(rows[rows["unit"] == data.place], total),
        scorecard.late_bounds(total),
    )
    cleared = [share_pct * own["late_low"].sum(),
               share_pct * own["late_high"].astype(float).fillna(latest).sum()]  # fmt: skip
    if not least + fewest:
        raise ValueError(f"late_dossiers: no dossiers of {level}s are counted in {data.year}")
    rise = cleared[0] / (most + latest), cleared[1] / (least + fewest)
    on_time = least + cleared[0] / 100, most + cleared[1] / 100
    reached = on_time[0] / (least + latest), 1.0 if np.isinf(most) else on_time[1] / (most + fewest)
    return Change(
        f"on_time_{level}",
        by_pct=(float(rise[0]), min(100.0, float(rise[1]))),
        reached_pct=(100 * float(reached[0]), min(100.0, 100 * float(reached[1]))),
        places=f"{', '.join(names)}: −{share_pct:g} %",
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
    if number > 100:
        raise ValueError(f"change {part!r}: a rate reaches 100 at most")
    return Change(code, to_pct=number)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]
