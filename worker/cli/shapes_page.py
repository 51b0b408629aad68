"""`python -m worker.cli.shapes_page`: print docs/guide/json.md, made from the types of `worker.cli.shapes`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from worker.answers.shapes import ANSWERS, LINES

HEAD = """\
# The shapes of `--json`

This page is made from the types in `worker/answers/shapes.py` by `python -m worker.cli.shapes_page`;
tests hold it and real answers against them.

* A command prints **one object**; lists are under a key, and are there when they are empty.
* What goes on and on prints **JSON lines**: one object a line. `kuzet export` is such a stream of documents.
* Texts are UTF-8 and not escaped. Times are ISO 8601 with a zone, or epoch seconds where the type is a number.
* Ids of topics, severities and regions are those of filters, whatever the language of the terminal.
* A key with `?` may be missing. New keys may be added; a key that is there keeps its meaning.
* Errors go to standard error, and the exit code says what kind they are (`kuzet --help`).
"""
SCALARS = {str: "text", int: "whole number", float: "number", bool: "true or false", NoneType: "null", Any: "anything"}


def page() -> str:
    """Return the whole page."""
    sections = [
        HEAD,
        "## One object\n",
        *map(section, ANSWERS.items()),
        "## JSON lines\n",
        *map(section, LINES.items()),
    ]
    nested = sorted(set(parts_of([*ANSWERS.values(), *LINES.values()])), key=lambda shape: shape.__name__)
    return "\n".join([*sections, "## Parts\n", *(table(shape, title=f"### {shape.__name__}") for shape in nested)])


def section(answer: tuple[str, type]) -> str:
    command, shape = answer
    return table(shape, title=f"### `{command}`")


def table(shape: type, *, title: str) -> str:
    """Return a shape as a table, below what its docstring says."""
    own = shape.__doc__ if shape.__doc__ and not shape.__doc__.startswith("dict(") else ""
    said = f"{' '.join(own.split())}\n\n" if own else ""
    rows = [f"| `{name}`{mark} | {described} |" for name, mark, described in keys_of(shape)]
    return "\n".join([f"{title}\n\n{said}| key | value |\n|---|---|", *rows, ""])


def keys_of(shape: type) -> Iterator[tuple[str, str, str]]:
    required = shape.__required_keys__  # type: ignore[attr-defined]  # of every TypedDict
    for name, hint in get_type_hints(shape).items():
        yield name, "" if name in required else " ?", describe(hint)


def describe(hint: Any) -> str:
    """Return a type in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return describe(arguments[0])
    if origin in (Union, UnionType):
        return " or ".join(map(describe, arguments))
    if origin is list:
        return f"list of {describe(arguments[0])}"
    if origin is dict:
        return f"object: {describe(arguments[0])} → {describe(arguments[1])}"
    return SCALARS.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"


def parts_of(shapes: list[type]) -> Iterator[type]:
    """Yield the shapes that are inside of others."""
    for shape in shapes:
        for hint in get_type_hints(shape).values():
            inside = [one for one in flattened(hint) if is_typeddict(one)]
            yield from inside
            yield from parts_of(inside)


def flattened(hint: Any) -> Iterator[Any]:
    yield hint
    for argument in get_args(hint):
        yield from flattened(argument)


if __name__ == "__main__":
    sys.stdout.write(page())
