"""CPU time of processes with all their descendants, from /proc: it says more than seconds on a busy machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, WAITED_USER, WAITED_SYSTEM = 1, 11, 12, 13, 14
"""Fields of /proc/PID/stat after the name."""


def cpu_s(pids: Iterable[int]) -> float:
    """Return the CPU seconds of these processes and of their descendants, those that have ended included."""
    known = _processes()
    wanted, new = set[int](), set(pids) & known.keys()
    while new:
        wanted |= new
        new = {pid for pid, fields in known.items() if fields[PARENT] in wanted} - wanted
    return sum(sum(known[pid][USER : WAITED_SYSTEM + 1]) for pid in wanted) / TICKS_PER_S


def _processes() -> dict[int, list[int]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue  # it has just ended
            fields = text.rpartition(")")[2].split()
            found[int(folder.name)] = [0, *map(int, fields[1:15])]
    return found
