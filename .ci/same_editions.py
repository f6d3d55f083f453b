"""Whether two checkouts made the same editions: ``python .ci/same_editions.py BEFORE AFTER``.

For a change that only moves code. Tables must be the same bytes. Executed notebooks must be the
same but for import statements and the names of modules before a dot (code is compared as a syntax
tree); pages, but for the code they fold away, which is that of the notebooks. manifest.json, which
holds hashes of code, is left out. Prints what differs; exit 1 where anything does.
"""

import ast
import difflib
import json
import re
import sys
from pathlib import Path

_CODE = re.compile(r'<pre class="code">.*?</pre>', re.S)
_IDS = re.compile(r"sha256-[\w+/=]+")


class _Bare(ast.NodeTransformer):
    """Code without imports, and with what a module of ours gives called by its own name."""

    def __init__(self, modules: set[str]) -> None:
        self.modules = modules

    def visit_Import(self, node: ast.Import) -> None:
        """Taken out."""

    visit_ImportFrom = visit_Import

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """``labels.label`` is ``label``."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self.modules:
            return ast.Name(node.attr, node.ctx)
        return node


def _tree(source: str) -> ast.Module | None:
    """A cell as a syntax tree; none of a magic, whose text is compared as it stands."""
    return None if source.startswith("%%") else ast.parse(source)


def notebook(file: Path) -> str:
    """An executed notebook as text: prose, bare code, outputs."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    trees = [_tree("".join(cell["source"])) if cell["cell_type"] == "code" else None
             for cell in cells]  # fmt: skip
    modules = {
        alias.asname or alias.name
        for tree in trees if tree
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("par_lib")
        for alias in node.names
    }  # fmt: skip
    said = []
    for cell, tree in zip(cells, trees, strict=True):
        own = "".join(cell["source"]) if tree is None else ast.unparse(_Bare(modules).visit(tree))
        said += [own, json.dumps(cell.get("outputs", []), ensure_ascii=False, sort_keys=True)]
    return "\n".join(said)


def page(file: Path) -> str:
    """A page as text, without the code it folds away and without hashes."""
    return _IDS.sub("", _CODE.sub("", file.read_text(encoding="utf-8")))


READ = {".ipynb": notebook, ".html": page, ".csv": Path.read_bytes}


def main(before: Path, after: Path) -> int:
    """Compare outputs/ of two checkouts; gives the number of files that differ."""
    here = [
        {file.relative_to(root / "outputs") for file in (root / "outputs").rglob("*")
         if file.suffix in READ and not any(part.startswith(".") for part in file.parts[1:])}
        for root in (before, after)
    ]  # fmt: skip
    if not here[0] | here[1]:
        raise SystemExit("no edition in outputs/ of either: name two checkouts")
    wrong = 0
    for name in sorted(here[0] | here[1]):
        if not all(name in own for own in here):
            print(f"{name}: only in one of them")
            wrong += 1
            continue
        one, other = (READ[name.suffix](root / "outputs" / name) for root in (before, after))
        if one != other:
            wrong += 1
            print(f"{name}: differs")
            if isinstance(one, str):
                lines = difflib.unified_diff(one.split("\n"), other.split("\n"), n=0, lineterm="")
                print(*(f"  {line[:300]}" for line in list(lines)[:8]), sep="\n")
    print(f"{len(here[0] | here[1])} files compared, {wrong} differ")
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1]), Path(sys.argv[2])), 1))
