"""Sightings, claims and ends of articles, against the real server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines.models import Entry, Feed, Outcome, Stage
from tests.support.leases import LEASE_S
from worker.state import RECHECK_AFTER_S, ArticleAddress, SightingKind, State

NOW = 1_757_800_000.0
DAY = "2025-09-14"  # in Kazakhstan; 13 September, 21:46 in UTC
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
ENTRY = Entry(link="http://dala.example/1", title="Су тасқыны")
SECOND = ArticleAddress(article_id="b1", url="http://dala.example/1?x", host="dala.example")
HERE = ArticleAddress(article_id="a1", url="http://dala.example/1", host="dala.example")


@pytest.fixture
def state(redis):
    return State(redis, prefix="t:", lease_s=LEASE_S)


def sight(state, title="Су тасқыны", *, at=NOW, address=HERE, feed=FEED, needs_page=True):  # noqa: PLR0913  # defaults
    return state.articles.sight(Entry(link=address.url, title=title), address, feed=feed, now=at, needs_page=needs_page)


def claim(state, stage=Stage.FETCH, *, at=NOW, article_id="a1"):
    return state.articles.claim(article_id, stage=stage, now=at)


def put(state, *, at=NOW, article_id="a1", content_hash="c1", recheck_after_s=()):
    """From fetch to the outbox; the version."""
    fetched = claim(state, at=at, article_id=article_id)
    state.articles.advance(fetched, to=Stage.EXTRACT, now=at, page="2025-09-13/0123456789abcdef.zst")
    extracted = claim(state, Stage.EXTRACT, at=at, article_id=article_id)
    document = {"title": "Су тасқыны", "url": HERE.url}
    return state.outbox.put(extracted, document, now=at, content_hash=content_hash, recheck_after_s=recheck_after_s)


def index(state, *, at=NOW, article_id="a1", content_hash="c1", recheck_after_s=()):
    version = put(state, at=at, article_id=article_id, content_hash=content_hash, recheck_after_s=recheck_after_s)
    assert state.outbox.settle(article_id, version, Outcome.INDEXED, now=at)
    return version


def booked(state, *, at=NOW):
    """The outcomes so far; fails if the sums do not agree."""
    audit = state.outcomes.audit(now=at)
    assert audit.is_balanced, audit
    return dict(audit.outcomes)


def test_an_unknown_entry_starts_in_fetch(state):
    """A sighting is the beginning of everything: due now, claimable with all its facts."""
    sighting = sight(state)
    assert (sighting.kind, sighting.stage) == (SightingKind.NEW, Stage.FETCH)
    found = claim(state)
    assert (found.kind, found.entry, found.url, found.host) == (SightingKind.NEW, ENTRY, HERE.url, HERE.host)
    assert (found.source, found.family, found.feed, found.sighted_at) == ("dala", "dala", "dala-main", NOW)
    assert (found.revision, found.version, found.attempts) == (0, 0, 1)


def test_an_entry_that_needs_no_page_starts_in_extract(state):
    """Feeds with whole texts and imports must not be fetched."""
    assert sight(state, needs_page=False).stage is Stage.EXTRACT
    assert claim(state) is None
    assert claim(state, Stage.EXTRACT) is not None


def test_the_same_entry_again_is_known(state):
    """Every poll lists old entries: they must cost nothing, under way and afterwards."""
    sight(state)
    assert sight(state).kind is SightingKind.KNOWN
    index(state)
    assert sight(state, at=NOW + 60).kind is SightingKind.KNOWN
    assert booked(state) == {"indexed": 1}


def test_a_changed_entry_is_a_revision(state):
    """Newsrooms correct their texts: the index follows, with a higher version and the next revision."""
    sight(state)
    first = index(state)
    assert sight(state, "Су тасқыны: 2 адам", at=NOW + 60).kind is SightingKind.CHANGED
    found = claim(state, at=NOW + 60)
    assert (found.revision, found.version, found.content_hash) == (1, first, "c1")
    state.articles.release(found, not_before=NOW + 60, now=NOW + 60, give_back_attempt=True)
    assert index(state, at=NOW + 60, content_hash="c2") > first
    assert booked(state) == {"indexed": 1, "revised": 1}
    assert state.articles.trace("a1").revision == 2


def test_a_change_while_under_way_starts_again_afterwards(state):
    """Two runs of one article at once would race; the newest entry must still win."""
    sight(state)
    version = put(state)
    later = sight(state, "екінші", at=NOW + 5)
    assert (later.kind, later.stage) == (SightingKind.CHANGED, None)
    assert claim(state, at=NOW + 5) is None
    assert state.articles.trace("a1").once_more
    state.outbox.settle("a1", version, Outcome.INDEXED, now=NOW + 6)
    again = claim(state, at=NOW + 6)
    assert (again.entry.title, again.kind, again.sighted_at) == ("екінші", SightingKind.CHANGED, NOW + 5)
    assert (again.revision, again.page) == (1, "")
    assert booked(state) == {"indexed": 1}


def test_a_mark_that_is_overwritten_ends_as_superseded(state):
    """A sighting that no worker will ever process still needs its one outcome, or the sums do not agree."""
    sight(state)
    sight(state, "екінші")
    sight(state, "үшінші")
    assert sight(state, "үшінші").kind is SightingKind.KNOWN
    state.articles.finish(claim(state), Outcome.REJECTED, now=NOW, reason="http_404")
    assert claim(state).entry.title == "үшінші"
    assert booked(state) == {"superseded": 1, "rejected:http_404": 1}


def test_of_two_claimers_one_wins(state):
    """Doubled messages are normal; the work must be done once."""
    sight(state)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(state), range(40)))
    assert len([found for found in claims if found]) == 1


def test_a_claim_lapses_and_the_old_token_is_stale(state):
    """A killed worker's article is taken over; should the worker live after all, it must not interfere."""
    sight(state)
    first = claim(state)
    assert claim(state, at=first.lease_until - 0.1) is None
    second = claim(state, at=first.lease_until)
    assert second.attempts == 2
    for change in (
        state.articles.advance(first, to=Stage.EXTRACT, now=NOW),
        state.articles.release(first, not_before=NOW, now=NOW),
        state.articles.finish(first, Outcome.REJECTED, now=NOW, reason="late"),
        state.outbox.put(first, {}, now=NOW, content_hash="x"),
        state.articles.claim_aliases(first, ["b1"], now=NOW),
    ):
        assert not change
    assert state.articles.advance(second, to=Stage.EXTRACT, now=NOW)
    assert booked(state) == {}


