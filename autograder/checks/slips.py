"""Finds the cause of an error, if it is certain: a misspelt name, a variable that is not set, a float as a
size, parameters other than the exercise's.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from .exercise import Case, Function

Names = tuple[tuple[str, ...], tuple[str, ...]]
"""The names of an exercise's arguments: those given by position, and those given by name."""


@dataclass(frozen=True)
class Slip:
    """The cause of an error: a name, the same for everyone, and what to do."""

    name: str
    advice: str


def slip_of(
    error: BaseException,
    message: str,
    function: Function,
    names: Names,
    case: Case,
    frames: list[FrameType],
) -> Slip | None:
    """The slip behind an error that `function` raised in the student's own `frames`; None if unsure."""
    called_otherwise = isinstance(error, TypeError) and not frames
    if called_otherwise and (found := _other_parameters(function, names, case)):
        return found
    if said := re.search(_UNKNOWN_KEYWORD, message):
        return _unknown_keyword(said[1].split(".")[-1].lstrip("_"), said[2], case, frames)
    code = frames[-1].f_code if frames else function
    for pattern, find in _SLIPS:
        if said := re.search(pattern, message):
            return find(said, code, frames)
    return None


# Names


def _misspelt(wrong: str, known: Iterable[str]) -> str:
    """The name that was probably meant; empty if none is close.

    Names that differ in a word of one or two letters (`out_h` and `out_w`, `FH` and `FW`) are two things,
    and so are `N` and `n`.
    """
    candidates = {name for name in known if not name.startswith("__")} - {wrong}
    alike = {_plain(name): name for name in sorted(candidates)}
    if len(wrong) > 1 and _plain(wrong) in alike:
        return alike[_plain(wrong)]
    for name in difflib.get_close_matches(wrong, sorted(candidates), n=3, cutoff=0.7):
        one, other = (re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+", n) for n in (wrong, name))
        differ = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
        if len(one) == len(other) and all(max(map(len, pair)) > 2 for pair in differ):
            return name
    return ""


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def _visible(code: Any, frames: list[FrameType]) -> set[str]:
    """The names that a function can see at its error: in its frames, or, without frames, in its source."""
    names = set(dir(builtins))
    for frame in frames:
        names |= {*frame.f_locals, *frame.f_globals, *frame.f_code.co_varnames, *frame.f_code.co_freevars}
    if not frames:
        for node in ast.walk(_source(code)):
            names |= {node.id} if isinstance(node, ast.Name) else set()
            names |= {node.arg} if isinstance(node, ast.arg) else set()
    return names


def _unknown_name(said: re.Match[str], code: Any, frames: list[FrameType]) -> Slip:
    name = said[1]
    imported = name in sys.stdlib_module_names
    if not imported and (meant := _misspelt(name, _visible(code, frames))):
        return Slip("a misspelt name", f"Nothing is called `{name}` here; did you mean `{meant}`?")
    todo = "import it first" if imported else "give it a value before this line, or run the cell that does"
    return Slip("a name that is not defined", f"Nothing is called `{name}` here: {todo}.")


def _unknown_attribute(said: re.Match[str], code: Any, frames: list[FrameType]) -> Slip | None:
    module, kind, name = said.groups()
    owner = sys.modules.get(module) if module else _type(kind)
    if owner is None or not (meant := _misspelt(name, dir(owner))):
        return None
    where = _as_written(code, name) or re.sub(r"^numpy\b", "np", module) if module else kind.split(".")[-1]
    return Slip("a misspelt name", f"There is no `{where}.{name}`; did you mean `{where}.{meant}`?")


def _as_written(code: Any, attribute: str) -> str:
    """The name before the dot of this attribute in the source, such as `xp`; empty unless it is clear."""
    nodes = (node for node in ast.walk(_source(code)) if isinstance(node, ast.Attribute))
    owners = {ast.unparse(node.value) for node in nodes if node.attr == attribute}
    return owners.pop() if len(owners) == 1 else ""


def _type(name: str) -> Any:
    """A type that errors mention: Python's own and NumPy's."""
    place, _, last = name.rpartition(".")
    return getattr(sys.modules.get("numpy") if place == "numpy" else builtins, last, None)


_UNKNOWN_KEYWORD = r"^([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'"


def _unknown_keyword(called: str, keyword: str, case: Case, frames: list[FrameType]) -> Slip | None:
    """An unknown keyword in a call of NumPy, of the student's function, or of one among the arguments."""
    numpy = sys.modules.get("numpy")
    functions: list[Any] = [f for f in case.args if inspect.isfunction(f) and f.__name__ == called]
    functions += [found for frame in reversed(frames) if (found := frame.f_globals.get(called))]
    for function in (*functions, getattr(numpy, called, None)):
        try:
            known = list(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            continue
        longer = [name for name in known if len(name) > 2 and keyword.startswith(name)]
        if meant := _misspelt(keyword, known) or "".join(longer[:1]):
            return Slip("a misspelt name", f"`{called}` has no argument `{keyword}`; did you mean `{meant}`?")
    return None


# Variables that are not set


def _unset(said: re.Match[str], code: Any, frames: list[FrameType]) -> Slip:
    name = said[1]
    tree = _source(code)
    places = list(_bindings(tree, name, ()))
    if places and all(places):
        under = " and ".join(dict.fromkeys(_nearest(place) for place in places))
        advice = (
            f"`{name}` is set only under {under}. Where that does not run, it has no value: set it before."
        )
    elif places:
        advice = (
            f"`{name}` is used before the line that sets it, and a function looks nowhere else for a name "
            "that it sets."
        )
    else:
        advice = f"`{name}` has no value yet: set it before it is first used, also before `+=`."
    return Slip("a variable used before it has a value", advice)


def _bindings(node: ast.AST, name: str, under: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """For each place that sets a name, the conditions and loops around it; `+=` sets nothing."""
    if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
        yield under
    own_scope = ast.FunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    for part, children in ast.iter_fields(node):
        around = _around(node, part)
        for child in children if isinstance(children, list) else [children]:
            inner = isinstance(child, own_scope) and not isinstance(node, ast.Module)
            if isinstance(child, ast.AST) and not inner and not isinstance(node, ast.AugAssign):
                yield from _bindings(child, name, (*under, around) if around else under)


def _around(node: ast.AST, part: str) -> str:
    """A name for a part of a statement that may not run; empty for a part that always runs."""
    if isinstance(node, ast.If) and part in ("body", "orelse"):
        condition = f"`if {ast.unparse(node.test)}`"
        return condition if part == "body" else f"the `else` of {condition}"
    if isinstance(node, ast.For) and part in ("body", "target"):
        return f"`for {ast.unparse(node.target)} in {ast.unparse(node.iter)}`"
    if isinstance(node, ast.While) and part == "body":
        return f"`while {ast.unparse(node.test)}`"
    if isinstance(node, ast.Try) and part in ("body", "handlers", "orelse"):
        return {"body": "`try`", "handlers": "`except`"}.get(part, "the `else` of `try`")
    return "a `case`" if isinstance(node, ast.match_case) and part == "body" else ""


def _nearest(place: tuple[str, ...]) -> str:
    """The innermost condition around a line, or else the innermost loop."""
    conditions = [words for words in place if not words.startswith(("`for", "`while"))]
    return (conditions or list(place))[-1]


# Floats for whole numbers


def _float(said: re.Match[str], code: Any, frames: list[FrameType]) -> Slip | None:
    nodes = list(ast.walk(_source(code)))
    divisions = [ast.unparse(n) for n in nodes if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]
    calls = [ast.unparse(n.func) for n in nodes if isinstance(n, ast.Call) and _gives_floats(n.func)]
    written = any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in nodes)
    if not re.search(r"float|\d\.\d", said[0]) and not divisions and not calls:
        return None
    alone = len(divisions) == 1 and not calls
    where = f" in `{divisions[0]}`" if alone else " where sizes and indices are worked out"
    advice = [f"`/` gives a float, 4 / 2 is 2.0: use `//`{where}."] if divisions and not written else []
    advice += [f"`{calls[0]}` gives a float: put int( ) around it."] if calls else []
    unknown = "A size or an index is a float here, such as 2.0: use `//` for `/`, or int( )."
    return Slip("a float where a whole number is needed", " ".join(advice) or unknown)


def _gives_floats(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in ("floor", "ceil", "sqrt", "rint", "trunc")


# The function called otherwise than it was written for


def _other_parameters(function: Function, names: Names, case: Case) -> Slip | None:
    """What to change, if the exercise's call does not fit the function's parameters."""
    try:
        signature = inspect.signature(function)
    except Exception:  # a student's object may answer as it likes
        return None
    try:
        signature.bind(*case.args, **case.options)
    except TypeError:
        by_place, by_name = names
        call = ", ".join((*by_place, *(f"{name}=..." for name in by_name)))
        changes = " ".join(_changes(signature.parameters, names, case))
        return Slip(
            "parameters other than the exercise's", f"The exercise calls it with `({call})`. {changes}"
        )
    return None


def _changes(parameters: Mapping[str, inspect.Parameter], names: Names, case: Case) -> Iterator[str]:
    """What to change in these parameters so that every case can be handed over."""
    by_place, by_name = names
    places = [
        name for name, p in parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    kinds = {p.kind for p in parameters.values()}
    given = len(case.args)
    firsts = places[:given]
    if early := [name for name in by_name if name in firsts]:
        yield f"`{early[0]}` comes after the first {given}."
    if len(places) < given and inspect.Parameter.VAR_POSITIONAL not in kinds:
        yield f"Yours takes {len(places)}; {given} are given by their place."
    starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    spare = [n for n, p in parameters.items() if n not in (*firsts, *by_name) and p.kind not in starred]
    missing = []
    for name in (n for n in by_name if n not in parameters and inspect.Parameter.VAR_KEYWORD not in kinds):
        own = [n for n in spare if _may_stand_for(n, name)]
        if own:
            yield f"Call your `{own[0]}` `{name}`."
            spare.remove(own[0])
        else:
            missing.append(name)
    if missing:
        yield f"Yours has no parameter{'s' * (len(missing) > 1)} {_listed(missing)}."
    needed = [n for n, p in parameters.items() if p.default is inspect.Parameter.empty and n not in firsts]
    if any(name in by_place for name in needed):
        yield f"Yours needs {len(firsts) + len(needed)}; {given} are given by their place."
    for name in (n for n in by_name if n in needed and n not in case.options):
        yield f"`{name}` is not always given: it needs a default."
    if never := [name for name in spare if name in needed and name not in by_place]:
        yield f"The exercise never gives {_listed(never)}: {_LEFT_OUT[len(never) > 1]}."


def _may_stand_for(own: str, name: str) -> bool:
    """Whether a parameter may be the exercise's under another name: `s`, `strides` for `stride`."""
    own = own.casefold()
    return name.startswith(own) or bool(difflib.get_close_matches(own, [name], cutoff=0.5))


_LEFT_OUT = ("leave it out, or give it a default", "leave them out, or give them defaults")


def _listed(names: list[str]) -> str:
    """Names as code: "`pad`", "`stride` and `pad`"."""
    *before, last = (f"`{name}`" for name in names)
    return f"{', '.join(before)} and {last}" if before else last


def _source(code: Any) -> ast.Module:
    """The source of a function or of its code, parsed; empty if there is none."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(code)))
    except Exception:  # typed at a prompt, a lambda in the middle of a line, a student's object
        return ast.Module([], [])


_Find = Callable[[re.Match[str], Any, list[FrameType]], Slip | None]
_SLIPS: tuple[tuple[str, _Find], ...] = (
    (r"^name '(\w+)' is not defined", _unknown_name),
    (r"local variable '(\w+)' (?:where it is not|referenced before)", _unset),
    (
        r"(?:^module '([\w.]+)'|^'([\w.]+)' object) has no attribute '(\w+)'(?![^?]*deprecated)",
        _unknown_attribute,
    ),
    (r"'[\w.]*float\d*' object cannot be interpreted as an integer", _float),
    (r"^\w+ must be an integer, not -?\d+\.\d", _float),
    (r"indices must be integers or slices, not [\w.]*float|by non-int of type '[\w.]*float\d*'", _float),
    (
        r"sequence of integers or a single integer, got '\d+\.\d+'|integer argument expected, got float",
        _float,
    ),
    (
        r"^slice indices must be integers|^only integers, slices .* valid indices$|must be of integral type",
        _float,
    ),
)
"""What an error says, and the slip to look for."""
