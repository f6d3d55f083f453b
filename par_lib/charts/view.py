"""One look at a year: a level's late dossiers and disbursement, and what changes would win.

``par.view`` is the call, ``par.explore`` the widgets of notebooks/explore.ipynb: each change of
theirs is one call, shown as code.
"""

import html
import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import ipywidgets as widgets
import pandas as pd
import yaml

from par_lib.charts import plots
from par_lib.charts.notebook import Notebook
from par_lib.cleaning import tables
from par_lib.cleaning.schema import LEVELS
from par_lib.cleaning.tables import Tables, longest_period
from par_lib.language import labels
from par_lib.language.translation import NAMES, language
from par_lib.scoring import rulebook, scorecard, whatif
from par_lib.scoring.parts import highest_first
from par_lib.storage import paths
from par_lib.storage.paths import write_whole

_STEP_PCT = 0.5  # of a slider
_WIDE = widgets.Layout(width="98%")
_NARROW = {"description_width": "7em"}
_CSS = """<style>
.par-view { font-family: Verdana, "DejaVu Sans", sans-serif; max-width: 60rem; }
.par-view .headline { font-size: 1.15em; font-weight: 600; margin: 1em 0 .3em; }
.par-view figure { margin: 0 0 1em; }
.par-view svg { max-width: 100%; height: auto; }
.par-view table { border-collapse: collapse; }
.par-view caption { text-align: left; padding: .3em 0; opacity: .8; }
.par-view th[scope=row] { text-align: left; font-weight: 400; }
.par-view :is(th, td) { padding: .2em .7em; border-bottom: 1px solid #8884; text-align: left; }
.par-view .num { text-align: right; font-variant-numeric: tabular-nums; }
.par-view .refs { font-size: .85em; opacity: .8; }
</style>"""


@dataclass(frozen=True)
class View:
    """What was asked and what is shown; displayed by a notebook as charts and tables.

    ``tables`` holds the frames shown, by name: late_dossiers, disbursement, what_if.
    """

    parameters: dict[str, object]
    tables: dict[str, pd.DataFrame] = field(repr=False)
    markup: str = field(repr=False)

    @property
    def code(self) -> str:
        """The call that gives this view, to copy into a cell."""
        given = {name: json.dumps(value, ensure_ascii=False)
                 for name, value in self.parameters.items()}  # fmt: skip
        place = f"{given.pop('province')}, {given.pop('year')}"
        rest = ", ".join(f"{name}={value}" for name, value in given.items())
        return f"import par_lib as par\n\npar.view({place}, {rest})"

    def save(self) -> Path:
        """Write the parameters for ``papermill -f``: outputs/views/<province>-<year>.yaml."""
        name = "{province}-{year}.yaml".format(**self.parameters)
        path = paths.root() / "outputs" / "views" / name
        write_whole(path, yaml.safe_dump(self.parameters, allow_unicode=True, sort_keys=False))
        return path

    def _repr_html_(self) -> str:
        return self.markup


def view(
    province: str | Tables, year: int | None = None, *, level: str = "district",
    threshold_pct: float = 70.0, what_if: str = "", lang: str = "vi",
) -> View:  # fmt: skip
    """Late dossiers and disbursement of a level's units, and the points that changes would win.

    ``level`` is one of levels(); rates below ``threshold_pct`` (0 to 100) are called slow;
    ``what_if`` is a line as "online_payment = 30; sipas_feedback = +5; late_dossiers: Điện Bàn,
    Hội An = -50%": a rate to reach, percentage points more, the part of late dossiers cleared.
    ``province`` may be what ``par.load`` gave, without a year: it is then not read again. What the
    year has no figures for is said in words. ValueError for an unknown level, a threshold outside
    0 to 100, or a change that cannot be read.
    """
    if isinstance(province, Tables) != (year is None):
        raise ValueError("write a province and a year, or what par.load gave and no year")
    data = province if isinstance(province, Tables) else tables.load(province, year)
    if not isinstance(threshold_pct, int | float) or not isinstance(what_if, str):
        raise ValueError(
            "threshold_pct is a number, as 60, what_if a line, as 'online_payment = 30'"
        )
    if level not in levels(data) and level not in ("district", "department"):
        raise ValueError(f"level {level!r}: choose one of {', '.join(levels(data))}")
    if not 0 <= threshold_pct <= 100:
        raise ValueError(f"threshold_pct is {threshold_pct:g}; it must be 0 to 100")
    parts = {
        "what_if": _drawn(_what_if, data, lang, what_if),  # what was asked comes first
        "late_dossiers": _drawn(_late, data, lang, level),
        "disbursement": _drawn(_disbursed, data, lang, level, threshold_pct),
    }
    pieces = [markup for _, markup, _ in parts.values()]
    here = Notebook(data, lang, emit=lambda shown, **_: pieces.append(shown["text/html"]))
    for _, _, cited in parts.values():
        for source, places in cited.items():
            here.cited.setdefault(source, {}).update(places)
    here.show_sources()
    parameters = {
        "province": data.province, "year": data.year, "level": level,
        "threshold_pct": float(threshold_pct), "what_if": what_if, "lang": lang,
    }  # fmt: skip
    frames = {name: frame.copy() for name, (frame, _, _) in parts.items()}
    return View(parameters, frames, f'{_CSS}<div class="par-view">{"".join(pieces)}</div>')


