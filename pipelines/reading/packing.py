"""Files that come packed: `feed.xml.gz` served as it lies on the disk."""

from __future__ import annotations

import zlib

GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
MOST_LAYERS = 2


def unpacked(body: bytes, *, max_bytes: int) -> bytes:
    """Return what a gzip file holds, at most `max_bytes + 1` bytes of it; other bytes as they are.

    A file that is damaged or cut off gives what could be read. One byte above the limit says that there was more. A
    file that was packed twice is unpacked twice.
    """
    for _ in range(MOST_LAYERS):
        if not body.startswith(GZIP):
            break
        body = _unpacked(body, max_bytes=max_bytes)
    return body


def _unpacked(body: bytes, *, max_bytes: int) -> bytes:
    parts = bytearray()
    while body.startswith(GZIP) and len(parts) <= max_bytes:
        unpacker = zlib.decompressobj(wbits=_GZIP_WINDOW)
        try:
            parts += unpacker.decompress(body, max_bytes + 1 - len(parts))
        except zlib.error:
            break
        body = unpacker.unused_data
    return bytes(parts)
