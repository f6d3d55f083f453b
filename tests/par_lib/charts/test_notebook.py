"""A notebook while it runs: what begin refuses, what is said, how values stand in text and tables.

Cells run in a shell of IPython in this process, as a kernel would run them.
"""

import math
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import par_lib as par
from par_lib.charts import notebook
from par_lib.charts.notebook import Notebook
from par_lib.language import Refused
from par_lib.language.prose import Absent, Mistyped

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def shell(root, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delenv("PAR_LANG")  # so that a notebook's own language is spoken
    monkeypatch.setattr(notebook, "_opened", [])
    own = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    with mpl.rc_context():
        yield own
    plt.close("all")
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, cell: str) -> list[BeautifulSoup]:
    """What a cell shows; its error is raised."""
    with capture_output() as shown:
        shell.run_cell(cell).raise_error()
    return [BeautifulSoup(one.data["text/html"], "html.parser") for one in shown.outputs]


def begun(shell: InteractiveShell, lang: str = "vi") -> InteractiveShell:
    run(shell, "import pandas as pd, par_lib as par\n"
               "from par_lib.charts import plots\n"
               "from par_lib.charts.notebook import cite, pair, sources, table\n"
               f"data = par.begin('quang-nam', 2022, {lang!r})\n"
               "late = data.late_dossiers.query(\"unit == 'Điện Bàn' or unit == 'Hội An'\")\n"
               "one = late.head(1)\nnone = late.head(0)\nunknown = float('nan')")  # fmt: skip
    return shell


def said(shell: InteractiveShell, cell: str) -> list[str]:
    """Sentences a cell shows, without their marks."""
    shown = run(shell, cell)
    for one in shown:
        for mark in one.select(".refs, .more"):
            mark.extract()
    return [one.text.strip() for one in shown]


@pytest.mark.parametrize("value", [101, -0.1, 100.5])
def test_a_percentage_outside_0_to_100_is_refused(shell, value):
    shell.user_ns["threshold_pct"] = value
    with pytest.raises(ValueError, match=f"threshold_pct is {value:g}; it must be 0 to 100"):
        par.begin("quang-nam", 2022, "en")


def test_other_parameters_are_not_percentages(shell):
    shell.user_ns.update(threshold_pct=0, other_pct=100.0, top=500, weight=-1, words_pct="abc")
    assert par.begin("quang-nam", 2022).year == 2022


def test_what_begin_cannot_open_is_told(root, monkeypatch):
    monkeypatch.delenv("PAR_LANG")
    with pytest.raises(ValueError, match="lang 'fr': choose one of vi, en"):
        par.begin("quang-nam", 2022, "fr")
    with pytest.raises(ValueError, match="quang-nam has no raw data for 1999; choose one of 2021"):
        par.begin("quang-nam", 1999, "en")
    with pytest.raises(ValueError, match=r"quang-nm.*chọn một trong .*quang-nam"):
        par.begin("quang-nm", 2022)


def test_nothing_is_shown_before_a_notebook_is_begun(shell):
    with pytest.raises(Refused, match=r"call data = par\.begin\(province, year, lang\) first"):
        notebook.sources()


NOTHING = "ô mở đầu (par.begin) có lỗi, cần sửa và chạy lại: "


@pytest.mark.parametrize(("cell", "why"), [
    ("low_pct: float = 700\npar.begin('quang-nam', 2022)",
     "low_pct là 700; giá trị phải từ 0 đến 100"),
    ("par.begin('quang-nam', 2022)\nunit_comparison.compared_level(late, whole='', asked='xã')",
     "level 'xã': chọn một trong auto, district, commune"),  # behind par.begin, in its cell
    ("data = = par.begin('quang-nam', 2022)", "invalid syntax"),
])  # fmt: skip
def test_where_the_opening_cell_failed_nothing_of_an_earlier_run_is_said_or_shown(shell, cell, why):
    """As in a warm kernel, where the values of that run are still there."""
    begun(shell)
    run(shell, "from par_lib.scoring import unit_comparison")
    assert said(shell, "%%say from one\nCâu.") == ["Câu."]
    assert why in told(shell, cell)
    drawn = "plots.barplot(late, x='late', y='unit')"
    for after in ("%%say\nCâu.", "%%headline\nCâu.", "sources()", "table(one, 'unit')", drawn):
        assert told(shell, after).startswith(NOTHING) and why in told(shell, after)
    assert plt.get_fignums() == []
    assert NOTHING in told(shell, "low_pct: float = 7\nsources()")
    run(shell, "data = par.begin('quang-nam', 2022)")
    run(shell, "low_pct: float = 700")  # not followed by what opens
    assert told(shell, "%%say from one\nCâu.") == "low_pct là 700; giá trị phải từ 0 đến 100"
    run(shell, "low_pct = 7")
    assert said(shell, "%%say from one\nCâu.") == ["Câu."]


