"""Do two articles report one event? A small logistic rule, and the terms of its sum as reasons."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipelines.stories.features import Features, number_weight
from pipelines.stories.rule import MatchRule, StoryRules

AGAINST = {
    "numbers_differ": "but other numbers in the titles",
    "places_differ": "but other places",
    "reaction_differs": "but one is what somebody says of it",
}
FOR = {
    "translation": "one page names the other as its translation",
    "picture": "same picture",
}
EACH_OTHER = "each page names the other as its translation"
HOUR_S = 3600.0
MOST_NAMED = 5
WEIGHTY = 0.45
"""The weight from which a number of a text is no accident: it has two digits or more."""

MANY_RARE = 5
"""The number of shared rare words that reaches two thirds of this term."""

ARTICLES_KNOWN = 8192
"""Sets of numbers whose weights are remembered: an article is compared with some eighty others."""

ROUNDING = 0.01
"""What terms may be above 1 together, for weights of words are rounded."""

SMALL = 2
"""Counts up to this are found in most articles: they neither join nor part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`score`: how likely it is one event, 0 to 1. `likeness`: the share of shingles that both texts have.

    is_translation: each of the two pages names the other as itself in another language.
    """

    article_id: str
    score: float = 0.0
    likeness: float = 0.0
    is_reprint: bool = False
    is_translation: bool = False
    reasons: tuple[str, ...] = ()


def compare(new: Features, old: Features, *, rules: StoryRules, explain: bool = False, least: float = 0.0) -> Match:
    """Compare two articles. Texts that are nearly the same need no rule; articles too far apart are never one event.

    explain: give the reasons, which are a tenth of the cost. least: a score below it is given as 0, and found without
    most of the work.
    """
    if abs(new.at - old.at) > rules.window_hours * HOUR_S and new.at and old.at:
        return Match(article_id=old.article_id)
    if is_translation(new, old):
        return Match(article_id=old.article_id, score=1.0, is_translation=True, reasons=(EACH_OTHER,))
    if is_reprint(new, old, rules=rules):
        likeness = jaccard(new.shingles, old.shingles)
        said = f"the same text ({likeness:.0%} of its runs of four words)"
        return Match(article_id=old.article_id, score=1.0, likeness=likeness, is_reprint=True, reasons=(said,))
    rule = rules.same_language if new.language == old.language else rules.twins
    score = probability(new, old, rule, least=least)
    if score < least:
        return Match(article_id=old.article_id)
    reasons = tuple(reasons_of(new, old)) if explain else ()
    return Match(article_id=old.article_id, score=score, likeness=jaccard(new.shingles, old.shingles), reasons=reasons)


def is_translation(new: Features, old: Features) -> bool:
    """Whether each of two pages names the other as itself in another language: only their site can say so."""
    return new.language != old.language and old.address in new.translations and new.address in old.translations


def is_reprint(new: Features, old: Features, *, rules: StoryRules) -> bool:
    """Whether one text was made of the other. A statistic with other numbers in the same sentences was not."""
    if new.same_text and new.same_text == old.same_text and new.numbers == old.numbers:
        return True
    if _share(new.numbers, old.numbers) < rules.reprint_numbers:
        return False
    return jaccard(new.shingles, old.shingles) >= rules.reprint_from


def probability(new: Features, old: Features, rule: MatchRule, *, least: float = 0.0) -> float:
    """Return how likely two articles are one event by a rule: 1 / (1 + e^-sum) of its weighted terms.

    least: return 0 as soon as the terms that are left cannot lift the score to it. The cheap terms come first.
    """
    missing = _log_odds(least) - rule.constant - ROUNDING
    parts = []
    for name, weight, best_left in rule.steps:
        part = weight * TERMS[name](new, old)
        parts.append(part)
        missing -= part
        if best_left < missing:
            return 0.0
    total = rule.constant + math.fsum(parts)
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


@lru_cache(8)
def _log_odds(score: float) -> float:
    return math.log(score / (1 - score)) if 0 < score < 1 else math.inf * (score - 0.5)


def reasons_of(new: Features, old: Features) -> Iterable[str]:
    """Say in a few words what two articles share, and in what they differ."""
    if shared := _rarest(new.words, old.words):
        yield f"same words: {', '.join(shared)}"
    if names := _rarest(new.names, old.names):
        yield f"same names: {', '.join(name.title() for name in names)}"
    if numbers := sorted(new.numbers & old.numbers, key=lambda number: (-number_weight(number), number))[:MOST_NAMED]:
        yield f"same numbers: {', '.join(numbers)}"
    for kind in sorted(new.figures.keys() & old.figures.keys()):
        if both := sorted(new.figures[kind] & old.figures[kind]):
            yield f"same {kind}: {', '.join(f'{value:.10g}' for value in both[:MOST_NAMED])}"
    if places := sorted(new.places & old.places):
        yield f"same place: {', '.join(places[:MOST_NAMED])}"
    if organisations := sorted(new.organisations & old.organisations):
        yield f"same organisation: {', '.join(organisations[:MOST_NAMED])}"
    yield from (said for name, said in FOR.items() if TERMS[name](new, old))
    yield from (said for name, said in AGAINST.items() if TERMS[name](new, old))


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of shingles that both have, of all that either has."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the product of two vectors of length one."""
    return math.fsum([weight * other[word] for word, weight in one.items() if word in other])


