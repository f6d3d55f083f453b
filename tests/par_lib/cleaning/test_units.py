"""Units valid on a date: loading refuses what is unclear, names resolve or are refused."""

import unicodedata

import pandas as pd
import pytest

from par_lib.cleaning.units import UnknownUnit, load_units, lookup, resolve, successor, units_on
from par_lib.language.spelling import compare_key

HEADER = "code,name,name_en,level,kind,valid_from,valid_to,successor,aliases,source"
ROWS = """\
49,Quảng Nam,Quang Nam,province,tỉnh,,2025-06-30,48,,test
48,Đà Nẵng,,province,thành phố,2025-07-01,,,,test
503,Hội An,,district,thành phố,,2025-06-30,,,test
506,Đại Lộc,,district,huyện,,2025-06-30,,,test
507,Điện Bàn,Dien Ban,district,thị xã,,2025-06-30,,,test
509,Quế Sơn,,district,huyện,,2025-06-30,,,test
515,Bắc Trà My,,district,huyện,,2025-06-30,,,test
516,Nam Trà My,,district,huyện,,2025-06-30,,,test
519,Nông Sơn,,district,huyện,,2024-12-31,509,,test
20000,Đại Lộc,,commune,xã,2025-07-01,,,,test
so-y-te,Sở Y tế,Department of Health,department,sở,,,,SYT;–,test
so-nn,Sở Nông nghiệp và PTNT,,department,sở,,,,Sở NN&PTNT,test
thanh-tra,Thanh tra tỉnh,,department,thanh tra,,,,,test
dai,Đài Phát thanh - Truyền hình Quảng Nam,,department,đài,,,,Đài PTTH tỉnh,test"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Write units.csv into a project of its own and load it."""
    folder = tmp_path / "data" / "raw" / "quang-nam"
    folder.mkdir(parents=True)
    (folder.parent / "README.md").touch()
    monkeypatch.setenv("PAR_ROOT", str(tmp_path))

    def write_and_load(rows=ROWS, header=HEADER, encoding="utf-8"):
        (folder / "units.csv").write_text(f"{header}\n{rows}\n", encoding=encoding)
        return load_units("quang-nam")

    return write_and_load


@pytest.fixture
def units(load):
    return load()


@pytest.fixture
def in_2022(units):
    return units_on(units, "2022-12-31")


def test_load_gives_text_and_dates(units):
    by_code = units.set_index("code")
    assert by_code.loc["506", "name_en"] == "Đại Lộc"  # falls back to the name
    assert by_code.loc["507", "name_en"] == "Dien Ban"
    assert by_code.loc["519", "valid_to"] == pd.Timestamp("2024-12-31")
    assert pd.isna(by_code.loc["519", "valid_from"])
    assert units["valid_from"].dtype == units["valid_to"].dtype == "datetime64[s]"


def test_load_composes_letters_and_takes_a_byte_order_mark(load):
    units = load(unicodedata.normalize("NFD", ROWS), encoding="utf-8-sig")
    assert "Điện Bàn" in set(units["name"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,,,district,huyện,,,,,t", 'row 2, column name: "" is no name'),
        ("a b,A,,district,huyện,,,,,t", 'row 2, column code: "a b" is not a code'),
        (
            "1,A,,huyen,huyện,,,,,t",
            "row 2, column level: 'huyen' is unknown; choose one of: nation, province, department",
        ),
        ("1,A,,district,,2022-13-01,,,,t", 'column valid_from: "2022-13-01" is not a date; write'),
        ("1,A,,district,,,31/12/2022,,,t", 'column valid_to: "31/12/2022" is not a date'),
        ("1,A,,district,,2023-01-01,2022-01-01,,,t", 'valid_to: "2022-01-01" is before valid_from'),
        ("1,A,,district,,,,509;510,,t", 'column successor: "509;510" is not a code'),
        ("1,A,,district,,,,,,t\n1,B,,district,,,,,,t", 'row 3, column code: "1" is another unit'),
        (
            "1,Hoà,,district,huyện,,,,,t\n2,B,,district,huyện,,,,Hòa,t",
            'row 3, column aliases: "Hòa" also stands for district 1 "Hoà"',
        ),
        (
            "1,A,,district,huyện,,,,,t\n2,A,,district,huyện,,,,,t",
            'row 3, column name: "A" also stands for district 1',
        ),
    ],
)
def test_load_names_the_faulty_cell(load, row, message):
    with pytest.raises(ValueError, match=r"units\.csv") as caught:
        load(row)
    assert message in str(caught.value)
    assert str(caught.value).startswith("data/raw/quang-nam/units.csv, row ")