def test_a_claim_is_due_again_when_its_lease_ends(state):
    """This is how a crash between two steps heals: the tick finds the article by itself."""
    sight(state)
    found = claim(state)
    take = {"lease_s": 30, "limit": 10}
    assert state.due.take(Stage.FETCH, now=found.lease_until - 1, **take) == []
    assert state.due.take(Stage.FETCH, now=found.lease_until, **take) == ["a1"]


def test_a_doubled_message_changes_nothing(state):
    """The broker may deliver twice: the second must not fetch a page that has to wait."""
    sight(state)
    assert state.due.take(Stage.FETCH, now=NOW, lease_s=30, limit=10) == ["a1"]
    first = claim(state, at=NOW + 1)
    assert claim(state, at=NOW + 2) is None
    state.articles.release(first, not_before=NOW + 600, now=NOW + 3)
    assert claim(state, at=NOW + 4) is None
    assert claim(state, at=NOW + 600) is not None


def test_a_wrong_stage_is_no_longer_due(state):
    """A stray due time (a lost race, an old nudge) must not come up every second for ever."""
    state.due.schedule(Stage.EXTRACT, "a1", at=NOW)
    sight(state)
    assert claim(state, Stage.EXTRACT) is None
    assert state.due.size(Stage.EXTRACT) == 0
    assert state.due.size(Stage.FETCH) == 1


def test_the_fourth_claim_quarantines(state):
    """A page that kills its worker three times must not do it for ever; the last error says why."""
    sight(state)
    for attempt in range(3):
        found = claim(state, at=NOW + attempt)
        state.articles.release(found, not_before=NOW, now=NOW, error="TimeoutError: slow")
    assert claim(state, at=NOW + 3) is None
    (quarantined,) = state.quarantine.list()
    assert (quarantined.article_id, quarantined.stage, quarantined.attempts) == ("a1", Stage.FETCH, 3)
    assert quarantined.error == "TimeoutError: slow"
    assert booked(state) == {"quarantined:TimeoutError": 1}
    assert state.due.size(Stage.FETCH) == 0


