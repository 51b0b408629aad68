"""Receivers of notifications on loopback with troubles: away, slow, refusing, or silent after they took a message."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

WELL, SLOW, FAULT, BUSY, MUTE, AWAY = "well", "slow", "500", "429", "no answer", "away"
TROUBLES = (SLOW, FAULT, BUSY, MUTE, AWAY)
SLOW_S = 2.0


@dataclass
class Received:
    """What arrived: key → how often; (alert, story, news) → the keys that said it; (alert, story) → when first."""

    keys: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    said: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    at: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, message: dict[str, Any]) -> None:
        with self._lock:
            self.keys[message["key"]] += 1
            for one in message["stories"]:
                self.said[message["alert"], one["story"], one["news"]].add(message["key"])
                self.at.setdefault((message["alert"], one["story"]), time.time())


class Handler(BaseHTTPRequestHandler):
    """Answers by the mode of its server."""

    server: HttpServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = self.server.sink.mode
        if mode == SLOW:
            time.sleep(SLOW_S)
        if mode in (WELL, SLOW, MUTE):
            self.server.sink.received.note(json.loads(body))
        if mode == MUTE:
            self.close_connection = True
            return
        self.send_response({FAULT: 500, BUSY: 429}.get(mode, 200))
        if mode == BUSY:
            self.send_header("Retry-After", "2")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep the output to the result."""


class HttpServer(ThreadingHTTPServer):
    sink: HttpSink
    request_queue_size = 64


class HttpSink:
    """A webhook's receiver. It can be away: then nothing listens on its port."""

    def __init__(self) -> None:
        self.received = Received()
        self.mode = WELL
        self._server = self._serve(0)
        self.port = self._server.server_port

    def become(self, mode: str) -> None:
        if AWAY in (mode, self.mode) and mode != self.mode:
            if mode == AWAY:
                self._close()
            else:
                self._server = self._serve(self.port)
        self.mode = mode

    def close(self) -> None:
        if self.mode != AWAY:
            self._close()

    def _serve(self, port: int) -> HttpServer:
        server = HttpServer(("127.0.0.1", port), Handler)
        server.sink = self
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def _close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailSink:
    """A mail server. Of a mail it keeps the key: its stories are those of the message that kuzet wrote down."""

    def __init__(self, port: int) -> None:
        self.keys: dict[str, int] = defaultdict(int)
        self.at: dict[str, float] = {}
        self.mode = WELL
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()
        self.port = port

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802  aiosmtpd's
        if self.mode in (FAULT, BUSY, AWAY):
            return "451 later"
        lines = envelope.content.decode("utf-8", "replace").split("\r\n")
        key = next(line.partition(":")[2].strip() for line in lines if line.startswith("Idempotency-Key:"))
        self.keys[key] += 1
        self.at.setdefault(key, time.time())
        return "250 OK"

    def become(self, mode: str) -> None:
        self.mode = mode

    def close(self) -> None:
        self._controller.stop()