@pytest.mark.parametrize(
    "rows",
    [
        # one name at different times; at different levels; as a city and as a district
        "1,A,,district,huyện,,2024-12-31,,,t\n2,A,,district,huyện,2025-01-01,,,,t",
        "1,A,,district,huyện,,,,,t\n2,A,,commune,xã,,,,,t",
        "1,A,,district,huyện,,,,,t\n2,A,,district,thành phố,,,,,t",
    ],
)
def test_load_accepts_names_that_can_be_told_apart(load, rows):
    assert len(load(rows)) == 2


def test_load_tells_of_the_file(load, units):
    with pytest.raises(ValueError, match=r"units\.csv, row 1: .*; missing: name_en"):
        load(header=HEADER.replace("name_en,", "english,"))
    with pytest.raises(ValueError, match=r"units\.csv, row 2: 10 cells where the header has 9"):
        load(header=HEADER.replace("name_en,", ""))
    with pytest.raises(ValueError, match=r"units\.csv, byte 0 is not UTF-8; save it as CSV UTF-8"):
        load(encoding="utf-16")
    with pytest.raises(FileNotFoundError, match=r"quang-ngai/units\.csv: .* have one: quang-nam"):
        load_units("quang-ngai")


@pytest.mark.parametrize(
    ("date", "districts", "provinces"),
    # Nông Sơn's last day is 2024-12-31; the district level's is 2025-06-30.
    [
        ("2024-12-31", 7, ["49"]),
        ("2025-01-01", 6, ["49"]),
        ("2025-06-30", 6, ["49"]),
        ("2025-07-01", 0, ["48"]),
    ],
)
def test_units_on_a_date(units, date, districts, provinces):
    assert len(units_on(units, date, level="district")) == districts
    assert list(units_on(units, pd.Timestamp(date), level="province")["code"]) == provinces


def test_units_on_refuses_an_unknown_level(units):
    with pytest.raises(ValueError, match="level 'huyện': choose one of nation"):
        units_on(units, "2022-12-31", level="huyện")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Điện Bàn", "507"),
        (unicodedata.normalize("NFD", "ĐIỆN BÀN"), "507"),
        ("thị xã Điện Bàn", "507"),
        ("TX. Điện Bàn", "507"),
        ("TX.Điện Bàn", "507"),
        ("TX Điện Bàn", "507"),
        ("huyện Điện Bàn", "507"),  # its kind before it became a town
        ("UBND thị xã Điện Bàn", "507"),
        ("Ủy ban nhân dân huyện Đại Lộc", "506"),
        ("Uỷ ban nhân dân huyện Đại Lộc", "506"),
        ("H. Đại Lộc", "506"),
        ("H.Đại Lộc", "506"),
        ("các xã thuộc huyện Đại Lộc", "506"),
        ("huyện Đại Lộc, tỉnh Quảng Nam", "506"),
        ("thành phố Hội An", "503"),
        ("TP Hội An", "503"),
        ("TP.Hội An", "503"),
        ("T.P Hội An", "503"),
        ("Quảng Nam", "49"),
        ("tỉnh Quảng Nam", "49"),
        ("UBND tỉnh Quảng Nam", "49"),
        ("SỞ Y TẾ", "so-y-te"),
        ("SYT", "so-y-te"),
        ("Sở Y tế tỉnh Quảng Nam", "so-y-te"),
        ("Sở Y tế tỉnh", "so-y-te"),
        ("Sở Nông nghiệp &PTNT", "so-nn"),
        ("Sở NN và PTNT", "so-nn"),
        ("Thanh tra tỉnh Quảng Nam", "thanh-tra"),
        ("Thanh tra", "thanh-tra"),
        ("Đài PT-TH tỉnh", "dai"),
    ],
)
def test_resolve(in_2022, name, code):
    assert resolve(name, in_2022) == code


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-",
        "huyện",
        "tỉnh",
        "Hà Nội",
        "Nam Sơn",
        "xã Đại Lộc",  # a commune of this name is not the district
        "tỉnh Đại Lộc",
        "Thanh tra tỉnh Quảng Ngãi",
        "Dai Loc",
        "Đà Nẵng",  # not yet in the list's dates
    ],
)
def test_resolve_never_guesses(in_2022, name):
    with pytest.raises(UnknownUnit, match=" is not a "):
        resolve(name, in_2022)


