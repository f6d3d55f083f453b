"""The tidy tables of 2022, and what cannot be read, named by file, row and column."""

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import par_lib as par
from par_lib.cleaning import findings, schema, succession, tables, tidying, units
from par_lib.language import Period
from par_lib.language.translation import language
from par_lib.language.vietnamese import BOUNDS
from par_lib.scoring import unit_comparison
from par_lib.storage import dependencies, paths

GOLDEN = Path(__file__).parents[2] / "data" / "golden"


@pytest.fixture
def root(new_root):
    return new_root


@pytest.mark.parametrize("name", ["late_dossiers", "disbursement", "sipas", "scores"])
def test_tidy_tables_of_2022(name):
    """Golden values, read against the report once; keep them so by reading, not by copying."""
    tidy = getattr(tables.load("quang-nam", 2022), name)
    golden = pd.read_csv(GOLDEN / f"{name}.csv", dtype=str, keep_default_na=False)
    shown = tidy[list(golden.columns)].astype("string").fillna("")
    pd.testing.assert_frame_equal(shown, golden.astype("string"), check_dtype=False)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025])
def test_tidy_tables_are_as_declared(year):
    """By how they are made, so nothing checks it at run time: kinds, bounds, order of ends."""
    made = tables.clean("quang-nam", year)
    for name, table in schema.TABLES.items():
        tidy = made[name]
        declared = [one for column in table.columns for one in column.tidy_names]
        assert list(tidy) == [*declared, "approximate"] and tidy.index.equals(
            pd.RangeIndex(len(tidy))
        )
        for column in table.columns:
            for one in column.tidy_names:
                assert tidy[one].dtype == pd.Series(dtype=column.dtype).dtype, (name, one)
                known = tidy[one].dropna()
                if column.is_quantity:
                    assert known.between(*BOUNDS[column.kind]).all(), (name, one)
                elif column.kind != "unit":  # "all others" has no code
                    assert len(known) == len(tidy), (name, one)
            if column.partial:
                low, high = (tidy[one].astype(float) for one in column.tidy_names)
                assert not (low > high).any(), (name, column.name)


def test_the_nine_unlisted_districts_share_3551():
    late = tables.load("quang-nam", 2022).late_dossiers.query("level == 'district'")
    listed = late[(late["status"] == "reported") & (late["unit"] != "Quảng Nam")]
    assert listed["late_low"].sum() == 38106
    unlisted = late[late["status"] == "bound"]
    assert len(unlisted) == 9
    assert set(unlisted["late_low"]) == {0} and set(unlisted["late_high"]) == {41657 - 38106}


def test_what_does_not_add_up_in_2022_is_found():
    review = findings.describe(tables.load("quang-nam", 2022).review, language("en"))
    words = " ".join(review["what"])
    for found in (
        "38,106 of the 41,657", "9 not listed share 3,551", "7.5759 points, and 7.58",
        "Satisfaction (Overall): 75% in one source and 74.56%", "55 + 74 + 264 + 56 = 449",
        "9 are announced below 70% at 31 December 2022", "10 are announced below 70%",
        "Nam Giang is named", "two lists of places",
        "16,475 late dossiers in the first half and 41,657",
        "title says 2023, and its figures are those of 2022",
    ):  # fmt: skip
        assert found in words, found


def test_all_unreadable_cells_are_named_together(root):
    path = root / "data/raw/quang-nam/2022/late_dossiers.csv"
    text = path.read_text().replace("Sở Y tế", "Sở Y te", 1).replace("2722", "2722 x", 1)
    path.write_text(text.replace("41657", "12.34.5", 1))
    with pytest.raises(schema.DataError) as error:
        tables.load("quang-nam", 2022)
    assert "late_dossiers.csv, row 2, column unit" in str(error.value)
    path.write_text(path.read_text().replace("Sở Y te", "Sở Y tế"))
    with pytest.raises(schema.DataError) as error:
        tables.load("quang-nam", 2022)
    assert len(error.value.problems) == 2
    assert all("column late" in problem for problem in error.value.problems)


