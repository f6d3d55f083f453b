"""Write docs/method.md, docs/data-dictionary.md and docs/notebooks.md from the code: ``make docs``."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from par_lib.charts import notebook, plots
from par_lib.cleaning import schema
from par_lib.language.translation import TABLE_LABELS, language
from par_lib.scoring import (
    changes,
    disbursement,
    fair_comparison,
    intervals,
    parts,
    rates,
    rulebook,
    scorecard,
    survey,
    unit_comparison,
    unit_sheet,
    whatif,
)

DOCS = Path(__file__).parent
MODULES = (intervals, parts, rulebook, rates, scorecard, whatif, survey, unit_comparison,
           fair_comparison, changes, disbursement, unit_sheet)  # fmt: skip
INTRODUCTION = """# How the numbers are made

Rendered from the docstrings by `make docs`; do not edit. For whoever has to defend a number: its formula, what it
means, which way is better, what missing values do, where the formula comes from (in full, and how it was checked, in
[science-review.md](science-review.md)), and, where it helps, an example that the tests run. A pair is two columns, `x_low` and
`x_high`; percent are 0 to 100; every result carries status, source and locator of the rows it is from.

Words stand behind every result. *Reported* (stated): a source gives it. *Derived*: arithmetic on stated figures.
*Bound*: only an interval follows. *Assumed*: it rests on a rule or maximum that no source available to us states; the
official annexes of decisions 876/QĐ-BNV and 892/QĐ-BNV are not available. *Unknown*: neither points nor figure is known.

Small cells: a share of fewer than 10 dossiers, or of the answers of fewer than 30 people, is shown as its count alone, in
every page, table and document (`FEWEST_DOSSIERS`, `FEWEST_ANSWERS` and `of_enough` in `par_lib/cleaning/schema.py`). Groups
of answers without a figure are together 30 people or more, if need be with the next smallest group: no total less the groups
shown tells of fewer. A percentage that a source itself publishes is shown as published. Answers, and dossiers of a register,
are of single people: they are no part of an edition.

To compute a scorecard and ask what a change would win:

