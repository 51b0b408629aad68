"""Serves a plan over HTTP: an address of the loopback for each site, and troubles that a fault can switch on."""

from __future__ import annotations

import hashlib
import random
import selectors
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from html import escape
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self

import yaml

from benchmarks.faults.plan import Fate, Planned, Shape, words_of
from pipelines.urls import article_id

MAINTENANCE = "<html><head><title>Технические работы</title></head><body><h1>Технические работы</h1><p>Сайт временно "
MAINTENANCE += "недоступен, мы обновляем серверы. Пожалуйста, зайдите немного позже.</p></body></html>"
SLOW_S = (0.5, 9.0)
"""A slow site takes a time between these, which is more or less than the reader's patience."""

BUSY_RETRY_AFTER_S = 4
UNSAFE_BASE = "http://10.0.0.1"
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER so that closing sends RST."""


class Trouble(StrEnum):
    """What can be wrong with a site."""

    DOWN = "down"  # refuses connections
    SLOW = "slow"
    RESET = "reset"  # ends its answers in the middle
    REDIRECTING = "redirecting"  # every address leads to one page about maintenance
    BUSY = "busy"  # 429 with Retry-After
    BROKEN = "broken"  # 500


@dataclass
class Site:
    """One host. `served`: feed → seconds of the plan at which it was last answered well."""

    number: int
    address: str
    port: int = 0
    trouble: Trouble | None = None
    served: dict[int, float] = field(default_factory=dict)
    listener: socket.socket | None = None

    @property
    def base(self) -> str:
        return f"http://{self.address}:{self.port}"

    def listen(self) -> socket.socket:
        self.listener = socket.create_server((self.address, self.port), backlog=128)
        self.port = self.listener.getsockname()[1]
        return self.listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What has to come of one planned article: its ids (two for a twin), and its newest version."""

    planned: Planned
    ids: tuple[str, ...]

    @property
    def is_rejected(self) -> bool:
        return self.planned.fate is Fate.UNSAFE


