"""The analysis of one wave: tally, disclosure control, statistics, Release.

A pure library: it imports neither `survey` nor Flask nor SQLAlchemy. It meets `survey` at
`Codebook`, `TablePlan` and `Microdata` going in, and at `Release` coming out.
"""
