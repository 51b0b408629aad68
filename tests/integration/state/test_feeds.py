"""Feeds in Redis: polls, parses, validators, known entries, and the catalogue, against the real server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pipelines.models import Feed, FeedFormat, Poll, Stage, Validators
from tests.support.leases import LEASE_S
from worker.state import Ending, State

NOW = 1_757_800_000.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
POLL = Poll(at=NOW, status=200, bytes=1000, took_s=0.5)
ANSWER = Validators(etag='"1"', last_modified="Sat", final_url="http://dala.example/rss.xml", body_hash="b1")


@pytest.fixture
def state(redis):
    state = State(redis, prefix="t:", lease_s=LEASE_S)
    state.feeds.sync([FEED], now=NOW)
    return state


def claim(state, stage=Stage.POLL, *, at=NOW):
    return state.feeds.claim(FEED.id, stage=stage, now=at)


def fetched(state, *, at=NOW):
    """A feed that was polled and waits for parsing; the claim for it."""
    assert state.feeds.fetched(claim(state, at=at), page="p1", validators=ANSWER, poll=POLL, now=at)
    return claim(state, Stage.PARSE, at=at)


def parsed(state, seen, *, at=NOW, new=0):
    poll = replace(POLL, entries=len(seen), new=new)
    assert state.feeds.parsed(fetched(state, at=at), seen=seen, poll=poll, ending=Ending(next_at=at + 300), now=at)


def unseen(state, hashes):
    known = state.feeds.seen(FEED.id, hashes)
    return {key for key, trace in hashes.items() if known.get(key) != trace}


def states_published(state):
    return [
        (event.data["was"], event.data["state"]) for event in state.events.read("0-0") if event.kind == "feed.state"
    ]


def test_a_poll_hands_its_page_to_the_parse(state):
    """The two run in different workers; between them only Redis knows what was fetched."""
    found = claim(state)
    assert (found.url, found.host, found.validators) == (FEED.url, "dala.example", Validators())
    assert state.feeds.fetched(found, page="p1", validators=ANSWER, poll=POLL, now=NOW)
    assert (state.due.size(Stage.POLL), state.due.size(Stage.PARSE)) == (0, 1)
    assert claim(state) is None
    parse = claim(state, Stage.PARSE)
    assert (parse.page, parse.poll, parse.attempts) == ("p1", POLL, 1)


def test_a_claim_has_what_the_catalogue_last_said(state):
    """Workers parse by it, also one that starts while the catalogue cannot be read."""
    assert claim(state).feed == FEED
    changed = replace(FEED, languages=("kk",), format=FeedFormat.SITEMAP, family="owner")
    state.feeds.sync([changed], now=NOW)
    assert claim(state, at=NOW + 3600).feed == changed


def test_validators_are_believed_after_the_entries(state):
    """A crash between fetching and parsing would lose the entries for good if the next poll got a 304."""
    parse = fetched(state)
    assert state.feeds.snapshot(FEED.id).validators == Validators()
    assert state.feeds.parsed(parse, seen={}, poll=replace(POLL, new=2), ending=Ending(next_at=NOW + 300), now=NOW + 1)
    snapshot = state.feeds.snapshot(FEED.id)
    assert (snapshot.validators, snapshot.state, snapshot.stage) == (ANSWER, "healthy", Stage.POLL)
    assert (snapshot.next_at, snapshot.interval_s) == (NOW + 300, 299)
    assert (snapshot.last_ok_at, snapshot.last_new_at) == (NOW + 1, NOW + 1)
    assert claim(state, at=NOW + 300).validators == ANSWER


def test_a_document_that_cannot_be_parsed_is_not_believed(state):
    """The next poll must fetch it again instead of taking a 304 for «nothing new»."""
    parse = fetched(state)
    assert state.feeds.failed(parse, poll=replace(POLL, note="html"), ending=Ending(next_at=NOW + 600), now=NOW)
    snapshot = state.feeds.snapshot(FEED.id)
    assert (snapshot.validators, snapshot.state, snapshot.failures) == (Validators(), "failing", 1)
    assert snapshot.polls[0].note == "html"
    assert claim(state, Stage.PARSE) is None
    assert claim(state, at=NOW + 600).failures == 1


def test_failures_add_up_and_one_success_clears_them(state):
    """Back-off is computed from the failures in a row; watchers hear only when the state changes."""
    for at in (NOW, NOW + 600, NOW + 1200):
        state.feeds.failed(claim(state, at=at), poll=POLL, ending=Ending(next_at=at + 600), now=at)
    assert state.feeds.snapshot(FEED.id).failures == 3
    state.feeds.unchanged(claim(state, at=NOW + 1800), poll=POLL, ending=Ending(next_at=NOW + 2000), now=NOW + 1800)
    snapshot = state.feeds.snapshot(FEED.id)
    assert (snapshot.failures, snapshot.state, snapshot.interval_s) == (0, "healthy", 200)
    assert states_published(state) == [("new", "failing"), ("failing", "healthy")]


def test_a_failure_keeps_the_interval(state):
    """When a feed recovers it is polled as often as before, not at the back-off's pace."""
    state.feeds.unchanged(claim(state), poll=POLL, ending=Ending(next_at=NOW + 300), now=NOW)
    state.feeds.failed(claim(state, at=NOW + 300), poll=POLL, ending=Ending(next_at=NOW + 9000), now=NOW + 300)
    assert state.feeds.snapshot(FEED.id).interval_s == 300


