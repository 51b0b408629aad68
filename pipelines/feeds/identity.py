"""What makes an entry one article: its link, or else what the feed says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from pipelines.errors import UnsafeAddressError
from pipelines.models import Entry
from pipelines.pages.similarity import is_same_title, key
from pipelines.urls import normalise_url

REPEATED = "repeated"
AT = "at:"


def with_identities(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], int]:
    """Give an identity of their own to entries that their links do not distinguish; leave out true repetitions.

    A link that one entry has to itself is its identity. Entries without a usable link, and entries that share one (a
    live blog, `#anchors` on one page), are known by their guid, or by title and date. A minute that
    different titles share names none of them, nor does a guid of different titles and minutes: the title belongs to
    the name then. Returns the entries in their
    order, and how many were left out. Where one entry is left of those that shared a link, the link is its identity.
    """
    places = [(_place(entry), entry) for entry in entries]
    shared = Counter(place for place, _ in places)
    weak = _weak_names(places)
    kept: dict[tuple[str, str], Entry] = {}
    for place, entry in places:
        name = _name(entry) if not place or shared[place] > 1 else ""
        name = f"{name} title:{key(entry.title)}" if name and (place, name) in weak else name
        kept.setdefault((place, name), _named(entry, f"{place} {name}".strip() if name else ""))
    named = Counter(place for place, _ in kept)
    plain = (_named(entry, "") if place and named[place] == 1 else entry for (place, _), entry in kept.items())
    return tuple(plain), len(places) - len(kept)


def _named(entry: Entry, identity: str) -> Entry:
    return entry if entry.identity == identity else replace(entry, identity=identity)


def _weak_names(places: list[tuple[str, Entry]]) -> set[tuple[str, str]]:
    """Return the places with names that entries share which are not one: programs write one guid or minute into all."""
    firsts: dict[tuple[str, str], Entry] = {}
    weak = set()
    for place, entry in places:
        name = _name(entry)
        first = firsts.setdefault((place, name), entry)
        is_doubtful = name.startswith(AT) or _minute(first) != _minute(entry)
        if (place, name) not in weak and is_doubtful and not is_same_title(first.title, entry.title):
            weak.add((place, name))
    return weak


def _minute(entry: Entry) -> str:
    return f"{AT}{entry.published_at:%Y-%m-%dT%H:%M}" if entry.published_at else ""


def _place(entry: Entry) -> str:
    """Return the one spelling of the entry's link, or an empty string when it cannot be used."""
    try:
        return normalise_url(entry.link) if entry.link else ""
    except UnsafeAddressError:
        return ""


def _name(entry: Entry) -> str:
    """Return what the feed calls the entry: its guid, else its minute, else its title."""
    if entry.guid and entry.guid != entry.link:
        return f"guid:{entry.guid}"
    return _minute(entry) or f"title:{key(entry.title)}"
