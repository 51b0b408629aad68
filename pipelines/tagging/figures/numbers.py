"""Numbers in a text that may be counts, in digits and in words, with their multipliers and qualifiers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from pipelines.tagging.figures import numerals
from pipelines.tagging.matching.text import Text

_DIGIT = re.compile(r"\d+")
_DIGITS = re.compile(
    r"(?<![\w№#+])(?<!\d[.,:/])(?<![^\W\d_][-–])"
    r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}(?!\d))+|\d{1,12})(?:[.,]\d{1,6}(?!\d|[.,]\d))?(?![.,:/]\d)(?!\d)"
)
_BLANKS = re.compile(r"[ \u00a0\u202f]")
_PHONE = re.compile(r"[+(]?\d[\d()\u00a0 -]{8,18}\d")
_PHONE_DIGITS = range(10, 13)
_DASHES = ("-", "–", "—")


class Number(NamedTuple):
    """A number at words `first` to `last`; start and end are characters; `spelled` when written in words.

    `needs_noun`: a year by its looks (2024) or a label (школа 12): it counts only with what it counts directly behind.
    """

    value: float
    first: int
    last: int
    start: int
    end: int
    qualifier: str = ""
    spelled: bool = False
    needs_noun: bool = False


MOST_NUMBERS = 2000
"""Numbers that are read in a text; one with more is a table, no news."""


def find_numbers(text: Text, *, language: str = "") -> list[Number]:
    """Return the numbers of a text that may be counts: no dates, ages, shares, phone numbers or labels."""
    read = [*islice(_in_digits(text), MOST_NUMBERS), *islice(_in_words(text, language), MOST_NUMBERS)]
    found = _added_up(text, sorted(read, key=lambda number: number.first))
    return [
        number._replace(qualifier=_qualifier(text, number), needs_noun=_needs_noun(text, number))
        for number in _counting(text, found)
    ]


def _in_digits(text: Text) -> Iterator[Number]:
    end = 0
    for digit in _DIGIT.finditer(text.source):
        if digit.start() < end:
            continue
        if phone := _phone_end(text.source, digit.start()):
            end = phone
        elif match := _DIGITS.match(text.source, digit.start()):
            end = match.end()
            if number := _digits_at(text, match):
                yield _multiplied(text, number)


def _phone_end(source: str, start: int) -> int:
    """Return where a phone number ends that starts here: 8 (7172) 55-66-77; zero for any other number."""
    match = _PHONE.match(source, start)
    if not match or not any(mark in match.group() for mark in "-()"):
        return 0
    return match.end() if sum(map(str.isdigit, match.group())) in _PHONE_DIGITS else 0


def _digits_at(text: Text, match: re.Match[str]) -> Number | None:
    first = bisect_left(text.starts, match.start())
    last = bisect_left(text.ends, match.end())
    if last >= len(text) or text.starts[first] != match.start():
        return None
    value = float(_BLANKS.sub("", match.group()).replace(",", "."))
    return Number(value, first, last, match.start(), text.ends[last])


def _in_words(text: Text, language: str) -> Iterator[Number]:
    table = numerals.NUMERALS.get(language, numerals.ALL_NUMERALS)
    end = 0
    begin = numerals.BEGINNINGS.get(language, numerals.ALL_BEGINNINGS)
    for place in [place for place, word in enumerate(text.words) if word in begin]:
        if place < end:
            continue
        is_numeral = text.words[place] in table
        number = _multiplied(text, _spelled(text, place, table)) if is_numeral else _without_numeral(text, place)
        if number:
            end = number.last + 1
            yield number


def _without_numeral(text: Text, place: int) -> Number | None:
    """Read полтора миллиона, полмиллиона, and «более тысячи» where a multiplier stands alone."""
    word = text.words[place]
    here = Number(0.0, place, place, text.starts[place], text.ends[place], spelled=True)
    if value := numerals.HALF_MULTIPLIERS.get(word):
        return here._replace(value=value)
    if value := numerals.HALVES.get(word):
        factor = numerals.multiplier(text.words[place + 1]) if place + 1 < len(text) else 0.0
        if factor:
            return here._replace(value=value * factor, last=place + 1, end=text.ends[place + 1])
        return here._replace(value=value) if value > 1 else None
    if _is_after_number(text, place) or (word in numerals.VAGUE_MULTIPLIERS and not _qualifier(text, here)):
        return None
    return here._replace(value=numerals.SINGLE_MULTIPLIERS[word])


def _is_after_number(text: Text, place: int) -> bool:
    before = text.words[place - 1] if place else ""
    return before[:1].isdigit() or before in numerals.ALL_NUMERALS or before in numerals.AND_A_HALF


def _spelled(text: Text, first: int, table: Mapping[str, int]) -> Number:
    """Read a numeral of several words: each part is smaller than the one before; Kazakh says «екі жүз»."""
    value, least, place = 0, numerals.THOUSAND, first
    while place < len(text) and (part := table.get(text.words[place], 0)):
        if part == numerals.HUNDRED and value < numerals.TEN:
            value = max(value, 1) * part
        elif part < least:
            value += part
        else:
            break
        least = next(
            limit for limit in (1, numerals.TEN, numerals.HUNDRED, numerals.THOUSAND) if part < limit * numerals.TEN
        )
        place += 1
    return Number(float(value), first, place - 1, text.starts[first], text.ends[place - 1], spelled=True)


def _multiplied(text: Text, number: Number) -> Number:
    """Take in what belongs to a number: the multiplier (3,5 мыңға), an ending after a hyphen (800-ге)."""
    after = number.last + 1
    if _has_ending(text, number):
        after += 1
    half = 0.0
    if after < len(text) and text.words[after] in ("с", *numerals.AND_A_HALF):
        half, after = _half(text, after)
    factor = numerals.multiplier(text.words[after]) if after < len(text) else 0.0
    last = after if factor else after - 1
    return number._replace(value=(number.value + half) * (factor or 1.0), last=last, end=text.ends[last])


def _half(text: Text, place: int) -> tuple[float, int]:
    """Read «жарым», «с половиной»: a half, and the place behind it."""
    words = text.words[place : place + 2]
    if words[0] in numerals.AND_A_HALF:
        return 0.5, place + 1
    return (0.5, place + 2) if words[-1] in numerals.AND_A_HALF else (0.0, place)


def _has_ending(text: Text, number: Number) -> bool:
    after = number.last + 1
    return (
        after < len(text)
        and text.words[after] in numerals.ENDINGS
        and text.source[text.ends[number.last] : text.starts[after]] in _DASHES
    )


def _added_up(text: Text, numbers: list[Number]) -> list[Number]:
    """Add up what stands side by side in falling order: 1 млрд 665 млн 783 тыс."""
    kept: list[Number] = []
    for number in numbers:
        if kept and number.first <= kept[-1].last:
            continue
        if kept and _continues(text, kept[-1], number):
            kept.append(_sum(kept.pop(), number))
        else:
            kept.append(number)
    return kept


def _sum(previous: Number, number: Number) -> Number:
    return previous._replace(value=previous.value + number.value, last=number.last, end=number.end)


def _continues(text: Text, previous: Number, number: Number) -> bool:
    """Tell a sum from an enumeration: only a blank or an abbreviation's dot between, and a multiplier before."""
    between = text.source[previous.end : number.start]
    return (
        number.first == previous.last + 1
        and number.value < previous.value
        and numerals.multiplier(text.words[previous.last]) > number.value
        and not between.strip(" .\u00a0")
    )


