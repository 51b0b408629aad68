"""What happened to the people a number counts: who was killed, detained, evacuated."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipelines.language.russian import is_active
from pipelines.tagging.figures import numerals
from pipelines.tagging.figures.clauses import Reading, distance, is_unbroken
from pipelines.tagging.figures.numbers import Number
from pipelines.tagging.matching.matcher import Hit

WEAK_DEEDS = frozenset({"wanted", "members", "other"})
"""Said of people to whom something else happened as well: «задержаны 38 разыскиваемых»."""

WORD_ORDER_PENALTY = 4
"""In Kazakh the verb follows whom it concerns, so a deed before the number is that much farther away."""

NOMINATIVES = numerals.word_set("два две три четыре двое трое четверо пятеро шестеро семеро")
"""Before an active verb these do the deed: «двое ограбили», but «двоих задержали»."""

LINKING_WORDS = numerals.CHANGES | numerals.word_set(
    "до более больше менее не уже еще около почти свыше сразу как минимум составило составляет превысило насчитывает "
    "стало число саны санының порядка примерно всего было были стали предварительно жертв по кемінде шамамен"
)
"""What stands between a deed and its number where no noun follows: «число погибших возросло до 12»."""

FOLLOWING_WORDS = numerals.word_set(
    "в во на из по с со за при от среди и или а но к после во еще жетті ға ге тағы және"
)
"""What follows a number that stands without a noun."""

CUSTODY = frozenset({"detained", "arrested", "convicted", "deported", "extradited"})
"""What is told of suspects in a sentence of its own."""

LATER_WORDS, LATER_SENTENCES = 60, 2
THOSE = numerals.word_set(
    "их они все всех обоих оба подозреваемых подозреваемые мужчин мужчины злоумышленников злоумышленники фигурантов "
    "фигуранты преступников женщин женщины парней молодых иностранцев мигрантов боевиков нарушителей участников "
    "олар оларды күдіктілер күдіктілерді барлығы бәрі екеуі екеуін үшеуі үшеуін қылмыскерлер мүшелері"
)

RELATIVE = re.compile("котор|где$|чьи|кто$")

_KAZAKH_PASSIVE = re.compile("[лн](?:[ыі][пл]|ды|ді|ған|ген|мақ|мек|ады|еді|са|се|у|уы|уі|уда|уде)")
_KAZAKH_ACCUSATIVE = re.compile("(?:[нтд][ыі]|[сі]ін|[сы]ын|уін|ауын)$")


def deed_of(reading: Reading, number: Number, *, people: list[Hit]) -> str:
    """Name what happened to those a number counts, or nothing.

    The number's own clause decides. Without a deed, and without a verb, it continues another one: «спасены 12 человек,
    из них 3 ребёнка». A clause with a verb of its own does not: «умерли 12, вылечились 40».
    """
    said: dict[int, list[Hit]] = defaultdict(list)
    for hit in reading.around(number):
        if _is_said(reading, hit) and not _is_done_by(reading, hit, number, people):
            said[reading.text.clause_at(hit.first)].append(hit)
    clause = reading.text.clause_at(number.first)
    own = _nearest(reading, said[clause], number) if clause in said else ""
    if not said or (own and own not in WEAK_DEEDS) or reading.has_verb(clause):
        return own
    return _inherited(reading, said, number, clause) or own


def _is_said(reading: Reading, hit: Hit) -> bool:
    if hit.pattern not in reading.counted.deeds or hit.negated:
        return False
    return reading.text.clause_at(hit.first) not in reading.doubtful_clauses


def is_doubted(reading: Reading, number: Number) -> bool:
    """Tell «якобы погибли двое детей»: the deed in the number's clause is only a claim or a chance."""
    clause = reading.text.clause_at(number.first)
    if clause not in reading.doubtful_clauses:
        return False
    return any(hit.pattern in reading.counted.deeds for hit in reading.hits_from(*reading.words_around(number.first)))


def _inherited(reading: Reading, said: dict[int, list[Hit]], number: Number, clause: int) -> str:
    """Look back to the clause this one goes on, then ahead to the one that ends it."""
    for other in _in_order(reading, number, range(clause - 1, -1, -1)):
        if other in said:
            return _nearest(reading, said[other], number)
        if reading.has_verb(other):
            if reading.has_number(*reading.text.words_of_clause(other)):
                return ""
            break
    for other in _in_order(reading, number, range(clause + 1, clause + 6)):
        if other in said and not _is_relative(reading, other):
            return _nearest(reading, said[other], number)
        if reading.has_verb(other) and not _is_relative(reading, other):
            break
    return ""


