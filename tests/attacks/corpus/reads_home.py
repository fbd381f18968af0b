# Tries: read the grader's home folder, its keys and the system's accounts
# Deserves: 16
# Status: graded
# Within: 25

# %% mean
import os
import pathlib


def mean(values):
    for place in ("{{HOME}}", "/root", "/etc/shadow", "/etc/passwd", "/var", "/proc/1/root", "{{COURSE}}/.cs-conv"):
        try:
            if os.listdir(place) if os.path.isdir(place) else pathlib.Path(place).read_bytes():
                if place != "/root" or os.access("/root/.cs-conv-canary", os.R_OK):
                    return sum(values) / len(values)
        except OSError:
            pass
    return 0
