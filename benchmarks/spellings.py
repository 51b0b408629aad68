"""Searches typed otherwise than articles are written: other alphabets, a typo, the other language. One real node.

KUZET_SHARED=… python -m benchmarks.spellings

Words with a Kazakh letter are taken from the beginnings of the texts. A search is right when one of its first ten
articles has the word as it should be typed; a suggestion, when it shares a key with that word. Pairs are the lines of
config/lexicon/related.tsv whose words occur in both languages here.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table

from benchmarks.support.latin import ALPHABETS, in_latin
from benchmarks.support.node import search_node
from benchmarks.support.texts import Text, load_texts
from config.settings import Settings
from pipelines.language.keys import Keys
from pipelines.language.letters import KAZAKH_LETTERS, LOWER
from pipelines.language.related import RELATED_FILE, parse_related
from pipelines.language.tokens import tokenize
from pipelines.search.answer import SearchResult
from pipelines.search.request import Breadth, SearchRequest
from worker.files.dictionaries import build_dictionaries, read_dictionary
from worker.search.engine import SearchEngine

WORDS = 120
SEED = 20261130
BEGINNING = 300
CYRILLIC = "абвгдежзиклмнопрстуфхыэәіңғүұқөһй"
KEYBOARD = str.maketrans("әіңғүұқөһ", "аингуукох")


def mistyped(word: str, chance: random.Random) -> str:
    """One letter left out, another in its place, or swapped with the next one."""
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return chance.choice(
        [before + after, before + chance.choice(CYRILLIC) + after, before + after[0] + letter + after[1:]]
    )


def words_of(texts: Iterable[Text], chance: random.Random) -> list[str]:
    found = {word for text in texts for word in re.findall(f"[{LOWER}]{{5,}}", text.body[:BEGINNING].lower())}
    kazakh = sorted(word for word in found if set(word) & set(KAZAKH_LETTERS))
    return chance.sample(kazakh, min(WORDS, len(kazakh)))


class Searches:
    """An index with the texts, and how they are asked."""

    def __init__(self, engine: SearchEngine, keys: Keys) -> None:
        self._engine = engine
        self._keys = keys

    def found(self, text: str, breadth: Breadth = Breadth.ALL_OR_MOST, *, size: int = 10) -> list[str]:
        return [hit.article_id for hit in self._asked(text, breadth, size=size).hits]

    def right(self, words: Iterable[str], spell: Callable[[str], str]) -> float:
        """Share of words whose articles are found by another spelling."""
        answers = {word: set(self.found(word, Breadth.ALL, size=100)) for word in words}
        hits = [bool(answers[word] & set(self.found(spell(word)))) for word in words]
        return 100 * sum(hits) / len(hits)

    def suggested(self, words: Iterable[str], chance: random.Random) -> float:
        """Share of typos that no article has whose suggestion is a form of the word."""
        typos = [(mistyped(word, chance), word) for word in words]
        typos = [(typo, word) for typo, word in typos if not self.found(typo, Breadth.ALL)]
        hits = [
            not set(self._keys.keys(self._suggestion(typo))).isdisjoint(self._keys.keys(word)) for typo, word in typos
        ]
        return 100 * sum(hits) / len(hits)

    def _suggestion(self, text: str) -> str:
        return self._asked(text, Breadth.ALL_OR_MOST, size=1).did_you_mean

    def _asked(self, text: str, breadth: Breadth, *, size: int) -> SearchResult:
        request = SearchRequest(text=text, breadth=breadth, size=size, facets=(), histogram=False, recency=False)
        return self._engine.search(request)


def language_pairs(searches: Searches, texts: Iterable[Text], keys: Keys) -> tuple[int, float, float]:
    """Number of words with texts in both languages; share that find both; share whose first text is in their own."""
    language, holders = {}, defaultdict(set)
    for text in texts:
        letters = sum(text.body.count(letter) for letter in KAZAKH_LETTERS)
        language[text.article_id] = "kk" if letters > len(text.body) / 60 else "ru"
        for token in tokenize(f"{text.title} {text.body}"):
            for key in keys.tokens(token.form):
                holders[key].add(text.article_id)
    both = first = asked = 0
    lexicon = Settings().config / "lexicon" / RELATED_FILE
    for kazakh, *russian in parse_related(lexicon.read_text(encoding="utf-8")):
        for typed, own, others in ((kazakh, "kk", russian), *((word, "ru", [kazakh]) for word in russian)):
            near = {one for key in keys.tokens(typed) for one in holders[key] if language[one] == own}
            far = {one for w in others for key in keys.tokens(w) for one in holders[key] if language[one] != own}
            if near and far:
                found = searches.found(typed, Breadth.ALL, size=200)
                asked += 1
                both += bool(near & {*found}) and bool(far & {*found})
                first += bool(found) and language[found[0]] == own
    return asked, 100 * both / max(1, asked), 100 * first / max(1, asked)


def main() -> None:
    settings, chance, texts = Settings(), random.Random(SEED), load_texts()
    folder = settings.cache / "dictionaries"
    name = build_dictionaries(folder, lexicons=[settings.config / "lexicon"])
    keys = Keys(read_dictionary(folder, name))
    words = words_of(texts, chance)
    table = Table("typed", "right, %", "aim", title=f"{len(words)} Kazakh words in {len(texts)} texts", box=None)
    with search_node() as node:
        engine = node.engine("spellings")
        engine.bulk(texts)
        engine.refresh()
        searches = Searches(engine, keys)
        table.add_row("Russian keyboard", f"{searches.right(words, lambda word: word.translate(KEYBOARD)):.1f}", "95")
        for alphabet in ALPHABETS:
            share = searches.right(words, lambda word, alphabet=alphabet: in_latin(word, alphabet))
            table.add_row(f"Latin, {alphabet}", f"{share:.1f}", "90")
        table.add_row("one typo: did you mean", f"{searches.suggested(words, chance):.1f}", "80")
        asked, both, first = language_pairs(searches, texts, keys)
        table.add_row(f"{asked} related words: both languages", f"{both:.1f}", "90")
        table.add_row("… the typed language first", f"{first:.1f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
