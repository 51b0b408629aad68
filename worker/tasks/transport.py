"""Celery's transport: a broker that refuses writes is treated like one that is away."""

from __future__ import annotations

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ResponseError


class Transport(redis.Transport):
    """Reconnects when the broker answers MISCONF, OOM, READONLY or LOADING, and does not end the worker.

    A full disk, or a replica that is being promoted, passes by itself. To kombu it is a fault of the program.
    """

    connection_errors = (*redis.Transport.connection_errors, ResponseError)


def use_transport() -> None:
    """Let every Redis URL lead to our transport: Celery's own setting for it gives way to the URL."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:{Transport.__name__}"))
