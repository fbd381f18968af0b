"""Which answers are alike: equal but for case, blanks and marks, or nearly the same words.

Answers with other numbers, or with another word that turns the sense round (not, fewer, left), are not alike.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import normalize

ENOUGH = 0.8
"""The share of the words that two alike answers have in common."""
FEWEST = 5
"""Answers with fewer words are alike only if they are equal."""
_TURNS = frozenset(
    re.findall(
        r"\w+",
        """not no never nor without cannot none neither nothing nobody only except unless true false yes more
        less most least fewer larger smaller bigger greater higher lower increase increases decrease
        decreases grow grows shrink shrinks up down before after above below left right first last same
        different inside outside even odd row rows column columns height width input output forward
        backward positive negative maximum minimum max min add adds subtract multiply divide longer
        shorter faster slower all some any always sometimes""",
    )
)


def groups(texts: Mapping[str, str], equal_only: bool = False) -> list[list[str]]:
    """The students in groups of alike answers, the largest first; `texts` are their answers.

    The result does not depend on the order of `texts`. With `equal_only`, only equal answers are one group.
    """
    by_form: dict[str, list[str]] = defaultdict(list)
    for student in sorted(texts):
        by_form[texts[student].strip() if equal_only else form(texts[student])].append(student)
    found: list[tuple[str, list[str]]] = []
    for text, students in sorted(by_form.items(), key=lambda item: (-len(item[1]), item[0])):
        first = None if equal_only else next((mine for leader, mine in found if alike(leader, text)), None)
        if first is None:
            found.append((text, list(students)))
        else:
            first += students
    found.sort(key=lambda item: (-len(item[1]), item[0]))
    return [students for _, students in found]


def form(text: str) -> str:
    """The text without case, marks of Markdown, punctuation at the ends of words, and repeated blanks."""
    plain = normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(filter(None, (word.strip("*_`#>~.,;:!?\"'()") for word in plain.split())))


def alike(one: str, other: str) -> bool:
    """Whether two texts in the form of `form` are nearly the same."""
    if one == other:
        return True
    (mine, my_turns, my_size), (theirs, their_turns, their_size) = _words(one), _words(other)
    if min(my_size, their_size) < FEWEST or my_turns != their_turns:
        return False
    if 2 * min(my_size, their_size) < ENOUGH * (my_size + their_size):
        return False
    return 2 * (mine & theirs).total() >= ENOUGH * (my_size + their_size)


@lru_cache(maxsize=10_000)
def _words(text: str) -> tuple[Counter[str], tuple[str, ...], int]:
    """The words of a text, those that must be the same in order, and how many words there are."""
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*|[^\w\s]", text)
    turns = [word for word in words if word in _TURNS or word.endswith("n't") or not word[0].isalpha()]
    return Counter(words), tuple(turns), len(words)
