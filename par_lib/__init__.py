"""Cleaning, scoring and yearly pages for PAR INDEX and SIPAS.

>>> import par_lib as par
>>> par.load("quang-nam", 2022).late_dossiers["late_low"].max().item()
41657
"""

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from par_lib.storage.paths import provinces, years

if TYPE_CHECKING:  # for editors; the same as below
    from par_lib.charts.notebook import begin, show
    from par_lib.charts.view import Explorer as explore
    from par_lib.charts.view import view
    from par_lib.cleaning.succession import former, successors
    from par_lib.cleaning.tables import load
    from par_lib.scoring.unit_comparison import late_rates

__all__ = ["begin", "explore", "former", "late_rates", "load", "provinces", "show", "successors",
           "view", "years"]  # fmt: skip

# Imported when it is first used: pandas takes a second, which ``par --help`` should not cost.
_WHEN_USED = {
    "begin": "charts.notebook:begin", "explore": "charts.view:Explorer",
    "former": "cleaning.succession:former", "late_rates": "scoring.unit_comparison:late_rates",
    "load": "cleaning.tables:load", "show": "charts.notebook:show",
    "successors": "cleaning.succession:successors", "view": "charts.view:view",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return resolve_name(f"par_lib.{_WHEN_USED[name]}")


def __dir__() -> list[str]:
    return __all__
