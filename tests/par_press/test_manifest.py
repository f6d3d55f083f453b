"""What was altered since an edition was made is named, and said on its pages."""

import json
import os
import shutil

import pytest
from typer.testing import CliRunner

from par_cli import app
from par_lib.storage import dependencies
from par_press import manifest


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


def edited(file, change):
    """A JSON file in which something is changed."""
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def resealed(change):
    """A change of a manifest by somebody who knows how it is sealed."""

    def forge(made):
        change(made)
        made["seal"] = manifest._seal(made)

    return forge


SIPAS = "vi/03_sipas"
FORGED = {
    "parameter": lambda made: made["parameters"]["03_sipas"].update(confidence_pct=90.0),
    "year": lambda made: made.update(year=2021),
    "Python": lambda made: made["versions"].update(python="3.9.1"),
    "input": lambda made: made["inputs"].popitem(),
    "recipe": lambda made: made["runs"][SIPAS].update(recipe="0" * 64),
}
EDITED = {
    "version": lambda made: made["versions"].update(pandas="1.0"),
    "warning": lambda made: made["warnings"].append("all is well"),
    "time": lambda made: made["times"].update(seconds=0.1),
    "place": lambda made: made.update(place="Huế"),
    "synthetic": lambda made: made.update(synthetic=not made["synthetic"]),
    "seal": lambda made: made.pop("seal"),
    "new": lambda made: made.update(mine=1),
}


@pytest.mark.parametrize(
    "change",
    [*EDITED.values(), *FORGED.values(), *map(resealed, FORGED.values())],
    ids=[*EDITED, *FORGED, *(f"{one}, resealed" for one in FORGED)],
)
def test_whatever_a_manifest_says_of_the_run_is_compared(edition, change):
    file = edition / "manifest.json"
    own = file.read_bytes()
    edited(file, change)
    try:
        done = par("verify", edition)
        assert done.exit_code == 1 and "manifest.json: changed" in done.output.splitlines()
    finally:
        file.write_bytes(own)
    assert par("verify", edition).exit_code == 0


def test_an_altered_manifest_is_made_anew_by_the_next_run(edition):
    edited(edition / "manifest.json", EDITED["warning"])
    assert "nothing to do" not in par("run", "2022", "--notebook", "03").output
    assert par("verify", edition).exit_code == 0
    assert "nothing to do" in par("run", "2022", "--notebook", "03").output


def test_links_and_empty_folders_are_named(edition, tmp_path):
    page = edition / "03_sipas.html"
    own = page.read_bytes()
    (tmp_path / "page").write_bytes(own)
    page.unlink(), page.symlink_to(tmp_path / "page")
    (edition / "nowhere").symlink_to(tmp_path / "none")
    (edition / "tables" / "beside").symlink_to(tmp_path, target_is_directory=True)
    (edition / "empty" / "within").mkdir(parents=True)
    done = par("verify", edition)
    for one in (page, edition / "nowhere", edition / "tables" / "beside"):
        one.unlink()
    (edition / "empty" / "within").rmdir(), (edition / "empty").rmdir()
    page.write_bytes(own)
    assert done.exit_code == 1 and done.output.splitlines() == [
        "03_sipas.html: changed", "empty/within: not of this edition",
        "nowhere: not of this edition", "tables/beside: not of this edition",
    ]  # fmt: skip
    assert par("verify", edition).exit_code == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("<h2>", "<h2>x", 1),
        lambda text: text[:-20],
        lambda text: "",
        lambda text: manifest.sealed(text.rpartition("<!--")[0].replace("nam/2022", "nam/2021")),
    ],
)
def test_an_altered_list_of_editions_is_named_and_written_anew(edition, root, change):
    index = root / "outputs" / "index.en.html"
    own = index.read_text(encoding="utf-8")
    index.write_text(change(own), encoding="utf-8")
    done = par("verify", edition)
    assert done.exit_code == 1 and done.output.splitlines() == ["outputs/index.en.html: changed"]
    index.unlink()
    assert par("verify", edition).output.splitlines() == ["outputs/index.en.html: missing"]
    assert par("run", "2022", "--notebook", "03").exit_code == 0
    assert index.read_text(encoding="utf-8") == own
    assert par("verify", edition).exit_code == 0


def test_an_edition_that_was_copied_elsewhere_is_verified_there(edition, tmp_path):
    copy = shutil.copytree(edition, tmp_path / "on a stick" / "báo cáo")
    assert par("verify", copy).exit_code == 0


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


@pytest.mark.parametrize("name", ["2022 - Copy", "2022-old", "20220"])
def test_a_copy_of_an_edition_is_none(edition, name):
    copy, before = edition.with_name(name), (manifest.folders(), manifest.lists_altered())
    copy.mkdir()
    shutil.copy(edition / "manifest.json", copy)
    try:
        assert (manifest.folders(), manifest.lists_altered()) == before
    finally:
        shutil.rmtree(copy)
