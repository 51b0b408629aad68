"""Where watches of this user run: one small file a data folder, in the cache, so that a lost one can be found again."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from worker.local.atomic import write_text
from worker.local.locks import DataLock

FOLDER = "runs"


def note_run(data: Path, *, cache: Path) -> None:
    """Write down that a watch runs on the data folder."""
    file = _file(data, cache)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, str(data.absolute()))


def forget_run(data: Path, *, cache: Path) -> None:
    _file(data, cache).unlink(missing_ok=True)


def running_on(cache: Path) -> list[Path]:
    """List the data folders that a watch holds now. Notes of watches that were killed are thrown away."""
    found = []
    for file in sorted((cache / FOLDER).glob("[!.]*")):
        with suppress(FileNotFoundError):  # it ended a moment ago
            data = Path(file.read_text(encoding="utf-8"))
            if DataLock(data).is_held():
                found.append(data)
            else:
                file.unlink()
    return found


def _file(data: Path, cache: Path) -> Path:
    return cache / FOLDER / hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:16]