```python
import par_lib as par
from par_lib.scoring import rulebook, scorecard, whatif

data = par.load("quang-nam", 2022)
book = rulebook.load("quang-nam", 2022)
card = scorecard.build(data, book)
changes = whatif.parse_changes("online_payment = 30; sipas_feedback = +5", data=data, rules=book)
whatif.simulate(card, book, changes)
whatif.cheapest_path(card[card["stated"]], target_points=3.88, reach_pct=50)
```
"""


def method() -> str:
    """The page on formulas: the rulebook first, then every public function by module."""
    said = [INTRODUCTION, "\n".join(_rulebook())]
    for module in MODULES:
        said.append(f"## {module.__name__.removeprefix('par_lib.scoring.')}\n\n{_text(module)}\n")
        said += [f"### {name}\n\n{_text(value)}\n" for name, value in _public(module)]
    return "\n".join(said)


def data_dictionary() -> str:
    """The page on columns: every table as schema.py declares it."""
    lines = [
        "# Data dictionary", "",
        "Rendered from `par_lib/cleaning/schema.py` by `make docs`; do not edit. A column marked *partial* is a pair "
        "`_low`, `_high` in the tidy table. How cells are written: [data/raw/README.md](../data/raw/README.md).",
    ]  # fmt: skip
    for table in (*schema.TABLES.values(), schema.ANSWERS, schema.UNITS):
        lines += ["", f"## {table.name}", "", f"{table.meaning}.", "",
                  "| column | kind | required | partial | meaning | codes |", "|---|---|---|---|---|---|"]  # fmt: skip
        for column in table.columns:
            listed = ", ".join(column.codes) if column.kind == "code" else ""
            marks = " | ".join("yes" if mark else "" for mark in (column.required, column.partial))
            lines.append(
                f"| {column.name} | {column.kind} | {marks} | {column.meaning} | {listed} |"
            )
    return "\n".join(lines) + "\n"


def _rulebook() -> Iterator[str]:
    yield "## Rulebooks\n"
    yield "The latest one that is no later than a year is that year's; of another year than its own, all is assumed."
    yield "Edit a copy as `data/raw/<province>/<year>/rules.toml` to use other rules.\n"
    for file in sorted(rulebook.RULES.glob("par_index_*.toml")):
        yield from _rules_of(rulebook.read(file))


def _rules_of(book: rulebook.Rulebook) -> Iterator[str]:
    assumed = " (assumed)" if book.decision_status == "assumed" else ""
    yield f"### {book.year}, decision {book.decision}{assumed}\n"
    for pillar in book.pillars:
        yield f"- {pillar.code}: at most {pillar.max_points:g} points, {pillar.status} ({pillar.source})"
    for area in book.areas:
        yield f"- {area.code}: {area.max_points:g} of {book.max_points:g} points, {area.status} ({area.source})"
    yield ""
    yield "| no. | criterion | maximum | maximum is | points by rate | rule is | source |"
    yield "|---|---|---|---|---|---|---|"
    for number, one in enumerate(book.criteria, start=1):
        knots = ", ".join(f"{points:g} at {rate:g} %" for rate, points in one.points_by_rate)
        yield (f"| {number} | {one.code} | {one.max_points:g} | {one.max_points_status} | "
               f"{knots or 'none'} | {one.status} | {one.source} |")  # fmt: skip
    yield ""


def _public(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in vars(module).items():
        own = getattr(value, "__module__", "") == module.__name__
        if (
            own
            and not name.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
        ):
            yield name, value
            if inspect.isclass(value):
                yield from _methods(value)


def _methods(kind: type) -> Iterator[tuple[str, object]]:
    """What a class computes, where its own docstring says how."""
    for name, value in vars(kind).items():
        if not name.startswith("_") and inspect.isfunction(value) and value.__doc__:
            yield f"{kind.__name__}.{name}", value


def _text(value: object) -> str:
    """A docstring as Markdown: examples become code blocks."""
    blocks = []
    for block in (inspect.getdoc(value) or "").split("\n\n"):
        if block.lstrip().startswith((">>>", "    ")):
            blocks.append(f"```\n{inspect.cleandoc(block)}\n```")
        else:
            blocks.append(re.sub(r"``([^`]+)``", r"`\1`", block))
    return "\n\n".join(blocks)


NOTEBOOKS = """# Viết một notebook · Writing a notebook

Trang này lập từ mã nguồn bằng `make docs`; không sửa trực tiếp. Rendered from the code; do not edit.

```python
import par_lib as par
from par_lib.charts import plots
from par_lib.charts.notebook import pair, sources, table
from par_lib.scoring import parts

data = par.begin("quang-nam", 2022)
late = data.late_dossiers.query("level == 'district'")
districts = parts.of(late, "late", whole=data.place)
plots.barplot(districts.units, x="late", y="unit", highlight=districts.holding(50).index)
```

`whole`: dòng mang tên này là tổng số (the row of this name is the total). Sở, ban, ngành (departments):
`data.late_dossiers.query("level == 'department'")`. `highlight`: nhãn hoặc tên các dòng được tô màu (labels or names of the rows
in colour), `highlight="Hội An"`; biểu đồ không có `hue`, `palette` (plots have neither, but for `hue` of `lineplot`).

Câu văn có số liệu (`%%say`, `%%headline`): [prose.md](prose.md). Sentences with values: [prose.md](prose.md).

