"""The words of counting in Kazakh and Russian: numerals, multipliers, qualifiers, and what is never counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.language.kazakh import inflect, inflections


def word_set(listed: str) -> frozenset[str]:
    """Split words written with blanks between."""
    return frozenset(listed.split())


_RUSSIAN = {
    1: "один одна одного одной одному одну одним",
    2: "два две двух двум двумя",
    3: "три трех трем тремя",
    4: "четыре четырех четырем четырьмя",
    40: "сорок сорока",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот двумстам двумястами двухстах",
    300: "триста трехсот тремстам тремястами трехстах",
    400: "четыреста четырехсот четыремстам четырьмястами четырехстах",
}
_RUSSIAN_STEMS = {
    **dict(enumerate(("пят", "шест", "сем", "восем", "девят", "десят", "одиннадцат", "двенадцат"), start=5)),
    **dict(enumerate(("тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат"), start=13)),
    **dict(enumerate(("восемнадцат", "девятнадцат", "двадцат"), start=18)),
    30: "тридцат",
}
"""Numerals that go like пять, пяти, пятью; the tens and hundreds below are made of them."""

_RUSSIAN_COLLECTIVES = {
    2: "двое двоих двоим двоими оба обе обоих обеих обоим",
    3: "трое троих троим троими",
    4: "четверо четверых четверым",
    5: "пятеро пятерых пятерым",
    6: "шестеро шестерых шестерым",
    7: "семеро семерых семерым",
    8: "восьмеро восьмерых",
    9: "девятеро девятерых девятерым",
    10: "десятеро десятерых",
}
_KAZAKH = {
    1: "бір",
    2: "екі",
    3: "үш",
    4: "төрт",
    5: "бес",
    6: "алты",
    7: "жеті",
    8: "сегіз",
    9: "тоғыз",
    10: "он",
    20: "жиырма",
    30: "отыз",
    40: "қырық",
    50: "елу",
    60: "алпыс",
    70: "жетпіс",
    80: "сексен",
    90: "тоқсан",
    100: "жүз",
}
_KAZAKH_COLLECTIVES = {1: "біреу", 2: "екеу", 3: "үшеу", 4: "төртеу", 5: "бесеу", 6: "алтау", 7: "жетеу"}
_KAZAKH_CASES = frozenset({("gen",), ("dat",), ("acc",), ("abl",), ("ins",), ("like",), ("his",), ("his", "abl")})
_KAZAKH_OTHER_WORDS = word_set(
    "бірге бірдей бірден бірі біріне бірінен бірін біреумен оны онда ондай онды жүзі жүзінен елі қырқы"
)
"""«Together», «such», «him», «face» and others that look like numerals."""

TEN, HUNDRED, THOUSAND = 10, 100, 1000


def _table(units: Mapping[int, str]) -> dict[str, int]:
    return {word: value for value, words in units.items() for word in words.split()}


def _russian() -> Iterator[tuple[str, int]]:
    yield from _table(_RUSSIAN).items()
    yield from _table(_RUSSIAN_COLLECTIVES).items()
    for value, stem in _RUSSIAN_STEMS.items():
        oblique = "восьм" if stem == "восем" else stem
        yield from ((form, value) for form in (stem + "ь", oblique + "и", stem + "ью") if form != _FAMILY)
    for value in (5, 6, 7, 8):
        stem = _RUSSIAN_STEMS[value]
        oblique = "восьми" if value == _EIGHT else stem + "и"
        tens = (f"{stem}ьдесят", f"{oblique}десяти", f"{stem}ьюдесятью")
        yield from ((form, value * TEN) for form in tens)
    for value in (5, 6, 7, 8, 9):
        stem = _RUSSIAN_STEMS[value]
        oblique = "восьми" if value == _EIGHT else stem + "и"
        hundreds = (f"{stem}ьсот", f"{oblique}сот", f"{oblique}стам", f"{oblique}стах", f"{stem}ьюстами")
        yield from ((form, value * HUNDRED) for form in hundreds)


_EIGHT = 8
"""It changes its stem: восемь, восьми."""

_FAMILY = "семью"
"""More often a family than seven."""


def _kazakh() -> Iterator[tuple[str, int]]:
    for value, word in _KAZAKH.items():
        yield word, value
        for form, chain in inflections(word):
            if chain in _KAZAKH_CASES and form not in _KAZAKH_OTHER_WORDS:
                yield form, value
    for value, word in _KAZAKH_COLLECTIVES.items():
        yield from ((form, value) for form in inflect(word) if form not in _KAZAKH_OTHER_WORDS)


NUMERALS = {"ru": dict(_russian()), "kk": dict(_kazakh())}
ALL_NUMERALS = {**NUMERALS["ru"], **NUMERALS["kk"]}

COLLECTIVES = frozenset(_table(_RUSSIAN_COLLECTIVES)) | {
    form for value, word in _KAZAKH_COLLECTIVES.items() if value > 1 for form in inflect(word)
}
"""Numerals that count people only."""

HALVES = {"полтора": 1.5, "полторы": 1.5, "полутора": 1.5, "пол": 0.5, "жарты": 0.5}
"""Numerals before a multiplier: полтора миллиона, жарты миллион."""

AND_A_HALF = word_set("жарым половиной")
"""«Екі жарым мың», «два с половиной миллиона»."""

HALF_MULTIPLIERS = {"полмиллиона": 5e5, "полтысячи": 500.0, "полмиллиарда": 5e8, "полтриллиона": 5e11, "полсотни": 50.0}

SINGLE_MULTIPLIERS = {
    **dict.fromkeys(("тысячу", "тысячей"), 1e3),
    **dict.fromkeys(("миллион", "миллиона"), 1e6),
    **dict.fromkeys(("миллиард", "миллиарда"), 1e9),
    **dict.fromkeys(("мың", "мыңға", "мыңнан", "мыңды"), 1e3),
    **dict.fromkeys(("миллионға", "миллионнан"), 1e6),
    **dict.fromkeys(("миллиардқа", "миллиардтан"), 1e9),
    **dict.fromkeys(("сотню", "сотни"), 100.0),
    "тысячи": 1e3,
}
"""A multiplier without a number: «около миллиона тенге», «мыңнан астам адам»."""

VAGUE_MULTIPLIERS = word_set("тысячи сотни миллиона миллиарда")
"""Many rather than one, unless a qualifier goes before: «тысячи людей», «более тысячи людей»."""

BEGINNINGS = {
    language: frozenset({*table, *HALVES, *HALF_MULTIPLIERS, *SINGLE_MULTIPLIERS})
    for language, table in NUMERALS.items()
}
ALL_BEGINNINGS = frozenset().union(*BEGINNINGS.values())
"""Words with which a number in words begins."""

ABBREVIATED_MULTIPLIERS = {"тыс": 1e3, "млн": 1e6, "млрд": 1e9, "млр": 1e9, "трлн": 1e12}
MULTIPLIER_STEMS = {"мың": 1e3, "тысяч": 1e3, "миллион": 1e6, "миллиард": 1e9, "триллион": 1e12}
"""Beginnings of words: тысячи, мыңнан."""

NO_MULTIPLIERS = ("мыңдаған", "миллиондаған", "тысячн", "тысячел", "миллионер", "миллионн", "миллиардер", "миллиардн")
"""Words that begin alike and multiply nothing."""

QUALIFIERS_BEFORE = {
    "about": word_set("около порядка примерно приблизительно ориентировочно шамамен"),
    "over": word_set("более больше свыше менее минимум кем кемінде превысил превысило превысила превышает"),
    "almost": word_set("почти без дерлік"),
    "up_to": word_set("до"),
}
"""«не менее 13» says at least."""

QUALIFIERS_AFTER = {
    "about": word_set("жуық тарта жуығы жуықтаған шақты таяу шамасында шамалы"),
    "over": word_set("астам астамы астамын астамының артық аса көп асты асқан асады асқаны асып лишним кем"),
    "almost": word_set("дерлік"),
    "up_to": word_set("дейін"),
}

CHANGES = word_set("выросло возросло увеличилось достигло дошло поднялось вырос возрос достиг выросла достигла")
"""After one of these «до» tells where a count stands now: «число погибших выросло до 15»."""

CHANGES_AFTER = word_set("жетті жеткен өсті артты көбейді жетіп")
"""The same in Kazakh: «15-ке дейін жетті»."""

ENDINGS = word_set(
    "ге ға ке қа нан нен тан тен дан ден дай дей тай тей ті ты ді ды ні ны і сі ы сы ін сін ын сын х ти тью нің ның "
    "дің дың тің тың мен бен пен еуі ауы еуін ауын еу ау інің інен сінен ынан сынан іне сіне ына сына ю м"
)
"""What follows a numeral after a hyphen: 800-ге, 5-еуі, 54-х."""

MONTHS = (
    *word_set("январ феврал март апрел июн июл август сентябр октябр ноябр декабр"),
    *word_set("қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"),
)
"""Beginnings of month names."""

MONTH_WORDS = word_set("мая май шіл")
LAST_DAY = 31

UNCOUNTED_STEMS = (
    *word_set("летн летие летия летию секунд минут месяц месячн недел градус километр метр сантиметр миллиметр"),
    *word_set("процент пайыз гектар класс квартал сағат ғасыр апта процентн годовщин этаж қабат микрорайон"),
    *word_set("балл центнер кубометр гигабайт мегабайт мегаватт киловатт жаста жасқа жасын этап шақырым часов"),
    *word_set("бөлме подъезд тәулік маусымда соток гигабит мегапиксел вольт серии сери сезон"),
)
UNCOUNTED_WORDS = word_set(
    "лет год года годов годах году годы годам жас жыл жылы жылдың жылғы жылдан жылдар жылдары жылға ж гг жж мин час "
    "часа ч сут суток сутки дн дней дня день дню днем днями ай айдың айға айда айдан айлық күн күні күнге күнде км см "
    "мм кв га стат бап бабы бабының бабымен пункт й я го му ой ый ая ое ые ых ші шы інші ыншы место века веке век "
    "веков рет раз раза сағат сағатта статья статьи статье статей статьям утра вечера ночи тур тура туре курс курса "
    "курсе разряда степени ранга матче сорта наурыз орын орынға орында сынып сыныпта жылдық"
)
"""What follows a number that is an age, a year, a date, a duration, a measure or an ordinal."""

ORDINAL_STEMS = (
    *word_set("перв втор треть четверт шест седьм восьм девят десят"),
    *word_set("одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат"),
    *word_set("бірінші екінші үшінші төртінші бесінші алтыншы жетінші сегізінші тоғызыншы оныншы жиырмасыншы отызыншы"),
)
"""«Двадцать первый», «жиырма бірінші» count nothing. пят- is left out for пятьдесят; its ordinals are below."""

ORDINAL_WORDS = word_set("пятый пятого пятому пятом пятая пятой пятую")

LABELLING_WORDS = word_set(
    "статья статьи статье статьей статью статьям ст часть части частью ч пункт пункта п номер номеру номером номера "
    "бап бабы бабының кабинет тел телефон телефону приказ глава кв корпус рейс рейса рейсом маршрут маршрута лс нөмір "
    "нөмірі нөмірлі телефоны формула версия параграф постановление корп стр подъезд мкр"
)
"""A number directly after one of these is a label."""

NUMBERED_WORDS = word_set(
    "школа школе школы школу лицей лицее гимназия гимназии дом доме дома квартира квартире блок участок участке "
    "колония колонии учреждение палата камера вагон вагоне микрорайон микрорайоне автобус мектеп үй"
)
"""A number after one of these is a label too, unless what it counts stands directly behind: «в доме 5 человек»."""

FIRST_YEAR, LAST_YEAR, YEAR_DIGITS = 1900, 2100, 4
SHORTEST_CODE = 7
"""So many digits without a blank are a phone number or a code."""


def multiplier(word: str) -> float:
    """Return what a word multiplies by, or zero."""
    if word in ABBREVIATED_MULTIPLIERS:
        return ABBREVIATED_MULTIPLIERS[word]
    if word.startswith(NO_MULTIPLIERS):
        return 0.0
    return next((factor for stem, factor in MULTIPLIER_STEMS.items() if word.startswith(stem)), 0.0)


def is_month(word: str) -> bool:
    return word in MONTH_WORDS or word.startswith(MONTHS)


def is_uncounted(word: str) -> bool:
    """Tell whether a number before this word is no count."""
    return word in UNCOUNTED_WORDS or word.startswith(UNCOUNTED_STEMS)


def is_ordinal(word: str) -> bool:
    """Tell whether a numeral before this word belongs to an ordinal."""
    return word in ORDINAL_WORDS or (word.startswith(ORDINAL_STEMS) and word not in ALL_NUMERALS)
