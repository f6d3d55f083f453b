"""Text and figures as they are written in Vietnamese: every reading by hand, every refusal."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from par_lib.language.translation import language
from par_lib.language.vietnamese import (
    BOUNDS,
    KIND_OF_UNIT,
    QuantityError,
    compare_key,
    fold,
    normalise,
    parse_quantity,
    sort_key,
)

INF = math.inf
BELOW_20 = math.nextafter(20, 0)  # the end of what excludes 20
VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằểỗứựýỷ -.,&", max_size=30)


def ends(text, kind):
    quantity = parse_quantity(text, kind=kind)
    return quantity.low, quantity.high


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 72,57\u00a0% ", "72,57 %"),
        ("a\u2009b\u3000\u202fc\n d", "a b c d"),
        ("Điện\u200bBàn", "Điện Bàn"),  # zero-width space parts words
        ("\ufeffĐ\u00adại", "Đại"),  # byte order mark, soft hyphen
        (unicodedata.normalize("NFD", "Điện Bàn"), "Điện Bàn"),
        ("", ""),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("thuỷ", "thủy"),
        ("quý", "qúy"),
        ("ủy ban", "uỷ ban"),
        ("già", "gìa"),
        ("Sở Nông nghiệp &PTNT", "SỞ NÔNG NGHIỆP VÀ PTNT"),
        ("Đài PT-TH", "đài PTTH"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tàu"),
        ("T.P Hội An", "TP Hội An"),
        ("Ðiện Bàn", "Điện Bàn"),  # the first letter is eth, U+00D0
    ],
)
def test_one_name_however_spelled(one, other):
    assert compare_key(one) == compare_key(other)
    assert compare_key(unicodedata.normalize("NFD", one)) == compare_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Diện Bàn", "Điện Bàn"),
        ("Điện Ban", "Điện Bàn"),
        ("Duy Xuyen", "Duy Xuyên"),
        ("Hội An", "Hôi Ạn"),  # the tone stays with its syllable
        ("hủy", "hụy"),
        ("thu", "thư"),
    ],
)
def test_diacritics_tell_names_apart(one, other):
    assert compare_key(one) != compare_key(other)


@given(VIETNAMESE)
def test_compare_key_is_invariant(text):
    key = compare_key(text)
    assert compare_key(key) == key
    assert compare_key(unicodedata.normalize("NFD", text)) == key
    assert compare_key(text.upper()) == key
    assert compare_key(f"  {text}. ") == key


def test_fold_is_plain():
    assert fold("ĐẠI Lộc  và Quý") == "dai loc va quy"
    assert fold(unicodedata.normalize("NFD", "Nước")) == "nuoc"


def test_alphabetical_order():
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    letters = ["an", "ăn", "ân", "ba", "da", "đa", "em", "êm", "ong", "ông", "ơn", "u", "ư", "y"]
    # Letters come before tones: Bình and Lư decide, not Hòa and Hoa.
    names = ["Hòa Bình", "Hoa Lư"]
    for ordered in (tones, letters, names, ["Quế Sơn", "Quế Sơn 2", "Quế Trung"]):
        shuffled = ordered[1::2] + ordered[::2]
        assert sorted(shuffled, key=sort_key) == ordered
    assert sorted(["Đại Lộc", "Duy Xuyên", "Bắc Trà My"], key=sort_key)[-1] == "Đại Lộc"


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("11.193", "count", 11193, 11193),
        ("11.193", "rate", 11.193, 11.193),
        ("11.193", "points", 11.193, 11.193),
        ("41657", "count", 41657, 41657),
        ("1.234.567", "count", 1234567, 1234567),
        ("1.234.567", "number", 1234567, 1234567),
        ("05", "count", 5, 5),
        ("05 đơn vị", "count", 5, 5),
        ("76 hồ sơ", "number", 76, 76),
        ("72,57 %", "rate", 72.57, 72.57),
        ("6.5%", "rate", 6.5, 6.5),
        ("6,5 phần trăm", "rate", 6.5, 6.5),
        ("1.1922", "points", 1.1922, 1.1922),
        ("2.534,302", "amount", 2534.302, 2534.302),
        ("2534.302", "amount", 2534.302, 2534.302),
        ("137,093 tỷ đồng", "amount", 137.093, 137.093),
        # 4,486,479 million dong are 4,486.479 billion; the comma of the slip makes it 4.486479
        ("4.486.479 triệu đồng", "amount", 4486.479, 4486.479),
        ("4.486,479 triệu đồng", "amount", 4.486479, 4.486479),
        ("1,5 nghìn tỷ đồng", "number", 1500, 1500),
        ("2.500.000.000 đồng", "amount", 2.5, 2.5),
        ("<20%", "rate", 0, BELOW_20),
        ("≤20", "rate", 0, 20),
        ("<= 20", "number", -INF, 20),
        ("≥70%", "rate", 70, 100),
        ("≥ 100%", "rate", 100, 100),
        (">2200", "count", 2201, INF),  # a whole number above 2,200
        ("hơn 2200", "count", 2200, INF),  # rounded: no more is said than that it is not less
        ("≤3", "rank", 1, 3),
        ("7–10", "count", 7, 10),
        ("02 - 03", "count", 2, 3),
        ("từ 02 - 03 cuộc", "count", 2, 3),
        ("từ 50% đến 70%", "rate", 50, 70),
        ("59–63", "rank", 59, 63),
        ("dưới 20%", "rate", 0, BELOW_20),
        ("Trên 20%", "rate", math.nextafter(20, 100), 100),
        ("ít nhất 5", "count", 5, INF),
        ("tối đa 5", "count", 0, 5),
        ("80% trở lên", "rate", 80, 100),
        ("từ 80% trở lên", "rate", 80, 100),
        ("20% trở xuống", "rate", 0, 20),
        ("+3,88", "number", 3.88, 3.88),
        ("−2,65", "number", -2.65, -2.65),
        ("72,57\u00a0%", "rate", 72.57, 72.57),
        (unicodedata.normalize("NFD", "dưới 5 hồ sơ"), "count", 0, 4),
    ],
)
def test_reads(text, kind, low, high):
    assert ends(text, kind) == (low, high)


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "out_of"),
    [
        ("0.59/1.5", "points", 0.59, 0.59, 1.5),
        ("16.42/ 22", "points", 16.42, 16.42, 22),
        ("7,58/10", "points", 7.58, 7.58, 10),
        ("1.1922/1.5 điểm", "points", 1.1922, 1.1922, 1.5),
        ("61/63", "rank", 61, 61, 63),
        ("18/18", "count", 18, 18, 18),
        ("≥5/10", "points", 5, 10, 10),  # the stated maximum ends it, not the kind's 100
        ("59–62/63", "rank", 59, 62, 63),
    ],
)
def test_reads_a_figure_out_of_its_maximum(text, kind, low, high, out_of):
    quantity = parse_quantity(text, kind=kind)
    assert (quantity.low, quantity.high, quantity.out_of) == (low, high, out_of)


@pytest.mark.parametrize(
    ("text", "unit"), [("5%", "pct"), ("5 điểm", "points"), ("5 tỷ", "bn_vnd"), ("5 HS", "count")]
)
def test_a_unit_is_read_as_its_kind_and_as_a_number(text, unit):
    assert ends(text, KIND_OF_UNIT[unit]) == ends(text, "number") == (5, 5)


@pytest.mark.parametrize(
    ("text", "low", "high", "approximate"),
    [
        ("99%", 99, 99, False),
        ("hơn 99%", 99, 100, True),
        ("khoảng 99%", 99, 99, True),
        ("gần 99%", 99, 99, True),
        ("~99%", 99, 99, True),
        ("khoảng 50–60%", 50, 60, True),
        ("trên 99%", math.nextafter(99, 100), 100, False),
        ("≥100%", 100, 100, False),
    ],
)
def test_round_number_words(text, low, high, approximate):
    quantity = parse_quantity(text, kind="rate")
    assert (quantity.low, quantity.high) == (low, high)
    assert quantity.approximate == approximate


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("", "count", "is empty"),
        (" \u00a0", "number", "is empty"),
        ("11.193", "number", "can be 11193 or 11.193; write 11193 or 11,193"),
        ("4.824 tỷ đồng", "amount", "write 4824 or 4,824"),
        ("44,6%. 12", "rate", '". 12" is left over after "44,6%"'),
        ("76 hồ sơ trễ hạn", "count", '" trễ hạn" is left over'),
        ("72,57%%", "rate", '"%" is left over'),
        ("3,88 điểm %", "number", '" %" is left over'),  # percentage points are no percentage
        ("12²", "count", '"²" is left over'),
        ("2.722)", "count", "left over"),
        ("30/4/2023", "number", '"/2023" is left over'),
        ("1 234", "count", '" 234" is left over'),
        ("１２", "count", "does not begin with a figure"),
        ("NaN", "rate", "does not begin with a figure"),
        ("inf", "rate", "does not begin with a figure"),
        ("%", "rate", "does not begin with a figure"),
        (",5", "rate", "does not begin with a figure"),
        ("1,234", "count", "leave the mark out if it parts thousands"),
        ("72,5", "count", "kind count is whole"),
        ("1.5", "rank", "kind rank is whole"),
        ("1,234.5", "amount", "write 1.234,5"),
        ("1,234,567", "count", "write 1.234.567"),
        ("1.23.456", "count", "mixes its marks"),
        ("1234.567,8", "amount", "mixes its marks"),
        ("-3", "count", "has no sign; put a change"),
        ("+3", "rate", "has no sign; put a change"),
        ("100,1", "rate", "lies in 0 to 100"),
        ("101", "points", "lies in 0 to 100"),
        ("0", "rank", "kind rank lies in 1 to inf"),
        ("120%", "rate", "lies in 0 to 100"),
        ("10–7", "count", "write the lower end first"),
        ("1.6/1.5", "points", "above its maximum 1.5"),
        ("0.59/1.5", "rate", "a rate is not written with /"),
        (">100%", "rate", "nothing lies above 100"),
        ("<0", "count", "nothing lies below 0"),
        ("≥70% trở lên", "rate", "has two bounds"),
        ("dưới 5–7", "count", "has two bounds"),
        ("từ 5", "count", "từ needs an end"),
        ("50%–70", "rate", "has % at one end only"),
        ("72,57 %", "count", "kind count is not written in %"),
        ("11 hồ sơ", "rate", "kind rate is not written in hồ sơ"),
        ("1234567890123456", "count", "more than 15 digits"),
    ],
)
def test_refuses_and_says_why(text, kind, reason):
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, kind=kind)
    assert str(caught.value).startswith(f'"{text}"')
    assert reason in str(caught.value)


def test_unknown_kind_is_the_callers_mistake():
    with pytest.raises(ValueError, match="kind 'unit': choose one of count") as caught:
        parse_quantity("5", kind="unit")
    assert not isinstance(caught.value, QuantityError)


VI = language("vi")
KINDS = st.sampled_from([*BOUNDS])
FRAGMENTS = st.lists(
    st.sampled_from(
        [*"120.,-–/%<≥² ", "193", "hơn ", "từ ", "gần ", " tỷ đồng", " điểm", " trở lên", "đến"]
    ),
    max_size=8,
).map("".join)


@given(st.integers(0, 10**15 - 1))
def test_count_survives_writing(value):
    assert ends(VI.number(value), "count") == (value, value)


@given(st.integers(0, 10_000))
def test_rate_survives_writing(hundredths):
    value = hundredths / 100
    assert ends(VI.percent(value), "rate") == (value, value)


@given(st.integers(0, 1_000_000))
def test_points_survive_writing(ten_thousandths):
    value = ten_thousandths / 10_000
    assert ends(VI.number(value, digits=4), "points") == (value, value)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_interval_survives_writing(one, other):
    low, high = sorted((one, other))
    assert ends(VI.interval(low, high), "count") == (low, high)
    assert ends(VI.interval(low / 100, high / 100, 2, percent=True), "rate") == (
        low / 100,
        high / 100,
    )


@pytest.mark.long
@given(st.one_of(st.text(), FRAGMENTS), KINDS)
def test_any_text_is_read_in_order_and_bounds_or_refused(text, kind):
    try:
        quantity = parse_quantity(text, kind=kind)
    except QuantityError:
        return
    bound_low, bound_high = BOUNDS[kind]
    assert bound_low <= quantity.low <= quantity.high <= bound_high
    assert not math.isinf(quantity.low) or not math.isinf(quantity.high)
