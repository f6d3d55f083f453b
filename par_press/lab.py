"""JupyterLab prepared for this project: a note to start from, kernel, language, no network."""

import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat

from par_lib.language import LANGUAGES, say
from par_lib.language.translation import N_, language
from par_lib.storage import paths
from par_lib.storage.paths import write_whole
from par_press.execute import translate
from par_press.plan import all_notebooks

NOTES = {"vi": "notebooks/START.vi.md", "en": "notebooks/START.md"}
_COPY = N_(
    "A translated copy of {name}, written anew when that changes. Nothing is published from it."
)
_LONGEST = 50  # bytes of a folder: a socket's path, 107 in all, must fit below it
_LOCALES = {"vi": "vi_VN", "en": "default"}


def start(given: str, more: list[str]) -> None:
    """Run JupyterLab until it is stopped; ``more`` options go to it as they are."""
    from jupyterlab.labapp import LabApp

    lang, folder = chosen_language(given), paths.root() / "outputs" / ".lab"
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
        "--LabApp.news_url=",
    ]
    # Kernels speak over sockets in a folder only we can enter, where a path is not too long.
    with tempfile.TemporaryDirectory(prefix="par-lab-") as private:
        os.environ["JUPYTER_RUNTIME_DIR"] = private
        if os.name == "posix" and len(os.fsencode(private)) <= _LONGEST:
            options.append("--KernelManager.transport=ipc")
        LabApp.launch_instance([*options, *more])


def chosen_language(given: str) -> str:
    """The language given, else that of the system where Lab has it, else English."""
    if given and given not in LANGUAGES:
        raise ValueError(say("LAB_LANG {given!r}: choose one of {choices}",
                             given=given, choices=LANGUAGES))  # fmt: skip
    system = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return given or ("vi" if system.startswith("vi") else "en")


def prepare(folder: Path, lang: str) -> None:
    """Write what Lab reads at its start: settings and kernel. How a person arranged it stays."""
    settings = {
        "@jupyterlab/translation-extension:plugin": {"locale": _LOCALES[lang]},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false",
                                                        "checkForUpdates": False},
        "@jupyterlab/docmanager-extension:plugin": {
            "defaultViewers": {"markdown": "Markdown Preview"}},
    }  # fmt: skip
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": launch, "display_name": "PAR", "language": "python"}
    for name, content in (("settings/overrides.json", settings),
                          ("kernels/python3/kernel.json", kernel)):  # fmt: skip
        write_whole(folder / name, json.dumps(content, indent=1))


def translate_notebooks(lang: str) -> None:
    """Copies of the notebooks with their prose in another language, in a folder of its name.

    Written where there is none and where the notebook has changed since: they are there to be read
    and tried, what is published is made from the notebooks themselves.
    """
    for notebook in [*all_notebooks(), paths.notebooks() / "explore.ipynb"]:
        target = notebook.parent / lang / notebook.name
        if target.exists() and target.stat().st_mtime >= notebook.stat().st_mtime:
            continue
        t = language(lang)
        copy = translate(nbformat.read(notebook, as_version=4), t.messages)
        for cell in copy.cells:
            cell.source = cell.source.replace('lang: str = "vi"', f'lang: str = "{lang}"')
        copy.cells[0].source += "\n\n*" + t(_COPY, name=notebook.name) + "*"
        write_whole(target, nbformat.writes(copy))
