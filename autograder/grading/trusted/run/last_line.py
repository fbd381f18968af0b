"""What the last line of a test is meant as: a number of points, or something whose value does not count."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from autograder.notebooks.free_names import binds


class Meant(NamedTuple):
    """What a last line is meant as."""

    worked_out: bool = False
    """Whether it is a sum, a product or the like."""
    a_number: bool = False
    """Whether it is one that can only be meant as a number."""


def meant_as(last: ast.expr, cell: ast.Module) -> Meant:
    """What the expression at the end of a cell is meant as."""
    outcomes = _outcomes(last, cell)
    return Meant(any(map(_works_out, outcomes)), any(map(_is_a_number, outcomes)))


_COUNTING = {"abs", "float", "int", "len", "max", "min", "round", "sum"}
_LITERALS = (ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
_LOGIC = (ast.BitAnd, ast.BitOr, ast.BitXor)


def _outcomes(expression: ast.expr, cell: ast.Module, seen: frozenset[str] = frozenset()) -> list[ast.expr]:
    """The expressions whose value this one may have: both sides of a condition, what a name is assigned."""
    parts: list[ast.expr] = []
    match expression:
        case ast.IfExp():
            parts = [expression.body, expression.orelse]
        case ast.BoolOp():
            parts = expression.values
        case ast.NamedExpr() | ast.Await():
            parts = [expression.value]
        case ast.Name() if expression.id not in seen:
            seen |= {expression.id}
            parts = _given_to(expression.id, cell)
        case _:
            return [expression]
    return [each for part in parts for each in _outcomes(part, cell, seen)]


def _given_to(name: str, cell: ast.Module) -> list[ast.expr]:
    """The values that the cell assigns to this name; `n = 0` and `n += x` together count as `0 + x`."""
    giving = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)
    given: list[Any] = [node for node in ast.walk(cell) if isinstance(node, giving) and name in binds([node])]
    values = [node.value for node in given if node.value and not isinstance(node, ast.AugAssign)]
    start = next((value for value in values if isinstance(value, ast.Constant)), ast.Name(name, ast.Load()))
    counted = [ast.BinOp(start, node.op, node.value) for node in given if isinstance(node, ast.AugAssign)]
    return [*(value for value in values if not isinstance(value, ast.Constant)), *counted]


def _works_out(expression: ast.expr) -> bool:
    """Whether it is a sum, a product or the like."""
    if isinstance(expression, ast.Call):
        return isinstance(expression.func, ast.Name) and expression.func.id in _COUNTING
    if isinstance(expression, ast.BinOp):
        return not isinstance(expression.op, _LOGIC)
    return isinstance(expression, ast.UnaryOp) and not isinstance(expression.op, ast.Not)


def _is_a_number(expression: ast.expr) -> bool:
    """Whether it can only be meant as a number: it is one, or calculates with one.

    A sum alone does not say so, since text and lists can be added too.
    """
    match expression:
        case ast.Constant():
            return type(expression.value) in (int, float)
        case ast.UnaryOp():
            return isinstance(expression.op, ast.USub | ast.UAdd)
        case ast.IfExp():
            return _is_a_number(expression.body) or _is_a_number(expression.orelse)
        case ast.Call(func=ast.Name(id="max" | "min")):
            return any(map(_is_a_number, expression.args))
        case ast.Call(func=ast.Name()):
            return _works_out(expression) and not any(
                isinstance(part, _LITERALS) for part in expression.args[1:]
            )
        case ast.GeneratorExp():
            return _is_a_number(expression.elt)
        case ast.BinOp():
            sides = (expression.left, expression.right)
            if any(isinstance(side, _LITERALS) or _is_text(side) for side in sides):
                return False
            if isinstance(expression.op, ast.Mod):  # text on the left is filled in with what is on the right
                return _is_a_number(expression.left)
            scales = isinstance(expression.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Pow)
            return scales or (_works_out(expression) and any(map(_is_a_number, sides)))
    return False


def _is_text(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and not isinstance(expression.value, int | float | complex)
