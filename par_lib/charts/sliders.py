"""A slider a criterion, on the page itself: the points that its rate would win, looked up.

Without the page's script (as in JupyterLab, which has explore.ipynb) nothing is shown.
"""

import html
import json

import pandas as pd

from par_lib.charts import notebook
from par_lib.language.translation import UNKNOWN, Language


def sliders(curves: pd.DataFrame, points: tuple[float, float]) -> None:
    """Show whatif.curves() as sliders; ``points`` are the present ones of all, in which they count.

    Criteria whose points are stated add up; of the others the share of the assumed maximum is
    shown. Of no criteria, nothing is shown.
    """
    here = notebook.here()
    parts = [_rows(here, part) for _, part in sorted(curves.groupby("stated"), reverse=True)]
    if not parts:
        return
    t, apart = here.t, here.t("As a share of the assumed maximum")
    divided = f'<tr><th scope="rowgroup" colspan="4">{apart}</th></tr>'
    heads = map(here.head, ("criterion", "rate_pct", "new_rate_pct", "won_points"))
    head = "".join(f'<th scope="col">{html.escape(words)}</th>' for words in heads)
    body = divided.join(parts if curves["stated"].any() else ["", *parts])
    ends = json.dumps([None if pd.isna(end) else round(float(end), 6) for end in points])
    markup = (
        f'<figure class="what-if" data-points="{ends}" hidden><table>'
        f"<caption>{t('Move a slider: the points that each rate would win')}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody><tfoot>"
        + _total(t("Points regained together (assumed)"), 'aria-live="polite"')
        + _total(t("PAR INDEX with it (assumed)"))
        + f'</tfoot></table><p><button type="button">{t("Back to the present rates")}</button></p>'
        "</figure>"
    )
    here.emit({"text/html": markup, "text/plain": ""})


def _rows(here: notebook.Notebook, curves: pd.DataFrame) -> str:
    """A row a criterion: its name above its slider, the rates, the points won."""
    rows = []
    for code, curve in curves.groupby("criterion", sort=False):
        first, name = curve.iloc[0], html.escape(here.words(code))
        mark = here.mark_of([curve.head(1)], None)
        scale, unit = (1, "") if first["stated"] else (100, "%")  # the assumed maximum is a point
        won = (curve[["won_points_low", "won_points_high"]] * scale).round(6)
        looked_up = json.dumps([curve["reached_pct"].tolist(), *won.to_numpy().T.tolist()])
        present = here.cell("rate_pct", first["rate_pct_low"], first["rate_pct_high"])
        at = int((curve["reached_pct"] <= first["rate_pct_low"]).sum()) - 1
        rows.append(
            f'<tr data-curve="{looked_up}" data-unit="{unit}"><th scope="row">{name}{mark}'
            f'<input type="range" min="0" max="{len(curve) - 1}" value="{at}" aria-label="{name}">'
            f'<small data-next="{_next(here.t)}"></small></th><td class="num">{present}</td>'
            f'<td class="num"><output></output></td><td class="num"><output>{UNKNOWN}</output></td>'
            "</tr>"
        )
    return "".join(rows)


def _next(t: Language) -> str:
    return html.escape(t("a rate of {rate} would win {points}", rate="{rate}", points="{points}"))


def _total(words: str, live: str = "") -> str:
    return (
        f'<tr><th scope="row" colspan="2">{words}</th>'
        f'<td class="num" colspan="2"><output {live}></output></td></tr>'
    )
