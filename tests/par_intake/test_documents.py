"""Reports as lines that know their place; what is no report is refused before it is opened."""

import unicodedata
import zipfile

import docx
import pytest
from viparse.normalize import tcvn3

from par_intake import documents

TEXT = """BÁO CÁO
I. KẾT QUẢ
- Hồ sơ trễ hạn năm 2030:
+ Huyện: 12 hồ sơ; trong đó Suối Mơ (7 hồ sơ)
+ Xã: 5 hồ sơ
- Giải ngân đạt 61,5%
II. NHIỆM VỤ
1. Cải cách thể chế
- Rà soát văn bản
"""


def places(report):
    return [(line.section, line.depth) for line in report.lines]


EXPECTED = [
    ("", 5),
    ("I", 0),
    ("I", 6),
    ("I", 7),
    ("I", 7),
    ("I", 6),
    ("II", 0),
    ("II.1", 1),
    ("II.1", 6),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_plain_text_in_any_unicode_form(tmp_path, encoding, form):
    file = tmp_path / "report.txt"
    file.write_bytes(unicodedata.normalize(form, TEXT).encode(encoding))
    report = documents.load(file)
    assert places(report) == EXPECTED
    assert report.lines[3].parent == 2
    assert report.lines[5].parent == 1
    text = "\n".join(line.text for line in report.lines)
    for line in report.lines:  # a span of a line is a span of the whole text
        assert text[line.start : line.start + len(line.text)] == line.text


def test_tcvn3_letters_are_repaired(tmp_path):
    file = tmp_path / "report.txt"
    typed = (
        "B¸o c¸o kÕt qu¶ thùc hiÖn c¶i c¸ch hµnh chÝnh cña tØnh n¨m 2030.\n"
        "- C¸c huyÖn cã 12 hå s¬ trÔ h¹n; gi¶i ng©n ®¹t 61,5% kÕ ho¹ch vèn ®Çu t\u00ad c«ng."
    )
    file.write_bytes(typed.encode("cp1252"))
    assert documents.load(file).lines[1].text == (
        "- Các huyện có 12 hồ sơ trễ hạn; giải ngân đạt 61,5% kế hoạch vốn đầu tư công."
    )


def test_letters_of_old_fonts_are_repaired_in_the_tables_of_word_too(tmp_path):
    letters = {letter: chr(ord(byte)) for byte, letter in reversed(tcvn3._ENTRIES)}

    def typed(paragraph, text):
        run = paragraph.add_run("".join(letters.get(c) or letters.get(c.lower(), c) for c in text))
        run.font.name = ".VnTime"

    document = docx.Document()
    typed(document.add_paragraph(), "Kết quả giải quyết hồ sơ thủ tục hành chính năm 2030")
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 1).merge(table.cell(0, 2))
    texts = ["Đơn vị", "Hồ sơ trễ hạn", None, "", "Số", "Tỷ lệ", "huyện Suối Mơ", "40", "2"]
    for at, text in enumerate(texts):
        if text:
            typed(table.cell(at // 3, at % 3).paragraphs[0], text)
    document.save(tmp_path / "report.docx")
    (grid,) = documents.load(tmp_path / "report.docx").grids
    assert grid.rows == [["Đơn vị", "Hồ sơ trễ hạn", "Hồ sơ trễ hạn"], ["", "Số", "Tỷ lệ"],
                         ["huyện Suối Mơ", "40", "2"]]  # fmt: skip


def test_word_file_with_a_table(tmp_path):
    document = docx.Document()
    for text in TEXT.splitlines():
        document.add_paragraph(text)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells),
        ("Đơn vị", "Trễ hạn", "Suối Mơ", "7"),
        strict=True,
    ):
        cell.text = text
    document.save(tmp_path / "report.docx")
    report = documents.load(tmp_path / "report.docx")
    assert places(report)[: len(EXPECTED)] == EXPECTED
    (grid,) = report.grids
    assert grid.rows == [["Đơn vị", "Trễ hạn"], ["Suối Mơ", "7"]]
    assert grid.above[-1] == "- Rà soát văn bản"


