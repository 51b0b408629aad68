"""Imports of versions up to 0.1: identified by the file's name and the row's number, they keep that identity.

The same text again is known, not another article. Texts are compared by their words: title and body are parted in
another way now.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.errors import EngineUnavailableError
from pipelines.models import Entry, Page
from pipelines.reading.texts import text_id
from pipelines.search.clauses import literal

if TYPE_CHECKING:
    from worker.search.engine import SearchEngine

NUMBERED = re.compile(r"(?P<file>.*)#\d+", re.DOTALL)
_WORD = re.compile(r"\w+")


class EarlierImports:
    """Answers whether the index holds a text under the address an earlier version gave it.

    Costs one request a text file, and for a file of rows one in all, unless an earlier version imported that file. A
    search engine that is away knows of none: then such a text may become a second article.
    """

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._files: dict[str, bool] = {}

    def has(self, earlier: str, *, entry: Entry, page: Page | None = None) -> bool:
        """True if the article of the address `earlier` has these words."""
        try:
            if not self._may_have(earlier):
                return False
            stored = self._engine.get(text_id(earlier))
        except EngineUnavailableError:
            return False
        if stored is None:
            return False
        kept = stored.document
        return _words(kept.get("body", "")) in [_words(text) for text in _texts(entry, page)]

    @cached_property
    def _is_there(self) -> bool:
        return bool(self._engine.index_name())

    def _may_have(self, earlier: str) -> bool:
        """False for rows of a file of which the index has no row: most files are new."""
        if not self._is_there:
            return False
        numbered = NUMBERED.fullmatch(earlier)
        if numbered is None:
            return True
        file = numbered["file"]
        if file not in self._files:
            self._files[file] = bool(self._engine.ids_by_address(f"{literal(file)}#[0-9]{{1,9}}", limit=1))
        return self._files[file]


def _texts(entry: Entry, page: Page | None) -> tuple[str, ...]:
    """Return the bodies that an earlier version may have read: the text with its title in it, or without."""
    from pipelines.language.normalise import repair
    from pipelines.pages import article_from_entry, extract_article

    now = datetime.now(UTC)
    if page is not None:
        return (extract_article(page, entry=entry, observed_at=now).body,)
    body = article_from_entry(entry, url=entry.link, observed_at=now).body
    return f"{repair(entry.title).text}\n{body}", body


def _words(text: str) -> list[str]:
    return sorted(_WORD.findall(text))
