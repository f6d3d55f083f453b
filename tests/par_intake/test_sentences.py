"""Ten texts of invented figures: what is taken, what is proposed, and that nothing else is."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from par_intake import report
from par_intake.documents import build
from par_intake.phrases import flatten

TEXTS = tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))["text"]
KINDS = ("tỉnh", "huyện", "thị xã", "thành phố", "phường", "xã")
LEVELS = {"Sương Mai": "province"}


def units_of(listed):
    """Units as load_units gives them, of {level: names with their kind}."""
    rows = []
    for level, names in listed.items():
        for name in names:
            kind = next((k for k in KINDS if flatten(name).startswith(f"{k} ")), "sở")
            bare = name if kind == "sở" else name[len(kind) + 1 :]
            if rows and bare == rows[0][1]:  # as the list of units tells a city from its province
                bare = name
            rows.append((str(len(rows) + 1), bare, level, kind))
    known = pd.DataFrame(rows, columns=["code", "name", "level", "kind"])
    return known.assign(aliases="", name_en="", successor="", source="test",
                        valid_from=pd.NaT, valid_to=pd.NaT)  # fmt: skip


def said(figures, home):
    """Each figure in a line: measure, unit (the level for the province's), cell, last day."""
    return [
        f"{one.measure} | {unit if unit not in (home, None) else one.row.get('level', '')} | "
        f"{one.cell} | {one.end}"
        for one in figures
        for unit in [one.row.get("unit")]
    ]


def read(text, units, year):
    known = units_of(units)
    return report.understand(build(text.strip().splitlines()), known, year), known["name"][0]


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case["about"][:40])
def test_a_text_gives_what_a_careful_person_takes(case):
    result, home = read(case["text"], case["units"], case["year"])
    assert said(result.taken, home) == case["taken"]
    assert sorted(said(result.proposed, home)) == sorted(case["offered"])


UNITS = {"province": ["tỉnh Sương Mai"], "district": ["huyện Suối Mơ", "thị xã Đá Bạc"],
         "department": ["Sở Y tế", "Sở Xây dựng"]}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Suối Mơ: hồ sơ trễ hạn tăng 30 hồ sơ", "said of something else: {about}"),
        ("Giải ngân cùng kỳ đạt 61,5%", "said of something else: {about}"),
        ("Phấn đấu giải ngân đạt 95%", "said of something else: {about}"),
        ("Hồ sơ trễ hạn: Suối Mơ, Đá Bạc 30 hồ sơ", "several units are named before one figure"),
        ("Hồ sơ trễ hạn: 30 hồ sơ", "the offices counted are not named"),
        ("Giải ngân dưới 30%", "a threshold"),
        ("Xóm Lạ giải ngân đạt 80%", "{about} is not among the units, or is several"),
        ("PAR INDEX cấp huyện: Suối Mơ 90,1 điểm",
         "points of an office: no table holds them yet"),
        ("Giai đoạn 2026-2030, giải ngân đạt 70%", "said of several years"),
        ("Giải ngân vốn ODA đạt 70%",
         "of a plan or a part of the capital that no table holds"),
        ("Suối Mơ giải ngân từ 12% lên 30%", "said of something else: {about}"),
        ("Huyện Suối Mơ trễ hạn 99", "what is counted is not said"),
        ("Số hồ sơ trễ hạn năm 2030 là 99.", "the offices counted are not named"),
    ],
)  # fmt: skip
def test_what_is_no_figure_of_the_tables_is_left_with_its_reason(text, reason):
    result, _ = read(text, UNITS, 2030)
    assert result.taken == []
    assert reason in [one.reason for one in result.left]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Cấp huyện tiếp nhận 500 hồ sơ", "no period is said; the year of the report is meant?"),
        ("Giải ngân đến 31/12/2030 đạt 61,5% kế hoạch",
         "no office is named; the province is meant?"),
        ("Đến 31/12/2030, Suối Mơ giải ngân đạt 61,5%",
         "of which plan it is a share is not said"),
        ("Suối Mơ giải ngân đạt 61,5% kế hoạch vốn điều chỉnh, Đá Bạc 50%, đến 31/12/2030",
         "a period is said later in the sentence"),
        ("Năm 2030, Sở Ngoại giao có 30 hồ sơ trễ hạn",
         "{about} is not among the units, or is several"),
        ("Năm 2030, Suối Mơ có 30 hồ sơ đất đai trễ hạn", "words not understood: {about}"),
        ("Năm 2029, Suối Mơ có 30 hồ sơ trễ hạn",
         "it is of {about}, another year than asked for"),
        ("Năm 2030, Suối Mơ còn khoảng 30 hồ sơ trễ hạn", "a round number"),
        ("Năm 2030, Suối Mơ có 30 hồ sơ trễ hạn. Năm 2030, Suối Mơ có 31 hồ sơ trễ hạn.",
         "the file says different things: {about}"),
        ("Đến 30/6/2030, Suối Mơ giải ngân 30 tỷ đồng/60 tỷ đồng, đạt 45% kế hoạch bổ sung",
         "amounts and rate do not agree: {about}"),
    ],
)  # fmt: skip
def test_what_is_missing_or_strange_makes_a_proposal(text, doubt):
    result, _ = read(text, UNITS, 2030)
    assert result.taken == []
    assert doubt in [reason for one in result.proposed for reason, _ in one.doubts]


