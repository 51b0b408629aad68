"""New articles as they come, by server-sent events: a page says «5 new», and moves nothing by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from redis.exceptions import RedisError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from pipelines.errors import KuzetError
from pipelines.search.request import SearchRequest, Sort
from worker.desk.asked import read_asked, tagged_only
from worker.desk.desk import Desk
from worker.desk.visits import read_visit
from worker.state import Event

LOOK_S = 2.0
SAY_AFTER_S = 14.0
"""A connection that says nothing is closed by proxies after a while."""
MOST_LISTENERS = 50
BATCH = 200


@dataclass(slots=True)
class Arrivals:
    """The articles that one page has not shown yet. `undecided` are not searchable yet."""

    desk: Desk
    request: SearchRequest
    position: str
    undecided: dict[str, Event] = field(default_factory=dict)
    arrived: set[str] = field(default_factory=set)

    def look(self) -> int:
        """Read what has happened, and return how many articles are new."""
        events = self.desk.runtime.state.events.read(self.position, limit=BATCH)
        self.position = events[-1].id if events else self.position
        self.undecided |= {event.subject: event for event in events if event.kind.startswith("article.")}
        if self.undecided:
            selected = self.desk.runtime.search.selected([*self.undecided], self.request)
            self.arrived |= {article for article, is_wanted in selected.items() if is_wanted}
            self.undecided = {
                article: event
                for article, event in self.undecided.items()
                if article not in selected and self.desk.runtime.now() - event.at < SAY_AFTER_S
            }
        return len(self.arrived)


LISTENERS: set[int] = set()


def events(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers the stream of new articles."""

    async def answer(request: Request) -> Response:
        visit = await run_in_threadpool(read_visit, desk, request, {})
        if visit.visitor is None:
            return PlainTextResponse("Sign in first.", status_code=401)
        if len(LISTENERS) >= MOST_LISTENERS:
            return PlainTextResponse("Too many pages listen.", status_code=503, headers={"retry-after": "60"})
        pairs = [pair for pair in visit.pairs if pair[0] != "from"]
        position = visit.one("from") or "0-0"
        try:
            asked = await run_in_threadpool(
                lambda: tagged_only(read_asked(desk.runtime, pairs, now=visit.now, default=Sort.TIME))
            )
        except (KuzetError, RedisError) as error:
            return PlainTextResponse(str(error), status_code=400)
        arrivals = Arrivals(desk, asked.request(), position)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(stream(arrivals, request), media_type="text/event-stream", headers=headers)

    return answer


async def stream(arrivals: Arrivals, request: Request) -> AsyncIterator[str]:
    """Yield the number of new articles whenever it grows, and a remark when nothing was said for long."""
    me, shown, quiet_s = id(arrivals), 0, 0.0
    LISTENERS.add(me)
    try:
        while not await request.is_disconnected():
            count = await _look(arrivals, shown)
            if count > shown:
                shown, quiet_s = count, 0.0
                yield f"event: arrived\ndata: {json.dumps({'count': count})}\n\n"
            elif quiet_s >= SAY_AFTER_S:
                quiet_s = 0.0
                yield ": here\n\n"
            await asyncio.sleep(LOOK_S)
            quiet_s += LOOK_S
    finally:
        LISTENERS.discard(me)


async def _look(arrivals: Arrivals, shown: int) -> int:
    """Look; while the watch is away, nothing is new."""
    try:
        return await run_in_threadpool(arrivals.look)
    except (KuzetError, RedisError):
        return shown
