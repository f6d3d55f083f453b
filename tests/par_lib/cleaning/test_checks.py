"""Each check on small made frames: where it must fire, and where it must not."""

import pandas as pd
import pytest

from par_lib.cleaning import checks, findings, schema
from par_lib.language.translation import language

TRACE = {"status": "reported", "source": "made", "locator": "row"}
HALF, YEAR = pd.Timestamp("2022-06-30"), pd.Timestamp("2022-12-31")


def late(*rows: tuple) -> pd.DataFrame:
    """Rows (unit_code, level, period_end, late[, status]); unit 49 is the province."""
    return pd.DataFrame(
        [
            {
                "unit_code": code, "unit": code, "level": level,
                "period_start": pd.Timestamp("2022-01-01"), "period_end": end,
                "late_low": number, "late_high": number, **TRACE,
                "status": status[0] if status else "reported",
            }
            for code, level, end, number, *status in rows
        ]
    )  # fmt: skip


def severities(found) -> list[str]:
    return [finding.severity for finding in found]


@pytest.mark.parametrize(
    ("total", "severity"),
    [(30, "agrees"), (40, "gap"), (29, "conflict")],  # 10 + 20 = 30 are listed
)
def test_listed_against_total(total, severity):
    frame = late(
        ("49", "district", YEAR, total), ("a", "district", YEAR, 10), ("b", "district", YEAR, 20)
    )
    (found,) = checks.listed_against_total(frame, province={"49"})
    assert (found.number_a, found.number_b, found.severity) == (30, total, severity)


def test_listed_against_total_is_silent_without_a_total_or_a_list():
    only_list = late(("a", "district", YEAR, 10))
    only_total = late(("49", "district", YEAR, 10))
    for frame in (only_list, only_total):
        assert not list(checks.listed_against_total(frame, province={"49"}))


@pytest.mark.parametrize(("half", "severity"), [(5, "note"), (10, "note"), (11, "conflict")])
def test_half_year_against_year(half, severity):
    frame = late(("49", "district", HALF, half), ("49", "district", YEAR, 10))
    (found,) = checks.half_year_against_year(frame, province={"49"})
    assert (found.number_a, found.number_b, found.severity) == (half, 10, severity)


def dossiers(received=None, resolved=None, on_time=None, late=(None, None), status="reported"):
    """One row of the tidy table of a commune."""
    counts = {"received": received, "resolved": resolved, "on_time": on_time,
              "late_low": late[0], "late_high": late[1]}  # fmt: skip
    row = {"unit_code": "a", "unit": "A", "level": "commune", "period_end": YEAR,
           "period_start": pd.Timestamp("2022-01-01"), **TRACE, "status": status}  # fmt: skip
    return pd.DataFrame([row | counts]).astype(dict.fromkeys(counts, "Int64"))


def carried(count, end=YEAR):
    """The indicator of dossiers carried over, of the same commune, of two sources."""
    rows = dossiers().drop(columns=["received"]).assign(period_end=end, value_high=[count])
    frame = pd.concat([rows, rows.assign(value_high=1.0)])
    return frame.assign(measure="dossiers_carried_over")


NONE = carried(0).iloc[:0]


@pytest.mark.parametrize(("counts", "indicators", "severity", "numbers"), [
    # On time 60 and late 40 are 100 resolved.
    ((None, 101, 60, (40, 40)), NONE, "conflict", (100, 101)),
    ((None, 99, 60, (40, 40)), NONE, "conflict", (100, 99)),
    ((None, 100, 60, (40, 40)), NONE, None, None),
    ((None, 101, 60, (40, 41)), NONE, None, None),
    ((None, 102, 60, (40, 41)), NONE, "conflict", (100, 102)),
    ((None, 101, 60, (40, None)), NONE, None, None),  # 40 or more
    ((None, 99, 60, (40, None)), NONE, "conflict", (100, 99)),
    ((None, 100, 60, (None, None)), NONE, None, None),
    # Late and received.
    ((39, None, None, (40, 40)), NONE, "conflict", (40, 39)),
    ((39, None, None, (39, 50)), NONE, None, None),
    ((39, None, None, (40, 40)), carried(1), None, None),
    # Resolved, received and carried over.
    ((99, 100, None, (None, None)), NONE, "note", (100, 99)),
    ((99, 100, None, (None, None)), carried(1), None, None),
    ((98, 100, None, (None, None)), carried(1), "conflict", (100, 99)),
    ((99, 100, None, (None, None)), carried(1, HALF), "note", (100, 99)),
    ((100, 100, 60, (40, 40)), NONE, None, None),
    ((0, 0, 0, (0, 0)), NONE, None, None),
])  # fmt: skip
def test_counts_that_contradict(counts, indicators, severity, numbers):
    found = list(findings.counts_that_contradict(dossiers(*counts), indicators))
    told = [(one.severity, (one.number_a, one.number_b)) for one in found]
    assert told == ([(severity, numbers)] if severity else [])
    for code in ("vi", "en"):
        said = findings.describe(findings.to_frame(found), language(code))
        assert not [what for what in said["what"] if {"{", "nan"} & {*what, *what.split()}]
    bound = dossiers(*counts, status="bound")
    assert list(findings.counts_that_contradict(bound, indicators)) == []


