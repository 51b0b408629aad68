"""The guarded HTTP client: one GET at a time, redirects by hand, everything bounded."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from urllib3 import HTTPResponse
from urllib3.exceptions import DecodeError, HTTPError

from pipelines.errors import UnsafeAddressError
from pipelines.models import Page, Validators
from pipelines.reading.packing import unpacked
from pipelines.urls import Target, check_target, parse_link
from worker.web.answers import (
    Fetched,
    FetchResult,
    Later,
    NotModified,
    Reason,
    RefusalError,
    Refused,
)
from worker.web.connection import Guard, Route, WireLimitError, exchange, find_route, first_bytes, guard_context
from worker.web.content import (
    ACCEPT_HEADERS,
    DECODABLE,
    is_plain,
    is_whole,
    real_codings,
    refresh_target,
    wrong_body,
    wrong_coding,
    wrong_type,
)
from worker.web.cookies import FetchCookies
from worker.web.deadline import Deadline
from worker.web.idle import IdleConnections
from worker.web.limits import Accept, Limits
from worker.web.names import Resolver
from worker.web.tls import tls_fault, trusting
from worker.web.waiting import retry_at

CHUNK_BYTES = 65_536
MAX_PIECES = 50_000
DEFAULT_WAIT_S = 300.0
DOCUMENTS = frozenset({http.client.OK, http.client.ACCEPTED, http.client.NON_AUTHORITATIVE_INFORMATION})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})
WAITING = frozenset({403, 429, 503})
DROPPED_HEADERS = frozenset({"set-cookie", "set-cookie2"})
TRANSPORT_ERRORS = (OSError, http.client.HTTPException, HTTPError)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebClient:
    """Fetches what strangers publish. Safe to share between threads; keeps no cookie, uses no proxy.

    A connection stays open for some seconds (`IdleConnections`), within the check of addresses: the host is looked up
    and checked for each request. A process makes a client of its own: connections do not survive a fork.
    allowed_hosts: `host:port` pairs that may have a local address (see `check_target`). The proxy variables of the
    environment are not read: behind a proxy the check of addresses would mean nothing.
    Does not ask robots.txt (`worker.web.robots`), does not space requests out, does not try again.
    """

    user_agent: str
    contact: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    resolver: Resolver = field(default_factory=Resolver)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    clock: Callable[[], float] = time.time
    idle: IdleConnections = field(default_factory=IdleConnections, repr=False, compare=False)

    def __post_init__(self) -> None:
        guard_context(self.tls)

    def get(self, url: str, *, limits: Limits, validators: Validators | None = None, extra_ca: str = "") -> FetchResult:
        """Fetch one document. Whatever the site does ends here as one of the four answers, before the deadline.

        extra_ca: a PEM file of authorities that are trusted besides the usual ones, for a site with a broken chain.
        """
        try:
            tls = trusting(extra_ca, Path(extra_ca).stat().st_mtime) if extra_ca else self.tls
        except OSError as error:
            return Refused(Reason.TLS, f"tls_extra_ca {extra_ca} cannot be used: {readable(error)}")
        try:
            return self._follow(url, limits=limits, validators=validators or Validators(), tls=tls)
        except UnsafeAddressError as error:
            return Refused(Reason.UNSAFE_ADDRESS, str(error))
        except RefusalError as refusal:
            return Refused(refusal.reason, str(refusal))
        except TRANSPORT_ERRORS as error:
            return refusal_for(error)

    def _follow(self, url: str, *, limits: Limits, validators: Validators, tls: ssl.SSLContext) -> FetchResult:
        deadline = Deadline.after(limits.deadline_s)
        target = check_target(url, allowed_hosts=self.allowed_hosts)
        hops: list[str] = []
        cookies, asked, statuses = FetchCookies(), set[tuple[str, str]](), set[int]()
        while True:
            cookie = cookies.header(target.host)
            _refuse_circle(target.url, (target.url, cookie) in asked)
            asked.add((target.url, cookie))
            _record_hop(hops, target.url, max_redirects=limits.max_redirects)
            guard = Guard(deadline)
            conditions = _conditions(validators, hops)
            headers = self._headers(limits, conditions | ({"Cookie": cookie} if cookie else {}))
            with exchange(self._route(target, guard, hops), headers=headers, tls=tls, idle=self.idle) as got:
                if got.status not in REDIRECTS:
                    answer = self._judge(got, hops, limits=limits, guard=guard, conditional=bool(conditions))
                    if onward := _refresh(answer, limits):
                        target = self._onward(target, onward)
                        continue
                    moved = isinstance(answer, Fetched) and len(hops) > 1 and statuses <= FOR_GOOD
                    return replace(answer, moved_to=hops[-1]) if moved and isinstance(answer, Fetched) else answer
                statuses.add(got.status)
                cookies.keep(target.host, got.headers.getlist("set-cookie"))
                target = self._next_target(got, target)

    def _route(self, target: Target, guard: Guard, hops: list[str]) -> Route:
        try:
            return find_route(target, resolver=self.resolver, allowed_hosts=self.allowed_hosts, guard=guard)
        except UnsafeAddressError as error:
            if len(hops) > 1:
                raise _astray(hops[-2], error) from error
            raise

    def _headers(self, limits: Limits, conditions: dict[str, str]) -> dict[str, str]:
        headers = {
            "User-Agent": self.user_agent,
            "Accept": ACCEPT_HEADERS[limits.accept],
            "Accept-Encoding": ", ".join(DECODABLE),
            "Accept-Language": "kk, ru;q=0.9, en;q=0.8, *;q=0.5",
            "Connection": "keep-alive",
        }
        return headers | ({"From": self.contact} if self.contact else {}) | conditions

    def _next_target(self, response: HTTPResponse, here: Target) -> Target:
        location = _as_text(response.headers.get("location", ""))
        if not location.strip():
            raise RefusalError(here.url, f"HTTP {response.status} without a place to go", reason=Reason.BAD_REDIRECT)
        return self._onward(here, location)

    def _onward(self, here: Target, location: str) -> Target:
        """Return where a page sends us. Raises RefusalError for no address, or one that may not be asked."""
        try:
            return check_target(parse_link(location, base=here.url).url, allowed_hosts=self.allowed_hosts)
        except UnsafeAddressError as error:
            raise _astray(here.url, error) from error

    def _judge(
        self, response: HTTPResponse, hops: list[str], *, limits: Limits, guard: Guard, conditional: bool
    ) -> FetchResult:
        if response.status == http.client.NOT_MODIFIED and conditional:
            return NotModified(hops[-1])
        if response.status in WAITING and (answer := self._later(response)):
            return answer
        if not _has_document(response):
            raise RefusalError(hops[-1], _status_line(response), reason=status_reason(response.status))
        _check_headers(response, hops[-1], limits=limits)
        guard.allow_body(limits.max_bytes)
        _name_coding_once(response)
        body = read_body(response, hops[-1], limits=limits, deadline=guard.deadline)
        if response.status == http.client.PARTIAL_CONTENT and not (_is_whole_range(response) or is_whole(body)):
            raise RefusalError(hops[-1], "a part of the document came", reason=Reason.HTTP_OTHER)
        body = unpacked(body, max_bytes=limits.max_bytes)
        if len(body) > limits.max_bytes:
            body = _cut(bytearray(body), hops[-1], limits=limits)
        content_type = response.headers.get("content-type", "")
        reason = wrong_body(body, content_type=content_type, accept=limits.accept)
        if reason and not (reason is Reason.EMPTY and "refresh" in response.headers):
            raise RefusalError(hops[-1], f"the document begins like no {limits.accept}", reason=reason)
        return Fetched(self._page(response, hops, body), tuple(hops))

    def _later(self, response: HTTPResponse) -> Later | None:
        """Read Retry-After; too many requests means «later» even without it."""
        now = self.clock()
        at = retry_at(response.headers.get("retry-after", ""), now=now)
        if at is None and response.status == http.client.TOO_MANY_REQUESTS:
            at = now + DEFAULT_WAIT_S
        return None if at is None else Later(at, status_reason(response.status))

    def _page(self, response: HTTPResponse, hops: list[str], body: bytes) -> Page:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Page(
            url=hops[0],
            final_url=hops[-1],
            status=response.status,
            headers={name: value for name, value in headers.items() if name not in DROPPED_HEADERS},
            body=body,
            fetched_at=datetime.fromtimestamp(self.clock(), UTC),
        )


def _refresh(answer: FetchResult, limits: Limits) -> str:
    """Return where a page without words sends its reader."""
    if not isinstance(answer, Fetched) or limits.accept is not Accept.PAGE:
        return ""
    return refresh_target(answer.page.body, header=answer.page.headers.get("refresh", ""))


def _has_document(response: HTTPResponse) -> bool:
    """True for an answer that can carry the document: 200, what a proxy makes of it, and a range from its start."""
    if response.status == http.client.PARTIAL_CONTENT:
        written = response.headers.get("content-range", "").strip()
        return _is_whole_range(response) or not written or bool(re.fullmatch(r"bytes 0-\d+/\*", written))
    return response.status in DOCUMENTS


def _is_whole_range(response: HTTPResponse) -> bool:
    whole = re.fullmatch(r"bytes 0-(\d+)/(\d+)", response.headers.get("content-range", "").strip())
    return whole is not None and int(whole[1]) + 1 == int(whole[2])


def read_body(response: HTTPResponse, url: str, *, limits: Limits, deadline: Deadline) -> bytes:
    """Read and decode piece by piece, so that nothing inflates beyond the limit; raises RefusalError there.

    A piece is at most a chunk of the wire, and costs time even when it holds one byte: pieces are counted too. When the
    wire breaks after the document's end (a length too long, a last chunk that never comes), the document is whole.
    """
    body = bytearray()
    for _ in range(MAX_PIECES):
        try:
            piece = response.read1(CHUNK_BYTES)
        except TRANSPORT_ERRORS:
            if not is_whole(bytes(body)):
                raise
            return bytes(body)
        if not piece:
            return bytes(body)
        body += piece
        if len(body) > limits.max_bytes:
            return _cut(body, url, limits=limits)
        deadline.left_s()
    raise RefusalError(url, f"comes in more than {MAX_PIECES} pieces", reason=Reason.TOO_LARGE)


def _cut(body: bytearray, url: str, *, limits: Limits) -> bytes:
    if limits.cut:
        return bytes(body[: limits.max_bytes])
    raise RefusalError(url, f"is longer than {limits.max_bytes} bytes", reason=Reason.TOO_LARGE)


def status_reason(status: int) -> Reason:
    """Name the reason for a status that brings no page."""
    try:
        return Reason(f"http_{status}")
    except ValueError:
        return {4: Reason.HTTP_4XX, 5: Reason.HTTP_5XX}.get(status // 100, Reason.HTTP_OTHER)


def refusal_for(error: BaseException) -> Refused:
    """Say in our words what went wrong on the wire."""
    cause = _cause(error)
    reason = cause.reason if isinstance(cause, WireLimitError) else _wire_reason(cause)
    return Refused(reason, readable(cause))


def readable(cause: BaseException) -> str:
    """Return what is wrong with TLS, the system's own words for a fault of the network, or the error with its text."""
    if isinstance(cause, ssl.SSLError):
        return tls_fault(cause)
    words = cause.strerror if isinstance(cause, OSError) else None
    return words.lower() if words else f"{type(cause).__name__}: {cause}"


