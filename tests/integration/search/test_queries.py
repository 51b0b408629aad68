"""Searching a small index on the real node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import Settings
from pipelines.errors import QueryError
from pipelines.models import Article, Context, Extraction, Figure, Place, PublishedFrom, Severity, Tagging
from pipelines.search.documents import build_document
from pipelines.search.request import SearchRequest, Sort
from tests.support.builders import SentDocument
from tests.support.short_analysis import short_analysis
from worker.search.engine import SearchEngine

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ANALYSIS = short_analysis("russian")
FAIR = (
    "Во вторник на площади открылась ярмарка, где фермеры семи районов продают мясо, молоко и сыр по ценам ниже "
    "рыночных, а мастера показывают войлок и серебро."
)
ASTANA = Place(name="Astana", region="Astana (city)", latitude=51.1, longitude=71.4)
AKTAU = Place(name="Aktau", region="Mangystau", latitude=43.6, longitude=51.2)
DETAINED, KILLED = Figure(kind="detained", value=12), Figure(kind="killed", value=2)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One article of the little index; `age` in days."""

    id: str
    title: str
    body: str
    age: float = 1
    source: str = "habar"
    language: str = "ru"
    tagging: Tagging = Tagging()  # noqa: RUF009 - frozen

    def sent(self) -> SentDocument:
        published = NOW - timedelta(days=self.age)
        article = Article(
            url=f"https://{self.source}.example/{self.id}",
            title=self.title,
            body=self.body,
            summary="",
            language=self.language,
            kazakh_share=0.0,
            extraction=Extraction.FULL,
            published_at=published,
            published_from=PublishedFrom.FEED,
            observed_at=published,
        )
        names = {"source": self.source, "family": self.source, "feed": self.source, "revision": 1, "indexed_at": NOW}
        return SentDocument(self.id, 1, build_document(article, self.tagging, article_id=self.id, **names))


def tagged(*topics: str, **facts: Any) -> Tagging:
    return Tagging(topics=topics, **facts)


STORIES = (
    Story(
        id="arrest",
        title="Задержаны двенадцать угонщиков",
        body="В столице полиция раскрыла кражи лошадей. Оружие изъято & передано <b>экспертам</b>.",
        tagging=tagged(
            "organised_crime",
            "weapons",
            severity=Severity.HIGH,
            places=(ASTANA,),
            figures=(DETAINED,),
            persons=("Ермек Ким",),
        ),
    ),
    Story(
        id="trial",
        title="Суд над угонщиком",
        body="Приговор за кражу лошади вынес суд в Актау. По делу проходят двое. Выстрелов не было.",
        age=20,
        source="xabar",
        tagging=tagged("organised_crime", severity=Severity.HIGH, places=(AKTAU,)),
    ),
    Story(
        id="shooting",
        title="Выстрелы на рынке",
        body="Двое погибли, убийца скрылся. Полиция ищет оружие. Кража версией не считается.",
        age=3,
        tagging=tagged("weapons", "violent_crime", severity=Severity.CRITICAL, places=(AKTAU,), figures=(KILLED,)),
    ),
    Story(
        id="film",
        title="Фильм о конокрадах",
        body="На экраны выходит лента про кражу табуна.",
        source="xabar",
        tagging=Tagging(contexts=(Context(context="fiction", topic="organised_crime", spans=()),)),
    ),
    Story(id="fair", title="Ярмарка в четверг", body=FAIR, age=2),
    Story(id="fair-again", title="В городе ярмарка", body="КОКШЕТАУ. ҚАЗХАБАР — " + FAIR, age=1.9, source="xabar"),
    Story(id="old", title="Паводок", body="Вода вошла в село, спасатели вывезли жителей.", age=40),
    Story(id="new", title="Паводок", body="Вода вошла в аул, спасатели вывезли жителей.", age=1),
)


@pytest.fixture(scope="module")
def engine(search_url: str) -> Iterator[SearchEngine]:
    """The stories above, indexed."""
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"queries-{uuid4().hex[:8]}"))
    engine.ensure_index(ANALYSIS)
    assert {str(result.status) for result in engine.bulk([story.sent() for story in STORIES])} == {"written"}
    engine.refresh()
    yield engine
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


