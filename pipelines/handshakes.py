"""What a refused TLS handshake means: to the person who set up an engine, and as the reason of a page not fetched."""

from __future__ import annotations

from enum import StrEnum

_NO_TLS = "does not speak TLS"
_OTHER_NAME = "certificate is for another name"
_EXPIRED = "certificate has expired"


class HandshakeFault(StrEnum):
    """What is wrong, as the end of a sentence about the server."""

    NO_TLS = f"it {_NO_TLS}"
    OTHER_NAME = f"its {_OTHER_NAME}"
    EXPIRED = f"its {_EXPIRED}"
    UNKNOWN_AUTHORITY = "its certificate is signed by an authority we do not trust"


RENEW = "Renew the certificate on the server, or set this machine's clock."
_WORDS = (
    (("wrong_version_number", "record layer"), HandshakeFault.NO_TLS),
    (("mismatch", "doesn't match"), HandshakeFault.OTHER_NAME),
    (("has expired", "certificate expired"), HandshakeFault.EXPIRED),
    (("certificate",), HandshakeFault.UNKNOWN_AUTHORITY),
)
"""Words of the clients' errors, all of which quote OpenSSL; the first match counts."""

_CERTIFICATE_FAULTS = {
    9: "the certificate is not valid yet",
    10: f"the {_EXPIRED}",
    18: "the certificate is signed by itself",
    19: "an unknown authority signed the certificate",
    20: "the chain of certificates is incomplete: the issuer's is missing",
    21: "the chain of certificates is incomplete: only the server's own came",
    23: "the certificate was withdrawn",
    26: "the certificate is for another purpose",
    62: f"the {_OTHER_NAME}",
    64: "the certificate is for another address",
    66: "the key of the certificate is too short",
    68: "the signature of the certificate is too weak",
}
"""By the codes of OpenSSL's x509_vfy.h."""

_PROTOCOL_FAULTS = {
    "WRONG_VERSION_NUMBER": f"the port {_NO_TLS}",
    "UNSUPPORTED_PROTOCOL": "the server's TLS is too old",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the server's TLS is too old",
    "NO_PROTOCOLS_AVAILABLE": "the server's TLS is too old",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server and kuzet share no cipher",
    "DH_KEY_TOO_SMALL": "the server's key is too short",
    "TLSV1_UNRECOGNIZED_NAME": "the server does not know this name",
}
"""By the reasons of OpenSSL's errors."""


def handshake_fault(said: str) -> HandshakeFault | None:
    """Return what an error's words mean; None for one that is not about TLS."""
    lowered = said.lower()
    return next((fault for words, fault in _WORDS if any(word in lowered for word in words)), None)


def named_fault(code: int, reason: str) -> str:
    """Return what OpenSSL's code for a certificate, or its reason, means; an empty text for something rare."""
    return _CERTIFICATE_FAULTS.get(code) or _PROTOCOL_FAULTS.get(reason, "")
