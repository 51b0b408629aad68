"""The fields a query may name: `topic:fraud`, `published:[2026-01 TO 2026-02]`, `detained:>=10`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipelines.models import Severity
from pipelines.search.documents import CURRENCIES, FIGURE_KINDS, MONEY_ROLES
from pipelines.time_zone import KAZAKHSTAN

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_AGO = re.compile(r"now(?:-(\d{1,5})([hdw]))?")
_AGO_HOURS = {"h": 1, "d": 24, "w": 168}


class FieldKind(StrEnum):
    WORDS = "words"
    KEYWORD = "keyword"
    NUMBER = "number"
    DATE = "date"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class Field:
    """A place in the document. `words`: where the same value is searched word by word, if anywhere."""

    path: str
    kind: FieldKind
    words: str = ""

    def accepts(self, value: str, *, bound: bool = False) -> bool:
        """Whether `value` can be asked of this field, as an end of a range when `bound`."""
        match self.kind:
            case FieldKind.NUMBER:
                return _is_number(value)
            case FieldKind.DATE:
                return _is_date(value)
            case FieldKind.SEVERITY:
                return value.casefold() in set(Severity)
            case _:
                return bool(value) and not bound


def _named_fields() -> dict[str, Field]:
    own = (
        "id",
        "url",
        "source",
        "family",
        "feed",
        "language",
        "script",
        "extraction",
        "ruleset",
        "published_from",
        "same_text",
        "story",
        "watch",
    )
    listed = ("topics", "contexts", "rules", "regions", "places", "indicators")
    keywords = {"lang": "language"} | {name: name for name in (*own, *listed)} | {name[:-1]: name for name in listed}
    people = {"person": "persons", "persons": "persons", "org": "organisations"}
    people |= {"organisation": "organisations", "organisations": "organisations"}
    numbers = ("words", "revision", "kazakh_share", "latency_seconds", "severity_rank")
    dates = {name: f"{name}_at" for name in ("published", "observed", "indexed")}
    return {
        **{name: Field(name, FieldKind.WORDS) for name in ("title", "body")},
        **{name: Field(path, FieldKind.KEYWORD) for name, path in keywords.items()},
        **{name: Field(path, FieldKind.KEYWORD, words=f"{path}.words") for name, path in people.items()},
        **{name: Field(name, FieldKind.NUMBER) for name in numbers},
        **{name: Field(path, FieldKind.DATE) for name, path in dates.items()},
        **{path: Field(path, FieldKind.DATE) for path in dates.values()},
        "severity": Field("severity", FieldKind.SEVERITY),
    }


def figure_names() -> tuple[str, ...]:
    """Every `figures.*` field of the index."""
    money = (f"{role}_{currency}" for role in MONEY_ROLES for currency in CURRENCIES)
    return (*sorted(FIGURE_KINDS), *money)


def _figures() -> dict[str, Field]:
    fields = {name: Field(f"figures.{name}", FieldKind.NUMBER) for name in figure_names()}
    return {f"figures.{name}": field for name, field in fields.items()} | fields


FIELDS: Mapping[str, Field] = _figures() | _named_fields()


def date_span(text: str, *, now: datetime) -> tuple[datetime, datetime]:
    """First moment of what `text` names and first moment after it: a year, month, day, instant, `now` or `now-7d`."""
    if ago := _AGO.fullmatch(text):
        moment = now - timedelta(hours=int(ago[1] or 0) * _AGO_HOURS.get(ago[2] or "", 0))
        return moment, moment
    if date := _DATE.fullmatch(text):
        return _calendar_span(int(date[1]), int(date[2] or 0), int(date[3] or 0))
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=KAZAKHSTAN)
    return moment, moment


def _calendar_span(year: int, month: int, day: int) -> tuple[datetime, datetime]:
    start = datetime(year, month or 1, day or 1, tzinfo=KAZAKHSTAN)
    if day:
        return start, start + timedelta(days=1)
    if month:
        return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=KAZAKHSTAN)
    return start, datetime(year + 1, 1, 1, tzinfo=KAZAKHSTAN)


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        date_span(value, now=datetime(2026, 1, 1, tzinfo=KAZAKHSTAN))
    except (ValueError, OverflowError):
        return False
    return True
