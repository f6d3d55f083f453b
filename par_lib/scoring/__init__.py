"""Points, rates and comparisons: pure arithmetic on tidy tables.

- ``formulas``: points from satisfaction, rates, shares, reductions
- ``intervals``: ranks, Gini, Lorenz and changes of values known only within bounds
- ``parts``: a total and its parts: shares, order, concentration
- ``rule_kinds``: kinds of scoring rules, each from a rate to points
- ``rulebook``: the rules of a year (``rules/par_index_<year>.toml``), each stated or assumed
- ``on_time``: dossiers on time and late of a level, within all the bounds that are known
- ``scorecard``: points and points lost by criterion
- ``losses``: where points were lost, what no criterion explains, the gap to the mean
- ``disbursement``: which rates compare, with what level, how they moved and ran
- ``survey``: satisfaction (SIPAS) from answers, with its uncertainty
- ``unit_comparison``: districts compared, their score, who is among the lowest
- ``changes``: what changed since the year before
- ``whatif``: what a change would win, and the cheapest way to a target
- ``assigned_tasks``: tasks set after a year, joined to the figures they should move
"""
