"""Cleaning, scoring and yearly pages for PAR INDEX and SIPAS.

>>> import par_lib as par
>>> par.load("quang-nam", 2022).late_dossiers["late_low"].max().item()
41657
"""

from typing import TYPE_CHECKING, Any

from par_lib.paths import provinces, years

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas.io.formats.style import Styler

    from par_lib.explorer import Explorer
    from par_lib.tables import Tables
    from par_lib.views import View

__all__ = ["explore", "load", "provinces", "show", "view", "years"]

# What each needs is imported when it is called: pandas takes a second, which ``par --help`` should
# not cost.


def load(province: str, year: int) -> "Tables":
    """Tidy tables of one province and year, as plain DataFrames by name.

    ``.late_dossiers``, ``.disbursement``, ``.sipas``, ``.scores``, ``.indicators``, ``.mentions``,
    ``.tasks``; ``.review`` is what does not add up. Raises ValueError for a province or year
    without raw data, naming those that have it.
    """
    from par_lib import tables

    return tables.load(province, year)


def show(frame: "DataFrame", lang: str = "vi") -> "Styler":
    """A frame as a table to read, numbers and dates as the language writes them."""
    from par_lib import readable

    return readable.show(frame, lang)


def view(province: "str | Tables", year: int | None = None, **asked: Any) -> "View":
    """Late dossiers and disbursement of a level's units, and the points that changes would win.

    ``par.view("quang-nam", 2022, level="district", threshold_pct=70, what_if="online_payment = 30",
    lang="vi")``: ``level`` one of department, district; rates below ``threshold_pct`` are called
    slow; ``what_if`` as par_lib.scenario reads it. ``.tables`` has the frames, ``.save()`` writes
    the choices for ``papermill -f``. ValueError says what can be chosen.
    """
    from par_lib.views import view as drawn

    return drawn(province, year, **asked)


def explore(province: str = "quang-nam", year: int = 2022, **asked: Any) -> "Explorer":
    """Widgets that choose a view; takes what ``view`` takes."""
    from par_lib.explorer import Explorer

    return Explorer(province, year, **asked)
