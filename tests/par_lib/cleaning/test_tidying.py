"""Verbs on small made frames: every cell read as written, every unlisted unit bounded."""

import unicodedata

import pandas as pd
import pytest

from par_lib.cleaning import schema, tidying
from par_lib.cleaning.schema import DataError

LATE = schema.TABLES["late_dossiers"]
KNOWN = pd.DataFrame(
    [
        ("49", "Quảng Nam", "province", "tỉnh", None),
        ("502", "Tam Kỳ", "district", "thành phố", None),
        ("507", "Điện Bàn", "district", "thị xã", None),
        ("519", "Nông Sơn", "district", "huyện", "2024-12-31"),
        ("20001", "An Ví", "commune", "xã", None),
        ("20002", "Bình Ví", "commune", "phường", None),
        ("20003", "Cẩm Ví", "commune", "xã", "2022-06-30"),
    ],
    columns=["code", "name", "level", "kind", "valid_to"],
).assign(
    aliases="",
    successor="",
    parent="",
    valid_from=pd.NaT,
    valid_to=lambda f: pd.to_datetime(f["valid_to"]),
)


def raw(*rows: dict) -> pd.DataFrame:
    empty = {column.name: "" for column in LATE.columns}
    usual = {
        "unit": "Quảng Nam", "level": "district", "period_start": "2022-01-01",
        "period_end": "2022-12-31", "basis": "unstated", "status": "reported", "source": "made",
    }  # fmt: skip
    return pd.DataFrame(
        [empty | usual | {"locator": f"row {n}"} | row for n, row in enumerate(rows)],
        columns=list(empty),
        dtype=str,
    )


def tidy(*rows: dict, year: int = 2022) -> pd.DataFrame:
    return tidying.tidy_table(raw(*rows), table=LATE, known=KNOWN, year=year, file="made.csv")


def test_unlisted_districts_share_what_is_left():
    # 100 − 60 = 40 for Tam Kỳ and Nông Sơn together: each lies in 0–40
    table = tidy({"late": "100"}, {"unit": "TX Điện Bàn", "late": "60"})
    bound = table[table["status"] == "bound"].set_index("unit")
    assert sorted(bound.index) == ["Nông Sơn", "Tam Kỳ"]
    assert bound[["late_low", "late_high"]].to_numpy().tolist() == [[0, 40], [0, 40]]
    assert set(bound["locator"]) == {"row 0"}  # that of the total


def test_unlisted_communes_share_what_is_left_of_their_own_total():
    # 30 − 12 = 18 for Bình Ví alone, as Cẩm Ví has ended; districts are bounded by their own
    own, whole = {"level": "commune"}, {"late": "100"}
    listed = own | {"unit": "xã An Ví", "late": "12"}
    table = tidy(whole, own | {"late": "30"}, listed, {"unit": "TX Điện Bàn", "late": "60"})
    bound = table[table["status"] == "bound"].set_index("unit")
    assert bound["late_high"].to_dict() == {"Tam Kỳ": 40, "Nông Sơn": 40, "Bình Ví": 18}
    assert bound.loc["Bình Ví", ["level", "unit_code"]].tolist() == ["commune", "20002"]


def test_a_total_of_communes_of_which_none_is_listed_adds_no_row():
    own = {"level": "commune", "late": "30"}
    assert len(tidy(own, own | {"unit": "xã An Ví", "late": ""})) == 2


def test_what_the_total_counts_is_not_an_unlisted_unit_s_own():
    total = {"late": "100", "resolved": "900", "on_time": "800", "received": "950"}
    table = tidy(total | {"on_time_pct": "88,9%"}, {"unit": "TX Điện Bàn", "late": "60"})
    bound = table[table["status"] == "bound"]
    others = ["received", "resolved", "on_time", "on_time_pct_low", "on_time_pct_high"]
    assert bound[others].isna().all(axis=None)


def test_a_unit_that_has_ended_is_not_bounded():
    dates = {"period_start": "2025-01-01", "period_end": "2025-06-30"}
    table = tidy({"late": "100", **dates}, {"unit": "Điện Bàn", "late": "60", **dates}, year=2025)
    assert table.loc[table["status"] == "bound", "unit"].tolist() == ["Tam Kỳ"]


@pytest.mark.parametrize(
    "rows",
    [[{"late": "100"}], [{"unit": "Điện Bàn", "late": "60"}], [{"late": "90-100"}]],
    ids=["no list", "no total", "the total is an interval"],
)
def test_nothing_is_bounded_without_a_total_and_a_list(rows):
    assert "bound" not in set(tidy(*rows)["status"])


