"""Kazakh and Russian: what is found, what is found wrongly, and what it costs. The node's part is in analysis.py.

KUZET_SHARED names the folder of the development data: KUZET_SHARED=… python benchmarks/language.py

Search: every lemma of the chosen parts of speech is a query; it finds the tokens that share a key with it. A token
found is right when its lemma is the query. Rule: the same with the forms of a term. Both weighted by tokens.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from config.settings import HERE, Settings
from pipelines.language.detect import detect
from pipelines.language.kazakh import inflect_verb
from pipelines.language.keys import Keys
from pipelines.language.letters import FOLDED, KAZAKH_LETTERS, LOWER
from pipelines.language.terms import Match, matches, term_forms
from pipelines.language.tokens import tokenize
from pipelines.language.unknown import cut_kazakh
from seeds.newsroom import load_stories
from worker.files.dictionaries import build_dictionaries, read_dictionary

WORD = re.compile(f"[{LOWER}]+(?:-[{LOWER}]+)*$")
NOMINAL = frozenset({"NOUN", "PROPN", "ADJ"})
ALL = NOMINAL | {"VERB"}
LONG = 8

VERBS = {
    "өлтір": "", "тұтқында": "р", "жарыл": "ыс ғ қас", "ұста": "з м н", "жарала": "рды", "тәркіле": "усіз",
    "сотта": "лушы н р ғы", "айыпта": "лушы лушағы р ушы", "қамал": "", "ұрла": "", "тона": "ушы", "атыл": "",
    "шабуылда": "н р ушы", "өрте": "н", "қорқыт": "", "алда": "н мшы ғы", "пышақта": "", "зорла": "",
    "іздестір": "", "жымқыр": "",
}  # fmt: skip
"""Security verbs, and how other words go on that begin like them: ұстаз, ұстам, сотталушы."""

Gold = Mapping[tuple[str, str, str], int]
"""(form, lemma, part of speech) → tokens."""


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    target: str


def read_gold(file: Path) -> Gold:
    gold: Counter[tuple[str, str, str]] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        form, lemma, pos, count = line.split("\t")
        if pos in ALL and WORD.match(form) and WORD.match(lemma) and len(lemma) > 1:
            gold[form, lemma, pos] += int(count)
    return gold


def search_scores(
    gold: Gold, keys: Callable[[str], Iterable[str]], parts: frozenset[str]
) -> tuple[float, float, float]:
    """Precision, recall and F1 of search. Of a pair (form, lemma) only its first row's tokens count as found."""
    known = {word: frozenset(keys(word)) or {word} for form, lemma, _ in gold for word in (form, lemma)}
    found_by: dict[str, set[tuple[str, str]]] = defaultdict(set)
    first: dict[tuple[str, str], int] = {}
    relevant: Counter[str] = Counter()
    for (form, lemma, _), count in gold.items():
        first.setdefault((form, lemma), count)
        relevant[lemma] += count
        for key in known[form]:
            found_by[key].add((form, lemma))
    queries = {lemma for _, lemma, pos in gold if pos in parts}
    right = wrong = 0
    for query in queries:
        for pair in set().union(*(found_by.get(key, ()) for key in known[query])):
            right += first[pair] * (pair[1] == query)
            wrong += first[pair] * (pair[1] != query)
    return f1(right / (right + wrong), right / sum(relevant[query] for query in queries))


def rule_scores(gold: Gold, language: str, *, parts: frozenset[str], shortest: int = 2) -> tuple[float, float, float]:
    """Precision, recall and F1 of terms: every lemma is a term, hyphenated ones aside."""
    of_form: dict[str, Counter[str]] = defaultdict(Counter)
    of_lemma: Counter[str] = Counter()
    for (form, lemma, _), count in gold.items():
        of_form[form][lemma] += count
        of_lemma[lemma] += count
    terms = {lemma for _, lemma, pos in gold if pos in parts and len(lemma) >= shortest and "-" not in lemma}
    right = wrong = 0
    for term in terms:
        for form in term_forms(term, language):
            hits = of_form.get(form, Counter())
            right += hits[term]
            wrong += hits.total() - hits[term]
    return f1(right / (right + wrong), right / sum(of_lemma[term] for term in terms))


