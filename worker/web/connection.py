"""Connections that go only where the check allowed, and that end in time.

`http.client` reads header lines and bodies with blocking calls that start their time-out anew with every byte. Here
the socket itself knows the deadline: each receive gets what is left of it, and counts what came in.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from pipelines.urls import Target, check_address
from worker.web.answers import Reason
from worker.web.deadline import Deadline
from worker.web.idle import IdleConnections
from worker.web.names import Resolver

MAX_HEADER_BYTES = 65_536
MAX_HEADERS = 2_000
MAX_TRIES = 4
PEEK_BYTES = 64
MAX_REST_BYTES = 16_384
"""The body of a redirect. Reading it costs less than a new connection."""

REST_S = 0.5

if TYPE_CHECKING:
    _Socket = socket.socket
else:
    _Socket = object


class WireLimitError(OSError):
    """More came over the wire than was allowed. `reason` says which limit it was."""

    def __init__(self, reason: Reason, problem: str) -> None:
        super().__init__(problem)
        self.reason = reason


@dataclass(slots=True)
class Guard:
    """What one connection may still take: time, and bytes as they come over the wire."""

    deadline: Deadline
    bytes_left: int = MAX_HEADER_BYTES
    reason: Reason = Reason.PROTOCOL

    def allow_body(self, max_bytes: int) -> None:
        """Turn from headers to the body. The wire carries framing and trailers besides: as much again as headers."""
        self.bytes_left = max_bytes + MAX_HEADER_BYTES
        self.reason = Reason.TOO_LARGE

    def spend(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise WireLimitError(self.reason, "more bytes than the limit came over the wire")


class _Guarded(_Socket):
    """Receiving and sending under a guard; without one, as usual."""

    guard: Guard | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 the two base classes differ
        if self.guard is None:
            return super().recv_into(*args, **kwargs)
        self.settimeout(self.guard.deadline.left_s())
        count = super().recv_into(*args, **kwargs)
        self.guard.spend(count)
        return count

    def sendall(self, data: Any, flags: int = 0) -> None:  # noqa: ANN401 the base class's type
        if self.guard is not None:
            self.settimeout(self.guard.deadline.left_s())
        super().sendall(data, flags)


class GuardedSocket(_Guarded, socket.socket):
    pass


class GuardedTLSSocket(_Guarded, ssl.SSLSocket):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a connection may go: the host's addresses, looked up once, every one of them checked."""

    target: Target
    addresses: tuple[str, ...]
    guard: Guard

    def connect(self) -> GuardedSocket:
        """Connect to the first address that answers, each getting its share of the time. Raises OSError."""
        problem: OSError = OSError("no address")
        tried = self.addresses[:MAX_TRIES]
        for index, address in enumerate(tried):
            share_s = self.guard.deadline.left_s() / (len(tried) - index)
            try:
                return self._connect(address, timeout_s=share_s)
            except OSError as error:
                problem = error
        raise problem

    def _connect(self, address: str, *, timeout_s: float) -> GuardedSocket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = GuardedSocket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(timeout_s)
            sock.connect((address, self.target.port))
            sock.settimeout(self.guard.deadline.left_s())  # a TLS handshake takes it over, for all of its steps
        except OSError:
            sock.close()
            raise
        sock.guard = self.guard
        return sock


def find_route(target: Target, *, resolver: Resolver, allowed_hosts: frozenset[str], guard: Guard) -> Route:
    """Look the host up once and refuse it when any of its addresses may not be reached.

    Connecting goes to these very addresses, so an answer that changes a moment later changes nothing.
    Raises UnsafeAddressError, OSError.
    """
    addresses = tuple(resolver.addresses(target.host, target.port, deadline=guard.deadline))
    for address in addresses:
        check_address(target, address, allowed_hosts=allowed_hosts)
    return Route(target=target, addresses=addresses, guard=guard)


class _Answer(http.client.HTTPResponse):
    """An answer after any number of interim ones (103 Early Hints, 102) and blank lines; their bytes are guarded."""

    def _read_status(self) -> tuple[str, int, str]:
        while self.fp.peek(1)[:1] in {b"\r", b"\n"}:
            self.fp.read(1)
        version, status, reason = super()._read_status()  # type: ignore[misc]
        while http.client.CONTINUE < status < http.client.OK and status != http.client.SWITCHING_PROTOCOLS:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


