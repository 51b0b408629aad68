"""Bytes of a feed or page → text. What the bytes are weighs more than what somebody declared."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

import chardet

from pipelines.reading.cyrillic import BELIEVABLE, cyrillic_score

SAMPLE_BYTES = 60_000
"""Bytes of text that are looked at. More make the look slower, not better."""

BROKEN_SHARE = 0.01
"""A declared encoding fits when at most this share of the characters cannot be read in it."""

UTF8_SHARE = 0.5
"""UTF-8 with another encoding in places has at least half a letter of UTF-8 for each byte that is not. Text in
windows-1251 has under a hundredth, in EUC-KR a seventh.
"""

ENOUGH_LETTERS = 5
"""Fewer letters of UTF-8 among as many strangers are an accident of another encoding."""

DECLARED_PRIOR, USUAL_PRIOR, SHORT_TEXT = 5.0, 2.5, 6.0
"""In nats: the lead of a declared encoding, of the usual one, and how far the letters of a short text may be off."""

FOREIGN_LETTERS = 2
"""From two bytes on, a run that is no UTF-8 is a word in windows-1251 (a widget, a quoted item); one byte is damage."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
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
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "kz1048", "mac-cyrillic", "koi8-u", "ptcp154")
"""The usual one first: most texts of Kazakhstan that are no UTF-8 are windows-1251."""

