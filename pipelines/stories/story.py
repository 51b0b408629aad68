"""What a story says as a whole: from the facts of its articles to the document of the index of stories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from pipelines.models import IndexDocument, Severity
from pipelines.stories.joining import Decision

_SENTENCE_END = re.compile(r"[.!?…] |\n")
MOST_WORDS = 8
LONGEST_EXCERPT = 160
MOST_LISTED = 200
"""Articles of a story that its document lists; the counts are of all."""


class Member(TypedDict, total=False):
    """An article of a story, with what the story needs of it, and why it is here.

    like: the article that it is most like. by: `rule`, or `hand` for what a person decided. words: those behind its
    topics, excerpt: the sentence of the first of them.
    """

    id: str
    url: str
    title: str
    source: str
    family: str
    language: str
    published_at: str
    observed_at: str
    topics: list[str]
    regions: list[str]
    places: list[str]
    persons: list[str]
    organisations: list[str]
    watch: list[str]
    indicators: list[str]
    severity: str
    figures: dict[str, list[float]]
    score: float
    like: str
    is_reprint: bool
    reasons: list[str]
    by: str
    words: list[str]
    excerpt: str


class FigureRange(TypedDict):
    """A kind of figure in a story: its least and greatest value, and which sources have which."""

    low: float
    high: float
    said: list[dict[str, Any]]


class StoryEvent(TypedDict):
    """A line of a story's timeline. what: first, report, twin (the first in its language), reprint, or raised."""

    at: str
    what: str
    article: str
    source: str
    title: str
    detail: str


class StoryDocument(TypedDict, total=False):
    """The document of the index of stories. `families` count for corroboration; `articles` counts reprints too."""

    id: str
    title: str
    titles: dict[str, str]
    first_seen: str
    updated_at: str
    articles: int
    reprints: int
    sources: list[str]
    families: list[str]
    corroboration: int
    languages: list[str]
    topics: list[str]
    regions: list[str]
    places: list[str]
    persons: list[str]
    organisations: list[str]
    watch: list[str]
    indicators: list[str]
    severity: str
    severity_rank: int
    figures: dict[str, FigureRange]
    timeline: list[StoryEvent]
    members: list[Member]


HAND = "hand"
BY_HAND = "a person put it here"

COPIED = (
    *("id", "url", "title", "source", "family", "language", "published_at", "observed_at"),
    *("topics", "regions", "places", "persons", "organisations", "severity", "figures"),
    *("watch", "indicators"),
)

FACTS = (*COPIED, "words", "excerpt")


def member_of(document: IndexDocument, decision: Decision, *, by: str = "rule") -> Member:
    """Return what a story keeps of an article, and why the article is part of it."""
    why: Member = {
        "score": decision.score,
        "like": decision.like,
        "is_reprint": decision.is_reprint,
        "reasons": list(decision.reasons),
        "by": by,
    }
    return {**facts_of(document), **why}


def facts_of(document: IndexDocument) -> Member:
    """Return what a story keeps of an article, apart from why it is part of it."""
    copied: Any = {name: document[name] for name in COPIED if name in document}  # type: ignore[literal-required]
    kept: Member = {**copied, **said_of(document)}
    return kept


def put_by_hand(member: Member) -> Member:
    """Return an article of a story that a person has put into another one: what was alike is no reason any more."""
    return {**member, "score": 1.0, "like": "", "is_reprint": False, "reasons": [BY_HAND], "by": HAND}


def said_of(document: IndexDocument) -> Member:
    """Return the words behind the topics of an article, and the sentence of the first one in its text."""
    spans = [span for topic in document.get("tags", {}).get("topics", ()) for span in topic["spans"]]
    words = list(dict.fromkeys(span["form"].lower() for span in spans))[:MOST_WORDS]
    first = min((span["start"] for span in spans if span["field"] == "body"), default=None)
    said: Member = {"words": words} if words else {}
    if first is not None and (sentence := excerpt(document.get("body", ""), first)):
        said["excerpt"] = sentence
    return said


def excerpt(text: str, place: int) -> str:
    """Return the sentence around a place of a text, cut to LONGEST_EXCERPT letters before and after it."""
    begins = max((match.end() for match in _SENTENCE_END.finditer(text, 0, place)), default=0)
    next_end = _SENTENCE_END.search(text, place)
    ends = next_end.start() + 1 if next_end else len(text)
    start, stop = max(begins, place - LONGEST_EXCERPT), min(ends, place + LONGEST_EXCERPT)
    return f"{'…' if start > begins else ''}{text[start:stop].strip()}{'…' if stop < ends else ''}"


