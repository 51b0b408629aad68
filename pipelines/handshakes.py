"""What a refused TLS handshake means to the person who set up broker, search engine and Kibana."""

from __future__ import annotations

from enum import StrEnum


class HandshakeFault(StrEnum):
    """What is wrong, as the end of a sentence about the server."""

    NO_TLS = "it does not speak TLS"
    OTHER_NAME = "its certificate is for another name"
    EXPIRED = "its certificate has expired"
    UNKNOWN_AUTHORITY = "its certificate is signed by an authority we do not trust"


RENEW = "Renew the certificate on the server, or set this machine's clock."
_WORDS = (
    (("wrong_version_number", "record layer"), HandshakeFault.NO_TLS),
    (("mismatch", "doesn't match"), HandshakeFault.OTHER_NAME),
    (("has expired", "certificate expired"), HandshakeFault.EXPIRED),
    (("certificate",), HandshakeFault.UNKNOWN_AUTHORITY),
)
"""Words of the clients' errors, all of which quote OpenSSL; the first match counts."""


def handshake_fault(said: str) -> HandshakeFault | None:
    """Return what an error's words mean; None for one that is not about TLS."""
    lowered = said.lower()
    return next((fault for words, fault in _WORDS if any(word in lowered for word in words)), None)
