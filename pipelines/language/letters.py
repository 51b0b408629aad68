"""The letters of Kazakh and Russian, each set written once, for use inside a character class of a pattern."""

KAZAKH_LETTERS = "әіңғүұқөһ"
"""The letters that Russian does not have."""

LOWER = f"а-яё{KAZAKH_LETTERS}"
UPPER = f"А-ЯЁ{KAZAKH_LETTERS.upper()}"
CYRILLIC = LOWER + UPPER

FOLDED = f"а-я{KAZAKH_LETTERS}"
"""The letters of a folded word: small ones, without ё (see `normalise.fold`)."""
