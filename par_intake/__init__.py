"""A report, a workbook or a register → data/raw.

- ``documents``: a file as lines that know their place; tables told as sentences
- ``phrases``: numbers, days and words that reports use (``phrases.toml``)
- ``marks``: what a line names: offices, numbers, topics, periods
- ``context``: what a figure inherits from its sentence and the lines above
- ``sentences``: figures of sentences, each to one column, or left to a person
- ``rows``: figures → rows of raw tables
- ``lists``: listings under a threshold; places named without a figure; tasks
- ``template``: the workbook an office fills in, and its words
- ``workbook``: raw tables from a workbook, or counted from a register
- ``raw_folder``: raw tables into their folder; a province begun
- ``report``: a report from file to rows and the page that shows what was read
"""