def test_half_year_is_compared_with_its_own_level_only():
    frame = late(("49", "district", HALF, 5), ("49", "commune", YEAR, 10))
    assert not list(checks.half_year_against_year(frame, province={"49"}))


def mentions(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"unit_code": unit, "unit": unit, "level": level, "table": "late_dossiers",
             **TRACE, "locator": locator}
            for unit, level, locator in rows
        ],
        columns=["unit_code", "unit", "level", "table", *TRACE],
    )  # fmt: skip


def test_named_without_figure():
    named = mentions(("a", "district", "II"), ("b", "district", "II"), ("c", "commune", "II"))
    figures = late(("a", "district", YEAR, 10), ("b", "district", YEAR, 3, "bound"))
    found = list(checks.named_without_figure(named, figures, province={"49"}))
    assert [finding.subject for finding in found] == ["b"]  # c: no commune has a figure at all


def test_lists_that_differ():
    same = mentions(("a", "commune", "I"), ("a", "commune", "II"))
    assert not list(checks.lists_that_differ(same))
    other = mentions(("a", "commune", "I"), ("b", "commune", "II"))
    assert severities(checks.lists_that_differ(other)) == ["conflict"]


def test_announced_against_listed():
    announced = pd.DataFrame(
        [{"measure": "announced_below_70_pct", "level": "district", "period_end": YEAR,
          "value_low": 2, **TRACE}]
    )  # fmt: skip
    listed = pd.DataFrame(
        [{"level": "district", "as_of": YEAR, "rate_pct_high": rate} for rate in (50, 69.9, 100)]
    )
    assert severities(checks.announced_against_listed(announced, listed)) == ["agrees"]
    fewer = listed.iloc[1:]  # 69.9 and 100: one below 70, two announced
    assert severities(checks.announced_against_listed(announced, fewer)) == ["conflict"]


@pytest.mark.parametrize(
    ("disbursed", "stated", "severity"),
    # 712 of 1,000 is 71.2 %; 0.712 is the slip of triệu for tỷ
    [(712, 71.2, "agrees"), (712, 71.29, "agrees"), (712, 71.4, "conflict"),
     (0.712, 71.2, "conflict"),
     # whole per cents: 71.5 to 72.5 may stand for 712 of 1,000 only with half a per cent of slack
     (712, 71.0, "agrees"), (712, 72.0, "conflict")],
)  # fmt: skip
def test_rate_against_amounts(disbursed, stated, severity):
    frame = pd.DataFrame(
        [{"unit": "a", "as_of": YEAR, "plan_bn_vnd": 1000.0, "disbursed_bn_vnd": disbursed,
          "rate_pct_low": stated, **TRACE}]
    )  # fmt: skip
    assert severities(checks.rate_against_amounts(frame)) == [severity]
    assert not list(checks.rate_against_amounts(frame.assign(plan_bn_vnd=0.0)))
    (found,) = checks.rate_against_amounts(frame)
    if severity == "conflict":
        assert ("triệu was written for tỷ" in found.decide) is (disbursed < 1)


def test_half_a_unit_of_the_last_decimal_of_any_size():
    assert [findings.half_step(one) for one in (46.5, 12, 0.00004)] == [0.05, 0.5, 0.000005]
    assert findings.half_step(12_345_678_901.0) == 0.5


@pytest.mark.parametrize(("whole", "severity"), [(449, "agrees"), (450, "conflict")])
def test_parts_against_whole(whole, severity):
    # 55 + 74 + 264 + 56 = 449
    parts = {"ballots_a": 55, "ballots_b": 74, "ballots_c": 264, "ballots_d": 56}
    frame = pd.DataFrame(
        [{"measure": name, "value_low": value, "measure_unit": "count", **TRACE}
         for name, value in ({"ballots": whole} | parts).items()]
    )  # fmt: skip
    assert severities(checks.parts_against_whole(frame)) == [severity]
    assert not list(checks.parts_against_whole(frame.iloc[:2]))  # one part is no sum


