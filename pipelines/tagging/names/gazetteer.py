"""The places kuzet knows, read from config/places.yaml."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.language.russian import decline_name
from pipelines.models import Place
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.matching.matcher import Matcher
from pipelines.tagging.names.name_words import NameWords
from pipelines.tagging.rules.patterns import LANGUAGES, Pattern, parse_pattern

KINDS = ("regions", "districts", "towns", "countries")
ENTRY_KEYS = ("name", "kk", "ru", "at", "words", "ambiguous")


@dataclass(frozen=True, slots=True)
class Entry:
    """A place and how far its name is believed. `labels`: display names in kk and ru."""

    place: Place
    kind: str
    ambiguous: bool
    labels: tuple[str, str]


class Gazetteer:
    """Which pattern names which places; one name may stand for several.

    `proper`: patterns that need a capital; `gapped`: those whose name is their first word (абайский ... область).
    """

    def __init__(self, file: str, text: str, *, words: NameWords, matcher: Matcher) -> None:
        self.words = words
        self.entries: list[Entry] = []
        self.named: dict[int, list[int]] = defaultdict(list)
        self.proper: set[int] = set()
        self.gapped: set[int] = set()
        self._names: set[str] = set()
        fields = read_yaml(file, text).fields(KINDS)
        for kind, source in fields.items():
            for region, element in _elements(kind, source):
                self._add(element, kind=kind, region=region, matcher=matcher)

    def _is_of_region(self, pattern: Pattern) -> bool:
        """True if a district's adjective is a region's too: «алматинская полиция» is that of the city."""
        return pattern.language == "ru" and pattern.text.split()[0].lower() in self._names

    def province_of(self, city: Entry) -> Entry | None:
        """Return the region with a city's name: Almaty for Almaty (city)."""
        name = city.place.name.removesuffix(" (city)")
        others = (entry for entry in self.entries if entry.kind == "regions" and entry.place.name == name)
        return next((entry for entry in others if entry is not city), None)

    def labels(self) -> dict[str, tuple[str, str]]:
        """Return the display names (kk, ru) of the regions."""
        return {entry.place.name: entry.labels for entry in self.entries if entry.kind == "regions"}

    def _add(self, source: Marked, *, kind: str, region: str, matcher: Matcher) -> None:
        fields = source.fields(ENTRY_KEYS, required=("name", "kk", "ru"))
        name = fields["name"].text()
        latitude, longitude = _coordinates(fields.get("at"))
        place = Place(name=name, region=name if kind == "regions" else region, latitude=latitude, longitude=longitude)
        labels = (fields["kk"].text(), fields["ru"].text())
        self.entries.append(Entry(place, kind, "ambiguous" in fields, labels))
        for pattern in _patterns(fields, kind, self.words):
            if kind == "districts" and self._is_of_region(pattern):
                pattern = _pattern(f"{pattern.text.split()[0]} район", fields["ru"], "ru")  # noqa: PLW2901 - narrower
            number = matcher.add(pattern)
            self.named[number].append(len(self.entries) - 1)
            self._names.add(pattern.text)
            if kind != "districts" and any(letter.isupper() for letter in pattern.text):
                self.proper.add(number)
            if any(element.gap for element in pattern.elements):
                self.gapped.add(number)


def _elements(kind: str, source: Marked) -> Iterator[tuple[str, Marked]]:
    if kind in ("regions", "countries"):
        yield from (("", element) for element in source.elements())
        return
    for region, listed in source.items():
        yield from ((region, element) for element in listed.elements())


def _coordinates(source: Marked | None) -> tuple[float | None, float | None]:
    if source is None:
        return None, None
    latitude, longitude = (element.number() for element in source.elements())
    return latitude, longitude


def _patterns(fields: dict[str, Marked], kind: str, words: NameWords) -> Iterator[Pattern]:
    for language in LANGUAGES:
        for text in _written(fields[language].text(), language=language, kind=kind, words=words):
            yield _pattern(text, fields[language], language)
    if kind == "towns":  # Kazakh texts often spell a town the Russian way, and the other way round
        yield _pattern(fields["ru"].text().replace("-", " "), fields["ru"], "kk")
        yield _pattern(fields["kk"].text().replace("-", " "), fields["kk"], "ru")
    if "words" in fields:
        for language, listed in fields["words"].fields(LANGUAGES).items():
            for element in listed.elements():
                for text in _written(element.text(), language=language, kind=kind, words=words):
                    yield _pattern(text, element, language)


ADJECTIVE = re.compile("(?:[сц]кий|ный)$")


def _written(name: str, *, language: str, kind: str, words: NameWords) -> Iterator[str]:
    """Yield the ways a name is written: a district needs its word, a region too unless it is a city."""
    plain = name.replace("-", " ")
    if kind == "districts":
        yield from _district(plain, language, words)
    elif plain.endswith(" облысы"):
        yield plain.removesuffix("ы")
    elif language == "ru" and kind == "towns" and plain.isalpha() and plain[0].isupper():
        yield "|".join((plain, *(f"={form}" for form in decline_name(plain))))
    elif not plain.endswith(" область") or "..." in plain:
        yield plain.replace(" қаласы", " қала")


def _district(plain: str, language: str, words: NameWords) -> Iterator[str]:
    """Абайский район; район Шал акына, район имени Шал акына; Шал ақын ауданы, Шал ақын атындағы аудан."""
    known = "|".join(words.district_words[language])
    if language == "kk":
        yield from (f"{plain} {known}", f"{plain} атындағы аудан")
    elif ADJECTIVE.search(plain):
        yield f"{plain} {known}"
    else:
        yield from (f"{plain} район", f"район {plain}", f"район имени {plain}")


def _pattern(text: str, source: Marked, language: str) -> Pattern:
    return parse_pattern(source, language=language, classes={}, text=text)
