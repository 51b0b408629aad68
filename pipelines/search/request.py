"""What a person asks for: text, filters, period, order and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MAX_SIZE = 500

FACETS = {
    "topic": "topics",
    "severity": "severity",
    "region": "regions",
    "source": "source",
    "language": "language",
    "script": "script",
    "person": "persons",
    "organisation": "organisations",
    "context": "contexts",
    "figure": "figures",
    "watch": "watch",
}
"""Name of a facet → its field. A figure is chosen by its kind: articles that have such a figure."""

FILTERS = FACETS | {"place": "places", "family": "family", "feed": "feed", "rule": "rules", "story": "story"}
FILTERS |= {"indicator": "indicators"}


class Sort(StrEnum):
    RELEVANCE = "relevance"
    TIME = "time"


class Breadth(StrEnum):
    """Which words an article must have. all_or_most: all; when no article has them, the best matches of most."""

    ALL = "all"
    MOST = "most"
    ALL_OR_MOST = "all_or_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What a person asks for.

    text: in the language of pipelines.search.text. filters: facet name (or its field) → values, any of which will do.
    since (inclusive) and until (exclusive): time of publication. after: `next_after` of the page before.
    collapse: one hit for all reprints of a text. recency: newer above older where relevance is alike.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    breadth: Breadth = Breadth.ALL
    sort: Sort = Sort.RELEVANCE
    size: int = 20
    after: str = ""
    facets: tuple[str, ...] = tuple(FACETS)
    histogram: bool = True
    highlight: bool = True
    collapse: bool = True
    recency: bool = True
    by_story: bool = False
    """One hit for all articles of a story; articles without one are left out."""
    with_topic: bool = False
    """Only articles that have a topic."""
    explain: bool = False
    """Each hit with the keys that matched."""
    whole: bool = False
    """Documents with body and explanation."""
