"""Connections that stay open for the next request: what is saved, and what must never come of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from worker.web import Fetched, Limits, WebClient
from worker.web.idle import IDLE_S, MOST_OPEN, IdleConnections

LIMITS = Limits(deadline_s=5.0, max_bytes=100_000)
PAGE = b"<html><body>%d</body></html>"
CLOSE = b""
Script = Callable[[int, int, str], bytes]
"""(connection, request on it, path) → the whole answer, or nothing: then the connection ends."""


def whole(body: bytes, *, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n%s\r\n"
    return head % (status, len(body), more) + body


class Site:
    """Answers by a script; knows its connections and what each was asked."""

    def __init__(self, script: Script) -> None:
        self.asked: list[list[str]] = []
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://{self.endpoint}/{path}"

    def close(self) -> None:
        for each in (self._listener, *self._open):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(conn)
            self.asked.append([])
            threading.Thread(target=self._talk, args=(conn, len(self.asked) - 1), daemon=True).start()

    def _talk(self, conn: socket.socket, number: int) -> None:
        with suppress(OSError), conn, conn.makefile("rb") as lines:  # who got enough has left
            while first := lines.readline():
                while lines.readline() not in {b"\r\n", b""}:
                    pass
                self.asked[number].append(first.split()[1].decode())
                answer = self._script(number, len(self.asked[number]) - 1, first.split()[1].decode())
                if not answer:
                    return
                conn.sendall(answer)


@contextmanager
def site_of(script: Script) -> Iterator[tuple[Site, WebClient]]:
    site = Site(script)
    yield site, WebClient(user_agent="kuzet-test/1", allowed_hosts=frozenset({site.endpoint}))
    site.close()


def body_of(client: WebClient, url: str) -> bytes:
    answer = client.get(url, limits=LIMITS)
    assert isinstance(answer, Fetched), answer
    return answer.page.body


def test_requests_to_one_host_share_a_connection():
    """Each page of a site would cost a handshake more; what a redirect says besides is read for it."""
    moved = whole(b"<html>moved</html>", status=b"301 Moved", more=b"Location: /b\r\n")
    with site_of(lambda _, __, path: moved if path == "/a" else whole(path.encode())) as (site, client):
        assert [body_of(client, site.url(path)) for path in ("a", "b", "c")] == [b"/b", b"/b", b"/c"]
        assert site.asked == [["/a", "/b", "/b", "/c"]]


@pytest.mark.parametrize("coding", ["length", "chunks"])
def test_what_comes_in_pieces_is_read_to_its_end_first(coding: str):
    """The rest of an answer is never the beginning of the next."""

    def script(_: int, number: int, __: str) -> bytes:
        body = PAGE % number + b" " * 60_000
        if coding == "length":
            return whole(body)
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:]))
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n" % chunks

    with site_of(script) as (site, client):
        assert [body_of(client, site.url("x")).rstrip() for _ in range(3)] == [PAGE % n for n in range(3)]
        assert len(site.asked) == 1


@pytest.mark.parametrize(
    "script",
    [
        lambda conn, number, _: CLOSE if number else whole(PAGE % conn),
        lambda conn, _, __: whole(PAGE % conn, more=b"Connection: close\r\n"),
    ],
    ids=["closed at the next request", "said to be closed"],
)
def test_a_connection_that_was_closed_is_replaced(script: Script):
    """Servers close idle connections at any moment: that is no failed fetch."""
    with site_of(script) as (site, client):
        assert [body_of(client, site.url("x")) for _ in range(3)] == [PAGE % n for n in range(3)]
        assert len(site.asked) == 3


@pytest.mark.parametrize(
    "surplus",
    [b"x" * 99, whole(b"<html>surplus</html>"), whole(b"y" * 200_000)],
    ids=["bytes", "an answer", "a long answer"],
)
def test_what_a_site_sends_too_much_is_no_answer(surplus: bytes):
    """Some say a shorter length than they send: the rest would be another article's page."""
    with site_of(lambda conn, number, _: whole(PAGE % (conn + number)) + surplus) as (site, client):
        for _ in range(4):
            assert body_of(client, site.url("x")).startswith(b"<html><body>")


def test_an_answer_that_never_ends_is_not_waited_for():
    """A redirect that promises a body and does not send it costs half a second, and its connection."""
    promise = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 900\r\n\r\n"
    with site_of(lambda _, __, path: promise if path == "/a" else whole(b"<html>b</html>")) as (site, client):
        assert body_of(client, site.url("a")) == b"<html>b</html>"
        assert site.asked == [["/a"], ["/b"]]


def test_a_host_that_moved_gets_a_new_connection():
    """The addresses that were checked for this request are the only ones it may go to."""
    with site_of(lambda conn, _, __: whole(PAGE % conn)) as (site, client):
        body_of(client, site.url("x"))
        [kept] = client.idle._idle
        assert client.idle.take(kept.target, ("192.0.2.1",), tls=kept.tls) is None
        assert kept.connection.sock is None
        assert body_of(client, site.url("x")) == PAGE % 1


def test_connections_are_kept_for_seconds_and_are_not_many():
    """A process that watches ten thousand hosts must not hold ten thousand sockets."""
    now = [0.0]
    with site_of(lambda *_: whole(b"<html></html>")) as (site, client):
        object.__setattr__(client, "idle", IdleConnections(clock=lambda: now[0]))
        body_of(client, site.url("x"))
        [first] = client.idle._idle
        for _ in range(MOST_OPEN):
            client.idle.keep(first.connection, first.target, tls=first.tls)
        assert len(client.idle._idle) == MOST_OPEN
        now[0] = IDLE_S
        assert client.idle.take(first.target, ("127.0.0.1",), tls=first.tls) is None
        assert not client.idle._idle
