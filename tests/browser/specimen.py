"""A notebook made by hand for the tests of the page. Its places and figures are invented."""

import io
import re

import matplotlib as mpl
import nbformat.v4 as nb
from markupsafe import Markup
from matplotlib.figure import Figure

from par_lib.language.translation import language
from par_press.page import Edition, Link, PageContext

HOSTILE = '<img src=x onerror="alert(1)">{{7*7}}</title><script>alert(2)</script>'
COLOURS = {
    "#1c2024": "--ink",
    "#5f6670": "--muted",
    "#c9ced6": "--faint",
    "#a8401a": "--accent",
    "#8a93a0": "--bar",
    "#ffffff": "--paper",
}
# invented places, invented counts; the last nine are known only as a group
LISTED = {
    "Bến Thử": 1204,
    "Đồng Ví Dụ": 987,
    "Suối Giả Định": 811,
    "Ấp Mẫu Nghiệm": 640,
    "Núi Thí Dụ": 522,
    "Phường Chữ Nghiêng": 318,
    "Ô Kẻ": 207,
    "Thượng Ngữ Liệu": 96,
    "Hạ Ngữ Liệu": 41,
}
UNLISTED = ["Cồn", "Đảo", "Gò", "Hồ", "Kênh", "Làng", "Mỏm", "Rừng", "Vịnh"]
UNLISTED_TOTAL = 174
REFERENCE = '<a href="#source-invented" title="I, bullet 3">[1]</a>'


def _count(value: int) -> str:
    return language("vi").number(value)


def headline_html() -> str:
    return (
        '<p class="headline">Ba địa phương đứng đầu chiếm 3.002 trong 5.000 hồ sơ trễ hạn'
        f'<span class="refs">{REFERENCE} <span class="status status-derived">tính từ nguồn</span>'
        "</span></p>"
    )


def table_html() -> str:
    """A table as the figures module writes it: exact rows and bounds."""
    rows = [
        ("", name, _count(late), late, "reported", "theo nguồn") for name, late in LISTED.items()
    ]
    rows += [
        ("bound", f"{name} Không Liệt Kê", f"0–{UNLISTED_TOTAL}", 0, "bound", "khoảng giá trị")
        for name in UNLISTED
    ]
    body = "\n".join(
        f'<tr class="{kind}"><th scope="row">{name}</th>'
        f'<td class="num" data-value="{value}">{written}</td>'
        f'<td class="num" data-value="{value / 50:.2f}">{language("vi").percent(value / 50)}</td>'
        f'<td class="refs">{REFERENCE} <span class="status status-{status}">{word}</span></td></tr>'
        for kind, name, written, value, status, word in rows
    )
    caption = "Hồ sơ trễ hạn theo địa phương, năm 2022 (số liệu minh hoạ)"
    return (
        '<figure class="table"><div class="scroll" role="region" tabindex="0" '
        f'aria-label="{caption}"><table class="sortable"><caption>{caption}</caption>\n'
        '<thead><tr><th scope="col">Địa phương</th><th scope="col" class="num">Hồ sơ trễ hạn</th>'
        '<th scope="col" class="num">Tỷ trọng trong tổng số</th>'
        f'<th scope="col" class="refs">Nguồn</th></tr></thead>\n<tbody>{body}</tbody>'
        "</table></div></figure>"
    )


