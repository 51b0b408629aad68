"""`kuzet watch`: articles as they become searchable."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer
from redis.exceptions import ConnectionError as BrokerAwayError
from redis.exceptions import TimeoutError as BrokerSilentError
from rich.text import Text

from pipelines.errors import EngineUnavailableError
from pipelines.search.request import SearchRequest
from worker.answers.selection import Selection
from worker.answers.wording import duration, local_time
from worker.cli.console import err, print_json, warn
from worker.cli.labels import names
from worker.cli.listing import severity_mark, show_listed
from worker.cli.selecting import selecting
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import Event

commands = typer.Typer()

AWAY = (BrokerAwayError, BrokerSilentError, EngineUnavailableError)
BLOCK_MS = 2_000
RETRY_S = 1.0
SEARCHABLE_AFTER_S = 15.0
"""A node refreshes an index late that was not searched for a while."""
REFRESHED_AFTER_S = 3.0
"""Three times the index's refresh interval."""
BATCH = 100


@commands.command("watch")
@selecting
def watch(
    query: Annotated[str, typer.Argument(help="As in `kuzet search`: only articles it finds.")] = "",
    *,
    chosen: Selection,
    everything: Annotated[bool, typer.Option("--all", help="Also articles without a topic.")] = False,
    last: Annotated[int, typer.Option("--last", metavar="N", min=0, help="Begin with the last N articles.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show articles as they become searchable, until Ctrl-C; with a query or filters, those that search would find.

    It survives a restart of the watch, and says so when it fell too far behind.

    Example: kuzet watch --topic drugs --region Turkestan --last 5
    """
    runtime = open_runtime()
    request = chosen.resolved(runtime, warn=warn).request(query)
    arrivals = Arrivals(runtime, request, only_topics=not (everything or query or chosen.filters))
    try:
        greet(arrivals.runtime, as_json=as_json)
        for event in arrivals.begin(last):
            show_event(event, as_json=as_json)
        for event in arrivals.come():
            show_event(event, as_json=as_json)
    except KeyboardInterrupt:
        return


@dataclass(slots=True)
class Arrivals:
    """The articles a person wants to see, in the order they came. `position` is the last event that was looked at."""

    runtime: Runtime
    request: SearchRequest
    only_topics: bool
    position: str = ""
    _waiting: list[Event] = field(default_factory=list)

    def begin(self, count: int) -> list[Event]:
        """Return the last `count` wanted articles, oldest first; `come` goes on after them."""
        events = self.runtime.state.events
        self.position = events.last_id()
        latest = (event for event in events.latest() if is_article(event))
        return [*islice(self._wanted_of(latest), count)][::-1] if count else []

    def come(self) -> Iterator[Event]:
        """Yield what comes, for ever. While the watch is away, wait for it."""
        while True:
            try:
                yield from self._next()
            except AWAY:
                self._reconnect()

    def _next(self) -> Iterator[Event]:
        events = self.runtime.state.events
        if events.missed(self.position):
            warn("you fell behind and some articles went by; `kuzet search --sort time` shows them")
        block_ms = BLOCK_MS if not self._waiting else int(RETRY_S * 1000)
        found = events.read(self.position, block_ms=block_ms, limit=BATCH)
        wanted = self._select([*self._waiting, *filter(is_article, found)])
        self.position = found[-1].id if found else self.position
        yield from wanted

    def _select(self, events: list[Event]) -> list[Event]:
        """Return the wanted ones; those that are not searchable yet are looked at again next time."""
        if not self._asks_index:
            return [event for event in events if event.data.get("topics") or not self.only_topics]
        selected, now = self._selected(events), self.runtime.now()
        self._waiting = [event for event in events if is_undecided(event, selected, now=now)]
        return [event for event in events if selected.get(event.subject)]

    def _wanted_of(self, events: Iterator[Event]) -> Iterator[Event]:
        while batch := [*islice(events, BATCH)]:
            if self._asks_index:
                selected = self._selected(batch)
                yield from (event for event in batch if selected.get(event.subject))
            else:
                yield from (event for event in batch if event.data.get("topics") or not self.only_topics)

    @property
    def _asks_index(self) -> bool:
        request = self.request
        return bool(request.text or request.filters or request.since or request.until)

    def _selected(self, events: Sequence[Event]) -> dict[str, bool]:
        ids = list(dict.fromkeys(event.subject for event in events))
        return self.runtime.search.selected(ids, self.request) if ids else {}

    def _reconnect(self) -> None:
        """Wait until a watch runs on the data folder again; its engines may have other addresses now."""
        err.print("The watch is away; waiting for it to come back …", style="yellow")
        while True:
            time.sleep(RETRY_S)
            try:
                runtime = open_runtime()
                runtime.redis.ping()
            except AWAY:
                continue
            self.runtime = runtime
            err.print("It is back.", style="green")
            return


def is_undecided(event: Event, selected: Mapping[str, bool], *, now: float) -> bool:
    """Whether the index may not have these words yet: not the article, or only its revision before."""
    if event.kind == "article.revised" and selected.get(event.subject) is False:
        return now - event.at < REFRESHED_AFTER_S
    return event.subject not in selected and now - event.at < SEARCHABLE_AFTER_S


def is_article(event: Event) -> bool:
    return event.kind.startswith("article.")


def greet(runtime: Runtime, *, as_json: bool) -> None:
    """Say on standard error that it works, and how long ago the last article came."""
    if as_json:
        return
    now = runtime.now()
    newest = next((event for event in runtime.state.events.latest() if is_article(event)), None)
    came = f"the last article came {duration(max(now - newest.at, 0))} ago" if newest else "no article has come yet"
    err.print(f"Watching since {local_time(now)}; {came}. Ctrl-C ends it.", style="dim")


def show_event(event: Event, *, as_json: bool) -> None:
    data = event.data
    if as_json:
        print_json({"id": event.subject, "event": event.kind, "at": event.at, **data})
        return
    revised = Text("revised ", style="magenta") if event.kind == "article.revised" else Text()
    title = Text(data.get("title", ""), style="bold")
    show_listed(
        Text.assemble(severity_mark(data.get("severity")), revised, title),
        when=local_time(event.at),
        url=data.get("url", ""),
        article_id=event.subject,
        facts=[
            data.get("source"),
            names().listed("topic", data.get("topics", [])),
            names().listed("region", data.get("regions", [])),
        ],
        lines=[Text(data["why"], style="dim")] if data.get("why") else (),
    )
