"""The widgets of notebooks/explore.ipynb: each change is one call of par.view, shown as code."""

import html
import math
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import ipywidgets as widgets

from par_lib.charts import view
from par_lib.cleaning import tables
from par_lib.language import labels
from par_lib.language.translation import NAMES, language
from par_lib.storage import paths

_STEP_PCT = 0.5
_WIDE = widgets.Layout(width="98%")
_NARROW = {"description_width": "7em"}


class Explorer(widgets.VBox):
    """Choices on the left, the view they give on the right; ``view`` is the present one.

    It takes what ``par.view`` takes. Sliders write the line of changes, which can be edited as
    well: it is what counts.
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
        self.rates: dict[str, widgets.FloatSlider] = {}
        self._sliders, self._title, self._saved = widgets.VBox(), widgets.HTML(), widgets.HTML()
        self.button = widgets.Button(icon="save", layout=_WIDE)
        self._code = widgets.Textarea(disabled=True, rows=5, layout=_WIDE)
        self._shown = widgets.HTML(layout=_WIDE)
        self._new_place()
        self.province.observe(self._new_province, "value")
        self.year.observe(self._new_place, "value")
        for control in (self.lang, self.level, self.threshold_pct, self.what_if):
            control.observe(self._show, "value")
        self.button.on_click(self._save)
        controls = [
            self.province, self.year, self.level, self.lang, self.threshold_pct, self._title,
            self._sliders, self.what_if, self.button, self._saved,
        ]  # fmt: skip
        left = widgets.VBox(controls, layout=widgets.Layout(flex="1 1 22em", max_width="30em"))
        right = widgets.VBox([self._code, self._shown], layout=widgets.Layout(flex="3 1 30em"))
        row = widgets.Layout(flex_flow="row wrap", grid_gap="1em")
        super().__init__([widgets.Box([left, right], layout=row)])

    def _new_province(self, _: object = None) -> None:
        with self._silent():
            self.year.options = paths.years(self.province.value)
            self.year.value = self.year.options[-1]
        self._new_place("another")

    def _new_place(self, changed: object = None) -> None:
        """Another province or year: its levels and criteria, none of which is changed yet."""
        if self._quiet:
            return
        self._data = tables.load(self.province.value, self.year.value)
        with self._silent():
            if changed is not None:
                self.what_if.value = ""
            own, level = view.levels(self._data) or ["district"], self.level.value
            self.level.options = own
            self.level.value = level if level in own else own[-1]
            now = view.movable(self._data).set_index("criterion")["rate_pct_low"]
            self.rates = {
                code: _slider(_below(rate), _below(rate), _STEP_PCT) for code, rate in now.items()
            }
            self._now = now.to_dict()
            for slider in self.rates.values():
                slider.observe(self._moved, "value")
            self._labels = {code: widgets.Label() for code in self.rates}
            self._sliders.children = tuple(
                widget for code in self.rates for widget in (self._labels[code], self.rates[code])
            )
        self._show()

    def _moved(self, _: object = None) -> None:
        asked = [f"{code} = {slider.value:g}" for code, slider in self.rates.items()
                 if slider.value > self._now[code]]  # fmt: skip
        self.what_if.value = "; ".join(asked)

    def _show(self, _: object = None) -> None:
        if self._quiet:
            return
        self._name()
        try:
            self.view = view.view(
                self._data, level=self.level.value, threshold_pct=self.threshold_pct.value,
                what_if=self.what_if.value, lang=self.lang.value,
            )  # fmt: skip
        except ValueError as error:  # a line of changes that cannot be read: said, not raised
            self._saved.value = f'<p role="alert">{html.escape(str(error))}</p>'
            return
        self._shown.value, self._code.value = self.view.markup, self.view.code
        self._saved.value = ""

    def _name(self) -> None:
        """Words of the controls, in the language chosen."""
        t = language(self.lang.value)
        self.province.description, self.year.description = t("Province"), t("Year")
        self.level.description, self.lang.description = t("Level"), t("Language")
        self.threshold_pct.description = t("Threshold, %")
        self.what_if.description, self.button.description = t("Changes"), t("Write as parameters")
        title = t("What if a figure reached, %")
        self._title.value = f"<b>{title}</b>"
        with self._silent():
            codes = [one if isinstance(one, str) else one[1] for one in self.level.options]
            level = self.level.value
            self.level.options = [(t(labels.LABELS[code]), code) for code in codes]
            self.level.value = level
        for code, slider in self.rates.items():
            self._labels[code].value = slider.tooltip = t(labels.LABELS[code])

    def _save(self, _: object = None) -> None:
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


def _below(rate: float) -> float:
    return math.floor(rate / _STEP_PCT) * _STEP_PCT
