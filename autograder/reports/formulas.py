"""Formulas on pages without scripts: TeX becomes MathML, which browsers draw themselves."""

from __future__ import annotations

from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert

LONGEST = 2000
"""The most characters of a formula; a longer one stays TeX."""

_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "mphantom", "mfrac"),
    *("msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
}
_ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "mathvariant", "mathcolor", "mathsize", "stretchy", "fence"),
    *("form", "separator", "accent", "movablelimits", "lspace", "rspace", "minsize", "maxsize", "width"),
    *("height", "depth", "linethickness", "columnalign", "columnspacing", "columnlines", "rowspacing"),
    *("rowlines", "symmetric", "largeop"),
}


@lru_cache(2000)
def mathml(tex: str, display: str) -> str | None:
    """The formula as MathML, `display` "inline" or "block"; None if it cannot be converted safely.

    Students write formulas as well, so a result with unknown elements or attributes is refused.
    """
    if len(tex) > LONGEST:
        return None
    try:
        drawn: str = convert(tex.strip(), display=display)
        tree = ElementTree.fromstring(drawn)
    except Exception:  # broken formulas fail in many ways
        return None
    for element in tree.iter():
        if element.tag.removeprefix(_SPACE) not in _ELEMENTS or not element.attrib.keys() <= _ATTRIBUTES:
            return None
    return drawn
