"""The invented province "demo", marked synthetic everywhere.

- ``invented``: places and offices, a dossier register, a year's results
- ``province``: all of it written as data/raw/demo; ``write``
"""
