"""The keys of the state as lines of a file, and back.

A backup shows one moment: the broker takes no writes while its keys are read. Workers wait meanwhile, as they do when
the broker is away.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from redis import Redis

from pipelines.errors import KuzetError
from worker.state.locking import keep_lock, take_lock
from worker.state.records import literal
from worker.state.restoring import KEY as RESTORING
from worker.state.scripts import Scripts

Item = TypeVar("Item")
BATCH = 500
PAUSE_S = 10.0
"""A pause is renewed with each batch; it ends by itself when the backup is killed."""

LONGEST_S = 900.0

BACKUP = "backup"
"""The lock of a backup that is being taken."""

TRANSPORT = ("celery:", "_kombu", "unacked")
"""Messages of Celery: the state knows what is due, and the next tick sends for it again."""

OF_THE_MOMENT = frozenset(
    {"workers", "tick", "outbox:lock", "outbox:problem", "pace", "pace:noted", "upkeep", BACKUP, RESTORING}
)
"""Who is at work just now: true of no other moment. A rebuild under way is of an index that may be gone."""

TOMBSTONES = frozenset({"forgotten", "forgotten:notes"})
"""What is forgotten stays so, also what was forgotten after the backup."""


ARTICLE, FEED = "article:", "feed:"
DUE_FETCH, DUE_EXTRACT = "due:fetch", "due:extract"
CLAIM = frozenset({"token", "lease_until", "nudged_until"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key without the prefix. `value` is what JSON has for its kind; times are epoch milliseconds.

    string: text. hash: object. list: texts. set: texts. zset: [member, score]. stream: [id, object].
    """

    name: str
    kind: str
    value: Any
    expires_at_ms: int | None = None

    @property
    def line(self) -> str:
        fields = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def of(cls, line: str | bytes) -> Key:
        """Read a line. Raises ValueError or TypeError for one that is no key."""
        return cls(**json.loads(line))


_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "string": lambda pipe, key: pipe.get(key),
    "hash": lambda pipe, key: pipe.hgetall(key),
    "list": lambda pipe, key: pipe.lrange(key, 0, -1),
    "set": lambda pipe, key: pipe.smembers(key),
    "zset": lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True),
    "stream": lambda pipe, key: pipe.xrange(key),
}


@contextmanager
def standstill(redis: Redis, prefix: str) -> Iterator[Callable[[], None]]:
    """Let the broker take no writes; the callback given prolongs it. Reads go on.

    One backup at a time, for the end of a standstill ends every other. Raises KuzetError when another is being taken,
    and when the standstill ended before its time.
    """
    scripts = Scripts(redis, prefix)
    token = take_lock(scripts, BACKUP, lease_s=LONGEST_S)
    if token is None:
        left_s = redis.pttl(prefix + BACKUP) / 1000
        remedy = f"Try again when it is done; one that was killed is believed for {left_s / 60:.0f} min more."
        raise KuzetError("A backup", "is just being taken", remedy=remedy)
    pause = _Pause(redis)
    try:
        pause.prolong()
        yield pause.prolong
        pause.prolong()
    finally:
        pause.end()
        keep_lock(scripts, BACKUP, token, lease_s=0)


class _Pause:
    """A time without writes. It ends by itself PAUSE_S after it was prolonged, and with the broker."""

    def __init__(self, redis: Redis) -> None:
        self._client: Any = redis
        self._broker = self._run_id()
        self._ends_at = math.inf

    def prolong(self) -> None:
        """Prolong it. Raises KuzetError when it has ended: what was read is not of one moment."""
        self._client.client_pause(int(PAUSE_S * 1000), all=False)
        if time.monotonic() > self._ends_at or self._run_id() != self._broker:
            problem = "was restarted, or too slow to be read at one moment"
            raise KuzetError("The broker", problem, remedy="No backup was written; take it again.")
        self._ends_at = time.monotonic() + PAUSE_S

    def end(self) -> None:
        self._client.client_unpause()

    def _run_id(self) -> str:
        return str(self._client.info("server")["run_id"])


def read_keys(redis: Redis, prefix: str) -> Iterator[Key]:
    """Yield every key of the state as it is at one moment, in no order."""
    with standstill(redis, prefix) as prolong:
        names = dict.fromkeys(_names(redis, prefix))  # a scan may repeat itself
        for batch in batches(filter(lambda key: _is_kept(key.removeprefix(prefix)), names), BATCH):
            prolong()
            yield from _read_batch(redis, prefix, batch)


def write_keys(redis: Redis, prefix: str, keys: Iterable[Key]) -> int:
    """Write the keys over whatever has their names, tombstones next to those there; return how many they were."""
    written = 0
    for batch in batches((key for key in keys if _is_kept(key.name)), BATCH):
        pipe = redis.pipeline(transaction=False)
        for key in batch:
            _write(pipe, prefix + key.name, key)
        pipe.execute()
        written += len(batch)
    return written