def test_a_whole_listing_bounds_who_is_not_in_it():
    text = ("Đến ngày 31/12/2030, có 01 địa phương và 02 đơn vị giải ngân dưới 70%: "
            "Suối Mơ 63,7%, Sở Y tế (16%), Sở Xây dựng.")  # fmt: skip
    result, _ = read(text, UNITS, 2030)
    bounds = [one for one in result.proposed if one.status == "bound"]
    assert [(one.row["unit"], one.row["level"], one.cell) for one in bounds] == [
        ("all others", "district", "≥70%"),
        ("Sở Xây dựng", "department", "<70%"),
        ("all others", "department", "≥70%"),
    ]
    false = text.replace("01 địa phương", "02 địa phương")
    assert not any(one.status == "bound" for one in read(false, UNITS, 2030)[0].proposed)


@pytest.mark.parametrize(
    ("heading", "taken"),
    [("I. KẾT QUẢ THỰC HIỆN NHIỆM VỤ NĂM 2030", 1), ("II. NHIỆM VỤ, GIẢI PHÁP NĂM 2030", 0)],
)
def test_what_was_done_of_tasks_is_read_and_tasks_are_not(heading, taken):
    result, _ = read(f"{heading}\n- Năm 2030, huyện Suối Mơ có 30 hồ sơ trễ hạn.", UNITS, 2030)
    assert (len(result.taken), result.proposed, result.left) == (taken, [], [])


@pytest.mark.parametrize("text", [
    "Số hồ sơ trễ hạn của huyện Suối Mơ năm 2030 là 99.",
    "Năm 2030, số lượng hồ sơ trễ hạn của huyện Suối Mơ: 99",
])  # fmt: skip
def test_a_number_whose_noun_stands_before_it_is_taken(text):
    result, home = read(text, UNITS, 2030)
    assert said(result.taken, home) == ["late | huyện Suối Mơ | 99 | 2030-12-31"]
    assert result.proposed == result.left == []


