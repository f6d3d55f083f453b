"""Whole reports of an invented province, in every form an office sends, against their figures."""

import random
import unicodedata
from collections import Counter
from pathlib import Path

import docx
import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from viparse.normalize import tcvn3, vni

from par_intake import figures, raw_folder, report, workbook
from par_intake.documents import ReportError, build, load
from par_lib.cleaning import schema, units
from par_lib.language.translation import language
from par_lib.storage import paths

REPORTS = Path(__file__).parent / "reports"
NAMES = sorted(path.stem for path in REPORTS.glob("*.md"))
KNOWN = pd.DataFrame(
    [
        ("91", "Gió Ngàn", "province", "tỉnh", ""),
        ("92", "Sông Trăng", "district", "thành phố", ""),
        ("93", "Đồi Thông", "district", "huyện", ""),
        ("94", "Bến Đá", "district", "huyện", ""),
        ("95", "Sở Nội vụ", "department", "sở", "SNV"),
        ("96", "Sở Lâm nghiệp", "department", "sở", ""),
    ],
    columns=["code", "name", "level", "kind", "aliases"],
).assign(name_en="", successor="", valid_from=pd.NaT, valid_to=pd.NaT, source="test")


def understood(loaded):
    """Figures as (taken or proposed, table, unit, measure, cell, last day), and what is left."""
    result = report.understand(loaded, KNOWN, 2030)
    return {
        ("proposed" if one.doubts else "taken", one.table, one.row.get("unit", ""),
         one.row.get("level", ""), one.measure, one.cell, one.end)
        for one in result.figures
    }, {f"{one.text}: {one.reason.format(about=one.about)}"
        for one in result.left}, result  # fmt: skip


def expected(name):
    table = pd.read_csv(REPORTS / f"{name}.csv", dtype=str, keep_default_na=False)
    return set(table.itertuples(index=False, name=None))


@pytest.mark.parametrize("name", NAMES)
def test_a_report_gives_its_figures_and_nothing_else(name):
    figures, left, _ = understood(load(REPORTS / f"{name}.md"))
    assert figures == expected(name)
    assert left == set((REPORTS / f"{name}.left").read_text(encoding="utf-8").splitlines())


def test_the_report_of_2022_agrees_with_its_figures_taken_or_ticked(tmp_path):
    """In our words, with the report's figures as it writes them: what is taken, what needs a tick.

    36 + 52 figures, of which 26 bounds and 2 counts of the listings of 2023; none is new to
    data/raw, none contradicts it.
    """
    known = units.load_units("quang-nam")
    result = report.understand(load(REPORTS.parent / "quang_nam_2022.md"), known, 2022)
    assert Counter(one.table for one in result.taken) == {
        "disbursement": 19, "late_dossiers": 15, "sipas": 1, "scores": 1,
    }  # fmt: skip
    assert Counter((one.table, one.status) for one in result.proposed) == {
        ("disbursement", "bound"): 28, ("disbursement", "reported"): 1, ("scores", "reported"): 3,
        ("sipas", "reported"): 5, ("indicators", "reported"): 15,
    }  # fmt: skip
    assert result.left == []
    proposed = workbook.proposals(result.proposed, "report-2022", language("vi"))
    ticked = {name: rows.assign(**{rows.columns[0]: "x"}) for name, rows in proposed.items()}
    own = units.units_in(known, 2022)
    workbook.write(tmp_path / "b.xlsx", "quang-nam", 2022, own, ticked)
    read = workbook.read(load(tmp_path / "b.xlsx").grids, known, 2022, source="report-2022")
    assert {year for year, _ in read} == {2022, 2023}
    assert sum(map(len, read.values())) == 52
    taken = figures.tables(result.taken, source="report-2022", year=2022)
    for tables in (taken, read):
        changes, _ = raw_folder.merge(paths.raw("quang-nam"), tables, known)
        assert {sign for _, sign, _ in changes} == {"="}


