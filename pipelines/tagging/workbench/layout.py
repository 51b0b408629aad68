"""The one layout of rule files: groups apart, one term a line and sorted, word lists wrapped; comments stay.

A file is read as YAML nodes and written again. Comments above a term or a key move with it, and so does one behind it;
terms under a comment are sorted among themselves, so that a comment can head some of them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile

import yaml

from pipelines.reading.marked_yaml import read_yaml
from pipelines.tagging.rules.file_format import CONTEXTS, OVERRULED, WINDOWS, Meeting, RuleFile, TermGroup, Yield

WIDTH = 100
"""A list of words in brackets goes on in the next line when it reaches this column."""

INDENT = 2

CLASSES_FILE = "classes.yaml"

_KEYS = (
    *RuleFile.allowed(),
    *TermGroup.allowed(),
    *Meeting.allowed(),
    *Yield.allowed(),
    *WINDOWS,
    OVERRULED,
    "yes",
    "no",
)
_WORDS = re.compile(r"[^\W\d_][^\W\d_ -]*(?: [^\W\d_-]+)*")
_NO_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that YAML reads as something else than text."""

Path = tuple[str, ...]


def format_rules(file: str, text: str) -> str:
    """Return a rule file, contexts.yaml or classes.yaml in its one layout. Raises ConfigError when it is no YAML."""
    root = read_yaml(file, text).node
    comments = _comments(text, root)
    is_classes = file.rpartition("/")[2] == CLASSES_FILE
    lines = list(_Writer(comments, is_classes=is_classes).value(root, (), indent=0))
    return "\n".join([*_tidied(lines), *comments.at_end]) + "\n"


def _tidied(lines: list[str]) -> Iterator[str]:
    """Yield the lines without an empty one at the beginning or behind another."""
    previous = ""
    for line in lines:
        if line or previous:
            yield line
        previous = line


@dataclass(slots=True)
class _Comments:
    """Comments by the place in the text where the key or element begins that they belong to."""

    above: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    behind: dict[int, str] = field(default_factory=dict)
    at_end: list[str] = field(default_factory=list)

    def inside(self, node: yaml.Node) -> bool:
        """Return True if a comment belongs to something within a node."""
        places = range(node.start_mark.index, node.end_mark.index)
        return any(place in places for place in (*self.above, *self.behind))


def _comments(text: str, root: yaml.Node) -> _Comments:
    scalars = [range(node.start_mark.index, node.end_mark.index) for node in _nodes(root) if _is_scalar(node)]
    starts = sorted({_first(node) for node in _nodes(root)})
    found = _Comments()
    begin = 0
    for line in text.splitlines(keepends=True):
        mark = _comment_in(line, begin, scalars)
        if mark is not None:
            comment, place = line[mark:].strip(), begin + mark
            if line[:mark].strip():
                found.behind[_owner(starts, begin, place)] = comment
            elif later := [start for start in starts if start > place]:
                found.above[later[0]].append(comment)
            else:
                found.at_end.append(comment)
        begin += len(line)
    return found


def _owner(starts: list[int], begin: int, place: int) -> int:
    """Return where the key or element begins that a comment is behind: the first of its line, else the last above."""
    before = [start for start in starts if start < place]
    return next((start for start in before if start >= begin), before[-1] if before else 0)


def _comment_in(line: str, place: int, scalars: list[range]) -> int | None:
    """Return where the comment of a line begins."""
    for mark in re.finditer(r"(?:^|(?<=\s))#", line):
        if not any(place + mark.start() in scalar for scalar in scalars):
            return mark.start()
    return None


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    children = node.value if isinstance(node, yaml.CollectionNode) else []
    for child in children:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _nodes(part)


def _is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and bool(node.value)


def _first(node: yaml.Node) -> int:
    return int(node.start_mark.index)


