"""Figures of an invented report: what is said of whom is taken, all else is left with a reason."""

import pandas as pd
import pytest

from par_intake.context import Context
from par_intake.documents import build
from par_intake.marks import Gazetteer
from par_intake.sentences import Reader

UNITS = pd.DataFrame(
    [
        ("1", "Sương Mai", "province", "tỉnh", ""),
        ("2", "Suối Mơ", "district", "huyện", ""),
        ("3", "Đá Bạc", "district", "thị xã", ""),
        ("4", "Sở Y tế", "department", "sở", ""),
        ("5", "Sở Xây dựng", "department", "sở", "SXD"),
    ],
    columns=["code", "name", "level", "kind", "aliases"],
)


def read(*paragraphs):
    taken, left = Reader(Context(build(list(paragraphs)), Gazetteer(UNITS), 2030)).read()
    figures = [(one.numeral.text, one.measure, one.unit or one.level) for one in taken]
    return figures, [(one.numeral.text, one.reason.format(about=one.about)) for one in left]


LATE = "late_dossiers.late"


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (["- Hồ sơ quá hạn năm 2030:", "+ Sở: Sở Y tế (7 hồ sơ), Sở Xây dựng (1.204 HS)",
          "+ Huyện: 88 hồ sơ trễ hẹn; trong đó Suối Mơ: 40 hồ sơ; thị xã Đá Bạc (48 hồ sơ)."],
         [("7", LATE, "Sở Y tế"), ("1.204", LATE, "Sở Xây dựng"), ("88", LATE, "district"),
          ("40", LATE, "Suối Mơ"), ("48", LATE, "thị xã Đá Bạc")]),
        (["Cấp huyện đã tiếp nhận 500 hồ sơ, đã giải quyết 480 hồ sơ, trong đó giải quyết đúng hạn "
          "460 hồ sơ, trễ hạn 20 hồ sơ."],
         [("500", "late_dossiers.received", "district"),
          ("480", "late_dossiers.resolved", "district"),
          ("460", "late_dossiers.on_time", "district"), ("20", LATE, "district")]),
        (["Giải ngân vốn đầu tư công đến 31/12/2030 đạt 61,5%: Suối Mơ 70,1%, Đá Bạc (55%)"],
         [("61,5", "disbursement.rate_pct", "province"),
          ("70,1", "disbursement.rate_pct", "Suối Mơ"), ("55", "disbursement.rate_pct", "Đá Bạc")]),
        (["Chỉ số cải cách hành chính năm 2030 đạt 80,5/100 điểm, xếp thứ 12/63"],
         [("80,5/100", "scores.points:par_index", "province"),
          ("12/63", "scores.rank:par_index", "province")]),
        (["Khảo sát lãnh đạo quản lý: gửi 44 phiếu (đại biểu HĐND: 4 phiếu); đạt 16,4/22 điểm"],
         [("44", "leaders_survey_ballots", "province"),
          ("4", "leaders_survey_ballots_council_delegates", "province"),
          ("16,4/22", "scores.points:leaders_survey", "province")]),
        (["Có 9 hồ sơ trễ hạn của Sở Y tế"], [("9", LATE, "Sở Y tế")]),
        (["Suối Mơ giải ngân 100 tỷ đồng trong tổng số 150 tỷ đồng vốn giao, đạt 66,7%"],
         [("100", "disbursement.disbursed_bn_vnd", "Suối Mơ"),
          ("150", "disbursement.plan_bn_vnd", "Suối Mơ"),
          ("66,7", "disbursement.rate_pct", "Suối Mơ")]),
    ],
    ids=["lists under levels", "one sentence, four counts", "listing with and without parentheses",
         "points and rank", "what an aside says ends with it", "office behind the figure",
         "one office, three figures"],
)  # fmt: skip
def test_what_is_said_is_taken(paragraphs, expected):
    taken, left = read(*paragraphs)
    assert taken == expected
    assert left == []


@pytest.mark.parametrize(
    ("paragraphs", "reason"),
    [
        (["Suối Mơ: hồ sơ trễ hạn tăng 30 hồ sơ"], "said of something else: change"),
        (["Giải ngân cùng kỳ đạt 61,5%"], "said of something else: earlier"),
        (["Phấn đấu giải ngân đạt 95%"], "said of something else: target"),
        (["Hồ sơ trễ hạn: Suối Mơ, Đá Bạc 30 hồ sơ"], "several units are named"),
        (["Hồ sơ trễ hạn: 30 hồ sơ"], "the offices counted are not named"),
        (["Toàn tỉnh có 30 hồ sơ trễ hạn"], "all levels at once"),
        (["Hồ sơ trễ hạn: Sở Ngoại giao 30 hồ sơ"], "not in units.csv"),
        (["Giải ngân: vắc xin phòng bệnh đạt 30%"], "words not understood: vắc xin phòng bệnh"),
        (["Huyện Suối Mơ trồng 30 ha"], "no measure is named"),
        (["Giải ngân dưới 30%"], "a threshold"),
        (["II. NHIỆM VỤ", "- Giải ngân đạt 30%"], "among the tasks"),
        (["Xã Đèo Gió (Suối Mơ) còn 12 hồ sơ trễ hạn"], "words not understood: đèo gió"),
        (["Suối Mơ có 30 hồ sơ đất đai trễ hạn"], "words not understood: đất đai"),
        (["Sở Y tế giải quyết trước hạn 8 hồ sơ, đúng hạn 3 hồ sơ"], "counted apart"),
        (["Một số dự án giải ngân đạt 80%"], "words not understood: dự án"),
        (["Xóm Lạ giải ngân đạt 80%"], "words not understood: xóm lạ"),
        (["Giải ngân của Suối Mơ 40%, Đá Bạc 50%, nguồn vốn 60%"], "whose figure"),
        (["Cấp huyện: trễ hạn ở lĩnh vực khác (30 hồ sơ)"], "words not understood: lĩnh vực khác"),
        (["Hồ sơ trễ hạn của các xã thuộc huyện Suối Mơ là 30 hồ sơ"], "district's communes"),
        (["- Hồ sơ trễ hạn:", "+ Xã: Suối Mơ 30 hồ sơ"], "district's communes"),
        (["Có 3 đơn vị giải ngân 100%"], "said of the offices counted"),
        (["II. SIPAS", "Chỉ số bộ máy đạt 9,4 điểm, xếp thứ 30"], "words not understood: máy"),
        (["PAR INDEX cấp huyện: Suối Mơ 90,1 điểm"], "of the province only"),
        (["Hồ sơ trễ hạn: Suối Mơ 30%"], "pct is no figure of the measure named"),
    ],
)
def test_what_is_not_sure_is_left_with_its_reason(paragraphs, reason):
    taken, left = read(*paragraphs)
    assert taken == []
    assert reason in left[-1][1]


