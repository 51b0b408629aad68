"""Compares index and state with what was published, from outside: ids and versions, not the watch's own word for it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.faults.house import House
from benchmarks.faults.newsroom import Expected
from benchmarks.faults.plan import MARK
from pipelines.models import Stage
from pipelines.search.request import SearchRequest
from worker.runtime import Runtime
from worker.state import RECHECK_AFTER_S

SHOWN = 5
RECHECKS = len(RECHECK_AFTER_S)
"""A clock that goes forward brings rechecks, and a recheck may find the page where the feed's text had to do."""

IN_INDEX = frozenset({"indexed", "revised", "unchanged", "superseded"})
"""Outcomes of an article whose document is in the index."""


@dataclass
class Verdict:
    """What is wrong, by kind: how often, and some examples."""

    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, example: str) -> None:
        self.wrong[kind] += 1
        if len(self.examples[kind]) < SHOWN:
            self.examples[kind].append(example)

    @property
    def is_good(self) -> bool:
        return not self.wrong


def is_quiet(runtime: Runtime) -> bool:
    """True if nothing is under way."""
    books = runtime.state.outcomes.audit(now=time.time())
    due = runtime.state.due
    return not books.under_way and not runtime.state.outbox.size and not due.size(Stage.PARSE)


def check(house: House, expected: Sequence[Expected]) -> Verdict:
    """Look at everything once. Raises what the clients raise when an engine is away."""
    runtime, verdict = house.runtime, Verdict()
    runtime.search.refresh()
    check_index(runtime, expected, verdict)
    check_outcomes(runtime, expected, verdict)
    check_books(runtime, verdict)
    check_stages(runtime, verdict)
    check_events(runtime, expected, verdict)
    return verdict


def check_index(runtime: Runtime, expected: Sequence[Expected], verdict: Verdict) -> None:
    """Each article once, under an id of its own, in its newest version."""
    found: dict[str, tuple[int, int]] = {}
    for stored in runtime.search.scan(SearchRequest()):
        if stored.article_id in found:
            verdict.note("twice", stored.article_id)
        found[stored.article_id] = marks_of(stored.document)
    known = {key for each in expected for key in each.ids}
    for key in found.keys() - known:
        verdict.note("invented", f"{key} {found[key]}")
    for each in expected:
        number, versions = each.planned.number, [found[key] for key in each.ids if key in found]
        name = f"{number} ({each.planned.fate})"
        if each.is_rejected:
            if versions:
                verdict.note("indexed although unsafe", name)
        elif not versions:
            verdict.note("missing", name)
        elif len(versions) > 1:
            verdict.note("twice", name)
        elif versions[0] != (number, each.planned.versions):
            verdict.note("old words", f"{name}: {versions[0]}, newest is {each.planned.versions}")


def marks_of(document: dict[str, object]) -> tuple[int, int]:
    """Return the article and the version that a document's text names."""
    found = MARK.findall(f"{document.get('body', '')}") or MARK.findall(f"{document.get('summary', '')}")
    return max(((int(number), int(version)) for number, version in found), default=(-1, 0))


def check_outcomes(runtime: Runtime, expected: Sequence[Expected], verdict: Verdict) -> None:
    """Each id ended, in an outcome that its fate allows, and nothing holds it."""
    counted = Counter[str]()
    for each in expected:
        traces = [runtime.state.articles.trace(key) for key in each.ids]
        outcomes = [trace.outcome if trace else "unknown" for trace in traces]
        counted.update(outcomes)
        allowed = {"rejected:unsafe_address"} if each.is_rejected else IN_INDEX
        good = [outcome for outcome in outcomes if outcome in allowed]
        others = [outcome for outcome in outcomes if outcome not in allowed and outcome != "duplicate"]
        if others or not good:
            verdict.note("outcome", f"{each.planned.number} ({each.planned.fate}): {', '.join(outcomes)}")
        for trace in filter(None, traces):
            if trace.stage or trace.once_more:
                verdict.note("under way", f"{each.planned.number}: {trace.stage}")
            if trace.revision > each.planned.versions + RECHECKS:
                verdict.note("revised too often", f"{each.planned.number}: revision {trace.revision}")
    verdict.outcomes = dict(sorted(counted.items()))


def check_books(runtime: Runtime, verdict: Verdict) -> None:
    """What `kuzet audit` says from the state alone."""
    books = runtime.state.outcomes.audit(now=time.time() + 7200)  # also the day of a clock that went forward
    for account in books.accounts:
        if account.missing or account.vanished:
            missing, vanished = account.missing, account.vanished
            verdict.note("books", f"{account.day} {account.source}: missing {missing}, vanished {vanished}")
    for item in runtime.state.quarantine.list():
        verdict.note("quarantined", f"{item.url}: {item.error}")


def check_stages(runtime: Runtime, verdict: Verdict) -> None:
    """No claim, no document, no byte is left."""
    redis, prefix, outbox = runtime.redis, runtime.settings.redis_prefix, runtime.state.outbox
    for key in redis.scan_iter(f"{prefix}article:*", count=1000):
        if redis.type(key) == "hash" and redis.hexists(key, "token"):
            verdict.note("claims", str(key))
    for stage in (Stage.FETCH, Stage.EXTRACT, Stage.OUTBOX):
        for item in stuck(runtime, stage):
            verdict.note("stages", f"{stage} {item}")
    if outbox.size or outbox.bytes_used:
        verdict.note("outbox", f"{outbox.size} documents, {outbox.bytes_used} bytes")


def stuck(runtime: Runtime, stage: Stage) -> Iterator[str]:
    """Yield what is in a stage; rechecks to come are not."""
    redis, prefix = runtime.redis, runtime.settings.redis_prefix
    for item in redis.zrange(f"{prefix}due:{stage}", 0, -1):
        if redis.hget(f"{prefix}article:{item}", "stage"):
            yield str(item)


def check_events(runtime: Runtime, expected: Sequence[Expected], verdict: Verdict) -> None:
    """Watchers heard of each article once as new, and not more often of changes than it changed."""
    heard = Counter((event.kind, event.subject) for event in runtime.state.events.latest(batch=1000))
    for each in expected:
        new = sum(heard["article.indexed", key] for key in each.ids)
        changed = sum(heard["article.revised", key] for key in each.ids)
        if new > 1 or changed >= each.planned.versions + RECHECKS:
            verdict.note("events", f"{each.planned.number}: new {new} times, changed {changed} times")
