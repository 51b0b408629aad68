"""How the watch is doing: engines, workers, queues, stages, feeds, the outbox, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from socket import gethostname
from typing import TYPE_CHECKING, Any

from pipelines.errors import ConfigError
from pipelines.feeds import DOWN_AFTER_FAILURES, FeedState, Silence, silence
from pipelines.models import Feed, Stage
from worker.answers.backlog import Backlog, backlog_of
from worker.answers.feeds import state_of
from worker.answers.wording import duration
from worker.state.workers import QUEUES, STILL_AFTER_S, WorkerPresence, messages_waiting, present, ticked_at, unserved

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.search.article_index import EngineHealth
    from worker.state import Rebuild


HOSTS_NAMED = 5


REFUSALS_NAMED = 3


LONG_REST_S = 600.0
"""A host that asks for a shorter rest than this (Retry-After) is no problem: its pages come a little later."""


FEEDS_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The watch at one moment. `problems` are sentences for a person, empty when all is well.

    feeds: state → number of feeds. silence: how long nothing new came in, and the usual and the longest pause before.
    """

    broker: str
    search: EngineHealth
    workers: tuple[WorkerPresence, ...]
    queues: dict[str, int]
    stages: dict[str, dict[str, int]]
    feeds: dict[str, int]
    backlog: Backlog
    outbox: dict[str, int]
    quarantined: int
    rebuild: str
    last_article: dict[str, Any]
    silence: Silence
    problems: tuple[str, ...]


def is_there(runtime: Runtime, worker: str) -> bool:
    """True if this machine's worker of that name works; without a name, if every queue is served."""
    workers = workers_of(runtime)
    if worker:
        return f"{worker}@{gethostname()}" in {each.name for each in workers}
    return not idle(runtime, workers)


def workers_of(runtime: Runtime) -> tuple[WorkerPresence, ...]:
    return tuple(present(runtime.redis, runtime.settings.redis_prefix, now=runtime.now()))


def look(runtime: Runtime) -> Status:
    """Look at everything. Raises RedisError when the broker is away; a search engine that is away is a problem."""
    from worker.state.refusals import shown

    now, state, prefix = runtime.now(), runtime.state, runtime.settings.redis_prefix
    workers = workers_of(runtime)
    feeds = WatchedFeeds.of(runtime)
    search = runtime.search.health()
    backlog = backlog_of(state.pace.points(), waiting=state.pace.waiting(now=now), now=now)
    return Status(
        broker=f"{runtime.redis.info('server')['redis_version']} at {shown(runtime.settings.broker_url)}",
        search=search,
        workers=workers,
        queues={queue: messages_waiting(runtime.redis, prefix, queue) for queue in QUEUES},
        stages={
            str(stage): {"waiting": state.due.size(stage), "due": state.due.ready(stage, now=now)} for stage in Stage
        },
        feeds=dict(Counter(feeds.states.values())),
        backlog=backlog,
        outbox={"documents": state.outbox.size, "bytes": state.outbox.bytes_used},
        quarantined=state.quarantine.size,
        rebuild=rebuild_of(state.rebuilds.current()),
        last_article=last_article(runtime) if not search.problem else {},
        silence=feeds.silence,
        problems=(*problems(runtime, workers, search, feeds), *backlog.problems()),
    )


@dataclass(frozen=True, slots=True)
class WatchedFeeds:
    """The feeds that are polled: each one's state in a word and a sentence, as `kuzet feeds list` shows it."""

    states: dict[str, str]
    sentences: dict[str, str]
    silence: Silence
    failures: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, runtime: Runtime) -> WatchedFeeds:
        """Read them. Feeds of a catalogue that cannot be read are none here; it is a problem of its own."""
        enabled = _enabled(runtime)
        snapshots = runtime.state.feeds.snapshots(feed.id for feed in enabled)
        found = {feed.id: state_of(feed, snapshots.get(feed.id), now=runtime.now()) for feed in enabled}
        polls = [poll for snapshot in snapshots.values() for poll in snapshot.polls]
        quiet = silence(
            (poll.at for poll in polls if poll.new),
            polled_at=max((poll.at for poll in polls), default=0.0),
            last_new_at=max((snapshot.last_new_at for snapshot in snapshots.values()), default=0.0),
        )
        failures = {feed_id: snapshot.failures for feed_id, snapshot in snapshots.items()}
        states, sentences = ({key: one[place] for key, one in found.items()} for place in (0, 1))
        return cls(states, sentences, quiet, failures)

    def problems(self) -> list[str]:
        """Name the feeds that are down or gone; when half of the polled ones fail, all that do."""
        failing = [name for name, state in self.states.items() if state in (FeedState.GONE, FeedState.FAILING)]
        polled = sum(state != FeedState.NEW for state in self.states.values())
        found = []
        if failing and 2 * len(failing) >= polled:
            found.append(f"{len(failing)} of {polled} feeds fail: {self._named(failing)}.")
        elif down := [name for name in failing if self._is_down(name)]:
            found.append(
                f"{len(down)} of {polled} feeds {'is' if len(down) == 1 else 'are'} down: {self._named(down)}."
            )
        if self.silence.is_unusual:
            found.append(f"Nothing new came in for {duration(self.silence.lasting_s)}; {usual(self.silence)}.")
        return found

    def _is_down(self, feed: str) -> bool:
        return self.states[feed] == FeedState.GONE or self.failures.get(feed, 0) >= DOWN_AFTER_FAILURES

    def _named(self, feeds: Sequence[str]) -> str:
        shown = ", ".join(f"{name} ({self.sentences[name]})" for name in feeds[:FEEDS_NAMED])
        more = len(feeds) - FEEDS_NAMED
        return f"{shown} and {more} more (`kuzet feeds list`)" if more > 0 else shown


