"""Python as our packages meet it on Windows: what only Linux or macOS has is taken from them.

Only our own modules see it; what they stand on finds the system as it is. Files in the project are
refused as Windows refuses them, where a path or a name is none there.
"""

import builtins
import os
import re
import sys
import types
from pathlib import Path

LONGEST = 259  # characters of a path
NO_NAME = re.compile(r'.*[<>:"|?*\x00-\x1f].*|.*[. ]|(con|prn|aux|nul|com\d|lpt\d)([.].*)?', re.I)
NOWHERE = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios"}
LACKS = {"os": {"fork", "forkpty", "getpgid", "getuid", "killpg", "kill", "setsid", "statvfs"},
         "signal": {"SIGKILL", "SIGHUP", "alarm", "pthread_sigmask"}}  # fmt: skip


def _no_library(name: str | None, **options: object) -> None:
    raise TypeError(f"on Windows there is no library {name}")


OTHERWISE = {"os": {"name": "nt"}, "sys": {"platform": "win32"}, "ctypes": {"CDLL": _no_library},
             "multiprocessing": {"get_all_start_methods": lambda: ["spawn"]}}  # fmt: skip


class Seen(types.ModuleType):
    """A module without what it lacks on Windows."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(module.__name__)
        self._module = module
        self.__dict__.update(OTHERWISE.get(module.__name__, {}))

    def __getattr__(self, name: str) -> object:
        if name in LACKS.get(self.__name__, ()):
            raise AttributeError(f"on Windows there is no {self.__name__}.{name}")
        return getattr(self._module, name)


def begin() -> None:
    """From now on, in this process."""
    ordinary, root = builtins.__import__, os.environ["PAR_ROOT"]

    def import_(name: str, globals: dict | None = None, *more: object, **named: object) -> object:
        ours = (globals or {}).get("__name__", "").startswith("par_")
        if ours and name.partition(".")[0] in NOWHERE:
            raise ModuleNotFoundError(f"on Windows there is no module {name}")
        module = ordinary(name, globals, *more, **named)
        return Seen(module) if ours and name in LACKS | OTHERWISE else module

    def look(event: str, arguments: tuple) -> None:
        if event in ("open", "os.mkdir", "os.rename", "os.listdir", "os.scandir"):
            for path in arguments[: 2 if event == "os.rename" else 1]:
                if isinstance(path, str | Path) and str(path).startswith(root):
                    if len(str(path)) > LONGEST:
                        raise FileNotFoundError(2, "No such file or directory", str(path))
                    if NO_NAME.fullmatch(Path(path).name):
                        raise OSError(22, "Invalid argument", str(path))

    builtins.__import__ = import_
    sys.addaudithook(look)
