"""Checks of a page open in a browser. Each returns its faults in words; none means sound.

They may follow one another on one visit: each leaves the page as it was opened.
"""

import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Browser, Page

PHONE_PX = 360
DESK_PX = 1280
DESK = {"width": DESK_PX, "height": 900}
PAPER_PX = 665  # the A4 width less the margins of page.css: (210 - 2 × 17) mm × 96 / 25.4
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_ALL = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
_COLOURS = ["color-contrast", "link-in-text-block"]
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


@dataclass
class Visit:
    """A page open in the browser, and what it asked for and said."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, path: Path) -> Iterator[Visit]:
    """Open a page from disk, with every fold open, as wide as a desk's screen."""
    page = browser.new_page(viewport=DESK, color_scheme="light")
    seen = Visit(page, path.as_uri())
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.messages.append(f"error: {error}"))

    def dismiss(dialog) -> None:
        seen.messages.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    try:
        page.goto(seen.address, wait_until="load")
        page.evaluate(OPEN_ALL)
        yield seen
    finally:
        page.close()


@contextmanager
def as_seen_at(page: Page, width_px: int, **media: str) -> Iterator[None]:
    """The page at another width, and perhaps on paper or in the dark."""
    page.set_viewport_size(DESK | {"width": width_px})
    page.emulate_media(**media)
    yield
    page.set_viewport_size(DESK)
    page.emulate_media(media="null", color_scheme="light")


def accessibility_faults(seen: Visit) -> list[str]:
    """Violations axe-core finds: WCAG 2.2 AA and best practice."""
    return _violations(seen.page, _ALL)


def colourless_faults(seen: Visit) -> list[str]:
    """The same but for rules about colours, which take three quarters of the time."""
    return _violations(seen.page, _ALL | {"rules": {one: {"enabled": False} for one in _COLOURS}})


def _violations(page: Page, options: dict) -> list[str]:
    page.evaluate(_axe())
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:120]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def dark_accessibility_faults(seen: Visit) -> list[str]:
    """Violations of rules about colours in dark mode; a page that stays light is a fault too."""
    with as_seen_at(seen.page, DESK_PX, color_scheme="dark"):
        colour = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        found = _violations(seen.page, {"runOnly": {"type": "rule", "values": _COLOURS}})
    red, green, blue = (int(part) for part in colour.strip("rgba()").split(",")[:3])
    light = [f"dark mode: the page's ground is {colour}"] if red + green + blue > 200 else []
    return light + found


def loading_faults(seen: Visit) -> list[str]:
    """Anything asked for beside the page itself; errors, warnings and dialogs while it is read."""
    seen.page.wait_for_load_state("networkidle")
    asked = [url for url in seen.requests if url != seen.address and url[:5] != "data:"]
    return asked + [m for m in seen.messages if m.startswith(("error", "warning", "dialog"))]


def width_faults(seen: Visit) -> list[str]:
    """Sideways scrolling of the whole page on a phone."""
    with as_seen_at(seen.page, PHONE_PX):
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
    return [f"the page is {wide} px wide on a phone of {PHONE_PX}"] if wide > PHONE_PX else []


def sorting_faults(seen: Visit) -> list[str]:
    """Sortable tables whose heads do not sort, lose rows, or cannot be undone."""
    return seen.page.evaluate(_SORT)


def print_faults(seen: Visit) -> list[str]:
    """Tables and charts cut off on paper, and code or contents that should stay off it."""
    with as_seen_at(seen.page, PAPER_PX, media="print"):
        return seen.page.evaluate(_PRINT)


def paper_text_faults(seen: Visit) -> list[str]:
    """Words of tables that are not on the printed pages; needs pdftotext."""
    words = seen.page.evaluate("[...document.querySelectorAll('th, td')].map(c => c.innerText)")
    printed = set(_words(" ".join(printed_pages(seen.page))))
    wanted = dict.fromkeys(_words(unicodedata.normalize("NFC", " ".join(words))))
    return [f"not on paper: {word}" for word in wanted if word not in printed]


