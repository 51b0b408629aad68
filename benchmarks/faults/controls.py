"""Builds of kuzet that are broken on purpose: a checker that does not catch them proves nothing.

`patched` breaks the workers of a run by one of these names. What each has to be exercised by is with it: a break that
nothing leans on does no harm.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from celery import Celery

from benchmarks.faults.plan import Shape
from benchmarks.faults.schedule import Fault
from pipelines.errors import EngineUnavailableError
from worker.search import bulk as bulks
from worker.search.bulk import BulkResult, BulkStatus
from worker.search.engine import SearchEngine
from worker.state import scripts
from worker.state.articles import Articles, SightingKind
from worker.state.outbox import Outbox

EVERY = 9
"""One of this many things is lost."""

CLAIM_CHECK = {"elseif has_live_claim(r) or not is_due(due, A.id, r) then": "elseif false then"}
TOKEN_CHECK = {"if r.token and r.token == A.token then return r end": "if next(r) then return r end"}
"""Text of the scripts in Redis, and what is put in its place."""

SMALL = Shape(articles=60, feeds=6, sites=3, span_s=20.0)
REVISED = replace(SMALL, revised_share=0.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """`break_it` patches the process. `faults`: what the run does; `shape`: what it publishes."""

    name: str
    what: str
    break_it: Callable[[], None]
    faults: tuple[Fault, ...] = ()
    shape: Shape = SMALL


def lose_a_sighting() -> None:
    """Forget one entry of nine before it is sighted; the feed's memory has it."""
    sight_all, counted = Articles.sight_all, itertools.count(1)

    def broken(self: Articles, listed: Sequence[Any], **how: Any) -> list[Any]:
        return sight_all(self, [each for each in listed if next(counted) % EVERY], **how)

    Articles.sight_all = broken  # type: ignore[method-assign]


def lose_an_outbox_line() -> None:
    """Take one document of nine out of the outbox without sending it."""
    peek, counted = Outbox.peek, itertools.count(1)

    def broken(self: Outbox, limit: int, **how: Any) -> list[Any]:
        found = peek(self, limit, **how)
        lost = [each for each in found if not next(counted) % EVERY]
        for each in lost:
            self._redis.hdel(self._scripts.key("outbox:docs"), each.article_id)
        return [each for each in found if each not in lost]

    Outbox.peek = broken  # type: ignore[method-assign]


def acknowledge_before_the_write() -> None:
    """Book a document as indexed although the engine has not answered."""
    write = SearchEngine.bulk

    def broken(self: SearchEngine, documents: Sequence[Any]) -> Any:
        try:
            found = write(self, documents)
        except EngineUnavailableError:
            return [BulkResult(each.article_id, each.version, BulkStatus.WRITTEN) for each in documents]
        return [replace(each, status=BulkStatus.WRITTEN) for each in found]

    SearchEngine.bulk = broken  # type: ignore[method-assign]


def drop_the_external_version() -> None:
    """Let the engine take whatever comes last, older or newer."""
    action = bulks._action

    def broken(sent: Any) -> dict[str, Any]:
        return {name: value for name, value in action(sent).items() if not name.startswith("version")}

    bulks._action = broken


def skip_the_alias_check() -> None:
    """Let every address of an article be an article of its own."""

    def broken(self: Articles, claim: Any, aliases: Any, **how: Any) -> str:
        return str(claim.article_id)

    Articles.claim_aliases = broken  # type: ignore[method-assign]


def forget_once_more() -> None:
    """Forget an entry that changes while its article is under way, without a trace in the books."""
    sight_all = Articles.sight_all

    def broken(self: Articles, listed: Sequence[Any], **how: Any) -> list[Any]:
        keys = [self._scripts.key(f"article:{each.address.article_id}") for each in listed]
        free = [each for each, key in zip(listed, keys, strict=True) if not self._redis.hget(key, "stage")]
        sightings = {found.article_id: found for found in (sight_all(self, free, **how) if free else [])}
        blank = [replace_kind(each) for each in listed]
        return [sightings.get(each.article_id, each) for each in blank]

    def replace_kind(listed: Any) -> Any:
        from worker.state import Sighting  # noqa: PLC0415  only broken workers need it

        return Sighting(article_id=listed.address.article_id, kind=SightingKind.KNOWN)

    Articles.sight_all = broken  # type: ignore[method-assign]


def skip_the_token_check() -> None:
    """Let a worker whose claim has lapsed change an article that another works on."""
    break_script(TOKEN_CHECK)


def skip_the_claim_check() -> None:
    """Give an article to each worker that asks, and let all of them end it; each message comes twice, as it may."""
    send = Celery.send_task

    def twice(self: Celery, *what: Any, **how: Any) -> Any:
        send(self, *what, **how)
        return send(self, *what, **how)

    Celery.send_task = twice
    break_script(CLAIM_CHECK | TOKEN_CHECK)


def break_script(texts: Mapping[str, str]) -> None:
    """Put other text into the scripts of Redis."""
    read = scripts._read

    def broken(name: str) -> str:
        text = read(name)
        for old, new in texts.items():
            text = text.replace(old, new)
        return text

    scripts._read = broken
    scripts.script_text.cache_clear()


def _at(at_s: float, kind: str, target: str, lasts_s: float = 0.0) -> Fault:
    return Fault(at_s=at_s, kind=kind, target=target, lasts_s=lasts_s)


CONTROLS = {
    control.name: control
    for control in (
        Control(
            name="sighting-lost", what="an entry is remembered as seen and never sighted", break_it=lose_a_sighting
        ),
        Control(name="outbox-line-lost", what="a document leaves the outbox unsent", break_it=lose_an_outbox_line),
        Control(
            name="ack-before-write",
            what="a document is booked before the engine has it",
            break_it=acknowledge_before_the_write,
            faults=(_at(12, "search", "503", 8),),
        ),
        Control(
            name="version-dropped",
            what="documents are written without their external version",
            break_it=drop_the_external_version,
            faults=(_at(10, "search", "late", 6), _at(18, "search", "late", 6)),
            shape=REVISED,
        ),
        Control(name="alias-unchecked", what="each address is an article", break_it=skip_the_alias_check),
        Control(
            name="once-more-forgotten",
            what="a change during the work on an article is forgotten",
            break_it=forget_once_more,
            faults=(_at(10, "search", "hang", 12),),
            shape=REVISED,
        ),
        Control(
            name="token-unchecked",
            what="a lapsed claim still counts",
            break_it=skip_the_token_check,
            faults=(_at(10, "stop", "io", 30.0),),
        ),
        Control(name="claim-unchecked", what="two workers do the same work", break_it=skip_the_claim_check),
    )
}
