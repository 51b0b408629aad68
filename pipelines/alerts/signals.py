"""What is no story and worth a message: more reports than usual, a silence, a watch that is not well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pipelines.alerts.alert import HEALTH, SILENCE
from pipelines.alerts.file_format import HealthRule, SilenceRule
from pipelines.alerts.matching import NEW, Heard
from pipelines.alerts.speaking import Pending
from pipelines.feeds.health import DOWN_AFTER_FAILURES, FeedHealth, FeedState
from pipelines.models import Severity
from pipelines.time_zone import KAZAKHSTAN

MEASURE = "measure"
TWICE = 2.0
"""A signal that is twice what it was is a reason to speak again."""
ENGINE, OUTBOX, QUARANTINE, QUEUE = "engine", "outbox", "quarantine", "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that holds now. id: the same while it lasts; detail: the numbers behind it, in sentences.

    measure: how much of it there is; 0 for what has no size.
    """

    id: str
    unit: str
    title: str
    detail: str
    severity: Severity
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    measure: float = 0.0


def news_of(signal: Signal, before: Heard | None) -> str:
    """Say why to speak of a signal: «new», what has doubled, or nothing."""
    if before is None:
        return NEW
    said = before.figures.get(MEASURE, 0.0)
    return f"{said:g} → {signal.measure:g}" if said and signal.measure >= TWICE * said else ""


def heard_signal(signal: Signal) -> Heard:
    """Return what an alert will have said of a signal after it speaks now."""
    return Heard(severity_rank=signal.severity.rank, figures={MEASURE: signal.measure})


def pending_signal(signal: Signal, *, news: str, now: float) -> Pending:
    """Return what a message says of a signal."""
    return {
        "story": signal.id,
        "title": signal.title,
        "titles": {},
        "url": "",
        "severity": signal.severity.value,
        "severity_rank": signal.severity.rank,
        "topics": [*signal.topics],
        "regions": [*signal.regions],
        "sources": [*signal.sources],
        "articles": 0,
        "figures": {},
        "reasons": [],
        "first_seen": datetime.fromtimestamp(now, KAZAKHSTAN).isoformat(timespec="seconds"),
        "news": news,
        "unit": signal.unit,
        "detail": signal.detail,
    }


class JudgedFeed(NamedTuple):
    """A feed as the watch judges it at this moment. failures: polls in a row."""

    feed: str
    source: str
    health: FeedHealth
    failures: int
    last_new_at: float


def silences(rule: SilenceRule, feeds: Iterable[JudgedFeed], *, sources: frozenset[str]) -> list[Signal]:
    """Return the feeds that bring nothing against their rhythm; a source all of whose feeds do is one signal.

    sources: those that are asked for, all if it is empty. A feed that cannot be fetched brings nothing, too.
    """
    by_source: dict[str, list[JudgedFeed]] = {}
    for one in feeds:
        if not sources or one.source in sources:
            by_source.setdefault(one.source, []).append(one)
    found: list[Signal] = []
    for source, own in sorted(by_source.items()):
        silent = [one for one in own if _is_silent(rule, one)]
        if len(silent) == len(own) > 1:
            found.append(_silence(rule, source, source, silent))
        else:
            found += [_silence(rule, one.feed, source, [one]) for one in silent]
    return found


def _is_silent(rule: SilenceRule, one: JudgedFeed) -> bool:
    if one.health.state is FeedState.GONE:
        return True
    if one.health.state is FeedState.FAILING:
        return one.failures >= DOWN_AFTER_FAILURES
    if one.health.chance is not None:
        return one.health.chance < rule.chance
    return one.health.state is FeedState.SILENT


def _silence(rule: SilenceRule, name: str, source: str, silent: Sequence[JudgedFeed]) -> Signal:
    since = max(one.last_new_at for one in silent)
    said = f"last news {_moment(since)}" if since else "no news yet"
    return Signal(
        id=f"{SILENCE}|{name}|{since:.0f}",
        unit=SILENCE,
        title=f"{name} is silent: {said}",
        detail="\n".join(f"{one.feed}: {one.health.sentence}." for one in silent),
        severity=rule.severity,
        sources=(source,),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHealth:
    """How the watch is. begun: what is wrong now → since when (epoch seconds); engine: what is wrong with it."""

    engine: str
    outbox: int
    oldest_s: float
    quarantined: int
    unserved: tuple[str, ...]


def wrong_now(found: WatchHealth) -> list[str]:
    """Name what is wrong and lasts, so that its beginning can be written down."""
    return [*([ENGINE] if found.engine else []), *(f"{QUEUE} {name}" for name in found.unserved)]


def ills(rule: HealthRule, found: WatchHealth, *, begun: Mapping[str, float], now: float) -> list[Signal]:
    """Return what is wrong with the watch for longer, or more, than the rule allows.

    begun: each of `wrong_now` → when it began (epoch seconds).
    """
    signals = []
    for name, since in sorted(begun.items()):
        least = rule.engine_minutes if name == ENGINE else rule.unserved_minutes
        if now - since >= least * 60:
            signals.append(_lasting(rule, found, name, since=since, now=now))
    if found.outbox and found.oldest_s >= rule.outbox_minutes * 60:
        title = f"{found.outbox} articles wait for the index, the oldest for {found.oldest_s / 60:.0f} minutes"
        name = f"{OUTBOX}|{_day(now - found.oldest_s)}"
        signals.append(_ill(rule, name, title, "`kuzet status` says why.", measure=found.oldest_s))
    if found.quarantined >= rule.quarantined:
        title = f"{found.quarantined} articles are in quarantine"
        detail, size = "`kuzet quarantine list` names their errors.", float(found.quarantined)
        signals.append(_ill(rule, f"{QUARANTINE}|{_day(now)}", title, detail, measure=size))
    return signals


def _lasting(rule: HealthRule, found: WatchHealth, name: str, *, since: float, now: float) -> Signal:
    lasts = f"for {(now - since) / 60:.0f} minutes"
    if name == ENGINE:
        title = f"The search engine is away {lasts}"
        return _ill(rule, f"{name}|{since:.0f}", title, f"{found.engine} {found.outbox} articles wait in the outbox.")
    title = f"No worker serves the {name} {lasts}"
    detail = "`kuzet up` or the service of that name is not running."
    return _ill(rule, f"{name}|{since:.0f}", title, detail)


def _ill(rule: HealthRule, name: str, title: str, detail: str, *, measure: float = 0.0) -> Signal:
    return Signal(
        id=f"{HEALTH}|{name}",
        unit=HEALTH,
        title=title,
        detail=detail,
        severity=rule.severity,
        measure=measure,
    )


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, KAZAKHSTAN).strftime("%Y-%m-%d")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, KAZAKHSTAN).strftime("%d.%m.%Y %H:%M")