def test_lapsed_claims_quarantine_under_the_stage(state):
    """Killed workers leave no error: the outcome then names the stage."""
    sight(state)
    for attempt in range(4):
        claim(state, at=NOW + 1000 * attempt)
    assert booked(state) == {"quarantined:fetch-attempts": 1}


def test_attempts_count_by_stage_and_waiting_is_none(state):
    """A busy host may send an article back a hundred times; that is no failure."""
    sight(state)
    for wait in range(10):
        found = claim(state, at=NOW + wait)
        assert found.attempts == 1
        state.articles.release(found, not_before=NOW + wait + 1, now=NOW + wait, give_back_attempt=True)
        assert state.due.at(Stage.FETCH, "a1") == NOW + wait + 1
        assert claim(state, at=NOW + wait) is None
    claim(state, at=NOW + 10)
    found = claim(state, at=NOW + 100)
    assert found.attempts == 2
    state.articles.advance(found, to=Stage.EXTRACT, now=NOW + 100, without_page="http_403")
    extracted = claim(state, Stage.EXTRACT, at=NOW + 100)
    assert (extracted.attempts, extracted.without_page) == (1, "http_403")


def test_a_replay_begins_where_it_failed(state):
    """After the bug is fixed a person replays: at the failed stage, with the page, as a sighting of its own."""
    sight(state)
    state.articles.advance(claim(state), to=Stage.EXTRACT, now=NOW, page="p")
    state.articles.finish(claim(state, Stage.EXTRACT), Outcome.QUARANTINED, now=NOW, reason="KeyError: 'x'")
    assert state.quarantine.replay("a1", now=NOW + 86_400)
    assert state.quarantine.size == 0
    assert not state.quarantine.replay("a1", now=NOW + 86_400)
    again = claim(state, Stage.EXTRACT, at=NOW + 86_400)
    assert (again.page, again.entry, again.attempts) == ("p", ENTRY, 1)
    assert booked(state, at=NOW + 86_400) == {"quarantined:KeyError": 1}
    assert state.outcomes.audit(now=NOW + 86_400).sighted == 2


def test_a_changed_entry_takes_an_article_out_of_quarantine(state):
    """The newer text may well go through; replaying the old one over it would be wrong."""
    sight(state)
    state.articles.finish(claim(state), Outcome.QUARANTINED, now=NOW)
    assert sight(state).kind is SightingKind.KNOWN
    assert state.quarantine.size == 1
    assert sight(state, "жаңа").kind is SightingKind.CHANGED
    assert not state.quarantine.replay("a1", now=NOW)
    assert state.quarantine.size == 0


def test_dropping_from_quarantine_is_for_good(state):
    """A person decided; the entry stays known."""
    sight(state)
    state.articles.finish(claim(state), Outcome.QUARANTINED, now=NOW, reason="bomb")
    assert state.quarantine.drop("a1")
    assert not state.quarantine.drop("a1")
    assert sight(state).kind is SightingKind.KNOWN


def test_an_ended_record_is_small_and_expires(state, redis):
    """A year of news stays in memory otherwise: about 160 bytes of it for 90 days."""
    sight(state)
    index(state)
    record = redis.hgetall("t:article:a1")
    assert set(record) == {"outcome", "ended_at", "source", "entry_hash", "version", "content_hash", "revision"}
    assert sum(len(name) + len(value) for name, value in record.items()) < 170
    for key in ("t:article:a1", "t:article:a1:journey"):
        assert 89 * 86_400 < redis.ttl(key) <= 90 * 86_400
    assert redis.ttl(f"t:sightings:{DAY}") > 90 * 86_400


def test_an_article_under_way_does_not_expire(state, redis):
    """An article that waits for the index for months is still there."""
    sight(state)
    assert redis.ttl("t:article:a1") == -1
    index(state)
    sight(state, "жаңа")
    assert redis.ttl("t:article:a1") == -1


