"""What a person selects: articles by filters and a period, a moment as it is typed, a single article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.errors import UnsafeAddressError, UsageError
from pipelines.search.clauses import literal
from pipelines.search.fields import date_span
from pipelines.search.request import SearchRequest
from worker.answers.choices import resolve_filters

if TYPE_CHECKING:
    from worker.runtime import Runtime


ID_LENGTH = 32
LONGEST_FILE_NAME = 400
"""The engine takes a regular expression of at most 1000 letters."""


RELATIVE = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


DAYS_AGO = {
    **dict.fromkeys(("today", "сегодня", "бүгін"), 0),
    **dict.fromkeys(("yesterday", "вчера", "кеше"), 1),
}


MOMENT = "2026-11-01, 2026-11-01T08:00, an age (90m, 24h, 7d, 2w), or today, yesterday, сегодня, вчера, бүгін, кеше."


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a person selected by options, apart from words."""

    now: datetime
    filters: Mapping[str, tuple[str, ...]]
    since: datetime | None
    until: datetime | None

    def resolved(self, runtime: Runtime, *, warn: Callable[[str], None]) -> Selection:
        """Return the selection in values of the index. Raises UsageError for a value that no closed list has."""
        return replace(self, filters=resolve_filters(runtime, self.filters, warn=warn))

    def request(self, text: str, **more: Any) -> SearchRequest:
        return SearchRequest(text=text, filters=self.filters, since=self.since, until=self.until, **more)


def moment(text: str, *, now: datetime) -> datetime | None:
    """Return the moment that was typed: a date or time in Kazakhstan (UTC+5), an age, or a word for a day.

    A day, month or year is its beginning. None for an empty text. Raises UsageError.
    """
    if not text:
        return None
    try:
        return _moment(text.strip(), now=now)
    except (ValueError, OverflowError) as error:
        raise UsageError(text, "is not a date, a time or an age", remedy=f"Write {MOMENT}") from error


def _moment(text: str, *, now: datetime) -> datetime:
    if (days := DAYS_AGO.get(text.casefold())) is not None:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    if text[:-1].isdecimal() and text[-1] in RELATIVE:
        return now - timedelta(**{RELATIVE[text[-1]]: int(text[:-1])})
    return date_span(text, now=now)[0]


def key_of(text: str) -> str:
    """Return the article id of what was typed: a URL, `file:…` of an import, or an id. Raises UsageError."""
    from pipelines.reading.texts import is_file_name, text_id
    from pipelines.urls import article_id

    if len(text) == ID_LENGTH and set(text) <= set("0123456789abcdef"):
        return text
    if is_file_name(text):
        return text_id(text)
    try:
        return article_id(text)
    except UnsafeAddressError as error:
        raise UsageError(
            text, "is neither a web address nor an article id", remedy="`kuzet search --json` shows ids."
        ) from error


def find_key(runtime: Runtime, text: str) -> str:
    """Return the article id of what was typed, also for `file:report.txt` without the mark of its content.

    Of several contents that a file had, the newest one that the index holds. `report.txt` alone will do, if a file of
    this name was imported. Raises UsageError.
    """
    from pipelines.reading.texts import FILE, is_file_name, text_id

    try:
        key = key_of(text)
    except UsageError:
        name = FILE + text
        if found := imported_key(runtime, name):
            return found
        if runtime.state.articles.trace(text_id(name)) is None:
            raise
        return text_id(name)
    if not is_file_name(text) or runtime.state.articles.trace(key):
        return key
    return imported_key(runtime, text) or key


def imported_key(runtime: Runtime, name: str) -> str:
    """Return the id of the newest content that a file had in the index; nothing for an unknown one."""
    from pipelines.reading.texts import CONTENT_MARK

    if len(name) > LONGEST_FILE_NAME:
        return ""
    return next(iter(runtime.search.ids_by_address(f"{literal(name)}{CONTENT_MARK}", limit=1)), "")