def test_the_same_body_again_brings_its_new_validators(state):
    """A server that changes its ETag with every restart would be fetched whole for ever."""
    parsed(state, {})
    newer = replace(ANSWER, etag='"2"')
    state.feeds.unchanged(
        claim(state, at=NOW + 300), poll=POLL, ending=Ending(next_at=NOW + 600), now=NOW + 300, validators=newer
    )
    assert state.feeds.snapshot(FEED.id).validators == newer


def test_a_304_keeps_the_validators(state):
    """A 304 has none of its own."""
    parsed(state, {})
    state.feeds.unchanged(claim(state, at=NOW + 300), poll=POLL, ending=Ending(next_at=NOW + 600), now=NOW + 300)
    assert state.feeds.snapshot(FEED.id).validators == ANSWER


def test_a_stale_token_changes_nothing(state):
    """A worker that was thought dead comes back after another has taken over."""
    first = claim(state)
    second = claim(state, at=first.lease_until)
    before = state.feeds.snapshot(FEED.id)
    feeds, end = state.feeds, {"poll": POLL, "ending": Ending(next_at=NOW), "now": NOW}
    assert not feeds.fetched(first, page="p", validators=ANSWER, poll=POLL, now=NOW)
    assert not feeds.unchanged(first, **end)
    assert not feeds.failed(first, **end)
    assert not feeds.parsed(first, seen={"a": "1"}, **end)
    assert not feeds.release(first, not_before=NOW, now=NOW)
    assert state.feeds.snapshot(FEED.id) == before
    assert feeds.unchanged(second, **end)


def test_of_two_claimers_one_wins(state):
    """A site must not be polled twice because a message was doubled."""
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(state), range(40)))
    assert len([found for found in claims if found]) == 1


def test_a_doubled_message_after_the_poll_is_refused(state):
    """The feed is in `poll` again, but not due: asking at once would be rude."""
    state.due.take(Stage.POLL, now=NOW, lease_s=30, limit=5)
    state.feeds.unchanged(claim(state), poll=POLL, ending=Ending(next_at=NOW + 300), now=NOW)
    assert claim(state, at=NOW + 1) is None


def test_waiting_for_the_host_is_no_attempt(state):
    """Ten feeds on one host wait for each other; none of them has failed."""
    for at in range(8):
        found = claim(state, at=NOW + at)
        assert found.attempts == 1
        assert state.feeds.release(found, not_before=NOW + at + 1, now=NOW + at, give_back_attempt=True)


def test_the_fourth_claim_is_a_failed_poll(state):
    """A document that kills the parser must not be parsed for ever; the feed rests and goes on."""
    fetched(state)
    for attempt in range(1, 3):
        assert claim(state, Stage.PARSE, at=NOW + 100 * attempt) is not None
    assert claim(state, Stage.PARSE, at=NOW + 300) is None
    snapshot = state.feeds.snapshot(FEED.id)
    assert (snapshot.stage, snapshot.state, snapshot.failures) == (Stage.POLL, "failing", 1)
    assert snapshot.polls[0].note == "gave up after 3 attempts to parse"
    assert snapshot.next_at == NOW + 300 + 1800
    assert claim(state, at=NOW + 2100).attempts == 1


