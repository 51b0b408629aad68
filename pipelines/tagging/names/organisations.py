"""The bodies a text names, in one citation form whatever the language and the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.language.word_lists import HYPHENATED_ENDINGS
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.matching.matcher import Found, Hit, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.described_bodies import Kind, described_name, quoted_name
from pipelines.tagging.names.gazetteer import Gazetteer
from pipelines.tagging.rules.patterns import LANGUAGES, parse_patterns

_HYPHENS = ("-", "–")
REGION_WORDS = 3
"""How far a region may stand from the body that is its own."""


@dataclass(frozen=True, slots=True)
class Body:
    """`of_region`: each region has one, and it is named with its region; `proper`: only when written with a capital."""

    name: str
    of_region: bool
    proper: bool = False


class Organisations:
    """Which pattern names which body, read from config/organisations.yaml.

    `abbreviations`: how many letters of theirs are written large, by pattern (КНБ, ҰҚК); `kinds`: what a body is whose
    name the text has.
    """

    def __init__(self, file: str, text: str, *, matcher: Matcher) -> None:
        self.named: dict[int, Body] = {}
        self.abbreviations: dict[int, int] = {}
        self.kinds: dict[int, Kind] = {}
        root = read_yaml(file, text).fields(("organisations", "kinds"), required=("organisations",))
        for source in root["organisations"].elements():
            self._add(source, matcher)
        for source in root["kinds"].elements() if "kinds" in root else ():
            self._add_kind(source, matcher)

    def _add(self, source: Marked, matcher: Matcher) -> None:
        fields = source.fields(("name", "of_region", "proper", *LANGUAGES), required=("name",))
        body = Body(fields["name"].text(), "of_region" in fields, "proper" in fields)
        for language in LANGUAGES:
            if language in fields:
                for pattern in parse_patterns(fields[language], language=language, classes={}):
                    number = matcher.add(pattern)
                    self.named[number] = body
                    first = pattern.text.split()[0].removeprefix("=")
                    if first.isupper():
                        self.abbreviations[number] = len(first)

    def _add_kind(self, source: Marked, matcher: Matcher) -> None:
        fields = source.fields(("name", "described", "proper", *LANGUAGES), required=("name",))
        kind = Kind(fields["name"].text(), described="described" in fields, proper="proper" in fields)
        for language in LANGUAGES:
            if language in fields:
                for pattern in parse_patterns(fields[language], language=language, classes={}):
                    self.kinds[matcher.add(pattern)] = kind


def find_organisations(found: Iterable[Found], known: Organisations, *, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Return the bodies named, in order. One that every region has is left out when no region is near it.

    An abbreviation is one in capitals only, and with no more than a Kazakh ending behind it: ҰҚК-нің, not МВД-шник.
    """
    names = (name for text, hits in found for name in _names(text, hits, known, gazetteer))
    return tuple(dict.fromkeys(names))


def _names(text: Text, hits: list[Hit], known: Organisations, gazetteer: Gazetteer) -> Iterator[str]:
    regions = {hit.first: hit for hit in hits if hit.pattern in gazetteer.named}
    named = [hit for hit in hits if hit.pattern in known.named and _is_written_so(text, hit, known)]
    named = sorted(_longest(named), key=lambda hit: hit.first)
    found = [(hit.first, _name(hit, known.named[hit.pattern], regions, gazetteer)) for hit in named]
    taken = {place for hit in named for place in range(hit.first, hit.last + 1)}
    kinds = [hit for hit in hits if hit.pattern in known.kinds and hit.first not in taken]
    for hit in _longest(kinds):
        kind = known.kinds[hit.pattern]
        found.append(
            (hit.first, quoted_name(text, hit, kind, taken=taken) or _described(text, hit, kind, gazetteer, regions))
        )
    return (name for _, name in sorted(found) if name)


def _described(text: Text, hit: Hit, kind: Kind, gazetteer: Gazetteer, regions: dict[int, Hit]) -> str:
    """Name a body by what it is for; one of a region with the region that follows."""
    name, last = described_name(text, hit, kind)
    following = regions.get(last + 1)
    if not name or following is None:
        return name
    entry = gazetteer.entries[gazetteer.named[following.pattern][0]]
    return f"{name} {_genitive(entry.labels[1])}" if entry.kind == "regions" and last > hit.last else name


def _name(hit: Hit, body: Body, regions: dict[int, Hit], gazetteer: Gazetteer) -> str:
    if not body.of_region:
        return body.name
    region = _region_near(hit, regions, gazetteer)
    return f"{body.name} {region}" if region else ""


def _longest(hits: list[Hit]) -> Iterator[Hit]:
    """Yield the hits that lie in no longer one."""
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda hit: hit.first - hit.last):
        places = range(hit.first, hit.last + 1)
        if taken.isdisjoint(places):
            taken.update(places)
            yield hit


def _is_written_so(text: Text, hit: Hit, known: Organisations) -> bool:
    letters = known.abbreviations.get(hit.pattern)
    if letters is None:
        return not known.named[hit.pattern].proper or text.source[text.starts[hit.first]].isupper()
    start, end = text.starts[hit.first], text.ends[hit.last]
    if not text.source[start : start + letters].isupper():
        return False
    after = hit.last + 1
    is_glued = text.source[end : end + 1] in _HYPHENS and after < len(text) and text.starts[after] == end + 1
    return not is_glued or text.words[after] in HYPHENATED_ENDINGS or not text.source[end + 1].islower()


def _region_near(hit: Hit, regions: dict[int, Hit], gazetteer: Gazetteer) -> str:
    """Name the region in the genitive: it follows in Russian and goes before in Kazakh."""
    near = (*range(hit.last + 1, hit.last + 1 + REGION_WORDS), *range(hit.first - REGION_WORDS, hit.first))
    for place in near:
        if region := regions.get(place):
            entry = gazetteer.entries[gazetteer.named[region.pattern][0]]
            if entry.kind == "regions":
                return _genitive(entry.labels[1])
    return ""


def _genitive(label: str) -> str:
    """Inflect a Russian region name: Туркестанская область → Туркестанской области."""
    if label.endswith("ая область"):
        return label.removesuffix("ая область") + "ой области"
    if label.endswith("а"):
        return label.removesuffix("а") + "ы"
    return label if label.endswith("ы") else label + "а"
