"""A real JupyterLab: every notebook runs to its end in it, and a slider moves a chart."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
EXPLORE = "explore.ipynb"
BACKLOG = "09_backlog.ipynb"  # of a register, which the province it begins with has not
SHEETS = "10_unit_sheets.ipynb"  # the first unit, an agency, has no rate to be drawn
WITHOUT_PICTURES = ("00_overview.ipynb", BACKLOG, EXPLORE, SHEETS)  # explore's are in a widget
TOKEN = "for-this-test-only"
# Read by every Python of the lab, server and kernels: each address one of them asks for, in a line.
LISTENS = """
import os, sys
def write(line):
    with open(os.environ["PAR_ASKED"], "a") as file:
        file.write(line + "\\n")
def note(event, given):
    if event == "socket.getaddrinfo":
        write(f"{given[0]!r}")
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.gethostbyname"):
        write(f"{given[-1]!r}")
sys.addaudithook(note)
write("listens")
"""
OUTPUTS = """() => {
    const cells = jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells;
    return cells.filter((cell) => cell.cell_type === "code");
}"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The file of addresses, beside the code that writes it."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "sitecustomize.py").write_text(LISTENS)
    return folder / "addresses"


@pytest.fixture(scope="module")
def start_lab(root, asked, tmp_path_factory):
    """Starts ``par lab`` in a language on a project of its own; gives its address."""
    running = []

    def start(lang: str, *more: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        more = more or (f"--ServerApp.token={TOKEN}", "--LabApp.expose_app_in_browser=True")
        options = [f"--ServerApp.port={port}", "--no-browser", "--allow-root", *more]
        log = (tmp_path_factory.mktemp("lab") / "log").open("w")
        home = str(tmp_path_factory.mktemp("home"))
        path = os.pathsep.join([str(asked.parent), os.environ.get("PYTHONPATH", "")]).strip(":")
        running.append(subprocess.Popen(
            [sys.executable, "-m", "par_cli", "lab", "--lang", lang, *options],
            env=os.environ | {"HOME": home, "PYTHONPATH": path,
                              "PAR_ASKED": str(asked)}, stdout=log, stderr=log))  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}").close()
                return address
            except OSError:
                time.sleep(0.2)
        pytest.fail(Path(log.name).read_text())

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def lab(start_lab):
    return start_lab("en")


