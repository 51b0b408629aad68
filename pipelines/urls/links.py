"""One spelling for each link, and the identity made from it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from courlan import extract_domain

from pipelines.errors import UnsafeAddressError

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LINK_CHARS = 4096
MAX_HOST_CHARS = 253

# Whole names or prefixes of names, never parts of them: `gallery=7` or `source_id=7` may be all that distinguishes two
# articles apart, and an article lost is worse than an article seen twice.
TRACKING = re.compile(
    r"(?:utm|mtm|itm|hsa)_.*"
    r"|(?:fb|g|d|tw|tt|y|ys|yad|rcm)clid|msclkid|srsltid|gbraid|wbraid|igsh|igshid"
    r"|mc_cid|mc_eid|wt_mc|_?openstat|_ga|_gl|_hsenc|_hsmi"
    r"|ref_src|tg_rhash|traffic_source|frommail"
    r"|phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|session_?id|cftoken|cfid",
    re.IGNORECASE,
)

_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_ROUTE = re.compile(r"!?/\S|!\w")
_UNSEEN = re.compile(r"[\t\n\r]")
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PATH_SAFE = "%/:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A link taken apart and spelled out. `host` is punycode or an IP without brackets; `path` begins with `/`.

    `route` is a fragment that names a page (`#/press/7`, `#!news`) in a site that is one program; no server sees it.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    route: str = ""

    @property
    def endpoint(self) -> str:
        """`host:port`, the way exceptions for local addresses are written; IPv6 in brackets."""
        return f"{self._bracketed}:{self.port}"

    @property
    def authority(self) -> str:
        """What goes into the Host header: the port only where it is not the scheme's own."""
        return self._bracketed if self.port == DEFAULT_PORTS[self.scheme] else self.endpoint

    @property
    def request_path(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def url(self) -> str:
        """The address without its route, as it is asked for."""
        return f"{self.scheme}://{self.authority}{self.request_path}"

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@lru_cache(maxsize=4096)
def normalise_url(link: str, *, base: str = "") -> str:
    """Return the one spelling of `link`, resolved against `base`.

    Fragments (but for routes), tracking parameters, sessions and default ports go; the host becomes lower-case
    punycode; raw and percent-encoded Cyrillic come out alike. The order of the remaining parameters stays, and so does
    a trailing slash. Applying it twice changes nothing. Raises UnsafeAddressError for what is no web link.
    """
    target = parse_link(link, base=base) if base else parse_link(link)
    path = _SESSION_IN_PATH.sub("", target.path)
    url = replace(target, path=path, query=_without_tracking(target.query)).url
    return f"{url}#{target.route}" if target.route else url


def article_id(link: str) -> str:
    """Return the identity of the article behind an entry's link: 32 hex digits."""
    return hashlib.sha256(normalise_url(link).encode()).hexdigest()[:32]


def twin_id(link: str) -> str:
    """Return what the twins of a link have in common: http and https, with and without `www.` and a last slash.

    Twins are nearly always one article, but not surely: this is no identity, only a claim (decision 0004).
    """
    target = parse_link(link)
    twin = replace(target, host=target.host.removeprefix("www."), path=target.path.rstrip("/"))
    if target.port == DEFAULT_PORTS[target.scheme]:
        twin = replace(twin, scheme="https", port=DEFAULT_PORTS["https"])
    return article_id(twin.url)


def scoped_id(scope: str, name: str) -> str:
    """Return the identity of what has no address of its own: a name within a scope, such as a guid within a feed."""
    return hashlib.sha256(f"{scope}\n{name}".encode("utf-8", "replace")).hexdigest()[:32]


def has_route(link: str) -> bool:
    """True for a page that only a program in a browser finds, behind `#/`."""
    return bool(parse_link(link).route)


def host_of(url: str) -> str:
    """Return `host`, or `host:port` where the port is not the scheme's own."""
    return parse_link(url).authority


def same_site(one: str, other: str) -> bool:
    """Say whether two URLs belong to one registrable domain; addresses and bare names only to themselves."""
    return _site(parse_link(one)) == _site(parse_link(other))


def _site(target: Target) -> str:
    domain: str | None = extract_domain(f"{target.scheme}://{target.host}/") if "." in target.host else None
    return domain or target.host


@lru_cache(maxsize=4096)
def parse_link(link: str, *, base: str = "") -> Target:
    """Take a link apart, spelling out every part but leaving all parameters in.

    Does not say whether it may be fetched (`check_target` does). Raises UnsafeAddressError for what is no web link.
    """
    parts = _split(link, base=base)
    if parts.scheme not in DEFAULT_PORTS:
        raise _unusable(link, "is not an http or https link")
    if parts.username is not None or parts.password is not None:
        raise _unusable(link, "carries a user name")
    target = Target(
        scheme=parts.scheme,
        host=_clean_host(parts.hostname or "", link),
        port=_port(parts, link),
        path=_without_dots(_escape(parts.path, safe=_PATH_SAFE)),
        query=_escape(parts.query, safe=_QUERY_SAFE),
        route=_escape(parts.fragment, safe=_QUERY_SAFE) if _ROUTE.match(parts.fragment) else "",
    )
    if len(target.url) + len(target.route) > MAX_LINK_CHARS:
        raise _unusable(link, f"is longer than {MAX_LINK_CHARS} characters")
    return target


def _split(link: str, *, base: str) -> SplitResult:
    """Split the way browsers do: no tabs or line breaks, a backslash before the query is a slash."""
    cleaned = _ESCAPED_AMPERSAND.sub("&", _UNSEEN.sub("", link).strip("".join(map(chr, range(0x21)))))
    rest = re.search(r"[?#]", cleaned)
    cut = rest.start() if rest else len(cleaned)
    try:
        return urlsplit(urljoin(base, cleaned[:cut].replace("\\", "/") + cleaned[cut:]))
    except ValueError as error:
        raise _unusable(link, f"cannot be read as a link: {error}") from error


def _clean_host(raw: str, link: str) -> str:
    """Return lower-case punycode or the usual spelling of an IP address.

    A name that ends in a number is an IPv4 address to resolvers in spellings such as `2130706433` or `0x7f.1`:
    only the dotted form is taken.
    """
    if ":" in raw:
        return _clean_ipv6(raw, link)
    host = _punycode(unquote(raw), link).lower().removesuffix(".")
    if len(host) > MAX_HOST_CHARS or not _HOST.fullmatch(host):
        raise _unusable(link, "has no usable host name")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ip_address(host))
        except ValueError as error:
            raise _unusable(link, "hides an address in a number") from error
    return host