def test_the_history_keeps_thirty_polls(state):
    """Enough to see a pattern, bounded for years; newest first."""
    for number in range(35):
        at = NOW + 100 * number
        poll = Poll(at=at, status=304)
        state.feeds.unchanged(claim(state, at=at), poll=poll, ending=Ending(next_at=at + 100), now=at)
    polls = state.feeds.snapshot(FEED.id).polls
    assert len(polls) == 30
    assert polls[0] == Poll(at=NOW + 3400, status=304)


def test_known_entries_are_skipped_until_they_change(state):
    """A feed of 100 entries brings one new one: the 99 must cost nothing."""
    parsed(state, {"a": "1", "b": "1"})
    assert unseen(state, {"a": "1", "b": "2", "c": "1"}) == {"b", "c"}
    assert unseen(state, {}) == set()
    parsed(state, {"b": "2", "c": "1"}, at=NOW + 300)
    assert unseen(state, {"a": "1", "b": "2", "c": "1"}) == set()


def test_what_is_seen_is_capped_at_twenty_times_the_feed(state):
    """Entries that a feed still lists must never be trimmed; those long gone must be, or memory grows for ever."""
    parsed(state, {"kept": "1"} | {f"old{i}": "1" for i in range(49)})
    parsed(state, {"kept": "1", "new": "1"}, at=NOW + 300)
    assert state.feeds.snapshot(FEED.id).seen == 40
    assert unseen(state, {"kept": "1", "new": "1"}) == set()


def test_an_empty_document_forgets_nothing(state):
    """Feeds are empty for a minute when a site restarts; everything would come again as new."""
    parsed(state, {"a": "1"})
    parsed(state, {}, at=NOW + 300)
    assert unseen(state, {"a": "1"}) == set()


def test_sync_watches_what_the_catalogue_has(state):
    """Feeds are added and removed while the watch runs; the rest must not be polled anew because of it."""
    parsed(state, {"a": "1"})
    before = state.feeds.snapshot(FEED.id)
    other = replace(FEED, id="dala-kk", url="http://dala.example/kk")
    off = replace(FEED, id="dala-off", enabled=False)
    synced = state.feeds.sync([FEED, other, off], now=NOW + 9)
    assert (synced.added, synced.moved, synced.removed) == (("dala-kk",), (), ())
    assert state.feeds.ids() == ["dala-kk", "dala-main"]
    assert state.feeds.snapshot(FEED.id) == before
    assert state.feeds.snapshot("dala-kk").next_at == NOW + 9
    assert state.feeds.snapshot("dala-off") is None


def test_a_removed_feed_stops_at_once_and_can_come_back(state, redis):
    """Even a worker in the middle of it must not bring it back to life; what it has seen is still known later."""
    parsed(state, {"a": "1"})
    found = claim(state, at=NOW + 300)
    assert state.feeds.sync([], now=NOW + 301).removed == (FEED.id,)
    assert not state.feeds.fetched(found, page="p", validators=ANSWER, poll=POLL, now=NOW + 302)
    assert state.feeds.snapshot(FEED.id).state == "off"
    assert (state.due.size(Stage.POLL), state.due.size(Stage.PARSE)) == (0, 0)
    assert 0 < redis.ttl("t:feed:dala-main:seen") <= 90 * 86_400
    assert state.feeds.sync([FEED], now=NOW + 400).added == (FEED.id,)
    assert redis.ttl("t:feed:dala-main:seen") == -1
    assert claim(state, at=NOW + 400).validators == ANSWER
    assert unseen(state, {"a": "1"}) == set()


def test_a_feed_that_moved_loses_the_old_validators(state):
    """The old address's ETag at the new one could bring a 304 for a document that was never read."""
    parsed(state, {"a": "1"})
    moved = replace(FEED, url="http://new.example/rss")
    assert state.feeds.sync([moved], now=NOW + 5).moved == (FEED.id,)
    found = claim(state, at=NOW + 5)
    assert (found.url, found.host, found.validators) == ("http://new.example/rss", "new.example", Validators())


def test_two_syncs_at_once_do_no_harm(state):
    """Two beats, two ticks: one adds, the other finds it there."""
    other = replace(FEED, id="dala-kk", url="http://dala.example/kk")
    with ThreadPoolExecutor(8) as pool:
        synced = list(pool.map(lambda _: state.feeds.sync([FEED, other], now=NOW), range(16)))
    assert sum(len(each.added) for each in synced) == 1
    assert state.due.size(Stage.POLL) == 2


