"""What a search found, as `--json` and the desk say it."""

from __future__ import annotations

from pipelines.search.answer import FoundArticle, SearchResult
from worker.answers.shapes import HitRow, SearchAnswer


def has_all_words(result: SearchResult) -> bool:
    """True if an article is what was asked for: `kuzet search … && notify` must not notify of what comes close."""
    return not result.relaxed and bool(result.hits or result.total)


def result_row(result: SearchResult) -> SearchAnswer:
    """The stable answer of `kuzet search --json`."""
    facets = result.facets.items()
    return {
        "total": result.total,
        "texts": result.texts,
        "took_ms": result.took_ms,
        "hits": [hit_row(hit) for hit in result.hits],
        "facets": {name: [{"value": one.value, "count": one.count} for one in found] for name, found in facets},
        "histogram": [{"start": bucket.start, "count": bucket.count} for bucket in result.histogram],
        "next": result.next_after,
        "relaxed": result.relaxed,
        "did_you_mean": result.did_you_mean,
    }  # fmt: skip


def hit_row(hit: FoundArticle) -> HitRow:
    highlights = {name: [part.html for part in parts] for name, parts in hit.highlights.items()}
    return {"score": hit.score, **hit.document, "highlights": highlights, "reprints": hit.reprints}
