"""Technical indicators in a text: addresses of the web and of mail, IPs, hashes, CVEs, wallets, phones, also defanged.

Each is given in one spelling, so that two texts that name it have the same value. What only looks like one is left out:
domains need a known ending, wallets a right checksum, IPs must be of the public net. Cyrillic words glued to an address
(сайтаegov.kz) are no part of it; look-alike letters in it are, for they are how people are deceived.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from tld import get_tld

MOST = 200
"""Indicators that are kept of a text; one with more is a list, which is the business of others."""


class Kind(StrEnum):
    """What an indicator is; also the keys of a watchlist."""

    URL = "urls"
    DOMAIN = "domains"
    EMAIL = "emails"
    IP = "ips"
    HASH = "hashes"
    CVE = "cves"
    WALLET = "wallets"
    PHONE = "phones"


_DEFANGED = (
    (re.compile(r"\bhxxp(s?)(?=\W)|\bh\*\*p(s?)(?=\W)", re.IGNORECASE), r"http\1\2"),
    (re.compile(r"\s?[\[({]\s?(?:\.|dot|точка|нүкте)\s?[\])}]\s?|\\\.", re.IGNORECASE), "."),
    (re.compile(r"\s?[\[({]\s?(?:@|at|собака)\s?[\])}]\s?", re.IGNORECASE), "@"),
    (re.compile(r"\[(:|/|://)\]"), r"\1"),
)
_LABEL = r"[a-zа-яёәіңғүұқөһ0-9](?:[a-zа-яёәіңғүұқөһ0-9-]{0,61}[a-zа-яёәіңғүұқөһ0-9])?"
_URL = re.compile(r"\bhttps?://[^\s<>\"'«»„“”]{4,2000}", re.IGNORECASE)
_DOMAIN = re.compile(
    rf"(?<![\w@.-])(?:{_LABEL}\.){{1,8}}(?:[a-z]{{2,24}}(?![a-z0-9_-])|(?:рф|қаз|xn--[a-z0-9]+)(?![\w-]))",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    rf"(?<![a-z0-9_.+-])[a-z0-9][a-z0-9._+-]{{0,63}}@(?:{_LABEL}\.){{1,8}}[a-z]{{2,24}}(?![a-z0-9_-])", re.IGNORECASE
)
_GLUED = re.compile("^[асеорхуіһәөкмт]*[б-дж-йлнпфц-яғқңүұ][а-яёәіңғүұқөһ]*(?=[a-z][a-z0-9.-]*$)")
"""A Cyrillic word before a domain in Latin letters, when not all of its letters look like Latin ones."""

_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\w)")
_IP6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])", re.IGNORECASE)
HASH_NAMES = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}
"""Hexadecimal digits of a hash → its function. Shorter ones of SHA-2 are not used for files."""

_HASH = re.compile(rf"\b(?:{'|'.join(f'[a-f0-9]{{{n}}}' for n in HASH_NAMES)})\b", re.IGNORECASE)
_CVE = re.compile(r"\bCVE[-‑–]((?:19|20)\d\d)[-‑–](\d{4,7})\b", re.IGNORECASE)
_ETHER = re.compile(r"\b0x[a-f0-9]{40}\b", re.IGNORECASE)
_BASE58 = re.compile(r"\b[13T][1-9A-HJ-NP-Za-km-z]{25,34}\b")
_BECH32 = re.compile(r"\bbc1[ac-hj-np-z02-9]{11,71}\b", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w+.,-])(?:(?:\+7|8)[\s(-]{0,2}\d{3,4}[\s)-]{0,2}\d{2,3}[\s-]?\d{2}[\s-]?\d{2}|\+[1-9]\d(?:[\s()-]{0,2}\d){8,13})(?!\d)"
)
_END = ".,;:!?)]}…"
HOME_DIGITS = 11
"""Digits of a number of Kazakhstan or Russia, with the 7 or 8 before it."""
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def find_indicators(*texts: str) -> tuple[str, ...]:
    """Return the indicators of texts, each once: of the web first, then mail, IPs, hashes, CVEs, wallets, phones."""
    found: dict[str, None] = {}
    for text in texts:
        whole = refang(text)
        for kind, sign in _SIGNS.items():
            if sign.search(whole):
                found |= dict.fromkeys(_READERS[kind](whole))
    return tuple(found)[:MOST]


def indicator(kind: Kind, text: str) -> str:
    """Return an indicator in the spelling of `find_indicators`; empty when the text is no such thing."""
    whole = refang(text.strip())
    return next((value for value in _READERS[kind](whole) if value), "")


def kind_of(value: str) -> Kind | None:
    """Return what an indicator in our spelling is."""
    return next((kind for kind, read in _READERS.items() if next(iter(read(value)), "") == value), None)


def hash_name(value: str) -> str:
    """Return the function that made a hash, as STIX writes it: MD5, SHA-256 … Raises KeyError for other lengths."""
    return HASH_NAMES[len(value)]


def refang(text: str) -> str:
    """Return the text with addresses as they work: hxxps://bad[.]kz is https://bad.kz."""
    small = text.lower()
    if not any(sign in small for sign in _FANGLESS):
        return text
    for pattern, plain in _DEFANGED:
        text = pattern.sub(plain, text)
    return text


