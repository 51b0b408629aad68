"""Reports of 200 kB about nothing of ours: articles without topics joined, a topic word by chance in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from benchmarks.support.labelled import Row
from pipelines.tagging import Tagger

REPORT_CHARACTERS = 200_000


def reports(rows: Iterable[Row], tagger: Tagger, *, random: Random) -> Iterator[str]:
    """Yield Russian reports made of articles without a topic, with a word of a rule behind a sentence of each."""
    articles = [row["text"] for row in rows if not row["topics"]]
    words = _topic_words(tagger)
    random.shuffle(articles)
    report: list[str] = []
    for article in articles * 3:
        report.append(_with_word(article, random.choice(words), random))
        if sum(map(len, report)) >= REPORT_CHARACTERS:
            yield "\n".join(report)
            report = []


def _topic_words(tagger: Tagger) -> list[str]:
    patterns = (term.pattern for rule in tagger.ruleset.rules for term in rule.terms if term.weight >= 2)
    return sorted({each.text for each in patterns if each.language == "ru" and each.text.isalpha()})


def _with_word(article: str, word: str, random: Random) -> str:
    sentences = article.split(". ")
    place = random.randrange(len(sentences))
    sentences[place] = f"{sentences[place]} {word}"
    return ". ".join(sentences)