def sipas(satisfaction_pct: float, unit: str = "49") -> pd.DataFrame:
    rows = [("access", None, 1.0, 1.5), ("result", None, 2.0, 2.5), ("overall", satisfaction_pct,
            None, None)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["component", "satisfaction_pct", "points", "max_points"])
    return frame.assign(unit_code=unit, **TRACE)


def test_components_against_total():
    # 1 + 2 = 3 of 1.5 + 2.5 = 4 points, so 75 %
    def total(points):
        return pd.DataFrame([{"criterion": "sipas", "points": points, **TRACE}])

    assert severities(checks.components_against_total(sipas(75.0), total(3.0))) == ["agrees"]
    assert severities(checks.components_against_total(sipas(75.0), total(3.1))) == ["conflict"]
    found = list(checks.components_against_total(sipas(74.5), total(3.0)))
    assert [finding.check for finding in found][1] == "components_against_satisfaction"
    assert not list(checks.components_against_total(sipas(75.0), total(3.0).iloc[:0]))


def test_sources_that_differ():
    def differing(frame):
        return list(
            checks.sources_that_differ(frame, "component", "satisfaction_pct", "{figure}", 2)
        )

    assert not differing(sipas(75.0))
    (found,) = differing(pd.concat([sipas(75.0), sipas(74.56)], ignore_index=True))
    assert (found.subject, found.number_a, found.number_b) == ("overall", 75.0, 74.56)
    assert not differing(pd.concat([sipas(75.0), sipas(75.0)], ignore_index=True))
    # two places may well have two values
    places = pd.concat([sipas(75.0, "a"), sipas(74.56, "b")], ignore_index=True)
    assert not differing(places)


OF_28_10 = {
    "transparency": (13.6, 18), "progress": (18.5, 20), "online_services": (7.7, 12),
    "online_payment": (9.6, 10), "satisfaction": (17.6, 18), "digitisation": (15.8, 22),
}  # fmt: skip


def index(total: float, **parts: tuple[float, float]) -> pd.DataFrame:
    points = OF_28_10 | parts | {"total": (total, 100)}
    rows = [{"component": part, "points_low": low, "points_high": low, "max_points": float(most)}
            for part, (low, most) in points.items()]  # fmt: skip
    day = pd.Timestamp("2024-10-28")
    return pd.DataFrame(rows).assign(unit_code="49", unit="P", level="province", as_of=day, **TRACE)


def test_parts_of_the_index_of_service_against_its_total():
    # 13.6 + 18.5 + 7.7 + 9.6 + 17.6 + 15.8 = 82.8; seven figures, each 0.05 off at most: 0.35
    def found(frame):
        return severities(checks.index_against_parts(frame))

    for total, severity in (
        (82.8, "agrees"),
        (83.1, "agrees"),
        (83.2, "conflict"),
        (82, "conflict"),
    ):
        assert found(index(total)) == [severity], total
    assert found(index(82.8, progress=(18.5, 22))) == ["conflict"]  # the maxima make 102
    assert found(index(82.8).assign(max_points=None)) == ["agrees"]  # none is stated
    assert not found(index(82.8).query("component != 'progress'"))  # five parts are no sum
    assert not found(index(82.8).query("component != 'total'"))
    two = pd.concat([index(82.8), index(82.8).assign(unit_code="502")], ignore_index=True)
    (both,) = checks.index_against_parts(two)
    assert both._asdict()["values"] == {"count": 2}  # those that hold are told once


def test_title_against_data():
    sources = pd.DataFrame({"title_year": [2023], "data_year": [2022]}, index=["report"])
    assert severities(checks.title_against_data(sources, year=2022)) == ["note"]
    assert not list(checks.title_against_data(sources, year=2023))  # another year's page
    assert not list(checks.title_against_data(sources.assign(title_year=2022), year=2022))


def test_the_review_is_gravest_first_and_reads_in_both_languages():
    frame = late(
        ("49", "district", YEAR, 40), ("a", "district", YEAR, 10), ("49", "district", HALF, 41)
    )
    found = [
        *checks.listed_against_total(frame, province={"49"}),
        *checks.half_year_against_year(frame, province={"49"}),
    ]
    review = findings.to_frame(found)
    assert review["severity"].tolist() == ["conflict", "gap"]
    english = findings.describe(review, language("en"))["what"].tolist()
    assert "10 of the 40 late dossiers" in english[1] and "{" not in " ".join(english)
    vietnamese = findings.describe(review, language("vi"))["what"].tolist()
    assert vietnamese != english and "{" not in " ".join(vietnamese)
    nothing = findings.describe(findings.to_frame([]), language("vi"))
    assert nothing.empty and "what" in nothing