@pytest.mark.parametrize(("text", "taken"), [
    # Another index, another place or another subject stands between a measure and its figure.
    ("Năm 2030, PAR INDEX của tỉnh đạt 87,6 điểm; PCI đạt 69,0 điểm, xếp thứ 9/63", ["87,6"]),
    ("PAR INDEX năm 2030 của tỉnh Đầm Sen đạt 88,9 điểm, xếp hạng 12/63", []),
    ("PAR INDEX năm 2030 của tỉnh đạt 87,4 điểm, xếp thứ 27/63; tỉnh Đầm Sen đạt 88,9 điểm, "
     "xếp thứ 12/63", ["87,4", "27/63"]),
    ("Năm 2030, SIPAS của tỉnh đạt 86,7%; hài lòng về y tế công lập đạt 88,1%, xếp thứ 12/63",
     ["86,7%"]),
    ("Năm 2030, toàn tỉnh tiếp nhận 900 hồ sơ; ngành thuế tiếp nhận 400 tờ khai, quá hạn 3 hồ sơ",
     ["900"]),
    ("Đến 31/12/2030, toàn tỉnh giải ngân 61,5 tỷ đồng vốn đầu tư công; thu ngân sách đạt "
     "55,2 tỷ đồng, bằng 81,5% kế hoạch", ["61,5 tỷ"]),
    ("Đến 31/12/2030, toàn tỉnh giải ngân 61,5 tỷ đồng vốn đầu tư công, đường ven biển giải ngân "
     "2,4 tỷ đồng, đạt 22,5% kế hoạch", ["61,5 tỷ"]),
    # A part of a criterion, of an office's dossiers, of a plan.
    ("Năm 2030, cải cách tài chính công trong PAR INDEX của tỉnh đạt 8,1/12 điểm, xếp thứ 45/63",
     ["8,1/12"]),
    ("Năm 2030, huyện Suối Mơ có 30 hồ sơ trễ hạn lĩnh vực đất đai", []),
    ("Năm 2030, huyện Suối Mơ có 30 hồ sơ trễ hạn trên 10 ngày", []),
    ("Năm 2030, huyện Suối Mơ có 30 hồ sơ trễ hạn được tiếp nhận trực tuyến", []),
    ("Năm 2030, huyện Suối Mơ có 30 hồ sơ trễ hạn của các xã", []),
    ("Năm 2030, huyện Suối Mơ có 30 hồ sơ trễ hạn chưa công khai xin lỗi", []),
    ("Năm 2030, Sở Y tế tiếp nhận 184 hồ sơ thuộc lĩnh vực dược", []),
    ("Đến 31/12/2030, Sở Y tế giải ngân 12,5 tỷ đồng, đạt 85,2% vốn kéo dài", ["85,2%"]),
    ("Năm 2030, xã Suối Mơ có 30 hồ sơ trễ hạn", []),
    ("Năm 2030, 02 huyện có hồ sơ trễ hạn cao", []),
    # What an earlier year, an own score or the region gave; what only holds a share of a plan.
    ("Năm 2030, SIPAS của tỉnh đạt 86,7%, tăng so với năm 2029 (85,3%, hạng 33/63)", ["86,7%"]),
    ("Năm 2030, tỉnh tự chấm PAR INDEX đạt 94,1 điểm", []),
    ("Năm 2030, SIPAS của tỉnh xếp thứ 12, đứng thứ 2 trong 6 tỉnh", ["12"]),
    ("Đến 31/12/2030, vốn của Sở Y tế giải ngân chiếm 48,3% kế hoạch", []),
    # What is said of a first figure is said of those behind it, too.
    ("Năm 2030, thủ tục cấp giấy phép tại huyện Suối Mơ tiếp nhận 120 hồ sơ; đã giải quyết 115 hồ "
     "sơ; quá hạn 3 hồ sơ", []),
    ("Năm 2030, hồ sơ đất đai quá hạn gồm: huyện Suối Mơ 21 hồ sơ, thị xã Đá Bạc 35 hồ sơ", []),
    ("Về chứng thực, năm 2030 Suối Mơ tiếp nhận 53 hồ sơ; Đá Bạc tiếp nhận 41 hồ sơ", []),
    ("Năm 2030, hồ sơ trễ hạn chưa giải quyết: huyện Suối Mơ 41 hồ sơ, thị xã Đá Bạc 33 hồ sơ", []),
    ("Đến 31/12/2030, dự án kè huyện Suối Mơ giải ngân 12,3 tỷ đồng, đạt 27,3% kế hoạch", []),
    ("Lĩnh vực đất đai năm 2030\n- Huyện Suối Mơ giải quyết 53 hồ sơ, quá hạn 2 hồ sơ.", []),
    # What is to be done.
    ("Năm 2030, giao huyện Suối Mơ giải quyết đúng hạn 98% số hồ sơ tiếp nhận", []),
    ("Nhiệm vụ trọng tâm năm 2030: tỉnh giải quyết 90 hồ sơ; SIPAS của tỉnh đạt 90%", []),
    ("Phương hướng năm 2030\n- SIPAS của tỉnh đạt 90%.", []),
    ("Đến 31/12/2030, huyện Suối Mơ còn phải giải ngân 30,1 tỷ đồng, bằng 60% kế hoạch", []),
    # A part of the year, and what began with it.
    ("Riêng trong tháng 9/2030, Sở Y tế giải ngân 3,2 tỷ đồng, đạt 6,5% kế hoạch", []),
    ("Tháng 9/2030, huyện Suối Mơ tiếp nhận 50 hồ sơ, lũy kế tiếp nhận 412 hồ sơ, quá hạn 2 hồ sơ",
     ["50"]),
    # And what is whole stays so.
    ("Năm 2030, Sở Y tế tiếp nhận 250 hồ sơ (kỳ trước chuyển sang 12 hồ sơ), giải quyết 240 hồ sơ",
     ["250", "240"]),
    ("Năm 2030, toàn tỉnh giải quyết 400 hồ sơ, trong đó đúng hạn và trước hạn 390 hồ sơ",
     ["400", "390"]),
    ("Năm 2030, khảo sát trực tuyến cán bộ, công chức lãnh đạo quản lý của tỉnh đạt 18,2/22 điểm",
     ["18,2/22"]),
])  # fmt: skip
def test_what_is_said_of_a_part_or_of_another_is_not_taken_for_the_whole(text, taken):
    result, _ = read(text, UNITS, 2030)
    assert [one.cell for one in result.taken] == taken


