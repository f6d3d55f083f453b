"""Charts, tables and sentences as a reader sees them.

- ``plots``: charts in seaborn's grammar, of which an interval is a hatched span; the house style
- ``presentation``: how a page writes values; headlines and tables as markup, with sources
- ``table_data``: a table as data, for programs and for the documents of an edition
- ``plot_words``: what stands on a chart, its caption, what a screen reader says, from its data
- ``notebook``: ``par.begin``, ``%%say`` and ``%%headline``, ``table``, ``sources``, ``sliders``
- ``view``: a level's units and what changes would win, ``par.view``, and widgets: ``par.explore``
"""
