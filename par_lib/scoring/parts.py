"""A total and its parts, some of them known only as a group: shares, order, concentration.

    districts = parts.of(late.query("level == 'district'"), "late", whole=data.place)
    districts.holding(50)   districts.gini()   districts.lorenz()

Empty where the total or the parts are missing: everything computed from nothing is nothing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from par_lib.cleaning.tables import longest_period
from par_lib.language.spelling import sort_key
from par_lib.scoring import formulas, intervals

Pair = tuple[float, float]
NOTHING: Pair = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Parts:
    """Units of one level and their declared total.

    ``units``: a row each, highest first, with pairs for the value, ``share_pct`` of the total (0 to
    100) and ``<value>_rank`` (1 is most). ``excess``: by how much the listed units exceed the
    total, where they do; nothing else is then computed.
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
    def rest(self) -> float:
        """What the units not listed have together; missing where all are listed."""
        if self.unlisted.empty:
            return float("nan")
        return self.total - self.listed[f"{self.value}_low"].sum()

    def holding(self, share_pct: float) -> pd.DataFrame:
        """The fewest listed units that together hold at least ``share_pct`` of the total.

        All of them where even they do not.
        """
        before = self.listed["share_pct_low"].cumsum().shift(fill_value=0)
        return self.listed[before < share_pct]

    def gini(self) -> Pair:
        """Lowest and highest Gini coefficient, 0 to 1."""
        return intervals.gini_bounds(**self._known()) if len(self.units) else NOTHING

    def top_share_pct(self, top: int) -> Pair:
        """Lowest and highest share of the ``top`` largest units; not known of fewer units."""
        if len(self.units) < top:
            return NOTHING
        return intervals.top_share_bounds(top=top, **self._known())

    def lorenz(self) -> pd.DataFrame:
        """Lorenz curve: share_of_units_pct, late_share_pct_low, late_share_pct_high."""
        return self._curve(intervals.lorenz_bounds)

    def pareto(self) -> pd.DataFrame:
        """Shares of the largest units together: units, late_share_pct_low, late_share_pct_high."""
        return self._curve(intervals.pareto_bounds)

    def clear(self, target_reduction_pct: float) -> pd.DataFrame:
        """Units with what each must clear if all clear the same proportion (clear, pairs)."""
        low, high = self.units[f"{self.value}_low"], self.units[f"{self.value}_high"]
        reduction = {"total": self.total, "target_reduction_pct": target_reduction_pct}
        return self.units.join(formulas.required_reduction(low, high, **reduction))

    def needed(self, target_reduction_pct: float) -> float:
        """How many have to go to cut the total so far: whole, rounded up."""
        return float(np.ceil(round(target_reduction_pct / 100 * self.total, 6)))

    def _curve(self, bounds: object) -> pd.DataFrame:
        names = {
            "low_pct": f"{self.value}_share_pct_low",
            "high_pct": f"{self.value}_share_pct_high",
        }
        curve = bounds(**self._known()).rename(columns=names)
        return curve if len(self.units) else curve.iloc[:0]

    def _known(self) -> dict:
        known = self.listed[f"{self.value}_low"].astype(float)
        rest = 0.0 if np.isnan(self.rest) else self.rest
        return {"known": known, "group_total": rest, "group_size": len(self.unlisted)}


def of(frame: pd.DataFrame, value: str, *, whole: str) -> Parts:
    """The units of ``frame`` in its longest period, and the row named ``whole`` as their total.

    ``frame``: rows of one level of a tidy table, ``value`` a pair of counts. Empty where there is
    no one total or no listed unit, and where the listed exceed the total: ``excess`` says so.
    """
    low, high = f"{value}_low", f"{value}_high"
    frame = longest_period(frame)
    is_whole = frame["unit"] == whole
    units = frame[~is_whole & frame[low].notna()]
    total = frame.loc[is_whole, low].astype(float).sum(min_count=1)
    listed = units.loc[units["status"] != "bound", low].sum()
    excess = float(listed - total) if is_whole.sum() == 1 and listed > total else float("nan")
    if is_whole.sum() != 1 or not 0 < listed <= total:
        units, total = units.iloc[:0], float("nan")
    shares = {
        f"share_pct_{end}": formulas.share(units[name].astype(float), total=total)
        for end, name in (("low", low), ("high", high))
    }
    units = highest_first(units.assign(**shares), value)
    bound = units["status"] == "bound"
    rest = total - units.loc[~bound, low].sum()
    ranks = intervals.rank_range(units[low], units[high], shared=bound, shared_total=rest)
    ranks = ranks.add_prefix(f"{value}_")
    return Parts(value, total, units.join(ranks), excess)


def highest_first(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """Rows by the pair ``value``, highest first; equal ones by unit in Vietnamese order."""
    order = [f"{value}_low", f"{value}_high", "_name"]
    named = frame.assign(_name=frame["unit"].map(sort_key))
    down = named.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return down.drop(columns="_name")
