"""Imported once by the forkserver: all that notebooks and the runner's workers import.

Not matplotlib_inline's backend: imported before a kernel is there, it loses figures.
"""

import gc
import importlib

_MODULES = (
    "matplotlib.pyplot", "matplotlib.backends.backend_svg", "seaborn", "pyarrow.dataset",
    "pyarrow.parquet", "pandera.backends.pandas.builtin_checks", "statsmodels.stats.proportion",
    "par_lib.scoring.assigned_tasks", "par_lib.scoring.changes", "par_lib.scoring.unit_comparison",
    "par_lib.scoring.whatif", "par_lib.scoring.survey", "par_lib.charts.notebook",
    "par_cli", "par_press.runner",
    "ipykernel.kernelapp", "ipykernel.debugger", "ipykernel.ipkernel", "debugpy",
    "IPython.extensions.storemagic",
)  # fmt: skip

for _name in _MODULES:
    importlib.import_module(_name)
gc.freeze()  # what is here stays: collecting it in every fork would copy its pages
