"""parse_pattern(pattern): the layers that a pattern such as `INPUT -> [CONV -> RELU]*2 -> FC` stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def reference(pattern):
    """Innermost brackets first: each is written out until none is left. The errors are the program's."""
    parse_pattern(pattern)
    text = pattern.replace(" ", "")
    while "[" in text:
        inner = re.search(r"\[([^\[\]]*)\](?:\*(\d+))?", text)
        times = 1 if inner.group(2) is None else int(inner.group(2))
        text = text[: inner.start()] + "->".join([inner.group(1)] * times) + text[inner.end() :]
    return [name for name in text.split("->") if name]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def wrong(about, pattern, at):
        return Case("errors", f"{about}: {pattern!r}", (pattern,), error=(at,))

    yield Case("rows", "one layer", ("INPUT",))
    yield Case("rows", "two layers", ("INPUT -> FC",))
    yield Case("rows", "without spaces", ("INPUT->CONV->RELU->FC",))
    yield Case("rows", "with many spaces", ("  INPUT  ->   FC ",))
    yield Case("brackets", "brackets alone", ("INPUT -> [CONV -> RELU] -> FC",))
    yield Case("brackets", "a part two times", ("INPUT -> [CONV]*2 -> FC",))
    yield Case("brackets", "two layers three times", ("INPUT -> [CONV -> RELU]*3 -> FC",))
    yield Case("brackets", "brackets in brackets", ("INPUT -> [[CONV -> RELU]*2 -> POOL]*3 -> FC",))
    yield Case("brackets", "spaces around the star", ("INPUT -> [FC] * 2 -> FC",))
    yield Case("brackets", "a part no times", ("INPUT -> [CONV]*0 -> FC",))
    for times in (10, 12, 25):
        yield Case("brackets", f"{times} times", (f"INPUT -> [CONV]*{times} -> FC",))
    a, b, c = rng.integers(1, 5, 3).tolist()
    drawn = f"INPUT -> [[CONV -> RELU]*{a} -> POOL]*{b} -> [FC -> RELU]*{c} -> FC"
    yield Case("brackets", "numbers drawn at random", (drawn,))
    yield wrong("a name that does not exist", "INPUT -> CONF -> FC", 9)
    yield wrong("a bracket that is not closed", "INPUT -> [CONV -> RELU", 22)
    yield wrong("a bracket that was not opened", "INPUT -> CONV] -> FC", 13)
    yield wrong("no arrow between two layers", "INPUT CONV", 6)
    yield wrong("nothing after an arrow", "INPUT -> ", 9)
    yield wrong("a star without a number", "INPUT -> [CONV]*x -> FC", 16)
    yield wrong("nothing at all", "", 0)
    yield wrong("two arrows", "INPUT -> -> FC", 9)
    yield wrong("a star after a name", "INPUT -> CONV*2 -> FC", 13)
    yield wrong("a name in small letters", "INPUT -> conv -> FC", 9)
    yield wrong("a letter after a name", "INPUT -> CONVX -> FC", 9)
    yield wrong("two names without a space", "CONVRELU", 0)
    yield wrong("a letter after the first name", "INPUTS -> FC", 0)
    yield wrong("half an arrow", "INPUT - FC", 6)
    yield wrong("half an arrow at the end", "INPUT -> CONV -", 14)
    yield wrong("empty brackets", "INPUT -> []*2 -> FC", 10)


def parse_pattern(pattern):
    """Return the names of the layers that a pattern stands for, in order: a list of texts.

    pattern: text. ValueError with the position, from 0, of the character at which it is wrong.
    """
    names = ("INPUT", "CONV", "RELU", "POOL", "FC")
    at = 0

    def skip_spaces():
        nonlocal at
        while pattern[at : at + 1] == " ":
            at += 1

    def take(text):
        """Whether the text stands here; then it is left behind."""
        nonlocal at
        skip_spaces()
        if not pattern.startswith(text, at):
            return False
        at += len(text)
        return True

    def number():
        nonlocal at
        skip_spaces()
        begin = at
        while pattern[at : at + 1].isdigit():
            at += 1
        if at == begin:
            raise ValueError(f"position {at}: a number is missing after *")
        return int(pattern[begin:at])

    def part():
        nonlocal at
        if take("["):
            inside = row()
            if not take("]"):
                raise ValueError(f"position {at}: ] or -> is missing")
            return inside * (number() if take("*") else 1)
        begin = at
        while pattern[at : at + 1].isalpha():
            at += 1
        if pattern[begin:at] not in names:
            raise ValueError(f"position {begin}: no layer has this name")
        return [pattern[begin:at]]

    def row():
        layers = part()
        while take("->"):
            layers = layers + part()
        return layers

    layers = row()
    skip_spaces()
    if at < len(pattern):
        raise ValueError(f"position {at}: -> is missing")
    return layers


