"""A text cut into words, clauses and sentences, once for all finders."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from pipelines.language.letters import LOWER, UPPER
from pipelines.language.normalise import fold
from pipelines.tagging.matching.passages import Passage, passages_of

_CAPITAL = f"A-Z{UPPER}"
_END = "[.!?…]"

# Every pattern begins with a plain set of characters: the engine then skips all others fast.
_WORD = re.compile(r"([^\W_]+)")
_SEAM = re.compile(rf"[{_CAPITAL}](?:(?<=[{LOWER}].)|(?<=[ВКСУО].)(?<![^\W_][ВКСУО].)(?=[{LOWER}]))")
_SENTENCE_END = re.compile(
    rf"[.!?…\n](?:(?<=\n)\n*|(?<!{_END}{_END})(?<![\s.(][{_CAPITAL}]\.)(?<!\b[гсп]\.)"
    r"(?<!\b(?:ул|тг|гг|тт|др|пр|пп|св|им|см|ст)\.)(?<!\b(?:млн|тыс|млр|стр|руб)\.)(?<!\b(?:млрд|проц)\.)"
    rf"[.!?…]*+[»\"”)\]]*(?:\s++(?=[«\"“„—–\-(\[]*[{_CAPITAL}\d])|(?=[«\"“„]?[{_CAPITAL}])))"
)
_CLAUSE_END = re.compile(r"[;:()!?…,.—–-](?:(?<=[;:()!?…])|(?<=[,.])(?=\s)|(?<=\s[—–-])(?=\s))")

PROMINENT_WORDS = 50
"""The first words of a body say what it is about."""

INTERVIEW_QUESTIONS = 3
"""At least this many paragraphs that end in a question make a text an interview."""

_QUESTION = re.compile(r"^[^\n]*\?[ \t»\"”]*$", re.MULTILINE)

_HASHTAGS = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
"""A line of hash tags names the themes of a site, not of the text."""


class Text:
    """`words[i]` is the folded word at `source[starts[i]:ends[i]]`. Words glued together (вАкмолинской) come apart.

    language: of most of the article; empty when it is unknown.
    """

    def __init__(self, source: str, *, field: str = "body", language: str = "") -> None:
        self.source = source
        self.field = field
        self.language = language
        self.folded = _folded(
            _HASHTAGS.sub(lambda match: " " * len(match.group()), source) if "#" in source else source
        )
        parts = _WORD.split(self.folded)  # what is between words, a word, what is between …
        edges = list(accumulate(map(len, parts)))
        self.words, self.starts, self.ends = parts[1::2], edges[:-1:2], edges[1::2]
        if seams := [match.start() for match in _SEAM.finditer(source)]:
            self._take_apart(seams)

    def __len__(self) -> int:
        return len(self.words)

    def _take_apart(self, seams: list[int]) -> None:
        spans = list(self._taken_apart(list(zip(self.starts, self.ends, strict=True)), seams))
        self.words = [self.folded[start:end] for start, end in spans]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]

    def _taken_apart(self, spans: list[tuple[int, int]], seams: list[int]) -> Iterator[tuple[int, int]]:
        seam, count = 0, len(seams)
        for start, end in spans:
            first = start
            while seam < count and seams[seam] < end:
                if seams[seam] > first and self._comes_apart(first, seams[seam]):
                    yield first, seams[seam]
                    first = seams[seam]
                seam += 1
            yield first, end

    def _comes_apart(self, start: int, seam: int) -> bool:
        """True for glued words (вАкмолинской, ВАтырау), false for names (КазМунайГаз)."""
        return seam == start + 1 or self.source[start].islower()

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The text cut where its language changes; one passage mostly."""
        return passages_of(self.source, self.sentence_ends, language=self.language)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of its passages, each once."""
        return tuple(dict.fromkeys(passage.language for passage in self.passages))

    def language_at(self, word: int) -> str:
        """Return the language of the passage that holds a word."""
        if len(self.passages) == 1:
            return self.passages[0].language
        return self.language_of_character(self.starts[word])

    def language_of_character(self, place: int) -> str:
        after = bisect_right(self.passages, place, key=lambda passage: passage.start)
        return self.passages[after - 1].language

    @cached_property
    def sentence_ends(self) -> list[int]:
        """Where sentences end, in characters."""
        return [match.end() for match in _SENTENCE_END.finditer(self.source)]

    @cached_property
    def clause_ends(self) -> list[int]:
        """Where clauses end (commas and dashes too), in characters."""
        return [match.end() for match in _CLAUSE_END.finditer(self.source)]

    def sentence_at(self, word: int) -> int:
        """Number the sentence that holds a word."""
        return self.sentence_of_character(self.starts[word])

    def sentence_of_character(self, place: int) -> int:
        return bisect_right(self.sentence_ends, place)

    def clause_at(self, word: int) -> int:
        """Number the clause that holds a word."""
        return self.clause_of_character(self.starts[word])

    def clause_of_character(self, place: int) -> int:
        return bisect_right(self.clause_ends, place)

    def begins_sentence(self, word: int) -> bool:
        """True if a word is the first of its sentence."""
        return word == 0 or self.sentence_at(word) != self.sentence_at(word - 1)

    def is_name(self, word: int) -> bool:
        """True if a word begins with a capital, goes on without one, and does not begin its sentence."""
        here = self.starts[word]
        goes_on = self.source[here].isupper() and self.source[here + 1 : here + 2].islower()
        return goes_on and not self.begins_sentence(word)

    def first_of_sentence(self, word: int) -> int:
        """Return the first word of the sentence that holds a word."""
        sentence = self.sentence_at(word)
        return bisect_left(self.starts, self.sentence_ends[sentence - 1]) if sentence else 0

    def words_of_clause(self, clause: int) -> tuple[int, int]:
        """Return the first word of a clause, by its number, and the one after its last."""
        ends = self.clause_ends
        first = bisect_left(self.starts, ends[clause - 1]) if 0 < clause <= len(ends) else 0
        end = bisect_left(self.starts, ends[clause]) if clause < len(ends) else len(self.words)
        return (first, end) if clause <= len(ends) else (end, end)

    def words_between(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and the last word between two places in characters; last < first when no word is there."""
        return bisect_left(self.starts, start), bisect_right(self.ends, end) - 1

    @cached_property
    def _questions(self) -> list[tuple[int, int]]:
        spans = [match.span() for match in _QUESTION.finditer(self.source)]
        return spans if len(spans) >= INTERVIEW_QUESTIONS else []

    def is_prominent(self, word: int) -> bool:
        """True if a word is in the title, in the lead, or in a question of an interview."""
        if self.field == "title" or word < PROMINENT_WORDS:
            return True
        place = self.starts[word]
        before = bisect_right(self._questions, (place, len(self.source)))
        return before > 0 and place < self._questions[before - 1][1]

    def between(self, first: int, last: int) -> str:
        """Return the text from the first to the last word, as written."""
        return self.source[self.starts[first] : self.ends[last]]


def _folded(source: str) -> str:
    """Fold a whole text as `fold` folds a word, letter by letter in place, only faster."""
    folded = source.lower().replace("ё", "е")
    return folded if len(folded) == len(source) else fold(source)
