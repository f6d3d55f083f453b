"""Word, Excel and PDF of an edition: they say what its pages say, and an office can use them."""

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import nbformat
import openpyxl
import pandas as pd
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from typer.testing import CliRunner

from par_cli import app
from par_lib.cleaning import schema, tables
from par_lib.language.translation import COLUMNS, SYNTHETIC_WORDS, language, named
from par_press import changes, documents, report, shown
from par_press.shown import Issue, Shown

FOLDERS = ("", "en")
HOSTILE = "=cmd|' /C calc'!A0 <w:p>#panic()</w:p>\u202etxt\u061c.\uffff\x0bexe " + "ơ" * 255
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" width="{0}pt" height="{0}pt"/>'
NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def par(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def edition(root_with_edition) -> Path:
    """The real edition of 2022 in both languages, with its documents; no notebook is run again."""
    result = par("run", "2022", "--lang", "vi,en", "--documents")
    assert result.exit_code == 0, result.output
    return root_with_edition / "outputs" / "quang-nam" / "2022"


def text_of_word(file: Path) -> str:
    with zipfile.ZipFile(file) as parts:
        return " ".join(re.sub(r"<[^>]+>", " ", parts.read(f"word/{name}.xml").decode())
                        for name in ("document", "footnotes", "footer1"))  # fmt: skip


def text_of_pdf(file: Path | bytes) -> str:
    return " ".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(file))


def headlines(folder: Path, *, first: bool = False) -> list[str]:
    found = []
    for file in sorted(folder.glob("*.html")):
        tree = BeautifulSoup(file.read_text(), "html.parser")
        for mark in tree.select(".refs, .more"):
            mark.extract()
        own = [one.text.strip() for one in tree.select("main p.headline")]
        found += own[:1] if first else own
    return found


@pytest.mark.parametrize("lang", FOLDERS)
def test_every_number_of_a_headline_stands_in_the_report_and_the_page_for_the_chair(edition, lang):
    folder = edition / lang
    word, pdf = text_of_word(folder / "report.docx"), text_of_pdf(folder / "summary.pdf")
    for wanted, text in ((headlines(folder), word), (headlines(folder, first=True), pdf)):
        numbers = {number for one in wanted for number in NUMBER.findall(one)}
        assert len(numbers) > 15
        assert numbers <= set(NUMBER.findall(text)), numbers - set(NUMBER.findall(text))


def test_what_has_nothing_to_show_is_told_to_whoever_runs_it_and_in_no_document(edition):
    """01 of 2022 has no funnel: its cell says so quietly, and is tagged for the report."""
    book = nbformat.read(edition / "notebooks" / "01_late_dossiers.ipynb", as_version=4)
    tagged = [cell for cell in book.cells if "report:II.4" in cell.metadata.get("tags", [])]
    told = [output.get("metadata", {}).get("par", {}) for cell in tagged for output in cell.outputs]
    assert any(one.get("nothing") for one in told)
    papers = text_of_word(edition / "report.docx") + text_of_pdf(edition / "summary.pdf")
    assert "Không có nội dung" not in papers


@pytest.mark.skipif(not os.environ.get("PAR_SOAK"), reason="opened by LibreOffice in make soak")
@pytest.mark.parametrize("lang", FOLDERS)
@pytest.mark.parametrize(("made", "fewest"), [
    ("quang-nam/2022", 3), ("quang-nam/2023", 1), ("da-nang/2025", 1)])  # fmt: skip
def test_another_program_opens_the_report_and_the_workbook(edition, made, fewest, lang, tmp_path):
    folder = edition.parents[1] / made / lang
    if not folder.is_dir():
        assert par("run", made.replace("/", ":"), "--lang", "vi,en", "--documents").exit_code == 0
    for name in ("report.docx", "tables.xlsx"):
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
                   "--convert-to", "pdf", "--outdir", tmp_path, folder / name]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    report_pdf = tmp_path / "report.pdf"
    assert fewest <= len(pypdfium2.PdfDocument(report_pdf)) <= 5
    for wanted, paper in ((headlines(folder), report_pdf),
                          (headlines(folder, first=True), folder / "summary.pdf")):  # fmt: skip
        numbers = {number for one in wanted for number in NUMBER.findall(one)}
        assert numbers and not numbers - set(NUMBER.findall(text_of_pdf(paper)))
    covers = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    sheets = text_of_pdf(tmp_path / "tables.pdf")
    for sheet in covers.worksheets:
        title = str(sheet["A1"].value)
        assert title.split()[0] in sheets, title