mistakes = Catalogue(parse_pattern)

mistakes.change(
    "brackets not repeated",
    "[...]*3 stands for the part in brackets, three times.",
    {"inside * (number() if take": "inside * ((number(), 1)[1] if take"},
)
mistakes.change(
    "once more than the number says",
    "[CONV]*2 stands for two of them.",
    {"inside * (number() if take": "inside * (number() + 1 if take"},
)
mistakes.change(
    "only the last layer in brackets repeated",
    "The whole part in brackets is repeated, in order.",
    {"inside * (number() if take": "inside[:-1] + inside[-1:] * (number() if take"},
)
mistakes.change(
    "each layer repeated by itself",
    "[CONV -> RELU]*2 is CONV, RELU, CONV, RELU.",
    {
        'return inside * (number() if take("*") else 1)': (
            'times = number() if take("*") else 1\nreturn [name for name in inside for _ in range(times)]'
        )
    },
)
mistakes.change(
    "the inner number used for the outer brackets",
    "Each pair of brackets has a number of its own.",
    {
        "at = 0\n": "at = 0\nfirst = []\n",
        "return int(pattern[begin:at])": "first.append(int(pattern[begin:at]))\nreturn first[0]",
    },
)
mistakes.change(
    "only the first digit of a number",
    "A number may have several digits: [CONV]*12.",
    {"while pattern[at : at + 1].isdigit():": "if pattern[at : at + 1].isdigit():"},
)
mistakes.change(
    "a part left out at *1 and *0 alike",
    "*0 leaves a part out; *1 has it once.",
    {"inside * (number() if take": "inside * (max(number() - 1, 0) if take"},
)
mistakes.change(
    "*0 taken for *1",
    "[CONV]*0 stands for nothing.",
    {"inside * (number() if take": "inside * (max(number(), 1) if take"},
)
mistakes.change(
    "INPUT left out",
    "INPUT is part of the result.",
    {"    layers = row()": "    layers = [name for name in row() if name != names[0]]"},
)
mistakes.change(
    "positions counted from 1",
    "The first character has position 0.",
    {
        "position {at}: a number": "position {at + 1}: a number",
        "position {at}: ]": "position {at + 1}: ]",
        "position {begin}: no": "position {begin + 1}: no",
        "position {at}: -> is": "position {at + 1}: -> is",
    },
)
mistakes.change(
    "errors without a position",
    "The message must say where the pattern is wrong: the position of the character.",
    {
        "position {at}: a number": "a number",
        "position {at}: ]": "]",
        "position {begin}: no": "no",
        "position {at}: -> is": "-> is",
    },
)
mistakes.change(
    "what is left over is not looked at",
    "After the last layer the text must end.",
    {"if at < len(pattern):": "if False:"},
)
mistakes.change(
    "an open bracket is closed by the end",
    "A bracket that was opened must be closed.",
    {'if not take("]"):': 'if not take("]") and at < len(pattern):'},
)
mistakes.change(
    "unknown names taken over",
    "There are INPUT, CONV, RELU, POOL and FC. Any other name is an error.",
    {"if pattern[begin:at] not in names:": "if begin == at:"},
)
mistakes.change(
    "a longer name taken for the name it begins with",
    "A name ends where its letters end: CONVX is one name, which does not exist, and the error is where it "
    "begins. Read all letters first, then look the name up.",
    {
        "if pattern[begin:at] not in names:": (
            "fits = [name for name in names if pattern.startswith(name, begin)]\n"
            "at = begin + len(fits[0]) if fits else begin\n"
            "if not fits:"
        )
    },
)

exercise = Exercise(
    name="parse_pattern",
    arguments=("pattern",),
    parts=("layers",),
    data=("layers",),
    axes={"layers": ("layer",)},
    aspects=(aspect("rows", 1, "rows"), aspect("brackets", 3, "brackets"), aspect("errors", 2, "errors")),
    reference=reference,
    cases=cases,
    program=parse_pattern,
    mistakes=tuple(mistakes),
    unfit="error",
)
