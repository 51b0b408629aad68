"""The Kazakh lexicon: which lemmas there are, and which of them a form belongs to."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.language.classes import InflectionClasses, beginning
from pipelines.language.hunspell import Affix, affix
from pipelines.language.induction import Weights
from pipelines.language.kazakh import inflect_verb, inflections, parses, verbal_noun

CORE_FILE, LEMMAS_FILE, CHAINS_FILE = "core.tsv", "lemmas.tsv", "chains.tsv"
KAZAKH_ONLY_FILE, RUSSIAN_FILE = "kazakh_only.txt", "russian.tsv"
FILES = (CORE_FILE, LEMMAS_FILE, CHAINS_FILE, KAZAKH_ONLY_FILE, RUSSIAN_FILE)

CLASSES = frozenset({"noun", "adj", "verb", "adv", "num", "closed", "both"})
SOURCES = frozenset({"core", "rule", "place", "name", "loan", "induced"})
VERB_MARK = "-"
BOTH = "both"
"""A word of its own that is a form of another lemma as well. It stays whole, and the bare lemma is its form: so «2020
жылы» is found by жыл, while жылы, «warm», does not find every year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The words written by hand. `closed` words are never cut and are never a lemma; for `both` see BOTH.

    verbs: stems; their -у nouns are lemmas.
    """

    lemmas: frozenset[str]
    verbs: frozenset[str]
    closed: frozenset[str]
    both: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What is known of Kazakh words.

    verbs: stems; with VERB_MARK they are the keys of verb forms.
    closed: words that may look inflected but are a form of no other word.
    also: lemma → a word of BOTH that is its form.
    kazakh_only: forms of Kazakh news that Russian spells too but hardly uses: they are not read as Russian.
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

    def entries(self) -> dict[str, frozenset[Affix]]:
        """Return the entries of the dictionary, each with the affixes of its forms.

        A form that several nouns could have goes to the best of them. Verbs are entries of their own, with VERB_MARK,
        and have all their forms: that `алды` is a form of `алд` does not keep it from being one of `ал-`.
        """
        verbs = InflectionClasses(_verb_forms, entry=verb_entry)
        nouns = InflectionClasses(self._noun_forms)
        entries = {verb_entry(stem): self._verb_affixes(stem, verbs) for stem in sorted(self.verbs)}
        words_by_letter = itertools.groupby(sorted(self.lemmas | self.closed), key=lambda word: word[0])
        for _, words in words_by_letter:  # no form begins with another letter than its lemma
            entries |= self._noun_affixes(list(words), nouns)
        return entries

    def _noun_affixes(self, words: Iterable[str], nouns: InflectionClasses) -> dict[str, frozenset[Affix]]:
        """Return the affixes that these words keep: those of their class, less the forms that another word has."""
        kept = dict.fromkeys(words, frozenset[Affix]())
        lost = self._lost_forms(filter(self.lemmas.__contains__, kept), nouns)
        for lemma, affixes in lost.items():
            shared = nouns.of(lemma).affixes
            kept[lemma] = shared - affixes if affixes else shared
        for lemma, homograph in self.also.items():
            if homograph in kept:
                kept[homograph] |= {affix(homograph, lemma)}
        return kept

    def _lost_forms(self, lemmas: Iterable[str], nouns: InflectionClasses) -> dict[str, set[Affix]]:
        """Return, for each of these lemmas, the forms that are whole words or go to a lemma with a better reading."""
        best: dict[str, tuple[float, str, Affix]] = {}
        lost: dict[str, set[Affix]] = {}
        for lemma in lemmas:
            weight, begin, losses = self.weights.weight_of(lemma), beginning(lemma), lost.setdefault(lemma, set())
            for ending, change, chance in nouns.of(lemma).forms:
                word, rank = begin + ending, weight * chance
                rival = best.get(word)
                if self._is_whole(word) or (rival and rival[:2] > (rank, lemma)):
                    losses.add(change)
                    continue
                if rival:
                    lost[rival[1]].add(rival[2])
                best[word] = (rank, lemma, change)
        return lost

    def _noun_forms(self, lemma: str) -> Iterator[tuple[str, float]]:
        return ((form, self.weights.chance_of(chain)) for form, chain in inflections(lemma) if chain)

    def _verb_affixes(self, stem: str, verbs: InflectionClasses) -> frozenset[Affix]:
        """Return the affixes of a verb: its forms that are no whole words, and the bare stem."""
        found, begin = verbs.of(stem), beginning(stem)
        lost = {form.affix for form in found.forms if self._is_whole(begin + form.ending)}
        bare = set() if stem in self.closed else {affix(verb_entry(stem), stem)}
        return found.affixes - lost | bare

    def _is_whole(self, word: str) -> bool:
        return word in self.lemmas or word in self.closed


def verb_entry(stem: str) -> str:
    """Return the entry of a verb, which is also its key: `өлтір-`, as rules write it. `бас` the noun is another key."""
    return stem + VERB_MARK


def _verb_forms(stem: str) -> Iterator[tuple[str, float]]:
    return ((form, 1.0) for form in inflect_verb(stem, voices="common"))


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
