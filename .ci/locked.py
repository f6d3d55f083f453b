"""What an edition needs of the lock, and what extras add: ``python .ci/locked.py lab dev``.

requirements.lock is one for all, and says under each pin who asked for it (``# via``). Taken are
the names that pyproject.toml has, for building, too, and whatever a taken one asked for.
"""

import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def pins(extras: list[str]) -> dict[str, str]:
    """Lines of the lock by name of package, without extras those of an edition."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = about["project"]
    asked = project["dependencies"] + about["build-system"]["requires"]
    asked += [one for extra in extras for one in project["optional-dependencies"][extra]]
    taken = {re.match(r"[\w-]+", one)[0].lower() for one in asked}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines, askers = defaultdict(str), defaultdict(set)
    for pin in re.findall(r"^\S.*\n(?: .*\n)+", lock, re.MULTILINE):
        name = pin.partition("==")[0]
        lines[name] += pin  # there are two where they differ by Python or system
        askers[name] |= {*re.findall(r"# +(?:via +)?([\w-]+)", pin)}
    while more := {name for name in lines if name not in taken and askers[name] & taken}:
        taken |= more
    return {name: lines[name] for name in lines if name in taken}


if __name__ == "__main__":
    print("".join(pins(sys.argv[1:]).values()), end="")
