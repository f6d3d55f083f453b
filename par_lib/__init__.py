"""Cleaning, scoring and yearly pages for PAR INDEX and SIPAS.

>>> import par_lib as par
>>> par.load("quang-nam", 2022).late_dossiers["late_low"].max().item()
41657
"""

from typing import TYPE_CHECKING

from par_lib.paths import provinces, years

if TYPE_CHECKING:
    from par_lib.tables import Tables

__all__ = ["load", "provinces", "years"]


def load(province: str, year: int) -> "Tables":
    """Tidy tables of one province and year, as plain DataFrames by name.

    ``.late_dossiers``, ``.disbursement``, ``.sipas``, ``.scores``, ``.indicators``, ``.mentions``,
    ``.tasks``; ``.review`` is what does not add up. Raises ValueError for a province or year
    without raw data, naming those that have it.
    """
    from par_lib import tables  # pandas takes a second, which ``par --help`` should not cost

    return tables.load(province, year)
