"""What a chart draws and says: a value is filled, a bound is hatched, words come from the data."""

import io
import re
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from par_lib.charts import STYLE, plot_words, plots
from par_lib.charts.notebook import Notebook, to_svg
from par_lib.language.prose import Mistyped
from par_lib.scoring import fair_comparison

NAN = float("nan")


@pytest.fixture(autouse=True)
def house_style():
    with mpl.rc_context(STYLE):
        yield
    plt.close("all")


def rows(value: str, *records: tuple, **more: object) -> pd.DataFrame:
    columns = ["unit", f"{value}_low", f"{value}_high"]
    return pd.DataFrame(records, columns=columns).assign(**more)


LATE = rows("late", ("Điện Bàn", 11193, 11193), ("Hội An", 4308, 4308), ("Tam Kỳ", 0, 3551))
RATES = rows("rate_pct", ("A", 61.1, 61.1), ("B", 25.0, 25.0), ("C", 70.0, NAN))
MOVED = rows("change", ("A", 3, 3), ("B", -5, -5), ("C", -1, 2))
BOTH = pd.DataFrame(
    [("A", 30, 30, 60, 60), ("B", 20, 20, 10, 10), ("C", 0, 20, 70, 70), ("D", 5, 5, 70, NAN)],
    columns=["unit", "start_pct_low", "start_pct_high", "end_pct_low", "end_pct_high"],
)
POINTS = pd.DataFrame(
    {"points": [0.5905, 1.0], "lost_points": [0.9095, 0.0]},
    index=pd.Index(["sipas", "online_payment"], name="criterion"),
)
TREND = pd.DataFrame({"month": [8, 11, 8, 11], "rate_pct": [40.4, 71.2, 50.0, 60.0],
                      "plan_year": ["2022", "2022", "2021", "2021"]})  # fmt: skip
DAYS = pd.DataFrame({"days_late": [1, 1, 3], "dossiers": [5, 2, 4]})
CURVE = pd.DataFrame({"share_of_units_pct": [0, 25, 50, 75, 100],
                      "late_share_pct_low": [0, 0, 10, 40, 100],
                      "late_share_pct_high": [0, 5, 15, 40, 100]})  # fmt: skip
TILES = LATE.assign(row=[0, 1, 1], column=[0, 0, 1])
SIZED = rows("late", *[(f"U{i}", late, late) for i, late in
                       enumerate([10, 12, 9, 11, 10, 8, 12, 10, 11, 9, 40, 0, 10])])  # fmt: skip
SIZED.loc[12, ["late_low", "late_high"]] = 5, 60
FUNNEL = fair_comparison.funnel(SIZED.assign(resolved=[100] * 11 + [250, 150], unit_code="u"))
MONTHS = pd.DataFrame({"month": range(1, 13), "late_pct": [10, 14] * 5 + [11, 30.0]})
MONTHS = MONTHS.join(fair_comparison.process_chart(MONTHS["late_pct"]))

KINDS = {
    "bar": (LATE, plots.barplot, {"x": "late", "y": "unit"}),
    "dot": (RATES, plots.dotplot, {"x": "rate_pct", "y": "unit"}),
    "diverge": (MOVED, plots.divergeplot, {"x": "change", "y": "unit"}),
    "dumbbell": (BOTH, plots.dumbbellplot,
                 {"start": "start_pct", "end": "end_pct", "x": "rate_pct", "y": "unit"}),
    "stack": (POINTS, plots.stackplot, {"x": "max_points", "y": "criterion"}),
    "line": (TREND, plots.lineplot, {"x": "month", "y": "rate_pct", "hue": "plan_year"}),
    "histogram": (DAYS, plots.histplot, {"x": "days_late", "weights": "dossiers"}),
    "band": (CURVE, plots.bandplot, {"x": "share_of_units_pct", "y": "late_share_pct"}),
    "tile": (TILES, plots.tileplot, {"name": "unit", "value": "late"}),
    "funnel": (FUNNEL, plots.funnelplot, {"x": "resolved", "y": "late_pct"}),
    "process": (MONTHS, plots.processplot, {"x": "month", "y": "late_pct"}),
}  # fmt: skip


