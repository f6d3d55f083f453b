"""The language of the person at the keyboard: errors, refusals, help; and that of the system."""

import locale
import os
import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

import par_cli
import par_lib as par
from par_cli import app
from par_lib.language import say, spoken
from par_lib.storage import paths

# Names, and words that both languages have.
NAMES = ("PAR INDEX SIPAS UTF par vi en in Python Excel Word PDF LibreOffice JupyterLab jupyter "
         "notebook notebooks kernel dask tcp host register manifest fork")  # fmt: skip
COMMANDS = typer.main.get_command(app).commands
TYPES = "bool str int float range list path usage show this message and exit"
SYSTEM = ("PAR_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture
def vietnamese(monkeypatch):
    monkeypatch.setenv("PAR_LANG", "vi")


@pytest.mark.parametrize(
    ("set_to", "code"),
    [
        ({"PAR_LANG": "vi", "LANG": "en_GB.UTF-8"}, "vi"),
        ({"PAR_LANG": "en", "LANG": "vi_VN.UTF-8"}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "vi:en"}, "vi"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_system_s_language_is_spoken_unless_another_is_asked_for(monkeypatch, set_to, code):
    for name in SYSTEM:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(locale, "getlocale", lambda: (None, None))
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert spoken() == code


def test_windows_names_its_language_in_no_variable(monkeypatch):
    for name in SYSTEM:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(locale, "getlocale", lambda: ("Vietnamese_Vietnam", "1258"))
    assert spoken() == "vi"


def test_a_language_there_is_not_is_refused(monkeypatch):
    monkeypatch.setenv("PAR_LANG", "fr")
    refused = CliRunner().invoke(app, ["check", "2022"])
    assert (refused.exit_code, refused.output) == (
        1, "par: PAR_LANG 'fr': choose one of vi, en · chọn một\n")  # fmt: skip


def test_values_are_filled_in_as_they_are_and_several_are_listed(vietnamese):
    # No Vietnamese figure is made of them: 11193 stands so in the file.
    assert say("year {text!r}: write four digits, as 2022", text=11193) == (
        "năm 11193: ghi bốn chữ số, ví dụ 2022"
    )
    assert say("missing: {columns}", columns=["unit", "level"]) == "thiếu: unit, level"
    assert say("No catalog has {this}.", this="{it}") == "No catalog has {it}."


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "1999"], 1, "quang-nam chưa có số liệu gốc năm 1999; chọn một trong các năm 2021"),
        (["run", "2022", "--notebook", "77"], 1, "notebook '77': chọn một trong 00_overview"),
        (["run", "2022", "-p", "x=1"], 1, "tham số 'x=1': ghi tên=giá trị"),
        (["run", "2022", "--timeout", "0"], 2, "--timeout: giá trị không hợp lệ"),
        (["check"], 2, "Thiếu năm"),
        (["chek"], 2, "Không có lệnh chek"),
        (["run", "--foo"], 2, "Không có tùy chọn --foo"),
        (["run", "--all=yes"], 2, "--all không kèm giá trị"),
        (["run", "2022", "-p", "target_points=x"], 1, "cần một số ("),
        (["verify", "outputs"], 1, "không có mã của báo cáo nào"),
        (["tidy", "/"], 1, "/: là thư mục, không phải tệp"),
        (["tidy", "none.csv"], 1, "none.csv: không có tệp hoặc thư mục này"),
        (["new-year", "2024", "--province", "hue"], 1, "được thành lập ngày 2025-01-01"),
        (["new-year", "2026"], 1, "kết thúc hoạt động ngày 2025-06-30; năm 2026 địa bàn thuộc"),
        (["check", "2022"], 0, "Kết quả đối chiếu"),
        (["check", "2022"], 0, "thống nhất"),
        (["check", "2022", "--lang", "en"], 0, "To decide"),
        (["check", "2022", "--lang", "en"], 0, "in agreement"),
        (["new-year", "2024", "--province", "gia-lai"], 0, "1. Điền"),
    ],
)  # fmt: skip
def test_par_speaks_vietnamese(root, arguments, code, words):
    (root / "outputs").mkdir(exist_ok=True)
    said = CliRunner().invoke(app, arguments, env={"PAR_LANG": "vi"})
    told = " ".join(said.output.replace("│", " ").split())
    assert words in told, told
    assert said.exit_code == code


def test_help_is_in_vietnamese():
    asked = [sys.executable, "-m", "par_cli", "run", "--help"]
    env = os.environ | {"PAR_LANG": "vi", "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(asked, capture_output=True, encoding="utf-8", env=env).stdout
    for words in ("Cách dùng: ", "Lập báo cáo năm", "Tùy chọn", "[mặc định: vi]", "Hiển thị"):
        assert words in told, told
    assert "Usage" not in told and "Options" not in told


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_word_of_help_or_of_a_usage_line_is_english(command):
    """But commands, options, files and other names."""
    told = CliRunner().invoke(app, [*command.split(), "--help"], env={"PAR_LANG": "vi"}).output
    words = {*re.findall(r"(?<![\w/.-])[A-Za-z]+(?![\w/.-])", told)}
    texts = [one.help for one in par_cli._with_help(typer.main.get_command(app))]
    english = re.findall("[a-z]+", " ".join([*texts, *par_cli._TYPER, TYPES]).lower())
    assert {word for word in words if word.lower() in english} <= {*NAMES.split(), *COMMANDS}


def test_what_a_notebook_refuses_is_told_in_vietnamese(new_root, vietnamese):
    file = paths.raw("quang-nam", 2022) / "late_dossiers.csv"
    text = file.read_text("utf-8")
    file.write_text(text.replace("Điện Bàn", "Diện Bàn", 1), encoding="utf-8")
    with pytest.raises(ValueError) as error:
        par.load("quang-nam", 2022)
    place = "data/raw/quang-nam/2022/late_dossiers.csv, dòng "
    assert str(error.value).startswith(place)
    assert str(error.value).endswith('có phải là "Điện Bàn"?'), error.value
    assert "không phải đơn vị của Quảng Nam tại ngày 2022-" in str(error.value)