@pytest.mark.parametrize("lang", FOLDERS)
def test_the_workbook_read_back_holds_the_tidy_tables(edition, lang):
    data, file = tables.load("quang-nam", 2022), edition / lang / "tables.xlsx"
    t, heads = language(lang or "vi"), COLUMNS | named("header")
    names = openpyxl.load_workbook(file, read_only=True).sheetnames
    sheets = [name for name in names if name.startswith(("Data", "Số liệu"))]
    shown_tables = [name for name in schema.TABLES if len(getattr(data, name))]
    assert len(sheets) == len(shown_tables)
    for sheet, name in zip(sheets, shown_tables, strict=True):
        tidy, read = getattr(data, name), pd.read_excel(file, sheet_name=sheet, header=4,
                                                        engine="openpyxl")  # fmt: skip
        assert len(read) == len(tidy)
        known = [one for one in schema.TABLES[name].columns if one.name not in ("note", "status")
                 and tidy[one.tidy_names[-1]].notna().any()]  # fmt: skip
        for column in known:
            head, kind = t(heads[column.name]), column.kind
            low, high = (tidy[column.tidy_names[end]] for end in (0, -1))
            if column.is_quantity:
                ends = [low.astype(float), high.astype(float)]
                both = ends[0].equals(ends[1])
                own = (
                    [head] * 2
                    if both
                    else [t("{head}, lower bound", head=head), t("{head}, upper bound", head=head)]
                )
                for end, title in zip(ends, own, strict=True):
                    assert read[title].astype(float).tolist() == pytest.approx(
                        end.tolist(), nan_ok=True), title  # fmt: skip
                said = t("{head}, in words", head=head)
                assert (said in read) != both
                if not both:  # in words only what is an interval
                    assert (read[said].isna() == (ends[0].eq(ends[1]) | ends[0].isna())).all()
            elif kind == "date":
                assert pd.to_datetime(read[head]).tolist() == tidy[column.name].tolist()
            elif kind == "unit" and not lang:
                called = tidy["unit"].replace("all others", "các cơ quan, đơn vị còn lại")
                assert read[head].tolist() == called.tolist()
        titles = data.sources["title_en" if lang else "title"]
        assert read[t("Source")].tolist() == [
            f"[{data.sources.loc[one, 'number']}] {titles[one]}" for one in tidy["source"]
        ]
        assert read[t("Status")].tolist() == [t(one) for one in tidy["status"]]
        words = [cell for one in read.select_dtypes("str") for cell in read[one].dropna()]
        codes = re.compile(r"[a-z]+(_[a-z0-9]+)+|pct")  # and no note in English stands there
        assert words and not [*filter(codes.fullmatch, words)]
        assert t(COLUMNS["note"]) not in read


def test_the_sheets_of_the_years_tables_have_the_words_of_their_own_table(edition):
    file = edition / "tables.xlsx"
    read = {sheet: pd.read_excel(file, sheet_name=sheet, header=4, engine="openpyxl") for sheet in (
        "Số liệu 1", "Số liệu 2", "Số liệu 5", "Số liệu 6")}  # fmt: skip
    late, capital, single, named_only = read.values()
    assert "Trung tâm Phục vụ hành chính công tỉnh" in set(late["Cấp"])
    assert {"Cấp tỉnh", "Cấp huyện"} <= set(capital["Cấp"]) and "Căn cứ tính" in late
    assert "Số đơn vị nguồn nêu là dưới 70%" in set(single["Chỉ tiêu"])
    assert {"số lượng", "phần trăm"} <= set(single["Đơn vị tính"])
    assert named_only.loc[0, ["Bảng", "Chỉ tiêu", "Nhận định của nguồn"]].tolist() == [
        "Hồ sơ trễ hạn", "Hồ sơ trễ hạn", "nhiều"]  # fmt: skip


