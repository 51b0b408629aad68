"""Where a site may have a feed: what its pages and robots.txt name, and the addresses that are common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipelines.models import FeedFormat
from pipelines.reading.markup import parse_html, web_address
from pipelines.urls import same_site


class Named(StrEnum):
    """How an address was found."""

    ADVERTISED = "advertised by the page"
    LINKED = "linked on the page"
    ROBOTS = "named by robots.txt"
    COMMON = "a common address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a feed, how it was found, and what it should be."""

    url: str
    named: Named
    format: FeedFormat


COMMON_PATHS = (
    "/rss", "/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/news.rss", "/rss/all.rss", "/feed.json", "/index.xml",
)  # fmt: skip
COMMON_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
MAX_LINKED = 10

_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)", re.IGNORECASE)
_FEED_LINK = re.compile(r"/(?:rss|feed|atom)(?:/|\.xml|$)|\.(?:rss|rdf|atom)$|/rss[^/]*\.(?:xml|php)$", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def candidates(page: str, robots: str, *, url: str) -> tuple[Candidate, ...]:
    """Return what may be a feed of the site at `url`, the surest first, each address once.

    page: the HTML of its page, robots: its robots.txt; both may be empty. Common addresses come last.
    """
    found = (*_on_page(page, url=url), *_in_robots(robots, url=url), *_common(url))
    first: dict[str, Candidate] = {}
    for each in found:
        first.setdefault(each.url, each)
    return tuple(first.values())


def _on_page(page: str, *, url: str) -> Iterator[Candidate]:
    root = parse_html(page) if page else None
    if root is None:
        return
    for link in root.iter("link"):
        is_alternate = "alternate" in (link.get("rel") or "").lower().split()
        if is_alternate and _FEED_TYPE.search(link.get("type") or ""):
            yield from _made([link.get("href") or ""], url=url, named=Named.ADVERTISED, form=FeedFormat.FEED)
    hrefs = [href for anchor in root.iter("a") if _FEED_LINK.search(href := (anchor.get("href") or ""))]
    own = [href for href in hrefs if same_site(web_address(href, base=url) or url, url)]
    yield from _made(own[:MAX_LINKED], url=url, named=Named.LINKED, form=FeedFormat.FEED)


def sitemaps_named(robots: str) -> list[str]:
    """Return the sitemaps that a robots.txt names, in its order."""
    return _SITEMAP_LINE.findall(robots)


def _in_robots(robots: str, *, url: str) -> Iterator[Candidate]:
    yield from _made(sitemaps_named(robots), url=url, named=Named.ROBOTS, form=FeedFormat.SITEMAP)


def _common(url: str) -> Iterator[Candidate]:
    yield from _made(COMMON_PATHS, url=url, named=Named.COMMON, form=FeedFormat.FEED)
    yield from _made(COMMON_SITEMAPS, url=url, named=Named.COMMON, form=FeedFormat.SITEMAP)


def _made(links: Iterable[str], *, url: str, named: Named, form: FeedFormat) -> Iterator[Candidate]:
    for link in links:
        if address := web_address(link, base=url):
            yield Candidate(url=address, named=named, format=form)
