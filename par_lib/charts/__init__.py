"""Charts, tables and sentences as a reader sees them, and the house style they share.

- ``plots``: charts in seaborn's grammar, of which an interval is a hatched span
- ``presentation``: how a page writes values; headlines and tables as markup, with sources
- ``table_data``: a table as data, for programs and for the documents of an edition
- ``plot_words``: what stands on a chart, its caption, what a screen reader says, from its data
- ``notebook``: ``par.begin``, ``%%say`` and ``%%headline``, ``table``, ``sources``, ``sliders``
- ``view``: a level's units and what changes would win, ``par.view``, and widgets: ``par.explore``
"""

# As wide as a phone: letters stay readable there, and on a desk the chart is shown larger.
WIDE_INCHES = 4.6
PALETTE = {"ink": "#1c2024", "muted": "#5f6670", "faint": "#c9ced6", "accent": "#a8401a",
           "bar": "#8a93a0", "paper": "#ffffff", "pale": "#f3e4dc", "deep": "#c9764f"}  # fmt: skip
STYLE = {
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "none", "font.family": ["DejaVu Sans"], "font.size": 10,
    "text.color": PALETTE["ink"], "axes.labelcolor": PALETTE["muted"],
    "axes.edgecolor": PALETTE["faint"], "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 10, "axes.titlelocation": "left", "axes.titlecolor": PALETTE["ink"],
    "axes.axisbelow": True, "grid.color": PALETTE["faint"], "grid.linewidth": 0.6,
    "xtick.color": PALETTE["faint"], "ytick.color": PALETTE["faint"],
    "xtick.labelcolor": PALETTE["muted"], "ytick.labelcolor": PALETTE["ink"],
    "hatch.color": PALETTE["bar"], "hatch.linewidth": 0.7, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.facecolor": "none", "figure.figsize": (WIDE_INCHES, 3.4),
}  # fmt: skip
