"""What people read in place of the id of a topic, a severity or a context. Nothing is compiled for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.rules.patterns import LANGUAGES

LABELS_FILE = "labels.yaml"
LABEL_LANGUAGES = ("en", *LANGUAGES)

ByLanguage = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Labels:
    """Id → language → label, for each kind of id."""

    topics: Mapping[str, ByLanguage]
    severities: Mapping[str, ByLanguage]
    contexts: Mapping[str, ByLanguage]

    def topic(self, topic: str, language: str) -> str:
        """Return the label of a topic; in English, else its id, when it has no label in `language`."""
        return _label(self.topics, topic, language)

    def severity(self, severity: str, language: str) -> str:
        """Return the label of a severity, as `topic` does."""
        return _label(self.severities, severity, language)

    def context(self, context: str, language: str) -> str:
        """Return the label of a context, as `topic` does."""
        return _label(self.contexts, context, language)


def _label(labels: Mapping[str, ByLanguage], name: str, language: str) -> str:
    known = labels.get(name, {})
    return known.get(language) or known.get("en") or name


def parse_labels(rules: Mapping[str, str], shared: str = "") -> Labels:
    """Read the labels of the rule files (file → text) and of labels.yaml.

    Only the head of a rule file is read, above its terms. Raises ConfigError with file, line and key.
    """
    fields = read_yaml(LABELS_FILE, shared).fields(("severity", "context")) if shared else {}
    return Labels(
        topics=dict(_topic_labels(file, text) for file, text in sorted(rules.items())),
        severities=_by_id(fields.get("severity")),
        contexts=_by_id(fields.get("context")),
    )


def _topic_labels(file: str, text: str) -> tuple[str, ByLanguage]:
    fields = dict(read_yaml(file, _head(text)).items())
    if not {"topic", "labels"} <= fields.keys():
        fields = dict(read_yaml(file, text).items())
    if "topic" not in fields:
        raise read_yaml(file, text).wrong("a rule names its topic: topic: cattle_theft")
    return fields["topic"].text(), parse_label(fields["labels"]) if "labels" in fields else {}


def _head(text: str) -> str:
    """Return what is above the terms; reading all terms takes a hundred times as long."""
    head, mark, _ = text.partition("\nterms:")
    return head if mark and head.strip() else text


def _by_id(source: Marked | None) -> Mapping[str, ByLanguage]:
    return {name: parse_label(value) for name, value in source.items()} if source else {}


def parse_label(source: Marked) -> ByLanguage:
    """Read one label in some languages: {en: Drugs, kk: Есірткі, ru: Наркотики}."""
    return {language: value.text() for language, value in source.fields(LABEL_LANGUAGES).items()}
