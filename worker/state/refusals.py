"""The broker's address: how it is shown without its password, and what its refusals mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from redis.exceptions import RedisError

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError


def shown(url: str) -> str:
    """The URL as it may be printed: `rediss://:***@redis:6379/0`, without the options behind it."""
    if "@" not in url:
        return url.partition("?")[0]
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return parts._replace(netloc=f"{name}{colon}{'***' if colon else ''}{at}{place}", query="").geturl()


_REFUSALS = (
    (("authenticationerror", "noauth"), "it does not accept the password", "Check the password in KUZET_BROKER_URL."),
    (("wrong_version_number", "record layer"), "it does not speak TLS", "Use redis:// in KUZET_BROKER_URL."),
    (("mismatch",), "its certificate is for another name", "Use the name that it is for in KUZET_BROKER_URL."),
    (
        ("certificate",),
        "its certificate is signed by an authority we do not trust",
        "Name the authority that signed it: ?ssl_ca_certs=FILE at the end of KUZET_BROKER_URL.",
    ),
)
"""Words of the client's error, of which one is enough → what it means, and the way out. The first match counts."""


def meaning(url: str, error: RedisError) -> KuzetError:
    """Say what the client's error means and what to do: EngineRefusedError or EngineUnavailableError."""
    subject = f"The broker at {shown(url)}"
    said = f"{type(error).__name__} {error}".lower()
    for words, problem, remedy in _REFUSALS:
        if any(word in said for word in words):
            return EngineRefusedError(subject, problem, remedy=remedy)
    remedy = "`kuzet up` starts one; if it speaks TLS, use rediss:// in KUZET_BROKER_URL."
    return EngineUnavailableError(subject, f"it does not answer ({error})", remedy=remedy)
