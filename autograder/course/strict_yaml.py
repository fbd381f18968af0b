"""YAML read strictly: every problem comes with its line, and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

DEEPEST = 20
"""The most levels of nesting; a course needs five."""


class LineError(Exception):
    """Something on a line is wrong; the message says what, and what to do."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")


class _Plain(yaml.SafeLoader):
    """YAML without its surprises: dates stay text, 010 is not octal and 12:30 is not a number of seconds."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own way)
        first: [(tag, form) for tag, form in known if not tag.endswith((":timestamp", ":int"))]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Plain.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]{0,17})$"), list("-+0123456789")
)


def read(text: str) -> tuple[yaml.Node | None, Any]:
    """The text as nodes, which know their lines, and as plain data. Raises LineError."""
    loader: Any = _Plain
    try:
        _refuse_depth_and_aliases(text)
        node = yaml.compose(text, Loader=loader)
        _refuse_repeated_keys(node)
        return node, loader("").construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"{error.problem or error.context}; look at the indentation, colons and quotes near it"
        raise LineError(mark.line + 1 if mark else 1, what) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        what = f"holds a character that text cannot hold (number {error.character}); delete it"
        raise LineError(line, what) from None


def explain(node: yaml.Node | None, problems: Iterable[Any], whole: str) -> Iterator[LineError]:
    """A LineError for each problem that pydantic found; `whole` is a name for the whole file."""
    for problem in problems:
        where = [part for part in problem["loc"] if part != "[key]"]
        name = ".".join(str(part) for part in where) or whole
        yield LineError(line_of(node, where), f"{name}: {_advice(problem)}")


def line_of(node: yaml.Node | None, where: list[Any]) -> int:
    """The line (from 1) of the value at `where`, or of what is nearest around it if there is none."""
    line = 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                break
            line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
        elif isinstance(node, yaml.SequenceNode):
            found = [item for number, item in enumerate(node.value) if part in (number, item.value)]
            if not found:
                break
            node = found[0]
            line = node.start_mark.line + 1
        else:
            break
    return line


_KINDS: Mapping[str, str] = {
    "model_type": "must be a section: names and values, indented below it",
    "dict_type": "must be a section: names and values, indented below it",
    "tuple_type": "must be a list: [one, two], or lines that begin with a dash",
    "string_type": "must be text (a string; quote it)",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


def _advice(problem: Any) -> str:
    kind, message = problem["type"], str(problem["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return "is not known here; remove it or correct its spelling"
    if kind == "value_error":
        return message
    given = {dict: "a section", list: "a list", type(None): "nothing"}.get(type(problem["input"]))
    return f"{_KINDS.get(kind, message[0].lower() + message[1:])}, not {given or repr(problem['input'])[:80]}"


def _refuse_depth_and_aliases(text: str) -> None:
    """Refuse deep nesting and aliases: a course needs neither, and both can make reading take for ever."""
    depth = 0
    loader: Any = _Plain
    for event in yaml.parse(text, Loader=loader):
        mark: Any = event.start_mark
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise LineError(mark.line + 1, "is nested too deeply to be a course's")
        if isinstance(event, yaml.AliasEvent):
            what = f"*{event.anchor} stands for something above, which is not read here; write it out"
            raise LineError(mark.line + 1, what)


def _refuse_repeated_keys(node: yaml.Node | None) -> None:
    """Refuse two equal keys in a section: YAML would silently keep only the last."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeated_keys(child)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                raise LineError(line, "a name is expected before the colon")
            if name in seen:
                raise LineError(line, f"{name} was already given on line {seen[name]}; keep one of them")
            seen[name] = line
            _refuse_repeated_keys(value)