@pytest.fixture(scope="module")
def scaled(engine: SearchEngine, search_url: str) -> Iterator[SearchEngine]:
    """The same stories in an index that scores as Elasticsearch does: OpenSearch has its formula under another name."""
    scaled = SearchEngine.connect(Settings(search_url=search_url, search_index=f"scaled-{uuid4().hex[:8]}"))
    mapping = engine.client.indices.get_mapping(index=engine.first_index).body[engine.first_index]["mappings"]
    settings = {
        "analysis": ANALYSIS,
        "index": {"number_of_shards": 1, "similarity": {"default": {"type": "LegacyBM25"}}},
    }
    aliases = {scaled.read_alias: {}, scaled.write_alias: {"is_write_index": True}}
    scaled.client.indices.create(index=scaled.first_index, mappings=mapping, settings=settings, aliases=aliases)
    scaled.bulk([story.sent() for story in STORIES])
    scaled.refresh()
    yield scaled
    scaled.client.indices.delete(index=scaled.first_index)
    scaled.close()


MIXED = [
    "кража",
    "угон* кража",
    "угон* OR паводок",
    "topic:weapons оружие",
    "кража severity:>=high",
    "detained:>=10 OR кража",
]


@pytest.mark.parametrize("text", MIXED)
def test_another_scale_of_scores_changes_no_order(engine: SearchEngine, scaled: SearchEngine, text: str) -> None:
    """Elasticsearch's scores are 2.2 times OpenSearch's: every part of a score must be, or it weighs less there."""
    request = SearchRequest(text=text, size=20)
    theirs, ours = (one.search(request, now=NOW).hits for one in (scaled, engine))
    assert [hit.article_id for hit in theirs] == [hit.article_id for hit in ours]
    assert len(ours) > 0
    assert [hit.score for hit in theirs] == pytest.approx([2.2 * hit.score for hit in ours], rel=1e-4)


def ids(engine: SearchEngine, text: str = "", **request: Any) -> list[str]:
    return [hit.article_id for hit in engine.search(SearchRequest(text=text, **request), now=NOW).hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("угонщики столица", {"arrest"}),
        ("кража оружия", {"arrest", "shooting"}),
        ("кража -фильм", {"arrest", "trial", "shooting"}),
        ("кража -(фильм OR суд)", {"arrest", "shooting"}),
        ("паводок OR выстрел", {"old", "new", "shooting", "trial"}),
        ('"кражи лошади"', {"arrest", "trial"}),
        ('"лошади кража"', set()),
        ("topic:weapons", {"arrest", "shooting"}),
        ("topic:(weapons OR fraud) -region:Mangystau", {"arrest"}),
        ("topic:Weapons", {"arrest", "shooting"}),
        ("context:fiction", {"film"}),
        ("detained:>=10", {"arrest"}),
        ("severity:critical", {"shooting"}),
        ("severity:>=high", {"arrest", "trial", "shooting"}),
        ("person:Кима", {"arrest"}),
        ("source:xab*", {"trial", "film", "fair-again"}),
        ("title:фильмы", {"film"}),
        ("published:>2026-03-01 кража", {"arrest", "film"}),
        ("угон*", {"arrest", "trial"}),
        ("суд №", {"trial"}),
        ("нигде-не-бывшее", set()),
    ],
)
def test_queries_find(engine, text, found):
    """The language means what the guide says, on the engine itself."""
    assert set(ids(engine, text, collapse=False)) == found


@pytest.mark.parametrize(
    "text", ['кража "', "кража)", "кража (", "кража OR", '"кража', "кража -", "+кража", "кража :", "[кража"]
)
def test_stray_signs_search(engine, text):
    """A slip of the finger is no error."""
    assert set(ids(engine, text)) == {"arrest", "trial", "shooting", "film"}


SIGNS = [*'"()[]{}:-+*|&~^<>=/\\«»', "OR", "AND", "NOT", "TO", "topic:", "words:", "published:", "now-7d", "кража", "1"]
ANYTHING = st.text(st.characters(), max_size=9)  # lone surrogates, control characters, every script