def draw(kind: str, data: pd.DataFrame | None = None, **options: object) -> plt.Axes:
    own, plot, names = KINDS[kind]
    return plot(own if data is None else data, **names, **options)


def finish(ax: plt.Axes, lang: str = "vi") -> tuple[str, str]:
    """Alternative text and caption, as a notebook in that language puts them."""
    data = SimpleNamespace(
        units=pd.DataFrame(
            {
                "name": ["Điện Bàn", "Sở Y tế"],
                "level": ["district", "department"],
                "name_en": ["Dien Ban Town", "Department of Health"],
            }
        ),
        sources=pd.DataFrame({"title": [], "title_en": []}),
    )
    told = plot_words.finish(ax.figure, Notebook(data, lang))
    ax.figure.canvas.draw()  # ticks are written when they are drawn
    return told


def spans(ax: plt.Axes) -> list[tuple[float, float]]:
    """Both ends of what is hatched; none of it is filled."""
    hatched = [patch for patch in ax.patches if patch.get_hatch()]
    assert all(patch.get_facecolor()[3] == 0 for patch in hatched)
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in hatched]


def bars(ax: plt.Axes) -> list[float]:
    return [patch.get_width() for patch in ax.patches if not patch.get_hatch()]


def texts(ax: plt.Axes) -> list[str]:
    """Values, and what else stands on a chart but the names of its rows."""
    return [text.get_text() for text in ax.texts if not is_name(text)]


def row_names(ax: plt.Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if is_name(text)]


def is_name(text: mpl.text.Text) -> bool:
    """Of a row: it stands above it, at the left."""
    return (text.get_ha(), text.get_va()) == ("left", "bottom")


