"""The part of Kibana's query language that our description uses, read as Kibana would read it.

`field: value`, `field: (a or b)`, `field: *`, `field >= 3`, `and`, `or`, `not`, parentheses. A value without a field,
wildcards inside words and nested fields are refused: they would ask more than a person sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.errors import QueryError

Json = dict[str, Any]

MAX_LETTERS = 500
_TOKEN = re.compile(r"""\s*(?:(?P<quoted>"[^"]*")|(?P<sign>>=|<=|[():<>])|(?P<word>[^\s():<>"]+))""")
_RANGES = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
_SIGNS = {"(", ")", ":", *_RANGES}
_WORDS = {"and", "or", "not"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause: a field and the query that is sent for it."""

    field: str
    query: Json


@dataclass(frozen=True, slots=True)
class Group:
    """`how`: must (and), should (or), must_not (not)."""

    how: str
    parts: tuple[Node, ...]


Node = Condition | Group


def read_kql(text: str) -> Node | None:
    """Read a query; an empty one is None. Raises QueryError for what is too long or not in the part described above."""
    if not text.strip():
        return None
    if len(text) > MAX_LETTERS:
        raise QueryError(f"{text[:40]}…", f"it is longer than {MAX_LETTERS} letters")
    reader = _Reader(text)
    node = reader.any_of()
    reader.expect_end()
    return node


def fields_of(node: Node | None) -> set[str]:
    """List every field a query names."""
    if node is None:
        return set()
    if isinstance(node, Condition):
        return {node.field}
    return {field for part in node.parts for field in fields_of(part)}


def to_query(node: Node | None) -> Json:
    """Say it in the engine's language."""
    if node is None:
        return {"match_all": {}}
    if isinstance(node, Condition):
        return node.query
    clause: Json = {node.how: [to_query(part) for part in node.parts]}
    return {"bool": clause | ({"minimum_should_match": 1} if node.how == "should" else {})}


class _Reader:
    """A recursive-descent reader; each method reads one level of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*_tokens(text), ""]
        self._at = 0

    def any_of(self) -> Node:
        return self._joined("or", "should", self._all_of)

    def _all_of(self) -> Node:
        return self._joined("and", "must", self._one)

    def _joined(self, word: str, how: str, read: Any) -> Node:  # noqa: ANN401 - a method of this class
        parts = [read()]
        while self._take(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Group(how, tuple(parts))

    def _one(self) -> Node:
        if self._take("not"):
            return Group("must_not", (self._one(),))
        if self._take("("):
            inner = self.any_of()
            self._expect(")")
            return inner
        field = self._value()
        sign = self._next()
        if sign in _RANGES:
            return Condition(field, {"range": {field: {_RANGES[sign]: self._value()}}})
        if sign != ":":
            raise self._wrong(f"{field!r} is followed by neither : nor a comparison")
        return self._values(field) if self._take("(") else _equals(field, self._value())

    def _values(self, field: str) -> Node:
        parts = [_equals(field, self._value())]
        while self._take("or"):
            parts.append(_equals(field, self._value()))
        self._expect(")")
        return Group("should", tuple(parts))

    def _value(self) -> str:
        piece = self._next()
        if not piece or piece in _SIGNS or piece in _WORDS:
            raise self._wrong(f"a word is expected before {piece!r}" if piece else "it ends too early")
        if piece != "*" and "*" in piece and not piece.startswith('"'):
            raise self._wrong(f"{piece!r}: wildcards inside words are not for descriptions")
        return piece.strip('"')

    def _next(self) -> str:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take(self, token: str) -> bool:
        if self._tokens[self._at].lower() != token:
            return False
        self._at += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._wrong(f"{token!r} is missing")

    def expect_end(self) -> None:
        if self._tokens[self._at]:
            raise self._wrong(f"{self._tokens[self._at]!r} is not expected there")

    def _wrong(self, problem: str) -> QueryError:
        return QueryError(self._text, problem)


def _equals(field: str, value: str) -> Condition:
    return Condition(field, {"exists": {"field": field}} if value == "*" else {"match": {field: value}})


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise QueryError(text, f"it cannot be read from {text[at:].strip()[:20]!r} on")
        yield found[0].strip()
        at = found.end()
