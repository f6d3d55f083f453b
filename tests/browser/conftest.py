"""A browser for the page tests, and the pages it reads."""

import os
import shutil
from pathlib import Path

import page_checks
import pytest
import specimen
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from par_lib.cli import app
from par_lib.press.page import render_collection, render_page
from par_lib.wording import language

NO_DEMO = shutil.ignore_patterns("demo")  # what par demo made beside the real data
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def missing(what: str) -> None:
    """Skip for want of a program; in CI, where it must be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is needed in CI: .ci/run installs it")
    pytest.skip(f"{what} not found: pages are not read in a browser")


@pytest.fixture(scope="session")
def browser():
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield running
        running.close()


@pytest.fixture(scope="session")
def needs_pdftotext() -> None:
    if shutil.which("pdftotext") is None:
        missing("pdftotext (poppler-utils)")


@pytest.fixture(scope="session")
def specimen_pages(tmp_path_factory) -> dict[str, Path]:
    """The hand-made pages: one of a notebook, an edition's index, the collection's index."""
    folder = tmp_path_factory.mktemp("specimen")
    made = {
        "page": render_page(specimen.notebook(), specimen.context()),
        "index": render_page(specimen.notebook(), specimen.context(), cards=specimen.cards()),
        "collection": render_collection(
            language("vi"), heading="Mọi ấn bản", lead="Lời.", editions=specimen.editions()
        ),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture(scope="session")
def violating_page() -> Path:
    """A page that does everything wrong, which every check must reject."""
    return Path(page_checks.__file__).with_name("violations.html")


@pytest.fixture(scope="session")
def edition_pages(tmp_path_factory) -> list[Path]:
    """Every page of a real edition, in both languages, made in a project of its own."""
    checkout = Path(__file__).resolve().parents[2]
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(checkout / "data" / "raw", root / "data" / "raw", ignore=NO_DEMO)
    shutil.copytree(checkout / "notebooks", root / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(root))
        result = CliRunner().invoke(app, ["run", "2022", "--lang", "vi,en"])
    assert result.exit_code == 0, result.output
    return sorted((root / "outputs").rglob("*.html"))
