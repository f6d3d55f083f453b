"""The pages as text: structure, words for every picture, nothing loaded, nothing let through."""

import base64
import hashlib
import re
from itertools import pairwise

import nbformat.v4 as nb
import pytest
from browser import specimen
from bs4 import BeautifulSoup

from par_lib.language.translation import language
from par_press.edition import headline_of, outputs_of
from par_press.page import Link, render_collection, render_page
from par_press.shown import inline_svg, markdown

KB = 1024


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def html() -> str:
    return render_page(specimen.notebook(), specimen.context())


@pytest.fixture(scope="module")
def page(html) -> BeautifulSoup:
    return soup(html)


def index_page(cards=None) -> str:
    return render_page(
        specimen.notebook(), specimen.context(), cards=specimen.cards() if cards is None else cards
    )


def collection_page() -> str:
    return render_collection(language("vi"), specimen.editions())


def small_notebook(*cells):
    """A notebook whose first cell is a heading."""
    return nb.new_notebook(cells=[nb.new_markdown_cell("# Đầu đề\n\nCâu dẫn."), *cells])


def render_cells(*cells) -> BeautifulSoup:
    return soup(render_page(small_notebook(*cells), specimen.context()))


ALL = {
    "page": lambda: render_page(specimen.notebook(), specimen.context()),
    "index": index_page,
    "collection": collection_page,
}
every_page = pytest.mark.parametrize("render", ALL.values(), ids=ALL)


