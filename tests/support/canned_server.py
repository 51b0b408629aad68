"""A server on the loopback that gives every question one answer, where the real engine cannot be made to give it."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def canned_server(
    status: int,
    body: bytes | Callable[[str, bytes], bytes],
    *,
    context: ssl.SSLContext | None = None,
    port: int = 0,
) -> Iterator[str]:
    """Serves `body`, or what it makes of path and request; yields its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked = self.rfile.read(int(self.headers.get("content-length", 0)))
            said = body(self.path, asked) if callable(body) else body
            self.send_response(status)
            self.send_header("content-type", "application/json" if said.startswith(b"{") else "text/html")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_PUT = do_POST = do_HEAD = answer  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing: refused handshakes are what is tested."""

    server = Server(("127.0.0.1", port), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def version(number: str, **more: str) -> bytes:
    """What an engine of that version says of itself."""
    return json.dumps({"version": {"number": number, **more}, "tagline": "You Know, for Search"}).encode()


def refusal(status: int, kind: str, reason: str) -> bytes:
    """An error as the engines word it."""
    cause = {"type": kind, "reason": reason}
    return json.dumps({"error": {"root_cause": [cause], **cause}, "status": status}).encode()