def ticks(axis: mpl.axis.Axis) -> list[str]:
    return [tick.get_text() for tick in axis.get_ticklabels()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_has_words(kind):
    ax = draw(kind)
    assert ax.has_data() and ax.drawn.kind == kind
    alt, caption = finish(ax, "en")
    assert alt.startswith(f"{plot_words._KINDS[kind][0]}. {caption} ") and caption.endswith(".")
    assert "_" not in alt + "".join([*texts(ax), ax.get_xlabel(), ax.get_ylabel()])  # no column


@pytest.mark.parametrize("kind", KINDS)
def test_of_no_rows_an_empty_axes_that_is_not_shown(kind):
    ax = draw(kind, KINDS[kind][0].iloc[:0])
    alt, said = finish(ax, "en")  # what it would have shown, in the words of its columns
    assert not ax.has_data() and not alt and said and "_" not in said
    own, plot, names = KINDS[kind]
    assert finish(plot(own.iloc[:0], caption="Đến nay", **names)) == ("", "Đến nay")


@pytest.mark.parametrize("kind", ["bar", "dot", "diverge"])
def test_a_bound_is_never_drawn_as_a_value(kind):
    ax = draw(kind, rows(KINDS[kind][2]["x"], ("A", 5, 5), ("B", 2, 3)))
    assert spans(ax) == [(2, 3)]
    drawn = ax.collections[0].get_offsets()[:, 0].tolist() if kind == "dot" else bars(ax)
    assert drawn == [5]
    assert "hatched: no figure, only bounds" in finish(ax, "en")[1]


def test_where_all_is_exact_nothing_is_hatched():
    ax = draw("bar", LATE.head(2))
    assert bars(ax) == [11193, 4308] and spans(ax) == []
    assert finish(ax, "en")[1] == "Late dossiers by place or agency."


@pytest.mark.parametrize(("lang", "shown"), [
    ("vi", ["61,1%", "25%", "≥\N{NO-BREAK SPACE}70%"]),
    ("en", ["61.1%", "25%", "≥\N{NO-BREAK SPACE}70%"]),
])  # fmt: skip
def test_an_open_interval_of_a_rate_reaches_100_and_no_tick_lies_beyond(lang, shown):
    ax = draw("dot")
    assert spans(ax) == [(70, 100)] and ax.get_xlim()[1] > 100
    finish(ax, lang)
    assert texts(ax) == shown
    assert [tick for tick in ticks(ax.xaxis) if tick][-1] == "100%"


def test_an_open_interval_of_a_count_reaches_the_largest():
    ax = draw("bar", rows("late", ("A", 10, 10), ("B", 5, NAN), ("C", 0, 0)))
    assert spans(ax) == [(5, 10)]
    finish(ax)
    assert texts(ax) == ["10", "≥\N{NO-BREAK SPACE}5", "0"]  # zero is a value


def test_counts_are_written_as_the_language_writes_them():
    shown = {}
    for lang in ("vi", "en"):
        ax = draw("bar")
        finish(ax, lang)
        shown[lang] = (texts(ax), ticks(ax.xaxis)[1], row_names(ax)[0])
    assert shown == {
        "vi": (["11.193", "4.308", "0–3.551"], "2.500", "Điện Bàn"),
        "en": (["11,193", "4,308", "0–3,551"], "2,500", "Điện Bàn"),
    }


def test_an_axis_of_counts_has_whole_ticks_only():
    ax = draw("bar", rows("late", ("A", 1, 1), ("B", 2, 2)))
    finish(ax)
    assert ticks(ax.xaxis)[:3] == ["0", "1", "2"]  # no 0.5


def test_units_that_share_one_bound_share_a_row():
    shared = rows(
        "late", ("A", 9, 9), ("B", 0, 4), ("C", 0, 4), status=["reported", *["bound"] * 2]
    )
    ax = draw("bar", shared)
    alt, _ = finish(ax, "en")
    assert row_names(ax) == ["A", "2 units, each"] and spans(ax) == [(0, 4)]
    assert alt.endswith("Highest: A (9). 2 units, each: within 0–4.")
    # of a source's own interval, each has a row of its own
    assert len(spans(draw("bar", shared.assign(status="reported")))) == 2


def test_what_is_highlighted_or_surely_below_the_threshold_is_in_colour():
    ax = draw("bar", LATE.head(2), highlight=LATE.index[:1])
    first, second = sorted(ax.patches, key=lambda bar: bar.get_y())
    assert to_hex(first.get_facecolor()) == plots.PALETTE["accent"]
    assert to_hex(second.get_facecolor()) == plots.PALETTE["bar"]
    rates = rows("rate_pct", ("A", 61.0, 61.0), ("B", 25.0, 25.0), ("C", 40.0, 60.0))
    ax = draw("dot", rates, threshold=50)  # C may lie below
    colours = {y: to_hex(colour) for (_, y), colour in zip(
        ax.collections[0].get_offsets(), ax.collections[0].get_facecolor(), strict=True
    )}  # fmt: skip
    assert colours == {0: plots.PALETTE["bar"], 1: plots.PALETTE["accent"]}
    assert to_hex(ax.patches[0].get_edgecolor()) == plots.PALETTE["bar"]
    assert ax.lines[0].get_xdata()[0] == 50
    assert finish(ax, "en")[0].endswith("C: within 40–60%. Below the threshold: 1.")
    assert "threshold 50%" in texts(ax)


@pytest.mark.parametrize(("bound", "highest", "lowest"), [
    ((0, 20), False, False),  # may reach beyond both
    ((2, 8), True, True),
    ((2, 9), True, True),  # to the highest, not beyond it
    ((1, NAN), False, True),
    ((0, 5), True, False),
])  # fmt: skip
def test_an_extreme_is_named_only_where_no_interval_may_reach_beyond_it(bound, highest, lowest):
    alt, _ = finish(draw("bar", rows("late", ("A", 9, 9), ("B", 1, 1), ("C", *bound))), "en")
    assert ("Highest: A (9)." in alt) == highest
    assert ("Lowest: B (1)." in alt) == lowest
    assert "C: within" in alt


def test_one_interval_of_several_is_enough_to_leave_an_extreme_unnamed():
    every = rows("late", ("A", 9, 9), ("B", 1, 1), ("C", 2, 8), ("D", 0, 20))
    alt, _ = finish(draw("bar", every), "en")
    assert "Highest" not in alt and "Lowest" not in alt


def test_few_values_are_read_out_and_of_a_tie_it_is_told_how_many():
    few = [("A", 9, 9), ("B", 1, 1)]
    assert finish(draw("bar", rows("late", *few)), "en")[0].endswith(" A: 9; B: 1.")
    many = [(name, 1, 1) for name in "BCDE"]
    alt, _ = finish(draw("bar", rows("late", *[(f"A{n}", 9, 9) for n in "123"], *many)), "en")
    assert alt.endswith("Highest: A1, A2, A3 (9). Lowest: 4 units, 1 each.")


@pytest.mark.parametrize("kind", ["bar", "dot", "diverge"])
def test_of_more_than_forty_rows_both_ends_are_drawn_and_the_others_told(kind):
    x = KINDS[kind][2]["x"]
    # 90 falls to 50: the twelve first and last are 90–79 and 61–50, between them 78–62
    down = [(f"A{n}", n, n) for n in range(90, 49, -1)]
    ax = draw(kind, rows(x, *down))
    alt, caption = finish(ax, "en")
    assert row_names(ax)[11:13] == ["A79", "A61"]
    between = "62–78%" if x == "rate_pct" else "62–78"
    assert f"; 17 between them, {between}, stand in the table only" in caption
    assert "Highest: A90 (90" in alt and "Lowest: A50 (50" in alt
    assert "between them" not in finish(draw(kind, rows(x, *down[:40])), "en")[1]
    reaching = [*down[:20], ("B", 10, 95), *down[20:]]  # a row left out may be highest and lowest
    alt, _ = finish(draw(kind, rows(x, *reaching)), "en")
    assert "Highest" not in alt and "Lowest" not in alt


def test_of_many_tiles_each_still_holds_a_name():
    ax = draw("tile", TILES.assign(column=[0, 11, 5]))
    assert ax.figure.get_figwidth() == pytest.approx(12 * plots.TILE_INCHES)


def test_more_than_six_bounds_are_counted():
    every = rows("late", *[(f"A{n}", 0, n) for n in range(1, 9)])
    alt, _ = finish(draw("bar", every), "en")
    assert alt.count(": within") == 6 and alt.endswith("2 more are known only within bounds.")
    assert "Highest" not in alt and "Lowest" not in alt


def test_a_sample_s_interval_is_a_line_beside_its_value_and_in_its_words():
    asked = rows("satisfaction_pct", ("A", 80.0, 80.0), likely_pct_low=70.0, likely_pct_high=88.0)
    ax = plots.dotplot(asked, x="satisfaction_pct", y="unit", interval="likely_pct")
    assert ax.collections[1].get_segments()[0].tolist() == [[70, 0], [88, 0]]
    finish(ax)
    assert texts(ax) == ["80% (70–88%)"] and spans(ax) == []


def test_changes_lie_on_either_side_of_zero():
    ax = draw("diverge")
    finish(ax)
    assert sorted(bars(ax)) == [-5, 3] and ax.get_xlim()[0] < -5 and ax.get_xlim()[1] > 3
    assert texts(ax) == ["3", "−5", "−1 đến 2"]


def test_a_dumbbell_leaves_out_what_is_known_only_within_bounds():
    ax = draw("dumbbell")
    alt, caption = finish(ax, "en")
    assert row_names(ax) == ["A", "B"]  # C at the start, D at the end are bounds
    assert [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()] == [
        [30, 60], [20, 10],
    ]  # fmt: skip
    assert texts(ax) == ["30%", "60%", "20%", "10%"]
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["First date (%)", "Last date (%)"]
    assert (
        alt.endswith("Rows: 2; “Last date (%)” above “First date (%)”: 1.")
        and "hatched" not in caption
    )
    assert finish(draw("dumbbell", BOTH.tail(2), caption="A")) == ("", "A")


@pytest.mark.parametrize("kind", ["bar", "dot"])
def test_units_that_share_a_row_share_its_colour(kind):
    bounds = [("A", 9, 9), *[(name, 0, 4) for name in "BCD"]]
    shared = rows(KINDS[kind][2]["x"], *bounds, status=["reported", *["bound"] * 3])
    for highlight, shown, colours in (
        ([2], ["A", "2 units, each", "C"], ["bar", "accent"]),  # C is not hidden among others
        ([1, 3], ["A", "2 units, each", "C"], ["accent", "bar"]),
        ([1, 2, 3], ["A", "3 units, each"], ["accent"]),
        ([], ["A", "3 units, each"], ["bar"]),
    ):
        ax = draw(kind, shared, highlight=highlight)
        finish(ax, "en")
        hatched = [to_hex(one.get_edgecolor()) for one in ax.patches if one.get_hatch()]
        assert row_names(ax) == shown and hatched == [plots.PALETTE[one] for one in colours]


def test_a_column_mistyped_is_told_with_those_near_it():
    for kind in KINDS.keys() - {"stack", "tile"}:
        data, plot, names = KINDS[kind]
        column = next(name for name in names.values() if name != "unit")
        wrong = {key: f"{name}_x" if name == column else name for key, name in names.items()}
        if kind not in ("dumbbell", "funnel"):  # their x only names what other columns are
            with pytest.raises(Mistyped, match=f"There is no {column}_x. Did you mean: {column}"):
                plot(data, **wrong)
    with pytest.raises(Mistyped, match="Did you mean: late, late_high, late_low, unit"):
        plots.barplot(LATE, x="satisfaction", y="unit")  # none is near: all
    with pytest.raises(Mistyped, match=r"no Hội Ann\. Did you mean: Hội An\?"):
        plots.barplot(LATE, x="late", y="unit", highlight=["Điện Bàn", "Hội Ann"])


def test_an_axis_that_does_not_begin_at_zero_is_told():
    told = "; the axis does not begin at 0."
    assert finish(plots.dotplot(RATES, x="rate_pct", y="unit"), "en")[1].endswith(told)
    low = rows("rate_pct", ("A", 2.0, 2.0), ("B", 60.0, 60.0))
    assert told not in finish(plots.dotplot(low, x="rate_pct", y="unit"), "en")[1]
    assert told not in finish(draw("bar"), "en")[1]  # a bar always does
    raised = ["late_pct", "mean", "natural_low", "natural_high"]
    months = MONTHS.assign(**MONTHS[raised] + 50)
    assert finish(plots.processplot(months, x="month", y="late_pct"), "en")[1].endswith(told)


def test_the_index_may_name_the_rows():
    ax = plots.barplot(LATE.set_index("unit"), x="late", y="unit")
    finish(ax)
    assert row_names(ax) == ["Điện Bàn", "Hội An", "Tam Kỳ"]


@pytest.mark.parametrize(("column", "shown"), [
    ("share_pct", ["25.0%", "26.9%", "0–8.5%"]),  # computed: as many digits each
    ("rate_pct", ["25%", "26.87%", "0–8.52%"]),  # of sources: as they wrote them
])  # fmt: skip
def test_what_was_computed_has_one_number_of_digits(column, shown):
    ax = plots.dotplot(rows(column, ("A", 25.0, 25.0), ("B", 26.87, 26.87), ("C", 0, 8.52)),
                       x=column, y="unit")  # fmt: skip
    finish(ax, "en")
    assert texts(ax) == shown


def test_bars_of_values_below_zero_are_refused():
    changes = pd.DataFrame({"unit": ["A", "B"], "rise_pct": [52.8, -45.9]})
    plt.close("all")
    with pytest.raises(ValueError, match=r"rise_pct .* plots\.divergeplot"):
        plots.barplot(changes, x="rise_pct", y="unit")
    assert plt.get_fignums() == []  # or a notebook would show it


def test_two_charts_on_one_page_share_no_hatching():
    ids = [set(re.findall(r'id="(h\w+)"', to_svg(draw("bar").figure, alt)))
           for alt in ("One chart.", "Another chart.")]  # fmt: skip
    assert ids[0] and not ids[0] & ids[1]


def test_parts_are_stacked_from_zero_and_named():
    ax = draw("stack")
    alt, _ = finish(ax)
    ends = sorted((bar.get_y(), bar.get_x(), bar.get_width()) for bar in ax.patches)
    # 0.5905 and, on it, 0.9095; 1 and nothing
    assert [(x, width) for _, x, width in ends] == [
        (0, pytest.approx(0.5905)), (pytest.approx(0.5905), pytest.approx(0.9095)), (0, 1), (1, 0),
    ]  # fmt: skip
    # as in a table: points as a source wrote them, those lost, which are computed, in two digits
    assert texts(ax) == ["0,5905", "1", "0,91"]  # a part of nothing has no number
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "Điểm đạt được", "Điểm bị trừ",
    ]  # fmt: skip
    assert ax.get_xlabel() == "Điểm tối đa"
    assert alt.endswith("Điểm đạt được 0,5905, Điểm bị trừ 0,91; "
                        "Thanh toán trực tuyến: Điểm đạt được 1.")  # fmt: skip


