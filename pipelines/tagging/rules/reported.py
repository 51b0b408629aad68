"""Articles that people found wrongly tagged, kept as examples: one YAML list for each topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import yaml
from pydantic import BeforeValidator

from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.reading.sections import Section, Text
from pipelines.tagging.rules.patterns import LANGUAGES
from pipelines.tagging.rules.rule import Example

SHOULD, SHOULD_NOT = "should", "should not"


def _verdict(source: Marked) -> str:
    return source.choice((SHOULD, SHOULD_NOT))


def _language(source: Marked) -> str:
    return source.choice(LANGUAGES)


class Reported(Section):
    """An article with what a person says of one topic: it should have it, or should not."""

    verdict: Annotated[str, BeforeValidator(_verdict)]
    language: Annotated[str, BeforeValidator(_language)]
    title: Text = ""
    text: Text
    url: Text = ""
    note: Text = ""
    added: Text = ""


def parse_reported(file: str, text: str) -> tuple[Example, ...]:
    """Read the examples of one topic. Raises ConfigError with file, line and key."""
    return tuple(_example(Reported.model_validate(entry), entry.line) for entry in read_yaml(file, text).elements())


def _example(read: Reported, line: int) -> Example:
    return Example(read.text, read.language, read.verdict == SHOULD, line, title=read.title, note=read.note or read.url)


def reported_entry(values: Mapping[str, str]) -> str:
    """Write one entry, to be added at the end of its topic's file; empty values are left out."""
    kept = {key: value for key, value in values.items() if value}
    return yaml.safe_dump([kept], allow_unicode=True, sort_keys=False, width=100)
