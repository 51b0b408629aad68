"""A news sitemap → entries, in the shape a feed gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import lxml.etree

from pipelines.errors import FeedUnusableError
from pipelines.feeds.document import MAX_ITEMS, read_document, sorted_out
from pipelines.feeds.items import DroppedItem
from pipelines.feeds.links import read_link
from pipelines.models import Entry, ParsedFeed
from pipelines.reading.dates import read_date
from pipelines.reading.markup import one_line, plain_text, web_address, without_controls

_READ = frozenset({"loc", "lastmod", "news/title", "news/publication_date", "news/publication/language", "image/loc"})
_START = re.compile(r"<(?:\w{1,20}:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_NEWS = re.compile(r"(?<![^\W_])news(?![^\W_])", re.IGNORECASE)
_NO_ARTICLES = re.compile(
    r"(?<![^\W_])(?:tags?|categor(?:y|ies)|authors?|users?|pages?|images?|photos?|videos?|products?)(?![^\W\d_])",
    re.IGNORECASE,
)
_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapLink:
    """A sitemap that an index lists; the greatest `rank` has the newest articles."""

    address: str
    rank: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page that a sitemap lists. `published_at`: of its news, else when it changed last."""

    link: str
    title: str
    published_at: datetime | None


def parse_sitemap(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> ParsedFeed:
    """Read the entries of a news sitemap (`<urlset>` with `<news:news>`).

    Items without a news title are counted as dropped: an ordinary sitemap lists a whole site, and its lastmod is
    often today for every page. Does not follow a sitemap index. Raises FeedUnusableError as parse_feed does, and
    `sitemap_index`: `newest_sitemap` says what to read in its place.
    """
    document = read_document(body, url=url, headers=headers)
    root = _root(document.text, url=url)
    elements = [element for element in root if _name(element) == "url"]
    items = [_entry(element, base=url, now=now) for element in elements[:MAX_ITEMS]]
    entries, dropped = sorted_out(items, left_out=document.left_out + len(elements[MAX_ITEMS:]))
    if not entries:
        counted = ", ".join(f"{count} {reason}" for reason, count in dropped.items()) or "empty"
        reason = "nothing_usable" if dropped else "no_entries"
        raise FeedUnusableError(url, f"the sitemap names no news ({counted})", reason=reason, dropped=dropped)
    return ParsedFeed(format="news-sitemap", title="", encoding=document.encoding, entries=entries, dropped=dropped)


def newest_sitemap(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> str:
    """Return the address of the one sitemap of an index that has the newest articles; empty when it lists none.

    Lists of tags, authors and pictures come last. A sitemap with «news» in its name comes first, then the latest
    lastmod, then the greatest number in the name (`sitemap-2025-11.xml`), years before others, then the last of the
    index. Raises FeedUnusableError for what is no index.
    """
    children = sitemaps(body, url=url, headers=headers, now=now)
    return max(children, key=lambda child: child.rank, default=SitemapLink(address="", rank=())).address


def sitemaps(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> list[SitemapLink]:
    """Return what an index lists, in its order."""
    root = _parsed(read_document(body, url=url, headers=headers).text, url=url)
    if root is None or _name(root) != "sitemapindex":
        raise FeedUnusableError(url, "the document is no sitemap index", reason="broken")
    found = []
    for number, element in enumerate(each for each in root if _name(each) == "sitemap"):
        said = {_name(child): (child.text or "").strip() for child in element}
        if address := read_link(said.get("loc", ""), base=url):
            changed = read_date(said.get("lastmod", ""), now=now)
            rank = (*_kind(address), changed.timestamp() if changed else 0.0, _numbers(address), number)
            found.append(SitemapLink(address=address, rank=rank))
    return found


def listed_pages(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> list[ListedPage]:
    """Return every page of a sitemap, with or without news, and when it says the page was published or changed."""
    root = _root(read_document(body, url=url, headers=headers).text, url=url)
    found = []
    for element in (each for each in root if _name(each) == "url"):
        said = _said(element)
        if link := read_link(said.get("loc", ""), base=url):
            written = said.get("news/publication_date") or said.get("lastmod", "")
            title = one_line(plain_text(said.get("news/title", "")))
            found.append(ListedPage(link=link, title=title, published_at=read_date(written, now=now)))
    return found


def _kind(address: str) -> tuple[bool, bool]:
    """Return whether a sitemap can list articles, and whether it lists news, by the words in its path."""
    path = urlsplit(address).path
    return not _NO_ARTICLES.search(path), bool(_NEWS.search(path))


def _numbers(address: str) -> tuple[int, ...]:
    """Return the numbers of a sitemap's name, the year first: `sitemap-9-2026` is later than `sitemap-10-2025`."""
    numbers = [int(number) for number in re.findall(r"\d{1,9}", address.rpartition("/")[2])]
    return tuple(sorted(numbers, key=lambda number: number not in _YEARS))


def _root(text: str, *, url: str) -> lxml.etree._Element:
    root = _parsed(text, url=url)
    kind = "" if root is None else _name(root)
    if kind == "sitemapindex":
        raise FeedUnusableError(url, "a sitemap index came; take the news sitemap it names", reason="sitemap_index")
    if kind == "html":
        raise FeedUnusableError(url, "an HTML page came, not a sitemap", reason="html")
    if root is None or kind != "urlset":
        raise FeedUnusableError(url, "the document is no sitemap, or a broken one", reason="broken")
    return root


def _parsed(text: str, *, url: str) -> lxml.etree._Element | None:
    """Parse XML that may be hostile: no entities, no document types, no network, bounded depth."""
    parser = lxml.etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    start = _START.search(text)  # warnings of the site's program come before it
    text = text[start.start() :] if start else text
    try:
        return lxml.etree.fromstring(without_controls(text).encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise FeedUnusableError(url, f"the document cannot be parsed ({error})", reason="broken") from error


def _entry(element: lxml.etree._Element, *, base: str, now: datetime) -> Entry | DroppedItem:
    said = _said(element)
    title = one_line(plain_text(said.get("news/title", "")))
    link = read_link(said.get("loc", ""), base=base)
    if not title:
        return DroppedItem("no_words")
    if not link:
        return DroppedItem("no_link")
    return Entry(
        link=link,
        title=title,
        published_at=read_date(said.get("news/publication_date") or said.get("lastmod", ""), now=now),
        language=one_line(said.get("news/publication/language", ""))[:2].lower(),
        image_url=web_address(said.get("image/loc", ""), base=base),
    )


def _said(element: lxml.etree._Element) -> dict[str, str]:
    """Return the texts that are read of a `<url>`, by their paths; of several the first."""
    said: dict[str, str] = {}
    for child in element.iter():
        if (path := _path(child, element)) in _READ:
            said.setdefault(path, "".join(map(str, child.itertext())))
    return said


def _path(element: lxml.etree._Element, top: lxml.etree._Element) -> str:
    """Return the path of an element below `top` by local names, e.g. `news/title`; the last three levels count."""
    names: list[str] = []
    current: lxml.etree._Element | None = element
    while current is not None and current is not top and len(names) < 3:  # noqa: PLR2004 - no name we ask for is deeper
        names.append(_name(current))
        current = current.getparent()
    return "/".join(reversed(names))


def _name(element: lxml.etree._Element) -> str:
    tag = element.tag
    # A prefix without a declaration (`news:`) is a part of the name.
    return tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower() if isinstance(tag, str) else ""
