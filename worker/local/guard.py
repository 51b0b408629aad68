"""`python guard.py PARENT COMMAND…` becomes COMMAND, and is killed by the kernel as soon as its parent is gone.

Runs as a plain script before every child, because code between fork and exec is unsafe in a program with threads.
It covers the command itself; what the command starts has to take care of itself (Celery's pool processes do the same).
Linux only: elsewhere it just becomes the command.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL at the parent's end; leave at once if that was before we asked."""
    import ctypes  # noqa: PLC0415  # only where there is prctl

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        die_with_parent(int(parent))
    os.execvp(command[0], command)  # noqa: S606  # the very purpose: no shell in between


if __name__ == "__main__":
    main()
