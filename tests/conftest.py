"""What many tests stand on: projects of their own, with the real data; and what is begun first."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from typer.testing import CliRunner

from par_cli import app
from par_lib import language
from par_lib.cleaning import tables
from par_lib.language.prose import Mistyped
from par_lib.storage import paths

collect_ignore_glob = ["*conftest.py"]  # two of one name hold no doctests
os.environ["PAR_LANG"] = "en"  # errors and help, whatever the system speaks
os.environ["PAR_DOCUMENTS"] = "0"  # Word, Excel and PDF only where a test asks for them
CHECKOUT = Path(__file__).resolve().parents[1]
# What starts kernels, a browser or other programs, or runs notebooks, the longest first: begun
# first by make test, so that no worker is left alone with it at the end; left out by make quick.
PROGRAMS = (
    "tests/browser/test_lab.py", "tests/par_press/test_runner.py", "tests/faults/test_kill.py",
    "tests/browser/test_pages.py", "tests/faults/test_bad_data.py", "tests/par_demo/",
    "tests/par_press/test_cluster.py", "tests/par_press/test_edition.py", "tests/faults/",
    "tests/par_press/test_edition_documents.py", "tests/notebooks/test_every_figure.py",
    "tests/notebooks/test_any_tables.py", "tests/notebooks/test_parameters.py",
    "tests/par_press/test_real_edition.py", "tests/par_press/test_manifest.py",
    "tests/par_press/test_unit_sheets.py",
    "tests/notebooks/test_two_sources.py", "tests/project/test_tutorial.py",
    "tests/project/test_other_systems.py", "notebooks/",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """A busy machine fails no test by examples: few in make quick, many in make soak."""
    most = 500 if os.environ.get("PAR_SOAK") else 50
    most = 20 if "not long" in config.option.markexpr else most
    settings.register_profile("par", deadline=None, max_examples=most)
    settings.load_profile("par")


def place(path: Path) -> int:
    """Where a file stands among PROGRAMS; behind all of them, if it starts none."""
    file = path.relative_to(CHECKOUT).as_posix()
    return next((n for n, start in enumerate(PROGRAMS) if file.startswith(start)), len(PROGRAMS))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What make quick leaves out is not even imported."""
    if "not programs" in config.option.markexpr and collection_path.suffix == ".py":
        return place(collection_path) < len(PROGRAMS) or None
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts programs, and put it first."""
    for start in PROGRAMS:  # a file that was renamed would be taken for a quick one
        assert list(CHECKOUT.glob(f"{start.rstrip('/')}*")), start
    for item in items:
        if place(item.path) < len(PROGRAMS):
            item.add_marker(pytest.mark.programs)
    items.sort(key=lambda item: place(item.path))


@cache
def tidy_tables() -> Path:
    """data/processed of the checkout, up to date: what is the same is not cleaned in each copy."""
    folder = CHECKOUT / "data" / "processed"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch, FileLock(folder / ".lock"):
        patch.setenv("PAR_ROOT", str(CHECKOUT))
        for province in ("quang-nam", "da-nang"):
            for year in paths.years(province):
                tables.refresh(province, year)
    return folder


def copy_project(root: Path, *, without: tuple[str, ...] = ("demo*",)) -> None:
    """The real data, raw and tidy, and the notebooks; without what par demo made beside them."""
    ignored = shutil.ignore_patterns(*without, ".lock")
    shutil.copytree(CHECKOUT / "data" / "raw", root / "data" / "raw", ignore=ignored)
    shutil.copytree(tidy_tables(), root / "data" / "processed", ignore=ignored)
    shutil.copytree(CHECKOUT / "notebooks", root / "notebooks")


@contextmanager
def entered(root: Path, elsewhere: Path) -> Iterator[Path]:
    """``root`` is the project, and we are in another folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(root))
        patch.chdir(elsewhere)
        yield root


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    """What is refused is told in English, whatever was asked for before."""
    monkeypatch.setenv("PAR_LANG", "en")
    monkeypatch.setitem(language._notebook, "lang", "")
    monkeypatch.setattr(Mistyped, "hidden", ())


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, worker_id) -> Callable[..., Path]:
    """``made_once("name", "2022", …)``: a project and its edition, for all workers; only to read.

    ``prepare`` is called in it before ``par run``; ``without`` names data it shall not have.
    """
    above = tmp_path_factory.getbasetemp()

    def make(name: str, *asked: str, prepare: Callable[[], object] = lambda: None,
             **without: tuple[str, ...]) -> Path:  # fmt: skip
        root = (above if worker_id == "master" else above.parent) / name
        with FileLock(f"{root}.lock"):
            if not root.is_dir():
                copy_project(root, **without)
                with entered(root, above):
                    prepare()
                    result = CliRunner().invoke(app, ["run", *asked, "--lang", "vi,en"])
                assert result.exit_code == 0, result.output
                assert result.output.strip().endswith("outputs/index.html")
        return root

    return make


@pytest.fixture(scope="session")
def made_project(made_once) -> Path:
    """A project with the real edition of 2022 in both languages."""
    return made_once("to-read", "2022")


@pytest.fixture(scope="session")
def outputs_to_read(made_project) -> Path:
    """outputs/ of ``made_project``."""
    return made_project / "outputs"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A project in a folder with a space and Vietnamese letters in its name; we are elsewhere."""
    root = tmp_path_factory.mktemp("dự án")
    copy_project(root)
    with entered(root, tmp_path_factory.mktemp("elsewhere")):
        yield root


@pytest.fixture(scope="module")
def bare_root(tmp_path_factory):
    """A project without any province."""
    root = tmp_path_factory.mktemp("project")
    copy_project(root, without=("demo*", "quang-nam", "da-nang"))
    with entered(root, root):
        yield root


@pytest.fixture
def new_root(tmp_path):
    """``root`` for one test alone."""
    copy_project(tmp_path)
    with entered(tmp_path, tmp_path):
        yield tmp_path


@pytest.fixture(scope="module")
def root_with_edition(made_project, tmp_path_factory):
    """``root`` with a copy of the edition of ``made_project``, to do with as one likes."""
    root = tmp_path_factory.mktemp("dự án") / "project"
    shutil.copytree(made_project, root)
    with entered(root, tmp_path_factory.mktemp("elsewhere")):
        yield root
