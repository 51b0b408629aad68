"""The Kazakh lexicon: which lemmas there are, and which of them a form belongs to."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.language.induction import Weights
from pipelines.language.kazakh import inflections, parses, verbal_noun

CORE_FILE, LEMMAS_FILE, CHAINS_FILE, KAZAKH_ONLY_FILE = "core.tsv", "lemmas.tsv", "chains.tsv", "kazakh_only.txt"
FILES = (CORE_FILE, LEMMAS_FILE, CHAINS_FILE, KAZAKH_ONLY_FILE)

CLASSES = frozenset({"noun", "adj", "verb", "adv", "num", "closed"})
SOURCES = frozenset({"core", "place", "loan", "induced", "whole"})
WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The words written by hand. `closed` words are never cut and are nobody's lemma."""

    lemmas: frozenset[str]
    closed: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What is known of Kazakh words.

    whole: words that look inflected but are nobody's form; kazakh_only: forms of Kazakh news that Russian spells too
    but hardly uses, so that their Russian reading would be a ghost.
    """

    lemmas: frozenset[str]
    whole: frozenset[str]
    weights: Weights
    kazakh_only: frozenset[str]

    def lemma_of(self, word: str) -> str | None:
        """Return the lemma of a folded word, or None for an unknown word."""
        if word in self.lemmas or word in self.whole:
            return word
        readings = [reading for reading in parses(word) if reading[0] in self.lemmas]
        return max(readings, key=self.weights.rank)[0] if readings else None

    def forms(self) -> Iterator[tuple[str, set[str]]]:
        """Yield every lemma and whole word with its forms; each form goes to the best of the lemmas it could have."""
        by_letter = itertools.groupby(sorted(self.lemmas | self.whole), key=lambda word: word[0])
        for _, words in by_letter:
            yield from self._share_out(list(words)).items()

    def _share_out(self, words: Iterable[str]) -> dict[str, set[str]]:
        """Share out the forms among words of one first letter: no form begins with another letter than its lemma."""
        best: dict[str, tuple[float, str]] = {}
        for lemma in filter(self.lemmas.__contains__, words):
            for form, chain in inflections(lemma):
                if chain and form not in self.lemmas and form not in self.whole:
                    best[form] = max(best.get(form, (0.0, "")), (self.weights.rank((lemma, chain)), lemma))
        owned: dict[str, set[str]] = {word: set() for word in words}
        for form, (_, lemma) in best.items():
            owned[lemma].add(form)
        return owned


def parse_core(text: str, *, file: str = CORE_FILE) -> Core:
    """Read «word TAB class» lines; a verb stem gives its -у noun. Hyphenated words are left to the tokenizer."""
    by_class: dict[str, set[str]] = defaultdict(set)
    for line, (word, kind) in _rows(text, file=file, columns=2):
        if kind not in CLASSES:
            raise ConfigError(file, f"{kind!r} is no class of words", line=line, key=word)
        if "-" not in word:
            by_class[kind].add(word)
    nouns = by_class["noun"] | by_class["adj"] | {verbal_noun(stem) for stem in by_class["verb"]}
    return Core(lemmas=frozenset(nouns - by_class["closed"]), closed=frozenset(by_class["closed"]))


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
    return Lexicon(
        lemmas=(core.lemmas | {word for word, source in sources.items() if source != WHOLE}) - core.closed,
        whole=core.closed | {word for word, source in sources.items() if source == WHOLE},
        weights=Weights(lemmas=weights, chains=chains),
        kazakh_only=frozenset(texts[KAZAKH_ONLY_FILE].split()),
    )


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
