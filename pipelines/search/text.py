"""Query text → tree. Every text is a query: what is no syntax is words, and a stray quote or bracket is nothing.

    взрыв Шымкент            both words, in any form
    2 000 000                one number, as 2000000 is
    "қару-жарақ"             the words together, in this order, in any form
    -футбол   NOT футбол     not this
    взрыв OR пожар           one of them; OR joins its neighbours only: `взрыв OR пожар Шымкент` wants Шымкент too
    (a b) OR (c d)           brackets group
    қылмыс*                  words that begin so (three letters at least, at the end only)
    topic:fraud              a value of a field; `topic:(fraud OR drugs)`
    detained:>=10  published:[2026-01 TO 2026-02]   ranges, either end may be `*`

Leading wildcards, regular expressions and fuzziness are not in the language: they make a query cost what it likes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.characters import printable
from pipelines.errors import QueryError
from pipelines.language.numbers import join_digits
from pipelines.search.fields import FIELDS, Field

MAX_CHARS = 4_000
MAX_TERMS = 64
MAX_DEPTH = 12
MIN_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed; `prefix`: anything that begins so. Without a field it is looked for in title and body."""

    text: str
    field: Field | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Ends are as typed; an empty one is open."""

    field: Field
    low: str = ""
    high: str = ""
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


Node = Word | Phrase | Range | Not | AllOf | AnyOf
_Read = Callable[[], Node | None]


def read_query(text: str) -> Node | None:
    """Read the tree of a query; None when nothing is asked for. Raises QueryError only when it is too long."""
    if len(text) > MAX_CHARS:
        raise QueryError("the query", f"it has {len(text)} letters", remedy=f"At most {MAX_CHARS} are allowed.")
    tokens = [*_tokens(join_digits(printable(text)).translate(_STRAIGHT))]
    terms = sum(token.node is not None for token in tokens)
    if terms > MAX_TERMS:
        raise QueryError("the query", f"it has {terms} words", remedy=f"At most {MAX_TERMS} are allowed.")
    return _Reader(tokens).everything()


_STRAIGHT = str.maketrans(dict.fromkeys("«»„“”‟″＂", '"'))
_NAME = r"(?P<name>[A-Za-z][\w.]*):"
_TOKEN = re.compile(
    rf"""
    (?P<minus>(?<![^\s("])-(?=[^\s\-"]|"[^"]))      # glued to what it excludes, and not inside a word
  | (?:{_NAME})?(?:
        "(?P<phrase>[^"]*)"
      | (?P<open>\()
    )
  | {_NAME.replace("name", "ranged")}(?:
        (?P<left>[\[{{])\s*(?P<low>[^\s\]}}]+)\s+TO\s+(?P<high>[^\s\]}}]+)\s*(?P<right>[\]}}])
      | (?P<sign>[<>]=?)(?P<end>[^\s"()]+)
    )
  | (?P<close>\))
  | (?P<word>[^\s"()]+)
    """,
    re.VERBOSE,
)
_OPERATORS = {"OR": "or", "|": "or", "||": "or", "AND": "and", "&&": "and", "NOT": "not"}
_SAID = re.compile(r"\w")
_PUNCTUATION = ".,;:!?…*'`/\\[]{}<>+=~^|&"


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind`: open, close, or, and, not, or term, which has a node. `field`: the name in front of a bracket."""

    kind: str
    node: Word | Phrase | Range | None = None
    field: Field | None = None


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        if match["minus"]:
            yield _Token("not")
        elif match["open"]:
            yield from _opened(match["name"] or "")
        elif match["close"]:
            yield _Token("close")
        elif match["phrase"] is not None:
            yield from _phrases(match["name"] or "", match["phrase"])
        elif match["ranged"]:
            yield from _ranges(match)
        elif match["word"] in _OPERATORS:
            yield _Token(_OPERATORS[match["word"]])
        else:
            yield from _words(match["word"])


def _opened(name: str) -> Iterator[_Token]:
    field = FIELDS.get(name)
    if name and field is None:
        yield from _words(name)
    yield _Token("open", field=field)


def _phrases(name: str, text: str) -> Iterator[_Token]:
    field = FIELDS.get(name)
    if name and (field is None or not field.accepts(text)):
        yield from _words(name)
        field = None
    if _SAID.search(text):
        yield _Token("term", Phrase(text.strip(), field))


def _ranges(match: re.Match[str]) -> Iterator[_Token]:
    """Read a range of a field that has an order; anything else of that shape is words."""
    found = _range(match)
    if found is None:
        for part in re.split(r"[\s\[\]{}<>=]+|:(?=[\[{<>])", match[0]):
            yield from _words(part)
    else:
        yield _Token("term", found)


def _range(match: re.Match[str]) -> Range | None:
    field = FIELDS.get(match["ranged"])
    if field is None:
        return None
    if match["sign"]:
        inclusive = match["sign"].endswith("=")
        upper = match["sign"].startswith("<")
        low, high, with_low, with_high = (
            "" if upper else match["end"],
            match["end"] if upper else "",
            inclusive,
            inclusive,
        )
    else:
        low, high = (match[end].replace("*", "") for end in ("low", "high"))
        with_low, with_high = match["left"] == "[", match["right"] == "]"
    ends = [end for end in (low, high) if end]
    if not ends or not all(field.accepts(end, bound=True) for end in ends):
        return None
    return Range(field, low, high, with_low=with_low, with_high=with_high)


def _words(text: str) -> Iterator[_Token]:
    """One word, perhaps `field:value`; nothing when it holds neither letter nor digit."""
    name, colon, value = text.partition(":")
    field = FIELDS.get(name) if colon else None
    stem = value if field else text
    word = stem.strip(_PUNCTUATION)
    if field and not field.accepts(word):
        word, field = text.strip(_PUNCTUATION), None
    if _SAID.search(word):
        prefix = stem.endswith("*") and len(word) >= MIN_PREFIX
        yield _Token("term", Word(word, field, prefix=prefix))


class _Reader:
    """Recursive descent over the tokens; brackets deeper than MAX_DEPTH are read as if they were not there."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._fields: list[Field | None] = [None]

    def everything(self) -> Node | None:
        parts: list[Node] = []
        while self._at < len(self._tokens):
            parts += _held(self._sequence())
            self._skip("close")
        return _joined(AllOf, parts)

    def _sequence(self) -> Node | None:
        """Neighbours: all of them."""
        parts: list[Node] = []
        while self._kind not in ("", "close"):
            if not (self._skip("or") or self._skip("and")):
                parts += _held(self._alternatives())
        return _joined(AllOf, parts)

    def _alternatives(self) -> Node | None:
        return self._list(AnyOf, "or", self._conjunction)

    def _conjunction(self) -> Node | None:
        return self._list(AllOf, "and", self._negation)

    def _list(self, kind: type[AllOf | AnyOf], operator: str, read_part: _Read) -> Node | None:
        parts = _held(read_part())
        while self._kind == operator:
            self._at += 1
            parts += _held(read_part())
        return _joined(kind, parts)

    def _negation(self) -> Node | None:
        times = 0
        while self._skip("not"):
            times += 1
        part = self._atom()
        return Not(part) if part and times % 2 else part

    def _atom(self) -> Node | None:
        if self._kind not in ("open", "term"):
            return None
        token = self._tokens[self._at]
        self._at += 1
        return self._group(token.field) if token.kind == "open" else self._inherited(token.node)

    def _group(self, field: Field | None) -> Node | None:
        if len(self._fields) > MAX_DEPTH:
            return None
        self._fields.append(field or self._fields[-1])
        part = self._sequence()
        self._fields.pop()
        self._skip("close")
        return part

    def _inherited(self, node: Node | None) -> Node | None:
        """Give a value inside `topic:( … )` to that field, when it can."""
        field = self._fields[-1]
        if isinstance(node, Word) and node.field is None and field and field.accepts(node.text):
            return Word(node.text, field, node.prefix)
        if isinstance(node, Phrase) and node.field is None and field and field.accepts(node.text):
            return Phrase(node.text, field)
        return node

    @property
    def _kind(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _skip(self, kind: str) -> bool:
        found = self._kind == kind
        self._at += found
        return found


def _held(part: Node | None) -> list[Node]:
    return [part] if part else []


def _joined(kind: type[AllOf | AnyOf], parts: list[Node]) -> Node | None:
    if len(parts) < 2:  # noqa: PLR2004 - one part needs no join
        return parts[0] if parts else None
    return kind(tuple(parts))


def typed_words(node: Node | None) -> tuple[str, ...]:
    """List the words that title and body are searched for, phrases included, in their order."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    return tuple(part.text for part in parts if isinstance(part, Word | Phrase) and part.field is None)


def plain_words(node: Node | None) -> tuple[str, ...]:
    """List the words of title and body that must all hold, in their order: what nearness may be asked of."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    return tuple(part.text for part in parts if isinstance(part, Word) and part.field is None and not part.prefix)
