"""A browser for the page tests, and the pages it reads."""

import os
import shutil
from pathlib import Path

import page_checks
import pytest
import specimen
from playwright.sync_api import sync_playwright

from par_lib.language.translation import language
from par_press.lab import BROWSERS
from par_press.page import render_collection, render_page

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
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
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
        "collection": render_collection(language("vi"), specimen.editions()),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture(scope="session")
def violating_page() -> Path:
    """A page that does everything wrong, which every check must reject."""
    return Path(page_checks.__file__).with_name("violations.html")


@pytest.fixture(scope="session")
def edition_pages(outputs_to_read) -> list[Path]:
    """Every page of a real edition, in both languages."""
    return sorted(outputs_to_read.rglob("*.html"))
