"""How values are written into records: JSON text, days, entries."""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.models import Entry
from pipelines.time_zone import KAZAKHSTAN

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def to_json(value: object) -> str:
    """Render compact JSON; half a surrogate pair, which no database takes, becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def day_of(now: float) -> str:
    """Return the day of Kazakhstan that a sighting is booked on, e.g. `2025-09-14` (versions up to 0.1: of UTC)."""
    return datetime.fromtimestamp(now, KAZAKHSTAN).strftime("%Y-%m-%d")


def literal(text: str) -> str:
    """Return the pattern of Redis that matches this text alone."""
    return "".join(f"\\{letter}" if letter in r"*?[]^\-" else letter for letter in text)


def new_token() -> str:
    return secrets.token_hex(8)


def fields_of(record: DataclassInstance) -> dict[str, Any]:
    """Return the fields of a dataclass by name. Nothing is copied: `asdict` takes ten times as long for it."""
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def entry_to_json(entry: Entry) -> str:
    fields = {name: value for name, value in fields_of(entry).items() if value}
    if entry.published_at is not None:
        fields["published_at"] = entry.published_at.isoformat()
    return to_json(fields)


def entry_from_json(text: str) -> Entry:
    """Read what `entry_to_json` wrote; it leaves out what is empty, also the link of an entry that has none."""
    fields = {"link": "", "title": ""} | json.loads(text)
    if "published_at" in fields:
        fields["published_at"] = datetime.fromisoformat(fields["published_at"])
    return Entry(**fields)


def pairs(flat: Iterable[str]) -> dict[str, str]:
    """Read what HGETALL gives inside a script as a mapping."""
    items = iter(flat)
    return dict(zip(items, items, strict=True))