def told(shell: InteractiveShell, cell: str) -> str:
    """All that a cell shows, which fails: a line of words, and no chart, table or sentence."""
    with capture_output() as shown:
        shell.run_cell(cell)
    assert not shown.outputs
    return shown.stdout.strip().removeprefix("Out[0]: ")


@pytest.mark.parametrize(("cell", "words"), [
    ("%%say form one\nCâu.", "form one: viết %%say, hoặc %%say from bảng"),
    ("%%say from onne\nCâu.", "Không có onne. Có phải là: one"),
    ("%%say from one as assummed\nCâu.", "Không có assummed. Có phải là: assumed?"),
    ("%%say from par\nCâu.", "from par: không phải bảng có nguồn"),
    ("%%say from pd.DataFrame\nCâu.", "from pd.DataFrame: không phải bảng có nguồn"),
    ("%%say from one\nCó {nothing_of_the_kind}.", "Có phải là: cite, data, late"),  # no In, Out
    ("%%say from one\nCó {frames.late.unti}.", "Không có frames. Có phải là: "),
    ("%%say from one\nCó {data.late_dossiers.unti}.", "Không có unti. Có phải là: unit?"),
    ("table(['unit', 'late'], 'unit')", "table nhận một DataFrame, sau đó là tên các cột"),
    ("plots.barplot(late, x='late', y='unit', caption='{onne}')", "Không có onne. Có phải là: one"),
    ("plots.barplot(late, x='late', y='unit', hue='level')", "Không có hue. Có phải là: "),
    ("plots.barplot(late, x='late', y='unit', highlight='Hội Ann')",
     "Không có Hội Ann. Có phải là: Hội An?"),
    ("plots.dotplot(late, x='on_time_pct', y='unit', threshold=700)",
     "threshold là 700; giá trị phải từ 0 đến 100"),
    ("plots.dotplot(late, x='on_time_pct', y='unit', threshold='70')",
     "threshold là '70'; giá trị phải từ 0 đến 100"),
    ("few_pct: float = '50'\npar.begin('quang-nam', 2022)",
     "few_pct là '50'; giá trị phải là một số"),
    ("most: int = 2.5\npar.begin('quang-nam', 2022)",
     "most là 2.5; giá trị phải là một số nguyên"),
    ("name: str = 3\npar.begin('quang-nam', 2022)", "name là 3; giá trị phải là một chuỗi ký tự"),
    ("what_if: str = 'foo = 3'\npar.begin('quang-nam', 2022)", "không có tiêu chí 'foo' trong"),
    ("what_if: str = 'online_payment = 300'\npar.begin('quang-nam', 2022)",
     "online_payment là 300; giá trị phải từ 0 đến 100"),
    ("par.load('quang-nam', 1999)", "quang-nam chưa có số liệu gốc năm 1999; chọn một trong"),
    ("from par_lib.scoring.unit_comparison import compared_level\n"
     "compared_level(late, whole='', asked='department')", "để so sánh các sở, ban, ngành"),
    ("from par_lib.scoring.survey import satisfaction\n"
     "satisfaction(late, by=['unit'], design_effect=0.5)", "hệ số thiết kế mẫu phải từ 1"),
])  # fmt: skip
def test_what_is_refused_is_told_once_in_a_line_of_the_readers_language(shell, cell, words):
    line = told(begun(shell), cell)
    assert words in line and line.count("\n") == 0 and line.count(words) == 1
    assert plt.get_fignums() == []
    with mpl.rc_context():
        shell.user_ns.pop("__annotations__", None)