@given(
    st.one_of(
        st.text(st.characters(), max_size=60),
        st.lists(st.one_of(st.sampled_from(SIGNS), ANYTHING), max_size=12).map("".join),
        st.lists(st.one_of(st.sampled_from(SIGNS), ANYTHING), max_size=12).map(" ".join),
    )
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_the_engine_fail(engine, text):
    """Whatever is typed, the engine understands what we send."""
    result = engine.search(SearchRequest(text=text), now=NOW)
    assert 0 <= result.total <= len(STORIES)
    assert not result.partial


def test_exact_forms_stand_above_other_forms(engine):
    """Who types «кражу» wants «кражу» first."""
    assert ids(engine, "лошадей", recency=False)[0] == "arrest"
    assert ids(engine, "лошади", recency=False)[0] == "trial"


def test_titles_stand_above_bodies(engine):
    """What the headline says the article is about."""
    assert ids(engine, "выстрел", recency=False) == ["shooting", "trial"]


def test_newer_comes_before_older_unless_turned_off(engine):
    """Gently: only where the words say the same."""
    assert ids(engine, "паводок") == ["new", "old"]
    scores = [hit.score for hit in engine.search(SearchRequest(text="паводок", recency=False), now=NOW).hits]
    assert scores[0] == pytest.approx(scores[1], rel=0.05)


def test_sorting_by_time(engine):
    """A watcher reads the newest first."""
    assert ids(engine, "кража", sort=Sort.TIME) == ["arrest", "film", "shooting", "trial"]


def test_each_facet_is_counted_under_the_other_filters(engine):
    """Choosing one topic must go on showing what the other topics would bring."""
    chosen = {"topic": ("weapons",), "region": ("Mangystau",)}
    facets = engine.search(SearchRequest(filters=chosen), now=NOW).facets
    counts = {name: {value.value: value.count for value in values} for name, values in facets.items()}
    assert counts["topic"] == {"weapons": 1, "violent_crime": 1, "organised_crime": 1}
    assert counts["region"] == {"Astana (city)": 1, "Mangystau": 1}
    assert counts["source"] == {"habar": 1}
    assert counts["severity"] == {"critical": 1}
    assert counts["figure"] == {"killed": 1}


def test_facets_of_everything(engine):
    """The first screen shows what there is."""
    result = engine.search(SearchRequest(size=0), now=NOW)
    counts = {name: {value.value: value.count for value in values} for name, values in result.facets.items()}
    assert counts["language"] == {"ru": 8}
    assert counts["person"] == {"Ермек Ким": 1}
    assert counts["context"] == {"fiction": 1}
    assert sum(bucket.count for bucket in result.histogram) == result.total == 8
    assert result.texts == 7


def test_filters_and_period(engine):
    """Filters narrow hits, total and histogram alike."""
    result = engine.search(SearchRequest(filters={"source": ("xabar",)}, since=NOW - timedelta(days=10)), now=NOW)
    assert {hit.article_id for hit in result.hits} == {"film", "fair-again"}
    assert result.total == sum(bucket.count for bucket in result.histogram) == 2
    assert ids(engine, until=NOW - timedelta(days=19), sort=Sort.TIME) == ["trial", "old"]
    assert engine.count(SearchRequest(filters={"source": ("xabar",)}), now=NOW) == 3


def test_reprints_are_one_hit_with_their_count(engine):
    """Ten sites reprint one text; a reader wants it once."""
    (hit,) = engine.search(SearchRequest(text="ярмарка"), now=NOW).hits
    assert hit.reprints == 1
    assert len(hit.reprinted_by) == 1
    assert hit.reprinted_by[0].article_id != hit.article_id
    filtered = engine.search(SearchRequest(text="ярмарка", filters={"source": ("xabar",)}), now=NOW).hits
    assert [(hit.article_id, hit.reprints) for hit in filtered] == [("fair-again", 0)]


@pytest.mark.parametrize("collapse", [True, False])
@pytest.mark.parametrize("sort", list(Sort))
def test_pages_join_without_gap_or_repetition(engine, collapse, sort):
    """Every hit once, in the order of one long page."""
    request = {"sort": sort, "collapse": collapse}
    whole = ids(engine, size=50, **request)
    assert len(whole) == (7 if collapse else 8)
    joined, after = [], ""
    for later in range(10):
        page = engine.search(SearchRequest(size=3, after=after, **request), now=NOW + timedelta(days=later))
        joined += [hit.article_id for hit in page.hits]
        after = page.next_after
        if not after:
            break
    assert joined == whole


def test_highlights_are_safe(engine):
    """A page of HTML in an article must not become HTML of ours."""
    (hit,) = engine.search(SearchRequest(text="оружие экспертам"), now=NOW).hits
    fragment = hit.highlights["body"][0]
    assert "& передано <b>" in str(fragment)
    assert "<mark>Оружие</mark> изъято &amp; передано &lt;b&gt;<mark>экспертам</mark>" in fragment.html


def test_documents_of_a_list_are_light(engine):
    """A list of hits needs neither bodies nor explanations."""
    assert not {"body", "tags"} & set(engine.search(SearchRequest(text="паводок"), now=NOW).hits[0].document)
    assert "body" in engine.search(SearchRequest(text="паводок", whole=True), now=NOW).hits[0].document


def test_more_like_this(engine):
    """From one theft to the others; the article itself and its reprints are not among them."""
    assert "trial" in [hit.article_id for hit in engine.more_like_this("arrest").hits]
    assert "fair-again" not in [hit.article_id for hit in engine.more_like_this("fair").hits]
    result = engine.more_like_this("arrest", size=1)
    assert (len(result.hits), result.texts) == (1, result.total)
    with pytest.raises(QueryError):
        engine.more_like_this("no-such-id")
