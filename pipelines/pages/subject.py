"""Whether a page is the article that its feed announced, or a consent form, a home page or a soft 404 in its place."""

from __future__ import annotations

import re

from pipelines.errors import PageUnusableError
from pipelines.models import Entry
from pipelines.pages.blocked import refuse_error
from pipelines.pages.metadata import PageMetadata
from pipelines.pages.similarity import SIMILAR, STEM_LETTERS, key, similarity, stems
from pipelines.urls import parse_link

FEWEST_WORDS = 3
"""A title of fewer words («Видео дня») is no evidence against a page."""

ENOUGH_STEMS = 0.4
LEAD_KEY = 50
_CONSENT = re.compile(
    r"cookie|куки|согласи\w*|персональн\w+ данн\w+|обработк\w+ данн\w+|партн[её]р\w*|конфиденциальност\w*"
    r"|келісім\w*|дербес дерек\w*|деректер\w*|серіктес\w*|құпиялылық|consent|partners|privacy|personal data",
    re.IGNORECASE,
)
CONSENT_WORDS = 4
CONSENT_CHARACTERS = 4_000


def is_announced(metadata: PageMetadata, entry: Entry | None) -> bool:
    """True if one of the page's names is the entry's title, edited or not; also when there is no title to compare."""
    if entry is None or not entry.title:
        return True
    return any(similarity(name, entry.title) >= SIMILAR for name in metadata.names)


def refuse_other_page(metadata: PageMetadata, body: str, *, entry: Entry | None, url: str, found_at: str) -> None:
    """Raise PageUnusableError (`other_page`, `consent`) when the text on the page is not the announced article's.

    url: the address that was asked for; found_at: where the redirects led. Titles are edited after they were sent out,
    so a page under another headline passes when its text has the title's words or begins like the feed's summary.
    Where no title was announced, the page's own can still be that of an error (`error_page`).
    """
    if entry is None or len(stems(entry.title)) < FEWEST_WORDS:
        refuse_error(metadata, url=url)
        return
    shares_words = _shares_words(body, entry)
    if not shares_words and len(body) <= CONSENT_CHARACTERS and len(_consent_words(body)) >= CONSENT_WORDS:
        raise PageUnusableError(url, "the page asks for consent in place of the article", reason="consent")
    if is_announced(metadata, entry) or not (body or metadata.names):
        return
    if not shares_words or (_is_home(found_at) and not _is_home(url)):
        raise PageUnusableError(url, "the page is not the article that the feed announced", reason="other_page")


def _shares_words(body: str, entry: Entry) -> bool:
    begin = key(entry.summary)[:LEAD_KEY]
    if len(begin) == LEAD_KEY and begin in key(body):
        return True
    wanted, found = stems(entry.title), stems(body)
    return len(wanted & found) >= ENOUGH_STEMS * len(wanted)


def _consent_words(body: str) -> frozenset[str]:
    return frozenset(word[:STEM_LETTERS] for word in _CONSENT.findall(body.lower()))


def _is_home(url: str) -> bool:
    target = parse_link(url)
    return target.path == "/" and not target.query
