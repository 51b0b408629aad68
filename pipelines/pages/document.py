"""The bytes of a page → a tree of bounded size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import lxml.html

from pipelines.errors import PageUnusableError
from pipelines.models import Page
from pipelines.reading.encodings import charset_of, decode
from pipelines.reading.markup import has_too_many_attributes, parse_html, visible_lines

MAX_BYTES = 20_000_000
MAX_ELEMENTS = 15_000
"""The extractor is quadratic in places: 8,000 links in one paragraph take seconds. Real news pages have 300 to
6,000.
"""

MAX_SIBLINGS = 3_000
"""Children of one element. Together the two limits keep the worst page we could build under six seconds."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED_WITHIN_BYTES = 4_000
_HTML_TYPES = re.compile(
    r"^\s*(?:text/html|application/xhtml\+xml|text/plain|application/octet-stream|\s*$)", re.IGNORECASE
)
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF")


@dataclass(frozen=True)
class PageTree:
    """A parsed page. `root` is shared by all readers and must not be changed."""

    root: lxml.html.HtmlElement
    encoding: str

    @cached_property
    def lines(self) -> list[str]:
        """What a reader sees, one block a line."""
        return visible_lines(self.root)


def read_page(page: Page) -> PageTree:
    """Decode and parse a page. Does not judge what is on it.

    Raises PageUnusableError: `not_html`, `too_large`, `bomb`, `no_text`.
    """
    if not _HTML_TYPES.match(page.headers.get("content-type", "")) or page.body.startswith(_OTHER_KINDS):
        kind = page.headers.get("content-type", "") or "another kind of file"
        raise PageUnusableError(page.url, f"not an HTML page ({kind[:80]})", reason="not_html")
    if len(page.body) > MAX_BYTES:
        raise PageUnusableError(page.url, f"{len(page.body):,} bytes are too many", reason="too_large")
    decoded = decode(page.body, declared=_declared(page))
    if has_too_many_attributes(decoded.text):
        raise PageUnusableError(page.url, "an element has too many attributes", reason="bomb")
    root = parse_html(decoded.text)
    if root is None:
        raise PageUnusableError(page.url, "the page is empty", reason="no_text")
    return PageTree(root=root, encoding=decoded.encoding)


def refuse_too_many_elements(tree: PageTree, *, url: str) -> None:
    """Raise PageUnusableError (`too_many_elements`) for a page whose extraction could take longer than it may."""
    for number, element in enumerate(tree.root.iter(), start=1):
        if number > MAX_ELEMENTS or len(element) > MAX_SIBLINGS:
            limits = f"more than {MAX_ELEMENTS:,} elements, or {MAX_SIBLINGS:,} in one"
            raise PageUnusableError(url, limits, reason="too_many_elements")


def _declared(page: Page) -> tuple[str, ...]:
    head = page.body[:_DECLARED_WITHIN_BYTES]
    matches = (_META_CHARSET.search(head), _XML_ENCODING.search(head))
    return (charset_of(page.headers.get("content-type", "")), *(match[1].decode() for match in matches if match))
