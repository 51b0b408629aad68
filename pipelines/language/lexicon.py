"""The Kazakh lexicon: which lemmas there are, and which of them a form belongs to."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.language.induction import Weights
from pipelines.language.kazakh import inflect_verb, inflections, parses, verbal_noun

CORE_FILE, LEMMAS_FILE, CHAINS_FILE = "core.tsv", "lemmas.tsv", "chains.tsv"
KAZAKH_ONLY_FILE, RUSSIAN_FILE = "kazakh_only.txt", "russian.tsv"
FILES = (CORE_FILE, LEMMAS_FILE, CHAINS_FILE, KAZAKH_ONLY_FILE, RUSSIAN_FILE)

CLASSES = frozenset({"noun", "adj", "verb", "adv", "num", "closed", "both"})
SOURCES = frozenset({"core", "rule", "place", "name", "loan", "induced"})
BOTH = "both"
"""A word of its own that is a form of another lemma as well. It stays whole, and the bare lemma is its form: so «2020
жылы» is found by жыл, while жылы, «warm», does not find every year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The words written by hand. `closed` words are never cut and are nobody's lemma; for `both` see BOTH.

    verbs: stems; their -у nouns are lemmas.
    """

    lemmas: frozenset[str]
    verbs: frozenset[str]
    closed: frozenset[str]
    both: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What is known of Kazakh words.

    verbs: stems, the keys of verb forms.
    closed: words that may look inflected but are nobody's form.
    also: lemma → a word of BOTH that is its form.
    kazakh_only: forms of Kazakh news that Russian spells too but hardly uses: their Russian reading is a ghost.
    russian: (form, lemma) of Russian words that the Russian half would not know.
    """

    lemmas: frozenset[str]
    verbs: frozenset[str]
    closed: frozenset[str]
    also: Mapping[str, str]
    weights: Weights
    kazakh_only: frozenset[str]
    russian: frozenset[tuple[str, str]]

    def lemmas_of(self, word: str) -> set[str]:
        """Return the nominal lemma of a folded word and the homograph of that; nothing for an unknown word."""
        if self._is_whole(word):
            return {word, self.also.get(word, word)}
        readings = [reading for reading in parses(word) if reading[0] in self.lemmas]
        return {max(readings, key=self.weights.rank)[0]} if readings else set()

    def forms(self) -> Iterator[tuple[str, set[str]]]:
        """Yield every word with its forms; each form goes to the best of the lemmas it could have, else to verbs."""
        words_by_letter = itertools.groupby(sorted(self.lemmas | self.verbs | self.closed), key=lambda word: word[0])
        for _, words in words_by_letter:
            yield from self._share_out(list(words)).items()

    def _share_out(self, words: Iterable[str]) -> dict[str, set[str]]:
        """Share out the forms among words of one first letter: no form begins with another letter than its lemma."""
        best: dict[str, tuple[float, str]] = {}
        owned: dict[str, set[str]] = {word: set() for word in words}
        for lemma in filter(self.lemmas.__contains__, words):
            if homograph := self.also.get(lemma):
                owned[homograph].add(lemma)
            for form, chain in inflections(lemma):
                if chain and not self._is_whole(form):
                    best[form] = max(best.get(form, (0.0, "")), (self.weights.rank((lemma, chain)), lemma))
        for form, (_, lemma) in best.items():
            owned[lemma].add(form)
        for stem in filter(self.verbs.__contains__, words):
            forms = inflect_verb(stem, voices="common")
            owned[stem].update(form for form in forms if form not in best and not self._is_whole(form))
        return owned

    def _is_whole(self, word: str) -> bool:
        return word in self.lemmas or word in self.closed


def parse_core(text: str, *, file: str = CORE_FILE) -> Core:
    """Read «word TAB class» lines; a verb stem gives its -у noun. Hyphenated words are left to the tokenizer."""
    by_class: dict[str, set[str]] = defaultdict(set)
    for line, (word, kind) in _rows(text, file=file, columns=2):
        if kind not in CLASSES:
            raise ConfigError(file, f"{kind!r} is no class of words", line=line, key=word)
        if "-" not in word:
            by_class[kind].add(word)
    nouns = by_class["noun"] | by_class["adj"] | {verbal_noun(stem) for stem in by_class["verb"]}
    closed, both = frozenset(by_class["closed"]), frozenset(by_class[BOTH])
    verbs = frozenset(by_class["verb"]) - closed
    return Core(lemmas=frozenset(nouns | both) - closed, verbs=verbs, closed=closed, both=both)


def parse_lexicon(texts: Mapping[str, str]) -> Lexicon:
    """Put the files of config/lexicon together. Raises ConfigError with file and line."""
    core = parse_core(texts[CORE_FILE])
    sources: dict[str, str] = {}
    weights: dict[str, float] = {}
    for line, (word, source, weight) in _rows(texts[LEMMAS_FILE], file=LEMMAS_FILE, columns=3):
        if source not in SOURCES:
            raise ConfigError(LEMMAS_FILE, f"{source!r} is no source of words", line=line, key=word)
        sources[word] = source
        weights[word] = _number(weight, file=LEMMAS_FILE, line=line)
    chains = {
        tuple(filter(None, chain.split("+"))): _number(weight, file=CHAINS_FILE, line=line)
        for line, (chain, weight) in _rows(texts[CHAINS_FILE], file=CHAINS_FILE, columns=2)
    }
    lemmas = (core.lemmas | sources.keys()) - core.closed
    weighted = Weights(lemmas=weights, chains=chains)
    return Lexicon(
        lemmas=lemmas,
        verbs=core.verbs,
        closed=core.closed,
        also=dict(filter(None, (_homograph(word, lemmas, weighted) for word in sorted(core.both)))),
        weights=weighted,
        kazakh_only=frozenset(texts[KAZAKH_ONLY_FILE].split()),
        russian=frozenset(
            (form, lemma) for _, (form, lemma) in _rows(texts[RUSSIAN_FILE], file=RUSSIAN_FILE, columns=2)
        ),
    )


def _homograph(word: str, lemmas: AbstractSet[str], weights: Weights) -> tuple[str, str] | None:
    """Return the lemma that a word of BOTH is a form of, and the word."""
    readings = [reading for reading in parses(word) if reading[0] in lemmas]
    return (max(readings, key=weights.rank)[0], word) if readings else None


def render_lemmas(sources: Mapping[str, str], weights: Weights) -> str:
    """Write LEMMAS_FILE: word, source, weight."""
    return "".join(f"{word}\t{sources[word]}\t{weights.lemmas.get(word, 0):.1f}\n" for word in sorted(sources))


def render_chains(weights: Weights) -> str:
    """Write CHAINS_FILE: marks joined by +, weight; the most common first."""
    ranked = sorted(weights.chains.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f"{'+'.join(chain)}\t{weight:.2e}\n" for chain, weight in ranked)


def _rows(text: str, *, file: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != columns:
            raise ConfigError(file, f"{columns} columns are expected, with tabs between them", line=number)
        yield number, cells


def _number(cell: str, *, file: str, line: int) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise ConfigError(file, f"{cell!r} is no number", line=line) from error
