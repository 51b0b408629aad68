"""How much one fetch may take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.settings import Settings


class Accept(StrEnum):
    """What kind of document is wanted. Feeds often come with a wrong type: for them it only rules out media."""

    PAGE = "page"
    FEED = "feed"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one fetch, redirects included.

    max_bytes counts decoded bytes. cut: take the first max_bytes of a longer document instead of refusing it.
    """

    deadline_s: float
    max_bytes: int
    max_redirects: int = 5
    accept: Accept = Accept.PAGE
    cut: bool = False


def page_limits(settings: Settings) -> Limits:
    return Limits(deadline_s=settings.fetch_deadline_s, max_bytes=settings.max_page_bytes, accept=Accept.PAGE)


def feed_limits(settings: Settings) -> Limits:
    return Limits(deadline_s=settings.fetch_deadline_s, max_bytes=settings.max_feed_bytes, accept=Accept.FEED)
