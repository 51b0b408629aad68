"""The second index: polls, feed states and outcomes as documents, so that Kibana shows health too.

It is a copy of what Redis says, bounded by age, and may be deleted at any time: the next call writes it anew, as far
back as Redis remembers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from elasticsearch import BadRequestError

from config.settings import Settings
from pipelines.errors import EngineRefusedError
from pipelines.models import Feed
from worker.files.text import read_json
from worker.health.documents import PollDocument, account_documents, feed_documents
from worker.search.bulk import BulkStatus, write_documents
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors
from worker.state import State

KEEP_DAYS = 90
SETTLING_DAYS = 3
"""Outcomes are booked on the day of the sighting; older days have nothing under way any more."""


class PollIndex:
    """`kuzet-polls`: an alias with one plain index behind it, which is made when it is first written to.

    Remembers what it wrote, to write only what changed; another process that writes the same does no harm.
    """

    def __init__(self, engine: SearchEngine, schema_file: Path) -> None:
        self._engine = engine
        self._schema_file = schema_file
        self._written: dict[str, Mapping[str, Any]] = {}
        self.alias = f"{engine.read_alias}-polls"
        self.index = f"{self.alias}-1"  # never six digits: those are the generations of the article index

    @classmethod
    def connect(cls, settings: Settings, engine: SearchEngine) -> PollIndex:
        """Opens no connection of its own."""
        return cls(engine, settings.config / "search" / "polls.json")

    def ensure(self) -> None:
        """Make the index unless it is there, and give it the fields it lacks.

        Raises EngineRefusedError when a field has another type there.
        """
        schema = read_schema(self._schema_file)
        client = self._engine.client
        with engine_errors(self._engine.address):
            if client.indices.exists_alias(name=self.alias, index=self.index):
                self._extend(schema["mappings"]["properties"])
                return
            self._written = {}
            try:
                client.indices.create(index=self.index, aliases={self.alias: {"is_write_index": True}}, **schema)
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
                client.indices.put_alias(index=self.index, name=self.alias, is_write_index=True)

    def _extend(self, properties: Mapping[str, Any]) -> None:
        try:
            self._engine.client.indices.put_mapping(index=self.index, properties=dict(properties))
        except BadRequestError as error:
            raise EngineRefusedError(
                self._engine.address,
                f"the index {self.index} has other fields than {self._schema_file.name} asks for",
                remedy=f"Delete {self.index}; it is a copy and is written anew.",
            ) from error

    def write(self, documents: Iterable[PollDocument]) -> int:
        """Write what is new or changed, and return how many that was. The index must be there."""
        changed = [one for one in documents if self._written.get(one.article_id) != one.document]
        if not changed:
            return 0
        with engine_errors(self._engine.address):
            results = write_documents(self._engine.client, changed, alias=self.alias, address=self._engine.address)
        for result in results:
            if result.status is BulkStatus.REJECTED:
                raise EngineRefusedError(
                    self._engine.address, f"it refused a document of {self.alias}: {result.detail}"
                )
        done = {result.article_id for result in results if result.status is not BulkStatus.RETRY}
        self._written |= {one.article_id: one.document for one in changed if one.article_id in done}
        return sum(result.status is BulkStatus.WRITTEN for result in results)

    def forget(self, *, keep: Iterable[str]) -> None:
        """Remember only what will be said again; the rest would pile up."""
        kept = set(keep)
        self._written = {name: document for name, document in self._written.items() if name in kept}

    def prune(self, *, now: float, keep_days: int = KEEP_DAYS) -> int:
        """Delete what is older, and return how many documents that was."""
        before = datetime.fromtimestamp(now, UTC) - timedelta(days=keep_days)
        client = self._engine.client
        with engine_errors(self._engine.address):
            if not client.indices.exists_alias(name=self.alias):
                return 0
            old = {"range": {"at": {"lt": before.isoformat()}}}
            answer = client.delete_by_query(index=self.alias, query=old, conflicts="proceed", refresh=True)
        return int(answer.body["deleted"])


def write_health(state: State, feeds: Iterable[Feed], *, index: PollIndex, now: float) -> int:
    """Write how feeds and sightings are doing into the index; return how many documents that took.

    To be called about once a minute: Redis remembers the last 30 polls of a feed. Raises EngineUnavailableError or
    EngineRefusedError; the next call makes up for what this one could not write.
    """
    index.ensure()
    documents = list(_documents(state, list(feeds), now=now))
    written = index.write(documents)
    index.forget(keep=(one.article_id for one in documents))
    return written


def _documents(state: State, feeds: Sequence[Feed], *, now: float) -> Iterator[PollDocument]:
    families = {feed.source: feed.family for feed in feeds}
    snapshots = state.feeds.snapshots(feed.id for feed in feeds if feed.enabled)
    for feed in feeds:
        if snapshot := snapshots.get(feed.id):
            yield from feed_documents(snapshot, feed, now=now)
    for account in state.outcomes.audit(now=now, days=SETTLING_DAYS).accounts:
        yield from account_documents(account, family=families.get(account.source, ""), now=now)


def read_schema(file: Path) -> dict[str, Any]:
    """Read settings and mappings of the index."""
    schema = read_json(file)
    return {"settings": schema["settings"], "mappings": schema["mappings"]}
