"""Fixed ids, references and versions of our saved objects: installing again replaces them and adds nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

TYPE_VERSIONS: Mapping[str, str] = {
    "index-pattern": "8.0.0",
    "search": "8.0.0",
    "lens": "8.9.0",
    "dashboard": "8.9.0",
    "map": "8.4.0",
    "tag": "",
    "links": "",
}
"""The newest migration whose shape we write, a type; empty: none is written. Newer ones than a server has are refused,
older ones are brought up by it."""

TAG = "kuzet-tag"
NAVIGATION = "kuzet-navigation"


def view_id(key: str) -> str:
    return f"kuzet-view-{_dashed(key)}"


def search_id(key: str) -> str:
    return f"kuzet-search-{_dashed(key)}"


def dashboard_id(key: str) -> str:
    return f"kuzet-dashboard-{_dashed(key)}"


def map_id(board: str, title: str) -> str:
    return f"kuzet-map-{_dashed(board)}-{_dashed(title)}"


def reference(kind: str, object_id: str, *, name: str) -> dict[str, Any]:
    return {"type": kind, "id": object_id, "name": name}


def text_of(value: object) -> str:
    """JSON inside JSON: what Kibana keeps as a string."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _dashed(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
