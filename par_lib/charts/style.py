"""House style of charts, and a chart as SVG.

Colours are written into the SVG as CSS variables with a fallback, so that a page may darken
them; text stays text, and two runs give the same bytes.
"""

import html
import io

from matplotlib.figure import Figure

PALETTE = {
    "ink": "#1c2024", "muted": "#5f6670", "faint": "#c9ced6", "accent": "#a8401a",
    "bar": "#8a93a0", "paper": "#ffffff", "pale": "#f3e4dc", "deep": "#c9764f",
}  # fmt: skip
STYLE = {
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "none", "svg.hashsalt": "par", "font.family": ["DejaVu Sans"], "font.size": 10,
    "text.color": PALETTE["ink"], "axes.labelcolor": PALETTE["muted"],
    "axes.edgecolor": PALETTE["faint"], "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 10, "axes.titlelocation": "left", "axes.titlecolor": PALETTE["ink"],
    "axes.axisbelow": True, "grid.color": PALETTE["faint"], "grid.linewidth": 0.6,
    "xtick.color": PALETTE["faint"], "ytick.color": PALETTE["faint"],
    "xtick.labelcolor": PALETTE["muted"], "ytick.labelcolor": PALETTE["ink"],
    "hatch.color": PALETTE["bar"], "hatch.linewidth": 0.7, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.facecolor": "none", "figure.figsize": (8, 4.5),
}  # fmt: skip


def to_svg(fig: Figure, alt: str) -> str:
    """A figure as an SVG element with real text, CSS colours and ``alt`` as its name."""
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    fig.savefig(buffer, format="svg", metadata=metadata, bbox_inches="tight", pad_inches=0.05)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    for name, colour in PALETTE.items():
        svg = svg.replace(colour, f"var(--{name}, {colour})")
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1)
