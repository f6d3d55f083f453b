"""Hostile provinces, years and values: refused in words, or inert; nothing is run or let out."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from typer.testing import CliRunner

from par_cli import app
from par_lib.language.translation import language
from par_press import execute, kernels

HOSTILE = [
    "'", '"', '"""', "\'\'\'", "{}", "{0}", "{{7*7}}", "%s", "\\", "\n", "a\nimport os", "#",
    "$(id)", "`id`", "; rm -rf /", "__import__('os').system('touch {mark}')",
    '"""; open({mark!r}, "w"); """', "\u2028", "\x00", "Điện Bàn", "../../etc/passwd",
    "<script>alert(1)</script>", "]]>", "\U0001f600",
]  # fmt: skip
YEARS = ["2022; import os", "0", "99999", "-1", "20 22", "２０２２", "", "0001", "2022.0", "2022-",
         "quang-nam:", "../2022", "2023-2022"]  # fmt: skip
VALUES = ["threshold_pct=nan", "threshold_pct=inf", "threshold_pct=1e999", "threshold_pct=",
          "threshold_pct=0x10", "=5", "year=2021", "os=1", "min_respondents=2.5",
          "min_respondents=__import__('os')"]  # fmt: skip
OPTIONS = [("--timeout", "0"), ("--timeout", "-1"), ("--jobs", "-1"), ("--lang", "fr"),
           ("--lang", ""), ("--notebook", "99"), ("--scheduler", "garbage")]  # fmt: skip


def par(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("province", ["../../etc", "", "a/b", "x" * 300, "quang-nam\n", "Quảng Nam",
                                      "..", ".", "-", "con", "/etc", "quang-nam/2022"])  # fmt: skip
@pytest.mark.parametrize("command", [("run", "2022"), ("check", "2022"), ("new-year", "2022"),
                                     ("template", "2022")])  # fmt: skip
def test_a_province_that_is_no_folder_s_name_is_refused(root, command, province):
    before = sorted(path for path in root.rglob("*"))
    done = par(*command, "--province", province)
    assert done.exit_code != 0 and isinstance(done.exception, SystemExit), done.output
    assert "Traceback" not in done.output and "province" in done.output.lower()
    assert sorted(path for path in root.rglob("*")) == before


@pytest.mark.parametrize("year", YEARS)
def test_a_year_that_is_none_is_refused(root, year):
    for command in ("run", "check", "new-year"):
        if command != "run" and year in ("2023-2022", "quang-nam:"):
            continue
        done = par(command, "--", year)
        assert done.exit_code != 0 and isinstance(done.exception, SystemExit), done.output
        assert "Traceback" not in done.output and done.output.strip()


@pytest.mark.parametrize("text", VALUES)
def test_a_value_of_the_wrong_kind_is_refused_before_anything_runs(root, text):
    done = par("run", "2022", "-p", text)
    assert done.exit_code == 1 and done.output.startswith("par: parameter "), done.output


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_out_of_its_range_is_refused(root, option):
    done = par("run", "2022", *option)
    assert done.exit_code != 0 and "Traceback" not in done.output


@pytest.mark.skipif(not kernels.available(), reason="no fork on this machine")
def test_what_papermill_puts_into_a_notebook_is_a_value_and_never_code(tmp_path):
    """Every hostile text as a parameter: the kernel gets just the text."""
    mark = tmp_path / "mark"
    names = [f"text_{number}" for number in range(len(HOSTILE))]
    values = dict(zip(names, (text.replace("{mark}", str(mark)) for text in HOSTILE), strict=True))
    declared = nbformat.v4.new_code_cell("\n".join(f'{name}: str = ""' for name in names))
    declared.metadata["tags"] = ["parameters"]
    shown = nbformat.v4.new_code_cell(f"import json\nprint(json.dumps([{', '.join(names)}]))")
    title = nbformat.v4.new_markdown_cell("# Title")
    notebook = nbformat.v4.new_notebook(
        cells=[title, declared, shown],
        metadata={"kernelspec": {"name": "python3", "display_name": "PAR", "language": "python"}},
    )
    nbformat.write(notebook, tmp_path / "hostile.ipynb")
    executed = execute.execute(tmp_path / "hostile.ipynb", tmp_path / "out.ipynb", fork=True,
                               parameters=values, language=language("en"))  # fmt: skip
    assert json.loads(executed.cells[-1].outputs[0].text) == list(values.values())
    assert not mark.exists()


def opened_twice(
    folder: Path, *, fork: bool = kernels.available(), **parameters: object
) -> nbformat.NotebookNode:
    """Run a notebook as papermill runs it, unchecked: it opens, computes, and is opened again."""
    declared = nbformat.v4.new_code_cell("level_pct: float = 70.0  # the level, %")
    declared.metadata["tags"] = ["parameters"]
    opens = 'import par_lib as par\ndata = par.begin("quang-nam", 2022)'
    computed = "change_pct, unknown_pct = -3.0, float('nan')\nprint(level_pct)"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Title"), declared,
               *map(nbformat.v4.new_code_cell, (opens, computed, opens))],
        metadata={"kernelspec": {"name": "python3", "display_name": "PAR", "language": "python"}},
    )  # fmt: skip
    nbformat.write(notebook, folder / "opens.ipynb")
    return execute.execute(folder / "opens.ipynb", folder / "out.ipynb", parameters=parameters,
                           language=language("vi"), fork=kernels.available())  # fmt: skip