def test_rechecks_come_due_and_end_as_unchanged_or_revised(state):
    """Security news are corrected in the hours after: look after 1, 6 and 24 h, with the entry still at hand."""
    sight(state)
    index(state, recheck_after_s=RECHECK_AFTER_S)
    assert claim(state, at=NOW + 3599) is None
    assert state.due.at(Stage.FETCH, "a1") == NOW + 3600
    assert state.outcomes.audit(now=NOW).under_way == 0
    first = claim(state, at=NOW + 3600)
    assert (first.kind, first.entry, first.content_hash) == (SightingKind.AGAIN, ENTRY, "c1")
    assert state.articles.finish(first, Outcome.UNCHANGED, now=NOW + 3600)
    assert state.articles.trace("a1").recheck_at == (NOW + 6 * 3600, NOW + 24 * 3600)
    index(state, at=NOW + 6 * 3600, content_hash="c2", recheck_after_s=RECHECK_AFTER_S)
    assert state.due.at(Stage.FETCH, "a1") == NOW + 24 * 3600
    state.articles.finish(claim(state, at=NOW + 24 * 3600), Outcome.UNCHANGED, now=NOW + 24 * 3600)
    assert state.due.size(Stage.FETCH) == 0
    assert booked(state, at=NOW + 86_400) == {"indexed": 1, "revised": 1, "unchanged": 2}


def test_rechecks_that_were_missed_are_one(state):
    """After a day off three looks are not needed at the same page."""
    sight(state)
    index(state, recheck_after_s=RECHECK_AFTER_S)
    late = NOW + 7 * 3600
    state.articles.finish(claim(state, at=late), Outcome.UNCHANGED, now=late)
    assert state.articles.trace("a1").recheck_at == (NOW + 24 * 3600,)


def test_a_recheck_claimed_twice_is_one_sighting(state):
    """The recheck becomes a sighting inside the claim; a second claimer must not make another."""
    sight(state)
    index(state, recheck_after_s=RECHECK_AFTER_S)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(state, at=NOW + 3600), range(16)))
    assert len([found for found in claims if found]) == 1
    assert state.outcomes.audit(now=NOW + 3600).sighted == 2
    booked(state, at=NOW + 3600)


def test_a_changed_entry_in_extract_takes_the_place_of_a_recheck(state):
    """A recheck that is still scheduled must not disturb the revision that came first."""
    sight(state)
    index(state, recheck_after_s=RECHECK_AFTER_S)
    sight(state, "жаңа", at=NOW + 100, needs_page=False)
    assert state.due.size(Stage.FETCH) == 0
    extracted = claim(state, Stage.EXTRACT, at=NOW + 100)
    version = state.outbox.put(extracted, {}, now=NOW + 100, content_hash="c2", recheck_after_s=())
    state.outbox.settle("a1", version, Outcome.INDEXED, now=NOW + 100)
    assert state.due.size(Stage.FETCH) == 0


def test_the_first_to_claim_an_address_owns_it(state):
    """One article under two links must be in the index once; the second ends as duplicate."""
    other = ArticleAddress(article_id="b1", url="http://dala.example/1?x", host="dala.example")
    sight(state)
    sight(state, address=other)
    first, second = claim(state), claim(state, article_id="b1")
    assert state.articles.claim_aliases(first, ["c1"], now=NOW) == "a1"
    assert state.articles.claim_aliases(second, ["c1"], now=NOW) == "a1"
    assert state.articles.claim_aliases(first, ["c1"], now=NOW) == "a1"
    assert state.articles.alias_owner("c1") == "a1"
    assert state.articles.alias_owner("b1") == ""


def test_a_canonical_address_that_is_an_indexed_article_is_its_own(state):
    """The plain link was indexed first; the link with a parameter names it as canonical."""
    sight(state)
    index(state)
    sight(state, address=ArticleAddress(article_id="b1", url="http://dala.example/1?x", host="dala.example"))
    assert state.articles.claim_aliases(claim(state, article_id="b1"), ["a1"], now=NOW) == "a1"


def test_the_first_extracted_has_a_canonical_address(state):
    """The canonical link may never answer: the first with a text wins, the other is the duplicate. One gets in."""
    sight(state)
    sight(state, address=ArticleAddress(article_id="b1", url="http://dala.example/1?x", host="dala.example"))
    first, second = claim(state), claim(state, article_id="b1")
    assert state.articles.claim_aliases(second, ["a1"], now=NOW) == "b1"
    assert state.articles.claim_aliases(first, [], now=NOW) == "b1"


