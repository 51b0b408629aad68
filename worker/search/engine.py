"""Everything that kuzet asks of the search engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from elasticsearch.helpers import scan

from pipelines.errors import EngineRefusedError, EngineUnavailableError, QueryError
from pipelines.models import ArticleDocument, VersionedDocument
from pipelines.search.answer import SearchResult, collapsed_values, read_search, with_others
from pipelines.search.baselines import Baseline, Spans, build_baselines, read_baselines
from pipelines.search.body import build_others, build_search, build_selection, build_similar, collapsed_by
from pipelines.search.parts import Part, newest
from pipelines.search.request import Breadth, SearchRequest
from pipelines.search.selection import build_selected, build_selected_by, read_selected, read_selected_by
from pipelines.search.statistics import GROUPS, Period, Statistics, build_statistics, read_statistics
from pipelines.search.trends import Trends, build_trends, read_trends
from worker.search.article_index import ArticleIndex
from worker.search.bulk import BulkResult, write_documents
from worker.search.errors import engine_errors, no_index, reason_of, refusal


class SearchEngine(ArticleIndex):
    """Documents of the index, written and read one by one or many at once, and every kind of search.

    Reads go to all parts by one alias. A document is written to the part that has its article, else to the newest; the
    engine knows which that is, and nothing else does.
    """

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
