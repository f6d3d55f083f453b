"""Units and months compared fairly: given mix, size and chance.

A league table of counts or raw rates blames the large, the unlucky, and those with the difficult
procedures. Here mix and chance are taken off first; what remains is a reason to look, no proof of
fault. Units inside the limits of a funnel are not ranked: their order would be that of chance.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from statsmodels.stats.rates import confint_poisson

from par_lib.cleaning.schema import FEWEST_DOSSIERS
from par_lib.cleaning.units import DISTRICTS_ENDED
from par_lib.language import Refused
from par_lib.scoring.intervals import ends, pairs

FEWEST_OF_PROCEDURE = 30  # resolved dossiers; procedures with fewer are one group
FEWEST_UNITS = 10  # of fewer, neither limits nor a common distribution can be told
FEWEST_MONTHS = 10  # of fewer, limits tell more of chance than of the process
RUN = 8  # months on one side of the mean
_WIDTH = 2.66  # 3 / 1.128: three standard deviations, from the mean range of two values
CONFIDENCE_PCT = {"within_95": 95.0, "within_99_8": 99.8}
_DRAWN_IN = 0.1  # of the units, at either end
_DRAWS = 4_000


def expected_late(cells: pd.DataFrame, *, by: str,
                  enough: int = FEWEST_OF_PROCEDURE) -> pd.DataFrame:  # fmt: skip
    """Late dossiers of each unit beside those usual for what it handles: indirect standardisation.

    ``cells``: a row a unit and a value of ``by`` (procedure or field); columns unit_code, ``by``,
    resolved, and late, exact or a pair. Result, index unit_code: resolved, and the pairs late,
    expected_late, late_ratio, likely_ratio; missing where nothing late is expected.

    expected = Σ resolved × R, R = Σ late / Σ resolved of a procedure in all units (Breslow, Day
    1987, 2.3); late_ratio = late / expected, 1 is usual, lower is better, to be compared with 1,
    not with that of another mix. likely_ratio: the exact 95 % interval of a Poisson count (Garwood
    1936) over expected, R taken as known. Bounds: lowest late over highest expected, and the other
    way round: never too narrow. Procedures with fewer than ``enough`` resolved dossiers in all form
    one group; ``attrs``: how many, pooled, and their dossiers, pooled_resolved.

    >>> cells = pd.DataFrame({"unit_code": list("AABB"), "procedure": list("xyxy"),
    ...     "resolved": [100, 300, 300, 100], "late": [4, 66, 12, 14]})
    >>> found = expected_late(cells, by="procedure")
    >>> found[["expected_late_low", "late_ratio_low"]].round(2).values.tolist()  # 4 % and 20 %
    [[64.0, 1.09], [32.0, 0.81]]
    """
    resolved, unit = cells["resolved"].astype(float), cells["unit_code"]
    rare = resolved.groupby(cells[by]).transform("sum") < enough
    of_cell = usual_late(cells, cells[by].astype("str").mask(rare, ""))
    found = resolved.groupby(unit).sum().to_frame().join(of_cell.groupby(unit).sum(skipna=False))
    low, high = ends(found, "late")
    least, most = (usual.replace(0.0, np.nan) for usual in ends(found, "expected_late"))
    likely = (np.where(most.isna(), np.nan, confint_poisson(low, most, method="exact-c")[0]),
              confint_poisson(high, least, method="exact-c")[1])  # fmt: skip
    found = found.assign(**pairs(late_ratio=(low / most, high / least), likely_ratio=likely))
    few = cells[rare]
    found.attrs = {"pooled": few[by].nunique(), "pooled_resolved": int(few["resolved"].sum())}
    return found


def usual_late(cells: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Of each cell of ``expected_late`` the pairs late and expected_late, resolved × R of a group.

    Zero where nothing was resolved; missing where a late count of the group is.
    """
    resolved, found = cells["resolved"].astype(float), pd.DataFrame(index=cells.index)
    of_group = resolved.groupby(group).transform("sum")
    for end, counted in zip(("low", "high"), ends(cells, "late"), strict=True):
        late = counted.mask(resolved == 0, 0.0)
        rate = late.groupby(group).transform("sum", skipna=False) / of_group
        found[f"late_{end}"] = late
        found[f"expected_late_{end}"] = (resolved * rate).mask(resolved == 0, 0.0)
    return found


