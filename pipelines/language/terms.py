"""All forms in which a term of a rule may stand in a text."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pipelines.errors import ConfigError
from pipelines.language import kazakh, russian
from pipelines.language.normalise import fold
from pipelines.language.tokens import tokenize, without_endings

LONGEST_ABBREVIATION = 6


class Match(StrEnum):
    """What a word is to a term."""

    FORM = "form"
    NEGATED = "negated"
    NONE = "none"


def matches(term: str, word: str, *, language: str) -> Match:
    """Return whether a word as written is a form of a one-word term. ҰҚК-нің is a form of ҰҚК.

    Raises ConfigError for an unusable term, as `term_forms` does.
    """
    forms = [token.form for token in tokenize(word)]
    negated = term_forms(term, language).get("-".join(without_endings(forms)))
    if negated is None:
        return Match.NONE
    return Match.NEGATED if negated else Match.FORM


def term_forms(term: str, language: str) -> Mapping[str, bool]:
    """Return every folded form of a one-word term, and whether it negates the term.

    | written | means | found |
    |---|---|---|
    | `қылмыс`, `взрыв` | a noun or adjective in the nominative, a Russian verb in the infinitive | every form |
    | `өлтір-` | a Kazakh verb stem | every form; өлтірмеді is negated |
    | `ҰҚК` | an abbreviation | itself, and ҰҚКнің; ҰҚК-нің is cut at the hyphen |
    | `=слово` | exactly this form | itself |

    Raises ConfigError for anything that is not one word, and for a verb stem in a language other than Kazakh. Phrases
    are the matcher's job.
    """
    word = term.strip().removeprefix("=").removesuffix("-")
    if [token.form for token in tokenize(word)] != [fold(word)]:
        raise ConfigError(term, "is not one word")
    if term.endswith("-"):
        if language != "kk":
            raise ConfigError(term, "is a verb stem, and only Kazakh has these", remedy="Write the infinitive")
        return kazakh.inflect_verb(fold(word))
    return dict.fromkeys(_noun_forms(word, language, exact=term.startswith("=")), False)


def _noun_forms(word: str, language: str, *, exact: bool) -> frozenset[str]:
    folded = fold(word)
    abbreviation = word.isupper() and 1 < len(word) <= LONGEST_ABBREVIATION
    if exact or language not in {"kk", "ru"} or (abbreviation and language == "ru"):
        return frozenset({folded})
    if abbreviation:
        return kazakh.inflect_abbreviation(folded)
    return kazakh.inflect(folded) if language == "kk" else russian.inflect(folded)
