"""A TLS end before a server that speaks none: the certificate is real, and so is what is behind it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK_BYTES = 65_536


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@contextmanager
def tls_before(port: int, context: ssl.SSLContext, *, address: str = "127.0.0.1") -> Iterator[int]:
    """Pass on to a port of the loopback what comes over TLS, until the end of the block; gives the port of the TLS."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    end = _End(port)
    server = asyncio.run_coroutine_threadsafe(end.open(context, address), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end.close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _End:
    def __init__(self, port: int) -> None:
        self._port = port
        self._guests: set[asyncio.Task[None]] = set()

    async def open(self, context: ssl.SSLContext, address: str) -> asyncio.Server:
        return await asyncio.start_server(self._let_in, address, 0, ssl=context)

    async def close(self, server: asyncio.Server) -> None:
        server.close()
        for guest in self._guests:
            guest.cancel()
        await asyncio.gather(*self._guests, return_exceptions=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._guests.add(task)
        try:
            behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._port)
            await asyncio.gather(_pass_on(reader, behind_writer), _pass_on(behind_reader, writer))
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._guests.discard(task)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):  # one of the two has left
            while piece := await reader.read(CHUNK_BYTES):
                writer.write(piece)
                await writer.drain()
    finally:
        writer.close()