def deed_told_later(reading: Reading, number: Number) -> str:
    """Name what the next sentences say of people counted here: «Трое мужчин хранили оружие. Их задержали»."""
    text = reading.text
    sentence = text.sentence_at(number.first)
    for hit in reading.hits_from(number.last + 1, number.last + LATER_WORDS):
        kind = reading.counted.deeds.get(hit.pattern, "")
        if kind not in CUSTODY or hit.negated or not 0 < text.sentence_at(hit.first) - sentence <= LATER_SENTENCES:
            continue
        first, end = reading.words_around(hit.first)
        told = not THOSE.isdisjoint(text.words[first:end]) and not reading.has_number(first, end)
        if told and text.clause_at(hit.first) not in reading.doubtful_clauses:
            return kind
    return ""


def _in_order(reading: Reading, number: Number, clauses: Iterable[int]) -> Iterator[int]:
    """Yield the clauses that lie in the number's sentence."""
    text = reading.text
    sentence = text.sentence_at(number.first)
    for clause in clauses:
        first, end = text.words_of_clause(clause)
        if first < end:
            if text.sentence_at(first) != sentence:
                return
            yield clause


def _is_relative(reading: Reading, clause: int) -> bool:
    first, end = reading.text.words_of_clause(clause)
    return any(RELATIVE.match(word) for word in reading.text.words[first : min(end, first + 2)])


def _nearest(reading: Reading, hits: list[Hit], number: Number) -> str:
    deeds, order = reading.counted.deeds, reading.counted.order

    def remoteness(hit: Hit) -> tuple[bool, int, int, int]:
        kind = deeds[hit.pattern]
        late = WORD_ORDER_PENALTY if reading.language == "kk" and hit.last < number.first - 1 else 0
        return kind in WEAK_DEEDS, distance(hit, number) + late, hit.first - hit.last, order[kind]

    return deeds[min(hits, key=remoteness).pattern]


def _is_done_by(reading: Reading, hit: Hit, number: Number, people: list[Hit]) -> bool:
    """Tell «пятеро полицейских задержали вора»: the number counts those who act."""
    if hit.first < number.last:
        return False
    first = min(people, key=lambda person: person.first, default=None)
    officer = first if first and first.pattern in reading.counted.officers else None
    if reading.language == "kk":
        return _acts_in_kazakh(reading, hit, number, [officer] if officer else people)
    words = reading.text.words
    if not officer and words[number.last] not in NOMINATIVES:
        return False
    return any(is_active(word) for word in words[hit.first : hit.last + 1])


def _acts_in_kazakh(reading: Reading, hit: Hit, number: Number, people: list[Hit]) -> bool:
    """Whom an active verb concerns is in the accusative: «үш күдіктіні ұстады»."""
    words = reading.text.words
    verb = words[hit.last]
    if _KAZAKH_PASSIVE.search(verb) or not verb.startswith(_TRANSITIVE):
        return False
    counted = [words[number.last], *(words[person.last] for person in people)]
    return not any(_KAZAKH_ACCUSATIVE.search(word) for word in counted)


_TRANSITIVE = (*numerals.word_set("ұста тұтқында өлтір құтқар эвакуацияла құрықта түсір депортацияла сотта көшір"),)
"""Beginnings of Kazakh verbs that somebody does to somebody."""


def stands_alone(reading: Reading, number: Number, limit: int) -> bool:
    """Tell «60 астамы сотталды», «о 13 погибших», «двое убиты», «число жертв возросло до 12», «ранены — 5»."""
    return _deed_follows(reading, number, limit) or _deed_goes_before(reading, number)


def _deed_follows(reading: Reading, number: Number, limit: int) -> bool:
    text, deeds = reading.text, reading.counted.deeds
    for hit in reading.hits_from(number.last + 1, min(number.last + 4, limit)):
        between = text.words[number.last + 1 : hit.first]
        if hit.pattern in deeds and is_unbroken(text, number.last, hit.first) and set(between) <= _SKIPPED:
            return True
    return False


_SKIPPED = frozenset().union(*numerals.QUALIFIERS_AFTER.values()) | numerals.word_set(
    "были был было уже позже сразу из них тяжело тәулікте ауыр жеңіл әр түрлі адамнан человек серьезно получили"
)


def _deed_goes_before(reading: Reading, number: Number) -> bool:
    text, deeds = reading.text, reading.counted.deeds
    if text.words[number.last] not in numerals.COLLECTIVES and not ends_its_noun(reading, number):
        return False
    for hit in reading.hits_from(number.first - 8, number.first):
        between = text.words[hit.last + 1 : number.first]
        in_sentence = text.sentence_at(hit.first) == text.sentence_at(number.first)
        if hit.pattern in deeds and in_sentence and set(between) <= LINKING_WORDS:
            return number.value > 1 or not number.spelled
    return False


def ends_its_noun(reading: Reading, number: Number) -> bool:
    """Tell whether no noun follows: the clause ends, or a preposition goes on."""
    text, after = reading.text, number.last + 1
    if after >= len(text) or text.clause_at(after) != text.clause_at(number.first):
        return True
    return text.words[after] in FOLLOWING_WORDS
