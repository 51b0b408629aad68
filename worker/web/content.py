"""Whether an answer is the kind of document that was wanted."""

from __future__ import annotations

import re

from urllib3 import HTTPResponse

from worker.web.answers import Reason
from worker.web.limits import Accept

HEAD_BYTES = 1024
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
VAGUE_TYPES = frozenset({"", "text/plain", "text/xml", "application/xml", "application/octet-stream"})
MEDIA = ("image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/vnd.")
DECODABLE = tuple(HTTPResponse.CONTENT_DECODERS)
REAL_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz"})

_UTF_WIDE = (b"\xff\xfe", b"\xfe\xff")
_BINARY = (
    b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ",
    b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"MZ", b"\xd0\xcf\x11\xe0", b"ID3", b"OggS", b"\x00\x00\x01\x00", b"wOF",
)  # fmt: skip
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)

ACCEPT_HEADERS = {
    Accept.PAGE: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    Accept.FEED: "application/rss+xml,application/atom+xml,application/rdf+xml,application/xml;q=0.9,*/*;q=0.1",
    Accept.TEXT: "text/plain,*/*;q=0.1",
}


def mime_type(header: str) -> str:
    """Return the bare type of a Content-Type header, lower-case."""
    return header.partition(";")[0].strip().lower()


def wrong_type(content_type: str, *, accept: Accept) -> Reason | None:
    """Judge by the header alone, before the body is read."""
    kind = mime_type(content_type)
    if accept is Accept.PAGE:
        return None if kind in HTML_TYPES | VAGUE_TYPES else Reason.NOT_HTML
    return Reason.NOT_TEXT if kind.startswith(MEDIA) else None


def wrong_body(body: bytes, *, content_type: str, accept: Accept) -> Reason | None:
    """Judge by the first bytes. A page whose type says nothing has to begin like HTML."""
    head = body[:HEAD_BYTES]
    if not head.strip():
        return Reason.EMPTY if accept is not Accept.TEXT else None
    if looks_binary(head):
        return Reason.NOT_HTML if accept is Accept.PAGE else Reason.NOT_TEXT
    if accept is Accept.PAGE and mime_type(content_type) in VAGUE_TYPES and not looks_html(head):
        return Reason.NOT_HTML
    return None


def looks_binary(head: bytes) -> bool:
    if head.startswith(_UTF_WIDE):
        return False
    return head.startswith(_BINARY) or b"\x00" in head


def looks_html(head: bytes) -> bool:
    """Say whether a document begins like HTML; UTF-16 is read without its zero bytes."""
    return bool(_HTML.search(head.replace(b"\x00", b"")))


def wrong_coding(content_encoding: str) -> bool:
    """Say whether the body is compressed in a way that cannot be undone.

    Only one coding at a time: chains of them are a bomb's work. A word that names no coding (`utf-8` is seen in
    the wild) is ignored.
    """
    coding = content_encoding.strip().lower()
    return "," in coding or (coding in REAL_CODINGS and coding not in DECODABLE)
