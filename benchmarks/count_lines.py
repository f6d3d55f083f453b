"""Lines of the packages, without blank ones: ``python benchmarks/count_lines.py``.

Counts .py, .js and .j2; a line of Python of more than 100 columns counts as often as it would fold.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("par_lib", "par_intake", "par_press", "par_demo")
SUFFIXES = (".py", ".js", ".j2")
COLUMNS = 100


def lines(file: Path) -> int:
    """Lines of one file that hold something; long ones of Python as often as they would fold."""
    text = [line.rstrip() for line in file.read_text(encoding="utf-8").splitlines()]
    if file.suffix != ".py":
        return sum(bool(line) for line in text)
    return sum(-(-len(line) // COLUMNS) for line in text)


def files() -> dict[str, list[Path]]:
    """Files that are counted, by package; ``par_cli`` is a package of one."""
    found = {
        name: sorted(f for f in (ROOT / name).rglob("*") if f.suffix in SUFFIXES)
        for name in PACKAGES
    }
    return found | {"par_cli": [ROOT / "par_cli.py"]}


def modules() -> list[Path]:
    """Every module, without the ``__init__.py`` that list them."""
    every = [file for of_package in files().values() for file in of_package]
    return [file for file in every if file.suffix == ".py" and file.name != "__init__.py"]


if __name__ == "__main__":
    counts = {name: sum(map(lines, of_package)) for name, of_package in files().items()}
    for name, count in counts.items():
        print(f"{name:11}{count:6,}")
    print(f"{'together':11}{sum(counts.values()):6,}  in {len(modules())} modules")
