"""Counted facts: every number that counts something the team watches, with its kind, qualifier, unit and role."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from pipelines.models import Figure, Span
from pipelines.tagging.counted import Counted
from pipelines.tagging.matcher import Found, Hit
from pipelines.tagging.numbers import Number, find_numbers
from pipelines.tagging.numerals import ABBREVIATED_MULTIPLIERS, COLLECTIVES
from pipelines.tagging.text import Text

THING_WORDS = 4
"""How far after its number a counted noun may stand."""

DEED_WORDS = 12
"""How far from the number a deed is looked for."""

LEAD_WORDS = 150
KILOGRAMS = {"кг": 1.0, "т": 1000.0, "гр": 0.001}
KILOGRAM_STEMS = {"килограмм": 1.0, "келі": 1.0, "тонн": 1000.0, "грамм": 0.001}
"""Beginnings of words: килограммов, тоннаға."""

PERSONAL_DEEDS = frozenset(
    {"killed", "injured", "detained", "arrested", "convicted", "evacuated", "deported", "extradited", "entry_banned"}
)
"""What happened to people matters more than that they were members, minors or victims."""

VAGUE_THINGS = frozenset({"minors", "other", "members", "victims"})

WEAK_DEEDS = frozenset({"wanted", "members"})
"""Said of people to whom something else happened as well: «задержаны 38 разыскиваемых»."""

JOINING_WORDS = frozenset({"и", "және", "мен", "или"})


class _Reading(NamedTuple):
    text: Text
    hits: list[Hit]
    starts: list[int]
    numbers: list[Number]
    counted: Counted


def find_figures(found: Iterable[Found], counted: Counted, *, language: str = "") -> tuple[Figure, ...]:
    """Return the figures in order; what is told twice with the same kind and value is kept once."""
    figures: dict[tuple[str, float, str], Figure] = {}
    for text, hits in found:
        for figure in _figures(_read(text, hits, counted, language)):
            figures.setdefault((figure.kind, figure.value, figure.unit), figure)
    return tuple(figures.values())


def _read(text: Text, hits: list[Hit], counted: Counted, language: str) -> _Reading:
    useful = sorted((hit for hit in hits if hit.pattern in counted.known), key=lambda hit: hit.first)
    return _Reading(text, useful, [hit.first for hit in useful], find_numbers(text, language=language), counted)


def _figures(reading: _Reading) -> Iterator[Figure]:
    following: Figure | None = None
    counted: list[Figure] = []
    for index in range(len(reading.numbers) - 1, -1, -1):
        number = reading.numbers[index]
        after = reading.numbers[index + 1] if index + 1 < len(reading.numbers) else None
        figure = _figure(reading, number, after.first if after else len(reading.text))
        if figure is None and following and after and _shares_its_noun(reading.text, number, after):
            figure = following
        following = figure
        if figure:
            counted.append(
                replace(
                    figure, value=_value(figure, number), qualifier=number.qualifier, span=_span(reading.text, number)
                )
            )
    yield from reversed(counted)
    yield from _singular(reading)


def _value(figure: Figure, number: Number) -> float:
    return figure.value if figure.kind == "drugs_kg" else number.value


def _shares_its_noun(text: Text, number: Number, after: Number) -> bool:
    """Tell «23 международных и 40 региональных каналов»: the noun stands after the second number only."""
    between = text.words[number.last + 1 : after.first]
    return len(between) <= THING_WORDS and bool(between) and between[-1] in JOINING_WORDS


def _figure(reading: _Reading, number: Number, limit: int) -> Figure | None:
    """Decide what a number counts: money, drugs by weight, things, people to whom something happened."""
    if figure := _money(reading, number) or _drugs(reading, number):
        return figure
    thing, is_person = _thing(reading, number, limit)
    deed = _deed(reading, number)
    if thing == "attacks" and deed == "foiled":
        return Figure(kind="foiled", value=number.value)
    if thing and not (thing in VAGUE_THINGS and deed in PERSONAL_DEEDS):
        return Figure(kind=thing, value=number.value) if number.value > 1 or not number.spelled else None
    is_person = is_person or (number.spelled and reading.text.words[number.last] in COLLECTIVES)
    if deed and deed != "foiled" and (is_person or thing or _stands_alone(reading, number, limit)):
        return Figure(kind=deed, value=number.value)
    return None


def _money(reading: _Reading, number: Number) -> Figure | None:
    after = [
        hit for hit in _hits(reading, number.last + 1, number.last + 3) if hit.pattern in reading.counted.currencies
    ]
    if not after:
        return None
    currency = reading.counted.currencies[after[0].pattern]
    roles = reading.counted.roles
    said = [hit for hit in _in_sentence(reading, number) if hit.pattern in roles]
    role = roles[min(said, key=lambda hit: _distance(hit, number)).pattern] if said else ""
    return Figure(kind="money", value=number.value, unit=currency, role=role)


def _drugs(reading: _Reading, number: Number) -> Figure | None:
    after = number.last + 1
    if after >= len(reading.text):
        return None
    kilograms = _kilograms(reading.text.words[after])
    if not kilograms or not any(hit.pattern in reading.counted.drugs for hit in _in_sentence(reading, number)):
        return None
    return Figure(kind="drugs_kg", value=number.value * kilograms, unit="kg")


def _kilograms(word: str) -> float:
    """Return how many kilograms a word of weight means, or zero."""
    if word in KILOGRAMS:
        return KILOGRAMS[word]
    return next((weight for stem, weight in KILOGRAM_STEMS.items() if word.startswith(stem)), 0.0)


def _thing(reading: _Reading, number: Number, limit: int) -> tuple[str, bool]:
    """Name the kind of the noun that is counted, and whether people are."""
    counted = reading.counted
    near = _hits(reading, number.last + 1, min(number.last + 1 + THING_WORDS, limit))
    near = [hit for hit in near if _unbroken(reading.text, number.last, hit.first)]
    things = [hit for hit in near if hit.pattern in counted.things]
    person = min((hit.first for hit in near if hit.pattern in counted.people), default=limit)
    if not things and person == limit:
        things = _before_a_dash(reading, number)
    first = min((hit.first for hit in things), default=limit)
    if not things or person < first:
        return "", person < limit
    nearest = [hit for hit in things if hit.first <= first + 1]
    best = min(nearest, key=lambda hit: (hit.first - hit.last, counted.order[counted.things[hit.pattern]]))
    return counted.things[best.pattern], person < limit


def _before_a_dash(reading: _Reading, number: Number) -> list[Hit]:
    """Find what stands before «— 340» or «: 340»."""
    if number.first == 0:
        return []
    between = reading.text.source[reading.text.ends[number.first - 1] : number.start]
    if not any(mark in between for mark in "—–:-") or "," in between:
        return []
    return [hit for hit in _hits(reading, number.first - 4, number.first) if hit.pattern in reading.counted.things]


def _deed(reading: _Reading, number: Number) -> str:
    deeds = reading.counted.deeds
    said = [hit for hit in _in_sentence(reading, number) if hit.pattern in deeds and not hit.negated]
    said = [hit for hit in said if _distance(hit, number) <= DEED_WORDS]
    if not said:
        return ""
    clause = reading.text.clause_at(number.first)

    def remoteness(hit: Hit) -> tuple[bool, bool, int, int, int]:
        elsewhere = reading.text.clause_at(hit.first) != clause
        kind = deeds[hit.pattern]
        return elsewhere, kind in WEAK_DEEDS, _distance(hit, number), hit.first - hit.last, reading.counted.order[kind]

    return deeds[min(said, key=remoteness).pattern]


def _stands_alone(reading: _Reading, number: Number, limit: int) -> bool:
    """Tell «60 астамы сотталды», «о 13 погибших», «двое убиты»: the deed itself is next to the number."""
    deeds = reading.counted.deeds
    after = _hits(reading, number.last + 1, min(number.last + 3, limit))
    before = _hits(reading, number.first - 2, number.first)
    return any(hit.pattern in deeds and _unbroken(reading.text, number.last, hit.first) for hit in after) or (
        number.spelled and number.value > 1 and any(hit.pattern in deeds for hit in before)
    )


def _singular(reading: _Reading) -> Iterator[Figure]:
    """Count one person where a title or lead says «задержан», «убит» in a clause without a number."""
    counted = {reading.text.clause_at(number.first) for number in reading.numbers}
    for hit in reading.hits:
        kind = reading.counted.one.get(hit.pattern)
        if kind and hit.first < LEAD_WORDS and not hit.negated and reading.text.clause_at(hit.first) not in counted:
            form = reading.text.between(hit.first, hit.last)
            start, end = reading.text.starts[hit.first], reading.text.ends[hit.last]
            yield Figure(kind=kind, value=1.0, span=Span(field=reading.text.field, start=start, end=end, form=form))


def _hits(reading: _Reading, first: int, end: int) -> list[Hit]:
    return reading.hits[bisect_left(reading.starts, first) : bisect_left(reading.starts, end)]


def _in_sentence(reading: _Reading, number: Number) -> list[Hit]:
    sentence = reading.text.sentence_at(number.first)
    near = _hits(reading, number.first - 2 * DEED_WORDS, number.last + 2 * DEED_WORDS)
    return [hit for hit in near if reading.text.sentence_at(hit.first) == sentence]


def _distance(hit: Hit, number: Number) -> int:
    return number.first - hit.last if hit.last < number.first else hit.first - number.last


def _unbroken(text: Text, first: int, last: int) -> bool:
    between = text.source[text.ends[first] : text.starts[last]]
    if text.words[first] in ABBREVIATED_MULTIPLIERS:
        between = between.removeprefix(".")
    return not any(mark in between for mark in ",.;:—\n")


def _span(text: Text, number: Number) -> Span:
    return Span(field=text.field, start=number.start, end=number.end, form=text.source[number.start : number.end])