def test_names_of_columns_may_be_a_list_and_a_highlight_one_name(shell):
    begun(shell)
    shown = run(shell, "table(one, ['unit', 'late'], 'A')")[0]
    assert [one.text for one in shown.select("thead th")][:2] == [
        "Địa phương, đơn vị",
        "Hồ sơ trễ hạn",
    ]
    run(shell, "ax = plots.barplot(late, x='late', y='unit', highlight='Hội An')")
    marked = shell.user_ns["ax"].drawn.rows.set_index("name")["marked"]
    assert marked.to_dict() == {"Điện Bàn": False, "Hội An": True}


def test_the_headline_is_the_first_paragraph_whose_values_are_all_known(shell):
    cell = "%%headline from one\n{unknown} là một.\n\n{count} là hai.\n\n{count} là ba."
    begun(shell).user_ns["count"] = 11193
    assert said(shell, cell) == ["11.193 là hai."]
    assert said(shell, "%%headline from one\n{unknown} là một.") == []
    headline = run(shell, cell)[0].find("p")
    assert headline["class"] == ["headline"] and headline.select_one(".refs a")


def test_say_says_every_paragraph_whose_values_are_known(shell):
    begun(shell).user_ns["count"] = 2
    cell = "%%say from one\n{count} là một.\n\n{unknown} là hai.\n\nBa."
    assert said(shell, cell) == ["2 là một.", "Ba."]


def test_without_rows_a_headline_says_what_is_missing_and_a_sentence_has_no_mark(shell):
    begun(shell)
    assert run(shell, "%%headline from none\nKhông có số liệu.")[0].p["class"] == ["missing"]
    assert run(shell, "%%say from none\nCâu.")[0].select(".refs") == []
    assert run(shell, "%%say\nCâu.")[0].select(".refs") == []


@pytest.mark.parametrize(("line", "status"), [
    ("from one\nCâu {one.unit} {until_date} {year}.", "reported"),  # that of the row
    ("from one\nCâu {one.late_low} {both}.", "reported"),  # numbers that stand in it
    ("from one\nCâu {one_count}.", "derived"),
    ("from one\nCâu {one.late_low} {more}.", "derived"),  # 11,193 + 1
    ("from one\nCâu {one.double}.", "derived"),  # a column of our own
    ("from late\nCâu.", "derived"),  # of two rows something was computed
    ("from one, late\nCâu.", "derived"),
    ("from ours\nCâu {more}.", "assumed"), ("from ours, ours\nCâu.", "assumed"),
    ("from ours, late\nCâu.", "derived"),
    ("from one as assumed\nCâu.", "assumed"),
])  # fmt: skip
def test_the_mark_of_a_sentence_says_what_it_rests_on(shell, line, status):
    run(begun(shell), "year, until_date = 2022, one['period_end']\n"
        "one = one.assign(double=2 * one['late_low'])\nboth = pair(one, 'late')\n"
        "one_count, more = len(one), one['late_low'] + 1\n"
        "ours = one.assign(status='assumed')")  # fmt: skip
    mark = run(shell, f"%%say {line}")[0].select_one(".status")
    assert mark["class"] == ["status", f"status-{status}"]


@pytest.mark.parametrize(("columns", "status"), [
    ("unit late period_end", "reported"), ("unit late half", "derived"),
])  # fmt: skip
def test_a_row_with_a_computed_number_is_marked_so(shell, columns, status):
    run(begun(shell), "one = one.assign(half=one['late_low'] / 2)")
    mark = run(shell, f'table(one, "{columns}", "A")')[0].select_one(".status")
    assert mark["class"] == ["status", f"status-{status}"]