@every_page
def test_structure(render):
    page = soup(render())
    assert page.html["lang"] == "vi"
    assert (
        len(page.find_all("main")) == len(page.find_all("h1")) == len(page.find_all("title")) == 1
    )
    skip = page.body.find("a")
    assert skip["class"] == ["skip"]
    assert page.find(id=skip["href"][1:]).name == "main"
    levels = [int(h.name[1]) for h in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@every_page
def test_nothing_is_loaded(render):
    page = soup(render())
    for tag in page.find_all(src=True):
        raise AssertionError(f"loaded: {tag}")
    assert [link["href"] for link in page.find_all("link")] == ["data:,"]
    assert not page.find_all(["iframe", "object", "embed", "img", "base", "form"])
    for style in [tag.text for tag in page.find_all("style")] + [
        tag["style"] for tag in page.find_all(style=True)
    ]:
        assert "@import" not in style
        assert not re.search(r"url\((?!#)", style)
    for tag in page.find_all(["use", "image"]):
        assert tag.get("href", "#").startswith("#")


@every_page
def test_only_our_own_script_and_style_may_run(render):
    """The policy holds the hash of the one script and the one style, as they stand in the page."""
    html = render()
    policy = soup(html).find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    for tag, directive in (("script", "script-src"), ("style", "style-src-elem")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


@every_page
def test_ids_are_unique_and_fragments_lead_somewhere(render):
    page = soup(render())
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    fragments = {
        tag["href"][1:] for tag in page.find_all(href=re.compile("^#.")) if tag.name == "a"
    }
    assert fragments - set(ids) <= {"harmful-link"}
    referred = set(re.findall(r"url\(#([^)]+)\)", str(page)))
    referred |= {tag["href"][1:] for tag in page.find_all("use")}
    assert referred <= set(ids)


@every_page
def test_equal_input_gives_equal_text(render):
    assert render() == render()


def test_sizes():
    plain = render_page(specimen.notebook(charts=False), specimen.context())
    assert len(plain.encode()) <= 60 * KB
    assert len(render_page(specimen.notebook(), specimen.context()).encode()) <= 600 * KB


def test_code_is_folded_once_a_section(page):
    folds = page.find_all("details", class_="code")
    assert [fold.summary.text for fold in folds] == [
        language("vi")(text)
        for text in (
            "How this was computed",
            "How this was computed",
            "Parameters of this run",
            "How this was computed",
        )
    ]
    first, second, parameters, last = folds
    assert [pre.text.split("(")[0] for pre in first.find_all("pre")] == [
        "show_headline",
        "show",
        "show_table",
    ]
    assert first.parent.h2["id"] == "section-1"
    assert second.parent.h2["id"] == "section-2"
    assert [pre.text for pre in parameters.find_all("pre")] == [
        "year: int = 2022  # year being assessed",
        "year = 2022\nlang = 'vi'",
    ]
    assert last.parent.find("ol", class_="sources")
    assert not any(fold.has_attr("open") for fold in folds)
    assert not [
        pre for pre in page.find_all("pre", class_="code") if not pre.find_parent("details")
    ]


def test_contents_name_pages_sections_and_downloads(page):
    contents = page.find("nav", class_="contents")
    assert contents.find("a", attrs={"aria-current": "page"}).text == "Hồ sơ trễ hạn"
    sections = contents.select("ol ol a")
    assert [(a["href"], a.text) for a in sections] == [
        ("#section-1", "Phần lớn nằm ở ba nơi"),
        ("#section-2", "Điều chưa biết"),
        ("#section-3", "Nguồn"),
    ]
    assert [a["href"] for a in contents.select(".downloads a")] == [
        "01_late_dossiers.ipynb",
        "tables/late_dossiers.csv",
    ]
    assert page.find("a", rel="prev")["href"] == "00_overview.html"
    assert page.find("a", rel="next")["href"] == "02_disbursement.html"
    assert page.find("a", hreflang="en")["lang"] == "en"


@pytest.mark.parametrize(("current", "ends"), [(0, {"next"}), (1, {"prev"})])
def test_first_and_last_page_have_one_neighbour(current, ends):
    links = tuple(Link(f"{i}.html", f"Trang {i}", current=i == current) for i in range(2))
    page = soup(render_page(small_notebook(), specimen.context(contents=links)))
    assert {rel for a in page.select(".turn a") for rel in a["rel"]} == ends


def test_charts_have_words_and_captions(page):
    charts = page.find_all("svg")
    assert len(charts) == 2
    for svg in charts:
        assert svg["role"] == "img"
        assert svg["aria-label"].startswith("Biểu đồ thanh")
        assert svg.find_parent("figure").figcaption.text
        assert "Bến Thử" in svg.text  # real text, not outlines
        assert not svg.find(["metadata", "style", "title"])
        assert "width" not in svg.attrs


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_chart_without_words_is_refused(alt):
    with pytest.raises(ValueError, match=r"Hồ sơ trễ hạn .*, cell 2: chart without alternative"):
        render_cells(specimen.code("show(fig)", specimen.chart(alt)))


def test_a_chart_without_metadata_is_refused():
    picture = specimen.output({"image/svg+xml": "<svg viewBox='0 0 1 1'/>"})
    with pytest.raises(ValueError, match="chart without alternative"):
        render_cells(specimen.code("fig", picture))


def test_a_picture_of_a_notebook_of_ones_own_is_shown_and_told_of(caplog):
    picture = specimen.output({"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"})
    shown = render_cells(specimen.code("fig", picture)).img
    assert shown["src"] == "data:image/png;base64,iVBORw0KGgo="
    assert shown["alt"] == "Biểu đồ chưa có mô tả"
    assert "a picture without words" in caplog.text


def test_svg_ids_are_numbered_and_unused_ones_dropped():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" '
        'viewBox="0 0 500 9"><g id="unused"><clipPath id="p1"/><path id="m1"/></g>'
        '<g clip-path="url(#p1)"><use x:href="#m1"/></g></svg>'
    )
    drawn = inline_svg(svg, alt="Hai dấu", prefix="c7")
    assert '<clipPath id="c7-1" /><path id="c7-2" />' in drawn
    assert '<g clip-path="url(#c7-1)"><use href="#c7-2" /></g>' in drawn
    assert "unused" not in drawn
    assert 'class="wide"' in drawn
    with pytest.raises(ValueError, match="viewBox"):
        inline_svg("<svg/>", alt="Không", prefix="c1")


def test_svg_coordinates_keep_two_decimals_and_text_its_spaces():
    svg = (
        '<svg viewBox="0 0 9 9">\n <path d="M 1.23456  -0.00001&#10;L 2.5 3.999"/>\n'
        " <text><tspan>Bến</tspan> <tspan>Thử</tspan></text>\n</svg>"
    )
    assert inline_svg(svg, alt="Một nét", prefix="c1").endswith(
        '><path d="M 1.23 -0 L 2.5 4" /><text><tspan>Bến</tspan> <tspan>Thử</tspan></text></svg>'
    )


def test_hostile_names_are_text(html, page):
    assert "&lt;img src=x onerror=" in html
    assert "{{7*7}}" in page.get_text()
    assert not page.find_all(["img", "image"])
    assert len(page.find_all("script")) == 1
    handlers = [tag for tag in page.find_all(True) if any(name[:2] == "on" for name in tag.attrs)]
    assert handlers == []
    assert not page.find_all(href=re.compile("javascript:", re.IGNORECASE))


@pytest.mark.parametrize("field", ["title", "place", "period", "edition_date", "banner"])
def test_hostile_furniture_is_text(field):
    value = f'"}}}} </style>{specimen.HOSTILE}'
    page = soup(render_page(small_notebook(), specimen.context(**{field: value})))
    assert len(page.find_all("script")) == len(page.find_all("style")) == 1
    assert not page.find_all("img")
    assert "@media print { @page {" in page.style.text  # nothing closed the style early


def test_hostile_links_are_text():
    link = Link(f'x"{specimen.HOSTILE}.html', specimen.HOSTILE, language='vi" onclick="x')
    page = soup(
        render_page(
            small_notebook(),
            specimen.context(contents=(link,), languages=(link,), downloads=(link,)),
        )
    )
    assert len(page.find_all("script")) == 1
    assert not page.find_all("img")
    assert not page.find_all(onclick=True)
    assert page.select_one(".downloads a").text == specimen.HOSTILE


def test_hostile_headings_cards_and_alternative_text():
    cards = [Link("a.html", specimen.HOSTILE, note=specimen.HOSTILE)]
    for page in (
        soup(index_page(cards)),
        render_cells(nb.new_markdown_cell(f"## {specimen.HOSTILE}")),
        soup(collection_page()),
    ):
        assert len(page.find_all("script")) == 1
        assert not page.find_all("img")
        assert not page.find_all(onx=True)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("![bản đồ](http://127.0.0.1/a.png)", "<p>bản đồ</p>"),
        ("[tải](https://example.org/a_b)", '<p><a href="https://example.org/a_b">tải</a></p>'),
        ("$<img src=x>$", "<p>$&lt;img src=x&gt;$</p>"),
        ("\\begin{a}<img>\\end{a}", "&lt;img&gt;"),
        ("<div onclick=x>", "<p>&lt;div onclick=x&gt;</p>"),
        ("[a](data:text/html,x)", '<p><a href="#harmful-link">a</a></p>'),
        ('[a](b "<img src=x>\\"y")', 'title="&lt;img src=x&gt;&quot;y"'),
        ("```\n<script>\n```", "<pre><code>&lt;script&gt;\n</code></pre>"),
        ("- [ ] việc", "<li>[ ] việc</li>"),
    ],
)
def test_markdown(source, kept):
    assert kept in markdown(source)


