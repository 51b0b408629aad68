"""What is known of Kazakh words when one is read from Latin letters: whether it exists, and how common it is."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Collection, Iterator

from pipelines.language.classes import InflectionClasses, WordClass, beginning, word_class
from pipelines.language.kazakh import inflect_verb, inflections, parses
from pipelines.language.lexicon import Lexicon
from pipelines.language.normalise import fold

UNKNOWN = 8.0
"""Cost of a word that the lexicon does not have, in the unit of the letters' costs (natural logarithms)."""

VERB = 1.5
"""Cost of a form of a known verb; how common it is is not known."""

RARITY = 0.25
"""What the logarithm of a noun's weight counts."""

COMMON_NOUNS = 600
LEAST_CHANCE = 1e-3
FORMS_COUNT = 20.0
EACH_VERB = 12
EACH_FORM = 3
VERB_WEIGHT = CLOSED_WEIGHT = 30.0
"""Which forms letters are counted in, and how much they weigh next to the lemmas."""


class KnownWords:
    """The lexicon, asked by form."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._verbs = VerbForms(lexicon.verbs)

    def cost(self, word: str) -> float:
        """Return how unlikely a word is, whatever its letters are: UNKNOWN when no form of the lexicon is so."""
        form, known = fold(word), self._lexicon
        if form in known.closed:
            return 0.0
        readings = [reading for reading in parses(form) if reading[0] in known.lemmas]
        if form in known.lemmas:
            readings.append((form, ()))
        if readings:
            return -RARITY * math.log(max(map(known.weights.rank, readings)))
        return VERB if form in self._verbs else UNKNOWN


class VerbForms:
    """The forms of verbs, found by their endings. Verbs of a class share them; each is worked out when needed."""

    def __init__(self, stems: Collection[str]) -> None:
        self._stems: dict[WordClass, str] = {}
        self._classes: dict[str, set[WordClass]] = defaultdict(set)
        for stem in stems:
            key = word_class(stem)
            self._stems.setdefault(key, stem)
            self._classes[beginning(stem)].add(key)
        self._endings = functools.cache(self._endings_of)

    def __contains__(self, form: str) -> bool:
        return any(
            form[cut:] in self._endings(key) for cut in range(len(form)) for key in self._classes.get(form[:cut], ())
        )

    def _endings_of(self, key: WordClass) -> frozenset[str]:
        stem = self._stems[key]
        return frozenset(form[len(beginning(stem)) :] for form in inflect_verb(stem, voices="common"))


def counted_words(lexicon: Lexicon) -> Iterator[tuple[str, float]]:
    """Yield words to count letters in, with their weights: all of the lexicon, and common forms of some."""
    weights = lexicon.weights
    yield from ((word, 1 + weights.lemmas.get(word, 0.0)) for word in sorted(lexicon.lemmas))
    yield from ((word, CLOSED_WEIGHT) for word in sorted(lexicon.closed))
    nouns = InflectionClasses(lambda word: ((form, weights.chance_of(chain)) for form, chain in inflections(word)))
    for lemma in sorted(lexicon.lemmas, key=lambda word: (-weights.lemmas.get(word, 0.0), word))[:COMMON_NOUNS]:
        found, weight = nouns.of(lemma), FORMS_COUNT * (1 + weights.lemmas.get(lemma, 0.0))
        forms = zip(found.forms_of(lemma), found.chances, strict=True)
        yield from ((form, weight * chance) for form, chance in forms if chance > LEAST_CHANCE)
    verbs = InflectionClasses(_verb_forms)
    for stem in sorted(lexicon.verbs)[::EACH_VERB]:
        chosen = verbs.of(stem).forms_of(stem)[::EACH_FORM]
        yield from ((form, VERB_WEIGHT / len(chosen)) for form in chosen)


def _verb_forms(stem: str) -> Iterator[tuple[str, float]]:
    return ((form, 1.0) for form in inflect_verb(stem, voices="common"))
