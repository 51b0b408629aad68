"""The desk's own words in Kazakh, Russian and English: gettext catalogs, read as text."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from pipelines.feeds import FeedState
from pipelines.models import Outcome, Stage
from pipelines.stories.scoring import AGAINST, EACH_OTHER, FOR
from pipelines.stories.story import BY_HAND
from worker.answers.journeys import TEXTS

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


FACETS = (
    *("severity", "topic", "region", "source", "language", "person", "organisation", "figure", "context", "watch"),
    *("place", "family", "feed", "rule", "indicator", "since", "until"),
)
STATES = (*FeedState, "off")
SHARED = ("words", "names", "numbers", "place", "organisation")
"""What two articles of a story have in common, besides figures."""
QUALIFIERS = ("about", "over", "almost", "up to")
FIGURES = (
    *("detained", "arrested", "convicted", "killed", "injured", "evacuated", "victims", "cases", "attacks", "foiled"),
    *("wanted", "extradited", "deported", "entry banned", "members", "minors", "materials removed", "sites blocked"),
    *("weapons", "ammunition", "explosives", "labs", "channels", "plantations", "drugs kg", "cyberattacks"),
    *("border violators", "operations", "exercises", "trained", "other"),
    *("money", "damage", "bribe", "seized", "transferred", "smuggled"),
)
REASONS = (
    *("robots", "dns", "connect", "tls", "timeout", "disconnected", "too_large", "not_html", "not_text", "empty"),
    *("http_401", "http_403", "http_404", "http_410", "http_429", "http_451", "http_503", "http_4xx", "http_5xx"),
    *("unsafe_address", "no_text", "unreadable"),
)
"""Why there is no page or no article, as the journey has it."""
NOTICE_STATES = ("due", "delivered", "quarantined", "on")
NAMED_ELSEWHERE = (
    *FACETS,
    *NOTICE_STATES,
    *SHARED,
    *FOR.values(),
    EACH_OTHER,
    BY_HAND,
    *AGAINST.values(),
    *TEXTS,
    *map(str, Stage),
    *map(str, Outcome),
    *REASONS,
    *map(str, STATES),
    *QUALIFIERS,
    *FIGURES,
    "There is no such page.",
)
"""Texts that templates take from data; a catalog needs them as well."""