def test_a_near_miss_is_suggested(in_2022):
    with pytest.raises(UnknownUnit) as caught:
        resolve("Diện Bàn", in_2022, level="district", where="late.csv, row 7, column unit")
    assert str(caught.value) == (
        'late.csv, row 7, column unit: "Diện Bàn" is not a district of Quảng Nam on 2022-12-31; '
        'did you mean "Điện Bàn"?'
    )
    with pytest.raises(UnknownUnit, match='did you mean "Bắc Trà My" or "Nam Trà My"'):
        resolve("Trà My", in_2022)
    with pytest.raises(UnknownUnit, match=r"see units\.csv for names$"):
        resolve("Hà Nội", in_2022)


def test_level_restricts(in_2022, units):
    with pytest.raises(UnknownUnit, match="is not a commune of Quảng Nam"):
        resolve("Đại Lộc", in_2022, level="commune")
    assert resolve("xã Đại Lộc", units_on(units, "2025-07-01")) == "20000"


def test_a_shared_name_is_ambiguous_until_its_kind_is_written(load):
    units = load(
        "866,Cao Lãnh,,district,thành phố,,,,,t\n873,Cao Lãnh,,district,huyện,,,,,t\n"
        "900,Cao Lãnh,,commune,phường,,,,,t"
    )
    with pytest.raises(UnknownUnit) as caught:
        resolve("Cao Lãnh", units, level="district")
    assert str(caught.value) == (
        '"Cao Lãnh" is ambiguous: write "thành phố Cao Lãnh" (district 866) '
        'or "huyện Cao Lãnh" (district 873)'
    )
    assert resolve("TP. Cao Lãnh", units) == "866"
    assert resolve("H. Cao Lãnh", units) == "873"
    assert resolve("Cao Lãnh", units, level="commune") == "900"


def test_a_name_without_its_province_yields_to_a_full_one(load):
    units = load(
        "a,Bệnh viện Đa khoa tỉnh,,department,bệnh viện,,,,,t\n"
        "b,Bệnh viện Đa khoa,,department,bệnh viện,,,,,t"
    )
    assert resolve("Bệnh viện Đa khoa", units) == "b"
    assert resolve("Bệnh viện Đa khoa tỉnh", units) == "a"


def test_lookup_holds_names_with_and_without_kind(in_2022):
    index = lookup(in_2022)
    for spelling in ("Hội An", "thành phố Hội An"):
        assert index["district", compare_key(spelling)] == {"503"}
    assert ("department", "") not in index  # the alias "–" is no spelling


@pytest.mark.parametrize(
    ("code", "date", "expected"),
    [
        ("519", "2024-12-31", "519"),
        ("519", "2025-01-01", "509"),
        ("49", "2025-07-01", "48"),
        ("506", "2022-12-31", "506"),
    ],
)
def test_successor(units, code, date, expected):
    assert successor(code, units, date) == expected


@pytest.mark.parametrize(
    ("code", "date", "message"),
    [
        ("506", "2025-07-01", r"huyện Đại Lộc \(506\) ended on 2025-06-30; it has no successor"),
        ("519", "2025-07-01", r"huyện Quế Sơn \(509\) ended on 2025-06-30; it has no"),
        ("48", "2022-12-31", r"Đà Nẵng \(48\) did not exist before 2025-07-01"),
        ("1", "2022-12-31", 'code "1" is not among the units; add it'),
    ],
)
def test_successor_that_is_not_there(units, code, date, message):
    with pytest.raises(UnknownUnit, match=message):
        successor(code, units, date)


def test_successors_in_a_circle(load):
    units = load("1,A,,district,,,2020-01-01,2,,t\n2,B,,district,,,2020-01-01,1,,t")
    with pytest.raises(UnknownUnit, match="lead back to it"):
        successor("1", units, "2022-12-31")


def test_a_successor_that_is_not_listed_is_named_with_the_unit_it_follows(units):
    message = r'\(506\) ended on 2025-06-30; its successor "99" is not among the units'
    led_astray = units.assign(successor=units["successor"].where(units["code"] != "506", "99"))
    with pytest.raises(UnknownUnit, match=message):
        successor("506", led_astray, "2025-07-01")