def usual(quiet: Silence) -> str:
    """Say what is usual, so that a person can judge an age."""
    if not quiet.longest_s:
        return "some feed has something every day"
    return f"usual are {duration(quiet.usual_s)}, the longest pause before was {duration(quiet.longest_s)}"


def _enabled(runtime: Runtime) -> list[Feed]:
    try:
        return [feed for feed in runtime.catalogue if feed.enabled]
    except ConfigError:
        return []


def problems(
    runtime: Runtime, workers: tuple[WorkerPresence, ...], search: EngineHealth, feeds: WatchedFeeds
) -> list[str]:
    """List all that is wrong, worst first; what makes `kuzet status` end with 1."""
    from worker.setup.expiry import ending_soon
    from worker.state.refusals import refuses

    refusal = refuses(runtime.settings.broker_url, runtime.redis.info())
    first = str(refusal) if refusal else runtime.state.restoring.problem
    found = [*filter(None, (first,)), *idle(runtime, workers)]
    found += ending_soon(runtime.settings, now=datetime.fromtimestamp(runtime.now(), UTC))
    if trouble := search_problems(runtime, search):
        found += trouble
    elif search.index:
        found += [f"{reason}: run `kuzet reindex`." for reason in runtime.search.outdated(runtime.analysis)]
    found += runtime.state.problems.current(now=runtime.now())
    found += held_hosts(runtime)
    broken = filter(None, (runtime.catalogue.check(), runtime.rules.check()))
    found += alert_problems(runtime)
    return [*found, *feeds.problems(), *(f"Kept as it was before: {problem}" for problem in broken)]


def alert_problems(runtime: Runtime) -> list[str]:
    """Name what is wrong with alerts: a broken file, and notifications that their targets refused."""
    found = []
    try:
        runtime.alert_file.check()
    except ConfigError as error:
        found.append(f"Kept as it was before: {error}")
    refused = runtime.state.alerts.quarantined()
    if refused:
        said = ", ".join(sorted(set(refused.values()))[:REFUSALS_NAMED])
        verb = "notification was" if len(refused) == 1 else "notifications were"
        found.append(f"{len(refused)} {verb} not sent ({said}): `kuzet alerts retry`, or `kuzet alerts retry --drop`.")
    return found


def held_hosts(runtime: Runtime) -> list[str]:
    """One sentence about the hosts that want to be left alone for long, the longest first; a short rest is usual."""
    now = runtime.now()
    waiting = {host: until for host, until in runtime.state.hosts.held(now=now).items() if until - now >= LONG_REST_S}
    held = sorted(waiting.items(), key=lambda each: -each[1])
    if not held:
        return []
    named = ", ".join(f"{host} for {duration(until - now)}" for host, until in held[:HOSTS_NAMED])
    more = f" and {len(held) - HOSTS_NAMED} more" if len(held) > HOSTS_NAMED else ""
    return [f"Sites that asked for a rest: {named}{more}."]


def search_problems(runtime: Runtime, search: EngineHealth) -> list[str]:
    """List what this process sees of the engine, and what the drain reports: its settings or rights may differ."""
    drain = runtime.state.outbox.problem if search.server or not search.problem else ""
    found = list(dict.fromkeys(filter(None, (search.problem, drain))))
    if found and runtime.state.outbox.size:
        found[-1] = found[-1].removesuffix(".") + ". Articles wait in the outbox."
    return found


def idle(runtime: Runtime, workers: tuple[WorkerPresence, ...]) -> list[str]:
    """List the queues that no worker serves, and a clock that does not beat."""
    missing = unserved(workers)
    found = [
        f"No worker serves the queue {queue}: `kuzet up` or the service of that name is not running."
        for queue in missing
    ]
    silent_s = runtime.now() - ticked_at(runtime.redis, runtime.settings.redis_prefix)
    if "tick" not in missing and silent_s > STILL_AFTER_S:
        found.append("No process has looked for due work lately: `kuzet up` or the service beat is not running.")
    return found


def rebuild_of(rebuild: Rebuild | None) -> str:
    """Say what rewrites the index just now, and who started it; empty when nothing does."""
    if rebuild is None:
        return ""
    step, done, total = (rebuild.progress[name] for name in ("step", "done", "total"))
    return f"{rebuild.kind} by {rebuild.owner}: {step}, {done} of {total} articles"


def last_article(runtime: Runtime) -> dict[str, Any]:
    from pipelines.search.request import SearchRequest, Sort

    result = runtime.search.search(SearchRequest(sort=Sort.TIME, size=1, facets=(), histogram=False, collapse=False))
    return dict(result.hits[0].document) if result.hits else {}
