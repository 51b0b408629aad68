"""TLS: whom to trust, and what is wrong with a server's certificate, by its name."""

from __future__ import annotations

import ssl
from functools import lru_cache

from worker.web.connection import guard_context

# Codes of OpenSSL's x509_vfy.h.
_CERTIFICATE_FAULTS = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is signed by itself",
    19: "an unknown authority signed the certificate",
    20: "the chain of certificates is incomplete: the issuer's is missing",
    21: "the chain of certificates is incomplete: only the server's own came",
    23: "the certificate was withdrawn",
    26: "the certificate is for another purpose",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
    66: "the key of the certificate is too short",
    68: "the signature of the certificate is too weak",
}
_PROTOCOL_FAULTS = {
    "WRONG_VERSION_NUMBER": "the port does not speak TLS",
    "UNSUPPORTED_PROTOCOL": "the server's TLS is too old",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the server's TLS is too old",
    "NO_PROTOCOLS_AVAILABLE": "the server's TLS is too old",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server and kuzet share no cipher",
    "DH_KEY_TOO_SMALL": "the server's key is too short",
    "TLSV1_UNRECOGNIZED_NAME": "the server does not know this name",
}


def tls_fault(error: ssl.SSLError) -> str:
    """Say what is wrong in plain words; the words of OpenSSL where it is something rare."""
    code, reason = getattr(error, "verify_code", 0), getattr(error, "reason", "")
    known = _CERTIFICATE_FAULTS.get(code) or _PROTOCOL_FAULTS.get(reason)
    return known or f"{type(error).__name__}: {error}"


@lru_cache(maxsize=64)
def trusting(extra_ca: str, written_at: float) -> ssl.SSLContext:  # noqa: ARG001 - a file that changes is read again
    """Return a context that trusts the certificates of a PEM file besides the usual ones. Raises OSError."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=extra_ca)
    guard_context(context)
    return context