def test_an_unknown_source_or_column_is_an_error(root):
    path = root / "data/raw/quang-nam/2022/sipas.csv"
    text = path.read_text()
    path.write_text(text.replace("report-2022", "hearsay", 1))
    with pytest.raises(schema.DataError, match="row 2, column source: 'hearsay'"):
        tables.load("quang-nam", 2022)
    path.write_text(text.replace("component", "part", 1))
    with pytest.raises(schema.DataError, match="missing: component; not known: part"):
        tables.load("quang-nam", 2022)


def test_a_source_must_say_what_it_is_and_when_it_was_read(root):
    path = root / "data/raw/quang-nam/sources.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '\n[mine]\ntitle = "A"\nkind = "report"\naccessed = "today"\n')
    with pytest.raises(schema.DataError) as error:
        tables.load_sources("quang-nam")
    assert [problem.partition(";")[0] for problem in error.value.problems] == [
        "data/raw/quang-nam/sources.toml, [mine]: producer is missing",
        "data/raw/quang-nam/sources.toml, [mine]: accessed is 'today'",
    ]
    path.write_text(text + "\n[mine\n")
    with pytest.raises(ValueError, match=r"sources.toml: cannot be read as TOML"):
        tables.load_sources("quang-nam")


def test_an_analyst_loads_a_year_in_one_line(root):
    data = par.load("quang-nam", 2022)
    assert repr(data).startswith("Quảng Nam 2022, rows: late_dossiers 27, ")  # 18 + 9 bounds
    assert par.provinces() == ["da-nang", "quang-nam"] and 2022 in par.years("quang-nam")


def test_an_empty_table_and_a_year_or_province_without_data():
    assert tables.load("quang-nam", 2024).missing == ["late_dossiers", "sipas"]
    with pytest.raises(ValueError, match="choose one of 2021"):
        tables.load("quang-nam", 1999)
    with pytest.raises(ValueError, match=r"choose one of da-nang, .*quang-nam"):
        tables.load("hue", 2022)


def test_a_province_s_own_tiles_win_and_a_row_that_is_no_tile_is_named(root):
    path = root / "data/raw/quang-nam/tiles.csv"
    own = "code,row,column\n507,0,1\n503,0,2\n"
    path.write_text(own, encoding="utf-8")
    known = units.load_units("quang-nam")
    assert succession.load_tiles("quang-nam", known).to_numpy().tolist() == [["507", 0, 1],
                                                                         ["503", 0, 2]]  # fmt: skip
    for row in ("504,-1,3", "504,x,3", "504,0,2", "507,5,5"):  # the last two stand there already
        path.write_text(f"{own}{row}\n", encoding="utf-8")
        with pytest.raises(
            schema.DataError, match=rf"tiles\.csv, row 4: {row.replace(',', ', ')}: "
        ):
            succession.load_tiles("quang-nam", known)
    path.write_text("unit,row,column\n", encoding="utf-8")
    with pytest.raises(schema.DataError, match="row 1: columns must be code, row, column"):
        succession.load_tiles("quang-nam", known)


@pytest.mark.long
def test_a_tidy_table_that_was_altered_is_made_again(root):
    path = tables.refresh("quang-nam", 2022) / "late_dossiers.parquet"
    own = path.read_bytes()
    pd.read_parquet(path).assign(late_low=99_999).to_parquet(path, index=False)
    assert tables.load("quang-nam", 2022).late_dossiers["late_low"].max() == 41657
    assert path.read_bytes() == own
    path.unlink()
    assert tables.refresh("quang-nam", 2022) and path.read_bytes() == own


@pytest.mark.long
def test_a_csv_that_is_no_table_s_is_told(root):
    own = root / "data/raw/quang-nam/2022/sipas.csv"
    for name in ("sipass.csv", "Mentions.CSV"):
        other = own.with_name(name)
        other.write_bytes(own.read_bytes())
        with pytest.raises(schema.DataError, match=f"2022/{name}: is no table's file; give it"):
            tables.load("quang-nam", 2022)
        other.unlink()
    for name in ("sipas - Copy.csv", "sipas (1).csv", "sipas - Bản sao (2).csv"):  # of Explorer
        other = own.with_name(name)
        other.write_bytes(own.read_bytes())
        with pytest.raises(schema.DataError, match=re.escape(f"{name}: is a copy of sipas.csv")):
            tables.load("quang-nam", 2022)
        other.unlink()
    for name in (".~lock.sipas.csv#", "~$sipas.xlsx"):  # of a program that has it open
        own.with_name(name).touch()
    assert tables.load("quang-nam", 2022)