def contexts(*paragraphs):
    taken, left = Reader(Context(build(list(paragraphs)), Gazetteer(UNITS), 2030)).read()
    said = [
        (one.numeral.text, f"{one.period.start}", f"{one.period.end}", one.plan_year, one.basis,
         one.scope)
        for one in taken
    ]  # fmt: skip
    return said, [(one.numeral.text, one.reason.format(about=one.about)) for one in left]


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (["Giải ngân vốn đầu tư công đến 31/8/2030: 2.534,3 tỷ đồng, đạt 34,8% kế hoạch bổ sung, "
          "40,4% kế hoạch đầu năm"],
         [("2.534,3", "2030-01-01", "2030-08-31", 2030, "supplemented_plan", "total"),
          ("34,8", "2030-01-01", "2030-08-31", 2030, "supplemented_plan", "total"),
          ("40,4", "2030-01-01", "2030-08-31", 2030, "start_of_year_plan", "total")]),
        (["Giải ngân đến 30/11/2030 đạt 54,5%; trong đó vốn kéo dài đạt 43,9%"],
         [("54,5", "2030-01-01", "2030-11-30", 2030, "unstated", "total"),
          ("43,9", "2030-01-01", "2030-11-30", 2030, "unstated", "carried_over")]),
        (["BÁO CÁO 6 THÁNG ĐẦU NĂM 2030", "I. KẾT QUẢ", "- Huyện: 12 hồ sơ trễ hạn",
          "- Năm 2029, cấp xã có 7 hồ sơ trễ hạn"],
         [("12", "2030-01-01", "2030-06-30", 2030, "unstated", "total"),
          ("7", "2029-01-01", "2029-12-31", 2029, "unstated", "total")]),
        (["- Giải ngân năm 2029 đạt 70%, năm 2030 đạt 72%"],
         [("70", "2029-01-01", "2029-12-31", 2029, "unstated", "total"),
          ("72", "2030-01-01", "2030-12-31", 2030, "unstated", "total")]),
        (["- Giải ngân đạt 70% năm 2029 và 72% năm 2030"],
         [("70", "2029-01-01", "2029-12-31", 2029, "unstated", "total"),
          ("72", "2030-01-01", "2030-12-31", 2030, "unstated", "total")]),
        (["- Giải ngân đạt 70% kế hoạch vốn năm 2030. Tính đến 31/1/2031, Suối Mơ đạt 60%"],
         [("70", "2031-01-01", "2031-01-31", 2030, "unstated", "total"),
          ("60", "2031-01-01", "2031-01-31", 2031, "unstated", "total")]),
        (["Đến 30/6/2030 giải ngân 30 tỷ đồng/60 tỷ đồng, đạt 50% kế hoạch bổ sung"],
         [(cell, "2030-01-01", "2030-06-30", 2030, "supplemented_plan", "total")
          for cell in ("30", "60", "50")]),
    ],
    ids=["two plans", "carried over", "half year of the title", "year before the figure",
         "year behind the figure", "day from the next sentence", "one plan for amounts and rate"],
)  # fmt: skip
def test_period_basis_and_scope_are_what_the_text_says(paragraphs, expected):
    assert contexts(*paragraphs) == (expected, [])


def test_the_year_of_the_next_sentence_is_not_the_figure_s():
    told = "Khảo sát lãnh đạo quản lý đạt 18,25/22 điểm. Mục tiêu năm 2031 đạt 20 điểm."
    assert contexts(told) == (
        [("18,25/22", "2030-01-01", "2030-12-31", 2030, "unstated", "total")],
        [("20", "said of something else: target")],
    )


@pytest.mark.parametrize(
    ("paragraphs", "reason"),
    [
        (["Giai đoạn 2026-2030, giải ngân đạt 70%"], "several years"),
        (["Giải ngân đạt 70%, bằng 95% so với cùng kỳ"], "said of something else: change"),
        (["Giải ngân vốn ODA đạt 70%"], "part of the capital"),
        (["Vốn kéo dài được giao thấp. Giải ngân đạt 70%"], "which capital is counted"),
        (["Giải ngân đạt 70% kế hoạch vốn đã phân bổ"], "plan the tables do not know"),
        (["Giải ngân đến 1/6/2030 đạt 30%.", "I. KHÁC", "Suối Mơ giải ngân 80%"], "of which day"),
        (["BÁO CÁO QUÝ I NĂM 2031", "Huyện: 12 hồ sơ trễ hạn"], "title is of another year"),
    ],
)  # fmt: skip
def test_a_period_basis_or_scope_that_is_not_sure_is_left(paragraphs, reason):
    assert reason in contexts(*paragraphs)[1][-1][1]
