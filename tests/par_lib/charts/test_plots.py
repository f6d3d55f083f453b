"""What a chart draws: a value is a filled bar, a bound is a hatched span, and text is text."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from par_lib.charts import bar_charts, line_charts, style
from par_lib.language.translation import language

vi = language("vi")


@pytest.fixture(autouse=True)
def house_style():
    with mpl.rc_context(style.STYLE):
        yield
    plt.close("all")


def frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "late_low", "late_high"])


def bars(fig):
    return [patch for patch in fig.axes[0].patches if patch.get_width()]


def texts(fig) -> list[str]:
    return [text.get_text() for text in fig.axes[0].texts]


def draw(rows: pd.DataFrame, **options):
    return bar_charts.interval_bars(
        rows, name="name", value="late", language=vi, axis_label="hồ sơ", **options
    )


def test_a_bound_is_never_drawn_as_a_value():
    exact, bound = bars(draw(frame(("Điện Bàn", 11193, 11193), ("Tam Kỳ", 0, 3551))))
    assert exact.get_width() == 11193 and not exact.get_hatch()
    assert bound.get_hatch() and bound.get_facecolor()[3] == 0  # no fill
    assert (bound.get_x(), bound.get_width()) == (0, 3551)


def test_bars_are_labelled_in_place_as_the_language_writes_them():
    shown = texts(draw(frame(("Điện Bàn", 11193, 11193), ("Tam Kỳ", 0, 3551))))
    assert shown[:2] == ["11.193", "0–3.551"]


def test_an_open_interval_reaches_the_edge_and_zero_is_a_value():
    rows = frame(("A", 10, 10), ("B", 5, float("nan")), ("C", 0, 0))
    fig = draw(rows)
    spans = [patch for patch in bars(fig) if patch.get_hatch()]
    assert spans[0].get_x() + spans[0].get_width() > 10
    assert texts(fig)[1].startswith("≥") and texts(fig)[2] == "0"


def test_a_highlight_and_a_threshold():
    rows = frame(("A", 10, 10), ("B", 5, 5))
    fig = draw(rows, highlight=pd.Series([True, False]), threshold=7.0, threshold_label="7")
    assert to_hex(bars(fig)[0].get_facecolor()) == style.PALETTE["accent"]
    assert to_hex(bars(fig)[1].get_facecolor()) == style.PALETTE["bar"]
    assert fig.axes[0].lines[0].get_xdata()[0] == 7.0


def test_a_tile_says_its_figure_and_hatches_a_bound():
    rows = frame(("A", 10, 10), ("B", 0, 4)).assign(row=[0, 1], column=[0, 0])
    fig = bar_charts.tile_map(rows, name="name", value="late", language=vi)
    value, bound = fig.axes[0].patches
    assert not value.get_hatch() and bound.get_hatch()
    assert texts(fig) == ["A", "10", "B", "0–4"]


def test_points_earned_and_lost_add_up_to_the_maximum():
    rows = pd.DataFrame({"name": ["A"], "points": [0.59], "max_points": [1.5]})
    fig = bar_charts.earned_lost(
        rows, name="name", language=vi, earned_label="đạt", lost_label="mất", axis_label="điểm"
    )
    earned, lost = bars(fig)
    assert earned.get_width() + lost.get_width() == pytest.approx(1.5)
    assert lost.get_hatch() and "0,59 / 1,5   −0,91" in texts(fig)


def test_slopes_leave_out_what_is_known_at_neither_date():
    rows = pd.DataFrame(
        [("A", 30, 30, 60, 60), ("B", 20, 20, 70, 100), ("C", 0, 20, 70, 100)],
        columns=["name", "a_low", "a_high", "b_low", "b_high"],
    )
    fig = line_charts.slopes(
        rows, name="name", start="a", end="b", language=vi, start_label="31/8",
        end_label="31/12", others="một đơn vị không vẽ",
    )  # fmt: skip
    written = " ".join(texts(fig))
    assert "A" in written and "B" in written and "C  " not in written
    assert len(fig.axes[0].collections) == 1 + 3  # one fan; a dot for each of three exact ends


def test_svg_keeps_text_and_its_words_and_is_the_same_twice():
    first, second = (style.to_svg(draw(frame(("Điện Bàn", 5, 5))), 'a "name"') for _ in range(2))
    assert first == second
    assert ">Điện Bàn</text>" in first
    assert 'role="img" aria-label="a &quot;name&quot;"' in first
    assert "var(--bar, #8a93a0)" in first and "<dc:date>" not in first
