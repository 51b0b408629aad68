"""The link of an item as sites write it → an address. Each rule is for a form that feeds were seen to have."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from pipelines.errors import UnsafeAddressError
from pipelines.reading.markup import web_address
from pipelines.urls import same_site

_ANCHOR = re.compile(r"<a\s[^<>]{0,1000}?href\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", re.IGNORECASE)
_SCHEME_TWICE = re.compile(r"^https?:/*(?=https?:/)", re.IGNORECASE)
_BROKEN_SCHEME = re.compile(r"^h{0,2}t{1,3}p(s?)(?:\s*:\s*/{1,3}\s*|/{2,3})(?=[\w-]+\.)", re.IGNORECASE)
_ESCAPED_SCHEME = re.compile(r"^https?%3A%2F%2F\S+$", re.IGNORECASE)
_AROUND = " \"'«»<>\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LINE_BREAK = re.compile(r"\s*[\r\n\t]\s*")
_HOST_FIRST = re.compile(r"^([\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:[/?#]|$)")
_ADDRESS_INSIDE = re.compile(r"^https?://[^/?#]+/(https?:/{1,2}[^/].*)$", re.IGNORECASE)


def read_link(text: str, *, base: str) -> str:
    """Return the absolute http(s) address that `text` means, or an empty string.

    Mended: an `<a href>` in place of an address, `feed://`, `https:/host`, `htttps://`, backslashes, an address that is
    escaped, quoted or broken over lines, a scheme written twice, a host without a scheme, and a site's address written
    behind its own. Redirects of Google News lead to what is in their query.
    """
    text = _LINE_BREAK.sub("", text.strip())
    if anchor := _ANCHOR.search(text):
        text = anchor[1]
    text = text.strip(_AROUND)
    text = unquote(text) if _ESCAPED_SCHEME.match(text) else text
    path, mark, query = text.partition("?")
    text = path.replace("\\", "/") + mark + query
    text = _SCHEME_TWICE.sub("", _FEED_SCHEME.sub("", text))
    text = _BROKEN_SCHEME.sub(lambda match: f"http{match[1].lower()}://", text)
    if _begins_with_host(text, base=base):
        text = f"//{text}"
    link = _address_inside(web_address(text, base=base))
    return _unwrapped(link) or link


def is_address(text: str) -> bool:
    """True if a guid is written like an address: whole, or a path from the root."""
    return bool(re.match(r"(?:https?:)?//[^/\s]|www\.|/\w", text.strip(), re.IGNORECASE))


def link_base(url: str, site: str) -> str:
    """Return what relative links of a feed belong to: its own address, or its site where another host serves it."""
    try:
        return url if not site or same_site(url, site) else site
    except UnsafeAddressError:
        return url


def _begins_with_host(text: str, *, base: str) -> bool:
    """True for `www.site.kz/1`, and for `site.kz/1` in the feed of site.kz: elsewhere it may be a file's name."""
    match = _HOST_FIRST.match(text)
    if match is None:
        return False
    try:
        host = (urlsplit(base).hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return text.startswith("www.") or match[1].lower().removeprefix("www.") == host


def _address_inside(link: str) -> str:
    """Return the second of two addresses of one site; an archive's address keeps what it archives."""
    match = _ADDRESS_INSIDE.match(link)
    try:
        return match[1] if match and same_site(link, match[1]) else link
    except UnsafeAddressError:
        return link


def _unwrapped(link: str) -> str:
    """Return what a Google News or Alerts redirect leads to; the address is in its own query."""
    parts = urlsplit(link)
    if parts.path != "/url" or not re.search(r"(?:^|\.)google\.[a-z.]{2,6}$", parts.hostname or ""):
        return ""
    targets = parse_qs(parts.query)
    return web_address((targets.get("url") or targets.get("q") or [""])[0], base="")