def test_a_table_in_prose_scrolls_inside_itself():
    table = render_cells(nb.new_markdown_cell("| a | b |\n|---|---|\n| 1 | 2 |")).table
    assert table.parent["class"] == ["scroll"]
    assert table.parent["tabindex"] == "0"


def test_messages_and_failures_are_shown():
    page = render_cells(
        specimen.code(
            "work()",
            nb.new_output("stream", name="stdout", text="đã đọc <3>\n"),
            nb.new_output("stream", name="stderr", text="\x1b[31mcảnh báo\x1b[0m"),
            nb.new_output("error", ename="KeyError", evalue="'late'", traceback=[]),
        )
    )
    assert page.section.pre.text == "đã đọc <3>\n"
    assert page.find(class_="stderr").pre.text == "cảnh báo"
    assert page.find(class_="error").pre.text == "KeyError: 'late'"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"text/html": "<p>html</p>", "text/plain": "plain"}, "<p>html</p>"),
        ({"text/markdown": "*md*", "text/plain": "plain"}, "<p><em>md</em></p>"),
        ({"text/plain": "<b>plain"}, "<pre>&lt;b&gt;plain</pre>"),
        ({"application/x-other": "?"}, "<pre>application/x-other</pre>"),
    ],
)
def test_the_best_form_of_an_output_is_taken(data, shown):
    html = render_page(
        small_notebook(specimen.code("x", specimen.output(data))), specimen.context()
    )
    assert shown in html
    assert html.count("plain") == shown.count("plain")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["## Không có H1"], "begin the first cell"),
        (["# Một", "# Hai"], "begin the first cell"),
        (["# Một", "### Ba"], "level 3 heading follows level 1"),
        ([], "begin the first cell"),
    ],
)
def test_wrong_headings_are_refused(cells, message):
    notebook = nb.new_notebook(cells=[nb.new_markdown_cell(cell) for cell in cells])
    with pytest.raises(ValueError, match=message):
        render_page(notebook, specimen.context())


