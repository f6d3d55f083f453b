"""Charts, tables and sentences as a reader sees them.

- ``plots``: charts in seaborn's grammar, of which an interval is a hatched span; the house style
- ``control_plots``: units by size and months in order, with the limits of what is ordinary
- ``presentation``: how a page writes values; headlines and tables as markup, with sources
- ``table_data``: a table as data, for programs and for the documents of an edition
- ``alt_text``: what a screen reader says of a chart
- ``plot_words``: what stands on a chart, and its caption, from its data
- ``notebook``: ``par.begin``, ``%%say`` and ``%%headline``, ``table``, ``sources``
- ``sliders``: a slider a criterion on a page, what its rate would win looked up
- ``view``: a level's units and what changes would win, ``par.view``, and widgets: ``par.explore``
"""
