"""worker does: it reads state, asks pipelines/, does what it says, writes state."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Give `celery -A worker` its app without making every other import pay for Celery."""
    if name == "celery":
        from worker.tasks.app import app  # noqa: PLC0415  only the workers and beat need it

        return app
    raise AttributeError(name)
