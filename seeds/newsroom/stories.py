"""Our sample news: short articles written for kuzet, with what it should find in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"


class LinkFate(StrEnum):
    """What happens to somebody who follows the feed's link."""

    PAGE = "page"
    REDIRECT = "redirect"  # 301 to the page
    MISSING = "missing"  # 404; the feed has only the headline
    FORBIDDEN = "forbidden"  # 403; the feed has the whole text
    CLOSED = "closed"  # robots.txt disallows it; the feed has the whole text
    SLOW = "slow"
    BUSY_ONCE = "busy_once"  # 503 with Retry-After, then the page
    TWIN = "twin"  # a second link to the same article, with rel=canonical naming the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The words of a story at one time. `figures`: kind → values that must be among those found (others may be too)."""

    title: str
    lead: str
    body: tuple[str, ...]
    figures: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return (self.lead, *self.body)

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.paragraphs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One sample article. A trap (`contexts`, or nothing at all) has no topics; `versions[1:]` are revisions."""

    id: str
    site: str
    language: str
    topics: tuple[str, ...]
    contexts: tuple[str, ...]
    regions: tuple[str, ...]
    severity: str | None
    delivery: LinkFate
    versions: tuple[Version, ...]

    @property
    def trap(self) -> bool:
        return not self.topics

    @property
    def text(self) -> str:
        """Everything ever said in it, revisions included."""
        return "\n".join(version.text for version in self.versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search for a form that no story holds; the stories it must find hold other forms of the word."""

    word: str
    language: str
    stem: str
    finds: tuple[str, ...]
    may_find: tuple[str, ...]


@cache
def load_stories(folder: Path = TEXTS) -> tuple[Story, ...]:
    """Every story, in the order of publication: sites and languages take turns."""
    files = [list(_stories_of(_read(path))) for path in sorted(folder.glob("*.yaml"))]
    return tuple(story for turn in zip_longest(*files) for story in turn if story)


def load_queries(file: Path = TEXTS.parent / "queries.yaml") -> tuple[Query, ...]:
    return tuple(
        Query(
            word=query["word"],
            language=query["language"],
            stem=query["stem"],
            finds=tuple(query["finds"]),
            may_find=tuple(query.get("may_find", ())),
        )
        for query in _read(file)["queries"]
    )


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _stories_of(content: Mapping[str, Any]) -> Iterator[Story]:
    for entry in content["stories"]:
        versions = [entry, entry["revision"]] if "revision" in entry else [entry]
        yield Story(
            id=entry["id"],
            site=content["site"],
            language=content["language"],
            topics=tuple(entry["topics"]),
            contexts=tuple(entry.get("contexts", ())),
            regions=tuple(entry["regions"]),
            severity=entry["severity"],
            delivery=LinkFate(entry.get("delivery", LinkFate.PAGE)),
            versions=tuple(map(_version, versions)),
        )


def _version(entry: Mapping[str, Any]) -> Version:
    figures: Mapping[str, Sequence[float]] = entry["figures"]
    return Version(
        title=entry["title"],
        lead=entry["lead"],
        body=tuple(entry["body"]),
        figures={kind: tuple(map(float, values)) for kind, values in figures.items()},
    )
