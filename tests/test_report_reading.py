"""Figures of an invented report: what is said of whom is taken, all else is left with a reason."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from par_lib.cli import app
from par_lib.intake.documents import build
from par_lib.intake.names import Gazetteer
from par_lib.intake.reading import Reader

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
    taken, left = Reader(build(list(paragraphs)), Gazetteer(UNITS)).read()
    figures = [(one.numeral.text, one.measure, one.unit or one.level) for one in taken]
    return figures, [(one.numeral.text, one.reason) for one in left]


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
    ],
    ids=["lists under levels", "one sentence, four counts", "listing with and without parentheses",
         "points and rank", "what an aside says ends with it", "office behind the figure"],
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
        (["Hồ sơ trễ hạn: Suối Mơ 30%"], "pct is no figure of the measure named"),
    ],
)
def test_what_is_not_sure_is_left_with_its_reason(paragraphs, reason):
    taken, left = read(*paragraphs)
    assert taken == []
    assert reason in left[-1][1]


def test_par_read_shows_what_it_takes_and_what_it_leaves(tmp_path):
    report = tmp_path / "report.md"
    report.write_text("I. [/red] KẾT QUẢ\n- Huyện [b]: 12 hồ sơ trễ hạn\n- Khác: 37 sáng kiến\n")
    result = CliRunner().invoke(app, ["read", str(report), "--year", "2022"])
    assert result.exit_code == 0, result.output
    assert "0 figures read, 2 left to you" in result.output
    assert "no measure is named" in result.output
    missing = CliRunner().invoke(app, ["read", str(tmp_path / "gone.md"), "--year", "2022"])
    assert (missing.exit_code, "no such file" in missing.stderr) == (1, True)
