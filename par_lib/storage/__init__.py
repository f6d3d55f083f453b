"""Files and folders, whatever is in them.

- ``paths``: where things live, and how a file is put there: whole
- ``csv_files``: tables as CSV, text cell by cell when read
- ``dependencies``: what a result was read from, and whether that changed
"""
