"""What happened to the people a number counts: who was killed, detained, evacuated."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipelines.language.russian import is_active
from pipelines.tagging.figures.clauses import NumberedText, distance
from pipelines.tagging.figures.numbers import Number
from pipelines.tagging.matching.matcher import Hit

WEAK_DEEDS = frozenset({"wanted", "members", "other"})
"""Said of people to whom something else happened as well: «задержаны 38 разыскиваемых»."""

WORD_ORDER_PENALTY = 4
"""In Kazakh the verb follows whom it concerns, so a deed before the number is that much farther away."""


CUSTODY = frozenset({"detained", "arrested", "convicted", "deported", "extradited"})
"""What is reported of suspects in a sentence of its own."""

LATER_WORDS, LATER_SENTENCES = 60, 2


_KAZAKH_PASSIVE = re.compile("[лн](?:[ыі][пл]|ды|ді|ған|ген|мақ|мек|ады|еді|са|се|у|уы|уі|уда|уде)")
_KAZAKH_ACCUSATIVE = re.compile("(?:[нтд][ыі]|[сі]ін|[сы]ын|уін|ауын)$")


def deed_of(numbered: NumberedText, number: Number, *, people: list[Hit]) -> str:
    """Name what happened to those a number counts, or nothing.

    The number's own clause decides. Without a deed, and without a verb, it continues another one: «спасены 12 человек,
    из них 3 ребёнка». A clause with a verb of its own does not: «умерли 12, вылечились 40».
    """
    said: dict[int, list[Hit]] = defaultdict(list)
    for hit in numbered.around(number):
        if _is_said(numbered, hit) and not _is_done_by(numbered, hit, number, people):
            said[numbered.text.clause_at(hit.first)].append(hit)
    clause = numbered.text.clause_at(number.first)
    own = _nearest(numbered, said[clause], number) if clause in said else ""
    if not said or (own and own not in WEAK_DEEDS) or numbered.has_verb(clause):
        return own
    return _inherited(numbered, said, number, clause) or own


def _is_said(numbered: NumberedText, hit: Hit) -> bool:
    if hit.pattern not in numbered.counted.deeds or hit.negated:
        return False
    return numbered.text.clause_at(hit.first) not in numbered.doubtful_clauses


def is_doubted(numbered: NumberedText, number: Number) -> bool:
    """True for «якобы погибли двое детей», where the deed in the number's clause is only a claim or a chance."""
    clause = numbered.text.clause_at(number.first)
    if clause not in numbered.doubtful_clauses:
        return False
    return any(
        hit.pattern in numbered.counted.deeds for hit in numbered.hits_from(*numbered.words_around(number.first))
    )


def _inherited(numbered: NumberedText, said: dict[int, list[Hit]], number: Number, clause: int) -> str:
    """Look back to the clause this one goes on, then ahead to the one that ends it."""
    for other in _in_order(numbered, number, range(clause - 1, -1, -1)):
        if other in said:
            return _nearest(numbered, said[other], number)
        if numbered.has_verb(other):
            if numbered.has_number(*numbered.text.words_of_clause(other)):
                return ""
            break
    for other in _in_order(numbered, number, range(clause + 1, clause + 6)):
        if other in said and not _is_relative(numbered, other):
            return _nearest(numbered, said[other], number)
        if numbered.has_verb(other) and not _is_relative(numbered, other):
            break
    return ""


def later_deed(numbered: NumberedText, number: Number) -> str:
    """Name what the next sentences say of people counted here: «Трое мужчин хранили оружие. Их задержали»."""
    text = numbered.text
    sentence = text.sentence_at(number.first)
    for hit in numbered.hits_from(number.last + 1, number.last + LATER_WORDS):
        kind = numbered.counted.deeds.get(hit.pattern, "")
        if kind not in CUSTODY or hit.negated or not 0 < text.sentence_at(hit.first) - sentence <= LATER_SENTENCES:
            continue
        first, end = numbered.words_around(hit.first)
        refers_back = not numbered.words.referring_words.isdisjoint(text.words[first:end])
        if (
            refers_back
            and not numbered.has_number(first, end)
            and text.clause_at(hit.first) not in numbered.doubtful_clauses
        ):
            return kind
    return ""


