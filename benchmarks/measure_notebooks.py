"""How the notebooks read, in numbers: Python lines, longest cell, branches, charts.

    python benchmarks/measure_notebooks.py

Lines are those of code cells without blanks; cells of prose (%%say, %%headline) are none.
"""

import ast
import json
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
MOST_LINES = 1_050  # 900, the 58 of 09, which a year without a register has not, and of periods
MOST_LINES_A_CELL, LONGEST_STRING = 12, 160


def code_cells(path: Path) -> list[str]:
    """Sources of the cells of Python, prose and magics left out."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [source for source in sources if not source.startswith("%%")]


def measure(path: Path) -> dict[str, int]:
    """Lines, longest cell, branches, strings that are prose, charts of one notebook."""
    cells = code_cells(path)
    lengths = [sum(bool(line.strip()) for line in cell.splitlines()) for cell in cells]
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    strings = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return {
        "lines": sum(lengths),
        "longest_cell": max(lengths),
        "branches": sum(isinstance(node, ast.If | ast.Try | ast.Match) for node in nodes),
        "long_strings": sum(isinstance(s, str) and len(s) > LONGEST_STRING for s in strings),
        "charts": sum(len(re.findall(r"\bplots\.(\w+)\(", cell)) for cell in cells),
    }


def main() -> None:
    found = {path.stem: measure(path) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    for name, numbers in found.items():
        print(f"{name:20}", "  ".join(f"{key} {value}" for key, value in numbers.items()))
    print(f"{'together':20}", f"lines {sum(numbers['lines'] for numbers in found.values())}")


if __name__ == "__main__":
    main()
