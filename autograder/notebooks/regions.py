"""The parts of an answer's cell: what is taken out of the release, and what may stand in its place.

    ### BEGIN SOLUTION
    for j in range(1, W):
    ### INSTEAD
    # for j in range(W):
    ### END SOLUTION

Without `### INSTEAD`, students receive the usual line: the answer is not written yet. With it,
they receive the lines below it, without their `# `: a program with a planted bug, for instance.
"""

from __future__ import annotations

from textwrap import dedent

BEGIN, INSTEAD, END = "BEGIN SOLUTION", "### INSTEAD", "END SOLUTION"


def solution_regions(source: str) -> list[str]:
    """The answers in a cell, each as text."""
    return ["\n".join(answer) for answer, _ in _regions(source)]


def planted(source: str) -> str | None:
    """What students receive in place of the cell's answer, not indented; None if it is the usual line.

    Raises ValueError if the cell has several answers, or if a line of it is no comment.
    """
    regions = _regions(source)
    found = [given for _, given in regions if given is not None]
    if not found:
        return None
    if len(regions) > 1:
        raise ValueError(f"a cell with {INSTEAD} has one answer; put the other one into a cell of its own")
    lines = dedent("\n".join(found[0])).splitlines()
    if wrong := [line for line in lines or ["nothing"] if not line.startswith("#")]:
        raise ValueError(f"below {INSTEAD} stand comments, `# ` and a line of code, not {wrong[0].strip()!r}")
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)


def as_solved(source: str) -> str:
    """The cell with its answer, and without the marks around it."""
    lines, kept = [], True
    for line in source.splitlines():
        if INSTEAD in line:
            kept = False
        elif END in line:
            kept = True
        elif kept and BEGIN not in line:
            lines.append(line)
    return "\n".join(lines)


def without_comments(source: str) -> str:
    """The code without the lines that are only a comment."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("#"))


def _regions(source: str) -> list[tuple[list[str], list[str] | None]]:
    """For each answer, its lines, and the lines below `### INSTEAD`."""
    regions: list[tuple[list[str], list[str] | None]] = []
    into: list[str] | None = None
    for line in source.splitlines():
        if BEGIN in line:
            into = []
            regions.append((into, None))
        elif END in line:
            into = None
        elif INSTEAD in line and into is not None:
            into = []
            regions[-1] = (regions[-1][0], into)
        elif into is not None:
            into.append(line)
    return regions