def test_the_workbook_is_printed_on_a4_with_the_mark_and_as_many_decimals_as_the_page(edition):
    book = openpyxl.load_workbook(edition / "tables.xlsx")
    code = json.loads((edition / "manifest.json").read_text())["fingerprint"]
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9 and code in sheet.oddFooter.left.text
    cover = [str(row[0].value) for row in book.worksheets[0].iter_rows(max_row=5)]
    assert "Loại số liệu: số liệu thực, mỗi dòng có nguồn" in cover
    assert any(line.startswith("Nguồn truy cập đến ngày") for line in cover)
    tasks = book["Bảng 06.2"]
    shapes = {cell.number_format for row in tasks.iter_rows(min_row=6) for cell in row
              if isinstance(cell.value, float)}  # fmt: skip
    assert shapes == {"#,##0.00", "#,##0.0"}  # of points and of percentages
    columns = [one for sheet in book for one in sheet.iter_cols(min_row=5, values_only=True)]
    said = [text for head, *cells in columns if str(head).endswith(", khoảng giá trị")
            for text in cells if text]  # fmt: skip
    assert len(said) > 20 and not [text for text in said if re.fullmatch(r"\d[\d.,]*%?", text)]


def test_every_sheet_is_a_titled_named_table_without_merged_cells_or_formulas(edition):
    book = openpyxl.load_workbook(edition / "tables.xlsx")
    cover, _, *sheets = book.worksheets
    linked = {cell.hyperlink.location.split("'")[1] for row in cover for cell in row
              if cell.hyperlink}  # fmt: skip
    assert linked == {sheet.title for sheet in sheets} and len(sheets) > 20
    for sheet in sheets:
        assert sheet["A1"].value and not sheet.merged_cells.ranges
        assert len(sheet.tables) == 1 and sheet.freeze_panes == "B6"
        (table,) = sheet.tables.values()
        assert table.autoFilter is not None and table.ref.startswith("A5:")
    for sheet in book.worksheets:
        assert all(cell.data_type != "f" for row in sheet for cell in row)
    dates = [c for s in sheets for r in s.iter_rows(min_row=6) for c in r if c.is_date]
    assert dates and all(isinstance(cell.value, dt.datetime) for cell in dates)


def test_every_table_of_a_page_leads_to_its_sheet(edition):
    sheets = openpyxl.load_workbook(edition / "tables.xlsx", read_only=True).sheetnames
    named = []
    for file in sorted(edition.glob("*.html")):
        tree = BeautifulSoup(file.read_text(), "html.parser")
        assert len(tree.select("a[href='tables.xlsx'][aria-label]")) == len(
            tree.select("figure.table")
        )
        named += re.findall(r"trang tính “([^”]*)”\)", file.read_text())
    assert sorted(named) == sorted(name for name in sheets if name.startswith("Bảng"))


