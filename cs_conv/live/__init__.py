"""Live pictures: components that compute what they draw with the learner's own functions.

    from cs_conv.live import window
    window(globals())

Each component is a Python function `frame(source, state) -> arrays` beside a JavaScript module that draws. In
JupyterLab the kernel computes a new frame whenever something is moved; on a page of the site Pyodide does.
`source` is a mapping in which the learner's functions are looked up by name at each frame, so `globals()` is
right: a function that is defined anew is drawn anew.
"""

from cs_conv.live.columns import columns
from cs_conv.live.field import field
from cs_conv.live.filters import filters
from cs_conv.live.heat import heat
from cs_conv.live.messages import messages
from cs_conv.live.pattern import pattern
from cs_conv.live.pooling import pooling
from cs_conv.live.sizes import sizes
from cs_conv.live.steps import steps
from cs_conv.live.trainer import trainer
from cs_conv.live.window import window

__all__ = [
    "columns",
    "field",
    "filters",
    "heat",
    "messages",
    "pattern",
    "pooling",
    "sizes",
    "steps",
    "trainer",
    "window",
]
