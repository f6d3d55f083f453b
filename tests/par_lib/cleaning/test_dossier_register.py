"""A dossier register, counted: by hand, in parts, with faults, and as raw rows."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from par_intake import report
from par_lib.cleaning import dossier_register

UNTIL = dt.date(2022, 12, 31)
UNITS = ["901", "902"]


def day(text: str | None) -> pd.Timestamp:
    return pd.NaT if text is None else pd.Timestamp(f"2022-{text}")


def rows(*dossiers: tuple) -> pd.DataFrame:
    """id, unit, received, due, finished; the rest as usual."""
    frame = pd.DataFrame(
        [(name, unit, day(a), day(b), day(c)) for name, unit, a, b, c in dossiers],
        columns=["id", "unit", "received", "due", "finished"],
    )
    times = {name: frame[name].astype("datetime64[s]") for name in ("received", "due", "finished")}
    return frame.assign(level="district", procedure="P1", field="F1", online=True, **times)


FIVE = rows(
    ("1", "901", "01-03", "01-10", "01-08"),  # two days early
    ("2", "901", "01-05", "01-10", "01-10"),  # on the day
    ("3", "901", "02-01", "02-10", "02-15"),  # five days late
    ("4", "902", "12-01", "12-21", None),  # open, ten days over at the end of the year
    ("5", "902", "03-01", "03-05", "03-06"),  # one day late
)
FAULTY = rows(
    ("6", "000", "01-03", "01-10", "01-08"),
    ("7", "901", "01-03", None, "01-08"),
    ("8", "901", "01-03", "01-10", "01-02"),
    ("1", "901", "01-03", "01-10", "01-09"),  # the id of another, finished later
    (None, "901", "01-03", "01-10", "01-09"),
)
ODD = pd.concat([
    rows(("9", "901", "01-03", "01-10", "01-09")).assign(level="xyz"),
    rows(("10", "901", "01-10", "01-03", "01-11")),  # due before it was received
])  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(frame: pd.DataFrame, name: str = "part-0.parquet") -> Path:
        path = tmp_path / name
        frame.to_csv(path, index=False) if name.endswith("csv") else frame.to_parquet(path)
        return path

    return write


def count(*files: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    return dossier_register.count(list(files), units=UNITS, until=UNTIL)


@pytest.mark.parametrize("name", ["part-0.parquet", "part-0.csv"])
def test_counts_by_hand_and_faults_told(write, name):
    histogram, faults = count(write(pd.concat([FIVE, FAULTY, ODD]), name))
    assert faults == dict.fromkeys(dossier_register.FAULTS[1:], 1)  # the first is of text only
    days = histogram.sort_values(["unit", "days_late"])
    assert days["days_late"].tolist() == [-2, 0, 5, 1, 10]
    assert days["finished"].tolist() == [True, True, True, True, False]
    counts = dossier_register.late_dossiers(histogram).set_index("unit")
    # 901: three received and resolved, one late; 902: two received, one resolved, late
    assert counts.loc["901", ["received", "resolved", "on_time", "late"]].tolist() == [3, 3, 2, 1]
    assert counts.loc["902", ["received", "resolved", "on_time", "late"]].tolist() == [2, 1, 0, 1]


@pytest.mark.parametrize("cell", ["id", "unit", "level", "procedure"])
@pytest.mark.parametrize("name", ["part-0.parquet", "part-0.csv"])
def test_rows_without_a_cell_are_counted_as_faults_and_take_no_other_with_them(write, name, cell):
    empty = FIVE.astype({cell: object})
    empty.loc[[0, 1], cell] = None
    histogram, faults = count(write(empty, name))
    assert faults == {"missing_cell": 2} and histogram["dossiers"].sum() == 3
    # beside ids that repeat, too
    again = pd.concat([empty, FIVE.iloc[[4]]])
    histogram, faults = count(write(again, name))
    assert faults == {"missing_cell": 2, "duplicate": 1} and histogram["dossiers"].sum() == 3


@pytest.mark.parametrize("name", ["part-0.parquet", "part-0.csv"])
def test_the_time_of_day_counts_for_nothing(write, name):
    times = {"received": "2022-12-31 08:00", "due": "2022-12-31", "finished": "2022-12-31"}
    own = FIVE.iloc[[0, 0]].assign(id=["1", "2"], **{k: pd.Timestamp(v) for k, v in times.items()})
    own["finished"] = pd.to_datetime(["2022-12-31 00:00", "2022-12-31 10:00"])
    histogram, faults = count(write(own, name))
    assert faults == {}
    assert histogram[["finished", "days_late", "dossiers"]].to_numpy().tolist() == [[True, 0, 2]]


def test_codes_of_a_csv_are_text_and_a_day_that_is_none_is_told(write, tmp_path):
    histogram, faults = count(write(FIVE, "Cư M'gar.CSV".lower()))
    assert faults == {} and histogram["unit"].unique().tolist() == ["901", "902"]
    wrong = tmp_path / "wrong.csv"
    text = FIVE.to_csv(index=False).replace("2022-01-08", "31/12/2022")
    wrong.write_text(text, encoding="utf-8")
    assert count(wrong)[1] == {"missing_date": 1}


@pytest.mark.parametrize(("line", "faults"), [
    ("#9,901,01", {}),  # no comment: a dossier, counted below
    ("9,901", {"broken_row": 1}),
    ("9,901,2022-01-03,2022-01-10,2022-01-08,district,P1,F1,true,x", {"broken_row": 1}),
    ('9,901,2022-01-03,2022-01-10,2022-01-08,district,"P1,F1,true', {"broken_row": 1}),
    ("9,901,2022-01-03,NA,2022-01-08,district,P1,F1,true", {"missing_date": 1}),
    ("9,901,2022-01-03,2022-01-10,NA,district,P1,F1,true", {"missing_date": 1}),
    ("9,901,2022-01-03,2022-01-10,2022-01-08,district,  ,F1,true", {"missing_cell": 1}),
    ("9,901,2021-01-03,2021-01-10,2021-01-08,district,P1,F1,true", {"impossible_date": 1}),
    ("9,901,2023-01-03,2023-01-10,,district,P1,F1,true", {"impossible_date": 1}),
    ("9,901,2022-01-03,9999-01-10,,district,P1,F1,true", {"impossible_date": 1}),
    ("9,901,0022-01-03,2022-01-10,,district,P1,F1,true", {"impossible_date": 1}),
    ("9,901,2021-01-03,2021-01-10,2022-01-08,district,P1,F1,true", {}),  # finished in the year
])  # fmt: skip
def test_no_row_of_a_csv_is_left_out_unsaid(write, line, faults):
    path = write(FIVE, "rows.csv")
    if line.startswith("#"):
        line = FIVE.iloc[[0]].assign(id="#9").to_csv(index=False, header=False).strip()
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    histogram, found = count(path)
    assert found == faults
    assert histogram["dossiers"].sum() == 5 + (not faults)


def test_a_register_without_rows_or_of_another_year_is_told(write):
    known = pd.DataFrame({"code": UNITS, "name": UNITS, "level": "district"})
    for file in (write(FIVE.iloc[:0], "none.csv"), write(FIVE, "old.csv")):
        with pytest.raises(ValueError, match=r"most rows, or all, cannot be counted"):
            report.count_register(file, known, 2021, source="s")


def test_columns_are_known_by_their_names_in_every_file(write):
    turned = FIVE[[*reversed(FIVE.columns)]]
    files = [write(FIVE.iloc[:2], "a.csv"), write(turned.iloc[2:], "b.csv")]
    pd.testing.assert_frame_equal(count(*files)[0], count(write(FIVE, "whole.parquet"))[0])
    with pytest.raises(ValueError, match=r"c\.csv: lacks level;"):
        count(files[0], write(FIVE.drop(columns="level"), "c.csv"))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh"])
def test_a_time_with_a_zone_has_its_day_in_viet_nam(write, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    own = FIVE.iloc[[1]].copy()
    own["finished"] = pd.Timestamp("2022-01-12 20:00", tz="UTC")  # 3 o'clock of the 13th there
    assert count(write(own))[0]["days_late"].tolist() == [3]


def test_files_of_both_kinds_count_together(write):
    files = [write(FIVE.iloc[:2], "a.csv"), write(FIVE.iloc[2:], "b.parquet")]
    pd.testing.assert_frame_equal(count(*files)[0], count(write(FIVE, "whole.parquet"))[0])


def test_files_add_up(write):
    files = [write(FIVE.iloc[:2], "a.parquet"), write(FIVE.iloc[2:], "b.parquet")]
    parts, faults = count(*files)
    pd.testing.assert_frame_equal(parts, count(write(FIVE, "whole.parquet"))[0])
    assert faults == {} and parts["dossiers"].sum() == 5


def test_what_was_finished_after_the_end_is_open_at_the_end(write):
    late = rows(("9", "901", "12-01", "12-21", "12-30"))
    late["finished"] = pd.Timestamp("2023-01-09")  # nineteen days late, ten of them by the end
    histogram, _ = count(write(late))
    assert histogram[["finished", "days_late"]].to_numpy().tolist() == [[False, 10]]


def test_no_files_count_nothing():
    histogram, faults = count()
    assert histogram.empty and faults == {}


def test_a_file_that_is_no_register_is_named(write, tmp_path):
    with pytest.raises(ValueError, match=r"part-0\.parquet: lacks due; a register has id, unit"):
        count(write(FIVE.drop(columns="due")))
    noise = tmp_path / "noise.parquet"
    noise.write_bytes(b"PAR1 noise")
    for files in ((noise,), (write(FIVE), noise)):
        with pytest.raises(ValueError, match=r"noise\.parquet: cannot be read as a register"):
            count(*files)


def histogram(days: list[int], open_: list[int] = ()) -> pd.DataFrame:
    frame = pd.DataFrame({"days_late": [*days, *open_], "dossiers": 1,
                          "finished": [True] * len(days) + [False] * len(open_)})  # fmt: skip
    return frame.assign(unit="901", level="district", procedure="P1", month=dt.date(2022, 1, 1))


@given(st.lists(st.integers(-20, 40), min_size=1, max_size=40), st.sampled_from([0.5, 0.9, 0.95]))
def test_quantiles_are_exact(days, share):
    expected = np.quantile(days, share, method="inverted_cdf")
    assert dossier_register.quantile(histogram(days), share) == expected


def test_open_dossiers_are_censored_by_hand():
    # at −1: 1 of 4 finished, 75 % open; one open dossier leaves at 0; at 2: 1 of the 2 left, 37.5 %
    curve = dossier_register.still_open(histogram([-1, 2, 5], [0]).assign(dossiers=3))
    assert dossier_register.still_open(histogram([-1, 2, 5], [0])).empty  # four are too few
    assert dict(curve[["days_after_due", "open_pct"]].to_numpy()) == pytest.approx(
        {-1: 75.0, 2: 37.5, 5: 0.0}
    )


def test_rates_by_hand():
    days = histogram([-1, 0, 1, 40], [60]).assign(status="derived", source="s", locator="2022")
    two = pd.concat([days, days.iloc[:2].assign(procedure="P0")]).assign(dossiers=5)
    two = pd.concat([two, days.iloc[2:3].assign(procedure="P2", dossiers=9)])
    found = dossier_register.rates(two, by="procedure").set_index("procedure")
    # P1: 4 × 5 finished, 2 × 5 of them after their due date: 50 %; 95 of 100 by the fourth, 40
    # days after; the open one, 60 days over, is not finished. P0: 2 × 5 finished in time.
    columns = ["finished_dossiers", "late", "late_pct", "days_95", "source"]
    assert found.loc[["P0", "P1"], columns].T.to_dict("list") == {
        "P0": [10, 0, 0.0, 0, "s"], "P1": [20, 10, 50.0, 40, "s"],
    }  # fmt: skip
    few = found.loc["P2"]
    assert few["late"] == 9 and pd.isna(few["late_pct"])  # a share of fewer than ten
    nothing = dossier_register.rates(two[~two["finished"]], by="procedure")
    assert nothing.empty and set(columns) <= set(nothing)


def snapshot(days: list[int], open_: list[int], procedure: str = "P1", **more: object):
    """Finished and open dossiers so many days after their due date, each open for ten days."""
    frame = histogram(days, open_).assign(procedure=procedure, **more)
    trace = {"status": "derived", "source": "register", "locator": "2022"}
    return frame.assign(open_days=np.where(frame["finished"], np.nan, 10.0), **trace)


def test_what_is_open_by_due_date_and_how_it_ends_by_hand():
    """Wednesday 14 December 2022: its week ends on Sunday 18, the next one on 25."""
    day = dt.date(2022, 12, 14)
    # 10 finished each 5 and 2 days before, on and 3 days after their due date; and six open ones
    rows = snapshot([-5, -2, 0, 3], []).assign(dossiers=10)
    own = snapshot([], [1, 0, -4, -5, -11, -12])
    found = dossier_register.backlog(pd.concat([rows, own], ignore_index=True), day=day)
    assert found["days_left"].tolist() == [-1, 0, 4, 5, 11, 12]
    assert found["due"].tolist() == ["overdue", *["due_this_week"] * 2, *["due_next_week"] * 2,
                                     "due_later"]  # fmt: skip
    assert found["due_date"].iloc[1] == pd.Timestamp(day)
    aged = pd.concat([rows, own.assign(open_days=[0, 10, 11, 30, 31, 400])], ignore_index=True)
    assert dossier_register.backlog(aged, day=day)["age"].tolist() == [
        age for age in dossier_register.AGES for _ in range(2)]  # fmt: skip
    # One left at 12 and one at 11 days before: 44 at risk 5 days before, of whom 10 finished; then
    # the open ones of 5 and 4 days before leave: 32 two days before, 22 on the day, of whom one is
    # open and leaves after it. S(-5) = 34/44, S(-2) = S(-5) 22/32, S(0) = S(-2) 12/22.
    ended = 34 / 44 * 22 / 32 * 12 / 22
    left = [found["ends_late_pct"].iloc[n] for n in range(6)]
    assert np.isnan(left[0])  # it is late already
    near = 22 / 32 * 12 / 22
    assert left[1:] == pytest.approx([100 * one for one in (12 / 22, near, ended, ended, ended)])
    assert found["foreseen_late"].tolist() == pytest.approx([0.0, *(one / 100 for one in left[1:])])
    counts = dossier_register.by_due(found, by="procedure").iloc[0]
    assert counts[["open_dossiers", *dossier_register.DUE]].tolist() == [6, 1, 2, 2, 1]
    assert counts["foreseen_late"] == pytest.approx(found["foreseen_late"].sum())


def test_a_procedure_of_which_few_are_finished_takes_the_curve_of_all():
    many = snapshot([-1, 2], [-3]).assign(dossiers=20)
    few = snapshot([-1] * 29, [-3], procedure="P2")
    both = pd.concat([many, few], ignore_index=True)
    found = dossier_register.backlog(both, day=dt.date(2022, 12, 14)).set_index("procedure")
    # P1: 20 of 40 were late of those open 3 days before; all: 20 of 69
    assert found["ends_late_pct"].to_dict() == pytest.approx({"P1": 50.0, "P2": 100 * 20 / 69})
    more = pd.concat([both, snapshot([-1], [], procedure="P2")], ignore_index=True)
    own = dossier_register.backlog(more, day=dt.date(2022, 12, 14)).set_index("procedure")
    assert own["ends_late_pct"].to_dict() == pytest.approx({"P1": 50.0, "P2": 0.0})
    assert (found.attrs["pooled"], own.attrs["pooled"]) == (1, 0)


def test_where_nothing_is_finished_it_is_not_known_what_ends_late():
    found = dossier_register.backlog(snapshot([], [-3, 2]), day=dt.date(2022, 12, 14))
    assert found["ends_late_pct"].isna().all()
    none = dossier_register.backlog(snapshot([1], []), day=dt.date(2022, 12, 14))
    assert none.empty and dossier_register.by_due(none, by="unit").empty


SOME = st.tuples(st.integers(-40, 40), st.booleans(), st.sampled_from("ABC"))


@settings(max_examples=25)
@given(st.lists(SOME, min_size=1, max_size=40),
       st.dates(dt.date(2022, 1, 1), dt.date(2022, 12, 31)))  # fmt: skip
def test_bands_add_up_to_what_is_open_and_no_more_ends_late_than_is_within_time(rows, day):
    parts = [snapshot([] if is_open else [late], [late] if is_open else [], procedure=name)
             for late, is_open, name in rows]  # fmt: skip
    found = dossier_register.backlog(pd.concat(parts, ignore_index=True), day=day)
    counts = dossier_register.by_due(found, by="procedure")
    assert counts["open_dossiers"].sum() == sum(is_open for _, is_open, _ in rows)
    assert (counts[[*dossier_register.DUE]].sum(axis=1) == counts["open_dossiers"]).all()
    within = counts["open_dossiers"] - counts["overdue"]
    assert not (counts["foreseen_late"] > within + 1e-9).any()
    sunday = found.loc[found["due"].isin(dossier_register.DUE[:2]), "due_date"]
    assert sunday.max() is pd.NaT or sunday.max().date() <= day + dt.timedelta(6 - day.weekday())


def test_what_is_foreseen_is_what_comes():
    """Of dossiers whose end is known later, as many are late as was foreseen on the day."""
    rng, count = np.random.default_rng(1), 40_000
    received, term = rng.integers(0, 300, count), 20
    took = np.where(rng.random(count) < 0.2, term + 1 + rng.geometric(0.1, count),
                    term - rng.integers(0, term, count))  # fmt: skip
    is_open = received + took > 250
    frame = pd.DataFrame({
        "finished": ~is_open, "dossiers": 1, "procedure": "P1", "unit": "901",
        "days_late": np.where(is_open, 250 - received - term, took - term),
        "open_days": np.where(is_open, 250.0 - received, np.nan), "status": "derived",
        "source": "s", "locator": ""})[received <= 250].reset_index(drop=True)  # fmt: skip
    found = dossier_register.backlog(frame, day=dt.date(2022, 12, 14))
    within = is_open & (received <= 250) & (250 - received <= term)
    came = (within & (took > term)).sum()
    assert came > 400
    assert found["foreseen_late"].sum() == pytest.approx(came, abs=4 * np.sqrt(came))


@pytest.mark.parametrize("name", ["part-0.parquet", "part-0.csv"])
def test_a_snapshot_says_since_when_its_dossiers_are_open(write, name):
    until = dt.date(2022, 12, 15)
    told = {"units": UNITS, "until": until}
    later = rows(
        ("6", "902", "12-10", "12-20", "12-16"),
        ("7", "902", "12-16", "12-20", None),
        ("8", "902", "12-10", "12-20", "12-15"),
    )
    files = [write(pd.concat([FIVE, later]), name)]
    found, faults = dossier_register.count(files, **told, snapshot=True)
    own = found[~found["finished"]]  # one finished a day later, one open; one came in a day later
    assert own[["days_late", "open_days"]].to_numpy().tolist() == [[-6, 14], [-5, 5]]
    assert found.loc[found["finished"], "open_days"].isna().all()
    assert faults == {"impossible_date": 1}
    same, _ = dossier_register.count(files, **told)
    assert same["open_days"].isna().all()
    columns = dossier_register.KEYS[:-1]
    pd.testing.assert_frame_equal(found[columns], same[columns])


def test_the_day_of_a_register_is_that_of_its_source_within_the_year():
    def of(day: object) -> tuple[dt.date, bool]:
        sources = pd.DataFrame({"date": [day]}, ["register"], dtype=object)
        return dossier_register.counted_to(sources, 2022)

    end = dt.date(2022, 12, 31)
    assert of(dt.date(2022, 11, 25)) == (dt.date(2022, 11, 25), True) and of(end) == (end, True)
    assert of("") == of(dt.date(2023, 1, 1)) == of(dt.date(2021, 12, 31)) == (end, False)
    none = pd.DataFrame({"date": []}, dtype=object)
    assert dossier_register.counted_to(none, 2022) == (end, False)


def test_nothing_finished_has_no_curve():
    curve = dossier_register.still_open(histogram([], [0, 3]))
    assert curve.empty and list(curve) == ["days_after_due", "open_pct"]


def test_a_register_becomes_raw_rows_with_totals(write):
    known = pd.DataFrame({"code": ["99", *UNITS], "name": ["Minh Họa", "Thí Dụ", "Giả Định"],
                          "level": ["province", "district", "district"],
                          "kind": ["tỉnh", "huyện", "huyện"]})  # fmt: skip
    known = known.assign(valid_from=pd.NaT, valid_to=pd.NaT)
    tables, faults = report.count_register(write(FIVE), known, 2022, source="register-2022")
    table = tables[2022, "late_dossiers"].set_index("unit")
    assert faults == {}
    assert table["late"].to_dict() == {"Minh Họa": "2", "Thí Dụ": "1", "Giả Định": "1"}
    whole = table.loc["Minh Họa"]
    assert (whole["resolved"], whole["on_time"], whole["basis"]) == ("4", "2", "resolved")


def test_par_read_takes_a_register_and_refuses_another_province_s(write, tmp_path):
    from typer.testing import CliRunner

    from par_cli import app

    mine = FIVE.assign(unit=FIVE["unit"].map({"901": "507", "902": "503"}))  # Điện Bàn, Hội An
    arguments = ["--year", "2022", "--to", str(tmp_path / "out"), "--lang", "en"]
    done = CliRunner().invoke(app, ["read", str(write(mine)), *arguments])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "out" / "2022" / "late_dossiers.csv").set_index("unit")
    assert table["late"].to_dict() == {"Quảng Nam": 2, "Hội An": 1, "Điện Bàn": 1}
    refused = CliRunner().invoke(app, ["read", str(write(FIVE, "b.parquet")), *arguments])
    assert refused.exit_code == 1 and "is it the register of this" in refused.output


def test_a_part_of_a_year_counts_what_was_resolved_in_it_or_is_open(write):
    # From 10 February to 15 December: 3 and 5 were finished, both late; 4 is open, due in six days.
    # 1 and 2 were finished in January.
    found, faults = dossier_register.count([write(FIVE)], units=UNITS, until=dt.date(2022, 12, 15),
                                           since=dt.date(2022, 2, 10))  # fmt: skip
    shown = found[["unit", "finished", "days_late", "dossiers"]].to_numpy().tolist()
    assert shown == [["901", True, 5, 1], ["902", True, 1, 1], ["902", False, -6, 1]]
    assert faults == {}