def test_a_sentence_is_of_all_communes_of_a_district_where_it_says_so():
    result, _ = read("Năm 2030, các xã thuộc huyện Suối Mơ có 30 hồ sơ trễ hạn.", UNITS, 2030)
    assert [(one.row["unit"], one.row["level"]) for one in result.proposed] == [
        ("huyện Suối Mơ", "commune")]  # fmt: skip
    assert result.taken == []


def test_points_in_per_cent_are_proposed_as_points():
    result, _ = read("Năm 2030, PAR INDEX của tỉnh đạt 88,25%.", UNITS, 2030)
    assert [(one.column, one.cell) for one in result.proposed] == [("points", "88,25")]


@pytest.mark.parametrize(("text", "end"), [
    ("Từ đầu năm 2030 đến ngày 20/4, huyện Suối Mơ tiếp nhận 120 hồ sơ.", "2030-04-20"),
    ("Từ tháng 1/2030 đến ngày 15/9, huyện Suối Mơ tiếp nhận 120 hồ sơ.", "2030-09-15"),
    ("Tính đến hết quý III năm 2030, huyện Suối Mơ tiếp nhận 120 hồ sơ.", "2030-09-30"),
])  # fmt: skip
def test_a_day_without_a_year_is_the_last_one_counted(text, end):
    result, _ = read(text, UNITS, 2030)
    assert {(one.row["period_start"], one.end) for one in result.figures} == {("2030-01-01", end)}


def test_the_year_of_a_plan_is_that_of_its_own_sentence():
    text = ("Đến 30/9/2030, Sở Y tế giải ngân 12,5 tỷ đồng, đạt 45,2% kế hoạch. Kế hoạch vốn năm "
            "2031 dự kiến 20,5 tỷ đồng.")  # fmt: skip
    result, _ = read(text, UNITS, 2030)
    assert [(one.cell, one.row["plan_year"]) for one in result.taken] == [
        ("12,5 tỷ", "2030"), ("45,2%", "2030")]  # fmt: skip


def test_of_two_plans_named_no_third_figure_is_of_either():
    text = ("Đến 31/12/2030, tỉnh giải ngân đạt 12,6% kế hoạch Thủ tướng giao và 11,3% kế hoạch "
            "tỉnh giao. Trong đó, Sở Y tế đạt 14,1%.")  # fmt: skip
    result, _ = read(text, UNITS, 2030)
    assert [one.cell for one in result.proposed if one.row["unit"] == "Sở Y tế"] == ["14,1%"]