def f1(precision: float, recall: float) -> tuple[float, float, float]:
    return 100 * precision, 100 * recall, 200 * precision * recall / (precision + recall)


def types_found(gold: Gold, keys: Callable[[str], Iterable[str]], part: str) -> float:
    """Share of inflected types that share a key with their lemma."""
    hits = [not set(keys(form)).isdisjoint(keys(lemma)) for form, lemma, pos in gold if pos == part and form != lemma]
    return 100 * sum(hits) / len(hits)


def security_forms(shared: Path, keys: Keys) -> tuple[float, float]:
    """Share of the forms that the rule side and the search side trace to their word."""
    words = json.loads((shared / "data/kk_security_forms.json").read_text(encoding="utf-8"))
    pairs = [(form, word) for word, forms in words.items() for form in forms]
    rule = sum(matches(word, form, language="kk") is Match.FORM for form, word in pairs)
    search = sum(not set(keys.keys(form)).isdisjoint(keys.keys(word)) for form, word in pairs)
    return 100 * rule / len(pairs), 100 * search / len(pairs)


def verb_forms(shared: Path, gold: Gold) -> tuple[float, int]:
    """Share of the real words that begin with a verb stem and go on as a verb, and how many nouns are caught."""
    types = (shared / "data/kk_news_types.txt").read_text(encoding="utf-8").split()
    nouns = {form for form, lemma, pos in gold if pos in NOMINAL and not lemma.endswith("у")}
    real = hit = caught = 0
    for stem, others in VERBS.items():
        forms = inflect_verb(stem)
        apart = tuple(stem + rest for rest in others.split())
        wanted = [
            word for word in types if word.startswith(stem) and word != stem and not word.startswith(apart or "-")
        ]
        real += len(wanted)
        hit += sum(word in forms for word in wanted)
        caught += sum(noun in forms for noun in nouns)
    return 100 * hit / real, caught


