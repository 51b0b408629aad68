"""The newsroom: local news sites whose publications are scripted, so that a demo or a test knows what must come out."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import yaml

from seeds.newsroom.desk import Desk, Publication
from seeds.newsroom.expectations import Expectation, expectations_of
from seeds.newsroom.server import RequestLog, SiteServer
from seeds.newsroom.service import SiteService, Troubles
from seeds.newsroom.sites import SITES, FeedKind, Site
from seeds.newsroom.stories import Story, load_stories

LOOPBACK = "127.0.0.1"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """Where the sites live.

    With `host_base` every site has its own loopback address, counted up from it; `port` 0 takes a free one on each.
    With `names` all sites share the address `bind` and one port; the Host header says which is meant.
    """

    host_base: str = "127.0.0.2"
    port: int = 0
    bind: str = ""
    names: tuple[str, ...] = ()


class Newsroom:
    """Serves the sites from `with` to its end. Nothing is published at first; the sites keep nothing on disk.

    **Warning**: it listens on real sockets and answers anybody who reaches them.
    """

    def __init__(
        self,
        *,
        premises: Premises | None = None,
        stories: Sequence[Story] | None = None,
        troubles: Troubles | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._premises = premises or Premises()
        self._troubles = troubles or Troubles()
        self._clock = clock
        self._desk = Desk(load_stories() if stories is None else stories, clock=clock)
        self._stack = ExitStack()
        self._bases: dict[str, str] = {}
        self.requests = RequestLog()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            if self._premises.names:
                self._open_shared(stack)
            else:
                self._open_addresses(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def publish(self, *story_ids: str, count: int = 0) -> tuple[Publication, ...]:
        """Put out the named stories and the next `count` others, now. Raises KeyError for an unknown name.

        The first eight leave no feed empty, which matters to readers who take an empty feed for a broken one.
        """
        return self._desk.publish(story_ids, count=count)

    def publish_all(self) -> tuple[Publication, ...]:
        """Put out whatever is not out yet."""
        return self._desk.publish(count=len(self._desk))

    def revise(self, story_id: str) -> Publication:
        """Change a story that is out, in its feed and on its page. Raises LookupError when it has no further version.

        Somebody who polls only afterwards has never seen the first version: wait for it before revising.
        """
        return self._desk.revise(story_id)

    def go_on(self) -> Publication:
        """Publish one thing more: a story that waits, else a revision, else a story of before as a reprint."""
        if self.waiting:
            return self.publish(count=1)[0]
        if revisable := self.revisable:
            return self.revise(revisable[0])
        return self._desk.reprint()

    @property
    def waiting(self) -> int:
        """How many stories are not published yet."""
        return self._desk.waiting

    @property
    def revisable(self) -> tuple[str, ...]:
        """Stories that are out and have a further version."""
        return tuple(
            each.story.id for each in reversed(self._desk.out()) if each.revision + 1 < len(each.story.versions)
        )

    @property
    def published(self) -> tuple[Expectation, ...]:
        return self.expectations()

    def expectations(self) -> tuple[Expectation, ...]:
        """One for every link that is in a feed now."""
        return tuple(
            each
            for site in SITES
            for each in expectations_of(self._desk.out(site.id), site=site, base=self._bases[site.id])
        )

    @property
    def expected_sightings(self) -> int:
        """How many sightings there are when every version was seen: one a link, one more for each revision of it."""
        return sum(each.sightings for each in self.expectations())

    @property
    def allow_hosts(self) -> str:
        """The value of KUZET_ALLOW_HOSTS that lets kuzet fetch from here."""
        pairs = (urlsplit(base) for base in self._bases.values())
        return ",".join(f"{pair.hostname}:{pair.port or 80}" for pair in pairs)

    def base_url(self, site_id: str) -> str:
        """Give the address of a site, without a slash at its end."""
        return self._bases[site_id]

    def feed_url(self, site_id: str) -> str:
        site = next(each for each in SITES if each.id == site_id)
        return self._bases[site_id] + site.feed_path

    def catalogue(self) -> str:
        """Write the sites' feeds as the text of a feeds.yaml."""
        feeds = [self._catalogue_entry(site) for site in SITES]
        return yaml.safe_dump({"feeds": feeds}, allow_unicode=True, sort_keys=False)

    def _catalogue_entry(self, site: Site) -> dict[str, object]:
        return {
            "id": site.id,
            "url": self._bases[site.id] + site.feed_path,
            "source": site.id,
            "family": site.family,
            "languages": list(site.languages),
            "format": "sitemap" if site.kind is FeedKind.SITEMAP else "feed",
            "enabled": True,
        }

    def _open_addresses(self, stack: ExitStack) -> None:
        first = ip_address(self._premises.host_base)
        for position, site in enumerate(SITES):
            server = self._listen(str(first + position), self._premises.port)
            self._serve(server, {server.location: site}, stack)

    def _listen(self, host: str, port: int) -> SiteServer:
        """Open a server; on systems with a single loopback address the sites differ by their port alone."""
        try:
            return SiteServer((host, port), log=self.requests, clock=self._clock)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL or not ip_address(host).is_loopback:
                raise
            return SiteServer((LOOPBACK, 0), log=self.requests, clock=self._clock)

    def _open_shared(self, stack: ExitStack) -> None:
        server = self._listen(self._premises.bind or LOOPBACK, self._premises.port)
        port = server.server_port
        hosts = {f"{name}:{port}": site for name, site in zip(self._premises.names, SITES, strict=True)}
        self._serve(server, hosts, stack)

    def _serve(self, server: SiteServer, hosts: dict[str, Site], stack: ExitStack) -> None:
        self._bases |= {site.id: f"http://{host}" for host, site in hosts.items()}
        server.services = {
            host: (site.id, SiteService(site, self._desk, base=self._bases[site.id], troubles=self._troubles))
            for host, site in hosts.items()
        }
        thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name=f"newsroom-{next(iter(hosts))}", daemon=True
        )
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.hang_up)
