"""Watchlists: persons, organisations and indicators that somebody waits for, from files of CSV or YAML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipelines.errors import ConfigError
from pipelines.language.letters import IN_ONE_ALPHABET
from pipelines.language.normalise import fold
from pipelines.reading.indicators import Kind, indicator
from pipelines.reading.marked_yaml import read_yaml
from pipelines.tagging.matching.matcher import Found, Hit, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.persons import PATRONYMIC
from pipelines.tagging.names.surnames import surname_forms
from pipelines.tagging.rules.patterns import LANGUAGES, Element, Pattern

FOLDER = "watchlists"
PERSONS, ORGANISATIONS = "persons", "organisations"
KINDS = (PERSONS, ORGANISATIONS, *map(str, Kind))
COLUMNS = ("kind", "value", "label", "initials")
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")

_WORD = re.compile(r"[^\W_]+")
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.")
_FEMININE = re.compile(r"(?<=[оеи][вн])а$")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is waited for. label: what articles that name it are given.

    initials: a person's surname with an initial is enough (А. Серікұлы); for surnames that are rare.
    """

    kind: str
    value: str
    label: str
    list: str
    initials: bool = False

    @property
    def marks(self) -> tuple[str, str]:
        """Return what an article is given: the list, and the entry in it."""
        return self.list, f"{self.list}: {self.label}"


class Watchlists:
    """Which entry is found how: names by patterns (all forms) and by their key, indicators by their one spelling."""

    def __init__(self, texts: Mapping[str, str], *, matcher: Matcher) -> None:
        """Read the files (path → text). Raises ConfigError with file and line."""
        self.entries = tuple(entry for file, text in sorted(texts.items()) for entry in read_list(file, text))
        self.patterns: dict[int, list[Entry]] = {}
        self.persons: dict[tuple[str, ...], list[Entry]] = {}
        self.initials: dict[tuple[str, str], list[Entry]] = {}
        self.indicators: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.kind in (PERSONS, ORGANISATIONS):
                self._add_name(entry, matcher)
            else:
                self.indicators.setdefault(entry.value, []).append(entry)

    def _add_name(self, entry: Entry, matcher: Matcher) -> None:
        if entry.kind == PERSONS:
            self.persons.setdefault(person_key(entry.value), []).append(entry)
        if entry.initials:
            for key in initials_keys(entry.value):
                self.initials.setdefault(key, []).append(entry)
        for words in orders(entry):
            for language in LANGUAGES:
                elements = tuple(Element(_alternatives(word, language)) for word in words)
                number = matcher.add(Pattern(" ".join(words), language, elements))
                self.patterns.setdefault(number, []).append(entry)


def _alternatives(word: str, language: str) -> tuple[str, ...]:
    """Return what the matcher looks for: a word in all its forms; of a surname all forms as they are written."""
    return (word, *(f"={form}" for form in surname_forms(word))) if language == "ru" else (word,)


def orders(entry: Entry) -> list[tuple[str, ...]]:
    """Return the orders in which a name is written: Серик Омаров and Омаров Серик, with a patronymic last or second."""
    words = tuple(_WORD.findall(entry.value))
    if entry.kind != PERSONS:
        return [words]
    patronymics = [word for word in words if PATRONYMIC.search(word)]
    short = tuple(word for word in words if word not in patronymics)
    if len(short) != 2:  # noqa: PLR2004  a first name and a surname
        return [words]
    return list(dict.fromkeys([words, short, short[::-1]]))


def person_key(name: str) -> tuple[str, ...]:
    """Return what two spellings of a name have in common: one alphabet, any order, without patronymic."""
    words = [word for word in _WORD.findall(name) if not PATRONYMIC.search(word)]
    return tuple(sorted(fold(word).translate(IN_ONE_ALPHABET) for word in words))


