"""The broker's address: how it is shown without its password, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from redis.exceptions import BusyLoadingError, OutOfMemoryError, ReadOnlyError, RedisError

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


NO_MEMORY, NO_DISK, REPLICA, LOADING = "oom ", "misconf ", "readonly ", "loading "
"""Words of the errors of a broker that answers and takes no writes."""

KINDS: Mapping[type[RedisError], str] = {
    OutOfMemoryError: NO_MEMORY,
    ReadOnlyError: REPLICA,
    BusyLoadingError: LOADING,
}
"""Errors that the client has classes for; it takes the word out of their text."""

REFUSALS = {
    NO_MEMORY: ("its memory is full, so it takes nothing", "Raise its maxmemory, or give it more room."),
    NO_DISK: ("it cannot write to its disk, so it takes nothing", "Make room there, and see its log."),
    REPLICA: ("it is a replica, so it takes nothing", "Name the primary in KUZET_BROKER_URL."),
    LOADING: ("it is still reading its data", "It takes a moment; try again."),
}
"""First word of an error → what is wrong, and what to do. Work goes on by itself afterwards."""


def refused(url: str, word: str) -> KuzetError:
    """Return what one of REFUSALS means."""
    problem, remedy = REFUSALS[word]
    return EngineUnavailableError(f"The broker at {shown(url)}", problem, remedy=remedy)


def refuses(url: str, facts: Mapping[str, Any]) -> KuzetError | None:
    """Return why a broker takes no writes, by what it says of itself (INFO); None for one that takes them."""
    most = int(facts.get("maxmemory", 0))
    if most and int(facts["used_memory"]) >= most:
        return refused(url, NO_MEMORY)
    if facts.get("aof_enabled") and facts.get("aof_last_write_status") != "ok":
        return refused(url, NO_DISK)
    return refused(url, REPLICA) if facts.get("role") == "slave" else None


def meaning(url: str, error: RedisError) -> KuzetError:
    """Say what the client's error means and what to do: EngineRefusedError or EngineUnavailableError."""
    subject = f"The broker at {shown(url)}"
    said = f"{type(error).__name__} {error}".lower()
    if any(word in said for word in PASSWORD):
        remedy = "Check the password in KUZET_BROKER_URL."
        return EngineRefusedError(subject, "it does not accept the password", remedy=remedy)
    if fault := handshake_fault(said):
        return EngineRefusedError(subject, str(fault), remedy=HANDSHAKE_REMEDIES[fault])
    word = next((word for kind, word in KINDS.items() if isinstance(error, kind)), NO_DISK if NO_DISK in said else "")
    if word:
        return refused(url, word)
    remedy = "`kuzet up` starts one; if it speaks TLS, use rediss:// in KUZET_BROKER_URL."
    return EngineUnavailableError(subject, f"it does not answer ({error})", remedy=remedy)
