"""Numbers in Kazakh and Russian texts: digits, words, multipliers, qualifiers; what is no count is told apart."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.tagging.text import Text

_DIGITS = re.compile(
    r"(?=\d)(?<![\w№#+])(?<!\d[.,:/])(?<![^\W\d_][-–])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}(?!\d))+|\d{1,12})(?:[.,]\d{1,6}(?!\d|[.,]\d))?(?![.,:/]\d)(?!\d)"
)

MULTIPLIERS = {
    "тыс": 1e3,
    "тысяч": 1e3,
    "мың": 1e3,
    "млн": 1e6,
    "миллион": 1e6,
    "млрд": 1e9,
    "миллиард": 1e9,
    "трлн": 1e12,
    "триллион": 1e12,
}

_RU_UNITS = {
    1: "один одна одного одной одному одну одним",
    2: "два две двух двум двумя двое двоих двоим",
    3: "три трех трем тремя трое троих троим",
    4: "четыре четырех четырем четверо четверых",
    5: "пять пяти пятью пятеро пятерых",
    6: "шесть шести шестеро шестерых",
    7: "семь семи семеро семерых",
    8: "восемь восьми восьмеро",
    9: "девять девяти девятеро",
    10: "десять десяти десятеро",
    11: "одиннадцать одиннадцати",
    12: "двенадцать двенадцати",
    13: "тринадцать тринадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати",
    17: "семнадцать семнадцати",
    18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати",
    20: "двадцать двадцати",
    30: "тридцать тридцати",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти",
    60: "шестьдесят шестидесяти",
    70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
}
_KK_UNITS = {
    1: "бір біреу",
    2: "екі екеу екеуі екеуін",
    3: "үш үшеу үшеуі",
    4: "төрт төртеу төртеуі",
    5: "бес бесеу бесеуі",
    6: "алты алтау",
    7: "жеті жетеу",
    8: "сегіз",
    9: "тоғыз",
    10: "он оннан онға ондай",
    20: "жиырма жиырмадан",
    30: "отыз отыздан",
    40: "қырық қырықтан",
    50: "елу елуден",
    60: "алпыс алпыстан",
    70: "жетпіс",
    80: "сексен",
    90: "тоқсан",
    100: "жүз жүзден жүзге",
}


def _table(units: Mapping[int, str]) -> dict[str, int]:
    return {word: value for value, words in units.items() for word in words.split()}


NUMBER_WORDS = {"ru": _table(_RU_UNITS), "kk": _table(_KK_UNITS)}

QUALIFIERS_BEFORE = {
    "about": {"около", "порядка", "примерно", "приблизительно", "шамамен"},
    "over": {"более", "больше", "свыше", "менее", "меньше", "кем", "кемінде", "превысить", "превысил", "превысило"},
    "almost": {"почти", "чуть"},
    "up_to": {"до"},
}
QUALIFIERS_AFTER = {
    "about": {"жуық", "шақты", "жуығы", "таяу", "шамасында"},
    "over": {"астам", "астамы", "артық", "аса", "көп", "асты", "асқан", "лишним", "асады"},
    "up_to": {"дейін"},
}
SUFFIXES = {
    "ге",
    "ға",
    "ке",
    "қа",
    "нан",
    "нен",
    "тан",
    "тен",
    "дан",
    "ден",
    "ге",
    "дай",
    "дей",
    "тай",
    "тей",
    "ти",
    "и",
    "х",
    "ның",
}
"""Kazakh and Russian endings that follow a numeral after a hyphen: 800-ге."""

MONTHS = tuple(
    "январ феврал март апрел мая май июн июл август сентябр октябр ноябр декабр қаңтар ақпан наурыз сәуір мамыр маусым "
    "шілде тамыз қыркүйек қазан қараша желтоқсан шіл".split()  # noqa: SIM905 - a list of words reads better
)
NOT_COUNTED = tuple(
    "лет летн год года годов годах годы году годам жас жыл ж г мин час сут дн дней дня день день минут секунд месяц недел апта ай күн сағат градус км "
    "километр метр сантиметр процент пайыз балл кв гектар га стат бап пункт й я го му ой ый ая класс место квартал век ғасыр рет раз".split()  # noqa: SIM905
)
"""What follows a number that is an age, a year, a date, a duration, a measure or an ordinal."""

NUMBERING = {
    "статья",
    "статьи",
    "статье",
    "статьей",
    "ст",
    "часть",
    "части",
    "ч",
    "пункт",
    "пункта",
    "п",
    "номер",
    "закон",
    "бап",
    "бабы",
    "бабының",
    "кабинет",
    "тел",
    "приказ",
    "глава",
    "страница",
}
"""A number after one of these is a label."""


@dataclass(frozen=True, slots=True)
class Number:
    """A counted number at words `first` to `last`; start and end are characters."""

    value: float
    first: int
    last: int
    start: int
    end: int
    qualifier: str = ""
    spelled: bool = False


def find_numbers(text: Text, *, language: str = "") -> list[Number]:
    """Return the numbers of a text that may be counts: no years, dates, ages, shares, phone numbers or labels."""
    found = sorted([*_in_digits(text), *_in_words(text, language)], key=lambda number: number.first)
    return [number for number in _joined(text, found) if _is_count(text, number)]


def _in_digits(text: Text) -> Iterator[Number]:
    for match in _DIGITS.finditer(text.source):
        first = bisect_left(text.starts, match.start())
        last = bisect_left(text.ends, match.end())
        if first >= len(text) or last >= len(text) or text.starts[first] != match.start():
            continue
        written = re.sub(r"[ \u00a0\u202f]", "", match.group()).replace(",", ".")
        yield _multiplied(text, Number(float(written), first, last, match.start(), text.ends[last]))


def _in_words(text: Text, language: str) -> Iterator[Number]:
    tables = [NUMBER_WORDS[language]] if language in NUMBER_WORDS else list(NUMBER_WORDS.values())
    table = {word: value for words in tables for word, value in words.items()}
    place = 0
    while place < len(text):
        if text.words[place] not in table:
            place += 1
            continue
        first, value, least = place, 0, 10_000
        while (
            place < len(text)
            and (part := table.get(text.words[place], 0))
            and (part < least or part == 100 and value < 10)
        ):  # noqa: PLR2004
            value = value * part if part == 100 and 0 < value < 10 else value + part  # noqa: PLR2004
            least = 100 if part >= 100 else 10 if part >= 10 and part % 10 == 0 else 1  # noqa: PLR2004
            place += 1
        number = Number(float(value), first, place - 1, text.starts[first], text.ends[place - 1], spelled=True)
        number = _multiplied(text, number)
        place = number.last + 1
        yield number


def _multiplied(text: Text, number: Number) -> Number:
    """Take in the multiplier after a number (3,5 мыңға) and an ending after a hyphen (800-ге)."""
    after = number.last + 1
    if after < len(text) and text.words[after] in SUFFIXES and text.source[text.ends[number.last]] == "-":
        after += 1
    factor = _factor(text.words[after]) if after < len(text) else 0.0
    last = after if factor else after - 1
    return Number(
        number.value * (factor or 1.0), number.first, last, number.start, text.ends[last], spelled=number.spelled
    )


def _factor(word: str) -> float:
    return next(
        (
            factor
            for stem, factor in MULTIPLIERS.items()
            if word == stem or (len(stem) > 4 or stem == "мың") and word.startswith(stem)
        ),
        0.0,
    )  # noqa: PLR2004


def _joined(text: Text, numbers: list[Number]) -> Iterator[Number]:
    """Add up what stands side by side in falling order: 1 млрд 665 млн 783 тыс."""
    kept: list[Number] = []
    for number in numbers:
        previous = kept[-1] if kept else None
        if previous and number.first <= previous.last:
            continue
        if (
            previous
            and number.first == previous.last + 1
            and previous.value >= 1000
            and number.value < previous.value
            and _tight(text, previous, number)
        ):  # noqa: PLR2004
            kept[-1] = Number(previous.value + number.value, previous.first, number.last, previous.start, number.end)
        else:
            kept.append(number)
    for number in kept:
        yield Number(
            number.value, number.first, number.last, number.start, number.end, _qualifier(text, number), number.spelled
        )


def _tight(text: Text, previous: Number, number: Number) -> bool:
    """Tell a sum from an enumeration: only a blank or an abbreviation's dot between, and a multiplier before."""
    between = text.source[previous.end : number.start]
    return between.strip(" .\u00a0") == "" and bool(_factor(text.words[previous.last]))