def test_an_owner_that_never_got_in_loses_its_addresses(state):
    """An article must not be a duplicate of nothing."""
    sight(state)
    sight(state, address=ArticleAddress(article_id="b1", url="http://dala.example/1?x", host="dala.example"))
    owner = claim(state)
    state.articles.claim_aliases(owner, ["c1"], now=NOW)
    state.articles.finish(owner, Outcome.REJECTED, now=NOW, reason="no_text")
    assert state.articles.claim_aliases(claim(state, article_id="b1"), ["c1"], now=NOW) == "b1"


def duplicates(state, *, of="a1"):
    """The second address of an article that is under way ends as its duplicate."""
    sight(state)
    sight(state, address=SECOND)
    owner, other = claim(state), claim(state, article_id="b1")
    assert state.articles.claim_aliases(owner, ["c1"], now=NOW) == of
    assert state.articles.claim_aliases(other, ["c1"], now=NOW) == of
    state.articles.finish(other, Outcome.DUPLICATE, now=NOW)
    return owner


def test_a_duplicate_of_what_is_rejected_comes_back(state, redis):
    """Else both are lost: one without a text, the other for its sake."""
    owner = duplicates(state)
    state.articles.finish(owner, Outcome.REJECTED, now=NOW + 5, reason="no_text")
    back = claim(state, at=NOW + 5, article_id="b1")
    assert back is not None
    assert state.articles.claim_aliases(back, ["c1"], now=NOW + 5) == "b1"
    assert not redis.exists("t:rivals:a1")
    state.articles.finish(back, Outcome.REJECTED, now=NOW + 6, reason="no_text")
    assert booked(state) == {"duplicate": 1, "rejected:no_text": 2}


def test_a_duplicate_of_what_is_quarantined_comes_back(state):
    """It may be long until a person looks there."""
    state.articles.finish(duplicates(state), Outcome.QUARANTINED, now=NOW + 5, reason="MemoryError: x")
    assert claim(state, at=NOW + 5, article_id="b1") is not None


def test_a_duplicate_of_an_indexed_article_stays_one(state, redis):
    """There is one article, and it is in the index."""
    state.articles.release(duplicates(state), not_before=NOW, now=NOW)
    index(state)
    assert claim(state, at=NOW + 5, article_id="b1") is None
    assert not redis.exists("t:rivals:a1")


def test_an_owner_that_starts_again_keeps_its_duplicates(state):
    """Its newest entry is still to be read."""
    owner = duplicates(state)
    sight(state, "жаңа")
    state.articles.finish(owner, Outcome.REJECTED, now=NOW + 5, reason="no_text")
    assert claim(state, at=NOW + 5, article_id="b1") is None
    state.articles.finish(claim(state, at=NOW + 5), Outcome.REJECTED, now=NOW + 6, reason="no_text")
    assert claim(state, at=NOW + 6, article_id="b1") is not None


def changed_second_address(state):
    """An indexed article, and a claim on its second address, whose entry has changed."""
    sight(state)
    first = claim(state)
    state.articles.claim_aliases(first, ["b1"], now=NOW)
    state.articles.release(first, not_before=NOW, now=NOW)
    index(state)
    sight(state, address=SECOND)
    second = claim(state, article_id="b1")
    state.articles.finish(second, Outcome.DUPLICATE, now=NOW)
    sight(state, "түзетілді", address=SECOND, at=NOW + 9)
    fetched = claim(state, at=NOW + 9, article_id="b1")
    assert fetched.kind is SightingKind.CHANGED
    state.articles.advance(fetched, to=Stage.EXTRACT, now=NOW + 9, page="2025-09-13/00000000000000ff.zst")
    return claim(state, Stage.EXTRACT, at=NOW + 9, article_id="b1")


def test_a_revision_under_the_second_address_reaches_the_article(state):
    """Its feed is the only one that says that the text was corrected."""
    assert state.articles.hand_over(changed_second_address(state), to="a1", now=NOW + 9)
    found = claim(state, Stage.EXTRACT, at=NOW + 9)
    assert (found.kind, found.page, found.revision) == (SightingKind.CHANGED, "2025-09-13/00000000000000ff.zst", 1)
    assert (found.url, found.entry.title) == (SECOND.url, "түзетілді")
    state.articles.finish(found, Outcome.UNCHANGED, now=NOW + 10)
    assert booked(state) == {"indexed": 1, "duplicate": 2, "unchanged": 1}


