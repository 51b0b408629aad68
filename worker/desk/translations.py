"""The desk's own words in Kazakh, Russian and English: gettext catalogs, read as text."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("locale")
LANGUAGES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
"""Code → its own name. English is the language of the sources."""


@cache
def translations(language: str) -> NullTranslations:
    """Return the texts of a language."""
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def preferred(accepted: str) -> str:
    """Choose a language by an Accept-Language header, by its order; English without a match."""
    for part in accepted.split(","):
        code = part.partition(";")[0].strip().partition("-")[0].casefold()
        if code in LANGUAGES:
            return code
    return "en"