def test_names_are_read_in_any_unicode_form_and_case():
    spelled = [unicodedata.normalize("NFD", "thị xã Điện Bàn"), "ĐIỆN BÀN", "UBND Tp. Tam Kỳ"]
    found = [tidy({"unit": name, "late": "1"})["unit"].item() for name in spelled]
    assert found == ["Điện Bàn", "Điện Bàn", "Tam Kỳ"]


def test_every_unreadable_cell_of_a_column_is_named():
    with pytest.raises(DataError) as error:
        tidy({"unit": "Điện Ban"}, {"unit": "Tam Kì"}, {"unit": "Huế"})
    first, _, third = error.value.problems
    assert first.startswith("made.csv, row 2, column unit: ") and "Điện Bàn" in first
    assert "row 4" in third and "did you mean" not in third
    with pytest.raises(
        DataError,
        match=r"row 2, column period_end: '12/31/2022' is not a date as day/month/.*yyyy-mm-dd",
    ):
        tidy({"period_end": "12/31/2022"})
    with pytest.raises(DataError, match=r"row 2, column level: 'town' is unknown; choose"):
        tidy({"level": "town"})
    with pytest.raises(DataError, match=r"row 2, column source: '' is empty"):
        tidy({"source": ""})
    with pytest.raises(DataError, match=r"column locator: 'I; II' holds ';'; write a comma"):
        tidy({"locator": "I; II"})


def test_a_unit_that_has_ended_is_told_so():
    late = {"period_start": "2025-01-01", "period_end": "2025-06-30"}
    with pytest.raises(DataError, match=r'unit: "Nông Sơn" .* ended on 2024-12-31; use a date'):
        tidy({"unit": "Nông Sơn", **late}, year=2025)
    heir = KNOWN.assign(successor=KNOWN["code"].map({"519": "507"}).fillna(""))
    with pytest.raises(DataError, match='it ended on 2024-12-31; write "Điện Bàn"'):
        tidying.tidy_table(
            raw({"unit": "Nông Sơn", **late}), table=LATE, known=heir, year=2025, file="made.csv"
        )


def test_a_figure_out_of_bounds_is_refused():
    with pytest.raises(DataError, match="on_time_pct"):
        tidy({"on_time_pct": "101 %"})
    with pytest.raises(DataError, match="takes exact figures"):
        tidy({"received": "<20"})


def test_a_repeated_row_is_refused():
    """By unit, not by spelling, place or source: it would be counted twice."""
    row = {"unit": "Điện Bàn", "late": "1", "locator": "a"}
    for again in ({}, {"unit": "TX. Điện Bàn"}, {"locator": "b "}, {"source": "other"}):
        with pytest.raises(DataError, match="row 3: states what row 2 states already; keep one"):
            tidy(row, row | again)


def test_all_problems_of_a_file_are_told_together_in_its_order():
    with pytest.raises(DataError) as error:
        tidy({"level": "town", "late": "abc"}, {"period_end": "31/02/2022", "received": "1,2,3"},
             {"unit": "Huế", "late": "12/27"}, {"on_time": "9", "resolved": "8"},
             {"period_start": "2022-12-31", "period_end": "2022-01-31"})  # fmt: skip
    begun = [problem.split(":")[0] for problem in error.value.problems]
    assert begun == [
        "made.csv, row 2, column level", "made.csv, row 2, column late",
        "made.csv, row 3, column period_end", "made.csv, row 3, column received",
        "made.csv, row 4, column unit", "made.csv, row 4, column late",
        "made.csv, row 5, column on_time", "made.csv, row 6, column period_start",
    ]  # fmt: skip


def test_a_maximum_stands_behind_a_slash_only_where_a_column_has_one():
    with pytest.raises(DataError, match="row 2, column late: '12/27' has a maximum behind"):
        tidy({"late": "12/27"})


def test_an_empty_table_stays_empty_and_typed():
    table = tidy()
    assert table.empty and table["late_low"].dtype == "Int64"


def test_missing_is_neither_zero_nor_bound():
    table = tidy({"unit": "Điện Bàn", "received": "10"})
    assert table["late_low"].isna().all() and not table["approximate"].any()


def test_a_hedged_figure_is_marked():
    assert tidy({"unit": "Điện Bàn", "on_time_pct": "hơn 99%"})["approximate"].tolist() == [True]


