"""Pictures for the notebooks, drawn with matplotlib: one module for each lesson.

All figures are made in `grid`, which also draws arrays as grids of numbers, and all colours come from
`palette`; `controls` lets a picture follow sliders. The functions for lessons draw into a new figure, which a
notebook shows by itself, and return nothing, so a cell may end with the call. A function that only fills one
Axes takes that Axes first.
"""