def levels(data: Tables) -> list[str]:
    """Levels that have units with late dossiers or disbursement this year, highest first."""
    own = pd.concat([frame.loc[frame["unit"] != data.place, ["level"]]
                     for frame in (data.late_dossiers, data.disbursement)])  # fmt: skip
    return [level for level in LEVELS if (own["level"] == level).any()]


@lru_cache(maxsize=64)
def _drawn(
    draw: Callable, data: Tables, lang: str, *asked: object
) -> tuple[pd.DataFrame, str, dict]:
    """Frame, markup and sources of a part; kept, because one slider leaves the others as is."""
    pieces: list[str] = []
    here = Notebook(data, lang, emit=lambda shown, **_: pieces.append(shown["text/html"]))
    frame = draw(data, here, *asked)
    return frame, "".join(pieces), here.cited


def _late(data: Tables, here: Notebook, level: str) -> pd.DataFrame:
    own = data.late_dossiers.query("level == @level and unit != @data.place")
    own = highest_first(longest_period(own).dropna(subset=["late_low"]), "late")
    t, name = here.t, here.words(level)
    if own.empty:
        here.headline(t("{level}: no late dossiers are known by unit.", level=name))
        return own
    title = t("{level}: late dossiers, {start} to {end}", level=name,
              start=own["period_start"].iloc[0], end=own["period_end"].iloc[0])  # fmt: skip
    here.headline(title, own)
    here.show(plots.barplot(own, x="late", y="unit", caption=title).figure)
    here.table(own, ["unit", "late"], title)
    return own


def _disbursed(data: Tables, here: Notebook, level: str, threshold_pct: float) -> pd.DataFrame:
    own = data.disbursement.query("level == @level and unit != @data.place and scope == 'total'")
    own = own[own["as_of"] == own["as_of"].max()].dropna(subset=["rate_pct_low"])
    own = highest_first(own, "rate_pct")
    t, name = here.t, here.words(level)
    if own.empty:
        here.headline(t("{level}: no disbursement is known by unit.", level=name))
        return own
    below = own["rate_pct_high"] < threshold_pct
    perhaps = ~below & (own["rate_pct_low"] < threshold_pct)
    title = t("{level}: capital disbursed at {day}", level=name, day=own["as_of"].iloc[0])
    said = t("{title}: {below} of {count} surely below {threshold}, {perhaps} perhaps",
             title=title, below=int(below.sum()), count=len(own),
             threshold=t.percent(threshold_pct, 0), perhaps=int(perhaps.sum()))  # fmt: skip
    here.headline(said, own)
    drawn = plots.dotplot(own, x="rate_pct", y="unit", threshold=threshold_pct, caption=title)
    here.show(drawn.figure)
    here.table(own, ["unit", "rate_pct", "basis"], title)
    return own


def _what_if(data: Tables, here: Notebook, text: str) -> pd.DataFrame:
    book = rulebook.load(data.province, data.year)
    card = scorecard.build(data, book)
    changes = whatif.parse_changes(text, data=data, rules=book)
    won = whatif.simulate(card, book, changes)
    if len(won):
        title = here.t("What if: points that each change would win, by assumed rules")
        here.headline(title, won)
        shown = ["criterion", "rate_pct", "new_rate_pct", "won_points", "lost_points"]
        here.table(won, shown, title)
    return won


