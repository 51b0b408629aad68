"""Compiled rules kept in the user's cache: compiling takes seconds, reading back a fifth of one.

A compiled ruleset is named by everything it is made from (the files' texts, the code that compiles them, the Russian
dictionary), so it is never out of date and may be thrown away at any time.
**Warning**: it is a pickle, and reading a pickle runs what it says; the folder is the user's own, as code is.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import pickle
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import pipelines.language
import pipelines.tagging
from pipelines.tagging import Ruleset, parse_ruleset

KEPT = 3
UNREADABLE = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, TypeError, ValueError, KeyError)


def compile_rules(texts: Mapping[str, str], *, folder: Path) -> Ruleset:
    """The ruleset of the texts, from `folder` when it was compiled before. Raises ConfigError."""
    file = folder / f"{_name(texts)}.pickle"
    try:
        known = pickle.loads(file.read_bytes())  # noqa: S301  see the warning above
    except UNREADABLE:
        known = None
    if isinstance(known, Ruleset):
        return known
    ruleset = parse_ruleset(texts)
    _keep(ruleset, file)
    return ruleset


def _keep(ruleset: Ruleset, file: Path) -> None:
    """Write beside, then rename; a cache that cannot be written is none."""
    beside = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(pickle.dumps(ruleset, protocol=pickle.HIGHEST_PROTOCOL))
        beside.replace(file)
        for old in sorted(file.parent.glob("*.pickle"), key=lambda each: -each.stat().st_mtime)[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def _name(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256(_compiler())
    for file, text in sorted(texts.items()):
        digest.update(f"{file}\0{text}\0".encode())
    return digest.hexdigest()[:16]


@cache
def _compiler() -> bytes:
    """A digest of what compiles: our code and the Russian dictionary."""
    digest = hashlib.sha256()
    for package in (pipelines.tagging, pipelines.language):
        for file in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(file.read_bytes())
    for package_name in ("pymorphy3", "pymorphy3-dicts-ru"):
        digest.update(importlib.metadata.version(package_name).encode())
    return digest.digest()
