"""The tables of an edition read by another program, by what lies beside them."""

import datetime as dt

import frictionless
import pytest

from par_lib.cleaning import schema, tables
from par_press.edition import write_tables


@pytest.fixture(scope="module")
def written(root, tmp_path_factory):
    """Writes the tables of a province and year; gives the file that tells what they hold."""

    def write(province: str, year: int):
        folder = tmp_path_factory.mktemp(f"{province}-{year}")
        write_tables(tables.load(province, year), folder)
        return folder / "datapackage.json"

    return write


@pytest.mark.parametrize(
    ("province", "year"), [("quang-nam", 2022), ("quang-nam", 2025), ("da-nang", 2025)]
)
def test_every_row_is_as_the_package_says(written, province, year):
    """Types, units' bounds, codes, what must be there, and that each key stands once."""
    report = frictionless.validate(str(written(province, year)))
    assert report.valid, report.flatten(["name", "type", "message"])
    assert {task.name for task in report.tasks} == {*schema.TABLES, "review"}


def test_another_program_reads_a_table_with_its_types_and_units(written):
    package = frictionless.Package(str(written("quang-nam", 2022)))
    late = package.get_resource("late_dossiers")
    rows = {row["unit"]: row for row in late.read_rows() if row["level"] == "district"}
    most, unlisted = rows["Điện Bàn"], rows["Tiên Phước"]
    assert (most["late_low"], most["late_high"], most["period_end"]) == (
        11193, 11193, dt.date(2022, 12, 31))  # fmt: skip
    # 41,657 of all districts less 38,106 of the nine listed.
    assert (unlisted["late_low"], unlisted["late_high"], unlisted["status"]) == (0, 3551, "bound")
    assert late.schema.primary_key == ["unit_code", "level", "period_start", "period_end"]
    fields = package.get_resource("disbursement").schema
    told = [fields.get_field(name).to_dict() for name in ("rate_pct_low", "plan_bn_vnd", "as_of")]
    assert [(one["type"], one.get("unit")) for one in told] == [
        ("number", "%"), ("number", "billion VND"), ("date", None)]  # fmt: skip
    assert told[0]["constraints"] == {"minimum": 0, "maximum": 100}
    made = package.to_dict()
    assert made["licenses"][0]["name"] == "MIT"
    assert {one["name"] for one in made["sources"]} >= {*most["source"].split("; ")}


@pytest.mark.parametrize("wrong", ["-1", "11.193", "many"])
def test_what_is_no_count_of_dossiers_is_found_by_another_program(written, wrong):
    told = written("quang-nam", 2022)
    table = told.with_name("late_dossiers.csv")
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("11193,11193", f"{wrong},11193", 1), encoding="utf-8")
    assert not frictionless.validate(str(told)).valid
