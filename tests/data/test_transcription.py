"""Raw figures: what the report of Quảng Nam says, cell by cell; the form of all real ones."""

import tomllib
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from par_lib.cleaning import schema
from par_lib.cleaning.units import load_units
from par_lib.language.vietnamese import compare_key
from par_lib.storage import paths

PROVINCE = "quang-nam"
REPORT = "report-2022"
OTHERS = "all others"
NOT_FIGURES = {"area", "plan_year"}  # numbers of kind count that only label a row

LATE = "late_dossiers"
CAPITAL = "disbursement"
SINGLE = "indicators"

# year, table, columns that find the row, column, cell as the report writes it
FIGURES = [
    # I, bullet 3: late dossiers
    (2022, LATE, {"unit": "Sở Y tế"}, "late", "76"),
    (2022, LATE, {"unit": "Sở Tài nguyên và Môi trường"}, "late", "11"),
    (2022, LATE, {"unit": "Sở Kế hoạch và Đầu tư"}, "late", "4"),
    (2022, LATE, {"unit": "Sở Xây dựng"}, "late", "4"),
    (2022, LATE, {"unit": "Quảng Nam", "level": "district"}, "late", "41657"),
    (2022, LATE, {"unit": "Đại Lộc", "level": "district"}, "late", "2722"),
    (2022, LATE, {"unit": "Duy Xuyên", "level": "district"}, "late", "3755"),
    (2022, LATE, {"unit": "Núi Thành", "level": "district"}, "late", "856"),
    (2022, LATE, {"unit": "Phú Ninh", "level": "district"}, "late", "2566"),
    (2022, LATE, {"unit": "Quế Sơn", "level": "district"}, "late", "2773"),
    (2022, LATE, {"unit": "Thăng Bình", "level": "district"}, "late", "7076"),
    (2022, LATE, {"unit": "Hội An", "level": "district"}, "late", "4308"),
    (2022, LATE, {"unit": "Tam Kỳ", "level": "district"}, "late", "2857"),
    (2022, LATE, {"unit": "Điện Bàn", "level": "district"}, "late", "11.193"),
    (2022, LATE, {"unit": "Quảng Nam", "level": "commune"}, "late", "13.363"),
    # I, bullet 5: disbursement at 31/12/2022
    (2022, CAPITAL, {"unit": "Quảng Nam", "level": "province"}, "rate_pct", "72,57 %"),
    (2022, SINGLE, {"measure": "announced_below_70_pct", "level": "district"}, "value", "09"),
    (2022, SINGLE, {"measure": "announced_below_70_pct", "level": "department"}, "value", "10"),
    (2022, CAPITAL, {"unit": "Hiệp Đức"}, "rate_pct", "63,7%"),
    (2022, CAPITAL, {"unit": "Nam Trà My"}, "rate_pct", "62,3%"),
    (2022, CAPITAL, {"unit": "Phước Sơn"}, "rate_pct", "61,7%"),
    (2022, CAPITAL, {"unit": "Phú Ninh"}, "rate_pct", "60,6%"),
    (2022, CAPITAL, {"unit": "Nông Sơn"}, "rate_pct", "57,6%"),
    (2022, CAPITAL, {"unit": "Nam Giang"}, "rate_pct", "56,7%"),
    (2022, CAPITAL, {"unit": "Bắc Trà My"}, "rate_pct", "49,7%"),
    (2022, CAPITAL, {"unit": "Tây Giang"}, "rate_pct", "47,5%"),
    (2022, CAPITAL, {"unit": "Hội An"}, "rate_pct", "44,6%"),
    (2022, CAPITAL, {"unit": OTHERS, "level": "district"}, "rate_pct", "≥70%"),
    (2022, CAPITAL, {"unit": "BQL dự án đầu tư xây dựng tỉnh"}, "rate_pct", "62,6%"),
    (2022, CAPITAL, {"unit": "Sở Nông nghiệp &PTNT"}, "rate_pct", "56%"),
    (2022, CAPITAL, {"unit": "Đài PTTH tỉnh"}, "rate_pct", "53,4%"),
    (2022, CAPITAL, {"unit": "BCH quân sự tỉnh Quảng Nam"}, "rate_pct", "43,9%"),
    (2022, CAPITAL, {"unit": "Thanh tra tỉnh"}, "rate_pct", "41,2%"),
    (2022, CAPITAL, {"unit": "Chi cục Kiểm lâm tỉnh"}, "rate_pct", "40,4%"),
    (2022, CAPITAL, {"unit": "Bệnh viện Đa khoa khu vực Quảng Nam"}, "rate_pct", "38,6%"),
    (2022, CAPITAL, {"unit": "Sở Y tế"}, "rate_pct", "16,7%"),
    (2022, CAPITAL, {"unit": "Sở Kế hoạch và Đầu tư"}, "rate_pct", "2,6%"),
    (2022, CAPITAL, {"unit": "Bệnh viện Đa khoa khu vực miền núi phía Bắc"}, "rate_pct", "0%"),
    (2022, CAPITAL, {"unit": OTHERS, "level": "department"}, "rate_pct", "≥70%"),
    # I, bullets 6 to 9
    (2022, SINGLE, {"measure": "audit_recommendations_implemented_pct"}, "value", "61,69%"),
    (2022, SINGLE, {"measure": "online_dossiers_processed"}, "value", "202.751"),
    (2022, SINGLE, {"measure": "dossiers_received_online_and_offline"}, "value", "396.320"),
    (2022, "scores", {"criterion": "online_payment"}, "points", "0.59/1.5"),
    (2022, SINGLE, {"measure": "online_payment_procedures_pct"}, "value", "11,4%"),
    (2022, SINGLE, {"measure": "online_payment_dossiers_pct"}, "value", "6.5%"),
    # I, bullet 10: survey of leaders
    (2022, SINGLE, {"measure": "leaders_survey_ballots"}, "value", "449"),
    (2022, SINGLE, {"measure": "leaders_survey_ballots_council_delegates"}, "value", "55"),
    (2022, SINGLE, {"measure": "leaders_survey_ballots_department_leaders"}, "value", "74"),
    (2022, SINGLE, {"measure": "leaders_survey_ballots_division_leaders"}, "value", "264"),
    (2022, SINGLE, {"measure": "leaders_survey_districts"}, "value", "18"),
    (2022, SINGLE, {"measure": "leaders_survey_ballots_district_leaders"}, "value", "56"),
    (2022, "scores", {"criterion": "leaders_survey"}, "points", "16.42/ 22"),
    # I, bullets 11 to 16: satisfaction
    (2022, "sipas", {"component": "overall"}, "satisfaction_pct", "75%"),
    (2022, "scores", {"criterion": "sipas_index"}, "rank", "61/63"),
    (2022, "sipas", {"component": "access"}, "points", "1.1922/1.5"),
    (2022, "sipas", {"component": "procedure"}, "points", "1.1859/1.5"),
    (2022, "sipas", {"component": "officials"}, "points", "1.8963/2.5"),
    (2022, "sipas", {"component": "result"}, "points", "1.8885/2.5"),
    (2022, "sipas", {"component": "feedback"}, "points", "1.413/2"),
    (2022, "scores", {"criterion": "sipas"}, "points", "7.58/10"),
    # II.1 to II.3: tasks with a figure
    (2023, "tasks", {"area": "1", "target_unit": "count"}, "target", "02 - 03"),
    (2023, "tasks", {"area": "1", "note": "share of proposals handled"}, "target", "100%"),
    (
        2023,
        "tasks",
        {"area": "1", "note": "share of assigned tasks finished on time"},
        "target",
        "100%",
    ),
    (2023, "tasks", {"area": "2"}, "target", "100%"),
    (2023, "tasks", {"area": "3", "target_unit": "pct"}, "target", "100%"),
    (2023, SINGLE, {"measure": "districts_to_clear_late_dossiers"}, "value", "18/18"),
    # II.6, bullet 1: disbursement at 30/4/2023
    (2023, SINGLE, {"measure": "announced_below_20_pct", "level": "department"}, "value", "12"),
    (2023, CAPITAL, {"unit": "Sở Văn hóa, Thể thao và Du lịch"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Sở Nông nghiệp và PTNT"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Sở Y tế"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Sở Thông tin và Truyền thông"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Sở Kế hoạch và Đầu tư"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Đài Phát thanh - Truyền hình Quảng Nam"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Công an tỉnh"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Bộ Chỉ huy Quân sự tỉnh"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Bộ Chỉ huy Bộ đội Biên phòng tỉnh"}, "rate_pct", "<20%"),
    (
        2023,
        CAPITAL,
        {"unit": "Ban Quản lý dự án đầu tư xây dựng các công trình giao thông"},
        "rate_pct",
        "<20%",
    ),
    (
        2023,
        CAPITAL,
        {"unit": "Ban Quản lý dự án đầu tư xây dựng các công trình Nông nghiệp và PTNT"},
        "rate_pct",
        "<20%",
    ),
    (2023, CAPITAL, {"unit": "Ban Quản lý dự án đầu tư xây dựng tỉnh"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": OTHERS, "level": "department"}, "rate_pct", "≥20%"),
    (2023, SINGLE, {"measure": "announced_below_20_pct", "level": "district"}, "value", "12/18"),
    (2023, CAPITAL, {"unit": "Tây Giang"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Phước Sơn"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Tam Kỳ"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Đại Lộc"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Núi Thành"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Tiên Phước"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Phú Ninh"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Nam Giang"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Bắc Trà My"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Hội An"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Nông Sơn"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": "Quế Sơn"}, "rate_pct", "<20%"),
    (2023, CAPITAL, {"unit": OTHERS, "level": "district"}, "rate_pct", "≥20%"),
    # II.7, bullet 4
    (2023, "tasks", {"area": "7", "target_unit": "pct"}, "target", "80% trở lên"),
]

# locator, level, places the report names without a figure, in its order
MENTIONS = [
    (
        "I, bullet 3, + Xã",
        "commune",
        "Đại Lộc|Tiên Phước|Nam Giang|Phước Sơn|Duy Xuyên|Phú Ninh|Thăng Bình|Quế Sơn"
        "|thị xã Điện Bàn",
    ),
    ("II.3, bullet 3, + Sở", "department", "Sở Tài nguyên và Môi trường"),
    (
        "II.3, bullet 3, + Huyện",
        "district",
        "Đại Lộc|Duy Xuyên|Nam Giang|Núi Thành|Phú Ninh|Quế Sơn|Thăng Bình|thị xã Điện Bàn"
        "|thành phố Hội An|Tam Kỳ",
    ),
    ("II.3, bullet 3, + Xã", "commune", "Núi Thành|Phú Ninh|Nam Giang|Đông Giang"),
]

REAL = [name for name in paths.provinces() if not name.startswith("demo")]
FILES = sorted(file for name in REAL for file in paths.raw(name).glob("[0-9][0-9][0-9][0-9]/*.csv"))
OF_REPORT = [file for file in FILES if file.parents[1].name == PROVINCE]


@cache
def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@cache
def sources(province: str = PROVINCE) -> dict:
    return tomllib.loads((paths.raw(province) / "sources.toml").read_text(encoding="utf-8"))


def label(path: Path) -> str:
    return "-".join(path.with_suffix("").parts[-3:])


def rows_of_report(year: int, table: str, where: dict[str, str]) -> pd.Index:
    raw = read(paths.raw(PROVINCE, year) / f"{table}.csv")
    found = raw["source"] == REPORT
    for column, value in where.items():
        found &= raw[column] == value
    return raw.index[found]


@pytest.mark.parametrize(
    ("year", "table", "where", "column", "written"),
    FIGURES,
    ids=[f"{year}-{table}-{'-'.join(where.values())}" for year, table, where, _, _ in FIGURES],
)
def test_figure_of_report(year, table, where, column, written):
    rows = rows_of_report(year, table, where)
    if table == "tasks":  # tasks without a figure may share the area
        rows = [row for row in rows if read_cell(year, table, row, column)]
    assert len(rows) == 1
    assert read_cell(year, table, rows[0], column) == written


def read_cell(year: int, table: str, row: int, column: str) -> str:
    return read(paths.raw(PROVINCE, year) / f"{table}.csv").loc[row, column]


def test_no_figure_is_attributed_to_report_beyond_those():
    in_files = Counter(
        (int(path.parent.name), path.stem, column.name, cell)
        for path in OF_REPORT
        for column in schema.TABLES[path.stem].quantities
        if column.name not in NOT_FIGURES
        for cell in read(path).loc[read(path)["source"] == REPORT, column.name]
        if cell
    )
    listed = Counter((year, table, column, cell) for year, table, _, column, cell in FIGURES)
    assert in_files == listed


def test_no_figure_is_listed_twice():
    places = Counter(
        (year, table, column, *where.items()) for year, table, where, column, _ in FIGURES
    )
    assert set(places.values()) == {1}


@pytest.mark.parametrize(("locator", "level", "places"), MENTIONS)
def test_places_named_without_figure(locator, level, places):
    raw = read(paths.raw(PROVINCE, 2022) / "mentions.csv")
    named = raw[raw["locator"] == locator]
    assert list(named["unit"]) == places.split("|")
    assert set(named["level"]) == {level}


def test_mentions_hold_no_other_place():
    raw = read(paths.raw(PROVINCE, 2022) / "mentions.csv")
    assert set(raw["locator"]) == {locator for locator, _, _ in MENTIONS}


def test_tasks_of_each_area():
    raw = read(paths.raw(PROVINCE, 2023) / "tasks.csv")
    # section II of the report: 2 + 3 + 3 + 1 in part 1, 1 in part 2, 2 + 1 + 3 in part 3, ...
    expected = {"1": 9, "2": 1, "3": 6, "4": 1, "5": 2, "6": 4, "7": 4, "8": 1}
    assert raw["area"].value_counts().to_dict() == expected


@pytest.mark.parametrize("path", FILES, ids=label)
def test_raw_table_is_as_declared(path):
    table = schema.TABLES[path.stem]
    assert schema.raw_problems(read(path), table=table, file=path.name) == []


@pytest.mark.parametrize("path", FILES, ids=label)
def test_every_source_is_described(path):
    assert set(read(path)["source"]) <= set(sources(path.parents[1].name))


@pytest.mark.parametrize("path", FILES, ids=label)
def test_no_row_repeats(path):
    key = [*schema.TABLES[path.stem].key, "source", "locator"]
    assert not read(path).duplicated(list(dict.fromkeys(key))).any()


@pytest.mark.parametrize("path", FILES, ids=label)
def test_derived_rows_say_what_is_derived(path):
    raw = read(path)
    unexplained = raw[(raw["status"] == "derived") & ~raw["note"].str.contains("derived")]
    assert unexplained.empty


@pytest.mark.parametrize(
    "path",
    [
        *FILES,
        paths.raw(PROVINCE) / "units.csv",
        *(paths.raw(name) / "sources.toml" for name in REAL),
    ],
    ids=label,
)
def test_file_is_plain_utf8_composed_with_lf(path):
    data = path.read_bytes()
    text = data.decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert b"\r" not in data
    assert not text.startswith("\ufeff")
    assert text.endswith("\n")


def test_units_have_described_sources_and_unique_codes():
    units = read(paths.raw(PROVINCE) / "units.csv")
    assert set(units["source"]) <= set(sources())
    assert units["code"].is_unique
    assert set(units["level"]) <= set(schema.LEVELS)


def test_districts_have_the_codes_of_the_statistics_office():
    units = load_units(PROVINCE)
    districts = units[units["level"] == "district"].set_index("code")
    assert list(districts.index) == [str(code) for code in range(502, 520)]
    ended = districts["valid_to"].dt.strftime("%Y-%m-%d")
    assert ended["519"] == "2024-12-31"
    assert set(ended.drop("519")) == {"2025-06-30"}


def test_no_spelling_means_two_units():
    units = read(paths.raw(PROVINCE) / "units.csv")
    owners: dict[str, set[str]] = {}
    for unit in units.itertuples():
        for spelling in (unit.name, *filter(None, unit.aliases.split(";"))):
            owners.setdefault(compare_key(spelling), set()).add(unit.code)
    assert {key: codes for key, codes in owners.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("province", "name"), [(one, name) for one in REAL for name in sources(one)]
)
def test_source_says_where_it_comes_from(province, name):
    source = sources(province)[name]
    assert {"title", "title_en", "producer", "accessed", "kind", "data_years"} <= set(source)
    assert source["kind"] in {"report", "press", "derived", "law", "dataset"}
    address = source.get("address", "https://none.of.its.own/")
    assert address.startswith("https://")
    assert "…" not in address
    assert "..." not in address


@pytest.mark.parametrize("province", REAL)
def test_every_source_is_used_and_has_an_address_or_is_the_report(province):
    used = {
        name for file in FILES if file.parents[1].name == province for name in read(file)["source"]
    }
    for own in paths.raw(province).glob("units.csv"):
        used |= set(read(own)["source"])
    acts = {name for name, source in sources(province).items() if source["kind"] == "law"}
    assert set(sources(province)) - acts == used - acts
    without = {name for name, source in sources(province).items() if "address" not in source}
    assert without <= {REPORT}


def test_report_tells_its_title_from_its_data():
    assert (sources()[REPORT]["title_year"], sources()[REPORT]["data_year"]) == (2023, 2022)


PARTS = ("transparency", "progress", "online_services", "online_payment", "satisfaction",
         "digitisation")  # fmt: skip


@pytest.mark.parametrize(
    ("day", "total", "rank", "parts"),
    [
        ("2024-08-19", "80,1/100", "21/63", "13,2/18 18,4/20 7,7/12 7,6/10 17,6/18 15,6/22"),
        ("2024-10-28", "82,8/100", "13/63", "13,6/18 18,5/20 7,7/12 9,6/10 17,6/18 15,8/22"),
        ("2024-12-23", "84,2/100", "16/63", ""),
    ],
)
def test_index_of_service_of_the_province(day, total, rank, parts):
    raw = read(paths.raw(PROVINCE, 2024) / "service_index.csv")
    own = raw[(raw["level"] == "province") & (raw["as_of"] == day)].set_index("component")
    assert own.loc["total", ["points", "rank"]].tolist() == [total, rank]
    written = parts.split()
    assert own["points"].drop("total").to_dict() == dict(zip(PARTS, written, strict=False))


def test_classes_in_the_index_of_service():
    """13 districts are named as good; the other five of 18 are fair by elimination."""
    raw = read(paths.raw(PROVINCE, 2024) / "service_index.csv")
    districts = raw[(raw["level"] == "district") & (raw["as_of"] == "2024-08-19")]
    counts = districts.groupby(["classification", "status"]).size().to_dict()
    assert counts == {("good", "reported"): 13, ("fair", "derived"): 5}
    fair = districts.loc[districts["classification"] == "fair", "unit"]
    assert set(fair) == {"Tam Kỳ", "Thăng Bình", "Quế Sơn", "Tây Giang", "Nông Sơn"}
    offices = raw[raw["level"] == "department"]["classification"].value_counts().to_dict()
    assert offices == {"good": 8, "fair": 7, "excellent": 1}
