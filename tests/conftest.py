"""What several test files stand on: a project of their own, with the real data."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from par_cli import app

collect_ignore_glob = ["*conftest.py"]  # two of one name hold no doctests
CHECKOUT = Path(__file__).resolve().parents[1]


def copy_project(root: Path) -> None:
    """The real data and the notebooks."""
    without_demo = shutil.ignore_patterns("demo")  # what par demo made beside the real data
    shutil.copytree(CHECKOUT / "data" / "raw", root / "data" / "raw", ignore=without_demo)
    shutil.copytree(CHECKOUT / "notebooks", root / "notebooks")


@pytest.fixture(scope="session")
def outputs_to_read(tmp_path_factory, worker_id):
    """outputs/ with the real edition of 2022 in both languages, made once for all; only to read."""
    above = tmp_path_factory.getbasetemp()
    root = (above if worker_id == "master" else above.parent) / "to-read"
    with FileLock(f"{root}.lock"):
        if not root.is_dir():
            copy_project(root)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PAR_ROOT", str(root))
                result = CliRunner().invoke(app, ["run", "2022", "--lang", "vi,en"])
            assert result.exit_code == 0, result.output
    return root / "outputs"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A project in a folder with a space and Vietnamese letters in its name; we are elsewhere."""
    root = tmp_path_factory.mktemp("dự án")
    copy_project(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(root))
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        yield root
