"""One notebook and one year make a page; the pages of a year make an edition.

The press knows nothing of dossiers: it knows notebooks, parameters, languages and folders.
"""

import sys

# jsonschema and jupyter_events import rfc3987_syntax, which builds parsers for 2 s; formats are
# checked without it (jupyter_server issue 1559).
sys.modules.setdefault("rfc3987_syntax", None)