def test_a_revision_waits_for_an_article_under_way(state):
    """It starts when the one under way has ended, and ends once in the books."""
    second = changed_second_address(state)
    sight(state, "өз лентасы", at=NOW + 9)
    assert state.articles.hand_over(second, to="a1", now=NOW + 9)
    own = claim(state, at=NOW + 9)
    state.articles.finish(own, Outcome.UNCHANGED, now=NOW + 10)
    assert claim(state, Stage.EXTRACT, at=NOW + 10).page == "2025-09-13/00000000000000ff.zst"
    booked(state)


def test_a_stale_claim_hands_nothing_over(state):
    """Its lease ran out, and another worker has the article."""
    second = changed_second_address(state)
    later = second.lease_until + 1
    assert claim(state, Stage.EXTRACT, at=later, article_id="b1") is not None
    assert not state.articles.hand_over(second, to="a1", now=later)
    assert claim(state, Stage.EXTRACT, at=later) is None


def test_an_indexed_article_stays_its_own(state):
    """A revision that suddenly names another canonical must not leave the old text in the index for ever."""
    sight(state)
    index(state)
    other = ArticleAddress(article_id="b1", url="http://dala.example/2", host="dala.example")
    sight(state, address=other)
    state.articles.claim_aliases(claim(state, article_id="b1"), ["c1"], now=NOW)
    sight(state, "жаңа")
    assert state.articles.claim_aliases(claim(state), ["c1"], now=NOW) == "a1"


def test_a_forgotten_article_is_gone_and_stays_away(state, redis):
    """Somebody asked for it: no rest in any key, no new sighting, and the sums still agree."""
    sight(state)
    put(state)
    sight(state, "екінші")
    state.forgotten.forget("a1", now=NOW)
    assert "a1" in state.forgotten
    assert state.forgotten.ids() == {"a1"}
    assert (state.outbox.size, state.outbox.bytes_used) == (0, 0)
    assert sight(state, "үшінші").kind is SightingKind.FORGOTTEN
    assert not list(redis.scan_iter("t:*a1*"))
    assert booked(state) == {"rejected:forgotten": 2}


def test_a_copy_of_a_forgotten_article_is_a_duplicate(state):
    """Forgetting would be worthless if the other link brought the text back."""
    sight(state)
    state.articles.claim_aliases(claim(state), ["c1"], now=NOW)
    state.forgotten.forget("a1", now=NOW)
    sight(state, address=ArticleAddress(article_id="b1", url="http://dala.example/1?x", host="dala.example"))
    assert state.articles.claim_aliases(claim(state, article_id="b1"), ["c1"], now=NOW) == "a1"


def test_the_journey_shows_what_happened(state):
    """`kuzet trace` answers «where is my article» from this, before and after its end."""
    sight(state)
    state.articles.release(claim(state), not_before=NOW + 9, now=NOW + 1, error="TimeoutError: slow")
    trace = state.articles.trace("a1")
    assert (trace.stage, trace.due_at, trace.attempts, trace.error) == (Stage.FETCH, NOW + 9, 1, "TimeoutError: slow")
    index(state, at=NOW + 9)
    trace = state.articles.trace("a1")
    assert (trace.url, trace.stage, trace.outcome, trace.revision) == (HERE.url, None, "indexed", 1)
    assert [step.event for step in trace.steps] == ["sighted", "failed", "extract", "outbox", "indexed"]
    assert trace.steps[1].detail == "TimeoutError: slow"
    assert state.articles.trace("no-such-id") is None


def test_a_long_journey_keeps_its_end(state, redis):
    """An article that is revised for weeks must not grow without bound."""
    for round_ in range(12):
        sight(state, f"{round_}", at=NOW + round_)
        state.articles.finish(claim(state, at=NOW + round_), Outcome.REJECTED, now=NOW + round_, reason="http_500")
    assert redis.llen("t:article:a1:journey") == 20
    assert state.articles.trace("a1").url == HERE.url


def test_only_the_outbox_leads_into_the_index(state):
    """A task that skips the outbox is a bug to be seen at once, not a lost article."""
    sight(state)
    found = claim(state)
    with pytest.raises(ValueError, match="outbox"):
        state.articles.advance(found, to=Stage.OUTBOX, now=NOW)
    with pytest.raises(ValueError, match=r"Outbox\.settle"):
        state.articles.finish(found, Outcome.INDEXED, now=NOW)


