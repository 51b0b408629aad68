"""What of a feed's document is new: entries known by link, guid or title, and changes that are only a counter's."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.models import Entry

COUNTERS = "counters"
MOVING_LINKS = "moving links"
FEWEST_COUNTED = 2
"""A single entry whose numbers changed is news: «three injured» became «five»."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry as a document lists it. `article_id` is given by its identity, `marks` are what else it is known by."""

    article_id: str
    entry: Entry
    marks: tuple[str, ...] = ()

    @property
    def trace(self) -> str:
        """What is remembered of the entry: the hash of its words, and of its words without numbers."""
        return f"{self.entry.hash}:{_short(_DIGITS.sub('', f'{self.entry.title} {self.entry.summary}'))}"

    @property
    def mark_trace(self) -> str:
        """What is remembered under each mark: the article, and by what it can be recognised."""
        return f"{self.article_id} {_short(_path(self.entry.link))} {_short(self.entry.title)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has to be sighted, and which habits of the feed showed. `listed` has the ids by which entries are known.

    `known`: the ids among them that the feed listed before.
    """

    listed: tuple[Listed, ...]
    to_sight: tuple[Listed, ...]
    habits: frozenset[str]
    known: frozenset[str] = frozenset()

    @property
    def memory(self) -> dict[str, str]:
        """What the feed's memory must hold after this document: article or mark → trace."""
        memory = {each.article_id: each.trace for each in self.listed}
        return memory | {mark: each.mark_trace for each in self.listed for mark in each.marks}


def listed_entries(addressed: Sequence[tuple[str, Entry]]) -> tuple[Listed, ...]:
    """Give entries, with their article ids, the marks that only one of them has; the last of the document first.

    Feeds list the newest first, and the oldest is to be sighted first.
    """
    marks = {article_id: tuple(_marks(entry)) for article_id, entry in addressed}
    shared = Counter(mark for each in marks.values() for mark in each)
    return tuple(
        Listed(article_id=article_id, entry=entry, marks=tuple(mark for mark in marks[article_id] if shared[mark] == 1))
        for article_id, entry in reversed(addressed)
    )


def changes(listed: Sequence[Listed], known: Mapping[str, str], *, habits: frozenset[str]) -> Changes:
    """Decide which entries to sight. `known` is the feed's memory, `habits` are those that showed before.

    An unknown link with the guid, or the title and date, of a known article is that article under a session's new link.
    When the numbers in at least half of the known entries changed and nothing else, they are counters of readers.
    """
    recognised = tuple(_recognised(each, known) for each in listed)
    moved = sum(one.article_id != other.article_id for one, other in zip(listed, recognised, strict=True))
    present = [each for each in recognised if each.article_id in known]
    counted = {each.article_id for each in present if _only_numbers_changed(each.trace, known[each.article_id])}
    if len(counted) >= max(FEWEST_COUNTED, len(present) / 2):
        habits |= {COUNTERS}
    unread = counted if COUNTERS in habits else set()
    to_sight = tuple(
        each
        for each in recognised
        if each.article_id not in unread and _words(known.get(each.article_id, "")) != each.entry.hash
    )
    return Changes(
        listed=recognised,
        to_sight=to_sight,
        habits=habits | ({MOVING_LINKS} if moved else set()),
        known=frozenset(each.article_id for each in present),
    )


def _marks(entry: Entry) -> Iterable[str]:
    if entry.guid and entry.guid != entry.link:
        yield f"guid:{_short(entry.guid)}"
    if entry.title and entry.published_at and urlsplit(entry.link).query:
        yield f"same:{_short(f'{entry.title} {entry.published_at.isoformat()} {_path(entry.link)}')}"


def _recognised(listed: Listed, known: Mapping[str, str]) -> Listed:
    """Return the entry under the id by which it is known. A guid used again for other news is no evidence."""
    if listed.article_id in known:
        return listed
    for mark in listed.marks:
        article_id, *names = known.get(mark, "").split(" ")
        _, *own = listed.mark_trace.split(" ")
        if article_id in known and any(one == other for one, other in zip(names, own, strict=False)):
            return Listed(article_id=article_id, entry=listed.entry, marks=listed.marks)
    return listed


def _only_numbers_changed(now: str, before: str) -> bool:
    return now != before and ":" in before and now.partition(":")[2] == before.partition(":")[2]


def _words(trace: str) -> str:
    return trace.partition(":")[0]


def _path(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.hostname}{parts.path}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
