"""Find Kazakh lemmas in plain word counts.

A stem is a *candidate* when it occurs bare and with two different chains of endings, unless it is itself a plural or a
possessive of a stem seen with as many (өнімдер, баласы). Then readings compete for each word: how much evidence the
lemma's *other* forms give, times how common the chain is, a few rounds of collapsed variational Bayes. A form is no
evidence for itself: контрабандаға and контрабандасы keep контрабанда from being read as контрабан-да.

Words known from elsewhere (written by hand, places, loans) are lemmas from the start and are never cut; closed words
(pronouns, particles) are never cut and are never a lemma. Verbs are not stemmed: a verb form stays whole.
"""

from __future__ import annotations

import functools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pipelines.language.kazakh import SIMPLIFIED, Chain, Reading, parses
from pipelines.language.letters import KAZAKH_LETTERS
from pipelines.language.normalise import fold

MIN_CHAINS = 2
"""Different chains a stem must be seen with to be a candidate."""

MIN_LETTERS = 3
"""Shorter lemmas are written by hand: қа, «ка», would be seen in қасында."""

MIN_FORMS = 2
"""Chains that must choose a candidate to make it a lemma."""

ALPHA = 0.1
"""Weight of a lemma without other evidence. At 0.3 every word becomes its own lemma."""

KNOWN_BONUS = 3.0
ROUNDS = 12
LEAST_LEMMA, LEAST_CHAIN = 0.05, 1e-6

ONLY_LOANS = (*SIMPLIFIED, "ь")
"""Ends that only loans have, and these are known from Russian: етті, «did», must not make a word етт."""