_DOTS = (".", "@", "dot", "at", "точ", "нүк", "соб")
_FANGLESS = (
    *("hxxp", "h**p", "\\.", "[:", "[/"),
    *(f"{left}{blank}{sign}" for left in "[({" for blank in ("", " ") for sign in _DOTS),
)
"""What a text must have to be defanged: most has nothing of it, and is read only once."""

_SIGNS = {
    Kind.URL: re.compile("://"),
    Kind.DOMAIN: re.compile(r"\.(?=[A-Za-zРрҚқ])"),
    Kind.EMAIL: re.compile("@"),
    Kind.IP: re.compile(r"\d\.\d{1,3}\.\d|:[0-9a-fA-F]{0,4}:"),
    Kind.HASH: re.compile("[0-9a-fA-F]{32}"),
    Kind.CVE: re.compile("[Cc][Vv][Ee]"),
    Kind.WALLET: re.compile("[0-9A-Za-z]{26}"),
    Kind.PHONE: re.compile(r"[+8][\s(-]{0,2}[0-9(]"),
}
"""What a text must have at least: each is quick, and most news has none."""


def _urls(text: str) -> Iterator[str]:
    for match in _URL.finditer(text):
        scheme, _, rest = match[0].rstrip(_END).partition("://")
        host, slash, path = rest.partition("/")
        try:
            is_whole = bool(urlsplit(f"{scheme}://{rest}").hostname)
        except ValueError:
            continue
        if is_whole:
            yield f"{scheme.lower()}://{host.lower()}{slash}{path}"


def _domains(text: str) -> Iterator[str]:
    for match in _DOMAIN.finditer(text):
        name = _GLUED.sub("", match[0].lower())
        if get_tld(f"http://{name}", fail_silently=True):
            yield name.removeprefix("www.")


def _emails(text: str) -> Iterator[str]:
    return (match[0].lower() for match in _EMAIL.finditer(text))


def _ips(text: str) -> Iterator[str]:
    for pattern in (_IP4, _IP6):
        for match in pattern.finditer(text):
            try:
                address = ip_address(match[0])
            except ValueError:
                continue
            if address.is_global:
                yield str(address)


def _hashes(text: str) -> Iterator[str]:
    for match in _HASH.finditer(text):
        value = match[0].lower()
        if not value.isdecimal() and not value.isalpha():
            yield value


def _cves(text: str) -> Iterator[str]:
    return (f"CVE-{match[1]}-{match[2]}" for match in _CVE.finditer(text))


def _wallets(text: str) -> Iterator[str]:
    yield from (match[0].lower() for match in _ETHER.finditer(text))
    yield from (match[0] for match in _BASE58.finditer(text) if _is_base58(match[0]))
    yield from (match[0].lower() for match in _BECH32.finditer(text) if _is_bech32(match[0].lower()))


def _phones(text: str) -> Iterator[str]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if match[0].startswith(("+7", "8")):
            if len(digits) == HOME_DIGITS and digits[1] in "3456789":
                yield f"+7{digits[1:]}"
        else:
            yield f"+{digits}"


_READERS = {
    Kind.URL: _urls,
    Kind.DOMAIN: _domains,
    Kind.EMAIL: _emails,
    Kind.IP: _ips,
    Kind.HASH: _hashes,
    Kind.CVE: _cves,
    Kind.WALLET: _wallets,
    Kind.PHONE: _phones,
}


def _is_base58(text: str) -> bool:
    """True for an address of Bitcoin or Tron: 21 bytes and the first four of their double SHA-256."""
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    try:
        whole = number.to_bytes(25, "big")
    except OverflowError:
        return False
    return sha256(sha256(whole[:21]).digest()).digest()[:4] == whole[21:]


def _is_bech32(text: str) -> bool:
    """True for an address of Bitcoin whose checksum is right (BIP 173, BIP 350)."""
    prefix, _, data = text.rpartition("1")
    values = [*(ord(one) >> 5 for one in prefix), 0, *(ord(one) & 31 for one in prefix), *map(BECH32.index, data)]
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for place, factor in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= factor if top >> place & 1 else 0
    return checksum in (1, 0x2BC830A3)
