"""Counted facts: every number that counts something the team watches, with its kind, qualifier, unit and role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.language.russian import is_adjective, is_predicate, is_singular
from pipelines.models import Context, Figure, Span
from pipelines.tagging.figures.actions import deed_of, deed_told_later, ends_its_noun, is_doubted, stands_alone
from pipelines.tagging.figures.clauses import NEAR_WORDS, Reading, distance, is_unbroken
from pipelines.tagging.figures.counted_words import CountedWords
from pipelines.tagging.figures.numbers import Number
from pipelines.tagging.figures.numerals import COLLECTIVES, multiplier, word_set
from pipelines.tagging.matching.matcher import Found, Hit
from pipelines.tagging.matching.text import Text

THING_WORDS = 4
"""How far after its number a counted noun may stand."""

SINGLE_PERSON_WORDS = 150
"""One person is counted without a number only in this many first words."""

KILOGRAMS = {"кг": 1.0, "т": 1000.0, "гр": 0.001, "г": 0.001, "мг": 1e-6}
KILOGRAM_STEMS = {"килограм": 1.0, "келі": 1.0, "тонн": 1000.0, "грамм": 0.001, "миллиграм": 1e-6, "центнер": 100.0}
"""Beginnings of words: килограммов, тоннаға."""

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

JOINING_WORDS = frozenset({"и", "және", "мен", "пен", "бен", "или"})

SORTING_WORDS = word_set("видов вида типов типа сортов модели моделей каждых каждого каждые түрлі түрі әр")
"""«Сорок видов оружия» are not forty weapons."""

PREPOSITIONS = word_set("в во на из с со к ко у о об от до для за по под при над без через про")

OWNING_WORDS = frozenset({"у", "имеет", "воспитывает", "воспитывают", "мать", "отец", "бар", "анасы", "әкесі"})
"""«У супругов двое детей» tells of a family."""

HIM = frozenset({"его", "ее"})

BARE_MONEY = 100_000
"""A sum without its currency is read only from here on: «похитили 180 миллионов»."""


def find_figures(found: Iterable[Found], counted: CountedWords, *, language: str = "") -> tuple[Figure, ...]:
    """Return the figures in order; what is told twice with the same kind and value is kept once."""
    figures: dict[tuple[str, float, str], Figure] = {}
    for text, hits in found:
        for figure in _figures(Reading(text, hits, counted=counted, language=language)):
            figures.setdefault((figure.kind, figure.value, figure.unit), figure)
    return tuple(figures.values())


def without_unreal(
    figures: Iterable[Figure], contexts: Iterable[Context], *, texts: Iterable[Text]
) -> tuple[Figure, ...]:
    """Leave out who is killed in a film, a match, a history piece or a drill: a mention beside it was silenced so.

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


def _figures(reading: Reading) -> Iterator[Figure]:
    following: Figure | None = None
    counted: list[Figure] = []
    for index in range(len(reading.numbers) - 1, -1, -1):
        number = reading.numbers[index]
        after = reading.numbers[index + 1] if index + 1 < len(reading.numbers) else None
        figure = _figure(reading, number, after.first if after else len(reading.text))
        if figure is None and following and after and _shares_its_noun(reading.text, number, after):
            figure = following if following.kind != "drugs_kg" else None
        if figure and following and after and _goes_on_in_grams(number, after, figure, following):
            counted.pop()
            figure = replace(figure, value=round(figure.value + following.value, 9))
        following = figure
        if figure:
            value = figure.value if figure.kind == "drugs_kg" else number.value
            counted.append(replace(figure, value=value, qualifier=number.qualifier, span=_span(reading.text, number)))
    yield from reversed(counted)
    yield from _singular(reading, counted)


def _goes_on_in_grams(number: Number, after: Number, figure: Figure, following: Figure) -> bool:
    """Tell «1 кг 200 г»: one weight in two units."""
    both_drugs = figure.kind == following.kind == "drugs_kg"
    return both_drugs and after.first == number.last + 2 and figure.value > following.value


def _shares_its_noun(text: Text, number: Number, after: Number) -> bool:
    """Tell «23 международных и 40 региональных каналов»: the noun stands after the second number only."""
    between = text.words[number.last + 1 : after.first]
    if not between:
        return text.source[number.end : after.start].strip() in {"-", "–", "—"}
    joined = between[-1] in JOINING_WORDS and all(
        is_adjective(word) or _KAZAKH_ADJECTIVE(word) for word in between[:-1]
    )
    return len(between) <= THING_WORDS and (joined or between == ["до"])


