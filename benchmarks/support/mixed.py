"""Articles in two languages, made of two articles about one matter, each in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from benchmarks.support.labelled import Row, scores
from pipelines.language.detect import detect
from pipelines.models import Tagging
from pipelines.tagging import Tagger

SENTENCES_QUOTED = 2
LEAD_SENTENCES = 3

Fact: TypeAlias = tuple[str, object]
KINDS = ("topics", "regions", "persons", "figures")

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Part(NamedTuple):
    """A title and a body in one language."""

    title: str
    body: str
    language: str


class Mixed(NamedTuple):
    """An article as its reader sees it, and the parts it is made of."""

    kind: str
    title: str
    body: str
    parts: tuple[Part, Part]


def mixed(kazakh: Iterable[Row], russian: Iterable[Row]) -> Iterator[Mixed]:
    """Yield four mixed articles for each pair with the same topics: two leads, two quotations."""
    for one, other in _pairs(list(kazakh), list(russian)):
        first, second = _part(one, "kk"), _part(other, "ru")
        for host, guest in ((first, second), (second, first)):
            lead, rest = _cut(host.body, LEAD_SENTENCES)
            kind = f"{host.language} lead, {guest.language} body"
            short = host._replace(body=lead)
            yield Mixed(kind, host.title, f"{lead}\n{guest.body}", (short, guest._replace(title="")))
            said = _cut(guest.body, SENTENCES_QUOTED)[0]
            kind = f"{guest.language} quotation in {host.language}"
            quoted = Part("", said, guest.language)
            yield Mixed(kind, host.title, f"{lead}\n«{said}».\n{rest}", (host, quoted))


def _pairs(kazakh: list[Row], russian: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Yield rows whose first topic is the same, each row once."""
    for row in kazakh:
        partner = next((other for other in russian if other["topics"][:1] == row["topics"][:1]), None)
        if partner:
            russian.remove(partner)
            yield row, partner


def _part(row: Row, language: str) -> Part:
    return Part(row["title"], row["text"], language)


def _cut(text: str, sentences: int) -> tuple[str, str]:
    parts = _SENTENCE.split(text)
    return " ".join(parts[:sentences]), " ".join(parts[sentences:])


def facts(tagging: Tagging) -> set[Fact]:
    """Return what a tagging says, each with its kind."""
    found = {
        "topics": tagging.topics,
        "regions": tagging.regions,
        "persons": tagging.persons,
        "figures": [(figure.kind, figure.value, figure.unit) for figure in tagging.figures],
    }
    return {(kind, value) for kind, values in found.items() for value in values}


def agreement(tagger: Tagger, articles: Iterable[Mixed]) -> Iterator[tuple[str, str, float]]:
    """Yield for each kind of article and of fact the F1 of the whole against its parts."""
    pairs: dict[str, list[tuple[set[Fact], set[Fact]]]] = {}
    for article in articles:
        wanted = {fact for part in article.parts for fact in _facts_of(tagger, part)}
        language = detect(f"{article.title}\n{article.body}").language
        found = facts(tagger.tag(article.title, article.body, language=language))
        pairs.setdefault(article.kind, []).append((wanted, found))
    for kind, each in pairs.items():
        for about in KINDS:
            chosen = [tuple({fact for fact in side if fact[0] == about} for side in pair) for pair in each]
            yield kind, about, scores((wanted, found) for wanted, found in chosen)[2]


def _facts_of(tagger: Tagger, part: Part) -> set[Fact]:
    return facts(tagger.tag(part.title, part.body, language=part.language))