@pytest.mark.parametrize("lang", FOLDERS)
def test_the_report_has_the_form_of_an_administrative_document(edition, lang):
    document = docx.Document(edition / lang / "report.docx")
    (page,) = document.sections
    size = [round(length.mm) for length in (page.page_width, page.page_height)]
    margins = [round(one.mm) for one in (page.top_margin, page.bottom_margin, page.left_margin,
                                         page.right_margin)]  # fmt: skip
    assert size == [210, 297] and margins == [20, 20, 30, 18]
    body = document.styles["Body Text"]
    assert body.font.name == "Times New Roman" and body.font.size.pt == 13
    assert document.styles.element.find(".//" + qn("w:lang")).get(qn("w:val")) == (
        "en-GB" if lang else "vi-VN"
    )
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert [one.split(".")[0] for one in heads] == ["I", "II", "III", "IV"]
    pictures_ = document.element.findall(".//" + qn("wp:docPr"))
    assert len(pictures_) >= 2 and all(one.get("descr") for one in pictures_)
    own = document.tables[1:-1]  # between head and signature
    assert own and all(one.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for one in own)
    with zipfile.ZipFile(edition / lang / "report.docx") as parts:
        notes = parts.read("word/footnotes.xml").decode().count("<w:footnote ") - 2
        times = {one.date_time for one in parts.infolist()}
    assert notes == parts_count(document) > 10
    assert times == {(1980, 1, 1, 0, 0, 0)}  # no hour of the run
    status = "derived" if lang else "tính từ nguồn"
    said = [one.text for one in document.paragraphs]
    assert any(one.endswith(f" ({status}).") for one in said)  # before the full stop
    assert document.tables[0].cell(0, 0).paragraphs[0].text == (
        "PEOPLE'S COMMITTEE\nOF QUẢNG NAM" if lang else "ỦY BAN NHÂN DÂN\nTỈNH QUẢNG NAM"
    )
    assert document.styles["Title"].font.size.pt == 14
    assert document.paragraphs[2]._p.pPr.find(qn("w:pBdr")) is not None  # below the subject
    assert said[-1].endswith("./.") and document.paragraphs[-1].paragraph_format.keep_with_next
    for table in own:
        cells = [row.cells[0].paragraphs[0].paragraph_format for row in table.rows]
        assert cells[0].keep_with_next and (len(cells) < 3 or cells[-2].keep_with_next)


def footnotes(folder: Path, name: str = "report.docx") -> list[str]:
    with zipfile.ZipFile(folder / name) as parts:
        notes = parse_xml(parts.read("word/footnotes.xml"))
    return ["".join(text.text or "" for text in one.iter(qn("w:t"))).strip() for one in notes][2:]


@pytest.mark.parametrize("lang", FOLDERS)
def test_footnotes_list_places_as_a_person_does_and_each_once(edition, lang):
    notes = footnotes(edition / lang)
    assert len(notes) == len(set(notes))
    section, more = ("Section I, bullet", "more place") if lang else (
        "Mục I, gạch đầu dòng", "vị trí khác")  # fmt: skip
    assert any(f"{section} 9–10, 12–16" in one for one in notes)
    assert not any(more in one or "+" in one or " ; " in one for one in notes)
    first = next(one for one in notes if "[1]" in one)
    assert ("(Tỉnh Quảng Nam, accessed 23 November 2026)" if lang else
            "(Tỉnh Quảng Nam, truy cập ngày 23/11/2026)") in first  # fmt: skip


def test_places_that_are_too_many_are_told_by_their_bullets_then_counted():
    t = language("vi")
    items = [f"II.{n}, gạch đầu dòng {m}, + Sở {k}" for n in range(9) for m in (1, 2) for k in "AB"]
    assert shown.listed(items[:4], t) == (
        "Mục II.0, gạch đầu dòng 1, ý “Sở A”, “Sở B”; Mục II.0, gạch đầu dòng 2, ý “Sở A”, “Sở B”"
    )
    assert shown.listed(items, t).startswith("Mục II.0, gạch đầu dòng 1–2; Mục II.1, gạch")
    assert "khác" not in shown.listed(items, t)
    assert shown.listed([f"Mẫu {one}" for one in "ABCDEFGHIKLMNO"], t).endswith("và 2 vị trí khác")
    assert shown.listed(["đoạn 2–3", "đoạn 10", "đoạn 9", ""], t) == "đoạn 2–3; đoạn 9–10"


def parts_count(document) -> int:
    return len(document.element.findall(".//" + qn("w:footnoteReference")))


def test_the_page_for_the_chair_is_one_tagged_page_with_its_fonts(edition):
    raw = (edition / "summary.pdf").read_bytes()
    assert len(pypdfium2.PdfDocument(raw)) == 1
    for mark in (b"/StructTreeRoot", b"/Marked true", b"/FontFile", b"/Lang"):
        assert mark in raw, mark
    text = text_of_pdf(edition / "summary.pdf")
    assert "Nội dung chưa có đủ số liệu" in text
    words = " ".join(text.split())  # a cell may be of two lines
    assert words.count("theo giả định") >= 6  # each task has the status of its figures
    for lang in FOLDERS:
        assert white(edition / lang / "summary.pdf") < 0.15


