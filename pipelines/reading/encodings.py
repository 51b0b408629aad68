"""Bytes of a feed or page → text. What the bytes are weighs more than what somebody declared."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

import chardet

SAMPLE_BYTES = 60_000
"""chardet looks at so much of the bytes that matter; more makes it slower, not better."""

BROKEN_SHARE = 0.01
"""UTF-8 with at most this share of damaged characters is still UTF-8: somebody cut it in the middle of a letter."""

CYRILLIC_SHARE = 0.5
"""Text in a Latin alphabet has few bytes above 127 among its letters (under 20 %), Cyrillic nearly only such bytes."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)
# gb2312 and iso-8859-1 are declared where their supersets are meant.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
_LATIN = frozenset({"cp1250", "cp1252", "cp1254", "cp1257", "iso8859-2", "iso8859-4", "iso8859-15"})
# A closed list: Python also knows codecs that are slow on purpose (punycode) or no encodings at all (hex).
_ALLOWED = _LATIN | frozenset(
    """
    utf-8 utf-16 utf-16-le utf-16-be cp1251 koi8-r koi8-u iso8859-5 cp866 mac-cyrillic kz1048 ptcp154 cp1253 cp1255
    cp1256 iso8859-6 iso8859-7 iso8859-8 gb18030 big5 shift_jis cp932 euc_jp iso2022_jp euc_kr cp949 tis-620 cp874
    """.split()  # noqa: SIM905 - a list of forty lines reads worse
)
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be"})
_HIGH = re.compile(rb"[\x80-\xff]+")
_LETTERS = re.compile(rb"[A-Za-z\x80-\xff]")
_MARKUP = re.compile(rb"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`encoding` is what the text was really read as, in the name people know it by."""

    text: str
    encoding: str


def decode(body: bytes, *, declared: Iterable[str] = ()) -> Decoded:
    """Read bytes as text; never fails.

    Order: byte order mark; valid UTF-8 (text in another encoding is practically never valid UTF-8); what is
    `declared`, best witness first, unless it is a Latin encoding over bytes that cannot be Latin; chardet;
    windows-1251 or -1252 by the share of high bytes.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return Decoded(text=body.decode(encoding, "replace").lstrip("\ufeff"), encoding=encoding)
    names = [name for name in map(canonical_name, declared) if name]
    if _is_utf8(body, names):
        return Decoded(text=body.decode("utf-8", "replace"), encoding="utf-8")
    encoding = next(filter(None, (_fitting(body, name) for name in names)), "") or _guess(body)
    return Decoded(text=body.decode(encoding, "replace"), encoding=encoding.replace("cp125", "windows-125"))


def canonical_name(label: str) -> str:
    """Return the codec a declaration means, or an empty string for one that is unknown or not allowed."""
    try:
        name = codecs.lookup(label.strip(" \t\"'").encode("ascii", "ignore").decode()).name
    except (LookupError, ValueError):
        return ""
    name = _SUPERSETS.get(name, name)
    return name if name in _ALLOWED else ""


def charset_of(content_type: str) -> str:
    """Return the charset parameter of a Content-Type header, or an empty string."""
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return match[1] if match else ""


def _is_utf8(body: bytes, names: list[str]) -> bool:
    if body.isascii():
        return not names or names[0] not in _WIDE | {"iso2022_jp"}
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return True
    return broken <= 1 + BROKEN_SHARE * sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))


def _fitting(body: bytes, name: str) -> str:
    """Return the declared name if these bytes can be that, else an empty string."""
    if name in _LATIN and _high_share(body) > CYRILLIC_SHARE:
        return ""
    if name == "utf-8" or (name in _WIDE and b"\x00" not in body[:SAMPLE_BYTES]):
        return ""
    decoded = body[:SAMPLE_BYTES].decode(name, "replace")
    return name if decoded.count("\ufffd") <= 1 + BROKEN_SHARE * len(decoded) else ""


def _guess(body: bytes) -> str:
    # Markup is taken out: an encoding named in it (wrongly, or we would not be here) is what chardet believes first.
    sample = _telling(body)
    name = canonical_name(chardet.detect(sample)["encoding"] or "") if sample else ""
    share = _high_share(body)
    if name and not (name in _LATIN and share > CYRILLIC_SHARE):
        return name
    return "cp1251" if share > CYRILLIC_SHARE else "cp1252"


def _telling(body: bytes) -> bytes:
    """Return the text between tags, from around the first high byte on."""
    first = _HIGH.search(body)
    start = max(0, first.start() - 1000) if first else 0
    return _MARKUP.sub(b" ", body[start : start + 4 * SAMPLE_BYTES])[:SAMPLE_BYTES]


def _high_share(body: bytes) -> float:
    letters = b"".join(_LETTERS.findall(_telling(body)))
    return sum(map(len, _HIGH.findall(letters))) / len(letters) if letters else 0.0
