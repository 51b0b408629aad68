"""Which mentions do not count, and why: a cue of a context reaches words, a clause, a sentence or a text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from pipelines.tagging.matching.matcher import Hit
from pipelines.tagging.matching.text import Text
from pipelines.tagging.rules.file_format import OVERRULED
from pipelines.tagging.topics.topic_rules import SHARED, TopicRules

SATURATION = 0.4
"""A text of at least SATURATED_SENTENCES sentences, this share of them with cues of a context, is in it as a whole."""

SATURATED_SENTENCES = 4

OPENING_SENTENCES = 2
"""What the first sentences say holds for title and body: «the report is false», «the drill was held»."""

WHOLE = frozenset({"drill", "fiction", "sport", "denial"})
"""Contexts that a text may be in as a whole; a year or a guest in its first sentence says nothing of the rest."""

SEEN_AGAIN = 2
"""Sentences with cues that make a text begun in such a context one that stays in it; a digest says it once."""

IRONIC_WORDS = 2
"""At most this many words in quotation marks, begun with a small letter, are ironic: «киллер» of a market, «захват»."""

_QUOTED = re.compile(r"[«“„\"]([^\W\d_][^«»“”„\"\n]{0,60})[»”“\"]")

Key: TypeAlias = tuple[int, str]
"""Rule (or SHARED) and context."""

Scope: TypeAlias = tuple[str, int]
"""What a cue reaches: the kind of a place in the text, and its number there."""

IRONY: Key = (SHARED, "figurative")
EVERYWHERE: Scope = ("text", 0)


def _neighbour(kind: str, place: int, text: Text, hit: Hit) -> list[Scope]:
    """Return the word next to a hit when the clause goes on there."""
    goes_on = 0 <= place < len(text) and text.clause_at(place) == text.clause_at(hit.first)
    return [(kind, place)] if goes_on else []


def _words(first: int, last: int) -> list[Scope]:
    return [("word", place) for place in range(first, last + 1)]


REACH: Mapping[str, Callable[[Text, Hit], list[Scope]]] = {
    "phrase": lambda _text, hit: _words(hit.first, hit.last),
    "before": lambda text, hit: _neighbour("first word", hit.last + 1, text, hit),
    "after": lambda text, hit: _neighbour("last word", hit.first - 1, text, hit),
    "clause": lambda text, hit: [("clause", text.clause_at(hit.first)), ("seen", text.sentence_at(hit.first))],
    "sentence": lambda text, hit: [("sentence", text.sentence_at(hit.first)), ("seen", text.sentence_at(hit.first))],
    "text": lambda _text, _hit: [EVERYWHERE],
    OVERRULED: lambda text, hit: [("overruled", text.sentence_at(hit.first))],
}
"""Window of a cue → what it reaches. «seen»: a sentence with such a cue; «overruled»: one where the context is void."""


class TextContexts:
    """The contexts of one text, ready to be asked about mentions in constant time.

    Title and body carry their contexts to each other (`carry`), except into sentences that overrule them.
    """

    def __init__(self, text: Text, hits: Iterable[Hit], topics: TopicRules) -> None:
        self._text = text
        self._reached: dict[Key, set[Scope]] = defaultdict(set)
        self._carried: frozenset[Key] = frozenset()
        for hit in hits:
            for use in topics.cues.get(hit.pattern, ()):
                self._reached[use.rule, use.context].update(REACH[use.window](text, hit))
        self._add_irony()
        self._add_saturation()

    def opening(self) -> frozenset[Key]:
        """Return the contexts that the title, or the first sentences of a body, set for the whole article."""
        first = range(OPENING_SENTENCES)
        setting = {EVERYWHERE, *(("sentence", number) for number in first)}
        keys = [key for key, reached in self._reached.items() if not reached.isdisjoint(setting)]
        return frozenset(key for key in keys if not any(self._is_overruled(*key, number) for number in first))

    def carry(self, contexts: frozenset[Key]) -> None:
        """Take over the contexts that another text of the article has set, and go on with those of its own."""
        own = {key for key in self.opening() if key[1] in WHOLE and self._sentences_with_cues(key) >= SEEN_AGAIN}
        self._carried = contexts | own

    def context_of(self, mention: Hit, *, rule: int, listens_to: Iterable[str]) -> str:
        """Return the context that silences a mention, or an empty text."""
        for context in listens_to:
            own, shared = (rule, context), (SHARED, context)
            if not (self._is_known(own) or self._is_known(shared)):
                continue
            if self._covers(own, mention):
                return context
            is_silenced = (
                self._covers(shared, mention) or self._surrounds(own, mention) or self._surrounds(shared, mention)
            )
            if is_silenced and not self._is_overruled(rule, context, self._text.sentence_at(mention.first)):
                return context
        return "denial" if mention.negated and "denial" in listens_to else ""

    def _add_irony(self) -> None:
        """Take a few words in quotation marks as a figure of speech; a name begins with a capital letter."""
        for match in _QUOTED.finditer(self._text.source):
            first, last = self._text.words_between(*match.span(1))
            if first <= last < first + IRONIC_WORDS and match[1][0].islower():
                self._reached[IRONY].update(_words(first, last))

    def _add_saturation(self) -> None:
        sentences = len(self._text.sentence_ends) + 1
        if sentences >= SATURATED_SENTENCES:
            for key, reached in self._reached.items():
                seen = self._sentences_with_cues(key)
                if seen and seen >= SATURATION * sentences:
                    reached.add(EVERYWHERE)

    def _sentences_with_cues(self, key: Key) -> int:
        return sum(kind == "seen" for kind, _ in self._reached.get(key, ()))

    def _is_known(self, key: Key) -> bool:
        return key in self._reached or key in self._carried

    def _covers(self, key: Key, mention: Hit) -> bool:
        """True if a cue covers a word of a mention or is next to it."""
        if not (reached := self._reached.get(key)):
            return False
        close = [*_words(mention.first, mention.last), ("first word", mention.first), ("last word", mention.last)]
        return not reached.isdisjoint(close)

    def _surrounds(self, key: Key, mention: Hit) -> bool:
        """True if a cue is in the clause, the sentence, the text or the article of a mention."""
        if key in self._carried:
            return True
        if not (reached := self._reached.get(key)):
            return False
        clause, sentence = self._text.clause_at(mention.first), self._text.sentence_at(mention.first)
        return not reached.isdisjoint((EVERYWHERE, ("clause", clause), ("sentence", sentence)))

    def _is_overruled(self, rule: int, context: str, sentence: int) -> bool:
        """True if the cues of a context are void for a rule in a sentence."""
        scope = ("overruled", sentence)
        return any(scope in self._reached.get(key, ()) for key in ((rule, context), (SHARED, context)))
