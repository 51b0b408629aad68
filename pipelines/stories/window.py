"""The articles of the last days, and which of them a new one could belong with: a look-up by what is rare."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import count

from pipelines.stories.features import Features, number_weight

KEYS_OF_WORDS = 14
"""A new article is looked up by its heaviest words; a few would do, more find rewritten reports."""

COMMON = 400
"""A key that more articles of the window share says nothing; its list is not read."""

MOST_OF_PICTURE = 20
"""A picture that more articles of the window have is of no event."""

SHINGLE_KEYS = 4
"""The smallest shingles: of nearly equal texts they are mostly the same (min-wise hashing)."""


class Window:
    """Articles with the story each belongs to, found by rare words, names, numbers, places and shingles.

    What is found by a key is a set of numbers, one for each time that an article is put here: adding up weights of
    small numbers takes half of the time that it takes of ids.
    """

    def __init__(self) -> None:
        self._features: dict[str, Features] = {}
        self._stories: dict[str, str] = {}
        self._members: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._found_by: defaultdict[str, set[int]] = defaultdict(set)
        self._numbers: dict[str, int] = {}
        self._articles: dict[int, str] = {}
        self._next = count()

    def __len__(self) -> int:
        return len(self._features)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._features

    def put(self, features: Features, story: str) -> None:
        """Add an article, or replace what is known of it."""
        self.drop(features.article_id)
        self._features[features.article_id] = features
        self._stories[features.article_id] = story
        self._members[story][features.article_id] = None
        number = self._numbers[features.article_id] = next(self._next)
        self._articles[number] = features.article_id
        for key, _ in keys_of(features):
            self._found_by[key].add(number)

    def drop(self, article_id: str) -> None:
        """Forget an article, if it is here."""
        features = self._features.pop(article_id, None)
        if features is None:
            return
        story, number = self._stories.pop(article_id), self._numbers.pop(article_id)
        del self._articles[number], self._members[story][article_id]
        if not self._members[story]:
            del self._members[story]
        for key in {key for key, _ in keys_of(features)}:
            self._found_by[key].discard(number)
            if not self._found_by[key]:
                del self._found_by[key]

    def drop_before(self, at: float) -> list[str]:
        """Forget all articles published before, and return their ids."""
        old = [article_id for article_id, features in self._features.items() if features.at < at]
        for article_id in old:
            self.drop(article_id)
        return old

    def features(self, article_id: str) -> Features:
        return self._features[article_id]

    def story_of(self, article_id: str) -> str:
        """Return the story of an article; empty when it is not here."""
        return self._stories.get(article_id, "")

    def members(self, story: str) -> tuple[str, ...]:
        """Return the articles of a story that are here, in the order in which they came."""
        return tuple(self._members.get(story, ()))

    def shows_several(self, picture: str) -> bool:
        """True for an emblem or a picture from the archive: articles of more than one story have it."""
        found = self._found_by.get(f"i {picture}", ())
        return len(found) > MOST_OF_PICTURE or len({self._stories[self._articles[number]] for number in found}) > 1

    def candidates(self, new: Features, *, limit: int) -> list[Features]:
        """Return the articles that share most with a new one, by the weight of what is shared, best first."""
        shared: dict[int, float] = {}
        for key, weight in keys_of(new):
            found = self._found_by.get(key, ())
            if len(found) <= COMMON:
                rarity = weight / math.log(2 + len(found))
                for number in found:
                    shared[number] = shared.get(number, 0.0) + rarity
        shared.pop(self._numbers.get(new.article_id, -1), None)
        return [self._features[article_id] for article_id in self._heaviest(shared, limit)]

    def _heaviest(self, weights: Mapping[int, float], limit: int) -> list[str]:
        """Return the articles of most weight, at most `limit`, the heaviest first; equal ones by their ids."""
        least = min(heapq.nlargest(limit, weights.values()), default=0.0)
        among = [(-weight, self._articles[number]) for number, weight in weights.items() if weight >= least]
        return [article_id for _, article_id in sorted(among)[:limit]]


def keys_of(features: Features) -> Iterator[tuple[str, float]]:
    """Yield what an article is found by, each with its weight."""
    heaviest = heapq.nlargest(KEYS_OF_WORDS, features.words.items(), key=lambda pair: (pair[1], pair[0]))
    yield from ((f"w {word}", 1.0 + weight) for word, weight in heaviest)
    yield from ((f"n {name}", weight / 4) for name, weight in features.names.items())
    yield from ((f"# {number}", 1.5 * number_weight(number)) for number in features.numbers)
    yield from ((f"o {name}", 0.5) for name in features.organisations)
    yield from ((f"a {address}", 10.0) for address in {features.address, *features.translations} if address)
    if features.picture:
        yield f"i {features.picture}", 1.0
    yield from ((f"s {shingle}", 2.0) for shingle in heapq.nsmallest(SHINGLE_KEYS, features.shingles))
    for place in features.places:
        yield f"p {place}", 0.5
        yield from ((f"p {place} {topic}", 1.0) for topic in features.topics)
