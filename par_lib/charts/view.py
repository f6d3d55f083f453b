"""One look at a year: a level's late dossiers and disbursement, and what changes would win.

What the widgets of notebooks/explore.ipynb show, as one call.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd
import yaml

from par_lib.charts import plots
from par_lib.charts.notebook import Notebook
from par_lib.cleaning import tables
from par_lib.cleaning.schema import LEVELS
from par_lib.cleaning.tables import Tables, longest_period
from par_lib.language import labels
from par_lib.scoring import rulebook, scorecard, whatif
from par_lib.scoring.parts import highest_first
from par_lib.storage import paths
from par_lib.storage.paths import write_whole

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
        given = dict(self.parameters)
        place = f"{_quoted(given.pop('province'))}, {given.pop('year')}"
        rest = ", ".join(f"{name}={_quoted(value)}" for name, value in given.items())
        return f"import par_lib as par\n\npar.view({place}, {rest})"

    def save(self, path: Path | None = None) -> Path:
        """Write the parameters as YAML for ``papermill -f``; gives the file.

        ``path`` is outputs/views/<province>-<year>.yaml unless given.
        """
        name = "{province}-{year}.yaml".format(**self.parameters)
        path = path or paths.root() / "outputs" / "views" / name
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
    ``what_if`` is a line of changes as scenario.parse_changes reads it, as "online_payment = 30".
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
    sources = _drawn(_sources, data, lang, *(part.cited for part in parts.values()))
    markup = "".join(part.markup for part in (*parts.values(), sources))
    parameters = {
        "province": data.province, "year": data.year, "level": level,
        "threshold_pct": float(threshold_pct), "what_if": what_if, "lang": lang,
    }  # fmt: skip
    frames = {name: part.frame.copy() for name, part in parts.items()}
    return View(parameters, frames, f'{_CSS}<div class="par-view">{markup}</div>')


def levels(data: Tables) -> list[str]:
    """Levels that have units with late dossiers or disbursement this year, highest first."""
    own = pd.concat([frame.loc[frame["unit"] != data.place, ["level"]]
                     for frame in (data.late_dossiers, data.disbursement)])  # fmt: skip
    return [level for level in LEVELS if (own["level"] == level).any()]


def movable(data: Tables) -> pd.DataFrame:
    """Criteria that a what-if can move: columns criterion, rate_pct_low, rate_pct_high."""
    book = rulebook.load(data.province, data.year)
    card = scorecard.build(data, book)
    own = card[card["criterion"].isin(whatif.movable(card, book))]
    return own[["criterion", "rate_pct_low", "rate_pct_high"]].reset_index(drop=True)


@dataclass(frozen=True)
class _Part:
    frame: pd.DataFrame
    markup: str
    cited: tuple[tuple[str, tuple[str, ...]], ...]  # sources, each with the places in it


@lru_cache(maxsize=64)
def _drawn(draw: Callable, data: Tables, lang: str, *asked: object) -> _Part:
    """One part of a view; kept, because moving one slider leaves the other parts as they are."""
    pieces: list[str] = []
    here = Notebook(data, lang, emit=lambda shown, _: pieces.append(shown["text/html"]))
    frame = draw(data, here, *asked)
    cited = tuple((source, tuple(places)) for source, places in here.page.cited.items())
    return _Part(frame, "".join(pieces), cited)


def _sources(data: Tables, here: Notebook, *parts: tuple) -> pd.DataFrame:
    for source, places in itertools.chain(*parts):
        here.page.cited.setdefault(source, {}).update(dict.fromkeys(places))
    here.page.show_sources()
    return data.sources


def _late(data: Tables, here: Notebook, level: str) -> pd.DataFrame:
    t = here.t
    own = data.late_dossiers.query("level == @level and unit != @data.place")
    own = highest_first(longest_period(own).dropna(subset=["late_low"]), "late")
    name = t(labels.LABELS[level])
    if own.empty:
        here.page.missing(t("{level}: no late dossiers are known by unit.", level=name))
        return own
    period = {"start": own["period_start"].iloc[0], "end": own["period_end"].iloc[0]}
    title = t("{level}: late dossiers, {start} to {end}", level=name, **period)
    here.page.headline(title, own)
    here.show(plots.barplot(own, x="late", y="unit", caption=title).figure)
    here.table(own, ["unit", "late"], title)
    return own


def _disbursed(data: Tables, here: Notebook, level: str, threshold_pct: float) -> pd.DataFrame:
    t = here.t
    own = data.disbursement.query("level == @level and unit != @data.place and scope == 'total'")
    own = own[own["as_of"] == own["as_of"].max()].dropna(subset=["rate_pct_low"])
    own = highest_first(own, "rate_pct")
    name = t(labels.LABELS[level])
    if own.empty:
        here.page.missing(t("{level}: no disbursement is known by unit.", level=name))
        return own
    below = own["rate_pct_high"] < threshold_pct
    perhaps = ~below & (own["rate_pct_low"] < threshold_pct)
    title = t("{level}: capital disbursed at {day}", level=name, day=own["as_of"].iloc[0])
    here.page.headline(t("{title}: {below} of {count} surely below {threshold}, {perhaps} perhaps",
                         title=title, below=int(below.sum()), count=len(own),
                         threshold=t.percent(threshold_pct, 0), perhaps=int(perhaps.sum())),
                       own)  # fmt: skip
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
        here.page.headline(title, won)
        shown = ["criterion", "rate_pct", "new_rate_pct", "won_points", "lost_points"]
        here.table(won, shown, title)
    return won


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