def test_answers_of_304_are_counted_until_the_whole_document_comes(state):
    """A cache that answers 304 for ever must be asked for everything now and then: the count decides when."""
    parsed(state, {"a": "1"})
    for number in (1, 2):
        at = NOW + 300 * number
        state.feeds.unchanged(
            claim(state, at=at), poll=Poll(at=at, status=304), ending=Ending(next_at=at + 300), now=at
        )
    found = claim(state, at=NOW + 900)
    assert (found.not_modified, found.full_at) == (2, NOW)
    whole = Poll(at=NOW + 900, status=200, note="same")
    state.feeds.unchanged(found, poll=whole, ending=Ending(next_at=NOW + 1200), now=NOW + 900, validators=ANSWER)
    found = claim(state, at=NOW + 1200)
    assert (found.not_modified, found.full_at) == (0, NOW + 900)


def test_habits_are_kept_with_the_entries_and_not_before(state):
    """What a feed was caught at must outlive a restart; a document that could not be read proves nothing."""
    found = replace(claim(state), habits=frozenset({"false 304"}))
    assert state.feeds.fetched(found, page="p1", validators=ANSWER, poll=POLL, now=NOW)
    assert state.feeds.snapshot(FEED.id).habits == frozenset()
    parse = claim(state, Stage.PARSE)
    assert parse.habits == {"false 304"}
    parse = replace(parse, habits=parse.habits | {"counters"})
    assert state.feeds.parsed(parse, seen={"a": "1"}, poll=POLL, ending=Ending(next_at=NOW + 300), now=NOW)
    assert state.feeds.snapshot(FEED.id).habits == claim(state, at=NOW + 300).habits == {"false 304", "counters"}
    assert state.feeds.sync([replace(FEED, url="http://new.example/rss")], now=NOW + 400).moved
    assert claim(state, at=NOW + 400).habits == frozenset()


def test_what_was_left_out_of_a_document_is_in_its_poll(state):
    """Nothing vanishes without a count: entries listed are sighted, known or left out by a reason."""
    poll = replace(POLL, entries=3, new=2, known=1, dropped={"no_words": 4})
    assert state.feeds.parsed(fetched(state), seen={"a": "1"}, poll=poll, ending=Ending(next_at=NOW + 300), now=NOW)
    assert state.feeds.snapshot(FEED.id).polls[0] == poll


def test_items_of_a_document_are_booked_beside_what_became_of_them(state):
    """Items read = sighted + known + dropped; an item that vanished turns the audit red."""
    poll = replace(POLL, read=10, entries=6, new=2, changed=1, known=3, dropped={"no_words": 4})
    assert state.feeds.parsed(fetched(state), seen={"a": "1"}, poll=poll, ending=Ending(next_at=NOW + 300), now=NOW)
    (account,) = state.outcomes.audit(now=NOW).accounts
    assert (account.read, account.from_feeds, account.known, account.dropped) == (10, 3, 3, {"no_words": 4})
    assert account.vanished == 0
    lost = replace(POLL, read=2)
    assert state.feeds.parsed(
        fetched(state, at=NOW + 300), seen={}, poll=lost, ending=Ending(next_at=NOW), now=NOW + 300
    )
    books = state.outcomes.audit(now=NOW)
    assert (books.accounts[0].vanished, books.is_balanced, books.read) == (2, False, 12)


def test_what_a_useless_document_held_is_booked(state):
    """A feed whose every item is unusable must not look like an empty one."""
    poll = replace(POLL, read=7, dropped={"no_link": 7})
    assert state.feeds.failed(fetched(state), poll=poll, ending=Ending(next_at=NOW + 300), now=NOW)
    (account,) = state.outcomes.audit(now=NOW).accounts
    assert (account.read, account.dropped, account.vanished) == (7, {"no_link": 7}, 0)


def test_many_feeds_are_read_as_one_is(state):
    """A page with all feeds asks once; what each says must not end up with its neighbour."""
    other = replace(FEED, id="zhel-main", url="http://zhel.example/rss")
    state.feeds.sync([FEED, other], now=NOW + 60)
    fetched(state)
    found = state.feeds.snapshots([other.id, "unknown", FEED.id, other.id])
    assert found == {each.id: state.feeds.snapshot(each.id) for each in (other, FEED)}
    assert (found[FEED.id].stage, found[other.id].stage) == (Stage.PARSE, Stage.POLL)
    assert found[FEED.id].next_at == pytest.approx(NOW + LEASE_S[Stage.PARSE])
    assert found[other.id].next_at == pytest.approx(NOW + 60)
    assert state.feeds.snapshots([]) == {}