def bounded(*rows: tuple) -> pd.DataFrame:
    """Rows (unit, low, high, status, source) of late dossiers of districts in one year."""
    columns = ["unit", "late_low", "late_high", "status", "source"]
    frame = pd.DataFrame(rows, columns=columns).assign(level="district", locator="row")
    for other in ("received", "resolved", "on_time", "on_time_pct_low", "on_time_pct_high"):
        frame[other] = float("nan")
    return frame.assign(unit_code=frame["unit"], period_start=HALF, period_end=YEAR)


def held(rows: pd.DataFrame, of: str = "late_dossiers", **dates: str) -> list[tuple]:
    tables = {}
    for name in ("late_dossiers", "disbursement", "service_index", "indicators"):
        columns = [one for column in schema.TABLES[name].columns for one in column.tidy_names]
        tables[name] = rows if name == of else pd.DataFrame(columns=columns)
    sources = pd.DataFrame({"date": dates}).reindex(["first", "second"])
    found = findings.bounds_against_figures(tables, sources, province={"P"})
    return [(one.subject, one[7]["bounds"][:2], one.number_b, one.severity) for one in found]


@pytest.mark.long
def test_what_a_source_bounds_against_another_that_states_it():
    """Of 100 late, the first source lists A's 60: B and C have 0 to 40 each."""
    of_first = [("P", 100, 100, "reported", "first"), ("A", 60, 60, "reported", "first")]
    # A second lists B, so that C has the rest; B's bounds are those of the first alone.
    for late, severity in ((35, "agrees"), (40, "agrees"), (41, "conflict")):
        rest = ("C", 0, max(40 - late, 0), "bound", "first")
        rows = bounded(*of_first, rest, ("B", late, late, "reported", "second"))
        assert held(rows) == [("B", [0, 40], late, severity)]
    least = bounded(("B", 30, None, "reported", "first"), ("B", 29, 29, "reported", "second"))
    assert held(least) == [("B", [30, None], 29, "conflict")]
    assert held(bounded(*least.iloc[0:1, :5].itertuples(index=False, name=None))) == []
    derived = bounded(("B", 30, 30, "derived", "first"), ("B", 30, 30, "reported", "second"))
    assert held(derived) == [("B", [30, 30], 30, "agrees")]
    same = derived.assign(source="first")
    assert held(same) == []


def test_what_a_source_lists_loosely_or_too_high_bounds_the_others_accordingly():
    whole, unlisted = ("P", 100, 100, "reported", "first"), ("C", 0, 0, "bound", "first")
    stated = ("B", 55, 55, "reported", "second")
    loosely = bounded(whole, ("A", 60, None, "reported", "first"), unlisted, stated)
    assert held(loosely) == [("B", [0, 40], 55, "conflict")]  # A has 60 at least
    too_high = bounded(whole, ("A", 160, 160, "reported", "first"), unlisted, stated)
    assert held(too_high) == []  # a rest of −60 bounds nothing
    rounded = bounded(("B", 33.3, 33.3, "derived", "first"), ("B", 33.34, 33.34, *stated[3:]))
    assert held(rounded) == [("B", [33.3, 33.3], 33.34, "agrees")]
    cut = bounded(("B", 33.3, 33.3, "derived", "first"), ("B", 33.36, 33.36, *stated[3:]))
    assert held(cut)[0][3] == "conflict"


def test_all_others_are_those_a_source_names_on_no_basis():
    """The first has X at 40 % of another plan, and 70 % or more for all others."""
    rows = [("C", "unstated", 70, 100, "bound", "first"), ("P", "unstated", 60, 60, "second"),
            ("X", "adjusted_plan", 40, 40, "first"), ("X", "unstated", 45, 45, "second"),
            ("Y", "unstated", 65, 65, "second")]  # fmt: skip
    columns = ["unit", "basis", "rate_pct_low", "rate_pct_high", "status", "source"]
    frame = pd.DataFrame([(*row[:4], *row[-2:]) if len(row) > 5 else (*row[:4], "reported", row[4])
                          for row in rows], columns=columns)  # fmt: skip
    frame = frame.assign(unit_code=frame["unit"], level="district", plan_year=2022, as_of=YEAR,
                         scope="total", locator="row", plan_bn_vnd=float("nan"),
                         disbursed_bn_vnd=float("nan"))  # fmt: skip
    assert held(frame, of="disbursement") == [("Y", [70, 100], 65, "conflict")]


def test_a_source_known_to_be_older_tests_no_bound():
    rows = bounded(("B", 30, None, "reported", "first"), ("B", 35, 35, "reported", "second"))
    assert held(rows, first="2023-05-01", second="2024-01-01")
    assert not held(rows, first="2023-05-01", second="2023-01-01")
