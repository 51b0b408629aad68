"""Kazakh in Latin letters, read back into Cyrillic: words of news, and what is found in whole articles.

KUZET_SHARED=… python -m benchmarks.latin [--wrong 20]

Words: those of counted Kazakh news, spelled in each alphabet and read again; a share of running words. Articles: the
newsroom's and the labelled ones in Kazakh, tagged in Cyrillic and in each alphabet. The agency's own words (acutes)
have no Cyrillic twin that is given: of those whose likeliest readings include a word of the news, the share that is
read as one.
"""

from __future__ import annotations

import argparse
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.support.labelled import load
from benchmarks.support.latin import ALPHABETS, in_latin
from benchmarks.support.texts import newsroom
from config.settings import HERE
from pipelines.language.latin import LatinReader
from pipelines.language.letters import LOWER
from pipelines.language.normalise import fold
from pipelines.models import Tagging
from pipelines.tagging import Tagger
from worker.files.rules import RuleFiles

LEAST_WORDS = 15
"""Words of an article that is tried: a sentence may be too short to be recognised."""

PARTS = ("topics", "severity", "regions", "persons", "figures")


def counts_of(file: Path) -> Counter[str]:
    lines = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:])
    return Counter({word: int(count) for word, count in lines if word.isalpha()})


def read_back(reader: LatinReader, words: Mapping[str, int], alphabet: str) -> tuple[float, list[str]]:
    """Return the share of running words that are read back as they were, and the commonest of the others."""
    wrong = {
        word: read for word in words if fold(read := reader.read_word(in_latin(word, alphabet), alphabet)) != fold(word)
    }
    lost = sum(words[word] for word in wrong)
    worst = sorted(wrong, key=lambda word: -words[word])
    return 100 * (1 - lost / sum(words.values())), [f"{word} → {wrong[word]}" for word in worst]


def agency_words(reader: LatinReader, words: Mapping[str, int], news: Mapping[str, int]) -> float:
    """Return the share of an agency's running words with a Cyrillic twin in the news that are read as a word of it."""
    read = {word: fold(reader.read_word(word, "2018")) for word in words}
    twins = {in_latin(word, "2018") for word in news}
    with_twin = [word for word in words if word in twins]
    right = sum(words[word] for word in with_twin if read[word] in news)
    return 100 * right / sum(words[word] for word in with_twin)


def articles(shared: Path) -> Iterator[tuple[str, str]]:
    yield from ((text.title, text.body) for text in newsroom() if text.language == "kk")
    rows = load(shared, ("news_kk_dev", "news_kk_dev2_articles"))
    yield from ((row.get("title") or "", row["text"]) for row in rows if len(row["text"].split()) >= LEAST_WORDS)


def found(tagging: Tagging) -> dict[str, object]:
    figures = sorted((figure.kind, figure.value, figure.unit) for figure in tagging.figures)
    values = (set(tagging.topics), tagging.severity, set(tagging.regions), set(tagging.persons), figures)
    return dict(zip(PARTS, values, strict=True))


def tagged_alike(tagger: Tagger, texts: Iterable[tuple[str, str]], alphabet: str) -> tuple[Counter[str], int]:
    """Count the articles whose parts are the same as in Cyrillic; `all` but the severity."""
    same: Counter[str] = Counter()
    total = 0
    for title, body in texts:
        cyrillic = found(tagger.tag(title, body, language="kk"))
        latin = found(tagger.tag(in_latin(title, alphabet), in_latin(body, alphabet), language="kk"))
        alike = {part for part in PARTS if cyrillic[part] == latin[part]}
        same.update(alike)
        same["all"] += alike >= {*PARTS} - {"severity"}
        total += 1
    return same, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", type=int, default=0, help="print that many of the words read otherwise")
    arguments, shared = parser.parse_args(), Path(os.environ["KUZET_SHARED"])
    rules = RuleFiles(HERE)
    reader, tagger, console = rules.latin(), rules.tagger(), Console()
    news = counts_of(shared / "data/kk_vocabulary.tsv")
    cyrillic = {word: count for word, count in news.items() if re.fullmatch(f"[{LOWER}]{{2,}}", word)}
    texts = [*articles(shared)]
    table = Table("alphabet", "words, %", *PARTS, "all but severity", title=f"{len(texts)} articles", box=None)
    for alphabet in ALPHABETS:
        share, wrong = read_back(reader, cyrillic, alphabet)
        same, total = tagged_alike(tagger, texts, alphabet)
        table.add_row(alphabet, f"{share:.2f}", *(f"{100 * same[part] / total:.1f}" for part in (*PARTS, "all")))
        if arguments.wrong:
            console.print(alphabet, *wrong[: arguments.wrong], sep="\n  ")
    console.print(table)
    agency = counts_of(shared / "data/kk_latin_vocabulary.tsv")
    console.print(f"words of an agency with a twin: {agency_words(reader, agency, cyrillic):.2f} %")


if __name__ == "__main__":
    main()
