"""Units valid on a date: loading refuses what is unclear, names resolve or are refused."""

import time
import unicodedata
from itertools import product

import pandas as pd
import pytest

import par_lib as par
from par_lib.cleaning import units as module
from par_lib.cleaning.units import (
    UnknownUnit,
    as_total,
    home_kind,
    load_units,
    lookup,
    national,
    provinces,
    resolve,
    told_by_name,
    units_in,
    units_on,
)
from par_lib.language.vietnamese import compare_key, fold

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
    folder = tmp_path / "data" / "raw" / "suong-mai"
    folder.mkdir(parents=True)
    (folder.parent / "README.md").touch()
    monkeypatch.setenv("PAR_ROOT", str(tmp_path))

    def write_and_load(rows=ROWS, header=HEADER, encoding="utf-8"):
        (folder / "units.csv").write_text(f"{header}\n{rows}\n", encoding=encoding)
        return load_units("suong-mai")

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
        ("1,,,district,huyện,,,,,t", "row 2, column name: '' is no name"),
        ("a b,A,,district,huyện,,,,,t", "row 2, column code: 'a b' is not a code"),
        (
            "1,A,,huyen,huyện,,,,,t",
            "row 2, column level: 'huyen' is unknown; choose one of: nation, province, department",
        ),
        ("1,A,,district,,2022-13-01,,,,t", "column valid_from: '2022-13-01' is not a date; write"),
        ("1,A,,district,,,31/12/22,,,t", "column valid_to: '31/12/22' is not a date"),
        ("1,A,,district,,2023-01-01,2022-01-01,,,t", "valid_to: '2022-01-01' is before valid_from"),
        ("1,A,,district,,,,509;510,,t", "column successor: '509;510' is not a code"),
        ("1,A,,district,,,,,,t\n1,B,,district,,,,,,t", "row 3, column code: '1' is another unit"),
    ],
)
def test_load_names_the_faulty_cell(load, row, message):
    with pytest.raises(ValueError, match=r"units\.csv") as caught:
        load(row)
    assert message in str(caught.value)
    assert str(caught.value).startswith("data/raw/suong-mai/units.csv, row ")


def test_load_tells_of_the_file(load, units):
    with pytest.raises(ValueError, match=r"units\.csv, row 1: .*; missing: name_en"):
        load(header=HEADER.replace("name_en,", "english,"))
    with pytest.raises(ValueError, match=r"units\.csv, row 2: 10 cells where the header has 9"):
        load(header=HEADER.replace("name_en,", ""))
    with pytest.raises(FileNotFoundError, match=r"quang-ngaj/units\.csv: .* quang-ngai"):
        load_units("quang-ngaj")


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


@pytest.fixture(scope="module")
def every():
    """Units of each province that ever was, by its folder name."""
    return {province: load_units(province) for province in set(provinces()["province"])}


def test_63_provinces_and_696_districts_became_34_and_3321_communes(every):
    """63 names to 2024, Huế for Thừa Thiên Huế in 2025, and 34 of them since July."""
    listed, places = provinces(), pd.concat(every.values())
    places = places[places["level"].isin(["province", "district", "commune"])]

    def counts(day):
        valid = units_on(places, day)
        assert not valid.duplicated("code").any()
        return len(units_on(listed, day)), *(
            (valid["level"] == level).sum() for level in ("district", "commune")
        )

    assert counts("2022-12-31") == (63, 705, 10599)
    assert counts("2025-06-30") == (63, 696, 10035)
    assert counts("2025-07-01") == counts("2026-12-31") == (34, 0, 3321)
    wards = units_on(places, "2026-12-31").query("level == 'commune'")["kind"].value_counts()
    assert wards.to_dict() == {"xã": 2599, "phường": 709, "đặc khu": 13}  # 22 became phường in 2026


@pytest.mark.long
def test_every_unit_of_every_province_is_found_by_its_name_and_kind(every):
    """Names differ within a province at a time; with the level of its row the bare name will do."""
    shared = 0
    for (province, units), day in product(every.items(), ("2022-12-31", "2026-12-31")):
        valid = units_on(units, day)
        assert not valid["name"].duplicated().any(), province
        if day > "2025":  # no districts: what differs from the province's name is one unit's
            continue
        index = lookup(valid)
        for unit in valid.itertuples():
            assert index[unit.level, compare_key(unit.name)] == {unit.code}
            if unit.level in ("province", "district"):
                bare = valid.attrs["province"]
                named = f"{unit.kind} {unit.name.removeprefix(unit.kind + ' ')}"
                assert resolve(named, valid) == unit.code
                if unit.level == "district" and unit.name == f"{unit.kind} {bare}":
                    shared += 1
                    assert resolve(bare, valid, counted="district") == unit.code
                    assert resolve(bare, valid, level="district") == unit.code
                    total = as_total(units, int(day[:4]))
                    home = valid.loc[valid["level"] == "province", "code"].item()
                    assert resolve(bare, valid) == resolve(total, valid) == home
                    assert resolve(total, valid, counted="district") == home
    assert shared == 32  # Bắc Giang to Yên Bái; Điện Biên is a huyện, Phú Thọ a thị xã


