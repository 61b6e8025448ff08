"""The file of own formats: YAML in, Formats out, or an error that says what to mend where."""

from collections.abc import Collection
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.siem.own.build import format_of
from services.siem.own.spec import FormatsSpec
from services.siem.shape import Format

_DEPTH = 16
"""Levels of nesting; the deepest place there is to fill in is at half of it, and an alias can nest without end."""
Place = tuple[str | int, ...]


class OwnFormatsError(ValueError):
    """The file is not usable; the message has a line for each problem: file, line, field, what is wrong."""


def own_formats(text: str, *, file: str, taken: Collection[str]) -> tuple[Format, ...]:
    """The formats of a file's text. `file` is its name in messages, `taken` the names of the built-in formats.

    Raises OwnFormatsError if the text is not YAML, or not what `spec` says.
    """
    lines: dict[Place, int] = {}
    try:
        content = _content(yaml.compose(text, Loader=yaml.SafeLoader), (), lines)
        spec = FormatsSpec.model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        raise OwnFormatsError("\n".join(_told(problem, file, lines) for problem in problems)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise OwnFormatsError(f"{file}:{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise OwnFormatsError(f"{file}: {error}".replace("\n", " ")) from error
    for name in spec.formats:
        if name in taken:
            line = _line(("formats", name), lines)
            raise OwnFormatsError(f"{file}:{line}: formats.{name}: Winnow brings a format of this name; take another")
    return tuple(format_of(name, each) for name, each in spec.formats.items())


def _content(node: Any, place: Place, lines: dict[Place, int]) -> object:  # noqa: ANN401 - yaml is not typed
    """A node as lists, dicts and texts (what is a number or a truth value the spec decides), its lines written down."""
    if node is None:
        return {}
    lines.setdefault(place, node.start_mark.line + 1)
    if len(place) > _DEPTH:
        raise yaml.composer.ComposerError(None, None, "nested too deep", node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [_content(item, (*place, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines)
    return node.value


def _mapping(node: Any, place: Place, lines: dict[Place, int]) -> dict[str, object]:  # noqa: ANN401
    content: dict[str, object] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name or name in content:
            raise yaml.composer.ComposerError(
                None, None, f"{name or 'the key'}: no name, or given twice", key.start_mark
            )
        lines[(*place, name)] = key.start_mark.line + 1
        content[name] = _content(value, (*place, name), lines)
    return content


def _told(problem: ErrorDetails, file: str, lines: dict[Place, int]) -> str:
    place = tuple(step for step in problem["loc"] if step != "[key]")
    message = problem["msg"].removeprefix("Value error, ")
    return f"{file}:{_line(place, lines)}: {'.'.join(map(str, place))}: {message}"


def _line(place: Place, lines: dict[Place, int]) -> int:
    """The line of a place, or of what is nearest around it: what is missing has none."""
    return next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), 1)
