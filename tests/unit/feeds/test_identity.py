"""Entries that their links do not distinguish."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.feeds.identity import with_identities
from pipelines.models import Entry

LIVE = "https://alatau.example/live/"
AT = datetime(2026, 3, 14, 13, 45, tzinfo=UTC)


def entry(title: str, link: str = LIVE, *, guid: str = "", at: datetime | None = None) -> Entry:
    return Entry(link=link, title=title, guid=guid, published_at=at)


def test_a_link_of_its_own_is_the_identity():
    """The ordinary case: no guid may make a second article of a known link."""
    entries, repeated = with_identities([entry("A", f"{LIVE}1", guid="1"), entry("B", f"{LIVE}2", guid="2")])
    assert ([each.identity for each in entries], repeated) == (["", ""], 0)


def test_entries_without_a_link_are_known_by_their_guid():
    """Press services publish texts in the feed alone: all of them were lost without a count."""
    entries, repeated = with_identities(
        [entry("A", "", guid="a-1"), entry("B", "", guid="a-2"), entry("B2", "", guid="a-2")]
    )
    assert ([each.identity for each in entries], repeated) == (["guid:a-1", "guid:a-2"], 1)


def test_the_posts_of_a_live_page_are_articles_of_their_own():
    """Five posts under one address were one article, and the other four were counted nowhere."""
    by_guid, _ = with_identities(entry(f"Post {number}", guid=f"l-{number}") for number in range(5))
    by_date, _ = with_identities(entry(f"Post {number}", at=AT.replace(hour=number)) for number in range(5))
    by_title, _ = with_identities(entry(f"Post {number}", f"{LIVE}#post-{number}") for number in range(5))
    assert [len({each.identity for each in entries}) for entries in (by_guid, by_date, by_title)] == [5, 5, 5]


def test_one_article_in_two_rubrics_is_one_and_counted():
    """The same article listed twice is no live page: its page must still be fetched."""
    entries, repeated = with_identities(
        [entry("A", guid="7"), entry("A, жаңартылды", guid="7"), entry("B", f"{LIVE}b")]
    )
    assert ([each.identity for each in entries], repeated) == (["", ""], 1)


def test_an_unusable_link_does_not_lose_an_entry_with_a_guid():
    """A password in a link cannot be fetched; what the feed says can still be read."""
    entries, _ = with_identities([entry("A", "https://user:pass@alatau.example/1", guid="a-1")])
    assert entries[0].identity == "guid:a-1"