def test_a_mistyped_name_is_told_in_one_line_without_a_traceback(shell):
    begun(shell)
    with capture_output() as shown:
        assert not shell.run_cell('table(one, "unit lates", "A")').success
    assert shown.stdout.strip() == "Không có lates. Có phải là: late?"


def test_a_headline_may_lead_to_the_page_that_says_more(shell):
    shown = run(begun(shell), "%%headline from one see 02_disbursement\nCâu.")[0]
    assert shown.select_one("a.more")["href"] == "02_disbursement.html"


def test_a_name_mistyped_or_a_fraction_without_its_unit_stops_the_cell(shell):
    begun(shell).user_ns["share"] = 0.5
    with pytest.raises(Mistyped, match=r"Không có shares\. Có phải là: share\?"):
        run(shell, "%%say from one\n{shares} chiếm.")
    with pytest.raises(Mistyped, match=r"Không có unitt\. Có phải là: unit\?"):
        run(shell, "%%say from one\n{one.unitt} chiếm.")
    with pytest.raises(Mistyped, match=r"Không có lates\. Có phải là: late\?"):
        run(shell, 'table(one, "unit lates", "A")')
    with pytest.raises(
        Refused, match=r"share là 0\.5: tên phải cho biết đơn vị tính, ví dụ share_pct"
    ):
        run(shell, "%%say from one\nTỷ trọng {share}.")