def _figure(reading: Reading, number: Number, limit: int) -> Figure | None:
    """Decide what a number counts: money, drugs by weight, things, people to whom something happened."""
    if figure := _money(reading, number) or _drugs(reading, number):
        return figure
    things, people = _nouns(reading, number, limit)
    if number.needs_noun and not any(hit.first == number.last + 1 for hit in (*things, *people)):
        return None
    thing = _thing(reading, number, things, people)
    if (people or thing in PERSONS) and is_doubted(reading, number):
        return None
    kind = _kind(reading, number, thing=thing, people=people, limit=limit)
    return Figure(kind=kind, value=number.value) if kind else None


def _kind(reading: Reading, number: Number, *, thing: str, people: list[Hit], limit: int) -> str:
    """Weigh what is counted against what happened to it."""
    deed = deed_of(reading, number, people=people)
    if thing == "attacks" and deed == "foiled":
        return "foiled"
    if thing and not (deed in PERSONAL_DEEDS and (thing in PERSONS or (thing == "other" and people))):
        is_counted = number.value > 1 or not number.spelled
        return thing if is_counted and not _is_owned(reading, number, thing) else ""
    is_person = bool(people) or (number.spelled and reading.text.words[number.last] in COLLECTIVES)
    if deed and deed != "foiled" and (is_person or thing in PERSONS or stands_alone(reading, number, limit)):
        return deed
    return deed_told_later(reading, number) if is_person and number.value > 1 and not deed else ""


def _money(reading: Reading, number: Number) -> Figure | None:
    currency = _currency(reading, number)
    if not currency:
        return None
    role = _role(reading, number)
    clause = reading.text.clause_at(number.first)
    priced = {reading.text.clause_at(hit.first) for hit in reading.around(number) if _is_price(reading, hit)}
    if clause in priced and not role:
        return None
    return Figure(kind="money", value=number.value, unit=currency, role=role)


def _is_price(reading: Reading, hit: Hit) -> bool:
    return hit.pattern in reading.counted.prices


def _currency(reading: Reading, number: Number) -> str:
    source, currencies = reading.text.source, reading.counted.currencies
    for sign in (source[number.start - 1 : number.start], source[number.end : number.end + 2].strip()[:1]):
        if sign in CURRENCY_SIGNS:
            return CURRENCY_SIGNS[sign]
    after = reading.hits_from(number.last + 1, number.last + 3)
    named = [hit for hit in after if hit.pattern in currencies and is_unbroken(reading.text, number.last, hit.first)]
    if named:
        return currencies[named[0].pattern]
    return _only_currency(reading) if _is_bare_money(reading, number) else ""


def _is_bare_money(reading: Reading, number: Number) -> bool:
    """Tell «заработали 180 миллионов»: many, with a multiplier, at the end of a clause that speaks of money."""
    text = reading.text
    if number.value < BARE_MONEY or not multiplier(text.words[number.last]):
        return False
    after = number.last + 1
    if after < len(text) and text.clause_at(after) == text.clause_at(number.first):
        return False
    return bool(_role(reading, number))


def _only_currency(reading: Reading) -> str:
    named = {
        reading.counted.currencies[hit.pattern] for hit in reading.hits if hit.pattern in reading.counted.currencies
    }
    return named.pop() if len(named) == 1 else ""


def _role(reading: Reading, number: Number) -> str:
    """Say what money stands for: the nearest word for it in the clause, else in the sentence."""
    roles = reading.counted.roles
    said = [hit for hit in reading.around(number) if hit.pattern in roles]
    clause = reading.text.clause_at(number.first)
    nearest = min(
        said, key=lambda hit: (reading.text.clause_at(hit.first) != clause, distance(hit, number)), default=None
    )
    return roles[nearest.pattern] if nearest else ""


def _drugs(reading: Reading, number: Number) -> Figure | None:
    after = number.last + 1
    if after >= len(reading.text) or not is_unbroken(reading.text, number.last, after):
        return None
    kilograms = _kilograms(reading.text.words[after])
    near = reading.hits_from(number.first - NEAR_WORDS, number.last + NEAR_WORDS)
    if not kilograms or not any(hit.pattern in reading.counted.drugs for hit in near):
        return None
    return Figure(kind="drugs_kg", value=round(number.value * kilograms, 9), unit="kg")


def _kilograms(word: str) -> float:
    """Return how many kilograms a word of weight means, or zero."""
    if word in KILOGRAMS:
        return KILOGRAMS[word]
    return next((weight for stem, weight in KILOGRAM_STEMS.items() if word.startswith(stem)), 0.0)


