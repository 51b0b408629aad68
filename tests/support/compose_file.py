"""docker-compose.yml for tests: as compose reads it, and as commands that run on this machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.settings import HERE
from tests.support.schemas import check_json

ROOT = HERE.parent
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
PROGRAMS = {
    "celery": (sys.executable, "-m", "celery"),
    "kuzet": (sys.executable, "-m", "worker.cli"),
    "python": (sys.executable,),
}


MAIN, DEMO = "docker-compose.yml", "docker/demo.yml"


def read_compose(variables: Mapping[str, str] | None = None, *, files: Sequence[str] = (MAIN,)) -> dict[str, Any]:
    """The files with anchors merged and variables filled in: those given, else their defaults. Later files win."""
    merged: dict[str, Any] = {}
    for file in files:
        merged = _merged(merged, yaml.safe_load((ROOT / file).read_text(encoding="utf-8")))
    return dict(_filled(merged, variables or {}))


def _merged(lower: Any, upper: Any) -> Any:
    """As compose merges: mappings key by key; a list or a value of the later file replaces (we merge no lists)."""
    if isinstance(lower, dict) and isinstance(upper, dict):
        return {key: _merged(lower.get(key), upper.get(key, lower.get(key))) for key in {**lower, **upper}}
    return lower if upper is None else upper


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, given) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, given) for each in value]
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: given.get(match[1]) or match[2], value).replace("$$", "$")
    return value


def read_variables() -> dict[str, str]:
    """The variables that the file takes from .env, with their defaults."""
    return dict(VARIABLE.findall((ROOT / MAIN).read_text(encoding="utf-8")))


def check_by_schema(schema: str, file: Path) -> None:
    """Hold a file against a schema that the package check-jsonschema carries; nothing is downloaded."""
    check_json("--builtin-schema", schema, str(file))


@dataclass(frozen=True)
class LocalMachine:
    """This machine's places for those of the containers: hosts, ports and paths, and nothing else, are replaced."""

    places: Mapping[str, str]

    def text(self, value: str) -> str:
        longest_first = sorted(self.places, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)))
        return pattern.sub(lambda match: self.places[match[0]], value)

    def argv(self, command: list[str]) -> tuple[str, ...]:
        program, *arguments = command
        return (*PROGRAMS[program], *map(self.text, arguments))

    def and_also(self, places: Mapping[str, str]) -> LocalMachine:
        """The same machine with more places, or others."""
        return LocalMachine({**self.places, **places})

    def environment(self, service: Mapping[str, Any]) -> dict[str, str]:
        given = {name: self.text(str(value)) for name, value in service.get("environment", {}).items()}
        return {"PATH": os.environ["PATH"], "HOME": str(Path.home()), **given}
