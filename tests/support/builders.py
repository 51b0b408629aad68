"""What many tests make: documents on their way to an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SentDocument:
    """A document as `SearchEngine.bulk` takes it."""

    article_id: str
    version: int = 1
    document: Mapping[str, Any] = field(default_factory=dict)