def test_a_line_starts_at_zero_and_its_words_tell_its_ends():
    ax = draw("line")
    assert ax.get_ylim()[0] == 0
    assert ax.lines[0].get_xydata().tolist() == [[8, 40.4], [11, 71.2]]
    alt, _ = finish(ax)
    assert alt.endswith("2022: từ 40,4% đến 71,2%, cao nhất 71,2% tại 11; "
                        "2021: từ 50% đến 60%, cao nhất 60% tại 11.")  # fmt: skip
    falling = TREND.assign(rate_pct=[-1.0, 2.0, 3.0, 4.0])
    assert draw("line", falling).get_ylim()[0] < 0  # nothing is cut off


def test_a_histogram_counts_what_a_row_stands_for():
    ax = draw("histogram")
    bins = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in ax.patches]
    assert bins == [pytest.approx(one) for one in ((1, 7), (2, 0), (3, 4))]  # 5 + 2 = 7
    assert finish(ax, "en")[0].endswith("Most at 1: 7.")


def test_a_curve_is_hatched_only_between_bounds_that_differ():
    ax = draw("band")
    assert [area.get_hatch() for area in ax.collections] == [plots.HATCHED["hatch"]]
    assert finish(ax, "en")[0].endswith("At 25%: 0–5%; at 50%: 10–15%; at 75%: 40%.")
    assert [tick for tick in ticks(ax.yaxis) if tick][-1] == "100%"
    exact = draw("band", CURVE.assign(late_share_pct_high=CURVE["late_share_pct_low"]))
    assert len(exact.collections) == 0 and "hatched" not in finish(exact, "en")[1]


