"""Why an article did not get a topic: what counted, what a context silenced, and which terms were almost there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.models import Context, Span, Tag, Tagging
from pipelines.tagging.matching.text import Text
from pipelines.tagging.matching.vocabulary import Vocabulary
from pipelines.tagging.rules.patterns import Pattern
from pipelines.tagging.rules.rule import Rule
from pipelines.tagging.tagger import Tagger

MOST_ALMOST = 8
"""Terms that are shown of those almost found."""

LONGEST_SENTENCE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class AlmostFound:
    """A phrase or meeting of which one sentence has all words but one place, or all but not close enough.

    `missing` are the words that would do at that place, as the rule has them; empty when they are only too far apart.
    """

    term: str
    weight: float
    missing: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What there is of a topic in an article. `needed` is the threshold for this text, `threshold` that of the rule.

    `yields_to`: the stronger neighbour that the topic gave way to, or an empty text.
    """

    topic: str
    given: bool
    score: float
    needed: float
    threshold: float
    counted: tuple[Span, ...]
    silenced: tuple[Context, ...]
    almost: tuple[AlmostFound, ...]
    yields_to: str = ""


def why_not(tagger: Tagger, topic: str, *, title: str, body: str, language: str) -> Absence:
    """Return what was missing for a topic. Raises KeyError for a topic without a rule."""
    rule = {rule.topic: rule for rule in tagger.ruleset.rules}[topic]
    tagging = tagger.tag(title, body, language=language)
    yielded = next((each for each in tagging.yielded if each.tag.topic == topic), None)
    tags = (*tagging.tags, *tagging.misses, *(each.tag for each in tagging.yielded))
    tag = next((tag for tag in tags if tag.topic == topic), None)
    found = _found_terms(tagging, topic)
    vocabulary = Vocabulary(language, tagger.ruleset.matcher.word_forms)
    texts = (Text(title), Text(body))
    almost = [each for text in texts for each in _almost(rule, text, vocabulary) if each.term not in found]
    almost.sort(key=lambda each: (bool(each.missing), -each.weight))
    return Absence(
        topic=topic,
        given=topic in tagging.topics,
        score=tag.score if tag else 0.0,
        needed=tag.threshold if tag else rule.threshold,
        threshold=rule.threshold,
        counted=tag.spans if tag else (),
        silenced=tuple(context for context in tagging.contexts if context.topic == topic),
        almost=tuple({each.term: each for each in reversed(almost)}.values())[::-1][:MOST_ALMOST],
        yields_to=yielded.to if yielded else "",
    )


def _found_terms(tagging: Tagging, topic: str) -> frozenset[str]:
    yielded = (each.tag for each in tagging.yielded)
    parts: list[Tag | Context] = [*tagging.tags, *tagging.misses, *yielded, *tagging.contexts]
    return frozenset(span.term for part in parts if part.topic == topic for span in part.spans)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A term of several places, or a meeting: for each place, its words as written and what slots fill it."""

    term: str
    weight: float
    places: tuple[tuple[str, frozenset[tuple[int, ...]]], ...]


def _almost(rule: Rule, text: Text, vocabulary: Vocabulary) -> Iterator[AlmostFound]:
    phrases = list(_phrases(rule, vocabulary))
    for sentence, slots in _sentences(text, vocabulary):
        for phrase in phrases:
            missing = [words for words, fillings in phrase.places if not any(slots.issuperset(f) for f in fillings)]
            if not missing or (len(missing) == 1 and len(phrase.places) > len(missing)):
                yield AlmostFound(term=phrase.term, weight=phrase.weight, missing="".join(missing), sentence=sentence)


def _phrases(rule: Rule, vocabulary: Vocabulary) -> Iterator[_Phrase]:
    for term in rule.terms:
        if term.pattern.language == vocabulary.language and not term.pattern.is_word:
            places = zip(_pieces(term.pattern), _slots(term.pattern, vocabulary), strict=True)
            filled = tuple((words, frozenset({(slot,)})) for words, slot in places)
            yield _Phrase(term.pattern.text, term.weight, filled)
    for near in rule.near:
        if near.language == vocabulary.language:
            groups = tuple((_written(group), frozenset(_slots(p, vocabulary) for p in group)) for group in near.all_of)
            yield _Phrase(" + ".join(group[0].text for group in near.all_of), near.weight, groups)


def _pieces(pattern: Pattern) -> list[str]:
    return [piece for piece in pattern.text.split() if piece != "..."]


def _slots(pattern: Pattern, vocabulary: Vocabulary) -> tuple[int, ...]:
    return tuple(vocabulary.slot(element) for element in pattern.elements)


def _written(group: Iterable[Pattern]) -> str:
    return "|".join(pattern.text for pattern in group)


def _sentences(text: Text, vocabulary: Vocabulary) -> Iterator[tuple[str, frozenset[int]]]:
    """Yield each sentence with the slots that its words fill."""
    first = 0
    for place in range(len(text)):
        if place + 1 == len(text) or text.begins_sentence(place + 1):
            slots = (vocabulary.lookup(word).numbers for word in text.words[first : place + 1])
            yield _shortened(text.between(first, place)), frozenset().union(*slots)
            first = place + 1


def _shortened(sentence: str) -> str:
    flat = " ".join(sentence.split())
    return flat if len(flat) <= LONGEST_SENTENCE else f"{flat[:LONGEST_SENTENCE]}…"
