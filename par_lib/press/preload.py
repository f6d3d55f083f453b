"""Imported once by the forkserver: all that notebooks and the runner's workers import.

Not matplotlib_inline's backend: imported before a kernel is there, it loses figures.
"""

import gc
import importlib

_MODULES = (
    "matplotlib.pyplot", "matplotlib.backends.backend_svg", "seaborn", "pyarrow.dataset",
    "pyarrow.parquet", "pandera.backends.pandas.builtin_checks", "statsmodels.stats.proportion",
    "par_lib.cli", "par_lib.actions", "par_lib.changes", "par_lib.districts", "par_lib.figures",
    "par_lib.scenario", "par_lib.score_charts", "par_lib.survey", "par_lib.press.runner",
    "ipykernel.kernelapp", "ipykernel.debugger", "ipykernel.ipkernel", "debugpy",
    "IPython.extensions.storemagic",
)  # fmt: skip

for _name in _MODULES:
    importlib.import_module(_name)
gc.freeze()  # what is here stays: collecting it in every fork would copy its pages