@pytest.mark.parametrize(("value", "darkest"), [("late", "Điện Bàn"), ("resolved", "Hội An")])
def test_a_tile_says_its_figure_and_the_worse_is_darker(value, darkest):
    own = {f"late_{end}": f"{value}_{end}" for end in ("low", "high")}
    ax = plots.tileplot(TILES.rename(columns=own), name="unit", value=value)
    first, second = (sum(tile.get_facecolor()) for tile in ax.patches if not tile.get_hatch())
    assert (first < second) == (darkest == "Điện Bàn")  # the third, a bound, has no shade
    assert spans(ax) == [(pytest.approx(1.03), pytest.approx(1.97))]
    alt, _ = finish(ax)
    assert texts(ax) == ["Điện Bàn", "11.193", "Hội An", "4.308", "Tam Kỳ", "0–3.551"]
    assert f"Đậm nhất: {darkest} (" in alt


def test_a_caption_of_the_notebook_stands_in_for_the_one_made_of_columns():
    alt, caption = finish(draw("bar", caption="Hồ sơ trễ hạn năm 2022"))
    assert caption == "Hồ sơ trễ hạn năm 2022; gạch chéo: chỉ có khoảng giá trị."
    assert caption in alt
    assert finish(draw("bar", LATE.head(2)))[1] == "Hồ sơ trễ hạn theo địa phương, đơn vị."


