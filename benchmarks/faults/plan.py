"""What the sites of a proof publish, and when: the same for the same seed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from random import Random

from seeds.newsroom import load_stories

MARK = re.compile(r"Сводка №(\d+), редакция (\d+)\.")
"""In the text of every article: which one it is, and which version of it."""

FLOOD_OF = 40
ARTICLES_A_FLOOD = 300
WARM_UP_S = 8.0
"""Each site has published something by then, or by a quarter of a short span: its robots.txt is known before it fails.
"""


class Fate(StrEnum):
    """What a reader finds behind an entry's link."""

    PAGE = "page"
    TEXT_IN_FEED = "text_in_feed"
    MOVED = "moved"  # the link redirects to the page
    TWIN = "twin"  # two links in the feed; the second page names the first as canonical
    LATE = "late"  # 404 for some seconds
    GONE = "gone"  # 404 for good: the feed's text has to do
    IN_TWO_FEEDS = "in_two_feeds"
    UNSAFE = "unsafe"  # a private address: no page may be asked for there


SHARES = {
    Fate.PAGE: 56,
    Fate.TEXT_IN_FEED: 6,
    Fate.MOVED: 9,
    Fate.TWIN: 8,
    Fate.LATE: 8,
    Fate.GONE: 5,
    Fate.IN_TWO_FEEDS: 6,
    Fate.UNSAFE: 2,
}
REVISED_SHARE = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a newsroom is. `span_s`: over how many seconds it publishes."""

    articles: int = 1_000
    feeds: int = 40
    sites: int = 12
    span_s: float = 330.0
    revised_share: float = REVISED_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One article: where and when it comes out, when it is revised, and when its page answers. Seconds of the plan."""

    number: int
    site: int
    feeds: tuple[int, ...]
    fate: Fate
    at_s: float
    revised_at_s: tuple[float, ...] = ()
    page_at_s: float = 0.0

    def version(self, now_s: float) -> int:
        """Return the version that is out: 0 before it is published, 1 at first."""
        return (now_s >= self.at_s) + sum(now_s >= at_s for at_s in self.revised_at_s)

    @property
    def versions(self) -> int:
        return 1 + len(self.revised_at_s)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that feeds list; two for a twin."""
        own = f"/news/{self.number}"
        return (own, f"/amp/{self.number}") if self.fate is Fate.TWIN else (own,)


def plan(seed: int, shape: Shape) -> tuple[Planned, ...]:
    """Decide all articles, in the order in which they come out."""
    random = Random(seed)
    moments = sorted(_moments(random, shape))
    floods = dict(_floods(random, shape, moments))
    return tuple(_planned(random, shape, number, at_s, floods.get(number)) for number, at_s in enumerate(moments))


def _moments(random: Random, shape: Shape) -> Iterator[float]:
    """Yield when something comes out: a first article of each site, then the rest over the span."""
    first, warm_s = min(shape.sites, shape.articles), min(WARM_UP_S, shape.span_s / 4)
    yield from (warm_s * number / first / 2 for number in range(first))
    for _ in range(shape.articles - first):
        yield random.uniform(warm_s, shape.span_s)


def _floods(random: Random, shape: Shape, moments: list[float]) -> Iterator[tuple[int, tuple[int, float]]]:
    """Yield article → (feed, moment) for those that come out all at once."""
    for _ in range(shape.articles // ARTICLES_A_FLOOD):
        start = random.randrange(shape.sites, max(shape.articles - FLOOD_OF, shape.sites + 1))
        feed = random.randrange(shape.feeds)
        yield from ((number, (feed, moments[start])) for number in range(start, min(start + FLOOD_OF, len(moments))))


def _planned(random: Random, shape: Shape, number: int, at_s: float, flood: tuple[int, float] | None) -> Planned:
    feed = number if number < shape.sites else random.randrange(shape.feeds)
    feed, at_s = flood or (feed % shape.feeds, at_s)
    fate = Fate.PAGE if number < shape.sites else random.choices([*SHARES], weights=[*SHARES.values()])[0]
    one = Planned(number=number, site=feed % shape.sites, feeds=(feed,), fate=fate, at_s=round(at_s, 2))
    if fate is Fate.IN_TWO_FEEDS:
        other = feed + shape.sites if feed + shape.sites < shape.feeds else one.site  # another feed of the same site
        one = replace(one, feeds=tuple(dict.fromkeys((feed, other))))
    if fate is Fate.LATE:
        one = replace(one, page_at_s=one.at_s + random.uniform(2, 9))
    if fate is not Fate.UNSAFE and random.random() < shape.revised_share:
        one = replace(one, revised_at_s=tuple(_revisions(random, one.at_s, longest_s=min(45.0, shape.span_s / 3))))
    return one


def _revisions(random: Random, at_s: float, *, longest_s: float) -> Iterator[float]:
    for _ in range(random.choice((1, 1, 2))):
        at_s += random.uniform(2, longest_s)
        yield round(at_s, 2)


# ---------------------------------------------------------------- texts


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one version of an article."""

    title: str
    lead: str
    paragraphs: tuple[str, ...]


def words_of(number: int, version: int) -> Words:
    """Write a version: sentences of the newsroom's news, mixed so that no two articles are alike."""
    random = Random(number)
    sentences, vocabulary = _sentences()
    title = " ".join(random.sample(vocabulary, 6)).capitalize()
    lead = f"{title}. Сводка №{number}, редакция {version}."
    body = tuple(" ".join(random.sample(sentences, 4)) for _ in range(3))
    return Words(title, lead, (*body, f"Дополнение {version}: {random.choice(sentences)}"))


@cache
def _sentences() -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = [paragraph for story in load_stories() for paragraph in story.versions[-1].paragraphs]
    sentences = sorted({sentence.strip() for text in texts for sentence in re.split(r"(?<=[.!?]) ", text)})
    words = sorted({word.lower() for text in texts for word in re.findall(r"[^\W\d_]{5,}", text)})
    return tuple(sentences), tuple(words)
