"""Kazakh words: every form of a lemma, and every lemma of a form."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from pipelines.language.paradigm import ALL_VOWELS, BACK, FRONT, VOWELS, attach, endings

Chain = tuple[str, ...]
"""Marks of the endings in a form: ("pl", "his", "dat")."""

Reading = tuple[str, Chain]
"""A lemma and the endings after it."""

CONSONANTS = "бвгғджзйкқлмнңпрстфхһцчшщ"

ELIDING = frozenset(
    """
    ауыз мұрын орын халық көңіл құлық ерік қойын мойын ерін көрік ырық қарын бөрік ғұрып мүлік әріп қауіп құлып пейіл
    дауыс кейіп нарық парық зейін зауық қалып кәсіпорын
    """.split()  # noqa: SIM905 - words to read, not a list to parse
)
"""Nouns whose last vowel falls before a possessive: ауыз → аузы, халық → халқы."""

SIMPLIFIED = ("ст", "зд", "нкт", "лл", "мм", "нн", "сс", "тт", "фф", "кк", "пп", "рр")
"""Ends of loans that lose their last letter before any ending: террорист → террористер, металл → металы."""

OWNED = ("басы", "ұлы", "қызы")
"""Ends of nouns with a possessive of their own: отбасы → отбасында, Әлімханұлы → Әлімханұлын."""

_LONGER_THAN_OWNED = 5
_LOAN = re.compile("^[бгджкпст][лр]|[вфцчщэёюяьъ]|и.*и|^[рл]|[аоыұ].*[еи]|[еи].*[аоыұ]")


def owns_possessive(noun: str) -> bool:
    """True for a noun with a possessive of its own: отбасы, Әлімханұлы."""
    return noun.endswith(OWNED) and len(noun) > _LONGER_THAN_OWNED


def is_loan(word: str) -> bool:
    """True for a word whose letters or sounds Kazakh words do not have."""
    return bool(_LOAN.search(word))


def harmonies(stem: str) -> tuple[bool, ...]:
    """Return which endings a stem may take: (True,) back, (False,) front, both for loans, nothing without a vowel."""
    vowels = [letter for letter in stem if letter in ALL_VOWELS]
    if not vowels:
        return ()
    if stem[-1] in _EITHER or stem.endswith("кт"):
        return (True, False)
    if vowels[-1] in BACK:
        return (True,)
    if vowels[-1] in FRONT or (vowels[-1] == "е" and not set(vowels) & set("аоұыияуюё")):
        return (False,)
    return (True, False)


_EITHER = "кгьвфхцчщ"
"""Last letters of loans, after which people write either harmony: матчтар and матчтер, Әлімовтың and Әлімовтің."""


@functools.lru_cache(maxsize=1000)
def inflect(lemma: str) -> frozenset[str]:
    """Return every form of a folded noun or adjective, the lemma included: number × possessor × case, -дағы, -нікі.

    Loans get each harmony they may take and both voiced and voiceless к and п. A form that does not occur does no harm
    to a rule; derived words (террорист → террористік) are lemmas of their own.
    """
    return frozenset({lemma, *(form for form, _ in inflections(lemma))})


def inflections(lemma: str) -> Iterator[tuple[str, Chain]]:
    """Yield the forms of a lemma with their chains; a form may come more than once."""
    for back in harmonies(lemma):
        yield from _after(lemma, back=back)
        yield from _loan_spellings(lemma, back=back)
        if lemma in ELIDING:
            yield from elided(lemma, back=back)
        if owns_possessive(lemma):
            yield from _after(lemma, back=back, state="his")


def elided(lemma: str, *, back: bool) -> Iterator[tuple[str, Chain]]:
    """Yield the possessive forms of a lemma whose last vowel falls before them."""
    stem, last = lemma[:-2], lemma[-1]
    for ending, chain in endings("р" + last, "noun", back=back):
        if ending[1:2] in ("ы", "і"):
            yield stem + ending, chain


def _after(stem: str, *, back: bool, state: str = "noun") -> Iterator[tuple[str, Chain]]:
    begin = stem[:-1]
    return ((begin + ending, chain) for ending, chain in endings(stem, state, back=back) if chain)


def _loan_spellings(lemma: str, *, back: bool) -> Iterator[tuple[str, Chain]]:
    """Yield the second spellings that loans have: клипі, таксисі, объектілер, террористер."""
    if lemma.endswith(SIMPLIFIED):
        yield from ((lemma[:-2] + form[1:], chain) for form, chain in _after("р" + lemma[-2], back=back))
    if lemma[-1] in "пк" and lemma[-2:-1] in set(ALL_VOWELS) and is_loan(lemma):
        yield from ((lemma[:-1] + form[1:], chain) for form, chain in _after("р" + lemma[-1], back=back))
    if lemma[-1] == "и" and len(lemma) > 3:  # noqa: PLR2004 - longer than ми, би, ки
        yield from ((lemma + form[2:], chain) for form, chain in _after("рі", back=back))
    if lemma.endswith(("кт", "нг")) and not back:
        yield lemma + "і", ("his",)
        yield from _after(lemma + "і", back=False)


def inflect_abbreviation(word: str) -> frozenset[str]:
    """Return the forms of an abbreviation written without a hyphen: ҰҚКнің, МВДның, ІІМге.

    It is read letter by letter, so it takes the endings of a vowel, of its last letter, and of either harmony. After a
    hyphen the abbreviation is a word of its own and needs no ending.
    """
    stems = (word[-1], "а")
    forms = {
        word + ending[1:]
        for stem in stems
        for back in (True, False)
        for ending, chain in endings("р" + stem, "noun", back=back)
        if len(chain) == 1 and chain[0] in {"gen", "dat", "acc", "loc", "abl", "ins", "at"}
    }
    return frozenset({word, *forms})


@functools.lru_cache(maxsize=200)
def inflect_verb(stem: str, *, voices: str = "verb") -> Mapping[str, bool]:
    """Return every form of a folded verb stem (`өлтір`) and whether it is negated; the bare stem is left out.

    A form that can be read both ways counts as affirmed. voices: the state of the table to begin in, `verb` for all
    voices, `common` for active and passive.
    """
    forms: dict[str, bool] = {}
    for back in harmonies(stem):
        for ending, chain in endings(stem, voices, back=back):
            form = stem[:-1] + ending
            negated = "neg" in chain
            forms[form] = forms.get(form, True) and negated
            if "conv" in chain and stem[-1] == "п":
                forms.setdefault(stem[:-1] + ending.replace("б", "у", 1), negated)
    forms.pop(stem, None)
    return forms


_FINITE = re.compile("(?:[дт][ыі]|[ғқгк][ае]н|[ыі]п|мақ|мек|уда|уде)$")


def looks_finite(word: str) -> bool:
    """True if a folded word ends like a finite verb or a converb; accusatives (адамды) may look the same."""
    return len(word) > 3 and bool(_FINITE.search(word))  # noqa: PLR2004 - longer than any ending


def verbal_noun(stem: str) -> str:
    """Return the -у noun of a verb stem: жаса → жасау, оқы → оқу, шап → шабу."""
    return attach(stem, "У", back=True)


def parses(word: str) -> tuple[Reading, ...]:
    """Return every lawful way to cut a folded word into a lemma and at least one ending; the lemma need not exist."""
    readings: dict[Reading, None] = {}
    for cut in range(max(2, len(word) - _longest_ending()), len(word)):
        stem, ending = word[:cut], word[cut:]
        for back in harmonies(stem):
            for lemma, chain in _lemmas_before(stem, ending, back=back):
                readings[lemma, chain] = None
    return tuple(readings)


def _lemmas_before(stem: str, ending: str, *, back: bool) -> Iterator[Reading]:
    begin = stem[:-1]
    for last, chain in _chains(back=back).get((stem[-1], ending), ()):
        yield begin + last, chain
        if ending[0] in "ыі" and last in ELIDED_BEFORE and _may_elide(stem):
            yield begin + ("ы" if back else "і") + last, chain
        if last == stem[-1]:
            yield from ((stem + dropped, chain) for dropped in _dropped_after(stem))
    if stem.endswith(("кті", "нгі")):
        for last, chain in _chains(back=back).get(("і", ending), ()):
            if last == "і":
                yield begin, chain
    if owns_possessive(stem):
        yield from ((stem, chain) for chain in _owned_chains(back=back).get(ending, ()))


def _dropped_after(stem: str) -> tuple[str, ...]:
    """Return the letters that a loan may have lost behind a stem: террорис → т, с."""
    return tuple(end[-1] for end in SIMPLIFIED if stem.endswith(end[:-1]))


@functools.cache
def _owned_chains(*, back: bool) -> Mapping[str, tuple[Chain, ...]]:
    """Return the endings after a noun's own possessive, and their chains."""
    found: dict[str, tuple[Chain, ...]] = {}
    for ending, chain in endings("ры" if back else "рі", "his", back=back):
        if chain:
            found[ending[1:]] = (*found.get(ending[1:], ()), chain)
    return found


