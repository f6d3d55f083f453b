"""One notebook and one year make a page; the pages of a year make an edition.

The press knows nothing of dossiers: it knows notebooks, parameters, languages and folders.

- ``plan``: what is to be made: editions, notebooks, parameters; and from which raw files
- ``runner``: the journey of ``par run``: many editions at once, each put in place whole
- ``execute``: one notebook, translated and run to its end
- ``kernels``: kernels forked from a warm process, and how one talks to them; a cluster's workers
- ``page``: an executed notebook → one HTML page that needs nothing beside itself
- ``shown``: what executed notebooks show, and its parts made fit for a page
- ``edition``: tables, pages, documents of one province and year; the list of editions
- ``documents``: Word, Excel and PDF of what they show: the workbook, the page for the chair
- ``report``: report.docx, for an office to sign
- ``changes``: what an edition says otherwise than another, and why
- ``manifest``: what an edition was made from, what of it still holds, and what was altered
- ``lab``: JupyterLab prepared; what is on a machine
"""

import sys

# jsonschema and jupyter_events import rfc3987_syntax, which builds parsers for 2 s; formats are
# checked without it (jupyter_server issue 1559).
sys.modules.setdefault("rfc3987_syntax", None)
