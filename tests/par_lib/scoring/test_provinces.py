"""What is known of other provinces: values and ranks as stated, no order of those not known."""

import pytest

from par_lib.cleaning import schema, tables
from par_lib.scoring import scorecard

HEAD = (
    "measure,unit,level,period_start,period_end,value,measure_unit,basis,status,source,locator,note"
)


def write(root, *rows: str, table: str = "indicators"):
    path = root / f"data/raw/quang-nam/2025/{table}.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


def row(measure: str, unit: str, value: str, kind: str = "points", source: str = "report-2022"):
    return (f"{measure},{unit},province,2025-01-01,2025-06-30,{value},{kind},unstated,reported,"
            f"{source},p. 1,")  # fmt: skip


def test_values_of_two_sources_are_an_interval_and_ranks_stand_alone(new_root):
    write(
        new_root,
        row("par_index_points", "Hải Phòng", '"91,87"'),
        row("par_index_points", "TP. Hải Phòng", '"91,81"', source="nhadautu-2021"),
        row("par_index_points", "tỉnh An Giang", '"81,32"'),
        row("par_index_rank", "An Giang", "63/63", "count"),
        row("par_index_rank", "Cao Bằng", "61/63", "count"),
    )
    known = scorecard.provinces(tables.load("quang-nam", 2025), "par_index").set_index("unit")
    # the own province has neither points nor a rank of 2025: it is not listed
    assert list(known.index) == ["Hải Phòng", "An Giang", "Cao Bằng"]
    assert known.loc["Hải Phòng", ["points_low", "points_high"]].tolist() == [91.81, 91.87]
    assert known.loc["Hải Phòng", "source"] == "report-2022; nhadautu-2021"
    assert known.loc["An Giang", ["points_high", "rank_low"]].tolist() == [81.32, 63]
    assert known["points_low"].isna().tolist() == [False, False, True]


def test_of_63_provinces_14_are_known_in_2023(root):
    known = scorecard.provinces(tables.load("quang-nam", 2023), "par_index")
    assert (len(known), known.attrs["all_count"]) == (14, 63)
    own = known[known["unit"] == "Quảng Nam"].iloc[0]
    assert (own["points_low"], own["rank_low"], own["status"]) == (84.6, 56, "reported")
    derived = scorecard.provinces(tables.load("quang-nam", 2022), "par_index").set_index("unit")
    assert derived["status"].to_dict()["Quảng Nam"] == "derived"


def test_without_another_province_there_is_nothing_to_compare(root):
    for year, index in ((2025, "par_index"), (2021, "sipas_index")):
        known = scorecard.provinces(tables.load("quang-nam", year), index)
        assert known.empty and {"unit", "rank_low", "source"} <= set(known.columns)


def test_another_province_may_be_named_in_single_figures_only(new_root):
    write(new_root, row("par_index_points", "Hải Phong", "91"))
    with pytest.raises(schema.DataError, match='row 2, column unit: "Hải Phong" is not a unit of'):
        tables.load("quang-nam", 2025)
    write(new_root, row("par_index_points", "Hải Phòng", "91").replace("province", "commune"))
    with pytest.raises(schema.DataError, match='"Hải Phòng" is not a unit of Quảng Nam'):
        tables.load("quang-nam", 2025)
    write(new_root, row("par_index_points", "Hải Phòng", "91"))
    late = new_root / "data/raw/quang-nam/2025/late_dossiers.csv"
    late.write_text(late.read_text("utf-8").replace("Quảng Nam", "Hải Phòng", 1), encoding="utf-8")
    with pytest.raises(schema.DataError, match=r'late_dossiers.csv, row 2.*"Hải Phòng" is not'):
        tables.load("quang-nam", 2025)


def test_a_district_with_the_name_of_another_province_is_not_meant(new_root):
    """Bạc Liêu has a district Hòa Bình; at the level of provinces the province is meant."""
    units = new_root / "data/raw/quang-nam/units.csv"
    text = units.read_text(encoding="utf-8")
    units.write_text(f"{text}509,Hòa Bình,,district,huyện,,,,,made\n", encoding="utf-8")
    own = row("land_registration_on_time_pct", "Hòa Bình", "90%", "pct").replace(
        ",province,", ",district,"
    )
    write(new_root, row("par_index_points", "Hòa Bình", '"88,18"'), own)
    (new_root / "data/raw/quang-nam/2025/disbursement.csv").unlink()
    codes = tables.load("quang-nam", 2025).indicators["unit_code"].tolist()
    assert codes == ["17", "509"]
