"""An analysis that needs no dictionary, for tests of documents, not of words."""

from __future__ import annotations

import re
from typing import Any

from config.settings import HERE

MAPPING = (HERE / "search" / "mapping.json").read_text(encoding="utf-8")
ANALYZERS = sorted(set(re.findall(r'"(?:search_)?analyzer": "(\w+)"', MAPPING)))
"""All that the mapping names."""


def short_analysis(stemmer: str = "") -> dict[str, Any]:
    """Every analyzer of the mapping; those of words cut endings in the language, if one is given."""
    endings = ["endings"] if stemmer else []
    return {
        "filter": {"endings": {"type": "stemmer", "language": stemmer}} if stemmer else {},
        "analyzer": {
            name: {
                "type": "custom",
                "tokenizer": "standard",
                "filter": ["lowercase", *(endings if name.endswith("words") else ())],
            }
            for name in ANALYZERS
        },
    }
