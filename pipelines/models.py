"""The things kuzet talks about. Frozen; times are aware datetimes in UTC; texts are normalised (NFC, repaired)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar


class Stage(StrEnum):
    """Where an item is. Feeds go poll → parse; articles go fetch → extract → outbox."""

    POLL = "poll"
    PARSE = "parse"
    FETCH = "fetch"
    EXTRACT = "extract"
    OUTBOX = "outbox"


class Outcome(StrEnum):
    """How a sighting ended; exactly one each. `rejected` and `quarantined` are counted with a reason after a colon."""

    INDEXED = "indexed"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """1 (low) to 4 (critical), for sorting and ranges."""
        return list(Severity).index(self) + 1


class Extraction(StrEnum):
    """What the text of an article was made from."""

    FULL = "full"
    SUMMARY = "summary"
    TITLE = "title"


class PublishedFrom(StrEnum):
    """Who said when the article was published."""

    FEED = "feed"
    PAGE = "page"
    OBSERVED = "observed"


class FeedFormat(StrEnum):
    """`feed` is RSS, Atom, RDF or JSON Feed; `sitemap` a news sitemap or an index of them; `page` lists articles."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One address to poll. `family` is the owner of several sources; a feed that is off says why in `note`.

    links: what the addresses of articles have in them, a regular expression; needed for the format `page`.
    text: XPath of the element that holds an article's text, the last word over the extractor.
    alternates: other addresses of the feed, for when it dies. sitemap: what the recall is checked against.
    tls_extra_ca: a file of certificates trusted for this source besides the usual ones.
    """

    id: str
    url: str
    source: str
    family: str
    languages: tuple[str, ...] = ()
    format: FeedFormat = FeedFormat.FEED
    enabled: bool = True
    note: str = ""
    links: str = ""
    text: str = ""
    alternates: tuple[str, ...] = ()
    sitemap: str = ""
    tls_extra_ca: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a feed. `summary` and `content` are plain text; `content` is the whole article where a feed has it.

    `identity` is what makes it one article where its link does not: it has none, or shares it with other entries.
    """

    link: str
    title: str
    summary: str = ""
    content: str = ""
    guid: str = ""
    identity: str = ""
    published_at: datetime | None = None
    language: str = ""
    image_url: str = ""

    @property
    def hash(self) -> str:
        """16 hex digits that change when the entry's words change; dates and pictures do not count."""
        words = f"{self.title}\x1f{self.summary}\x1f{self.content}"
        return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What a feed document held. `dropped`: reason → number of items that are no entries (no link, no title …)."""

    format: str
    title: str
    encoding: str
    entries: tuple[Entry, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    ttl_s: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask «has it changed?» with, and how to know the same body again.

    They belong to one URL, `final_url`, and are sent to no other. Without it they belong to the URL that is asked for.
    """

    etag: str = ""
    last_modified: str = ""
    final_url: str = ""
    body_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One look at a feed, a line of its history. A poll is `ok` when the answer was usable; 304 counts.

    `at`: epoch seconds. `status`: of HTTP, 0 when nothing answered. `new`, `changed` and `known` count the entries and
    add up to them. `note`: what went wrong, or why there was nothing to read. `read`: items of the document; `dropped`:
    those that are no entries, by reason.
    """

    at: float
    status: int = 0
    bytes: int = 0
    entries: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    took_s: float = 0.0
    note: str = ""
    ok: bool = True
    read: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Bytes as fetched (decompressed). `headers` has lower-case names."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text with its facts, before tagging. `canonical_url` is the page's believed claim, else empty.

    translations: addresses of the same article in other languages, as its page says.
    """

    url: str
    title: str
    body: str
    summary: str
    language: str
    kazakh_share: float
    extraction: Extraction
    published_at: datetime
    published_from: PublishedFrom
    observed_at: datetime
    canonical_url: str = ""
    translations: tuple[str, ...] = ()
    image_url: str = ""
    repairs: int = 0
    note: str = ""
    script: str = ""

    @property
    def words(self) -> int:
        return len(self.body.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class InCyrillic:
    """Title and body of a Kazakh article in Latin letters, as they were read into Cyrillic."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a text: `field` is title or body; start and end count characters; `form` is the text there.

    `term` and `weight` are those of the rule that found it.
    """

    field: str
    start: int
    end: int
    form: str
    term: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A topic with its reason."""

    topic: str
    rule: str
    score: float
    threshold: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Why a topic was *not* given, or which of its mentions did not count."""

    context: str
    topic: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yielded:
    """A topic that reached its threshold and gave way to a stronger neighbour, as its rule says under `yields`."""

    tag: Tag
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A counted fact. `unit`: currency or measure, else empty; `qualifier`: about, over, almost, up_to, else empty."""

    kind: str
    value: float
    unit: str = ""
    qualifier: str = ""
    role: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of the gazetteer. `region` is the English name of one of the 20 regions, empty abroad."""

    name: str
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """Everything the tagger found in one text. `why` is one line for people.

    `misses` are topics that words speak for, only not enough, `yielded` those that gave way to a neighbour; they are
    for the writer of rules and are not stored.
    `in_cyrillic`: what was tagged in place of a text in Latin letters; spans point into the text as it is shown.
    """

    topics: tuple[str, ...] = ()
    severity: Severity | None = None
    severity_reason: str = ""
    tags: tuple[Tag, ...] = ()
    misses: tuple[Tag, ...] = ()
    yielded: tuple[Yielded, ...] = ()
    contexts: tuple[Context, ...] = ()
    figures: tuple[Figure, ...] = ()
    places: tuple[Place, ...] = ()
    persons: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    ruleset: str = ""
    why: str = ""
    in_cyrillic: InCyrillic | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.region for place in self.places if place.region))


class GeoPoint(TypedDict):
    """Degrees north and east, as the search engine reads them."""

    lat: float
    lon: float


class CyrillicTexts(TypedDict):
    """The texts of an article in Latin letters, read into Cyrillic: what it is searched by."""

    title: str
    body: str


class IndexDocument(TypedDict, total=False):
    """The document of the index: field by field config/search/mapping.json, which a test compares with it.

    A missing fact is a missing key. Times are ISO 8601 in UTC. `tags` is the explanation of `explain_tags`; `figures`
    maps a kind to its values in rising order.
    """

    id: str
    url: str
    source: str
    family: str
    feed: str
    language: str
    script: str
    extraction: str
    content_hash: str
    same_text: str
    ruleset: str
    title: str
    body: str
    summary: str
    why: str
    image_url: str
    translations: list[str]
    kazakh_share: float
    published_at: str
    published_from: str
    observed_at: str
    indexed_at: str
    latency_seconds: float
    topics: list[str]
    contexts: list[str]
    severity: str
    rules: list[str]
    severity_rank: int
    tags: dict[str, Any]
    regions: list[str]
    places: list[str]
    location: list[GeoPoint]
    persons: list[str]
    organisations: list[str]
    indicators: list[str]
    watch: list[str]
    figures: dict[str, list[float]]
    words: int
    revision: int
    story: str
    story_score: float
    story_reasons: list[str]
    cyrillic: CyrillicTexts


Document_co = TypeVar("Document_co", bound=Mapping[str, Any], covariant=True)


@dataclass(frozen=True, slots=True)
class VersionedDocument(Generic[Document_co]):
    """A document of an index with its external version, as it is read there or written there."""

    article_id: str
    version: int
    document: Document_co


ArticleDocument: TypeAlias = VersionedDocument[IndexDocument]
