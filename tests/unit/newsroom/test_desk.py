"""What the newsroom publishes when all its stories are out."""

from __future__ import annotations

from datetime import UTC, datetime

from seeds.newsroom import load_stories
from seeds.newsroom.desk import Desk

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_reprints_have_addresses_of_their_own():
    """A demo that stays up goes on publishing; an article of a known address would be no news."""
    desk = Desk(load_stories()[:2], clock=lambda: NOW)
    desk.publish(count=2)
    assert desk.waiting == 0
    again = [desk.reprint().story for _ in range(3)]
    assert len({story.id for story in again} | {each.story.id for each in desk.out()}) == 5
    assert [story.versions for story in again[:2]] == [each.story.versions for each in reversed(desk.out()[-2:])]
    assert desk.waiting == 0, "a reprint is not one of the stories that wait"
