"""When the certificates of the engines end, as a client sees them: a server that runs for years reads its file once."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from config.settings import Settings

SOON = timedelta(days=30)
ASK_S = 5.0
PORTS = {"https": 443, "rediss": 6379}


def ending_soon(settings: Settings, *, now: datetime) -> Iterator[str]:
    """A sentence for each engine whose certificate ends within a month."""
    authority = str(settings.search_ca) if settings.search_ca else None
    broker_authority = parse_qs(urlsplit(settings.broker_url).query).get("ssl_ca_certs", [None])[0]
    for who, url, ca in (
        ("the broker", settings.broker_url, broker_authority),
        ("the search engine", settings.search_url, authority),
    ):
        ends_at = certificate_end(url, authority=ca)
        if ends_at and ends_at - now < SOON:
            yield f"The certificate of {who} ends on {ends_at:%d.%m.%Y}: renew it, see docs/guide/deploy.md."


def certificate_end(url: str, *, authority: str | None) -> datetime | None:
    """Return when the certificate of the server at the URL ends (aware, UTC).

    None when there is no TLS, or no answer that can be trusted: the client that works with the engine reports that.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    try:
        context = ssl.create_default_context(cafile=authority)
        address = (parts.hostname, parts.port or PORTS[parts.scheme])
        with (
            socket.create_connection(address, timeout=ASK_S) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as end,
        ):
            facts = end.getpeercert() or {}
    except OSError:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(facts["notAfter"])), UTC)