def _in_order(numbered: NumberedText, number: Number, clauses: Iterable[int]) -> Iterator[int]:
    """Yield the clauses that lie in the number's sentence."""
    text = numbered.text
    sentence = text.sentence_at(number.first)
    for clause in clauses:
        first, end = text.words_of_clause(clause)
        if first < end:
            if text.sentence_at(first) != sentence:
                return
            yield clause


def _is_relative(numbered: NumberedText, clause: int) -> bool:
    first, end = numbered.text.words_of_clause(clause)
    return any(map(numbered.words.is_relative, numbered.text.words[first : min(end, first + 2)]))


def _nearest(numbered: NumberedText, hits: list[Hit], number: Number) -> str:
    deeds, order = numbered.counted.deeds, numbered.counted.order
    is_kazakh = numbered.text.language_at(number.first) == "kk"

    def remoteness(hit: Hit) -> tuple[bool, int, int, int]:
        kind = deeds[hit.pattern]
        late = WORD_ORDER_PENALTY if is_kazakh and hit.last < number.first - 1 else 0
        return kind in WEAK_DEEDS, distance(hit, number) + late, hit.first - hit.last, order[kind]

    return deeds[min(hits, key=remoteness).pattern]


def _is_done_by(numbered: NumberedText, hit: Hit, number: Number, people: list[Hit]) -> bool:
    """True for «пятеро полицейских задержали вора», where the number counts those who act."""
    if hit.first < number.last:
        return False
    first = min(people, key=lambda person: person.first, default=None)
    officer = first if first and first.pattern in numbered.counted.officers else None
    if numbered.text.language_at(hit.first) == "kk":
        return _acts_in_kazakh(numbered, hit, number, [officer] if officer else people)
    words = numbered.text.words
    if not officer and words[number.last] not in numbered.words.acting_numerals:
        return False
    return any(is_active(word) for word in words[hit.first : hit.last + 1])


def _acts_in_kazakh(numbered: NumberedText, hit: Hit, number: Number, people: list[Hit]) -> bool:
    """Whom an active verb concerns is in the accusative: «үш күдіктіні ұстады»."""
    words = numbered.text.words
    verb = words[hit.last]
    if _KAZAKH_PASSIVE.search(verb) or not verb.startswith(numbered.words.transitive_stems):
        return False
    counted = [words[number.last], *(words[person.last] for person in people)]
    return not any(_KAZAKH_ACCUSATIVE.search(word) for word in counted)


def stands_alone(numbered: NumberedText, number: Number, limit: int) -> bool:
    """True for «60 астамы сотталды», «о 13 погибших», «двое убиты», «число жертв возросло до 12», «ранены — 5»."""
    return _deed_follows(numbered, number, limit) or _deed_goes_before(numbered, number)


def _deed_follows(numbered: NumberedText, number: Number, limit: int) -> bool:
    text, deeds = numbered.text, numbered.counted.deeds
    for hit in numbered.hits_from(number.last + 1, min(number.last + 4, limit)):
        between = text.words[number.last + 1 : hit.first]
        if (
            hit.pattern in deeds
            and numbered.is_unbroken(number.last, hit.first)
            and set(between) <= numbered.words.words_after_number
        ):
            return True
    return False


def _deed_goes_before(numbered: NumberedText, number: Number) -> bool:
    text, deeds = numbered.text, numbered.counted.deeds
    if text.words[number.last] not in numbered.words.people_numerals and not ends_its_noun(numbered, number):
        return False
    for hit in numbered.hits_from(number.first - 8, number.first):
        between = text.words[hit.last + 1 : number.first]
        in_sentence = text.sentence_at(hit.first) == text.sentence_at(number.first)
        if hit.pattern in deeds and in_sentence and set(between) <= numbered.words.words_before_number:
            return number.value > 1 or not number.spelled
    return False


def ends_its_noun(numbered: NumberedText, number: Number) -> bool:
    """True if no noun follows: the clause ends, or a preposition goes on."""
    text, after = numbered.text, number.last + 1
    if after >= len(text) or text.clause_at(after) != text.clause_at(number.first):
        return True
    return text.words[after] in numbered.words.following_words