def chart_svg() -> str:
    """A bar chart with real text; colours are the page's custom properties."""
    style = {
        "svg.fonttype": "none",
        "svg.hashsalt": "specimen",
        "font.family": "DejaVu Sans",
        "text.color": "#1c2024",
        "xtick.color": "#5f6670",
        "ytick.color": "#1c2024",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.add_subplot()
        names, late = list(LISTED)[::-1], list(LISTED.values())[::-1]
        bars = axes.barh(names, late, color=["#8a93a0"] * 6 + ["#a8401a"] * 3, height=0.66)
        axes.bar_label(bars, [_count(value) for value in late], padding=4, fontsize=10)
        axes.barh(["Chín nơi khác"], [UNLISTED_TOTAL], hatch="///", fc="#ffffff", ec="#8a93a0")
        axes.text(UNLISTED_TOTAL + 15, 9, f"0–{UNLISTED_TOTAL} mỗi nơi", va="center", fontsize=10)
        axes.invert_yaxis()
        axes.spines[:].set_visible(False)
        axes.tick_params(left=False, bottom=False, labelbottom=False)
        axes.set_xlim(0, 1400)
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return re.sub(
        "|".join(COLOURS), lambda found: f"var({COLOURS[found[0]]}, {found[0]})", text.getvalue()
    )


def output(data: dict[str, str], **metadata: object):
    return nb.new_output("display_data", data, metadata=metadata)


def chart(alt: str = "Biểu đồ thanh: hồ sơ trễ hạn của chín địa phương, nhiều nhất là Bến Thử."):
    words = {"alt": alt, "caption": "Ba thanh đậm là nhóm đứng đầu; vạch chéo là khoảng có thể."}
    return output(
        {"image/svg+xml": chart_svg(), "text/plain": "<Figure>"}, **{"image/svg+xml": words}
    )


def code(source: str, *outputs, tags: tuple[str, ...] = ()):
    return nb.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def notebook(*, charts: bool = True):
    """An executed notebook with all that a page must handle."""
    pictures = [chart(), chart("Biểu đồ thanh lặp lại, để thử hai hình trên một trang.")]
    cells = [
        nb.new_markdown_cell(
            "# Hồ sơ trễ hạn tập trung ở đâu?\n\nTrang mẫu để kiểm thử: mọi địa danh và con số "
            "ở đây đều được đặt ra. Người đọc là người thẩm định; đầu vào là một bảng nhỏ."
        ),
        code("year: int = 2022  # year being assessed", tags=("parameters",)),
        code("year = 2022\nlang = 'vi'", tags=("injected-parameters",)),
        code("import pandas as pd\nfrom par_lib import figures"),
        nb.new_markdown_cell("## Phần lớn nằm ở ba nơi"),
        code("show_headline(late)", output({"text/html": headline_html()})),
        nb.new_markdown_cell(
            "Thanh dài nhất thuộc về **Bến Thử**. Chín nơi không được nêu tên chỉ biết chung một "
            f"tổng số, nên mỗi nơi là một khoảng. Tên nhiều ký tự lạ: {HOSTILE}"
        ),
        code("show(draw_bars(late))  # one door out", *(pictures[:1] if charts else [])),
        code("show_table(late)", output({"text/html": table_html()})),
        nb.new_markdown_cell("## Điều chưa biết\n\n### Số liệu theo xã"),
        code(
            "show_missing('communes')",
            output({"text/html": '<p class="missing">Không có số liệu của từng xã.</p>'}),
            output({"text/markdown": f"Ghi chú: *{HOSTILE}* [xem](javascript:alert(3))"}),
            nb.new_output("stream", name="stderr", text="UserWarning: <b>một dòng</b> cảnh báo\n"),
            *(pictures[1:] if charts else []),
        ),
        nb.new_markdown_cell("| Đơn vị | Ý nghĩa |\n|---|---:|\n| hồ sơ | một thủ tục |"),
        nb.new_markdown_cell("## Nguồn"),
        code(
            "show_sources()",
            output(
                {
                    "text/html": '<ol class="sources"><li id="source-invented" value="1">Nguồn đặt '
                    'ra, <a href="https://example.org/bao-cao">bản gốc</a>, truy cập '
                    "23/11/2026.</li></ol>"
                }
            ),
        ),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return nb.new_notebook(cells=cells)


def context(code: str = "vi", **changes: object) -> PageContext:
    """Furniture as a run of the press would give it."""
    values = {
        "language": language(code),
        "title": "Hồ sơ trễ hạn · Tỉnh Mẫu 2022",
        "place": "Tỉnh Mẫu",
        "period": "2022",
        "edition_date": "dữ liệu truy cập đến 23/11/2026",
        "contents": (
            Link("index.html", "Trang đầu"),
            Link("00_overview.html", "Tổng quan"),
            Link("01_late_dossiers.html", "Hồ sơ trễ hạn", current=True),
            Link("02_disbursement.html", "Giải ngân vốn đầu tư công"),
        ),
        "languages": (
            Link("01_late_dossiers.html", "Tiếng Việt", current=True, language="vi"),
            Link("en/01_late_dossiers.html", "English", language="en"),
        ),
        "downloads": (
            Link("01_late_dossiers.ipynb", "Sổ tính đã chạy (ipynb)"),
            Link("tables/late_dossiers.csv", "Bảng hồ sơ trễ hạn (CSV)"),
        ),
        "banner": "Số liệu minh hoạ: không có con số nào trên trang này là thật.",
    }
    return PageContext(**{**values, **changes})


def cards() -> list[Link]:
    return [
        Link("00_overview.html", "Tổng quan", note="Mất 12,5 điểm, phần lớn ở một trục."),
        Link("01_late_dossiers.html", "Hồ sơ trễ hạn", note="Ba nơi chiếm 3.002."),
    ]


def editions() -> list[Edition]:
    links = (Link("a/2022/index.html", "Tiếng Việt", language="vi"),)
    return [
        Edition(
            "Tỉnh Mẫu",
            "2022",
            links,
            note="Số liệu minh hoạ",
            finding=Markup("Chỉ số đạt <b>80,5</b> điểm."),
        ),
        Edition("Tỉnh Mẫu", "2023", links),
        Edition(f"Tỉnh {HOSTILE}", "2022", links),
    ]
