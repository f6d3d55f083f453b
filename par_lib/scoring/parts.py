"""A total and its parts, some of them known only as a group: shares, order, concentration.

    districts = parts.of(late.query("level == 'district'"), "late", whole=data.place)
    districts.holding(50)   districts.gini()   districts.lorenz()

Without a declared total only shares and concentration are unknown. What the units not listed have
together lies between two splits: all have the same, or one has all. Gini coefficients and
cumulative shares of every other split lie between theirs (majorisation).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning.schema import FEWEST_DOSSIERS, of_enough
from par_lib.cleaning.tables import longest_period
from par_lib.language import Refused
from par_lib.language.prose import require_pct
from par_lib.language.vietnamese import sort_key
from par_lib.scoring.intervals import Pair, ends, highest, pairs, rank_range

ROUNDING_SLACK = 1e-9  # relative: sums of decimal fractions miss the true sum by this little


@dataclass(frozen=True)
class Parts:
    """Units of one level and their declared total, missing where there is no one total.

    ``units``: a row each, highest first, with pairs for the value, ``share_pct`` of the total (0 to
    100, missing with it) and ``<value>_rank`` (1 is most; among these units). ``excess``: by how
    much the listed units exceed the declared total, where they do: it is then no total.
    """

    value: str
    total: float
    units: pd.DataFrame
    excess: float = float("nan")

    @property
    def listed(self) -> pd.DataFrame:
        """Units a source gives a figure for."""
        return self.units[self.units["status"] != "bound"]

    @property
    def unlisted(self) -> pd.DataFrame:
        """Units that only share what the listed ones leave of the total."""
        return self.units[self.units["status"] == "bound"]

    @property
    def largest(self) -> pd.DataFrame:
        """The unit that surely has most of these; no row where a tie or a bound hides it."""
        return highest(self.units, self.value)

    @property
    def rest(self) -> float:
        """What the units not listed have together; missing where all are listed."""
        left = self.total - self.listed[f"{self.value}_low"].sum()
        return left if len(self.unlisted) else math.nan

    def holding(self, share_pct: float) -> pd.DataFrame:
        """The fewest listed units that together hold at least ``share_pct`` of the total.

        None where even all of them hold less, or the total is not known.
        """
        return self.listed.iloc[: self.fewest_for(share_pct / 100 * self.total) or 0]

    def fewest_for(self, amount: float) -> int | None:
        """How many of the largest listed units hold the amount together; none for an amount of 0.

        None where even all of them fall short: with the others known, some might suffice.
        """
        held = [0.0, *self.listed[f"{self.value}_low"].cumsum()]  # by the k largest, from k = 0
        units = int(np.searchsorted(held, amount * (1 - ROUNDING_SLACK)))  # a missing one is last
        return units if units < len(held) else None

    def gini(self) -> Pair:
        """Lowest and highest Gini coefficient, 0 (all equal) to (n − 1) / n (all in one unit).

        Twice the area between the Lorenz curve and that of equal units; missing without the curve.
        """
        curve = self.lorenz()
        areas = [np.trapezoid(end, curve["share_of_units_pct"]) if len(curve) else math.nan
                 for end in ends(curve, f"{self.value}_share_pct")]  # fmt: skip
        return 1 - areas[1] / 5000, 1 - areas[0] / 5000

    def top_share_pct(self, top: int) -> Pair:
        """Lowest and highest share of the ``top`` largest units; not known of fewer units."""
        shares = ends(self.pareto()[top : top + 1], f"{self.value}_share_pct")
        return tuple(float(end.sum(min_count=1)) for end in shares)

    def lorenz(self) -> pd.DataFrame:
        """Lorenz curve: share_of_units_pct, <value>_share_pct_low, <value>_share_pct_high."""
        equal, single = self._splits()
        return self._curve("share_of_units_pct", np.linspace(0, 100, len(equal) + 1), single, equal)

    def pareto(self) -> pd.DataFrame:
        """Shares of the largest units together: units, and the pair <value>_share_pct."""
        equal, single = (split[::-1] for split in self._splits())
        return self._curve("units", np.arange(len(equal) + 1), equal, single)

    def clear(self, target_reduction_pct: float) -> pd.DataFrame:
        """Units with what each must clear if all clear the same proportion: pairs.

        clear = value × target_reduction_pct / 100, rounded up to whole ones, so that the target is
        never just missed; share_of_total_pct = 100 × clear / total. No row for a target of 0,
        Refused for one outside 0 to 100.
        """
        require_pct("target_reduction_pct", target_reduction_pct)
        part = target_reduction_pct / 100
        # Digits below a billionth are the computer's, and must not cost a whole one.
        units = self.units.iloc[: None if part else 0]
        whole = [np.ceil((end * part).round(9)) for end in ends(units, self.value)]
        clear = [end.astype("Int64") for end in whole]
        shares = [of_enough(100 * end / self.total, self.total) for end in whole]
        return units.assign(**pairs(clear=clear, share_of_total_pct=shares))

    def needed(self, target_reduction_pct: float) -> float:
        """How many have to go to cut the total by so many percent: whole, rounded up."""
        return float(np.ceil(round(target_reduction_pct / 100 * self.total, 6)))

    def _splits(self) -> tuple[np.ndarray, np.ndarray]:
        """All values, ascending, if those not listed have the same each, and if one has all.

        None where they do not make up the total: it is unknown, or units are missing.
        """
        known, count = self.listed[f"{self.value}_low"].astype(float), len(self.unlisted)
        equal, single = [self.rest / (count or 1)] * count, [self.rest, *[0.0] * count][:count]
        if not math.isclose(known.sum() + sum(single), self.total, rel_tol=ROUNDING_SLACK):
            return np.array([]), np.array([])
        return np.sort([*known, *equal]), np.sort([*known, *single])

    def _curve(self, name: str, places: np.ndarray, *splits: np.ndarray) -> pd.DataFrame:
        """Cumulative shares in percent, from no unit to all; no row of no total, or a small one."""
        shares = [100 * np.cumsum([0.0, *split]) / (split.sum() or math.nan) for split in splits]
        curve = pd.DataFrame({name: places, **pairs(**{f"{self.value}_share_pct": shares})})
        return curve if splits[0].sum() >= FEWEST_DOSSIERS else curve.iloc[:0]


def of(frame: pd.DataFrame, value: str, *, whole: str) -> Parts:
    """The units of ``frame`` in its longest period, and the row named ``whole`` as their total.

    ``frame``: rows of one level, ``value`` a pair of counts. The total is missing where not one row
    says it exactly, or the listed exceed it. No unit where none is listed: bounds alone say none.
    """
    frame = longest_period(frame)
    known = frame[(frame["unit"] != whole) & frame[f"{value}_low"].notna()]
    listed = known[known["status"] != "bound"]
    units, held = known if len(listed) else listed, listed[f"{value}_low"].sum()
    low, high = ends(frame[frame["unit"] == whole].dropna(subset=[f"{value}_high"]), value)
    exact = len(units) and len(low) == 1 and low.eq(high).all()
    total = low.item() if exact else math.nan
    excess = float(held - total) if held > total else math.nan
    if excess > 0:
        units, total = listed, math.nan
    shares = [share(end, total=total, fewest=FEWEST_DOSSIERS) for end in ends(units, value)]
    units = highest_first(units.assign(**pairs(share_pct=shares)), value)
    rest = math.inf if math.isnan(total) else total - held
    ranks = rank_range(*ends(units, value), shared=units["status"] == "bound", shared_total=rest)
    return Parts(value, total, units.join(ranks.add_prefix(f"{value}_")), excess)


def by_level(late: pd.DataFrame, *, whole: str) -> pd.DataFrame:
    """Late dossiers of each level as a whole, in the longest period, and its share of them all.

    The rows named ``whole``, with at_level, the code of "at that level", levels, how many they are
    (missing of one alone), and share_pct of them together (missing of few).
    """
    rows = longest_period(late[(late["unit"] == whole) & late["late_low"].notna()])
    rows = rows[rows["status"] != "bound"]
    shares = share(rows["late_low"], total=rows["late_low"].sum(), fewest=FEWEST_DOSSIERS)
    count = len(rows) if len(rows) > 1 else None
    return rows.assign(at_level="at_" + rows["level"], levels=count, share_pct=shares)


def share(part: pd.Series, *, total: float | pd.Series, fewest: int = 0) -> pd.Series:
    """Share of a total: 100 × part / total; percent, range [0, 100].

    A zero or missing total, or one below ``fewest``, or a missing part, gives missing. ValueError
    for a part below zero or above its total, and for totals with other row labels than the parts.
    """
    if isinstance(total, pd.Series) and not total.index.equals(part.index):
        raise Refused("total has other row labels than the parts; reindex it to them first")
    rows = pd.DataFrame({"part": part, "total": total}).astype(float)
    for label, row in rows[(rows["part"] < 0) | (rows["part"] > rows["total"])].iterrows():
        raise Refused("row {label!r}: part {part:.15g} is not in 0 to its total {total:.15g}; "
                      "correct one of them", label=label, **row)  # fmt: skip
    shares = 100 * rows["part"] / rows["total"].mask(rows["total"] == 0)
    return of_enough(shares, rows["total"], fewest=fewest)


def highest_first(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """Rows by the pair ``value``, highest first; equal ones by unit in Vietnamese order."""
    by_name = frame.sort_values("unit", key=lambda names: names.map(sort_key))
    order = [f"{value}_low", f"{value}_high"]
    return by_name.sort_values(order, ascending=False, kind="stable", ignore_index=True)