def build_story(story_id: str, members: Iterable[Member]) -> StoryDocument:
    """Return the document of a story. Raises ValueError for a story without articles."""
    ordered = sorted(members, key=lambda one: (one["observed_at"], one["id"]))
    if not ordered:
        raise ValueError(f"the story {story_id} has no articles")
    own = [member for member in ordered if not member["is_reprint"]] or ordered
    document: StoryDocument = {
        "id": story_id,
        "title": ordered[0]["title"],
        "titles": {one["language"]: one["title"] for one in reversed(ordered)},
        "first_seen": ordered[0]["observed_at"],
        "updated_at": ordered[-1]["observed_at"],
        "articles": len(ordered),
        "reprints": sum(member["is_reprint"] for member in ordered),
        "sources": _distinct(one["source"] for one in ordered),
        "families": _distinct(one["family"] for one in ordered),
        "corroboration": len({one["family"] for one in own}),
        "languages": _distinct(one["language"] for one in ordered),
        "topics": _most_named(own, "topics"),
        "regions": _most_named(own, "regions"),
        "places": _most_named(own, "places"),
        "persons": _most_named(own, "persons"),
        "organisations": _most_named(own, "organisations"),
        "watch": _most_named(own, "watch"),
        "indicators": _most_named(own, "indicators"),
        "figures": figure_ranges(own),
        "timeline": list(_timeline(ordered))[:MOST_LISTED],
        "members": ordered[:MOST_LISTED],
        **_severity(ordered),  # type: ignore[typeddict-item]  # two keys or none
    }
    return document


def figure_ranges(members: Sequence[Member]) -> dict[str, FigureRange]:
    """Return kind → its range over the articles. Of one article the greatest value counts: it is the total."""
    ranges: dict[str, FigureRange] = {}
    for kind in sorted({kind for member in members for kind in member.get("figures", {}) if kind != "other"}):
        values = [(max(member["figures"][kind]), member) for member in members if kind in member.get("figures", {})]
        by_value: dict[float, list[str]] = {}
        for value, member in values:
            by_value.setdefault(value, []).append(member["source"])
        said = [{"value": value, "sources": _distinct(sources)} for value, sources in sorted(by_value.items())]
        ranges[kind] = {"low": min(by_value), "high": max(by_value), "said": said}
    return ranges


def _severity(members: Sequence[Member]) -> dict[str, Any]:
    ranked = [Severity(member["severity"]) for member in members if member.get("severity")]
    if not ranked:
        return {}
    highest = max(ranked, key=lambda severity: severity.rank)
    return {"severity": highest.value, "severity_rank": highest.rank}


def _timeline(ordered: Sequence[Member]) -> Iterable[StoryEvent]:
    """Yield who reported when: the first report, those of others, reprints, and figures that rose."""
    yield _event(ordered[0], "first", "")
    for position, member in enumerate(ordered[1:], start=1):
        before = ordered[:position]
        if member["is_reprint"]:
            yield _event(member, "reprint", _of(member, ordered))
        elif raised := _raised(member, before):
            yield _event(member, "raised", raised)
        elif member["language"] not in {one["language"] for one in before}:
            yield _event(member, "twin", _of(member, ordered))
        else:
            yield _event(member, "report", _of(member, ordered))


def _raised(member: Member, before: Sequence[Member]) -> str:
    """Say which figures are greater than any said before: «killed 3 → 5»; empty for none."""
    known = figure_ranges(before)
    rises = [
        f"{kind} {known[kind]['high']:g} → {max(values):g}"
        for kind, values in sorted(member.get("figures", {}).items())
        if kind in known and max(values) > known[kind]["high"]
    ]
    return ", ".join(rises)


def _event(member: Member, what: str, detail: str) -> StoryEvent:
    return {
        "at": member["observed_at"],
        "what": what,
        "article": member["id"],
        "source": member["source"],
        "title": member["title"],
        "detail": detail,
    }


def _of(member: Member, ordered: Sequence[Member]) -> str:
    return next((f"like {one['source']}" for one in ordered if one["id"] == member["like"]), "")


def _most_named(members: Sequence[Member], field: str) -> list[str]:
    """Return the values of a field, those of most articles first."""
    counted: dict[str, int] = {}
    for member in members:
        for value in member.get(field, ()):  # type: ignore[attr-defined]  # a list of words
            counted[value] = counted.get(value, 0) + 1
    return sorted(counted, key=lambda value: (-counted[value], value))[:MOST_LISTED]


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
