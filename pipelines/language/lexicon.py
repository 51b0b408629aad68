"""The Kazakh lexicon: which lemmas there are, and which of them a form belongs to."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.language.classes import InflectionClass, InflectionClasses
from pipelines.language.hunspell import Affix, Entry, affix
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

    def entries(self) -> Iterator[Entry]:
        """Yield the entries of the dictionary, each with the affixes of its forms.

        A form that several nouns could have goes to the best of them. Verbs are entries of their own, with VERB_MARK,
        and have all their forms: that `алды` is a form of `алд` does not keep it from being one of `ал-`.
        """
        whole = self.lemmas | self.closed
        yield from self._verb_entries(whole)
        nouns = InflectionClasses(self._noun_forms)
        for _, words in itertools.groupby(sorted(whole), key=lambda word: word[0]):
            yield from self._noun_entries(list(words), nouns, whole=whole)  # no form begins with another letter

    def _verb_entries(self, whole: Words) -> Iterator[Entry]:
        """Yield verbs with the affixes of their forms that are no whole words, and of the bare stem."""
        verbs = InflectionClasses(_verb_forms, entry=verb_entry)
        for stem in sorted(self.verbs):
            found, entry = verbs.of(stem), verb_entry(stem)
            bare = [] if stem in self.closed else [affix(entry, stem)]
            forms = zip(found.forms_of(stem), found.affixes, strict=True)
            yield entry, [change for form, change in forms if form not in whole] + bare

    def _noun_entries(self, words: Sequence[str], nouns: InflectionClasses, *, whole: Words) -> Iterator[Entry]:
        """Yield words with the affixes that they keep: those of their class, less the forms that another word has."""
        lemmas = [word for word in words if word in self.lemmas]
        contested = _contested(lemmas, nouns) | whole
        owners = self._owners(lemmas, nouns, contested=contested - whole)
        extra = {word: [affix(word, lemma)] for lemma, word in self.also.items()}
        for word in words:
            kept = _kept(word, nouns.of(word), contested=contested, owners=owners) if word in self.lemmas else []
            yield word, kept + extra.get(word, [])

    def _owners(self, lemmas: Iterable[str], nouns: InflectionClasses, *, contested: Words) -> dict[str, str]:
        """Return the lemma that gets each contested form: the one with the best reading."""
        best: dict[str, tuple[float, str]] = {}
        for lemma in lemmas:
            weight, found = self.weights.weight_of(lemma), nouns.of(lemma)
            for form, chance in zip(found.forms_of(lemma), found.chances, strict=True):
                if form in contested:
                    best[form] = max(best.get(form, _NO_LEMMA), (weight * chance, lemma))
        return {form: lemma for form, (_, lemma) in best.items()}

    def _noun_forms(self, lemma: str) -> Iterator[tuple[str, float]]:
        return ((form, self.weights.chance_of(chain)) for form, chain in inflections(lemma) if chain)

    def _is_whole(self, word: str) -> bool:
        return word in self.lemmas or word in self.closed


Words = AbstractSet[str]
_NO_LEMMA = (0.0, "")


def _contested(lemmas: Iterable[str], nouns: InflectionClasses) -> set[str]:
    """Return the forms that two of the lemmas have."""
    seen: set[str] = set()
    contested: set[str] = set()
    for lemma in lemmas:
        forms = nouns.of(lemma).forms_of(lemma)
        contested.update(seen.intersection(forms))
        seen.update(forms)
    return contested


def _kept(lemma: str, found: InflectionClass, *, contested: Words, owners: Mapping[str, str]) -> list[Affix]:
    """Return the affixes of the forms that no other word has."""
    forms = zip(found.forms_of(lemma), found.affixes, strict=True)
    return [change for form, change in forms if form not in contested or owners.get(form) == lemma]


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
