"""Shares of few dossiers or answers are told by their count alone, on pages and in documents."""

import base64
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from par_lib.language.translation import COLUMNS, UNKNOWN, language

FEW = "Minh họa 13"
# What a table counts, from how many on its share is shown, and shares of it that are computed.
SHARES = {
    "resolved": (10, ("late_pct", "on_time_rate_pct")), "finished_dossiers": (10, ("late_pct",)),
    "verified_handled": (10, ("verified_late_pct",)),
    "respondents": (30, ("satisfaction_pct", "likely_pct", "pooled_pct", "pooled_likely_pct",
                         "converted_points", "worst_tenth_pct")),
}  # fmt: skip


def of_pages(edition: Path) -> Iterator[dict[str, str]]:
    for file in edition.glob("*.html"):
        for table in BeautifulSoup(file.read_text("utf-8"), "html.parser").select("table.sortable"):
            heads = [head.text for head in table.select("thead th")]
            for row in table.select("tbody tr"):
                yield dict(zip(heads, [cell.text for cell in row.select("th, td")], strict=True))


def of_links(edition: Path) -> Iterator[dict[str, str]]:
    """The CSV that a page holds of each table: columns by their own names."""
    for file in edition.glob("*.html"):
        for link in BeautifulSoup(file.read_text("utf-8"), "html.parser").select(
            "p.csv a[download]"
        ):
            content = base64.b64decode(link["href"].partition("base64,")[2])
            frame = pd.read_csv(io.BytesIO(content), comment="#", dtype=str, keep_default_na=False)
            yield from frame.rename(columns=lambda name: name.removesuffix("_low")).to_dict(
                "records"
            )


def of_workbook(edition: Path) -> Iterator[dict[str, str]]:
    for sheet in openpyxl.load_workbook(edition / "tables.xlsx").worksheets[2:]:
        _, _, _, _, heads, *rows = sheet.iter_rows(values_only=True)
        for row in rows:
            cells = ("" if cell is None else str(cell).removesuffix(".0") for cell in row)
            yield dict(zip(map(str, heads), cells, strict=True))


def of_report(edition: Path) -> Iterator[dict[str, str]]:
    for table in docx.Document(edition / "report.docx").tables:
        heads, *rows = ([cell.text for cell in row.cells] for row in table.rows)
        for row in rows:
            yield dict(zip(heads, row, strict=True))


def number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None  # 1.234 is no small one


@pytest.mark.parametrize("rows", [of_pages, of_links, of_workbook, of_report])
def test_no_table_shows_a_share_of_few(edition, rows):
    t, found = language("vi"), Counter()
    for row in rows(edition):
        for counted, (fewest, shares) in SHARES.items():
            of = number(row.get(t(COLUMNS[counted]), row.get(counted, "")))
            if of is None or of >= fewest:
                continue
            heads = {*shares, *(t(COLUMNS[share]) for share in shares)}
            told = {head: text for head, text in row.items()
                    if any(head == one or head.startswith(f"{one},") for one in heads)}  # fmt: skip
            found[counted] += len(told)
            assert {*told.values()} <= {UNKNOWN, ""}, row
    if rows is not of_report:  # which has no table of all units
        assert found["resolved"] >= 3 and found["respondents"] >= 1, found


def test_what_is_few_is_there_with_its_count(edition):
    rows = [row for row in of_pages(edition) if FEW in row.values()]
    resolved, late = (language("vi")(COLUMNS[name]) for name in ("resolved", "late_pct"))
    assert any(row.get(resolved) == "9" and row.get(late) == UNKNOWN for row in rows)


def test_people_without_a_share_are_together_as_many_as_are_shown(edition):
    """22 people of one place are hidden; with the next smallest place there are 30 or more."""
    asked = [row for row in of_links(edition) if "converted_points" in row]
    hidden = [int(row["respondents"]) for row in asked if not row["satisfaction_pct"]]
    assert len(hidden) >= 2 and min(hidden) == 22 and sum(hidden) >= 30
    shown = [int(row["respondents"]) for row in asked if row["satisfaction_pct"]]
    assert min(shown) >= max(hidden) >= 30
    said = BeautifulSoup((edition / "03_sipas.html").read_text("utf-8"), "html.parser").text
    assert "Không nêu tỷ lệ vì số người được hỏi dưới 30" in said and "Minh họa 01" in said


def test_no_file_of_an_edition_holds_the_answers_or_dossiers_of_single_people(edition):
    answers = edition.parents[2] / "data" / "raw" / "demo" / "2024" / "answers.csv"
    people = [line.split(",")[3] for line in answers.read_text("utf-8").splitlines()[2:]]
    assert len(people) > 1_000
    for file in edition.rglob("*"):
        if file.suffix in (".csv", ".html", ".ipynb", ".json"):
            text = file.read_text(encoding="utf-8")
            assert "respondent," not in text and people[0] not in text, file
    assert not [file for file in edition.rglob("*") if "register" in file.as_posix()]