def test_words_come_from_the_data_and_not_from_what_was_drawn():
    ax = draw("bar", LATE.head(2))
    ax.set(xlabel="x", title="something else", xlim=(0, 5))
    ax.patches[0].set_width(1)
    assert finish(ax, "en")[0] == (
        "Bar chart. Late dossiers by place or agency. Horizontal axis: Late dossiers; vertical "
        "axis: Place or agency. Điện Bàn: 11,193; Hội An: 4,308."
    )


def test_a_chart_of_one_s_own_is_told_by_its_axes():
    _, ax = plt.subplots()
    ax.plot([1, 2], [3, 4], label="A")
    ax.legend()
    ax.set(xlabel="late", xlim=(0.5, 2), title="Own")
    alt, caption = finish(ax)
    assert alt == ("Own. Biểu đồ. Trục hoành: Hồ sơ trễ hạn (1–2); trục tung: y (3–4). "
                   "Chuỗi số liệu: A.")  # fmt: skip
    assert caption == ""


def test_svg_keeps_text_and_its_words_and_is_the_same_twice():
    def svg() -> str:
        ax = draw("bar", LATE.head(2))
        finish(ax)
        return to_svg(ax.figure, 'a "name"')

    first, second = svg(), svg()
    assert first == second
    assert ">Điện Bàn</text>" in first
    assert 'role="img" aria-label="a &quot;name&quot;"' in first
    assert "var(--bar, #8a93a0)" in first and "<dc:date>" not in first


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_drawn_once_into_a_box_that_holds_all_of_it(kind, monkeypatch):
    ax, drawn = draw(kind), []
    finish(ax)
    first = mpl.figure.Figure.draw
    monkeypatch.setattr(mpl.figure.Figure, "draw", lambda *of: drawn.append(0) or first(*of))
    svg = to_svg(ax.figure, "a")
    assert len(drawn) == 1
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    tight = io.BytesIO()  # by matplotlib's own way, which draws twice
    ax.figure.savefig(tight, format="svg", bbox_inches="tight", pad_inches=0.05)
    usual = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', tight.getvalue().decode())
    assert [*map(float, box.groups())] == pytest.approx([*map(float, usual.groups())], abs=0.01)


