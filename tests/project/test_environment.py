"""pip, conda and the lock name the same packages; README and CI name targets that exist."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions, requires
from itertools import chain
from pathlib import Path

import pandas as pd
import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "duckdb": "python-duckdb"}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared() -> set[str]:
    """With every extra."""
    return {*project()["dependencies"], *chain(*project()["optional-dependencies"].values())}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(*extras: str) -> set[str]:
    """Names of what is installed for an edition and these extras."""
    command = [sys.executable, ROOT / ".ci" / "locked.py", *extras]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.count("==") <= said.count("--hash=")
    return {plain(name) for name in re.findall(r"^([\w.-]+)==", said, re.MULTILINE)}


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


def test_an_edition_installs_what_it_needs_and_all_of_that():
    """Whatever a package asks for comes with it; tests and JupyterLab come with theirs."""
    edition, lab, every = locked(), locked("lab"), locked("lab", "cluster", "dev")
    pins = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert every == {plain(name) for name in re.findall(r"^([\w.-]+)==", pins, re.MULTILINE)}
    assert {"pandas", "papermill", "hatchling"} < edition < lab < every
    assert not edition & {"jupyterlab", "ipywidgets", "playwright", "pytest", "distributed"}
    for part in (edition, lab, every):
        for name in part & {plain(one.name) for one in distributions()}:
            needed = [Requirement(text) for text in requires(name) or ()]
            plainly = {plain(one.name) for one in needed
                       if one.marker is None or one.marker.evaluate({"extra": ""})}  # fmt: skip
            assert plainly <= part, name


def test_what_our_modules_import_is_asked_for_where_they_run():
    owners, edition, more = packages_distributions(), locked(), locked("lab", "cluster")
    files = [file for top in ("par_lib", "par_press", "par_intake", "par_demo")
             for file in (ROOT / top).rglob("*.py")]  # fmt: skip
    beyond = {}
    for file in [*files, ROOT / "par_cli.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            named += [node.module] if isinstance(node, ast.ImportFrom) else []
            for owner in chain(*(owners.get(name.partition(".")[0], ()) for name in named)):
                if plain(owner) not in edition | {"par-lib"}:
                    assert plain(owner) in more, f"{file}: {owner}"
                    beyond.setdefault(plain(owner), set()).add(file.name)
    assert beyond == {"ipywidgets": {"view.py"}, "jupyterlab": {"lab.py"},
                      "distributed": {"kernels.py"}}  # fmt: skip


def test_the_readmes_commands_exist():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "README.vi.md", "CONTRIBUTING.md", ".github/workflows/ci.yml"):
        used = set(re.findall(r"\bmake ([a-z-]+)\b", (ROOT / name).read_text()))
        assert used <= targets, f"{name}: {used - targets}"
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.long
def test_what_a_server_would_run_is_well_formed(tmp_path):
    """Against the schema that check-jsonschema brings; no server has run it."""
    flow = ROOT / ".github" / "workflows" / "ci.yml"
    broken = tmp_path / "broken.yml"
    broken.write_text(flow.read_text(encoding="utf-8").replace("runs-on", "run-on"))
    for file, fault in ((flow, False), (broken, True)):
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                   "vendor.github-workflows", str(file)]  # fmt: skip
        assert subprocess.run(command, capture_output=True).returncode == fault


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


@pytest.mark.parametrize("changed", ["", "requirements.lock", "pyproject.toml"])
def test_a_second_make_report_installs_nothing(tmp_path, changed):
    """It runs par alone, and so needs no network; where what is to be installed changed, pip too.

    That par needs none is tested in a namespace: test_a_run_needs_no_network.
    """
    called = tmp_path / "called"
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "pip", "par"):  # each but notes that it was called
        (programs / name).write_text(f"#!/bin/sh\necho {name} $1 >> {called}\n")
        (programs / name).chmod(0o755)
    ready = programs.parent / ".ready"
    ready.touch()
    if changed:
        os.utime(tmp_path / changed, (ready.stat().st_mtime + 10,) * 2)
    command = ["make", "-C", tmp_path, "report", f"PYTHON={programs / 'python'}"]
    subprocess.run(command, check=True, capture_output=True)
    programs_called = called.read_text().splitlines()
    assert ("pip install" in programs_called) == bool(changed)
    assert changed or programs_called == ["par run"]


def test_meanings_of_the_glossary_are_in_both_languages():
    """A page of both: beside each meaning in English, in a column of its own, the Vietnamese."""
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| ")]
    meant = [[cell.strip() for cell in row[2:]] for row in rows if len(row) > 2]
    assert sum(all(both) for both in meant) > 40
    assert [both for both in meant if len(both) != 2 or bool(both[0]) != bool(both[1])] == []
