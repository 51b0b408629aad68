"""A page that lists articles → entries: for sites without a feed, and public previews of messenger channels.

What is an article is said by a pattern of its address, `links` in the catalogue; there is no code for any site. The
container of an entry is the largest element around its link without the link of another entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

import lxml.html

from pipelines.errors import FeedUnusableError
from pipelines.feeds.document import MAX_BYTES, MAX_ITEMS, sorted_out
from pipelines.feeds.items import MAX_TITLE_CHARACTERS, DroppedItem
from pipelines.feeds.links import read_link
from pipelines.models import Entry, ParsedFeed
from pipelines.reading.dates import read_date
from pipelines.reading.encodings import charset_of, decode
from pipelines.reading.markup import has_too_many_attributes, one_line, parse_html, visible_lines, web_address

FORMAT = "listing"
FEWEST_WORDS = 2
"""«12:30», «Подробнее» and a count of views are no titles."""

LONGEST_DATE = 60
LONGEST_TITLE_LINE = 200
_WORD = re.compile(r"[^\W\d_]{2,}")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?…])\s")


def parse_listing(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime, links: str) -> ParsedFeed:
    """Read the entries of a listing page. `links`: a regular expression found in the addresses of articles.

    An entry's title is the text of its link, else a heading or the first line of its container; the container's other
    lines are the summary. A link whose container has no words is dropped. Raises FeedUnusableError: `too_large`,
    `bomb`, `empty`, `no_entries` when no link fits, or `nothing_usable`.
    """
    root, encoding = _page(body, url=url, headers=headers)
    places = _places(root, base=url, pattern=re.compile(links))
    if not places:
        raise FeedUnusableError(url, f"no link on the page has {links!r} in it", reason="no_entries")
    chosen = list(places.items())[:MAX_ITEMS]
    owners = _owners(places)
    items = [_entry(link, anchors, owners=owners, base=url, now=now) for link, anchors in chosen]
    entries, dropped = sorted_out(items, left_out=len(places) - len(chosen))
    if not entries:
        raise FeedUnusableError(url, "no link on the page has a title", reason="nothing_usable", dropped=dropped)
    title = one_line(next((element.text_content() for element in root.iter("title")), ""))
    return ParsedFeed(format=FORMAT, title=title, encoding=encoding, entries=entries, dropped=dropped)


def _page(body: bytes, *, url: str, headers: Mapping[str, str]) -> tuple[lxml.html.HtmlElement, str]:
    if len(body) > MAX_BYTES:
        raise FeedUnusableError(url, f"{len(body):,} bytes are more than a page can have", reason="too_large")
    match = _META_CHARSET.search(body[:4_000])
    decoded = decode(body, declared=(charset_of(headers.get("content-type", "")), match[1].decode() if match else ""))
    if has_too_many_attributes(decoded.text):
        raise FeedUnusableError(url, "an element has too many attributes", reason="bomb")
    root = parse_html(decoded.text)
    if root is None:
        raise FeedUnusableError(url, "the page is empty", reason="empty")
    return root, decoded.encoding


Anchors = list[lxml.html.HtmlElement]


def _places(root: lxml.html.HtmlElement, *, base: str, pattern: re.Pattern[str]) -> dict[str, Anchors]:
    """Return the links that fit, each with its anchors, in the page's order."""
    base = next((web_address(each.get("href") or "", base=base) for each in root.iter("base")), "") or base
    places: dict[str, Anchors] = {}
    for anchor in root.iter("a"):
        link = read_link((anchor.get("href") or "").partition("#")[0], base=base)
        if link and pattern.search(link):
            places.setdefault(link, []).append(anchor)
    return places


def _owners(places: Mapping[str, Anchors]) -> Mapping[lxml.html.HtmlElement, str]:
    """Return the elements around entries' links, each with the one link below it; empty where there are several.

    Where one link fits at all, nothing shows where its container ends: its parent is taken.
    """
    owners: dict[lxml.html.HtmlElement, str] = {}
    for link, anchors in places.items():
        for anchor in anchors:
            around = anchor.iterancestors() if len(places) > 1 else islice(anchor.iterancestors(), 1)
            for element in around:
                owners[element] = link if owners.get(element, link) == link else ""
    return owners


def _entry(
    link: str, anchors: Anchors, *, owners: Mapping[lxml.html.HtmlElement, str], base: str, now: datetime
) -> Entry | DroppedItem:
    container = _container(link, anchors, owners)
    dated, lines = _dated(container, now=now)
    title = _title(anchors, container, lines)
    if not title:
        return DroppedItem("no_words")
    image = next((each.get("src") or "" for each in container.iter("img")), "")
    return Entry(
        link=link,
        title=title[:MAX_TITLE_CHARACTERS],
        summary="\n".join(line for line in lines if line != title),
        published_at=dated,
        image_url=web_address(image, base=base),
    )


def _container(link: str, anchors: Anchors, owners: Mapping[lxml.html.HtmlElement, str]) -> lxml.html.HtmlElement:
    """Return the largest element around the first anchor with words in which no other entry's link is."""
    current = next((anchor for anchor in anchors if _is_words(anchor.text_content())), anchors[0])
    while (parent := current.getparent()) is not None and owners.get(parent) == link:
        current = parent
    return current


def _title(anchors: Anchors, container: lxml.html.HtmlElement, lines: list[str]) -> str:
    headings = (one_line(each.text_content()) for each in container.iter("h1", "h2", "h3", "h4"))
    linked = sorted((one_line(anchor.text_content()) for anchor in anchors), key=len, reverse=True)
    first = next(filter(_is_words, lines), "")
    sentence = first if len(first) <= LONGEST_TITLE_LINE else _SENTENCE.split(first, maxsplit=1)[0]
    return next(filter(_is_words, (*headings, *linked, sentence)), "")


def _is_words(text: str) -> bool:
    return len(_WORD.findall(text)) >= FEWEST_WORDS and not _is_date_like(text)


def _is_date_like(text: str) -> bool:
    """True for a line that is mostly a date: «12 қараша 2025, 10:30»."""
    return len(one_line(text)) <= LONGEST_DATE // 2 and bool(re.search(r"\d{4}|\d:\d\d", text))


def _dated(container: lxml.html.HtmlElement, *, now: datetime) -> tuple[datetime | None, list[str]]:
    """Return when the entry was published, and the lines that say anything else."""
    lines = visible_lines(container)
    written = [*_times(container), *(line for line in lines if len(line) <= LONGEST_DATE)]
    moment = next(filter(None, (read_date(text, now=now) for text in written)), None)
    short = {line for line in lines if len(line) <= LONGEST_DATE and read_date(line, now=now)}
    return moment, [line for line in lines if line not in short]


def _times(container: lxml.html.HtmlElement) -> Iterator[str]:
    for element in container.iter("time"):
        yield element.get("datetime") or ""