def _cause(error: BaseException) -> BaseException:
    """Return what urllib3 wrapped, once; its DecodeError already says more than the cause."""
    wrapped = isinstance(error, HTTPError) and not isinstance(error, DecodeError)
    return (error.__cause__ if wrapped else None) or error


_WIRE_REASONS: tuple[tuple[Reason, tuple[type[BaseException], ...]], ...] = (  # the first that fits
    (Reason.TIMEOUT, (TimeoutError,)),
    (Reason.DISCONNECTED, (ssl.SSLEOFError, ssl.SSLZeroReturnError)),
    (Reason.TLS, (ssl.SSLError, ssl.CertificateError)),
    (Reason.DNS, (socket.gaierror,)),
    (Reason.CONNECT, (ConnectionRefusedError,)),
    (Reason.DISCONNECTED, (ConnectionError, http.client.IncompleteRead)),
    (Reason.BAD_ENCODING, (DecodeError,)),
    (Reason.PROTOCOL, (http.client.HTTPException, HTTPError)),
)


def _wire_reason(cause: BaseException) -> Reason:
    return next((reason for reason, kinds in _WIRE_REASONS if isinstance(cause, kinds)), Reason.CONNECT)


def _astray(url: str, error: UnsafeAddressError) -> RefusalError:
    """A redirect to a forbidden place: of a moment, when a site is being mended, as well as of an attacker."""
    return RefusalError(url, f"redirects to what may not be asked: {error}", reason=Reason.BAD_REDIRECT)


