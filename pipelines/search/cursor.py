"""The mark at the end of a page, from which the next page is asked for.

Scores fade with time, so all pages of a search are scored for the moment of its first page. Collapsed results go on by
offset, which the engine limits to MAX_WINDOW; all others by the sort values of the last hit, without end.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import QueryError
from pipelines.search.clauses import Json
from pipelines.search.request import Breadth, SearchRequest

MAX_WINDOW = 10_000
"""`index.max_result_window` of the engine."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins. `now` and `breadth` are those of the first page; `now` is None for the first page itself."""

    now: datetime | None
    position: Json
    breadth: Breadth


def read_cursor(request: SearchRequest) -> Cursor:
    if not request.after:
        return Cursor(None, {}, request.breadth)
    try:
        packed = json.loads(base64.urlsafe_b64decode(request.after.encode("ascii")))
        moment = datetime.fromisoformat(packed["now"])
        breadth = Breadth(packed.get("breadth", request.breadth))
        if request.collapse:
            return Cursor(moment, {"from": _within_window(packed["offset"], request.size)}, breadth)
        return Cursor(moment, {"search_after": list(packed["after"])}, breadth)
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise QueryError(
            "the page mark", "it belongs to another search", remedy="Start with the first page."
        ) from error


def _within_window(offset: int, size: int) -> int:
    if offset < 0 or offset + size > MAX_WINDOW:
        raise QueryError(
            "the request",
            f"pages of collapsed results end after {MAX_WINDOW} texts",
            remedy="Narrow the search, export it, or ask for every reprint.",
        )
    return offset


def next_cursor(request: SearchRequest, *, hits: list[Json], now: datetime) -> str:
    """Empty after the last page. Scores fade with time, so all pages of a search share the first page's `now`."""
    if not request.size or len(hits) < request.size:
        return ""
    cursor = read_cursor(request)
    packed: Json = {"now": (cursor.now or now).isoformat()}
    if cursor.breadth is Breadth.MOST:
        packed["breadth"] = cursor.breadth
    if request.collapse:
        packed["offset"] = cursor.position.get("from", 0) + len(hits)
    else:
        packed["after"] = hits[-1]["sort"]
    return base64.urlsafe_b64encode(json.dumps(packed).encode()).decode("ascii")