def white(file: Path) -> float:
    """The part of a page below its last line, above the footer."""
    (page,) = pypdfium2.PdfDocument(file)
    text = page.get_textpage()
    boxes = [text.get_charbox(n)[1] for n in range(text.count_chars())]
    return (min(y for y in boxes if y > 45) - 45) / page.get_height()


def test_the_page_for_the_chair_tells_what_does_not_fit_and_its_charts_stay_legible(edition):
    issue, tags = hostile(language("vi")), frozenset({"summary"})
    table = {"title": "A", "schema": {}, "data": [{"status": "x"}] * 200, "heads": ["B"],
             "shown": [["lời"]] * 200, "sources": []}  # fmt: skip
    found = [Shown("01_a", tags, "table", "A", data=table, number=1)]
    found += [Shown(f"0{n}_a", tags, "chart", "B", svg=SVG.format(400), alt="C") for n in (1, 2)]
    found += [Shown("01_a", frozenset({f"report:IV.{n}"}), "sentence", f"Câu {n}.")
              for n in range(200)]  # fmt: skip
    raw = documents.summary(found, issue)
    assert len(pypdfium2.PdfDocument(raw)) == 1
    text = text_of_pdf(raw)
    assert re.search(r"Trình bày \d trong 200 dòng; bảng đầy đủ tại tệp tables.xlsx", text)
    assert re.search(r"Trình bày \d trong 200 nội dung; đầy đủ tại tệp report.docx", text)
    few = text_of_pdf(documents.summary(found[3:5], issue))  # all that there are
    assert "Câu 1." in few and "Trình bày" not in few


@pytest.mark.parametrize("size", [14, 7.5])
@pytest.mark.parametrize(("width", "columns"), [(340, 2), (400, 1)])
def test_charts_lie_beside_each_other_where_they_stay_legible(
    edition, monkeypatch, width, columns, size
):
    monkeypatch.setattr(documents, "_FITS", [(size, 3, 2, 2)])
    letters = [f'<text x="{x}" y="9" font-size="10">Ж</text>' for x in (0, width - 10)]
    svg = SVG.format(width).replace("/>", f">{''.join(letters)}</svg>")
    svg = svg.replace(f' {width}"', ' 100"').replace(f'height="{width}', 'height="100')
    found = [Shown(f"0{n}_a", frozenset({"summary"}), "chart", "B", svg=svg, alt="C")
             for n in (1, 2)]  # fmt: skip
    raw = documents.summary(found, hostile(language("vi")))
    text = pypdfium2.PdfDocument(raw)[0].get_textpage()
    left = [text.get_charbox(at)[0] for at in range(text.count_chars())
            if text.get_text_range(at, 1) == "Ж"]  # fmt: skip
    assert len({left[0], left[2]}) == columns
    assert all((right - first) / (width - 10) >= 0.7 for first, right in (left[:2], left[2:]))


def test_verify_finds_the_edition_of_a_document_or_of_the_mark_on_its_paper(edition):
    code = re.search(r"quang-nam-2022-[0-9a-f]{12}", text_of_pdf(edition / "summary.pdf"))[0]
    for paper in (*(str(edition / name) for name in ("report.docx", "tables.xlsx", "summary.pdf")),
                  code):  # fmt: skip
        result = par("verify", paper)
        assert result.exit_code == 0 and f"is of {edition}" in result.output.replace("\n", "")
    other = par("verify", "quang-nam-2022-0123456789ab")
    assert other.exit_code == 1 and "no longer stands" in other.output.replace("\n", " ")
    assert "no fingerprint" in par("verify", str(edition / "manifest.json.nowhere")).output


