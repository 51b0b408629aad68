"""Sites on sockets: one threaded server an address, whose sites are chosen by the Host header where it has several."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from seeds.newsroom.service import SiteService

IDLE_S = 30.0  # a connection kept alive is closed after this
_Socket = socket.socket | tuple[bytes, socket.socket]  # the type socketserver declares
_CONDITIONS = ("if-none-match", "if-modified-since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A line of the request log."""

    site: str
    path: str
    status: int
    conditional: bool
    user_agent: str
    at: datetime


class RequestLog:
    """Who asked for what. Safe for several threads."""

    def __init__(self) -> None:
        self._lines: list[Request] = []
        self._lock = threading.Lock()

    def add(self, line: Request) -> None:
        with self._lock:
            self._lines.append(line)

    def lines(self, *, site: str = "", path: str = "") -> tuple[Request, ...]:
        """Return what was asked, oldest first; of one site and one path (without query) or of all."""
        with self._lock:
            lines = tuple(self._lines)
        return tuple(
            each for each in lines if site in {"", each.site} and path in {"", each.path, each.path.partition("?")[0]}
        )


class SiteServer(ThreadingHTTPServer):
    """Serves the sites in `services` (Host → site and service); with only one, whatever the Host is."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], *, log: RequestLog, clock: Callable[[], datetime]) -> None:
        self.services: Mapping[str, tuple[str, SiteService]] = {}
        self.log = log
        self.clock = clock
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, SiteHandler)

    @property
    def location(self) -> str:
        """The host and port it listens on."""
        return f"{self.server_name}:{self.server_port}"

    def service_for(self, host: str) -> tuple[str, SiteService] | None:
        if len(self.services) == 1:
            return next(iter(self.services.values()))
        return self.services.get(host) or self.services.get(host.partition(":")[0])

    def process_request(self, request: _Socket, client_address: object) -> None:
        if isinstance(request, socket.socket):
            with self._open_lock:
                self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Socket) -> None:
        with self._open_lock:
            self._open -= {request}
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Stop accepting, wake every handler that waits, and close every connection."""
        self.closing.set()
        self.shutdown()
        with self._open_lock:
            connections = tuple(self._open)
        for connection in connections:
            _end(connection)
        self.server_close()


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the reader was faster


class SiteHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer goes out in two pieces
    server_version = "nginx"
    sys_version = ""
    timeout = IDLE_S
    server: SiteServer

    def do_GET(self) -> None:
        found = self.server.service_for(self.headers.get("host", ""))
        if found is None:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        site, service = found
        headers = {name.lower(): value for name, value in self.headers.items()}
        now = self.server.clock()
        response = service.answer(self.path, headers, now=now)
        self.server.closing.wait(response.delay_s)
        conditional = any(name in headers for name in _CONDITIONS)
        agent = headers.get("user-agent", "")
        self.server.log.add(
            Request(
                site=site, path=self.path, status=response.status, conditional=conditional, user_agent=agent, at=now
            )
        )
        self._send(response.status, response.headers, response.body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != HTTPStatus.NOT_MODIFIED:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the reader has left

    def log_message(self, *_: object) -> None:
        """Say nothing: the request log remembers."""
