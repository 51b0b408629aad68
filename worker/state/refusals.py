"""The broker's address: how it is shown without its password, and what its refusals mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from redis.exceptions import RedisError

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from pipelines.handshakes import RENEW, HandshakeFault, handshake_fault


def shown(url: str) -> str:
    """The URL as it may be printed: `rediss://:***@redis:6379/0`, without the options behind it."""
    if "@" not in url:
        return url.partition("?")[0]
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return parts._replace(netloc=f"{name}{colon}{'***' if colon else ''}{at}{place}", query="").geturl()


PASSWORD = ("authenticationerror", "noauth")
"""Words of the client's error about a wrong password, of which one is enough."""

HANDSHAKE_REMEDIES = {
    HandshakeFault.NO_TLS: "Use redis:// in KUZET_BROKER_URL.",
    HandshakeFault.OTHER_NAME: "Use the name that it is for in KUZET_BROKER_URL.",
    HandshakeFault.EXPIRED: f"KUZET_BROKER_URL names the server. {RENEW}",
    HandshakeFault.UNKNOWN_AUTHORITY: (
        "Name the authority that signed it: ?ssl_ca_certs=FILE at the end of KUZET_BROKER_URL."
    ),
}


def meaning(url: str, error: RedisError) -> KuzetError:
    """Say what the client's error means and what to do: EngineRefusedError or EngineUnavailableError."""
    subject = f"The broker at {shown(url)}"
    said = f"{type(error).__name__} {error}".lower()
    if any(word in said for word in PASSWORD):
        remedy = "Check the password in KUZET_BROKER_URL."
        return EngineRefusedError(subject, "it does not accept the password", remedy=remedy)
    if fault := handshake_fault(said):
        return EngineRefusedError(subject, str(fault), remedy=HANDSHAKE_REMEDIES[fault])
    remedy = "`kuzet up` starts one; if it speaks TLS, use rediss:// in KUZET_BROKER_URL."
    return EngineUnavailableError(subject, f"it does not answer ({error})", remedy=remedy)
