"""Pages as a reader's browser sees them: hand-made ones, a violating one, a real edition."""

import math
from pathlib import Path

import numpy as np
import page_checks
import pytest
import specimen
from PIL import Image

from par_intake import documents, report
from par_lib.cleaning import tables, units
from par_lib.language.translation import language
from par_lib.scoring import rulebook, scorecard, whatif
from par_press.page import render_page

CHECKS = [
    page_checks.loading_faults,  # first: it hears what is said while the page is opened
    page_checks.accessibility_faults,
    page_checks.dark_accessibility_faults,
    page_checks.width_faults,
    page_checks.sorting_faults,
    page_checks.print_faults,
    page_checks.paper_text_faults,
]


@pytest.fixture(autouse=True)
def _paper(request):
    if "paper" in request.node.name or "sound" in request.node.name:
        request.getfixturevalue("needs_pdftotext")


def faults(browser, path, checks=CHECKS) -> dict[str, list[str]]:
    """What each check finds on one page, by its name, where it finds anything."""
    with page_checks.visit(browser, path) as seen:
        found = {check.__name__: check(seen) for check in checks}
    return {name: told for name, told in found.items() if told}


@pytest.mark.parametrize("name", ["page", "index", "collection"])
def test_specimen_is_sound(browser, specimen_pages, name):
    assert faults(browser, specimen_pages[name]) == {}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_violations_are_found(browser, violating_page, check):
    assert faults(browser, violating_page, [check])


def test_what_was_read_is_shown_soundly(browser, tmp_path):
    """What par read shows of a sample report."""
    sample = Path(__file__).parents[1] / "par_intake" / "reports" / "city.md"
    known = units.load_units("quang-nam")  # its offices are unknown there: many are left
    result = report.understand(documents.load(sample), known, 2030)
    page = tmp_path / "city.html"
    page.write_text(report.page(result, language("vi")), encoding="utf-8")
    assert faults(browser, page) == {}


def test_every_page_of_an_edition_is_sound(browser, edition_pages):
    assert len(edition_pages) > 16
    # Colours are the same in every language, so they are seen in one.
    coloured = (page_checks.accessibility_faults, page_checks.dark_accessibility_faults)
    others = [*(one for one in CHECKS if one not in coloured), page_checks.colourless_faults]
    found = {path: faults(browser, path, others if "en" in path.parts else CHECKS)
             for path in edition_pages}  # fmt: skip
    assert {path: told for path, told in found.items() if told} == {}


def test_what_a_page_loads_and_says_is_heard(browser, violating_page):
    found = faults(browser, violating_page, [page_checks.loading_faults])["loading_faults"]
    for what in ("http", "error", "warning", "dialog"):
        assert any(fault.startswith(what) for fault in found), what


def test_axe_finds_what_was_planted(browser, violating_page):
    """Language, alternative text, contrast, main landmark: the families of rules all run."""
    with page_checks.visit(browser, violating_page) as seen:
        found = {fault.split(":")[0] for fault in page_checks.accessibility_faults(seen)}
    assert {"html-has-lang", "image-alt", "color-contrast", "landmark-one-main"} <= found


def test_names_sort_as_vietnamese_sorts_them(browser, specimen_pages):
    """Đ follows D, Ô follows O."""
    with page_checks.visit(browser, specimen_pages["page"]) as seen:
        seen.page.locator("table.sortable th button").first.click()
        names = seen.page.locator("table.sortable tbody th").all_inner_texts()
    assert names[:4] == ["Ấp Mẫu Nghiệm", "Bến Thử", "Cồn Không Liệt Kê", "Đảo Không Liệt Kê"]
    assert names[4:6] == ["Đồng Ví Dụ", "Gò Không Liệt Kê"]
    assert names.index("Núi Thí Dụ") < names.index("Ô Kẻ") < names.index("Phường Chữ Nghiêng")