def _overlap(one: Mapping[str, float], other: Mapping[str, float], *, enough: float) -> float:
    """Return which share of the lesser one is shared; little that is shared counts for less (`enough`: two thirds)."""
    shared = math.fsum([min(weight, other[name]) for name, weight in one.items() if name in other])
    least = min(math.fsum(one.values()), math.fsum(other.values())) if shared else 0.0
    return shared / least * (1 - math.exp(-shared / enough)) if least else 0.0


def _told_by(one: Features, other: Features) -> float:
    """Return which share of the title of one is in the title and lead of the other, rare words more."""
    shared = [weight for word, weight in one.title.items() if word in other.lead]
    return math.fsum(shared) / math.fsum(one.title.values()) if shared else 0.0


@lru_cache(ARTICLES_KNOWN)
def _weighed(numbers: frozenset[str]) -> Mapping[str, float]:
    return {number: number_weight(number) for number in numbers}


@lru_cache(ARTICLES_KNOWN)
def _weighty(numbers: frozenset[str]) -> frozenset[str]:
    return frozenset(number for number in numbers if number_weight(number) >= WEIGHTY)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the shared part of the lesser set; 1 when either is empty: nothing is said against it."""
    return len(one & other) / min(len(one), len(other)) if one and other else 1.0


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and not one & other


def _shares_no_number(one: frozenset[str], other: frozenset[str]) -> bool:
    """True if both name two weighty numbers and none in common: two months of one statistic, two fires in one city."""
    first, second = _weighty(one), _weighty(other)
    return min(len(first), len(second)) > 1 and not first & second


def _agreement(one: Mapping[str, frozenset[float]], other: Mapping[str, frozenset[float]]) -> float:
    """Return 0, 0.5 or 1: none, one, or more kinds of figures with an equal value above SMALL."""
    equal = sum(any(value > SMALL for value in one[kind] & other[kind]) for kind in one.keys() & other.keys())
    return min(equal, 2) / 2


def _disagreement(one: Mapping[str, frozenset[float]], other: Mapping[str, frozenset[float]]) -> float:
    """Return 0, 0.5 or 1: none, one, or more kinds of figures without an equal value."""
    unequal = sum(not one[kind] & other[kind] for kind in one.keys() & other.keys() if kind != "other")
    return min(unequal, 2) / 2


def _rarest(one: Mapping[str, float], other: Mapping[str, float]) -> list[str]:
    shared = one.keys() & other.keys()
    return sorted(shared, key=lambda word: (-one[word] * other[word], word))[:MOST_NAMED]


TERMS: Mapping[str, Callable[[Features, Features], float]] = {
    "lead": lambda new, old: cosine(new.lead, old.lead),
    "titles": lambda new, old: (_told_by(new, old) + _told_by(old, new)) / 2,
    "rare": lambda new, old: 1 - math.exp(-len(new.rare & old.rare) / MANY_RARE),
    "names": lambda new, old: _overlap(new.names, old.names, enough=10.0),
    "numbers": lambda new, old: _overlap(_weighed(new.numbers), _weighed(old.numbers), enough=1.0),
    "figures": lambda new, old: _agreement(new.figures, old.figures),
    "places": lambda new, old: _share(new.places, old.places),
    "organisations": lambda new, old: _share(new.organisations, old.organisations) if new.organisations else 0.0,
    "translation": lambda new, old: old.address in new.translations or new.address in old.translations,
    "picture": lambda new, old: bool(new.picture) and new.picture == old.picture,
    "same_site": lambda new, old: bool(new.site) and new.site == old.site,
    "numbers_differ": lambda new, old: _differ(new.title_numbers, old.title_numbers),
    "no_number_shared": lambda new, old: _shares_no_number(new.numbers, old.numbers),
    "figures_differ": lambda new, old: _disagreement(new.figures, old.figures),
    "places_differ": lambda new, old: _differ(new.places, old.places),
    "reaction_differs": lambda new, old: new.is_reaction != old.is_reaction,
}
"""What is compared; a rule asks only for what it weighs. All but the last six speak for one event, from 0 to 1."""