class _Writer:
    """Writes nodes as lines. What a list looks like depends on the keys above it."""

    def __init__(self, comments: _Comments, *, is_classes: bool) -> None:
        self._comments = comments
        self._is_classes = is_classes

    def value(self, node: yaml.Node, path: Path, *, indent: int) -> Iterator[str]:
        """Yield the lines of a mapping or a list."""
        if isinstance(node, yaml.MappingNode):
            for key, child in sorted(node.value, key=lambda pair: _order(pair[0].value, path)):
                yield from self._pair(key, child, path, indent=indent)
        elif isinstance(node, yaml.SequenceNode):
            for element in self._arranged(node.value, path):
                yield from self._element(element, (*path, "-"), indent=indent)

    def _pair(self, key: yaml.Node, child: yaml.Node, path: Path, *, indent: int) -> Iterator[str]:
        inner = (*path, str(key.value))
        if _begins_part(inner, child) or (self._is_classes and not path):
            yield ""
        yield from self._above(key, indent)
        head = " " * indent + _scalar(key)
        if (brief := self._brief(child, inner, column=len(head) + 2)) is not None:
            yield from self._with_comment(f"{head}: {brief}".rstrip(), key)
            return
        yield from self._with_comment(f"{head}:", key)
        yield from dropwhile(_is_empty, self.value(child, inner, indent=indent + INDENT))

    def _element(self, node: yaml.Node, path: Path, *, indent: int) -> Iterator[str]:
        yield from self._above(node, indent)
        head = " " * indent + "- "
        if (brief := self._brief(node, path, column=len(head))) is not None:
            yield from self._with_comment(head + brief, node)
            return
        first, *others = self.value(node, path, indent=indent + INDENT)
        yield head + first.lstrip()
        yield from others

    def _above(self, node: yaml.Node, indent: int) -> Iterator[str]:
        yield from (" " * indent + comment for comment in self._comments.above.pop(_first(node), ()))

    def _with_comment(self, lines: str, node: yaml.Node) -> Iterator[str]:
        comment = self._comments.behind.pop(_first(node), "")
        yield from f"{lines}  {comment}".rstrip().split("\n")

    def _brief(self, node: yaml.Node, path: Path, *, column: int) -> str | None:
        """Return what fits behind a key: a scalar, labels, an example with its context, a list of words in brackets."""
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if not node.value:
            return "[]" if isinstance(node, yaml.SequenceNode) else "{}"
        if self._comments.inside(node):
            return None
        if isinstance(node, yaml.MappingNode):
            return _braced(node) if path == ("labels",) else None
        return _bracketed(self._arranged(node.value, path), column) if self._is_word_list(node, path) else None

    def _is_word_list(self, node: yaml.Node, path: Path) -> bool:
        listed = self._is_classes or path[:1] in {("near",), ("yields",)}
        return listed and all(isinstance(element, yaml.ScalarNode) for element in node.value)

    def _arranged(self, elements: list[yaml.Node], path: Path) -> list[yaml.Node]:
        """Sort terms; those under a comment stay under it. Examples and meetings keep their order.

        The first word of each list of a meeting names the meeting in explanations.
        """
        if path[:1] in {("near",), ("examples",)} or not all(map(_is_scalar, elements)):
            return elements
        parts: list[list[yaml.Node]] = [[]]
        for element in elements:
            if _first(element) in self._comments.above:
                parts.append([])
            parts[-1].append(element)
        return [element for part in parts for element in self._sorted(part)]

    def _sorted(self, part: list[yaml.Node]) -> list[yaml.Node]:
        """Sort the elements; a comment above the first stays above."""
        ordered = sorted(part, key=lambda node: (node.value.lstrip("=@").casefold(), node.value))
        if part and (heading := self._comments.above.pop(_first(part[0]), None)):
            self._comments.above[_first(ordered[0])] = heading
        return ordered


def _is_empty(line: str) -> bool:
    return not line


def _order(key: str, path: Path) -> tuple[float, ...]:
    """Say where a key goes: heavy terms first, known keys as the format lists them, names as the author has them."""
    if re.fullmatch(r"\d+(\.\d+)?", key):
        return (0, -float(key))
    if path == ("unless",) and key in CONTEXTS:
        return (0, CONTEXTS.index(key))
    return (0, _KEYS.index(key)) if key in _KEYS else (1,)


def _begins_part(path: Path, child: yaml.Node) -> bool:
    """Return True for what an empty line sets apart: the parts of a file and the groups in them."""
    is_group = isinstance(child, yaml.MappingNode) and any(key.value == "means" for key, _ in child.value)
    return is_group or (len(path) == 1 and path[0] in {"terms", "near", "unless", "yields", "examples", *CONTEXTS})


def _scalar(node: yaml.Node, *, inside: bool = False) -> str:
    """Write a scalar on one line, in double quotes only where it would read as something else without them.

    `inside`: in brackets, where a comma ends a word.
    """
    value = str(node.value)
    if not inside and isinstance(node, yaml.ScalarNode) and not node.style:
        return value
    return value if _reads_back(value, inside=inside) else json.dumps(value, ensure_ascii=False)


def _reads_back(value: str, *, inside: bool) -> bool:
    """Return True if YAML reads a value as itself without quotes."""
    if _WORDS.fullmatch(value) and value.casefold() not in _NO_TEXT:
        return True
    try:
        return bool(yaml.safe_load(f"[{value}]" if inside else f"- {value}") == [value])
    except yaml.YAMLError:
        return False


def _braced(node: yaml.Node) -> str:
    """Write a short mapping on one line."""
    return f"{{{', '.join(f'{_scalar(key)}: {_scalar(value, inside=True)}' for key, value in node.value)}}}"


def _bracketed(elements: list[yaml.Node], column: int) -> str:
    """Write a list of words in brackets; what is too long for a line goes on below the first word."""
    lines = [""]
    for number, element in enumerate(elements):
        word = _scalar(element, inside=True) + ("," if number < len(elements) - 1 else "")
        if lines[-1] and column + len(lines[-1]) + len(word) + 2 > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    return "[" + ("\n" + " " * (column + 1)).join(lines) + "]"
