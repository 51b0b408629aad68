"""The format of a rule file for editors (a JSON schema) and for people (a table), made from its models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.tagging.rules.file_format import Contexts, Cues, Examples, Meeting, RuleFile, TermGroup

SCHEMA_URL = "https://json-schema.org/draft/2020-12/schema"

PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", RuleFile),
    ("terms.GROUP.", TermGroup),
    ("near.LANGUAGE.", Meeting),
    ("unless.", Contexts),
    ("unless.CONTEXT.", Cues),
    ("examples.LANGUAGE.", Examples),
)
"""What the table lists: the keys of these models, each behind the keys above it."""


def rule_schema() -> dict[str, Any]:
    """Return the JSON schema of a rule file."""
    schema = _plain(RuleFile.model_json_schema(by_alias=True))
    return {"$schema": SCHEMA_URL, "$id": "kuzet/rules.schema.json", **schema}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop titles that pydantic makes of Python's names, and empty defaults: such a key may just be left out."""
    kept = ((key, value) for key, value in schema.items() if not _says_nothing(key, value))
    return {key: _plain(value) if isinstance(value, dict) else value for key, value in kept}


def _says_nothing(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and not value)


def keys_table() -> str:
    """Return the keys of a rule file as a table in Markdown."""
    rows = ["| key | default | means |", "|---|---|---|"]
    rows += [row for above, model in PARTS for row in _rows(above, model)]
    return "\n".join(rows)


def _rows(above: str, model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"| `{above}{field.alias or name}` | {_default(field)} | {field.description or ''} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be there"
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra.get("default", ""))
    return f"{field.default:g}" if isinstance(field.default, float) else str(field.default or "") * _is_text(field)


def _is_text(field: FieldInfo) -> bool:
    return isinstance(field.default, str)