def as_nfd(text, folder):
    path = folder / "r.txt"
    path.write_text(unicodedata.normalize("NFD", text), encoding="utf-8")
    return path


def as_utf16(text, folder):
    path = folder / "r.txt"
    path.write_text(text, encoding="utf-16")
    return path


def as_word(text, folder):
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(folder / "r.docx")
    return folder / "r.docx"


def as_pdf(text, folder):
    lines = [line for line in text.splitlines() if line]
    with mpl.rc_context({"pdf.fonttype": 42}):
        page = Figure(figsize=(40, 12))
        for number, line in enumerate(lines):
            page.text(0.01, 0.97 - 0.03 * number, line, fontsize=8)
        page.savefig(folder / "r.pdf")
    return folder / "r.pdf"


def as_tcvn3(text, folder):
    """One byte a letter, as fonts before Unicode had it; an accented capital turns small."""
    letters = {letter: chr(ord(byte)) for byte, letter in reversed(tcvn3._ENTRIES)}
    typed = "".join(letters.get(c) or letters.get(c.lower(), c) for c in text)
    path = folder / "r.txt"
    path.write_bytes(typed.encode("cp1252"))
    return path


def as_vni(text, folder):
    """One or two bytes a letter."""
    letters = {letter: typed for typed, letter in reversed(vni._ENTRIES)}
    path = folder / "r.txt"
    path.write_bytes("".join(letters.get(c, c) for c in text).encode("cp1252"))
    return path


def as_rtf(text, folder):
    escaped = "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text)
    path = folder / "r.rtf"
    path.write_text("{\\rtf1\\ansi " + escaped.replace("\n", "\\par\n") + "}", encoding="ascii")
    return path


FORMS = [as_nfd, as_utf16, as_word, as_pdf, as_rtf, as_tcvn3, as_vni]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_the_form_of_the_file_does_not_matter(name, form, tmp_path):
    text = (REPORTS / f"{name}.md").read_text(encoding="utf-8")
    assert understood(load(form(text, tmp_path)))[0] == expected(name)


def test_a_pdf_of_200_pages_is_refused_before_it_is_parsed(tmp_path):
    with PdfPages(tmp_path / "r.pdf") as book:
        for _ in range(200):
            book.savefig(Figure(figsize=(1, 1)))
    with pytest.raises(ReportError, match="200 pages; split"):
        load(tmp_path / "r.pdf")


def damage(text, chance):
    """One way a text gets damaged on its way: letters, marks, digits, lines."""
    lines = text.splitlines()
    at = chance.randrange(len(text) - 1)
    kind = chance.randrange(6)
    if kind == 0:  # a letter, mark or digit is lost
        return text[:at] + text[at + 1 :]
    if kind == 1:  # decimal comma and thousands dot change places
        return text.translate(str.maketrans(".,", ",."))
    if kind == 2:  # the file is cut
        return text[:at]
    if kind == 3:  # the lines are shuffled
        chance.shuffle(lines)
        return "\n".join(lines)
    if kind == 4:  # two neighbours change places
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    digits = [i for i, char in enumerate(text) if char.isdigit()]
    at = chance.choice(digits)  # one digit becomes another
    return text[:at] + str((int(text[at]) + chance.randrange(1, 9)) % 10) + text[at + 1 :]


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_report_is_read_as_it_stands_or_left(name, tmp_path):
    """100 variants each: no traceback, and no cell that the text as it now stands does not hold."""
    text = (REPORTS / f"{name}.md").read_text(encoding="utf-8")
    chance = random.Random(name)
    for number in range(100):
        variant = damage(text, chance)
        _, _, result = understood(build(variant.splitlines()))
        held = "\n".join(line.text for line in result.report.lines)
        for one in result.figures:
            assert one.cell.strip("≥≤<>%").split()[0] in held, (variant, one)
        if number % 20:
            continue
        try:
            made = figures.tables(result.taken, source="s", year=2030)
            raw_folder.merge(tmp_path / "none", made, KNOWN)
        except schema.DataError as error:
            assert str(error)
