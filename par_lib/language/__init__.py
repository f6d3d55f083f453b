"""Words and figures as they are written, and in the reader's language.

- ``spelling``: names compared, searched and sorted whatever their case, tones and letters
- ``numbers``: figures as Vietnamese sources write them: decimal comma, thousands dot, bounds
- ``translation``: words, names of columns, numbers and dates in the reader's language
- ``prose``: paragraphs of a notebook, with named values filled in
"""

LANGUAGES = ("vi", "en")  # the first is the one an office reads