@pytest.fixture(scope="module")
def page(browser, lab):
    """A lab that stays open, as a person's would, with one notebook after another in it."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{lab}/lab?token={TOKEN}&reset")
    page.wait_for_function("() => globalThis.jupyterapp", timeout=60_000)
    yield page
    page.close()


def open_notebook(page, name: str) -> None:
    page.evaluate(
        """async (path) => {
            await jupyterapp.restored;
            await jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
        }""",
        f"notebooks/{name}",
    )
    page.wait_for_function(
        """(name) => {
            const panel = jupyterapp.shell.currentWidget;
            return panel?.context?.path.endsWith(name) && panel.content?.model?.cells.length &&
                panel.sessionContext?.session?.kernel?.connectionStatus === 'connected';
        }""",
        arg=name,
        timeout=60_000,
    )


def set_language(page, lang: str) -> None:
    """Write the language into the parameters cell, as a person would."""
    page.evaluate(
        """(lang) => {
            const cells = jupyterapp.shell.currentWidget.content.model.cells;
            for (const cell of cells) {
                const text = cell.sharedModel.getSource();
                if (text.includes("lang: str"))
                    cell.sharedModel.setSource(text.replace(/lang: str = "\\w+"/,
                                                            `lang: str = "${lang}"`));
            }
        }""",
        lang,
    )


def run_all(page) -> list[dict]:
    """Run every cell by its command and wait until the kernel is idle; gives the code cells."""
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        """() => {
            const panel = jupyterapp.shell.currentWidget;
            const cells = panel.content.model.sharedModel.toJSON().cells
                .filter((cell) => cell.cell_type === "code" && cell.source.length);
            return panel.sessionContext.session.kernel.status === "idle" &&
                (cells.every((cell) => cell.execution_count) ||
                 cells.some((cell) => cell.outputs.some((out) => out.output_type === "error")));
        }""",
        timeout=120_000,
    )
    return page.evaluate(OUTPUTS)


def words(output: dict, kind: str) -> str:
    text = output.get("data", {}).get(kind, "")
    return text if isinstance(text, str) else "".join(text)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_to_its_end_in_the_lab(page, name):
    open_notebook(page, name)
    for lang, heading in {"vi": "Nguồn", "en": "Source"}.items():
        set_language(page, lang)
        cells = run_all(page)
        outputs = [output for cell in cells for output in cell["outputs"]]
        assert [out for out in outputs if out["output_type"] == "error"] == []
        assert [out for out in outputs if out.get("name") == "stderr"] == []
        counts = [cell["execution_count"] for cell in cells]
        assert counts == list(range(counts[0], counts[0] + len(cells)))
        pictures = [svg for out in outputs if (svg := words(out, "image/svg+xml"))]
        assert bool(pictures) == (name not in WITHOUT_PICTURES)
        for svg in pictures:
            assert len(re.search(r'aria-label="([^"]*)"', svg)[1]) > 30
        if pictures:  # a screen reader finds its words
            assert page.locator(".jp-OutputArea svg[role=img]").first.get_attribute("aria-label")
        if name == EXPLORE:
            move_a_slider(page, lang)
        else:
            cited = any(heading in words(out, "text/html") for out in outputs)
            assert cited == (name != BACKLOG)
    files = Path(tempfile.gettempdir()).glob("par-lab-*/kernel-*.json")
    private = [(json.loads(file.read_text())["transport"], file.parent.stat().st_mode % 0o1000)
               for file in files]  # fmt: skip
    assert private and set(private) == {("ipc", 0o700)}
    page.evaluate(
        """async () => {
            await jupyterapp.commands.execute('kernelmenu:shutdown');
            await jupyterapp.shell.currentWidget.context.save();  // or it asks whether to
            await jupyterapp.commands.execute('application:close');
        }"""
    )


def move_a_slider(page, lang: str) -> None:
    """Its chart, its headline and the code of the view follow."""
    below = {"vi": "đơn vị dưới", "en": "below"}[lang]
    headline = page.locator(".par-view .headline", has_text=below)
    headline.wait_for(timeout=30_000)
    assert "70" in headline.inner_text()
    chart = page.locator(".par-view svg").nth(1)
    before = chart.inner_html()
    handle = page.locator(".noUi-handle").first
    # Both in one window of 1,000 pixels: who moves the slider sees the chart begin.
    assert 0 < chart.bounding_box()["y"] - handle.bounding_box()["y"] < 400
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "() => document.querySelector('textarea').value.includes('threshold_pct=60.0')"
    )
    assert chart.inner_html() != before
    assert "60" in headline.inner_text()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_lab_opens_on_its_note_in_its_language(browser, lab, start_lab, lang):
    address = lab if lang == "en" else start_lab(lang)
    own, foreign = (address, address.replace("http", "ws"), "data:", "blob:"), []
    page = browser.new_page()
    page.on("request", lambda sent: sent.url.startswith(own) or foreign.append(sent.url))
    page.goto(f"{address}/?token={TOKEN}")
    title, run = {"vi": ("Bắt đầu từ đây", "Chạy"), "en": ("Start here", "Run")}[lang]
    # Beside it a note may come back that was open in the other language.
    page.locator(".jp-MarkdownViewer h1", has_text=title).wait_for(timeout=60_000)
    assert page.locator(".lm-MenuBar-item", has_text=run).count() == 1
    names = page.locator(".jp-DirListing-itemName")
    names.filter(has_text="00_overview").wait_for()
    listed = names.all_inner_texts()
    assert [name for name in listed if name.endswith(".ipynb")] == NOTEBOOKS
    kernels = json.load(urllib.request.urlopen(f"{address}/api/kernelspecs?token={TOKEN}"))
    assert kernels["kernelspecs"]["python3"]["spec"]["display_name"] == "PAR"
    assert foreign == []
    assert page.locator(".Toastify__toast").count() == 0  # nor does it ask whether to fetch news
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{address}/api/contents")  # no token
    page.close()


def test_the_lab_makes_a_token_where_none_is_given(start_lab):
    address = start_lab("en", "--ServerApp.quit_button=True")
    for query in ("", "?token=", f"?token={TOKEN}"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{address}/api/contents{query}")


def test_no_server_and_no_kernel_asked_for_another_machine(browser, asked):
    """After all that was done above: what Python itself connected to, or looked up."""
    lines = asked.read_text(encoding="utf-8").splitlines()
    assert lines.count("listens") > 4  # servers and kernels
    own = re.compile(r"\('(127\.0\.0\.1|::1|localhost)', .*\)|'(127\.0\.0\.1|localhost|/.*)?'")
    assert [line for line in lines if line != "listens" and not own.fullmatch(line)] == []