def _qualifier(text: Text, number: Number) -> str:
    before = text.words[max(0, number.first - 2) : number.first]
    if before[-1:] == ["до"] and (before[0] in numerals.CHANGES or before[0][:1].isdigit()):
        return ""
    for distance, word in enumerate(reversed(before), start=1):
        for name, words in numerals.QUALIFIERS_BEFORE.items():
            if word in words and (distance == 1 or name != "up_to"):
                return name
    return _qualifier_after(text, number)


def _qualifier_after(text: Text, number: Number) -> str:
    after = text.words[number.last + 1 : number.last + 3]
    found = [name for name, words in numerals.QUALIFIERS_AFTER.items() if not words.isdisjoint(after)]
    if found == ["up_to"] and not numerals.CHANGES_AFTER.isdisjoint(text.words[number.last + 2 : number.last + 4]):
        return ""
    return found[0] if found else ""


def _counting(text: Text, numbers: list[Number]) -> list[Number]:
    """Keep what may count something. Of a range or a pair (от 5 до 7 лет) both ends count, or none."""
    kept: list[Number] = []
    following, following_counts = None, False
    for number in reversed(numbers):
        counts = _counts(text, number)
        if following and counts and not following_counts and number.value < following.value:
            counts = not _is_pair(text, number, following)
        if counts:
            kept.append(number)
        following, following_counts = number, counts
    return _without_label_tails(text, numbers, kept[::-1])


def _is_pair(text: Text, number: Number, following: Number) -> bool:
    between = text.source[number.end : following.start].strip().lower()
    return between in {"-", "–", "—", "до", "и", "или", "және", "мен", "пен", "бен", ",", "ден", "-ден", "-дан", "-нан"}


def _without_label_tails(text: Text, numbers: list[Number], kept: list[Number]) -> list[Number]:
    """Drop what goes on a label: статья 456-2, статьи 188 и 190."""
    labels: set[int] = set()
    for previous, number in zip([None, *numbers], numbers, strict=False):
        goes_on = previous and previous.first in labels and _is_pair(text, previous, number)
        if goes_on or (number.first and text.words[number.first - 1] in numerals.LABELLING_WORDS):
            labels.add(number.first)
    return [number for number in kept if number.first not in labels]


def _counts(text: Text, number: Number) -> bool:
    after = text.words[number.last + 1] if number.last + 1 < len(text) else ""
    is_share = text.source[number.end : number.end + 2].lstrip().startswith("%")
    is_date = number.value <= numerals.LAST_DAY and numerals.is_month(after)
    is_ordinal = number.spelled and numerals.is_ordinal(after)
    is_compound = text.source[number.end : number.end + 1] in _DASHES and _is_glued(text, number)
    is_code = not number.spelled and number.first == number.last and number.end - number.start >= numerals.SHORTEST_CODE
    return not (is_share or is_date or is_ordinal or is_compound or is_code or numerals.is_uncounted(after))


def _is_glued(text: Text, number: Number) -> bool:
    """Tell «300-килограммовый» from «10-15»."""
    after = number.last + 1
    return after < len(text) and text.starts[after] == number.end + 1 and not text.words[after][0].isdigit()


def _needs_noun(text: Text, number: Number) -> bool:
    digits = number.end - number.start
    is_bare = not number.spelled and number.first == number.last and digits == numerals.YEAR_DIGITS
    is_year = is_bare and numerals.FIRST_YEAR <= number.value <= numerals.LAST_YEAR
    return is_year or (number.first > 0 and text.words[number.first - 1] in numerals.NUMBERED_WORDS)