DAYS = pd.to_datetime(["2022-08-31", "2022-12-31", "2023-04-30"])
DATED = tables.Frame({"unit": ["A", "B", "C"], "rate": [1, 2, 3], "as_of": DAYS})


@pytest.mark.parametrize(("asked", "units"), [
    ("as_of == '2022-12-31'", ["B"]),
    ('as_of == "2022-12-31"', ["B"]),
    ("as_of != '2022-12-31'", ["A", "C"]),
    ("as_of > '2022-08-31' and rate < 3", ["B"]),
    ("'2022-08-31' <= as_of <= '2022-12-31'", ["A", "B"]),
    ("as_of == '2022-12-31' or as_of == '2022-08-31'", ["A", "B"]),
    ("as_of == '2020-01-01'", []),
    ("as_of == @day and rate == @mine", ["B"]),  # names of whoever asks
    ("as_of == '2022-12-31' and rate == @mine", ["B"]),
    ("as_of == @DATED.as_of.max()", ["C"]),
    ("unit == 'A'", ["A"]),
])  # fmt: skip
def test_dates_of_a_table_compare_with_text(asked, units):
    day, mine = pd.Timestamp("2022-12-31"), 2
    assert day.year == 2022 and mine == 2  # used by name in what is asked
    found = DATED.query(asked)
    assert found["unit"].tolist() == units
    # a frame made of it asks in the same way
    assert type(found) is type(found.assign(more=1)[["unit", "as_of"]]) is tables.Frame


@pytest.mark.long
def test_the_tables_of_a_year_are_such_frames():
    data = tables.load("quang-nam", 2022)
    end = data.disbursement.query("as_of == '2022-12-31' and level == 'district'")
    assert len(end) == 18  # nine with a figure, nine of "70 % or more"
    assert type(data.all_years("disbursement")) is tables.Frame


_ENTRY = '\n[register]\ntitle = "A"\nproducer = "B"\nkind = "dataset"\naccessed = 2023-11-25\n'


def give_register(root: Path, year: int, *dossiers: str, day: str = "") -> Path:
    """Give Quảng Nam a register of these dossiers, and a source for it; gives sources.toml."""
    raw = root / "data" / "raw" / "quang-nam"
    (raw / "register" / f"year={year}").mkdir(parents=True)
    head = "id,unit,level,procedure,field,received,due,finished,online"
    text = "\n".join([head, *dossiers, ""])
    (raw / "register" / f"year={year}" / "part.csv").write_text(text, encoding="utf-8")
    sources = raw / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8") + _ENTRY + day, encoding="utf-8")
    return sources


@pytest.mark.long
def test_a_register_of_a_later_year_than_its_day_is_refused(root):
    """Its day is that of another file: to which day this one counts is not known."""
    file = give_register(root, 2023, "1,507,district,P1,F1,2023-01-03,2023-01-10,,true")
    sources = file.read_text(encoding="utf-8")
    for day, open_days, end in (("2023-01-20", [17], "2023-01-20"),
                                ("2024-01-20", [], "2023-12-31")):  # fmt: skip
        file.write_text(f"{sources}date = {day}\n", encoding="utf-8")
        data = tables.load("quang-nam", 2023)
        assert data.register["open_days"].dropna().tolist() == open_days
        cells, by = unit_comparison.handled(data, level="district")
        assert (by, f"{cells['period_end'].item():%Y-%m-%d}") == ("procedure", end)
    file.write_text(f"{sources}date = 2022-11-25\n", encoding="utf-8")
    with pytest.raises(schema.DataError, match=r"year=2023: its day .* is of an earlier year"):
        tables.load("quang-nam", 2023)
    assert tables.load("quang-nam", 2022).register.empty


