"""Every text we have against the real index and dictionary: nothing refused, nothing cut, every form found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from benchmarks.support.texts import NOW, Text, development
from config.settings import Settings
from pipelines.language.analysis import render
from pipelines.search.request import SearchRequest
from seeds.newsroom import Query, load_queries, load_stories
from worker.search.engine import SearchEngine

pytestmark = pytest.mark.timeout(300)  # the first dictionary of a machine takes its time


@pytest.fixture(scope="module")
def analysis(install_dictionary: Callable[[Path], str], dictionary: Path) -> dict[str, Any]:
    """Our analysis, its dictionary on the node."""
    return render(install_dictionary(dictionary))


@pytest.fixture
def engine(search_url: str, analysis: dict[str, Any]) -> Iterator[SearchEngine]:
    """An empty index with the real analysis, gone afterwards."""
    engine = SearchEngine.connect(
        Settings(search_url=search_url, search_index=f"contract-{uuid4().hex[:8]}", search_timeout_s=120)
    )
    engine.ensure_index(analysis)
    yield engine
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


SYNTAX = (
    '"су тасқыны"',
    "задерж*",
    "полиция -суд",
    "пожар OR өрт",
    "(пожар OR өрт) AND -language:kk",
    "language:kk",
    "",
)
"""Queries with more than a word."""


def stories() -> list[Text]:
    return [
        Text(f"{story.id}-{number}", version.title, "\n".join(version.paragraphs), story.language)
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


def found(engine: SearchEngine, text: str) -> set[str]:
    request = SearchRequest(text=text, size=500, collapse=False, facets=(), histogram=False)
    return {hit.article_id for hit in engine.search(request, now=NOW).hits}


def search(engine: SearchEngine, text: str) -> set[str]:
    """Find stories, whichever of their versions."""
    return {name.rpartition("-")[0] for name in found(engine, text)}


def test_the_newsroom_is_found_in_forms_it_does_not_hold(engine):
    """The main promise: a word in any form, in both languages."""
    fill(engine, stories())
    languages = {story.id: story.language for story in load_stories()}
    missed = {
        query.word: missing for query in load_queries() if (missing := set(query.finds) - search(engine, query.word))
    }
    assert not missed
    strange = {query.word: odd for query in load_queries() if (odd := _strange(engine, query, languages))}
    assert not strange
    asked = [*(query.word for query in load_queries()), *SYNTAX]
    ids = [text.article_id for text in stories()]
    marked = engine.selected_by([*ids, "none"], {text: SearchRequest(text=text) for text in asked})
    by_query = {text: {name for name, texts in marked.items() if text in texts} for text in asked}
    assert by_query == {text: found(engine, text) for text in asked}  # an alert finds what a search finds


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
    """Real texts hold what no one thought of; each must be there whole and be found by its last word."""
    texts = [*development(shared), *samples(shared)]
    fill(engine, texts)
    lost = []
    for text in texts[::23]:
        last = re.findall(r"\w+", text.document["body"])[-1]
        if text.article_id not in found(engine, f'"{last}"'):
            lost.append((text.article_id, last))
    assert not lost


def samples(shared: Path) -> Iterator[Text]:
    for file in sorted((shared / "seeds").glob("*.txt")):
        yield Text(f"{file.stem}-0", "", file.read_text(encoding="utf-8"))
