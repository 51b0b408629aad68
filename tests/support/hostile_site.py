"""A site that says whatever bytes a test wants. Real sockets on loopback."""

import socket
import ssl
import threading
from collections.abc import Callable

from worker.web import FetchResult, Limits, WebClient

Script = Callable[["Talk"], None]


class Talk:
    """One connection, seen from the site."""

    def __init__(self, conn: socket.socket, request: bytes, stopped: threading.Event) -> None:
        self.conn = conn
        self.request = request
        self.stopped = stopped

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode()

    def page(self, body: bytes = b"<html><body>ok</body></html>") -> None:
        self.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", body)

    def redirect(self, location: str) -> None:
        self.send(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())

    def send(self, *pieces: bytes) -> None:
        self.conn.sendall(b"".join(pieces))

    def forever(self, piece: bytes, *, pause_s: float = 0.0, first: bytes = b"") -> None:
        self.send(first)
        while not self.stopped.wait(pause_s) if pause_s else not self.stopped.is_set():
            self.conn.sendall(piece)


class HostileSite:
    """Runs a script for every connection, after the request has come in."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._tls = tls
        self._stopped = threading.Event()
        self._listener = socket.create_server((address, 0))
        self.endpoint = f"{address}:{self._listener.getsockname()[1]}"
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://{self.endpoint}/"

    def client(self, **arguments: object) -> WebClient:
        return WebClient(user_agent="kuzet-test/1", allowed_hosts=frozenset({self.endpoint}), **arguments)

    def get(self, path: str = "", *, limits: Limits) -> FetchResult:
        return self.client().get(self.url + path, limits=limits)

    def close(self) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(conn,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, conn: socket.socket) -> None:
        conn.settimeout(5)
        with conn:
            try:
                secured = self._tls.wrap_socket(conn, server_side=True) if self._tls else conn
                with secured:
                    request = secured.recv(65_536)
                    self.requests.append(request)
                    self._script(Talk(secured, request, self._stopped))
            except OSError:
                pass  # the client has left: that is what it should do
