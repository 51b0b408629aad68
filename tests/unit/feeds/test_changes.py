"""Which entries of a document are new: links that move, counters that run, guids that are used again."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.feeds.changes import COUNTERS, MOVING_LINKS, Changes, changes, listed_entries
from pipelines.models import Entry

AT = datetime(2026, 3, 14, 13, 45, tzinfo=UTC)
NONE: frozenset[str] = frozenset()


def entry(number: int, *, session: str = "", guid: bool = True, summary: str = "", title: str = "") -> Entry:
    return Entry(
        link=f"https://alatau.example/news/{number}{f'?sid={session}' if session else ''}",
        title=title or f"Хабар {number}",
        guid=f"g-{number}" if guid else "",
        summary=summary,
        published_at=AT,
    )


def look(entries: list[Entry], memory: dict[str, str], *, habits: frozenset[str] = NONE) -> Changes:
    """Read a document with a memory; the id of an article is its link here."""
    return changes(listed_entries([(each.link, each) for each in entries]), memory, habits=habits)


def test_a_known_document_brings_nothing():
    """A feed is read hundreds of times a day."""
    entries = [entry(number) for number in range(3)]
    first = look(entries, {})
    assert [each.entry for each in first.to_sight] == entries[::-1]
    assert look(entries, first.memory).to_sight == ()


def test_a_memory_of_an_older_version_is_understood():
    """After an upgrade everything would come again as changed."""
    one = entry(1)
    assert look([one], {one.link: one.hash}).to_sight == ()


def test_a_session_in_the_link_makes_no_new_article():
    """27 articles of three after nine polls: the guid is what stays."""
    memory = look([entry(number, session="a1") for number in range(3)], {}).memory
    found = look([entry(number, session="b2") for number in range(3)], memory)
    assert (found.to_sight, found.habits) == ((), {MOVING_LINKS})
    later = look([entry(number, session="c3") for number in range(4)], found.memory)
    assert [each.article_id for each in later.to_sight] == ["https://alatau.example/news/3?sid=c3"]


def test_without_a_guid_title_and_date_tell_a_session_from_an_article():
    """Old sites have sessions and no guids."""
    memory = look([entry(number, session="a1", guid=False) for number in range(3)], {}).memory
    assert look([entry(number, session="b2", guid=False) for number in range(3)], memory).to_sight == ()


def test_a_guid_that_is_used_again_is_no_identity():
    """Some feeds number their items from 1 in every document."""
    memory = look([entry(1)], {}).memory
    other = Entry(link="https://alatau.example/news/99", title="Мүлде басқа хабар", guid="g-1", published_at=AT)
    assert [each.entry for each in look([other], memory).to_sight] == [other]


def test_one_guid_for_all_items_is_no_identity():
    """A template writes the site's name as the guid of everything."""
    entries = [
        Entry(link=f"https://alatau.example/{number}", title=f"Хабар {number}", guid="alatau") for number in (1, 2)
    ]
    assert len(look(entries, look(entries[:1], {}).memory).to_sight) == 1


def test_a_changed_text_of_a_moved_link_is_one_revision():
    """The article is the same one, under its id; its page is read at the new link."""
    memory = look([entry(1, session="a1")], {}).memory
    (found,) = look([entry(1, session="b2", summary="Жаңа дерек.")], memory).to_sight
    assert (found.article_id, found.entry.link) == (entry(1, session="a1").link, entry(1, session="b2").link)


def test_counters_of_readers_are_no_changes():
    """36 sightings and 30 revisions of three articles in two minutes: the description counted its readers."""
    memory = look([entry(number, summary=f"Қаралды: {7 + number}") for number in range(3)], {}).memory
    found = look([entry(number, summary=f"Қаралды: {90 + number}") for number in range(3)], memory)
    assert (found.to_sight, found.habits) == ((), {COUNTERS})


def test_a_known_habit_holds_when_a_single_counter_runs():
    """At night one article is read and the others are not."""
    memory = look([entry(number, summary=f"Қаралды: {number}") for number in range(3)], {}).memory
    second = [entry(0, summary="Қаралды: 55"), *(entry(number, summary=f"Қаралды: {number}") for number in (1, 2))]
    assert look(second, memory, habits=frozenset({COUNTERS})).to_sight == ()
    assert len(look(second, memory).to_sight) == 1


def test_numbers_in_one_entry_are_news():
    """«Three injured» that becomes «five injured» must be read again."""
    memory = look([entry(number, summary="3 адам жарақат алды") for number in range(9)], {}).memory
    second = [entry(0, summary="5 адам жарақат алды"), *(entry(n, summary="3 адам жарақат алды") for n in range(1, 9))]
    assert [each.entry.summary for each in look(second, memory).to_sight] == ["5 адам жарақат алды"]
