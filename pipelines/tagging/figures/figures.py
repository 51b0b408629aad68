"""Counted facts: every number that counts something the team watches, with its kind, qualifier, unit and role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.language.russian import is_adjective, is_predicate, is_singular
from pipelines.models import Context, Figure, Span
from pipelines.tagging.figures.actions import deed_of, ends_its_noun, is_doubted, later_deed, stands_alone
from pipelines.tagging.figures.clauses import NEAR_WORDS, NumberedText, distance
from pipelines.tagging.figures.counted_words import CountedWords
from pipelines.tagging.figures.numbers import Number
from pipelines.tagging.matching.matcher import Found, Hit
from pipelines.tagging.matching.text import Text

THING_WORDS = 4
"""How far after its number a counted noun may stand."""

SINGLE_PERSON_WORDS = 150
"""One person is counted without a number only in this many first words."""


CURRENCY_SIGNS = {"₸": "KZT", "$": "USD", "€": "EUR", "₽": "RUB", "£": "GBP"}

PERSONAL_DEEDS = frozenset(
    {"killed", "injured", "detained", "arrested", "convicted", "evacuated", "deported", "extradited", "entry_banned"}
)
"""What happened to people matters more than that they were members, minors or victims."""

UNREAL_CONTEXTS = frozenset({"drill", "fiction", "sport", "historical"})
UNREAL_KINDS = frozenset({"attacks", "foiled", "explosives", "weapons", "cyberattacks", "victims"})
"""What is imagined as easily as the deeds."""

PERSONS = frozenset({"minors", "members", "victims"})
"""Kinds whose things are people."""

_KAZAKH_ADJECTIVE = re.compile("(?:[лдт][ыі][қк]|[ғқгк][ыі]|сыз|сіз|лы|лі|ды|ді|ты|ті)$").search


BARE_MONEY = 100_000
"""A sum without its currency is read only from here on: «похитили 180 миллионов»."""


def find_figures(found: Iterable[Found], counted: CountedWords) -> tuple[Figure, ...]:
    """Return the figures in order; a repetition of kind, value and unit is kept once."""
    figures: dict[tuple[str, float, str], Figure] = {}
    for text, hits in found:
        for figure in _figures(NumberedText(text, hits, counted=counted)):
            figures.setdefault((figure.kind, figure.value, figure.unit), figure)
    return tuple(figures.values())


def without_unreal(
    figures: Iterable[Figure], contexts: Iterable[Context], *, texts: Iterable[Text]
) -> tuple[Figure, ...]:
    """Leave out people killed in a film, a match, a history piece or a drill: its sentence has a silenced mention.

    What is counted otherwise (exercises, people trained, money) stays.
    """
    by_field = {text.field: text for text in texts}
    silenced = {
        (span.field, by_field[span.field].sentence_of_character(span.start))
        for context in contexts
        if context.context in UNREAL_CONTEXTS
        for span in context.spans
    }
    return tuple(figure for figure in figures if not _is_unreal(figure, silenced, by_field))


def _is_unreal(figure: Figure, silenced: set[tuple[str, int]], texts: dict[str, Text]) -> bool:
    span = figure.span
    if span is None or figure.kind not in PERSONAL_DEEDS | UNREAL_KINDS:
        return False
    return (span.field, texts[span.field].sentence_of_character(span.start)) in silenced


def _figures(numbered: NumberedText) -> Iterator[Figure]:
    following: Figure | None = None
    counted: list[Figure] = []
    for index in range(len(numbered.numbers) - 1, -1, -1):
        number = numbered.numbers[index]
        after = numbered.numbers[index + 1] if index + 1 < len(numbered.numbers) else None
        figure = _figure(numbered, number, after.first if after else len(numbered.text))
        if figure is None and following and after and _shares_its_noun(numbered, number, after):
            figure = following if following.kind != "drugs_kg" else None
        if figure and following and after and _goes_on_in_grams(number, after, figure, following):
            counted.pop()
            figure = replace(figure, value=round(figure.value + following.value, 9))
        following = figure
        if figure:
            value = figure.value if figure.kind == "drugs_kg" else number.value
            counted.append(replace(figure, value=value, qualifier=number.qualifier, span=_span(numbered.text, number)))
    yield from reversed(counted)
    yield from _singular(numbered, counted)


def _goes_on_in_grams(number: Number, after: Number, figure: Figure, following: Figure) -> bool:
    """True for «1 кг 200 г»: one weight in two units."""
    both_drugs = figure.kind == following.kind == "drugs_kg"
    return both_drugs and after.first == number.last + 2 and figure.value > following.value


def _shares_its_noun(numbered: NumberedText, number: Number, after: Number) -> bool:
    """True for «23 международных и 40 региональных каналов»: the noun follows the second number only."""
    text = numbered.text
    between = text.words[number.last + 1 : after.first]
    if not between:
        return text.source[number.end : after.start].strip() in {"-", "–", "—"}
    joined = between[-1] in numbered.words.joining_words and all(
        is_adjective(word) or _KAZAKH_ADJECTIVE(word) for word in between[:-1]
    )
    return len(between) <= THING_WORDS and (joined or between == ["до"])


def _figure(numbered: NumberedText, number: Number, limit: int) -> Figure | None:
    """Decide what a number counts: money, drugs by weight, things, people to whom something happened."""
    if figure := _money(numbered, number) or _drugs(numbered, number):
        return figure
    things, people = _nouns(numbered, number, limit)
    if number.needs_noun and not any(hit.first == number.last + 1 for hit in (*things, *people)):
        return None
    thing = _thing(numbered, number, things, people)
    if (people or thing in PERSONS) and is_doubted(numbered, number):
        return None
    kind = _kind(numbered, number, thing=thing, people=people, limit=limit)
    return Figure(kind=kind, value=number.value) if kind else None


def _kind(numbered: NumberedText, number: Number, *, thing: str, people: list[Hit], limit: int) -> str:
    """Weigh what is counted against what happened to it."""
    deed = deed_of(numbered, number, people=people)
    if thing == "attacks" and deed == "foiled":
        return "foiled"
    if thing and not (deed in PERSONAL_DEEDS and (thing in PERSONS or (thing == "other" and people))):
        is_counted = number.value > 1 or not number.spelled
        return thing if is_counted and not _is_owned(numbered, number, thing) else ""
    is_person = bool(people) or (number.spelled and numbered.text.words[number.last] in numbered.words.people_numerals)
    if deed and deed != "foiled" and (is_person or thing in PERSONS or stands_alone(numbered, number, limit)):
        return deed
    return later_deed(numbered, number) if is_person and number.value > 1 and not deed else ""


def _money(numbered: NumberedText, number: Number) -> Figure | None:
    currency = _currency(numbered, number)
    if not currency:
        return None
    role = _role(numbered, number)
    clause = numbered.text.clause_at(number.first)
    priced = {numbered.text.clause_at(hit.first) for hit in numbered.around(number) if _is_price(numbered, hit)}
    if clause in priced and not role:
        return None
    return Figure(kind="money", value=number.value, unit=currency, role=role)


def _is_price(numbered: NumberedText, hit: Hit) -> bool:
    return hit.pattern in numbered.counted.prices


def _currency(numbered: NumberedText, number: Number) -> str:
    source, currencies = numbered.text.source, numbered.counted.currencies
    for sign in (source[number.start - 1 : number.start], source[number.end : number.end + 2].strip()[:1]):
        if sign in CURRENCY_SIGNS:
            return CURRENCY_SIGNS[sign]
    after = numbered.hits_from(number.last + 1, number.last + 3)
    named = [hit for hit in after if hit.pattern in currencies and numbered.is_unbroken(number.last, hit.first)]
    if named:
        return currencies[named[0].pattern]
    return _only_currency(numbered) if _is_bare_money(numbered, number) else ""


def _is_bare_money(numbered: NumberedText, number: Number) -> bool:
    """True for «заработали 180 миллионов»: many, with a multiplier, at the end of a clause that speaks of money."""
    text = numbered.text
    if number.value < BARE_MONEY or not numbered.words.multiplier(text.words[number.last]):
        return False
    after = number.last + 1
    if after < len(text) and text.clause_at(after) == text.clause_at(number.first):
        return False
    return bool(_role(numbered, number))


def _only_currency(numbered: NumberedText) -> str:
    named = {
        numbered.counted.currencies[hit.pattern] for hit in numbered.hits if hit.pattern in numbered.counted.currencies
    }
    return named.pop() if len(named) == 1 else ""


def _role(numbered: NumberedText, number: Number) -> str:
    """Return the role of a sum of money: the nearest word for it in the clause, else in the sentence."""
    roles = numbered.counted.roles
    said = [hit for hit in numbered.around(number) if hit.pattern in roles]
    clause = numbered.text.clause_at(number.first)
    nearest = min(
        said, key=lambda hit: (numbered.text.clause_at(hit.first) != clause, distance(hit, number)), default=None
    )
    return roles[nearest.pattern] if nearest else ""


def _drugs(numbered: NumberedText, number: Number) -> Figure | None:
    after = number.last + 1
    if after >= len(numbered.text) or not numbered.is_unbroken(number.last, after):
        return None
    kilograms = numbered.words.weight(numbered.text.words[after])
    near = numbered.hits_from(number.first - NEAR_WORDS, number.last + NEAR_WORDS)
    if not kilograms or not any(hit.pattern in numbered.counted.drugs for hit in near):
        return None
    return Figure(kind="drugs_kg", value=round(number.value * kilograms, 9), unit="kg")


def _nouns(numbered: NumberedText, number: Number, limit: int) -> tuple[list[Hit], list[Hit]]:
    """Return the things and the people that may be counted: they follow the number, with no mark between."""
    counted = numbered.counted
    near = numbered.hits_from(number.last + 1, min(number.last + 1 + THING_WORDS, limit))
    near = [hit for hit in near if _is_in_phrase(numbered, number, hit)]
    things = [hit for hit in near if hit.pattern in counted.things and not _is_sorted(numbered, number, hit)]
    people = [hit for hit in near if hit.pattern in counted.people]
    if not things and not people and ends_its_noun(numbered, number):
        things = _before_a_dash(numbered, number)
    return things, people


def _is_in_phrase(numbered: NumberedText, number: Number, hit: Hit) -> bool:
    """True for «54 новых факта», false for «20 коек для раненых»: no mark, preposition or verb is between."""
    between = numbered.text.words[number.last + 1 : hit.first]
    if not numbered.words.prepositions.isdisjoint(between) or any(is_predicate(word) for word in between):
        return False
    return numbered.is_unbroken(number.last, hit.first)


def _is_sorted(numbered: NumberedText, number: Number, hit: Hit) -> bool:
    text = numbered.text
    words = [*text.words[max(0, number.first - 1) : number.first], *text.words[number.last + 1 : hit.first]]
    return not numbered.words.sorting_words.isdisjoint(words)


def _thing(numbered: NumberedText, number: Number, things: list[Hit], people: list[Hit]) -> str:
    """Name the kind of the noun that is counted."""
    counted = numbered.counted
    if number.spelled and numbered.text.words[number.last] in numbered.words.people_numerals:
        things = [hit for hit in things if counted.things[hit.pattern] in PERSONS]
    first = min((hit.first for hit in things), default=0)
    if not things or any(person.first < first for person in people if number.last < first):
        return ""
    nearest = [hit for hit in things if hit.first <= first + 1]
    best = min(nearest, key=lambda hit: (hit.first - hit.last, counted.order[counted.things[hit.pattern]]))
    return counted.things[best.pattern]


def _before_a_dash(numbered: NumberedText, number: Number) -> list[Hit]:
    """Return the things named before «— 340» or «: 340»."""
    if number.first == 0:
        return []
    text = numbered.text
    between = text.source[text.ends[number.first - 1] : number.start]
    if not any(mark in between for mark in "—–:-") or "," in between:
        return []
    return [hit for hit in numbered.hits_from(number.first - 4, number.first) if hit.pattern in numbered.counted.things]


def _is_owned(numbered: NumberedText, number: Number, thing: str) -> bool:
    if thing != "minors":
        return False
    first, end = numbered.words_around(number.first)
    return not numbered.words.owning_words.isdisjoint(numbered.text.words[first:end])


def _singular(numbered: NumberedText, figures: list[Figure]) -> Iterator[Figure]:
    """Count one person where a title or lead says «задержан», «убит» in a clause without a count."""
    text = numbered.text
    counted = {
        (kind, _clause_of(text, figure))
        for figure in figures
        for kind in (figure.kind, "" if figure.kind in PERSONAL_DEEDS else figure.kind)
    }
    after_numbers = {number.last + 1 for number in numbered.numbers}
    for hit in numbered.hits:
        kind = numbered.counted.one.get(hit.pattern)
        if not kind or hit.first >= SINGLE_PERSON_WORDS or hit.negated or hit.first in after_numbers:
            continue
        clause = text.clause_at(hit.first)
        if (kind, clause) in counted or (kind in PERSONAL_DEEDS and ("", clause) in counted):
            continue
        if clause not in numbered.doubtful_clauses and _is_of_one(numbered, hit):
            start, end = text.starts[hit.first], text.ends[hit.last]
            form = text.between(hit.first, hit.last)
            yield Figure(kind=kind, value=1.0, span=Span(field=text.field, start=start, end=end, form=form))


def _is_of_one(numbered: NumberedText, hit: Hit) -> bool:
    """True if the clause is about one person: «задержали водителя», but not «водителя и пассажира»."""
    words = numbered.text.words
    people = {
        other.last
        for other in numbered.hits_from(*numbered.words_around(hit.first))
        if other.pattern in numbered.counted.people
    }
    if numbered.text.language_at(hit.first) == "kk":
        return True
    if not people:
        return not words[hit.first].endswith("ли") or not numbered.words.pronouns.isdisjoint(
            words[max(0, hit.first - 3) : hit.last + 4]
        )
    if words[hit.first].endswith("ли"):
        return len(people) == 1 and is_singular(words[people.pop()])
    return all(is_singular(words[place]) for place in people if place > hit.last)


def _clause_of(text: Text, figure: Figure) -> int:
    return text.clause_of_character(figure.span.start) if figure.span else -1


def _span(text: Text, number: Number) -> Span:
    return Span(field=text.field, start=number.start, end=number.end, form=text.source[number.start : number.end])