def funnel(units: pd.DataFrame, *, part: str = "late", size: str = "resolved") -> pd.DataFrame:
    """Which units lie outside what chance, and the usual spread among units, explain.

    ``units``: a row a unit, the pair ``part`` (counts), and ``size``: a column of counts it is part
    of, or a pair of expected counts, as of ``expected_late``. Result: the units of known size (of a
    rate those of 10 or more) by size, with a pair of values (``<part>_pct`` = 100 × part / size, or
    ``<part>_ratio`` = part / expected, 1 is usual), ``limits`` and verdict; no row with fewer than
    FEWEST_UNITS. ``attrs``: value, mean (of units known exactly), dispersion, spread, units,
    left_out (all others), target. ValueError for a part above its size.

    verdict: "above" or "below" where a unit lies outside the limits of 99.8 % whatever its bounds;
    "rather_above", "rather_below" outside those of 95 % only, as some of many units always are;
    "undecided" where bounds reach across a limit; "inside" else.

    With y = arcsin √rate, or √ratio, chance has the variance 1 / (4 size) (Spiegelhalter 2005).
    spread is the τ² for which z = (y − y of the mean) / √(1 / (4 size) + τ²) are as dispersed as
    normal ones (Paule, Mandel 1982); dispersion the mean square of z for τ² = 0, 1 by chance alone.
    For both the tenth of the units at either end is drawn in, so that nobody hides by being far
    out, and they are divided by 0.68, the mean square of normal z so drawn in.
    """
    is_ratio = size not in units
    value, unit = (f"{part}_ratio", 1.0) if is_ratio else (f"{part}_pct", 100.0)
    (n, most), (low, high) = ends(units, size), ends(units, part)
    known = (n.gt(0) if is_ratio else n.ge(FEWEST_DOSSIERS)) & n.eq(most) & low.notna()
    for row in units.index[known & (high > n) & (not is_ratio)]:
        raise Refused("unit {unit}: {part} is {high:g}, above its {size}, {most:g}; correct one of "
                      "them",
                      unit=units.loc[row, "unit_code"], part=part, high=high[row], size=size,
                      most=n[row])  # fmt: skip
    exact = known & (low == high)
    enough = exact.sum() >= FEWEST_UNITS and low[exact].sum() > 0
    mean = low[exact].sum() / n[exact].sum() if enough else np.nan
    dispersion, spread = _dispersion(low[exact] / n[exact], n[exact], mean, is_ratio)
    told = {"value": value, "mean": unit * mean, "dispersion": dispersion, "spread": spread,
            "units": int(exact.sum()) if enough else 0, "left_out": int((~known).sum()),
            "target": units.attrs.get("target", np.nan)}  # fmt: skip
    found = units.assign(size=n, **pairs(**{value: (unit * low / n, unit * high / n)}))
    found = found[known & enough].sort_values("size")
    found = found.join(limits(told, found["size"]))
    found["verdict"] = _verdicts(found, value)
    found.attrs = told
    return found


def groups(found: pd.DataFrame) -> list[pd.DataFrame]:
    """Rows of a ``funnel`` above its limits of 99.8 %, within them, and below; highest first.

    Those within are in the order of their size. Undecided ones are in none.
    """
    outside = found.sort_values(f"{found.attrs['value']}_low", ascending=False)
    within = found[found["verdict"].isin(["rather_above", "inside", "rather_below"])]
    return [outside[outside["verdict"] == "above"], within, outside[outside["verdict"] == "below"]]


def limits(of: dict, size: pd.Series) -> pd.DataFrame:
    """Where a unit of each size lies by chance: the pairs within_95 and within_99_8.

    ``of`` is the ``attrs`` of a funnel. Without spread, limits of the binomial distribution (of the
    Poisson, for a ratio), between the counts just inside and just outside: a unit is outside at
    most 5 and 0.2 times in 100. With spread, the distance from the mean on the scale of ``funnel``
    is √(1 + 4 size τ²) times as wide, and by Student's t, units − 1 degrees of freedom, over the
    normal quantile: τ² is estimated.
    """
    is_ratio = of["value"].endswith("_ratio")
    unit = 1.0 if is_ratio else 100.0
    n, mean = size.astype(float).to_numpy(), of["mean"] / unit
    n = n if is_ratio else n.round()
    chance = stats.poisson(n * mean) if is_ratio else stats.binom(n, mean)
    forth, back = _scale(is_ratio)
    found = {}
    for name, confidence_pct in CONFIDENCE_PCT.items():
        tail = (1 - confidence_pct / 100) / 2
        wider = stats.t.isf(tail, of["units"] - 1) / stats.norm.isf(tail) if of["spread"] else 1.0
        stretch = wider * np.sqrt(1 + 4 * n * of["spread"])
        least, most = chance.ppf(tail), chance.isf(tail)
        counts = (least - (chance.cdf(least) - tail) / chance.pmf(least),
                  most + 1 - (tail - chance.sf(most)) / chance.pmf(most))  # fmt: skip
        away = [stretch * (forth(count / n) - forth(mean)) for count in counts]
        found |= pairs(**{name: [unit * back(forth(mean) + one) for one in away]})
    return pd.DataFrame(found, index=size.index)


