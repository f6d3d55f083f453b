"""Every figure of a year stands on a page of its topic, or is of a kind that is not shown."""

import base64
import io
import re
from collections import defaultdict

import nbformat
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from par_demo import province
from par_lib.charts.notebook import Notebook
from par_lib.cleaning import dossier_register, schema, tables
from par_lib.scoring import assigned_tasks, unit_comparison
from par_lib.storage import paths

PAGES = {  # where the rows of a table are looked for
    "late_dossiers": ("01_late_dossiers",),
    "late_by_field": ("01_late_dossiers",),
    "disbursement": ("02_disbursement",),
    "sipas": ("03_sipas",),
    "scores": ("04_scorecard",),
    "service_index": ("08_service_index",),
    "indicators": ("01_late_dossiers", "02_disbursement", "03_sipas", "04_scorecard"),
    "mentions": ("01_late_dossiers",),
    "tasks": ("06_action_plan",),
}
NOT_SHOWN = {  # all that is not shown, and why
    "an earlier day": "units are compared on one day; other days stand in the edition's tables",
    "the rest of a sum": "dossiers on time are those resolved less those late, which are shown",
    "named, with a figure": "a place named without a figure in one section has one in another",
}
NO_FIGURES = ("plan_year", "area", "max_points", "ranked_units")


class Shown:
    """What one page shows: the rows of its tables, as their CSV links hold them, and its texts."""

    def __init__(self, outputs: list) -> None:
        self.rows = defaultdict(list)  # by each of its cells, and all of them by ""
        self.texts = ""
        for data in (output.data for output in outputs):
            link = re.search(r'base64,([^"]+)"', data.get("text/html", ""))
            if link is None:
                self.texts += data.get("text/plain", "")
                continue
            csv = re.sub(r"^# .*\n", "", base64.b64decode(link[1]).decode("utf-8-sig"))
            for row in pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False).to_numpy():
                numbers = {round(float(cell), 6) for cell in row if _is_number(cell)}
                for cell in {"", *row}:
                    self.rows[cell].append((numbers, *row[-2:]))

    def has(self, name: str, numbers: set[float], source: str, locator: str) -> bool:
        """Whether a row has them all, or rows of that name together."""
        rows = [held for held, own_source, own_locator in self.rows.get(name, ())
                if source in own_source and locator in own_locator]  # fmt: skip
        return any(numbers <= held for held in (*rows, *([set().union(*rows)] if name else [])))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text) is not None


def kind_of(row: dict, name: str, page: Notebook, pages: list[Shown]) -> str:
    """ "shown", or the kind of what is not shown, or "" where it is of none."""
    data = page.data
    of = page.words(row["unit"]) if row.get("unit", data.place) != data.place else ""
    beside = name == "service_index"  # its components stand side by side, a column each
    for named in () if beside else ("task_vi", "component", "criterion"):
        of = of or page.words(row.get(named, "").replace("overall", ""))
    figures = {
        tidy: round(float(row[tidy]), 6)
        for column in schema.TABLES[name].quantities if column.name not in NO_FIGURES
        for tidy in column.tidy_names if pd.notna(row[tidy])
    }  # fmt: skip
    if row["status"] == "bound" and figures.get("rate_pct_high") == 100:
        del figures["rate_pct_high"]  # no upper end is stated: the page writes ≥ 70 %
    trace = row["source"], row["locator"]
    if any(one.has(of, set(figures.values()), *trace) for one in pages):
        return "shown"
    if name == "tasks" and figures:  # a target stands there in words, beside its task
        target = assigned_tasks.target_words(pd.Series(row), page.t)
        held = [one.rows.get(target, ()) for one in pages]
        return "shown" * any(row["locator"] in where for rows in held for *_, where in rows)
    written = {page.cell(tidy.removesuffix("_low").removesuffix("_high"), value, value)
               for tidy, value in figures.items()}  # fmt: skip
    if not of and written and all(any(text in one.texts for one in pages) for text in written):
        return "shown"
    if {"on_time", "resolved", "late_low"} <= set(figures):
        rest = {value for tidy, value in figures.items() if tidy != "on_time"}
        if any(one.has(of, rest, *trace) for one in pages):
            return "the rest of a sum"
    if name == "mentions":
        late = data.late_dossiers.query("status != 'bound' and late_low.notna()")
        return "named, with a figure" * (row["unit_code"] in set(late["unit_code"]))
    if "as_of" in row and row["unit"] != data.place:
        frame = getattr(data, name)
        same = (frame["unit_code"] == row["unit_code"]) & (frame["level"] == row["level"])
        return "an earlier day" * bool((same & (frame["as_of"] > row["as_of"])).any())
    return ""