def _clean_ipv6(raw: str, link: str) -> str:
    try:
        address = IPv6Address(raw)
    except ValueError as error:
        raise _unusable(link, "has a broken IPv6 address") from error
    if address.scope_id:
        raise _unusable(link, "has an IPv6 address of one machine's own network")
    return str(address)


def _punycode(host: str, link: str) -> str:
    if host.isascii():
        return host
    try:
        return host[:MAX_HOST_CHARS].encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _unusable(link, "has a host name that cannot be written in DNS") from error


def _port(parts: SplitResult, link: str) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise _unusable(link, "has no usable port") from error
    return DEFAULT_PORTS[parts.scheme] if port is None else port


def _escape(text: str, *, safe: str) -> str:
    """Spell percent-encoding one way (RFC 3986, 6.2.2): needless escapes undone, others in capitals, missing added."""
    text = _ESCAPE.sub(_plain_or_capital, _STRAY_PERCENT.sub("%25", text))
    return quote(text, safe=safe, errors="replace")


def _plain_or_capital(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()


def _without_dots(path: str) -> str:
    """Remove `.` and `..` segments (RFC 3986, 5.2.4); empty segments stay, they may mean something."""
    kept: list[str] = []
    segments = path.removeprefix("/").split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _without_tracking(query: str) -> str:
    parameters = (parameter for parameter in query.split("&") if parameter)
    return "&".join(parameter for parameter in parameters if not _is_tracking(parameter))


def _is_tracking(parameter: str) -> bool:
    return bool(TRACKING.fullmatch(unquote(parameter.partition("=")[0])))


def _unusable(link: str, problem: str) -> UnsafeAddressError:
    return UnsafeAddressError(link if len(link) <= 200 else link[:200] + "…", problem)  # noqa: PLR2004 a line on a screen
