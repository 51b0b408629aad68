"""Rules proposed from sample documents: words and pairs of words that they hold more often than other texts do.

The measure is Dunning's log-likelihood ratio (Accurate Methods for the Statistics of Surprise and Coincidence, 1993):
it stays honest for rare words. Words are counted by key, so all forms of a word count as one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log

from pipelines.tagging.tagger import Tagger
from pipelines.tagging.text import Text

LEAST_COUNT = 2
"""A word told once says nothing."""

LEAST_SURPRISE = 6.63
"""The log-likelihood ratio of one chance in a hundred."""

SHORTEST_WORD = 3
MOST_TERMS = 40
CONTEXT_WORDS = 4

KeyOf = Callable[[str], str]
"""Folded word → key (its lemma), empty for words without meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A word or pair: how often in the samples, how surprising, one place where it stands, topics it stands beside."""

    term: str
    count: int
    surprise: float
    context: str
    topics: tuple[str, ...]


def count_keys(texts: Iterable[str], *, key_of: KeyOf) -> Counter[str]:
    """Count keys and pairs of neighbouring keys; the background of `suggest`."""
    counts: Counter[str] = Counter()
    for source in texts:
        keys = _keys(Text(source), key_of)
        counts.update(filter(None, keys))
        counts.update(f"{one} {other}" for one, other in pairwise(keys) if one and other)
    return counts


def suggest(
    samples: Iterable[str], background: Mapping[str, int], *, key_of: KeyOf, tagger: Tagger, language: str = ""
) -> tuple[Suggestion, ...]:
    """Return what is over-represented in the samples, most surprising first.

    `topics` are those that existing rules give to the samples a term stands in: how a new term would be grouped.
    """
    texts = list(samples)
    counts = count_keys(texts, key_of=key_of)
    sizes = (max(1, sum(counts.values())), max(1, sum(background.values())))
    surprises = {
        term: _log_likelihood(count, background.get(term, 0), *sizes)
        for term, count in counts.items()
        if count >= LEAST_COUNT and count / sizes[0] > background.get(term, 0) / sizes[1]
    }
    best = sorted(
        (term for term in surprises if surprises[term] >= LEAST_SURPRISE), key=lambda term: (-surprises[term], term)
    )
    seen = _occurrences(texts, set(best[:MOST_TERMS]), key_of=key_of, tagger=tagger, language=language)
    return tuple(
        Suggestion(
            term=term,
            count=counts[term],
            surprise=round(surprises[term], 1),
            context=seen[term][0][0],
            topics=tuple(sorted({topic for _, topics in seen[term] for topic in topics})),
        )
        for term in best[:MOST_TERMS]
    )


def _log_likelihood(count: int, others: int, size: int, other_size: int) -> float:
    """Dunning's G2 of one term in two collections."""
    share = (count + others) / (size + other_size)
    ratio = count * log(count / (size * share))
    if others:
        ratio += others * log(others / (other_size * share))
    return 2 * ratio


def _keys(text: Text, key_of: KeyOf) -> list[str]:
    return [key_of(word) if len(word) >= SHORTEST_WORD and not word.isdigit() else "" for word in text.words]


def _occurrences(
    texts: Iterable[str], terms: set[str], *, key_of: KeyOf, tagger: Tagger, language: str
) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return for each term the contexts it stands in, each with the topics of its document."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for source in texts:
        text = Text(source)
        topics = tagger.tag("", source, language=language).topics
        keys = _keys(text, key_of)
        for place, (one, other) in enumerate(zip(keys, [*keys[1:], ""], strict=True)):
            for term in {one, f"{one} {other}"} & terms:
                found[term].append((_context(text, place), topics))
    return found


def _context(text: Text, place: int) -> str:
    first, last = max(0, place - CONTEXT_WORDS), min(len(text) - 1, place + CONTEXT_WORDS + 1)
    return " ".join(text.between(first, last).split())


def draft_rule(topic: str, suggestions: Iterable[Suggestion], *, language: str) -> str:
    """Write a rule file for a person to edit: every term with its count and one context; weights are a guess."""
    lines = [
        f"topic: {topic}",
        f"labels: {{en: {topic}, kk: {topic}, ru: {topic}}}",
        "terms:",
        f"  {language}:",
        "    2:",
    ]
    lines += [f"      - {each.term}  # ×{each.count}, {each.surprise}; {_safe(each)}" for each in suggestions]
    return "\n".join([*lines, "examples:", f"  {language}:", "    yes: []", "    no: []", ""])


def _safe(suggestion: Suggestion) -> str:
    beside = f" [{', '.join(suggestion.topics)}]" if suggestion.topics else ""
    return f"… {suggestion.context} …{beside}"
