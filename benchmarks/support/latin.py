"""Kazakh in Cyrillic → in Latin letters, as three kinds of people write it: for round trips."""

_CYRILLIC = "абвгдежзийклмнопрстуфхһыэәіңғүұқө"
_DIGRAPHS = {"ч": "ch", "щ": "sh", "ц": "ts", "ь": "", "ъ": ""}
_SPELLED = {
    "2018": dict(zip(_CYRILLIC, "abvgdejzııklmnoprstýfhhyeáińǵúuqó", strict=True))
    | _DIGRAPHS
    | {"ш": "sh", "ю": "ıý", "я": "ıa", "ё": "ıo"},
    "2021": dict(zip(_CYRILLIC, "abvgdejziiklmnoprstufhhyeäıñğüūqö", strict=True))
    | _DIGRAPHS
    | {"ш": "ş", "ю": "iu", "я": "ia", "ё": "io"},
    "plain": dict(zip(_CYRILLIC, "abvgdejziiklmnoprstufhhyeainguuqo", strict=True))
    | _DIGRAPHS
    | {"ш": "sh", "ю": "iu", "я": "ia", "ё": "io"},
}
ALPHABETS = tuple(_SPELLED)


def in_latin(text: str, alphabet: str) -> str:
    """Return a text as it would be published in an alphabet; what is not Cyrillic stays."""
    letters = _SPELLED[alphabet]
    return "".join(_spelled(character, letters) for character in text)


def _spelled(character: str, letters: dict[str, str]) -> str:
    found = letters.get(character.lower(), character)
    if not character.isupper() or found == character:
        return found
    return "I" + found[1:] if found[:1] == "ı" else found[:1].upper() + found[1:]