def test_points_and_ranks_bring_their_whole():
    scores = schema.TABLES["scores"]
    empty = {column.name: "" for column in scores.columns}
    rows = pd.DataFrame(
        [empty | {"criterion": "online_payment", "points": "0.59/1.5", "rank": "61/63",
                  "status": "reported", "source": "made", "locator": "a"}]
    )  # fmt: skip
    table = tidying.tidy_table(rows, table=scores, known=KNOWN, year=2022, file="made.csv")
    assert table[["points", "max_points", "rank_low", "ranked_units"]].iloc[0].tolist() == [
        0.59, 1.5, 61, 63,
    ]  # fmt: skip


def test_all_others_become_the_units_not_listed():
    table = schema.TABLES["disbursement"]
    empty = {column.name: "" for column in table.columns}
    usual = {
        "level": "district", "plan_year": "2022", "as_of": "2022-12-31", "scope": "total",
        "basis": "unstated", "status": "reported", "source": "made",
    }  # fmt: skip
    rows = pd.DataFrame(
        [
            empty | usual | {"unit": "Tam Kỳ", "rate_pct": "55,89%", "locator": "a"},
            empty | usual | {"unit": schema.OTHERS, "rate_pct": "≥70", "locator": "b",
                             "status": "bound"},
            empty | usual | {"unit": schema.OTHERS, "level": "department", "rate_pct": "≥70",
                             "locator": "c", "status": "bound"},
            empty | usual | {"unit": "An Ví", "level": "commune", "rate_pct": "80",
                             "locator": "d"},
            empty | usual | {"unit": schema.OTHERS, "level": "commune", "rate_pct": "≥90",
                             "locator": "e", "status": "bound"},
        ]
    )  # fmt: skip
    shown = tidying.tidy_table(rows, table=table, known=KNOWN, year=2022, file="made.csv")
    rates = shown.set_index("unit")[["rate_pct_low", "rate_pct_high"]].T.to_dict("list")
    assert rates["Điện Bàn"] == rates["Nông Sơn"] == [70, 100]
    assert rates["Tam Kỳ"] == [55.89, 55.89]
    assert (rates["An Ví"], rates["Bình Ví"]) == ([80, 80], [90, 100])  # of communes, communes
    # how many agencies there are is not known: their row stays one
    assert (shown["unit"] == schema.OTHERS).sum() == 1


def test_a_date_of_another_year_is_refused():
    late = {"period_start": "2024-01-01", "period_end": "2024-12-31"}
    with pytest.raises(DataError, match="row 2, column period_end: 2024-12-31 is not of 2022"):
        tidy({"unit": "Tam Kỳ", "late": "1", **late})
    with pytest.raises(DataError, match="move the row to 2024/"):
        tidy({"unit": "all others", "late": "<5", **late})


def test_more_late_than_resolved_is_refused_with_its_row():
    with pytest.raises(DataError, match="row 2, column late_low: 9 is above 5 in resolved"):
        tidy({"late": "9", "resolved": "5"})
    assert tidy({"late": "5", "resolved": "5"})["late_low"].tolist() == [5]


def test_a_unit_under_another_level_is_told_its_level():
    at = {"unit": "Cẩm Ví", "period_start": "2022-01-01", "period_end": "2022-06-30"}
    assert tidy(at | {"level": "commune"})["unit_code"].tolist() == ["20003"]
    with pytest.raises(DataError, match='unit: "Cẩm Ví" is a unit of level commune on 2022-06-30'):
        tidy(at | {"level": "district"})


def test_no_figure_is_written_that_an_english_spreadsheet_would_change():
    table = schema.TABLES["disbursement"]
    row = dict.fromkeys((column.name for column in table.columns), "")
    row |= {"plan_bn_vnd": "413,245", "disbursed_bn_vnd": "1.413,245", "rate_pct": "61,125"}
    (plain,) = tidying.in_any_locale(pd.DataFrame([row]), table=table).to_dict("records")
    assert plain == row | {"plan_bn_vnd": "413,245 tỷ đồng"}
    counts = tidying.in_any_locale(raw({"late": "2.000"}, {"late": "1.234.000"}, {}), table=LATE)
    assert counts["late"].tolist() == ["2000", "1234000", ""]
    valued = schema.TABLES["indicators"]  # each cell is of the kind of its own unit
    rows = pd.DataFrame([("413,245", "bn_vnd"), ("2.000", "count"), ("2.000", "points")],
                        columns=["value", "measure_unit"], dtype=str)  # fmt: skip
    rows = rows.reindex(columns=[column.name for column in valued.columns], fill_value="")
    written = tidying.in_any_locale(rows, table=valued)["value"].tolist()
    assert written == ["413,245 tỷ đồng", "2000", "2.000"]
