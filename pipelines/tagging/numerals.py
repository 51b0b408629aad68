"""The words of counting in Kazakh and Russian: numerals, multipliers, qualifiers, and what is never counted."""

from __future__ import annotations

from collections.abc import Mapping


def word_set(listed: str) -> frozenset[str]:
    """Split words written with blanks between."""
    return frozenset(listed.split())


def _table(units: Mapping[int, str]) -> dict[str, int]:
    return {word: value for value, words in units.items() for word in words.split()}


_RUSSIAN = {
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
_KAZAKH = {
    1: "бір біреу біреуі",
    2: "екі екеу екеуі екеуін",
    3: "үш үшеу үшеуі",
    4: "төрт төртеу төртеуі",
    5: "бес бесеу бесеуі",
    6: "алты алтау алтауы",
    7: "жеті жетеу жетеуі",
    8: "сегіз сегізі",
    9: "тоғыз тоғызы",
    10: "он оннан онға ондай оны",
    20: "жиырма жиырмадан жиырмаға",
    30: "отыз отыздан отызға",
    40: "қырық қырықтан қырыққа",
    50: "елу елуден елуге",
    60: "алпыс алпыстан алпысқа",
    70: "жетпіс жетпістен",
    80: "сексен сексеннен",
    90: "тоқсан тоқсаннан",
    100: "жүз жүзден жүзге",
}
NUMERALS = {"ru": _table(_RUSSIAN), "kk": _table(_KAZAKH)}
ALL_NUMERALS = {**NUMERALS["ru"], **NUMERALS["kk"]}

COLLECTIVES = word_set(
    "двое двоих двоим трое троих троим четверо четверых пятеро пятерых шестеро шестерых семеро семерых восьмеро "
    "екеу екеуі екеуін үшеу үшеуі төртеу төртеуі бесеу бесеуі алтау алтауы жетеу жетеуі"
)
"""Numerals that count people only."""

TEN, HUNDRED, THOUSAND = 10, 100, 1000

ABBREVIATED_MULTIPLIERS = {"тыс": 1e3, "млн": 1e6, "млрд": 1e9, "трлн": 1e12}
MULTIPLIER_STEMS = {"мың": 1e3, "тысяч": 1e3, "миллион": 1e6, "миллиард": 1e9, "триллион": 1e12}
"""Beginnings of words: тысячи, мыңнан."""

QUALIFIERS_BEFORE = {
    "about": word_set("около порядка примерно приблизительно шамамен"),
    "over": word_set("более больше свыше менее кем кемінде превысил превысило превысила превышает"),
    "almost": word_set("почти чуть"),
    "up_to": word_set("до"),
}
"""«не менее 13» says at least."""

QUALIFIERS_AFTER = {
    "about": word_set("жуық жуығы шақты таяу шамасында"),
    "over": word_set("астам астамы артық аса көп асты асқан асады лишним"),
    "up_to": word_set("дейін"),
}

ENDINGS = word_set("ге ға ке қа нан нен тан тен дан ден дай дей тай тей ти х ның нің")
"""What follows a numeral after a hyphen: 800-ге."""

MONTHS = (
    *word_set("январ феврал март апрел июн июл август сентябр октябр ноябр декабр"),
    *word_set("қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"),
)
"""Beginnings of month names."""

MONTH_WORDS = word_set("мая май шіл")
LAST_DAY = 31

UNCOUNTED_STEMS = (
    *word_set("летн минут секунд месяц недел градус километр метр сантиметр процент пайыз гектар"),
    *word_set("класс квартал сағат ғасыр апта процентн годовщин"),
)
UNCOUNTED_WORDS = word_set(
    "лет год года годов годах годы году годам жас жыл жылы жылдың жылғы жылдан ж г мин час часа часов сут суток дн "
    "дней дня день дню днем ай айдың күн күні км см кв га балл балла баллов стат бап пункт й я го му ой ый ая место "
    "век веке рет раз раза сутки сағатта статья статьи статье"
)
"""What follows a number that is an age, a year, a date, a duration, a measure or an ordinal."""

LABELLING_WORDS = word_set(
    "статья статьи статье статьей ст часть части ч пункт пункта п номер бап бабы бабының кабинет тел приказ глава"
)
"""A number directly after one of these is a label."""

FIRST_YEAR, LAST_YEAR, YEAR_DIGITS = 1900, 2100, 4
SHORTEST_CODE = 7
"""So many digits without a blank are a phone number or a code."""


def multiplier(word: str) -> float:
    """Return what a word multiplies by, or zero."""
    if word in ABBREVIATED_MULTIPLIERS:
        return ABBREVIATED_MULTIPLIERS[word]
    return next((factor for stem, factor in MULTIPLIER_STEMS.items() if word.startswith(stem)), 0.0)


def is_month(word: str) -> bool:
    return word in MONTH_WORDS or word.startswith(MONTHS)


def is_uncounted(word: str) -> bool:
    """Tell whether a number before this word is no count."""
    return word in UNCOUNTED_WORDS or word.startswith(UNCOUNTED_STEMS)
