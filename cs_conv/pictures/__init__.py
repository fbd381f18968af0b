"""Pictures for the notebooks: matplotlib only, one module a lesson, all built on `grid`.

Each lesson's functions draw into a new pyplot figure (which a notebook shows by itself) and return nothing,
so a cell may end in the call. What only fills one Axes takes that Axes first.
"""
