"""TLS: whom to trust, and what is wrong with a server's certificate, by its name."""

from __future__ import annotations

import ssl
from functools import lru_cache

from pipelines.handshakes import named_fault
from worker.web.connection import guard_context


def tls_fault(error: ssl.SSLError) -> str:
    """Say what is wrong in plain words; the words of OpenSSL where it is something rare."""
    code, reason = getattr(error, "verify_code", 0), getattr(error, "reason", "")
    return named_fault(code, reason or "") or f"{type(error).__name__}: {error}"


@lru_cache(maxsize=64)
def trusting(extra_ca: str, written_at: float) -> ssl.SSLContext:  # noqa: ARG001 - a file that changes is read again
    """Return a context that trusts the certificates of a PEM file besides the usual ones. Raises OSError."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=extra_ca)
    guard_context(context)
    return context