def news(shared: Path, language: str) -> list[str]:
    files = sorted((shared / "data").glob(f"news_{language}_dev*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [(str(row.get("title", "")), str(row["text"])) for row in rows]
    return [part for text in texts for part in text if part and is_in(part, language)]


def is_in(text: str, language: str) -> bool:
    """One Kazakh article hides among the Russian ones: its letters show it."""
    share = sum(any(letter in KAZAKH_LETTERS for letter in word) for word in text.split()) / len(text.split())
    return language == "kk" or share < 0.25


def language_right(texts: Iterable[str], language: str, *, words: int = 0) -> float:
    """Share of texts, or of their snippets of that many words, recognised."""
    pieces = [piece for text in texts for piece in snippets(text, words)] if words else list(texts)
    return 100 * sum(detect(piece).language == language for piece in pieces) / len(pieces)


def snippets(text: str, words: int) -> Iterator[str]:
    """Every seventh run of that many words, where at least two of them are longer than two letters."""
    tokens = text.split()
    for start in range(0, len(tokens) - words, 7):
        piece = " ".join(tokens[start : start + words])
        if len(re.findall(f"[{FOLDED}]{{3,}}", piece.lower())) > 1:
            yield piece


def own_texts(language: str) -> tuple[list[str], list[str], list[str]]:
    """Our own articles, their headlines, and the example sentences of the rules."""
    stories = [story for story in load_stories() if story.language == language]
    versions = [version for story in stories for version in story.versions]
    rules = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((HERE / "rules").glob("*.yaml"))]
    examples = [each for rule in rules for listed in rule["examples"].get(language, {}).values() for each in listed]
    sentences = [each if isinstance(each, str) else next(iter(each.values())) for each in examples]
    return [version.text for version in versions], [version.title for version in versions], sentences


def speed(shared: Path, keys: Keys) -> tuple[float, float]:
    """Warm cache over a bare dict, and an empty cache over the pattern for Kazakh endings, on running text."""
    text = " ".join(itertools.chain(news(shared, "kk"), news(shared, "ru")))
    forms = [token.form for token in tokenize(text)]
    keys.keys.cache_clear()
    cold = timed(lambda: [keys.keys(form) for form in forms])
    pattern = timed(lambda: [cut_kazakh(form) for form in forms])
    plain = {form: keys.keys(form) for form in forms}
    warm = min(timed(lambda: [keys.keys(form) for form in forms]) for _ in range(5))
    bare = min(timed(lambda: [plain[form] for form in forms]) for _ in range(5))
    return bare / warm, pattern / cold


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def percent(scores: tuple[float, float, float]) -> str:
    return "P {:.1f} R {:.1f} F1 {:.1f}".format(*scores)


def rows(shared: Path, keys: Keys) -> Iterator[Row]:
    kazakh = read_gold(shared / "data/morphology/ktb_forms.tsv")
    russian = read_gold(shared / "data/morphology/ru_taiga_forms.tsv")
    kazakh_only = lambda word: keys.keys(word, language="kk")  # noqa: E731
    russian_only = lambda word: keys.keys(word, language="ru")  # noqa: E731
    yield Row("kk search, Kazakh alone", percent(search_scores(kazakh, kazakh_only, NOMINAL)), "F1 94")
    yield Row("kk search, union as indexed", percent(search_scores(kazakh, keys.keys, NOMINAL)), "F1 94")
    for name, find in (("Kazakh alone", kazakh_only), ("union", keys.keys)):
        found = f"{types_found(kazakh, find, 'NOUN'):.1f} / {types_found(kazakh, find, 'PROPN'):.1f}"
        yield Row(f"kk noun / name types found, {name}", found, "97 / 94")
    yield Row(
        "15 words × 88 forms, rule / search", "{:.1f} / {:.1f}".format(*security_forms(shared, keys)), "100 / 100"
    )
    yield Row(
        "kk rule, lemmas of 8+ letters", percent(rule_scores(kazakh, "kk", parts=NOMINAL, shortest=LONG)), "P 99 R 99"
    )
    yield Row("ru search, Russian alone", percent(search_scores(russian, russian_only, ALL)), "F1 97")
    yield Row("ru search, union as indexed", percent(search_scores(russian, keys.keys, ALL)), "-")
    yield Row("ru rule", percent(rule_scores(russian, "ru", parts=ALL)), "P 97 R 98")
    yield Row("20 verbs: real forms found, nouns caught", "{:.1f}, {}".format(*verb_forms(shared, kazakh)), "98, 0")
    for language in ("kk", "ru"):
        texts = news(shared, language)
        right = [language_right(texts, language), *(language_right(texts, language, words=n) for n in (6, 3, 2))]
        yield Row(
            f"{language} recognised: texts, 6, 3, 2 words",
            " / ".join(f"{share:.1f}" for share in right),
            "100 / 99 / 97 / 97",
        )
        shares = " / ".join(f"{language_right(own, language):.1f}" for own in own_texts(language))
        yield Row(f"{language} recognised, our own: articles, headlines, sentences", shares, "100 / 99 / 99")
    yield Row("keys: warm of a dict, cold of the pattern", "{:.2f}, {:.2f}".format(*speed(shared, keys)), "0.25, 0.8")


def main() -> int:
    shared = os.environ.get("KUZET_SHARED")
    if not shared:
        print("KUZET_SHARED does not name the development data: nothing measured")
        return 0
    folder = Settings().cache / "dictionaries"
    name = build_dictionaries(folder, lexicons=[HERE / "lexicon"])
    table = Table("what", "measured", "at least", title="Language")
    for row in rows(Path(shared), Keys(read_dictionary(folder, name))):
        table.add_row(row.what, row.measured, row.target)
    Console(width=110).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
