"""Cookies of one fetch: some sites redirect to the same address until the cookie they set comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_COOKIES = 50
MAX_HEADER_CHARS = 8_192
_PAIR = re.compile(r"\s*([!#$%&'*+.^_`|~\w-]+)=([^;,\s]*)")


@dataclass(slots=True)
class FetchCookies:
    """What each host set while one document was fetched. Sent back to that very host only, and then forgotten."""

    by_host: dict[str, dict[str, str]] = field(default_factory=dict)

    def keep(self, host: str, headers: Iterable[str]) -> None:
        """Take name and value of each Set-Cookie header; its other attributes say nothing within one fetch."""
        kept = self.by_host.setdefault(host, {})
        for header in headers:
            if (pair := _PAIR.match(header)) and len(kept) < MAX_COOKIES:
                kept[pair[1]] = pair[2]

    def header(self, host: str) -> str:
        """Return the Cookie header for a host, empty without cookies or when they are too long to be sent."""
        header = "; ".join(f"{name}={value}" for name, value in self.by_host.get(host, {}).items())
        return header if header.isascii() and len(header) <= MAX_HEADER_CHARS else ""
