"""JupyterLab prepared for this project: a note to start from, kernel, language, no network.

And what ``par doctor`` finds on a machine.
"""

import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import nbformat

from par_lib.language import LANGUAGES, N_, Refused, say, spoken
from par_lib.language.prose import require
from par_lib.language.translation import language
from par_lib.storage import paths
from par_press import manifest
from par_press.plan import Request, all_notebooks

NOTES = {"vi": "notebooks/START.vi.md", "en": "notebooks/START.md"}
_COPY = N_("A translated copy of {name}, written anew when that changes. Nothing is published from "
           "it.")  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")  # that can read pages in tests
_LONGEST = 50  # bytes of a folder: a socket's path, 107 in all, must fit below it
_LOCALES = {"vi": "vi_VN", "en": "default"}


def start(given: str, more: list[str]) -> None:
    """Run JupyterLab in a language, else in that of the system; ``more`` options go to it."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        raise Refused("JupyterLab is not installed: make lab installs and opens it") from None
    if given:
        require("LAB_LANG", given, LANGUAGES)
    lang, folder = given or spoken(), paths.root() / "outputs" / ".lab"
    prepare(folder, lang)
    if lang != "vi":
        translate_notebooks(lang)
    above = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (str(folder), above)))
    options = [  # on this machine only, with a token, nothing from the network
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={paths.root()}",
        f"--LabApp.app_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
        f"--LabApp.default_url=/lab/tree/{NOTES[lang]}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
    ]
    # Kernels speak over sockets in a folder only we can enter, where a path is not too long.
    with tempfile.TemporaryDirectory(prefix="par-lab-") as private:
        os.environ["JUPYTER_RUNTIME_DIR"] = private
        if os.name == "posix" and len(os.fsencode(private)) <= _LONGEST:
            options.append("--KernelManager.transport=ipc")
        LabApp.launch_instance([*options, *more])


def prepare(folder: Path, lang: str) -> None:
    """Write what Lab reads at its start: settings and kernel. How a person arranged it stays."""
    settings = {
        "@jupyterlab/translation-extension:plugin": {"locale": _LOCALES[lang]},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false",
                                                        "checkForUpdates": False},
        "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {
            "markdown": "Markdown Preview"}},
    }  # fmt: skip
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": launch, "display_name": "PAR", "language": "python"}
    files = {"settings/overrides.json": settings, "kernels/python3/kernel.json": kernel}
    for name, content in files.items():
        paths.write_whole(folder / name, json.dumps(content, indent=1))


def translate_notebooks(lang: str) -> None:
    """Copies of the notebooks with their prose in another language, in a folder of its name.

    Written where there is none and where the notebook has changed since; none of them is published.
    """
    from par_press.execute import translate  # and with it papermill, which doctor does not need

    for notebook in [*all_notebooks(), paths.notebooks() / "explore.ipynb"]:
        target = notebook.parent / lang / notebook.name
        if target.exists() and target.stat().st_mtime >= notebook.stat().st_mtime:
            continue
        t = language(lang)
        copy = translate(nbformat.read(notebook, as_version=4), t.messages)
        for cell in copy.cells:
            cell.source = cell.source.replace('lang: str = "vi"', f'lang: str = "{lang}"')
        copy.cells[0].source += "\n\n*" + t(_COPY, name=notebook.name) + "*"
        paths.write_whole(target, nbformat.writes(copy))


def found() -> Iterator[str]:
    """What is on this machine, a line each: for whoever helps and does not sit before it."""
    yield say("Python {version}, {system}, {cores} cores", version=platform.python_version(),
              system=platform.platform(terse=True), cores=os.cpu_count())  # fmt: skip
    yield say("Project: {folder}", folder=paths.root())
    asked = next((one.requires for one in distributions(name="par-lib")), ["par-lib"])
    lacking = [one for one in asked if ";" not in one
               and not any(distributions(name=re.match(r"[\w.-]*", one)[0]))]  # fmt: skip
    yield say("Packages missing: {names}", names=lacking or say("none"))
    letters = Path(find_spec("matplotlib").origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"
    yield say("Letters of charts: {file}", file=letters if letters.is_file() else say("none"))
    browser = next(filter(None, map(shutil.which, BROWSERS)), say("none"))
    yield say("Browser for the tests of pages: {program}", program=browser)
    yield say("Language: {code}", code=spoken())
    yield say("Free space: {size:.1f} GB", size=shutil.disk_usage(paths.root()).free / 1e9)
    years = [f"{one} {', '.join(map(str, paths.years(one)))}" for one in paths.provinces()]
    yield say("Raw figures: {years}", years="; ".join(years))
    holds = {f"{one.parent.name} {one.name}": _holds(one) for one in manifest.folders()}
    current, old = ([name for name, it in holds.items() if it is so] for so in (True, False))
    yield say("Editions up to date: {names}", names=current or say("none"))
    yield say("Editions to be made again with par run: {names}", names=old or say("none"))


def _holds(folder: Path) -> bool:
    """Whether an edition would be the same if it were made again."""
    with suppress(ValueError, OSError):
        made = manifest.read(folder)
        asked = Request(made["province"], made["period"], (), (), documents=made.get("documents"))
        return manifest.unchanged(manifest.with_what_stands(asked))
    return False
