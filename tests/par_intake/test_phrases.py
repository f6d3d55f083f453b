"""Every number of a sentence is accounted for, as a figure or as what it is instead."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_intake import phrases


def kinds(text):
    return [(numeral.text, numeral.kind) for numeral in phrases.find_numerals(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Suối Mơ (2722 hồ sơ); Đá Bạc (11.193 HS)",
         [("2722", "count:dossier"), ("11.193", "count:dossier")]),
        ("đạt 72,57 % kế hoạch; 6.5% và 54.9%",
         [("72,57", "pct"), ("6.5", "pct"), ("54.9", "pct")]),
        ("chỉ đạt 16.42/ 22 điểm, còn 7,58/10 điểm",
         [("16.42/ 22", "points"), ("7,58/10", "points")]),
        ("đứng vị thứ 61/63, xếp hạng 57", [("61/63", "rank"), ("57", "rank")]),
        ("đến ngày 30/4/2030 giải ngân 2.534,302 tỷ đồng, 8.230.300 triệu",
         [("30", "date"), ("4", "date"), ("2030", "date"), ("2.534,302", "bn_vnd"),
          ("8.230.300", "bn_vnd")]),
        ("6 tháng đầu năm 2030 và quý I/2031", [("6", "date"), ("2030", "date"), ("2031", "date")]),
        ("Quyết định số 292/QĐ-UBND ngày 16/02/2030",
         [("292", "legal"), ("16", "date"), ("02", "date"), ("2030", "date")]),
        ("Nghị định 61/2018/NĐ-CP, Điều 5", [("61/2018", "legal"), ("5", "legal")]),
        ("Đá Bạc 44,6%. 12 Gồm: Sở Y tế", [("44,6", "pct"), ("12", "footnote")]),
        ("dưới 20%. 12 Sở, ban, ngành", [("20", "pct"), ("12", "count:department")]),
        ("có 09 địa phương và 10 đơn vị", [("09", "count:district"), ("10", "count:department")]),
        ("18/18 huyện, thị xã, thành phố", [("18/18", "count:district")]),
        ("trong đó có 01 số địa phương", [("01", "several")]),
        ("1. Công tác (2) khác", [("1", "list_mark"), ("2", "list_mark")]),
        ("giai đoạn 2021-2025, ISO 9001:2015, mức độ 4",
         [("2021-2025", "span_of_years"), ("9001:2015", "name"), ("4", "name")]),
        ("cấp 449 phiếu khảo sát", [("449", "count:ballot")]),
        ("có 37 sáng kiến", [("37", "plain")]),
        ("từ 01/11 đến 30/11/2030", [(one, "date") for one in ("01", "11", "30", "11", "2030")]),
        ("Sipas 2030 là 2030 hồ sơ", [("2030", "date"), ("2030", "count:dossier")]),
    ],
)  # fmt: skip
def test_what_a_number_is(text, expected):
    assert kinds(text) == expected


@given(st.text(alphabet="0123456789.,/%- ()năm hồsơđiểtỷ:;ngàytháSQ", max_size=60))
def test_each_digit_is_in_exactly_one_number(text):
    found = phrases.find_numerals(text)
    covered = [position for n in found for position in range(n.start, n.end)]
    assert len(covered) == len(set(covered))
    assert {m.start() for m in re.finditer("[0-9]", text)} <= set(covered)
    assert [n.start for n in found] == sorted(n.start for n in found)
