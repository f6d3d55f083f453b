"""Names in running text: the longest known, with what looks like an agency but is not listed."""

import pytest

from par_intake.marks import Gazetteer
from par_lib.cleaning import units


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer(units.units_on(units.load_units("quang-nam"), "2022-12-31"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đại Lộc (2 hồ sơ); thị xã Điện Bàn: 3", ["Đại Lộc", "thị xã Điện Bàn"]),
        ("Sở Văn hóa, Thể thao và Du lịch, Sở Y tế",
         ["Sở Văn hóa, Thể thao và Du lịch", "Sở Y tế"]),
        ("Nam Trà My 62,3%, Bắc Trà My", ["Nam Trà My", "Bắc Trà My"]),
        ("UBND TP. Hội An, TX Điện Bàn", ["UBND TP. Hội An", "TX Điện Bàn"]),
        ("tam kỳ hội an đại lộc", []),  # a name has a capital letter
        ("Sở Ngoại giao nhân dân: 4 hồ sơ", ["Sở Ngoại giao nhân dân"]),
    ],
)  # fmt: skip
def test_names_are_found(gazetteer, text, expected):
    found = gazetteer.find(text)
    assert [name.spelled for name in found] == expected
    assert all(text[name.start : name.end] == name.spelled for name in found)


def test_what_looks_like_an_agency_but_is_not_listed_has_no_code(gazetteer):
    known, unknown = gazetteer.find("Sở Y tế và Sở Ngoại giao nhân dân")
    assert (known.level, len(known.codes)) == ("department", 1)
    assert unknown.codes == frozenset()