BARE: Chain = ()
SHORT_LOAN = 4
_OWNED = {"pl", "his", "our", "your"}
_NESTED_SHARE = {"pl": 0.2, "his": 1.0, "our": 1.0, "your": 1.0, "my": 1.0, "at": 0.3, "own": 0.3, "more": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much evidence there is for each lemma and each chain."""

    lemmas: Mapping[str, float]
    chains: Mapping[Chain, float]

    def rank(self, reading: Reading) -> float:
        """Return how good a reading is, compared with others of the same word."""
        lemma, chain = reading
        return self.weight_of(lemma) * self.chance_of(chain)

    def weight_of(self, lemma: str) -> float:
        return max(self.lemmas.get(lemma, 0.0), LEAST_LEMMA)

    def chance_of(self, chain: Chain) -> float:
        return self.chains.get(chain, LEAST_CHAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Induced:
    """Lemmas with the number of chains that chose them, and the weights that rank readings."""

    lemmas: Mapping[str, int]
    weights: Weights


def count_words(lines: Iterable[str]) -> dict[str, int]:
    """Add up lines of «word» or «word TAB count»; words are folded, and hyphenated ones left out."""
    counts: Counter[str] = Counter()
    for line in lines:
        word, _, count = fold(line.strip()).partition("\t")
        if len(word) > 1 and word.isalpha():
            counts[word] += int(count or 1)
    return dict(counts)


def loans(counts: Mapping[str, int], *, is_noun: Callable[[str], bool]) -> set[str]:
    """Return the Russian nouns that occur bare or as a stem; short ones only with a letter that Kazakh words lack.

    is_noun: True for a Russian noun in the nominative singular.
    """
    stems = {stem for word in counts for stem in (word, *(lemma for lemma, _ in parses(word))) if _may_be_loan(stem)}
    found = {stem for stem in stems if is_noun(stem)}
    return {stem for stem in found if not any(lemma in found and _is_owned(chain) for lemma, chain in parses(stem))}


def _may_be_loan(stem: str) -> bool:
    if set(stem) & set(KAZAKH_LETTERS):
        return False
    return len(stem) > SHORT_LOAN or (len(stem) == SHORT_LOAN and bool(set(stem) & set("фвцщчэъё")))


def _is_owned(chain: Chain) -> bool:
    return not _OWNED.isdisjoint(chain)


def induce(counts: Mapping[str, int], *, known: AbstractSet[str], closed: AbstractSet[str]) -> Induced:
    """Find the lemmas of a vocabulary (folded word → count), in addition to the known ones."""
    words = [word for word in counts if word not in closed]
    evidence = _Evidence(words, counts=counts, known=known, closed=closed)
    readings = {word: [(word, BARE), *filter(evidence.admits, parses(word))] for word in words}
    weights, best = _estimate(readings, evidence, counts=counts)
    chosen: dict[str, set[Chain]] = defaultdict(set)
    for lemma, chain in best.values():
        chosen[lemma].add(chain)
    lemmas = {lemma: len(chains) for lemma, chains in chosen.items() if len(chains) >= MIN_FORMS}
    lemmas |= {lemma: len(chosen.get(lemma, ())) for lemma in known}
    return Induced(lemmas=lemmas, weights=weights)


class _Evidence:
    """What a vocabulary says about possible lemmas."""

    def __init__(
        self, words: Iterable[str], *, counts: Mapping[str, int], known: AbstractSet[str], closed: AbstractSet[str]
    ) -> None:
        self.counts, self.known, self.closed = counts, known, closed
        self.chains: dict[str, set[Chain]] = defaultdict(set)
        for lemma, chain in (reading for word in words for reading in parses(word)):
            self.chains[lemma].add(chain)
        self.is_candidate = functools.cache(self._is_candidate)

    def admits(self, reading: Reading) -> bool:
        return self.is_candidate(reading[0])

    def _is_candidate(self, lemma: str) -> bool:
        if lemma in self.known:
            return lemma not in self.closed
        if len(lemma) < MIN_LETTERS or lemma.endswith(ONLY_LOANS):
            return False
        seen = lemma in self.counts and len(self._chains_of(lemma)) >= MIN_CHAINS
        return seen and lemma not in self.closed and not self._is_nested(lemma)

    def _is_nested(self, lemma: str) -> bool:
        """True if it is a plural, a possessive or a -дағы form of a stem with at least that share of chains."""
        for root, chain in parses(lemma):
            share = _nested_share(chain)
            if share is None or root in self.closed or not self._is_plausible(root):
                continue
            if root in self.known or len(self._chains_of(root)) >= share * len(self._chains_of(lemma)):
                return True
        return False

    def _is_plausible(self, root: str) -> bool:
        return root in self.counts or root in self.known or len(self._chains_of(root)) >= 2 * MIN_CHAINS

    def _chains_of(self, lemma: str) -> AbstractSet[Chain]:
        return self.chains.get(lemma, frozenset())


def _nested_share(chain: Chain) -> float | None:
    """Return the share of chains the root needs; None for chains that make no word that could be a lemma."""
    if chain[0] in {"at", "own", "more"} and len(chain) > 1:
        return None
    owned = next((mark for mark in chain if mark in {"his", "our", "your", "my"}), None)
    return _NESTED_SHARE.get(chain[0] if chain[0] == "pl" else owned or chain[0])


def _estimate(
    readings: Mapping[str, list[Reading]], evidence: _Evidence, *, counts: Mapping[str, int]
) -> tuple[Weights, dict[str, Reading]]:
    """Let the readings of each word compete; return the weights and the best reading of each word."""
    mass = {word: 1 + math.log(counts[word]) for word in readings}
    shares = {word: _first_shares(word, found, evidence, mass=mass[word]) for word, found in readings.items()}
    weights = _weigh(readings, shares)
    for _ in range(ROUNDS - 1):
        for word, found in readings.items():
            if len(found) > 1:
                shares[word] = _next_shares(found, shares[word], weights, known=evidence.known, mass=mass[word])
        weights = _weigh(readings, shares)
    best = {word: max(zip(shares[word], found, strict=True))[1] for word, found in readings.items()}
    return weights, best


def _first_shares(word: str, readings: list[Reading], evidence: _Evidence, *, mass: float) -> list[float]:
    lone = len(readings) == 1
    start = [
        (1.0 if lone or lemma != word else 0.3) * (1 + len(evidence.chains.get(lemma, ()))) for lemma, _ in readings
    ]
    return [share / sum(start) * mass for share in start]


def _next_shares(
    readings: list[Reading], shares: list[float], weights: Weights, *, known: AbstractSet[str], mass: float
) -> list[float]:
    new = [
        (max(weights.lemmas[lemma] - share, 0.0) + ALPHA + KNOWN_BONUS * (lemma in known)) * weights.chains[chain]
        for (lemma, chain), share in zip(readings, shares, strict=True)
    ]
    return [share / sum(new) * mass for share in new]


def _weigh(readings: Mapping[str, list[Reading]], shares: Mapping[str, list[float]]) -> Weights:
    lemmas: Counter[str] = Counter()
    chains: Counter[Chain] = Counter()
    for word, found in readings.items():
        for (lemma, chain), share in zip(found, shares[word], strict=True):
            lemmas[lemma] += share  # type: ignore[assignment]
            chains[chain] += share  # type: ignore[assignment]
    total = sum(chains.values()) + 10
    return Weights(lemmas=lemmas, chains={chain: (share + 0.01) / total for chain, share in chains.items()})
