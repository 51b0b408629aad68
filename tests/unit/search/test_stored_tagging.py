"""What the index keeps of a tagging is what `kuzet show` shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.models import Article, Extraction, Place, PublishedFrom
from pipelines.search.documents import build_document
from pipelines.search.stored_tagging import read_tagging
from pipelines.tagging import Tagger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = (
    ("Алматыда алаяқтар ұсталды", "Полицейлер интернет-алаяқтық үшін 3 адамды ұстады. Шығын 5 млн теңге."),
    ("В фильме убивают президента", "Режиссёр А. Б. Иванов снял фильм о террористах в Таразе."),
    ("Күн жылы", "Бүгін күн ашық."),
)


def article(title: str, body: str) -> Article:
    return Article(
        url="https://a.kz/1", title=title, body=body, summary="", language="kk", kazakh_share=0.5,
        extraction=Extraction.FULL, published_at=NOW, published_from=PublishedFrom.FEED, observed_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=["tagged", "silenced", "nothing"])
def test_nothing_that_is_stored_is_lost(tagger: Tagger, text: tuple[str, str]):
    """Topics, spans, contexts, figures and names come back; only misses and where places lie are not kept."""
    tagging = tagger.tag(*text, language="kk")
    facts = {"article_id": "a", "source": "a", "family": "a", "feed": "a", "revision": 1, "indexed_at": NOW}
    found = read_tagging(build_document(article(*text), tagging, **facts))
    places = tuple(Place(name=name) for name in dict.fromkeys(place.name for place in tagging.places))
    assert found == replace(tagging, misses=(), places=places)