def packed(path, name, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("gone.docx", lambda path: None, "no such file"),
        ("a.exe", lambda path: path.write_bytes(b"MZ"), "save it as one of"),
        ("noise.docx", lambda path: path.write_bytes(bytes(range(256)) * 40), "cannot be opened"),
        ("noise.pdf", lambda path: path.write_bytes(bytes(range(256)) * 40), "cannot be opened"),
        ("noise.txt", lambda path: path.write_bytes(bytes(range(256)) * 40), "is not text"),
        ("empty.txt", lambda path: path.write_bytes(b" \n "), "holds no text"),
        pytest.param("bomb.docx",
                     lambda path: packed(path, "word/document.xml", b"0" * 201_000_000),
                     "unpacks to too many", marks=pytest.mark.long),
        ("entities.docx", lambda path: packed(path, "word/document.xml",
         '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "XML entities"),
        ("cut.docx", lambda path: path.write_bytes(b"PK\3\4" + b"\0" * 60), "cannot be opened"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(tmp_path, name, make, message):
    make(tmp_path / name)
    with pytest.raises(documents.ReportError, match=message):
        documents.load(tmp_path / name)


def test_a_damaged_word_file_is_refused(tmp_path):
    file = tmp_path / "damaged.docx"
    packed(file, "word/document.xml", "hồ sơ trễ hạn " * 50)
    raw = bytearray(file.read_bytes())
    body = 30 + len("word/document.xml")  # behind the local header
    raw[body : body + 8] = b"\xff" * 8
    file.write_bytes(raw)
    with pytest.raises(documents.ReportError, match="is damaged or has a password"):
        documents.load(file)


def test_too_large_a_file_is_not_opened(tmp_path):
    file = tmp_path / "large.txt"
    with file.open("wb") as stream:
        stream.truncate(documents.MAX_BYTES + 1)  # sparse: takes no space
    with pytest.raises(documents.ReportError, match="a report has at most"):
        documents.load(file)


def test_lines_that_a_page_broke_are_joined():
    lines = [
        "- Hồ sơ trễ hạn: Suối Mơ (7 hồ sơ);",
        "Đá Bạc (5 hồ sơ)",
        "- Giải ngân",
        "KẾT LUẬN",
        "a.",
    ]
    assert documents._unwrap(lines) == [
        "- Hồ sơ trễ hạn: Suối Mơ (7 hồ sơ); Đá Bạc (5 hồ sơ)",
        "- Giải ngân",
        "KẾT LUẬN",
        "a.",
    ]


def test_a_page_comes_in_order_and_its_paragraphs_apart(tmp_path):
    table = "<table><tr><td>Đơn vị<td>Trễ hạn<tr><td>Suối Mơ<td>{}</table>"
    layout = "<table><tr><td>UBND TỈNH</td><td>Số: 5/BC</td></tr></table>"
    page = f"<p>Năm 2030</p><p>12 hồ sơ</p>{layout}{table.format(7)}{table.format(8)}<p>Hết</p>"
    page += table.format(9)
    for name in ("page.html", "page.xls"):  # programs save pages as .xls, too
        (tmp_path / name).write_text(page, encoding="utf-8")
        report = documents.load(tmp_path / name)
        assert [line.text for line in report.lines] == [
            "Năm 2030", "12 hồ sơ", "UBND TỈNH Số: 5/BC", "Hết"]  # fmt: skip
        assert [[row[1] for row in grid.rows] for grid in report.grids] == [
            ["Trễ hạn", "7", "Trễ hạn", "8"], ["Trễ hạn", "9"]]  # fmt: skip
    (tmp_path / "empty.html").write_text("", encoding="utf-8")
    with pytest.raises(documents.ReportError, match="holds no text"):
        documents.load(tmp_path / "empty.html")