@pytest.mark.long
@pytest.mark.parametrize("day", ["", "date = 2023-03-20\n", "date = 2023-06-30\n"])
def test_a_part_of_a_year_counts_its_own_of_a_register(root, day):
    """Two came in in January, one was finished then, late; the other is open in March."""
    give_register(root, 2023, "1,507,district,P1,F1,2023-01-03,2023-01-10,2023-01-12,true",
                  "2,507,district,P1,F1,2023-01-05,2023-03-10,,true", day=day)  # fmt: skip
    columns = ["finished", "days_late", "dossiers"]
    january, quarter = (tables.load("quang-nam", one).register for one in ("2023-01", "2023-Q1"))
    # to 31 January two days late, and 38 days before the due date; to 31 March 21 days after it
    assert january[columns].to_numpy().tolist() == [[False, -38, 1], [True, 2, 1]]
    over = {"date = 2023-03-20\n": 10}.get(day, 21)  # a snapshot of that day counts to it
    assert quarter[columns].to_numpy().tolist() == [[False, over, 1], [True, 2, 1]]
    assert quarter["open_days"].notna().any() == (over == 10)


@pytest.mark.long
def test_a_register_lists_the_units_of_a_level_of_which_a_table_lists_none(root):
    """One of two of 507 ended late in January; the year lists districts, the month none."""
    give_register(root, 2022, "1,507,district,P1,F1,2022-01-03,2022-01-10,2022-01-12,true",
                  "2,507,district,P1,F1,2022-01-05,2022-01-20,2022-01-20,true",
                  "3,508,district,P1,F1,2022-01-05,2022-01-20,,true")  # fmt: skip
    names = ["unit_code", "unit", "level", "resolved", "on_time", "late_low", "status", "source"]
    month = tables.load("quang-nam", "2022-01").late_dossiers
    told = [["507", "Điện Bàn", "district", 2, 1, 1, "derived", "register"]]
    assert month[names].to_numpy().tolist() == told  # of 508 none is finished
    assert f"{month['period_end'].item():%Y-%m-%d}" == "2022-01-31"
    year = tables.load("quang-nam", 2022).late_dossiers
    assert "register" not in {*year.loc[year["level"] == "district", "source"]}


def test_communes_of_before_and_after_july_2025_are_not_counted_as_one():
    counted = pd.DataFrame({"unit": ["1"], "level": ["commune"], "finished": [True], "month": None,
                            "days_late": [3], "dossiers": [2], "status": "derived",
                            "source": "register", "locator": "x"})  # fmt: skip
    none = tables.load("quang-nam", 2022).late_dossiers[:0]
    known = pd.DataFrame({"code": ["1"], "name": ["A"]})
    for period, until, rows in (("2025", "2025-12-31", 0), ("2025-H2", "2025-12-31", 1),
                                ("2025-H1", "2025-06-30", 1)):  # fmt: skip
        found = tidying.add_counted(none, counted, known, period=Period(period),
                                    until=dt.date.fromisoformat(until))  # fmt: skip
        assert len(found) == rows, period


PARTS = st.sampled_from(Period("2024").of_its_year)


@given(PARTS, st.integers(1, 28))
def test_a_period_begins_the_day_after_the_one_before(period, first_day):
    before = period.before
    assert (before is None) == (period.part == "9M")
    if before is not None:
        ended, begins = before.span(first_day)[1], period.span(first_day)[0]
        assert (begins - ended).days == 1
        assert before.months == period.months
    assert period.a_year_before.span(first_day)[1].year == 2023


def test_half_of_2022_has_its_own_three_totals_and_nothing_of_the_year():
    half = tables.load("quang-nam", "2022-H1")
    shown = half.late_dossiers[["level", "resolved", "on_time", "late_low", "late_high"]]
    golden = pd.DataFrame(  # of 1 January to 30 June in late_dossiers.csv
        [("province", 34266, 34161, 105, 105), ("district", 72199, 55724, 16475, 16475),
         ("commune", 91525, 82851, 8674, 8674)], columns=shown.columns,
    )  # fmt: skip
    pd.testing.assert_frame_equal(pd.DataFrame(shown), golden, check_dtype=False)
    assert golden["resolved"].eq(golden["on_time"] + golden["late_low"]).all()
    assert half.sipas.empty and half.scores.empty and half.year == 2022
    whole = tables.load("quang-nam", 2022)
    assert len(whole.late_dossiers) > len(half.late_dossiers) and whole.period == "2022"


