"""Months on a process chart (XmR): which of them call for a question, and which are ordinary.

Every series goes up and down. Whoever praises or blames an ordinary month acts on noise; the chart
says how far ordinary months lie apart, and which one does not belong to them. A series with a
season is charted as its differences from the same month of the year before: ``values.diff(12)``.
"""

import numpy as np
import pandas as pd

FEWEST = 10  # values of a stretch; of fewer, limits tell more of chance than of the process
RUN = 8  # values on one side of the mean
_WIDTH = 2.66  # 3 / 1.128: three standard deviations, from the mean range of two values


def process_chart(values: pd.Series, *, breaks: pd.Series | None = None) -> pd.DataFrame:
    """Mean, natural limits and signals of a series in the order of time.

    ``values``: a number a month, of any unit, missing where not known; same index as the result.
    ``breaks``: labels of equal stretches, as a method or a set of units; each is charted by itself,
    for a line across a change of method compares what is not alike. Result: value, mean, the pair
    natural, signal; of a stretch with fewer than FEWEST values only the values.

    natural = mean ± 2.66 × mean moving range, the range being |value − the one before|, between
    known neighbours of one stretch: about three standard deviations of an ordinary month. signal:
    "outside" the limits; "run", at least RUN successive values on one side of the mean;
    "near_limit", three of four successive ones nearer to one limit than to the mean; of several
    the first named. Of charts of twelve ordinary months up to one in twelve shows a signal
    somewhere, of 24 one in six: a signal is a reason to ask, not a finding. That holds for months
    that do not resemble the one before, and for counts of ten or more; else it is far more often.
    References: W. A. Shewhart (1931); D. J. Wheeler, Understanding Variation (2000); NHS England,
    Making Data Count (whose run is 7).

    >>> months = pd.Series([10, 12, 11, 13, 12, 11, 10, 12, 11, 13, 12, 30])
    >>> found = process_chart(months)
    >>> found[["mean", "natural_low", "natural_high"]].iloc[0].round(2).tolist()  # 2.66 × 32 / 11
    [13.08, 5.35, 20.82]
    >>> found["signal"].tolist()[-1]
    'outside'
    """
    stretch = pd.Series(0, values.index) if breaks is None else breaks.ne(breaks.shift()).cumsum()
    charts = [_chart(own) for _, own in values.astype(float).groupby(stretch)]
    return pd.concat(charts) if charts else _chart(values.astype(float))


def _chart(values: pd.Series) -> pd.DataFrame:
    known = values.notna()
    mean, apart = values.mean(), values.diff().abs().mean()
    if known.sum() < FEWEST or np.isnan(apart):
        mean = apart = np.nan
    side = np.sign(values - mean).fillna(0)
    near = side.where((values - mean).abs() > _WIDTH * apart / 2, 0)
    signals = {
        "outside": (values - mean).abs() > _WIDTH * apart,
        "run": _windows(side, length=RUN, at_least=RUN),
        "near_limit": _windows(near, length=4, at_least=3),
    }
    return pd.DataFrame({
        "value": values, "mean": mean, "natural_low": mean - _WIDTH * apart,
        "natural_high": mean + _WIDTH * apart,
        "signal": np.select(list(signals.values()), list(signals), ""),
    })  # fmt: skip


def _windows(side: pd.Series, *, length: int, at_least: int) -> pd.Series:
    """Values on one side that, with ``at_least`` so in successive ``length``, make a signal."""
    found = pd.Series(False, side.index)
    for sign in (-1, 1):
        on = side == sign
        full = on.astype(int).rolling(length).sum() >= at_least
        within = full[::-1].astype(int).rolling(length, min_periods=1).max()[::-1] > 0
        found |= on & within
    return found
