"""Every code and column has a word in both languages; digits are those of the source."""

import math

import pytest

from par_lib.cleaning import schema
from par_lib.language import labels
from par_lib.language.translation import language
from par_lib.scoring import rulebook, unit_comparison

vi = language("vi")
# Codes that no page says: how raw figures are counted.
UNSAID = {*schema.MEASURE_UNITS, *schema.CODES["statement"], "received", "resolved", "due"}


def test_every_code_of_a_table_has_a_word():
    columns = (column for table in schema.TABLES.values() for column in table.columns)
    assert {code for column in columns for code in column.codes} - UNSAID <= set(labels.LABELS)


def test_what_is_computed_has_a_word():
    assert set(unit_comparison.FIGURES) <= set(labels.LABELS)
    assert set(unit_comparison.VERDICTS) <= set(labels.LABELS)
    book = rulebook.load("quang-nam", 2022)
    assert {one.code for one in book.criteria} <= set(labels.LABELS)
    assert set(schema.TABLES) <= set(labels.TABLE_LABELS)


@pytest.mark.parametrize("dictionary", ["LABELS", "COLUMNS", "TABLE_LABELS"])
def test_the_vietnamese_catalog_has_a_word_for_each(dictionary):
    texts = getattr(labels, dictionary).values()
    assert [text for text in texts if text not in vi.messages] == []


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
    assert labels.digits(name, *values) == digits


def test_a_text_has_fewer_digits_than_a_table():
    assert labels.digits("earned_points", 1.1922) == 4
    assert labels.digits("earned_points", 1.1922, most=2) == 2
    assert labels.digits("rate_pct", 72.57, most=2) == 2