def test_codes_are_used_again_and_a_code_is_no_province():
    """24 was Bắc Giang, and is Bắc Ninh, which was 27; 20218 was Vĩnh Trung, then Thạc Gián."""
    assert units_on(load_units("bac-ninh"), "2022-12-31", level="province")["code"].item() == "27"
    now = units_on(load_units("bac-ninh"), "2026-12-31", level="province")
    assert (now["code"].item(), now["kind"].item()) == ("24", "thành phố")
    wards = load_units("da-nang").query("code == '20218'")
    assert wards["name"].tolist() == ["Vĩnh Trung", "Thạc Gián"]
    dong_nai = load_units("dong-nai")
    assert units_on(dong_nai, "2026-04-29", level="province")["kind"].tolist() == ["tỉnh"]
    assert units_on(dong_nai, "2026-04-30", level="province")["kind"].tolist() == ["thành phố"]
    assert resolve("phường Nhơn Trạch", units_on(dong_nai, "2026-04-30")) == "26485"
    # a year's pages call it what it is at the year's end
    assert [home_kind(units_in(dong_nai, year)) for year in (2025, 2026)] == ["tỉnh", "thành phố"]
    assert as_total(load_units("bac-ninh"), 2022) == "tỉnh Bắc Ninh"  # thành phố is a district


def test_a_name_of_several_levels_is_that_of_its_row():
    """Núi Thành is a district and a town in it; a ward 1 stands in many districts of a city."""
    units = units_on(load_units("quang-nam"), "2022-12-31")
    assert resolve("Núi Thành", units) == resolve("Núi Thành", units, counted="commune") == "517"
    town = units.loc[units["name"] == "thị trấn Núi Thành", "code"].item()
    assert resolve("TT. Núi Thành", units) == resolve("Núi Thành", units, level="commune") == town
    ho_chi_minh = units_on(load_units("ho-chi-minh"), "2022-12-31")
    assert resolve("Phường 1, Quận 3", ho_chi_minh) == resolve("P.1, Q.3", ho_chi_minh)
    with pytest.raises(UnknownUnit, match='write "Phường 1, quận Gò Vấp"'):
        resolve("phường 1", ho_chi_minh)


def test_departments_are_those_of_the_day():
    units = load_units("da-nang")
    before, since = (set(units_on(units, day, level="department")["name"])
                     for day in ("2025-02-28", "2025-03-01"))  # fmt: skip
    assert before - since == {
        "Sở Kế hoạch và Đầu tư", "Sở Giao thông vận tải", "Sở Tài nguyên và Môi trường",
        "Sở Nông nghiệp và Phát triển nông thôn", "Sở Lao động - Thương binh và Xã hội",
        "Sở Thông tin và Truyền thông",
    }  # fmt: skip
    assert since - before == {"Sở Nông nghiệp và Môi trường", "Sở Dân tộc và Tôn giáo"}
    assert set(units.query("level == 'department'")["source"]) == {"assumed"}
    assert "Thanh tra thành phố" in since  # of a city, not "tỉnh"


def test_a_province_file_changes_its_filled_cells_and_adds_units(load, tmp_path):
    folder = tmp_path / "data" / "raw" / "quang-nam"
    folder.mkdir()
    (folder / "units.csv").write_text(
        f"{HEADER}\n49-so-y-te,Sở Y tế,,department,sở,,2023-06-30,,SYT;Y tế tỉnh,own\n"
        "49-x,Ban Dân tộc,,department,ban,,,,,own\n", encoding="utf-8")  # fmt: skip
    units = load_units("quang-nam").set_index("code")
    changed = units.loc["49-so-y-te"]
    assert (changed["name_en"], changed["source"]) == ("Department of Health", "own")
    assert changed["valid_to"] == pd.Timestamp("2023-06-30")
    assert units.loc["49-x", "name_en"] == "Ban Dân tộc"
    assert resolve("Y tế tỉnh", load_units("quang-nam")) == "49-so-y-te"


def test_units_of_a_year_and_those_told_by_name():
    units = load_units("da-nang")
    year = units_in(units, 2025)
    assert {"district", "commune"} <= set(year["level"])
    told = told_by_name(units, 2025)["level"].value_counts()
    assert (told["district"], told["commune"]) == (8, 94)
    assert "district" not in set(units_in(units, 2026)["level"])
    assert "commune" not in set(told_by_name(units, 2022)["level"])


def test_loading_a_province_is_fast():
    load_units("thanh-hoa")  # pandas warmed up

    def seconds():
        for kept in (national, provinces, module._rows):
            kept.cache_clear()
        start = time.perf_counter()
        load_units("ho-chi-minh")
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.15  # 0.02 measured; other tests run beside it


def extents(frame, level=None):
    rows = frame if level is None else frame[frame["level"] == level]
    return dict(zip(rows["name"], rows["extent"], strict=True))


