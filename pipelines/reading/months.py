"""Names of months in Kazakh, Russian and English: inflected, cut short, or typed without Kazakh letters."""

from __future__ import annotations

from functools import lru_cache

LONGEST_ENDING = 3
"""Letters behind a stem: «наурыздың», «сентября»."""

SHORTEST = 3
_FOLDED = str.maketrans("қңғүұәөіёñńǵğýúüáäóöışş", "кнгууаоиеnnggyuuaaooiss")
_STEMS = tuple(
    tuple(stems.split())
    for stems in (
        "январ кантар january qantar",
        "феврал акпан february aqpan",
        "март наурыз march nauriz nauryz nayryz",
        "апрел сауир april sauir",
        "май мая мае мамыр may mamir mamyr",
        "июн маусым june mausim mausym maysym",
        "июл шилде july shilde silde",
        "август тамыз august tamiz tamyz",
        "сентябр кыркуйек september qirkuyek qyrkuiek qyrkuyek",
        "октябр казан october qazan",
        "ноябр караша november qarasha qarasa",
        "декабр желтоксан december jeltoqsan",
    )
)  # fmt: skip
_EXACT = {"мар": 3, "кыр": 9, "каз": 10, "кар": 11, "кан": 1}
"""Abbreviations that are also the beginning of other months or words: only as they are."""


@lru_cache(maxsize=1024)
def month_of(name: str) -> int:
    """Return the number of the month, 1 to 12; 0 for any other word («маршрут», «казахстанцев»)."""
    word = name.lower().translate(_FOLDED)
    word = word if word.isascii() else word.replace("i", "и")
    if len(word) < SHORTEST:
        return 0
    if word in _EXACT:
        return _EXACT[word]
    return next((number for number, stems in enumerate(_STEMS, start=1) if _is_form(word, stems)), 0)


def _is_form(word: str, stems: tuple[str, ...]) -> bool:
    return any(stem.startswith(word) or (word.startswith(stem) and _ending(word, stem)) for stem in stems)


def _ending(word: str, stem: str) -> bool:
    """True if a stem can be followed by what follows it here: English months, and «май», have no endings like that."""
    longest = LONGEST_ENDING if len(stem) > SHORTEST and not stem.isascii() else 1 if stem in {"июн", "июл"} else 0
    return len(word) - len(stem) <= longest
