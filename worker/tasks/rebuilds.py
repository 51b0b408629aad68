"""Rebuilds: beginning one, and its steps."""

from __future__ import annotations

import socket

from worker.rebuilds import REINDEX, open_rebuilder
from worker.rebuilds.reindex import KEEP_DAYS
from worker.tasks.app import app
from worker.tasks.nudges import nudge_rebuild


@app.task(name="kuzet.rebuild_step")
def rebuild_step() -> None:
    """Do the next step of the rebuild under way, and send for the one after it."""
    if open_rebuilder(app.runtime).step():
        nudge_rebuild(app)


@app.task(name="kuzet.reindex")
def reindex(*, rollback: bool = False, keep_days: float = KEEP_DAYS) -> None:
    """Begin what `kuzet reindex` begins: `celery -A worker call kuzet.reindex`."""
    owner = f"a task on {socket.gethostname()}"
    open_rebuilder(app.runtime).begin(REINDEX, owner=owner, rollback=rollback, keep_days=keep_days)
    nudge_rebuild(app)
