"""The bodies a text names, in one citation form whatever the language and the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.marked_yaml import Marked, read_yaml
from pipelines.tagging.gazetteer import Gazetteer
from pipelines.tagging.matcher import Found, Hit, Matcher
from pipelines.tagging.patterns import LANGUAGES, parse_patterns

REGION_WORDS = 3
"""How far a region may stand from the body that is its own."""


@dataclass(frozen=True, slots=True)
class Body:
    name: str
    of_region: bool


class Organisations:
    """Which pattern names which body, read from config/organisations.yaml."""

    def __init__(self, file: str, text: str, *, matcher: Matcher) -> None:
        self.named: dict[int, Body] = {}
        root = read_yaml(file, text).fields(("organisations",), required=("organisations",))
        for source in root["organisations"].elements():
            self._add(source, matcher)

    def _add(self, source: Marked, matcher: Matcher) -> None:
        fields = source.fields(("name", "of_region", *LANGUAGES), required=("name",))
        body = Body(fields["name"].text(), "of_region" in fields)
        for language in LANGUAGES:
            if language in fields:
                patterns = parse_patterns(fields[language], language=language, classes={})
                self.named.update(dict.fromkeys(matcher.add_all(patterns), body))


def find_organisations(found: Iterable[Found], known: Organisations, *, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Return the bodies named, in order. One that every region has is left out where no region stands beside it."""
    names = (name for _, hits in found for name in _names(hits, known, gazetteer))
    return tuple(dict.fromkeys(names))


def _names(hits: list[Hit], known: Organisations, gazetteer: Gazetteer) -> Iterator[str]:
    regions = {hit.first: hit for hit in hits if hit.pattern in gazetteer.named}
    taken: set[int] = set()
    named = [hit for hit in hits if hit.pattern in known.named]
    for hit in sorted(named, key=lambda hit: hit.first - hit.last):
        places = range(hit.first, hit.last + 1)
        if taken.isdisjoint(places):
            taken.update(places)
            body = known.named[hit.pattern]
            if not body.of_region:
                yield body.name
            elif region := _region_beside(hit, regions, gazetteer):
                yield f"{body.name} {region}"


def _region_beside(hit: Hit, regions: dict[int, Hit], gazetteer: Gazetteer) -> str:
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