def printed_pages(page: Page) -> list[str]:
    """The text of each A4 page that the browser prints."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder, "page.pdf")
        page.pdf(path=pdf, prefer_css_page_size=True)
        command = ["pdftotext", "-raw", "-enc", "UTF-8", str(pdf), "-"]
        text = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return unicodedata.normalize("NFC", text).rstrip("\f").split("\f")


def _words(text: str) -> list[str]:
    """Words as a line may break them: at spaces and after a dash or slash."""
    return re.split(r"\s+|(?<=[–/-])", text)


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


_SORT = """() => {
  const faults = [];
  for (const table of document.querySelectorAll("table.sortable")) {
    const name = table.caption?.textContent ?? "table";
    const body = table.tBodies[0];
    const rows = () => [...body.rows];
    if (rows().length < 2) continue;
    const given = rows();
    const heads = [...table.tHead.rows[0].cells];
    for (const [column, head] of heads.entries()) {
      if (head.classList.contains("refs")) continue;
      const button = head.querySelector("button");
      if (!button) { faults.push(`${name}: no button in ${head.textContent}`); continue; }
      const where = `${name}: ${head.textContent}`;
      const numeric = given.some(row => row.cells[column].dataset.value !== undefined);
      const states = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
      for (const state of states) {
        button.click();
        if (head.getAttribute("aria-sort") !== state) faults.push(`${where}: not ${state}`);
        if (table.querySelectorAll("[aria-sort]").length !== 1) faults.push(`${where}: two sorts`);
        if (new Set(rows()).size !== given.length) faults.push(`${where}: rows lost`);
        const cells = rows().map(row => row.cells[column]);
        const sign = state === "ascending" ? 1 : -1;
        const keys = numeric
          ? cells.map(cell => cell.dataset.value).filter(value => value).map(Number)
          : cells.map(cell => cell.dataset.value || cell.textContent.trim());
        const order = (a, b) => numeric ? a - b
          : a.localeCompare(b, document.documentElement.lang, { numeric: true });
        for (let i = 1; i < keys.length; i++)
          if (sign * order(keys[i - 1], keys[i]) > 0)
            faults.push(`${where}: ${keys[i - 1]} before ${keys[i]}, ${state}`);
      }
      button.click();
      if (head.hasAttribute("aria-sort") || rows().some((row, i) => row !== given[i]))
        faults.push(`${where}: the given order does not come back`);
    }
  }
  return faults;
}"""

_PRINT = """() => {
  const faults = [];
  const paper = document.documentElement.clientWidth;
  for (const part of document.querySelectorAll("table, figure svg")) {
    const name = part.caption?.textContent ?? part.tagName;
    const box = part.getBoundingClientRect();
    if (box.left < -1 || box.right > paper + 1)
      faults.push(`${name}: reaches from ${box.left} to ${box.right} on paper of ${paper}`);
    for (let outer = part.parentElement; outer !== document.body; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      const hides = style.overflowX !== "visible" || style.overflowY !== "visible";
      if (hides && (outer.scrollHeight > outer.clientHeight + 1
                    || outer.scrollWidth > outer.clientWidth + 1))
        faults.push(`${name}: cut by ${outer.tagName}.${outer.className}`);
    }
  }
  for (const row of document.querySelectorAll("tr"))
    if (getComputedStyle(row).breakInside !== "avoid")
      faults.push(`row may be cut: ${row.innerText}`);
  for (const chart of document.querySelectorAll("figure.chart"))
    if (getComputedStyle(chart).breakInside !== "avoid") faults.push("a chart may be cut");
  for (const head of document.querySelectorAll("thead"))
    if (getComputedStyle(head).display !== "table-header-group") faults.push("head not repeated");
  for (const part of document.querySelectorAll("details.code, nav, .skip"))
    if (part.checkVisibility()) faults.push(`on paper: ${part.className || part.tagName}`);
  return faults;
}"""
