"""A proxy before a server: while it is shut, connections are refused, as if the server were down."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536


class SwitchedProxy:
    """Its own address, and every byte passed on to the server behind it. It starts shut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._behind = (str(parts.hostname), int(parts.port or 80))
        self._listener = _bound(0)  # a port that is bound and does not listen refuses
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._ends: list[socket.socket] = []

    def open(self) -> None:
        self._listener.listen()
        threading.Thread(target=self._let_in, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut every connection and accept no new one."""
        self.close()
        self._listener = _bound(self.port)

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _let_in(self, listener: socket.socket) -> None:
        while True:
            try:
                guest, _ = listener.accept()
            except OSError:
                return  # it was shut
            host = socket.create_connection(self._behind)
            self._ends += [guest, host]
            for pair in ((guest, host), (host, guest)):
                threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # one of the two has left
        while piece := source.recv(CHUNK_BYTES):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