def test_a_district_is_followed_to_its_communes_and_back():
    """Điện Bàn: 20 communes and wards to six, of no other district's land."""
    new = par.successors("507", "2025-07-01", province="quang-nam")
    assert extents(new) == dict.fromkeys(
        ["Điện Bàn", "Điện Bàn Bắc", "Điện Bàn Tây", "An Thắng", "Điện Bàn Đông", "Gò Nổi"], "whole"
    )
    for code in new["code"]:
        back = par.former(code, "2025-06-30", province="da-nang")
        assert extents(back, "district") == {"Điện Bàn": "whole"}
    assert extents(par.successors("Nông Sơn", "2025-01-01", province="quang-nam")) == {
        "Quế Sơn": "whole"}  # fmt: skip
    # From 2024 on over both days: what was Nông Sơn, not all of Quế Sơn.
    assert extents(par.successors("519", "2025-07-01", province="quang-nam")) == {
        "Nông Sơn": "whole", "Quế Phước": "whole"}  # fmt: skip
    assert extents(par.successors("49", "2025-07-01", province="quang-nam")) == {"Đà Nẵng": "whole"}
    assert extents(par.successors("507", "2023-01-01", province="quang-nam")) == {
        "Điện Bàn": "whole"}  # fmt: skip


@pytest.mark.long
def test_only_hoa_lien_was_split_in_da_nang():
    """78 communes on Quảng Nam's land, each in one district; 94 in all with Hoàng Sa."""
    lineage = national("da-nang-lineage").query("day == '2025-07-01'")
    split = lineage.loc[lineage.duplicated("old", keep=False), "old"].unique().tolist()
    assert split == [resolve("Hòa Liên", units_on(load_units("da-nang"), "2025-06-30"))]
    assert extents(par.successors("Hòa Liên", "2025-07-01", province="da-nang")) == {
        "Hải Vân": "part", "Liên Chiểu": "part"}  # fmt: skip
    communes = units_on(load_units("da-nang"), "2025-07-01", level="commune")
    assert len(communes) == 94
    of_quang_nam = 0
    for code in communes["code"]:
        districts = par.former(code, "2025-06-30", province="da-nang").query("level == 'district'")
        if districts["code"].between("502", "519").any():
            of_quang_nam += 1
            assert districts["extent"].tolist() == ["whole"], code
    assert of_quang_nam == 78
    assert extents(par.former("Hải Vân", "2025-06-30", province="da-nang")) == {
        "Liên Chiểu": "part", "Hòa Vang": "part", "Hòa Hiệp Bắc": "whole", "Hòa Hiệp Nam": "whole",
        "Hòa Bắc": "whole", "Hòa Liên": "part"}  # fmt: skip


def test_a_department_is_followed_to_the_one_that_took_over():
    new = par.successors("Sở Giao thông vận tải", "2025-03-01", province="da-nang")
    assert extents(new) == {"Sở Xây dựng": "whole"}
    both = par.former("Sở Nông nghiệp và Môi trường", "2025-02-28", province="da-nang")
    assert set(both["name"]) == {
        "Sở Tài nguyên và Môi trường", "Sở Nông nghiệp và Phát triển nông thôn"}  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "date", "province", "message"),
    [
        ("48", "1900-01-01", "demo-none", "there is no such file"),
        ("1", "2025-07-01", "da-nang", '"1" is not a unit of Đà Nẵng'),
        ("20194-x", "2025-07-01", "da-nang", "is not a unit"),
    ],
)
def test_what_cannot_be_followed_is_said(unit, date, province, message):
    with pytest.raises((UnknownUnit, FileNotFoundError), match=message):
        par.successors(unit, date, province=province)


def test_a_commune_whose_successor_is_not_known_is_told():
    """Some 550 communes ended before 2025 outside Quảng Nam and Đà Nẵng, and nobody lists where."""
    units = load_units("thanh-hoa")
    ended = units[(units["level"] == "commune") & (units["valid_to"] == "2024-12-31")]
    gone = ended[~ended["code"].isin(units.loc[units["valid_to"] != "2024-12-31", "code"])]
    with pytest.raises(UnknownUnit, match="what stands on its land on 2025-07-01 is not known"):
        par.successors(gone["code"].iloc[0], "2025-07-01", province="thanh-hoa")


def test_spellings_are_laid_out_once_for_many_unknown_names(in_2022, monkeypatch):
    laid_out = []
    folded = module._folded
    monkeypatch.setattr(module, "_folded", lambda *of: laid_out.append(of) or folded(*of))
    found = module.resolver(in_2022)
    for name in ("Diện Bàn", "Diện Bàn", "Thăng Bính"):
        with pytest.raises(UnknownUnit, match="is not a unit"):
            found(name)
    assert len(laid_out) == 1


@pytest.mark.parametrize("province", ["quang-nam", "da-nang"])
def test_agencies_name_their_province_in_english_as_the_pages_do(province):
    """Never "Quang Nam Radio" beside "Quảng Nam"."""
    known = load_units(province)
    plain = fold(module.home(known)).casefold()
    assert not [
        one for one in known.query("level == 'department'")["name_en"] if plain in one.casefold()
    ]
