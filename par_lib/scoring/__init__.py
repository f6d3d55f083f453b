"""Points, rates and comparisons: pure arithmetic on tidy tables.

A pair is two columns, ``x_low`` and ``x_high``; percent are 0 to 100. A result carries status,
source and locator of the rows it is from; what is missing stays missing; of no rows comes a frame
with the same columns and no row. References in full: docs/science-review.md.

- ``intervals``: ranks, leads and changes of values known only within bounds
- ``parts``: a total and its parts: shares, order, concentration, reductions
- ``rulebook``: rules from a rate to points, and those of a year (``rules/par_index_<year>.toml``)
- ``rates``: the rates that rules are applied to; dossiers on time, within all bounds known
- ``scorecard``: points and points lost by criterion, what no criterion explains; indices as stated
- ``disbursement``: which rates compare, with what level, how they moved and ran, what remains
- ``survey``: satisfaction (SIPAS) from answers, with its uncertainty
- ``unit_comparison``: districts compared, their score, who is among the lowest
- ``fair_comparison``: units and months given mix, size and chance: expected late, limits, pooled
- ``changes``: what changed since the year before
- ``unit_sheet``: a unit's own figures, its place, its change; what would help it most
- ``whatif``: what a change would win, and the cheapest way to a target
- ``assigned_tasks``: tasks set after a year, joined to the figures they should move
"""