def initials_keys(name: str) -> Iterator[tuple[str, str]]:
    """Yield surname and initial of a name, whichever of its two words is the surname; nothing without two words.

    Of a name with an initial the surname is the long word: «А. Серикова» is a man's genitive or a woman.
    """
    named = _WORD.findall(name)
    if len(named) > 2:  # noqa: PLR2004  a first name and a surname; that may look like a patronymic (Серікұлы)
        named = [word for word in named if not PATRONYMIC.search(word)]
    words = [fold(word).translate(IN_ONE_ALPHABET) for word in named]
    if len(words) == 2:  # noqa: PLR2004  the same
        for surname, first in (words, words[::-1]):
            if len(surname) > 1:
                yield _FEMININE.sub("", surname), first[0]


def read_list(file: str, text: str) -> Iterator[Entry]:
    """Yield the entries of one file; its name is the list's. Raises ConfigError with file and line."""
    name = PurePosixPath(file).stem
    rows = _csv_rows(file, text) if file.endswith(".csv") else _yaml_rows(file, text)
    for line, kind, value, label, initials in rows:
        if kind not in KINDS:
            raise ConfigError(file, f"{kind!r} is not known", line=line, remedy=f"Kinds: {', '.join(KINDS)}.")
        if kind in (PERSONS, ORGANISATIONS):
            if not _WORD.search(value):
                raise ConfigError(file, f"{value!r} is no name", line=line)
            spelt = value
        elif not (spelt := indicator(Kind(kind), value)):
            raise ConfigError(file, f"{value!r} is not one of {kind}", line=line, remedy="Is it in the right list?")
        if initials.lower() not in (*YES, *NO) or (initials.lower() in YES and kind != PERSONS):
            raise ConfigError(
                file, f"initials: {initials!r}", line=line, remedy="Write yes or no, and of persons only."
            )
        yield Entry(kind, spelt, label or spelt, name, initials.lower() in YES)


Row = tuple[int, str, str, str, str]


def _csv_rows(file: str, text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = [cell.strip().lower() for cell in next(reader, [])]
    if header[:2] != list(COLUMNS[:2]):
        raise ConfigError(file, "the first line must be kind,value,label", line=1)
    for cells in reader:
        if not any(cells) or cells[0].lstrip().startswith("#"):
            continue
        if len(cells) < 2:  # noqa: PLR2004  a kind and a value
            raise ConfigError(file, "a kind and a value are expected here", line=reader.line_num)
        kind, value, label, initials, *_ = (*map(str.strip, cells), "", "")
        yield reader.line_num, kind, value, label, initials


def _yaml_rows(file: str, text: str) -> Iterator[Row]:
    for kind, listed in read_yaml(file, text).items():
        if kind not in KINDS:
            raise listed.wrong("unknown key", remedy=f"Allowed here: {', '.join(KINDS)}")
        for source in listed.elements():
            if source.is_mapping():
                fields = source.fields(("value", "label", "initials"), required=("value",))
                label, initials = (fields[name].text() if name in fields else "" for name in ("label", "initials"))
                yield source.line, kind, fields["value"].text(), label, initials
            else:
                yield source.line, kind, source.text(), "", ""


def find_watched(
    found: Iterable[Found], watched: Watchlists, *, persons: Iterable[str], indicators: Iterable[str]
) -> tuple[str, ...]:
    """Return the lists and entries that a text names, each once.

    A name is one with a capital letter. persons: names in citation form; they find another spelling of a name, too.
    """
    if not watched.entries:
        return ()
    entries = [entry for text, hits in found for hit in hits if _is_name(text, hit) for entry in _named(hit, watched)]
    entries += [entry for name in persons for entry in watched.persons.get(person_key(name), ())]
    short = [key for name in persons if _INITIAL.search(name) for key in initials_keys(name)]
    entries += [entry for key in short for entry in watched.initials.get(key, ())]
    entries += [entry for value in indicators for entry in watched.indicators.get(value, ())]
    return tuple(dict.fromkeys(mark for entry in entries for mark in entry.marks))


def _named(hit: Hit, watched: Watchlists) -> list[Entry]:
    return watched.patterns.get(hit.pattern, [])


def _is_name(text: Text, hit: Hit) -> bool:
    first = text.source[text.starts[hit.first]]
    return first.isupper() or first.isdigit()
