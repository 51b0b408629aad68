"""The format of a rule file for editors (a JSON schema) and for people (a table), made from its models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from pipelines.reading.sections import schema_of, table_of
from pipelines.tagging.rules.file_format import Contexts, Cues, Examples, Meeting, RuleFile, TermGroup, Yield

PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", RuleFile),
    ("terms.GROUP.", TermGroup),
    ("near.LANGUAGE.", Meeting),
    ("unless.", Contexts),
    ("unless.CONTEXT.", Cues),
    ("yields.", Yield),
    ("examples.LANGUAGE.", Examples),
)
"""What the table lists: the keys of these models, each behind the keys above it."""


def rule_schema() -> dict[str, Any]:
    """Return the JSON schema of a rule file."""
    return schema_of(RuleFile, "rules.schema.json")


def keys_table() -> str:
    """Return the keys of a rule file as a table in Markdown."""
    return table_of(PARTS)