def check(data: tables.Tables, pages: dict[str, Shown]) -> None:
    page = Notebook(data, "vi")
    for name, places in PAGES.items():
        own = [pages[place] for place in places]
        rows = getattr(data, name).to_dict("records")
        lost = [row for row in rows if kind_of(row, name, page, own) not in ("shown", *NOT_SHOWN)]
        assert not lost, f"{name}: no page shows {len(lost)} rows, as {lost[0]}"


@pytest.fixture(scope="module")
def invented(bare_root):
    province.write(size=4_000)
    return bare_root


ALL = sorted({page for places in PAGES.values() for page in places})


@pytest.mark.parametrize("year", province.YEARS["demo-today"])
def test_every_figure_of_communes_is_shown(invented, run, year):
    data = tables.load("demo-today", year)
    needed = {page for name, places in PAGES.items() if len(getattr(data, name)) for page in places}
    pages = dict.fromkeys(ALL, Shown([]))
    with pytest.raises(AssertionError, match="late_dossiers: no page shows"):
        check(data, pages)  # the check finds what no page shows: here none has a table
    pages |= {name: Shown(run(name, province="demo-today", year=year)) for name in needed}
    check(data, pages)


def test_fields_of_a_form_stand_for_a_register_and_are_shown(invented, run):
    """Of the same cells: what is usual by field is what was usual by procedure."""
    year, page = max(province.YEARS["demo-today"]), "01_late_dossiers"
    whole = tables.load("demo-today", year)
    by_procedure = unit_comparison.late_given_mix(whole, level="commune")
    of_communes = whole.register.query("level == 'commune'")
    counts = dossier_register.late_dossiers(of_communes, by=("unit", "level", "procedure"))
    names = whole.units.set_index("code")["name"]
    form = counts.rename(columns={"procedure": "field"}).assign(
        unit=counts["unit"].map(names), period_start=f"{year}-01-01", period_end=f"{year}-12-31",
        status="reported", source="demo", locator="form", note="")  # fmt: skip
    folder = paths.raw("demo-today", year)
    form[schema.TABLES["late_by_field"].names(form)].to_csv(
        folder / "late_by_field.csv", index=False)  # fmt: skip
    (folder.parent / "register").rename(folder.parent / "kept")
    data = tables.load("demo-today", year)
    assert data.register.empty and len(data.late_by_field) == len(form)
    by_field = unit_comparison.late_given_mix(data, level="commune")
    ratios = ["unit", "expected_late_low", "likely_ratio_low", "likely_ratio_high"]
    assert_frame_equal(by_field[ratios], by_procedure[ratios])
    shown = [Shown(run(page, province="demo-today", year=year))]
    kinds = {kind_of(row, "late_by_field", Notebook(data, "vi"), shown)
             for row in data.late_by_field.to_dict("records")}  # fmt: skip
    assert kinds == {"shown"}


def test_every_figure_of_a_real_edition_is_shown(made_project):
    edition = made_project / "outputs" / "quang-nam" / "2022" / "notebooks"
    pages = {}
    for name in ALL:
        cells = nbformat.read(edition / f"{name}.ipynb", as_version=4).cells
        pages[name] = Shown([one for cell in cells for one in cell.get("outputs", [])])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAR_ROOT", str(made_project))
        check(tables.load("quang-nam", 2022), pages)


def test_at_most_five_kinds_are_not_shown():
    assert len(NOT_SHOWN) <= 5
