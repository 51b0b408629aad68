"""Words as the index has them: what a word is found by."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterable, Sequence

from pipelines.language.hunspell import Dictionary
from pipelines.language.related import Meaning
from pipelines.language.tokens import tokenize, without_endings
from pipelines.language.unknown import cut_kazakh, cut_russian

LONGEST_TOKEN = 255
"""The engine's tokenizer cuts longer words in pieces; they have no keys here."""

MOST_KEYS = 16
CACHED_WORDS = 200_000


class Keys:
    """Maps a word to the tokens under which the index has it. Two words that share a key find each other."""

    def __init__(self, dictionary: Dictionary, *, related: Sequence[Meaning] = ()) -> None:
        self._dictionary = dictionary
        self._related = self._keys_of_groups(related)
        self.keys = functools.lru_cache(maxsize=CACHED_WORDS)(self._keys)

    def tokens(self, form: str, *, language: str = "auto") -> set[str]:
        """Return what the index has for one folded word without a hyphen.

        `auto` is what the index does; `kk` and `ru` look at one language alone.
        """
        if known := self._dictionary.lemmas(form, language="" if language == "auto" else language):
            return known
        ways = {"kk": [cut_kazakh], "ru": [cut_russian]}.get(language, [cut_kazakh, cut_russian])
        return {cut(form) for cut in ways}

    def typed(self, form: str) -> set[str]:
        """Return what a query with one folded word is looked up by: its own keys, and those of related words."""
        known = self._dictionary.lemmas(form)
        asked = known or {form}
        widened = set().union(*(self._related.get(key, ()) for key in asked))
        return self.tokens(form) | widened

    def query_keys(self, word: str) -> tuple[str, ...]:
        """Return the sorted keys that a query with a word as written is looked up by."""
        return _joined(self.typed(form) for form in _forms(word))

    def _keys_of_groups(self, groups: Iterable[Meaning]) -> dict[str, frozenset[str]]:
        """Return what the engine looks up → all keys of its group. It leaves out words with two lemmas."""
        found: dict[str, frozenset[str]] = {}
        for group in groups:
            lemmas = {word: self._dictionary.lemmas(word) or {word} for word in group}
            single = {word: lemma for word, (lemma, *others) in lemmas.items() if not others}
            keys = frozenset().union(*(self.tokens(word) for word in single))
            found |= {lemma: found.get(lemma, frozenset()) | keys for lemma in single.values()}
        return found

    def _keys(self, word: str, *, language: str = "auto") -> tuple[str, ...]:
        """Return the sorted keys of a word as written; none where there is no word.

        The parts of a hyphenated word are joined again (кибер-қауіпсіздік), but endings after a hyphen fall.
        """
        return _joined(self.tokens(form, language=language) for form in _forms(word))


def _forms(word: str) -> list[str]:
    return without_endings([token.form for token in tokenize(word) if len(token.form) <= LONGEST_TOKEN])


def _joined(parts: Iterable[Collection[str]]) -> tuple[str, ...]:
    """Join the keys of the parts of a word in every way, up to MOST_KEYS."""
    ordered = [sorted(part) for part in parts]
    joined = itertools.islice(itertools.product(*ordered), MOST_KEYS) if ordered else ()
    return tuple(sorted({"-".join(combination) for combination in joined}))
