"""Connections that stay open for the next request to the same host."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

from urllib3.connection import HTTPConnection
from urllib3.util.wait import wait_for_read

from pipelines.urls import Target

IDLE_S = 10.0
"""Servers close idle connections after 5 to 75 s. Feeds and pages of one site follow each other within seconds."""

MOST_OPEN = 32

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Idle:
    connection: HTTPConnection
    target: Target
    tls: ssl.SSLContext
    until_s: float

    def fits(self, target: Target, tls: ssl.SSLContext) -> bool:
        mine = (self.target.scheme, self.target.host, self.target.port)
        return self.tls is tls and mine == (target.scheme, target.host, target.port)


@dataclass(slots=True)
class IdleConnections:
    """At most `MOST_OPEN` open connections of one process, each for `IDLE_S`; safe to share between threads.

    A connection serves the next request to the same scheme, host, port and TLS context, if it leads to one of the
    addresses that were looked up and checked for that request, and if its server has said nothing since.
    """

    clock: Clock = time.monotonic
    _idle: list[_Idle] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self, target: Target, addresses: tuple[str, ...], *, tls: ssl.SSLContext) -> HTTPConnection | None:
        """Return an open connection to one of the addresses, the last one that was used; None without any."""
        while found := self._pop(target, tls):
            if _is_silent(found) and _peer(found) in addresses:
                return found
            found.close()
        return None

    def keep(self, connection: HTTPConnection, target: Target, *, tls: ssl.SSLContext) -> None:
        """Keep a connection whose answer has been read to its end."""
        with self._lock:
            self._idle.append(_Idle(connection, target, tls, self.clock() + IDLE_S))
            late = self._late()
        _close(late)

    def __del__(self) -> None:
        _close(self._idle)

    def _pop(self, target: Target, tls: ssl.SSLContext) -> HTTPConnection | None:
        with self._lock:
            late = self._late()
            found = next((each for each in reversed(self._idle) if each.fits(target, tls)), None)
            if found:
                self._idle.remove(found)
        _close(late)
        return found.connection if found else None

    def _late(self) -> list[_Idle]:
        """Take out what has been open for too long, and the oldest of too many."""
        now = self.clock()
        kept = [each for each in self._idle if each.until_s > now][-MOST_OPEN:]
        late = [each for each in self._idle if each not in kept]
        self._idle = kept
        return late


def _close(idle: list[_Idle]) -> None:
    for each in idle:
        with suppress(OSError):
            each.connection.close()


def _is_silent(connection: HTTPConnection) -> bool:
    """True if nothing can be read: neither the server's end nor the rest of an answer that was longer than it said."""
    return connection.sock is not None and not wait_for_read(connection.sock, timeout=0.0)


def _peer(connection: HTTPConnection) -> str:
    try:
        return str(connection.sock.getpeername()[0])
    except OSError:
        return ""
