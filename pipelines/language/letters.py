"""The letters of Kazakh and Russian, each set written once, for use inside a character class of a pattern."""

KAZAKH_LETTERS = "әіңғүұқөһ"
"""The letters that Russian does not have."""

LOWER = f"а-яё{KAZAKH_LETTERS}"
UPPER = f"А-ЯЁ{KAZAKH_LETTERS.upper()}"
CYRILLIC = LOWER + UPPER

FOLDED = f"а-я{KAZAKH_LETTERS}"
"""The letters of a folded word: small ones, without ё (see `normalise.fold`)."""

_RUSSIAN_KEYBOARD = dict(zip("әіңғүұқөһйэ", "аингуукохие", strict=True))
"""Kazakh letters as people write them on a Russian keyboard; й and э, which the Latin alphabets do not have apart."""

_LATIN = {
    "sh": "ш",
    "ch": "ч",
    "zh": "ж",
    "kh": "х",
    "gh": "г",
    "ts": "ц",
    "ya": "я",
    "yu": "ю",
    "ıa": "я",
    "ıý": "ю",
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхижклмнопкрстуввхыз", strict=True)),
    **dict(zip("äáəğǵıñńöóüúūýşç", "аааггиннооууууш" + "ч", strict=True)),
}
"""Kazakh in the Latin alphabets of 2018 (acutes) and 2021, and as people type it without marks."""


def one_alphabet() -> dict[str, str]:
    """Return how letters are replaced so that a word is spelled alike in every alphabet people type it in."""
    small = _LATIN | _RUSSIAN_KEYBOARD
    titled = {one[0].upper() + one[1:]: other for one, other in small.items()}
    return small | titled | {one.upper(): other for one, other in small.items()}


IN_ONE_ALPHABET = str.maketrans({one: other for one, other in one_alphabet().items() if len(one) == len(other) == 1})
"""For `str.translate`: the letters that one letter takes the place of. Names are compared so."""
