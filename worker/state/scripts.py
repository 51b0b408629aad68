"""Loads the Lua scripts of `lua/` and runs them by name with named arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from redis import Redis
from redis.commands.core import Script

FOLDER = Path(__file__).resolve().parent / "lua"
Argument: TypeAlias = str | float | bool | None
USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)


@cache
def script_text(name: str) -> str:
    """Put a script together: the prelude, the files its «uses» lines name (each once, after what they use), itself."""
    parts: dict[str, str] = {"prelude": _read("prelude")}
    _gather(name, parts)
    return "\n".join(parts.values())


def _gather(name: str, parts: dict[str, str]) -> None:
    text = _read(name)
    for line in USES.findall(text):
        for used in line.split(", "):
            if used not in parts:
                _gather(used, parts)
    parts[name] = text


def _read(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")


class Scripts:
    """The scripts on one server, under one key prefix. They build their keys: the server must be a single primary."""

    redis: Any  # redis-py types every answer as text or bytes; with decode_responses all of them are text

    def __init__(self, redis: Redis, prefix: str) -> None:
        self.redis = redis
        self.prefix = prefix
        self._registered: dict[str, Script] = {}

    def run(self, name: str, /, **arguments: Argument) -> Any:  # noqa: ANN401  # each script answers in its own shape
        """Run `lua/{name}.lua`; its A table holds the arguments. None and False become «not given»."""
        return self._script(name)(keys=[self.prefix], args=_pairs(arguments))

    def run_all(self, name: str, calls: Sequence[Mapping[str, Argument]], /) -> list[Any]:
        """Run a script many times in one exchange with the server, in this order; each run is one step of its own."""
        script = self._script(name)
        pipeline = self.redis.pipeline(transaction=False)
        for arguments in calls:
            script(keys=[self.prefix], args=_pairs(arguments), client=pipeline)
        answers: list[Any] = pipeline.execute()
        return answers

    def _script(self, name: str) -> Script:
        if name not in self._registered:
            self._registered[name] = self.redis.register_script(script_text(name))
        return self._registered[name]

    def key(self, name: str) -> str:
        return self.prefix + name


def _pairs(arguments: Mapping[str, Argument]) -> list[str]:
    return [part for key, value in arguments.items() for part in (key, _text(value))]


def _text(value: Argument) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)