def test_print_header_carries_place_year_date_and_banner(html):
    assert '@top-left { content: "Tỉnh Mẫu · 2022"' in html
    assert '@top-right { content: "dữ liệu truy cập đến 23/11/2026"' in html
    assert '@bottom-left { content: "Số liệu minh hoạ: không' in html


def test_the_banner_is_shown_first(page):
    assert page.header.find(class_="banner").text.startswith("Số liệu minh hoạ")
    bare = soup(render_page(small_notebook(), specimen.context(banner="", edition_date="")))
    assert not bare.find(class_=["banner", "date"])


def test_a_headline_in_an_index_leads_to_its_sources():
    headline = headline_of(outputs_of(specimen.notebook()), "01_late_dossiers.html")
    assert headline.startswith("Ba địa phương đứng đầu")
    assert 'href="01_late_dossiers.html#source-invented"' in headline
    card = Link("01_late_dossiers.html", "Hồ sơ", note=headline)
    assert soup(index_page(cards=[card])).select_one(".cards .status").text == "tính từ nguồn"
    assert headline_of(outputs_of(small_notebook()), "a.html") == ""


def test_a_section_whose_cells_show_nothing_is_named_and_left_out():
    prose, code = nb.new_markdown_cell, nb.new_code_cell
    shown = nb.new_output("display_data", {"text/html": "<p>41.657</p>"})
    loud = code("show(x)", outputs=[shown])
    quiet = specimen.output({"text/html": "<p>Không có nội dung.</p>"}, par={"nothing": 1})
    page = render_cells(
        prose("## Bản đồ\n\nMỗi ô một huyện."), specimen.code("x = 1", quiet),
        prose("## Theo cấp"), loud,
        prose("## Lời thôi"), prose("## Theo tháng\n\nTừng tháng."), code("y = 2"),
        prose("## Phương pháp\n\nChia."), code("z = 3"),
    )  # fmt: skip
    assert [heading.text for heading in page.find_all("h2")] == [
        "Theo cấp", "Lời thôi", "Phương pháp"
    ]  # fmt: skip
    assert "Mỗi ô một huyện" not in page.text
    assert "Từng tháng" not in page.text and "Không có nội dung" not in page.text
    named = "Các mục sau không có nội dung nên không trình bày: Bản đồ; Theo tháng."
    assert page.find("p", string="Chia.").find_next("p").text == named  # behind the method
    assert "không trình bày" not in render_cells(prose("## Theo cấp"), loud).text


