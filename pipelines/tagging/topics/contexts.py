"""Which mentions do not count, and why: a cue stands over them, beside them, in their clause or in their sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from pipelines.tagging.matching.matcher import Hit
from pipelines.tagging.matching.text import Text
from pipelines.tagging.rules.file_format import OVERRULED
from pipelines.tagging.ruleset import SHARED, CueUse, RulePatterns

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
"""So few words in quotation marks, begun with a small letter, are meant otherwise: «киллер» of a market, «захват»."""

_QUOTED = re.compile(r"[«“„\"]([^\W\d_][^«»“”„\"\n]{0,60})[»”“\"]")

Key = tuple[int, str]
"""Rule (or SHARED) and context."""

IRONY: Key = (SHARED, "figurative")


class Silences:
    """The cues of one text, ready to be asked about mentions in constant time.

    Title and body carry their contexts to each other (`carry`), but for sentences that overrule them.
    """

    def __init__(self, text: Text, hits: Iterable[Hit], patterns: RulePatterns) -> None:
        self._text = text
        self._words: dict[Key, set[int]] = defaultdict(set)
        self._begins: dict[Key, set[int]] = defaultdict(set)
        self._ends: dict[Key, set[int]] = defaultdict(set)
        self._clauses: dict[Key, set[int]] = defaultdict(set)
        self._sentences: dict[Key, set[int]] = defaultdict(set)
        self._told_in: dict[Key, set[int]] = defaultdict(set)
        self._texts: set[Key] = set()
        self._overruled: dict[Key, set[int]] = defaultdict(set)
        for hit in hits:
            for use in patterns.cues.get(hit.pattern, ()):
                self._note(use, hit)
        self._note_irony()
        self._note_saturation()
        self._carried: frozenset[Key] = frozenset()
        self._noted = {*self._words, *self._begins, *self._ends, *self._clauses, *self._sentences, *self._texts}

    def told_first(self) -> frozenset[Key]:
        """Name the contexts that the title, or the first sentences of a body, set for the whole article."""
        opening = set(range(OPENING_SENTENCES))
        told = {key for key, noted in self._sentences.items() if noted & opening} | self._texts
        return frozenset(key for key in told if not self._overrulings(*key) & opening)

    def carry(self, contexts: frozenset[Key]) -> None:
        """Take over the contexts that another text of the article has set, and go on with those of its own."""
        own = {key for key in self.told_first() if key[1] in WHOLE and len(self._told_in[key]) >= SEEN_AGAIN}
        self._carried = contexts | own
        self._noted |= contexts

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
                self._told_in[key].add(self._text.sentence_at(hit.first))
            case "sentence":
                self._sentences[key].add(self._text.sentence_at(hit.first))
                self._told_in[key].add(self._text.sentence_at(hit.first))
            case "text":
                self._texts.add(key)
            case _ if use.window == OVERRULED:
                self._overruled[key].add(self._text.sentence_at(hit.first))

    def _note_irony(self) -> None:
        """Note a few words in quotation marks as a figure of speech; a name begins with a capital letter."""
        for match in _QUOTED.finditer(self._text.source):
            first, last = self._text.words_between(*match.span(1))
            if first <= last < first + IRONIC_WORDS and match[1][0].islower():
                self._words[IRONY].update(range(first, last + 1))

    def _note_saturation(self) -> None:
        sentences = len(self._text.sentence_ends) + 1
        if sentences >= SATURATED_SENTENCES:
            self._texts.update(key for key, noted in self._told_in.items() if len(noted) >= SATURATION * sentences)

    def _same_clause(self, place: int, hit: Hit) -> list[int]:
        """Return the neighbouring place when the clause goes on there."""
        goes_on = 0 <= place < len(self._text) and self._text.clause_at(place) == self._text.clause_at(hit.first)
        return [place] if goes_on else []

    def context_of(self, mention: Hit, *, rule: int, listens_to: Iterable[str]) -> str:
        """Name the context that silences a mention, or nothing."""
        for context in listens_to:
            own, shared = (rule, context), (SHARED, context)
            if own not in self._noted and shared not in self._noted:
                continue
            if self._covers(own, mention):
                return context
            told = self._covers(shared, mention) or self._surrounds(own, mention) or self._surrounds(shared, mention)
            if told and not self._is_overruled(rule, context, mention):
                return context
        return "denial" if mention.negated and "denial" in listens_to else ""

    def _covers(self, key: Key, mention: Hit) -> bool:
        """Tell whether a cue stands over a mention or beside it."""
        if key not in self._noted:
            return False
        words = self._words.get(key)
        return bool(
            (words and any(place in words for place in range(mention.first, mention.last + 1)))
            or mention.first in self._begins.get(key, ())
            or mention.last in self._ends.get(key, ())
        )

    def _surrounds(self, key: Key, mention: Hit) -> bool:
        """Tell whether a cue stands in the clause, sentence, text or article of a mention."""
        if key in self._carried or key in self._texts:
            return True
        if key not in self._noted:
            return False
        return (key in self._clauses and self._text.clause_at(mention.first) in self._clauses[key]) or (
            key in self._sentences and self._text.sentence_at(mention.first) in self._sentences[key]
        )

    def _is_overruled(self, rule: int, context: str, mention: Hit) -> bool:
        return self._text.sentence_at(mention.first) in self._overrulings(rule, context)

    def _overrulings(self, rule: int, context: str) -> set[int]:
        """Return the sentences in which the cues of a context are void for a rule."""
        return self._overruled.get((rule, context), set()) | self._overruled.get((SHARED, context), set())