def _refuse_circle(url: str, was_asked: bool) -> None:  # noqa: FBT001 - one fact
    """Raise for an address that was asked before with the same cookies: its answer would be the same."""
    if was_asked:
        raise RefusalError(url, "redirects in a circle", reason=Reason.BAD_REDIRECT)


def _record_hop(hops: list[str], url: str, *, max_redirects: int) -> None:
    if len(hops) > max_redirects:
        raise RefusalError(hops[0], f"redirects more than {max_redirects} times", reason=Reason.BAD_REDIRECT)
    hops.append(url)


def _conditions(validators: Validators, hops: list[str]) -> dict[str, str]:
    """Return the conditional headers for this hop: none, unless the validators came from its URL."""
    if hops[-1] != (validators.final_url or hops[0]):
        return {}
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in headers.items() if value}


def _check_headers(response: HTTPResponse, url: str, *, limits: Limits) -> None:
    """Refuse by the headers alone what the body could only confirm."""
    headers = response.headers
    if wrong_coding(headers.get("content-encoding", "")):
        raise RefusalError(url, f"is encoded as {headers['content-encoding']!r}", reason=Reason.BAD_ENCODING)
    if reason := wrong_type(headers.get("content-type", ""), accept=limits.accept):
        raise RefusalError(url, f"is {headers['content-type']!r}, no {limits.accept}", reason=reason)
    if (response.length_remaining or 0) > limits.max_bytes and not limits.cut:
        raise RefusalError(url, f"announces {response.length_remaining} bytes", reason=Reason.TOO_LARGE)


def _name_coding_once(response: HTTPResponse) -> None:
    """Take away a coding that urllib3 would undo in vain: the second of two equal ones, and any of a plain document.

    What is packed twice is a file in the end.
    """
    for coding in real_codings(response.headers.get("content-encoding", "")):
        response.headers["content-encoding"] = coding
        if is_plain(first_bytes(response)):
            del response.headers["content-encoding"]


def _status_line(response: HTTPResponse) -> str:
    server = response.headers.get("server", "")
    return f"HTTP {response.status} {response.reason or ''}".rstrip() + (f" (server: {server})" if server else "")


def _as_text(header: str) -> str:
    """Undo the latin-1 that http.client reads headers with, where a site put UTF-8 there."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
