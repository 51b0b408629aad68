"""Every text we have against the real index and dictionary: nothing refused, nothing cut, every form found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.settings import Settings
from pipelines.documents import build_document
from pipelines.language.analysis import render
from pipelines.language.normalise import repair
from pipelines.models import Article, Extraction, PublishedFrom, Tagging
from pipelines.queries import SearchRequest
from seeds.newsroom import Query, load_queries, load_stories
from worker.dictionaries import build_dictionaries
from worker.search.engine import SearchEngine

pytestmark = pytest.mark.timeout(300)  # the first dictionary of a machine takes its time
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DEVELOPMENT = ("news_ru_dev", "news_ru_dev2", "news_kk_dev")


@dataclass(frozen=True)
class Text:
    article_id: str
    title: str
    body: str
    language: str = ""
    version: int = 1

    @property
    def document(self) -> dict[str, Any]:
        article = Article(
            url=f"https://habar.example/{self.article_id}",
            title=repair(self.title).text,
            body=repair(self.body).text,
            summary="",
            language=self.language,
            kazakh_share=0.0,
            extraction=Extraction.FULL,
            published_at=NOW,
            published_from=PublishedFrom.FEED,
            observed_at=NOW,
        )
        names = {"source": "habar", "family": "habar", "feed": "habar", "revision": 1, "indexed_at": NOW}
        return build_document(article, Tagging(), article_id=self.article_id, **names)


@pytest.fixture(scope="module")
def analysis(install_dictionary: Callable[[Path], str], cache: Path) -> dict[str, Any]:
    """Our analysis, its dictionary on the node."""
    folder = cache / "dictionaries"
    name = build_dictionaries(folder, lexicon_dir=Settings().config / "lexicon")
    return render(install_dictionary(folder / name))


@pytest.fixture
def engine(search_url: str, analysis: dict[str, Any]) -> Iterator[SearchEngine]:
    """An empty index with the real analysis, gone afterwards."""
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"contract-{uuid4().hex[:8]}"))
    engine.ensure_index(analysis)
    yield engine
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


def stories() -> list[Text]:
    return [
        Text(f"{story.id}-{number}", version.title, "\n".join(version.paragraphs), language=story.language)
        for story in load_stories()
        for number, version in enumerate(story.versions)
    ]


def fill(engine: SearchEngine, texts: list[Text]) -> None:
    """Write all, and see that each was taken and is there whole."""
    rejected = [result for result in engine.bulk(texts) if str(result.status) != "written"]
    assert not rejected
    engine.refresh()
    stored = {one.article_id: one.document for one in engine.scan(SearchRequest(), now=NOW)}
    assert {text.article_id: text.document["body"] for text in texts} == {name: d["body"] for name, d in stored.items()}


def search(engine: SearchEngine, text: str) -> set[str]:
    request = SearchRequest(text=text, size=500, collapse=False, facets=(), histogram=False)
    return {hit.article_id.rpartition("-")[0] for hit in engine.search(request, now=NOW).hits}


def test_the_newsroom_is_found_in_forms_it_does_not_hold(engine):
    """The main promise: a word in any form, in both languages."""
    fill(engine, stories())
    languages = {story.id: story.language for story in load_stories()}
    missed = {
        query.word: missing for query in load_queries() if (missing := set(query.finds) - search(engine, query.word))
    }
    assert not missed
    strange = {query.word: found for query in load_queries() if (found := _strange(engine, query, languages))}
    assert not strange


def _strange(engine: SearchEngine, query: Query, languages: dict[str, str]) -> set[str]:
    """What was found in the query's language beyond what may be."""
    found = {story for story in search(engine, query.word) if languages[story] == query.language}
    return found - set(query.finds) - set(query.may_find)


@pytest.mark.parametrize(
    "text",
    ["ҚЫЛМЫСТАРДЫҢ", "теракт әрекеті", "ҰҚК-нің", '"су тасқындарына"', "алаяқтардан OR мошенникам", "әуежайларға"],
)
def test_kazakh_queries_find(engine, text):
    """Capitals, phrases, abbreviations with endings, both languages in one query."""
    bodies = {
        "қ": "Астанада қылмысқа қарсы жиын өтті.",
        "т": "Ақтөбеде теракт жасауға бағытталған әрекеттердің жолы кесілді.",
        "ұ": "ҰҚК қызметкерлері екі адамды ұстады.",
        "с": "Облыста су тасқынынан үйлер зардап шекті.",
        "а": "Зейнеткер алаяқтарға ақша аударған.",
        "ә": "Екі әуежайдың жұмысы тоқтатылды.",
    }
    fill(engine, [Text(f"{letter}-0", "", body, language="kk") for letter, body in bodies.items()])
    assert len(search(engine, text)) == 1


def test_a_plain_match_on_body_finds_other_forms(engine):
    """Kibana's search bar knows nothing of our clauses."""
    fill(engine, [Text("a-0", "", "Полиция қылмыстарға қарсы іс-шара өткізді.")])
    for body in ({"match": {"body": "қылмыс"}}, {"query_string": {"query": "қылмысты"}}):
        assert engine.client.search(index=engine.read_alias, query=body)["hits"]["total"]["value"] == 1


def test_wildcards_belong_on_exact_forms(engine):
    """The field of lemmas holds no surface forms."""
    fill(engine, [Text("a-0", "", "Полиция қылмыстарға қарсы іс-шара өткізді.")])
    assert search(engine, "қылмыста*") == {"a"}
    assert search(engine, "title:қылмыста*") == set()


@pytest.mark.shared
def test_no_text_of_the_development_data_is_refused_or_cut(engine, shared):
    """Real texts hold what nobody thought of; each must be there whole and be found by its last word."""
    texts = [*development(shared), *samples(shared)]
    fill(engine, texts)
    lost = []
    for text in texts[::23]:
        last = re.findall(r"\w+", text.document["body"])[-1]
        if text.article_id.rpartition("-")[0] not in search(engine, f'"{last}"'):
            lost.append((text.article_id, last))
    assert not lost


def development(shared: Path) -> Iterator[Text]:
    for name in DEVELOPMENT:
        for number, line in enumerate((shared / f"data/{name}.jsonl").read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            yield Text(f"{name}_{number}-0", row.get("title", ""), row["text"])


def samples(shared: Path) -> Iterator[Text]:
    for file in sorted((shared / "seeds").glob("*.txt")):
        yield Text(f"{file.stem}-0", "", file.read_text(encoding="utf-8"))
