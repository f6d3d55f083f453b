"""Charts, tables and sentences as a reader sees them.

- ``style``: colours and letters of all charts; a chart as SVG
- ``bar_charts``: a row a unit or criterion: bars, hatched spans, changes to either side
- ``line_charts``: curves, slopes, dots, histograms
- ``presentation``: headlines, charts and tables of a notebook, each with words and sources
- ``view``: a level's units and what changes would win: ``par.view``
- ``explorer``: the widgets that choose a view: ``par.explore``
"""