def _scale(is_ratio: bool) -> tuple[Callable, Callable]:
    """To the scale on which chance varies alike whatever the rate, and back."""
    if is_ratio:
        return (lambda value: np.sqrt(np.clip(value, 0, None)),
                lambda value: np.clip(value, 0, None) ** 2)  # fmt: skip
    return (lambda value: np.arcsin(np.sqrt(np.clip(value, 0, 1))),
            lambda value: np.sin(np.clip(value, 0, np.pi / 2)) ** 2)  # fmt: skip


def _dispersion(value: pd.Series, size: pd.Series, mean: float,
                is_ratio: bool) -> tuple[float, float]:  # fmt: skip
    """φ and τ² of units known exactly."""
    if np.isnan(mean):
        return np.nan, 0.0
    forth, _ = _scale(is_ratio)
    away, chance = forth(value.to_numpy()) - forth(mean), 1 / (4 * size.to_numpy())
    edge = stats.norm.isf(_DRAWN_IN)
    usual = 1 - 2 * _DRAWN_IN - 2 * edge * stats.norm.pdf(edge) + 2 * _DRAWN_IN * edge**2

    def squares(spread: float) -> float:
        z = away / np.sqrt(chance + spread)
        return (np.clip(z, *np.quantile(z, [_DRAWN_IN, 1 - _DRAWN_IN])) ** 2).sum() / usual

    dispersion = squares(0.0) / len(value)
    if squares(0.0) <= len(value) - 1:
        return dispersion, 0.0
    return dispersion, optimize.brentq(lambda one: squares(one) - len(value) + 1, 0.0, 1e3)


def _verdicts(found: pd.DataFrame, value: str) -> np.ndarray:
    (low, high), (least, most) = ends(found, value), ends(found, "within_95")
    surely_least, surely_most = ends(found, "within_99_8")
    return np.select(
        [low > surely_most, high < surely_least, low > most, high < least,
         (low >= least) & (high <= most)],
        ["above", "below", "rather_above", "rather_below", "inside"], "undecided",
    )  # fmt: skip


def pooled(units: pd.DataFrame, *, part: str, size: str,
           confidence_pct: float = 95.0) -> pd.DataFrame:  # fmt: skip
    """Rates drawn towards the mean of all units, the more the less a unit's own data tell.

    ``units``: columns ``part`` and ``size``, counts (of a weighted sample effective ones). Adds, in
    percent of ``size``, pooled_pct and its interval, the pair pooled_likely_pct; worst_tenth_pct:
    how probably, 0 to 100, a unit is in truth among the tenth with the lowest rates; status
    "derived". A unit of size 0 gets what is known of the others, one whose counts are missing is
    left out. No row with fewer than FEWEST_UNITS of a size.

    part ~ Binomial(size, p), p ~ Beta(μM, (1 − μ)M) across units; then p given the data is
    Beta(part + μM, size − part + (1 − μ)M). All μ and M on a grid count, each as likely as it makes
    the data (before: μ flat on the logit scale, M / (M + median size) uniform; Morris 1983; Daniels
    1999). Intervals and ranks are of 4,000 draws, the same each time; they cover confidence_pct of
    units on average: a unit far from the others is drawn in too far.
    """
    names = ["pooled_pct", "pooled_likely_pct_low", "pooled_likely_pct_high", "worst_tenth_pct"]
    rows = units[units[size].notna() & units[part].notna()]
    if rows[size].gt(0).sum() < FEWEST_UNITS:
        return units.iloc[:0].assign(**dict.fromkeys(names, np.nan), status="derived")
    x, n = rows[part].to_numpy(dtype=float), rows[size].to_numpy(dtype=float)
    mean = (x.sum() + 0.5) / (n.sum() + 1)
    own = x[n > 0] / n[n > 0]
    error = np.sqrt(own.var(ddof=1) / len(own) + mean * (1 - mean) / n.sum())
    logits = special.logit(mean) + np.linspace(-5, 5, 41) * error / (mean * (1 - mean))
    shrinkage = np.linspace(0, 1, 41)[1:] - 1 / 80
    strengths = np.median(n[n > 0]) * shrinkage / (1 - shrinkage)
    mu, strength = np.meshgrid(special.expit(logits), strengths)
    a, b = ((share * strength).reshape(-1, 1) for share in (mu, 1 - mu))
    likelihood = (special.betaln(x + a, n - x + b) - special.betaln(a, b)).sum(axis=1)
    weight = np.exp(likelihood - likelihood.max()).cumsum()
    picked = np.searchsorted(weight / weight[-1], (np.arange(_DRAWS) + 0.5) / _DRAWS)
    a, b = x + a[picked], n - x + b[picked]
    draws = np.random.default_rng(1).beta(a, b)
    order = draws.argsort(axis=1).argsort(axis=1)
    tail = (1 - confidence_pct / 100) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    values = (a / (a + b)).mean(axis=0), low, high, (order < np.ceil(len(rows) / 10)).mean(axis=0)
    named = {name: 100 * value for name, value in zip(names, values, strict=True)}
    return rows.assign(**named, status="derived")


