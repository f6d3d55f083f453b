"""One notebook and one year make a page; the pages of a year make an edition.

The press knows nothing of dossiers: it knows notebooks, parameters, languages and folders.

- ``commands``: what ``par run`` does: which editions, which of them need work, who does it
- ``notebook_source``: a notebook before it is run: its parameters, its prose as messages
- ``plan``: what an edition is made of: notebooks, parameters, raw files
- ``place``: where an edition is put: reserved, at once, whole
- ``runner``: many editions at once, every notebook a task
- ``execute``: one notebook run to its end
- ``kernels``: kernels forked from a warm process, and how the runner talks to them
- ``page``: an executed notebook → one HTML page that needs nothing beside itself
- ``markup``: the parts of a page: prose, code, charts
- ``edition``: tables, pages and manifest of one province and year, put in place
- ``documents``: what executed notebooks show; Word, Excel and PDF of it, the page for the chair
- ``workbook``: tables.xlsx, every table a sheet
- ``report``: report.docx, for an office to sign
- ``changes``: what an edition says otherwise than another, and why
- ``manifest``: what an edition was made from, what of it still holds, and what was altered
- ``lab``: JupyterLab prepared
"""

import sys

# jsonschema and jupyter_events import rfc3987_syntax, which builds parsers for 2 s; formats are
# checked without it (jupyter_server issue 1559).
sys.modules.setdefault("rfc3987_syntax", None)