def _nouns(reading: Reading, number: Number, limit: int) -> tuple[list[Hit], list[Hit]]:
    """Return the things and the people that may be counted: they follow the number, with no mark between."""
    counted, text = reading.counted, reading.text
    near = reading.hits_from(number.last + 1, min(number.last + 1 + THING_WORDS, limit))
    near = [hit for hit in near if _is_in_phrase(reading, number, hit)]
    things = [hit for hit in near if hit.pattern in counted.things and not _is_sorted(text, number, hit)]
    people = [hit for hit in near if hit.pattern in counted.people]
    if not things and not people and ends_its_noun(reading, number):
        things = _before_a_dash(reading, number)
    return things, people


def _is_in_phrase(reading: Reading, number: Number, hit: Hit) -> bool:
    """Tell «54 новых факта» from «20 коек для раненых»: no mark, no preposition and no verb between."""
    between = reading.text.words[number.last + 1 : hit.first]
    if not PREPOSITIONS.isdisjoint(between) or any(is_predicate(word) for word in between):
        return False
    return is_unbroken(reading.text, number.last, hit.first)


def _is_sorted(text: Text, number: Number, hit: Hit) -> bool:
    words = [*text.words[max(0, number.first - 1) : number.first], *text.words[number.last + 1 : hit.first]]
    return any(word in SORTING_WORDS for word in words)


def _thing(reading: Reading, number: Number, things: list[Hit], people: list[Hit]) -> str:
    """Name the kind of the noun that is counted."""
    counted = reading.counted
    if number.spelled and reading.text.words[number.last] in COLLECTIVES:
        things = [hit for hit in things if counted.things[hit.pattern] in PERSONS]
    first = min((hit.first for hit in things), default=0)
    if not things or any(person.first < first for person in people if number.last < first):
        return ""
    nearest = [hit for hit in things if hit.first <= first + 1]
    best = min(nearest, key=lambda hit: (hit.first - hit.last, counted.order[counted.things[hit.pattern]]))
    return counted.things[best.pattern]


def _before_a_dash(reading: Reading, number: Number) -> list[Hit]:
    """Find what stands before «— 340» or «: 340»."""
    if number.first == 0:
        return []
    text = reading.text
    between = text.source[text.ends[number.first - 1] : number.start]
    if not any(mark in between for mark in "—–:-") or "," in between:
        return []
    return [hit for hit in reading.hits_from(number.first - 4, number.first) if hit.pattern in reading.counted.things]


def _is_owned(reading: Reading, number: Number, thing: str) -> bool:
    if thing != "minors":
        return False
    first, end = reading.words_around(number.first)
    return not OWNING_WORDS.isdisjoint(reading.text.words[first:end])


def _singular(reading: Reading, figures: list[Figure]) -> Iterator[Figure]:
    """Count one person where a title or lead says «задержан», «убит» in a clause that counts nobody."""
    text = reading.text
    counted = {
        (kind, _clause_of(text, figure))
        for figure in figures
        for kind in (figure.kind, "" if figure.kind in PERSONAL_DEEDS else figure.kind)
    }
    numbered = {number.last + 1 for number in reading.numbers}
    for hit in reading.hits:
        kind = reading.counted.one.get(hit.pattern)
        if not kind or hit.first >= SINGLE_PERSON_WORDS or hit.negated or hit.first in numbered:
            continue
        clause = text.clause_at(hit.first)
        if (kind, clause) in counted or (kind in PERSONAL_DEEDS and ("", clause) in counted):
            continue
        if clause not in reading.doubtful_clauses and _is_of_one(reading, hit):
            start, end = text.starts[hit.first], text.ends[hit.last]
            form = text.between(hit.first, hit.last)
            yield Figure(kind=kind, value=1.0, span=Span(field=text.field, start=start, end=end, form=form))


def _is_of_one(reading: Reading, hit: Hit) -> bool:
    """Tell whether the clause speaks of one person: «задержали водителя», but not «водителя и пассажира»."""
    words = reading.text.words
    people = {
        other.last
        for other in reading.hits_from(*reading.words_around(hit.first))
        if other.pattern in reading.counted.people
    }
    if reading.language == "kk":
        return True
    if not people:
        return not words[hit.first].endswith("ли") or not HIM.isdisjoint(words[max(0, hit.first - 3) : hit.last + 4])
    if words[hit.first].endswith("ли"):
        return len(people) == 1 and is_singular(words[people.pop()])
    return all(is_singular(words[place]) for place in people if place > hit.last)


def _clause_of(text: Text, figure: Figure) -> int:
    return text.clause_of_character(figure.span.start) if figure.span else -1


def _span(text: Text, number: Number) -> Span:
    return Span(field=text.field, start=number.start, end=number.end, form=text.source[number.start : number.end])
