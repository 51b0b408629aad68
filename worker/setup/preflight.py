"""What the machine lacks for the engines: found before they start, said with the way out."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from worker.setup.deliveries import KUZET_USER

LEAST_MEMORY_MB = 9_000
"""docs/guide/deploy.md asks for 10 GB; the kernel keeps some of it."""

LEAST_FREE_MB = 5_000
LEAST_MAP_COUNT = 262_144
"""Below it Elasticsearch may fail when it opens many segments; its documentation asks for WANTED_MAP_COUNT."""

WANTED_MAP_COUNT = 1_048_576
KEEP_IT = "and write the same into a file below /etc/sysctl.d/, for the next start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was found. A value that could not be read is None, and nothing is said of it.

    overcommit: vm.overcommit_memory. unreadable: files of the site that the services cannot read.
    """

    map_count: int | None
    overcommit: int | None
    memory_mb: int | None
    free_mb: int | None
    unreadable: tuple[Path, ...] = ()


def problems(machine: Machine) -> Iterator[str]:
    """Yield a sentence with the way out for each thing that will go wrong, the worst first."""
    if machine.map_count is not None and machine.map_count < LEAST_MAP_COUNT:
        yield (
            f"vm.max_map_count is {machine.map_count}, and Elasticsearch may not start. "
            f"As root of the host: sysctl -w vm.max_map_count={WANTED_MAP_COUNT}, {KEEP_IT}."
        )
    if machine.overcommit == 0:
        yield (
            "vm.overcommit_memory is 0, and Redis cannot rewrite its file when more than half of the memory is in use. "
            f"As root of the host: sysctl -w vm.overcommit_memory=1, {KEEP_IT}."
        )
    if machine.memory_mb is not None and machine.memory_mb < LEAST_MEMORY_MB:
        yield (
            f"The machine has {machine.memory_mb / 1000:.1f} GB of memory; the limits of the services add up to 10. "
            "Take a larger one, or set KUZET_ELASTIC_HEAP, KUZET_ELASTIC_MEMORY, KUZET_KIBANA_HEAP_MB and "
            "KUZET_KIBANA_MEMORY in .env."
        )
    if machine.free_mb is not None and machine.free_mb < LEAST_FREE_MB:
        yield f"Only {machine.free_mb / 1000:.1f} GB of the disk are free; images, index and pages need 10. Make room."
    if machine.unreadable:
        others = f" and {len(machine.unreadable) - 1} more" if len(machine.unreadable) > 1 else ""
        yield (
            f"{machine.unreadable[0]}{others} cannot be read by the services, which run as user {KUZET_USER[0]}. "
            "On the host: chmod -R a+rX site."
        )


def look(*, site: Path | None, disk: Path, proc: Path = Path("/proc")) -> Machine:
    """Return what this machine has. In a container the values of /proc are those of the host."""
    return Machine(
        map_count=_number(proc / "sys" / "vm" / "max_map_count"),
        overcommit=_number(proc / "sys" / "vm" / "overcommit_memory"),
        memory_mb=_memory_mb(proc / "meminfo"),
        free_mb=shutil.disk_usage(disk).free // 1_000_000 if disk.exists() else None,
        unreadable=tuple(_unreadable(site)) if site and site.exists() else (),
    )


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _memory_mb(file: Path) -> int | None:
    try:
        line = next(line for line in file.read_text().splitlines() if line.startswith("MemTotal:"))
        return int(line.split()[1]) * 1024 // 1_000_000
    except (OSError, ValueError, StopIteration):
        return None


def _unreadable(folder: Path) -> Iterator[Path]:
    """Yield what the services' user cannot read: by the file's mode, for the setup itself is another user."""
    for path in (folder, *(Path(at) / name for at, folders, files in os.walk(folder) for name in (*folders, *files))):
        if not path.exists():
            continue  # a link to nowhere
        found = path.stat()
        wanted = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(found.st_mode) else stat.S_IROTH
        if found.st_uid != KUZET_USER[0] and found.st_mode & wanted != wanted:
            yield path
