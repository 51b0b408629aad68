"""Alerts in Redis: stories to look at, what alerts will say, and notifications on their way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from worker.state.locking import keep_lock, take_lock
from worker.state.records import day_of, new_token, to_json
from worker.state.scripts import Scripts

ACKNOWLEDGED_S = 30 * 86400
LOCK = "alerts:lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeClaim:
    """A notification that this process sends now. attempts: this one included. accepted: what the target has of it."""

    key: str
    body: Mapping[str, Any]
    target: str
    attempts: int
    token: str
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification of the log. state: due, delivered or quarantined; error: of the last attempt."""

    key: str
    at: float
    target: str
    state: str
    attempts: int
    error: str
    body: Mapping[str, Any]

    @property
    def alert(self) -> str:
        return str(self.body["alert"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSay:
    """What alerts will say of a story.

    seen: the mark of the change that was looked at. heard: what the alerts of the items have said of it afterwards.
    again: when to look at it again in any case, because an alert could not be asked; 0 is never.
    """

    story: str
    seen: str
    heard: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Mapping[str, Any]] = ()
    again: float = 0.0

    def arguments(self, *, now: float) -> dict[str, Any]:
        """Return the arguments of the script."""
        items = to_json([{**item, "pending": to_json(item["pending"])} for item in self.items])
        own = {"story": self.story, "seen": self.seen, "heard": to_json(self.heard), "items": items}
        return {**own, "again": self.again or None, "now": now}


class Alerts:
    """All is written down before it is sent: a killed process loses nothing, and sends with the same key."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key

    # ------------------------------------------------------------ stories to look at

    def changed(self, *, limit: int, now: float) -> list[tuple[str, str]]:
        """Return stories that are to be looked at now, longest due first, each with the mark of its change."""
        found = self._redis.zrangebyscore(
            self._key("alerts:stories"), "-inf", f"{now:.3f}", start=0, num=limit, withscores=True
        )
        return [(story, repr(at)) for story, at in found]

    def heard(self, story: str) -> dict[str, dict[str, Any]]:
        """Return what each alert has said of a story."""
        found = self._redis.hgetall(self._key(f"alerts:heard:{story}"))
        return {alert: json.loads(record) for alert, record in found.items()}

    def heard_of(self, stories: Sequence[str]) -> list[dict[str, dict[str, Any]] | None]:
        """Return what each alert has said of each story, asked at once; None for a story that is acknowledged."""
        pipeline = self._redis.pipeline(transaction=False)
        for story in stories:
            pipeline.exists(self._key(f"alerts:acknowledged:{story}"))
            pipeline.hgetall(self._key(f"alerts:heard:{story}"))
        answers = pipeline.execute()
        return [
            None if acknowledged else {alert: json.loads(record) for alert, record in heard.items()}
            for acknowledged, heard in zip(answers[::2], answers[1::2], strict=True)
        ]

    def waits_since(self, story: str) -> float:
        """Return since when a story waits until its articles are searchable; 0 when it does not."""
        return float(self._redis.hget(self._key("alerts:since"), story) or 0)

    def pend(self, found: Sequence[ToSay], *, now: float = 0.0) -> None:
        """Write down what alerts will say of stories; one that has changed since `seen` is looked at again."""
        self._scripts.run_all("alert_pend", [one.arguments(now=now) for one in found])

    # ------------------------------------------------------------ what is no story

    def take_turn(self, unit: str, *, every_s: float) -> bool:
        """Return whether it is time to look for a unit again; one process at a time may."""
        return take_lock(self._scripts, f"alerts:turn:{unit}", lease_s=every_s) is not None

    def follow(self, holding: Sequence[str], *, now: float) -> dict[str, float]:
        """Return what holds now → since when; what holds no longer is forgotten."""
        flat = self._scripts.run("follow_signals", holding=to_json(holding), now=now)
        return {flat[i]: float(flat[i + 1]) for i in range(0, len(flat), 2)}

    # ------------------------------------------------------------ what alerts will say

    def due(self, *, now: float) -> list[str]:
        """Return the alerts whose time to speak has come."""
        return list(self._redis.zrangebyscore(self._key("due:alerts"), "-inf", now))

    def pending(self, alert: str) -> dict[str, str]:
        """Return story → what the alert will say of it, as JSON."""
        return dict(self._redis.hgetall(self._key(f"alerts:pending:{alert}")))

    def cooling(self, keys: Iterable[str]) -> dict[str, int]:
        """Return those of the keys whose cool-down lasts → the severity that was spoken of."""
        listed = list(dict.fromkeys(keys))
        ranks = self._redis.mget([self._key(f"alerts:cool:{key}") for key in listed]) if listed else []
        return {key: int(rank) for key, rank in zip(listed, ranks, strict=True) if rank is not None}

    def speak(  # noqa: PLR0913  what is written at once
        self,
        alert: str,
        *,
        said: Mapping[str, str],
        notices: Sequence[Mapping[str, Any]],
        cool: Sequence[Mapping[str, Any]],
        next_at: float,
        now: float,
        escalate: str = "",
        escalate_at: float = 0.0,
    ) -> int:
        """Make notifications of what an alert has gathered; return how many were over the cap of the day.

        escalate: a record that `escalations` returns from `escalate_at` on.
        """
        return int(
            self._scripts.run(
                "alert_speak",
                alert=alert,
                said=to_json(said),
                notices=to_json(notices),
                cool=to_json(cool),
                next=next_at or None,
                escalate=escalate,
                escalate_at=escalate_at,
                day=day_of(now),
                now=now,
            )
        )

    def escalations(self, *, now: float) -> list[str]:
        """Return the records of `speak` whose time has come."""
        return list(self._redis.zrangebyscore(self._key("due:escalations"), "-inf", now, start=0, num=100))

    def escalate(
        self, record: str, *, notices: Sequence[Mapping[str, Any]], escalate: str = "", escalate_at: float, now: float
    ) -> int:
        """End a record: with notifications to the next target and the record of the one after it, or with nothing."""
        return int(
            self._scripts.run(
                "alert_speak",
                alert="",
                said="{}",
                notices=to_json(notices),
                cool="[]",
                day=day_of(now),
                now=now,
                escalate=escalate,
                escalate_at=escalate_at,
                escalated=record,
            )
        )

    # ------------------------------------------------------------ notifications

    def due_notices(self, *, now: float, limit: int) -> list[str]:
        """Return the keys of notifications that are due."""
        return list(self._redis.zrangebyscore(self._key("due:notices"), "-inf", now, start=0, num=limit))

    def notice(self, key: str) -> Mapping[str, Any] | None:
        """Return a notification that was written in the last 30 days, sent or not."""
        body = self._redis.hget(self._key(f"notice:{key}"), "body")
        return json.loads(body) if body else None

    def log(self, *, limit: int) -> list[Notice]:
        """Return the notifications of the last 30 days, sent or not, newest first."""
        newest = self._redis.zrange(self._key("alerts:log"), 0, limit - 1, desc=True, withscores=True)
        pipeline = self._redis.pipeline(transaction=False)
        for key, _ in newest:
            pipeline.hgetall(self._key(f"notice:{key}"))
        kept = zip(newest, pipeline.execute() if newest else (), strict=True)
        return [_notice(key, at, record) for (key, at), record in kept if record]

    def take(self, key: str, *, now: float, lease_s: float) -> NoticeClaim | None:
        """Claim a notification; None when another process has it, or it is done."""
        token = new_token()
        found = self._scripts.run("take_notice", key=key, token=token, now=now, lease_s=lease_s)
        if not found:
            return None
        body, target, attempts, accepted = found
        return NoticeClaim(
            key=key, body=json.loads(body), target=target, attempts=int(attempts), token=token,
            accepted=tuple(json.loads(accepted)),
        )  # fmt: skip

    def end(
        self, claim: NoticeClaim, outcome: str, *, now: float, error: str = "", accepted: Sequence[str] = ()
    ) -> bool:
        """End a notification: `delivered`, or `quarantined` with the error and what the target has of it."""
        return self._end(claim, now=now, outcome=outcome, error=error, accepted=to_json(list(accepted)))

    def put_off(
        self, claim: NoticeClaim, *, until: float, now: float, error: str, accepted: Sequence[str] = ()
    ) -> bool:
        """Try again at that time, without what the target has."""
        return self._end(claim, now=now, again=until, error=error, accepted=to_json(list(accepted)))

    def _end(self, claim: NoticeClaim, *, now: float, **how: Any) -> bool:  # noqa: ANN401  arguments of the script
        return bool(self._scripts.run("end_notice", key=claim.key, token=claim.token, day=day_of(now), **how))

    @property
    def waiting(self) -> int:
        """How many stories are to be looked at, and notifications to be sent."""
        return int(self._redis.zcard(self._key("alerts:stories")) + self._redis.zcard(self._key("due:notices")))

    def quarantined(self) -> dict[str, str]:
        """Return key → error of the notifications that could not be sent."""
        return dict(self._redis.hgetall(self._key("alerts:quarantine")))

    def retry(self, key: str, *, now: float) -> bool:
        """Send a quarantined notification again; False when it is too old to be known."""
        return bool(self._scripts.run("retry_notice", key=key, now=now))

    def drop(self, key: str) -> None:
        """Give a quarantined notification up."""
        self._scripts.run("retry_notice", key=key)

    def outcomes(self, *, now: float) -> dict[str, int]:
        """Return target:outcome → how many notifications ended so today."""
        found = self._redis.hgetall(self._key(f"alerts:outcomes:{day_of(now)}"))
        return {name: int(count) for name, count in found.items()}

    # ------------------------------------------------------------ what people say

    def mute(self, alert: str, *, until: float, now: float) -> None:
        """Let an alert be silent until then; what it would have said is dropped."""
        self._redis.set(self._key(f"alerts:muted:{alert}"), f"{until:.0f}", ex=max(1, int(until - now)))

    def unmute(self, alert: str) -> None:
        self._redis.delete(self._key(f"alerts:muted:{alert}"))

    def muted_until(self, alert: str) -> float:
        """Return until when an alert is silent; 0 when it speaks."""
        return float(self._redis.get(self._key(f"alerts:muted:{alert}")) or 0)

    def muted(self, alerts: Sequence[str], *, now: float) -> frozenset[str]:
        """Return those of the alerts that are silent now, asked at once."""
        until = self._redis.mget([self._key(f"alerts:muted:{alert}") for alert in alerts]) if alerts else []
        return frozenset(alert for alert, at in zip(alerts, until, strict=True) if at and float(at) > now)

    def acknowledge(self, story: str) -> None:
        """Say no more of a story: somebody has taken it over."""
        self._redis.set(self._key(f"alerts:acknowledged:{story}"), 1, ex=ACKNOWLEDGED_S)

    def is_acknowledged(self, story: str) -> bool:
        return bool(self._redis.exists(self._key(f"alerts:acknowledged:{story}")))

    def lock(self, *, lease_s: float) -> str | None:
        """Become the one process that looks at stories; None while another is."""
        return take_lock(self._scripts, LOCK, lease_s=lease_s)

    def unlock(self, token: str) -> None:
        keep_lock(self._scripts, LOCK, token, lease_s=0)


def _notice(key: str, at: float, record: Mapping[str, str]) -> Notice:
    return Notice(
        key=key,
        at=at,
        target=record["target"],
        state=record["state"],
        attempts=int(record["attempts"]),
        error=record.get("error", ""),
        body=json.loads(record["body"]),
    )
