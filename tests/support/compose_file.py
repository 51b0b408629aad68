"""docker-compose.yml for tests: as compose reads it, and as commands that run on this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.settings import HERE

ROOT = HERE.parent
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
PROGRAMS = {
    "celery": (sys.executable, "-m", "celery"),
    "kuzet": (sys.executable, "-c", "from worker.cli import main; main()"),
    "python": (sys.executable,),
}


def read_compose(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file with anchors merged and variables filled in: those given, else their defaults."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return dict(_filled(yaml.safe_load(text), variables or {}))


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
    return dict(VARIABLE.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def check_by_schema(schema: str, file: Path) -> None:
    """Hold a file against a schema that the package check-jsonschema carries; nothing is downloaded."""
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file))
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@dataclass(frozen=True)
class Here:
    """This machine's places for those of the containers: hosts, ports and paths, and nothing else, are replaced."""

    places: Mapping[str, str]

    def text(self, value: str) -> str:
        longest_first = sorted(self.places, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)))
        return pattern.sub(lambda match: self.places[match[0]], value)

    def argv(self, command: list[str]) -> tuple[str, ...]:
        program, *arguments = command
        return (*PROGRAMS[program], *map(self.text, arguments))

    def and_also(self, places: Mapping[str, str]) -> Here:
        """The same machine with more places, or others."""
        return Here({**self.places, **places})

    def environment(self, service: Mapping[str, Any]) -> dict[str, str]:
        given = {name: self.text(str(value)) for name, value in service["environment"].items()}
        return {"PATH": os.environ["PATH"], "HOME": str(Path.home()), **given}
