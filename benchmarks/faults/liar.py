"""A proxy before the search engine that can lie: refuse, lose answers, hang, take half, and write things late."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import urllib3

ANSWERED_S = 60.0
HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "host", "content-encoding"})
LATE_S = 12.0
"""How long after the lie a write arrives that no one waits for any more."""


@dataclass
class Liar:
    """Listens on one address for its whole life; `node` says where the engine is at this moment.

    modes: "" is the truth; 429, 503; `half` refuses every second document of a bulk; `lost` passes a request on and
    drops the answer; `hang` answers nothing while it lasts; `late` refuses a bulk, which arrives later all the same.
    """

    node: Callable[[], str]
    mode: str = ""
    lies: int = 0
    late: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)
        self._server = LiarServer(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="liar", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.mode = ""
        self._server.shutdown()
        self._server.server_close()
        self._pool.clear()

    def pass_on(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        return self._pool.request(method, self.node() + path, body=body, headers=headers, timeout=ANSWERED_S)

    def let_arrive(self) -> int:
        """Send to the engine what was refused by `late`; how many requests."""
        late, self.late = self.late, []
        for path, body, headers in late:
            with suppress(urllib3.exceptions.HTTPError):
                self.pass_on("POST", path, body, headers)
        return len(late)


class LiarServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, liar: Liar) -> None:
        self.liar = liar
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that is killed leaves in the middle."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LiarServer

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            self._answer(body, headers)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            self.close_connection = True  # the engine is away, or the client has left

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def _answer(self, body: bytes, headers: dict[str, str]) -> None:
        liar = self.server.liar
        mode, is_bulk = liar.mode, "_bulk" in self.path
        liar.lies += bool(mode)
        if mode in {"429", "503"}:
            self._send(int(mode), b'{"error":{"type":"es_rejected_execution_exception","reason":"proof"},"status":0}')
        elif mode == "hang":
            while liar.mode == "hang":
                time.sleep(0.1)
            self.close_connection = True
        elif mode == "lost":
            liar.pass_on(self.command, self.path, body, headers)
            self.close_connection = True
        elif mode == "late" and is_bulk:
            liar.late.append((self.path, body, headers))
            self.close_connection = True
        elif mode == "half" and is_bulk:
            self._send(200, self._half(body, headers))
        else:
            answer = liar.pass_on(self.command, self.path, body, headers)
            self._send(answer.status, answer.data, dict(answer.headers))

    def _half(self, body: bytes, headers: dict[str, str]) -> bytes:
        """Write every second document, and say of the others that the engine is busy."""
        lines = body.rstrip(b"\n").split(b"\n")
        pairs = [b"\n".join(lines[i : i + 2]) + b"\n" for i in range(0, len(lines), 2)]
        taken = b"".join(pairs[::2])
        answer = json.loads(self.server.liar.pass_on(self.command, self.path, taken, headers).data)
        written, items = iter(answer["items"]), []
        for number, pair in enumerate(pairs):
            action = json.loads(pair.split(b"\n")[0])["index"]
            busy = {"type": "es_rejected_execution_exception", "reason": "proof"}
            refused = {"index": {"_index": "x", "_id": action["_id"], "status": 429, "error": busy}}
            items.append(refused if number % 2 else next(written))
        return json.dumps({**answer, "errors": True, "items": items}).encode()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        kept = {name: value for name, value in (headers or {}).items() if name.lower() not in HOP_BY_HOP}
        for name, value in {
            "content-type": "application/json",
            "x-elastic-product": "Elasticsearch",
            **kept,
        }.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
