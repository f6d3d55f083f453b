"""Numbers, dates and lists as each language writes them."""

import datetime as dt

import pytest

from par_lib.language.translation import NBSP, UNKNOWN, language

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
