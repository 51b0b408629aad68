"""Files whose format is said once, as models: the reader, the JSON schema and the guide's table come from them.

The models say which keys there are and what they hold; values are read by `Marked`: errors name file, line and key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked

SCHEMA_URL = "https://json-schema.org/draft/2020-12/schema"


class Section(BaseModel):
    """A mapping of a file: its fields are the keys that are allowed there."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Marked) -> dict[str, Marked]:
        return source.fields(cls.allowed(), required=cls.allowed(required=True))

    @classmethod
    def allowed(cls, *, required: bool = False) -> tuple[str, ...]:
        """Return the keys as they are written in a file."""
        fields = cls.model_fields.items()
        return tuple(field.alias or name for name, field in fields if field.is_required() or not required)


def _severity(source: Marked) -> Severity:
    return Severity(source.choice(tuple(Severity)))


Text: TypeAlias = Annotated[str, BeforeValidator(Marked.text)]
Positive: TypeAlias = Annotated[float, BeforeValidator(Marked.positive), Field(gt=0)]
Grade: TypeAlias = Annotated[Severity, BeforeValidator(_severity)]


def schema_of(model: type[Section], name: str) -> dict[str, Any]:
    """Return the JSON schema of a file, for editors."""
    return {"$schema": SCHEMA_URL, "$id": f"kuzet/{name}", **_plain(model.model_json_schema(by_alias=True))}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop titles that pydantic makes of Python's names, and empty defaults: such a key may just be left out."""
    kept = ((key, value) for key, value in schema.items() if not _says_nothing(key, value))
    return {key: _plain(value) if isinstance(value, dict) else value for key, value in kept}


def _says_nothing(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and not value)


def table_of(parts: tuple[tuple[str, type[BaseModel]], ...]) -> str:
    """Return the keys of models as a table in Markdown, each key behind the keys above it."""
    rows = ["| key | default | means |", "|---|---|---|"]
    rows += [row for above, model in parts for row in _rows(above, model)]
    return "\n".join(rows)


def _rows(above: str, model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"| `{above}{field.alias or name}` | {_default(field)} | {field.description or ''} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be there"
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra.get("default", ""))
    if isinstance(field.default, float):
        return f"{field.default:g}"
    return field.default if isinstance(field.default, str) else ""
