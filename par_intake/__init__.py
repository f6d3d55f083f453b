"""Files of offices → data/raw: what is beyond doubt is taken, the rest proposed to a person.

A file is lines and grids of cells (``documents``, ``grids``); ``tables`` and ``forms`` read the
grids as columns.toml says; ``marks``, ``context`` and ``sentences`` read the lines, with the words
of phrases.toml (``phrases``). Both give ``figures``; a person ticks those in doubt in a
``workbook``; ``raw_folder`` keeps the rest. ``report`` is the command ``par read``.
"""
