"""The shapes of `--json`: docs/guide/json.md is made from these types, and tests hold real answers against them.

One kind of answer, one shape: an object with lists under a key, also when they are empty. What goes on and on (articles
that come in, lines of a file) is JSON lines: one object a line.
"""

from typing import Any, NotRequired, TypedDict  # no annotations of the future: they would hide NotRequired

from pipelines.models import IndexDocument


class Count(TypedDict):
    value: str
    count: int


class Bucket(TypedDict):
    start: str
    count: int


class HitRow(IndexDocument):
    """A document of the index without `body` and `tags`. `highlights`: title and body → fragments as HTML."""

    score: float | None
    highlights: dict[str, list[str]]
    reprints: int


class SearchAnswer(TypedDict):
    """`total` counts articles, `texts` counts them without reprints. `next`: the mark for --after, empty at the end.

    `relaxed`: no article has all words, so these have most. `did_you_mean`: the query with words that the index has.
    """

    total: int
    texts: int
    took_ms: int
    hits: list[HitRow]
    facets: dict[str, list[Count]]
    histogram: list[Bucket]
    next: str
    relaxed: bool
    did_you_mean: str


class WatchedArticle(TypedDict):
    """`event`: article.indexed or article.revised; `at`: when, in epoch seconds."""

    id: str
    event: str
    at: float
    url: str
    source: str
    language: str
    title: str
    published_at: str
    observed_at: str
    topics: NotRequired[list[str]]
    severity: NotRequired[str]
    regions: NotRequired[list[str]]
    why: NotRequired[str]


class ChangeRow(TypedDict):
    """Articles in the period, and in the one before."""

    value: str
    now: int
    before: int


class GroupChange(ChangeRow):
    group: str


class Span(TypedDict):
    since: str
    until: str


class Total(TypedDict):
    now: int
    before: int


class FeedsToLookAt(TypedDict):
    """Feeds that gave far less or far more than before, and watched ones that gave nothing at all."""

    quiet: list[str]
    noisy: list[str]
    silent: list[str]


class StatsAnswer(TypedDict):
    """`groups`: topic, region, source, severity, feed. `grown`: what grew more than by chance, strongest first."""

    since: str
    until: str
    before: Span
    total: Total
    days: list[ChangeRow]
    groups: dict[str, list[ChangeRow]]
    grown: list[GroupChange]
    feeds: FeedsToLookAt


class FeedRow(TypedDict):
    """A feed of the catalogue. The last keys are there once the watch has polled it; times are epoch seconds."""

    id: str
    url: str
    source: str
    family: str
    languages: list[str]
    format: str
    enabled: bool
    note: str
    state: str
    sentence: str
    next_at: NotRequired[float | None]
    interval_s: NotRequired[float]
    failures: NotRequired[int]
    last_ok_at: NotRequired[float]
    last_new_at: NotRequired[float]
    polls: NotRequired[list[dict[str, Any]]]
    habits: NotRequired[list[str]]


class FeedsAnswer(TypedDict):
    feeds: list[FeedRow]


class FeedCheck(TypedDict):
    """`entries`: how many; `dropped`: reason → how many items are no entries."""

    format: str
    title: str
    encoding: str
    note: str
    entries: int
    dropped: dict[str, int]


class ImportedFeed(TypedDict):
    id: str
    url: str
    enabled: bool
    note: str


class FeedsImported(TypedDict):
    """`off`: added, but switched off with a note; `known`: left as they were."""

    added: int
    off: int
    known: int
    feeds: list[ImportedFeed]


class FeedEntry(TypedDict):
    link: str
    title: str
    summary: str
    content: str
    guid: str
    published_at: str | None
    language: str
    image_url: str


class FeedDocument(TypedDict):
    format: str
    title: str
    encoding: str
    dropped: dict[str, int]
    entries: list[FeedEntry]


class ArticleRow(TypedDict):
    """`extraction`: full, summary or title; `published_from`: feed, page or observed; `repairs`: letters mended."""

    url: str
    canonical_url: str
    title: str
    text: str
    language: str
    kazakh_share: float
    extraction: str
    published_at: str
    published_from: str
    image_url: str
    words: int
    repairs: int
    note: str


class FigureRow(TypedDict):
    kind: str
    value: float
    unit: str
    qualifier: str
    role: str


class TagAnswer(TypedDict):
    """`tags`: the explanation, as `kuzet show --json` has it. With --jsonl each line has the `id` of its text."""

    id: NotRequired[str | int | None]
    language: str
    topics: list[str]
    severity: str | None
    regions: list[str]
    places: list[str]
    figures: list[FigureRow]
    persons: list[str]
    organisations: list[str]
    contexts: list[str]
    tags: dict[str, Any]
    why: str


ANSWERS: dict[str, type] = {
    "kuzet search": SearchAnswer,
    "kuzet show": IndexDocument,
    "kuzet stats": StatsAnswer,
    "kuzet feeds list": FeedsAnswer,
    "kuzet feeds check": FeedCheck,
    "kuzet feeds import": FeedsImported,
    "kuzet feed": FeedDocument,
    "kuzet extract, kuzet fetch": ArticleRow,
    "kuzet tag": TagAnswer,
}
"""Command → the one object that it prints with --json."""

LINES: dict[str, type] = {"kuzet watch": WatchedArticle, "kuzet tag --jsonl": TagAnswer}
"""Command → the object of each line."""