def process_chart(values: pd.Series, *, breaks: pd.Series | None = None) -> pd.DataFrame:
    """Mean, natural limits and signals of a series in the order of time (XmR: Wheeler 2000).

    ``values``: a number a month, of any unit, missing where not known; of a series with a season
    its differences, ``values.diff(12)``. ``breaks``: labels of equal stretches, each charted by
    itself. Result, same index: value, stretch (numbered), mean, the pair natural, signal; of a
    stretch with fewer than FEWEST_MONTHS values only the values.

    natural = mean ± 2.66 × mean moving range, the range being |value − the one before|, between
    known neighbours of one stretch. signal: "outside" the limits; "run", at least RUN successive
    values on one side of the mean; "near_limit", three of four successive ones nearer to one limit
    than to the mean; of several the first named. Of charts of twelve ordinary months up to one in
    twelve shows a signal, of 24 one in six; of months that resemble the one before, or counts below
    ten, far more.

    >>> months = pd.Series([10, 12, 11, 13, 12, 11, 10, 12, 11, 13, 12, 30])
    >>> found = process_chart(months)
    >>> found[["mean", "natural_low", "natural_high"]].iloc[0].round(2).tolist()  # 2.66 × 32 / 11
    [13.08, 5.35, 20.82]
    """
    stretch = pd.Series(0, values.index) if breaks is None else breaks.ne(breaks.shift()).cumsum()
    charts = [_chart(own) for _, own in values.astype(float).groupby(stretch)]
    return pd.concat(charts or [_chart(values.astype(float))]).assign(stretch=stretch)


def monthly_chart(rows: pd.DataFrame, value: str, *, day: str = "as_of",
                  until: pd.Timestamp | None = DISTRICTS_ENDED) -> pd.DataFrame:  # fmt: skip
    """The last row of each month, by ``day``, and month (1 to 12) beside its ``process_chart``.

    A month without a row between others has no ``value``. A new stretch begins after ``until``.
    """
    rows = rows.sort_values(day).set_index(rows[day].sort_values().dt.to_period("M"))
    rows = rows[~rows.index.duplicated(keep="last")]
    months = rows.reindex(pd.period_range(*rows.index[[0, -1]])) if len(rows) else rows
    days = months[day].fillna(months.index.to_series().dt.end_time.dt.normalize())
    chart = process_chart(months[value], breaks=days > (until or days.max()))
    months = months.assign(month=months.index.month, **{day: days})
    return months.join(chart).reset_index(drop=True)


def _chart(values: pd.Series) -> pd.DataFrame:
    known = values.notna()
    mean, apart = values.mean(), values.diff().abs().mean()
    if known.sum() < FEWEST_MONTHS or np.isnan(apart):
        mean = apart = np.nan
    width, away = _WIDTH * apart, (values - mean).abs()
    side = np.sign(values - mean).fillna(0)
    signals = {
        "outside": away > width,
        "run": _windows(side, length=RUN, at_least=RUN),
        "near_limit": _windows(side.where(away > width / 2, 0), length=4, at_least=3),
    }
    found = {"value": values, "mean": mean, **pairs(natural=(mean - width, mean + width))}
    return pd.DataFrame(found | {"signal": np.select([*signals.values()], [*signals], "")})


def _windows(side: pd.Series, *, length: int, at_least: int) -> pd.Series:
    """Values on one side that, with ``at_least`` so in successive ``length``, make a signal."""
    found = pd.Series(False, side.index)
    for sign in (-1, 1):
        on = side == sign
        full = on.astype(int).rolling(length).sum() >= at_least
        within = full[::-1].astype(int).rolling(length, min_periods=1).max()[::-1] > 0
        found |= on & within
    return found
