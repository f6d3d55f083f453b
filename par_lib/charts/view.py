"""One look at a year: a level's late dossiers and disbursement, and what changes would win.

``par.view`` is the call, ``par.explore`` the widgets of notebooks/explore.ipynb that make it.
"""

import gc
import html
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pandas as pd
import yaml

from par_lib.charts import STYLE, plots
from par_lib.charts.notebook import Notebook
from par_lib.cleaning.schema import LEVELS
from par_lib.cleaning.tables import Tables, load, longest_period
from par_lib.language import Refused, open_in
from par_lib.language.prose import require, require_pct
from par_lib.language.translation import LABELS, N_, NAMES, language
from par_lib.scoring import (
    disbursement,
    fair_comparison,
    rulebook,
    scorecard,
    unit_comparison,
    whatif,
)
from par_lib.scoring.parts import highest_first
from par_lib.storage import paths

_STEP_PCT = 0.5  # of a slider
_WIDE = widgets.Layout(width="98%")
_COLUMNS = widgets.Layout(grid_template_columns="repeat(auto-fill, minmax(min(21rem, 100%), 1fr))")
_CALLED = {  # parameters, as controls name them
    "province": N_("Province"), "year": N_("Year"), "level": N_("Level"), "lang": N_("Language"),
    "compared": N_("Late dossiers as"), "threshold_pct": N_("Threshold, %"),
    "what_if": N_("Changes"),
}  # fmt: skip
COMPARED = {  # late dossiers of units, and how they are told apart from chance
    "count": N_("Number of dossiers"), "raw": N_("Late rate, with limits"),
    "standardised": N_("Given the mix of procedures, with limits"),
}  # fmt: skip
_CSS = """<style>
.par-view { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr));
  gap: 0 2rem; }
.par-view > * { min-width: 0; }
.par-view > :is(:first-child, :last-child) { grid-column: 1 / -1; }
.par-view .headline { font-size: 1.15em; font-weight: 600; }
.par-view :is(figure, .scroll) { margin: 0 0 1em; overflow-x: auto; }
.par-view svg { max-width: 100%; height: auto; }
.par-view :is(caption, th, td) { padding: .2em .7em; text-align: left; }
.par-view .num { text-align: right; }
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
        given = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"import par_lib as par\n\npar.view({given})"

    def save(self) -> Path:
        """Write the parameters for ``papermill -f``: outputs/views/<province>-<year>.yaml."""
        name = "{province}-{year}.yaml".format(**self.parameters)
        path = paths.root() / "outputs" / "views" / name
        text = yaml.safe_dump(self.parameters, allow_unicode=True, sort_keys=False)
        paths.write_whole(path, text)
        return path

    def _repr_html_(self) -> str:
        return self.markup


def view(province: str | Tables, year: int | None = None, *, level: str = "district",
         compared: str = "count", threshold_pct: float = 70.0, what_if: str = "",
         lang: str = "vi") -> View:  # fmt: skip
    """Late dossiers and disbursement of a level's units, and the points that changes would win.

    ``level`` is one of levels(). ``compared`` says how late dossiers are: "count", or in a funnel
    as "raw" rates, or "standardised" by what each unit's procedures usually have. Rates below
    ``threshold_pct`` (0 to 100) are called slow; ``what_if`` is a line of changes, as
    par_lib.scoring.whatif has it: "online_payment = 30; late_dossiers: Điện Bàn, Hội An = -50%".
    ``province`` may be what ``par.load`` gave, without a year: it is then not read again. Refused
    for an unknown level, a threshold outside 0 to 100, or a change that cannot be read.
    """
    open_in(language(lang).code)
    if isinstance(province, Tables) != (year is None):
        raise Refused("write a province and a year, or what par.load gave and no year")
    data = province if isinstance(province, Tables) else load(province, year)
    _require({*levels(data), "district", "department"}, level, compared, threshold_pct, what_if)
    asked = {  # by table; what was asked comes first
        "what_if": (_what_if, what_if), "late_dossiers": (_late, level, compared),
        "disbursement": (_disbursed, level, threshold_pct),
    }  # fmt: skip
    (here, pieces), frames = _page(data, lang), {}
    for name, (part, *of) in asked.items():
        finding, frame, markup = _drawn(part, data, lang, *of)
        frames[name] = frame.copy()
        pieces.append("<section>")
        if finding:
            here.say(finding, *filter(len, [frame]), kind="headline")
        pieces.append(f"{markup}</section>")
    here.show_sources()
    parameters = {
        "province": data.province, "year": str(data.period) if data.period.part else data.year,
        "level": level, "compared": compared,
        "threshold_pct": float(threshold_pct), "what_if": what_if, "lang": lang,
    }  # fmt: skip
    return View(parameters, frames, f'{_CSS}<div class="par-view">{"".join(pieces)}</div>')


def _require(known: set[str], level: str, compared: str, threshold_pct: float,
             what_if: str) -> None:  # fmt: skip
    require("level", level, sorted(known, key=LEVELS.index))
    require("compared", compared, COMPARED)
    require_pct("threshold_pct", threshold_pct)
    if not isinstance(what_if, str):
        raise Refused("what_if is a line, as 'online_payment = 30'")


def levels(data: Tables) -> list[str]:
    """Levels that have units with late dossiers or disbursement this year, highest first."""
    own = pd.concat([frame.loc[frame["unit"] != data.place, "level"]
                     for frame in (data.late_dossiers, data.disbursement)])  # fmt: skip
    return [level for level in LEVELS if level in set(own)]


def _page(data: Tables, lang: str) -> tuple[Notebook, list[str]]:
    """A notebook that shows nothing, and the HTML of what it would have shown."""
    pieces: list[str] = []
    plt.rcParams.update(STYLE)
    return Notebook(data, lang, emit=lambda shown, **_: pieces.append(shown["text/html"])), pieces


@lru_cache(maxsize=64)
def _drawn(part: Callable, data: Tables, lang: str, *asked: object) -> tuple:
    """Finding, frame and markup; kept, as moving one slider leaves the other parts as they are."""
    here, pieces = _page(data, lang)
    finding, frame = part(here, *asked)
    return finding, frame, "".join(pieces)


def _late(here: Notebook, level: str, compared: str) -> tuple[str, pd.DataFrame]:
    if compared != "count":
        return _funnel(here, level, compared)
    own = here.data.late_dossiers.query("level == @level and unit != @here.data.place")
    own = highest_first(longest_period(own).dropna(subset=["late_low"]), "late")
    t, name = here.t, here.words(level)
    if own.empty:
        return t("{level}: no late dossiers are known by unit.", level=name), own
    title = t("{level}: late dossiers, {start} to {end}", level=name,
              start=own["period_start"].iloc[0], end=own["period_end"].iloc[0])  # fmt: skip
    here.show(plots.barplot(own, x="late", y="unit").figure)
    here.table(own, ["unit", "late"], title)
    return title, own


def _funnel(here: Notebook, level: str, compared: str) -> tuple[str, pd.DataFrame]:
    if compared == "raw":
        size, value = "resolved", "late_pct"
        units = unit_comparison.late_rates(here.data, level=level)
    else:
        size, value = "expected_late", "late_ratio"
        units = unit_comparison.late_given_mix(here.data, level=level)
    found, name = fair_comparison.funnel(units, size=size), here.words(level)
    if found.empty:
        return here.t("{level}: limits need ten units of known size.", level=name), found
    above, within, below = (len(group) for group in fair_comparison.groups(found))
    title = here.t("{level}: {above} above the limits of 99.8%, {below} below, {within} within",
                   level=name, above=above, below=below, within=within)  # fmt: skip
    here.show(plots.funnelplot(found, x=size, y=value).figure)
    here.table(found, ["unit", size, "late", value, "verdict"], here.t(COMPARED[compared]))
    return title, found


def _disbursed(here: Notebook, level: str, threshold_pct: float) -> tuple[str, pd.DataFrame]:
    own = here.data.disbursement.query("level == @level and scope == 'total'")
    last = disbursement.of_last_day(own[own["unit"] != here.data.place])
    own = highest_first(last.dropna(subset=["rate_pct_low"]), "rate_pct")
    t, name = here.t, here.words(level)
    if own.empty:
        return t("{level}: no disbursement is known by unit.", level=name), own
    below = own["rate_pct_high"] < threshold_pct
    perhaps = ~below & (own["rate_pct_low"] < threshold_pct)
    title = t("{level}: capital disbursed at {day}", level=name, day=own["as_of"].iloc[0])
    here.show(plots.dotplot(own, x="rate_pct", y="unit", threshold=threshold_pct).figure)
    here.table(own, ["unit", "rate_pct", "basis"], title)
    finding = t("{title}: {below} of {count} surely below {threshold}, {perhaps} perhaps",
                title=title, below=int(below.sum()), count=len(own),
                threshold=t.percent(threshold_pct, 0), perhaps=int(perhaps.sum()))  # fmt: skip
    return finding, own


@lru_cache(maxsize=8)
def _scored(data: Tables) -> tuple[pd.DataFrame, rulebook.Rulebook]:
    book = rulebook.load(data.province, data.year)
    return scorecard.build(data, book), book


def _what_if(here: Notebook, text: str) -> tuple[str, pd.DataFrame]:
    card, book = _scored(here.data)
    won = whatif.simulate(card, book, whatif.parse_changes(text, data=here.data, rules=book))
    if won.empty:
        return "", won
    title = here.t("What if: points that each change would win, by assumed rules")
    here.table(won, ["criterion", "rate_pct", "new_rate_pct", "won_points", "lost_points"], title)
    return title, won


class Explorer(widgets.VBox):
    """Choices, and below them the view they give; ``view`` is the present one.

    ``controls`` are the parameters of ``par.view``, each an attribute, too. Sliders, a criterion
    each, write the line of changes, which can be edited as well: it is what counts.
    """

    def __init__(self, province: str = "quang-nam", year: int = 2022, *, level: str = "district",
                 compared: str = "count", threshold_pct: float = 70.0, what_if: str = "",
                 lang: str = "vi") -> None:  # fmt: skip
        open_in(language(lang).code)
        paths.require(province, year)
        _require({*LEVELS[2:]}, level, compared, threshold_pct, what_if)
        languages = [(name, code) for code, name in NAMES.items()]
        self.controls = {
            "province": widgets.Dropdown(options=paths.provinces(), value=province),
            "year": widgets.Dropdown(options=paths.years(province)[::-1], value=year),
            "level": widgets.Dropdown(options=[level], value=level),
            "lang": widgets.Dropdown(options=languages, value=lang),
            "compared": widgets.Dropdown(options=[*COMPARED], value=compared),
            "threshold_pct": _slider(threshold_pct, 0.0, 1.0),
            "what_if": widgets.Text(what_if, continuous_update=False, layout=_WIDE),
        }
        vars(self).update(self.controls)
        self._sliders = widgets.GridBox(layout=_COLUMNS)
        self._folded = widgets.Accordion([widgets.VBox([self.what_if, self._sliders])])
        self.button = widgets.Button(icon="save", layout=widgets.Layout(width="auto"))
        self._saved = widgets.HTML()
        self._code = widgets.Textarea(disabled=True, rows=4, layout=_WIDE)
        self._shown = widgets.HTML(layout=_WIDE)
        gc.collect()
        gc.freeze()  # a collection amid a redraw would pass over all that is loaded, for 0.2 s
        super().__init__([
            widgets.GridBox([*self.controls.values()][:-1], layout=_COLUMNS), self._folded,
            widgets.HBox([self.button, self._saved]), self._code, self._shown,
        ])  # fmt: skip
        self._begin()
        changed = {"province": self._new_place, "year": self._new_place, "lang": self._begin}
        for name, control in self.controls.items():
            control.observe(changed.get(name, self._show), "value")
        self.button.on_click(self._save)

    def _new_place(self, changed: dict) -> None:
        year = self.year.value
        if changed["owner"] is self.province:
            self.year.options = paths.years(self.province.value)[::-1]  # chooses the newest
        if self.year.value == year:  # else that choice has come here by itself
            self.what_if.value = ""
            self._begin()

    def _begin(self, _: object = None) -> None:
        """Criteria, levels and words for the province, year and language chosen."""
        t, level = language(self.lang.value), self.level.value
        self._data = load(self.province.value, self.year.value)
        card, book = _scored(self._data)
        rates = card.set_index("criterion")["rate_pct_low"][whatif.movable(card, book)]
        steps = rates // _STEP_PCT * _STEP_PCT  # a slider begins at the step below
        self.rates = {code: _slider(rate, rate, _STEP_PCT) for code, rate in steps.items()}
        for code, slider in self.rates.items():
            slider.tooltip = t(LABELS[code])
            slider.observe(partial(self._moved, code), "value")
        self._sliders.children = [widgets.VBox([widgets.Label(one.tooltip), one])
                                  for one in self.rates.values()]  # fmt: skip
        self._folded.titles = (t("What if a figure reached, %"),)
        for name, words in _CALLED.items():
            self.controls[name].description = t(words)
        self.button.description = t("Write as parameters")
        chosen = self.compared.value
        self.compared.options = [(t(words), code) for code, words in COMPARED.items()]
        self.compared.value = chosen
        own = levels(self._data)[::-1] or ["district"]
        for one in own:  # a new level moves two charts: one is drawn ahead, within the first wait
            _drawn(_disbursed, self._data, self.lang.value, one, self.threshold_pct.value)
        self.level.options = [(t(LABELS[code]), code) for code in own]  # chooses the first
        if level in own:
            self.level.value = level
        self._show()

    def _moved(self, code: str, changed: dict) -> None:
        """Write the slider's criterion anew in the line of changes; the others stay."""
        parts = whatif.listed(self.what_if.value)
        asked = [part for part in parts if part.partition("=")[0].strip() != code]
        if changed["new"] > changed["owner"].min:
            asked.append(f"{code} = {changed['new']:g}")
        self.what_if.value = "; ".join(asked)

    def _show(self, _: object = None) -> None:
        asked = {name: control.value for name, control in self.controls.items()}
        try:
            self.view = view(**asked | {"province": self._data, "year": None})
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


def _slider(value: float, low: float, step: float) -> widgets.FloatSlider:
    return widgets.FloatSlider(value=value, min=low, max=100.0, step=step, readout_format=".1f")
