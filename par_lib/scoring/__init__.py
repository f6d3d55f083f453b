"""Points, rates and comparisons: pure arithmetic on tidy tables.

- ``intervals``: ranks, leads and changes of values known only within bounds
- ``parts``: a total and its parts: shares, order, concentration, reductions
- ``rulebook``: rules from a rate to points, and those of a year (``rules/par_index_<year>.toml``)
- ``on_time``: dossiers on time and late of a level, within all the bounds that are known
- ``scorecard``: points and points lost by criterion, and what no criterion explains
- ``disbursement``: which rates compare, with what level, how they moved and ran, what remains
- ``service_index``: what the parts of the index of Decision 766 lost, classes, central targets
- ``survey``: satisfaction (SIPAS) from answers, with its uncertainty
- ``unit_comparison``: districts compared, their score, who is among the lowest
- ``fair_comparison``: units given their mix, size and chance: expected late, funnel, pooled rates
- ``process_chart``: months that are ordinary, and those that call for a question
- ``provinces``: what is known of other provinces in the same year
- ``changes``: what changed since the year before
- ``whatif``: what a change would win, and the cheapest way to a target
- ``assigned_tasks``: tasks set after a year, joined to the figures they should move
"""