def test_a_form_that_is_no_word_document_stops_the_edition_and_its_own_is_taken(edition):
    form = edition.parents[2] / "data" / "raw" / "quang-nam" / "report-template.docx"
    before = (edition / "report.docx").read_bytes()
    form.write_text("not Word")
    failed = par("run", "2022", "--lang", "vi,en", "--documents")
    assert failed.exit_code == 1 and "report-template.docx: is no Word document" in (
        failed.output.replace("\n", "")
    )
    assert (edition / "report.docx").read_bytes() == before
    own = docx.Document()
    own.add_paragraph("Sở Nội vụ")
    own.save(form)
    assert "write {body} alone" in par("run", "2022", "--documents").output.replace("\n", " ")
    own.add_paragraph("{body}")
    own.save(form)
    assert par("run", "2022", "--documents").exit_code == 0
    made = docx.Document(edition / "report.docx")
    assert made.paragraphs[0].text == "Sở Nội vụ" and "{" not in text_of_word_body(made)
    form.unlink()
    assert par("run", "2022", "--documents").exit_code == 0
    assert (edition / "report.docx").read_bytes() == before  # and two runs give the same bytes


def text_of_word_body(document) -> str:
    return " ".join(one.text for one in document.paragraphs)


def hostile(t) -> Issue:
    issue = Issue(tables.load("quang-nam", 2022), t, "x-2022-0123456789ab", {"01_a": HOSTILE})
    issue.place = HOSTILE
    issue.data.sources[["title", "producer"]] = HOSTILE
    return issue


def test_hostile_names_are_inert_in_all_three(edition, tmp_path):
    issue = hostile(language("vi"))
    fields = [{"name": "unit", "title": HOSTILE, "type": "string"}]
    table = {"title": HOSTILE, "schema": {"fields": fields}, "data": [{"unit": HOSTILE}],
             "heads": [HOSTILE], "shown": [[HOSTILE]], "sources": ["report-2022"]}  # fmt: skip
    tags = frozenset({"report:II.1", "summary", "report:IV.1"})
    said = shown.inert(HOSTILE)
    assert not {*"\u202e\u061c\uffff\x0b"} & {*said}
    found = [
        Shown("01_a", tags, "headline", said, {"report-2022": said}, "x"),
        Shown("01_a", tags, "table", said, data=table, number=1),
        Shown("01_a", tags, "chart", said, svg=SVG.format(9), alt=said),
    ]
    documents.workbook(tmp_path / "a.xlsx", found, issue)
    cells = [c for s in openpyxl.load_workbook(tmp_path / "a.xlsx") for r in s for c in r]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(said == cell.value for cell in cells)
    report.write(tmp_path / "a.docx", found, documents.drawn(found[2:]), issue)
    made = docx.Document(tmp_path / "a.docx")
    assert any(one.text.startswith(said) for one in made.paragraphs)
    assert not {*"\u202e\u061c"} & {*text_of_word(tmp_path / "a.docx")}
    assert said in footnotes(tmp_path, "a.docx")[0]  # title and producer of the source
    pdf = documents.summary(found, issue)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    (tmp_path / "a.pdf").write_bytes(pdf)
    assert "#panic()" in text_of_pdf(tmp_path / "a.pdf")


def test_verify_tells_a_document_that_was_altered(edition, tmp_path):
    document = docx.Document(edition / "report.docx")
    document.paragraphs[0].add_run("90,91")
    document.save(tmp_path / "report.docx")
    result = par("verify", str(tmp_path / "report.docx"))
    assert result.exit_code == 1 and f"is of {edition}" in result.output.replace("\n", "")
    assert "it was altered or filled in since" in " ".join(result.output.split())


def test_a_report_of_invented_figures_says_so_on_every_page(edition, tmp_path):
    issue = hostile(language("vi"))
    issue.synthetic = SYNTHETIC_WORDS
    report.write(tmp_path / "a.docx", [], {}, issue)
    form = docx.Document()
    form.add_paragraph("{body}")
    form.save(tmp_path / "form.docx")
    report.write(tmp_path / "b.docx", [], {}, issue, form=tmp_path / "form.docx")
    for name in ("a.docx", "b.docx"):
        (page,) = docx.Document(tmp_path / name).sections
        for header in (page.header, page.first_page_header, page.even_page_header):
            assert header.paragraphs[0].text == SYNTHETIC_WORDS