def test_a_chart_has_one_caption_on_the_page_and_in_jupyterlab():
    words = {"alt": "Biểu đồ.", "caption": "Chú thích."}
    html = f"<figure>{specimen.chart_svg()}<figcaption>Chú thích.</figcaption></figure>"
    shown = {"text/html": html, "image/svg+xml": specimen.chart_svg()}
    output = specimen.output(shown, **{"image/svg+xml": words})
    page = render_cells(specimen.code("plots.barplot(a)", output))
    assert [one.text for one in page.find_all("figcaption")] == ["Chú thích."]


def said(source: str, *sentences: str):
    """A cell of prose as it was run."""
    return specimen.code(
        source, *(specimen.output({"text/html": f"<p>{one}</p>"}) for one in sentences)
    )


def test_what_a_cell_of_prose_says_is_not_repeated_as_code():
    page = render_cells(
        nb.new_markdown_cell("## Tập trung"),
        said("%%headline from half\n{leaders} chiếm {leaders_pct}.", "Bến Thử chiếm 24%."),
        specimen.code("half = districts.holding(50)"),
        said("%%say\nChín nơi còn lại: {rest}.", "Chín nơi còn lại: 0–174."),
        nb.new_markdown_cell("## Phương pháp"),
    )
    assert [pre.text for pre in page.select("details.code pre")] == ["half = districts.holding(50)"]
    assert page.main.text.count("Bến Thử chiếm 24%.") == 1
    assert page.main.text.count("Chín nơi còn lại: 0–174.") == 1
    assert "%%" not in page.text and "{" not in page.main.text


def test_a_section_that_only_speaks_is_left_out_with_its_prose_when_it_is_silent():
    """Silent: no paragraph had all its values."""
    prose = nb.new_markdown_cell
    page = render_cells(
        prose("## Theo cấp\n\nMỗi cấp một dòng."), said("%%say\nCấp xã: {n}."),
        prose("## Nhận xét\n\nĐiều cần biết."), said("%%say\nCả tỉnh: {n}.", "Cả tỉnh: 5.000."),
        prose("## Phương pháp"),
    )  # fmt: skip
    assert [heading.text for heading in page.find_all("h2")] == ["Nhận xét", "Phương pháp"]
    assert "Mỗi cấp một dòng" not in page.text and "Điều cần biết" in page.text
    assert "không trình bày: Theo cấp." in page.text
    assert page.select("details.code") == []


def test_what_brings_in_names_is_no_computation():
    page = render_cells(
        nb.new_markdown_cell("## Tập trung"),
        specimen.code("import pandas as pd\nfrom par_lib.charts import (\n    plots,\n)"),
        specimen.code("from par_lib.scoring import parts\n\nlate = parts.of(rows)"),
        said("%%say\nCả tỉnh: {n}.", "Cả tỉnh: 5.000."),
        nb.new_markdown_cell("## Phương pháp"),
    )
    assert [pre.text for pre in page.select("details.code pre")] == ["late = parts.of(rows)"]


def test_an_index_names_each_page_with_its_finding():
    cards = soup(index_page()).select(".cards li")
    assert [card.h3.a["href"] for card in cards] == ["00_overview.html", "01_late_dossiers.html"]
    assert cards[0].p.text == "Mất 12,5 điểm, phần lớn ở một trục."
    contents = soup(index_page()).select(".contents a")
    assert "#pages" in [link["href"] for link in contents]


def test_a_collection_groups_by_place():
    page = soup(collection_page())
    first, second = page.find_all("h2")
    assert first.text == "Tỉnh Mẫu"
    made = first.find_next("ul").find_all("li")
    assert [one.h3.text for one in made] == ["2022", "2023"]
    assert made[0].p.text == "Chỉ số đạt 80,5 điểm." and "minh hoạ" in made[0].text
    assert made[1].p.text.strip() == "Tiếng Việt"
    assert specimen.HOSTILE in second.text
    assert page.find("a", hreflang="vi")["href"] == "a/2022/index.html"


def test_english_pages_say_so():
    page = soup(render_page(specimen.notebook(), specimen.context("en")))
    assert page.html["lang"] == "en"
    assert page.find("a", class_="skip").text == "Skip to the text"
