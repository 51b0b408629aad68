"""Numbers in a text that may be counts, in digits and in words, with their multipliers and qualifiers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from pipelines.tagging import numerals
from pipelines.tagging.text import Text

_DIGIT = re.compile(r"\d+")
_DIGITS = re.compile(
    r"(?<![\w№#+])(?<!\d[.,:/])(?<![^\W\d_][-–])"
    r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}(?!\d))+|\d{1,12})(?:[.,]\d{1,6}(?!\d|[.,]\d))?(?![.,:/]\d)(?!\d)"
)
_BLANKS = re.compile(r"[ \u00a0\u202f]")


class Number(NamedTuple):
    """A number at words `first` to `last`; start and end are characters; `spelled` when written in words."""

    value: float
    first: int
    last: int
    start: int
    end: int
    qualifier: str = ""
    spelled: bool = False


MOST_NUMBERS = 2000
"""Numbers that are read in a text; one with more is a table, no news."""


def find_numbers(text: Text, *, language: str = "") -> list[Number]:
    """Return the numbers of a text that may be counts: no years, dates, ages, shares, phone numbers or labels."""
    read = [*islice(_in_digits(text), MOST_NUMBERS), *islice(_in_words(text, language), MOST_NUMBERS)]
    found = sorted(read, key=lambda number: number.first)
    return [
        number._replace(qualifier=_qualifier(text, number))
        for number in _added_up(text, found)
        if _counts(text, number)
    ]


def _in_digits(text: Text) -> Iterator[Number]:
    end = 0
    for digit in _DIGIT.finditer(text.source):
        match = _DIGITS.match(text.source, digit.start()) if digit.start() >= end else None
        if not match:
            continue
        end = match.end()
        first = bisect_left(text.starts, match.start())
        last = bisect_left(text.ends, match.end())
        if last < len(text) and text.starts[first] == match.start():
            value = float(_BLANKS.sub("", match.group()).replace(",", "."))
            yield _multiplied(text, Number(value, first, last, match.start(), text.ends[last]))


def _in_words(text: Text, language: str) -> Iterator[Number]:
    table = numerals.NUMERALS.get(language, numerals.ALL_NUMERALS)
    end = 0
    for place in [place for place, word in enumerate(text.words) if word in table]:
        if place >= end:
            number = _multiplied(text, _spelled(text, place, table))
            end = number.last + 1
            yield number


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
    if after < len(text) and text.words[after] in numerals.ENDINGS and text.source[text.ends[number.last]] == "-":
        after += 1
    factor = numerals.multiplier(text.words[after]) if after < len(text) else 0.0
    last = after if factor else after - 1
    return number._replace(value=number.value * (factor or 1.0), last=last, end=text.ends[last])


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
        and numerals.multiplier(text.words[previous.last]) > 0
        and not between.strip(" .\u00a0")
    )


def _qualifier(text: Text, number: Number) -> str:
    for distance in (1, 2):
        word = text.words[number.first - distance] if number.first >= distance else ""
        for name, words in numerals.QUALIFIERS_BEFORE.items():
            if word in words and (distance == 1 or name != "up_to"):
                return name
    after = text.words[number.last + 1 : number.last + 3]
    return next((name for name, words in numerals.QUALIFIERS_AFTER.items() if not words.isdisjoint(after)), "")


def _counts(text: Text, number: Number) -> bool:
    after = text.words[number.last + 1] if number.last + 1 < len(text) else ""
    before = text.words[number.first - 1] if number.first else ""
    is_share = text.source[number.end : number.end + 2].lstrip().startswith("%")
    is_date = number.value <= numerals.LAST_DAY and numerals.is_month(after)
    is_label = before in numerals.LABELLING_WORDS
    return not (is_share or is_date or is_label or numerals.is_uncounted(after) or _is_year_or_code(number))


def _is_year_or_code(number: Number) -> bool:
    if number.spelled or number.first != number.last:
        return False
    digits = number.end - number.start
    is_year = digits == numerals.YEAR_DIGITS and numerals.FIRST_YEAR <= number.value <= numerals.LAST_YEAR
    return is_year or digits >= numerals.SHORTEST_CODE
