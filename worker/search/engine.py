"""Everything that kuzet asks of the search engine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch
from elasticsearch.helpers import scan

from config.settings import Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError, QueryError
from pipelines.models import ArticleDocument, VersionedDocument
from pipelines.search.answer import SearchResult, collapsed_values, read_search, with_others
from pipelines.search.baselines import Baseline, Spans, build_baselines, read_baselines
from pipelines.search.body import build_others, build_search, build_selection, build_similar, collapsed_by
from pipelines.search.parts import IndexNames, Part, PartName, newest
from pipelines.search.request import Breadth, SearchRequest
from pipelines.search.selection import build_selected, build_selected_by, read_selected, read_selected_by
from pipelines.search.statistics import GROUPS, Period, Statistics, build_statistics, read_statistics
from pipelines.search.trends import Trends, build_trends, read_trends
from worker.search.bulk import BulkResult, write_documents
from worker.search.connection import EngineAddress, Server, open_client
from worker.search.errors import FENCED, FULL_DISK, MAKE_ROOM, engine_errors, is_taken, no_index, reason_of, refusal
from worker.search.schema import Schema, read_schema

READY_POLL_S = 0.25
REPLACED = frozenset({"replaced_at", "replaced_by", "kept_until"})
"""What an index says of itself after another one has taken its place."""

_HUNSPELL = re.compile(r"hunspell dictionary(?: for locale)?:? ?\[?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHealth:
    """`problem` is empty when all is well, else a sentence for a person. `index`: the one that takes new articles."""

    address: str
    server: str = ""
    index: str = ""
    articles: int = 0
    problem: str = ""


class SearchEngine:
    """The index of articles, in parts (`pipelines.search.parts`): most have one, and a rollover begins the next.

    Reads go to all parts by one alias. A document is written to the part that has its article, else to the newest; the
    engine knows which that is, and nothing else does.

    The first call connects, and finds out which product answers. Every call raises EngineUnavailableError (try again
    later) or EngineRefusedError (a person has to act).
    **Warning**: not to be shared over a fork; build one in each process.
    """

    def __init__(self, address: EngineAddress, *, index: str, schema_folder: Path) -> None:
        self._address = address
        self._schema_folder = schema_folder
        self.read_alias = index
        self.names = IndexNames(index)
        self.write_alias = self.names.write_alias(PartName())
        self.first_index = self.names.index(PartName(), 1)

    @classmethod
    def connect(cls, settings: Settings) -> SearchEngine:
        """Take address and names from the settings. Opens no connection yet."""
        folder = settings.config / "search"
        return cls(EngineAddress.of(settings), index=settings.search_index, schema_folder=folder)

    # ------------------------------------------------------------ connection

    @cached_property
    def _opened(self) -> tuple[Elasticsearch, Server]:
        return open_client(self._address)

    @property
    def client(self) -> Elasticsearch:
        """The client itself, for what has no method here; use it inside `engine_errors`."""
        return self._opened[0]

    @property
    def server(self) -> Server:
        return self._opened[1]

    @property
    def address(self) -> str:
        return str(self._address)

    def close(self) -> None:
        if "_opened" in self.__dict__:
            self.client.close()
            del self.__dict__["_opened"]

    def wait_ready(self, *, timeout_s: float) -> Server:
        """Wait until the engine answers and can take an index; a refusal is not waited out."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                with engine_errors(self.address):
                    self.client.cluster.health(wait_for_status="yellow", timeout="1s")
            except EngineUnavailableError:
                if time.monotonic() > until:
                    raise
                time.sleep(READY_POLL_S)
            else:
                return self.server

    def health(self) -> EngineHealth:
        """Look at engine and index; never raises, for it is what `kuzet status` prints."""
        try:
            return self._healthy()
        except KuzetError as error:
            return EngineHealth(address=self.address, problem=str(error))

    def _healthy(self) -> EngineHealth:
        parts = self.parts()
        health = EngineHealth(address=self.address, server=str(self.server), index=parts[-1].index if parts else "")
        if not parts:
            return replace(health, problem="There is no index yet; the index worker makes it when it starts.")
        with engine_errors(self.address):
            status = self.client.cluster.health(index=[part.index for part in parts]).body["status"]
        if status == "red":
            return replace(health, problem="A part of the index is lost or not yet loaded (red).")
        blocks = filter(None, (self._block(part.index) for part in parts))
        return replace(health, articles=self.count(), problem=next(blocks, ""))

    def _block(self, index: str) -> str:
        with engine_errors(self.address):
            settings = self.client.indices.get_settings(index=index, flat_settings=True).body[index]["settings"]
        if settings.get("index.blocks.read_only_allow_delete") == "true":
            return f"{self.address}: {FULL_DISK}. {MAKE_ROOM}"
        is_closed = "true" in (settings.get("index.blocks.write"), settings.get("index.blocks.read_only"))
        return f"{self.address}: {FENCED}" if is_closed else ""

    # ------------------------------------------------------------ the index

    def schema(self, analysis: Mapping[str, Any]) -> Schema:
        return read_schema(self._schema_folder, analysis=analysis)

    def parts(self) -> tuple[Part, ...]:
        """Look which parts there are, the oldest first; none when there is no index."""
        return self.names.parts(self._aliases())

    def _aliases(self) -> dict[str, frozenset[str]]:
        """Return the indices of our name with the aliases of each."""
        with engine_errors(self.address):
            found = self.client.indices.get_alias(index=f"{self.read_alias}-*").body
        return {index: frozenset(described["aliases"]) for index, described in found.items()}

    def index_name(self) -> str:
        """Name the index of the newest part; empty when there is no index."""
        parts = self.parts()
        return parts[-1].index if parts else ""

    def ensure_index(self, analysis: Mapping[str, Any], *, missing: Callable[[], None] = lambda: None) -> str:
        """Make the index and its aliases unless they are there; return the name of the newest part's index.

        Safe to call from many processes at once, and at every start: an index that is there gets the fields it lacks.
        Raises EngineRefusedError when the dictionary is not on the node, or the index was made for other fields.
        """
        schema = self.schema(analysis)
        if not (parts := self._repaired()):
            missing()
            if not self._adopt_replaced():
                self._create_first(schema)
            parts = self._repaired()
        for part in parts:
            self._extend(part.index, schema)
        return parts[-1].index

    def _repaired(self) -> tuple[Part, ...]:
        """Bring back aliases that were deleted or moved by hand, and return the parts."""
        aliases = self._aliases()
        if not self.names.repairs(aliases):
            return self.names.parts(aliases)
        with engine_errors(self.address):
            found = self.client.indices.get_mapping(index=f"{self.read_alias}-*").body
        replaced = {name for name, made in found.items() if made["mappings"].get("_meta", {}).get("replaced_at")}
        if changes := self.names.repairs(aliases, replaced=replaced):
            with engine_errors(self.address):
                self.client.indices.update_aliases(actions=[change.action for change in changes])
        return self.parts()

    def create_index(self, name: str, schema: Schema, *, aliases: Mapping[str, Any], **settings: object) -> None:
        """Create an index by the schema. Raises EngineRefusedError with the way out when the dictionary is missing."""
        try:
            self.client.indices.create(
                index=name,
                settings=schema.index_settings(**settings),
                mappings=schema.index_mapping(),
                aliases=dict(aliases),
            )
        except ApiError as error:
            self._explain_creation(error)
            raise

    def _create_first(self, schema: Schema) -> None:
        aliases: dict[str, Any] = {self.read_alias: {}, self.write_alias: {"is_write_index": True}}
        try:
            with engine_errors(self.address):
                self.create_index(self.first_index, schema, aliases=aliases)
        except EngineRefusedError as error:
            if not is_taken(error):  # else another process made it first
                raise

    def _adopt_replaced(self) -> bool:
        """Let the index that was replaced last be live again, when no other is left; it has most of the articles."""
        with engine_errors(self.address):
            found = self.client.indices.get_mapping(index=f"{self.read_alias}-*").body
            meta = {name: made["mappings"].get("_meta", {}) for name, made in found.items()}
            own = [name for name in meta if self.names.generation_of(name)]
            last = max(own, key=lambda name: float(meta[name].get("replaced_at", 0)), default="")
            if not last:
                return False
            live = {word: value for word, value in meta[last].items() if word not in REPLACED}
            self.client.indices.put_settings(index=last, settings={"index.blocks.write": None})
            self.client.indices.put_mapping(index=last, meta=live)
        return True

    def _extend(self, index: str, schema: Schema) -> None:
        """Give a live index the fields it lacks; one with a field of another type takes none of our documents."""
        made_for = self.made_for(index)
        if schema.fields_hash in (made_for.get("fields"), made_for.get("extended")):
            return
        live = self._properties(index)
        if foreign := schema.foreign_fields(live):
            raise self._needs_reindex(index, ", ".join(foreign))
        analyzers = self._analyzers(index)
        is_whole = not schema.changed_fields(live) and schema.has_analyzers(analyzers)
        meta = {**made_for, "fields" if is_whole else "extended": schema.fields_hash}
        lacking = schema.new_fields(live, analyzers=analyzers)
        try:
            with engine_errors(self.address):
                self.client.indices.put_mapping(index=index, properties=lacking, meta=meta)
        except EngineRefusedError as error:
            if isinstance(error.__cause__, BadRequestError):
                raise self._needs_reindex(index, error.problem) from error
            raise

    def _needs_reindex(self, index: str, what: str) -> EngineRefusedError:
        problem = f"the index {index} has other fields than config/search asks for ({what})"
        return EngineRefusedError(self.address, problem, remedy="Run `kuzet reindex`.")

    def made_for(self, index: str) -> dict[str, str]:
        """Read which mapping (`fields`) and analysis (`words`) an index was made for.

        `extended`: a later mapping whose new fields it has got, though others are still as they were.
        """
        with engine_errors(self.address):
            live = self.client.indices.get_mapping(index=index).body[index]["mappings"]
        return dict(live.get("_meta", {}))

    def outdated(self, analysis: Mapping[str, Any]) -> list[str]:
        """Say in what the index differs from what this version of kuzet makes; `kuzet reindex` brings it up."""
        schema = self.schema(analysis)
        found = (sentence for part in self.parts() for sentence in self._outdated(part.index, schema))
        return [*dict.fromkeys(found)]

    def _outdated(self, index: str, schema: Schema) -> Iterator[str]:
        made_for = self.made_for(index)
        if made_for.get("fields") != schema.fields_hash and (changed := schema.changed_fields(self._properties(index))):
            yield f"The fields {', '.join(changed)} are other than config/search asks for"
        if made_for.get("words") != schema.words_hash:
            yield "Older articles are found by an older dictionary or analysis"

    def is_current(self, analysis: Mapping[str, Any]) -> bool:
        """Whether the index is as this version of kuzet would make it, but for fields that can be added."""
        return bool(self.index_name()) and not self.outdated(analysis)

    def _analyzers(self, index: str) -> frozenset[str]:
        """Return the analyzers that the settings of an index define; others cannot be added to it."""
        with engine_errors(self.address):
            settings = self.client.indices.get_settings(index=index).body[index]["settings"]["index"]
        return frozenset(settings.get("analysis", {}).get("analyzer", {}))

    def _properties(self, index: str) -> dict[str, Any]:
        with engine_errors(self.address):
            live = self.client.indices.get_mapping(index=index).body[index]["mappings"]
        return dict(live.get("properties", {}))

    def _explain_creation(self, error: ApiError) -> None:
        described = error.body.get("error") if isinstance(error.body, dict) else None
        reason = reason_of(described) if isinstance(described, dict) else ""
        if named := _HUNSPELL.search(reason):
            raise EngineRefusedError(
                self.address,
                f"it has no dictionary {named[1]}",
                remedy="Put it into config/hunspell of every node with `kuzet dictionaries build DIR`.",
            ) from error

    # ------------------------------------------------------------ documents

    def bulk(self, documents: Sequence[VersionedDocument[Any]]) -> list[BulkResult]:
        """Write documents by their versions; one result each, in their order (see worker.search.bulk).

        Each goes to the part that has its article. After a rollover in between, those that were written already are
        found `present`.
        """
        if not documents:
            return []
        parts = self.parts()
        try:
            return self._write(documents, parts)
        except EngineRefusedError:
            now = self.parts()
            if [part.alias for part in now] == [part.alias for part in parts]:
                raise
            return self._write(documents, now)

    def _write(self, documents: Sequence[VersionedDocument[Any]], parts: Sequence[Part]) -> list[BulkResult]:
        last = newest(parts)
        alias = last.alias if last else self.write_alias
        elsewhere = self._earlier_parts({one.article_id for one in documents}, parts)
        with engine_errors(self.address):
            return write_documents(self.client, documents, alias=alias, elsewhere=elsewhere, address=self.address)

    def _earlier_parts(self, article_ids: Iterable[str], parts: Sequence[Part]) -> dict[str, str]:
        """Return id → alias of the part for articles that one before the newest has."""
        alias_of = {part.index: part.alias for part in parts if not part.takes_new}
        return {found["_id"]: alias_of[found["_index"]] for found in self._stored(article_ids, alias_of, source=False)}

    def _stored(
        self, article_ids: Iterable[str], indices: Iterable[str], *, source: bool = True
    ) -> list[Mapping[str, Any]]:
        """Read articles from indices, searchable yet or not; what an index does not have is left out."""
        ids = [*article_ids]
        wanted = [{"_index": index, "_id": one} for index in indices for one in ids]
        if not wanted:
            return []
        with engine_errors(self.address):
            answers = self.client.mget(docs=wanted, source=source).body["docs"]
        for answer in answers:
            if "error" in answer:
                raise EngineUnavailableError(
                    self.address, f"it could not read an article ({reason_of(answer['error'])})"
                )
        return [answer for answer in answers if answer.get("found")]

    def get(self, article_id: str) -> ArticleDocument | None:
        """Read the newest document of an article, searchable yet or not."""
        found = self._get(article_id)
        return VersionedDocument(article_id, found["_version"], found["_source"]) if found else None

    def _get(self, article_id: str) -> Mapping[str, Any] | None:
        if not (parts := self.parts()):
            raise no_index(self.address)
        found = self._stored([article_id], [part.index for part in parts])
        return max(found, key=lambda one: int(one["_version"]), default=None)

    def story_of(self, article_id: str) -> str:
        """Return the story that an article's document names; empty without one."""
        stored = self.get(article_id)
        return stored.document.get("story", "") if stored else ""

    def delete(self, article_id: str) -> bool:
        """Delete an article's document for good; whether there was one."""
        return sum(self._delete(article_id, part) for part in self.parts()) > 0

    def _delete(self, article_id: str, part: Part) -> bool:
        with engine_errors(self.address):
            answer = self.client.options(ignore_status=404).delete(index=part.alias, id=article_id).body
        if "error" in answer:
            raise EngineUnavailableError(self.address, f"{part.index} was rolled over this moment")
        return bool(answer.get("result") == "deleted")

    def delete_older(self, before: datetime, *, limit: int) -> int:
        """Delete at most `limit` articles that came in before the moment; return how many went.

        One that is written at the same time is left for the next call.
        """
        query = {"range": {"observed_at": {"lt": before.isoformat()}}}
        with engine_errors(self.address):
            answer = self.client.delete_by_query(
                index=self.read_alias, query=query, max_docs=limit, conflicts="proceed", refresh=True
            )
        return int(answer.body["deleted"])

    def count(self, request: SearchRequest | None = None, *, now: datetime | None = None) -> int:
        """How many searchable articles there are, or how many a request selects."""
        body = build_selection(request or SearchRequest(), now=now or datetime.now(UTC))
        with engine_errors(self.address):
            return int(self.client.count(index=self.read_alias, query=body["query"]).body["count"])

    def ids_by_address(self, pattern: str, *, limit: int) -> list[str]:
        """Return ids of articles whose whole address matches the regular expression, newest first."""
        query = {"regexp": {"url": {"value": pattern, "flags": "NONE"}}}
        sort = [{"observed_at": "desc"}, {"id": "asc"}]
        with engine_errors(self.address):
            found = self.client.search(index=self.read_alias, query=query, sort=sort, size=limit, source=False).body
        return [hit["_id"] for hit in found["hits"]["hits"]]

    def refresh(self) -> None:
        """Make searchable what has been written."""
        with engine_errors(self.address):
            self.client.indices.refresh(index=self.read_alias)

    # ------------------------------------------------------------ searching

    def search(self, request: SearchRequest, *, now: datetime | None = None) -> SearchResult:
        """Search, with facets, highlights and paging. Raises QueryError for what cannot be asked.

        With Breadth.ALL_OR_MOST, a first page without an article is asked for once more, by most of the words.
        """
        moment = now or datetime.now(UTC)
        result = self._found(request, now=moment)
        if result.total or request.after or request.breadth is not Breadth.ALL_OR_MOST:
            return result
        most = self._found(replace(request, breadth=Breadth.MOST), now=moment)
        return replace(most, relaxed=True) if most.total or most.did_you_mean else result

    def _found(self, request: SearchRequest, *, now: datetime) -> SearchResult:
        found = read_search(self._rank(build_search(request, now=now)), request=request, now=now)
        field = collapsed_by(request)
        if not (field and (values := collapsed_values(found, field))):
            return found
        return with_others(found, self._ask(build_others(request, values, now=now)), field=field)

    def keys_of(self, words: Iterable[str]) -> dict[str, set[str]]:
        """Return what the index looks words of a query up by: lemmas, related words, and the words as written."""
        found: dict[str, set[str]] = {}
        index = self.index_name() or self.read_alias
        with engine_errors(self.address):
            for word in dict.fromkeys(words):
                answers = [
                    self.client.indices.analyze(index=index, analyzer=analyzer, text=word)
                    for analyzer in ("typed_words", "typed_exact")
                ]
                found[word] = {token["token"] for answer in answers for token in answer["tokens"]}
        return found

    def more_like_this(self, article_id: str, *, size: int = 10) -> SearchResult:
        """Articles about the same; reprints of the article itself are left out."""
        stored = self._get(article_id)
        if stored is None:
            raise QueryError(article_id, "there is no such article in the index")
        same_text = stored["_source"].get("same_text", "")
        body = build_similar(article_id, index=stored["_index"], same_text=same_text, size=size)
        request = SearchRequest(size=size, facets=(), histogram=False)
        return read_search(self._rank(body), request=request, now=datetime.now(UTC))

    def statistics(self, request: SearchRequest, period: Period) -> Statistics:
        """Count what a request selects in a period and before it, by day and by group."""
        return read_statistics(self._ask(build_statistics(request, period, now=datetime.now(UTC))), period)

    def trends(self, request: SearchRequest, period: Period) -> Trends:
        """Count what a request selects in a period by topic and day, and by place."""
        return read_trends(self._ask(build_trends(request, period, now=datetime.now(UTC))), period)

    def compared(
        self, request: SearchRequest, period: Period, *, groups: Iterable[str] = GROUPS
    ) -> tuple[Statistics, Trends]:
        """Return `statistics` and `trends` of one request, asked for at once."""
        now = datetime.now(UTC)
        counts = build_statistics(request, period, now=now, groups=groups)
        counted, by_day = self._ask_each((counts, build_trends(request, period, now=now)))
        return read_statistics(counted, period), read_trends(by_day, period)

    def statistics_of_each(
        self, requests: Iterable[SearchRequest], period: Period, *, groups: Iterable[str] = GROUPS
    ) -> list[Statistics]:
        """Return the `statistics` of several requests, asked for at once."""
        now = datetime.now(UTC)
        answers = self._ask_each(build_statistics(request, period, now=now, groups=groups) for request in requests)
        return [read_statistics(answer, period) for answer in answers]

    def baselines(
        self, spans: Spans, *, topics: Iterable[str], regions: Iterable[str]
    ) -> dict[tuple[str, str], Baseline]:
        """Count the reports of topics in regions now and in the same hours of the weeks before."""
        return read_baselines(self._ask(build_baselines(spans, topics=topics, regions=regions)), spans)

    def selected(self, article_ids: Sequence[str], request: SearchRequest) -> dict[str, bool]:
        """Return id → whether the request selects it; an article that is not yet searchable is missing."""
        answer = self._ask(build_selected(article_ids, request, now=datetime.now(UTC)))
        return read_selected(answer["hits"]["hits"])

    def selected_by(
        self, article_ids: Sequence[str], requests: Mapping[str, SearchRequest]
    ) -> dict[str, frozenset[str]]:
        """Return id → names of the requests that select it; an article that is not yet searchable is missing."""
        answer = self._ask(build_selected_by(article_ids, requests, now=datetime.now(UTC)))
        return read_selected_by(answer)

    def scan(
        self, request: SearchRequest, *, batch: int = 500, now: datetime | None = None, in_order: bool = False
    ) -> Iterator[ArticleDocument]:
        """Every article a request selects, whole, in no order: for export, retag and rebuilding state.

        in_order: by time of publication, which costs the engine more.
        """
        query = build_selection(request, now=now or datetime.now(UTC))
        order = {"sort": ["published_at", "id"]} if in_order else {}
        with engine_errors(self.address):
            for hit in scan(
                self.client,
                query=query | order,
                index=self.read_alias,
                size=batch,
                version=True,
                preserve_order=in_order,
            ):
                yield VersionedDocument(hit["_id"], hit["_version"], hit["_source"])

    def _rank(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask for hits by relevance: a word is as rare as it is in all parts. One part alone is asked as ever."""
        return self._ask({**body, "search_type": "dfs_query_then_fetch"})

    def _ask(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        with engine_errors(self.address):
            answer: Mapping[str, Any] = self.client.search(index=self.read_alias, **_arguments(body)).body
        return answer

    def _ask_each(self, bodies: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Ask several searches in one request. Raises the error of the first that failed."""
        lines: list[Mapping[str, Any]] = [line for body in bodies for line in ({}, body)]
        with engine_errors(self.address):
            answered = self.client.msearch(index=self.read_alias, searches=lines).body
        answers: list[Mapping[str, Any]] = answered["responses"]
        for answer in answers:
            if "error" in answer:
                raise refusal(self.address, status=answer["status"], error=answer["error"])
        return answers


def _arguments(body: Mapping[str, Any]) -> dict[str, Any]:
    """Name the parts of a search body as the client does."""
    names = {"_source": "source", "from": "from_"}
    return {names.get(name, name): value for name, value in body.items()}
