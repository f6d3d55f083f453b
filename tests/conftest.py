"""What several test files stand on: a project of their own, with the real data."""

import shutil
from pathlib import Path

import pytest

collect_ignore_glob = ["*conftest.py"]  # two of one name hold no doctests
CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A project in a folder with a space and Vietnamese letters in its name; we are elsewhere."""
    root = tmp_path_factory.mktemp("dự án")
    without_demo = shutil.ignore_patterns("demo")  # what par demo made beside the real data
    shutil.copytree(CHECKOUT / "data" / "raw", root / "data" / "raw", ignore=without_demo)
    shutil.copytree(CHECKOUT / "notebooks", root / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(root))
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        yield root
