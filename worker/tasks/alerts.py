"""Alerts: look at changed stories, let alerts speak, send notifications."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import structlog

from pipelines.alerts.signals import JudgedFeed, WatchHealth
from pipelines.alerts.speaking import Notification
from worker.alerts.delivery import TIMEOUT_S, Never, NotYet, Sender, Sent
from worker.alerts.signals import UNITS_EVERY_S, Senses, SignalLooker
from worker.alerts.speaker import Speaker, found_by
from worker.runtime import Runtime
from worker.state.alerts import NoticeClaim
from worker.state.workers import present, unserved
from worker.tasks.app import app

LOOK_S = 20.0
NOTICE_LEASE_S = 3 * TIMEOUT_S
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 3600.0
MOST_ATTEMPTS = 14
"""With waits that double up to an hour: a target that was away for half a day still gets its messages."""
TROUBLE_ATTEMPTS = 3
"""From this attempt on a target is named in `kuzet status`."""
NUDGED = 20

log = structlog.get_logger(__name__)


@app.task(name="kuzet.run_alerts")
def run_alerts() -> None:
    """Look at the stories that have changed, and let alerts speak; one process at a time."""
    runtime = app.runtime
    token = runtime.state.alerts.lock(lease_s=LOOK_S)
    if token is None:
        return
    try:
        speaker, ends_at = open_speaker(runtime), runtime.now() + LOOK_S / 2
        while speaker.look(now=runtime.now()) and runtime.now() < ends_at:
            pass
        speaker.speak(now=runtime.now())
        speaker.escalate(now=runtime.now())
    finally:
        runtime.state.alerts.unlock(token)
    nudge_notices(runtime)


@app.task(name="kuzet.look_for_signals")
def look_for_signals(units: list[str]) -> None:
    """Look for spikes, silences, and what is wrong with the watch."""
    open_looker(app.runtime).look(units, now=app.runtime.now())


@app.task(name="kuzet.send_notice")
def send_notice(key: str) -> None:
    """Send one notification, and write down what came of it."""
    runtime = app.runtime
    claim = runtime.state.alerts.take(key, now=runtime.now(), lease_s=NOTICE_LEASE_S)
    if claim:
        deliver(runtime, claim)


def deliver(runtime: Runtime, claim: NoticeClaim) -> None:
    """Send a claimed notification. A target that is no longer in the file, or refuses, is for a person to look at."""
    alerts, target = runtime.state.alerts, runtime.alert_file.rules.targets.get(claim.target)
    sender = Sender(allowed_hosts=runtime.settings.allowed_hosts, clock=runtime.now)
    notice: Notification = claim.body  # type: ignore[assignment]  # JSON that was a Notification
    delivery = (
        sender.send(target, notice, accepted=claim.accepted)
        if target
        else Never("there is no such target in alerts.yaml")
    )
    match delivery:
        case Sent():
            alerts.end(claim, "delivered", now=runtime.now())
        case NotYet(error, not_before, accepted) if claim.attempts < MOST_ATTEMPTS:
            if claim.attempts >= TROUBLE_ATTEMPTS:
                said = f"The target {claim.target} takes no notifications ({error}); they are tried again."
                runtime.state.problems.note(
                    f"target {claim.target}", said, now=runtime.now(), keep_s=LONGEST_WAIT_S + TIMEOUT_S
                )
            wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (claim.attempts - 1))
            until = max(not_before, runtime.now() + wait_s)
            alerts.put_off(claim, until=until, now=runtime.now(), error=error, accepted=accepted)
        case NotYet(error, accepted=accepted) | Never(error, accepted=accepted):
            log.warning("notification not sent", target=claim.target, error=error)
            alerts.end(claim, "quarantined", now=runtime.now(), error=error, accepted=accepted)


def nudge_alerts(runtime: Runtime) -> None:
    """Send for what is due: stories to look at, alerts to speak, notifications to send."""
    alerts, now = runtime.state.alerts, runtime.now()
    if alerts.changed(limit=1, now=now) or alerts.due(now=now) or alerts.escalations(now=now):
        app.send_task("kuzet.run_alerts", queue="upkeep", expires=LOOK_S)
    if units := [unit for unit, every_s in UNITS_EVERY_S.items() if alerts.take_turn(unit, every_s=every_s)]:
        app.send_task("kuzet.look_for_signals", args=[units], queue="upkeep", expires=LOOK_S)
    nudge_notices(runtime)


def nudge_notices(runtime: Runtime) -> None:
    for key in runtime.state.alerts.due_notices(now=runtime.now(), limit=NUDGED):
        app.send_task("kuzet.send_notice", args=[key], queue="io", expires=LOOK_S)


def open_speaker(runtime: Runtime) -> Speaker:
    """What looks at stories, on this process's services."""
    state = runtime.state
    return Speaker(
        state.alerts, state.stories, rules=lambda: runtime.alert_file.rules, search=partial(found_by, runtime.search)
    )


def open_looker(runtime: Runtime) -> SignalLooker:
    """What looks for signals, on this process's services."""
    senses = Senses(engine=runtime.search, feeds=lambda: judged_feeds(runtime), health=lambda: health_of_watch(runtime))
    return SignalLooker(runtime.state.alerts, senses, rules=lambda: runtime.alert_file.rules)


def judged_feeds(runtime: Runtime) -> Iterator[JudgedFeed]:
    """Yield the polled feeds as they are judged now. Raises ConfigError when the catalogue could never be read."""
    now = runtime.now()
    for feed in runtime.catalogue:
        found = runtime.state.feeds.snapshot(feed.id) if feed.enabled else None
        if found:
            yield JudgedFeed(feed.id, feed.source, found.judged(now=now), found.failures, found.last_new_at)


def health_of_watch(runtime: Runtime) -> WatchHealth:
    state, now = runtime.state, runtime.now()
    oldest = state.outbox.oldest_at()
    workers = present(runtime.redis, runtime.settings.redis_prefix, now=now)
    return WatchHealth(
        engine=runtime.search.health().problem,
        outbox=state.outbox.size,
        oldest_s=max(0.0, now - oldest) if oldest else 0.0,
        quarantined=state.quarantine.size,
        unserved=tuple(unserved(workers)),
    )
