"""What a JVM keeps in its heap, asked over HotSpot's attach protocol: the node's runtime has no tool for it."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

PATIENCE_S = 10.0


def live_heap_bytes(pid: int) -> int:
    """Let the JVM collect its garbage, and return the bytes of what is left. Linux only."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(str(_open_door(pid)))
        door.sendall(b"1\0inspectheap\0-live\0\0\0")
        with door.makefile("rb") as answer:
            histogram = answer.read().decode()
    _total, _instances, size = histogram.split("\n")[-2].split()
    return int(size)


def _open_door(pid: int) -> Path:
    """Have the JVM listen: it opens its socket at a SIGQUIT when the file of that name is in its folder."""
    door, wish = Path(f"/tmp/.java_pid{pid}"), Path(f"/proc/{pid}/cwd/.attach_pid{pid}")
    if door.exists():
        return door
    wish.touch()
    try:
        os.kill(pid, signal.SIGQUIT)
        ends_at = time.monotonic() + PATIENCE_S
        while not door.exists() and time.monotonic() < ends_at:
            time.sleep(0.05)
    finally:
        wish.unlink()
    return door
