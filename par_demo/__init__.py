"""The invented provinces "demo" and "demo-today", marked synthetic everywhere.

- ``invented``: what is invented of a year: a dossier register, and every raw table
- ``province``: the two provinces, their units, and all of it written as data/raw; ``write``
"""
