"""Mistakes that need no catalogue: changes of the programs, with the sentences that are read from each.

They stood in the catalogues before the course could read them. A name here is what the student is told.
"""

from __future__ import annotations

from autograder.checks import find
from autograder.checks.catalogue import Catalogue
from autograder.exercises.pooling.shared import REDUCED, WINDOW, pool_windows

forward = Catalogue(find("average_pool_forward").program, pool_windows)
backward = Catalogue(find("average_pool_backward").program)

for divisor in ("FH * FH", "FW * FW", "FH", "FW", "FH + FW", "4", "stride * stride", "OH * OW"):
    forward.change(
        f"each window's sum divided by {divisor}, where its mean belongs",
        "",
        {REDUCED: f"np.sum(x[n, c, {WINDOW}]) / ({divisor})"},
    )
    power = {"FH * FH": "FH ** 2", "FW * FW": "FW ** 2", "stride * stride": "stride ** 2"}.get(
        divisor, divisor
    )
    share = f"1 / ({power})" if "+" in power or "OW" in power else f"1 / {power}"
    backward.change(
        f"a pixel gets {share} of the gradient, where 1 / (FH * FW) belongs",
        "",
        {"/ (FH * FW)": f"/ ({divisor})"},
    )
for share, change in (("1", ""), ("1 / (FH * FW) ** 2", " / (FH * FW) ** 2")):
    backward.change(
        f"a pixel gets {share} of the gradient, where 1 / (FH * FW) belongs", "", {" / (FH * FW)": change}
    )

READ = [
    (exercise, mistake)
    for exercise, catalogue in (("average_pool_forward", forward), ("average_pool_backward", backward))
    for mistake in catalogue
]
"""(exercise, mistake)"""
