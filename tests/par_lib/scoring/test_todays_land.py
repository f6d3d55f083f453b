"""Earlier years of provinces that are one today: side by side, together what adds up."""

import pandas as pd
import pytest

from par_lib.cleaning import succession, tables
from par_lib.language.translation import language
from par_lib.scoring import changes
from par_lib.storage import dependencies

VI = language("vi")
DA_NANG, QUANG_NAM = (f"{one} trước tháng 7 năm 2025" for one in ("Đà Nẵng", "Quảng Nam"))


def test_each_part_is_visible_and_only_counts_add_up():
    area = changes.on_todays_land(tables.load("da-nang", 2025), VI).set_index(["figure", "year"])
    assert area.attrs == {"parts": [DA_NANG, QUANG_NAM]}
    index = area.loc[("Chỉ số cải cách hành chính (PAR INDEX) (điểm)", 2022)]
    assert index[[DA_NANG, QUANG_NAM]].tolist() == ["87,54", "80,91"]
    assert pd.isna(index["together"])  # points do not add up
    assert index["source"] == "cadn-par-2023; quang-nam:vietnamvn-par-sipas-2023"
    late = area.loc[("Cấp huyện: hồ sơ trễ hạn trong kỳ", 2022)]
    assert pd.isna(late[DA_NANG])  # nothing is known of it: at least what Quảng Nam had
    assert late[[QUANG_NAM, "together"]].tolist() == ["41.657", "≥\N{NO-BREAK SPACE}41.657"]


def test_where_both_are_known_counts_are_added_with_their_bounds(monkeypatch):
    # 10 to 12 and 5: 15 to 17
    def figures(data, _):
        low, high = (10.0, 12.0) if data.province == "da-nang" else (5.0, 5.0)
        rows = {"figure": "x", "kind": "late", "value_low": low, "value_high": high,
                "source": "s", "locator": "p"}  # fmt: skip
        return pd.DataFrame([rows]).set_index(["figure", "kind"])

    monkeypatch.setattr(changes, "_figures", figures)
    area = changes.on_todays_land(tables.load("da-nang", 2025), VI)
    both = area[area["year"] == 2022].iloc[0]
    assert both[[DA_NANG, QUANG_NAM, "together"]].tolist() == ["10–12", "5", "15–17"]


@pytest.mark.parametrize(("province", "year"), [("quang-nam", 2024), ("da-nang", 2023)])
def test_before_the_merger_and_of_a_province_that_ended_nothing_is_added(province, year):
    area = changes.on_todays_land(tables.load(province, year), VI)
    assert area.empty and area.attrs["parts"] == []


def test_the_other_province_s_raw_files_are_among_what_a_run_has_read(monkeypatch):
    monkeypatch.setattr(dependencies, "_read", set())
    changes.on_todays_land(tables.load("da-nang", 2025), VI)
    read = dependencies.tables_read()
    assert "file:data/raw/quang-nam/2022/late_dossiers.csv" in read
    assert not [one for one in read if one.startswith("2022:")]  # of Đà Nẵng's own year 2022


def test_sources_of_a_merged_province_stand_behind_its_own_under_their_province():
    assert succession.merged("da-nang") == ["quang-nam"] and succession.merged("quang-nam") == []
    sources = tables.load_sources("da-nang")
    assert sources["number"].tolist() == [*range(1, len(sources) + 1)]
    own = [name for name in sources.index if ":" not in name]
    assert [*sources.index][: len(own)] == own
    title = tables.load_sources("quang-nam").loc["report-2022", "title"]
    assert sources.loc["quang-nam:report-2022", "title"] == title