_HIGH = re.compile(rb"[\x80-\xff]+")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_HIGH_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_CDATA = re.compile(rb"<!\[CDATA\[|\]\]>")
_NO_TEXT = re.compile(
    rb"<(script|style)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>|https?://[^\s<>]*", re.IGNORECASE | re.DOTALL
)
_LETTER_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_PIECE = re.compile(rb"[^<>\r\n]*[<>\r\n]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`encoding` is what the text was really read as, in the name people know it by."""

    text: str
    encoding: str


def decode(body: bytes, *, declared: Iterable[str] = ()) -> Decoded:
    """Read bytes as text; never fails. `declared` are the names that header and document give, best witness first.

    In this order: a byte order mark; zeros in every second byte (UTF-16); UTF-8, also where it is damaged or has words
    in windows-1251 in it; the Cyrillic encoding in which the bytes make Russian, Kazakh or Ukrainian words, whatever
    was declared; the declared one, unless it is Latin and the bytes cannot be; chardet's guess.
    """
    if wide := _wide(body):
        return Decoded(text=body.decode(wide, "replace").lstrip("\ufeff"), encoding=wide)
    names = [name for name in map(canonical_name, declared) if name]
    if body.isascii():
        encoding = "iso2022_jp" if "iso2022_jp" in names[:1] else "utf-8"
        return Decoded(text=body.decode(encoding, "replace"), encoding=encoding)
    if _is_utf8(body):
        return Decoded(text=_utf8_text(body), encoding="utf-8")
    encoding = _eight_bit(body, names)
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


def _wide(body: bytes) -> str:
    """Return the encoding of a byte order mark, or UTF-16 when markup begins without one; else an empty string."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return encoding
    head = body[:64].lstrip(b"\0\t\n\r ")[:32] if body[:2] != b"\0<" else body[:32]
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4 and not head[::2].count(0):  # noqa: PLR2004 - two letters
        return "utf-16-le"
    return "utf-16-be" if head[:1] == b"\0" and head[::2].count(0) > len(head) // 4 else ""


def _is_utf8(body: bytes) -> bool:
    """True if the bytes are UTF-8, or mostly: `UTF8_SHARE`. What is cut in the middle of a letter is UTF-8 too."""
    try:
        body.decode()
    except UnicodeDecodeError:
        letters, strangers = _letters_and_strangers(body)
    else:
        return True
    return not strangers or letters >= max(UTF8_SHARE * strangers, min(strangers, ENOUGH_LETTERS))


def _letters_and_strangers(body: bytes) -> tuple[int, int]:
    """Count the letters of UTF-8 outside of ASCII, and the high bytes that belong to none."""
    letters = _LETTER_OF_UTF8.findall(body)
    return len(letters), sum(map(len, _HIGH.findall(body))) - sum(map(len, letters))


def _utf8_text(body: bytes) -> str:
    """Read UTF-8; pieces between tags and lines that are no UTF-8, and such words, are read as windows-1251."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "".join(map(_piece_text, _PIECE.findall(body)))


def _piece_text(piece: bytes) -> str:
    letters, strangers = _letters_and_strangers(piece)
    if strangers >= FOREIGN_LETTERS and letters < UTF8_SHARE * strangers:
        return piece.decode("cp1251", "replace")
    return _HIGH.sub(_word_as_utf8, piece).decode("utf-8", "replace") if strangers else piece.decode("utf-8", "replace")


def _word_as_utf8(match: re.Match[bytes]) -> bytes:
    word = match[0]
    letters, strangers = _letters_and_strangers(word)
    is_foreign = strangers >= FOREIGN_LETTERS and letters < UTF8_SHARE * strangers
    return word.decode("cp1251", "replace").encode() if is_foreign else word


def _eight_bit(body: bytes, names: list[str]) -> str:
    words = _high_words(body)
    whole = sum(len(word) for word in words if len(word) > 1 and not _ASCII_LETTER.search(word))
    is_latin = whole <= sum(len(_HIGH.findall(word)) for word in words if _ASCII_LETTER.search(word))
    if not is_latin and (cyrillic := _cyrillic(b" ".join(words), names)):
        return cyrillic
    fitting = (name for name in names if _fits(body, name) and (is_latin or name not in _LATIN))
    return next(fitting, "") or _guess(words, is_latin=is_latin)


def _high_words(body: bytes) -> list[bytes]:
    """Return the words with bytes above 127 in them, without markup, scripts and links."""
    first = _HIGH.search(body)
    start = max(0, first.start() - 1000) if first else 0
    text = _NO_TEXT.sub(b" ", _CDATA.sub(b" ", body[start : start + 4 * SAMPLE_BYTES]))
    return _HIGH_WORD.findall(text[:SAMPLE_BYTES])


def _cyrillic(sample: bytes, names: list[str]) -> str:
    """Return the encoding in which the sample makes Cyrillic words, or an empty string.

    What is declared and what is usual decide about a few letters, not about a text.
    """
    letters = max(1, len(_HIGH_BYTE.findall(sample)))
    scores = {name: cyrillic_score(sample.decode(name, "replace")) for name in _CYRILLIC}
    best = max(_CYRILLIC, key=lambda name: scores[name] + _prior(name, names) / letters)
    other_alphabet = any(name not in {*_CYRILLIC, *_LATIN, "utf-8"} for name in names)
    needed = BELIEVABLE if other_alphabet else BELIEVABLE - SHORT_TEXT / letters
    return best if scores[best] >= needed else ""


def _prior(name: str, names: list[str]) -> float:
    if name == "kz1048" and name not in names:  # windows-1251 with Kazakh letters, and declared as such
        return _prior("cp1251", names) - 1
    return DECLARED_PRIOR * (name in names) + USUAL_PRIOR * (name == _CYRILLIC[0])


def _fits(body: bytes, name: str) -> bool:
    if name == "utf-8" or (name in _WIDE and b"\0" not in body[:SAMPLE_BYTES]):
        return False
    decoded = body[:SAMPLE_BYTES].decode(name, "replace")
    return decoded.count("\ufffd") <= 1 + BROKEN_SHARE * len(decoded)


def _guess(words: list[bytes], *, is_latin: bool) -> str:
    # chardet sees no markup: an encoding named in it (wrongly, or we would not be here) is what it believes first.
    name = canonical_name(chardet.detect(b" ".join(words))["encoding"] or "") if words else ""
    if name and name != "utf-8" and (is_latin or name not in _LATIN):
        return name
    return "cp1252" if is_latin else "cp1251"
