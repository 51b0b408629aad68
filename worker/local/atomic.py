"""Write a file whole or not at all: under a private name in the same folder, on the disk, then renamed.

Readers see the old file or the new one, also when the writer is killed or the power fails. A killed writer leaves a
file of `UNFINISHED` behind. Errors are those of the operating system: callers say what they mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

UNFINISHED = ".*.part"
"""What the private names look like; each writer has its own."""


@contextmanager
def replacing(path: Path, *, mode: int | None = None, owner: tuple[int, int] | None = None) -> Iterator[Path]:
    """Give an empty file to fill, and put it in the place of `path` unless an exception comes through.

    `mode` overrides the umask, from the first byte on; `owner` is (uid, gid). Raises OSError.
    """
    new = path.with_name(f".{token_hex(8)}.part")
    new.touch(mode=0o666 if mode is None else mode, exist_ok=False)
    try:
        if mode is not None:
            new.chmod(mode)
        yield new
        _settle(new, owner)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes, *, mode: int | None = None, owner: tuple[int, int] | None = None) -> None:
    """Write a file as `replacing` does."""
    with replacing(path, mode=mode, owner=owner) as new:
        new.write_bytes(data)


def write_text(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write a file of UTF-8 text as `replacing` does."""
    write_bytes(path, text.encode(), mode=mode)


def _settle(new: Path, owner: tuple[int, int] | None) -> None:
    """Give the file to its owner and wait until the disk has it: a rename may reach the disk before the bytes do."""
    descriptor = os.open(new, os.O_RDONLY)
    try:
        if owner:
            os.fchown(descriptor, *owner)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
