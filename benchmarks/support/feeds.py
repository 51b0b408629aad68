"""Many feeds on many loopback hosts, served by a process of their own; entries are added on demand."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

ENTRIES = 50
PAGES = "pages.example"
"""The host of all articles."""

SUMMARY = "Полиция задержала троих подозреваемых, сообщили в пресс-службе департамента. " * 3


class FeedFarm:
    """Feeds at `urls`, an equal number on each host. Close it by leaving the block."""

    def __init__(self, feeds: int, *, hosts: int) -> None:
        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, hosts), daemon=True)
        self._process.start()
        self.endpoints: Sequence[str] = self._pipe.recv()
        self.urls = [f"http://{self.endpoints[number % hosts]}/{number}.xml" for number in range(feeds)]

    def publish(self, *, share: float) -> None:
        """Add an entry to this share of the feeds, in steps of a tenth."""
        self._pipe.send(share)
        self._pipe.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.join()


def document(host: str, number: int, *, newest: int) -> bytes:
    """Return a feed of ENTRIES entries that ends with the newest."""
    items = "".join(
        f"<item><title>Сводка {number} № {entry}</title><link>http://{PAGES}/{number}/{entry}</link>"
        f"<guid>{host}/{number}/{entry}</guid><description>{SUMMARY} {entry}</description>"
        f"<pubDate>Wed, 03 Sep 2025 {entry % 24:02}:00:00 +0500</pubDate></item>"
        for entry in range(newest, newest - ENTRIES, -1)
    )
    return f"<rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>".encode()


def _serve(pipe: Connection, hosts: int) -> None:
    asyncio.run(_Farm(pipe).run(hosts))


class _Farm:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._share = 0.0

    async def run(self, hosts: int) -> None:
        servers = [
            await asyncio.start_server(self._answer, f"127.0.{1 + n // 200}.{1 + n % 200}", 0) for n in range(hosts)
        ]
        names = ["{}:{}".format(*server.sockets[0].getsockname()) for server in servers]
        self._pipe.send(names)
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._publish)
        await asyncio.gather(*(server.serve_forever() for server in servers))

    def _publish(self) -> None:
        self._share = self._pipe.recv()
        self._pipe.send(True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve requests of one connection until it is closed."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._reply(head))
                await writer.drain()
                if b"connection: close" in head.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _reply(self, head: bytes) -> bytes:
        number = int(head.split(b" ", 2)[1].strip(b"/").partition(b".")[0])
        host = head.lower().partition(b"host: ")[2].partition(b"\r\n")[0].decode()
        body = document(host, number, newest=ENTRIES + (number % 10 < 10 * self._share))
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'.encode()
        if tag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\nContent-Length: 0\r\n\r\n"
        length = str(len(body)).encode()
        kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "
        return kind + tag + b"\r\nContent-Length: " + length + b"\r\n\r\n" + body
