"""What is wrong with a file of saved objects: the rules of docs/guide/kibana.md, without asking a Kibana.

Kibana checks little on import: most of what these rules find would be imported silently and break on the screen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.kibana.checks.dashboard_faults import board_faults
from pipelines.kibana.checks.field_faults import field_faults
from pipelines.kibana.checks.fields import Field, read_fields
from pipelines.kibana.checks.lens_faults import lens_faults
from pipelines.kibana.checks.reference_faults import reference_faults
from pipelines.kibana.checks.saved import Fault, NotAStringError, Saved, open_attributes, strings_in
from pipelines.kibana.names import TYPE_VERSIONS
from pipelines.kibana.objects import CORE_VERSION

MAX_BYTES = 26_214_400
MAX_OBJECTS = 10_000
FILE_RULE, VERSION_RULE, STRING_RULE, NAME_RULE = 1, 2, 3, 11

_NEVER_SENT = ("version", "originId", "namespaces", "migrationVersion", "updated_at")
_SHAPE: Mapping[str, type] = {"type": str, "id": str, "attributes": dict, "references": list}
_BROKEN = (KeyError, TypeError, AttributeError, IndexError, ValueError)
"""What reading an object raises when it is not shaped as its type is."""


def find_faults(text: str, *, mappings: Mapping[str, Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Say everything that is wrong. `mappings`: the index or alias a data view shows → its mapping.

    An object whose outer shape is wrong is not looked into; never raises for any text.
    """
    lines, faults = _read_lines(text)
    read = list(map(_open, lines))
    opened = [one for one in read if isinstance(one, Saved)]
    faults += [one for one in read if isinstance(one, Fault)]
    fields = {index: read_fields(mapping) for index, mapping in mappings.items()}
    everything = _Everything(tuple(opened), fields)
    for saved in opened:
        for rules in _RULES:
            faults += _checked(rules, saved, everything)
    return tuple(faults)


@dataclass(frozen=True, slots=True)
class _Everything:
    """The whole file, and the fields of the indices behind it."""

    objects: tuple[Saved, ...]
    fields: Mapping[str, Mapping[str, Field]]


def _read_lines(text: str) -> tuple[list[dict[str, Any]], list[Fault]]:
    faults = []
    if len(text.encode()) > MAX_BYTES:
        faults.append(Fault(FILE_RULE, "the file", f"it is over {MAX_BYTES} bytes"))
    lines = text.split("\n")
    if lines[-1]:
        faults.append(Fault(FILE_RULE, "the file", "its last line has no end"))
    read = [_read_line(number, line) for number, line in enumerate(lines, 1) if line]
    objects = [one for one in read if isinstance(one, dict)]
    faults += [one for one in read if isinstance(one, Fault)]
    counts = Counter((one["type"], one["id"]) for one in objects)
    faults += [Fault(FILE_RULE, f"{kind} {name}", "it is there twice") for (kind, name), n in counts.items() if n > 1]
    if len(objects) > MAX_OBJECTS:
        faults.append(Fault(FILE_RULE, "the file", f"it has over {MAX_OBJECTS} objects"))
    return objects, faults


def _read_line(number: int, line: str) -> dict[str, Any] | Fault:
    subject = f"line {number}"
    try:
        read = json.loads(line)
    except json.JSONDecodeError as error:
        return Fault(FILE_RULE, subject, f"it is no JSON ({error.msg})")
    if not isinstance(read, dict):
        return Fault(FILE_RULE, subject, "it is no object")
    wrong = [key for key, kind in _SHAPE.items() if not isinstance(read.get(key), kind)]
    if wrong:
        return Fault(FILE_RULE, subject, f"{', '.join(wrong)} missing or of the wrong kind")
    if read["type"] not in TYPE_VERSIONS:
        return Fault(FILE_RULE, subject, f"kuzet does not write objects of the type {read['type']}")
    return read


def _open(line: dict[str, Any]) -> Saved | Fault:
    try:
        return Saved(line, open_attributes(line["attributes"]))
    except NotAStringError as error:
        return Fault(STRING_RULE, f"{line['type']} {line['id']}", str(error))


def _version_faults(saved: Saved, _: _Everything) -> Iterator[str]:
    wanted = TYPE_VERSIONS[saved.type]
    if saved.raw.get("typeMigrationVersion", "") != wanted:
        yield f"typeMigrationVersion must be {wanted or 'left out'}"
    if saved.raw.get("coreMigrationVersion") != CORE_VERSION:
        yield f"coreMigrationVersion must be {CORE_VERSION}"
    if saved.raw.get("managed") is not False:
        yield "managed must be false, or Kibana lets no user edit it"
    for key in _NEVER_SENT:
        if key in saved.raw:
            yield f"{key} must not be sent"


def _name_faults(saved: Saved, everything: _Everything) -> Iterator[str]:
    """Find ids outside references: a Kibana that has to give an object a new id rewrites references only."""
    guarded = {one.id for one in everything.objects if one.type in ("index-pattern", "dashboard")}
    indices = {str(one.attributes["title"]) for one in everything.objects if one.type == "index-pattern"}
    titled = ("title", "name") if saved.type in ("index-pattern", "tag") else ()
    attributes = {key: value for key, value in saved.attributes.items() if key not in titled}
    for text in strings_in(attributes):
        if text in indices:
            yield f"the index name {text!r} is in its attributes"
        for name in guarded:
            if name in text:
                yield f"the id {name} is in its attributes, not in a reference"


def _references(saved: Saved, everything: _Everything) -> Iterator[tuple[int, str]]:
    return reference_faults(saved, targets={(one.type, one.id) for one in everything.objects})


def _fields(saved: Saved, everything: _Everything) -> Iterator[tuple[int, str]]:
    titles = {one.id: str(one.attributes.get("title")) for one in everything.objects if one.type == "index-pattern"}
    return field_faults(saved, fields={name: everything.fields.get(title, {}) for name, title in titles.items()})


_Rules = Callable[[Saved, _Everything], Iterator[tuple[int, str]]]
_RULES: tuple[_Rules, ...] = (
    lambda saved, everything: ((VERSION_RULE, problem) for problem in _version_faults(saved, everything)),
    lambda saved, everything: ((NAME_RULE, problem) for problem in _name_faults(saved, everything)),
    _references,
    _fields,
    lambda saved, _: board_faults(saved),
    lambda saved, _: lens_faults(saved),
)


def _checked(rules: _Rules, saved: Saved, everything: _Everything) -> list[Fault]:
    found: list[Fault] = []
    try:
        for rule, problem in rules(saved, everything):
            found.append(Fault(rule, saved.name, problem))
    except _BROKEN as error:
        found.append(Fault(STRING_RULE, saved.name, f"it is not shaped as a {saved.type} is ({error!r})"))
    return found
