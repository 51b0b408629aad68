"""Whether a value has the shape of a type: typed dicts, lists, dicts, unions and plain values."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict


def misfits(value: Any, hint: Any, where: str = "") -> list[str]:
    """List what does not fit, each with the way to it; nothing when all fits."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any or origin is NotRequired:
        return [] if hint is Any else misfits(value, arguments[0], where)
    if origin in (Union, UnionType):
        tried = [misfits(value, one, where) for one in arguments]
        return [] if [] in tried else tried[0]
    if origin is list and isinstance(value, list):
        return [fault for n, one in enumerate(value) for fault in misfits(one, arguments[0], f"{where}[{n}]")]
    if origin is dict and isinstance(value, dict):
        return [fault for key, one in value.items() for fault in misfits(one, arguments[1], f"{where}.{key}")]
    if is_typeddict(hint) and isinstance(value, dict):
        return keys_that_misfit(value, hint, where)
    kinds = {float: (int, float), NoneType: NoneType}.get(hint, hint)
    fits = isinstance(kinds, type | tuple) and origin is None and not is_typeddict(hint) and isinstance(value, kinds)
    return [] if fits and isinstance(value, bool) == (hint is bool) else [f"{where}: {value!r} is no {hint}"]


def keys_that_misfit(value: dict[str, Any], hint: Any, where: str) -> list[str]:
    hints = get_type_hints(hint)
    faults = [f"{where}: {key} is missing" for key in hint.__required_keys__ - value.keys()]
    faults += [f"{where}: {key} is not in the guide" for key in value.keys() - hints.keys()]
    return faults + [
        fault for key in value.keys() & hints for fault in misfits(value[key], hints[key], f"{where}.{key}")
    ]
