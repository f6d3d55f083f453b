"""One notebook and one year make a page; the pages of a year make an edition.

The press knows nothing of dossiers: it knows notebooks, parameters, languages and folders.
"""
