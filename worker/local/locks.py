"""Locks that say who holds them. The kernel releases them however their holder ends.

Where it is enough that one process at a time is inside, `filelock` serves.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from pathlib import Path

from pipelines.errors import KuzetError

TRIES = 4
TRY_PAUSE_S = 0.05
FLOCK = "hhqqi4x"  # struct flock of Linux on 64 bits: type, whence, start, length, pid


class DataBusyError(KuzetError):
    """Another run holds the data folder: use that one, or another folder."""


class DataLock:
    """Keeps a data folder for one run. The file holds the owner's pid, which a second run shows in its error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the folder, or raise DataBusyError naming the process that holds it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(file):
            owner = os.read(file, 32).decode().strip() or "unknown"
            os.close(file)
            raise DataBusyError(
                str(self.folder),
                f"another kuzet (process {owner}) is running on this data folder",
                remedy="Use that one, stop it, or choose another folder with KUZET_DATA.",
            )
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file

    @property
    def held_here(self) -> bool:
        return self._file is not None

    def is_held(self) -> bool:
        """True if a process holds the folder; does not take it."""
        try:
            file = os.open(self.folder / "lock", os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _try_lock(file: int) -> bool:
    """Take the lock; the few tries outlast a look of `is_held` by another process."""
    for _ in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(TRY_PAUSE_S)
        else:
            return True
    return False


def lock_owner(path: Path) -> int:
    """Return the pid of the process that holds a POSIX lock on the file, as Java takes them; 0 without one."""
    if not path.exists():
        return 0
    question = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    with path.open("rb+") as file:
        kind, _, _, _, pid = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, question))
    return 0 if kind == fcntl.F_UNLCK else int(pid)