def test_half_a_surrogate_pair_does_not_fail_the_feed(state):
    """Broken emoji are in real feeds; one bad entry must not keep the others out."""
    sight(state, "от \ud83d жарылыс")
    assert claim(state).entry.title == "от ? жарылыс"


def test_an_outcome_is_booked_on_the_day_of_its_sighting(state):
    """Then each day adds up by itself, also for articles that cross midnight."""
    sight(state)
    put(state)
    tomorrow = NOW + 86_400
    version = state.outbox.peek(1, now=tomorrow)[0].version
    state.outbox.settle("a1", version, Outcome.INDEXED, now=tomorrow)
    (account,) = state.outcomes.audit(now=tomorrow).accounts
    assert (account.day, account.source, account.sighted, account.outcomes) == (DAY, "dala", 1, {"indexed": 1})


def test_the_audit_sees_what_is_lost(state, redis):
    """An audit that cannot fail proves nothing."""
    sight(state)
    redis.delete("t:article:a1")
    audit = state.outcomes.audit(now=NOW)
    assert not audit.is_balanced
    assert audit.accounts[0].missing == 1


def test_a_source_with_a_colon_is_booked_right(state):
    """Sources are free text to the books."""
    feed = Feed(id="x", url="http://x/", source="dala:kk", family="dala")
    sight(state, feed=feed)
    state.articles.finish(claim(state), Outcome.REJECTED, now=NOW, reason="tls")
    (account,) = state.outcomes.audit(now=NOW).accounts
    assert (account.source, account.outcomes) == (feed.source, {"rejected:tls": 1})


OTHER = ArticleAddress(article_id="b1", url="http://dala.example/2", host="dala.example")


def test_a_claim_remembers_the_title_it_was_made_under(state):
    """A second article with another title under one address proves that the address names a list."""
    sight(state)
    assert state.articles.claim_aliases(claim(state), ["c1"], now=NOW, title="Тонау  ашылды") == "a1"
    assert (state.articles.alias_owner("c1"), state.articles.alias_title("c1")) == ("a1", "Тонау ашылды")
    assert (state.articles.alias_owner("d1"), state.articles.alias_title("d1")) == ("", "")


def test_a_withdrawn_address_is_claimed_by_nobody(state):
    """A section named as the canonical of every article would end all but the first as duplicates."""
    sight(state)
    sight(state, address=OTHER)
    first, second = claim(state), claim(state, article_id="b1")
    state.articles.claim_aliases(first, ["c1"], now=NOW, title="Тонау ашылды")
    assert state.articles.claim_aliases(second, ["c1"], now=NOW, title="Көпір жөнделді") == "a1"
    assert state.articles.withdraw_alias("c1", owner="a1", now=NOW)
    assert not state.articles.withdraw_alias("c1", owner="a1", now=NOW)
    assert state.articles.claim_aliases(second, ["c1"], now=NOW, title="Көпір жөнделді") == "b1"
    assert state.articles.alias_owner("c1") == ""


def test_an_article_keeps_its_own_address_when_a_claim_on_it_is_withdrawn(state):
    """The address was named by another page; the article that lives there must still come in."""
    sight(state)
    state.articles.claim_aliases(claim(state), ["b1"], now=NOW, title="Тонау ашылды")
    sight(state, address=OTHER)
    second = claim(state, article_id="b1")
    assert state.articles.claim_aliases(second, [], now=NOW, title="Көпір жөнделді") == "a1"
    assert state.articles.withdraw_alias("b1", owner="a1", now=NOW)
    assert state.articles.claim_aliases(second, [], now=NOW, title="Көпір жөнделді") == "b1"


def test_a_claim_of_an_older_version_is_read(state, redis):
    """Claims live for 90 days: an upgrade meets those without a title."""
    redis.set("t:alias:c1", "a1")
    sight(state)
    claim(state)
    sight(state, address=OTHER)
    assert (state.articles.alias_owner("c1"), state.articles.alias_title("c1")) == ("a1", "")
    assert state.articles.claim_aliases(claim(state, article_id="b1"), ["c1"], now=NOW, title="Көпір") == "a1"
