"""Pictures for the notebooks: one module a lesson, drawn with matplotlib.

All of them have their figures from `grid`, which also draws arrays as grids of numbers, and their colours
from `palette`; `controls` lets a picture follow sliders. Each lesson's functions draw into a new figure,
which a notebook shows by itself, and return nothing, so a cell may end in the call. What only fills one Axes
takes that Axes first.
"""
