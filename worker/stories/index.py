"""`kuzet-stories`: one document a story, a copy of what Redis says, for lists, the desk and Kibana."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from elasticsearch import BadRequestError, NotFoundError

from config.settings import HERE, Settings
from pipelines.errors import EngineRefusedError
from pipelines.models import VersionedDocument
from pipelines.stories.story import StoryDocument
from worker.files.layers import Layers
from worker.health.index import read_schema
from worker.search.bulk import BulkResult, write_documents
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors

SCHEMA_FILE = "stories.json"
MOST_STORIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRequest:
    """Which stories, the last changed first. filters: field → values, any of which will do. least: of families."""

    since: datetime | None = None
    until: datetime | None = None
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    least_families: int = 1
    least_articles: int = 1
    size: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStories:
    total: int
    stories: tuple[StoryDocument, ...]


class StoryIndex:
    """The alias `kuzet-stories` with one plain index behind it, which is made when it is first written to."""

    def __init__(self, engine: SearchEngine, schema_file: Path) -> None:
        self._engine = engine
        self._schema_file = schema_file
        self.alias = f"{engine.read_alias}-stories"
        self.index = f"{self.alias}-1"
        self._is_there = False

    @classmethod
    def connect(cls, settings: Settings, engine: SearchEngine) -> StoryIndex:
        """Opens no connection of its own. A config folder without the schema is read with ours."""
        own = Layers.of(settings) / f"search/{SCHEMA_FILE}"
        return cls(engine, own if own.exists() else HERE / "search" / SCHEMA_FILE)

    def is_there(self) -> bool:
        """True if the index is there, as far as this process knows."""
        with engine_errors(self._engine.address):
            return self._is_there or bool(self._engine.client.indices.exists_alias(name=self.alias, index=self.index))

    def ensure(self) -> None:
        """Make the index unless it is there, and give it the fields it lacks."""
        if self._is_there:
            return
        schema, client = read_schema(self._schema_file), self._engine.client
        with engine_errors(self._engine.address):
            if self.is_there():
                client.indices.put_mapping(index=self.index, properties=schema["mappings"]["properties"])
            else:
                self._create(schema)
        self._is_there = True

    def _create(self, schema: dict[str, Any]) -> None:
        client = self._engine.client
        try:
            client.indices.create(index=self.index, aliases={self.alias: {"is_write_index": True}}, **schema)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            client.indices.put_alias(index=self.index, name=self.alias, is_write_index=True)

    def write(self, documents: Sequence[VersionedDocument[StoryDocument]]) -> list[BulkResult]:
        """Write documents by their versions. Raises EngineRefusedError once when somebody has deleted the index."""
        if not documents:
            return []
        self.ensure()
        try:
            with engine_errors(self._engine.address):
                return write_documents(self._engine.client, documents, alias=self.alias, address=self._engine.address)
        except EngineRefusedError:
            self._is_there = False  # the next call looks again
            raise

    def delete(self, story_id: str) -> None:
        self.ensure()
        with engine_errors(self._engine.address):
            self._engine.client.options(ignore_status=404).delete(index=self.alias, id=story_id)

    def get(self, story_id: str) -> StoryDocument | None:
        """Return a story's document, searchable yet or not."""
        with engine_errors(self._engine.address):
            try:
                found = self._engine.client.get(index=self.alias, id=story_id).body
            except NotFoundError:
                return None
        return cast("StoryDocument", found["_source"])

    def search(self, request: StoryRequest) -> FoundStories:
        """Return the stories that a request selects; none when no story was ever written."""
        with engine_errors(self._engine.address):
            try:
                found = self._engine.client.search(
                    index=self.alias,
                    query=_query(request),
                    sort=[{"updated_at": "desc"}, {"id": "asc"}],
                    size=request.size,
                    track_total_hits=True,
                ).body["hits"]
            except NotFoundError:
                return FoundStories(total=0, stories=())
        stories = tuple(cast("StoryDocument", hit["_source"]) for hit in found["hits"])
        return FoundStories(total=found["total"]["value"], stories=stories)

    def each(self, request: StoryRequest) -> Iterator[StoryDocument]:
        """Yield all stories that a request selects, the last changed first; its size is how many come at once."""
        until = request.until
        seen: set[str] = set()
        while found := self.search(replace(request, until=until)).stories:
            fresh = [story for story in found if story["id"] not in seen]
            if not fresh:
                return
            yield from fresh
            seen |= {story["id"] for story in fresh}
            until = datetime.fromisoformat(found[-1]["updated_at"]) + timedelta(milliseconds=1)  # it is left out

    def refresh(self) -> None:
        """Make searchable what has been written."""
        with engine_errors(self._engine.address):
            self._engine.client.options(ignore_status=404).indices.refresh(index=self.alias)


def _query(request: StoryRequest) -> dict[str, Any]:
    ends: dict[str, Any] = {}
    if request.since:
        ends["gte"] = request.since.isoformat()
    if request.until:
        ends["lt"] = request.until.isoformat()
    clauses: list[dict[str, Any]] = [{"terms": {name: list(values)}} for name, values in request.filters.items()]
    clauses += [{"range": {"updated_at": ends}}] if ends else []
    clauses += [{"range": {"corroboration": {"gte": request.least_families}}}]
    clauses += [{"range": {"articles": {"gte": request.least_articles}}}]
    return {"bool": {"filter": clauses}}
