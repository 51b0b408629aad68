"""Pages → articles: text, dates, canonical address; challenge and paywall pages; fallback to the feed's text."""

from pipelines.pages.article import CUT, article_from_entry, extract_article

__all__ = ["CUT", "article_from_entry", "extract_article"]
