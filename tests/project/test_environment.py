"""pip, conda and the lock name the same packages; README and CI name targets that exist."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "duckdb": "python-duckdb"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {*project["dependencies"], *project["optional-dependencies"]["dev"]}


def test_conda_environment_names_the_same_packages():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    conda = {entry for entry in listed if isinstance(entry, str)} - {"python>=3.11", "pip"}
    renamed = {re.sub(r"^[\w-]+", lambda m: CONDA_NAMES.get(m[0], m[0]), d) for d in declared()}
    assert conda | (set(pip) - {"-e ."}) == renamed


def test_the_lock_pins_every_package_and_names_no_index():
    lock = (ROOT / "requirements.lock").read_text()
    for requirement in declared():
        name, least = requirement.split(">=")
        name = name.partition("[")[0]  # extras are not part of a pin
        pinned = re.search(rf"^{re.escape(name.lower())}==(\d+(?:[.]\d+)*)", lock, re.MULTILINE)
        assert pinned, f"{name} is not locked; run: make lock"
        assert tuple(map(int, pinned[1].split("."))) >= tuple(map(int, least.split(".")))
    assert "--hash=sha256:" in lock and "://" not in lock


def test_the_readmes_commands_exist():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "README.vi.md", "CONTRIBUTING.md", ".github/workflows/ci.yml"):
        used = set(re.findall(r"\bmake ([a-z-]+)\b", (ROOT / name).read_text()))
        assert used <= targets, f"{name}: {used - targets}"
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_a_commit_is_checked_by_what_is_installed():
    """No hook is fetched: a commit works without a network, and checks as the tests do."""
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local"
    assert [hook["entry"].split()[0] for hook in repo["hooks"]] == [
        ".venv/bin/ruff", ".venv/bin/ruff", "make",
    ]  # fmt: skip


def test_the_page_on_raw_data_counts_the_rows_of_every_table():
    page = (ROOT / "data" / "raw" / "README.md").read_text()
    section = page.split("## What is here")[1].split("## What is assumed")[0]
    counts = " ".join(re.findall(r"\| ([\d,; ]+) \|", section))
    written = [int(count) for count in re.findall(r"\d+", counts)]
    raw = ROOT / "data" / "raw" / "quang-nam"
    rows = [len(pd.read_csv(f)) for f in [*raw.glob("*.csv"), *raw.glob("[0-9]*/*.csv")]]
    assert sorted(written) == sorted(rows)


def test_links_between_the_documents_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data/raw/README.md"]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


PAIRS = {  # in English, in Vietnamese
    "README.md": "README.vi.md",
    "docs/using.md": "docs/using.vi.md",
    "docs/tutorial.md": "docs/tutorial.vi.md",
    "docs/adding-a-year.md": "docs/adding-a-year.vi.md",
    "notebooks/START.md": "notebooks/START.vi.md",
}


def outline(page: Path) -> list[str]:
    """Levels of headings, numbered steps, code lines and rows of tables, in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    kinds = re.compile(r"#+ |\d+\. |- |\||```|!\[")
    return [found[0] for line in lines if (found := kinds.match(line))]


def commands(page: Path) -> list[str]:
    """Commands of a page, those in its sentences too; remarks behind # are in its language."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    named = re.findall(r"`((?:\.venv/bin/)?(?:par|make|papermill) [^`]+)`", text.replace("\n", " "))
    lines = re.findall(
        r"^ {4,}((?:make|par|papermill|conda) .*?)(?: {2,}#.*)?$", text, re.MULTILINE
    )
    return fenced + lines + sorted({re.sub(r"\s+", " ", command) for command in named})


@pytest.mark.parametrize(("english", "vietnamese"), PAIRS.items())
def test_a_page_says_the_same_in_both_languages(english, vietnamese):
    """Same headings, lists, tables and commands, in the same order."""
    assert outline(ROOT / english) == outline(ROOT / vietnamese)
    assert commands(ROOT / english) == commands(ROOT / vietnamese)
