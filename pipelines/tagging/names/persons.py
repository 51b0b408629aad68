"""Full names of persons, Kazakh and Russian, in citation form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pipelines.language import russian
from pipelines.language.kazakh_words import KazakhWords
from pipelines.language.letters import LOWER, UPPER
from pipelines.language.normalise import fold
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.matching.matcher import Found
from pipelines.tagging.matching.text import Text
from pipelines.tagging.matching.word_forms import WordForms
from pipelines.tagging.names.gazetteer import Gazetteer
from pipelines.tagging.names.name_words import NameWords
from pipelines.tagging.names.surnames import (
    KAZAKH_ENDINGS,
    KAZAKH_SURNAME,
    SHORTEST_SURNAME,
    SHORTEST_UNKNOWN,
    SURE_SURNAME,
    SURNAME,
    kazakh_surname,
    russian_surname,
    surname_of_initials,
    surname_of_unknown,
    unknown_in_nominative,
)
from pipelines.tagging.rules.patterns import LANGUAGES

_LETTER = f"[{UPPER}]"
_SMALL = f"[{LOWER}]"
_CAPITAL = f"{_LETTER}{_SMALL}+"
_TOKEN = re.compile(rf"{_LETTER}(?:(?<![\w-].){_SMALL}+(?:-{_CAPITAL})*(?![\w-])|(?<![\w-].)\.)")
_KAZAKH_PLACE = re.compile("(?:[дт][ае](?:н|ғы|гі)?|[ндт][ыі]ң|н[ае]н|[лдт][ае]р)$")
"""A word with a capital before a name, in a case or the plural: «Палермода …», «Тасманияның …», «Сарбаздар …»."""

_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE_MARK = re.compile("[.,;:!?…()«»\n]")
_QUOTES = tuple("«»“”\"'")
_WORD_BEFORE = re.compile(r"([^\W_]+)[ \u00a0«\"]*$")
_WORD_AFTER = re.compile(r"[ \u00a0»\"]*([^\W_]+)")

PATRONYMIC = re.compile("(?:(?:вич|вна|вн|ич)(?:а|у|ем|е|ы|ой)?|(?:ұлы|улы|қызы|кызы)(?:н(?:ың|ан?|да)?|мен)?)$")
KAZAKH_PATRONYMIC = re.compile("(?:ұлы|улы|қызы|кызы)$")
_RU_PATRONYMIC = re.compile("(?:[ое]вич|[ое]вн)(?:а|у|ем|е|ы|ой)?$")

LONGEST_NAME = 4
"""Words of a name that are looked at: two initials or a first name, a patronymic, a surname, and one more."""

OFFICE_WORDS, OFFICE_CHARACTERS = 5, 80
"""How far before a name its office may stand."""

MOST_PERSONS = 300
"""Persons kept of a text; one with more is a list."""


class _Token(NamedTuple):
    """A word with a capital; `particles` stand between the one before and it: «бен », «фон »."""

    word: str
    start: int
    end: int
    particles: str = ""

    @property
    def is_initial(self) -> bool:
        return self.word.endswith(".")


class _First(NamedTuple):
    name: str
    male: bool
    nominative: bool


class _Person(NamedTuple):
    """A name found in a run of words with capitals, and how many of them it takes."""

    name: str
    words: int
    nominative: bool = True


class Names:
    """First names in all their forms and what is no name, read from config/names.yaml."""

    def __init__(self, file: str, text: str, *, around: NameWords, word_forms: WordForms, kazakh: KazakhWords) -> None:
        keys = ("male", "female", "double", "titles", "no_names", "words")
        fields = read_yaml(file, text).fields(keys, required=("male", "female"))
        self.around = around
        self.kazakh = kazakh
        self.joins = re.compile(rf"[ \u00a0](?:(?:{'|'.join(sorted(around.particles)) or '(?!)'})[ \u00a0])*")
        self.male_genitives = tuple(f"{ending}а" for ending in around.male_name_endings)
        self.verb_like = tuple(around.verb_like_name_endings)
        self.first: dict[str, list[_First]] = {}
        for key in ("female", "male"):
            for name in fields[key].texts():
                self._add(name, male=key == "male")
        for name in fields["double"].texts() if "double" in fields else ():
            self._add(name.replace(" ", "-"), male=True)
        self.offices = _titles(fields["titles"], word_forms) if "titles" in fields else frozenset()
        others = _titles(fields["no_names"], word_forms) if "no_names" in fields else frozenset()
        self.titles = self.offices | others
        self.words = frozenset(map(fold, fields["words"].texts())) if "words" in fields else frozenset()

    def _add(self, name: str, *, male: bool) -> None:
        for form, nominative in _russian_forms(name, male=male):
            self.first.setdefault(fold(form), []).append(_First(name, male, nominative))

    def readings(self, word: str, language: str) -> list[_First]:
        """Return what first name a word may be; Russian ones outside the list come from the dictionary."""
        folded = fold(word)
        if folded in self.titles:
            return []
        listed = self.first.get(folded)
        if listed is None:
            is_guessed = language == "kk" and not russian.is_known(folded)
            listed = [] if is_guessed else _names_of_the_dictionary(folded)
        return listed if language != "kk" else [reading for reading in listed if reading.nominative]

    def is_listed(self, word: str) -> bool:
        """True for a first name of the file or of the Russian dictionary, which also guesses."""
        return fold(word) in self.first or russian.is_known(fold(word))

    def is_ordinary(self, word: str, language: str) -> bool:
        """True for a word that is no name: a title, or an ordinary word of the language."""
        folded = fold(word)
        if not self.titles.isdisjoint((folded, *folded.split("-"))):
            return True
        if folded in self.first or folded in self.words:
            return False
        return self.kazakh.knows(folded) if language == "kk" else russian.is_ordinary(folded)

    def may_be_surname(self, word: str) -> bool:
        """True for a surname, false for a title."""
        return fold(word) not in self.titles


def _titles(source: Marked, word_forms: WordForms) -> frozenset[str]:
    """Read the titles, which precede a name in any case: прокурора Омарову."""
    listed = ((language, fold(word)) for language, words in source.fields(LANGUAGES).items() for word in words.texts())
    return frozenset(
        form for language, word in listed for form in (word, *word_forms.forms(word.split()[-1], language=language))
    )


@lru_cache(maxsize=5_000)
def _names_of_the_dictionary(word: str) -> list[_First]:
    if len(word) > russian.LONGEST_READ:
        return []
    tags = [(parse.normal_form, parse.tag) for parse in russian.morphology().parse(word)]
    return [
        _First("-".join(map(str.capitalize, name.split("-"))), "masc" in tag, "nomn" in tag)
        for name, tag in tags
        if "Name" in tag and "sing" in tag
    ]


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
    else:
        yield name, False  # Айгуль Омаровой: the name does not change


def find_persons(found: Iterable[Found], names: Names, *, gazetteer: Gazetteer | None = None) -> tuple[str, ...]:
    """Return full names in order of mention; later mentions by surname or initials are the same person.

    A name needs a known first name, or a surname that looks like one (Жолдасов) after a word with a capital that
    does not begin a sentence and is no title. Initials do for a first name (А. Иванов) where no full name has them.
    Streets, schools and firms called after persons are left out, and so is a first name before a place.
    """
    persons: dict[str, None] = {}
    for text, hits in found:
        places = {text.starts[hit.first] for hit in hits if gazetteer and hit.pattern in gazetteer.named}
        persons |= dict.fromkeys(_Reader(text, names, places=places).persons())
    named = list(persons)[:MOST_PERSONS]
    full = [name for name in named if not _has_full_name(name, named)]
    return tuple(dict.fromkeys(min((other for other in full if _is_same(name, other)), key=len) for name in full))


def _is_same(name: str, other: str) -> bool:
    """True for two forms of one name whose case was not recognised: Адли Мансур and Адли Мансура."""
    if name == other:
        return True
    if len(name.split(" ")) != len(other.split(" ")):
        return False
    return all(_begins_alike(*words) for words in zip(name.split(" "), other.split(" "), strict=True))


def _begins_alike(word: str, other: str) -> bool:
    """True if two words differ in no more than their last letter."""
    shared = max(len(word), len(other)) - 1
    return shared >= SHORTEST_SURNAME and word[:shared] == other[:shared]


def _has_full_name(name: str, persons: Iterable[str]) -> bool:
    """True if a name with an initial is a person that is named in full too."""
    if name[1:2] != ".":
        return False
    ending = name[2:]
    return any(other[0] == name[0] and other.endswith(ending) and other[1:2] != "." for other in persons)


class _Reader:
    """Reads the names of one text. `places`: where words begin that name a place."""

    def __init__(self, text: Text, names: Names, *, places: set[int]) -> None:
        self.text = text
        self.source = text.source
        self.names = names
        self.language = text.language
        self.places = places

    def persons(self) -> Iterator[str]:
        for run in self._runs():
            self.language = self.text.language_of_character(run[0].start) if run else ""
            place = 0
            while place < len(run):
                person = self._person(run[place : place + LONGEST_NAME])
                if person and not self._is_called_after(run, place, person):
                    yield person.name
                place += person.words if person else 1

    def _runs(self) -> Iterator[list[_Token]]:
        """Yield the runs of words with capitals and only a blank between them."""
        run: list[_Token] = []
        for match in _TOKEN.finditer(self.source):
            token = _Token(match.group(), match.start(), match.end())
            between = self.source[run[-1].end : token.start] if run else ""
            is_glued = bool(run) and run[-1].is_initial and not between
            if run and not is_glued and not self.names.joins.fullmatch(between):
                yield run
                run = []
            run.append(token._replace(particles=between[1:]) if run else token)
        yield run

    def _person(self, run: list[_Token]) -> _Person | None:
        words = [token.word for token in run]
        if len(words) < 2:  # noqa: PLR2004 - a first name and a surname
            return None
        if run[0].is_initial:
            return self._after_initials(words)
        if run[1].is_initial:
            return self._before_initials(run)
        person = self._last_name_first(words) or self._first_name_first(run) or self._unknown_first(run)
        return person or self._introduced(run)

    def _after_initials(self, words: list[str]) -> _Person | None:
        count = 2 if words[1].endswith(".") else 1
        surname = self._of_initials(words[count]) if len(words) > count else ""
        return _Person(f"{words[0]} {surname}", count + 1) if surname else None

    def _before_initials(self, run: list[_Token]) -> _Person | None:
        """Read «Иванов С. П.», «Серікұлы А.», «Ахметов С. Серікұлы»."""
        words = [token.word for token in run]
        has_two = len(words) > 2 and (words[2].endswith(".") or bool(KAZAKH_PATRONYMIC.search(words[2])))  # noqa: PLR2004
        surname = self._of_initials(words[0])
        if not surname or not (has_two or self._may_have_one_initial(run)):
            return None
        return _Person(f"{words[1]} {surname}", 3 if has_two else 2)

    def _may_have_one_initial(self, run: list[_Token]) -> bool:
        """True for «Серікұлы А.»; false for «Витамин А.», and where the initial belongs to the name after it."""
        belongs_to_next = len(run) > 2 and SURNAME.match(run[2].word)  # noqa: PLR2004
        return not (
            run[0].start in self.places or belongs_to_next or self.names.is_ordinary(run[0].word, self.language)
        )

    def _of_initials(self, word: str) -> str:
        if not self.names.may_be_surname(word) or len(word) < SHORTEST_UNKNOWN:
            return ""
        surname = surname_of_initials(word, language=self.language)
        if surname:
            return "" if surname.endswith(("кий", "кая")) and russian.is_ordinary(fold(word)) else surname
        is_name = self.language == "kk" and not self.names.is_ordinary(word, "kk")
        return kazakh_surname(word, verb_like=self.names.verb_like) if is_name else ""

    def _last_name_first(self, words: list[str]) -> _Person | None:
        """Read «Иванов Сергей Петрович» and «Серікұлы Айдос», as lists and courts have it."""
        has_patronymic = len(words) > 2 and PATRONYMIC.search(words[2])  # noqa: PLR2004
        if not (has_patronymic and SURNAME.match(words[0])) and not KAZAKH_PATRONYMIC.search(words[0]):
            return None
        if self.language != "kk" and self.names.is_ordinary(words[0], "ru"):
            return None
        name = self._citation(words[1], words[0])
        if not name and has_patronymic and self.language == "kk" and not KAZAKH_ENDINGS.search(words[1]):
            name = f"{words[1]} {kazakh_surname(words[0], verb_like=self.names.verb_like)}"
        return _Person(name, 3 if has_patronymic else 2) if name else None

    def _first_name_first(self, run: list[_Token]) -> _Person | None:
        first, last, count = run[0], run[1], 2
        if len(run) > 2 and PATRONYMIC.search(last.word) and not run[2].is_initial:  # noqa: PLR2004
            last, count = run[2], 3
        if not self._may_follow(first, last):
            return None
        if count == 2 and (longer := self._of_three(run)):  # noqa: PLR2004 - a first name and a surname
            return longer
        name = self._citation(first.word, last.word)
        is_nominative = name.split(" ")[0] == first.word
        return _Person(name, count, is_nominative) if name else None

    def _of_three(self, run: list[_Token]) -> _Person | None:
        """Read «Майкл Эрик Курилла», «Мухаммед бен Салман Аль Сауд»: what follows is no surname yet."""
        last = 1
        while last + 1 < len(run) and self._goes_on(run[last], run[last + 1]):
            last += 1
        while fold(run[last].word) in self.names.around.particles:
            last -= 1
        if last < 1 or (last == 1 and not run[1].particles):
            return None
        first, *middle = run[: last + 1]
        name = self._citation(first.word, run[last].word)
        if not name:
            return None
        given, surname = name.split(" ", 1)
        is_nominative = given == first.word
        between = "".join(
            f" {token.particles}{token.word if is_nominative else self._given(token.word)}" for token in middle[:-1]
        )
        return _Person(f"{given}{between} {run[last].particles}{surname}", last + 1, is_nominative)

    def _goes_on(self, here: _Token, after: _Token) -> bool:
        """True if a word of a name is not the last: a given name or a particle, and a name follows."""
        particles = self.names.around.particles
        if fold(after.word) in particles:
            return True
        if after.is_initial or after.start in self.places or self.names.is_ordinary(after.word, self.language):
            return False
        if fold(here.word) in particles or after.particles:
            return True
        if SURNAME.match(here.word) or PATRONYMIC.search(after.word):
            return False
        is_given = bool(self.names.readings(here.word, self.language)) and self.names.is_listed(here.word)
        return is_given or (self._is_unknown(here) and not self.names.readings(after.word, self.language))

    def _given(self, word: str) -> str:
        """Return the nominative of a given name in the middle."""
        readings = self.names.readings(word, self.language)
        return word if not readings or any(reading.nominative for reading in readings) else readings[0].name

    def _introduced(self, run: list[_Token]) -> _Person | None:
        """Believe two unknown words behind an office, or when the second is named alone elsewhere.

        In Kazakh, whose ordinary words the lexicon knows, two unknown words inside a sentence are enough.
        """
        first, last = run[0], run[1]
        if len(run) > 2 and self.names.readings(last.word, self.language):  # noqa: PLR2004 - the name begins there
            return None
        if not (self._is_unknown(first) and self._is_unknown(last) and self._is_believed(first, last)):
            return None
        words = 3 if len(run) > 2 and self._goes_on(last, run[2]) else 2  # noqa: PLR2004 - one more
        *given, surname = (token.particles + token.word for token in run[:words])
        if self.language == "kk":
            return _Person(f"{' '.join(given)} {kazakh_surname(surname, verb_like=self.names.verb_like)}", words)
        return _Person(unknown_in_nominative(" ".join((*given, surname)), text=self.source), words)

    def _is_believed(self, first: _Token, last: _Token) -> bool:
        if self._is_quoted(first, last) or SURE_SURNAME.match(first.word) or _RU_PATRONYMIC.search(last.word):
            return False
        if self._is_after_office(first.start):
            return True
        if self.language == "kk":
            return not self._begins_sentence(first.start) and not _KAZAKH_PLACE.search(first.word)
        return self._is_named_alone(last.word)

    def _is_unknown(self, token: _Token) -> bool:
        is_name = len(token.word) >= SHORTEST_SURNAME - 1 and not token.is_initial and token.start not in self.places
        return is_name and not self.names.is_ordinary(token.word, self.language)

    def _is_quoted(self, first: _Token, last: _Token) -> bool:
        before, after = self.source[first.start - 1 : first.start], self.source[last.end : last.end + 1]
        return before in _QUOTES or after in _QUOTES

    def _is_after_office(self, start: int) -> bool:
        """True if an office is named in the few words before: «президент Узбекистана …»."""
        before = _CLAUSE_MARK.split(self.source[max(0, start - OFFICE_CHARACTERS) : start])[-1]
        return any(fold(word) in self.names.offices for word in _WORD.findall(before)[-OFFICE_WORDS:])

    def _is_named_alone(self, surname: str) -> bool:
        """True if a surname is elsewhere in the text without the word before it."""
        beginning = surname[: max(SHORTEST_UNKNOWN, len(surname) - 2)]
        alone = re.compile(rf"([^\W\d_]*)[ \u00a0]?\b{beginning}[{LOWER}]{{0,4}}\b")
        return len(surname) > SHORTEST_UNKNOWN and any(
            not match[1][:1].isupper() for match in alone.finditer(self.source)
        )

    def _may_follow(self, first: _Token, last: _Token) -> bool:
        """True for a surname, false for a place; true for «Вера Иванова», false for «Вера Народа»."""
        if _RU_PATRONYMIC.search(last.word) or fold(last.word) in self.names.around.particles:
            return False
        if SURE_SURNAME.match(last.word):
            return True
        if last.start in self.places or first.start in self.places:
            return False
        is_word = fold(first.word) in self.names.words
        return bool(SURNAME.match(last.word)) or not (is_word and self._begins_sentence(first.start))

    def _citation(self, first: str, last: str) -> str:
        if len(last) < SHORTEST_SURNAME or not self.names.may_be_surname(last):
            return ""
        readings = self.names.readings(first, self.language)
        for reading in sorted(readings, key=lambda reading: not reading.nominative):
            surname = (
                kazakh_surname(last, verb_like=self.names.verb_like)
                if self.language == "kk"
                else russian_surname(last, male=reading.male, nominative=reading.nominative)
            )
            if surname:
                return f"{reading.name} {surname}"
        return ""

    def _unknown_first(self, run: list[_Token]) -> _Person | None:
        """Believe an unknown first name before a surname in -ов, -ев, both in the nominative."""
        first, last = run[0].word, run[1].word
        match = (KAZAKH_SURNAME if self.language == "kk" else SURE_SURNAME).match(last)
        if (
            not match
            or _RU_PATRONYMIC.search(last)
            or fold(first) in self.names.titles
            or self._is_common_beginning(run[0])
        ):
            return None
        if self.language != "kk" and russian.is_known(fold(first)) and not self.names.readings(first, "ru"):
            return None  # an ordinary word
        stem, female, rest = match.groups()
        if len(stem) < SHORTEST_UNKNOWN or run[0].start in self.places:
            return None
        if self.language != "kk" and female and not rest and first.endswith(self.names.male_genitives):
            return _Person(f"{first[:-1]} {stem}", 2)
        if self.language != "kk" and rest == "ой" and first.endswith(("ой", "ей")):
            return _Person(f"{first[:-2]}а {stem}а", 2)
        surname = surname_of_unknown(first, stem, female, rest, language=self.language)
        return _Person(f"{first} {surname}", 2) if surname else None

    def _is_common_beginning(self, token: _Token) -> bool:
        """True for an ordinary word at the beginning of a sentence, where any word has a capital."""
        if not self._begins_sentence(token.start):
            return False
        if self.language == "kk":
            return not self.names.kazakh.is_full or self.names.is_ordinary(token.word, "kk")
        return russian.is_known(fold(token.word)) or self.names.is_ordinary(token.word, "ru")

    def _begins_sentence(self, start: int) -> bool:
        before = self.source[max(0, start - 3) : start].rstrip(' «"“—–-')
        return not before or before[-1] in ".!?…\n:"

    def _is_called_after(self, run: list[_Token], place: int, person: _Person) -> bool:
        """True for «улица Каныша Сатпаева» and «Мұхтар Әуезов театры»."""
        start, end = run[place].start, run[place + person.words - 1].end
        around = self.names.around
        before = _WORD_BEFORE.search(self.source, max(0, start - 40), start)
        word = fold(before.group(1)) if before else ""
        if word in around.named_after or (word in around.institutions and not person.nominative):
            return True
        after = _WORD_AFTER.match(self.source, end, end + 40)
        return bool(after) and fold(after.group(1)) in around.named_before if after else False