def test_prose_and_names_of_units_are_translated(shell, monkeypatch):
    here = begun(shell, "en")
    catalog = {"{leaders} có {late}.": "{leaders}: {late} late dossiers."}
    opened = notebook._opened[0]
    monkeypatch.setattr(opened, "t", type(opened.t)("en", catalog))
    here.user_ns.update(leaders=["Sở Y tế", "Hội An"])
    here.user_ns["late"] = 11193
    assert said(shell, "%%say\n{leaders} có {late}.\n\nChưa dịch.") == [
        "Department of Health and Hội An: 11,193 late dossiers.", "Chưa dịch.",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def writer():
    units = pd.DataFrame({"name": ["Điện Bàn", "Sở Y tế"], "level": ["district", "department"],
                          "name_en": ["Dien Ban Town", "Department of Health"]})  # fmt: skip
    data = SimpleNamespace(units=units, sources=pd.DataFrame({"title": [], "title_en": []}))
    return {lang: Notebook(data, lang) for lang in ("vi", "en")}


@pytest.mark.parametrize(("name", "value", "vi", "en"), [
    ("late", 11193.0, "11.193", "11,193"),
    ("rate_pct", 25.0, "25%", "25%"),
    ("rate_pct", 61.1, "61,1%", "61.1%"),
    ("rate_pct", 54.2358, "54,2%", "54.2%"),
    ("earned_points", 1.1922, "1,19", "1.19"),  # a text has two digits at most
    ("plan_bn_vnd", 2534.302, "2.534,3", "2,534.3"),
    ("gini", 0.42424, "0,424", "0.424"),
    ("plan_year", 2022.0, "2022", "2022"),  # no thousands
    ("as_of_date", pd.Timestamp("2022-08-31"), "31/8/2022", "31 August 2022"),
    ("unit", "Điện Bàn", "Điện Bàn", "Điện Bàn"),  # a place is called as it is spelled
    ("unit", "Sở Y tế", "Sở Y tế", "Department of Health"),
    ("level", "district", "Cấp huyện", "Districts"),
    ("share_pct", (70, 100), "từ 70% đến 100%", "70%–100%"),
    ("share_pct", (70.0, math.nan), "từ 70% trở lên", "70% or more"),
    ("late", (5, 5), "5", "5"),
    ("units", ["Điện Bàn", "Hội An"], "Điện Bàn và Hội An", "Điện Bàn and Hội An"),
    ("rates_pct", pd.Series([61.1, 25.0]), "61,1% và 25%", "61.1% and 25%"),
    ("date", pd.Series([pd.Timestamp("2022-12-31")]), "31/12/2022", "31 December 2022"),
])  # fmt: skip
def test_a_value_in_a_sentence_by_hand(writer, name, value, vi, en):
    assert writer["vi"].write(name, value) == vi
    assert writer["en"].write(name, value) == en


@pytest.mark.parametrize(
    "value", [None, math.nan, pd.NaT, [], pd.Series(dtype=float), (math.nan, 1.0), [math.nan]]
)
def test_what_is_not_known_is_absent_in_a_sentence(writer, value):
    with pytest.raises(Absent, match="rate_pct"):
        writer["vi"].write("rate_pct", value)


def test_a_table_has_the_digits_and_the_words_of_its_columns(shell):
    begun(shell).user_ns["own"] = pd.DataFrame({
        "unit": ["Điện Bàn", "Hội An", "Tam Kỳ"], "rate_pct_low": [25.0, 61.1, 70.0],
        "rate_pct_high": [25.0, 61.1, math.nan], "late": [11193.0, math.nan, 0.0],
        "won_points": [1.1922, 1 / 3, 2.0], "points": [1.1922, 0.5, 2.0],
        "as_of": pd.Timestamp("2022-12-31"), "level": "district", "plan_year": 2022,
    })  # fmt: skip
    shown = run(
        shell, 'table(own, "unit rate_pct late won_points points as_of level plan_year", "A")'
    )
    cells = [[cell.text for cell in row.find_all(["th", "td"])] for row in shown[0].find_all("tr")]
    assert cells == [
        ["Địa phương, đơn vị", "Tỷ lệ (%)", "Hồ sơ trễ hạn", "Điểm tăng thêm", "Điểm đạt được",
         "Tính đến hết ngày", "Cấp", "Năm kế hoạch"],
        ["Điện Bàn", "25%", "11.193", "1,19", "1,1922", "31/12/2022", "Cấp huyện", "2022"],
        ["Hội An", "61,1%", "–", "0,33", "0,5", "31/12/2022", "Cấp huyện", "2022"],
        ["Tam Kỳ", f"≥{NBSP}70%", "0", "2,00", "2", "31/12/2022", "Cấp huyện", "2022"],
    ]  # fmt: skip
    assert shown[0].caption.text == "A"


def test_a_table_is_sorted_by_the_end_of_an_interval_that_counts(shell):
    """Late at least so many, satisfied at most: nobody comes first by what only may be."""
    pairs = {"late": (0, 3551), "late_ratio": (0.5, 2), "likely_ratio": (0.4, 2.5),
             "share_pct": (1, 9), "satisfaction_pct": (60, 80), "rate_pct": (70, None)}  # fmt: skip
    begun(shell).user_ns["own"] = pd.DataFrame({"unit": ["A"]} | {
        f"{name}_{end}": [value] for name, both in pairs.items()
        for end, value in zip(("low", "high"), both, strict=True)
    }).astype({"rate_pct_high": float})  # fmt: skip
    shown = run(shell, f'table(own, "unit {" ".join(pairs)}", "A")')[0]
    assert [cell["data-value"] for cell in shown.select("td")] == [
        "0", "0.5", "0.4", "1", "80", "70"]  # fmt: skip


def test_a_table_of_no_rows_is_not_shown_and_a_trace_is_its_last_column(shell):
    begun(shell)
    assert run(shell, 'table(none, "unit late", "A")')[0].text == "Không có nội dung: A."
    table = run(shell, 'table(one, "unit late", "A")')[0]
    assert [cell["class"] for cell in table.find_all("td")] == [["num"], ["refs"]]
    assert table.select_one("tbody th")["style"] == "text-align: left; font-weight: normal"
    assert table.select_one(".refs a")["href"].startswith("#source-")


def test_a_table_is_emitted_as_data_too_an_interval_as_its_ends_and_in_words(shell):
    cell = """
part = one.assign(unit="Điện Bàn", late_low=11193, late_high=20000, plan_year=2023)
part["up"] = pd.Timestamp("2022-12-31")
table(part, "unit late up plan_year resolved", "Trễ hạn")  # no value of resolved is known
"""
    with capture_output() as shown:
        begun(shell).run_cell(cell).raise_error()
    data = shown.outputs[0].data["application/vnd.dataresource+json"]
    assert data["title"] == "Trễ hạn"
    assert [(one["name"], one["type"]) for one in data["schema"]["fields"]] == [
        ("unit", "string"), ("late_low", "number"), ("late_high", "number"), ("late", "string"),
        ("up", "date"), ("plan_year", "year"), ("status", "string"),
        ("source", "string"), ("locator", "string")]  # fmt: skip
    assert data["schema"]["fields"][1]["title"] == "Hồ sơ trễ hạn, cận dưới"
    (row,) = data["data"]
    assert row["unit"] == "Điện Bàn" and row["up"].startswith("2022-12-31")
    assert (row["late_low"], row["late_high"]) == (11193, 20000)
    assert row["late"] == "11.193–20.000"
    assert row["source"].startswith("[1] Báo cáo") and row["locator"].startswith("I, gạch")


def test_points_at_stake_are_told_to_documents_where_they_are_known(shell):
    begun(shell)
    for stake, told in (("(1.5, 2.5)", {"par": {"worth": 2.5}}), ("unknown", {})):
        with capture_output() as shown:
            shell.run_cell(f"stake = {stake}\n")
            shell.run_cell("%%say from one worth stake\nMột câu.").raise_error()
        assert shown.outputs[0].metadata == told


def test_a_caption_is_filled_in_and_silent_where_a_value_is_not_known(shell):
    begun(shell).user_ns["day_date"] = pd.Timestamp("2022-12-31")
    assert notebook._opened[0].caption("Đến {day_date}") == "Đến 31/12/2022"
    assert notebook._opened[0].caption("Đến {unknown}") == ""


def test_a_chart_is_shown_with_its_words_and_of_no_rows_nothing(shell):
    begun(shell)
    shown = run(shell, 'year = 2022\nplots.barplot(late, x="late", y="unit", caption="Đến {year}")')
    assert len(shown) == 1  # values of the notebook are filled in
    assert shown[0].svg["aria-label"].startswith("Biểu đồ thanh. Đến 2022. ")
    assert shown[0].figcaption.text == "Đến 2022."
    nothing = run(shell, 'plots.barplot(none, x="late", y="unit", caption="Đến {year}")')
    assert [one.text for one in nothing] == ["Không có nội dung: Đến 2022."]
    nothing = run(shell, 'plots.barplot(none, x="late", y="unit")')
    assert [one.text for one in nothing] == [
        "Không có nội dung: Hồ sơ trễ hạn, Địa phương, đơn vị."
    ]
    nothing = run(shell, 'table(none, "unit late", "Đến {unknown}")')
    assert [one.text for one in nothing] == [
        "Không có nội dung: Địa phương, đơn vị, Hồ sơ trễ hạn."
    ]
    assert plt.get_fignums() == []


def test_the_sources_listed_are_those_cited_above(shell):
    begun(shell)
    assert run(shell, "sources()")[0].find_all("li") == []
    run(shell, "%%say from one\nCâu.")
    listed = run(shell, "sources()")[0].find_all("li")
    assert [one["id"] for one in listed] == [f"source-{shell.user_ns['one']['source'].item()}"]


def test_a_frame_is_cited_as_what_it_was_read_from():
    read = pd.DataFrame({"source": ["s", "other"], "locator": ["l", "m"], "status": "reported"})
    made = pd.DataFrame({"value": [1, 2]})
    assert notebook.cite(made, read).to_dict("list") == {
        "value": [1, 2], "status": ["derived"] * 2, "source": ["s"] * 2, "locator": ["l"] * 2,
    }  # fmt: skip
    assert notebook.cite(made, read, "assumed")["status"].tolist() == ["assumed"] * 2
    assert notebook.cite(made.iloc[:0], read.iloc[:0]).empty
    assert list(made) == ["value"]  # the frame itself stays as it is


def test_a_pair_is_summed_end_by_end():
    frame = pd.DataFrame({"late_low": [1, 0], "late_high": [1, 4]})
    assert notebook.pair(frame, "late") == (1, 5)
    assert all(map(math.isnan, notebook.pair(frame.iloc[:0], "late")))
