"""YAML that remembers its lines, read by functions that say in one sentence what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import yaml

from pipelines.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Marked:
    """A node of a YAML file with its key. Its readers raise ConfigError with file, line and key."""

    file: str
    key: str
    node: yaml.Node

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def wrong(self, problem: str, *, remedy: str = "") -> ConfigError:
        return ConfigError(self.file, problem, line=self.line, key=self.key, remedy=remedy)

    def is_empty(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"

    def is_scalar(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def items(self) -> Iterator[tuple[str, Marked]]:
        """Yield the pairs of a mapping; an empty value has no pairs. A repeated key is an error."""
        if self.is_empty():
            return
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("a mapping (key: value) is expected here")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = str(key_node.value)
            if key in seen:
                raise ConfigError(self.file, "this key is here twice", line=key_node.start_mark.line + 1, key=key)
            seen.add(key)
            yield key, Marked(self.file, key, value_node)

    def fields(self, allowed: tuple[str, ...], *, required: tuple[str, ...] = ()) -> dict[str, Marked]:
        """Return the pairs of a mapping whose keys are known beforehand."""
        found = dict(self.items())
        for key, value in found.items():
            if key not in allowed:
                raise value.wrong("unknown key", remedy=f"Allowed here: {', '.join(allowed)}")
        for key in required:
            if key not in found:
                raise ConfigError(self.file, "this key is missing", line=self.line, key=key)
        return found

    def elements(self) -> list[Marked]:
        """Return the elements of a list; an empty value has none."""
        if self.is_empty():
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("a list is expected here")
        return [Marked(self.file, self.key, child) for child in self.node.value]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.is_empty():
            raise self.wrong("a text is expected here")
        return str(self.node.value)

    def texts(self) -> list[str]:
        return [element.text() for element in self.elements()]

    def number(self) -> float:
        try:
            return float(self.text())
        except ValueError:
            raise self.wrong("a number is expected here") from None

    def positive(self) -> float:
        if (number := self.number()) <= 0 or not isfinite(number):
            raise self.wrong("a number above 0 is expected here")
        return number

    def choice(self, allowed: tuple[str, ...]) -> str:
        if (chosen := self.text()) not in allowed:
            raise self.wrong(f"{chosen!r} is not known", remedy=f"Allowed here: {', '.join(allowed)}")
        return chosen


def read_yaml(file: str, text: str) -> Marked:
    """Return the root of a YAML document. Raises ConfigError when the text is no YAML or is empty."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ConfigError(file, f"not readable as YAML: {error.problem}", line=line) from error
    except yaml.YAMLError as error:
        raise ConfigError(file, f"not readable as YAML: {error}") from error
    if node is None:
        raise ConfigError(file, "the file is empty")
    return Marked(file, "", node)
