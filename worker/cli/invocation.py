"""How the command is called from where the person is: hints can be copied."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

NAME = "kuzet"


def kuzet_here() -> str:
    """Return what to type for `kuzet` in this folder: the name when the shell finds it, else the path to it."""
    return way_to_call(Path(sys.argv[0]).absolute(), found=shutil.which(NAME), cwd=Path.cwd())


def way_to_call(program: Path, *, found: str | None, cwd: Path) -> str:
    """Say how to call `program`. `found`: what the shell runs for the name alone, which may be another program."""
    if program.name != NAME or (found and Path(found).absolute() == program):
        return NAME
    return str(program.relative_to(cwd)) if program.is_relative_to(cwd) else str(program)


def as_typed_here(sentence: str) -> str:
    """A sentence that names commands as `kuzet …`, with the way to call them from here."""
    return sentence.replace(f"`{NAME} ", f"`{kuzet_here()} ")