# Sites set a hundred cookies. The limit that counts is MAX_HEADER_BYTES.
http.client._MAXHEADERS = MAX_HEADERS  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way


class _PlainConnection(HTTPConnection):
    response_class = _Answer

    def __init__(self, route: Route) -> None:
        super().__init__(route.target.host, route.target.port)
        self._route = route

    def _new_conn(self) -> socket.socket:
        return self._route.connect()


class _TLSConnection(HTTPSConnection):
    """TLS for the name in the link, over a connection to the checked address."""

    response_class = _Answer

    def __init__(self, route: Route, *, tls: ssl.SSLContext) -> None:
        super().__init__(route.target.host, route.target.port, ssl_context=tls, cert_reqs=ssl.CERT_REQUIRED)
        self._route = route

    def _new_conn(self) -> socket.socket:
        return self._route.connect()

    def connect(self) -> None:
        super().connect()
        if not isinstance(self.sock, GuardedTLSSocket):
            raise ssl.SSLError("the TLS context was not prepared by guard_context")
        self.sock.guard = self._route.guard


def first_bytes(response: HTTPResponse) -> bytes:
    """Return the beginning of an answer's body as it is on the wire, and leave it there; empty where nothing has come.

    The sizes of chunks are among them. Raises OSError.
    """
    answer = response._original_response  # noqa: SLF001 - urllib3 has no look ahead
    stream = getattr(answer, "fp", None)
    return bytes(stream.peek(PEEK_BYTES)) if stream is not None else b""


def guard_context(tls: ssl.SSLContext) -> None:
    """Make a context hand out sockets that know the deadline."""
    tls.sslsocket_class = GuardedTLSSocket


Ask = Callable[[HTTPConnection], HTTPResponse]


@contextmanager
def exchange(  # noqa: PLR0913 - a request is made of these
    route: Route,
    *,
    headers: dict[str, str],
    tls: ssl.SSLContext,
    method: str = "GET",
    body: bytes | None = None,
    idle: IdleConnections | None = None,
) -> Iterator[HTTPResponse]:
    """Ask for the target and yield the answer with its body unread.

    Afterwards the connection is kept in `idle` if the answer was read to its end and the server will stay, else closed.
    Raises OSError, `http.client.HTTPException` and urllib3's HTTPError, here and while the body is read.
    """

    def ask(connection: HTTPConnection) -> HTTPResponse:
        connection.request(
            method, route.target.request_path, body=body, headers=headers, preload_content=False, decode_content=True
        )
        return connection.getresponse()

    connection, response = _answered(route, ask, tls=tls, idle=idle)
    is_kept = False
    try:
        yield response
        is_kept = idle is not None and connection.sock is not None and _is_read(response, connection.sock)
    finally:
        response.close()
        if idle is not None and is_kept:
            idle.keep(connection, route.target, tls=tls)
        else:
            connection.close()


def _answered(
    route: Route, ask: Ask, *, tls: ssl.SSLContext, idle: IdleConnections | None
) -> tuple[HTTPConnection, HTTPResponse]:
    """Ask over an open connection; over a new one if no other is open, or its server has just closed it."""
    kept = idle.take(route.target, route.addresses, tls=tls) if idle is not None else None
    if kept is not None and isinstance(kept.sock, _Guarded):
        kept.sock.guard = route.guard
        try:
            return kept, ask(kept)
        except (OSError, http.client.HTTPException, HTTPError):
            kept.close()
    connection = _TLSConnection(route, tls=tls) if route.target.scheme == "https" else _PlainConnection(route)
    try:
        return connection, ask(connection)
    except BaseException:
        connection.close()
        raise


def _is_read(response: HTTPResponse, sock: Any) -> bool:  # noqa: ANN401 - plain or TLS, both guarded
    """True once an answer has been read to its end: of a redirect, also what it says besides, if that is there."""
    answer = response._original_response  # noqa: SLF001 - urllib3 knows no rest
    if answer is None or answer.isclosed():
        return True
    if answer.length is not None and 0 < answer.length <= MAX_REST_BYTES:
        sock.guard = Guard(Deadline.after(REST_S))
        with suppress(OSError, http.client.HTTPException):
            answer.read()
    return bool(answer.isclosed() or answer.length == 0)
