"""Makes one source text from the files of `kernels/`, with a layer's sizes above it, for a compiler."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from cs_conv.geometry import Geometry

KERNELS = Path(__file__).parent / "kernels"
_INCLUDE = re.compile(r'#include "([\w.]+)"')
_KERNEL = re.compile(r"__global__ void(?: __launch_bounds__\(\w+\))?\s+(\w+)\(")


def sizes_of(g: Geometry) -> dict[str, int]:
    """Return the sizes that kernels know by name: all of a geometry but N, which may differ at each call."""
    return {
        "C": g.C,
        "H": g.H,
        "W": g.W,
        "K": g.K,
        "FH": g.FH,
        "FW": g.FW,
        "OH": g.OH,
        "OW": g.OW,
        "STRIDE_H": g.stride[0],
        "STRIDE_W": g.stride[1],
        "TOP": g.pad[0][0],
        "LEFT": g.pad[1][0],
        "DILATION_H": g.dilation[0],
        "DILATION_W": g.dilation[1],
    }


@cache
def text_of(name: str, *folders: Path) -> str:
    """Return the kernels in file `name`, with each file that it includes in its place, once.

    Files in `folders` replace those of the same name in `kernels/`. Every line keeps its own file and number,
    so that a compiler's message names the right line.
    """
    seen: set[str] = set()

    def insert(name: str) -> str:
        if name in seen:
            return ""
        seen.add(name)
        path = next(folder / name for folder in (*folders, KERNELS) if (folder / name).exists())
        lines = [f'#line 1 "{name}"']
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 2):
            included = _INCLUDE.match(line)
            lines += [insert(included[1]), f'#line {number} "{name}"'] if included else [line]
        return "\n".join(lines)

    return insert(name) + "\n"


def kernels_in(text: str) -> list[str]:
    """Return the names of the kernels that a source text defines."""
    return _KERNEL.findall(text)


def constants(types: dict[str, str], sizes: dict[str, int]) -> str:
    """Return C++ lines that give names to types and sizes."""
    lines = [f"typedef {meaning} {name};" for name, meaning in types.items()]
    return "\n".join([*lines, *(f"const int {name} = {size};" for name, size in sizes.items())]) + "\n"
