"""Files of offices → data/raw: what is beyond doubt is taken, the rest proposed to a person.

- ``documents``: a file as lines that know their place and as grids of its tables
- ``grids``: tables of Excel, OpenDocument, Word, PDF, HTML, CSV and JSON as cells
- ``tables``: where titles, header, units, sections and totals stand (``columns.toml``)
- ``forms``: figures of offices' forms, lists and answers, counted without names
- ``phrases``: numbers, days and words that reports use (``phrases.toml``)
- ``marks``: what a line names: offices, numbers, measures, levels, periods, plans
- ``context``: whose a figure is, of when, a share of what, from the text around it
- ``sentences``: figures of sentences and of listings, taken with caution or with their doubts
- ``figures``: figures taken and proposed; rows of raw tables
- ``workbook``: the workbook an office fills in or ticks, written and read
- ``raw_folder``: raw tables into their folder; a province begun
- ``report``: the command ``par read``, whole or not at all, and the page that shows what was read
"""