def without_pages(keys: Iterable[Key]) -> Iterator[Key]:
    """Free what was claimed, and have pages fetched again: a backup has none, and its workers are gone.

    An import has no site to ask; it ends with the text of its entry.
    """
    waiting: dict[str, Key] = {}
    to_fetch: list[str] = []
    for key in keys:
        if key.name in {DUE_FETCH, DUE_EXTRACT}:
            waiting[key.name] = key
        elif _is_record(key):
            freed = _freed(key)
            if freed.value.get("stage") != key.value.get("stage"):
                to_fetch.append(key.name.removeprefix(ARTICLE))
            yield freed
        else:
            yield key
    yield from _moved(waiting, to_fetch)


def delete_keys(redis: Redis, prefix: str, *, keep: Collection[str] = ()) -> int:
    """Delete the state but for the keys of these names, messages included; return how many keys it had."""
    deleted, kept = 0, {prefix + name for name in keep}
    for batch in batches([name for name in _names(redis, prefix) if name not in kept], BATCH):
        deleted += int(redis.unlink(*batch))
    return deleted


def is_empty(redis: Redis, prefix: str) -> bool:
    """True if the state knows no article and no feed."""
    return not any(_is_kept(key.removeprefix(prefix)) for key in _names(redis, prefix))


def _is_record(key: Key) -> bool:
    return key.kind == "hash" and key.name.startswith((ARTICLE, FEED)) and key.name.count(":") == 1


def _freed(key: Key) -> Key:
    fields = {name: value for name, value in key.value.items() if name not in CLAIM}
    if fields.get("stage") == "extract" and fields.get("page") and fields.get("host"):
        fields = fields | {"stage": "fetch", "attempts": "0"}
        del fields["page"]
    return replace(key, value=fields)


def _moved(waiting: Mapping[str, Key], to_fetch: Iterable[str]) -> Iterator[Key]:
    """Yield what is due, with the articles whose pages have to be fetched again due at once."""
    moved = dict.fromkeys(to_fetch, 0.0)
    extract = {item: at for item, at in _scores(waiting, DUE_EXTRACT).items() if item not in moved}
    for name, scores in ((DUE_EXTRACT, extract), (DUE_FETCH, _scores(waiting, DUE_FETCH) | moved)):
        if scores:
            yield Key(name=name, kind="zset", value=[[item, at] for item, at in scores.items()])


def _scores(waiting: Mapping[str, Key], name: str) -> dict[str, float]:
    return dict(waiting[name].value) if name in waiting else {}


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of at most that size."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _is_kept(name: str) -> bool:
    return name not in OF_THE_MOMENT and not name.startswith(TRANSPORT)


def _names(redis: Redis, prefix: str) -> Iterator[str]:
    return redis.scan_iter(match=f"{literal(prefix)}*", count=10 * BATCH)


def _read_batch(redis: Redis, prefix: str, names: Sequence[str]) -> Iterator[Key]:
    pipe = redis.pipeline(transaction=False)
    for name in names:
        pipe.type(name)
        pipe.pttl(name)
    facts = pipe.execute()
    now_ms = _now_ms(redis)
    kinds, lives = facts[::2], facts[1::2]
    for name, kind in zip(names, kinds, strict=True):
        if kind != "none":
            _READ[kind](pipe, name)
    values = iter(pipe.execute())
    for name, kind, life_ms in zip(names, kinds, lives, strict=True):
        if kind != "none":  # else it has expired
            expires_at_ms = now_ms + life_ms if life_ms >= 0 else None
            value = _as_json(next(values))
            yield Key(name=name.removeprefix(prefix), kind=kind, value=value, expires_at_ms=expires_at_ms)


def _now_ms(redis: Redis) -> int:
    seconds, microseconds = redis.time()
    return int(seconds) * 1000 + int(microseconds) // 1000


def _as_json(value: Any) -> Any:  # noqa: ANN401  each kind has its own shape
    return sorted(value) if isinstance(value, set) else value


def _write(pipe: Any, name: str, key: Key) -> None:  # noqa: ANN401  redis types no pipeline
    if key.name not in TOMBSTONES:
        pipe.delete(name)
    match key.kind:
        case "string":
            pipe.set(name, key.value)
        case "hash":
            pipe.hset(name, mapping=key.value)
        case "list":
            pipe.rpush(name, *key.value)
        case "set":
            pipe.sadd(name, *key.value)
        case "zset":
            pipe.zadd(name, dict(key.value))
        case "stream":
            for entry, fields in key.value:
                pipe.xadd(name, fields, id=entry)
        case _:
            raise ValueError(f"{key.name} is a {key.kind}, which no state has")
    if key.expires_at_ms is not None:
        pipe.pexpireat(name, key.expires_at_ms)
