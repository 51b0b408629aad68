"""What another ruleset would change: two taggers on the same articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.tagging.tagger import Tagger


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article that two rulesets are compared on."""

    id: str
    title: str
    body: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An article that would be tagged differently. `why` is the new explanation."""

    id: str
    title: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All changes, and how many articles gain and lose each topic."""

    articles: int
    changes: tuple[Change, ...]
    gained: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)


def compare(old: Tagger, new: Tagger, *, on: Iterable[Sample]) -> Difference:
    """Tag every article by both rulesets and return what changes."""
    texts = list(on)
    changes = tuple(_changes(old, new, texts))
    return Difference(
        articles=len(texts),
        changes=changes,
        gained=dict(Counter(topic for change in changes for topic in change.added)),  # asdict spoils a Counter
        lost=dict(Counter(topic for change in changes for topic in change.removed)),
    )


def _changes(old: Tagger, new: Tagger, texts: Iterable[Sample]) -> Iterator[Change]:
    for text in texts:
        before = set(old.tag(text.title, text.body, language=text.language).topics)
        tagging = new.tag(text.title, text.body, language=text.language)
        after = set(tagging.topics)
        if before != after:
            yield Change(
                id=text.id,
                title=text.title or text.body[:80],
                added=tuple(sorted(after - before)),
                removed=tuple(sorted(before - after)),
                why=tagging.why,
            )
