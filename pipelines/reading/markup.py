"""HTML fragments → plain text, in linear time and without any network or entity tricks."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html

from pipelines.characters import printable

LONGEST_FRAGMENT = 400_000
"""Characters of one fragment that are read; the longest articles have a tenth of that."""

MAX_LINK_CHARACTERS = 2_000
MAX_ATTRIBUTES = 200
"""Attributes of one element. Parsers are quadratic in them (200,000 take minutes); real elements have under 40."""

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--")
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{800,}")
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[A-Za-z]{2,24}\d?);")
_CDATA_MARK = re.compile(r"<!\[CDATA\[|\]\]>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([\da-f]{1,20})(?![\da-f])|(\d{1,20})(?!\d));?", re.IGNORECASE)
_XML_CHARACTERS = (
    range(0x09, 0x0B),
    range(0x0D, 0x0E),
    range(0x20, 0xD800),
    range(0xE000, 0xFFFE),
    range(0x10000, 0x110000),
)
_SILENT = frozenset({"script", "style", "noscript", "template", "iframe", "head", "svg", "form", "button"})
_BLOCK = frozenset(
    """
    p div br li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote pre section article figure figcaption dd dt hr
    header footer main aside nav
    """.split()  # noqa: SIM905 - a list of thirty lines reads worse
)


def one_line(text: str) -> str:
    """Collapse all white space, no-break spaces included, to single spaces, and leave out what a screen would obey."""
    return " ".join(printable(text).split())


def without_controls(text: str) -> str:
    """Take out the characters that XML forbids, and references to them.

    One of the first makes a strict parser refuse the whole document. A reference to half a surrogate pair makes lxml
    raise UnicodeDecodeError when the text is read, one to a control character ValueError when the tree is changed.
    """
    return _REFERENCE.sub(_allowed, _CONTROL.sub("", text))


def _allowed(reference: re.Match[str]) -> str:
    """Return a reference as it is written; nothing where XML has no such character."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if any(code in known for known in _XML_CHARACTERS) else ""


def is_markup(text: str) -> bool:
    return bool(_TAG.search(text) or _ENTITY.search(text))


def has_too_many_attributes(text: str) -> bool:
    """True if an element has more than MAX_ATTRIBUTES attributes. Linear time; asked before any parser runs.

    A seat belt, not a wall: real quotes are too messy to be followed, so a `>` in a value ends the look. Markup
    written against this gets past it, into the worker's time limit.
    """
    tags = _LONG_TAG.finditer(_SCRIPT.sub(" ", text))
    return any(len(_QUOTED.sub(" ", tag[0]).split()) > MAX_ATTRIBUTES for tag in tags)


def plain_text(fragment: str) -> str:
    """Return the words of a fragment, one block a line; text without markup comes back as it is.

    Fragments escaped twice (`&lt;p&gt;` inside HTML) are common in feeds, so a result that is markup is read once more.
    """
    text = _CDATA_MARK.sub("", without_controls(fragment[:LONGEST_FRAGMENT]))
    for _ in range(2):
        if not is_markup(text):
            break
        text = _words(text)
    return "\n".join(filter(None, map(one_line, text.splitlines())))


def first_image(fragment: str) -> str:
    """Return the address of the first picture of a fragment as it is written, or an empty string."""
    match = re.search(
        r"<img\s[^<>]{0,1000}?\bsrc\s*=\s*[\"']?([^\"'\s<>]{1,1000})", fragment[:LONGEST_FRAGMENT], re.IGNORECASE
    )
    return match[1] if match else ""


def web_address(link: str, *, base: str) -> str:
    """Return the link as an absolute http(s) address, or an empty string when it cannot be one."""
    link = link.strip()
    if not link or len(link) > MAX_LINK_CHARACTERS:
        return ""
    try:
        address = urljoin(base, link)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.hostname else ""


def parse_html(text: str) -> lxml.html.HtmlElement | None:
    """Parse HTML into a tree; None when there is nothing to parse. Depth is limited by libxml2, the network is off."""
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(without_controls(text).encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def visible_lines(root: lxml.html.HtmlElement) -> list[str]:
    """Return what a reader sees of a tree, one block a line; scripts, styles, forms and the head are left out."""
    parts: list[str] = []
    silent: lxml.html.HtmlElement | None = None
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        starts = event == "start"
        if starts and silent is None and _is_silent(element):
            silent = element
        elif not starts and silent is element:
            silent = None
        words = element.text if starts else element.tail
        parts.append("\n" if element.tag in _BLOCK else "")
        parts.append((silent is None and words) or "")
    return list(filter(None, map(one_line, "".join(parts).splitlines())))


def _is_silent(element: lxml.html.HtmlElement) -> bool:
    """True if a reader sees nothing of it, or only fields. A form around a whole page (ASP.NET) is a page."""
    return element.tag in _SILENT and not (
        element.tag == "form" and any(element.find(f".//{tag}") is not None for tag in ("h1", "article", "p"))
    )


def _words(text: str) -> str:
    root = parse_html(f"<div>{text}</div>")
    return _TAG.sub(" ", text) if root is None else "\n".join(visible_lines(root))