class Explorer(widgets.HBox):
    """Choices on the left, the view they give on the right; ``view`` is the present one.

    Sliders write the line of changes, which can be edited as well: it is what counts.
    """

    def __init__(
        self, province: str = "quang-nam", year: int = 2022, *, level: str = "district",
        threshold_pct: float = 70.0, what_if: str = "", lang: str = "vi",
    ) -> None:  # fmt: skip
        self._quiet = False
        self.province = _choice(paths.provinces(), province)
        self.year = _choice(paths.years(province), year)
        self.level = _choice([level], level)
        self.lang = _choice([(name, code) for code, name in NAMES.items()], lang)
        self.threshold_pct = _slider(threshold_pct, 0.0, 1.0)
        self.what_if = widgets.Text(what_if, continuous_update=False, layout=_WIDE, style=_NARROW)
        self._sliders, self._saved = widgets.Accordion([widgets.VBox()]), widgets.HTML()
        self.button = widgets.Button(icon="save", layout=_WIDE)
        self._code = widgets.Textarea(disabled=True, rows=5, layout=_WIDE)
        self._shown = widgets.HTML(layout=_WIDE)
        self._new_place()
        self.province.observe(self._new_place, "value")
        self.year.observe(self._new_place, "value")
        self.lang.observe(self._name, "value")
        for control in (self.level, self.threshold_pct, self.what_if):
            control.observe(self._show, "value")
        self.button.on_click(self._save)
        controls = [
            self.province, self.year, self.level, self.lang, self.threshold_pct, self.what_if,
            self._sliders, self.button, self._saved,
        ]  # fmt: skip
        left = widgets.VBox(controls, layout=widgets.Layout(flex="1 1 22em", max_width="30em"))
        beside = widgets.Layout(flex="3 1 30em", max_height="90vh", overflow="auto")
        right = widgets.VBox([self._code, self._shown], layout=beside)  # scrolls by itself
        super().__init__([left, right], layout=widgets.Layout(flex_flow="row wrap", grid_gap="1em"))

    def _new_place(self, changed: dict | None = None) -> None:
        """Another province or year: its criteria, none of which is changed yet."""
        if self._quiet:
            return
        with self._silent():
            if changed and changed["owner"] is self.province:
                self.year.options = paths.years(self.province.value)
                self.year.value = self.year.options[-1]
            if changed:
                self.what_if.value = ""
        self._data = tables.load(self.province.value, self.year.value)
        book = rulebook.load(self.province.value, self.year.value)
        card = scorecard.build(self._data, book)
        self._now = card.set_index("criterion")["rate_pct_low"][whatif.movable(card, book)]
        steps = self._now // _STEP_PCT * _STEP_PCT  # a slider begins at the step below
        self.rates = {code: _slider(rate, rate, _STEP_PCT) for code, rate in steps.items()}
        for slider in self.rates.values():
            slider.observe(self._moved, "value")
        self._name()

    def _moved(self, _: object) -> None:
        asked = [f"{code} = {slider.value:g}" for code, slider in self.rates.items()
                 if slider.value > self._now[code]]  # fmt: skip
        self.what_if.value = "; ".join(asked)

    def _name(self, _: object = None) -> None:
        """Words of the controls, in the language chosen."""
        t = language(self.lang.value)
        self.province.description, self.year.description = t("Province"), t("Year")
        self.level.description, self.lang.description = t("Level"), t("Language")
        self.threshold_pct.description = t("Threshold, %")
        self.what_if.description, self.button.description = t("Changes"), t("Write as parameters")
        labelled: list[widgets.Widget] = []
        for code, slider in self.rates.items():
            slider.tooltip = t(labels.LABELS[code])
            labelled += [widgets.Label(slider.tooltip), slider]
        self._sliders.children[0].children = labelled
        self._sliders.set_title(0, t("What if a figure reached, %"))
        own, level = levels(self._data) or ["district"], self.level.value
        with self._silent():
            self.level.options = [(t(labels.LABELS[code]), code) for code in own]
            self.level.value = level if level in own else own[-1]
        self._show()

    def _show(self, _: object = None) -> None:
        if self._quiet:
            return
        try:
            self.view = view(
                self._data, level=self.level.value, threshold_pct=self.threshold_pct.value,
                what_if=self.what_if.value, lang=self.lang.value,
            )  # fmt: skip
        except ValueError as error:  # a line of changes that cannot be read: said, not raised
            self._saved.value = f'<p role="alert">{html.escape(str(error))}</p>'
            return
        self._shown.value, self._code.value = self.view.markup, self.view.code
        self._saved.value = ""

    def _save(self, _: object) -> None:
        t, file = language(self.lang.value), self.view.save()
        place = file.relative_to(paths.root()).as_posix()
        command = f"papermill notebooks/04_scorecard.ipynb scorecard.ipynb -f {shlex.quote(place)}"
        words = t("Written to {file}. A run that uses it:", file=place)
        self._saved.value = f"<p>{words}</p><pre>{html.escape(command)}</pre>"

    @contextmanager
    def _silent(self) -> Iterator[None]:
        """What is set in here is no wish of the person: nothing is shown anew."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False


def _choice(options: list, value: object) -> widgets.Dropdown:
    return widgets.Dropdown(options=options, value=value, layout=_WIDE, style=_NARROW)


def _slider(value: float, low: float, step: float) -> widgets.FloatSlider:
    return widgets.FloatSlider(value=value, min=low, max=100.0, step=step, readout_format=".1f",
                               style=_NARROW, layout=_WIDE)  # fmt: skip
