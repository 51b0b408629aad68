"""Files that commands read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from worker.cli import app
from worker.cli.loading import commands_below


def files(command: Any, name: str = "kuzet") -> Iterator[tuple[str, Any]]:
    """Yield each argument that is a path, with what the library is to check of it."""
    for parameter in command.params:
        described = parameter.type_descriptor
        if described.annotation in {Path, list[Path], Path | None}:
            yield f"{name} {parameter.name}", described.parameter_info
    for part, below in commands_below(command):
        yield from files(below, f"{name} {part}")


def test_a_file_that_cannot_be_read_is_explained_by_our_own_reader() -> None:
    """The check of the library says «is not readable» and no more: a backup with mode 600 has a way out."""
    found = dict(files(typer.main.get_command(app)))
    assert len(found) > 8
    assert not found["kuzet import files"].readable
    assert {name for name, info in found.items() if info.exists and info.file_okay and info.readable} == set()