def test_sorting_works_from_the_keyboard(browser, specimen_pages):
    with page_checks.visit(browser, specimen_pages["page"]) as seen:
        button = seen.page.locator("table.sortable th button").nth(1)
        button.focus()
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Enter")
        first = seen.page.locator("table.sortable tbody tr").first.inner_text()
    assert "0–174" in first


def test_contents_are_folded_on_a_phone_only(browser, specimen_pages):
    for width_px, is_open in ((page_checks.PHONE_PX, False), (page_checks.DESK_PX, True)):
        page = browser.new_page(viewport={"width": width_px, "height": 800})
        page.goto(specimen_pages["page"].as_uri())
        assert page.locator(".contents details").evaluate("fold => fold.open") is is_open
        page.close()


def test_without_script_tables_stand_as_given(browser, specimen_pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(specimen_pages["page"].as_uri())
    assert page.locator("th button").count() == 0
    assert page.locator(".contents a").first.is_visible()
    context.close()


def test_a_printed_table_repeats_its_whole_head(browser, tmp_path, needs_pdftotext):
    """Chromium drops buttons from a repeated head: print lays their words out without them."""
    long = specimen.table_html().replace("</tbody>", _many_rows() + "</tbody>")
    notebook = specimen.notebook(charts=False)
    notebook.cells[8].outputs[0].data["text/html"] = long
    path = tmp_path / "long.html"
    path.write_text(render_page(notebook, specimen.context()), encoding="utf-8")
    with page_checks.visit(browser, path) as seen:
        pages = page_checks.printed_pages(seen.page)
        assert page_checks.print_faults(seen) == []  # the scrolling box lets all rows out
        rows = seen.page.get_by_role("table").filter(has_text="Dòng thêm")
        rows.evaluate("table => { table.dataset.find = 'Tìm'; }")
        closer = page_checks.printed_pages(seen.page)
    with_rows, fewer = ([text for text in own if "Dòng thêm" in text] for own in (pages, closer))
    assert len(with_rows) >= 3
    assert len(closer) < len(pages)  # one that can be searched is printed in small letters
    assert all("Tỷ trọng trong tổng số" in " ".join(text.split()) for text in with_rows + fewer)
    assert "\n".join(closer).count("Dòng thêm") == 100


def test_each_printed_page_says_place_year_date_and_banner(
    browser, specimen_pages, needs_pdftotext
):
    with page_checks.visit(browser, specimen_pages["page"]) as seen:
        pages = page_checks.printed_pages(seen.page)
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert "Tỉnh Mẫu · 2022" in text
        assert "dữ liệu truy cập đến 23/11/2026" in text
        assert "không có con số nào trên trang này là thật" in text
        assert f"{number} / {len(pages)}" in text
        assert "import pandas" not in text


def _many_rows() -> str:
    row = '<tr><th scope="row">Dòng thêm {}</th><td class="num" data-value="1">1</td>'
    row += '<td class="num" data-value="1">1</td><td></td></tr>'
    return "".join(row.format(number) for number in range(100))


def test_a_chart_is_saved_as_a_picture_for_print_offline(browser, specimen_pages, tmp_path):
    with page_checks.visit(browser, specimen_pages["page"]) as seen:
        chart = seen.page.locator("figure.chart").first
        width = float(chart.locator("svg").get_attribute("viewBox").split()[2])
        saved = {}
        for kind in ("PNG", "SVG"):
            with seen.page.expect_download() as told:
                chart.get_by_role("button", name=kind).click()
            saved[kind] = tmp_path / told.value.suggested_filename
            told.value.save_as(saved[kind])
    drawing = saved["SVG"].read_text()
    assert drawing.startswith("<svg") and "var(" not in drawing  # a variable of the page's own
    with Image.open(saved["PNG"]) as picture:
        assert picture.width == math.ceil(width * 300 / 72)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert picture.convert("L").getextrema()[0] < 128  # something is drawn
        assert picture.getpixel((0, 0))[:3] == (255, 255, 255)


SET_SLIDERS = """settings => {
  const figure = document.querySelector("figure.what-if");
  const rows = [...figure.querySelectorAll("tr[data-curve]")];
  const read = () => [...figure.querySelectorAll("output, small")].map(said => said.textContent);
  return settings.map(places => {
    rows.forEach((row, at) => { row.querySelector("input").value = places[at]; });
    figure.dispatchEvent(new Event("input"));
    return read();
  });
}"""


def test_sliders_of_the_page_say_what_par_lib_computes(browser, edition_pages):
    """1,000 settings of all sliders, the rules' steps and their neighbours among them."""
    data, rules = tables.load("quang-nam", 2022), rulebook.load("quang-nam", 2022)
    card = scorecard.build(data, rules)
    curves = {code: curve.reset_index(drop=True) for code, curve in
              whatif.curves(card, rules).groupby("criterion", sort=False)}  # fmt: skip
    stated = set(card.query("stated")["criterion"])
    won: dict[str, list[tuple[float, float]]] = {code: [] for code in curves}
    for at in range(max(map(len, curves.values()))):
        changes = [whatif.Change(code, to_pct=curve["reached_pct"][at])
                   for code, curve in curves.items() if at < len(curve)]  # fmt: skip
        for row in whatif.simulate(card, rules, changes).itertuples():
            scale = 1 if row.criterion in stated else 100
            ends = scale * row.won_points_low, scale * row.won_points_high
            won[row.criterion].append(ends)
    t, pick = language("vi"), np.random.default_rng(22)

    def places() -> list[int]:
        """Of each slider one at random, or one beside a step of its rule."""
        chosen = []
        for ends in won.values():
            steps = [at for at in range(1, len(ends)) if ends[at] != ends[at - 1]]
            near = pick.choice(steps) - pick.integers(2) if steps and pick.random() < 0.5 else None
            chosen.append(int(pick.integers(len(ends)) if near is None else near))
        return chosen

    settings = [places() for _ in range(1_000)]
    (path,) = [page for page in edition_pages if page.match("2022/04_scorecard.html")]
    with page_checks.visit(browser, path) as seen:
        starts = [int(one.get_attribute("value")) for one in seen.page.locator("tr input").all()]
        said = seen.page.evaluate(SET_SLIDERS, settings)
        seen.page.get_by_role("button", name=t("Back to the present rates")).click()
        assert seen.page.locator("tfoot output").first.inner_text() == t.number(0, 2)
        seen.page.locator("tr input").first.press("End")
        assert seen.page.locator("tfoot output").first.inner_text() != t.number(0, 2)

    def written(low: float, high: float, unit: str = "") -> str:
        ends = dict.fromkeys(t.number(round(end, 6), 2) for end in (low, high))
        return "–".join(ends) + unit

    index = scorecard.hull(data.scores).set_index("criterion").loc["par_index"]
    for places_, outputs in zip(settings, said, strict=True):
        *told, together, total = outputs
        sums = [0.0, 0.0]
        for number, (code, at, start) in enumerate(zip(won, places_, starts, strict=True)):
            further, reached, gained = told[3 * number : 3 * number + 3]
            rates, unit = curves[code]["reached_pct"], "" if code in stated else "%"
            ends = won[code][at] if at != start else (0, 0)
            assert reached == t.number(rates[at], 1).removesuffix(",0") + "%"
            assert gained == (written(*ends, unit) if at != start else "–"), code
            if code in stated:
                sums = [a + round(end, 6) for a, end in zip(sums, ends, strict=True)]
            higher = [one for one in range(at + 1, len(rates))
                      if round(won[code][one][0], 6) >= round(ends[0], 6) + 0.005]  # fmt: skip
            rate = t.number(rates[higher[0]], 1).removesuffix(",0") if higher else ""
            assert (f" {rate}%" in further) if higher else further == "", (code, at)
        assert together == written(*sums)
        assert total == written(index["points_low"] + sums[0], index["points_high"] + sums[1])