Tên một cột riêng (the name of a column of one's own): `translation.COLUMNS["double_pct"] = "Gấp đôi (%)"`, với (with)
`from par_lib.language import translation`. Phần cuối của tên cột cho biết đơn vị tính: `_pct`, `_points`, `_bn_vnd`. The end of
the name says the unit. Tên có `late`, `lost`, `open` hoặc `days`: thấp hơn là tốt hơn (a name with one of these is better when
lower). `x="late"` là cột `late` hoặc cặp cột (or the pair) `late_low`, `late_high`.
"""
_VI = {  # what each does, in Vietnamese; one without an entry is an error
    "barplot": "Thanh từ 0: số lượng, tỷ trọng.",
    "divergeplot": "Thanh phân kỳ: mức tăng, giảm.",
    "dotplot": "Chấm: tỷ lệ, điểm; đoạn gạch chéo: chỉ có khoảng giá trị; `threshold` là ngưỡng.",
    "dumbbellplot": "Quả tạ: hai giá trị của mỗi dòng, trước và sau.",
    "stackplot": "Thanh xếp chồng: các phần của một tổng.",
    "lineplot": "Đường theo thời gian; `hue`: mỗi giá trị một đường.",
    "histplot": "Tần số theo số nguyên, ví dụ số ngày trễ hạn.",
    "bandplot": "Đường cong có cận dưới và cận trên, ví dụ Lorenz.",
    "tileplot": "Sơ đồ ô theo địa bàn; đậm hơn là xấu hơn.",
    "table": "Bảng: các cột theo tên, cách nhau bằng dấu cách.",
    "sources": "Danh mục nguồn đã trích; ô cuối của notebook.",
    "pair": "Tổng của một cột có cận dưới, cận trên, để ghi vào câu văn.",
    "cite": "Gắn nguồn của bảng khác cho một bảng tự tính.",
    "funnelplot": "Giá trị của mỗi đơn vị theo quy mô, và giới hạn dao động ngẫu nhiên ở quy mô đó.",
    "processplot": "Các tháng với giá trị trung bình và giới hạn dao động thông thường.",
    "begin": "Mở notebook: số liệu, ngôn ngữ, kiểu biểu đồ.",
    "listed": "Đơn vị có số liệu riêng.",
    "unlisted": "Đơn vị chỉ có số liệu gộp.",
    "largest": "Đơn vị chắc chắn có nhiều nhất.",
    "rest": "Số của các đơn vị chưa có số liệu riêng cộng lại.",
    "holding": "Ít đơn vị nhất cùng chiếm tỷ trọng này.",
    "fewest_for": "Số đơn vị lớn nhất đủ cho một lượng.",
    "gini": "Hệ số Gini, cận dưới và cận trên.",
    "top_share_pct": "Tỷ trọng của các đơn vị lớn nhất.",
    "lorenz": "Đường cong Lorenz.",
    "pareto": "Tỷ trọng lũy kế, từ đơn vị lớn nhất.",
    "clear": "Số mỗi đơn vị phải giảm nếu cùng giảm một tỷ lệ.",
    "needed": "Số phải giảm để tổng số giảm một tỷ lệ.",
}  # fmt: skip


_FIELDS = """| `units` | Mọi đơn vị, từ nhiều nhất, với tỷ trọng và thứ tự. | All units, most first, with shares and order. |
| `total` | Tổng số đã công bố; thiếu nếu không có. | The declared total; missing where there is none. |
| `excess` | Số vượt tổng đã công bố, nếu có. | By how much the listed units exceed it, if they do. |
"""


def notebooks() -> str:
    """What a notebook is written with: plots, the parts of a total, tables of a year."""
    drawn = [(f"plots.{name}", value) for name, value in _public(plots) if name.endswith("plot")]
    shown = [(name, value) for name, value in _public(notebook)
             if name in ("begin", "table", "sources", "pair", "cite")]  # fmt: skip
    whole = [(name, value) for name, value in vars(parts.Parts).items()
             if not name.startswith("_") and (callable(value) or isinstance(value, property))]  # fmt: skip
    text = NOTEBOOKS
    for head, members in (("Biểu đồ · Plots", drawn), ("Bảng, nguồn · Tables, sources", shown),
                          ('`parts.of(frame, "late", whole=data.place)`: tổng số và các phần · a total and its parts', whole)):  # fmt: skip
        text += f"\n## {head}\n\n| | | |\n|---|---|---|\n"
        if members is whole:
            text += _FIELDS
        for name, value in members:
            first = re.sub(r"``([^`]+)``", r"`\1`", inspect.getdoc(value).split("\n\n")[0])
            text += f"| `{name}` | {_VI[name.removeprefix('plots.')]} | {' '.join(first.split()).replace('<', '&lt;')} |\n"
    text += "\n## `data`: bảng của năm · tables of the year\n\n| | | |\n|---|---|---|\n"
    for name, label in TABLE_LABELS.items():
        text += f"| `data.{name}` | {language('vi')(label)} | {label} |\n"
    return text + "\nCác cột · every column: [data-dictionary.md](data-dictionary.md).\n"


PAGES = {"method.md": method, "data-dictionary.md": data_dictionary, "notebooks.md": notebooks}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
