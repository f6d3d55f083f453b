"""Prose: named values filled in, silent where one is not known, in the reader's language."""

import nbformat
import pandas as pd
import pytest

from par_lib.language import prose
from par_lib.language.prose import Absent
from par_press import execute


def write(name: str, value: object) -> str:
    if value is None:
        raise Absent(name)
    return f"<{value}>"


def fill(paragraph: str, catalog: prose.Messages = (), **values: object) -> str:
    return prose.fill(paragraph, values, write=write, catalog=dict(catalog))


def test_values_are_written_where_their_names_stand():
    assert fill("{a} trên {b}, {{c}}.", a=1, b="x") == "<1> trên <x>, {c}."
    assert fill("{parts.real} và {rows[1]}.", parts=3, rows=["A", "B"]) == "<3> và <B>."
    assert fill("Không có giá trị nào.") == "Không có giá trị nào."


def test_a_pair_of_a_frame_is_added_up_over_its_rows():
    lost = pd.DataFrame({"rank_low": [1, 2], "rank_high": [1.5, 4], "total_low": [1, 1]})
    values = {"lost": lost, "of": {"first": lost[:1]}, "none": lost[:0]}
    assert prose.value_of("lost.rank", values) == (3, 5.5)  # 1 + 2 and 1.5 + 4
    assert prose.value_of("of[first].rank", values) == (1, 1.5)
    assert all(map(pd.isna, prose.value_of("none.rank", values)))  # not known
    with pytest.raises(NameError, match=r"no total. Did you mean: total_low\?"):
        fill("{lost.total}", lost=lost)
    with pytest.raises(NameError, match=r"no rnak. Did you mean: rank\?"):  # of both ends
        fill("{of[first].rnak}", **values)


def test_a_value_that_is_not_known_is_told_by_its_name():
    with pytest.raises(Absent) as error:
        fill("{a} trên {b}.", a=1, b=None)
    assert error.value.args == ("b",)


def test_a_name_mistyped_is_an_error_and_not_silence():
    with pytest.raises(NameError, match=r"There is no leeders. Did you mean: leaders\?"):
        fill("{leeders} chiếm.", leaders="A")
    with pytest.raises(NameError, match=r"There is no part\. Did you mean: parts\?"):
        fill("{part.total}", parts=1)
    with pytest.raises(NameError, match=r"no rael\. Did you mean: real\?"):
        fill("{parts.rael}", parts=1)
    with pytest.raises(NameError, match=r"no first_unit\. Did you mean: first, unit\?"):
        fill("{first_unit}", total=1, first="A", unit="B")  # by its words
    with pytest.raises(ValueError, match=r"len\(units\): only a name stands in braces"):
        fill("{len(units)}", units=1)
    # in a translation too
    with pytest.raises(NameError, match="no lated"):
        fill("{late} hồ sơ.", {"{late} hồ sơ.": "{lated} dossiers."}, late=1)


@pytest.mark.parametrize(("count", "said"), [
    (1, "<1> unit of <5>."), (0, "<0> units of <5>."), (2, "<2> units of <5>."),
])  # fmt: skip
def test_the_first_number_of_things_decides_between_one_and_many(count, said):
    text = "{unit_count}/{all_count} đơn vị."
    two = {text: ("{unit_count} unit of {all_count}.", "{unit_count} units of {all_count}.")}
    assert fill(text, two, unit_count=count, all_count=5) == said
    assert prose.has_plural(text) and not prose.has_plural("{count_pct} của {county}.")


def test_a_translation_may_turn_the_values_round_or_leave_one_out():
    assert fill("{a} rồi {b}.", {"{a} rồi {b}.": "{b}."}, a=None, b=2) == "<2>."


CATALOG = {"Một.": "One.", "{a} hai.": "{a} two.", "{n_count}.": ("{n_count} one", "{n_count}s")}


def test_a_cell_is_translated_paragraph_by_paragraph_and_falls_back_to_its_own_words():
    assert prose.translate("Một.\n\nChưa dịch.", "markdown", CATALOG) == "One.\n\nChưa dịch."
    assert prose.translate("%%say from late\nMột.\n\n{a} hai.\n", "code", CATALOG) == (
        "%%say from late\nOne.\n\n{a} two."
    )


def test_what_falls_back_is_told():
    cells = [nbformat.v4.new_markdown_cell("Một.\n\nChưa dịch."),
             nbformat.v4.new_code_cell('table(rates, "unit", "Bảng")\nx = "Một chữ"')]  # fmt: skip
    notebook = nbformat.v4.new_notebook(cells=cells)
    assert execute.fallen_back(notebook, CATALOG) == ["Chưa dịch.", "Bảng"]


def test_code_is_not_translated():
    code = 'Một = "Một."\n\n\n# Một.'
    assert prose.translate(code, "code", {**CATALOG, code: "x"}) == code


def test_a_cell_with_two_forms_waits_for_its_number():
    cell = "%%say\n{n_count}.\n\nMột."
    assert prose.translate(cell, "code", CATALOG) == cell


def test_what_of_a_cell_is_to_be_translated():
    assert list(prose.messages("# Một\n\nHai\nba.\n", "markdown")) == ["# Một", "Hai\nba."]
    assert list(prose.messages("%%headline from a see b\nMột.\n\nHai.", "code")) == ["Một.", "Hai."]
    code = (
        'table(rates, "unit", "Bảng")\nax = plots.barplot(a, x="late", y="unit", caption="Hình")\n'
        'table(rates, "unit", caption="Khác")\ntable(rates, "unit", "")\ntable(a, b, name)\nf("x")'
    )
    assert sorted(prose.messages(code, "code")) == ["Bảng", "Hình", "Khác"]
    assert prose.spoken("%%sayings\nx") == ("", "")
