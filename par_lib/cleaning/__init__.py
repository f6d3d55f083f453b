"""From raw tables to tidy ones, and what in them does not add up.

- ``schema``: the tables and their columns, said once; what breaks them, and the error of a cell
- ``units``: provinces, districts, communes and departments valid on a date; names resolved
- ``succession``: which units stand where another stood; where each lies on a map of tiles
- ``tidying``: the verbs from a raw table to a tidy one; rows for units not listed
- ``dossier_register``: a dossier register counted, however large
- ``findings``: what was compared, and what a person should decide; figures bounded and stated
- ``checks``: every check of a year's tables
- ``tables``: a year's raw folder → its tidy tables, and their sources; ``load``
"""