def test_a_funnel_names_who_is_outside_and_nobody_inside():
    ax = draw("funnel")
    alt, caption = finish(ax, "en")
    assert "Above the limits of 99.8%: U10 (40%)" in alt and "U11" in alt.split("Below")[1]
    assert [text.get_text() for text in ax.texts] == ["U10", "U11"]
    assert "U1 (" not in alt and "Units: 13" in alt
    assert "hatched: no figure, only bounds" in caption  # one unit is known within bounds only
    assert sum(bool(patch.get_hatch()) for patch in ax.patches) == 1


def test_a_process_chart_names_the_month_that_is_not_ordinary():
    alt, _ = finish(draw("process"), "en")
    assert "Not ordinary: 12 (30%)" in alt
    few = MONTHS.head(6)[["month", "late_pct"]]
    few = few.join(fair_comparison.process_chart(few["late_pct"]))
    assert "Too few months for limits" in finish(draw("process", few), "en")[0]
    level = MONTHS.assign(late_pct=[10, 12] * 6)[["month", "late_pct"]]
    level = level.join(fair_comparison.process_chart(level["late_pct"]))
    assert "All within ordinary variation" in finish(draw("process", level), "en")[0]


def test_what_is_worse_than_the_threshold_is_in_colour():
    """20 and 60 of a threshold of 50: late above it, on time below it; 40–70 is neither."""
    worst = {"late_pct": [1], "share_pct": [1], "lost_points": [1], "on_time_pct": [0]}
    for x, worse in worst.items():
        data = rows(x, ("A", 20, 20), ("B", 60, 60), ("C", 40, 70))
        told = plots.dotplot(data, x=x, y="unit", threshold=50).drawn.rows
        assert told.index[told["marked"]].tolist() == worse


@pytest.mark.filterwarnings("error")
def test_rows_of_which_no_end_is_known_are_drawn_without_a_warning():
    """It would stand on the page, with the path of the machine."""
    plots.divergeplot(rows("change", ("A", NAN, NAN), ("B", NAN, NAN)), x="change", y="unit")
