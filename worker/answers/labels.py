"""Names that people read in place of ids: topics, severities, contexts and regions in Kazakh or Russian.

Ids are what filters and JSON hold; a filter takes a label as well. In any other language the ids are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.errors import ConfigError
from pipelines.tagging.rules.labels import Labels
from worker.answers.choices import read_names_of
from worker.files.labels import read_labels
from worker.files.layers import Layers

LANGUAGES = ("kk", "ru")


VARIABLES = ("KUZET_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""Who says which language a person reads; the first that is set counts."""


@dataclass(frozen=True, slots=True)
class Names:
    """Labels in one language. `language` is empty where ids are shown."""

    language: str
    labels: Labels
    regions: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)

    def topic(self, topic: str) -> str:
        return self.labels.topic(topic, self.language) if self.language else topic

    def severity(self, severity: str) -> str:
        return self.labels.severity(severity, self.language).lower() if self.language else severity

    def context(self, context: str) -> str:
        return self.labels.context(context, self.language) if self.language else context

    def region(self, region: str) -> str:
        return self.regions.get(region, region)

    def place(self, place: str) -> str:
        return self.places.get(place, place)

    def of(self, kind: str, value: str) -> str:
        """Return the name of a facet's value; facets without labels keep theirs."""
        shown = {"topic": self.topic, "severity": self.severity, "context": self.context, "region": self.region}
        shown["place"] = self.place
        return shown[kind](value) if kind in shown else value

    def listed(self, kind: str, values: Iterable[str]) -> str:
        return ", ".join(self.of(kind, value) for value in values)


NO_LABELS = Labels(topics={}, severities={}, contexts={})


def language_of(environment: Mapping[str, str]) -> str:
    """Return kk or ru when the environment asks for it, else nothing."""
    said = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return found if (found := said[:2].lower()) in LANGUAGES else ""


def unknown_language(environment: Mapping[str, str]) -> str:
    """Return what KUZET_LANG asks for when there are no labels in it; English is ids."""
    said = environment.get(VARIABLES[0], "")
    return said if said and re.split(r"[^a-z]", said.lower())[0] not in {*LANGUAGES, "en"} else ""


def read_names(config: Layers, language: str) -> Names:

    try:
        named = read_names_of(config / "places.yaml")
        return Names(language, read_labels(config), _regions(named, language), _places(named, language))
    except ConfigError:
        return Names("", NO_LABELS, {})  # `kuzet status` says what is wrong with the file


def read_regions(config: Layers, language: str) -> dict[str, str]:

    return _regions(read_names_of(config / "places.yaml"), language)


def _regions(named: Mapping[str, Any], language: str) -> dict[str, str]:
    return {each["name"]: each[language] for each in named.get("regions", ())}


def _places(named: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return every place's name; that of a region counts where another place is called so."""
    groups = [
        places for group in named.values() for places in (group.values() if isinstance(group, dict) else (group,))
    ]
    found = {each["name"]: each[language] for places in reversed(groups) for each in places if language in each}
    return found | _regions(named, language)
