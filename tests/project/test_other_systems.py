"""On Windows and macOS: no module, path or name that is not there. Pretended: never run there."""

import os
import subprocess
import sys
from pathlib import Path

import as_on_windows
import pytest

from par_lib.storage import paths
from par_press import lab, plan

CHECKOUT = Path(__file__).resolve().parents[2]
CODE = [path.relative_to(CHECKOUT).with_suffix("").as_posix().replace("/", ".")
        for top in ("par_lib", "par_intake", "par_press", "par_demo", "par_cli.py")
        for path in [CHECKOUT / top, *(CHECKOUT / top).rglob("*.py")] if path.suffix]  # fmt: skip


@pytest.fixture
def on_windows(tmp_path):
    """What Python starts with, in a process as on Windows."""
    (tmp_path / "sitecustomize.py").write_text("from as_on_windows import begin; begin()\n")

    def run(root: Path, *arguments: str) -> subprocess.CompletedProcess:
        above = [str(tmp_path), str(Path(__file__).parent), str(CHECKOUT)]
        env = os.environ | {"PAR_ROOT": str(root), "PYTHONPATH": os.pathsep.join(above)}
        return subprocess.run([sys.executable, *arguments], env=env, cwd=tmp_path, timeout=240,
                              capture_output=True, text=True, encoding="utf-8")  # fmt: skip

    return run


def test_every_module_is_imported_without_what_only_linux_has(on_windows):
    done = on_windows(CHECKOUT, "-c", f"for name in {CODE}: __import__(name)")
    assert done.returncode == 0, done.stderr
    refused = on_windows(CHECKOUT, "-c", "__name__ = 'par_any'; import fcntl")
    assert "on Windows there is no module fcntl" in refused.stderr
    for name in CODE:
        path = CHECKOUT / f"{name.replace('.', '/')}.py"
        assert '"/proc' not in path.read_text(encoding="utf-8"), name


def test_an_edition_is_made_without_what_only_linux_has(on_windows, new_root):
    done = on_windows(new_root, "-m", "par_cli", "run", "2022", "--notebook", "03")
    assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr, done.stderr
    edition = new_root / "outputs" / "quang-nam" / "2022"
    assert on_windows(new_root, "-m", "par_cli", "verify", str(edition)).returncode == 0


@pytest.mark.parametrize("left", [40, 70])
def test_a_path_too_long_for_windows_is_told_with_its_remedy(on_windows, new_root, left):
    """At whatever file it happens first: of figures, of pages."""
    deep = new_root / "x" / ("y" * (as_on_windows.LONGEST - left - len(str(new_root)) - 3))
    deep.mkdir(parents=True)
    for folder in ("data", "notebooks"):
        (new_root / folder).rename(deep / folder)
    done = on_windows(deep, "-m", "par_cli", "run", "2022", "--notebook", "03")
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "Traceback" not in said, said
    assert "259" in said, said


def test_every_name_is_one_on_windows_and_where_case_makes_no_difference(made_project):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True)
    kept = [Path(name) for name in listed.stdout.split("\0")]
    made = [path.relative_to(made_project) for path in (made_project / "outputs").rglob("*")]
    for found in (kept, made):
        assert len(found) > 50
        assert [
            path for path in found if any(map(as_on_windows.NO_NAME.fullmatch, path.parts))
        ] == []
        assert len({str(path).casefold() for path in found}) == len(found)
        assert max(len(str(path)) for path in found) < 120


def test_names_that_are_none_on_windows_are_refused(new_root):
    for name in ("con", "nul", "com1"):
        with pytest.raises(ValueError, match="expected a folder name"):
            paths.raw(name)
    assert paths.raw("com")
    twin = paths.notebooks() / "01_Late_dossiers.ipynb"
    twin.write_bytes((paths.notebooks() / "01_late_dossiers.ipynb").read_bytes())
    with pytest.raises(ValueError, match="differ only in capital letters"):
        plan.all_notebooks()


def test_without_jupyterlab_its_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    with pytest.raises(ValueError, match="make lab installs"):
        lab.start("vi", [])
