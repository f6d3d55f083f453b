"""What a page says with other parameters: true at any value, and nothing of what is absent."""

import re
from pathlib import Path

import nbformat
import pytest

from par_demo import province

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def told(outputs: list) -> str:
    return "\n".join(one.data.get("text/plain", "") for one in outputs)


@pytest.mark.parametrize(("share_pct", "words"), [
    (50, "Điện Bàn, Thăng Bình và Hội An chiếm 54,2% trong tổng số 41.657 hồ sơ trễ hạn"),
    # the nine listed: 38,106 of 41,657
    (95, "9 địa phương có số liệu riêng chiếm 91,5% trong tổng số 41.657 hồ sơ trễ hạn của cấp "
         "huyện, chưa đạt 95%."),
    (0, "Điện Bàn có nhiều hồ sơ trễ hạn nhất trong 9 địa phương có số liệu riêng"),
])  # fmt: skip
def test_a_share_of_late_dossiers_that_is_not_reached_is_said_so(root, run, share_pct, words):
    said = told(run("01_late_dossiers", province="quang-nam", year=2022, share_pct=share_pct))
    assert words in said
    assert ("Thanh tô màu: thuộc nhóm 3 địa phương" in said) == (share_pct == 50)
    assert "Thanh tô màu: 0" not in said and "0 địa phương" not in said


def test_where_nothing_is_to_be_cleared_nothing_is_said_of_it(root, run):
    page = run("01_late_dossiers", province="quang-nam", year=2022, target_reduction_pct=0)
    assert not re.search("Để giảm|giảm 0%|phải giảm 0", told(page))


def test_the_first_question_is_answered_and_what_has_no_chart_is_not_explained(root, run):
    said = told(run("01_late_dossiers", province="quang-nam", year=2022))
    # 41,657 / (41,657 + 13,363)
    assert ("Trong 2 cấp có số liệu, hồ sơ trễ hạn nhiều nhất ở cấp huyện: 41.657 hồ sơ, chiếm "
            "75,7% tổng số của các cấp đó.") in said  # fmt: skip
    for page in ("01_late_dossiers", "03_sipas", "07_districts"):
        cells = nbformat.read(NOTEBOOKS / f"{page}.ipynb", as_version=4).cells
        stands = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
        stands += told(run(page, province="quang-nam", year=2022))
        assert not re.search(r"biểu đồ phễu|XmR|Newcombe|Wilson|beta–nhị thức", stands)
    assert "Có 9 địa phương có số liệu về hồ sơ trễ hạn nhưng chưa có" in said


def test_what_a_level_has_no_figures_of_is_named(root, run):
    said = told(run("01_late_dossiers", province="quang-nam", year=2022, level="commune"))
    assert "Không có nội dung: Hồ sơ trễ hạn, Địa phương, đơn vị." in said
    assert "…" not in said


def test_intervals_say_their_level_and_few_answers_cannot_be_asked_for(bare_root, run):
    province.write(size=4_000)
    with pytest.raises(AssertionError, match="min_respondents is 5; shares of fewer than 30 answ"):
        run("03_sipas", province="demo", year=2023, min_respondents=5)
    said = told(run("03_sipas", province="demo", year=2023, confidence_pct=80))
    for shown in ("đoạn thẳng: khoảng tin cậy 80%", "ước lượng gộp; khoảng tin cậy 80%"):
        assert shown in said
    assert "95%" not in said
