"""Charts, tables and sentences as a reader sees them.

- ``style``: colours and letters of all charts; a chart as SVG
- ``plots``: charts in seaborn's grammar, of which an interval is a hatched span
- ``plot_words``: what stands on a chart, its caption and alternative text, from its data
- ``presentation``: headlines, charts and tables as markup, each with words and sources
- ``notebook``: ``par.begin``, ``%%say`` and ``%%headline``, ``table``, ``sources``
- ``view``: a level's units and what changes would win: ``par.view``
- ``explorer``: the widgets that choose a view: ``par.explore``
"""
