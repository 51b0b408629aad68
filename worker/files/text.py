"""Files a person edits while the watch runs: their text, and a stamp that differs when they changed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, TypeAlias

from pipelines.errors import ConfigError, UnreadableFileError

Stamp: TypeAlias = tuple[int, int]
"""When a file was written (ns) and how long it is; zeros for one that is not there (an editor may be replacing it)."""


def stamp(file: Path) -> Stamp:
    try:
        facts = file.stat()
    except FileNotFoundError:
        return (0, 0)
    return facts.st_mtime_ns, facts.st_size


def remedy_for(error: OSError, file: Path) -> str:
    """Return how a file is made readable if its rights are the fault: copied into a container, it keeps its owner."""
    if isinstance(error, FileNotFoundError):
        return "KUZET_CONFIG names the folder of such files, KUZET_FEEDS_FILE another feed list."
    if not isinstance(error, PermissionError):
        return ""
    try:
        found = file.stat()
    except OSError:
        return f"A folder above it is closed to user {os.geteuid()}, as whom kuzet runs here."
    return (
        f"It belongs to user {found.st_uid} and has mode {stat.S_IMODE(found.st_mode):o}; kuzet runs here as user "
        f"{os.geteuid()}. chmod a+r {file}, then copy it again."
    )


def read_text(file: Path) -> str:
    """Return the file's text.

    Raises UnreadableFileError for one that is missing or may not be read, ConfigError with the line for one that is not
    UTF-8.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        remedy = remedy_for(error, file)
        raise UnreadableFileError(str(file), f"cannot be read ({error.strerror})", remedy=remedy) from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(file), "is not UTF-8", line=line, remedy="Save it as UTF-8.") from error


def read_json(file: Path) -> dict[str, Any]:
    """Return the object that a JSON file holds. Raises ConfigError with file and line, as `read_text` does."""
    try:
        read = json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise ConfigError(str(file), error.msg, line=error.lineno) from error
    except RecursionError as error:
        raise ConfigError(str(file), "is nested too deeply") from error
    if not isinstance(read, dict):
        raise ConfigError(str(file), "holds no JSON object")
    return read
