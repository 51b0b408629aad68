"""Full names of persons, Kazakh and Russian, in citation form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from pipelines.language.normalise import fold
from pipelines.marked_yaml import Marked, read_yaml
from pipelines.tagging.patterns import LANGUAGES

_LETTER = "[А-ЯЁӘІҢҒҮҰҚӨҺ]"
_SMALL = "[а-яёәіңғүұқөһ]"
_CAPITAL = f"{_LETTER}{_SMALL}+"
_NAME = re.compile(
    rf"({_LETTER}(?<![\w-].){_SMALL}+(?:-{_CAPITAL})?) ((?:{_CAPITAL} )?)({_CAPITAL}(?:-{_CAPITAL})?)(?!\w)"
)

_SURNAME = re.compile("(.+?(?:ов|ев|ёв|ин|ын|ұлы|улы|қызы|кызы))(а|)(.*)$")
_RU_MALE_ENDINGS = {"", "а", "у", "ым", "е", "ом"}
_RU_FEMALE_ENDINGS = {"а", "ой", "у", "ою"}
_KK_ENDINGS = re.compile("(?:[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|н?[дт][ае]|[ндт][ае]н|на|не|[мбп]ен|дікі|тікі)$")
_PATRONYMIC = re.compile("(?:вич|вна|ич|ұлы|улы|қызы|кызы)(?:а|у|ем|е|ы|ой|ның|нің|ға|ге)?$")
SHORTEST_SURNAME = 4


class _First(NamedTuple):
    name: str
    male: bool
    nominative: bool


class Names:
    """First names in all their forms and what is no name, read from config/names.yaml."""

    def __init__(self, file: str, text: str) -> None:
        fields = read_yaml(file, text).fields(("male", "female", "double", "titles"), required=("male", "female"))
        self.first: dict[str, list[_First]] = {}
        for key in ("female", "male"):
            for name in fields[key].texts():
                self._add(name, male=key == "male")
        for name in fields["double"].texts() if "double" in fields else ():
            self._add(name.replace(" ", "-"), male=True)
        self.titles = _titles(fields["titles"]) if "titles" in fields else frozenset()

    def _add(self, name: str, *, male: bool) -> None:
        for form, nominative in _russian_forms(name, male=male):
            self.first.setdefault(fold(form), []).append(_First(name, male, nominative))

    def may_be_surname(self, word: str) -> bool:
        """Tell a surname from a title and from a second first name."""
        folded = fold(word)
        return folded not in self.titles and (folded not in self.first or bool(_SURNAME.match(word)))


def _titles(source: Marked) -> frozenset[str]:
    fields = source.fields(LANGUAGES)
    return frozenset(fold(word) for listed in fields.values() for word in listed.texts())


def _russian_forms(name: str, *, male: bool) -> Iterator[tuple[str, bool]]:
    yield name, True
    stem, last = name[:-1], name[-1]
    if last in "ая":
        yield from (
            (stem + ending, False) for ending in (("ы", "и", "е", "у", "ой") if last == "а" else ("и", "е", "ю", "ей"))
        )
    elif male and last in "йь":
        yield from ((stem + ending, False) for ending in ("я", "ю", "ем", "е", "и"))
    elif male and last not in "еиоуыіө":
        yield from ((name + ending, False) for ending in ("а", "у", "ом", "е"))


def find_persons(sources: Iterable[str], names: Names, *, language: str = "") -> tuple[str, ...]:
    """Return full names in order of mention; later mentions by surname or initials are the same person.

    A name needs a known first name, or a surname that looks like one (Жолдасов) after a word with a capital that
    does not begin a sentence and is no title.
    """
    texts = list(sources)
    known = _Known(names, texts, language)
    return tuple(dict.fromkeys(name for text in texts for name in _names(text, known)))


class _Known:
    """What helps to read the names of some texts: first names, language, every word with a capital."""

    def __init__(self, names: Names, texts: list[str], language: str) -> None:
        self.names = names
        self.language = language
        self._texts = texts

    @cached_property
    def capitals(self) -> frozenset[str]:
        return frozenset(word for text in self._texts for word in re.findall(_CAPITAL, text))


def _names(text: str, known: _Known) -> Iterator[str]:
    place = 0
    while match := _NAME.search(text, place):
        first, middle, last = match.group(1), match.group(2).strip(), match.group(3)
        end = match.end()
        if middle and not _PATRONYMIC.search(middle):
            last, end = middle, match.end(2) - 1
        name = _citation(first, last, known)
        if not name and not _begins_sentence(text, match.start()):
            name = _unknown_first(first, last, known)
        if name:
            yield name
        place = end if name else match.end(1)


def _citation(first: str, last: str, known: _Known) -> str:
    readings = known.names.first.get(fold(first))
    if not readings or len(last) < SHORTEST_SURNAME or not known.names.may_be_surname(last):
        return ""
    for reading in sorted(readings, key=lambda reading: not reading.nominative):
        if known.language == "kk" and not reading.nominative:
            continue
        if surname := _surname(last, male=reading.male, nominative=reading.nominative, language=known.language):
            return f"{reading.name} {surname}"
    return ""


def _surname(last: str, *, male: bool, nominative: bool, language: str) -> str:
    if match := _SURNAME.match(last):
        stem, female, rest = match.groups()
        ending = female + rest
        if language == "kk":
            return _kazakh_surname(stem, female, rest)
        if male and ending in _RU_MALE_ENDINGS and nominative == (ending == ""):
            return stem
        if not male and ending in _RU_FEMALE_ENDINGS and nominative == (ending == "а"):
            return stem + "а"
    if language == "kk":
        bare = _KK_ENDINGS.sub("", last)
        return bare if len(bare) >= SHORTEST_SURNAME else last
    if nominative:
        return last if not re.search("(?:ова|ева)$", last) or not male else ""
    return _russian_nominative(last) if male else last


def _kazakh_surname(stem: str, female: str, rest: str) -> str:
    if not rest or _KK_ENDINGS.fullmatch(rest):
        return stem + female
    return stem if not female and _KK_ENDINGS.fullmatch(rest) else ""


def _russian_nominative(last: str) -> str:
    for ending, nominative in (("ского", "ский"), ("скому", "ский"), ("ским", "ский"), ("ском", "ский")):
        if last.endswith(ending):
            return last.removesuffix(ending) + nominative
    return re.sub("(?:ом|а|у|е)$", "", last)


def _unknown_first(first: str, last: str, known: _Known) -> str:
    """Believe an unknown first name before a surname in -ов, -ев; its case is told by the surname's other forms."""
    match = re.match("(.+(?:ов|ев))(а|)(.*)$", last)
    if not match or fold(first) in known.names.titles or len(match.group(1)) < SHORTEST_SURNAME:
        return ""
    stem, female, rest = match.groups()
    if known.language == "kk":
        surname = _kazakh_surname(stem, female, rest)
        return f"{first} {surname}" if surname and not _KK_ENDINGS.search(first) else ""
    if not female and not rest:
        return f"{first} {stem}"
    if female and not rest and stem in known.capitals and first.endswith("а"):
        return f"{first[:-1]} {stem}"
    if female and not rest and first[-1] in "аяеьигул":
        return f"{first} {last}"
    return ""


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(' «"“—–-')
    return not before or before[-1] in ".!?…\n:"
