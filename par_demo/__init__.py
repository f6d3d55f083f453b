"""The invented provinces "demo" and "demo-today", marked synthetic everywhere.

- ``invented``: places and offices, a dossier register, a year's results
- ``today``: the same of the kind there is since July 2025: 94 communes and no districts
- ``province``: all of it written as data/raw/demo and data/raw/demo-today; ``write``
"""
