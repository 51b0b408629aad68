"""In any order of sightings, claims, crashes and ends, every sighting ends in exactly one outcome; the sums agree."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pipelines.models import Entry, Feed, Outcome, Stage
from tests.support.leases import LEASE_S
from worker.state import ArticleAddress, SightingKind, State

NOW = 1_757_800_000.0
ENDS = (Outcome.UNCHANGED, Outcome.DUPLICATE, Outcome.REJECTED, Outcome.QUARANTINED)
IDS = st.sampled_from(["a1", "a2", "a3"])
TEXTS = st.sampled_from(["бір", "екі", "үш"])
FEEDS = st.sampled_from(
    [Feed(id=f"{source}-main", url=f"http://{source}/", source=source, family="dala") for source in ("dala", "kala")]
)
prefixes = itertools.count()


class Watch(RuleBasedStateMachine):
    """Drives the state as workers would, stale claims and old versions included, and keeps books of its own."""

    def __init__(self, redis):
        super().__init__()
        self.redis = redis
        self.prefix = f"m{next(prefixes)}:"
        self.state = State(redis, prefix=self.prefix, lease_s=LEASE_S)
        self.now = NOW
        self.sighted = 0
        self.newest = {}
        self.claims = []
        self.sent = []
        self.indexed_versions = {}

    @rule(article_id=IDS, text=TEXTS, feed=FEEDS, needs_page=st.booleans())
    def sight(self, article_id, text, feed, needs_page):
        entry = Entry(link=f"http://dala/{article_id}", title=text)
        address = ArticleAddress(article_id=article_id, url=entry.link, host="dala")
        sighting = self.state.articles.sight(entry, address, feed=feed, now=self.now, needs_page=needs_page)
        if sighting.kind is SightingKind.FORGOTTEN:
            assert article_id in self.state.forgotten
            return
        assert (sighting.kind is SightingKind.KNOWN) == (self.newest.get(article_id) == entry.hash)
        self.sighted += sighting.kind is not SightingKind.KNOWN
        self.newest[article_id] = entry.hash

    @rule(article_id=IDS, stage=st.sampled_from([Stage.FETCH, Stage.EXTRACT]))
    def claim(self, article_id, stage):
        before = self.state.articles.trace(article_id)
        claim = self.state.articles.claim(article_id, stage=stage, now=self.now)
        if claim:
            self.sighted += before.stage is None  # it was at rest: a recheck has begun
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), how=st.sampled_from(["advance", "put", "wait", "fail", "crash", *ENDS]))
    def act(self, data, how):
        claim = data.draw(st.sampled_from(self.claims))
        articles, now = self.state.articles, self.now
        match how:
            case "advance":
                articles.advance(claim, to=Stage.EXTRACT, now=now)
            case "put":
                self._put(claim, data.draw(st.sampled_from([(), (60.0, 600.0)])))
            case "wait":
                articles.release(claim, not_before=now + 2, now=now, give_back_attempt=True)
            case "fail":
                articles.release(claim, not_before=now + 1, now=now, error="TimeoutError: x")
            case "crash":
                self.now = max(now, claim.lease_until)
            case Outcome():
                articles.finish(claim, how, now=now, reason="x" if how is Outcome.REJECTED else "")

    def _put(self, claim, recheck_after_s):
        if claim.stage is not Stage.EXTRACT:
            return
        version = self.state.outbox.put(
            claim, {"body": "ә" * claim.attempts}, now=self.now, content_hash="c", recheck_after_s=recheck_after_s
        )
        if version:
            self.sent.append((claim.article_id, version))

    @precondition(lambda self: self.sent)
    @rule(
        data=st.data(),
        outcome=st.sampled_from([Outcome.INDEXED, Outcome.INDEXED, Outcome.SUPERSEDED, Outcome.QUARANTINED]),
    )
    def settle(self, data, outcome):
        article_id, version = data.draw(st.sampled_from(self.sent))
        if self.state.outbox.settle(article_id, version, outcome, now=self.now) and outcome is Outcome.INDEXED:
            assert version > self.indexed_versions.get(article_id, 0)
            self.indexed_versions[article_id] = version

    @rule(article_id=IDS)
    def replay(self, article_id):
        self.sighted += self.state.quarantine.replay(article_id, now=self.now)

    @rule(article_id=IDS)
    def drop(self, article_id):
        self.state.quarantine.drop(article_id)

    @rule(article_id=st.just("a3"))
    def forget(self, article_id):
        self.state.forgotten.forget(article_id, now=self.now)
        self.newest.pop(article_id, None)

    @rule(seconds=st.sampled_from([0.5, 3, 70, 5000]))
    def wait(self, seconds):
        self.now += seconds

    @invariant()
    def sums_agree(self):
        audit = self.state.outcomes.audit(now=self.now)
        assert audit.is_balanced, audit
        assert audit.sighted == self.sighted
        traces = [self.state.articles.trace(article_id) for article_id in ("a1", "a2", "a3")]
        under_way = [trace for trace in traces if trace and trace.stage]
        assert audit.under_way == len(under_way) + sum(trace.once_more for trace in under_way)
        assert all(trace.due_at is not None for trace in under_way)

    @invariant()
    def bytes_are_exact(self):
        values = self.redis.hvals(f"{self.prefix}outbox:docs")
        assert self.state.outbox.bytes_used == sum(len(value.encode()) for value in values)

    def teardown(self):
        """Whatever happened before: the workers go on, and all that is under way ends, with the newest entry last."""
        for _ in range(12):
            self.now += 100
            for article_id in ("a1", "a2", "a3"):
                self._work(article_id)
            if not self.state.outcomes.audit(now=self.now).under_way:
                break
        self.state_is_at_rest()

    def _work(self, article_id):
        for stage in (Stage.FETCH, Stage.EXTRACT):
            trace = self.state.articles.trace(article_id)
            if trace is None or trace.stage is not stage:
                continue
            claim = self.state.articles.claim(article_id, stage=stage, now=self.now)
            if claim:
                self.state.articles.finish(claim, Outcome.UNCHANGED, now=self.now)
        for outgoing in self.state.outbox.peek(10, now=self.now):
            self.state.outbox.settle(outgoing.article_id, outgoing.version, Outcome.INDEXED, now=self.now)

    def state_is_at_rest(self):
        audit = self.state.outcomes.audit(now=self.now)
        assert (audit.under_way, audit.is_balanced) == (0, True)
        assert sum(audit.outcomes.values()) == self.sighted
        for article_id, newest in self.newest.items():
            assert self.redis.hget(f"{self.prefix}article:{article_id}", "entry_hash") == newest


def test_every_sighting_ends_in_exactly_one_outcome(redis):
    """The promise of the whole design, under orders of events that no one would think of."""
    run_state_machine_as_test(
        lambda: Watch(redis),
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
