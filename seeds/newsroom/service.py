"""What a site answers: (path, headers, now) → response. Opens no socket, never sleeps."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit

from seeds.newsroom.desk import Desk, Publication
from seeds.newsroom.feeds import render_feed
from seeds.newsroom.pages import render_home, render_page
from seeds.newsroom.sites import FeedKind, Site, Validator
from seeds.newsroom.stories import LinkFate

ROBOTS = "User-agent: *\nDisallow: /closed/\nDisallow: /search\n"
_FEED_TYPES = {
    FeedKind.RSS: "application/rss+xml",
    FeedKind.ATOM: "application/atom+xml",
    FeedKind.RDF: "application/rdf+xml",
    FeedKind.SITEMAP: "application/xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """`delay_s`: how long a slow site keeps its reader waiting before the first byte."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """How bad the bad days of our sites are."""

    slow_s: float = 2.5
    retry_after_s: int = 1


class SiteService:
    """Answers for one site. Remembers only whom it has already sent away busy."""

    def __init__(self, site: Site, desk: Desk, *, base: str, troubles: Troubles) -> None:
        self._site = site
        self._desk = desk
        self._base = base
        self._troubles = troubles
        self._busy_told: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, target: str, headers: Mapping[str, str], *, now: datetime) -> Response:
        """Answer one GET. `headers` has lower-case names; unknown query parameters are ignored."""
        path = _without_tracking(target)
        if path == "/robots.txt":
            return _text(HTTPStatus.OK, ROBOTS.encode(), content_type="text/plain")
        publications = self._desk.out(self._site.id)
        if path == "/":
            return _text(HTTPStatus.OK, render_home(self._site, publications), content_type=self._html)
        if path == self._site.feed_path:
            return self._feed(publications, headers, now)
        for position, publication in enumerate(publications):
            if path in {*self._site.links(publication.story), self._site.page_path(publication.story)}:
                older = publications[position + 1 :]
                return self._deliver(path, publication, older, headers, now)
        return _text(HTTPStatus.NOT_FOUND, b"404", content_type="text/html")

    def _feed(self, publications: tuple[Publication, ...], headers: Mapping[str, str], now: datetime) -> Response:
        content_type = f"{_FEED_TYPES[self._site.kind]}; charset={self._site.encoding}"
        feed = _text(HTTPStatus.OK, render_feed(self._site, publications, base=self._base), content_type=content_type)
        changed_at = max((each.changed_at for each in publications), default=None)
        return self._unless_known(feed, headers, changed_at=changed_at, now=now)

    def _deliver(
        self,
        path: str,
        publication: Publication,
        older: tuple[Publication, ...],
        headers: Mapping[str, str],
        now: datetime,
    ) -> Response:
        if (refusal := self._refusal(path, publication)) is not None:
            return refusal
        body = render_page(self._site, publication, older=older, base=self._base)
        page = _text(HTTPStatus.OK, body, content_type=self._html)
        page = self._unless_known(page, headers, changed_at=publication.changed_at, now=now)
        slow = publication.story.delivery is LinkFate.SLOW
        return replace(page, delay_s=self._troubles.slow_s) if slow else page

    def _refusal(self, path: str, publication: Publication) -> Response | None:
        story, page_path = publication.story, self._site.page_path(publication.story)
        match story.delivery:
            case LinkFate.REDIRECT if path != page_path:
                return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"location": page_path})
            case LinkFate.MISSING:
                return _text(HTTPStatus.NOT_FOUND, b"404", content_type="text/html")
            case LinkFate.FORBIDDEN:
                return _text(HTTPStatus.FORBIDDEN, b"403", content_type="text/html")
            case LinkFate.BUSY_ONCE if self._first_time(story.id):
                wait = {"retry-after": str(self._troubles.retry_after_s)}
                return Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=wait)
        return None

    def _first_time(self, story_id: str) -> bool:
        with self._lock:
            first = story_id not in self._busy_told
            self._busy_told.add(story_id)
            return first

    @property
    def _html(self) -> str:
        """Old sites leave the encoding to the page itself."""
        return "text/html; charset=utf-8" if self._site.encoding == "utf-8" else "text/html"

    def _unless_known(
        self, response: Response, headers: Mapping[str, str], *, changed_at: datetime | None, now: datetime
    ) -> Response:
        """Add the site's validators, and say 304 to a reader who has this very body (RFC 9110, 13.2.2)."""
        offered = self._validators(response.body, changed_at=changed_at, now=now)
        if _knows(headers, offered):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=offered)
        return replace(response, headers={**response.headers, **offered})

    def _validators(self, body: bytes, *, changed_at: datetime | None, now: datetime) -> dict[str, str]:
        """Make ETag and Last-Modified, as far as the site gives them.

        Last-Modified counts whole seconds: within the second of a change it would also name the change after it,
        so it is kept back until then.
        """
        offered = {}
        if Validator.ETAG in self._site.validators:
            offered["etag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if (
            Validator.LAST_MODIFIED in self._site.validators
            and changed_at
            and int(changed_at.timestamp()) < int(now.timestamp())
        ):
            offered["last-modified"] = format_datetime(changed_at.astimezone(UTC).replace(microsecond=0), usegmt=True)
        return offered


def _without_tracking(target: str) -> str:
    parts = urlsplit(target)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not name.startswith("utm_")]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path


def _text(status: HTTPStatus, body: bytes, *, content_type: str) -> Response:
    return Response(status=status, body=body, headers={"content-type": content_type})


def _knows(headers: Mapping[str, str], offered: Mapping[str, str]) -> bool:
    if known := headers.get("if-none-match"):
        return offered.get("etag", "-") in known.replace("W/", "").split(", ")
    if "last-modified" not in offered:
        return False
    since = _http_date(headers.get("if-modified-since", ""))
    return since is not None and since >= parsedate_to_datetime(offered["last-modified"])


def _http_date(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None