@pytest.mark.parametrize("value", [100.5, -1, float("nan"), float("inf")])
def test_a_percentage_outside_0_to_100_is_refused_by_the_notebook_itself(root, tmp_path, value):
    words = f"cell 3: Refused: level_pct is {value:g}; it must be 0 to 100"
    with pytest.raises(execute.NotebookError, match=re.escape(words)):
        opened_twice(tmp_path, level_pct=value)


def test_a_parameter_that_is_not_declared_is_refused_by_the_opening_call(root, tmp_path):
    """Papermill only logs it, and the notebook would run with its own value."""
    opened_twice(tmp_path, level_pct=60.0)
    words = "there is no parameter levle_pct; choose one of level_pct"
    with pytest.raises(papermill.PapermillExecutionError, match=words):
        papermill.execute_notebook(
            tmp_path / "opens.ipynb",
            tmp_path / "out.ipynb",
            parameters={"levle_pct": 50.0},
            progress_bar=False,
        )


def test_a_notebook_is_opened_again_whatever_it_has_computed(root, tmp_path):
    """As in JupyterLab, where its cells are run anew: only parameters must lie in 0 to 100."""
    executed = opened_twice(tmp_path, level_pct=60.0)
    assert executed.cells[-2].outputs[0].text == "60.0\n"


SEALED = """
set -e
for folder in "$1/outputs" "$1/data/processed" "$2"; do mount --bind "$folder" "$folder"; done
mount -o remount,bind,ro /
if touch "$1/data/raw/mark" 2> /dev/null; then exit 9; fi
exec "$3" run 2022
"""


def test_a_run_needs_no_network_and_writes_nothing_but_tables_and_outputs(project):
    """On a system that is read-only but for data/processed, outputs and TMPDIR, a run works.

    Even the home folder, where matplotlib and IPython would keep something. The network is one of
    its own, without even a loopback that is up.
    """
    for folder in ("data/processed", "outputs"):
        (project.root / folder).mkdir(parents=True, exist_ok=True)
    par_program = str(Path(sys.executable).with_name("par"))
    done = subprocess.run(
        [*project.unshare("mn"), "sh", "-c", SEALED, "sh", project.root, project.tmp, par_program],
        env=project.env | {"HOME": str(project.root)}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project.edition / "index.html").is_file()