def _may_elide(stem: str) -> bool:
    """True if a vowel may have fallen before the last letter: аузы, халқы."""
    return len(stem) > 2 and stem[-1] not in ALL_VOWELS and stem[-2] not in VOWELS + "ию"  # noqa: PLR2004 - ауз-, халқ-


ELIDED_BEFORE = "қкпзнлрмс"


@functools.cache
def _longest_ending() -> int:
    return max(len(ending) for back in (True, False) for _, ending in _chains(back=back))


@functools.cache
def _chains(*, back: bool) -> Mapping[tuple[str, str], tuple[Reading, ...]]:
    """Turn the noun table round: (last letter as written, ending) → what the lemma has there, and the chain."""
    found: dict[tuple[str, str], dict[Reading, None]] = defaultdict(dict)
    for tail, last in _TAILS:
        for ending, chain in endings(tail, "noun", back=back):
            if not chain:
                continue
            if last == "ь" != ending[0]:
                found[tail[0], ending][tail, chain] = None
            else:
                found[last if tail[1] != last else ending[0], ending[1:]][last, chain] = None
    return {key: tuple(readings) for key, readings in found.items()}


_TAILS = [(before + last, last) for last in VOWELS + CONSONANTS + "уию" for before in "ар"]
_TAILS += [(before + "ь", "ь") for before in "лнрт"]
_TAILS += [("рі", "и")]
"""Two last letters for the sound laws, and the letter that a lemma has in their place: такси also goes like таксі."""