class Newsroom:
    """Serves from `with` to its end. The plan's clock begins with `begin`; before that nothing is out."""

    def __init__(self, planned: Sequence[Planned], shape: Shape, *, network: int) -> None:
        self.planned, self.shape = planned, shape
        self.sites = [Site(number, f"127.77.{network % 250}.{number + 1}") for number in range(shape.sites)]
        self.requests = 0
        self.first_served: dict[int, float] = {}
        """Article → seconds of the plan at which a feed was answered that lists it."""
        self._of_feed: dict[int, list[Planned]] = defaultdict(list)
        for each in planned:
            for feed in each.feeds:
                self._of_feed[feed].append(each)
        self._began: float | None = None
        self._began_at = datetime.now(UTC)
        self._over = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._serve, name="newsroom", daemon=True)

    def __enter__(self) -> Self:
        for site in self.sites:
            self._selector.register(site.listen(), selectors.EVENT_READ, site)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._selector.close()
        for site in self.sites:
            if site.listener:
                site.listener.close()

    def begin(self) -> None:
        self._began, self._began_at = time.monotonic(), datetime.now(UTC)

    @property
    def now_s(self) -> float:
        """Seconds of the plan; negative before it begins."""
        return time.monotonic() - self._began if self._began is not None else -1.0

    @property
    def ends_s(self) -> float:
        """When the last thing comes out or changes."""
        return max(max(each.at_s, each.page_at_s, *each.revised_at_s, 0.0) for each in self.planned)

    def expected(self) -> list[Expected]:
        return [
            Expected(planned=each, ids=tuple(article_id(self.link(each, path)) for path in each.paths))
            for each in self.planned
        ]

    def all_served_since(self, now_s: float) -> bool:
        """True if each feed was answered well after that moment."""
        last = {feed: at_s for site in self.sites for feed, at_s in site.served.items()}
        return all(last.get(feed, -1.0) > now_s for feed in self._of_feed)

    def note_served(self, feed: int, now_s: float) -> None:
        for each in self._of_feed[feed]:
            if each.at_s <= now_s:
                self.first_served.setdefault(each.number, now_s)

    def link(self, planned: Planned, path: str) -> str:
        return (UNSAFE_BASE if planned.fate is Fate.UNSAFE else self.sites[planned.site].base) + path

    @property
    def allow_hosts(self) -> str:
        return ",".join(f"{site.address}:{site.port}" for site in self.sites)

    def catalogue(self) -> str:
        """Write the text of a feeds.yaml."""
        feeds = [
            {
                "id": f"feed-{feed}",
                "url": f"{self.sites[feed % self.shape.sites].base}/feed/{feed}.xml",
                "source": f"site-{feed % self.shape.sites}",
                "family": "proof",
                "languages": ["ru"],
                "format": "feed",
                "enabled": True,
            }
            for feed in range(self.shape.feeds)
        ]
        return yaml.safe_dump({"feeds": feeds}, sort_keys=False)

    def trouble(self, number: int, trouble: Trouble | None) -> None:
        """Switch a trouble on, or all off."""
        site = self.sites[number]
        site.trouble = trouble
        if trouble is Trouble.DOWN and site.listener:
            self._selector.unregister(site.listener)
            site.listener.close()
            site.listener = None
        elif trouble is not Trouble.DOWN and site.listener is None:
            self._selector.register(site.listen(), selectors.EVENT_READ, site)

    def _serve(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.1):
                with suppress(OSError, ValueError):  # it was closed just now
                    connection, address = key.fileobj.accept()  # type: ignore[union-attr]
                    arguments = (connection, address, key.data)
                    threading.Thread(target=self._talk, args=arguments, daemon=True).start()

    def _talk(self, connection: socket.socket, address: object, site: Site) -> None:
        with suppress(OSError), connection:
            Handler(connection, address, Desk(self, site))  # type: ignore[arg-type]

    # ------------------------------------------------------------ answers

    def feed(self, feed: int) -> bytes:
        """Write the feed as it is now: all that is out, newest first."""
        now_s, site = self.now_s, self.sites[feed % self.shape.sites]
        out = [(each, version) for each in self._of_feed[feed] if (version := each.version(now_s))]
        items = "".join(self._item(each, version, path) for each, version in reversed(out) for path in each.paths)
        title = f"<title>Лента {feed}</title><link>{site.base}/</link><description>Лента</description>"
        return (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()
        )

    def _item(self, planned: Planned, version: int, path: str) -> str:
        words, link = words_of(planned.number, version), self.link(planned, path)
        text = [words.lead, *(words.paragraphs if planned.fate is Fate.TEXT_IN_FEED else ())]
        published = format_datetime(self._began_at + timedelta(seconds=planned.at_s - 60))
        summary = escape("".join(f"<p>{escape(line)}</p>" for line in text))
        return (
            f"<item><title>{escape(words.title)}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{published}</pubDate><description>{summary}</description></item>"
        )

    def page(self, site: Site, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Answer for a page: status, body, headers."""
        kind, _, name = path.strip("/").partition("/")
        planned = self.planned[int(name)] if name.isdecimal() and int(name) < len(self.planned) else None
        now_s = self.now_s
        version = planned.version(now_s) if planned and planned.site == site.number else 0
        if planned is None or not version or planned.fate is Fate.GONE or now_s < planned.page_at_s:
            return 404, b"<html><body>404</body></html>", {}
        if planned.fate is Fate.MOVED and kind == "news":
            return 302, b"", {"location": f"{site.base}/moved/{planned.number}"}
        return 200, self._html(site, planned, version), {}

    def _html(self, site: Site, planned: Planned, version: int) -> bytes:
        words = words_of(planned.number, version)
        canonical = f'<link rel="canonical" href="{site.base}/news/{planned.number}">' * (planned.fate is Fate.TWIN)
        text = "".join(f"<p>{escape(line)}</p>" for line in (words.lead, *words.paragraphs))
        head = f'<meta charset="utf-8"><title>{escape(words.title)}</title>{canonical}'
        article = f"<article><h1>{escape(words.title)}</h1>{text}</article>"
        return f"<html><head>{head}</head><body>{article}</body></html>".encode()


@dataclass
class Desk:
    """What a handler knows."""

    newsroom: Newsroom
    site: Site


class Handler(BaseHTTPRequestHandler):
    """One request a connection: the reader keeps none open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer goes out in two pieces
    timeout = 20
    server: Desk  # type: ignore[assignment]

    def do_GET(self) -> None:
        self.close_connection = True
        newsroom, site = self.server.newsroom, self.server.site
        newsroom.requests += 1
        if site.trouble is Trouble.SLOW:
            time.sleep(random.uniform(*SLOW_S))
        if self._is_refused(site):
            return
        if self.path == "/robots.txt":
            self._send(200, b"User-agent: *\nDisallow: /closed/\n", {"content-type": "text/plain"})
        elif self.path.startswith("/feed/"):
            self._feed(newsroom, site)
        else:
            status, body, headers = newsroom.page(site, self.path)
            self._send(status, body, {"content-type": "text/html; charset=utf-8", **headers})

    def _is_refused(self, site: Site) -> bool:
        """Answer as a site in trouble; true if that was all."""
        if site.trouble is Trouble.BUSY:
            self._send(429, b"later", {"retry-after": str(BUSY_RETRY_AFTER_S)})
        elif site.trouble is Trouble.BROKEN:
            self._send(500, b"<html><body>500</body></html>", {"content-type": "text/html"})
        elif site.trouble is Trouble.RESET:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html>")
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        elif site.trouble is Trouble.REDIRECTING and self.path != "/maintenance":
            self._send(302, b"", {"location": f"{site.base}/maintenance"})
        elif site.trouble is Trouble.REDIRECTING:
            self._send(200, MAINTENANCE.encode(), {"content-type": "text/html; charset=utf-8"})
        else:
            return False
        return True

    def _feed(self, newsroom: Newsroom, site: Site) -> None:
        feed, now_s = int(self.path.split("/")[-1].removesuffix(".xml")), newsroom.now_s
        body = newsroom.feed(feed)
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if self.headers.get("if-none-match") == etag:
            self._send(304, b"", {"etag": etag})
        else:
            self._send(200, body, {"etag": etag, "content-type": "application/rss+xml; charset=utf-8"})
        site.served[feed] = now_s
        newsroom.note_served(feed, now_s)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "connection": "close"}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
