"""Which mentions do not count, and why: a cue stands over them, beside them, in their clause or in their sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipelines.tagging.matcher import Hit
from pipelines.tagging.rules import OVERRULED
from pipelines.tagging.ruleset import SHARED, CueUse, RulePatterns
from pipelines.tagging.text import Text

SATURATION = 0.4
"""A text of at least SATURATED_SENTENCES sentences, this share of them with cues of a context, is in it as a whole."""

SATURATED_SENTENCES = 4

Key = tuple[int, str]
"""Rule (or SHARED) and context."""


class Silences:
    """The cues of one text, ready to be asked about mentions in constant time.

    `carried` are the contexts of the headline: they hold for the whole body, but for sentences that overrule them.
    """

    def __init__(
        self, text: Text, hits: Iterable[Hit], patterns: RulePatterns, *, carried: frozenset[Key] = frozenset()
    ) -> None:
        self._text = text
        self._words: dict[Key, set[int]] = defaultdict(set)
        self._begins: dict[Key, set[int]] = defaultdict(set)
        self._ends: dict[Key, set[int]] = defaultdict(set)
        self._clauses: dict[Key, set[int]] = defaultdict(set)
        self._sentences: dict[Key, set[int]] = defaultdict(set)
        self._texts: set[Key] = set()
        self._overruled: dict[str, set[int]] = defaultdict(set)
        for hit in hits:
            for use in patterns.cues.get(hit.pattern, ()):
                self._note(use, hit)
        self._note_saturation()
        self._carried = carried
        self._noted = {*self._words, *self._begins, *self._ends, *self._clauses, *self._sentences, *self._texts}

    def carried_on(self) -> frozenset[Key]:
        """Name the contexts that this text, a headline, sets for what follows it."""
        told = {*self._clauses, *self._sentences, *self._texts}
        return frozenset(key for key in told if not self._overruled.get(key[1]))

    def _note(self, use: CueUse, hit: Hit) -> None:
        key = (use.rule, use.context)
        match use.window:
            case "phrase":
                self._words[key].update(range(hit.first, hit.last + 1))
            case "before":
                self._begins[key].update(self._same_clause(hit.last + 1, hit))
            case "after":
                self._ends[key].update(self._same_clause(hit.first - 1, hit))
            case "clause":
                self._clauses[key].add(self._text.clause_at(hit.first))
            case "sentence":
                self._sentences[key].add(self._text.sentence_at(hit.first))
            case "text":
                self._texts.add(key)
            case _ if use.window == OVERRULED:
                self._overruled[use.context].add(self._text.sentence_at(hit.first))

    def _note_saturation(self) -> None:
        sentences = len(self._text.sentence_ends) + 1
        if sentences >= SATURATED_SENTENCES:
            self._texts.update(key for key, noted in self._sentences.items() if len(noted) >= SATURATION * sentences)

    def _same_clause(self, place: int, hit: Hit) -> list[int]:
        """Return the neighbouring place when the clause goes on there."""
        goes_on = 0 <= place < len(self._text) and self._text.clause_at(place) == self._text.clause_at(hit.first)
        return [place] if goes_on else []

    def context_of(self, mention: Hit, *, rule: int, listens_to: Iterable[str]) -> str:
        """Name the context that silences a mention, or nothing."""
        for context in listens_to:
            own, shared = (rule, context), (SHARED, context)
            if self._silenced(own, mention):
                return context
            told = self._silenced(shared, mention) or own in self._carried or shared in self._carried
            if told and not self._is_overruled(context, mention):
                return context
        return "denial" if mention.negated and "denial" in listens_to else ""

    def _silenced(self, key: Key, mention: Hit) -> bool:
        if key not in self._noted:
            return False
        words = self._words.get(key)
        return bool(
            (words and any(place in words for place in range(mention.first, mention.last + 1)))
            or mention.first in self._begins.get(key, ())
            or mention.last in self._ends.get(key, ())
            or (key in self._clauses and self._text.clause_at(mention.first) in self._clauses[key])
            or (key in self._sentences and self._text.sentence_at(mention.first) in self._sentences[key])
            or key in self._texts
        )

    def _is_overruled(self, context: str, mention: Hit) -> bool:
        return self._text.sentence_at(mention.first) in self._overruled.get(context, ())