def test_what_changed_is_told_with_the_row_that_was_edited(edition, tmp_path):
    later, t = tmp_path / "2022", language("vi")
    shutil.copytree(edition, later)
    assert changes.between(edition, later, t) == ([], [])
    raw = "data/raw/quang-nam/2022/late_dossiers.csv"
    file, book = later / "inputs" / raw, later / "notebooks" / "01_late_dossiers.ipynb"
    before = file.read_text()
    row = next(n for n, line in enumerate(before.splitlines(), 1) if "11.193" in line)
    file.write_text(before.replace("11.193", "11.913"))
    said = book.read_text().replace("11.193", "11.913").replace("11193", "11913")
    book.write_text(said.replace("chiếm 54,2%", "chiếm 55,9%"))
    made = json.loads((later / "manifest.json").read_text())
    made["inputs"][raw] = "other"
    (later / "manifest.json").write_text(json.dumps(made))
    found, causes = changes.between(edition, later, t)
    cause = f"late_dossiers.csv, dòng {row}, late: 11.193 → 11.913"
    assert causes == [cause]
    one = next(one for one in found if one.row == "Điện Bàn")
    assert (one.page, one.before, one.after) == ("Hồ sơ trễ hạn", "11.193", "11.913")
    assert one.causes == (cause,) and one.size == pytest.approx(720 / 11913)
    sizes = [one.size for one in found if not one.words]
    assert sizes == sorted(sizes, reverse=True)
    assert [one.words for one in found] == [False, False, True, True]
    for one in found[2:]:  # a sentence that is written otherwise is one change
        assert one.before.replace("54,2%", "55,9%") == one.after != one.before
    shutil.copytree(later, edition.with_name("other"))
    told = par(
        "diff", "quang-nam:2022", "--lang", "vi", "--against", f"{edition.with_name('other')}"
    )
    assert "Điện Bàn" in told.output and "11.913 → 11.193" in told.output


def test_an_edited_built_in_rule_is_named_with_its_line_and_not_the_program(edition, tmp_path):
    later, name = tmp_path / "2022", "inputs/rules/par_index_2022.toml"
    shutil.copytree(edition, later)
    lines = (later / name).read_text().splitlines()
    row = next(n for n, line in enumerate(lines, 1) if line.startswith("max_points = "))
    (later / name).write_text("\n".join([*lines[: row - 1], "max_points = 99.5", *lines[row:]]))
    made = json.loads((later / "manifest.json").read_text())
    made["files"][name] = "other"
    for run in made["runs"].values():
        run["recipe"] = "other"
    (later / "manifest.json").write_text(json.dumps(made))
    _, causes = changes.between(edition, later, language("vi"))
    assert causes == [f"par_index_2022.toml, dòng {row}, {lines[row - 1]} → max_points = 99.5"]


def test_an_edition_that_replaces_another_says_what_changed_beside_it(edition):
    names = ("report.docx", "tables.xlsx", "summary.pdf", "en/report.docx", "en/tables.xlsx")
    before = [(edition / name).read_bytes() for name in names]
    assert par("run", "2022", "--documents", "--force", "--notebook", "03").exit_code == 0
    assert [(edition / name).read_bytes() for name in names] == before
    text = (edition.parent / "2022-changes.html").read_text()
    assert "Không có nội dung nào thay đổi." in text
    assert "2022-changes.html" in (edition.parents[1] / "index.html").read_text()
    assert par("verify", str(edition)).exit_code == 0  # it is no part of the edition


def test_without_documents_pages_have_none_and_do_not_lead_to_them(edition):
    assert par("run", "2022", "--no-documents").exit_code == 0
    assert not [*edition.rglob("*.docx"), *edition.rglob("*.xlsx"), *edition.rglob("*.pdf")]
    assert "tables.xlsx" not in (edition / "01_late_dossiers.html").read_text()
