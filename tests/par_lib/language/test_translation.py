"""Words, numbers, dates and lists as each language writes them; every code has a word."""

import datetime as dt
import math
from pathlib import Path

import pytest

from par_lib.cleaning import schema
from par_lib.language import translation
from par_lib.language.translation import (
    COLUMNS,
    LABELS,
    NBSP,
    TABLE_LABELS,
    UNKNOWN,
    decimals,
    language,
)
from par_lib.scoring import rulebook, unit_comparison
from par_lib.storage import csv_files

vi, en = language("vi"), language("en")


def test_numbers():
    assert (vi.number(11193), en.number(11193)) == ("11.193", "11,193")
    assert (vi.percent(72.57), en.percent(72.57)) == ("72,57%", "72.57%")
    assert (vi.date(dt.date(2022, 4, 3)), en.date(dt.date(2022, 4, 3))) == (
        "03/04/2022", "3 April 2022",
    )  # fmt: skip
    assert vi.number(None) == vi.percent(float("nan")) == UNKNOWN


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (5, 5, "5"), (0, 3551, "0–3.551"), (70, None, f"≥{NBSP}70"),
        (None, None, UNKNOWN), (-3, 4, "−3 đến 4"), (70.5, float("inf"), f"≥{NBSP}70,5"),
    ],
)  # fmt: skip
def test_intervals(low, high, shown):
    assert vi.interval(low, high, 1 if low == 70.5 else 0) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (5, 5, "5%"), (0, 3551, "từ 0% đến 3.551%"), (70, None, "từ 70% trở lên"),
        (70, float("inf"), "từ 70% trở lên"), (-3, 4, "từ −3% đến 4%"),
        (0, 19.999999999999996, "từ 0% đến 20%"),  # "<20" ends a hair below 20
    ],
)  # fmt: skip
def test_intervals_in_a_sentence(low, high, shown):
    assert vi.interval(low, high, percent=True, in_text=True) == shown


def test_dates_in_a_sentence():
    # Vietnamese writes a zero before days below 10, and before the months 1 and 2 only
    days = [dt.date(2022, 8, 31), dt.date(2022, 3, 5), dt.date(2022, 2, 15), dt.date(2022, 12, 1)]
    assert [vi.date(day, in_text=True) for day in days] == [
        "31/8/2022", "05/3/2022", "15/02/2022", "01/12/2022",
    ]  # fmt: skip
    assert en.date(days[0], in_text=True) == "31 August 2022"


def test_listing():
    assert vi.listing(["A", "B", "C"]) == "A, B và C"
    assert en.listing(["A", "B", "C"]) == "A, B and C"
    assert vi.listing(["A"]) == "A" and vi.listing([]) == ""


def test_a_number_in_a_sentence_is_written_by_the_language():
    sentence = "{late} late dossiers"
    assert vi(sentence, late=11193).startswith("11.193 ")
    with pytest.raises(TypeError, match="say how many digits"):
        vi(sentence, late=1.5)


def test_a_language_without_catalog_is_refused():
    with pytest.raises(ValueError, match="lang 'fr': choose one of vi, en"):
        language("fr")


# Codes that no page says: how raw figures are counted.
UNSAID = {*schema.MEASURE_UNITS, *schema.CODES["statement"], "received", "resolved", "due"}


def test_every_code_of_a_table_has_a_word():
    columns = (column for table in schema.TABLES.values() for column in table.columns)
    assert {code for column in columns for code in column.codes} - UNSAID <= set(LABELS)


def test_what_is_computed_has_a_word():
    assert set(unit_comparison.FIGURES) <= set(COLUMNS)
    verdicts = {"above", "rather_above", "inside", "rather_below", "below", "undecided"}
    assert verdicts | {"down", "up", "unclear"} <= set(LABELS)
    book = rulebook.load("quang-nam", 2022)
    assert {one.code for one in book.criteria} <= set(LABELS)
    assert set(schema.TABLES) <= set(TABLE_LABELS)


def test_each_label_has_a_row_of_its_own_and_words_in_both_languages():
    rows = csv_files.read_csv(Path(translation.__file__).with_name("labels.csv"))
    assert not rows.duplicated(["kind", "code"]).any()
    assert (rows[["vi", "en"]] != "").all(axis=None)
    assert set(rows.loc[rows["kind"] == "measure", "topic"]) <= {*schema.TABLES, "provinces"}
    # what a catalog says too, it says alike
    spoken = rows[rows["kind"] != "measure"]
    assert spoken["en"].map(vi.messages).tolist() == spoken["vi"].tolist()


@pytest.mark.parametrize(("name", "values", "digits"), [
    ("rate_pct", (25.0,), 0),  # as a source wrote it
    ("rate_pct", (61.1,), 1),
    ("rate_pct", (72.57,), 2),
    ("rate_pct", (25.0, 61.1), 1),  # as many for both ends
    ("rate_pct", (54.2358,), 1),  # computed
    ("earned_points", (1.1922,), 4),
    ("earned_points", (1 / 3,), 2),
    ("plan_bn_vnd", (2534.302,), 3),
    ("plan_bn_vnd", (100 / 3,), 1),
    ("gini", (0.42424,), 3),
    ("score", (67.129,), 1),
    ("late", (11193.0,), 0),
    ("late", (1 / 3,), 0),
    ("rate_pct", (math.nan, 50.0), 0),  # what is not known asks for none
    ("rate_pct", (70.5, math.inf), 1),
    ("rate_pct", (math.nextafter(20, 0),), 0),  # "<20"
    ("rate_pct", (), 0),
])  # fmt: skip
def test_digits_by_hand(name, values, digits):
    assert decimals(name, *values) == digits


def test_a_text_has_fewer_digits_than_a_table():
    assert decimals("earned_points", 1.1922) == 4
    assert decimals("earned_points", 1.1922, most=2) == 2
    assert decimals("rate_pct", 72.57, most=2) == 2