def _qualifier(text: Text, number: Number) -> str:
    before = text.words[max(0, number.first - 2) : number.first][::-1]
    for name, words in QUALIFIERS_BEFORE.items():
        if any(word in words for word in before[:1] + (before[1:] if name != "up_to" else [])):
            return name
    after = text.words[number.last + 1 : number.last + 3]
    for name, words in QUALIFIERS_AFTER.items():
        if any(word in words for word in after):
            return name
    return ""


def _is_count(text: Text, number: Number) -> bool:
    after = text.words[number.last + 1] if number.last + 1 < len(text) else ""
    before = text.words[number.first - 1] if number.first else ""
    if text.source[number.end : number.end + 2].lstrip().startswith("%") or before in NUMBERING:
        return False
    if any(after.startswith(month) for month in MONTHS) and number.value <= 31:  # noqa: PLR2004
        return False
    if any(after == word or (len(word) > 3 and after.startswith(word)) for word in NOT_COUNTED):  # noqa: PLR2004
        return False
    return not _is_bare_year(text, number) and not _is_code(text, number)


def _is_bare_year(text: Text, number: Number) -> bool:
    return (
        1900 <= number.value <= 2100
        and number.end - number.start == 4
        and not text.source[number.start : number.end].isalpha()
        and number.first == number.last
    )  # noqa: PLR2004


def _is_code(text: Text, number: Number) -> bool:
    """Seven digits and more without a blank are phone numbers and codes."""
    return (
        number.first == number.last
        and number.end - number.start >= 7
        and text.source[number.start : number.end].isdigit()
    )  # noqa: PLR2004
