"""What was altered since an edition was made is named, and said on its pages."""

import os

import pytest
from typer.testing import CliRunner

from par_cli import app
from par_lib.storage import dependencies


def par(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def edition(root):
    result = par("run", "2022", "--lang", "vi,en", "--notebook", "03", "--notebook", "00")
    assert result.exit_code == 0, result.output
    return root / "outputs" / "quang-nam" / "2022"


def test_an_untouched_edition_is_told_so(edition):
    assert par("verify", edition).output.strip() == f"{edition}: nothing altered since it was made"


def test_the_doctor_tells_in_ten_lines_what_is_there(edition, root):
    told = CliRunner().invoke(app, ["doctor"], env={"PAR_LANG": "vi"}).output.splitlines()
    assert len(told) == 10
    for number, words in enumerate(("Python 3.", f"Dự án: {root}", "Gói còn thiếu: không có",
                                    "Chữ trên biểu đồ: ", "Trình duyệt", "Ngôn ngữ: vi",
                                    "Dung lượng còn trống: ", "Số liệu gốc: ",
                                    "Báo cáo còn đúng với số liệu: quang-nam 2022",
                                    "Báo cáo cần lập lại bằng par run: không có")):  # fmt: skip
        assert told[number].startswith(words), told
    assert told[3].endswith("DejaVuSans.ttf") and "quang-nam 2021, 2022" in told[7]
    table = root / "data/raw/quang-nam/2022/sipas.csv"
    own = table.read_text(encoding="utf-8")
    table.write_text(own.replace("1.413/2", "1.414/2"), encoding="utf-8")
    assert par("doctor").output.splitlines()[8:] == [
        "Editions up to date: none", "Editions to be made again with par run: quang-nam 2022",
    ]  # fmt: skip
    table.write_text(own, encoding="utf-8")


def test_every_kind_of_change_is_named(edition, root):
    page, table = edition / "index.html", edition / "tables" / "sipas.csv"
    text, bytes_ = page.read_text(encoding="utf-8"), table.read_bytes()
    page.write_text(text.replace("<main", "<main data-x", 1), encoding="utf-8")
    table.unlink()
    (edition / "mine.txt").write_text("x")
    notebook = root / "notebooks" / "03_sipas.ipynb"
    own = notebook.read_text(encoding="utf-8")
    notebook.write_text(own + "\n", encoding="utf-8")
    done = par("verify", edition)
    page.write_text(text, encoding="utf-8"), table.write_bytes(bytes_)
    (edition / "mine.txt").unlink(), notebook.write_text(own, encoding="utf-8")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "index.html: changed", "mine.txt: not of this edition", "tables/sipas.csv: missing",
        "notebooks/03_sipas.ipynb: changed",
    ]  # fmt: skip
    assert par("verify", edition).exit_code == 0


def test_changed_raw_data_is_said_on_every_page_until_the_edition_is_made_again(edition, root):
    table = root / "data/raw/quang-nam/2022/sipas.csv"
    own = table.read_text(encoding="utf-8")
    pages = [*edition.glob("*.html"), *(edition / "en").glob("*.html")]
    clean = {page: page.read_bytes() for page in pages}
    table.write_text(own.replace("1.413/2", "1.414/2"), encoding="utf-8")
    done = par("verify", edition)
    assert done.exit_code == 1
    assert done.output.splitlines() == ["data/raw/quang-nam/2022/sipas.csv: changed"]
    for page in pages:
        words = page.read_text(encoding="utf-8")
        said = "raw data changed after" if page.parent.name == "en" else "Số liệu gốc đã thay đổi"
        assert words.count('role="status"') == 1 and said in words and "sipas.csv" in words
    new = root / "data/raw/quang-nam/2022/tasks.csv"
    new.write_text("x", encoding="utf-8")
    done = par("verify", edition)
    assert done.exit_code == 1
    assert "data/raw/quang-nam/2022/tasks.csv: not of this edition" in done.output.splitlines()
    assert "2022/tasks.csv" in pages[0].read_text(encoding="utf-8")
    strange = new.rename(new.with_name("bảng mới (1).csv"))
    par("verify", edition)
    done = par("verify", edition)  # its own line on each page is no change
    assert len(done.output.splitlines()) == 2, done.output
    strange.unlink()
    par("verify", edition)
    table.write_text(own, encoding="utf-8")
    assert par("verify", edition).exit_code == 0
    assert {page: page.read_bytes() for page in pages} == clean


@pytest.mark.parametrize("words", [
    "The raw data changed after this edition was made: all is well. Make it again.",
    "The figures of this page were withdrawn."])  # fmt: skip
def test_a_status_line_that_nobody_but_a_forger_wrote_is_a_change(edition, words):
    page = edition / "en" / "03_sipas.html"
    own = page.read_text(encoding="utf-8")
    for told in (words, f"{words} data/raw/quang-nam/2022/sipas.csv", ""):
        line = f'<p class="banner stale" role="status">{told}</p>\n'
        page.write_text(own.replace("</header>", f"{line}</header>", 1), encoding="utf-8")
        done = par("verify", edition)
        assert done.exit_code == 1 and "en/03_sipas.html: changed" in done.output.splitlines()
    page.write_text(own, encoding="utf-8")


def test_a_damaged_manifest_is_told_and_the_next_run_mends_it(edition):
    file = edition / "manifest.json"
    own = file.read_text(encoding="utf-8")
    file.write_text(own[:500], encoding="utf-8")
    done = par("verify", edition)
    assert done.exit_code == 1 and "manifest.json: damaged" in done.output
    assert par("run", "2024", "--notebook", "05").exit_code == 0  # its list passes it over
    again = ("--lang", "vi,en", "--notebook", "03", "--notebook", "00")
    assert par("run", "2022", *again).exit_code == 0
    assert par("verify", edition).exit_code == 0


def test_a_run_of_another_year_says_it_too(edition, root):
    table = root / "data/raw/quang-nam/2022/sipas.csv"
    own = table.read_text(encoding="utf-8")
    table.write_text(own.replace("1.413/2", "1.414/2"), encoding="utf-8")
    assert par("run", "2024", "--notebook", "05").exit_code == 0
    assert 'role="status"' in (edition / "index.html").read_text(encoding="utf-8")
    assert par("run", "2022", "--notebook", "03", "--notebook", "00").exit_code == 0
    assert 'role="status"' not in (edition / "index.html").read_text(encoding="utf-8")
    table.write_text(own, encoding="utf-8")


def test_a_folder_without_an_edition_is_told(root):
    done = par("verify", root / "notebooks")
    assert done.exit_code == 1 and "no edition here" in done.output


def test_a_register_that_keeps_its_size_and_time_is_told_by_its_content(tmp_path):
    file = tmp_path / "register" / "year=2022" / "a.csv"
    file.parent.mkdir(parents=True)
    file.write_text("1,2022-01-03", encoding="utf-8")
    before, stat = dependencies.fingerprint(file), file.stat()
    file.write_text("1,2022-01-04", encoding="utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert dependencies.fingerprint(file) != before
