"""JMESPath expressions, evaluated so that no alert can break them: what fails or is no text says nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import ParsedResult
from pydantic import PlainValidator

from services.siem.document import MANY, Document, text_of
from services.siem.log_times import log_time

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_NESTED = 8
"""Lists in lists that are opened for the texts in them."""


@dataclass(frozen=True, slots=True)
class Expressions:
    """Alternatives: the first that says something counts. Results of any type are read as a Document's values are."""

    compiled: tuple[ParsedResult, ...] = ()

    def text(self, document: Document) -> str:
        """The first text any of the expressions gives, or ''."""
        return next(iter(self.texts(document)), "")

    def texts(self, document: Document) -> list[str]:
        """All different texts of all expressions, in order."""
        found = (text for each in self.compiled for text in _texts(_result(each, document), _NESTED))
        return list(dict.fromkeys(text for text in found if text))

    def time(self, document: Document) -> datetime | None:
        """The first readable time (UTC)."""
        return log_time(self.texts(document))

    @property
    def plain_paths(self) -> tuple[str, ...]:
        """Those expressions that are merely a dotted path."""
        sources = (each.expression for each in self.compiled)
        return tuple(source for source in sources if _PLAIN.fullmatch(source))


def compiled(value: object) -> Expressions:
    """One expression, or a list of them.

    Raises ValueError with the place of the first mistake.
    """
    return Expressions(tuple(_compiled(source) for source in (value if isinstance(value, list) else [value])))


def _compiled(source: object) -> ParsedResult:
    if not isinstance(source, str) or not source.strip():
        raise ValueError("a JMESPath expression is wanted, or a list of them")
    try:
        expression = jmespath.compile(source.strip())
    except JMESPathError as error:
        what = str(error).splitlines()[0]
        raise ValueError(f"{source!r} is no JMESPath expression: {what}") from error
    _check_functions(expression.parsed)
    return expression


def _check_functions(node: Any) -> None:  # noqa: ANN401 - a node of jmespath's tree, or a part of one
    """Refuse a call that would fail on every alert; jmespath itself says so only when it comes to it."""
    if not isinstance(node, dict):
        return
    if node["type"] == "function_expression":
        name, given = node["value"], len(node["children"])
        if name not in Functions.FUNCTION_TABLE:
            raise ValueError(f"JMESPath has no function {name}")
        wanted = Functions.FUNCTION_TABLE[name]["signature"]
        is_open = bool(wanted) and wanted[-1].get("variadic", False)
        if given < len(wanted) or (given > len(wanted) and not is_open):
            raise ValueError(f"{name} takes {len(wanted)} arguments{' or more' if is_open else ''}, not {given}")
    for child in node["children"]:
        _check_functions(child)


ExpressionsField = Annotated[Expressions, PlainValidator(compiled)]
"""Expressions as a field of a model that is read from a file."""


def _result(expression: ParsedResult, document: Document) -> object:
    try:
        return expression.search(document.fields)
    except (JMESPathError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None  # a function met a type it does not take: for this alert the expression says nothing


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        for item in value[:MANY] if depth else ():
            yield from _texts(item, depth - 1)
    else:
        yield text_of(value)
