"""Cleaning, scoring and yearly pages for PAR INDEX and SIPAS.

>>> import par_lib as par
>>> par.load("quang-nam", 2022).late_dossiers["late_low"].max().item()
41657
"""

from typing import TYPE_CHECKING

from par_lib.storage.paths import provinces, years

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas.io.formats.style import Styler

    from par_lib.charts.explorer import Explorer
    from par_lib.charts.view import View
    from par_lib.cleaning.tables import Tables

__all__ = ["begin", "explore", "load", "provinces", "show", "stack", "view", "years"]

# What each needs is imported when it is called: pandas takes a second, which ``par --help`` should
# not cost.


def begin(province: str, year: int, lang: str = "vi") -> "Tables":
    """Open a notebook: its tables, language, theme, sources and ``%%say`` in one call.

    Raises ValueError for a parameter of the notebook ending in ``_pct`` that is not in 0 to 100,
    an unknown language, and a province or year without raw data.
    """
    from par_lib.charts import notebook

    return notebook.begin(province, year, lang)


def load(province: str, year: int) -> "Tables":
    """Tidy tables of one province and year, as plain DataFrames by name.

    ``.late_dossiers``, ``.disbursement``, ``.sipas``, ``.scores``, ``.indicators``, ``.mentions``,
    ``.tasks``; ``.review`` is what does not add up. Raises ValueError for a province or year
    without raw data, naming those that have it.
    """
    from par_lib.cleaning import tables

    return tables.load(province, year)


def stack(*frames: "DataFrame") -> "DataFrame":
    """Rows of several frames under one another, with an index of their own."""
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def show(frame: "DataFrame", lang: str = "vi") -> "Styler":
    """A frame as a table to read, numbers and dates as the language writes them."""
    from par_lib.charts import presentation

    return presentation.show(frame, lang)


def view(
    province: "str | Tables", year: int | None = None, *, level: str = "district",
    threshold_pct: float = 70.0, what_if: str = "", lang: str = "vi",
) -> "View":  # fmt: skip
    """Late dossiers and disbursement of a level's units, and the points that changes would win.

    ``province`` may be what ``load`` gave, without a year. ``level`` is district or department;
    rates below ``threshold_pct`` (0 to 100) are called slow; ``what_if`` is a line as
    "online_payment = 30; sipas_feedback = +5; late_dossiers: Điện Bàn, Hội An = -50%": a rate to
    reach, percentage points more, the part of late dossiers cleared. ``.tables`` has the frames
    shown, ``.code`` the call, ``.save()`` writes the choices for ``papermill -f``. ValueError says
    what can be chosen.
    """
    from par_lib.charts import view as views

    return views.view(province, year, level=level, threshold_pct=threshold_pct, what_if=what_if,
                      lang=lang)  # fmt: skip


def explore(
    province: str = "quang-nam", year: int = 2022, *, level: str = "district",
    threshold_pct: float = 70.0, what_if: str = "", lang: str = "vi",
) -> "Explorer":  # fmt: skip
    """Widgets that choose a view; takes what ``view`` takes."""
    from par_lib.charts.explorer import Explorer

    return Explorer(province, year, level=level, threshold_pct=threshold_pct, what_if=what_if,
                    lang=lang)  # fmt: skip