def test_parts_of_years_hold_the_golden_figures_and_no_others():
    """A half-year, two months, a quarter from the 15th, row by row as the raw files have them."""
    golden = pd.read_csv(GOLDEN / "periods.csv", dtype=str, keep_default_na=False)
    shown = []
    for period in golden["period"].unique():
        data = tables.load("quang-nam", period)
        for name, value in (("late_dossiers", "late"), ("disbursement", "rate_pct"),
                            ("indicators", "value")):  # fmt: skip
            rows = getattr(data, name)
            if name == "indicators":
                rows = rows.assign(unit=rows["measure"] + ": " + rows["unit"])
            day = rows["as_of"] if "as_of" in rows else rows["period_end"]
            ends = {end: rows[f"{value}_{end}"] for end in ("low", "high")}
            shown.append(rows[["unit", "level"]].assign(period=period, table=name, day=day, **ends))
    found = pd.concat(shown)[[*golden]]
    found["day"] = found["day"].dt.strftime("%Y-%m-%d")
    numbers = found[["low", "high"]].map(lambda one: "" if pd.isna(one) else f"{one:g}")
    found = found.assign(**numbers).astype(str).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, golden, check_dtype=False)


def test_figures_to_a_date_are_of_the_part_that_has_a_date_of_its_own():
    # Disbursement of 31 August, 30 November and 31 December 2022.
    days = {part: set(tables.load("quang-nam", f"2022-{part}").disbursement["as_of"].dt.month)
            for part in ("08", "Q3", "9M", "11", "Q4")}  # fmt: skip
    assert days == {"08": {8}, "Q3": {8}, "9M": {8}, "11": {8, 11}, "Q4": {8, 11, 12}}


def test_a_part_without_figures_is_refused_with_those_that_have_some():
    with pytest.raises(tables.NoFigures, match="no figures of 2022-Q2 alone") as told:
        tables.load("quang-nam", "2022-Q2")
    named = str(told.value).rpartition("one of ")[2].split(", ")
    assert named == tables.periods("quang-nam", 2022)
    assert all(tables.load("quang-nam", one).period == one for one in named)


def test_a_province_may_count_its_months_from_another_day():
    assert paths.first_day("quang-nam") == 15 and paths.first_day("da-nang") == 1
    quarter = tables.load("quang-nam", "2025-Q1")  # 15 December to 14 March
    assert quarter.late_dossiers["level"].tolist() == ["province", "district", "commune"]
    assert quarter.counted_from == 15
    assert tables.load("quang-nam", "2022-H1").counted_from == 0  # 1 January to 30 June


@pytest.mark.parametrize("written", ["first_day = 31", "first_day = '15'", ""])
def test_a_day_that_not_every_month_has_is_refused(root, written):
    (root / "data/raw/quang-nam/periods.toml").write_text(written)
    with pytest.raises(ValueError, match=r"periods.toml: first_day is .*; write a day of 1 to 28"):
        tables.load("quang-nam", "2025-Q1")


def test_all_years_of_a_part_end_with_it():
    half = tables.load("quang-nam", "2022-9M").all_years("disbursement")
    assert half["as_of"].max() == pd.Timestamp("2022-08-31") and 2021 in set(half["year"])


@pytest.mark.long
def test_a_period_before_that_has_no_figures_is_empty_and_may_have_some_one_day():
    quarter = tables.load("quang-nam", "2022-Q3")
    dependencies._read.clear()
    assert quarter.before.disbursement.empty and quarter.before.period == "2022-Q2"
    assert {"2022-Q3:years", "2022:*"} <= {*dependencies.tables_read()}
    assert list(quarter.before.late_dossiers) == list(quarter.late_dossiers)
    assert tables.load("quang-nam", 2022).before.late_dossiers.empty  # it has previous
    assert len(tables.load("quang-nam", "2022-12").before.disbursement)  # November's
