"""Numbers in a text that may be counts, in digits and in words, with their multipliers and qualifiers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pipelines.tagging.figures.number_words import NumberWords
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


TEN, HUNDRED, THOUSAND = 10, 100, 1000
LAST_DAY = 31
FIRST_YEAR, LAST_YEAR, YEAR_DIGITS = 1900, 2100, 4
SHORTEST_CODE = 7
"""At least this many digits without a blank are a phone number or a code."""


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


def find_numbers(text: Text, words: NumberWords) -> list[Number]:
    """Return the numbers of a text that may be counts: no dates, ages, shares, phone numbers or labels."""
    return _NumberReader(text, words).numbers()


class _NumberReader:
    """Reads the numbers of one text."""

    def __init__(self, text: Text, words: NumberWords) -> None:
        self._text = text
        self._words = words
        known = text.languages[0] if text.languages[0] in words.numerals and len(text.languages) == 1 else ""
        self._numerals = words.numerals[known]
        self._beginnings = words.beginnings[known]

    def numbers(self) -> list[Number]:
        read = [*islice(self._in_digits(), MOST_NUMBERS), *islice(self._in_words(), MOST_NUMBERS)]
        found = self._added_up(sorted(read, key=lambda number: number.first))
        return [
            number._replace(qualifier=self._qualifier(number), needs_noun=self._needs_noun(number))
            for number in self._counting(found)
        ]

    def _in_digits(self) -> Iterator[Number]:
        end = 0
        for digit in _DIGIT.finditer(self._text.source):
            if digit.start() < end:
                continue
            if phone := _phone_end(self._text.source, digit.start()):
                end = phone
            elif match := _DIGITS.match(self._text.source, digit.start()):
                end = match.end()
                if number := self._digits_at(match):
                    yield self._multiplied(number)

    def _digits_at(self, match: re.Match[str]) -> Number | None:
        first = bisect_left(self._text.starts, match.start())
        last = bisect_left(self._text.ends, match.end())
        if last >= len(self._text) or self._text.starts[first] != match.start():
            return None
        value = float(_BLANKS.sub("", match.group()).replace(",", "."))
        return Number(value, first, last, match.start(), self._text.ends[last])

    def _in_words(self) -> Iterator[Number]:
        end = 0
        for place in [place for place, word in enumerate(self._text.words) if word in self._beginnings]:
            if place < end:
                continue
            is_numeral = self._text.words[place] in self._numerals
            number = self._multiplied(self._spelled(place)) if is_numeral else self._without_numeral(place)
            if number:
                end = number.last + 1
                yield number

    def _without_numeral(self, place: int) -> Number | None:
        """Read полтора миллиона, полмиллиона, and «более тысячи» where a multiplier is alone."""
        word = self._text.words[place]
        here = Number(0.0, place, place, self._text.starts[place], self._text.ends[place], spelled=True)
        if value := self._words.half_multipliers.get(word):
            return here._replace(value=value)
        if value := self._words.halves.get(word):
            factor = self._words.multiplier(self._text.words[place + 1]) if place + 1 < len(self._text) else 0.0
            if factor:
                return here._replace(value=value * factor, last=place + 1, end=self._text.ends[place + 1])
            return here._replace(value=value) if value > 1 else None
        if self._is_after_number(place) or (word in self._words.vague_multipliers and not self._qualifier(here)):
            return None
        return here._replace(value=self._words.single_multipliers[word])

    def _is_after_number(self, place: int) -> bool:
        before = self._text.words[place - 1] if place else ""
        return before[:1].isdigit() or before in self._words.numerals[""] or before in self._words.and_a_half

    def _spelled(self, first: int) -> Number:
        """Read a numeral of several words: each part is smaller than the one before; Kazakh says «екі жүз»."""
        value, least, place = 0.0, THOUSAND, first
        while place < len(self._text) and (part := self._numerals.get(self._text.words[place], 0.0)):
            if part == HUNDRED and value < TEN:
                value = max(value, 1.0) * part
            elif part < least:
                value += part
            else:
                break
            least = next(limit for limit in (1, TEN, HUNDRED, THOUSAND) if part < limit * TEN)
            place += 1
        return Number(value, first, place - 1, self._text.starts[first], self._text.ends[place - 1], spelled=True)

    def _multiplied(self, number: Number) -> Number:
        """Take in what belongs to a number: the multiplier (3,5 мыңға), an ending after a hyphen (800-ге)."""
        after = number.last + 1
        if self._has_ending(number):
            after += 1
        half = 0.0
        if after < len(self._text) and self._text.words[after] in ("с", *self._words.and_a_half):
            half, after = self._half(after)
        factor = self._words.multiplier(self._text.words[after]) if after < len(self._text) else 0.0
        last = after if factor else after - 1
        return number._replace(value=(number.value + half) * (factor or 1.0), last=last, end=self._text.ends[last])

    def _half(self, place: int) -> tuple[float, int]:
        """Read «жарым», «с половиной»: a half, and the place behind it."""
        words = self._text.words[place : place + 2]
        if words[0] in self._words.and_a_half:
            return 0.5, place + 1
        return (0.5, place + 2) if words[-1] in self._words.and_a_half else (0.0, place)

    def _has_ending(self, number: Number) -> bool:
        after = number.last + 1
        return (
            after < len(self._text)
            and self._text.words[after] in self._words.numeral_endings
            and self._text.source[self._text.ends[number.last] : self._text.starts[after]] in _DASHES
        )

    def _added_up(self, numbers: list[Number]) -> list[Number]:
        """Add up neighbours in falling order: 1 млрд 665 млн 783 тыс."""
        kept: list[Number] = []
        for number in numbers:
            if kept and number.first <= kept[-1].last:
                continue
            if kept and self._continues(kept[-1], number):
                kept.append(_sum(kept.pop(), number))
            else:
                kept.append(number)
        return kept

    def _continues(self, previous: Number, number: Number) -> bool:
        """True for a sum, not a list: only a blank or an abbreviation's dot is between, and a multiplier before."""
        between = self._text.source[previous.end : number.start]
        return (
            number.first == previous.last + 1
            and number.value < previous.value
            and self._words.multiplier(self._text.words[previous.last]) > number.value
            and not between.strip(" .\u00a0")
        )

    def _qualifier(self, number: Number) -> str:
        before = self._text.words[max(0, number.first - 2) : number.first]
        if before[-1:] == ["до"] and (before[0] in self._words.changes or before[0][:1].isdigit()):
            return ""
        for distance, word in enumerate(reversed(before), start=1):
            for name, words in self._words.qualifiers_before.items():
                if word in words and (distance == 1 or name != "up_to"):
                    return name
        return self._qualifier_after(number)

    def _qualifier_after(self, number: Number) -> str:
        after = self._text.words[number.last + 1 : number.last + 3]
        found = [name for name, words in self._words.qualifiers_after.items() if not words.isdisjoint(after)]
        if found == ["up_to"] and not self._words.changes_after.isdisjoint(
            self._text.words[number.last + 2 : number.last + 4]
        ):
            return ""
        return found[0] if found else ""

    def _counting(self, numbers: list[Number]) -> list[Number]:
        """Keep what may count something. Of a range or a pair (от 5 до 7 лет) both ends count, or none."""
        kept: list[Number] = []
        following, following_counts = None, False
        for number in reversed(numbers):
            counts = self._counts(number)
            if following and counts and not following_counts and number.value < following.value:
                counts = not self._is_pair(number, following)
            if counts:
                kept.append(number)
            following, following_counts = number, counts
        return self._without_label_tails(numbers, kept[::-1])

    def _is_pair(self, number: Number, following: Number) -> bool:
        between = self._text.source[number.end : following.start].strip().lower()
        return between in {
            "-",
            "–",
            "—",
            "до",
            "и",
            "или",
            "және",
            "мен",
            "пен",
            "бен",
            ",",
            "ден",
            "-ден",
            "-дан",
            "-нан",
        }

    def _without_label_tails(self, numbers: list[Number], kept: list[Number]) -> list[Number]:
        """Drop what goes on a label: статья 456-2, статьи 188 и 190."""
        labels: set[int] = set()
        for previous, number in zip([None, *numbers], numbers, strict=False):
            goes_on = previous and previous.first in labels and self._is_pair(previous, number)
            if goes_on or (number.first and self._text.words[number.first - 1] in self._words.labelling_words):
                labels.add(number.first)
        return [number for number in kept if number.first not in labels]

    def _counts(self, number: Number) -> bool:
        after = self._text.words[number.last + 1] if number.last + 1 < len(self._text) else ""
        is_share = self._text.source[number.end : number.end + 2].lstrip().startswith("%")
        is_date = number.value <= LAST_DAY and self._words.is_month(after)
        is_ordinal = number.spelled and self._words.is_ordinal(after)
        is_compound = self._text.source[number.end : number.end + 1] in _DASHES and self._is_glued(number)
        is_code = not number.spelled and number.first == number.last and number.end - number.start >= SHORTEST_CODE
        return not (is_share or is_date or is_ordinal or is_compound or is_code or self._words.is_uncounted(after))

    def _is_glued(self, number: Number) -> bool:
        """True for «300-килограммовый», false for «10-15»."""
        after = number.last + 1
        return (
            after < len(self._text)
            and self._text.starts[after] == number.end + 1
            and not self._text.words[after][0].isdigit()
        )

    def _needs_noun(self, number: Number) -> bool:
        digits = number.end - number.start
        is_bare = not number.spelled and number.first == number.last and digits == YEAR_DIGITS
        is_year = is_bare and FIRST_YEAR <= number.value <= LAST_YEAR
        return is_year or (number.first > 0 and self._text.words[number.first - 1] in self._words.numbered_words)


def _phone_end(source: str, start: int) -> int:
    """Return where a phone number ends that starts here: 8 (7172) 55-66-77; zero for any other number."""
    match = _PHONE.match(source, start)
    if not match or not any(mark in match.group() for mark in "-()"):
        return 0
    return match.end() if sum(map(str.isdigit, match.group())) in _PHONE_DIGITS else 0


def _sum(previous: Number, number: Number) -> Number:
    return previous._replace(value=previous.value + number.value, last=number.last, end=number.end)
