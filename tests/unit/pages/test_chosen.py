"""A source's own word on where the text of its articles is."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.models import Entry, Extraction, Page
from pipelines.pages import extract_article

NOW = datetime(2025, 9, 3, 9, 0, tzinfo=UTC)
TITLE = "Көпір жөнделді"
OTHER = "Басқа мақаланың ұзын мәтіні осында тұр. " * 20
PAGE = f"""<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>
<div class="x"><div class="x"><p>Бірінші сөйлем.</p><p>Екінші сөйлем.</p></div></div>
<section class="more"><p>{OTHER}</p></section></body></html>"""


def body(text_path: str) -> tuple[str, Extraction]:
    url = "https://dala.example/1"
    page = Page(url=url, final_url=url, status=200, headers={}, body=PAGE.encode(), fetched_at=NOW)
    entry = Entry(link=url, title=TITLE)
    article = extract_article(page, entry=entry, observed_at=NOW, text_path=text_path)
    return article.body, article.extraction


def test_the_source_has_the_last_word():
    """Some layouts defeat every extractor; a person who looked at the page knows better. Nested finds count once."""
    assert body("//div[@class='x']") == ("Бірінші сөйлем.\nЕкінші сөйлем.", Extraction.FULL)


def test_a_path_that_finds_nothing_changes_nothing():
    """A redesign must not empty the articles; neither must a path that gives a number or a text."""
    usual = body("")
    assert body("//article") == body("count(//p)") == body("//h1/text()") == body("//p[unknown()]") == usual
