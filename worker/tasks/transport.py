"""Celery's transport: a broker that refuses writes is treated like one that is away."""

from __future__ import annotations

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis, virtual
from redis.exceptions import ResponseError

log = structlog.get_logger(__name__)


class QoS(redis.QoS):
    """Counts the messages a worker has, also when the broker did not take that one is done.

    A message counts until it is acknowledged, and a worker has few places: one whose acknowledgement was refused
    would take its place for ever, and a worker with one place would stop without a word. The broker gives the message
    out again after its time; it is a nudge, and a second one changes nothing.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            log.warning("the broker took no acknowledgement", error=str(error))
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    """Reconnects when the broker answers MISCONF, OOM, READONLY or LOADING, and does not end the worker.

    A full disk, or a replica that is being promoted, passes by itself. To kombu it is a fault of the program.
    """

    Channel = Channel
    connection_errors = (*redis.Transport.connection_errors, ResponseError)


def use_transport() -> None:
    """Let every Redis URL lead to our transport: Celery's own setting for it gives way to the URL."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:{Transport.__name__}"))
