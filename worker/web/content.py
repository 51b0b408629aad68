"""Whether an answer is the kind of document that was wanted."""

from __future__ import annotations

import json
import re
from html import unescape

from urllib3 import HTTPResponse

from worker.web.answers import Reason
from worker.web.limits import Accept

HEAD_BYTES = 1024
TAIL_BYTES = 20_000
MAX_ZEROS = 0.02
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
VAGUE_TYPES = frozenset({"", "text/plain", "text/xml", "application/xml", "application/octet-stream"})
MEDIA = ("image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/vnd.")
DECODABLE = tuple(HTTPResponse.CONTENT_DECODERS)
REAL_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz"})

LONGEST_REFRESH = 10_000
SOONEST_S = 5
FEWEST_WORDS_BYTES = 400
"""Room for «you are being redirected» in two languages, a title among it."""

_META = re.compile(rb"<meta\b[^>]{1,2000}>", re.IGNORECASE)
_REFRESH = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh\b", re.IGNORECASE)
_REFRESH_URL = re.compile(
    rb"content\s*=\s*[\"']?\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"'>\s]{1,2000})", re.IGNORECASE
)
_MARKUP = re.compile(rb"<(script|style)\b.*?</\1\s*>|<[^>]{1,4000}>", re.IGNORECASE | re.DOTALL)

_CHUNK_SIZE = re.compile(rb"\A[0-9a-fA-F]{1,8}[^\r\n<{]{0,20}\r\n")
_BLANK = b" \t\r\n\xef\xbb\xbf"
_UTF_WIDE = (b"\xff\xfe", b"\xfe\xff")
_BINARY = (
    b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ",
    b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"MZ", b"\xd0\xcf\x11\xe0", b"ID3", b"OggS", b"\x00\x00\x01\x00", b"wOF",
)  # fmt: skip
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_END = re.compile(rb"</(?:\w{1,20}:)?(?:html|rss|feed|rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)
_AFTER_END = re.compile(rb"(?>\s+|<!--.*?-->|<(script|noscript|style)\b.*?</\1\s*>)*+", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
PROLOG_BYTES = 20_000
"""Comments of a content system before a page begins."""

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)

ACCEPT_HEADERS = {
    Accept.PAGE: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    Accept.FEED: "application/rss+xml,application/atom+xml,application/rdf+xml,application/xml;q=0.9,*/*;q=0.1",
    Accept.TEXT: "text/plain,*/*;q=0.1",
}


def mime_types(header: str) -> frozenset[str]:
    """Return the bare types of a Content-Type header in lower case: a proxy adds a second one, some forget the `;`.

    A header that names none (`html`, `utf-8`) is like no header.
    """
    return frozenset(_TYPE.findall(header.lower())) or frozenset({""})


def wrong_type(content_type: str, *, accept: Accept) -> Reason | None:
    """Judge by the header alone, before the body is read."""
    kinds = mime_types(content_type)
    if accept is Accept.PAGE:
        return None if kinds & (HTML_TYPES | VAGUE_TYPES) else Reason.NOT_HTML
    return Reason.NOT_TEXT if all(kind.startswith(MEDIA) for kind in kinds) else None


def wrong_body(body: bytes, *, content_type: str, accept: Accept) -> Reason | None:
    """Judge by the first bytes that are not blank. A page whose type says nothing has to begin like HTML."""
    head = _COMMENT.sub(b"", body.lstrip()[:PROLOG_BYTES]).lstrip()[:HEAD_BYTES]
    if not head:
        return Reason.EMPTY if accept is not Accept.TEXT else None
    if looks_binary(head):
        return Reason.NOT_HTML if accept is Accept.PAGE else Reason.NOT_TEXT
    if accept is Accept.PAGE and not mime_types(content_type) & HTML_TYPES and not looks_html(head):
        return Reason.NOT_HTML
    return None


def looks_binary(head: bytes) -> bool:
    """True if the bytes are no text. A stray zero byte is damage; one in every second place is UTF-16."""
    if head.startswith(_UTF_WIDE):
        return False
    return head.startswith(_BINARY) or (head.count(0) > MAX_ZEROS * len(head) and not _is_wide(head))


def _is_wide(head: bytes) -> bool:
    """True if markup begins in UTF-16 without a mark: `<`, 0, `?`, 0."""
    odd, even = head[1:64:2], head[:64:2]
    return (not even.count(0) and odd.count(0) > len(odd) // 2) or (not odd.count(0) and even.count(0) > len(even) // 2)


def looks_html(head: bytes) -> bool:
    """Say whether a document begins like HTML; UTF-16 is read without its zero bytes."""
    return bool(_HTML.search(head.replace(b"\x00", b"")))


def wrong_coding(content_encoding: str) -> bool:
    """Say whether the body is compressed in a way that cannot be undone.

    Only one coding at a time: chains of them are a bomb's work. A word that names no coding (`utf-8` is seen in
    the wild) is ignored, and so is a coding that is named twice: a proxy repeats the header.
    """
    codings = real_codings(content_encoding)
    return len(codings) > 1 or not codings <= frozenset(DECODABLE)


def real_codings(content_encoding: str) -> frozenset[str]:
    return frozenset(map(str.strip, content_encoding.lower().split(","))) & REAL_CODINGS


def refresh_target(body: bytes, *, header: str = "") -> str:
    """Return where a page without words sends its reader at once, else empty.

    It says so in its markup (`<meta http-equiv="refresh">`) or in the `Refresh` header. Some sites keep such pages at
    an article's old address. A page that says something is read as it is: front pages refresh themselves, and
    articles do.
    """
    if len(body) > LONGEST_REFRESH:
        return ""
    written = [b"content=" + header.encode("utf-8", "replace"), *filter(_REFRESH.search, _META.findall(body))]
    for target in filter(None, map(_REFRESH_URL.search, written)):
        if int(target[1]) <= SOONEST_S and len(_MARKUP.sub(b"", body).strip()) <= FEWEST_WORDS_BYTES:
            return unescape(target[2].decode("utf-8", "replace")).strip()
    return ""


def is_whole(body: bytes) -> bool:
    """True if a document ends as its kind ends: nothing is missing, whatever length was promised.

    Comments and scripts, which servers add, may follow its end. JSON is whole when it can be read.
    """
    if body.lstrip()[:1] == b"{":
        return _is_json(body)
    ends = list(_END.finditer(body, max(0, len(body) - TAIL_BYTES)))
    return bool(ends) and _AFTER_END.fullmatch(body, ends[-1].end()) is not None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def is_plain(head: bytes) -> bool:
    """True if the first bytes are a document's text: some servers name a packing and forget to pack."""
    return _CHUNK_SIZE.sub(b"", head).lstrip(_BLANK)[:1] in {b"<", b"{"}
