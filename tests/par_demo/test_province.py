"""The invented province: complete, the same each time, and never to be taken for real."""

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import frictionless
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from par_cli import app
from par_demo import invented, province
from par_lib.cleaning import dossier_register, schema, tables, units
from par_lib.language.translation import SYNTHETIC_WORDS
from par_lib.scoring import (
    assigned_tasks,
    changes,
    fair_comparison,
    rulebook,
    scorecard,
    unit_sheet,
)
from par_lib.storage import csv_files, paths


def hashes(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


@pytest.fixture(scope="module")
def root(bare_root):
    province.write(size=8_000, seed=1)
    return bare_root


def test_the_same_seed_gives_the_same_files(root):
    own = root / "data" / "raw" / "demo"
    before = hashes(own)
    result = CliRunner().invoke(app, ["demo", "--dossiers", "8000"])
    assert result.exit_code == 0, result.output
    assert hashes(own) == before
    shutil.copytree(own, root / "kept")
    province.write(size=8_000, seed=2)
    assert hashes(own) != before
    shutil.rmtree(own)
    (root / "kept").rename(own)
    assert [p.name for p in (root / "data" / "raw").iterdir() if p.name[0] == "."] == []


def test_every_table_of_every_year_is_there_and_agrees_with_itself(root):
    for year in province.YEARS["demo"]:
        data = tables.load("demo", year)
        assert data.missing == [] and data.synthetic
        empty = {name for name in schema.TABLES if getattr(data, name).empty}
        assert empty == {"late_by_field"}  # its register says more
        assert set(data.review["severity"]) <= {"agrees", "note", "gap"}
        assert len(data.answers) > 5_000


def test_the_index_of_service_says_what_was_planted(root):
    index = tables.load("demo", 2024).service_index.query("as_of == '2024-12-31'")
    own = index.query("level == 'province'").set_index("component")
    # shares 0.8, 0.9, 0.65, 0.6, 0.92, 0.6, each 0.02 × 3 years + 0.001 × 12 months = 0.072 more:
    # 15.696 + 19.44 + 8.664 + 6.72 + 17.856 + 14.784 = 83.16; a month's ups and downs up to 0.02
    # of each of 100 points, cells rounded to 0.05
    assert own.loc["total", "points_low"] == pytest.approx(83.16, abs=0.02 * 100 + 6 * 0.05)
    parts = own["points_low"].drop("total")
    assert own.loc["total", "points_low"] == pytest.approx(parts.sum())
    assert own.loc["total", ["rank_low", "ranked_units"]].tolist() == [10, 63]  # 40 − 18 − 12
    assert (own["max_points"] - own["points_low"]).drop("total").idxmax() == "digitisation"
    assert len(index.query("level == 'district' and component == 'total'")) == 18


def test_every_csv_begins_with_the_banner(root):
    files = list((root / "data" / "raw" / "demo").rglob("*.csv"))
    assert len(files) == 2 + 4 * 9
    for file in files:
        assert file.read_text(encoding="utf-8-sig").startswith(f"# {SYNTHETIC_WORDS}\n"), file


def test_a_row_below_the_banner_is_named_as_a_spreadsheet_counts(root):
    path = root / "data" / "raw" / "demo" / "2022" / "sipas.csv"
    text = path.read_bytes()
    lines = text.decode("utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2].replace("Minh Họa", "Minh Hạ"), *lines[3:]]))
    with pytest.raises(ValueError, match=r"sipas\.csv, row 3, column unit"):
        tables.load("demo", 2022)
    path.write_bytes(text)
    assert csv_files.read_csv(path).index[0] == 1


def test_late_dossiers_are_those_of_the_register(root):
    register = pd.read_parquet(root / "data" / "raw" / "demo" / "register" / "year=2022")
    assert register["id"].duplicated().any() and (register["unit"] == "000").any()
    known = register.drop_duplicates()
    known = known[(known["unit"] != "000") & known["due"].notna()]
    done = known[known["finished"].notna() & (known["finished"] >= known["received"])]
    late = int((done["level"].eq("district") & (done["finished"] > done["due"])).sum())
    data = tables.load("demo", 2022).late_dossiers
    whole = tables.longest_period(data[(data["level"] == "district")])
    total = whole.loc[whole["unit"] == "Minh Họa", "late_low"].item()
    assert total == late
    assert whole.loc[whole["unit"] != "Minh Họa", "late_low"].sum() == total


def test_who_moved_the_late_rate_from_year_to_year_adds_up(root):
    now, before = tables.load("demo", 2022), tables.load("demo", 2021)
    moved = changes.change_by_level(now, before)
    assert set(moved["periods"]) == {"years"}
    assert set(moved["level"]) == {"commune", "department", "district"}
    effects = changes.rate_effects(now, before)
    rates = effects.attrs["later_pct"] - effects.attrs["earlier_pct"]
    assert len(effects) and effects["change_pct_points"].sum() == pytest.approx(rates)


def test_points_at_stake_by_task(root):
    data, book = tables.load("demo", 2022), rulebook.load("demo", 2022)
    card = scorecard.build(data, book)
    tasks = data.tasks.set_index("moves", drop=False)
    stake = assigned_tasks.points_at_stake(tasks, card=card, rules=book)
    sipas = card[card["area"] == "sipas"]["lost_points_low"].sum()
    assert stake.loc["sipas.points", "stake_points_low"] == pytest.approx(sipas)
    assert stake.loc["sipas.points", "status"] == "derived"
    assert stake.loc["late_dossiers.late:district", "status"] == "assumed"
    assert pd.isna(stake.loc["", "stake_points_low"])  # moves nothing that counts


def test_what_is_real_is_never_overwritten_or_mixed(root):
    path = root / "data" / "raw" / "demo" / "sources.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '\n[press]\ntitle = "A"\nproducer = "B"\nkind = "press"\n'
                    "accessed = 2024-01-01\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(ValueError, match="real and synthetic sources stand together"):
        tables.load_sources("demo")
    path.write_text(text.replace('kind = "synthetic"', 'kind = "press"'), encoding="utf-8")
    with pytest.raises(ValueError, match="holds figures that are not synthetic"):
        province.write(size=8_000)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="10 dossiers: at least 4,000"):
        province.write(size=10)


def test_every_page_and_file_of_an_edition_says_synthetic(edition):
    made = json.loads((edition / "manifest.json").read_text())
    assert made["synthetic"] is True and made["warnings"] == []
    pages = list(edition.rglob("*.html"))
    assert len(pages) == 20
    links = 0
    for path in pages:
        text = path.read_text()
        assert f'<p class="banner">{SYNTHETIC_WORDS}</p>' in text, path
        for content in re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', text):
            links += 1
            assert base64.b64decode(content).decode("utf-8-sig").startswith(f"# {SYNTHETIC_WORDS}")
    assert links > 50
    for table in (edition / "tables").glob("*.csv"):
        assert table.read_text(encoding="utf-8-sig").startswith(f"# {SYNTHETIC_WORDS}")
    told = edition / "tables" / "datapackage.json"
    assert SYNTHETIC_WORDS in json.loads(told.read_text(encoding="utf-8"))["description"]
    assert frictionless.validate(str(told)).valid  # which passes the banner over
    assert SYNTHETIC_WORDS in (edition.parents[1] / "index.html").read_text()


def test_answers_of_single_people_are_not_published(edition):
    assert not (edition / "tables" / "answers.csv").exists()
    assert all("minh-hoa-01-000" not in path.read_text() for path in edition.rglob("*.html"))


def test_every_part_of_every_notebook_has_something_to_show(edition):
    """But for the places where an edition without gaps has nothing to tell."""
    missing = {
        path.stem: re.findall(r'class="missing">([^<]+)<', path.read_text())
        for path in edition.glob("en/*.html")
    }
    assert {name: words for name, words in missing.items() if words} == {}


def test_what_was_added_to_the_invented_province_is_not_taken_away_unasked(root):
    path = root / "data" / "raw" / "demo" / "sources.toml"
    text = path.read_text(encoding="utf-8")
    added = '\n[mine]\ntitle = "A"\nproducer = "B"\nkind = "synthetic"\naccessed = 2024-01-01\n'
    path.write_text(text + added, encoding="utf-8")
    with pytest.raises(ValueError, match="holds figures of mine too; --force takes them away"):
        province.write(size=4_000)
    path.write_text(text, encoding="utf-8")


def test_the_unit_whose_rank_turns_with_its_mix_is_planted_and_found(root):
    """One handles the hard procedures, the other the easy ones: raw rates say the opposite."""
    part = units.load_units("demo"), 1, 12
    lateness = pd.Series(0.16, part[0].index)
    dossiers = invented.register(part, lateness, 2022, 60_000, 1, np.random.default_rng(1))
    done = dossiers.query("level == 'district' and finished.notna()")
    late = (done["finished"] > done["due"]).astype(float)
    cells = done.assign(late_low=late, late_high=late, resolved=1, unit_code=done["unit"])
    cells = cells.groupby(["unit_code", "procedure"], as_index=False)[
        ["resolved", "late_low", "late_high"]
    ].sum()
    found = fair_comparison.expected_late(cells, by="procedure")
    hard, easy = found.loc[invented.HARD_MIX], found.loc[invented.EASY_MIX]
    assert hard["late_low"] / hard["resolved"] > easy["late_low"] / easy["resolved"]
    assert hard["likely_ratio_high"] < 1 < easy["likely_ratio_low"]
    assert found["late_ratio_low"].idxmax() == invented.EASY_MIX
    funnel = fair_comparison.funnel(found.reset_index(), size="expected_late")
    named = funnel.set_index("unit_code")["verdict"]
    assert named[invented.EASY_MIX] == "above"


@pytest.mark.parametrize(("name", "year"), [("demo", 2024), ("demo-today", 2026)])
def test_the_backlog_is_planted_and_found(root, name, year):
    """Of the last year alone is the register a snapshot; one procedure lies in one department."""
    data = tables.load(name, year)
    day, is_snapshot = dossier_register.counted_to(data.sources, year)
    assert (f"{day}", is_snapshot) == (f"{year}-12-31", True)
    assert tables.load(name, year - 1).register["open_days"].isna().all()
    found = dossier_register.backlog(data.register, day=day)
    counts = dossier_register.by_due(found, by=["unit", "procedure"])
    most = counts.loc[counts["overdue"].idxmax()]
    assert most["unit"] == invented.BACKLOG_UNIT
    waiting = unit_sheet.pending(data)  # as a sheet says it
    assert waiting["overdue"].sum() == counts["overdue"].sum()
    assert waiting.loc[waiting["overdue"].idxmax(), "unit"] == invented.BACKLOG_UNIT
    assert set(waiting["day"]) == {pd.Timestamp(day)}
    assert most["procedure"] == f"P{invented.BACKLOG_PROCEDURE:02}"
    others = counts.drop(most.name)["overdue"]
    assert most["overdue"] > others.max()
    raw = pd.read_parquet(paths.raw(name) / "register" / f"year={year}").drop_duplicates("id")
    still = raw[raw["finished"].isna() & raw["due"].notna() & (raw["unit"] != "000")]
    assert counts["open_dossiers"].sum() == len(still)
    assert counts["overdue"].sum() == (still["due"] < f"{year}-12-31").sum()


def test_a_register_that_is_no_snapshot_makes_no_page(root):
    done = CliRunner().invoke(app, ["run", "demo:2023", "--notebook", "08", "--notebook", "09"])
    assert done.exit_code == 0, done.output
    made = root / "outputs" / "demo" / "2023"
    assert (made / "notebooks" / "09_backlog.ipynb").is_file()
    assert {page.name for page in made.glob("*.html")} == {"index.html", "08_service_index.html"}
    assert "09_backlog" not in (made / "index.html").read_text(encoding="utf-8")


def test_the_page_of_what_is_open_names_the_backlog_and_no_single_dossier(edition):
    text = (edition / "en" / "09_backlog.html").read_text(encoding="utf-8")
    assert (
        "By 31 December 2024, " in text and "Most overdue dossiers: Sample Department D (" in text
    )
    assert f"Procedure with most overdue dossiers: P{invented.BACKLOG_PROCEDURE:02} (" in text
    register = pd.read_parquet(edition.parents[2] / "data/raw/demo/register/year=2024")
    assert not any(one in text for one in register["id"].dropna())
